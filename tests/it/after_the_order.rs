//! One order from its first parcel to its last refund: amounts, stock, statuses
//! and letters at each step.

use serde_json::{Value, json};

use crate::ask::Answer;
use crate::buyers::mailbox;
use crate::fixtures::{Cart, Product, eur};
use crate::shop::{Shop, eventually};

const PRICE: i64 = 1_999;

/// What is looked at after each step: the order's status, its money's and its
/// goods'; what was given back; pieces of the line that were sent, came back and
/// were refunded; pieces on hand.
type Seen = (String, String, String, i64, [i64; 3], i64);

struct Story {
    shop: Shop,
    product: Product,
    cart: Cart,
    email: String,
}

impl Story {
    async fn staff(&self, deed: &str, body: Value) -> Answer {
        let path = format!("/v1/admin/orders/{}/{deed}", self.cart.id);
        self.shop.post(&path).bearer(&self.shop.owner().await).json(body).send().await
    }

    async fn see(&self) -> Seen {
        let order = self.shop.order(&self.cart).await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let pieces = ["fulfilled", "returned", "refunded"].map(|of| order["lines"][0][of].as_i64().unwrap());
        let stock = format!("/v1/admin/stock/{}", self.product.variant);
        let stock = self.shop.get(&stock).bearer(&self.shop.owner().await).send().await.expect(200).json();
        (
            text(&order["status"]),
            text(&order["payment"]["status"]),
            text(&order["fulfilment_status"]),
            order["refunded"]["amount"].as_i64().unwrap(),
            pieces,
            stock["on_hand"].as_i64().unwrap(),
        )
    }

    /// Until all of it is so, and the newest letter says this in its subject.
    async fn until(&self, status: [&str; 3], (refunded, pieces, on_hand): (i64, [i64; 3], i64), letters: &[&str]) {
        let [order, payment, goods] = status.map(str::to_owned);
        let wanted = (order, payment, goods, refunded, pieces, on_hand);
        eventually(&format!("{wanted:?}"), async || (self.see().await == wanted).then_some(())).await;
        let came = self.shop.letters(&self.email, letters.len()).await;
        for (letter, said) in came.iter().zip(letters) {
            let subject = letter["subject"].as_str().unwrap();
            assert!(subject.contains(said), "{subject:?} says not {said:?}");
        }
        assert_eq!(came.len(), letters.len(), "{came:?}");
    }
}

#[tokio::test]
async fn two_of_three_are_sent_the_third_is_refunded_and_one_comes_back() {
    let shop = Shop::open().await;
    let product = shop.stocked(10).await;
    let cart = shop.ready_cart(&product.variant, 3).await;
    let email = mailbox();
    let json = shop.change_cart(&cart, json!({ "email": email })).await.expect(200).json();
    shop.place(&cart, "pm_card_visa").await.expect(201);
    let story = Story { shop, product, cart: Cart { json, ..cart }, email };
    let mut letters = vec!["Your order"];
    story.until(["confirmed", "paid", "unfulfilled"], (0, [0, 0, 0], 7), &letters).await;

    let two = json!({ "lines": [{ "line_id": "line_1", "quantity": 2 }] });
    story.staff("fulfilments", two).await.expect(201);
    letters.push("on its way");
    story.until(["confirmed", "paid", "partially_fulfilled"], (0, [2, 0, 0], 7), &letters).await;

    let refund = |quantity, restock| {
        let line = json!({ "line_id": "line_1", "quantity": quantity, "restock": restock });
        json!({ "lines": [line], "reason": "not wanted" })
    };
    story.staff("refunds", refund(1, true)).await.expect(201);
    letters.push("A refund for your order");
    // Nothing is left to be sent: what was not, was given up.
    story.until(["fulfilled", "partially_refunded", "fulfilled"], (PRICE, [2, 0, 1], 8), &letters).await;
    story.staff("fulfilments", json!({})).await.problem(409, "not_fulfillable");

    let back = json!({ "lines": [{ "line_id": "line_1", "quantity": 1, "reason": "Too small" }] });
    let path = story.cart.order_path("/returns");
    let asked = story.shop.post(&path).cart_token(&story.cart.token).json(back).send().await.expect(201).json();
    let decide = async |what: &str| {
        let path = format!("/v1/admin/returns/{}/{what}", asked["returns"][0]["id"].as_str().unwrap());
        story.shop.post(&path).bearer(&story.shop.owner().await).json(json!({})).send().await.expect(201);
    };
    letters.push("Your return");
    story.until(["fulfilled", "partially_refunded", "fulfilled"], (PRICE, [2, 0, 1], 8), &letters).await;
    decide("approve").await;
    letters.push("You can send it back");
    decide("receive").await;
    story.until(["fulfilled", "partially_refunded", "fulfilled"], (PRICE, [2, 1, 1], 9), &letters).await;

    // It is in stock already: by the return, and not by the refund as well.
    assert_eq!(story.staff("refunds", refund(1, true)).await.pointers(), ["/lines/0/restock"]);
    story.staff("refunds", refund(1, false)).await.expect(201);
    letters.push("A refund for your order");
    story.until(["fulfilled", "partially_refunded", "fulfilled"], (2 * PRICE, [2, 1, 2], 9), &letters).await;
    let told = story.staff("refunds", refund(2, false)).await.problem(409, "not_refundable");
    assert_eq!(told["lines"], json!([{ "line_id": "line_1", "requested": 2, "left": 1 }]));
    let path = format!("/v1/admin/orders/{}", story.cart.id);
    let order = story.shop.get(&path).bearer(&story.shop.owner().await).send().await.expect(200).json();
    assert_eq!(order["refundable"], eur(story.cart.total() - 2 * PRICE));
    if let Some(ledger) = story.shop.ledger() {
        assert_eq!(ledger.kept(&story.cart.id), story.cart.total() - 2 * PRICE);
    }
}
