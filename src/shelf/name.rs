//! What a product is asked for by.

use crate::catalog::product::Product;
use crate::catalog::slug;
use crate::ids::{ProductId, VariantId};
use crate::ports::Timestamp;

/// How far the clock that made an id may be ahead of ours, in milliseconds.
const LEEWAY_MILLIS: i64 = 60_000;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name {
    Product(ProductId),
    Slug(String),
    Variant(VariantId),
}

impl Name {
    /// A product's id or slug, as it stands in an address; `None` if no product
    /// can be called so.
    pub fn of_product(segment: &str) -> Option<Self> {
        segment.parse().map(Self::Product).ok().or_else(|| Self::slug(segment))
    }

    /// `None` if no slug can be so.
    pub fn slug(segment: &str) -> Option<Self> {
        slug::of_address(segment).map(Self::Slug)
    }

    /// Whether anything can be called so by now: an id says when it was made,
    /// and most that somebody thinks up were made in some later millennium.
    pub fn may_be_taken(&self, now: Timestamp) -> bool {
        let made_at = match self {
            Self::Product(id) => id.made_at(),
            Self::Variant(id) => id.made_at(),
            Self::Slug(_) => return true,
        };
        made_at.since(now) <= LEEWAY_MILLIS
    }

    /// Whether the product, which this is of, has another slug now.
    pub fn is_former(&self, product: &Product) -> bool {
        matches!(self, Self::Slug(slug) if *slug != product.slug)
    }

    pub fn is_of(&self, product: &Product) -> bool {
        match self {
            Self::Product(id) => product.id == *id,
            Self::Slug(slug) => product.is_called(slug),
            Self::Variant(id) => product.variants.iter().any(|variant| variant.id == *id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_ours_has_no_name() {
        for text in ["", "Mug", "m_g", "mug.html", "%4d", "%ff", "a/b", "a%2Fb", "prod_01", "mug\0", &"m".repeat(101)] {
            assert_eq!(Name::of_product(text), None, "{text:?}");
        }
        for text in ["mug-2", "-", &"m".repeat(100)] {
            assert_eq!(Name::of_product(text), Some(Name::Slug(text.to_owned())));
        }
        let id = "prod_01ARZ3NDEKTSV4RRFFQ69G5FAV";
        assert_eq!(Name::of_product(id), Some(Name::Product(id.parse().unwrap())));
        assert_eq!(Name::slug(id), None);
    }

    #[test]
    fn an_id_from_the_future_is_nobodys() {
        let now = Timestamp::from_millis(1_800_000_000_000);
        let made = |millis: i64| {
            let ulid = ulid::Ulid::from_parts(now.plus_millis(millis).millis().unsigned_abs(), 7);
            [
                Name::Product(format!("prod_{ulid}").parse().unwrap()),
                Name::Variant(format!("var_{ulid}").parse().unwrap()),
            ]
        };
        for name in made(LEEWAY_MILLIS).iter().chain(&made(-10_000_000)) {
            assert!(name.may_be_taken(now));
        }
        for name in made(LEEWAY_MILLIS + 1) {
            assert!(!name.may_be_taken(now));
        }
    }
}
