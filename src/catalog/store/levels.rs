//! The SQL of levels of stock, as lists know them.

use serde::Deserialize;

use crate::catalog::StockLevel;
use crate::ids::VariantId;
use crate::json;
use crate::ports::Statement;
use crate::{few_of_variant, floor_of_variant};

/// Stores the levels, except where a later one is there. That of a bundle is kept, and not
/// shown while it is one: what is follows its parts' (`migrations/0018_create_bundle_parts.sql`).
pub fn upsert_stock_levels(levels: &[StockLevel]) -> Statement {
    Statement::new(
        "INSERT INTO stock_levels (variant_id, own_on_hand, own_held, version)
         SELECT value ->> '$.variant_id', value ->> '$.on_hand', value ->> '$.held', value ->> '$.version'
         FROM json_each(?1) WHERE true
         ON CONFLICT (variant_id) DO UPDATE
           SET own_on_hand = excluded.own_on_hand, own_held = excluded.own_held, version = excluded.version
         WHERE excluded.version > stock_levels.version",
        [json::text(levels).into()],
    )
}

/// Bumps the revision if [`upsert_stock_levels`] with the same levels, which
/// must follow it in the same batch, changes what buyers are told: the level of
/// a variant, of its product or of a bundle that it is a part of. Then, and only
/// then, a row of [`crate::revision::Revision`]. At most one level per variant.
pub fn bump_if_levels_change(levels: &[StockLevel]) -> Statement {
    Statement::new(
        concat!("WITH told AS (
           SELECT value ->> '$.variant_id' AS id, (value ->> '$.on_hand') - (value ->> '$.held') AS pieces
           FROM json_each(?1)
           WHERE NOT EXISTS (SELECT 1 FROM stock_levels
             WHERE variant_id = value ->> '$.variant_id' AND version >= value ->> '$.version')
             AND NOT EXISTS (SELECT 1 FROM bundle_parts WHERE variant_id = value ->> '$.variant_id')
         ), incoming AS (
           SELECT id, pieces, NULL AS floor FROM told
           UNION ALL
           SELECT variant_id, sets, sets - in_all FROM (
             SELECT bundle_parts.variant_id, min(max(coalesce(pieces, on_hand - held, 0), 0) / quantity) AS sets,
               min(max(coalesce(pieces, on_hand - held, 0) - backorder_floor, 0) / quantity) AS in_all
             FROM bundle_parts JOIN variants AS part ON part.id = part_variant_id AND part.tracked
               LEFT JOIN told ON told.id = part_variant_id
               LEFT JOIN stock_levels ON stock_levels.variant_id = part_variant_id
             WHERE bundle_parts.variant_id IN (
               SELECT bundle_parts.variant_id FROM told JOIN bundle_parts ON part_variant_id = told.id)
             GROUP BY bundle_parts.variant_id)
         ), touched AS (
           SELECT product_id, tracked, ",
            floor_of_variant!(),
            " AS floor_was, coalesce(floor, ",
            floor_of_variant!(),
            ") AS floor_will, ",
            few_of_variant!(),
            " AS few, coalesce(on_hand - held, 0) AS was, coalesce(pieces, on_hand - held, 0) AS will
           FROM variants
           LEFT JOIN stock_levels ON stock_levels.variant_id = variants.id
           LEFT JOIN incoming ON incoming.id = variants.id
           WHERE product_id IN (SELECT product_id FROM variants JOIN incoming ON incoming.id = variants.id)
         )
         UPDATE catalog_state SET revision = revision + 1
         WHERE EXISTS (SELECT 1 FROM touched WHERE tracked
                 AND (was > few) + (was > 0) + (was > floor_was) <> (will > few) + (will > 0) + (will > floor_will))
            OR EXISTS (SELECT 1 FROM touched GROUP BY product_id HAVING min(tracked)
                 AND (max(was > few) OR sum(max(was, 0)) > max(few)) <> (max(will > few) OR sum(max(will, 0)) > max(few)))
         RETURNING revision"),
        [json::text(levels).into()],
    )
}

/// A row of [`stocked_variant`].
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct StockedVariant {
    pub sku: String,
    /// One if it is made of others, and has no stock of its own.
    pub is_bundle: i64,
    /// Milliseconds; none of a variant that is still there.
    pub removed_at: Option<i64>,
}

/// The variant whose stock a pool keeps, on sale or not, or removed: a row if
/// there ever was one.
pub fn stocked_variant(id: VariantId) -> Statement {
    Statement::new(
        "SELECT sku, EXISTS (SELECT 1 FROM bundle_parts WHERE variant_id = ?1) AS is_bundle, NULL AS removed_at
         FROM variants WHERE id = ?1
         UNION ALL SELECT sku, 0, removed_at FROM removed_variants WHERE id = ?1",
        [id.to_string().into()],
    )
}
