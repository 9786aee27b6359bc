//! How drafts look to staff.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Draft;
use super::bodies::DraftDiscount;
use crate::app::App;
use crate::ids::{AccountId, OrderId};
use crate::money::Money;
use crate::orders::cart::{Cart, CartView};
use crate::orders::cart_handlers;
use crate::orders::error::OrderError;
use crate::orders::mail;
use crate::orders::offers::names;
use crate::orders::view::{ShippingView, Status};
use crate::ports::Timestamp;
use crate::problem::Problem;
use crate::shelf;
use crate::text::Language;
use crate::wire::page::{CursorParameter, LimitParameter};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DraftStatus {
    Open,
    /// Its buyer was written to.
    Sent,
    /// An order, which has the draft's id.
    Placed,
    /// Not placed in time.
    Expired,
}

/// An order that staff type in, until it is placed.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Draft")]
pub struct DraftView {
    id: OrderId,
    /// The order's, which it will have, too.
    number: String,
    status: DraftStatus,
    /// In which the shop writes to the buyer.
    language: Language,
    made_by: AccountId,
    created_at: Timestamp,
    /// Who of staff had it in hand last, and when.
    changed_by: AccountId,
    changed_at: Timestamp,
    sent_at: Option<Timestamp>,
    /// 90 days after staff last had it in hand: then it cannot be placed any more.
    expires_at: Timestamp,
    /// Where its buyer pays it, whoever has this: the way that the letter shows. Absent where the shop does not know its
    /// own address.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// What staff take off the lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    discount: Option<DraftDiscount>,
    /// As its buyer sees it, at the shop's prices of now.
    cart: CartView,
    /// The ways it can be sent, as far as it is known where to.
    shipping_options: Vec<ShippingView>,
}

/// A draft as lists show it; may lag a second behind.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DraftSummary {
    pub id: OrderId,
    pub number: String,
    pub status: DraftStatus,
    /// Its buyer's; empty where nobody has said it yet.
    pub email: String,
    /// What it came to when it was changed last.
    pub total: Money,
    pub pieces: i64,
    /// The e-mail address of who has made it; `null` where that account is gone.
    pub made_by: Option<String>,
    pub created_at: Timestamp,
    pub changed_at: Timestamp,
    pub sent_at: Option<Timestamp>,
    pub expires_at: Timestamp,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct DraftList {
    pub items: Vec<DraftSummary>,
    pub next_cursor: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftFilter {
    pub status: Option<DraftStatus>,
    /// The most drafts of one page.
    #[schemars(with = "Option<LimitParameter>")]
    pub limit: Option<String>,
    /// The `next_cursor` of the page before.
    #[schemars(with = "Option<CursorParameter>")]
    pub cursor: Option<String>,
}

impl DraftStatus {
    fn of(draft: &Draft, is_placed: bool, now: Timestamp) -> Self {
        match draft {
            _ if is_placed => Self::Placed,
            _ if now >= draft.ends_at() => Self::Expired,
            Draft { sent_at: Some(_), .. } => Self::Sent,
            _ => Self::Open,
        }
    }
}

impl DraftView {
    /// A cart that is a draft; a 404 of any other.
    pub async fn of(app: &App, cart: Cart) -> Result<Self, Problem> {
        let now = app.clock.now();
        let draft = cart.draft.clone().filter(|draft| !draft.deleted).ok_or_else(Problem::not_found)?;
        let shelf = shelf::knowing_at_best(app, names(&cart)).await?;
        let options = cart.wanted().shipping_options(&shelf, now).map_err(OrderError::from)?;
        Ok(Self {
            id: cart.id,
            number: cart.id.number(),
            status: DraftStatus::of(&draft, cart.status != Status::Open, now),
            language: cart.language,
            made_by: draft.by,
            created_at: draft.at,
            changed_by: draft.touched_by,
            changed_at: draft.touched_at,
            sent_at: draft.sent_at,
            expires_at: draft.ends_at(),
            discount: cart.facts.discount.as_deref().and_then(DraftDiscount::of),
            url: mail::url(app, cart.id),
            shipping_options: options.iter().map(|option| ShippingView::of(option, cart.currency)).collect(),
            cart: cart_handlers::view(app, cart).await?,
        })
    }
}
