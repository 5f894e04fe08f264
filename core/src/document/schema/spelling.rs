//! What is wrong with a hash or an id, told to the letter, and the right spelling where there is only one.

use super::{SchemaFinding, SchemaFix};
use crate::{
    diagnostic::Safety,
    document::id::{self, IdError},
    syntax::json::{Node, quote},
    text::Span,
};

fn replace(finding: &mut SchemaFinding, safety: Safety, span: Span, right: &str) {
    let shown: String = right.chars().take(24).collect();
    let title = if shown.len() < right.len() { format!("write `{shown}…`") } else { format!("write `{right}`") };
    finding.fixes.push(SchemaFix { safety, title, span, text: quote(right) });
}

/// A text where `sha256:` and 64 lower-case digits are wanted (A537, C646).
pub(super) fn hash(finding: &mut SchemaFinding, node: Node<'_>) {
    let Some(text) = node.as_str() else { return };
    let trimmed = text.trim();
    let is_hex = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
    let lower = trimmed.to_ascii_lowercase();
    let prefix = ["sha256:", "sha-256:", "sha256-", "sha256=", "0x"].into_iter().find(|prefix| lower.starts_with(prefix)).unwrap_or("");
    let digits = &lower[prefix.len()..];
    if digits.len() == 64 && is_hex(digits) {
        let why = if text.len() != trimmed.len() {
            "there is white space around it"
        } else if prefix.is_empty() || prefix == "0x" {
            "the prefix `sha256:` is missing"
        } else if !trimmed.starts_with("sha256:") {
            "the prefix is `sha256:`, in lower case and with a colon"
        } else {
            "the digits are to be lower-case"
        };
        finding.help = Some(why.into());
        replace(finding, Safety::Safe, node.span(), &format!("sha256:{digits}"));
    } else if is_hex(digits) {
        let of = match digits.len() {
            32 => ", which is the length of an MD5",
            40 => ", which is the length of a SHA-1",
            96 => ", which is the length of a SHA-384",
            128 => ", which is the length of a SHA-512",
            _ => "",
        };
        finding.help = Some(format!("it has {} digits{of}; 64 are wanted", digits.len()));
    } else if let Some(wrong) = digits.chars().find(|c| !c.is_ascii_hexdigit()).filter(|_| !prefix.is_empty()) {
        finding.help = Some(format!("`{}` is no hexadecimal digit", wrong.escape_default()));
    }
}

/// A text where an object id is wanted; `own` when it is the descriptor's (`DECISIONS` 41).
pub(super) fn id(finding: &mut SchemaFinding, node: Node<'_>, own: bool) {
    let Some(text) = node.as_str() else { return };
    let judge = |text: &str| if own { id::parse_own(text).map(|_| ()) } else { id::parse_reference(text).map(|_| ()) };
    let Err(error) = judge(&text) else { return };
    finding.rule = "object/id";
    finding.message = format!("{} is not an object id: {error}", super::short(node));
    finding.spec_error = finding.spec_error.or(Some("resolution_error"));
    finding.help = Some(
        match error {
            IdError::Scheme => "write `object://domain/name`",
            IdError::OneSegment => "add a segment: `object://domain/name`",
            IdError::Pin(_) if own => "leave the hash out: it is what `hash` says",
            _ => "correct it at that place; nothing is folded or decoded",
        }
        .into(),
    );
    if let Some(right) = id::normalise(&text).filter(|right| judge(right).is_ok()) {
        finding.help = Some(format!("did you mean `{right}`?"));
        replace(finding, Safety::Unsafe, node.span(), &right);
    }
}
