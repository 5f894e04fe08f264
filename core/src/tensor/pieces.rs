//! Small pieces on their way into a hash or a file, gathered so that they are handed on many at once and never held all.

/// So many bytes are handed on at once, or up to a piece more.
const FULL: usize = 1 << 13;
/// Most bytes of a piece.
const MOST: usize = 128;

/// Gathers pieces and hands them on. They stand in an array, where the place of the next is found without asking for room, and pieces are
/// of known size, so that copying one is a few moves and no call.
pub(super) struct Pieces<'o, F> {
    buffer: [u8; FULL + MOST],
    /// Bytes in the buffer, fewer than [`FULL`] whenever a piece comes.
    len: usize,
    out: &'o mut F,
}

impl<'o, F: FnMut(&[u8])> Pieces<'o, F> {
    /// Nothing gathered yet. What is left is handed on by [`Pieces::flush`].
    pub fn new(out: &'o mut F) -> Self {
        Pieces { buffer: [0; FULL + MOST], len: 0, out }
    }

    /// The bytes of a piece.
    #[inline]
    pub fn bytes<const N: usize>(&mut self, piece: &[u8; N]) {
        self.first(piece, N);
    }

    /// The first `count` bytes of a piece; no more than it has.
    #[inline]
    pub fn first<const N: usize>(&mut self, piece: &[u8; N], count: usize) {
        const { assert!(N <= MOST) };
        if let Some(place) = self.buffer[self.len..].first_chunk_mut::<N>() {
            *place = *piece;
        }
        self.advance(count);
    }

    /// The words of a record, each with its lowest byte first.
    #[inline]
    pub fn words<const N: usize>(&mut self, words: &[u32; N]) {
        const { assert!(N * 4 <= MOST) };
        if let Some(place) = self.buffer[self.len..].as_chunks_mut::<4>().0.first_chunk_mut::<N>() {
            *place = words.map(u32::to_le_bytes);
        }
        self.advance(N * 4);
    }

    #[inline]
    fn advance(&mut self, count: usize) {
        self.len += count;
        if self.len >= FULL {
            self.flush();
        }
    }

    /// Hands on what was gathered.
    #[inline(never)]
    pub fn flush(&mut self) {
        (self.out)(&self.buffer[..self.len]);
        self.len = 0;
    }
}
