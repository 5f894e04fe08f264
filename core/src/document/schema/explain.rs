//! Validation errors in our words: the field, the value found, what is wanted, the nearest known name, one finding a cause.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kinds;
use serde_json::{Map, Value};

use super::node::likeness;
use super::placeholder::{Placeholder, is_placeholder};
use super::spelling;
use super::trail::Trail;
use super::wording::{choices, first_sentence, short, short_text, text_of, types};
use crate::diagnostic::{Safety, Severity};
use crate::document::kind::Kind;
use crate::document::pointer;
use crate::rules::nearest_of as nearest;
use crate::syntax::json::{self, Node, quote};
use crate::text::Span;

/// One thing that a schema has against a document.
#[derive(Debug, Clone, PartialEq)]
pub struct SchemaFinding {
    /// JSON Pointer of the value; of the object where a member is missing.
    pub pointer: String,
    /// The bytes to show.
    pub span: Span,
    /// Whether the span is a member's name rather than a value.
    pub on_key: bool,
    /// Name of the rule that reports it.
    pub rule: &'static str,
    /// Gravity.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Changes that would put it right, the likeliest first.
    pub fixes: Vec<SchemaFix>,
    /// The specification's own error name.
    pub spec_error: Option<&'static str>,
}

/// A change of the document itself.
#[derive(Debug, Clone, PartialEq)]
pub struct SchemaFix {
    /// How far it may be trusted.
    pub safety: Safety,
    /// What it does, in the imperative.
    pub title: String,
    /// The bytes that go.
    pub span: Span,
    /// The text that comes.
    pub text: String,
}

/// What a finding says about the value at its pointer; of several that exclude each other the first counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Placeholder,
    Type,
    Choice,
    Spelling,
    /// Findings of this rank stand beside each other: members that are missing, unknown or repeated.
    Member,
}

struct Draft {
    rank: Rank,
    finding: SchemaFinding,
    /// An unknown member that a missing one was probably meant to be.
    renames: Option<String>,
}

pub(super) fn explain<'e>(kind: Kind, root: Node<'_>, errors: impl Iterator<Item = ValidationError<'e>>) -> Vec<SchemaFinding> {
    let mut drafts = Vec::new();
    let teller = Teller { kind, root };
    // A name that stands there many times is judged many times, and told once.
    let mut told = HashSet::new();
    for error in errors {
        if drafts.len() >= MOST_FINDINGS {
            let message = format!("there is more: the first {MOST_FINDINGS} findings on the shape of this document are listed");
            if let Some(trail) = Trail::to_keyword(kind.name(), "") {
                let mut draft = teller.draft(Rank::Member, root, &trail, message).help("correct these first");
                draft.finding.span = Span::new(root.span().start, (root.span().start + 1).min(root.span().end));
                drafts.push(draft);
            }
            break;
        }
        let place = || (error.instance_path().as_str().to_owned(), error.evaluation_path().as_str().to_owned());
        let once = matches!(error.kind(), Kinds::Not { .. } | Kinds::FalseSchema);
        if !once || told.insert(place()) {
            teller.tell(&error, &mut drafts);
        }
    }
    one_a_cause(drafts)
}

/// Most findings on one document: a file of rubbish is told so in bounded time.
const MOST_FINDINGS: usize = 1000;

/// Drops what follows from something else that is said.
fn one_a_cause(drafts: Vec<Draft>) -> Vec<SchemaFinding> {
    let renamed: HashSet<&str> = drafts.iter().filter_map(|draft| draft.renames.as_deref()).collect();
    let mut places: HashMap<&str, Vec<(usize, &Draft)>> = HashMap::new();
    for (at, draft) in drafts.iter().enumerate() {
        places.entry(&draft.finding.pointer).or_default().push((at, draft));
    }
    let keep: Vec<bool> = drafts
        .iter()
        .enumerate()
        .map(|(at, draft)| {
            let here = places.get(draft.finding.pointer.as_str()).map_or(&[][..], Vec::as_slice);
            let mut said = here.iter().take_while(|(other, _)| *other < at).filter(|(_, other)| other.rank == draft.rank);
            let said = said.any(|(_, other)| draft.rank != Rank::Member || other.finding.message == draft.finding.message);
            // One name is told one thing: the gravest.
            let graver = |other: &Draft| other.finding.on_key && draft.finding.on_key && other.finding.severity > draft.finding.severity;
            let outdone = here.iter().any(|(_, other)| other.rank == draft.rank && graver(other));
            let best = here.iter().filter(|(_, other)| other.rank != Rank::Member).map(|(_, other)| other.rank).min();
            let outranked = draft.rank != Rank::Member && best.is_some_and(|best| best < draft.rank);
            !(draft.finding.on_key && renamed.contains(draft.finding.pointer.as_str()) || said || outdone || outranked)
        })
        .collect();
    let mut findings: Vec<SchemaFinding> = drafts.into_iter().zip(keep).filter(|(_, keep)| *keep).map(|(draft, _)| draft.finding).collect();
    findings.sort_by(|a, b| (a.span, &a.pointer, &a.message).cmp(&(b.span, &b.pointer, &b.message)));
    findings
}

struct Teller<'t> {
    kind: Kind,
    root: Node<'t>,
}

impl<'t> Teller<'t> {
    fn tell(&self, error: &ValidationError<'_>, out: &mut Vec<Draft>) {
        let path = error.instance_path().as_str();
        let Some(node) = self.root.tree().at_pointer(path) else { return };
        let Some(trail) = Trail::to_keyword(self.kind.name(), error.evaluation_path().as_str()) else { return };
        let schema = trail.last();
        match error.kind() {
            Kinds::AnyOf { context } | Kinds::OneOfNotValid { context } => {
                for error in best_branch(context) {
                    self.tell(error, out);
                }
            }
            Kinds::Required { property } => self.missing(node, &trail, property.as_str().unwrap_or_default(), out),
            Kinds::AdditionalProperties { unexpected } | Kinds::UnevaluatedProperties { unexpected } => {
                for name in unexpected.iter().map(String::as_str).collect::<BTreeSet<_>>() {
                    self.unknown(node.get(name), &trail, schema, out);
                }
            }
            Kinds::Not { .. } | Kinds::FalseSchema if schema.contains_key("x-unknown") => {
                self.unknown(Some(node), &trail, trail.outer().unwrap_or(schema), out)
            }
            Kinds::PropertyNames { error } => {
                let name = error.instance().as_str().unwrap_or_default();
                let inner = schema.get("propertyNames").and_then(Value::as_object).unwrap_or(schema);
                let text = |key: &str| inner.get(key).and_then(Value::as_str);
                let message = match text("x-message") {
                    Some(message) => message.to_owned(),
                    None => format!("the member name {} is not {}", short_text(name), text("x-wants").unwrap_or("one that may stand here")),
                };
                if let Some(member) = node.get(name) {
                    out.push(self.draft(Rank::Member, member, &trail, message).on_key(member).help_from(text("x-help")));
                }
            }
            Kinds::Contains => self.lacking(node, &trail, schema, out),
            Kinds::UniqueItems => {
                let items: Vec<Node<'_>> = node.items().collect();
                let mut seen = HashSet::new();
                for (at, item) in items.iter().enumerate().filter(|(_, item)| !seen.insert(likeness(**item))) {
                    let message = format!("{} says {} again", self.label(node), short(*item));
                    let mut draft = self.draft(Rank::Member, *item, &trail, message).help("remove the repetition");
                    // The item goes with the comma before it.
                    if let Some(before) = at.checked_sub(1).and_then(|before| items.get(before)) {
                        draft.fix(Safety::Safe, "remove the repetition", Span::new(before.span().end, item.span().end), "");
                    }
                    out.push(draft);
                }
            }
            _ => {
                let draft = self.value(node, &trail, error.kind());
                out.push(draft);
            }
        }
    }

    /// A value that is not what is wanted.
    fn value(&self, node: Node<'t>, trail: &Trail, kind: &Kinds) -> Draft {
        let (rank, mut wants) = match kind {
            Kinds::Type { kind } => (Rank::Type, types(kind)),
            Kinds::Enum { options } => (Rank::Choice, choices(options)),
            Kinds::Constant { expected_value } => (Rank::Choice, format!("`{}`", text_of(expected_value))),
            Kinds::Pattern { pattern } => (Rank::Spelling, format!("a text that matches `{pattern}`")),
            Kinds::Format { format } => (Rank::Spelling, format!("a `{format}`")),
            Kinds::Minimum { limit } => (Rank::Spelling, format!("at least `{limit}`")),
            Kinds::Maximum { limit } => (Rank::Spelling, format!("at most `{limit}`")),
            Kinds::ExclusiveMinimum { limit } => (Rank::Spelling, format!("more than `{limit}`")),
            Kinds::ExclusiveMaximum { limit } => (Rank::Spelling, format!("less than `{limit}`")),
            Kinds::MinLength { limit: 1 } => (Rank::Spelling, "a text that is not empty".into()),
            Kinds::MinItems { limit } => (Rank::Spelling, format!("at least {limit} items")),
            Kinds::MaxItems { limit } => (Rank::Spelling, format!("at most {limit} items")),
            Kinds::MinProperties { limit } => (Rank::Spelling, format!("at least {limit} members")),
            Kinds::MaxProperties { limit } => (Rank::Spelling, format!("at most {limit} members")),
            Kinds::Not { .. } | Kinds::FalseSchema => (Rank::Choice, "nothing of the kind".into()),
            other => (Rank::Spelling, format!("what `{}` asks for", other.keyword())),
        };
        if let Some(text) = node.as_str()
            && let Some(what) = self.stands_for_a_value(kind, &text)
        {
            return self.placeholder(node, trail, &text, what, kind);
        }
        if let (Rank::Spelling, Some(told)) = (rank, trail.here("x-wants").and_then(Value::as_str)) {
            wants = told.to_owned();
        }
        let message = match trail.here("x-message").and_then(Value::as_str) {
            Some(message) => message.to_owned(),
            None => format!("{} is {}; wanted is {wants}", self.label(node), found(node, rank)),
        };
        let mut draft = self.draft(rank, node, trail, message).help_from(trail.here("x-help").and_then(Value::as_str));
        match kind {
            Kinds::Enum { options } => near_choice(&mut draft, node, options.as_array().map(Vec::as_slice).unwrap_or_default()),
            Kinds::Constant { expected_value } => {
                let text = expected_value.to_string();
                draft.fix(Safety::Unsafe, &format!("replace by `{}`", text_of(expected_value)), node.span(), &text);
            }
            Kinds::Pattern { pattern } if pattern.starts_with("^sha256:") => spelling::hash(&mut draft.finding, node),
            Kinds::Pattern { pattern } if pattern.starts_with("^object://") => {
                spelling::id(&mut draft.finding, node, !pattern.contains("sha256"));
            }
            Kinds::Type { .. } => unquote(&mut draft, node, &wants),
            _ => {}
        }
        draft
    }

    /// Whether the value is a placeholder where an enumerated value, a hash, an id, a URI or a number is wanted (`DECISIONS` 42).
    fn stands_for_a_value(&self, kind: &Kinds, text: &str) -> Option<Placeholder> {
        let what = is_placeholder(text)?;
        let wanted = match kind {
            Kinds::Enum { .. } | Kinds::Constant { .. } => what != Placeholder::Word,
            Kinds::Pattern { pattern } => pattern.contains(':') && (what != Placeholder::Word || pattern.starts_with("^sha256:")),
            Kinds::Type { kind } => what != Placeholder::Word && types(kind).contains("number"),
            _ => false,
        };
        wanted.then_some(what)
    }

    fn placeholder(&self, node: Node<'t>, trail: &Trail, text: &str, what: Placeholder, kind: &Kinds) -> Draft {
        let message = match what {
            Placeholder::Choices => {
                format!("{} is {}: a list of choices stands where one value is wanted; it is a placeholder", self.label(node), short(node))
            }
            _ => format!("{} is {}: a placeholder from an illustration, where a value is wanted", self.label(node), short(node)),
        };
        let mut draft = self.draft(Rank::Placeholder, node, trail, message);
        draft.finding.rule = placeholder_rule(self.kind);
        if let (Placeholder::Choices, Kinds::Enum { options }) = (what, kind) {
            draft.finding.help = Some("write one of the choices".into());
            let known: Vec<&str> = options.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            for choice in text.split(" | ").map(str::trim).filter(|choice| known.contains(choice)) {
                draft.fix(Safety::Unsafe, &format!("replace by `{choice}`"), node.span(), &quote(choice));
            }
        } else {
            draft.finding.help = Some("write the value itself".into());
        }
        draft
    }

    fn missing(&self, node: Node<'t>, trail: &Trail, name: &str, out: &mut Vec<Draft>) {
        let schema = trail.last();
        let about = property(trail, name);
        let text = |key: &str| about.iter().find_map(|schema| schema.get(key)?.as_str());
        let place = if node.parent().is_none() { "the document".into() } else { self.label(node) };
        let purpose = text("description").map(|text| format!(": {}", first_sentence(text))).unwrap_or_default();
        let mut draft = self.draft(Rank::Member, node, trail, format!("{place} lacks `{name}`{purpose}"));
        draft.finding.span = Span::new(node.span().start, (node.span().start + 1).min(node.span().end));
        if let Some(rule) = text("x-absent-rule") {
            draft.finding.rule = rule;
        }
        if let Some(severity) = text("x-absent").and_then(severity) {
            draft.finding.severity = severity;
        }
        let known = known_names(schema);
        let strangers: Vec<(Cow<'_, str>, Node<'_>)> = node.members().filter(|(key, _)| !known.contains(&key.as_ref())).collect();
        let near = nearest(name, strangers.iter().map(|(key, _)| key.as_ref()));
        if let Some((key, stranger)) = near.and_then(|near| strangers.iter().find(|(key, _)| key == near)) {
            draft.finding.help = Some(format!("rename `{key}` to `{name}`"));
            draft.renames = Some(stranger.pointer());
            if let Some(span) = stranger.key_span() {
                draft.fix(Safety::Unsafe, &format!("rename `{key}` to `{name}`"), span, &quote(name));
            }
        } else {
            draft.finding.help = Some(format!("add `{name}`"));
            if let Some(value) = about.iter().find_map(|schema| schema.get("default").or(schema.get("const"))) {
                let (span, text) = insertion(node, &format!("{}: {value}", quote(name)));
                draft.fix(Safety::Safe, &format!("add `{name}`: `{}`", text_of(value)), span, &text);
            }
        }
        out.push(draft);
    }

    fn unknown(&self, member: Option<Node<'t>>, trail: &Trail, schema: &'static Map<String, Value>, out: &mut Vec<Draft>) {
        let Some(member) = member else { return };
        let name = member.key().unwrap_or_default();
        let place = match member.parent().filter(|parent| parent.parent().is_some()) {
            Some(parent) => format!("a member of {}", self.label(parent)),
            None => format!("a member of {}", self.kind),
        };
        let told = |key: &str| trail.here(key).and_then(Value::as_str);
        let message = told("x-message")
            .map_or_else(|| format!("{} is not {place}", short_text(&name)), |message| format!("{}: {message}", self.label(member)));
        let mut draft = self.draft(Rank::Member, member, trail, message).on_key(member).help_from(told("x-help"));
        let known = known_names(schema);
        let is_free = |known: &&str| member.parent().is_none_or(|parent| parent.get(known).is_none());
        // Who stands there already is asked only where a name is near: an object may have thousands of members.
        let near = nearest(&name, known.iter().copied());
        match near.filter(is_free).or_else(|| near.and_then(|_| nearest(&name, known.iter().copied().filter(is_free)))) {
            Some(near) => {
                draft.finding.help = Some(format!("did you mean `{near}`?"));
                draft.fix(Safety::Unsafe, &format!("rename to `{near}`"), draft.finding.span, &quote(near));
            }
            None => draft.finding.help = draft.finding.help.or(Some("remove it, or move it to where it belongs".into())),
        }
        // a closed document is known by other means, and its `$schema` is read by nobody (C455)
        if name == "$schema" && near.is_none() {
            draft.finding.help = Some("remove it: what the document is shows without".into());
            draft.fix(Safety::Unsafe, "remove `$schema`", removal(member), "");
        }
        out.push(draft);
    }

    fn lacking(&self, node: Node<'t>, trail: &Trail, schema: &'static Map<String, Value>, out: &mut Vec<Draft>) {
        let wanted = schema.get("contains");
        let wanted = wanted.and_then(|wanted| wanted.get("const").or_else(|| wanted.get("enum")?.get(0))).and_then(Value::as_str);
        let Some(wanted) = wanted else { return };
        let mut draft = self.draft(Rank::Member, node, trail, format!("{} lacks `{wanted}`", self.label(node)));
        let items: Vec<(Cow<'_, str>, Node<'_>)> = node.items().filter_map(|item| Some((item.as_str()?, item))).collect();
        let near = nearest(wanted, items.iter().map(|(text, _)| text.as_ref()));
        match near.and_then(|near| items.iter().find(|(text, _)| text == near)) {
            Some((text, item)) => {
                draft.finding.help = Some(format!("`{text}` may have been meant to be `{wanted}`"));
                draft.fix(Safety::Unsafe, &format!("replace `{text}` by `{wanted}`"), item.span(), &quote(wanted));
            }
            None => {
                draft.finding.help = Some(format!("add `{wanted}`"));
                let (span, text) = insertion(node, &quote(wanted));
                draft.fix(Safety::Unsafe, &format!("add `{wanted}`"), span, &text);
            }
        }
        out.push(draft);
    }

    fn draft(&self, rank: Rank, node: Node<'_>, trail: &Trail, message: String) -> Draft {
        Draft {
            rank,
            renames: None,
            finding: SchemaFinding {
                pointer: node.pointer(),
                span: node.span(),
                on_key: false,
                rule: trail.here("x-rule").and_then(Value::as_str).unwrap_or(schema_rule(self.kind)),
                severity: trail.nearest("x-severity").and_then(severity).unwrap_or(Severity::Error),
                message,
                help: None,
                fixes: Vec::new(),
                spec_error: trail.nearest("x-spec-error"),
            },
        }
    }

    /// `payload.size`, `invariants[2]`: the way a person writes the place down.
    fn label(&self, node: Node<'_>) -> String {
        let path = node.pointer();
        let mut label = String::new();
        for token in pointer::tokens(&path).into_iter().flatten() {
            match pointer::array_index(&token) {
                Some(index) if !label.is_empty() => label.push_str(&format!("[{index}]")),
                _ if label.is_empty() => label.push_str(&token),
                _ => {
                    label.push('.');
                    label.push_str(&token);
                }
            }
        }
        if label.is_empty() { "the document".into() } else { format!("`{label}`") }
    }
}

impl Draft {
    fn on_key(mut self, member: Node<'_>) -> Self {
        self.finding.span = member.key_span().unwrap_or(member.span());
        self.finding.on_key = true;
        self
    }

    fn help(mut self, help: &str) -> Self {
        self.finding.help = Some(help.into());
        self
    }

    fn help_from(mut self, help: Option<&str>) -> Self {
        self.finding.help = help.map(Into::into).or(self.finding.help);
        self
    }

    fn fix(&mut self, safety: Safety, title: &str, span: Span, text: &str) {
        self.finding.fixes.push(SchemaFix { safety, title: title.into(), span, text: text.into() });
    }
}

/// Of the alternatives the one that fits furthest: its first error lies deepest.
fn best_branch<'a>(context: &'a [Vec<ValidationError<'static>>]) -> &'a [ValidationError<'static>] {
    let depth = |errors: &Vec<ValidationError<'static>>| {
        let deepest = errors.iter().map(|error| error.instance_path().as_str().matches('/').count()).max().unwrap_or(0);
        let wrong_type = errors.iter().any(|error| matches!(error.kind(), Kinds::Type { .. }));
        (deepest, !wrong_type, std::cmp::Reverse(errors.len()))
    };
    context.iter().max_by_key(|errors| depth(errors)).map(Vec::as_slice).unwrap_or_default()
}

/// The schemas of a property, the innermost last reached by `$ref`; the nearest text wins.
fn property(trail: &Trail, name: &str) -> Vec<&'static Map<String, Value>> {
    let mut found = Vec::new();
    let mut at = trail.holder().child("properties").and_then(|properties| properties.child(name));
    while let Some(schema) = at {
        found.extend(schema.keywords());
        at = schema.follow();
    }
    found
}

fn known_names(schema: &'static Map<String, Value>) -> Vec<&'static str> {
    schema.get("properties").and_then(Value::as_object).into_iter().flat_map(|properties| properties.keys().map(String::as_str)).collect()
}

/// What goes with a member of an object when it is taken out: the comma behind it and the way to the next, or the comma before it.
fn removal(member: Node<'_>) -> Span {
    let start = |node: Node<'_>| node.key_span().unwrap_or(node.span()).start;
    let own = Span { start: start(member), end: member.span().end };
    let siblings: Vec<Node<'_>> = member.parent().into_iter().flat_map(|parent| parent.members()).map(|(_, node)| node).collect();
    let Some(at) = siblings.iter().position(|node| node.id() == member.id()) else { return own };
    match (siblings.get(at + 1), at.checked_sub(1).and_then(|before| siblings.get(before))) {
        (Some(next), _) => Span { end: start(*next), ..own },
        (None, Some(before)) => Span { start: before.span().end, ..own },
        (None, None) => own,
    }
}

/// Where and how to add a member or an item at the end of `container`, in the manner of the last one.
pub(crate) fn insertion(container: Node<'_>, text: &str) -> (Span, String) {
    let last = container.members().map(|(_, member)| member).chain(container.items()).last();
    let Some(last) = last else {
        return (Span::at(container.span().start + 1), text.to_owned());
    };
    let source = container.tree().text();
    let start = last.key_span().unwrap_or(last.span()).start as usize;
    let line = source[..start].rfind('\n').map(|at| &source[at + 1..start]);
    let between = match line {
        Some(indent) if indent.bytes().all(|b| b == b' ' || b == b'\t') => {
            let newline = if source[..start - indent.len()].ends_with("\r\n") { "\r\n" } else { "\n" };
            format!(",{newline}{indent}")
        }
        _ => ", ".to_owned(),
    };
    (Span::at(last.span().end), format!("{between}{text}"))
}

fn near_choice(draft: &mut Draft, node: Node<'_>, options: &[Value]) {
    let Some(text) = node.as_str() else { return };
    let known: Vec<&str> = options.iter().filter_map(Value::as_str).collect();
    let folded = known.iter().copied().find(|choice| choice.eq_ignore_ascii_case(text.trim()));
    if let Some(near) = folded.or_else(|| nearest(&text, known.iter().copied())) {
        draft.finding.help.get_or_insert_with(|| format!("did you mean `{near}`?"));
        draft.fix(Safety::Unsafe, &format!("replace by `{near}`"), node.span(), &quote(near));
    }
}

/// `"270"` where a number is wanted, `"true"` where a boolean is.
fn unquote(draft: &mut Draft, node: Node<'_>, wants: &str) {
    let Some(text) = node.as_str() else { return };
    let tree = json::Tree::parse(text.as_ref().into());
    let fits = tree.is_strict()
        && tree.root().is_some_and(|root| root.is_number() && wants.contains("number") || root.is_bool() && wants.contains("boolean"));
    if fits {
        draft.finding.help = Some("remove the quotes".into());
        draft.fix(Safety::Unsafe, "remove the quotes", node.span(), &text);
    }
}

fn found(node: Node<'_>, rank: Rank) -> String {
    match rank {
        Rank::Type if node.is_object() || node.is_array() || node.is_null() => node.kind().name().into(),
        Rank::Type => format!("{}, {}", short(node), node.kind().name()),
        _ => short(node),
    }
}

fn severity(word: &str) -> Option<Severity> {
    match word {
        "error" => Some(Severity::Error),
        "warning" => Some(Severity::Warning),
        "info" => Some(Severity::Info),
        _ => None,
    }
}

/// The rule that reports what a schema of this kind finds.
fn schema_rule(kind: Kind) -> &'static str {
    match kind.family() {
        "ai" => "ai/schema",
        "collapse" => "collapse/schema",
        "pack" => "pack/schema",
        "scxq2" => "scxq2/schema",
        "svg" => "svg/schema",
        "config" => "config/schema",
        _ => "object/schema",
    }
}

fn placeholder_rule(kind: Kind) -> &'static str {
    match kind.family() {
        "ai" => "ai/placeholder",
        "collapse" => "collapse/placeholder",
        "scxq2" => "scxq2/placeholder",
        "svg" => "svg/placeholder",
        _ => "object/placeholder",
    }
}
