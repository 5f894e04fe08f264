//! Units of a semantic index: drawings in which geometry is data (§9.2, §12.7; `DECISIONS` 53).
//!
//! Knows one drawing. What a path means is fixed: its length is a magnitude, its direction an orientation, its group's `space` where it
//! is looked for. Density has no definition and is not computed (A074).

use crate::{
    collapse::math::{atan2, cos, sin},
    hash::Digest,
    syntax::xml::{Element, Elements},
    tensor::{
        number::Number,
        path_data::Commands,
        transform::{Function, Transforms},
    },
};

/// What one path says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Path {
    /// Its first point.
    pub first: [f64; 2],
    /// Its last point.
    pub last: [f64; 2],
    /// Its length; `None` where it has curves, whose length has no exact value.
    pub length: Option<f64>,
}

impl Path {
    /// Reads path data; `None` where it breaks its grammar or draws nothing.
    pub fn read(data: &str) -> Option<Path> {
        let (mut first, mut last, mut length) = (None, [0.0_f64; 2], Some(0.0));
        trace(data, |to, way| {
            length = length.zip(way).map(|(sum, way)| sum + way);
            first.get_or_insert(to);
            last = to;
        })?;
        Some(Path { first: first?, last, length })
    }

    /// The angle of the way from the first point to the last, in radians; `None` where they are the same (A073).
    pub fn direction(&self) -> Option<f64> {
        let (x, y) = (self.last[0] - self.first[0], self.last[1] - self.first[1]);
        (x != 0.0 || y != 0.0).then(|| atan2(y, x))
    }
}

/// Follows path data and shows where each command leads, and how long the way there is: 0 for a move, `None` for a curve, whose length
/// has no exact value. `None` where the data breaks its grammar.
fn trace(data: &str, mut shown: impl FnMut([f64; 2], Option<f64>)) -> Option<()> {
    let mut commands = Commands::new(data);
    let (mut at, mut start) = ([0.0_f64; 2], [0.0_f64; 2]);
    while let Some(command) = commands.advance() {
        let command = command.ok()?;
        let numbers: Vec<f64> = commands.arguments().iter().map(|number| value(*number, data)).collect::<Option<_>>()?;
        let base = if command.is_relative() { at } else { [0.0, 0.0] };
        let upper = command.letter.to_ascii_uppercase();
        let to = match (upper, numbers.as_slice()) {
            (b'Z', _) => start,
            (b'H', [x]) => [base[0] + x, at[1]],
            (b'V', [y]) => [at[0], base[1] + y],
            (_, [.., x, y]) => [base[0] + x, base[1] + y],
            _ => return None,
        };
        let way = match upper {
            b'M' => {
                start = to;
                Some(0.0)
            }
            b'L' | b'H' | b'V' | b'Z' => Some((to[0] - at[0]).hypot(to[1] - at[1])),
            _ => None,
        };
        shown(to, way);
        at = to;
    }
    Some(())
}

/// The points that a path leads through, transforms applied: one for each of its commands. `None` where it cannot be read.
pub fn points(path: Element<'_>) -> Option<Vec<[f64; 2]>> {
    let mut points = Vec::new();
    trace(path.value("d")?, |to, _| points.push(to))?;
    points.into_iter().map(|point| placed(path, point)).collect()
}

/// The space that a path is looked for in: the `space` of the group around it (A075).
pub fn space(path: Element<'_>) -> Option<&str> {
    path.ancestors().find_map(|element| element.value("space"))
}

/// The structure of a unit, as its hash sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    /// The first point of each path in the order of the document, transforms applied.
    pub points: Vec<[f32; 2]>,
    /// Pairs of positions of paths, sorted.
    pub edges: Vec<[u32; 2]>,
}

impl Unit {
    /// Reads a drawing; `None` where a path, a transform or an edge list cannot be read.
    pub fn read(drawing: &Elements<'_>) -> Option<Unit> {
        let mut points = Vec::new();
        let mut edges = Vec::new();
        for element in drawing.iter() {
            if let Some(list) = element.value("data-edges") {
                edges.extend(pairs(list)?);
            }
            if element.local() == "path" {
                let [x, y] = placed(element, Path::read(element.value("d")?)?.first)?;
                // −0 and 0 are one point.
                points.push([x as f32 + 0.0, y as f32 + 0.0]);
            }
        }
        edges.sort_unstable();
        Some(Unit { points, edges })
    }

    /// The bytes of the points: two f32 each, little-endian.
    pub fn lane(&self) -> Vec<u8> {
        self.points.iter().flatten().flat_map(|number| number.to_le_bytes()).collect()
    }

    /// The bytes of the edges: two u32 each, little-endian.
    pub fn edge(&self) -> Vec<u8> {
        self.edges.iter().flatten().flat_map(|number| number.to_le_bytes()).collect()
    }

    /// SHA-256 of points and edges.
    pub fn hash(&self) -> Digest {
        let mut bytes = self.lane();
        bytes.extend(self.edge());
        Digest::of(&bytes)
    }
}

/// Pairs of whole numbers, apart by anything that is no digit.
pub fn pairs(list: &str) -> Option<Vec<[u32; 2]>> {
    let numbers: Vec<u32> =
        list.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let strange = list.chars().any(|c| !c.is_ascii_digit() && !c.is_ascii_whitespace() && !",;:->[]()|/".contains(c));
    let (pairs, rest) = numbers.as_chunks::<2>();
    (rest.is_empty() && !strange).then(|| pairs.to_vec())
}

fn value(number: Number, source: &str) -> Option<f64> {
    number.text(source).parse().ok().filter(|value: &f64| value.is_finite())
}

/// A point of an element where its own transforms and those around it put it.
fn placed(element: Element<'_>, mut point: [f64; 2]) -> Option<[f64; 2]> {
    for around in element.ancestors() {
        let Some(text) = around.value("transform") else { continue };
        let mut matrices = Vec::new();
        for transform in Transforms::new(text) {
            let transform = transform.ok()?;
            let numbers: Vec<f64> = transform.arguments().iter().map(|number| value(*number, text)).collect::<Option<_>>()?;
            matrices.push(matrix(transform.function, &numbers)?);
        }
        for [a, b, c, d, e, f] in matrices.into_iter().rev() {
            let [x, y] = point;
            point = [a * x + c * y + e, b * x + d * y + f];
        }
    }
    Some(point)
}

fn matrix(function: Function, numbers: &[f64]) -> Option<[f64; 6]> {
    let turn = |degrees: f64| degrees * std::f64::consts::PI / 180.0;
    Some(match (function, numbers) {
        (Function::Translate, [x]) => [1.0, 0.0, 0.0, 1.0, *x, 0.0],
        (Function::Translate, [x, y]) => [1.0, 0.0, 0.0, 1.0, *x, *y],
        (Function::Scale, [k]) => [*k, 0.0, 0.0, *k, 0.0, 0.0],
        (Function::Scale, [x, y]) => [*x, 0.0, 0.0, *y, 0.0, 0.0],
        (Function::Rotate, [angle, centre @ ..]) => {
            let (sin, cos) = (sin(turn(*angle)), cos(turn(*angle)));
            let (x, y) = if let [x, y] = centre { (*x, *y) } else { (0.0, 0.0) };
            [cos, sin, -sin, cos, x - cos * x + sin * y, y - sin * x - cos * y]
        }
        (Function::Matrix, &[a, b, c, d, e, f]) => [a, b, c, d, e, f],
        (Function::SkewX, [angle]) => [1.0, 0.0, sin(turn(*angle)) / cos(turn(*angle)), 1.0, 0.0, 0.0],
        (Function::SkewY, [angle]) => [1.0, sin(turn(*angle)) / cos(turn(*angle)), 0.0, 1.0, 0.0, 0.0],
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(text: &str) -> Option<Unit> {
        Unit::read(&Elements::parse(text).elements?)
    }

    // rows: A072 A073
    #[test]
    fn length_is_magnitude_and_direction_is_orientation() {
        let path = Path::read("M0,0 L3,4").unwrap();
        assert_eq!(path.length, Some(5.0));
        assert_eq!(path.direction(), Some(atan2(4.0, 3.0)));
        // Of a path with corners the way from its first point to its last counts.
        let bent = Path::read("m1 1 h3 v4 l-3 0").unwrap();
        assert_eq!((bent.length, bent.direction()), (Some(10.0), Some(std::f64::consts::FRAC_PI_2)));
        let closed = Path::read("M0 0 L3 0 L3 4 Z").unwrap();
        assert_eq!((closed.length, closed.direction()), (Some(12.0), None));
        assert_eq!(Path::read("M0 0 C1 1 2 2 3 0").unwrap().length, None);
        assert_eq!(Path::read("M0,0 L0.12,0.33 …"), None);
        assert_eq!(Path::read(""), None);
    }

    #[test]
    fn a_path_leads_through_a_point_for_each_command_where_its_transforms_put_it() {
        let text = r#"<svg><g transform="translate(1 2)"><path transform="scale(2)" d="M0,0 l1,1 H3 Z"/></g></svg>"#;
        let tree = Elements::parse(text).elements.unwrap();
        let path = tree.iter().find(|element| element.local() == "path").unwrap();
        assert_eq!(points(path).unwrap(), [[1.0, 2.0], [3.0, 4.0], [7.0, 4.0], [1.0, 2.0]]);
    }

    // rows: A065 A075
    #[test]
    fn the_hash_covers_first_points_and_edges_alone() {
        let text = r#"<svg xmlns="http://www.w3.org/2000/svg" tensor="semantic.index.v1"><g id="ngrams" space="lexical"><path d="M0,0 L3,0"/><path d="M0,1 L3,1"/></g><g space="semantic"><path d="M0,0 L0.12,0.33"/></g></svg>"#;
        let found = unit(text).unwrap();
        assert_eq!(found.points, [[0.0, 0.0], [0.0, 1.0], [0.0, 0.0]]);
        assert_eq!(found.hash().to_string(), "sha256:751a6babe189f2ca9c0dad8222dd14f30df3cddad3e67ea11922607244ea0acb");
        let tree = Elements::parse(text).elements.unwrap();
        let spaces: Vec<_> = tree.iter().filter(|element| element.local() == "path").map(space).collect();
        assert_eq!(spaces, [Some("lexical"), Some("lexical"), Some("semantic")]);
        let minus_zero = unit(&text.replace("M0,0 L3,0", "M-0,-0 L9,9")).unwrap();
        assert_eq!(minus_zero.hash(), found.hash());
        let edges = unit(&text.replace("<svg ", r#"<svg data-edges="2,1 0,1" "#)).unwrap();
        assert_eq!(edges.edges, [[0, 1], [2, 1]]);
        assert_ne!(edges.hash(), found.hash());
        let moved =
            unit(&text.replace("<g space", r#"<g transform="translate(1 2) scale(2)" space"#).replace("M0,0 L0.12", "M1,1 L0.12")).unwrap();
        assert_eq!(moved.points[2], [3.0, 4.0]);
        let own = unit(&text.replace("<path d=\"M0,1", "<path transform=\"translate(2 3)\" d=\"M0,1")).unwrap();
        assert_eq!(own.points[1], [2.0, 4.0]);
        assert_eq!(unit(&text.replace("<svg ", r#"<svg data-edges="1" "#)), None);
    }

    // rows: A356 A357 A409 A411 A412 A414 A415
    #[test]
    fn points_are_f32_in_the_order_of_the_drawing_and_edges_are_sorted() {
        let found =
            unit(r#"<svg data-edges="0,2 0,1 2,0"><path d="M0.1,-0 L1,1"/><g><path d="m1 2 l5 5"/></g><path d="M3,4 L5,5"/></svg>"#)
                .unwrap();
        let exact: Vec<[f64; 2]> = found.points.iter().map(|point| point.map(f64::from)).collect();
        assert_eq!(exact, [[0.100_000_001_490_116_12, 0.0], [1.0, 2.0], [3.0, 4.0]]);
        assert_eq!(found.edges, [[0, 1], [0, 2], [2, 0]]);
        assert_eq!(found.lane()[..8], [0xcd, 0xcc, 0xcc, 0x3d, 0, 0, 0, 0]);
        assert_eq!(found.edge()[..16], [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0]);
        assert_eq!(found.hash(), Digest::of(&[found.lane(), found.edge()].concat()));
        let one = unit(r#"<svg><path d="M1 0.5L2 2"/></svg>"#).unwrap();
        assert_eq!(one.lane(), [0, 0, 0x80, 0x3f, 0, 0, 0, 0x3f]);
    }

    // rows: A405 A416
    #[test]
    fn presentation_leaves_the_hash_as_it_is() {
        let plain = unit(r#"<svg><path d="M1 2L3 4"/></svg>"#).unwrap();
        let painted = r#"<svg width="9"><g fill="red" opacity="0.5"><path stroke="blue" filter="url(#f)" d="M 1,2 L 3,4"/></g></svg>"#;
        assert_eq!(unit(painted).unwrap().hash(), plain.hash());
        assert_ne!(unit(&painted.replace("M 1", "M 2")).unwrap().hash(), plain.hash());
    }
}
