//! Orders that staff type in: a draft is a cart that they have made. It is sent
//! to its buyer, who pays it as any cart, or placed by hand; it is the same
//! object, so whoever pays it twice pays it once.
//!
//! What staff have put into it is theirs to say: its buyer chooses where it goes
//! and how, and which codes pay for it, but not its lines, as staff may have set
//! their prices. It holds nothing until it is placed. A draft that staff leave
//! alone for [`KEPT_MILLIS`] is over, by its time and without an event.

pub mod bodies;
pub mod handlers;
mod object;
pub mod store;
pub mod told;
pub mod view;

use serde::{Deserialize, Serialize};

use super::decision::{NewLine, update};
use super::error::OrderError;
use super::facts::Fact;
use super::limits::{MAX_CHANGES, MAX_LETTERS};
use super::notice::Notice;
use super::order::{Order, Receipt, Stage};
use super::{event, terms::lacking};
use crate::ids::AccountId;
use crate::messages::order::News;
use crate::payments::Attempt;
use crate::ports::Timestamp;
use crate::text::Language;

/// How long a draft can be placed after staff last had it in hand, in
/// milliseconds: 90 days, a quarter, for which a business's offer may stand.
pub const KEPT_MILLIS: i64 = 90 * 24 * 3_600_000;

/// What an order that staff have made knows besides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// Who has made it, and when.
    pub by: AccountId,
    pub at: Timestamp,
    /// Who of staff changed or sent it last, and when.
    pub touched_by: AccountId,
    pub touched_at: Timestamp,
    /// How often they have changed what is in it.
    pub changes: u32,
    pub sent_at: Option<Timestamp>,
    /// How many letters were asked for.
    pub letters: u32,
    /// What staff say in the last one.
    pub message: Option<String>,
    /// Which attempt's money is there as soon as it is owed, and where it is found again.
    pub received: Option<(u32, String)>,
    pub deleted: bool,
}

/// Stored for good, as [`event::Event`] is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Begun {
        by: AccountId,
    },
    /// What has changed follows, but for the language.
    Changed {
        by: AccountId,
        language: Option<Language>,
    },
    Sent {
        by: AccountId,
        message: Option<String>,
    },
    Deleted {
        by: AccountId,
    },
    /// A member of staff, and not its buyer, has placed it just now. `received`: where the money is found again, if
    /// it is there.
    PlacedByHand {
        by: AccountId,
        received: Option<String>,
    },
}

/// What staff want done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// Of an order that was begun for it.
    Begin {
        lines: Vec<NewLine>,
        facts: Vec<Fact>,
    },
    /// `lines`: all that there are from now on.
    Change {
        lines: Option<Vec<NewLine>>,
        facts: Vec<Fact>,
        language: Option<Language>,
    },
    Send {
        message: Option<String>,
    },
    Delete,
}

impl Event {
    /// What it is called in the order's history.
    pub fn milestone(&self) -> &'static str {
        match self {
            Self::Begun { .. } => "draft_made",
            Self::Changed { .. } => "draft_changed",
            Self::Sent { .. } => "draft_sent",
            Self::Deleted { .. } => "draft_deleted",
            Self::PlacedByHand { .. } => "placed_by_staff",
        }
    }

    pub fn by(&self) -> AccountId {
        match self {
            Self::Begun { by }
            | Self::Changed { by, .. }
            | Self::Sent { by, .. }
            | Self::Deleted { by }
            | Self::PlacedByHand { by, .. } => *by,
        }
    }
}

impl Draft {
    fn begun(by: AccountId, at: Timestamp) -> Self {
        let (sent_at, message, received, deleted) = (None, None, None, false);
        Self { by, at, touched_by: by, touched_at: at, changes: 0, sent_at, letters: 0, message, received, deleted }
    }

    /// From when on it cannot be placed any more.
    pub fn ends_at(&self) -> Timestamp {
        self.touched_at.plus_millis(KEPT_MILLIS)
    }

    /// Whether it can still be changed and placed.
    pub fn is_open(&self, now: Timestamp) -> Result<(), OrderError> {
        if self.deleted {
            Err(OrderError::NotFound)
        } else if now >= self.ends_at() {
            Err(OrderError::DraftOver)
        } else {
            Ok(())
        }
    }

    /// The letter with the way to it.
    pub fn notice(&self) -> Option<Notice> {
        let news = News::DraftSent { message: self.message.clone() };
        (self.letters > 0 && !self.deleted).then_some(Notice { version: self.letters, news })
    }
}

/// Decides what a deed comes to. No events: it is so already.
pub fn decide(order: &Order, by: AccountId, deed: Deed, now: Timestamp) -> Result<Vec<event::Event>, OrderError> {
    let Some(draft) = &order.draft else {
        let Deed::Begin { lines, facts } = deed else { return Err(OrderError::NotFound) };
        let put_in = update(order, Some(lines), facts, |_| true)?;
        return Ok(std::iter::once(Event::Begun { by }.into()).chain(put_in).collect());
    };
    match (&order.stage, &deed) {
        _ if draft.deleted => return Err(OrderError::NotFound),
        (Stage::Open, Deed::Delete) => return Ok(vec![Event::Deleted { by }.into()]),
        (Stage::Open, _) => draft.is_open(now)?,
        _ => return Err(OrderError::CartClosed),
    }
    if order.version >= MAX_CHANGES {
        return Err(OrderError::TooManyChanges);
    }
    match deed {
        Deed::Begin { .. } | Deed::Delete => Ok(Vec::new()),
        Deed::Change { lines, mut facts, language } => {
            facts.retain(|fact| order.facts.with(fact.clone()) != order.facts);
            let language = language.filter(|language| *language != order.language);
            let changed = update(order, lines, facts, |_| true)?;
            let is_new = language.is_some() || !changed.is_empty();
            let by_whom = is_new.then(|| Event::Changed { by, language }.into());
            Ok(by_whom.into_iter().chain(changed).collect())
        }
        Deed::Send { message } => {
            let mut missing = lacking(&order.lines, &order.facts);
            missing.retain(|what| matches!(&**what, "lines" | "email"));
            if !missing.is_empty() {
                return Err(OrderError::CartIncomplete { missing });
            }
            if draft.letters >= MAX_LETTERS {
                Err(OrderError::TooManyLetters)
            } else {
                Ok(vec![Event::Sent { by, message }.into()])
            }
        }
    }
}

/// The attempt's money is to come by a way that staff look after, or it is there
/// already: then it is recorded at once, so that nobody is asked to pay.
pub fn owed(order: &Order, attempt: &Attempt, secured: bool) -> Vec<event::Event> {
    let received = order.draft.as_ref().and_then(|draft| Some((draft.received.clone()?, draft.touched_by)));
    let received = received.filter(|((number, _), _)| *number == attempt.number);
    let recorded = received.map(|((_, reference), by)| {
        let receipt = Receipt { amount: attempt.amount, reference };
        [event::Event::PaymentReceived { receipt, by: Some(by) }, event::Event::Paid { secured }]
    });
    std::iter::once(event::Event::Owed { secured }).chain(recorded.into_iter().flatten()).collect()
}

impl From<Event> for event::Event {
    fn from(event: Event) -> Self {
        Self::Draft(event)
    }
}

impl Order {
    /// The order after an event of a draft; see [`Order::apply`].
    pub(super) fn apply_draft(&mut self, event: &Event, now: Timestamp) {
        let by = event.by();
        if let Event::Begun { .. } = event {
            self.draft = Some(Box::new(Draft::begun(by, now)));
        }
        let Some(draft) = &mut self.draft else { return };
        (draft.touched_by, draft.touched_at) = (by, now);
        match event {
            Event::Begun { .. } => {}
            Event::PlacedByHand { received, .. } => {
                draft.received = received.clone().map(|reference| (self.attempts, reference));
            }
            Event::Changed { language, .. } => {
                self.language = language.unwrap_or(self.language);
                draft.changes = draft.changes.saturating_add(1);
            }
            Event::Sent { message, .. } => {
                (draft.sent_at, draft.message) = (Some(now), message.clone());
                draft.letters = draft.letters.saturating_add(1);
            }
            Event::Deleted { .. } => draft.deleted = true,
        }
    }

    /// Whether it is a draft that staff have deleted, which is there for them alone.
    pub(super) fn is_deleted(&self) -> bool {
        self.draft.as_ref().is_some_and(|draft| draft.deleted)
    }
}

#[cfg(test)]
mod tests;
