//! Orders that staff type in or change, as a browser without scripts uses their
//! pages.

use serde_json::json;

use crate::browser::html;
use crate::console::{filled, owner, said, send};
use crate::fixtures::eur;
use crate::manual_payments;
use crate::shop::{Shop, eventually, unique};

#[tokio::test]
async fn an_order_is_typed_in_at_a_price_of_its_own_and_placed_by_hand() {
    let Some((shop, product)) = manual_payments::open(&manual_payments::all(), 5).await else { return };
    let browser = owner(&shop).await;
    let page = browser.open("/admin/drafts").await;
    let email = format!("{}@example.com", unique("ada"));
    let typed = [
        ("/email:text-", email.as_str()),
        ("/lines/0/variant_id:variant", "no-such-sku"),
        ("/lines/0/quantity:whole", "none"),
    ];
    let refused = html(&send(&browser, "/admin/drafts", &filled("draft-new", &page, &typed)).await.expect(422));
    assert!(refused.contains("href=\"#draft-new./lines/0/quantity:whole\""), "{}", said(&refused));
    let two = filled("draft-new", &refused, &[("/lines/0/quantity:whole", "2")]);
    let refused = html(&send(&browser, "/admin/drafts", &two).await.expect(422));
    assert!(said(&refused).contains("No variant has this SKU") && refused.contains("value=\"no-such-sku\""));
    let right = filled("draft-new", &refused, &[("/lines/0/variant_id:variant", &product.sku)]);
    let to = send(&browser, "/admin/drafts", &right).await.expect(303).header("location").to_owned();
    let page = browser.open(&to).await;
    assert!(said(&page).contains("The draft is begun.") && said(&page).contains(&product.title), "{}", said(&page));
    let path = to.split('?').next().unwrap();

    // What it lacks is said in words, and leads to the form that mends it.
    assert!(said(&page).contains("It does not say where it goes Say where it goes"), "{}", said(&page));
    assert!(page.contains("href=\"#draft-change\"") && page.contains(" id=\"draft-change\""), "{page}");

    let price = [("/lines/0/unit_price:money.EUR", "10.00")];
    send(&browser, path, &filled("draft-lines", &page, &price)).await.expect(303);
    let home = [
        ("/shipping_address/name:text-", "Ada <b>"),
        ("/shipping_address/line1:text-", "12 St James's Square"),
        ("/shipping_address/city:text-", "London"),
        ("/shipping_address/postal_code:text-", "SW1Y 4JH"),
        ("/shipping_address/country:text-", "GB"),
    ];
    send(&browser, path, &filled("draft-change", &browser.open(path).await, &home)).await.expect(303);
    let page = browser.open(path).await;
    assert!(said(&page).contains("€20.00") && said(&page).contains("Ada <b>") && !page.contains("<b>"), "{page}");
    send(&browser, path, &filled("draft-shipping", &page, &[])).await.expect(303);
    let page = browser.open(path).await;
    let scratch = [("/discount/reason:text??", "A scratch"), ("/discount/percent:percent??", "50")];
    send(&browser, path, &filled("draft-discount", &page, &scratch)).await.expect(303);
    let page = browser.open(path).await;
    assert!(page.contains("value=\"A scratch\"") && said(&page).contains("€10.00"), "{}", said(&page));
    let none = [("/discount/reason:text??", ""), ("/discount/percent:percent??", "")];
    send(&browser, path, &filled("draft-discount", &page, &none)).await.expect(303);
    let page = browser.open(path).await;
    let sent = filled("draft-send", &page, &[("/message:text-", "As agreed")]);
    send(&browser, path, &sent).await.expect(303);

    let page = browser.open(path).await;
    let bank = [("/payment/method:text", "bank_transfer"), ("/expected_total:money.EUR", "1")];
    let refused = html(&send(&browser, path, &filled("draft-place", &page, &bank)).await.expect(409));
    assert!(said(&refused).contains("There is a problem"), "another total was agreed on");
    let bank = filled("draft-place", &page, &[("/payment/method:text", "bank_transfer")]);
    let to = send(&browser, path, &bank).await.expect(303).header("location").to_owned();
    assert_eq!(to, format!("{}?done=draft-place", path.replace("drafts", "orders")));
    let page = browser.open(&to).await;
    assert!(said(&page).contains("The order is placed.") && said(&page).contains("€10.00"), "{}", said(&page));
    let page = browser.open(path).await;
    assert!(page.contains("word-placed") && !page.contains("draft-place\""), "nothing is left to do to it");
}

#[tokio::test]
async fn a_draft_is_deleted_and_the_list_tells_the_others() {
    let shop = Shop::open().await;
    let browser = owner(&shop).await;
    let email = format!("{}@example.com", unique("bob"));
    let new = filled("draft-new", &browser.open("/admin/drafts").await, &[("/email:text-", &email)]);
    let to = send(&browser, "/admin/drafts", &new).await.expect(303).header("location").to_owned();
    let path = to.split('?').next().unwrap();
    eventually("it is in the list", async || {
        browser.open("/admin/drafts?status=open").await.contains(&email).then_some(())
    })
    .await;
    assert!(!browser.open("/admin/drafts?status=placed").await.contains(&email));
    let to = send(&browser, path, &filled("draft-delete", &browser.open(path).await, &[])).await.expect(303);
    assert_eq!(to.header("location"), "/admin/drafts?done=draft-delete");
    html(&browser.get(path).await.expect(404));
    eventually("it is in no list", async || (!browser.open("/admin/drafts").await.contains(&email)).then_some(()))
        .await;
}

/// What is confirmed once it was looked at.
fn confirmed(review: &str) -> Vec<(String, String)> {
    let mut fields = filled("order-edit", review, &[]);
    assert!(!fields.iter().any(|(name, _)| name.starts_with("/preview")), "it counts then");
    fields.push(("_reviewed".to_owned(), "yes".to_owned()));
    fields
}

#[tokio::test]
async fn pieces_are_taken_out_of_an_order_and_what_is_left_empty_stays() {
    let shop = Shop::open().await;
    let (cart, _) = shop.bought().await;
    let browser = owner(&shop).await;
    let order = format!("/admin/orders/{}", cart.id);
    let path = format!("{order}/edit");
    assert!(browser.open(&order).await.contains(&format!("href=\"{path}\"")));
    let page = browser.open(&path).await;
    let more = [("/lines/0/quantity:whole", "9"), ("/reason:text", "they rang")];
    let refused = html(&send(&browser, &path, &filled("order-edit", &page, &more)).await.expect(422));
    assert!(refused.contains("href=\"#order-edit./lines/0/quantity:whole\""), "{}", said(&refused));
    let none = filled("order-edit", &refused, &[("/lines/0/quantity:whole", "")]);
    let review = said(&html(&send(&browser, &path, &none).await.expect(200)));
    assert!(review.contains("Nothing: the order is so already"), "its own address is no other: {review}");
    let fewer = filled("order-edit", &refused, &[("/lines/0/quantity:whole", "1")]);
    let review = html(&send(&browser, &path, &fewer).await.expect(200));
    assert!(said(&review).contains("Goes back to the buyer €39.98"), "{}", said(&review));
    assert_eq!(shop.staff_order(&cart).await["edits"], json!([]), "nothing is done yet");
    let to = send(&browser, &path, &confirmed(&review)).await.expect(303).header("location").to_owned();
    assert_eq!(to, format!("{order}?done=order-edit"));
    let edited = shop.staff_order(&cart).await;
    let edit = &edited["edits"][0];
    assert_eq!((&edit["refunded"], &edit["taken_out"][0]["quantity"]), (&eur(2 * 1_999), &json!(2)));
    assert_eq!((edit.get("email"), edit.get("shipping_address")), (None, None));
    let title = edited["lines"][0]["title"].as_str().unwrap();
    let page = said(&browser.open(&order).await);
    assert!(page.contains(&format!("2 × {title}")) && page.contains("they rang"), "{page}");
}

#[tokio::test]
async fn of_two_who_edit_one_order_the_later_sees_what_the_other_has_done() {
    let shop = Shop::open().await;
    let (cart, _) = shop.bought().await;
    let browser = owner(&shop).await;
    let path = format!("/admin/orders/{}/edit", cart.id);
    let (one, other) = (browser.open(&path).await, browser.open(&path).await);
    let typed = |line1| [("/shipping_address/line1:text-", line1), ("/reason:text", "they rang")];
    let review = html(&send(&browser, &path, &filled("order-edit", &one, &typed("1 First Street"))).await.expect(200));
    send(&browser, &path, &confirmed(&review)).await.expect(303);
    let typed = typed("2 Second Street");
    let refused = html(&send(&browser, &path, &filled("order-edit", &other, &typed)).await.expect(409));
    assert!(said(&refused).contains("Somebody has changed this order meanwhile"), "{}", said(&refused));
    assert!(said(&refused).contains("1 First Street"), "what it is now: {}", said(&refused));
    assert!(refused.contains("value=\"2 Second Street\""), "what was typed");
    assert_eq!(shop.staff_order(&cart).await["shipping_address"]["line1"], "1 First Street");
    // What they have now seen, they may decide.
    let review = html(&send(&browser, &path, &filled("order-edit", &refused, &[])).await.expect(200));
    send(&browser, &path, &confirmed(&review)).await.expect(303);
    assert_eq!(shop.staff_order(&cart).await["shipping_address"]["line1"], "2 Second Street");
}

#[tokio::test]
async fn pieces_are_added_by_their_sku_and_the_difference_is_noted_as_paid() {
    let shop = Shop::open().await;
    let (cart, _) = shop.bought().await;
    let other = shop.stocked(5).await;
    let browser = owner(&shop).await;
    let path = format!("/admin/orders/{}/edit", cart.id);
    let page = browser.open(&path).await;
    assert!(page.contains("value=\"12 St James&#39;s Square\"") || page.contains("/shipping_address/line1:text-"));
    let typed = [
        ("/add/0/variant_id:variant", other.sku.as_str()),
        ("/add/0/quantity:whole", "2"),
        ("/shipping_address/line1:text-", "Another Street 2"),
        ("/reason:text", "they rang"),
    ];
    let review = html(&send(&browser, &path, &filled("order-edit", &page, &typed)).await.expect(200));
    for what in [&*format!("2 × {}", other.title), "To be paid besides €39.98", "Another Street 2"] {
        assert!(said(&review).contains(what), "{what}: {}", said(&review));
    }
    let refused = html(&send(&browser, &path, &confirmed(&review)).await.expect(409));
    assert!(said(&refused).contains("€39.98 more than what is taken out"), "{}", said(&refused));
    assert!(refused.contains(&format!("value=\"{}\"", other.sku)), "what was typed is there");
    let ask = filled("order-edit", &refused, &[("/ask_buyer:flag", "true")]);
    let review = html(&send(&browser, &path, &ask).await.expect(200));
    send(&browser, &path, &confirmed(&review)).await.expect(303);
    let page = browser.open(&format!("/admin/orders/{}", cart.id)).await;
    assert!(said(&page).contains("Change 1 waits for the buyer to pay"), "{}", said(&page));
    assert_eq!(shop.staff_order(&cart).await["edits"], json!([]), "nothing is done yet");
    let order = format!("/admin/orders/{}", cart.id);
    send(&browser, &order, &filled("edit-cancel", &page, &[])).await.expect(303);

    let typed = [&typed[..], &[("/paid_by_hand:text-", "till 7")]].concat();
    let paid = filled("order-edit", &browser.open(&path).await, &typed);
    let review = html(&send(&browser, &path, &paid).await.expect(200));
    assert!(said(&review).contains("That money is here till 7"), "{}", said(&review));
    for _ in 0..2 {
        // Confirmed twice, it counts once.
        send(&browser, &path, &confirmed(&review)).await.expect(303);
    }
    let order = shop.staff_order(&cart).await;
    let edit = &order["edits"][0];
    assert_eq!((&edit["added"][0]["quantity"], &edit["paid_by_hand"]), (&json!(2), &json!("till 7")));
    assert_eq!(
        (order["edits"].as_array().unwrap().len(), &order["shipping_address"]["line1"]),
        (1, &json!("Another Street 2"))
    );
}
