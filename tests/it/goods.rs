//! Goods after the order: parcels that go out, things that come back.

use serde_json::{Value, json};

use crate::ask::Answer;
use crate::buyers::mailbox;
use crate::fixtures::{Cart, Product, address, payment};
use crate::host::faults::{Site, When};
use crate::manual_payments;
use crate::shop::{Shop, eventually};
use tradepost::ports::ObjectClass;

/// A confirmed order of three pieces, and the product they are of.
struct Sold {
    shop: Shop,
    product: Product,
    cart: Cart,
    email: String,
}

impl Sold {
    async fn new(shop: Shop, language: &str) -> Self {
        let product = shop.stocked(3).await;
        let lines = json!([{ "variant_id": product.variant, "quantity": 3 }]);
        let begin = shop.post("/v1/carts").header("accept-language", language);
        let begun = begin.json(json!({ "currency": "EUR", "lines": lines })).send().await.expect(201).json();
        let text = |member: &str| begun[member].as_str().unwrap().to_owned();
        let cart = shop.ready(Cart { id: text("id"), token: text("token"), json: begun.clone() }).await;
        let email = mailbox();
        let details = json!({ "email": email, "shipping_address": address() });
        shop.put(&cart.path("/details")).cart_token(&cart.token).json(details).send().await.expect(200);
        shop.place(&cart, "pm_card_visa").await.expect(201);
        let sold = Self { shop, product, cart, email };
        sold.until_committed().await;
        sold
    }

    /// What is not certain to be there is not sent.
    async fn until_committed(&self) {
        eventually("the pieces are the order's", async || (self.on_hand().await == 0).then_some(())).await;
        self.shop.until_order(&self.cart, "confirmed", "paid").await;
    }

    async fn on_hand(&self) -> i64 {
        let path = format!("/v1/admin/stock/{}", self.product.variant);
        let stock = self.shop.get(&path).bearer(&self.shop.owner().await).send().await.expect(200).json();
        stock["on_hand"].as_i64().unwrap()
    }

    async fn staff(&self, rest: &str, body: Value) -> Answer {
        let path = format!("/v1/admin/orders/{}{rest}", self.cart.id);
        self.shop.post(&path).bearer(&self.shop.owner().await).json(body).send().await
    }

    async fn decide(&self, id: &Value, what: &str, body: Value) -> Answer {
        let path = format!("/v1/admin/returns/{}/{what}", id.as_str().unwrap());
        self.shop.post(&path).bearer(&self.shop.owner().await).json(body).send().await
    }

    async fn ask_back(&self, quantity: i64) -> Answer {
        let lines = json!([{ "line_id": "line_1", "quantity": quantity, "reason": "Too small" }]);
        let body = json!({ "lines": lines, "comment": "Sorry\nfor that" });
        self.shop.post(&self.cart.order_path("/returns")).cart_token(&self.cart.token).json(body).send().await
    }
}

fn pieces(quantity: i64) -> Value {
    json!({ "lines": [{ "line_id": "line_1", "quantity": quantity }] })
}

fn with(mut body: Value, more: &Value) -> Value {
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

/// `fulfilled`, `packed`, `returned`, `returnable` of the first line.
fn where_they_are(order: &Value) -> [i64; 4] {
    ["fulfilled", "packed", "returned", "returnable"].map(|member| order["lines"][0][member].as_i64().unwrap())
}

fn statuses(order: &Value) -> (&str, &str) {
    (order["status"].as_str().unwrap(), order["fulfilment_status"].as_str().unwrap())
}

#[tokio::test]
async fn an_order_goes_out_in_parts_and_its_buyer_is_told_of_each() {
    let sold = Sold::new(Shop::open().await, "de").await;
    let tracked = json!({ "carrier": "DHL", "tracking_url": "https://parcels.example/track?id=1&lang=de" });
    let order = sold.staff("/fulfilments", with(pieces(2), &tracked)).await.expect(201).json();
    assert_eq!(statuses(&order), ("confirmed", "partially_fulfilled"));
    assert_eq!(where_they_are(&order), [2, 0, 0, 2]);
    let parcel = &order["fulfilments"][0];
    assert_eq!(
        (&parcel["number"], &parcel["status"], &parcel["carrier"]),
        (&json!(1), &json!("shipped"), &json!("DHL"))
    );
    assert_eq!(parcel["lines"], json!([{ "line_id": "line_1", "quantity": 2 }]));

    let left = sold.staff("/fulfilments", pieces(2)).await;
    assert_eq!(
        left.problem(409, "not_fulfillable")["lines"],
        json!([{ "line_id": "line_1", "requested": 2, "left": 1 }])
    );
    let order = sold.staff("/fulfilments", json!({ "notify": false })).await.expect(201).json();
    assert_eq!(statuses(&order), ("fulfilled", "fulfilled"));
    let seen = sold.shop.order(&sold.cart).await;
    assert_eq!((where_they_are(&seen), &seen["fulfilments"]), ([3, 0, 0, 3], &order["fulfilments"]));

    let letters = sold.shop.letters(&sold.email, 2).await;
    let (subject, text) = (letters[1]["subject"].as_str().unwrap(), letters[1]["text"].as_str().unwrap());
    assert!(subject.ends_with("ist unterwegs"), "{subject}");
    let title = format!("2 × {}", sold.product.title);
    for said in [title.as_str(), "mit DHL", "https://parcels.example/track?id=1&lang=de"] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert_eq!(letters.len(), 2, "the second went out in silence");
}

#[tokio::test]
async fn what_is_packed_may_be_undone_until_it_is_shipped() {
    let sold = Sold::new(Shop::open().await, "en").await;
    let packed = |quantity| with(pieces(quantity), &json!({ "status": "packed" }));
    sold.staff("/fulfilments", packed(2)).await.expect(201);
    let order = sold.staff("/fulfilments", packed(1)).await.expect(201).json();
    assert_eq!((statuses(&order), where_they_are(&order)), (("confirmed", "unfulfilled"), [0, 3, 0, 0]));
    let order = sold.staff("/fulfilments/2/undo", json!({})).await.expect(201).json();
    assert_eq!((where_they_are(&order), order["fulfilments"].as_array().unwrap().len()), ([0, 2, 0, 0], 1));
    let order = sold.staff("/fulfilments/1/ship", json!({ "carrier": "UPS" })).await.expect(201).json();
    assert_eq!((where_they_are(&order), &order["fulfilments"][0]["carrier"]), ([2, 0, 0, 2], &json!("UPS")));
    sold.staff("/fulfilments/1/undo", json!({})).await.problem(409, "already_shipped");
    sold.staff("/fulfilments/2/ship", json!({})).await.problem(404, "not_found");
    sold.staff("/fulfilments/9/undo", json!({})).await.problem(404, "not_found");
    let letters = sold.shop.letters(&sold.email, 2).await;
    assert!(letters[1]["text"].as_str().unwrap().contains("with UPS"), "{letters:?}");
}

#[tokio::test]
async fn a_parcel_with_refunded_pieces_stays_until_it_is_packed_anew() {
    let sold = Sold::new(Shop::open().await, "en").await;
    let packed = |quantity| with(pieces(quantity), &json!({ "status": "packed" }));
    sold.staff("/fulfilments", packed(3)).await.expect(201);
    // Money that goes back asks for no parcel.
    sold.staff("/refunds", with(pieces(1), &json!({ "reason": "They want two" }))).await.expect(201);
    let refused = sold.staff("/fulfilments/1/ship", json!({})).await.problem(409, "not_fulfillable");
    assert_eq!(refused["lines"], json!([{ "line_id": "line_1", "requested": 3, "left": 2 }]));
    assert!(refused["detail"].as_str().unwrap().contains("undo this parcel"), "{refused}");
    assert_eq!(where_they_are(&sold.shop.order(&sold.cart).await), [0, 3, 0, 0], "nothing was sent");
    sold.staff("/fulfilments/1/undo", json!({})).await.expect(201);
    sold.staff("/fulfilments", packed(3)).await.problem(409, "not_fulfillable");
    sold.staff("/fulfilments", json!({ "status": "packed" })).await.expect(201);
    let order = sold.staff("/fulfilments/2/ship", json!({})).await.expect(201).json();
    assert_eq!((where_they_are(&order), statuses(&order).1), ([2, 0, 0, 2], "fulfilled"));
}

#[tokio::test]
async fn the_timeline_says_who_of_the_staff_moved_goods() {
    let sold = Sold::new(Shop::open().await, "en").await;
    let note = sold.staff("/notes", json!({ "text": "Mine" })).await.expect(201).json();
    let me = note["notes"][0]["by"].clone();
    assert!(me.as_str().unwrap().starts_with("cus_"), "{note}");
    sold.staff("/fulfilments", with(pieces(2), &json!({ "status": "packed" }))).await.expect(201);
    sold.staff("/fulfilments", with(pieces(1), &json!({ "status": "packed" }))).await.expect(201);
    sold.staff("/fulfilments/2/undo", json!({})).await.expect(201);
    sold.staff("/fulfilments/1/ship", json!({})).await.expect(201);
    for _ in 0..2 {
        sold.ask_back(1).await.expect(201);
    }
    let returns = sold.shop.order(&sold.cart).await["returns"].clone();
    sold.decide(&returns[0]["id"], "approve", json!({})).await.expect(201);
    sold.decide(&returns[0]["id"], "receive", json!({})).await.expect(201);
    sold.decide(&returns[1]["id"], "refuse", json!({ "reason": "Worn" })).await.expect(201);
    sold.staff("/returns", json!({ "lines": [{ "line_id": "line_1", "quantity": 1, "reason": "Found" }] }))
        .await
        .expect(201);
    let timeline = sold.shop.staff_order(&sold.cart).await["timeline"].clone();
    let by = |kind: &str| {
        let entries = timeline.as_array().unwrap().iter().filter(|entry| entry["type"] == kind);
        entries.map(|entry| entry["by"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(by("packed"), [me.clone(), me.clone()]);
    for kind in ["packing_undone", "shipped", "return_received", "return_refused"] {
        assert_eq!(by(kind), std::slice::from_ref(&me), "{kind}");
    }
    assert_eq!(by("return_requested"), [Value::Null, Value::Null, me.clone()], "its buyer's own are nobody's else");
    assert_eq!(by("return_approved"), [me.clone(), me.clone()]);
    let seen = sold.shop.order(&sold.cart).await;
    assert!(!seen.to_string().contains(me.as_str().unwrap()), "buyers are not told: {seen}");
}

#[tokio::test]
async fn a_parcel_asked_for_twice_under_one_key_is_one() {
    let sold = Sold::new(Shop::open().await, "en").await;
    let path = format!("/v1/admin/orders/{}/fulfilments", sold.cart.id);
    let owner = sold.shop.owner().await;
    let ask = |body: Value| sold.shop.post(&path).bearer(&owner).key("a-parcel-of-its-own").json(body).send();
    let first = ask(pieces(1)).await.expect(201);
    let again = ask(pieces(1)).await.expect(201);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!((first.json(), where_they_are(&sold.shop.order(&sold.cart).await)), (again.json(), [1, 0, 0, 1]));
    ask(pieces(2)).await.problem(422, "idempotency_key_reused");
}

#[tokio::test]
async fn many_parcels_at_once_send_no_piece_twice() {
    let sold = Sold::new(Shop::open().await, "en").await;
    let all = (0..20).map(|_| sold.staff("/fulfilments", pieces(1)));
    let answers = futures_util::future::join_all(all).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 3);
    for refused in answers.iter().filter(|answer| answer.status != 201) {
        refused.problem(409, "not_fulfillable");
    }
    assert_eq!(where_they_are(&sold.shop.order(&sold.cart).await), [3, 0, 0, 3]);
}

#[tokio::test]
async fn all_that_is_wrong_with_a_parcel_or_a_return_is_said_at_once() {
    let sold = Sold::new(Shop::open().await, "en").await;
    let lines = json!([{ "line_id": "line_1", "quantity": 0 }]);
    let wrong = json!({ "lines": lines, "carrier": " ", "tracking_url": "http://parcels.example", "weight": 1 });
    let mut told = sold.staff("/fulfilments", wrong).await.pointers();
    told.sort();
    assert_eq!(told, ["/carrier", "/lines/0/quantity", "/tracking_url", "/weight"]);
    let strangers =
        json!({ "lines": [{ "line_id": "line_7", "quantity": 1 }, { "line_id": "line_8", "quantity": 1 }] });
    assert_eq!(sold.staff("/fulfilments", strangers).await.pointers(), ["/lines/0/line_id", "/lines/1/line_id"]);
    let returned = json!({ "lines": [{ "line_id": "line_1", "quantity": 1, "reason": "\u{200b}" }], "comment": "" });
    let refused = sold.staff("/returns", returned).await.pointers();
    assert_eq!(refused, ["/comment", "/lines/0/reason"]);
    assert_eq!(sold.staff("/returns", json!({ "lines": [] })).await.pointers(), ["/lines"]);
}

#[tokio::test]
async fn nothing_is_sent_before_its_money_is_there_or_agreed_for_later() {
    let Some((shop, product)) = manual_payments::open(&manual_payments::all(), 5).await else { return };
    for (method, may_go) in [("bank_transfer", false), ("invoice", true)] {
        let cart = shop.ready_cart(&product.variant, 2).await;
        shop.place_with(&cart, manual_payments::manual(method)).await.expect(201);
        let path = format!("/v1/admin/orders/{}/fulfilments", cart.id);
        eventually("it is decided", async || {
            let sent = shop.post(&path).bearer(&shop.owner().await).json(json!({})).send().await;
            match may_go {
                true => (sent.status == 201).then_some(()),
                false => (sent.problem(409, "not_fulfillable")["lines"][0]["left"] == 0).then_some(()),
            }
        })
        .await;
    }
}

#[tokio::test]
async fn what_is_downloaded_needs_no_parcel() {
    let shop = Shop::open().await;
    let (download, product) = (shop.download(500).await, shop.stocked(1).await);
    let cart = shop.downloading(&download.variant, 2).await;
    shop.place(&cart, "pm_card_visa").await.expect(201);
    let order = eventually("it is fulfilled", async || {
        let order = shop.order(&cart).await;
        (order["fulfilment_status"] == "fulfilled").then_some(order)
    })
    .await;
    assert_eq!((where_they_are(&order), &order["status"]), ([2, 0, 0, 0], &json!("confirmed")));
    // Beside something that is sent, it holds nothing back.
    let lines = [&product, &download].map(|sold| json!({ "variant_id": sold.variant, "quantity": 1 }));
    let both = shop.new_cart(json!({ "currency": "EUR", "lines": lines })).await;
    let both = shop.ready(both).await;
    shop.place_with(&both, json!({ "payment": payment("pm_card_visa") })).await.expect(201);
    let path = format!("/v1/admin/orders/{}/fulfilments", both.id);
    eventually("all of it is sent", async || {
        let sent = shop.post(&path).bearer(&shop.owner().await).json(json!({})).send().await;
        (sent.status == 201 && sent.json()["fulfilment_status"] == "fulfilled").then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_return_is_asked_for_approved_and_received_and_goes_into_stock_once() {
    let sold = Sold::new(Shop::open().await, "en").await;
    assert_eq!(sold.ask_back(1).await.problem(409, "not_returnable")["lines"][0]["left"], 0);
    sold.staff("/fulfilments", with(pieces(2), &json!({ "notify": false }))).await.expect(201);
    let order = sold.ask_back(2).await.expect(201).json();
    let asked = &order["returns"][0];
    assert_eq!((&asked["status"], &asked["comment"]), (&json!("requested"), &json!("Sorry\nfor that")));
    assert_eq!(where_they_are(&order), [2, 0, 0, 0]);
    sold.ask_back(1).await.problem(409, "not_returnable");

    let words = json!({ "instructions": "By post to 1 Main Street" });
    let order = sold.decide(&asked["id"], "approve", words.clone()).await.expect(201).json();
    assert_eq!(order["returns"][0]["status"], "approved");
    let arrived = json!({ "lines": [{ "line_id": "line_1", "quantity": 1, "restock": true }] });
    let order = sold.decide(&asked["id"], "receive", arrived.clone()).await.expect(201).json();
    assert_eq!(
        (&order["returns"][0]["status"], &order["returns"][0]["received"]),
        (&json!("received"), &arrived["lines"])
    );
    assert_eq!(order["returns"][0]["instructions"], words["instructions"], "its letter may not be written yet");
    assert_eq!(where_they_are(&order), [2, 0, 1, 1], "what did not come is with its buyer");
    eventually("it is in stock", async || (sold.on_hand().await == 1).then_some(())).await;
    sold.decide(&asked["id"], "receive", arrived).await.expect(201);
    sold.decide(&asked["id"], "refuse", json!({ "reason": "Worn" })).await.problem(409, "return_closed");
    assert_eq!(sold.on_hand().await, 1);
    let known = eventually("it is written down", async || {
        let order = sold.shop.order(&sold.cart).await;
        let events: Vec<_> = order["events"].as_array().unwrap().iter().map(|event| event["type"].clone()).collect();
        events.contains(&json!("restocked")).then_some(events)
    })
    .await;
    assert!(known.ends_with(&["return_requested", "return_approved", "return_received", "restocked"].map(Value::from)));

    let letters = sold.shop.letters(&sold.email, 3).await;
    let subjects: Vec<_> = letters.iter().map(|letter| letter["subject"].as_str().unwrap()).collect();
    assert!(subjects[1].starts_with("Your return for order"), "{subjects:?}");
    assert!(subjects[2].starts_with("You can send it back"), "{subjects:?}");
    assert!(letters[2]["text"].as_str().unwrap().contains("By post to 1 Main Street"));
}

#[tokio::test]
async fn a_return_that_is_refused_says_why_and_may_be_asked_for_again() {
    let sold = Sold::new(Shop::open().await, "en").await;
    sold.staff("/fulfilments", json!({ "notify": false })).await.expect(201);
    let order = sold.ask_back(3).await.expect(201).json();
    let words = json!({ "reason": "It was worn" });
    let order = sold.decide(&order["returns"][0]["id"], "refuse", words).await.expect(201).json();
    assert_eq!((&order["returns"][0]["refusal"], where_they_are(&order)), (&json!("It was worn"), [3, 0, 0, 3]));
    let letters = sold.shop.letters(&sold.email, 3).await;
    assert!(letters[2]["text"].as_str().unwrap().contains("It was worn"), "{letters:?}");
    // Staff take it after all, without being asked.
    let lines = json!([{ "line_id": "line_1", "quantity": 1, "reason": "Goodwill" }]);
    let order = sold.staff("/returns", json!({ "lines": lines })).await.expect(201).json();
    assert_eq!(order["returns"][1]["status"], "approved");
    sold.decide(&json!("ret_01ARZ3NDEKTSV4RRFFQ69G5FAV_1"), "approve", json!({})).await.problem(404, "not_found");
    sold.decide(&json!("ret_1"), "approve", json!({})).await.problem(404, "not_found");
}

#[tokio::test]
async fn only_its_buyer_asks_for_a_return() {
    let sold = Sold::new(Shop::open().await, "en").await;
    sold.staff("/fulfilments", json!({ "notify": false })).await.expect(201);
    let body = json!({ "lines": [{ "line_id": "line_1", "quantity": 1, "reason": "Mine" }] });
    let stranger = sold.shop.customer().await.access;
    let ask = sold.shop.post(&sold.cart.order_path("/returns"));
    ask.bearer(&stranger).json(body.clone()).send().await.problem(404, "not_found");
    sold.shop.post(&sold.cart.order_path("/returns")).json(body).send().await.problem(404, "not_found");
}

/// The pool answers and nobody hears it; then the process is gone.
#[tokio::test]
async fn pieces_that_came_back_are_in_stock_once_whatever_fails() {
    let restock = (Site::Command(ObjectClass::Pool), "/return-1/");
    let store = (Site::Commit(ObjectClass::Order), "INSERT INTO log");
    for ((site, of), skip, when) in [
        (restock, 0, When::Before),
        (restock, 0, When::After),
        (store, 0, When::Before),
        (store, 0, When::After),
        (store, 1, When::Before),
        (store, 1, When::After),
    ] {
        let Some(shop) = Shop::native("it needs faults").await else { return };
        let sold = Sold::new(shop, "en").await;
        sold.staff("/fulfilments", json!({})).await.expect(201);
        let lines = json!([{ "line_id": "line_1", "quantity": 2, "reason": "Too small" }]);
        let order = sold.staff("/returns", json!({ "lines": lines })).await.expect(201).json();
        sold.shop.host().faults.nth(site, of, skip, when);
        // The answer may be what is lost; the same is asked again.
        sold.decide(&order["returns"][0]["id"], "receive", json!({})).await;
        sold.decide(&order["returns"][0]["id"], "receive", json!({})).await.expect(201);
        eventually("both pieces are in stock", async || {
            sold.shop.host().clock.advance(1_000);
            (sold.on_hand().await == 2).then_some(())
        })
        .await;
        let order = sold.shop.order(&sold.cart).await;
        assert_eq!(where_they_are(&order), [3, 0, 2, 1], "{site:?} {skip} {when:?}");
    }
}

#[tokio::test]
async fn lists_know_what_was_sent() {
    let sold = Sold::new(Shop::open().await, "en").await;
    let listed = async |status: &str| {
        eventually(status, async || {
            let path = format!("/v1/admin/orders?q={}", sold.cart.id);
            let list = sold.shop.get(&path).bearer(&sold.shop.owner().await).send().await.expect(200).json();
            (list["items"][0]["fulfilment_status"] == status).then_some(())
        })
        .await
    };
    listed("unfulfilled").await;
    sold.staff("/fulfilments", pieces(1)).await.expect(201);
    listed("partially_fulfilled").await;
    sold.staff("/fulfilments", pieces(2)).await.expect(201);
    listed("fulfilled").await;
}
