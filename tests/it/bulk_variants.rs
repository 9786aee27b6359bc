//! Prices and stock of many variants at once: looked at first, then written.

use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use tradepost::ports::{Database, Statement};

use crate::ask::Ask;
use crate::browser::html;
use crate::console::{filled, owner, said, send};
use crate::fixtures::{PRICE, PUBLISHED_MILLIS, Product, eur};
use crate::host::faults::{Site, When};
use crate::shop::{Shop, unique, within};

const PATH: &str = "/v1/admin/variants/bulk";

async fn ask(shop: &Shop, body: Value) -> Ask {
    shop.post(PATH).bearer(&shop.owner().await).json(body)
}

async fn change(shop: &Shop, body: Value) -> Value {
    ask(shop, body).await.send().await.expect(200).json()
}

/// What a variant costs in euros, and how many there are.
async fn standing(shop: &Shop, product: &Product) -> (i64, i64) {
    let owner = shop.owner().await;
    let path = format!("/v1/admin/variants/{}", product.variant);
    let variant = shop.get(&path).bearer(&owner).send().await.expect(200).json();
    let path = format!("/v1/admin/stock/{}", product.variant);
    let stock = shop.get(&path).bearer(&owner).send().await.expect(200).json();
    let mut prices = variant["prices"].as_array().unwrap().iter();
    let euros = prices.find(|price| price["currency"] == "EUR").unwrap();
    (euros["amount"].as_i64().unwrap(), stock["on_hand"].as_i64().unwrap())
}

/// Whether its pieces are counted, how far below zero it may be sold, and how few are few.
async fn kept(shop: &Shop, product: &Product) -> (Value, Value, Value) {
    let path = format!("/v1/admin/variants/{}", product.variant);
    let mut variant = shop.get(&path).bearer(&shop.owner().await).send().await.expect(200).json();
    let mut take = |name: &str| variant[name].take();
    (take("tracked"), take("backorder_floor"), take("low_level"))
}

#[tokio::test]
async fn a_change_is_looked_at_line_by_line_and_then_is_just_that() {
    let shop = Shop::open().await;
    let [one, other] = [shop.stocked(5).await, shop.stocked(8).await];
    let rows = json!([
        { "sku": one.sku.to_lowercase(), "prices": [eur(2_500)] },
        { "sku": one.sku, "prices": [eur(2_500)], "on_hand": 7 },
        { "sku": other.sku, "on_hand": 6, "on_hand_was": 8 },
        { "id": other.variant, "add": 1 },
        { "sku": unique("nothing"), "add": 1 },
    ]);
    let looked = change(&shop, json!({ "rows": rows, "reason": "damaged", "dry_run": true })).await;
    assert_eq!((&looked["changed"], &looked["refused"], &looked["unchanged"]), (&json!(2), &json!(3), &json!(0)));
    let codes: Vec<_> = looked["items"].as_array().unwrap().iter().map(|item| item["code"].as_str()).collect();
    assert_eq!(codes, [Some("not_found"), None, None, Some("invalid"), Some("not_found")], "{looked}");
    let first = &looked["items"][1];
    assert_eq!((&first["row"], &first["sku"], &first["title"]), (&json!(2), &json!(one.sku), &json!(one.title)));
    assert_eq!((&first["before"]["prices"][0], &first["before"]["on_hand"]), (&eur(PRICE), &json!(5)));
    assert_eq!((&first["after"]["prices"][0], &first["after"]["on_hand"]), (&eur(2_500), &json!(7)));
    assert_eq!(first["before"]["prices"][1], first["after"]["prices"][1], "other currencies stay");
    assert!(looked["items"][2]["before"].get("prices").is_none(), "what stays is not told");
    for (product, pieces) in [(&one, 5), (&other, 8)] {
        assert_eq!(standing(&shop, product).await, (PRICE, pieces), "nothing is written yet");
    }

    // One is sold meanwhile, and what was counted is right nevertheless.
    let sold = json!({ "delta": -1, "reason": "sold_elsewhere" });
    let path = format!("/v1/admin/stock/{}/adjustments", other.variant);
    shop.post(&path).bearer(&shop.owner().await).json(sold).send().await.expect(200);
    let agreed = json!({ "rows": looked["rows"], "reason": looked["reason"] });
    for replayed in ["", "true"] {
        let answer = ask(&shop, agreed.clone()).await.key("agreed-to-this").send().await.expect(200);
        assert_eq!(answer.header("idempotent-replayed"), replayed);
        assert_eq!((&answer.json()["changed"], &answer.json()["refused"]), (&json!(2), &json!(0)), "{}", answer.told());
    }
    assert_eq!(standing(&shop, &one).await, (2_500, 7));
    assert_eq!(standing(&shop, &other).await.1, 8 - 1 - 2);
    let path = format!("/v1/admin/stock/{}/ledger", one.variant);
    let ledger = shop.get(&path).bearer(&shop.owner().await).send().await.expect(200).json();
    assert_eq!((&ledger["items"][0]["reason"], &ledger["items"][0]["units"]), (&json!("damaged"), &json!(2)));
    within(PUBLISHED_MILLIS * 2, "buyers see it", async || {
        let cart = shop.cart_with(&one.variant, 1).await;
        (cart.json["lines"][0]["unit_price"] == eur(2_500)).then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_is_said_of_its_row_and_the_others_are_written() {
    let shop = Shop::open().await;
    let sale =
        json!([{ "sku": unique("SALE"), "prices": [{ "amount": 1_000, "currency": "EUR", "compare_at": 1_500 }] }]);
    let [held, sale, good, stale] = [
        shop.stocked(2).await,
        shop.new_product(json!({ "variants": sale })).await,
        shop.new_product(json!({})).await,
        shop.new_product(json!({})).await,
    ];
    let cart = shop.ready_cart(&held.variant, 2).await;
    shop.place(&cart, "pm_card_authenticationRequired").await.expect(201);
    let patch = json!({ "vendor": "Somebody else" });
    let path = format!("/v1/admin/products/{}", stale.id);
    shop.patch(&path).bearer(&shop.owner().await).json(patch).send().await.expect(200);
    let sku = sale.sku.clone();
    let rows = json!([
        { "id": held.variant, "add": -1, "prices": [eur(3_000)] },
        { "sku": sku, "prices": [eur(1_500)] },
        { "id": good.variant, "prices": [eur(1)], "version": 1 },
        { "id": stale.variant, "prices": [eur(1)], "version": 1 },
        { "id": good.variant, "prices": [{ "amount": 5, "currency": "CHF" }] },
        { "id": stale.variant, "on_hand": 1, "add": 1 },
    ]);
    let done = change(&shop, json!({ "rows": rows })).await;
    let told: Vec<_> = done["items"].as_array().unwrap().iter().map(|item| (&item["row"], &item["code"])).collect();
    let codes =
        [json!("below_held"), json!("invalid"), json!(null), json!("stale"), json!("invalid"), json!("invalid")];
    let numbers = [json!(1), json!(2), json!(3), json!(4), json!(5), json!(6)];
    assert_eq!(told, numbers.iter().zip(&codes).collect::<Vec<_>>(), "{done}");
    assert_eq!(done["items"][1]["detail"], "compare_at must be more than amount, or absent");
    assert_eq!(done["items"][0]["after"]["prices"].as_array().map(Vec::len), Some(3), "its price is changed");
    assert_eq!(standing(&shop, &held).await.1, 2);
    assert_eq!(standing(&shop, &good).await.0, 1);
    assert_eq!(standing(&shop, &sale).await.0, 1_000);
    assert_eq!(standing(&shop, &stale).await.0, PRICE);
}

#[tokio::test]
async fn how_stock_is_kept_is_changed_in_many_rows_with_a_result_of_each() {
    let shop = Shop::open().await;
    let [one, other, same] = [shop.stocked(5).await, shop.stocked(5).await, shop.stocked(5).await];
    let parts = json!([{ "variant_id": one.variant, "quantity": 1 }]);
    let set = json!({ "variants": [{ "sku": unique("SET"), "prices": [eur(900)], "parts": parts }] });
    let set = shop.new_product(set).await;
    let rows = json!([
        { "sku": one.sku, "backorder_floor": -4, "low_level": 1, "add": 2 },
        { "sku": other.sku, "tracked": false },
        { "sku": same.sku, "tracked": true, "backorder_floor": 0, "low_level": null },
        { "sku": set.sku, "tracked": false },
        { "sku": unique("none"), "low_level": 2 },
    ]);
    let looked = change(&shop, json!({ "rows": rows, "dry_run": true })).await;
    assert_eq!((&looked["changed"], &looked["refused"], &looked["unchanged"]), (&json!(2), &json!(2), &json!(1)));
    let first = &looked["items"][0];
    assert_eq!(first["before"], json!({ "on_hand": 5, "backorder_floor": 0, "low_level": null }), "{first}");
    assert_eq!(first["after"], json!({ "on_hand": 7, "backorder_floor": -4, "low_level": 1 }), "{first}");
    assert_eq!(looked["items"][2]["detail"], "tracked a bundle has no stock of its own: say this of its parts");
    assert_eq!(kept(&shop, &one).await, (json!(true), json!(0), json!(null)), "nothing is written yet");

    let done = change(&shop, json!({ "rows": looked["rows"] })).await;
    assert_eq!((&done["changed"], &done["refused"]), (&json!(2), &json!(0)), "{done}");
    assert_eq!(kept(&shop, &one).await, (json!(true), json!(-4), json!(1)));
    assert_eq!(standing(&shop, &one).await, (PRICE, 7));
    assert_eq!(kept(&shop, &other).await.0, json!(false));
    let log = format!("/v1/admin/audit-log?thing={}", other.id);
    let log = shop.get(&log).bearer(&shop.owner().await).send().await.expect(200).json();
    let told = json!({ "at": format!("/variants/{}/tracked", other.variant), "before": true, "after": false });
    assert!(log["items"][0]["changes"].as_array().unwrap().contains(&told), "{log}");
    // What was looked at before somebody else changed it is refused, and nothing of its row is done.
    let stale = json!({ "rows": [{ "id": one.variant, "low_level": 9, "add": 1, "version": 1 }] });
    let stale = change(&shop, stale).await;
    assert_eq!(stale["items"][0]["code"], "stale", "{stale}");
    assert_eq!(standing(&shop, &one).await, (PRICE, 7));
    let wrong = json!({ "rows": [{ "id": one.variant, "tracked": null }] });
    assert_eq!(ask(&shop, wrong).await.send().await.expect(422).pointers(), ["/rows/0/tracked"]);
}

#[tokio::test]
async fn what_the_database_refuses_of_many_products_is_said_of_their_rows_alone() {
    let Some(shop) = Shop::native("fills the catalog").await else { return };
    let [one, other, counted] = [shop.stocked(5).await, shop.stocked(5).await, shop.stocked(5).await];
    let full = Statement::new("UPDATE catalog_state SET packed_bytes = 32000000", []);
    shop.host().database.run(full).await.unwrap();
    let tiers = json!([{ "amount": 1_500, "currency": "EUR", "tiers": [{ "from": 5, "amount": 900 }] }]);
    let rows = json!([
        { "id": one.variant, "prices": tiers, "add": 1 },
        { "id": other.variant, "prices": tiers },
        { "id": counted.variant, "add": 1 },
    ]);
    let done = change(&shop, json!({ "rows": rows })).await;
    let codes: Vec<_> = done["items"].as_array().unwrap().iter().map(|item| item["code"].as_str()).collect();
    assert_eq!(codes, [Some("not_tried"), Some("not_tried"), None], "{done}");
    assert_eq!(standing(&shop, &one).await, (PRICE, 5), "its stock is left alone, too");
    assert_eq!(standing(&shop, &counted).await.1, 6);
    let alone = change(&shop, json!({ "rows": [{ "id": one.variant, "prices": tiers }] })).await;
    assert_eq!(alone["items"][0]["code"], "catalog_full", "{alone}");
}

#[tokio::test]
async fn what_was_counted_counts_once_for_a_request_whose_answer_was_lost() {
    let Some(shop) = Shop::native("nothing fails when told").await else { return };
    let [product, other] = [shop.stocked(5).await, shop.stocked(5).await];
    let (owner, key) = (shop.owner().await, unique("key"));
    let rows = json!([{ "id": product.variant, "on_hand": 9 }, { "id": other.variant, "add": 2 }]);
    let send = || shop.post(PATH).bearer(&owner).key(&key).json(json!({ "rows": rows })).send();
    shop.host().faults.once(Site::Batch, "INSERT INTO idempotency_records", When::Before);
    send().await.problem(503, "unavailable");
    assert_eq!(standing(&shop, &product).await.1, 9);
    let sold = json!({ "delta": -1, "reason": "sold_elsewhere" });
    let path = format!("/v1/admin/stock/{}/adjustments", product.variant);
    shop.post(&path).bearer(&owner).json(sold).send().await.expect(200);
    let again = send().await.expect(200).json();
    assert_eq!((&again["changed"], &again["refused"]), (&json!(2), &json!(0)), "as it was told at first: {again}");
    assert_eq!((standing(&shop, &product).await.1, standing(&shop, &other).await.1), (8, 7));
}

#[tokio::test]
async fn a_count_that_found_what_there_should_be_counts_once_too() {
    let Some(shop) = Shop::native("nothing fails when told").await else { return };
    let [product, other] = [shop.stocked(5).await, shop.stocked(5).await];
    let (owner, key) = (shop.owner().await, unique("key"));
    let rows = json!([{ "id": product.variant, "on_hand": 5 }, { "id": other.variant, "on_hand": 3 }]);
    let send = || shop.post(PATH).bearer(&owner).key(&key).json(json!({ "rows": rows })).send();
    shop.host().faults.once(Site::Batch, "INSERT INTO idempotency_records", When::Before);
    send().await.problem(503, "unavailable");
    let sold = json!({ "delta": -3, "reason": "sold_elsewhere" });
    let path = format!("/v1/admin/stock/{}/adjustments", product.variant);
    shop.post(&path).bearer(&owner).json(sold).send().await.expect(200);
    send().await.expect(200);
    assert_eq!((standing(&shop, &product).await.1, standing(&shop, &other).await.1), (2, 3));
    let ledger = format!("/v1/admin/stock/{}/ledger", product.variant);
    let ledger = shop.get(&ledger).bearer(&owner).send().await.expect(200).json();
    assert_eq!(ledger["items"].as_array().unwrap().len(), 2, "it changed nothing: {ledger}");
}

#[tokio::test]
async fn of_three_hundred_one_is_wrong_and_the_others_are_written() {
    let shop = Shop::open().await;
    let made = stream::iter(0..300).map(|_| shop.new_product(json!({}))).buffer_unordered(16);
    let products: Vec<Product> = made.collect().await;
    let mut rows: Vec<Value> =
        products.iter().map(|product| json!({ "sku": product.sku, "prices": [eur(2_222)], "add": 2 })).collect();
    rows[137]["prices"][0]["compare_at"] = json!(1);
    let done = change(&shop, json!({ "rows": rows, "reason": "received" })).await;
    assert_eq!((&done["changed"], &done["refused"]), (&json!(299), &json!(1)));
    let wrong: Vec<_> = done["items"].as_array().unwrap().iter().filter(|item| item["status"] != 200).collect();
    assert_eq!((wrong.len(), &wrong[0]["row"], &wrong[0]["sku"]), (1, &json!(138), &json!(products[137].sku)));
    assert_eq!(standing(&shop, &products[137]).await, (PRICE, 0));
    for product in [&products[0], &products[299]] {
        assert_eq!(standing(&shop, product).await, (2_222, 2));
    }
    rows.push(json!({ "sku": "ONE-MORE", "add": 1 }));
    let many = ask(&shop, json!({ "rows": rows })).await.send().await;
    assert_eq!(many.pointers(), ["/rows"]);
    assert_eq!(ask(&shop, json!({ "rows": [] })).await.send().await.pointers(), ["/rows"]);
    let wrong = json!({ "rows": [{ "sku": "A", "price": 1 }, { "sku": "B", "add": "1" }] });
    assert_eq!(ask(&shop, wrong).await.send().await.pointers(), ["/rows/0/price", "/rows/1/add"]);
}

#[tokio::test]
async fn the_consoles_grid_is_reviewed_before_it_is_written() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let browser = owner(&shop).await;
    let path = format!("/admin/products/grid?q={}", product.sku);
    let page = browser.open(&path).await;
    let typed = [
        ("/rows/0/prices/0:money.EUR", "25,00"),
        ("/rows/0/on_hand:whole", "9"),
        ("/rows/0/backorder_floor:whole", "-7"),
        ("/rows/0/low_level:whole?", "3"),
    ];
    let review = html(&send(&browser, &path, &filled("bulk-grid", &page, &typed)).await.expect(200));
    let shown = said(&review);
    assert!(
        shown.contains("Nothing is written yet. This is what would change.") && shown.contains("Is this right?"),
        "{shown}"
    );
    assert!(shown.contains("€19.99") && shown.contains("€25.00"), "{shown}");
    assert!(review.contains("value=\"25,00\""), "what was typed is there, to be mended");
    assert_eq!(standing(&shop, &product).await, (PRICE, 5));
    let written = html(&send(&browser, &path, &filled("bulk-agree", &review, &[])).await.expect(200));
    assert!(said(&written).contains("The changes are written; line by line below."), "{}", said(&written));
    assert_eq!(standing(&shop, &product).await, (2_500, 9));
    assert_eq!(kept(&shop, &product).await, (json!(true), json!(-7), json!(3)));
    assert!(!written.contains("bulk-agree"));
}

#[tokio::test]
async fn rows_are_pasted_as_a_spreadsheet_copies_them_and_wrong_lines_are_named() {
    let shop = Shop::open().await;
    let [one, other] = [shop.stocked(5).await, shop.stocked(5).await];
    let browser = owner(&shop).await;
    let path = "/admin/products/grid";
    let page = browser.open(path).await;
    let name = "/rows:sheet.sku:text.prices/0:money~EUR.on_hand:whole-.backorder_floor:whole-.low_level:whole-";
    let wrong = format!("{}\t1,50\t4\r\n\r\n{}\tlots\t\r\n", one.sku, other.sku);
    let refused = html(&send(&browser, path, &filled("bulk-paste", &page, &[(name, &wrong)])).await.expect(422));
    assert!(said(&refused).contains("Rows: Line 2: write an amount such as 12.50"), "{}", said(&refused));
    let mended = wrong.replace("lots", "").replace("\t4\r", "\t4\t-3\t2\r");
    let review = html(&send(&browser, path, &filled("bulk-paste", &refused, &[(name, &mended)])).await.expect(200));
    assert!(said(&review).contains("€1.50"), "{}", said(&review));
    html(&send(&browser, path, &filled("bulk-agree", &review, &[])).await.expect(200));
    assert_eq!(standing(&shop, &one).await.1, 4);
    assert_eq!(kept(&shop, &one).await, (json!(true), json!(-3), json!(2)));
    assert_eq!(standing(&shop, &other).await, (PRICE, 5));

    let path = "/admin/stock/receive";
    let page = browser.open(path).await;
    let came = format!("{}\t20\r\nno-such-sku\t1", other.sku);
    let name = "/rows:sheet.sku:text.add:whole-";
    let review = html(&send(&browser, path, &filled("stock-receive", &page, &[(name, &came)])).await.expect(200));
    assert!(said(&review).contains("there is no such variant") && said(&review).contains("25"), "{}", said(&review));
    html(&send(&browser, path, &filled("bulk-agree", &review, &[])).await.expect(200));
    assert_eq!(standing(&shop, &other).await.1, 25);
}
