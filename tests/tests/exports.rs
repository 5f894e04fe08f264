//! Drawings as editors write them: what a person is told, what `fix` makes of them, and that the picture stays what it was.

use std::{collections::BTreeSet, fs};

use mx2lm_core::{
    diagnostic::Severity,
    fix::{self, Wanted},
    lint::Options,
};
use resvg::{
    tiny_skia::{Color, Pixmap, Transform},
    usvg::{self, Tree},
};

/// What is left of a drawing after `fix`.
struct Export {
    name: &'static str,
    /// Errors and warnings that stay after the safe fixes.
    safe: &'static [&'static str],
    /// Errors and warnings that stay when unsafe fixes are made too.
    all: &'static [&'static str],
    /// Whether the picture is the same after the unsafe fixes too; after the safe ones it always is.
    same: bool,
}

const fn export(name: &'static str, safe: &'static [&'static str], all: &'static [&'static str], same: bool) -> Export {
    Export { name, safe, all, same }
}

/// A closed outline of full strength needs an author: only he knows how strong the cycle is meant to be.
const DECAY: &str = "svg/cycle-without-decay";

#[rustfmt::skip]
const EXPORTS: &[Export] = &[
    export("drawio-flow", &["svg/attribute", "svg/disconnected"], &["svg/disconnected"], true),
    export("drawio-label", &["svg/css", "svg/forbidden-element", "svg/unknown-element"], &[], true),
    export("figma-clipped", &[DECAY, "svg/not-canonicalizable", "svg/unknown-element"], &[], true),
    export("figma-gradient", &["svg/not-canonicalizable", "svg/unknown-element"], &[], false),
    export("figma-icon", &[], &[], true),
    export("figma-rotated-rect", &[], &[], true),
    export("figma-rounded-frame", &["svg/rounded-rect"], &[], true),
    export("hand-spinner", &["svg/event-handler", "svg/forbidden-element"], &[], true),
    export("hand-symbol-reuse", &[], &[], true),
    export("hand-two-pieces", &["svg/disconnected"], &["svg/disconnected"], true),
    export("hand-units", &["svg/unknown-element"], &[], true),
    export("illustrator-classes", &["svg/attribute", "svg/css", DECAY, "svg/forbidden-element"], &[], true),
    export("illustrator-ellipse", &[], &[], true),
    export("illustrator-icon", &["svg/attribute"], &[], true),
    export("illustrator-polygon-star", &["svg/attribute"], &[], true),
    export("inkscape-ellipse-arc", &["svg/attribute", "svg/path-command"], &[], true),
    export("inkscape-matrix", &[], &[], true),
    export("inkscape-mm-page", &["svg/not-canonicalizable"], &[], true),
    export("inkscape-native", &["svg/attribute"], &[], true),
    export("inkscape-plain-curve", &[], &[], true),
];

/// Width and height of the pictures that are compared.
const SIZE: u32 = 256;
/// Mean difference of a channel, of 255, that edges drawn in another order of arithmetic make.
const NOISE: f64 = 0.5;

/// The drawing stays the author's: the canonical text has no colours, and is drawn in its own box.
const AUTHORED: &str = "[rules]\n\"svg/canonical-form\" = \"off\"\n";

fn picture(svg: &[u8]) -> Pixmap {
    let tree = Tree::from_data(svg, &usvg::Options::default()).expect("a drawing that another program reads too");
    let mut pixels = Pixmap::new(SIZE, SIZE).expect("a size");
    pixels.fill(Color::WHITE);
    let size = tree.size();
    let scale = Transform::from_scale(SIZE as f32 / size.width(), SIZE as f32 / size.height());
    resvg::render(&tree, scale, &mut pixels.as_mut());
    pixels
}

fn difference(a: &Pixmap, b: &Pixmap) -> f64 {
    let sum: u64 = a.data().iter().zip(b.data()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / a.data().len() as f64
}

/// The drawing after `fix`, and the rules of the errors and warnings that stay.
fn fixed(name: &str, source: &[u8], unsafe_too: bool, config: &str) -> (Vec<u8>, BTreeSet<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join(format!("{name}.tensor.svg"));
    fs::write(folder.path().join("mx2lm.toml"), config).expect("it is written");
    fs::write(&file, source).expect("it is written");
    let options = Options { paths: vec![file], ..Options::default() };
    let runs = fix::fix(&options, Wanted { unsafe_too, hashes: false }, &|_| {}).expect("it runs");
    let after = runs.iter().flat_map(|run| &run.files).last().map_or_else(|| source.to_vec(), |file| file.after.to_vec());
    let grave = runs.iter().flat_map(|run| &run.outcome.diagnostics).filter(|finding| finding.severity > Severity::Info);
    (after, grave.map(|finding| finding.rule.to_string()).collect())
}

// rows: B102 B103 B105 B106 B107 B108 B150 B152
#[test]
fn exports_become_lawful_or_say_why_not_and_look_as_before() {
    let folder = mx2lm_tests::tests_folder().join("exports");
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for export in EXPORTS {
        seen.insert(format!("{}.svg", export.name));
        let source = fs::read(folder.join(format!("{}.svg", export.name))).expect("the drawing is there");
        let before = picture(&source);
        for (unsafe_too, wanted) in [(false, export.safe), (true, export.all)] {
            let (after, left) = fixed(export.name, &source, unsafe_too, AUTHORED);
            let wanted: BTreeSet<_> = wanted.iter().map(|rule| (*rule).to_owned()).collect();
            if left != wanted {
                wrong.push(format!(
                    "{}, unsafe {unsafe_too}: left {left:?}, wanted {wanted:?}\n{}",
                    export.name,
                    String::from_utf8_lossy(&after)
                ));
            }
            let off = difference(&before, &picture(&after));
            if (off > NOISE) == (export.same || !unsafe_too) {
                wrong.push(format!(
                    "{}, unsafe {unsafe_too}: the pictures differ by {off:.3}\n{}",
                    export.name,
                    String::from_utf8_lossy(&after)
                ));
            }
        }
    }
    for export in EXPORTS.iter().filter(|export| export.all.is_empty()) {
        let source = fs::read(folder.join(format!("{}.svg", export.name))).expect("the drawing is there");
        let (after, left) = fixed(export.name, &source, true, "");
        if !left.is_empty() || !String::from_utf8_lossy(&after).contains("data-mx2lm=\"canonical.v1\"") {
            wrong.push(format!("{}: not brought into canonical form: {left:?}\n{}", export.name, String::from_utf8_lossy(&after)));
        }
    }
    let held: BTreeSet<_> = fs::read_dir(&folder)
        .expect("the folder is there")
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .collect();
    assert_eq!(seen, held, "a drawing without a verdict");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
