//! One pass over an ordinary well-formed document.
//!
//! It reads a part of XML: names of ASCII letters, no document type, no entity beyond the five, no namespace taken back. Wherever a text
//! might say something else, or be wrong, the pass gives up and says nothing; it never judges. What it does read, `roxmltree` reads to
//! the same list (`tests`).

use std::borrow::Cow;

use memchr::{memchr, memchr2, memchr3, memmem};

use super::{AttributeData, ElementData, Elements, InstructionData, NONE};
use crate::{
    syntax::{
        MAX_DEPTH, MAX_STRING_BYTES,
        xml::{MAX_ATTRIBUTES, MAX_NAMESPACES, scan, value},
    },
    text::Span,
};

/// The namespace of the prefix `xml`, which is never declared.
const XML: &str = "http://www.w3.org/XML/1998/namespace";
/// The namespace of `xmlns` itself, which nothing may declare.
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

/// The elements of `text`; `None` when it has to be looked at more closely.
pub(super) fn read(text: &str) -> Option<Elements<'_>> {
    let bytes = text.as_bytes();
    if scan::size_fault(bytes).is_some() || !has_only_characters(bytes) {
        return None;
    }
    let mut pass = Pass { text, bytes, all: Elements::new(text), open: Vec::new(), scopes: Vec::new(), default: NONE, keys: Vec::new() };
    let mut at = pass.prolog()?;
    loop {
        at = pass.text(at)?;
        let Some(kind) = bytes.get(at + 1) else { break };
        at = match kind {
            b'/' => pass.closing_tag(at)?,
            b'!' => pass.comment_or_data(at)?,
            b'?' => pass.instruction(at)?,
            _ => pass.opening_tag(at)?,
        };
    }
    // a lone `<` at the end is left over
    (at == bytes.len() && pass.open.is_empty() && !pass.all.room.elements.is_empty()).then_some(pass.all)
}

/// Whether XML knows every character of the text.
fn has_only_characters(bytes: &[u8]) -> bool {
    let mut high = 0;
    for chunk in bytes.chunks(4096) {
        let (mut odd, mut any) = (false, 0);
        for &byte in chunk {
            odd |= byte < b' ' && byte != b'\t' && byte != b'\n' && byte != b'\r';
            any |= byte;
        }
        if odd {
            return false;
        }
        high |= any;
    }
    // U+FFFE and U+FFFF
    high < 0x80 || (memmem::find(bytes, b"\xef\xbf\xbe").is_none() && memmem::find(bytes, b"\xef\xbf\xbf").is_none())
}

/// A declared namespace.
struct Scope {
    /// How many elements are open where it is declared, its own not counted.
    depth: usize,
    /// Its prefix in the text; empty for the default.
    prefix: (usize, usize),
    namespace: u32,
}

/// A name: where the part behind its prefix begins, and where it ends.
struct Name {
    local: usize,
    end: usize,
}

struct Pass<'t> {
    text: &'t str,
    bytes: &'t [u8],
    all: Elements<'t>,
    /// The elements that are open, outermost first.
    open: Vec<u32>,
    scopes: Vec<Scope>,
    /// The namespace of elements without a prefix.
    default: u32,
    /// The names of the present element's attributes, to find one that stands twice.
    keys: Vec<u64>,
}

impl<'t> Pass<'t> {
    /// Where the XML declaration ends, if there is one.
    fn prolog(&self) -> Option<usize> {
        let start = if self.bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let Some(mut rest) = self.text.get(start..)?.strip_prefix("<?xml") else { return Some(start) };
        rest = [" version=\"1.0\"", " version='1.0'"].iter().find_map(|version| rest.strip_prefix(version))?;
        let encodings = [" encoding=\"UTF-8\"", " encoding=\"utf-8\"", " encoding='UTF-8'", " encoding='utf-8'"];
        rest = encodings.iter().find_map(|encoding| rest.strip_prefix(encoding)).unwrap_or(rest);
        let alone = [" standalone=\"yes\"", " standalone=\"no\"", " standalone='yes'", " standalone='no'"];
        rest = alone.iter().find_map(|alone| rest.strip_prefix(alone)).unwrap_or(rest);
        rest = rest.trim_start_matches(' ').strip_prefix("?>")?;
        Some(self.bytes.len() - rest.len())
    }

    /// Where the text at `at` ends: at the next `<` or at the end of the document.
    #[inline]
    fn text(&self, at: usize) -> Option<usize> {
        let start = skip_space(self.bytes, at);
        match self.bytes.get(start) {
            None | Some(b'<') => return Some(start),
            // outside of the root there is no text
            Some(_) if self.open.is_empty() => return None,
            Some(_) => {}
        }
        let end = memchr(b'<', self.bytes.get(start..)?).map_or(self.bytes.len(), |len| start + len);
        value::is_text(self.text.get(start..end)?).then_some(end)
    }

    fn comment_or_data(&self, at: usize) -> Option<usize> {
        let rest = self.bytes.get(at..)?;
        if rest.starts_with(b"<!--") {
            // the first `--` has to be the end
            let end = at + 4 + memmem::find(rest.get(4..)?, b"--")? + 2;
            return (self.bytes.get(end) == Some(&b'>')).then_some(end + 1);
        }
        if rest.starts_with(b"<![CDATA[") && !self.open.is_empty() {
            return Some(at + 9 + memmem::find(rest.get(9..)?, b"]]>")? + 3);
        }
        None
    }

    fn instruction(&mut self, at: usize) -> Option<usize> {
        let Name { local, end } = name(self.bytes, at + 2)?;
        let target = self.bytes.get(at + 2..end)?;
        let reserved = target.get(..3).is_some_and(|head| head.eq_ignore_ascii_case(b"xml"));
        let behind = self.bytes.get(end..)?;
        if local != at + 2 || reserved || !(behind.starts_with(b"?>") || behind.first().is_some_and(u8::is_ascii_whitespace)) {
            return None;
        }
        let stop = end + memmem::find(behind, b"?>")? + 2;
        let (target_end, Span { start, end }) = (Span::from(end..end).end, Span::from(at..stop));
        self.all.room.instructions.push(InstructionData { start, target_end, end });
        Some(stop)
    }

    fn closing_tag(&mut self, at: usize) -> Option<usize> {
        let index = self.open.pop()?;
        let len = self.all.room.elements.len() as u32;
        let element = self.all.room.elements.get_mut(index as usize)?;
        let name = self.bytes.get(element.start as usize + 1..element.name_end as usize)?;
        if !self.bytes.get(at + 2..)?.starts_with(name) {
            return None;
        }
        let end = skip_space(self.bytes, at + 2 + name.len());
        if self.bytes.get(end) != Some(&b'>') {
            return None;
        }
        element.end = place(end + 1);
        element.next = len;
        self.leave(self.open.len());
        Some(end + 1)
    }

    /// Forgets the namespaces that were declared under `depth` open elements.
    #[inline]
    fn leave(&mut self, depth: usize) {
        if self.scopes.last().is_none_or(|scope| scope.depth < depth) {
            return;
        }
        while self.scopes.last().is_some_and(|scope| scope.depth >= depth) {
            self.scopes.pop();
        }
        self.default = self.lookup(b"");
    }

    /// The namespace of a prefix; [`NONE`] when it is not declared.
    fn lookup(&self, prefix: &[u8]) -> u32 {
        let own = |scope: &&Scope| self.bytes.get(scope.prefix.0..scope.prefix.1) == Some(prefix);
        self.scopes.iter().rev().find(own).map_or(NONE, |scope| scope.namespace)
    }

    fn opening_tag(&mut self, start: usize) -> Option<usize> {
        let bytes = self.bytes;
        let depth = self.open.len();
        if depth == 0 && !self.all.room.elements.is_empty() {
            return None;
        }
        let own = name(bytes, start + 1)?;
        let first = self.all.room.attributes.len();
        let element = self.all.room.elements.len() as u32;
        let (mut at, mut count, mut prefixed) = (own.end, 0, false);
        self.keys.clear();
        let empty = loop {
            let begin = skip_space(bytes, at);
            match bytes.get(begin)? {
                b'>' => {
                    at = begin + 1;
                    break false;
                }
                b'/' if bytes.get(begin + 1) == Some(&b'>') => {
                    at = begin + 2;
                    break true;
                }
                _ if begin == at => return None,
                _ => {}
            }
            let name = name(bytes, begin)?;
            let equals = skip_space(bytes, name.end);
            if bytes.get(equals) != Some(&b'=') {
                return None;
            }
            let quote_at = skip_space(bytes, equals + 1);
            let quote = *bytes.get(quote_at)?;
            if quote != b'"' && quote != b'\'' {
                return None;
            }
            let from = quote_at + 1;
            let (end, plain) = value_end(bytes, from, quote)?;
            at = end + 1;
            count += 1;
            if count > MAX_ATTRIBUTES || end - from >= MAX_STRING_BYTES {
                return None;
            }
            let spelled = bytes.get(begin..name.end)?;
            if spelled.starts_with(b"xmlns") && matches!(spelled.get(5), None | Some(b':')) {
                let prefix = if spelled.len() == 5 { (name.end, name.end) } else { (name.local, name.end) };
                self.declare(depth, prefix, self.text.get(from..end).filter(|_| plain)?)?;
                continue;
            }
            prefixed |= name.local != begin;
            self.note(first, &name)?;
            let mut value = NONE;
            if !plain {
                value = self.all.values.len() as u32;
                self.all.values.push(value::normalised(self.text.get(from..end)?)?.into());
            }
            self.all.room.attributes.push(AttributeData {
                start: place(begin),
                local: place(name.local),
                name_end: place(name.end),
                value_start: place(from),
                value_end: place(end),
                value,
                namespace: NONE,
                element,
            });
        };
        let mut namespace = self.default;
        if own.local != start + 1 {
            namespace = self.lookup(bytes.get(start + 1..own.local - 1)?);
            if namespace == NONE {
                return None;
            }
        }
        if prefixed {
            self.resolve(first)?;
        }
        let parent = self.open.last().copied().unwrap_or(NONE);
        self.all.room.elements.push(ElementData {
            start: place(start),
            local: place(own.local),
            name_end: place(own.end),
            open_end: place(at),
            end: place(at),
            parent,
            next: element + 1,
            attributes: first as u32,
            namespace,
            depth: depth as u32,
        });
        if empty {
            self.leave(depth);
        } else if depth == MAX_DEPTH {
            return None;
        } else {
            self.open.push(element);
        }
        Some(at)
    }

    /// Notes the name of an attribute; `None` when one before it may be of the same.
    #[inline]
    fn note(&mut self, first: usize, name: &Name) -> Option<()> {
        let local = self.bytes.get(name.local..name.end)?;
        let own = key(self.bytes, name);
        for (place, key) in self.keys.iter().enumerate() {
            if *key == own {
                let other = self.all.room.attributes.get(first + place)?;
                // one of two prefixes is left to whoever compares namespaces
                if local.len() <= 8 || self.bytes.get(other.local as usize..other.name_end as usize)? == local {
                    return None;
                }
            }
        }
        self.keys.push(own);
        Some(())
    }

    /// Takes in a declaration. A name or prefix that XML keeps for itself, and an empty name, are left to others.
    fn declare(&mut self, depth: usize, prefix: (usize, usize), name: &'t str) -> Option<()> {
        let spelled = self.bytes.get(prefix.0..prefix.1)?;
        let here = self.scopes.iter().rev().take_while(|scope| scope.depth == depth);
        if name.is_empty()
            || name == XML
            || name == XMLNS
            || spelled == b"xml"
            || spelled == b"xmlns"
            || self.scopes.len() >= MAX_NAMESPACES
            || here.into_iter().any(|scope| self.bytes.get(scope.prefix.0..scope.prefix.1) == Some(spelled))
        {
            return None;
        }
        let namespace = self.number(name)?;
        if spelled.is_empty() {
            self.default = namespace;
        }
        self.scopes.push(Scope { depth, prefix, namespace });
        Some(())
    }

    /// The number of a namespace name.
    fn number(&mut self, name: &'t str) -> Option<u32> {
        let names = &mut self.all.namespaces;
        if let Some(known) = names.iter().position(|own| own == name) {
            return Some(known as u32);
        }
        if names.len() >= MAX_NAMESPACES {
            return None;
        }
        names.push(Cow::Borrowed(name));
        Some(names.len() as u32 - 1)
    }

    /// Gives the attributes from `first` on that have a prefix its namespace.
    fn resolve(&mut self, first: usize) -> Option<()> {
        for at in first..self.all.room.attributes.len() {
            let attribute = *self.all.room.attributes.get(at)?;
            if attribute.local == attribute.start {
                continue;
            }
            let prefix = self.bytes.get(attribute.start as usize..attribute.local as usize - 1)?;
            let local = self.bytes.get(attribute.local as usize..attribute.name_end as usize)?;
            let namespace = if prefix == b"xml" { self.number(XML)? } else { self.lookup(prefix) };
            if namespace == NONE || local == b"xmlns" {
                return None;
            }
            self.all.room.attributes.get_mut(at)?.namespace = namespace;
        }
        Some(())
    }
}

/// A place in a text, which is never longer than a place can say (`MAX_DOCUMENT_BYTES`).
#[inline]
fn place(at: usize) -> u32 {
    at as u32
}

#[inline]
fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\t' | b'\r') = bytes.get(at) {
        at += 1;
    }
    at
}

/// What a byte may be in a name: 1 anywhere but at the start, 2 anywhere; 3 parts the prefix off.
const NAME: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 128 {
        let c = byte as u8;
        table[byte] = if c.is_ascii_alphabetic() || c == b'_' {
            2
        } else if c.is_ascii_digit() || c == b'-' || c == b'.' {
            1
        } else if c == b':' {
            3
        } else {
            0
        };
        byte += 1;
    }
    table
};

/// The name that stands at `start`; `None` when none does, or one with other letters than ASCII's.
#[inline]
fn name(bytes: &[u8], start: usize) -> Option<Name> {
    let class = |at: usize| bytes.get(at).map_or(0, |&byte| NAME[usize::from(byte)]);
    if class(start) != 2 {
        return None;
    }
    let (mut local, mut at) = (start, start + 1);
    loop {
        match class(at) {
            0 => break,
            3 => {
                if local != start || class(at + 1) != 2 {
                    return None;
                }
                local = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    bytes.get(at).is_some_and(u8::is_ascii).then_some(Name { local, end: at })
}

/// The first eight bytes of a name's local part: all of most names.
#[inline]
fn key(bytes: &[u8], name: &Name) -> u64 {
    let len = name.end - name.local;
    match bytes.get(name.local..name.local + 8).and_then(|chunk| <[u8; 8]>::try_from(chunk).ok()) {
        Some(chunk) if len < 8 => u64::from_le_bytes(chunk) & ((1 << (len * 8)) - 1),
        Some(chunk) => u64::from_le_bytes(chunk),
        None => bytes.get(name.local..name.end).unwrap_or_default().iter().rev().fold(0, |key, &byte| key << 8 | u64::from(byte)),
    }
}

/// Where the value that begins at `start` ends, and whether it says just what it is spelled as.
#[inline]
fn value_end(bytes: &[u8], start: usize, quote: u8) -> Option<(usize, bool)> {
    /// Most values are shorter; only in a longer one is it worth looking at many bytes at once.
    const SHORT: usize = 16;
    let mut plain = true;
    for (len, &byte) in bytes.get(start..)?.iter().take(SHORT).enumerate() {
        match byte {
            _ if byte == quote => return Some((start + len, plain)),
            b'<' => return None,
            _ => plain &= !value::normalised_by(byte),
        }
    }
    let rest = bytes.get(start + SHORT..)?;
    let len = memchr2(quote, b'<', rest)?;
    if rest.get(len) != Some(&quote) {
        return None;
    }
    let value = rest.get(..len)?;
    plain = plain && memchr3(b'\n', b'\t', b'\r', value).is_none() && memchr(b'&', value).is_none();
    Some((start + SHORT + len, plain))
}
