//! What must hold of a collection, and between it and the shop. All that is wrong
//! is told at once, each with a JSON Pointer to its place.

use super::body::CollectionBody;
use super::collection::Collection;
use super::limits::*;
use super::rule::Rule;
use super::tree::Tree;
use crate::catalog::draft::pictures;
use crate::catalog::limits::MAX_ALT;
use crate::catalog::product::Image;
use crate::catalog::slug;
use crate::catalog::translations;
use crate::ids::CollectionId;
use crate::money::{Currency, MAX_PRICE};
use crate::problem::FieldError;
use crate::text::{self, Refusal};

/// The collection that a body is, or all that is wrong with it. A slug that was
/// not given is made from the title, and is nobody else's.
pub fn check(
    body: CollectionBody,
    id: CollectionId,
    tree: &Tree,
    currencies: &[Currency],
) -> Result<Collection, Vec<FieldError>> {
    let mut faults = Faults::default();
    let title = faults.take("/title", text::line(&body.title, MAX_TITLE));
    let slug = match body.slug {
        Some(given) => faults.take("/slug", slug::slug(&given)),
        None => tree.free_slug(slug::from_title_or(&title, "collection")),
    };
    if !(0..=MAX_POSITION).contains(&body.position) {
        faults.add("/position", format!("at most {MAX_POSITION}"));
    }
    if let Some(parent) = body.parent {
        faults.take("/parent", tree.check_parent(id, parent));
    }
    let description = text::prose(body.description.as_deref().unwrap_or_default(), MAX_DESCRIPTION);
    let image = body.image.map(|image| Image {
        alt: faults.take("/image/alt", text::optional_line(image.alt.as_deref(), MAX_ALT)).unwrap_or_default(),
        url: faults.take("/image/url", pictures::address(image)),
        width: None,
        height: None,
        srcset: None,
    });
    let (translations, wrong) = translations::parsed(body.translations, &[], image.as_slice());
    faults.0.extend(wrong);
    let seo_description = text::optional_line(body.seo_description.as_deref(), MAX_SEO_DESCRIPTION);
    let collection = Collection {
        id,
        slug,
        former_slugs: Vec::new(),
        title,
        description: faults.take("/description", description),
        image,
        seo_title: faults.take("/seo_title", text::optional_line(body.seo_title.as_deref(), MAX_SEO_TITLE)),
        seo_description: faults.take("/seo_description", seo_description),
        translations,
        parent: body.parent,
        position: body.position,
        published: body.published,
        sort: body.sort,
        rule: body.rule.map(|rule| faults.rule(rule, currencies)),
        picks: Vec::new(),
    };
    if faults.0.is_empty() { Ok(collection) } else { Err(faults.0) }
}

/// What is wrong so far.
#[derive(Default)]
struct Faults(Vec<FieldError>);

impl Faults {
    fn add(&mut self, pointer: impl Into<String>, detail: impl Into<String>) {
        self.0.push(FieldError::new(pointer, detail));
    }

    /// The value, or a default that is never used because there is a fault.
    fn take<T: Default>(&mut self, pointer: impl Into<String>, result: Result<T, Refusal>) -> T {
        result.unwrap_or_else(|refusal| {
            self.add(pointer, refusal);
            T::default()
        })
    }

    /// The rule with its texts as products have theirs.
    fn rule(&mut self, mut rule: Rule, currencies: &[Currency]) -> Rule {
        if !(1..=MAX_CONDITIONS).contains(&rule.conditions.len()) {
            self.add("/rule/conditions", format!("1 to {MAX_CONDITIONS} conditions"));
            rule.conditions.truncate(MAX_CONDITIONS);
        }
        for (n, condition) in rule.conditions.iter_mut().enumerate() {
            let pointer = |member: &str| format!("/rule/conditions/{n}/{member}");
            if let Some(text) = &mut condition.text {
                *text = self.take(pointer("text"), text::line(text, MAX_TEXT));
            }
            if let Some(price) = condition.price {
                if !currencies.contains(&price.currency) {
                    self.add(pointer("price/currency"), "not a currency of this shop");
                }
                if !(0..=MAX_PRICE).contains(&price.amount) {
                    self.add(pointer("price/amount"), format!("a price is between 0 and {MAX_PRICE} minor units"));
                }
            }
            if let Err((member, detail)) = condition.test() {
                self.add(pointer(member), detail);
            }
        }
        rule
    }
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
