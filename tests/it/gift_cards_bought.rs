//! Gift cards as goods: a card for each piece, sent once its money is there.

use serde_json::{Value, json};
use tradepost::ports::{Database, ObjectClass, Statement};

use crate::buyers::mailbox;
use crate::fixtures::{Cart, Product, eur};
use crate::host::faults::{Site, When};
use crate::mail;
use crate::manual_payments;
use crate::paying_by_gift_card::{FAULTS, card, cart_with_cards, parts, text, to_pay};
use crate::shop::{OWNER_EMAIL, OWNER_PASSWORD, Shop, eventually, unique, within};

/// A cart of gift cards, begun in a language, and where its letters go.
async fn buying_cards(shop: &Shop, lines: &[(&Product, i64)], language: &str) -> (Cart, String) {
    let lines: Vec<Value> =
        lines.iter().map(|(product, count)| json!({ "variant_id": product.variant, "quantity": count })).collect();
    let begin = shop.post("/v1/carts").header("accept-language", language);
    let json = begin.json(json!({ "currency": "EUR", "lines": lines })).send().await.expect(201).json();
    let cart = Cart { id: text(&json["id"]).to_owned(), token: text(&json["token"]).to_owned(), json };
    let email = mailbox();
    shop.change_cart(&cart, json!({ "email": email })).await.expect(200);
    (cart, email)
}

/// The codes in the letters that bring gift cards.
fn codes(letters: &[Value]) -> Vec<String> {
    let is_code = |word: &&str| word.len() == 24 && word.matches('-').count() == 4;
    letters
        .iter()
        .flat_map(|letter| text(&letter["text"]).split_whitespace().find(is_code))
        .map(str::to_owned)
        .collect()
}

fn happened(order: &Value, kind: &str) -> usize {
    order["events"].as_array().unwrap().iter().filter(|event| event["type"] == kind).count()
}

async fn until_issued(shop: &Shop, cart: &Cart) -> Value {
    eventually("the gift cards are issued", async || {
        let order = shop.order(cart).await;
        (happened(&order, "gift_cards_issued") > 0).then_some(order)
    })
    .await
}

#[tokio::test]
async fn a_gift_card_that_is_bought_comes_by_mail_a_card_for_each_piece() {
    let shop = Shop::open().await;
    let [small, large] = [shop.sold_as("gift_card", 2_500).await, shop.sold_as("gift_card", 10_000).await];
    let (cart, email) = buying_cards(&shop, &[(&small, 2), (&large, 1)], "de").await;
    let order = shop.place(&cart, "pm_card_visa").await.expect(201).json();
    assert_eq!((text(&order["status"]), &order["totals"]["total"]), ("confirmed", &eur(15_000)));
    let order = until_issued(&shop, &cart).await;
    assert_eq!(happened(&order, "gift_cards_issued"), 1);
    // The confirmation, and three cards.
    let letters = shop.letters(&email, 4).await;
    let codes = codes(&letters);
    assert_eq!(codes.len(), 3, "{letters:?}");
    assert!(letters.iter().filter(|letter| text(&letter["subject"]).starts_with("Ihr Geschenkgutschein")).count() == 3);
    let mut balances = Vec::new();
    for code in &codes {
        let spending = cart_with_cards(&shop, 20_000, &[&json!({ "code": code })]).await;
        balances.push(parts(&spending.json)[0]);
    }
    balances.sort_unstable();
    assert_eq!(balances, [2_500, 2_500, 10_000]);
    assert!(!order.to_string().contains(&codes[0]), "the order does not tell codes");
}

#[tokio::test]
async fn a_letter_with_a_gift_card_waits_for_a_sender_and_no_table_has_its_code() {
    let Some(shop) = mail::deployed(None).await else { return };
    let gift = shop.sold_as("gift_card", 2_500).await;
    let (cart, email) = buying_cards(&shop, &[(&gift, 1)], "en").await;
    shop.place(&cart, "pm_card_visa").await.expect(201);
    let kept = async || {
        let select = "SELECT status, text, html FROM messages WHERE recipient = ?1 AND kind = 'gift_card'";
        let rows = shop.host().database.batch(vec![Statement::new(select, [email.as_str().into()])]).await.unwrap();
        rows[0].first::<Value>().unwrap()
    };
    eventually("the letter is written", kept).await;
    // Other letters would be old news by now.
    for _ in 0..20 {
        shop.host().clock.advance(24 * 3_600_000);
        assert_eq!(text(&kept().await.unwrap()["status"]), "pending");
    }
    let owner = shop.log_in(OWNER_EMAIL, OWNER_PASSWORD).await.expect(200).json();
    let sender = json!({ "mail": { "sender": "orders@shop.example" } });
    let change = shop.patch("/v1/admin/settings").bearer(text(&owner["access_token"])).json(sender);
    change.send().await.expect(200);
    let mail = within(20_000, "the letter is sent", async || {
        shop.host().clock.advance(mail::STEP);
        shop.host().mailer.sent().into_iter().find(|mail| mail.to == email)
    })
    .await;
    let code = codes(&[json!({ "text": mail.text })]).remove(0);
    assert!(mail.html.contains(&code) && !json!(kept().await.unwrap()).to_string().contains(&code), "{}", mail.text);
}

#[tokio::test]
async fn a_gift_card_is_not_given_before_its_money_is_there() {
    let Some((shop, _)) = manual_payments::open(&manual_payments::all(), 1).await else { return };
    let gift = shop.sold_as("gift_card", 2_500).await;
    for method in ["bank_transfer", "invoice"] {
        let (cart, email) = buying_cards(&shop, &[(&gift, 1)], "en").await;
        shop.place_with(&cart, manual_payments::manual(method)).await.expect(201);
        shop.letters(&email, 1).await;
        assert_eq!(happened(&shop.order(&cart).await, "gift_cards_issued"), 0);
        let path = format!("/v1/admin/orders/{}/payments/received", cart.id);
        let receive = async |amount, reference: &str| {
            let body = json!({ "amount": eur(amount), "reference": reference });
            shop.post(&path).bearer(&shop.owner().await).json(body).send().await.expect(201);
        };
        receive(1_000, "a part").await;
        shop.order(&cart).await;
        assert_eq!(happened(&shop.order(&cart).await, "gift_cards_issued"), 0);
        receive(1_500, "the rest").await;
        until_issued(&shop, &cart).await;
        within(5_000, "the card came", async || {
            let letters = shop.letters(&email, 1).await;
            (codes(&letters).len() == 1).then_some(())
        })
        .await;
    }
    // Nor without any: it was declined, and is over.
    let (cart, email) = buying_cards(&shop, &[(&gift, 1)], "en").await;
    shop.place(&cart, "pm_card_chargeDeclined").await.expect(201);
    shop.cancel(&cart).await.expect(200);
    let letters = shop.letters(&email, 1).await;
    assert!(codes(&letters).is_empty());
}

#[tokio::test]
async fn whatever_fails_each_card_is_issued_and_sent_once() {
    let Some(shop) = Shop::native(FAULTS).await else { return };
    let gift = shop.sold_as("gift_card", 2_500).await;
    let list = async || {
        let list = shop.get("/v1/admin/gift-cards?limit=100").bearer(&shop.owner().await).send().await;
        list.expect(200).json()["items"].as_array().unwrap().clone()
    };
    for (site, containing) in [
        (Site::Batch, "INTO gift_cards"),
        (Site::Command(ObjectClass::Pool), "issue"),
        (Site::Send, "gift_cards"),
        (Site::Batch, "INTO messages"),
    ] {
        for when in [When::Before, When::After] {
            let (cart, email) = buying_cards(&shop, &[(&gift, 3)], "en").await;
            shop.host().faults.once(site, containing, when);
            shop.place(&cart, "pm_card_visa").await.expect(201);
            let about = format!("{site:?} {containing} {when:?}");
            within(20_000, &about, async || {
                shop.host().clock.advance(10_000);
                let letters = shop.letters(&email, 0).await;
                (happened(&shop.order(&cart).await, "gift_cards_issued") > 0 && codes(&letters).len() == 3)
                    .then_some(())
            })
            .await;
            // Told again, nothing comes twice.
            shop.post(&format!("/dev/orders/{}/republish", cart.id)).send().await.expect(202);
            let (other, to) = buying_cards(&shop, &[(&gift, 1)], "en").await;
            shop.place(&other, "pm_card_visa").await.expect(201);
            shop.letters(&to, 2).await;
            assert_eq!(codes(&shop.letters(&email, 0).await).len(), 3, "{about}");
            let of_order = list().await.into_iter().filter(|card| card["order_id"] == json!(cart.id));
            assert_eq!(of_order.map(|card| card["initial_balance"].clone()).collect::<Vec<_>>(), vec![eur(2_500); 3]);
            shop.host().faults.clear();
        }
    }
}

#[tokio::test]
async fn many_gift_cards_of_one_order_all_come() {
    let shop = Shop::open().await;
    let gift = shop.sold_as("gift_card", 100).await;
    let (cart, email) = buying_cards(&shop, &[(&gift, 45)], "en").await;
    shop.place(&cart, "pm_card_visa").await.expect(201);
    let letters = within(20_000, "46 letters came", async || {
        let letters = shop.letters(&email, 0).await;
        (letters.len() == 46).then_some(letters)
    })
    .await;
    let mut codes = codes(&letters);
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), 45);
    assert_eq!(happened(&until_issued(&shop, &cart).await, "gift_cards_issued"), 1);
}

#[tokio::test]
async fn a_gift_card_is_neither_reduced_nor_taxed_and_may_be_paid_by_another() {
    let shop = Shop::open().await;
    let gift = shop.sold_as("gift_card", 2_500).await;
    let code = unique("gifts").to_uppercase();
    let percent = json!({ "title": "Half", "code": code, "effect": { "percentage": { "percent": "50" } } });
    shop.promotion(percent).await;
    let (cart, email) = buying_cards(&shop, &[(&gift, 1)], "en").await;
    let refused = shop.coupon(&cart, &code).await.problem(422, "coupon_not_valid");
    assert_eq!(refused["reason"], "nothing_matches");
    let paying = card(&shop, 2_500).await;
    let seen = shop.pay_by(&cart, text(&paying["code"])).await.expect(200).json();
    assert_eq!((&seen["totals"]["tax"], to_pay(&seen)), (&eur(0), 0));
    shop.place(&cart, "pm_card_visa").await.expect(201);
    let letters = shop.letters(&email, 2).await;
    assert_eq!(codes(&letters).len(), 1);
}
