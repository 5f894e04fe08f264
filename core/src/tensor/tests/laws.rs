//! What holds of all drawings, held against an implementation that follows the text of the specification step by step, in plain
//! 128-bit numbers and rational comparisons, without any of the shortcuts of the real one.

use proptest::{prelude::*, strategy::ValueTree};

use super::{canonical, read, svg};
use crate::{
    scxq2::{pack, write::encode},
    tensor::{canonical_text, graph::Graph, legality, model::Point},
};

/// A path of curves and lines in quarters, as text and as control points (in quarters).
#[derive(Debug, Clone)]
struct Drawn {
    start: (i32, i32),
    pieces: Vec<Vec<(i32, i32)>>,
    closed: bool,
}

impl Drawn {
    fn quarter(n: i32) -> String {
        let (sign, n) = (if n < 0 { "-" } else { "" }, n.abs());
        format!("{sign}{}.{}", n / 4, ["0", "25", "5", "75"][(n % 4) as usize])
    }

    fn absolute(&self) -> String {
        let pair = |p: &(i32, i32)| format!("{} {}", Self::quarter(p.0), Self::quarter(p.1));
        let mut d = format!("M{}", pair(&self.start));
        for piece in &self.pieces {
            let points: Vec<_> = piece.iter().map(pair).collect();
            d += &format!("{}{}", ["L", "Q", "C"][piece.len() - 1], points.join(" "));
        }
        d + if self.closed { "Z" } else { "" }
    }

    /// The same in relative commands, compact, with commas, signs as separators and exponents.
    fn relative(&self) -> String {
        let mut here = (0, 0);
        let mut d = String::new();
        let pair = |from: (i32, i32), p: &(i32, i32)| format!("{}e-2,{}\n", (p.0 - from.0) * 25, Self::quarter(p.1 - from.1));
        d += &format!("m{}", pair(here, &self.start));
        here = self.start;
        for piece in &self.pieces {
            let points: Vec<_> = piece.iter().map(|p| pair(here, p)).collect();
            d += &format!("{}{}", ["l", "q", "c"][piece.len() - 1], points.join(""));
            here = piece[piece.len() - 1];
        }
        d + if self.closed { "z" } else { "" }
    }
}

fn drawn() -> impl Strategy<Value = Vec<Drawn>> {
    let point = || (-400i32..400, -400i32..400);
    let piece = prop::collection::vec(point(), 1..=3);
    let one =
        (point(), prop::collection::vec(piece, 1..6), any::<bool>()).prop_map(|(start, pieces, closed)| Drawn { start, pieces, closed });
    prop::collection::vec(one, 1..5)
}

/// The same in one piece: each path begins where a command of an earlier one ended. Most of these are tensors.
fn joined() -> impl Strategy<Value = Vec<Drawn>> {
    (drawn(), prop::collection::vec(any::<(prop::sample::Index, prop::sample::Index)>(), 5)).prop_map(|(mut drawing, picks)| {
        for at in 1..drawing.len() {
            let (of, piece) = picks[at];
            let earlier = &drawing[of.index(at)];
            let ends: Vec<_> = std::iter::once(earlier.start).chain(earlier.pieces.iter().map(|piece| piece[piece.len() - 1])).collect();
            drawing[at].start = ends[piece.index(ends.len())];
        }
        drawing
    })
}

/// `n / d` to the nearest, ties to the even.
fn rhe(n: i128, d: i128) -> i128 {
    let floor = n.div_euclid(d);
    match (2 * (n - floor * d)).cmp(&d) {
        std::cmp::Ordering::Less => floor,
        std::cmp::Ordering::Greater => floor + 1,
        std::cmp::Ordering::Equal => floor + floor.rem_euclid(2),
    }
}

/// Steps 5 to 7 of `CANONICAL` §1: size, and the points of each element; nothing where an element comes to one point.
fn as_written(drawing: &[Drawn]) -> Option<([i128; 2], Vec<Vec<Point>>)> {
    let q32 = |n: i32| i128::from(n) << 30;
    let lift = |p: &(i32, i32)| [q32(p.0), q32(p.1)];
    let all: Vec<[i128; 2]> =
        drawing.iter().flat_map(|one| std::iter::once(&one.start).chain(one.pieces.iter().flatten())).map(lift).collect();
    let extent = (0..2).map(|a| all.iter().map(|p| p[a]).max().unwrap() - all.iter().map(|p| p[a]).min().unwrap()).max().unwrap();
    let eps = (extent / 1024).max(1);
    let mut flat: Vec<Vec<[i128; 2]>> = Vec::new();
    for one in drawing {
        let mut points = vec![lift(&one.start)];
        for piece in &one.pieces {
            let mut control = vec![points[points.len() - 1]];
            control.extend(piece.iter().map(lift));
            subdivide(control, eps, 0, &mut points);
        }
        flat.push(points);
    }
    let bound = |a: usize, f: fn(i128, i128) -> i128| flat.iter().flatten().map(|p| p[a]).reduce(f).unwrap();
    let (low, high) = ([bound(0, i128::min), bound(1, i128::min)], [bound(0, i128::max), bound(1, i128::max)]);
    let span = [high[0] - low[0], high[1] - low[1]];
    let place = |p: &[i128; 2], a: usize| if span[a] == 0 { 0 } else { rhe((p[a] - low[a]) * 65536, span[a]) as i32 };
    let mut elements = Vec::new();
    for (points, one) in flat.iter().zip(drawing) {
        let mut points: Vec<Point> = points.iter().map(|p| (place(p, 0), place(p, 1))).collect();
        points.dedup();
        if one.closed && points.len() > 1 && points.first() == points.last() {
            points.pop();
        }
        if points.len() < 2 {
            return None;
        }
        elements.push(points);
    }
    Some((span.map(|span| rhe(span, 65536)), elements))
}

fn subdivide(p: Vec<[i128; 2]>, eps: i128, depth: u32, out: &mut Vec<[i128; 2]>) {
    let bend: i128 = (0..2)
        .map(|a| match p.len() {
            4 => (3 * p[1][a] - 2 * p[0][a] - p[3][a]).abs().max((3 * p[2][a] - 2 * p[3][a] - p[0][a]).abs()),
            3 => p[0][a] - 2 * p[1][a] + p[2][a],
            _ => 0,
        })
        .map(|bend| bend * bend)
        .sum();
    if bend <= 16 * eps * eps || depth == 16 {
        out.push(p[p.len() - 1]);
        return;
    }
    let (mut left, mut right, mut row) = (Vec::new(), Vec::new(), p);
    while let (Some(first), Some(last)) = (row.first(), row.last()) {
        left.push(*first);
        right.insert(0, *last);
        row = row.windows(2).map(|pair| [0, 1].map(|a| (pair[0][a] + pair[1][a]).div_euclid(2))).collect();
    }
    subdivide(left, eps, depth + 1, out);
    subdivide(right, eps, depth + 1, out);
}

fn paths(drawing: &[Drawn], d: impl Fn(&Drawn) -> String) -> String {
    svg(&drawing.iter().map(|one| format!("<path stroke-width=\"0.5\" d=\"{}\"/>", d(one))).collect::<String>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    // rows: A407 A408 B141 B142 B143 B148 B158 B159 B160 B161 B163 B164 B166 B167 B169 B215
    #[test]
    fn drawings_come_to_what_the_steps_say_and_their_texts_to_themselves(drawing in drawn()) {
        let absolute = paths(&drawing, Drawn::absolute);
        let Some((size, elements)) = as_written(&drawing) else {
            prop_assert!(read(&absolute).is_err());
            return Ok(());
        };
        let model = read(&absolute).unwrap().model;
        prop_assert_eq!([i128::from(model.sx), i128::from(model.sy)], size);
        prop_assert_eq!(model.elements.len(), elements.len());
        for (element, points) in model.elements.iter().zip(&elements) {
            prop_assert_eq!(model.points_of(element), points.as_slice());
        }
        // the text read back is the model, and written again the text
        let text = canonical_text::to_string(&model);
        let again = read(&text).unwrap().model;
        prop_assert_eq!(&again, &model);
        prop_assert_eq!(canonical_text::to_string(&again), text.clone());
        prop_assert!(text.is_ascii() && !text.contains("transform") && !text.contains('\n'));
        // how the numbers are written, and where the white space stands, is not part of the tensor
        let relative = read(&paths(&drawing, Drawn::relative)).unwrap().model;
        prop_assert_eq!(&relative, &model);
        let spaced = absolute.replace("<path stroke-width=\"0.5\" ", "\n  <path\n    ").replace("/>", "\n stroke-width='0.5'\t><!-- nothing --></path >");
        prop_assert_eq!(&read(&spaced).unwrap().model, &model);
    }

}

/// Ten thousand drawings: what is a tensor goes into a pack and comes out of it, text and bytes the same; what is none has no pack that
/// is read.
// rows: B186 B353 B390 B391
#[test]
fn drawings_go_through_packs_and_come_out_as_they_were() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut tensors, wanted) = (0, 10_000);
    for _ in 0..wanted {
        let drawing = joined().new_tree(&mut runner).unwrap().current();
        let Ok(drawn) = read(&paths(&drawing, Drawn::absolute)) else { continue };
        let model = drawn.model;
        let judgement = legality::judge(&model, &Graph::of(&model));
        let bytes = encode(&model).unwrap();
        let decoded = pack::decode(&bytes);
        assert_eq!(decoded.is_ok(), judgement.is_lawful(), "{drawing:?} {decoded:?}");
        let Ok(decoded) = decoded else { continue };
        tensors += 1;
        let text = canonical_text::to_string(&model);
        assert_eq!(canonical_text::to_string(&decoded.model), text, "{drawing:?}");
        assert_eq!(encode(&decoded.model).unwrap(), bytes, "{drawing:?}");
        assert_eq!(encode(&read(&text).unwrap().model).unwrap(), bytes, "{drawing:?}");
    }
    assert!(tensors > wanted / 2, "{tensors} of {wanted} are tensors");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    // rows: B141 B143 A416
    #[test]
    fn where_a_drawing_lies_is_not_part_of_it(drawing in drawn(), x in -1000i32..1000, y in -1000i32..1000) {
        let here = paths(&drawing, Drawn::absolute);
        let moved: Vec<Drawn> = drawing.iter().map(|one| {
            let shift = |p: &(i32, i32)| (p.0 + x, p.1 + y);
            let pieces = one.pieces.iter().map(|piece| piece.iter().map(shift).collect()).collect();
            Drawn { start: shift(&one.start), pieces, closed: one.closed }
        }).collect();
        let there = paths(&moved, Drawn::absolute);
        let grouped = here.replace("<path", &format!("<path transform=\"translate({},{})\"", Drawn::quarter(x), Drawn::quarter(y)));
        match read(&here) {
            Ok(own) => {
                prop_assert_eq!(&read(&there).unwrap().model, &own.model);
                prop_assert_eq!(&read(&grouped).unwrap().model, &own.model);
                let looks = here.replace("<path", "<path fill=\"red\" stroke='#000'");
                prop_assert_eq!(&read(&looks).unwrap().model, &own.model);
            }
            Err(fault) => prop_assert_eq!(read(&there).map(|own| own.model).unwrap_err().name, fault.name),
        }
    }

    // rows: B134 B132
    #[test]
    fn the_order_of_elements_does_not_decide_what_is_lawful(drawing in drawn()) {
        let judged = |drawing: &[Drawn]| read(&paths(drawing, Drawn::absolute)).ok().map(|own| {
            let judgement = legality::judge(&own.model, &Graph::of(&own.model));
            (judgement.pieces.len(), judgement.cycles.iter().map(|cycle| cycle.vertices).sum::<usize>(), judgement.is_lawful())
        });
        let reversed: Vec<_> = drawing.iter().rev().cloned().collect();
        prop_assert_eq!(judged(&drawing), judged(&reversed));
    }

    #[test]
    fn any_numbers_come_to_an_answer(
        numbers in prop::collection::vec("-?[0-9]{1,9}(\\.[0-9]{0,12})?(e-?[0-9]{1,10})?|NaN|inf|0x1|\u{221e}", 1..12),
        letters in "[MmLlHhVvCcSsQqTtZz]{1,8}",
        transform in "(scale|rotate|translate)\\(-?[0-9]{1,8}(e[0-9]{1,2})?( -?[0-9.]{1,5})?\\)",
    ) {
        let mut d = String::from("M0 0");
        for (letter, numbers) in letters.chars().zip(numbers.chunks(2).cycle()) {
            d.push(letter);
            d.push_str(&numbers.join(" "));
        }
        let groups = format!("<g transform=\"{transform}\">").repeat(30);
        let text = svg(&format!("{groups}<path d=\"{d}\"/>{}", "</g>".repeat(30)));
        if let Ok(text) = canonical(&text) {
            prop_assert_eq!(canonical(&text).unwrap(), text);
        }
    }
}

#[test]
fn sums_without_bound_are_exact_or_refused() {
    // 200,000 steps of 2²⁴ and as many back: the places need 74 bits
    let far = "l16777216 0".repeat(200_000);
    let back = "l-16777216 0".repeat(200_000);
    let fault = canonical(&svg(&format!("<path d=\"M0 0{far}{back}l1 1\"/>"))).unwrap_err();
    assert_eq!(fault.name.as_str(), "canonicalization_error.range");
    // a far place alone is no extent
    let moved = "<g transform=\"translate(16777216 -16777216)\">".repeat(400);
    let text = svg(&format!("{moved}<path id=\"a\" d=\"M0 0L3 4\"/>{}", "</g>".repeat(400)));
    let model = read(&text).unwrap().model;
    assert_eq!((model.sx, model.sy, model.elements[0].rank), (3 << 16, 4 << 16, 400));
    // and a product that no number of bits holds is refused
    let scaled = "<g transform=\"scale(16777216)\">".repeat(30);
    let fault = canonical(&svg(&format!("{scaled}<path d=\"M0 0L3 4\"/>{}", "</g>".repeat(30)))).unwrap_err();
    assert_eq!(fault.name.as_str(), "canonicalization_error.range");
}

#[test]
fn a_million_commands_are_read_and_judged() {
    let steps: String = (0..500_000).map(|at| if at % 2 == 0 { "h.01" } else { "v.01" }).collect();
    let model = read(&svg(&format!("<path d=\"M0 0{steps}\"/><path d=\"M0 0{}\"/>", steps.replace('.', "-.")))).unwrap().model;
    assert_eq!(model.elements.len(), 2);
    let graph = Graph::of(&model);
    assert!(legality::judge(&model, &graph).is_lawful());
    // a comb of closed teeth: every vertex but the handle's is on a cycle
    let teeth: String = (0..20_000).map(|at| format!("M{at} 0h1v1Z")).collect();
    let comb = read(&svg(&format!("<path transform=\"scale(.5)\" stroke-width=\".5\" d=\"{teeth}\"/>"))).unwrap().model;
    let graph = Graph::of(&comb);
    assert_eq!(graph.components(), 1);
    assert!(graph.cycles(&comb, true).iter().all(|on_cycle| *on_cycle));
    assert!(legality::judge(&comb, &graph).cycles.is_empty());
}

// rows: B124
#[test]
fn five_hundred_groups_are_a_rank_and_more_are_none() {
    let nested = |depth: usize| svg(&format!("{}<path id=\"a\" d=\"M0 0L3 4\"/>{}", "<g>".repeat(depth), "</g>".repeat(depth)));
    assert_eq!(read(&nested(500)).unwrap().model.elements[0].rank, 500);
    let fault = read(&nested(501)).unwrap_err();
    assert_eq!(fault.name.as_str(), "verification_error.illegal_tensor");
}
