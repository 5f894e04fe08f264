//! The vectors that a file holds for a collapse: a unit of a semantic index, the geometry of a pack, or JSON with lists of pairs.
//!
//! Knows the bytes of one file and reads no other. Geometry that its own hash denies is refused, never collapsed.

use thiserror::Error;

use crate::{
    collapse::{
        Vector, math, normalize,
        read::{self, ReadError},
    },
    document::index_unit::Unit,
    scxq2::pack::Pack,
    syntax::{json::Node, xml::Elements},
    tensor::model::ONE,
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

/// The lanes of a pack or of a drawing; `None` for bytes that are neither, which may be JSON. `stem` is the file's name without its
/// extension, and names what has no name of its own.
pub fn geometry(stem: &str, is_drawing: bool, bytes: &[u8]) -> Option<Result<Vec<Lane>, Refusal>> {
    let found = if bytes.starts_with(b"SCXQ2") {
        pack(stem, bytes)
    } else if is_drawing {
        drawing(stem, bytes)
    } else {
        return None;
    };
    Some(found.map(|lane| vec![lane]))
}

/// The points of a pack's geometry, in units of the normalised box.
fn pack(stem: &str, bytes: &[u8]) -> Result<Lane, Refusal> {
    let decoded = Pack::open(bytes).and_then(|pack| pack.decode()).map_err(|rejection| Refusal::Whole(rejection.message))?;
    let scaled = |value: i32| f64::from(value) / f64::from(ONE);
    let vectors = decoded.model.points.iter().map(|(x, y)| [scaled(*x), scaled(*y)]).collect();
    Ok(Lane { id: stem.to_owned(), vectors, partners: None })
}

/// The points of a unit of a semantic index, whose hash must be the one it declares.
fn drawing(stem: &str, bytes: &[u8]) -> Result<Lane, Refusal> {
    let refused = |why: &str| Refusal::Whole(why.to_owned());
    let text = std::str::from_utf8(bytes).map_err(|_| refused("the drawing is not UTF-8"))?;
    let elements = Elements::parse(text).elements.ok_or_else(|| refused("the drawing cannot be read"))?;
    let root = elements.root();
    if root.value("tensor") != Some("semantic.index.v1") {
        let why = "only a drawing with `tensor=\"semantic.index.v1\"` holds vectors; pack another one and name the pack";
        return Err(Refusal::None(why.to_owned()));
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

/// The lanes of a JSON document: those of the list that it is or that its `documents` or `pairs` holds, else its own.
///
/// # Errors
/// A document without vectors, and members that cannot be computed with.
pub fn in_json(root: Node<'_>, stem: &str) -> Result<Vec<Lane>, Refusal> {
    let list = if root.is_array() { Some(root) } else { root.get("documents").or_else(|| root.get("pairs")) };
    let Some(list) = list.filter(|list| list.is_array()) else {
        let message = "no vectors: `vecA` and `vecB`, `vectors`, `documents`, or the `geometry` of a signal are wanted";
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
    Ok(a.iter().zip(&m).map(|(angle, magnitude)| [magnitude * math::cos(*angle), magnitude * math::sin(*angle)]).collect())
}
