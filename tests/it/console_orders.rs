//! What staff do with orders in the console.

use tradepost::ports::ObjectClass;

use crate::browser::html;
use crate::console::{filled, owner, said, send};
use crate::host::faults::{Site, When};
use crate::manual_payments;
use crate::shop::{Shop, eventually};

#[tokio::test]
async fn orders_are_found_and_what_the_list_does_not_take_is_told() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    let order = shop.place(&cart, "pm_card_visa").await.expect(201).json();
    let number = order["number"].as_str().unwrap();
    let browser = owner(&shop).await;
    // An empty field asks for nothing, and what the list does not know is no concern of its.
    let path = format!("/admin/orders?q={number}&status=&from=&utm_source=mail");
    let page = eventually("the order is in the list", async || {
        let page = browser.open(&path).await;
        page.contains(&format!("href=\"/admin/orders/{}\"", cart.id)).then_some(page)
    })
    .await;
    assert!(said(&page).contains("Ada Lovelace") && page.contains("word-paid") && said(&page).contains("1 in all"));
    assert!(page.contains(&format!("value=\"{number}\"")));
    // Totals are asked for as people write them.
    let by_total = async |more: &str| browser.open(&format!("/admin/orders?q={number}&currency=EUR&{more}")).await;
    let total = format!("{}.{:02}", cart.total() / 100, cart.total() % 100);
    assert!(by_total(&format!("total_min={total}&total_max={total}")).await.contains(&cart.id));
    let dearer = by_total("total_min=9,000.00&sort=total_asc").await;
    assert!(!dearer.contains(&cart.id) && dearer.contains("value=\"9,000.00\""), "{dearer}");
    assert!(dearer.contains("/export?q=") && dearer.contains("total_min=900000"), "the file has what is shown");
    let export = browser.open(&format!("/admin/orders/export?q={number}")).await;
    assert!(said(&export).contains("Export 1 orders") && export.contains("href=\"/v1/admin/orders/export?q="));
    let none = browser.open(&format!("/admin/orders?status=cancelled&q={number}")).await;
    assert!(said(&none).contains("No order is like that."));
    assert!(browser.open("/admin/orders?status=cancelled").await.contains("aria-current=\"page\">Cancelled"));

    let order = browser.open(&format!("/admin/orders/{}", cart.id)).await;
    let shown = said(&order);
    assert!(shown.contains(&product.title) && shown.contains("London") && shown.contains("€19.99"), "{shown}");
    assert!(!order.contains("order-received"), "there is no money to come");

    let long = "x".repeat(300);
    let refused = html(&browser.get(&format!("/admin/orders?q={long}")).await.expect(422));
    assert!(said(&refused).contains("There is a problem") && refused.contains("main-nav"), "{refused}");
    let mistake = "href=\"#filter.q\">Search: Must have at most 255 characters";
    assert!(refused.contains(mistake) && refused.contains(&format!("value=\"{long}\"")), "it is there to be mended");
    let refused = html(&browser.get("/admin/orders?total_min=5").await.expect(422));
    assert!(refused.contains("href=\"#filter.currency\""), "{}", said(&refused));
}

#[tokio::test]
async fn money_is_recorded_as_people_write_it() {
    let Some((shop, product)) = manual_payments::open(&manual_payments::all(), 5).await else { return };
    let cart = shop.ready_cart(&product.variant, 2).await;
    shop.place_with(&cart, manual_payments::manual("bank_transfer")).await.expect(201);
    let browser = owner(&shop).await;
    let path = format!("/admin/orders/{}", cart.id);
    let page = browser.open(&path).await;
    let total = format!("{}.{:02}", cart.total() / 100, cart.total() % 100);
    let amount = "/amount:money.EUR";
    assert!(
        filled("order-received", &page, &[]).contains(&(amount.to_owned(), total)),
        "what is to come is there already"
    );

    let typed = [(amount, "lots"), ("/reference:text", "<b>statement</b> 1")];
    let refused = html(&send(&browser, &path, &filled("order-received", &page, &typed)).await.expect(422));
    assert!(refused.contains("<title>Error: ") && refused.contains("value=\"lots\""), "{refused}");
    assert!(refused.contains("value=\"&#60;b&#62;statement&#60;/b&#62; 1\"") && !refused.contains("<b>statement"));
    let id = format!("order-received.{amount}");
    assert!(refused.contains(&format!("href=\"#{id}\"")) && refused.contains(&format!("id=\"{id}\"")), "{refused}");
    assert!(said(&refused).contains("Amount: Write an amount such as 12.50"), "{}", said(&refused));
    assert!(refused.contains(&format!("aria-describedby=\"{id}-error\" aria-invalid=\"true\"")));
    // All that is wrong, at once; and what an order refuses is said without a field.
    let both = html(
        &send(&browser, &path, &filled("order-received", &page, &[(amount, ""), ("/reference:text", "")]))
            .await
            .expect(422),
    );
    assert!(said(&both).contains("Reference: ") && said(&both).contains("Amount: "), "{}", said(&both));
    let more = filled("order-received", &page, &[(amount, "9,999.00"), ("/reference:text", "x")]);
    assert!(said(&html(&send(&browser, &path, &more).await.expect(409))).contains("There is a problem"));

    let fields = filled("order-received", &refused, &[(amount, "10,00"), ("/reference:text", "statement 1")]);
    let done = format!("{path}?done=order-received");
    for _ in 0..2 {
        // Sent twice, it counts once.
        assert_eq!(send(&browser, &path, &fields).await.expect(303).header("location"), done);
    }
    let page = browser.open(&done).await;
    assert!(said(&page).contains("The money is recorded.") && said(&page).contains("Taken €10.00"), "{}", said(&page));
}

#[tokio::test]
async fn goods_are_packed_and_shipped_and_each_parcel_has_its_own_way() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let cart = shop.ready_cart(&product.variant, 3).await;
    shop.place(&cart, "pm_card_visa").await.expect(201);
    shop.until_order(&cart, "confirmed", "paid").await;
    let browser = owner(&shop).await;
    let path = format!("/admin/orders/{}", cart.id);
    for pieces in ["2", ""] {
        // Of no number at all, the rest is meant.
        let page = browser.open(&path).await;
        let typed = [("/lines/0/quantity:whole", pieces), ("/status:text", "packed"), ("/carrier:text-", "Post")];
        send(&browser, &path, &filled("order-fulfil", &page, &typed)).await.expect(303);
    }
    let page = browser.open(&path).await;
    // All of it is packed.
    html(&send(&browser, &path, &filled("order-fulfil", &page, &[("/status:text", "packed")])).await.expect(409));
    assert_eq!(page.matches("value=\"parcel-ship\"").count(), 2);
    // The second parcel's form, with an address that is none: it comes back there, and not at the first.
    let second = page.rsplit_once("<details").unwrap().0.rsplit_once("value=\"parcel-ship\"");
    let second = format!("name=\"_do\" value=\"parcel-ship\"{}", second.unwrap().1);
    let wrong = filled("parcel-ship", &second, &[("/tracking_url:text-", "nowhere")]);
    let refused = html(&send(&browser, &path, &wrong).await.expect(422));
    assert_eq!(refused.matches("aria-invalid=\"true\"").count(), 1);
    assert!(refused.contains("href=\"#parcel-ship.1./tracking_url:text-\""), "{}", said(&refused));
    let right = filled("parcel-ship", &second, &[("/tracking_url:text-", "https://post.example/1")]);
    send(&browser, &path, &right).await.expect(303);
    let order = shop.order(&cart).await;
    assert_eq!(order["fulfilments"][0]["status"], "packed");
    assert_eq!(order["fulfilments"][1]["status"], "shipped", "{order}");
    assert_eq!(order["fulfilments"][1]["lines"][0]["quantity"], 1);
}

#[tokio::test]
async fn a_form_whose_answer_was_lost_counts_once_when_it_is_sent_again() {
    let Some(shop) = Shop::native("it needs faults, which only the native host has").await else { return };
    let product = shop.stocked(5).await;
    let cart = shop.ready_cart(&product.variant, 3).await;
    shop.place(&cart, "pm_card_visa").await.expect(201);
    let browser = owner(&shop).await;
    let path = format!("/admin/orders/{}", cart.id);
    let page = eventually("it may be packed", async || {
        let page = browser.open(&path).await;
        page.contains("value=\"order-fulfil\"").then_some(page)
    })
    .await;
    let sent = filled("order-fulfil", &page, &[("/lines/0/quantity:whole", "1"), ("/status:text", "packed")]);
    // Nothing answers, so that there is no page either: what was typed is kept.
    shop.host().faults.always(Site::Command(ObjectClass::Order), "", When::Before);
    let down = html(&send(&browser, &path, &sent).await.expect(503));
    shop.host().faults.clear();
    assert_eq!(filled("order-fulfil", &down, &[]), sent, "all of it, under its key");
    shop.host().faults.once(Site::Command(ObjectClass::Order), "fulfil", When::After);
    let lost = html(&send(&browser, &path, &sent).await.expect(503));
    assert!(said(&lost).contains("There is a problem"), "{}", said(&lost));
    let again = filled("order-fulfil", &lost, &[]);
    let key = |fields: &[(String, String)]| fields.iter().find(|(name, _)| name == "_key").unwrap().1.clone();
    assert_eq!(key(&again), key(&sent), "it is the same request");
    send(&browser, &path, &again).await.expect(303);
    assert_eq!(shop.order(&cart).await["lines"][0]["packed"], 1, "it counts once");
    // What is mended after a refusal is another request.
    let wrong = filled("order-fulfil", &browser.open(&path).await, &[("/lines/0/quantity:whole", "x")]);
    let refused = html(&send(&browser, &path, &wrong).await.expect(422));
    assert_ne!(key(&filled("order-fulfil", &refused, &[])), key(&wrong));
}
