//! What an order's page says of its parcels and returns, and of what has happened.

use crate::messages::words;
use crate::orders::after::goods::view::{FulfilmentStatus, FulfilmentView, ReturnStatus, ReturnView};
use crate::orders::after::money::view::NoteView;
use crate::orders::order::{LineId, Milestone};
use crate::orders::view::OrderView;
use crate::ports::Timestamp;
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
    pub fn new(order: &OrderView, now: Timestamp) -> Self {
        Self {
            parcels: order.fulfilments.iter().map(|parcel| Parcel::new(order, parcel)).collect(),
            returns: order.returns.iter().map(|known| Returned::new(order, known)).collect(),
            timeline: order.events.iter().filter_map(happened).collect(),
            notes: order.notes.iter().map(noted).collect(),
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

fn pieces(order: &OrderView, id: LineId, quantity: u32) -> String {
    let title = order.lines.iter().find(|line| line.id == id).map_or("One product", |line| &line.title);
    format!("{quantity} × {title}")
}

impl Parcel {
    fn new(order: &OrderView, parcel: &FulfilmentView) -> Self {
        let day = |at: Timestamp| words::date(Language::En, at);
        let status = match (parcel.status, parcel.shipped_at) {
            (FulfilmentStatus::Shipped, Some(at)) if is_fetched(order) => format!("Ready for you since {}", day(at)),
            (FulfilmentStatus::Shipped, Some(at)) => format!("Sent on {}", day(at)),
            _ => "Packed, and about to go out".to_owned(),
        };
        let lines = parcel.lines.iter().map(|line| pieces(order, line.line_id, line.quantity.get()));
        Self {
            title: format!("Parcel {}", parcel.number),
            status,
            carrier: parcel.carrier.clone(),
            tracking_url: parcel.tracking_url.clone(),
            pieces: lines.collect(),
        }
    }
}

impl Returned {
    fn new(order: &OrderView, known: &ReturnView) -> Self {
        let status = match known.status {
            ReturnStatus::Requested => "You have asked to send this back. We will write to you.",
            ReturnStatus::Approved => "You can send this back.",
            ReturnStatus::Refused => "We cannot take this back.",
            ReturnStatus::Received => "It has come back to us.",
        };
        let words = known.refusal.as_deref().or(known.instructions.as_deref()).unwrap_or_default();
        let lines = known.lines.iter();
        Self {
            title: format!("Return {}", known.id.number),
            status,
            pieces: lines
                .map(|line| format!("{}: {}", pieces(order, line.line_id, line.quantity.get()), line.reason.as_str()))
                .collect(),
            words: words.lines().map(str::to_owned).collect(),
        }
    }
}

fn happened(milestone: &Milestone) -> Option<Happened> {
    let what = what(&milestone.kind)?;
    Some(Happened { iso: milestone.at.to_string(), when: words::moment(Language::En, milestone.at), what })
}

fn noted(note: &NoteView) -> Noted {
    let (iso, when) = (note.at.to_string(), words::moment(Language::En, note.at));
    Noted { iso, when, lines: note.text.lines().map(str::to_owned).collect() }
}

/// What a buyer cares about; the rest is the shop's own bookkeeping.
fn what(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "placed" => "You placed the order",
        "payment_declined" => "The payment did not go through",
        "payment_authorized" => "The money was set aside",
        "paid" | "paid_late" | "payment_received" => "We have received money",
        "authorization_lapsed" => "The bank no longer set the money aside",
        "refunded" => "Money went back to you",
        "out_of_stock" => "It was sold out",
        "cancelled" => "The order was cancelled",
        "gift_cards_issued" => "The codes of your gift cards were sent",
        "difference_asked" => "We asked you to pay for a change of the order",
        "difference_paid" => "You paid for the change",
        "edit_called_off" => "The change was not made",
        "edited" => "We changed the order",
        "shipped" => "Something was sent",
        "return_requested" => "You asked to send something back",
        "return_approved" => "We agreed to take something back",
        "return_refused" => "We could not take something back",
        "return_received" => "Something has come back to us",
        _ => return None,
    })
}
