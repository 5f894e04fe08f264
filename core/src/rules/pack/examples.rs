//! True documents of this family for the rules' pages.

/// Lawful weights in JSON: two lanes of one weight each are the least that shows an order. Parts may be said otherwise.
macro_rules! weights_v2c {
    () => {
        $crate::rules::pack::examples::weights_v2c!("16", r#""@0": "attention", "@1": "policy""#, "0.1", "")
    };
    ($dims:literal, $dict:literal, $first:literal, $more:literal) => {
        concat!(
            "{\n  \"version\": \"weights.v2c\",\n  \"dims\": ",
            $dims,
            ",\n  \"bias\": 0.05,\n  \"dict\": {",
            $dict,
            "},\n  \"lanes\": {\n    \"@0\": {\"W\": [",
            $first,
            ", 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, -0.1, -0.2, -0.3, -0.4, -0.5, -0.6, -0.7, -0.8]},\n",
            "    \"@1\": {\"W\": [0, 0.25, 0, 0.25, 0, 0.25, 0, 0.25, 0, 0.25, 0, 0.25, 0, 0.25, 0, 0.25]}\n  },\n",
            $more,
            "  \"meta\": {\"law\": \"lane-dict-scxq2\", \"compiler\": \"LOCAL_COMPILER_v1.1\"}\n}\n"
        )
    };
}
pub(super) use weights_v2c;

/// Lawful weights under their own names, with more members if wanted.
macro_rules! weights_v2 {
    ($more:literal) => {
        concat!(
            "{\n  \"version\": \"weights.v2\",\n  \"dims\": 2,\n  \"bias\": 0.05,\n",
            "  \"lanes\": {\"policy@t0\": {\"W\": [0.25, -0.5]}}",
            $more,
            "\n}\n"
        )
    };
}
pub(super) use weights_v2;

/// A compatibility report on the packs `a` and `b` beside it.
macro_rules! compat_report {
    ($level:literal, $merge:literal) => {
        concat!(
            "{\n  \"schema\": \"asx.pack.compat.v1\",\n  \"version\": \"1.0\",\n  \"dims\": 16,\n",
            "  \"lane_law\": \"v1\",\n  \"quant_law\": \"v1\",\n  \"fold_law\": \"v1\",\n",
            "  \"packs\": [\"a.weights.v2c-bin\", \"b.weights.v2c-bin\"],\n",
            "  \"compatibility\": {\"level\": ",
            $level,
            ", \"merge_allowed\": ",
            $merge,
            "}\n}\n"
        )
    };
}
pub(super) use compat_report;

use crate::rules::Example;

/// Weights in JSON that keep every law.
pub(super) const LAWFUL: &[Example] =
    &[Example { note: "two lanes in order", file: "a.weights.v2c.json", files: &[("a.weights.v2c.json", weights_v2c!())] }];
