//! Kernels that were pasted into a document: what of them no compiler takes, and what no order of additions survives (§11.1, §28.5).
//!
//! Reads lines and words, not the language: it says what is certain, and says nothing of the rest.

use super::examples::{LEAF, leaf};
use crate::{
    diagnostic::Severity,
    rules::{Check, Docs, Example, FileContext, Finding, Findings, On, Place, Rule},
};

/// What stands before every entry point, and before what kernels bind.
const ENTRY: &str = "@compute";
const BOUND: &str = "@group(";

/// A kernel that is none, or whose sums depend on who comes first.
pub static LISTING: Rule = Rule {
    name: "collapse/kernel-listing",
    severity: Severity::Info,
    rows: &["A287", "A288", "A302", "A303", "A304", "C596", "C602"],
    on: On::Any,
    check: Check::File(check),
    fix: None,
    docs: Docs {
        what: "A text in a document that is a WGSL kernel and cannot be compiled, or adds from several invocations to one place: members of a structure that end in `;`, `ref` as a name, the access `write` on storage, and `+=` on a fixed element under a work group of more than one. Information: a listing in a document is never run.",
        why: "The listings of the specification show what is meant, and some of them are no WGSL. Whoever copies one meets errors that are not his own, or scores that change from run to run.",
        fix: "Separate members with `,`; give the name another name; write `read_write`; let one invocation add, from left to right.",
        bad: &[Example {
            note: "members that end in semicolons",
            file: "leaf.pi-profile.json",
            files: &[(
                "leaf.pi-profile.json",
                leaf!(
                    "leaf",
                    "  \"constraints\": {\"kernel\": \"struct Vector { x : f32; y : f32; };\\n@compute @workgroup_size(1)\\nfn main() {}\"},\n"
                ),
            )],
        }],
        good: &[
            LEAF,
            Example {
                note: "the same with commas",
                file: "leaf.pi-profile.json",
                files: &[(
                    "leaf.pi-profile.json",
                    leaf!(
                        "leaf",
                        "  \"constraints\": {\"kernel\": \"struct Vector { x : f32, y : f32 };\\n@compute @workgroup_size(1)\\nfn main() {}\"},\n"
                    ),
                )],
            },
        ],
    },
};

fn check(context: &FileContext<'_>, findings: &mut Findings) {
    let is_kernel = |text: &str| text.contains(ENTRY) || text.contains(BOUND);
    let Some(root) = context.root().filter(|root| is_kernel(root.raw())) else { return };
    root.each_string(&mut |node| {
        let Some(text) = node.as_str().filter(|text| is_kernel(text)) else { return };
        for fault in faults(&text) {
            let message = format!("line {} of this kernel, `{}`: {}", fault.line, fault.shown, fault.why);
            findings.push(Finding::new(&LISTING, Place::value(node), message).help(fault.help));
        }
    });
}

/// What is wrong with a listing, the first place of each kind.
#[derive(Debug, PartialEq)]
struct Fault {
    /// From 1.
    line: usize,
    shown: String,
    why: &'static str,
    help: &'static str,
}

fn faults(text: &str) -> Vec<Fault> {
    let bare = without_comments(text);
    let shown = |at: usize| {
        let line = bare[..at].matches('\n').count();
        (line + 1, bare.lines().nth(line).unwrap_or_default().trim().chars().take(80).collect())
    };
    let found = [
        (semicolon(&bare), "members of a structure are separated by `,`; no compiler takes `;`", "write `,` after each member"),
        (reserved(&bare), "`ref` is a reserved word, and names nothing", "give it another name, such as `axis`"),
        (write_only(&bare), "storage is `read` or `read_write`; there is no access `write`", "write `read_write`"),
        (
            race(&bare),
            "every invocation of the work group adds to this one place, and none waits for another: sums get lost, and differ from run to run",
            "let one invocation add all, from left to right: `@workgroup_size(1)` and a loop",
        ),
    ];
    let fault = |(at, why, help): (Option<usize>, _, _)| {
        let (line, shown) = shown(at?);
        Some(Fault { line, shown, why, help })
    };
    found.into_iter().filter_map(fault).collect()
}

/// The text with blanks in the place of comments, byte for byte.
fn without_comments(text: &str) -> String {
    let (mut bare, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find("//").into_iter().chain(rest.find("/*")).min() {
        let (code, comment) = rest.split_at(at);
        let end = if comment.starts_with("//") { comment.find('\n') } else { comment.find("*/").map(|at| at + 2) };
        let (comment, after) = comment.split_at(end.unwrap_or(comment.len()));
        bare.push_str(code);
        bare.extend(comment.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        rest = after;
    }
    bare + rest
}

/// Places where a word stands as a whole.
fn words<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = usize> + 't {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).map(|(at, _)| at).filter(move |at| !text[..*at].ends_with(part) && !text[at + word.len()..].starts_with(part))
}

fn semicolon(text: &str) -> Option<usize> {
    words(text, "struct").find_map(|at| {
        let open = at + text[at..].find('{')?;
        let close = open + text[open..].find('}')?;
        Some(open + text[open..close].find(';')?)
    })
}

fn reserved(text: &str) -> Option<usize> {
    let declares = |before: &str| {
        ["let", "var", "const", "override", "fn"].iter().any(|word| words(before, word).any(|at| at + word.len() == before.len()))
    };
    words(text, "ref").find(|at| declares(text[..*at].trim_end()) && text[..*at].ends_with(char::is_whitespace))
}

fn write_only(text: &str) -> Option<usize> {
    words(text, "storage").find(|at| {
        let after = text[at + "storage".len()..].trim_start().strip_prefix(',').map(str::trim_start);
        after.and_then(|after| after.strip_prefix("write")).is_some_and(|after| after.trim_start().starts_with('>'))
    })
}

/// A `+=` on an element with a fixed number, in an entry point of several invocations that asks nowhere who it is.
fn race(text: &str) -> Option<usize> {
    text.match_indices(ENTRY).find_map(|(at, _)| {
        let open = at + text[at..].find('{')?;
        let close = text[open..].find(ENTRY).map_or(text.len(), |next| open + next);
        let size = text[at..open].split_once("@workgroup_size(")?.1.split(')').next()?;
        let several = size.split(',').filter(|side| !side.trim().is_empty()).any(|side| side.trim().trim_end_matches(['u', 'i']) != "1");
        let body = &text[open..close];
        if !several || ["if", "for", "while", "loop", "switch", "workgroupBarrier"].iter().any(|word| words(body, word).next().is_some()) {
            return None;
        }
        body.match_indices("+=").map(|(at, _)| at).find_map(|at| {
            let target = body[..at].trim_end().rsplit(['\n', ';', '{']).next()?.trim_start();
            let number = target.split_once('[')?.1.split_once(']')?.0.trim();
            let digits = number.trim_end_matches(['u', 'i']);
            (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(open + at)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<(usize, &'static str)> {
        faults(text).into_iter().map(|fault| (fault.line, fault.help)).collect()
    }

    #[test]
    fn each_fault_is_found_where_it_stands_and_nowhere_else() {
        let body = "@compute @workgroup_size(64)\nfn f() { accum[0].x += 1.0; }";
        assert_eq!(faults(body).iter().map(|fault| fault.line).collect::<Vec<_>>(), [2]);
        assert_eq!(lines("@compute @workgroup_size(1)\nfn f() { accum[0].x += 1.0; }"), []);
        assert_eq!(lines("@compute @workgroup_size(1, 1, 1u)\nfn f() { accum[0].x += 1.0; }"), []);
        assert_eq!(lines("@compute @workgroup_size(64)\nfn f() { if (i == 0u) { accum[0].x += 1.0; } }"), []);
        assert_eq!(lines("@compute @workgroup_size(64)\nfn f() { accum[i].x += 1.0; }"), []);
        assert_eq!(lines("// let ref = 1;\nlet preference = 1; x.ref = 2; /* struct A { x: f32; } */"), []);
        assert_eq!(lines("\nlet ref = 1;").len(), 1);
        assert_eq!(lines("struct A { x: f32, }\nlet a = 1;"), []);
        assert_eq!(lines("var<storage, read_write> a; var<storage,\n write > b;").len(), 1);
        assert_eq!(lines("/* never ends ref struct A { x;"), []);
    }
}
