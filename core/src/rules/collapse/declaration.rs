//! Declarations of how inputs of an inference are added (§20.8).

use crate::{
    diagnostic::Severity,
    rules::{Check, Docs, Example, FileContext, Finding, Findings, On, Place, Rule, decimal::Sum},
};

const DECLARATIONS: On = On::Kinds(&["pi-collapse"]);

const GOOD: Example = Example {
    note: "0.6 + 0.3 + 0.1 is 1 as written, and no f64 says so",
    file: "a.collapse.json",
    files: &[(
        "a.collapse.json",
        "{\"collapse\": \"weighted-sum\", \"inputs\": [\"matrix\", \"svg\", \"ngram\"], \"weights\": {\"matrix\": 0.6, \"svg\": 0.3, \"ngram\": 0.1}}\n",
    )],
};

/// Inputs without a weight, and the reverse.
pub static INPUTS: Rule = Rule {
    name: "collapse/input-weights",
    severity: Severity::Error,
    rows: &["B473"],
    on: DECLARATIONS,
    check: Check::File(inputs),
    fix: None,
    docs: Docs {
        what: "A collapse declaration with an input that has no weight, or a weight for what is no input.",
        why: "An input without a weight does not count, and a weight without an input takes its share from nothing.",
        fix: "Name the same in `inputs` and `weights`.",
        bad: &[Example {
            note: "no weight for the drawing",
            file: "a.collapse.json",
            files: &[(
                "a.collapse.json",
                "{\"collapse\": \"weighted-sum\", \"inputs\": [\"matrix\", \"svg\"], \"weights\": {\"matrix\": 1}}\n",
            )],
        }],
        good: &[GOOD],
    },
};

/// Weights that are not a whole.
pub static INPUT_SUM: Rule = Rule {
    name: "collapse/input-sum",
    severity: Severity::Warning,
    rows: &["B474"],
    on: DECLARATIONS,
    check: Check::File(sum),
    fix: None,
    docs: Docs {
        what: "Weights of a collapse declaration that do not add up to 1, as decimal numbers.",
        why: "Each is the share of an input in the score.",
        fix: "Change the weights.",
        bad: &[Example {
            note: "eleven tenths",
            file: "a.collapse.json",
            files: &[(
                "a.collapse.json",
                "{\"collapse\": \"weighted-sum\", \"inputs\": [\"matrix\", \"svg\"], \"weights\": {\"matrix\": 0.6, \"svg\": 0.5}}\n",
            )],
        }],
        good: &[GOOD],
    },
};

fn inputs(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(root) = context.root() else { return };
    let (Some(inputs), Some(weights)) =
        (root.get("inputs").filter(|node| node.is_array()), root.get("weights").filter(|node| node.is_object()))
    else {
        return;
    };
    for input in inputs.items() {
        if let Some(name) = input.as_str()
            && weights.get(&name).is_none()
        {
            let message = format!("the input `{name}` has no weight");
            findings.push(Finding::new(&INPUTS, Place::value(weights), message).help("add its weight, or remove the input"));
        }
    }
    for (name, weight) in weights.members() {
        if !inputs.items().any(|input| input.as_str().is_some_and(|input| input == name)) {
            let message = format!("there is a weight for `{name}`, which is none of the inputs");
            findings.push(Finding::new(&INPUTS, Place::key(weight), message).help("add the input, or remove the weight"));
        }
    }
}

fn sum(context: &FileContext<'_>, findings: &mut Findings) {
    let Some(weights) = context.root().and_then(|root| root.get("weights")).filter(|node| node.is_object() && !node.is_empty()) else {
        return;
    };
    let mut sum = Sum::default();
    for (_, weight) in weights.members() {
        let Some(literal) = weight.number_text().filter(|text| !text.starts_with('-')) else { return };
        sum.add(literal);
    }
    let total = sum.total();
    if !total.is_one() {
        let message = format!("the weights add up to {total}, wanted 1");
        findings.push(Finding::new(&INPUT_SUM, Place::value(weights), message).help("change the weights so that they add up to 1"));
    }
}
