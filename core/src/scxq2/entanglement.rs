//! One identity for a set of records (seed 003 §4; A029): the sorted, length-prefixed hashes of the records, hashed.

use crate::hash::digest::Digest;

/// The entanglement of a set of records. Their order and repetitions do not count; each hash is preceded by its length as u32,
/// little-endian.
pub fn entanglement<'r>(records: impl IntoIterator<Item = &'r [u8]>) -> Digest {
    let mut hashes: Vec<Digest> = records.into_iter().map(Digest::of).collect();
    hashes.sort_unstable();
    hashes.dedup();
    let length = (size_of::<Digest>() as u32).to_le_bytes();
    Digest::of_parts(hashes.iter().flat_map(|hash| [length.as_slice(), hash.0.as_slice()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    // rows: A029
    fn a_set_has_one_identity_whatever_its_order() {
        let of = |records: &[&str]| entanglement(records.iter().map(|text| text.as_bytes()));
        assert_eq!(of(&["sea", "tide", "moon"]), of(&["moon", "sea", "tide", "sea"]));
        assert_ne!(of(&["sea", "tide"]), of(&["seatide"]));
        assert_ne!(of(&["sea"]), of(&["sea", ""]));
        assert_eq!(of(&[]), Digest::EMPTY);
        let one = [&[32, 0, 0, 0][..], &Digest::of(b"sea").0].concat();
        assert_eq!(of(&["sea"]), Digest::of(&one));
    }
}
