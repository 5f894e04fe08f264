//! SHA-256, and the one way it is written: `sha256:` and 64 lower-case hexadecimal digits (rows A537, C646; `DECISIONS` 2).

use std::fmt;
use std::io::{self, Read};
use std::str::FromStr;

use sha2::{Digest as _, Sha256, block_api::compress256};

/// A SHA-256 digest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

/// Why a text is not a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DigestError {
    /// It does not begin with `sha256:`.
    #[error("does not begin with `sha256:`")]
    Scheme,
    /// The hexadecimal digits are too few or too many.
    #[error("has {0} characters after `sha256:` where 64 are wanted")]
    Length(usize),
    /// A digit is upper-case; the byte offset in the text.
    #[error("has an upper-case digit, `{1}`, where lower-case ones are wanted")]
    UpperCase(usize, char),
    /// A character is no hexadecimal digit; its byte offset in the text.
    #[error("holds `{1}`, which is not a hexadecimal digit")]
    Character(usize, char),
}

impl Digest {
    /// What a digest begins with.
    pub const SCHEME: &'static str = "sha256:";
    /// 64 zeros: what the first message of a conversation has for its predecessor (`DECISIONS` 10).
    pub const ZERO: Digest = Digest([0; 32]);
    /// The digest of no bytes.
    pub const EMPTY: Digest = Digest([
        0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b,
        0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
    ]);

    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Digest(Sha256::digest(bytes).into())
    }

    /// The digest of 64 bytes, as [`Digest::of`] gives it: two turns of the compression function at once, without a buffer.
    pub fn of_block(bytes: &[u8; 64]) -> Self {
        /// The first state (FIPS 180-4 §5.3.3).
        const START: [u32; 8] = [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];
        /// What follows 64 bytes: a bit, and how many bits came before it (§5.1.1).
        const END: [u8; 64] = {
            let mut block = [0; 64];
            (block[0], block[62]) = (0x80, 0x02);
            block
        };
        let mut state = START;
        compress256(&mut state, &[*bytes, END]);
        let mut digest = [0; 32];
        for (bytes, word) in digest.as_chunks_mut::<4>().0.iter_mut().zip(state) {
            *bytes = word.to_be_bytes();
        }
        Digest(digest)
    }

    /// The digest of the parts, one after the other.
    pub fn of_parts<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut hasher = Hasher::default();
        parts.into_iter().for_each(|part| hasher.update(part));
        hasher.finish()
    }

    /// How many bytes `reader` gives, and their digest. Nothing is kept.
    pub fn of_reader(reader: &mut impl Read) -> io::Result<(u64, Self)> {
        let mut hasher = Hasher::default();
        let mut buffer = vec![0; 256 << 10];
        let mut total = 0;
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => return Ok((total, hasher.finish())),
                Ok(len) => {
                    hasher.update(buffer.get(..len).unwrap_or_default());
                    total += len as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The 64 lower-case hexadecimal digits, without the scheme.
    pub fn hex(&self) -> String {
        hex(&self.0)
    }

    /// Reads `sha256:` and 64 lower-case hexadecimal digits; [`str::parse`] says what keeps a text from being that.
    pub fn parse(text: &str) -> Option<Self> {
        text.strip_prefix(Self::SCHEME).and_then(Self::from_hex)
    }

    /// Reads 64 lower-case hexadecimal digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        unhex(text).map(Digest)
    }
}

/// Lower-case hexadecimal digits of `bytes`.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|&b| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]]).map(char::from).collect()
}

/// Reads exactly `N` bytes written as lower-case hexadecimal digits.
pub fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digit = |b: u8| match b {
        b'0'..=b'9' => Some(b - b'0'),
        b'a'..=b'f' => Some(b - b'a' + 10),
        _ => None,
    };
    let mut out = [0; N];
    if text.len() != N * 2 {
        return None;
    }
    for (slot, pair) in out.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *slot = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(out)
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", Self::SCHEME, self.hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = DigestError;

    /// Reads `sha256:` and 64 lower-case hexadecimal digits, and nothing else.
    fn from_str(text: &str) -> Result<Self, DigestError> {
        let digits = text.strip_prefix(Self::SCHEME).ok_or(DigestError::Scheme)?;
        let offset = |at: usize| Self::SCHEME.len() + at;
        if let Some((at, c)) = digits.char_indices().find(|(_, c)| !c.is_ascii_hexdigit()) {
            return Err(DigestError::Character(offset(at), c));
        }
        if digits.len() != 64 {
            return Err(DigestError::Length(digits.len()));
        }
        if let Some((at, c)) = digits.char_indices().find(|(_, c)| c.is_ascii_uppercase()) {
            return Err(DigestError::UpperCase(offset(at), c));
        }
        Digest::from_hex(digits).ok_or(DigestError::Length(digits.len()))
    }
}

impl serde::Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A digest being taken.
#[derive(Debug, Clone, Default)]
pub struct Hasher(Sha256);

impl Hasher {
    /// Adds `bytes`.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all that was added.
    pub fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_digests_come_out() {
        assert_eq!(Digest::of(b"").to_string(), "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(Digest::of(b""), Digest::EMPTY);
        assert_eq!(Digest::of(b"abc").hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(Digest::of_parts([&b"a"[..], b"bc"]), Digest::of(b"abc"));
        let million = vec![b'a'; 1_000_000];
        let (len, digest) = Digest::of_reader(&mut &million[..]).unwrap();
        assert_eq!((len, digest.hex().as_str()), (1_000_000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"));
    }

    #[test]
    fn a_block_has_the_digest_of_its_bytes() {
        let mut block = [0; 64];
        for round in 0..=255u8 {
            assert_eq!(Digest::of_block(&block), Digest::of(&block));
            block.iter_mut().zip(0u8..).for_each(|(byte, at)| *byte = byte.wrapping_mul(5).wrapping_add(at ^ round));
        }
    }

    #[test]
    // rows: A537 C646
    fn a_digest_has_one_spelling() {
        let text = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(text.parse::<Digest>().unwrap().to_string(), text);
        let parse = |text: &str| text.parse::<Digest>();
        assert_eq!(parse(&text[7..]), Err(DigestError::Scheme));
        assert_eq!(parse(&text.replace("sha", "SHA")), Err(DigestError::Scheme));
        assert_eq!(parse(&text[..70]), Err(DigestError::Length(63)));
        assert_eq!(parse(&format!("{text}0")), Err(DigestError::Length(65)));
        assert_eq!(parse(&text.replace("ba78", "bA78")), Err(DigestError::UpperCase(8, 'A')));
        assert_eq!(parse(&text.replace("ba78", "bg78")), Err(DigestError::Character(8, 'g')));
        assert_eq!(parse("sha256:…"), Err(DigestError::Character(7, '…')));
        assert_eq!(parse(&format!(" {text}")), Err(DigestError::Scheme));
        assert_eq!(parse("sha256:"), Err(DigestError::Length(0)));
    }
}
