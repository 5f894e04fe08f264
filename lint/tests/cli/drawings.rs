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

/// Curves, which a tolerance makes to lines; its hashes are those of an independent reading of CANONICAL, without a word and with 0.25.
const CURVED: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\">\n  <g id=\"layer\">\n    <path id=\"a\" d=\"M0 0L3 4C5 6 7 6 9 4h3\" stroke-width=\"0.5\"/>\n    <circle id=\"c\" cx=\"10\" cy=\"4\" r=\"2\" opacity=\".5\"/>\n  </g>\n</svg>\n";
const USUAL: [&str; 2] = [
    "sha256:b4a77e941809e1c917ab77795a847897aacf7c8e12d6bf8420f79f82bad563c8",
    "sha256:0c7dd03d0a9c4fb42034835eaa9de8914c0ded8e2d8aeffedb3fe81592993078",
];
const COARSE: [&str; 2] = [
    "sha256:8dc45d9b6916f77a61dc25b384dab137ccb3301af4a2e1c7eba0edc9d0bdaa2c",
    "sha256:d4440e9da179dd3ed3e444239ece9b4ffb1061508c84a0b8bc6164d1076d6e56",
];

// rows: B168
#[test]
fn commands_take_the_tolerance_that_the_descriptor_declares_and_say_so() {
    let descriptor = |location: &str| {
        format!(
            "{{\"$schema\":\"object://schema/ai.brain.svg-tensor.v1\",\"id\":\"object://ai/a\",\"epsilon\":0.25,\"payload\":{{\"location\":\"{location}\"}}}}"
        )
    };
    let ws = Workspace::new(&[("own/c.svg", CURVED), ("own/object.json", &descriptor("./c.svg")), ("free/c.svg", CURVED)]);
    let text = ws.lint(&["hash", "own/c.svg"]).stdout;
    assert!(COARSE.iter().all(|hash| text.contains(hash)) && text.contains("0.25 (the `epsilon` of `own/object.json`)"), "{text}");
    let text = ws.lint(&["hash", "free/c.svg"]).stdout;
    assert!(USUAL.iter().all(|hash| text.contains(hash)) && !text.contains("tolerance"), "{text}");
    let by_hand = ws.lint(&["hash", "own/c.svg", "free/c.svg", "--epsilon", "2.5e-1", "--format", "json"]).json();
    for file in by_hand["files"].as_array().expect("two files") {
        assert_eq!((&file["canonical_svg_hash"], &file["epsilon"]), (&COARSE[0].into(), &0.25.into()));
    }
    let canon = ws.lint(&["canon", "own/c.svg"]);
    assert!(canon.stderr.contains("tolerance of curves 0.25"), "{}", canon.stderr);
    ws.write("coarse.svg", &canon.stdout);
    let again = ws.lint(&["hash", "coarse.svg"]).stdout;
    assert_eq!(again.matches(COARSE[0]).count(), 2, "{again}");
    assert_eq!(ws.lint(&["canon", "own/c.svg", "--format", "json"]).json()["epsilon_declared_by"], "own/object.json");

    assert_eq!(ws.lint(&["scxq2", "encode", "own/c.svg", "-o", "own/c.scxq2"]).code, 0);
    assert!(ws.lint(&["scxq2", "verify", "own/c.scxq2"]).stdout.contains(COARSE[1]));
    // of a pack that stands alone the descriptor of the pack counts
    ws.write("free/object.json", descriptor("./c.scxq2"));
    ws.lint(&["scxq2", "encode", "free/c.svg", "-o", "free/c.scxq2", "--epsilon", "0.25"]);
    let packed = ws.lint(&["scxq2", "encode", "free/c.svg", "--format", "json"]).json();
    assert_eq!(packed["merkle_root"], COARSE[1]);

    for command in [["tensor", "inspect"], ["tensor", "accumulate"]] {
        let of = |file| ws.lint(&[command[0], command[1], file]).stdout;
        let (drawing, pack) = (of("own/c.svg"), of("own/c.scxq2"));
        let told = drawing.lines().filter(|line| line.contains("tolerance of curves 0.25")).count();
        let rest = |text: &str| text.lines().filter(|line| !line.contains("c.s") && !line.contains("tolerance")).count();
        assert!(told == 1 && rest(&drawing) == rest(&pack) && rest(&pack) > 4, "{drawing}{pack}");
    }
    assert_eq!(ws.lint(&["canon", "own/c.scxq2"]).stdout, canon.stdout);
    ws.lint(&["tensor", "plot", "own/c.svg", "-o", "plot.svg"]);
    assert!(ws.read("plot.svg").contains(COARSE[0]) && ws.read("plot.svg").contains("tolerance of curves 0.25"));
    for wrong in ["0", "2", "-1", "x", "1e400"] {
        assert_eq!(ws.lint(&["canon", "own/c.svg", &format!("--epsilon={wrong}")]).code, 2, "{wrong}");
    }

    // the canonical text that a fix stores is the one whose hash is declared
    assert_eq!(ws.lint(&["fix", "--unsafe", "own/c.svg"]).code, 0);
    assert_eq!(ws.read("own/c.svg"), canon.stdout);
}

#[test]
fn a_drawing_is_not_written_over_by_what_is_made_of_it() {
    let ws = Workspace::new(&[("chain.svg", CHAIN)]);
    for command in [["tensor", "plot"], ["scxq2", "encode"]] {
        let run = ws.lint(&[command[0], command[1], "chain.svg", "-o", "./chain.svg"]);
        assert!(run.code == 2 && run.stderr.contains("would be written over"), "{command:?}: {}", run.stderr);
        assert_eq!(ws.read("chain.svg"), CHAIN);
    }
}
