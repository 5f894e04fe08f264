//! The tolerance that the curves of a drawing have in a command: the one given by hand, else the one its descriptor declares, else 2⁻¹⁰.

use std::fmt;
use std::path::Path;

use mx2lm_core::scxq2::layout;
use mx2lm_core::tensor::{number, source};
use mx2lm_core::workspace::tolerance;
use serde_json::{Map, Value, json};

use crate::cli::EpsilonArgs;
use crate::output::Failure;
use crate::paths::Base;

/// A tolerance, and who says so.
pub struct Tolerance {
    /// In units of 2⁻³² of the extent.
    pub q32: u64,
    by: By,
}

enum By {
    Hand,
    /// The descriptor, as seen from the working directory.
    Descriptor(String),
    Nobody,
}

impl Tolerance {
    /// Of the drawing in the file at `path`, whose bytes these are.
    pub fn of(path: &Path, bytes: &[u8], arguments: &EpsilonArgs) -> Result<Self, Failure> {
        if let Some(text) = &arguments.epsilon {
            let q32 = number::to_q32(text).and_then(|q32| u64::try_from(q32).ok()).filter(|q32| (1..=1 << 32).contains(q32));
            let wrong = || Failure::Refused(format!("`--epsilon` is `{text}`, and wanted is a number greater than 0 and at most 1"));
            return Ok(Tolerance { q32: q32.ok_or_else(wrong)?, by: By::Hand });
        }
        let nobody = Tolerance { q32: source::EPSILON, by: By::Nobody };
        if bytes.starts_with(&layout::MAGIC) || !tolerance::matters(bytes) {
            return Ok(nobody);
        }
        let Some(declared) = tolerance::declared(&[path.to_owned(), path.with_extension("scxq2")]) else { return Ok(nobody) };
        let here = std::env::current_dir().and_then(|here| here.canonicalize()).unwrap_or_default();
        let by = Base::new(&declared.root, &here).path(&declared.by);
        Ok(Tolerance { q32: declared.tolerance, by: By::Descriptor(by) })
    }

    /// Whether there is anything to say of it: of curves that have the usual tolerance there is not.
    pub fn is_told(&self) -> bool {
        !matches!(self.by, By::Nobody)
    }

    /// As a part of the drawing's extent.
    fn value(&self) -> f64 {
        self.q32 as f64 / (1u64 << 32) as f64
    }

    /// Adds it to an answer, where there is anything to say.
    pub fn describe(&self, answer: &mut Map<String, Value>) {
        if self.is_told() {
            answer.insert("epsilon".into(), json!(self.value()));
        }
        if let By::Descriptor(by) = &self.by {
            answer.insert("epsilon_declared_by".into(), json!(by));
        }
    }
}

impl fmt::Display for Tolerance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.value())?;
        match &self.by {
            By::Hand => write!(f, " (`--epsilon`)"),
            By::Descriptor(by) => write!(f, " (the `epsilon` of `{by}`)"),
            By::Nobody => Ok(()),
        }
    }
}
