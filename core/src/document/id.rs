//! The grammar of `object://` identifiers (`DECISIONS` 41; rows C031, A604, A630).

/// What every object identifier begins with.
pub const SCHEME: &str = "object://";

/// Why a text is not an object identifier, with the byte offset of the trouble inside the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Another scheme, or none.
    #[error("it does not begin with `object://`")]
    Scheme,
    /// Two slashes in a row, or a slash at the end.
    #[error("it has an empty segment at byte {0}")]
    EmptySegment(usize),
    /// `.` or `..`.
    #[error("the segment `{1}` at byte {0} is a path step, not a name")]
    PathStep(usize, String),
    /// A character outside `A-Z a-z 0-9 . _ -`, or a segment that begins with one of `. _ -`.
    #[error("`{1}` at byte {0} is not allowed there: segments are letters, digits, `.`, `_` and `-`, and begin with a letter or digit")]
    Character(usize, char),
    /// A `sha256:` that is not followed by 64 lower-case hexadecimal digits, or that is not the last segment.
    #[error("the `sha256:` at byte {0} wants exactly 64 lower-case hexadecimal digits and must be the last segment")]
    Pin(usize),
    /// One segment where a descriptor's own id wants at least two.
    #[error("a descriptor's own id has at least two segments, such as `object://domain/name`")]
    OneSegment,
}

/// An identifier taken apart. Identifiers are compared byte for byte; nothing is folded or decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObjectId<'a> {
    /// The identifier without a pinned hash.
    pub name: &'a str,
    /// The 64 digits of a pinned `/sha256:<hex>`.
    pub pin: Option<&'a str>,
}

/// Reads a reference to an object: one segment or more, optionally pinned by `/sha256:<64 hex>`.
pub fn parse_reference(text: &str) -> Result<ObjectId<'_>, IdError> {
    let path = text.strip_prefix(SCHEME).ok_or(IdError::Scheme)?;
    let mut at = SCHEME.len();
    let segments = path.split('/').count();
    for (i, segment) in path.split('/').enumerate() {
        if segment.is_empty() {
            return Err(IdError::EmptySegment(at));
        }
        if let Some(hex) = segment.strip_prefix("sha256:") {
            let lawful = i > 0 && i + 1 == segments && hex.len() == 64 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
            return if lawful { Ok(ObjectId { name: &text[..at - 1], pin: Some(hex) }) } else { Err(IdError::Pin(at)) };
        }
        if segment == "." || segment == ".." {
            return Err(IdError::PathStep(at, segment.to_owned()));
        }
        let wrong = |(offset, c): &(usize, char)| !(c.is_ascii_alphanumeric() || *offset > 0 && matches!(c, '.' | '_' | '-'));
        if let Some((offset, c)) = segment.char_indices().find(wrong) {
            return Err(IdError::Character(at + offset, c));
        }
        at += segment.len() + 1;
    }
    Ok(ObjectId { name: text, pin: None })
}

/// Reads a descriptor's own id: at least two segments, never pinned.
pub fn parse_own(text: &str) -> Result<&str, IdError> {
    let id = parse_reference(text)?;
    if id.pin.is_some() {
        return Err(IdError::Pin(id.name.len() + 1));
    }
    match id.name[SCHEME.len()..].contains('/') {
        true => Ok(id.name),
        false => Err(IdError::OneSegment),
    }
}

/// The id that a request or a careless hand may have meant (A634, A722): `/objects/a/b` is `object://a/b`, white space around it, a
/// query and a slash at the end are dropped, the scheme is put into lower case. Case is never folded, nothing is decoded. `None` when it is already spelled so.
pub fn normalise(text: &str) -> Option<String> {
    let meant = text.trim();
    let meant = meant.split_once('?').map_or(meant, |(path, _)| path);
    let scheme = meant.get(..SCHEME.len()).filter(|start| start.eq_ignore_ascii_case(SCHEME));
    let path = meant.strip_prefix("/objects/").or(scheme.and_then(|scheme| meant.get(scheme.len()..)))?;
    let right = format!("{SCHEME}{}", path.trim_end_matches('/'));
    (right != text).then_some(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    // rows: C031 A604 C157
    #[test]
    fn the_grammar_of_references() {
        let hex = "0123456789abcdef".repeat(4);
        for good in
            ["object://weather/station-17", "object://live-orch", "object://ai/model/phi2/quantized/int8", "object://retrieve/semantic.v1"]
        {
            assert_eq!(parse_reference(good), Ok(ObjectId { name: good, pin: None }));
        }
        let pinned = format!("object://brain/sha256:{hex}");
        assert_eq!(parse_reference(&pinned), Ok(ObjectId { name: "object://brain", pin: Some(&hex) }));
        for bad in [
            "weather/station",
            "Object://a/b",
            "object://",
            "object://a/",
            "object://a//b",
            "object://a/../b",
            "object://a/./b",
            "object://-a/b",
            "object://a/b c",
            "object://a/b?x=1",
            "object://a/é",
            "object://sha256:00/a",
        ] {
            assert!(parse_reference(bad).is_err(), "{bad}");
        }
        assert!(parse_reference(&format!("object://brain/sha256:{}", hex.to_uppercase())).is_err());
        assert!(parse_reference(&format!("object://brain/sha256:{hex}/more")).is_err());
    }

    // rows: A633 A634 A721 A722
    #[test]
    fn requests_are_read_as_ids_without_folding_or_decoding() {
        for (text, id) in [
            ("/objects/a/b", Some("object://a/b")),
            ("/objects/weather/station-17?view=raw", Some("object://weather/station-17")),
            ("OBJECT://a/B", Some("object://a/B")),
            (" object://a/b ", Some("object://a/b")),
            ("object://a/b/", Some("object://a/b")),
            ("object://a/b", None),
            ("/x", None),
            ("/objectsa/b", None),
            ("https://a/b", None),
        ] {
            assert_eq!(normalise(text).as_deref(), id, "{text}");
        }
        assert_eq!(normalise("/objects/a/%2e%2e").as_deref(), Some("object://a/%2e%2e"));
        assert!(parse_reference("object://a/%2e%2e").is_err());
    }

    // rows: A604 C031
    #[test]
    fn a_descriptors_own_id_has_two_segments_and_no_pin() {
        assert_eq!(parse_own("object://a/b"), Ok("object://a/b"));
        assert_eq!(parse_own("object://a"), Err(IdError::OneSegment));
        assert!(parse_own(&format!("object://a/sha256:{}", "0".repeat(64))).is_err());
    }
}
