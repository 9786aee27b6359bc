//! A product as lists show it, and what can be ticked beside a list.

use std::borrow::Cow;

use super::visitor::Visitor;
use super::words::{Words, fill};
use crate::catalog::slug;
use crate::ids::ProductId;
use crate::money::Currency;
use crate::shelf::listing::Listed;
use crate::shelf::related::related;
use crate::shelf::search::{Highlighter, Piece};
use crate::shelf::snapshot::{Image, Level, PriceRange, Product, Snapshot};

/// What stands side by side on a wide screen.
const MAX_GOING_WITH: usize = 4;

pub struct Tile<'a> {
    pub id: ProductId,
    pub url: String,
    pub called: &'a str,
    /// The title, with what was looked for in it.
    pub title: Vec<Piece<'a>>,
    pub vendor: &'a str,
    pub price: String,
    pub price_before: Option<String>,
    pub image: Option<Cow<'a, Image>>,
    pub stock: Stock,
}

/// How much is left, in words, and how these look.
#[derive(Clone, Copy)]
pub struct Stock {
    pub label: &'static str,
    pub class: &'static str,
}

/// What can be chosen: one of several values.
#[derive(Default)]
pub struct Tick {
    pub value: String,
    pub called: String,
    /// How many products it leaves.
    pub label: String,
    pub is_chosen: bool,
}

/// The products of these.
pub fn shown(tiles: &[Tile]) -> Vec<ProductId> {
    tiles.iter().map(|tile| tile.id).collect()
}

impl<'a> Tile<'a> {
    pub fn new(listed: Listed<'a>, visitor: &Visitor, highlighter: &Highlighter) -> Self {
        let Listed { mut card, price } = listed;
        let called = card.called(Some(visitor.language));
        let before = card.compare_at(price.from.currency);
        Self {
            id: card.id,
            url: url_of(card.slug),
            called,
            title: highlighter.pieces(called),
            vendor: card.vendor.unwrap_or(""),
            price: price_label(visitor, price),
            price_before: before.map(|before| before.display_in(visitor.language)),
            image: card.take_image(Some(visitor.language)),
            stock: Stock::of(visitor.words(), card.level, card.on_backorder),
        }
    }
}

/// What goes with these products: a row of tiles.
pub fn going_with<'a>(snapshot: &'a Snapshot, visitor: &Visitor, currency: Currency, of: &[&Product]) -> Vec<Tile<'a>> {
    let highlighter = Highlighter::new("");
    let listed = related(snapshot, currency, of, MAX_GOING_WITH);
    listed.into_iter().map(|listed| Tile::new(listed, visitor, &highlighter)).collect()
}

impl Stock {
    /// `is_on_backorder`: whatever can be had of it has yet to come.
    pub fn of(w: &Words, level: Level, is_on_backorder: bool) -> Self {
        let (label, class) = match level {
            Level::InStock => (w.in_stock, "in"),
            Level::Low if is_on_backorder => (w.on_backorder, "low"),
            Level::Low => (w.few_left, "low"),
            Level::Out => (w.sold_out, "out"),
        };
        Self { label, class }
    }

    /// Of what does not exist.
    pub fn none(w: &Words) -> Self {
        Self { label: w.no_such_choice, class: "out" }
    }
}

impl Tick {
    pub fn new(value: &str, count: usize, is_chosen: bool) -> Self {
        Self { value: value.to_owned(), called: value.to_owned(), label: count.to_string(), is_chosen }
    }
}

pub fn product_url(product: &Product) -> String {
    url_of(&product.slug)
}

fn url_of(slug: &str) -> String {
    format!("/products/{}", slug::in_address(slug))
}

pub fn price_label(visitor: &Visitor, range: PriceRange) -> String {
    let from = range.from.display_in(visitor.language);
    if range.from == range.to { from } else { fill(visitor.words().from, &[&from]) }
}
