//! The SQL of bundles: what may be a part, what is one of what, and what is written of it.

use serde::{Deserialize, Serialize};

use crate::catalog::product::{Part, Variant};
use crate::ids::{ProductId, VariantId};
use crate::json;
use crate::ports::Statement;

/// A row of [`known`].
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct KnownPart {
    pub id: VariantId,
    pub sku: String,
    /// Of its product.
    pub title: String,
    /// One if it is sent, so that its pieces are counted.
    pub is_sent: i64,
    /// One if it is made of others itself.
    pub is_bundle: i64,
    /// How many nobody holds, as far as lists know; none if nobody counts them.
    pub pieces: Option<i64>,
    /// How far below zero it may be sold.
    pub floor: i64,
}

impl KnownPart {
    /// How many bundles can be put together, with so many of it in each, of what is there, and of what may be sold in
    /// all; `bundle_levels` of the migrations says the same.
    pub fn sets_of(&self, each: i64) -> (i64, i64) {
        let sets = |pieces: i64| pieces.max(0).checked_div(each).unwrap_or_default();
        self.pieces.map_or((ENOUGH, ENOUGH), |pieces| (sets(pieces), sets(pieces.saturating_sub(self.floor))))
    }
}

/// Of what nobody counts; `bundle_levels` of the migrations says the same.
pub const ENOUGH: i64 = 1_000_000;

/// Which of these there are, and what they are called.
pub fn known(parts: &[VariantId]) -> Statement {
    Statement::new(
        "SELECT variants.id, sku, products.title, delivery = 'shipped' AS is_sent,
           EXISTS (SELECT 1 FROM bundle_parts WHERE variant_id = variants.id) AS is_bundle,
           iif(tracked, coalesce(on_hand - held, 0), NULL) AS pieces, backorder_floor AS floor
         FROM json_each(?1) JOIN variants ON variants.id = value JOIN products ON products.id = product_id
           LEFT JOIN stock_levels ON stock_levels.variant_id = variants.id",
        [json::text(parts).into()],
    )
}

/// A row of [`made_of`].
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct Bundle {
    pub variant_id: VariantId,
    pub sku: String,
}

/// Bundles that are named at most.
const MOST_NAMED: u32 = 20;

/// The first bundles that are made of one of these variants, or of any variant of the
/// product, without those that are among them.
pub fn made_of(product: Option<ProductId>, variants: &[VariantId]) -> Statement {
    Statement::new(
        "WITH parts AS (
           SELECT id FROM variants WHERE product_id = ?1 UNION SELECT value FROM json_each(?2)
         )
         SELECT DISTINCT variants.id AS variant_id, sku
         FROM parts JOIN bundle_parts ON part_variant_id = parts.id JOIN variants ON variants.id = variant_id
         WHERE variant_id NOT IN (SELECT id FROM parts) ORDER BY sku LIMIT ?3",
        [product.map(|id| id.to_string()).into(), json::text(variants).into(), MOST_NAMED.into()],
    )
}

/// A row of [`parts_of`].
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct PartRow {
    pub part_variant_id: VariantId,
    pub quantity: i64,
}

/// What a variant is made of and pieces are counted of: no row of what is no bundle.
pub fn parts_of(variant: VariantId) -> Statement {
    Statement::new(
        "SELECT part_variant_id, quantity FROM bundle_parts JOIN variants ON variants.id = part_variant_id AND tracked
         WHERE variant_id = ?1 ORDER BY bundle_parts.position",
        [variant.to_string().into()],
    )
}

#[derive(Serialize)]
struct NewRow {
    bundle: VariantId,
    position: usize,
    part: VariantId,
    quantity: u32,
}

/// Has these variants, each with whether it was a bundle, be made of what they are to be; nothing if none of them is,
/// or was.
pub(super) fn replace<'a>(variants: impl Iterator<Item = (bool, &'a Variant)>) -> Vec<Statement> {
    let variants: Vec<(bool, &Variant)> = variants.collect();
    let row = |variant: &Variant, position, part: &Part| NewRow {
        bundle: variant.id,
        position,
        part: part.variant_id,
        quantity: part.quantity,
    };
    let rows: Vec<NewRow> = variants
        .iter()
        .flat_map(|(_, variant)| variant.parts.iter().enumerate().map(move |(n, part)| row(variant, n, part)))
        .collect();
    let mut batch = Vec::new();
    let were = || variants.iter().filter(|(was_bundle, _)| *was_bundle).map(|(_, variant)| variant);
    let ids: Vec<VariantId> = were().map(|variant| variant.id).collect();
    if !ids.is_empty() {
        batch.push(Statement::new(
            "DELETE FROM bundle_parts WHERE variant_id IN (SELECT value FROM json_each(?1))",
            [json::text(&ids).into()],
        ));
    }
    let stay: Vec<VariantId> = were().filter(|variant| variant.is_bundle()).map(|variant| variant.id).collect();
    if !stay.is_empty() {
        // So that the schema knows: what came into their own stocks since is in nobody's way.
        batch.push(Statement::new(
            "UPDATE stock_levels SET sets = 0, sets_floor = 0 WHERE variant_id IN (SELECT value FROM json_each(?1))",
            [json::text(&stay).into()],
        ));
    }
    if !rows.is_empty() {
        batch.push(Statement::new(
            "INSERT INTO bundle_parts (variant_id, position, part_variant_id, quantity)
             SELECT value ->> '$.bundle', value ->> '$.position', value ->> '$.part', value ->> '$.quantity'
             FROM json_each(?1)",
            [json::text(&rows).into()],
        ));
    }
    batch
}

#[cfg(test)]
#[path = "bundles_tests.rs"]
mod tests;
