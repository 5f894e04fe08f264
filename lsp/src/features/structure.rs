//! The shape of a document: what can be folded, and what grows when a selection grows.

use lsp_types::{FoldingRange, FoldingRangeKind, Position, Range, SelectionRange};
use mx2lm_core::{
    document::kind::Syntax,
    syntax::{
        json::{self, Node},
        xml,
    },
    text::Span,
};

use crate::view::File;

/// Most folding ranges of one document.
const MOST: usize = 20_000;

/// Answers `textDocument/foldingRange`: objects, lists and elements over more than one line.
pub fn folding(file: &File<'_>) -> Vec<FoldingRange> {
    let places = file.places();
    let mut spans = Vec::new();
    if let Some(tree) = file.json() {
        containers(&tree, &mut |node| spans.push(node.span()));
    } else if let (Some(Syntax::Svg | Syntax::Xml), Some(text)) = (Syntax::of_path(&file.path), file.text()) {
        spans.extend(xml::recover(text).iter().map(|element| element.span));
    }
    let ranges = spans.into_iter().map(|span| places.range(span)).filter(|range| range.end.line > range.start.line + 1);
    let folds = ranges.map(|range| FoldingRange {
        start_line: range.start.line,
        // the line with the closing bracket stays in sight
        end_line: range.end.line - 1,
        kind: Some(FoldingRangeKind::Region),
        ..FoldingRange::default()
    });
    folds.take(MOST).collect()
}

fn containers<'t>(tree: &'t json::Tree, see: &mut dyn FnMut(Node<'t>)) {
    let mut todo: Vec<Node<'t>> = tree.root().into_iter().collect();
    while let Some(node) = todo.pop() {
        if !node.is_object() && !node.is_array() {
            continue;
        }
        see(node);
        let from = todo.len();
        if node.is_array() {
            todo.extend(node.items());
        } else {
            todo.extend(node.members().map(|(_, value)| value));
        }
        todo[from..].reverse();
    }
}

/// Answers `textDocument/selectionRange`: for each position the ranges around it, innermost first.
pub fn selection(file: &File<'_>, positions: &[Position]) -> Vec<SelectionRange> {
    let places = file.places();
    let whole = Span::from(0..file.bytes.len());
    let tree = file.json();
    let elements = match (Syntax::of_path(&file.path), file.text()) {
        (Some(Syntax::Svg | Syntax::Xml), Some(text)) => xml::recover(text),
        _ => Vec::new(),
    };
    let around = |offset: u32| {
        let mut spans = vec![whole];
        let mut found: Vec<Span> = elements.iter().filter(|e| e.span.touches(offset)).flat_map(|e| [e.span, e.name_span]).collect();
        if let Some(hit) = tree.as_ref().and_then(|tree| tree.at_offset(offset)) {
            let mut at = Some(hit.node);
            while let Some(node) = at {
                found.extend(
                    [Some(node.span()), Some(node.content_span()), node.key_span().map(|key| Span::new(key.start, node.span().end))]
                        .into_iter()
                        .flatten(),
                );
                found.extend(node.key_span());
                at = node.parent();
            }
        }
        found.retain(|span| span.touches(offset));
        found.sort_by_key(|span| std::cmp::Reverse(span.len()));
        for span in found {
            let inside = spans.last().is_none_or(|outer| outer.contains(span) && *outer != span);
            if inside {
                spans.push(span);
            }
        }
        spans
    };
    let one = |position: &Position| {
        let ranges = around(places.offset(*position)).into_iter().map(|span| places.range(span));
        let nested = ranges.fold(None, |parent: Option<Box<SelectionRange>>, range| Some(Box::new(SelectionRange { range, parent })));
        nested.map_or_else(|| SelectionRange { range: Range::new(*position, *position), parent: None }, |boxed| *boxed)
    };
    positions.iter().map(one).collect()
}
