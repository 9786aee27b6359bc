//! What a file of products can hold: one table for what comes in and what goes out, in
//! our own format and in Shopify's. A new fact of a product or a variant is a line in
//! [`FACTS`].

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::money::Currency;

/// How products are written down in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileFormat {
    /// Comma-separated values of our own: a line for each variant, with all that the shop knows of it.
    Csv,
    /// Shopify's product CSV.
    Shopify,
    /// JSON Lines: a product on each, as `POST /v1/admin/products` takes it.
    Jsonl,
}

/// How a cell says a fact.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Takes {
    Text,
    /// Text, which is HTML in Shopify's files.
    Prose,
    /// A code that a spreadsheet may have rounded.
    Code,
    /// Texts, parted by commas.
    Words,
    /// A whole number.
    Number,
    /// A whole number, which may be below zero.
    Signed,
    /// Whether it is so.
    Flag,
    /// One of these.
    OneOf(&'static [&'static str]),
}

/// A fact of a product or a variant that one cell says.
#[derive(Debug, PartialEq)]
pub struct Fact {
    /// The name of its column in our own files.
    pub own: &'static str,
    /// In Shopify's; empty where they have none.
    pub shopify: &'static str,
    /// The member of the body that says it, and of the answer; behind slashes, a member of that.
    pub member: &'static str,
    pub of_variant: bool,
    pub takes: Takes,
    /// Whether it may be taken away.
    pub is_optional: bool,
}

impl Fact {
    const fn product(own: &'static str, shopify: &'static str, takes: Takes) -> Self {
        Self { own, shopify, member: own, of_variant: false, takes, is_optional: false }
    }

    const fn variant(own: &'static str, shopify: &'static str, takes: Takes) -> Self {
        Self { of_variant: true, ..Self::product(own, shopify, takes) }
    }

    const fn optional(self) -> Self {
        Self { is_optional: true, ..self }
    }
}

/// The facts that a cell says by itself, in the order of their columns.
pub static FACTS: &[Fact] = &[
    Fact::product("title", "Title", Takes::Text),
    Fact::product("description", "Body (HTML)", Takes::Prose).optional(),
    Fact::product("vendor", "Vendor", Takes::Text).optional(),
    Fact::product("type", "Type", Takes::Text).optional(),
    Fact::product("tags", "Tags", Takes::Words).optional(),
    Fact::product("status", "Status", Takes::OneOf(&["draft", "active", "archived"])),
    Fact::product("delivery", "", Takes::OneOf(&["shipped", "digital", "gift_card"])),
    Fact::product("tax_class", "", Takes::Text).optional(),
    Fact::product("seo_title", "SEO Title", Takes::Text).optional(),
    Fact::product("seo_description", "SEO Description", Takes::Text).optional(),
    Fact::product("publish_at", "", Takes::Text).optional(),
    Fact::product("unpublish_at", "", Takes::Text).optional(),
    Fact { member: "translations/en/title", ..Fact::product("title_en", "", Takes::Text).optional() },
    Fact { member: "translations/en/description", ..Fact::product("description_en", "", Takes::Prose).optional() },
    Fact { member: "translations/en/seo_title", ..Fact::product("seo_title_en", "", Takes::Text).optional() },
    Fact {
        member: "translations/en/seo_description",
        ..Fact::product("seo_description_en", "", Takes::Text).optional()
    },
    Fact { member: "translations/de/title", ..Fact::product("title_de", "", Takes::Text).optional() },
    Fact { member: "translations/de/description", ..Fact::product("description_de", "", Takes::Prose).optional() },
    Fact { member: "translations/de/seo_title", ..Fact::product("seo_title_de", "", Takes::Text).optional() },
    Fact {
        member: "translations/de/seo_description",
        ..Fact::product("seo_description_de", "", Takes::Text).optional()
    },
    Fact::variant("sku", "Variant SKU", Takes::Code),
    Fact { member: "title", ..Fact::variant("variant_title", "", Takes::Text).optional() },
    Fact::variant("weight_grams", "Variant Grams", Takes::Number).optional(),
    Fact::variant("barcode", "Variant Barcode", Takes::Code).optional(),
    // One of the product's images, which are told apart by their addresses.
    Fact { member: "image", ..Fact::variant("variant_image", "Variant Image", Takes::Text).optional() },
    Fact { member: "tax_class", ..Fact::variant("variant_tax_class", "", Takes::Text).optional() },
    // Shopify has words of its own for these two: see `Part`.
    Fact::variant("tracked", "", Takes::Flag),
    Fact::variant("backorder_floor", "", Takes::Signed),
    Fact::variant("low_level", "", Takes::Number).optional(),
];

/// What a column says that takes more than a cell to know.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Part {
    ProductId,
    Slug,
    VariantId,
    /// Of the option of this number, from 0.
    OptionName(usize),
    OptionValue(usize),
    ImageUrl,
    ImagePosition,
    ImageAlt,
    /// How many pieces there are.
    Quantity,
    /// How many there were when the file was written: what was sold since is not undone.
    QuantityWas,
    /// Shopify's word for `active`; `Status` says more.
    Published,
    /// Who counts the pieces in Shopify's files: nobody where it is blank.
    Tracker,
    /// Shopify's word for whether more may be sold than there is.
    Policy,
    /// Shopify's words for the kind of delivery.
    Shipped,
    GiftCard,
}

/// The names of [`Part`]s, ours and Shopify's; empty where there is none.
pub static PARTS: &[(&str, &str, Part)] = &[
    ("product_id", "", Part::ProductId),
    ("slug", "Handle", Part::Slug),
    ("variant_id", "", Part::VariantId),
    ("option1_name", "Option1 Name", Part::OptionName(0)),
    ("option1_value", "Option1 Value", Part::OptionValue(0)),
    ("option2_name", "Option2 Name", Part::OptionName(1)),
    ("option2_value", "Option2 Value", Part::OptionValue(1)),
    ("option3_name", "Option3 Name", Part::OptionName(2)),
    ("option3_value", "Option3 Value", Part::OptionValue(2)),
    ("image_url", "Image Src", Part::ImageUrl),
    ("", "Image Position", Part::ImagePosition),
    ("image_alt", "Image Alt Text", Part::ImageAlt),
    ("quantity", "Variant Inventory Qty", Part::Quantity),
    ("quantity_was", "", Part::QuantityWas),
    ("", "Variant Inventory Tracker", Part::Tracker),
    ("", "Variant Inventory Policy", Part::Policy),
    ("", "Published", Part::Published),
    ("", "Variant Requires Shipping", Part::Shipped),
    ("", "Gift Card", Part::GiftCard),
];

/// What a column says of a price in one currency.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Priced {
    Amount,
    /// What it cost before.
    CompareAt,
    /// What it costs for a time.
    Sale,
    SaleStarts,
    SaleEnds,
    /// What each of many pieces costs.
    Tiers,
}

/// The columns of a price: what is before the currency in our own names, and Shopify's
/// names, where amounts are in one currency alone; empty where there is none.
pub static PRICES: &[(&str, &str, Priced)] = &[
    ("price_", "Variant Price", Priced::Amount),
    ("compare_at_", "Variant Compare At Price", Priced::CompareAt),
    ("sale_", "", Priced::Sale),
    ("sale_starts_at_", "", Priced::SaleStarts),
    ("sale_ends_at_", "", Priced::SaleEnds),
    ("tiers_", "", Priced::Tiers),
];

/// What a column of a file is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Column {
    Fact(&'static Fact),
    Part(Part),
    Price(Priced, Currency),
}

impl Column {
    /// What a column of this name is; none if nothing of the shop's.
    /// `currency`: of amounts that name none.
    pub fn named(name: &str, format: FileFormat, currency: Currency) -> Option<Self> {
        let name = name.trim();
        let shopify = format == FileFormat::Shopify;
        let is = |own: &str, theirs: &str| {
            let known = if shopify { theirs } else { own };
            !known.is_empty() && known.eq_ignore_ascii_case(name)
        };
        if let Some(fact) = FACTS.iter().find(|fact| is(fact.own, fact.shopify)) {
            return Some(Self::Fact(fact));
        }
        if let Some((_, _, part)) = PARTS.iter().find(|(own, theirs, _)| is(own, theirs)) {
            return Some(Self::Part(*part));
        }
        let of = |(own, theirs, priced): &(&str, &str, Priced)| {
            let currency = match shopify {
                true => is(own, theirs).then_some(currency),
                false => Currency::parse(&name.strip_prefix(own)?.to_ascii_uppercase()).ok(),
            };
            Some(Self::Price(*priced, currency?))
        };
        PRICES.iter().find_map(of)
    }
}

/// What a body or an answer has as a member.
pub fn said<'a>(of: &'a Value, member: &str) -> Option<&'a Value> {
    member.split('/').try_fold(of, |of, member| of.get(member))
}

/// Has a body say a value as a member.
pub fn say(body: &mut Map<String, Value>, member: &str, value: Value) {
    let Some((outer, inner)) = member.split_once('/') else {
        body.insert(member.to_owned(), value);
        return;
    };
    let outer = body.entry(outer).or_insert_with(|| Value::Object(Map::new()));
    outer.as_object_mut().into_iter().for_each(|outer| say(outer, inner, value.clone()));
}

/// A product's column in Shopify's files, or ours, by the member of its body; the same for
/// a variant. For people: what is wrong is told by the name that they see.
pub fn column_of(member: &str, of_variant: bool, format: FileFormat) -> &'static str {
    let shopify = format == FileFormat::Shopify;
    let name = |own, theirs: &'static str| if shopify { theirs } else { own };
    let known = FACTS.iter().find(|fact| fact.member == member && fact.of_variant == of_variant);
    match (known.map(|fact| name(fact.own, fact.shopify)), member) {
        (Some(column), _) if !column.is_empty() => column,
        (_, "slug") => part(Part::Slug, format),
        (_, "options") => part(Part::OptionValue(0), format),
        (_, "images") => part(Part::ImageUrl, format),
        (_, "tracked") => part(Part::Tracker, format),
        (_, "backorder_floor") => part(Part::Policy, format),
        (_, "delivery") => part(Part::Shipped, format),
        _ => "",
    }
}

/// The name of a part's column; empty where the format has none.
pub fn part(part: Part, format: FileFormat) -> &'static str {
    let known = PARTS.iter().find(|(_, _, known)| *known == part);
    known.map_or("", |(own, theirs, _)| if format == FileFormat::Shopify { *theirs } else { *own })
}
