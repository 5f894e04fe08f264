//! Packs as a whole: the recorded vectors, the way there and back, and every way to spoil a pack.

use proptest::prelude::*;

use super::{
    lane::Lane,
    layout::LANES_AT,
    pack::{self, Pack, VerifiedLane},
    rejection::{Name, Rejection},
    write::encode,
};
use crate::{
    hash::digest::{Digest, hex},
    tensor::{
        canonical_text,
        model::{Element, Model, ONE, Point},
    },
};

/// The pack of the vector `chain` (`CANONICAL` §7).
const CHAIN: &str = "5343585132530001050012000000330100004d3f0000001c000000545b0000001c00000047770000004400000058bb00000054000000570f010000240000004d0100000000000002000000ca978112000002003e23e8160000000054010001000000000200000000000000010000000100000001000000470100010000010004000000010102010101020100000000000000000000000000800000008000000000000000800000008000000000000000800000008000000000000058010000000001000300000000000600000000000000000000000800000000000000000000000100000000000000000000000100000000000000000000000100000000000000000000000100000000000000000057010000000001000200000005b50000000001000000000005b500000080000000000000";

fn chain() -> Vec<u8> {
    (0..CHAIN.len() / 2).map(|at| u8::from_str_radix(&CHAIN[at * 2..at * 2 + 2], 16).expect("hex")).collect()
}

fn refused(bytes: &[u8]) -> Rejection {
    pack::decode(bytes).expect_err("a pack that must be refused")
}

fn put(bytes: &[u8], at: usize, new: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at..at + new.len()].copy_from_slice(new);
    bytes
}

fn element(id: u32, start: usize, end: usize) -> Element {
    Element {
        id4: id.to_be_bytes(),
        start: start as u32,
        end: end as u32,
        stroke_width: ONE,
        transform_mag: ONE,
        rank: 0,
        opacity_q11: 2048,
        closed: false,
    }
}

/// A drawing of these lines, the box 0 to 65536 on both axes left to the caller.
fn model(lines: &[(&[Point], bool)]) -> Model {
    let mut model = Model { sx: ONE, sy: ONE, ..Model::default() };
    for (number, (points, closed)) in lines.iter().enumerate() {
        let start = model.points.len();
        model.points.extend_from_slice(points);
        model.elements.push(Element { closed: *closed, ..element(number as u32, start, model.points.len()) });
    }
    model
}

#[test]
// rows: B186 B254 B312 B313 B314 B315 B319 B322 B323
fn the_vector_chain_is_read_and_written() {
    let bytes = chain();
    let opened = Pack::open(&bytes).expect("a pack");
    let decoded = opened.decode().expect("a lawful pack");
    assert_eq!((decoded.model.sx, decoded.model.sy, decoded.model.elements.len()), (393_216, 524_288, 2));
    let roots = opened.roots(&decoded);
    assert_eq!(roots.canonical_svg_hash.hex(), "3851663b886447d6296c7bf812170bc2a833ef49c40e1bbed3c15e3bb754989f");
    assert_eq!(roots.root.hex(), "52296c41e44a46319dd058241d49622665ac81040fc372e5f2dddbe6333acc0e");
    assert_eq!(hex(&encode(&decoded.model).expect("a pack")), CHAIN);
    assert_eq!(Digest::of(&bytes).hex(), "ab161490a06cb39911661b04b0df8499ab5affc826c36df9d93116b04543ebc5");
}

/// Each rejection of `CANONICAL` §3, on the chain: where the bytes are put, which, and what is said of them.
const SPOILT: &[(usize, &[u8], Name, &str)] = &[
    (0, b"s", Name::BadMagic, "/header/magic"),
    (5, b"T", Name::BadMagic, "/header/magic"),
    (6, &[1, 0], Name::UnsupportedVersion, "/header/version"),
    (6, &[0, 2], Name::UnsupportedVersion, "/header/version"),
    (8, &[4], Name::MissingLane, "/header/lane_count"),
    (8, &[0], Name::MissingLane, "/header/lane_count"),
    (8, &[6], Name::MalformedEnvelope, "/header/lane_count"),
    (9, &[1], Name::MalformedEnvelope, "/header/reserved"),
    (10, &[20], Name::MalformedEnvelope, "/header/toc_offset"),
    (14, &[0x32], Name::MalformedEnvelope, "/header/total_size"),
    (14, &[0xff, 0xff, 0xff, 0xff], Name::MalformedEnvelope, "/header/total_size"),
    (18, b"A", Name::MissingLane, "/toc/M/lane_id"),
    (36, b"Q", Name::MissingLane, "/toc/G/lane_id"),
    (27, b"M", Name::MissingLane, "/toc/T/lane_id"),
    (19, &[64], Name::MalformedEnvelope, "/toc/M/offset"),
    (28, &[0x5a], Name::MalformedEnvelope, "/toc/T/offset"),
    (28, &[0x5c], Name::MalformedEnvelope, "/toc/T/offset"),
    (23, &[11], Name::MalformedEnvelope, "/toc/M/size"),
    (59, &[0x25], Name::MalformedEnvelope, "/toc/W/size"),
    (59, &[0x23], Name::MalformedEnvelope, "/toc/W/size"),
    (59, &[0xff, 0xff, 0xff, 0xff], Name::MalformedEnvelope, "/toc/W/size"),
    // lane M at 63
    (63, b"T", Name::MalformedLane, "/M/header/lane_id"),
    (64, &[2], Name::UnsupportedVersion, "/M/header/version_major"),
    (65, &[1], Name::UnsupportedVersion, "/M/header/version_minor"),
    (66, &[1], Name::MalformedLane, "/M/header/encoding"),
    (66, &[2], Name::UnsupportedEncoding, "/M/header/encoding"),
    (66, &[3], Name::UnsupportedEncoding, "/M/header/encoding"),
    (66, &[4], Name::MalformedLane, "/M/header/encoding"),
    (69, &[1], Name::MalformedLane, "/M/header/precision"),
    (71, &[3], Name::MalformedLane, "/M/header/item_count"),
    (71, &[0xff, 0xff, 0xff, 0xff], Name::MalformedLane, "/M/header/item_count"),
    (79, &[0xf5, 0x01], Name::MalformedLane, "/M/0/rank"),
    (81, &[0x06], Name::MalformedLane, "/M/0/flags"),
    (81, &[0x0a], Name::MalformedLane, "/M/0/flags"),
    (81, &[0x12, 0x80], Name::MalformedLane, "/M/0/flags"),
    (81, &[0x03], Name::IntegrityViolation, "/M/0/flags"),
    (89, &[0x02], Name::IntegrityViolation, "/M/1/flags"),
    (83, &[0xca, 0x97, 0x81, 0x12], Name::IllegalTensor, "/M/1/id_hash"),
    // lane T at 91
    (94, &[0], Name::MalformedLane, "/T/header/encoding"),
    (95, &[1], Name::MalformedLane, "/T/header/precision"),
    (103, &[1], Name::IntegrityViolation, "/T/0/from"),
    (107, &[0], Name::IntegrityViolation, "/T/0/delta_to"),
    (107, &[2], Name::IntegrityViolation, "/T/0/delta_to"),
    (115, &[0xff, 0xff, 0xff, 0x7f], Name::IntegrityViolation, "/T/1/delta_to"),
    // lane G at 119
    (122, &[2], Name::UnsupportedEncoding, "/G/header/encoding"),
    (123, &[0, 0, 0, 0], Name::MalformedLane, "/G/header/precision"),
    (127, &[0xff, 0xff, 0xff, 0x7f], Name::MalformedLane, "/G/header/item_count"),
    (127, &[3], Name::MalformedLane, "/G/header/item_count"),
    (133, &[3], Name::MalformedLane, "/G/1/opcode"),
    (133, &[4], Name::MalformedLane, "/G/1/opcode"),
    (133, &[0], Name::MalformedLane, "/G/1/opcode"),
    (131, &[2], Name::MalformedLane, "/G/0/opcode"),
    (133, &[5, 0], Name::MalformedLane, "/G/header/item_count"),
    (132, &[2], Name::MalformedLane, "/G/0/arity"),
    (134, &[0], Name::MalformedLane, "/G/1/arity"),
    (134, &[2], Name::MalformedLane, "/G/header/item_count"),
    (147, &[1], Name::MalformedLane, "/G.coords/0/dz"),
    (139, &[0xff, 0xff, 0xff, 0xff], Name::MalformedLane, "/G.coords/0/dx"),
    (151, &[1, 0, 1, 0], Name::MalformedLane, "/G.coords/1/dx"),
    (155, &[0xff, 0xff, 0xff, 0x7f], Name::MalformedLane, "/G.coords/1/dy"),
    // lane X at 187
    (195, &[2], Name::MalformedLane, "/X/header/item_count"),
    (202, &[0x80], Name::MalformedLane, "/X/0/a"),
    (203, &[1], Name::MalformedLane, "/X/0/b"),
    (207, &[1], Name::MalformedLane, "/X/0/c"),
    (214, &[0x80], Name::MalformedLane, "/X/0/d"),
    (215, &[1], Name::MalformedLane, "/X/0/e"),
    (219, &[1], Name::MalformedLane, "/X/0/f"),
    (223, &[0, 0, 0, 0], Name::MalformedLane, "/X/1/a"),
    (223, &[1], Name::MalformedLane, "/X/1/d"),
    // lane W at 271
    (275, &[0, 0, 0, 0], Name::MalformedLane, "/W/header/precision"),
    (279, &[1], Name::MalformedLane, "/W/header/item_count"),
    (290, &[0x80], Name::MalformedLane, "/W/0/stroke_width"),
    (283, &[6], Name::IntegrityViolation, "/W/0/length"),
    (286, &[0x80], Name::IntegrityViolation, "/W/0/length"),
    (291, &[1], Name::IntegrityViolation, "/W/0/curvature"),
];

#[test]
// rows: B192 B258 B259 B261 B262 B263 B264 B265 B266 B267 B268 B269 B270 B271 B273 B274 B275 B276 B277 B278 B279 B280 B281 B283 B284 B285 B286
// rows: B287 B288 B289 B290 B291 B293 B294 B295 B296 B297 B298 B299 B300 B301 B302 B305 B306 B307 B308 B309 B310 B311
// rows: B188 B189 B190 B312 B314 B315 B316 B317 B318 B319 B320 B321 B322 B323
fn every_field_is_refused_by_name_and_offset() {
    let bytes = chain();
    for &(at, new, name, locator) in SPOILT {
        let rejection = refused(&put(&bytes, at, new));
        assert_eq!((rejection.name, rejection.locator.as_str()), (name, locator), "{at} {new:?}: {rejection}");
        assert!(!rejection.message.is_empty() && (rejection.span.end as usize) <= bytes.len(), "{rejection}");
        let holds = rejection.span.start as usize <= at && at < rejection.span.end as usize;
        let elsewhere = ["item_count", "/X/1/d", "/toc/"].iter().any(|part| locator.contains(part));
        assert!(holds || elsewhere, "{at}: {rejection}");
    }
    // where lanes change places all ids are there, and the order is wrong
    let swapped = put(&put(&bytes, 18, b"T"), 27, b"M");
    assert_eq!((refused(&swapped).name, refused(&swapped).offset()), (Name::MalformedEnvelope, 18));
}

#[test]
// rows: B319
fn a_pack_cut_anywhere_or_followed_by_anything_is_refused_with_an_offset() {
    let bytes = chain();
    for length in 0..bytes.len() {
        let rejection = refused(&bytes[..length]);
        assert_eq!(rejection.name, Name::MalformedEnvelope, "{length}: {rejection}");
        assert!(rejection.span.end as usize <= length && !rejection.locator.is_empty(), "{length}: {rejection}");
    }
    let more = [bytes.as_slice(), &[0]].concat();
    assert_eq!((refused(&more).name, refused(&more).offset()), (Name::MalformedEnvelope, 14));
    // the size made to fit: bytes after the last lane
    let more = put(&more, 14, &(more.len() as u32).to_le_bytes());
    assert_eq!((refused(&more).name, refused(&more).locator.as_str()), (Name::MalformedEnvelope, "/toc/W/size"));
}

#[test]
// rows: B258
fn sizes_that_are_only_claimed_are_not_believed() {
    // four gigabytes in 18 bytes
    let head = put(&chain()[..18], 14, &u32::MAX.to_le_bytes());
    assert_eq!((refused(&head).name, refused(&head).offset()), (Name::MalformedEnvelope, 14));
    // every count at its most
    for at in [71, 99, 127, 195, 279] {
        let rejection = refused(&put(&chain(), at, &u32::MAX.to_le_bytes()));
        assert!(rejection.locator.ends_with("item_count"), "{rejection}");
    }
    // every command takes 255 coordinates that are not there
    let rejection = refused(&put(&put(&chain(), 134, &[255]), 138, &[255]));
    assert_eq!((rejection.name, rejection.locator.as_str()), (Name::MalformedLane, "/G/header/item_count"));
}

#[test]
// rows: B286 B291 B292
fn runs_are_as_long_as_they_can_be() {
    // 900 steps along a spiral of rising x: runs of 255, 255, 255 and 135
    let points: Vec<Point> = (0..=900).map(|i| (i * ONE / 900, if i % 2 == 0 { 0 } else { ONE })).collect();
    let model = model(&[(&points, false)]);
    let bytes = encode(&model).expect("a pack");
    let opened = Pack::open(&bytes).expect("a pack");
    let lane = opened.lane(Lane::G);
    assert_eq!(lane[12..22], [1, 1, 2, 255, 2, 255, 2, 255, 2, 135]);
    assert_eq!(pack::decode(&bytes).expect("a lawful pack").model, model);
    // 255 + 135 written as 254 + 136 takes as many bytes
    let base = lane.as_ptr() as usize - bytes.as_ptr() as usize;
    let rejection = refused(&put(&bytes, base + 12, &[1, 1, 2, 255, 2, 255, 2, 254, 2, 136]));
    assert_eq!((rejection.name, rejection.locator.as_str()), (Name::IntegrityViolation, "/G/3/arity"));
}

#[test]
// rows: B187 B259 B303 B304
fn five_lanes_are_written_in_their_order_and_no_identity_is_left_out() {
    let bytes = encode(&model(&[(&[(0, 0), (ONE, ONE)], false)])).expect("a pack");
    let ids: Vec<u8> = (0..5).map(|lane| bytes[18 + 9 * lane]).collect();
    assert_eq!(ids, b"MTGXW");
    let opened = Pack::open(&bytes).expect("a pack");
    assert_eq!(opened.lane(Lane::X).len(), 12 + 2 * 24);
    assert_eq!(opened.lane(Lane::M).as_ptr() as usize - bytes.as_ptr() as usize, LANES_AT);
}

#[test]
// rows: B275 B276 B281 B282 B292
fn flags_vertices_and_edges_follow_from_the_geometry() {
    // a tail into a closed triangle: the tail's first vertex is a root, its last is on the cycle
    let tail = [(0, ONE), (0, 0)];
    let ring = [(0, 0), (ONE, 0), (ONE, ONE)];
    let bytes = encode(&model(&[(&tail, false), (&ring, true)])).expect("a pack");
    let opened = Pack::open(&bytes).expect("a pack");
    let flags: Vec<u8> = opened.lane(Lane::M)[12..].chunks(8).map(|item| item[6]).collect();
    assert_eq!(flags, [0b11, 0b01]);
    let edge = |item: &[u8]| (item[0], item[4] as i8);
    let edges: Vec<_> = opened.lane(Lane::T)[12..].chunks(8).map(edge).collect();
    assert_eq!(edges, [(0, 1), (1, 1), (2, 1), (3, -2)]);
    // the second element begins from 0 again
    assert_eq!(opened.lane(Lane::G)[12 + 2 * 5 + 24..][..8], [0; 8]);
    assert!(pack::decode(&bytes).is_ok());
}

#[test]
// rows: B385 B386
fn lanes_that_agree_and_make_no_tensor_are_refused() {
    let case = |lines: &[(&[Point], bool)]| {
        let rejection = refused(&encode(&model(lines)).expect("a pack"));
        (rejection.name, rejection.locator)
    };
    let at = |locator: &str| (Name::IllegalTensor, locator.to_owned());
    // two pieces
    let (a, b) = ([(0, 0), (ONE, 0)], [(0, ONE), (ONE, ONE)]);
    assert_eq!(case(&[(&a, false), (&b, false)]), at("/M/1"));
    // a ring of two open lines
    let (a, b) = ([(0, 0), (ONE, 0), (ONE, ONE)], [(ONE, ONE), (0, 0)]);
    assert_eq!(case(&[(&a, false), (&b, false)]), at("/T/2"));
    // one point
    assert_eq!(case(&[(&[(0, 0), (ONE, ONE)], false), (&[(0, 0)], false)]), at("/G/2"));
    // no element at all
    assert_eq!(case(&[]), at("/M/header/item_count"));
    // a point that stays where it is makes an edge from a vertex to itself
    let still = refused(&encode(&model(&[(&[(0, 0), (0, 0), (ONE, ONE)], false)])).expect("a pack"));
    assert_eq!((still.name, still.locator.as_str()), (Name::IntegrityViolation, "/T/0/delta_to"));
    // and is found in lane G when that is looked at alone
    let bytes = encode(&model(&[(&[(0, 0), (0, 0), (ONE, ONE)], false)])).expect("a pack");
    let alone = Pack::open(&bytes).expect("a pack").check_lane(Lane::G).expect_err("no tensor");
    assert_eq!((alone.name, alone.locator.as_str()), (Name::IllegalTensor, "/G.coords/1"));
}

#[test]
// rows: B288 B289
fn the_points_span_the_box_or_lie_flat_in_it() {
    let flat = Model { sy: 0, ..model(&[(&[(0, 0), (ONE, 0)], false)]) };
    assert_eq!(pack::decode(&encode(&flat).expect("a pack")).expect("a lawful pack").model, flat);
    for wrong in [
        Model { sy: 5, ..flat.clone() },
        model(&[(&[(0, 0), (ONE, ONE - 1)], false)]),
        model(&[(&[(1, 0), (ONE, ONE)], false)]),
        Model { sx: 0, sy: 0, ..model(&[(&[(0, 0), (0, 7)], false)]) },
    ] {
        let rejection = refused(&encode(&wrong).expect("a pack"));
        assert_eq!((rejection.name, rejection.locator.as_str()), (Name::IntegrityViolation, "/G.coords"));
    }
}

#[test]
// rows: B354 B355 B383 B388
fn a_lane_is_verified_without_the_others() {
    let bytes = chain();
    let roots = Pack::open(&bytes).expect("a pack").lane_roots();
    for lane in Lane::ALL {
        // every other lane is wiped out: the envelope and this lane are enough
        let range = super::contents::Contents::read(&bytes[..LANES_AT], bytes.len() as u64).expect("an envelope").range(lane);
        let mut alone = vec![0xee; bytes.len()];
        alone[..LANES_AT].copy_from_slice(&bytes[..LANES_AT]);
        alone[range.clone()].copy_from_slice(&bytes[range.clone()]);
        let opened = Pack::open(&alone).expect("an envelope");
        assert_eq!(opened.check_lane(lane), Ok(()), "{lane}");
        let verified = opened.verified(lane, &roots.of(lane)).expect("the true bytes");
        assert_eq!((verified.lane(), verified.bytes()), (lane, &bytes[range.clone()]));
        alone[range.end - 1] ^= 1;
        assert_eq!(VerifiedLane::new(lane, &alone[range], &roots.of(lane)), None);
    }
}

#[test]
// rows: B307
fn a_length_beyond_a_lane_is_out_of_range() {
    // 46,342 ways from corner to corner of the box: 92,682 each, and more than 2³¹ − 1 together; the corners alternate with inner points
    let points: Vec<Point> = (0..46_400).map(|i| if i % 2 == 0 { (0, i / 2) } else { (ONE, ONE - i / 2) }).collect();
    assert!(encode(&model(&[(&points, false)])).is_err());
}

/// Trees of lines: each begins on a point of an earlier one and leads to places nobody was at, so nothing but the declared is a cycle.
fn lawful(lines: usize) -> impl Strategy<Value = Model> {
    let line = (any::<prop::sample::Index>(), 1usize..6, any::<bool>(), 0i32..4, 0u16..=2048, 0u16..4, 1i32..i32::MAX);
    (prop::collection::vec(line, 0..lines), any::<u64>(), 0i32..i32::MAX, 0i32..i32::MAX).prop_map(|(lines, seed, sx, sy)| {
        let mut state = seed | 1;
        let mut taken = std::collections::HashSet::from([(0, 0), (ONE, ONE)]);
        let mut fresh = || loop {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let point = ((state >> 33) as i32 % (ONE + 1), (state >> 17) as i32 & 0xffff);
            if taken.insert(point) {
                return point;
            }
        };
        let mut model = Model { sx, sy, points: vec![(0, 0), (ONE, ONE)], elements: vec![element(u32::MAX, 0, 2)] };
        for (number, (begin, more, closed, stroke_width, opacity_q11, rank, transform_mag)) in lines.into_iter().enumerate() {
            let start = model.points.len();
            model.points.push(model.points[begin.index(start)]);
            model.points.extend((0..more).map(|_| fresh()));
            let own = element(number as u32 * 0x0101_0101, start, model.points.len());
            model.elements.push(Element { closed, stroke_width, opacity_q11, rank, transform_mag, ..own });
        }
        model
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    // rows: B186 A005 B353 B389 B390 B391
    #[test]
    fn what_is_written_is_read_and_what_is_read_is_written(model in lawful(12)) {
        let bytes = encode(&model).unwrap();
        let decoded = pack::decode(&bytes).unwrap();
        prop_assert_eq!(&decoded.model, &model);
        prop_assert_eq!(encode(&decoded.model).unwrap(), bytes);
        prop_assert_eq!(canonical_text::to_string(&decoded.model), canonical_text::to_string(&model));
    }

    // rows: B258
    #[test]
    fn no_bytes_make_the_reader_fail(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(pack::decode(&bytes).is_err());
        let framed = [&chain()[..LANES_AT], &bytes].concat();
        let framed = put(&framed, 14, &(framed.len() as u32).to_le_bytes());
        if let Err(rejection) = pack::decode(&framed) {
            prop_assert!(rejection.span.end as usize <= framed.len());
        }
    }

    #[test]
    fn a_pack_spoilt_in_several_places_is_refused_or_is_another_pack(
        model in lawful(12), spoils in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), cut in any::<Option<prop::sample::Index>>()
    ) {
        let whole = encode(&model).unwrap();
        let mut bytes = whole.clone();
        for (at, value) in spoils {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        match pack::decode(&bytes) {
            Ok(decoded) => prop_assert_eq!(encode(&decoded.model).unwrap(), bytes),
            Err(rejection) => prop_assert!(rejection.span.end as usize <= bytes.len()),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    // rows: B351
    #[test]
    fn every_bit_counts_and_no_pack_may_be_cut(model in lawful(3)) {
        let bytes = encode(&model).unwrap();
        let opened = Pack::open(&bytes).unwrap();
        let root = opened.roots(&opened.decode().unwrap()).root;
        let mut other = bytes.clone();
        for bit in 0..bytes.len() * 8 {
            other[bit / 8] ^= 1 << (bit % 8);
            if let Ok(changed) = Pack::open(&other)
                && let Ok(decoded) = changed.decode()
            {
                prop_assert_ne!(changed.roots(&decoded).root, root, "bit {}", bit);
                let lanes = opened.lane_roots().iter().zip(changed.lane_roots().iter()).filter(|(a, b)| a != b).count();
                prop_assert_eq!(lanes, 1, "a lane keeps its root when another changes");
            }
            other[bit / 8] ^= 1 << (bit % 8);
        }
        for length in 0..bytes.len() {
            prop_assert!(pack::decode(&bytes[..length]).is_err());
        }
    }
}
