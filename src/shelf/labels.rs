//! What options, their values and collections are called in the language of whoever reads
//! a list. Addresses and filters keep the shop's own words, so that a link means the same
//! to everybody.

use super::collections::COLLECTION;
use super::facets::OPTION;
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
        let places = codes.flat_map(|code| index.products(code)).take(MOST_ASKED);
        let called = |place: &u32| {
            let texts = self.product(*place)?.texts(Some(language));
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
