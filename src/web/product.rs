//! The page of one product, with the choice of its options.

use std::borrow::Cow;

use askama::Template;
use serde_json::json;

use super::choosing::Choosing;
use super::collections::collection_url;
use super::frame::{Frame, MAX_META};
use super::pages::Reading;
use super::parts::{ErrorSummary, Short, SummaryItem, made_of, sentence};
use super::structured;
use super::tile::{Stock, Tile, going_with, product_url, shown};
use super::visitor::Visitor;
use super::words::fill;
use crate::collections::collection::Collection;
use crate::ids::ProductId;
use crate::money::{Currency, Money};
use crate::pricing::tiers::Tier;
use crate::problem::Problem;
use crate::shelf::snapshot::{Image, Level, Product, Snapshot, Variant};
use crate::sorted::SortedMap;
use crate::text::markdown;

/// An option with more values is a list that unfolds.
const MAX_BUTTONS: usize = 12;

#[derive(Template)]
#[template(path = "product.html")]
pub struct ProductPage<'a> {
    frame: Frame<'a>,
    product: &'a Product,
    title: &'a str,
    images: Cow<'a, [Image]>,
    preview: String,
    /// What search engines and others are told instead of the title, and of the description.
    seo_title: &'a str,
    summary: String,
    /// JSON-LD.
    data: String,
    /// What the script chooses by; none where nothing can be chosen.
    table: String,
    steps: Vec<(&'a str, String)>,
    /// The large one: of what is chosen.
    picture: Option<Cow<'a, Image>>,
    /// What goes with it.
    tiles: Vec<Tile<'a>>,
    /// As HTML.
    description: String,
    /// Of what is chosen; nothing of what does not exist.
    price: String,
    price_before: Option<String>,
    /// See [`price_notes`].
    price_notes: String,
    stock: Stock,
    /// So many pieces of what is chosen are few; none where they have yet to come.
    few: i64,
    choices: Vec<Axis>,
    variant_id: Option<String>,
    url: String,
    sold_out: bool,
    error_summary: Option<ErrorSummary>,
    invalid_quantity: Option<String>,
    /// As it stands in the field.
    quantity: String,
}

/// An option, with what can be chosen of it.
struct Axis {
    field: String,
    label: String,
    values: Vec<Value>,
}

struct Value {
    sent: String,
    label: String,
    /// Why it is not to be had with the rest of the choice.
    mark: &'static str,
    is_chosen: bool,
}

impl Axis {
    fn is_long(&self) -> bool {
        self.values.len() > MAX_BUTTONS
    }
}

impl<'a> ProductPage<'a> {
    pub fn new(snapshot: &'a Snapshot, reading: &Reading, choosing: &Choosing<'a>) -> Self {
        let Reading { visitor, site, .. } = reading;
        let (product, frame) = (choosing.product, Frame::new(snapshot, visitor));
        let url = product_url(product);
        let texts = product.texts(Some(visitor.language));
        let steps = steps(snapshot, &frame, product);
        let picture = choosing.variant.and_then(|variant| product.image_of(variant)).or(product.images.first());
        let description = markdown::rendered(texts.description);
        let text = markdown::plain(&description);
        let in_words = |money: Money| money.display_in(visitor.language);
        let price = choosing.variant.and_then(|variant| variant.price(choosing.currency));
        let before = choosing.variant.and_then(|variant| variant.compare_at(choosing.currency));
        Self {
            product,
            title: texts.title,
            images: texts.images(&product.images),
            preview: picture.map_or_else(String::new, |image| structured::absolute(site, &image.url)),
            seo_title: texts.seo_title.unwrap_or(texts.title),
            summary: summary(&frame, texts.title, texts.seo_description, &text),
            data: structured::of_product(site, choosing, (texts.title, &text), &steps),
            table: table(snapshot, choosing, visitor),
            picture: picture.map(|image| texts.image(image)),
            tiles: going_with(snapshot, visitor, choosing.currency, &[product]),
            steps,
            description,
            price: price.map_or_else(String::new, in_words),
            price_before: before.map(in_words),
            price_notes: choosing
                .variant
                .map_or_else(String::new, |v| price_notes(snapshot, v, choosing.currency, visitor)),
            stock: choosing
                .variant
                .map_or_else(|| Stock::none(&frame.w), |v| Stock::of(&frame.w, v.level, v.backorder)),
            few: choosing.variant.filter(|v| !v.backorder).map_or(0, |v| v.few(snapshot.settings.low_level)),
            choices: choices(choosing, visitor),
            variant_id: choosing.variant.filter(|_| choosing.axes.is_empty()).map(|variant| variant.id.to_string()),
            url,
            sold_out: choosing.is_sold_out(),
            error_summary: None,
            invalid_quantity: None,
            quantity: "1".to_owned(),
            frame,
        }
    }

    /// The products whose prices are on it.
    pub fn shows(&self) -> Vec<ProductId> {
        [self.product.id].into_iter().chain(shown(&self.tiles)).collect()
    }

    /// As the product's own page, which may run the shop's script.
    pub fn at_home(self, snapshot: &'a Snapshot, reading: &Reading) -> Self {
        Self { frame: Frame::of_catalog(snapshot, reading, true), ..self }
    }

    /// What a small picture is called that leads to its file: which of how many, and what it shows.
    fn named(&self, number: &usize, image: &Image) -> String {
        let which = fill(self.frame.w.picture, &[&number.to_string(), &self.images.len().to_string()]);
        if image.alt.is_empty() { which } else { format!("{which}: {}", image.alt) }
    }

    /// With why nothing was put into the cart.
    pub fn with_problem(mut self, problem: &Problem) -> Self {
        let text = sentence(&problem.detail);
        if problem.errors.iter().any(|error| error.pointer.ends_with("quantity")) && !self.sold_out {
            let item = SummaryItem { field: "quantity".to_owned(), text: text.clone() };
            self.error_summary = Some(ErrorSummary::new(self.frame.language, String::new(), vec![item]));
            self.invalid_quantity = Some(text);
            self
        } else {
            self.with_notice(text)
        }
    }

    /// With this told first.
    pub fn with_notice(mut self, text: String) -> Self {
        self.error_summary = Some(ErrorSummary::new(self.frame.language, text, Vec::new()));
        self
    }

    /// With this in the field.
    pub fn with_quantity(self, quantity: String) -> Self {
        Self { quantity, ..self }
    }

    /// With what the variant's pool has, which the catalog may not know yet.
    pub fn with_left(mut self, short: Short) -> Self {
        let (left, language) = (short.left, self.frame.language);
        self.stock = match left {
            0 => Stock::of(&self.frame.w, Level::Out, false),
            _ if left <= self.few => Stock::of(&self.frame.w, Level::Low, false),
            _ => self.stock,
        };
        // Where nothing else can be chosen, it is all there is.
        self.sold_out = left == 0 && (self.sold_out || self.choices.is_empty());
        let told = self.with_notice(short.text(language));
        if left > 0 { told.with_quantity(left.to_string()) } else { told }
    }
}

/// What search engines are told of it.
fn summary(frame: &Frame, title: &str, own: Option<&str>, text: &str) -> String {
    let told = own.map_or_else(|| structured::shortened(text, MAX_META), str::to_owned);
    if told.is_empty() { frame.described(title, std::iter::empty()) } else { told }
}

/// The way to it, the name and the address of each step: through the deepest of its collections,
/// or through all products where it is in none.
fn steps<'a>(snapshot: &'a Snapshot, frame: &Frame<'a>, product: &'a Product) -> Vec<(&'a str, String)> {
    let (all, language) = (&snapshot.collections, Some(frame.language));
    let mut way: Vec<&Collection> = Vec::new();
    for n in all.of(product, snapshot.place(product.id)) {
        let to_top: Vec<_> = [n].into_iter().chain(all.above(n)).filter_map(|n| all.get(n)).collect();
        if to_top.len() > way.len() && to_top.first().is_some_and(|collection| collection.published) {
            way = to_top;
        }
    }
    let mut steps = vec![(frame.shop_name, "/".to_owned())];
    if way.is_empty() {
        steps.push((frame.w.products, "/products".to_owned()));
    }
    let step = |collection: &'a Collection| (collection.texts(language).title, collection_url(collection));
    steps.extend(way.into_iter().rev().map(step));
    steps.push((product.texts(language).title, product_url(product)));
    steps
}

fn choices(choosing: &Choosing, visitor: &Visitor) -> Vec<Axis> {
    let w = visitor.words();
    let texts = choosing.product.texts(Some(visitor.language));
    let axis = |(n, axis): (usize, &super::choosing::Axis)| {
        let values = axis.values.iter().zip(&axis.sent).zip(choosing.levels(n)).enumerate();
        let value = |(at, ((label, sent), level)): (usize, ((&&str, &String), Option<Level>))| Value {
            sent: sent.clone(),
            label: texts.value(axis.name, label).unwrap_or(label).to_owned(),
            mark: level.map_or(w.not_together, |level| if level.is_out() { w.mark_sold_out } else { "" }),
            is_chosen: choosing.is_chosen(n, at),
        };
        let label = if axis.name.is_empty() { w.choose_one } else { texts.option(axis.name).unwrap_or(axis.name) };
        Axis { field: axis.field.clone(), label: label.to_owned(), values: values.map(value).collect() }
    };
    choosing.axes.iter().enumerate().map(axis).collect()
}

/// What must be said beside the price, what each of many pieces costs, and what a bundle is made of: a line for each.
fn price_notes(snapshot: &Snapshot, variant: &Variant, currency: Currency, visitor: &Visitor) -> String {
    let w = visitor.words();
    let lowest = variant.lowest(currency).map(|lowest| fill(w.lowest, &[&lowest.display_in(visitor.language)]));
    let tier = |tier: Tier| {
        let each = Money { amount: tier.amount, currency };
        fill(w.tier, &[&tier.from.to_string(), &each.display_in(visitor.language)])
    };
    let tiers = variant.lower_tiers(currency).into_iter().map(tier);
    let parts = || made_of(visitor.language, &variant.parts, 1, snapshot);
    let parts = variant.is_bundle().then(|| fill(w.made_of, &[&parts()]));
    lowest.into_iter().chain(tiers).chain(parts).collect::<Vec<_>>().join("\n")
}

/// What the script needs to do at once what the form does by asking. Each variant
/// is a row such as `1kw+2a`: which of all combinations it is, its level, and its
/// price, both numbers to the base of 36; behind a dot which picture is its own. The
/// combination is left out where it is the next one, and the price where it is the
/// same as before: so 2,048 variants have 4 KB at one price, and 8 at changing ones, besides the
/// prices themselves.
fn table(snapshot: &Snapshot, choosing: &Choosing, visitor: &Visitor) -> String {
    if choosing.axes.is_empty() {
        return String::new();
    }
    let w = visitor.words();
    let mut prices = Vec::new();
    let mut known: SortedMap<(i64, i64, String), usize> = SortedMap::default();
    let mut rows = String::new();
    let (mut next, mut last_priced) = (0, None);
    for (variant, place) in choosing.sold() {
        let Some(price) = variant.price(choosing.currency) else { continue };
        let before = variant.compare_at(choosing.currency);
        let notes = price_notes(snapshot, variant, choosing.currency, visitor);
        let key = (price.amount, before.map_or(0, |before| before.amount), notes);
        let priced = known.get(&key).copied().unwrap_or(prices.len());
        if priced == prices.len() {
            let before = before.map(|before| before.display_in(visitor.language)).unwrap_or_default();
            let said = [price.display_in(visitor.language), before, key.2.clone()].join("\t");
            prices.push(said.trim_end_matches('\t').to_owned());
            known.insert(key, priced);
        }
        let in_all = choosing.axes.iter().zip(place);
        let number =
            in_all.fold(0, |number: usize, (axis, at)| number.saturating_mul(axis.values.len()).saturating_add(*at));
        if number != next {
            push_base_36(&mut rows, number);
        }
        next = number.saturating_add(1);
        rows.push(match variant.level {
            Level::InStock => '+',
            Level::Low if variant.backorder => '~',
            Level::Low => '-',
            Level::Out => '!',
        });
        if last_priced.replace(priced) != Some(priced) {
            push_base_36(&mut rows, priced);
        }
        if let Some(image) = variant.image {
            rows.push('.');
            push_base_36(&mut rows, image);
        }
        rows.push(' ');
    }
    let stock = [Level::InStock, Level::Low, Level::Out].map(|level| Stock::of(w, level, false));
    let besides = [Stock::none(w), Stock::of(w, Level::Low, true)];
    let stock = stock.into_iter().chain(besides).map(|stock| [stock.label, stock.class]);
    let images = choosing.product.texts(Some(visitor.language)).images(&choosing.product.images);
    let images = images.iter().filter(|_| rows.contains('.'));
    let images = images.map(|image| [&*image.url, image.srcset.as_deref().unwrap_or_default(), &*image.alt]);
    structured::embedded(&json!({
        "rows": rows, "images": images.collect::<Vec<_>>(), "prices": prices, "stock": stock.collect::<Vec<_>>(),
        "marks": ["", "", w.mark_sold_out, w.not_together, ""],
    }))
}

fn push_base_36(text: &mut String, number: usize) {
    if number >= 36 {
        push_base_36(text, number / 36);
    }
    text.extend(u32::try_from(number % 36).ok().and_then(|digit| char::from_digit(digit, 36)));
}

#[cfg(test)]
#[path = "product_tests.rs"]
mod tests;
