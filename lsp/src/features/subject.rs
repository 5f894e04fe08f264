//! What stands under the cursor, in the terms of the core.

use std::sync::Arc;

use mx2lm_core::{
    diagnostic::Severity,
    document::{
        facts::{DeclaredHash, Located, Reference, Target},
        id,
    },
    hash::digest::Digest,
    rules::{self, Rule},
    text::Span,
    workspace::{
        confine::{self, Location},
        walk::CONFIG_FILE,
    },
};

use crate::view::File;

/// What stands at an offset.
#[derive(Clone)]
pub enum Subject<'v> {
    /// A hash that the document declares.
    Hash(&'v DeclaredHash),
    /// The name the document gives itself.
    Own(Target, &'v Located),
    /// The name of another document.
    Reference(&'v Reference),
    /// Where the payload lies.
    Payload(&'v Located),
    /// An object id in a text that has no facts of its own; its span has no quotes.
    Mention(Box<Reference>),
    /// The name of a rule.
    Rule(&'static Rule, Span),
}

impl Subject<'_> {
    /// The bytes it takes, quotes left out.
    pub fn span(&self) -> Span {
        match self {
            Subject::Hash(hash) => inner(hash.at.span),
            Subject::Own(_, at) | Subject::Payload(at) => inner(at.span),
            Subject::Reference(reference) => inner(reference.at.span),
            Subject::Mention(reference) => reference.at.span,
            Subject::Rule(_, span) => *span,
        }
    }

    /// The name it is, or names.
    pub fn target(&self) -> Option<&Target> {
        match self {
            Subject::Own(target, _) => Some(target),
            Subject::Mention(reference) => Some(&reference.target),
            Subject::Reference(reference) => Some(&reference.target),
            _ => None,
        }
    }
}

/// A JSON string's span without its quotes.
pub fn inner(span: Span) -> Span {
    if span.len() >= 2 { Span::new(span.start + 1, span.end - 1) } else { span }
}

/// What stands at `offset`.
pub fn at<'v>(file: &File<'v>, offset: u32) -> Option<Subject<'v>> {
    if let Some(facts) = file.facts() {
        if let Some(hash) = facts.hashes.iter().find(|hash| hash.at.span.touches(offset)) {
            return Some(Subject::Hash(hash));
        }
        if let Some(own) = facts.id.as_ref().filter(|own| own.span.touches(offset)) {
            return Some(Subject::Own(Target::Object(own.value.clone()), own));
        }
        if let Some(own) = facts.profile_name.as_ref().filter(|own| own.span.touches(offset)) {
            return Some(Subject::Own(Target::Profile(own.value.clone()), own));
        }
        if let Some(reference) = facts.references.iter().find(|reference| reference.at.span.touches(offset)) {
            return Some(Subject::Reference(reference));
        }
        let location = facts.payload.as_ref().and_then(|payload| payload.location.as_ref());
        if let Some(location) = location.filter(|location| location.span.touches(offset)) {
            return Some(Subject::Payload(location));
        }
    }
    let text = file.text()?;
    let (word, span) = word(text, offset)?;
    if let Some(start) = word.find(id::SCHEME) {
        let named = id::parse_reference(word.get(start..)?.trim_end_matches('.')).ok()?;
        let start = span.start + start as u32;
        let name: Arc<str> = named.name.into();
        let pin = named.pin.and_then(Digest::from_hex);
        let span = Span::new(start, start + word.len() as u32 - (start - span.start));
        let at = Located { value: name.clone(), locator: String::new(), span: Span::new(start, start + name.len() as u32) };
        let mention = Reference { target: Target::Object(name), pin, at, wants: &[], missing: Severity::Info, spec_error: None };
        return span.touches(offset).then(|| Subject::Mention(Box::new(mention)));
    }
    if *file.path == *CONFIG_FILE {
        return rules::by_name(word).map(|rule| Subject::Rule(rule, span));
    }
    None
}

/// Whether a byte may stand in an id, a rule's name or a scheme.
fn in_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'/' | b':')
}

fn word(text: &str, offset: u32) -> Option<(&str, Span)> {
    let bytes = text.as_bytes();
    let offset = (offset as usize).min(bytes.len());
    let start = bytes.get(..offset)?.iter().rposition(|byte| !in_word(*byte)).map_or(0, |at| at + 1);
    let end = bytes.get(offset..)?.iter().position(|byte| !in_word(*byte)).map_or(bytes.len(), |at| offset + at);
    let word = text.get(start..end)?;
    (!word.is_empty()).then(|| (word, Span::from(start..end)))
}

/// The path, from the root, of the file a document names as its payload.
pub fn payload_path(file: &File<'_>, location: &str) -> Option<Arc<str>> {
    match confine::resolve(confine::folder_of(&file.path), location) {
        Ok(Location::Inside(path)) => Some(path.into()),
        _ => None,
    }
}

/// The files that define a name.
pub fn definitions(file: &File<'_>, target: &Target) -> Vec<Arc<str>> {
    let index = file.snapshot().index();
    match target {
        Target::Object(id) => index.definitions(id).to_vec(),
        Target::Profile(name) => index.profiles(name).to_vec(),
    }
}
