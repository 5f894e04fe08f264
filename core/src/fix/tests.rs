//! What holds of fixes, on workspaces in temporary folders.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use ed25519_dalek::{Signer, SigningKey};
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::diagnostic::{Edit, Severity};
use crate::hash::signature::{Signature, signed_bytes};
use crate::hash::{Digest, canonical};
use crate::syntax::json::Tree;
use crate::text::Span;

const FALSE: &str = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

/// A workspace of these files.
fn workspace(files: &[(&str, String)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mx2lm.toml"), "").unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn descriptor(name: &str, payload: &str, hash: &str) -> String {
    format!(
        "{{\n  \"$schema\": \"object://schema/object.v1\",\n  \"id\": \"object://chain/{name}\",\n  \"hash\": \"{hash}\",\n  \"payload\": {{\"type\": \"json\", \"mime\": \"application/json\", \"location\": \"./{payload}\"}},\n  \"authority\": \"none\",\n  \"projections\": {{\"default\": {{\"type\": \"json\", \"emit\": {{\"all\": \"@payload\"}}}}}}\n}}\n"
    )
}

fn fixed(folder: &Path, wanted: Wanted) -> Fixed {
    let options = Options { paths: vec![folder.to_owned()], ..Options::default() };
    fix(&options, wanted, &|_| {}).unwrap().remove(0)
}

const HASHES: Wanted = Wanted { unsafe_too: false, hashes: true };

/// Writes the first `count` files, as a run that is broken off there does.
fn write(folder: &Path, fixed: &Fixed, count: usize) {
    for file in fixed.files.iter().take(count) {
        fs::write(folder.join(&*file.path), &file.after).unwrap();
    }
}

fn all(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    files.map(|file| (file.file_name().into_string().unwrap(), fs::read(file.path()).unwrap())).collect()
}

fn errors(fixed: &Fixed) -> Vec<&str> {
    fixed.outcome.diagnostics.iter().filter(|finding| finding.severity == Severity::Error).map(|finding| finding.rule.as_str()).collect()
}

/// A chain of descriptors, each over the one before, all untrue; named so that the order of the names is the given one.
fn chain(names: &[&str]) -> TempDir {
    let mut files = vec![("leaf.json", "{}\n".to_owned())];
    let mut below = "leaf.json".to_owned();
    let paths: Vec<String> = names.iter().map(|name| format!("{name}.object.json")).collect();
    for (name, path) in names.iter().zip(&paths) {
        files.push((path, descriptor(name, &below, FALSE)));
        below = path.clone();
    }
    workspace(&files)
}

#[test]
fn a_long_chain_is_made_true_in_one_run_whatever_its_names() {
    let rising = ["a", "b", "c", "d", "e", "f"];
    let falling = ["f", "e", "d", "c", "b", "a"];
    let mixed = ["c", "f", "a", "e", "b", "d"];
    for names in [rising, falling, mixed] {
        let folder = chain(&names);
        let result = fixed(folder.path(), HASHES);
        assert!(errors(&result).is_empty(), "{:?}", errors(&result));
        let order: Vec<String> = result.files.iter().map(|file| file.path.replace(".object.json", "")).collect();
        assert_eq!(order, names, "leaf to root");
        assert_eq!(result.applied.len(), names.len(), "each hash is written once");
        write(folder.path(), &result, usize::MAX);
        assert!(fixed(folder.path(), HASHES).files.is_empty());
    }
}

#[test]
fn a_run_that_breaks_off_converges_when_run_again() {
    let names = ["c", "a", "d", "b"];
    let whole = chain(&names);
    write(whole.path(), &fixed(whole.path(), HASHES), usize::MAX);
    for count in 0..names.len() {
        let folder = chain(&names);
        write(folder.path(), &fixed(folder.path(), HASHES), count);
        let rest = fixed(folder.path(), HASHES);
        assert_eq!(rest.files.len(), names.len() - count);
        write(folder.path(), &rest, usize::MAX);
        assert_eq!(all(folder.path()), all(whole.path()), "broken off after {count}");
    }
}

#[test]
fn a_ring_of_hashes_is_left_as_it_is() {
    for text in [FALSE.to_owned(), Digest::of(b"x").to_string()] {
        let folder = workspace(&[
            ("a.object.json", descriptor("a", "b.object.json", &text)),
            ("b.object.json", descriptor("b", "c.object.json", FALSE)),
            ("c.object.json", descriptor("c", "a.object.json", FALSE)),
            ("d.object.json", descriptor("d", "d.object.json", FALSE)),
            ("e.object.json", descriptor("e", "leaf.json", FALSE)),
            ("leaf.json", "{}".to_owned()),
        ]);
        let result = fixed(folder.path(), HASHES);
        let changed: Vec<&str> = result.files.iter().map(|file| &*file.path).collect();
        assert_eq!(changed, ["e.object.json"]);
    }
}

#[test]
fn hashes_are_refreshed_only_when_asked() {
    let folder = chain(&["a"]);
    assert!(fixed(folder.path(), Wanted::default()).files.is_empty());
}

#[test]
fn a_safe_fix_does_not_make_a_true_hash_false() {
    let broken = "{\"a\": 1,}\n";
    let folder = workspace(&[
        ("leaf.json", broken.to_owned()),
        ("a.object.json", descriptor("a", "leaf.json", &Digest::of(broken.as_bytes()).to_string())),
    ]);
    let result = fixed(folder.path(), Wanted::default());
    assert!(result.files.is_empty());
    assert_eq!(result.left.len(), 1, "{:?}", result.outcome.diagnostics);
    assert!(result.left[0].why.contains("`a.object.json`"), "{}", result.left[0].why);
    let result = fixed(folder.path(), HASHES);
    assert!(errors(&result).is_empty());
    assert_eq!(&*result.files[0].after, b"{\"a\": 1}\n");
    assert_eq!(&*result.files[1].path, "a.object.json");
}

#[test]
fn line_ends_and_everything_else_stay_as_they_are() {
    let text = descriptor("a", "leaf.json", FALSE).replace('\n', "\r\n").replace("  \"authority\"", "\t \"authority\"");
    let folder = workspace(&[("leaf.json", "{}\r\n".to_owned()), ("a.object.json", text.clone())]);
    let result = fixed(folder.path(), HASHES);
    let wanted = text.replace(FALSE, &Digest::of(b"{}\r\n").to_string());
    assert_eq!(std::str::from_utf8(&result.files[0].after).unwrap(), wanted);
    let edit = |text: &str| round::edited(b"a\r\nb\r\n", &[Edit { span: Span::at(1), text: text.to_owned() }]);
    assert_eq!(edit("\nx\n").unwrap(), b"a\r\nx\r\n\r\nb\r\n");
    assert_eq!(edit("\r\nx").unwrap(), b"a\r\nx\r\nb\r\n");
}

fn batch(reference: &str) -> String {
    format!(
        "{{\"$schema\": \"object://schema/svg.tensor.cluster.batch.v1\", \"objects\": [{{\"ref\": \"{reference}\"}}], \"hash\": \"HASH\", \"signature\": \"SIGNATURE\"}}\n"
    )
}

/// The batch with its true self-hash and signature.
fn signed(text: &str) -> String {
    let key = SigningKey::from_bytes(&[7; 32]);
    let tree = Tree::parse(text.into());
    let digest = self_hash::self_hash("svg.tensor.cluster.batch.v1", tree.root().unwrap()).unwrap();
    let bytes = key.sign(&signed_bytes("cluster.root", &digest)).to_bytes();
    let signature = Signature { signer: "cluster.root".to_owned(), bytes };
    text.replace("\"HASH\"", &format!("\"{digest}\"")).replace("\"SIGNATURE\"", &format!("\"{signature}\""))
}

#[test]
fn a_pinned_reference_is_followed_by_the_hash_of_the_document_around_it() {
    let pinned = batch(&format!("object://chain/a/{FALSE}")).replace(", \"signature\": \"SIGNATURE\"", "").replace("HASH", FALSE);
    let folder =
        workspace(&[("leaf.json", "{}\n".to_owned()), ("a.object.json", descriptor("a", "leaf.json", FALSE)), ("z.batch.json", pinned)]);
    let result = fixed(folder.path(), HASHES);
    let after = std::str::from_utf8(&result.files.last().unwrap().after).unwrap().to_owned();
    let leaf = Digest::of(b"{}\n");
    assert!(after.contains(&format!("object://chain/a/{leaf}")), "{after}");
    let tree = Tree::parse(after.as_str().into());
    let own = self_hash::self_hash("svg.tensor.cluster.batch.v1", tree.root().unwrap()).unwrap();
    assert_eq!(tree.at_pointer("/hash").and_then(|hash| hash.as_str()).as_deref(), Some(own.to_string().as_str()));
}

#[test]
fn what_is_signed_is_left_alone_and_said_to_need_signing() {
    let text = signed(&batch(&format!("object://chain/a/{FALSE}")));
    let folder = workspace(&[
        ("leaf.json", "{}\n".to_owned()),
        ("a.object.json", descriptor("a", "leaf.json", FALSE)),
        ("z.batch.json", text.clone()),
    ]);
    let result = fixed(folder.path(), Wanted { unsafe_too: true, hashes: true });
    let changed: Vec<&str> = result.files.iter().map(|file| &*file.path).collect();
    assert_eq!(changed, ["a.object.json"]);
    let again: Vec<_> = result.outcome.diagnostics.iter().filter(|finding| finding.rule == "workspace/sign-again").collect();
    assert_eq!(again.len(), 1);
    assert_eq!(again[0].locator, "/signature");
    // White space and escapes are not signed, nor is a comma too many.
    let loose = text.replace("\"objects\"", "\n\t\"objects\"").replace("}]", "},]");
    let folder =
        workspace(&[("leaf.json", "{}".to_owned()), ("a.object.json", descriptor("a", "leaf.json", FALSE)), ("z.batch.json", loose)]);
    let result = fixed(folder.path(), Wanted::default());
    assert_eq!(result.files.len(), 1);
}

#[test]
// rows: C739
fn a_signed_entry_inside_a_document_counts_too() {
    let tree = Tree::parse(r#"{"entries": [{"hash": "x", "signature": "s1"}, {"signature": 3}], "signature": "s2"}"#.into());
    let found: Vec<(String, String)> =
        guard::signatures(&tree, None).into_iter().map(|signed| (signed.object.pointer(), signed.signature.pointer())).collect();
    assert_eq!(found, [(String::new(), "/signature".to_owned()), ("/entries/0".to_owned(), "/entries/0/signature".to_owned())]);
}

#[test]
fn one_bad_fix_does_not_keep_the_others_from_being_made() {
    // The comma too many can go; the payload's hash stands with another file.
    let broken = "[1,]";
    let folder = workspace(&[
        ("held.json", broken.to_owned()),
        ("a.object.json", descriptor("a", "held.json", &Digest::of(broken.as_bytes()).to_string())),
        ("b.object.json", descriptor("b", "held.json", &Digest::of(broken.as_bytes()).to_string()).replace("\n}", ",\n}")),
    ]);
    let result = fixed(folder.path(), Wanted::default());
    let changed: Vec<&str> = result.files.iter().map(|file| &*file.path).collect();
    assert_eq!(changed, ["b.object.json"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_workspace_without_rings_is_made_true_in_one_run(
        below in prop::collection::vec((any::<prop::sample::Index>(), any::<bool>(), any::<bool>()), 1..12),
        shuffle in any::<u64>(),
    ) {
        // Object n lies over an object before it or a leaf; its hash is stale, or true to what lies below it at first.
        let name = |n: usize| format!("o{:02}", (n as u64 * 7 + shuffle % 12) % 12);
        let mut files: BTreeMap<String, String> = BTreeMap::from([("leaf.json".to_owned(), "{\"n\": 1}\n".to_owned())]);
        for (n, (pick, leaf, stale)) in below.iter().enumerate() {
            let payload = if *leaf || n == 0 { "leaf.json".to_owned() } else { format!("{}.object.json", name(pick.index(n))) };
            let hash = if *stale { FALSE.to_owned() } else { Digest::of(files[&payload].as_bytes()).to_string() };
            files.insert(format!("{}.object.json", name(n)), descriptor(&name(n), &payload, &hash));
        }
        let list: Vec<(&str, String)> = files.iter().map(|(path, text)| (path.as_str(), text.clone())).collect();
        let folder = workspace(&list);
        let result = fixed(folder.path(), HASHES);
        prop_assert!(errors(&result).is_empty(), "{:?}", errors(&result));
        write(folder.path(), &result, usize::MAX);
        prop_assert!(fixed(folder.path(), HASHES).files.is_empty());
        for file in &result.files {
            let tree = Tree::parse(std::str::from_utf8(&file.after).unwrap().into());
            prop_assert!(canonical(tree.root().unwrap()).is_ok());
        }
    }
}
