//! What products can be told apart by, besides price and stock: each *facet*
//! with its values, under the name of the parameter that filters by it. Which
//! facets there are stands in [`values`] alone.

use std::ops::Range;
use std::sync::Arc;

use super::collections::COLLECTION;
use super::places::{Compact, Lists, Places, number};
use super::terms::{Numbering, Terms};
use super::variants::Variants;
use crate::catalog::product::{Packed, Rest};

/// How the names of facets begin that are a variant's, not the product's.
pub const OPTION: &str = "option.";

/// Tells of each value of a product's the facet and the value.
fn values(product: &Rest, tell: &mut dyn FnMut(&str, &str)) {
    product.front.vendor.iter().for_each(|vendor| tell("vendor", vendor));
    product.front.kind.iter().for_each(|kind| tell("type", kind));
    product.front.tags.iter().for_each(|tag| tell("tag", tag));
}

/// Whether a parameter of this name filters by a facet. Collections are one, of which
/// [`super::collections`] knows the products.
pub fn is_facet(name: &str) -> bool {
    matches!(name, "vendor" | "type" | "tag" | COLLECTION) || name.starts_with(OPTION)
}

#[derive(Debug, Default)]
pub struct FacetIndex {
    /// `facet\nvalue`: neither has line breaks. A value's number here is its code.
    terms: Terms,
    /// The codes of each facet.
    facets: Vec<Range<u32>>,
    /// By code: the products that have the value, or a variant with it.
    products: Vec<Compact>,
    /// By product: the codes of the values that it has, or one of its variants.
    codes: Lists,
    /// By code, if it is an option's.
    variants: Vec<Having>,
}

/// The variants that have a value.
#[derive(Debug)]
struct Having {
    variants: Compact,
    /// Whether no two of them are of one product.
    of_one_each: bool,
}

impl FacetIndex {
    pub fn new(products: &[Arc<Packed>], variants: &Variants) -> Self {
        let mut numbering = Numbering::default();
        let (mut of_products, mut of_variants) = (Vec::new(), Vec::new());
        let mut key = String::new();
        let mut code = |facet: [&str; 2], value: &str| {
            key.clear();
            [facet[0], facet[1], "\n", value].iter().for_each(|part| key.push_str(part));
            numbering.number(&key)
        };
        for (place, product) in products.iter().enumerate() {
            let place = number(place);
            let Some(product) = product.rest() else { continue };
            values(&product, &mut |facet, value| of_products.push((place, code(["", facet], value))));
            for (own, variant) in product.variants.iter().zip(variants.of(place)) {
                for ((option, _), value) in product.options.iter().zip(&own.options) {
                    let code = code([OPTION, option], value);
                    of_variants.push((code, variant));
                    of_products.push((place, code));
                }
            }
        }
        let (terms, renumbered) = numbering.sorted();
        let new = |code: &mut u32| *code = renumbered.get(*code as usize).copied().unwrap_or_default();
        of_products.iter_mut().for_each(|(_, code)| new(code));
        of_variants.iter_mut().for_each(|(code, _)| new(code));
        let of_variants = Lists::new(terms.len(), &of_variants);
        let by_code = each_once(terms.len(), of_products);
        let by_product: Vec<_> = by_code.iter().map(|(code, place)| (*place, *code)).collect();
        let of_codes = Lists::new(terms.len(), &by_code);
        let all = || 0..number(terms.len());
        let having = |code: u32| Having {
            variants: Compact::new(variants.count(), of_variants.get(code)),
            of_one_each: of_variants.get(code).len() == of_codes.get(code).len(),
        };
        Self {
            facets: facets(&terms),
            variants: all().map(having).collect(),
            products: all().map(|code| Compact::new(products.len(), of_codes.get(code))).collect(),
            codes: Lists::new(products.len(), &by_product),
            terms,
        }
    }

    /// How many codes there are.
    pub fn count(&self) -> usize {
        self.terms.len()
    }

    /// The codes of the facet of that name; none if no product has any.
    pub fn facet(&self, name: &str) -> Range<u32> {
        self.terms.beginning(&format!("{name}\n"))
    }

    /// The codes of all options.
    pub fn options(&self) -> Range<u32> {
        self.terms.beginning(OPTION)
    }

    pub fn code(&self, facet: &str, value: &str) -> Option<u32> {
        self.terms.find(&format!("{facet}\n{value}"))
    }

    /// The codes of each facet, in the order of their names.
    pub fn facets(&self) -> &[Range<u32>] {
        &self.facets
    }

    /// Which facet a code is of, and which value it is.
    pub fn named(&self, code: u32) -> (&str, &str) {
        self.terms.get(code).split_once('\n').unwrap_or_default()
    }

    /// The products that have the value, or a variant with it.
    pub fn products(&self, code: u32) -> Option<&Compact> {
        self.products.get(code as usize)
    }

    /// The codes of what the product or one of its variants has, in ascending order.
    pub fn codes(&self, place: u32) -> &[u32] {
        self.codes.get(place)
    }

    /// How many products have an option's value in one of these variants.
    pub fn count_products(&self, code: u32, among: &Places, variants: &Variants) -> u32 {
        let Some(having) = self.variants.get(code as usize) else { return 0 };
        match (&having.variants, having.of_one_each) {
            (Compact::Many(own), true) => number(own.count_both(among)),
            (own, _) => variants.count_products(own, among),
        }
    }

    /// Adds the variants that have an option's value, by their numbers.
    pub fn add_variants(&self, code: u32, into: &mut Places) {
        self.variants.get(code as usize).into_iter().for_each(|having| having.variants.join_into(into));
    }
}

/// Products and codes as codes and products, in this order; a value that several
/// variants have, once.
fn each_once(codes: usize, of_products: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    let by_code: Vec<_> = of_products.into_iter().map(|(place, code)| (code, place)).collect();
    let by_code = Lists::new(codes, &by_code);
    let mut pairs: Vec<_> =
        (0..number(codes)).flat_map(|code| by_code.get(code).iter().map(move |place| (code, *place))).collect();
    pairs.dedup();
    pairs
}

/// Where in the terms each facet's codes begin and end.
fn facets(terms: &Terms) -> Vec<Range<u32>> {
    let mut facets = Vec::new();
    let mut begin = 0;
    while (begin as usize) < terms.len() {
        let (name, _) = terms.get(begin).split_once('\n').unwrap_or_default();
        let facet = terms.beginning(&format!("{name}\n"));
        // Never empty, as its first term is there.
        begin = facet.end.max(begin.saturating_add(1));
        facets.push(facet);
    }
    facets
}
