//! A rule's page in Markdown: what `rule`, the reference, reports and hovers show.

use std::fmt::Write;

use super::{Example, Rule};
use crate::diagnostic::Safety;

impl Rule {
    /// The first sentence of what the rule looks for.
    pub fn summary(&self) -> &'static str {
        let what = self.docs.what;
        what.find(". ").map_or(what, |end| &what[..=end]).lines().next().unwrap_or(what)
    }

    /// The whole page. Its title is a heading of `level`.
    pub fn markdown(&self, level: usize) -> String {
        let heading = "#".repeat(level.clamp(1, 5));
        let fix = match self.fix {
            None => "no fix",
            Some(Safety::Safe) => "safe fix",
            Some(Safety::Hash) => "fix with `--hashes`",
            Some(Safety::Unsafe) => "fix with `--unsafe`",
            Some(Safety::DisplayOnly) => "change shown, never applied",
        };
        let mut page = format!("{heading} {}\n\n{} · {fix}\n\n", self.name, self.severity.as_str());
        let answers = [("What it finds", self.docs.what), ("Why it matters", self.docs.why), ("What to do", self.docs.fix)];
        for (question, answer) in answers {
            let _ = write!(page, "**{question}.** {}\n\n", answer.trim());
        }
        for (title, examples) in [("Found", self.docs.bad), ("Not found", self.docs.good)] {
            for example in examples {
                write_example(&mut page, title, example);
            }
        }
        page.truncate(page.trim_end().len());
        page.push('\n');
        page
    }
}

fn write_example(page: &mut String, title: &str, example: &Example) {
    let note = example.note.trim();
    let _ = write!(page, "**{title}{}{note}.** In `{}`:\n\n", if note.is_empty() { "" } else { ": " }, example.file);
    let (subject, others): (Vec<_>, Vec<_>) = example.files.iter().partition(|(path, _)| *path == example.file);
    for (at, (path, text)) in subject.into_iter().chain(others).enumerate() {
        if at > 0 {
            let _ = write!(page, "beside `{path}`:\n\n");
        }
        write_block(page, path, text);
    }
}

fn write_block(page: &mut String, path: &str, text: &str) {
    let mut fence = "```".to_owned();
    while text.contains(&fence) {
        fence.push('`');
    }
    let language = match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "json" | "xjson" => "json",
        "toml" => "toml",
        "svg" | "xml" => "xml",
        _ => "text",
    };
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    let shown: String = text.chars().map(pictured).collect();
    let _ = write!(page, "{fence}{language}\n{shown}{end}{fence}\n\n");
    if shown != text {
        page.push_str("Signs such as `␀` stand for control characters.\n\n");
    }
}

/// A control character as the sign that pictures it (Unicode, Control Pictures): a page with a NUL in it is taken for a binary file.
fn pictured(character: char) -> char {
    match character {
        '\n' | '\t' => character,
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(character)).unwrap_or(character),
        '\x7f' => '␡',
        _ => character,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_page_holds_no_control_characters() {
        for rule in crate::rules::all() {
            let page = rule.markdown(1);
            assert_eq!(page.chars().find(|letter| letter.is_control() && !matches!(letter, '\n' | '\t')), None, "{}", rule.name);
        }
    }
}
