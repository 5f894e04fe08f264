//! N-gram brains: contexts of one length, targets that are known, probabilities that add up to exactly 1 (§16.5).

use std::{borrow::Cow, collections::HashSet};

use super::{
    examples::{NGRAMS, ngram as brain},
    global,
    payload::{Payload, enough, own},
};
use crate::{
    diagnostic::Severity,
    rules::{Check, Docs, Example, Findings, On, Place, Rule, decimal::Sum},
    syntax::json::{Node, Whole},
    workspace::context::WorkspaceContext,
};

const NGRAM: On = On::Kinds(&["ai.brain.ngram.v1"]);

const GOOD: &[Example] = &[Example { note: "two states", file: "n.json", files: &[("n.json", brain!("1")), ("ngrams.json", NGRAMS)] }];

/// A context of another length.
pub static ORDER: Rule = Rule {
    name: "ai/ngram-order",
    severity: Severity::Error,
    rows: &["A559", "B059", "B060"],
    on: NGRAM,
    check: Check::Workspace(ngram),
    fix: None,
    docs: Docs {
        what: "A context in the payload that does not have exactly `order` tokens. A context of several is a list, or tokens joined by one space.",
        why: "`order_fixed`: a traversal looks up contexts of one length and would never find this one.",
        fix: "Write contexts of `order` tokens, or declare the order they have.",
        bad: &[Example {
            note: "one token where two are wanted",
            file: "ngrams.json",
            files: &[("n.json", brain!("2")), ("ngrams.json", NGRAMS)],
        }],
        good: GOOD,
    },
};

/// A target that leads nowhere.
pub static CLOSED: Rule = Rule {
    name: "ai/ngram-closed",
    severity: Severity::Error,
    rows: &["B062", "B063"],
    on: NGRAM,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "A transition whose target is no state of its own: no context begins with it, and the payload lists it nowhere.",
        why: "`transition_space` is `closed`: every walk can go on from wherever it is.",
        fix: "Add the target's own transitions, or remove it and share out its probability.",
        bad: &[Example {
            note: "`b` leads nowhere",
            file: "ngrams.json",
            files: &[("n.json", brain!("1")), ("ngrams.json", "{\"ngrams\": {\"a\": {\"a\": 0.5, \"b\": 0.5}}}\n")],
        }],
        good: GOOD,
    },
};

/// Probabilities that are none.
pub static PROBABILITY: Rule = Rule {
    name: "ai/probability",
    severity: Severity::Error,
    rows: &["B064", "B065", "B066", "B067"],
    on: NGRAM,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "The probabilities of a context that do not add up to exactly 1, or one that is negative (−0 too) or no number. They are added as decimals, as they are spelled: 0.6 + 0.3 + 0.1 is 1.",
        why: "`probability_conserved` has no tolerance: any would let two runtimes disagree.",
        fix: "Spell the probabilities so that they add up.",
        bad: &[Example {
            note: "a hundredth is missing",
            file: "ngrams.json",
            files: &[("n.json", brain!("1")), ("ngrams.json", "{\"ngrams\": {\"a\": {\"a\": 0.99}}}\n")],
        }],
        good: GOOD,
    },
};

/// The payload learns.
pub static LEARNING: Rule = Rule {
    name: "ai/ngram-learning",
    severity: Severity::Error,
    rows: &["B068"],
    on: NGRAM,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "A payload with members such as `counts` or `update` beside its transitions.",
        why: "An n-gram brain is never updated at run time.",
        fix: "Store the probabilities alone.",
        bad: &[Example {
            note: "counts beside the transitions",
            file: "ngrams.json",
            files: &[("n.json", brain!("1")), ("ngrams.json", "{\"ngrams\": {\"a\": {\"a\": 1}}, \"counts\": {}}\n")],
        }],
        good: GOOD,
    },
};

/// The transitions of one context.
struct Context<'t> {
    /// Its tokens, when they are written apart; else the text that joins them.
    tokens: Tokens<'t>,
    place: Place,
    /// Target, its probability.
    targets: Vec<(Cow<'t, str>, Node<'t>)>,
}

enum Tokens<'t> {
    Joined(Cow<'t, str>),
    Apart(Vec<Cow<'t, str>>),
}

fn ngram(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    let Some(tree) = own(context) else { return };
    let Some(declared) = tree.root().and_then(|root| root.get("order")) else { return };
    let Some(order) = declared.as_whole().filter(|order| *order != Whole::Is(0)) else { return };
    let Some(payload) = Payload::of(context, context.facts) else { return };
    let Some(content) = payload.json(context) else { return };
    let Some(root) = content.root() else { return };
    let Some(holder) = root.get("ngrams") else { return };
    for (name, value) in root.members().filter(|(name, _)| ["update", "updates", "learn", "count", "counts"].contains(&name.as_ref())) {
        let about = global::forbidden("ai.brain.ngram.v1", &name).unwrap_or("learning");
        let message = format!("`{name}` speaks of {about}: an n-gram brain is never updated");
        findings.push(payload.inside(&LEARNING, Place::key(value), message).help("store the probabilities alone"));
    }
    let contexts = read(holder);
    let order = order.get().and_then(|order| usize::try_from(order).ok()).unwrap_or(usize::MAX);
    let states = states(root, &contexts, order);
    let reached: HashSet<&str> = contexts.iter().flat_map(|context| context.targets.iter().map(|(target, _)| target.as_ref())).collect();
    lengths(holder, &contexts, (order, declared.raw()), &reached, &payload, findings);
    for context in &contexts {
        if enough(findings) {
            return;
        }
        probabilities(context, &payload, findings);
        for (target, node) in context.targets.iter().filter(|(target, _)| !states.contains(target.as_ref())) {
            let message = format!("`{target}` is reached from here and is no state of its own: the transition space is closed");
            let place = if node.key().is_some() { Place::key(*node) } else { Place::value(*node) };
            findings.push(payload.inside(&CLOSED, place, message).help(format!("add the transitions of `{target}`, or remove it")));
        }
    }
}

/// Reads the transitions: an object of contexts, or a list of `{"context": …, "next": {…}}` or `[context, {…}]`. Other entries are skipped.
fn read(holder: Node<'_>) -> Vec<Context<'_>> {
    fn tokens(node: Node<'_>) -> Option<Tokens<'_>> {
        match node.as_str() {
            Some(text) => Some(Tokens::Joined(text)),
            None if node.is_array() => node.items().map(|item| item.as_str()).collect::<Option<Vec<_>>>().map(Tokens::Apart),
            None => None,
        }
    }
    let mut found = Vec::new();
    for (name, value) in holder.members().filter(|(_, value)| value.is_object()) {
        found.push(Context { tokens: Tokens::Joined(name), place: Place::key(value), targets: value.members().collect() });
    }
    for item in holder.items() {
        let parts = if item.is_array() {
            item.item(0).zip(item.item(1))
        } else {
            let named = |names: &[&str]| names.iter().find_map(|name| item.get(name));
            named(&["context", "state", "from"]).zip(named(&["next", "transitions", "targets", "to", "probabilities"]))
        };
        if let Some((from, to)) = parts.filter(|(_, to)| to.is_object())
            && let Some(tokens) = tokens(from)
        {
            found.push(Context { tokens, place: Place::value(from), targets: to.members().collect() });
        }
    }
    found
}

/// What a target may be: a token of some context, or one that the payload lists.
fn states<'t>(root: Node<'t>, contexts: &'t [Context<'t>], order: usize) -> HashSet<Cow<'t, str>> {
    let mut known = HashSet::new();
    for context in contexts {
        match &context.tokens {
            Tokens::Joined(text) => {
                known.insert(Cow::Borrowed(text.as_ref()));
                if order > 1 {
                    known.extend(text.split(' ').map(|token| Cow::Owned(token.to_owned())));
                }
            }
            Tokens::Apart(tokens) => known.extend(tokens.iter().map(|token| Cow::Borrowed(token.as_ref()))),
        }
    }
    for list in ["states", "vocab", "tokens", "symbols"].iter().filter_map(|name| root.get(name)) {
        known.extend(list.items().filter_map(|item| item.as_str()));
        known.extend(list.members().map(|(name, _)| name));
    }
    known
}

/// `order` comes with the way it is written.
fn lengths(
    holder: Node<'_>,
    contexts: &[Context<'_>],
    (order, declared): (usize, &str),
    reached: &HashSet<&str>,
    payload: &Payload,
    findings: &mut Findings,
) {
    let counts: Vec<usize> = contexts.iter().map(|context| context.tokens.count(order, reached)).collect();
    let help = "write contexts of `order` tokens, or declare the order they have";
    let words = |count: usize| if count == 1 { "1 token".to_owned() } else { format!("{count} tokens") };
    if let [first, _, ..] = counts.as_slice()
        && *first != order
        && counts.iter().all(|count| count == first)
    {
        let message = format!("every context has {}, and `order` is {declared}", words(*first));
        findings.push(payload.inside(&ORDER, Place::opening(holder), message).help(help));
        return;
    }
    for (context, count) in contexts.iter().zip(counts).filter(|(_, count)| *count != order) {
        let message = format!("the context `{}` has {}, and `order` is {declared}", context.tokens.text(), words(count));
        findings.push(payload.inside(&ORDER, context.place.clone(), message).help(help));
    }
}

impl Tokens<'_> {
    /// How many tokens there are, where `order` are wanted and these texts are targets of some transition.
    fn count(&self, order: usize, reached: &HashSet<&str>) -> usize {
        match self {
            Tokens::Apart(tokens) => tokens.len(),
            // A token may be or hold a space: then something leads to it.
            Tokens::Joined(text) if order == 1 && (text.trim().is_empty() || reached.contains(text.as_ref())) => 1,
            Tokens::Joined(text) => text.split(' ').count(),
        }
    }

    fn text(&self) -> Cow<'_, str> {
        match self {
            Tokens::Apart(tokens) => Cow::Owned(tokens.join(" ")),
            Tokens::Joined(text) => Cow::Borrowed(text),
        }
    }
}

fn probabilities(context: &Context<'_>, payload: &Payload, findings: &mut Findings) {
    let mut sum = Sum::default();
    let mut summed = true;
    for (target, node) in &context.targets {
        match node.number_text() {
            Some(literal) if literal.starts_with('-') => {
                summed = false;
                let message = format!("the probability of `{target}` is `{literal}`: none is negative, −0 included");
                findings.push(payload.inside(&PROBABILITY, Place::value(*node), message).help("write a probability between 0 and 1"));
            }
            Some(literal) => sum.add(literal),
            None => {
                summed = false;
                let message = format!("the probability of `{target}` is {}: a number is wanted", node.kind().name());
                findings.push(payload.inside(&PROBABILITY, Place::value(*node), message).help("write a probability between 0 and 1"));
            }
        }
    }
    let sum = sum.total();
    if summed && !sum.is_one() {
        let message = format!("the probabilities here add up to {sum}, and exactly 1 is wanted");
        findings.push(payload.inside(&PROBABILITY, context.place.clone(), message).help("spell the probabilities so that they add up"));
    }
}
