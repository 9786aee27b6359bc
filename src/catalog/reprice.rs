//! The prices of one variant, where many are changed one after the other.

use http::StatusCode;
use serde_json::Value;

use super::body::{PriceBody, facts, variant_body};
use super::change::Change;
use super::draft::{Draft, Wanted};
use super::product::Product;
use super::store;
use crate::app::App;
use crate::auth::StaffWrite;
use crate::idempotency::Request;
use crate::ids::VariantId;
use crate::problem::Problem;
use crate::settings::Settings;
use crate::wire::conditional::IfMatch;

/// Gives a variant these prices; in other currencies it costs what it did. Counts
/// once for each `request`. Whoever is done with a few of them has to
/// [settle](crate::revision::settle).
pub async fn reprice(
    app: &App,
    staff: StaffWrite,
    id: VariantId,
    prices: &[PriceBody],
    request: Option<Request>,
) -> Result<(), Problem> {
    let change = Change { app, staff, condition: IfMatch::ANY, request, status: StatusCode::OK };
    let draft = |before: &Product, settings: &Settings| {
        let wanted = before.variants.iter().map(|variant| match variant.id == id {
            true => {
                let mut body = variant_body(before, variant);
                body.prices.retain(|price| prices.iter().all(|new| new.currency != price.currency));
                // First, so that what is wrong with them is told by their own places.
                body.prices.splice(0..0, prices.iter().cloned());
                Wanted::Sent { at: 0, was: Some(variant), body }
            }
            false => Wanted::Kept(before, variant),
        });
        Draft::change(facts(before), wanted.collect(), Vec::new(), settings).map_err(Problem::invalid)
    };
    change.write(store::product_of_variant(id), &draft, &|_| Some(Value::Null)).await.map(drop)
}
