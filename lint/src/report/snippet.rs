//! The stored lines of findings, in the shape in which `codespan-reporting` asks for files.
//!
//! A finding carries the few lines it is about, each with its number. Here they become small files whose numbering has gaps; places in one
//! file stand together, unless the finding shows different parts of the same long line.

use std::collections::BTreeMap;
use std::ops::Range;

use codespan_reporting::diagnostic::{Label, LabelStyle};
use codespan_reporting::files::{Error, Files};
use mx2lm_core::diagnostic::{Excerpt, ExcerptLine};
use mx2lm_core::text::LineColumn;

use super::visible;

/// A place to show.
pub struct Part<'a> {
    /// The file's name.
    pub name: &'a str,
    /// Its lines.
    pub excerpt: &'a Excerpt,
    /// Whether it is the finding's own place.
    pub style: LabelStyle,
    /// What stands beside the mark.
    pub message: &'a str,
}

/// The places of one finding, file by file.
#[derive(Default)]
pub struct Snippets {
    files: Vec<Snippet>,
}

/// Lines of one file.
#[derive(Default)]
struct Snippet {
    name: String,
    text: String,
    lines: Vec<Line>,
    /// Where labels begin: byte of `text` → the place in the real file.
    places: BTreeMap<usize, LineColumn>,
}

struct Line {
    /// Adjacent lines have adjacent indices; a gap in the numbers is a gap of at least three, so that nothing is drawn to fill it.
    index: usize,
    number: u32,
    range: Range<usize>,
}

impl Snippets {
    /// Lays the places out and gives the labels that mark them.
    pub fn of(parts: &[Part<'_>]) -> (Self, Vec<Label<usize>>) {
        let mut groups: Vec<(&str, BTreeMap<u32, &ExcerptLine>, Vec<&Part<'_>>)> = Vec::new();
        for part in parts.iter().filter(|part| !part.excerpt.lines.is_empty()) {
            let lines = &part.excerpt.lines;
            let agrees = |known: &BTreeMap<u32, &ExcerptLine>| {
                lines.iter().all(|line| known.get(&line.number).is_none_or(|other| other.text == line.text))
            };
            let at = groups.iter().position(|(name, known, _)| *name == part.name && agrees(known)).unwrap_or_else(|| {
                groups.push((part.name, BTreeMap::new(), Vec::new()));
                groups.len() - 1
            });
            groups[at].1.extend(lines.iter().map(|line| (line.number, line)));
            groups[at].2.push(part);
        }
        let (mut snippets, mut labels) = (Snippets::default(), Vec::new());
        for (name, lines, parts) in groups {
            let mut snippet = Snippet { name: visible::text(name), ..Snippet::default() };
            lines.values().for_each(|line| snippet.push(line));
            for part in parts {
                snippet.mark(part, snippets.files.len(), &mut labels);
            }
            snippets.files.push(snippet);
        }
        (snippets, labels)
    }

    fn file(&self, id: usize) -> Result<&Snippet, Error> {
        self.files.get(id).ok_or(Error::FileMissing)
    }
}

impl Snippet {
    fn push(&mut self, line: &ExcerptLine) {
        let index = match self.lines.last() {
            None => 0,
            Some(last) if last.number.checked_add(1) == Some(line.number) => last.index + 1,
            Some(last) => last.index + 3,
        };
        let start = self.text.len();
        self.text.push_str(&visible::text(&line.text));
        self.lines.push(Line { index, number: line.number, range: start..self.text.len() });
        self.text.push('\n');
    }

    /// One label from the first marked byte to the last where the excerpt holds them both, else one a line; the message stands on the last.
    fn mark(&mut self, part: &Part<'_>, id: usize, labels: &mut Vec<Label<usize>>) {
        let marks: Vec<Range<usize>> = part
            .excerpt
            .lines
            .iter()
            .filter_map(|line| {
                let at = self.lines.binary_search_by_key(&line.number, |known| known.number).ok()?;
                let start = self.lines.get(at)?.range.start;
                let (_, mark) = visible::with_mark(&line.text, line.mark);
                Some(start + mark.start..start + mark.end)
            })
            .collect();
        let (Some(first), Some(last)) = (marks.first().cloned(), marks.last().cloned()) else {
            return;
        };
        self.places.insert(first.start, part.excerpt.start);
        let ends = part.excerpt.lines.last().is_some_and(|line| line.number == part.excerpt.end.line);
        let whole = ends && part.excerpt.lines.windows(2).all(|pair| pair[0].number.checked_add(1) == Some(pair[1].number));
        let before = labels.len();
        if whole || marks.len() == 1 {
            labels.push(Label::new(part.style, id, first.start..last.end));
        } else {
            labels.extend(marks.into_iter().map(|mark| Label::new(part.style, id, mark)));
        }
        if let Some(label) = labels[before..].last_mut() {
            label.message = visible::lines(part.message);
        }
    }

    fn line(&self, index: usize) -> Result<&Line, Error> {
        let at = self.lines.binary_search_by_key(&index, |line| line.index);
        at.ok().and_then(|at| self.lines.get(at)).ok_or(Error::LineTooLarge { given: index, max: self.lines.len() })
    }
}

impl<'a> Files<'a> for Snippets {
    type FileId = usize;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: usize) -> Result<&'a str, Error> {
        Ok(&self.file(id)?.name)
    }

    fn source(&'a self, id: usize) -> Result<&'a str, Error> {
        Ok(&self.file(id)?.text)
    }

    fn line_index(&'a self, id: usize, byte: usize) -> Result<usize, Error> {
        let lines = &self.file(id)?.lines;
        let at = lines.partition_point(|line| line.range.start <= byte).saturating_sub(1);
        Ok(lines.get(at).map_or(0, |line| line.index))
    }

    fn line_number(&'a self, id: usize, line: usize) -> Result<usize, Error> {
        Ok(self.file(id)?.line(line)?.number as usize + 1)
    }

    fn column_number(&'a self, id: usize, _line: usize, byte: usize) -> Result<usize, Error> {
        Ok(self.file(id)?.places.get(&byte).map_or(1, |place| place.column as usize + 1))
    }

    fn line_range(&'a self, id: usize, line: usize) -> Result<Range<usize>, Error> {
        Ok(self.file(id)?.line(line)?.range.clone())
    }
}
