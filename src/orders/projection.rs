//! An order as lists know it: a projection in the database, written from the
//! event queue. The object is the truth; [`crate::lists::check`] compares both.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::after::edits::view::OpenEdit;
use super::after::goods::view::{Fulfilled, OpenReturn};
use super::client::OrderClient;
use super::order::{Channel, Line, Order};
use super::view::{PaymentStatus, Status, payment_status, status};
use super::{outgoing, sales};
use crate::address::Address;
use crate::app::App;
use crate::ids::{AccountId, OrderId};
use crate::money::Money;
use crate::ports::{Statement, Timestamp};
use crate::problem::Problem;
use crate::text;
use crate::webhooks::EventType;

/// The most that a projection has of its lines' SKUs, in bytes: with the longest
/// addresses, and as the queue writes it once more, 22 KB of the 128 KB of a message.
/// An order of more lines is found by the first of them.
const MAX_SKUS: usize = 2_000;

/// The most bytes that a file says of its goods, so that 10,000 orders of many lines have room in an isolate.
const MAX_GOODS: usize = 1_000;

/// The most bytes of its books in a message, of which the queue makes 8 KB at most: those of some 30 products.
/// Of an order of more the consumer asks.
const MAX_SALES: usize = 4_000;

/// The most bytes of rows that one statement writes. D1 takes 2,000,000 in a
/// parameter, and one order is larger than this by half of that at most.
const MAX_STATEMENT: usize = 700_000;

/// The columns of the table `orders` that an order decides, as [`Projection::row`] has them.
pub const COLUMNS: [&str; 24] = [
    "id",
    "version",
    "number",
    "account_id",
    "email",
    "status",
    "payment_status",
    "fulfilment_status",
    "currency",
    "total",
    "pieces",
    "placed_at",
    "updated_at",
    "name",
    "phone",
    "city",
    "postal_code",
    "country",
    "sought",
    "goods",
    "channel",
    "sales",
    "return_status",
    "edit_status",
];

/// What the lists of orders know of an order; the queue carries it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Projection {
    pub id: OrderId,
    pub version: u64,
    pub number: String,
    pub account_id: Option<AccountId>,
    pub email: String,
    pub status: Status,
    pub payment_status: PaymentStatus,
    pub fulfilment_status: Fulfilled,
    pub total: Money,
    pub pieces: i64,
    pub placed_at: Timestamp,
    pub updated_at: Timestamp,
    /// Where it goes.
    pub shipping_address: Option<Address>,
    /// The shipping address, if absent.
    pub billing_address: Option<Address>,
    /// Each once, with those of bundles' parts, as many as [`MAX_SKUS`] holds.
    pub skus: Vec<String>,
    /// What was bought, as a file says it.
    pub goods: String,
    pub channel: Channel,
    pub return_status: Option<OpenReturn>,
    pub edit_status: Option<OpenEdit>,
    /// What it is in the books, see [`sales`]. None where a message has no room for
    /// it: then the order is asked.
    pub sales: Option<Value>,
    /// What has happened to it so far, for other systems.
    pub events: Vec<(Timestamp, EventType)>,
}

impl Projection {
    /// The order as lists know it; none while it is a cart.
    pub fn of(order: &Order) -> Option<Self> {
        let placement = order.placement()?;
        let left: Vec<_> = order.lines_left().collect();
        Some(Self {
            id: order.id,
            version: order.version,
            number: order.id.number(),
            account_id: order.account,
            email: order.facts.email.as_ref().map_or_else(String::new, |email| email.as_str().to_owned()),
            status: status(order),
            payment_status: payment_status(order),
            fulfilment_status: Fulfilled::of(order),
            total: placement.quote.totals.total,
            pieces: left.iter().map(|(_, pieces)| i64::from(*pieces)).sum(),
            placed_at: placement.at,
            updated_at: order.updated_at,
            shipping_address: order.facts.shipping_address.clone(),
            billing_address: order.facts.billing_address.clone(),
            skus: skus(order.lines.iter().flat_map(|line| {
                std::iter::once(line.sku.as_str()).chain(line.parts.iter().map(|part| part.sku.as_str()))
            })),
            goods: goods(&left),
            channel: order.channel,
            return_status: OpenReturn::of(order),
            edit_status: OpenEdit::of(order),
            sales: Some(sales::of(order)),
            events: outgoing::events(order),
        })
    }

    /// As a message of the queue has room for it.
    #[must_use]
    pub(super) fn for_the_queue(mut self) -> Self {
        self.sales = self.sales.filter(|sales| sales.to_string().len() <= MAX_SALES);
        self
    }

    /// The row of the table `orders`: a cell for each of [`COLUMNS`].
    pub fn row(&self) -> Value {
        let to = self.shipping_address.as_ref().or(self.billing_address.as_ref());
        json!([
            self.id,
            self.version,
            self.number,
            self.account_id,
            self.email,
            self.status,
            self.payment_status,
            self.fulfilment_status,
            self.total.currency,
            self.total.amount,
            self.pieces,
            self.placed_at.millis(),
            self.updated_at.millis(),
            to.map(|to| &to.name),
            to.and_then(|to| to.phone.as_ref()),
            to.and_then(|to| to.city.as_ref()),
            to.and_then(|to| to.postal_code.as_ref()),
            to.map(|to| to.country),
            self.sought(),
            self.goods,
            self.channel,
            self.sales.as_ref().map(Value::to_string),
            self.return_status,
            self.edit_status,
        ])
    }

    /// What it is found by, as [`text::bare`] writes it, each in a line of its own
    /// that ends: the number with and without its hyphen, the mailbox, both names,
    /// both telephones' digits, the SKUs.
    fn sought(&self) -> String {
        let addresses = || self.shipping_address.iter().chain(&self.billing_address);
        let mut parts = vec![self.number.clone(), self.number.replace('-', ""), self.email.clone()];
        parts.extend(addresses().map(|address| address.name.as_str().to_owned()));
        parts.extend(addresses().filter_map(|address| address.phone.as_ref()).map(|phone| digits(phone.as_str())));
        parts.extend_from_slice(&self.skus);
        parts.iter().map(|part| text::bare(part) + "\n").collect()
    }
}

/// A telephone number's digits: people set them apart as they like. The zero of
/// `+49 (0)30` is dialled in one country alone.
pub fn digits(phone: &str) -> String {
    text::bare(phone).replace("(0)", "").chars().filter(char::is_ascii_digit).collect()
}

fn skus<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut skus: Vec<String> = Vec::new();
    let mut left = MAX_SKUS;
    for sku in lines {
        if !skus.iter().any(|known| known == sku) {
            let Some(rest) = left.checked_sub(sku.len()) else { break };
            left = rest;
            skus.push(sku.to_owned());
        }
    }
    skus
}

/// Such as `2 × TEA-SET (2 × POT, 8 × CUP), 1 × MUG`: the parts of all pieces of a bundle,
/// unless the first line has no room for them.
fn goods(lines: &[(&Line, u32)]) -> String {
    let piece =
        |pieces: u32, sku: &str, title: &str| format!("{pieces} × {}", if sku.is_empty() { title } else { sku });
    let mut goods = String::new();
    for (place, (line, quantity)) in lines.iter().enumerate() {
        let parts = line.parts.iter().map(|part| piece(part.of(*quantity), &part.sku, &part.title));
        let parts = parts.collect::<Vec<_>>().join(", ");
        let parts = if parts.is_empty() { parts } else { format!(" ({parts})") };
        let whole = piece(*quantity, &line.sku, &line.title);
        let next = format!("{whole}{parts}");
        let next = if place == 0 && next.len() > MAX_GOODS { whole } else { next };
        let between = if goods.is_empty() { "" } else { ", " };
        if goods.len().saturating_add(between.len()).saturating_add(next.len()) > MAX_GOODS {
            let more = lines.len().saturating_sub(place);
            return format!("{goods}{between}and {more} more lines");
        }
        goods.push_str(between);
        goods.push_str(&next);
    }
    goods
}

/// Writes down how orders stand. Twice or out of order is the same as once: a
/// row only gives way to a newer version.
pub(super) async fn write(app: &App, orders: &[Projection]) -> Result<(), Problem> {
    let (mut whole, large): (Vec<_>, Vec<_>) = orders.iter().cloned().partition(|order| order.sales.is_some());
    for order in large {
        if let Ok(order) = OrderClient::of_shop(app, order.id).projection().await? {
            whole.push(order.read()?);
        }
    }
    if !whole.is_empty() {
        app.database.batch(upserts(&whole)).await?;
    }
    Ok(())
}

/// One statement for a whole delivery, unless that would be too long: each costs
/// the database far more than a row. The index of the search and the books follow
/// by triggers, where what they are made of changes.
pub fn upserts(orders: &[Projection]) -> Vec<Statement> {
    let (mut statements, mut rows, mut bytes) = (Vec::new(), Vec::new(), 0);
    for row in orders.iter().map(|order| order.row().to_string()) {
        bytes += row.len();
        rows.push(row);
        if bytes > MAX_STATEMENT {
            statements.push(upsert(&std::mem::take(&mut rows)));
            bytes = 0;
        }
    }
    statements.extend((!rows.is_empty()).then(|| upsert(&rows)));
    statements
}

/// `rows`: JSON texts.
fn upsert(rows: &[String]) -> Statement {
    Statement::new(
        "INSERT INTO orders (id, version, number, account_id, email, status, payment_status, fulfilment_status,
           currency, total, pieces, placed_at, updated_at, name, phone, city, postal_code, country, sought,
           goods, channel, sales, return_status, edit_status)
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7,
                value ->> 8, value ->> 9, value ->> 10, value ->> 11, value ->> 12, value ->> 13, value ->> 14,
                value ->> 15, value ->> 16, value ->> 17, value ->> 18, value ->> 19, value ->> 20, value ->> 21,
                value ->> 22, value ->> 23
         FROM json_each(?1) WHERE true
         ON CONFLICT (id) DO UPDATE SET
           version = excluded.version, account_id = excluded.account_id, email = excluded.email,
           status = excluded.status, payment_status = excluded.payment_status,
           fulfilment_status = excluded.fulfilment_status, total = excluded.total,
           pieces = excluded.pieces, placed_at = excluded.placed_at, updated_at = excluded.updated_at,
           name = excluded.name, phone = excluded.phone, city = excluded.city, postal_code = excluded.postal_code,
           country = excluded.country, sought = excluded.sought, goods = excluded.goods, channel = excluded.channel, sales = excluded.sales,
           return_status = excluded.return_status, edit_status = excluded.edit_status
         WHERE excluded.version > orders.version",
        [format!("[{}]", rows.join(",")).into()],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{ProductId, VariantId};

    #[test]
    fn an_order_is_found_by_as_many_skus_as_a_message_has_room_for() {
        let many: Vec<String> = (0..500).map(|n| format!("SKU-{n:06}")).collect();
        let kept = skus(many.iter().map(String::as_str));
        assert_eq!(kept.as_slice(), &many[..200]);
        assert_eq!(skus(["A", "B", "A"].into_iter()), ["A", "B"]);
    }

    #[test]
    fn a_file_says_what_was_bought_as_far_as_there_is_room() {
        let part = |sku: &str, quantity: u32| serde_json::json!({ "variant_id": VariantId::derived([1; 16]), "quantity": quantity, "sku": sku, "title": "Cup" });
        let line = |sku: &str, parts: Value| -> Line {
            let eur = json!({ "amount": 100, "currency": "EUR" });
            serde_json::from_value(json!({
                "id": "line_1", "variant_id": VariantId::derived([1; 16]), "product_id": ProductId::derived([1; 16]),
                "title": "Tea", "sku": sku, "unit_price": eur, "quantity": 2, "parts": parts,
            }))
            .unwrap()
        };
        let goods = |lines: &[Line]| goods(&lines.iter().map(|line| (line, line.quantity)).collect::<Vec<_>>());
        let lines = [line("SET", json!([part("POT", 1), part("", 4)])), line("", json!([]))];
        assert_eq!(goods(&lines), "2 × SET (2 × POT, 8 × Cup), 2 × Tea");
        let many = goods(&vec![line("MUG-1", json!([])); 500]);
        assert!(many.ends_with(", 2 × MUG-1, and 417 more lines") && many.len() < 1_030, "{many}");
        let large: Vec<Value> = (0..20).map(|n| part(&format!("{n:064}"), 1)).collect();
        let large = [line("SET", json!(large)), line("MUG", json!([]))];
        assert_eq!(goods(&large), "2 × SET, 2 × MUG");
    }

    #[test]
    fn a_telephone_is_its_digits() {
        assert_eq!(digits("+49 (0)30 / 12-34"), "49301234");
        assert_eq!(digits("\u{ff10}30"), "030");
    }
}
