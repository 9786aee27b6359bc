//! What staff put into a draft, at which prices, and what they take off.

use serde_json::{Value, json};

use crate::browser::VISA;
use crate::drafts::{changed, content, desk, made, of_buyer, path, ready, seen};
use crate::fixtures::{PRICE, eur, payment};
use crate::shop::{Shop, unique};

#[tokio::test]
async fn staff_say_what_is_in_it_and_at_which_price() {
    let shop = Shop::open().await;
    let (one, other) = (shop.stocked(5).await, shop.stocked(5).await);
    let draft = made(&shop, content(&one)).await;
    let lines = |price: Value| {
        json!([{ "variant_id": one.variant, "quantity": 2 },
               { "variant_id": one.variant, "quantity": 1, "unit_price": price },
               { "variant_id": other.variant, "quantity": 1 }])
    };
    let after = changed(&shop, &draft, json!({ "lines": lines(eur(500)), "language": "de" })).await.expect(200).json();
    let told: Vec<_> = after["cart"]["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (&line["unit_price"], &line["quantity"]))
        .collect();
    let (shops, own) = (eur(PRICE), eur(500));
    assert_eq!(told, [(&shops, &json!(2)), (&own, &json!(1)), (&shops, &json!(1))]);
    assert_eq!(after["language"], "de");
    assert_eq!(after["cart"]["email"], draft["cart"]["email"], "what is absent stays");
    // The same again is no change.
    let again = changed(&shop, &draft, json!({ "lines": lines(eur(500)), "language": "de" })).await.expect(200).json();
    assert_eq!(again, after);
    let cheaper = changed(&shop, &draft, json!({ "lines": lines(eur(400)) })).await.expect(200).json();
    assert_eq!(cheaper["cart"]["totals"]["items"], eur(3 * PRICE + 400));
    let one_left = json!({ "lines": [{ "variant_id": one.variant, "quantity": 1 }] });
    let fewer = changed(&shop, &draft, one_left).await.expect(200).json();
    assert_eq!(fewer["cart"]["lines"].as_array().unwrap().len(), 1);

    let dollars = json!({ "amount": 500, "currency": "USD" });
    let wrong = changed(&shop, &draft, json!({ "lines": lines(dollars) })).await;
    assert_eq!(wrong.pointers(), ["/lines/1/unit_price/currency"]);
    assert_eq!(changed(&shop, &draft, json!({ "currency": "USD" })).await.pointers(), ["/currency"]);
    assert_eq!(changed(&shop, &draft, json!({ "shipping_option": "by-owl" })).await.pointers(), ["/shipping_option"]);
    let two = json!({ "email": "ada@", "shipping_address": { "country": "GB" }, "colour": "red" });
    let pointers = changed(&shop, &draft, two).await.pointers();
    assert!(
        ["/email", "/shipping_address/name", "/colour"].iter().all(|at| pointers.contains(&(*at).to_owned())),
        "{pointers:?}"
    );
    assert_eq!(seen(&shop, &draft).await, fewer, "refused as a whole");
}

#[tokio::test]
async fn one_key_begins_one_thing() {
    let shop = Shop::open().await;
    let product = shop.stocked(3).await;
    let key = unique("a-key-for-one-thing");
    let post = async |path: &str, body: Value| desk(&shop, shop.post(path).json(body).key(&key)).await;
    let typed = content(&product);
    let draft = post("/v1/admin/drafts", typed.clone()).await.expect(201);
    assert_eq!(post("/v1/admin/drafts", typed).await.expect(201).json()["id"], draft.json()["id"]);
    let purchase = json!({ "currency": "EUR", "email": "ada@example.com", "payment": payment(VISA),
        "lines": [{ "variant_id": product.variant, "quantity": 1 }] });
    for _ in ["while it is there", "once it is deleted"] {
        post("/v1/carts", json!({})).await.problem(422, "idempotency_key_reused");
        post("/v1/orders", purchase.clone()).await.problem(422, "idempotency_key_reused");
        desk(&shop, shop.delete(&path(&draft.json(), ""))).await;
    }

    let key = unique("a-key-for-a-cart");
    let post = async |path: &str, body: Value| desk(&shop, shop.post(path).json(body).key(&key)).await;
    post("/v1/carts", json!({})).await.expect(201);
    post("/v1/admin/drafts", content(&product)).await.problem(422, "idempotency_key_reused");
}

#[tokio::test]
async fn staff_take_something_off_the_whole_and_say_why() {
    let shop = Shop::open().await;
    let product = shop.stocked(9).await;
    let draft = ready(&shop, &product).await;
    let take = async |discount: Value| changed(&shop, &draft, json!({ "discount": discount })).await;
    let off = async |discount: Value| {
        let draft = take(discount.clone()).await.expect(200).json();
        assert_eq!(draft["discount"], discount);
        draft["cart"]["totals"]["discount"].clone()
    };
    let everything = 2 * PRICE;
    assert_eq!(off(json!({ "reason": "A scratch", "amount": eur(150) })).await, eur(150));
    assert_eq!(off(json!({ "reason": "A gift", "amount": eur(everything + 1) })).await, eur(everything));
    let tenth = json!({ "reason": "A friend <b>", "percent": "12.5" });
    assert_eq!(off(tenth.clone()).await, eur((everything + 4) / 8));
    let before = seen(&shop, &draft).await;
    assert_eq!(take(tenth).await.expect(200).json(), before, "the same again is no change");

    let dollars = json!({ "amount": 100, "currency": "USD" });
    for (wrong, pointer) in [
        (json!({ "reason": "Both", "percent": "5", "amount": eur(5) }), "/discount"),
        (json!({ "reason": "Neither" }), "/discount"),
        (json!({ "reason": "Nothing", "percent": "0" }), "/discount/percent"),
        (json!({ "reason": "Nothing", "amount": eur(0) }), "/discount/amount/amount"),
        (json!({ "reason": "More", "percent": "101" }), "/discount/percent"),
        (json!({ "reason": "", "percent": "5" }), "/discount/reason"),
        (json!({ "percent": "5" }), "/discount/reason"),
        (json!({ "reason": "Other money", "amount": dollars }), "/discount/amount/currency"),
    ] {
        assert_eq!(take(wrong.clone()).await.pointers()[0], pointer, "{wrong}");
    }
    assert_eq!(seen(&shop, &draft).await, before, "refused as a whole");

    // The buyer reads why, pays less, and the order remembers it.
    let cart = of_buyer(&draft);
    assert_eq!(shop.see_cart(&cart).await["lines"][0]["discounts"][0]["title"], "A friend <b>");
    let order = shop.place(&cart, VISA).await.expect(201).json();
    assert_eq!(order["totals"]["discount"], eur((everything + 4) / 8));
    assert_eq!(order["lines"][0]["discounts"][0]["title"], "A friend <b>");

    let other = ready(&shop, &product).await;
    let with = json!({ "discount": { "reason": "A scratch", "percent": "100" } });
    changed(&shop, &other, with).await.expect(200);
    let without = changed(&shop, &other, json!({ "discount": null })).await.expect(200).json();
    assert_eq!((&without["discount"], &without["cart"]["totals"]["discount"]), (&Value::Null, &eur(0)));
}
