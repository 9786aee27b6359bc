//! The identities of a quote, held against every cart and order that the suite
//! is answered: whatever a test is about, its sums re-add to the unit.

use serde_json::Value;

use crate::ask::Answer;

/// Fails where an answer is a cart or an order whose amounts do not re-add.
pub fn check(answer: &Answer) {
    if !answer.status.is_success() || answer.header("content-type") != "application/json" {
        return;
    }
    let view = answer.json();
    if view["totals"].is_object() && view["lines"].is_array() {
        for (said, comes_to, what) in sums(&view) {
            assert_eq!(said, comes_to, "{what}: {view}, {}", answer.asked);
        }
    }
}

/// What each amount is said to be, and what its parts come to.
fn sums(view: &Value) -> Vec<(i64, i64, &'static str)> {
    let currency = &view["currency"];
    let money = |value: &Value| {
        assert_eq!(value["currency"], *currency, "another currency: {view}");
        let amount = value["amount"].as_i64().unwrap();
        assert!(amount >= 0, "below zero: {view}");
        amount
    };
    let list = |value: &'_ Value| value.as_array().cloned().unwrap_or_default();
    let sum = |values: &Value| list(values).iter().map(|part| money(&part["amount"])).sum::<i64>();
    let totals = |name: &str| money(&view["totals"][name]);
    let (mut items, mut discount, mut tax, mut left) = (0, 0, 0, 0);
    let mut all = Vec::new();
    for line in list(&view["lines"]) {
        let full = money(&line["unit_price"]) * line["quantity"].as_i64().unwrap();
        let (off, total) = (money(&line["discount"]), money(&line["total"]));
        all.push((off, sum(&line["discounts"]), "a line's discounts"));
        all.push((total, full - off, "a line's total"));
        all.push((money(&line["tax"]["amount"]), sum(&line["tax"]["rates"]), "a line's taxes"));
        items += full;
        discount += off;
        left += total;
        tax += money(&line["tax"]["amount"]);
    }
    let mut shipping = 0;
    // Where another took the place of one, both were sold.
    let ways = list(&view["former_shipping"]).into_iter().chain([view["shipping_option"].clone()]);
    for option in ways.filter(Value::is_object) {
        shipping += money(&option["price"]) - money(&option["discount"]);
        all.push((money(&option["tax"]["amount"]), sum(&option["tax"]["rates"]), "the taxes of shipping"));
        tax += money(&option["tax"]["amount"]);
    }
    let on_top = if view["totals"]["tax_included"] == true { 0 } else { tax };
    if view["reverse_charge"] == true {
        all.push((tax, 0, "tax under reverse charge"));
    }
    all.extend([
        (totals("items"), items, "items"),
        (totals("discount"), discount, "discount"),
        (items - discount, left, "lines' totals"),
        (totals("shipping"), shipping, "shipping"),
        (totals("tax"), tax, "tax"),
        (totals("total"), items - discount + shipping + on_top, "total"),
        (totals("gift_cards"), sum(&view["gift_cards"]), "gift cards"),
        (totals("to_pay"), totals("total") - totals("gift_cards"), "to pay"),
    ]);
    all
}
