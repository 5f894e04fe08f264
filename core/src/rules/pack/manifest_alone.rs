//! What a manifest can be held to without its pack: that it does not contradict itself.

use super::{
    lane_id::shown,
    manifest::{DISAGREES, LANES},
};
use crate::{
    diagnostic::Severity,
    pack::{
        Class,
        arithmetic::{ratio_q16, round6},
        container::VERSION,
        dims, lane_id,
        manifest::is_rounding,
    },
    rules::{Finding, Findings, Place, Rule},
    syntax::json::Node,
};

/// What a lane's id shows after its last `@`, where that is a part of time (D656).
fn temporal(id: &str) -> Option<&str> {
    lane_id::time(id)?;
    id.rsplit_once('@').map(|(_, time)| time)
}

/// The order of the lanes, and what each says of its own id.
pub(super) fn lanes(root: Node<'_>, findings: &mut Findings) {
    let Some(list) = root.get("lanes").filter(|list| list.is_array()) else { return };
    let mut before: Option<(Class, String)> = None;
    let mut ordered = true;
    for lane in list.items() {
        let Some(id) = lane.get("id").and_then(|id| id.as_str()) else { continue };
        let class = Class::of(&id);
        if let Some(node) = lane.get("class")
            && let Some(declared) = node.as_str().and_then(|name| Class::named(&name))
            && declared != class
        {
            let message = format!("`{}` is of class `{}`: the first sign that its id shows counts", shown(&id), class.name());
            let help = format!("write `{}`", class.name());
            findings.push(Finding::new(&LANES, Place::value(node), message).help(help));
        }
        if let Some(node) = lane.get("temporal")
            && let Some(declared) = node.as_str()
            && temporal(&id) != Some(&*declared)
        {
            let message = match temporal(&id) {
                Some(time) => format!("the lane id `{}` ends in the part of time `{time}`", shown(&id)),
                None => format!("the lane id `{}` ends in no part of time", shown(&id)),
            };
            findings
                .push(Finding::new(&LANES, Place::value(node), message).help("write what follows the last `@` of the id, or leave it out"));
        }
        let key = (class, id.into_owned());
        if ordered && before.as_ref().is_some_and(|before| *before >= key) {
            ordered = false;
            let message = match before {
                Some(ref before) if *before == key => format!("the lane `{}` stands twice", shown(&key.1)),
                _ => format!(
                    "`{}` of class `{}` stands after `{}`: lanes stand by class priority, then by id",
                    shown(&key.1),
                    class.name(),
                    before.as_ref().map(|(_, id)| shown(id)).unwrap_or_default()
                ),
            };
            findings.push(Finding::new(&LANES, Place::opening(lane), message).help("write the manifest again from its pack"));
        }
        before = Some(key);
    }
}

/// Lanes of other dimensions than `core` says; told once where no lane has those of `core`.
fn dimensions(root: Node<'_>, findings: &mut Findings) {
    let Some(core) = root.get("core").and_then(|core| core.get("dims")?.as_u64()) else { return };
    let all: Vec<(Node<'_>, u64)> = root
        .get("lanes")
        .into_iter()
        .flat_map(|lanes| lanes.items())
        .filter_map(|lane| lane.get("dims").and_then(|node| Some((node, node.as_u64()?))))
        .collect();
    let most = if all.iter().any(|(_, dims)| *dims == core) { usize::MAX } else { 1 };
    for (node, dims) in all.iter().filter(|(_, dims)| *dims != core).take(most) {
        let message = format!("the lane has {dims} dimensions, and `core` says {core}: all lanes of a pack have the same");
        findings.push(Finding::new(&LANES, Place::value(*node), message).help("write the dimensions of the pack"));
    }
}

/// `merge_allowed` follows from the level (D658); told under `rule`.
pub(super) fn compatibility(rule: &'static Rule, root: Node<'_>, findings: &mut Findings) {
    let Some(block) = root.get("compatibility") else { return };
    let (Some(level), Some(node)) = (block.get("level").and_then(|level| level.as_u64()), block.get("merge_allowed")) else { return };
    if let Some(allowed) = node.as_bool()
        && level <= 3
        && allowed != (level <= 2)
    {
        let message = format!("`merge_allowed` is {allowed} at level {level}: packs merge at the levels 0, 1 and 2");
        findings.push(Finding::new(rule, Place::value(node), message).help(format!("write `{}`", level <= 2)));
    }
}

/// Members that contradict each other or every pack there is.
pub(super) fn check(root: Node<'_>, findings: &mut Findings) {
    dimensions(root, findings);
    let mut tell = |severity: Severity, node: Node<'_>, message: String, help: &str| {
        findings.push(Finding::new(&DISAGREES, Place::value(node), message).severity(severity).help(help));
    };
    let at = |pointer: &str| root.tree().at_pointer(pointer);
    if let Some(node) = at("/derived_from/hash_alg")
        && node.as_str().is_some_and(|name| name != "sha256")
    {
        tell(
            Severity::Warning,
            node,
            format!("`hash_alg` is {}, and the leaves and the root of every pack are SHA-256", node.raw()),
            "write `sha256`",
        );
    }
    if let Some(node) = at("/core/version")
        && let Some(version) = node.as_str()
        && version != format!("{}.{}", VERSION >> 8, VERSION & 0xff)
    {
        tell(
            Severity::Warning,
            node,
            format!("no pack has the version `{version}`: the header knows 1.0 alone"),
            "write the version of the pack's header",
        );
    }
    for (pointer, digits) in [("/derived_from/merkle_root", Some(64)), ("/derived_from/signature", None)] {
        if let Some(node) = at(pointer) {
            digits_or_empty(node, digits, &mut tell);
        }
    }
    for lane in root.get("lanes").into_iter().flat_map(|lanes| lanes.items()) {
        if let Some(node) = lane.get("hash") {
            digits_or_empty(node, Some(64), &mut tell);
        }
    }
    let dims = at("/core/dims").and_then(|node| node.as_u64());
    let mut lanes = Some(0u64);
    for class in Class::ALL {
        let Some(entry) = at(&format!("/lane_classes/{}", class.name())) else {
            lanes = None;
            continue;
        };
        let count = entry.get("count").and_then(|node| node.as_u64());
        lanes = lanes.zip(count).and_then(|(sum, count)| sum.checked_add(count));
        if let (Some(scale), Some(node)) = (entry.get("qscale").and_then(|node| node.as_f64()), entry.get("auto_tuned"))
            && node.as_bool().is_some_and(|tuned| tuned != (round6(scale) != class.scale()))
        {
            let message = format!(
                "`auto_tuned` is {}, and the scale {scale} is {}the one that `{}` begins with, {}",
                node.raw(),
                if round6(scale) == class.scale() { "" } else { "not " },
                class.name(),
                class.scale()
            );
            tell(Severity::Error, node, message, "say whether the scale was tuned away from its beginning");
        }
        audit(class, at(&format!("/saturation_audit/{}", class.name())), count.zip(dims), &mut tell);
    }
    if let (Some(lanes), Some(dims), Some(node)) = (lanes, dims, at("/core/adaptive_dims")) {
        let chosen = usize::try_from(lanes).map_or(16, dims::choose);
        if node.as_bool().is_some_and(|adaptive| adaptive != (u64::from(chosen) == dims)) {
            let message =
                format!("`adaptive_dims` is {}, and {lanes} lanes lead to {chosen} dimensions where there are {dims}", node.raw());
            tell(Severity::Error, node, message, "say whether the dimensions are those that the number of lanes leads to");
        }
    }
}

fn digits_or_empty(node: Node<'_>, wanted: Option<usize>, tell: &mut dyn FnMut(Severity, Node<'_>, String, &str)) {
    let Some(text) = node.as_str() else { return };
    let lower = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if text == "hex" {
        tell(Severity::Warning, node, "`hex` is the placeholder of an illustration".to_owned(), "write the digits that the pack holds");
    } else if !(text.is_empty() || lower && wanted.map_or(text.len() % 2 == 0, |wanted| text.len() == wanted)) {
        let digits = wanted.map_or("pairs of".to_owned(), |wanted| wanted.to_string());
        let message = format!("`{}` is not {digits} lower-case hexadecimal digits", shown(&text));
        tell(Severity::Error, node, message, "write the digits that the pack holds");
    }
}

fn audit(class: Class, entry: Option<Node<'_>>, size: Option<(u64, u64)>, tell: &mut dyn FnMut(Severity, Node<'_>, String, &str)) {
    let Some(entry) = entry else { return };
    let number = |name: &str| entry.get(name).and_then(|node| node.as_u64().zip(Some(node)));
    let (Some((samples, node)), Some((clipped, clipped_node))) = (number("samples"), number("clipped")) else { return };
    if let Some(wanted) = size.and_then(|(count, dims)| count.checked_mul(dims))
        && samples != wanted
    {
        let message = format!("`{}` counts {samples} samples, and its lanes have {wanted}", class.name());
        tell(Severity::Error, node, message, "write lanes times dimensions");
    }
    if clipped > samples {
        let message = format!("{clipped} samples of `{}` are clipped, of {samples}", class.name());
        tell(Severity::Error, clipped_node, message, "write the counts of the audit");
        return;
    }
    let (Ok(samples), Ok(clipped)) = (u32::try_from(samples), u32::try_from(clipped)) else { return };
    let truth = round6(f64::from(ratio_q16(clipped, samples)) / 65535.0);
    if let Some(node) = entry.get("clip_ratio").filter(|node| !is_rounding(*node, truth)) {
        let message = format!("{clipped} of {samples} samples are a share of {truth}, and this says {}", node.raw());
        tell(Severity::Error, node, message, "write the share of the audit, six decimals");
    }
}
