//! Sale prices: they begin and end by themselves, wherever a price is told or paid.

use serde_json::{Value, json};
use tradepost::ports::{Clock, Timestamp};

use crate::browser::html;
use crate::fixtures::{PUBLISHED_MILLIS, Product, eur, payment};
use crate::shop::{Shop, unique, within};

const HOUR: i64 = 3_600_000;

fn on_sale(amount: i64, sale: Value) -> Value {
    json!({ "sku": unique("SALE"), "prices": [{ "amount": amount, "currency": "EUR", "sale": sale }] })
}

async fn page_of(shop: &Shop, product: &Product) -> String {
    html(&shop.get(&format!("/products/{}", product.slug)).send().await.expect(200))
}

/// What a product costs, and before, as the shelf says.
async fn shown(shop: &Shop, product: &Product) -> (i64, Option<i64>) {
    let seen = shop.get(&format!("/v1/products/{}?currency=EUR", product.id)).send().await.expect(200).json();
    (seen["price"]["from"]["amount"].as_i64().unwrap(), seen["compare_at"]["amount"].as_i64())
}

/// Until buyers see it, for as long as publishing may take.
async fn until(shop: &Shop, product: &Product, wanted: (i64, Option<i64>)) {
    within(PUBLISHED_MILLIS, "buyers see it", async || (shown(shop, product).await == wanted).then_some(())).await;
}

/// Those of a vendor, by a filter, as lists have them.
async fn listed(shop: &Shop, vendor: &str, filter: &str) -> Vec<Value> {
    let path = format!("/v1/products?vendor={vendor}&currency=EUR&{filter}");
    let list = shop.get(&path).send().await.expect(200).json();
    list["items"].as_array().unwrap().iter().map(|item| item["title"].clone()).collect()
}

#[tokio::test]
async fn a_sale_begins_and_ends_by_itself_everywhere() {
    let Some(shop) = Shop::native("hours pass").await else { return };
    let vendor = unique("vendor");
    let now = shop.host().clock.now();
    let sale = json!({ "amount": 800, "starts_at": now.plus_millis(HOUR), "ends_at": now.plus_millis(2 * HOUR) });
    let lamp = json!({ "vendor": vendor, "title": "Lamp", "variants": [on_sale(1_000, sale)] });
    let (lamp, cup) = (shop.product(lamp).await, shop.product(json!({ "vendor": vendor, "title": "Cup" })).await);
    let change = json!({ "prices": [eur(900)] });
    let path = format!("/v1/admin/variants/{}", cup.variant);
    shop.patch(&path).bearer(&shop.owner().await).json(change).send().await.expect(200);
    shop.stock(&lamp.variant, 9).await;
    until(&shop, &lamp, (1_000, None)).await;
    until(&shop, &cup, (900, None)).await;
    assert_eq!(listed(&shop, &vendor, "price_max=850").await, Vec::<Value>::new());
    assert_eq!(listed(&shop, &vendor, "sort=price_asc").await, ["Cup", "Lamp"]);
    let (early, late) = (shop.ready_cart(&lamp.variant, 2).await, shop.ready_cart(&lamp.variant, 1).await);

    shop.host().clock.advance(HOUR);
    assert_eq!(shown(&shop, &lamp).await, (800, Some(1_000)));
    assert_eq!(listed(&shop, &vendor, "price_max=850").await, ["Lamp"]);
    assert_eq!(listed(&shop, &vendor, "sort=price_asc").await, ["Lamp", "Cup"]);
    let seen = shop.get(&format!("/v1/products/{}", lamp.id)).send().await.expect(200).json();
    assert_eq!((&seen["lowest_30_days"], &seen["variants"][0]["lowest_30_days"]), (&eur(1_000), &eur(1_000)));
    let page = page_of(&shop, &lamp).await;
    assert!(page.contains("€8.00") && page.contains("€10.00</span></s>"), "{page}");
    assert!(page.contains("Lowest price of the 30 days before: €10.00"), "{page}");
    // A cart says what has changed, and is placed for what it then shows.
    let told = shop.see_cart(&early).await;
    assert_eq!(told["problems"][0]["code"], "price_changed", "{told}");
    shop.place(&early, "pm_card_visa").await.problem(409, "price_changed");
    let order = shop.place(&early, "pm_card_visa").await.expect(201).json();
    assert_eq!((&order["lines"][0]["unit_price"], &order["lines"][0]["total"]), (&eur(800), &eur(1_600)));

    let bargain = shop.ready_cart(&lamp.variant, 1).await;
    shop.host().clock.advance(HOUR);
    // Nobody pays less than it costs now.
    shop.place(&bargain, "pm_card_visa").await.problem(409, "price_changed");
    assert_eq!(shop.place(&late, "pm_card_visa").await.expect(201).json()["lines"][0]["unit_price"], eur(1_000));
    assert_eq!(shown(&shop, &lamp).await, (1_000, None));
    assert_eq!(listed(&shop, &vendor, "price_max=850").await, Vec::<Value>::new());
    assert!(!page_of(&shop, &lamp).await.contains("Lowest price"));
}

#[tokio::test]
async fn staff_read_the_sale_that_they_wrote_and_change_prices_around_it() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    let begin = Timestamp::from_millis(4_000_000_000_123);
    let price = json!({ "amount": 1_000, "currency": "EUR", "sale": { "amount": 800, "starts_at": begin },
        "tiers": [{ "from": 5, "amount": 950 }] });
    let product = shop.product(json!({ "variants": [{ "sku": unique("S"), "prices": [price] }] })).await;
    let path = format!("/v1/admin/variants/{}", product.variant);
    let read = async || shop.get(&path).bearer(&owner).send().await.expect(200).json();
    assert_eq!(read().await["prices"], json!([price]));
    let list = format!("/v1/admin/variants?product_id={}", product.id);
    let listed = shop.get(&list).bearer(&owner).send().await.expect(200).json();
    assert_eq!(listed["items"][0]["prices"], json!([price]));
    // A new price alone leaves the sale; one that is no more than it is refused.
    let bulk = async |amount: i64| {
        let rows = json!({ "rows": [{ "id": product.variant, "prices": [eur(amount)] }] });
        shop.post("/v1/admin/variants/bulk").bearer(&owner).json(rows).send().await.expect(200).json()
    };
    assert_eq!(bulk(1_100).await["changed"], 1);
    let mut dearer = price.clone();
    dearer["amount"] = json!(1_100);
    assert_eq!(read().await["prices"], json!([dearer]));
    let refused = bulk(800).await;
    assert!(refused["items"][0]["detail"].as_str().unwrap().contains("less than the price's own amount"), "{refused}");
    // Prices that are replaced whole have no sale unless it is said.
    shop.patch(&path).bearer(&owner).json(json!({ "prices": [eur(1_000)] })).send().await.expect(200);
    assert_eq!(read().await["prices"], json!([eur(1_000)]));
}

#[tokio::test]
async fn a_sale_that_is_none_is_refused_where_it_is() {
    let shop = Shop::open().await;
    let time = |millis| Timestamp::from_millis(millis);
    let tiers = |of: &[(u32, i64)]| -> Value {
        of.iter().map(|(from, amount)| json!({ "from": from, "amount": amount })).collect()
    };
    for (member, value, wrong) in [
        ("sale", json!({ "amount": 1_000 }), vec!["sale/amount"]),
        ("sale", json!({ "amount": -1 }), vec!["sale/amount"]),
        ("sale", json!({ "amount": 1, "starts_at": time(9), "ends_at": time(9) }), vec!["sale/ends_at"]),
        ("tiers", tiers(&[(1, 900)]), vec!["tiers/0/from"]),
        ("tiers", tiers(&[(2, 1_000), (1_000_001, 999)]), vec!["tiers/0/amount", "tiers/1/from"]),
        ("tiers", tiers(&[(3, 900), (3, 800), (4, 800)]), vec!["tiers/1/from", "tiers/2/amount"]),
        ("tiers", (2..13).map(|n| json!({ "from": n, "amount": 1_000 - n })).collect(), vec!["tiers"]),
    ] {
        let mut price = eur(1_000);
        price[member] = value;
        let body = json!({ "title": "A", "variants": [{ "sku": unique("S"), "prices": [price] }] });
        let answer = shop.post("/v1/admin/products").bearer(&shop.owner().await).json(body).send().await;
        let problem = answer.problem(422, "invalid");
        let told: Vec<_> = problem["errors"].as_array().unwrap().iter().map(|error| error["pointer"].clone()).collect();
        assert_eq!(told, wrong.iter().map(|at| format!("/variants/0/prices/0/{at}")).collect::<Vec<_>>());
    }
    let card =
        json!({ "title": "Card", "delivery": "gift_card", "variants": [on_sale(1_000, json!({ "amount": 1 }))] });
    let answer = shop.post("/v1/admin/products").bearer(&shop.owner().await).json(card).send().await;
    assert_eq!(answer.problem(422, "invalid")["errors"][0]["pointer"], "/delivery");
}

#[tokio::test]
async fn what_is_bought_in_one_request_costs_what_it_does_at_that_moment() {
    let Some(shop) = Shop::native("hours pass").await else { return };
    let sale = json!({ "amount": 800, "ends_at": shop.host().clock.now().plus_millis(HOUR) });
    let download = json!({ "delivery": "digital", "variants": [on_sale(1_000, sale)] });
    let product = shop.product(download).await;
    let buy = async || {
        let lines = json!([{ "variant_id": product.variant, "quantity": 1 }]);
        let body = json!({ "currency": "EUR", "lines": lines, "email": crate::buyers::mailbox(), "payment": payment("pm_card_visa") });
        shop.buy(body).await.expect(201).json()["lines"][0]["unit_price"].clone()
    };
    assert_eq!(buy().await, eur(800));
    shop.host().clock.advance(HOUR);
    assert_eq!(buy().await, eur(1_000));
}
