//! `fix`: safe fixes, hashes along the chain, and what is left alone.

use crate::{descriptor, lawful, untrue};

const ABC: &str = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

#[test]
fn fix_refreshes_hashes_only_when_asked() {
    let workspace = untrue();
    let before = workspace.read("a.object.json");
    assert_eq!(workspace.lint(&["fix"]).code, 1);
    assert_eq!(workspace.read("a.object.json"), before);
    let diff = workspace.lint(&["fix", "--hashes", "--diff"]);
    assert!(diff.stdout.contains(&format!("+  \"hash\": \"{ABC}\"")), "{}", diff.stdout);
    assert_eq!(workspace.read("a.object.json"), before);
    let run = workspace.lint(&["fix", "--hashes"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert!(workspace.read("a.object.json").contains(ABC));
    assert_eq!(workspace.lint(&[]).code, 0);
}

#[test]
fn a_chain_of_hashes_is_followed_in_one_run() {
    // c names b's bytes, b names a's, a names the text that changed.
    let workspace = untrue();
    let over = |payload: &str, id: &str| descriptor(None).replace("payload/a.txt", payload).replace("letters", id);
    workspace.write("b.object.json", over("a.object.json", "second"));
    workspace.write("c.object.json", over("b.object.json", "third"));
    assert_eq!(workspace.lint(&[]).code, 1);
    let run = workspace.lint(&["fix", "--hashes", "--format", "json"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let files = run.json()["files"].clone();
    let order: Vec<_> = files.as_array().expect("a list").iter().map(|file| file["path"].as_str().unwrap_or_default()).collect();
    assert_eq!(order, ["a.object.json", "b.object.json", "c.object.json"], "leaf to root");
    assert_eq!(workspace.lint(&[]).code, 0);
}

#[test]
fn a_chain_is_followed_out_of_what_was_named() {
    let workspace = untrue();
    let over = |payload: &str, id: &str| descriptor(None).replace("payload/a.txt", payload).replace("letters", id);
    workspace.write("b.object.json", over("a.object.json", "second"));
    assert_eq!(workspace.lint(&["fix", "--hashes", "b.object.json"]).code, 0);
    workspace.lint(&["fix", "--hashes", "a.object.json"]);
    let run = workspace.lint(&[]);
    assert_eq!(run.code, 0, "{}", run.stdout);
}

#[test]
fn a_ring_of_hashes_ends_too() {
    let workspace = lawful();
    let over = |payload: &str, id: &str| descriptor(None).replace("payload/a.txt", payload).replace("letters", id);
    workspace.write("b.object.json", over("c.object.json", "second"));
    workspace.write("c.object.json", over("b.object.json", "third"));
    assert_eq!(workspace.lint(&["fix", "--hashes"]).code, 1);
}

#[test]
fn a_signed_document_is_left_alone_and_must_be_signed_again() {
    let workspace = untrue();
    let signed = workspace.read("a.object.json").replacen("{", "{\n  \"signature\": \"πsig:v1:ed25519:studio:00\",", 1);
    workspace.write("a.object.json", &signed);
    let run = workspace.lint(&["fix", "--hashes", "--format", "json"]);
    assert_eq!(run.code, 1);
    assert_eq!(workspace.read("a.object.json"), signed);
    let left = run.json()["left"]["diagnostics"].clone();
    let rules: Vec<_> = left.as_array().expect("a list").iter().map(|finding| finding["rule"].as_str().unwrap_or_default()).collect();
    assert!(rules.contains(&"workspace/sign-again"), "{rules:?}");
    assert!(rules.contains(&"object/payload-hash"), "{rules:?}");
}

#[test]
fn safe_fixes_need_no_option() {
    let workspace = lawful();
    let text = workspace.read("a.object.json");
    workspace.write("a.object.json", format!("\u{feff}{}", text.replace(ABC, &format!("sha256:{}", ABC[7..].to_uppercase()))));
    let run = workspace.lint(&["fix"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    assert_eq!(workspace.read("a.object.json"), text);
    assert!(run.stdout.contains("2 fixes in 1 file"), "{}", run.stdout);
}

#[test]
fn fixing_twice_changes_nothing_more() {
    let workspace = untrue();
    workspace.lint(&["fix", "--hashes", "--unsafe"]);
    let once = workspace.read("a.object.json");
    let run = workspace.lint(&["fix", "--hashes", "--unsafe"]);
    assert_eq!(workspace.read("a.object.json"), once);
    assert!(run.stdout.contains("0 fixes in 0 files"), "{}", run.stdout);
}
