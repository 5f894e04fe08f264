//! Quantised tensors as bytes: the record of seed 003 §2, in the project's own profile (A010–A018).
//!
//! ```text
//! 0   53 43 58 51 32 54   magic "SCXQ2T"
//! 6   u16                 version 0x0100, little-endian as all that follows
//! 8   u8                  width: 0 binary, 1 ternary, 2 int2
//! 9   u8                  rank
//! 10  rank x u32          shape
//!     ...                 data: elements packed from the lowest bit of each byte, 1 bit (binary) or 2 bits (ternary, int2: two's complement)
//!     u8                  hash_len, 32
//!     32                  SHA-256 of all bytes before hash_len
//! ```
//! A record has one spelling: bits behind the last element are 0. Quantising loses; packing does not.

use super::record::{Reader, RecordError};
use crate::hash::digest::Digest;

/// The six bytes a record begins with.
pub const MAGIC: &[u8; 6] = b"SCXQ2T";
/// The only version there is.
pub const VERSION: u16 = 0x0100;
/// Most dimensions of a tensor, as many as the rank's byte can say.
pub const MAX_RANK: usize = u8::MAX as usize;

/// What an element may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// 0 or 1.
    Binary,
    /// −1, 0 or 1.
    Ternary,
    /// −2 to 1.
    Int2,
}

impl Width {
    /// All widths, by their byte.
    pub const ALL: [Width; 3] = [Width::Binary, Width::Ternary, Width::Int2];

    /// Bits an element takes.
    pub const fn bits(self) -> usize {
        match self {
            Width::Binary => 1,
            Width::Ternary | Width::Int2 => 2,
        }
    }

    /// The name.
    pub const fn name(self) -> &'static str {
        match self {
            Width::Binary => "binary",
            Width::Ternary => "ternary",
            Width::Int2 => "int2",
        }
    }

    /// The width of that name.
    pub fn by_name(name: &str) -> Option<Width> {
        Width::ALL.into_iter().find(|width| width.name() == name)
    }

    /// Whether an element may have this value.
    pub fn holds(self, value: i8) -> bool {
        match self {
            Width::Binary => (0..=1).contains(&value),
            Width::Ternary => (-1..=1).contains(&value),
            Width::Int2 => (-2..=1).contains(&value),
        }
    }

    /// The value nearest to a number, by the width's own rule (A016): binary is whether the number is not negative; ternary is its sign
    /// beyond `threshold`, and 0 up to it; int2 is the nearest integer, ties to even, held within −2 to 1. `None` for what is no number.
    pub fn quantise(self, number: f64, threshold: f64) -> Option<i8> {
        if !number.is_finite() || !threshold.is_finite() || threshold < 0.0 {
            return None;
        }
        Some(match self {
            Width::Binary => i8::from(number >= 0.0),
            Width::Ternary if number.abs() <= threshold => 0,
            Width::Ternary if number > 0.0 => 1,
            Width::Ternary => -1,
            Width::Int2 => number.round_ties_even().clamp(-2.0, 1.0) as i8,
        })
    }
}

/// A quantised tensor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorRecord {
    width: Width,
    shape: Vec<u32>,
    values: Vec<i8>,
}

/// Why values make no tensor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    /// More dimensions than a record can say.
    #[error("{0} dimensions are more than the {MAX_RANK} a record can say")]
    Rank(usize),
    /// The product of the shape is not the number of values.
    #[error("the shape makes {0} elements, and there are {1}")]
    Elements(u128, usize),
    /// A value its width does not have: index and value.
    #[error("element {0} is {1}, which is no {2} value")]
    Value(usize, i8, &'static str),
}

impl TensorRecord {
    /// A tensor of these values in row order. Rank 0 is a single element.
    pub fn new(width: Width, shape: Vec<u32>, values: Vec<i8>) -> Result<TensorRecord, ShapeError> {
        if shape.len() > MAX_RANK {
            return Err(ShapeError::Rank(shape.len()));
        }
        let elements = elements(&shape).unwrap_or(u128::MAX);
        if elements != values.len() as u128 {
            return Err(ShapeError::Elements(elements, values.len()));
        }
        match values.iter().position(|value| !width.holds(*value)) {
            Some(at) => Err(ShapeError::Value(at, values.get(at).copied().unwrap_or_default(), width.name())),
            None => Ok(TensorRecord { width, shape, values }),
        }
    }

    /// What its elements may be.
    pub fn width(&self) -> Width {
        self.width
    }

    /// Its dimensions.
    pub fn shape(&self) -> &[u32] {
        &self.shape
    }

    /// Its elements, in row order.
    pub fn values(&self) -> &[i8] {
        &self.values
    }

    /// The bytes of the record.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = self.head();
        bytes.push(32);
        let hash = Digest::of(bytes.get(..bytes.len() - 1).unwrap_or_default());
        bytes.extend(hash.0);
        bytes
    }

    /// The entanglement hash of the tensor: over all bytes before `hash_len` (A017).
    pub fn entanglement(&self) -> Digest {
        Digest::of(&self.head())
    }

    fn head(&self) -> Vec<u8> {
        let bits = self.width.bits();
        let mut bytes = MAGIC.to_vec();
        bytes.extend(VERSION.to_le_bytes());
        bytes.push(self.width as u8);
        bytes.push(self.shape.len() as u8);
        self.shape.iter().for_each(|size| bytes.extend(size.to_le_bytes()));
        let mask = (1u8 << bits) - 1;
        for group in self.values.chunks(8 / bits) {
            bytes.push(group.iter().enumerate().fold(0, |byte, (at, value)| byte | (*value as u8 & mask) << (at * bits)));
        }
        bytes
    }

    /// Reads a record. Everything is refused that [`TensorRecord::encode`] does not write; nothing is allocated for a claimed shape
    /// before its bytes are there.
    pub fn decode(bytes: &[u8]) -> Result<TensorRecord, RecordError> {
        let mut reader = Reader::new(bytes);
        reader.magic(MAGIC)?;
        reader.version(VERSION)?;
        let at = reader.at();
        let code = reader.u8("width")?;
        let width = Width::ALL.into_iter().find(|width| *width as u8 == code);
        let width =
            width.ok_or_else(|| RecordError::encoding("width", at, format!("width is {code}; wanted is 0 binary, 1 ternary or 2 int2")))?;
        let rank = reader.u8("rank")?;
        let shape: Vec<u32> = (0..rank).map(|_| reader.u32("shape")).collect::<Result<_, _>>()?;
        let at = reader.at();
        let elements = elements(&shape).and_then(|elements| usize::try_from(elements).ok());
        let size = elements.and_then(|elements| Some(elements.checked_mul(width.bits())?.div_ceil(8)));
        let (Some(elements), Some(size)) = (elements, size) else {
            return Err(RecordError::malformed("shape", at, "the shape makes more elements than any file has"));
        };
        let data = reader.take(size, "data")?;
        let mut values = Vec::with_capacity(elements);
        let bits = width.bits();
        for index in 0..elements {
            let (byte, shift) = (index * bits / 8, index * bits % 8);
            let raw = data.get(byte).copied().unwrap_or_default() >> shift & ((1 << bits) - 1);
            let value = if bits == 2 { (raw << 6) as i8 >> 6 } else { raw as i8 };
            if !width.holds(value) {
                return Err(RecordError::malformed(
                    "data",
                    at + byte,
                    format!("element {index} is {value}, which is no {} value", width.name()),
                ));
            }
            values.push(value);
        }
        let used = elements * bits % 8;
        if used != 0 && data.last().is_some_and(|last| last >> used != 0) {
            return Err(RecordError::malformed("data", at + size - 1, "bits behind the last element are not 0"));
        }
        reader.hash_length()?;
        reader.hash()?;
        reader.end()?;
        Ok(TensorRecord { width, shape, values })
    }
}

/// The product of a shape; `None` beyond 2^128.
fn elements(shape: &[u32]) -> Option<u128> {
    if shape.contains(&0) {
        return Some(0);
    }
    shape.iter().try_fold(1u128, |product, size| product.checked_mul(u128::from(*size)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tensor() -> impl Strategy<Value = TensorRecord> {
        let dims = proptest::collection::vec(0u32..5, 0..4);
        (0usize..3, dims).prop_flat_map(|(width, shape)| {
            let width = Width::ALL[width];
            let count = elements(&shape).unwrap() as usize;
            let value = match width {
                Width::Binary => 0i8..2,
                Width::Ternary => -1..2,
                Width::Int2 => -2..2,
            };
            proptest::collection::vec(value, count).prop_map(move |values| TensorRecord::new(width, shape.clone(), values).unwrap())
        })
    }

    #[test]
    // rows: A011 A012 A013 A014 A015
    fn the_fields_stand_in_their_order() {
        let record = TensorRecord::new(Width::Ternary, vec![2, 3], vec![1, -1, 0, 0, 1, 1]).unwrap();
        let bytes = record.encode();
        // 1 is 01, -1 is 11, 0 is 00, from the lowest bits: 00 00 11 01, then 01 01
        let head = [b"SCXQ2T".as_slice(), &[0, 1, 1, 2, 2, 0, 0, 0, 3, 0, 0, 0, 0b0000_1101, 0b0101, 32]].concat();
        assert_eq!(bytes[..head.len()], head);
        assert_eq!(bytes[head.len()..], Digest::of(&head[..head.len() - 1]).0);
        assert_eq!(TensorRecord::decode(&bytes), Ok(record));
        let scalar = TensorRecord::new(Width::Binary, vec![], vec![1]).unwrap();
        assert_eq!(TensorRecord::decode(&scalar.encode()), Ok(scalar), "rank 0 is one element");
    }

    #[test]
    // rows: A006 A016
    fn numbers_become_values_by_the_rule_of_their_width() {
        let all = |width: Width, threshold| {
            [-9.0, -2.5, -1.5, -0.5, -0.0, 0.0, 0.5, 0.500001, 1.5, 9.0].map(|x| width.quantise(x, threshold).unwrap())
        };
        assert_eq!(all(Width::Binary, 0.0), [0, 0, 0, 0, 1, 1, 1, 1, 1, 1]);
        assert_eq!(all(Width::Ternary, 0.5), [-1, -1, -1, 0, 0, 0, 0, 1, 1, 1]);
        assert_eq!(all(Width::Int2, 0.0), [-2, -2, -2, 0, 0, 0, 0, 1, 1, 1], "ties go to the even neighbour");
        for width in Width::ALL {
            assert_eq!(width.quantise(f64::NAN, 0.0), None);
            assert_eq!(width.quantise(f64::INFINITY, 0.0), None);
            assert_eq!(width.quantise(1.0, -1.0), None);
        }
    }

    #[test]
    // rows: A011 A013 A014 A015
    fn each_refusal_has_its_name_and_offset() {
        let good = TensorRecord::new(Width::Ternary, vec![3], vec![1, 0, -1]).unwrap().encode();
        let told = |change: &dyn Fn(&mut Vec<u8>)| {
            let mut bytes = good.clone();
            change(&mut bytes);
            let error = TensorRecord::decode(&bytes).unwrap_err();
            (error.name, error.at)
        };
        assert_eq!(told(&|b| b[5] = b'X'), ("load_error.bad_magic", 0));
        assert_eq!(told(&|b| b[6] = 1), ("load_error.unsupported_version", 6));
        assert_eq!(told(&|b| b[8] = 3), ("load_error.unsupported_encoding", 8));
        assert_eq!(told(&|b| b[9] = 12), ("load_error.malformed_envelope", 46), "a shape that goes on into the hash and behind it");
        assert_eq!(
            told(&|b| b[10..14].copy_from_slice(&[0xff; 4])),
            ("load_error.malformed_envelope", 14),
            "4 billion elements in 48 bytes"
        );
        assert_eq!(told(&|b| b[14] = 0b10), ("load_error.malformed_envelope", 14), "-2 is no ternary value");
        assert_eq!(told(&|b| b[14] |= 0x40), ("load_error.malformed_envelope", 14), "bits behind the last element");
        assert_eq!(told(&|b| b[15] = 20), ("load_error.malformed_envelope", 15));
        assert_eq!(told(&|b| b[14] ^= 0b01), ("verification_error.integrity_violation", 16));
        assert_eq!(told(&|b| b.push(0)), ("load_error.malformed_envelope", 48));
        let mut wide = good.clone();
        wide.splice(9..14, std::iter::once(255).chain([0xff; 4 * 255]));
        assert_eq!(TensorRecord::decode(&wide).unwrap_err().name, "load_error.malformed_envelope", "a shape beyond 2^128");
    }

    #[test]
    // rows: A013
    fn values_and_shape_must_fit() {
        assert_eq!(TensorRecord::new(Width::Binary, vec![2, 2], vec![0; 3]), Err(ShapeError::Elements(4, 3)));
        assert_eq!(TensorRecord::new(Width::Binary, vec![1], vec![2]), Err(ShapeError::Value(0, 2, "binary")));
        assert!(TensorRecord::new(Width::Binary, vec![1; 256], vec![0]).is_err());
        assert!(TensorRecord::new(Width::Int2, vec![0, 7], vec![]).is_ok());
    }

    proptest! {
        // rows: A002 A005 A010 A014 A018
        #[test]
        fn what_is_packed_is_unpacked_and_no_two_tensors_share_a_record(a in tensor(), b in tensor()) {
            let bytes = a.encode();
            prop_assert_eq!(TensorRecord::decode(&bytes), Ok(a.clone()));
            prop_assert_eq!(a.clone().encode(), bytes.clone());
            prop_assert_eq!(a == b, bytes == b.encode());
        }

        // rows: A011 A017
        #[test]
        fn every_flipped_bit_and_every_cut_is_refused(a in tensor(), bit in 0usize..4096, cut in 0usize..512) {
            let bytes = a.encode();
            let bit = bit % (bytes.len() * 8);
            let mut other = bytes.clone();
            other[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(TensorRecord::decode(&other).is_err());
            prop_assert!(TensorRecord::decode(&bytes[..cut % bytes.len()]).is_err());
        }

        #[test]
        fn any_bytes_are_answered(tail in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = TensorRecord::decode(&tail);
            let _ = TensorRecord::decode(&[MAGIC.as_slice(), &[0, 1], &tail].concat());
        }
    }
}
