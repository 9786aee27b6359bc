//! New prices for variants of a product, and how their stock is kept, where it stays as it is
//! otherwise: what is wrong with those of one variant is no reason not to change the others.

use super::body::{PriceBody, VariantBody, facts, variant_body};
use super::draft::{Draft, Wanted};
use super::product::{Product, Variant};
use crate::ids::VariantId;
use crate::ports::Timestamp;
use crate::problem::FieldError;
use crate::settings::Settings;

/// What a variant is to cost in some currencies, and how its stock is to be kept. What it costs in
/// others stays, as do what it cost before, its sale and its tiers where they are not said.
pub struct Asked<'a> {
    /// Its place in the request's list.
    pub row: usize,
    pub variant: VariantId,
    pub prices: &'a [PriceBody],
    pub keeping: Keeping,
}

/// How the stock of a variant is kept; what is absent stays as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Keeping {
    pub tracked: Option<bool>,
    pub backorder_floor: Option<i64>,
    pub low_level: Option<Option<u32>>,
}

impl Keeping {
    pub fn of(variant: &Variant) -> Self {
        let (tracked, floor) = (!variant.untracked, variant.least());
        Self { tracked: Some(tracked), backorder_floor: Some(floor), low_level: Some(variant.low_level) }
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The same facts as these say them.
    pub fn as_of(self, other: Self) -> Self {
        Self {
            tracked: other.tracked.filter(|_| self.tracked.is_some()),
            backorder_floor: other.backorder_floor.filter(|_| self.backorder_floor.is_some()),
            low_level: other.low_level.filter(|_| self.low_level.is_some()),
        }
    }

    /// What of it is otherwise than there.
    pub fn without(self, other: Self) -> Self {
        Self {
            tracked: self.tracked.filter(|_| self.tracked != other.tracked),
            backorder_floor: self.backorder_floor.filter(|_| self.backorder_floor != other.backorder_floor),
            low_level: self.low_level.filter(|_| self.low_level != other.low_level),
        }
    }
}

/// What is wrong with a row; of one that is named here nothing is changed.
pub type Fault = (usize, Vec<FieldError>);

/// The product with what is new and can be, if that changes it.
pub fn reprice(
    before: &Product,
    asked: &[Asked],
    settings: &Settings,
    now: Timestamp,
) -> (Option<Product>, Vec<Fault>) {
    let mut faults: Vec<Fault> = Vec::new();
    loop {
        let good = |row: usize| faults.iter().all(|(wrong, _)| *wrong != row);
        let wanted = before.variants.iter().map(|variant| {
            let asked = asked.iter().find(|asked| asked.variant == variant.id && good(asked.row));
            asked.map_or(Wanted::Kept(before, variant), |asked| {
                let body = kept(priced(before, variant, asked.prices), asked.keeping);
                Wanted::Sent { at: asked.row, was: Some(variant), body: body.into() }
            })
        });
        let errors = match Draft::change(facts(before), wanted.collect(), Vec::new(), settings) {
            Ok(draft) => {
                let after = draft.replace(before, now, || unreachable_id(before));
                let alike =
                    |(new, old): (&Variant, &Variant)| new.costs_the_same(old) && Keeping::of(new) == Keeping::of(old);
                let same = after.variants.iter().zip(&before.variants).all(alike);
                return ((!same).then_some(after), faults);
            }
            Err(errors) => errors,
        };
        let known = faults.len();
        for asked in asked {
            let place = format!("/variants/{}/", asked.row);
            let own = errors.iter().filter_map(|error| {
                let rest = error.pointer.strip_prefix(&place)?;
                Some(FieldError::new(format!("/{rest}"), error.detail.clone()))
            });
            let own: Vec<_> = own.collect();
            if !own.is_empty() {
                faults.push((asked.row, own));
            }
        }
        // What is wrong with the product itself is so for all of its rows.
        if faults.len() == known {
            faults.extend(asked.iter().map(|asked| (asked.row, errors.clone())));
            return (None, faults);
        }
    }
}

fn priced(product: &Product, variant: &Variant, prices: &[PriceBody]) -> VariantBody {
    let mut body = variant_body(product, variant);
    let before = std::mem::take(&mut body.prices);
    // First, so that what is wrong with them is told by their own places.
    body.prices.extend(prices.iter().map(|new| {
        let Some(old) = before.iter().find(|old| old.currency == new.currency) else { return new.clone() };
        let tiers = if new.tiers.is_empty() { &old.tiers } else { &new.tiers };
        PriceBody {
            amount: new.amount,
            currency: new.currency.clone(),
            compare_at: new.compare_at.or(old.compare_at),
            sale: new.sale.or(old.sale),
            tiers: tiers.clone(),
        }
    }));
    body.prices.extend(before.into_iter().filter(|old| prices.iter().all(|new| new.currency != old.currency)));
    body
}

fn kept(body: VariantBody, keeping: Keeping) -> VariantBody {
    VariantBody {
        tracked: keeping.tracked.or(body.tracked),
        backorder_floor: keeping.backorder_floor.or(body.backorder_floor),
        low_level: keeping.low_level.unwrap_or(body.low_level),
        ..body
    }
}

/// No variant is new here.
fn unreachable_id(product: &Product) -> VariantId {
    product.variants.first().map_or_else(|| VariantId::derived([0; 16]), |variant| variant.id)
}
