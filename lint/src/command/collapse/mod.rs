//! `collapse`: the scores of documents under a profile, and receipts of them.

pub mod conformance;
pub mod input;
mod plot;
mod receipt;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use mx2lm_core::collapse::profile::LeafCache;
use mx2lm_core::collapse::{Corpus, DocumentError, Instructions, Threshold, rank};
use serde_json::{Value, json};

use self::input::{Documents, Prepared};
use crate::cli::collapse::{CollapseArgs, CollapseCommand, Device};
use crate::cli::{Color, DataFormat};
use crate::output::{Failure, apart, tell, to_file, to_stdout};
use crate::report::count;

/// Where the scores came from.
pub struct Computed {
    /// The score of each document, in the order of the documents.
    pub scores: Vec<f64>,
    /// For each leaf of the plan how many pairs of each document are aligned.
    pub aligned: Vec<Vec<usize>>,
    /// The device that added, as people name it.
    pub device: String,
    /// Why not the device that was asked for.
    pub fallback: Option<String>,
}

/// Runs the command.
pub fn run(arguments: &CollapseArgs) -> Result<ExitCode, Failure> {
    match &arguments.command {
        Some(CollapseCommand::Verify(verify)) => return receipt::verify(verify),
        Some(CollapseCommand::Conformance(conformance)) => return conformance::run(conformance),
        None => {}
    }
    let Some(path) = &arguments.profile else { return Err(Failure::Refused("a profile is wanted".into())) };
    let prepared = input::prepare(input::profile(path)?)?;
    let documents = chosen(&prepared, &arguments.against, arguments.query.as_deref())?;
    spare(arguments, &prepared, &documents)?;
    let computed = compute(&prepared, &documents, arguments.device)?;
    if let Some(why) = &computed.fallback {
        tell(format_args!("mx2lm-lint: the processor computes: {why}"));
    }
    if let Some(path) = &arguments.receipt {
        receipt::write(path, &prepared, &documents, &computed)?;
    }
    let mut order: Vec<usize> = (0..documents.list.len()).collect();
    let key = |document: &usize| (computed.scores[*document], documents.list[*document].id.as_str());
    order.sort_by(|one, other| rank::order(key(one), key(other)));
    if let Some(path) = &arguments.plot {
        let picture = plot::draw(&prepared, &documents, &computed, &order).bytes(path).map_err(Failure::Refused)?;
        to_file(path, &picture)?;
    }
    order.truncate(arguments.top.unwrap_or(usize::MAX));
    to_stdout(Color::Never, |out, _| match arguments.format {
        DataFormat::Text => out.write_all(text(&prepared, &documents, &computed, &order).as_bytes()),
        DataFormat::Json => writeln!(out, "{:#}", described(&prepared, &documents, &computed, &order)),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Refuses to write over what is read: a receipt that replaced its profile would bear witness of nothing.
fn spare(arguments: &CollapseArgs, prepared: &Prepared, documents: &Documents) -> Result<(), Failure> {
    let (receipt, plot) = (arguments.receipt.as_deref(), arguments.plot.as_deref());
    for path in [receipt, plot].into_iter().flatten() {
        let profiles = prepared.sources.iter().map(|source| source.path.as_path());
        apart(profiles.chain(documents.origins.iter().map(|origin| origin.path.as_path())), path)?;
    }
    let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    match (receipt, plot) {
        (Some(one), Some(other)) if real(one) == real(other) => {
            Err(Failure::Refused(format!("`{}` cannot be both the receipt and the picture: name two files", one.display())))
        }
        _ => Ok(()),
    }
}

/// The documents that were named; a profile's own test vectors where none were.
pub fn chosen(prepared: &Prepared, against: &[PathBuf], query: Option<&Path>) -> Result<Documents, Failure> {
    let Some(root) = prepared.sources.first() else { return Ok(Documents::default()) };
    let documents = if against.is_empty() { input::test_vectors(root)? } else { input::documents(against, query)? };
    if documents.list.is_empty() {
        let message = "there is nothing to collapse: name files with --against, or give the profile runnable test vectors";
        return Err(Failure::Refused(message.into()));
    }
    Ok(documents)
}

/// Computes the scores.
pub fn compute(prepared: &Prepared, documents: &Documents, device: Device) -> Result<Computed, Failure> {
    let refused = |error: DocumentError| {
        let id = documents.list.get(error.document).map_or("", |document| document.id.as_str());
        Failure::Refused(format!("`{id}` has no score: {}", error.error))
    };
    let lists = documents.list.iter().map(|document| (document.a.as_slice(), document.b.as_slice()));
    let corpus = Corpus::new(lists).map_err(refused)?;
    let mut on = on_device(device, &corpus);
    let mut aligned = Vec::new();
    let columns = |thresholds: &[Threshold]| {
        let mut columns = Vec::with_capacity(thresholds.len());
        for threshold in thresholds {
            let collapsed = on.collapse(&corpus, *threshold)?;
            columns.push(collapsed.iter().map(|one| one.score).collect());
            aligned.push((threshold.bits(), collapsed.iter().map(|one| one.aligned).collect::<Vec<usize>>()));
        }
        Ok(columns)
    };
    let scores = prepared.plan.evaluate_by(&mut LeafCache::default(), columns).map_err(refused)?;
    let of_leaf = |threshold: Threshold| aligned.iter().find(|(bits, _)| *bits == threshold.bits()).map(|(_, aligned)| aligned.clone());
    let aligned = prepared.plan.leaves().filter_map(of_leaf).collect();
    Ok(Computed { scores, aligned, device: on.name, fallback: on.fallback })
}

/// What adds.
struct On {
    name: String,
    fallback: Option<String>,
    #[cfg(feature = "gpu")]
    gpu: Option<mx2lm_core::gpu::Gpu>,
}

fn processor() -> String {
    format!("processor ({})", Instructions::best().name())
}

#[cfg(feature = "gpu")]
fn on_device(device: Device, corpus: &Corpus) -> On {
    use mx2lm_core::gpu::{Adapters, Gpu};
    // Below this many pairs a device takes longer to open than the processor takes to answer.
    const WORTH_IT: usize = 1 << 24;
    let mut on = On { name: processor(), fallback: None, gpu: None };
    if device == Device::Gpu || (device == Device::Auto && corpus.pairs() >= WORTH_IT) {
        match Gpu::open(Adapters::Hardware) {
            Ok(gpu) => {
                on.name = gpu.name().to_owned();
                on.gpu = Some(gpu);
            }
            Err(why) if device == Device::Gpu => on.fallback = Some(why.to_string()),
            Err(_) => {}
        }
    }
    on
}

#[cfg(not(feature = "gpu"))]
fn on_device(device: Device, _: &Corpus) -> On {
    let fallback = (device == Device::Gpu).then(|| "this program was built without support of graphics processors".to_owned());
    On { name: processor(), fallback }
}

impl On {
    #[cfg(feature = "gpu")]
    fn collapse(&mut self, corpus: &Corpus, threshold: Threshold) -> Result<Vec<mx2lm_core::collapse::Collapse>, DocumentError> {
        if let Some(gpu) = &self.gpu {
            let (collapsed, why) = mx2lm_core::collapse::device::collapse(gpu, corpus, threshold)?;
            if let Some(why) = why {
                // Told once; from here on nobody asks the device again.
                (self.name, self.fallback, self.gpu) = (processor(), Some(why.to_string()), None);
            }
            return Ok(collapsed);
        }
        corpus.collapse(threshold)
    }

    #[cfg(not(feature = "gpu"))]
    fn collapse(&mut self, corpus: &Corpus, threshold: Threshold) -> Result<Vec<mx2lm_core::collapse::Collapse>, DocumentError> {
        corpus.collapse(threshold)
    }
}

/// The bits of a number as 16 hexadecimal digits.
pub fn bits(value: f64) -> String {
    format!("{:016x}", value.to_bits())
}

fn text(prepared: &Prepared, documents: &Documents, computed: &Computed, order: &[usize]) -> String {
    let mut text = String::new();
    if let Some(root) = prepared.sources.first() {
        text.push_str(&format!(
            "{}  {}\n",
            root.profile.name,
            root.fingerprint.as_deref().unwrap_or("(no fingerprint: the file has no canonical form)")
        ));
    }
    text.push_str(&format!("{}, on the {}\n", count(documents.list.len(), "document"), computed.device));
    for (place, document) in order.iter().enumerate() {
        let one = &documents.list[*document];
        let aligned: Vec<String> = computed.aligned.iter().map(|leaf| leaf[*document].to_string()).collect();
        let pairs = one.a.len();
        text.push_str(&format!(
            "{:>5}  {:>+20.16}  {}  ({} of {pairs} aligned)\n",
            place + 1,
            computed.scores[*document],
            one.id,
            aligned.join(", ")
        ));
    }
    text
}

fn described(prepared: &Prepared, documents: &Documents, computed: &Computed, order: &[usize]) -> Value {
    let results: Vec<Value> = order
        .iter()
        .map(|document| {
            let (one, score) = (&documents.list[*document], computed.scores[*document]);
            let aligned: Vec<usize> = computed.aligned.iter().map(|leaf| leaf[*document]).collect();
            json!({ "id": one.id, "score": score, "bits": bits(score), "pairs": one.a.len(), "aligned": aligned })
        })
        .collect();
    json!({
        "version": 1,
        "profile": profile(prepared),
        "thresholds": thresholds(prepared),
        "device": computed.device,
        "fallback": computed.fallback,
        "documents": documents.list.len(),
        "results": results,
    })
}

fn profile(prepared: &Prepared) -> Value {
    prepared.sources.first().map_or(Value::Null, |root| json!({ "name": root.profile.name, "fingerprint": root.fingerprint }))
}

/// The tolerance of each leaf.
pub fn thresholds(prepared: &Prepared) -> Vec<Value> {
    use mx2lm_core::collapse::profile::Step;
    let of = |step: &Step| match step {
        Step::Leaf { name, threshold } => {
            Some(json!({ "profile": name, "epsilon": threshold.epsilon(), "value": threshold.value(), "bits": bits(threshold.value()) }))
        }
        Step::Sum { .. } => None,
    };
    prepared.plan.steps().iter().filter_map(of).collect()
}
