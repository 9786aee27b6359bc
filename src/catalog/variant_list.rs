//! Variants of all products as staff work with many of them at once: what each
//! costs, and how many there are, as far as lists know.

use axum::extract::State;
use http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;

use super::body::PriceBody;
use super::limits::MAX_LINE;
use super::product::{Level, Status};
use crate::app::App;
use crate::auth::Staff;
use crate::ids::{ProductId, VariantId};
use crate::json;
use crate::ports::Statement;
use crate::pricing::Delivery;
use crate::problem::Problem;
use crate::text;
use crate::wire::extract::Query;
use crate::wire::listed::Part;
use crate::wire::page;
use crate::wire::respond::JsonText;

/// The name of the list in its cursors.
const LIST: &str = "admin/variants";

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VariantFilter {
    /// Words that are in a variant's SKU, title or barcode, or in its product's title or vendor: each somewhere, in small
    /// or capital letters, with or without accents.
    #[schemars(length(max = MAX_LINE))]
    q: Option<String>,
    /// Those of this product.
    product_id: Option<ProductId>,
    /// Of which there are so many; what is not sent is always there.
    available: Option<Level>,
    /// The most variants of one page.
    #[schemars(with = "Option<page::LimitParameter>")]
    limit: Option<String>,
    /// The `next_cursor` of the page before.
    #[schemars(with = "Option<page::CursorParameter>")]
    cursor: Option<String>,
}

/// Variants, those of the newest product first, in their products' order.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "the database lays it out")]
pub struct VariantList {
    items: Vec<ListedVariant>,
    next_cursor: Option<String>,
    total: i64,
}

/// A variant with what is known of its stock, which may lag a second behind it.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "the database lays it out")]
struct ListedVariant {
    id: VariantId,
    product_id: ProductId,
    /// The product's own.
    version: i64,
    product_title: String,
    /// What sets it apart from the product's other variants; empty where there are none.
    title: String,
    sku: String,
    barcode: Option<String>,
    status: Status,
    delivery: Delivery,
    prices: Vec<PriceBody>,
    /// Below zero, so many were sold that have yet to come.
    on_hand: i64,
    held: i64,
    /// What is on hand and not held.
    available: i64,
    /// Whether pieces of it are counted.
    tracked: bool,
    /// How far below zero it may be sold.
    backorder_floor: i64,
    /// The most pieces that count as few; `null`: as the settings say.
    low_level: Option<u32>,
}

macro_rules! listed {
    () => {
        concat!(
            "FROM products CROSS JOIN variants ON variants.product_id = products.id
         LEFT JOIN stock_levels ON stock_levels.variant_id = variants.id
         WHERE (?1 IS NULL OR products.id = ?1)
           AND (?3 = '[]' OR products.id IN (",
            $crate::products_with_first_of!("?3"),
            "))
           AND (?2 IS NULL OR ?2 = ",
            $crate::level_of_variant!(),
            ")
           AND (?3 = '[]' OR NOT EXISTS (
             SELECT 1 FROM json_each(?3) WHERE NOT instr(products.sought || ' ' || variants.sought, value)))"
        )
    };
}

/// Variants of every product, with their prices and their stock as lists know it.
pub async fn list_all_variants(
    State(app): State<App>,
    _: Staff,
    Query(filter): Query<VariantFilter>,
) -> Result<JsonText<VariantList>, Problem> {
    let part = Part::of(LIST, filter.limit.as_deref(), filter.cursor.as_deref())?;
    let words = json::text(&words(filter.q.as_deref())?);
    let level = filter.available.map(Level::as_str);
    let wanted = [filter.product_id.map(|id| id.to_string()).into(), level.into(), words.into()];
    let count = Statement::new(
        concat!(
            "SELECT CASE WHEN coalesce(?1, ?2) IS NULL AND ?3 = '[]' THEN (SELECT count(*) FROM variants)
               ELSE (SELECT count(*) ",
            listed!(),
            ") END AS total"
        ),
        wanted.clone(),
    );
    let page = Statement::new(
        concat!(
            "SELECT json_object(
               'id', variants.id, 'product_id', products.id, 'version', products.version,
               'product_title', products.title, 'title', coalesce(variants.title,
                 (SELECT group_concat(value, ' / ') FROM json_each(variants.option_values)), ''),
               'sku', sku, 'barcode', barcode, 'status', products.status, 'delivery', products.delivery,
               'prices', json((SELECT json_group_array(json_patch('{}', json_object(
                 'amount', amount, 'currency', currency, 'compare_at', compare_at, 'tiers', json(nullif(tiers, '[]')),
                 'sale', CASE WHEN sale_amount IS NOT NULL THEN json_object('amount', sale_amount,
                   'starts_at', strftime('%Y-%m-%dT%H:%M:%fZ', sale_starts_at / 1000.0, 'unixepoch'),
                   'ends_at', strftime('%Y-%m-%dT%H:%M:%fZ', sale_ends_at / 1000.0, 'unixepoch')) END)))
                 FROM prices WHERE variant_id = variants.id)),
               'on_hand', coalesce(on_hand, 0), 'held', coalesce(held, 0),
               'available', coalesce(on_hand - held, 0), 'tracked', json(iif(tracked, 'true', 'false')),
               'backorder_floor', backorder_floor, 'low_level', low_level) AS item,
               variants.position AS key, products.id AS id ",
            listed!(),
            // The first bound is where the index is entered: every id is below it.
            " AND products.id <= coalesce(?5, 'prod~')
               AND (?5 IS NULL OR products.id < ?5 OR variants.position > ?4)
             ORDER BY products.id DESC, variants.position LIMIT ?6"
        ),
        [wanted, part.params()].concat(),
    );
    Ok(JsonText::new(StatusCode::OK, part.read(&app, page, Some(count)).await?))
}

/// The words that are looked for, as what they are looked for in has them.
pub fn words(typed: Option<&str>) -> Result<Vec<String>, Problem> {
    let typed = typed.unwrap_or_default();
    if typed.chars().count() > MAX_LINE {
        return Err(Problem::invalid_field("q", format!("must have at most {MAX_LINE} characters")));
    }
    Ok(text::bare(&text::sought(typed)).split_whitespace().map(str::to_owned).collect())
}
