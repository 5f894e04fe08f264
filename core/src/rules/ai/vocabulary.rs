//! What a vocabulary's payload holds: tokens and their symbols (`DECISIONS` 45).

use std::{borrow::Cow, collections::HashSet};

use crate::syntax::json::{Node, Whole};

/// The tokens a payload lists, in its own order.
pub(super) struct Vocabulary<'t> {
    /// The map or list of tokens.
    pub holder: Node<'t>,
    /// One entry a token.
    pub entries: Vec<Entry<'t>>,
}

/// One token.
pub(super) struct Entry<'t> {
    /// The token; `None` where something stands that is no text.
    pub token: Option<Cow<'t, str>>,
    /// Its symbol.
    pub symbol: Symbol<'t>,
    /// The member or item it stands in.
    pub node: Node<'t>,
}

/// What a token stands for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Symbol<'t> {
    /// A number; texts of digits count as one.
    Index(u64),
    /// A text.
    Text(Cow<'t, str>),
    /// Anything else: no symbol.
    None,
}

impl<'t> Vocabulary<'t> {
    /// Reads a payload; `None` when it holds no tokens in a shape that is known: a list of pairs, say.
    ///
    /// `inverted`: the payload leads from symbols to tokens.
    pub fn read(root: Node<'t>, inverted: bool) -> Option<Self> {
        let plain = |node: Node<'_>| node.members().all(|(_, value)| value.is_number() || value.is_string());
        let holder = match root.get("tokens") {
            Some(tokens) => tokens,
            None if root.is_array() || root.is_object() && !root.is_empty() && plain(root) => root,
            None => return None,
        };
        let entries: Vec<Entry<'t>> = if holder.is_array() {
            holder
                .items()
                .enumerate()
                .map(|(at, item)| Entry { token: token_of(item), symbol: Symbol::Index(at as u64), node: item })
                .collect()
        } else if holder.is_object() {
            holder.members().map(|(name, value)| entry(name, value, inverted)).collect()
        } else {
            return None;
        };
        (entries.is_empty() || entries.iter().any(|entry| entry.token.is_some())).then_some(Vocabulary { holder, entries })
    }

    /// The tokens, each once.
    pub fn tokens(&self) -> HashSet<&str> {
        self.entries.iter().filter_map(|entry| entry.token.as_deref()).collect()
    }

    /// How many different members or items there are.
    pub fn count(&self) -> usize {
        if self.holder.is_array() { self.entries.len() } else { self.holder.members().map(|(name, _)| name).collect::<HashSet<_>>().len() }
    }
}

fn entry<'t>(name: Cow<'t, str>, value: Node<'t>, inverted: bool) -> Entry<'t> {
    if inverted {
        return Entry { token: token_of(value), symbol: symbol(name), node: value };
    }
    let symbol = match value.as_str() {
        Some(text) => symbol(text),
        None => match value.as_whole() {
            Some(Whole::Is(index)) => Symbol::Index(index),
            Some(Whole::Larger) => Symbol::Text(Cow::Borrowed(value.raw())),
            None => Symbol::None,
        },
    };
    Entry { token: Some(name), symbol, node: value }
}

fn symbol(text: Cow<'_, str>) -> Symbol<'_> {
    let digits = text == "0" || !text.is_empty() && !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(index) if digits => Symbol::Index(index),
        _ => Symbol::Text(text),
    }
}

/// The text of an item: itself, or its `token`, `content` or `text`.
fn token_of(node: Node<'_>) -> Option<Cow<'_, str>> {
    let named = || ["token", "content", "text"].iter().find_map(|name| node.get(name)?.as_str());
    node.as_str().or_else(named)
}

/// Tokens that stand for whatever has no token (`DECISIONS` 45).
const UNKNOWN: &[&str] = &["unk", "<unk>", "[UNK]", "<UNK>"];

/// Whether every text has tokens: there is an unknown token, or each of the 256 bytes has one (B026).
pub(super) fn is_total(tokens: &HashSet<&str>) -> bool {
    let spelled = |spell: &dyn Fn(u8) -> String| (0..=255u8).all(|byte| tokens.contains(spell(byte).as_str()));
    UNKNOWN.iter().any(|token| tokens.contains(token))
        || spelled(&|byte| format!("<0x{byte:02X}>"))
        || spelled(&|byte| format!("<0x{byte:02x}>"))
        || spelled(&|byte| format!("{byte:02x}"))
        || spelled(&|byte| char::from(byte).to_string())
        || spelled(&|byte| printable(byte).to_string())
}

/// The printable alphabet of byte-level byte pair encoding: bytes that print stand for themselves, the others follow from U+0100.
fn printable(byte: u8) -> char {
    let prints = |byte: u8| matches!(byte, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF);
    if prints(byte) {
        return char::from(byte);
    }
    let before = (0..byte).filter(|byte| !prints(*byte)).count() as u32;
    char::from_u32(0x100 + before).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::json::Tree;

    // rows: B026 B448
    #[test]
    fn a_vocabulary_is_total_with_an_unknown_token_or_every_byte() {
        assert!(!is_total(&HashSet::from(["a", "b"])));
        for token in UNKNOWN {
            assert!(is_total(&HashSet::from(["a", token])));
        }
        assert!(!is_total(&HashSet::from(["Unk", "<unknown>"])));
        let bytes: Vec<String> = (0..=255u8).map(|byte| format!("<0x{byte:02X}>")).collect();
        assert!(is_total(&bytes.iter().map(String::as_str).collect()));
        assert!(!is_total(&bytes.iter().skip(1).map(String::as_str).collect()));
        let letters: Vec<String> = (0..=255u8).map(|byte| printable(byte).to_string()).collect();
        assert!(is_total(&letters.iter().map(String::as_str).collect()));
        assert_eq!((printable(b' '), printable(0), printable(b'\n'), printable(0xAD)), ('Ġ', 'Ā', 'Ċ', 'Ń'));
    }

    // rows: B031 B035
    #[test]
    fn tokens_may_be_a_map_or_a_list() {
        let read = |text: &str, inverted| {
            let tree = Tree::parse(text.into());
            let found = tree.root().and_then(|root| Vocabulary::read(root, inverted)).map(|found| {
                let entries = found
                    .entries
                    .iter()
                    .map(|entry| format!("{}={:?}", entry.token.as_deref().unwrap_or("?"), entry.symbol))
                    .collect::<Vec<_>>();
                (found.count(), entries.join(" "))
            });
            found.unwrap_or_default()
        };
        assert_eq!(read(r#"{"tokens": {"a": 0, "b": "x"}}"#, false), (2, "a=Index(0) b=Text(\"x\")".into()));
        assert_eq!(read(r#"{"tokens": {"0": "a"}}"#, true), (1, "a=Index(0)".into()));
        assert_eq!(read(r#"["a", {"token": "b"}]"#, false), (2, "a=Index(0) b=Index(1)".into()));
        assert_eq!(read(r#"{"a": 1}"#, false), (1, "a=Index(1)".into()));
        assert_eq!(read(r#"{"meta": {}}"#, false), (0, String::new()));
        assert_eq!(read(r#"{"tokens": [["a", 0], ["b", 1]]}"#, false), (0, String::new()));
        assert_eq!(read(r#"{"a": 0, "b": 1}"#, true), (0, String::new()));
        assert_eq!(read(r#"["a", 1]"#, false), (2, "a=Index(0) ?=Index(1)".into()));
    }
}
