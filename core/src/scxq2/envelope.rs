//! What the first bytes of a `.scxq2` file say (seed 003 §18.8, §19.4). Nothing is judged here, and nothing behind them is read.

/// Bytes of the header.
pub const HEADER_BYTES: usize = 18;

/// What a `.scxq2` file holds, by its first six bytes (`DECISIONS` 48).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// The lanes of a tensor.
    Lanes,
    /// A quantised tensor.
    TensorRecord,
    /// The signals of a micronaut.
    MicronautRecord,
}

impl Content {
    /// Each content with its six bytes.
    pub const ALL: [(Content, &'static [u8; 6]); 3] =
        [(Content::Lanes, b"SCXQ2S"), (Content::TensorRecord, b"SCXQ2T"), (Content::MicronautRecord, b"SCXQ2N")];

    /// What begins with these bytes; `None` for something else.
    pub fn of(bytes: &[u8]) -> Option<Content> {
        Content::ALL.into_iter().find(|(_, magic)| bytes.starts_with(*magic)).map(|(content, _)| content)
    }
}

/// The header of a pack: 18 bytes, little-endian, no padding (B313–B319).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnvelopeMeta {
    /// Version: 0x0100.
    pub version: u16,
    /// How many lanes the table lists.
    pub lane_count: u8,
    /// Where the table begins.
    pub toc_offset: u32,
    /// Bytes of the whole file, as it claims.
    pub total_size: u32,
}

impl EnvelopeMeta {
    /// The header of a pack, as far as it can be read: neither its values nor what follows is judged. `None` for another magic, and for
    /// fewer bytes than a header has.
    pub fn read(bytes: &[u8]) -> Option<EnvelopeMeta> {
        let header: &[u8; HEADER_BYTES] = bytes.first_chunk()?;
        let [.., v0, v1, lane_count, _, t0, t1, t2, t3, s0, s1, s2, s3] = *header;
        (Content::of(header) == Some(Content::Lanes)).then_some(EnvelopeMeta {
            version: u16::from_le_bytes([v0, v1]),
            lane_count,
            toc_offset: u32::from_le_bytes([t0, t1, t2, t3]),
            total_size: u32::from_le_bytes([s0, s1, s2, s3]),
        })
    }
}

/// How the payload of a tensor is stored (B375).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The drawing as text. Whether it is canonical, or a drawing at all, is not asked.
    SvgCanonical,
    /// Lanes; the header, when it is whole.
    Scxq2Svg(Option<EnvelopeMeta>),
}

impl Format {
    /// The format's name.
    pub fn name(self) -> &'static str {
        match self {
            Format::SvgCanonical => "svg-canonical",
            Format::Scxq2Svg(_) => "scxq2-svg",
        }
    }

    /// Tells a payload by its first bytes, at most 18 of them (B372, B376).
    pub fn detect(payload: &[u8]) -> Format {
        match Content::of(payload) {
            Some(Content::Lanes) => Format::Scxq2Svg(EnvelopeMeta::read(payload)),
            _ => Format::SvgCanonical,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        hash::digest::unhex,
        scxq2::{contents::Contents, lane::Lane},
    };

    /// The first 63 bytes of the vector `chain` (`CANONICAL` §7), and room for its lanes.
    fn chain() -> Vec<u8> {
        let head: [u8; 63] = unhex(
            "5343585132530001050012000000330100004d3f0000001c000000545b0000001c000000477700000044000000\
             58bb00000054000000570f01000024000000",
        )
        .expect("hex");
        let mut bytes = head.to_vec();
        bytes.resize(307, 0);
        bytes
    }

    #[test]
    // rows: B313 B314 B315 B316 B317 B318 B319 B320 B321 B322 B323 B312 B378
    fn the_header_and_the_table_stand_where_the_layout_says() {
        let bytes = chain();
        assert_eq!(&bytes[..6], b"SCXQ2S");
        assert_eq!(bytes[6..10], [0, 1, 5, 0], "version in little-endian order, five lanes, reserved");
        let meta = EnvelopeMeta::read(&bytes);
        assert_eq!(meta, Some(EnvelopeMeta { version: 0x0100, lane_count: 5, toc_offset: 18, total_size: 307 }));
        let contents = Contents::read(&bytes, 307).expect("the table");
        let mut reached = 18 + 5 * 9;
        for (at, lane) in Lane::ALL.into_iter().enumerate() {
            assert_eq!(bytes[18 + 9 * at], lane.id(), "the table is in the order M T G X W");
            let range = contents.range(lane);
            assert_eq!(range.start, reached, "lanes are contiguous");
            reached = range.end;
        }
        assert_eq!(reached, 307, "nothing follows the last lane: neither a root nor the canonical hash is in the file");
    }

    #[test]
    // rows: B371 B372 B373 B374 B375 B376
    fn a_payload_is_told_by_its_first_bytes_alone() {
        let bytes = chain();
        assert_eq!(Format::detect(&bytes).name(), "scxq2-svg");
        assert_eq!(Format::detect(&bytes[..18]), Format::detect(&bytes), "nothing behind the header is read");
        assert_eq!(Format::detect(&bytes[..17]), Format::Scxq2Svg(None));
        assert_eq!(Format::detect(b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>").name(), "svg-canonical");
        assert_eq!(Format::detect(b"").name(), "svg-canonical");
        assert_eq!(Format::detect(b"SCXQ2"), Format::SvgCanonical);
        // what is wrong with it is for later: nothing is validated here
        assert!(matches!(Format::detect(b"SCXQ2S\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), Format::Scxq2Svg(Some(_))));
        assert_eq!(Content::of(b"SCXQ2T.."), Some(Content::TensorRecord));
        assert_eq!(Content::of(b"SCXQ2N.."), Some(Content::MicronautRecord));
        assert_eq!(Content::of(b"scxq2s.."), None);
    }
}
