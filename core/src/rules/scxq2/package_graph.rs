//! Which package needs which: names that lead nowhere, and ways that lead back (A032).

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use super::package::{CYCLE, DEPENDENCY};
use crate::{
    diagnostic::{Fix, Safety},
    document::{facts::Facts, lane_facts::LaneFacts},
    rules::{Finding, Findings, nearest_of},
    syntax::json::quote,
    workspace::context::WorkspaceContext,
};

/// Most packages that are followed from one; a way back that is longer is not found.
const MOST_PACKAGES: usize = 10_000;

/// Judges the dependencies of the package being checked.
pub(super) fn dependencies(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    let Some(lanes) = &context.facts.lanes else { return };
    for at in &lanes.dependencies {
        if !context.components(&at.value).is_empty() {
            continue;
        }
        let message = format!("no package of the workspace holds the component `{}`", at.value);
        let finding = Finding::new(&DEPENDENCY, at.place(), message);
        let packages = context.of_kind("scxq2.package-metadata");
        let names = packages.iter().filter_map(|facts| facts.lanes.as_ref()?.component.as_deref());
        findings.push(match nearest_of(&at.value, names.filter(|name| Some(*name) != lanes.component.as_deref())) {
            None => finding.help("add the metadata of that package, or correct the name"),
            Some(near) => finding.help(format!("did you mean `{near}`?")).fix(Fix::replace(
                Safety::Unsafe,
                format!("replace by `{near}`"),
                &context.facts.path,
                at.span,
                quote(near),
            )),
        });
    }
    cycle(context, lanes, findings);
}

/// Looks for the shortest way from the package back to itself, breadth first.
fn cycle(context: &WorkspaceContext<'_>, lanes: &LaneFacts, findings: &mut Findings) {
    let Some(own) = &lanes.component else { return };
    let mut before: HashMap<Arc<str>, Option<Arc<str>>> = HashMap::new();
    let mut next: VecDeque<Arc<str>> = VecDeque::new();
    for at in &lanes.dependencies {
        if at.value == *own {
            let message = format!("`{own}` needs itself: it can never be built first");
            findings.push(Finding::new(&CYCLE, at.place(), message).help("take it out of `dependencies`"));
            return;
        }
        if before.insert(at.value.clone(), None).is_none() {
            next.push_back(at.value.clone());
        }
    }
    while let Some(name) = next.pop_front() {
        for package in context.components(&name) {
            for at in needs(&package) {
                if at == *own {
                    tell(context, lanes, own, &before, &name, findings);
                    return;
                }
                if before.len() < MOST_PACKAGES && !before.contains_key(&at) {
                    before.insert(at.clone(), Some(name.clone()));
                    next.push_back(at);
                }
            }
        }
    }
}

fn needs(package: &Facts) -> impl Iterator<Item = Arc<str>> {
    package.lanes.iter().flat_map(|lanes| lanes.dependencies.iter().map(|at| at.value.clone()))
}

fn tell(
    context: &WorkspaceContext<'_>,
    lanes: &LaneFacts,
    own: &Arc<str>,
    before: &HashMap<Arc<str>, Option<Arc<str>>>,
    last: &Arc<str>,
    findings: &mut Findings,
) {
    const SHOWN: usize = 8;
    let mut way = vec![last.clone()];
    while let Some(Some(name)) = way.last().and_then(|name| before.get(name)) {
        way.push(name.clone());
    }
    way.reverse();
    let Some(at) = way.first().and_then(|first| lanes.dependencies.iter().find(|at| at.value == *first)) else { return };
    let mut names: Vec<String> = way.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    if way.len() > SHOWN {
        names.push(format!("{} more", way.len() - SHOWN));
    }
    let message = format!("`{own}` needs {}, which needs `{own}` again: none of them can be built first", names.join(", which needs "));
    let mut finding = Finding::new(&CYCLE, at.place(), message).help("take one dependency of the cycle away");
    for package in way.iter().take(SHOWN).flat_map(|name| context.components(name)) {
        if let Some(at) = package.lanes.as_ref().and_then(|lanes| lanes.dependencies.first()) {
            finding = finding.related(&package.path, at.place(), "another package of the cycle");
        }
    }
    findings.push(finding);
}
