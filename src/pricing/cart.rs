//! What a quote is made of: the cart as it stands, and what the shop offers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::place::Place;
use super::promotion::Promotion;
use super::shipping::ShippingRules;
use super::tax::TaxRules;
use crate::address::Country;
use crate::ids::{CollectionId, GiftCardId, ProductId};
use crate::money::Currency;
use crate::ports::Timestamp;

/// How what was bought reaches its buyer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    #[default]
    Shipped,
    /// Needs no address and no shipping.
    Digital,
    /// A gift card: its code comes by mail once it is paid. No discount, no
    /// tax: that is for what is bought with it (a multi-purpose voucher, Council
    /// Directive 2006/112/EC, article 30b).
    GiftCard,
}

impl Delivery {
    /// As the database writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Shipped => "shipped",
            Self::Digital => "digital",
            Self::GiftCard => "gift_card",
        }
    }
}

/// One line of a cart. The outcome depends on what is in the cart, never on how
/// it is divided into lines.
#[derive(Debug, Clone, PartialEq)]
pub struct Item<'a> {
    pub product: ProductId,
    /// Minor units of the cart's currency.
    pub unit_price: i64,
    /// What one piece cost before, if it is on sale.
    pub compare_at: Option<i64>,
    pub quantity: u32,
    /// One of [`TaxRules::classes`]; the first of them if none is said.
    pub tax_class: Option<&'a str>,
    pub weight_grams: u32,
    pub delivery: Delivery,
    pub tags: &'a [String],
    /// Those that promotions may name; ascending, those they are in among them.
    pub collections: Vec<CollectionId>,
}

/// A gift card that is to pay, and what was on it when it was asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GiftCardBalance {
    pub id: GiftCardId,
    pub last4: String,
    /// Minor units of `currency`.
    pub balance: i64,
    /// The cart's own: whoever puts a card into a cart sees to that.
    pub currency: Currency,
    /// From then on it pays for nothing more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Cart<'a> {
    pub currency: Currency,
    pub lines: Vec<Item<'a>>,
    /// As [`super::promotion::Code`] has them.
    pub coupons: &'a [super::promotion::Code],
    /// Where it goes; before that is known, the shop's own country counts.
    pub to: Option<Place>,
    pub shipping_option: Option<&'a str>,
    pub gift_cards: &'a [GiftCardBalance],
    /// The buyer is a business with a confirmed VAT number of this country.
    pub business_in: Option<Country>,
    /// Whether the buyer has never ordered; not known before who it is.
    pub first_order: Option<bool>,
}

impl Cart<'_> {
    /// Whether anything in it must be sent.
    pub fn needs_shipping(&self) -> bool {
        self.lines.iter().any(|line| line.delivery == Delivery::Shipped)
    }
}

/// What the shop offers: the rules that the owner and staff have made.
#[derive(Debug, Clone, Copy)]
pub struct Offer<'a> {
    /// The shop's own country.
    pub country: Option<Country>,
    pub prices_include_tax: bool,
    pub tax: &'a TaxRules,
    pub shipping: &'a ShippingRules,
    /// In any order.
    pub promotions: &'a [Promotion],
}
