//! What a π-profile scores: against its own test vectors, those of the workspace's test files, and the vectors of objects, as an author
//! types.
//!
//! Open profiles count as they are in the editor. A score that cannot be had is said in words, never guessed.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write,
};

use lsp_types::{CodeLens, Command, InlayHint, InlayHintLabel, InlayHintTooltip, Range};
use mx2lm_core::{
    collapse::{
        CollapseError, Threshold,
        profile::{Plan, PlanError, Profile, Step},
        rank, read,
    },
    document::facts::Facts,
    hash::{Digest, self_hash::profile_fingerprint},
    rules::collapse::test_lists,
    syntax::json::Node,
    text::Span,
};
use serde::Serialize;

use super::{
    against::{self, Against},
    leaf_scores::LeafScores,
    page::Page,
    virtual_document::Form,
};
use crate::view::File;

/// The page of a profile's scores.
pub const FORM: Form = Form { name: "scores", title: "Show what this profile scores", page, depends };

/// Most profiles that one is made of, and most vectors that are collapsed for a page.
const MOST_PROFILES: usize = 256;
const MOST_VECTORS: usize = 200_000;
/// What is said of vectors beyond that.
pub const TOO_MANY: &str = "there are too many vectors to collapse while you type; run `mx2lm-lint collapse`";

/// What a profile scores, as `mx2lm/preview` answers it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Scores {
    /// The version of the editor's text that this is about.
    pub version: Option<i32>,
    /// The profile's name.
    pub profile: String,
    /// Its fingerprint as declared.
    pub declared: Option<String>,
    /// Its fingerprint as it is; absent while the text cannot be read strictly.
    pub computed: Option<String>,
    /// The profiles it is made of.
    pub parts: Vec<Part>,
    /// What it scores.
    pub inputs: Vec<Input>,
    /// What it scores against the vectors of objects.
    pub against: Vec<Against>,
    /// How many leaves had to be collapsed for this, input by input; the scores of the others were kept.
    pub collapsed: usize,
    /// Why there are no scores.
    pub refused: Option<String>,
    /// Why the scores are not the profile's own yet: its weights do not add up, as they cannot between two edits.
    pub provisional: Option<String>,
}

/// A profile that another is made of.
#[derive(Debug, Serialize)]
pub struct Part {
    /// Its name.
    pub profile: String,
    /// Its weight.
    pub weight: f64,
    /// The weight over the sum of all.
    pub share: f64,
}

/// One input and its score.
#[derive(Debug, Serialize)]
pub struct Input {
    /// What it is called.
    pub name: String,
    /// How many pairs it has.
    pub pairs: usize,
    /// The score of the profile; absent where there is none.
    pub score: Option<f64>,
    /// Why there is none.
    pub refused: Option<String>,
    /// The score that the document expects of a plain collapse.
    pub expected: Option<f64>,
    /// The scores of the parts, in their order.
    pub parts: Vec<f64>,
    /// The weights of the parts as conflicts left them.
    pub weights: Vec<f64>,
    /// How many pairs lie within 1e-9 of a threshold.
    pub near: usize,
    #[serde(skip)]
    span: Option<Span>,
}

impl Scores {
    /// Whether the declared fingerprint is the profile's own; nothing while either is missing.
    pub fn is_true(&self) -> Option<bool> {
        Some(self.declared.as_ref()? == self.computed.as_ref()?)
    }
}

/// Whether a file is a profile.
pub fn is_profile(facts: &Facts) -> bool {
    facts.kind.is_some_and(|kind| kind.is("pi-profile.v1") || kind.is("pi-profile.kernel"))
}

/// Whether a file holds test vectors for every profile.
pub fn is_tests(facts: &Facts) -> bool {
    facts.kind.is_some_and(|kind| kind.is("pi-gccp.tests"))
}

/// Whether the scores of a profile may be others when the file at `path` changes.
fn depends(file: &File<'_>, path: &str) -> bool {
    let Some(own) = file.facts().filter(|facts| is_profile(facts)) else { return false };
    match file.snapshot().index().facts(path) {
        // it is gone, and may have been any of them
        None => true,
        Some(facts) if is_profile(facts) => file.json().and_then(|tree| Some(!Profile::read(tree.root()?).ok()?.is_leaf())).unwrap_or(true),
        Some(facts) => {
            let objects = || against::objects(file);
            is_tests(facts) || own.path == facts.path || objects().iter().any(|object| **object == *path || is_payload(file, object, path))
        }
    }
}

fn is_payload(file: &File<'_>, object: &str, path: &str) -> bool {
    let payload = file.snapshot().index().facts(object).and_then(|facts| facts.payload.as_ref()?.location.as_ref());
    let there = payload.and_then(|location| super::subject::payload_path(&file.other(object)?, &location.value));
    there.is_some_and(|there| *there == *path)
}

/// What the profile in a file scores; nothing for a file that is no profile.
pub fn scores(file: &File<'_>) -> Option<Scores> {
    scores_while(file, &|| true)
}

/// As [`scores`], and nothing as soon as `goes_on` says that nobody waits for it any more.
pub fn scores_while(file: &File<'_>, goes_on: &dyn Fn() -> bool) -> Option<Scores> {
    let facts = file.facts().filter(|facts| is_profile(facts))?;
    let tree = file.json()?;
    let root = tree.root()?;
    let own = match Profile::read(root) {
        Ok(profile) => profile,
        Err(error) => return Some(refused(file, facts, root, error.to_string())),
    };
    let sum: f64 = own.terms.iter().map(|term| term.weight).sum();
    let share = |weight: f64| if sum > 0.0 { weight / sum } else { 0.0 };
    let parts = own.terms.iter().map(|term| Part { profile: term.profile.clone(), weight: term.weight, share: share(term.weight) });
    let mut all = Scores { parts: parts.collect(), ..refused(file, facts, root, String::new()) };
    let others = made_of(file, &own);
    let mut plan = Plan::new(&own, |name| others.get(name));
    if let Err(PlanError::Unlawful { profile, error: CollapseError::WeightSum { sum } }) = &plan
        && *profile == own.name
    {
        // a second weight cannot change in the same keystroke: the score goes on following the first
        all.provisional = Some(format!("the weights add up to {sum}, and 1 is wanted: these scores are of the weights as they are"));
        let loose = Profile { normalized: false, ..own.clone() };
        plan = Plan::new(&loose, |name| others.get(name));
    }
    match plan {
        Ok(plan) => {
            all.refused = None;
            let mut collapsed = 0;
            all.inputs = inputs(file, root, &plan, &mut collapsed, goes_on)?;
            all.against = against::scores(file, &plan, &mut collapsed, goes_on)?;
            all.collapsed = collapsed;
        }
        Err(error) => all.refused = Some(error.to_string()),
    }
    Some(all)
}

fn refused(file: &File<'_>, facts: &Facts, root: Node<'_>, why: String) -> Scores {
    Scores {
        version: file.version(),
        profile: facts.profile_name.as_ref().map_or_else(String::new, |name| name.value.to_string()),
        declared: root.descend("/meta/fingerprint").and_then(|node| node.as_str()).map(Into::into),
        computed: profile_fingerprint(root).ok(),
        parts: Vec::new(),
        inputs: Vec::new(),
        against: Vec::new(),
        collapsed: 0,
        refused: Some(why),
        provisional: None,
    }
}

/// The profiles that one names, and those that these name.
fn made_of(file: &File<'_>, own: &Profile) -> HashMap<String, Profile> {
    let mut found = HashMap::new();
    let mut wanted: Vec<String> = own.terms.iter().map(|term| term.profile.clone()).collect();
    while let Some(name) = wanted.pop() {
        if found.contains_key(&name) || name == own.name || found.len() >= MOST_PROFILES {
            continue;
        }
        let paths = file.snapshot().index().profiles(&name);
        let read = paths.iter().find_map(|path| Profile::read(file.other(path)?.json()?.root()?).ok());
        let Some(profile) = read else { continue };
        wanted.extend(profile.terms.iter().map(|term| term.profile.clone()));
        found.insert(name, profile);
    }
    // A profile that names itself is told as a circle.
    found.insert(own.name.clone(), own.clone());
    found
}

fn inputs(file: &File<'_>, root: Node<'_>, plan: &Plan, collapsed: &mut usize, goes_on: &dyn Fn() -> bool) -> Option<Vec<Input>> {
    let mut scorer = Scorer { plan, kept: &file.view.scores, room: MOST_VECTORS, collapsed };
    let mut found = Vec::new();
    for (at, vector) in root.descend("/compliance/test_vectors").into_iter().flat_map(|list| list.items()).enumerate() {
        let name = vector.get("name").and_then(|name| name.as_str()).map_or_else(|| format!("test vector {}", at + 1), Into::into);
        let Some(given) = vector.get("input") else { continue };
        if !goes_on() {
            return None;
        }
        let mut input = Input { span: Some(vector.span()), ..Input::new(name, vector.get("expected")) };
        if scorer.fill(&mut input, given) {
            found.push(input);
        }
    }
    for path in file.snapshot().index().of_kind("pi-gccp.tests") {
        let Some(tree) = file.other(&path).and_then(|file| file.json()) else { continue };
        let Some(root) = tree.root() else { continue };
        let alone = root.get("vecA").map(|_| root);
        let pairs = root.get("pairs").into_iter().flat_map(|pairs| pairs.items());
        for (at, pair) in alone.into_iter().chain(pairs).enumerate() {
            if !goes_on() {
                return None;
            }
            let mut input = Input::new(format!("{path} #{}", at + 1), pair.get("expected"));
            if scorer.fill(&mut input, pair) {
                found.push(input);
            }
        }
    }
    Some(found)
}

impl Input {
    fn new(name: String, expected: Option<Node<'_>>) -> Input {
        let expected = expected.and_then(|node| node.as_f64());
        Input { name, pairs: 0, score: None, refused: None, expected, parts: Vec::new(), weights: Vec::new(), near: 0, span: None }
    }
}

/// What scores one input after the other.
struct Scorer<'s> {
    plan: &'s Plan,
    kept: &'s LeafScores,
    room: usize,
    collapsed: &'s mut usize,
}

impl Scorer<'_> {
    /// Scores the vectors of `given`; whether it has any.
    fn fill(&mut self, input: &mut Input, given: Node<'_>) -> bool {
        let Some((a, b)) = test_lists(given) else { return false };
        if a.len() > self.room {
            input.refused = Some(TOO_MANY.into());
            return true;
        }
        self.room -= a.len();
        let digest = Digest::of_parts([a.raw().as_bytes(), b"|", b.raw().as_bytes()]);
        let lists = || Ok(vec![(String::new(), read::vectors(a).map_err(|_| None)?, read::vectors(b).map_err(|_| None)?)]);
        let set = match self.kept.set(digest, lists) {
            Ok(set) => set,
            Err(None) => return false,
            Err(why) => {
                input.pairs = a.len();
                input.refused = why;
                return true;
            }
        };
        input.pairs = set.pairs();
        input.near = self.plan.leaves().map(|threshold| set.near(threshold)).max().unwrap_or(0);
        let explained = set.leaves(self.plan, self.collapsed).map_err(|error| error.error).and_then(|leaves| self.plan.explain(&leaves));
        match explained {
            Ok(steps) => {
                input.score = steps.last().map(|step| step.score);
                if let Some(Step::Sum { of, .. }) = self.plan.steps().last() {
                    input.parts = of.iter().filter_map(|at| Some(steps.get(*at)?.score)).collect();
                    input.weights = steps.last().and_then(|step| Some(step.superposed.as_ref()?.weights.clone())).unwrap_or_default();
                }
            }
            Err(error) => input.refused = Some(error.to_string()),
        }
        true
    }
}

/// A bar of eight cells for a number in [0, 1].
pub fn bar(share: f64) -> String {
    const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = (share.clamp(0.0, 1.0) * 64.0).round() as usize;
    let mut bar = "█".repeat(eighths / 8);
    bar.push_str(PARTS.get(eighths % 8).unwrap_or(&""));
    let cells = bar.chars().count();
    bar + &"·".repeat(8_usize.saturating_sub(cells))
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

fn page(file: &File<'_>) -> Option<Page> {
    let all = scores(file)?;
    let mut page = Page::default();
    page.heading(all.profile.clone(), "");
    page.line(match all.is_true() {
        Some(true) => "  fingerprint ✓ true",
        Some(false) => "  fingerprint ✗ stale: the profile was edited since",
        None => "  fingerprint: none",
    });
    if let Some(why) = &all.refused {
        page.line(&format!("  no score: {why}"));
    }
    if let Some(why) = &all.provisional {
        page.line(&format!("  ⚠ {why}"));
    }
    if !all.parts.is_empty() {
        page.heading("made of", "");
        let wide = all.parts.iter().map(|part| part.profile.chars().count()).max().unwrap_or(0);
        for part in &all.parts {
            page.line(&format!("  {:wide$}  {}  {:>7}  weight {}", part.profile, bar(part.share), percent(part.share), part.weight));
        }
    }
    page.heading("scores", "");
    if all.inputs.is_empty() && all.against.is_empty() && all.refused.is_none() {
        page.line("  nothing to score: add `compliance.test_vectors`, or a file `*.gccp-tests.json`");
    }
    let wide = all.inputs.iter().map(|input| input.name.chars().count()).max().unwrap_or(0);
    let digits = all.inputs.iter().filter_map(|input| Some(input.score?.to_string().len())).max().unwrap_or(0);
    for input in &all.inputs {
        let told = match (input.score, &input.refused) {
            (Some(score), _) => {
                let parts: Vec<String> =
                    input.weights.iter().zip(&input.parts).map(|(weight, score)| format!("{weight} × {score}")).collect();
                let sum = if parts.is_empty() { String::new() } else { format!("  = {}", parts.join(" + ")) };
                let near = if input.near > 0 { format!("  ⚠ {} within 1e-9 of the threshold", input.near) } else { String::new() };
                format!("{}  {:digits$}{sum}{near}", bar(score.abs()), score.to_string()).trim_end().to_owned()
            }
            (None, Some(why)) => why.clone(),
            (None, None) => continue,
        };
        let line = format!("  {:wide$}  {told}", input.name);
        match input.span {
            Some(span) => page.field(span, &line, format!("{} pairs", input.pairs)),
            None => page.line(&line),
        }
    }
    for object in &all.against {
        page.heading(object.object.clone(), "");
        match &object.refused {
            Some(why) => page.line(&format!("  no score: {why}")),
            None => page.line(&format!("  documents: {}, pairs: {}, the best first", object.documents, object.pairs)),
        }
        let wide = object.best.iter().map(|best| best.id.chars().count()).max().unwrap_or(0);
        for best in &object.best {
            page.line(&format!("  {:wide$}  {}  {}", best.id, bar(best.score.abs()), best.score));
        }
    }
    Some(page)
}

/// A line above a profile's name: its fingerprint, and what it scores at best.
pub fn lenses(file: &File<'_>) -> Vec<CodeLens> {
    let Some(own) = file.facts().filter(|facts| is_profile(facts)).and_then(|facts| facts.profile_name.as_ref()) else { return Vec::new() };
    let Some(all) = scores(file) else { return Vec::new() };
    let mut titles = Vec::new();
    match all.is_true() {
        Some(true) => titles.push("✓ fingerprint".to_owned()),
        Some(false) => titles.push("✗ fingerprint stale".to_owned()),
        None => {}
    }
    match (&all.refused, &all.provisional) {
        (Some(why), _) => titles.push(format!("no score: {why}")),
        (None, Some(why)) => titles.extend(best_of(&all).map(|best| format!("{best}; {why}"))),
        (None, None) => titles.extend(best_of(&all)),
    }
    if titles.is_empty() {
        return Vec::new();
    }
    let page = file.view.profile.show_document.then(|| super::virtual_document::uri(&FORM, &file.uri()?)).flatten();
    let title = titles.join(" · ");
    let command = match page {
        Some(page) => super::virtual_document::show(&title, &page),
        None => Command { title, command: String::new(), arguments: None },
    };
    vec![CodeLens { range: file.places().range(own.span), command: Some(command), data: None }]
}

/// The best score in words: of the documents of objects where there are any, else of the inputs of tests.
fn best_of(all: &Scores) -> Option<String> {
    let documents = all.against.iter().flat_map(|object| object.best.iter().map(|best| (best.score, best.id.as_str())));
    let inputs = all.inputs.iter().filter_map(|input| Some((input.score?, input.name.as_str())));
    let best = |(score, name), count: usize, one: &str, many: &str| {
        format!("scores {score} on {name} ({count} {} in all)", if count == 1 { one } else { many })
    };
    let first = |a: &(f64, &str), b: &(f64, &str)| rank::order(*b, *a);
    match documents.max_by(first) {
        Some(found) => Some(best(found, all.against.iter().map(|object| object.documents).sum(), "document", "documents")),
        None => Some(best(inputs.max_by(first)?, all.inputs.len(), "input", "inputs")),
    }
}

/// The share of each weight behind it, and a mark at vectors that the next edit may decide the other way.
pub fn hints(file: &File<'_>, range: Range) -> Vec<InlayHint> {
    let places = file.places();
    let wanted = places.span(range);
    let hint = |span: Span, label: String, tooltip: String| InlayHint {
        position: places.position(span.end),
        label: InlayHintLabel::String(label),
        kind: None,
        text_edits: None,
        tooltip: Some(InlayHintTooltip::String(tooltip)),
        padding_left: Some(true),
        padding_right: None,
        data: None,
    };
    let mut hints: Vec<InlayHint> = weights(file)
        .into_iter()
        .filter(|(span, ..)| wanted.touches(span.end))
        .map(|(span, share, _)| hint(span, format!("{} {}", bar(share), percent(share)), "share of the sum of all weights".into()))
        .collect();
    let near = file.findings().iter().filter(|finding| finding.rule == "collapse/near-threshold");
    hints.extend(near.filter_map(|finding| {
        let span = finding.span.filter(|span| wanted.touches(span.end))?;
        Some(hint(span, "⚠ at the threshold".into(), finding.message.clone()))
    }));
    hints
}

/// Places of the weights of a profile, the share of each, and the name of its part.
fn weights(file: &File<'_>) -> Vec<(Span, f64, String)> {
    if !file.facts().is_some_and(|facts| is_profile(facts)) {
        return Vec::new();
    }
    let Some(tree) = file.json() else { return Vec::new() };
    let Some(list) = tree.root().and_then(|root| root.descend("/weights/superposition")) else { return Vec::new() };
    let found: Vec<(Span, f64, String)> = list
        .items()
        .filter_map(|item| {
            let weight = item.get("weight")?;
            let name = item.get("profile").and_then(|name| name.as_str()).unwrap_or_default().into_owned();
            Some((weight.span(), weight.as_f64().filter(|weight| *weight >= 0.0)?, name))
        })
        .collect();
    let sum: f64 = found.iter().map(|(_, weight, _)| weight).sum();
    if sum > 0.0 { found.into_iter().map(|(span, weight, name)| (span, weight / sum, name)).collect() } else { Vec::new() }
}

/// What a hover says of an `epsilon`: its threshold; and of a weight: its share among the others, and what its profile scores.
pub fn meaning(file: &File<'_>, offset: u32, text: &mut String) -> Option<Span> {
    let tree = file.json()?;
    let under = tree.at_offset(offset).map(|hit| hit.node);
    let is_ours = file.facts().and_then(|facts| facts.kind).is_some_and(|kind| kind.family() == "collapse");
    if let Some(node) = under.filter(|node| is_ours && node.key().is_some_and(|key| key == "epsilon"))
        && let Some(told) = node.as_f64().and_then(threshold)
    {
        let _ = writeln!(text, "{told}");
        return Some(node.span());
    }
    let weights = weights(file);
    let own = weights.iter().position(|(span, ..)| span.start <= offset && offset <= span.end)?;
    for (at, (_, share, name)) in weights.iter().enumerate() {
        let mark = if at == own { "**" } else { "" };
        let _ = writeln!(text, "- `{}` {} {mark}{name}{mark}", bar(*share), percent(*share));
    }
    let all = scores(file)?;
    let told: BTreeMap<&str, f64> = all.inputs.iter().filter_map(|input| Some((input.name.as_str(), *input.parts.get(own)?))).collect();
    for (name, score) in told.iter().take(8) {
        let _ = writeln!(text, "\nOn {name} this part scores {score}.");
    }
    weights.get(own).map(|(span, ..)| *span)
}

/// The threshold of a tolerance in words, for the hover of an `epsilon`.
fn threshold(epsilon: f64) -> Option<String> {
    let threshold = Threshold::of(epsilon).ok()?;
    Some(format!(
        "Pairs count when the cosine between them is at least {} (bits `{:016x}`): {:.4}°.",
        threshold.value(),
        threshold.bits(),
        epsilon.to_degrees()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_have_eight_cells_and_grow() {
        assert_eq!((bar(0.0), bar(0.5), bar(1.0)), ("········".into(), "████····".into(), "████████".into()));
        let all: Vec<String> = (0..=64).map(|step| bar(f64::from(step) / 64.0)).collect();
        assert!(all.iter().all(|bar| bar.chars().count() == 8), "{all:?}");
        assert!(all.windows(2).all(|pair| pair[0] != pair[1]));
        assert_eq!((bar(-3.0), bar(f64::NAN), bar(9.0)), (bar(0.0), bar(0.0), bar(1.0)));
    }
}
