//! The signals of a micronaut as one fixed record (seed 003 §6), in the project's own profile (A043, A050–A052).
//!
//! ```text
//! 0   53 43 58 51 32 4e   magic "SCXQ2N"
//! 6   u16                 version 0x0100, little-endian as all that follows
//! 8   u8                  domain_id: 0 ui/css, 1 routing, 2 data/api, 3 geometry, 4 π/weights
//! 9   u32                 signal_count
//! 13  signal_count x      { u32 length, bytes }
//!     32                  SHA-256 of all bytes before it
//! ```
//! Signals are opaque: nothing here reads them, and nothing runs.

use super::{
    record::{Reader, RecordError},
    sbs1::Domain,
};
use crate::hash::digest::Digest;

/// The six bytes a record begins with.
pub const MAGIC: &[u8; 6] = b"SCXQ2N";
/// The only version there is.
pub const VERSION: u16 = 0x0100;
const HASH_BYTES: usize = 32;

/// What a micronaut says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MicronautRecord {
    /// What it is about.
    pub domain: Domain,
    /// Its signals, in their order.
    pub signals: Vec<Vec<u8>>,
}

impl MicronautRecord {
    /// The bytes of the record; `None` when a signal or their number is beyond 32 bits.
    pub fn encode(&self) -> Option<Vec<u8>> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(VERSION.to_le_bytes());
        bytes.push(self.domain.id());
        bytes.extend(u32::try_from(self.signals.len()).ok()?.to_le_bytes());
        for signal in &self.signals {
            bytes.extend(u32::try_from(signal.len()).ok()?.to_le_bytes());
            bytes.extend(signal);
        }
        let hash = Digest::of(&bytes);
        bytes.extend(hash.0);
        Some(bytes)
    }

    /// Reads a record. Everything is refused that [`MicronautRecord::encode`] does not write.
    pub fn decode(bytes: &[u8]) -> Result<MicronautRecord, RecordError> {
        let (domain, signals) = read(bytes)?;
        Ok(MicronautRecord { domain, signals: signals.into_iter().map(|(_, signal)| signal.to_vec()).collect() })
    }
}

/// A signal with its offset in the record.
pub type Signal<'a> = (usize, &'a [u8]);

/// The domain of a record, and each signal with its offset.
pub fn read(bytes: &[u8]) -> Result<(Domain, Vec<Signal<'_>>), RecordError> {
    let mut reader = Reader::new(bytes);
    reader.magic(MAGIC)?;
    reader.version(VERSION)?;
    let at = reader.at();
    let id = reader.u8("domain_id")?;
    let domain = Domain::from_id(id).ok_or_else(|| {
        let known: Vec<String> = Domain::ALL.iter().map(|domain| format!("{} {}", domain.id(), domain.name())).collect();
        RecordError::encoding("domain_id", at, format!("`domain_id` is {id}; known are {}", known.join(", ")))
    })?;
    let at = reader.at();
    let count = reader.u32("signal_count")?;
    // each signal has at least its length
    let most = bytes.len().saturating_sub(reader.at() + HASH_BYTES) / 4;
    if count as usize > most {
        return Err(RecordError::malformed("signal_count", at, format!("`signal_count` is {count}, and there is room for at most {most}")));
    }
    let mut signals = Vec::with_capacity(count as usize);
    for _ in 0..count {
        let len = reader.u32("signal length")? as usize;
        signals.push((reader.at(), reader.take(len, "signal")?));
    }
    reader.hash_of(reader.at())?;
    reader.end()?;
    Ok((domain, signals))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn record() -> impl Strategy<Value = MicronautRecord> {
        let signals = proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..20), 0..6);
        (0usize..5, signals).prop_map(|(domain, signals)| MicronautRecord { domain: Domain::ALL[domain], signals })
    }

    #[test]
    // rows: A043 A050 A051 A052
    fn the_fields_stand_in_their_order() {
        let record = MicronautRecord { domain: Domain::Geometry, signals: vec![b"ab".to_vec(), vec![]] };
        let bytes = record.encode().unwrap();
        let head = [b"SCXQ2N".as_slice(), &[0, 1, 3, 2, 0, 0, 0, 2, 0, 0, 0], b"ab", &[0, 0, 0, 0]].concat();
        assert_eq!(bytes[..head.len()], head);
        assert_eq!(bytes[head.len()..], Digest::of(&head).0);
        assert_eq!(MicronautRecord::decode(&bytes), Ok(record));
    }

    #[test]
    // rows: A045 A050 A051 A052
    fn each_refusal_has_its_name_and_offset() {
        let good = MicronautRecord { domain: Domain::UiCss, signals: vec![b"abc".to_vec()] }.encode().unwrap();
        let told = |change: &dyn Fn(&mut Vec<u8>)| {
            let mut bytes = good.clone();
            change(&mut bytes);
            let error = MicronautRecord::decode(&bytes).unwrap_err();
            (error.name, error.at)
        };
        assert_eq!(told(&|b| b[0] = 0), ("load_error.bad_magic", 0));
        assert_eq!(told(&|b| b[7] = 2), ("load_error.unsupported_version", 6));
        assert_eq!(told(&|b| b[8] = 5), ("load_error.unsupported_encoding", 8), "no sixth domain");
        assert_eq!(told(&|b| b[9] = 2), ("load_error.malformed_envelope", 9), "one signal, said to be two");
        assert_eq!(told(&|b| b[9..13].copy_from_slice(&[0xff; 4])), ("load_error.malformed_envelope", 9), "4 billion signals");
        assert_eq!(told(&|b| b[9] = 0), ("verification_error.integrity_violation", 13), "one signal, said to be none");
        assert_eq!(told(&|b| b[13..17].copy_from_slice(&[0xff; 4])), ("load_error.malformed_envelope", 17));
        assert_eq!(told(&|b| b[17] ^= 1), ("verification_error.integrity_violation", 20));
        assert_eq!(told(&|b| b[30] ^= 1), ("verification_error.integrity_violation", 20));
        assert_eq!(told(&|b| b.push(0)), ("load_error.malformed_envelope", good.len()));
    }

    proptest! {
        // rows: A002 A005 A043
        #[test]
        fn what_is_packed_is_unpacked(a in record(), b in record()) {
            let bytes = a.encode().unwrap();
            prop_assert_eq!(MicronautRecord::decode(&bytes), Ok(a.clone()));
            prop_assert_eq!(a == b, Some(bytes) == b.encode());
        }

        // rows: A050 A052
        #[test]
        fn every_flipped_bit_and_every_cut_is_refused(a in record(), bit in 0usize..4096, cut in 0usize..512) {
            let bytes = a.encode().unwrap();
            let bit = bit % (bytes.len() * 8);
            let mut other = bytes.clone();
            other[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(MicronautRecord::decode(&other).is_err());
            prop_assert!(MicronautRecord::decode(&bytes[..cut % bytes.len()]).is_err());
        }

        #[test]
        fn any_bytes_are_answered(tail in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = MicronautRecord::decode(&tail);
            let _ = MicronautRecord::decode(&[MAGIC.as_slice(), &[0, 1, 0], &tail].concat());
        }
    }
}
