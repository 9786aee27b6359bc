//! Another way to pay while the first still waits for the buyer or the bank.

use serde_json::{Value, json};
use tradepost::ports::ObjectClass;

use crate::fixtures::{Cart, payment};
use crate::host::faults::{Site, When};
use crate::shop::Shop;

const VISA: &str = "pm_card_visa";
const BANK_ASKS: &str = "pm_card_authenticationRequired";

async fn pay(shop: &Shop, cart: &Cart, method: &str) -> Value {
    let ask = shop.post(&cart.order_path("/payments")).cart_token(&cart.token).json(payment(method));
    ask.send().await.expect(200).json()
}

#[tokio::test]
async fn whoever_does_not_answer_the_bank_pays_another_way() {
    let shop = Shop::open().await;
    let product = shop.stocked(1).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    shop.place(&cart, BANK_ASKS).await.expect(201);
    shop.until_order(&cart, "awaiting_payment", "requires_action").await;
    let order = pay(&shop, &cart, VISA).await;
    assert_eq!((&order["status"], &order["payment"]["status"]), (&json!("confirmed"), &json!("paid")), "{order}");
    assert_eq!(order["payment"]["attempt"], 2);
    let events: Vec<_> = order["events"].as_array().unwrap().iter().map(|event| event["type"].clone()).collect();
    // What comes after the payment may have come by now.
    let until_paid = ["placed", "payment_action_required", "payment_switched", "payment_started", "paid"];
    assert_eq!(events[..5], until_paid, "{events:?}");
    if let Some(ledger) = shop.ledger() {
        let charges = ledger.charges();
        assert!(charges[&format!("{}-1", cart.id)].voided, "{charges:?}");
        assert_eq!(ledger.kept(&cart.id), cart.total());
    }
}

#[tokio::test]
async fn the_bank_may_ask_about_the_second_card_too() {
    let shop = Shop::open().await;
    let product = shop.stocked(1).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    shop.place(&cart, BANK_ASKS).await.expect(201);
    assert_eq!(pay(&shop, &cart, "pm_card_chargeDeclined").await["payment"]["status"], "declined");
    assert_eq!(pay(&shop, &cart, BANK_ASKS).await["payment"]["status"], "requires_action");
    assert_eq!(pay(&shop, &cart, VISA).await["status"], "confirmed");
    if let Some(ledger) = shop.ledger() {
        assert_eq!(ledger.kept(&cart.id), cart.total());
    }
}

#[tokio::test]
async fn the_same_way_once_more_is_a_second_click() {
    let shop = Shop::open().await;
    let product = shop.stocked(1).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    shop.place(&cart, BANK_ASKS).await.expect(201);
    let again = shop.post(&cart.order_path("/payments")).cart_token(&cart.token).json(payment(BANK_ASKS)).send().await;
    again.problem(409, "payment_in_progress");
    assert_eq!(shop.order(&cart).await["payment"]["attempt"], 1);
}

#[tokio::test]
async fn a_charge_that_was_made_after_all_is_the_only_one() {
    let Some(shop) = Shop::native("the provider's ledger is looked at").await else { return };
    let product = shop.stocked(1).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    // It charges and does not say so.
    shop.place(&cart, "pm_test_timeout").await.expect(201);
    let order = pay(&shop, &cart, VISA).await;
    assert_eq!((&order["status"], &order["payment"]["attempt"]), (&json!("confirmed"), &json!(1)), "{order}");
    assert_eq!(shop.host().ledger.charges().len(), 1);
    assert_eq!(shop.host().ledger.kept(&cart.id), cart.total());
}

#[tokio::test]
async fn nothing_is_charged_until_the_first_is_known_to_take_nothing() {
    let Some(shop) = Shop::native("the provider does not answer").await else { return };
    let product = shop.stocked(1).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    shop.place(&cart, BANK_ASKS).await.expect(201);
    for when in [When::Before, When::After] {
        shop.host().faults.once(Site::Http, "/void", when);
    }
    let waiting = pay(&shop, &cart, VISA).await;
    assert_eq!((&waiting["payment"]["status"], &waiting["payment"]["attempt"]), (&json!("pending"), &json!(1)));
    assert_eq!(waiting["payment"]["next_method"], VISA);
    assert!(waiting["payment"]["client_secret"].is_null(), "{waiting}");
    // A third way has to wait; the same one changes nothing.
    let third = payment("pm_card_chargeDeclined");
    let third = shop.post(&cart.order_path("/payments")).cart_token(&cart.token).json(third).send().await;
    third.problem(409, "payment_in_progress");
    let order = shop.hurry(&cart, 60, |order| order["status"] == "confirmed").await;
    assert_eq!(order["payment"]["attempt"], 2);
    assert!(order["payment"]["next_method"].is_null(), "{order}");
    assert_eq!(shop.host().ledger.kept(&cart.id), cart.total());
}

#[tokio::test]
async fn a_shop_that_dies_in_between_goes_on_where_it_was() {
    let Some(shop) = Shop::native("it crashes").await else { return };
    for when in [When::Before, When::After] {
        let product = shop.stocked(1).await;
        let cart = shop.ready_cart(&product.variant, 1).await;
        shop.place(&cart, BANK_ASKS).await.expect(201);
        shop.host().faults.always(Site::Http, "/void", when);
        pay(&shop, &cart, VISA).await;
        shop.host().objects.evict(ObjectClass::Order, &cart.id).await;
        shop.host().faults.clear();
        shop.hurry(&cart, 60, |order| order["status"] == "confirmed").await;
        assert_eq!(shop.host().ledger.kept(&cart.id), cart.total());
    }
}

#[tokio::test]
async fn whoever_changes_the_way_and_then_their_mind_pays_nothing() {
    let Some(shop) = Shop::native("the provider does not answer").await else { return };
    let product = shop.stocked(1).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    shop.place(&cart, BANK_ASKS).await.expect(201);
    shop.host().faults.always(Site::Http, "/void", When::Before);
    pay(&shop, &cart, VISA).await;
    let cancelled = shop.post(&cart.order_path("/cancel")).cart_token(&cart.token).send().await.expect(200).json();
    assert_eq!(cancelled["status"], "cancelled");
    shop.host().faults.clear();
    shop.hurry(&cart, 60, |order| order["payment"]["status"] == "cancelled").await;
    assert_eq!(shop.host().ledger.kept(&cart.id), 0);
    shop.until_available(&product.variant, 1).await;
}

#[tokio::test]
async fn goods_that_were_given_back_meanwhile_are_held_anew_first() {
    let Some(shop) = Shop::native("minutes pass").await else { return };
    let product = shop.stocked(1).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    // The bank has asked, and nobody answered for so long that the goods went back.
    shop.place(&cart, BANK_ASKS).await.expect(201);
    shop.host().clock.advance(4 * 60 * 1_000);
    shop.hurry(&cart, 60, |order| order["held_until"].is_null()).await;
    shop.until_available(&product.variant, 1).await;
    let order = pay(&shop, &cart, VISA).await;
    assert_eq!((&order["status"], &order["payment"]["attempt"]), (&json!("confirmed"), &json!(2)), "{order}");
    assert_eq!(shop.host().ledger.kept(&cart.id), cart.total());
    shop.until_available(&product.variant, 0).await;
}

#[tokio::test]
async fn goods_that_somebody_else_took_meanwhile_are_not_paid_for() {
    let Some(shop) = Shop::native("minutes pass").await else { return };
    let product = shop.stocked(1).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    shop.place(&cart, BANK_ASKS).await.expect(201);
    shop.host().clock.advance(4 * 60 * 1_000);
    shop.hurry(&cart, 60, |order| order["held_until"].is_null()).await;
    shop.until_available(&product.variant, 1).await;
    let other = shop.ready_cart(&product.variant, 1).await;
    shop.place(&other, VISA).await.expect(201);
    let refused = shop.post(&cart.order_path("/payments")).cart_token(&cart.token).json(payment(VISA)).send().await;
    refused.problem(409, "out_of_stock");
    let told = shop.order(&cart).await["payment"].clone();
    assert_eq!((&told["status"], &told["decline_reason"]), (&json!("declined"), &json!("called_off")));
    assert_eq!(shop.host().ledger.kept(&cart.id), 0);
}

#[tokio::test]
async fn a_hold_that_lapses_while_the_first_is_called_off_begins_nothing() {
    let Some(shop) = Shop::native("a quarter of an hour passes").await else { return };
    let product = shop.stocked(1).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    shop.place(&cart, BANK_ASKS).await.expect(201);
    shop.host().faults.always(Site::Http, "/void", When::Before);
    pay(&shop, &cart, VISA).await;
    shop.host().clock.advance(15 * 60 * 1_000);
    shop.host().faults.clear();
    let order = shop.hurry(&cart, 60, |order| order["payment"]["status"] == "declined").await;
    assert_eq!(order["payment"]["decline_reason"], "called_off");
    assert_eq!(shop.host().ledger.kept(&cart.id), 0);
    shop.until_available(&product.variant, 1).await;
    assert_eq!(pay(&shop, &cart, VISA).await["status"], "confirmed");
}
