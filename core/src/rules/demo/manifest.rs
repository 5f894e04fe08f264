//! The hash manifest `hashes.json`: path to hash, one entry a file, sorted (B699).

use std::collections::BTreeSet;

use crate::{
    diagnostic::{Fix, Safety, Severity},
    document::{facts::HashOf, kind::Kind},
    hash::digest::Digest,
    rules::{Check, Docs, Example, Finding, Findings, On, Place, Rule, demo::is_demo},
    workspace::{
        confine::{self, Location},
        context::WorkspaceContext,
        index::FileState,
        walk::CONFIG_FILE,
    },
};

const NOTE: &str = "neap\n";
const TRUE: &str = "{\"a/note.txt\": \"sha256:37ea82368eb31677df026843c044a086440e0f76644553f144fc4501dd83c769\"}\n";

const fn rule(name: &'static str, severity: Severity, fix: Option<Safety>, docs: Docs) -> Rule {
    Rule { name, severity, rows: &["B699"], on: On::Kinds(&["demo.hashes"]), check: Check::Elsewhere, fix, docs }
}

const GOOD: &[Example] =
    &[Example { note: "every hash is true", file: "hashes.json", files: &[("hashes.json", TRUE), ("a/note.txt", NOTE)] }];

/// An entry that is not true.
pub static HASH: Rule = Rule {
    check: Check::Workspace(manifest),
    ..rule(
        "demo/manifest-hash",
        Severity::Error,
        Some(Safety::Hash),
        Docs {
            what: "An entry of `hashes.json` that names no file, whose value is not `sha256:` and 64 lower-case hexadecimal digits, or whose hash is not that of the file's bytes. Paths are relative to the manifest and stay inside the workspace.",
            why: "The manifest is what a package is checked against when it has travelled. An entry that is false makes a true package look corrupted, or hides that it is.",
            fix: "Restore the file, or write its true hash with `mx2lm-lint fix --hashes`.",
            bad: &[Example {
                note: "a file that changed",
                file: "hashes.json",
                files: &[("hashes.json", TRUE), ("a/note.txt", "spring\n")],
            }],
            good: GOOD,
        },
    )
};

/// Entries out of order.
pub static ORDER: Rule = rule(
    "demo/manifest-order",
    Severity::Warning,
    None,
    Docs {
        what: "Entries of a demo's `hashes.json` that are not sorted by the bytes of their paths.",
        why: "Two manifests of one package should be one text, so that a difference is a difference of content.",
        fix: "Sort the entries.",
        bad: &[],
        good: GOOD,
    },
);

/// A file that the manifest leaves out.
pub static COMPLETE: Rule = rule(
    "demo/manifest-complete",
    Severity::Error,
    None,
    Docs {
        what: "A document of a demo, or its payload, that `hashes.json` does not list. The manifest itself and `mx2lm.toml` need not be listed.",
        why: "What is not listed can be changed without anybody noticing.",
        fix: "Add the file and its hash.",
        bad: &[],
        good: GOOD,
    },
);

fn manifest(context: &WorkspaceContext<'_>, findings: &mut Findings) {
    let demo = is_demo(context);
    let Some(tree) = context.json(&context.facts.path).filter(|tree| tree.is_strict()) else { return };
    let Some(root) = tree.root().filter(|root| root.is_object()) else { return };
    let folder = confine::folder_of(&context.facts.path);
    // Other programs write files of this name too: outside a demo it counts when it claims to hold a SHA-256.
    if !demo && !root.members().any(|(_, value)| value.as_str().is_some_and(|text| claims_a_hash(&text))) {
        return;
    }
    let mut before: Option<String> = None;
    let mut unsorted = false;
    for (name, value) in root.members() {
        let text = value.as_str();
        if demo && !unsorted && before.as_ref().is_some_and(|before| before.as_bytes() > name.as_bytes()) {
            unsorted = true;
            let message = format!("`{name}` stands after `{}`: the entries are not sorted", before.unwrap_or_default());
            findings.push(Finding::new(&ORDER, Place::key(value), message).help("sort the entries by their paths"));
        }
        before = Some(name.to_string());
        let digest = text.as_deref().and_then(Digest::parse);
        let Some(digest) = digest else {
            let message = format!("the hash of `{name}` is not `sha256:` and 64 lower-case hexadecimal digits");
            findings.push(Finding::new(&HASH, Place::value(value), message).help("write the SHA-256 of the file"));
            continue;
        };
        let path = match confine::resolve(folder, &name) {
            Ok(Location::Inside(path)) => path,
            Ok(Location::Stream) => continue,
            Err(error) => {
                findings.push(Finding::new(&HASH, Place::key(value), format!("`{name}`: {error}")).help("name a file of the package"));
                continue;
            }
        };
        match context.file(&path) {
            FileState::Known(file) if file.digest == digest => {}
            FileState::Known(file) => {
                let message = format!("`{name}` has the hash `{}`, and this says `{digest}`", file.digest);
                let title = format!("write the true hash `{}`", file.digest);
                let fix = Fix::replace(Safety::Hash, title, &context.facts.path, value.span(), format!("\"{}\"", file.digest));
                let help = "restore the file, or write its true hash with `mx2lm-lint fix --hashes`";
                findings.push(Finding::new(&HASH, Place::value(value), message).help(help).spec("verification_error").fix(fix));
            }
            FileState::LinkOutside => {
                let message = format!("`{name}` passes through a link that leaves the workspace: it is not opened");
                findings.push(Finding::new(&HASH, Place::key(value), message).help("put the file itself into the workspace"));
            }
            FileState::Unreadable => {
                let message = format!("`{path}` is there and cannot be read");
                findings.push(Finding::new(&HASH, Place::key(value), message).help("correct the file's permissions").spec("load_error"));
            }
            FileState::Missing => {
                let message = format!("there is no file `{path}`");
                findings.push(Finding::new(&HASH, Place::key(value), message).help("add the file, or remove the entry").spec("load_error"));
            }
        }
    }
    if demo {
        complete(context, folder, findings);
    }
}

/// `sha256:` in any case, or 64 hexadecimal digits alone.
fn claims_a_hash(text: &str) -> bool {
    let prefixed = text.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("sha256:"));
    prefixed || text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Every document of the folder of the manifest, and every payload of one, must be listed.
fn complete(context: &WorkspaceContext<'_>, folder: &str, findings: &mut Findings) {
    let inside = |path: &str| folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    let listed: BTreeSet<&str> = context
        .facts
        .hashes
        .iter()
        .filter_map(|hash| match &hash.of {
            HashOf::File(path) => Some(&**path),
            _ => None,
        })
        .collect();
    let mut wanted = BTreeSet::new();
    for facts in Kind::all().filter(|kind| kind.family() != "config").flat_map(|kind| context.of_kind(kind.name())) {
        wanted.extend(context.payload_of(&facts).map(|payload| payload.path.to_string()));
        wanted.insert(facts.path.to_string());
    }
    wanted.remove(&*context.facts.path);
    wanted.remove(CONFIG_FILE);
    for path in wanted.iter().filter(|path| inside(path) && !listed.contains(path.as_str())) {
        let message = format!("`{path}` is not listed: it could change without anybody noticing");
        findings.push(Finding::new(&COMPLETE, Place::document(), message).help("add the file and its hash"));
    }
}
