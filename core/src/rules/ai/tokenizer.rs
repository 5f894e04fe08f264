//! Tokenizers: a closed, declarative rule set over one vocabulary (§16.2, §20.4).

use std::{borrow::Cow, collections::HashSet, sync::Arc};

use super::{
    examples::{RULES, TOKENS, tokenizer, vocab},
    global,
    payload::{Payload, enough, lists, own, says},
    vocabulary::{self, Vocabulary},
};
use crate::{
    diagnostic::{Fix, Safety, Severity},
    document::facts::Facts,
    hash::{canonical_json::canonical, digest::Digest},
    rules::{Check, Docs, Example, Finding, Findings, On, Place, Rule},
    syntax::json::{Node, Tree},
    workspace::context::WorkspaceContext,
};

const TOKENIZER: On = On::Kinds(&["ai.tokenizer.v1"]);

const FILES: &[(&str, &str)] = &[("t.json", tokenizer!()), ("rules.json", RULES), ("v.json", vocab!()), ("tokens.json", TOKENS)];
const GOOD: &[Example] = &[Example { note: "a tokenizer, its rules and its vocabulary", file: "t.json", files: FILES }];

/// The hash of the rules is not theirs.
pub static RULESET_HASH: Rule = Rule {
    name: "ai/ruleset-hash",
    severity: Severity::Error,
    rows: &["B017", "B018"],
    on: TOKENIZER,
    check: Check::Workspace(ruleset_hash),
    fix: Some(Safety::Hash),
    docs: Docs {
        what: "A `ruleset_hash` that is not the SHA-256 of the canonical JSON of the payload's `rules`, or of the payload bytes when it has no `rules`.",
        why: "Two tokenizers with one rule set hash are taken for the same; a false one mixes up what text becomes.",
        fix: "Restore the rules, or write their hash with `fix --hashes`.",
        bad: &[Example {
            note: "the hash of other rules",
            file: "t.json",
            files: &[
                ("t.json", tokenizer!("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")),
                ("rules.json", RULES),
                ("v.json", vocab!()),
                ("tokens.json", TOKENS),
            ],
        }],
        good: GOOD,
    },
};

/// The vocabulary may change.
pub static FIXED_VOCAB: Rule = Rule {
    name: "ai/fixed-vocab",
    severity: Severity::Error,
    rows: &["B020", "B021"],
    on: TOKENIZER,
    check: Check::Workspace(vocabulary),
    fix: None,
    docs: Docs {
        what: "A tokenizer whose vocabulary does not list `immutable_payload`.",
        why: "The tokenizer promises `fixed_vocab`: its vocabulary never changes, and the vocabulary must promise it too.",
        fix: "Add `immutable_payload` to the vocabulary's invariants.",
        bad: &[Example {
            note: "a vocabulary that promises nothing",
            file: "t.json",
            files: &[
                ("t.json", tokenizer!()),
                ("rules.json", RULES),
                ("v.json", vocab!("5", r#""one_to_one_mapping""#)),
                ("tokens.json", TOKENS),
            ],
        }],
        good: GOOD,
    },
};

/// A vocabulary under an unusual id.
pub static VOCAB_ID: Rule = Rule {
    name: "ai/vocab-id",
    severity: Severity::Warning,
    rows: &["B019"],
    on: TOKENIZER,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "A `vocab_ref` that begins neither `object://ai/vocab/` nor `object://ai.vocab/`.",
        why: "Vocabularies are found under these paths; another one is most often the id of something else.",
        fix: "Name the vocabulary under one of the two paths.",
        bad: &[Example {
            note: "a vocabulary among the words",
            file: "t.json",
            files: &[
                (
                    "t.json",
                    r#"{"$schema": "object://schema/ai.tokenizer.v1", "type": "ai.tokenizer", "tokenizer_type": "bpe", "vocab_ref": "object://words/v"}"#,
                ),
                ("v.json", r#"{"$schema": "object://schema/ai.vocab.v1", "type": "ai.vocab", "id": "object://words/v"}"#),
            ],
        }],
        good: GOOD,
    },
};

/// A rule makes a token that does not exist.
pub static OUTSIDE_VOCAB: Rule = Rule {
    name: "ai/token-outside-vocab",
    severity: Severity::Error,
    rows: &["B025"],
    on: TOKENIZER,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "A merge or piece in a tokenizer's payload whose token is not in the vocabulary it names.",
        why: "A text would become a token without a symbol.",
        fix: "Remove the rule, or name a vocabulary that has the token.",
        bad: &[Example {
            note: "a merge that makes `bb`",
            file: "rules.json",
            files: &[
                ("t.json", tokenizer!()),
                ("rules.json", "{\"rules\": [\"ab\", \"bb\"]}\n"),
                ("v.json", vocab!()),
                ("tokens.json", TOKENS),
            ],
        }],
        good: GOOD,
    },
};

/// Some texts have no tokens.
pub static TOTAL: Rule = Rule {
    name: "ai/total-tokenizer",
    severity: Severity::Error,
    rows: &["B026", "B448"],
    on: TOKENIZER,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "A tokenizer whose vocabulary has neither an unknown token (`unk`, `<unk>`, `[UNK]`, `<UNK>`) nor a token for each of the 256 bytes.",
        why: "A tokenizer is total: every input maps to tokens. Without these, a text with an unforeseen character has none.",
        fix: "Add an unknown token to the vocabulary, or all bytes.",
        bad: &[Example {
            note: "two letters and nothing for the rest",
            file: "t.json",
            files: &[
                ("t.json", tokenizer!()),
                ("rules.json", RULES),
                ("v.json", vocab!()),
                ("tokens.json", "{\"tokens\": {\"a\": 0, \"b\": 1}}\n"),
            ],
        }],
        good: GOOD,
    },
};

/// The rules do more than declare.
pub static DECLARATIVE: Rule = Rule {
    name: "ai/declarative-rules",
    severity: Severity::Error,
    rows: &["B022", "B023", "B024", "B449", "B450"],
    on: TOKENIZER,
    check: Check::Workspace(declarative),
    fix: None,
    docs: Docs {
        what: "A tokenizer payload whose rules branch, look at what surrounds the text, at time, or at the state of the runtime.",
        why: "The tokens of a piece of text depend on that piece and the rules alone.",
        fix: "Write the rules as data: merges and pieces.",
        bad: &[Example {
            note: "a rule that branches",
            file: "rules.json",
            files: &[
                ("t.json", tokenizer!()),
                ("rules.json", "{\"rules\": [{\"if\": \"start\", \"token\": \"ab\"}]}\n"),
                ("v.json", vocab!()),
                ("tokens.json", TOKENS),
            ],
        }],
        good: GOOD,
    },
};

fn ruleset_hash(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    let Some(tree) = own(context) else { return };
    let Some(node) = tree.root().and_then(|root| root.get("ruleset_hash")) else { return };
    let Some(declared) = node.as_str().and_then(|text| Digest::parse(&text)) else { return };
    let Some(payload) = Payload::of(context, context.facts) else { return };
    let json = payload.json(context);
    let rules = json.as_ref().and_then(|tree| tree.root()).and_then(|root| root.get("rules"));
    let (what, truth) = match rules {
        Some(rules) => match canonical(rules) {
            Ok(bytes) => ("the canonical JSON of `rules`", Digest::of(&bytes)),
            Err(_) => return,
        },
        None => ("the payload, which has no `rules`,", payload.file.digest),
    };
    if declared == truth {
        return;
    }
    let also =
        if rules.is_some() && declared == payload.file.digest { "; the declared value is the hash of the whole payload" } else { "" };
    let message = format!("`ruleset_hash` is not the hash of {what} in `{}`, which is `{truth}`{also}", payload.file.path);
    let fix =
        Fix::replace(Safety::Hash, format!("write the true hash `{truth}`"), &context.facts.path, node.span(), format!("\"{truth}\""));
    findings.push(
        Finding::new(&RULESET_HASH, Place::value(node), message)
            .help("restore the rules, or write their true hash with `mx2lm-lint fix --hashes`")
            .spec("verification_error")
            .fix(fix),
    );
}

/// What the tokenizer and its vocabulary say of each other.
fn vocabulary(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    let Some(reference) = context.facts.references.iter().find(|reference| reference.at.locator == "/vocab_ref") else { return };
    let crate::document::facts::Target::Object(id) = &reference.target else { return };
    // A missing one, or one of another kind, is told by the rules on references.
    let Some(vocab) = context.resolve(reference).into_iter().find(|facts| facts.kind.is_some_and(|kind| kind.is("ai.vocab.v1"))) else {
        return;
    };
    let place = reference.at.place();
    let written = &reference.at.value;
    if !written.starts_with("object://ai/vocab/") && !written.starts_with("object://ai.vocab/") {
        let message = format!("`{id}` is a vocabulary under an unusual id: `object://ai/vocab/…` is where they are looked for");
        findings.push(Finding::new(&VOCAB_ID, place.clone(), message).help("give the vocabulary an id under `object://ai/vocab/`"));
    }
    let Some(descriptor) = context.json(&vocab.path).filter(|tree| tree.is_strict()) else { return };
    let Some(root) = descriptor.root() else { return };
    if !lists(root.get("invariants"), "immutable_payload") {
        let message = format!("the tokenizer promises `fixed_vocab`, and its vocabulary `{id}` does not list `immutable_payload`");
        let finding = Finding::new(&FIXED_VOCAB, place.clone(), message).help("add `immutable_payload` to the vocabulary's invariants");
        findings.push(finding.related(&vocab.path, Place::opening(root.get("invariants").unwrap_or(root)), "the vocabulary"));
    }
    let Some(tokens_at) = Payload::of(context, &vocab) else { return };
    let Some(tokens) = tokens_at.json(context) else { return };
    let inverted = says(root.get("mapping"), "symbol_to_token");
    let Some(vocabulary) = tokens.root().and_then(|root| Vocabulary::read(root, inverted)) else { return };
    let known = vocabulary.tokens();
    if !vocabulary::is_total(&known) {
        let message =
            format!("`{id}` has neither an unknown token nor one for every byte, so some texts have no tokens: a tokenizer is total");
        let finding = Finding::new(&TOTAL, place, message).help("add `<unk>` to the vocabulary, or a token for each of the 256 bytes");
        findings.push(finding.related(&tokens_at.file.path, Place::opening(vocabulary.holder), "its tokens"));
    }
    outside(context, &known, &vocab, findings);
}

fn outside(context: &WorkspaceContext<'_>, known: &HashSet<&str>, vocab: &Arc<Facts>, findings: &mut Findings) {
    let Some(payload) = Payload::of(context, context.facts) else { return };
    let Some(tree) = payload.json(context) else { return };
    for piece in pieces(&tree) {
        if enough(findings) {
            return;
        }
        if piece.made.iter().any(|token| known.contains(token.as_ref())) {
            continue;
        }
        let token = piece.made.last().map(AsRef::as_ref).unwrap_or_default();
        let what = match &piece.merge {
            Some((a, b)) => format!("the merge of `{a}` and `{b}` makes the token `{token}`, which"),
            None => format!("the token `{token}`"),
        };
        let message = format!("{what} is not in the vocabulary of `{}`: the rules may only make tokens it has", vocab.path);
        findings.push(payload.inside(&OUTSIDE_VOCAB, piece.place, message).help("remove the rule, or add the token to the vocabulary"));
    }
}

/// A token that the rules make; spellings that mean the same rule stand beside each other.
struct Piece<'t> {
    made: Vec<Cow<'t, str>>,
    /// The two parts, where the rule joins them.
    merge: Option<(Cow<'t, str>, Cow<'t, str>)>,
    place: Place,
}

/// The pieces of a payload: a list of `rules`, and `merges` and `pieces`, beside it or in it, in the shapes that tokenizers are published in.
/// Other shapes are skipped.
fn pieces(tree: &Tree) -> Vec<Piece<'_>> {
    let Some(root) = tree.root() else { return Vec::new() };
    let rules = root.get("rules");
    let mut found: Vec<Piece<'_>> = rules.into_iter().flat_map(|rules| rules.items()).filter_map(piece).collect();
    for holder in [Some(root), rules].into_iter().flatten().flat_map(|outer| ["merges", "pieces"].map(|name| outer.get(name))).flatten() {
        found.extend(holder.items().filter_map(piece));
        for (name, value) in holder.members() {
            match value.as_str() {
                Some(made) => found.push(spelled(made, Place::key(value))),
                None if value.is_number() => found.push(spelled(name, Place::key(value))),
                None => {}
            }
        }
    }
    found
}

/// A token, or a merge as published: two parts and a space between them.
fn spelled(text: Cow<'_, str>, place: Place) -> Piece<'_> {
    let parts = text.split_once(' ').filter(|(a, b)| !a.is_empty() && !b.is_empty() && !b.contains(' '));
    let merge = parts.map(|(a, b)| (Cow::Owned(a.to_owned()), Cow::Owned(b.to_owned())));
    let merged = parts.map(|(a, b)| Cow::Owned(format!("{a}{b}")));
    Piece { made: std::iter::once(text).chain(merged).collect(), merge, place }
}

fn piece(item: Node<'_>) -> Option<Piece<'_>> {
    let place = Place::value(item);
    let one = |made| Piece { made: vec![made], merge: None, place: Place::value(item) };
    if let Some(text) = item.as_str() {
        return Some(spelled(text, place));
    }
    if item.is_array() {
        let parts: Vec<Node<'_>> = item.items().collect();
        return match parts.as_slice() {
            [piece, score] if piece.is_string() && score.is_number() => piece.as_str().map(one),
            [a, b] => {
                let (a, b) = (a.as_str()?, b.as_str()?);
                Some(Piece { made: vec![Cow::Owned(format!("{a}{b}"))], merge: Some((a, b)), place })
            }
            _ => None,
        };
    }
    let named = ["result", "token", "piece"].iter().find_map(|name| item.get(name)?.as_str());
    if let Some(made) = named {
        return Some(one(made));
    }
    let pair = ["merge", "pair"].iter().find_map(|name| item.get(name))?;
    piece(pair).map(|inner| Piece { place, ..inner })
}

/// Roots of references that ask about the moment or the host.
const STATE: &[&str] = &["@runtime", "@env", "@session", "@context", "@meta"];

fn declarative(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    let Some(payload) = Payload::of(context, context.facts) else { return };
    let Some(tree) = payload.json(context) else { return };
    let Some(root) = tree.root() else { return };
    let mut stack = vec![root];
    while let Some(node) = stack.pop() {
        if enough(findings) {
            return;
        }
        for (name, value) in node.members().filter(|_| !is_piece_map(node)) {
            if let Some(about) = global::forbidden("ai.tokenizer.v1", &name) {
                let message = format!("`{name}` speaks of {about}: the rules of a tokenizer are data, and depend on the text alone");
                findings.push(payload.inside(&DECLARATIVE, Place::key(value), message).help(format!("remove `{name}`")));
            }
        }
        if let Some(text) = node
            .as_str()
            .filter(|text| STATE.iter().any(|root| text.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))))
        {
            let message = format!("`{text}` asks for the state of the runtime: the rules of a tokenizer depend on the text alone");
            findings.push(payload.inside(&DECLARATIVE, Place::value(node), message).help("remove it"));
        }
        stack.extend(node.members().map(|(_, value)| value).chain(node.items()));
    }
}

/// Whether the names of an object are pieces of text and not words of the rules: `{"th": -2.3}`, `{"t h": "th"}`.
fn is_piece_map(node: Node<'_>) -> bool {
    let holder = node.key().is_some_and(|key| ["rules", "merges", "pieces", "vocab", "tokens", "scores"].contains(&key.as_ref()));
    holder && node.members().all(|(_, value)| value.is_number() || value.is_string())
}
