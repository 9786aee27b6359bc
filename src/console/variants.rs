//! Variants by what people know of them: the SKU that was typed becomes the id that
//! the API takes.

use serde_json::Value;

use super::desk::Desk;
use super::laid_out::query;
use super::shown::{at, plain};
use super::typed::{Pairs, VARIANT};

/// How the name of a field says that it takes one.
const MARK: &str = ":variant";
/// The most that are looked for: as many lines as an order may have.
const MOST: usize = 100;

/// A form with ids where it has SKUs, or words that only one variant fits. What fits
/// none or several stays as it was typed.
pub async fn named(desk: &Desk, pairs: &Pairs) -> Vec<(String, String)> {
    let mut pairs = pairs.to_vec();
    let typed = |(name, text): &&mut (String, String)| {
        name.contains(MARK) && !text.trim().is_empty() && !text.trim().starts_with(VARIANT)
    };
    let mut fields: Vec<_> = pairs.iter_mut().filter(typed).take(MOST).map(|(_, text)| text).collect();
    let path = |text: &&mut String| format!("/v1/admin/variants{}", query([("q", text.trim())].into_iter()));
    let replies = desk.read_all(fields.iter().map(path).collect()).await;
    for (text, reply) in fields.iter_mut().zip(replies) {
        if let Some(id) = meant(&reply.json, text.trim()) {
            **text = id;
        }
    }
    pairs
}

/// Of the variants that were found, the one that has just this SKU, or else the only one.
fn meant(found: &Value, sku: &str) -> Option<String> {
    let items = at(found, "/items").as_array()?;
    let has_it = |item: &&Value| at(item, "/sku").as_str().is_some_and(|own| own.eq_ignore_ascii_case(sku));
    let only = || if let [only] = items.as_slice() { Some(only) } else { None };
    items.iter().find(has_it).or_else(only).map(|item| plain(at(item, "/id")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_sku_means_its_own_variant_and_words_the_only_one_that_they_fit() {
        let found = json!({ "items": [{ "id": "var_1", "sku": "MUG-2" }, { "id": "var_2", "sku": "MUG" }] });
        assert_eq!(meant(&found, "mug").as_deref(), Some("var_2"));
        assert_eq!(meant(&found, "blue"), None);
        assert_eq!(meant(&json!({ "items": [{ "id": "var_1", "sku": "MUG-2" }] }), "blue").as_deref(), Some("var_1"));
        assert_eq!(meant(&json!({ "code": "forbidden" }), "mug"), None);
    }
}
