use super::*;
use crate::ids::PromotionId;

/// One stored event of each kind. A line may be added here; a line that has
/// to change is an order that can no longer be read.
const STORED: &str = r#"
{"created":{"id":"ord_0000000000000000000000000A","currency":"EUR","account":"cus_0000000000000000000000000B","language":"de","channel":"storefront"}}
{"line_added":{"line":{"id":"line_1","variant_id":"var_0000000000000000000000000C","product_id":"prod_0000000000000000000000000D","title":"Kettle","sku":"K-1","unit_price":{"amount":250,"currency":"EUR"},"quantity":2,"delivery":"shipped","overridden":false}}}
{"line_quantity_changed":{"line":"line_1","quantity":3}}
{"line_removed":{"line":"line_2"}}
{"fact_set":{"fact":{"email":"a@example.com"}}}
{"line_repriced":{"line":"line_1","unit_price":{"amount":260,"currency":"EUR"}}}
{"placed":{"quote":{"lines":[{"unit_price":260,"discounts":[],"tax":{"amount":0,"rates":[]},"total":780}],"shipping":{"id":"standard","title":"Standard","price":490,"discounts":[],"tax":{"amount":0,"rates":[]},"pick_up":null,"arrives":null},"coupons":[],"uses":[],"gift_cards":[],"totals":{"items":{"amount":780,"currency":"EUR"},"discount":{"amount":0,"currency":"EUR"},"shipping":{"amount":490,"currency":"EUR"},"tax":{"amount":0,"currency":"EUR"},"tax_included":true,"total":{"amount":1270,"currency":"EUR"},"gift_cards":{"amount":0,"currency":"EUR"},"to_pay":{"amount":1270,"currency":"EUR"}},"reverse_charge":false},"payment":{"provider":"test","method":"pm_card_visa"},"key":{"key":"k","digest":"d"}}}
"held"
"placement_refused"
"placement_abandoned"
{"payment_started":{"payment":{"provider":"test","method":"pm_card_visa"}}}
"hold_given_back"
{"placed_again":{"payment":{"provider":"test","method":"pm_card_visa"}}}
{"payment_switched":{"payment":{"provider":"test","method":"pm_card_visa"}}}
{"payment_named":{"reference":"pi_1"}}
{"payment_asked":{"next_poll":"2026-01-31T09:30:00.000Z"}}
{"payment_action_required":{"client_secret":"s"}}
{"payment_declined":{"reason":"card_declined"}}
{"authorized":{"secured":true}}
{"owed":{"secured":true}}
{"payment_received":{"receipt":{"amount":{"amount":270,"currency":"EUR"},"reference":"statement 9"}}}
{"paid":{"secured":true}}
"authorization_lapsed"
"committed"
"commit_refused"
{"cancelled":{"reason":"requested"}}
"payment_voided"
"paid_after_all"
{"paid_twice":{"attempt":{"number":1,"id":"ord_0000000000000000000000000A-1","payment":{"provider":"test","method":"pm_card_visa"},"amount":{"amount":1270,"currency":"EUR"},"captured":{"amount":1270,"currency":"EUR"},"started_at":"2026-01-31T09:30:00.000Z","polls":0,"status":"paid"},"amount":{"amount":1270,"currency":"EUR"}}}
{"released":{"hold":1}}
{"vacated":{"hold":1}}
{"refunded":{"refund":1,"reference":"re_1"}}
{"refund_pending":{"refund":1,"reference":"re_1","next_poll":"2026-01-31T09:30:00.000Z"}}
{"refund_failed":{"refund":1}}
{"refunded_elsewhere":{"amount":{"amount":270,"currency":"EUR"}}}
{"disputed":{"dispute":"dp_1"}}
{"published":{"version":9}}
{"notified":{"kind":"payment_failed","version":2}}
{"gift_cards_issued":{"so_far":2,"all":true}}
"publication_lost"
{"clock_put_back":{"millis":900000}}
{"line_made_of":{"line":"line_1","parts":[{"variant_id":"var_0000000000000000000000000F","quantity":2,"sku":"C-1","title":"Cup"}]}}
{"goods":{"by":"cus_0000000000000000000000000B","event":{"undone":{"fulfilment":1}}}}
{"money":{"capture_asked":{"by":"cus_0000000000000000000000000B","amount":{"amount":270,"currency":"EUR"}}}}
{"draft":{"sent":{"by":"cus_0000000000000000000000000B","message":"As we said"}}}
{"begun_anew":{"currency":"USD","language":"en"}}
{"taken_by":{"account":"cus_0000000000000000000000000B"}}
{"edits":{"taken":{"by":"cus_0000000000000000000000000B"}}}
{"counting":{"ruled":{"line":"line_1","rules":[{"variant_id":"var_0000000000000000000000000C","untracked":true,"floor":{"as_of":3,"least":-5}}]}}}
"#;

#[test]
fn every_event_is_read_as_it_was_stored() {
    let lines: Vec<_> = STORED.trim().lines().collect();
    for line in &lines {
        let event: Event = serde_json::from_str(line).unwrap();
        assert_eq!(serde_json::to_string(&event).unwrap(), *line);
    }
    let kinds = include_str!("event.rs").split("pub enum Event {").nth(1).unwrap();
    let kinds = kinds.split("\n}").next().unwrap();
    let kinds = kinds.lines().filter(|line| line.starts_with("    ") && line.trim().starts_with(char::is_uppercase));
    assert_eq!(kinds.count(), lines.len(), "each kind has its line");
}

#[test]
fn that_a_promotion_was_used_up_is_forgotten_with_the_buyer_or_the_lines() {
    let at = Timestamp::from_millis(1_000);
    let email = |text: &str| Event::FactSet { fact: Fact::Email(text.parse().unwrap()) };
    let mut order = None;
    for line in STORED.trim().lines().take(2) {
        Order::replay(&mut order, &serde_json::from_str(line).unwrap(), at);
    }
    let mut order = order.unwrap();
    order.apply(&email("ada@example.com"), at);
    order.facts.used_up = vec![PromotionId::derived([1; 16])];
    let line = order.lines[0].id;
    let is_known_after = |event: Event| !order.after(&[event]).facts.used_up.is_empty();
    assert!(is_known_after(email("ada@example.com")));
    assert!(is_known_after(Event::FactSet { fact: Fact::Coupons(Vec::new()) }));
    assert!(!is_known_after(email("bob@example.com")));
    assert!(!is_known_after(Event::LineQuantityChanged { line, quantity: 9 }));
    assert!(!is_known_after(Event::LineRemoved { line }));
}

#[test]
fn an_order_is_what_its_events_say() {
    let at = Timestamp::from_millis(1_000);
    let mut order = None;
    for line in STORED.trim().lines().take(8).chain([r#"{"paid":{"secured":true}}"#]) {
        Order::replay(&mut order, &serde_json::from_str(line).unwrap(), at);
    }
    let order = order.unwrap();
    assert_eq!(order.claims().first().map(|item| item.quantity), Some(3));
    assert_eq!(order.totals().unwrap().total.amount, 1_270);
    assert!(matches!(order.stage, Stage::Confirmed { secured: true, committed: false, .. }));
}

#[test]
fn a_slot_is_given_back_once_nobody_waits_for_the_payment_any_more() {
    use crate::orders::effect::{Effect, due};
    use crate::orders::holding::HOLD_MILLIS;
    use crate::orders::slots::SLOT_MILLIS;
    let at = Timestamp::from_millis;
    let slot = r#""slot":{"id":"req_1","of":[{"throttle":"network/1","at_most":3}]}}}"#;
    for (ending, when, gives_back) in [
        (r#"{"paid":{"secured":true}}"#, 9_000, true),
        (r#"{"cancelled":{"reason":"requested"}}"#, 9_000, true),
        (r#"{"cancelled":{"reason":"expired"}}"#, 1_000 + HOLD_MILLIS, true),
        // It has ended by itself.
        (r#"{"cancelled":{"reason":"expired"}}"#, 1_000 + SLOT_MILLIS, false),
        (r#""placement_refused""#, 9_000, true),
        (r#""placement_abandoned""#, 9_000, true),
        (r#""hold_given_back""#, 9_000, true),
        (r#"{"payment_declined":{"reason":"card_declined"}}"#, 9_000, false),
        (r#"{"payment_action_required":{"client_secret":"s"}}"#, 9_000, false),
    ] {
        let mut order = None;
        for line in STORED.trim().lines().take(7).chain([ending]) {
            let line = line.replace(r#""digest":"d"}}}"#, &format!(r#""digest":"d"}},{slot}"#));
            Order::replay(&mut order, &serde_json::from_str(&line).unwrap(), at(1_000));
        }
        let order = order.unwrap();
        let given_back = |order: &Order| {
            due(order, at(when)).iter().any(|effect| matches!(effect, Effect::Vacate { number: 1, .. }))
        };
        assert_eq!(given_back(&order), gives_back, "{ending} at {when}");
        let mut after = order.clone();
        after.apply(&Event::Vacated { hold: 1 }, at(when));
        assert!(!given_back(&after) && after.version == order.version);
    }
}

#[test]
fn a_placement_that_is_read_again_asks_for_its_stock_again() {
    let mut order = None;
    for line in STORED.trim().lines().take(8) {
        Order::replay(&mut order, &serde_json::from_str(line).unwrap(), Timestamp::from_millis(1_000));
    }
    let order = order.unwrap().recovered();
    assert!(matches!(order.stage, Stage::Placing { held: false, recovered: true, .. }));
}
