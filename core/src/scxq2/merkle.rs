//! Chunk, lane and root hashes (`scxq2.svg-tensor.merkle.v1`, seed 003 §18.9).
//!
//! Lane bytes are the whole range of the table of contents, lane header included. Prefixes are raw ASCII, digests raw 32 bytes; the
//! chunks of a lane are a flat list, no tree.

use super::lane::Lane;
use crate::hash::digest::{Digest, Hasher};

/// The name of the scheme (B324).
pub const SCHEME: &str = "scxq2.svg-tensor.merkle.v1";
/// Bytes of a chunk; the last one of a lane may be shorter, and is never empty.
pub const CHUNK_BYTES: usize = 4096;

/// The hash of one chunk of a lane.
pub fn chunk_hash(lane: Lane, chunk: &[u8]) -> Digest {
    Digest::of_parts([b"scxq2:chunk:".as_slice(), &[lane.id()], chunk])
}

/// The hashes of a lane's chunks, in order.
pub fn chunk_hashes(lane: Lane, bytes: &[u8]) -> impl Iterator<Item = Digest> {
    bytes.chunks(CHUNK_BYTES).map(move |chunk| chunk_hash(lane, chunk))
}

/// How many chunks a lane of that many bytes has.
pub const fn chunk_count(bytes: usize) -> usize {
    bytes.div_ceil(CHUNK_BYTES)
}

/// One chunk of a lane; `None` beyond its end.
pub fn chunk(bytes: &[u8], index: usize) -> Option<&[u8]> {
    bytes.chunks(CHUNK_BYTES).nth(index)
}

/// The hash of a lane, from the hashes of its chunks.
pub fn lane_root_of(lane: Lane, chunks: impl IntoIterator<Item = Digest>) -> Digest {
    let mut hasher = Hasher::default();
    hasher.update(b"scxq2:lane:");
    hasher.update(&[lane.id()]);
    chunks.into_iter().for_each(|chunk| hasher.update(&chunk.0));
    hasher.finish()
}

/// The hash of a lane.
pub fn lane_root(lane: Lane, bytes: &[u8]) -> Digest {
    lane_root_of(lane, chunk_hashes(lane, bytes))
}

/// The hashes of the five lanes, in the order of [`Lane::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LaneRoots(pub [Digest; 5]);

impl LaneRoots {
    /// The hash of one lane.
    pub fn of(&self, lane: Lane) -> Digest {
        let LaneRoots([m, t, g, x, w]) = *self;
        match lane {
            Lane::M => m,
            Lane::T => t,
            Lane::G => g,
            Lane::X => x,
            Lane::W => w,
        }
    }

    /// Each lane with its hash.
    pub fn iter(&self) -> impl Iterator<Item = (Lane, Digest)> {
        Lane::ALL.into_iter().zip(self.0)
    }
}

/// The root that binds the five lanes to the canonical text (B336). `canonical` is the SHA-256 of that text.
pub fn root(lanes: &LaneRoots, canonical: &Digest) -> Digest {
    let parts = std::iter::once(b"scxq2:svg-tensor".as_slice());
    Digest::of_parts(parts.chain(lanes.0.iter().map(|lane| lane.0.as_slice())).chain([canonical.0.as_slice()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(text: &str) -> Digest {
        Digest::parse(text).expect("a digest")
    }

    #[test]
    // rows: B325 B326 B327 B328 B329 B331 B334 B335 B336
    fn the_vector_chain_has_its_roots() {
        // lane M and W of the vector, header included (CANONICAL §7)
        let m: [u8; 28] = crate::hash::digest::unhex("4d0100000000000002000000ca978112000002003e23e81600000000").expect("hex");
        let w: [u8; 36] =
            crate::hash::digest::unhex("57010000000001000200000005b50000000001000000000005b500000080000000000000").expect("hex");
        let lanes = LaneRoots([
            lane_root(Lane::M, &m),
            digest("sha256:73de894c4ecff47bc96fc1f6149031041b28856d823128af98f7a9bfcfb48a6b"),
            digest("sha256:56c89ed136379dfb855cb1d4184a879cb916106519a6692b663ae0ab7f20e6cb"),
            digest("sha256:dc97376b4e988eb1774cb962c0b67b0bafd1ce25bb3e7ecbb6db6867521d7f42"),
            lane_root(Lane::W, &w),
        ]);
        assert_eq!(lanes.of(Lane::M), digest("sha256:b8d3d98d6b2e98541433ddbc73055f93939088a0009f8830d6686f6432b021fe"));
        assert_eq!(lanes.of(Lane::W), digest("sha256:c04cc25eef27acf75dbe8f84eae865eefc80e9bb98f75d6ea5af9eadc0f8f0c1"));
        let canonical = digest("sha256:3851663b886447d6296c7bf812170bc2a833ef49c40e1bbed3c15e3bb754989f");
        assert_eq!(root(&lanes, &canonical), digest("sha256:52296c41e44a46319dd058241d49622665ac81040fc372e5f2dddbe6333acc0e"));
    }

    #[test]
    // rows: B332 B333
    fn a_lane_is_cut_every_4096_bytes_and_never_ends_in_an_empty_chunk() {
        for (len, sizes) in [(1, &[1][..]), (4095, &[4095]), (4096, &[4096]), (4097, &[4096, 1]), (8192, &[4096, 4096])] {
            let bytes: Vec<u8> = (0..len).map(|i| (i % 251) as u8).collect();
            let cut: Vec<usize> = (0..).map_while(|index| chunk(&bytes, index)).map(<[u8]>::len).collect();
            assert_eq!(cut, sizes);
            assert_eq!(chunk_count(len), sizes.len());
            assert_eq!(chunk_hashes(Lane::G, &bytes).count(), sizes.len());
        }
    }

    #[test]
    // rows: B331 B351
    fn every_byte_and_the_lane_itself_count() {
        let bytes: Vec<u8> = (0..9000).map(|i| (i * 7 % 256) as u8).collect();
        let root = lane_root(Lane::G, &bytes);
        assert_ne!(root, lane_root(Lane::T, &bytes));
        for at in [0, 11, 4095, 4096, 8191, 8192, 8999] {
            let mut other = bytes.clone();
            other[at] ^= 1;
            assert_ne!(root, lane_root(Lane::G, &other), "byte {at}");
        }
        assert_ne!(root, lane_root(Lane::G, &bytes[..8999]));
    }
}
