//! Messages on a byte stream: a block of header lines, an empty line, then as many bytes as `Content-Length` says.
//!
//! Knows nothing of what a message means. Rubbish never ends the stream: it is reported once, and reading goes on at the next
//! `Content-Length`.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Longest block of headers.
const MAX_HEADER_BYTES: usize = 8 << 10;
/// Longest body: the largest document, with every byte escaped.
const MAX_BODY_BYTES: usize = 2 << 30;
/// The name of the one header that matters, as it begins a message.
const LENGTH: &[u8] = b"content-length";

/// What was read.
#[derive(Debug, PartialEq, Eq)]
pub enum Frame {
    /// The body of a message.
    Body(Vec<u8>),
    /// Bytes that are no message, and what is wrong with them.
    Rubbish(String),
}

/// Cuts a byte stream into frames.
pub struct Reader<R> {
    stream: R,
    buffer: Vec<u8>,
    /// Where in `buffer` the unread bytes begin.
    start: usize,
    /// Length of the body that follows, once its header has been read.
    body: Option<usize>,
}

impl<R: AsyncRead + Unpin> Reader<R> {
    /// Reads from `stream`.
    pub fn new(stream: R) -> Self {
        Self { stream, buffer: Vec::new(), start: 0, body: None }
    }

    /// The next frame; `None` at the end of input and when the stream cannot be read any more.
    pub async fn next(&mut self) -> Option<Frame> {
        loop {
            if let Some(frame) = self.cut() {
                return Some(frame);
            }
            if self.start > 0 {
                self.buffer.drain(..self.start);
                self.start = 0;
            }
            self.buffer.reserve(64 << 10);
            match self.stream.read_buf(&mut self.buffer).await {
                Ok(0) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    fn cut(&mut self) -> Option<Frame> {
        if self.body.is_none() {
            let unread = self.buffer.get(self.start..)?;
            match header_end(unread) {
                Some((end, after)) => {
                    let length = content_length(unread.get(..end)?);
                    self.start += after;
                    match length {
                        Ok(length) => self.body = Some(length),
                        Err(problem) => {
                            self.skip_to_next();
                            return Some(Frame::Rubbish(problem));
                        }
                    }
                }
                None if unread.len() > MAX_HEADER_BYTES => {
                    self.start += 1;
                    self.skip_to_next();
                    return Some(Frame::Rubbish(format!("more than {MAX_HEADER_BYTES} bytes without the empty line that ends a header")));
                }
                None => return None,
            }
        }
        let length = self.body?;
        let body = self.buffer.get(self.start..self.start + length)?.to_vec();
        self.start += length;
        self.body = None;
        Some(Frame::Body(body))
    }

    /// Drops bytes up to the next thing that looks like the start of a message.
    fn skip_to_next(&mut self) {
        let unread = self.buffer.get(self.start..).unwrap_or_default();
        let found = unread.windows(LENGTH.len()).position(|window| window.eq_ignore_ascii_case(LENGTH));
        // the tail may hold the beginning of a name that is not all here yet
        self.start += found.unwrap_or(unread.len().saturating_sub(LENGTH.len() - 1));
    }
}

/// Where the header lines end and where the body begins.
///
/// Stops at the first empty line: what follows it is other messages, as much of them as has come.
fn header_end(bytes: &[u8]) -> Option<(usize, usize)> {
    let window = bytes.get(..bytes.len().min(MAX_HEADER_BYTES))?;
    memchr::memchr_iter(b'\n', window).find_map(|at| {
        let rest = window.get(at + 1..)?;
        match at.checked_sub(1).filter(|before| window.get(*before) == Some(&b'\r')) {
            Some(before) if rest.starts_with(b"\r\n") => Some((before, at + 3)),
            _ if rest.starts_with(b"\n") => Some((at, at + 2)),
            _ => None,
        }
    })
}

fn content_length(header: &[u8]) -> Result<usize, String> {
    let text = std::str::from_utf8(header).map_err(|_| "a message header is not UTF-8".to_owned())?;
    let value = text
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("content-length"))
        .map(|(_, value)| value.trim())
        .ok_or("a message header has no `Content-Length`")?;
    match value.parse::<usize>() {
        Ok(length) if length <= MAX_BODY_BYTES => Ok(length),
        Ok(length) => Err(format!("`Content-Length: {length}` is above the limit of {MAX_BODY_BYTES}")),
        Err(_) => Err(format!("`Content-Length: {value}` is not a length")),
    }
}

/// Writes one message.
pub async fn write(stream: &mut (impl AsyncWrite + Unpin), body: &[u8]) -> io::Result<()> {
    let mut message = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    message.extend_from_slice(body);
    stream.write_all(&message).await?;
    stream.flush().await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(bytes: &[u8]) -> Vec<Frame> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let mut reader = Reader::new(bytes);
            let mut seen = Vec::new();
            while let Some(frame) = reader.next().await {
                seen.push(frame);
            }
            seen
        })
    }

    #[test]
    fn a_message_is_its_length_in_bytes() {
        let seen = frames("Content-Type: x\r\ncontent-length: 4\r\n\r\nππContent-Length: 2\n\n{}".as_bytes());
        assert_eq!(seen, [Frame::Body("ππ".as_bytes().to_vec()), Frame::Body(b"{}".to_vec())]);
    }

    #[test]
    fn reading_goes_on_after_rubbish() {
        for rubbish in [
            "Content-Length: many\r\n\r\n".to_owned(),
            "Content-Length: 99999999999999999999\r\n\r\n{}".to_owned(),
            "Content-Length: 9999999999999\r\n\r\n{}".to_owned(),
            "Hello: there\r\n\r\nmore\r\n".to_owned(),
            "x".repeat(3 * MAX_HEADER_BYTES),
        ] {
            let seen = frames(format!("{rubbish}Content-Length: 2\r\n\r\n[]").as_bytes());
            assert!(matches!(seen.first(), Some(Frame::Rubbish(_))), "{rubbish:.40}: {seen:?}");
            assert_eq!(seen.last(), Some(&Frame::Body(b"[]".to_vec())), "{rubbish:.40}");
        }
    }

    #[test]
    fn a_stream_cut_short_ends() {
        assert_eq!(frames(b"Content-Length: 10\r\n\r\nabc"), []);
    }
}
