//! Reading the small records field by field, with the offset and the name of what is wrong.

use crate::hash::digest::Digest;

/// Why a record is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("byte {at}: {what}")]
pub struct RecordError {
    /// The specification's name.
    pub name: &'static str,
    /// The field.
    pub field: &'static str,
    /// Where, in bytes from the start.
    pub at: usize,
    /// The field, the value found and the value wanted.
    pub what: String,
}

impl RecordError {
    /// Sizes, counts and values that cannot be.
    pub(super) fn malformed(field: &'static str, at: usize, what: impl Into<String>) -> Self {
        RecordError { name: "load_error.malformed_envelope", field, at, what: what.into() }
    }

    /// A way of storing that is not known.
    pub(super) fn encoding(field: &'static str, at: usize, what: impl Into<String>) -> Self {
        RecordError { name: "load_error.unsupported_encoding", field, at, what: what.into() }
    }
}

/// A place in the bytes of a record.
pub(super) struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Reader<'b> {
    pub fn new(bytes: &'b [u8]) -> Self {
        Reader { bytes, at: 0 }
    }

    /// Bytes read so far.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Bytes that are left.
    pub fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    /// The next `len` bytes; a claim beyond the end is refused before anything is made of it.
    pub fn take(&mut self, len: usize, field: &'static str) -> Result<&'b [u8], RecordError> {
        let left = self.left();
        let taken = self.at.checked_add(len).and_then(|end| self.bytes.get(self.at..end));
        let taken =
            taken.ok_or_else(|| RecordError::malformed(field, self.at, format!("`{field}` takes {len} bytes, and {left} are left")))?;
        self.at += len;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], RecordError> {
        let at = self.at;
        self.take(N, field)?.try_into().map_err(|_| RecordError::malformed(field, at, format!("`{field}` is cut short")))
    }

    pub fn u8(&mut self, field: &'static str) -> Result<u8, RecordError> {
        self.array::<1>(field).map(|[byte]| byte)
    }

    pub fn u32(&mut self, field: &'static str) -> Result<u32, RecordError> {
        self.array(field).map(u32::from_le_bytes)
    }

    /// The six bytes a record begins with.
    pub fn magic(&mut self, wanted: &[u8; 6]) -> Result<(), RecordError> {
        if !self.bytes.starts_with(wanted) {
            let what = format!("the record does not begin with `{}`", String::from_utf8_lossy(wanted));
            return Err(RecordError { name: "load_error.bad_magic", field: "magic", at: 0, what });
        }
        self.at = wanted.len();
        Ok(())
    }

    pub fn version(&mut self, wanted: u16) -> Result<(), RecordError> {
        let at = self.at;
        let found = u16::from_le_bytes(self.array("version")?);
        if found == wanted {
            return Ok(());
        }
        Err(RecordError {
            name: "load_error.unsupported_version",
            field: "version",
            at,
            what: format!("version is {found:#06x}; wanted is {wanted:#06x}"),
        })
    }

    /// The length of the hash: always 32 (A015).
    pub fn hash_length(&mut self) -> Result<(), RecordError> {
        // the hash covers what is before its length
        let at = self.at;
        match self.u8("hash_len")? {
            32 => Ok(()),
            other => Err(RecordError::malformed("hash_len", at, format!("`hash_len` is {other}; a SHA-256 has 32 bytes"))),
        }
    }

    /// The hash that [`Reader::hash_length`] announced: over all bytes before the length.
    pub fn hash(&mut self) -> Result<(), RecordError> {
        self.hash_of(self.at.saturating_sub(1))
    }

    /// A hash over the first `covered` bytes.
    pub fn hash_of(&mut self, covered: usize) -> Result<(), RecordError> {
        let at = self.at;
        let found = Digest(self.array("hash")?);
        let truth = Digest::of(self.bytes.get(..covered).unwrap_or_default());
        if found == truth {
            return Ok(());
        }
        Err(RecordError {
            name: "verification_error.integrity_violation",
            field: "hash",
            at,
            what: format!("the hash is `{found}`, and the bytes before it have `{truth}`"),
        })
    }

    /// Nothing may follow.
    pub fn end(&self) -> Result<(), RecordError> {
        match self.left() {
            0 => Ok(()),
            more => Err(RecordError::malformed("hash", self.at, format!("{more} bytes follow the hash; it is the last field"))),
        }
    }
}
