//! How a profile adds the scores of others (§12.3, §27.3).

use std::{collections::VecDeque, sync::Arc};

use super::examples::{MIX, leaf, profile};
use crate::{
    diagnostic::Severity,
    document::facts::{Facts, Reference, Target},
    hash::self_hash::profile_fingerprint,
    map::{HashMap, HashSet},
    rules::{Check, Docs, Example, FileContext, Finding, Findings, On, Place, Rule},
    workspace::context::WorkspaceContext,
};

const PROFILES: On = On::Kinds(&["pi-profile.v1"]);
/// How far from 1 the weights may add up (`DECISIONS` 20).
const TOLERANCE: f64 = 1e-6;

/// Weights that do not add up to 1.
pub static WEIGHT_SUM: Rule = Rule {
    name: "collapse/weight-sum",
    severity: Severity::Error,
    rows: &["A364", "A433", "C515", "C517"],
    on: PROFILES,
    check: Check::File(weight_sum),
    fix: None,
    docs: Docs {
        what: "Weights of a superposition that do not add up to 1, in f64 from left to right, within 0.000001. Not asked of a leaf, nor where `normalized` is false.",
        why: "A score is a share of the whole. With weights that add up to more or less, scores of two profiles cannot be compared.",
        fix: "Change the weights, or write `\"normalized\": false` where the sum is meant.",
        bad: &[Example {
            note: "nine tenths",
            file: "mix.pi-profile.json",
            files: &[
                (
                    "mix.pi-profile.json",
                    profile!(
                        "mix",
                        "{\"superposition\": [{\"profile\": \"words\", \"weight\": 0.7}, {\"profile\": \"shape\", \"weight\": 0.2}]}"
                    ),
                ),
                ("words.pi-profile.json", leaf!("words")),
                ("shape.pi-profile.json", leaf!("shape")),
            ],
        }],
        good: &[
            MIX,
            Example {
                note: "a sum that is meant",
                file: "mix.pi-profile.json",
                files: &[
                    (
                        "mix.pi-profile.json",
                        profile!("mix", "{\"superposition\": [{\"profile\": \"words\", \"weight\": 0.7}], \"normalized\": false}"),
                    ),
                    ("words.pi-profile.json", leaf!("words")),
                ],
            },
        ],
    },
};

fn weight_sum(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(weights) = context.root().and_then(|root| root.get("weights")) else { return };
    // A `normalized` that is no boolean is told by the schema, and what it should have been is not known.
    if weights.get("normalized").is_some_and(|node| node.as_bool() != Some(true)) {
        return;
    }
    let Some(list) = weights.get("superposition").filter(|list| list.is_array() && !list.is_empty()) else { return };
    let mut sum = 0.0;
    for item in list.items() {
        let Some(weight) = item.get("weight").and_then(|weight| weight.as_f64()).filter(|weight| (0.0..=1.0).contains(weight)) else {
            return;
        };
        sum += weight;
    }
    if (sum - 1.0).abs() <= TOLERANCE {
        return;
    }
    let off = if sum > 1.0 { format!("{} too much", short(sum - 1.0)) } else { format!("{} too little", short(1.0 - sum)) };
    let message = format!("the weights add up to {}, wanted 1: {off}", short(sum));
    let help = "change the weights so that they add up to 1, or write `\"normalized\": false` where this is meant";
    findings.push(Finding::new(&WEIGHT_SUM, Place::value(list), message).help(help));
}

/// A number without the noise of its last digits.
fn short(number: f64) -> String {
    let text = format!("{number:.9}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A profile that would outrank the others.
pub static PRIVILEGE: Rule = Rule {
    name: "collapse/privilege",
    severity: Severity::Error,
    rows: &["A369"],
    on: PROFILES,
    check: Check::File(privilege),
    fix: None,
    docs: Docs {
        what: "`priority` or `override` in a superposition.",
        why: "All profiles of a superposition count by their weight alone; none may overrule or cut short another.",
        fix: "Remove it, and give the profile the weight it should have.",
        bad: &[Example {
            note: "a profile that goes first",
            file: "mix.pi-profile.json",
            files: &[
                ("mix.pi-profile.json", profile!("mix", "{\"superposition\": [{\"profile\": \"words\", \"weight\": 1, \"priority\": 1}]}")),
                ("words.pi-profile.json", leaf!("words")),
            ],
        }],
        good: &[MIX],
    },
};

fn privilege(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(weights) = context.root().and_then(|root| root.get("weights")) else { return };
    let items = weights.get("superposition").into_iter().flat_map(|list| list.items());
    for part in std::iter::once(weights).chain(items) {
        for name in ["priority", "override"] {
            if let Some(node) = part.get(name) {
                let message = format!("`{name}` would let one profile overrule the others, and they count by their weights alone");
                findings.push(Finding::new(&PRIVILEGE, Place::key(node), message).help("remove it, and change the weight instead"));
            }
        }
    }
}

/// A profile that contains itself.
pub static CYCLE: Rule = Rule {
    name: "collapse/profile-cycle",
    severity: Severity::Error,
    rows: &["C519"],
    on: PROFILES,
    check: Check::Workspace(cycle),
    fix: None,
    docs: Docs {
        what: "A profile whose superposition leads back to itself, directly or through others. Each profile of the circle is told.",
        why: "Its score would be needed before it can be computed.",
        fix: "Take one of the profiles out of the circle.",
        bad: &[
            Example {
                note: "a profile made of itself",
                file: "mix.pi-profile.json",
                files: &[("mix.pi-profile.json", profile!("mix", "{\"superposition\": [{\"profile\": \"mix\", \"weight\": 1}]}"))],
            },
            Example {
                note: "two that are made of each other",
                file: "one.pi-profile.json",
                files: &[
                    ("one.pi-profile.json", profile!("one", "{\"superposition\": [{\"profile\": \"two\", \"weight\": 1}]}")),
                    ("two.pi-profile.json", profile!("two", "{\"superposition\": [{\"profile\": \"one\", \"weight\": 1}]}")),
                ],
            },
        ],
        good: &[MIX],
    },
};

/// Most profiles that are followed from one; a way back that needs more is not found.
const MOST: usize = 1024;
/// Most profiles of a circle, or of one name, that are told one by one.
const MOST_NAMED: usize = 8;

fn is_profile(facts: &Facts) -> bool {
    facts.kind.is_some_and(|kind| kind.is("pi-profile.v1"))
}

fn parts(facts: &Facts) -> impl Iterator<Item = (&Reference, &Arc<str>)> {
    facts.references.iter().filter_map(|reference| match &reference.target {
        Target::Profile(name) => Some((reference, name)),
        Target::Object(_) => None,
    })
}

fn cycle(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    let own = context.facts;
    let ways = Ways::of(context);
    let mut told = HashSet::default();
    for (reference, name) in parts(own) {
        if !told.insert(name) {
            continue;
        }
        let Some(way) = ways.back(name) else { continue };
        let called = |facts: &Facts| facts.profile_name.as_ref().map_or_else(String::new, |name| format!("`{}`", name.value));
        let own_name = called(own);
        let mut names: Vec<String> = way.iter().take(MOST_NAMED).map(|facts| called(facts)).collect();
        if way.len() > MOST_NAMED {
            names.push(format!("{} more", way.len() - MOST_NAMED));
        }
        let through = if names.is_empty() { String::new() } else { format!(" through {}", names.join(" → ")) };
        let message = format!("the profile {own_name} contains itself{through}: its score would be needed to compute it");
        let mut finding = Finding::new(&CYCLE, reference.at.place(), message)
            .help("take one of the profiles out of the circle")
            .spec("profile.circular_reference");
        for facts in way.iter().take(MOST_NAMED) {
            if let Some(name) = &facts.profile_name {
                finding = finding.related(&facts.path, name.place(), "a profile of the circle");
            }
        }
        findings.push(finding);
    }
}

/// The profiles that are reached from the file being checked, and how each leads back to it, if it does.
#[derive(Default)]
struct Ways {
    /// The first is the file itself.
    reached: Vec<Arc<Facts>>,
    names: HashMap<Arc<str>, Name>,
    /// For each of `reached` the next on its shortest way back, and how long that is; the file itself is its own.
    back: Vec<Option<(usize, usize)>>,
}

/// A name that profiles are made of.
#[derive(Default)]
struct Name {
    /// Where in `reached` the profiles that have it stand.
    defined: Vec<usize>,
    /// And those that are made of it.
    used: Vec<usize>,
}

impl Ways {
    fn of(context: &WorkspaceContext<'_>) -> Ways {
        let mut ways = Ways { reached: vec![context.facts.clone()], ..Ways::default() };
        let mut places: HashMap<Arc<str>, usize> = HashMap::default();
        places.insert(context.facts.path.clone(), 0);
        let mut at = 0;
        while let Some(facts) = ways.reached.get(at).cloned() {
            for (_, name) in parts(&facts) {
                if let Some(known) = ways.names.get_mut(name) {
                    known.used.push(at);
                    continue;
                }
                let mut new = Name { defined: Vec::new(), used: vec![at] };
                for next in context.profiles(name).into_iter().filter(|facts| is_profile(facts)) {
                    let place = places.get(&next.path).copied();
                    if place.is_none() && ways.reached.len() >= MOST {
                        continue;
                    }
                    new.defined.push(place.unwrap_or_else(|| {
                        places.insert(next.path.clone(), ways.reached.len());
                        ways.reached.push(next);
                        ways.reached.len() - 1
                    }));
                }
                ways.names.insert(name.clone(), new);
            }
            at += 1;
        }
        ways.back = ways.lead_back();
        ways
    }

    fn lead_back(&self) -> Vec<Option<(usize, usize)>> {
        let mut back = vec![None; self.reached.len()];
        let mut gone = HashSet::default();
        let mut queue = VecDeque::from([(0, 0)]);
        back.iter_mut().take(1).for_each(|own| *own = Some((0, 0)));
        while let Some((to, long)) = queue.pop_front() {
            let name = self.reached.get(to).and_then(|facts| facts.profile_name.as_ref()).and_then(|name| self.names.get(&*name.value));
            // what a name leads to first is what it leads to soonest
            let Some(name) = name.filter(|name| gone.insert(std::ptr::from_ref(*name))) else { continue };
            for from in &name.used {
                if let Some(slot) = back.get_mut(*from).filter(|slot| slot.is_none()) {
                    *slot = Some((to, long + 1));
                    queue.push_back((*from, long + 1));
                }
            }
        }
        back
    }

    /// The profiles from one of this name to the file being checked, which is not among them; the fewest there are. `None` where no way
    /// leads back.
    fn back(&self, name: &str) -> Option<Vec<&Arc<Facts>>> {
        let nearest = |at: &usize| Some((self.back.get(*at).copied().flatten()?.1, *at));
        let (_, mut at) = self.names.get(name)?.defined.iter().filter_map(nearest).min()?;
        let mut way = Vec::new();
        while at != 0 && way.len() <= self.reached.len() {
            way.push(self.reached.get(at)?);
            at = self.back.get(at).copied().flatten()?.0;
        }
        Some(way)
    }
}

/// A name that stands for two different profiles.
pub static AMBIGUOUS: Rule = Rule {
    name: "collapse/ambiguous-profile",
    severity: Severity::Error,
    rows: &["C483"],
    on: PROFILES,
    check: Check::Workspace(ambiguous),
    fix: None,
    docs: Docs {
        what: "A superposition that names a profile of which the workspace holds several with different fingerprints.",
        why: "The name carries no version, so which of them is meant, and so the score, would depend on the reader.",
        fix: "Rename one of the profiles, or remove it.",
        bad: &[Example {
            note: "two profiles of one name",
            file: "mix.pi-profile.json",
            files: &[
                ("mix.pi-profile.json", profile!("mix", "{\"superposition\": [{\"profile\": \"words\", \"weight\": 1}]}")),
                ("words.pi-profile.json", leaf!("words")),
                ("old/words.pi-profile.json", leaf!("words", "  \"cache\": {\"enabled\": false},\n")),
            ],
        }],
        good: &[
            MIX,
            Example {
                note: "two copies of one profile",
                file: "mix.pi-profile.json",
                files: &[
                    ("mix.pi-profile.json", profile!("mix", "{\"superposition\": [{\"profile\": \"words\", \"weight\": 1}]}")),
                    ("words.pi-profile.json", leaf!("words")),
                    ("copy/words.pi-profile.json", leaf!("words")),
                ],
            },
        ],
    },
};

fn ambiguous(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    let mut told = HashSet::default();
    for (reference, name) in parts(context.facts) {
        if !told.insert(name) {
            continue;
        }
        let all: Vec<Arc<Facts>> = context.profiles(name).into_iter().filter(|facts| is_profile(facts)).collect();
        if all.len() < 2 {
            continue;
        }
        // the same bytes have one fingerprint, and two are enough to differ
        let mut seen = HashSet::default();
        let different = all.iter().filter(|facts| seen.insert(facts.digest));
        let mut prints = different.filter_map(|facts| context.json(&facts.path).and_then(|tree| profile_fingerprint(tree.root()?).ok()));
        let first = prints.next();
        if prints.all(|print| Some(&print) == first.as_ref()) {
            continue;
        }
        let message = format!("the workspace holds {} profiles named `{name}`, which differ: which one is meant is not said", all.len());
        let mut finding = Finding::new(&AMBIGUOUS, reference.at.place(), message).help("rename or remove all but one");
        for facts in all.iter().take(MOST_NAMED) {
            if let Some(name) = &facts.profile_name {
                finding = finding.related(&facts.path, name.place(), "one of them");
            }
        }
        findings.push(finding);
    }
}
