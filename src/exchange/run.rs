//! Takes some products of a file in: reads what is there, decides, and writes all of
//! them in one batch. What the batch is refused for is found by writing each alone.

use super::columns::{FileFormat, Part, part};
use super::decide::{Decided, Ground, decide};
use super::images;
use super::matching::{self, Names};
use super::sent::{self, Sent};
use super::stock::{self, Stock};
use super::taken::{self, Claims};
use super::told::{Import, LineError, Made, Told};
use crate::app::App;
use crate::auth::{StaffChange, StaffWrite};
use crate::catalog::error::{PRODUCT_CHANGED, is_about_products, refusal};
use crate::catalog::store::bundles;
use crate::catalog::{ATTEMPTS, StockLevel, store};
use crate::idempotency::Answer;
use crate::ids::{JobId, VariantId};
use crate::pools::opening;
use crate::ports::Timestamp;
use crate::problem::Problem;
use crate::revision;
use crate::settings;
use crate::sorted::SortedMap;
use crate::uploads::store as uploads;

/// How many products are written before the shelf is told, and again each time that there are
/// twice as many: publishing a catalog that grows for every few of them would take longer
/// than the import. Whoever looks meanwhile sees what each minute publishes.
const TOLD_AT: i64 = 1_000;

/// The counts of stock that are changed in one run, unless a single product has more: 600 of the
/// 1,000 calls that a run has at the least, beside a few for all of its products.
const MOST_COUNTED: usize = 200;

/// The calls after which products that are written one by one wait for the next run. The last
/// of them may take [`ATTEMPTS`] times [`CALLS_OF_ONE`] more, and those of its stock.
const MOST_CALLS: usize = 600;
/// The calls of a product alone, beside those of its stock: what is there is read, what is
/// taken, and it is written; lists' levels are read, staff confirmed, lists told.
const CALLS_OF_ONE: usize = 6;

/// Products of a file that have their turn.
pub struct Slice<'a> {
    pub app: &'a App,
    pub staff: &'a StaffWrite,
    pub job: JobId,
    pub begun_at: Timestamp,
    pub import: &'a Import,
    /// The number of the first of them in the file.
    pub first: i64,
    /// What the job has kept of each, and the facts that may be taken away.
    pub rows: &'a [(String, Vec<String>)],
    /// Whether none comes after them.
    pub is_last: bool,
}

/// What came of one: what is told of it, and the problem if it got no answer or was refused.
pub type Done = (Result<(), Problem>, Told);

/// What came of the first of them: of all, unless one has to wait for another.
pub async fn run(slice: &Slice<'_>) -> Result<Vec<Done>, Problem> {
    let done = match slice.attempt(0, slice.rows.len(), &mut Turn::default()).await {
        Err(problem) if is_about_products(&problem) => slice.one_by_one().await,
        other => other?,
    };
    let is_last = slice.is_last && done.len() == slice.rows.len();
    let first = slice.first;
    let next = first.saturating_add(i64::try_from(done.len()).unwrap_or_default());
    if !slice.import.dry_run && (is_last || doublings(first) != doublings(next)) {
        let rows = slice.app.database.run(store::state()).await?;
        if let Some(store::State { revision, .. }) = rows.first()? {
            revision::notify(slice.app, revision).await;
        }
        if is_last {
            revision::settle(slice.app).await;
        }
    }
    Ok(done)
}

/// How often so many products are twice [`TOLD_AT`]; none for fewer.
fn doublings(products: i64) -> Option<u32> {
    (products / TOLD_AT).checked_ilog2()
}

/// What one run has done so far.
#[derive(Default)]
struct Turn {
    claims: Claims,
    /// How many counts of stock it may ask pools about.
    counted: usize,
}

impl Slice<'_> {
    /// As many as one run can, each by itself. What is done is said, also where the next one
    /// gets no answer: what has come of it nobody would know the next time.
    async fn one_by_one(&self) -> Vec<Done> {
        let (mut done, mut turn, mut tried) = (Vec::with_capacity(self.rows.len()), Turn::default(), 0_usize);
        for at in 0..self.rows.len() {
            let calls =
                tried.saturating_mul(CALLS_OF_ONE).saturating_add(turn.counted.saturating_mul(stock::MOST_CALLS));
            if at > 0 && calls >= MOST_CALLS {
                break;
            }
            let mut tries = 0;
            let own = loop {
                tries += 1;
                tried = tried.saturating_add(1);
                match self.attempt(at, 1, &mut turn).await {
                    Err(problem) if problem.code == PRODUCT_CHANGED.name && tries < ATTEMPTS => {}
                    Err(problem) if is_about_products(&problem) => {
                        let line = self.sent(at, 1).first().map_or(0, |sent| sent.line);
                        let told = Told::refused(vec![LineError::new(line, "", &*problem.detail)]);
                        break vec![(told.outcome(), told)];
                    }
                    Err(problem) => break vec![(Err(problem), Told::default())],
                    Ok(own) => break own,
                }
            };
            // The next has too many counts for what is left of this run.
            if own.is_empty() {
                break;
            }
            let goes_on = own.iter().all(|(outcome, told)| outcome.is_ok() || told.result == Made::Refused);
            done.extend(own);
            if !goes_on {
                break;
            }
        }
        done
    }

    fn sent(&self, from: usize, most: usize) -> Vec<Sent> {
        self.rows.iter().skip(from).take(most).map(|(row, _)| sent::read(self.import, row)).collect()
    }

    fn names(&self, at: usize) -> Names {
        let number = self.first.saturating_add(i64::try_from(at).unwrap_or_default());
        Names::new(&self.app.keys, self.job, number, self.begun_at)
    }

    /// Writes these at once, or nothing of them.
    async fn attempt(&self, from: usize, most: usize, turn: &mut Turn) -> Result<Vec<Done>, Problem> {
        let sent = self.sent(from, most);
        let names: Vec<_> = (from..from.saturating_add(sent.len())).map(|at| self.names(at)).collect();
        let uploads = uploads::known(&images::uploads_in(&sent));
        let parts = bundles::known(&parts_in(&sent));
        let reads = vec![settings::current(), known_by(&sent, &names), uploads, parts];
        let mut begun = self.staff.begin(self.app, None, reads).await?;
        let settings = settings::read(begun.rows.next().unwrap_or_default())?;
        let products = store::products(begun.rows.next().unwrap_or_default())?;
        let uploads: Vec<_> = begun.rows.next().unwrap_or_default().decode()?;
        let parts: Vec<_> = begun.rows.next().unwrap_or_default().decode()?;
        let mut decided: Vec<Decided> = Vec::with_capacity(sent.len());
        for (at, (sent, names)) in sent.into_iter().zip(&names).enumerate() {
            let agreed = self.rows.get(from.saturating_add(at)).map(|(_, agreed)| agreed.as_slice());
            let agreed = if self.import.dry_run { None } else { Some(agreed.unwrap_or_default()) };
            let now = self.app.clock.now();
            let format = self.import.format;
            let (settings, uploads, parts) = (&settings, &*uploads, &*parts);
            let ground = Ground { format, products: &products, settings, uploads, parts, now, names, agreed };
            let mut next = decide(sent, &ground, &turn.claims);
            let counted = turn.counted.saturating_add(next.stock.iter().filter(|stock| !stock.is_new).count());
            let errors = turn.claims.against(&next, format);
            let is_too_much = counted > MOST_COUNTED && from.saturating_add(at) > 0;
            let waits = errors.is_empty() && (at > 0 && turn.claims.waits(&next) || is_too_much);
            // Decided anew, on what those before it have made, or when there are calls left for it.
            if waits && !self.import.dry_run {
                break;
            }
            turn.counted = counted;
            if !errors.is_empty() {
                next.refuse(errors);
            }
            turn.claims.take(&next);
            decided.push(next);
        }
        if let Some(known) = taken::known(&decided) {
            taken::refuse(&mut decided, &self.app.database.run(known).await?, &turn.claims, self.import.format)?;
        }
        let counted = decided.iter().flat_map(|decided| decided.stock.iter().filter(|stock| !stock.is_new));
        let counted: Vec<_> = counted.map(|stock| stock.variant).collect();
        let levels = match counted.is_empty() {
            true => SortedMap::new(),
            false => stock::read(self.app.database.run(stock::known(&counted)).await?)?,
        };
        for one in &mut decided {
            if let Some(error) = stock::too_many(&one.stock, &levels) {
                one.refuse(vec![error]);
            }
        }
        if self.import.dry_run { Ok(look(decided, &levels)) } else { self.write(decided, &levels).await }
    }

    /// `levels`: what lists know of the stock.
    async fn write(&self, decided: Vec<Decided<'_>>, levels: &SortedMap<VariantId, i64>) -> Result<Vec<Done>, Problem> {
        let change = |decided: &Decided| match (decided.before, &decided.after) {
            (_, None) => None,
            (Some(before), Some(after)) => Some(store::update_product(before, after)),
            (None, Some(after)) => Some(store::insert_product(after, decided.naming, None)),
        };
        let mut changes: Vec<StaffChange> = decided.iter().filter_map(change).collect();
        let all = || decided.iter().flat_map(|decided| decided.counted());
        let (begun, told) = stock::begun(self.job, all());
        if !changes.is_empty() {
            if !begun.is_empty() {
                let opened = vec![opening::begin(&begun, self.app.clock.now())];
                changes.push(StaffChange::of_many(told, opened));
            }
            let change = changes.into_iter().collect();
            self.staff.commit(self.app, None, change, Answer::new(http::StatusCode::OK, &())?, &refusal).await?;
        }
        let known: Vec<(Stock, &str)> = all().filter(|(stock, _)| !stock.is_new).collect();
        let (adjusted, told) = match known.is_empty() {
            true => Default::default(),
            false => stock::adjust(self.app, self.staff, self.job, &known, levels).await?,
        };
        let levels: Vec<StockLevel> =
            adjusted.iter().filter_map(|one| one.as_ref().ok()).filter_map(|(_, level)| *level).collect();
        if !levels.is_empty() {
            // The pools have decided and are the truth; the lists learn of it here.
            let mut batch = vec![store::bump_if_levels_change(&levels), store::upsert_stock_levels(&levels)];
            batch.extend(self.staff.told(self.app, &told));
            self.app.database.batch(batch).await?;
        }
        let mut adjusted = adjusted.into_iter();
        let done = decided.into_iter().map(|Decided { stock, told, .. }| {
            let outcome = |stock: &Stock| match stock.is_new {
                true => Some(Ok((stock.now, None))),
                false => adjusted.next(),
            };
            let outcomes: Vec<_> = stock.iter().map(outcome).collect();
            with_stock(told, stock.iter().zip(outcomes.into_iter().flatten()).collect(), self.import.format)
        });
        Ok(done.collect())
    }
}

/// Whatever may be one of these products, or have what one of them wants.
fn known_by(sent: &[Sent], names: &[Names]) -> crate::ports::Statement {
    let ids: Vec<String> = sent.iter().filter_map(|sent| sent.id.clone()).collect();
    let own = names.iter().map(|names| names.product().to_string());
    let ids: Vec<String> = ids.into_iter().chain(own).collect();
    let slugs: Vec<String> = sent.iter().filter_map(matching::slug_of).collect();
    let skus: Vec<String> = sent.iter().flat_map(|sent| sent.variants.iter().filter_map(matching::sku_of)).collect();
    store::products_known_by(&ids, &slugs, &skus)
}

/// The variants that bundles of these products are to be made of, to be looked up.
fn parts_in(sent: &[Sent]) -> Vec<VariantId> {
    let variants = sent.iter().flat_map(|sent| &sent.variants);
    let parts = variants.filter_map(|variant| variant.facts.get("parts")?.as_array()).flatten();
    parts.filter_map(|part| part.get("variant_id")?.as_str()?.parse().ok()).collect()
}

/// What would come of them.
fn look(decided: Vec<Decided>, levels: &SortedMap<VariantId, i64>) -> Vec<Done> {
    let told = decided.into_iter().map(|Decided { stock, mut told, .. }| {
        let delta = |stock: &Stock| stock.delta(levels.get(&stock.variant).copied().unwrap_or_default());
        let deltas = stock
            .iter()
            .map(delta)
            .fold((0_i64, false), |(sum, any), delta| (sum.saturating_add(delta), any || delta != 0));
        told.pieces = deltas.0;
        tell_of_stock(&mut told, deltas.1);
        (told.outcome(), told)
    });
    told.collect()
}

fn tell_of_stock(told: &mut Told, changes: bool) {
    if !changes || told.result == Made::Refused {
        return;
    }
    if told.result == Made::Unchanged {
        told.result = Made::Updated;
    }
    if told.result == Made::Updated {
        told.changes.push("quantity".to_owned());
    }
}

/// With what came of its stock. The product itself is written by then.
fn with_stock(mut told: Told, adjusted: Vec<(&Stock, stock::Adjusted)>, format: FileFormat) -> Done {
    let mut failed = None;
    let mut changed = false;
    for (stock, outcome) in adjusted {
        match outcome {
            Ok((delta, _)) => {
                told.pieces = told.pieces.saturating_add(delta);
                changed |= delta != 0;
            }
            Err(problem) if problem.status.is_server_error() => failed = Some(problem),
            Err(problem) => {
                told.errors.push(LineError::new(
                    stock.line,
                    part(Part::Quantity, format),
                    format!("{}; all else is done", problem.detail),
                ));
            }
        }
    }
    tell_of_stock(&mut told, changed);
    match failed {
        Some(problem) => (Err(problem), told),
        None if told.errors.is_empty() || told.result == Made::Refused => (told.outcome(), told),
        None => (Ok(()), told),
    }
}
