//! The manifest of a pack against the pack it is derived from: the binary wins, and each member that says otherwise is told
//! (rows D628–D676; `DECISIONS` 59, 62).

use std::{cell::OnceCell, sync::Arc};

use super::{
    compare::Comparison,
    manifest_alone,
    packs_hex::{GOOD_HEX, manifest},
};
use crate::{
    diagnostic::{Change, FileChange, Fix, Safety, Severity},
    document::facts::Facts,
    pack::{container::open, manifest as truth},
    rules::{Check, Docs, Example, Finding, Findings, On, Place, Rule},
    syntax::json::Node,
    text::Span,
    workspace::{confine, context::WorkspaceContext, index::FileState},
};

const MANIFEST: On = On::Kinds(&["asx.pack.manifest.v1"]);

pub(super) const GOOD: &[Example] = &[Example {
    note: "derived from the pack beside it",
    file: "a.weights.v2c.manifest.json",
    files: &[("a.weights.v2c.manifest.json", manifest!("1.35")), ("a.weights.v2c-bin", GOOD_HEX)],
}];

/// A manifest that says something else than its pack.
pub static DISAGREES: Rule = Rule {
    name: "pack/manifest",
    severity: Severity::Error,
    rows: &[
        "D630", "D633", "D637", "D638", "D639", "D640", "D641", "D643", "D647", "D648", "D649", "D650", "D651", "D652", "D653", "D654",
        "D655", "D657", "D664", "D665", "D668", "D670", "D671", "D672",
    ],
    on: MANIFEST,
    check: Check::Workspace(manifests),
    fix: Some(Safety::Hash),
    docs: Docs {
        what: "A member of a manifest that differs from what its pack holds: the binary of its own stem (`X.manifest.json` and `X-bin`), else the only one in its folder. Shares and scales may be rounded, to three decimals at least. Without a pack, members that contradict each other.",
        why: "The binary is law and the manifest explains it. People choose and compare packs by their manifests, and one of another pack, or of an older one, explains what is not there.",
        fix: "Write the manifest again from its pack: `mx2lm-lint pack manifest`, or `fix --hashes`.",
        bad: &[Example {
            note: "the scale of another pack",
            file: "a.weights.v2c.manifest.json",
            files: &[("a.weights.v2c.manifest.json", manifest!("1.27")), ("a.weights.v2c-bin", GOOD_HEX)],
        }],
        good: GOOD,
    },
};

/// A lane list that is not in order, or whose entries are not what their ids say.
pub static LANES: Rule = Rule {
    name: "pack/manifest-lanes",
    severity: Severity::Error,
    rows: &["D655", "D656", "D665"],
    on: MANIFEST,
    check: Check::Elsewhere,
    fix: Some(Safety::Hash),
    docs: Docs {
        what: "Lanes of a manifest that do not stand by class priority and then by id, that stand twice, or whose `class`, `temporal` or `dims` is not what the lane id and `core.dims` say.",
        why: "The list may be cut short, so its order is what makes it comparable: the first lanes are the ones that matter most.",
        fix: "Write the manifest again from its pack.",
        bad: &[Example {
            note: "the class of another lane",
            file: "a.weights.v2c.manifest.json",
            files: &[(
                "a.weights.v2c.manifest.json",
                r#"{"schema": "asx.pack.manifest.v1", "core": {"dims": 16}, "lanes": [{"id": "policyx", "class": "other", "dims": 16, "hash": ""}]}"#,
            )],
        }],
        good: GOOD,
    },
};

/// A manifest in an odd place or form.
pub static FORM: Rule = Rule {
    name: "pack/manifest-form",
    severity: Severity::Info,
    rows: &["D632", "D669"],
    on: MANIFEST,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "A manifest whose file name does not end in `.v2c.manifest.json`, whose members stand in another order than generated ones, or beside which no pack stands that it could be compared with.",
        why: "Tools find the pack by the name, and two manifests of one pack should be one text.",
        fix: "Rename the file after its pack, or write it again from the pack.",
        bad: &[Example {
            note: "no pack to compare with",
            file: "a.weights.v2c.manifest.json",
            files: &[("a.weights.v2c.manifest.json", manifest!("1.35"))],
        }],
        good: GOOD,
    },
};

/// The pack of a manifest.
enum Found {
    /// This file.
    Pack(Arc<Facts>),
    /// It is there and not to be opened, because of this.
    Closed(String),
    /// There is none, or there are several; the words say which.
    None(String),
}

fn pack_of(context: &WorkspaceContext<'_>) -> Found {
    let path = &*context.facts.path;
    if let Some(stem) = path.strip_suffix(".manifest.json") {
        let own = format!("{stem}-bin");
        match context.file(&own) {
            FileState::Known(facts) => return Found::Pack(facts),
            FileState::LinkOutside => {
                return Found::Closed(format!("`{own}` passes through a link that leaves the workspace: it is not opened"));
            }
            FileState::Unreadable => return Found::Closed(format!("`{own}` is there and cannot be read")),
            FileState::Missing => {}
        }
    }
    let folder = confine::folder_of(path);
    let mut beside: Vec<_> =
        context.of_kind("weights.v2c-bin").into_iter().filter(|facts| confine::folder_of(&facts.path) == folder).collect();
    match (beside.pop(), beside.len()) {
        (Some(only), 0) => Found::Pack(only),
        (None, _) => Found::None("there is no pack beside it".to_owned()),
        (_, more) => Found::None(format!("{} packs are beside it, and none has its name", more + 1)),
    }
}

fn manifests(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    let Some(tree) = context.json(&context.facts.path).filter(|tree| tree.is_strict() && tree.duplicates().is_empty()) else { return };
    let Some(root) = tree.root().filter(|root| root.is_object()) else { return };
    form(context, root, findings);
    manifest_alone::lanes(root, findings);
    manifest_alone::compatibility(&DISAGREES, root, findings);
    let place = || Place::opening(root);
    match pack_of(context) {
        Found::Pack(pack) => against(context, root, &pack, findings),
        Found::Closed(why) => {
            findings.push(Finding::new(&DISAGREES, place(), why).help("put the pack itself into the workspace, or make it readable"));
        }
        Found::None(why) => {
            let message = format!("{why}, so nothing in this manifest can be compared with a pack: unverifiable");
            let help = "put the pack beside it, under the same name with `-bin` for `.manifest.json`";
            findings.push(Finding::new(&FORM, place(), message).help(help));
            manifest_alone::check(root, findings);
        }
    }
}

/// Compares with the pack.
fn against(context: &WorkspaceContext<'_>, root: Node<'_>, facts: &Arc<Facts>, findings: &mut Findings) {
    let Ok(bytes) = context.bytes(&facts.path) else { return };
    let pack = match open(&bytes) {
        Ok(pack) => pack,
        Err(fault) => {
            let message = format!("`{}` is not a lawful pack ({}), so nothing here can be compared with it", facts.path, fault.name);
            findings.push(Finding::new(&FORM, Place::opening(root), message).help("correct the pack first").related(
                &facts.path,
                Place::new("/header", Span::new(0, 0)),
                "the pack",
            ));
            return;
        }
    };
    let before = findings.list.len();
    let mut comparison = Comparison { context, pack_path: &facts.path, digest: facts.digest, findings, told: 0, refused: OnceCell::new() };
    comparison.run(root, &pack);
    if let Some(first) = findings.list.get_mut(before) {
        let listed = root.get("lanes").map_or(0, |lanes| lanes.len());
        let text = truth::to_text(&truth::generate_with(&pack, listed));
        let change = Change::Replace(text.into_bytes());
        let fix = Fix {
            safety: Safety::Hash,
            title: format!("write the manifest again from `{}`", facts.path),
            changes: vec![FileChange { path: context.facts.path.clone(), change }],
        };
        first.fixes.push(fix);
    }
}

/// The members of a manifest in the order in which they are generated.
const IN_ORDER: &[(&str, &[&str])] = &[
    ("", &["schema", "derived_from", "core", "lane_classes", "temporal_layout", "saturation_audit", "lanes", "compatibility", "notes"]),
    ("/derived_from", &["binary_format", "merkle_root", "signature", "hash_alg"]),
    ("/core", &["version", "dims", "lane_budget_bytes", "adaptive_dims", "quant_format", "endianness"]),
    ("/lane_classes", &["policy", "attention", "preset", "interaction", "summary", "other"]),
    ("/saturation_audit", &["policy", "attention", "preset", "interaction", "summary", "other"]),
];

fn form(context: &WorkspaceContext<'_>, root: Node<'_>, findings: &mut Findings) {
    if !context.facts.path.ends_with(".v2c.manifest.json") {
        let message = "a manifest is recommended to be called after its pack, `weights.v2c.manifest.json` beside `weights.v2c-bin`";
        findings.push(Finding::new(&FORM, Place::opening(root), message).help("rename the file"));
    }
    for (pointer, order) in IN_ORDER {
        let Some(object) = root.tree().at_pointer(pointer).filter(|object| object.is_object()) else { continue };
        let known: Vec<(usize, Node<'_>)> =
            object.members().filter_map(|(name, node)| Some((order.iter().position(|known| **known == *name)?, node))).collect();
        if let Some([_, (_, late)]) = known.windows(2).find(|pair| matches!(pair, [(a, _), (b, _)] if a > b)) {
            let name = late.key().unwrap_or_default();
            let message = format!("`{name}` stands later here than in a generated manifest: two manifests of one pack are not one text");
            findings.push(Finding::new(&FORM, Place::key(*late), message).help("write the manifest again from its pack"));
            return;
        }
    }
}
