//! Packs of lanes: whatever makes a reader refuse one, at the byte, and closed elements without decay (`CANONICAL` §3, §5).

use crate::{
    diagnostic::Severity,
    rules::{Check, Docs, Example, FileContext, Finding, Findings, On, Place, Rule},
    scxq2::{
        layout::{self, Part},
        pack::Pack,
        rejection::{Name, Rejection},
    },
    text::Span,
};

/// Magics of other things that `*.scxq2` may be.
const OTHERS: &[&[u8]] = &[b"SCXQ2T", b"SCXQ2N"];

const GOOD: &[Example] =
    &[Example { note: "two lines, the second of half the width", file: "chain.scxq2", files: &[("chain.scxq2", CHAIN)] }];

pub(super) const CHAIN: &str = "5343585132530001050012000000330100004d3f0000001c000000545b0000001c00000047770000004400000058bb0000005400000057 \
             0f010000240000004d0100000000000002000000ca978112000002003e23e8160000000054010001000000000200000000000000010000 \
             00010000000100000047010001000001000400000001010201010102010000000000000000000000000080000000800000000000000080 \
             00000080000000000000008000000080000000000000580100000000010003000000000006000000000000000000000008000000000000 \
             00000000000100000000000000000000000100000000000000000000000100000000000000000000000100000000000000000057010000 \
             000001000200000005b50000000001000000000005b500000080000000000000";

const fn rule(name: &'static str, rows: &'static [&'static str], docs: Docs) -> Rule {
    Rule { name, severity: Severity::Error, rows, on: On::Kinds(&["scxq2"]), check: Check::Elsewhere, fix: None, docs }
}

/// A file that is no pack.
pub static MAGIC: Rule = Rule {
    check: Check::File(check),
    ..rule(
        "scxq2/pack-magic",
        &["B314"],
        Docs {
            what: "A `*.scxq2` file that does not begin with `SCXQ2S` (lanes), `SCXQ2T` (a tensor record) or `SCXQ2N` (a micronaut record).",
            why: "The first six bytes say what the rest is. A loader that meets others stops there.",
            fix: "Put the right file in its place, or pack the drawing again with `mx2lm-lint scxq2 encode`.",
            bad: &[Example {
                note: "a small letter",
                file: "chain.scxq2",
                files: &[(
                    "chain.scxq2",
                    "7343585132530001050012000000330100004d3f0000001c000000545b0000001c00000047770000004400000058bb0000005400000057 \
             0f010000240000004d0100000000000002000000ca978112000002003e23e8160000000054010001000000000200000000000000010000 \
             00010000000100000047010001000001000400000001010201010102010000000000000000000000000080000000800000000000000080 \
             00000080000000000000008000000080000000000000580100000000010003000000000006000000000000000000000008000000000000 \
             00000000000100000000000000000000000100000000000000000000000100000000000000000000000100000000000000000057010000 \
             000001000200000005b50000000001000000000005b500000080000000000000",
                )],
            }],
            good: GOOD,
        },
    )
};

/// Another version.
pub static VERSION: Rule = rule(
    "scxq2/pack-version",
    &["B262", "B263", "B315"],
    Docs {
        what: "A pack of another version than 0x0100, or a lane whose header says another version than 1.0.",
        why: "Another version may mean another layout, so nothing after it can be read.",
        fix: "Pack the drawing again with `mx2lm-lint scxq2 encode`.",
        bad: &[Example {
            note: "version 0x0200",
            file: "chain.scxq2",
            files: &[(
                "chain.scxq2",
                "5343585132530002050012000000330100004d3f0000001c000000545b0000001c00000047770000004400000058bb0000005400000057 \
             0f010000240000004d0100000000000002000000ca978112000002003e23e8160000000054010001000000000200000000000000010000 \
             00010000000100000047010001000001000400000001010201010102010000000000000000000000000080000000800000000000000080 \
             00000080000000000000008000000080000000000000580100000000010003000000000006000000000000000000000008000000000000 \
             00000000000100000000000000000000000100000000000000000000000100000000000000000000000100000000000000000057010000 \
             000001000200000005b50000000001000000000005b500000080000000000000",
            )],
        }],
        good: GOOD,
    },
);

/// A lane that is not there.
pub static LANE_MISSING: Rule = rule(
    "scxq2/pack-missing-lane",
    &["B187", "B192", "B316", "B321"],
    Docs {
        what: "A pack without one of the lanes M, T, G, X and W. Lanes named QG or A are views of these five and never stand in a file.",
        why: "Each lane holds what the others need. With one missing there is no tensor.",
        fix: "Pack the drawing again with `mx2lm-lint scxq2 encode`.",
        bad: &[Example {
            note: "lane G is called A",
            file: "chain.scxq2",
            files: &[(
                "chain.scxq2",
                "5343585132530001050012000000330100004d3f0000001c000000545b0000001c00000041770000004400000058bb0000005400000057 \
             0f010000240000004d0100000000000002000000ca978112000002003e23e8160000000054010001000000000200000000000000010000 \
             00010000000100000047010001000001000400000001010201010102010000000000000000000000000080000000800000000000000080 \
             00000080000000000000008000000080000000000000580100000000010003000000000006000000000000000000000008000000000000 \
             00000000000100000000000000000000000100000000000000000000000100000000000000000000000100000000000000000057010000 \
             000001000200000005b50000000001000000000005b500000080000000000000",
            )],
        }],
        good: GOOD,
    },
);

/// Header or table of contents.
pub static ENVELOPE: Rule = rule(
    "scxq2/pack-envelope",
    &["B255", "B259", "B313", "B316", "B317", "B318", "B319", "B320", "B322", "B323", "B378"],
    Docs {
        what: "A header or table of contents that does not describe the file: a wrong size, a gap or an overlap between lanes, lanes in another order, bytes after the last one, or a file that was cut off.",
        why: "Readers take lanes by offset and size. Where these are wrong they read something else, and a second pack of the same tensor could exist.",
        fix: "Fetch the file again when it was cut off; else pack the drawing again with `mx2lm-lint scxq2 encode`.",
        bad: &[Example {
            note: "a byte after the last lane",
            file: "chain.scxq2",
            files: &[(
                "chain.scxq2",
                "5343585132530001050012000000330100004d3f0000001c000000545b0000001c00000047770000004400000058bb0000005400000057 \
             0f010000240000004d0100000000000002000000ca978112000002003e23e8160000000054010001000000000200000000000000010000 \
             00010000000100000047010001000001000400000001010201010102010000000000000000000000000080000000800000000000000080 \
             00000080000000000000008000000080000000000000580100000000010003000000000006000000000000000000000008000000000000 \
             00000000000100000000000000000000000100000000000000000000000100000000000000000000000100000000000000000057010000 \
             000001000200000005b50000000001000000000005b50000008000000000000000",
            )],
        }],
        good: GOOD,
    },
);

/// An encoding nobody can read.
pub static ENCODING: Rule = rule(
    "scxq2/pack-encoding",
    &["B269", "B270"],
    Docs {
        what: "A lane whose encoding is 2 or 3: these are kept for dictionaries, and no format of a dictionary exists.",
        why: "No reader can know what the bytes mean.",
        fix: "Pack the drawing again with `mx2lm-lint scxq2 encode`.",
        bad: &[Example {
            note: "lane G says 2",
            file: "chain.scxq2",
            files: &[(
                "chain.scxq2",
                "5343585132530001050012000000330100004d3f0000001c000000545b0000001c00000047770000004400000058bb0000005400000057 \
             0f010000240000004d0100000000000002000000ca978112000002003e23e8160000000054010001000000000200000000000000010000 \
             00010000000100000047010002000001000400000001010201010102010000000000000000000000000080000000800000000000000080 \
             00000080000000000000008000000080000000000000580100000000010003000000000006000000000000000000000008000000000000 \
             00000000000100000000000000000000000100000000000000000000000100000000000000000000000100000000000000000057010000 \
             000001000200000005b50000000001000000000005b500000080000000000000",
            )],
        }],
        good: GOOD,
    },
);

/// The form of a lane.
pub static LANE: Rule = rule(
    "scxq2/pack-lane",
    &[
        "B190", "B258", "B261", "B264", "B265", "B266", "B267", "B268", "B271", "B273", "B274", "B278", "B284", "B285", "B286", "B287",
        "B288", "B289", "B290", "B291", "B292", "B293", "B294", "B295", "B296", "B297", "B298", "B299", "B300", "B301", "B302", "B304",
        "B306", "B310", "B311",
    ],
    Docs {
        what: "A lane of the wrong form: a count that its bytes do not bear out, a precision or an encoding that is not the lane's, a command that does not exist, a coordinate outside of the box, a matrix that is no scale.",
        why: "The lanes are read side by side, item by item. What one says in the wrong form shifts or spoils all the others.",
        fix: "Pack the drawing again with `mx2lm-lint scxq2 encode`. `mx2lm-lint scxq2 inspect` shows the field.",
        bad: &[Example {
            note: "the first point lies left of the box",
            file: "chain.scxq2",
            files: &[(
                "chain.scxq2",
                "5343585132530001050012000000330100004d3f0000001c000000545b0000001c00000047770000004400000058bb0000005400000057 \
             0f010000240000004d0100000000000002000000ca978112000002003e23e8160000000054010001000000000200000000000000010000 \
             0001000000010000004701000100000100040000000101020101010201ffffffff00000000000000000080000000800000000000000080 \
             00000080000000000000008000000080000000000000580100000000010003000000000006000000000000000000000008000000000000 \
             00000000000100000000000000000000000100000000000000000000000100000000000000000000000100000000000000000057010000 \
             000001000200000005b50000000001000000000005b500000080000000000000",
            )],
        }],
        good: GOOD,
    },
);

/// A derived number that is not what follows.
pub static INTEGRITY: Rule = rule(
    "scxq2/pack-integrity",
    &["B186", "B275", "B276", "B279", "B280", "B281", "B282", "B283", "B286", "B305", "B307", "B309"],
    Docs {
        what: "A number in a pack that follows from the coordinates of lane G and is not what follows: edges, flags, length, curvature, runs of points that could be longer, a drawing that does not span its box.",
        why: "Geometry is the weight. A derived number that disagrees with it is either damage or a lie, and one drawing would have several packs.",
        fix: "Restore the file, or pack the drawing again with `mx2lm-lint scxq2 encode`.",
        bad: &[Example {
            note: "the first element is 5 units longer than it is drawn",
            file: "chain.scxq2",
            files: &[(
                "chain.scxq2",
                "5343585132530001050012000000330100004d3f0000001c000000545b0000001c00000047770000004400000058bb0000005400000057 \
             0f010000240000004d0100000000000002000000ca978112000002003e23e8160000000054010001000000000200000000000000010000 \
             00010000000100000047010001000001000400000001010201010102010000000000000000000000000080000000800000000000000080 \
             00000080000000000000008000000080000000000000580100000000010003000000000006000000000000000000000008000000000000 \
             00000000000100000000000000000000000100000000000000000000000100000000000000000000000100000000000000000057010000 \
             00000100020000000ab50000000001000000000005b500000080000000000000",
            )],
        }],
        good: GOOD,
    },
);

/// Lanes that make no tensor.
pub static TENSOR: Rule = rule(
    "scxq2/pack-tensor",
    &["B272", "B385", "B386"],
    Docs {
        what: "A pack whose lanes agree with each other and hold no lawful tensor: two elements of one id, a drawing in several pieces, a cycle that no closing command declares, an element of one point.",
        why: "The law of tensors holds for packs as for drawings.",
        fix: "Correct the drawing and pack it again with `mx2lm-lint scxq2 encode`.",
        bad: &[Example {
            note: "both elements have one id",
            file: "chain.scxq2",
            files: &[(
                "chain.scxq2",
                "5343585132530001050012000000330100004d3f0000001c000000545b0000001c00000047770000004400000058bb0000005400000057 \
             0f010000240000004d0100000000000002000000ca97811200000200ca9781120000000054010001000000000200000000000000010000 \
             00010000000100000047010001000001000400000001010201010102010000000000000000000000000080000000800000000000000080 \
             00000080000000000000008000000080000000000000580100000000010003000000000006000000000000000000000008000000000000 \
             00000000000100000000000000000000000100000000000000000000000100000000000000000000000100000000000000000057010000 \
             000001000200000005b50000000001000000000005b500000080000000000000",
            )],
        }],
        good: GOOD,
    },
);

/// A declared cycle that never fades.
pub static DECAY: Rule = Rule {
    severity: Severity::Warning,
    ..rule(
        "scxq2/pack-decay",
        &["B385"],
        Docs {
            what: "A closed element of a pack whose stroke width times opacity is one or more. An error under `--strict`.",
            why: "What runs round the cycle is multiplied by that product each time. It must shrink, or it never settles.",
            fix: "Make the stroke thinner or more transparent in the drawing, and pack it again.",
            bad: &[Example { note: "a closed triangle of full width", file: "ring.scxq2", files: &[("ring.scxq2", RING)] }],
            good: GOOD,
        },
    )
};

const RING: &str = "5343585132530001050012000000010100004d3f0000001400000054530000002400000047770000003600000058ad0000003c00000057 \
             e9000000180000004d010000000000000100000016b9745800000100540100010000000003000000000000000100000001000000010000 \
             0002000000feffffff47010001000001000300000001010202050000000000000000000000000000000100000000000000000000000000 \
             00000100000000005801000000000100020000000000010000000000000000000000010000000000000000000000010000000000000000 \
             000000010000000000000000005701000000000100010000000a6a030000000100de0c0100";

fn of_name(name: Name) -> &'static Rule {
    match name {
        Name::BadMagic => &MAGIC,
        Name::UnsupportedVersion => &VERSION,
        Name::MissingLane => &LANE_MISSING,
        Name::MalformedEnvelope => &ENVELOPE,
        Name::UnsupportedEncoding => &ENCODING,
        Name::MalformedLane => &LANE,
        Name::IntegrityViolation => &INTEGRITY,
        Name::IllegalTensor => &TENSOR,
    }
}

fn help(rejection: &Rejection) -> &'static str {
    match rejection.name {
        Name::BadMagic => "put the pack in its place, or make one with `mx2lm-lint scxq2 encode`",
        Name::IllegalTensor => "correct the drawing, and pack it again with `mx2lm-lint scxq2 encode`",
        _ => "restore the file, or pack its drawing again with `mx2lm-lint scxq2 encode`",
    }
}

/// Whether bytes are, or were meant to be, a pack of lanes: no record has a magic of its own for them.
pub fn is_pack(bytes: &[u8]) -> bool {
    !OTHERS.iter().any(|magic| bytes.starts_with(magic))
}

fn check(context: &FileContext<'_>, findings: &mut Findings) {
    if !is_pack(context.bytes) {
        return;
    }
    let opened = Pack::open(context.bytes);
    match opened.as_ref().map_err(Rejection::clone).and_then(Pack::decode) {
        Err(rejection) => {
            let place = Place::new(rejection.locator.clone(), rejection.span);
            let finding = Finding::new(of_name(rejection.name), place, rejection.message.clone());
            findings.push(finding.help(help(&rejection)).spec(rejection.name.as_str()));
        }
        Ok(decoded) => {
            let base = opened.map_or(0, |pack| pack.start(crate::scxq2::lane::Lane::W) + layout::LANE_HEADER_BYTES);
            let part = Part::Items(crate::scxq2::lane::Lane::W);
            for element in decoded.without_decay {
                let span: Span = part.span(base, element as usize, "stroke_width");
                let message = format!(
                    "element {element} is closed, and its stroke width times opacity is not below one: nothing fades on this cycle"
                );
                let place = Place::new(part.locator(element as usize, "stroke_width"), span);
                findings.push(
                    Finding::new(&DECAY, place, message).help("make the stroke thinner or more transparent, and pack the drawing again"),
                );
            }
        }
    }
}
