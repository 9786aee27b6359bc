//! The rows of a bulk change: what is sent, what each would change, and what is
//! said of it.

mod answer;

use std::ops::RangeInclusive;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::answer::BulkVariants;
use super::Adjusted;
use super::error::{Refusal, no_stock};
use super::pool::{Level, Reason};
use crate::catalog::body::PriceBody;
use crate::catalog::error::{in_words, not_tried};
use crate::catalog::limits::{MAX_CODE, MAX_LOW, MAX_PRICES};
use crate::catalog::product::{LOWEST_FLOOR, Product, Variant};
use crate::catalog::repricing::{Asked, Keeping, reprice};
use crate::ids::VariantId;
use crate::money::MAX_AMOUNT;
use crate::ports::Timestamp;
use crate::problem::{FieldError, NOT_FOUND, Problem};
use crate::settings::Settings;
use crate::text;
use crate::wire::conditional::STALE;
use crate::wire::patch::{not_null, present};

/// The most rows of one request. Each takes a batch and two commands to its pool at
/// most: 900 of the 1,000 calls that a request has at the least.
const MAX_ROWS: usize = 300;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkBody {
    #[schemars(length(min = 1, max = MAX_ROWS))]
    pub rows: Vec<VariantRow>,
    /// Why stock changes; `correction` if absent.
    pub reason: Option<Reason>,
    /// Whether to say only what would be.
    #[serde(default)]
    pub dry_run: bool,
}

/// What a variant is to be; what is absent stays as it is.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VariantRow {
    /// Which variant; else its SKU says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<VariantId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = MAX_CODE))]
    sku: Option<String>,
    /// In these currencies. Prices in others stay, as do what it cost before, its sale and its tiers where they are not said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = MAX_PRICES))]
    prices: Vec<PriceBody>,
    /// How many pieces there are; below zero, so many are sold that have yet to come. Not together with `add`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = LOWEST_FLOOR, max = MAX_AMOUNT))]
    on_hand: Option<i64>,
    /// How many there were as `on_hand` was typed: the difference is added, whatever was sold meanwhile. What there is as
    /// the request comes, if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = LOWEST_FLOOR, max = MAX_AMOUNT))]
    on_hand_was: Option<i64>,
    /// Pieces to add; negative to take away.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = -MAX_AMOUNT, max = MAX_AMOUNT))]
    add: Option<i64>,
    /// Whether its pieces are counted; if not, it never runs out.
    #[serde(default, deserialize_with = "not_null", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "bool", skip_serializing_if = "Option::is_none")]
    tracked: Option<bool>,
    /// How far below zero it may be sold, before more of it has come.
    #[serde(default, deserialize_with = "not_null", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "i64", skip_serializing_if = "Option::is_none", range(min = LOWEST_FLOOR, max = 0))]
    backorder_floor: Option<i64>,
    /// The most pieces that buyers are told are few; `null`: as the settings say.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<u32>", range(max = MAX_LOW))]
    low_level: Option<Option<u32>>,
    /// The product's version at which it was looked at: the row is refused if somebody has changed it since. No
    /// row of a job has one, as those before it change the product, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = MAX_AMOUNT))]
    version: Option<i64>,
}

impl BulkBody {
    pub fn check(&self) -> Result<(), Problem> {
        match (1..=MAX_ROWS).contains(&self.rows.len()) {
            true => Ok(()),
            false => Err(Problem::invalid_field("/rows", format!("must have 1 to {MAX_ROWS} items"))),
        }
    }
}

pub fn ids(rows: &[VariantRow]) -> Vec<VariantId> {
    rows.iter().filter_map(|row| row.id).collect()
}

pub fn skus(rows: &[VariantRow]) -> Vec<String> {
    rows.iter().filter_map(VariantRow::sku).collect()
}

impl VariantRow {
    /// Its SKU as the shop keeps it; none if nobody can have it.
    fn sku(&self) -> Option<String> {
        text::code(self.sku.as_deref()?).ok()
    }

    fn names(&self, variant: &Variant) -> bool {
        match self.id {
            Some(id) => id == variant.id,
            None => self.sku().is_some_and(|sku| sku == variant.sku),
        }
    }

    /// Whether it says anything of what buyers' copies have.
    pub fn changes_product(&self) -> bool {
        !self.prices.is_empty() || !self.keeping().is_empty()
    }

    /// How its stock is to be kept.
    fn keeping(&self) -> Keeping {
        let Self { tracked, backorder_floor, low_level, .. } = *self;
        Keeping { tracked, backorder_floor, low_level }
    }

    pub fn has_version(&self) -> bool {
        self.version.is_some()
    }

    /// What is wrong with it by itself.
    pub fn faults(&self) -> Vec<FieldError> {
        let ranges = [
            ("/on_hand", self.on_hand, LOWEST_FLOOR..=MAX_AMOUNT),
            ("/on_hand_was", self.on_hand_was, LOWEST_FLOOR..=MAX_AMOUNT),
            ("/add", self.add, MAX_AMOUNT.saturating_neg()..=MAX_AMOUNT),
            ("/backorder_floor", self.backorder_floor, LOWEST_FLOOR..=0),
            ("/low_level", self.low_level.flatten().map(i64::from), 0..=MAX_LOW.into()),
        ];
        let beyond = |(_, pieces, range): &(_, Option<i64>, RangeInclusive<i64>)| {
            pieces.is_some_and(|pieces| !range.contains(&pieces))
        };
        let beyond = ranges.into_iter().filter(beyond);
        let mut faults: Vec<_> = beyond
            .map(|(place, _, range)| {
                FieldError::new(place, format!("must be from {} to {}", range.start(), range.end()))
            })
            .collect();
        if self.on_hand.is_some() && self.add.is_some() {
            faults.push(FieldError::new("/add", "cannot stand together with on_hand"));
        }
        faults
    }
}

/// How a stock changes.
#[derive(Clone, Copy)]
pub enum Pieces {
    Added(i64),
    /// There are so many.
    Counted(i64),
}

impl Pieces {
    pub fn delta(self, level: &Level) -> i64 {
        match self {
            Self::Added(delta) => delta,
            Self::Counted(now) => now.saturating_sub(level.on_hand),
        }
    }
}

/// A row with the variant that it names, and what came of it so far.
pub struct Row<'a> {
    /// From 1.
    number: usize,
    asked: &'a VariantRow,
    found: Option<(&'a Product, &'a Variant)>,
    /// Whether its prices are changed.
    repriced: Option<Vec<PriceBody>>,
    /// What of how its stock is kept is changed.
    kept: Keeping,
    /// How many pieces are added, and how many there were.
    stock: Option<(i64, i64)>,
    problem: Option<Problem>,
}

/// All rows, and the products that they change, before and after.
pub struct Rows<'a> {
    rows: Vec<Row<'a>>,
    pub rewritten: Vec<(&'a Product, Product)>,
}

impl<'a> Rows<'a> {
    pub fn of(asked: &'a [VariantRow], products: &'a [Product], settings: &Settings, now: Timestamp) -> Self {
        let mut rows: Vec<Row<'a>> = Vec::with_capacity(asked.len());
        for (at, asked) in asked.iter().enumerate() {
            let row = Row::of(at.saturating_add(1), asked, products, &rows);
            rows.push(row);
        }
        let mut rewritten = Vec::new();
        for before in products {
            if let Some(after) = rewrite(before, &mut rows, settings, now) {
                rewritten.push((before, after));
            }
        }
        Self { rows, rewritten }
    }

    /// Has those that would have changed a product be refused for what it was not written for.
    pub fn refuse_rewritten(&mut self, problem: &Problem) {
        let products = self.rewritten.len();
        self.rewritten.clear();
        for row in self.rows.iter_mut().filter(|row| row.repriced.is_some() || !row.kept.is_empty()) {
            (row.repriced, row.kept) = (None, Keeping::default());
            row.refuse(if products > 1 { not_tried(&problem.detail) } else { problem.clone() });
        }
    }

    /// The rows that change a stock, each with its place among all.
    pub fn of_stock(&self) -> Vec<(usize, VariantId, Pieces)> {
        let of = |(at, row): (usize, &Row)| Some((at, row.found?.1.id, row.pieces()?));
        self.rows.iter().enumerate().filter_map(of).collect()
    }

    /// Why the first that is refused is.
    pub fn refusal(self) -> Option<Problem> {
        self.rows.into_iter().find_map(|row| row.problem)
    }

    /// That of the variant which the row names.
    pub fn sku(&self, at: usize) -> &str {
        self.rows.get(at).and_then(|row| row.found).map_or("", |(_, variant)| &variant.sku)
    }

    pub fn at(&mut self, at: usize, tell: impl FnOnce(&mut Row)) {
        if let Some(row) = self.rows.get_mut(at) {
            tell(row);
        }
    }
}

/// The product as its rows would have it, and what that makes of the rows.
fn rewrite(before: &Product, rows: &mut [Row], settings: &Settings, now: Timestamp) -> Option<Product> {
    let asked: Vec<Asked> = rows.iter().filter_map(|row| row.asks_of(before)).collect();
    if asked.is_empty() {
        return None;
    }
    let (after, faults) = reprice(before, &asked, settings, now);
    for (number, errors) in faults {
        if let Some(row) = rows.iter_mut().find(|row| row.number == number) {
            row.refuse(in_words(errors));
        }
    }
    for row in rows.iter_mut().filter(|row| row.problem.is_none()) {
        let Some((_, old)) = row.found.filter(|(own, _)| own.id == before.id) else { continue };
        let new = after.iter().flat_map(|after| &after.variants).find(|new| new.id == old.id);
        if let Some(new) = new {
            row.repriced = (!new.costs_the_same(old)).then(|| PriceBody::all_of(new));
            row.kept = Keeping::of(new).without(Keeping::of(old));
        }
    }
    after
}

impl<'a> Row<'a> {
    fn of(number: usize, asked: &'a VariantRow, products: &'a [Product], before: &[Self]) -> Self {
        let variants = products.iter().flat_map(|product| product.variants.iter().map(move |it| (product, it)));
        let found = variants.into_iter().find(|(_, variant)| asked.names(variant));
        let faults = asked.faults();
        let problem = (!faults.is_empty()).then(|| in_words(faults));
        let mut row = Self { number, asked, found, repriced: None, kept: Keeping::default(), stock: None, problem };
        match found {
            None => row.refuse(Problem::new(NOT_FOUND, "there is no such variant")),
            Some((_, variant)) if before.iter().any(|other| other.is_of(variant)) => {
                row.refuse(Problem::invalid_field("/sku", "this variant is there twice"));
            }
            Some((_, variant)) if variant.is_bundle() && row.pieces().is_some() => row.refuse(no_stock()),
            Some((product, variant)) => {
                let stale = asked.version.is_some_and(|version| version != product.version);
                let is_new = |price: &PriceBody| !costs(variant, price);
                let is_kept = asked.keeping().without(Keeping::of(variant)).is_empty();
                if stale && (asked.prices.iter().any(is_new) || !is_kept) {
                    row.refuse(Problem::new(STALE, "somebody else has changed the product since; look at it anew"));
                }
            }
        }
        row
    }

    fn is_of(&self, variant: &Variant) -> bool {
        self.found.is_some_and(|(_, own)| own.id == variant.id)
    }

    fn asks_of(&self, product: &Product) -> Option<Asked<'a>> {
        let (own, variant) = self.found.filter(|_| self.problem.is_none())?;
        let asks = own.id == product.id && self.asked.changes_product();
        let VariantRow { prices, .. } = self.asked;
        asks.then(|| Asked { row: self.number, variant: variant.id, prices, keeping: self.asked.keeping() })
    }

    /// How its stock changes, if it does.
    fn pieces(&self) -> Option<Pieces> {
        let pieces = match (self.asked.on_hand, self.asked.on_hand_was, self.asked.add) {
            (Some(now), Some(was), _) => Pieces::Added(now.saturating_sub(was)),
            (Some(now), None, _) => Pieces::Counted(now),
            (None, _, add) => Pieces::Added(add?),
        };
        Some(pieces).filter(|pieces| self.problem.is_none() && !matches!(pieces, Pieces::Added(0)))
    }

    pub fn would_leave(&mut self, level: &Level) {
        let Some(pieces) = self.pieces() else { return };
        let delta = pieces.delta(level);
        if delta < 0 && level.available.saturating_add(delta) < 0 {
            self.refuse(Refusal::BelowHeld { held: level.held }.into());
        } else {
            self.stock = Some((delta, level.on_hand));
        }
    }

    pub fn has_left(&mut self, change: Adjusted) {
        self.stock = Some((change.delta, change.on_hand.saturating_sub(change.delta)));
    }

    /// The first that is wrong counts.
    pub fn refuse(&mut self, problem: Problem) {
        self.problem.get_or_insert(problem);
    }

    fn is_changed(&self) -> bool {
        self.repriced.is_some() || !self.kept.is_empty() || self.stock.is_some_and(|(delta, _)| delta != 0)
    }

    /// The row that has just what this one was said to change.
    fn agreed(&self) -> Option<VariantRow> {
        let (product, variant) = self.found.filter(|_| self.problem.is_none() && self.is_changed())?;
        let is_new = |price: &&PriceBody| !costs(variant, price);
        let prices: Vec<_> = self.asked.prices.iter().filter(is_new).cloned().collect();
        Some(VariantRow {
            id: Some(variant.id),
            sku: None,
            version: (!prices.is_empty() || !self.kept.is_empty()).then_some(product.version),
            prices,
            tracked: self.kept.tracked,
            backorder_floor: self.kept.backorder_floor,
            low_level: self.kept.low_level,
            on_hand: None,
            on_hand_was: None,
            add: self.stock.map(|(delta, _)| delta).filter(|delta| *delta != 0),
        })
    }
}

/// Whether a variant costs this already.
fn costs(variant: &Variant, price: &PriceBody) -> bool {
    let now = PriceBody::all_of(variant).into_iter().find(|now| now.currency == price.currency);
    now.is_some_and(|now| {
        now.amount == price.amount
            && (price.compare_at.is_none() || now.compare_at == price.compare_at)
            && (price.sale.is_none() || now.sale == price.sale)
            && (price.tiers.is_empty() || now.tiers == price.tiers)
    })
}
