//! Small true documents for the examples on the rules' pages.

/// The payload of the example descriptor.
pub(crate) const GREETING: &str = "{\"greeting\": \"hello\"}\n";

/// A lawful descriptor of [`GREETING`], parts of which may be said otherwise: `descriptor!()`, `descriptor!(hash = "…")`. `more` is
/// put between `authority` and `projections` and ends in a comma and a line end.
macro_rules! descriptor {
    ($($part:ident = $value:literal),*) => {
        $crate::rules::examples::descriptor!(
            @ [$($part = $value),*]
            "object://example/greeting",
            "sha256:e93f37cb4045fc83a32655a5057c8997d498d940246ca8f95a5f99890788efd9",
            "./greeting.json",
            "none",
            "",
            "{\n    \"default\": { \"type\": \"json\", \"emit\": { \"text\": \"@payload.greeting\" } }\n  }"
        )
    };
    (@ [id = $v:literal $(, $($rest:tt)*)?] $id:expr, $hash:expr, $at:expr, $authority:expr, $more:expr, $views:expr) => {
        $crate::rules::examples::descriptor!(@ [$($($rest)*)?] $v, $hash, $at, $authority, $more, $views)
    };
    (@ [hash = $v:literal $(, $($rest:tt)*)?] $id:expr, $hash:expr, $at:expr, $authority:expr, $more:expr, $views:expr) => {
        $crate::rules::examples::descriptor!(@ [$($($rest)*)?] $id, $v, $at, $authority, $more, $views)
    };
    (@ [location = $v:literal $(, $($rest:tt)*)?] $id:expr, $hash:expr, $at:expr, $authority:expr, $more:expr, $views:expr) => {
        $crate::rules::examples::descriptor!(@ [$($($rest)*)?] $id, $hash, $v, $authority, $more, $views)
    };
    (@ [authority = $v:literal $(, $($rest:tt)*)?] $id:expr, $hash:expr, $at:expr, $authority:expr, $more:expr, $views:expr) => {
        $crate::rules::examples::descriptor!(@ [$($($rest)*)?] $id, $hash, $at, $v, $more, $views)
    };
    (@ [more = $v:literal $(, $($rest:tt)*)?] $id:expr, $hash:expr, $at:expr, $authority:expr, $more:expr, $views:expr) => {
        $crate::rules::examples::descriptor!(@ [$($($rest)*)?] $id, $hash, $at, $authority, $v, $views)
    };
    (@ [projections = $v:literal $(, $($rest:tt)*)?] $id:expr, $hash:expr, $at:expr, $authority:expr, $more:expr, $views:expr) => {
        $crate::rules::examples::descriptor!(@ [$($($rest)*)?] $id, $hash, $at, $authority, $more, $v)
    };
    (@ [] $id:expr, $hash:expr, $at:expr, $authority:expr, $more:expr, $views:expr) => {
        concat!(
            "{\n  \"$schema\": \"object://schema/object.v1\",\n  \"id\": \"",
            $id,
            "\",\n  \"hash\": \"",
            $hash,
            "\",\n  \"payload\": {\n    \"type\": \"json\",\n    \"mime\": \"application/json\",\n    \"location\": \"",
            $at,
            "\"\n  },\n  \"authority\": \"",
            $authority,
            "\",\n",
            $more,
            "  \"projections\": ",
            $views,
            "\n}\n"
        )
    };
}
pub(crate) use descriptor;
