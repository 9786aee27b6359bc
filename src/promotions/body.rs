//! What staff send of a promotion, before any rule has looked at it.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::ids::ProductId;
use crate::money::MAX_AMOUNT;
use crate::ports::Timestamp;
use crate::pricing::Promotion;
use crate::pricing::promotion::{Code, Conditions, Effect};
use crate::wire::patch::{not_null, present};

/// The longest title, in characters; [`Promotion::check`] says the same.
const MAX_TITLE: usize = 255;
/// The highest priority; its negative is the lowest.
pub const MAX_PRIORITY: i32 = 1_000;

/// A promotion as a whole.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PromotionBody {
    /// As buyers read it beside what it takes off.
    #[schemars(length(min = 1, max = MAX_TITLE))]
    pub title: String,
    /// What buyers type, in letters of any size: `WELCOME10`. Without one it
    /// applies by itself.
    #[serde(default)]
    #[schemars(with = "Option<Code>")]
    pub code: Option<String>,
    #[serde(default)]
    pub starts_at: Option<Timestamp>,
    /// From this moment on it takes nothing off.
    #[serde(default)]
    pub ends_at: Option<Timestamp>,
    /// Whether it may be had together with others that may, too; `false` if absent.
    #[serde(default)]
    pub combinable: bool,
    /// Higher first; of equals the older. 0 if absent.
    #[serde(default)]
    #[schemars(range(min = -MAX_PRIORITY, max = MAX_PRIORITY))]
    pub priority: i32,
    /// How often it may be used in all.
    #[serde(default)]
    #[schemars(range(min = 0, max = MAX_AMOUNT))]
    pub usage_limit: Option<i64>,
    #[serde(default)]
    #[schemars(range(min = 0, max = MAX_AMOUNT))]
    pub usage_limit_per_customer: Option<i64>,
    #[serde(default)]
    pub conditions: Conditions,
    pub effect: Effect,
}

/// A change of a promotion: what is absent stays as it is, what is there is
/// replaced whole; `null` takes an optional value away.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PromotionPatch {
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "String", skip_serializing_if = "Option::is_none", length(min = 1, max = MAX_TITLE))]
    title: Option<String>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<Code>")]
    code: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<Timestamp>")]
    starts_at: Option<Option<Timestamp>>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<Timestamp>")]
    ends_at: Option<Option<Timestamp>>,
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "bool", skip_serializing_if = "Option::is_none")]
    combinable: Option<bool>,
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "i32", skip_serializing_if = "Option::is_none", range(min = -MAX_PRIORITY, max = MAX_PRIORITY))]
    priority: Option<i32>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<i64>", range(min = 0, max = MAX_AMOUNT))]
    usage_limit: Option<Option<i64>>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<i64>", range(min = 0, max = MAX_AMOUNT))]
    usage_limit_per_customer: Option<Option<i64>>,
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "Conditions", skip_serializing_if = "Option::is_none")]
    conditions: Option<Conditions>,
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "Effect", skip_serializing_if = "Option::is_none")]
    effect: Option<Effect>,
}

impl PromotionPatch {
    /// The whole promotion as it would be.
    pub fn over(self, now: Promotion) -> PromotionBody {
        PromotionBody {
            title: self.title.unwrap_or(now.title),
            code: self.code.unwrap_or_else(|| now.code.map(|code| code.as_str().to_owned())),
            starts_at: self.starts_at.unwrap_or(now.starts_at),
            ends_at: self.ends_at.unwrap_or(now.ends_at),
            combinable: self.combinable.unwrap_or(now.combinable),
            priority: self.priority.unwrap_or(now.priority),
            usage_limit: self.usage_limit.unwrap_or(now.usage_limit),
            usage_limit_per_customer: self.usage_limit_per_customer.unwrap_or(now.usage_limit_per_customer),
            conditions: self.conditions.unwrap_or(now.conditions),
            effect: self.effect.unwrap_or(now.effect),
        }
    }

    /// The products that it speaks of.
    pub fn products(&self) -> Vec<ProductId> {
        let mut products = self.effect.as_ref().map(of_effect).unwrap_or_default();
        products.extend(self.conditions.iter().flat_map(|conditions| &conditions.products));
        products
    }
}

impl PromotionBody {
    /// The products that it speaks of.
    pub fn products(&self) -> Vec<ProductId> {
        let mut products = of_effect(&self.effect);
        products.extend(&self.conditions.products);
        products
    }
}

fn of_effect(effect: &Effect) -> Vec<ProductId> {
    match effect {
        Effect::BuyGet { buy, get } => buy.products.iter().chain(&get.products).copied().collect(),
        _ => Vec::new(),
    }
}
