//! The container against its definition: bytes, laws, and every way to damage a pack.

use std::collections::BTreeMap;

use super::*;
use crate::pack::quantize::is_clipped;

/// A small source of numbers that is the same everywhere.
pub struct Dice(pub u64);

impl Dice {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    pub fn weight(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64 * 2.4 - 1.2
    }
}

const IDS: [&str; 14] = [
    "policy",
    "policy@t*",
    "policy@t0",
    "policy@t1__x__attention@t2",
    "attention",
    "attention@t3",
    "style@early",
    "tone@late",
    "tone@t0__x__style@t1",
    "tone@row",
    "tone@all",
    "zone",
    "é\"quoted\\",
    "zone@t7",
];

pub fn recipe(dice: &mut Dice) -> Recipe {
    let dims = [16, 24, 32, 3][dice.below(4)];
    let mut lanes = BTreeMap::new();
    for _ in 0..dice.below(9) {
        let id = IDS[dice.below(IDS.len())];
        lanes.insert(id.to_owned(), (0..dims).map(|_| dice.weight()).collect());
    }
    let scales = (dice.below(2) == 1).then(|| PerClass::of(|class| class.scale() * if dice.below(2) == 1 { 1.06 } else { 0.88 }));
    Recipe { dims, lanes, scales, audit: dice.below(3) > 0, lane_audit: LaneAudits::ByClass(dice.below(4)), merkle: dice.below(3) > 0 }
}

fn some_pack() -> Vec<u8> {
    let mut lanes = BTreeMap::new();
    for (place, id) in ["attention", "policy@t*", "policy@t1__x__attention@t2"].iter().enumerate() {
        lanes.insert((*id).to_owned(), (0..16).map(|at| (at as f64 - 7.5) / (8.0 + place as f64)).collect());
    }
    let scales = Some(PerClass::canonical_scales());
    write(&Recipe { dims: 16, lanes, scales, audit: true, lane_audit: LaneAudits::ByClass(2), merkle: true }).expect("a lawful recipe")
}

// rows: D357 D358 D368 D369 D370 D371 D380 D385 D388 D391 D393 D394 D395 D396 D403 D415 D424 D497 D512 D513 D517 D523 D524 D537 D539 D540 D544
#[test]
fn the_bytes_are_those_of_the_layout_written_out_by_hand() {
    let bytes = some_pack();
    let pack = open(&bytes).expect("what was written");
    let mut wanted: Vec<u8> = b"ASXW2CBN".to_vec();
    let dict = br#"{"@0":"attention","@1":"policy@t*","@2":"policy@t1__x__attention@t2"}"#;
    for short in [0x0100u16, 0b11011, 16, 3] {
        wanted.extend(short.to_le_bytes());
    }
    for long in [dict.len() as u32, 3 * 43, 3 * 35, 32, 0] {
        wanted.extend(long.to_le_bytes());
    }
    wanted.extend(dict);
    let naive = |weight: f64, scale: f64| {
        let scaled = (weight * scale).clamp(-1.0, 1.0) * 32767.0;
        (if scaled >= 0.0 { (scaled + 0.5).floor() } else { (scaled - 0.5).ceil() }) as i16
    };
    let mut payloads = Vec::new();
    for (place, scale) in [1.15, 1.35, 1.35].into_iter().enumerate() {
        let mut payload = vec![1, 16, 0];
        for at in 0..16 {
            payload.extend(naive((at as f64 - 7.5) / (8.0 + place as f64), scale).to_le_bytes());
        }
        payloads.push(payload);
    }
    for (place, payload) in payloads.iter().enumerate() {
        wanted.extend([2, b'@', b'0' + place as u8]);
        wanted.extend((place as u32 * 35).to_le_bytes());
        wanted.extend(35u32.to_le_bytes());
        wanted.extend(Digest::of(payload).0);
    }
    wanted.extend(payloads.concat());
    for scale in [1.35f32, 1.15, 1.10, 0.95, 0.85, 1.00] {
        wanted.extend(scale.to_le_bytes());
    }
    let clipped =
        |place: usize, scale: f64| (0..16).filter(|at| is_clipped((f64::from(*at) - 7.5) / (8.0 + place as f64), scale)).count() as u32;
    let ratio = |clipped: u32, total: u32| ((f64::from(clipped) / f64::from(total) * 65535.0 + 0.5).floor() as u16).to_le_bytes();
    let (one, two, attention) = (clipped(1, 1.35), clipped(2, 1.35), clipped(0, 1.15));
    assert!(one > 0 && two > 0 && attention > 0);
    wanted.push(6);
    for (total, clipped) in [(32, one + two), (16, attention), (0, 0), (0, 0), (0, 0), (0, 0)] {
        wanted.extend(u32::to_le_bytes(total));
        wanted.extend(u32::to_le_bytes(clipped));
        wanted.extend(if total == 0 { [0, 0] } else { ratio(clipped, total) });
    }
    wanted.extend(2u16.to_le_bytes());
    for (symbol, clipped) in [("@1", one), ("@2", two)] {
        wanted.push(2);
        wanted.extend(symbol.as_bytes());
        wanted.extend(16u16.to_le_bytes());
        wanted.extend((clipped as u16).to_le_bytes());
        wanted.extend(ratio(clipped, 16));
    }
    let leaves: Vec<[u8; 32]> = payloads.iter().map(|payload| Digest::of(payload).0).collect();
    let pair = |a: &[u8; 32], b: &[u8; 32]| Digest::of(&[a.as_slice(), b].concat()).0;
    wanted.extend(pair(&pair(&leaves[0], &leaves[1]), &pair(&leaves[2], &leaves[2])));
    assert_eq!(bytes, wanted);
    assert_eq!(pack.hash(), Digest::of(&wanted));
    assert_eq!(pack.lane("policy@t*").map(|lane| lane.symbol), Some("@1"));
    assert!(pack.notes().is_empty(), "{:?}", pack.notes());
}

// rows: D319 D364 D398 D399 D400 D402 D420 D422 D499 D521 D522 D529 D531 D536 D553
#[test]
fn what_is_written_reads_back_within_half_a_step() {
    let mut dice = Dice(7);
    for round in 0..60 {
        let recipe = recipe(&mut dice);
        let bytes = write(&recipe).expect("a lawful recipe");
        let pack = open(&bytes).unwrap_or_else(|fault| panic!("{round}: {fault}"));
        let lazy = open_lazily(&bytes).expect("the same pack");
        assert_eq!(pack.lanes().len(), recipe.lanes.len());
        for (id, weights) in &recipe.lanes {
            let lane = lazy.lane(id).expect("a lane of the recipe");
            lazy.verify_lane(lane).expect("its payload is the one written");
            let scale = recipe.scales.map_or(1.0, |scales| scales[lane.class]);
            for (weight, read) in weights.iter().zip(lazy.weights(lane)) {
                let clamped = weight.clamp(-1.0 / scale, 1.0 / scale);
                // half a step, and what the f32 of the scale moves the full range by
                let slack = 0.5 / (32767.0 * scale) + if recipe.scales.is_some() { 6e-8 / scale } else { 0.0 };
                assert!((clamped - read).abs() <= slack * (1.0 + 1e-9), "{weight} at {scale} gives {read}");
            }
        }
        let again = rewritten(&pack, &recipe);
        assert_eq!(
            write(&again).map(|bytes| open(&bytes).expect("lawful").leaves()),
            Ok(pack.leaves()),
            "{round}: stored values are fixed points"
        );
        let bare = Recipe { audit: false, ..recipe };
        let bare = write(&bare).expect("a lawful recipe");
        assert_eq!(open(&bare).expect("lawful").leaves(), pack.leaves(), "an audit changes no lane");
    }
}

/// The same pack from its own decoded weights.
fn rewritten(pack: &Pack<'_>, recipe: &Recipe) -> Recipe {
    let lanes = pack.lanes().iter().map(|lane| (lane.id.clone().into_owned(), pack.weights(lane))).collect();
    let scales = pack.scales().map(|_| PerClass::of(|class| pack.scale(class)));
    Recipe { lanes, scales, ..recipe.clone() }
}

// rows: D391 D401 D406 D416 D454 D455
#[test]
fn every_bit_that_flips_is_noticed() {
    let mut dice = Dice(99);
    let key = [7; 32];
    let public =
        crate::hash::keyring::PublicKey::from_bytes(ed25519_dalek::SigningKey::from_bytes(&key).verifying_key().to_bytes()).expect("a key");
    let mut flips = 0;
    for round in 0..300 {
        let mut bytes = write(&recipe(&mut dice)).expect("lawful");
        // Signing is slow in a debug build.
        let signed = round % 12 == 0;
        if signed {
            bytes = sign(&bytes, &key).expect("lawful");
            assert_eq!(check(&open(&bytes).expect("lawful"), [("me", public)]), Seal::Whole("me".into()));
        }
        for _ in 0..8 {
            let bit = dice.below(bytes.len() * 8);
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            flips += 1;
            match open(&damaged) {
                Err(fault) => {
                    assert!(fault.offset <= damaged.len() && fault.locator.starts_with(&format!("/{}", fault.section)), "{fault}")
                }
                Ok(pack) if signed => assert_eq!(check(&pack, [("me", public)]), Seal::Unverifiable, "bit {bit} of {}", bytes.len()),
                Ok(pack) => assert!(only_signatures_cover(&pack, bit / 8), "bit {bit} of {}", bytes.len()),
            }
        }
    }
    assert_eq!(flips, 2_400);
}

/// Whether nothing but a signature covers this byte of a pack that could be opened: the version, flags that mean nothing yet, the dims of no
/// lanes, names, scales, and which lanes are audited, of which the reader makes a note.
fn only_signatures_cover(pack: &Pack<'_>, at: usize) -> bool {
    let sections = pack.sections();
    let audited = sections.audit.contains(&at) && !pack.notes().is_empty();
    let dims_of_nothing = pack.lanes().is_empty() && (12..14).contains(&at);
    (8..12).contains(&at) || dims_of_nothing || sections.dict.contains(&at) || sections.qscale.contains(&at) || audited
}

// rows: D391 D401 D406 D416 D454 D455 D617
#[test]
fn every_bit_of_an_unsigned_pack_is_noticed_but_for_names_and_scales() {
    let mut dice = Dice(31);
    for round in 0..3 {
        let mut lanes = BTreeMap::new();
        for id in ["attention", "policy@t0", "zone"].into_iter().take(round + 1) {
            lanes.insert(id.to_owned(), (0..4).map(|_| dice.weight()).collect());
        }
        let scales = Some(PerClass::canonical_scales());
        let bytes = write(&Recipe { dims: 4, lanes, scales, audit: true, lane_audit: LaneAudits::ByClass(round), merkle: true })
            .expect("a lawful recipe");
        for bit in 0..bytes.len() * 8 {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            if let Ok(pack) = open(&damaged) {
                assert!(only_signatures_cover(&pack, bit / 8), "bit {bit} of round {round} goes unnoticed");
            }
        }
    }
}

// rows: D369 D375 D377 D381 D389
#[test]
fn every_truncation_and_every_byte_behind_the_end_is_refused() {
    let mut dice = Dice(5);
    for _ in 0..4 {
        let bytes = write(&recipe(&mut dice)).expect("lawful");
        let whole = open(&bytes).expect("lawful");
        let sections = whole.sections().clone();
        // Nothing in the format tells how long AUDIT is: without a root behind it, all of part B can go and leave a lawful pack.
        let part_a = (sections.merkle.is_empty() && sections.audit.len() > 61).then_some(sections.audit.start + 61);
        for len in 0..bytes.len() {
            if Some(len) == part_a {
                assert!(open(&bytes[..len]).is_ok_and(|pack| pack.audit().is_some_and(|audit| audit.lanes.is_empty())));
                continue;
            }
            let fault = open(&bytes[..len]).expect_err("a part of a pack is no pack");
            assert!(fault.offset <= len, "{fault}");
            if len < HEADER_BYTES {
                assert_eq!((fault.name, fault.offset), ("pack.short", len));
            }
        }
        let mut longer = bytes.clone();
        longer.push(0);
        assert!(open(&longer).is_err());
    }
}

/// The pack with some bytes changed.
fn with(change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = some_pack();
    change(&mut bytes);
    bytes
}

/// The pack with a lane's payload changed, its leaf and the root made to fit.
fn with_payload(change: impl FnOnce(&mut [u8])) -> Vec<u8> {
    let mut bytes = some_pack();
    let (sections, range, entry) = {
        let pack = open(&bytes).expect("lawful");
        let lane = &pack.lanes()[1];
        (pack.sections().clone(), lane.payload.clone(), lane.entry.clone())
    };
    change(&mut bytes[range.clone()]);
    let leaf = Digest::of(&bytes[range]).0;
    bytes[entry.end - 32..entry.end].copy_from_slice(&leaf);
    let leaves: Vec<[u8; 32]> = (0..3).map(|at| bytes[sections.index.start + at * 43 + 11..][..32].try_into().expect("32 bytes")).collect();
    let root = merkle::root(&leaves).expect("three leaves");
    bytes[sections.merkle.clone()].copy_from_slice(&root);
    bytes
}

// rows: D365 D370 D371 D372 D373 D374 D376 D378 D379 D386 D387 D389 D390 D393 D394 D417 D421 D454 D514 D532 D538
#[test]
fn each_broken_law_has_its_name_and_its_section() {
    let pack = some_pack();
    let sections = open(&pack).expect("lawful").sections().clone();
    let found = |bytes: Vec<u8>| open(&bytes).map(|_| ()).map_err(|fault| (fault.name, fault.section));
    let (index, data, qscale, audit, merkle) =
        (sections.index.start, sections.data.start, sections.qscale.start, sections.audit.start, sections.merkle.start);
    let cases: Vec<(&str, Vec<u8>, &str, Section)> = vec![
        ("magic", with(|b| b[0] = b'a'), "pack.bad_magic", Section::Header),
        ("major version", with(|b| b[9] = 2), "pack.unsupported_version", Section::Header),
        ("no int16", with(|b| b[10] &= !1), "pack.flags", Section::Header),
        ("signed without a signature", with(|b| b[10] |= 4), "pack.flags", Section::Header),
        ("merkle_bytes of 64", with(|b| b[28] = 64), "pack.length", Section::Header),
        ("sig_bytes of 63", with(|b| b[32] = 63), "pack.length", Section::Header),
        ("a length that wraps around", with(|b| b[16..20].copy_from_slice(&u32::MAX.to_le_bytes())), "pack.length", Section::Header),
        ("a lane less", with(|b| b[14] = 2), "pack.dict_count", Section::Dict),
        ("dict", with(|b| b[36] = b'['), "pack.dict_json", Section::Dict),
        ("an empty symbol", with(|b| b[index] = 0), "pack.index_symbol", Section::Index),
        ("an unknown symbol", with(|b| b[index + 2] = b'9'), "pack.index_symbol", Section::Index),
        ("a symbol twice", with(|b| b[index + 2] = b'1'), "pack.index_symbol", Section::Index),
        ("a gap in DATA", with(|b| b[index + 3] = 1), "pack.data_layout", Section::Data),
        ("beyond DATA", with(|b| b[index + 9] = 1), "pack.data_layout", Section::Data),
        ("a payload that is not the leaf's", with(|b| b[data + 4] ^= 1), "pack.leaf_hash", Section::Data),
        ("format", with_payload(|p| p[0] = 2), "pack.lane_format", Section::Data),
        ("count", with_payload(|p| p[1] = 15), "pack.count_ne_dims", Section::Data),
        ("a scale of 0", with(|b| b[qscale..qscale + 4].fill(0)), "pack.qscale_range", Section::Qscale),
        ("a scale that is no number", with(|b| b[qscale + 4..qscale + 8].fill(0xff)), "pack.qscale_range", Section::Qscale),
        ("classes", with(|b| b[audit] = 5), "pack.audit_inconsistent", Section::Audit),
        ("a total", with(|b| b[audit + 1] = 33), "pack.audit_inconsistent", Section::Audit),
        ("a share", with(|b| b[audit + 9] ^= 1), "pack.audit_inconsistent", Section::Audit),
        ("a root", with(|b| b[merkle] ^= 1), "pack.merkle_root", Section::Merkle),
    ];
    for (what, bytes, name, section) in cases {
        assert_eq!(found(bytes), Err((name, section)), "{what}");
    }
}

// rows: D365 D386 D404 D514 D545 D546 D620
#[test]
fn what_is_lawful_and_odd_is_noted() {
    let notes =
        |bytes: &[u8]| open(bytes).unwrap_or_else(|fault| panic!("{fault}")).notes().iter().map(|note| note.name).collect::<Vec<_>>();
    let qscale = open(&some_pack()).expect("lawful").sections().qscale.start;
    assert_eq!(notes(&with(|b| b[8] = 1)), ["pack.newer_version"]);
    assert_eq!(notes(&with(|b| b[10] |= 32)), ["pack.unknown_flag"]);
    assert_eq!(notes(&with(|b| b[qscale..qscale + 4].copy_from_slice(&1.75f32.to_le_bytes()))), ["pack.qscale_range"]);
    assert_eq!(notes(&with(|b| b[qscale..qscale + 4].copy_from_slice(&1.60f32.to_le_bytes()))), Vec::<&str>::new());
    assert_eq!(notes(&with_payload(|p| p[3..5].copy_from_slice(&i16::MIN.to_le_bytes()))), ["pack.weight_range"]);
    let bare = write(&Recipe { dims: 16, ..Recipe::default() }).expect("no lanes are lawful");
    assert_eq!(notes(&bare), ["pack.audit_missing"]);
}

/// The skeleton of a reader in the text decodes by 32767 alone: a class-aware pack comes out too large by the scale.
// rows: D416 D418 D422
#[test]
fn a_reader_that_ignores_the_scales_reads_other_weights() {
    let bytes = some_pack();
    let pack = open(&bytes).expect("lawful");
    let lane = pack.lane("attention").expect("it is there");
    let skeleton: Vec<f64> = pack.stored(lane).map(|stored| f64::from(stored) / 32767.0).collect();
    let weights = pack.weights(lane);
    assert_ne!(skeleton, weights);
    let ratio = skeleton[10] / weights[10];
    assert!((ratio - 1.15).abs() < 1e-6, "{ratio}");
}

// rows: D411 D425 D426 D454 D525 D526 D527 D578 D614 D617
#[test]
fn a_signature_covers_every_byte_and_one_over_the_root_does_not() {
    use ed25519_dalek::{Signer, SigningKey};
    let key = SigningKey::from_bytes(&[9; 32]);
    let public = crate::hash::keyring::PublicKey::from_bytes(key.verifying_key().to_bytes()).expect("a key");
    let stranger = crate::hash::keyring::PublicKey::from_bytes(SigningKey::from_bytes(&[1; 32]).verifying_key().to_bytes()).expect("a key");
    let signed = sign(&some_pack(), &[9; 32]).expect("lawful");
    assert_eq!(signed.len(), some_pack().len() + 64);
    let pack = open(&signed).expect("lawful");
    assert_eq!(check(&pack, [("stranger", stranger), ("me", public)]), Seal::Whole("me".into()));
    assert_eq!(check(&pack, [("stranger", stranger)]), Seal::Unverifiable);
    assert_eq!(sign(&signed, &[9; 32]).as_ref(), Ok(&signed), "signing again changes nothing");
    // another scale changes no leaf and no root, and yet the signature
    let qscale = pack.sections().qscale.start;
    let mut other = signed.clone();
    other[qscale..qscale + 4].copy_from_slice(&1.30f32.to_le_bytes());
    let other = open(&other).expect("lawful but for the signature");
    assert_eq!(other.root(), pack.root(), "equal roots do not make equal packs");
    assert_ne!(other.hash(), pack.hash());
    assert_eq!(check(&other, [("me", public)]), Seal::Unverifiable);
    // over the root alone it goes unnoticed, which is why such a signature is told apart
    let root = pack.root().expect("there is a root");
    let end = pack.sections().signature.start;
    let mut root_only = signed.clone();
    root_only[end..].copy_from_slice(&key.sign(&root).to_bytes());
    root_only[qscale..qscale + 4].copy_from_slice(&1.30f32.to_le_bytes());
    assert_eq!(check(&open(&root_only).expect("lawful"), [("me", public)]), Seal::RootOnly("me".into()));
    assert_eq!(check(&open(&some_pack()).expect("lawful"), [("me", public)]), Seal::Unsigned);
}

// rows: D535 D536 D549
#[test]
fn audits_of_lanes_are_left_out_where_they_alone_break_the_budget() {
    let lanes = |count: usize| -> BTreeMap<String, Vec<f64>> { (0..count).map(|at| (format!("l{at:02}"), vec![0.25; 64])).collect() };
    let size = |count: usize, lane_audit: usize| {
        let recipe = Recipe {
            dims: 64,
            lanes: lanes(count),
            audit: true,
            lane_audit: LaneAudits::ByClass(lane_audit),
            merkle: true,
            ..Recipe::default()
        };
        let bytes = write(&recipe).expect("lawful");
        let listed = open(&bytes).expect("lawful").audit().map(|audit| audit.lanes.len());
        (bytes.len(), listed)
    };
    assert_eq!(size(4, 0).1, Some(0), "by class alone unless asked");
    assert_eq!(size(4, 8).1, Some(4), "all of them where there are fewer than eight");
    let fits = (1..64).rev().find(|&count| size(count, 0).0 <= BUDGET).expect("one lane fits");
    let (bytes, listed) = size(fits, 8);
    assert!(bytes <= BUDGET && listed.is_some(), "part A stays");
    assert_eq!(size(fits + 1, 8), size(fits + 1, 0), "a pack over its budget carries no more than it must");
}

/// Bytes at random, and packs with bytes at random: nothing panics, and every fault points into the file.
// rows: D375 D389 D416
#[test]
fn no_bytes_make_the_reader_fail_otherwise_than_by_a_fault() {
    let mut dice = Dice(2026);
    for _ in 0..1500 {
        let mut bytes = if dice.below(3) == 0 { MAGIC.to_vec() } else { some_pack() };
        for _ in 0..=dice.below(6) {
            match dice.below(3) {
                0 => bytes.push(dice.next() as u8),
                1 => {
                    let len = dice.below(bytes.len() + 1);
                    bytes.truncate(len);
                }
                _ if bytes.is_empty() => {}
                // half of the changes fall upon the header, where the lengths stand
                _ => {
                    let within = if dice.below(2) == 0 { bytes.len().min(HEADER_BYTES) } else { bytes.len() };
                    let at = dice.below(within);
                    bytes[at] = dice.next() as u8;
                }
            }
        }
        for opened in [open(&bytes), open_tables(&bytes), open_lazily(&bytes)] {
            match opened {
                Err(fault) => assert!(fault.offset <= bytes.len() && fault.locator.starts_with('/'), "{fault}"),
                Ok(pack) => {
                    for lane in pack.lanes() {
                        let _ = (pack.verify_lane(lane), pack.weights(lane));
                    }
                    let _ = crate::pack::manifest::generate(&pack);
                }
            }
        }
    }
}
