//! What an order is in the shop's books: what it sold and what it gave back, and
//! when. Reports are made of nothing else. Pure.
//!
//! | | rule |
//! |---|---|
//! | what is a sale | an order whose money was there, set aside or agreed upon; that a gift card paid it changes nothing |
//! | of which country it is | of that whose taxes fell on it when it was sold, also when it is given back: an order that goes elsewhere is sold anew there |
//! | of which day it is | of that on which the order was placed, as lists have it; what an edit adds, of the edit's |
//! | what was given back | of the day on which that was decided, unless the provider could not. Pieces and shipping name what they were given back for; of a plain amount each part of the order has its share. So is what was taken out and paid for something else |
//! | a cancelled order | all that is left of it, of the day of its end; less what the shop keeps of its money |
//! | gift cards as goods | no sale but a debt until they are spent, so they are booked by themselves |
//! | what is in no book | what was never paid; what was out of stock when its money came; money that came twice, and going back |
//!
//! So a day that is over changes no more, but while orders of its last hour may
//! still be paid. All entries of an order sum to its total less what was given
//! back, by what was sold as by rates of tax.

use serde_json::{Value, json};

use super::after::edits::Added;
use super::after::money::{Giving, Repayment, left};
use super::order::{CancelReason, Line, LineId, Order, Placement, Stage};
use super::papers;
use crate::ids::ProductId;
use crate::payments::RefundStatus;
use crate::ports::Timestamp;
use crate::pricing::quote::{Discount, QuotedLine, QuotedShipping, Tax, TaxPart};
use crate::pricing::spread::{share, spread};
use crate::pricing::{Delivery, Percent};
use crate::sorted::{SortedMap, sort};

/// The most entries that name what something was given back for; what is given
/// back after that is an amount. With each product's own and 80 characters of its
/// title, 1.2 MB of the 2 MB that a row of D1 may have.
const MAX_NAMED: usize = 4_000;
/// In characters.
const MAX_TITLE: usize = 80;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Item,
    Shipping,
    GiftCard,
    /// Given back, and not for one thing.
    Amount,
}

/// What entries that name the same are summed by; in the order in which they are
/// written down, so that an order's first is a sale.
type Name = (Timestamp, bool, Kind, Option<ProductId>, Land);

/// The code of the country whose taxes fell on it, if it is known.
type Land = Option<&'static str>;

#[derive(Debug, Default)]
struct Entry {
    title: String,
    pieces: i64,
    discount: i64,
    net: i64,
    tax: i64,
}

/// An amount without tax, and what each rate adds to it.
#[derive(Debug, Clone, Default)]
struct Taxed {
    net: i64,
    rates: Vec<TaxPart>,
}

/// A part of the order, with what of it was not given back.
struct Part<'a> {
    kind: Kind,
    /// Which of the order's it is.
    line: Option<LineId>,
    product: Option<ProductId>,
    title: &'a str,
    country: Land,
    pieces: i64,
    discount: i64,
    left: Taxed,
}

/// What happened to an order after it was sold.
enum Change<'a> {
    Added(&'a Added, Land),
    Given(&'a Giving, i64),
    Amount(i64),
    /// It ended, and the shop keeps so much of its money.
    Ended(i64),
}

/// A tax's name and rate; none where no tax falls.
type Rate = Option<(String, Percent)>;

struct Books<'a> {
    /// What was sold so far.
    parts: Vec<Part<'a>>,
    /// Whether prices include the tax.
    included: bool,
    entries: SortedMap<Name, Entry>,
    /// By rate: net, and tax. Without gift cards as goods.
    taxes: SortedMap<(Timestamp, Land, Rate), (i64, i64)>,
}

/// The books of an order as lists keep them: `[entries, taxes]`, of which the
/// triggers of the table `orders` make rows.
pub fn of(order: &Order) -> Value {
    let Some(placement) = order.placement().filter(|_| is_sale(order)) else { return json!([[], []]) };
    let mut books = Books::sold(order, placement);
    for (at, change) in changes(order) {
        match change {
            Change::Added(added, country) => {
                let lines = added.lines.iter().zip(&added.quote.lines);
                books.sell((at, country), lines, added.quote.shipping.as_ref());
            }
            Change::Given(giving, amount) => books.give(at, giving, amount),
            Change::Amount(amount) => books.give_amount(at, amount),
            Change::Ended(kept) => books.end(at, kept),
        }
    }
    books.json()
}

fn is_sale(order: &Order) -> bool {
    match &order.stage {
        Stage::Confirmed { secured, committed, .. } => *secured || *committed,
        Stage::Cancelled { reason, .. } => *reason != CancelReason::OutOfStock && papers::secured_at(order).is_some(),
        Stage::Open | Stage::Placing { .. } | Stage::AwaitingPayment { .. } => false,
    }
}

/// All that made it more or less, in the order in which it happened.
fn changes(order: &Order) -> Vec<(Timestamp, Change<'_>)> {
    let ended = if let Stage::Cancelled { at, .. } = &order.stage { Some(*at) } else { None };
    let repayments = &order.money.repayments;
    let edits = order.edits.done.iter();
    let added = edits.filter_map(|edit| {
        let added = edit.plan.added.as_ref()?;
        Some((edit.at, Change::Added(added, land(order, Some(edit.number)))))
    });
    let given = repayments.iter().map(|one| (one.at, Change::Given(&one.giving, amount_of(order, one))));
    // What the shop gives back with the order's end is the end's.
    let elsewhere = order.refunds.iter().filter(|refund| {
        left::payments(order).any(|payment| payment.number == refund.attempt.number)
            && refund.status != RefundStatus::Failed
            && ended.is_none_or(|end| refund.at < end)
            && !repayments.iter().any(|one| one.payments.contains(&refund.number))
    });
    let elsewhere = elsewhere.map(|refund| (refund.at, Change::Amount(refund.amount.amount)));
    // What came in the same instant is there to be given back.
    let mut all: Vec<_> = added.chain(given).chain(elsewhere).collect();
    if let Some(end) = ended {
        let keeps = order.money.ended.as_ref().is_some_and(|ended| !ended.refunded);
        let later: i64 = repayments.iter().filter(|one| one.at > end).map(|one| amount_of(order, one)).sum();
        let kept = if keeps { left::in_all(order).amount.saturating_add(later) } else { 0 };
        all.push((end, Change::Ended(kept)));
    }
    sort(&mut all, |one, other| one.0.cmp(&other.0));
    all
}

/// Of which country a sale is: an edit's, or that of the order as it was placed.
fn land(order: &Order, edit: Option<u32>) -> Land {
    order.sold_to(edit).map(|to| to.country.code())
}

/// What of a repayment goes back, or pays for something else: not what a provider
/// could not give.
fn amount_of(order: &Order, repayment: &Repayment) -> i64 {
    let refunds = order.refunds.iter().filter(|refund| repayment.payments.contains(&refund.number));
    let failed = refunds.filter(|refund| refund.status == RefundStatus::Failed);
    repayment.giving.worth().saturating_sub(failed.map(|refund| refund.amount.amount).sum())
}

impl Taxed {
    fn new(amount: i64, tax: &Tax, is_included: bool) -> Self {
        let within = if is_included { tax.amount } else { 0 };
        Self { net: amount.saturating_sub(within), rates: tax.rates.clone() }
    }

    fn tax(&self) -> i64 {
        self.rates.iter().map(|rate| rate.amount).sum()
    }

    fn gross(&self) -> i64 {
        self.net.saturating_add(self.tax())
    }

    /// Takes a part of it, tax included: the tax in proportion, half up, of each
    /// rate by largest remainder. Whoever takes all that is left gets exactly that.
    fn take(&mut self, part: i64) -> Self {
        let part = part.min(self.gross());
        let tax = share(self.tax(), part, self.gross());
        let weights: Vec<i64> = self.rates.iter().map(|rate| rate.amount).collect();
        let mut taken = self.clone();
        for ((rate, left), amount) in taken.rates.iter_mut().zip(&mut self.rates).zip(spread(tax, &weights)) {
            rate.amount = amount;
            left.amount -= amount;
        }
        taken.net = part.saturating_sub(tax);
        self.net = self.net.saturating_sub(taken.net);
        taken
    }
}

impl<'a> Books<'a> {
    fn sold(order: &'a Order, placement: &'a Placement) -> Self {
        let quote = &*placement.quote;
        let added = order.edits.done.iter().filter_map(|edit| edit.plan.added.as_ref());
        let placed = order.lines.len().saturating_sub(added.map(|added| added.lines.len()).sum());
        let included = quote.totals.tax_included;
        let mut books = Self { parts: Vec::new(), included, entries: SortedMap::new(), taxes: SortedMap::new() };
        let shipping = order.edits.first_shipping(quote.shipping.as_ref());
        books.sell((placement.at, land(order, None)), order.lines.iter().zip(&quote.lines).take(placed), shipping);
        books
    }

    /// Writes down what was sold in one go.
    fn sell(
        &mut self,
        (at, country): (Timestamp, Land),
        lines: impl Iterator<Item = (&'a Line, &'a QuotedLine)>,
        shipping: Option<&'a QuotedShipping>,
    ) {
        let off = |discounts: &[Discount]| discounts.iter().map(|discount| discount.amount).sum::<i64>();
        let included = self.included;
        let lines = lines.map(|(line, quoted)| Part {
            kind: if line.delivery == Delivery::GiftCard { Kind::GiftCard } else { Kind::Item },
            line: Some(line.id),
            product: Some(line.product_id),
            title: &line.title,
            country,
            pieces: i64::from(line.quantity),
            discount: off(&quoted.discounts),
            left: Taxed::new(quoted.total, &quoted.tax, included),
        });
        let shipping = shipping.map(|shipping| Part {
            kind: Kind::Shipping,
            line: None,
            product: None,
            title: "",
            country,
            pieces: 0,
            discount: off(&shipping.discounts),
            left: Taxed::new(shipping.to_pay(), &shipping.tax, included),
        });
        for part in lines.chain(shipping) {
            let sold = Entry {
                title: part.title.chars().take(MAX_TITLE).collect(),
                pieces: part.pieces,
                discount: part.discount,
                ..Entry::default()
            };
            self.book((at, false, part.kind, part.product, country), sold, &part.left, 1);
            self.parts.push(part);
        }
    }

    /// Writes down an amount; `sign`: 1 for what was sold, -1 for what was given back.
    fn book(&mut self, name: Name, told: Entry, amount: &Taxed, sign: i64) {
        let (at, _, kind, _, country) = name;
        let entry = self.entries.get_or_default(name);
        entry.title = told.title;
        entry.pieces += told.pieces;
        entry.discount += told.discount;
        entry.net += sign * amount.net;
        entry.tax += sign * amount.tax();
        if kind == Kind::GiftCard {
            return;
        }
        let mut of_rate = |rate: Rate, tax: i64| {
            let sum = self.taxes.get_or_default((at, country, rate));
            *sum = (sum.0 + sign * amount.net, sum.1 + sign * tax);
        };
        amount.rates.iter().for_each(|rate| of_rate(Some((rate.name.clone(), rate.rate)), rate.amount));
        if amount.rates.is_empty() {
            of_rate(None, 0);
        }
    }

    /// Gives back for pieces and shipping, each at most what is left of it; what is
    /// more than they come to is a plain amount.
    fn give(&mut self, at: Timestamp, giving: &Giving, amount: i64) {
        // What is left of a way of shipping is given up for another as a whole.
        let shipping = self.parts.iter().position(|part| part.kind == Kind::Shipping && part.left.gross() > 0);
        let pieces = giving.pieces.iter().filter_map(|pieces| {
            let place = self.parts.iter().position(|part| part.line == Some(pieces.line))?;
            Some((place, i64::from(pieces.quantity), pieces.amount))
        });
        let named: Vec<_> = pieces.chain(shipping.map(|place| (place, 0, giving.shipping))).collect();
        let named = if self.entries.len() < MAX_NAMED { named } else { Vec::new() };
        let weights: Vec<i64> = named.iter().map(|(.., worth)| *worth).collect();
        let mut rest = amount;
        for ((place, pieces, _), share) in named.iter().zip(spread(amount.min(weights.iter().sum()), &weights)) {
            rest -= self.give_of(at, *place, *pieces, share);
        }
        self.give_amount(at, rest);
    }

    /// Gives back of one part of the order; says how much that was.
    fn give_of(&mut self, at: Timestamp, place: usize, pieces: i64, amount: i64) -> i64 {
        let Some(part) = self.parts.get_mut(place) else { return 0 };
        let taken = part.left.take(amount);
        part.pieces = part.pieces.saturating_sub(pieces);
        let name = (at, true, part.kind, part.product, part.country);
        let told = Entry { pieces: -pieces, ..Entry::default() };
        if pieces != 0 || taken.gross() != 0 {
            self.book(name, told, &taken, -1);
        }
        taken.gross()
    }

    /// Gives back for nothing by name: of each part in proportion to what is left of it.
    fn give_amount(&mut self, at: Timestamp, amount: i64) {
        let weights: Vec<i64> = self.parts.iter().map(|part| part.left.gross()).collect();
        let shares = spread(amount.min(weights.iter().sum()), &weights);
        for (place, share) in shares.into_iter().enumerate().filter(|(_, share)| *share > 0) {
            let Some(part) = self.parts.get_mut(place) else { break };
            let kind = if part.kind == Kind::GiftCard { Kind::GiftCard } else { Kind::Amount };
            let taken = part.left.take(share);
            let name = (at, true, kind, None, part.country);
            self.book(name, Entry::default(), &taken, -1);
        }
    }

    /// Gives back all that is left, but for what is kept.
    fn end(&mut self, at: Timestamp, kept: i64) {
        if kept > 0 {
            let left: i64 = self.parts.iter().map(|part| part.left.gross()).sum();
            return self.give_amount(at, left.saturating_sub(kept).max(0));
        }
        for place in 0..self.parts.len() {
            if let Some((pieces, amount)) = self.parts.get(place).map(|part| (part.pieces, part.left.gross())) {
                self.give_of(at, place, pieces, amount);
            }
        }
    }

    fn json(self) -> Value {
        let entry = |((at, back, kind, product, country), entry): (Name, Entry)| {
            let Entry { title, pieces, discount, net, tax } = entry;
            let title = Some(title).filter(|title| !title.is_empty());
            json!([at.millis(), i64::from(back), kind.as_str(), product, title, pieces, discount, net, tax, country])
        };
        let tax = |((at, country, rate), (net, tax)): ((Timestamp, Land, Rate), (i64, i64))| {
            let (name, rate) = rate.unzip();
            json!([at.millis(), name, rate, net, tax, country])
        };
        let entries: Vec<Value> = self.entries.into_iter().map(entry).collect();
        json!([entries, self.taxes.into_iter().map(tax).collect::<Vec<Value>>()])
    }
}

impl Kind {
    /// As the tables have it.
    fn as_str(self) -> &'static str {
        match self {
            Self::Item => "item",
            Self::Shipping => "shipping",
            Self::GiftCard => "gift_card",
            Self::Amount => "amount",
        }
    }
}

#[cfg(test)]
#[path = "sales_tests.rs"]
mod tests;
