//! What options, their values and collections are called in the language of whoever reads
//! a list. Addresses and filters keep the shop's own words, so that a link means the same
//! to everybody.

use super::collections::COLLECTION;
use super::facets::OPTION;
use super::places::Compact;
use super::selection::Facet;
use super::snapshot::Snapshot;
use crate::text::Language;

/// An option belongs to each product by itself. So many of the newest that have it are
/// asked what they call it, so that one that nobody has translated costs no more.
const MOST_ASKED: usize = 20;

impl Snapshot {
    /// What the option of a facet is called, or one of its values, where that is something else
    /// than its own name.
    pub fn called(&self, facet: &str, value: Option<&str>, language: Language) -> Option<&str> {
        let option = facet.strip_prefix(OPTION)?;
        let index = self.facets();
        let codes = match value {
            Some(value) => index.code(facet, value).map(|code| code..code.saturating_add(1)).unwrap_or_default(),
            None => index.facet(facet),
        };
        let places = codes.filter_map(|code| index.products(code)).flat_map(Compact::iter).take(MOST_ASKED);
        let called = |place: u32| {
            self.products.get(place as usize).filter(|product| product.names().is_translated())?;
            let texts = self.product(place)?.texts(Some(language));
            value.map_or_else(|| texts.option(option), |value| texts.value(option, value))
        };
        places.filter_map(called).next()
    }
}

/// Says in a language what a list can be narrowed by.
pub fn say(snapshot: &Snapshot, facets: &mut [Facet], language: Language) {
    for facet in facets {
        facet.title = snapshot.called(&facet.name, None, language).map(str::to_owned);
        for value in &mut facet.values {
            if facet.name == COLLECTION {
                let all = &snapshot.collections;
                let found = all.find(&value.value).and_then(|n| all.get(n));
                value.title = found.map(|collection| collection.texts(Some(language)).title.to_owned());
            } else if let Some(called) = snapshot.called(&facet.name, Some(&value.value), language) {
                value.title = Some(called.to_owned());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::product::ProductOption;
    use crate::shelf::read;
    use crate::testing::{product, settings};

    #[test]
    fn what_is_not_translated_is_not_unpacked_to_see_that() {
        let mut mug = product(1, "mug", Some(100), 1);
        mug.options = vec![ProductOption { name: "Size".into(), values: vec!["L".into(), "XL".into()] }];
        let mut large = mug.variants[0].clone();
        (large.id, large.options) = (crate::ids::VariantId::derived([1; 16]), vec!["XL".into()]);
        mug.variants[0].options = vec!["L".into()];
        mug.variants.push(large);
        let read = |mug: crate::catalog::product::Product| {
            // The newest, and alone on the page.
            let other = crate::catalog::product::Product { options: Vec::new(), ..product(2, "cup", Some(100), 2) };
            let snapshot = Snapshot::new("1".into(), settings(), vec![mug, other]);
            let query = "facets=true&locale=de&limit=1";
            let answer = read::answer(&snapshot, "/v1/products", query).unwrap().unwrap();
            (String::from_utf8(answer.body).unwrap(), snapshot.unpacked_count())
        };
        let (body, unpacked) = read(mug.clone());
        assert!(body.contains("XL") && !body.contains("Größe"), "{body}");
        assert_eq!(unpacked, 0);
        let german = serde_json::json!({ "de": { "options": { "Size": { "name": "Größe" } } } });
        mug.translations = serde_json::from_value(german).unwrap();
        let (body, unpacked) = read(mug);
        assert!(body.contains("Größe"), "{body}");
        assert_eq!(unpacked, 1);
    }
}
