//! `scxq2`: there and back, what is shown, and the exit codes.

use crate::run_in;

const SVG: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\"><line id=\"a\" x1=\"0\" y1=\"0\" x2=\"3\" y2=\"4\"/><line id=\"b\" x1=\"3\" y1=\"4\" x2=\"6\" y2=\"8\" stroke-width=\"0.5\"/></svg>";
const ROOT: &str = "sha256:52296c41e44a46319dd058241d49622665ac81040fc372e5f2dddbe6333acc0e";

#[test]
// rows: B186 B349
fn a_drawing_is_packed_verified_proved_and_unpacked() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let at = folder.path();
    std::fs::write(at.join("a.svg"), SVG).expect("our own file");
    let run = |args: &[&str]| run_in(at, args, b"");
    assert_eq!(run(&["scxq2", "encode", "a.svg", "-o", "a.scxq2"]).code, 0);
    assert_eq!(std::fs::read(at.join("a.scxq2")).expect("the pack").len(), 307);
    let piped = crate::program().args(["scxq2", "encode", "a.svg"]).current_dir(at).output().expect("the program ends");
    assert_eq!(Some(piped.stdout), std::fs::read(at.join("a.scxq2")).ok());
    let verified = run(&["scxq2", "verify", "a.scxq2"]);
    assert!(verified.code == 0 && verified.stdout.contains(ROOT), "{}", verified.stdout);
    assert_eq!(run(&["scxq2", "decode", "a.scxq2", "-o", "b.svg"]).code, 0);
    assert_eq!(run(&["scxq2", "encode", "b.svg", "-o", "b.scxq2"]).code, 0);
    assert_eq!(std::fs::read(at.join("a.scxq2")).ok(), std::fs::read(at.join("b.scxq2")).ok());
    assert_eq!(run(&["scxq2", "prove", "a.scxq2", "--lane", "G", "-o", "g.proof.json"]).code, 0);
    let checked = run(&["scxq2", "check-proof", "g.proof.json", "a.scxq2", "--root", ROOT]);
    assert!(checked.code == 0 && checked.stdout.contains(ROOT), "{}", checked.stderr);
    let other = ROOT.replace("sha256:5", "sha256:6");
    assert_eq!(run(&["scxq2", "check-proof", "g.proof.json", "a.scxq2", "--root", &other]).code, 1);
    assert_eq!(run(&["scxq2", "prove", "a.scxq2", "--lane", "G", "--chunk", "1"]).code, 2);
    assert_eq!(run(&["scxq2", "prove", "a.scxq2", "--lane", "Q"]).code, 2);
    // G by its other name; the view of two lanes has no root (DECISIONS 14)
    assert_eq!(run(&["scxq2", "prove", "a.scxq2", "--lane", "QG"]).stdout, run(&["scxq2", "prove", "a.scxq2", "--lane", "G"]).stdout);
    let view = run(&["scxq2", "prove", "a.scxq2", "--lane", "A"]);
    assert!(view.code == 2 && view.stderr.contains("lanes X and W"), "{}", view.stderr);
    let lanes = |name: &str| run(&["scxq2", "inspect", "a.scxq2", "--lane", name]).stdout;
    assert_eq!(lanes("A"), lanes("X") + &lanes("W"));
    assert_eq!(run(&["scxq2", "encode", "a.scxq2"]).code, 2);
    let shown = run(&["scxq2", "inspect", "a.scxq2", "--lane", "T"]);
    assert!(shown.code == 0 && shown.stdout.contains("/T/1/delta_to") && shown.stdout.contains("to vertex 2"), "{}", shown.stdout);
}

#[test]
// rows: B386 B350
fn a_spoilt_pack_is_told_with_the_byte_and_still_shown() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let at = folder.path();
    std::fs::write(at.join("a.svg"), SVG).expect("our own file");
    let run = |args: &[&str]| run_in(at, args, b"");
    assert_eq!(run(&["scxq2", "encode", "a.svg", "-o", "a.scxq2"]).code, 0);
    let mut bytes = std::fs::read(at.join("a.scxq2")).expect("the pack");
    bytes[283] = 6;
    std::fs::write(at.join("a.scxq2"), &bytes).expect("our own file");
    let verified = run(&["scxq2", "verify", "a.scxq2"]);
    assert_eq!(verified.code, 1);
    assert!(
        verified.stderr.contains("verification_error.integrity_violation") && verified.stderr.contains("byte 283"),
        "{}",
        verified.stderr
    );
    let shown = run(&["scxq2", "inspect", "a.scxq2", "--format", "json"]);
    let answer: serde_json::Value = serde_json::from_str(&shown.stdout).expect("JSON");
    assert_eq!((shown.code, &answer["refused"]["offset"]), (1, &serde_json::json!(283)));
    std::fs::write(at.join("c.svg"), SVG.replace("x2=\"6\" y2=\"8\"", "x2=\"3\" y2=\"4\"")).expect("our own file");
    let refused = run(&["scxq2", "encode", "c.svg", "-o", "c.scxq2"]);
    assert!(refused.code == 1 && refused.stderr.contains("verification_error.illegal_tensor"), "{}", refused.stderr);
    assert!(!at.join("c.scxq2").exists());
}

#[test]
// rows: B312 B328
fn a_drawing_and_its_pack_have_the_same_hashes_but_for_the_stored_bytes() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let at = folder.path();
    std::fs::write(at.join("a.svg"), SVG).expect("our own file");
    let run = |args: &[&str]| run_in(at, args, b"");
    assert_eq!(run(&["scxq2", "encode", "a.svg", "-o", "a.scxq2"]).code, 0);
    let told = run(&["hash", "a.svg", "a.scxq2", "--format", "json"]);
    let told: serde_json::Value = serde_json::from_str(&told.stdout).expect("JSON");
    let [drawing, pack] = [&told["files"][0], &told["files"][1]];
    for name in ["canonical_svg_hash", "buffer_hash", "lane_roots", "merkle_root"] {
        assert!(!drawing[name].is_null() && drawing[name] == pack[name], "{name}: {told:#}");
    }
    assert_eq!((&pack["merkle_root"], &pack["kind"]), (&ROOT.into(), &"scxq2".into()));
    assert_ne!(drawing["stored_bytes_sha256"], pack["stored_bytes_sha256"]);
    let mut bytes = std::fs::read(at.join("a.scxq2")).expect("the pack");
    bytes[283] = 6;
    std::fs::write(at.join("a.scxq2"), &bytes).expect("our own file");
    let text = run(&["hash", "a.scxq2"]).stdout;
    assert!(text.contains("stored bytes") && text.contains("no tensor: ") && text.contains("byte 283"), "{text}");
    assert!(!text.contains("Merkle root"), "{text}");
}
