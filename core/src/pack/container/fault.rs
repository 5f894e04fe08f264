//! What is wrong with a container: which law, in which section, at which byte.

use std::fmt;

/// The part of a container in which something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// The first 36 bytes.
    Header,
    /// Symbols and lane ids.
    Dict,
    /// The directory of lanes.
    Index,
    /// The payloads.
    Data,
    /// The scales.
    Qscale,
    /// The counts of clipped samples.
    Audit,
    /// The root.
    Merkle,
    /// The signature.
    Signature,
}

impl Section {
    /// The name as locators and messages write it.
    pub fn name(self) -> &'static str {
        match self {
            Section::Header => "header",
            Section::Dict => "DICT",
            Section::Index => "INDEX",
            Section::Data => "DATA",
            Section::Qscale => "QSCALE",
            Section::Audit => "AUDIT",
            Section::Merkle => "MERKLE",
            Section::Signature => "SIGNATURE",
        }
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A law of containers that is broken, or (among [`Pack::notes`](super::Pack::notes)) one that is kept in a way worth a warning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The name of the law, `pack.…` or `dict.…`.
    pub name: &'static str,
    /// In which section.
    pub section: Section,
    /// At which byte of the file.
    pub offset: usize,
    /// `/section/item/field` (`DECISIONS` 67).
    pub locator: String,
    /// What stands there and what is wanted.
    pub why: String,
    /// What to do.
    pub help: &'static str,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} (byte {}, {})", self.name, self.why, self.offset, self.section)
    }
}

impl std::error::Error for Fault {}
