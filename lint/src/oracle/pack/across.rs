//! Several packs.

use std::collections::BTreeSet;

use mx2lm_core::pack::compat::{Traits, judge};
use mx2lm_core::pack::fold;
use mx2lm_core::pack::merge;
use mx2lm_core::pack::similarity::{self, Lanes};
use mx2lm_core::syntax::json::Node;
use serde_json::{Value, json};

use super::read::{self, lanes, member, number, numbers, told, told_all, told_lanes, unsigned};
use crate::oracle::Refusal;

fn told_map(lanes: &Lanes) -> Result<Value, Refusal> {
    told_lanes(lanes.iter().map(|(id, weights)| (id.as_str(), weights.as_slice())))
}

fn refused(refusal: merge::Refusal) -> Refusal {
    Refusal::Refused(refusal.to_string())
}

/// `pack.down_fold`.
pub fn down_fold(input: Node<'_>) -> Result<Value, Refusal> {
    let (vector, dims) = (numbers(member(input, "v")?)?, read::dims(input, "dims_n")?);
    let folded = fold::down_fold(&vector, dims);
    told_all(
        &folded
            .ok_or_else(|| Refusal::Refused(format!("{} slots would become {dims}: vectors are folded down and never up", vector.len())))?,
    )
}

/// `pack.cosine`.
pub fn cosine(input: Node<'_>) -> Result<Value, Refusal> {
    told(similarity::cosine(&numbers(member(input, "a")?)?, &numbers(member(input, "b")?)?))
}

/// `pack.pack_similarity`.
pub fn pack_similarity(input: Node<'_>) -> Result<Value, Refusal> {
    told(similarity::of_packs(&lanes(member(input, "A")?)?, &lanes(member(input, "B")?)?))
}

/// `pack.compat_level`.
pub fn compat_level(input: Node<'_>) -> Result<Value, Refusal> {
    let ids =
        |name: &str| -> Result<Vec<String>, Refusal> { read::items(member(member(input, name)?, "lane_ids")?)?.map(read::text).collect() };
    let (ids_a, ids_b) = (ids("A")?, ids("B")?);
    let a = traits(member(input, "A")?, &ids_a)?;
    let b = traits(member(input, "B")?, &ids_b)?;
    Ok(json!(judge(&a, &b, read::flag(input, "same_bytes")?).level.number()))
}

fn traits<'a>(node: Node<'_>, ids: &'a [String]) -> Result<Traits<'a>, Refusal> {
    let short = |name: &str| unsigned::<u16>(member(node, name)?, "an integer from 0 to 65535");
    let lanes: BTreeSet<&str> = ids.iter().map(String::as_str).collect();
    Ok(Traits { version: short("version")?, flags: short("flags")?, dims: short("dims")?, lanes })
}

fn both(input: Node<'_>) -> Result<(Lanes, Lanes), Refusal> {
    Ok((lanes(member(input, "T")?)?, lanes(member(input, "S")?)?))
}

/// `pack.merge_overlay`.
pub fn merge_overlay(input: Node<'_>) -> Result<Value, Refusal> {
    let (target, source) = both(input)?;
    told_map(&merge::overlay(&target, &source, read::dims(input, "dims_t")?).map_err(refused)?)
}

/// `pack.merge_blend`.
pub fn merge_blend(input: Node<'_>) -> Result<Value, Refusal> {
    let (target, source) = both(input)?;
    told_map(&merge::blend(&target, &source, number(member(input, "lambda")?)?).map_err(refused)?)
}

/// `pack.merge_union`.
pub fn merge_union(input: Node<'_>) -> Result<Value, Refusal> {
    let (target, source) = both(input)?;
    let (lanes, cut) = merge::union(&target, &source).map_err(refused)?;
    let dims = lanes.values().next().map_or(0, Vec::len);
    Ok(json!({ "lanes": told_map(&lanes)?, "dims": dims, "cut": cut }))
}
