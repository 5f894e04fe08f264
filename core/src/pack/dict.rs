//! The dictionary of a pack: short symbols for lane ids (rows D319–D356, D382–D384, D419).
//!
//! Ids are sorted by their UTF-8 bytes, nothing normalised; the symbol of the n-th is `@` and n in base 62, digits `0-9A-Za-z`
//! (`DECISIONS` 24). The stored form is canonical JSON, whose members follow the UTF-8 order of the *symbols*: `@10` comes before `@2`.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::hash::canonical;
use crate::syntax::json::{Tree, push_quoted};

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// `number` in base 62.
pub fn base62(mut number: u64) -> String {
    let mut digits = Vec::new();
    loop {
        // A remainder of a division by 62 is below 62.
        digits.push(DIGITS[(number % 62) as usize]);
        number /= 62;
        if number == 0 {
            break;
        }
    }
    digits.iter().rev().map(|&digit| char::from(digit)).collect()
}

/// The symbol of the id at `place` of the sorted ids.
pub fn symbol(place: usize) -> String {
    format!("@{}", base62(place as u64))
}

/// The place that `symbol` stands for; `None` when it is no canonical symbol: without `@`, with another digit, with a leading zero, beyond
/// what a pack can hold.
pub fn place_of(symbol: &str) -> Option<usize> {
    let digits = symbol.strip_prefix('@')?.as_bytes();
    if digits.is_empty() || digits.len() > 4 || (digits.len() > 1 && digits.first() == Some(&b'0')) {
        return None;
    }
    digits.iter().try_fold(0, |value, digit| {
        let digit = match digit {
            b'0'..=b'9' => digit - b'0',
            b'A'..=b'Z' => digit - b'A' + 10,
            b'a'..=b'z' => digit - b'a' + 36,
            _ => return None,
        };
        Some(value * 62 + usize::from(digit))
    })
}

/// Symbols and the ids they stand for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dict<'a> {
    /// The ids by place, sorted by UTF-8 bytes.
    ids: Vec<Cow<'a, str>>,
}

impl<'a> Dict<'a> {
    /// The dictionary of the lanes `ids`; an id that comes twice is one lane.
    pub fn of<S: Into<Cow<'a, str>>>(ids: impl IntoIterator<Item = S>) -> Self {
        let sorted: BTreeSet<Cow<'a, str>> = ids.into_iter().map(Into::into).collect();
        Dict { ids: sorted.into_iter().collect() }
    }

    /// The ids in the order of their places.
    pub fn ids(&self) -> &[Cow<'a, str>] {
        &self.ids
    }

    /// The id of `symbol`.
    pub fn id(&self, symbol: &str) -> Option<&str> {
        self.ids.get(place_of(symbol)?).map(|id| &**id)
    }

    /// The symbol of `id`.
    pub fn symbol(&self, id: &str) -> Option<String> {
        self.ids.binary_search_by(|known| (**known).cmp(id)).ok().map(symbol)
    }

    /// Symbols and ids in the UTF-8 order of the symbols, the order of DICT and INDEX.
    pub fn entries(&self) -> Vec<(String, &str)> {
        let mut entries: Vec<(String, &str)> = self.ids.iter().enumerate().map(|(place, id)| (symbol(place), &**id)).collect();
        entries.sort();
        entries
    }

    /// The canonical JSON text.
    pub fn canonical_json(&self) -> Vec<u8> {
        let mut out = vec![b'{'];
        for (symbol, id) in self.entries() {
            if out.len() > 1 {
                out.push(b',');
            }
            push_quoted(&mut out, &symbol);
            out.push(b':');
            push_quoted(&mut out, id);
        }
        out.push(b'}');
        out
    }

    /// Reads the DICT section of a container, and holds it to every law.
    pub fn read(bytes: &'a [u8]) -> Result<Self, DictFault> {
        let text = match std::str::from_utf8(bytes) {
            Ok(text) if text.starts_with('\u{feff}') => return Err(not_json(0, "it begins with a byte order mark".into())),
            Ok(text) => text,
            Err(error) => {
                return Err(not_json(error.valid_up_to(), format!("byte {} of the section is not UTF-8", error.valid_up_to())));
            }
        };
        let pairs = match plain_pairs(text) {
            Some(pairs) => pairs,
            None => careful_pairs(text)?,
        };
        lawful(pairs)
    }
}

/// A law of dictionaries that is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DictFault {
    /// `pack.dict_json` or `dict.not_canonical`.
    pub name: &'static str,
    /// Where, from the start of the section.
    pub at: usize,
    /// The symbol concerned, where there is one.
    pub symbol: Option<String>,
    /// What is wrong.
    pub why: String,
}

fn not_json(at: usize, why: String) -> DictFault {
    DictFault { name: "pack.dict_json", at, symbol: None, why }
}

fn not_canonical(at: usize, symbol: Option<&str>, why: String) -> DictFault {
    DictFault { name: "dict.not_canonical", at, symbol: symbol.map(str::to_owned), why }
}

/// A symbol, an id, and where the pair begins.
type Pair<'a> = (Cow<'a, str>, Cow<'a, str>, usize);

/// The pairs of a text that is canonical JSON as far as its spelling goes and holds no escapes: nearly every dictionary there is.
fn plain_pairs(text: &str) -> Option<Vec<Pair<'_>>> {
    let inner = text.strip_prefix('{')?.strip_suffix('}')?;
    // all bytes are looked at, which is quicker than stopping at the first
    if inner.bytes().fold(false, |found, byte| found | (byte == b'\\') | (byte < 0x20)) {
        return None;
    }
    let mut pairs = Vec::with_capacity(inner.len() / 24);
    let mut rest = inner;
    while !rest.is_empty() {
        let at = 1 + inner.len() - rest.len();
        let (symbol, after) = plain_string(rest)?;
        let (id, after) = plain_string(after.strip_prefix(':')?)?;
        pairs.push((Cow::Borrowed(symbol), Cow::Borrowed(id), at));
        rest = match after.strip_prefix(',') {
            Some("") => return None,
            Some(more) => more,
            None if after.is_empty() => after,
            None => return None,
        };
    }
    Some(pairs)
}

fn plain_string(text: &str) -> Option<(&str, &str)> {
    let text = text.strip_prefix('"')?;
    let end = memchr::memchr(b'"', text.as_bytes())?;
    Some((text.get(..end)?, text.get(end + 1..)?))
}

/// The pairs of any other text, or what is wrong with its spelling.
fn careful_pairs(text: &str) -> Result<Vec<Pair<'static>>, DictFault> {
    let tree = Tree::parse(Arc::from(text));
    if let Some(error) = tree.errors().first() {
        return Err(not_json(error.span.start as usize, format!("it is not JSON: {}", error.message)));
    }
    if let Some(twice) = tree.duplicates().first() {
        let why = format!("the symbol `{}` stands there twice", twice.name);
        return Err(not_canonical(twice.again.start as usize, Some(&twice.name), why));
    }
    let root = tree.root().filter(|root| root.is_object()).ok_or_else(|| not_json(0, "it is not a JSON object".into()))?;
    let mut pairs = Vec::new();
    for (symbol, value) in root.members() {
        let at = value.key_span().map_or(0, |span| span.start as usize);
        let Some(id) = value.as_str() else {
            return Err(not_json(value.span().start as usize, format!("the value of `{symbol}` is not a string")));
        };
        pairs.push((Cow::Owned(symbol.into_owned()), Cow::Owned(id.into_owned()), at));
    }
    let wanted = canonical(root).map_err(|error| not_json(error.span.start as usize, error.why))?;
    let at = wanted.iter().zip(text.as_bytes()).position(|(a, b)| a != b).unwrap_or(wanted.len().min(text.len()));
    if wanted != text.as_bytes() {
        let why = format!(
            "its bytes are not canonical JSON (RFC 8785) from byte {at} of the section on: sorted keys, no white space, shortest escapes"
        );
        return Err(not_canonical(at, None, why));
    }
    Ok(pairs)
}

/// Symbols sorted, canonical and without gaps; ids sorted by UTF-8 bytes, each once, none empty.
fn lawful(pairs: Vec<Pair<'_>>) -> Result<Dict<'_>, DictFault> {
    let count = pairs.len();
    let mut ids: Vec<Option<(Cow<'_, str>, usize)>> = vec![None; count];
    let mut last: Option<Cow<'_, str>> = None;
    for (symbol, id, at) in pairs {
        let Some(place) = place_of(&symbol) else {
            let why = format!("`{symbol}` is no symbol: `@` and a number in base 62 (digits 0-9A-Za-z, no leading zero) is wanted");
            return Err(not_canonical(at, Some(&symbol), why));
        };
        if last.as_ref().is_some_and(|last| *last >= symbol) {
            let why =
                format!("`{symbol}` stands after `{}`; symbols are sorted by UTF-8 bytes, each once", last.as_deref().unwrap_or_default());
            return Err(not_canonical(at, Some(&symbol), why));
        }
        let Some(slot) = ids.get_mut(place) else {
            let why =
                format!("`{symbol}` leaves a gap: {count} lanes have the symbols `@0` to `{}`", self::symbol(count.saturating_sub(1)));
            return Err(not_canonical(at, Some(&symbol), why));
        };
        if id.is_empty() {
            return Err(not_canonical(at, Some(&symbol), format!("`{symbol}` stands for an empty lane id")));
        }
        *slot = Some((id, at));
        last = Some(symbol);
    }
    let mut sorted: Vec<Cow<'_, str>> = Vec::with_capacity(count);
    for (place, slot) in ids.into_iter().enumerate() {
        // Distinct places below the count fill every slot.
        let Some((id, at)) = slot else { continue };
        if let Some(before) = sorted.last().filter(|before| **before >= id) {
            let symbol = symbol(place);
            let why = if *before == id {
                format!("`{symbol}` and `{}` both stand for the lane `{id}`", self::symbol(place.saturating_sub(1)))
            } else {
                format!("`{symbol}` stands for `{id}`, which sorts before `{before}` of the symbol in front of it (UTF-8 bytes)")
            };
            return Err(not_canonical(at, Some(&symbol), why));
        }
        sorted.push(id);
    }
    Ok(Dict { ids: sorted })
}

#[cfg(test)]
mod tests {
    use super::*;

    // rows: D329 D330 D331 D350 D352
    #[test]
    fn symbols_are_base_62_with_capitals_before_small_letters() {
        for (place, wanted) in
            [(0, "@0"), (9, "@9"), (10, "@A"), (35, "@Z"), (36, "@a"), (61, "@z"), (62, "@10"), (63, "@11"), (3843, "@zz")]
        {
            assert_eq!(symbol(place), wanted);
            assert_eq!(place_of(wanted), Some(place));
        }
        for wrong in ["", "@", "0", "@00", "@01", "@-1", "@ 1", "@é", "@zzzzz", "⟦L0⟧"] {
            assert_eq!(place_of(wrong), None, "{wrong}");
        }
    }

    // rows: D320 D322 D324 D325 D326 D327 D333 D342 D352
    #[test]
    fn ids_are_sorted_by_their_bytes_and_nothing_is_normalised() {
        let dict =
            Dict::of(["policy@t0", "policy@t*", "policy@t1__x__attention@t2", "policy@t1__x__attention@row", "policy", "attention@late"]);
        assert_eq!(
            dict.ids(),
            ["attention@late", "policy", "policy@t*", "policy@t0", "policy@t1__x__attention@row", "policy@t1__x__attention@t2"]
        );
        // capitals, a hyphen, and both spellings of é: no locale's order
        let dict = Dict::of(["e\u{301}", "é", "b", "B", "a-b", "ab", "\u{1f600}", "\u{ffff}"]);
        assert_eq!(dict.ids(), ["B", "a-b", "ab", "b", "e\u{301}", "é", "\u{ffff}", "\u{1f600}"]);
        assert_eq!(dict.symbol("é").as_deref(), Some("@5"));
        assert_eq!(dict.id("@5"), Some("é"));
        assert_eq!(dict.symbol("c"), None);
        assert_eq!(dict.id("@8"), None);
    }

    // rows: D319 D335 D349 D351 D353 D382 D383 D384
    #[test]
    fn the_stored_form_is_sorted_by_symbol_and_reads_back() {
        let ids: Vec<String> = (0..70).map(|at| format!("lane{at:03}")).collect();
        let dict = Dict::of(ids.iter().map(String::as_str));
        let text = dict.canonical_json();
        assert!(text.starts_with(br#"{"@0":"lane000","@1":"lane001","@10":"lane062","@11":"lane063""#));
        assert_eq!(Dict::read(&text), Ok(dict.clone()));
        let odd = Dict::of(["a\"b", "back\\slash", "tab\there", "\u{7f}"]);
        let text = odd.canonical_json();
        assert_eq!(Dict::read(&text), Ok(odd.clone()));
        assert_eq!(Dict::read(b"{}"), Ok(Dict::default()));
    }

    // rows: D321 D331 D334 D336 D382 D419
    #[test]
    fn each_law_of_the_section_is_held() {
        let fault = |bytes: &'static [u8]| Dict::read(bytes).map_err(|fault| (fault.name, fault.at)).map(|_| ());
        for (bytes, name, at) in [
            (b"\xef\xbb\xbf{}".as_slice(), "pack.dict_json", 0),
            (b"{\"@0\":\"a\xff\"}", "pack.dict_json", 8),
            (b"[]", "pack.dict_json", 0),
            (b"{\"@0\":1}", "pack.dict_json", 6),
            (b"{\"@0\":\"a\",}", "pack.dict_json", 9),
            (b"{\"@0\": \"a\"}", "dict.not_canonical", 6),
            (b"{\"@0\":\"\\u0061\"}", "dict.not_canonical", 7),
            (b"{\"@0\":\"a\"}\n", "dict.not_canonical", 10),
            (b"{\"@1\":\"b\",\"@0\":\"a\"}", "dict.not_canonical", 10),
            (b"{\"@0\":\"a\",\"@0\":\"a\"}", "dict.not_canonical", 10),
            (b"{\"@0\":\"b\",\"@1\":\"a\"}", "dict.not_canonical", 10),
            (b"{\"@0\":\"a\",\"@1\":\"a\"}", "dict.not_canonical", 10),
            (b"{\"@0\":\"a\",\"@2\":\"b\"}", "dict.not_canonical", 10),
            (b"{\"@1\":\"a\"}", "dict.not_canonical", 1),
            (b"{\"@00\":\"a\"}", "dict.not_canonical", 1),
            (b"{\"x\":\"a\"}", "dict.not_canonical", 1),
            (b"{\"@0\":\"\"}", "dict.not_canonical", 1),
        ] {
            assert_eq!(fault(bytes), Err((name, at)), "{}", String::from_utf8_lossy(bytes));
        }
    }
}
