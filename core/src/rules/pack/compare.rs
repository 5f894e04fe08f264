//! A manifest, member by member, against the one that its pack gives.

use std::{
    cell::OnceCell,
    collections::{HashMap, HashSet},
    sync::Arc,
};

use serde_json::Value;

use super::{lane_id::shown, manifest::DISAGREES};
use crate::{
    diagnostic::{Fix, Safety, Severity},
    document::schema,
    hash::digest::Digest,
    pack::{Pack, manifest as truth},
    rules::{Finding, Findings, Place},
    syntax::json::Node,
    workspace::context::WorkspaceContext,
};

/// Most findings on one manifest.
const MOST: usize = 64;

/// One manifest and its pack.
pub(super) struct Comparison<'a, 'f> {
    pub context: &'a WorkspaceContext<'a>,
    pub pack_path: &'a Arc<str>,
    pub digest: Digest,
    pub findings: &'f mut Findings,
    pub told: usize,
    /// Values that the schema refuses, by pointer: it has spoken there. Asked for when there is something to tell.
    pub refused: OnceCell<HashSet<String>>,
}

fn refused(context: &WorkspaceContext<'_>, node: Node<'_>) -> HashSet<String> {
    let (Some(kind), Some(root)) = (context.facts.kind, node.tree().root()) else { return HashSet::new() };
    schema::validate(kind, root).into_iter().filter(|finding| !finding.on_key).map(|finding| finding.pointer).collect()
}

impl Comparison<'_, '_> {
    /// Tells each member that says something else than the pack.
    pub(super) fn run(&mut self, root: Node<'_>, pack: &Pack<'_>) {
        let all = truth::generate_with(pack, pack.lanes().len());
        for (name, node) in root.members() {
            match &*name {
                // What the schema holds, what no pack holds, and what has a check of its own.
                "schema" | "notes" | "compatibility" => {}
                "lanes" => self.lanes(node, all.get("lanes")),
                name => match all.get(name) {
                    Some(wanted) => self.value(node, wanted),
                    None => self.absent(node, name),
                },
            }
        }
    }

    fn tell(&mut self, severity: Severity, node: Node<'_>, message: String, wanted: Option<&Value>) {
        if self.told >= MOST || self.refused.get_or_init(|| refused(self.context, node)).contains(&node.pointer()) {
            return;
        }
        self.told += 1;
        let mut finding = Finding::new(&DISAGREES, Place::value(node), message)
            .severity(severity)
            .help("write the manifest again from its pack: the binary wins")
            .related(self.pack_path, Place::document(), "the pack");
        if let Some(wanted) = wanted {
            let title = format!("write what the pack holds: `{}`", shown(&wanted.to_string()));
            finding = finding.fix(Fix::replace(Safety::Hash, title, &self.context.facts.path, node.span(), wanted.to_string()));
        }
        self.findings.push(finding);
    }

    /// A part that the pack has nothing to tell of.
    fn absent(&mut self, node: Node<'_>, name: &str) {
        match name {
            "temporal_layout" => {
                for (inner, member) in node.members() {
                    let empty = match &*inner {
                        "windows" => member.is_array() && member.is_empty(),
                        "interaction_matrix" => {
                            member.get("shape").is_none_or(|shape| shape.as_str().as_deref() == Some("none"))
                                && member.get("effective_lanes").is_none_or(|count| count.as_u64() == Some(0))
                        }
                        _ => false,
                    };
                    if !empty {
                        self.tell(Severity::Error, member, format!("`{inner}` tells of time, and no lane id of the pack does"), None);
                    }
                }
            }
            "saturation_audit" => {
                self.tell(Severity::Error, node, "the pack holds no audit that these counts could come from".to_owned(), None);
            }
            // Unknown members are told by the schema.
            _ => {}
        }
    }

    fn value(&mut self, node: Node<'_>, wanted: &Value) {
        match wanted {
            Value::Object(members) if node.is_object() => {
                for (name, member) in node.members() {
                    match members.get(&*name) {
                        Some(wanted) => self.value(member, wanted),
                        None => self.extra(member, &name),
                    }
                }
            }
            // Another type is told by the schema.
            Value::Object(_) => {}
            Value::Number(number) if number.is_f64() => {
                if node.number_text().is_some() && !number.as_f64().is_some_and(|truth| truth::is_rounding(node, truth)) {
                    self.differs(node, wanted);
                }
            }
            wanted => {
                // Lists of windows are compared as a whole.
                let found = node.to_value();
                let same_number = wanted.as_f64().is_some_and(|truth| found.as_f64() == Some(truth));
                let told_by_schema = std::mem::discriminant(&found) != std::mem::discriminant(wanted);
                if found != *wanted && !same_number && !told_by_schema {
                    self.differs(node, wanted);
                }
            }
        }
    }

    fn differs(&mut self, node: Node<'_>, wanted: &Value) {
        let name = node.key().map_or_else(|| "the value".to_owned(), |name| format!("`{name}`"));
        let message = format!("{name} is {}, and `{}` has {}", shown(node.raw()), self.pack_path, shown(&wanted.to_string()));
        self.tell(Severity::Error, node, message, Some(wanted));
    }

    /// A member that a generated manifest of this pack does not have.
    fn extra(&mut self, node: Node<'_>, name: &str) {
        match name {
            "binary_hash" => {
                let Some(declared) = node.as_str() else { return };
                let truth = self.digest.to_string();
                let bare = truth.trim_start_matches("sha256:");
                let digits = declared.trim_start_matches("sha256:");
                if digits.len() == 64 && digits != bare {
                    let wanted = if declared.starts_with("sha256:") { truth.clone() } else { bare.to_owned() };
                    let message = format!("`binary_hash` is the hash of another file: `{}` has `{wanted}`", self.pack_path);
                    self.tell(Severity::Error, node, message, Some(&Value::String(wanted)));
                }
            }
            "decay" => {
                let message = "no lane of the pack combines its windows, so none has a decay".to_owned();
                self.tell(Severity::Warning, node, message, None);
            }
            _ => {}
        }
    }

    fn lanes(&mut self, list: Node<'_>, all: Option<&Value>) {
        let all: &[Value] = all.and_then(Value::as_array).map_or(&[], Vec::as_slice);
        let id_of = |lane: &Value| lane.get("id").and_then(Value::as_str).map(str::to_owned).unwrap_or_default();
        let by_id: HashMap<String, (usize, &Value)> = all.iter().enumerate().map(|(at, lane)| (id_of(lane), (at, lane))).collect();
        let mut known = true;
        let mut ids = Vec::new();
        for lane in list.items() {
            let Some((node, id)) = lane.get("id").and_then(|node| Some((node, node.as_str()?))) else {
                // What stands in its place cannot be known.
                known = false;
                continue;
            };
            let Some((place, wanted)) = by_id.get(&*id) else {
                known = false;
                self.tell(Severity::Error, node, format!("`{}` has no lane `{}`", self.pack_path, shown(&id)), None);
                continue;
            };
            for name in ["dims", "hash", "saturation"] {
                match (lane.get(name), wanted.get(name)) {
                    (Some(found), Some(wanted)) => self.value(found, wanted),
                    (Some(found), None) => {
                        let message =
                            format!("the audit of the pack does not count `{}`, so nothing is known of its saturation", shown(&id));
                        self.tell(Severity::Error, found, message, None);
                    }
                    (None, _) => {}
                }
            }
            ids.push((id.into_owned(), *place));
        }
        let skipped = ids.iter().enumerate().find(|(at, (_, place))| at != place);
        let sorted = ids.is_sorted_by(|(_, a), (_, b)| a < b);
        if let (Some((wanted, (id, _))), true, true) = (skipped.and_then(|(at, found)| Some((all.get(at)?, found))), known, sorted) {
            let message = format!(
                "the list goes on with `{}` where the pack's next lane is `{}`: it may be cut short, and skips nothing",
                shown(id),
                shown(&id_of(wanted))
            );
            self.tell(Severity::Warning, list, message, None);
        }
    }
}
