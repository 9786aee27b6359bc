//! What variants cost at the moment an order is placed.
//!
//! The database is the truth. It is asked for the catalog's revision; where the
//! copy in memory is of that very revision, the copy is as good as the truth for
//! [`LEASE_MILLIS`], and orders placed meanwhile cost no read. Else the products
//! are read, and what prices are made of besides. A change of prices is not answered before every
//! such lease has run out ([`crate::revision::settle`]): an order placed after the answer is
//! placed at the new prices (Gray and Cheriton, "Leases", 1989).
//!
//! What price lists say to whoever has an account is no part of that copy: it is read each time,
//! with all else or with the revision, in one transaction.
//!
//! Prices that change by themselves, as a sale begins or ends, change to the millisecond:
//! what counts is the clock as the shelf is asked here. The copy is brought to that time
//! before it is taken for the truth, and so is what is read.

use std::sync::Arc;
use std::vec;

use super::collections::numbered;
use super::memory::CatalogMemory;
use super::own::with_rows;
use super::snapshot::Snapshot;
use crate::app::App;
use crate::catalog::product::Product;
use crate::catalog::store;
use crate::collections::store as collections;
use crate::ids::{AccountId, VariantId};
use crate::json;
use crate::ports::{DatabaseError, Rows, Statement};
use crate::price_lists::own;
use crate::promotions::store as promotions;
use crate::revision::Revision;
use crate::settings;

/// The shelf as it is now for a buyer, as far as these variants and what prices are made of
/// go. A variant that it does not know is not on sale.
pub async fn current(
    app: &App,
    variants: &[VariantId],
    buyer: Option<AccountId>,
) -> Result<Arc<Snapshot>, DatabaseError> {
    let memory = CatalogMemory::of(app);
    let now = app.clock.now();
    memory.advance(now);
    // What is new is answered without waiting for leases: the copy may lack it.
    let knows = |copy: &Arc<Snapshot>| variants.iter().all(|variant| copy.variant(*variant).is_some());
    if let Some(copy) = memory.verified(now).filter(|copy| buyer.is_none() && knows(copy)) {
        return Ok(copy);
    }
    let own = || buyer.map(|buyer| own::of_variants(buyer, variants, now));
    // A copy that lacks one of them would have to be read past whatever its revision.
    if memory.get().is_some_and(|copy| knows(&copy)) {
        let (_, mut rest) = ask(app, [store::state()].into_iter().chain(own()).collect()).await?;
        if let Some(copy) = memory.verified(app.clock.now()).filter(knows) {
            return with_rows(copy, variants, rest.next());
        }
    }
    let collections = collections::current(Some(variants));
    let batch = [store::state(), settings::current(), promotions::current(now), collections, store::sold(variants)];
    let (revision, mut rest) = ask(app, batch.into_iter().chain(own()).collect()).await?;
    let mut next = || -> Rows { rest.next().unwrap_or_default() };
    let settings = settings::read(next())?;
    let promotions = promotions::read(next())?;
    let picked = collections::read(next())?;
    let products = store::documents(next())?;
    let products: Result<Vec<Product>, _> = products.iter().map(|document| json::read(document.as_bytes())).collect();
    let products = products.map_err(|error| DatabaseError::Undecodable(error.to_string()))?;
    let collections = numbered(picked, products.iter().map(|product| product.id).collect());
    let snapshot = Snapshot::new(revision.to_string(), settings, products).with_promotions(promotions);
    with_rows(Arc::new(snapshot.with_collections(collections).as_of(now)), variants, rest.next())
}

/// Asks the database, first of all for its revision: that, and the other rows.
async fn ask(app: &App, batch: Vec<Statement>) -> Result<(i64, vec::IntoIter<Rows>), DatabaseError> {
    let asked_at = app.clock.now();
    let mut answers = app.database.batch(batch).await?.into_iter();
    let revision = answers.next().unwrap_or_default().first::<Revision>()?.map_or(0, |row| row.revision);
    CatalogMemory::of(app).verify(revision, asked_at, app.clock.now());
    Ok((revision, answers))
}

#[cfg(test)]
#[path = "prices_tests.rs"]
mod tests;
