//! The bodies of requests for carts and orders.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::limits::{MAX_COUPONS, MAX_GIFT_CARDS, MAX_LINES, MAX_QUANTITY, MAX_SHIPPING_ID};
use super::terms::Expected;
use super::view::ShippingView;
use crate::address::NewAddress;
use crate::app::App;
use crate::email::EmailAddress;
use crate::ids::VariantId;
use crate::money::{Currency, Money, Price};
use crate::payments::{self, Method, PaymentChoice, Provider};
use crate::pricing::promotion::Code;
use crate::problem::Problem;
use crate::settings::PaymentSettings;
use crate::shelf;
use crate::text::Line;
use crate::vat;

/// The `id` of a way of shipping, as somebody sends it.
pub type ShippingId = Line<MAX_SHIPPING_ID>;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCart {
    /// The shop's default, if absent.
    #[serde(default)]
    pub currency: Option<Currency>,
    #[serde(default)]
    #[schemars(length(max = MAX_LINES))]
    pub lines: Vec<WantedLine>,
}

/// Pieces of a variant.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedLine {
    pub variant_id: VariantId,
    #[schemars(range(min = 1, max = MAX_QUANTITY))]
    pub quantity: u32,
}

/// Pieces of a variant at a price set by staff.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PricedLine {
    pub variant_id: VariantId,
    #[schemars(range(min = 1, max = MAX_QUANTITY))]
    pub quantity: u32,
    #[schemars(with = "Price")]
    pub unit_price: Money,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PricedLines {
    #[schemars(length(max = MAX_LINES))]
    pub lines: Vec<PricedLine>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Quantity {
    /// Zero removes the line.
    #[schemars(range(max = MAX_QUANTITY))]
    pub quantity: u32,
}

/// Several facts in one change, all or none. What is absent stays.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CartChange {
    #[serde(deserialize_with = "present")]
    #[schemars(with = "EmailAddress")]
    pub email: Option<String>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "NewAddress")]
    pub shipping_address: Option<NewAddress>,
    /// Null: the shipping address.
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<NewAddress>")]
    pub billing_address: Option<Option<NewAddress>>,
    /// The `id` of one of the cart's shipping options.
    #[serde(deserialize_with = "present")]
    #[schemars(with = "ShippingId")]
    pub shipping_option: Option<ShippingId>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Vec<Code>", length(max = MAX_COUPONS))]
    pub coupons: Option<Vec<Code>>,
    /// Their codes.
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Vec<String>", length(max = MAX_GIFT_CARDS), inner(length(min = 1, max = 64)))]
    pub gift_cards: Option<Vec<String>>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<vat::Number>")]
    pub vat_number: Option<Option<vat::Number>>,
    /// The only lines from now on.
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Vec<WantedLine>", length(max = MAX_LINES))]
    pub lines: Option<Vec<WantedLine>>,
}

/// A whole purchase.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPurchase {
    /// The shop's default, if absent.
    #[serde(default)]
    pub currency: Option<Currency>,
    #[schemars(length(min = 1, max = MAX_LINES))]
    pub lines: Vec<WantedLine>,
    #[schemars(with = "EmailAddress")]
    pub email: String,
    /// Not needed for what is not sent.
    #[serde(default)]
    #[schemars(with = "NewAddress")]
    pub shipping_address: Option<NewAddress>,
    #[serde(default)]
    pub billing_address: Option<NewAddress>,
    #[serde(default)]
    #[schemars(with = "ShippingId")]
    pub shipping_option: Option<ShippingId>,
    #[serde(default)]
    #[schemars(length(max = MAX_COUPONS))]
    pub coupons: Vec<Code>,
    /// Their codes.
    #[serde(default)]
    #[schemars(length(max = MAX_GIFT_CARDS), inner(length(min = 1, max = 64)))]
    pub gift_cards: Vec<String>,
    #[serde(default)]
    pub vat_number: Option<vat::Number>,
    pub payment: Payment,
    /// The total the buyer was shown; another one is a `price_changed`.
    #[serde(default)]
    pub expected_total: Option<Money>,
    /// What the buyer was shown as left to pay once gift cards have paid, their `totals.to_pay`; another amount is a
    /// `price_changed`, and nothing is charged.
    #[serde(default)]
    pub expected_to_pay: Option<Money>,
}

/// A member that is there, be it null where that may be, is told apart from one
/// that is absent.
pub(super) fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GiftCardCode {
    /// Neither case, blanks nor hyphens count.
    #[schemars(length(min = 1, max = 64))]
    pub code: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Coupon {
    pub code: Code,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChosenShipping {
    /// The `id` of one of the cart's shipping options.
    pub id: ShippingId,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrder {
    pub payment: Payment,
    /// The total the buyer was shown; another one is a `price_changed`.
    #[serde(default)]
    pub expected_total: Option<Money>,
    /// What the buyer was shown as left to pay once gift cards have paid, their `totals.to_pay`; another amount is a
    /// `price_changed`, and nothing is charged.
    #[serde(default)]
    pub expected_to_pay: Option<Money>,
}

impl NewOrder {
    pub fn expected(&self) -> Expected {
        Expected { total: self.expected_total, to_pay: self.expected_to_pay, changes: None }
    }
}

/// `test`: where the shop has it, with methods named as Stripe's test ones. `stripe`: with a method it is tried at once;
/// without one the answer has a `client_secret`, for the buyer's browser to ask for one. `manual`: `bank_transfer`,
/// `cash_on_delivery` or `invoice`, as far as the shop takes it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Payment {
    pub provider: Provider,
    #[serde(default)]
    pub method: Option<Method>,
}

/// Another try at paying an order.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NextPayment {
    provider: Provider,
    #[serde(default)]
    method: Option<Method>,
    /// The `number` of the order's `difference` that is meant; else for the order itself its `changed_by_edit`, or 0 if it
    /// has none: if that is not what is to be paid by now, it is `not_payable`, and nothing is charged.
    #[serde(default, deserialize_with = "present")]
    #[schemars(with = "u32", range(min = 0, max = u32::MAX))]
    pub edit: Option<u32>,
}

impl NextPayment {
    pub fn payment(&self) -> Payment {
        Payment { provider: self.provider, method: self.method.clone() }
    }
}

#[derive(Serialize, JsonSchema)]
pub struct ShippingOptions {
    pub items: Vec<ShippingView>,
}

/// Money that has come by a way to pay that staff look after.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReceipt {
    /// More than zero; several add up.
    pub amount: Money,
    /// Where it is found again, such as in a bank statement. A repeated one counts once.
    pub reference: Line<200>,
}

/// No member is allowed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Empty {}

/// The payment a buyer chose, if the shop takes it. `pointer`: where they chose.
pub async fn choice(app: &App, payment: Payment, pointer: &str) -> Result<PaymentChoice, Problem> {
    // The test provider is the deployment's, and needs no settings.
    let settings = match payment.provider {
        Provider::Stripe | Provider::Manual => shelf::current(app).await?.settings.payments.clone(),
        Provider::Test | Provider::None => PaymentSettings::default(),
    };
    payments::choose(&app.config, &settings, payment.provider, payment.method)
        .map_err(|refused| Problem::invalid_field(format!("{pointer}/{}", refused.member), refused.detail))
}

#[cfg(test)]
#[path = "bodies_tests.rs"]
mod tests;
