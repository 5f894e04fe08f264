//! The five lanes and their order.

use std::fmt;

/// A lane of a pack. The order is the order in the file (B259).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// Elements: id, rank, flags.
    M,
    /// Edges between vertices.
    T,
    /// Commands and coordinates.
    G,
    /// Scales.
    X,
    /// Length, stroke width and curvature.
    W,
}

impl Lane {
    /// All lanes, in the order of the file.
    pub const ALL: [Lane; 5] = [Lane::M, Lane::T, Lane::G, Lane::X, Lane::W];

    /// The byte that names the lane on the wire.
    pub const fn id(self) -> u8 {
        match self {
            Lane::M => b'M',
            Lane::T => b'T',
            Lane::G => b'G',
            Lane::X => b'X',
            Lane::W => b'W',
        }
    }

    /// The letter as text.
    pub const fn letter(self) -> &'static str {
        match self {
            Lane::M => "M",
            Lane::T => "T",
            Lane::G => "G",
            Lane::X => "X",
            Lane::W => "W",
        }
    }

    /// The lane of that letter.
    pub fn from_letter(letter: &str) -> Option<Lane> {
        Lane::ALL.into_iter().find(|lane| lane.letter() == letter)
    }

    /// The lane that this byte names.
    pub fn from_id(id: u8) -> Option<Lane> {
        Lane::ALL.into_iter().find(|lane| lane.id() == id)
    }

    /// Its place in the file, from 0.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// What it holds, in a few words.
    pub const fn holds(self) -> &'static str {
        match self {
            Lane::M => "elements: id, rank, flags",
            Lane::T => "edges between vertices",
            Lane::G => "commands and coordinates",
            Lane::X => "scales",
            Lane::W => "length, stroke width, curvature",
        }
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.letter())
    }
}
