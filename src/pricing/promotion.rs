//! Promotions: what is taken off, when, and of what.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::limits::{MAX_COLLECTIONS, MAX_CURRENCIES, MAX_PIECES, MAX_PRODUCTS, MAX_TAGS, MAX_TIERS};
use super::percent::Percent;
use crate::ids::{CollectionId, ProductId, PromotionId};
use crate::money::Money;
use crate::ports::Timestamp;
use crate::text;
use crate::text::unicode::uppercase;

/// A coupon's code as it is compared: capital letters, without blanks around it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Code(String);

impl Code {
    /// What looks alike is one, as in every code ([`text::code`]). A capital
    /// letter may be longer than the small one, so the limit is looked at last:
    /// a code that was stored must be read again.
    pub fn parse(typed: &str) -> Result<Self, String> {
        text::code(&uppercase(&text::code(typed)?)).map(Self)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text::read(deserializer, Self::parse)
    }
}

impl JsonSchema for Code {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "CouponCode".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string", "minLength": 1, "maxLength": 64, "examples": ["WELCOME10"],
            "description": "Neither case nor blanks around it count.",
        })
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Promotion {
    pub id: PromotionId,
    pub title: String,
    /// None: it applies by itself.
    pub code: Option<Code>,
    pub starts_at: Option<Timestamp>,
    pub ends_at: Option<Timestamp>,
    /// Whether it may be had together with others that may, too. One that may
    /// not takes part alone: the first by priority decides.
    pub combinable: bool,
    /// Higher first; of equals the older. Each next one sees what is left.
    pub priority: i32,
    pub usage_limit: Option<i64>,
    pub usage_limit_per_customer: Option<i64>,
    pub conditions: Conditions,
    pub effect: Effect,
}

impl Promotion {
    /// What staff take off one order, for a reason of theirs. It comes after all
    /// others, whether or not those may be combined, and nobody counts its uses.
    pub fn of_staff(title: String, effect: Effect) -> Self {
        Self {
            id: Self::of_staff_id(),
            title,
            code: None,
            starts_at: None,
            ends_at: None,
            combinable: true,
            priority: i32::MIN,
            usage_limit: None,
            usage_limit_per_customer: None,
            conditions: Conditions::default(),
            effect,
        }
    }

    /// The same for every order's: it is none of the shop's promotions, whose ids begin with the time.
    fn of_staff_id() -> PromotionId {
        PromotionId::derived([0xff; 16])
    }

    /// The collections that it names, each with its place.
    pub fn collections(&self) -> impl Iterator<Item = (String, CollectionId)> {
        let mut lists = vec![("/conditions/collections", &self.conditions.collections)];
        if let Effect::BuyGet { buy, get } = &self.effect {
            lists.push(("/effect/buy_get/buy/collections", &buy.collections));
            lists.push(("/effect/buy_get/get/collections", &get.collections));
        }
        lists
            .into_iter()
            .flat_map(|(list, ids)| ids.iter().enumerate().map(move |(n, id)| (format!("{list}/{n}"), *id)))
    }

    pub fn is_of_staff(&self) -> bool {
        self.id == Self::of_staff_id()
    }

    /// How often one customer may have it. There is one first order.
    pub fn limit_per_customer(&self) -> Option<i64> {
        let once = self.conditions.first_order.then_some(1);
        self.usage_limit_per_customer.into_iter().chain(once).min()
    }
}

/// Which items count, and what else must be so. An item counts if it is one of
/// `products`, is in one of `collections` or has one of `tags`, where any is said.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Conditions {
    /// What the items that count must come to, after earlier discounts, in each
    /// currency in which the promotion is offered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = MAX_CURRENCIES))]
    pub subtotal_min: Vec<Money>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = MAX_PRODUCTS))]
    pub products: Vec<ProductId>,
    /// Whether buyers see them or not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = MAX_COLLECTIONS))]
    pub collections: Vec<CollectionId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = MAX_TAGS), inner(length(min = 1, max = 64)))]
    pub tags: Vec<String>,
    /// Only for somebody who has never ordered.
    #[serde(default)]
    pub first_order: bool,
    /// Not on what is cheaper than its `compare_at` already.
    #[serde(default)]
    pub exclude_sale: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Effect {
    /// Of the sum of the items that count, half up, spread over them.
    Percentage {
        percent: Percent,
    },
    /// Off the items that count, spread over them; at most what they cost.
    Fixed {
        #[schemars(length(min = 1, max = MAX_CURRENCIES))]
        amounts: Vec<Money>,
    },
    FreeShipping {},
    /// For each `buy.quantity` pieces bought, `get.quantity` others cost
    /// `get.percent` less: the cheapest of those that qualify.
    BuyGet {
        buy: Buy,
        get: Get,
    },
    /// The last tier that the items that count reach.
    Tiered {
        #[schemars(length(min = 1, max = MAX_TIERS))]
        tiers: Vec<DiscountTier>,
    },
}

/// Pieces to buy; of the items that count, or of these products and collections alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Buy {
    #[schemars(range(min = 1, max = MAX_PIECES))]
    pub quantity: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = MAX_PRODUCTS))]
    pub products: Vec<ProductId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = MAX_COLLECTIONS))]
    pub collections: Vec<CollectionId>,
}

/// Pieces that are cheaper; of the items that count, or of these products and collections alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Get {
    #[schemars(range(min = 1, max = MAX_PIECES))]
    pub quantity: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = MAX_PRODUCTS))]
    pub products: Vec<ProductId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = MAX_COLLECTIONS))]
    pub collections: Vec<CollectionId>,
    pub percent: Percent,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DiscountTier {
    pub from: Money,
    pub percent: Percent,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_that_was_parsed_parses_to_itself() {
        for typed in [" welcome10 ", "straße", "ŉ", "ΐ-1", "ﬁ", "ＳＡＬＥ"] {
            let code = Code::parse(typed).unwrap();
            assert_eq!(Code::parse(code.as_str()), Ok(code), "{typed}");
        }
        assert_eq!(Code::parse("welcome10"), Code::parse("WELCOME10"));
        assert!(Code::parse(&"ß".repeat(32)).is_ok() && Code::parse(&"ß".repeat(33)).is_err());
    }
}
