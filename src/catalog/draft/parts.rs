//! What bundles are to be made of: first as it was sent, then as the shop knows it.

use super::variants::DraftVariant;
use super::{Draft, Faults, MAX_ERRORS};
use crate::catalog::body::PartBody;
use crate::catalog::limits::{MAX_ALL_PARTS, MAX_PART_QUANTITY, MAX_PARTS};
use crate::catalog::product::{Part, Variant};
use crate::catalog::store::bundles::KnownPart;
use crate::ids::VariantId;
use crate::pricing::Delivery;
use crate::problem::{FieldError, Problem};
use crate::sorted::SortedSet;

impl Faults {
    /// The parts, as far as they can be told apart without the shop: they have no names yet.
    /// `was`: the bundle, if it is there already.
    pub fn parts(&mut self, pointer: &str, sent: Vec<PartBody>, was: Option<&Variant>) -> Vec<Part> {
        let sent = self.at_most(pointer, "parts", MAX_PARTS, sent);
        let mut named = SortedSet::new();
        let mut parts = Vec::with_capacity(sent.len());
        for (n, PartBody { variant_id, quantity }) in sent.into_iter().enumerate() {
            if !(1..=MAX_PART_QUANTITY).contains(&quantity) {
                self.add(format!("{pointer}/{n}/quantity"), format!("from 1 to {MAX_PART_QUANTITY}"));
            }
            if was.is_some_and(|was| was.id == variant_id) {
                self.add(format!("{pointer}/{n}/variant_id"), "a bundle is no part of itself");
            } else if !named.add(variant_id) {
                self.add(format!("{pointer}/{n}/variant_id"), "this variant is there twice");
            }
            parts.push(Part { variant_id, quantity, sku: String::new(), title: String::new() });
        }
        parts
    }

    /// What all variants have together.
    pub fn all_parts(&mut self, draft: &Draft) {
        let all: usize = draft.variants.iter().map(|variant| variant.parts.len()).sum();
        if all > MAX_ALL_PARTS {
            self.add("/variants", format!("at most {MAX_ALL_PARTS} parts of bundles in one product"));
        }
        if all > 0 && draft.delivery != Delivery::Shipped {
            self.add("/delivery", "a bundle is sent, as its parts are");
        }
    }
}

/// How many pieces are shown of a variant, as far as lists know.
pub struct Pieces {
    pub pieces: i64,
    /// Of a bundle; see [`Variant::sets_floor`].
    pub sets_floor: Option<i64>,
    /// Of a bundle; see [`Variant::own_pieces`].
    pub own: Option<i64>,
}

impl DraftVariant {
    /// What is shown of it, which was `was`.
    pub fn shown(&self, was: Option<&Variant>) -> Pieces {
        let pieces = was.and_then(|was| was.pieces).unwrap_or_default();
        let own = was.and_then(|was| was.own_pieces).unwrap_or(pieces);
        let Some((pieces, sets_floor)) = (match self.sets {
            _ if self.parts.is_empty() => None,
            Some((sets, in_all)) => Some((sets, Some(sets.saturating_sub(in_all)))),
            None => Some((pieces, was.and_then(|was| was.sets_floor))),
        }) else {
            return Pieces { pieces: own, sets_floor: None, own: None };
        };
        Pieces { pieces, sets_floor, own: Some(own) }
    }
}

impl Draft {
    /// With what is known of the parts that were sent, which must be there, be sent to buyers and
    /// be no bundles. Those that bundles of `before` have already stay as they are.
    pub fn made_of(mut self, known: &[KnownPart], before: &[Variant]) -> Result<Self, Problem> {
        self.keep_names(before);
        let mut errors = Vec::new();
        for variant in &mut self.variants {
            let Some(at) = variant.at else { continue };
            for (n, part) in variant.parts.iter_mut().enumerate() {
                let found = known.iter().find(|known| known.id == part.variant_id);
                match found.map(is_part) {
                    Some(Ok(found)) => {
                        (part.sku, part.title) = (found.sku.clone(), found.title.clone());
                        let (sets, in_all) = found.sets_of(i64::from(part.quantity));
                        let so_far = variant.sets.unwrap_or((sets, in_all));
                        variant.sets = Some((so_far.0.min(sets), so_far.1.min(in_all)));
                    }
                    None if !part.sku.is_empty() => {}
                    other if errors.len() < MAX_ERRORS => {
                        let wrong = other.and_then(Result::err).unwrap_or("there is no such variant");
                        errors.push(FieldError::new(format!("/variants/{at}/parts/{n}/variant_id"), wrong));
                    }
                    _ => {}
                }
            }
        }
        if errors.is_empty() { Ok(self) } else { Err(Problem::invalid(errors)) }
    }

    /// With what parts were called before that nobody has looked up anew.
    pub(super) fn keep_names(&mut self, before: &[Variant]) {
        for variant in &mut self.variants {
            let Some(was) = before.iter().find(|was| Some(was.id) == variant.id) else { continue };
            for part in variant.parts.iter_mut().filter(|part| part.sku.is_empty()) {
                if let Some(known) = was.parts.iter().find(|known| known.variant_id == part.variant_id) {
                    (part.sku, part.title) = (known.sku.clone(), known.title.clone());
                }
            }
        }
    }
}

/// The variants that are sent as parts, to be looked up.
pub fn parts_in<'a>(sent: impl Iterator<Item = &'a [PartBody]>) -> Vec<VariantId> {
    sent.flatten().map(|part| part.variant_id).collect()
}

fn is_part(known: &KnownPart) -> Result<&KnownPart, &'static str> {
    if known.is_sent == 0 {
        Err("a part is something that is sent: of nothing else pieces are counted")
    } else if known.is_bundle > 0 {
        Err("this is a bundle itself")
    } else {
        Ok(known)
    }
}
