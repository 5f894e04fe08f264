//! Vocabularies: one token, one symbol, and as many as declared (§16.3).

use std::collections::HashMap;

use super::{
    examples::{TOKENS, vocab},
    global,
    payload::{Payload, enough, own, says},
    vocabulary::{Symbol, Vocabulary},
};
use crate::{
    diagnostic::{Fix, Safety, Severity},
    rules::{Check, Docs, Example, Finding, Findings, On, Place, Rule},
    syntax::json::{Node, Whole},
    workspace::context::WorkspaceContext,
};

const VOCAB: On = On::Kinds(&["ai.vocab.v1"]);

const GOOD: &[Example] =
    &[Example { note: "five tokens, five symbols", file: "v.json", files: &[("v.json", vocab!()), ("tokens.json", TOKENS)] }];

/// `size` is not the number of tokens.
pub static SIZE: Rule = Rule {
    name: "ai/vocab-size",
    severity: Severity::Error,
    rows: &["B031"],
    on: VOCAB,
    check: Check::Workspace(vocabulary),
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "A `size` that differs from the number of tokens in the payload.",
        why: "Embedding rows and logits are as many as `size` says. One too few, and a token has none.",
        fix: "Restore the payload, or write the true number.",
        bad: &[Example {
            note: "a token too many",
            file: "v.json",
            files: &[("v.json", vocab!("4", r#""one_to_one_mapping", "immutable_payload""#)), ("tokens.json", TOKENS)],
        }],
        good: GOOD,
    },
};

/// Two tokens for a symbol, or two symbols for a token.
pub static ONE_TO_ONE: Rule = Rule {
    name: "ai/one-to-one",
    severity: Severity::Error,
    rows: &["A542", "B034", "B035", "B036", "B038"],
    on: VOCAB,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "A payload in which two tokens share a symbol, a token stands twice, or a token has no symbol that is a whole number or a text.",
        why: "The vocabulary promises `one_to_one_mapping`: what was written must come back from its symbols.",
        fix: "Give each token a symbol of its own.",
        bad: &[Example {
            note: "`a` and `b` are both 1",
            file: "tokens.json",
            files: &[("v.json", vocab!()), ("tokens.json", "{\"tokens\": {\"<unk>\": 0, \"a\": 1, \"b\": 1}}\n")],
        }],
        good: GOOD,
    },
};

/// Symbols with gaps.
pub static HOLES: Rule = Rule {
    name: "ai/vocab-holes",
    severity: Severity::Warning,
    rows: &["B035"],
    on: VOCAB,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "Symbols that are numbers and do not run from 0 to one less than their count.",
        why: "Rows of the embedding are found by symbol; a gap is a row that nothing names, and a symbol beyond the end is one that is not there.",
        fix: "Number the tokens without gaps.",
        bad: &[Example {
            note: "nothing is 1",
            file: "tokens.json",
            files: &[("v.json", vocab!()), ("tokens.json", "{\"tokens\": {\"<unk>\": 0, \"a\": 2, \"b\": 3}}\n")],
        }],
        good: GOOD,
    },
};

/// The payload makes room for more.
pub static EXTENSION: Rule = Rule {
    name: "ai/vocab-extension",
    severity: Severity::Error,
    rows: &["B037", "B039"],
    on: VOCAB,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "A payload with members such as `added_tokens` or `extend` beside its tokens.",
        why: "A vocabulary is never extended: every tensor that was made for it would be wrong.",
        fix: "Make a new vocabulary with its own id and size.",
        bad: &[Example {
            note: "tokens added later",
            file: "tokens.json",
            files: &[("v.json", vocab!()), ("tokens.json", "{\"tokens\": {\"<unk>\": 0}, \"added_tokens\": [\"x\"]}\n")],
        }],
        good: GOOD,
    },
};

fn vocabulary(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    let Some(tree) = own(context) else { return };
    let Some(root) = tree.root() else { return };
    let Some(payload) = Payload::of(context, context.facts) else { return };
    let Some(content) = payload.json(context) else { return };
    let Some(inside) = content.root() else { return };
    if inside.get("tokens").is_some() {
        for (name, value) in inside.members().filter(|(name, _)| ["extend", "added_tokens", "append", "dynamic"].contains(&name.as_ref())) {
            let about = global::forbidden("ai.vocab.v1", &name).unwrap_or("tokens to come");
            let message = format!("`{name}` speaks of {about}: a vocabulary is never extended");
            findings.push(payload.inside(&EXTENSION, Place::key(value), message).help("make a new vocabulary with its own id and size"));
        }
    }
    let Some(vocabulary) = Vocabulary::read(inside, says(root.get("mapping"), "symbol_to_token")) else { return };
    size(context, root, &vocabulary, &payload, findings);
    one_to_one(&vocabulary, &payload, findings);
}

fn size(context: &WorkspaceContext<'_>, root: Node<'_>, vocabulary: &Vocabulary<'_>, payload: &Payload, findings: &mut Findings) {
    let Some(node) = root.get("size") else { return };
    let Some(declared) = node.as_whole().filter(|size| *size != Whole::Is(0)) else { return };
    let count = vocabulary.count() as u64;
    if declared == Whole::Is(count) {
        return;
    }
    let message = format!("`size` is {}, and `{}` holds {count} tokens", node.raw(), payload.file.path);
    let fix = Fix::replace(Safety::Unsafe, format!("write {count}"), &context.facts.path, node.span(), count.to_string());
    let finding = Finding::new(&SIZE, Place::value(node), message).help(format!("restore the payload, or write {count}")).fix(fix);
    findings.push(finding.related(&payload.file.path, Place::opening(vocabulary.holder), "the tokens"));
}

fn one_to_one(vocabulary: &Vocabulary<'_>, payload: &Payload, findings: &mut Findings) {
    let mut by_token: HashMap<&str, Node<'_>> = HashMap::new();
    let mut by_symbol: HashMap<&Symbol<'_>, (&str, Node<'_>)> = HashMap::new();
    // A name that stands twice in an object is told by the reader.
    let named: fn(Node<'_>) -> bool = |node| node.key().is_some();
    for entry in &vocabulary.entries {
        if enough(findings) {
            return;
        }
        let related = |first: Node<'_>, message: &str| (payload.file.path.clone(), Place::value(first), message.to_owned());
        let Some(token) = entry.token.as_deref() else {
            let message = format!("this is {}: a token is a text", entry.node.kind().name());
            findings.push(payload.inside(&ONE_TO_ONE, Place::value(entry.node), message).help("write the token as a text"));
            continue;
        };
        if entry.symbol == Symbol::None {
            let negative = entry.node.number_text().filter(|literal| literal.starts_with('-'));
            let message = match negative {
                Some(literal) => format!("the symbol of `{token}` is {literal}, which is negative: symbols count from 0"),
                None => format!("the symbol of `{token}` is neither a whole number nor a text"),
            };
            findings.push(payload.inside(&ONE_TO_ONE, Place::value(entry.node), message).help("give the token a symbol of its own"));
            continue;
        }
        match by_token.get(token) {
            Some(first) if named(*first) && first.key() == entry.node.key() => continue,
            Some(first) => {
                let message = format!("the token `{token}` stands here again: a token has one symbol");
                let mut finding = payload.inside(&ONE_TO_ONE, Place::value(entry.node), message).help("remove one of the two");
                finding.related.insert(0, related(*first, "first here"));
                findings.push(finding);
                continue;
            }
            None => {
                by_token.insert(token, entry.node);
            }
        }
        if let Some((other, first)) = by_symbol.get(&entry.symbol) {
            let symbol = match &entry.symbol {
                Symbol::Index(index) => index.to_string(),
                Symbol::Text(text) => text.to_string(),
                Symbol::None => String::new(),
            };
            let message = format!("`{token}` and `{other}` share the symbol `{symbol}`: a symbol has one token");
            let mut finding = payload.inside(&ONE_TO_ONE, Place::value(entry.node), message).help("give each token a symbol of its own");
            finding.related.insert(0, related(*first, "the other"));
            findings.push(finding);
        } else {
            by_symbol.insert(&entry.symbol, (token, entry.node));
        }
    }
    holes(vocabulary, payload, findings);
}

fn holes(vocabulary: &Vocabulary<'_>, payload: &Payload, findings: &mut Findings) {
    let mut indices: Vec<u64> = Vec::with_capacity(vocabulary.entries.len());
    for entry in &vocabulary.entries {
        match entry.symbol {
            Symbol::Index(index) => indices.push(index),
            _ => return,
        }
    }
    indices.sort_unstable();
    indices.dedup();
    if let Some((wanted, _)) = indices.iter().enumerate().find(|(at, index)| *at as u64 != **index) {
        let message = format!("no token has the symbol {wanted}, though symbols go up to {}", indices.last().copied().unwrap_or_default());
        findings.push(payload.inside(&HOLES, Place::opening(vocabulary.holder), message).help("number the tokens from 0 without gaps"));
    }
}
