//! A cart: what its object knows of it, and how it looks from outside once the
//! shelf has said what it comes to.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cart_token::CartToken;
use super::drafts::Draft;
use super::facts::Facts;
use super::order::{Line, LineId, Order};
use super::quoting::Wanted;
use super::terms::{changed_contents, compare, lacking};
use super::view::{GiftCardView, LineView, ShippingView, Status, gift_cards, lines, status};
use crate::address::Address;
use crate::email::EmailAddress;
use crate::ids::{AccountId, OrderId};
use crate::money::{Currency, MoneyError};
use crate::ports::Timestamp;
use crate::pricing::quote::CouponRefusal;
use crate::pricing::{Delivery, Quote, Totals};
use crate::shelf::snapshot::Snapshot;
use crate::text::Language;
use crate::vat;

/// A cart as its object answers it: facts, no sums.
#[derive(Clone, Serialize, Deserialize)]
pub struct Cart {
    pub id: OrderId,
    pub status: Status,
    pub version: u64,
    pub currency: Currency,
    pub account: Option<AccountId>,
    /// In which its buyer is written to.
    #[serde(default)]
    pub language: Language,
    pub lines: Vec<Line>,
    pub facts: Facts,
    /// What was frozen, if it was placed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placed: Option<Quote>,
    /// Where staff have typed it in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<Box<Draft>>,
    /// Whether it is the buyer's first order, once somebody has asked.
    #[serde(skip)]
    pub first_order: Option<bool>,
}

/// Something the buyer should know before placing the order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CartProblem {
    /// `cart_incomplete`, `out_of_stock`, `price_changed`, `not_for_sale`,
    /// `coupon_not_valid`, `not_shipped_there` or `vat_number_not_confirmed`.
    pub code: String,
    pub detail: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line_id: Option<LineId>,
    /// `out_of_stock`: the pieces on the line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested: Option<u32>,
    /// `out_of_stock`: the pieces that can be had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub available: Option<i64>,
    /// `coupon_not_valid`: which, and why it takes nothing off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coupon: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<CouponRefusal>,
}

impl CartProblem {
    pub(super) fn new(code: &str, detail: impl Into<String>) -> Self {
        let (line_id, requested, available, coupon, reason) = (None, None, None, None, None);
        Self { code: code.to_owned(), detail: detail.into(), line_id, requested, available, coupon, reason }
    }

    pub(super) fn of_line(self, line: LineId) -> Self {
        Self { line_id: Some(line), ..self }
    }
}

#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct CartView {
    pub id: OrderId,
    /// The secret that gives access; only in the answer that made the cart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<CartToken>,
    pub status: Status,
    pub version: u64,
    pub currency: Currency,
    pub lines: Vec<LineView>,
    /// As they were typed, in capital letters; `problems` says which of them
    /// takes nothing off.
    pub coupons: Vec<String>,
    pub gift_cards: Vec<GiftCardView>,
    pub email: Option<EmailAddress>,
    pub shipping_address: Option<Address>,
    pub billing_address: Option<Address>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vat_number: Option<vat::Number>,
    /// None, too, if what was chosen is not offered.
    pub shipping_option: Option<ShippingView>,
    pub totals: Totals,
    pub problems: Vec<CartProblem>,
}

impl Cart {
    pub fn of(order: &Order) -> Self {
        Self {
            id: order.id,
            status: status(order),
            version: order.version,
            currency: order.currency,
            account: order.account,
            language: order.language,
            lines: order.lines.clone(),
            facts: order.facts.clone(),
            placed: order.placement().map(|placement| (*placement.quote).clone()),
            draft: order.draft.clone(),
            first_order: None,
        }
    }

    pub fn wanted(&self) -> Wanted<'_> {
        let Self { currency, lines, facts, first_order, .. } = self;
        Wanted { currency: *currency, lines, facts, first_order: *first_order, order: None }
    }

    pub fn needs_shipping(&self) -> bool {
        self.lines.iter().any(|line| line.delivery == Delivery::Shipped)
    }

    /// What was frozen, or what it comes to on this shelf.
    pub fn quote(&self, shelf: &Snapshot, now: Timestamp) -> Result<Quote, MoneyError> {
        self.placed.clone().map_or_else(|| self.wanted().quote(shelf, now), Ok)
    }

    /// How it looks, on this shelf.
    pub fn view(&self, shelf: &Snapshot, now: Timestamp) -> Result<CartView, MoneyError> {
        let quote = self.quote(shelf, now)?;
        let facts = &self.facts;
        Ok(CartView {
            id: self.id,
            token: None,
            status: self.status,
            version: self.version,
            currency: self.currency,
            lines: lines(&self.lines, &quote, self.currency),
            coupons: facts.coupons.iter().map(|code| code.as_str().to_owned()).collect(),
            gift_cards: gift_cards(&quote, self.currency),
            email: facts.email.clone(),
            shipping_address: facts.shipping_address.clone(),
            billing_address: facts.billing_address.clone(),
            vat_number: facts.vat_number.as_ref().map(|known| known.number.clone()),
            shipping_option: quote.shipping.as_ref().map(|shipping| ShippingView::of(shipping, self.currency)),
            totals: quote.totals,
            problems: if self.status == Status::Open { self.problems(shelf, &quote, now) } else { Vec::new() },
        })
    }

    fn problems(&self, shelf: &Snapshot, quote: &Quote, now: Timestamp) -> Vec<CartProblem> {
        let incomplete = lacking(&self.lines, &self.facts).into_iter();
        let mut problems: Vec<_> = incomplete.map(|what| CartProblem::new("cart_incomplete", what)).collect();
        let (changed, gone) = compare(&self.lines, self.currency, shelf);
        problems.extend(changed.into_iter().map(|line| {
            let detail = format!("now {} instead of {}", line.new.display(), line.old.display());
            CartProblem::new("price_changed", detail).of_line(line.line_id)
        }));
        problems.extend(changed_contents(&self.lines, shelf).into_iter().map(|line| {
            CartProblem::new("contents_changed", "this bundle is made of something else by now").of_line(line)
        }));
        let gone = gone.into_iter().map(|line| CartProblem::new("not_for_sale", "no longer for sale").of_line(line));
        problems.extend(gone);
        problems.extend(quote.coupons.iter().filter_map(|coupon| {
            let reason = coupon.refused?;
            let problem = CartProblem::new("coupon_not_valid", reason.to_string());
            Some(CartProblem { coupon: Some(coupon.code.as_str().to_owned()), reason: Some(reason), ..problem })
        }));
        if self.needs_shipping() && quote.shipping.is_none() && self.facts.shipping_address.is_some() {
            let offered = self.wanted().shipping_options(shelf, now).is_ok_and(|options| !options.is_empty());
            if !offered {
                problems.push(CartProblem::new("not_shipped_there", "the shop does not send to this address"));
            } else if self.facts.shipping_option.is_some() {
                problems.push(CartProblem::new("cart_incomplete", "shipping_option"));
            }
        }
        if self.facts.vat_number.as_ref().is_some_and(|number| number.confirmed_in().is_none()) {
            let detail = "the VAT number is not confirmed, so tax is charged";
            problems.push(CartProblem::new("vat_number_not_confirmed", detail));
        }
        problems
    }
}
