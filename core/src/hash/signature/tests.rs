//! What holds of signatures. Keys and signatures are those of RFC 8032 §7.1 unless made here.

use ed25519_dalek::{Signer, SigningKey};

use super::*;
use crate::hash::keyring::{Entry, KeyError};

const RFC_8032: [(&str, &str, &str); 3] = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
];

/// The group's order, little-endian.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0x10,
];

fn signing_key() -> SigningKey {
    SigningKey::from_bytes(&std::array::from_fn(|at| at as u8))
}

fn ring(signer: &str, clusters: Option<&[&str]>) -> Keyring {
    let mut ring = Keyring::default();
    let public = PublicKey::from_bytes(signing_key().verifying_key().to_bytes()).unwrap();
    ring.add(signer, Entry { public, clusters: clusters.map(|ids| ids.iter().map(|&id| id.to_owned()).collect()) });
    ring
}

fn signed(signer: &str, digest: &Digest) -> String {
    let bytes = signing_key().sign(&signed_bytes(signer, digest)).to_bytes();
    Signature { signer: signer.to_owned(), bytes }.to_string()
}

#[test]
fn published_signatures_verify_and_no_changed_bit_does() {
    for (public, message, signature) in RFC_8032 {
        let public = PublicKey::from_bytes(unhex(public).unwrap()).unwrap();
        let signature: [u8; 64] = unhex(signature).unwrap();
        let message: Vec<u8> =
            message.as_bytes().chunks(2).map(|pair| unhex::<1>(std::str::from_utf8(pair).unwrap()).unwrap()[0]).collect();
        assert!(verify(&public, &message, &signature));
        for bit in 0..signature.len() * 8 {
            let mut changed = signature;
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(!verify(&public, &message, &changed), "signature bit {bit}");
        }
        for bit in 0..message.len() * 8 {
            let mut changed = message.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(!verify(&public, &changed, &signature), "message bit {bit}");
        }
    }
}

#[test]
fn a_malleable_s_is_refused() {
    for (public, message, signature) in &RFC_8032[..1] {
        let public = PublicKey::from_bytes(unhex(public).unwrap()).unwrap();
        let mut signature: [u8; 64] = unhex(signature).unwrap();
        let mut carry = 0;
        for (at, add) in ORDER.into_iter().enumerate() {
            let sum = u16::from(signature[32 + at]) + u16::from(add) + carry;
            signature[32 + at] = sum as u8;
            carry = sum >> 8;
        }
        assert_eq!(carry, 0);
        assert!(!verify(&public, message.as_bytes(), &signature));
    }
}

#[test]
fn small_order_and_non_canonical_keys_are_refused() {
    let mut small = vec![[0; 32], [0; 32], [0xff; 32]];
    small[1][0] = 1;
    small[2][0] = 0xec;
    small[2][31] = 0x7f;
    for text in [
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    ] {
        small.push(unhex(text).unwrap());
    }
    for point in small {
        assert_eq!(PublicKey::from_bytes(point), Err(KeyError::SmallOrder), "{}", hex(&point));
        let mut negative = point;
        negative[31] |= 0x80;
        assert!(PublicKey::from_bytes(negative).is_err(), "{}", hex(&negative));
    }
    for excess in 0..19 {
        for sign in [0x7f, 0xff] {
            let mut point = [0xff; 32];
            point[0] = 0xed + excess;
            point[31] = sign;
            assert_eq!(PublicKey::from_bytes(point), Err(KeyError::NotAPoint), "{}", hex(&point));
        }
    }
    // Small-order R: the point of order 1 with s = 0.
    let public = PublicKey::from_bytes(signing_key().verifying_key().to_bytes()).unwrap();
    let mut forged = [0; 64];
    forged[0] = 1;
    assert!(!verify(&public, b"", &forged));
}

#[test]
// rows: C355 C366
fn a_signature_covers_signer_and_digest() {
    let digest: Digest = "sha256:5c398e97bd32033d055bf1098f733eead0eec45aa6572832549b57bc89e521db".parse().unwrap();
    let text = signed("cluster.root", &digest);
    let keyring = ring("cluster.root", None);
    assert_eq!(check(&text, &digest, &keyring, None), Outcome::Valid);
    assert_eq!(check(&text, &digest, &keyring, Some("cluster://mx2lm/A")), Outcome::Valid);
    assert_eq!(check(&text, &Digest::of(b"other"), &keyring, None), Outcome::Bad);
    assert_eq!(check(&text, &digest, &Keyring::default(), None), Outcome::Unverifiable(NoKey::UnknownSigner));
    let renamed = text.replace("cluster.root", "cluster.rook");
    assert_eq!(check(&renamed, &digest, &ring("cluster.rook", None), None), Outcome::Bad);
    let value_at = text.rfind(':').unwrap() + 1;
    for at in value_at..text.len() {
        let mut changed = text.clone().into_bytes();
        changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
        assert_eq!(check(std::str::from_utf8(&changed).unwrap(), &digest, &keyring, None), Outcome::Bad);
    }
}

#[test]
fn clusters_choose_among_the_keys_of_a_signer() {
    let digest = Digest::of(b"x");
    let text = signed("a", &digest);
    let mut keyring = ring("a", Some(&["cluster://mx2lm/A"]));
    assert_eq!(check(&text, &digest, &keyring, Some("cluster://mx2lm/A")), Outcome::Valid);
    assert_eq!(check(&text, &digest, &keyring, Some("mx2lm/A")), Outcome::Valid);
    assert_eq!(check(&text, &digest, &keyring, Some("cluster://mx2lm/B")), Outcome::Unverifiable(NoKey::OtherCluster));
    assert_eq!(check(&text, &digest, &keyring, None), Outcome::Valid);
    let other = PublicKey::from_bytes(unhex(RFC_8032[0].0).unwrap()).unwrap();
    keyring.add("a", Entry { public: other, clusters: None });
    assert_eq!(check(&text, &digest, &keyring, Some("cluster://mx2lm/A")), Outcome::Valid);
    assert_eq!(check(&text, &digest, &keyring, Some("cluster://mx2lm/B")), Outcome::Bad);
    assert_eq!(keyring.all(Some("cluster://mx2lm/B")).count(), 1);
    assert_eq!(keyring.all(None).count(), 2);
}

#[test]
// rows: C355 C358
fn the_grammar_has_one_spelling_and_names_the_part_that_breaks_it() {
    let lawful = signed("a.B_c-9", &Digest::ZERO);
    assert_eq!(lawful.parse::<Signature>().unwrap().to_string(), lawful);
    let value = &lawful[lawful.rfind(':').unwrap() + 1..];
    let long = "a".repeat(129);
    for (text, place) in [
        (lawful.replace('π', "p"), Part::Scheme),
        (lawful.replace('π', "pi"), Part::Scheme),
        (lawful.replace('π', "\u{1d6d1}"), Part::Scheme),
        (lawful.replace('π', "\u{220f}"), Part::Scheme),
        (lawful.replace(":v1:", ":v2:"), Part::Version),
        (lawful.replace("ed25519", "SPHINCS+"), Part::Algorithm),
        (lawful.replace("ed25519", "Ed25519"), Part::Algorithm),
        (lawful.replace("a.B_c-9", ""), Part::Signer),
        (lawful.replace("a.B_c-9", ".a"), Part::Signer),
        (lawful.replace("a.B_c-9", "a/b"), Part::Signer),
        (lawful.replace("a.B_c-9", "é"), Part::Signer),
        (lawful.replace("a.B_c-9", &long), Part::Signer),
        (lawful.replace(value, &value[1..]), Part::Value),
        (format!("{lawful}0"), Part::Value),
        (lawful.replace(value, &"A".repeat(128)), Part::Value),
        (lawful.replace(value, &"g".repeat(128)), Part::Value),
        (format!("{lawful}\n"), Part::Value),
        (format!(" {lawful}"), Part::Scheme),
        (String::new(), Part::Scheme),
        ("πsig:v1:ed25519".to_owned(), Part::Signer),
        ("πsig:v1:ed25519:a".to_owned(), Part::Value),
        ("πsig:…:…".to_owned(), Part::Version),
    ] {
        let malformed = text.parse::<Signature>().unwrap_err();
        assert_eq!(malformed.place, place, "{text}");
        assert!(text.get(malformed.range.clone()).is_some(), "{text}: {malformed:?}");
        assert_eq!(check(&text, &Digest::ZERO, &Keyring::default(), None), Outcome::Malformed(malformed));
    }
    assert!(lawful.replace("a.B_c-9", &long[1..]).parse::<Signature>().is_ok());
}
