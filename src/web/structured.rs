//! What a page says to machines: schema.org's Product and BreadcrumbList, as
//! JSON-LD. It is data, which no browser runs, so that the content security
//! policy does not ask for it.

use serde_json::{Value, json};

use super::choosing::Choosing;
use super::gtin::gtin;
use super::tile::product_url;
use crate::catalog::product::{Level, Product};
use crate::money::Money;

/// The characters of a description that are told.
const MAX_TOLD: usize = 500;

/// JSON that may stand in a `script` element: nothing in it ends that.
pub fn embedded(json: &Value) -> String {
    json.to_string().replace('<', "\\u003c")
}

/// An address with the shop's own before it, unless it has one.
pub fn absolute(site: &str, url: &str) -> String {
    if url.starts_with('/') { format!("{site}{url}") } else { url.to_owned() }
}

/// The text up to so many characters, and up to a word's end.
pub fn shortened(text: &str, most: usize) -> String {
    let mut short = String::new();
    let mut left = most;
    for word in text.split_whitespace() {
        let length = word.chars().count().saturating_add(1);
        if length > left {
            break;
        }
        left = left.saturating_sub(length);
        short.push_str(word);
        short.push(' ');
    }
    short.trim_end().to_owned()
}

pub fn availability(product: &Product) -> &'static str {
    match product.level {
        _ if product.is_on_backorder() => "https://schema.org/BackOrder",
        Level::InStock => "https://schema.org/InStock",
        Level::Low => "https://schema.org/LimitedAvailability",
        Level::Out => "https://schema.org/OutOfStock",
    }
}

/// The product with its offers, its title and its description as plain text, and the way to it:
/// the name and the address of each step.
pub fn of_product(
    site: &str,
    choosing: &Choosing,
    (title, description): (&str, &str),
    steps: &[(&str, String)],
) -> String {
    let product = choosing.product;
    let mut told = json!({
        "@type": "Product",
        "name": title,
        "url": absolute(site, &product_url(product)),
        "productID": product.id.to_string(),
        "offers": offers(site, choosing),
    });
    let mut add = |name: &str, value: Value| {
        if let Some(told) = told.as_object_mut() {
            told.insert(name.to_owned(), value);
        }
    };
    let description = shortened(description, MAX_TOLD);
    if !description.is_empty() {
        add("description", description.into());
    }
    if let Some(vendor) = &product.vendor {
        add("brand", json!({ "@type": "Brand", "name": vendor }));
    }
    if !product.images.is_empty() {
        add("image", product.images.iter().map(|image| absolute(site, &image.url)).collect());
    }
    if let [variant] = product.variants.as_slice() {
        add("sku", variant.sku.clone().into());
        if let Some(gtin) = gtin(variant.barcode.as_deref()) {
            add("gtin", gtin.into());
        }
    }
    embedded(&json!({ "@context": "https://schema.org", "@graph": [told, breadcrumbs(site, steps)] }))
}

/// One offer, or the range of all.
fn offers(site: &str, choosing: &Choosing) -> Value {
    let Choosing { product, currency, .. } = choosing;
    let prices: Vec<Money> = choosing.sold().filter_map(|(variant, _)| variant.price(*currency)).collect();
    let least = prices.iter().min_by_key(|price| price.amount);
    let most = prices.iter().max_by_key(|price| price.amount);
    let url = absolute(site, &product_url(product));
    let (Some(least), Some(most)) = (least, most) else { return Value::Null };
    if prices.len() == 1 {
        return json!({
            "@type": "Offer", "url": url, "price": least.decimal(), "priceCurrency": currency.as_str(),
            "availability": availability(product),
        });
    }
    json!({
        "@type": "AggregateOffer", "url": url, "lowPrice": least.decimal(), "highPrice": most.decimal(),
        "priceCurrency": currency.as_str(), "offerCount": prices.len(), "availability": availability(product),
    })
}

fn breadcrumbs(site: &str, steps: &[(&str, String)]) -> Value {
    let step = |(n, (name, url)): (usize, &(&str, String))| json!({ "@type": "ListItem", "position": n.saturating_add(1), "name": name, "item": absolute(site, url) });
    json!({ "@type": "BreadcrumbList", "itemListElement": steps.iter().enumerate().map(step).collect::<Vec<_>>() })
}
