//! From the elements of a document to a model. This is the only place here that knows XML.
//!
//! A drawing that marks itself as a canonical text is read as one (`CANONICAL` §1.0); any other is lowered (§1.1 to §1.9).

use super::{
    canonical_text::{self, MARK},
    drawing::{self, Drawing},
    fault::{At, Fault, Name, Stop},
    lower::{Common, Coordinate, Lowering, Shape},
    model::Model,
};
use crate::syntax::xml::{Element, Elements};

/// The namespace of SVG.
const SVG: &str = "http://www.w3.org/2000/svg";

/// Tolerance of curves when a descriptor names none: 2⁻¹⁰ of the drawing's extent, in units of 2⁻³².
pub const EPSILON: u64 = 1 << 22;

/// What is done about elements that have no canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// They are faults: the model is what the specification says, or there is none.
    Strict,
    /// They are left out where they draw nothing of their own, and drawn as exactly as they can be where they do: the model is good
    /// enough to say what hangs together, and not to be written or hashed.
    Lenient,
}

/// A model, and whether it is the drawing's own.
#[derive(Debug)]
pub struct Reading {
    /// The model.
    pub drawing: Drawing,
    /// Whether nothing was left out or replaced: [`Mode::Strict`] gives the same model.
    pub exact: bool,
    /// Whether the drawing marks itself as a canonical text.
    pub canonical: bool,
}

/// Whether a document marks itself as a canonical text.
pub fn is_canonical(elements: &Elements<'_>) -> bool {
    elements.root().value("data-mx2lm") == Some(MARK)
}

/// Reads a drawing. `epsilon` is the tolerance of curves in units of 2⁻³² of the drawing's extent.
///
/// What the model makes of the elements is not looked at: see [`super::legality`].
pub fn read(elements: &Elements<'_>, epsilon: u64, mode: Mode) -> Result<Reading, Fault> {
    let found = if is_canonical(elements) {
        canonical(elements).map(|(model, sources)| Reading { drawing: Drawing::of_canonical(model, sources), exact: true, canonical: true })
    } else {
        lowered(elements, epsilon, mode)
    };
    // what is forbidden is told before what is merely not canonical (B157)
    found.map_err(|fault| if fault.name == Name::Illegal { fault } else { forbidden(elements).unwrap_or(fault) })
}

fn lowered(elements: &Elements<'_>, epsilon: u64, mode: Mode) -> Result<Reading, Fault> {
    let narrow = walk::<i64>(elements, mode).and_then(|(lowering, exact)| Ok((drawing::finish(lowering, epsilon)?, exact)));
    let found = match narrow {
        Err(Stop::Wide(_)) => walk::<i128>(elements, mode).and_then(|(lowering, exact)| Ok((drawing::finish(lowering, epsilon)?, exact))),
        found => found,
    };
    match found {
        Ok((drawing, exact)) => Ok(Reading { drawing, exact, canonical: false }),
        Err(Stop::Fault(fault)) => Err(*fault),
        Err(Stop::Wide(at)) => {
            let message = "the coordinates up to here grow beyond everything that the canonical form can hold";
            Err(Fault::new(Name::Range, at, message))
        }
    }
}

/// What an element is to the canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Svg,
    Group,
    Path,
    Line,
    Rect,
    Circle,
    /// Legal, and without a canonical form.
    LegalOnly(Legal),
    Illegal,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Legal {
    /// Draws nothing where it stands.
    Silent,
    Polyline,
    Polygon,
    Ellipse,
    Use,
}

fn kind(element: Element<'_>) -> Kind {
    match element.local() {
        "path" => Kind::Path,
        "line" => Kind::Line,
        "g" => Kind::Group,
        "rect" => Kind::Rect,
        "circle" => Kind::Circle,
        "svg" => Kind::Svg,
        "defs" | "metadata" => Kind::LegalOnly(Legal::Silent),
        "polyline" => Kind::LegalOnly(Legal::Polyline),
        "polygon" => Kind::LegalOnly(Legal::Polygon),
        "ellipse" => Kind::LegalOnly(Legal::Ellipse),
        "use" => Kind::LegalOnly(Legal::Use),
        _ => Kind::Illegal,
    }
}

/// The first element that no tensor may hold.
fn forbidden(elements: &Elements<'_>) -> Option<Fault> {
    let mut index = 0;
    while let Some(element) = elements.get(index) {
        let found = kind(element);
        if found == Kind::Illegal || (found == Kind::Svg && index > 0) || !is_svg(elements, element) {
            return Some(illegal(element));
        }
        // what stands in metadata is its own affair
        index = if element.local() == "metadata" { element.next_index() } else { index + 1 };
    }
    None
}

fn illegal(element: Element<'_>) -> Fault {
    Fault::new(Name::Illegal, At::element(element.index()), format!("a tensor holds no `{}` here", element.name()))
}

/// Whether an element is SVG's; where the root has no namespace, those without one are meant to be.
fn is_svg(elements: &Elements<'_>, element: Element<'_>) -> bool {
    match element.namespace() {
        Some(namespace) => namespace == SVG,
        None => elements.root().namespace().is_none(),
    }
}

fn walk<T: Coordinate>(elements: &Elements<'_>, mode: Mode) -> Result<(Lowering<T>, bool), Stop> {
    let root = elements.root();
    if kind(root) != Kind::Svg || !is_svg(elements, root) {
        return Err(illegal(root).into());
    }
    let mut lowering = Lowering::<T>::new(elements.text().len());
    let mut exact = true;
    let mut index = 0;
    let (mut svg_namespace, mut foreign_namespace) = (root.namespace_id(), None);
    while let Some(element) = elements.get(index) {
        index += 1;
        lowering.leave_to(element.depth());
        let namespace = element.namespace_id();
        if namespace != svg_namespace {
            if foreign_namespace == Some(namespace) || !is_svg(elements, element) {
                foreign_namespace = Some(namespace);
                if mode == Mode::Strict || draws(element) {
                    return Err(illegal(element).into());
                }
                (exact, index) = (false, element.next_index());
                continue;
            }
            svg_namespace = namespace;
        }
        let kind = kind(element);
        match (kind, mode) {
            (Kind::Illegal, Mode::Lenient) if !draws(element) => {
                (exact, index) = (false, element.next_index());
                continue;
            }
            (Kind::Illegal, _) => return Err(illegal(element).into()),
            (Kind::Svg, _) if element.index() > 0 => return Err(illegal(element).into()),
            (Kind::LegalOnly(Legal::Use), _) | (Kind::LegalOnly(_), Mode::Strict) => {
                let message = format!("`{}` has no canonical form", element.name());
                return Err(Fault::new(Name::Element, At::element(element.index()), message).into());
            }
            (Kind::LegalOnly(Legal::Silent), Mode::Lenient) => {
                (exact, index) = (false, element.next_index());
                continue;
            }
            (Kind::LegalOnly(_), Mode::Lenient) => exact = false,
            _ => {}
        }
        one(&mut lowering, element, kind)?;
    }
    Ok((lowering, exact))
}

/// Whether an element that no tensor may hold may be meant to be part of the drawing, or holds something that may.
fn draws(element: Element<'_>) -> bool {
    let names = ["d", "points", "x1", "x2", "cx", "r"];
    let has_shape = |own: Element<'_>| own.attributes().any(|attribute| names.contains(&attribute.local()));
    let is_shape = |own| matches!(kind(own), Kind::Path | Kind::Line | Kind::Rect | Kind::Circle | Kind::LegalOnly(_));
    element.descendants().any(|inner| is_shape(inner) || has_shape(inner))
}

fn one<T: Coordinate>(lowering: &mut Lowering<T>, element: Element<'_>, kind: Kind) -> Result<(), Stop> {
    let source = element.index();
    let (mut common, mut data, mut points) = (Common::default(), None, None);
    let mut places: [Option<&str>; 4] = [None; 4];
    let names: &[&str] = match kind {
        Kind::Line => &["x1", "y1", "x2", "y2"],
        Kind::Rect => &["x", "y", "width", "height"],
        Kind::Circle => &["cx", "cy", "r"],
        Kind::LegalOnly(Legal::Ellipse) => &["cx", "cy", "rx", "ry"],
        _ => &[],
    };
    for attribute in element.attributes() {
        if attribute.namespace().is_some() {
            continue;
        }
        let name = attribute.local();
        match name {
            "id" => common.id = Some(attribute.value()),
            "d" => data = Some(attribute.value()),
            "transform" => common.transform = Some(attribute.value()),
            "stroke-width" => common.stroke_width = Some(attribute.value()),
            "opacity" => common.opacity = Some(attribute.value()),
            "points" => points = Some(attribute.value()),
            "rx" | "ry" if kind == Kind::Rect => {
                let at = At::value(source, if name == "rx" { "rx" } else { "ry" });
                let message = format!("`{name}` rounds corners, and the canonical form writes a `rect` as four straight sides");
                return Err(Fault::new(Name::Attribute, at, message).into());
            }
            _ => {
                if let Some(place) = names.iter().position(|own| *own == name) {
                    places[place] = Some(attribute.value());
                }
            }
        }
    }
    let [x, y, r, _] = places;
    let shape = match kind {
        Kind::Svg | Kind::Group => return lowering.enter(source, &common, kind == Kind::Group),
        Kind::Line => Shape::Line(places),
        Kind::Rect => Shape::Rect(places),
        Kind::Circle => Shape::Circle([x, y, r]),
        Kind::LegalOnly(Legal::Ellipse) => Shape::Ellipse(places),
        Kind::LegalOnly(Legal::Polyline) => Shape::Points(points, false),
        Kind::LegalOnly(Legal::Polygon) => Shape::Points(points, true),
        _ => Shape::Path(data),
    };
    lowering.shape(source, &common, shape)
}

/// Reads a canonical text: its integers, whatever else stands around them.
fn canonical(elements: &Elements<'_>) -> Result<(Model, Vec<u32>), Fault> {
    let root = elements.root();
    if kind(root) != Kind::Svg || !is_svg(elements, root) {
        return Err(illegal(root));
    }
    let mut reader = canonical_text::Reader::new(root.value("data-sx"), root.value("data-sy"))?;
    for element in elements.iter().skip(1) {
        let inside = element.parent().map_or(Kind::Illegal, kind);
        if !is_svg(elements, element) || !matches!(inside, Kind::Svg | Kind::Group) {
            return Err(illegal(element));
        }
        match kind(element) {
            Kind::Group => {}
            Kind::Path => {
                let mut path = canonical_text::Path::default();
                for attribute in element.attributes().filter(|attribute| attribute.namespace().is_none()) {
                    match attribute.local() {
                        "id" => path.id = Some(attribute.value()),
                        "d" => path.d = Some(attribute.value()),
                        "data-sw" => path.sw = Some(attribute.value()),
                        "data-o" => path.o = Some(attribute.value()),
                        "data-tm" => path.tm = Some(attribute.value()),
                        _ => {}
                    }
                }
                reader.path(element.index(), element.depth() - 1, &path)?;
            }
            _ => {
                let message = format!("a canonical text holds `g` and `path`, not `{}`", element.name());
                return Err(Fault::new(Name::Illegal, At::element(element.index()), message));
            }
        }
    }
    reader.finish()
}
