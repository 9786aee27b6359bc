//! Customers as staff find them: by their mailbox, whether they have an account or not.

use serde_json::{Value, json};

use crate::fixtures::{Customer, address};
use crate::shop::{Shop, eventually, unique};

async fn list(shop: &Shop, query: &str) -> Value {
    let ask = shop.get(&format!("/v1/admin/customers?{query}")).bearer(&shop.owner().await);
    ask.send().await.expect(200).json()
}

fn emails(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|item| item["email"].as_str().unwrap()).collect()
}

/// An order by that mailbox that is paid; its id.
async fn bought(shop: &Shop, email: &str, name: &str) -> String {
    let product = shop.stocked(5).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    let mut to = address();
    to["name"] = json!(name);
    to["phone"] = json!("+44 20 7930 4832");
    let details = json!({ "email": email, "shipping_address": to });
    shop.put(&cart.path("/details")).cart_token(&cart.token).json(details).send().await.expect(200);
    shop.place(&cart, "pm_card_visa").await.expect(201);
    cart.id
}

#[tokio::test]
async fn whoever_orders_is_a_customer_once_and_is_found_by_what_their_orders_say() {
    let shop = Shop::open().await;
    let name = unique("Zoë");
    let (one, other) = (format!("{}@example.com", unique("zoe")), format!("{}@example.com", unique("yan")));
    bought(&shop, &one, &name).await;
    bought(&shop, &other, &name).await;
    let last = bought(&shop, &one.to_uppercase(), &name).await;
    let q = format!("q={}", name.replace('ë', "%C3%AB"));
    let found = eventually("the list knows of all", async || {
        let found = list(&shop, &q).await;
        (found["items"][0]["orders"] == 2).then_some(found)
    })
    .await;
    // Whoever ordered last comes first.
    assert_eq!(emails(&found), [&one, &other]);
    let first = &found["items"][0];
    assert_eq!((&first["name"], &first["country"], &first["account_id"]), (&json!(name), &json!("GB"), &json!(null)));
    assert_eq!(first["last_order_id"], last);
    assert_eq!(first["spent"].as_array().unwrap().len(), 1);
    assert_eq!(emails(&list(&shop, &format!("q={last}")).await), [&one], "whoever placed that order");
    let orders = format!("/v1/admin/customers/{one}/orders");
    let owner = shop.owner().await;
    let page = shop.get(&format!("{orders}?limit=1")).bearer(&owner).send().await.expect(200).json();
    assert_eq!((&page["items"][0]["id"], &page["total"]), (&json!(last), &json!(2)));
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = shop.get(&format!("{orders}?cursor={cursor}")).bearer(&owner).send().await.expect(200).json();
    assert_eq!(rest["items"].as_array().unwrap().len(), 1);
    let sum =
        page["items"][0]["total"]["amount"].as_i64().unwrap() + rest["items"][0]["total"]["amount"].as_i64().unwrap();
    assert_eq!(first["spent"][0], json!({ "amount": sum, "currency": "EUR" }));

    let path = format!("/v1/admin/customers/{one}");
    let alone = shop.get(&path).bearer(&owner).send().await.expect(200).json();
    assert_eq!(&alone, first);
    for q in [one.split('@').next().unwrap(), "20 7930 4832", &one.to_uppercase()] {
        let query = format!("q={}", q.replace(' ', "+"));
        assert!(emails(&list(&shop, &query).await).contains(&one.as_str()), "{q}");
    }
    let page = list(&shop, &format!("{q}&limit=1")).await;
    let next = list(&shop, &format!("{q}&limit=1&cursor={}", page["next_cursor"].as_str().unwrap())).await;
    assert_eq!((emails(&page), emails(&next)), (vec![one.as_str()], vec![other.as_str()]));
    // Two letters are how an address begins.
    assert!(
        emails(&list(&shop, &format!("q={}&limit=100", &one[..2])).await).iter().all(|email| email.starts_with("zo"))
    );
}

#[tokio::test]
async fn whoever_only_registered_is_a_customer_too_and_staff_are_none() {
    let shop = Shop::open().await;
    let Customer { email, .. } = shop.customer().await;
    let found = list(&shop, &format!("q={email}")).await;
    assert_eq!(emails(&found), [&email]);
    let item = &found["items"][0];
    assert!(item["account_id"].as_str().unwrap().starts_with("cus_"));
    assert_eq!((&item["orders"], &item["spent"], &item["last_order_at"]), (&json!(0), &json!([]), &json!(null)));
    assert!(emails(&list(&shop, "limit=100").await).contains(&email.as_str()));
    let (owner, _) = shop.owner_credentials();
    assert!(!emails(&list(&shop, &format!("q={owner}")).await).contains(&owner.as_str()));

    let token = shop.owner().await;
    for nobody in ["nobody@example.org", "not-an-address"] {
        let path = format!("/v1/admin/customers/{nobody}");
        shop.get(&path).bearer(&token).send().await.problem(404, "not_found");
    }
    for (query, pointer) in [(format!("q={}", "x".repeat(256)), "q"), ("cursor=x".to_owned(), "cursor")] {
        let wrong = shop.get(&format!("/v1/admin/customers?{query}")).bearer(&token).send().await;
        assert_eq!(wrong.pointers(), [pointer]);
    }
}
