//! How much of anything one product takes. The contract says the same numbers.

/// The longest title, of a product or a variant, and vendor, in characters.
pub const MAX_LINE: usize = 255;
/// The longest description, in characters.
pub const MAX_DESCRIPTION: usize = 20_000;
/// The longest description of a product for search engines, in characters:
/// they show some 160.
pub const MAX_SEO: usize = 500;
/// The most slugs that a product had before: then it keeps the one that it has.
pub const MAX_FORMER_SLUGS: usize = 100;
pub const MAX_TAGS: usize = 50;
/// The longest tag and the longest name of an option or of metadata, in characters.
pub const MAX_NAME: usize = 64;
/// The most names of one product's metadata.
pub const MAX_METADATA: usize = 50;
/// The longest text among them, in characters, and all of it, in bytes of JSON.
pub const MAX_METADATA_TEXT: usize = 2_000;
pub const MAX_METADATA_BYTES: usize = 10_000;
pub const MAX_OPTIONS: usize = 3;
/// The most values of one option.
pub const MAX_VALUES: usize = 100;
/// The longest value of an option, in characters.
pub const MAX_VALUE: usize = 100;
/// As many as Shopify takes. A body of 1 MiB leaves a variant 512 bytes; with three prices it takes some 250.
pub const MAX_VARIANTS: usize = 2_048;
/// What a product takes at most where it is written or read as one value, in bytes of JSON: D1 takes 2,000,000.
/// `products` has the same number.
pub const MAX_PRODUCT_BYTES: usize = 1_900_000;
/// The longest SKU and barcode, in characters.
pub const MAX_CODE: usize = crate::text::MAX_CODE;
/// The most prices of one variant in any shop: ISO 4217 has no more currencies.
/// A shop takes one in each of its own.
pub const MAX_PRICES: usize = 200;
/// The most parts of one bundle, and pieces of one part in it. `bundle_parts` has the same numbers.
pub const MAX_PARTS: usize = 20;
pub const MAX_PART_QUANTITY: u32 = 100;
/// The most parts of all variants of a product: their titles and SKUs are read with it, and may become 1,300 bytes
/// each when the parts are renamed. That is within what is left beside [`MAX_PRODUCT_BYTES`].
pub const MAX_ALL_PARTS: usize = 75;
/// The most tiers of one price.
pub const MAX_TIERS: usize = 10;
/// Ten tonnes, in grams.
pub const MAX_WEIGHT: u32 = 10_000_000;
/// The most pieces that can count as few.
pub const MAX_LOW: u32 = 1_000_000;
pub const MAX_IMAGES: usize = 50;
/// The longest address of an image, in bytes.
pub const MAX_URL: usize = 2_048;
/// The longest description of an image, in characters.
pub const MAX_ALT: usize = 500;
