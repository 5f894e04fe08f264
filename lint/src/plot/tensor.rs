//! A tensor on a sheet: the drawing as a pale band, its canonical lines over it, and the vertices where they meet.
//!
//! Rank is told by colour and by dashes, a cycle by a dark edge along its lines, one that nothing declares by a broken edge, a root by a
//! square. Where the drawing falls into pieces, a dotted line leads over each gap at its narrowest.

use mx2lm_core::tensor::{
    graph::{Edge, Graph},
    legality,
    model::Model,
};

use super::{Anchor, BLACK, BLUE, GREEN, ORANGE, PALE, PURPLE, SKY, Sheet, Stroke, VERMILLION};

/// What is put on the sheet.
pub struct Tensor<'m> {
    /// What it is called.
    pub name: &'m str,
    /// The canonical model.
    pub model: &'m Model,
    /// The same drawing, flattened much finer: what the author drew, in the same box.
    pub source: Option<&'m Model>,
    /// What is said below the picture, a line each.
    pub notes: &'m [String],
}

const WIDTH: f64 = 900.0;
const MARGIN: f64 = 40.0;
const LINE: f64 = 20.0;
/// Longest and shortest side of the box in pixels.
const LONGEST: f64 = WIDTH - 2.0 * MARGIN;
const SHORTEST: f64 = 60.0;
/// Colours and dashes of the ranks, over and over.
const RANKS: [Stroke; 6] = [
    Stroke::new(BLUE, 2.0),
    Stroke::new(ORANGE, 2.0).dashed("9 3"),
    Stroke::new(GREEN, 2.0).dashed("3 3"),
    Stroke::new(PURPLE, 2.0).dashed("12 3 3 3"),
    Stroke::new(SKY, 2.0).dashed("2 5"),
    Stroke::new(VERMILLION, 2.0).dashed("16 6"),
];
/// Marks the lines of a cycle on both sides.
const CYCLE: Stroke = Stroke::new(BLACK, 5.0);
/// The same for a cycle that no closing edge declares.
const UNDECLARED: Stroke = Stroke::new(VERMILLION, 7.0).dashed("5 3");
/// Between the lines of a cycle, so that dashes show.
const CLEAR: Stroke = Stroke::new("#ffffff", 2.0);
/// The narrowest place between two pieces.
const GAP: Stroke = Stroke::new(BLACK, 1.5).dashed("1 4");
/// Most pieces whose gaps are drawn.
const GAPS: usize = 20;
const BAND: Stroke = Stroke::new(PALE, 12.0);

/// Draws a tensor.
pub fn draw(tensor: &Tensor<'_>) -> Sheet {
    let model = tensor.model;
    let graph = Graph::of(model);
    let flags = graph.flags(model);
    let judgement = legality::judge(model, &graph);
    let cyclic = |declared| {
        let group = groups(&graph, model, declared);
        let joined = move |edge: &Edge| {
            let of = |vertex: u32| group.get(vertex as usize).copied().filter(|group| *group > 0);
            of(edge.from).is_some() && of(edge.from) == of(edge.to) && (declared || !edge.closing)
        };
        graph.edges(model).filter(joined).collect::<Vec<Edge>>()
    };
    let (on_cycle, undeclared) = (cyclic(true), cyclic(false));
    let gaps: Vec<_> = judgement.pieces.iter().take(GAPS).filter_map(|piece| legality::nearest_ends(model, &graph, *piece)).collect();
    let [width, height] = sides(model);
    let ranks = ranks(model);
    let legend = 3 + ranks.len() + usize::from(!undeclared.is_empty()) + usize::from(!gaps.is_empty());
    let bottom = MARGIN + LINE + height + MARGIN;
    let sheet_height = bottom + LINE * (legend + tensor.notes.len()) as f64 + MARGIN / 2.0;
    let mut sheet = Sheet::new(WIDTH, sheet_height, &format!("{} as a tensor", tensor.name));
    sheet.text([MARGIN, MARGIN], 16.0, Anchor::Start, tensor.name);

    let left = MARGIN + (LONGEST - width) / 2.0;
    let place = |(x, y): (i32, i32)| [left + f64::from(x) / 65536.0 * width, MARGIN + LINE + f64::from(y) / 65536.0 * height];
    if let Some(source) = tensor.source {
        for element in &source.elements {
            let points: Vec<_> = source.points_of(element).iter().copied().map(place).collect();
            sheet.path(&points, element.closed, None, Some(BAND));
        }
    }
    let at = |vertex: u32| graph.positions.get(vertex as usize).copied().map(place);
    for (edges, stroke) in [(&on_cycle, CYCLE), (&undeclared, UNDECLARED), (&on_cycle, CLEAR)] {
        for edge in edges {
            if let (Some(from), Some(to)) = (at(edge.from), at(edge.to)) {
                sheet.line(from, to, stroke);
            }
        }
    }
    for element in &model.elements {
        let points: Vec<_> = model.points_of(element).iter().copied().map(place).collect();
        sheet.path(&points, element.closed, None, Some(stroke(element.rank)));
    }
    for (own, other) in &gaps {
        sheet.line(place(own.point), place(other.point), GAP);
    }
    // many vertices are small dots, so that the lines still show
    let radius = (240.0 / (graph.len() as f64).sqrt()).clamp(0.6, 4.0);
    let mut roots = 0usize;
    for vertex in 0..graph.len() as u32 {
        let Some([x, y]) = at(vertex) else { continue };
        if flags.is_root.get(vertex as usize).copied().unwrap_or(false) {
            roots += 1;
            let side = radius * 2.4;
            sheet.rect([x - side / 2.0, y - side / 2.0], [side, side], Some("#ffffff"), Some(Stroke::new(BLACK, 1.5)));
        } else {
            sheet.circle([x, y], radius, Some(BLACK), None);
        }
    }

    let mut line = bottom;
    let mut told = |sheet: &mut Sheet, words: &str| {
        sheet.text([MARGIN + 70.0, line + 4.0], 13.0, Anchor::Start, words);
        line += LINE;
        line - LINE
    };
    let sample = |y: f64| ([MARGIN, y], [MARGIN + 56.0, y]);
    for (rank, elements) in ranks {
        let y = told(&mut sheet, &format!("rank {rank}: {elements} {}", plural(elements, "element")));
        let (from, to) = sample(y);
        sheet.line(from, to, stroke(rank));
    }
    let count = on_cycle.len();
    let y = told(&mut sheet, &format!("{count} {} on a cycle", plural(count, "edge")));
    let (from, to) = sample(y);
    sheet.line(from, to, CYCLE);
    sheet.line(from, to, CLEAR);
    if !undeclared.is_empty() {
        let count = undeclared.len();
        let y = told(&mut sheet, &format!("{count} of them on a cycle that nothing declares"));
        let (from, to) = sample(y);
        sheet.line(from, to, UNDECLARED);
        sheet.line(from, to, CLEAR);
    }
    if !gaps.is_empty() {
        let y = told(&mut sheet, "from a piece to the nearest end of another");
        let (from, to) = sample(y);
        sheet.line(from, to, GAP);
    }
    let y = told(&mut sheet, &format!("{roots} {} that no edge enters", if roots == 1 { "vertex" } else { "vertices" }));
    sheet.rect([MARGIN + 23.0, y - 5.0], [10.0, 10.0], Some("#ffffff"), Some(Stroke::new(BLACK, 1.5)));
    let others = graph.len() - roots;
    let y = told(&mut sheet, &format!("{others} other {}", if others == 1 { "vertex" } else { "vertices" }));
    sheet.circle([MARGIN + 28.0, y], 4.0, Some(BLACK), None);
    if tensor.source.is_some() {
        let (from, to) = sample(y);
        sheet.text([WIDTH / 2.0 + 70.0, y + 4.0], 13.0, Anchor::Start, "what the author drew, below the canonical lines");
        sheet.line([from[0] + WIDTH / 2.0 - MARGIN, y], [to[0] + WIDTH / 2.0 - MARGIN, y], BAND);
    }
    for note in tensor.notes {
        sheet.text([MARGIN, line + 4.0], 13.0, Anchor::Start, note);
        line += LINE;
    }
    sheet
}

/// Width and height of the box in pixels: as the author drew it, unless that is too flat to see.
fn sides(model: &Model) -> [f64; 2] {
    let [x, y] = [f64::from(model.sx.max(1)), f64::from(model.sy.max(1))];
    let scale = LONGEST / x.max(y);
    [(x * scale).max(SHORTEST), (y * scale).max(SHORTEST)]
}

/// For each vertex the number, from 1, of the vertices it shares cycles with; 0 for none. Without `declared`, closing edges are left out.
fn groups(graph: &Graph, model: &Model, declared: bool) -> Vec<u32> {
    let mut group = vec![0; graph.len()];
    for (number, vertices) in graph.strong(model, declared).into_iter().enumerate() {
        for vertex in vertices {
            if let Some(slot) = group.get_mut(vertex as usize) {
                *slot = number as u32 + 1;
            }
        }
    }
    group
}

/// The ranks there are, with how many elements have each.
fn ranks(model: &Model) -> Vec<(u16, usize)> {
    let mut counts = std::collections::BTreeMap::new();
    for element in &model.elements {
        *counts.entry(element.rank).or_insert(0) += 1;
    }
    counts.into_iter().collect()
}

fn stroke(rank: u16) -> Stroke {
    RANKS.get(usize::from(rank) % RANKS.len()).copied().unwrap_or(CYCLE)
}

fn plural(count: usize, word: &str) -> String {
    if count == 1 { word.to_owned() } else { format!("{word}s") }
}

#[cfg(test)]
mod tests {
    use mx2lm_core::{
        syntax::xml::Elements,
        tensor::source::{self, EPSILON, Mode},
    };

    use super::*;

    fn sheet(svg: &str) -> String {
        let reading = Elements::parse(svg);
        let elements = reading.elements.expect("it is well-formed");
        let model = source::read(&elements, EPSILON, Mode::Strict).expect("it has a form").drawing.model;
        draw(&Tensor { name: "a.svg", model: &model, source: None, notes: &[] }).svg()
    }

    #[test]
    fn ranks_cycles_and_roots_are_counted_below_the_picture() {
        let svg = sheet(
            "<svg xmlns=\"http://www.w3.org/2000/svg\"><path id=\"a\" d=\"M0 0L4 0L4 4Z\" opacity=\"0.5\"/><g><line id=\"b\" x1=\"-4\" y1=\"0\" x2=\"0\" y2=\"0\"/></g></svg>",
        );
        for words in ["rank 0: 1 element<", "rank 1: 1 element<", "3 edges on a cycle", "1 vertex that no edge enters", "3 other vertices"]
        {
            assert!(svg.contains(words), "{words}: {svg}");
        }
    }

    #[test]
    fn a_line_between_two_cycles_is_on_neither() {
        let svg = sheet(
            "<svg xmlns=\"http://www.w3.org/2000/svg\"><path id=\"a\" d=\"M0 0H4V4Z\"/><line id=\"b\" x1=\"4\" x2=\"8\"/><path id=\"c\" d=\"M8 0h4v4z\"/></svg>",
        );
        assert!(svg.contains("6 edges on a cycle") && !svg.contains("nothing declares") && !svg.contains("nearest end"), "{svg}");
    }

    #[test]
    fn undeclared_cycles_and_gaps_are_marked() {
        let svg = sheet(
            "<svg xmlns=\"http://www.w3.org/2000/svg\"><path id=\"a\" d=\"M4 4L0 0H4V4\"/><line id=\"b\" x1=\"6\" y1=\"4\" x2=\"8\" y2=\"4\"/></svg>",
        );
        assert!(svg.contains("3 edges on a cycle") && svg.contains("3 of them on a cycle that nothing declares"), "{svg}");
        // from the end at 4 4 to the end at 6 4, in a box of 820 by 410
        assert!(svg.contains("M655 470L450 470") && svg.contains("from a piece to the nearest end of another"), "{svg}");
    }

    #[test]
    fn a_flat_drawing_has_a_box_that_can_be_seen() {
        let svg = sheet("<svg xmlns=\"http://www.w3.org/2000/svg\"><line id=\"a\" x2=\"9\"/></svg>");
        assert!(svg.contains("M40 60L860 60"), "{svg}");
        assert!(svg.contains("0 edges on a cycle"));
    }
}
