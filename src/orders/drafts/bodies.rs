//! What staff send about drafts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::NewAddress;
use crate::email::EmailAddress;
use crate::ids::VariantId;
use crate::money::{Currency, Money, Price};
use crate::orders::bodies::{CartChange, Payment, ShippingId, present};
use crate::orders::changing::Wanted;
use crate::orders::facts::Fact;
use crate::orders::limits::{MAX_COUPONS, MAX_GIFT_CARDS, MAX_LINES, MAX_QUANTITY};
use crate::orders::terms::Expected;
use crate::pricing::Promotion;
use crate::pricing::percent::Percent;
use crate::pricing::promotion::{Code, Effect};
use crate::problem::FieldError;
use crate::text::{self, Language, Line};
use crate::vat;
use crate::wire::body::Draft;

/// The most characters of what staff say in the letter.
const MAX_MESSAGE: usize = 1_000;

/// What is in a draft, all of it or nothing. What is absent stays as it is.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DraftContent {
    /// Of a new draft; the shop's default, if absent. A draft keeps it.
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Currency")]
    pub currency: Option<Currency>,
    /// In which the shop writes to the buyer.
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Language")]
    pub language: Option<Language>,
    /// The only lines from now on.
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Vec<DraftLine>", length(max = MAX_LINES))]
    pub lines: Option<Vec<DraftLine>>,
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
    /// The `id` of one of the shipping options: those of `GET /v1/admin/drafts/{id}`.
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
    /// Taken off the lines. Null: nothing is.
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<DraftDiscount>")]
    pub discount: Option<Option<DraftDiscount>>,
}

/// What staff take off the lines of a draft, in proportion, after whatever the shop's promotions do: a `percent` of what
/// they come to, or an `amount`, at most what they cost.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftDiscount {
    /// Why. Its buyer reads it.
    pub reason: Line<100>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Percent>")]
    pub percent: Option<Percent>,
    /// In the draft's currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Price>")]
    pub amount: Option<Money>,
}

impl DraftDiscount {
    fn parse(&self) -> Result<Promotion, FieldError> {
        let effect = match (self.percent, self.amount) {
            (Some(percent), None) if !percent.is_zero() => Effect::Percentage { percent },
            (None, Some(amount)) if amount.amount > 0 => Effect::Fixed { amounts: vec![amount] },
            (Some(_), None) => return Err(FieldError::new("/discount/percent", "must be more than 0")),
            (None, Some(_)) => return Err(FieldError::new("/discount/amount/amount", "must be more than 0")),
            _ => return Err(FieldError::new("/discount", "must have either a percent or an amount")),
        };
        Ok(Promotion::of_staff(self.reason.as_str().to_owned(), effect))
    }

    /// As it was sent; none of what staff never take off by it.
    pub fn of(promotion: &Promotion) -> Option<Self> {
        let (percent, amount) = match &promotion.effect {
            Effect::Percentage { percent } => (Some(*percent), None),
            Effect::Fixed { amounts } => (None, amounts.first().copied()),
            Effect::FreeShipping {} | Effect::BuyGet { .. } | Effect::Tiered { .. } => return None,
        };
        Some(Self { reason: Line::from_store(promotion.title.clone()), percent, amount })
    }
}

/// Pieces of a variant, at the shop's price unless staff set another.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftLine {
    pub variant_id: VariantId,
    #[schemars(range(min = 1, max = MAX_QUANTITY))]
    pub quantity: u32,
    /// In the draft's currency. It stands whatever becomes of the shop's price.
    #[serde(default)]
    #[schemars(with = "Option<Price>")]
    pub unit_price: Option<Money>,
}

/// What a draft is to have, as far as it can be told without the shop.
pub struct WantedDraft {
    pub wanted: Wanted,
    pub currency: Option<Currency>,
    pub language: Option<Language>,
    pub lines: Option<Vec<DraftLine>>,
    /// In which an amount is taken off.
    pub discounted: Option<Currency>,
}

impl Draft for DraftContent {
    type Checked = WantedDraft;

    fn check(&self) -> Result<WantedDraft, Vec<FieldError>> {
        let facts = CartChange {
            email: self.email.clone(),
            shipping_address: self.shipping_address.clone(),
            billing_address: self.billing_address.clone(),
            shipping_option: self.shipping_option.clone(),
            coupons: self.coupons.clone(),
            gift_cards: self.gift_cards.clone(),
            vat_number: self.vat_number.clone(),
            lines: None,
        };
        let (mut wanted, mut errors) = match facts.check() {
            Ok(wanted) => (wanted, Vec::new()),
            Err(errors) => (Wanted::default(), errors),
        };
        if self.lines.as_ref().is_some_and(|lines| lines.len() > MAX_LINES) {
            errors.push(FieldError::new("/lines", format!("must have at most {MAX_LINES} entries")));
        }
        match self.discount.as_ref().map(|discount| discount.as_ref().map(DraftDiscount::parse).transpose()) {
            Some(Ok(discount)) => wanted.facts.push(Fact::Discount(discount.map(Box::new))),
            Some(Err(error)) => errors.push(error),
            None => {}
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let discounted = self.discount.iter().flatten().find_map(|discount| discount.amount);
        let discounted = discounted.map(|amount| amount.currency);
        let (currency, language, lines) = (self.currency, self.language, self.lines.clone());
        Ok(WantedDraft { wanted, currency, language, lines, discounted })
    }
}

/// The letter that a draft is sent by.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftLetter {
    /// What staff say in it.
    #[serde(default)]
    #[schemars(length(max = MAX_MESSAGE))]
    message: Option<String>,
}

impl DraftLetter {
    /// The words as they are written; none where nothing is said.
    pub fn message(&self) -> Result<Option<String>, Vec<FieldError>> {
        let said = text::prose(self.message.as_deref().unwrap_or_default().trim(), MAX_MESSAGE);
        let said = said.map_err(|wrong| vec![FieldError::new("/message", wrong)])?;
        Ok(Some(said).filter(|said| !text::is_absent(said)))
    }
}

/// A draft that staff place for its buyer.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlacedDraft {
    /// By a way that staff look after: the provider is `manual`.
    pub payment: Payment,
    /// Where the money is found again, if all of it is there; else it is recorded once it has come.
    #[serde(default)]
    pub received: Option<Line<200>>,
    /// The total that was agreed on; another one is a `price_changed`.
    #[serde(default)]
    pub expected_total: Option<Money>,
}

impl PlacedDraft {
    pub fn expected(&self) -> Expected {
        Expected { total: self.expected_total, ..Expected::default() }
    }
}
