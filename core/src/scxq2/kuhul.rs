//! The mapping layer: lawful transforms of bytes, as far as the law defines them (seed 003 §3).
//!
//! Every operation is a pure function of its input and its declared parameters. XOR with a stream of a declared seed hides nothing from
//! anybody who reads the declaration: it is a transform, no protection. Operations that the law names and does not define are refused.

use sha2::{Digest as _, Sha256};

/// An operation with its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// XOR with the stream of a seed, then noise from 0 to `bound` out of the same stream, modulo 256.
    Encrypt {
        /// What the stream is made from.
        seed: Vec<u8>,
        /// The greatest noise.
        bound: u8,
    },
    /// The reverse of [`Operation::Encrypt`].
    Decrypt {
        /// What the stream is made from.
        seed: Vec<u8>,
        /// The greatest noise.
        bound: u8,
    },
    /// The first byte of every `factor`. Loses the others.
    Compress {
        /// How many bytes become one.
        factor: usize,
    },
}

/// Names that the law reserves without defining what they do (A022, A023).
pub const RESERVED: [&str; 5] = ["Rotate", "GeneratePath", "Filter", "Extract", "ApplyQuantumGate"];
/// Names of the operations that are defined.
pub const DEFINED: [&str; 3] = ["Encrypt", "Decrypt", "Compress"];

/// Why an operation is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// Reserved, and defined nowhere.
    #[error("`{0}` is reserved: nothing says what it does")]
    Undefined(String),
    /// No operation has this name.
    #[error("no operation is called `{0}`; defined are Encrypt, Decrypt and Compress")]
    Unknown(String),
    /// A factor of 0.
    #[error("`factor` is 0; wanted is 1 or more")]
    Factor,
}

impl Operation {
    /// The operation of that name with these parameters; what it does not use is ignored.
    pub fn named(name: &str, seed: &[u8], bound: u8, factor: usize) -> Result<Operation, MappingError> {
        match name {
            "Encrypt" => Ok(Operation::Encrypt { seed: seed.to_vec(), bound }),
            "Decrypt" => Ok(Operation::Decrypt { seed: seed.to_vec(), bound }),
            "Compress" if factor == 0 => Err(MappingError::Factor),
            "Compress" => Ok(Operation::Compress { factor }),
            _ if RESERVED.contains(&name) => Err(MappingError::Undefined(name.to_owned())),
            _ => Err(MappingError::Unknown(name.to_owned())),
        }
    }

    /// What becomes of the bytes.
    pub fn map(&self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Operation::Encrypt { seed, bound } => {
                bytes.iter().zip(Stream::new(seed)).map(|(byte, (key, noise))| (byte ^ key).wrapping_add(held(noise, *bound))).collect()
            }
            Operation::Decrypt { seed, bound } => {
                bytes.iter().zip(Stream::new(seed)).map(|(byte, (key, noise))| byte.wrapping_sub(held(noise, *bound)) ^ key).collect()
            }
            Operation::Compress { factor } => bytes.iter().step_by((*factor).max(1)).copied().collect(),
        }
    }
}

fn held(noise: u8, bound: u8) -> u8 {
    (u16::from(noise) % (u16::from(bound) + 1)) as u8
}

/// Pairs of bytes: SHA-256 of the seed and a counter (u64, little-endian), one block after the other.
struct Stream<'s> {
    seed: &'s [u8],
    block: [u8; 32],
    counter: u64,
    at: usize,
}

impl<'s> Stream<'s> {
    fn new(seed: &'s [u8]) -> Self {
        Stream { seed, block: [0; 32], counter: 0, at: 16 }
    }
}

impl Iterator for Stream<'_> {
    type Item = (u8, u8);

    fn next(&mut self) -> Option<(u8, u8)> {
        if self.at == 16 {
            self.block = Sha256::new().chain_update(self.seed).chain_update(self.counter.to_le_bytes()).finalize().into();
            self.counter = self.counter.wrapping_add(1);
            self.at = 0;
        }
        let pair = (self.block[self.at * 2], self.block[self.at * 2 + 1]);
        self.at += 1;
        Some(pair)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    // rows: A007 A022 A023
    fn what_the_law_does_not_define_is_refused() {
        for name in RESERVED {
            assert_eq!(Operation::named(name, b"", 0, 1), Err(MappingError::Undefined(name.to_owned())));
        }
        assert_eq!(Operation::named("Execute", b"", 0, 1), Err(MappingError::Unknown("Execute".to_owned())));
        assert_eq!(Operation::named("Compress", b"", 0, 0), Err(MappingError::Factor));
        assert!(DEFINED.iter().all(|name| Operation::named(name, b"seed", 1, 1).is_ok()));
    }

    #[test]
    // rows: A021
    fn compressing_keeps_the_first_of_every_group() {
        let map = |factor, bytes: &[u8]| Operation::Compress { factor }.map(bytes);
        assert_eq!(map(3, b"abcdefgh"), b"adg");
        assert_eq!(map(1, b"abc"), b"abc");
        assert_eq!(map(9, b"abc"), b"a");
        assert!(map(2, b"").is_empty());
    }

    #[test]
    // rows: A020
    fn without_noise_the_stream_is_plain_xor() {
        let first = Sha256::digest([b"seed".as_slice(), &0u64.to_le_bytes()].concat());
        let mapped = Operation::Encrypt { seed: b"seed".to_vec(), bound: 0 }.map(&[0, 0xff]);
        assert_eq!(mapped, [first[0], first[2] ^ 0xff]);
    }

    proptest! {
        // rows: A007 A019 A020 A024
        #[test]
        fn decrypting_undoes_encrypting_and_noise_is_bounded(bytes in proptest::collection::vec(any::<u8>(), 0..200), seed in proptest::collection::vec(any::<u8>(), 0..8), bound in any::<u8>()) {
            let operation = Operation::Encrypt { seed: seed.clone(), bound };
            let before = bytes.clone();
            let mapped = operation.map(&bytes);
            prop_assert_eq!(&bytes, &before, "the input stays as it is");
            prop_assert_eq!(&mapped, &operation.map(&bytes));
            let plain = Operation::Encrypt { seed: seed.clone(), bound: 0 }.map(&bytes);
            prop_assert!(mapped.iter().zip(&plain).all(|(noisy, plain)| noisy.wrapping_sub(*plain) <= bound));
            prop_assert_eq!(Operation::Decrypt { seed, bound }.map(&mapped), bytes);
        }
    }
}
