//! The container of the retrieval index: DICT, FIELD, LANE, EDGE, QUANTUM (seed 003 §12.2, §12.7, §12.8), in the project's own framing.
//!
//! Each lane is its name in ASCII, its length as u32, and its body; all integers and floats are little-endian. DICT: u32 count, then per
//! node u32 length and UTF-8. FIELD: u32 length and canonical JSON. LANE: f32 x, f32 y a node, −0 as +0. EDGE: u32 from, u32 to, in
//! rising order. QUANTUM: f32 phase, f32 weight a node. Nodes stand in the order of the document. The index hash covers the bodies of the
//! first four; QUANTUM may be computed anew.

use super::{
    record::{Reader, RecordError},
    sbs1::ContainerLane,
};
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

    /// Reads a container. Everything is refused that [`Index::encode`] does not write, with the first byte that it would not. Whether
    /// FIELD is canonical JSON is for whoever knows JSON.
    pub fn decode(bytes: &[u8]) -> Result<Index, RecordError> {
        let mut reader = Reader::new(bytes);
        let mut lane = |lane: ContainerLane| {
            let (name, at) = (lane.name(), reader.at());
            if !bytes.get(at..).unwrap_or_default().starts_with(name.as_bytes()) {
                return Err(RecordError { name: "load_error.missing_lane", field: name, at, what: format!("lane {name} is wanted here") });
            }
            reader.take(name.len(), name)?;
            let size = reader.u32(name)? as usize;
            let base = reader.at();
            Ok(Body { name, base, reader: Reader::new(reader.take(size, name)?) })
        };
        let [mut dict, mut field, mut place, mut edge, mut quantum] = [
            lane(ContainerLane::Dict)?,
            lane(ContainerLane::Field)?,
            lane(ContainerLane::Lane)?,
            lane(ContainerLane::Edge)?,
            lane(ContainerLane::Quantum)?,
        ];
        if reader.at() != bytes.len() {
            let more = bytes.len() - reader.at();
            return Err(RecordError::malformed("QUANTUM", reader.at(), format!("{more} bytes follow the last lane")));
        }
        let count = dict.u32()? as usize;
        for lane in [&place, &quantum] {
            if lane.left() != count.saturating_mul(8) {
                return Err(lane
                    .wrong(0, format!("{} takes 8 bytes a node: DICT has {count} nodes, and {} bytes are here", lane.name, lane.left())));
            }
        }
        let mut index = Index::default();
        for _ in 0..count {
            index.nodes.push(Node { symbol: dict.text()?, place: place.floats()?, quantum: quantum.floats()? });
        }
        dict.end()?;
        index.field = field.text()?;
        field.end()?;
        while edge.left() > 0 {
            let at = edge.reader.at();
            let pair = [edge.u32()?, edge.u32()?];
            if let Some(end) = pair.iter().find(|end| **end as usize >= count) {
                return Err(edge.wrong(at, format!("an edge leads to node {end}, and there are {count}, counted from 0")));
            }
            if index.edges.last().is_some_and(|last| *last > pair) {
                return Err(edge.wrong(at, format!("the edge from {} to {} comes before the one in front of it", pair[0], pair[1])));
            }
            index.edges.push(pair);
        }
        Ok(index)
    }
}

/// The body of a lane.
struct Body<'b> {
    name: &'static str,
    /// Where in the container it begins.
    base: usize,
    reader: Reader<'b>,
}

impl Body<'_> {
    fn wrong(&self, at: usize, what: String) -> RecordError {
        RecordError::malformed(self.name, self.base + at, what)
    }

    fn placed<T>(&self, read: Result<T, RecordError>) -> Result<T, RecordError> {
        read.map_err(|error| RecordError { at: self.base + error.at, ..error })
    }

    fn left(&self) -> usize {
        self.reader.left()
    }

    fn u32(&mut self) -> Result<u32, RecordError> {
        let read = self.reader.u32(self.name);
        self.placed(read)
    }

    fn text(&mut self) -> Result<String, RecordError> {
        let size = self.u32()? as usize;
        let at = self.reader.at();
        let taken = self.reader.take(size, self.name);
        let bytes = self.placed(taken)?;
        let text = std::str::from_utf8(bytes);
        text.map(str::to_owned).map_err(|error| self.wrong(at + error.valid_up_to(), "this is no UTF-8".to_owned()))
    }

    /// Two numbers as the container writes them: finite, and 0 without a sign.
    fn floats(&mut self) -> Result<[f32; 2], RecordError> {
        let mut pair = [0.0; 2];
        for slot in &mut pair {
            let at = self.reader.at();
            let bits = self.u32()?;
            *slot = f32::from_bits(bits);
            if !slot.is_finite() {
                return Err(self.wrong(at, format!("{slot} is no finite number")));
            }
            if bits == (-0.0f32).to_bits() {
                return Err(self.wrong(at, "-0 is written; 0 is wanted".to_owned()));
            }
        }
        Ok(pair)
    }

    fn end(&self) -> Result<(), RecordError> {
        match self.left() {
            0 => Ok(()),
            more => Err(self.wrong(self.reader.at(), format!("{more} bytes follow what {} holds", self.name))),
        }
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
            assert!(Index::decode(&bytes[..cut]).is_err_and(|error| error.at <= cut), "cut at {cut}");
        }
        assert!(Index::decode(&[bytes.as_slice(), &[0]].concat()).is_err());
        for at in 0..bytes.len() * 8 {
            let mut other = bytes.clone();
            other[at / 8] ^= 1 << (at % 8);
            assert!(Index::decode(&other).is_ok_and(|index| index != back) || Index::decode(&other).is_err(), "bit {at}");
        }
        let huge = [b"DICT".as_slice(), &[0xff; 4]].concat();
        assert_eq!(Index::decode(&huge).map_err(|error| error.at), Err(8), "4 GB claimed in eight bytes");
    }

    #[test]
    // rows: A351 A352 A353 A354 A355 A356 A358 A359
    fn what_is_not_as_it_is_written_is_refused_at_its_byte() {
        let index = Index { nodes: vec![node("p", 1.0, 0.5), node("q", 0.0, 2.0)], field: "{}".into(), edges: vec![[0, 1], [1, 0]] };
        let good = index.encode().unwrap();
        let told = |change: &dyn Fn(&mut Vec<u8>)| {
            let mut bytes = good.clone();
            change(&mut bytes);
            Index::decode(&bytes).map(|_| ()).map_err(|error| (error.name, error.field, error.at))
        };
        let malformed = |field, at| Err(("load_error.malformed_envelope", field, at));
        let start = |name: &[u8]| good.windows(name.len()).position(|window| window == name).unwrap();
        let (field, lane, edge, quantum) = (start(b"FIELD"), start(b"LANE"), start(b"EDGE"), start(b"QUANTUM"));
        for (name, at) in [("DICT", 0), ("FIELD", field), ("LANE", lane), ("EDGE", edge), ("QUANTUM", quantum)] {
            assert_eq!(told(&|bytes| bytes[at] = b'?'), Err(("load_error.missing_lane", name, at)));
        }
        // a count that LANE has no room for is found before anything is made of it
        assert_eq!(told(&|bytes| bytes[8..12].fill(0xff)), malformed("LANE", lane + 8));
        assert_eq!(told(&|bytes| bytes[12] = 9), malformed("DICT", 16), "a symbol longer than its lane");
        assert_eq!(told(&|bytes| bytes[16] = 0xff), malformed("DICT", 16), "no UTF-8");
        assert_eq!(told(&|bytes| bytes[field + 9] = 1), malformed("FIELD", field + 14), "a byte behind the text");
        assert_eq!(told(&|bytes| bytes[lane + 8..lane + 12].copy_from_slice(&[0, 0, 0xc0, 0x7f])), malformed("LANE", lane + 8), "NaN");
        assert_eq!(told(&|bytes| bytes[lane + 19] = 0x80), malformed("LANE", lane + 16), "-0");
        assert_eq!(told(&|bytes| bytes[edge + 12] = 2), malformed("EDGE", edge + 8), "an edge to no node");
        assert_eq!(told(&|bytes| bytes[edge + 8] = 1), malformed("EDGE", edge + 16), "edges that do not rise");
        assert_eq!(told(&|bytes| bytes[quantum + 13] = 1), Ok(()), "another phase is another index");
        assert_eq!(told(&|bytes| bytes.push(0)), malformed("QUANTUM", good.len()));
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
