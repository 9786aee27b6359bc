//! What goes to an order's object and comes back, and what it tells the lists.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::after::{edits, goods, money};
use super::decision::{Change, NewLine};
use super::drafts;
use super::error::OrderError;
use super::facts::Fact;
use super::finding::Sought;
use super::notice::Notice;
use super::order::{Channel, Key, Order, Receipt, Stage};
use super::projection::Projection;
use super::sold_cards::Sold;
use super::terms::Expected;
use crate::auth::{Confirmed, SignedIn};
use crate::ids::{AccountId, OrderId};
use crate::money::Currency;
use crate::payments::PaymentChoice;
use crate::payments::stripe::webhook::About;
use crate::pools::Supply;
use crate::pools::pool::Level;
use crate::text::Language;
use crate::throttle::Slots;

/// One request to an order's object.
#[derive(Debug, Serialize, Deserialize)]
pub struct Envelope {
    pub access: Access,
    pub key: Option<Key>,
    pub request: Request,
}

/// What the caller has shown.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Access {
    token: bool,
    account: Option<AccountId>,
    staff: bool,
    /// Whether the account may have prices of its own.
    has_prices: bool,
}

impl Access {
    /// A buyer's: `token` if the cart's own was shown.
    pub fn of_buyer(token: bool, account: Option<SignedIn>) -> Self {
        let has_prices = account.is_some_and(|account| account.has_prices);
        Self { token, account: account.map(|account| account.id), staff: false, has_prices }
    }

    /// For the one request that follows.
    pub fn of_staff(confirmed: &Confirmed) -> Self {
        Self { token: false, account: Some(confirmed.account()), staff: true, has_prices: false }
    }

    /// The shop's own, when nobody asked.
    pub fn of_shop() -> Self {
        Self { token: false, account: None, staff: true, has_prices: false }
    }

    /// The member of staff who asks.
    pub fn staff_account(&self) -> Option<AccountId> {
        self.account.filter(|_| self.staff)
    }

    /// Whether a member of staff asks, or the shop itself.
    pub fn is_staff(&self) -> bool {
        self.staff
    }

    /// Whose a cart becomes by being changed or placed, which was nobody's: of who has prices of their own, as it can
    /// have these only as theirs.
    pub fn takes(&self, order: &Order) -> Option<AccountId> {
        let is_nobodys = order.account.is_none() && order.draft.is_none() && matches!(order.stage, Stage::Open);
        self.account.filter(|_| is_nobodys && self.token && self.has_prices && !self.staff)
    }

    pub fn allows(&self, order: &Order) -> bool {
        self.token || self.staff || (self.account.is_some() && self.account == order.account)
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    Create {
        id: OrderId,
        currency: Currency,
        account: Option<AccountId>,
        language: Language,
        channel: Channel,
        lines: Vec<NewLine>,
    },
    ReadCart,
    ReadOrder,
    /// What its documents are made of.
    ReadPapers,
    Change {
        change: Change,
    },
    /// Begins a cart and places it.
    Buy {
        id: OrderId,
        purchase: Box<Purchase>,
    },
    Place {
        payment: PaymentChoice,
        expected: Expected,
        slots: Vec<Slots>,
        /// Where staff who place it find the money again, if it is there.
        received: Option<String>,
    },
    /// `edit`: what is meant, see [`Order::is_meant`].
    Pay {
        payment: PaymentChoice,
        slots: Vec<Slots>,
        edit: Option<u32>,
    },
    Cancel,
    /// Staff begin an order that they type in, or do something with one.
    Draft {
        begun: Option<(OrderId, Currency, Language)>,
        deed: drafts::Deed,
    },
    /// Staff have money of the order's.
    Receive {
        receipt: Receipt,
    },
    Goods {
        command: goods::Command,
    },
    /// Staff look at the order and its money, or do something with it.
    Money {
        deed: Option<money::decision::Deed>,
    },
    /// Staff change the order.
    Edit {
        wish: edits::bodies::Wish,
    },
    /// What staff do with an edit whose buyer was asked for money.
    SettleEdit {
        number: u32,
        deed: edits::decision::Settling,
    },
    /// What a refund would come to; for staff.
    PreviewRefund {
        wanted: money::bodies::NewRefund,
    },
    /// The provider says that there is something new about an attempt, which it
    /// names so.
    LookAtPayment {
        attempt: u32,
        reference: String,
        about: About,
    },
    /// The buyer has come back from the provider's own pages: it knows more by
    /// now than the order does.
    LookAgain,
    /// Tell the projections and the buyer once more.
    Republish,
    /// What the projections should say, to be held against what they do.
    ReadProjection,
    /// The buyer's bank answered what an attempt asked for.
    Authenticate {
        approved: bool,
    },
}

/// All that a purchase says.
#[derive(Debug, Serialize, Deserialize)]
pub struct Purchase {
    pub currency: Currency,
    pub account: Option<AccountId>,
    pub language: Language,
    pub channel: Channel,
    pub lines: Vec<NewLine>,
    pub facts: Vec<Fact>,
    pub payment: PaymentChoice,
    pub expected: Expected,
    /// What it takes until it is paid.
    pub slots: Vec<Slots>,
}

/// What the object answers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    Done { status: u16, replayed: bool, body: Box<RawValue> },
    Refused(OrderError),
}

/// What the queue carries.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    /// How an order stands, for the lists.
    Order {
        order: Box<Projection>,
        /// The pools' levels after this order took from them or gave back.
        levels: Vec<(Supply, Level)>,
        /// What its buyer is to be written.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        news: Option<OrderNews>,
    },
    /// An order that staff type in was changed. `notice`: what its buyer is to be written.
    Draft { id: OrderId, notice: Option<Notice> },
    /// Gift cards for whoever bought them.
    GiftCards(Sold),
    /// Somebody looks for an order.
    Find(Sought),
}

/// News for an order's buyer.
#[derive(Debug, Serialize, Deserialize)]
pub struct OrderNews {
    pub notice: Notice,
    /// The order as its buyer sees it, unless that is large: then it is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<Box<RawValue>>,
}
