//! A collapse as a picture: how the scores are spread, and the vectors of the best document as angles around the tolerance.
//!
//! It reads in black and white: aligned vectors are whole lines with a filled end, the others dashed with an open one.

use mx2lm_core::collapse::gccp::{cosine, is_aligned};
use mx2lm_core::collapse::math;
use mx2lm_core::collapse::profile::Step;

use super::Computed;
use super::input::{Documents, Prepared};
use crate::plot::{Anchor, BLACK, BLUE, GREY, ORANGE, PALE, Sheet, Stroke};

const BINS: usize = 40;
/// Vectors that a person can still tell apart.
const MOST_VECTORS: usize = 200;

/// Draws it. `order` is the order of the scores.
pub fn draw(prepared: &Prepared, documents: &Documents, computed: &Computed, order: &[usize]) -> Sheet {
    let name = prepared.sources.first().map_or("", |source| source.profile.name.as_str());
    let mut sheet = Sheet::new(900.0, 490.0, &format!("scores of {} documents under {name}", documents.list.len()));
    sheet.text([450.0, 28.0], 18.0, Anchor::Middle, &format!("{name}: {} documents", documents.list.len()));
    spread(&mut sheet, &computed.scores);
    if let Some(best) = order.first() {
        angles(&mut sheet, prepared, documents, computed, *best);
    }
    sheet
}

fn spread(sheet: &mut Sheet, scores: &[f64]) {
    let ([left, top], [width, height]) = ([60.0, 60.0], [440.0, 330.0]);
    let mut counts = [0_usize; BINS];
    for score in scores {
        let bin = ((score + 1.0) / 2.0 * BINS as f64) as usize;
        counts[bin.min(BINS - 1)] += 1;
    }
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let step = width / BINS as f64;
    for (bin, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let high = height * *count as f64 / most as f64;
        sheet.rect([left + step * bin as f64 + 1.0, top + height - high], [step - 2.0, high], Some(BLUE), Some(Stroke::new(BLACK, 0.5)));
    }
    sheet.line([left, top + height], [left + width, top + height], Stroke::new(BLACK, 1.5));
    for (share, label) in [(0.0, "−1"), (0.25, "−0.5"), (0.5, "0"), (0.75, "0.5"), (1.0, "1")] {
        let x = left + width * share;
        sheet.line([x, top + height], [x, top + height + 6.0], Stroke::new(BLACK, 1.0));
        sheet.text([x, top + height + 22.0], 13.0, Anchor::Middle, label);
    }
    sheet.line([left, top], [left + width, top], Stroke::new(GREY, 0.75).dashed("2 4"));
    sheet.text([left - 6.0, top + 5.0], 13.0, Anchor::End, &most.to_string());
    sheet.text([left + width / 2.0, top + height + 46.0], 14.0, Anchor::Middle, "score (how many documents)");
}

fn angles(sheet: &mut Sheet, prepared: &Prepared, documents: &Documents, computed: &Computed, best: usize) {
    let Some(document) = documents.list.get(best) else { return };
    let leaf = prepared.plan.steps().iter().find_map(|step| match step {
        Step::Leaf { name, threshold } => Some((name, *threshold)),
        Step::Sum { .. } => None,
    });
    let Some((leaf, threshold)) = leaf else { return };
    let ([x, y], radius) = ([720.0, 225.0], 140.0);
    let at = |angle: f64, length: f64| [x + radius * length * math::cos(angle), y - radius * length * math::sin(angle)];
    let epsilon = threshold.epsilon();
    // The tolerance as a wedge around the partner, which points to the right.
    let mut wedge = vec![[x, y]];
    wedge.extend((0..=48).map(|step| at(epsilon * (f64::from(step) / 24.0 - 1.0), 1.0)));
    sheet.path(&wedge, true, Some(PALE), Some(Stroke::new(GREY, 1.0)));
    sheet.circle([x, y], radius, None, Some(Stroke::new(BLACK, 1.0)));
    sheet.line([x - radius - 8.0, y], [x + radius + 8.0, y], Stroke::new(GREY, 0.75).dashed("2 4"));
    let shown = document.a.iter().zip(&document.b).take(MOST_VECTORS);
    let mut aligned = 0;
    for (a, b) in shown {
        if cosine(*a, *b).is_none() {
            continue;
        }
        // Turned so that the partner lies on the axis: the signed angle between the two.
        let angle = math::atan2(b[0] * a[1] - b[1] * a[0], a[0] * b[0] + a[1] * b[1]);
        if is_aligned(*a, *b, threshold) {
            aligned += 1;
            sheet.line([x, y], at(angle, 1.0), Stroke::new(BLUE, 1.5));
            sheet.circle(at(angle, 1.0), 3.5, Some(BLUE), None);
        } else {
            sheet.line([x, y], at(angle, 0.85), Stroke::new(ORANGE, 1.0).dashed("4 3"));
            sheet.circle(at(angle, 0.85), 3.0, Some("#ffffff"), Some(Stroke::new(ORANGE, 1.0)));
        }
    }
    let count = document.a.len();
    let of = if count > MOST_VECTORS { format!("the first {MOST_VECTORS} of {count}") } else { count.to_string() };
    let score = computed.scores.get(best).copied().unwrap_or(0.0);
    let captions = [
        (14.0, format!("{}: {score:+.6}", short(&document.id))),
        (13.0, format!("{aligned} of {of} vectors within ±{epsilon:.4} rad")),
        (13.0, format!("of their partners, under {}", short(leaf))),
        (12.0, "whole line, filled end: aligned".to_owned()),
        (12.0, "dashed, open end: not; shaded: the tolerance".to_owned()),
    ];
    for (line, (size, words)) in captions.iter().enumerate() {
        sheet.text([x, 396.0 + 19.0 * line as f64], *size, Anchor::Middle, words);
    }
}

/// As much of a name as has room.
fn short(name: &str) -> String {
    const MOST: usize = 24;
    if name.chars().count() <= MOST { name.to_owned() } else { name.chars().take(MOST - 1).chain(['…']).collect() }
}
