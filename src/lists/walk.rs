//! Along a list, page by page: whoever wants all that fits.

use super::filter::{After, Filter, OrderFilter};
use super::store::{self, Listed};
use crate::app::App;
use crate::ids::OrderId;
use crate::problem::{FieldError, Problem};
use crate::wire::body;

/// The orders read at once, some 400 bytes each.
const PAGE: usize = 1_000;

/// Shows the orders that fit, at most so many. Answers the last of them if there
/// are more.
pub async fn walk(
    app: &App,
    mut filter: Filter,
    most: usize,
    each: &mut (dyn FnMut(&Listed) + Send),
) -> Result<Option<After>, Problem> {
    let mut left = most;
    loop {
        let rows = app.database.batch(vec![store::page(&filter, PAGE.min(left).saturating_add(1))]).await?;
        let rows = store::listed(rows.into_iter().next().unwrap_or_default())?;
        let more = rows.len() > PAGE.min(left);
        let page = rows.get(..PAGE.min(left)).unwrap_or(&rows);
        page.iter().for_each(&mut *each);
        left = left.saturating_sub(page.len());
        let Some(last) = page.last().filter(|_| more) else { return Ok(None) };
        let after = After { key: last.key(filter.sort), id: Some(last.id) };
        if left == 0 {
            return Ok(Some(after));
        }
        filter.after = Some(after);
    }
}

/// All orders that fit a query as `GET /v1/admin/orders` takes it, wherever in the
/// list it is. `pointer`: where it stands in a body.
pub async fn chosen(app: &App, query: &str, most: usize, pointer: &str) -> Result<Vec<OrderId>, Problem> {
    let here = |problem: Problem| {
        let here = |error: &FieldError| FieldError::new(pointer, format!("{}: {}", error.pointer, error.detail));
        let errors: Vec<_> = problem.errors.iter().map(here).collect();
        if errors.is_empty() { problem } else { Problem::invalid(errors) }
    };
    let query = body::parse_query::<OrderFilter>(query, "GET /v1/admin/orders").map_err(here)?;
    let filter = query.parse(app).await.map_err(here)?;
    let mut ids = Vec::new();
    let filter = Filter { after: None, ..filter };
    match walk(app, filter, most, &mut |row| ids.push(row.id)).await? {
        None => Ok(ids),
        Some(_) => Err(Problem::invalid_field(pointer, format!("fits more than {most} orders; narrow it"))),
    }
}

/// How many orders there are.
pub async fn how_many(app: &App) -> Result<i64, Problem> {
    let rows = app.database.run(store::count(&Filter::default())).await?;
    Ok(store::total(rows)?.unwrap_or_default())
}
