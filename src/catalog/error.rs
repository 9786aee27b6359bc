//! What the catalog refuses to write.

use super::limits::MAX_PRODUCT_BYTES;
use crate::problem::Problem;

crate::codes! {
    /// Another product, or another collection, has this slug.
    SLUG_TAKEN = CONFLICT "slug_taken";
    /// Another product has a variant with this SKU.
    SKU_TAKEN = CONFLICT "sku_taken";
    /// The product is being changed by others; try again.
    PRODUCT_CHANGED = CONFLICT "product_changed";
    /// A product has at least one variant; delete the product instead.
    LAST_VARIANT = CONFLICT "last_variant";
    /// The shop has as many products as one may have, or they are too large together.
    CATALOG_FULL = CONFLICT "catalog_full";
}

/// Another change of the same product was written first.
pub fn changed() -> Problem {
    Problem::new(PRODUCT_CHANGED, "the product is being changed by others; try again")
}

/// A product is more than the database takes as one value.
pub fn too_large() -> Problem {
    Problem::invalid_field(
        "/variants",
        format!("with its variants it takes more than {MAX_PRODUCT_BYTES} bytes of JSON"),
    )
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
    } else if names("stale_write") {
        Some(changed())
    } else if names("product_too_large") {
        Some(too_large())
    } else if names("too_many_products") {
        Some(full("a shop has at most 50,000 products"))
    } else if names("catalog_too_large") {
        Some(full("the shop's products take more than 40 MB together"))
    } else {
        None
    }
}
