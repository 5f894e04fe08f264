//! How hashes are spelled in documents that have no schema yet; the schemas see to the others.

use crate::{
    diagnostic::{Fix, Safety, Severity},
    hash::digest::Digest,
    rules::{Check, Docs, Example, FileContext, Finding, Findings, On, Place, Rule},
    syntax::json::{Node, quote},
};

/// A hash that is not `sha256:` and 64 lower-case digits.
pub static RULE: Rule = Rule {
    name: "object/hash-form",
    severity: Severity::Error,
    rows: &["A537", "C646"],
    on: On::Any,
    check: Check::File(hash_form),
    fix: Some(Safety::Safe),
    docs: Docs {
        what: "A text under `hash`, or under a name that ends in `_hash` or `_root`, that begins `sha256:` and does not go on with exactly 64 lower-case hexadecimal digits.",
        why: "Hashes are compared as texts. One in upper case or of another length is equal to none.",
        fix: "A safe fix writes upper-case digits in lower case. Everything else has to be computed again.",
        bad: &[Example {
            note: "upper-case digits",
            file: "team.json",
            files: &[(
                "team.json",
                "{\"$schema\": \"object://schema/ai.agent.reply.v1\", \"hash\": \"sha256:E93F37CB4045FC83A32655A5057C8997D498D940246CA8F95A5F99890788EFD9\"}\n",
            )],
        }],
        good: &[Example {
            note: "as it should be",
            file: "team.json",
            files: &[(
                "team.json",
                "{\"$schema\": \"object://schema/ai.agent.reply.v1\", \"hash\": \"sha256:e93f37cb4045fc83a32655a5057c8997d498d940246ca8f95a5f99890788efd9\"}\n",
            )],
        }],
    },
};

fn hash_form(context: &FileContext<'_>, findings: &mut Findings) {
    if context.kind.info().has_schema_file {
        return;
    }
    if let Some(root) = context.root() {
        below(root, context, findings);
    }
}

/// The depth of a tree is bounded, and so is this recursion.
fn below(node: Node<'_>, context: &FileContext<'_>, findings: &mut Findings) {
    for (name, value) in node.members() {
        if value.is_string()
            && value.raw().starts_with("\"sha256:")
            && (name == "hash" || name.ends_with("_hash") || name.ends_with("_root"))
        {
            hash(value, context, findings);
        } else {
            below(value, context, findings);
        }
    }
    node.items().for_each(|item| below(item, context, findings));
}

fn hash(node: Node<'_>, context: &FileContext<'_>, findings: &mut Findings) {
    let Some(text) = node.as_str() else { return };
    if Digest::parse(&text).is_some() {
        return;
    }
    let digits = text.strip_prefix("sha256:").unwrap_or_default();
    let is_hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
    let right = text.to_ascii_lowercase();
    let finding = |message: String| Finding::new(&RULE, Place::value(node), message);
    findings.push(if is_hex && digits.len() == 64 {
        let fix = Fix::replace(Safety::Safe, "write the digits in lower case", context.path, node.span(), quote(&right));
        finding("the hash has upper-case digits, and hashes are compared as texts".to_owned()).help("write them in lower case").fix(fix)
    } else if is_hex {
        finding(format!("the hash has {} digits, wanted 64", digits.len())).help("write the whole SHA-256")
    } else {
        finding("the hash holds something else than hexadecimal digits".to_owned())
            .help("write `sha256:` and 64 lower-case hexadecimal digits")
    });
}
