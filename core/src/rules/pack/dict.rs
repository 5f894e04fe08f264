//! The dictionary of a pack: symbols without gaps, ids in the order of their bytes, one lane each, none left out.

use std::{borrow::Cow, collections::HashMap};

use super::{
    examples::{LAWFUL, weights_v2c},
    lane_id::shown,
};
use crate::{
    diagnostic::{Change, Edit, FileChange, Fix, Safety, Severity},
    pack::dict::{place_of, symbol},
    rules::{Check, Docs, Example, FileContext, Finding, Findings, On, Place, Rule},
    syntax::json::{Node, quote},
};

/// What the specification calls a dictionary that is not the one its lanes lead to (D321).
pub(super) const NOT_CANONICAL: &str = "dict.not_canonical";

/// A dictionary that is not the one its lanes lead to.
pub static CANONICAL: Rule = Rule {
    name: "pack/dict-canonical",
    severity: Severity::Error,
    rows: &["D320", "D321", "D325", "D327", "D329", "D330", "D333", "D334", "D336", "D342", "D350"],
    on: On::Kinds(&["weights.v2c"]),
    check: Check::File(dictionary),
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "A dictionary whose symbols are not `@0`, `@1`, … without a gap, whose ids do not stand in the order of their UTF-8 bytes, or that gives one lane two symbols. Holds for weights in JSON and for packs.",
        why: "The dictionary is made from the lanes alone, so that one set of lanes has one dictionary and one hash on every machine. Mind that `*` sorts before digits, and capitals before small letters.",
        fix: "Number the sorted ids. The offered fix does so, and moves the lanes along.",
        bad: &[
            Example {
                note: "`attention` sorts before `policy`",
                file: "a.weights.v2c.json",
                files: &[("a.weights.v2c.json", weights_v2c!("16", r#""@0": "policy", "@1": "attention""#, "0.1", ""))],
            },
            Example {
                note: "one lane under two symbols",
                file: "a.weights.v2c.json",
                files: &[("a.weights.v2c.json", weights_v2c!("16", r#""@0": "policy", "@1": "policy""#, "0.1", ""))],
            },
        ],
        good: LAWFUL,
    },
};

/// Lanes and dictionary do not name the same symbols.
pub static COMPLETE: Rule = Rule {
    name: "pack/dict-complete",
    severity: Severity::Error,
    rows: &["D337", "D353"],
    on: On::Kinds(&["weights.v2c"]),
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "A symbol under `lanes` that `dict` does not explain, or one in `dict` that has no lane.",
        why: "A lane without a name can be asked for by nobody, and a name without a lane promises weights that are not there.",
        fix: "Add what is missing, or remove what is left over and number the rest again.",
        bad: &[Example {
            note: "no lane for `@2`",
            file: "a.weights.v2c.json",
            files: &[("a.weights.v2c.json", weights_v2c!("16", r#""@0": "attention", "@1": "policy", "@2": "tone""#, "0.1", ""))],
        }],
        good: LAWFUL,
    },
};

/// A lane that is not as long as the document says.
pub static LENGTH: Rule = Rule {
    name: "pack/lane-length",
    severity: Severity::Error,
    rows: &["D343"],
    on: On::Kinds(&["weights.v2", "weights.v2c"]),
    check: Check::File(lengths),
    fix: None,
    docs: Docs {
        what: "A lane whose `W` does not hold exactly `dims` numbers.",
        why: "All lanes of a pack are folded to one length. A shorter or longer one shifts every weight behind it.",
        fix: "Fold the lane to `dims` numbers, or correct `dims`.",
        bad: &[Example {
            note: "seventeen numbers where sixteen are declared",
            file: "a.weights.v2c.json",
            files: &[("a.weights.v2c.json", weights_v2c!("16", r#""@0": "attention", "@1": "policy""#, "0.1, 0.1", ""))],
        }],
        good: LAWFUL,
    },
};

/// Dimensions that no adaptive pack has.
pub static DIMS: Rule = Rule {
    name: "pack/dims-ladder",
    severity: Severity::Warning,
    rows: &["D339", "D433"],
    on: On::Kinds(&["weights.v2c"]),
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "A number of dimensions that is not 64, 48, 32, 24 or 16, in weights in JSON or in the header of a pack.",
        why: "Readers take any number. The compiler chooses from these five, so another one comes from elsewhere or from a slip.",
        fix: "Fold the lanes to the largest of the five that fits the budget.",
        bad: &[Example {
            note: "fifteen and one more",
            file: "a.weights.v2c.json",
            files: &[("a.weights.v2c.json", weights_v2c!("17", r#""@0": "attention", "@1": "policy""#, "0.1, 0.1", ""))],
        }],
        good: LAWFUL,
    },
};

/// The dimensions that adaptive packs have, largest first (D433).
pub(super) const LADDER: [u64; 5] = [64, 48, 32, 24, 16];

/// Most findings about single entries of one dictionary.
const MOST: usize = 16;

/// One entry of a dictionary.
pub(super) struct Entry<'a> {
    pub symbol: Cow<'a, str>,
    pub id: Cow<'a, str>,
    pub place: Place,
}

/// Says that dimensions are none of the ladder's.
pub(super) fn off_ladder(dims: u64, place: Place, findings: &mut Findings) {
    if !LADDER.contains(&dims) {
        let message = format!("{dims} dimensions are none of 64, 48, 32, 24 and 16, which packs choose from");
        findings.push(Finding::new(&DIMS, place, message).help("fold the lanes to one of these numbers"));
    }
}

/// Whether the entries are the dictionary of their ids; tells what keeps them from it, one finding a cause. `whole` is the dictionary.
pub(super) fn judge(entries: &[Entry<'_>], whole: &Place, findings: &mut Findings) -> bool {
    let numbers: Option<Vec<usize>> = entries.iter().map(|entry| place_of(&entry.symbol)).collect();
    // A symbol of another spelling is told where it is read.
    let Some(numbers) = numbers else { return false };
    let before = findings.list.len();
    let count = entries.len();
    let beyond: Vec<&Entry<'_>> = entries.iter().zip(&numbers).filter(|(_, number)| **number >= count).map(|(entry, _)| entry).collect();
    if let Some(entry) = beyond.first() {
        let rest = if beyond.len() > 1 { format!(", as are {} more", beyond.len() - 1) } else { String::new() };
        let message =
            format!("the symbol `{}` is beyond the {count} symbols that {count} lanes take{rest}: there is a gap before it", entry.symbol);
        findings.push(
            Finding::new(&CANONICAL, entry.place.clone(), message)
                .help("number the sorted lanes `@0`, `@1`, … in base 62")
                .spec(NOT_CANONICAL),
        );
    }
    let mut seen: HashMap<&str, &Entry<'_>> = HashMap::new();
    let mut twice = 0usize;
    for entry in entries {
        if let Some(first) = seen.get(&*entry.id) {
            twice += 1;
            if twice <= MOST {
                let message = format!("the lane `{}` has two symbols, `{}` and `{}`", shown(&entry.id), first.symbol, entry.symbol);
                findings.push(Finding::new(&CANONICAL, entry.place.clone(), message).help("give each lane one symbol").spec(NOT_CANONICAL));
            }
        } else {
            seen.insert(&entry.id, entry);
        }
    }
    if findings.list.len() > before {
        return false;
    }
    let mut ordered: Vec<(&Entry<'_>, usize)> = entries.iter().zip(numbers).collect();
    ordered.sort_by_key(|(_, number)| *number);
    let wrong = ordered.windows(2).find(|pair| matches!(pair, [(a, _), (b, _)] if a.id.as_bytes() > b.id.as_bytes()));
    if let Some([(first, _), (second, _)]) = wrong {
        let place = if second.place.span.is_some() { second.place.clone() } else { whole.clone() };
        let message = format!(
            "`{}` is `{}` and `{}` is `{}`, and the UTF-8 bytes of `{}` come first",
            shown(&first.id),
            first.symbol,
            shown(&second.id),
            second.symbol,
            shown(&second.id)
        );
        findings.push(
            Finding::new(&CANONICAL, place, message)
                .help("number the lanes in the order of the UTF-8 bytes of their ids")
                .spec(NOT_CANONICAL),
        );
        return false;
    }
    true
}

fn dictionary(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(root) = context.root() else { return };
    if let Some(dims) = root.get("dims").filter(|dims| dims.as_u64().is_some_and(|dims| (1..=65535).contains(&dims))) {
        off_ladder(dims.as_u64().unwrap_or_default(), Place::value(dims), findings);
    }
    let Some(dict) = root.get("dict").filter(|dict| dict.is_object()) else { return };
    let entries: Vec<(Entry<'_>, Node<'_>)> =
        dict.members().filter_map(|(symbol, node)| Some((Entry { symbol, id: node.as_str()?, place: Place::value(node) }, node))).collect();
    if entries.len() != dict.len() || !context.json().is_some_and(|tree| tree.duplicates().is_empty()) {
        return;
    }
    let lanes = root.get("lanes").filter(|lanes| lanes.is_object());
    let from = findings.list.len();
    let nodes: Vec<Node<'_>> = entries.iter().map(|(_, node)| *node).collect();
    let entries: Vec<Entry<'_>> = entries.into_iter().map(|(entry, _)| entry).collect();
    judge(&entries, &Place::key(dict), findings);
    if let (Some(finding), Some(lanes)) = (findings.list.get_mut(from), lanes)
        && let Some(fix) = renumbered(context, &entries, &nodes, lanes, root)
    {
        finding.fixes.push(fix);
    }
    if let Some(lanes) = lanes {
        complete(dict, lanes, findings);
    }
}

/// The fix that numbers the sorted ids and moves the lanes along. Only for a dictionary of distinct ids that explains its lanes exactly.
fn renumbered(context: &FileContext<'_>, entries: &[Entry<'_>], nodes: &[Node<'_>], lanes: Node<'_>, root: Node<'_>) -> Option<Fix> {
    let mut sorted: Vec<&str> = entries.iter().map(|entry| &*entry.id).collect();
    sorted.sort_unstable_by(|a, b| a.as_bytes().cmp(b.as_bytes()));
    sorted.dedup();
    if sorted.len() != entries.len() || lanes.len() != entries.len() {
        return None;
    }
    let symbols: HashMap<&str, String> = sorted.iter().enumerate().map(|(at, id)| (*id, symbol(at))).collect();
    let by_old: HashMap<&str, &str> = entries.iter().map(|entry| (&*entry.symbol, &*entry.id)).collect();
    let mut edits = Vec::new();
    for (entry, node) in entries.iter().zip(nodes) {
        edits.push(Edit { span: node.key_span()?, text: quote(symbols.get(&*entry.id)?) });
    }
    for (old, lane) in lanes.members() {
        edits.push(Edit { span: lane.key_span()?, text: quote(symbols.get(by_old.get(&*old)?)?) });
    }
    edits.sort_by_key(|edit| edit.span.start);
    // The hash covers the dictionary: what was sealed is sealed no more.
    let safety = if root.get("proof").is_some() || root.get("signature").is_some() { Safety::Unsafe } else { Safety::Safe };
    let changes = vec![FileChange { path: context.path.clone(), change: Change::Edits(edits) }];
    Some(Fix { safety, title: "number the lanes in the order of their ids".to_owned(), changes })
}

fn complete(dict: Node<'_>, lanes: Node<'_>, findings: &mut Findings) {
    let named: HashMap<Cow<'_, str>, Node<'_>> = dict.members().collect();
    let packed: HashMap<Cow<'_, str>, Node<'_>> = lanes.members().collect();
    let nameless = lanes.members().filter(|(symbol, _)| !named.contains_key(symbol));
    for (symbol, lane) in nameless.take(MOST) {
        let message = format!("`dict` does not say which lane `{symbol}` is");
        findings.push(Finding::new(&COMPLETE, Place::key(lane), message).help("add the symbol to `dict`, or remove the lane"));
    }
    let empty = dict.members().filter(|(symbol, _)| !packed.contains_key(symbol));
    for (symbol, node) in empty.take(MOST) {
        let id = node.as_str().map(|id| shown(&id)).unwrap_or_default();
        let message = format!("`lanes` holds no lane `{symbol}`, which `dict` calls `{id}`");
        findings
            .push(Finding::new(&COMPLETE, Place::key(node), message).help("add the lane, or remove the symbol and number the rest again"));
    }
}

fn lengths(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(root) = context.root() else { return };
    // `weights.v2` has 64 dimensions when it does not say (RELATED).
    let dims = match root.get("dims") {
        Some(node) => node.as_u64(),
        None => context.kind.is("weights.v2").then_some(64),
    };
    // Dimensions beyond the header's 16 bits are told by the schema.
    let dims = dims.filter(|dims| (1..=65535).contains(dims));
    let (Some(dims), Some(lanes)) = (dims, root.get("lanes").filter(|lanes| lanes.is_object())) else { return };
    let wrong = lanes.members().filter_map(|(name, lane)| {
        let weights = lane.get("W").filter(|weights| weights.is_array())?;
        (weights.len() as u64 != dims).then_some((name, weights))
    });
    for (name, weights) in wrong.take(MOST) {
        let message = format!("the lane `{}` holds {} weights, and `dims` is {dims}", shown(&name), weights.len());
        findings.push(Finding::new(&LENGTH, Place::opening(weights), message).help("fold the lane to `dims` weights, or correct `dims`"));
    }
}
