//! What the catalog refuses to write.

use http::StatusCode;

use super::limits::MAX_PRODUCT_BYTES;
use super::store::bundles::Bundle;
use crate::json;
use crate::problem::{FieldError, Problem};

crate::codes! {
    /// Another product, or another collection, has this slug.
    SLUG_TAKEN = CONFLICT "slug_taken";
    /// Another product has a variant with this SKU.
    SKU_TAKEN = CONFLICT "sku_taken";
    /// The product is being changed by others; try again.
    PRODUCT_CHANGED = CONFLICT "product_changed";
    /// This row of many was left out, because of others: send it again by itself, or with fewer.
    NOT_TRIED = SERVICE_UNAVAILABLE "not_tried";
    /// A product has at least one variant; delete the product instead.
    LAST_VARIANT = CONFLICT "last_variant";
    /// A variant of this is a part of bundles, which have to be made of something else first; `bundles` names them.
    PART_OF_BUNDLE = CONFLICT "part_of_bundle";
    /// A bundle has no stock of its own, and this variant has pieces on hand: take them out of its stock first.
    STOCKED_BUNDLE = CONFLICT "stocked_bundle";
    /// The shop has as many products as one may have, or they are too large together.
    CATALOG_FULL = CONFLICT "catalog_full";
}

/// Another change of the same product was written first.
pub fn changed() -> Problem {
    Problem::new(PRODUCT_CHANGED, "the product is being changed by others; try again")
}

/// A row that was not tried; `why`: what was said of others.
pub fn not_tried(why: &str) -> Problem {
    Problem::new(NOT_TRIED, format!("not tried, as others were refused: {why}; send it again, with fewer"))
}

/// Whether writing was refused for what was written.
pub fn is_about_products(problem: &Problem) -> bool {
    matches!(problem.status, StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY)
}

/// A product is more than the database takes as one value.
pub fn too_large() -> Problem {
    Problem::invalid_field(
        "/variants",
        format!("with its variants it takes more than {MAX_PRODUCT_BYTES} bytes of JSON"),
    )
}

/// Variants are parts of these; of others, where nobody knows yet of which.
pub fn part_of(bundles: &[Bundle]) -> Problem {
    let skus: Vec<_> = bundles.iter().map(|bundle| bundle.sku.as_str()).collect();
    let named = if skus.is_empty() { "others".to_owned() } else { skus.join(", ") };
    let detail = format!("a part of bundles: {named}; take it out of these, or remove them, first");
    Problem::new(PART_OF_BUNDLE, detail).with_member("bundles", json::value(&bundles))
}

/// What is wrong with one row of many, with the name of what it is about: its only sentence.
pub fn in_words(errors: Vec<FieldError>) -> Problem {
    let named = errors.iter().map(|error| {
        let name = error.pointer.rsplit('/').next().unwrap_or_default();
        format!("{name} {}", error.detail)
    });
    let detail = named.collect::<Vec<_>>().join("; ");
    let mut problem = Problem::invalid(errors);
    problem.detail = detail;
    problem
}

/// What a violated constraint of the schema means.
pub fn refusal(constraint: &str) -> Option<Problem> {
    let taken = |code, pointer, detail| Problem::new(code, detail).at(pointer, detail);
    let full = |detail| Problem::new(CATALOG_FULL, detail);
    let names = |name| constraint.contains(name);
    if names("products.slug") {
        Some(taken(SLUG_TAKEN, "/slug", "another product has this slug"))
    } else if names("variants.sku") {
        Some(taken(SKU_TAKEN, "/variants", "another product has a variant with this SKU"))
    } else if names("FOREIGN KEY") {
        // Taken out of the settings since they were read.
        Some(Problem::invalid_field("/tax_class", "not a tax class of this shop any more"))
    } else if names("unknown_upload") {
        // Taken away since it was read.
        Some(Problem::invalid_field("/images", "an upload among these is not there any more; send it again"))
    } else if names("unknown_part") {
        // Taken away, or not sent any more, since it was read.
        Some(Problem::invalid_field("/variants", "a part among these is not there any more, or is not sent"))
    } else if names("bundle_as_part") {
        Some(Problem::invalid_field("/variants", "a part among these is a bundle itself"))
    } else if names("part_of_bundle") {
        Some(part_of(&[]))
    } else if names("stocked_bundle") {
        let detail = "a bundle has no stock of its own: take the pieces that are on hand out of its stock first";
        Some(Problem::new(STOCKED_BUNDLE, detail))
    } else if names("stale_write") {
        Some(changed())
    } else if names("product_too_large") {
        Some(too_large())
    } else if names("too_many_products") {
        Some(full("a shop has at most 50,000 products"))
    } else if names("catalog_too_large") {
        Some(full("the shop's products take more than 32 MB together, as they are packed"))
    } else {
        None
    }
}
