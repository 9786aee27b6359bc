//! An order from the first added line to the last refund: its states and how
//! each event changes them. A cart is an order in [`Stage::Open`].

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::details::Details;
use crate::ids::{AccountId, OrderId, ProductId, VariantId};
use crate::money::{Currency, Money, MoneyError};
use crate::payments::{Attempt, AttemptStatus, Method, Provider};
use crate::ports::Timestamp;

/// How long a placement holds its stock while the buyer pays, in
/// milliseconds: 15 minutes.
pub const HOLD_MILLIS: i64 = 15 * 60 * 1_000;

/// A payment this close to the end of the hold waits for its stock before the
/// order counts as confirmed, in milliseconds.
pub const SECURED_MARGIN_MILLIS: i64 = 30_000;

/// Names one line of one order; opaque to clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineId(pub u32);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Order {
    pub id: OrderId,
    pub currency: Currency,
    /// The customer it belongs to; nobody's if it was begun anonymously.
    pub account: Option<AccountId>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Counts the changes a buyer could see.
    pub version: u64,
    /// The version that the projections have been told of.
    pub published: u64,
    pub lines: Vec<Line>,
    pub lines_made: u32,
    pub details: Option<Details>,
    pub shipping: Option<Shipping>,
    pub stage: Stage,
    pub placements: u32,
    pub attempts: u32,
    pub milestones: Vec<Milestone>,
    /// Placements whose holds are to be released.
    pub releasing: BTreeMap<u32, Vec<Item>>,
    /// Money to give back, by attempt.
    pub refunds: Vec<Refund>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub id: LineId,
    pub variant_id: VariantId,
    pub product_id: ProductId,
    pub title: String,
    pub sku: String,
    pub unit_price: Money,
    pub quantity: u32,
    /// The price was set by staff and is not compared with the catalog's.
    #[serde(default)]
    pub overridden: bool,
}

impl Line {
    pub fn total(&self) -> Result<Money, MoneyError> {
        self.unit_price.checked_mul(self.quantity)
    }
}

/// The chosen way of sending, at its price when chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shipping {
    pub id: String,
    pub title: String,
    pub price: Money,
}

/// Pieces of one variant, summed over the lines.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Item {
    pub variant: VariantId,
    pub quantity: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Totals {
    pub items: Money,
    pub discount: Money,
    pub shipping: Money,
    /// Prices include tax; nothing is added here yet.
    pub tax: Money,
    pub total: Money,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// A cart.
    Open,
    /// Frozen; stock is being held and the first payment begun. Both may be
    /// repeated, so nothing is recorded between them.
    Placing {
        placement: Placement,
        attempt: Attempt,
        #[serde(skip)]
        held: bool,
        /// Read back from storage: an earlier run may have begun the payment.
        #[serde(skip)]
        recovered: bool,
    },
    AwaitingPayment {
        placement: Placement,
        attempt: Attempt,
    },
    /// Paid. `secured`: the hold outlived the payment, so the stock is certain.
    Confirmed {
        placement: Placement,
        attempt: Attempt,
        at: Timestamp,
        secured: bool,
        committed: bool,
    },
    /// Not to be. `resolving`: an attempt whose outcome is still to be made certain.
    Cancelled {
        placement: Placement,
        attempt: Attempt,
        at: Timestamp,
        reason: CancelReason,
        resolving: bool,
    },
}

/// What was frozen when the order was placed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Placement {
    pub number: u32,
    pub at: Timestamp,
    /// When the holds lapse.
    pub until: Timestamp,
    pub totals: Totals,
    /// The request that is to find its answer again.
    pub key: Option<Key>,
}

/// An `Idempotency-Key` and the digest of its request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    pub key: String,
    pub digest: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CancelReason {
    Requested,
    /// Nobody paid before the hold lapsed.
    Expired,
    /// The stock was gone when the money came.
    OutOfStock,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refund {
    pub attempt: Attempt,
    pub amount: Money,
    pub done: bool,
}

/// Something that happened to an order, as buyers and staff are shown it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Milestone {
    pub at: Timestamp,
    #[serde(rename = "type")]
    pub kind: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Created {
        id: OrderId,
        currency: Currency,
        account: Option<AccountId>,
    },
    LineAdded {
        line: Line,
    },
    LineQuantityChanged {
        line: LineId,
        quantity: u32,
    },
    LineRemoved {
        line: LineId,
    },
    DetailsSet {
        details: Box<Details>,
    },
    ShippingChosen {
        shipping: Shipping,
    },
    LineRepriced {
        line: LineId,
        unit_price: Money,
    },
    Placed {
        totals: Totals,
        provider: Provider,
        method: Method,
        key: Option<Key>,
    },
    /// Every pool granted its hold.
    Held,
    /// A pool refused or did not answer: a cart again.
    PlacementRefused,
    /// Holds could not be had again after a crash.
    PlacementAbandoned,
    PaymentStarted {
        provider: Provider,
        method: Method,
    },
    PaymentAsked {
        next_poll: Timestamp,
    },
    PaymentActionRequired {
        client_secret: String,
    },
    PaymentDeclined {
        reason: String,
    },
    Paid {
        secured: bool,
    },
    Committed,
    CommitRefused,
    Cancelled {
        reason: CancelReason,
    },
    /// The last attempt is known not to have taken money.
    PaymentVoided,
    /// Money came for an order that will not be.
    PaidAfterAll,
    /// An earlier attempt, given up as failed, turns out to have been paid.
    PaidTwice {
        attempt: Attempt,
        amount: Money,
    },
    Released {
        placement: u32,
    },
    Refunded {
        attempt: u32,
    },
    Published {
        version: u64,
    },
    /// What was published is known to have been lost.
    PublicationLost,
}

impl Event {
    /// Whether losing this event with the process only means repeating an
    /// idempotent effect. It is then recorded with whatever comes next.
    pub fn may_wait(&self) -> bool {
        matches!(
            self,
            Self::Held | Self::Committed | Self::Released { .. } | Self::Published { .. } | Self::PublicationLost
        )
    }

    /// Whether the change is one that a reader of the order could see.
    fn visible(&self) -> bool {
        !(self.may_wait() || matches!(self, Self::PaymentAsked { .. }))
    }

    fn milestone(&self) -> Option<&'static str> {
        Some(match self {
            Self::Placed { .. } => "placed",
            Self::PaymentStarted { .. } => "payment_started",
            Self::PaymentActionRequired { .. } => "payment_action_required",
            Self::PaymentDeclined { .. } => "payment_declined",
            Self::Paid { .. } => "paid",
            Self::PaidTwice { .. } => "paid_twice",
            Self::Committed => "stock_committed",
            Self::CommitRefused | Self::PlacementAbandoned => "out_of_stock",
            Self::Cancelled { .. } => "cancelled",
            Self::PaidAfterAll => "paid_late",
            Self::Refunded { .. } => "refunded",
            _ => return None,
        })
    }
}

impl Order {
    /// An order begins with [`Event::Created`].
    pub fn created(id: OrderId, currency: Currency, account: Option<AccountId>, now: Timestamp) -> Self {
        Self {
            id,
            currency,
            account,
            created_at: now,
            updated_at: now,
            version: 1,
            published: 0,
            lines: Vec::new(),
            lines_made: 0,
            details: None,
            shipping: None,
            stage: Stage::Open,
            placements: 0,
            attempts: 0,
            milestones: Vec::new(),
            releasing: BTreeMap::new(),
            refunds: Vec::new(),
        }
    }

    pub fn line(&self, id: LineId) -> Option<&Line> {
        self.lines.iter().find(|line| line.id == id)
    }

    /// The pieces to hold, summed per variant and sorted: two lines of one
    /// variant are one hold.
    pub fn items(&self) -> Vec<Item> {
        let mut items = BTreeMap::new();
        for line in &self.lines {
            *items.entry(line.variant_id).or_insert(0) += i64::from(line.quantity);
        }
        items.into_iter().map(|(variant, quantity)| Item { variant, quantity }).collect()
    }

    pub fn totals(&self) -> Result<Totals, MoneyError> {
        let zero = Money::zero(self.currency);
        let mut items = zero;
        for line in &self.lines {
            items = items.checked_add(line.total()?)?;
        }
        let shipping = self.shipping.as_ref().map_or(zero, |shipping| shipping.price);
        Ok(Totals { items, discount: zero, shipping, tax: zero, total: items.checked_add(shipping)? })
    }

    /// What was frozen at placing, or the cart's own sums.
    pub fn current_totals(&self) -> Totals {
        let zero = Money::zero(self.currency);
        match self.placement() {
            Some(placement) => placement.totals,
            // Every change checked its sums.
            None => {
                self.totals().unwrap_or(Totals { items: zero, discount: zero, shipping: zero, tax: zero, total: zero })
            }
        }
    }

    pub fn placement(&self) -> Option<&Placement> {
        match &self.stage {
            Stage::Open => None,
            Stage::Placing { placement, .. }
            | Stage::AwaitingPayment { placement, .. }
            | Stage::Confirmed { placement, .. }
            | Stage::Cancelled { placement, .. } => Some(placement),
        }
    }

    pub fn attempt(&self) -> Option<&Attempt> {
        match &self.stage {
            Stage::Open => None,
            Stage::Placing { attempt, .. }
            | Stage::AwaitingPayment { attempt, .. }
            | Stage::Confirmed { attempt, .. }
            | Stage::Cancelled { attempt, .. } => Some(attempt),
        }
    }

    /// Marks what a crash may have left half done. Called once, on reading.
    pub fn recover(&mut self) {
        if let Stage::Placing { recovered, .. } = &mut self.stage {
            *recovered = true;
        }
    }

    fn new_attempt(&mut self, provider: Provider, method: Method, now: Timestamp) -> Attempt {
        self.attempts += 1;
        Attempt::new(self.id, self.attempts, provider, method, now)
    }

    /// The order after an event. Total: an event that does not fit its stage
    /// changes nothing.
    pub fn apply(&mut self, event: &Event, now: Timestamp) {
        self.updated_at = now;
        self.version += u64::from(event.visible());
        if let Some(kind) = event.milestone() {
            self.milestones.push(Milestone { at: now, kind: kind.to_owned() });
        }
        match event {
            Event::Created { .. } => {}
            Event::LineAdded { line } => {
                self.lines_made = self.lines_made.max(line.id.0);
                self.lines.push(line.clone());
            }
            Event::LineQuantityChanged { line, quantity } => {
                if let Some(found) = self.lines.iter_mut().find(|l| l.id == *line) {
                    found.quantity = *quantity;
                }
            }
            Event::LineRemoved { line } => self.lines.retain(|l| l.id != *line),
            Event::LineRepriced { line, unit_price } => {
                if let Some(found) = self.lines.iter_mut().find(|l| l.id == *line) {
                    found.unit_price = *unit_price;
                }
            }
            Event::DetailsSet { details } => self.details = Some((**details).clone()),
            Event::ShippingChosen { shipping } => self.shipping = Some(shipping.clone()),
            Event::Released { placement } => {
                self.releasing.remove(placement);
            }
            Event::Refunded { attempt } => {
                for refund in self.refunds.iter_mut().filter(|refund| refund.attempt.number == *attempt) {
                    refund.done = true;
                }
            }
            Event::Published { version } => self.published = self.published.max(*version),
            Event::PublicationLost => self.published = 0,
            Event::PaidTwice { attempt, amount } => {
                self.refunds.push(Refund { attempt: attempt.clone(), amount: *amount, done: false });
            }
            Event::Placed { totals, provider, method, key } => {
                self.placements += 1;
                let attempt = self.new_attempt(*provider, *method, now);
                let placement = Placement {
                    number: self.placements,
                    at: now,
                    until: now.plus_millis(HOLD_MILLIS),
                    totals: *totals,
                    key: key.clone(),
                };
                self.stage = Stage::Placing { placement, attempt, held: false, recovered: false };
            }
            Event::PaymentStarted { provider, method } => {
                let attempt = self.new_attempt(*provider, *method, now);
                self.with_attempt(|current| *current = attempt);
            }
            Event::Held => {
                if let Stage::Placing { held, .. } = &mut self.stage {
                    *held = true;
                }
            }
            Event::PlacementRefused => {
                let items = self.items();
                if let Some(placement) = self.placement() {
                    self.releasing.insert(placement.number, items);
                }
                self.stage = Stage::Open;
            }
            Event::PaymentAsked { next_poll } => self.with_attempt(|attempt| {
                attempt.polls += 1;
                attempt.status = AttemptStatus::Unknown { next_poll: *next_poll };
            }),
            Event::PaymentActionRequired { client_secret } => self.with_attempt(|attempt| {
                attempt.status = AttemptStatus::RequiresAction { client_secret: client_secret.clone() };
            }),
            Event::PaymentDeclined { reason } => {
                self.with_attempt(|attempt| attempt.status = AttemptStatus::Declined { reason: reason.clone() });
            }
            Event::Paid { secured } => self.restage(|placement, mut attempt| {
                attempt.status = AttemptStatus::Paid;
                Stage::Confirmed { placement, attempt, at: now, secured: *secured, committed: false }
            }),
            Event::Committed => {
                if let Stage::Confirmed { committed, .. } = &mut self.stage {
                    *committed = true;
                }
            }
            Event::CommitRefused => {
                self.refund_current();
                self.cancel(CancelReason::OutOfStock, now);
            }
            Event::PlacementAbandoned => self.cancel(CancelReason::OutOfStock, now),
            Event::Cancelled { reason } => self.cancel(*reason, now),
            Event::PaymentVoided => {
                self.resolve(AttemptStatus::Voided);
            }
            Event::PaidAfterAll => {
                self.resolve(AttemptStatus::Paid);
                self.refund_current();
            }
        }
    }

    /// Changes the attempt; a placement that gets this far awaits its payment.
    fn with_attempt(&mut self, change: impl FnOnce(&mut Attempt)) {
        self.restage(|placement, mut attempt| {
            change(&mut attempt);
            Stage::AwaitingPayment { placement, attempt }
        });
    }

    fn restage(&mut self, next: impl FnOnce(Placement, Attempt) -> Stage) {
        if let Stage::Placing { placement, attempt, .. } | Stage::AwaitingPayment { placement, attempt } = &self.stage {
            self.stage = next(placement.clone(), attempt.clone());
        }
    }

    fn resolve(&mut self, status: AttemptStatus) {
        if let Stage::Cancelled { attempt, resolving, .. } = &mut self.stage {
            attempt.status = status;
            *resolving = false;
        }
    }

    fn refund_current(&mut self) {
        if let (Some(attempt), Some(placement)) = (self.attempt().cloned(), self.placement()) {
            self.refunds.push(Refund { attempt, amount: placement.totals.total, done: false });
        }
    }

    fn cancel(&mut self, reason: CancelReason, now: Timestamp) {
        let (Some(placement), Some(attempt)) = (self.placement().cloned(), self.attempt().cloned()) else { return };
        self.releasing.insert(placement.number, self.items());
        let resolving = attempt.status.is_open();
        self.stage = Stage::Cancelled { placement, attempt, at: now, reason, resolving };
    }
}

impl std::fmt::Display for LineId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line_{}", self.0)
    }
}

impl std::str::FromStr for LineId {
    type Err = crate::ids::InvalidId;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = text.strip_prefix("line_").ok_or(crate::ids::InvalidId)?;
        let id = Self(number.parse().map_err(|_| crate::ids::InvalidId)?);
        if id.to_string() == text { Ok(id) } else { Err(crate::ids::InvalidId) }
    }
}

impl Serialize for LineId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for LineId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::text::read(deserializer, |text| text.parse().map_err(|_| "a line's id begins with line_"))
    }
}

impl JsonSchema for LineId {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "LineId".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "pattern": "^line_[0-9]+$"})
    }
}
