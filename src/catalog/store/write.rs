//! The statements that write a product. Each batch begins with the catalog's
//! state, whose constraints refuse it where it must not happen: `stale_write`,
//! `too_many_products`, `catalog_too_large` (a conditional `UPDATE` that hits no
//! row would not fail a batch).

mod prices;
mod told;

use serde::{Deserialize, Serialize};

use super::bundles;
use crate::auth::StaffChange;
use crate::catalog::product::parts::are_alike;
use crate::catalog::product::{Image, Product, ProductOption, Variant};
use crate::catalog::slug;
use crate::idempotency::Request;
use crate::ids::{ProductId, VariantId};
use crate::json;
use crate::ports::{DatabaseError, Rows, Statement, Timestamp, Value};
use crate::sorted::{SortedMap, SortedSet};
use crate::text;

/// The columns of a product after its id and its slug, in the order of [`row`].
macro_rules! columns {
    () => {
        "title, description, vendor, type, seo_title, seo_description, translations, metadata, status, publish_at, unpublish_at, delivery, tax_class,
         version, bytes, packed_bytes, created_at, updated_at, sought"
    };
}

/// Their values.
macro_rules! values {
    () => {
        "?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21"
    };
}

/// `request`: whose answer is recorded with it.
pub fn insert_product(product: &Product, naming: Naming, request: Option<&Request>) -> StaffChange {
    let mut batch = vec![
        Statement::new(
            "UPDATE catalog_state SET revision = revision + 1, products = products + 1, packed_bytes = packed_bytes + ?1
             RETURNING revision",
            [product.packed_bytes().into()],
        ),
        match naming {
            Naming::AsGiven => Statement::new(
                concat!("INSERT INTO products (id, slug, ", columns!(), ") VALUES (?1, ?2, ", values!(), ")"),
                row(product),
            ),
            Naming::Numbered => insert_numbered(product),
        },
    ];
    batch.extend(insert_tags(product));
    batch.extend(insert_options(product));
    batch.extend(insert_images(product));
    let variants: Vec<_> = product.variants.iter().enumerate().collect();
    batch.extend(put_variants(product.id, &variants));
    batch.extend(prices::insert(product.variants.iter(), product.updated_at));
    batch.extend(bundles::replace(product.variants.iter().map(|new| (false, new))));
    if let (Naming::Numbered, Some(request)) = (naming, request) {
        batch.push(record_slug(product, request));
    }
    StaffChange::new(told::created(product), batch)
}

/// Whose choice a new product's slug is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Naming {
    /// It was given: taken, it is refused.
    AsGiven,
    /// It was made: taken, it gets a number.
    Numbered,
}

/// The slug that [`insert_product`] has found, from the rows of its statements.
pub fn numbered(rows: &[Rows]) -> Result<Option<String>, DatabaseError> {
    #[derive(Deserialize)]
    struct Row {
        slug: String,
    }
    let inserted = rows.get(1).cloned().unwrap_or_default();
    Ok(inserted.first::<Row>()?.map(|row| row.slug))
}

/// Inserts the product under its slug, or the slug with a number that is free:
/// `mug`, `mug-2`, `mug-3`. Chosen in the very transaction, so that any number of
/// products made of one title at once have a slug each. The search doubles the
/// number until one is free and then halves the gap to the last that was taken:
/// two look-ups for each doubling, so some thirty for ten thousand of one name.
fn insert_numbered(product: &Product) -> Statement {
    let mut params = row(product).to_vec();
    params.push(slug::stem(&product.slug).into());
    Statement::new(
        concat!(
            "WITH RECURSIVE search (taken, free, tried) AS (
           SELECT 0, NULL, 1
           UNION ALL
           SELECT iif(p.id IS NULL, taken, tried), iif(p.id IS NULL, tried, free),
                  CASE WHEN p.id IS NULL THEN (taken + tried) / 2
                       WHEN free IS NULL THEN tried * 2
                       ELSE (tried + free) / 2 END
           FROM search LEFT JOIN products p ON p.slug = iif(tried = 1, ?2, ?22 || '-' || tried)
           WHERE free IS NULL OR free - taken > 1
         )
         INSERT INTO products (id, slug, ",
            columns!(),
            ") SELECT ?1, iif(free = 1, ?2, ?22 || '-' || free), ",
            values!(),
            " FROM search WHERE free - taken = 1 RETURNING slug"
        ),
        params,
    )
}

/// The slug that the product was given in the same batch, into the answer that
/// is recorded there: nobody knew it when the answer was written.
fn record_slug(product: &Product, request: &Request) -> Statement {
    Statement::new(
        "UPDATE idempotency_records SET body = json_set(body, '$.slug', (SELECT slug FROM products WHERE id = ?3))
         WHERE scope = ?1 AND key = ?2",
        [request.scope.clone().into(), request.key.clone().into(), product.id.to_string().into()],
    )
}

/// Writes what differs between the product as it was read and as it shall be.
pub fn update_product(before: &Product, after: &Product) -> StaffChange {
    let id = || Value::from(after.id.to_string());
    let mut batch = vec![
        Statement::new(
            "UPDATE catalog_state SET
               revision = CASE WHEN EXISTS (SELECT 1 FROM products WHERE id = ?1 AND version = ?2) THEN revision + 1 ELSE -1 END,
               packed_bytes = packed_bytes + ?3 - coalesce((SELECT packed_bytes FROM products WHERE id = ?1), 0)
             RETURNING revision",
            [id(), before.version.into(), after.packed_bytes().into()],
        ),
        Statement::new(
            concat!("UPDATE products SET (slug, ", columns!(), ") = (?2, ", values!(), ") WHERE id = ?1"),
            row(after),
        ),
    ];
    if before.tags != after.tags {
        batch.push(Statement::new("DELETE FROM product_tags WHERE product_id = ?1", [id()]));
        batch.extend(insert_tags(after));
    }
    if before.options != after.options {
        batch.push(Statement::new("DELETE FROM product_options WHERE product_id = ?1", [id()]));
        batch.extend(insert_options(after));
    }
    if before.images != after.images {
        batch.push(Statement::new("DELETE FROM product_images WHERE product_id = ?1", [id()]));
        batch.extend(insert_images(after));
    }
    update_variants(&mut batch, before, after);
    StaffChange::new(told::changed(before, after), batch)
}

fn update_variants(batch: &mut Vec<Statement>, before: &Product, after: &Product) {
    let known: SortedMap<_, _> =
        before.variants.iter().enumerate().map(|(n, variant)| (variant.id, (n, variant))).collect();
    let was = |id: VariantId| known.get(&id).copied();
    let kept: SortedSet<_> = after.variants.iter().map(|variant| variant.id).collect();
    let removed = before.variants.iter().map(|variant| variant.id).filter(|id| !kept.contains_key(id));
    let removed: Vec<_> = removed.collect();
    if !removed.is_empty() {
        batch.extend(remove_variants(&removed, after.updated_at));
    }
    let placed = after.variants.iter().enumerate();
    let changed: Vec<_> = placed.filter(|(n, variant)| was(variant.id) != Some((*n, *variant))).collect();
    // What is unique must be given up before another variant can take it.
    let moved: Vec<_> = changed
        .iter()
        .filter(|(_, new)| was(new.id).is_some_and(|(_, old)| old.sku != new.sku || old.options != new.options))
        .map(|(_, variant)| variant.id)
        .collect();
    if !moved.is_empty() {
        batch.push(Statement::new(
            "UPDATE variants SET sku = ' ' || id, option_values = json_quote(id) WHERE id IN (SELECT value FROM json_each(?1))",
            [json(&moved)],
        ));
    }
    if !changed.is_empty() {
        batch.extend(put_variants(after.id, &changed));
    }
    let priced = after.variants.iter().map(|new| (was(new.id).map(|(_, old)| old), new));
    let priced: Vec<_> = priced.filter(|(old, new)| old.is_none_or(|old| !old.costs_the_same(new))).collect();
    if !priced.is_empty() {
        batch.extend(prices::replace(&priced, after.updated_at));
    }
    let parts_were = |id: VariantId| was(id).map_or(&[][..], |(_, old)| &old.parts);
    let made_anew = after.variants.iter().filter(|new| !are_alike(parts_were(new.id), &new.parts));
    batch.extend(bundles::replace(made_anew.map(|new| (!parts_were(new.id).is_empty(), new))));
}

pub fn delete_product(product: &Product, now: Timestamp) -> StaffChange {
    let variants: Vec<_> = product.variants.iter().map(|variant| variant.id).collect();
    let mut batch = vec![Statement::new(
        "UPDATE catalog_state SET
           revision = CASE WHEN EXISTS (SELECT 1 FROM products WHERE id = ?1 AND version = ?2) THEN revision + 1 ELSE -1 END,
           products = products - 1,
           packed_bytes = packed_bytes - coalesce((SELECT packed_bytes FROM products WHERE id = ?1), 0)
         RETURNING revision",
        [product.id.to_string().into(), product.version.into()],
    )];
    batch.extend(remove_variants(&variants, now));
    batch.push(Statement::new("DELETE FROM products WHERE id = ?1", [product.id.to_string().into()]));
    StaffChange::new(told::deleted(product), batch)
}

/// Takes variants away, and remembers that they were there.
fn remove_variants(ids: &[VariantId], now: Timestamp) -> [Statement; 3] {
    [
        Statement::new(
            "INSERT INTO removed_variants (id, product_id, sku, removed_at)
             SELECT id, product_id, sku, ?2 FROM variants WHERE id IN (SELECT value FROM json_each(?1))",
            [json(&ids), now.millis().into()],
        ),
        Statement::new("DELETE FROM stock_levels WHERE variant_id IN (SELECT value FROM json_each(?1))", [json(&ids)]),
        Statement::new("DELETE FROM variants WHERE id IN (SELECT value FROM json_each(?1))", [json(&ids)]),
    ]
}

fn row(product: &Product) -> [Value; 21] {
    [
        product.id.to_string().into(),
        product.slug.clone().into(),
        product.title.clone().into(),
        product.description.clone().into(),
        product.vendor.clone().into(),
        product.kind.clone().into(),
        product.seo_title.clone().into(),
        product.seo_description.clone().into(),
        product.translations.as_ref().map(json::text).into(),
        json(&product.metadata),
        product.status.as_str().into(),
        product.publish_at.map(Timestamp::millis).into(),
        product.unpublish_at.map(Timestamp::millis).into(),
        product.delivery.as_str().into(),
        product.tax_class.clone().into(),
        product.version.into(),
        product.bytes().into(),
        product.packed_bytes().into(),
        product.created_at.millis().into(),
        product.updated_at.millis().into(),
        sought([&*product.title].into_iter().chain(product.other_titles()).chain(product.vendor.as_deref())).into(),
    ]
}

fn insert_tags(product: &Product) -> Option<Statement> {
    (!product.tags.is_empty()).then(|| {
        Statement::new(
            "INSERT INTO product_tags (product_id, position, tag) SELECT ?1, key, value FROM json_each(?2)",
            [product.id.to_string().into(), json(&product.tags)],
        )
    })
}

fn insert_options(product: &Product) -> Option<Statement> {
    let options: &[ProductOption] = &product.options;
    (!options.is_empty()).then(|| {
        Statement::new(
            "INSERT INTO product_options (product_id, position, name, option_values)
             SELECT ?1, key, value ->> '$.name', value -> '$.values' FROM json_each(?2)",
            [product.id.to_string().into(), json(&options)],
        )
    })
}

fn insert_images(product: &Product) -> Option<Statement> {
    let images: &[Image] = &product.images;
    (!images.is_empty()).then(|| {
        Statement::new(
            "INSERT INTO product_images (product_id, position, url, alt, width, height, srcset, upload)
             SELECT ?1, key, value ->> '$.url', value ->> '$.alt', value ->> '$.width', value ->> '$.height', value ->> '$.srcset',
               (SELECT name FROM uploads
                WHERE name = substr(value ->> '$.url', 8) AND value ->> '$.url' GLOB '/media/*' AND larger IS NULL AND state = 'kept')
             FROM json_each(?2)",
            [product.id.to_string().into(), json(&images)],
        )
    })
}

#[derive(Serialize)]
struct VariantRow<'a> {
    id: VariantId,
    position: usize,
    sku: &'a str,
    title: &'a Option<String>,
    options: &'a [String],
    weight_grams: Option<u32>,
    barcode: &'a Option<String>,
    image: Option<usize>,
    tax_class: &'a Option<String>,
    tracked: bool,
    floor: i64,
    floor_version: i64,
    low_level: Option<u32>,
    sought: String,
}

/// What something is found by, in the form in which it is sought.
fn sought<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    text::bare(&parts.into_iter().collect::<Vec<_>>().join(" "))
}

fn put_variants(product: ProductId, variants: &[(usize, &Variant)]) -> impl Iterator<Item = Statement> {
    let rows: Vec<_> = variants
        .iter()
        .map(|(position, variant)| {
            json::text(&VariantRow {
                id: variant.id,
                position: *position,
                sku: &variant.sku,
                title: &variant.given_title,
                options: &variant.options,
                weight_grams: variant.weight_grams,
                barcode: &variant.barcode,
                image: variant.image,
                tax_class: &variant.tax_class,
                tracked: !variant.untracked,
                floor: variant.least(),
                floor_version: variant.floor.map_or(0, |floor| floor.as_of),
                low_level: variant.low_level,
                sought: sought(
                    [&variant.sku, &variant.title]
                        .into_iter()
                        .chain(&variant.options)
                        .chain(&variant.barcode)
                        .map(String::as_str),
                ),
            })
        })
        .collect();
    json::lists(rows).into_iter().map(move |rows| {
        Statement::new(
            "INSERT INTO variants (product_id, id, position, sku, title, option_values, weight_grams, barcode,
           image, tax_class, tracked, backorder_floor, floor_version, low_level, sought)
         SELECT ?1, value ->> '$.id', value ->> '$.position', value ->> '$.sku', value ->> '$.title',
                value -> '$.options', value ->> '$.weight_grams', value ->> '$.barcode',
                value ->> '$.image', value ->> '$.tax_class', value ->> '$.tracked', value ->> '$.floor',
                value ->> '$.floor_version', value ->> '$.low_level', value ->> '$.sought'
         FROM json_each(?2) WHERE true
         ON CONFLICT (id) DO UPDATE SET position = excluded.position, sku = excluded.sku, title = excluded.title,
           option_values = excluded.option_values, weight_grams = excluded.weight_grams, barcode = excluded.barcode,
           image = excluded.image, tax_class = excluded.tax_class, tracked = excluded.tracked,
           backorder_floor = excluded.backorder_floor, floor_version = excluded.floor_version,
           low_level = excluded.low_level, sought = excluded.sought",
            [product.to_string().into(), rows.into()],
        )
    })
}

fn json(value: &impl Serialize) -> Value {
    json::text(value).into()
}
