//! Any file that is no text, as bytes: sixteen a line, with their letters.

use mx2lm_core::text::Span;

use super::{
    page::{Page, hex},
    virtual_document::{Form, is_unreadable, itself},
};
use crate::view::File;

/// Bytes of a line.
const LINE: usize = 16;
/// Most lines from the start of the file; around findings further ones are shown.
const LINES: usize = 4096;
/// Lines shown before and after a finding.
const AROUND: usize = 2;

/// The form.
pub const FORM: Form = Form { name: "bytes", title: "show the bytes", page, depends: itself };

fn page(file: &File<'_>) -> Option<Page> {
    if !is_unreadable(file) {
        return None;
    }
    let mut page = Page::default();
    page.heading(file.path.to_string(), &format!("{} bytes", file.bytes.len()));
    let places = file.findings().iter().filter_map(|finding| Some(finding.span?.start as usize / LINE));
    let mut wanted: Vec<usize> = places.collect();
    wanted.sort_unstable();
    let mut last = None;
    for (number, chunk) in file.bytes.chunks(LINE).enumerate() {
        let near = wanted.partition_point(|place| place + AROUND < number);
        if number >= LINES && wanted.get(near).is_none_or(|place| *place > number + AROUND) {
            continue;
        }
        if last.is_some_and(|last| last + 1 < number) {
            page.line("…");
        }
        last = Some(number);
        let start = number * LINE;
        let Ok(offset) = u32::try_from(start) else { break };
        let letters: String = chunk.iter().map(|byte| if (0x20..0x7f).contains(byte) { char::from(*byte) } else { '.' }).collect();
        let span = Span::new(offset, offset + chunk.len() as u32);
        page.field(span, &format!("{start:08x}  {:<47}  {letters}", hex(chunk, LINE)), "");
    }
    if last.is_some_and(|last| (last + 1) * LINE < file.bytes.len()) {
        page.line("…");
    }
    Some(page)
}
