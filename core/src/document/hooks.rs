//! The hooks an object server may run, phase by phase (seed 003 §19.3–§19.7; rows B361–B367, B371–B397).
//!
//! A table for the rules, the editor and the tests; nothing here runs a hook.

/// When a hook runs. No hook runs while an id is resolved (B361).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// While the payload is loaded.
    Load,
    /// While it is verified.
    Verify,
    /// While a view is made.
    Project,
}

impl Phase {
    /// `load`, `verify` or `project`.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Load => "load",
            Phase::Verify => "verify",
            Phase::Project => "project",
        }
    }
}

/// One hook.
#[derive(Debug)]
pub struct Hook {
    /// Its name without `hook.`, which is how projections name it.
    pub name: &'static str,
    /// When it runs.
    pub phase: Phase,
    /// The kind of object or value it takes.
    pub accepts: &'static str,
    /// The capability it gives.
    pub provides: &'static str,
    /// Its place in a chain: no hook needs what a later one gives.
    pub step: u8,
}

/// Every hook, in the order of the phases.
pub const HOOKS: &[Hook] = &[
    hook("scxq2.detect", Phase::Load, TENSOR, "compression-aware-load", 0),
    hook("scxq2.extract-toc", Phase::Load, PACKED, "lane-index", 1),
    hook(VERIFY_ROOT, Phase::Verify, PACKED, "integrity-verification", 2),
    hook(VERIFY_LANES, Phase::Verify, PACKED, "lane-verification", 2),
    hook("scxq2.legality.svg-tensor", Phase::Verify, TENSOR, "tensor-legality", 2),
    hook("scxq2.decompress-lanes", Phase::Project, PACKED, LANES, 3),
    hook("svg.canonical.inflate", Phase::Project, LANES, "canonical-svg", 4),
    hook("svg.webgpu.map", Phase::Project, TENSOR, "gpu-buffers", 5),
];

/// Checks the Merkle root of a pack.
pub const VERIFY_ROOT: &str = "scxq2.merkle.verify-root";
/// Checks the lanes that a view uses.
pub const VERIFY_LANES: &str = "scxq2.merkle.verify-lanes";

/// Kinds of object and of value that hooks take (B365).
pub const ACCEPTED: &[&str] = &[TENSOR, "ai.brain.svg-tensor", PACKED, LANES];

const TENSOR: &str = "ai.brain.svg-tensor.v1";
const PACKED: &str = "scxq2-svg";
const LANES: &str = "lane-streams";

const fn hook(name: &'static str, phase: Phase, accepts: &'static str, provides: &'static str, step: u8) -> Hook {
    Hook { name, phase, accepts, provides, step }
}

/// The hook of that name; `hook.` before it is accepted and not needed (B395).
pub fn by_name(name: &str) -> Option<&'static Hook> {
    let name = name.strip_prefix("hook.").unwrap_or(name);
    HOOKS.iter().find(|hook| hook.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    // rows: B361 B364 B365 B366 B395 B397
    #[test]
    fn hooks_are_found_by_either_name_and_stand_in_the_order_of_phases() {
        assert_eq!(by_name("svg.webgpu.map").map(|hook| hook.phase), Some(Phase::Project));
        assert_eq!(by_name("hook.svg.webgpu.map").map(|hook| hook.name), Some("svg.webgpu.map"));
        assert!(by_name("svg.webgl.map").is_none() && by_name("hook.hook.svg.webgpu.map").is_none());
        assert!(HOOKS.is_sorted_by_key(|hook| (hook.phase, hook.step)));
        assert!(HOOKS.iter().all(|hook| ACCEPTED.contains(&hook.accepts)));
        let mut capabilities: Vec<_> = HOOKS.iter().map(|hook| hook.provides).collect();
        capabilities.dedup();
        assert_eq!(capabilities.len(), 8);
    }

    // rows: B371 B377 B379 B382 B384 B387 B389 B393
    #[test]
    fn each_hook_has_the_phase_and_the_ends_that_the_law_gives_it() {
        let found: Vec<_> = HOOKS.iter().map(|hook| (hook.name, hook.phase, hook.accepts, hook.provides)).collect();
        let wanted = [
            ("scxq2.detect", Phase::Load, "ai.brain.svg-tensor.v1", "compression-aware-load"),
            ("scxq2.extract-toc", Phase::Load, "scxq2-svg", "lane-index"),
            ("scxq2.merkle.verify-root", Phase::Verify, "scxq2-svg", "integrity-verification"),
            ("scxq2.merkle.verify-lanes", Phase::Verify, "scxq2-svg", "lane-verification"),
            ("scxq2.legality.svg-tensor", Phase::Verify, "ai.brain.svg-tensor.v1", "tensor-legality"),
            ("scxq2.decompress-lanes", Phase::Project, "scxq2-svg", "lane-streams"),
            ("svg.canonical.inflate", Phase::Project, "lane-streams", "canonical-svg"),
            ("svg.webgpu.map", Phase::Project, "ai.brain.svg-tensor.v1", "gpu-buffers"),
        ];
        assert_eq!(found, wanted);
    }
}
