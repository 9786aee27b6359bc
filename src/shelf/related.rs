//! What goes with products. What was bought together is learned by
//! [`suggestions`](crate::suggestions) and published with each product; where that is
//! not enough, what has the same rare things in common comes after it.

use super::list_query;
use super::listing::Listed;
use super::snapshot::Snapshot;
use crate::catalog::product::{Packed, Product};
use crate::ids::ProductId;
use crate::money::Currency;
use crate::problem::Problem;
use crate::sorted::{SortedSet, order};
use crate::text::Language;

pub const DEFAULT_RELATED: usize = 8;
pub const MAX_RELATED: usize = 24;
/// The most products that are asked about together.
pub const MAX_TOGETHER: usize = 50;

/// Of those that share a value with a product so many are looked at, the newest.
const MOST_ALIKE: usize = 200;

/// What a buyer asks of what goes with products.
#[derive(Debug, PartialEq)]
pub struct RelatedQuery {
    pub products: Vec<ProductId>,
    pub currency: Currency,
    pub language: Option<Language>,
    pub limit: usize,
}

impl RelatedQuery {
    /// Reads a query string; whatever does not fit is a 422 that names it. Products
    /// are named only where `of_several`, and then there is one at least.
    pub fn parse(snapshot: &Snapshot, query: &str, of_several: bool) -> Result<Self, Problem> {
        let default_currency = snapshot.settings.default_currency;
        let mut asked =
            Self { products: Vec::new(), currency: default_currency, language: None, limit: DEFAULT_RELATED };
        let mut seen = SortedSet::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if name == "product" && of_several {
                let id = value.parse().map_err(|_| Problem::invalid_field("product", "the id of a product"))?;
                asked.products.push(id);
                continue;
            }
            if !seen.add(name.to_string()) {
                return Err(Problem::invalid_field(name, "this parameter is there twice"));
            }
            match &*name {
                "currency" => asked.currency = list_query::currency(snapshot, &value)?,
                "locale" => asked.language = Some(list_query::locale(&value)?),
                "limit" => asked.limit = limit(&value)?,
                _ => return Err(Problem::invalid_field(name, "there is no such parameter")),
            }
        }
        if of_several && !(1..=MAX_TOGETHER).contains(&asked.products.len()) {
            return Err(Problem::invalid_field("product", format!("1 to {MAX_TOGETHER} products")));
        }
        Ok(asked)
    }
}

fn limit(value: &str) -> Result<usize, Problem> {
    let limit = value.parse().ok().filter(|limit| (1..=MAX_RELATED).contains(limit));
    limit.ok_or_else(|| Problem::invalid_field("limit", format!("a whole number from 1 to {MAX_RELATED}")))
}

/// The best of what goes with these products together, as far as it can be bought in
/// the currency; never they themselves.
pub fn related<'a>(snapshot: &'a Snapshot, currency: Currency, of: &[&Product], most: usize) -> Vec<Listed<'a>> {
    let mut list = List { snapshot, currency, of, most, items: Vec::new() };
    let lists: Vec<&[ProductId]> = of.iter().map(|product| product.bought_with.as_slice()).collect();
    for id in bought_with(&lists) {
        list.add(snapshot.by_id(id));
    }
    for product in of {
        list.add_alike(product);
    }
    list.items
}

/// What was bought with several, from what was with each: each speaks for another the
/// louder, the better it goes with it. By the square of the place from behind, which
/// finds more than the place itself.
pub fn bought_with(lists: &[&[ProductId]]) -> Vec<ProductId> {
    let mut votes: Vec<(ProductId, usize)> = Vec::new();
    for list in lists {
        let count = list.len();
        for (place, other) in list.iter().enumerate() {
            let vote = count.saturating_sub(place).saturating_pow(2);
            match votes.iter_mut().find(|(known, _)| known == other) {
                Some((_, sum)) => *sum = sum.saturating_add(vote),
                None => votes.push((*other, vote)),
            }
        }
    }
    let sum = |place: usize| votes.get(place).map(|(_, sum)| *sum);
    order(votes.len(), &|one, other| sum(other).cmp(&sum(one)))
        .into_iter()
        .filter_map(|place| votes.get(place).map(|(id, _)| *id))
        .collect()
}

struct List<'a, 'q> {
    snapshot: &'a Snapshot,
    currency: Currency,
    of: &'q [&'q Product],
    most: usize,
    items: Vec<Listed<'a>>,
}

impl<'a> List<'a, '_> {
    fn is_full(&self) -> bool {
        self.items.len() >= self.most
    }

    fn add(&mut self, product: Option<&'a Product>) {
        let Some(product) = product.filter(|product| !self.is_full() && !product.level.is_out()) else { return };
        let is_known = self.of.iter().any(|own| own.id == product.id)
            || self.items.iter().any(|listed| listed.card.id == product.id);
        if !is_known {
            self.items.extend(Listed::of(product, self.currency));
        }
    }

    /// Those that share a tag, the vendor or an option's value with it: first what the fewest have.
    fn add_alike(&mut self, product: &Product) {
        let (snapshot, facets) = (self.snapshot, self.snapshot.facets());
        let Some(place) = snapshot.place(product.id) else { return };
        let codes = facets.codes(place);
        let sharing: Vec<_> = codes.iter().filter_map(|code| facets.products(*code)).collect();
        let counts: Vec<usize> = sharing.iter().map(|products| products.count()).collect();
        for n in order(sharing.len(), &|one, other| counts.get(one).cmp(&counts.get(other))) {
            for place in sharing.get(n).into_iter().flat_map(|products| products.iter()).take(MOST_ALIKE) {
                if self.is_full() {
                    return;
                }
                let alike = snapshot.products.get(place as usize).filter(|alike| can_be_had(alike));
                self.add(alike.and_then(|alike| snapshot.by_id(alike.id)));
            }
        }
    }
}

/// Whether it is not sold out, which is told without unpacking it: it is, if all its variants are.
fn can_be_had(product: &Packed) -> bool {
    product.offers(None).variants.iter().any(|variant| !variant.level.is_out())
}

#[cfg(test)]
#[path = "related_tests.rs"]
mod tests;
