//! JSON Pointer (RFC 6901): how a place in a document is written.
//!
//! Knows nothing of trees: `syntax::json::Tree::at_pointer` follows one.

use std::borrow::Cow;

/// Appends `/` and `token`, escaped.
pub fn push(pointer: &mut String, token: &str) {
    pointer.push('/');
    if !token.contains(['~', '/']) {
        pointer.push_str(token);
        return;
    }
    for c in token.chars() {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            c => pointer.push(c),
        }
    }
}

/// Appends `/` and an array index.
pub fn push_index(pointer: &mut String, index: usize) {
    use std::fmt::Write;
    // Writing to a string does not fail.
    let _ = write!(pointer, "/{index}");
}

/// `parent` followed by `token`, escaped.
pub fn join(parent: &str, token: &str) -> String {
    let mut pointer = String::with_capacity(parent.len() + token.len() + 1);
    pointer.push_str(parent);
    push(&mut pointer, token);
    pointer
}

/// One token with `~1` and `~0` read back; a `~` before anything else stands for itself.
pub fn unescape(token: &str) -> Cow<'_, str> {
    if token.contains('~') { Cow::Owned(token.replace("~1", "/").replace("~0", "~")) } else { Cow::Borrowed(token) }
}

/// The tokens of a pointer, unescaped; `None` when it is neither empty nor begins with `/`.
pub fn tokens(pointer: &str) -> Option<impl Iterator<Item = Cow<'_, str>>> {
    let mut parts = pointer.split('/');
    (parts.next() == Some("")).then(|| parts.map(unescape))
}

/// A token read as an array index: digits without a leading zero.
pub fn array_index(token: &str) -> Option<usize> {
    let lawful = token == "0" || (!token.starts_with('0') && !token.is_empty() && token.bytes().all(|b| b.is_ascii_digit()));
    if lawful { token.parse().ok() } else { None }
}

/// The pointer without its last token, and that token unescaped; `None` for the whole document.
pub fn split_last(pointer: &str) -> Option<(&str, Cow<'_, str>)> {
    let (parent, token) = pointer.rsplit_once('/')?;
    Some((parent, unescape(token)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_survive_writing_and_reading() {
        for token in ["", "a", "a/b", "m~n", "~1", "~01", "/", "~", " ", "\"", "é"] {
            let pointer = join("/x", token);
            let read: Vec<_> = tokens(&pointer).into_iter().flatten().collect();
            assert_eq!(read, ["x", token], "{pointer}");
            assert_eq!(split_last(&pointer), Some(("/x", Cow::Borrowed(token))));
        }
        assert_eq!(tokens("").map(Iterator::count), Some(0));
        assert!(tokens("a").is_none());
    }

    #[test]
    fn an_index_has_one_spelling() {
        assert_eq!(array_index("0"), Some(0));
        assert_eq!(array_index("10"), Some(10));
        for token in ["", "-", "00", "01", "+1", "-1", "1.0", "99999999999999999999999999"] {
            assert_eq!(array_index(token), None, "{token}");
        }
    }
}
