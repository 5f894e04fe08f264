//! The keyring of a workspace: whose public key is known, and for which clusters (`DECISIONS` 9, 66, 81).
//!
//! Knows public keys only; how the configuration spells them is `workspace::config`'s.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use ed25519_dalek::VerifyingKey;

use super::digest::{hex, unhex};
use super::signature::NoKey;

/// An Ed25519 public key.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PublicKey([u8; 32]);

/// Why a text is not a public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// It is not spelled as one.
    #[error("is not `ed25519:` and 64 lower-case hexadecimal digits")]
    Spelling,
    /// The bytes encode no point of the curve, or not in the one way that is lawful.
    #[error("encodes no point of the curve")]
    NotAPoint,
    /// A key with which anybody can make signatures.
    #[error("is a point of small order, which proves nothing")]
    SmallOrder,
}

impl PublicKey {
    /// The key of 32 bytes as RFC 8032 has them.
    pub fn from_bytes(bytes: [u8; 32]) -> Result<Self, KeyError> {
        let key = PublicKey(bytes);
        match key.verifier() {
            None => Err(KeyError::NotAPoint),
            Some(verifier) if verifier.is_weak() => Err(KeyError::SmallOrder),
            Some(_) => Ok(key),
        }
    }

    /// The 32 bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(super) fn verifier(&self) -> Option<VerifyingKey> {
        // The library reduces y modulo the field's prime; only the reduced y is canonical.
        is_reduced(&self.0).then(|| VerifyingKey::from_bytes(&self.0).ok())?
    }
}

/// Whether the y coordinate is below 2^255 - 19.
fn is_reduced(bytes: &[u8; 32]) -> bool {
    let [first, middle @ .., last] = bytes;
    *first < 0xed || middle.iter().any(|&b| b != 0xff) || last & 0x7f != 0x7f
}

impl FromStr for PublicKey {
    type Err = KeyError;

    /// Reads `ed25519:` and 64 lower-case hexadecimal digits.
    fn from_str(text: &str) -> Result<Self, KeyError> {
        let bytes = text.strip_prefix("ed25519:").and_then(unhex).ok_or(KeyError::Spelling)?;
        PublicKey::from_bytes(bytes)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ed25519:{}", hex(&self.0))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// One key of a signer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub public: PublicKey,
    /// The clusters it is for; `None` for all.
    pub clusters: Option<Vec<String>>,
}

impl Entry {
    fn names(&self, cluster: &str) -> bool {
        self.clusters.iter().flatten().any(|id| bare(id) == bare(cluster))
    }
}

/// A cluster's id without its scheme.
fn bare(cluster: &str) -> &str {
    cluster.strip_prefix("cluster://").unwrap_or(cluster)
}

/// Signers and their keys.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Keyring {
    signers: BTreeMap<String, Vec<Entry>>,
}

impl Keyring {
    /// Adds a key of `signer`.
    pub fn add(&mut self, signer: impl Into<String>, entry: Entry) {
        self.signers.entry(signer.into()).or_default().push(entry);
    }

    /// Whether there is no key at all.
    pub fn is_empty(&self) -> bool {
        self.signers.is_empty()
    }

    /// The signers, in the order of their names, with their keys.
    pub fn signers(&self) -> impl Iterator<Item = (&str, &[Entry])> {
        self.signers.iter().map(|(signer, entries)| (signer.as_str(), entries.as_slice()))
    }

    /// The keys that may have made a signature of `signer`. With a cluster, those whose `clusters` hold it, else those for all clusters;
    /// without one, every key of the signer.
    pub fn keys(&self, signer: &str, cluster: Option<&str>) -> Result<Vec<PublicKey>, NoKey> {
        let entries = self.signers.get(signer).ok_or(NoKey::UnknownSigner)?;
        let publics =
            |wanted: &dyn Fn(&Entry) -> bool| entries.iter().filter(|entry| wanted(entry)).map(|entry| entry.public).collect::<Vec<_>>();
        let Some(cluster) = cluster else { return Ok(publics(&|_| true)) };
        let named = publics(&|entry| entry.names(cluster));
        let found = if named.is_empty() { publics(&|entry| entry.clusters.is_none()) } else { named };
        if found.is_empty() { Err(NoKey::OtherCluster) } else { Ok(found) }
    }

    /// Every key with its signer, in the order of the names: for what is signed without a name (`DECISIONS` 61, 81). With a cluster, only the keys
    /// that may sign for it.
    pub fn all(&self, cluster: Option<&str>) -> impl Iterator<Item = (&str, PublicKey)> {
        let allowed = move |entry: &&Entry| cluster.is_none_or(|cluster| entry.clusters.is_none() || entry.names(cluster));
        self.signers
            .iter()
            .flat_map(move |(signer, entries)| entries.iter().filter(allowed).map(move |entry| (signer.as_str(), entry.public)))
    }
}
