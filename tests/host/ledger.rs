//! The ledger of the test payment provider: what was charged and given back,
//! outside the shop and its crashes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tradepost::ports::{HttpCall, HttpReply};

/// Where the shop is told to find it.
pub const URL: &str = "http://ledger.test";

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Charge {
    /// Minor units.
    pub amount: i64,
    pub currency: String,
    pub paid: bool,
    /// Set aside, to be captured.
    pub held: bool,
    pub voided: bool,
    pub refunded: i64,
    /// What each refund gave back, by its id.
    pub refunds: BTreeMap<String, i64>,
}

#[derive(Clone, Default)]
pub struct Ledger(Arc<Mutex<BTreeMap<String, Charge>>>);

impl Ledger {
    /// Every attempt it has heard of, by its id.
    pub fn charges(&self) -> BTreeMap<String, Charge> {
        self.0.lock().unwrap().clone()
    }

    /// What an order has cost its buyer so far: paid less refunded.
    pub fn kept(&self, order: &str) -> i64 {
        let charges = self.charges();
        let of_order = charges.iter().filter(|(id, charge)| charge.paid && id.contains(order));
        of_order.map(|(_, charge)| charge.amount - charge.refunded).sum()
    }

    /// `PUT /charges/{id}` charges once, `GET` tells, `POST /void` sees to it
    /// that it never charges, `POST /capture` takes what was set aside, once and
    /// perhaps in part, `POST /refund` gives back once for each refund's id.
    pub fn answer(&self, call: &HttpCall) -> HttpReply {
        let path = call.url.trim_start_matches(URL).trim_start_matches("/charges/");
        let (id, deed) = path.split_once('/').unwrap_or((path, ""));
        let body: Value = serde_json::from_str(&call.body).unwrap_or_default();
        let mut charges = self.0.lock().unwrap();
        if call.method == "GET" {
            return charges.get(id).map_or_else(unheard_of, told);
        }
        let known = charges.contains_key(id);
        if !known && deed == "refund" {
            return unheard_of();
        }
        let charge = charges.entry(id.to_owned()).or_default();
        match (call.method, deed) {
            ("PUT", "") if !known => {
                charge.amount = body["amount"].as_i64().unwrap_or_default();
                charge.currency = body["currency"].as_str().unwrap_or_default().to_owned();
                charge.held = body["capture"] == "manual";
                charge.paid = !charge.held;
            }
            ("PUT", "") => {}
            ("POST", "void") => {
                charge.held = false;
                charge.voided = !charge.paid;
            }
            ("POST", "capture") if charge.held => {
                let amount = body["amount"].as_i64().unwrap_or_default();
                assert!((1..=charge.amount).contains(&amount), "{id}: takes {amount} of {}", charge.amount);
                (charge.amount, charge.paid, charge.held) = (amount, true, false);
            }
            ("POST", "capture") => {}
            ("POST", "refund") if charge.paid => {
                let refund = body["refund"].as_str().unwrap_or_default().to_owned();
                let amount = body["amount"].as_i64().unwrap_or_default();
                assert_eq!(*charge.refunds.entry(refund).or_insert(amount), amount, "{id}: one refund, two amounts");
                charge.refunded = charge.refunds.values().sum();
                assert!(charge.refunded <= charge.amount, "{id}: gives back more than it took");
            }
            _ => return unheard_of(),
        }
        told(charge)
    }
}

fn told(charge: &Charge) -> HttpReply {
    let status = match (charge.paid, charge.held) {
        (true, _) => "paid",
        (false, true) => "authorized",
        (false, false) => "voided",
    };
    let body = json!({ "status": status, "amount": charge.amount, "refunded": charge.refunded });
    HttpReply { status: 200, body: body.to_string() }
}

fn unheard_of() -> HttpReply {
    HttpReply { status: 404, body: "{}".to_owned() }
}
