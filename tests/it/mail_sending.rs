//! Letters on their way: sent once, once more where nobody knows, or given up.

use serde_json::{Value, json};
use tradepost::ports::{Database, MailError, Statement};

use crate::host::faults::{Site, When};
use crate::mail::{Buyer, STEP, buyer, deployed};
use crate::shop::{Shop, eventually, within};

/// A buyer whose order is confirmed.
async fn confirmed(shop: &Shop) -> Buyer {
    let buyer = buyer(shop).await;
    shop.place(&buyer.cart, "pm_card_visa").await.expect(201);
    buyer
}

/// What the table says of the order's letter.
async fn status(shop: &Shop, buyer: &Buyer) -> Option<String> {
    let select = Statement::new("SELECT status FROM messages WHERE about = ?1", [buyer.cart.id.as_str().into()]);
    let rows = shop.host().database.batch(vec![select]).await.unwrap().remove(0);
    rows.first::<Value>().unwrap().map(|row| row["status"].as_str().unwrap().to_owned())
}

/// Lets time go by until the letter is so.
async fn until_status(shop: &Shop, buyer: &Buyer, wanted: &str) {
    within(20_000, &format!("the letter is {wanted}"), async || {
        let found = status(shop, buyer).await;
        if found.as_deref() == Some(wanted) {
            return Some(());
        }
        shop.host().clock.advance(STEP);
        None
    })
    .await;
}

/// How often the buyer was sent a letter.
fn sent(shop: &Shop, buyer: &Buyer) -> usize {
    shop.host().mailer.sent().iter().filter(|mail| mail.to == buyer.email).count()
}

#[tokio::test]
async fn a_deployed_shop_sends_from_its_sender_and_shows_nobody_a_mailbox() {
    let Some(shop) = deployed(Some("orders@shop.example")).await else { return };
    let buyer = confirmed(&shop).await;
    until_status(&shop, &buyer, "sent").await;
    let mails = shop.host().mailer.sent();
    let [mail] = mails.as_slice() else { panic!("{mails:?}") };
    assert_eq!((mail.sender.as_str(), mail.from.as_str()), ("Tradepost", "orders@shop.example"));
    assert!(mail.text.contains("Total: €44.88") && mail.html.contains("€44.88"));
    shop.get("/dev/mailbox").send().await.problem(404, "not_found");
}

#[tokio::test]
async fn a_letter_that_is_not_taken_is_sent_when_it_can_be() {
    let Some(shop) = deployed(Some("orders@shop.example")).await else { return };
    shop.host().mailer.refuse(Some(MailError::NotTaken("too many".to_owned())));
    let buyer = confirmed(&shop).await;
    within(20_000, "it is tried again and again", async || {
        shop.host().clock.advance(STEP);
        (shop.host().faults.passed(Site::Mail) > 3).then_some(())
    })
    .await;
    assert_eq!(status(&shop, &buyer).await.as_deref(), Some("pending"));
    shop.host().mailer.refuse(None);
    until_status(&shop, &buyer, "sent").await;
    assert_eq!(sent(&shop, &buyer), 1);
}

#[tokio::test]
async fn a_letter_of_a_clock_that_was_ahead_is_sent_when_it_is_right() {
    let Some(shop) = deployed(Some("orders@shop.example")).await else { return };
    let ahead = 10 * 3_600_000;
    let buyer = buyer(&shop).await;
    shop.host().clock.advance(ahead);
    shop.host().mailer.refuse(Some(MailError::NotTaken("too many".to_owned())));
    shop.place(&buyer.cart, "pm_card_visa").await.expect(201);
    within(10_000, "it was tried", async || (shop.host().faults.passed(Site::Mail) > 0).then_some(())).await;
    shop.host().clock.put_back(ahead);
    shop.host().mailer.refuse(None);
    // Whoever sends next sends what waits.
    confirmed(&shop).await;
    eventually("both letters are sent", async || (shop.host().mailer.sent().len() == 2).then_some(())).await;
    assert_eq!(sent(&shop, &buyer), 1);
}

#[tokio::test]
async fn a_letter_is_sent_once_more_where_nobody_knows_whether_it_was_and_no_third_time() {
    let Some(shop) = deployed(Some("orders@shop.example")).await else { return };
    for (when, times) in [(When::Before, 1), (When::After, 2)] {
        shop.host().faults.once(Site::Mail, "", when);
        let buyer = confirmed(&shop).await;
        until_status(&shop, &buyer, "sent").await;
        assert_eq!(sent(&shop, &buyer), times, "{when:?}");
    }
    shop.host().faults.always(Site::Mail, "", When::After);
    let buyer = confirmed(&shop).await;
    until_status(&shop, &buyer, "unanswered").await;
    shop.host().faults.clear();
    let other = confirmed(&shop).await;
    until_status(&shop, &other, "sent").await;
    assert_eq!(sent(&shop, &buyer), 2);
}

#[tokio::test]
async fn a_letter_whose_sending_was_not_written_down_comes_twice_at_most() {
    let Some(shop) = deployed(Some("orders@shop.example")).await else { return };
    shop.host().faults.once(Site::Batch, "sent_at = iif", When::Before);
    let buyer = confirmed(&shop).await;
    until_status(&shop, &buyer, "sent").await;
    assert_eq!(sent(&shop, &buyer), 2);
}

#[tokio::test]
async fn a_mailbox_that_refuses_is_not_asked_again() {
    let Some(shop) = deployed(Some("orders@shop.example")).await else { return };
    shop.host().mailer.refuse(Some(MailError::Refused("suppressed".to_owned())));
    let buyer = confirmed(&shop).await;
    until_status(&shop, &buyer, "refused").await;
    shop.host().mailer.refuse(None);
    let other = confirmed(&shop).await;
    until_status(&shop, &other, "sent").await;
    assert_eq!((sent(&shop, &buyer), status(&shop, &buyer).await.as_deref()), (0, Some("refused")));
}

#[tokio::test]
async fn without_a_sender_letters_are_kept_and_nobody_is_sent_old_news() {
    let Some(shop) = deployed(None).await else { return };
    let buyer = confirmed(&shop).await;
    until_status(&shop, &buyer, "kept").await;
    assert!(shop.host().mailer.sent().is_empty());
}

#[tokio::test]
async fn news_that_could_not_be_sent_for_a_week_is_given_up() {
    let Some(shop) = deployed(Some("orders@shop.example")).await else { return };
    shop.host().mailer.refuse(Some(MailError::NotTaken("too many".to_owned())));
    let buyer = confirmed(&shop).await;
    until_status(&shop, &buyer, "pending").await;
    shop.host().clock.advance(8 * 24 * 3_600_000);
    until_status(&shop, &buyer, "stale").await;
}

#[tokio::test]
async fn staff_see_why_a_letter_did_not_go_out_and_send_it_again() {
    let Some(shop) = deployed(Some("orders@shop.example")).await else { return };
    let owner = shop.owner().await;
    shop.host().mailer.refuse(Some(MailError::Refused("suppressed".to_owned())));
    let buyer = confirmed(&shop).await;
    until_status(&shop, &buyer, "refused").await;
    let list = async || {
        let path = format!("/v1/admin/messages?to={}&order_id={}", buyer.email, buyer.cart.id);
        let list = shop.get(&path).bearer(&owner).send().await.expect(200).json();
        assert_eq!(list["items"].as_array().unwrap().len(), 1, "{list}");
        list["items"][0].clone()
    };
    let refused = list().await;
    assert_eq!((&refused["status"], &refused["kind"]), (&json!("refused"), &json!("order_confirmed")));
    assert!(refused["error"].as_str().unwrap().contains("suppressed"), "{refused}");

    shop.host().mailer.refuse(None);
    let path = format!("/v1/admin/messages/{}/send", refused["number"]);
    for replayed in ["", "true"] {
        let answer = shop.post(&path).bearer(&owner).key("send-it-again").send().await.expect(202);
        assert_eq!(answer.header("idempotent-replayed"), replayed);
    }
    let sent_again = list().await;
    assert_eq!(
        (&sent_again["status"], &sent_again["error"], &sent_again["tries"]),
        (&json!("sent"), &json!(null), &json!(1))
    );
    assert_eq!(sent(&shop, &buyer), 1);
    shop.post("/v1/admin/messages/999999999/send").bearer(&owner).send().await.problem(404, "not_found");
}
