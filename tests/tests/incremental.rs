//! An engine that is told of edits one by one says what a fresh run over the same bytes says.

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use mx2lm_core::{
    diagnostic::Diagnostic,
    hash::Digest,
    map::HashSet,
    workspace::{
        config::Config,
        engine::{Engine, Settings},
    },
};
use proptest::prelude::*;

const FILES: &[&str] = &[
    "a.object.json",
    "b.object.json",
    "sub/c.object.json",
    "p.json",
    "sub/p.json",
    "P.json",
    "t.svg",
    "team.agent.json",
    "x.pi-profile.json",
    "hashes.json",
];
const IDS: &[&str] = &["object://t/one", "object://t/two", "object://t/tow", "object://ai/agent/x", "object://ai/orchestrator/live-demo"];
const PAYLOADS: &[&str] = &["p.json", "./p.json", "../p.json", "t.svg", "sub/p.json", "P.json", "gone.bin", "../../out"];
const BODIES: &[&str] = &[
    "{\"a\": 1}\n",
    "{\"a\": 1}",
    "{\"b\": [1, 2]}\n",
    "{\"a\": 1,}",
    "not json",
    "{\"error\": {\"category\": \"weather\"}}",
    "{\"id\": \"object://t/one\", \"payload\": {\"location\": \"p.json\"}, \"projections\": 1}",
    "<svg xmlns=\"http://www.w3.org/2000/svg\"><path d=\"M0 0L1 1\"/></svg>",
    // whether it runs in a circle depends on the tolerance of the curve
    "<svg xmlns=\"http://www.w3.org/2000/svg\"><path d=\"M0 0Q4 4 8 0\"/><path d=\"M4 2L0 0\"/></svg>",
    "{\"p.json\": \"sha256:f9d86028c6e0d64e225186f96acb69338b2c59764df79162107f5c4bb34d1310\", \"gone.bin\": \"sha256:\"}\n",
    "",
];

/// A text some file of the workspace may hold.
fn text() -> impl Strategy<Value = String> {
    let descriptor = (0..IDS.len(), 0..PAYLOADS.len(), 0..BODIES.len(), any::<bool>(), any::<bool>()).prop_map(|(id, payload, body, deep, coarse)| {
        let (id, location, hash) = (IDS[id], PAYLOADS[payload], Digest::of(BODIES[body].as_bytes()));
        let emit = if deep { "@payload.a" } else { "@payload" };
        let tolerance = if coarse { "\"epsilon\": 1, " } else { "" };
        format!(
            r#"{{"$schema": "object://schema/object.v1", "id": "{id}", {tolerance}"hash": "{hash}", "payload": {{"type": "json", "mime": "application/json", "location": "{location}"}}, "authority": "none", "projections": {{"default": {{"type": "json", "emit": {{"v": "{emit}"}}}}}}}}"#
        )
    });
    let team = (0..IDS.len(), 0..IDS.len()).prop_map(|(id, agent)| {
        format!(r#"{{"$schema": "object://schema/ai.orchestrator.v1", "id": "{}", "agents": ["{}"]}}"#, IDS[id], IDS[agent])
    });
    let pinned = (0..IDS.len(), 0..BODIES.len()).prop_map(|(id, body)| {
        let hash = Digest::of(BODIES[body].as_bytes());
        format!(r#"{{"$schema": "object://schema/ai.orchestrator.v1", "id": "{}", "agents": ["object://t/{hash}"]}}"#, IDS[id])
    });
    let profile = any::<bool>().prop_map(|known| {
        let other = if known { "tone" } else { "tune" };
        format!(r#"{{"meta": {{"name": "tone"}}, "vectorizer": {{}}, "weights": {{"superposition": [{{"profile": "{other}"}}]}}}}"#)
    });
    let body = (0..BODIES.len()).prop_map(|body| BODIES[body].to_owned());
    prop_oneof![4 => descriptor, 1 => team, 1 => pinned, 1 => profile, 4 => body]
}

#[derive(Debug, Clone)]
enum Step {
    /// The editor's text replaces the file's.
    Type(usize, String),
    /// The editor closes the file.
    Close(usize),
    /// Somebody else writes the file.
    Write(usize, String),
    /// Somebody else removes the file.
    Remove(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let file = 0..FILES.len();
    prop_oneof![
        4 => (file.clone(), text()).prop_map(|(file, text)| Step::Type(file, text)),
        2 => file.clone().prop_map(Step::Close),
        3 => (file.clone(), text()).prop_map(|(file, text)| Step::Write(file, text)),
        1 => file.prop_map(Step::Remove),
    ]
}

fn load(root: &Path, overlay: &BTreeMap<Arc<str>, Arc<[u8]>>, incremental: bool) -> Engine {
    let settings = Settings { named: HashSet::default(), folders: &[], overlay: overlay.clone(), incremental, progress: &|_| {} };
    Engine::load(root, Config::default(), settings)
}

fn told(findings: &[Diagnostic]) -> Vec<String> {
    findings.iter().map(|d| format!("{} {} {} {:?} {}", d.path, d.rule, d.locator, d.span, d.message)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn edits_one_by_one_equal_a_fresh_run(steps in prop::collection::vec(step(), 1..24)) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        fs::write(root.join("mx2lm.toml"), "").unwrap();
        fs::create_dir(root.join("sub")).unwrap();
        let mut overlay: BTreeMap<Arc<str>, Arc<[u8]>> = BTreeMap::new();
        let mut engine = load(&root, &overlay, true);
        // What a client that only listens to changes would show.
        let mut shown: BTreeMap<Arc<str>, Vec<Diagnostic>> = BTreeMap::new();
        for step in steps {
            let file = match &step {
                Step::Type(file, _) | Step::Close(file) | Step::Write(file, _) | Step::Remove(file) => *file,
            };
            let path: Arc<str> = FILES[file].into();
            match step {
                Step::Type(_, text) => {
                    overlay.insert(path.clone(), text.into_bytes().into());
                }
                Step::Close(_) => {
                    overlay.remove(&path);
                }
                Step::Write(_, text) => fs::write(root.join(&*path), text).unwrap(),
                Step::Remove(_) => {
                    let _ = fs::remove_file(root.join(&*path));
                }
            }
            let changed = engine.update(&path, overlay.get(&path).cloned());
            for path in &changed {
                shown.insert(path.clone(), engine.report_on(&HashSet::from_iter([path.clone()])));
            }
            let fresh = load(&root, &overlay, false).report();
            prop_assert_eq!(told(&engine.report()), told(&fresh));
            let mut listened: Vec<_> = shown.values().flatten().cloned().collect();
            listened.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
            prop_assert_eq!(told(&listened), told(&fresh), "what was not announced as changed");
        }
    }
}
