//! Drawings at the prompt: their canonical text, their hashes, and pictures of them.

use crate::Workspace;

/// The drawing of CANONICAL §7.
const CHAIN: &str = r#"<svg xmlns="http://www.w3.org/2000/svg"><line id="a" x1="0" y1="0" x2="3" y2="4"/><line id="b" x1="3" y1="4" x2="6" y2="8" stroke-width="0.5"/></svg>"#;
const CANONICAL_HASH: &str = "sha256:3851663b886447d6296c7bf812170bc2a833ef49c40e1bbed3c15e3bb754989f";

#[test]
fn the_hashes_of_a_drawing_stand_under_their_own_names() {
    let ws = Workspace::new(&[("chain.svg", CHAIN)]);
    let text = ws.lint(&["hash", "chain.svg"]).stdout;
    for hash in [
        CANONICAL_HASH,
        "sha256:704d9356b9e81474f84c020af3e89d7d9b44c192b57f3f5ad503917bd2d44a68",
        "sha256:52296c41e44a46319dd058241d49622665ac81040fc372e5f2dddbe6333acc0e",
    ] {
        assert_eq!(text.matches(hash).count(), 1, "{hash}: {text}");
    }
    let canonical = ws.lint(&["canon", "chain.svg"]);
    ws.write("canonical.svg", &canonical.stdout);
    let again = ws.lint(&["hash", "canonical.svg"]).stdout;
    assert_eq!(again.matches(CANONICAL_HASH).count(), 2, "the payload is its own canonical text: {again}");
}

#[test]
fn a_plot_shows_what_is_lawful_and_what_is_not() {
    let apart = CHAIN.replace("x1=\"3\"", "x1=\"3.5\"");
    let ws = Workspace::new(&[
        ("chain.svg", CHAIN),
        ("apart.svg", &apart),
        ("arc.svg", &CHAIN.replace("<line id=\"a\"", "<path d=\"M0 0A1 1 0 0 1 1 1\"/><line id=\"a\"")),
    ]);
    assert_eq!(ws.lint(&["tensor", "plot", "chain.svg", "-o", "chain-plot.svg"]).code, 0);
    let lawful = ws.read("chain-plot.svg");
    assert!(lawful.contains(CANONICAL_HASH) && lawful.contains("1 vertex that no edge enters"), "{lawful}");
    assert_eq!(ws.lint(&["tensor", "plot", "apart.svg", "-o", "apart-plot.svg"]).code, 0);
    assert!(ws.read("apart-plot.svg").contains("no tensor: 2 pieces that share no point"));
    assert_eq!(ws.lint(&["scxq2", "encode", "chain.svg", "-o", "chain.scxq2"]).code, 0);
    assert_eq!(ws.lint(&["tensor", "plot", "chain.scxq2", "-o", "pack-plot.svg"]).code, 0);
    assert!(ws.read("pack-plot.svg").contains(CANONICAL_HASH));
    for (arguments, words) in [
        (["tensor", "plot", "arc.svg", "-o", "arc-plot.svg"], "knows no arcs"),
        (["tensor", "plot", "chain.svg", "-o", "chain.gif"], "neither `.svg` nor `.png`"),
        (["tensor", "plot", "missing.svg", "-o", "x.svg"], "missing.svg"),
    ] {
        let run = ws.lint(&arguments);
        assert!(run.code != 0 && run.stderr.contains(words), "{words}: {} {}", run.code, run.stderr);
    }
}

// rows: A410
#[test]
fn what_nothing_uses_is_removed_and_leaves_no_trace_in_the_canonical_form() {
    let path = |d: &str| format!("<path stroke-width=\"0.5\" d=\"{d}\"/>");
    let svg = |content: &str| format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{content}</svg>");
    let plain = svg(&(path("M0 0L3 4") + &path("M3 4L9 4Z")));
    let littered = svg(&format!(
        "<metadata>made by hand</metadata><defs><path id=\"never\" d=\"M7 7L8 8\"/></defs>{}<g></g><defs/>{}",
        path("M0 0L3 4"),
        path("M3 4L9 4Z")
    ));
    let ws = Workspace::new(&[("plain.tensor.svg", &plain), ("littered.tensor.svg", &littered)]);
    let canonical = ws.lint(&["canon", "plain.tensor.svg"]);
    assert_ne!(ws.lint(&["canon", "littered.tensor.svg"]).code, 0);
    ws.lint(&["fix", "--unsafe", "littered.tensor.svg"]);
    let cleaned = ws.lint(&["canon", "littered.tensor.svg"]);
    assert_eq!((cleaned.code, &cleaned.stdout), (0, &canonical.stdout), "{}", ws.read("littered.tensor.svg"));
}
