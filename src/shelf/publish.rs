//! Publishing, the one bridge from the truth to the copy: the catalog goes from
//! the database into the key-value store, from where every isolate reads it. Once a
//! day all of it does, in between what has changed: the database marks the products.

use std::sync::Arc;

use super::chunks::{self, CHUNK_BYTES, Changed, Chunk, Plan, Stored};
use super::collections::numbered;
use super::current::{published, read_pointer, shared};
use super::format::{self, Head, POINTER, Pointer, key_of};
use super::memory::CatalogMemory;
use super::snapshot::Snapshot;
use crate::app::App;
use crate::catalog::product::Packed;
use crate::catalog::store::{self, State};
use crate::collections::{self, store::Picked};
use crate::ids::ProductId;
use crate::json;
use crate::ports::{Rows, Timestamp};
use crate::pricing::Promotion;
use crate::problem::Problem;
use crate::promotions;
use crate::revision::notify;
use crate::settings::{self, Settings};

/// Old versions may be in use for as long as an isolate does not look at the
/// pointer: seconds. Seven days, in seconds, leave room for rolling back.
const LIFETIME_SECONDS: u32 = 7 * 24 * 3_600;

/// After a day, in milliseconds, everything is written again, long before it would
/// expire.
const REFRESH_MILLIS: i64 = 24 * 3_600 * 1_000;

/// A publication that another one overtakes is begun again so often, and the pointer
/// put right.
const TRIES: usize = 3;

/// How far another isolate's clock may be ahead of ours, in milliseconds.
const LEEWAY_MILLIS: i64 = 60_000;

/// Products per statement, and statements per batch. One batch reads 2,500;
/// at 2 KB each that is 5 MB of D1's answer at a time.
const PAGE_PRODUCTS: u32 = 500;
const PAGES_AT_ONCE: u32 = 5;

/// Of more products than these the catalog is read as a whole: as many as one
/// batch reads of it.
const MAX_CHANGED: u32 = PAGE_PRODUCTS * PAGES_AT_ONCE;

impl State {
    /// Whether there is something to publish, or it must be refreshed, or was packed as this program does not read it.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.published_revision != self.revision || self.is_old(now) || read_pointer(self.pointer.as_bytes()).is_none()
    }

    /// Whether all of it must be written again.
    fn is_old(&self, now: Timestamp) -> bool {
        // What was published later than now was published who knows when.
        let age = now.since(Timestamp::from_millis(self.published_at));
        self.published_revision < 0 || !(-LEEWAY_MILLIS..REFRESH_MILLIS).contains(&age)
    }
}

/// Every minute: has the publisher publish what it may have missed, and move the
/// store's pointer where it is not the database's: its last mover may have been lost
/// before it could look.
pub async fn tick(app: &App) -> Result<(), Problem> {
    let state = state(app).await?;
    if state.is_due(app.clock.now()) || !is_pointed(app, &state.pointer).await? {
        notify(app, state.revision).await;
    }
    Ok(())
}

/// Publishes the catalog as it is now, unless that revision is published and
/// not about to expire. Answers the version that is published.
pub async fn publish(app: &App) -> Result<String, Problem> {
    for _ in 0..TRIES {
        let news = read(app, Asked::Changed).await?;
        if !news.state.is_due(app.clock.now()) {
            if !is_pointed(app, &news.state.pointer).await? {
                point(app, news.state.pointer).await?;
            }
            return Ok(news.state.published_revision.to_string());
        }
        let published = match base(app, &news).await {
            Some(base) => change(app, news, &base).await?,
            None => republish(app).await?,
        };
        if let Some(version) = published {
            return Ok(version);
        }
    }
    Err(overtaken())
}

/// Publishes the whole catalog, whatever is there. `None`: another publisher was sooner.
pub async fn republish(app: &App) -> Result<Option<String>, Problem> {
    let first = read(app, Asked::After(String::new())).await?;
    write(app, first).await
}

pub async fn state(app: &App) -> Result<State, Problem> {
    let rows = app.database.run(store::state()).await?;
    rows.first()?.ok_or_else(|| Problem::internal("catalog_state has no row"))
}

/// Whether the store's pointer is this one, as far as the store tells: it may tell of
/// one before for a minute.
async fn is_pointed(app: &App, pointer: &str) -> Result<bool, Problem> {
    Ok(app.cache.get(POINTER).await?.is_some_and(|told| told == pointer.as_bytes()))
}

/// Moves the store's pointer. Another publisher may have moved it meanwhile to a later
/// version, which this puts back: so the database is asked once more, and its pointer
/// written where it is another. Whoever moves the pointer last looks after that, so when
/// all have looked, it is the database's.
async fn point(app: &App, mut pointer: String) -> Result<(), Problem> {
    for _ in 0..TRIES {
        app.cache.put(POINTER, pointer.clone().into_bytes(), None).await?;
        let State { pointer: now, .. } = state(app).await?;
        if now == pointer {
            return Ok(());
        }
        pointer = now;
    }
    Err(overtaken())
}

fn overtaken() -> Problem {
    Problem::unavailable("the catalog", "others published meanwhile, again and again")
}

/// What the news are news to; `None` if everything is to be written.
async fn base(app: &App, news: &Part) -> Option<Arc<Snapshot>> {
    if news.state.is_old(app.clock.now()) || news.changed.len() > MAX_CHANGED as usize {
        return None;
    }
    // If the store is down, writing all of it will say so.
    published(app, &news.state.pointer).await.ok().flatten()
}

/// Products of the database, read together with all else that is published.
struct Part {
    state: State,
    settings: Settings,
    promotions: Vec<Promotion>,
    /// None with a part that is not the first.
    collections: Vec<Picked>,
    /// Those that may have changed since they were published.
    changed: Vec<ProductId>,
    products: Vec<Arc<Packed>>,
    is_last: bool,
}

#[derive(PartialEq)]
enum Asked {
    Changed,
    /// What is on sale after a product's id, as far as one batch reads.
    After(String),
}

async fn read(app: &App, asked: Asked) -> Result<Part, Problem> {
    let now = app.clock.now();
    let has_collections = !matches!(&asked, Asked::After(after) if !after.is_empty());
    let mut batch = vec![store::state(), settings::current(), promotions::store::current(now)];
    batch.extend(has_collections.then(|| collections::store::current(None)));
    match &asked {
        // One more than are read: then there are too many.
        Asked::Changed => {
            batch.extend([store::changed(MAX_CHANGED.saturating_add(1)), store::changed_products(MAX_CHANGED, now)]);
        }
        Asked::After(after) => {
            let page = |n: u32| store::active_products(after, PAGE_PRODUCTS, n.saturating_mul(PAGE_PRODUCTS), now);
            batch.extend((0..PAGES_AT_ONCE).map(page));
        }
    }
    let mut answers = app.database.batch(batch).await?.into_iter();
    let mut next = || answers.next().unwrap_or_default();
    let state: State = next().first()?.ok_or_else(|| Problem::internal("catalog_state has no row"))?;
    let settings = settings::read(next())?;
    let promotions = promotions::store::read(next())?;
    let collections = if has_collections { next() } else { Rows::default() };
    let collections = collections::store::read(collections)?;
    let changed = if asked == Asked::Changed { store::changed_ids(next())? } else { Vec::new() };
    let mut products = Vec::new();
    for rows in answers {
        let read = store::products(rows)?;
        products.extend(shared(app, read.iter().map(Packed::new).collect()));
    }
    let is_last = products.len() < (PAGE_PRODUCTS as usize).saturating_mul(PAGES_AT_ONCE as usize);
    Ok(Part { state, settings, promotions, collections, changed, products, is_last })
}

/// Writes the rest of the catalog under the revision of its first part. A
/// product changed while later parts are read may be newer than the version
/// says; then the revision has moved on and is published next.
async fn write(app: &App, mut first: Part) -> Result<Option<String>, Problem> {
    let began = app.clock.now();
    let mut chunks = Chunks::new(app, CHUNK_BYTES);
    let mut part = std::mem::take(&mut first.products);
    let mut is_last = first.is_last;
    while let Some(last) = part.last().map(|product| product.id.to_string()) {
        for product in part {
            chunks.push(product).await;
        }
        if is_last {
            break;
        }
        let next = read(app, Asked::After(last)).await?;
        (part, is_last) = (next.products, next.is_last);
    }
    let (chunks, written) = chunks.finish().await;
    let stored = Stored { chunks, ..Stored::default() };
    publish_as(app, first, stored, written, Some(began)).await
}

/// Writes what has changed since the base was published.
async fn change(app: &App, mut news: Part, base: &Snapshot) -> Result<Option<String>, Problem> {
    let products = std::mem::take(&mut news.products);
    let is_there = |id: &ProductId| products.iter().any(|product| product.id == *id);
    // Nobody has to be told of a draft that was never there.
    let removed = news.changed.iter().copied().filter(|id| !is_there(id) && base.place(*id).is_some()).collect();
    let mut stored = Stored { head: base.stored.head.clone(), ..Stored::default() };
    let mut written = Ok(());
    match base.stored.plan(Changed { products, removed }) {
        Plan::Beside(changed, bytes) => {
            stored.chunks.clone_from(&base.stored.chunks);
            if !changed.is_empty() {
                let key = key_of("changes", &bytes);
                if base.stored.changes.as_ref() != Some(&key) {
                    written = put(app, &key, bytes).await;
                }
                stored.changes = Some(key);
            }
            stored.changed = changed;
        }
        Plan::Into(parts) => (stored.chunks, written) = rewrite(app, parts).await,
    }
    publish_as(app, news, stored, written, None).await
}

async fn rewrite(app: &App, parts: Vec<chunks::Part>) -> (Vec<Arc<Chunk>>, Result<(), Problem>) {
    let (mut all, mut written) = (Vec::new(), Ok(()));
    for part in parts {
        match part {
            chunks::Part::Same(chunk) => all.push(chunk),
            chunks::Part::Anew(products, bytes) => {
                let mut chunks = Chunks::new(app, bytes);
                for product in products {
                    chunks.push(product).await;
                }
                let (chunks, outcome) = chunks.finish().await;
                all.extend(chunks);
                written = written.and(outcome);
            }
        }
    }
    (all, written)
}

/// Publishes what is stored, with all else that was read with it; `None` if another
/// publisher has published since that was read. This isolate's memory has the snapshot
/// even so, and if the store refuses it. `whole_at`: when everything began to be written,
/// if it was.
async fn publish_as(
    app: &App,
    news: Part,
    mut stored: Stored,
    written: Result<(), Problem>,
    whole_at: Option<Timestamp>,
) -> Result<Option<String>, Problem> {
    let version = news.state.revision.to_string();
    let ids = stored.products().iter().map(|product| product.id).collect();
    let collections = numbered(news.collections, ids);
    let head = Head { settings: news.settings, promotions: news.promotions, collections };
    let text = json::text(&head);
    let before = std::mem::replace(&mut stored.head, key_of("heads", text.as_bytes()));
    let pointer = Pointer::of(&version, &stored);
    let memory = CatalogMemory::of(app);
    let snapshot = Snapshot::of_stored(version.clone(), head.settings, stored, memory.get().as_deref());
    let snapshot = snapshot.with_promotions(head.promotions).with_collections(head.collections);
    let snapshot = snapshot.as_of(app.clock.now());
    memory.set(Arc::new(snapshot.unstored()), app.clock.now());
    written?;
    if before != pointer.head {
        put(app, &pointer.head, text.into_bytes()).await?;
    }
    // From now on others can be told to read what it names.
    if memory.get().is_some_and(|copy| copy.version == version) {
        memory.set(Arc::new(snapshot), app.clock.now());
    }
    let (seen, pointer) = (&news.state, json::text(&pointer));
    let publish = store::publish(seen, seen.revision, &pointer, whole_at);
    let after = vec![publish, store::forget_changed(seen.revision, &pointer), store::state()];
    let now: Option<State> = app.database.batch(after).await?.pop().unwrap_or_default().first()?;
    if now.is_none_or(|now| now.pointer != pointer) {
        return Ok(None);
    }
    point(app, pointer).await?;
    Ok(Some(version))
}

async fn put(app: &App, key: &str, bytes: Vec<u8>) -> Result<(), Problem> {
    Ok(app.cache.put(key, bytes, Some(LIFETIME_SECONDS)).await?)
}

/// Products on their way into the store, a chunk at a time.
struct Chunks<'a> {
    app: &'a App,
    most_bytes: usize,
    bytes: usize,
    products: Vec<Arc<Packed>>,
    written: Vec<Arc<Chunk>>,
    outcome: Result<(), Problem>,
}

impl<'a> Chunks<'a> {
    fn new(app: &'a App, most_bytes: usize) -> Self {
        Self { app, most_bytes, bytes: 0, products: Vec::new(), written: Vec::new(), outcome: Ok(()) }
    }

    async fn push(&mut self, product: Arc<Packed>) {
        if self.bytes.saturating_add(product.room()) > self.most_bytes {
            self.flush().await;
        }
        self.bytes = self.bytes.saturating_add(product.room());
        self.products.push(product);
    }

    /// The chunks, once all of them are written or one cannot be.
    async fn finish(mut self) -> (Vec<Arc<Chunk>>, Result<(), Problem>) {
        self.flush().await;
        (self.written, self.outcome)
    }

    async fn flush(&mut self) {
        if self.products.is_empty() {
            return;
        }
        let products = std::mem::take(&mut self.products);
        let chunk = format::bytes_of(&products);
        let (key, bytes) = (key_of("products", &chunk), chunk.len());
        self.bytes = 0;
        if self.outcome.is_ok() {
            self.outcome = put(self.app, &key, chunk).await;
        }
        self.written.push(Arc::new(Chunk { key, bytes, products }));
    }
}

#[cfg(test)]
#[path = "publish_changes_tests.rs"]
mod changes_tests;
#[cfg(test)]
#[path = "publish_races_tests.rs"]
mod races_tests;
#[cfg(test)]
#[path = "publish_tests.rs"]
mod tests;
