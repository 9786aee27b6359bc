//! What is there already, as it would be sent.

use super::{ImageBody, OptionBody, PartBody, PriceBody, ProductBody, VariantBody};
use crate::catalog::product::{Image, Product, ProductOption, Variant};
use crate::catalog::translations;

/// A product as it would be sent, without its variants.
pub fn facts(product: &Product) -> ProductBody {
    let option = |option: &ProductOption| OptionBody { name: option.name.clone(), values: option.values.clone() };
    let image = |image: &Image| ImageBody { url: Some(image.url.clone()), upload: None, alt: Some(image.alt.clone()) };
    let options: Vec<_> = product.options.iter().map(option).collect();
    let images: Vec<_> = product.images.iter().map(image).collect();
    ProductBody {
        title: product.title.clone(),
        slug: Some(product.slug.clone()),
        description: Some(product.description.clone()),
        vendor: product.vendor.clone(),
        kind: product.kind.clone(),
        seo_title: product.seo_title.clone(),
        seo_description: product.seo_description.clone(),
        translations: translations::kept(product.translations.as_deref(), &options, &images),
        metadata: product.metadata.clone(),
        tags: product.tags.clone(),
        status: Some(product.status),
        publish_at: product.publish_at,
        unpublish_at: product.unpublish_at,
        delivery: Some(product.delivery),
        tax_class: product.tax_class.clone(),
        options,
        variants: Vec::new(),
        images,
    }
}

/// A variant as it would be sent.
pub fn variant_body(product: &Product, variant: &Variant) -> VariantBody {
    let names = product.options.iter().map(|option| option.name.clone());
    VariantBody {
        sku: variant.sku.clone(),
        title: variant.given_title.clone(),
        options: names.zip(variant.options.iter().cloned()).collect(),
        prices: PriceBody::all_of(variant),
        weight_grams: variant.weight_grams,
        barcode: variant.barcode.clone(),
        image: product.image_of(variant).map(|image| image.url.clone()),
        tax_class: variant.tax_class.clone(),
        parts: variant.parts.iter().map(PartBody::from).collect(),
        tracked: Some(!variant.untracked),
        backorder_floor: Some(variant.least()),
        low_level: variant.low_level,
    }
}
