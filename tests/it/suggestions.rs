//! What goes with what: learned from orders, read from memory.

use serde_json::{Value, json};

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
