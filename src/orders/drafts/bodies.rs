//! What staff send about drafts.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::address::NewAddress;
use crate::email::EmailAddress;
use crate::ids::VariantId;
use crate::money::{Currency, Money, Price};
use crate::orders::bodies::{CartChange, Payment, ShippingId, present};
use crate::orders::changing::Wanted;
use crate::orders::limits::{MAX_COUPONS, MAX_GIFT_CARDS, MAX_LINES, MAX_QUANTITY};
use crate::orders::terms::Expected;
use crate::pricing::promotion::Code;
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
        let wanted = facts.check();
        if self.lines.as_ref().is_some_and(|lines| lines.len() > MAX_LINES) {
            let too_many = FieldError::new("/lines", format!("must have at most {MAX_LINES} entries"));
            return Err(wanted.err().into_iter().flatten().chain([too_many]).collect());
        }
        Ok(WantedDraft { wanted: wanted?, currency: self.currency, language: self.language, lines: self.lines.clone() })
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
