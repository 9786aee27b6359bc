//! What is asked of Stripe, and what its answers mean: each call in turn, with
//! the answers written down here.

use serde_json::{Value, json};

use super::*;
use crate::app::{Config, StripeKeys};
use crate::ids::OrderId;
use crate::money::{Currency, Money};
use crate::payments::{AttemptStatus, PaymentChoice, Provider, Terms};
use crate::ports::{HttpCall, HttpError, HttpReply, Timestamp};
use crate::testing::{Shop, block_on};

const ID: &str = "pi_1";

fn shop() -> Shop {
    let [secret, publishable, webhooks] = ["sk_test_secret", "pk_test_1", "whsec_1"].map(|key| Some(key.to_owned()));
    let stripe = StripeKeys::parse(secret, publishable, webhooks, Some("https://stripe.test".to_owned())).unwrap();
    Shop::configured(Config { stripe, ..Config::default() })
}

fn eur(amount: i64) -> Money {
    Money { amount, currency: Currency::parse("EUR").unwrap() }
}

/// An attempt at 19.99 EUR by a method of the request, or without one.
fn attempt(method: Option<&str>) -> Attempt {
    let method = method.map(|method| method.parse().unwrap());
    let payment = PaymentChoice { provider: Provider::Stripe, method, terms: Terms::default() };
    Attempt::new(OrderId::derived([7; 16]), 1, payment, eur(1_999), Timestamp::from_millis(0))
}

fn card() -> Attempt {
    attempt(Some("pm_card_visa"))
}

fn named(attempt: Attempt) -> Attempt {
    Attempt { reference: Some(ID.to_owned()), ..attempt }
}

fn named_report(outcome: Outcome) -> Report {
    Report { outcome, reference: Some(ID.to_owned()), refunded: None }
}

/// The attempt's intent in this state, laid over by `overrides`.
fn intent(status: &str, overrides: Value) -> Value {
    let attempt = card();
    let (order, _) = attempt.id.rsplit_once('-').unwrap();
    let received = if status == "succeeded" { 1_999 } else { 0 };
    let mut intent = json!({
        "id": ID, "object": "payment_intent", "status": status, "amount": 1_999, "amount_received": received,
        "currency": "eur", "livemode": false, "client_secret": "pi_1_secret_2", "last_payment_error": null,
        "metadata": { "order": order, "attempt": attempt.id },
    });
    for (member, value) in overrides.as_object().unwrap() {
        intent[member] = value.clone();
    }
    intent
}

fn declined(code: &str) -> Value {
    json!({ "type": "card_error", "code": "card_declined", "decline_code": code })
}

type Reply = Result<HttpReply, HttpError>;

fn reply(status: u16, body: &Value) -> Reply {
    Ok(HttpReply { status, body: body.to_string() })
}

fn ok(body: &Value) -> Reply {
    reply(200, body)
}

fn refused(status: u16, error: Value) -> Reply {
    reply(status, &json!({ "error": error }))
}

fn silence() -> Reply {
    Err(HttpError("lost".to_owned()))
}

/// What came of it, and what was asked: method, path and idempotency key.
fn told<T>(replies: Vec<Reply>, ask: impl AsyncFnOnce(&App) -> T) -> (T, Vec<HttpCall>) {
    let shop = shop();
    *shop.world.replies.lock().unwrap() = replies.into();
    let said = block_on(ask(&shop.app));
    let calls = shop.world.calls.lock().unwrap().drain(..).collect();
    assert!(shop.world.replies.lock().unwrap().is_empty(), "fewer calls than answers");
    (said, calls)
}

fn charged(attempt: &Attempt, replies: Vec<Reply>) -> (Report, Vec<HttpCall>) {
    told(replies, async |app| Stripe.charge(app, attempt).await)
}

fn voided(attempt: &Attempt, replies: Vec<Reply>) -> (Report, Vec<HttpCall>) {
    told(replies, async |app| Stripe.void(app, attempt).await)
}

fn header<'a>(call: &'a HttpCall, name: &str) -> Option<&'a str> {
    call.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
}

fn field(call: &HttpCall, name: &str) -> Option<String> {
    form_urlencoded::parse(call.body.as_bytes()).find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

fn paths(calls: &[HttpCall]) -> Vec<String> {
    calls
        .iter()
        .map(|call| format!("{} {}", call.method, call.url.trim_start_matches("https://stripe.test/v1/")))
        .collect()
}

#[test]
fn a_card_is_charged_in_one_call_under_the_attempts_id() {
    let attempt = card();
    let (report, calls) = charged(&attempt, vec![ok(&intent("succeeded", json!({})))]);
    assert_eq!(report, named_report(Outcome::Paid));
    let [call] = &calls[..] else { panic!("{calls:?}") };
    assert_eq!((call.method, &*call.url), ("POST", "https://stripe.test/v1/payment_intents"));
    assert_eq!(header(call, "idempotency-key"), Some(&*attempt.id));
    assert_eq!(header(call, "authorization"), Some("Bearer sk_test_secret"));
    assert!(header(call, "stripe-version").is_some());
    for (name, value) in [
        ("amount", "1999"),
        ("currency", "eur"),
        ("payment_method", "pm_card_visa"),
        ("confirm", "true"),
        ("capture_method", "automatic"),
        ("metadata[attempt]", &attempt.id),
    ] {
        assert_eq!(field(call, name).as_deref(), Some(value), "{name}");
    }
}

#[test]
fn without_a_method_the_browser_confirms() {
    let (report, calls) = charged(&attempt(None), vec![ok(&intent("requires_payment_method", json!({})))]);
    assert_eq!(report.outcome, Outcome::ActionRequired { client_secret: "pi_1_secret_2".to_owned() });
    assert_eq!((field(&calls[0], "confirm"), field(&calls[0], "payment_method")), (None, None));
    // A card that was declined there is not the end of it.
    let declined = json!({ "last_payment_error": declined("generic_decline") });
    let (report, calls) = charged(&attempt(None), vec![ok(&intent("requires_payment_method", declined))]);
    assert!(matches!(report.outcome, Outcome::ActionRequired { .. }));
    assert_eq!(calls.len(), 1);
}

#[test]
fn what_was_given_back_is_told_with_the_payment() {
    let charge = json!({ "latest_charge": { "id": "ch_1", "amount_refunded": 700 } });
    let (report, _) = charged(&named(card()), vec![ok(&intent("succeeded", charge))]);
    assert_eq!((report.outcome, report.refunded), (Outcome::Paid, Some(eur(700))));
    let (report, _) = charged(&card(), vec![ok(&intent("succeeded", json!({ "latest_charge": "ch_1" })))]);
    assert_eq!((report.outcome, report.refunded), (Outcome::Paid, None));
}

#[test]
fn each_state_of_an_intent_means_one_thing() {
    for (status, outcome) in [
        ("succeeded", Outcome::Paid),
        ("requires_capture", Outcome::Authorized),
        ("processing", Outcome::Pending),
        ("requires_action", Outcome::ActionRequired { client_secret: "pi_1_secret_2".to_owned() }),
        ("canceled", Outcome::Voided),
        ("requires_confirmation", Outcome::Pending),
        ("something_new", Outcome::Unfit),
    ] {
        let (report, calls) = charged(&named(card()), vec![ok(&intent(status, json!({})))]);
        assert_eq!(report.outcome, outcome, "{status}");
        assert_eq!(paths(&calls), ["GET payment_intents/pi_1?expand[]=latest_charge"]);
    }
}

#[test]
fn a_declined_card_counts_once_its_intent_is_cancelled() {
    for (code, reason) in [("insufficient_funds", "insufficient_funds"), ("lost_card", "card_declined")] {
        let error = json!({ "last_payment_error": declined(code) });
        let failed = intent("requires_payment_method", error.clone());
        let mut said = declined(code);
        said["payment_intent"] = failed.clone();
        let replies = || vec![refused(402, said.clone()), ok(&intent("canceled", error.clone()))];
        let (report, calls) = charged(&card(), replies());
        assert_eq!(report.outcome, Outcome::Declined { reason: reason.to_owned() });
        assert_eq!(paths(&calls), ["POST payment_intents", "POST payment_intents/pi_1/cancel"]);
        // Without an answer to that it is not over: it is asked again.
        let (report, _) = charged(&card(), vec![refused(402, said.clone()), silence()]);
        assert_eq!(report, named_report(Outcome::Unknown));
        let (report, _) = charged(&named(card()), vec![ok(&intent("canceled", error))]);
        assert_eq!(report.outcome, Outcome::Declined { reason: reason.to_owned() });
    }
}

#[test]
fn what_stripe_cannot_make_an_intent_of_takes_no_money() {
    let error = json!({ "type": "invalid_request_error", "code": "resource_missing", "param": "payment_method" });
    let (report, _) = charged(&card(), vec![refused(400, error)]);
    assert_eq!(report.outcome, Outcome::Declined { reason: "card_declined".to_owned() });
}

#[test]
fn no_answer_is_never_taken_for_one() {
    for answer in [
        silence(),
        refused(409, json!({ "type": "invalid_request_error", "code": "idempotency_key_in_use" })),
        refused(429, json!({ "type": "invalid_request_error", "code": "rate_limit" })),
        refused(401, json!({ "type": "invalid_request_error" })),
        refused(400, json!({ "type": "idempotency_error" })),
        refused(500, json!({ "type": "api_error" })),
        ok(&json!({ "id": ID })),
        Ok(HttpReply { status: 400, body: "<html>".to_owned() }),
    ] {
        let (report, _) = charged(&card(), vec![answer.clone()]);
        assert_eq!(report.outcome, Outcome::Unknown, "{answer:?}");
    }
    let (report, calls) = charged(&named(card()), vec![silence()]);
    assert_eq!(
        (report.outcome, paths(&calls)),
        (Outcome::Unknown, vec!["GET payment_intents/pi_1?expand[]=latest_charge".to_owned()])
    );
}

#[test]
fn what_does_not_fit_is_never_paid() {
    for (what, overrides) in [
        ("amount", json!({ "amount": 1_998, "amount_received": 1_998 })),
        ("received", json!({ "amount_received": 1_000 })),
        ("currency", json!({ "currency": "usd" })),
        ("mode", json!({ "livemode": true })),
        ("order", json!({ "metadata": {} })),
        ("attempt", json!({ "metadata": { "attempt": format!("{}-2", OrderId::derived([7; 16])) } })),
        ("name", json!({ "id": "pi_2" })),
    ] {
        let (report, _) = charged(&named(card()), vec![ok(&intent("succeeded", overrides.clone()))]);
        assert_eq!(report, Outcome::Unfit.into(), "{what}");
    }
    let (report, _) = charged(&named(card()), vec![refused(404, json!({ "type": "invalid_request_error" }))]);
    assert_eq!(report.outcome, Outcome::Unfit, "another account's");
}

#[test]
fn calling_off_before_the_id_is_known_uses_the_key_up() {
    let attempt = card();
    let (report, calls) =
        voided(&attempt, vec![ok(&intent("requires_confirmation", json!({}))), ok(&intent("canceled", json!({})))]);
    assert_eq!(report, named_report(Outcome::Voided));
    assert_eq!(paths(&calls), ["POST payment_intents", "POST payment_intents/pi_1/cancel"]);
    assert_eq!(field(&calls[0], "confirm").as_deref(), Some("false"));
    assert_eq!(header(&calls[0], "idempotency-key"), Some(&*attempt.id));
}

#[test]
fn calling_off_what_was_charged_learns_so_from_the_first_call() {
    let used = || refused(400, json!({ "type": "idempotency_error" }));
    let unexpected = json!({
        "type": "invalid_request_error", "code": "payment_intent_unexpected_state",
        "payment_intent": intent("succeeded", json!({})),
    });
    let paid = ok(&intent("succeeded", json!({})));
    let (report, calls) = voided(&card(), vec![used(), paid.clone(), refused(400, unexpected)]);
    assert_eq!(report, named_report(Outcome::Paid));
    let confirms: Vec<_> = calls[..2].iter().map(|call| field(call, "confirm").unwrap()).collect();
    assert_eq!(confirms, ["false", "true"]);
    // Money that is set aside is let go.
    let held = ok(&intent("requires_capture", json!({})));
    let (report, _) = voided(&card(), vec![used(), held, ok(&intent("canceled", json!({})))]);
    assert_eq!(report.outcome, Outcome::Voided);
    for at in 0..3 {
        let replies = [used(), paid.clone(), silence()];
        let replies = replies.into_iter().take(at).chain([silence()]).collect();
        let (report, _) = voided(&card(), replies);
        assert_eq!(report.outcome, Outcome::Unknown, "no answer to call {at}");
    }
}

#[test]
fn a_failure_that_stripe_remembers_is_found_out_by_its_list() {
    let used = || refused(400, json!({ "type": "idempotency_error" }));
    let failed = || refused(500, json!({ "type": "api_error" }));
    let page = |intents: Vec<Value>, has_more| ok(&json!({ "data": intents, "has_more": has_more }));
    let (others, ours) = (intent("succeeded", json!({ "id": "pi_9", "metadata": {} })), intent("succeeded", json!({})));
    let paid = || {
        let error = json!({
            "type": "invalid_request_error", "code": "payment_intent_unexpected_state",
            "payment_intent": intent("succeeded", json!({})),
        });
        refused(400, error)
    };
    let replies = vec![used(), failed(), page(vec![others.clone()], true), page(vec![ours.clone()], false), paid()];
    let (report, calls) = voided(&card(), replies);
    assert_eq!(report, named_report(Outcome::Paid));
    assert!(calls[3].url.ends_with("&starting_after=pi_9"), "{}", calls[3].url);
    let (report, _) = voided(&card(), vec![used(), failed(), page(vec![others.clone()], false)]);
    assert_eq!(report.outcome, Outcome::Voided);
    let pages = |n: usize| [used(), failed()].into_iter().chain((0..n).map(|_| page(vec![others.clone()], true)));
    let busy = pages(39).chain([page(vec![ours], true), paid()]).collect();
    assert_eq!(voided(&card(), busy).0, named_report(Outcome::Paid));
    assert_eq!(voided(&card(), pages(40).collect()).0.outcome, Outcome::Unknown, "nobody knows what is behind them");
    let (report, _) = voided(&card(), vec![used(), failed(), silence()]);
    assert_eq!(report.outcome, Outcome::Unknown);
    // Before the key is known to be used, a call may still come: another one asks for that.
    let (report, calls) = voided(&card(), vec![failed(), used(), page(vec![], false)]);
    assert_eq!((report.outcome, field(&calls[1], "confirm").as_deref()), (Outcome::Voided, Some("false")));
    let cancelled = ok(&intent("canceled", json!({})));
    let (report, _) = voided(&card(), vec![failed(), ok(&intent("requires_confirmation", json!({}))), cancelled]);
    assert_eq!(report.outcome, Outcome::Voided);
    let (report, _) = voided(&card(), vec![failed(), failed()]);
    assert_eq!(report.outcome, Outcome::Unknown);
    // That one failed, too, and has the key.
    let (report, _) = voided(&card(), vec![used(), used(), page(vec![], false)]);
    assert_eq!(report.outcome, Outcome::Voided);
}

#[test]
fn what_is_still_under_way_is_not_called_off() {
    let error = json!({
        "type": "invalid_request_error", "code": "payment_intent_unexpected_state",
        "payment_intent": intent("processing", json!({})),
    });
    let (report, _) = voided(&named(card()), vec![refused(400, error)]);
    assert_eq!(report.outcome, Outcome::Unknown);
}

#[test]
fn what_was_set_aside_is_taken_once() {
    let take = |replies| told(replies, async |app| Stripe.capture(app, &named(card()), eur(1_999)).await);
    let paid = || ok(&intent("succeeded", json!({})));
    let (report, calls) = take(vec![paid(), paid()]);
    assert_eq!(report, named_report(Outcome::Paid));
    assert!(calls[0].url.ends_with("payment_intents/pi_1/capture"), "{}", calls[0].url);
    assert_eq!(field(&calls[0], "amount_to_capture").as_deref(), Some("1999"));
    // It had lapsed before.
    let lapsed = refused(400, json!({ "type": "invalid_request_error", "code": "payment_intent_unexpected_state" }));
    let (report, _) = take(vec![lapsed, ok(&intent("canceled", json!({})))]);
    assert_eq!(report.outcome, Outcome::Voided);
    let (report, _) = take(vec![silence()]);
    assert_eq!(report.outcome, Outcome::Unknown);
}

#[test]
fn a_part_that_was_taken_is_told_as_one() {
    let terms = Terms { capture: Capture::Manual, ..card().payment.terms };
    let later = || named(Attempt { payment: PaymentChoice { terms: terms.clone(), ..card().payment }, ..card() });
    let part = || ok(&intent("succeeded", json!({ "amount_received": 1_500 })));
    let take = async |app: &App| Stripe.capture(app, &later(), eur(1_500)).await;
    let (report, calls) = told(vec![part(), part()], take);
    assert_eq!(report, named_report(Outcome::PartlyPaid { amount: eur(1_500) }));
    assert_eq!(field(&calls[0], "amount_to_capture").as_deref(), Some("1500"));
    // Where all of it was to be taken at once, it does not fit.
    let (report, _) = charged(&named(card()), vec![part()]);
    assert_eq!(report, Outcome::Unfit.into());
}

#[test]
fn money_is_given_back_once_and_then_asked_after_by_its_name() {
    let paid = Attempt { captured: eur(1_999), status: AttemptStatus::Paid, ..named(card()) };
    let mut refund = Refund::new(OrderId::derived([7; 16]), 1, paid, eur(500), Timestamp::from_millis(0));
    for (status, outcome) in [
        ("succeeded", RefundOutcome::Done),
        ("pending", RefundOutcome::Pending),
        ("requires_action", RefundOutcome::Pending),
        ("failed", RefundOutcome::Failed),
        ("canceled", RefundOutcome::Failed),
    ] {
        let answer = ok(&json!({ "id": "re_1", "status": status }));
        let (report, calls) = told(vec![answer], async |app| Stripe.refund(app, &refund).await);
        assert_eq!(report, RefundReport { outcome, reference: Some("re_1".to_owned()) }, "{status}");
        assert_eq!(header(&calls[0], "idempotency-key"), Some(&*refund.id));
        assert_eq!(field(&calls[0], "amount").as_deref(), Some("500"));
    }
    refund.reference = Some("re_1".to_owned());
    let answer = || vec![ok(&json!({ "id": "re_1", "status": "succeeded" }))];
    let (_, calls) = told(answer(), async |app| Stripe.refund(app, &refund).await);
    assert_eq!(paths(&calls), ["GET refunds/re_1"]);
    let (report, _) = told(vec![silence()], async |app| Stripe.refund(app, &refund).await);
    assert_eq!(report.outcome, RefundOutcome::Unknown);
}

#[test]
fn a_refund_that_failed_for_good_is_looked_for_and_asked_for_under_another_key() {
    let paid = Attempt { captured: eur(1_999), status: AttemptStatus::Paid, ..named(card()) };
    let refund = Refund::new(OrderId::derived([7; 16]), 1, paid, eur(500), Timestamp::from_millis(0));
    let asked = |replies| told(replies, async |app| Stripe.refund(app, &refund).await);
    let failed = || refused(500, json!({ "type": "api_error" }));
    let used = || refused(400, json!({ "type": "idempotency_error" }));
    let given = json!({ "id": "re_1", "status": "succeeded", "metadata": { "refund": refund.id } });
    let page = |refunds: Vec<Value>| ok(&json!({ "data": refunds }));

    let (report, _) = asked(vec![failed(), used(), page(vec![given.clone()])]);
    assert_eq!(report.reference.as_deref(), Some("re_1"), "it had taken effect");
    let (report, calls) = asked(vec![failed(), used(), page(vec![]), ok(&given)]);
    assert_eq!(report.outcome, RefundOutcome::Done);
    assert_eq!(header(&calls[3], "idempotency-key"), Some(&*format!("{}-2", refund.id)));
    // The key was new: that was the refund.
    let (report, calls) = asked(vec![failed(), ok(&given)]);
    assert_eq!((report.outcome, header(&calls[1], "idempotency-key")), (RefundOutcome::Done, Some(&*refund.id)));
    let (report, _) = asked(vec![failed(), failed()]);
    assert_eq!(report.outcome, RefundOutcome::Unknown);
}
