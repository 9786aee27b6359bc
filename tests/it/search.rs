//! Finding products: the search, filters of several values, and the facets.

use serde_json::{Value, json};

use crate::fixtures::{PUBLISHED_MILLIS, prices};
use crate::shop::{Shop, unique, within};

/// What a list with this query answers, once it has so many products.
async fn until(shop: &Shop, query: &[(&str, &str)], total: usize) -> Value {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    within(PUBLISHED_MILLIS, &query, async || {
        let list = shop.get(&format!("/v1/products?{query}")).send().await.expect(200).json();
        (list["total"] == total).then_some(list)
    })
    .await
}

fn titles(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap()).collect()
}

/// Each value of a facet with its count.
fn values<'a>(list: &'a Value, facet: &str) -> Vec<(&'a str, u64)> {
    let facets = list["facets"].as_array().unwrap();
    let values = facets.iter().find(|one| one["name"] == facet).unwrap()["values"].as_array().unwrap();
    values.iter().map(|one| (one["value"].as_str().unwrap(), one["count"].as_u64().unwrap())).collect()
}

#[tokio::test]
async fn a_search_finds_what_a_person_meant_the_best_first() {
    let shop = Shop::open().await;
    let vendor = unique("vendor");
    for title in ["Pumpkin", "Water Pump", "Front Wheel Bearing", "Größe Vase"] {
        shop.new_product(json!({ "vendor": vendor, "title": title })).await;
    }
    let sku = unique("KT-INS114-DRE");
    let variants = json!([{ "sku": sku, "prices": prices(100) }]);
    shop.new_product(json!({ "vendor": vendor, "title": "Drill", "variants": variants })).await;
    until(&shop, &[("vendor", &vendor)], 5).await;
    for (sought, expected) in [
        ("pump", &["Water Pump", "Pumpkin"][..]),
        ("pumps water", &["Water Pump"]),
        ("weel bering", &["Front Wheel Bearing"]),
        ("groesse", &["Größe Vase"]),
        ("cork", &[]),
    ] {
        let list = until(&shop, &[("q", sought), ("vendor", &vendor)], expected.len()).await;
        assert_eq!(titles(&list), expected, "{sought}");
    }
    let bare: String = sku.chars().filter(|c| c.is_alphanumeric()).collect();
    assert_eq!(titles(&until(&shop, &[("q", &bare), ("vendor", &vendor)], 1).await), ["Drill"]);
    let first = until(&shop, &[("q", "pump"), ("vendor", &vendor), ("limit", "1")], 2).await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let next = until(&shop, &[("q", "pump"), ("vendor", &vendor), ("limit", "1"), ("cursor", cursor)], 2).await;
    assert_eq!((titles(&next), next["next_cursor"].is_null()), (vec!["Pumpkin"], true));
}

#[tokio::test]
async fn filters_take_several_values_and_facets_count_under_the_others() {
    let shop = Shop::open().await;
    let (one, other, tag) = (unique("vendor"), unique("vendor"), unique("tag"));
    let option = "Size (24\" × 36\")";
    for (vendor, tags, value) in
        [(&one, vec![&*tag], "6½"), (&one, vec![], "<b>L</b>"), (&other, vec![&*tag], "<b>L</b>")]
    {
        let variants = json!([{ "sku": unique("sku"), "options": { option: value }, "prices": prices(100) }]);
        let options = json!([{ "name": option, "values": [value] }]);
        let content = json!({ "vendor": vendor, "tags": tags, "options": options, "variants": variants });
        shop.new_product(content).await;
    }
    let both = [("vendor", &*one), ("vendor", &*other), ("facets", "true")];
    let list = until(&shop, &both, 3).await;
    let parameter = format!("option.{option}");
    assert_eq!(values(&list, &parameter), [("<b>L</b>", 2), ("6½", 1)]);
    assert_eq!(values(&list, "tag"), [(&*tag, 2)]);
    assert_eq!(values(&list, "in_stock"), [("true", 0)]);
    let mut narrowed = both.to_vec();
    narrowed.push((&parameter, " <b>L</b> "));
    narrowed.push(("tag", &tag));
    let list = until(&shop, &narrowed, 1).await;
    assert_eq!(values(&list, &parameter), [("6½", 1), ("<b>L</b>", 1)]);
    assert_eq!(values(&list, "vendor"), [(&*other, 1), (&*one, 0)]);
    let plain = until(&shop, &[("tag", &tag)], 2).await;
    assert!(plain.get("facets").is_none());
}

#[tokio::test]
async fn what_is_looked_for_has_a_limit() {
    let shop = Shop::open().await;
    let longest = "a".repeat(255);
    shop.get(&format!("/v1/products?q={longest}")).send().await.expect(200);
    for (query, pointer) in [
        (format!("q={longest}a"), "q"),
        ("q=a&q=b".into(), "q"),
        (format!("facets=true{}", "&tag=a".repeat(51)), "tag"),
    ] {
        let answer = shop.get(&format!("/v1/products?{query}")).send().await;
        answer.problem(422, "invalid");
        assert_eq!(answer.pointers(), [pointer]);
    }
}

#[tokio::test]
async fn what_is_being_typed_is_suggested_and_what_was_found_is_marked() {
    let shop = Shop::open().await;
    let word = unique("Zwirn").replace('-', "");
    let product = shop.product(json!({ "title": format!("Blue {word}") })).await;
    let typed = format!("blue {}", &word[..word.len() - 2]);
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("q", &typed).finish();
    let items = within(PUBLISHED_MILLIS, "it is suggested", async || {
        let answer = shop.get(&format!("/v1/search/suggestions?{query}&limit=2")).send().await.expect(200).json();
        (answer["items"].as_array()?.len() == 2).then(|| answer["items"].clone())
    })
    .await;
    assert_eq!(
        items[0],
        json!({ "kind": "query", "text": format!("blue {word}"), "url": format!("/products?q=blue+{word}") })
    );
    assert_eq!(items[1]["url"], format!("/products/{}", product.slug));
    let list = until(&shop, &[("q", &typed)], 1).await;
    let pieces = [("Blue", true), (" ", false), (word.as_str(), true)];
    let pieces = pieces.map(|(text, found)| json!({ "text": text, "found": found }));
    assert_eq!(list["items"][0]["highlights"], json!(pieces));
    for query in ["", "q=a&limit=0", "q=a&sort=title"] {
        shop.get(&format!("/v1/search/suggestions?{query}")).send().await.expect(422);
    }
}

#[tokio::test]
async fn where_a_search_finds_nothing_the_answer_says_what_comes_near() {
    let shop = Shop::open().await;
    let vendor = unique("vendor");
    for title in ["Red Kettle", "Blue Kettle", "Lantern"] {
        shop.new_product(json!({ "vendor": vendor, "title": title })).await;
    }
    until(&shop, &[("vendor", &vendor)], 3).await;
    let near = async |q: &str| {
        let list = until(&shop, &[("q", q), ("vendor", &vendor)], 0).await;
        assert_eq!((titles(&list), list["next_cursor"].is_null()), (vec![], true), "{q}");
        list["near"].clone()
    };
    let kettle = near("red kettle xyzzy").await;
    assert_eq!((&kettle["q"], titles(&kettle)), (&json!("red kettle"), vec!["Red Kettle"]));
    assert_eq!(kettle["items"][0]["highlights"][0], json!({ "text": "Red", "found": true }));
    let any = near("xyzzy").await;
    assert_eq!((any.get("q"), titles(&any).len()), (None, 3), "what sells best");
    // What is found needs nothing near it, and what asks for no words is no search.
    assert_eq!(until(&shop, &[("q", "kettle"), ("vendor", &vendor)], 2).await.get("near"), None);
    assert_eq!(until(&shop, &[("price_min", "9999999"), ("vendor", &vendor)], 0).await.get("near"), None);
    for (locale, said) in
        [("en", "Nothing found for “red kettle xyzzy”. These come near:"), ("de", "Das kommt dem nahe:")]
    {
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("q", "red kettle xyzzy"), ("vendor", &vendor), ("locale", locale)])
            .finish();
        let page = shop.get(&format!("/products?{query}")).send().await.expect(200);
        let page = String::from_utf8_lossy(&page.body).into_owned();
        assert!(page.contains(said) && page.contains("<mark>Red</mark> <mark>Kettle</mark>"), "{page}");
    }
}
