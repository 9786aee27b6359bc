//! What was ordered and what it comes to, row by row. The amounts are the
//! order's own: each is shown as it is, so that what is read re-adds to what is
//! paid.

use super::goods::{Piece, enumerated};
use super::order::{Line, Order, Reduction};
use super::words;
use crate::money::Money;
use crate::text::Language;

/// The most lines that are shown one by one, with the parts of bundles. With a title of 255 characters
/// in five bytes each, a letter stays well below the 2 MB of a row (D1, "Limits").
pub const MAX_LINES: usize = 100;

pub struct Sheet {
    pub heading: String,
    pub lines: Vec<SheetLine>,
    pub totals: Vec<Row>,
    pub sections: Vec<Section>,
}

pub struct SheetLine {
    pub title: String,
    /// Such as `2 × €19.99`.
    pub detail: String,
    /// Of a bundle, such as `Each: 1 × Pot, 4 × Cup`.
    pub made_of: Option<String>,
    /// What is taken off.
    pub parts: Vec<Row>,
    pub total: String,
}

pub struct Row {
    pub label: String,
    pub amount: String,
    /// Whether it is what the rows before come to.
    pub sum: bool,
}

pub struct Section {
    pub heading: &'static str,
    pub lines: Vec<String>,
}

impl Sheet {
    pub fn new(order: &Order) -> Self {
        let language = order.language;
        let fitting = fitting(order.lines.iter().map(|line| line.parts.len()));
        let shown = order.lines.iter().take(fitting).map(|line| sheet_line(language, line));
        let rest = order.lines.get(fitting..).unwrap_or_default();
        let heading = language.of("Your order", "Ihre Bestellung");
        Self {
            heading: format!("{heading} {}, {}", order.number, words::date(language, order.placed_at)),
            lines: shown.chain(rest_of(language, rest)).collect(),
            totals: totals(order),
            sections: sections(order),
        }
    }
}

/// How many lines are shown one by one, of those with so many parts.
pub(super) fn fitting(parts: impl Iterator<Item = usize>) -> usize {
    let rows = parts.scan(0_usize, |rows, parts| {
        *rows = rows.saturating_add(parts).saturating_add(1);
        Some(*rows)
    });
    rows.take_while(|rows| *rows <= MAX_LINES).count()
}

fn made_of(language: Language, parts: &[Piece]) -> Option<String> {
    let each = language.of("Each", "Je Stück");
    (!parts.is_empty()).then(|| format!("{each}: {}", enumerated(parts)))
}

fn sheet_line(language: Language, line: &Line) -> SheetLine {
    SheetLine {
        title: line.title.clone(),
        detail: format!("{} × {}{}", line.quantity, line.unit_price.display_in(language), given_up(language, line)),
        made_of: made_of(language, &line.parts),
        parts: line.discounts.iter().map(|reduction| taken_off(language, reduction)).collect(),
        total: line.total.display_in(language),
    }
}

/// Said after the pieces, which are shown as they were agreed.
fn given_up(language: Language, line: &Line) -> String {
    match line.given_up {
        0 => String::new(),
        gone => language
            .of(format!(", {gone} taken out or returned"), format!(", davon {gone} entfallen oder zurückgegeben")),
    }
}

/// The lines that are not shown one by one, as one.
fn rest_of(language: Language, lines: &[Line]) -> Option<SheetLine> {
    let first = lines.first()?;
    let zero = Money::zero(first.total.currency);
    // The order's own sum, which is larger, is in range.
    let total = lines.iter().fold(zero, |sum, line| sum.checked_add(line.total).unwrap_or(sum));
    let pieces: u64 = lines.iter().map(|line| u64::from(line.quantity)).sum();
    Some(SheetLine {
        title: language.of(format!("{} more lines", lines.len()), format!("{} weitere Positionen", lines.len())),
        detail: language.of(format!("{pieces} pieces"), format!("{pieces} Stück")),
        made_of: None,
        parts: Vec::new(),
        total: total.display_in(language),
    })
}

fn taken_off(language: Language, reduction: &Reduction) -> Row {
    let label = reduction.title.clone().unwrap_or_else(|| language.of("Discount", "Rabatt").to_owned());
    Row { label, amount: minus(language, reduction.amount), sum: false }
}

fn minus(language: Language, amount: Money) -> String {
    Money { amount: amount.amount.saturating_neg(), ..amount }.display_in(language)
}

fn totals(order: &Order) -> Vec<Row> {
    let (language, totals) = (order.language, &order.totals);
    let row = |label: String, amount: String| Row { label, amount, sum: false };
    let said = |english: &str, german: &str| language.of(english, german).to_owned();
    let mut rows = vec![row(said("Items", "Artikel"), totals.items.display_in(language))];
    if totals.discount.amount != 0 {
        rows.push(row(said("Discount", "Rabatt"), minus(language, totals.discount)));
    }
    if let Some(shipping) = &order.shipping {
        let label = format!("{} ({})", language.of("Shipping", "Versand"), shipping.title);
        rows.push(row(label, totals.shipping.display_in(language)));
    }
    let taxes = order.taxes.iter().filter(|tax| tax.amount != 0).map(|tax| {
        let rate = words::decimal(language, &tax.rate.to_string());
        let amount = Money { amount: tax.amount, currency: totals.tax.currency };
        let included = if totals.tax_included { said("included: ", "enthalten: ") } else { String::new() };
        row(format!("{included}{} {rate} %", tax.name), amount.display_in(language))
    });
    let total = || Row { sum: true, ..row(said("Total", "Gesamtsumme"), totals.total.display_in(language)) };
    // What comes on top stands above the total, what is within it below.
    if totals.tax_included {
        rows.push(total());
        rows.extend(taxes);
    } else {
        rows.extend(taxes);
        rows.push(total());
    }
    rows.extend(order.gift_cards.iter().map(|card| {
        let ending = said("Gift card ending in", "Geschenkgutschein mit der Endung");
        row(format!("{ending} {}", card.last4), minus(language, card.amount))
    }));
    let to_pay = order.to_pay();
    let received = Money { amount: order.to_pay_in_all().amount.saturating_sub(to_pay.amount), ..to_pay };
    let off = [(said("Taken out or replaced", "Entfallen oder ersetzt"), order.set_off)];
    let off = off.into_iter().chain([(said("Received so far", "Bisher eingegangen"), received)]);
    rows.extend(off.filter(|(_, amount)| amount.amount > 0).map(|(label, amount)| row(label, minus(language, amount))));
    if to_pay != totals.total {
        let label = match (order.reserved, order.paid) {
            (true, _) => said("Set aside", "Vorgemerkt"),
            (false, true) => said("Paid", "Bezahlt"),
            (false, false) => said("To pay", "Zu zahlen"),
        };
        rows.push(Row { sum: true, ..row(label, to_pay.display_in(language)) });
    }
    rows
}

fn sections(order: &Order) -> Vec<Section> {
    let language = order.language;
    let mut sections = Vec::new();
    if let Some(shipping) = &order.shipping {
        let mut lines = vec![shipping.title.clone()];
        lines.extend(shipping.arrives.map(|arrives| {
            let (from, to) = (words::date(language, arrives.from), words::date(language, arrives.to));
            match from == to {
                true => language.of(format!("expected on {from}"), format!("voraussichtlich am {from}")),
                false => language.of(format!("expected {from} to {to}"), format!("voraussichtlich {from} bis {to}")),
            }
        }));
        sections.push(Section { heading: language.of("Delivery", "Lieferung"), lines });
    }
    if !order.address.is_empty() {
        let heading = language.of("Delivery address", "Lieferadresse");
        sections.push(Section { heading, lines: order.address.clone() });
    }
    sections
}
