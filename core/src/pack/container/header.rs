//! The first 36 bytes, and where the sections lie that they speak of (rows D369–D381).

use super::Sections;
use super::fault::{Fault, Section};

/// Length of the header.
pub const HEADER_BYTES: usize = 36;
/// What every pack begins with.
pub const MAGIC: [u8; 8] = *b"ASXW2CBN";
/// The version that is written; the high byte is the major one.
pub const VERSION: u16 = 0x0100;
/// Length of a QSCALE section.
pub const QSCALE_BYTES: usize = 24;

/// The flags of a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags(pub u16);

impl Flags {
    /// Weights are int16; no pack is without.
    pub const QUANTISED: u16 = 1;
    /// There is a MERKLE section.
    pub const MERKLE: u16 = 1 << 1;
    /// There is a SIGNATURE section.
    pub const SIGNED: u16 = 1 << 2;
    /// There is a QSCALE section.
    pub const SCALES: u16 = 1 << 3;
    /// There is an AUDIT section.
    pub const AUDIT: u16 = 1 << 4;

    /// Whether the bit is set.
    pub fn has(self, bit: u16) -> bool {
        self.0 & bit != 0
    }

    /// The bits that mean nothing in this version.
    pub fn unknown(self) -> u16 {
        self.0 & !(Self::QUANTISED | Self::MERKLE | Self::SIGNED | Self::SCALES | Self::AUDIT)
    }
}

/// What the header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Major version in the high byte, minor one in the low.
    pub version: u16,
    /// Which sections there are.
    pub flags: Flags,
    /// Slots a lane.
    pub dims: u16,
    /// Number of lanes.
    pub lane_count: u16,
    /// Length of DICT.
    pub dict_bytes: u32,
    /// Length of INDEX.
    pub index_bytes: u32,
    /// Length of DATA.
    pub data_bytes: u32,
    /// Length of MERKLE.
    pub merkle_bytes: u32,
    /// Length of SIGNATURE.
    pub signature_bytes: u32,
}

impl Header {
    /// The version as people write it: `1.0`.
    pub fn version_text(&self) -> String {
        format!("{}.{}", self.version >> 8, self.version & 0xff)
    }

    /// The 36 bytes.
    pub fn to_bytes(self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        let shorts = [self.version, self.flags.0, self.dims, self.lane_count].map(u16::to_le_bytes);
        let longs = [self.dict_bytes, self.index_bytes, self.data_bytes, self.merkle_bytes, self.signature_bytes].map(u32::to_le_bytes);
        let parts = MAGIC.iter().chain(shorts.as_flattened()).chain(longs.as_flattened());
        bytes.iter_mut().zip(parts).for_each(|(slot, byte)| *slot = *byte);
        bytes
    }

    /// Reads the header: length, magic, version, in this order (`DECISIONS` 72).
    pub fn read(bytes: &[u8]) -> Result<Self, Fault> {
        let Some(head) = bytes.first_chunk::<HEADER_BYTES>() else {
            // A file that is not even the beginning of a pack is told so.
            let wrong_start = !MAGIC.starts_with(&bytes[..bytes.len().min(MAGIC.len())]);
            let why = format!(
                "the file has {} bytes where the header alone takes {HEADER_BYTES}{}",
                bytes.len(),
                if wrong_start { ", and it does not begin with `ASXW2CBN`" } else { "" }
            );
            return Err(fault("pack.short", bytes.len(), "", why, "write the whole file again; it was cut off"));
        };
        if head[..8] != MAGIC {
            let why = format!("the file begins with `{}` where `ASXW2CBN` is wanted", head[..8].escape_ascii());
            return Err(fault("pack.bad_magic", 0, "/magic", why, "give the file another name, or compile the pack again"));
        }
        let short = |at: usize| u16::from_le_bytes([head[at], head[at + 1]]);
        let long = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        let header = Header {
            version: short(8),
            flags: Flags(short(10)),
            dims: short(12),
            lane_count: short(14),
            dict_bytes: long(16),
            index_bytes: long(20),
            data_bytes: long(24),
            merkle_bytes: long(28),
            signature_bytes: long(32),
        };
        if header.version >> 8 != VERSION >> 8 {
            let why = format!("the version is {} (0x{:04x}) where 1.x is wanted", header.version_text(), header.version);
            return Err(fault("pack.unsupported_version", 8, "/version", why, "compile the pack for version 1.0"));
        }
        Ok(header)
    }

    /// Where the sections lie in a file of `len` bytes; the sum is taken in u64, so that no length can wrap around.
    pub(super) fn sections(&self, len: usize) -> Result<Sections, Fault> {
        const HELP: &str = "write the whole file again; its lengths and its bytes do not belong together";
        let merkle_wrong = self.merkle_bytes != 0 && self.merkle_bytes != 32;
        if merkle_wrong {
            let why = format!("`merkle_bytes` is {} where 32 (the root alone), or 0 without a root, is wanted", self.merkle_bytes);
            return Err(fault(
                "pack.length",
                28,
                "/merkle_bytes",
                why,
                "write the 32 bytes of the root, and keep proofs in files of their own",
            ));
        }
        if self.signature_bytes != 0 && self.signature_bytes != 64 {
            let why = format!("`sig_bytes` is {} where 64, or 0 without a signature, is wanted", self.signature_bytes);
            return Err(fault("pack.length", 32, "/sig_bytes", why, "sign the pack again; a signature is 64 raw bytes"));
        }
        let qscale = if self.flags.has(Flags::SCALES) { QSCALE_BYTES as u64 } else { 0 };
        let parts = [self.dict_bytes, self.index_bytes, self.data_bytes, self.merkle_bytes, self.signature_bytes].map(u64::from);
        let known = HEADER_BYTES as u64 + parts.iter().sum::<u64>() + qscale;
        let len64 = len as u64;
        let Some(left) = len64.checked_sub(known) else {
            let why = format!("the file ends at byte {len} where its header speaks of {known} bytes");
            return Err(fault("pack.length", len, "", why, HELP));
        };
        let audit = if self.flags.has(Flags::AUDIT) {
            if left < 61 || left == 62 {
                let why = format!("{left} bytes are left for AUDIT where 61 (classes), or 63 and more (classes and lanes), are wanted");
                return Err(fault("pack.length", len, "", why, HELP));
            }
            left
        } else {
            if left > 0 && self.flags.unknown() == 0 {
                let why = format!("{left} bytes follow the last section, which ends at byte {known}");
                return Err(fault("pack.length", known as usize, "", why, "remove the bytes behind the last section"));
            }
            if left > 0 {
                let why =
                    format!("{left} bytes belong to no section, and flags 0x{:04x} mean nothing in this version", self.flags.unknown());
                return Err(fault("pack.unknown_flag", 10, "/flags", why, "clear the unknown flags and remove the bytes they explain"));
            }
            0
        };
        let mut at = HEADER_BYTES;
        // Every part is within the file, so the sums are within usize.
        let mut next = |len: u64| {
            let start = at;
            at += len as usize;
            start..at
        };
        let [dict, index, data, merkle, signature] = parts;
        Ok(Sections {
            dict: next(dict),
            index: next(index),
            data: next(data),
            qscale: next(qscale),
            audit: next(audit),
            merkle: next(merkle),
            signature: next(signature),
        })
    }

    /// Each flag and the length it goes with.
    pub(super) fn check_flags(&self) -> Result<(), Fault> {
        if !self.flags.has(Flags::QUANTISED) {
            let why = format!("bit 0 of the flags 0x{:04x} is clear; int16 is the only format there is", self.flags.0);
            return Err(fault("pack.flags", 10, "/flags", why, "set bit 0 of the flags"));
        }
        for (bit, name, field, bytes) in [
            (Flags::MERKLE, "1 (root)", "merkle_bytes", self.merkle_bytes),
            (Flags::SIGNED, "2 (signed)", "sig_bytes", self.signature_bytes),
        ] {
            if self.flags.has(bit) != (bytes > 0) {
                let state = if self.flags.has(bit) { "set" } else { "clear" };
                let why = format!("bit {name} of the flags 0x{:04x} is {state} and `{field}` is {bytes}", self.flags.0);
                return Err(fault("pack.flags", 10, "/flags", why, "let the flag say whether the section is there"));
            }
        }
        if self.lane_count == 0 && self.merkle_bytes > 0 {
            let why = "there is a MERKLE section and no lane to take a root of".to_owned();
            return Err(fault("pack.flags", 28, "/merkle_bytes", why, "leave the MERKLE section out of a pack without lanes"));
        }
        Ok(())
    }

    /// What in the header is worth a warning.
    pub(super) fn notes(&self) -> Vec<Fault> {
        let mut notes = Vec::new();
        if self.version != VERSION {
            let why = format!("the version is {}, newer than the 1.0 that is known here", self.version_text());
            notes.push(fault(
                "pack.newer_version",
                8,
                "/version",
                why,
                "compile the pack for version 1.0, or check it with a newer program",
            ));
        }
        if self.flags.unknown() != 0 {
            let why = format!("flags 0x{:04x} mean nothing in this version", self.flags.unknown());
            notes.push(fault("pack.unknown_flag", 10, "/flags", why, "clear the flags that version 1.0 does not know"));
        }
        notes
    }
}

fn fault(name: &'static str, offset: usize, field: &str, why: String, help: &'static str) -> Fault {
    Fault { name, section: Section::Header, offset, locator: format!("/header{field}"), why, help }
}
