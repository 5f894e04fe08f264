//! Small true documents for the examples on the rules' pages.

/// The payload of the example descriptor.
pub(crate) const GREETING: &str = "{\"greeting\": \"hello\"}\n";

/// A lawful descriptor of [`GREETING`], one part of which may be said otherwise: `descriptor!()`, `descriptor!(hash = "…")`.
macro_rules! descriptor {
    () => {
        $crate::rules::examples::descriptor!(id = "object://example/greeting")
    };
    (id = $id:literal) => {
        $crate::rules::examples::descriptor!(@ $id, "sha256:e93f37cb4045fc83a32655a5057c8997d498d940246ca8f95a5f99890788efd9", "./greeting.json", "")
    };
    (hash = $hash:literal) => {
        $crate::rules::examples::descriptor!(@ "object://example/greeting", $hash, "./greeting.json", "")
    };
    (location = $location:literal) => {
        $crate::rules::examples::descriptor!(@ "object://example/greeting", "sha256:e93f37cb4045fc83a32655a5057c8997d498d940246ca8f95a5f99890788efd9", $location, "")
    };
    (more = $more:literal) => {
        $crate::rules::examples::descriptor!(@ "object://example/greeting", "sha256:e93f37cb4045fc83a32655a5057c8997d498d940246ca8f95a5f99890788efd9", "./greeting.json", $more)
    };
    (@ $id:literal, $hash:literal, $location:literal, $more:literal) => {
        concat!(
            "{\n  \"$schema\": \"object://schema/object.v1\",\n  \"id\": \"",
            $id,
            "\",\n  \"hash\": \"",
            $hash,
            "\",\n  \"payload\": {\n    \"type\": \"json\",\n    \"mime\": \"application/json\",\n    \"location\": \"",
            $location,
            "\"\n  },\n  \"authority\": \"none\",\n",
            $more,
            "  \"projections\": {\n    \"default\": { \"type\": \"json\", \"emit\": { \"text\": \"@payload.greeting\" } }\n  }\n}\n"
        )
    };
}
pub(crate) use descriptor;
