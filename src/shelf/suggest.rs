//! What a search may be about that is still being typed: products that it finds
//! already, and words that it may become.

use schemars::JsonSchema;
use serde::Serialize;

use super::list_query::{ListQuery, MAX_SOUGHT, Sort, locale};
use super::listing;
use super::snapshot::Snapshot;
use crate::catalog::slug;
use crate::problem::Problem;
use crate::text::{self, Language};

/// The suggestions of an answer, unless it is said, and at most.
pub const USUAL_SUGGESTIONS: usize = 8;
pub const MAX_SUGGESTIONS: usize = 20;
/// Of these the words that the last one may become, at most.
const MAX_QUERIES: usize = 3;
/// And the collections that are called so.
const MAX_COLLECTIONS: usize = 3;

#[derive(Serialize, JsonSchema)]
pub struct Suggestions {
    /// Searches first, then collections, then products, each the likeliest first.
    pub items: Vec<Suggestion>,
}

#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub struct Suggestion {
    #[schemars(with = "SuggestionKind")]
    pub kind: &'static str,
    pub text: String,
    /// The page that it leads to, on the shop's own site.
    pub url: String,
}

/// What a suggestion leads to.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
#[allow(dead_code)]
enum SuggestionKind {
    Product,
    Collection,
    Query,
}

/// What has been typed so far, and who reads what comes of it.
#[derive(Debug, PartialEq)]
pub struct Typed {
    pub sought: String,
    /// The most suggestions.
    pub limit: usize,
    pub language: Option<Language>,
}

pub fn parse(query: &str) -> Result<Typed, Problem> {
    let (mut sought, mut limit, mut language) = (None, None, None);
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "q" if sought.is_none() && value.chars().count() <= MAX_SOUGHT => sought = Some(text::sought(&value)),
            "q" => return Err(Problem::invalid_field("q", format!("once, with at most {MAX_SOUGHT} characters"))),
            "limit" if limit.is_none() => {
                let number = value.parse().ok().filter(|limit| (1..=MAX_SUGGESTIONS).contains(limit));
                let refusal = || Problem::invalid_field("limit", format!("a number from 1 to {MAX_SUGGESTIONS}"));
                limit = Some(number.ok_or_else(refusal)?);
            }
            "locale" if language.is_none() => language = Some(locale(&value)?),
            _ => return Err(Problem::invalid_field(name, "there is no such parameter, or it is there twice")),
        }
    }
    let sought = sought.ok_or_else(|| Problem::invalid_field("q", "what has been typed"))?;
    Ok(Typed { sought, limit: limit.unwrap_or(USUAL_SUGGESTIONS), language })
}

/// Of what is sold in the shop's own currency; of no text none.
pub fn suggestions(snapshot: &Snapshot, typed: &Typed) -> Suggestions {
    let Typed { sought, limit, language } = typed;
    let limit = *limit;
    if sought.is_empty() {
        return Suggestions { items: Vec::new() };
    }
    let mut list = ListQuery::new(snapshot);
    let sold = snapshot.prices(list.currency).map(|prices| &prices.sold);
    let mut items = Vec::new();
    for query in snapshot.completed(sought, MAX_QUERIES.min(limit.saturating_sub(1)), *language) {
        if sold.is_some_and(|sold| snapshot.searched().finds_any(&query, sold)) {
            let address = form_urlencoded::Serializer::new(String::new()).append_pair("q", &query).finish();
            items.push(Suggestion { kind: "query", text: query, url: format!("/products?{address}") });
        }
    }
    let called = snapshot.collections.begun(sought, *language);
    for collection in called.take(MAX_COLLECTIONS.min(limit.saturating_sub(items.len()))) {
        let title = collection.texts(*language).title;
        let url = format!("/collections/{}", slug::in_address(&collection.slug));
        items.push(Suggestion { kind: "collection", text: title.to_owned(), url });
    }
    list.filter.sought = Some(sought.to_owned());
    (list.sort, list.limit) = (Sort::Relevance, limit.saturating_sub(items.len()));
    for listed in listing::page(snapshot, &list).items {
        let url = format!("/products/{}", slug::in_address(listed.card.slug));
        items.push(Suggestion { kind: "product", text: listed.card.called(*language).to_owned(), url });
    }
    Suggestions { items }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collections::collection::Collection;
    use crate::ids::CollectionId;
    use crate::testing::{product, settings};
    use serde_json::json;

    fn suggested(sought: &str, limit: usize) -> Vec<String> {
        suggested_in(None, sought, limit)
    }

    fn suggested_in(language: Option<Language>, sought: &str, limit: usize) -> Vec<String> {
        let titles = ["Water Pump", "Pumpkin Seeds", "Pump Gasket", "Café Stool", "Unpriced Pump"];
        let price = |n: usize| (n != 4).then_some(100);
        let products = titles.iter().enumerate().map(|(n, title)| product(n as u64, title, price(n), n as i64));
        let mut products: Vec<_> = products.collect();
        let german = |title: &str| serde_json::from_value(json!({ "de": { "title": title } })).unwrap();
        products[3].translations = german("Kaffeehocker");
        let collection = |n: u8, title: &str, published: bool| -> Collection {
            let whole = json!({
                "id": CollectionId::derived([n; 16]), "slug": format!("slug-{n}"), "title": title, "description": "",
                "image": null, "seo_title": null, "seo_description": null, "parent": null, "position": n,
                "published": published, "sort": "title",
                "rule": { "match": "all", "conditions": [{ "fact": "title", "text": "pump" }] },
            });
            serde_json::from_value(whole).unwrap()
        };
        let stools = Collection { translations: german("Gartenhocker"), ..collection(1, "Garden Stools", true) };
        let snapshot = Snapshot::new("7".into(), settings(), products)
            .with_collections(vec![stools, collection(2, "Café Secrets", false)]);
        let typed = Typed { sought: sought.to_owned(), limit, language };
        let Suggestions { items } = suggestions(&snapshot, &typed);
        items.into_iter().map(|item| format!("{} {} {}", item.kind, item.text, item.url)).collect()
    }

    #[test]
    fn what_is_typed_is_completed_and_found() {
        assert_eq!(
            suggested("pum", 8),
            [
                "query Pump /products?q=Pump",
                "query Pumpkin /products?q=Pumpkin",
                "product Pump Gasket /products/slug-2",
                "product Pumpkin Seeds /products/slug-1",
                "product Water Pump /products/slug-0",
            ]
        );
        assert_eq!(
            suggested("water pu", 2),
            ["query water Pump /products?q=water+Pump", "product Water Pump /products/slug-0"]
        );
        assert_eq!(suggested("CAFE\u{301}", 8), ["product Café Stool /products/slug-3"]);
        assert!(suggested("", 8).is_empty() && suggested("!!", 8).is_empty() && suggested("zzz", 8).is_empty());
        assert_eq!(suggested("pum", 1).len(), 1);
        assert_eq!(suggested("gard", 8), ["collection Garden Stools /collections/slug-1"]);
        assert_eq!(
            suggested("stoo", 8)[1..],
            ["collection Garden Stools /collections/slug-1", "product Café Stool /products/slug-3"]
        );
    }

    #[test]
    fn what_is_suggested_is_said_in_the_language() {
        let german = Some(Language::De);
        let of_stools =
            ["collection Gartenhocker /collections/slug-1", "product Kaffeehocker /products/slug-3"].map(str::to_owned);
        assert_eq!(suggested_in(german, "stools", 8), of_stools, "also what was looked for in the shop's own");
        assert_eq!(suggested_in(german, "gartenh", 8), of_stools[..1]);
        assert_eq!(suggested("gartenh", 8), Vec::<String>::new());
        assert_eq!(suggested("kaffeeh", 8), ["product Café Stool /products/slug-3"]);
    }

    #[test]
    fn what_is_asked_is_read_or_refused() {
        let typed = |sought: &str, limit, language| Typed { sought: sought.to_owned(), limit, language };
        assert_eq!(parse("q=+mug+&limit=3").unwrap(), typed("mug", 3, None));
        assert_eq!(parse("locale=de&q=").unwrap(), typed("", USUAL_SUGGESTIONS, Some(Language::De)));
        for query in [
            "",
            "q=a&locale=fr",
            "q=a&locale=de&locale=de",
            "limit=3",
            "q=a&q=b",
            "q=a&limit=21",
            "q=a&limit=0",
            "q=a&sort=x",
        ] {
            assert!(parse(query).is_err(), "{query}");
        }
        assert!(parse(&format!("q={}", "x".repeat(256))).is_err());
    }
}
