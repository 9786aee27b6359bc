//! Taking a variant, or a whole product, out of the catalog for good. Said of
//! nothing but that: a change of a product removes no variant.
//!
//! Stock is not the catalog's: whoever removes asks the pools first whether
//! pieces are held ([`Removal::variants`]). What comes in between does no harm.
//! An order that was placed before the answer keeps what it holds, for a pool
//! outlives its variant; after the answer none is placed, for placing asks for
//! prices and there are none.

use http::StatusCode;

use super::change::found;
use super::error::{LAST_VARIANT, PRODUCT_CHANGED, part_of, refusal};
use super::product::{Product, Variant};
use super::store;
use super::store::bundles::{self, Bundle};
use crate::app::App;
use crate::auth::StaffWrite;
use crate::idempotency::Answer;
use crate::ids::{ProductId, VariantId};
use crate::problem::Problem;
use crate::revision::{self, settle};
use crate::wire::conditional::IfMatch;

/// What is to be removed.
#[derive(Debug, Clone, Copy)]
pub enum Target {
    Product(ProductId),
    Variant(VariantId),
}

/// A removal that is decided, and not written yet.
pub struct Removal {
    before: Product,
    target: Target,
}

impl Removal {
    pub async fn decide(app: &App, staff: &StaffWrite, target: Target, condition: &IfMatch) -> Result<Self, Problem> {
        let (find, bundles) = match target {
            Target::Product(id) => (store::product(id), bundles::made_of(Some(id), &[])),
            Target::Variant(id) => (store::product_of_variant(id), bundles::made_of(None, &[id])),
        };
        let mut begun = staff.begin(app, None, vec![find, bundles]).await?;
        let before = found(begun.rows.next().unwrap_or_default())?;
        condition.check(before.version)?;
        let bundles: Vec<Bundle> = begun.rows.next().unwrap_or_default().decode()?;
        if !bundles.is_empty() {
            return Err(part_of(&bundles));
        }
        if matches!(target, Target::Variant(_)) && before.variants.len() == 1 {
            return Err(Problem::new(LAST_VARIANT, "a product has at least one variant; delete the product"));
        }
        Ok(Self { before, target })
    }

    /// The variants that go.
    pub fn variants(&self) -> impl Iterator<Item = &Variant> {
        self.before.variants.iter().filter(|variant| match self.target {
            Target::Product(_) => true,
            Target::Variant(id) => variant.id == id,
        })
    }

    /// Writes it down; `false` if the product has changed since it was decided.
    pub async fn write(&self, app: &App, staff: &StaffWrite) -> Result<bool, Problem> {
        let now = app.clock.now();
        let change = match self.target {
            Target::Product(_) => store::delete_product(&self.before, now),
            Target::Variant(id) => {
                let mut after = self.before.clone();
                after.variants.retain(|variant| variant.id != id);
                after.version = after.version.saturating_add(1);
                after.updated_at = now;
                store::update_product(&self.before, &after)
            }
        };
        // What is removed refers to nothing that is not there: it became a part in between.
        let meaning = |constraint: &str| match constraint.contains("FOREIGN KEY") {
            true => Some(part_of(&[])),
            false => refusal(constraint),
        };
        match revision::write(app, staff, None, change, Answer::new(StatusCode::NO_CONTENT, &())?, &meaning).await {
            Ok(_) => {
                settle(app).await;
                Ok(true)
            }
            Err(problem) if problem.code == PRODUCT_CHANGED.name => Ok(false),
            Err(problem) => Err(problem),
        }
    }
}
