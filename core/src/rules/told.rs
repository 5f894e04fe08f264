//! Findings become diagnostics. Knows files only as bytes that somebody gives it.

use std::sync::Arc;

use super::{Finding, Place};
use crate::{
    diagnostic::{Diagnostic, Related},
    excerpt,
    map::HashMap,
    text::LineIndex,
};

/// Turns findings into diagnostics: cuts out the lines to show. `load` gives the bytes of a file by its path from the root, and is
/// asked for each file at most once.
pub(crate) fn diagnostics<B: AsRef<[u8]>>(
    findings: Vec<Finding>,
    own: &Arc<str>,
    load: &mut dyn FnMut(&Arc<str>) -> Option<B>,
) -> Vec<Diagnostic> {
    let mut loaded: HashMap<Arc<str>, Option<(B, LineIndex)>> = HashMap::default();
    let mut cut = |path: &Arc<str>, place: &Place| {
        let span = place.span?;
        let source = loaded.entry(path.clone()).or_insert_with(|| {
            let bytes = load(path)?;
            let index = LineIndex::new(bytes.as_ref());
            Some((bytes, index))
        });
        source.as_ref().map(|(bytes, index)| excerpt::excerpt(bytes.as_ref(), index, span))
    };
    findings
        .into_iter()
        .map(|finding| {
            let path = finding.path.unwrap_or_else(|| own.clone());
            let excerpt = cut(&path, &finding.place);
            let related = finding.related.into_iter().map(|(path, place, message)| {
                let excerpt = cut(&path, &place);
                Related { span: excerpt.as_ref().and(place.span), excerpt, path, locator: place.locator, message }
            });
            Diagnostic {
                rule: finding.rule.name.to_owned(),
                severity: finding.severity.unwrap_or(finding.rule.severity),
                related: related.collect(),
                span: excerpt.as_ref().and(finding.place.span),
                excerpt,
                path,
                locator: finding.place.locator,
                message: finding.message,
                help: finding.help,
                fixes: finding.fixes,
                spec_error: finding.spec_error.map(str::to_owned),
            }
        })
        .collect()
}
