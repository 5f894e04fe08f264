//! Small true workspaces for the pages of this family.

/// The bytes of the example package.
pub(super) const PACKAGE: &str = "four lanes and a root\n";

/// Metadata of [`PACKAGE`], one part of which may be said otherwise.
macro_rules! package {
    () => { $crate::rules::scxq2::example::package!(@ "core", "[]", "./core.bin", "sha256:519b26a73351bb592567d98703e12c9b49bf317ffd363e808546add80bdeb182", "22", "") };
    (component = $v:literal, dependencies = $d:literal) => { $crate::rules::scxq2::example::package!(@ $v, $d, "./core.bin", "sha256:519b26a73351bb592567d98703e12c9b49bf317ffd363e808546add80bdeb182", "22", "") };
    (dependencies = $v:literal) => { $crate::rules::scxq2::example::package!(@ "core", $v, "./core.bin", "sha256:519b26a73351bb592567d98703e12c9b49bf317ffd363e808546add80bdeb182", "22", "") };
    (path = $v:literal) => { $crate::rules::scxq2::example::package!(@ "core", "[]", $v, "sha256:519b26a73351bb592567d98703e12c9b49bf317ffd363e808546add80bdeb182", "22", "") };
    (hash = $v:literal) => { $crate::rules::scxq2::example::package!(@ "core", "[]", "./core.bin", $v, "22", "") };
    (size = $v:literal) => { $crate::rules::scxq2::example::package!(@ "core", "[]", "./core.bin", "sha256:519b26a73351bb592567d98703e12c9b49bf317ffd363e808546add80bdeb182", $v, "") };
    (more = $v:literal) => { $crate::rules::scxq2::example::package!(@ "core", "[]", "./core.bin", "sha256:519b26a73351bb592567d98703e12c9b49bf317ffd363e808546add80bdeb182", "22", $v) };
    (@ $component:literal, $dependencies:literal, $path:literal, $hash:literal, $size:literal, $more:literal) => {
        concat!(
            "{\"component\": \"", $component, "\", \"dependencies\": ", $dependencies,
            ", \"duration\": 12.5, \"timestamp\": \"2026-01-02T03:04:05Z\", \"scxq2_path\": \"", $path,
            "\", \"hash\": \"", $hash, "\", \"size\": ", $size, $more, "}\n"
        )
    };
}
pub(super) use package;

/// A lane proof of one chunk, parts of which may be said otherwise.
macro_rules! lane_proof {
    () => { $crate::rules::scxq2::example::lane_proof!("0") };
    ($index:literal) => {
        concat!(
            "{\"lane\": \"G\", \"chunk_index\": ", $index,
            ", \"chunk_hash\": \"sha256:741b64fccd14dc3fcbf5cdc8e8ede8baf299b0f8031231538b7652a8b67c89b3\", \"siblings\": [], \"lane_root\": \"sha256:1b18958ee04cbca587d9827c8ab10eb7c65b52df2fa73b02329a721becc7711b\", \"global_root\": \"sha256:4813494d137e1631bba301d5acab6e7bb7aa74ce1185d456565ef51d737677b2\"}\n"
        )
    };
}
pub(super) use lane_proof;
