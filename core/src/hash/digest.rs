//! SHA-256 as the documents write it: `sha256:` and 64 lower-case hexadecimal digits (A537, C646).

use std::{fmt, io};

use sha2::{Digest as _, Sha256};

/// A SHA-256 digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Digest {
        Digest(Sha256::digest(bytes).into())
    }

    /// The number of bytes a reader gives, and their digest; nothing is kept.
    pub fn of_reader(reader: &mut impl io::Read) -> io::Result<(u64, Digest)> {
        let (mut hasher, mut block, mut size) = (Sha256::new(), vec![0; 256 << 10], 0);
        loop {
            match reader.read(&mut block) {
                Ok(0) => return Ok((size, Digest(hasher.finalize().into()))),
                Ok(n) => {
                    hasher.update(&block[..n]);
                    size += n as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Reads `sha256:` and exactly 64 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Option<Digest> {
        let digits = text.strip_prefix("sha256:")?.as_bytes();
        if digits.len() != 64 {
            return None;
        }
        let nibble = |digit: u8| match digit {
            b'0'..=b'9' => Some(digit - b'0'),
            b'a'..=b'f' => Some(digit - b'a' + 10),
            _ => None,
        };
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
        }
        Some(Digest(bytes))
    }

    /// The 64 digits alone.
    pub fn hex(&self) -> String {
        self.0.iter().fold(String::with_capacity(64), |mut text, byte| {
            for nibble in [byte >> 4, byte & 15] {
                text.push(char::from_digit(nibble.into(), 16).unwrap_or('0'));
            }
            text
        })
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", self.hex())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // rows: A537 C646
    #[test]
    fn hashes_are_64_lower_case_digits_behind_a_prefix() {
        let text = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Digest::of(b"abc").to_string(), text);
        assert_eq!(Digest::parse(text), Some(Digest::of(b"abc")));
        assert_eq!(Digest::of_reader(&mut &b"abc"[..]).unwrap(), (3, Digest::of(b"abc")));
        for wrong in [&text[7..], &text[..70], &text.to_uppercase(), &text.replace("ba", "bA"), &format!("{text}0"), &format!(" {text}")] {
            assert_eq!(Digest::parse(wrong), None, "{wrong}");
        }
    }
}
