//! Small true profiles for the pages of this family.

/// A lawful leaf profile; `$more` stands before `compliance` and ends in a comma.
macro_rules! leaf {
    ($name:literal) => {
        leaf!($name, "")
    };
    ($name:literal, $more:literal) => {
        $crate::rules::collapse::examples::profile!($name, "{\"superposition\": []}", $more)
    };
}

/// A lawful profile with the value of its `weights`.
macro_rules! profile {
    ($name:literal, $weights:literal) => {
        $crate::rules::collapse::examples::profile!($name, $weights, "")
    };
    ($name:literal, $weights:literal, $more:literal) => {
        concat!(
            "{\n  \"meta\": {\"name\": \"",
            $name,
            "\", \"version\": \"1.0.0\", \"authority\": \"atlas\"},\n",
            "  \"vectorizer\": {\"method\": \"ngram\", \"parameters\": {\"n\": 3}, \"epsilon\": 0.1745329},\n",
            "  \"weights\": ",
            $weights,
            ",\n",
            $more,
            "  \"compliance\": {\"passes\": [\"CORE\"], \"test_vectors\": [{\"input\": {\"A\": [[1, 0]], \"B\": [[1, 0]]}, \"expected\": 1}]}\n}\n"
        )
    };
}

/// A lawful signal with its angles and magnitudes, and further members of the root, which end in a comma.
macro_rules! signal {
    ($angles:literal, $magnitudes:literal) => {
        $crate::rules::collapse::examples::signal!($angles, $magnitudes, "")
    };
    ($angles:literal, $magnitudes:literal, $more:literal) => {
        concat!(
            "{\n  \"@type\": \"pi.signal.v1\",\n  \"@version\": \"1.0\",\n",
            $more,
            "  \"geometry\": {\"angles\": ",
            $angles,
            ", \"magnitudes\": ",
            $magnitudes,
            ", \"epsilon\": 0.1745329},\n",
            "  \"provenance\": {\"adapter\": \"gguf\", \"adapter_version\": \"1.0.0\", \"deterministic\": true,\n",
            "    \"source_hash\": \"sha256:913de4b2a63dd969e2d714b6b9418c6c8af844a708aebb064672246c4ff02e51\"}\n}\n"
        )
    };
}

pub(super) use {leaf, profile, signal};

use crate::rules::Example;

/// A leaf alone.
pub(super) const LEAF: Example =
    Example { note: "a lawful leaf profile", file: "leaf.pi-profile.json", files: &[("leaf.pi-profile.json", leaf!("leaf"))] };

/// A profile over two leaves.
pub(super) const MIX: Example = Example {
    note: "a lawful profile over two leaves",
    file: "mix.pi-profile.json",
    files: &[
        (
            "mix.pi-profile.json",
            profile!(
                "mix",
                "{\"superposition\": [{\"profile\": \"words\", \"weight\": 0.75}, {\"profile\": \"shape\", \"weight\": 0.25}]}"
            ),
        ),
        ("words.pi-profile.json", leaf!("words")),
        ("shape.pi-profile.json", leaf!("shape")),
    ],
};

/// A lawful signal.
pub(super) const SIGNAL: Example = Example {
    note: "a lawful signal",
    file: "a.pi-signal.json",
    files: &[("a.pi-signal.json", signal!("[0, 1.0472, 4.833185307179586]", "[0.92, 0.51, 0]"))],
};
