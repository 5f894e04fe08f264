//! Lanes of weight packs in the JSON documents that speak of them: what a lane id means, how large a pack is and whether a document is
//! true to it, which ids may be written, and what each lane costs.

use std::{
    collections::{HashMap, HashSet},
    fmt::Write,
    sync::Arc,
};

use lsp_types::{CodeLens, Command, InlayHint, InlayHintLabel, InlayHintTooltip, Range};
use mx2lm_core::{
    diagnostic::Severity,
    hash::digest::hex,
    pack::{
        Class, Pack, PerClass,
        container::{BUDGET, Recipe, open, write},
        lane_id,
    },
    syntax::json::{Node, On, Tree},
    text::Span,
    workspace::{confine, index::FileState},
};

use super::{pack_form, subject::inner, virtual_document};
use crate::view::File;

/// Most packs of a workspace that are looked through for a lane.
const MOST_PACKS: usize = 64;

/// Most lane ids that are offered.
const MOST_IDS: usize = 2000;

/// The kinds whose texts are lane ids.
const KINDS: [&str; 4] = ["asx.pack.manifest.v1", "weights.v2c", "weights.v2", "weights.v2c.proof"];

fn kind(file: &File<'_>) -> Option<&'static str> {
    let own = file.facts()?.kind?;
    KINDS.into_iter().find(|name| own.is(name))
}

/// The packs of the workspace, that of the document first: the one of its stem, then those of its folder, then the others.
fn packs(file: &File<'_>) -> Vec<(Arc<str>, Arc<[u8]>)> {
    let index = file.snapshot().index();
    let folder = confine::folder_of(&file.path);
    let own = own_pack(file);
    let mut paths = index.of_kind("weights.v2c-bin");
    paths.sort_by_key(|path| (Some(path) != own.as_ref(), confine::folder_of(path) != folder, path.clone()));
    paths.truncate(MOST_PACKS);
    paths.into_iter().filter_map(|path| Some((path.clone(), file.snapshot().bytes(&path).ok()?))).collect()
}

/// The pack that a document is about: `X-bin` for `X.manifest.json` and `X.json`, else the only one of its folder.
fn own_pack(file: &File<'_>) -> Option<Arc<str>> {
    let index = file.snapshot().index();
    let stem = file.path.strip_suffix(".manifest.json").or_else(|| file.path.strip_suffix(".json"))?;
    if let FileState::Known(facts) = index.file(&format!("{stem}-bin")) {
        return Some(facts.path.clone());
    }
    let folder = confine::folder_of(&file.path);
    let mut beside: Vec<Arc<str>> =
        index.of_kind("weights.v2c-bin").into_iter().filter(|path| confine::folder_of(path) == folder).collect();
    let only = beside.pop();
    only.filter(|_| beside.is_empty())
}

/// The lane id that stands at an offset, and where. In documents of packs a symbol stands for its id; elsewhere a text counts when a pack has
/// such a lane.
fn lane_at(file: &File<'_>, tree: &Tree, offset: u32) -> Option<(String, Span)> {
    let hit = tree.at_offset(offset)?;
    let (text, span) = match hit.on {
        On::Key => (hit.node.key()?.into_owned(), hit.node.key_span()?),
        On::Value => (hit.node.as_str()?.into_owned(), hit.node.span()),
        On::Gap => return None,
    };
    match kind(file) {
        Some("weights.v2c") => {
            let id = match tree.at_pointer("/dict")?.get(&text) {
                Some(id) => id.as_str()?.into_owned(),
                None if hit.node.parent().and_then(|parent| parent.key()).as_deref() == Some("dict") => text,
                None => return None,
            };
            Some((id, inner(span)))
        }
        Some("weights.v2") => {
            let among = hit.node.parent().and_then(|parent| parent.key());
            let is_lane = hit.on == On::Key && matches!(among.as_deref(), Some("lanes" | "amp" | "temp" | "top_p" | "style"));
            (is_lane && text != "*").then(|| (text, inner(span)))
        }
        // A proof names its lane by the symbol that the pack beside it gives.
        Some("weights.v2c.proof") => {
            let key = hit.node.key()?;
            if key == "lane_id" {
                return Some((hit.node.as_str()?.into_owned(), inner(span)));
            }
            let named = key == "lane_sym";
            let bytes = own_pack(file).filter(|_| named).and_then(|path| file.snapshot().bytes(&path).ok())?;
            let id = open(&bytes).ok()?.lane_of_symbol(&hit.node.as_str()?)?.id.clone().into_owned();
            Some((id, inner(span)))
        }
        _ => Some((text, inner(span))),
    }
}

/// What the lane id at an offset means; the bytes it takes.
pub fn hover(file: &File<'_>, offset: u32, text: &mut String) -> Option<Span> {
    let tree = file.json()?;
    let (id, span) = lane_at(file, &tree, offset)?;
    let mut told = false;
    for (path, bytes) in packs(file) {
        let Ok(pack) = open(&bytes) else { continue };
        let Some(lane) = pack.lane(&id) else { continue };
        if told {
            let _ = writeln!(text, "\nAlso a lane of `{path}`.");
            break;
        }
        separate(text);
        let _ = writeln!(text, "{}\n- in `{path}`\n- `{}`", pack_form::about(&pack, lane), pack_form::shape(&pack, lane));
        told = true;
    }
    if !told {
        // In other documents a text is a lane id only when some pack says so.
        let own =
            kind(file).filter(|own| *own != "asx.pack.manifest.v1" || lane_id::wrong(&id).is_none() && is_lane_member(&tree, offset))?;
        separate(text);
        let class = Class::of(&id);
        let _ = writeln!(
            text,
            "`{id}`: class {}\n\n- fold weight {}, scale {} at first\n- {}",
            class.name(),
            class.fold_weight(),
            class.scale(),
            if own == "weights.v2" { "not packed yet" } else { "no pack of the workspace has this lane" }
        );
    }
    origin(&id, text);
    Some(span)
}

fn is_lane_member(tree: &Tree, offset: u32) -> bool {
    tree.at_offset(offset).is_some_and(|hit| hit.node.key().as_deref() == Some("id"))
}

fn separate(text: &mut String) {
    if !text.is_empty() {
        text.push_str("\n---\n\n");
    }
}

/// Where a lane comes from, read from its id.
fn origin(id: &str, text: &mut String) {
    let cut = |half: &str| half.rsplit_once('@').map(|(base, time)| (base.to_owned(), time.to_owned()));
    let mean = |half: &str| cut(half).filter(|(_, of)| matches!(of.as_str(), "row" | "col" | "all"));
    let told = match lane_id::halves(id) {
        Some((a, b)) => match (mean(a), mean(b)) {
            (Some((a, of)), Some((b, with))) if of == "all" && with == "all" => {
                format!("the mean of all interactions of windows of `{a}` with windows of `{b}`")
            }
            (None, Some((b, of))) if of == "row" => format!("the mean of the interactions of `{a}` with each window of `{b}`"),
            (Some((a, of)), None) if of == "col" => format!("the mean of the interactions of each window of `{a}` with `{b}`"),
            _ => format!("the interaction of `{a}` with `{b}`, sample by sample"),
        },
        None => match id.rsplit_once('@') {
            Some((base, "t*")) => format!("all windows of `{base}`, later ones weighted more"),
            Some((base, "early")) => format!("the first window of `{base}`"),
            Some((base, "mid")) => format!("the windows between the first and the last of `{base}`"),
            Some((base, "late")) => format!("the last window of `{base}`"),
            Some((base, "row" | "col" | "all")) => format!("a mean over interactions of `{base}`"),
            Some((base, window)) => format!("the window `{window}` of `{base}`"),
            None => "the whole stream, not cut by time".to_owned(),
        },
    };
    let _ = writeln!(text, "- from {told}");
}

/// The size of the pack that a document is about, its dimensions and root, and whether the two agree.
pub fn lenses(file: &File<'_>) -> Vec<CodeLens> {
    let Some(kind) = kind(file).filter(|kind| matches!(*kind, "asx.pack.manifest.v1" | "weights.v2c")) else { return Vec::new() };
    let Some(tree) = file.json().filter(|tree| tree.is_strict()) else { return Vec::new() };
    let Some(root) = tree.root().filter(|root| root.is_object()) else { return Vec::new() };
    let places = file.places();
    let range = places.range(Span::new(root.span().start, root.span().start + 1));
    let own = own_pack(file);
    let stored = own.as_ref().and_then(|path| file.snapshot().bytes(path).ok());
    let opened = stored.as_deref().and_then(|bytes| open(bytes).ok());
    let title = if kind == "weights.v2c" {
        let Some(compiled) = compiled(root) else { return Vec::new() };
        let Ok(pack) = open(&compiled) else { return Vec::new() };
        // Scales are tuned when a pack is compiled, so what is compared is what does not depend on them.
        let state = opened.as_ref().map(|other| if same_lanes(&pack, other) { "true" } else { "stale" });
        told(&pack, state.unwrap_or("not compiled yet"))
    } else {
        let Some(pack) = opened.as_ref() else { return Vec::new() };
        let of_it = ["pack/manifest", "pack/manifest-lanes", "pack/schema"];
        let wrong = file.findings().iter().any(|finding| of_it.contains(&&*finding.rule) && finding.severity == Severity::Error);
        told(pack, if wrong { "stale" } else { "true" })
    };
    let mut lenses = vec![CodeLens { range, command: Some(Command { title, command: String::new(), arguments: None }), data: None }];
    if let Some(pack) = own.as_ref().and_then(|path| file.other(path)).filter(|_| file.view.profile.show_document) {
        let offers = virtual_document::offers(&pack);
        lenses.extend(offers.into_iter().take(1).map(|offer| CodeLens {
            range,
            command: Some(virtual_document::show(offer.title, &offer.uri)),
            data: None,
        }));
    }
    lenses
}

fn told(pack: &Pack<'_>, state: &str) -> String {
    let root = pack.root().map_or("none".to_owned(), |root| format!("{}…", hex(root.get(..6).unwrap_or_default())));
    format!("{} of {} bytes · dims {} · root {root} · {state}", pack.bytes().len(), BUDGET, pack.dims())
}

/// Whether each lane of one pack decodes to what the other holds, to within a step of each.
fn same_lanes(a: &Pack<'_>, b: &Pack<'_>) -> bool {
    let theirs: HashMap<&str, _> = b.lanes().iter().map(|lane| (&*lane.id, lane)).collect();
    a.dims() == b.dims()
        && a.lanes().len() == b.lanes().len()
        && a.lanes().iter().all(|lane| {
            theirs.get(&*lane.id).is_some_and(|other| {
                let step = 1.0 / (32767.0 * a.scale(lane.class).min(b.scale(lane.class)));
                a.weights(lane).iter().zip(b.weights(other)).all(|(x, y)| (x - y).abs() <= step)
            })
        })
}

/// The pack that weights in JSON would make at the first scales.
fn compiled(root: Node<'_>) -> Option<Vec<u8>> {
    let dims = u16::try_from(root.get("dims")?.as_u64()?).ok()?;
    let dict = root.get("dict")?;
    let mut lanes = std::collections::BTreeMap::new();
    for (symbol, lane) in root.get("lanes")?.members() {
        let weights: Option<Vec<f64>> = lane.get("W")?.items().map(|weight| weight.as_f64()).collect();
        lanes.insert(dict.get(&symbol)?.as_str()?.into_owned(), weights?);
    }
    let scales = Some(PerClass::canonical_scales());
    write(&Recipe { dims, lanes, scales, audit: true, merkle: true, ..Recipe::default() }).ok()
}

/// What each lane costs, behind its id.
pub fn inlay_hints(file: &File<'_>, range: Range) -> Vec<InlayHint> {
    let Some(kind) = kind(file) else { return Vec::new() };
    let Some(tree) = file.json().filter(|tree| tree.is_strict()) else { return Vec::new() };
    let places = file.places();
    let wanted = places.span(range);
    let mut ids: Vec<(String, usize, Span)> = Vec::new();
    match kind {
        "asx.pack.manifest.v1" => {
            let Some(bytes) = own_pack(file).and_then(|path| file.snapshot().bytes(&path).ok()) else { return Vec::new() };
            let Ok(pack) = open(&bytes) else { return Vec::new() };
            let by_id: HashMap<&str, _> = pack.lanes().iter().map(|lane| (&*lane.id, lane)).collect();
            let listed = tree.at_pointer("/lanes").into_iter().flat_map(|lanes| lanes.items());
            for id in listed.filter_map(|lane| lane.get("id")).filter(|id| wanted.touches(id.span().end)) {
                if let Some((name, lane)) = id.as_str().and_then(|name| Some((name.clone(), by_id.get(&*name)?))) {
                    ids.push((name.into_owned(), pack_form::cost(lane), id.span()));
                }
            }
        }
        "weights.v2c" => {
            let dims = tree.at_pointer("/dims").and_then(|dims| dims.as_u64()).filter(|dims| *dims <= 65535).unwrap_or_default() as usize;
            let named = tree.at_pointer("/dict").into_iter().flat_map(|dict| dict.members());
            for (symbol, id) in named.filter(|(_, id)| wanted.touches(id.span().end)) {
                let Some(name) = id.as_str() else { continue };
                // payload, INDEX entry, pair in DICT
                let cost = 3 + 2 * dims + 41 + symbol.len() + symbol.len() + name.len() + 6;
                ids.push((name.into_owned(), cost, id.span()));
            }
        }
        _ => {}
    }
    let hint = |(id, cost, span): (String, usize, Span)| InlayHint {
        position: places.position(span.end),
        label: InlayHintLabel::String(format!("{cost} bytes")),
        kind: None,
        text_edits: None,
        tooltip: Some(InlayHintTooltip::String(format!(
            "what `{id}` takes of the {BUDGET} bytes of a pack: payload, INDEX entry and name"
        ))),
        padding_left: Some(true),
        padding_right: None,
        data: None,
    };
    ids.into_iter().map(hint).collect()
}

/// Whether a lane id is wanted at `path`, member by member.
pub fn wants_lane(file: &File<'_>, path: &[&str]) -> bool {
    match (kind(file), path) {
        (Some("asx.pack.manifest.v1"), ["lanes", _, "id"])
        | (Some("weights.v2c"), ["dict", _])
        | (Some("weights.v2c.proof"), ["lane_sym" | "lane_id"]) => true,
        (Some("weights.v2"), [.., knob]) => matches!(*knob, "amp" | "temp" | "top_p" | "style" | "lanes"),
        _ => false,
    }
}

/// The lane ids that may be written, with what is said of each: those of the packs, that of the document first, and the document's own.
///
/// `path` is where; as `lane_sym` a proof has the symbols of its pack.
pub fn ids(file: &File<'_>, path: &[&str]) -> Vec<(String, String)> {
    if path == ["lane_sym"] {
        return symbols(file).unwrap_or_default();
    }
    let mut ids: Vec<(String, String)> = Vec::new();
    let mut known = HashSet::new();
    let mut add = |id: &str, from: &str| {
        if ids.len() < MOST_IDS && known.insert(id.to_owned()) {
            ids.push((id.to_owned(), format!("{} · {from}", Class::of(id).name())));
        }
    };
    for (path, bytes) in packs(file) {
        if let Ok(pack) = open(&bytes) {
            pack.lanes_by_class().iter().for_each(|lane| add(&lane.id, &path));
        }
    }
    if let Some(tree) = file.json() {
        let own = tree.at_pointer("/lanes").filter(|lanes| lanes.is_object() && kind(file) == Some("weights.v2"));
        own.into_iter().flat_map(|lanes| lanes.members()).for_each(|(id, _)| add(&id, "this document"));
    }
    ids
}

/// The symbols of the pack that a proof is about, by lane id.
fn symbols(file: &File<'_>) -> Option<Vec<(String, String)>> {
    let path = own_pack(file)?;
    let bytes = file.snapshot().bytes(&path).ok()?;
    let pack = open(&bytes).ok()?;
    Some(pack.lanes_by_class().iter().map(|lane| (lane.symbol.to_owned(), format!("{} · {path}", lane.id))).collect())
}
