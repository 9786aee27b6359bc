//! What becomes of variants when a product changes, and of their stock when
//! they go.

use futures_util::future::{join, join_all};
use serde_json::{Value, json};

use crate::ask::Answer;
use crate::fixtures::{prices, product_body};
use crate::host::faults::{Site, When};
use crate::shop::{Shop, unique};

/// A product of sizes, and its variants' ids in that order.
struct Sized {
    id: String,
    variants: Vec<String>,
}

fn sized(size: &str) -> Value {
    json!({ "sku": unique(size), "options": { "Size": size }, "prices": prices(1_000) })
}

fn sizes(values: &[&str]) -> Value {
    json!([{ "name": "Size", "values": values }])
}

fn at(problem: &Value) -> Vec<&str> {
    problem["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect()
}

impl Shop {
    async fn sized(&self, values: &[&str]) -> Sized {
        let variants: Vec<Value> = values.iter().map(|size| sized(size)).collect();
        let product = self.product(json!({ "options": sizes(values), "variants": variants })).await;
        let variants = self.variants(&product.id).await;
        Sized {
            variants: variants.iter().map(|variant| variant["id"].as_str().unwrap().to_owned()).collect(),
            id: product.id,
        }
    }

    async fn staffs(&self, method: http::Method, path: &str, body: Value) -> Answer {
        self.ask(method, path).bearer(&self.owner().await).json(body).send().await
    }

    async fn variants(&self, product: &str) -> Vec<Value> {
        let path = format!("/v1/admin/products/{product}/variants");
        let list = self.staffs(http::Method::GET, &path, json!(null)).await.expect(200).json();
        list["items"].as_array().unwrap().clone()
    }

    async fn skus(&self, product: &str) -> Vec<String> {
        let variants = self.variants(product).await;
        variants.iter().map(|variant| variant["sku"].as_str().unwrap().to_owned()).collect()
    }

    async fn change(&self, product: &str, body: Value) -> Answer {
        self.staffs(http::Method::PATCH, &format!("/v1/admin/products/{product}"), body).await
    }

    async fn remove(&self, what: &str) -> Answer {
        let room = if what.starts_with("var_") { "variants" } else { "products" };
        self.staffs(http::Method::DELETE, &format!("/v1/admin/{room}/{what}"), json!({})).await
    }

    async fn stock_of(&self, variant: &str) -> Value {
        let path = format!("/v1/admin/stock/{variant}");
        self.staffs(http::Method::GET, &path, json!(null)).await.expect(200).json()
    }
}

#[tokio::test]
async fn naming_one_variant_leaves_the_others_alone() {
    let shop = Shop::open().await;
    let product = shop.sized(&["S", "M", "L"]).await;
    let before = shop.variants(&product.id).await;
    let body = json!({ "variants": [{ "id": product.variants[1], "prices": prices(777) }] });
    shop.change(&product.id, body).await.expect(200);
    let after = shop.variants(&product.id).await;
    assert_eq!((&after[0], &after[2]), (&before[0], &before[2]));
    assert_eq!(after[1]["prices"][0]["amount"], 777);
    for unchanged in ["id", "sku", "title", "options"] {
        assert_eq!(after[1][unchanged], before[1][unchanged]);
    }
    shop.change(&product.id, json!({ "variants": [] })).await.expect(200);
    assert_eq!(shop.variants(&product.id).await, after, "none is named");
}

#[tokio::test]
async fn a_new_variant_comes_beside_the_others() {
    let shop = Shop::open().await;
    let product = shop.sized(&["S", "L"]).await;
    let before = shop.skus(&product.id).await;
    let (first, second) = (sized("M"), sized("XL"));
    let body = json!({ "options": sizes(&["S", "M", "L", "XL"]), "variants": [first, second] });
    shop.change(&product.id, body).await.expect(200);
    let new = [&first["sku"], &second["sku"]].map(|sku| sku.as_str().unwrap().to_owned());
    assert_eq!(shop.skus(&product.id).await, [before, new.to_vec()].concat());
}

#[tokio::test]
async fn naming_all_variants_orders_them() {
    let shop = Shop::open().await;
    let product = shop.sized(&["S", "M", "L"]).await;
    let skus = shop.skus(&product.id).await;
    let named = |n: usize| json!({ "id": product.variants[n] });
    shop.change(&product.id, json!({ "variants": [named(2), named(0)] })).await.expect(200);
    assert_eq!(shop.skus(&product.id).await, skus, "not all are named");
    shop.change(&product.id, json!({ "variants": [named(2), named(0), named(1)] })).await.expect(200);
    assert_eq!(shop.skus(&product.id).await, [&skus[2], &skus[0], &skus[1]].map(String::clone));
    // What each has of its own can be passed around in one change.
    let swap = |n: usize, other: usize| json!({ "id": product.variants[n], "sku": skus[other] });
    shop.change(&product.id, json!({ "variants": [swap(0, 1), swap(1, 0)] })).await.expect(200);
    assert_eq!(shop.skus(&product.id).await, [&skus[2], &skus[1], &skus[0]].map(String::clone));
}

#[tokio::test]
async fn what_is_wrong_is_told_of_what_was_sent() {
    let shop = Shop::open().await;
    let product = shop.sized(&["S", "M", "L"]).await;
    let other = shop.sized(&["S"]).await;
    let skus = shop.skus(&product.id).await;
    let before = shop.variants(&product.id).await;
    let named = |n: usize, change: Value| {
        let mut named = json!({ "id": product.variants[n] });
        named.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        named
    };
    for (variants, pointers) in [
        (json!([named(2, json!({ "sku": skus[0] }))]), vec!["/variants/0/sku"]),
        (json!([named(0, json!({ "sku": skus[2] }))]), vec!["/variants/0/sku"]),
        (json!([named(0, json!({ "options": { "Size": "L" } }))]), vec!["/variants/0/options"]),
        (json!([named(0, json!({ "options": { "Size": "XXL" } }))]), vec!["/variants/0/options/Size"]),
        (
            json!([named(0, json!({ "prices": [] })), named(1, json!({ "sku": "" }))]),
            vec!["/variants/0/prices", "/variants/1/sku"],
        ),
        (json!([{ "id": other.variants[0] }]), vec!["/variants/0/id"]),
        (json!([named(0, json!({})), named(0, json!({}))]), vec!["/variants/1/id"]),
        (json!([{ "options": { "Size": "L" } }]), vec!["/variants/0/sku", "/variants/0/options", "/variants/0/prices"]),
        (json!([named(0, json!({ "sku": null }))]), vec!["/variants/0/sku"]),
        (json!([{ "id": null }]), vec!["/variants/0/id"]),
        (json!([named(0, json!({ "remove": true }))]), vec!["/variants/0/remove"]),
    ] {
        let answer = shop.change(&product.id, json!({ "variants": variants })).await;
        assert_eq!(at(&answer.problem(422, "invalid")), pointers, "{variants}");
    }
    // A SKU of another product's, wherever in the list.
    let taken = shop.skus(&other.id).await[0].clone();
    let body = json!({ "variants": [named(2, json!({})), named(1, json!({ "sku": taken }))] });
    assert_eq!(at(&shop.change(&product.id, body).await.problem(409, "sku_taken")), ["/variants/1/sku"]);
    assert_eq!(shop.variants(&product.id).await, before);
}

#[tokio::test]
async fn no_change_of_options_makes_a_variant_go() {
    let shop = Shop::open().await;
    let product = shop.sized(&["S", "L"]).await;
    let before = shop.variants(&product.id).await;
    let colour = json!([{ "name": "Size", "values": ["S", "L"] }, { "name": "Colour", "values": ["red"] }]);
    for options in [sizes(&["S"]), json!([]), json!([{ "name": "Colour", "values": ["S", "L"] }]), colour] {
        let answer = shop.change(&product.id, json!({ "options": options })).await;
        let problem = answer.problem(422, "invalid");
        assert!(at(&problem).iter().all(|pointer| *pointer == "/options"), "{problem}");
        let named = before.iter().filter(|variant| problem.to_string().contains(variant["sku"].as_str().unwrap()));
        assert!(named.count() > 0, "{problem}");
    }
    assert_eq!(shop.variants(&product.id).await, before);
    // Said along with the options, or after the variant is gone, it can be done.
    let renamed = |n: usize, size: &str| json!({ "id": product.variants[n], "options": { "Grösse": size } });
    let options = json!([{ "name": "Grösse", "values": ["S", "L"] }]);
    let body = json!({ "options": options, "variants": [renamed(0, "L"), renamed(1, "S")] });
    shop.change(&product.id, body).await.expect(200);
    shop.remove(&product.variants[1]).await.expect(204);
    let body = json!({ "options": [{ "name": "Grösse", "values": ["L"] }] });
    shop.change(&product.id, body).await.expect(200);
    let body = json!({ "options": [], "variants": [{ "id": product.variants[0], "options": {} }] });
    shop.change(&product.id, body).await.expect(200);
}

#[tokio::test]
async fn a_variant_is_not_removed_while_pieces_of_it_are_held() {
    let shop = Shop::open().await;
    let product = shop.sized(&["S", "M", "L"]).await;
    for (variant, pieces) in product.variants.iter().zip([5, 7, 9]) {
        shop.stock(variant, pieces).await;
    }
    let mut carts = Vec::new();
    for (variant, quantity) in [(0, 2), (0, 1), (1, 4)] {
        let cart = shop.ready_cart(&product.variants[variant], quantity).await;
        shop.place(&cart, "pm_card_chargeDeclined").await.expect(201);
        carts.push(cart);
    }
    let skus = shop.skus(&product.id).await;
    let held = |n: usize, held: i64| json!({ "variant_id": product.variants[n], "sku": skus[n], "held": held });
    for (what, pieces, variants) in [
        (&product.variants[0], 3, json!([held(0, 3)])),
        (&product.variants[1], 4, json!([held(1, 4)])),
        (&product.id, 7, json!([held(0, 3), held(1, 4)])),
    ] {
        let problem = shop.remove(what).await.problem(409, "stock_held");
        assert_eq!((&problem["held"], &problem["variants"]), (&json!(pieces), &variants));
        assert!(problem["detail"].as_str().unwrap().contains(&pieces.to_string()), "{problem}");
    }
    assert_eq!(shop.skus(&product.id).await, skus);
    // Nothing is held of this one.
    shop.remove(&product.variants[2]).await.expect(204);
    for cart in &carts[..2] {
        shop.post(&cart.order_path("/cancel")).cart_token(&cart.token).json(json!({})).send().await.expect(200);
    }
    shop.until_available(&product.variants[0], 5).await;
    shop.remove(&product.variants[0]).await.expect(204);
    let order = shop.order(&carts[0]).await;
    assert_eq!(order["lines"][0]["sku"], json!(skus[0]), "orders keep what they sold");
    let problem = shop.remove(&product.variants[1]).await.problem(409, "last_variant");
    assert_eq!(problem["held"], Value::Null);
    shop.remove(&product.id).await.problem(409, "stock_held");
}

#[tokio::test]
async fn the_stock_of_a_removed_variant_stays_in_reach() {
    let shop = Shop::open().await;
    let product = shop.sized(&["S", "L"]).await;
    let skus = shop.skus(&product.id).await;
    for variant in &product.variants {
        shop.stock(variant, 5).await;
        assert_eq!(shop.stock_of(variant).await["removed_at"], Value::Null);
    }
    let cart = shop.ready_cart(&product.variants[0], 2).await;
    shop.place(&cart, "pm_card_visa").await.expect(201);
    shop.until_order(&cart, "confirmed", "paid").await;
    shop.until_available(&product.variants[0], 3).await;
    let delivery = json!({ "delta": 4, "reason": "received", "reference": unique("note") });
    assert_eq!(shop.adjust(&product.variants[0], delivery.clone()).await.expect(200).json()["on_hand"], 7);
    shop.remove(&product.variants[0]).await.expect(204);
    shop.remove(&product.id).await.expect(204);
    for ((variant, sku), on_hand) in product.variants.iter().zip(&skus).zip([7, 5]) {
        let stock = shop.stock_of(variant).await;
        assert_eq!((&stock["variant_id"], &stock["sku"]), (&json!(variant), &json!(sku)));
        assert_eq!((&stock["on_hand"], &stock["held"]), (&json!(on_hand), &json!(0)));
        assert!(stock["removed_at"].as_str().unwrap().ends_with('Z'), "{stock}");
        let path = format!("/v1/variants/{variant}/availability");
        crate::shop::eventually("buyers see it no more", async || shop.get(&path).send().await.is(404).then_some(()))
            .await;
    }
    // A reference of before still counts once; what is left can be written off.
    assert_eq!(shop.adjust(&product.variants[0], delivery).await.expect(200).json()["on_hand"], 7);
    let level = shop.adjust(&product.variants[0], json!({ "delta": -7, "reason": "sold_elsewhere" })).await;
    assert_eq!(level.expect(200).json()["on_hand"], 0);
    let never = "var_01ARZ3NDEKTSV4RRFFQ69G5FAV";
    let path = format!("/v1/admin/stock/{never}");
    shop.staffs(http::Method::GET, &path, json!(null)).await.problem(404, "not_found");
    shop.adjust(never, json!({ "delta": 1, "reason": "received" })).await.problem(404, "not_found");
}

#[tokio::test]
async fn what_was_removed_is_not_for_sale_once_that_is_answered() {
    let shop = Shop::open().await;
    let product = shop.sized(&["S", "L"]).await;
    for variant in &product.variants {
        shop.stock(variant, 5).await;
    }
    let cart = shop.ready_cart(&product.variants[0], 1).await;
    let whole = shop.ready_cart(&product.variants[1], 1).await;
    shop.remove(&product.variants[0]).await.expect(204);
    shop.place(&cart, "pm_card_visa").await.problem(409, "not_for_sale");
    shop.remove(&product.id).await.expect(204);
    shop.place(&whole, "pm_card_visa").await.problem(409, "not_for_sale");
    for variant in &product.variants {
        assert_eq!(shop.stock_of(variant).await["held"], 0);
    }
}

#[tokio::test]
async fn what_was_removed_can_be_made_anew() {
    let shop = Shop::open().await;
    let body = product_body(&json!({}));
    let make = || shop.staffs(http::Method::POST, "/v1/admin/products", body.clone());
    let first = make().await.expect(201).json();
    let variant = |product: &Value| product["variants"][0]["id"].as_str().unwrap().to_owned();
    shop.stock(&variant(&first), 5).await;
    shop.remove(first["id"].as_str().unwrap()).await.expect(204);
    let second = make().await.expect(201).json();
    assert_eq!((&second["slug"], &second["variants"][0]["sku"]), (&first["slug"], &first["variants"][0]["sku"]));
    // Another variant, with a stock of its own.
    assert_ne!(variant(&first), variant(&second));
    assert_eq!(shop.stock_of(&variant(&second)).await["on_hand"], 0);
    assert_eq!(shop.stock_of(&variant(&first)).await["on_hand"], 5);
}

#[tokio::test]
async fn a_removal_from_an_older_product_than_there_is_is_refused() {
    let shop = Shop::open().await;
    let product = shop.sized(&["S", "L"]).await;
    let owner = shop.owner().await;
    for path in [format!("variants/{}", product.variants[0]), format!("products/{}", product.id)] {
        let path = format!("/v1/admin/{path}");
        let etag = shop.get(&path).bearer(&owner).send().await.expect(200).header("etag").to_owned();
        shop.change(&product.id, json!({ "title": "Another" })).await.expect(200);
        shop.delete(&path).bearer(&owner).header("if-match", &etag).send().await.problem(412, "stale");
        let etag = shop.get(&path).bearer(&owner).send().await.expect(200).header("etag").to_owned();
        shop.delete(&path).bearer(&owner).header("if-match", &etag).send().await.expect(204);
        shop.delete(&path).bearer(&owner).send().await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn nothing_is_removed_while_its_pool_does_not_answer() {
    let Some(shop) = Shop::native("pools are made silent").await else { return };
    let product = shop.sized(&["S", "L"]).await;
    let faults = &shop.host().faults;
    faults.always(Site::Command(tradepost::ports::ObjectClass::Pool), &product.variants[1], When::Before);
    for what in [&product.variants[1], &product.id] {
        shop.remove(what).await.problem(503, "unavailable");
    }
    assert_eq!(shop.variants(&product.id).await.len(), 2);
    shop.remove(&product.variants[0]).await.expect(204);
    faults.clear();
    shop.remove(&product.id).await.expect(204);
}

/// Orders placed while their variant is being removed: each is refused, or has
/// its goods for good; and the books of the pool are right.
#[tokio::test]
async fn an_order_that_comes_between_keeps_its_goods() {
    let shop = Shop::open().await;
    let product = shop.sized(&["S", "L"]).await;
    let variant = &product.variants[0];
    shop.stock(variant, 100).await;
    let carts = shop.ready_carts(variant, 12).await;
    let placing = join_all(carts.iter().map(|cart| shop.place(cart, "pm_card_visa")));
    let removing = async {
        loop {
            let answer = shop.remove(variant).await;
            if answer.is(204) {
                break;
            }
            assert!(answer.problem(409, "stock_held")["held"].as_i64().unwrap() > 0);
        }
    };
    let (placed, ()) = join(placing, removing).await;
    let mut sold = 0;
    for (cart, answer) in carts.iter().zip(placed) {
        if answer.is(409) {
            answer.problem(409, "not_for_sale");
        } else {
            answer.expect(201);
            shop.until_order(cart, "confirmed", "paid").await;
            sold += 1;
        }
    }
    crate::shop::eventually("all that was sold has left", async || {
        let stock = shop.stock_of(variant).await;
        (stock["on_hand"] == 100 - sold && stock["held"] == 0).then_some(())
    })
    .await;
    let late = shop.ready_cart(&product.variants[1], 1).await;
    shop.remove(variant).await.problem(404, "not_found");
    assert_eq!(shop.see_cart(&late).await["lines"].as_array().unwrap().len(), 1);
}
