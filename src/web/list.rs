//! The list of products, with its search and its filters: one form that is sent
//! by GET, so that every list has an address, and works without a script.

use askama::Template;

use super::asked::{Asked, BEFORE, CURSOR, IN_STOCK, PRICE_FROM, PRICE_TO, SORT, SOUGHT, facet_label};
use super::frame::Frame;
use super::pages::Reading;
use super::tile::{Tick, Tile, shown};
use super::visitor::Visitor;
use super::words::fill;
use crate::ids::ProductId;
use crate::shelf::list_query::Sort;
use crate::shelf::listing;
use crate::shelf::near;
use crate::shelf::search::Highlighter;
use crate::shelf::selection::Facet;
use crate::shelf::snapshot::Snapshot;
use crate::sorted::sort;

/// The facets that a page shows, and the values of each, besides what is chosen:
/// with all that the API tells, a page could have 300 KB.
const MAX_FACETS: usize = 8;
const MAX_TICKS: usize = 12;
/// The ways out that are offered where nothing was found, and those that are tried.
const MAX_NEAR: usize = 5;
const MAX_TRIED: usize = 12;

#[derive(Template)]
#[template(path = "list.html")]
pub struct ListPage<'a> {
    frame: Frame<'a>,
    /// Whether this is the shop's first page, which has no filters.
    is_home: bool,
    heading: String,
    /// The address of the whole list.
    all_url: String,
    /// What search engines are told of it.
    description: String,
    count: String,
    chips: Vec<Chip>,
    filters: Vec<FacetBox>,
    prices: [PriceField; 2],
    in_stock: Tick,
    sorts: Vec<Tick>,
    /// What was found; where that `is_nothing`, what comes near.
    tiles: Vec<Tile<'a>>,
    is_nothing: bool,
    /// What is said where nothing was found.
    nothing: String,
    near: Vec<Chip>,
    previous_url: Option<String>,
    next_url: Option<String>,
}

/// A link, and what it leads to: for a chosen filter the list without it.
struct Chip {
    label: String,
    url: String,
}

/// The least or the most that a product may cost, as it was typed.
struct PriceField {
    name: &'static str,
    label: String,
    typed: String,
    /// Whether that could not be read.
    is_faulty: bool,
}

struct FacetBox {
    name: String,
    label: String,
    is_open: bool,
    ticks: Vec<Tick>,
}

impl<'a> ListPage<'a> {
    /// What is newest in the shop.
    pub fn home(snapshot: &'a Snapshot, reading: &Reading) -> Self {
        let visitor = &reading.visitor;
        let said = form_urlencoded::Serializer::new(String::new()).extend_pairs(Visitor::said(reading.query)).finish();
        let asked = Asked::parse(snapshot, visitor, &said);
        let page = listing::page(snapshot, &asked.list);
        let highlighter = Highlighter::new("");
        let tiles = page.items.into_iter().map(|listed| Tile::new(listed, visitor, &highlighter)).collect();
        Self {
            is_home: true,
            all_url: asked.url(&[]),
            tiles,
            ..Self::empty(snapshot, visitor, Frame::of_catalog(snapshot, reading, true))
        }
        .described()
    }

    pub fn shows(&self) -> Vec<ProductId> {
        shown(&self.tiles)
    }

    pub fn new(snapshot: &'a Snapshot, reading: &Reading) -> Self {
        let visitor = &reading.visitor;
        let w = visitor.words();
        let mut asked = Asked::parse(snapshot, visitor, reading.query);
        asked.list.facets = true;
        let page = listing::page(snapshot, &asked.list);
        let sought = asked.field(SOUGHT);
        let is_nothing = page.items.is_empty();
        let near = if page.total == 0 { near::near(snapshot, &asked.list) } else { None };
        let nothing = match &near {
            Some(near) if near.sought.is_some() => fill(w.nothing_but_near, &[sought]),
            Some(_) => fill(w.nothing_but_liked, &[sought]),
            None => w.nothing_found.to_owned(),
        };
        let (items, words) = match near {
            Some(near) => (near.items, near.sought.unwrap_or_default()),
            None => (page.items, sought.to_owned()),
        };
        let highlighter = Highlighter::new(&words);
        let count = match page.total {
            1 => w.one_product.to_owned(),
            many => fill(w.many_products, &[&many.to_string()]),
        };
        // Each of the many ways to narrow a list would be a page of its own.
        let is_whole = asked.pairs().is_empty() && asked.list.after.is_none();
        let frame = Frame::of_catalog(snapshot, reading, is_whole);
        let empty = Self::empty(snapshot, visitor, frame);
        let facets = page.facets.unwrap_or_default();
        let stock = facets.iter().find(|facet| facet.name == IN_STOCK);
        let counted = stock.and_then(|facet| facet.values.first()).map_or(0, |value| value.count);
        Self {
            heading: if sought.is_empty() { w.products.to_owned() } else { fill(w.results_for, &[sought]) },
            all_url: asked.url(&[]),
            count,
            chips: chips(snapshot, &asked, visitor),
            filters: boxes(&asked, visitor, &facets),
            prices: prices(&asked, visitor),
            in_stock: Tick::new("true", counted, asked.list.filter.in_stock),
            sorts: sorts(snapshot, &asked, visitor),
            tiles: items.into_iter().map(|listed| Tile::new(listed, visitor, &highlighter)).collect(),
            is_nothing,
            nothing,
            near: ways(snapshot, &asked, visitor, page.total == 0),
            previous_url: page.previous_cursor.map(|cursor| asked.url_at(BEFORE, &cursor)),
            next_url: page.next_cursor.map(|cursor| asked.url_at(CURSOR, &cursor)),
            frame: Frame { sought: sought.to_owned(), ..empty.frame },
            ..empty
        }
        .described()
    }

    fn described(mut self) -> Self {
        self.description = self.frame.described(&self.heading, self.tiles.iter().map(|tile| tile.called));
        self
    }

    /// Whether something is to be mended among the filters, which are folded otherwise.
    fn has_fault(&self) -> bool {
        self.prices.iter().any(|price| price.is_faulty)
    }

    fn empty(snapshot: &Snapshot, visitor: &Visitor, frame: Frame<'a>) -> Self {
        let w = visitor.words();
        Self {
            frame,
            is_home: false,
            heading: w.newest_products.to_owned(),
            all_url: String::new(),
            description: String::new(),
            count: String::new(),
            chips: Vec::new(),
            filters: Vec::new(),
            prices: prices(&Asked::of(snapshot, visitor, Vec::new()), visitor),
            in_stock: Tick::default(),
            sorts: Vec::new(),
            tiles: Vec::new(),
            is_nothing: false,
            nothing: String::new(),
            near: Vec::new(),
            previous_url: None,
            next_url: None,
        }
    }
}

/// What is chosen, each with the list without it.
fn chips(snapshot: &Snapshot, asked: &Asked, visitor: &Visitor) -> Vec<Chip> {
    let pairs = asked.pairs().iter().enumerate();
    let chips = pairs.map(|(place, (name, value))| Chip {
        label: asked.label(snapshot, visitor, name, value),
        url: asked.url(&asked.without(place)),
    });
    chips.filter(|chip| !chip.label.is_empty()).collect()
}

fn prices(asked: &Asked, visitor: &Visitor) -> [PriceField; 2] {
    let w = visitor.words();
    [(PRICE_FROM, w.price_from), (PRICE_TO, w.price_to)].map(|(name, label)| PriceField {
        name,
        label: fill(label, &[asked.list.currency.symbol()]),
        typed: asked.field(name).to_owned(),
        is_faulty: asked.is_faulty(name),
    })
}

fn boxes(asked: &Asked, visitor: &Visitor, facets: &[Facet]) -> Vec<FacetBox> {
    let chosen_of = |facet: &Facet| asked.list.filter.values.get(&facet.name);
    let shown = facets.iter().filter(|facet| facet.name != IN_STOCK).enumerate();
    // What the form does not have would no longer be asked for once it is sent.
    let shown = shown.filter(|(place, facet)| *place < MAX_FACETS || chosen_of(facet).is_some());
    let boxed = |(_, facet): (usize, &Facet)| {
        let chosen = chosen_of(facet);
        let is_chosen = |value: &str| chosen.is_some_and(|chosen| chosen.iter().any(|known| known == value));
        let mut ticks = Vec::new();
        for value in &facet.values {
            let is_chosen = is_chosen(&value.value);
            if ticks.len() < MAX_TICKS || is_chosen {
                let called = value.title.as_ref().unwrap_or(&value.value).clone();
                ticks.push(Tick { called, ..Tick::new(&value.value, value.count, is_chosen) });
            }
        }
        let label = facet.title.clone().unwrap_or_else(|| facet_label(visitor, &facet.name).to_owned());
        FacetBox { name: facet.name.clone(), label, is_open: chosen.is_some(), ticks }
    };
    shown.map(boxed).collect()
}

fn sorts(snapshot: &Snapshot, asked: &Asked, visitor: &Visitor) -> Vec<Tick> {
    let w = visitor.words();
    let all = [
        (Sort::Relevance, w.relevance),
        (Sort::Collection, w.by_hand),
        (Sort::Newest, w.newest),
        (Sort::PriceAsc, w.price_asc),
        (Sort::PriceDesc, w.price_desc),
        (Sort::Title, w.title),
        (Sort::BestSelling, w.best_selling),
    ];
    let fits = |sort: &Sort| match sort {
        Sort::Relevance => asked.list.filter.sought.is_some(),
        Sort::Collection => asked.list.own_order(snapshot) == Sort::Collection,
        _ => true,
    };
    let tick = |(sort, label): (Sort, &str)| Tick {
        value: sort.as_str().to_owned(),
        called: label.to_owned(),
        label: String::new(),
        is_chosen: asked.list.sort == sort,
    };
    all.into_iter().filter(|(sort, _)| fits(sort)).map(tick).collect()
}

/// The search with its mistakes put right; and where that `is_nothing`, what
/// finds something instead: each filter left out, each word alone, what keeps the most first.
fn ways(snapshot: &Snapshot, asked: &Asked, visitor: &Visitor, is_nothing: bool) -> Vec<Chip> {
    let w = visitor.words();
    let mut found = Vec::new();
    let mut offer = |text: &str, what: &str, pairs: Vec<(String, String)>| {
        let list = Asked::of(snapshot, visitor, pairs);
        let total = listing::page(snapshot, &list.list).total;
        if total > 0 {
            let label = fill(text, &[what]);
            found.push((total, Chip { label: format!("{label} ({total})"), url: asked.url(list.pairs()) }));
        }
    };
    let sought = asked.field(SOUGHT);
    if let Some(meant) = snapshot.meant(sought) {
        offer(w.did_you_mean, &meant, asked.with_words(&meant));
    }
    let words: Vec<_> = sought.split_whitespace().take(MAX_TRIED).collect();
    for word in words.iter().filter(|_| is_nothing && words.len() > 1) {
        offer(w.only, word, asked.with_words(word));
    }
    let filters = asked.pairs().iter().enumerate().filter(|(_, (name, _))| is_nothing && name != SORT);
    for (place, (name, value)) in filters.take(MAX_TRIED) {
        offer(w.without, &asked.label(snapshot, visitor, name, value), asked.without(place));
    }
    sort(&mut found, |(one, _), (other, _)| other.cmp(one));
    found.into_iter().take(MAX_NEAR).map(|(_, chip)| chip).collect()
}

#[cfg(test)]
#[path = "list_tests.rs"]
mod tests;
