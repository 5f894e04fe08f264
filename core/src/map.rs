//! Hash maps: those of the standard library with a fast hasher, and one whose clone is cheap.
//!
//! The hashers are seeded anew in each process, so that no document can hold names chosen to collide. Nothing here has an order.

use std::{borrow::Borrow, collections::hash_map::Entry, hash::BuildHasher, hash::Hash, sync::Arc};

use foldhash::fast::RandomState;

/// A hash map.
pub type HashMap<K, V> = std::collections::HashMap<K, V, RandomState>;
/// A hash set.
pub type HashSet<T> = std::collections::HashSet<T, RandomState>;

/// How many parts a large map has.
const PARTS: usize = 128;
/// How many entries a map has before it is divided.
const MOST_IN_ONE: usize = 512;

/// A hash map that can be cloned at no cost; an edit then copies the one part that it touches.
#[derive(Debug)]
pub struct SharedMap<K, V> {
    /// None, one, or [`PARTS`].
    parts: Arc<Vec<Arc<HashMap<K, V>>>>,
    hasher: RandomState,
}

impl<K, V> Clone for SharedMap<K, V> {
    fn clone(&self) -> Self {
        SharedMap { parts: self.parts.clone(), hasher: self.hasher.clone() }
    }
}

impl<K, V> Default for SharedMap<K, V> {
    fn default() -> Self {
        SharedMap { parts: Arc::default(), hasher: RandomState::default() }
    }
}

impl<K, V> SharedMap<K, V> {
    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.parts.iter().all(|part| part.is_empty())
    }

    /// The entries.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.parts.iter().flat_map(|part| part.iter())
    }

    /// The keys.
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.parts.iter().flat_map(|part| part.keys())
    }

    /// The values.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.parts.iter().flat_map(|part| part.values())
    }

    /// Which part holds a key. The tables of the parts use the lowest and the highest bits of the same hash.
    fn place<Q: Hash + ?Sized>(&self, key: &Q) -> usize {
        if self.parts.len() < PARTS { 0 } else { (self.hasher.hash_one(key) >> 32) as usize % PARTS }
    }
}

impl<K: Hash + Eq, V> SharedMap<K, V> {
    /// The value of a key.
    pub fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.parts.get(self.place(key))?.get(key)
    }

    /// Whether a key is there.
    pub fn contains_key<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.get(key).is_some()
    }
}

impl<K: Hash + Eq + Clone, V: Clone> SharedMap<K, V> {
    /// The place of a key, to look at and to fill.
    pub fn entry(&mut self, key: K) -> Entry<'_, K, V> {
        if self.parts.len() < PARTS && self.parts.first().is_none_or(|part| part.len() >= MOST_IN_ONE) {
            self.divide();
        }
        let place = self.place(&key);
        let parts = Arc::make_mut(&mut self.parts);
        Arc::make_mut(&mut parts[place]).entry(key)
    }

    /// Puts a value in place of what was there.
    pub fn insert(&mut self, key: K, value: V) {
        match self.entry(key) {
            Entry::Occupied(mut entry) => {
                entry.insert(value);
            }
            Entry::Vacant(entry) => {
                entry.insert(value);
            }
        }
    }

    /// The value of a key, to be changed.
    pub fn get_mut<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        if !self.contains_key(key) {
            return None;
        }
        let place = self.place(key);
        Arc::make_mut(Arc::make_mut(&mut self.parts).get_mut(place)?).get_mut(key)
    }

    /// Takes a key out.
    pub fn remove<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        if !self.contains_key(key) {
            return None;
        }
        let place = self.place(key);
        Arc::make_mut(Arc::make_mut(&mut self.parts).get_mut(place)?).remove(key)
    }

    /// From no part to one, and from one to all.
    fn divide(&mut self) {
        let old = std::mem::take(Arc::make_mut(&mut self.parts)).pop();
        let count = if old.is_some() { PARTS } else { 1 };
        self.parts = Arc::new((0..count).map(|_| Arc::new(HashMap::with_hasher(self.hasher.clone()))).collect());
        for (key, value) in old.map(Arc::unwrap_or_clone).into_iter().flatten() {
            self.insert(key, value);
        }
    }
}

impl<K: Hash + Eq + Clone, V: Clone> FromIterator<(K, V)> for SharedMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = SharedMap::default();
        entries.into_iter().for_each(|(key, value)| map.insert(key, value));
        map
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_holds_what_was_put_in_and_a_clone_what_it_was_made_of() {
        let mut map = SharedMap::default();
        assert!(map.is_empty() && map.remove("0").is_none() && map.get("0").is_none());
        let many = MOST_IN_ONE * 3;
        for n in 0..many {
            map.insert(n.to_string(), n);
        }
        let before = map.clone();
        for n in (0..many).step_by(2) {
            assert_eq!(map.remove(n.to_string().as_str()), Some(n));
        }
        *map.get_mut("1").expect("is there") = 7;
        assert!(map.get_mut("2").is_none());
        assert_eq!((map.get("1"), before.get("1")), (Some(&7), Some(&1)));
        assert_eq!((map.iter().count(), map.keys().count(), before.values().count()), (many / 2, many / 2, many));
        assert!((0..many).all(|n| before.get(n.to_string().as_str()) == Some(&n)));
        assert!((0..many).all(|n| map.contains_key(n.to_string().as_str()) == (n % 2 == 1)));
    }
}
