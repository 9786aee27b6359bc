//! An order's news for other systems: which of its milestones are events of the
//! trade, and how it stands.
//!
//! What is told is thin: what lists of orders show, without who bought it and what.
//! It is made of the news that the queue carries anyway, so it costs no question
//! to the order; whoever is told late, or again after days, asks for the order as
//! it is then, by its own right to; and nobody's address lies for a month in what
//! was delivered.

use serde_json::json;

use super::order::{Milestone, Order};
use super::projection::Projection;
use crate::app::App;
use crate::json;
use crate::ports::Timestamp;
use crate::webhooks::{EventType, News};

/// The most events of an order that are told by name; what happens after that is an
/// update. In a message of the queue each takes 56 bytes: 3 KB together.
const MAX_NAMED: usize = 50;

/// The events of an order so far. What was before it was last placed happened to a
/// cart: a placement that was refused.
pub fn events(order: &Order) -> Vec<(Timestamp, EventType)> {
    let placed = order.milestones.iter().rposition(|milestone| milestone.kind == "placed").unwrap_or_default();
    let named = order.milestones.iter().skip(placed).filter_map(named);
    named.take(MAX_NAMED).collect()
}

fn named(milestone: &Milestone) -> Option<(Timestamp, EventType)> {
    let kind = match milestone.kind.as_str() {
        "placed" => EventType::OrderPlaced,
        "paid" => EventType::OrderPaid,
        // Cancelled, as its goods were gone when its money came.
        "cancelled" | "out_of_stock" => EventType::OrderCancelled,
        "refunded" => EventType::OrderRefunded,
        _ => return None,
    };
    Some((milestone.at, kind))
}

/// How an order stands, for [`crate::webhooks::tell`].
pub fn news(app: &App, order: &Projection) -> News {
    let url = app.config.public_url.as_ref().map(|shop| format!("{shop}/v1/admin/orders/{}", order.id));
    News {
        about: order.id.to_string(),
        version: order.version,
        events: order.events.clone(),
        at: order.updated_at,
        data: json!({
            "id": order.id,
            "number": order.number,
            "version": order.version,
            "status": order.status,
            "payment_status": order.payment_status,
            "total": json::value(&order.total),
            "pieces": order.pieces,
            "placed_at": order.placed_at,
            "updated_at": order.updated_at,
            "url": url,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::OrderId;
    use crate::money::Currency;

    fn happening(at: Timestamp, kind: &str) -> Milestone {
        Milestone { at, kind: kind.to_owned(), by: None, hidden: false }
    }

    #[test]
    fn an_order_begins_where_it_was_placed_for_good() {
        let at = Timestamp::from_millis;
        let mut order = Order::created(OrderId::derived([1; 16]), Currency::parse("EUR").unwrap(), None, at(0));
        let happened = ["placed", "stock_refused", "placed", "payment_declined", "payment_started", "paid", "refunded"];
        order.milestones = (1..).zip(happened).map(|(n, kind)| happening(at(n), kind)).collect();
        let expected = [(3, EventType::OrderPlaced), (6, EventType::OrderPaid), (7, EventType::OrderRefunded)];
        assert_eq!(events(&order), expected.map(|(n, kind)| (at(n), kind)));
        let refunds = vec![happening(at(8), "refunded"); 2 * MAX_NAMED];
        order.milestones.extend(refunds);
        assert_eq!(events(&order).len(), MAX_NAMED);
    }
}
