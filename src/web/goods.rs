//! What an order's page says of its parcels and returns, and of what has happened.

use super::parts::{made_of, title_of};
use super::words::order::OrderWords;
use super::words::{Fill, returns};
use crate::messages::words;
use crate::orders::after::goods::view::{FulfilmentStatus, FulfilmentView, ReturnStatus, ReturnView};
use crate::orders::after::money::view::NoteView;
use crate::orders::order::{LineId, Milestone};
use crate::orders::view::OrderView;
use crate::ports::Timestamp;
use crate::shelf::snapshot::Snapshot;
use crate::text::Language;

/// All that the page shows of it.
pub struct Moved {
    pub parcels: Vec<Parcel>,
    pub returns: Vec<Returned>,
    /// The oldest first.
    pub timeline: Vec<Happened>,
    /// What the shop has written, the oldest first.
    pub notes: Vec<Noted>,
    /// Where a return is asked for, while it may be.
    pub returns_url: Option<String>,
}

pub struct Parcel {
    pub title: String,
    /// What the link says that leads to its tracking.
    pub follow: String,
    pub status: String,
    pub carrier: Option<String>,
    pub tracking_url: Option<String>,
    /// Such as `2 × Kettle`.
    pub pieces: Vec<String>,
}

pub struct Returned {
    pub title: String,
    pub status: &'static str,
    pub pieces: Vec<String>,
    /// The shop's own words, line by line: what to do, or why not.
    pub words: Vec<String>,
}

pub struct Happened {
    pub iso: String,
    pub when: String,
    pub what: &'static str,
}

pub struct Noted {
    pub iso: String,
    pub when: String,
    pub lines: Vec<String>,
}

impl Moved {
    pub fn new(language: Language, order: &OrderView, snapshot: &Snapshot, now: Timestamp) -> Self {
        let name = |id, quantity| {
            let title = title_of(language, snapshot, &order.lines, id);
            let parts = order.lines.iter().find(|line| line.id == id).map_or(&[][..], |line| &line.parts);
            match parts {
                [] => pieces(quantity, &title),
                parts => format!("{} ({})", pieces(quantity, &title), made_of(language, parts, quantity, snapshot)),
            }
        };
        Self {
            parcels: order.fulfilments.iter().map(|parcel| Parcel::new(language, order, parcel, &name)).collect(),
            returns: order.returns.iter().map(|known| Returned::new(language, known, &name)).collect(),
            timeline: order.events.iter().filter_map(|milestone| happened(language, milestone)).collect(),
            notes: order.notes.iter().map(|note| noted(language, note)).collect(),
            returns_url: is_returnable(order, now).then(|| format!("/orders/{}/returns", order.id)),
        }
    }
}

/// Whether the buyer may ask for a return now.
pub fn is_returnable(order: &OrderView, now: Timestamp) -> bool {
    let in_time = order.returnable_until.is_some_and(|until| now < until);
    in_time && order.lines.iter().any(|line| line.returnable.unwrap_or(0) > 0)
}

/// Whether the buyer fetches it.
fn is_fetched(order: &OrderView) -> bool {
    order.shipping_option.as_ref().is_some_and(|option| option.pick_up.is_some())
}

/// So many of what is called so.
pub fn pieces(quantity: u32, title: &str) -> String {
    format!("{quantity} × {title}")
}

impl Parcel {
    /// `name`: of so many pieces of a line.
    fn new(
        language: Language,
        order: &OrderView,
        parcel: &FulfilmentView,
        name: &dyn Fn(LineId, u32) -> String,
    ) -> Self {
        let w = OrderWords::of(language);
        let day = |at: Timestamp| words::date(language, at);
        let status = match (parcel.status, parcel.shipped_at) {
            (FulfilmentStatus::Shipped, Some(at)) if is_fetched(order) => w.ready_since.with(&day(at)),
            (FulfilmentStatus::Shipped, Some(at)) => w.sent_on.with(&day(at)),
            _ => w.packed.to_owned(),
        };
        let lines = parcel.lines.iter().map(|line| name(line.line_id, line.quantity.get()));
        let number = parcel.number.to_string();
        Self {
            title: w.parcel.with(&number),
            follow: w.follow_parcel.with(&number),
            status,
            carrier: parcel.carrier.clone(),
            tracking_url: parcel.tracking_url.clone(),
            pieces: lines.collect(),
        }
    }
}

impl Returned {
    fn new(language: Language, known: &ReturnView, name: &dyn Fn(LineId, u32) -> String) -> Self {
        let w = OrderWords::of(language);
        let status = match known.status {
            ReturnStatus::Requested => w.return_asked,
            ReturnStatus::Approved => w.return_approved,
            ReturnStatus::Refused => w.return_refused,
            ReturnStatus::Received => w.return_received,
        };
        let words = known.refusal.as_deref().or(known.instructions.as_deref()).unwrap_or_default();
        let lines = known.lines.iter();
        Self {
            title: w.return_number.with(&known.id.number.to_string()),
            status,
            pieces: lines
                .map(|line| {
                    let pieces = name(line.line_id, line.quantity.get());
                    format!("{pieces}: {}", returns::reason(language, line.reason.as_str()))
                })
                .collect(),
            words: words.lines().map(str::to_owned).collect(),
        }
    }
}

fn happened(language: Language, milestone: &Milestone) -> Option<Happened> {
    let what = what(OrderWords::of(language), &milestone.kind)?;
    Some(Happened { iso: milestone.at.to_string(), when: words::moment(language, milestone.at), what })
}

fn noted(language: Language, note: &NoteView) -> Noted {
    let (iso, when) = (note.at.to_string(), words::moment(language, note.at));
    Noted { iso, when, lines: note.text.lines().map(str::to_owned).collect() }
}

/// What a buyer cares about; the rest is the shop's own bookkeeping.
fn what(w: &OrderWords, kind: &str) -> Option<&'static str> {
    Some(match kind {
        "placed" => w.placed,
        "payment_declined" => w.payment_declined,
        "payment_authorized" => w.payment_authorized,
        "paid" | "paid_late" | "payment_received" => w.paid,
        "authorization_lapsed" => w.authorization_lapsed,
        "refunded" => w.refunded,
        "out_of_stock" => w.out_of_stock,
        "cancelled" => w.cancelled,
        "gift_cards_issued" => w.gift_cards_issued,
        "difference_asked" => w.difference_asked,
        "difference_paid" => w.difference_paid,
        "edit_called_off" => w.edit_called_off,
        "edited" => w.edited,
        "shipped" => w.shipped,
        "return_requested" => w.return_was_requested,
        "return_approved" => w.return_was_approved,
        "return_refused" => w.return_was_refused,
        "return_received" => w.return_has_come,
        _ => return None,
    })
}
