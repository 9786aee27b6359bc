//! What people were written, as staff look at it.

use serde_json::{Value, json};

use crate::browser::{html, text};
use crate::buyers::mailbox;
use crate::console::owner;
use crate::shop::{Shop, eventually};

const LETTERS: [&str; 12] = [
    "payment_awaited",
    "order_confirmed",
    "payment_failed",
    "action_needed",
    "order_cancelled",
    "order_refunded",
    "gift_card",
    "order_shipped",
    "return_requested",
    "return_approved",
    "return_refused",
    "order_link",
];

async fn list(shop: &Shop, query: &str) -> Value {
    let ask = shop.get(&format!("/v1/admin/messages{query}")).bearer(&shop.owner().await);
    ask.send().await.expect(200).json()
}

/// The letter that an order's buyer was sent, once it is there.
async fn written(shop: &Shop, to: &str) -> Value {
    let product = shop.stocked(5).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    let whom = shop.patch(&cart.path("")).cart_token(&cart.token).json(json!({ "email": to }));
    whom.send().await.expect(200);
    shop.place(&cart, "pm_card_visa").await.expect(201);
    eventually("the letter is written", async || {
        list(shop, &format!("?order_id={}", cart.id)).await["items"].as_array().unwrap().first().cloned()
    })
    .await
}

#[tokio::test]
async fn letters_are_listed_by_whom_and_what_they_are_about_and_opened() {
    let shop = Shop::open().await;
    let to = mailbox();
    let (first, second) = (written(&shop, &to).await, written(&shop, &to).await);
    assert_eq!((&first["kind"], &first["to"]), (&json!("order_confirmed"), &json!(to)));
    assert_eq!((&first["language"], &first["status"]), (&json!("en"), &json!("kept")));
    // Page by page, each once.
    let page = list(&shop, &format!("?to={}&kind=order_confirmed&status=kept&limit=1", to.to_uppercase())).await;
    assert_eq!(page["items"], json!([second]));
    let cursor = page["next_cursor"].as_str().unwrap();
    let next = list(&shop, &format!("?to={to}&kind=order_confirmed&status=kept&limit=1&cursor={cursor}")).await;
    assert_eq!(next["items"], json!([first]));
    let order = first["order_id"].as_str().unwrap();
    assert_eq!(list(&shop, &format!("?order_id={order}&status=sent")).await["items"], json!([]));

    let owner = shop.owner().await;
    let path = format!("/v1/admin/messages/{}", first["number"]);
    let letter = shop.get(&path).bearer(&owner).send().await.expect(200).json();
    assert_eq!(letter["subject"], first["subject"]);
    let text = letter["text"].as_str().unwrap();
    assert!(text.contains("Thank you for your order") && text.contains("/open?token=••••\n"), "{text}");
    let html = letter["html"].as_str().unwrap();
    assert!(html.contains("/open?token=••••\" style"), "{html}");
    shop.get("/v1/admin/messages/999999999").bearer(&owner).send().await.problem(404, "not_found");
    shop.get("/v1/admin/messages/x").bearer(&owner).send().await.problem(404, "not_found");
    let wrong = shop.get("/v1/admin/messages?cursor=x&limit=0").bearer(&owner).send().await;
    assert_eq!(wrong.pointers(), ["cursor"]);
}

#[tokio::test]
async fn nobody_reads_a_gift_cards_code_in_its_letter() {
    let shop = Shop::open().await;
    let product = shop.sold_as("gift_card", 2_500).await;
    let cart = shop.downloading(&product.variant, 1).await;
    let email = cart.json["email"].as_str().unwrap();
    shop.place(&cart, "pm_card_visa").await.expect(201);
    let owner = shop.owner().await;
    let card = eventually("the card's letter is written", async || {
        let cards = list(&shop, &format!("?kind=gift_card&to={email}")).await;
        let path = format!("/v1/admin/messages/{}", cards["items"].get(0)?["number"]);
        Some(shop.get(&path).bearer(&owner).send().await.expect(200).json())
    })
    .await;
    assert!(card["gift_card_id"].as_str().unwrap().starts_with("gift_"));
    for part in ["text", "html"] {
        let part = card[part].as_str().unwrap();
        assert!(part.contains("••••") && !part.contains('\u{1a}'), "{part}");
    }
}

#[tokio::test]
async fn every_kind_of_letter_can_be_looked_at_in_both_languages() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    for kind in LETTERS {
        let mut subjects = Vec::new();
        for language in ["en", "de"] {
            let path = format!("/v1/admin/messages/previews/{kind}?language={language}");
            let letter = shop.get(&path).bearer(&owner).send().await.expect(200).json();
            assert_eq!((&letter["kind"], &letter["language"]), (&json!(kind), &json!(language)));
            subjects.push(letter["subject"].clone());
        }
        assert_ne!(subjects[0], subjects[1], "{kind}");
    }
    shop.get("/v1/admin/messages/previews/postcard").bearer(&owner).send().await.problem(404, "not_found");
    let other = shop.get("/v1/admin/messages/previews/gift_card?language=fr").bearer(&owner).send().await;
    assert_eq!(other.pointers(), ["language"]);
}

#[tokio::test]
async fn a_letter_is_shown_in_a_frame_in_which_it_can_do_nothing() {
    let shop = Shop::open().await;
    let letter = written(&shop, &mailbox()).await;
    let browser = owner(&shop).await;
    let page = browser.open(&format!("/admin/messages/{}", letter["number"])).await;
    let frame = format!("/admin/messages/{}/letter", letter["number"]);
    assert!(page.contains(&format!("sandbox title=\"The letter\" src=\"{frame}\"")), "{page}");
    assert!(text(&page).contains("Thank you for your order"), "as text, too");
    let framed = browser.get(&frame).await.expect(200);
    let policy = framed.header("content-security-policy");
    assert!(policy.contains("default-src 'none'; style-src 'unsafe-inline'") && policy.contains("; sandbox;"));
    assert!(String::from_utf8_lossy(&framed.body).contains("<h1 style="));

    let german = browser.open("/admin/messages/previews/order_shipped?language=de").await;
    assert!(german.contains("/admin/messages/previews/order_shipped/letter?language=de"), "{german}");
    let framed = browser.get("/admin/messages/previews/order_shipped/letter?language=de").await.expect(200);
    assert!(String::from_utf8_lossy(&framed.body).contains("lang=\"de\""));
    html(&browser.get("/admin/messages/999999999/letter").await.expect(404));
}

#[tokio::test]
async fn a_list_leads_to_the_pages_before_and_after() {
    let shop = Shop::open().await;
    let buyer = mailbox();
    for _ in 0..3 {
        written(&shop, &buyer).await;
    }
    let browser = owner(&shop).await;
    let to = |page: &str, name: &str| {
        let (before, _) = page.split_once(&format!("{name}</a>"))?;
        Some(before.rsplit_once("href=\"")?.1.split('"').next()?.replace("&#38;", "&"))
    };
    let first = browser.open(&format!("/admin/messages?to={buyer}&limit=1")).await;
    assert_eq!((to(&first, "Previous page"), to(&first, "First page")), (None, None));
    let second = browser.open(&to(&first, "Next page").unwrap()).await;
    let third = browser.open(&to(&second, "Next page").unwrap()).await;
    assert_ne!(text(&second), text(&third));
    let back = browser.open(&to(&third, "Previous page").unwrap()).await;
    assert_eq!(text(&back), text(&second));
    assert_eq!(text(&browser.open(&to(&back, "Previous page").unwrap()).await), text(&first));
    assert_eq!(text(&browser.open(&to(&third, "First page").unwrap()).await), text(&first));
}
