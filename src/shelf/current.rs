//! The copy that this isolate answers from: looked after, loaded, and where
//! there is none, made.

use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::chunks::{Changed, Chunk, Stored};
use super::format::{self, Head, POINTER, Pointer};
use super::memory::{CatalogMemory, Claim};
use super::publish::{republish, state};
use super::snapshot::Snapshot;
use crate::app::App;
use crate::catalog::product::{FORMAT, Packed};
use crate::json;
use crate::problem::Problem;
use crate::telemetry;
use crate::together::together;

/// So much is read at a time, of chunks above all: see [`super::chunks::CHUNK_BYTES`].
const AT_ONCE: usize = 3;

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
    if let Err(problem) = load_named(app).await {
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

/// Loads what the database's pointer names: the store's may be of another format for a minute
/// after that was published, and not every isolate that begins then shall publish it again.
async fn load_named(app: &App) -> Result<(), Problem> {
    let named = state(app).await?.pointer;
    if let Some(snapshot) = published(app, &named).await? {
        CatalogMemory::of(app).set(snapshot, app.clock.now());
    }
    Ok(())
}

/// Looks at the pointer and loads what it names if it is another version.
async fn refresh(app: &App) -> Result<(), Problem> {
    let stored = app.cache.get(POINTER).await?;
    let Some(pointer) = stored.and_then(|stored| read_pointer(&stored)) else { return Ok(()) };
    if CatalogMemory::of(app).outdated_by(&pointer.version, app.clock.now()) {
        let snapshot = load(app, pointer).await?;
        // While it was read another request may have brought a newer one, or a publication its own.
        if CatalogMemory::of(app).outdated_by(&snapshot.version, app.clock.now()) {
            CatalogMemory::of(app).set(Arc::new(snapshot), app.clock.now());
        }
    }
    Ok(())
}

/// What a pointer names, from memory or from the store; `None` if it is packed as this
/// program does not read it.
pub async fn published(app: &App, pointer: &str) -> Result<Option<Arc<Snapshot>>, Problem> {
    let Some(pointer) = read_pointer(pointer.as_bytes()) else { return Ok(None) };
    let is_it = |copy: &Arc<Snapshot>| Pointer::of(&copy.version, &copy.stored) == pointer;
    match CatalogMemory::of(app).get().filter(is_it) {
        Some(copy) => Ok(Some(copy)),
        None => load(app, pointer).await.map(Arc::new).map(Some),
    }
}

pub fn read_pointer(bytes: &[u8]) -> Option<Pointer> {
    decoded::<Pointer>(POINTER, bytes).ok().filter(|pointer| pointer.format == FORMAT)
}

/// What a version is made of, as the pointer names it.
enum Piece<'a> {
    Head,
    Changes(&'a str),
    Chunk(&'a str),
}

enum Read {
    Head(Box<Head>),
    Changes(String, Changed),
    Chunk(Arc<Chunk>),
}

/// What memory has of it already is not read again.
async fn load(app: &App, pointer: Pointer) -> Result<Snapshot, Problem> {
    let before = CatalogMemory::of(app).get();
    let known = before.as_ref().map(|copy| copy.stored.clone()).unwrap_or_default();
    let changes = pointer.changes.as_deref().map(Piece::Changes);
    let chunks = pointer.chunks.iter().map(|key| Piece::Chunk(key));
    let pieces = [Piece::Head].into_iter().chain(changes).chain(chunks);
    let read = pieces.map(|piece| read(app, &pointer, &known, piece));
    let (mut head, mut stored) = (None, Stored { head: pointer.head.clone(), ..Stored::default() });
    for read in together(read.collect(), AT_ONCE).await {
        match read? {
            Read::Head(read) => head = Some(read),
            Read::Changes(key, changed) => {
                stored.changed = changed;
                stored.changes = Some(key);
            }
            Read::Chunk(chunk) => stored.chunks.push(chunk),
        }
    }
    let head = head.ok_or_else(|| missing(&pointer.head))?;
    let snapshot = Snapshot::of_stored(pointer.version, head.settings, stored, before.as_deref());
    let snapshot = snapshot.with_promotions(head.promotions).with_collections(head.collections);
    Ok(snapshot.as_of(app.clock.now()))
}

async fn read(app: &App, pointer: &Pointer, known: &Stored, piece: Piece<'_>) -> Result<Read, Problem> {
    Ok(match piece {
        Piece::Head => Read::Head(Box::new(decoded(&pointer.head, &bytes(app, &pointer.head).await?)?)),
        Piece::Changes(key) => {
            let (removed, products) = format::changes(&bytes(app, key).await?).ok_or_else(|| broken(key))?;
            Read::Changes(key.to_owned(), Changed { products: shared(app, products), removed })
        }
        Piece::Chunk(key) => Read::Chunk(match known.chunk(key) {
            Some(chunk) => chunk.clone(),
            None => Arc::new(chunk(app, key).await?),
        }),
    })
}

async fn chunk(app: &App, key: &str) -> Result<Chunk, Problem> {
    let bytes = bytes(app, key).await?;
    let products = shared(app, format::products(&bytes).ok_or_else(|| broken(key))?);
    Ok(Chunk { key: key.to_owned(), bytes: bytes.len(), products })
}

/// Those that the copy before has are that one's, so that two copies have the room of one and
/// of what has changed.
pub fn shared(app: &App, products: Vec<Packed>) -> Vec<Arc<Packed>> {
    let before = CatalogMemory::of(app).get();
    let same = |product: &Packed| before.as_ref().and_then(|before| before.same(product));
    products.into_iter().map(|product| same(&product).unwrap_or_else(|| Arc::new(product))).collect()
}

fn broken(key: &str) -> Problem {
    Problem::unavailable("the catalog", format!("{key} is not what it should be"))
}

async fn bytes(app: &App, key: &str) -> Result<Vec<u8>, Problem> {
    app.cache.get(key).await?.ok_or_else(|| missing(key))
}

fn missing(key: &str) -> Problem {
    Problem::unavailable("the catalog", format!("{key} is missing"))
}

fn decoded<T: DeserializeOwned>(key: &str, bytes: &[u8]) -> Result<T, Problem> {
    json::read(bytes).map_err(|error| Problem::unavailable("the catalog", format!("{key}: {error}")))
}

fn log(event: &str, cause: &str) {
    telemetry::log(&serde_json::json!({"level": "warn", "event": event, "cause": cause}));
}
