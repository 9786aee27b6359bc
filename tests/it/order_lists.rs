//! Staff's list of orders: what is found by what, and in which order.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::fixtures::{Cart, details};
use crate::shop::{Shop, unique, within};

/// How long an order may take to show up in lists.
pub const LISTED_MILLIS: u64 = 2_000;

pub async fn listed(shop: &Shop, query: &str) -> Value {
    let path = format!("/v1/admin/orders?{query}");
    shop.get(&path).bearer(&shop.owner().await).send().await.expect(200).json()
}

fn q(text: &str) -> String {
    format!("limit=100&q={}", utf8_percent_encode(text, NON_ALPHANUMERIC))
}

pub fn ids(list: &Value) -> Vec<String> {
    list["items"].as_array().unwrap().iter().map(|order| order["id"].as_str().unwrap().to_owned()).collect()
}

/// An order to this address, paid by this card, once it is listed.
pub async fn ordered(shop: &Shop, email: &str, address: Value, method: &str) -> Cart {
    let product = shop.stocked(1).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    let mut details = details();
    details["email"] = json!(email);
    for (member, value) in address.as_object().unwrap() {
        details["shipping_address"][member] = value.clone();
    }
    shop.put(&cart.path("/details")).cart_token(&cart.token).json(details).send().await.expect(200);
    shop.place(&cart, method).await.expect(201);
    within(LISTED_MILLIS, "the order is listed", async || {
        (ids(&listed(shop, &q(&cart.id)).await) == [cart.id.clone()]).then_some(())
    })
    .await;
    cart
}

#[tokio::test]
async fn an_order_is_found_by_part_of_whatever_names_it() {
    let shop = Shop::open().await;
    let name = unique("löwe").to_uppercase();
    let email = format!("{}@example.com", unique("ada"));
    let local = email.split('@').next().unwrap();
    let digits: String =
        name.bytes().map(|byte| char::from(b'0' + byte % 10)).chain("12345678".chars()).take(9).collect();
    let phone = format!("+49 30 {} {}", &digits[..4], &digits[4..]);
    let cart = ordered(&shop, &email, json!({ "name": format!("Zoë {name}"), "phone": phone }), "pm_card_visa").await;
    let order = shop.order(&cart).await;
    let number = order["number"].as_str().unwrap();
    let sku = order["lines"][0]["sku"].as_str().unwrap();
    let (half, rest) = number.split_once('-').unwrap();
    for sought in [
        format!("{local}@"),
        format!("{}@EXAMPLE", local.to_uppercase()),
        number.to_owned(),
        number.to_lowercase(),
        format!("#{number}"),
        format!(" {half}{rest} "),
        half.to_owned(),
        rest.to_owned(),
        name.to_lowercase(),
        name.replace('Ö', "O"),
        phone.clone(),
        phone.replace(' ', ""),
        format!("030{digits}"),
        format!("030/{}-{}", &digits[..4], &digits[4..]),
        sku[3..].to_lowercase(),
    ] {
        assert!(ids(&listed(&shop, &q(&sought)).await).contains(&cart.id), "{sought:?}");
    }
    let item = listed(&shop, &q(number)).await["items"][0].clone();
    assert_eq!((&item["name"], &item["country"]), (&json!(format!("Zoë {name}")), &json!("GB")));
    assert!(ids(&listed(&shop, &q(&format!("x{number}"))).await).is_empty());
}

#[tokio::test]
async fn filters_combine() {
    let Some(shop) = Shop::native("others' orders are in the way").await else { return };
    let paid =
        ordered(&shop, "ada@example.com", json!({ "country": "IE", "postal_code": "D02 AF30" }), "pm_card_visa").await;
    let declined = ordered(&shop, "bob@example.com", json!({}), "pm_card_chargeDeclined").await;
    shop.until_order(&declined, "awaiting_payment", "declined").await;
    let total = shop.order(&paid).await["totals"]["total"]["amount"].as_i64().unwrap();
    let (one, other) = (vec![paid.id.clone()], vec![declined.id.clone()]);
    let both = vec![declined.id.clone(), paid.id.clone()];
    for (query, expected) in [
        ("payment_status=paid".to_owned(), &one),
        ("payment_status=declined&status=awaiting_payment".to_owned(), &other),
        ("payment_status=declined&status=confirmed".to_owned(), &vec![]),
        ("country=IE".to_owned(), &one),
        ("country=gb&q=bob".to_owned(), &other),
        ("country=IE&q=bob".to_owned(), &vec![]),
        (format!("currency=EUR&total_min={total}&total_max={total}"), &both),
        (format!("currency=EUR&total_min={}", total + 1), &vec![]),
        ("currency=USD".to_owned(), &vec![]),
        ("sort=newest&q=example.com".to_owned(), &both),
        ("to=2020-01-01T00:00:00.000Z&q=ada".to_owned(), &vec![]),
    ] {
        let list = within(LISTED_MILLIS, &query, async || {
            let list = listed(&shop, &query).await;
            (ids(&list) == *expected).then_some(list)
        })
        .await;
        assert_eq!(list["total"], expected.len(), "{query}");
    }
    let oldest = listed(&shop, "sort=oldest&limit=1").await;
    assert_eq!((ids(&oldest), &oldest["total"]), (one, &json!(2)));
    let cursor = oldest["next_cursor"].as_str().unwrap();
    assert_eq!(ids(&listed(&shop, &format!("sort=oldest&cursor={cursor}")).await), other);
    let owner = shop.owner().await;
    for (query, pointer) in [
        ("total_min=1", "currency"),
        ("sort=total_desc", "currency"),
        ("total_min=-1&currency=EUR", "total_min"),
        ("country=XX", "country"),
        ("tag=", "tag"),
        (&format!("cursor={cursor}"), "cursor"),
    ] {
        let answer = shop.get(&format!("/v1/admin/orders?{query}")).bearer(&owner).send().await;
        assert_eq!(answer.pointers(), [pointer], "{query}: {}", answer.told());
    }
}

#[tokio::test]
async fn whatever_is_typed_is_looked_for() {
    let shop = Shop::open().await;
    let long = "\"".repeat(255);
    for typed in [
        "\"",
        "\"\"\"",
        "*",
        "a*",
        "NEAR(a b)",
        "a AND",
        "OR",
        "NOT a",
        "-a",
        "sought:a",
        "{a b}",
        "^a",
        "(",
        "%",
        "_",
        "\0",
        "a\0b",
        "\n",
        "#",
        "##",
        "''; --",
        "\u{202e}",
        "é",
        "👩‍🚀",
        &long,
    ] {
        let list = listed(&shop, &q(typed)).await;
        assert!(list["items"].is_array(), "{typed:?}");
    }
}

#[tokio::test]
async fn customers_are_not_shown_what_staff_sort_by() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let product = shop.stocked(1).await;
    let body = json!({ "lines": [{ "variant_id": product.variant, "quantity": 1 }] });
    let json = shop.post("/v1/carts").bearer(&customer.access).json(body).send().await.expect(201).json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let cart = shop.ready(Cart { id: text(&json["id"]), token: text(&json["token"]), json }).await;
    shop.place(&cart, "pm_card_visa").await.expect(201);
    let mine = within(LISTED_MILLIS, "the customer sees the order", async || {
        let list = shop.get("/v1/me/orders").bearer(&customer.access).send().await.expect(200).json();
        (ids(&list) == [cart.id.clone()]).then_some(list)
    })
    .await;
    assert_eq!((&mine["items"][0]["tags"], &mine["total"]), (&Value::Null, &json!(1)));
    assert_eq!(listed(&shop, &q(&cart.id)).await["items"][0]["tags"], json!([]));
}
