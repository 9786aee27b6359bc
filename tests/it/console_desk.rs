//! Orders that staff act on together, and what comes back of one, as a browser
//! without scripts uses their pages.

use serde_json::{Value, json};

use crate::browser::{Browser, html};
use crate::console::{filled, owner, said, send};
use crate::fixtures::Cart;
use crate::manual_payments;
use crate::order_lists::ordered;
use crate::sending::to_send;
use crate::shop::{Shop, eventually, unique};

const STRANGER: &str = "ord_01ARZ3NDEKTSV4RRFFQ69G5FAV";

/// Whether a page has this order ticked.
fn is_ticked(page: &str, id: &str) -> bool {
    let tag = page.split('<').find(|tag| tag.contains("checkbox") && tag.contains(&format!("value=\"{id}\"")));
    tag.unwrap_or_else(|| panic!("no {id}: {page}")).contains(" checked")
}

async fn staff_order(shop: &Shop, cart: &Cart) -> Value {
    let path = format!("/v1/admin/orders/{}", cart.id);
    shop.get(&path).bearer(&shop.owner().await).send().await.expect(200).json()
}

/// Does one thing on an order's page.
async fn act(browser: &Browser, path: &str, form: &str, typed: &[(&str, &str)]) {
    let page = browser.open(path).await;
    let answer = send(browser, path, &filled(form, &page, typed)).await;
    assert!(answer.is(303), "{form}: {}", said(&html(&answer)));
    assert_eq!(answer.header("location"), format!("{path}?done={form}"));
}

#[tokio::test]
async fn orders_that_are_ticked_are_tagged_together_and_those_that_refuse_stay_ticked() {
    let shop = Shop::open().await;
    let one = ordered(&shop, "ada@example.com", json!({}), "pm_card_visa").await;
    let other = ordered(&shop, "bob@example.com", json!({}), "pm_card_visa").await;
    let browser = owner(&shop).await;
    let list = browser.open(&format!("/admin/orders?q={}", one.id)).await;
    assert!(!is_ticked(&list, &one.id), "nothing is ticked by itself");
    let all = leads_to(&list, " data-all");
    assert!(is_ticked(&browser.open(&all).await, &one.id), "all of the page are, without a script: {all}");
    assert!(list.contains("formaction=\"/admin/orders/tag\""));

    let path = format!("/admin/orders/tag?orders={}&orders={STRANGER}&orders={}", one.id, other.id);
    let page = browser.open(&path).await;
    assert!([&one.id, &other.id].iter().all(|id| is_ticked(&page, id)), "they are what was ticked");
    let tag = unique("bulk");
    let wrong = filled("orders-tag", &page, &[("/action/tag/add:lines", "one\r\n\u{7}")]);
    let refused = html(&send(&browser, &path, &wrong).await.expect(422));
    assert!(refused.contains("href=\"#orders-tag./action/tag/add:lines\"") && is_ticked(&refused, &one.id));
    let mut right = filled("orders-tag", &refused, &[("/action/tag/add:lines", &tag)]);
    // One is not meant after all.
    right.retain(|(_, value)| *value != other.id);
    let done = html(&send(&browser, &path, &right).await.expect(200));
    assert!(said(&done).contains("each order says what came of it") && said(&done).contains("Result Done"));
    assert!(!is_ticked(&done, &one.id) && is_ticked(&done, STRANGER), "{done}");
    assert!(done.contains(&format!("{tag}</textarea>")), "for whichever refused");
    let tagged = browser.open(&format!("/admin/orders?tag={tag}")).await;
    assert!(tagged.contains(&one.id) && !tagged.contains(&other.id), "{tagged}");
}

/// The address that a mark of a page leads to.
fn leads_to(page: &str, mark: &str) -> String {
    let before = page.split(mark).next().unwrap();
    before.rsplit("href=\"").next().unwrap().split('"').next().unwrap().replace("&#38;", "&")
}

#[tokio::test]
async fn all_orders_that_fit_are_changed_by_a_job_and_not_only_those_of_a_page() {
    let shop = Shop::open().await;
    let (mine, tag) = (format!("{}@example.com", unique("all")), unique("fit"));
    let mut numbers = Vec::new();
    for _ in 0..3 {
        let cart = ordered(&shop, &mine, json!({}), "pm_card_visa").await;
        numbers.push(shop.order(&cart).await["number"].as_str().unwrap().to_owned());
    }
    let browser = owner(&shop).await;
    assert!(!browser.open(&format!("/admin/orders?q={mine}")).await.contains("data-fit"), "the page has all of them");
    // Whichever page of the list it is, and whatever else the address says.
    let page = browser.open(&format!("/admin/orders?q={mine}&limit=2&utm_source=mail")).await;
    assert!(said(&page).contains("All 3 that fit…"), "{}", said(&page));
    let path = leads_to(&page, " data-fit");
    assert_eq!(path, format!("/admin/orders/all?q={}", mine.replace('@', "%40")));
    let page = browser.open(&path).await;
    assert!(said(&page).contains("All 3 orders that fit"), "{}", said(&page));
    let wrong = [("/orders/action/tag/add:lines", "one\r\n\u{7}")];
    let refused = html(&send(&browser, &path, &filled("all-tag", &page, &wrong)).await.expect(422));
    assert!(refused.contains("href=\"#all-tag./orders/action/tag/add:lines\""), "{}", said(&refused));
    let right = filled("all-tag", &refused, &[("/orders/action/tag/add:lines", &tag)]);
    let job = send(&browser, &path, &right).await.expect(303).header("location").to_owned();
    assert!(job.starts_with("/admin/jobs/job_"), "{job}");
    eventually("all of them have the tag", async || {
        said(&browser.open(&format!("/admin/orders?tag={tag}")).await).contains("3 in all").then_some(())
    })
    .await;
    let job = said(&browser.open(&job).await);
    assert!(job.contains("3 of 3 done"), "{job}");
    assert!(numbers.iter().all(|number| job.contains(number)), "{numbers:?}: {job}");
    let nobody = browser.open("/admin/orders/all?q=nobody-is-like-that").await;
    assert!(!nobody.contains("all-tag"), "there is nothing to do it to");
}

#[tokio::test]
async fn what_is_asked_of_the_list_is_kept_as_a_view_and_goes_into_a_file() {
    let shop = Shop::open().await;
    let browser = owner(&shop).await;
    let name = unique("To pay / late");
    let path = "/admin/orders?status=awaiting_payment&from=2026-01-31";
    let page = browser.open(path).await;
    let file = page.split("href=\"/v1/admin/orders/export").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(file.replace("&#38;", "&"), "?status=awaiting_payment&from=2026-01-31");
    browser.get(&format!("/v1/admin/orders/export{}", file.replace("&#38;", "&"))).await.expect(200);

    let keep = filled("view-keep", &page, &[("_at.name", &name)]);
    let to = send(&browser, path, &keep).await.expect(303).header("location").to_owned();
    assert_eq!(to, format!("{path}&done=view-keep"));
    let page = browser.open(&to).await;
    assert!(said(&page).contains("The view is saved.") && page.contains(&format!("aria-current=\"page\">{name}")));
    assert!(!page.contains("view-keep"), "it is there already");
    assert!(
        browser.open("/admin/orders").await.contains(&name)
            && !browser.open("/admin/orders").await.contains("view-keep")
    );
    let to = send(&browser, path, &filled("view-forget", &page, &[])).await.expect(303).header("location").to_owned();
    assert!(!browser.open(&to).await.contains(&name));
}

#[tokio::test]
async fn orders_are_sent_each_with_its_own_tracking() {
    let shop = Shop::open().await;
    let (one, other) = (to_send(&shop).await, to_send(&shop).await);
    let browser = owner(&shop).await;
    let path = format!("/admin/orders/send?orders={}&orders={}&orders={STRANGER}", one.id, other.id);
    let page = browser.open(&path).await;
    let title = shop.order(&one).await["lines"][0]["title"].as_str().unwrap().to_owned();
    assert!(said(&page).contains(&format!("2 × {title}")), "{}", said(&page));
    let typed = [
        ("/parcels/0/carrier:text-", "Post"),
        ("/parcels/0/tracking_url:text-", "nowhere"),
        ("/parcels/1/carrier:text-", "Courier"),
        ("/parcels/2/carrier:text-", "Pigeon"),
    ];
    let wrong = send(&browser, &path, &filled("orders-send", &page, &typed)).await.expect(422);
    let refused = html(&wrong);
    assert!(
        refused.contains("href=\"#orders-send./parcels/0/tracking_url:text-\"")
            && refused.contains("value=\"nowhere\"")
    );
    let mended = filled("orders-send", &refused, &[("/parcels/0/tracking_url:text-", "https://post.example/1")]);
    let done = html(&send(&browser, &path, &mended).await.expect(200));
    assert!(!is_ticked(&done, &one.id) && !is_ticked(&done, &other.id) && is_ticked(&done, STRANGER), "{done}");
    // What was typed for the one that refused is there to be sent again; the rest is done with.
    assert!(done.contains("value=\"Pigeon\"") && !done.contains("value=\"Courier\""), "{done}");
    assert!(said(&done).contains("Those that wait now"), "{}", said(&done));
    let (first, second) = (shop.order(&one).await, shop.order(&other).await);
    assert_eq!(first["fulfilments"][0]["tracking_url"], "https://post.example/1");
    assert_eq!((&second["status"], &second["fulfilments"][0]["carrier"]), (&json!("fulfilled"), &json!("Courier")));
    // Both sheets, as the list's ticks are sent.
    let slips = format!("/admin/packing-slips?orders={}&orders={}", one.id, other.id);
    assert_eq!(browser.open(&slips).await.matches("class=\"sheet\"").count(), 2);
}

#[tokio::test]
async fn what_comes_back_is_received_line_by_line() {
    let shop = Shop::open().await;
    let cart = to_send(&shop).await;
    let browser = owner(&shop).await;
    let path = format!("/admin/orders/{}", cart.id);
    assert!(!browser.open(&path).await.contains("order-return"), "nothing was sent");
    act(&browser, &path, "order-fulfil", &[("/status:text", "shipped")]).await;
    let page = browser.open(&path).await;
    assert!(said(&page).contains("2 of 2"), "{}", said(&page));
    let typed = [("/lines/0/quantity:whole", "2"), ("/lines/0/reason:text", "")];
    let refused = html(&send(&browser, &path, &filled("order-return", &page, &typed)).await.expect(422));
    assert!(refused.contains("href=\"#order-return./lines/0/reason:text\""), "{}", said(&refused));
    let why = [("/lines/0/reason:text", "Too <small>")];
    send(&browser, &path, &filled("order-return", &refused, &why)).await.expect(303);
    let page = browser.open(&path).await;
    assert!(said(&page).contains("Too <small>") && !page.contains("<small>"), "{page}");
    act(&browser, &path, "return-receive", &[("/lines/0/quantity:whole", "1"), ("/lines/0/restock:flag", "true")])
        .await;
    let received = &staff_order(&shop, &cart).await["returns"][0];
    assert_eq!(received["received"], json!([{ "line_id": "line_1", "quantity": 1, "restock": true }]), "{received}");
}

/// Gives a piece back, having looked at what that comes to.
async fn refund(browser: &Browser, path: &str) {
    let page = browser.open(path).await;
    let much = filled("order-refund", &page, &[("/lines/0/quantity:whole", "9"), ("/reason:text", "Broken")]);
    let refused = html(&send(browser, path, &much).await.expect(409));
    assert!(refused.contains("value=\"9\""), "{}", said(&refused));
    let one = filled("order-refund", &refused, &[("/lines/0/quantity:whole", "1")]);
    let review = html(&send(browser, path, &one).await.expect(200));
    assert!(
        ["In all €19.99", "Back to the payment €19.99", "Reason Broken", "For 1 × "]
            .iter()
            .all(|part| said(&review).contains(part)),
        "{review}"
    );
    assert!(said(&browser.open(path).await).contains("Nothing was given back."), "nothing is done yet");
    let and = |name: &str| {
        let mut fields = filled("order-refund", &review, &[]);
        fields.push((name.to_owned(), "yes".to_owned()));
        fields
    };
    let back = html(&send(browser, path, &and("_back")).await.expect(200));
    assert!(back.contains("value=\"Broken\"") && !back.contains("There is a problem"), "what was typed is there");
    for _ in 0..2 {
        // Confirmed twice, it counts once.
        send(browser, path, &and("_reviewed")).await.expect(303);
    }
}

#[tokio::test]
async fn money_that_goes_back_by_hand_is_noted_as_done() {
    let Some((shop, product)) = manual_payments::open(&manual_payments::all(), 5).await else { return };
    let cart = shop.ready_cart(&product.variant, 2).await;
    shop.place_with(&cart, manual_payments::manual("bank_transfer")).await.expect(201);
    let browser = owner(&shop).await;
    let path = format!("/admin/orders/{}", cart.id);
    eventually("its goods are certain", async || {
        (staff_order(&shop, &cart).await["timeline"].as_array()?.len() > 1).then_some(())
    })
    .await;
    act(&browser, &path, "order-received", &[("/reference:text", "statement 1")]).await;
    eventually("it can be given back", async || {
        (staff_order(&shop, &cart).await["refundable"]["amount"] != 0).then_some(())
    })
    .await;
    refund(&browser, &path).await;
    let page = browser.open(&path).await;
    assert!(said(&page).contains("By hand €") && said(&page).contains(": Pending"), "{}", said(&page));
    act(&browser, &path, "refund-done", &[]).await;
    let page = browser.open(&path).await;
    assert_eq!(page.matches("Broken").count(), 1, "once");
    assert!(said(&page).contains(": Done") && !page.contains("refund-done"), "{}", said(&page));
}
