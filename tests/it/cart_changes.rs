//! A cart changed in one request: all of it or nothing.

use serde_json::{Value, json};

use crate::buyers::{mailbox, new_code};
use crate::fixtures::{PRICE, Product, address, eur};
use crate::one_request::{lines, standard, text};
use crate::shop::{Shop, unique};

#[tokio::test]
async fn a_cart_is_filled_in_by_one_change() {
    let shop = Shop::open().await;
    let [tea, pot] = [shop.stocked(9).await, shop.stocked(9).await];
    let option = standard(&shop, &tea).await;
    let cart = shop.cart_with(&tea.variant, 1).await;
    let card = shop.issued_card(json!({ "balance": eur(500) })).await;
    let email = mailbox();
    let change = json!({
        "email": email.to_uppercase(), "shipping_address": address(), "shipping_option": option,
        "gift_cards": [card["code"]], "lines": lines(&[(&pot, 2), (&tea, 3)]),
    });
    let seen = shop.change_cart(&cart, change).await.expect(200).json();
    assert_eq!((&seen["email"], &seen["problems"]), (&json!(email), &json!([])));
    assert_eq!(seen["totals"]["items"], eur(5 * PRICE));
    assert_eq!(seen["totals"]["gift_cards"], eur(500));
    assert_eq!(text(&seen["shipping_option"]["id"]), option);
    assert_eq!(seen["shipping_address"]["country"], "GB");
    assert_eq!(shop.see_cart(&cart).await, seen);
    shop.place(&cart, "pm_card_visa").await.expect(201);
    shop.change_cart(&cart, json!({ "email": mailbox() })).await.problem(409, "cart_closed");
}

#[tokio::test]
async fn a_change_is_made_as_a_whole_or_not_at_all() {
    let shop = Shop::open().await;
    let tea = shop.stocked(9).await;
    let cart = shop.ready_cart(&tea.variant, 1).await;
    let before = shop.see_cart(&cart).await;
    let good = json!({ "email": mailbox(), "lines": lines(&[(&tea, 4)]) });
    for (wrong, pointer) in [
        (json!({ "email": "nobody" }), "/email"),
        (json!({ "email": null }), "/email"),
        (json!({ "shipping_address": null }), "/shipping_address"),
        (json!({ "shipping_address": { "name": "A", "line1": "B", "country": "XX" } }), "/shipping_address/country"),
        (json!({ "shipping_option": "by pigeon" }), "/shipping_option"),
        (json!({ "gift_cards": ["ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ"] }), "/gift_cards/0"),
        (json!({ "vat_number": "12345" }), "/vat_number"),
        (json!({ "lines": [{ "variant_id": tea.variant, "quantity": 0 }] }), "/lines/0/quantity"),
        (json!({ "lines": null }), "/lines"),
        (json!({ "colour": "red" }), "/colour"),
    ] {
        let mut change = good.clone();
        for (name, value) in wrong.as_object().unwrap() {
            change[name] = value.clone();
        }
        let refused = shop.change_cart(&cart, change).await;
        assert_eq!(refused.pointers(), [pointer], "{wrong}");
        assert_eq!(shop.see_cart(&cart).await, before, "{wrong}");
    }
    let coupon = shop.change_cart(&cart, json!({ "email": mailbox(), "coupons": [new_code()] })).await;
    coupon.problem(422, "coupon_not_valid");
    assert_eq!(shop.see_cart(&cart).await, before);
    // Nothing is a change, too, of nothing.
    assert_eq!(shop.change_cart(&cart, json!({})).await.expect(200).json(), before);
}

#[tokio::test]
async fn what_a_change_says_nothing_about_stays_and_null_takes_away() {
    let shop = Shop::open().await;
    let tea = shop.stocked(9).await;
    let cart = shop.ready_cart(&tea.variant, 2).await;
    let mut home = address();
    home["city"] = json!("Leeds");
    let with_both = json!({ "billing_address": home, "vat_number": "DE123456789" });
    let seen = shop.change_cart(&cart, with_both).await.expect(200).json();
    assert_eq!((text(&seen["billing_address"]["city"]), text(&seen["vat_number"])), ("Leeds", "DE123456789"));
    let seen = shop.change_cart(&cart, json!({ "email": mailbox() })).await.expect(200).json();
    assert_eq!((text(&seen["billing_address"]["city"]), text(&seen["vat_number"])), ("Leeds", "DE123456789"));
    assert_eq!((&seen["lines"][0]["quantity"], &seen["shipping_address"]["city"]), (&json!(2), &json!("London")));
    let seen = shop.change_cart(&cart, json!({ "billing_address": null, "vat_number": null })).await.expect(200).json();
    assert_eq!((&seen["billing_address"], seen.get("vat_number")), (&Value::Null, None));
    // Empty lists are said, and so are empty carts.
    let seen =
        shop.change_cart(&cart, json!({ "coupons": [], "gift_cards": [], "lines": [] })).await.expect(200).json();
    assert_eq!((&seen["lines"], &seen["totals"]["items"]), (&json!([]), &eur(0)));
    assert_eq!(seen["shipping_address"]["city"], "London");
}

#[tokio::test]
async fn what_is_wrong_is_named_where_it_was_sent() {
    let shop = Shop::open().await;
    let tea = shop.download(100).await;
    let euros = json!([eur(100)]);
    let only_euros =
        shop.product(json!({ "delivery": "digital", "variants": [{ "sku": unique("sku"), "prices": euros }] })).await;
    let cart = shop.new_cart(json!({ "currency": "USD", "lines": lines(&[(&tea, 1)]) })).await;
    // The first is there already, and is not added.
    let wanted = json!({ "lines": lines(&[(&tea, 2), (&only_euros, 1)]) });
    assert_eq!(shop.change_cart(&cart, wanted).await.pointers(), ["/lines/1/variant_id"]);
    let cart = shop.downloading(&tea.variant, 1).await;
    for _ in 0..10 {
        let code = shop.gift_card_code(1).await;
        shop.pay_by(&cart, &code).await.expect(200);
    }
    let one_more = shop.gift_card_code(1).await;
    assert_eq!(shop.pay_by(&cart, &one_more).await.pointers(), ["/code"]);
}

#[tokio::test]
async fn lines_are_the_only_ones_from_then_on() {
    let shop = Shop::open().await;
    let [tea, pot, cup] = [shop.download(100).await, shop.download(200).await, shop.download(300).await];
    let cart = shop.new_cart(json!({ "currency": "EUR", "lines": lines(&[(&tea, 1), (&pot, 1)]) })).await;
    let id = |view: &Value, of: &Product| {
        let lines = view["lines"].as_array().unwrap();
        lines.iter().find(|line| line["variant_id"] == json!(of.variant)).map(|line| line["id"].clone())
    };
    let kept = id(&cart.json, &pot);
    // One that is named twice is one line.
    let wanted = json!({ "lines": lines(&[(&cup, 1), (&pot, 2), (&cup, 3)]) });
    let seen = shop.change_cart(&cart, wanted.clone()).await.expect(200).json();
    assert_eq!((id(&seen, &tea), id(&seen, &pot)), (None, kept), "what stays is the same line");
    assert_eq!((seen["lines"].as_array().unwrap().len(), &seen["totals"]["items"]), (2, &eur(1_600)));
    // Again, nothing is changed.
    assert_eq!(shop.change_cart(&cart, wanted).await.expect(200).json(), seen);
    let too_many = json!({ "lines": lines(&[(&cup, 600_000), (&cup, 600_000)]) });
    assert_eq!(shop.change_cart(&cart, too_many).await.pointers(), ["/lines/1/quantity"]);
}
