//! A line above a document's name: how many name it, and whether its hashes are true.

use lsp_types::{CodeLens, Command};
use mx2lm_core::document::facts::Target;

use super::{
    lanes,
    verdict::{self, Verdict},
    virtual_document,
};
use crate::view::File;

/// Answers `textDocument/codeLens`. Most lenses are text: their command does nothing.
pub fn lenses(file: &File<'_>) -> Vec<CodeLens> {
    let Some(facts) = file.facts() else { return Vec::new() };
    let places = file.places();
    let lens = |span, title: String| CodeLens {
        range: places.range(span),
        command: Some(Command { title, command: String::new(), arguments: None }),
        data: None,
    };
    let mut found = Vec::new();
    let index = file.snapshot().index();
    let own = facts.id.as_ref().map(|own| (own, Target::Object(own.value.clone())));
    let profile = facts.profile_name.as_ref().map(|own| (own, Target::Profile(own.value.clone())));
    for (own, target) in own.into_iter().chain(profile) {
        let count = index.referrers(&target).len();
        found.push(lens(own.span, format!("{count} {}", if count == 1 { "reference" } else { "references" })));
    }
    if let Some((span, title)) = super::drawing::lens(file) {
        found.push(lens(span, title));
        let form = &super::drawing::FORM;
        let shown = file.view.profile.show_document.then(|| virtual_document::uri(form, &file.uri()?)).flatten();
        found.extend(shown.map(|uri| CodeLens {
            range: places.range(span),
            command: Some(virtual_document::show(form.title, &uri)),
            data: None,
        }));
    }
    // a list of hashes has its marks beside them
    if let [hash] = facts.hashes.as_slice() {
        let compared = verdict::compare(file.snapshot(), facts, hash);
        let title = match compared.verdict {
            Verdict::True => format!("✓ the hash of {}", compared.of),
            Verdict::False => format!("✗ not the hash of {}", compared.of),
            Verdict::Unknown(why) => format!("unverified: {why}"),
        };
        found.push(lens(hash.at.span, title));
    }
    found.extend(super::score::lenses(file));
    found.extend(virtual_document::lenses(file));
    found.extend(lanes::lenses(file));
    found
}
