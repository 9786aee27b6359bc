//! An order from the first added line to the last refund, as it stands. How it
//! came to that: [`super::event`]. A cart is an order in [`Stage::Open`].

use std::rc::Rc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::after::edits::Edits;
use super::after::edits::asking::Ask;
use super::after::goods::Goods;
use super::after::money::Books;
use super::counting::{Later, Rule};
use super::drafts::Draft;
use super::facts::Facts;
use super::slots::Slot;
use super::taking;
use crate::catalog::product::Part;
use crate::ids::{AccountId, OrderId, ProductId, VariantId};
use crate::messages::Kind;
use crate::money::{Currency, Money};
use crate::payments::{Attempt, Refund};
use crate::pools::Claim;
use crate::ports::Timestamp;
use crate::pricing::tiers::{self, Tier};
use crate::pricing::{Delivery, Quote};
use crate::sorted::{SortedMap, SortedSet};
use crate::text::Language;

/// By which way an order was begun.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// The shop's own pages.
    Storefront,
    /// Another program of the buyer's or the shop's.
    #[default]
    Api,
    /// By staff.
    Staff,
}

/// Names one line of one order; opaque to clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineId(pub u32);

#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    pub id: OrderId,
    pub currency: Currency,
    /// The customer it belongs to; nobody's if it was begun anonymously.
    pub account: Option<AccountId>,
    /// In which its buyer is written to.
    pub language: Language,
    /// By which way it was begun.
    pub channel: Channel,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Counts the changes a buyer could see.
    pub version: u64,
    /// The version that the projections have been told of.
    pub published: u64,
    pub lines: Vec<Line>,
    pub lines_made: u32,
    pub facts: Facts,
    pub stage: Stage,
    /// How many holds were asked for; the last one's number.
    pub holds: u32,
    pub attempts: u32,
    /// Attempts that another followed, as they stood then.
    pub given_up: Vec<Attempt>,
    pub milestones: Vec<Milestone>,
    /// Of what it asked for last, the pieces that had yet to come as they were held.
    pub later: Vec<Later>,
    /// Holds to be released, by number.
    pub releasing: SortedMap<u32, Vec<Claim>>,
    /// Money given back, or to be, each by its number.
    pub refunds: Vec<Refund>,
    /// Money that staff have recorded.
    pub receipts: Vec<Receipt>,
    /// What buyers have contested with their bank, as the provider names it.
    pub disputes: SortedSet<String>,
    /// Slots to give back, by hold, and until when they are taken otherwise.
    pub vacating: SortedMap<u32, (Slot, Timestamp)>,
    /// The last news of each kind that is on its way to the buyer.
    pub told: SortedMap<Kind, u32>,
    /// How many of the gift cards that it sells are issued, in the order of its lines.
    pub cards_issued: u64,
    /// Its parcels and returns.
    pub goods: Goods,
    /// What staff have done with its money.
    pub money: Books,
    /// How staff have changed it since it was confirmed.
    pub edits: Edits,
    /// Where staff have typed it in.
    pub draft: Option<Box<Draft>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub id: LineId,
    pub variant_id: VariantId,
    pub product_id: ProductId,
    pub title: String,
    pub sku: String,
    /// What a single piece costs.
    pub unit_price: Money,
    /// What each of many costs, as far as the shop says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<Tier>,
    pub quantity: u32,
    #[serde(default)]
    pub delivery: Delivery,
    /// What each piece of a bundle is made of, whatever becomes of the bundle since.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// What staff say of the stocks that it takes from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
    /// The price was set by staff and is not compared with the catalog's.
    #[serde(default)]
    pub overridden: bool,
}

impl Line {
    /// What each of its pieces costs.
    pub fn price(&self) -> Money {
        let Money { amount, currency } = self.unit_price;
        Money { amount: tiers::of_each(amount, &self.tiers, self.quantity), currency }
    }

    /// So many of the pieces that were ordered: each costs what was agreed, however few
    /// they are.
    #[must_use]
    pub fn part(&self, quantity: u32) -> Self {
        Self { quantity, unit_price: self.price(), tiers: Vec::new(), ..self.clone() }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Stage {
    /// A cart.
    Open,
    /// Frozen; stock is being held and the first payment begun. Both may be
    /// repeated, so nothing is recorded between them.
    Placing {
        placement: Placement,
        hold: Hold,
        attempt: Attempt,
        held: bool,
        /// Read back from storage: an earlier run may have begun the payment.
        recovered: bool,
        /// Where the order was placed before and its hold given back: the
        /// attempt that had come to nothing.
        before: Option<Box<Attempt>>,
    },
    /// `hold`: none once the goods were given back.
    AwaitingPayment { placement: Placement, hold: Option<Hold>, attempt: Attempt },
    /// Paid, or as good as: the money is set aside, or owed by agreement. `secured`: the hold outlived the payment,
    /// so the stock is certain.
    Confirmed { placement: Placement, hold: Hold, attempt: Attempt, at: Timestamp, secured: bool, committed: bool },
    /// Not to be. `resolving`: an attempt whose outcome is still to be made certain.
    Cancelled { placement: Placement, attempt: Attempt, at: Timestamp, reason: CancelReason, resolving: bool },
}

/// What was frozen when the order was placed. Its prices stand, however often
/// it is tried to be paid.
#[derive(Debug, Clone, PartialEq)]
pub struct Placement {
    pub at: Timestamp,
    pub quote: Rc<Quote>,
    /// What it takes besides stock: uses of coupons, balances of gift cards.
    pub claims: Vec<Claim>,
    /// The request that is to find its answer again.
    pub key: Option<Key>,
    /// Where staff have asked its buyer for it: until when it can be paid. All of it is kept for that long.
    pub promised_until: Option<Timestamp>,
    /// Payments begun since, without those for which the stock was refused
    /// before anybody was asked to pay.
    pub tries: u32,
}

/// The pieces of the whole order, set aside in the pools under one name.
#[derive(Debug, Clone, PartialEq)]
pub struct Hold {
    /// Names it among the order's holds. Never used again once it is released:
    /// pools refuse a released hold for good.
    pub number: u32,
    /// When it lapses by itself.
    pub until: Timestamp,
    /// What it has of its account and its network while it is not paid.
    pub slot: Option<Slot>,
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
    /// Nobody paid in time.
    Expired,
    /// The stock was gone when the money came.
    OutOfStock,
    /// Staff have.
    Shop,
}

/// Money that came by a way to pay that staff look after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Receipt {
    pub amount: Money,
    /// Where it is found again, such as in a bank statement. Counts once.
    pub reference: String,
}

/// Something that happened to an order, as buyers and staff are shown it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Milestone {
    pub at: Timestamp,
    #[serde(rename = "type")]
    pub kind: String,
    /// The member of staff who did it.
    #[serde(skip)]
    pub by: Option<AccountId>,
    /// For staff alone.
    #[serde(skip)]
    pub hidden: bool,
}

impl Line {
    pub fn needs_shipping(&self) -> bool {
        self.delivery == Delivery::Shipped
    }
}

impl Placement {
    /// What is to be taken by a payment.
    pub fn to_pay(&self) -> Money {
        self.quote.totals.to_pay
    }
}

impl Order {
    /// An order begins with `Event::Created`.
    pub fn created(id: OrderId, currency: Currency, account: Option<AccountId>, now: Timestamp) -> Self {
        Self {
            id,
            currency,
            account,
            language: Language::default(),
            channel: Channel::default(),
            created_at: now,
            updated_at: now,
            version: 1,
            published: 0,
            lines: Vec::new(),
            lines_made: 0,
            facts: Facts::default(),
            stage: Stage::Open,
            holds: 0,
            attempts: 0,
            given_up: Vec::new(),
            milestones: Vec::new(),
            later: Vec::new(),
            releasing: SortedMap::new(),
            refunds: Vec::new(),
            receipts: Vec::new(),
            disputes: SortedSet::new(),
            vacating: SortedMap::new(),
            told: SortedMap::new(),
            cards_issued: 0,
            goods: Goods::default(),
            money: Books::default(),
            edits: Edits::default(),
            draft: None,
        }
    }

    /// The same order, whose buyer is written to in this language.
    #[must_use]
    pub fn written_in(self, language: Language) -> Self {
        Self { language, ..self }
    }

    /// The same order, begun by this way.
    #[must_use]
    pub fn through(self, channel: Channel) -> Self {
        Self { channel, ..self }
    }

    pub fn line(&self, id: LineId) -> Option<&Line> {
        self.lines.iter().find(|line| line.id == id)
    }

    /// What is to be held, summed per supply and sorted: two lines that take of one
    /// stock are one claim.
    pub fn claims(&self) -> Vec<Claim> {
        let besides = self.placement().map_or(&[][..], |placement| &placement.claims);
        let mut claims = taking::claims(self.lines.iter());
        claims.extend_from_slice(besides);
        claims
    }

    pub fn needs_shipping(&self) -> bool {
        self.lines.iter().any(Line::needs_shipping)
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

    /// The hold that is asked for, granted or taken out; none if given back.
    pub fn hold(&self) -> Option<&Hold> {
        match &self.stage {
            Stage::Placing { hold, .. } | Stage::Confirmed { hold, .. } => Some(hold),
            Stage::AwaitingPayment { hold, .. } => hold.as_ref(),
            Stage::Open | Stage::Cancelled { .. } => None,
        }
    }

    /// An attempt by its number: the last, that of an edit, or one that was given up for another.
    pub fn attempt_numbered(&self, number: u32) -> Option<&Attempt> {
        let asked = self.edits.asked.iter().filter_map(Ask::attempt);
        self.attempt().into_iter().chain(asked).chain(&self.given_up).find(|attempt| attempt.number == number)
    }

    /// Until when some of its money must have come, or it is cancelled. What has
    /// left the shop is not taken back by that: then staff see to the money.
    pub fn due_by(&self) -> Option<Timestamp> {
        self.attempt().filter(|_| !self.goods.has_parcels())?.due_by()
    }

    pub fn attempt(&self) -> Option<&Attempt> {
        self.stage.attempt()
    }
}

impl Stage {
    pub fn attempt(&self) -> Option<&Attempt> {
        match self {
            Self::Open => None,
            Self::Placing { attempt, .. }
            | Self::AwaitingPayment { attempt, .. }
            | Self::Confirmed { attempt, .. }
            | Self::Cancelled { attempt, .. } => Some(attempt),
        }
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
        schemars::json_schema!({"type": "string", "pattern": "^line_(0|[1-9][0-9]{0,8})$", "examples": ["line_1"]})
    }
}
