//! What a single bit does to what is pinned by a hash or a proof, and to nothing else.

use std::fs;
use std::path::Path;

use mx2lm_core::diagnostic::Severity;
use mx2lm_core::lint::{self, Options};
use mx2lm_core::syntax::xml::Elements;
use mx2lm_core::tensor::{canonical_text, source};
use sha2::{Digest, Sha256};

/// The errors of a workspace: file, place, rule.
fn errors(folder: &Path) -> Vec<(String, String, String)> {
    let options = Options { paths: vec![folder.to_owned()], ..Options::default() };
    let outcome = lint::check(&options, &|_| {}).expect("it runs to its end");
    let found = outcome.workspaces.iter().flat_map(|workspace| &workspace.diagnostics);
    let grave = found.filter(|finding| finding.severity == Severity::Error);
    grave.map(|finding| (finding.path.to_string(), finding.locator.to_string(), finding.rule.clone())).collect()
}

/// Each `step`-th bit of a file is flipped in turn, and put back.
fn flipped(file: &Path, step: usize, mut look: impl FnMut(usize)) {
    let whole = fs::read(file).expect("the file is there");
    for bit in (0..whole.len() * 8).step_by(step) {
        let mut other = whole.clone();
        other[bit / 8] ^= 1 << (bit % 8);
        fs::write(file, &other).expect("it is written");
        look(bit);
    }
    fs::write(file, &whole).expect("it is written");
}

// rows: B138 B139
#[test]
fn any_bit_of_a_drawing_makes_it_another_brain() {
    const DRAWING: &str =
        "<svg xmlns=\"http://www.w3.org/2000/svg\"><line id=\"a\" x2=\"3\" y2=\"4\"/><path id=\"b\" d=\"M3 4L9 4\" opacity=\".5\"/></svg>";
    let elements = Elements::parse(DRAWING).elements.expect("it is well-formed");
    let model = source::read(&elements, source::EPSILON, source::Mode::Strict).expect("it has a form").drawing.model;
    let text = canonical_text::to_string(&model);
    let hash: String = Sha256::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect();
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("mx2lm.toml"), "").expect("it is written");
    fs::write(folder.path().join("brain.svg"), &text).expect("it is written");
    let descriptor = format!(
        "{{\"$schema\": \"object://schema/object.v1\", \"id\": \"object://test/brain\", \"hash\": \"sha256:{hash}\", \"authority\": \"none\",\n\
         \"payload\": {{ \"type\": \"binary\", \"mime\": \"image/svg+xml\", \"location\": \"./brain.svg\" }},\n\
         \"projections\": {{ \"default\": {{ \"type\": \"json\", \"emit\": {{ \"text\": \"a brain\" }} }} }}}}\n"
    );
    fs::write(folder.path().join("object.json"), descriptor).expect("it is written");
    assert_eq!(errors(folder.path()), []);
    flipped(&folder.path().join("brain.svg"), 5, |bit| {
        let found = errors(folder.path());
        let pinned =
            |(file, place, rule): &(String, String, String)| file == "object.json" && place == "/hash" && rule == "object/payload-hash";
        assert!(found.iter().any(pinned), "bit {bit}: {found:?}");
    });
    assert_eq!(errors(folder.path()), []);
}

// rows: A189 A190 A191
#[test]
fn a_proof_that_fails_is_told_and_so_is_everything_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/scxq2/proof-payload/valid/true");
    for name in ["counter.json", "counter.proof.json", "object.json"] {
        fs::copy(own.join(name), folder.path().join(name)).expect("it is copied");
    }
    fs::write(folder.path().join("mx2lm.toml"), "").expect("it is written");
    assert_eq!(errors(folder.path()), []);
    let apart = "<svg xmlns=\"http://www.w3.org/2000/svg\"><line x2=\"1\"/><line x1=\"5\" x2=\"6\"/></svg>";
    fs::write(folder.path().join("zigzag.tensor.svg"), apart).expect("it is written");
    let rules = |found: &[(String, String, String)], file: &str| {
        found.iter().filter(|found| found.0 == file).map(|found| found.2.clone()).collect::<Vec<_>>()
    };
    let others = rules(&errors(folder.path()), "zigzag.tensor.svg");
    assert_eq!(others, ["svg/disconnected"]);
    flipped(&folder.path().join("counter.json"), 1, |bit| {
        let found = errors(folder.path());
        assert_eq!(rules(&found, "counter.proof.json"), ["scxq2/proof-payload"], "bit {bit}: {found:?}");
        // the run goes on behind the failure
        assert_eq!(rules(&found, "zigzag.tensor.svg"), others, "bit {bit}: {found:?}");
    });
}
