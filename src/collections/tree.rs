//! Which collection is in which: what a new parent, or a new slug, must fit.

use serde::Deserialize;

use super::limits::MAX_LEVELS;
use crate::catalog::slug;
use crate::ids::CollectionId;
use crate::text::Refusal;

/// A collection as the others are looked at.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Node {
    pub id: CollectionId,
    pub slug: String,
    pub parent: Option<CollectionId>,
}

/// All collections of the shop, in any order.
#[derive(Debug, Default)]
pub struct Tree(pub Vec<Node>);

impl Tree {
    fn get(&self, id: CollectionId) -> Option<&Node> {
        self.0.iter().find(|node| node.id == id)
    }

    /// Whether a collection may be in another one. The database holds the same
    /// (`collection_too_deep`), should others be moved at the same time.
    pub fn check_parent(&self, id: CollectionId, parent: CollectionId) -> Result<(), Refusal> {
        let mut above: usize = 0;
        let mut at = Some(parent);
        while let Some(next) = at {
            if next == id {
                return Err("a collection cannot be in itself, nor in one that is in it".to_owned());
            }
            at = self.get(next).ok_or("there is no such collection")?.parent;
            above = above.saturating_add(1);
            if above > MAX_LEVELS {
                break;
            }
        }
        if above.saturating_add(self.levels_from(id)) > MAX_LEVELS {
            return Err(format!("collections make at most {MAX_LEVELS} levels"));
        }
        Ok(())
    }

    /// How many levels a collection makes with those that are in it: one if none is.
    fn levels_from(&self, id: CollectionId) -> usize {
        let mut levels: usize = 0;
        let mut level = vec![id];
        while !level.is_empty() && levels <= MAX_LEVELS {
            levels = levels.saturating_add(1);
            let is_below = |node: &&Node| node.parent.is_some_and(|parent| level.contains(&parent));
            level = self.0.iter().filter(is_below).map(|node| node.id).collect();
        }
        levels
    }

    /// The slug, or with the first number that makes it nobody else's: `mugs`, `mugs-2`.
    pub fn free_slug(&self, made: String) -> String {
        let is_taken = |slug: &str| self.0.iter().any(|node| node.slug == slug);
        let mut free = made.clone();
        let mut number: usize = 1;
        while is_taken(&free) {
            number = number.saturating_add(1);
            free = format!("{}-{number}", slug::stem(&made));
        }
        free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u8) -> CollectionId {
        CollectionId::derived([n; 16])
    }

    /// Two chains: 1 above 2 above 3, and 4 above 5 above 6.
    fn tree() -> Tree {
        let node = |n: u8| Node { id: id(n), slug: format!("slug-{n}"), parent: (n % 3 != 1).then(|| id(n - 1)) };
        Tree((1..=6).map(node).collect())
    }

    #[test]
    fn a_collection_is_in_none_that_is_in_it() {
        for below in [1, 2, 3] {
            assert!(tree().check_parent(id(1), id(below)).unwrap_err().contains("itself"), "{below}");
        }
        assert_eq!(tree().check_parent(id(9), id(8)), Err("there is no such collection".to_owned()));
        assert_eq!(tree().check_parent(id(3), id(1)), Ok(()));
    }

    #[test]
    fn five_levels_are_the_most_with_what_is_below() {
        assert_eq!(tree().check_parent(id(4), id(2)), Ok(()));
        assert!(tree().check_parent(id(4), id(3)).unwrap_err().contains("5 levels"));
        assert_eq!(tree().check_parent(id(5), id(3)), Ok(()));
        assert_eq!(tree().check_parent(id(9), id(3)), Ok(()));
    }

    #[test]
    fn a_slug_that_is_taken_gets_a_number() {
        let mut tree = tree();
        assert_eq!(tree.free_slug("mugs".to_owned()), "mugs");
        for (n, slug) in ["mugs", "mugs-2", "mugs-4"].into_iter().enumerate() {
            tree.0.push(Node { id: id(20 + n as u8), slug: slug.to_owned(), parent: None });
        }
        assert_eq!(tree.free_slug("mugs".to_owned()), "mugs-3");
    }
}
