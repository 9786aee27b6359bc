//! How lines look from outside: of a cart, and of an order.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::order::{Line, LineId};
use crate::catalog::product::Part;
use crate::ids::{ProductId, PromotionId, VariantId};
use crate::money::{Currency, Money};
use crate::pricing::quote::{Discount, Tax, TaxPart};
use crate::pricing::{Delivery, Percent, Quote};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LineView {
    pub id: LineId,
    pub variant_id: VariantId,
    pub product_id: ProductId,
    pub title: String,
    pub sku: String,
    /// Without tax under reverse charge.
    pub unit_price: Money,
    /// What one piece cost before, where it is on sale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compare_at: Option<Money>,
    pub quantity: u32,
    /// How many of the pieces have yet to come to the shop: of a cart, as it is now; of an order, as it was placed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backordered: Option<u32>,
    /// How many of the pieces were given up for their money; absent in a cart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refunded: Option<u32>,
    /// For staff: what the others come to, tax included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refundable: Option<Money>,
    pub delivery: Delivery,
    /// What each piece of a bundle is made of; absent of what is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// The sum of `discounts`.
    pub discount: Money,
    pub discounts: Vec<DiscountView>,
    pub tax: TaxView,
    /// After discounts.
    pub total: Money,
    /// Pieces that were shipped; those of what is not sent, once it is paid. Absent in a cart, as the next four.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fulfilled: Option<u32>,
    /// Pieces that are packed, and not shipped yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packed: Option<u32>,
    /// Pieces that are yet to be packed: none that were given up for their money, nor of what is not sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_send: Option<u32>,
    /// Pieces that have come back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returned: Option<u32>,
    /// Pieces that may still be asked to come back, within the order's `returnable_until`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returnable: Option<u32>,
    /// For staff: pieces of what was to go back into a stock that had no room for it. An adjustment puts them there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_put_back: Option<u32>,
}

/// What a promotion takes off, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DiscountView {
    pub promotion_id: PromotionId,
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    pub amount: Money,
}

/// Whether it is within the amounts or comes on top: `totals.tax_included`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TaxView {
    pub amount: Money,
    pub rates: Vec<TaxRateView>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TaxRateView {
    pub name: String,
    pub rate: Percent,
    pub amount: Money,
}

impl TaxView {
    pub fn of(tax: &Tax, currency: Currency) -> Self {
        let money = |amount| Money { amount, currency };
        let rate =
            |part: &TaxPart| TaxRateView { name: part.name.clone(), rate: part.rate, amount: money(part.amount) };
        Self { amount: money(tax.amount), rates: tax.rates.iter().map(rate).collect() }
    }
}

impl DiscountView {
    fn of(discount: &Discount, currency: Currency) -> Self {
        Self {
            promotion_id: discount.promotion,
            title: discount.title.clone(),
            code: discount.code.as_ref().map(|code| code.as_str().to_owned()),
            amount: Money { amount: discount.amount, currency },
        }
    }
}

/// What they take off together. They re-add: a quote's sums were checked.
pub fn off(discounts: &[Discount], currency: Currency) -> Money {
    Money { amount: discounts.iter().map(|discount| discount.amount).sum(), currency }
}

/// Lines, each with what the quote says of it.
pub fn lines(lines: &[Line], quote: &Quote, currency: Currency) -> Vec<LineView> {
    lines
        .iter()
        .zip(&quote.lines)
        .map(|(line, quoted)| LineView {
            id: line.id,
            variant_id: line.variant_id,
            product_id: line.product_id,
            title: line.title.clone(),
            sku: line.sku.clone(),
            unit_price: Money { amount: quoted.unit_price, currency },
            compare_at: quoted.compare_at.map(|amount| Money { amount, currency }),
            quantity: line.quantity,
            backordered: None,
            refunded: None,
            refundable: None,
            delivery: line.delivery,
            parts: line.parts.clone(),
            discount: off(&quoted.discounts, currency),
            discounts: quoted.discounts.iter().map(|discount| DiscountView::of(discount, currency)).collect(),
            tax: TaxView::of(&quoted.tax, currency),
            total: Money { amount: quoted.total, currency },
            fulfilled: None,
            packed: None,
            to_send: None,
            returned: None,
            returnable: None,
            not_put_back: None,
        })
        .collect()
}
