//! Single numbers, classes, folding and quantising.

use mx2lm_core::pack::arithmetic as core;
use mx2lm_core::pack::class::{Class, fnv1a32};
use mx2lm_core::pack::container::BUDGET;
use mx2lm_core::pack::quantize::{self, dequantize};
use mx2lm_core::pack::{PerClass, dims, fold};
use mx2lm_core::syntax::json::Node;
use serde_json::{Value, json};

use super::read::{self, member, number, numbers, told, told_all, told_classes, unsigned};
use crate::oracle::Refusal;

fn x(input: Node<'_>) -> Result<f64, Refusal> {
    number(member(input, "x")?)
}

fn lane(input: Node<'_>) -> Result<String, Refusal> {
    read::text(member(input, "lane_id")?)
}

/// `pack.round_half_away`.
pub fn round_half_away(input: Node<'_>) -> Result<Value, Refusal> {
    // −0 is an integer that JSON readers of integers do not know.
    told(core::round_half_away(x(input)?) + 0.0)
}

/// `pack.round6`.
pub fn round6(input: Node<'_>) -> Result<Value, Refusal> {
    told(core::round6(x(input)?))
}

/// `pack.clamp01`.
pub fn clamp01(input: Node<'_>) -> Result<Value, Refusal> {
    told(core::clamp01(x(input)?))
}

/// `pack.tanh`.
pub fn hyperbolic_tangent(input: Node<'_>) -> Result<Value, Refusal> {
    told(core::tanh(x(input)?))
}

/// `pack.sin`.
pub fn sine(input: Node<'_>) -> Result<Value, Refusal> {
    told(core::sin(x(input)?))
}

/// `pack.fnv1a32`.
pub fn fnv(input: Node<'_>) -> Result<Value, Refusal> {
    Ok(json!(fnv1a32(&read::text(member(input, "s")?)?)))
}

/// `pack.ratio_q16`.
pub fn ratio(input: Node<'_>) -> Result<Value, Refusal> {
    let count = |name| unsigned::<u32>(member(input, name)?, "an integer from 0 to 4294967295");
    let (clipped, total) = (count("clipped")?, count("total")?);
    if clipped > total {
        return Err(Refusal::Refused(format!("{clipped} of {total} is more than all")));
    }
    Ok(json!(core::ratio_q16(clipped, total)))
}

/// `pack.classify_lane`.
pub fn classify_lane(input: Node<'_>) -> Result<Value, Refusal> {
    Ok(json!(Class::of(&lane(input)?).name()))
}

/// `pack.class_offsets`.
pub fn class_offsets(input: Node<'_>) -> Result<Value, Refusal> {
    let dims = read::dims(input, "dims")?;
    Ok(told_classes(&PerClass::of(|class| class.offset(dims)), |offset| json!(offset)))
}

/// `pack.choose_adaptive_dims`.
pub fn choose_adaptive_dims(input: Node<'_>) -> Result<Value, Refusal> {
    let either = |names: [&str; 2]| names.into_iter().find_map(|name| read::optional(input, name));
    let lanes = unsigned::<usize>(member(input, "L")?, "an integer from 0")?;
    let budget = either(["total_budget", "totalBudget"]).map_or(Ok(BUDGET), |node| unsigned::<usize>(node, "an integer from 0"))?;
    let ladder = match either(["dims_candidates", "dimsCandidates"]) {
        None => dims::LADDER.to_vec(),
        Some(node) => read::items(node)?.map(|step| unsigned::<u16>(step, "an integer from 0 to 65535")).collect::<Result<_, _>>()?,
    };
    Ok(json!(dims::choose_from(lanes, &ladder, budget)))
}

/// `pack.fold_lane_weighted`.
pub fn fold_lane_weighted(input: Node<'_>) -> Result<Value, Refusal> {
    let (stream, dims) = (numbers(member(input, "stream")?)?, read::dims(input, "dims")?);
    let class = Class::of(&lane(input)?);
    let offset = match read::optional(input, "class_offsets") {
        None => class.offset(dims),
        Some(offsets) => unsigned::<u16>(member(offsets, class.name())?, "an integer from 0 to 65535")?,
    };
    told_all(&fold::fold_at(&stream, class.fold_weight(), offset, dims))
}

/// `pack.fold_v1`.
pub fn fold_v1(input: Node<'_>) -> Result<Value, Refusal> {
    told_all(&fold::fold_at(&numbers(member(input, "stream")?)?, 1.0, 0, read::dims(input, "dims")?))
}

fn quantized(input: Node<'_>, scale: f64) -> Result<Vec<i16>, Refusal> {
    quantize::quantize(&numbers(member(input, "weights")?)?, scale).map_err(|error| Refusal::Refused(error.to_string()))
}

fn stored(input: Node<'_>) -> Result<Vec<i16>, Refusal> {
    let one = |node: Node<'_>| {
        let value = node.as_i64().and_then(|value| i16::try_from(value).ok());
        value.ok_or_else(|| Refusal::BadInput(format!("{}: an integer from -32768 to 32767 is wanted", node.pointer())))
    };
    read::items(member(input, "q")?)?.map(one).collect()
}

/// `pack.quant_i16`.
pub fn quant_i16(input: Node<'_>) -> Result<Value, Refusal> {
    Ok(json!(quantized(input, 1.0)?))
}

/// `pack.quant_i16_class_aware`.
pub fn quant_i16_class_aware(input: Node<'_>) -> Result<Value, Refusal> {
    let class = Class::of(&lane(input)?);
    Ok(json!({ "q": quantized(input, class.scale())?, "cls": class.name(), "s": class.scale() }))
}

/// `pack.dequant_i16`.
pub fn dequant_i16(input: Node<'_>) -> Result<Value, Refusal> {
    told_all(&stored(input)?.into_iter().map(|stored| dequantize(stored, 1.0)).collect::<Vec<_>>())
}

/// `pack.dequant_i16_class_aware`.
pub fn dequant_i16_class_aware(input: Node<'_>) -> Result<Value, Refusal> {
    let class = Class::of(&lane(input)?);
    let scale = read::optional(input, "scale").map_or(Ok(class.scale()), number)?;
    told_all(&stored(input)?.into_iter().map(|stored| dequantize(stored, scale)).collect::<Vec<_>>())
}
