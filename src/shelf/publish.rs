//! Publishing, the one bridge from the truth to the copy: the catalog goes from
//! the database into the key-value store, from where every isolate reads it.

use std::sync::Arc;

use serde::Serialize;

use super::collections::numbered;
use super::format::{Head, POINTER, Pointer, chunk_key, head_key};
use super::memory::CatalogMemory;
use super::snapshot::Snapshot;
use crate::app::App;
use crate::catalog::product::Product;
use crate::catalog::store::{self, State};
use crate::collections::{self, store::Picked};
use crate::json;
use crate::ports::{Statement, Timestamp};
use crate::pricing::Promotion;
use crate::problem::Problem;
use crate::promotions;
use crate::revision::notify;
use crate::settings::{self, Settings};

/// Old versions may be in use for as long as an isolate does not look at the
/// pointer: seconds. Seven days, in seconds, leave room for rolling back.
const LIFETIME_SECONDS: u32 = 7 * 24 * 3_600;

/// After a day, in milliseconds, the current version is written again, long
/// before it would expire.
const REFRESH_MILLIS: i64 = 24 * 3_600 * 1_000;

/// How far another isolate's clock may be ahead of ours, in milliseconds.
const LEEWAY_MILLIS: i64 = 60_000;

/// A chunk ends at whichever comes first. The store takes 25 MiB; with three
/// chunks at a time, 4 MB keep a load's raw bytes at 12 MB.
const CHUNK_PRODUCTS: usize = 2_000;
const CHUNK_BYTES: usize = 4_000_000;

/// Products per statement, and statements per batch. One batch reads 2,500;
/// at 2 KB each that is 5 MB of D1's answer at a time.
const PAGE_PRODUCTS: u32 = 500;
const PAGES_AT_ONCE: u32 = 5;

impl State {
    /// Whether there is something to publish, or it must be refreshed.
    pub fn is_due(&self, now: Timestamp) -> bool {
        // What was published later than now was published who knows when.
        let age = now.since(Timestamp::from_millis(self.published_at));
        self.published_revision != self.revision || !(-LEEWAY_MILLIS..REFRESH_MILLIS).contains(&age)
    }
}

/// Every minute: has the publisher publish what it may have missed.
pub async fn tick(app: &App) -> Result<(), Problem> {
    let rows = app.database.run(store::state()).await?;
    match rows.first::<State>()? {
        Some(state) if state.is_due(app.clock.now()) => notify(app, state.revision).await,
        _ => {}
    }
    Ok(())
}

/// Publishes the catalog as it is now, unless that revision is published and
/// not about to expire. Answers the version that is published.
pub async fn publish(app: &App) -> Result<String, Problem> {
    let first = read(app, "").await?;
    if first.state.is_due(app.clock.now()) {
        write(app, first).await
    } else {
        Ok(first.state.published_revision.to_string())
    }
}

pub async fn republish(app: &App) -> Result<String, Problem> {
    let first = read(app, "").await?;
    write(app, first).await
}

struct Part {
    state: State,
    settings: Settings,
    promotions: Vec<Promotion>,
    /// Of the first part alone.
    collections: Vec<Picked>,
    documents: Vec<String>,
    is_last: bool,
}

/// What is on sale after a product's id, as far as one batch reads.
async fn read(app: &App, after: &str) -> Result<Part, Problem> {
    let now = app.clock.now();
    let mut batch = vec![store::state(), settings::current(), promotions::store::current(now)];
    let is_first = after.is_empty();
    batch.extend(is_first.then(|| collections::store::current(None)));
    let page = |n: u32| store::active_products(after, PAGE_PRODUCTS, n.saturating_mul(PAGE_PRODUCTS), now);
    batch.extend((0..PAGES_AT_ONCE).map(page).collect::<Vec<Statement>>());
    let mut answers = app.database.batch(batch).await?.into_iter();
    let state = answers.next().unwrap_or_default().first()?;
    let state = state.ok_or_else(|| Problem::internal("catalog_state has no row"))?;
    let settings = settings::read(answers.next().unwrap_or_default())?;
    let promotions = promotions::store::read(answers.next().unwrap_or_default())?;
    let collections = is_first.then(|| answers.next()).flatten().unwrap_or_default();
    let collections = collections::store::read(collections)?;
    let mut documents = Vec::new();
    for rows in answers {
        documents.extend(store::documents(rows)?);
    }
    let is_last = documents.len() < (PAGE_PRODUCTS as usize).saturating_mul(PAGES_AT_ONCE as usize);
    Ok(Part { state, settings, promotions, collections, documents, is_last })
}

/// Writes the rest of the catalog under the revision of its first part. A
/// product changed while later parts are read may be newer than the version
/// says; then the revision has moved on and is published next. This isolate's
/// memory has the snapshot even if the store refuses it.
async fn write(app: &App, mut first: Part) -> Result<String, Problem> {
    let state = first.state;
    let version = state.revision.to_string();
    let (settings, promotions) = (first.settings.clone(), first.promotions.clone());
    let mut head = Head { settings, promotions, collections: Vec::new(), products: 0 };
    let mut products: Vec<Product> = Vec::new();
    let mut chunks = Chunks { app, version: &version, bytes: Vec::new(), products: 0, written: 0, failure: None };
    let picked = std::mem::take(&mut first.collections);
    let mut part = first;
    loop {
        for document in &part.documents {
            let product = json::read(document.as_bytes());
            products.push(product.map_err(|error| Problem::internal(format!("a product's document: {error}")))?);
            chunks.push(document).await;
        }
        if part.is_last {
            break;
        }
        let Some(last) = products.last() else { break };
        part = read(app, &last.id.to_string()).await?;
    }
    head.products = products.len();
    head.collections = numbered(picked, &products);
    let written = chunks.finish().await;
    let snapshot = Snapshot::new(version.clone(), head.settings.clone(), products);
    let snapshot = snapshot.with_promotions(head.promotions.clone()).with_collections(head.collections.clone());
    let snapshot = snapshot.as_of(app.clock.now());
    CatalogMemory::of(app).set(Arc::new(snapshot), app.clock.now());
    let pointer = Pointer { version: version.clone(), chunks: written? };
    put(app, &head_key(&version), &head, Some(LIFETIME_SECONDS)).await?;
    put(app, POINTER, &pointer, None).await?;
    app.database.run(store::mark_published(state.revision, app.clock.now())).await?;
    Ok(version)
}

async fn put(app: &App, key: &str, value: &impl Serialize, lifetime: Option<u32>) -> Result<(), Problem> {
    let bytes = json::text(value).into_bytes();
    Ok(app.cache.put(key, bytes, lifetime).await?)
}

/// Products on their way into the store, a JSON array at a time. The database's
/// documents are copied as they are.
struct Chunks<'a> {
    app: &'a App,
    version: &'a str,
    bytes: Vec<u8>,
    products: usize,
    written: usize,
    failure: Option<Problem>,
}

impl Chunks<'_> {
    async fn push(&mut self, document: &str) {
        if self.products == CHUNK_PRODUCTS || self.bytes.len().saturating_add(document.len()) > CHUNK_BYTES {
            self.flush().await;
        }
        self.bytes.push(if self.products == 0 { b'[' } else { b',' });
        self.bytes.extend_from_slice(document.as_bytes());
        self.products = self.products.saturating_add(1);
    }

    /// How many chunks there are, once all of them are written.
    async fn finish(mut self) -> Result<usize, Problem> {
        self.flush().await;
        self.failure.map_or(Ok(self.written), Err)
    }

    async fn flush(&mut self) {
        if self.products == 0 || self.failure.is_some() {
            return;
        }
        self.bytes.push(b']');
        let bytes = std::mem::take(&mut self.bytes);
        let key = chunk_key(self.version, self.written);
        if let Err(error) = self.app.cache.put(&key, bytes, Some(LIFETIME_SECONDS)).await {
            self.failure = Some(error.into());
        }
        self.products = 0;
        self.written = self.written.saturating_add(1);
    }
}

#[cfg(test)]
#[path = "publish_tests.rs"]
mod tests;
