//! A variant's prices in a file: what its cells say, what that makes of those that are
//! there, and how they are written down again.

use super::columns::{Column, FileFormat, PRICES, Priced};
use super::decide::{Ground, may_clear};
use super::numbers::{amount, count};
use super::sent::{Cells, Reading, SentVariant};
use super::told::{LineError, Told};
use crate::catalog::body::{PriceBody, SaleBody, variant_body};
use crate::catalog::product::{PriceTerms, Product, Variant};
use crate::json;
use crate::money::Currency;
use crate::money::typed::plain;
use crate::ports::Timestamp;
use crate::pricing::tiers::Tier;
use crate::text::Refusal;

/// What a cell says of a fact: nothing, where there is no such column; that there is none,
/// where it is blank.
type Said<T> = Option<Option<T>>;

/// What a line says of a price in one currency.
pub struct SentPrice {
    currency: Currency,
    amount: Option<i64>,
    compare_at: Said<i64>,
    sale: Said<i64>,
    starts_at: Said<Timestamp>,
    ends_at: Said<Timestamp>,
    tiers: Said<Vec<Tier>>,
}

impl Reading<'_> {
    pub fn prices(&mut self, cells: &Cells) -> Vec<SentPrice> {
        let mut prices: Vec<SentPrice> = Vec::new();
        for column in self.columns.clone().into_iter().flatten() {
            let Column::Price(priced, currency) = column else { continue };
            let known = prices.iter().position(|price| price.currency == currency);
            let at = known.unwrap_or(prices.len());
            if known.is_none() {
                prices.push(SentPrice::of_nothing(currency));
            }
            let Some(price) = prices.get_mut(at) else { continue };
            if let Err(detail) = price.read(priced, self.cell(cells, column)) {
                self.wrong(cells.line, &self.name(column), detail);
            }
        }
        prices
    }
}

impl SentPrice {
    fn of_nothing(currency: Currency) -> Self {
        Self { currency, amount: None, compare_at: None, sale: None, starts_at: None, ends_at: None, tiers: None }
    }

    /// Takes down what a cell says; nothing where it is blank.
    fn read(&mut self, priced: Priced, cell: Option<&str>) -> Result<(), Refusal> {
        let decimals = self.currency.decimals();
        let price = || cell.map(|cell| amount(cell, decimals)).transpose();
        match priced {
            Priced::Amount => self.amount = price()?,
            Priced::CompareAt => self.compare_at = Some(price()?),
            Priced::Sale => self.sale = Some(price()?),
            Priced::SaleStarts => self.starts_at = Some(cell.map(time).transpose()?),
            Priced::SaleEnds => self.ends_at = Some(cell.map(time).transpose()?),
            Priced::Tiers => self.tiers = Some(cell.map(|cell| tiers(cell, decimals)).transpose()?),
        }
        Ok(())
    }

    /// Whether any of its cells is not blank.
    pub fn says_any(&self) -> bool {
        let times = [&self.starts_at, &self.ends_at].into_iter().any(|said| said.flatten().is_some());
        let amounts = [Some(self.amount), self.compare_at, self.sale];
        let tiers = self.tiers.as_ref().is_some_and(Option::is_some);
        times || tiers || amounts.into_iter().any(|said| said.flatten().is_some())
    }

    /// Whether it says anything beside the price itself.
    fn says_terms(&self) -> bool {
        let times = [&self.starts_at, &self.ends_at].into_iter().any(Option::is_some);
        self.compare_at.is_some() || self.sale.is_some() || times || self.tiers.is_some()
    }
}

fn time(cell: &str) -> Result<Timestamp, Refusal> {
    let read = json::read(json::text(&cell).as_bytes());
    read.map_err(|_| "a time such as 2026-01-31T09:30:00Z".to_owned())
}

/// `10+ 9.00, 50+ 8.00`: from so many pieces on, what each costs.
fn tiers(cell: &str, decimals: u32) -> Result<Vec<Tier>, Refusal> {
    let wrong = || "from how many pieces on what each costs, such as 10+ 9.00, 50+ 8.00".to_owned();
    let mut words = cell.split_whitespace().map(|word| word.trim_end_matches([',', ';']));
    let mut tiers = Vec::new();
    while let Some(pieces) = words.next() {
        let from = pieces.strip_suffix('+').and_then(|pieces| count(pieces).ok());
        let from = from.and_then(|from| u32::try_from(from).ok()).ok_or_else(wrong)?;
        let amount = amount(words.next().ok_or_else(wrong)?, decimals)?;
        tiers.push(Tier { from, amount });
    }
    Ok(tiers)
}

/// Lays the prices of the file over those that are there. What is wrong with them beside
/// each other is answered; the body's own rules come after that.
pub fn lay_over(
    variant: &mut SentVariant,
    was: Option<(&Product, &Variant)>,
    ground: &Ground,
    told: &mut Told,
) -> Vec<LineError> {
    let said = variant.prices.iter().any(|price| price.amount.is_some() || price.says_terms());
    if variant.facts.contains_key("prices") || (was.is_some() && !said) {
        return Vec::new();
    }
    let mut prices = was.map(|(product, was)| variant_body(product, was).prices).unwrap_or_default();
    let mut over =
        Over { line: variant.line, ground, told, currency: ground.settings.default_currency, wrong: Vec::new() };
    for sent in &variant.prices {
        let code = sent.currency.to_string();
        if let (None, Some(amount)) = (prices.iter().find(|price| price.currency == code), sent.amount) {
            prices.push(PriceBody { amount, currency: code.clone(), compare_at: None, sale: None, tiers: Vec::new() });
        }
        over.currency = sent.currency;
        match prices.iter_mut().find(|price| price.currency == code) {
            Some(price) => over.price(sent, price),
            None => over.without_price(sent),
        }
    }
    variant.facts.insert("prices".to_owned(), json::value(&prices));
    over.wrong
}

/// A line's prices on their way.
struct Over<'a, 'g> {
    line: usize,
    ground: &'a Ground<'g>,
    told: &'a mut Told,
    currency: Currency,
    wrong: Vec<LineError>,
}

impl Over<'_, '_> {
    fn price(&mut self, sent: &SentPrice, price: &mut PriceBody) {
        price.amount = sent.amount.unwrap_or(price.amount);
        self.one(&mut price.compare_at, sent.compare_at, Priced::CompareAt);
        let mut amount = price.sale.map(|sale| sale.amount);
        self.one(&mut amount, sent.sale, Priced::Sale);
        let (mut starts_at, mut ends_at) = price.sale.map(|sale| (sale.starts_at, sale.ends_at)).unwrap_or_default();
        if amount.is_some() {
            self.one(&mut starts_at, sent.starts_at, Priced::SaleStarts);
            self.one(&mut ends_at, sent.ends_at, Priced::SaleEnds);
        } else if price.sale.is_none() {
            self.times_of_nothing(sent);
        }
        // One that is taken away takes its times along.
        price.sale = amount.map(|amount| SaleBody { amount, starts_at, ends_at });
        let mut tiers = Some(std::mem::take(&mut price.tiers)).filter(|tiers| !tiers.is_empty());
        self.one(&mut tiers, sent.tiers.clone(), Priced::Tiers);
        price.tiers = tiers.unwrap_or_default();
    }

    /// Puts what is said in place of what is there; takes that away, if that is agreed to.
    fn one<T>(&mut self, known: &mut Option<T>, said: Said<T>, priced: Priced) {
        match said {
            None => {}
            Some(None) if known.is_none() => {}
            Some(None) => {
                let name = stem(priced);
                if may_clear(name, self.ground, self.told) {
                    *known = None;
                } else {
                    let detail = "is blank and stays as it is: only a dry run can be agreed to";
                    self.told.notes.push(self.at(priced, detail));
                }
            }
            Some(said) => *known = said,
        }
    }

    fn times_of_nothing(&mut self, sent: &SentPrice) {
        for (time, priced) in [(sent.starts_at, Priced::SaleStarts), (sent.ends_at, Priced::SaleEnds)] {
            if time.flatten().is_some() {
                self.wrong.push(self.at(priced, "there is no sale price for this time"));
            }
        }
    }

    fn without_price(&mut self, sent: &SentPrice) {
        self.times_of_nothing(sent);
        let rest = [
            (sent.compare_at.flatten().is_some(), Priced::CompareAt),
            (sent.sale.flatten().is_some(), Priced::Sale),
            (sent.tiers.as_ref().is_some_and(Option::is_some), Priced::Tiers),
        ];
        for (_, priced) in rest.into_iter().filter(|(is_said, _)| *is_said) {
            self.wrong.push(self.at(priced, "there is no price in this currency beside it"));
        }
    }

    fn at(&self, priced: Priced, detail: &str) -> LineError {
        LineError::new(self.line, &name(priced, self.currency, self.ground.format), detail)
    }
}

/// What a fact of a price is called where all currencies are spoken of.
fn stem(priced: Priced) -> &'static str {
    let own = PRICES.iter().find(|(_, _, known)| *known == priced).map_or("", |(own, _, _)| own);
    own.trim_end_matches('_')
}

/// The name of a column; empty where the format has none.
pub fn name(priced: Priced, currency: Currency, format: FileFormat) -> String {
    let (own, theirs) = PRICES
        .iter()
        .find(|(_, _, known)| *known == priced)
        .map(|(own, theirs, _)| (*own, *theirs))
        .unwrap_or_default();
    if format == FileFormat::Shopify { theirs.to_owned() } else { format!("{own}{currency}") }
}

/// The column that a fault of a body is about, by the rest of its pointer behind `prices`.
pub fn column_at<'a>(
    variant: &SentVariant,
    mut path: impl Iterator<Item = &'a str>,
    format: FileFormat,
) -> Option<String> {
    let price = variant.facts.get("prices")?.get(path.next()?.parse::<usize>().ok()?)?;
    let currency = Currency::parse(price.get("currency")?.as_str()?).ok()?;
    let priced = match (path.next()?, path.next()) {
        ("compare_at", _) => Priced::CompareAt,
        ("sale", Some("starts_at")) => Priced::SaleStarts,
        ("sale", Some("ends_at")) => Priced::SaleEnds,
        ("sale", _) => Priced::Sale,
        ("tiers", _) => Priced::Tiers,
        _ => Priced::Amount,
    };
    Some(name(priced, currency, format)).filter(|name| !name.is_empty())
}

/// What a cell says of a variant's price.
pub fn written(priced: Priced, variant: &Variant, currency: Currency) -> String {
    let decimals = currency.decimals();
    let amount = |amount: Option<i64>| amount.map(|amount| plain(amount, decimals)).unwrap_or_default();
    let time = |millis: Option<i64>| millis.map(|at| Timestamp::from_millis(at).to_string()).unwrap_or_default();
    let terms = variant.terms(currency);
    let sale = |of: fn(&PriceTerms) -> Option<i64>| terms.filter(|terms| terms.sale.is_some()).and_then(of);
    match priced {
        Priced::Amount => amount(variant.price(currency).map(|price| price.amount)),
        Priced::CompareAt => amount(variant.compare_at(currency).map(|before| before.amount)),
        Priced::Sale => amount(sale(|terms| terms.sale)),
        Priced::SaleStarts => time(sale(|terms| terms.starts_at)),
        Priced::SaleEnds => time(sale(|terms| terms.ends_at)),
        Priced::Tiers => {
            let tier = |tier: &Tier| format!("{}+ {}", tier.from, plain(tier.amount, decimals));
            variant.tiers(currency).iter().map(tier).collect::<Vec<_>>().join(", ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiers_are_read_as_they_are_written_in_either_world() {
        let two = vec![Tier { from: 10, amount: 900 }, Tier { from: 50, amount: 850 }];
        for text in ["10+ 9.00, 50+ 8.50", "10+ 9,00, 50+ 8,50", "10+ 9; 50+ 8.5", " 10+  9.00\n50+ 8.50 "] {
            assert_eq!(tiers(text, 2).as_ref(), Ok(&two), "{text}");
        }
        for wrong in ["10", "10+", "10 9.00", "ten+ 9.00", "10+ n/a", "10:9.00", "10+ 9.00 8.00", "99999999999+ 1"] {
            assert!(tiers(wrong, 2).is_err(), "{wrong}");
        }
    }
}
