//! Why there is no score, and which number of the input is to blame.

use thiserror::Error;

/// Why there is no score. Every variant that blames a number says which one: [`CollapseError::pointer`].
#[derive(Debug, Clone, PartialEq, Error)]
pub enum CollapseError {
    /// An angle of tolerance outside [0, π].
    #[error("epsilon is {found}, which is not an angle from 0 to π (3.141592653589793)")]
    Epsilon {
        /// What was given.
        found: f64,
    },
    /// Two lists that are read in parallel differ in length.
    #[error("`{left}` has {left_len} entries and `{right}` has {right_len}: they are read in parallel and must be equally long")]
    Lengths {
        /// Name of the one list.
        left: &'static str,
        /// Its length.
        left_len: usize,
        /// Name of the other list.
        right: &'static str,
        /// Its length.
        right_len: usize,
    },
    /// An infinity or NaN in the input.
    #[error("`{list}[{index}]{}` is {found}: every number must be finite", axis_text(*axis))]
    NotFinite {
        /// Name of the list.
        list: &'static str,
        /// Which entry, from 0.
        index: usize,
        /// Which component of a vector, 0 or 1; `None` in a list of plain numbers.
        axis: Option<usize>,
        /// What stands there.
        found: f64,
    },
    /// A number outside what its list may hold.
    #[error("`{list}[{index}]` is {found}, and {wanted} is wanted")]
    Range {
        /// Name of the list.
        list: &'static str,
        /// Which entry, from 0.
        index: usize,
        /// What stands there.
        found: f64,
        /// What may stand there, in words.
        wanted: &'static str,
    },
    /// A single number outside what it may be.
    #[error("`{name}` is {found}, and {wanted} is wanted")]
    Parameter {
        /// Name of the number.
        name: &'static str,
        /// What was given.
        found: f64,
        /// What it may be, in words.
        wanted: &'static str,
    },
    /// Weights that do not add up.
    #[error("the weights add up to {sum}, and 1 (within 0.000001) is wanted; write `normalized: false` where that is meant")]
    WeightSum {
        /// Their sum, left to right.
        sum: f64,
    },
    /// Finite input, and a sum on the way that f64 cannot hold.
    #[error("{what} exceeds what a 64-bit number can hold (about 1.8e308): scale the input down")]
    Overflow {
        /// Which sum.
        what: &'static str,
    },
}

impl CollapseError {
    /// JSON Pointer of the number or list to blame, below the object that holds the input; `None` where the whole is to blame.
    pub fn pointer(&self) -> Option<String> {
        match self {
            Self::Epsilon { .. } => Some("/epsilon".to_owned()),
            Self::Lengths { right, .. } => Some(format!("/{right}")),
            Self::NotFinite { list, index, axis: Some(axis), .. } => Some(format!("/{list}/{index}/{axis}")),
            Self::NotFinite { list, index, axis: None, .. } | Self::Range { list, index, .. } => Some(format!("/{list}/{index}")),
            Self::Parameter { name, .. } => Some(format!("/{name}")),
            Self::WeightSum { .. } => Some("/weights".to_owned()),
            Self::Overflow { .. } => None,
        }
    }
}

fn axis_text(axis: Option<usize>) -> String {
    axis.map(|axis| format!("[{axis}]")).unwrap_or_default()
}

/// `Err` naming the two lists when their lengths differ.
pub(super) fn equal_lengths(left: (&'static str, usize), right: (&'static str, usize)) -> Result<(), CollapseError> {
    if left.1 == right.1 {
        return Ok(());
    }
    Err(CollapseError::Lengths { left: left.0, left_len: left.1, right: right.0, right_len: right.1 })
}

/// `Err` naming the first infinity or NaN of a list of plain numbers.
pub(super) fn all_finite(list: &'static str, values: &[f64]) -> Result<(), CollapseError> {
    match values.iter().position(|value| !value.is_finite()) {
        None => Ok(()),
        Some(index) => Err(CollapseError::NotFinite { list, index, axis: None, found: values[index] }),
    }
}

/// `Err` naming the first entry that `lawful` denies.
pub(super) fn each(list: &'static str, values: &[f64], wanted: &'static str, lawful: impl Fn(f64) -> bool) -> Result<(), CollapseError> {
    match values.iter().position(|value| !lawful(*value)) {
        None => Ok(()),
        Some(index) => Err(CollapseError::Range { list, index, found: values[index], wanted }),
    }
}
