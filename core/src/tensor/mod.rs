//! SVG-Tensors: what the attributes of a drawing say, as numbers.
//!
//! Nothing here knows XML, files or rules: every function takes the text of one attribute value and speaks of offsets in it.

pub mod decimal;
pub mod decompose;
pub mod graph;
pub mod length;
pub mod model;
pub mod number;
pub mod outline;
pub mod path_data;
pub mod transform;
