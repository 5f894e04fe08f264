//! `mx2lm.toml` (`DECISIONS` 65–67): what is checked, how grave each rule is, which findings are known and accepted, whose keys are trusted.
//!
//! The text is read by hand, value by value, so that every complaint has a place and names the nearest known word.

mod pack;

use std::{collections::HashMap, ops::Range, sync::Arc};

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::{
    diagnostic::{Diagnostic, Fix, Safety, Severity},
    document::pointer,
    hash::{
        keyring::{Entry, Keyring},
        signature::wrong_signer,
    },
    rules::{self, Finding, Findings, Place, config as rule, syntax},
    syntax::toml::Tree as Form,
    text::Span,
    workspace::walk::CONFIG_FILE,
};

pub use pack::{PackSettings, Windows};

/// What a rule is set to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Reported with this gravity.
    As(Severity),
    /// Not reported.
    Off,
}

/// A finding that is known and accepted.
#[derive(Debug, Clone)]
pub struct Suppression {
    /// Name of the rule.
    pub rule: String,
    /// Which files.
    pub path: GlobSet,
    /// Which place; `None` for every place.
    pub locator: Option<String>,
    /// Why.
    pub reason: String,
    /// Where it stands in the configuration.
    pub place: Place,
}

impl Suppression {
    /// Whether the finding is one of those accepted.
    pub fn covers(&self, finding: &Diagnostic) -> bool {
        self.rule == finding.rule
            && self.path.is_match(&*finding.path)
            && self.locator.as_ref().is_none_or(|locator| *locator == finding.locator)
    }
}

/// The configuration of a workspace. The default is what holds without a file.
#[derive(Debug, Clone, Default)]
pub struct Config {
    include: Option<GlobSet>,
    exclude: GlobSet,
    /// Whether every warning is an error.
    pub strict: bool,
    /// Rules set to another gravity, or off.
    pub levels: HashMap<String, Level>,
    /// Findings that are accepted.
    pub suppressions: Vec<Suppression>,
    /// Drawings that are tensors besides those that say so or are named (`DECISIONS` 48).
    pub tensors: GlobSet,
    /// Public keys.
    pub keys: Keyring,
    /// How packs are compiled.
    pub pack: PackSettings,
    /// The path patterns as written, by where they stand: which files are read and what they are.
    patterns: Vec<(String, Vec<String>)>,
}

impl Config {
    /// Whether a file, by its path from the root, is to be checked.
    pub fn covers(&self, path: &str) -> bool {
        self.include.as_ref().is_none_or(|include| include.is_match(path)) && !self.exclude.is_match(path)
    }

    /// Whether the same files are read under the other configuration, and the checks find the same: what is made of it may differ.
    pub fn reads_alike(&self, other: &Config) -> bool {
        self.patterns == other.patterns && self.keys == other.keys
    }

    /// Reads a configuration. What is wrong goes into `findings`; the rest is kept.
    pub fn read(text: &str, findings: &mut Findings) -> Config {
        let form = Form::parse(text.into());
        let mut reader = Reader { path: CONFIG_FILE.into(), findings, config: Config::default(), broken: Vec::new() };
        for error in form.errors() {
            let place = Place { locator: String::new(), span: Some(error.span) };
            let finding = Finding::new(&syntax::TOML, place, error.message.clone());
            reader.findings.push(error.help.iter().fold(finding, |finding, help| finding.help(help.clone())));
            reader.broken.push(line_around(text, error.span.range().start));
        }
        if !form.errors().is_empty() && form.root().members().is_empty() {
            return reader.config;
        }
        let (table, _) = DeTable::parse_recoverable(text);
        reader.root(table.get_ref());
        reader.config
    }
}

type Value<'i> = Spanned<DeValue<'i>>;

struct Reader<'f> {
    path: Arc<str>,
    findings: &'f mut Findings,
    config: Config,
    /// Lines whose form is broken: what stands there is told once.
    broken: Vec<Range<usize>>,
}

/// The line that an offset lies in, without its end.
fn line_around(text: &str, at: usize) -> Range<usize> {
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    before.rfind('\n').map_or(0, |end| end + 1)..at + after.find('\n').unwrap_or(after.len())
}

const ROOT: &[&str] = &["include", "exclude", "strict", "rules", "suppress", "tensors", "keys", "pack"];
const SUPPRESS: &[&str] = &["rule", "path", "locator", "reason"];
const TENSORS: &[&str] = &["include"];
const KEY: &[&str] = &["public", "clusters"];

impl Reader<'_> {
    fn root(&mut self, table: &DeTable<'_>) {
        self.known("", table, ROOT);
        for (name, value) in table.iter() {
            let at = pointer::join("", name.get_ref());
            match name.get_ref().as_ref() {
                "include" => self.config.include = self.globs(value, &at),
                "exclude" => self.config.exclude = self.globs(value, &at).unwrap_or_default(),
                "strict" => self.config.strict = self.boolean(value, &at).unwrap_or_default(),
                "rules" => self.rules(value, &at),
                "suppress" => self.suppressions(value, &at),
                "tensors" => {
                    if let Some(table) = self.table(value, &at) {
                        self.known(&at, table, TENSORS);
                        if let Some((_, value)) = member(table, "include") {
                            self.config.tensors = self.globs(value, &format!("{at}/include")).unwrap_or_default();
                        }
                    }
                }
                "keys" => self.keys(value, &at),
                "pack" => self.pack(value, &at),
                _ => {}
            }
        }
    }

    fn rules(&mut self, value: &Value<'_>, at: &str) {
        let Some(table) = self.table(value, at) else { return };
        for (name, value) in table.iter() {
            let at = pointer::join(at, name.get_ref());
            self.rule_name(name.get_ref(), name.span(), &at);
            let Some(level) = self.text(value, &at) else { continue };
            let level = match level {
                "error" => Level::As(Severity::Error),
                "warning" => Level::As(Severity::Warning),
                "info" => Level::As(Severity::Info),
                "off" => Level::Off,
                other => {
                    let near = crate::rules::nearest_of(other, ["error", "warning", "info", "off"]);
                    let message = format!("`{other}` is not a level: wanted `error`, `warning`, `info` or `off`");
                    self.wrong(&rule::VALUE, value.span(), &at, message, near.map(|near| format!("\"{near}\"")));
                    continue;
                }
            };
            self.config.levels.insert(name.get_ref().to_string(), level);
        }
    }

    fn suppressions(&mut self, value: &Value<'_>, at: &str) {
        let DeValue::Array(list) = value.get_ref() else {
            return self.mistyped(value, at, "a list of tables, written `[[suppress]]`");
        };
        for (i, item) in list.iter().enumerate() {
            let at = format!("{at}/{i}");
            let Some(table) = self.table(item, &at) else { continue };
            self.known(&at, table, SUPPRESS);
            let mut field = |name: &str, required: bool| match member(table, name) {
                Some((_, value)) => self.text(value, &format!("{at}/{name}")).map(|text| (text.to_owned(), value.span())),
                None if required => {
                    self.wrong(&rule::VALUE, item.span(), &at, format!("a suppression needs `{name}`"), None);
                    None
                }
                None => None,
            };
            let (name, path, locator) = (field("rule", true), field("path", true), field("locator", false));
            let reason = field("reason", false);
            if let Some((name, span)) = &name {
                self.rule_name(name, span.clone(), &format!("{at}/rule"));
            }
            let place = Place::new(at.clone(), span_of(item.span()));
            if reason.as_ref().is_none_or(|(reason, _)| reason.trim().is_empty()) {
                let place = match &reason {
                    Some((_, span)) => Place::new(format!("{at}/reason"), span_of(span.clone())),
                    None => place.clone(),
                };
                let message = "a suppression without a reason: whoever reads it next cannot know whether it still holds";
                self.findings.push(Finding::new(&rule::REASON, place, message).help("say in `reason` why the finding is accepted"));
            }
            let (Some((name, _)), Some((path, span))) = (name, path) else { continue };
            let Some(path) = self.glob_set(&[(path, span)], &format!("{at}/path")) else { continue };
            let reason = reason.map(|(reason, _)| reason).unwrap_or_default();
            let locator = locator.map(|(locator, _)| locator);
            self.config.suppressions.push(Suppression { rule: name, path, locator, reason, place });
        }
    }

    fn keys(&mut self, value: &Value<'_>, at: &str) {
        let Some(table) = self.table(value, at) else { return };
        for (signer, value) in table.iter() {
            let at = pointer::join(at, signer.get_ref());
            if let Some(why) = wrong_signer(signer.get_ref()) {
                self.wrong(&rule::VALUE, signer.span(), &at, format!("`{}` {why}", signer.get_ref()), None);
            }
            let entries: Vec<(String, &Value<'_>)> = match value.get_ref() {
                DeValue::Array(list) => list.iter().enumerate().map(|(i, item)| (format!("{at}/{i}"), item)).collect(),
                _ => vec![(at, value)],
            };
            for (at, entry) in entries {
                let Some(table) = self.table(entry, &at) else { continue };
                self.known(&at, table, KEY);
                let clusters = member(table, "clusters").and_then(|(_, value)| self.texts(value, &format!("{at}/clusters")));
                let clusters = clusters.map(|list| list.into_iter().map(|(text, _)| text).collect());
                let Some((_, public)) = member(table, "public") else {
                    self.wrong(&rule::VALUE, entry.span(), &at, "a key needs `public`".to_owned(), None);
                    continue;
                };
                let at = format!("{at}/public");
                match self.text(public, &at).map(|text| (text, text.parse())) {
                    None => {}
                    Some((_, Ok(public))) => self.config.keys.add(signer.get_ref().as_ref(), Entry { public, clusters }),
                    Some((text, Err(error))) => self.wrong(&rule::VALUE, public.span(), &at, format!("`{text}` {error}"), None),
                }
            }
        }
    }

    fn rule_name(&mut self, name: &str, span: Range<usize>, at: &str) {
        if rules::by_name(name).is_none() {
            let near = crate::rules::nearest_of(name, rules::all().map(|rule| rule.name));
            self.wrong(&rule::UNKNOWN_RULE, span, at, format!("there is no rule `{name}`"), near.map(|near| format!("\"{near}\"")));
        }
    }

    fn known(&mut self, at: &str, table: &DeTable<'_>, known: &'static [&'static str]) {
        for (name, _) in table.iter().filter(|(name, _)| !known.contains(&name.get_ref().as_ref())) {
            let near = crate::rules::nearest_of(name.get_ref(), known.iter().copied());
            let message = format!("`{}` is not a key here: wanted {}", name.get_ref(), list_of(known));
            self.wrong(&rule::UNKNOWN_KEY, name.span(), &pointer::join(at, name.get_ref()), message, near.map(str::to_owned));
        }
    }

    fn wrong(&mut self, rule: &'static rules::Rule, span: Range<usize>, at: &str, message: String, replacement: Option<String>) {
        if self.broken.iter().any(|line| line.contains(&span.start) || line.end == span.start) {
            return;
        }
        let mut finding = Finding::new(rule, Place::new(at, span_of(span.clone())), message);
        if let Some(text) = replacement {
            finding = finding.help(format!("did you mean `{}`?", text.trim_matches('"')));
            finding = finding.fix(Fix::replace(Safety::Unsafe, format!("replace by `{text}`"), &self.path, span_of(span), text));
        }
        self.findings.push(finding);
    }

    fn mistyped(&mut self, value: &Value<'_>, at: &str, wanted: &str) {
        let found = value.get_ref().type_str();
        self.wrong(&rule::VALUE, value.span(), at, format!("found {found}, wanted {wanted}"), None);
    }

    fn table<'v, 'i>(&mut self, value: &'v Value<'i>, at: &str) -> Option<&'v DeTable<'i>> {
        match value.get_ref() {
            DeValue::Table(table) => Some(table),
            _ => {
                self.mistyped(value, at, "a table");
                None
            }
        }
    }

    fn boolean(&mut self, value: &Value<'_>, at: &str) -> Option<bool> {
        match value.get_ref() {
            DeValue::Boolean(truth) => Some(*truth),
            _ => {
                self.mistyped(value, at, "`true` or `false`");
                None
            }
        }
    }

    fn text<'v>(&mut self, value: &'v Value<'_>, at: &str) -> Option<&'v str> {
        match value.get_ref() {
            DeValue::String(text) => Some(text),
            _ => {
                self.mistyped(value, at, "a text");
                None
            }
        }
    }

    fn texts(&mut self, value: &Value<'_>, at: &str) -> Option<Vec<(String, Range<usize>)>> {
        let DeValue::Array(list) = value.get_ref() else {
            self.mistyped(value, at, "a list of texts");
            return None;
        };
        let texts = list.iter().enumerate();
        Some(texts.filter_map(|(i, item)| Some((self.text(item, &format!("{at}/{i}"))?.to_owned(), item.span()))).collect())
    }

    fn globs(&mut self, value: &Value<'_>, at: &str) -> Option<GlobSet> {
        let texts = self.texts(value, at)?;
        self.config.patterns.push((at.to_owned(), texts.iter().map(|(text, _)| text.clone()).collect()));
        self.glob_set(&texts, at)
    }

    fn glob_set(&mut self, texts: &[(String, Range<usize>)], at: &str) -> Option<GlobSet> {
        let mut set = GlobSetBuilder::new();
        for (text, span) in texts {
            match glob(text) {
                Ok(glob) => {
                    set.add(glob);
                }
                Err(error) => self.wrong(&rule::VALUE, span.clone(), at, format!("`{text}` is not a path pattern: {}", error.kind()), None),
            }
        }
        set.build().ok()
    }
}

/// A path pattern: `*` stays within a folder, `**` does not.
fn glob(text: &str) -> Result<Glob, globset::Error> {
    GlobBuilder::new(text).literal_separator(true).build()
}

fn member<'t, 'i>(table: &'t DeTable<'i>, name: &str) -> Option<(&'t Spanned<std::borrow::Cow<'i, str>>, &'t Value<'i>)> {
    table.iter().find(|(key, _)| key.get_ref() == name)
}

fn span_of(range: Range<usize>) -> Span {
    range.into()
}

/// `a`, `b` or `c`, in backticks.
fn list_of(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_on_a_broken_line_is_told_once() {
        for (text, wanted) in [
            ("strict = \n", &["the key has no value"][..]),
            ("strict =", &["the key has no value"]),
            (
                "strict = yes\nstrikt = true\n",
                &["a value that is no number, date, boolean, array or table wants quotes: `yes`", "`strikt` is not a key"],
            ),
            ("include = \"a\"\n", &["found string, wanted a list of texts"]),
        ] {
            let mut findings = Findings::default();
            Config::read(text, &mut findings);
            let told: Vec<String> = findings.into_list().into_iter().map(|finding| finding.message).collect();
            assert_eq!(told.len(), wanted.len(), "{text}: {told:?}");
            assert!(told.iter().zip(wanted).all(|(told, wanted)| told.starts_with(wanted)), "{told:?}");
        }
    }
}
