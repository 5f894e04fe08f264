//! Brackets that do not match: which slip it was, and where reading goes on.

use super::NodeKind;
use super::parse::{Expect, Frame, Lexeme, Parser, UNCLOSED};
use super::recover::string_end;
use crate::syntax::{MAX_DEPTH, MAX_VALUES};

impl Parser<'_> {
    /// A closing bracket: of this container after a comma, or of another kind.
    pub fn closer(&mut self, frame: Frame, closer: u8) {
        let object = self.nodes.get(frame.node as usize).is_some_and(|data| data.kind == NodeKind::Object);
        let own = if object { b'}' } else { b']' };
        let at = self.at;
        if closer == own {
            if frame.expect == Expect::Next {
                let comma = frame.comma as usize;
                self.error("syntax/json", comma..comma + 1, format!("`,` stands before `{}`, with nothing between them", char::from(own)))
                    .help("take the `,` out")
                    .fix(comma..comma + 1, "");
            }
            return self.close(at + 1, 0);
        }
        let (own, found) = (char::from(own), char::from(closer));
        let kind = if closer == b'}' { NodeKind::Object } else { NodeKind::Array };
        let kind_of = |frame: &Frame| self.nodes.get(frame.node as usize).map(|data| data.kind);
        let kinds: Vec<NodeKind> = self.stack.iter().filter_map(kind_of).collect();
        let below = kinds.len().saturating_sub(1);
        // Three slips are possible; the one that leaves the brackets of the rest in the best order is told.
        let opener = kinds.iter().rposition(|&open| open == kind);
        let unclosed = opener.map_or(usize::MAX, |opener| self.disorder(kinds.get(..opener).unwrap_or_default()));
        let mistaken = self.disorder(kinds.get(..below).unwrap_or_default());
        let stray = self.disorder(&kinds);
        if stray < unclosed.min(mistaken) {
            self.error("syntax/json", at..at + 1, format!("`{found}` closes nothing here")).help("take it out, or open what it closes");
            self.at += 1;
            return self.expect(Expect::Anything);
        }
        let Some(opener) = opener.filter(|_| unclosed <= mistaken) else {
            let what = if object { "object" } else { "array" };
            self.error("syntax/json", at..at + 1, format!("found `{found}` where `{own}` closes the {what}"))
                .help(format!("write `{own}`"))
                .fix(at..at + 1, own);
            return self.close(at + 1, 0);
        };
        let end = self.last_text(at);
        let open = below - opener;
        let message = match open {
            1 => format!("`{own}` is missing before this `{found}`"),
            n => format!("{n} closing brackets are missing before this `{found}`"),
        };
        let report = self.error("syntax/json", at..at + 1, message).help(format!("close what is open before `{found}`"));
        if open == 1 && frame.expect == Expect::Comma {
            report.fix(end..end, own);
        }
        for _ in 0..open {
            self.close(end, UNCLOSED);
        }
        self.close(at + 1, 0);
    }

    /// How many brackets of the text after this one do not fit, when `open` are the containers that are open. Looks a bounded way ahead.
    fn disorder(&mut self, open: &[NodeKind]) -> usize {
        const AHEAD: usize = 1 << 16;
        let mut open = open.to_vec();
        let mut wrong = 0;
        let end = self.bytes.len().min(self.at + AHEAD.min(self.ahead));
        self.ahead = self.ahead.saturating_sub(end.saturating_sub(self.at).max(64));
        let bytes = self.bytes.get(..end).unwrap_or_default();
        let mut at = self.at + 1;
        while let Some(&b) = bytes.get(at) {
            at += 1;
            match b {
                b'{' => open.push(NodeKind::Object),
                b'[' => open.push(NodeKind::Array),
                b'}' | b']' => match open.last() {
                    Some(&kind) if (kind == NodeKind::Object) == (b == b'}') => {
                        open.pop();
                    }
                    _ => wrong += 1,
                },
                b'"' => {
                    let close = string_end(bytes, at);
                    if bytes.get(at..close).is_some_and(|text| memchr::memchr(b'\n', text).is_none()) {
                        at = close;
                    }
                }
                _ => {}
            }
        }
        if end == self.bytes.len() { wrong + open.len() } else { wrong }
    }

    /// The text ends inside one or more containers.
    pub fn unclosed(&mut self) {
        let end = self.bytes.len();
        let told = self.errors.last().is_some_and(|error| error.span.end as usize >= self.last_text(end));
        let opened = |frame: &Frame| self.nodes.get(frame.node as usize).map(|data| (data.start as usize, data.kind));
        if let Some((start, kind)) = self.stack.last().and_then(opened).filter(|_| !told && !self.too_deep) {
            let what = if kind == NodeKind::Object { "object" } else { "array" };
            let closers: String =
                self.stack.iter().rev().filter_map(opened).map(|(_, kind)| if kind == NodeKind::Object { '}' } else { ']' }).collect();
            let message = match closers.len() {
                1 => format!("the {what} is never closed"),
                n => format!(
                    "the {what} is never closed, nor {} around it",
                    if n == 2 { "the one".to_owned() } else { format!("the {}", n - 1) }
                ),
            };
            let help = if closers.len() <= 16 {
                format!("write `{closers}` at the end")
            } else {
                "write the closing brackets at the end".to_owned()
            };
            self.error("syntax/json", start..start + 1, message).help(help);
        }
        while !self.stack.is_empty() {
            self.close(end, UNCLOSED);
        }
    }

    /// Reading ends at the most values of a document: every value takes memory, and a text of small ones would take many times its size.
    #[cold]
    pub fn too_many(&mut self) {
        let message = format!("the document holds more than {MAX_VALUES} values; what follows is not read");
        self.error("syntax/json-value-limit", self.at..self.at, message).help("put bulk data into a binary payload");
        let end = self.bytes.len();
        while !self.stack.is_empty() {
            self.close(end, UNCLOSED);
        }
        self.at = end;
    }

    /// A container below the deepest level: one node without children.
    #[cold]
    pub fn skip_deep(&mut self, kind: NodeKind, key: Option<Lexeme>) {
        let start = self.at;
        if !self.too_deep {
            let limit = MAX_DEPTH;
            self.error(
                "syntax/json-nesting-limit",
                start..start + 1,
                format!("values are nested more than {limit} deep; what lies deeper is not read"),
            )
            .help("flatten the document");
            self.too_deep = true;
        }
        let mut depth = 0_usize;
        while let Some(b) = self.peek() {
            self.at += 1;
            match b {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => {
                    depth -= 1;
                    if depth == 0 {
                        break;
                    }
                }
                b'"' => self.at = string_end(self.bytes, self.at),
                _ => {}
            }
        }
        let flags = if depth == 0 { 0 } else { UNCLOSED };
        self.push(kind, Lexeme { start, end: self.at, flags }, key);
    }
}
