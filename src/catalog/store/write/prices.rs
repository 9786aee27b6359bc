//! The statements that write prices, and what they were before.

use serde::Serialize;

use super::lists;
use crate::catalog::product::Variant;
use crate::ids::VariantId;
use crate::json;
use crate::ports::{Statement, Timestamp};
use crate::pricing::tiers::Tier;

#[derive(Serialize)]
struct PriceRow<'a> {
    variant: VariantId,
    currency: crate::money::Currency,
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
    lists(rows).into_iter().map(move |rows| Statement::new(
        "INSERT INTO prices (variant_id, currency, amount, compare_at, tiers, sale_amount, sale_starts_at, sale_ends_at, since)
         SELECT value ->> '$.variant', value ->> '$.currency', value ->> '$.amount', value ->> '$.compare_at',
                value -> '$.tiers', value ->> '$.sale', value ->> '$.starts_at', value ->> '$.ends_at', ?2
         FROM json_each(?1)",
        [rows.into(), now.millis().into()],
    ))
}

/// Puts these prices in place of those that the variants have, which become history:
/// the ordinary price for as long as it stood, and a sale for as long as it ran. What
/// no sale will ask for any more is forgotten.
pub fn replace(variants: &[&Variant], now: Timestamp) -> Vec<Statement> {
    let named: Vec<_> = variants.iter().map(|variant| variant.id).collect();
    let ids = || [json::text(&named).into(), now.millis().into()];
    let mut batch = vec![
        Statement::new(
            "INSERT OR IGNORE INTO price_history (variant_id, currency, since, until, amount)
             SELECT variant_id, currency, since, until, amount FROM (
               SELECT variant_id, currency, since, ?2 AS until, amount FROM prices
               UNION ALL
               SELECT variant_id, currency, max(since, coalesce(sale_starts_at, since)),
                      min(?2, coalesce(sale_ends_at, ?2)), sale_amount FROM prices WHERE sale_amount IS NOT NULL
             ) WHERE variant_id IN (SELECT value FROM json_each(?1)) AND since < until",
            ids(),
        ),
        Statement::new(
            "DELETE FROM prices WHERE variant_id IN (SELECT value FROM json_each(?1))",
            [json::text(&named).into()],
        ),
    ];
    batch.extend(insert(variants.iter().copied(), now));
    batch.push(Statement::new(
        "DELETE FROM price_history WHERE variant_id IN (SELECT value FROM json_each(?1)) AND until <= (
               SELECT min(?2, coalesce(sale_starts_at, ?2)) FROM prices
               WHERE prices.variant_id = price_history.variant_id AND prices.currency = price_history.currency
             ) - 2592000000",
        ids(),
    ));
    batch
}
