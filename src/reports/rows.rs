//! What reports answer.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::store::{CardsRow, LowRow, SalesRow, StockRow, TaxRow};
use crate::ids::{ProductId, VariantId};
use crate::money::{Currency, Money};
use crate::ports::{Day, TimeZone, Timestamp};

/// What the sales of a report are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SalesBy {
    #[default]
    Day,
    Product,
    /// Where the orders went.
    Country,
    /// How they were begun.
    Channel,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct SalesReport {
    pub from: Day,
    pub to: Day,
    pub time_zone: TimeZone,
    pub by: SalesBy,
    /// All of the period, for each currency.
    pub totals: Vec<Sales>,
    /// Days in their order, for each currency; else the largest first.
    pub items: Vec<Sales>,
    /// Whether there are more items of a currency than the 250 that are shown. The totals have all, and so has a file.
    pub cut: bool,
}

/// What was sold, less what was given back. `total = sold - refunded = net + tax`. Gift cards as goods are no sale, and
/// not in it; what was paid by gift card is.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Sales {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day: Option<Day>,
    /// By product: what was sold, or what was given back for no one thing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<SalesKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_id: Option<ProductId>,
    /// The product's; of one that is no more, as it was sold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Where the orders went; of what is not sent, where their buyers live.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Orders that were placed; by product, those it was in.
    pub orders: i64,
    /// Less those that were given up for their money.
    pub pieces: i64,
    /// After discounts, with shipping and tax.
    pub sold: Money,
    /// With tax.
    pub refunded: Money,
    /// What promotions took off what was sold; as prices are, with or without tax.
    pub discounts: Money,
    /// Of the total.
    pub shipping: Money,
    pub net: Money,
    pub tax: Money,
    pub total: Money,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SalesKind {
    /// A product.
    Item,
    Shipping,
    /// Given back, and not for pieces or shipping.
    Amount,
}

impl Sales {
    pub fn nothing(currency: Currency) -> Self {
        let zero = Money::zero(currency);
        Self {
            day: None,
            kind: None,
            product_id: None,
            title: None,
            country: None,
            channel: None,
            orders: 0,
            pieces: 0,
            sold: zero,
            refunded: zero,
            discounts: zero,
            shipping: zero,
            net: zero,
            tax: zero,
            total: zero,
        }
    }
}

impl From<SalesRow> for Sales {
    fn from(row: SalesRow) -> Self {
        let money = |amount| Money { amount, currency: row.currency };
        Self {
            kind: row.kind,
            product_id: row.product_id,
            title: row.title,
            country: row.country,
            channel: row.channel,
            orders: row.orders,
            pieces: row.pieces,
            sold: money(row.sold),
            refunded: money(row.refunded),
            discounts: money(row.discounts),
            shipping: money(row.shipping),
            net: money(row.net),
            tax: money(row.tax),
            total: money(row.net.saturating_add(row.tax)),
            ..Self::nothing(row.currency)
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct TaxReport {
    pub from: Day,
    pub to: Day,
    pub time_zone: TimeZone,
    /// All that was sold less what was given back, for each currency.
    pub totals: Vec<Sales>,
    /// By country, then by rate.
    pub items: Vec<TaxOfRate>,
    /// Whether there are more items than the 1,000 that are shown. The totals have all, and so has a file.
    pub cut: bool,
}

/// The tax of one rate in one country: of sales, less that of what was given back.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TaxOfRate {
    /// Where the orders went; of what is not sent, where their buyers live.
    pub country: Option<String>,
    /// Such as `VAT`; `null` where no tax falls.
    pub name: Option<String>,
    /// In percent, such as `19`; `null` where no tax falls.
    pub rate: Option<String>,
    /// What it falls on, without tax. What several rates fall on is in each of them.
    pub net: Money,
    pub tax: Money,
}

impl From<TaxRow> for TaxOfRate {
    fn from(row: TaxRow) -> Self {
        let money = |amount| Money { amount, currency: row.currency };
        Self { country: row.country, name: row.name, rate: row.rate, net: money(row.net), tax: money(row.tax) }
    }
}

/// What is in stock now.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StockReport {
    /// For each currency that it has prices in: each is the whole stock.
    pub totals: Vec<StockValue>,
    /// Whether the prices have tax in them.
    pub prices_include_tax: bool,
    /// Variants on sale of which at most five pieces can be had.
    pub low: i64,
    /// Those of them of which none can.
    pub out: i64,
    /// Of them the 100 of which there is least.
    pub items: Vec<LowStock>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct StockValue {
    pub variants: i64,
    /// On hand, also those that are held for orders.
    pub pieces: i64,
    /// What they would bring at today's prices, as these are. The shop knows nothing of what they cost.
    pub at_prices: Money,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct LowStock {
    pub variant_id: VariantId,
    pub product_id: ProductId,
    pub title: String,
    pub sku: String,
    pub available: i64,
}

impl From<StockRow> for StockValue {
    fn from(row: StockRow) -> Self {
        let at_prices = Money { amount: row.value, currency: row.currency };
        Self { variants: row.variants, pieces: row.pieces, at_prices }
    }
}

impl From<LowRow> for LowStock {
    fn from(row: LowRow) -> Self {
        let LowRow { variant_id, product_id, product, variant, sku, available, .. } = row;
        let title = variant.map_or_else(|| product.clone(), |variant| format!("{product}, {variant}"));
        Self { variant_id, product_id, title, sku, available }
    }
}

/// What is owed to whoever has gift cards.
#[derive(Debug, Serialize, JsonSchema)]
pub struct GiftCardReport {
    pub from: Day,
    pub to: Day,
    pub time_zone: TimeZone,
    /// For each currency.
    pub items: Vec<GiftCardDebt>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct GiftCardDebt {
    /// Cards with something left on them, now.
    pub cards: i64,
    /// What is left on them, now: not on those that are disabled or have expired.
    pub liability: Money,
    /// What was on the cards that were issued on these days, by staff or for orders.
    pub issued: Money,
    /// What was paid for cards on these days, less what was given back.
    pub sold: Money,
}

impl From<CardsRow> for GiftCardDebt {
    fn from(row: CardsRow) -> Self {
        let money = |amount| Money { amount, currency: row.currency };
        Self { cards: row.cards, liability: money(row.liability), issued: money(row.issued), sold: money(row.sold) }
    }
}

/// Today so far, beside the same weekday a week ago until the same time.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TodayReport {
    pub day: Day,
    pub time_zone: TimeZone,
    pub until: Timestamp,
    /// For each currency in which something was sold on either day; of the shop's first currency always.
    pub items: Vec<TodaySales>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct TodaySales {
    pub today: Sales,
    pub week_before: Sales,
}
