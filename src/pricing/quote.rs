//! A quote: what each line, the shipping and the whole come to, and why.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::percent::Percent;
use super::promotion::Code;
use crate::ids::{GiftCardId, PromotionId};
use crate::money::Money;
use crate::ports::Timestamp;

/// Every amount is in the cart's currency; all of them re-add:
/// `items = Σ unit_price · quantity`, `discount = Σ lines' discounts`,
/// `shipping = price − its discount`, `total = items − discount + shipping`,
/// plus `tax` where prices do not include it, and `to_pay = total − gift_cards`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quote {
    /// One for each line of the cart, in its order.
    pub lines: Vec<QuotedLine>,
    pub shipping: Option<QuotedShipping>,
    /// One for each coupon of the cart, in its order.
    pub coupons: Vec<QuotedCoupon>,
    /// The shop's promotions that took something off, and whose uses are counted.
    pub uses: Vec<Use>,
    pub gift_cards: Vec<QuotedGiftCard>,
    pub totals: Totals,
    /// The buyer accounts for the tax: prices are without it.
    pub reverse_charge: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuotedLine {
    /// The cart's, without tax under reverse charge.
    pub unit_price: i64,
    /// What one piece cost before, where it is on sale; not said under reverse
    /// charge, as it has the tax in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compare_at: Option<i64>,
    pub discounts: Vec<Discount>,
    /// By which it was taxed: what was sold stays of it, whatever its product is by then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_class: Option<String>,
    pub tax: Tax,
    /// After discounts; with tax only where prices include it.
    pub total: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Discount {
    pub promotion: PromotionId,
    pub title: String,
    pub code: Option<Code>,
    pub amount: i64,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Tax {
    pub amount: i64,
    pub rates: Vec<TaxPart>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaxPart {
    pub name: String,
    pub rate: Percent,
    pub amount: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuotedShipping {
    pub id: String,
    pub title: String,
    pub price: i64,
    pub discounts: Vec<Discount>,
    pub tax: Tax,
    pub pick_up: Option<String>,
    /// Whole days, UTC.
    pub arrives: Option<Arrival>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Arrival {
    pub from: Timestamp,
    pub to: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuotedCoupon {
    pub code: Code,
    /// None: it took something off, or does as soon as there is shipping to pay.
    pub refused: Option<CouponRefusal>,
}

/// Why a coupon takes nothing off. `Exhausted` and `AlreadyUsed` are the
/// pools' to say, never a quote's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CouponRefusal {
    Unknown,
    NotStarted,
    Ended,
    MinimumNotMet,
    NothingMatches,
    Exhausted,
    AlreadyUsed,
    NotCombinable,
}

impl std::fmt::Display for CouponRefusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Unknown => "there is no such code",
            Self::NotStarted => "the code does not count yet",
            Self::Ended => "the code does not count any more",
            Self::MinimumNotMet => "the cart does not come to what the code asks for",
            Self::NothingMatches => "the code is for nothing in the cart",
            Self::Exhausted => "the code was used as often as it may be",
            Self::AlreadyUsed => "you have used the code as often as you may",
            Self::NotCombinable => "the code cannot be used together with another discount",
        })
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Use {
    pub promotion: PromotionId,
    pub code: Option<Code>,
    pub limit: Option<i64>,
    pub limit_per_customer: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuotedGiftCard {
    pub id: GiftCardId,
    pub last4: String,
    pub amount: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Totals {
    /// Before discounts.
    pub items: Money,
    /// Of the items; that of the shipping is with it.
    pub discount: Money,
    /// After its discount.
    pub shipping: Money,
    pub tax: Money,
    /// Whether `tax` is within the amounts above; else it comes on top.
    pub tax_included: bool,
    /// `items - discount + shipping`, and `tax` where it comes on top.
    pub total: Money,
    /// What gift cards pay of it.
    pub gift_cards: Money,
    /// `total - gift_cards`
    pub to_pay: Money,
}
