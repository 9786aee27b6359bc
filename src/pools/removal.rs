//! Removing variants, and products with theirs: only while nothing of them is
//! held. What is on hand stays in the pool, where staff can see and change it.

use axum::extract::State;
use axum::response::NoContent;
use serde::Serialize;

use super::error::STOCK_HELD;
use crate::app::App;
use crate::auth::StaffWrite;
use crate::catalog;
use crate::catalog::error::changed;
use crate::catalog::product::Variant;
use crate::catalog::removal::{Removal, Target};
use crate::ids::{ProductId, VariantId};
use crate::json;
use crate::problem::Problem;
use crate::together::{ALL, together};
use crate::wire::conditional::IfMatch;
use crate::wire::extract::Path;

/// Deletes a product with its variants, unless pieces of any are held for
/// orders. Orders keep what they sold; what is left in stock can still be read
/// and adjusted under `/v1/admin/stock`.
pub async fn delete_product(
    State(app): State<App>,
    staff: StaffWrite,
    Path(id): Path<ProductId>,
    condition: IfMatch,
) -> Result<NoContent, Problem> {
    remove(&app, &staff, Target::Product(id), &condition).await
}

/// Deletes a variant, unless pieces of it are held for orders; a product's last
/// one stays. Orders keep what they sold; what is left in stock can still be
/// read and adjusted under `/v1/admin/stock`.
pub async fn delete_variant(
    State(app): State<App>,
    staff: StaffWrite,
    Path(id): Path<VariantId>,
    condition: IfMatch,
) -> Result<NoContent, Problem> {
    remove(&app, &staff, Target::Variant(id), &condition).await
}

async fn remove(app: &App, staff: &StaffWrite, target: Target, condition: &IfMatch) -> Result<NoContent, Problem> {
    for _ in 0..catalog::ATTEMPTS {
        let removal = Removal::decide(app, staff, target, condition).await?;
        none_held(app, removal.variants()).await?;
        if removal.write(app, staff).await? {
            return Ok(NoContent);
        }
    }
    Err(changed())
}

/// Pieces of a variant that are held for orders.
#[derive(Serialize)]
struct Held<'a> {
    variant_id: VariantId,
    sku: &'a str,
    held: i64,
}

/// 409 if pieces of any of them are held.
async fn none_held(app: &App, variants: impl Iterator<Item = &Variant>) -> Result<(), Problem> {
    let levels =
        variants.map(|variant| async move { super::level(app, variant.id).await.map(|level| (variant, level)) });
    let levels: Vec<_> = together(levels.collect(), ALL).await.into_iter().collect::<Result<_, _>>()?;
    let held = levels.iter().filter(|(_, level)| level.held > 0);
    let held: Vec<_> =
        held.map(|(variant, level)| Held { variant_id: variant.id, sku: &variant.sku, held: level.held }).collect();
    let pieces: i64 = held.iter().map(|held| held.held).sum();
    if pieces == 0 {
        return Ok(());
    }
    let skus: Vec<_> = held.iter().map(|held| held.sku).collect();
    let detail = format!(
        "pieces held for orders: {pieces}, of {}; set the product to draft or archived, so that nobody orders more, \
         and try again once these orders are paid or given up",
        skus.join(", "),
    );
    Err(Problem::new(STOCK_HELD, detail).with_member("held", pieces).with_member("variants", json::value(&held)))
}
