//! Every place of a workspace's texts where an object id stands, whatever the syntax around it.

use std::sync::Arc;

use memchr::memmem;
use mx2lm_core::{document::kind::Syntax, text::Span};
use rayon::prelude::*;

use crate::view::File;

/// Larger texts are not searched: what is that large is data.
const MOST_BYTES: u64 = 16 << 20;

/// Where `id` stands, whole, in every text of the workspace; in the order of paths and bytes.
pub fn find(file: &File<'_>, id: &str) -> Vec<(Arc<str>, Span)> {
    let finder = memmem::Finder::new(id);
    let texts: Vec<Arc<str>> = file
        .snapshot()
        .index()
        .files()
        .filter(|facts| facts.size <= MOST_BYTES && is_text(&facts.path))
        .map(|facts| facts.path.clone())
        .collect();
    let (view, workspace) = (file.view, file.workspace);
    let mut found: Vec<(Arc<str>, Span)> = texts
        .into_par_iter()
        .flat_map_iter(|path| {
            let bytes = view.member(workspace, &path).map(|file| file.bytes);
            let places: Vec<_> = bytes.map(|bytes| whole(&finder, &bytes, id.len())).unwrap_or_default();
            places.into_iter().map(move |span| (path.clone(), span))
        })
        .collect();
    found.sort();
    found
}

fn is_text(path: &str) -> bool {
    matches!(Syntax::of_path(path), Some(syntax) if syntax != Syntax::Binary)
}

fn whole(finder: &memmem::Finder<'_>, bytes: &[u8], len: usize) -> Vec<Span> {
    finder.find_iter(bytes).filter(|at| ends_there(bytes, *at, at + len)).map(|at| Span::from(at..at + len)).collect()
}

/// Whether the id is not part of a longer one; a pinned hash behind it belongs to the reference, not to the id.
fn ends_there(bytes: &[u8], start: usize, end: usize) -> bool {
    let in_id = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    let before = start.checked_sub(1).and_then(|at| bytes.get(at));
    let rest = bytes.get(end..).unwrap_or_default();
    let after = match rest {
        [b'/', rest @ ..] => rest.starts_with(b"sha256:"),
        [b'.'] => true,
        [b'.', next, ..] => !in_id(next) && *next != b'/',
        [next, ..] => !in_id(next),
        [] => true,
    };
    after && !before.is_some_and(|byte| in_id(byte) || *byte == b'/' || *byte == b':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_inside_a_longer_one_is_not_a_mention() {
        let id = "object://a/b";
        let count = |text: &str| whole(&memmem::Finder::new(id), text.as_bytes(), id.len()).len();
        assert_eq!(count("\"object://a/b\" object://a/b/sha256:00 <x ref='object://a/b'/> see object://a/b."), 4);
        assert_eq!(count("object://a/b/c object://a/bc object://a/b.c object://a/b-c xobject://a/b"), 0);
    }
}
