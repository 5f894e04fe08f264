//! `pack prove` and `pack check-proof`: that a lane belongs to a pack.

use std::process::ExitCode;

use mx2lm_core::hash::digest::{hex, unhex};
use mx2lm_core::pack::container::open_lazily;
use mx2lm_core::pack::merkle::{self, Side, Step};
use mx2lm_core::syntax::json::Tree;
use serde_json::{Value, json};

use super::{FOUND, lane_of, opened, print, read, refused};
use crate::cli::pack::{CheckProofArgs, ProveArgs};
use crate::output::Failure;

/// `pack prove`.
pub fn prove(arguments: &ProveArgs) -> Result<ExitCode, Failure> {
    let bytes = read(&arguments.pack)?;
    let pack = opened(&arguments.pack, &bytes)?;
    let lane = lane_of(&pack, &arguments.lane)?;
    let step = |step: Step| json!({ "dir": if step.side == Side::Left { 0 } else { 1 }, "sibling_hash": hex(&step.sibling) });
    let path: Vec<Value> = pack.path(lane.symbol).unwrap_or_default().into_iter().map(step).collect();
    let proof = json!({ "lane_sym": lane.symbol, "leaf_hash": hex(&lane.leaf), "path": path });
    print(&format!("{proof:#}\n"))?;
    Ok(ExitCode::SUCCESS)
}

/// `pack check-proof`. The proof speaks of a leaf; that the leaf is the lane's and the root the pack's is looked up in the pack.
pub fn check(arguments: &CheckProofArgs) -> Result<ExitCode, Failure> {
    let refuse = |why: &str| Failure::Refused(format!("`{}` is no proof: {why}", arguments.proof.display()));
    let text = String::from_utf8(read(&arguments.proof)?).map_err(|_| refuse("it is not UTF-8"))?;
    let tree = Tree::parse(text.into());
    if let Some(error) = tree.errors().first() {
        return Err(refuse(&error.message));
    }
    if let Some(twice) = tree.duplicates().first() {
        return Err(refuse(&format!("the member `{}` stands there twice", twice.name)));
    }
    let proof: Value = tree.root().map_or(Value::Null, |root| root.to_value());
    let hash = |value: &Value, name: &str| {
        let digits = value.get(name).and_then(Value::as_str).and_then(unhex::<32>);
        digits.ok_or_else(|| refuse(&format!("`{name}` is wanted: 64 lower-case hexadecimal digits")))
    };
    let symbol = proof.get("lane_sym").and_then(Value::as_str).ok_or_else(|| refuse("`lane_sym` is wanted: a symbol"))?;
    let leaf = hash(&proof, "leaf_hash")?;
    let mut path = Vec::new();
    for step in proof.get("path").and_then(Value::as_array).ok_or_else(|| refuse("`path` is wanted: a list"))? {
        let side = match step.get("dir").and_then(Value::as_u64) {
            Some(0) => Side::Left,
            Some(1) => Side::Right,
            _ => return Err(refuse("`dir` is wanted: 0 for a sibling on the left, 1 for one on the right")),
        };
        path.push(Step { side, sibling: hash(step, "sibling_hash")? });
    }
    let bytes = read(&arguments.pack)?;
    let pack = open_lazily(&bytes).map_err(|fault| refused(&arguments.pack, &fault))?;
    let lane = pack.lane_of_symbol(symbol);
    let root = pack.root().or_else(|| merkle::root(&pack.leaves()));
    let wrong = match lane {
        None => Some(format!("the pack has no lane `{symbol}`")),
        Some(lane) if lane.leaf != leaf => {
            Some(format!("the leaf of `{symbol}` is {} in the pack and {} in the proof", hex(&lane.leaf), hex(&leaf)))
        }
        Some(lane) => pack.verify_lane(lane).err().map(|fault| fault.to_string()),
    };
    // What a proof says beside the way is held to the pack too.
    let text = |name: &str| proof.get(name).and_then(Value::as_str);
    let wrong = wrong.or_else(|| {
        let (named, id) = (text("lane_id")?, &lane?.id);
        (named != id).then(|| format!("`{symbol}` is the lane `{id}` in the pack and `{named}` in the proof"))
    });
    let wrong = wrong.or_else(|| {
        let (named, truth) = (text("merkle_root")?, hex(&root?));
        (named != truth).then(|| format!("the root is {truth} in the pack and {named} in the proof"))
    });
    // A shorter or longer way than the tree is high would prove something about another tree.
    let height = usize::BITS - pack.lanes().len().saturating_sub(1).leading_zeros();
    let wrong = wrong.or_else(|| {
        (path.len() != height as usize)
            .then(|| format!("the path has {} steps where a tree of {} lanes has {height}", path.len(), pack.lanes().len()))
    });
    let wrong =
        wrong.or_else(|| (Some(merkle::climb(&leaf, &path)) != root).then(|| "the path does not lead to the root of the pack".to_owned()));
    match wrong {
        Some(why) => {
            print(&format!("not proved: {why}\n"))?;
            Ok(ExitCode::from(FOUND))
        }
        None => {
            print(&format!(
                "proved: `{}` ({symbol}) belongs to `{}`\n",
                lane.map(|lane| &*lane.id).unwrap_or_default(),
                arguments.pack.display()
            ))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}
