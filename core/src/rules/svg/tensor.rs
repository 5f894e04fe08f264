//! The tensor that a drawing is, or why it is none: what commands, the oracle and packs ask for.
//!
//! A drawing is a tensor when its source breaks no rule that is an error, it has a canonical form, and its model is lawful.

use std::{fmt, sync::Arc};

use super::{
    ILLEGAL_TENSOR,
    element::FORBIDDEN_ELEMENT,
    model::{self, Model},
    walk,
};
use crate::{
    diagnostic::Severity,
    document::{facts::Facts, kind::Kind},
    hash::Digest,
    rules::{FileContext, Finding, Findings, Parsed, Place},
    syntax::xml::Elements,
    tensor::{
        canonical_text,
        graph::Graph,
        model::Model as Points,
        source::{self, Mode},
        structure,
    },
};

/// A lawful tensor.
#[derive(Debug)]
pub struct Tensor {
    /// Its model.
    pub model: Points,
    /// The graph of the model.
    pub graph: Graph,
}

/// Why a drawing is no tensor, or has no canonical form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The specification's name.
    pub name: &'static str,
    /// Where.
    pub place: Place,
    /// What is wrong there.
    pub message: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place.locator.is_empty() {
            true => write!(f, "{}", self.message),
            false => write!(f, "{}: {}", self.place.locator, self.message),
        }
    }
}

impl Refusal {
    fn illegal(message: impl Into<String>, place: Place) -> Self {
        Refusal { name: ILLEGAL_TENSOR, place, message: message.into() }
    }

    fn of(finding: Finding) -> Self {
        Refusal { name: finding.spec_error.unwrap_or(ILLEGAL_TENSOR), place: finding.place, message: finding.message }
    }
}

impl Tensor {
    /// Reads a drawing; `epsilon` is the tolerance of curves in units of 2⁻³² of its extent ([`source::EPSILON`] unless a descriptor says
    /// otherwise).
    pub fn read(bytes: &[u8], epsilon: u64) -> Result<Tensor, Refusal> {
        let text = std::str::from_utf8(bytes).map_err(|error| {
            Refusal::illegal(format!("byte {} is not UTF-8: XML is read as UTF-8 text only", error.valid_up_to()), Place::document())
        })?;
        let reading = Elements::parse(text);
        if let Some(error) = reading.errors.first() {
            return Err(Refusal::illegal(error.message.clone(), Place { locator: String::new(), span: Some(error.span) }));
        }
        let (Some(elements), Some(kind)) = (reading.elements, Kind::by_name("svg")) else {
            return Err(Refusal::illegal("the drawing is no XML", Place::document()));
        };
        let model = Model::of(&elements, epsilon);
        let path: Arc<str> = "drawing.svg".into();
        let facts = Facts::silent(&path, bytes.len() as u64, Digest::EMPTY);
        let context = FileContext { path: &path, bytes, kind, parsed: Parsed::Xml(&elements), facts: &facts };
        let mut findings = Findings::default();
        walk::check_with(&context, &elements, Some(&model), &mut findings);
        let errors = findings.list.into_iter().filter(|finding| finding.severity.unwrap_or(finding.rule.severity) == Severity::Error);
        // forbidden elements come first, whatever stands before them (B157)
        let first = errors.min_by_key(|finding| (finding.rule.name != FORBIDDEN_ELEMENT.name, finding.place.span.map(|span| span.start)));
        if let Some(finding) = first {
            return Err(Refusal::of(finding));
        }
        if let Some((reading, graph)) = model.lawful() {
            return Ok(Tensor { model: reading.drawing.model, graph });
        }
        // what is legal and has no canonical form has a name for it; the rest of the law has been asked above
        match source::read(&elements, epsilon, Mode::Strict) {
            Err(fault) => Err(Refusal { name: fault.name.as_str(), place: model::place(&elements, fault.at), message: fault.message }),
            Ok(reading) => {
                let points = reading.drawing.model;
                let judgement = crate::tensor::legality::judge(&points, &Graph::of(&points));
                match judgement.fault(&points, &reading.drawing.origin) {
                    Some(fault) => {
                        Err(Refusal { name: fault.name.as_str(), place: model::place(&elements, fault.at), message: fault.message })
                    }
                    None => Ok(Tensor { graph: Graph::of(&points), model: points }),
                }
            }
        }
    }

    /// The canonical text.
    pub fn canonical_text(&self) -> String {
        canonical_text::to_string(&self.model)
    }

    /// The hash of the canonical text, `canonical_svg_hash`.
    pub fn canonical_hash(&self) -> Digest {
        canonical_text::digest(&self.model)
    }

    /// The hash of the structural form, `buffer_hash`.
    pub fn buffer_hash(&self) -> Digest {
        structure::digest(&self.model, &self.graph)
    }
}
