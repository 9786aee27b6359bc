//! What comes near, where a search finds nothing: so that nobody who looks for something
//! stands before an empty page.

use schemars::JsonSchema;
use serde::Serialize;

use super::filter::Filter;
use super::list_query::{ListQuery, Sort};
use super::listing::{self, Listed};
use super::places::Places;
use super::search::Highlighter;
use super::selection::Selection;
use super::snapshot::Snapshot;
use super::views::ProductItem;
use crate::sorted::sort;
use crate::text::Language;

/// The most products that are told.
pub const MAX_NEAR: usize = 12;
/// The words of a search that are tried. Each costs a search of its own, of which the one
/// that found nothing has made two.
const MAX_TRIED: usize = 12;

pub struct Near<'a> {
    /// The words that these have, of those that were looked for or meant; none, if they are
    /// what sells best, as no word is in the shop.
    pub sought: Option<String>,
    pub items: Vec<Listed<'a>>,
}

/// Products that do not have all that was looked for, under the same filters; the best first.
#[derive(Serialize, JsonSchema)]
pub struct NearList<'a> {
    /// The most of the words that one of them has, perhaps with mistakes put right; absent: no product has one, and these
    /// are what sells best.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    pub items: Vec<ProductItem<'a>>,
}

impl<'a> NearList<'a> {
    pub fn of(near: Near<'a>, language: Option<Language>) -> Self {
        let highlighter = Highlighter::new(near.sought.as_deref().unwrap_or_default());
        let item = |listed| ProductItem::new(listed, language, Some(&highlighter));
        Self { items: near.items.into_iter().map(item).collect(), q: near.sought }
    }
}

/// What has the most of the words, as they were meant, under the same filters, the best
/// first; where none has one, what sells best under these. None, where nothing was looked
/// for, nothing is left by the filters, or it is not about the first page.
pub fn near<'a>(snapshot: &'a Snapshot, query: &ListQuery) -> Option<Near<'a>> {
    let typed = query.filter.sought.as_deref().filter(|_| query.after.is_none())?;
    let filter = Filter { sought: None, ..query.filter.clone() };
    let among = Selection::new(snapshot, query.currency, &filter, None)?.places();
    if among.is_empty() {
        return None;
    }
    let meant = snapshot.meant(typed);
    let sought = most_words(snapshot, meant.as_deref().unwrap_or(typed), &among);
    let list = ListQuery {
        sort: if sought.is_some() { Sort::Relevance } else { Sort::BestSelling },
        filter: Filter { sought: sought.clone(), ..filter },
        limit: query.limit.min(MAX_NEAR),
        facets: false,
        ..query.clone()
    };
    let items = listing::page(snapshot, &list).items;
    (!items.is_empty()).then_some(Near { sought, items })
}

/// The most of these words that one product has together, found one after the other: each
/// begins once, and takes in those that leave something, the rarest first, as they say the
/// most.
fn most_words(snapshot: &Snapshot, text: &str, among: &Places) -> Option<String> {
    let found = |(at, word)| {
        let mut places = snapshot.searched().find(word).places;
        places.keep(among);
        (!places.is_empty()).then_some((at, word, places))
    };
    let mut words: Vec<(usize, &str, Places)> =
        text.split_whitespace().take(MAX_TRIED).enumerate().filter_map(found).collect();
    sort(&mut words, |(_, _, one), (_, _, other)| one.count().cmp(&other.count()));
    let mut most: Vec<(usize, &str)> = Vec::new();
    for (first, word, places) in &words {
        let (mut kept, mut left) = (vec![(*first, *word)], places.clone());
        for (other, word, places) in words.iter().filter(|(other, ..)| other != first) {
            if left.count_both(places) > 0 {
                left.keep(places);
                kept.push((*other, *word));
            }
        }
        if kept.len() > most.len() {
            most = kept;
        }
    }
    sort(&mut most, Ord::cmp);
    let words: Vec<&str> = most.into_iter().map(|(_, word)| word).collect();
    (!words.is_empty()).then(|| words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::product::Product;
    use crate::testing::{product, settings};

    fn shop() -> Snapshot {
        let titles = ["Red Kettle", "Blue Kettle", "Red Enamel Mug", "Lantern", "Blue Lantern"];
        let made = |(n, title): (usize, &str)| Product {
            sold: [0, 5, 0, 9, 1][n],
            tags: vec![if n < 3 { "kitchen" } else { "garden" }.to_owned()],
            ..product(n as u64, title, Some(100 * (n as i64 + 1)), n as i64)
        };
        Snapshot::new("1".into(), settings(), titles.into_iter().enumerate().map(made).collect())
    }

    /// The words, and the titles of what has them.
    fn found(query: &str) -> Option<(Option<String>, Vec<String>)> {
        let snapshot = shop();
        let query = ListQuery::parse(&snapshot, query).unwrap();
        assert_eq!(listing::page(&snapshot, &query).total, 0, "there is nothing near what is there");
        let near = near(&snapshot, &query)?;
        Some((near.sought, near.items.iter().map(|listed| listed.card.title.to_owned()).collect()))
    }

    #[test]
    fn what_has_the_most_of_the_words_comes_near() {
        for (query, words, titles) in [
            ("q=kettle+xyzzy+red", Some("kettle red"), &["Red Kettle"][..]),
            ("q=red+mug+lantern", Some("red mug"), &["Red Enamel Mug"]),
            // Of as many the rarest.
            ("q=mug+kettle", Some("mug"), &["Red Enamel Mug"]),
            // With its mistakes put right; the search forgives fewer.
            ("q=kttle+rde+lanntern", Some("Kettle Red"), &["Red Kettle"]),
            // Under the same filters.
            ("q=red+lantern&tag=garden", Some("lantern"), &["Lantern", "Blue Lantern"]),
            ("q=kettle&tag=garden", None, &["Lantern", "Blue Lantern"]),
            ("q=kettle&price_min=300", None, &["Lantern", "Blue Lantern", "Red Enamel Mug"]),
            ("q=xyzzy", None, &["Lantern", "Blue Kettle", "Blue Lantern", "Red Enamel Mug", "Red Kettle"]),
            ("q=xyzzy&limit=2", None, &["Lantern", "Blue Kettle"]),
        ] {
            let expected = (words.map(str::to_owned), titles.iter().map(|title| (*title).to_owned()).collect());
            assert_eq!(found(query), Some(expected), "{query}");
        }
    }

    #[test]
    fn nothing_comes_near_what_is_no_search_or_is_in_nothing_that_the_filters_leave() {
        assert_eq!(found("price_min=4000"), None);
        assert_eq!(found("q=kettle&price_min=4000"), None);
        assert_eq!(found("q=kettle&tag=nobodys"), None);
    }
}
