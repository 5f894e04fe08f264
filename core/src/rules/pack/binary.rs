//! `weights.v2c-bin`: every law of the container, at the byte that breaks it.
//!
//! What the laws are stands in `pack::container`, which names each; here they get rules, gravity and pages. A pack that cannot be opened is told of
//! its first fault, and of each lane that is damaged; one that can be is told what is lawful and yet very likely wrong.

use super::{
    dict::{self, LADDER},
    lane_id,
    packs_hex::{BIT5, CLIPPED, CUT, FLIPPED, GOOD_HEX, LEAST, LOWERED, RATIO, ROOT0, UNORDERED, WIDE},
};
use crate::{
    diagnostic::Severity,
    pack::{
        Class, Fault, Pack, Section,
        container::{BUDGET, open, open_lazily},
    },
    rules::{Check, Docs, Example, FileContext, Finding, Findings, On, Place, Rule},
    text::Span,
};

pub(super) const PACK: On = On::Kinds(&["weights.v2c-bin"]);

pub(super) const GOOD: &[Example] =
    &[Example { note: "two lanes, sealed by their root", file: "a.weights.v2c-bin", files: &[("a.weights.v2c-bin", GOOD_HEX)] }];

const fn bad(note: &'static str, files: &'static [(&'static str, &'static str)]) -> Example {
    Example { note, file: "a.weights.v2c-bin", files }
}

const fn rule(name: &'static str, severity: Severity, rows: &'static [&'static str], docs: Docs) -> Rule {
    Rule { name, severity, rows, on: PACK, check: Check::Elsewhere, fix: None, docs }
}

/// A file that is no pack, or whose parts do not fit.
pub static CONTAINER: Rule = Rule {
    check: Check::File(check),
    ..rule(
        "pack/container",
        Severity::Error,
        &[
            "D360", "D369", "D370", "D371", "D372", "D373", "D374", "D375", "D376", "D377", "D378", "D379", "D380", "D381", "D382", "D384",
            "D385", "D387", "D388", "D389", "D390", "D392", "D393", "D394", "D395", "D396", "D404", "D408", "D416", "D417", "D419", "D421",
            "D425", "D454", "D512", "D513", "D538", "D540", "D620",
        ],
        Docs {
            what: "A `*.v2c-bin` file whose header, sections, dictionary, index or payloads break the layout of packs: cut off, of another version, with lengths that do not add up, flags that deny a section that is there, symbols that nobody explains, payloads that overlap or are not as long as `dims` wants, bytes behind the end.",
            why: "A reader finds everything in a pack by these numbers. One that is wrong makes it read one section as another.",
            fix: "Write the pack again from its lanes; the finding tells the byte and the field.",
            bad: &[bad("the last byte is missing", &[("a.weights.v2c-bin", CUT)])],
            good: GOOD,
        },
    )
};

/// A lane whose bytes are not those INDEX speaks of.
pub static LEAF: Rule = rule(
    "pack/leaf-hash",
    Severity::Error,
    &["D391", "D392", "D401", "D402", "D524"],
    Docs {
        what: "A lane whose payload does not have the SHA-256 that INDEX declares for it. Each damaged lane is told.",
        why: "The hash of a lane is what proofs and the root are made of. A stale one says that the weights were changed after the pack was sealed.",
        fix: "Take the payload from where it was not damaged, or compile the pack again.",
        bad: &[bad("one bit of one weight", &[("a.weights.v2c-bin", FLIPPED)])],
        good: GOOD,
    },
);

/// A root that is not that of the leaves.
pub static ROOT: Rule = rule(
    "pack/merkle-root",
    Severity::Error,
    &["D403", "D405", "D406", "D407"],
    Docs {
        what: "A MERKLE section that is not the root of the leaf hashes: in the order of INDEX, pairs from left to right, an odd one doubled, a single leaf its own root.",
        why: "Proofs of single lanes end at the root, and signatures may stand on it alone.",
        fix: "Compile the pack again.",
        bad: &[bad("no root at all", &[("a.weights.v2c-bin", ROOT0)])],
        good: GOOD,
    },
);

/// Scales beyond what tuning gives.
pub static SCALE: Rule = rule(
    "pack/scale",
    Severity::Warning,
    &["D513", "D514", "D578"],
    Docs {
        what: "A stored scale below 0.70 or above 1.60 (as 32-bit floats), and as an error one that is not finite or not above 0.",
        why: "Tuning keeps scales in this range. Every weight of the class is divided by its scale, so a wrong one bends a sixth of the pack.",
        fix: "Store the scales that the weights were quantised with.",
        bad: &[bad("1.75", &[("a.weights.v2c-bin", WIDE)])],
        good: GOOD,
    },
);

/// An audit that is wrong, chosen otherwise, or missing.
pub static AUDIT: Rule = rule(
    "pack/audit",
    Severity::Error,
    &["D531", "D532", "D533", "D534", "D535", "D539", "D544", "D545", "D546", "D547"],
    Docs {
        what: "An AUDIT section whose counts contradict each other or the pack: more clipped than there are, a share that the counts do not make, a total that is not lanes times dimensions, lanes counted one by one that cannot add up to their class. Warnings: no audit at all, other lanes in part B than class and id choose, more than eight, or another order.",
        why: "The audit is all that tells how much of the weights was cut off at the edge. Tuning and manifests are made from it.",
        fix: "Compile the pack again, so that it counts what was clipped.",
        bad: &[bad("a share that the counts do not make", &[("a.weights.v2c-bin", RATIO)])],
        good: GOOD,
    },
);

/// Flags that mean nothing yet.
pub static FLAGS: Rule = rule(
    "pack/unknown-flag",
    Severity::Warning,
    &["D371", "D620"],
    Docs {
        what: "A flag that version 1.0 does not know, or a newer minor version. Where bytes stand in the file that only the flag could explain, it is an error of `pack/container`.",
        why: "Sections carry no names: what a newer version adds cannot be told from what this one knows, and AUDIT is left unread.",
        fix: "Clear the flag, or use a program that knows the version.",
        bad: &[bad("flag 5", &[("a.weights.v2c-bin", BIT5)])],
        good: GOOD,
    },
);

/// INDEX in another order.
pub static ORDER: Rule = rule(
    "pack/index-order",
    Severity::Warning,
    &["D386"],
    Docs {
        what: "INDEX entries that do not follow the UTF-8 order of their symbols (`@10` before `@2`).",
        why: "Readers take any order, and yet one set of lanes should make one file: the root follows INDEX, and another order gives another root.",
        fix: "Compile the pack again.",
        bad: &[bad("`@1` before `@0`", &[("a.weights.v2c-bin", UNORDERED)])],
        good: GOOD,
    },
);

/// A number that quantising never gives.
pub static RANGE: Rule = rule(
    "pack/weight-range",
    Severity::Warning,
    &["D365"],
    Docs {
        what: "A stored weight of −32768. The first one of each lane is told.",
        why: "Quantising gives −32767 to 32767. The one number outside decodes to less than −1 before its scale, so something else wrote it.",
        fix: "Quantise the lane again.",
        bad: &[bad("the least int16", &[("a.weights.v2c-bin", LEAST)])],
        good: GOOD,
    },
);

/// More bytes or lanes than a pack may have.
pub static BUDGET_RULE: Rule = rule(
    "pack/budget",
    Severity::Warning,
    &["D429", "D438", "D440", "D442"],
    Docs {
        what: "A pack of more than 5,120 bytes, or of more than 54 lanes.",
        why: "Adaptive packs promise to fit into 5,120 bytes, and who loads them counts on it. 54 lanes are the most that fit at 16 dimensions.",
        fix: "Fold to fewer dimensions or leave lanes out, those of the last class first; the finding names the lanes that would have to go.",
        bad: &[],
        good: GOOD,
    },
);

/// A class that was cut off at the edge, and a scale that was not lowered.
pub static CLIPPING: Rule = rule(
    "pack/clipping",
    Severity::Info,
    &["D541", "D563", "D565"],
    Docs {
        what: "A class of which more than 8 % of the samples were clipped, while its stored scale is not below the one it begins with.",
        why: "Beyond 8 % tuning lowers the scale, so that the loudest weights keep their differences. Here it was left out, or its answer was not stored.",
        fix: "Compile the pack with tuning.",
        bad: &[bad("all of `policy`", &[("a.weights.v2c-bin", CLIPPED)])],
        good: &[Example {
            note: "clipped as much, and lowered since: the audit counts at the first scales",
            file: "a.weights.v2c-bin",
            files: &[("a.weights.v2c-bin", LOWERED)],
        }],
    },
);

/// Most findings about single lanes of one pack.
const MOST: usize = 16;

/// Most lanes a pack of adaptive dimensions holds (`DECISIONS` 29).
const MOST_LANES: usize = 54;

/// The rule that a law of the container belongs to.
fn rule_of(name: &str) -> &'static Rule {
    match name {
        "dict.not_canonical" => &dict::CANONICAL,
        "pack.leaf_hash" => &LEAF,
        "pack.merkle_root" => &ROOT,
        "pack.qscale_range" => &SCALE,
        "pack.audit_inconsistent" | "pack.audit_lanes" | "pack.audit_missing" => &AUDIT,
        "pack.newer_version" => &FLAGS,
        "pack.index_order" => &ORDER,
        "pack.weight_range" => &RANGE,
        _ => &CONTAINER,
    }
}

/// How many bytes the field takes that a fault stands on.
fn width(fault: &Fault) -> usize {
    let field = fault.locator.rsplit('/').next().unwrap_or_default();
    match (fault.section, field) {
        (Section::Header, "magic") => 8,
        (Section::Header, "version" | "flags") | (Section::Data, "count") => 2,
        (Section::Header, "merkle_bytes" | "sig_bytes") | (Section::Qscale, _) => 4,
        (Section::Merkle, "root") => 32,
        _ => 1,
    }
}

fn place(fault: &Fault, len: usize) -> Place {
    let start = fault.offset.min(len.saturating_sub(1));
    let end = fault.offset.saturating_add(width(fault)).min(len).max(start);
    Place::new(fault.locator.clone(), Span::from(start..end))
}

fn finding(fault: &Fault, rule: &'static Rule, severity: Severity, len: usize) -> Finding {
    Finding::new(rule, place(fault, len), format!("{} (byte {})", fault.why, fault.offset))
        .severity(severity)
        .help(fault.help)
        .spec(fault.name)
}

fn check(context: &FileContext<'_>, findings: &mut Findings) {
    let len = context.bytes.len();
    match open(context.bytes) {
        Ok(pack) => {
            for note in pack.notes() {
                let rule = if note.name == "pack.unknown_flag" { &FLAGS } else { rule_of(note.name) };
                findings.push(finding(note, rule, Severity::Warning, len));
            }
            lawful(&pack, findings);
        }
        Err(fault) => {
            findings.push(finding(&fault, rule_of(fault.name), Severity::Error, len));
            if fault.section == Section::Data {
                others(context.bytes, &fault, findings);
            }
        }
    }
}

/// The other lanes that are damaged: each is a cause of its own, but for payloads that lie elsewhere than INDEX says, and a length of DATA or
/// `dims` of the header that fits no lane at all.
fn others(bytes: &[u8], first: &Fault, findings: &mut Findings) {
    let Ok(pack) = open_lazily(bytes) else { return };
    let faults: Vec<Option<Fault>> = pack.lanes().iter().map(|lane| pack.verify_lane(lane).err()).collect();
    let count = |fault: &Fault| fault.name == "pack.count_ne_dims";
    if count(first) && faults.len() > 1 && faults.iter().all(|fault| fault.as_ref().is_some_and(count)) {
        if let Some(told) = findings.list.last_mut() {
            told.message.push_str(&format!(", and none of its {} lanes fits", faults.len()));
            told.help = Some("correct `dims` of the header, or compile the pack again".into());
        }
        return;
    }
    let lane_of = |fault: &Fault| fault.locator.split('/').nth(2).map(str::to_owned);
    let misplaced = first.name == "pack.data_layout";
    let own = |fault: &Fault| lane_of(fault) == lane_of(first) || misplaced && fault.name == "pack.data_layout";
    for fault in faults.into_iter().flatten().filter(|fault| !own(fault)).take(MOST) {
        findings.push(finding(&fault, rule_of(fault.name), Severity::Error, bytes.len()));
    }
}

/// What is lawful and yet very likely wrong, beyond what the container itself notes.
fn lawful(pack: &Pack<'_>, findings: &mut Findings) {
    let dims = u64::from(pack.dims());
    if !LADDER.contains(&dims) {
        dict::off_ladder(dims, Place::new("/header/dims", Span::new(12, 14)), findings);
    }
    let dict = pack.sections().dict.clone();
    let ids: Vec<(&str, Place)> =
        pack.lanes().iter().map(|lane| (&*lane.id, Place::new(format!("/DICT/{}", lane.symbol), Span::from(dict.clone())))).collect();
    lane_id::judge(&ids, findings);
    budget(pack, findings);
    clipping(pack, findings);
}

fn budget(pack: &Pack<'_>, findings: &mut Findings) {
    let (len, count) = (pack.bytes().len(), pack.lanes().len());
    if len > BUDGET {
        let gone: Vec<String> = pack.beyond_budget().into_iter().map(|lane| lane_id::shown(&lane.id).to_string()).collect();
        let named = gone.iter().take(3).map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
        let rest = if gone.len() > 3 { format!(" and {} more", gone.len() - 3) } else { String::new() };
        let message = format!("over budget: {len} bytes, {} more than the {BUDGET} of a pack", len - BUDGET);
        let place = Place::new("/DATA", Span::from(pack.sections().data.clone()));
        let help = format!("fold to fewer dimensions, or leave out {named}{rest}");
        findings.push(Finding::new(&BUDGET_RULE, place, message).help(help).spec("pack.over_budget"));
    } else if count > MOST_LANES {
        let message = format!("{count} lanes are more than the {MOST_LANES} that a pack holds at 16 dimensions");
        let place = Place::new("/header/lane_count", Span::new(14, 16));
        findings.push(
            Finding::new(&BUDGET_RULE, place, message).help("leave lanes out, those of the last class first").spec("pack.over_budget"),
        );
    }
}

fn clipping(pack: &Pack<'_>, findings: &mut Findings) {
    let Some(audit) = pack.audit() else { return };
    let start = pack.sections().audit.start;
    for class in Class::ALL {
        let count = audit.classes[class];
        let beyond = 25 * u64::from(count.clipped) > 2 * u64::from(count.total);
        if beyond && pack.scale(class) >= f64::from(class.scale() as f32) {
            let share = 100.0 * f64::from(count.clipped) / f64::from(count.total);
            let message = format!(
                "{} of {} samples of `{}` were clipped, {share:.1} % and more than 8 %, and its scale was not lowered",
                count.clipped,
                count.total,
                class.name()
            );
            let at = start + 1 + 10 * class as usize;
            let place = Place::new(format!("/AUDIT/{}", class.name()), Span::from(at..at + 10));
            findings.push(Finding::new(&CLIPPING, place, message).help("compile the pack with tuning"));
        }
    }
}
