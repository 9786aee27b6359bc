//! What the pools say of a cart: the lines that want more than there is. Only
//! pools that may have too little are asked, so that whoever buys what there
//! is plenty of waits for none.

use std::pin::pin;

use futures_util::future::{Either, select};

use super::cart::{Cart, CartProblem};
use super::counting::{Later, Rule};
use super::order::Line;
use super::taking;
use super::view::Status;
use crate::app::App;
use crate::ids::VariantId;
use crate::pools;
use crate::pools::error::OUT_OF_STOCK;
use crate::pools::pool::yet_to_come;
use crate::pricing::Delivery;
use crate::shelf::snapshot::Snapshot;
use crate::sorted::SortedMap;
use crate::together::together;

/// The most pools asked for one answer: a tenth of the 1,000 calls that one
/// request may make (Cloudflare Workers, "Limits", subrequests).
const MAX_ASKED: usize = 100;

/// The most pools asked at once.
const MAX_PARALLEL: usize = 32;

/// How long a pool is waited for, in milliseconds: this is advice, and placing
/// the order asks again.
const DEADLINE_MILLIS: u32 = 1_000;

/// What the pools say of an open cart. One that does not answer says nothing.
#[derive(Default)]
pub struct Told {
    /// The lines that cannot be had as they are.
    pub short: Vec<CartProblem>,
    /// The pieces that can be had and have yet to come.
    pub later: Vec<Later>,
}

/// [`told`], for whoever only wants to know what cannot be had.
pub async fn shortages(app: &App, snapshot: &Snapshot, cart: &Cart) -> Vec<CartProblem> {
    told(app, snapshot, cart).await.short
}

pub async fn told(app: &App, snapshot: &Snapshot, cart: &Cart) -> Told {
    if cart.status != Status::Open {
        return Told::default();
    }
    let sold = cart.lines.iter().filter_map(|line| snapshot.variant(line.variant_id));
    let rules: Vec<Rule> = sold.flat_map(|(_, variant)| variant.stock_rules()).collect();
    let rules = &rules;
    let wanted = taking::of_stocks(cart.lines.iter());
    let wanted = wanted.into_iter().map(|(variant, (pieces, _))| (variant, pieces));
    let doubtful = wanted.filter(|(variant, pieces)| is_doubtful(snapshot, rules, *variant, *pieces));
    let asked = doubtful.take(MAX_ASKED).map(|(variant, pieces)| async move {
        let left = left(app, variant).await.filter(|left| *left < pieces)?;
        Some((variant, pieces, left, can_be_had(rules, variant, left)))
    });
    let (mut short, mut later) = (SortedMap::new(), Vec::new());
    for (variant, pieces, left, available) in together(asked.collect(), MAX_PARALLEL).await.into_iter().flatten() {
        if available < pieces {
            short.insert(variant, available);
        } else {
            later.push((variant, yet_to_come(pieces, left.saturating_sub(pieces))));
        }
    }
    Told { short: of_lines(cart, &short), later }
}

/// What is said of the lines that want more than can be had of these.
fn of_lines(cart: &Cart, short: &SortedMap<VariantId, i64>) -> Vec<CartProblem> {
    let problem = |line: &Line| {
        let available = line.at_most(|variant| short.get(&variant).copied())?;
        let detail = match available {
            0 => "sold out".to_owned(),
            left if left < i64::from(line.quantity) => format!("only {left} left, not {}", line.quantity),
            left => format!("only {left} left for all lines that want it"),
        };
        Some(CartProblem {
            requested: Some(line.quantity),
            available: Some(available),
            ..CartProblem::new(OUT_OF_STOCK.name, detail).of_line(line.id)
        })
    };
    cart.lines.iter().filter_map(problem).collect()
}

/// How many pieces there are if they are fewer than these; none where there
/// are enough, or nobody says.
pub async fn fewer_than(app: &App, snapshot: &Snapshot, variant: VariantId, pieces: u32) -> Option<i64> {
    let pieces = i64::from(pieces);
    let sold = snapshot.variant(variant);
    if sold.is_some_and(|(product, _)| product.delivery != Delivery::Shipped) {
        return None;
    }
    let taken = sold.map_or_else(|| vec![(variant, 1)], |(_, variant)| variant.takes());
    let rules = &sold.map_or_else(Vec::new, |(_, variant)| variant.stock_rules());
    let asked = taken.into_iter().map(|(variant, each)| async move {
        let is_doubtful = is_doubtful(snapshot, rules, variant, pieces.saturating_mul(each));
        if is_doubtful { can_be_had(rules, variant, left(app, variant).await?).checked_div(each) } else { None }
    });
    let told = together(asked.collect(), MAX_PARALLEL).await;
    told.into_iter().flatten().min().filter(|left| *left < pieces)
}

/// Whether the pool may have fewer than so many pieces, as far as the catalog
/// tells. It may be behind: placing the order is what counts.
fn is_doubtful(snapshot: &Snapshot, rules: &[Rule], variant: VariantId, pieces: i64) -> bool {
    !rules.iter().any(|rule| rule.variant_id == variant && rule.untracked)
        && !snapshot.variant(variant).is_some_and(|(_, variant)| variant.promises(pieces, snapshot.settings.low_level))
}

/// How many pieces can be ordered where nobody holds so many, as far as the catalog tells.
fn can_be_had(rules: &[Rule], variant: VariantId, left: i64) -> i64 {
    let floor = rules.iter().filter(|rule| rule.variant_id == variant).filter_map(|rule| rule.floor).max();
    left.saturating_sub(floor.map_or(0, |floor| floor.least)).max(0)
}

/// The pieces that nobody holds; none if the pool does not say in time.
async fn left(app: &App, variant: VariantId) -> Option<i64> {
    match select(pin!(pools::level(app, variant)), app.clock.sleep(DEADLINE_MILLIS)).await {
        Either::Left((Ok(level), _)) => Some(level.left()),
        _ => None,
    }
}
