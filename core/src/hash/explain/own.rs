//! What a false self-hash is the hash of: the same document with something else left out, or written in another way than the canonical one.

use std::fmt;

use super::{Layout, Search, Variant, near};
use crate::hash::{
    Digest,
    canonical_json::canonical_without,
    self_hash::{self, SelfHash},
};
use crate::syntax::json::{Node, Tree};

/// A document beyond this is not written anew: its own hash is false after every keystroke, and each time somebody waits.
const LARGEST_REWRITTEN: u32 = 32 << 10;
/// Most bytes hashed in search of one explanation.
const BUDGET: usize = 2 << 20;

/// What a declared self-hash turns out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnVariant {
    /// As of any hash, held against the right one.
    Near(Variant),
    /// Of the canonical form of the whole document.
    Whole,
    /// Of the canonical form with this member left in.
    Kept(&'static str),
    /// Of the canonical form with this member left out too.
    Without(&'static str),
    /// Of the canonical form with this value in place of the hash.
    Blank(&'static str),
    /// Of the right members in another layout.
    Layout(Layout),
}

impl fmt::Display for OwnVariant {
    /// A clause that begins with *the declared value*.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OwnVariant::Near(variant) => variant.fmt(f),
            OwnVariant::Whole => f.write_str("the declared value is the hash of the document with nothing left out"),
            OwnVariant::Kept(at) => write!(f, "the declared value is the hash of the document with `{at}` left in"),
            OwnVariant::Without(at) => write!(f, "the declared value is the hash of the document with `{at}` left out"),
            OwnVariant::Blank(value) => {
                write!(f, "the declared value is the hash of the document with {value} in place of the hash, which has to be left out")
            }
            OwnVariant::Layout(layout) => {
                write!(f, "the declared value is the hash of the same members {layout}, where the canonical form counts")
            }
        }
    }
}

/// What `declared` is the hash of, when it is not `computed`, the self-hash of the document `root` of `kind`; `None` when nothing fits.
pub fn explain_own(declared: Digest, computed: Digest, kind: &str, root: Node<'_>) -> Option<OwnVariant> {
    if declared == computed {
        return None;
    }
    if let Some(variant) = near(declared, computed) {
        return Some(OwnVariant::Near(variant));
    }
    let own = self_hash::of_kind(kind)?;
    if root.span().len() > LARGEST_REWRITTEN {
        return None;
    }
    let fits = |root: Node<'_>, left_out: &[&str]| canonical_without(root, left_out).is_ok_and(|bytes| Digest::of(&bytes) == declared);
    if fits(root, &[]) {
        return Some(OwnVariant::Whole);
    }
    for kept in own.left_out {
        let others: Vec<_> = own.left_out.iter().copied().filter(|at| at != kept).collect();
        if fits(root, &others) {
            return Some(OwnVariant::Kept(kept));
        }
    }
    // a conversation leaves its id out in its first message alone (`DECISIONS` 10)
    const CONVERSATION: &str = "/conversation_id";
    if root.descend(CONVERSATION).is_some() {
        if fits(root, own.left_out) {
            return Some(OwnVariant::Kept(CONVERSATION));
        }
        if fits(root, &[own.left_out, &[CONVERSATION]].concat()) {
            return Some(OwnVariant::Without(CONVERSATION));
        }
    }
    blank(own, root, &fits).or_else(|| {
        let text = text_without(root, own.left_out)?;
        let mut search = Search { digest: declared, left: BUDGET };
        match search.json_form(text.as_bytes())? {
            Variant::Layout(layout) => Some(OwnVariant::Layout(layout)),
            _ => None,
        }
    })
}

/// The hash of a document in which something stands in place of the hash.
fn blank(own: &SelfHash, root: Node<'_>, fits: &dyn Fn(Node<'_>, &[&str]) -> bool) -> Option<OwnVariant> {
    const BLANKS: [(&str, &str); 3] = [
        ("\"\"", "an empty text"),
        ("null", "`null`"),
        ("\"sha256:0000000000000000000000000000000000000000000000000000000000000000\"", "64 zeros"),
    ];
    let declared = root.descend(own.declared_at)?;
    let (start, at) = (root.span().start, declared.span());
    let head = root.raw().get(..(at.start - start) as usize)?;
    let tail = root.raw().get((at.end - start) as usize..)?;
    let found = BLANKS.iter().find(|(blank, _)| {
        let tree = Tree::parse(format!("{head}{blank}{tail}").into());
        let others: Vec<_> = own.left_out.iter().copied().filter(|out| *out != own.declared_at).collect();
        tree.root().is_some_and(|root| fits(root, &others) || (own.left_out.contains(&own.declared_at) && fits(root, &[])))
    });
    found.map(|(_, name)| OwnVariant::Blank(name))
}

/// The text of a document without these members, each with the comma that goes with it.
fn text_without(root: Node<'_>, left_out: &[&str]) -> Option<String> {
    let text = root.raw();
    let mut cuts: Vec<(usize, usize)> = Vec::new();
    for node in left_out.iter().filter_map(|at| root.descend(at)) {
        let start = (node.key_span()?.start - root.span().start) as usize;
        let end = (node.span().end - root.span().start) as usize;
        let behind = text.get(end..)?;
        let before = text.get(..start)?.trim_end();
        match behind.trim_start().strip_prefix(',') {
            Some(rest) => cuts.push((start, text.len() - rest.len())),
            None if before.ends_with(',') => cuts.push((before.len() - 1, end)),
            None => cuts.push((start, end)),
        }
    }
    cuts.sort_unstable();
    let (mut out, mut from) = (String::with_capacity(text.len()), 0);
    for (start, end) in cuts {
        // two cuts may meet at one comma
        out.push_str(text.get(from..start.max(from))?);
        from = end.max(from);
    }
    out.push_str(text.get(from..)?);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: &str = "wormhole.capability.v1";
    const TEXT: &str = "{\"$schema\": \"object://schema/wormhole.capability.v1\", \"b\": 1.50, \"hash\": \"sha256:00\", \"a\": [1, 2], \"signature\": \"x\"}";

    fn told(hashed: &str) -> Option<String> {
        let tree = Tree::parse(TEXT.into());
        let root = tree.root().expect("a document");
        let computed = self_hash::self_hash(KIND, root).expect("a canonical form");
        explain_own(Digest::of(hashed.as_bytes()), computed, KIND, root).map(|variant| variant.to_string())
    }

    // rows: A148 C655
    #[test]
    fn the_usual_ways_to_take_a_false_self_hash_are_known() {
        let head = "{\"$schema\":\"object://schema/wormhole.capability.v1\"";
        let schema = "\"$schema\":\"object://schema/wormhole.capability.v1\"";
        let canonical = format!("{head},\"a\":[1,2],\"b\":1.5}}");
        assert_eq!(told(&canonical), None, "the right one");
        for (hashed, clause) in [
            (format!("{head},\"a\":[1,2],\"b\":1.5,\"hash\":\"sha256:00\",\"signature\":\"x\"}}"), "with nothing left out"),
            (format!("{head},\"a\":[1,2],\"b\":1.5,\"signature\":\"x\"}}"), "with `/signature` left in"),
            (format!("{head},\"a\":[1,2],\"b\":1.5,\"hash\":\"sha256:00\"}}"), "with `/hash` left in"),
            (format!("{head},\"a\":[1,2],\"b\":1.5,\"hash\":\"\"}}"), "an empty text in place of the hash"),
            (format!("{head},\"a\":[1,2],\"b\":1.5,\"hash\":null,\"signature\":\"x\"}}"), "`null` in place of the hash"),
            (format!("{{{schema},\"b\":1.50,\"a\":[1,2]}}"), "written without white space"),
            (
                format!(
                    "{{\n  {},\n  \"b\": 1.50,\n  \"a\": [\n    1,\n    2\n  ]\n}}\n",
                    schema.replace(':', ": ").replace("object: ", "object:")
                ),
                "written with an indent of 2 spaces, a line end at its end",
            ),
            (Digest::of(canonical.as_bytes()).hex(), "the right hash's text"),
            (String::new(), "an empty file"),
        ] {
            let clause_told = told(&hashed);
            assert!(clause_told.as_ref().is_some_and(|told| told.contains(clause)), "{hashed}: {clause_told:?}");
        }
        assert_eq!(told("something else"), None);
    }
}
