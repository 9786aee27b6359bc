//! The catalog's SQL: what is read. Writes are in `store/write.rs`, levels of stock in
//! `store/levels.rs`, and what was published of it in `store/published.rs`.

pub mod bundles;
mod levels;
mod published;
mod write;

use serde::Deserialize;
use serde::de::DeserializeOwned;

pub use self::levels::{StockedVariant, bump_if_levels_change, stocked_variant, upsert_stock_levels};
pub use self::published::{State, changed, changed_ids, forget_changed, publish, state};
pub use self::write::{Naming, delete_product, insert_product, numbered, update_product};
use super::product::{Product, Status};
use crate::ids::{ProductId, VariantId};
use crate::json;
use crate::ports::{DatabaseError, Rows, Statement, Timestamp, Value};

/// The most pieces of a variant that count as few: [`Variant::few`](super::product::Variant::few).
#[macro_export]
macro_rules! few_of_variant {
    () => {
        "coalesce(low_level, (SELECT value FROM low_by_default))"
    };
}

/// How far below zero a variant may be sold, or the bundle that it is, by its row and its stock's.
#[macro_export]
macro_rules! floor_of_variant {
    () => {
        "coalesce(sets_floor, backorder_floor)"
    };
}

/// The level of a variant by its row, its product's and its stock's:
/// [`Variant::level_of`](super::product::Variant::level_of).
#[macro_export]
macro_rules! level_of_variant {
    () => {
        concat!(
            "CASE WHEN products.delivery <> 'shipped' OR NOT tracked OR coalesce(on_hand - held, 0) > ",
            $crate::few_of_variant!(),
            " THEN 'in_stock' WHEN coalesce(on_hand - held, 0) > ",
            $crate::floor_of_variant!(),
            " THEN 'low' ELSE 'out' END"
        )
    };
}

/// Selects whole products, each as one JSON text: a row with a single cell
/// crosses into Wasm an order of magnitude faster than one cell per column.
/// `json()` around each subquery, because a scalar subquery forgets that its
/// value is JSON. D1 allows a function 32 arguments: the object is put together of
/// several, of which each but the last ends with a number or a list. What few products have is left out where it is not there.
/// There is always enough of what is not sent: no piece of it is counted.
/// Buyers' products are read without what is staff's alone.
/// `lowest`: of the 30 days before the sale; a sale without a beginning begins when
/// its price is written.
macro_rules! select_products {
    (for staff $rest:expr) => {
        select_products!(
            "nullif(metadata, '{}')",
            ", 'pieces', coalesce(on_hand - held, 0)",
            ", 'sets_floor', sets_floor, 'own_pieces', iif(sets IS NULL, NULL, own_on_hand - own_held)",
            $rest
        )
    };
    ($rest:expr) => {
        select_products!("NULL", "", "", $rest)
    };
    ($metadata:literal, $pieces:literal, $of_bundle:literal, $rest:expr) => {
        concat!(
            "SELECT rtrim(json_object(
               'id', products.id, 'slug', products.slug, 'title', products.title,
               'description', products.description, 'vendor', products.vendor, 'status', products.status,
               'delivery', products.delivery, 'tax_class', products.tax_class, 'created_at', products.created_at, 'updated_at', products.updated_at,
               'version', products.version), '}') || ',' || ltrim(rtrim(json_object(
               'bought_with', json(coalesce((SELECT others FROM bought_together WHERE product_id = products.id), '[]')),
               'sold', coalesce((SELECT orders FROM best_selling WHERE product_id = products.id), 0),
               'tags', json((SELECT json_group_array(tag) FROM
                 (SELECT tag FROM product_tags WHERE product_id = products.id ORDER BY position))),
               'options', json((SELECT json_group_array(json(option)) FROM
                 (SELECT json_object('name', name, 'values', json(option_values)) AS option
                  FROM product_options WHERE product_id = products.id ORDER BY position))),
               'images', json((SELECT json_group_array(json(image)) FROM
                 (SELECT iif(width IS NULL, json_object('url', url, 'alt', alt),
                    json_object('url', url, 'alt', alt, 'width', width, 'height', height, 'srcset', srcset)) AS image
                  FROM product_images WHERE product_id = products.id ORDER BY position))),
               'level', CASE WHEN products.delivery <> 'shipped' THEN 'in_stock' ELSE (
                 SELECT CASE WHEN NOT min(tracked) OR max(pieces > few) OR sum(max(pieces, 0)) > max(few) THEN 'in_stock'
                   WHEN max(pieces > floor) THEN 'low' ELSE 'out' END
                 FROM (SELECT tracked, coalesce(on_hand - held, 0) AS pieces, ",
            $crate::floor_of_variant!(),
            " AS floor, ",
            $crate::few_of_variant!(),
            " AS few
                  FROM variants LEFT JOIN stock_levels ON stock_levels.variant_id = variants.id
                  WHERE variants.product_id = products.id)) END,
               'variants', json((SELECT json_group_array(json(variant)) FROM
                 (SELECT rtrim(json_object(
                    'id', variants.id, 'sku', sku, 'given_title', variants.title,
                    'title', coalesce(variants.title,
                      (SELECT group_concat(value, ' / ') FROM json_each(variants.option_values)), products.title),
                    'options', json(option_values), 'weight_grams', weight_grams, 'barcode', barcode,
                    'prices', json((SELECT json_group_array(json_object('amount', amount, 'currency', currency))
                      FROM prices WHERE variant_id = variants.id)),
                    'compare_at', json((SELECT json_group_array(json_object('amount', compare_at, 'currency', currency))
                      FROM prices WHERE variant_id = variants.id AND compare_at IS NOT NULL)),
                    'terms', json((SELECT json_group_array(json_object('currency', currency, 'sale', sale_amount,
                        'starts_at', sale_starts_at, 'ends_at', sale_ends_at, 'tiers', json(tiers),
                        'lowest', CASE WHEN sale_amount IS NOT NULL THEN (SELECT min(amount) FROM (
                          SELECT amount FROM price_history AS past
                          WHERE past.variant_id = prices.variant_id AND past.currency = prices.currency
                            AND past.since < coalesce(sale_starts_at, prices.since)
                            AND past.until > coalesce(sale_starts_at, prices.since) - 2592000000
                          UNION ALL SELECT amount FROM prices AS now
                          WHERE now.variant_id = prices.variant_id AND now.currency = prices.currency
                            AND now.since < now.sale_starts_at)) END))
                      FROM prices WHERE variant_id = variants.id AND (sale_amount IS NOT NULL OR tiers <> '[]'))),
                    'level', ",
            $crate::level_of_variant!(),
            $pieces,
            "), '}') || CASE WHEN coalesce(image, variants.tax_class, low_level, nullif(tracked, 1), nullif(floor_version, 0),
                      (SELECT 1 FROM bundle_parts WHERE variant_id = variants.id)) IS NULL
                    THEN '}' ELSE ',' || ltrim(json_patch('{}', json_object(
                      'image', image, 'tax_class', variants.tax_class, 'low_level', low_level,
                      'parts', json((SELECT nullif(json_group_array(json(part)), '[]') FROM
                        (SELECT json_object('variant_id', part.id, 'quantity', quantity, 'sku', part.sku, 'title', of_part.title) AS part
                         FROM bundle_parts JOIN variants AS part ON part.id = part_variant_id
                           JOIN products AS of_part ON of_part.id = part.product_id
                         WHERE bundle_parts.variant_id = variants.id ORDER BY bundle_parts.position))),
                      'part_rules', json((SELECT nullif(json_group_array(json(rule)), '[]') FROM
                        (SELECT json_object('variant_id', part.id, 'untracked', json(iif(part.tracked, 'false', 'true')),
                           'floor', json(CASE WHEN part.floor_version > 0 THEN
                             json_object('least', part.backorder_floor, 'as_of', part.floor_version) END)) AS rule
                         FROM bundle_parts JOIN variants AS part ON part.id = part_variant_id
                         WHERE bundle_parts.variant_id = variants.id AND (NOT part.tracked OR part.floor_version > 0)
                         ORDER BY bundle_parts.position))),
                      'untracked', json(CASE WHEN NOT tracked THEN 'true' END),
                      'floor', json(CASE WHEN floor_version > 0 THEN
                        json_object('least', backorder_floor, 'as_of', floor_version) END),
                      'backorder', json(CASE WHEN products.delivery = 'shipped' AND tracked
                        AND coalesce(on_hand - held, 0) <= 0 AND coalesce(on_hand - held, 0) > ",
            $crate::floor_of_variant!(),
            " THEN 'true' END)",
            $of_bundle,
            ")), '{') END AS variant
                  FROM variants LEFT JOIN stock_levels ON stock_levels.variant_id = variants.id
                  WHERE product_id = products.id ORDER BY position)))), '}'), '{') || CASE WHEN coalesce(type, seo_title, seo_description, translations, publish_at, unpublish_at, ",
            $metadata,
            ", (SELECT slug FROM former_slugs WHERE product_id = products.id LIMIT 1)) IS NULL THEN '}' ELSE ',' || ltrim(json_patch('{}', json_object(
               'type', type, 'seo_title', seo_title, 'seo_description', seo_description, 'translations', json(translations),
               'publish_at', publish_at, 'unpublish_at', unpublish_at,
               'former_slugs', json((SELECT nullif(json_group_array(slug), '[]') FROM
                 (SELECT slug FROM former_slugs WHERE product_id = products.id ORDER BY slug))),
               'metadata', json(",
            $metadata,
            "))), '{') END AS document FROM products ",
            $rest
        )
    };
}

#[derive(Deserialize)]
struct Document {
    document: String,
}

/// The JSON texts of rows with one column, `document`.
pub fn documents(rows: Rows) -> Result<Vec<String>, DatabaseError> {
    Ok(rows.decode::<Document>()?.into_iter().map(|row| row.document).collect())
}

/// The first row of that kind, as what its text holds.
pub fn document<T: DeserializeOwned>(rows: Rows) -> Result<Option<T>, DatabaseError> {
    let text = rows.first::<Document>()?;
    text.map(|row| json::read(row.document.as_bytes()).map_err(|error| DatabaseError::Undecodable(error.to_string())))
        .transpose()
}

/// One product, as a [`document`] of [`Product`].
pub fn product(id: ProductId) -> Statement {
    Statement::new(select_products!(for staff "WHERE products.id = ?1"), [id.to_string().into()])
}

/// The product that has a variant.
pub fn product_of_variant(id: VariantId) -> Statement {
    Statement::new(
        select_products!(for staff "WHERE products.id = (SELECT product_id FROM variants WHERE id = ?1)"),
        [id.to_string().into()],
    )
}

/// What is active and has one of these ids, or slugs, or had, or a variant of these.
/// Whether buyers see it by now is for the reader to look at.
pub fn named_products(products: &[ProductId], slugs: &[&str], variants: &[VariantId]) -> Statement {
    Statement::new(
        select_products!(
            "WHERE status = 'active' AND products.id IN (
               SELECT value FROM json_each(?1)
               UNION SELECT named.id FROM json_each(?2) JOIN products AS named ON named.slug = value
               UNION SELECT product_id FROM json_each(?2) JOIN former_slugs ON former_slugs.slug = value
               UNION SELECT product_id FROM json_each(?3) JOIN variants ON variants.id = value)"
        ),
        [json::text(products).into(), json::text(slugs).into(), json::text(variants).into()],
    )
}

/// The products, of any status, that have one of these variants, or variants of these SKUs.
pub fn products_with(ids: &[VariantId], skus: &[String]) -> Statement {
    Statement::new(
        select_products!(
            for staff
            "WHERE products.id IN (
               SELECT product_id FROM variants JOIN json_each(?1) ON variants.id = value
               UNION SELECT product_id FROM variants JOIN json_each(?2) ON variants.sku = value)"
        ),
        [json::text(ids).into(), json::text(skus).into()],
    )
}

/// The products, of any status, that have one of these ids or slugs, or a variant of these SKUs.
pub fn products_known_by(ids: &[String], slugs: &[String], skus: &[String]) -> Statement {
    Statement::new(
        select_products!(
            for staff "WHERE products.id IN (
               SELECT value FROM json_each(?1)
               UNION SELECT named.id FROM json_each(?2) JOIN products AS named ON named.slug = value
               UNION SELECT product_id FROM variants JOIN json_each(?3) ON variants.sku = value)"
        ),
        [json::text(ids).into(), json::text(slugs).into(), json::text(skus).into()],
    )
}

/// The products of rows with one column, `document`.
pub fn products(rows: Rows) -> Result<Vec<Product>, DatabaseError> {
    let read = |text: String| {
        json::read(text.as_bytes()).map_err(|error: json::Error| DatabaseError::Undecodable(error.to_string()))
    };
    documents(rows)?.into_iter().map(read).collect()
}

/// The active products that have one of these variants, as [`named_products`]. One
/// parameter whatever the number of ids.
pub fn sold(variants: &[VariantId]) -> Statement {
    named_products(&[], &[], variants)
}

/// Which products staff want to see.
#[derive(Default)]
pub struct Wanted {
    pub status: Option<Status>,
    /// Each is in what the product, or one of its variants, is found by.
    pub words: Vec<String>,
}

/// The products that have the first word of a list, or a variant that has it: by the
/// index, or by one pass where the word is too short for that.
#[macro_export]
macro_rules! products_with_first_of {
    ($words:literal) => {
        concat!(
            "SELECT product_id FROM variants WHERE seq IN (
               SELECT rowid FROM variants_search
               WHERE length(",
            $words,
            " ->> 0) > 2 AND variants_search MATCH '\"' || replace(",
            $words,
            " ->> 0, '\"', '\"\"') || '\"')
             UNION ALL SELECT id FROM products WHERE length(",
            $words,
            " ->> 0) < 3 AND instr(sought, ",
            $words,
            " ->> 0)
             UNION ALL SELECT product_id FROM variants WHERE length(",
            $words,
            " ->> 0) < 3 AND instr(sought, ",
            $words,
            " ->> 0)"
        )
    };
}

macro_rules! is_wanted {
    () => {
        concat!(
            "(?1 IS NULL OR status = ?1) AND (?2 = '[]' OR (products.id IN (",
            $crate::products_with_first_of!("?2"),
            ") AND NOT EXISTS (
               SELECT 1 FROM json_each(?2) WHERE NOT instr(products.sought, value) AND NOT EXISTS (
                 SELECT 1 FROM variants WHERE product_id = products.id AND instr(variants.sought, value)))))"
        )
    };
}

impl Wanted {
    fn params(&self) -> Vec<Value> {
        vec![self.status.map(Status::as_str).into(), json::text(&self.words).into()]
    }
}

/// Those products, the newest first.
pub fn newest_products(wanted: &Wanted, before: Option<ProductId>, limit: u32) -> Statement {
    let mut params = wanted.params();
    params.extend([before.map(|id| id.to_string()).into(), limit.into()]);
    Statement::new(
        select_products!(for staff concat!(
            "WHERE ",
            is_wanted!(),
            " AND (?3 IS NULL OR id < ?3) ORDER BY products.id DESC LIMIT ?4"
        )),
        params,
    )
}

/// How many there are of them in all: `products`.
pub fn count_products(wanted: &Wanted) -> Statement {
    Statement::new(concat!("SELECT count(*) AS products FROM products WHERE ", is_wanted!()), wanted.params())
}

/// A part of what is on sale or will be, by id: `limit` products after `after` and `skip` more.
pub fn active_products(after: &str, limit: u32, skip: u32, now: Timestamp) -> Statement {
    Statement::new(
        select_products!(
            "WHERE status = 'active' AND (unpublish_at IS NULL OR unpublish_at > ?4) AND id > ?1
             ORDER BY products.id LIMIT ?2 OFFSET ?3"
        ),
        [after.into(), limit.into(), skip.into(), now.millis().into()],
    )
}

/// Of these what is on sale or will be, by id.
pub fn changed_products(limit: u32, now: Timestamp) -> Statement {
    Statement::new(
        select_products!(
            "WHERE status = 'active' AND (unpublish_at IS NULL OR unpublish_at > ?2)
               AND id IN (SELECT product_id FROM changed_products ORDER BY product_id LIMIT ?1)
             ORDER BY products.id"
        ),
        [limit.into(), now.millis().into()],
    )
}

/// Which of the SKUs belong to another product: rows of `sku`.
pub fn taken_skus(product: ProductId, skus: &[&str]) -> Statement {
    Statement::new(
        "SELECT sku FROM variants WHERE sku IN (SELECT value FROM json_each(?2)) AND product_id <> ?1",
        [product.to_string().into(), json::text(skus).into()],
    )
}

/// Reads the first product of the rows.
pub fn read_product(rows: Rows) -> Result<Option<Product>, DatabaseError> {
    document(rows)
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;
