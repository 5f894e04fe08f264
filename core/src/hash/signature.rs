//! Signatures: the grammar of `DECISIONS` 8, what is signed, and strict Ed25519.

use std::fmt;

use super::Digest;
use super::digest::{hex, unhex};
use super::keyring::{Keyring, PublicKey};

/// A signature as a document writes it: `πsig:v1:ed25519:<signer>:<128 lower-case hex>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Who signed.
    pub signer: String,
    /// The Ed25519 signature.
    pub bytes: [u8; 64],
}

/// Which part of a signature's text is not lawful.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// `πsig`.
    Scheme,
    /// `v1`.
    Version,
    /// `ed25519`.
    Algorithm,
    /// The signer's name.
    Signer,
    /// The 128 digits.
    Value,
}

/// Why a text is not a signature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Malformed {
    /// The part that is not lawful.
    pub place: Part,
    /// Its byte range in the text.
    pub range: std::ops::Range<usize>,
    /// What is wrong with it, in words.
    pub why: String,
}

/// What came of checking a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is the signer's over this digest.
    Valid,
    /// The keyring has no key for the signer, or none for the document's cluster.
    Unverifiable(NoKey),
    /// A key of the signer is known, and the signature is not that key's over this digest.
    Bad,
    /// The text is not a signature.
    Malformed(Malformed),
}

/// Why a signature cannot be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoKey {
    /// The keyring does not name the signer.
    UnknownSigner,
    /// The signer's keys are for other clusters than the document's.
    OtherCluster,
}

const SCHEME: &str = "πsig";
const LONGEST_SIGNER: usize = 128;

impl std::str::FromStr for Signature {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let mut at = 0;
        let mut parts = text.splitn(5, ':').map(|part| {
            let range = at..at + part.len();
            at = range.end + 1;
            (part, range)
        });
        let end = text.len()..text.len();
        let mut fixed = |place, wanted: &str| match parts.next() {
            Some((found, _)) if found == wanted => Ok(()),
            Some((found, range)) => Err(Malformed { place, range, why: wrong_part(place, found, wanted) }),
            None => Err(Malformed { place, range: end.clone(), why: format!("ends where `{wanted}` is wanted") }),
        };
        fixed(Part::Scheme, SCHEME)?;
        fixed(Part::Version, "v1")?;
        fixed(Part::Algorithm, "ed25519")?;
        let Some((signer, range)) = parts.next() else {
            return Err(Malformed { place: Part::Signer, range: end, why: "ends where the signer is wanted".to_owned() });
        };
        if let Some(why) = wrong_signer(signer) {
            return Err(Malformed { place: Part::Signer, range, why });
        }
        let Some((value, range)) = parts.next() else {
            return Err(Malformed { place: Part::Value, range: end, why: "ends where 128 hexadecimal digits are wanted".to_owned() });
        };
        match unhex(value) {
            Some(bytes) => Ok(Signature { signer: signer.to_owned(), bytes }),
            None => Err(Malformed { place: Part::Value, range, why: wrong_value(value) }),
        }
    }
}

fn wrong_part(place: Part, found: &str, wanted: &str) -> String {
    match (place, found) {
        (Part::Scheme, "pisig" | "PIsig" | "Pisig") => format!("begins with `{found}` where `{wanted}` (U+03C0 first) is wanted"),
        (Part::Scheme, found) if found.ends_with("sig") && found.chars().count() == 4 => {
            let c = found.chars().next().map_or(0, u32::from);
            format!("begins with U+{c:04X} where π (U+03C0) is wanted")
        }
        (Part::Scheme, _) => format!("begins with `{found}` where `{wanted}` is wanted"),
        (Part::Version, _) => format!("has version `{found}` where `{wanted}` is wanted"),
        _ => format!("has algorithm `{found}` where `{wanted}` is wanted"),
    }
}

/// What keeps `signer` from being a signer's name; `None` when nothing does.
pub fn wrong_signer(signer: &str) -> Option<String> {
    let Some(first) = signer.chars().next() else { return Some("names no signer".to_owned()) };
    if !first.is_ascii_alphanumeric() {
        return Some(format!("has a signer that begins with `{first}` where a letter or digit is wanted"));
    }
    if let Some(c) = signer.chars().find(|&c| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '_' | '-')) {
        return Some(format!("has a signer that holds `{c}` where only letters, digits, `.`, `_` and `-` are wanted"));
    }
    (signer.len() > LONGEST_SIGNER)
        .then(|| format!("has a signer of {} characters where at most {LONGEST_SIGNER} are wanted", signer.len()))
}

fn wrong_value(value: &str) -> String {
    if let Some(c) = value.chars().find(|c| !c.is_ascii_hexdigit()) {
        return format!("has a value that holds `{c}`, which is not a hexadecimal digit");
    }
    match value.len() {
        128 => "has upper-case digits in its value where lower-case ones are wanted".to_owned(),
        len => format!("has a value of {len} digits where 128 are wanted"),
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", head(&self.signer), hex(&self.bytes))
    }
}

fn head(signer: &str) -> String {
    format!("{SCHEME}:v1:ed25519:{signer}:")
}

/// The bytes that `signer` signs for a document whose self-hash is `digest`.
pub fn signed_bytes(signer: &str, digest: &Digest) -> Vec<u8> {
    signed_text(signer, &digest.to_string())
}

/// The bytes that `signer` signs for `text`, where a document signs something else than a self-hash.
pub fn signed_text(signer: &str, text: &str) -> Vec<u8> {
    (head(signer) + text).into_bytes()
}

/// Checks the signature `text` over `digest`. `cluster` is the document's `cluster://` id when it carries one; it selects among the
/// signer's keys (`DECISIONS` 81).
pub fn check(text: &str, digest: &Digest, keyring: &Keyring, cluster: Option<&str>) -> Outcome {
    match text.parse::<Signature>() {
        Ok(signature) => signature.check(digest, keyring, cluster),
        Err(malformed) => Outcome::Malformed(malformed),
    }
}

impl Signature {
    /// Checks the signature over `digest`, as [`check`] does.
    pub fn check(&self, digest: &Digest, keyring: &Keyring, cluster: Option<&str>) -> Outcome {
        let message = signed_bytes(&self.signer, digest);
        match keyring.keys(&self.signer, cluster) {
            Err(why) => Outcome::Unverifiable(why),
            Ok(keys) if keys.iter().any(|key| verify(key, &message, &self.bytes)) => Outcome::Valid,
            Ok(_) => Outcome::Bad,
        }
    }
}

/// Strict Ed25519: small-order keys and points, encodings that are not canonical and malleable `s` are refused (RFC 8032 §5.1.7).
pub fn verify(key: &PublicKey, message: &[u8], signature: &[u8; 64]) -> bool {
    key.verifier().is_some_and(|verifier| verifier.verify_strict(message, &ed25519_dalek::Signature::from_bytes(signature)).is_ok())
}

#[cfg(test)]
mod tests;
