//! Proofs that a chunk belongs to a lane, and the lane to a root (seed 003 §18.10, 18.11).
//!
//! The lane root is taken over a flat list of chunks, so a proof carries the hashes of all other chunks of its lane (B343).

use std::fmt;

use super::{
    lane::Lane,
    merkle::{self, LaneRoots},
};
use crate::hash::digest::Digest;

/// A proof of one chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The lane.
    pub lane: Lane,
    /// Which chunk of it, from 0.
    pub chunk_index: u64,
    /// The hash of the chunk.
    pub chunk_hash: Digest,
    /// The hashes of the other chunks, in rising order of index.
    pub siblings: Vec<Digest>,
    /// The hash of the lane.
    pub lane_root: Digest,
    /// The root.
    pub global_root: Digest,
    /// The hashes of all lanes; without them and `canonical_svg_hash` the proof leads to the lane root and no further (B338).
    pub lane_roots: Option<LaneRoots>,
    /// The hash of the canonical text.
    pub canonical_svg_hash: Option<Digest>,
}

/// What a proof is checked against; what is not known is not compared.
#[derive(Debug, Clone, Copy, Default)]
pub struct Trusted<'a> {
    /// The bytes of the lane that the proof speaks of, header included.
    pub lane_bytes: Option<&'a [u8]>,
    /// The hashes of the lanes, as a descriptor declares them.
    pub lane_roots: Option<LaneRoots>,
    /// The hash of the canonical text, likewise.
    pub canonical_svg_hash: Option<Digest>,
    /// The declared root. Comparing with the proof's own would prove nothing (B349).
    pub root: Option<Digest>,
}

/// Where a proof fails: always `verification_error.integrity_violation` (B350).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Violation {
    /// The proof names a chunk that its lane does not have: index and number of chunks.
    ChunkIndex(u64, u64),
    /// The lane has another number of chunks than the proof speaks of: proof, lane.
    ChunkCount(u64, u64),
    /// The chunk's bytes have another hash.
    Chunk(Digest),
    /// A sibling is not the hash of the chunk at that index of the lane.
    Sibling(u64, Digest),
    /// The chunks lead to another lane root.
    LaneRoot(Digest),
    /// `lane_roots` holds another root for the proof's lane.
    OwnLane(Digest),
    /// The declared lane root differs.
    DeclaredLane(Lane, Digest),
    /// The declared hash of the canonical text differs.
    CanonicalHash(Digest),
    /// The lane roots and the canonical text lead to another root.
    GlobalRoot(Digest),
    /// The declared root differs.
    DeclaredRoot(Digest),
}

impl Violation {
    /// The specification's name.
    pub const SPEC_ERROR: &'static str = "verification_error.integrity_violation";

    /// The member of the proof that is wrong, as a JSON pointer.
    pub fn pointer(&self) -> String {
        match self {
            Violation::ChunkIndex(..) => "/chunk_index".into(),
            Violation::ChunkCount(..) => "/siblings".into(),
            Violation::Chunk(_) => "/chunk_hash".into(),
            Violation::Sibling(index, _) => format!("/siblings/{index}"),
            Violation::LaneRoot(_) => "/lane_root".into(),
            Violation::OwnLane(_) => "/lane_roots".into(),
            Violation::DeclaredLane(lane, _) => format!("/lane_roots/{lane}"),
            Violation::CanonicalHash(_) => "/canonical_svg_hash".into(),
            Violation::GlobalRoot(_) | Violation::DeclaredRoot(_) => "/global_root".into(),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Violation::ChunkIndex(index, count) => write!(f, "chunk {index} is proved in a lane of {count} chunks, counted from 0"),
            Violation::ChunkCount(proof, lane) => write!(f, "the proof speaks of {proof} chunks, and the lane has {lane}"),
            Violation::Chunk(true_hash) => write!(f, "the chunk's hash is `{true_hash}`"),
            Violation::Sibling(_, true_hash) => write!(f, "the hash of that chunk of the lane is `{true_hash}`"),
            Violation::LaneRoot(rebuilt) => write!(f, "the chunks lead to the lane root `{rebuilt}`"),
            Violation::OwnLane(own) => write!(f, "`lane_roots` holds `{own}` for the lane of the proof"),
            Violation::DeclaredLane(lane, declared) => write!(f, "lane {lane} has the root `{declared}`"),
            Violation::CanonicalHash(declared) => write!(f, "the canonical text has the hash `{declared}`"),
            Violation::GlobalRoot(rebuilt) => write!(f, "the lane roots and the canonical text lead to the root `{rebuilt}`"),
            Violation::DeclaredRoot(declared) => write!(f, "the root to prove is `{declared}`"),
        }
    }
}

impl Proof {
    /// The proof of a chunk. `lanes` are the bytes of the five lanes in their order; `None` when the lane has no such chunk.
    pub fn of(lanes: [&[u8]; 5], canonical: Digest, lane: Lane, chunk_index: u64) -> Option<Proof> {
        let bytes = lanes[lane.index()];
        let index = usize::try_from(chunk_index).ok()?;
        let chunk_hash = merkle::chunk_hash(lane, merkle::chunk(bytes, index)?);
        let others = merkle::chunk_hashes(lane, bytes).enumerate().filter(|(at, _)| *at != index);
        let siblings = others.map(|(_, hash)| hash).collect();
        let roots = LaneRoots(Lane::ALL.map(|lane| merkle::lane_root(lane, lanes[lane.index()])));
        Some(Proof {
            lane,
            chunk_index,
            chunk_hash,
            siblings,
            lane_root: roots.of(lane),
            global_root: merkle::root(&roots, &canonical),
            lane_roots: Some(roots),
            canonical_svg_hash: Some(canonical),
        })
    }

    /// How many chunks the proof says that its lane has.
    pub fn chunk_count(&self) -> u64 {
        self.siblings.len() as u64 + 1
    }

    /// The hashes of all chunks of the lane, in order.
    fn chunks(&self) -> impl Iterator<Item = Digest> {
        let at = usize::try_from(self.chunk_index).unwrap_or(usize::MAX).min(self.siblings.len());
        let (before, after) = self.siblings.split_at(at);
        before.iter().copied().chain([self.chunk_hash]).chain(after.iter().copied())
    }

    /// Verifies the proof in the order of §18.11: chunk, lane, root, declared root. The first violation ends it.
    pub fn verify(&self, trusted: &Trusted<'_>) -> Result<(), Violation> {
        if self.chunk_index >= self.chunk_count() {
            return Err(Violation::ChunkIndex(self.chunk_index, self.chunk_count()));
        }
        if let Some(bytes) = trusted.lane_bytes {
            self.verify_bytes(bytes)?;
        }
        let rebuilt = merkle::lane_root_of(self.lane, self.chunks());
        if rebuilt != self.lane_root {
            return Err(Violation::LaneRoot(rebuilt));
        }
        if let Some(own) = self.lane_roots.map(|roots| roots.of(self.lane)).filter(|own| *own != self.lane_root) {
            return Err(Violation::OwnLane(own));
        }
        if let Some(declared) = trusted.lane_roots {
            let of_proof = |lane| if lane == self.lane { Some(self.lane_root) } else { self.lane_roots.map(|roots| roots.of(lane)) };
            for (lane, declared) in declared.iter() {
                match of_proof(lane) {
                    Some(own) if own != declared && lane == self.lane => return Err(Violation::LaneRoot(declared)),
                    Some(own) if own != declared => return Err(Violation::DeclaredLane(lane, declared)),
                    _ => {}
                }
            }
        }
        if let (Some(own), Some(declared)) = (self.canonical_svg_hash, trusted.canonical_svg_hash)
            && own != declared
        {
            return Err(Violation::CanonicalHash(declared));
        }
        let (roots, canonical) = (self.lane_roots.or(trusted.lane_roots), self.canonical_svg_hash.or(trusted.canonical_svg_hash));
        if let (Some(roots), Some(canonical)) = (roots, canonical) {
            let rebuilt = merkle::root(&roots, &canonical);
            if rebuilt != self.global_root {
                return Err(Violation::GlobalRoot(rebuilt));
            }
        }
        match trusted.root.filter(|declared| *declared != self.global_root) {
            Some(declared) => Err(Violation::DeclaredRoot(declared)),
            None => Ok(()),
        }
    }

    /// Whether the proof leads from its chunk to its root without help from a descriptor (B338).
    pub fn stands_alone(&self) -> bool {
        self.lane_roots.is_some() && self.canonical_svg_hash.is_some()
    }

    /// The proved chunk is looked at before its siblings: step 1 of §18.11.
    fn verify_bytes(&self, bytes: &[u8]) -> Result<(), Violation> {
        let count = merkle::chunk_count(bytes.len()) as u64;
        let chunk = usize::try_from(self.chunk_index).ok().and_then(|index| merkle::chunk(bytes, index));
        let Some(chunk) = chunk else { return Err(Violation::ChunkIndex(self.chunk_index, count)) };
        let hash = merkle::chunk_hash(self.lane, chunk);
        if hash != self.chunk_hash {
            return Err(Violation::Chunk(hash));
        }
        if self.chunk_count() != count {
            return Err(Violation::ChunkCount(self.chunk_count(), count));
        }
        for (at, (own, hash)) in self.chunks().zip(merkle::chunk_hashes(self.lane, bytes)).enumerate() {
            if own != hash {
                let at = at as u64;
                return Err(Violation::Sibling(if at > self.chunk_index { at - 1 } else { at }, hash));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lanes() -> [Vec<u8>; 5] {
        [28, 5000, 13000, 60, 4096].map(|len: usize| (0..len).map(|i| (i * i % 253) as u8).collect())
    }

    fn trusted<'a>(lanes: &'a [Vec<u8>; 5], canonical: Digest, lane: Lane) -> Trusted<'a> {
        let roots = LaneRoots(Lane::ALL.map(|lane| merkle::lane_root(lane, &lanes[lane.index()])));
        Trusted {
            lane_bytes: Some(&lanes[lane.index()]),
            lane_roots: Some(roots),
            canonical_svg_hash: Some(canonical),
            root: Some(merkle::root(&roots, &canonical)),
        }
    }

    #[test]
    // rows: B338 B341 B343 B346 B347 B348
    fn every_chunk_of_every_lane_can_be_proved() {
        let (lanes, canonical) = (lanes(), Digest::of(b"text"));
        let slices = [&lanes[0][..], &lanes[1], &lanes[2], &lanes[3], &lanes[4]];
        for lane in Lane::ALL {
            let count = merkle::chunk_count(lanes[lane.index()].len()) as u64;
            for index in 0..count {
                let proof = Proof::of(slices, canonical, lane, index).expect("a chunk");
                assert_eq!(proof.chunk_count(), count);
                assert!(proof.stands_alone());
                assert_eq!(proof.verify(&trusted(&lanes, canonical, lane)), Ok(()));
                assert_eq!(proof.verify(&Trusted::default()), Ok(()));
            }
            assert_eq!(Proof::of(slices, canonical, lane, count), None);
            assert_eq!(Proof::of(slices, canonical, lane, u64::MAX), None);
        }
    }

    #[test]
    // rows: B346 B347 B348 B349 B350
    fn every_step_finds_its_own_lie() {
        let (lanes, canonical) = (lanes(), Digest::of(b"text"));
        let slices = [&lanes[0][..], &lanes[1], &lanes[2], &lanes[3], &lanes[4]];
        let proof = Proof::of(slices, canonical, Lane::G, 1).expect("a chunk");
        let against = trusted(&lanes, canonical, Lane::G);
        let pointer = |change: &dyn Fn(&mut Proof), against: &Trusted<'_>| {
            let mut other = proof.clone();
            change(&mut other);
            other.verify(against).map_err(|violation| violation.pointer())
        };
        let lie = Digest::of(b"lie");
        let err = |pointer: &str| Err(pointer.to_owned());
        assert_eq!(pointer(&|proof| proof.chunk_index = 9, &against), err("/chunk_index"));
        assert_eq!(pointer(&|proof| proof.chunk_index = u64::MAX, &Trusted::default()), err("/chunk_index"));
        // another place: the bytes there are not the chunk's, and without bytes the lane root differs
        assert_eq!(pointer(&|proof| proof.chunk_index = 2, &against), err("/chunk_hash"));
        assert_eq!(pointer(&|proof| proof.chunk_index = 2, &Trusted::default()), err("/lane_root"));
        assert_eq!(pointer(&|proof| proof.chunk_hash = lie, &against), err("/chunk_hash"));
        assert_eq!(pointer(&|proof| proof.siblings[2] = lie, &against), err("/siblings/2"));
        assert_eq!(pointer(&|proof| proof.siblings.swap(0, 1), &against), err("/siblings/0"));
        assert_eq!(pointer(&|proof| proof.siblings.truncate(2), &against), err("/siblings"));
        assert_eq!(pointer(&|proof| proof.lane_root = lie, &against), err("/lane_root"));
        assert_eq!(pointer(&|proof| proof.global_root = lie, &against), err("/global_root"));
        assert_eq!(pointer(&|proof| proof.canonical_svg_hash = Some(lie), &against), err("/canonical_svg_hash"));
        assert_eq!(pointer(&|proof| proof.canonical_svg_hash = Some(lie), &Trusted::default()), err("/global_root"));
        assert_eq!(pointer(&|proof| proof.lane = Lane::T, &Trusted::default()), err("/lane_root"));
        let swap = |proof: &mut Proof| proof.lane_roots = proof.lane_roots.map(|LaneRoots([m, t, g, x, w])| LaneRoots([t, m, g, x, w]));
        assert_eq!(pointer(&swap, &against), err("/lane_roots/M"));
        assert_eq!(pointer(&swap, &Trusted::default()), err("/global_root"));
        // a proof that is true of itself, held against another root
        assert_eq!(pointer(&|_| {}, &Trusted { root: Some(lie), ..Trusted::default() }), err("/global_root"));
        // a short proof needs the descriptor for its last step
        let short = |proof: &mut Proof| {
            proof.lane_roots = None;
            proof.canonical_svg_hash = None;
        };
        assert_eq!(pointer(&short, &against), Ok(()));
        assert_eq!(pointer(&short, &Trusted { canonical_svg_hash: Some(lie), ..against }), err("/global_root"));
    }
}
