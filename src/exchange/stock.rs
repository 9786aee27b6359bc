//! The stock that a file counts: a difference that is added, under the name of its line,
//! so that it counts once and what was sold meanwhile stays sold. What a new variant begins
//! with is written with it.

use serde::Deserialize;

use super::matching::{self, Names};
use super::sent::{Sent, SentVariant};
use super::told::LineError;
use crate::app::App;
use crate::audit::Entry;
use crate::auth::StaffWrite;
use crate::catalog::StockLevel;
use crate::catalog::product::{Product, Variant};
use crate::ids::{JobId, VariantId};
use crate::json;
use crate::pools::opening::NewStock;
use crate::pools::pool::{Reason, Refusal};
use crate::pools::{self, Adjusted as Change, Adjustment};
use crate::ports::{DatabaseError, Rows, Statement};
use crate::problem::Problem;
use crate::sorted::{SortedMap, SortedSet};
use crate::together::together;

/// Pools asked side by side.
const MAX_PARALLEL: usize = 16;

/// The calls that one count may take: to see how many there are, and to change that.
pub const MOST_CALLS: usize = 2;

/// The most counts of one product that pools have to be asked about: 800 of the 1,000 calls that a run has at the least.
const MOST_OF_ONE: usize = 400;

/// How many pieces of a variant there are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stock {
    /// Of the file.
    pub line: usize,
    pub variant: VariantId,
    pub now: i64,
    /// How many there were when the file was written.
    pub was: Option<i64>,
    /// The file has made it: there was nothing before.
    pub is_new: bool,
}

/// How many pieces the file counts of which variant.
pub fn counted(sent: &Sent, before: Option<&Product>, after: &Product, names: &Names) -> Vec<Stock> {
    let made: SortedSet<VariantId> = match sent.variants.iter().any(|variant| variant.quantity.is_some()) {
        true => (0_u16..).take(sent.variants.len()).map(|number| names.variant(number)).collect(),
        false => return Vec::new(),
    };
    let variants = || after.variants.iter();
    let by_id: SortedMap<String, &Variant> = variants().map(|variant| (variant.id.to_string(), variant)).collect();
    let by_sku: SortedMap<&str, &Variant> = variants().map(|variant| (&*variant.sku, variant)).collect();
    let before = before.into_iter().flat_map(|before| &before.variants);
    let before: SortedSet<VariantId> = before.map(|variant| variant.id).collect();
    let of = |variant: &SentVariant| {
        let (now, was) = variant.quantity?;
        let known = match variant.facts.get("id").and_then(serde_json::Value::as_str) {
            Some(id) => by_id.get(id),
            None => by_sku.get(&*matching::sku_of(variant)?),
        };
        // What a file counts of a bundle follows from its parts.
        let known = known.filter(|variant| !variant.is_bundle())?.id;
        let is_new = !before.contains_key(&known) || made.contains_key(&known);
        Some(Stock { line: variant.line, variant: known, now, was, is_new })
    };
    sent.variants.iter().filter_map(of).collect()
}

/// What is wrong with counts that one run cannot do; `levels`: what lists know, [`read`].
pub fn too_many(stock: &[Stock], levels: &SortedMap<VariantId, i64>) -> Option<LineError> {
    let mut asked = stock.iter().filter(|stock| stock.is_asked(levels.get(&stock.variant).copied()));
    let first = asked.nth(MOST_OF_ONE)?;
    let detail = format!("a file may count at most {MOST_OF_ONE} variants of one product anew; part it over several");
    Some(LineError::new(first.line, "", detail))
}

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

    /// Whether pools have to be asked, where lists know that so many are there.
    fn is_asked(&self, listed: Option<i64>) -> bool {
        !self.is_new && self.was.or(listed) != Some(self.now)
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
        let change = Change { delta: pieces, on_hand: pieces };
        let entry = pools::told(variant, sku, change, Reason::Correction, &reference);
        (NewStock { variant, pieces, reference }, entry)
    };
    new.map(begin).unzip()
}

/// What came of one change: by how many pieces, and the level that is left.
pub type Adjusted = Result<(i64, Option<StockLevel>), Problem>;

/// Changes those that are there, of each as far as it can be, and answers with what is to be
/// written down of it. One of which the file says what lists say is not asked for: most are
/// so where a whole shop comes in again. Each comes with its SKU. `listed`: what lists say, [`read`].
pub async fn adjust(
    app: &App,
    staff: &StaffWrite,
    job: JobId,
    counted: &[(Stock, &str)],
    listed: &SortedMap<VariantId, i64>,
) -> Result<(Vec<Adjusted>, Vec<Entry>), Problem> {
    let stock: Vec<Stock> = counted.iter().map(|(stock, _)| *stock).collect();
    let look = |stock: Stock| async move {
        let on_hand = listed.get(&stock.variant).copied();
        if stock.was.is_some() || on_hand == Some(stock.now) {
            return Ok(stock.delta(stock.now));
        }
        let known = pools::recall(app, stock.variant, stock.reference(job)).await;
        // What this line has changed before is told again.
        known.map(|known| known.adjusted.map_or_else(|| stock.delta(known.level.on_hand), |change| change.delta))
    };
    let deltas = together(stock.iter().copied().map(look).collect(), MAX_PARALLEL).await;
    let confirmed = staff.confirm(app).await?;
    let mut asked = Vec::new();
    for (stock, delta) in stock.iter().zip(&deltas) {
        if let Some(delta) = delta.as_ref().ok().copied().filter(|delta| *delta != 0) {
            let reference = stock.reference(job);
            asked.push(Adjustment { variant: stock.variant, delta, reason: Reason::Correction, reference });
        }
    }
    let mut answers = pools::adjust_all(app, confirmed, asked, MAX_PARALLEL).await.into_iter();
    let mut told = Vec::new();
    let outcome = |((stock, sku), delta): (&(Stock, &str), Result<i64, _>)| -> Adjusted {
        let delta = delta.map_err(Problem::from)?;
        if delta == 0 {
            return Ok((0, None));
        }
        let Some(answer) = answers.next() else { return Ok((0, None)) };
        let answer = answer?;
        match answer.refusal {
            None => {
                let (variant, reference) = (stock.variant, stock.reference(job));
                let change = answer.adjusted;
                told.extend(change.map(|change| pools::told(variant, sku, change, Reason::Correction, &reference)));
                Ok((delta, Some(answer.level.of(variant))))
            }
            // It was counted before, and pieces were sold since.
            Some(Refusal::ReferenceReused) => Ok((0, Some(answer.level.of(stock.variant)))),
            Some(refusal) => Err(refusal.into()),
        }
    };
    let adjusted = counted.iter().zip(deltas).map(outcome).collect();
    Ok((adjusted, told))
}
