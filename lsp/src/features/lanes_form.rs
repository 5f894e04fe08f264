//! A pack of lanes, field by field: name, value, and what the value stands for.

use mx2lm_core::scxq2::{
    inspect::{Outline, Run},
    layout::Part,
    pack::Pack,
};

use super::{
    page::{Page, hex},
    virtual_document::{Form, itself},
};
use crate::view::File;

/// Most items of a lane that are shown from its start; around findings further ones are.
const ITEMS: usize = 2000;
/// Items shown before and after a finding.
const AROUND: usize = 3;

/// The form.
pub const FORM: Form = Form { name: "lanes", title: "show the lanes", page, depends: itself };

fn page(file: &File<'_>) -> Option<Page> {
    if !file.path.ends_with(".scxq2") || !file.bytes.starts_with(b"SCXQ2S") {
        return None;
    }
    let mut page = Page::default();
    page.heading(file.path.to_string(), &format!("{} bytes: a drawing as lanes of numbers", file.bytes.len()));
    match Pack::open(&file.bytes).and_then(|pack| Ok((pack.decode()?, pack))) {
        Ok((decoded, pack)) => {
            let roots = pack.roots(&decoded);
            page.line(&format!(
                "lawful: {} elements, {} vertices, {} edges",
                decoded.model.elements.len(),
                decoded.graph.len(),
                decoded.model.segments()
            ));
            page.line(&format!("canonical text  {}", roots.canonical_svg_hash));
            for (lane, digest) in roots.lanes.iter() {
                page.line(&format!("lane {lane}          {digest}  {}", lane.holds()));
            }
            page.line(&format!("Merkle root     {}", roots.root));
        }
        Err(rejection) => page.line(&format!("refused: {rejection}")),
    }
    page.line("");
    page.line(&format!("  {:>7}  {:<17}  {:<26} {:<9}  stands for", "byte", "as stored", "field", "value"));
    let outline = Outline::of(&file.bytes);
    let places: Vec<usize> = file.findings().iter().filter_map(|finding| Some(finding.span?.start as usize)).collect();
    for run in &outline.runs {
        section(&mut page, &outline, *run, &places, &file.bytes);
    }
    Some(page)
}

fn title(part: Part) -> String {
    match part {
        Part::Header => "header".to_owned(),
        Part::Toc => "table of contents".to_owned(),
        Part::LaneHeader(lane) => format!("lane {lane}: header"),
        Part::Items(lane) => format!("lane {lane}: {}", lane.holds()),
        Part::Coords => "lane G: coordinates".to_owned(),
    }
}

fn section(page: &mut Page, outline: &Outline<'_>, run: Run, places: &[usize], bytes: &[u8]) {
    let detail = match (run.count, run.part.item_bytes()) {
        (1, bytes) => format!("{bytes} bytes from byte {}", run.base),
        (count, bytes) => format!("{count} × {bytes} bytes from byte {}", run.base),
    };
    page.heading(title(run.part), &detail);
    let end = run.base + run.count * run.part.item_bytes();
    let mut marked: Vec<usize> =
        places.iter().filter(|place| (run.base..end).contains(*place)).map(|place| (*place - run.base) / run.part.item_bytes()).collect();
    marked.sort_unstable();
    marked.dedup();
    let mut shown: Vec<usize> = (0..run.count.min(ITEMS)).collect();
    for item in marked {
        let from = item.saturating_sub(AROUND).max(shown.last().map_or(0, |last| last + 1));
        shown.extend(from..(item + AROUND + 1).min(run.count));
    }
    let mut next = 0;
    for item in shown {
        if item > next {
            page.line(&format!("  … {} items", item - next));
        }
        next = item + 1;
        for field in outline.values(run, item) {
            let raw = hex(bytes.get(field.span.range()).unwrap_or_default(), 6);
            let reading = field.reading.map(|reading| format!("  {reading}")).unwrap_or_default();
            let text = format!("  {:>7}  {raw:<17}  {:<26} {:<9}{reading}", field.span.start, field.locator, field.text);
            page.field(field.span, text.trim_end(), format!("`{}`: {}", field.locator, field.about));
        }
    }
    if next < run.count {
        page.line(&format!("  … {} items", run.count - next));
    }
}
