//! The order's page, as a browser without scripts uses it.

use serde_json::json;
use tradepost::orders::holding::{CONFIRM_MILLIS, KEPT_MILLIS};

use crate::browser::{Browser, VISA, html, text, value_of};
use crate::fixtures::eur;
use crate::host::faults::{Site, When};
use crate::manual_payments;
use crate::shop::{Shop, eventually};

#[tokio::test]
async fn a_declined_card_is_followed_by_one_that_pays() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let mut browser = Browser::at_checkout(&shop, &product, "1").await;
    let path = browser.buy("pm_card_chargeDeclinedInsufficientFunds").await;
    let page = browser.open(&path).await;
    assert!(page.contains("too little money on this card") && page.contains("Pay another way"), "{page}");
    let payments = format!("{path}/payments");
    assert_eq!(browser.submit(&payments, vec![("method", VISA)]).await, path);
    browser.until(&path, "your order is confirmed").await;
    assert_eq!(browser.submit(&payments, vec![("method", VISA)]).await, path);
    let odd = browser.form(&payments, &vec![("method", "gold")]).send().await.expect(422);
    assert!(html(&odd).contains("That did not work"));
}

#[tokio::test]
async fn an_order_that_was_declined_says_until_when_its_goods_are_kept() {
    let Some(shop) = Shop::native("the clock is moved").await else { return };
    let product = shop.stocked(2).await;
    let mut browser = Browser::at_checkout(&shop, &product, "2").await;
    let path = browser.buy("pm_card_chargeDeclined").await;
    let order = shop.get(&format!("/v1{path}")).cookie(&format!("__Host-orders={}", browser.cookies["__Host-orders"]));
    let order = order.send().await.expect(200).json();
    let page = browser.open(&path).await;
    assert!(page.contains("kept for you for a few minutes"), "{page}");
    let kept = format!("<time datetime=\"{}\">for about 3 minutes, until ", order["held_until"].as_str().unwrap());
    let payable =
        format!("<time datetime=\"{}\">for about 60 minutes, until ", order["payable_until"].as_str().unwrap());
    assert!(page.contains(&kept) && page.contains(&payable), "{page}");

    shop.host().clock.advance(KEPT_MILLIS);
    shop.until_available(&product.variant, 2).await;
    let page = browser.open(&path).await;
    assert!(page.contains("no longer set aside. Another try takes them again, at the same prices"), "{page}");
    assert!(!page.contains("Your things are kept") && page.contains("for about 57 minutes, until "), "{page}");

    let mut other = Browser::at_checkout(&shop, &product, "1").await;
    other.buy(VISA).await;
    let payments = format!("{path}/payments");
    let page = html(&browser.form(&payments, &vec![("method", VISA)]).send().await.expect(409));
    let told = format!("Only 1 piece of {} is left, not 2. Nothing was charged.", product.title);
    assert!(page.contains(&told) && page.contains("Pay another way"), "{page}");
    shop.stock(&product.variant, 1).await;
    assert_eq!(browser.submit(&payments, vec![("method", VISA)]).await, path);
    browser.until(&path, "your order is confirmed").await;

    let mut browser = Browser::at_checkout(&shop, &shop.stocked(1).await, "1").await;
    let path = browser.buy("pm_card_chargeDeclined").await;
    for _ in 2..=10 {
        assert_eq!(browser.submit(&format!("{path}/payments"), vec![("method", "pm_card_chargeDeclined")]).await, path);
    }
    let page = browser.open(&path).await;
    assert!(page.contains("tried as often as one may be") && !page.contains("Pay another way"), "{page}");
}

#[tokio::test]
async fn a_bank_that_is_asked_for_long_says_that_the_goods_may_go() {
    let Some(shop) = Shop::native("the clock is moved").await else { return };
    let product = shop.stocked(1).await;
    let mut browser = Browser::at_checkout(&shop, &product, "1").await;
    let path = browser.buy("pm_card_authenticationRequired").await;
    assert!(browser.open(&path).await.contains("kept for you for a few minutes"));
    shop.host().clock.advance(KEPT_MILLIS);
    shop.until_available(&product.variant, 1).await;
    let page = browser.open(&path).await;
    assert!(page.contains("if they are gone when you confirm, you get your money back"), "{page}");
    shop.host().clock.advance(CONFIRM_MILLIS);
    let page = browser.until(&path, "not confirmed with the bank in time").await;
    assert!(page.contains("Pay another way"), "{page}");
}

#[tokio::test]
async fn a_bank_that_asks_is_answered() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    for (outcome, words) in [("approve", "your order is confirmed"), ("decline", "not confirmed with the bank")] {
        let mut browser = Browser::at_checkout(&shop, &product, "1").await;
        let path = browser.buy("pm_card_authenticationRequired").await;
        let question = format!("{path}/authenticate");
        assert!(browser.open(&path).await.contains(&format!("href=\"{question}\"")));
        let page = browser.open(&question).await;
        assert!(page.contains("Test Bank") && page.contains("€24.89"), "{page}");
        browser.form(&question, &vec![("outcome", "?")]).send().await.expect(422);
        assert_eq!(browser.submit(&question, vec![("outcome", outcome)]).await, path);
        browser.until(&path, words).await;
        assert_eq!(browser.get(&question).await.expect(303).header("location"), path);
    }
}

#[tokio::test]
async fn a_bank_that_says_nothing_is_waited_for() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let mut browser = Browser::at_checkout(&shop, &product, "1").await;
    let path = browser.buy("pm_test_timeout").await;
    let page = browser.open(&path).await;
    assert!(page.contains("http-equiv=\"refresh\"") && page.contains("waiting for the bank"), "{page}");
    // Placing it again, or paying again, changes nothing.
    assert_eq!(browser.get("/checkout").await.expect(303).header("location"), path);
    assert_eq!(browser.submit(&format!("{path}/payments"), vec![("method", VISA)]).await, path);
    shop.until_available(&product.variant, 4).await;
}

#[tokio::test]
async fn whoever_is_asked_by_the_bank_may_pay_another_way_instead() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let mut browser = Browser::at_checkout(&shop, &product, "1").await;
    let path = browser.buy("pm_card_authenticationRequired").await;
    let page = browser.open(&path).await;
    assert!(page.contains("Pay another way") && page.contains("called off first"), "{page}");
    assert!(!page.contains("value=\"pm_card_authenticationRequired\""), "the same way is not another one");
    assert_eq!(browser.submit(&format!("{path}/payments"), vec![("method", VISA)]).await, path);
    browser.until(&path, "your order is confirmed").await;
    shop.until_available(&product.variant, 4).await;
}

#[tokio::test]
async fn whoever_waits_for_the_bank_chooses_in_peace_or_cancels() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let mut browser = Browser::at_checkout(&shop, &product, "1").await;
    let path = browser.buy("pm_test_unreachable").await;
    let payments = format!("{path}/payments");
    let page = browser.open(&path).await;
    assert!(page.contains("http-equiv=\"refresh\"") && page.contains(&format!("href=\"{payments}\"")), "{page}");
    assert!(page.contains(&format!("action=\"{path}/cancel\"")), "{page}");
    let page = browser.open(&payments).await;
    assert!(!page.contains("http-equiv=\"refresh\""), "nothing is chosen away under the buyer's hands");
    assert!(page.contains("value=\"pm_card_visa\"") && page.contains("checked"), "{page}");
    assert!(page.contains(&format!("href=\"{path}\"")), "{page}");
    assert_eq!(browser.submit(&format!("{path}/cancel"), vec![]).await, path);
    assert!(browser.open(&path).await.contains("This order was cancelled"));
    shop.until_available(&product.variant, 5).await;
    // A second click, and one that comes too late.
    assert_eq!(browser.submit(&format!("{path}/cancel"), vec![]).await, path);
    browser.add(&product, "1").await;
    let paid = browser.buy(VISA).await;
    browser.until(&paid, "your order is confirmed").await;
    assert_eq!(browser.submit(&format!("{paid}/cancel"), vec![]).await, paid);
    let page = browser.open(&paid).await;
    assert!(page.contains("your order is confirmed") && !page.contains("/cancel\"") && !page.contains("/again\""));
}

#[tokio::test]
async fn a_payment_that_is_being_changed_says_so() {
    let Some(shop) = Shop::native("the provider does not answer").await else { return };
    let product = shop.stocked(5).await;
    let mut browser = Browser::at_checkout(&shop, &product, "1").await;
    let path = browser.buy("pm_card_authenticationRequired").await;
    shop.host().faults.always(Site::Http, "/void", When::Before);
    browser.submit(&format!("{path}/payments"), vec![("method", VISA)]).await;
    let page = browser.open(&path).await;
    assert!(page.contains("We are changing the way you pay") && page.contains("http-equiv=\"refresh\""), "{page}");
    assert!(!page.contains("Pay another way") && page.contains("Cancel the order"), "{page}");
    // A third way has to wait.
    assert_eq!(browser.submit(&format!("{path}/payments"), vec![("method", "pm_test_slow")]).await, path);
}

#[tokio::test]
async fn a_cancelled_order_is_ordered_again_with_all_that_was_typed() {
    let shop = Shop::open().await;
    let (one, other) = (shop.stocked(9).await, shop.stocked(9).await);
    let mut browser = Browser::at_checkout(&shop, &one, "2").await;
    browser.add(&other, "1").await;
    let path = browser.buy("pm_card_chargeDeclined").await;
    browser.submit(&format!("{path}/cancel"), vec![]).await;
    let again = format!("{path}/again");
    assert!(browser.open(&path).await.contains(&format!("action=\"{again}\"")));
    assert_eq!(browser.submit(&again, vec![]).await, "/cart");
    // A second click adds nothing.
    assert_eq!(browser.submit(&again, vec![]).await, "/cart");
    let cart = browser.open("/cart").await;
    assert_eq!((value_of(&cart, "line_1"), value_of(&cart, "line_2")), ("2".to_owned(), "1".to_owned()));
    let checkout = browser.open("/checkout").await;
    assert_eq!(value_of(&checkout, "email"), "ada@example.com");
    assert_eq!(value_of(&checkout, "line1"), "12 St James&#39;s Square");
    assert!(checkout.contains("value=\"GB\" selected"), "{checkout}");
    let new = browser.buy(VISA).await;
    assert_ne!(new, path);
    browser.until(&new, "your order is confirmed").await;
}

#[tokio::test]
async fn ordering_again_keeps_what_is_in_the_cart_and_names_what_is_gone() {
    let shop = Shop::open().await;
    let (gone, there) = (shop.stocked(9).await, shop.stocked(9).await);
    let mut browser = Browser::at_checkout(&shop, &gone, "1").await;
    browser.add(&there, "2").await;
    let path = browser.buy("pm_card_chargeDeclined").await;
    browser.submit(&format!("{path}/cancel"), vec![]).await;
    browser.add(&there, "1").await;
    let (product, owner) = (format!("/v1/admin/products/{}", gone.id), shop.owner().await);
    shop.patch(&product).bearer(&owner).json(json!({ "status": "archived" })).send().await.expect(200);
    let left_out = format!("No longer for sale, and left out: {}.", gone.title);
    let page = eventually("it is left out", async || {
        let answer = browser.form(&format!("{path}/again"), &vec![]).send().await;
        answer.is(200).then(|| html(&answer))
    })
    .await;
    assert!(page.contains(&left_out), "{page}");
    assert_eq!(value_of(&page, "line_1"), "2", "one was there, and two are wanted: {page}");
}

#[tokio::test]
async fn whoever_shops_again_still_sees_the_orders_before() {
    let shop = Shop::open().await;
    let product = shop.stocked(9).await;
    let mut browser = Browser::at_checkout(&shop, &product, "1").await;
    let first = browser.buy(VISA).await;
    // The answer that would have kept the order never came.
    browser.cookies.remove("__Host-orders");
    browser.add(&product, "1").await;
    let second = browser.buy(VISA).await;
    browser.add(&product, "1").await;
    assert_ne!(first, second);
    for path in [first, second] {
        browser.until(&path, "your order is confirmed").await;
    }
    assert!(browser.open("/cart").await.contains("Go to checkout"));
}

#[tokio::test]
async fn an_order_is_its_buyers_alone() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let mut browser = Browser::at_checkout(&shop, &product, "1").await;
    let path = browser.buy("pm_card_chargeDeclined").await;
    let stranger = Browser::new(&shop);
    let mut thief = browser.clone();
    thief.cookies.values_mut().for_each(|token| token.push('A'));
    for other in [stranger, thief] {
        html(&other.get(&path).await.expect(404));
        html(&other.get(&format!("{path}/authenticate")).await.expect(404));
        html(&other.get(&format!("{path}/payments")).await.expect(404));
        html(&other.form(&format!("{path}/payments"), &vec![("method", VISA)]).send().await.expect(404));
        html(&other.form(&format!("{path}/cancel"), &vec![]).send().await.expect(404));
        html(&other.form(&format!("{path}/again"), &vec![]).send().await.expect(404));
        assert!(other.open("/cart").await.contains("Your cart is empty."));
    }
    let forged = browser.form("/checkout", &vec![]).header("sec-fetch-site", "cross-site").send().await.expect(403);
    assert!(html(&forged).contains("did not come from our own pages"));
}

#[tokio::test]
async fn an_order_that_waits_for_a_bank_transfer_says_how_to_pay() {
    let Some((shop, product)) = manual_payments::open(&manual_payments::all(), 5).await else { return };
    let mut browser = Browser::at_checkout(&shop, &product, "1").await;
    browser.until("/checkout", "Bank transfer").await;
    let path = browser.buy("bank_transfer").await;
    let page = browser.until(&path, "How to pay").await;
    let order = text(&page);
    let number = page.split("Order ").nth(1).unwrap().split([' ', '<']).next().unwrap();
    assert!(order.contains("Thank you, we have your order Please send us the money"), "{order}");
    assert!(order.contains(&format!("Amount €24.89 Reference {number} Due ")), "{order}");
    assert!(order.contains("To DE02 1203 0000 0000 2020 51") && order.contains("Payment Not paid yet"), "{order}");
    assert!(!page.contains("http-equiv=\"refresh\"") && order.contains("Cancel the order"), "{page}");

    let received = format!("/v1/admin{}/payments/received", path);
    let receive = async |amount: i64, reference: &str| {
        let body = json!({ "amount": eur(amount), "reference": reference });
        shop.post(&received).bearer(&shop.owner().await).json(body).send().await.expect(201);
    };
    receive(2_000, "one").await;
    let page = browser.open(&path).await;
    let order = text(&page);
    assert!(order.contains("Amount €4.89") && order.contains("Received so far -€20.00 Left to pay €4.89"), "{order}");
    assert!(!order.contains("Cancel the order") && order.contains("Payment Partly paid"), "{order}");
    receive(489, "two").await;
    let order = text(&browser.until(&path, "your order is confirmed").await);
    assert!(!order.contains("How to pay") && order.contains("We have your payment. We are packing"), "{order}");
}

#[tokio::test]
async fn what_is_paid_afterwards_is_confirmed_and_says_so() {
    let Some((shop, product)) = manual_payments::open(&manual_payments::all(), 5).await else { return };
    for (method, words) in [("invoice", "Within 14 days"), ("cash_on_delivery", "You pay afterwards")] {
        let mut browser = Browser::at_checkout(&shop, &product, "1").await;
        browser.until("/checkout", "Bank transfer").await;
        let path = browser.buy(method).await;
        let order = text(&browser.until(&path, "your order is confirmed").await);
        assert!(order.contains("You pay afterwards, as it says below.") && order.contains(words), "{order}");
        assert!(order.contains("Amount €24.89") && !order.contains("Cancel the order"), "{order}");
    }
}

#[tokio::test]
async fn codes_of_gift_cards_that_were_bought_are_said_to_come_by_mail() {
    let shop = Shop::open().await;
    let product = shop.product(json!({ "delivery": "gift_card" })).await;
    let mut browser = Browser::at_checkout(&shop, &product, "1").await;
    let path = browser.buy(VISA).await;
    let order = text(&browser.until(&path, "your order is confirmed").await);
    assert!(order.contains("The codes of your gift cards come by mail, to ada@example.com."), "{order}");
}

#[tokio::test]
async fn nobody_is_sent_back_to_an_order_that_is_not_theirs() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let mut browser = Browser::at_checkout(&shop, &product, "1").await;
    let path = browser.buy("pm_card_chargeDeclined").await;
    let returned = format!("{path}/returned?payment_intent=pi_1&payment_intent_client_secret=x&redirect_status=failed");
    // What the address says decides nothing, and is gone from it.
    let back = browser.get(&returned).await.expect(303);
    assert_eq!(back.header("location"), format!("{path}?declined=yes"));
    assert!(browser.open(&format!("{path}?declined=yes")).await.contains("The card was declined."));
    html(&Browser::new(&shop).get(&returned).await.expect(404));
}

#[tokio::test]
async fn a_code_comes_along_when_an_order_is_ordered_again() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let code = shop.percent_code("Summer", "10").await.code;
    let mut browser = Browser::at_checkout(&shop, &product, "1").await;
    browser.change(&[("line_1", "1"), ("coupon", &code)], "checkout").await;
    let path = browser.buy("pm_card_chargeDeclined").await;
    browser.submit(&format!("{path}/cancel"), vec![]).await;
    assert_eq!(browser.submit(&format!("{path}/again"), vec![]).await, "/cart");
    assert!(text(&browser.open("/cart").await).contains("Summer -€2.00"));
}
