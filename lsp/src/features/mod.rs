//! What an editor can ask of a view: a file each, a pure function each.
