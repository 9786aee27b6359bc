//! Whether a buyer orders for the first time, where a promotion is for those
//! alone. The lists know, by the account and by the mailbox; of several first
//! orders at once one has the promotion, as each customer has one use of it
//! ([`crate::pricing::Promotion::limit_per_customer`]).
//!
//! Nobody is asked while no such promotion could take part, nor before the buyer
//! is known. The lists lag by as much as the queue: somebody who orders without
//! the promotion and again within a second may have it.

use serde::Deserialize;

use super::cart::Cart;
use super::facts::Facts;
use crate::app::App;
use crate::email::EmailAddress;
use crate::ids::{AccountId, OrderId};
use crate::ports::Statement;
use crate::shelf::snapshot::Snapshot;

/// An order's buyer.
pub struct Buyer<'a> {
    /// The order that is not to count.
    pub order: OrderId,
    pub email: Option<&'a EmailAddress>,
    pub account: Option<AccountId>,
}

#[derive(Deserialize)]
struct Row {
    orders: i64,
}

/// Whether some promotion asks for it: one that applies by itself, or by a code of these.
fn matters(shelf: &Snapshot, facts: &Facts) -> bool {
    let mut asking = shelf.promotions.iter().filter(|promotion| promotion.conditions.first_order);
    asking.any(|promotion| promotion.code.as_ref().is_none_or(|code| facts.coupons.contains(code)))
}

/// Whether it is the buyer's first order. None: it makes no difference, nobody
/// knows who the buyer is, or the lists do not answer.
pub async fn ask(app: &App, shelf: &Snapshot, facts: &Facts, buyer: Buyer<'_>) -> Option<bool> {
    if !matters(shelf, facts) || (buyer.email.is_none() && buyer.account.is_none()) {
        return None;
    }
    let rows = app.database.run(earlier(&buyer)).await.ok()?;
    rows.first::<Row>().ok()?.map(|row| row.orders == 0)
}

/// Whether there is an earlier order, by either name. What was cancelled, or has
/// only been declined so far, is none.
fn earlier(buyer: &Buyer<'_>) -> Statement {
    Statement::new(
        "SELECT count(*) AS orders FROM (
           SELECT 1 FROM orders
           WHERE (email = ?1 OR account_id = ?2) AND id <> ?3
             AND status <> 'cancelled' AND payment_status NOT IN ('declined', 'requires_action')
           LIMIT 1)",
        [
            buyer.email.map(|email| email.as_str().to_owned()).into(),
            buyer.account.map(|account| account.to_string()).into(),
            buyer.order.to_string().into(),
        ],
    )
}

impl Cart {
    /// The same cart, which knows whether it is its buyer's first order.
    #[must_use]
    pub async fn asked_for_first_order(self, app: &App, shelf: &Snapshot) -> Self {
        let buyer = Buyer { order: self.id, email: self.facts.email.as_ref(), account: self.account };
        let first_order = ask(app, shelf, &self.facts, buyer).await;
        Self { first_order, ..self }
    }
}
