//! Profiles that bind the constants of kernels, and shares of a retrieval score (§9.5, §9.8, §11.2).

use crate::{
    diagnostic::{Fix, Safety, Severity},
    rules::{Check, Docs, Example, FileContext, Finding, Findings, On, Place, Rule},
};

const KERNEL: On = On::Kinds(&["pi-profile.kernel"]);

const GOOD: Example = Example {
    note: "the constants of the text",
    file: "semantic.json",
    files: &[(
        "semantic.json",
        "{\"@pi_profile\": \"semantic.hybrid.v1\", \"epsilon\": 0.1745329, \"suppress_k\": 0.25, \"rotation\": 0.0}\n",
    )],
};

/// A rotation that nothing applies.
pub static ROTATION: Rule = Rule {
    name: "collapse/rotation",
    severity: Severity::Error,
    rows: &["A309", "A312"],
    on: KERNEL,
    check: Check::File(rotation),
    fix: Some(Safety::Unsafe),
    docs: Docs {
        what: "A kernel profile whose `rotation` is not 0.",
        why: "No kernel rotates, on any device: the score would be that of another profile than the one written down.",
        fix: "Write 0, or turn the vectors before they are collapsed.",
        bad: &[Example {
            note: "an eighth of a turn",
            file: "semantic.json",
            files: &[(
                "semantic.json",
                "{\"@pi_profile\": \"semantic.hybrid.v1\", \"epsilon\": 0.1745329, \"suppress_k\": 0.25, \"rotation\": 0.785}\n",
            )],
        }],
        good: &[GOOD],
    },
};

/// A constant without an effect.
pub static SUPPRESS_K: Rule = Rule {
    name: "collapse/suppress-k",
    severity: Severity::Info,
    rows: &["A300"],
    on: KERNEL,
    check: Check::Elsewhere,
    fix: None,
    docs: Docs {
        what: "A `suppress_k` other than 0.25.",
        why: "The suppressing kernel multiplies weights that are zero already, so no value of it changes any score.",
        fix: "Nothing needs to be done; do not expect another score.",
        bad: &[Example {
            note: "half",
            file: "semantic.json",
            files: &[(
                "semantic.json",
                "{\"@pi_profile\": \"semantic.hybrid.v1\", \"epsilon\": 0.1745329, \"suppress_k\": 0.5, \"rotation\": 0}\n",
            )],
        }],
        good: &[GOOD],
    },
};

/// Shares that are not a whole.
pub static BIAS_SUM: Rule = Rule {
    name: "collapse/bias-sum",
    severity: Severity::Warning,
    rows: &["A223"],
    on: On::Kinds(&["pi-profile.kernel", "retrieve.semantic.v1"]),
    check: Check::File(bias_sum),
    fix: None,
    docs: Docs {
        what: "`alpha`, `beta` and `phase` of a retrieval request or of a profile in its preview form that do not add up to 1 within 0.000001.",
        why: "They are the shares of embedding, n-grams and phase in a score. With another sum, scores of two requests cannot be compared.",
        fix: "Change one of the three.",
        bad: &[Example {
            note: "nine tenths",
            file: "analytical.json",
            files: &[("analytical.json", "{\"@pi_profile\": \"analytical.v1\", \"alpha\": 0.4, \"beta\": 0.4, \"phase\": 0.1}\n")],
        }],
        good: &[Example {
            note: "0.1 + 0.7 + 0.2 is 0.9999999999999999 in f64",
            file: "analytical.json",
            files: &[("analytical.json", "{\"@pi_profile\": \"analytical.v1\", \"alpha\": 0.1, \"beta\": 0.7, \"phase\": 0.2}\n")],
        }],
    },
};

fn rotation(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(root) = context.root() else { return };
    if let Some(node) = root.get("rotation")
        && node.as_f64().is_some_and(|angle| angle != 0.0)
    {
        let message = format!("`rotation` is {}, and no kernel rotates: there is no score of this profile", node.raw());
        let fix = Fix::replace(Safety::Unsafe, "replace by `0`", context.path, node.span(), "0");
        findings.push(
            Finding::new(&ROTATION, Place::value(node), message).help("write 0, or turn the vectors before they are collapsed").fix(fix),
        );
    }
    if let Some(node) = root.get("suppress_k")
        && node.as_f64().is_some_and(|k| (0.0..=1.0).contains(&k) && k != 0.25)
    {
        let message = format!("`suppress_k` is {}, and has no effect: the kernel multiplies weights that are zero already", node.raw());
        findings
            .push(Finding::new(&SUPPRESS_K, Place::value(node), message).help("write 0.25, which every other profile has, or leave it"));
    }
}

fn bias_sum(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(root) = context.root() else { return };
    let holder = if context.kind.is("pi-profile.kernel") { Some(root) } else { root.get("bias") };
    let Some(holder) = holder else { return };
    let share = |name: &str| holder.get(name).and_then(|node| node.as_f64()).filter(|share| (0.0..=1.0).contains(share));
    let (Some(alpha), Some(beta), Some(phase)) = (share("alpha"), share("beta"), share("phase")) else { return };
    let sum = alpha + beta + phase;
    if (sum - 1.0).abs() > 1e-6 {
        let place =
            if holder.parent().is_some() { Place::value(holder) } else { holder.get("alpha").map_or_else(Place::document, Place::value) };
        let message = format!("`alpha`, `beta` and `phase` add up to {sum}, wanted 1");
        findings.push(Finding::new(&BIAS_SUM, place, message).help("change one of the three, so that they add up to 1"));
    }
}
