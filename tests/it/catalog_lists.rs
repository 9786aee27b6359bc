//! The list of products: its pages, filters and orders.

use serde_json::json;

use crate::catalog::listed;
use crate::fixtures::{PUBLISHED_MILLIS, Product, prices};
use crate::shop::{Shop, eventually, unique, within};

#[tokio::test]
async fn pages_hold_each_product_once() {
    let shop = Shop::open().await;
    let vendor = unique("vendor");
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(shop.new_product(json!({ "vendor": vendor })).await.id);
    }
    let query = format!("vendor={vendor}&limit=2&sort=newest");
    within(PUBLISHED_MILLIS, "all are listed", async || {
        let list = shop.get(&format!("/v1/products?{query}")).send().await.expect(200).json();
        (list["total"] == 5).then_some(())
    })
    .await;
    let (mut found, mut cursor) = (Vec::new(), String::new());
    for page in 0..3 {
        let list = shop.get(&format!("/v1/products?{query}{cursor}")).send().await.expect(200).json();
        let items = list["items"].as_array().unwrap();
        assert_eq!(items.len(), [2, 2, 1][page]);
        found.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        assert_eq!(list["next_cursor"].is_null(), page == 2, "{list}");
        cursor = format!("&cursor={}", list["next_cursor"].as_str().unwrap_or(""));
    }
    found.sort();
    made.sort();
    assert_eq!(found, made);
}

#[tokio::test]
async fn a_list_is_sorted_by_price_and_bounded_by_it() {
    let shop = Shop::open().await;
    let vendor = unique("vendor");
    let mut ids = Vec::new();
    for amount in [300, 100, 200] {
        let variants = json!([{ "sku": unique("sku"), "prices": prices(amount) }]);
        ids.push(shop.product(json!({ "vendor": vendor, "variants": variants })).await.id);
    }
    assert_eq!(
        listed(&shop, &format!("vendor={vendor}&sort=price_asc")).await,
        [1, 2, 0].map(|i: usize| ids[i].clone())
    );
    assert_eq!(
        listed(&shop, &format!("vendor={vendor}&sort=price_desc")).await,
        [0, 2, 1].map(|i: usize| ids[i].clone())
    );
    let bounded = listed(&shop, &format!("vendor={vendor}&price_min=150&price_max=250")).await;
    assert_eq!(bounded, [ids[2].clone()]);
}

/// A product of the vendor's in two sizes, at these prices.
async fn in_two_sizes(shop: &Shop, vendor: &str, small: i64, large: i64) -> (Product, [String; 2]) {
    let variant = |size: &str, amount: i64| json!({ "sku": unique("sku"), "options": { "Size": size }, "prices": prices(amount) });
    let sizes = json!([{ "name": "Size", "values": ["S", "L"] }]);
    let variants = json!([variant("S", small), variant("L", large)]);
    let product = shop.product(json!({ "vendor": vendor, "options": sizes, "variants": variants })).await;
    let seen = shop.get(&format!("/v1/products/{}", product.id)).send().await.expect(200).json();
    let ids = [0, 1].map(|n: usize| seen["variants"][n]["id"].as_str().unwrap().to_owned());
    (product, ids)
}

#[tokio::test]
async fn a_product_is_listed_only_if_one_of_its_variants_is_all_that_is_asked_for() {
    let shop = Shop::open().await;
    let vendor = unique("vendor");
    let (wide, _) = in_two_sizes(&shop, &vendor, 1_000, 10_000).await;
    let (stocked, [_, large]) = in_two_sizes(&shop, &vendor, 1_000, 5_000).await;
    shop.stock(&large, 20).await;
    eventually("the stock is seen", async || {
        (!listed(&shop, &format!("vendor={vendor}&in_stock=true")).await.is_empty()).then_some(())
    })
    .await;
    for (query, expected) in [
        ("price_min=4000&price_max=6000", &[&stocked][..]),
        ("price_min=1000&price_max=1000", &[&stocked, &wide]),
        ("price_min=6000", &[&wide]),
        ("in_stock=true&price_max=2000", &[]),
        ("in_stock=true&price_min=5000&price_max=5000", &[&stocked]),
        ("in_stock=true&price_min=6000", &[]),
    ] {
        let list = shop.get(&format!("/v1/products?vendor={vendor}&{query}")).send().await.expect(200).json();
        let ids: Vec<_> = list["items"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect();
        assert_eq!(ids, expected.iter().map(|product| json!(product.id)).collect::<Vec<_>>(), "{query}");
        assert_eq!(list["total"], expected.len(), "{query}");
    }
    let crossed = shop.get("/v1/products?price_min=6000&price_max=4000").send().await;
    crossed.problem(422, "invalid");
    assert_eq!(crossed.pointers(), ["price_min"]);
}

#[tokio::test]
async fn titles_are_sorted_as_people_do_and_pages_neither_repeat_nor_leave_out() {
    let shop = Shop::open().await;
    let vendor = unique("vendor");
    let in_order = ["apple", "Ärmel", "Éclair", "mug 2", "mug 2", "Mug 2", "mug 10", "Øre", "Zebra"];
    for n in [8, 2, 0, 1, 7, 6, 5, 3, 4] {
        shop.new_product(json!({ "vendor": vendor, "title": in_order[n] })).await;
    }
    for limit in [1, 2, 4, 100] {
        let walked = within(PUBLISHED_MILLIS * 2, "all are listed", async || {
            let (mut titles, mut cursor) = (Vec::new(), String::new());
            loop {
                let query = format!("vendor={vendor}&sort=title&limit={limit}{cursor}");
                let list = shop.get(&format!("/v1/products?{query}")).send().await.expect(200).json();
                let items = list["items"].as_array().unwrap();
                titles.extend(items.iter().map(|item| item["title"].as_str().unwrap().to_owned()));
                match list["next_cursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => return (titles.len() == in_order.len()).then_some(titles),
                }
            }
        })
        .await;
        assert_eq!(walked, in_order, "{limit} a page");
    }
}

#[tokio::test]
async fn prices_are_told_in_the_currency_asked_for() {
    let shop = Shop::open().await;
    let sale = json!([{ "amount": 1_000, "currency": "EUR" }, { "amount": 1_200, "currency": "USD" }]);
    let product = shop.product(json!({ "variants": [{ "sku": unique("sku"), "prices": sale }] })).await;
    let path = format!("/v1/products/{}", product.id);
    let in_dollars = shop.get(&format!("{path}?currency=USD")).send().await.expect(200).json();
    assert_eq!(in_dollars["variants"][0]["price"], json!({ "amount": 1_200, "currency": "USD" }));
    let refused = shop.get("/v1/products?currency=XXXX").send().await;
    assert!(refused.is(422), "{}", refused.told());
}

#[tokio::test]
async fn stock_is_seen_coarsely_and_filters_the_list() {
    let shop = Shop::open().await;
    let vendor = unique("vendor");
    let product = shop.product(json!({ "vendor": vendor })).await;
    assert!(listed(&shop, &format!("vendor={vendor}&in_stock=true")).await.is_empty());
    for (received, level) in [(3, "low"), (100, "in_stock")] {
        shop.stock(&product.variant, received).await;
        eventually(level, async || {
            let list = shop.get(&format!("/v1/products?vendor={vendor}&in_stock=true")).send().await.expect(200).json();
            (list["items"][0]["available"] == level).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn a_query_that_makes_no_sense_is_refused() {
    let shop = Shop::open().await;
    for query in
        ["limit=0", "limit=101", "limit=-1", "limit=many", "sort=sideways", "price_min=cheap", "cursor=nonsense"]
    {
        let answer = shop.get(&format!("/v1/products?{query}")).send().await;
        answer.some_problem();
        assert!(answer.is(422) || answer.is(400), "{query}: {}", answer.told());
    }
}
