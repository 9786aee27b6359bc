//! The stock that a file counts.

use serde_json::{Value, json};

use crate::host::faults::{Site, When};
use crate::imports::{counts, export, import, look, on_hand, product, send};
use crate::order_export::{as_typed, cell, read};
use crate::shop::{Shop, unique, within};

#[tokio::test]
async fn pieces_that_were_sold_meanwhile_stay_sold() {
    let shop = Shop::open().await;
    let slug = unique("sold");
    import(&shop, "", format!("slug,title,sku,price_EUR,quantity\n{slug},Sold,{slug},1,10\n")).await;
    let made = product(&shop, &slug).await;
    let variant = made["variants"][0]["id"].as_str().unwrap();
    shop.adjust(variant, json!({ "delta": -3, "reason": "sold_elsewhere" })).await.expect_success();
    // The file was written when there were ten, and two more have come.
    let done = import(&shop, "", format!("sku,quantity,quantity_was\n{slug},12,10\n")).await;
    assert_eq!((counts(&done), &done["sums"]["pieces"]), ([0, 1, 0, 0], &json!(2)));
    assert_eq!(on_hand(&shop, &made, 0).await, 9);
    // Blank leaves it as it is.
    let done = import(&shop, "", format!("sku,quantity\n{slug},\n")).await;
    assert_eq!(counts(&done), [0, 0, 1, 0]);
    assert_eq!(on_hand(&shop, &made, 0).await, 9);
    // What cannot be taken away is said, and nothing else is lost.
    shop.stock(variant, 1).await;
    let done = import(&shop, "", format!("sku,quantity\n{slug},4\n")).await;
    assert_eq!(done["sums"]["pieces"], -6);
}

#[tokio::test]
async fn pieces_that_come_with_a_file_are_sold_as_any_others() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    let slug = unique("begun");
    let file = format!("slug,title,status,sku,price_EUR,quantity\n{slug},Begun,active,{slug},1,10\n");
    assert_eq!(import(&shop, "", file.clone()).await["sums"]["pieces"], 10);
    let made = product(&shop, &slug).await;
    let variant = made["variants"][0]["id"].as_str().unwrap().to_owned();
    let rows = export(&shop, "format=csv").await;
    let rows = read(&rows.body);
    let own = (1..rows.len()).find(|row| as_typed(cell(&rows, *row, "sku")) == slug).unwrap();
    assert_eq!([cell(&rows, own, "quantity"), cell(&rows, own, "quantity_was")], ["10", "10"], "lists know it at once");
    // The first who asks for them is a buyer.
    let cart = shop.ready_cart(&variant, 3).await;
    shop.place(&cart, "pm_card_visa").await.expect(201);
    let sold = async || on_hand(&shop, &made, 0).await == 7;
    within(60_000, "they are sold", async || sold().await.then_some(())).await;
    // The file was written when there were ten.
    let done = import(&shop, "", format!("sku,quantity,quantity_was\n{slug},12,10\n")).await;
    assert_eq!((on_hand(&shop, &made, 0).await, &done["sums"]["pieces"]), (9, &json!(2)));
    let path = format!("/v1/admin/stock/{variant}/ledger");
    let ledger = shop.get(&path).bearer(&owner).send().await.expect(200).json();
    let units: Vec<_> = ledger["items"].as_array().unwrap().iter().map(|entry| entry["units"].clone()).collect();
    assert_eq!(units, [2, -3, 10]);
}

#[tokio::test]
async fn pieces_of_a_variant_that_goes_stay_also_where_nobody_asked_for_them() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    let slug = unique("gone");
    import(&shop, "", format!("slug,title,sku,price_EUR,quantity\n{slug},Gone,{slug},1,10\n")).await;
    let made = product(&shop, &slug).await;
    let path = format!("/v1/admin/products/{}", made["id"].as_str().unwrap());
    shop.delete(&path).bearer(&owner).send().await.expect(204);
    assert_eq!(on_hand(&shop, &made, 0).await, 10);
}

#[tokio::test]
async fn what_a_file_counts_is_written_down_as_each_change_of_stock() {
    let shop = Shop::open().await;
    let slug = unique("counted");
    import(&shop, "", format!("slug,title,sku,price_EUR,quantity\n{slug},Counted,{slug},1,10\n")).await;
    let variant = product(&shop, &slug).await["variants"][0]["id"].as_str().unwrap().to_owned();
    for quantity in [12, 12, 7] {
        import(&shop, "", format!("sku,quantity\n{slug},{quantity}\n")).await;
    }
    assert_eq!(written_down(&shop, &variant).await, [[12, 7], [10, 12], [0, 10]]);
}

/// What was there before and after each change of a variant's stock, the newest first.
async fn written_down(shop: &Shop, variant: &str) -> Vec<[i64; 2]> {
    let path = format!("/v1/admin/audit-log?thing={variant}");
    let log = shop.get(&path).bearer(&shop.owner().await).send().await.expect(200).json();
    let entries = log["items"].as_array().unwrap();
    assert!(entries.iter().all(|entry| entry["kind"] == "stock"), "{log}");
    let on_hand = |entry: &Value| {
        let changes = entry["changes"].as_array().unwrap();
        let change = changes.iter().find(|change| change["at"] == "/on_hand").unwrap();
        ["before", "after"].map(|side| change[side].as_i64().unwrap())
    };
    entries.iter().map(on_hand).collect()
}

/// The import once it is over, where it has to be tried again.
async fn tried_again(shop: &Shop, begun: &Value) -> Value {
    within(30_000, "the job ends", async || {
        shop.host().clock.advance(1_000);
        let import = look(shop, begun).await;
        (import["status"] == "done").then_some(import)
    })
    .await
}

#[tokio::test]
async fn a_count_of_which_lists_never_heard_is_told_with_the_next_try() {
    let Some(shop) = Shop::native("nothing fails when told").await else { return };
    for sold in [0, 3] {
        let slug = unique("untold");
        import(&shop, "", format!("slug,title,sku,price_EUR,quantity\n{slug},Untold,{slug},1,10\n")).await;
        let made = product(&shop, &slug).await;
        let variant = made["variants"][0]["id"].as_str().unwrap();
        shop.host().faults.always(Site::Batch, "INSERT INTO stock_levels", When::Before);
        let begun = send(&shop, "", format!("sku,quantity\n{slug},12\n")).await.expect(202).json();
        within(10_000, "the pool has decided", async || (on_hand(&shop, &made, 0).await == 12).then_some(())).await;
        if sold > 0 {
            shop.adjust(variant, json!({ "delta": -sold, "reason": "sold_elsewhere" }))
                .await
                .problem(503, "unavailable");
        }
        shop.host().faults.clear();
        let done = tried_again(&shop, &begun).await;
        assert_eq!((counts(&done), &done["sums"]["pieces"]), ([0, 1, 0, 0], &json!(2)), "{sold} sold: {done}");
        assert_eq!(on_hand(&shop, &made, 0).await, 12 - sold);
        let out = read(&export(&shop, "format=csv").await.body);
        let own = (1..out.len()).find(|row| as_typed(cell(&out, *row, "sku")) == slug).unwrap();
        assert_eq!(cell(&out, own, "quantity"), (12 - sold).to_string(), "lists know it");
        let counted: Vec<_> = written_down(&shop, variant).await.into_iter().filter(|[was, is]| was < is).collect();
        assert_eq!(counted, [[10, 12], [0, 10]], "{sold} sold");
    }
}

#[tokio::test]
async fn lines_of_one_product_count_each_a_variant_of_its_own() {
    let shop = Shop::open().await;
    let slug = unique("twice");
    let names = "slug,title,option1_name,option1_value,sku,price_EUR";
    let lines = ["s", "l"].map(|size| format!("{slug},Twice,Size,{size},{slug}-{size},1\n")).concat();
    import(&shop, "", format!("{names}\n{lines}")).await;
    let made = product(&shop, &slug).await;
    let [id, small] = [&made["id"], &made["variants"][0]["id"]].map(|id| id.as_str().unwrap());
    // By SKUs alone each line stands for itself.
    let done = import(&shop, "", format!("sku,price_EUR,quantity\n{slug}-s,2,4\n{slug}-l,3,5\n")).await;
    assert_eq!((counts(&done), &done["sums"]["pieces"]), ([0, 2, 0, 0], &json!(9)), "{done}");
    // Two that mean the same one would count it twice.
    let file = format!("product_id,slug,variant_id,quantity\n{id},,{small},7\n,{slug},{small},7\n");
    for query in ["dry_run=true", ""] {
        let done = import(&shop, query, file.clone()).await;
        assert_eq!((counts(&done), &done["sums"]["pieces"]), ([0, 1, 0, 1], &json!(3)), "{query} {done}");
        assert_eq!(done["errors"][0]["line"], 3);
        assert!(done["errors"][0]["detail"].as_str().unwrap().contains("line 2"), "{done}");
    }
    assert_eq!([on_hand(&shop, &made, 0).await, on_hand(&shop, &made, 1).await], [7, 5]);
}

#[tokio::test]
async fn more_counts_of_one_product_than_a_run_can_do_are_to_be_parted() {
    let shop = Shop::open().await;
    let slug = unique("many");
    let file = |names: &str, count: i64, line: &dyn Fn(i64) -> String| {
        format!("{names}\n{}", (0..count).map(|n| format!("{slug},{}\n", line(n))).collect::<String>())
    };
    let names = "slug,title,option1_name,option1_value,option2_name,option2_value,sku,price_EUR,quantity";
    let made = file(names, 401, &|n| format!("Many,Size,s{},Colour,c{},{slug}-{n},1,3", n / 100, n % 100));
    assert_eq!(counts(&import(&shop, "", made).await), [1, 0, 0, 0]);
    let count = |pieces: i64| file("slug,sku,quantity", 401, &|n| format!("{slug}-{n},{pieces}"));
    for query in ["dry_run=true", ""] {
        let done = import(&shop, query, count(4)).await;
        assert_eq!((counts(&done), &done["errors"][0]["line"]), ([0, 0, 0, 1], &json!(402)), "{query} {done}");
        // What lists know is not asked for.
        assert_eq!(counts(&import(&shop, query, count(3)).await), [0, 0, 1, 0], "{query}");
    }
}
