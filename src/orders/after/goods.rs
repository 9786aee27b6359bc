//! Goods after the order: parcels that go out ([`fulfilling`]) and things that
//! come back ([`returning`]), pure like all rules of an order.
//!
//! A **fulfilment** is a parcel: packed, then shipped, or undone before that. What
//! was undone is as if it had never been. A **return** is asked for, then approved
//! or refused; what has come is written down once, with how much of it goes back
//! into stock. How many pieces of each line are where: [`counts`].

pub mod bodies;
pub mod counts;
pub mod error;
mod fulfilling;
pub mod handlers;
pub mod restock;
pub mod return_id;
mod returning;
pub mod tracking;
pub mod view;

use serde::{Deserialize, Serialize};

use self::bodies::{Approval, Arrival, Arrived, Asked, NewFulfilment, NewReturn, Pieces, Refusing, Shipping};
use super::money::Fate;
use crate::messages::Kind;
use crate::messages::goods::News;
use crate::messages::order;
use crate::orders::error::OrderError;
use crate::orders::notice::Notice;
use crate::orders::order::Order;
use crate::ports::Timestamp;
use crate::sorted::SortedMap;

/// What became of an order's goods so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Goods {
    /// By number, from 1; those that were undone among them.
    pub fulfilments: Vec<Fulfilment>,
    /// By number, from 1.
    pub returns: Vec<Return>,
    /// What its buyer is to be written, in the order it happened.
    news: Vec<News>,
}

/// A parcel.
#[derive(Debug, Clone, PartialEq)]
pub struct Fulfilment {
    /// Names it among the order's.
    pub number: u32,
    pub lines: Vec<Pieces>,
    pub carrier: Option<String>,
    /// An `https` address, see [`tracking`].
    pub tracking_url: Option<String>,
    pub packed_at: Timestamp,
    pub progress: Progress,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    Packed,
    Shipped { at: Timestamp },
    Undone,
}

/// Pieces that their buyer wants to send back, or has.
#[derive(Debug, Clone, PartialEq)]
pub struct Return {
    /// Names it among the order's.
    pub number: u32,
    pub lines: Vec<Asked>,
    pub comment: Option<String>,
    pub asked_at: Timestamp,
    /// Staff's own words on what to do, once it is approved.
    pub instructions: Option<String>,
    pub step: Step,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    Requested,
    Approved,
    Refused {
        reason: String,
    },
    /// `restocked`: what has become of that which goes back into stock.
    Received {
        lines: Vec<Arrived>,
        restocked: Fate,
    },
}

/// What happened to the goods. Stored for good; see [`crate::orders::event::Event`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Packed {
        fulfilment: u32,
        lines: Vec<Pieces>,
        carrier: Option<String>,
        tracking_url: Option<String>,
    },
    /// `notify`: whether the buyer is told.
    Shipped {
        fulfilment: u32,
        carrier: Option<String>,
        tracking_url: Option<String>,
        notify: bool,
    },
    Undone {
        fulfilment: u32,
    },
    ReturnAsked {
        number: u32,
        lines: Vec<Asked>,
        comment: Option<String>,
        by_staff: bool,
    },
    ReturnApproved {
        number: u32,
        instructions: Option<String>,
    },
    ReturnRefused {
        number: u32,
        reason: String,
    },
    ReturnReceived {
        number: u32,
        lines: Vec<Arrived>,
    },
    /// What came back and is good is in stock again.
    Restocked {
        number: u32,
    },
    /// Some of it a pool takes never: staff put it right by an adjustment.
    NotRestocked {
        number: u32,
    },
}

/// What staff do with the goods, and what buyers ask.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    Fulfil(NewFulfilment),
    Ship(u32, Shipping),
    Undo(u32),
    Ask { wanted: NewReturn, by_staff: bool },
    Approve(u32, Approval),
    Refuse(u32, Refusing),
    Receive(u32, Arrival),
}

impl Command {
    /// Whether it is the buyer who asks, whoever sends it.
    pub fn is_of_buyer(&self) -> bool {
        matches!(self, Self::Ask { by_staff: false, .. })
    }
}

/// Decides what a command does. No events: it is so already.
pub fn decide(order: &Order, command: Command, now: Timestamp) -> Result<Vec<Event>, OrderError> {
    match command {
        Command::Fulfil(wanted) => fulfilling::fulfil(order, wanted),
        Command::Ship(number, shipping) => fulfilling::ship(order, number, shipping),
        Command::Undo(number) => fulfilling::undo(order, number),
        Command::Ask { wanted, by_staff } => returning::ask(order, wanted, by_staff, now),
        Command::Approve(number, approval) => returning::approve(order, number, approval),
        Command::Refuse(number, refusing) => returning::refuse(order, number, refusing),
        Command::Receive(number, arrival) => returning::receive(order, number, arrival),
    }
}

impl Event {
    /// What it is called in the order's history.
    pub fn milestone(&self) -> &'static str {
        match self {
            Self::Packed { .. } => "packed",
            Self::Shipped { .. } => "shipped",
            Self::Undone { .. } => "packing_undone",
            Self::ReturnAsked { .. } => "return_requested",
            Self::ReturnApproved { .. } => "return_approved",
            Self::ReturnRefused { .. } => "return_refused",
            Self::ReturnReceived { .. } => "return_received",
            Self::Restocked { .. } => "restocked",
            Self::NotRestocked { .. } => "not_put_back",
        }
    }
}

impl Goods {
    /// Whether something has left, or is about to.
    pub fn has_parcels(&self) -> bool {
        self.fulfilments.iter().any(|parcel| parcel.progress != Progress::Undone)
    }

    /// The goods after an event. Total: one that does not fit changes nothing.
    pub fn apply(&mut self, event: &Event, now: Timestamp) {
        match event {
            Event::Packed { fulfilment, lines, carrier, tracking_url } => self.fulfilments.push(Fulfilment {
                number: *fulfilment,
                lines: lines.clone(),
                carrier: carrier.clone(),
                tracking_url: tracking_url.clone(),
                packed_at: now,
                progress: Progress::Packed,
            }),
            Event::Shipped { fulfilment, carrier, tracking_url, notify } => {
                if let Some(parcel) = self.fulfilments.iter_mut().find(|parcel| parcel.number == *fulfilment) {
                    parcel.progress = Progress::Shipped { at: now };
                    (parcel.carrier, parcel.tracking_url) = (carrier.clone(), tracking_url.clone());
                }
                self.news.extend(notify.then_some(News::Shipped(*fulfilment)));
            }
            Event::Undone { fulfilment } => {
                if let Some(parcel) = self.fulfilments.iter_mut().find(|parcel| parcel.number == *fulfilment) {
                    parcel.progress = Progress::Undone;
                }
            }
            Event::ReturnAsked { number, lines, comment, by_staff } => {
                let (number, lines, comment) = (*number, lines.clone(), comment.clone());
                let (instructions, step) = (None, Step::Requested);
                self.returns.push(Return { number, lines, comment, asked_at: now, instructions, step });
                self.news.extend((!by_staff).then_some(News::ReturnAsked(number)));
            }
            Event::ReturnApproved { number, instructions } => {
                self.step(*number, Step::Approved);
                if let Some(known) = self.returns.iter_mut().find(|known| known.number == *number) {
                    known.instructions.clone_from(instructions);
                }
                self.news.push(News::ReturnApproved(*number));
            }
            Event::ReturnRefused { number, reason } => {
                self.step(*number, Step::Refused { reason: reason.clone() });
                self.news.push(News::ReturnRefused(*number));
            }
            Event::ReturnReceived { number, lines } => {
                let restocked = if lines.iter().any(Arrived::goes_back) { Fate::Owed } else { Fate::Done };
                self.step(*number, Step::Received { lines: lines.clone(), restocked });
            }
            Event::Restocked { number } => self.restocked(*number, Fate::Done),
            Event::NotRestocked { number } => self.restocked(*number, Fate::Refused),
        }
    }

    fn restocked(&mut self, number: u32, fate: Fate) {
        let known = self.returns.iter_mut().find(|known| known.number == number);
        if let Some(Return { step: Step::Received { restocked, .. }, .. }) = known {
            *restocked = fate;
        }
    }

    fn step(&mut self, number: u32, step: Step) {
        if let Some(known) = self.returns.iter_mut().find(|known| known.number == number) {
            known.step = step;
        }
    }

    /// All that the buyer is to be written, each with which of its kind it is:
    /// parcels go out in another order than they are packed in.
    pub fn news(&self) -> impl Iterator<Item = Notice> {
        let mut counts: SortedMap<Kind, u32> = SortedMap::new();
        self.news.iter().map(move |news| {
            let version = counts.get_or_default(news.kind());
            *version += 1;
            Notice { version: *version, news: order::News::Goods(*news) }
        })
    }
}

impl Fulfilment {
    /// When it was sent, if it was.
    pub fn shipped_at(&self) -> Option<Timestamp> {
        if let Progress::Shipped { at } = self.progress { Some(at) } else { None }
    }
}

impl Return {
    /// Whether it is still to be decided or waited for.
    pub fn is_open(&self) -> bool {
        matches!(self.step, Step::Requested | Step::Approved)
    }
}

#[cfg(test)]
mod properties_tests;
#[cfg(test)]
#[path = "goods/tests.rs"]
mod tests;
