//! A rule's page as text, for a link in a diagnostic and for a hover over a rule's name.
//!
//! The link has a scheme of our own: the client asks `mx2lm/content` for the text behind it.

use lsp_types::Uri;
use mx2lm_core::rules;

/// The scheme of texts that only the server has.
pub const SCHEME: &str = "mx2lm";
/// The same for Neovim, which takes a name for a URI only when its scheme has no digit.
const LETTERS: &str = "mxlm";

/// The link to a rule's page; `None` when there is no such rule.
pub fn uri(name: &str) -> Option<Uri> {
    let rule = rules::by_name(name)?;
    format!("{SCHEME}:/rules/{}.md", rule.name).parse().ok()
}

/// What follows the scheme and the first slash of a link. There is no authority, and clients spell that with one slash or with three.
pub fn path(uri: &Uri) -> Option<&str> {
    let (scheme, rest) = uri.as_str().split_once(':')?;
    if ![SCHEME, LETTERS].contains(&scheme) {
        return None;
    }
    rest.strip_prefix("///").or_else(|| rest.strip_prefix('/'))
}

/// The text behind a link.
pub fn content(uri: &Uri) -> Option<String> {
    let path = path(uri)?.strip_prefix("rules/")?.strip_suffix(".md")?;
    rules::by_name(path).map(|rule| rule.markdown(1))
}
