//! The vectors that a file holds for a collapse: a unit of a semantic index, the container of one, the geometry of a pack or of a
//! tensor's drawing, or JSON with lists of pairs.
//!
//! Knows the bytes of one file and reads no other. Geometry that its own hash denies is refused, never collapsed.

use thiserror::Error;

use crate::{
    collapse::{
        Vector, math, normalize,
        read::{self, ReadError},
    },
    document::index_unit::Unit,
    scxq2::{index::Index, pack::Pack},
    syntax::{
        json::{Node, Tree},
        xml::Elements,
    },
    tensor::{
        graph::Graph,
        legality,
        model::{Model, ONE},
        source::{self, Mode},
    },
};

/// Vectors, with or without partners.
#[derive(Debug, Clone, PartialEq)]
pub struct Lane {
    /// What it is called.
    pub id: String,
    /// Its vectors.
    pub vectors: Vec<Vector>,
    /// What they are held against, where the file says so.
    pub partners: Option<Vec<Vector>>,
}

impl Lane {
    /// The pairs: against its own partners, else against `others`, else against the x axis.
    pub fn pairs(self, others: Option<&[Vector]>) -> (Vec<Vector>, Vec<Vector>) {
        let count = self.vectors.len();
        let partners = self.partners.or_else(|| others.map(<[Vector]>::to_vec)).unwrap_or_else(|| vec![[1.0, 0.0]; count]);
        (self.vectors, partners)
    }
}

/// Why a file gives no vectors.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum Refusal {
    /// It is of no kind that holds vectors.
    #[error("{0}")]
    None(String),
    /// It is of such a kind, and is not collapsed.
    #[error("{0}")]
    Whole(String),
    /// A member that cannot be computed with.
    #[error("{0}")]
    At(ReadError),
}

impl From<ReadError> for Refusal {
    fn from(error: ReadError) -> Self {
        Refusal::At(error)
    }
}

/// The lanes of a pack, a container or a drawing; `None` for bytes that are none of them, which may be JSON. `stem` is the file's name without its
/// extension, and names what has no name of its own; `epsilon` is the tolerance of a drawing's curves in units of 2⁻³² of its extent.
pub fn geometry(stem: &str, is_drawing: bool, bytes: &[u8], epsilon: u64) -> Option<Result<Vec<Lane>, Refusal>> {
    let found = if bytes.starts_with(b"SCXQ2") {
        pack(stem, bytes)
    } else if bytes.starts_with(b"DICT") {
        container(stem, bytes)
    } else if is_drawing {
        drawing(stem, bytes, epsilon)
    } else {
        return None;
    };
    Some(found.map(|lane| vec![lane]))
}

/// The points of a pack's geometry, in units of the normalised box.
fn pack(stem: &str, bytes: &[u8]) -> Result<Lane, Refusal> {
    let decoded = Pack::open(bytes).and_then(|pack| pack.decode()).map_err(|rejection| Refusal::Whole(rejection.message))?;
    Ok(of_model(stem, &decoded.model))
}

/// The places of an index's nodes: f32, widened (`DECISIONS` 17).
fn container(stem: &str, bytes: &[u8]) -> Result<Lane, Refusal> {
    let index = Index::decode(bytes).map_err(|error| Refusal::Whole(format!("`{}`: {error}", error.name)))?;
    let vectors = index.nodes.iter().map(|node| node.place.map(f64::from)).collect();
    Ok(Lane { id: stem.to_owned(), vectors, partners: None })
}

fn of_model(stem: &str, model: &Model) -> Lane {
    let scaled = |value: i32| f64::from(value) / f64::from(ONE);
    let vectors = model.points.iter().map(|(x, y)| [scaled(*x), scaled(*y)]).collect();
    Lane { id: stem.to_owned(), vectors, partners: None }
}

/// The points of a unit of a semantic index, whose hash must be the one it declares, or those of the tensor that a drawing is: its pack
/// holds the same.
fn drawing(stem: &str, bytes: &[u8], epsilon: u64) -> Result<Lane, Refusal> {
    let refused = |why: &str| Refusal::Whole(why.to_owned());
    let text = std::str::from_utf8(bytes).map_err(|_| refused("the drawing is not UTF-8"))?;
    let elements = Elements::parse(text).elements.ok_or_else(|| refused("the drawing cannot be read"))?;
    let root = elements.root();
    if root.value("tensor") != Some("semantic.index.v1") {
        return tensor(stem, &elements, epsilon);
    }
    let unit = Unit::read(&elements).ok_or_else(|| refused("a path, a transform or a list of edges cannot be read"))?;
    if let Some(declared) = root.value("data-hash")
        && declared != unit.hash().to_string()
    {
        return Err(Refusal::Whole(format!("`data-hash` is `{declared}` and the geometry has `{}`: it is not collapsed", unit.hash())));
    }
    let vectors = unit.points.iter().map(|point| point.map(f64::from)).collect();
    Ok(Lane { id: root.value("data-doc-id").unwrap_or(stem).to_owned(), vectors, partners: None })
}

/// Any drawing may lie about, so what is no tensor is of no kind that holds vectors; why it is none is for the linter to tell in full.
fn tensor(stem: &str, elements: &Elements<'_>, epsilon: u64) -> Result<Lane, Refusal> {
    let none = |why: String| Refusal::None(format!("the drawing is no tensor that could be collapsed: {why}"));
    let drawing = source::read(elements, epsilon, Mode::Strict).map_err(|fault| none(fault.message))?.drawing;
    if drawing.model.elements.is_empty() {
        return Err(none("nothing is drawn".to_owned()));
    }
    match legality::judge(&drawing.model, &Graph::of(&drawing.model)).fault(&drawing.model, &drawing.origin) {
        Some(fault) => Err(none(fault.message)),
        None => Ok(of_model(stem, &drawing.model)),
    }
}

/// The place and name of the first member that stands twice in its object, which gives a document two meanings.
pub fn twice(tree: &Tree) -> Option<ReadError> {
    let duplicate = tree.duplicates().first()?;
    let message = format!("the member `{}` stands twice: keep one of them", duplicate.name);
    Some(ReadError::at(tree.node(duplicate.object), message))
}

/// The lanes of a JSON document: those of the list that it is or that its `documents` or `pairs` holds, else its own.
///
/// # Errors
/// A document without vectors, and members that cannot be computed with.
pub fn in_json(root: Node<'_>, stem: &str) -> Result<Vec<Lane>, Refusal> {
    let list = if root.is_array() { Some(root) } else { root.get("documents").or_else(|| root.get("pairs")) };
    let Some(list) = list.filter(|list| list.is_array()) else {
        let message = "it holds no vectors: `vecA` and `vecB`, `vectors`, `documents`, or the `geometry` of a signal are wanted";
        return Ok(vec![object(root, stem)?.ok_or_else(|| Refusal::None(message.to_owned()))?]);
    };
    let mut lanes = Vec::with_capacity(list.len());
    for (number, item) in list.items().enumerate() {
        let lane = object(item, &format!("{stem} {}", number + 1))?;
        let message = || format!("`{}` holds no vectors: `vecA` and `vecB`, or `vectors`, are wanted", item.pointer());
        lanes.push(lane.ok_or_else(|| Refusal::None(message()))?);
    }
    Ok(lanes)
}

/// The lane of one object; `None` for an object without vectors.
///
/// # Errors
/// Members that cannot be computed with.
pub fn object(node: Node<'_>, name: &str) -> Result<Option<Lane>, ReadError> {
    let id = ["id", "doc_id", "name"].iter().find_map(|member| node.get(member)).and_then(|id| id.as_str());
    let id = id.map_or_else(|| name.to_owned(), |id| id.into_owned());
    if let Some(geometry) = node.get("geometry").filter(|geometry| node.get("vecA").is_none() && geometry.get("angles").is_some()) {
        return Ok(Some(Lane { id, vectors: signal(geometry)?, partners: None }));
    }
    let Some(vectors) = ["vecA", "A", "vectors"].iter().find_map(|member| node.get(member)) else { return Ok(None) };
    let partners = ["vecB", "B"].iter().find_map(|member| node.get(member)).map(read::vectors).transpose()?;
    Ok(Some(Lane { id, vectors: read::vectors(vectors)?, partners }))
}

/// Angles and magnitudes as vectors.
fn signal(geometry: Node<'_>) -> Result<Vec<Vector>, ReadError> {
    let (angles, magnitudes) = (read::member(geometry, "angles")?, read::member(geometry, "magnitudes")?);
    let (a, m) = (read::numbers(angles)?, read::numbers(magnitudes)?);
    normalize(&a, &m).map_err(|error| ReadError::at(geometry, error.to_string()))?;
    if let Some(angle) = angles.items().zip(&a).find(|(_, angle)| !(0.0..math::FULL_TURN).contains(*angle)) {
        let message = format!("the angle {} lies outside [0, 2π): take it into range with `mx2lm-lint signal normalize`", angle.1);
        return Err(ReadError::at(angle.0, message));
    }
    Ok(a.iter().zip(&m).map(|(angle, magnitude)| [magnitude * math::cos(*angle), magnitude * math::sin(*angle)]).collect())
}
