//! A map as a list that is sorted by its keys, and sorting.
//!
//! The map answers as a [`BTreeMap`] does. Our maps have a few entries, some a
//! thousand, and there is one for nearly each pair of types: the code of each
//! tree was 1.2 KB of the Worker, gzipped, that of each list is a third. Putting
//! in or taking out moves what comes after, so what may grow without a bound
//! near that stays a tree.
//!
//! The library's ways to sort are there once for each type, too, 1 KB each: here
//! one sorts places, whatever is at them.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::{Borrow, Cow};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

/// The places from 0 up to `count` in the order of what is at them; of two that
/// are equal the earlier is first.
pub fn order(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).collect();
    places.sort_unstable_by(|one, other| compare(*one, *other).then(one.cmp(other)));
    places
}

/// Sorts a list; what is equal stays in its order.
pub fn sort<T>(list: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    let order = order(list.len(), &|one, other| match (list.get(one), list.get(other)) {
        (Some(one), Some(other)) => compare(one, other),
        _ => Ordering::Equal,
    });
    for (place, from) in swaps(order).into_iter().enumerate() {
        list.swap(place, from);
    }
}

/// With which place, itself or a later one, each place in turn is to be swapped
/// for the order to come about.
fn swaps(mut order: Vec<usize>) -> Vec<usize> {
    for place in 0..order.len() {
        let mut from = place;
        // What was at an earlier place has been swapped away from there.
        while let Some(next) = order.get(from).copied() {
            from = next;
            if from >= place {
                break;
            }
        }
        if let Some(swap) = order.get_mut(place) {
            *swap = from;
        }
    }
    order
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortedMap<K, V>(Vec<(K, V)>);

/// Keys, each once.
pub type SortedSet<K> = SortedMap<K, ()>;

impl<K: Ord, V> SortedMap<K, V> {
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Where the key is, or would be put.
    fn place<Q: Ord + ?Sized>(&self, key: &Q) -> Result<usize, usize>
    where
        K: Borrow<Q>,
    {
        self.0.binary_search_by(|(known, _)| known.borrow().cmp(key))
    }

    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let place = self.place(key).ok()?;
        self.0.get(place).map(|(_, value)| value)
    }

    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let place = self.place(key).ok()?;
        self.0.get_mut(place).map(|(_, value)| value)
    }

    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.place(key).is_ok()
    }

    /// Puts a value in, and answers the one that was there.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.place(&key) {
            Ok(place) => self.0.get_mut(place).map(|(_, known)| std::mem::replace(known, value)),
            Err(place) => {
                self.0.insert(place, (key, value));
                None
            }
        }
    }

    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let place = self.place(key).ok()?;
        Some(self.0.remove(place).1)
    }

    pub fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        self.0.retain_mut(|(key, value)| keep(key, value));
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Takes the entry with the least key out.
    pub fn pop_first(&mut self) -> Option<(K, V)> {
        if self.0.is_empty() { None } else { Some(self.0.remove(0)) }
    }
}

impl<K: Ord> SortedSet<K> {
    /// Puts a key in; whether it was not there.
    pub fn add(&mut self, key: K) -> bool {
        self.insert(key, ()).is_none()
    }
}

impl<K: Ord, V: Default> SortedMap<K, V> {
    /// The value, put in by its default if it was not there.
    pub fn get_or_default(&mut self, key: K) -> &mut V {
        let place = self.place(&key).unwrap_or_else(|place| {
            self.0.insert(place, (key, V::default()));
            place
        });
        // It is there: it was found, or put there.
        #[allow(clippy::indexing_slicing)]
        &mut self.0[place].1
    }
}

impl<K, V> SortedMap<K, V> {
    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> Iter<'_, K, V> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> + ExactSizeIterator + Clone {
        self.0.iter().map(|(key, _)| key)
    }

    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> + ExactSizeIterator + Clone {
        self.0.iter().map(|(_, value)| value)
    }

    pub fn into_keys(self) -> impl Iterator<Item = K> {
        self.0.into_iter().map(|(key, _)| key)
    }

    pub fn into_values(self) -> impl Iterator<Item = V> {
        self.0.into_iter().map(|(_, value)| value)
    }
}

impl<K, V> Default for SortedMap<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// Of two values under one key the later one stays.
impl<K: Ord, V> FromIterator<(K, V)> for SortedMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::default();
        map.extend(entries);
        map
    }
}

impl<K: Ord> FromIterator<K> for SortedSet<K> {
    fn from_iter<I: IntoIterator<Item = K>>(keys: I) -> Self {
        keys.into_iter().map(|key| (key, ())).collect()
    }
}

impl<K: Ord, V> Extend<(K, V)> for SortedMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<K: Ord, V, const N: usize> From<[(K, V); N]> for SortedMap<K, V> {
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}

impl<K, V> IntoIterator for SortedMap<K, V> {
    type Item = (K, V);
    type IntoIter = std::vec::IntoIter<(K, V)>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

type Iter<'a, K, V> = std::iter::Map<std::slice::Iter<'a, (K, V)>, fn(&(K, V)) -> (&K, &V)>;

impl<'a, K, V> IntoIterator for &'a SortedMap<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<K: Serialize, V: Serialize> Serialize for SortedMap<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self)
    }
}

impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>> Deserialize<'de> for SortedMap<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<K, V>(PhantomData<(K, V)>);

        impl<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>> Visitor<'de> for Reader<K, V> {
            type Value = SortedMap<K, V>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
                let mut map = SortedMap::default();
                while let Some((key, value)) = members.next_entry()? {
                    map.insert(key, value);
                }
                Ok(map)
            }
        }

        deserializer.deserialize_map(Reader(PhantomData))
    }
}

impl<K: JsonSchema, V: JsonSchema> JsonSchema for SortedMap<K, V> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        BTreeMap::<K, V>::schema_name()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        BTreeMap::<K, V>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_equal_stays_in_its_order(list in prop::collection::vec((0..9_u8, any::<u16>()), 0..200)) {
            let (mut ours, mut theirs) = (list.clone(), list);
            sort(&mut ours, |one, other| one.0.cmp(&other.0));
            theirs.sort_by_key(|one| one.0);
            prop_assert_eq!(ours, theirs);
        }

        #[test]
        fn it_answers_as_a_tree_does(
            begin in prop::collection::vec((0..9_u8, 0..99_u8), 0..12),
            steps in prop::collection::vec((0..5_u8, 0..9_u8, 0..99_u8), 0..30),
        ) {
            let mut tree: BTreeMap<u8, u8> = begin.iter().copied().collect();
            let mut list: SortedMap<u8, u8> = begin.into_iter().collect();
            for (step, key, value) in steps {
                match step {
                    0 => prop_assert_eq!(list.insert(key, value), tree.insert(key, value)),
                    1 => prop_assert_eq!(list.remove(&key), tree.remove(&key)),
                    2 => prop_assert_eq!(list.get_or_default(key), tree.entry(key).or_default()),
                    3 => prop_assert_eq!(list.pop_first(), tree.pop_first()),
                    _ => {
                        list.retain(|_, known| *known != value);
                        tree.retain(|_, known| *known != value);
                    }
                }
                prop_assert_eq!(list.get(&key), tree.get(&key));
                prop_assert!(list.iter().eq(tree.iter()) && list.keys().eq(tree.keys()));
                prop_assert!(list.values().eq(tree.values()) && list.len() == tree.len());
            }
            let text = serde_json::to_string(&list).unwrap();
            prop_assert_eq!(&text, &serde_json::to_string(&tree).unwrap());
            prop_assert_eq!(serde_json::from_str::<SortedMap<u8, u8>>(&text).unwrap(), list);
        }
    }
}
