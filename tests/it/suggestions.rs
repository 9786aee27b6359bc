//! What goes with what: learned from orders, read from memory.

use serde_json::{Value, json};
use tradepost::ports::{Database, Statement};

use crate::fixtures::Product;
use crate::shop::{Shop, unique, within};

const CLOCK: &str = "its clock cannot be moved";

fn ids(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect()
}

impl Shop {
    async fn list_of(&self, path: &str) -> Value {
        self.get(path).send().await.expect(200).json()
    }

    /// A paid order of one of each.
    async fn sell_together(&self, products: &[&Product]) {
        let line = |product: &&Product| json!({ "variant_id": product.variant, "quantity": 1 });
        let lines: Vec<Value> = products.iter().map(line).collect();
        let cart = self.new_cart(json!({ "currency": "EUR", "lines": lines })).await;
        let cart = self.ready(cart).await;
        self.place(&cart, "pm_card_visa").await.expect(201);
        self.until_order(&cart, "confirmed", "paid").await;
    }
}

#[tokio::test]
async fn what_was_bought_together_is_suggested_after_a_night() {
    let Some(shop) = Shop::native(CLOCK).await else { return };
    let products = [shop.stocked(9).await, shop.stocked(9).await, shop.stocked(9).await];
    let [mug, tea, _] = &products;
    for _ in 0..2 {
        shop.sell_together(&[mug, tea]).await;
    }
    assert_eq!(
        ids(&shop.list_of(&format!("/v1/products/{}/related", mug.id)).await),
        [""; 0],
        "they have nothing in common"
    );
    shop.host().clock.advance(24 * 3_600_000);
    within(20_000, "it is learned and published", async || {
        shop.host().clock.advance(60_000);
        let related = shop.list_of(&format!("/v1/products/{}/related", mug.slug)).await;
        (ids(&related) == [tea.id.as_str()]).then_some(())
    })
    .await;
    let both = format!("/v1/suggestions?product={}&product={}", mug.id, tea.id);
    assert_eq!(ids(&shop.list_of(&both).await), [""; 0], "what is in the cart is not suggested");
    let detail = shop.list_of(&format!("/v1/products/{}", mug.id)).await;
    assert_eq!(detail.get("bought_with"), None);
}

#[tokio::test]
async fn what_sells_best_is_listed_first_after_a_night_and_what_was_given_back_did_not_sell() {
    let Some(shop) = Shop::native(CLOCK).await else { return };
    let owner = shop.owner().await;
    let vendor = unique("vendor");
    let mut products = Vec::new();
    for _ in 0..4 {
        let product = shop.product(json!({ "vendor": vendor })).await;
        shop.stock(&product.variant, 20).await;
        products.push(product);
    }
    let [given_back, mug, tea, unsold] = &products[..] else { panic!("four were made") };
    let title = unique("Liked");
    let collection = json!({ "title": title, "published": true, "sort": "best_selling",
        "rule": { "match": "all", "conditions": [{ "fact": "vendor", "text": vendor }] } });
    let made = shop.post("/v1/admin/collections").bearer(&owner).json(collection).send().await.expect(201).json();
    assert_eq!(made["sort"], "best_selling");
    for sold in [&[mug, tea][..], &[tea], &[given_back], &[given_back], &[given_back]] {
        shop.sell_together(sold).await;
    }
    // One is not enough of many pieces: orders count.
    let bulk = shop.ready_cart(&mug.variant, 9).await;
    shop.place(&bulk, "pm_card_visa").await.expect(201);
    let orders = async || {
        let list = shop.get("/v1/admin/orders?limit=100").bearer(&owner).send().await.expect(200).json();
        list["items"].as_array().unwrap().clone()
    };
    shop.until_order(&bulk, "confirmed", "paid").await;
    for order in orders().await {
        let id = order["id"].as_str().unwrap().to_owned();
        let whole = shop.get(&format!("/v1/admin/orders/{id}")).bearer(&owner).send().await.expect(200).json();
        let line = &whole["lines"][0];
        if line["variant_id"] != given_back.variant.as_str() {
            continue;
        }
        let refund =
            json!({ "lines": [{ "line_id": line["id"], "quantity": 1, "restock": true }], "reason": "broken" });
        let path = format!("/v1/admin/orders/{id}/refunds");
        within(5_000, "it is given back", async || {
            shop.post(&path).bearer(&owner).json(refund.clone()).send().await.is(201).then_some(())
        })
        .await;
    }
    within(20_000, "the books have it", async || {
        let sql = "SELECT count(*) AS n FROM sales WHERE back = 1 AND kind = 'item'";
        let rows = shop.host().database.batch(vec![Statement::new(sql, [])]).await.unwrap().remove(0);
        (rows.decode::<Value>().unwrap()[0]["n"] == 3).then_some(())
    })
    .await;
    shop.host().clock.advance(24 * 3_600_000);
    let best = [tea, mug, unsold, given_back].map(|product| product.id.clone());
    for query in [format!("vendor={vendor}&sort=best_selling"), format!("collection={}", made["id"].as_str().unwrap())]
    {
        within(20_000, "it is counted and published", async || {
            shop.host().clock.advance(60_000);
            let list = shop.list_of(&format!("/v1/products?{query}")).await;
            (ids(&list) == best).then_some(())
        })
        .await;
        let first = shop.list_of(&format!("/v1/products?{query}&limit=2")).await;
        let cursor = first["next_cursor"].as_str().unwrap();
        let next = shop.list_of(&format!("/v1/products?{query}&limit=2&cursor={cursor}")).await;
        assert_eq!([ids(&first), ids(&next)].concat(), best);
        assert_eq!(first["items"][0].get("sold"), None, "how much the shop sells is its own");
    }
    for (locale, called) in [("en", "Best-selling"), ("de", "Meistverkauft")] {
        let page =
            shop.get(&format!("/products?vendor={vendor}&sort=best_selling&locale={locale}")).send().await.expect(200);
        assert!(String::from_utf8_lossy(&page.body).contains(&format!("selected>{called}</option>")));
    }
}

#[tokio::test]
async fn what_shares_a_rare_tag_is_related() {
    let shop = Shop::open().await;
    let tag = unique("tag");
    let tagged = async || {
        let product = shop.product(json!({ "tags": [tag] })).await;
        shop.stock(&product.variant, 3).await;
        product
    };
    let (one, other) = (tagged().await, tagged().await);
    within(10_000, "it is in stock", async || {
        let list = shop.list_of(&format!("/v1/products/{}/related?limit=24", one.id)).await;
        (ids(&list).first() == Some(&other.id.as_str())).then_some(())
    })
    .await;
    let list = shop.list_of(&format!("/v1/suggestions?product={}&limit=1&currency=USD", one.id)).await;
    assert_eq!((ids(&list), &list["items"][0]["price"]["from"]["currency"]), (vec![other.id.as_str()], &json!("USD")));
}

#[tokio::test]
async fn questions_that_make_no_sense_are_refused() {
    let shop = Shop::open().await;
    let product = shop.product(json!({})).await;
    for (path, pointer) in [
        (format!("/v1/products/{}/related?limit=0", product.id), "limit"),
        (format!("/v1/products/{}/related?product={}", product.id, product.id), "product"),
        ("/v1/suggestions".into(), "product"),
        ("/v1/suggestions?product=mug".into(), "product"),
    ] {
        let answer = shop.get(&path).send().await;
        answer.problem(422, "invalid");
        assert_eq!(answer.pointers(), [pointer], "{path}");
    }
    shop.get("/v1/products/no-such-thing/related").send().await.problem(404, "not_found");
}
