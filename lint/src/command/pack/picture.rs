//! `pack plot`: weights as a heat map, a row a lane, and the bytes as one bar against the budget.

use std::process::ExitCode;

use mx2lm_core::pack::container::{BUDGET, Lane, Section};
use mx2lm_core::pack::{Class, Pack};

use super::{opened, read};
use crate::cli::pack::PlotArgs;
use crate::output::{Failure, apart, to_file};
use crate::plot::{Anchor, BLACK, BLUE, GREEN, GREY, ORANGE, PALE, PURPLE, SKY, Sheet, Stroke, VERMILLION, YELLOW};

/// More than these are told in words.
const MOST_ROWS: usize = 160;
const MOST_COLUMNS: usize = 256;
/// Longer lane ids are told by their beginning and end.
const MOST_LETTERS: usize = 120;
const ROW: f64 = 14.0;
const MARGIN: f64 = 24.0;
const MAP_WIDTH: f64 = 640.0;

/// Runs the command.
pub fn plot(arguments: &PlotArgs) -> Result<ExitCode, Failure> {
    let bytes = read(&arguments.pack)?;
    let pack = opened(&arguments.pack, &bytes)?;
    let name = arguments.pack.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let picture = draw(&pack, &name).bytes(&arguments.output).map_err(Failure::Refused)?;
    apart([&*arguments.pack], &arguments.output)?;
    to_file(&arguments.output, &picture)?;
    Ok(ExitCode::SUCCESS)
}

fn class_colour(class: Class) -> &'static str {
    match class {
        Class::Policy => VERMILLION,
        Class::Attention => BLUE,
        Class::Preset => GREEN,
        Class::Interaction => PURPLE,
        Class::Summary => YELLOW,
        Class::Other => GREY,
    }
}

fn section_colour(section: Section) -> &'static str {
    match section {
        Section::Header => BLACK,
        Section::Dict => BLUE,
        Section::Index => SKY,
        Section::Data => ORANGE,
        Section::Qscale => PURPLE,
        Section::Audit => GREEN,
        Section::Merkle => YELLOW,
        Section::Signature => VERMILLION,
    }
}

/// White at 0, towards blue below it and towards orange above; full colour at `peak`, so that small packs are not all white.
fn heat(stored: i16, peak: u16) -> String {
    let share = (f64::from(stored.unsigned_abs()) / f64::from(peak.max(1))).min(1.0);
    let (red, green, blue) = if stored < 0 { (0.0, 90.0, 181.0) } else { (213.0, 94.0, 0.0) };
    let mix = |channel: f64| (255.0 + (channel - 255.0) * share).round() as u8;
    format!("#{:02x}{:02x}{:02x}", mix(red), mix(green), mix(blue))
}

fn draw(pack: &Pack<'_>, name: &str) -> Sheet {
    let lanes = pack.lanes_by_class();
    let shown = lanes.get(..lanes.len().min(MOST_ROWS)).unwrap_or_default();
    let longest = shown.iter().map(|lane| lane.id.chars().count()).max().unwrap_or(0);
    let left = MARGIN + 92.0 + (longest.min(MOST_LETTERS) as f64 * 6.4).max(40.0);
    let top = 86.0;
    let bottom = top + shown.len() as f64 * ROW;
    let (width, height) = (left + MAP_WIDTH + 90.0, bottom + 187.0);
    let mut sheet = Sheet::new(width, height, &format!("weights and bytes of {name}"));
    let used = pack.bytes().len();
    sheet.text([MARGIN, 28.0], 16.0, Anchor::Start, name);
    let over = if used > BUDGET { ", over budget" } else { "" };
    let line = format!("{} lanes of {} dims · {used} of {BUDGET} bytes{over}", lanes.len(), pack.dims());
    sheet.text([MARGIN, 48.0], 12.0, Anchor::Start, &line);
    sheet.text([left + MAP_WIDTH + 8.0, top - 8.0], 10.0, Anchor::Start, "clipped");
    let columns = usize::from(pack.dims()).min(MOST_COLUMNS);
    let cell = MAP_WIDTH / columns.max(1) as f64;
    sheet.text([left - 8.0, top - 8.0], 10.0, Anchor::End, "slot");
    // Marks at least 36 apart, every 8 slots or a power of two times that.
    let step = (0..6).map(|power| 8usize << power).find(|step| *step as f64 * cell >= 36.0).unwrap_or(columns.max(1));
    for column in (0..columns).step_by(step) {
        sheet.text([left + column as f64 * cell, top - 8.0], 10.0, Anchor::Start, &column.to_string());
    }
    let peak = shown.iter().flat_map(|lane| pack.stored(lane).take(columns)).map(i16::unsigned_abs).max().unwrap_or(0).clamp(1, 32767);
    for (row, lane) in shown.iter().enumerate() {
        let first = row == 0 || shown.get(row - 1).is_some_and(|before| before.class != lane.class);
        self::row(&mut sheet, pack, lane, [left, top + row as f64 * ROW], Grid { cell, columns, peak }, first);
    }
    sheet.rect([left, top], [MAP_WIDTH, bottom - top], None, Some(Stroke::new(GREY, 1.0)));
    let mut below = bottom + 16.0;
    if shown.len() < lanes.len() || columns < usize::from(pack.dims()) {
        let words = format!("shown are {} of {} lanes and {columns} of {} slots", shown.len(), lanes.len(), pack.dims());
        sheet.text([left, below], 11.0, Anchor::Start, &words);
        below += 16.0;
    }
    legend(&mut sheet, [left, below + 4.0], peak);
    bar(&mut sheet, pack, [MARGIN, below + 78.0], width - 2.0 * MARGIN);
    sheet
}

/// How weights are laid out and coloured.
#[derive(Clone, Copy)]
struct Grid {
    cell: f64,
    columns: usize,
    peak: u16,
}

fn row(sheet: &mut Sheet, pack: &Pack<'_>, lane: &Lane<'_>, [left, top]: [f64; 2], grid: Grid, first: bool) {
    let Grid { cell, columns, peak } = grid;
    let base = top + ROW - 3.5;
    if first {
        sheet.text([MARGIN + 12.0, base], 11.0, Anchor::Start, lane.class.name());
        sheet.line([MARGIN, top], [left + MAP_WIDTH, top], Stroke::new(GREY, 1.0));
    }
    sheet.rect([MARGIN, top + 1.0], [6.0, ROW - 2.0], Some(class_colour(lane.class)), None);
    sheet.text([left - 8.0, base], 10.0, Anchor::End, &shortened(&lane.id));
    for (column, stored) in pack.stored(lane).take(columns).enumerate() {
        let x = left + column as f64 * cell;
        sheet.rect([x, top], [cell, ROW], Some(&heat(stored, peak)), None);
        if stored.unsigned_abs() >= 32767 {
            // A cross, so that what is clipped also shows without colours.
            let (low, high) = ([x + cell * 0.25, top + ROW * 0.25], [x + cell * 0.75, top + ROW * 0.75]);
            sheet.line(low, high, Stroke::new(BLACK, 1.2));
            sheet.line([low[0], high[1]], [high[0], low[1]], Stroke::new(BLACK, 1.2));
        }
    }
    let count = pack.clipped(lane);
    if count.clipped > 0 {
        sheet.text([left + MAP_WIDTH + 8.0, base], 10.0, Anchor::Start, &format!("{} of {}", count.clipped, count.total));
    }
}

/// The beginning and the end of an id that would run into the names of the classes.
fn shortened(id: &str) -> String {
    let letters: Vec<char> = id.chars().collect();
    if letters.len() <= MOST_LETTERS {
        return id.to_owned();
    }
    let (head, tail) = (letters.iter().take(MOST_LETTERS / 2), letters.iter().skip(letters.len() + 1 - MOST_LETTERS.div_ceil(2)));
    head.chain(&['…']).chain(tail).collect()
}

fn legend(sheet: &mut Sheet, [left, top]: [f64; 2], peak: u16) {
    for step in 0..=32 {
        let stored = (-32767 + step * 2047).clamp(-32767, 32767) as i16;
        sheet.rect([left + f64::from(step) * 5.0, top], [5.0, 10.0], Some(&heat(stored, 32767)), None);
    }
    let share = 100.0 * f64::from(peak) / 32767.0;
    sheet.text([left, top + 22.0], 10.0, Anchor::Start, &format!("−{share:.1} %"));
    sheet.text([left + 82.0, top + 22.0], 10.0, Anchor::Middle, "0");
    sheet.text([left + 165.0, top + 22.0], 10.0, Anchor::End, &format!("+{share:.1} %"));
    sheet.text([left, top + 34.0], 10.0, Anchor::Start, "of the largest weight that can be stored");
    let x = left + 200.0;
    sheet.line([x, top], [x + 8.0, top + 10.0], Stroke::new(BLACK, 1.2));
    sheet.line([x, top + 10.0], [x + 8.0, top], Stroke::new(BLACK, 1.2));
    sheet.text([x + 14.0, top + 9.0], 10.0, Anchor::Start, "clipped when it was quantised");
}

/// All sections in one bar as long as the budget, or as the pack where that is longer.
fn bar(sheet: &mut Sheet, pack: &Pack<'_>, [left, top]: [f64; 2], width: f64) {
    let used = pack.bytes().len();
    let scale = width / used.max(BUDGET) as f64;
    sheet.text([left, top - 8.0], 12.0, Anchor::Start, &format!("bytes by section, {used} of {BUDGET}"));
    sheet.rect([left, top], [BUDGET as f64 * scale, 22.0], Some(PALE), None);
    let mut words = left;
    for (section, range) in pack.sections().all() {
        if range.is_empty() {
            continue;
        }
        let x = left + range.start as f64 * scale;
        sheet.rect([x, top], [range.len() as f64 * scale, 22.0], Some(section_colour(section)), Some(Stroke::new("#ffffff", 0.5)));
        let label = format!("{section} {}", range.len());
        sheet.rect([words, top + 36.0], [10.0, 10.0], Some(section_colour(section)), None);
        sheet.text([words + 14.0, top + 45.0], 11.0, Anchor::Start, &label);
        words += 30.0 + label.chars().count() as f64 * 7.0;
    }
    let end = left + BUDGET as f64 * scale;
    sheet.line([end, top - 4.0], [end, top + 28.0], Stroke::new(BLACK, 2.0));
    // The words stand on the side of the mark that has room for them.
    let anchor = if end - left > width / 2.0 { Anchor::End } else { Anchor::Start };
    sheet.text(
        [end, top + 68.0],
        11.0,
        anchor,
        &if used > BUDGET { format!("over budget by {} bytes", used - BUDGET) } else { format!("{} bytes are left", BUDGET - used) },
    );
}
