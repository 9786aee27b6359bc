//! The copy that this isolate answers from: looked after, loaded, and where
//! there is none, made.

use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::format::{Head, POINTER, Pointer, chunk_key, head_key};
use super::memory::{CatalogMemory, Claim};
use super::publish::republish;
use super::snapshot::Snapshot;
use crate::app::App;
use crate::catalog::product::Product;
use crate::json;
use crate::problem::Problem;
use crate::telemetry;
use crate::together::together;

/// Chunks that are read at a time: see `CHUNK_BYTES`.
const CHUNKS_AT_ONCE: usize = 3;

/// The snapshot to answer from.
pub async fn current(app: &App) -> Result<Arc<Snapshot>, Problem> {
    /// Long enough for the first read to be given up by [`super::memory`].
    const WAITS: usize = 300;
    for _ in 0..WAITS {
        match CatalogMemory::of(app).claim(app.clock.now()) {
            Claim::Fresh(snapshot) => return Ok(snapshot),
            Claim::Check(old) => {
                if let Err(problem) = refresh(app).await {
                    log("catalog_not_refreshed", problem.cause.as_ref().unwrap_or(&problem.detail));
                }
                return Ok(CatalogMemory::of(app).get().unwrap_or(old));
            }
            Claim::Read => return first_read(app).await,
            Claim::Wait => app.clock.sleep(20).await,
        }
    }
    first_read(app).await
}

/// From the store, or where nothing was ever published or the store is down,
/// from the database.
async fn first_read(app: &App) -> Result<Arc<Snapshot>, Problem> {
    if let Err(problem) = refresh(app).await {
        log("catalog_not_loaded", problem.cause.as_ref().unwrap_or(&problem.detail));
    }
    if let Some(snapshot) = CatalogMemory::of(app).get() {
        return Ok(snapshot);
    }
    let published = republish(app).await;
    if let Some(snapshot) = CatalogMemory::of(app).get() {
        return Ok(snapshot);
    }
    CatalogMemory::of(app).give_up();
    Err(published.err().unwrap_or_else(|| Problem::unavailable("the catalog", "nothing was read")))
}

/// Looks at the pointer and loads what it names if it is another version.
async fn refresh(app: &App) -> Result<(), Problem> {
    let Some(pointer) = get::<Pointer>(app, POINTER).await? else { return Ok(()) };
    if CatalogMemory::of(app).outdated_by(&pointer.version, app.clock.now()) {
        let snapshot = load(app, pointer).await?;
        CatalogMemory::of(app).set(Arc::new(snapshot), app.clock.now());
    }
    Ok(())
}

async fn load(app: &App, pointer: Pointer) -> Result<Snapshot, Problem> {
    let missing = |key: &str| Problem::unavailable("the catalog", format!("{key} is missing"));
    let key = head_key(&pointer.version);
    let head: Head = get(app, &key).await?.ok_or_else(|| missing(&key))?;
    let version = &pointer.version;
    let chunks = (0..pointer.chunks).map(|n| async move {
        let key = chunk_key(version, n);
        get::<Vec<Product>>(app, &key).await?.ok_or_else(|| missing(&key))
    });
    let mut products = Vec::with_capacity(head.products);
    for chunk in together(chunks.collect(), CHUNKS_AT_ONCE).await {
        products.extend(chunk?);
    }
    let snapshot = Snapshot::new(pointer.version.clone(), head.settings, products);
    let snapshot = snapshot.with_promotions(head.promotions).with_collections(head.collections);
    Ok(snapshot.as_of(app.clock.now()))
}

async fn get<T: DeserializeOwned>(app: &App, key: &str) -> Result<Option<T>, Problem> {
    let Some(bytes) = app.cache.get(key).await? else { return Ok(None) };
    json::read(&bytes).map(Some).map_err(|error| Problem::unavailable("the catalog", format!("{key}: {error}")))
}

fn log(event: &str, cause: &str) {
    telemetry::log(&serde_json::json!({"level": "warn", "event": event, "cause": cause}));
}
