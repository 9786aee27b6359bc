//! How a product is changed: load it, decide, write what differs, and anew if
//! another change came in between.

use axum::response::Response;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::draft::Draft;
use super::error::{PRODUCT_CHANGED, SKU_TAKEN, changed, refusal, too_large};
use super::limits::{MAX_FORMER_SLUGS, MAX_PRODUCT_BYTES};
use super::product::Product;
use super::store::{self, bundles};
use crate::app::App;
use crate::auth::StaffWrite;
use crate::idempotency::{self, Answer};
use crate::ids::{ProductId, VariantId};
use crate::ports::{Rows, Statement};
use crate::problem::{FieldError, Problem};
use crate::revision::{self, settle};
use crate::settings::{self, Settings};
use crate::uploads::{Name, store as uploads};
use crate::wire::conditional::{IfMatch, tagged};

/// How often a change is decided anew because another came in between.
pub const ATTEMPTS: usize = 4;

/// What a product is to be. One type for all changes: each other one would bring
/// all of [`Change::write`] again.
pub type Drafting<'a> = &'a (dyn Fn(&Product, &Settings) -> Result<Draft, Problem> + Sync);
/// What is answered of it.
pub type Viewing<'a> = &'a (dyn Fn(&Product) -> Option<Value> + Sync);

/// A change of a product that is there.
pub struct Change<'a> {
    pub app: &'a App,
    pub staff: StaffWrite,
    pub condition: IfMatch,
    pub request: Option<idempotency::Request>,
    /// Of the answer.
    pub status: StatusCode,
    /// That were sent as pictures of the product.
    pub uploads: Vec<Name>,
    /// That were sent as parts of its variants.
    pub parts: Vec<VariantId>,
}

impl Change<'_> {
    /// Writes, and answers once nobody takes what was there before for the truth.
    pub async fn run(self, find: Statement, draft: Drafting<'_>, view: Viewing<'_>) -> Result<Response, Problem> {
        let app = self.app;
        let response = self.write(find, draft, view).await?;
        settle(app).await;
        Ok(response)
    }

    /// Decides and writes; anew if another change came in between. Whoever writes
    /// several settles once for all of them.
    pub async fn write(self, find: Statement, draft: Drafting<'_>, view: Viewing<'_>) -> Result<Response, Problem> {
        let app = self.app;
        for _ in 0..ATTEMPTS {
            let mut reads = vec![find.clone(), settings::current()];
            if !self.uploads.is_empty() || !self.parts.is_empty() {
                reads.extend([uploads::known(&self.uploads), bundles::known(&self.parts)]);
            }
            let mut begun = self.staff.begin(app, self.request.as_ref(), reads).await?;
            if let Some(answer) = begun.first {
                return Ok(answer);
            }
            let before = found(begun.rows.next().unwrap_or_default())?;
            let settings = settings::read(begun.rows.next().unwrap_or_default())?;
            self.condition.check(before.version)?;
            let now = app.clock.now();
            let known = begun.rows.next().unwrap_or_default().decode()?;
            let parts: Vec<_> = begun.rows.next().unwrap_or_default().decode()?;
            let draft = draft(&before, &settings)?.show(&known, &before.images)?.made_of(&parts, &before.variants)?;
            let sent = draft.sent_skus();
            let after = draft.replace(&before, now, || VariantId::new(now, &*app.entropy));
            check_slugs(&after).map_err(|error| Problem::invalid(vec![error]))?;
            let view = view(&after).ok_or_else(Problem::not_found)?;
            let answer = answered(self.status, &view)?;
            let change = store::update_product(&before, &after);
            let answer = revision::write(app, &self.staff, self.request.as_ref(), change, answer, &refusal).await;
            match answer {
                Err(problem) if problem.code == PRODUCT_CHANGED.name => {}
                other => {
                    let (response, _) = with_pointers(app, other, after.id, &sent).await?;
                    return Ok(tagged(response, after.version));
                }
            }
        }
        Err(changed())
    }
}

/// What is answered, and recorded for who asks again: within what the database takes.
pub fn answered(status: StatusCode, view: &impl Serialize) -> Result<Answer, Problem> {
    let answer = Answer::new(status, view)?;
    if answer.bytes() > MAX_PRODUCT_BYTES { Err(too_large()) } else { Ok(answer) }
}

/// A product that had as many slugs as may lead to it keeps the one that it has.
pub fn check_slugs(after: &Product) -> Result<(), FieldError> {
    if after.former_slugs.len() <= MAX_FORMER_SLUGS {
        return Ok(());
    }
    let detail = format!("it had {MAX_FORMER_SLUGS} others before, which still lead to it; keep the one that it has");
    Err(FieldError::new("/slug", detail))
}

pub fn found(rows: Rows) -> Result<Product, Problem> {
    store::read_product(rows)?.ok_or_else(Problem::not_found)
}

/// Says of taken SKUs which of those that were sent they are.
pub async fn with_pointers<T>(
    app: &App,
    answer: Result<T, Problem>,
    product: ProductId,
    sent: &[(usize, String)],
) -> Result<T, Problem> {
    let mut problem = match answer {
        Err(problem) if problem.code == SKU_TAKEN.name => problem,
        other => return other,
    };
    let skus: Vec<_> = sent.iter().map(|(_, sku)| sku.as_str()).collect();
    let rows = app.database.batch(vec![store::taken_skus(product, &skus)]).await?;
    let taken: Vec<Sku> = rows.into_iter().next().unwrap_or_default().decode()?;
    let places = sent.iter().filter(|(_, sku)| taken.iter().any(|taken| taken.sku == *sku));
    let errors: Vec<_> = places
        .map(|(at, sku)| FieldError::new(format!("/variants/{at}/sku"), format!("another product has the SKU {sku}")))
        .collect();
    if !errors.is_empty() {
        problem.errors = errors;
    }
    Err(problem)
}

#[derive(Deserialize)]
struct Sku {
    sku: String,
}
