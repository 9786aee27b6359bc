//! The stock that a file counts: a difference that is added, under the name of its line,
//! so that it counts once and what was sold meanwhile stays sold. What a new variant begins
//! with is written with it.

use serde::Deserialize;

use super::decide::Stock;
use crate::app::App;
use crate::audit::Entry;
use crate::auth::StaffWrite;
use crate::catalog::StockLevel;
use crate::ids::{JobId, VariantId};
use crate::json;
use crate::pools::opening::NewStock;
use crate::pools::pool::{Level, Reason, Refusal};
use crate::pools::{self, Adjustment, Supply};
use crate::ports::{DatabaseError, ObjectUnavailable, Rows, Statement};
use crate::problem::Problem;
use crate::sorted::SortedMap;
use crate::together::together;

/// Pools asked side by side.
const MAX_PARALLEL: usize = 16;

/// How many of a pool's newest changes are looked through for one that was made before: more
/// than are sold of anything between two tries.
const NEWEST: u32 = 100;

/// The calls that one count may take: to see how many there are, to change that, and to learn
/// what an earlier try has made of it.
pub const MOST_CALLS: usize = 3;

/// How many pieces of these variants there are, as lists know it.
pub fn known(variants: &[VariantId]) -> Statement {
    Statement::new(
        "SELECT variant_id, on_hand FROM stock_levels WHERE variant_id IN (SELECT value FROM json_each(?1))",
        [json::text(variants).into()],
    )
}

/// Reads [`known`].
pub fn read(rows: Rows) -> Result<SortedMap<VariantId, i64>, DatabaseError> {
    #[derive(Deserialize)]
    struct Row {
        variant_id: VariantId,
        on_hand: i64,
    }
    Ok(rows.decode::<Row>()?.into_iter().map(|row| (row.variant_id, row.on_hand)).collect())
}

impl Stock {
    /// By how many pieces the stock changes. `on_hand`: how many there are.
    pub fn delta(&self, on_hand: i64) -> i64 {
        // What a file knows of another shop is nothing that was here.
        let was = if self.is_new { 0 } else { self.was.unwrap_or(on_hand) };
        self.now.saturating_sub(was)
    }

    fn reference(&self, job: JobId) -> String {
        format!("{job}/line/{}", self.line)
    }
}

/// What the new ones of them begin with, and what is written down of it. Each comes with its SKU.
pub fn begun<'a>(job: JobId, stock: impl Iterator<Item = (Stock, &'a str)>) -> (Vec<NewStock>, Vec<Entry>) {
    let new = stock.filter(|(stock, _)| stock.is_new && stock.now > 0);
    let begin = |(stock, sku): (Stock, &str)| {
        let (Stock { variant, now: pieces, .. }, reference) = (stock, stock.reference(job));
        let level = Level { on_hand: pieces, ..Level::default() };
        let entry = pools::told(variant, sku, pieces, &level, Reason::Correction, &reference);
        (NewStock { variant, pieces, reference }, entry)
    };
    new.map(begin).unzip()
}

/// What came of one change: by how many pieces, and the level that is left.
pub type Adjusted = Result<(i64, Option<StockLevel>), Problem>;

/// How a stock was before it is changed.
struct Seen {
    delta: i64,
    /// As its pool has said it, where that is not what lists say.
    untold: Option<Level>,
}

/// A change that an earlier try has made.
struct Earlier {
    delta: i64,
    /// How it left the stock, and how that is by now.
    then: Level,
    now: Level,
}

/// Changes those that are there, of each as far as it can be, and answers with what is to be
/// written down of it. One of which the file says what lists say is not asked for: most are
/// so where a whole shop comes in again. Each comes with its SKU.
pub async fn adjust(
    app: &App,
    staff: &StaffWrite,
    job: JobId,
    counted: &[(Stock, &str)],
) -> Result<(Vec<Adjusted>, Vec<Entry>), Problem> {
    let variants: Vec<_> = counted.iter().map(|(stock, _)| stock.variant).collect();
    let listed = read(app.database.run(known(&variants)).await?)?;
    let look = |(stock, _): &(Stock, &str)| see(app, *stock, listed.get(&stock.variant).copied());
    let seen = together(counted.iter().map(look).collect(), MAX_PARALLEL).await;
    let confirmed = staff.confirm(app).await?;
    let mut asked = Vec::new();
    for ((stock, _), seen) in counted.iter().zip(&seen) {
        if let Some(delta) = seen.as_ref().ok().map(|seen| seen.delta).filter(|delta| *delta != 0) {
            let reference = stock.reference(job);
            asked.push(Adjustment { variant: stock.variant, delta, reason: Reason::Correction, reference });
        }
    }
    let mut answers = pools::adjust_all(app, confirmed, asked, MAX_PARALLEL).await.into_iter();
    let mut made: Vec<Result<_, Problem>> = Vec::with_capacity(counted.len());
    for seen in seen {
        made.push(match seen {
            Ok(Seen { delta: 0, untold }) => Ok((0, untold, untold.is_some())),
            Ok(Seen { delta, .. }) => match answers.next() {
                Some(Ok(answer)) => match answer.refusal {
                    None => Ok((delta, Some(answer.level), false)),
                    // Counted before, when there were others.
                    Some(Refusal::ReferenceReused) => Ok((0, Some(answer.level), true)),
                    Some(refusal) => Err(refusal.into()),
                },
                Some(Err(error)) => Err(error.into()),
                None => Ok((0, None, false)),
            },
            Err(error) => Err(error.into()),
        });
    }
    let again = counted.iter().zip(&made).map(|((stock, _), made)| async move {
        match made {
            Ok((_, _, true)) => earlier(app, *stock, job).await,
            _ => Ok(None),
        }
    });
    let again = together(again.collect(), MAX_PARALLEL).await;
    let mut told = Vec::new();
    let outcome = |(((stock, sku), made), again): ((&(Stock, &str), _), Result<Option<Earlier>, _>)| -> Adjusted {
        let (mut delta, mut now, _) = made?;
        let mut then = now;
        if let Some(earlier) = again? {
            (delta, then, now) = (earlier.delta, Some(earlier.then), Some(earlier.now));
        }
        if let Some(level) = then.filter(|_| delta != 0) {
            let reference = stock.reference(job);
            told.push(pools::told(stock.variant, sku, delta, &level, Reason::Correction, &reference));
        }
        Ok((delta, now.map(|level| level.of(stock.variant))))
    };
    let adjusted = counted.iter().zip(made).zip(again).map(outcome).collect();
    Ok((adjusted, told))
}

/// `listed`: how many there are, as lists know it.
async fn see(app: &App, stock: Stock, listed: Option<i64>) -> Result<Seen, ObjectUnavailable> {
    if stock.was.is_some() || listed == Some(stock.now) {
        return Ok(Seen { delta: stock.delta(stock.now), untold: None });
    }
    let level = pools::level(app, stock.variant).await?;
    Ok(Seen {
        delta: stock.delta(level.on_hand),
        untold: Some(level).filter(|level| listed.unwrap_or(0) != level.on_hand),
    })
}

/// The change of this very line, if a try of which lists never heard has made it.
async fn earlier(app: &App, stock: Stock, job: JobId) -> Result<Option<Earlier>, ObjectUnavailable> {
    let answer = pools::ledger(app, &Supply::Stock(stock.variant), NEWEST, None).await?;
    let reference = stock.reference(job);
    let Some(at) = answer.ledger.iter().position(|entry| entry.reference == reference) else { return Ok(None) };
    let since: i64 = answer.ledger.iter().take(at).map(|entry| entry.units).sum();
    let delta = answer.ledger.get(at).map_or(0, |entry| entry.units);
    let now = answer.level;
    let then = Level { on_hand: now.on_hand.saturating_sub(since), ..now };
    Ok(Some(Earlier { delta, then, now }))
}
