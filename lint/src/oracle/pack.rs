//! `pack.*`: weight packs. The rows; what they call stands in the files below.

mod across;
mod codec;
mod lanes;
mod numbers;
mod read;

use super::Function;

/// Every function of packs, by name.
pub const FUNCTIONS: &[Function] = &[
    row(
        "pack.audit_class",
        "`lanes`: weights by lane",
        "counts by class",
        "how much quantising at the canonical scales clips, by class",
        codec::audit_class,
    ),
    row("pack.audit_lane", "`weights`, `lane_id`", "`cls`, `total`, `clipped`, `ratio_q16`", "the same of one lane", codec::audit_lane),
    row(
        "pack.auto_tune",
        "`initial`: scales by class; `audit`: `clipped` and `total` by class",
        "scales by class",
        "the one adjustment of the scales",
        codec::auto_tune,
    ),
    row("pack.base62", "`i`", "a text", "the number in base 62, digits `0-9A-Za-z`", codec::base62),
    row(
        "pack.check_proof",
        "`lane_sym`, `leaf_hash`, `path`, `root`",
        "`ok`",
        "whether the path leads from the leaf to the root",
        codec::check_proof,
    ),
    row(
        "pack.choose_adaptive_dims",
        "`L`; `dims_candidates`, `total_budget`",
        "a number",
        "the most slots at which so many lanes fit",
        numbers::choose_adaptive_dims,
    ),
    row("pack.clamp01", "`x`", "a number", "into [0, 1]", numbers::clamp01),
    row("pack.class_offsets", "`dims`", "offsets by class", "where folding begins", numbers::class_offsets),
    row("pack.classify_lane", "`lane_id`", "a text", "the class of a lane", numbers::classify_lane),
    row(
        "pack.compat_level",
        "`A`, `B`: `version`, `flags`, `dims`, `lane_ids`; `same_bytes`",
        "0 to 3",
        "how well two packs go together",
        across::compat_level,
    ),
    row("pack.compress_lanes", "`lanes`: anything by lane", "`dict`, `lanes`", "the lanes by symbol", codec::compress_lanes),
    row(
        "pack.container",
        "`lanes`, `dims`; `merkle`, `class_aware`, `audit`, `lane_audit`, `scales`",
        "`hex` and what is in it",
        "a `weights.v2c-bin`",
        codec::container,
    ),
    row("pack.cosine", "`a`, `b`", "a number", "the cosine of two vectors, the longer one folded down", across::cosine),
    row(
        "pack.cross_temporal",
        "`streams`; `pairs`: pairs of lanes",
        "streams",
        "the streams with interactions across time",
        lanes::cross_temporal,
    ),
    row("pack.dequant_i16", "`q`", "weights", "what stored numbers stand for", numbers::dequant_i16),
    row(
        "pack.dequant_i16_class_aware",
        "`q`, `lane_id`; `scale`",
        "weights",
        "the same at the scale of the lane's class",
        numbers::dequant_i16_class_aware,
    ),
    row("pack.down_fold", "`v`, `dims_n`", "a vector", "the vector wrapped around fewer slots", across::down_fold),
    row("pack.fnv1a32", "`s`", "a number", "FNV-1a over the UTF-8 bytes", numbers::fnv),
    row(
        "pack.fold_lane_weighted",
        "`stream`, `lane_id`, `dims`; `class_offsets`",
        "a vector",
        "the stream wrapped around the slots, weighted by class",
        numbers::fold_lane_weighted,
    ),
    row("pack.fold_v1", "`stream`, `dims`", "a vector", "the stream wrapped around the slots, unweighted", numbers::fold_v1),
    row(
        "pack.interaction_matrix",
        "`streams`; `a`, `b`, `full`",
        "streams",
        "the streams with the interactions of windows",
        lanes::interaction_matrix,
    ),
    row("pack.lane_dict", "`lane_ids`", "`dict`, `rev`, `canonical_json`", "symbols for lanes", codec::lane_dict),
    row("pack.manifest", "`hex`; `lanes` (8)", "a manifest", "the manifest of a pack", codec::manifest),
    row("pack.matrix_summaries", "`streams`; `a`, `b`", "streams", "the streams with means of the matrix", lanes::matrix_summaries),
    row("pack.merge_blend", "`T`, `S`, `lambda`", "lanes", "λ of the source and 1 − λ of the target", across::merge_blend),
    row("pack.merge_overlay", "`T`, `S`, `dims_t`", "lanes", "the source in the place of the target", across::merge_overlay),
    row("pack.merge_union", "`T`, `S`", "`lanes`, `dims`, `cut`", "the lanes of both, lanes and dims chosen anew", across::merge_union),
    row("pack.merkle_root", "`leaves`", "`root`, `paths`", "the root, and the way to it from each leaf", codec::merkle_root),
    row("pack.open", "`hex`; `public_key`", "what is in the pack", "the pack, or the first law it breaks", codec::open),
    row("pack.pack_similarity", "`A`, `B`: weights by lane", "a number", "how alike two packs are", across::pack_similarity),
    row("pack.preset_interactions", "`streams`", "streams", "the streams with the interactions of presets", lanes::preset_interactions),
    row("pack.qscale_bytes", "`scales`: by class", "`hex`", "the QSCALE section", codec::qscale_bytes),
    row("pack.quant_i16", "`weights`", "numbers", "weights as int16", numbers::quant_i16),
    row(
        "pack.quant_i16_class_aware",
        "`weights`, `lane_id`",
        "`q`, `cls`, `s`",
        "the same at the scale of the lane's class",
        numbers::quant_i16_class_aware,
    ),
    row("pack.ratio_q16", "`clipped`, `total`", "a number", "a share in units of 1/65535", numbers::ratio),
    row("pack.round6", "`x`", "a number", "six decimals, halves upwards", numbers::round6),
    row("pack.round_half_away", "`x`", "a number", "the nearest integer, halves away from zero", numbers::round_half_away),
    row("pack.semantic_presets", "`streams`", "streams", "the streams with `@early`, `@mid` and `@late`", lanes::semantic_presets),
    row("pack.sin", "`x`", "a number", "the correctly rounded sine", numbers::sine),
    row("pack.svg_streams", "`svg`; `names`: lanes by id", "streams", "a drawing sampled", lanes::svg_streams),
    row("pack.synthesis_v12", "`folded`: vectors by lane; `seed`, `amps`", "`W` by lane", "weights from folded lanes", lanes::synthesis),
    row("pack.tanh", "`x`", "a number", "the correctly rounded hyperbolic tangent", numbers::hyperbolic_tangent),
    row(
        "pack.temporal_combined",
        "`streams`; `schedule`: `decay` or `even`",
        "streams",
        "the streams with `@t*`",
        lanes::temporal_combined,
    ),
    row("pack.temporal_expand", "`streams`, `windows`", "streams", "only the windows of the streams", lanes::temporal_expand),
    row("pack.temporal_split", "`stream`, `windows`", "samples by window", "a stream cut into windows", lanes::temporal_split),
    row("pack.temporal_windows", "`enabled`, `k` (4)", "windows, or null", "windows of equal length", lanes::temporal_windows),
    row(
        "pack.weights_v2_hash",
        "`lanes`, `dims`, `bias`",
        "`pack_hash`, `lanes`: hashes",
        "the hashes of a `weights.v2`",
        codec::weights_v2_hash,
    ),
    row(
        "pack.weights_v2c_hash",
        "`pack`",
        "`sha256`, `same_as_previous`",
        "the hash of a `weights.v2c`; `version` is not hashed, so another one leaves it the same as before",
        codec::weights_v2c_hash,
    ),
];

type Call = fn(mx2lm_core::syntax::json::Node<'_>) -> Result<serde_json::Value, super::Refusal>;

const fn row(name: &'static str, takes: &'static str, gives: &'static str, what: &'static str, call: Call) -> Function {
    Function { name, takes, gives, what, call }
}
