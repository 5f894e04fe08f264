//! Finding the next byte that matters, eight at a time.

const ONES: u64 = u64::MAX / 255;
const HIGHS: u64 = ONES * 128;
const SPACES: u64 = ONES * b' ' as u64;

/// The place, from `at`, of the first quote, backslash or control character; the end of `bytes` when there is none.
#[inline]
pub(super) fn plain_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*chunk);
        let marks = zero_bytes(word ^ (ONES * b'"' as u64)) | zero_bytes(word ^ (ONES * b'\\' as u64)) | control_bytes(word);
        if marks != 0 {
            return at + marks.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    while bytes.get(at).is_some_and(|&b| b >= b' ' && b != b'"' && b != b'\\') {
        at += 1;
    }
    at
}

/// The place, from `at`, of the first byte that is not JSON white space.
#[inline]
pub(super) fn blank_end(bytes: &[u8], mut at: usize) -> usize {
    loop {
        match bytes.get(at) {
            Some(b' ' | b'\n' | b'\r' | b'\t') => at += 1,
            _ => return at,
        }
        while let Some(chunk) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
            let differing = u64::from_le_bytes(*chunk) ^ SPACES;
            at += differing.trailing_zeros() as usize / 8;
            if differing != 0 {
                break;
            }
        }
    }
}

/// The high bit of each byte that is zero. Bytes above the first one found may be marked wrongly; only the first is used.
fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & HIGHS
}

/// The high bit of each byte below 0x20, with the same reservation.
fn control_bytes(word: u64) -> u64 {
    word.wrapping_sub(SPACES) & !word & HIGHS
}
