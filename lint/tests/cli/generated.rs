//! Pages that the program writes are what it would write today.

use crate::run_in;

#[test]
fn the_generated_pages_are_up_to_date() {
    let fresh = tempfile::tempdir().expect("a temporary folder");
    let folder = fresh.path().to_str().expect("UTF-8");
    let run = run_in(&std::env::temp_dir(), &["manual", folder], b"");
    assert_eq!(run.code, 0, "{}", run.stderr);
    let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    for entry in std::fs::read_dir(fresh.path()).expect("a folder") {
        let entry = entry.expect("an entry");
        let name = entry.file_name();
        let stored = std::fs::read_to_string(docs.join(&name)).unwrap_or_default();
        let wanted = std::fs::read_to_string(entry.path()).expect("a page");
        // The whole of both pages would help nobody.
        assert!(stored == wanted, "docs/{} is stale: run `cargo run -p mx2lm-lint -- manual docs`", name.to_string_lossy());
    }
}

#[test]
fn the_readme_shows_a_real_report() {
    let project = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let run = run_in(&project.join("tests/workspaces/editor"), &["tides"], b"");
    let readme = std::fs::read_to_string(project.join("README.md")).expect("the readme");
    assert!(readme.contains(&format!("```text\n$ mx2lm-lint tides\n{}```", run.stdout)), "{}", run.stdout);
}
