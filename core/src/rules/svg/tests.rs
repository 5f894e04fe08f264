//! What must hold of the checks on drawings besides their verdicts, which the fixtures keep.

use std::sync::Arc;

use proptest::prelude::*;

use crate::{
    analysis::analyse,
    diagnostic::{Change, Diagnostic, Fix, Safety, Severity},
};

fn found(text: &str) -> Arc<[Diagnostic]> {
    analyse(&"brain.tensor.svg".into(), text.as_bytes()).findings
}

fn told(text: &str) -> Vec<String> {
    found(text).iter().map(|d| format!("{} {}", d.rule, &text[d.span.map_or(0..0, |span| span.range())])).collect()
}

fn drawing(content: &str) -> String {
    format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{content}</svg>")
}

fn applied(text: &str, fix: &Fix) -> String {
    let Change::Edits(edits) = &fix.changes[0].change else { panic!("a drawing is edited, not replaced") };
    let (mut out, mut from) = (String::new(), 0);
    for edit in edits {
        let range = edit.span.range();
        assert!(from <= range.start, "edits overlap or are out of order: {edits:?}");
        out.push_str(&text[from..range.start]);
        out.push_str(&edit.text);
        from = range.end;
    }
    out.push_str(&text[from..]);
    out
}

/// The content once the first fix of `rule` is applied, and how far that may be trusted.
fn fixed(content: &str, rule: &str) -> (String, Safety) {
    let text = drawing(content);
    let finding = found(&text)
        .iter()
        .find(|finding| finding.rule == rule)
        .cloned()
        .unwrap_or_else(|| panic!("no {rule} in {text}: {:?}", told(&text)));
    let fix = finding.fixes.first().unwrap_or_else(|| panic!("no fix: {finding:?}"));
    let after = applied(&text, fix);
    assert!(!found(&after).iter().any(|other| other.rule == rule && other.message == finding.message), "the finding stays: {after}");
    assert!(found(&after).iter().all(|finding| !finding.rule.starts_with("syntax/")), "no longer XML: {after}");
    (after.trim_start_matches("<svg xmlns=\"http://www.w3.org/2000/svg\">").trim_end_matches("</svg>").to_owned(), fix.safety)
}

// rows: B102 B103
#[test]
fn points_become_the_path_through_them() {
    for (before, after) in [
        ("<polyline points=\"0,0 3,4\"/>", "<path d=\"M0,0 3,4\"/>"),
        ("<polygon id='a' points=' 0 0,1 1-2.5.5 '  ></polygon >", "<path id='a' d='M 0 0,1 1-2.5.5 Z'  ></path >"),
    ] {
        assert_eq!(fixed(before, "svg/not-canonicalizable"), (after.to_owned(), Safety::Safe));
    }
    let text = "<s:svg xmlns:s=\"http://www.w3.org/2000/svg\"><s:polyline points=\"0,0 3,4\"></s:polyline></s:svg>";
    let fix = found(text)[0].fixes[0].clone();
    assert_eq!(applied(text, &fix), "<s:svg xmlns:s=\"http://www.w3.org/2000/svg\"><s:path d=\"M0,0 3,4\"></s:path></s:svg>");
    for broken in ["<polyline points=\"0,0 3\"/>", "<polyline points=\"0,0\"/>", "<polyline points=\"a\"/>"] {
        assert!(found(&drawing(broken)).iter().all(|finding| finding.fixes.is_empty()), "{broken}");
    }
}

// rows: B107 B108
#[test]
fn what_has_no_canonical_form_is_lowered_where_that_is_exact() {
    let a = "<g id=\"g\"><path id=\"a\" d=\"M0 0L3 4\"/></g>";
    for (before, after) in [
        ("<use href=\"#g\"/>", "<g><g><path d=\"M0 0L3 4\"/></g></g>"),
        (
            "<use id='u' x='3' y='4' transform='scale(2)' stroke-width='0.5' href='#a'/>",
            "<g id='u' stroke-width='0.5' transform=\"scale(2) translate(3 4)\"><path d=\"M0 0L3 4\"/></g>",
        ),
    ] {
        assert_eq!(fixed(&format!("{a}{before}"), "svg/not-canonicalizable"), (format!("{a}{after}"), Safety::Safe));
    }
    assert_eq!(
        fixed("<metadata>x</metadata><path d=\"M0 0L3 4\"/>", "svg/not-canonicalizable"),
        ("<path d=\"M0 0L3 4\"/>".to_owned(), Safety::Unsafe)
    );
    assert!(
        found(&drawing("<g id=\"g\"><path d=\"M0 0L3 4\"/><use href=\"#g\"/></g>")).iter().all(|finding| finding.fixes.is_empty()),
        "a use of itself"
    );
}

// rows: B126 B129 B130 B156
#[test]
fn attributes_and_groups_that_must_go_go() {
    for (rule, before, after, safety) in [
        ("svg/css", "<path class=\"a\" d=\"M0 0L3 4\"/>", "<path d=\"M0 0L3 4\"/>", Safety::Safe),
        (
            "svg/css",
            "<path d=\"M0 0L3 4\" style='fill:none; stroke-width: 0.5;'/>",
            "<path d=\"M0 0L3 4\" fill=\"none\" stroke-width=\"0.5\"/>",
            Safety::Safe,
        ),
        (
            "svg/css",
            "<path d=\"M0 0L3 4\" style='fill:url(#a);stroke: rgb(0, 0, 0)'/>",
            "<path d=\"M0 0L3 4\" fill=\"url(#a)\" stroke=\"rgb(0, 0, 0)\"/>",
            Safety::Safe,
        ),
        ("svg/css", "<path d=\"M0 0L3 4\" style='text-align:left;opacity:.5'/>", "<path d=\"M0 0L3 4\" opacity=\".5\"/>", Safety::Unsafe),
        ("svg/css", "<path d=\"M0 0L3 4\"\n style=\" \"/>", "<path d=\"M0 0L3 4\"/>", Safety::Safe),
        ("svg/css", "<style/><path class=\"a\" d=\"M0 0L3 4\"/>", "<style/><path d=\"M0 0L3 4\"/>", Safety::Unsafe),
        ("svg/event-handler", "<path onclick=\"f()\" d=\"M0 0L3 4\"/>", "<path d=\"M0 0L3 4\"/>", Safety::Unsafe),
        ("svg/timing-attribute", "<path d=\"M0 0L3 4\" dur='1s' />", "<path d=\"M0 0L3 4\" />", Safety::Unsafe),
        ("svg/empty-group", "<g></g><path d=\"M0 0L3 4\"/>", "<path d=\"M0 0L3 4\"/>", Safety::Safe),
        (
            "svg/rounded-rect",
            "<rect width=\"1\" height=\"1\" rx=\"0\" opacity=\"0\"/>",
            "<rect width=\"1\" height=\"1\" opacity=\"0\"/>",
            Safety::Safe,
        ),
        ("svg/forbidden-element", "<path d=\"M0 0L3 4\"/><text>w</text>", "<path d=\"M0 0L3 4\"/>", Safety::Unsafe),
    ] {
        assert_eq!(fixed(before, rule), (after.to_owned(), safety), "{before}");
    }
    let plain = "<svg><path d=\"M0 0L3 4\"/></svg>";
    assert_eq!(applied(plain, &found(plain)[0].fixes[0]), drawing("<path d=\"M0 0L3 4\"/>"));
    // what counts and is not plain, what the element has already, what is said twice, and what may hold a semicolon
    for style in ["stroke-width:calc(1 + 1)", "stroke-width:2", "fill:red;fill:blue", "fill:url('a;b')", "fill:red/* ; */"] {
        let text = drawing(&format!("<path d=\"M0 0L3 4\" stroke-width=\"0.5\" style=\"{style}\"/>"));
        assert!(found(&text)[0].fixes.is_empty(), "{style}");
    }
}

// rows: B105 B106
#[test]
fn ellipses_become_paths_and_idle_definitions_go() {
    let (after, safety) = fixed("<ellipse id='e' cx=\"1\" rx='2' ry=\"auto\" opacity='0.5'></ellipse>", "svg/not-canonicalizable");
    assert!(after.starts_with("<path id='e' d=\"M3 0C3 1.104569 ") && after.ends_with(" 3 0Z\" opacity='0.5'></path>"), "{after}");
    assert_eq!(safety, Safety::Safe);
    for (rx, ry) in [("0", "1"), ("-1", "1"), ("1em", "1")] {
        let text = drawing(&format!("<path d=\"M0 0L3 4\"/><ellipse rx=\"{rx}\" ry=\"{ry}\"/>"));
        assert!(found(&text).iter().filter(|f| f.rule == "svg/not-canonicalizable").all(|f| f.fixes.is_empty()), "{text}");
    }
    let line = "<path id=\"p\" d=\"M0 0L3 4\"/>";
    assert_eq!(fixed(&format!("<defs/>{line}"), "svg/not-canonicalizable"), (line.to_owned(), Safety::Safe));
    let painted = "<path d=\"M0 0L3 4\" fill=\"url(#a)\"/>";
    let defs = "<defs><path id=\"a\" d=\"M0 0L3 4\"/></defs>";
    assert_eq!(fixed(&format!("{defs}{painted}"), "svg/not-canonicalizable"), (painted.to_owned(), Safety::Unsafe));
    let text = drawing(&format!("{defs}<use href=\"#a\"/>"));
    let kept = found(&text).iter().find(|finding| finding.message.contains("`defs`")).is_some_and(|finding| finding.fixes.is_empty());
    assert!(kept, "what is still used stays");
}

// rows: B153 B156 B162
#[test]
fn curves_and_matrices_are_written_in_words_of_the_canonical_form() {
    for (rule, before, after, safety) in [
        (
            "svg/unsupported-transform",
            "<path transform=\"matrix(2,0,0,2,-10,4)\" d=\"M0 0L3 4\"/>",
            "<path transform=\"translate(-10 4) scale(2)\" d=\"M0 0L3 4\"/>",
            Safety::Safe,
        ),
        ("svg/unsupported-transform", "<path transform=\" matrix(1 0 0 1 0 0) \" d=\"M0 0L3 4\"/>", "<path d=\"M0 0L3 4\"/>", Safety::Safe),
        (
            "svg/unsupported-transform",
            "<path transform=\"scale(2) matrix(.6 .8 -.8 .6 0 1)\" d=\"M0 0L3 4\"/>",
            "<path transform=\"scale(2) translate(0 1) rotate(53.130102354)\" d=\"M0 0L3 4\"/>",
            Safety::Unsafe,
        ),
        ("svg/path-command", "<path d=\"M0 0a0 5 0 0 1 3 4&#x41;9 0 0 0 1 6 8\"/>", "<path d=\"M0 0l3 4L6 8\"/>", Safety::Unsafe),
    ] {
        assert_eq!(fixed(before, rule), (after.to_owned(), safety), "{before}");
    }
    let (after, safety) = fixed("<rect id='r' y=\"1\" width=\"4\" height=\"3\" rx='1' opacity=\"0\"/>", "svg/rounded-rect");
    assert!(after.starts_with("<path id='r' d=\"M1 1L3 1C") && after.ends_with("Z\" opacity=\"0\"/>"), "{after}");
    assert_eq!(safety, Safety::Unsafe);
    for broken in ["<path transform=\"skewX(3)\" d=\"M0 0L3 4\"/>", "<path transform=\"matrix(1 0 1 1 0 0)\" d=\"M0 0L3 4\"/>"] {
        assert!(found(&drawing(broken)).iter().all(|finding| finding.fixes.is_empty()), "{broken}");
    }
}

// rows: B131
#[test]
fn units_go_where_the_number_comes_out_even() {
    for (before, after) in [
        ("<line x2=\"3px\" y2=\"4\"/>", "<line x2=\"3\" y2=\"4\"/>"),
        ("<line x2=\" 25.4mm \" y2=\"4\"/>", "<line x2=\" 96 \" y2=\"4\"/>"),
        ("<line x2=\"3\" y2=\"4\" opacity=\"50%\"/>", "<line x2=\"3\" y2=\"4\" opacity=\"0.5\"/>"),
    ] {
        assert_eq!(fixed(before, "svg/viewport"), (after.to_owned(), Safety::Safe));
    }
    let text = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 80, 40\"><line x2=\"3\" y2=\"25%\"/></svg>";
    assert!(applied(text, &found(text)[0].fixes[0]).contains("y2=\"10\""));
    assert_eq!(found(&drawing("<line x2=\"1mm\"/>"))[0].help.as_deref(), Some("write a plain number: about `3.7795` is as long"));
    for broken in ["<line x2=\"1mm\"/>", "<line x2=\"50%\"/>", "<line x2=\"2em\"/>", "<circle r=\"50%\"/>"] {
        assert!(found(&drawing(broken)).iter().all(|finding| finding.fixes.is_empty()), "{broken}");
    }
}

// rows: B119 B128
#[test]
fn what_draws_nothing_goes_and_an_editors_own_goes_safely() {
    let line = "<path d=\"M0 0L3 4\"/>";
    for (rule, before, safety) in [
        ("svg/namespace", "<n:view xmlns:n=\"http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd\"/>", Safety::Safe),
        ("svg/namespace", "<n:view xmlns:n=\"urn:other\"/>", Safety::Unsafe),
        ("svg/unknown-element", "<title>two legs</title>", Safety::Unsafe),
    ] {
        assert_eq!(fixed(&format!("{before}{line}"), rule), (line.to_owned(), safety), "{before}");
    }
    for (before, after) in [
        ("<a href=\"#x\"><path d=\"M0 0L3 4\"/></a>", "<g href=\"#x\"><path d=\"M0 0L3 4\"/></g>"),
        ("<switch ><path d=\"M0 0L3 4\"/><text/></switch >", "<g ><path d=\"M0 0L3 4\"/><text/></g >"),
        ("<path d=\"M0 0L3 4\"/><switch><foreignObject/><text>w</text></switch>", line),
        ("<path d=\"M0 0L3 4\"/><a/>", line),
    ] {
        assert_eq!(fixed(before, "svg/unknown-element"), (after.to_owned(), Safety::Unsafe), "{before}");
    }
    for choice in [
        "<path d=\"M0 0L3 4\"/><path d=\"M3 4L6 8\"/>",
        "<foreignObject/><path d=\"M0 0L3 4\"/>",
        "<path systemLanguage=\"de\" d=\"M0 0L3 4\"/>",
    ] {
        let found = found(&drawing(&format!("<switch>{choice}</switch>")));
        assert!(found.iter().all(|finding| finding.rule != "svg/unknown-element" || finding.fixes.is_empty()), "{choice}");
    }
}

// rows: B100 B119
#[test]
fn findings_point_at_the_source_behind_references_and_line_ends() {
    let text = drawing("<path d=\"M0 0&#x4c;3 4\r\nL5&#x20;%\"/>");
    assert_eq!(told(&text), ["svg/path-data %"]);
    assert_eq!(found(&text)[0].locator, "/svg/path[1]/@d#3");
    let text = drawing("<path transform=\"rotate(45&#100;eg)\" d=\"M0 0L3 4\"/>");
    assert_eq!(told(&text), ["svg/transform &#100;eg"]);
}

// rows: B096
#[test]
fn one_cause_is_one_finding() {
    for (content, rules) in [
        ("<text x=\"1%\" style=\"a\">w<tspan/></text>", vec!["svg/forbidden-element text"]),
        ("<filter><feBlend/><animate/></filter>", vec!["svg/forbidden-element filter"]),
        ("<linearGradient><stop/><stop/></linearGradient>", vec!["svg/unknown-element linearGradient"]),
        ("<x:a xmlns:x=\"urn:x\"><x:b/><path d=\"\"/></x:a>", vec!["svg/namespace x:a"]),
        ("<path d=\"M0 0L1 1e9999Z\"/>", vec!["svg/range 1e9999", "svg/cycle-without-decay Z"]),
        ("<path d=\"M0 0A1 1 0 0 1 3 4A1 1 0 0 1 3 4\"/>", vec!["svg/path-command A1 1 0 0 1 3 4"]),
        (
            "<metadata><a:b xmlns:a=\"urn:a\" onclick=\"\"/><title/><?x?></metadata><path d=\"M0 0L3 4\"/>",
            vec!["svg/not-canonicalizable metadata"],
        ),
    ] {
        assert_eq!(told(&drawing(content)), rules, "{content}");
    }
    let text = drawing("<a fill=\"red\"><path d=\"M0 0L3 4\" fill=\"red\" foo=\"1\"/><path d=\"M3 4L6 8\" foo=\"2\" stroke=\"x\"/></a>");
    assert_eq!(told(&text), ["svg/unknown-element a", "svg/attribute fill", "svg/attribute foo"]);
}

// rows: B135
#[test]
fn a_part_of_a_path_goes_nowhere_only_when_that_is_certain() {
    for (d, lone) in [
        ("M0 0L3 4M5 5m1 1L6 6", vec!["M5 5"]),
        ("m0 0m1 1L1 1", vec!["m0 0"]),
        ("M1 1H1V1h0v0", vec!["M1 1"]),
        ("M1 1S1 1 1 1T1 1Q1 1 1 1", vec!["M1 1"]),
        ("M1 1A2 2 0 0 1 1 1", vec![]),
        ("M1 1V2", vec![]),
        ("M1 1H1.000000001", vec![]),
        ("M1 1H1.0000000001", vec!["M1 1"]),
        ("M0 0L3 4ZL0 0", vec!["L0 0"]),
        ("M0 0L3 4ZM5 5Z", vec!["M5 5"]),
        ("M0 0L3 4ZZ", vec![]),
    ] {
        let text = drawing(&format!("<path stroke-width=\"0.5\" d=\"{d}\"/>"));
        let zero: Vec<_> = told(&text).iter().filter_map(|told| told.strip_prefix("svg/zero-length ").map(str::to_owned)).collect();
        assert_eq!(zero, lone, "{d}");
    }
}

#[test]
fn a_hundred_findings_of_a_rule_are_enough() {
    let text = drawing(&"<path d=\"M0 0L3 4\" style=\"fill:red\"/>".repeat(250));
    let found = found(&text);
    assert_eq!(found.len(), 101);
    let rest = found.iter().find(|finding| finding.span.is_none()).expect("the rest");
    assert!(rest.message.starts_with("150 more"), "{}", rest.message);
    // what is left out of the report is not left out of the fix
    let style = |text: &str| text.matches("style").count();
    assert_eq!(style(&applied(&text, &rest.fixes[0])), 100);
    for (element, sign) in [
        ("<path d=\"M0 0L3 4\" stroke-width=\"2px\"/>", "px"),
        ("<path d=\"M0 0L3 4\" transform=\"matrix(2 0 0 2 0 0)\"/>", "matrix"),
        ("<path d=\"M0 0A5 5 0 0 1 3 4\"/>", "A5"),
        ("<polyline points=\"0 0 3 4\"/>", "polyline"),
    ] {
        let text = drawing(&element.repeat(250));
        let found = self::found(&text);
        let rest = found.iter().find(|finding| finding.span.is_none() && !finding.fixes.is_empty()).expect("the rest");
        let after = applied(&text, &rest.fixes[0]);
        assert_eq!(after.matches(sign).count(), 100, "{element}");
    }
    let text = drawing(&"<path d=\"M0 0L3 4\" colour=\"a\"/>".repeat(250));
    let found = self::found(&text);
    let [colour] = &found.iter().filter(|finding| finding.message.contains("colour")).collect::<Vec<_>>()[..] else {
        panic!("one finding")
    };
    assert!(!applied(&text, &colour.fixes[0]).contains("colour"));
}

// rows: B122 B130
#[test]
fn what_a_style_sheet_says_of_classes_becomes_attributes_before_it_goes() {
    let sheet = "<style>.a{stroke-width:2;fill:none;font:x} .b{stroke-width:.5px}</style>";
    let of = |element: &str| fixed(&format!("{sheet}{element}"), "svg/css").0.replace(sheet, "");
    for (before, after) in [
        ("<path d=\"M0 0L3 4\" class=\"b a\"/>", "<path d=\"M0 0L3 4\" fill=\"none\" font=\"x\" stroke-width=\".5px\"/>"),
        ("<g class=\"b\"><path d=\"M0 0L3 4\"/></g>", "<g stroke-width=\".5px\"><path d=\"M0 0L3 4\"/></g>"),
        ("<path stroke-width=\"9\" class=\"b\" d=\"M0 0L3 4\"/>", "<path stroke-width=\".5px\" d=\"M0 0L3 4\"/>"),
        ("<path class=\"other\" d=\"M0 0L3 4\"/>", "<path d=\"M0 0L3 4\"/>"),
    ] {
        assert_eq!(of(before), after, "{before}");
    }
    let fixes = |content: &str, rule: &str| -> Vec<String> {
        let found = found(&drawing(content));
        found.iter().filter(|finding| finding.rule == rule).flat_map(|finding| &finding.fixes).map(|fix| fix.title.clone()).collect()
    };
    // its own `style` counts more than its class: the class goes first, and without what stands there
    let both = format!("{sheet}<path class=\"b\" style=\"stroke-width:3\" d=\"M0 0L3 4\"/>");
    assert_eq!(fixes(&both, "svg/css"), ["write what the style sheet says of it as attributes"]);
    assert!(of("<path class=\"b\" style=\"stroke-width:3\" d=\"M0 0L3 4\"/>").contains("<path style="));
    // the sheet waits for them
    assert!(fixes(&both, "svg/forbidden-element").is_empty());
    assert_eq!(fixes(&format!("{sheet}<path class=\"c\" d=\"M0 0L3 4\"/>"), "svg/forbidden-element"), ["remove `style`"]);
    // a sheet that cannot be read so simply goes as before
    let other = "<style>.b>path{stroke-width:2}</style><path class=\"b\" d=\"M0 0L3 4\"/>";
    assert_eq!((fixes(other, "svg/css").len(), fixes(other, "svg/forbidden-element").len()), (1, 1));
    // what counts and cannot be written as an attribute is not dropped
    assert!(fixes("<style>.a{transform:rotate(3deg)}</style><path class=\"a\" d=\"M0 0L3 4\"/>", "svg/css").is_empty());
}

// rows: B107
#[test]
fn a_thousand_uses_of_the_group_around_them_end() {
    let text = drawing(&format!("<g id=\"g\"><path d=\"M0 0L3 4\"/>{}</g>", "<use href=\"#g\"/>".repeat(5_000)));
    assert!(found(&text).iter().any(|finding| finding.rule == "svg/reference"));
    let chain: String = (0..5_000).map(|n| format!("<g id=\"g{n}\"><use href=\"#g{}\"/></g>", n + 1)).collect();
    let text = drawing(&format!("{chain}<g id=\"g5000\"><path d=\"M0 0L3 4\"/></g>"));
    assert!(found(&text).iter().all(|finding| finding.rule != "svg/reference"));
}

const SAMPLE: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink='http://www.w3.org/1999/xlink' width='10%'>\
    <g id='g' transform=\"rotate(45 1 &#49;) scale(2)\" stroke-width='.5'><path id='a' class='c' d='M0 0\tL1 1h0&#x5a;m1 1z' style='fill:red;opacity:1'/>\
    <rect width='4' height='0' rx='0'/><circle r='1e2'/></g><defs><ellipse rx='1' ry='auto'/></defs><polygon points='0,0 1 1-2'/>\
    <use xlink:href='#g' x='1'/><metadata>&lt;x&gt;<style/></metadata><g/><line x1='0' x2='1px'/></svg>\n";

proptest! {
    #[test]
    fn any_change_of_a_drawing_is_judged(at in 0..SAMPLE.len(), len in 0usize..12, put in "(<|>|/|&|\"|'|=| |[a-zé0-9#%.,-]){0,4}") {
        let mut text = SAMPLE.to_owned();
        text.replace_range(at..(at + len).min(SAMPLE.len()), &put);
        for finding in found(&text).iter() {
            prop_assert!(finding.span.is_none_or(|span| text.get(span.range()).is_some()), "{finding:?}");
            prop_assert!(finding.severity != Severity::Error || finding.spec_error.is_some(), "{finding:?}");
            for fix in &finding.fixes {
                applied(&text, fix);
            }
        }
    }
}
