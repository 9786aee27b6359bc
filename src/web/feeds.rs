//! What programs read of the catalog: for search engines robots.txt and the
//! sitemap (sitemaps.org), for feed readers the newest products (Atom, RFC 4287),
//! for shopping engines every variant (RSS 2.0 with Google's fields, Merchant
//! Center's "Product data specification"). All name addresses, so there are none
//! in a shop that has not said where people reach it.

use super::choosing::Choosing;
use super::collections::collection_url;
use super::frame::versions;
use super::gtin::gtin;
use super::structured::{absolute, shortened};
use super::tile::product_url;
use super::visitor::LOCALE;
use crate::catalog::product::{Level, Product, Variant};
use crate::ports::Timestamp;
use crate::problem::Problem;
use crate::shelf::read::ReadAnswer;
use crate::shelf::snapshot::Snapshot;
use crate::text::{Language, markdown};

/// They are read anew some times a day.
const CACHE_CONTROL: &str = "public, max-age=600";

/// The products of a part of the sitemap, each with an address for every version of its page. With the 1,000
/// collections of the first part these are 9,000 of the 50,000 that one may have, and some 5 MB.
const SITEMAP_PART: usize = 2_000;
/// The variants of a part of the feed for shopping engines: some 4 MB.
const FEED_PART: usize = 5_000;
const NEWEST: usize = 50;
/// The characters of a description in a feed, the most that Google takes.
const MAX_DESCRIPTION: usize = 5_000;

/// The answer at this path. `None`: none of these. Feeds of products are in the shop's own
/// language, unless the `query` says another, as that of a page does.
pub fn answer(snapshot: &Snapshot, site: &str, path: &str, query: &str) -> Option<Result<ReadAnswer, Problem>> {
    let is_ours = |prefix: &str| part(path, prefix).is_some();
    if site.is_empty() && (is_ours("/sitemaps/") || is_ours("/feeds/google-")) {
        return Some(Err(Problem::not_found()));
    }
    let locale = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == LOCALE);
    let language = locale.and_then(|(_, value)| Language::named(&value));
    let (content_type, body) = match path {
        "/robots.txt" => ("text/plain; charset=utf-8", Some(robots(site))),
        "/sitemap.xml" => ("application/xml", Some(sitemaps(snapshot, site))),
        "/feed.xml" => ("application/atom+xml", Some(atom(snapshot, site, language))),
        path => match (part(path, "/sitemaps/"), part(path, "/feeds/google-")) {
            (Some(part), _) => ("application/xml", sitemap(snapshot, site, part)),
            (_, Some(part)) => ("application/rss+xml", shopping(snapshot, site, part, language)),
            (None, None) => return None,
        },
    };
    let body = body.filter(|_| !site.is_empty() || path == "/robots.txt").ok_or_else(Problem::not_found);
    let answer = |body: String| ReadAnswer {
        cache_control: CACHE_CONTROL,
        ..ReadAnswer::new(snapshot, content_type, body.into_bytes())
    };
    Some(body.map(answer))
}

/// The number in `{prefix}{number}.xml`, from 1.
fn part(path: &str, prefix: &str) -> Option<usize> {
    path.strip_prefix(prefix)?.strip_suffix(".xml")?.parse().ok().filter(|part| *part > 0)
}

fn robots(site: &str) -> String {
    let rules = "User-agent: *\nDisallow: /admin\nDisallow: /cart\nDisallow: /checkout\nDisallow: /orders\n";
    if site.is_empty() { rules.to_owned() } else { format!("{rules}\nSitemap: {site}/sitemap.xml\n") }
}

/// What is being written.
struct Xml(String);

impl Xml {
    fn new(root: &str) -> Self {
        Self(format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root}>\n"))
    }

    /// An element with a text, unless that is empty.
    fn add(&mut self, name: &str, text: &str) {
        if text.is_empty() {
            return;
        }
        self.tag(&["<", name, ">"]);
        self.text(text);
        self.tag(&["</", name, ">\n"]);
    }

    /// A text as it stands in an element, or in quotes.
    fn text(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '<' => self.0.push_str("&lt;"),
                '&' => self.0.push_str("&amp;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                c => self.0.push(c),
            }
        }
    }

    /// Of what is ours.
    fn tag(&mut self, parts: &[&str]) {
        parts.iter().for_each(|part| self.0.push_str(part));
    }
}

fn sitemaps(snapshot: &Snapshot, site: &str) -> String {
    let mut xml = Xml::new("sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"");
    for part in 1..=snapshot.sold().count().div_ceil(SITEMAP_PART).max(1) {
        xml.tag(&["<sitemap>"]);
        xml.add("loc", &format!("{site}/sitemaps/{part}.xml"));
        xml.tag(&["</sitemap>\n"]);
    }
    xml.tag(&["</sitemapindex>\n"]);
    xml.0
}

fn sitemap(snapshot: &Snapshot, site: &str, part: usize) -> Option<String> {
    let mut xml = Xml::new(
        "urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" xmlns:xhtml=\"http://www.w3.org/1999/xhtml\"",
    );
    // Each version names all of them, itself too, or Google heeds none ("Localized versions of your pages").
    let mut add = |url: &str, changed: &str| {
        let versions = versions(&absolute(site, url));
        for (_, version) in &versions {
            xml.tag(&["<url>"]);
            xml.add("loc", version);
            xml.add("lastmod", changed);
            for (tag, other) in &versions {
                xml.tag(&["<xhtml:link rel=\"alternate\" hreflang=\"", tag, "\" href=\""]);
                xml.text(other);
                xml.tag(&["\"/>\n"]);
            }
            xml.tag(&["</url>\n"]);
        }
    };
    let mut products = snapshot.sold().skip((part - 1).saturating_mul(SITEMAP_PART)).take(SITEMAP_PART).peekable();
    if part == 1 {
        add("/", "");
        add("/products", "");
        if snapshot.collections.shown().next().is_some() {
            add("/collections", "");
        }
        snapshot.collections.shown().for_each(|(_, collection)| add(&collection_url(collection), ""));
    } else {
        products.peek()?;
    }
    let products = products.filter_map(|place| snapshot.unpacked(place));
    products.for_each(|product| add(&product_url(&product), &product.updated_at.to_string()));
    xml.tag(&["</urlset>\n"]);
    Some(xml.0)
}

fn atom(snapshot: &Snapshot, site: &str, language: Option<Language>) -> String {
    let mut xml = Xml::new("feed xmlns=\"http://www.w3.org/2005/Atom\"");
    let newest: Vec<&Product> = snapshot.sold().take(NEWEST).filter_map(|place| snapshot.product(place)).collect();
    let shop = &snapshot.settings.shop_name;
    let changed = newest.iter().map(|product| product.updated_at).max().unwrap_or(Timestamp::from_millis(0));
    xml.add("title", shop);
    xml.add("id", &format!("{site}/"));
    xml.add("updated", &changed.to_string());
    xml.tag(&["<link rel=\"self\" href=\"", site, "/feed.xml\"/>\n<link href=\"", site, "/\"/>\n<author>"]);
    xml.add("name", shop);
    xml.tag(&["</author>\n"]);
    for product in newest {
        xml.tag(&["<entry>\n"]);
        xml.add("title", product.texts(language).title);
        // Stays what it is when the slug is another.
        xml.add("id", &format!("{site}/v1/products/{}", product.id));
        xml.add("published", &product.created_at.to_string());
        xml.add("updated", &product.updated_at.to_string());
        xml.tag(&["<link href=\"", site, &url(product, Vec::new(), language), "\"/>\n"]);
        xml.add("summary", &described(product, language));
        xml.tag(&["</entry>\n"]);
    }
    xml.tag(&["</feed>\n"]);
    xml.0
}

fn shopping(snapshot: &Snapshot, site: &str, part: usize, language: Option<Language>) -> Option<String> {
    let currency = snapshot.settings.default_currency;
    let (begin, mut count) = ((part - 1).saturating_mul(FEED_PART), 0_usize);
    let mut xml = Xml::new("rss version=\"2.0\" xmlns:g=\"http://base.google.com/ns/1.0\"");
    xml.tag(&["<channel>\n"]);
    xml.add("title", &snapshot.settings.shop_name);
    xml.add("link", &format!("{site}/"));
    xml.add("description", &snapshot.settings.shop_name);
    let end = begin.saturating_add(FEED_PART);
    for place in snapshot.sold() {
        let first = count;
        let offers = snapshot.offers(place);
        count = count.saturating_add(offers.variants.iter().filter(|offer| offer.price(currency).is_some()).count());
        if count > begin
            && let Some(product) = snapshot.unpacked(place)
        {
            let sold = product.variants.iter().filter(|variant| variant.price(currency).is_some());
            for (_, variant) in (first..end).zip(sold).filter(|(n, _)| *n >= begin) {
                add_item(&mut xml, snapshot, site, (&product, variant), language);
            }
        }
        if count >= end {
            break;
        }
    }
    xml.tag(&["</channel>\n</rss>\n"]);
    (part == 1 || count > begin).then_some(xml.0)
}

/// A variant. Prices are as the shop shows them, with tax where it shows them so.
fn add_item(
    xml: &mut Xml,
    snapshot: &Snapshot,
    site: &str,
    (product, variant): (&Product, &Variant),
    language: Option<Language>,
) {
    let currency = snapshot.settings.default_currency;
    let Some(price) = variant.price(currency) else { return };
    let is_alone = product.variants.len() == 1;
    let texts = product.texts(language);
    let title = match is_alone {
        true => texts.title.to_owned(),
        false => format!("{} – {}", texts.title, texts.variant(&product.options, variant)),
    };
    let priced = |money: crate::money::Money| format!("{} {}", money.decimal(), currency.as_str());
    let gtin = gtin(variant.barcode.as_deref()).unwrap_or_default();
    let vendor = product.vendor.as_deref().unwrap_or_default();
    xml.tag(&["<item>\n"]);
    xml.add("g:id", &variant.id.to_string());
    xml.add("title", &title);
    let description = described(product, language);
    xml.add("description", if description.is_empty() { &title } else { &description });
    xml.add("link", &absolute(site, &url(product, Choosing::fields_of(product, variant), language)));
    let shown = product.image_of(variant).or(product.images.first());
    if let Some(image) = shown {
        xml.add("g:image_link", &absolute(site, &image.url));
    }
    for image in product.images.iter().filter(|image| Some(*image) != shown).take(10) {
        xml.add("g:additional_image_link", &absolute(site, &image.url));
    }
    let availability = match variant.level {
        Level::Out => "out_of_stock",
        _ if variant.backorder => "backorder",
        _ => "in_stock",
    };
    xml.add("g:availability", availability);
    match variant.compare_at(currency) {
        Some(before) => {
            xml.add("g:price", &priced(before));
            xml.add("g:sale_price", &priced(price));
        }
        None => xml.add("g:price", &priced(price)),
    }
    xml.add("g:brand", vendor);
    xml.add("g:product_type", product.kind.as_deref().unwrap_or_default());
    xml.add("g:gtin", gtin);
    xml.add("g:mpn", if vendor.is_empty() { "" } else { &variant.sku });
    xml.add("g:identifier_exists", if gtin.is_empty() && vendor.is_empty() { "no" } else { "" });
    xml.add("g:item_group_id", &if is_alone { String::new() } else { product.id.to_string() });
    xml.add("g:condition", "new");
    if let Some(grams) = variant.weight_grams {
        xml.add("g:shipping_weight", &format!("{grams} g"));
    }
    xml.tag(&["</item>\n"]);
}

/// What is told of it, without the marks of its Markdown.
fn described(product: &Product, language: Option<Language>) -> String {
    let html = markdown::rendered(product.texts(language).description);
    shortened(&markdown::plain(&html), MAX_DESCRIPTION)
}

/// The product's page in the language, with the `fields` that choose a variant.
fn url(product: &Product, mut fields: Vec<(String, String)>, language: Option<Language>) -> String {
    fields.extend(language.map(|language| (LOCALE.to_owned(), language.tag().to_owned())));
    if fields.is_empty() {
        return product_url(product);
    }
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
    format!("{}?{query}", product_url(product))
}

#[cfg(test)]
#[path = "feeds_tests.rs"]
mod tests;
