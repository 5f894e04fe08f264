//! The registry of rules.
//!
//! A rule is one place: name, gravity, rows of the specification, documentation with examples that run as tests, and the check.
//! Configuration, suppressions, reports and the reference page all speak of rules by name; names never change.
//!
//! A *file* check sees one document and nothing else, so that its answer depends on one file's name and bytes only.
//! A *workspace* check sees the facts of one file and asks the index about others; every question is recorded, so that an editor
//! asks again only where an answer changed.

pub mod ai;
pub mod collapse;
pub mod config;
pub(crate) mod decimal;
pub mod demo;
pub(crate) mod examples;
mod nearest;
pub mod object;
pub mod pack;
mod page;
pub mod scxq2;
pub mod svg;
pub mod syntax;
pub mod syntax_xml;
pub(crate) mod told;
pub mod workspace;

pub use nearest::nearest_of;

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};

use crate::{
    diagnostic::{Fix, Safety, Severity},
    document::{facts::Facts, kind::Kind},
    syntax::{json, toml, xml},
    text::Span,
    workspace::context::WorkspaceContext,
};

/// One rule.
pub struct Rule {
    /// `family/kebab-name`, for ever.
    pub name: &'static str,
    /// Gravity unless a finding or the configuration says otherwise.
    pub severity: Severity,
    /// Rows of the specification that the check enforces.
    pub rows: &'static [&'static str],
    /// Which files the check is for.
    pub on: On,
    /// The check.
    pub check: Check,
    /// The boldest fix the rule offers.
    pub fix: Option<Safety>,
    /// The rule's page.
    pub docs: Docs,
}

impl Rule {
    /// The part of the name before the slash.
    pub fn family(&self) -> &'static str {
        self.name.split_once('/').map_or(self.name, |(family, _)| family)
    }
}

/// Which files a check is for.
#[derive(Debug, Clone, Copy)]
pub enum On {
    /// Every file that has a kind.
    Any,
    /// Documents whose kind belongs to one of these families.
    Families(&'static [&'static str]),
    /// Documents of these kinds.
    Kinds(&'static [&'static str]),
}

impl On {
    fn covers(self, kind: Kind) -> bool {
        match self {
            On::Any => true,
            On::Families(families) => families.contains(&kind.family()),
            On::Kinds(kinds) => kinds.contains(&kind.name()),
        }
    }
}

/// How a rule looks.
#[derive(Clone, Copy)]
pub enum Check {
    /// Sees one document.
    File(fn(&FileContext<'_>, &mut Findings)),
    /// Sees one file's facts and the index.
    Workspace(fn(&WorkspaceContext<'_>, &mut Findings)),
    /// Reported by the reader, the configuration or another rule's pass; has no check of its own.
    Elsewhere,
}

/// A rule's page, in four answers.
pub struct Docs {
    /// What the rule looks for.
    pub what: &'static str,
    /// Why that is bad.
    pub why: &'static str,
    /// How to put it right, and how safe the offered fix is.
    pub fix: &'static str,
    /// Small workspaces that break the rule.
    pub bad: &'static [Example],
    /// Near-misses that keep it.
    pub good: &'static [Example],
}

/// A small workspace.
pub struct Example {
    /// What the example shows.
    pub note: &'static str,
    /// The file the example is about: findings are expected, or not, here.
    pub file: &'static str,
    /// Paths and contents; those of binary kinds are written as hexadecimal digits, white space apart.
    pub files: &'static [(&'static str, &'static str)],
}

/// A place in a document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// In the grammar of `DECISIONS` 67; empty for the whole document.
    pub locator: String,
    /// The bytes.
    pub span: Option<Span>,
}

impl Place {
    /// A place with a locator and a span.
    pub fn new(locator: impl Into<String>, span: Span) -> Self {
        Place { locator: locator.into(), span: Some(span) }
    }

    /// The document as a whole.
    pub fn document() -> Self {
        Place::default()
    }

    /// A JSON value.
    pub fn value(node: json::Node<'_>) -> Self {
        Place::new(node.pointer(), node.span())
    }

    /// The name of a member, or the value itself where it is not a member.
    pub fn key(node: json::Node<'_>) -> Self {
        Place::new(node.pointer(), node.key_span().unwrap_or(node.span()))
    }

    /// Where something is missing from an object or list: its first byte, so that a long value is not underlined whole.
    pub fn opening(node: json::Node<'_>) -> Self {
        Place::new(node.pointer(), Span::new(node.span().start, (node.span().start + 1).min(node.span().end)))
    }
}

/// What a check found, before the lines to show are cut out.
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// Gravity, when not the rule's own.
    pub severity: Option<Severity>,
    /// The file, when not the one being checked.
    pub path: Option<Arc<str>>,
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Other places: path, place, and what they have to do with it.
    pub related: Vec<(Arc<str>, Place, String)>,
    /// Changes that would put it right.
    pub fixes: Vec<Fix>,
    /// The specification's own error name.
    pub spec_error: Option<&'static str>,
}

impl Finding {
    /// A finding of `rule` at `place`.
    pub fn new(rule: &'static Rule, place: Place, message: impl Into<String>) -> Self {
        Finding {
            rule,
            severity: None,
            path: None,
            place,
            message: message.into(),
            help: None,
            related: Vec::new(),
            fixes: Vec::new(),
            spec_error: None,
        }
    }

    /// Says what to do.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Another gravity than the rule's.
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    /// The specification's own name for the trouble.
    pub fn spec(mut self, name: &'static str) -> Self {
        self.spec_error = Some(name);
        self
    }

    /// In another file than the one being checked.
    pub fn in_file(mut self, path: &Arc<str>) -> Self {
        self.path = Some(path.clone());
        self
    }

    /// Another place that belongs to it.
    pub fn related(mut self, path: &Arc<str>, place: Place, message: impl Into<String>) -> Self {
        self.related.push((path.clone(), place, message.into()));
        self
    }

    /// A change that would put it right.
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fixes.push(fix);
        self
    }
}

/// Where checks put what they find.
#[derive(Default)]
pub struct Findings {
    pub(crate) list: Vec<Finding>,
}

impl Findings {
    /// Adds one.
    pub fn push(&mut self, finding: Finding) {
        self.list.push(finding);
    }

    /// All of them.
    pub fn into_list(self) -> Vec<Finding> {
        self.list
    }
}

/// What a file check sees.
pub struct FileContext<'a> {
    /// Path from the workspace root.
    pub path: &'a Arc<str>,
    /// The bytes.
    pub bytes: &'a [u8],
    /// What the file is.
    pub kind: Kind,
    /// Its tree.
    pub parsed: Parsed<'a>,
    /// What was already read out of it.
    pub facts: &'a Facts,
}

impl<'a> FileContext<'a> {
    /// The JSON tree, when the document is JSON.
    pub fn json(&self) -> Option<&'a json::Tree> {
        match self.parsed {
            Parsed::Json(tree) => Some(tree),
            _ => None,
        }
    }

    /// The elements, when the document is XML or a drawing.
    pub fn xml(&self) -> Option<&'a xml::Elements<'a>> {
        match self.parsed {
            Parsed::Xml(elements) => Some(elements),
            _ => None,
        }
    }

    /// The TOML tree, when the document is TOML.
    pub fn toml(&self) -> Option<&'a toml::Tree> {
        match self.parsed {
            Parsed::Toml(tree) => Some(tree),
            _ => None,
        }
    }

    /// The root of the JSON tree, when it is an object.
    pub fn root(&self) -> Option<json::Node<'a>> {
        self.json()?.root().filter(|root| root.is_object())
    }
}

/// The tree of a document.
#[derive(Clone, Copy)]
pub enum Parsed<'a> {
    /// A JSON document.
    Json(&'a json::Tree),
    /// A well-formed XML document or drawing.
    Xml(&'a xml::Elements<'a>),
    /// A TOML document, as far as it could be read.
    Toml(&'a toml::Tree),
    /// No tree: text or bytes.
    None,
}

/// Every rule, family by family in the order of `ARCHITECTURE.md`, then by name.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    [
        syntax::RULES,
        syntax_xml::RULES,
        config::RULES,
        workspace::RULES,
        object::RULES,
        ai::RULES,
        svg::RULES,
        scxq2::RULES,
        collapse::RULES,
        pack::RULES,
        demo::RULES,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// The rule of that name.
pub fn by_name(name: &str) -> Option<&'static Rule> {
    static NAMES: LazyLock<HashMap<&'static str, &'static Rule>> = LazyLock::new(|| all().map(|rule| (rule.name, rule)).collect());
    NAMES.get(name).copied()
}

/// The rules that look at a kind: file checks, then workspace checks.
pub(crate) struct Dispatch {
    pub file: Vec<fn(&FileContext<'_>, &mut Findings)>,
    pub workspace: Vec<fn(&WorkspaceContext<'_>, &mut Findings)>,
}

/// The checks for `kind`, worked out once a kind.
pub(crate) fn dispatch(kind: Kind) -> &'static Dispatch {
    static TABLE: LazyLock<HashMap<&'static str, Dispatch>> = LazyLock::new(|| {
        Kind::all()
            .map(|kind| {
                let mut dispatch = Dispatch { file: Vec::new(), workspace: Vec::new() };
                for rule in all().filter(|rule| rule.on.covers(kind)) {
                    match rule.check {
                        Check::File(check) => dispatch.file.push(check),
                        Check::Workspace(check) => dispatch.workspace.push(check),
                        Check::Elsewhere => {}
                    }
                }
                (kind.name(), dispatch)
            })
            .collect()
    });
    static NOTHING: Dispatch = Dispatch { file: Vec::new(), workspace: Vec::new() };
    TABLE.get(kind.name()).unwrap_or(&NOTHING)
}
