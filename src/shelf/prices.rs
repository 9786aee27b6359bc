//! What variants cost at the moment an order is placed.
//!
//! The database is the truth. It is asked for the prices and for the catalog's
//! revision together; where the copy in memory is of that very revision, the
//! copy is as good as the truth for [`LEASE_MILLIS`], and orders placed
//! meanwhile cost no read. A change of prices is not answered before every
//! such lease has run out ([`crate::catalog::notice::settle`]): an order placed after the answer is
//! placed at the new prices (Gray and Cheriton, "Leases", 1989).

use super::memory::CatalogMemory;
use crate::app::App;
use crate::catalog::store::{self, CurrentPrice, Revision};
use crate::ids::VariantId;
use crate::money::Currency;
use crate::ports::{DatabaseError, Rows};

/// What each variant costs now. One that is not on sale in the currency is
/// left out.
pub async fn current(
    app: &App,
    variants: &[VariantId],
    currency: Currency,
) -> Result<Vec<CurrentPrice>, DatabaseError> {
    let asked_at = app.clock.now();
    if let Some(snapshot) = CatalogMemory::of(app).verified(asked_at) {
        let price = |id: &VariantId| {
            let price = snapshot.variant(*id)?.1.price(currency)?;
            Some(CurrentPrice { variant_id: *id, amount: price.amount })
        };
        // What is new is answered without waiting for leases: the copy may lack it.
        if let Some(prices) = variants.iter().map(price).collect() {
            return Ok(prices);
        }
    }
    let batch = vec![store::state(), store::current_prices(variants, currency)];
    let mut answers = app.database.batch(batch).await?.into_iter();
    let mut next = || -> Rows { answers.next().unwrap_or_default() };
    if let Some(Revision { revision }) = next().first()? {
        CatalogMemory::of(app).verify(revision, asked_at, app.clock.now());
    }
    next().decode()
}

#[cfg(test)]
#[path = "prices_tests.rs"]
mod tests;
