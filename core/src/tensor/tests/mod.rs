//! What must hold of whole drawings.

mod laws;

use super::{
    accumulate, canonical_text,
    drawing::Drawing,
    fault::{Fault, Name},
    graph::Graph,
    legality, source, structure,
};
use crate::syntax::xml::Elements;

/// What the canonical form of a drawing comes to, legality included.
fn canonical(svg: &str) -> Result<String, Fault> {
    let drawing = read(svg)?;
    match legality::judge(&drawing.model, &Graph::of(&drawing.model)).fault(&drawing.model, &drawing.origin) {
        Some(fault) => Err(fault),
        None => Ok(canonical_text::to_string(&drawing.model)),
    }
}

fn read(svg: &str) -> Result<Drawing, Fault> {
    let elements = Elements::parse(svg).elements.expect("the drawing is XML");
    source::read(&elements, source::EPSILON, source::Mode::Strict).map(|reading| reading.drawing)
}

fn svg(content: &str) -> String {
    format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{content}</svg>")
}

/// `CANONICAL` §7.
const CHAIN: &str =
    "<line id=\"a\" x1=\"0\" y1=\"0\" x2=\"3\" y2=\"4\"/><line id=\"b\" x1=\"3\" y1=\"4\" x2=\"6\" y2=\"8\" stroke-width=\"0.5\"/>";

// rows: B138 B149 B180 B200 B201 B202
#[test]
fn the_vector_of_the_specification_holds() {
    let model = read(&svg(CHAIN)).unwrap().model;
    let graph = Graph::of(&model);
    assert_eq!(canonical_text::digest(&model).hex(), "3851663b886447d6296c7bf812170bc2a833ef49c40e1bbed3c15e3bb754989f");
    assert_eq!(structure::digest(&model, &graph).hex(), "704d9356b9e81474f84c020af3e89d7d9b44c192b57f3f5ad503917bd2d44a68");
    let bytes = structure::to_vec(&model, &graph);
    assert_eq!((bytes.len(), structure::size(&model, &graph)), (296, 296));
    assert_eq!(canonical(&svg(CHAIN)).unwrap().len(), canonical_text::to_string(&model).len());
}

// rows: B123 B171 B172 B173 B174 B175 B176 B178 B182 B183
#[test]
fn every_node_and_edge_carries_the_ten_numbers_in_order() {
    let corner = "<g><path d=\"M0 0L4 0L4 2\" stroke-width=\"0.5\" opacity=\"0.5\" transform=\"scale(2 0.5)\"/></g>";
    let model = read(&svg(corner)).unwrap().model;
    let bytes = structure::to_vec(&model, &Graph::of(&model));
    let (nodes, edges, one) = (3usize, 2usize, 65_536);
    let words: Vec<i32> = bytes.as_chunks::<4>().0.iter().map(|word| i32::from_le_bytes(*word)).collect();
    assert_eq!(bytes.len(), 16 + nodes * 16 + edges * 16 + (nodes + edges) * 40);
    assert_eq!(words[2..4], [3, 2]);
    let (records, attributes) = words[4..].split_at((nodes + edges) * 4);
    assert_eq!(records[..12], [0, 0, 0, 1, one, 0, 0, 0, one, one, 0, 0]);
    // from, to, element, and the rank below the flags
    assert_eq!(records[12..], [0, 1, 0, 1, 1, 2, 0, 1]);
    // an extent of 8 by 1; one right angle over two sides of length 1
    let (wide, high) = (8 * one, one);
    let node = |x, y, turn| [x, y, 0, 0, turn, one, wide, high, one, one];
    let edge = |x, y| [x, y, 0, one, one / 2, one / 2, wide, high, one / 2, one];
    let wanted = [node(0, 0, 0), node(one, 0, one), node(one, one, 0), edge(0, 0), edge(one, 0)];
    assert_eq!(attributes, wanted.as_flattened());
}

// rows: B226
#[test]
fn what_flows_is_what_the_formula_says() {
    let model = read(&svg(CHAIN)).unwrap().model;
    let graph = Graph::of(&model);
    // both segments are 46341 long; the second has half the confidence
    assert_eq!(accumulate::weights(&model, &graph), [46_341, 23_170]);
    let one = 65_536u32;
    assert_eq!(accumulate::accumulate(&model, &graph, 0), Some(vec![one, 0, 0]));
    assert_eq!(accumulate::accumulate(&model, &graph, 1), Some(vec![one, 46_341, 0]));
    assert_eq!(accumulate::accumulate(&model, &graph, 2), Some(vec![one, 46_341, 46_341 * 23_170 / 65_536]));
    assert_eq!(accumulate::accumulate(&model, &graph, u32::MAX), accumulate::accumulate(&model, &graph, 2));
    // a ring without a root begins at its first vertex
    let ring = read(&svg("<path d=\"M0 0H1V1Z\" stroke-width=\"0.5\"/>")).unwrap().model;
    assert_eq!(accumulate::accumulate(&ring, &Graph::of(&ring), 0), Some(vec![one, 0, 0]));
    // three multiplications, each cut off at 32 bits, as unsigned numbers
    assert_eq!(accumulate::mul(0xffff_ffff, 0x0001_0000), 0xffff_ffff);
    assert_eq!(accumulate::mul(0x8000_0000, 0x0004_0000), 0, "the bits beyond 32 are lost");
}

// rows: B153 B154 B155 B156 B158
#[test]
fn shapes_are_the_paths_they_are_lowered_to() {
    for (shape, path) in [
        ("<line id='a' x2='3' y2='4'/>", "<path id='a' d='M0 0L3 4'/>"),
        ("<rect id='a' x='1' y='2' width='3' height='4'/>", "<path id='a' d='M1 2L4 2L4 6L1 6Z'/>"),
        ("<path id='a' d='m1 2 3 4h1v-1H0V9z'/>", "<path id='a' d='M1 2L4 6L5 6L5 5L0 5L0 9Z'/>"),
        ("<path id='a' d='M0 0c0 1 1 2 2 2s3 4 5 0'/>", "<path id='a' d='M0 0C0 1 1 2 2 2C3 2 5 6 7 2'/>"),
        ("<path id='a' d='M0 0q1 2 3 0t3 0 3 1'/>", "<path id='a' d='M0 0Q1 2 3 0Q5-2 6 0Q7 2 9 1'/>"),
        ("<path id='a' d='M0 0L1 1S2 0 3 3'/>", "<path id='a' d='M0 0L1 1C1 1 2 0 3 3'/>"),
        ("<path id='a' d='M0 0L1 1T3 3'/>", "<path id='a' d='M0 0L1 1Q1 1 3 3'/>"),
        ("<path id='a' d='M0 0Q1 5 2 2S2 0 3 3'/>", "<path id='a' d='M0 0Q1 5 2 2C2 2 2 0 3 3'/>"),
        ("<path id='a' d='M0 0L1 1l-.5.5.5-1e0'/>", "<path id='a' d='M0,0 1,1 .5,1.5 1,.5'/>"),
    ] {
        assert_eq!(canonical(&svg(shape)).unwrap(), canonical(&svg(path)).unwrap(), "{shape}");
    }
    let circle = read(&svg("<circle cx='5' cy='5' r='2' stroke-width='.5'/>")).unwrap().model;
    assert_eq!((circle.points[0], circle.elements[0].closed), ((65_536, 32_768), true));
    for corner in [(32_768, 65_536), (0, 32_768), (32_768, 0)] {
        assert!(circle.points.contains(&corner), "{corner:?}");
    }
}

// rows: B153 B272
#[test]
fn each_subpath_is_an_element_with_a_name_of_its_own() {
    let model = read(&svg("<path id='a' d='M0 0L1 0ZL5 5m1 1 1 1'/><path d='M9 9L5 5M1 1L0 0'/>")).unwrap().model;
    assert_eq!(model.elements.len(), 5);
    let named = |name: &str| crate::hash::digest::Digest::of(name.as_bytes()).0[..4].to_vec();
    let names: Vec<_> = model.elements.iter().map(|element| element.id4.to_vec()).collect();
    assert_eq!(names, ["a", "a/1", "a/2", "@3", "@3/1"].map(named));
    assert!(model.elements[0].closed && !model.elements[1].closed);
    assert_eq!(model.points_of(&model.elements[1])[0], model.points[0], "after Z a part begins at the start");
    let own = read(&svg("<path id='h0123abcd' d='M0 0L1 1M1 1L2 2'/>")).unwrap().model;
    assert_eq!(own.elements[0].id4, [0x01, 0x23, 0xab, 0xcd]);
    assert_eq!(own.elements[1].id4.to_vec(), named("h0123abcd/1"));
    let other = read(&svg("<path id='h0123ABCD' d='M0 0L1 1'/>")).unwrap().model;
    assert_eq!(other.elements[0].id4.to_vec(), named("h0123ABCD"));
    let unicode = read(&svg("<path id='π\u{1f600}&#x9;' d='M0 0L1 1'/>")).unwrap().model;
    assert_eq!(unicode.elements[0].id4.to_vec(), named("π\u{1f600}\t"));
}

// rows: B122 B124 B165 B177 B179
#[test]
fn attributes_are_inherited_as_each_is_meant_to() {
    let content = "<g stroke-width='.25' opacity='.5' transform='scale(2)'><g opacity='.5' transform='scale(3)'><path d='M0 0L1 1'/>\
        <path stroke-width='2' opacity='.5' transform='rotate(90)' d='M0 0L1 1'/></g><path d='M0 0L1 1'/></g>";
    let model = read(&svg(content)).unwrap().model;
    let found: Vec<_> = model.elements.iter().map(|e| (e.rank, e.stroke_width, e.opacity_q11, e.transform_mag)).collect();
    assert_eq!(found, [(2, 16_384, 512, 6 << 16), (2, 131_072, 256, 6 << 16), (1, 16_384, 1024, 2 << 16)]);
    let plain = read(&svg("<path d='M0 0L1 1'/>")).unwrap().model.elements[0];
    assert_eq!((plain.rank, plain.stroke_width, plain.opacity_q11, plain.transform_mag), (0, 65_536, 2048, 65_536));
}

// rows: B159 B160 B161
#[test]
fn the_box_is_that_of_the_whole_drawing() {
    let model = read(&svg("<path d='M10 20L30 20'/><path d='M30 20L30 60'/>")).unwrap().model;
    assert_eq!((model.sx, model.sy), (20 << 16, 40 << 16));
    assert_eq!(model.points, [(0, 0), (65_536, 0), (65_536, 0), (65_536, 65_536)]);
    let flat = read(&svg("<path d='M10 20L30 20'/>")).unwrap().model;
    assert_eq!((flat.sx, flat.sy, flat.points), (20 << 16, 0, vec![(0, 0), (65_536, 0)]));
}

fn refused(content: &str) -> (Name, String) {
    let text = svg(content);
    let fault = canonical(&text).expect_err(content);
    let elements = Elements::parse(&text).elements.unwrap();
    let element = elements.get(fault.at.element).unwrap();
    let mut place = element.name().to_owned();
    if let Some(name) = fault.at.attribute {
        let value = element.value(name).expect("the attribute is there");
        place = match fault.at.span {
            Some(span) => format!("{place}@{name}={}", &value[span.range()]),
            None => format!("{place}@{name}"),
        };
    }
    if fault.at.command > 0 {
        place = format!("{place}#{}", fault.at.command);
    }
    (fault.name, place)
}

// rows: B118 B157 B162
#[test]
fn a_refusal_has_its_name_and_its_place() {
    use Name::{Attribute, Command, Element, Illegal, Range, Transform};
    for (content, name, place) in [
        ("", Illegal, "svg"),
        ("<g/>", Illegal, "svg"),
        ("<path/>", Illegal, "path"),
        ("<path d=''/>", Illegal, "path@d"),
        ("<path d='M0 0A1 1 0 0 0 2 2'/>", Command, "path@d=A1 1 0 0 0 2 2#2"),
        ("<path d='M0 0L1'/>", Illegal, "path@d=#2"),
        ("<path d='M0 0L1 NaN'/>", Illegal, "path@d=N#2"),
        ("<path d='M0 0L1 1e1000000000'/>", Range, "path@d=1e1000000000#2"),
        ("<path d='M0 0L1 16777216.0001'/>", Range, "path@d=16777216.0001#2"),
        ("<path d='M0 0L3 4M5 5'/>", Illegal, "path@d#3"),
        ("<path d='M0 0L1e-9 0L3 4M7 7L7.0000001 7'/>", Illegal, "path@d#4"),
        ("<line x1='1' x2='1.0'/>", Illegal, "line"),
        ("<line x2='5%'/>", Illegal, "line@x2=%"),
        ("<line x2='5px'/>", Illegal, "line@x2=px"),
        ("<line x2='nan'/>", Illegal, "line@x2"),
        ("<circle/>", Illegal, "circle"),
        ("<rect width='1' height='2' rx='0'/>", Attribute, "rect@rx"),
        ("<g transform='scale(0.00001)'><path d='M0 0L1 1'/></g>", Range, ""),
        ("<g transform='scale(0)'><path d='M0 0L1 1'/></g>", Illegal, "g@transform"),
        ("<g transform='scale(1 0)'><path transform='rotate(1)' d='M0 0L1 1'/></g>", Illegal, "path@transform"),
        ("<g transform='scale(40000)'><path d='M0 0L.1 .1'/></g>", Range, "g@transform"),
        ("<path transform='matrix(1 0 0 1 0 0)' d='M0 0L1 1'/>", Transform, "path@transform=matrix(1 0 0 1 0 0)"),
        ("<path d='M0 0L1 1' stroke-width='-1'/>", Illegal, "path@stroke-width"),
        ("<path d='M0 0L1 1' stroke-width='32768'/>", Range, "path@stroke-width"),
        ("<path d='M0 0L1 1' opacity='1.0001'/>", Illegal, "path@opacity"),
        ("<path d='M0 0L1 1L32768 0'/>", Range, "path@d#3"),
        ("<path d='M0 0L1 1'/><line x2='-40000'/>", Range, "line"),
        ("<polyline points='0 0 1 1'/>", Element, "polyline"),
        ("<use href='#a'/>", Element, "use"),
        ("<use href='#a'/><script/>", Illegal, "script"),
        ("<path d='M0 0A1 1 0 0 0 2 2'/><text/>", Illegal, "text"),
        ("<svg/>", Illegal, "svg"),
        ("<Path d='M0 0L1 1'/>", Illegal, "Path"),
        ("<a:path xmlns:a='urn:a' d='M0 0L1 1'/>", Illegal, "a:path"),
        ("<path id='a' d='M0 0L1 1'/><path id='hca978112' d='M1 1L2 2'/>", Illegal, "path@d#1"),
        ("<path d='M0 0L1 1'/><path d='M5 5L7 7'/><path d='M7 7L8 8'/>", Illegal, "path@d#1"),
        ("<path d='M0 0L1 0'/><path d='M1 0L1 1'/><path d='M1 1L0 1L0 0L5 5'/>", Illegal, "path@d#3"),
    ] {
        if place.is_empty() {
            // a small magnitude is a magnitude
            assert!(canonical(&svg(content)).is_ok(), "{content}");
        } else {
            assert_eq!(refused(content), (name, place.to_owned()), "{content}");
        }
    }
}

// rows: B134
#[test]
fn the_nearest_ends_of_two_pieces_are_told_as_the_author_wrote_them() {
    let drawing = read(&svg("<path d='M0 0L10 0'/><path d='M10.5 .25L20 40'/>")).unwrap();
    let graph = Graph::of(&drawing.model);
    let judgement = legality::judge(&drawing.model, &graph);
    assert_eq!(judgement.pieces, [1]);
    let (own, other) = legality::nearest_ends(&drawing.model, &graph, 1).unwrap();
    let told = |end: legality::End| drawing.origin.end(end.element as usize, end.last, end.point);
    assert_eq!(told(own), ("10.5".to_owned(), "0.25".to_owned()));
    assert_eq!(told(other), ("10".to_owned(), "0".to_owned()));
    // 100 wide and 10 high: 9 to the right is nearer than 10 below, in the drawing and not in the square box
    let flat = read(&svg("<path d='M0 0L10 0'/><path d='M100 10L10 10'/><path d='M19 0L100 0'/>")).unwrap();
    let graph = Graph::of(&flat.model);
    let (own, other) = legality::nearest_ends(&flat.model, &graph, 0).unwrap();
    let told = |end: legality::End| flat.origin.end(end.element as usize, end.last, end.point);
    assert_eq!((told(own).0, told(other).0), ("10".to_owned(), "19".to_owned()));
}

// rows: B132
#[test]
fn a_cycle_is_told_once_with_its_last_segment() {
    let drawing = read(&svg("<path d='M0 0L1 0L1 1'/><path d='M1 1L0 1L0 0L5 5'/>")).unwrap();
    let judgement = legality::judge(&drawing.model, &Graph::of(&drawing.model));
    assert_eq!(judgement.cycles, [legality::Cycle { element: 1, segment: 1, vertices: 4, elements: vec![0, 1] }]);
}

// rows: A410
#[test]
fn empty_groups_leave_neither_names_nor_places_behind() {
    let plain = "<path d='M0 0L3 4'/><g><path d='M3 4L9 4'/></g>";
    let littered = "<g/><g><g> </g></g><path d='M0 0L3 4'/><!-- --><g><path d='M3 4L9 4'/><g/></g><g id='x'/>";
    // the names are `@0` and `@1`: what is dropped is not counted
    assert_eq!(canonical(&svg(littered)), canonical(&svg(plain)));
    assert!(canonical(&svg(plain)).is_ok());
}
