//! The shop's books by days of its own: list, report and home agree, and all of them with the orders.

use serde_json::{Value, json};
use tradepost::ports::{Clock, Database, Statement, Timestamp};

use crate::fixtures::{Cart, Product, eur};
use crate::shop::{Shop, within};

const CLOCK: &str = "its clock cannot be moved";

/// 23:30 and 00:30 in Berlin around the day whose 02:30 there is not, and around the one that has two of them.
const MOMENTS: [&str; 9] = [
    "2035-03-24T22:30:00.000Z",
    "2035-03-24T23:30:00.000Z",
    "2035-03-25T00:59:59.000Z",
    "2035-03-25T21:30:00.000Z",
    "2035-03-25T22:30:00.000Z",
    "2035-10-28T00:30:00.000Z",
    "2035-10-28T01:30:00.000Z",
    "2035-10-28T22:30:00.000Z",
    "2035-10-28T23:30:00.000Z",
];

impl Shop {
    async fn report(&self, path: &str) -> Value {
        let path = format!("/v1/admin/reports/{path}");
        self.get(&path).bearer(&self.log_in_owner().await).send().await.expect(200).json()
    }

    async fn set_time_zone(&self, name: &str) {
        let (owner, body) = (self.log_in_owner().await, json!({ "time_zone": name }));
        self.patch("/v1/admin/settings").bearer(&owner).json(body).send().await.expect(200);
    }

    /// A paid order of so many pieces.
    async fn sell(&self, product: &Product, pieces: i64) -> Cart {
        let cart = self.ready_cart(&product.variant, pieces).await;
        self.place(&cart, "pm_card_visa").await.expect(201);
        self.until_order(&cart, "confirmed", "paid").await;
        cart
    }
}

fn move_to(shop: &Shop, moment: &str) {
    let moment: Timestamp = serde_json::from_value(moment.into()).unwrap();
    shop.host().clock.advance(moment.since(shop.host().clock.now()));
}

/// How many orders a day has by the list, and by the report.
async fn orders_of(shop: &Shop, day: &str) -> (i64, i64) {
    let path = format!("/v1/admin/orders?from={day}&to={day}");
    let list = shop.get(&path).bearer(&shop.log_in_owner().await).send().await.expect(200).json();
    let report = shop.report(&format!("sales?from={day}&to={day}")).await;
    let items = report["items"].as_array().unwrap();
    assert!(items.len() <= 1 && items.iter().all(|item| item["day"] == day), "{report}");
    let orders = items.first().map_or(0, |item| item["orders"].as_i64().unwrap());
    (list["total"].as_i64().unwrap(), orders)
}

#[tokio::test]
async fn a_day_is_the_shops_in_list_report_and_home_also_when_clocks_change() {
    let Some(shop) = Shop::native(CLOCK).await else { return };
    let product = shop.stocked(20).await;
    shop.set_time_zone("Europe/Berlin").await;
    for moment in MOMENTS {
        move_to(&shop, moment);
        shop.sell(&product, 1).await;
    }
    within(5_000, "all are listed", async || {
        let report = shop.report("sales?from=2035-01-01&to=2035-12-31").await;
        (report["totals"][0]["orders"] == 9).then_some(())
    })
    .await;
    for (day, orders) in [
        ("2035-03-24", 1),
        ("2035-03-25", 3),
        ("2035-03-26", 1),
        ("2035-10-27", 0),
        ("2035-10-28", 3),
        ("2035-10-29", 1),
    ] {
        assert_eq!(orders_of(&shop, day).await, (orders, orders), "{day} in Berlin");
    }
    let today = shop.report("today").await;
    assert_eq!((&today["day"], &today["items"][0]["today"]["orders"]), (&json!("2035-10-29"), &json!(1)));
    shop.set_time_zone("Asia/Kolkata").await;
    for (day, orders) in [("2035-03-24", 0), ("2035-03-25", 3), ("2035-03-26", 2), ("2035-10-28", 2), ("2035-10-29", 2)]
    {
        assert_eq!(orders_of(&shop, day).await, (orders, orders), "{day} in India");
    }
    let today = shop.report("today").await;
    assert_eq!((&today["day"], &today["items"][0]["today"]["orders"]), (&json!("2035-10-29"), &json!(2)));
    let until = today["until"].as_str().unwrap().to_owned();
    // A week later, until the same time of the day.
    shop.host().clock.advance(7 * 24 * 3_600_000);
    let later = shop.report("today").await;
    assert_eq!(
        (&later["day"], &later["items"][0]["week_before"]["orders"]),
        (&json!("2035-11-05"), &json!(2)),
        "{until}"
    );
    assert_eq!(later["items"][0]["today"]["orders"], 0);
}

fn amount(value: &Value) -> i64 {
    value["amount"].as_i64().unwrap()
}

#[tokio::test]
async fn reports_sum_to_the_orders_less_what_was_given_back() {
    let Some(shop) = Shop::native("other tests sell in it").await else { return };
    let owner = shop.owner().await;
    let rates = json!([{ "country": "GB", "class": "standard", "name": "VAT", "rate": "20" }]);
    let tax = json!({ "classes": ["standard"], "rates": rates, "reverse_charge": false });
    shop.put("/v1/admin/settings/tax").bearer(&owner).json(tax).send().await.expect(200);
    let (mugs, pots) = (shop.stocked(10).await, shop.stocked(10).await);
    let (one, other, third) = (shop.sell(&mugs, 3).await, shop.sell(&pots, 2).await, shop.sell(&pots, 1).await);
    let unpaid = shop.ready_cart(&pots.variant, 1).await;
    shop.place(&unpaid, "pm_card_chargeDeclined").await.expect(201);
    let line = shop.order(&one).await["lines"][0]["id"].clone();
    for (cart, deed, body) in [
        (
            &one,
            "refunds",
            json!({ "lines": [{ "line_id": line, "quantity": 2, "restock": true }], "reason": "broken" }),
        ),
        (&other, "refunds", json!({ "amount": { "amount": 500, "currency": "EUR" }, "reason": "late" })),
        (&third, "cancel", json!({ "reason": "asked for", "refund": true })),
    ] {
        let path = format!("/v1/admin/orders/{}/{deed}", cart.id);
        within(5_000, "it is done", async || {
            shop.post(&path).bearer(&owner).json(body.clone()).send().await.is(201).then_some(())
        })
        .await;
    }
    let mut expected = (0, 0);
    for cart in [&one, &other, &third] {
        let order = shop.order(cart).await;
        expected.0 += amount(&order["totals"]["total"]);
        expected.1 += amount(&order["totals"]["tax"]);
    }
    let refunded = 2 * 1_999 + 500 + third.total();
    let report = within(5_000, "all is in the books", async || {
        let report = shop.report("sales?by=product").await;
        (report["totals"][0]["orders"] == 3 && amount(&report["totals"][0]["refunded"]) == refunded).then_some(report)
    })
    .await;
    let total = &report["totals"][0];
    assert_eq!(amount(&total["sold"]), expected.0, "{report}");
    assert_eq!(amount(&total["total"]), expected.0 - refunded);
    assert_eq!(amount(&total["net"]) + amount(&total["tax"]), amount(&total["total"]));
    let of = |id: &str| report["items"].as_array().unwrap().iter().find(|item| item["product_id"] == id).unwrap();
    assert_eq!((&of(&mugs.id)["pieces"], &of(&mugs.id)["title"]), (&json!(1), &json!(mugs.title)));
    assert_eq!((&of(&pots.id)["pieces"], &of(&pots.id)["orders"]), (&json!(2), &json!(2)));
    for by in ["day", "product", "country", "channel"] {
        let report = shop.report(&format!("sales?by={by}")).await;
        for member in ["sold", "refunded", "net", "tax", "total", "shipping", "discounts"] {
            let sum: i64 = report["items"].as_array().unwrap().iter().map(|item| amount(&item[member])).sum();
            assert_eq!(sum, amount(&total[member]), "{by} {member}");
        }
    }
    let taxes = shop.report("tax").await;
    let rate = &taxes["items"][0];
    assert_eq!((&rate["country"], &rate["name"], &rate["rate"]), (&json!("GB"), &json!("VAT"), &json!("20")));
    assert_eq!((amount(&rate["net"]), amount(&rate["tax"])), (amount(&total["net"]), amount(&total["tax"])));
    assert_eq!(taxes["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_order_that_is_too_long_for_the_queue_is_in_the_books_too() {
    let Some(shop) = Shop::native("it makes many products").await else { return };
    let mut lines = Vec::new();
    for n in 0..30 {
        let title = format!("{n} {}", "long ".repeat(20));
        let product = shop.new_product(json!({ "title": title, "delivery": "digital" })).await;
        lines.push(json!({ "variant_id": product.variant, "quantity": 1 }));
    }
    let cart = shop.new_cart(json!({ "currency": "EUR", "lines": lines })).await;
    shop.change_cart(&cart, json!({ "email": "ada@example.com" })).await.expect(200);
    shop.place(&cart, "pm_card_visa").await.expect(201);
    let report = within(5_000, "it is in the books", async || {
        let report = shop.report("sales?by=product").await;
        (report["totals"][0]["orders"] == 1).then_some(report)
    })
    .await;
    assert_eq!(report["items"].as_array().unwrap().len(), 30);
    assert_eq!(amount(&report["totals"][0]["total"]), 30 * 1_999);
}

#[tokio::test]
async fn books_that_were_damaged_are_put_right_with_their_row() {
    let Some(shop) = Shop::native("its tables cannot be damaged").await else { return };
    let product = shop.stocked(3).await;
    let cart = shop.sell(&product, 2).await;
    let total = async || {
        let report = shop.report("sales").await;
        report["totals"][0]["total"]["amount"].as_i64().unwrap_or_default()
    };
    within(5_000, "it is in the books", async || (total().await == cart.total()).then_some(())).await;
    let damage = Statement::new("UPDATE orders SET sales = json_array(json_array(), json_array())", []);
    shop.host().database.batch(vec![damage]).await.unwrap();
    assert_eq!(total().await, 0, "the books are what the row says");
    let owner = shop.log_in_owner().await;
    let ids = json!({ "ids": [cart.id] });
    let rebuilt = shop.post("/v1/admin/orders/rebuild").bearer(&owner).json(ids).send().await;
    assert_eq!(rebuilt.expect(200).json()["repaired"], 1);
    assert_eq!(total().await, cart.total());
    let drift = shop.get("/v1/admin/orders/drift").bearer(&owner).send().await.expect(200).json();
    assert_eq!(drift["items"][0]["wrong"], json!(["sales"]));
}

#[tokio::test]
async fn what_is_in_stock_and_owed_on_gift_cards_is_reported() {
    let Some(shop) = Shop::native("other tests sell in it").await else { return };
    let owner = shop.owner().await;
    let (few, many) = (shop.stocked(3).await, shop.stocked(10).await);
    let stock = shop.report("stock").await;
    let euros = stock["totals"].as_array().unwrap().iter().find(|total| total["at_prices"]["currency"] == "EUR");
    assert_eq!(euros.unwrap(), &json!({ "variants": 2, "pieces": 13, "at_prices": eur(13 * 1_999) }), "{stock}");
    assert_eq!((&stock["low"], &stock["out"], &stock["prices_include_tax"]), (&json!(1), &json!(0), &json!(true)));
    assert_eq!(stock["items"][0]["variant_id"], few.variant);
    let card = shop.issued_card(json!({ "balance": eur(5_000) })).await;
    let spare = shop.issued_card(json!({ "balance": eur(700) })).await;
    let debt = |liability: i64, cards: i64| json!([{ "cards": cards, "liability": eur(liability), "issued": eur(5_700), "sold": eur(0) }]);
    assert_eq!(shop.report("gift-cards").await["items"], debt(5_700, 2));
    let cart = shop.ready_cart(&many.variant, 1).await;
    shop.pay_by(&cart, card["code"].as_str().unwrap()).await.expect(200);
    shop.place(&cart, "pm_card_visa").await.expect(201);
    let until = async |owed: Value| {
        within(5_000, &format!("{owed} is owed"), async || {
            (shop.report("gift-cards").await["items"] == owed).then_some(())
        })
        .await;
    };
    until(debt(5_700 - cart.total(), 2)).await;
    let refund = json!({ "amount": eur(900), "reason": "late" });
    let path = format!("/v1/admin/orders/{}/refunds", cart.id);
    within(5_000, "its money can be given back", async || {
        shop.post(&path).bearer(&owner).json(refund.clone()).send().await.is(201).then_some(())
    })
    .await;
    until(debt(5_700 - cart.total() + 900, 2)).await;
    let path = format!("/v1/admin/gift-cards/{}/disable", spare["id"].as_str().unwrap());
    shop.post(&path).bearer(&owner).send().await.expect(200);
    until(debt(5_000 - cart.total() + 900, 1)).await;
    let sales = shop.report("sales").await;
    assert_eq!(amount(&sales["totals"][0]["total"]), cart.total() - 900, "what a gift card paid is a sale");
}

#[tokio::test]
async fn an_order_is_listed_by_what_its_return_waits_for() {
    let Some(shop) = Shop::native("other tests have returns").await else { return };
    let owner = shop.owner().await;
    let product = shop.stocked(2).await;
    let cart = shop.sell(&product, 1).await;
    let lines = json!([{ "line_id": shop.order(&cart).await["lines"][0]["id"], "quantity": 1 }]);
    let act = async |path: String, body: Value| {
        within(5_000, &path, async || {
            let answer = shop.post(&path).bearer(&owner).json(body.clone()).send().await;
            answer.is(201).then(|| answer.json())
        })
        .await
    };
    act(format!("/v1/admin/orders/{}/fulfilments", cart.id), json!({ "lines": lines })).await;
    let mut asked = lines.clone();
    asked[0]["reason"] = json!("does not fit");
    let path = cart.order_path("/returns");
    let order =
        shop.post(&path).cart_token(&cart.token).json(json!({ "lines": asked })).send().await.expect(201).json();
    let id = order["returns"][0]["id"].as_str().unwrap();
    let until = async |status: &str, orders: i64| {
        within(5_000, &format!("{orders} orders have a return that is {status}"), async || {
            let path = format!("/v1/admin/orders?return_status={status}");
            let list = shop.get(&path).bearer(&owner).send().await.expect(200).json();
            (list["total"] == orders).then_some(())
        })
        .await;
    };
    until("requested", 1).await;
    act(format!("/v1/admin/returns/{id}/approve"), json!({})).await;
    until("approved", 1).await;
    until("requested", 0).await;
}

#[tokio::test]
async fn a_report_is_a_file_too_and_says_what_is_wrong_with_its_days() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    for (path, names) in [("sales", r#""day","kind","product_id""#), ("tax", r#""country","name","rate""#)] {
        let answer = shop.get(&format!("/v1/admin/reports/{path}/export")).bearer(&owner).send().await.expect(200);
        assert!(String::from_utf8_lossy(&answer.body).trim_start_matches('\u{feff}').starts_with(names), "{path}");
    }
    for (query, field) in [
        ("from=2026-02-01&to=2026-01-31", "to"),
        ("from=2026-01-01&to=2027-01-02", "to"),
        ("from=2026-02-30", "from"),
        ("from=2026-01-01T00:00:00Z", "from"),
    ] {
        let refused = shop.get(&format!("/v1/admin/reports/sales?{query}")).bearer(&owner).send().await.expect(422);
        assert_eq!(refused.json()["errors"][0]["pointer"], field, "{query}");
    }
    let refused = shop.patch("/v1/admin/settings").bearer(&owner).json(json!({ "time_zone": "Europe/Entenhausen" }));
    assert_eq!(refused.send().await.expect(422).json()["errors"][0]["pointer"], "/time_zone");
    let customer = shop.customer().await;
    for path in ["sales", "tax", "today", "stock", "gift-cards"] {
        shop.get(&format!("/v1/admin/reports/{path}")).bearer(&customer.access).send().await.expect(403);
    }
}

/// So many products, each sold once on the first day of 2030.
async fn sell_many(shop: &Shop, products: i64) {
    let sql = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?1)
        INSERT INTO sales SELECT 1893456000000, n, 0, 0, 'item', printf('prod_%026d', n), 'Mug', 1, 0, 100, 0, 'EUR', 'DE', 'api'
        FROM n";
    shop.host().database.batch(vec![Statement::new(sql, [products.into()])]).await.unwrap();
}

#[tokio::test]
async fn a_report_that_has_more_says_so_and_a_file_has_all_or_is_none() {
    let Some(shop) = Shop::native("its books are written into its database").await else { return };
    let owner = shop.owner().await;
    sell_many(&shop, 10_001).await;
    let query = "from=2030-01-01&to=2030-01-01&by=product";
    let file = async || {
        let path = format!("/v1/admin/reports/sales/export?{query}");
        shop.get(&path).bearer(&owner).send().await
    };
    let page = async || {
        let answer = shop.get(&format!("/admin/reports?{query}")).bearer(&owner).header("accept", "text/html");
        String::from_utf8_lossy(&answer.send().await.expect(200).body).into_owned()
    };
    let report = shop.report(&format!("sales?{query}")).await;
    assert_eq!((report["items"].as_array().unwrap().len(), &report["cut"]), (250, &json!(true)));
    assert_eq!(report["totals"][0]["orders"], 10_001);
    assert!(page().await.contains("More than is shown"));
    let refused = file().await.expect(422).json();
    assert_eq!(refused["errors"][0]["pointer"], "to", "{refused}");
    let sql = "DELETE FROM sales WHERE seq = 1";
    shop.host().database.batch(vec![Statement::new(sql, [])]).await.unwrap();
    let text = String::from_utf8_lossy(&file().await.expect(200).body).into_owned();
    assert_eq!(text.lines().count(), 10_001);
    let sql = "DELETE FROM sales WHERE seq > 200";
    shop.host().database.batch(vec![Statement::new(sql, [])]).await.unwrap();
    assert_eq!(shop.report(&format!("sales?{query}")).await["cut"], false);
    assert!(!page().await.contains("More than is shown"));
}
