//! Issuing what an order owes: number first, then the row. Any step may be lost
//! with the process, and is repaired by asking again.
//!
//! The invoice is issued within a minute of the order's being confirmed, by the
//! schedule, or at once for whoever asks. So there is one for each sale, in the
//! order of time, and a purchase waits for none; nothing but the order and this
//! table must be up for it. Where the seller has not said who it is, all wait.

use http::StatusCode;
use serde_json::json;

use super::credit;
use super::document::{Document, Draft};
use super::error::{Missing, is_seller_unknown};
use super::number::Kind;
use super::object::ask;
use super::owed::{self, Cause, Filed, Owed};
use super::series::{Command, Given, Wish, scope};
use super::store::{self, Lagging};
use crate::app::App;
use crate::ids::OrderId;
use crate::json;
use crate::orders::client::OrderClient;
use crate::orders::papers::Papers;
use crate::problem::Problem;
use crate::settings::{self, Seller};
use crate::telemetry;

/// The most documents that are issued to one order at once; the rest when it is
/// asked again.
const MAX_AT_ONCE: usize = 16;

/// The most orders of one tick. With an invoice each takes six statements, and
/// D1 takes 1,000 of one invocation: 150 · 6 = 900. 9,000 orders an hour.
const MAX_LAGGING: u32 = 150;

/// An order's documents, once whatever it owes is issued.
///
/// # Errors
/// [`SELLER_UNKNOWN`](super::error::SELLER_UNKNOWN) if there is none yet and the
/// seller has not said who it is; the order's own refusals.
pub async fn of_order(app: &App, id: OrderId, order: &OrderClient<'_>) -> Result<Vec<Filed>, Problem> {
    Ok(look_after(app, id, order).await?.0)
}

/// An order's documents, and whether it owes no other.
async fn look_after(app: &App, id: OrderId, order: &OrderClient<'_>) -> Result<(Vec<Filed>, bool), Problem> {
    let mut filed = Vec::new();
    for _ in 0..MAX_AT_ONCE {
        // Asked again after each number: an order that was cancelled meanwhile owes more.
        let papers = order.papers().await??.read()?;
        let mut rows = app.database.batch(vec![store::of_order(id), settings::value(Seller::KEY)]).await?.into_iter();
        filed = store::read(rows.next().unwrap_or_default())?;
        let seller = settings::read_value(rows.next().unwrap_or_default())?;
        let issued = match owed::next(&papers, &filed) {
            None => return Ok((filed, true)),
            Some(Owed::Invoice { sale, cause, sure }) => {
                match invoice(app, &papers, (sale, cause), seller.as_deref(), sure).await? {
                    Some(document) => vec![Filed { cause: cause.to_string(), document }],
                    None => return Ok((filed, true)),
                }
            }
            Some(Owed::Credit { invoice, sold_by, cause, amount }) => {
                let wish = Wish { cause, amount, most: invoice.total.amount };
                credits(app, &papers, (invoice, sold_by), wish, &filed).await?
            }
        };
        let rows: Vec<_> = issued.iter().map(store::insert).collect::<Result<_, _>>()?;
        if !rows.is_empty() {
            app.database.batch(rows).await?;
        }
    }
    Ok((filed, false))
}

/// The invoice, under its number. None: the sale was never invoiced, and will not be.
async fn invoice(
    app: &App,
    papers: &Papers,
    (sale, cause): (usize, Cause),
    seller: Option<&str>,
    sure: bool,
) -> Result<Option<Document>, Problem> {
    let order = papers.order.id;
    let ask_series = async |command| -> Result<Option<Given>, Problem> {
        let given = ask(app, Kind::Invoice, &command).await?.given;
        Ok(given.into_iter().find(|given| given.cause == cause.to_string()))
    };
    let before = if sure { None } else { ask_series(Command::Find { order }).await? };
    if before.is_none() && !sure {
        return Ok(None);
    }
    let seller = read_seller(seller)?;
    let draft = Draft::invoice(papers, sale, seller)?;
    if let Some(missing) = draft.missing() {
        return Err(missing.into());
    }
    let given = match before {
        Some(given) => Some(given),
        None => {
            let total = draft.total();
            let most = papers.sales.iter().map(|sale| sale.totals.total.amount).sum();
            let wish = Wish { cause: cause.to_string(), amount: total, most };
            ask_series(Command::Give { order, wish }).await?
        }
    };
    let given = given.ok_or_else(|| Problem::internal("there are no more numbers".to_owned()))?;
    Ok(Some(draft.issued(given.place, given.at)))
}

/// The setting, as it is stored.
fn read_seller(setting: Option<&str>) -> Result<Seller, Problem> {
    let seller: Option<Seller> = match setting {
        Some(text) => json::read(text.as_bytes()).map_err(|error| Problem::internal(error.to_string()))?,
        None => None,
    };
    seller.ok_or_else(|| Missing::Seller.into())
}

/// The credit note, under its number; nothing where nothing is left to credit.
/// With it come those that were given a number and then lost: by now the order
/// may owe another in their place.
async fn credits(
    app: &App,
    papers: &Papers,
    (invoice, sold_by): (&Document, Option<u32>),
    wish: Wish,
    filed: &[Filed],
) -> Result<Vec<Filed>, Problem> {
    let of_it = scope(&wish.cause).to_owned();
    let command = Command::Give { order: invoice.order_id, wish };
    let mut given = ask(app, Kind::CreditNote, &command).await?.given;
    given.retain(|one| scope(&one.cause) == of_it);
    let back = |one: &Given| papers.refunds.iter().find(|back| Cause::is_of(&one.cause, back));
    let notes = credit::notes(invoice, sold_by, given.iter().map(|one| (one, back(one))));
    let new = notes.into_iter().filter(|note| !filed.iter().any(|known| known.document.number == note.number));
    let cause = |note: &Document| given.iter().find(|one| one.place == note.number.place).map(|one| one.cause.clone());
    Ok(new.filter_map(|document| Some(Filed { cause: cause(&document)?, document })).collect())
}

/// Issues what orders owe that nobody has asked for. One that cannot be looked
/// after holds no other up, and is looked at again when it changes or is asked.
pub async fn tick(app: &App) -> Result<(), Problem> {
    let batch = vec![settings::value(Seller::KEY), store::lagging(MAX_LAGGING)];
    let mut rows = app.database.batch(batch).await?.into_iter();
    let seller = settings::read_value(rows.next().unwrap_or_default())?;
    if read_seller(seller.as_deref()).is_err() {
        return Ok(());
    }
    let lagging: Vec<Lagging> = rows.next().unwrap_or_default().decode()?;
    let mut done = Vec::new();
    for order in &lagging {
        match look_after(app, order.id, &OrderClient::of_shop(app, order.id)).await {
            Ok((_, true)) => done.push(store::looked_after(order)),
            // The rest in a minute.
            Ok((_, false)) => {}
            // Whatever is down may be back in a minute.
            Err(problem) if problem.status == StatusCode::SERVICE_UNAVAILABLE => break,
            Err(problem) => {
                log(order.id, &problem);
                if is_seller_unknown(&problem) {
                    break;
                }
                done.push(store::looked_after(order));
            }
        }
    }
    if !done.is_empty() {
        app.database.batch(done).await?;
    }
    Ok(())
}

fn log(order: OrderId, problem: &Problem) {
    let cause = problem.cause.clone().unwrap_or_else(|| problem.detail.clone());
    telemetry::log(&json!({
        "level": "error", "event": "document_not_issued", "order": order, "code": problem.code, "cause": cause,
    }));
}
