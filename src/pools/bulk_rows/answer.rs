//! What is said of the rows of a bulk change.

use schemars::JsonSchema;
use serde::Serialize;

use super::{BulkBody, Row, Rows, VariantRow};
use crate::catalog::body::PriceBody;
use crate::catalog::repricing::Keeping;
use crate::ids::VariantId;
use crate::pools::pool::Reason;

/// What is said of the rows.
#[derive(Serialize, JsonSchema)]
pub struct BulkVariants {
    /// Of the rows that change something or are refused, in their order.
    items: Vec<VariantResult>,
    changed: usize,
    unchanged: usize,
    refused: usize,
    /// After a dry run: what is to be sent to have just what it said. Else empty.
    rows: Vec<VariantRow>,
    /// After a dry run: the reason that was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
}

#[derive(Serialize, JsonSchema)]
struct VariantResult {
    /// The row's number, from 1.
    row: usize,
    variant_id: Option<VariantId>,
    sku: String,
    /// The product's title, and what sets the variant apart.
    title: String,
    /// As if it had been asked for alone: 200, or that of a problem.
    status: u16,
    /// Of the problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// What changes, as it was.
    before: Standing,
    /// What changes, as it is now, or would be.
    after: Standing,
}

#[derive(Serialize, JsonSchema, Default)]
#[schemars(rename = "VariantStanding")]
struct Standing {
    #[serde(skip_serializing_if = "Option::is_none")]
    prices: Option<Vec<PriceBody>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    on_hand: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tracked: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    backorder_floor: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<u32>")]
    low_level: Option<Option<u32>>,
}

impl Standing {
    fn of(prices: Option<Vec<PriceBody>>, on_hand: Option<i64>, kept: Keeping) -> Self {
        let Keeping { tracked, backorder_floor, low_level } = kept;
        Self { prices, on_hand, tracked, backorder_floor, low_level }
    }
}

impl BulkVariants {
    /// What was done.
    pub fn done(Rows { rows, .. }: Rows) -> Self {
        let of = |is: fn(&Row) -> bool| rows.iter().filter(|row| is(row)).count();
        let refused = of(|row| row.problem.is_some());
        let changed = of(|row| row.problem.is_none() && row.is_changed());
        let unchanged = rows.len().saturating_sub(refused).saturating_sub(changed);
        let told = rows.into_iter().filter(|row| row.problem.is_some() || row.is_changed());
        Self {
            items: told.map(VariantResult::of).collect(),
            changed,
            unchanged,
            refused,
            rows: Vec::new(),
            reason: None,
        }
    }

    /// What would be, and how to have it.
    pub fn agreed(rows: Rows, body: &BulkBody) -> Self {
        let agreed = rows.rows.iter().filter_map(Row::agreed).collect();
        Self { rows: agreed, reason: body.reason, ..Self::done(rows) }
    }
}

impl VariantResult {
    fn of(row: Row) -> Self {
        let sku = row.found.map_or_else(|| row.asked.sku.clone().unwrap_or_default(), |(_, it)| it.sku.clone());
        let title = row.found.map_or_else(String::new, |(product, variant)| match product.title == variant.title {
            true => product.title.clone(),
            false => format!("{}, {}", product.title, variant.title),
        });
        let old = row.found.filter(|_| row.repriced.is_some()).map(|(_, variant)| PriceBody::all_of(variant));
        let was = row.stock.map(|(_, was)| was);
        let kept_before = row.found.map_or(row.kept, |(_, variant)| row.kept.as_of(Keeping::of(variant)));
        let (status, code, detail) = match row.problem {
            None => (200, None, None),
            Some(problem) => (problem.status.as_u16(), Some(problem.code), Some(problem.detail.clone())),
        };
        Self {
            row: row.number,
            variant_id: row.found.map(|(_, variant)| variant.id),
            sku,
            title,
            status,
            code,
            detail,
            before: Standing::of(old, was, kept_before),
            after: Standing::of(row.repriced, row.stock.map(|(delta, was)| was.saturating_add(delta)), row.kept),
        }
    }
}
