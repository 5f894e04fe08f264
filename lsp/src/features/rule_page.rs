//! A rule's page as text, for a link in a diagnostic and for a hover over a rule's name.
//!
//! The link has a scheme of our own: the client asks `mx2lm/content` for the text behind it.

use lsp_types::Uri;
use mx2lm_core::rules;

/// The scheme of texts that only the server has.
pub const SCHEME: &str = "mx2lm";

/// The link to a rule's page; `None` when there is no such rule.
pub fn uri(name: &str) -> Option<Uri> {
    let rule = rules::by_name(name)?;
    format!("{SCHEME}:/rules/{}.md", rule.name).parse().ok()
}

/// The text behind a link.
pub fn content(uri: &Uri) -> Option<String> {
    let path = uri.as_str().strip_prefix(SCHEME)?.strip_prefix(":/rules/")?.strip_suffix(".md")?;
    rules::by_name(path).map(|rule| rule.markdown(1))
}
