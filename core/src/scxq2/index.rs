//! The container of the retrieval index: DICT, FIELD, LANE, EDGE, QUANTUM (seed 003 §12.2, §12.7, §12.8), in the project's own framing.
//!
//! Each lane is its name in ASCII, its length as u32, and its body; all integers and floats are little-endian. DICT: u32 count, then per
//! node u32 length and UTF-8. FIELD: u32 length and canonical JSON. LANE: f32 x, f32 y a node, −0 as +0. EDGE: u32 from, u32 to, in
//! rising order. QUANTUM: f32 phase, f32 weight a node. Nodes stand in the order of the document. The index hash covers the bodies of the
//! first four; QUANTUM may be computed anew.

use super::{record::RecordError, sbs1::ContainerLane};
use crate::hash::digest::Digest;

/// One node.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Its symbol: the id of its path.
    pub symbol: String,
    /// Its place, finite.
    pub place: [f32; 2],
    /// Phase and weight, finite.
    pub quantum: [f32; 2],
}

/// An index.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Index {
    /// The nodes, in the order of the document.
    pub nodes: Vec<Node>,
    /// Canonical JSON.
    pub field: String,
    /// Pairs of node numbers; [`Index::encode`] sorts them. What stands twice stays twice.
    pub edges: Vec<[u32; 2]>,
}

/// Rounds a coordinate to f32, ties to even; −0 becomes +0. `None` beyond f32 and for what is no number (A409, A414).
pub fn coordinate(number: f64) -> Option<f32> {
    let rounded = number as f32 + 0.0;
    rounded.is_finite().then_some(rounded)
}

/// Whether an answer kept for an earlier question may be given again: made from the index that is asked for, with the profile that is
/// asked for. Each pair is (kept, asked).
pub fn cache_legal(index: (&Digest, &Digest), profile: (&Digest, &Digest)) -> bool {
    index.0 == index.1 && profile.0 == profile.1
}

impl Index {
    fn bodies(&self) -> Option<[Vec<u8>; 5]> {
        let length = |len: usize| u32::try_from(len).ok().map(u32::to_le_bytes);
        let mut dict = length(self.nodes.len())?.to_vec();
        let (mut lane, mut quantum, mut edge) = (Vec::new(), Vec::new(), Vec::new());
        for node in &self.nodes {
            dict.extend(length(node.symbol.len())?);
            dict.extend(node.symbol.as_bytes());
            for (numbers, out) in [(node.place, &mut lane), (node.quantum, &mut quantum)] {
                for number in numbers {
                    out.extend(coordinate(f64::from(number))?.to_le_bytes());
                }
            }
        }
        let mut edges = self.edges.clone();
        edges.sort_unstable();
        for pair in edges {
            if pair.iter().any(|end| *end as usize >= self.nodes.len()) {
                return None;
            }
            pair.iter().for_each(|end| edge.extend(end.to_le_bytes()));
        }
        let field = [length(self.field.len())?.as_slice(), self.field.as_bytes()].concat();
        Some([dict, field, lane, edge, quantum])
    }

    /// The bytes of the container; `None` for a number that is not finite, an edge to no node, or a lane beyond 32 bits.
    pub fn encode(&self) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        for (lane, body) in ContainerLane::ALL.into_iter().zip(self.bodies()?) {
            bytes.extend(lane.name().as_bytes());
            bytes.extend(u32::try_from(body.len()).ok()?.to_le_bytes());
            bytes.extend(body);
        }
        Some(bytes)
    }

    /// The identity of the index: SHA-256 over the bodies of DICT, FIELD, LANE and EDGE (A360, A427).
    pub fn hash(&self) -> Option<Digest> {
        let [dict, field, lane, edge, _] = self.bodies()?;
        Some(Digest::of_parts([&dict[..], &field, &lane, &edge]))
    }

    /// The identity of the geometry alone: SHA-256 over LANE and EDGE (A415).
    pub fn geometry_hash(&self) -> Option<Digest> {
        let [_, _, lane, edge, _] = self.bodies()?;
        Some(Digest::of_parts([&lane[..], &edge]))
    }

    /// Reads a container. Everything is refused that [`Index::encode`] does not write.
    pub fn decode(bytes: &[u8]) -> Result<Index, RecordError> {
        let malformed = |at, what: &str| RecordError::malformed("lanes", at, what);
        let mut at = 0;
        let mut bodies: [&[u8]; 5] = [&[]; 5];
        for (lane, body) in ContainerLane::ALL.into_iter().zip(&mut bodies) {
            let rest = bytes.get(at..).unwrap_or_default();
            let Some(rest) = rest.strip_prefix(lane.name().as_bytes()) else {
                let what = format!("lane {} is wanted here", lane.name());
                return Err(RecordError { name: "load_error.missing_lane", field: lane.name(), at, what });
            };
            let size = rest.first_chunk::<4>().map(|size| u32::from_le_bytes(*size) as usize);
            let found = size.and_then(|size| rest.get(4..)?.get(..size));
            *body = found.ok_or_else(|| RecordError::malformed(lane.name(), at, "the lane is longer than what is left"))?;
            at += lane.name().len() + 4 + body.len();
        }
        if at != bytes.len() {
            return Err(malformed(at, "bytes follow the last lane"));
        }
        let index =
            Index::read(bodies).ok_or_else(|| malformed(0, "the lanes do not fit each other, or hold what is no text or number"))?;
        if index.encode().as_deref() == Some(bytes) {
            Ok(index)
        } else {
            Err(malformed(0, "the container is not spelled as it is written: edges in rising order, no -0"))
        }
    }

    fn read([dict, field, lane, edge, quantum]: [&[u8]; 5]) -> Option<Index> {
        let text = |bytes: &mut &[u8]| -> Option<String> {
            let (size, rest) = bytes.split_first_chunk::<4>()?;
            let (own, rest) = rest.split_at_checked(u32::from_le_bytes(*size) as usize)?;
            *bytes = rest;
            std::str::from_utf8(own).ok().map(str::to_owned)
        };
        let pairs = |bytes: &[u8]| -> Option<Vec<[[u8; 4]; 2]>> {
            let (words, rest) = bytes.as_chunks::<4>();
            let (pairs, odd) = words.as_chunks::<2>();
            (rest.is_empty() && odd.is_empty()).then(|| pairs.to_vec())
        };
        let (places, quanta) = (pairs(lane)?, pairs(quantum)?);
        let (count, mut symbols) = dict.split_first_chunk::<4>()?;
        let count = u32::from_le_bytes(*count) as usize;
        if places.len() != count || quanta.len() != count {
            return None;
        }
        let mut nodes = Vec::with_capacity(count);
        for (place, quantum) in places.into_iter().zip(quanta) {
            nodes.push(Node {
                symbol: text(&mut symbols)?,
                place: place.map(f32::from_le_bytes),
                quantum: quantum.map(f32::from_le_bytes),
            });
        }
        let mut field = field;
        let told = text(&mut field)?;
        let edges = pairs(edge)?.into_iter().map(|pair| pair.map(u32::from_le_bytes)).collect();
        (symbols.is_empty() && field.is_empty()).then_some(Index { nodes, field: told, edges })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(symbol: &str, x: f64, y: f64) -> Node {
        Node { symbol: symbol.into(), place: [coordinate(x).unwrap(), coordinate(y).unwrap()], quantum: [0.5, 1.0] }
    }

    fn three() -> Index {
        let nodes = vec![node("a", 0.1, -0.0), node("b", 1.0, 2.0), node("π", 3.0, 4.0)];
        Index { nodes, field: "{}".into(), edges: vec![[0, 2], [0, 1], [2, 0]] }
    }

    #[test]
    // rows: A351 A352 A353 A354 A355 A356 A357 A358 A418 A419 A420 A421 A422 A423 A424
    fn lanes_stand_in_their_order_behind_their_names() {
        let index = Index { nodes: vec![node("p", 1.0, 0.5)], field: "{}".into(), edges: vec![[0, 0]] };
        let wanted = [
            b"DICT".as_slice(),
            &[9, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0],
            b"p",
            b"FIELD",
            &[6, 0, 0, 0, 2, 0, 0, 0],
            b"{}",
            b"LANE",
            &[8, 0, 0, 0, 0, 0, 0x80, 0x3f, 0, 0, 0, 0x3f],
            b"EDGE",
            &[8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            b"QUANTUM",
            &[8, 0, 0, 0, 0, 0, 0, 0x3f, 0, 0, 0x80, 0x3f],
        ]
        .concat();
        assert_eq!(index.encode(), Some(wanted));
    }

    #[test]
    // rows: A359 A425 A426
    fn what_is_packed_is_unpacked_whole() {
        let bytes = three().encode().unwrap();
        let back = Index::decode(&bytes).unwrap();
        assert_eq!((back.encode(), back.hash()), (Some(bytes.clone()), three().hash()));
        for cut in 0..bytes.len() {
            assert!(Index::decode(&bytes[..cut]).is_err(), "cut at {cut}");
        }
        assert!(Index::decode(&[bytes.as_slice(), &[0]].concat()).is_err());
        for at in 0..bytes.len() * 8 {
            let mut other = bytes.clone();
            other[at / 8] ^= 1 << (at % 8);
            assert!(Index::decode(&other).is_ok_and(|index| index != back) || Index::decode(&other).is_err(), "bit {at}");
        }
        let huge = [b"DICT".as_slice(), &[0xff; 4]].concat();
        assert_eq!(Index::decode(&huge).map_err(|error| error.at), Err(0), "4 GB claimed in eight bytes");
    }

    #[test]
    // rows: A405 A409 A411 A412 A413 A414
    fn places_are_f32_and_edges_rise() {
        assert_eq!(coordinate(0.1).map(f32::to_bits), Some(0x3dcc_cccd));
        assert_eq!(coordinate(-0.0).map(f32::to_bits), Some(0), "the reference keeps -0; one geometry has one hash here");
        assert_eq!((coordinate(1e39), coordinate(f64::NAN), coordinate(f64::NEG_INFINITY)), (None, None, None));
        let back = Index::decode(&three().encode().unwrap()).unwrap();
        assert_eq!(back.edges, [[0, 1], [0, 2], [2, 0]]);
        assert_eq!(back.nodes[0].place.map(f64::from), [0.100_000_001_490_116_12, 0.0]);
        assert_eq!(Index { edges: vec![[0, 3]], ..three() }.encode(), None, "an edge to no node");
    }

    #[test]
    // rows: A360 A361 A415 A427 A428
    fn four_lanes_are_the_identity_and_the_fifth_is_not() {
        let (index, hash, geometry) = (three(), three().hash(), three().geometry_hash());
        let with = |change: &dyn Fn(&mut Index)| {
            let mut other = index.clone();
            change(&mut other);
            (other.hash() == hash, other.geometry_hash() == geometry)
        };
        assert_eq!(with(&|index| index.nodes[1].quantum = [2.0, 3.0]), (true, true));
        assert_eq!(with(&|index| index.edges.reverse()), (true, true));
        assert_eq!(with(&|index| index.nodes[1].symbol = "c".into()), (false, true));
        assert_eq!(with(&|index| index.field = "{\"a\":1}".into()), (false, true));
        assert_eq!(with(&|index| index.nodes[1].place = [1.0, 2.5]), (false, false));
        assert_eq!(
            with(&|index| {
                index.edges.pop();
            }),
            (false, false)
        );
    }

    #[test]
    // rows: A362
    fn an_answer_is_kept_for_one_index_and_one_profile() {
        let index = three().hash().unwrap();
        let other = Index { field: "{\"a\":1}".into(), ..three() }.hash().unwrap();
        let (profile, swapped) = (Digest::of(b"a profile"), Digest::of(b"another"));
        assert!(cache_legal((&index, &index), (&profile, &profile)));
        assert!(!cache_legal((&index, &other), (&profile, &profile)));
        assert!(!cache_legal((&index, &index), (&profile, &swapped)));
        let mut weighed = three();
        weighed.nodes.iter_mut().for_each(|node| node.quantum = [0.25, 2.0]);
        assert!(cache_legal((&index, &weighed.hash().unwrap()), (&profile, &profile)), "QUANTUM may be computed anew");
    }
}
