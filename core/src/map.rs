//! Hash maps: those of the standard library and those whose clones share what they hold, with a fast hasher.
//!
//! The hasher is seeded anew in each process, so that no document can hold names chosen to collide. Of these only `SharedSet` has an order.

use foldhash::fast::RandomState;

/// A hash map.
pub type HashMap<K, V> = std::collections::HashMap<K, V, RandomState>;
/// A hash set.
pub type HashSet<T> = std::collections::HashSet<T, RandomState>;
/// A hash map that is cloned at no cost; an edit copies what leads to its key.
pub type SharedMap<K, V> = imbl::GenericHashMap<K, V, RandomState, imbl::shared_ptr::DefaultSharedPtr>;
/// An ordered set that is cloned at no cost; an edit copies what leads to its element.
pub type SharedSet<T> = imbl::GenericOrdSet<T, imbl::shared_ptr::DefaultSharedPtr>;
