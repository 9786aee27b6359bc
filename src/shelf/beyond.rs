//! What the copy does not know yet, such as a product made a moment ago: the
//! truth is asked. So whatever staff were told exists can be looked up and put
//! into a cart at once, in every isolate; what the copy knows costs nothing.

use std::sync::Arc;

use super::current::current;
use super::memory::CatalogMemory;
use super::name::Name;
use super::questions::{MAX_NAMES, Questions, Told, Turn};
use super::snapshot::Snapshot;
use crate::app::App;
use crate::catalog::product::Product;
use crate::catalog::store;
use crate::json;
use crate::ports::{Rows, Statement};
use crate::problem::Problem;
use crate::revision::{self, Revision};
use crate::telemetry;

/// The copy, and with it whatever has one of these names. Of strangers' names
/// that the copy does not know, the first [`MAX_NAMES`] are asked for.
pub async fn knowing(app: &App, names: impl IntoIterator<Item = Name>) -> Result<Arc<Snapshot>, Problem> {
    let copy = current(app).await?;
    let unknown: Vec<_> = unknown(app, &copy, names).take(MAX_NAMES).collect();
    with_answers(app, copy, &unknown).await
}

/// [`knowing`], of as many names as staff need.
pub async fn knowing_all(app: &App, names: impl IntoIterator<Item = Name>) -> Result<Arc<Snapshot>, Problem> {
    let copy = current(app).await?;
    let unknown: Vec<_> = unknown(app, &copy, names).collect();
    with_answers(app, copy, &unknown).await
}

/// [`knowing`], for what can be shown without: the copy alone where there is no
/// answer.
pub async fn knowing_at_best(app: &App, names: impl IntoIterator<Item = Name>) -> Result<Arc<Snapshot>, Problem> {
    let copy = current(app).await?;
    let unknown: Vec<_> = unknown(app, &copy, names).take(MAX_NAMES).collect();
    Ok(with_answers(app, copy.clone(), &unknown).await.unwrap_or_else(|problem| {
        let cause = problem.cause.as_ref().unwrap_or(&problem.detail);
        telemetry::log(&serde_json::json!({"level": "warn", "event": "catalog_not_asked", "cause": cause}));
        copy
    }))
}

fn unknown<'a>(
    app: &App,
    copy: &'a Snapshot,
    names: impl IntoIterator<Item = Name, IntoIter: 'a>,
) -> impl Iterator<Item = Name> + 'a {
    let now = app.clock.now();
    names.into_iter().filter(move |name| copy.named(name).is_none() && name.may_be_taken(now))
}

async fn with_answers(app: &App, copy: Arc<Snapshot>, unknown: &[Name]) -> Result<Arc<Snapshot>, Problem> {
    let mut beyond: Vec<Product> = Vec::new();
    for names in unknown.chunks(MAX_NAMES) {
        for product in answers(app, names).await? {
            if beyond.iter().all(|known| known.id != product.id) {
                beyond.push((*product).clone());
            }
        }
    }
    Ok(if beyond.is_empty() { copy } else { Arc::new(copy.with(beyond, app.clock.now())) })
}

/// What has these names, in as many looks as it takes.
async fn answers(app: &App, names: &[Name]) -> Result<Vec<Arc<Product>>, Problem> {
    /// At 20 ms a look: four seconds.
    const LOOKS: usize = 200;
    let questions = Questions::of(app);
    let arrived = app.clock.now();
    for _ in 0..LOOKS {
        match questions.turn(names, arrived, seen(app), app.clock.now()) {
            Turn::Told(products) => return Ok(products),
            Turn::Wait(millis) => app.clock.sleep(millis).await,
            Turn::Full => return Err(Problem::unavailable("the catalog", "too many unknown names")),
            Turn::Ask(asking) => match ask(app, &asking.names).await {
                Ok(told) => questions.tell(asking, told, CatalogMemory::of(app).get().as_deref()),
                Err(problem) => {
                    questions.give_up(asking);
                    return Err(problem);
                }
            },
        }
    }
    Err(Problem::unavailable("the catalog", "nobody was told of unknown names"))
}

/// The highest revision that this isolate has loaded or written.
fn seen(app: &App) -> i64 {
    let copy = CatalogMemory::of(app).get().and_then(|copy| copy.version.parse().ok());
    revision::last_written(app).max(copy.unwrap_or(0))
}

async fn ask(app: &App, names: &[Name]) -> Result<Told, Problem> {
    let asked_at = app.clock.now();
    let mut answers = app.database.batch(vec![store::state(), named(names)]).await?.into_iter();
    let mut next = || -> Rows { answers.next().unwrap_or_default() };
    let Revision { revision } = next().first()?.ok_or_else(|| Problem::internal("catalog_state has no row"))?;
    let documents = store::documents(next())?;
    let products = documents.iter().map(|document| json::read(document.as_bytes()));
    let products: Result<Vec<Product>, _> = products.collect();
    let mut products = products.map_err(|error| Problem::internal(error.to_string()))?;
    products.retain(|product| product.is_published(asked_at));
    Ok(Told { products, revision, asked_at })
}

fn named(names: &[Name]) -> Statement {
    let (mut products, mut slugs, mut variants) = (Vec::new(), Vec::new(), Vec::new());
    for name in names {
        match name {
            Name::Product(id) => products.push(*id),
            Name::Slug(slug) => slugs.push(slug.as_str()),
            Name::Variant(id) => variants.push(*id),
        }
    }
    store::named_products(&products, &slugs, &variants)
}

#[cfg(test)]
#[path = "beyond_tests.rs"]
mod tests;
