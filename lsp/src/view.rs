//! One moment of the workspaces, as features see it.

/// What the worker has worked out.
#[derive(Debug, Default)]
pub struct View {
    /// The last change of the session it knows of.
    pub change: u64,
}
