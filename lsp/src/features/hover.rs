//! What stands under the cursor, explained: a hash with its verdict, an id with what it names, a rule with its page, a field with its meaning,
//! a projection with what it shows.

use std::{fmt::Write, sync::Arc};

use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind, Position};
use mx2lm_core::{
    document::facts::{DeclaredHash, Facts, Reference, Target},
    text::Span,
};

use super::{
    subject::{self, Subject},
    verdict::{self, Verdict},
};
use crate::view::File;

/// Answers `textDocument/hover`.
pub fn hover(file: &File<'_>, position: Position) -> Option<Hover> {
    let places = file.places();
    let offset = places.offset(position);
    let (mut text, mut span) = (String::new(), None);
    if let Some(subject) = subject::at(file, offset) {
        span = Some(subject.span());
        match &subject {
            Subject::Hash(declared) => hash(file, declared, &mut text),
            Subject::Own(target, _) => name(file, target, &subject::definitions(file, target), &mut text),
            Subject::Mention(reference) => named(file, reference, &mut text),
            Subject::Reference(reference) => named(file, reference, &mut text),
            Subject::Payload(location) => payload(file, &location.value, &mut text),
            Subject::Rule(rule, _) => text.push_str(&rule.markdown(3)),
        }
    }
    if let Some(at) = super::preview::preview(file, offset, &mut text) {
        span = span.or(Some(at));
    }
    if let Some(at) = super::drawing::hover(file, offset, &mut text) {
        span = span.or(Some(at));
    }
    if let Some(at) = super::score::meaning(file, offset, &mut text) {
        span = span.or(Some(at));
    }
    if let Some(at) = super::lanes::hover(file, offset, &mut text) {
        span = span.or(Some(at));
    }
    if let Some((field, at)) = super::field::meaning(file, offset) {
        if !text.is_empty() {
            text.push_str("\n---\n\n");
        }
        text.push_str(&field);
        span = span.or(Some(at));
    }
    if text.is_empty() {
        return None;
    }
    let kind = if file.view.profile.markdown { MarkupKind::Markdown } else { MarkupKind::PlainText };
    Some(Hover {
        contents: HoverContents::Markup(MarkupContent { kind, value: text.trim_end().to_owned() }),
        range: span.map(|span| places.range(span)),
    })
}

fn hash(file: &File<'_>, declared: &DeclaredHash, text: &mut String) {
    let Some(facts) = file.facts() else { return };
    let compared = verdict::compare(file.snapshot(), facts, declared);
    let verdict = match &compared.verdict {
        Verdict::True => "✓ true".to_owned(),
        Verdict::False => "✗ not true".to_owned(),
        Verdict::Unknown(why) => format!("cannot be verified: {why}"),
    };
    let _ = writeln!(text, "**SHA-256 of {}**: {verdict}\n", compared.of);
    let _ = writeln!(text, "- declared `{}`", declared.at.value);
    if let Some(computed) = &compared.computed {
        let _ = writeln!(text, "- computed `{computed}`");
    }
    if let Some(size) = compared.size {
        let _ = writeln!(text, "- {size} bytes");
    }
    explain(file, declared.at.span, text);
}

/// What the linter says of this place.
fn explain(file: &File<'_>, span: Span, text: &mut String) {
    for finding in file.findings().iter().filter(|finding| finding.span == Some(span)) {
        let _ = writeln!(text, "\n{}", finding.message);
        if let Some(help) = &finding.help {
            let _ = writeln!(text, "\n*{help}*");
        }
    }
}

/// What a reference names: by its name, or a class (C031) by the hash.
fn named(file: &File<'_>, reference: &Reference, text: &mut String) {
    name(file, &reference.target, &file.snapshot().index().resolve(reference), text);
    if let Some(pin) = &reference.pin {
        let _ = writeln!(text, "\nPinned to `{pin}`.");
    }
}

/// A name, and what the files are that it leads to.
fn name(file: &File<'_>, target: &Target, definitions: &[Arc<str>], text: &mut String) {
    let (Target::Object(name) | Target::Profile(name)) = target;
    if definitions.is_empty() {
        let _ = writeln!(
            text,
            "`{name}`\n\n{}",
            if file.workspace.lone { "This document is judged alone." } else { "Nothing in the workspace defines it." }
        );
        return;
    }
    for path in definitions {
        if let Some(facts) = file.snapshot().index().facts(path) {
            summary(facts.id.as_ref().map_or(name, |own| &own.value), facts, text);
        }
    }
    let users = file.snapshot().index().referrers(target).len();
    let _ = writeln!(text, "\nNamed by {users} {}.", if users == 1 { "document" } else { "documents" });
}

/// What a definition is, in a few lines.
fn summary(name: &str, facts: &Facts, text: &mut String) {
    let kind = facts.kind.map_or("a file of no kind of ours", |kind| kind.info().title);
    let _ = writeln!(text, "`{name}`: {kind}\n\n- in `{}`", facts.path);
    if let Some(payload) = &facts.payload {
        let location = payload.location.as_ref().map(|location| format!(" `{}`", location.value)).unwrap_or_default();
        let _ = writeln!(text, "- payload{location}{}", payload.mime.as_ref().map(|mime| format!(", {mime}")).unwrap_or_default());
    }
    for hash in &facts.hashes {
        let _ = writeln!(text, "- hash `{}`", hash.at.value);
    }
}

fn payload(file: &File<'_>, location: &str, text: &mut String) {
    let Some(path) = subject::payload_path(file, location) else { return };
    match file.snapshot().index().facts(&path) {
        Some(facts) => {
            let _ = writeln!(text, "`{path}`\n\n- {} bytes\n- `{}`", facts.size, facts.digest);
            if let Some(kind) = facts.kind {
                let _ = writeln!(text, "- {}", kind.info().title);
            }
        }
        None => {
            let _ = writeln!(text, "`{path}`\n\nThere is no such file.");
        }
    }
}
