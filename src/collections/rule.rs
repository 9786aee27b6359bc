//! Which products a collection has by its rule: what staff write, and whether a
//! product fits.

use std::cell::OnceCell;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::limits::{MAX_CONDITIONS, MAX_TEXT};
use crate::catalog::product::{Product, Variant};
use crate::money::Money;
use crate::text;

/// Conditions that products fit, all of them or at least one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CollectionRule")]
pub struct Rule {
    /// Of `all`, what is asked of price, stock and sale must be so of one variant.
    #[serde(rename = "match")]
    pub of: Match,
    #[schemars(length(min = 1, max = MAX_CONDITIONS))]
    pub conditions: Vec<Condition>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "CollectionMatch")]
pub enum Match {
    All,
    Any,
}

/// One condition as it is sent and stored; what it means is a [`Test`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CollectionCondition")]
pub struct Condition {
    pub fact: Fact,
    /// Whether it must not be so; of price, stock and sale: of no variant.
    #[serde(default)]
    pub not: bool,
    /// Of `tag`, `vendor` and `type`, exactly; of `title`, a part of it, in small or capital letters,
    /// with or without accents. The others have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = MAX_TEXT))]
    pub text: Option<String>,
    /// Of `price_from` and `price_to`, themselves included; in one of the shop's currencies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
}

/// What a condition is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "CollectionFact")]
pub enum Fact {
    Tag,
    Vendor,
    Type,
    Title,
    PriceFrom,
    PriceTo,
    InStock,
    /// It costs less than before, in whichever currency.
    OnSale,
}

/// What a product is tried for.
#[derive(Debug, PartialEq)]
pub enum Test<'a> {
    Tag(&'a str),
    Vendor(&'a str),
    Type(&'a str),
    /// In the form in which texts are looked for ([`text::bare`]).
    Title(String),
    PriceFrom(Money),
    PriceTo(Money),
    InStock,
    OnSale,
}

/// Why a condition is none: the member that is wrong, and its rule.
pub type Fault = (&'static str, &'static str);

impl Condition {
    pub fn test(&self) -> Result<Test<'_>, Fault> {
        let text = || self.text.as_deref().ok_or(("text", "needed for this fact"));
        let price = || self.price.ok_or(("price", "needed for this fact"));
        let takes_text = matches!(self.fact, Fact::Tag | Fact::Vendor | Fact::Type | Fact::Title);
        let takes_price = matches!(self.fact, Fact::PriceFrom | Fact::PriceTo);
        if self.text.is_some() && !takes_text {
            return Err(("text", "this fact has no text"));
        }
        if self.price.is_some() && !takes_price {
            return Err(("price", "this fact has no price"));
        }
        Ok(match self.fact {
            Fact::Tag => Test::Tag(text()?),
            Fact::Vendor => Test::Vendor(text()?),
            Fact::Type => Test::Type(text()?),
            Fact::Title => Test::Title(text::bare(text()?)),
            Fact::PriceFrom => Test::PriceFrom(price()?),
            Fact::PriceTo => Test::PriceTo(price()?),
            Fact::InStock => Test::InStock,
            Fact::OnSale => Test::OnSale,
        })
    }
}

impl Rule {
    /// What it comes to for trying products. A condition that is none, which no check lets
    /// through, would leave the rule without products.
    pub fn tests(&self) -> Tests<'_> {
        let tests: Vec<_> =
            self.conditions.iter().filter_map(|condition| Some((condition.test().ok()?, condition.not))).collect();
        let is_whole = tests.len() == self.conditions.len();
        Tests { all: self.of == Match::All, tests: if is_whole { tests } else { Vec::new() } }
    }
}

/// A rule that can be tried on products.
pub struct Tests<'a> {
    all: bool,
    /// Each with whether it must not be so.
    tests: Vec<(Test<'a>, bool)>,
}

/// A product that many rules are tried on.
pub struct Tried<'a> {
    product: &'a Product,
    /// Made when a rule first asks for it.
    title: OnceCell<String>,
}

impl<'a> Tried<'a> {
    pub fn new(product: &'a Product) -> Self {
        Self { product, title: OnceCell::new() }
    }
}

impl<'a> Tests<'a> {
    pub fn hold(&self, of: &Tried) -> bool {
        let mut alone = self.tests.iter().filter(|(test, not)| !self.all || *not || !test.is_of_variants());
        if !self.all {
            return alone.any(|(test, not)| test.holds(of) != *not);
        }
        let mut together = self.tests.iter().filter(|(test, not)| !*not && test.is_of_variants()).peekable();
        !self.tests.is_empty()
            && alone.all(|(test, not)| test.holds(of) != *not)
            && (together.peek().is_none() || {
                let together: Vec<_> = together.collect();
                of.product.variants.iter().any(|variant| together.iter().all(|(test, _)| test.is_so_of(variant)))
            })
    }

    /// Facets with values, as [`crate::shelf`] names them: whatever fits has one of them.
    /// None: every product has to be tried.
    pub fn narrowed(&self) -> Option<Vec<(&'static str, &'a str)>> {
        let value = |(test, not): &(Test<'a>, bool)| match test {
            _ if *not => None,
            Test::Tag(tag) => Some(("tag", *tag)),
            Test::Vendor(vendor) => Some(("vendor", *vendor)),
            Test::Type(kind) => Some(("type", *kind)),
            _ => None,
        };
        if self.all {
            return self.tests.iter().find_map(value).map(|value| vec![value]);
        }
        self.tests.iter().map(value).collect()
    }
}

impl Test<'_> {
    fn is_of_variants(&self) -> bool {
        !matches!(self, Self::Tag(_) | Self::Vendor(_) | Self::Type(_) | Self::Title(_))
    }

    /// Of the product, or of one of its variants.
    fn holds(&self, of: &Tried) -> bool {
        match self {
            Self::Tag(tag) => of.product.tags.iter().any(|own| own == tag),
            Self::Vendor(vendor) => of.product.vendor.as_deref() == Some(*vendor),
            Self::Type(kind) => of.product.kind.as_deref() == Some(*kind),
            Self::Title(part) => of.title.get_or_init(|| text::bare(&of.product.title)).contains(part.as_str()),
            _ => of.product.variants.iter().any(|variant| self.is_so_of(variant)),
        }
    }

    fn is_so_of(&self, variant: &Variant) -> bool {
        match self {
            // What a collection has, and what promotions take off for it, is the same for every buyer.
            Self::PriceFrom(Money { amount, currency }) => {
                variant.everybodys_price(*currency).is_some_and(|price| price.amount >= *amount)
            }
            Self::PriceTo(Money { amount, currency }) => {
                variant.everybodys_price(*currency).is_some_and(|price| price.amount <= *amount)
            }
            Self::InStock => !variant.level.is_out(),
            Self::OnSale => variant.is_reduced(),
            Self::Tag(_) | Self::Vendor(_) | Self::Type(_) | Self::Title(_) => false,
        }
    }
}

#[cfg(test)]
#[path = "rule_tests.rs"]
mod tests;
