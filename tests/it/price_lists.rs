//! Prices of customer groups: who sees them, who pays them, and how staff write them.

use serde_json::{Value, json};
use tradepost::ports::Clock;

use crate::ask::{Answer, Ask};
use crate::browser::html;
use crate::console::{filled, owner, send as fill_in};
use crate::fixtures::{Cart, Customer, PUBLISHED_MILLIS, Product, eur};
use crate::shop::{Shop, eventually, unique, within};

const GROUPS: &str = "/v1/admin/customer-groups";
const LISTS: &str = "/v1/admin/price-lists";
const VISA: &str = "pm_card_visa";
const HOUR: i64 = 3_600_000;

async fn send(shop: &Shop, ask: Ask) -> Answer {
    ask.bearer(&shop.owner().await).send().await
}

fn id(made: &Value) -> String {
    made["id"].as_str().unwrap().to_owned()
}

async fn group(shop: &Shop) -> String {
    let body = json!({ "title": unique("Group") });
    id(&send(shop, shop.post(GROUPS).json(body)).await.expect(201).json())
}

/// A group, and a list with a price of the variant that is for nobody: what can be changed and deleted.
pub async fn both(shop: &Shop, variant: &str) -> (String, String) {
    let (group, list) = (group(shop).await, json!({ "title": unique("List") }));
    let list = id(&send(shop, shop.post(LISTS).json(list)).await.expect(201).json());
    change_prices(shop, &list, json!([{ "id": variant, "prices": [eur(2)] }])).await;
    (group, list)
}

async fn change_members(shop: &Shop, group: &str, rows: Value) -> Value {
    let ask = shop.post(&format!("{GROUPS}/{group}/members")).json(json!({ "rows": rows }));
    send(shop, ask).await.expect(200).json()
}

/// A customer who is in the group, and has signed in since.
async fn member(shop: &Shop, group: &str) -> Customer {
    let customer = shop.customer().await;
    assert_eq!(change_members(shop, group, json!([{ "email": customer.email }])).await["changed"], 1);
    signed_in_anew(shop, customer).await
}

async fn signed_in_anew(shop: &Shop, customer: Customer) -> Customer {
    let granted = shop.log_in(&customer.email, &customer.password).await.expect(200).json();
    Customer { access: granted["access_token"].as_str().unwrap().to_owned(), ..customer }
}

async fn leave(shop: &Shop, group: &str, customer: &Customer) {
    let rows = json!([{ "email": customer.email, "member": false }]);
    assert_eq!(change_members(shop, group, rows).await["changed"], 1);
}

/// A list that is active, for this group, laid over by `more`.
async fn list(shop: &Shop, group: &str, more: Value) -> String {
    let mut body = json!({ "title": unique("List"), "status": "active", "groups": [group] });
    for (member, value) in more.as_object().unwrap() {
        body[member] = value.clone();
    }
    id(&send(shop, shop.post(LISTS).json(body)).await.expect(201).json())
}

async fn change_prices(shop: &Shop, list: &str, rows: Value) -> Value {
    let ask = shop.post(&format!("{LISTS}/{list}/prices")).json(json!({ "rows": rows }));
    send(shop, ask).await.expect(200).json()
}

async fn price(shop: &Shop, list: &str, product: &Product, amount: i64) {
    let told = change_prices(shop, list, json!([{ "sku": product.sku, "prices": [eur(amount)] }])).await;
    assert_eq!((&told["changed"], &told["refused"]), (&json!(1), &json!(0)), "{told}");
}

/// For 10.00, or whatever the price says besides.
async fn sold(shop: &Shop, price: Value) -> Product {
    let mut whole = json!({ "amount": 1_000, "currency": "EUR" });
    for (member, value) in price.as_object().unwrap() {
        whole[member] = value.clone();
    }
    let variants = json!([{ "sku": unique("OWN").to_uppercase(), "prices": [whole] }]);
    let product = shop.product(json!({ "vendor": unique("vendor"), "variants": variants })).await;
    shop.stock(&product.variant, 100).await;
    within(PUBLISHED_MILLIS * 2, "buyers see its stock", async || {
        let seen = shop.get(&format!("/v1/products/{}", product.id)).send().await.expect(200).json();
        (seen["available"] == "in_stock").then_some(())
    })
    .await;
    product
}

/// A cart of the customer's own that can be placed.
async fn cart(shop: &Shop, customer: &Customer, product: &Product, pieces: u32) -> Cart {
    let body = json!({ "currency": "EUR", "lines": [{ "variant_id": product.variant, "quantity": pieces }] });
    let made = shop.post("/v1/carts").bearer(&customer.access).json(body).send().await.expect(201).json();
    shop.ready(Cart { id: id(&made), token: made["token"].as_str().unwrap().to_owned(), json: made }).await
}

fn line(view: &Value) -> &Value {
    &view["lines"][0]["unit_price"]
}

/// What one piece costs by the shelf, for whoever shows the token.
async fn seen(shop: &Shop, product: &Product, access: Option<&str>) -> Value {
    let ask = shop.get(&format!("/v1/products/{}?currency=EUR", product.slug));
    let ask = if let Some(access) = access { ask.bearer(access) } else { ask };
    ask.send().await.expect(200).json()["variants"][0]["price"].clone()
}

#[tokio::test]
async fn a_member_is_shown_what_their_order_keeps_and_what_is_charged() {
    let shop = Shop::open().await;
    let (product, group) = (sold(&shop, json!({})).await, group(&shop).await);
    let list = list(&shop, &group, json!({})).await;
    price(&shop, &list, &product, 700).await;
    let member = member(&shop, &group).await;

    let path = format!("/v1/products/{}?currency=EUR", product.id);
    let answer = shop.get(&path).bearer(&member.access).send().await.expect(200);
    assert_eq!(answer.header("cache-control"), "private, no-cache");
    let detail = answer.json();
    assert_eq!((&detail["price"]["from"], &detail["variants"][0]["price"]), (&eur(700), &eur(700)));
    let vendor = detail["vendor"].as_str().unwrap();
    let listed = format!("/v1/products?vendor={vendor}&currency=EUR&price_min=900");
    let listed = shop.get(&listed).bearer(&member.access).send().await.expect(200).json();
    assert_eq!(listed["items"][0]["price"]["from"], eur(700), "found by everybody's price, at their own: {listed}");
    let near = format!("/v1/products?vendor={vendor}&currency=EUR&q={}", unique("nowhere"));
    let near = shop.get(&near).bearer(&member.access).send().await.expect(200).json();
    assert_eq!(near["near"]["items"][0]["price"]["from"], eur(700), "{near}");
    let page = shop.get(&format!("/products/{}", product.slug)).cookie(&format!("__Host-access={}", member.access));
    let page = page.send().await.expect(200);
    assert_eq!(page.header("cache-control"), "private, no-cache");
    let page = html(&page);
    assert!(page.contains("€7.00") && !page.contains("€10.00"), "{page}");

    let cart = cart(&shop, &member, &product, 3).await;
    let view = shop.see_cart(&cart).await;
    assert_eq!((line(&view), &view["lines"][0]["total"], &view["problems"]), (&eur(700), &eur(2_100), &json!([])));
    let body = json!({ "payment": { "provider": "test", "method": VISA }, "expected_total": view["totals"]["total"] });
    let order = shop.place_with(&cart, body).await.expect(201).json();
    assert_eq!((line(&order), &order["totals"]["total"]), (&eur(700), &view["totals"]["total"]));
    let order = shop.until_order(&cart, "confirmed", "paid").await;
    assert_eq!((line(&order), &order["payment"]["captured"]), (&eur(700), &view["totals"]["total"]));

    // The same in one request.
    let details = crate::fixtures::details();
    let body = json!({
        "currency": "EUR", "lines": [{ "variant_id": product.variant, "quantity": 1 }], "email": details["email"],
        "shipping_address": details["shipping_address"], "shipping_option": "standard",
        "payment": { "provider": "test", "method": VISA },
    });
    let order = shop.post("/v1/orders").bearer(&member.access).key(&unique("own-price-in-one")).json(body);
    assert_eq!(line(&order.send().await.expect(201).json()), &eur(700));
}

#[tokio::test]
async fn the_lowest_price_counts_and_none_of_lists_that_are_not_theirs() {
    let shop = Shop::open().await;
    let tiers = json!([{ "from": 10, "amount": 500 }]);
    let product = sold(&shop, json!({ "tiers": tiers })).await;
    let (own, others) = (group(&shop).await, group(&shop).await);
    for (group, more, amount) in [
        (&own, json!({}), 800),
        (&own, json!({}), 750),
        (&own, json!({}), 1_200),
        (&own, json!({ "status": "draft" }), 1),
        (&own, json!({ "starts_at": "2099-01-01T00:00:00.000Z" }), 2),
        (&own, json!({ "ends_at": "2020-01-01T00:00:00.000Z" }), 3),
        (&own, json!({ "groups": [] }), 4),
        (&others, json!({}), 5),
    ] {
        let list = list(&shop, group, more).await;
        price(&shop, &list, &product, amount).await;
    }
    let member = member(&shop, &own).await;
    assert_eq!(seen(&shop, &product, Some(&member.access)).await, eur(750));
    let (few, many) = (cart(&shop, &member, &product, 9).await, cart(&shop, &member, &product, 10).await);
    assert_eq!(line(&shop.place(&few, VISA).await.expect(201).json()), &eur(750));
    assert_eq!(line(&shop.place(&many, VISA).await.expect(201).json()), &eur(500), "the tier is lower");
    // So may a sale be.
    let sale = json!({ "prices": [{ "amount": 1_000, "currency": "EUR", "sale": { "amount": 600 } }] });
    send(&shop, shop.patch(&format!("/v1/admin/variants/{}", product.variant)).json(sale)).await.expect(200);
    let bargain = cart(&shop, &member, &product, 1).await;
    let placed = shop.place(&bargain, VISA).await;
    let placed = if placed.is(409) { shop.place(&bargain, VISA).await } else { placed };
    assert_eq!(line(&placed.expect(201).json()), &eur(600));
}

#[tokio::test]
async fn whoever_has_left_pays_what_everybody_does_and_is_told_first() {
    let shop = Shop::open().await;
    let (product, group) = (sold(&shop, json!({})).await, group(&shop).await);
    let list = list(&shop, &group, json!({})).await;
    price(&shop, &list, &product, 700).await;
    let member = member(&shop, &group).await;
    let cart = cart(&shop, &member, &product, 1).await;
    assert_eq!(line(&cart.json), &eur(700));

    leave(&shop, &group, &member).await;
    // The token says still that there may be prices of their own.
    assert_eq!(seen(&shop, &product, Some(&member.access)).await, eur(1_000));
    let view = shop.see_cart(&cart).await;
    assert_eq!((&view["problems"][0]["code"], line(&view)), (&json!("price_changed"), &eur(700)));
    let refusal = shop.place(&cart, VISA).await.problem(409, "price_changed");
    assert_eq!(refusal["lines"][0]["new"], eur(1_000), "{refusal}");
    assert_eq!(line(&shop.place(&cart, VISA).await.expect(201).json()), &eur(1_000));
}

#[tokio::test]
async fn who_has_joined_since_they_signed_in_orders_at_the_price_of_the_group() {
    let shop = Shop::open().await;
    let (product, group, customer) = (sold(&shop, json!({})).await, group(&shop).await, shop.customer().await);
    let list = list(&shop, &group, json!({})).await;
    price(&shop, &list, &product, 700).await;
    change_members(&shop, &group, json!([{ "email": customer.email }])).await;
    assert_eq!(seen(&shop, &product, Some(&customer.access)).await, eur(1_000), "until the next token");
    let cart = cart(&shop, &customer, &product, 1).await;
    shop.place(&cart, VISA).await.problem(409, "price_changed");
    assert_eq!(line(&shop.place(&cart, VISA).await.expect(201).json()), &eur(700));
    let body = json!({ "refresh_token": customer.refresh });
    let granted = shop.post("/v1/auth/refresh").json(body).send().await.expect(200).json();
    assert_eq!(seen(&shop, &product, granted["access_token"].as_str()).await, eur(700));
}

#[tokio::test]
async fn a_list_begins_and_ends_by_itself() {
    let Some(shop) = Shop::native("hours pass").await else { return };
    let (product, group) = (sold(&shop, json!({})).await, group(&shop).await);
    let now = shop.host().clock.now();
    let times = json!({ "starts_at": now.plus_millis(HOUR), "ends_at": now.plus_millis(HOUR + 600_000) });
    let list = list(&shop, &group, times).await;
    price(&shop, &list, &product, 700).await;
    let member = member(&shop, &group).await;
    assert_eq!(seen(&shop, &product, Some(&member.access)).await, eur(1_000));

    shop.host().clock.advance(HOUR - 60_000);
    let member = signed_in_anew(&shop, member).await;
    assert_eq!(seen(&shop, &product, Some(&member.access)).await, eur(1_000));
    shop.host().clock.advance(60_000);
    assert_eq!(seen(&shop, &product, Some(&member.access)).await, eur(700));
    let (placed, late) = (cart(&shop, &member, &product, 1).await, cart(&shop, &member, &product, 1).await);
    assert_eq!(line(&shop.place(&placed, VISA).await.expect(201).json()), &eur(700));

    shop.host().clock.advance(600_000);
    assert_eq!(seen(&shop, &product, Some(&member.access)).await, eur(1_000));
    shop.place(&late, VISA).await.problem(409, "price_changed");
    assert_eq!(line(&shop.place(&late, VISA).await.expect(201).json()), &eur(1_000));
    assert_eq!(line(&shop.order(&placed).await), &eur(700), "what was placed stays");
}

#[tokio::test]
async fn nobody_else_sees_anything_of_it() {
    let shop = Shop::open().await;
    let (product, own, others) = (sold(&shop, json!({})).await, group(&shop).await, group(&shop).await);
    let another = sold(&shop, json!({})).await;
    let targets = [
        format!("/v1/products/{}?currency=EUR", product.id),
        format!("/v1/products/{}/related?currency=EUR", product.id),
        format!("/products/{}", product.slug),
    ];
    let read = async |access: Option<&str>| {
        let mut answers = Vec::new();
        for target in &targets {
            let ask = shop.get(target);
            let ask = if let Some(access) = access { ask.bearer(access) } else { ask };
            answers.push(ask.send().await.expect(200));
        }
        answers
    };
    let bodies = |answers: &[Answer]| answers.iter().map(|answer| answer.body.clone()).collect::<Vec<_>>();
    let before = read(None).await;
    let (list, theirs) = (list(&shop, &own, json!({})).await, list(&shop, &others, json!({})).await);
    price(&shop, &list, &product, 700).await;
    price(&shop, &theirs, &another, 600).await;
    let (customer, other) = (shop.customer().await, member(&shop, &others).await);
    for (access, cached) in [(None, "public"), (Some(&*customer.access), "public"), (Some(&*other.access), "private")] {
        let after = read(access).await;
        assert!(after.iter().all(|answer| answer.header("cache-control").starts_with(cached)), "{cached}");
        assert_eq!(bodies(&after)[0], bodies(&before)[0]);
        // In a live shop what goes with it changes.
        assert!(!shop.is_native() || bodies(&after)[2] == bodies(&before)[2]);
    }
    let theirs = cart(&shop, &other, &product, 1).await;
    assert_eq!(line(&shop.place(&theirs, VISA).await.expect(201).json()), &eur(1_000));
    // What is no token of the shop's is no member's, and what was one is told so.
    let forged = format!("{}x", member(&shop, &own).await.access);
    shop.get(&targets[0]).bearer(&forged).send().await.problem(401, "invalid_token");
    shop.get(&targets[0]).bearer("a.b.c").send().await.expect(200);
}

#[tokio::test]
async fn a_cart_that_was_nobodys_is_the_members_who_goes_on_with_it() {
    let shop = Shop::open().await;
    let (product, other, group) = (sold(&shop, json!({})).await, sold(&shop, json!({})).await, group(&shop).await);
    let list = list(&shop, &group, json!({})).await;
    price(&shop, &list, &product, 700).await;
    let member = member(&shop, &group).await;
    let cart = shop.cart_with(&other.variant, 1).await;
    let add = shop.post(&cart.path("/lines")).cart_token(&cart.token).bearer(&member.access);
    let add = add.json(json!({ "variant_id": product.variant, "quantity": 1 })).send().await.expect_success().json();
    assert_eq!(add["lines"][1]["unit_price"], eur(700), "{add}");
    let cart = shop.ready(cart).await;
    let order = shop.place(&cart, VISA).await.expect(201).json();
    assert_eq!(order["lines"][1]["unit_price"], eur(700));
    eventually("it is among their orders", async || {
        let mine = shop.get("/v1/me/orders").bearer(&member.access).send().await.expect(200).json();
        (mine["items"][0]["id"] == order["id"]).then_some(())
    })
    .await;
}

#[tokio::test]
async fn each_row_is_answered_by_itself() {
    let shop = Shop::open().await;
    let (product, group) = (sold(&shop, json!({})).await, group(&shop).await);
    let list = list(&shop, &group, json!({})).await;
    let sku = &product.sku;
    let usd = |amount: i64| json!({ "amount": amount, "currency": "USD" });
    let rows = json!([
        { "sku": sku, "prices": [eur(700)] },
        { "sku": sku, "prices": [usd(700)] },
        { "id": product.variant, "prices": [eur(600)] },
        { "sku": unique("NOBODYS"), "prices": [eur(1)] },
        { "prices": [eur(1)] },
    ]);
    let told = change_prices(&shop, &list, rows).await;
    let refused: Vec<_> = told["items"].as_array().unwrap().iter().map(|row| row["row"].as_u64().unwrap()).collect();
    assert_eq!((&told["changed"], refused), (&json!(1), vec![2, 3, 4, 5]), "{told}");
    assert_eq!((&told["items"][0]["code"], &told["items"][2]["status"]), (&json!("invalid"), &json!(404)));
    let read = async || {
        let path = format!("{LISTS}/{list}/prices?limit=1");
        send(&shop, shop.get(&path)).await.expect(200).json()
    };
    let prices = read().await;
    assert_eq!((&prices["items"][0]["sku"], &prices["items"][0]["price"]), (&json!(sku), &eur(700)));
    assert_eq!((&prices["items"][0]["ordinary"], &prices["total"]), (&eur(1_000), &json!(1)));
    let again = change_prices(&shop, &list, json!([{ "sku": sku, "prices": [eur(700)] }])).await;
    assert_eq!((&again["changed"], &again["unchanged"]), (&json!(0), &json!(1)));
    let none = json!([{ "sku": sku, "prices": [{ "amount": null, "currency": "EUR" }] }]);
    assert_eq!(change_prices(&shop, &list, none).await["changed"], 1);
    assert_eq!(read().await["items"], json!([]));
    price(&shop, &list, &product, 800).await;
    let of_variant = format!("{LISTS}/{list}/prices/{}", product.variant);
    send(&shop, shop.delete(&of_variant)).await.expect(204);
    send(&shop, shop.delete(&of_variant)).await.problem(404, "not_found");
    assert_eq!(read().await["items"], json!([]));

    let customer = shop.customer().await;
    let rows = json!([{ "email": customer.email }, { "email": customer.email }, { "email": "nobody@example.net" }, {}]);
    let told = change_members(&shop, &group, rows).await;
    assert_eq!((&told["changed"], &told["refused"]), (&json!(1), &json!(3)), "{told}");
    let members = send(&shop, shop.get(&format!("{GROUPS}/{group}/members"))).await.expect(200).json();
    assert_eq!((&members["items"][0]["email"], &members["total"]), (&json!(customer.email), &json!(1)));
    let known = send(&shop, shop.get(&format!("/v1/admin/customers/{}", customer.email))).await.expect(200).json();
    assert_eq!(known["groups"][0]["id"], group);
}

#[tokio::test]
async fn staff_are_told_why_a_group_or_a_list_cannot_be_so() {
    let shop = Shop::open().await;
    let (group, path) = (group(&shop).await, |group: &str| format!("{GROUPS}/{group}"));
    let list = list(&shop, &group, json!({})).await;
    send(&shop, shop.delete(&path(&group))).await.problem(409, "customer_group_in_use");
    let titled = send(&shop, shop.get(&path(&group))).await.expect(200);
    let (title, tag) = (titled.json()["title"].as_str().unwrap().to_owned(), titled.header("etag").to_owned());
    assert_eq!(titled.json()["price_lists"][0]["id"], list);
    let taken = shop.post(GROUPS).json(json!({ "title": title.to_uppercase() }));
    assert_eq!(send(&shop, taken).await.problem(409, "title_taken")["errors"][0]["pointer"], "/title");
    let change = || shop.patch(&path(&group)).header("if-match", &tag).json(json!({ "title": unique("Other") }));
    send(&shop, change()).await.expect(200);
    send(&shop, change()).await.problem(412, "stale");
    for (body, pointer) in [
        (json!({ "title": " " }), "/title"),
        (json!({ "groups": ["group_01ARZ3NDEKTSV4RRFFQ69G5FAV"] }), "/groups/0"),
        (json!({ "starts_at": "2030-01-02T00:00:00.000Z", "ends_at": "2030-01-01T00:00:00.000Z" }), "/ends_at"),
    ] {
        let ask = shop.patch(&format!("{LISTS}/{list}")).json(body);
        assert_eq!(send(&shop, ask).await.problem(422, "invalid")["errors"][0]["pointer"], pointer);
    }
    // Out of the list, it can go.
    let none = shop.patch(&format!("{LISTS}/{list}")).json(json!({ "groups": [] }));
    assert_eq!(send(&shop, none).await.expect(200).json()["groups"], json!([]));
    send(&shop, shop.delete(&path(&group))).await.expect(204);
    send(&shop, shop.get(&path(&group))).await.problem(404, "not_found");
    send(&shop, shop.delete(&format!("{LISTS}/{list}"))).await.expect(204);
}

#[tokio::test]
async fn a_customer_is_in_twenty_groups_at_most() {
    let Some(shop) = Shop::native("a shop has a hundred of them").await else { return };
    let customer = shop.customer().await;
    for _ in 0..20 {
        let group = group(&shop).await;
        change_members(&shop, &group, json!([{ "email": customer.email }])).await;
    }
    let (group, other) = (group(&shop).await, shop.customer().await);
    let told = change_members(&shop, &group, json!([{ "email": customer.email }, { "email": other.email }])).await;
    let refused = &told["items"][0];
    assert_eq!((&told["changed"], &told["refused"]), (&json!(1), &json!(1)), "{told}");
    assert_eq!((&refused["name"], &refused["code"]), (&json!(customer.email), &json!("customer_groups_full")));
}

#[tokio::test]
async fn who_was_put_into_a_group_is_written_down_by_name_however_many_they_are() {
    let shop = Shop::open().await;
    let (group, mut emails) = (group(&shop).await, Vec::new());
    for _ in 0..12 {
        let email = format!("{}@{}.example.com", unique("buyer"), "a".repeat(60));
        let body = json!({ "email": email, "password": "thimble orchard meridian 7", "name": "Grace Hopper" });
        shop.post("/v1/auth/register").json(body).send().await.expect(202);
        emails.push(email);
    }
    let rows: Vec<Value> = emails.iter().map(|email| json!({ "email": email })).collect();
    assert_eq!(change_members(&shop, &group, json!(rows)).await["changed"], 12);
    let entries = crate::audit_log::of(&shop, &group).await;
    let changes = entries[0]["changes"].as_array().unwrap();
    assert_eq!((changes.len(), &entries[0]["left_out"]), (12, &json!(0)), "{}", entries[0]);
    let (at, before, after) = (format!("/members/{}", emails[0]), json!(false), json!(true));
    assert!(changes.contains(&json!({ "at": at, "before": before, "after": after })), "{}", entries[0]);
}

#[tokio::test]
async fn a_gift_card_costs_members_what_it_costs_everybody() {
    let shop = Shop::open().await;
    let group = group(&shop).await;
    let list = list(&shop, &group, json!({})).await;
    let product = sold(&shop, json!({})).await;
    let card = shop.new_product(json!({ "delivery": "gift_card" })).await;
    let told = change_prices(&shop, &list, json!([{ "sku": card.sku, "prices": [eur(1)] }])).await;
    assert_eq!((&told["changed"], &told["items"][0]["code"]), (&json!(0), &json!("invalid")), "{told}");
    // One that became a gift card since is out of it, too.
    price(&shop, &list, &product, 700).await;
    let member = member(&shop, &group).await;
    let card = shop.patch(&format!("/v1/admin/products/{}", product.id)).json(json!({ "delivery": "gift_card" }));
    send(&shop, card).await.expect(200);
    eventually("the shelf knows what it is", async || {
        (seen(&shop, &product, Some(&member.access)).await == eur(1_000)).then_some(())
    })
    .await;
    let body = json!({ "currency": "EUR", "lines": [{ "variant_id": product.variant, "quantity": 1 }] });
    let cart = shop.post("/v1/carts").bearer(&member.access).json(body).send().await.expect(201).json();
    assert_eq!(line(&cart), &eur(1_000));
}

#[tokio::test]
async fn whoever_signs_out_leaves_no_cart_at_their_prices_behind() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let cookies = format!("__Host-access={}", customer.access);
    let out = shop.post("/v1/auth/logout").header("origin", &shop.origin()).cookie(&cookies);
    let answer = out.send().await.expect_success();
    let (pair, attributes) = answer.set_cookie("__Host-cart").expect("it is taken away");
    assert!(pair == "__Host-cart=" && attributes.contains("Max-Age=0"), "{pair}; {attributes}");
}

#[tokio::test]
async fn groups_and_lists_are_written_on_their_pages() {
    let shop = Shop::open().await;
    let (browser, product, customer) = (owner(&shop).await, sold(&shop, json!({})).await, shop.customer().await);
    let written = async |path: &str, form: &str, typed: &[(&str, &str)]| {
        let page = browser.open(path).await;
        let answer = fill_in(&browser, path, &filled(form, &page, typed)).await;
        assert!(answer.is(200) || answer.is(303), "{form}: {}", answer.told());
        answer.header("location").split('?').next().unwrap().to_owned()
    };
    let (title, list) = (unique("Resellers"), unique("Spring"));
    let group = written("/admin/customers/groups", "group-new", &[("/title:text", &title)]).await;
    let of_group = format!("{group}/members");
    written(&of_group, "members-add", &[("/rows:sheet.email:text", &customer.email)]).await;
    assert!(browser.open(&of_group).await.contains(&customer.email));
    // Whoever saves what another has changed since is told so.
    let seen_before = filled("group-edit", &browser.open(&group).await, &[("/title:text", &unique("Late"))]);
    written(&group, "group-edit", &[("/title:text", &title)]).await;
    written(&group, "group-edit", &[("/title:text", &unique("Between"))]).await;
    assert!(fill_in(&browser, &group, &seen_before).await.is(412));
    written(&group, "group-edit", &[("/title:text", &title)]).await;
    let known = browser.open(&format!("/admin/customers/{}", customer.email)).await;
    assert!(known.contains(&title), "{known}");

    let id = group.rsplit('/').next().unwrap();
    let list = written("/admin/price-lists", "list-new", &[("/title:text", &list), ("/groups/0:text?", id)]).await;
    let prices = format!("{list}/prices");
    let rows = format!("{}\t7.00\nNOBODYS\t1.00", product.sku);
    written(&prices, "list-prices", &[("/rows:sheet.sku:text.prices/0:money~EUR", &rows)]).await;
    written(&list, "list-edit", &[("/status:text", "active")]).await;
    let page = browser.open(&prices).await;
    assert!(page.contains(&product.sku) && page.contains("€7.00"), "{page}");
    let member = signed_in_anew(&shop, customer).await;
    assert_eq!(seen(&shop, &product, Some(&member.access)).await, eur(700));

    let members = send(&shop, shop.get(&format!("{GROUPS}/{id}/members"))).await.expect(200).json();
    let account = members["items"][0]["account_id"].as_str().unwrap();
    written(&of_group, "members-remove", &[("/rows/0/account_id:pick", account)]).await;
    assert_eq!(seen(&shop, &product, Some(&member.access)).await, eur(1_000));
    written(&prices, "list-price-remove", &[]).await;
    assert!(!browser.open(&prices).await.contains("€7.00"));
    assert_eq!(written(&list, "list-delete", &[]).await, "/admin/price-lists");
    assert_eq!(written(&group, "group-delete", &[]).await, "/admin/customers/groups");
}
