//! What holds of explanations.

use super::text::{Characters, End, Lines, Mark};
use super::*;

const STORED: &str = "{\n  \"b\": 1.0,\n  \"a\": [\"\u{e9}\", 2],\n  \"c\": {}\n}\n";

fn told(declared: &[u8], stored: &str) -> Option<String> {
    explain(&Digest::of(declared).to_string(), stored.as_bytes(), true).map(|variant| variant.to_string())
}

#[test]
// rows: A605 A641
fn what_editors_and_version_control_do_is_recognised() {
    let windows = STORED.replace('\n', "\r\n");
    assert_eq!(told(windows.as_bytes(), STORED).unwrap(), "the declared value is the hash of the same text with Windows line ends");
    assert_eq!(told(STORED.as_bytes(), &windows).unwrap(), "the declared value is the hash of the same text with Unix line ends");
    assert_eq!(
        told(STORED.trim_end().as_bytes(), STORED).unwrap(),
        "the declared value is the hash of the same text without the line end at its end"
    );
    assert_eq!(
        told(STORED.as_bytes(), STORED.trim_end()).unwrap(),
        "the declared value is the hash of the same text with one more line end at its end"
    );
    let both = windows.trim_end();
    assert!(told(both.as_bytes(), STORED).unwrap().ends_with("with Windows line ends and without the line end at its end"));
    let marked = format!("\u{feff}{STORED}");
    for (declared, stored) in [(&*marked, STORED), (STORED, &*marked)] {
        assert!(told(declared.as_bytes(), stored).unwrap().ends_with("with the byte order mark put in or taken out"));
    }
    let decomposed = STORED.replace('é', "e\u{301}");
    assert!(told(decomposed.as_bytes(), STORED).unwrap().contains("NFD"));
    assert!(told(STORED.as_bytes(), &decomposed).unwrap().contains("NFC"));
    let wide: Vec<u8> = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(told(&wide, STORED).unwrap().contains("UTF-16"));
}

#[test]
// rows: A605 A641
fn what_serialisers_do_is_recognised() {
    for (declared, ending) in [
        (r#"{"a":["é",2],"b":1,"c":{}}"#, "canonical JSON, where the bytes as stored count"),
        (r#"{"b":1.0,"a":["é",2],"c":{}}"#, "the same JSON written without white space"),
        (r#"{"a":["é",2],"b":1.0,"c":{}}"#, "written without white space, its members sorted"),
        (
            r#"{"b": 1.0, "a": ["\u00e9", 2], "c": {}}"#,
            "written on one line with a space after each comma and colon, everything beyond ASCII escaped",
        ),
        (
            "{\n  \"b\": 1,\n  \"a\": [\n    \"é\",\n    2\n  ],\n  \"c\": {}\n}",
            "an indent of 2 spaces, its numbers in their shortest spelling",
        ),
        (
            "{\n    \"a\": [\n        \"é\",\n        2\n    ],\n    \"b\": 1.0,\n    \"c\": {}\n}\n",
            "an indent of 4 spaces, its members sorted, a line end at its end",
        ),
        ("{\n\t\"b\": 1.0,\n\t\"a\": [\n\t\t\"é\",\n\t\t2\n\t],\n\t\"c\": {}\n}", "an indent of tabs"),
    ] {
        assert!(
            told(declared.as_bytes(), STORED).unwrap_or_default().ends_with(ending),
            "{declared}: {:?}",
            told(declared.as_bytes(), STORED)
        );
    }
}

#[test]
fn slips_with_the_value_itself_are_recognised() {
    let right = Digest::of(STORED.as_bytes());
    let explain = |declared: &str| explain(declared, STORED.as_bytes(), true);
    assert_eq!(explain(&right.to_string()), None);
    assert_eq!(explain(&right.to_string().replace(&right.hex(), &right.hex().to_uppercase())), Some(Variant::UpperCase));
    assert_eq!(explain(&right.hex()), Some(Variant::NoScheme));
    assert_eq!(explain(&Digest::EMPTY.to_string()), Some(Variant::Empty));
    assert_eq!(explain(&Digest::of(right.hex().as_bytes()).to_string()), Some(Variant::OfItsText));
    assert_eq!(explain(&Digest::of(format!("{right}\n").as_bytes()).to_string()), Some(Variant::OfItsText));
    assert_eq!(explain(&Digest::of(&right.0).to_string()), Some(Variant::OfItsBytes));
    let mut mistyped = right;
    mistyped.0[3] ^= 0x01;
    mistyped.0[4] ^= 0x11;
    assert_eq!(explain(&mistyped.to_string()), Some(Variant::Mistyped(3)));
    assert_eq!(explain(&Digest::of(b"something else").to_string()), None);
    assert_eq!(explain("sha256:…"), None);
    assert_eq!(explain(""), None);
}

#[test]
fn bytes_that_are_no_text_and_large_files_are_left_at_once() {
    let noise = [0xff, 0xfe, b'\n', 0x00];
    assert_eq!(explain(&Digest::of(b"\xff\xfe\r\n\x00").to_string(), &noise, false), None);
    let stored = "x\ny\n".repeat(1000);
    let windows = Digest::of(stored.replace('\n', "\r\n").as_bytes());
    let search = |left| Search { digest: windows, left }.text_form(stored.as_bytes());
    assert!(search(10_000).is_some());
    assert!(search(5_000).is_none());
}

#[test]
fn every_form_says_what_it_is() {
    let mut said: Vec<String> =
        TextForm::ALL.iter().map(ToString::to_string).chain(Layout::all().map(|layout| layout.to_string())).collect();
    let count = said.len();
    said.sort_unstable();
    said.dedup();
    assert_eq!(said.len(), count);
    let nothing = TextForm { mark: Mark::Kept, lines: Lines::Kept, end: End::Kept, characters: Characters::Kept };
    assert!(!TextForm::ALL.contains(&nothing));
}
