//! One file on its own: from a name and bytes to facts and findings.
//!
//! The answer depends on nothing else, so it can be kept, shared, and taken on any machine.

mod markup;

use std::sync::Arc;

use crate::{
    diagnostic::Diagnostic,
    document::{
        detect::{Detection, Sign, detect},
        facts::{self, Facts, Role},
        kind::{self, Kind, Syntax},
        pointer,
    },
    hash::digest::Digest,
    rules::{self, FileContext, Finding, Findings, Parsed, Place, object, syntax, told::diagnostics},
    scxq2::envelope::Content,
    syntax::{MAX_DOCUMENT_BYTES, SyntaxError, json},
    text::Span,
};

/// What was learnt from one file.
pub struct Analysis {
    /// What it says; `None` when it could not be read.
    pub facts: Option<Arc<Facts>>,
    /// What its own text has to be told, whatever other files say. They count when the facts' role is live.
    pub findings: Arc<[Diagnostic]>,
    /// Its tree, where it has one.
    pub tree: Tree,
}

/// The tree of a document, kept for an editor.
pub enum Tree {
    /// JSON.
    Json(Arc<json::Tree>),
    /// No tree.
    None,
}

/// Largest document that an editor's engine checks at each edit; of a larger one it reads syntax and hashes.
pub const MAX_EDITED_BYTES: usize = 50 << 20;

/// From this size on a document is hashed while it is parsed, on another thread.
const PARALLEL_BYTES: usize = 256 << 10;

/// Reads a document.
pub fn analyse(path: &Arc<str>, bytes: &[u8]) -> Analysis {
    read(path, bytes, None, true, Findings::default())
}

/// As [`analyse`], of a text that need not be copied: a tree holds its text.
pub fn analyse_text(path: &Arc<str>, text: Arc<str>) -> Analysis {
    read(path, text.as_bytes(), Some(&text), true, Findings::default())
}

/// Reads a document, of which the caller may have the text already; without `deep` no rule looks at it.
fn read(path: &Arc<str>, bytes: &[u8], text: Option<&Arc<str>>, deep: bool, mut findings: Findings) -> Analysis {
    let syntax = Syntax::of_path(path);
    let text = || text.cloned().or_else(|| std::str::from_utf8(bytes).ok().map(Arc::from));
    let hash = || Digest::of(bytes);
    let parse = || if syntax == Some(Syntax::Json) { text().map(json::Tree::parse) } else { None };
    let (digest, tree) = if bytes.len() >= PARALLEL_BYTES { rayon::join(hash, parse) } else { (hash(), parse()) };
    let mut facts = Facts::silent(path, bytes.len() as u64, digest);
    let tree = match (syntax, tree) {
        (Some(Syntax::Json), Some(tree)) => read_json(path, bytes, tree, deep, &mut facts, &mut findings),
        (Some(Syntax::Json), None) => {
            facts.kind = kind::by_file_name(path, |kind| kind.syntax() == Syntax::Json);
            facts.role = if facts.kind.is_some() { Role::Itself } else { Role::JsonPayload };
            utf8(bytes, "JSON is UTF-8 text", &mut facts, &mut findings);
            Tree::None
        }
        (Some(syntax @ (Syntax::Xml | Syntax::Svg)), _) if deep => {
            markup::read_xml(path, bytes, syntax == Syntax::Svg, &mut facts, &mut findings);
            Tree::None
        }
        (Some(Syntax::Toml), _) if deep => {
            markup::read_toml(path, bytes, &mut facts, &mut findings);
            Tree::None
        }
        (Some(Syntax::Binary), _) if deep => {
            facts.kind = kind::by_file_name(path, |kind| kind.syntax() == Syntax::Binary).map(|kind| by_magic(kind, bytes));
            if let Some(kind) = facts.kind {
                run(path, bytes, kind, Parsed::None, &facts, &mut findings);
            }
            Tree::None
        }
        _ => {
            // not looked into, and still something that others can ask for
            facts.kind = kind::by_file_name(path, |_| true);
            Tree::None
        }
    };
    complete(path, bytes, facts, findings, tree)
}

fn complete(path: &Arc<str>, bytes: &[u8], facts: Facts, findings: Findings, tree: Tree) -> Analysis {
    let list = if findings.list.is_empty() {
        Vec::new()
    } else {
        diagnostics(findings.list, path, &mut |wanted| (wanted == path).then_some(bytes))
    };
    Analysis { facts: Some(Arc::new(facts)), findings: list.into(), tree }
}

/// Reads a document for an editor: beyond [`MAX_EDITED_BYTES`] its syntax and what it declares, and no more.
pub fn analyse_edited(path: &Arc<str>, bytes: &[u8]) -> Analysis {
    if bytes.len() <= MAX_EDITED_BYTES {
        return analyse(path, bytes);
    }
    let mut findings = Findings::default();
    let message = format!(
        "{} bytes are more than the {} MiB that are checked while they are edited: here only syntax and hashes are",
        bytes.len(),
        MAX_EDITED_BYTES >> 20
    );
    let told = Finding::new(&rules::workspace::EDITOR_LIMIT, Place::document(), message).help("run `mx2lm-lint` for the rest");
    findings.push(told);
    read(path, bytes, None, false, findings)
}

/// A file that is hashed and not looked into.
pub fn bytes_only(facts: Facts) -> Analysis {
    Analysis { facts: Some(Arc::new(facts)), findings: Arc::default(), tree: Tree::None }
}

/// A file beyond [`MAX_DOCUMENT_BYTES`].
pub fn too_large(facts: Facts) -> Analysis {
    let message = format!(
        "{} bytes are more than the {} MiB that are read as a document: only the hash is checked",
        facts.size,
        MAX_DOCUMENT_BYTES >> 20
    );
    let finding = Finding::new(&syntax::FILE_LIMIT, Place::document(), message);
    let list = diagnostics(vec![finding], &facts.path.clone(), &mut |_| None::<&[u8]>);
    Analysis { facts: Some(Arc::new(facts)), findings: list.into(), tree: Tree::None }
}

/// A file that cannot be read.
pub fn unreadable(path: &Arc<str>, why: &str) -> Analysis {
    let finding = Finding::new(&rules::workspace::UNREADABLE, Place::document(), format!("the file cannot be read: {why}"));
    Analysis { facts: None, findings: diagnostics(vec![finding], path, &mut |_| None::<&[u8]>).into(), tree: Tree::None }
}

/// What a JSON document says; without `deep` no rule looks at it.
fn read_json(path: &Arc<str>, bytes: &[u8], tree: json::Tree, deep: bool, facts: &mut Facts, findings: &mut Findings) -> Tree {
    let detection = detect(path, tree.root());
    match detection {
        Detection::Kind(kind, sign) => {
            facts.kind = Some(kind);
            facts.role = if sign == Sign::Shape { Role::Shaped } else { Role::Itself };
        }
        Detection::UnknownSchema(_) => {}
        Detection::NotOurs => facts.role = Role::JsonPayload,
    }
    syntax_findings(path, tree.errors(), &|span| Place { locator: locator_at(&tree, span), span: Some(span) }, findings);
    for duplicate in tree.duplicates() {
        let object = tree.node(duplicate.object);
        let locator = pointer::join(&object.pointer(), &duplicate.name);
        let message = format!(
            "`{}` stands twice in one object: readers disagree on which one counts, and the document has no canonical form",
            duplicate.name
        );
        findings.push(
            Finding::new(&syntax::DUPLICATE_MEMBER, Place::new(locator.clone(), duplicate.again), message)
                .help("keep one of the two")
                .related(path, Place::new(locator, duplicate.first), "first here"),
        );
    }
    if let Detection::UnknownSchema(value) = &detection {
        object::identity::unknown_schema(path, &tree, value, findings);
    }
    if let Some(kind) = facts.kind {
        facts::read_json(&tree, kind, facts);
        if deep && tree.is_strict() {
            run(path, bytes, kind, Parsed::Json(&tree), facts, findings);
        }
    }
    Tree::Json(Arc::new(tree))
}

/// A file named as a container may be a record: its first bytes say so (`DECISIONS` 48).
fn by_magic(kind: Kind, bytes: &[u8]) -> Kind {
    let record = match Content::of(bytes) {
        Some(Content::TensorRecord) => "scxq2.tensor-record",
        Some(Content::MicronautRecord) => "scxq2.micronaut-record",
        Some(Content::Lanes) | None => return kind,
    };
    Kind::by_name(record).filter(|_| kind.is("scxq2")).unwrap_or(kind)
}

/// Says where bytes stop being UTF-8.
fn utf8(bytes: &[u8], wanted: &str, facts: &mut Facts, findings: &mut Findings) {
    let Err(error) = std::str::from_utf8(bytes) else { return };
    let at = error.valid_up_to();
    let end = at + error.error_len().unwrap_or(1);
    facts.sound = false;
    let place = Place { locator: String::new(), span: Some(Span::from(at..end.min(bytes.len()))) };
    let message = format!("byte {at} is not UTF-8: {wanted}");
    findings.push(Finding::new(&syntax::UTF8, place, message).help("save the file as UTF-8"));
}

/// Runs the file checks of a kind.
fn run(path: &Arc<str>, bytes: &[u8], kind: Kind, parsed: Parsed<'_>, facts: &Facts, findings: &mut Findings) {
    let context = FileContext { path, bytes, kind, parsed, facts };
    for check in &rules::dispatch(kind).file {
        check(&context, findings);
    }
}

/// What a parser did not expect, as findings of the rules it names.
fn syntax_findings(path: &Arc<str>, errors: &[SyntaxError], place: &dyn Fn(Span) -> Place, findings: &mut Findings) {
    for error in errors {
        let rule = rules::by_name(error.rule).unwrap_or(&syntax::JSON);
        let mut finding = Finding::new(rule, place(error.span), error.message.clone());
        finding.help = error.help.clone();
        if let Some((span, text)) = &error.fix {
            let title = error.help.clone().unwrap_or_else(|| "repair the text".to_owned());
            finding = finding.fix(crate::diagnostic::Fix::replace(crate::diagnostic::Safety::Safe, title, path, *span, text.clone()));
        }
        findings.push(finding);
    }
}

/// The pointer of the innermost value around a place.
fn locator_at(tree: &json::Tree, span: Span) -> String {
    tree.at_offset(span.start).map(|hit| hit.node.pointer()).unwrap_or_default()
}
