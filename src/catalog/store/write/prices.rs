//! The statements that write prices, and what they were before.

use serde::Serialize;

use crate::catalog::product::Variant;
use crate::ids::VariantId;
use crate::json;
use crate::money::Currency;
use crate::ports::{Statement, Timestamp};
use crate::pricing::tiers::Tier;

#[derive(Serialize)]
struct PriceRow<'a> {
    variant: VariantId,
    currency: Currency,
    amount: i64,
    compare_at: Option<i64>,
    tiers: &'a [Tier],
    sale: Option<i64>,
    starts_at: Option<i64>,
    ends_at: Option<i64>,
}

pub fn insert<'a>(variants: impl Iterator<Item = &'a Variant>, now: Timestamp) -> impl Iterator<Item = Statement> {
    let rows: Vec<_> = variants
        .flat_map(|variant| {
            variant.prices.iter().map(|price| {
                let terms = variant.terms(price.currency);
                json::text(&PriceRow {
                    variant: variant.id,
                    currency: price.currency,
                    amount: price.amount,
                    compare_at: variant.compare_at(price.currency).map(|before| before.amount),
                    tiers: variant.tiers(price.currency),
                    sale: terms.and_then(|terms| terms.sale),
                    starts_at: terms.and_then(|terms| terms.starts_at),
                    ends_at: terms.and_then(|terms| terms.ends_at),
                })
            })
        })
        .collect();
    json::lists(rows).into_iter().map(move |rows| Statement::new(
        "INSERT INTO prices (variant_id, currency, amount, compare_at, tiers, sale_amount, sale_starts_at, sale_ends_at, since)
         SELECT value ->> '$.variant', value ->> '$.currency', value ->> '$.amount', value ->> '$.compare_at',
                value -> '$.tiers', value ->> '$.sale', value ->> '$.starts_at', value ->> '$.ends_at', ?2
         FROM json_each(?1) WHERE true
         ON CONFLICT (variant_id, currency) DO UPDATE SET amount = excluded.amount, compare_at = excluded.compare_at,
           tiers = excluded.tiers, sale_amount = excluded.sale_amount, sale_starts_at = excluded.sale_starts_at,
           sale_ends_at = excluded.sale_ends_at",
        [rows.into(), now.millis().into()],
    ))
}

/// Whether what one piece costs goes on as it was, so that it is not written anew: a sale that
/// began when it was written goes on for as long as its price is the same.
fn goes_on(old: &Variant, new: &Variant, currency: Currency) -> bool {
    let ordinary = |variant: &Variant| variant.prices.iter().find(|price| price.currency == currency).copied();
    let sale = |variant: &Variant| {
        variant.terms(currency).map_or((None, None, None), |terms| (terms.sale, terms.starts_at, terms.ends_at))
    };
    let (Some(was), Some(is)) = (ordinary(old), ordinary(new)) else { return false };
    match (sale(old), sale(new)) {
        ((Some(was), None, _), (Some(is), None, _)) => was == is,
        (sale_was, sale_is) => was == is && sale_was == sale_is,
    }
}

/// Puts these prices in place of those that the variants had, which become history where
/// one does not [go on](goes_on): the ordinary price for as long as it stood, and a sale for
/// as long as it ran. What no sale will ask for any more is forgotten.
pub fn replace(variants: &[(Option<&Variant>, &Variant)], now: Timestamp) -> Vec<Statement> {
    let ended = variants.iter().filter_map(|(old, new)| Some((*old.as_ref()?, *new))).flat_map(|(old, new)| {
        let ended = old.prices.iter().filter(|price| !goes_on(old, new, price.currency));
        ended.map(|price| json::text(&(old.id, price.currency)))
    });
    let mut batch = Vec::new();
    for ended in json::lists(ended.collect()) {
        batch.push(Statement::new(
            "INSERT OR IGNORE INTO price_history (variant_id, currency, since, until, amount)
             SELECT variant_id, currency, since, until, amount FROM (
               SELECT variant_id, currency, since, ?2 AS until, amount FROM prices
               UNION ALL
               SELECT variant_id, currency, max(since, coalesce(sale_starts_at, since)),
                      min(?2, coalesce(sale_ends_at, ?2)), sale_amount FROM prices WHERE sale_amount IS NOT NULL
             ) WHERE (variant_id, currency) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?1)) AND since < until",
            [ended.clone().into(), now.millis().into()],
        ));
        batch.push(Statement::new(
            "DELETE FROM prices WHERE (variant_id, currency) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?1))",
            [ended.into()],
        ));
    }
    batch.extend(insert(variants.iter().map(|(_, new)| *new), now));
    let named: Vec<_> = variants.iter().map(|(_, new)| new.id).collect();
    batch.push(Statement::new(
        "DELETE FROM price_history WHERE variant_id IN (SELECT value FROM json_each(?1)) AND until <= (
               SELECT min(?2, coalesce(sale_starts_at, iif(sale_amount IS NULL, ?2, since))) FROM prices
               WHERE prices.variant_id = price_history.variant_id AND prices.currency = price_history.currency
             ) - 2592000000",
        [json::text(&named).into(), now.millis().into()],
    ));
    batch
}
