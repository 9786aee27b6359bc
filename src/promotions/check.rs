//! What must hold between a promotion and the shop. What must hold within it is
//! said by [`Promotion::check`].

use super::body::{MAX_PRIORITY, PromotionBody};
use crate::ids::{CollectionId, ProductId, PromotionId};
use crate::money::{Currency, Money};
use crate::pricing::Promotion;
use crate::pricing::promotion::{Code, Effect};
use crate::problem::FieldError;
use crate::sorted::SortedSet;

/// What the shop has, and so what a promotion may speak of.
pub struct Known {
    pub currencies: Vec<Currency>,
    /// Of the products that are spoken of, those that there are not.
    pub missing: SortedSet<ProductId>,
    /// All of its collections.
    pub collections: SortedSet<CollectionId>,
}

/// The promotion that a body is, or all that is wrong with it, each with a
/// pointer to its place.
pub fn check(body: PromotionBody, id: PromotionId, known: &Known) -> Result<Promotion, Vec<FieldError>> {
    let code = body.code.map(|typed| Code::parse(&typed));
    let refused = code.as_ref().and_then(|code| code.as_ref().err().cloned());
    let mut promotion = Promotion {
        id,
        title: body.title,
        code: code.and_then(Result::ok),
        starts_at: body.starts_at,
        ends_at: body.ends_at,
        combinable: body.combinable,
        priority: body.priority,
        usage_limit: body.usage_limit,
        usage_limit_per_customer: body.usage_limit_per_customer,
        conditions: body.conditions,
        effect: body.effect,
    };
    let mut faults = promotion.check();
    faults.extend(refused.map(|rule| FieldError::new("/code", rule)));
    if !(-MAX_PRIORITY..=MAX_PRIORITY).contains(&promotion.priority) {
        faults.push(FieldError::new("/priority", format!("must be from -{MAX_PRIORITY} to {MAX_PRIORITY}")));
    }
    let foreign = |(_, currency): &(String, Currency)| !known.currencies.contains(currency);
    let foreign = currencies(&promotion).into_iter().filter(foreign);
    faults.extend(foreign.map(|(pointer, _)| FieldError::new(pointer, "not a currency of this shop")));
    let missing = |(_, product): &(String, ProductId)| known.missing.contains_key(product);
    let missing = products(&promotion).into_iter().filter(missing);
    faults.extend(missing.map(|(pointer, _)| FieldError::new(pointer, "there is no such product")));
    let missing = promotion.collections().filter(|(_, id)| !known.collections.contains_key(id));
    faults.extend(missing.map(|(pointer, _)| FieldError::new(pointer, "there is no such collection")));
    if faults.is_empty() { Ok(promotion) } else { Err(faults) }
}

/// Each currency that it speaks of, with its place.
fn currencies(promotion: &Promotion) -> Vec<(String, Currency)> {
    let of = |list: &str, amounts: &[Money]| -> Vec<(String, Currency)> {
        let amounts = amounts.iter().enumerate();
        amounts.map(|(n, amount)| (format!("{list}/{n}/currency"), amount.currency)).collect()
    };
    let mut places = of("/conditions/subtotal_min", &promotion.conditions.subtotal_min);
    match &promotion.effect {
        Effect::Fixed { amounts } => places.extend(of("/effect/fixed/amounts", amounts)),
        Effect::Tiered { tiers } => {
            let tiers = tiers.iter().enumerate();
            places
                .extend(tiers.map(|(n, tier)| (format!("/effect/tiered/tiers/{n}/from/currency"), tier.from.currency)));
        }
        Effect::Percentage { .. } | Effect::FreeShipping {} | Effect::BuyGet { .. } => {}
    }
    places
}

/// Each product that it speaks of, with its place.
fn products(promotion: &Promotion) -> Vec<(String, ProductId)> {
    let of = |list: &str, products: &[ProductId]| -> Vec<(String, ProductId)> {
        products.iter().enumerate().map(|(n, product)| (format!("{list}/{n}"), *product)).collect()
    };
    let mut places = of("/conditions/products", &promotion.conditions.products);
    if let Effect::BuyGet { buy, get } = &promotion.effect {
        places.extend(of("/effect/buy_get/buy/products", &buy.products));
        places.extend(of("/effect/buy_get/get/products", &get.products));
    }
    places
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
