//! Package metadata, held against the package it speaks of (seed 003 §5; `DECISIONS` 52).

use super::{
    example::{PACKAGE, package},
    package_graph,
};
use crate::{
    diagnostic::{Fix, Safety, Severity},
    hash::digest::Digest,
    rules::{Check, Docs, Example, Finding, Findings, On, Place, Rule},
    syntax::json::Whole,
    workspace::{
        confine::{self, Location},
        context::WorkspaceContext,
        index::FileState,
    },
};

const ON: On = On::Kinds(&["scxq2.package-metadata"]);

const GOOD: &[Example] =
    &[Example { note: "a package beside its metadata", file: "core.json", files: &[("core.json", package!()), ("core.bin", PACKAGE)] }];

/// A package that is not there, or outside.
pub static PATH: Rule = Rule {
    name: "scxq2/package-path",
    severity: Severity::Error,
    rows: &["A039"],
    on: ON,
    check: Check::Workspace(package),
    fix: None,
    docs: Docs {
        what: "A `scxq2_path` where no file is, or that is absolute, a URL, or leads out of the workspace. It is relative to the document.",
        why: "Metadata without its package describes nothing that could be loaded.",
        fix: "Put the package there, or correct the path.",
        bad: &[Example {
            note: "no such file",
            file: "core.json",
            files: &[("core.json", package!(path = "./kernel.bin")), ("core.bin", PACKAGE)],
        }],
        good: GOOD,
    },
};

/// A hash that is not the package's.
pub static HASH: Rule = Rule {
    name: "scxq2/package-hash",
    severity: Severity::Error,
    rows: &["A040"],
    on: ON,
    check: Check::Elsewhere,
    fix: Some(Safety::Hash),
    docs: Docs {
        what: "A `hash` that is not the SHA-256 of the package's bytes.",
        why: "Builds find each other's results by this hash; a false one brings another package, or none.",
        fix: "Restore the package, or write its true hash with `fix --hashes`.",
        bad: &[Example {
            note: "the hash of an empty file",
            file: "core.json",
            files: &[
                ("core.json", package!(hash = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")),
                ("core.bin", PACKAGE),
            ],
        }],
        good: GOOD,
    },
};

/// A size that is not the package's.
pub static SIZE: Rule = Rule {
    name: "scxq2/package-size",
    severity: Severity::Error,
    rows: &["A041"],
    on: ON,
    check: Check::Elsewhere,
    fix: Some(Safety::Safe),
    docs: Docs {
        what: "A `size` that is not the number of bytes of the package.",
        why: "A loader that trusts the size reads too little, or waits for bytes that never come.",
        fix: "A safe fix writes the true size, when the hash says that the package itself is right.",
        bad: &[Example {
            note: "one byte short",
            file: "core.json",
            files: &[("core.json", package!(size = "21")), ("core.bin", PACKAGE)],
        }],
        good: GOOD,
    },
};

/// A dependency that no package holds.
pub static DEPENDENCY: Rule = Rule {
    name: "scxq2/package-dependency",
    severity: Severity::Error,
    rows: &["A032", "A036"],
    on: ON,
    check: Check::Elsewhere,
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "A name in `dependencies` that is the `component` of no package in the workspace. Names compare exactly.",
        why: "Dependencies are built first. One that is nowhere cannot be, and the build has no order.",
        fix: "Add the metadata of that package, or correct the name; the nearest is offered.",
        bad: &[Example {
            note: "another case",
            file: "ui.json",
            files: &[
                ("ui.json", package!(component = "ui", dependencies = "[\"Core\"]")),
                ("core.json", package!()),
                ("core.bin", PACKAGE),
            ],
        }],
        good: &[Example {
            note: "one needs the other",
            file: "ui.json",
            files: &[
                ("ui.json", package!(component = "ui", dependencies = "[\"core\"]")),
                ("core.json", package!()),
                ("core.bin", PACKAGE),
            ],
        }],
    },
};

/// Packages that need each other.
pub static CYCLE: Rule = Rule {
    name: "scxq2/package-cycle",
    severity: Severity::Error,
    rows: &["A032"],
    on: ON,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "A package that needs itself, directly or by way of others. Every member of the cycle is told.",
        why: "Dependencies are built before what needs them, and in a cycle nothing can be first.",
        fix: "Take one dependency of the cycle away, or move what both need into a third package.",
        bad: &[Example {
            note: "each waits for the other",
            file: "ui.json",
            files: &[
                ("ui.json", package!(component = "ui", dependencies = "[\"core\"]")),
                ("core.json", package!(dependencies = "[\"ui\"]")),
                ("core.bin", PACKAGE),
            ],
        }],
        good: GOOD,
    },
};

fn package(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    package_graph::dependencies(context, findings);
    let Some(tree) = context.json(&context.facts.path).filter(|tree| tree.is_strict()) else { return };
    let Some(node) = tree.root().and_then(|root| root.get("scxq2_path")) else { return };
    let Some(text) = node.as_str().filter(|text| !text.is_empty()) else { return };
    let at_path = |message: String| Finding::new(&PATH, Place::value(node), message);
    let path = match confine::resolve(confine::folder_of(&context.facts.path), &text) {
        Ok(Location::Inside(path)) => path,
        Ok(Location::Stream) => {
            findings.push(at_path(format!("`{text}` is a stream: a package is a file")).help("write the path of the package"));
            return;
        }
        Err(error) => {
            findings.push(at_path(format!("`{text}`: {error}")).help("write the path of the package, from the folder of this document"));
            return;
        }
    };
    let file = match context.file(&path) {
        FileState::Known(file) => file,
        FileState::LinkOutside => {
            findings.push(
                at_path(format!("`{text}` passes through a link that leaves the workspace"))
                    .help("put the package itself into the workspace"),
            );
            return;
        }
        FileState::Unreadable => {
            findings.push(at_path(format!("`{path}` is there and cannot be read")).help("correct the file's permissions"));
            return;
        }
        FileState::Missing => {
            findings.push(at_path(format!("there is no file `{path}`")).help("build the package, or correct the path").spec("load_error"));
            return;
        }
    };
    let Some(root) = tree.root() else { return };
    let declared = root.get("hash").and_then(|hash| Some((hash, Digest::parse(&hash.as_str()?)?)));
    if let Some((hash, digest)) = declared
        && digest != file.digest
    {
        let mut message = format!("`hash` is not the hash of the package `{path}`, which is `{}`", file.digest);
        if let Some(other) = context.same_bytes(&digest).first() {
            message = format!("{message}; the declared value is the hash of `{other}`");
        }
        let title = format!("write the true hash `{}`", file.digest);
        let fix = Fix::replace(Safety::Hash, title, &context.facts.path, hash.span(), format!("\"{}\"", file.digest));
        let help = "restore the package, or write its true hash with `mx2lm-lint fix --hashes`";
        findings.push(Finding::new(&HASH, Place::value(hash), message).help(help).spec("verification_error").fix(fix));
    }
    if let Some(size) = root.get("size")
        && let Some(whole) = size.as_whole()
        && whole != Whole::Is(file.size)
    {
        let mut finding = Finding::new(&SIZE, Place::value(size), format!("`size` is {whole}, and `{path}` has {} bytes", file.size))
            .help(format!("write {}", file.size));
        if declared.is_some_and(|(_, digest)| digest == file.digest) {
            let title = format!("write {}", file.size);
            finding = finding.fix(Fix::replace(Safety::Safe, title, &context.facts.path, size.span(), file.size.to_string()));
        }
        findings.push(finding);
    }
}
