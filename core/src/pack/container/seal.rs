//! SIGNATURE: 64 raw bytes over the hash of everything in front of them (`DECISIONS` 26, 61; rows D411, D425, D525–D527).

use ed25519_dalek::{Signer, SigningKey};

use super::header::{Flags, HEADER_BYTES};
use super::{Fault, Pack, Sections, open};
use crate::hash::Digest;
use crate::hash::keyring::PublicKey;
use crate::hash::signature::verify;

/// What a signature turns out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seal {
    /// There is none.
    Unsigned,
    /// The named key's, over the whole pack.
    Whole(String),
    /// The named key's, over the root alone: lanes are covered, DICT, QSCALE and AUDIT are not.
    RootOnly(String),
    /// No known key made it.
    Unverifiable,
}

/// The hash of all bytes in front of SIGNATURE.
pub fn signed_digest(bytes: &[u8], sections: &Sections) -> Digest {
    Digest::of(bytes.get(..sections.signature.start).unwrap_or(bytes))
}

/// Whose signature `pack` carries. A pack names no signer, so every key is tried, over the whole pack first.
pub fn check<'k>(pack: &Pack<'_>, keys: impl IntoIterator<Item = (&'k str, PublicKey)>) -> Seal {
    let Some(signature) = pack.signature() else { return Seal::Unsigned };
    let (whole, root) = (pack.hash(), pack.root());
    let mut seal = Seal::Unverifiable;
    for (signer, key) in keys {
        if verify(&key, &whole.0, &signature) {
            return Seal::Whole(signer.to_owned());
        }
        if seal == Seal::Unverifiable && root.is_some_and(|root| verify(&key, &root, &signature)) {
            seal = Seal::RootOnly(signer.to_owned());
        }
    }
    seal
}

/// The pack with a signature over all of it; one that it carries is replaced. `seed` is the private key of RFC 8032.
pub fn sign(bytes: &[u8], seed: &[u8; 32]) -> Result<Vec<u8>, Fault> {
    let pack = open(bytes)?;
    let mut header = *pack.header();
    header.flags.0 |= Flags::SIGNED;
    header.signature_bytes = 64;
    let mut signed = header.to_bytes().to_vec();
    signed.extend(bytes.get(HEADER_BYTES..pack.sections().signature.start).unwrap_or_default());
    let signature = SigningKey::from_bytes(seed).sign(&Digest::of(&signed).0);
    signed.extend(signature.to_bytes());
    Ok(signed)
}
