//! Reports over HTTP.

use axum::extract::State;
use schemars::JsonSchema;
use serde::Deserialize;

use super::days::{self, Days};
use super::rows::{
    GiftCardDebt, GiftCardReport, LowStock, Sales, SalesBy, SalesReport, StockReport, StockValue, TaxOfRate, TaxReport,
    TodayReport, TodaySales,
};
use super::store::{self, CardsRow, LowRow, MAX_LINES, MAX_RATES, MAX_SHOWN, SalesRow, StockRow, TaxRow};
use crate::app::App;
use crate::auth::Staff;
use crate::lists::export::CsvFile;
use crate::lists::sheet::Sheet;
use crate::money::Currency;
use crate::ports::{Day, Rows};
use crate::problem::{FieldError, Problem};
use crate::settings;
use crate::sorted::{SortedMap, sort};
use crate::wire::extract::Query;
use crate::wire::respond::Json;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SalesQuery {
    /// The first day, in the shop's time zone. If absent, 29 days before the last one.
    #[serde(default)]
    from: Option<Day>,
    /// The last day, at most 366 in all. If absent, today.
    #[serde(default)]
    to: Option<Day>,
    #[schemars(with = "SalesBy", extend("default" = "day"))]
    by: Option<SalesBy>,
    /// This alone.
    #[serde(default)]
    currency: Option<Currency>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PeriodQuery {
    /// The first day, in the shop's time zone. If absent, 29 days before the last one.
    #[serde(default)]
    from: Option<Day>,
    /// The last day, at most 366 in all. If absent, today.
    #[serde(default)]
    to: Option<Day>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StockQuery {
    /// Whether it is said what the stock would bring, for which all of it is read. If absent, it is.
    #[serde(default)]
    totals: Option<bool>,
}

/// What was sold, less what was given back, by days of the shop's time zone, by product, country or channel.
///
/// A sale is an order whose money was there, set aside or agreed upon, of the day on which the order was placed. What
/// was given back is of the day on which that was decided; what is left of a cancelled order, of the day of its end.
/// May lag a second behind the orders.
pub async fn get_sales_report(
    State(app): State<App>,
    _: Staff,
    Query(query): Query<SalesQuery>,
) -> Result<Json<SalesReport>, Problem> {
    Ok(Json(sales(&app, query, MAX_SHOWN).await?))
}

/// The same as a file of comma-separated values, amounts as decimals. It has all there is: what would have more than
/// 10,000 lines is refused.
pub async fn export_sales_report(
    State(app): State<App>,
    _: Staff,
    Query(query): Query<SalesQuery>,
) -> Result<CsvFile, Problem> {
    let report = sales(&app, query, MAX_LINES).await?;
    is_whole(report.cut || report.items.len() > MAX_LINES)?;
    let mut sheet = Sheet::new(&[
        "day",
        "kind",
        "product_id",
        "title",
        "country",
        "channel",
        "currency",
        "orders",
        "pieces",
        "sold",
        "refunded",
        "discounts",
        "shipping",
        "net",
        "tax",
        "total",
    ]);
    for item in &report.items {
        sheet.cell(&item.day.map(|day| day.to_string()).unwrap_or_default());
        let word = |value: serde_json::Value| value.as_str().map(str::to_owned).unwrap_or_default();
        sheet.cell(&word(serde_json::json!(item.kind)));
        sheet.cell(&item.product_id.map(|id| id.to_string()).unwrap_or_default());
        [&item.title, &item.country, &item.channel].iter().for_each(|text| sheet.typed(text.as_deref()));
        sheet.cell(item.total.currency.as_str());
        sheet.cell(&item.orders.to_string());
        sheet.cell(&item.pieces.to_string());
        let amounts = [item.sold, item.refunded, item.discounts, item.shipping, item.net, item.tax, item.total];
        amounts.into_iter().for_each(|amount| sheet.amount(amount));
        sheet.end_line();
    }
    Ok(CsvFile::new(sheet, "attachment; filename=\"sales.csv\""))
}

/// The tax in what was sold, less that in what was given back, by country and rate. Which day each is of:
/// `get_sales_report` says.
pub async fn get_tax_report(
    State(app): State<App>,
    _: Staff,
    Query(query): Query<PeriodQuery>,
) -> Result<Json<TaxReport>, Problem> {
    Ok(Json(taxes(&app, query, MAX_RATES).await?))
}

/// The same as a file of comma-separated values, amounts as decimals. It has all there is: what would have more than
/// 10,000 lines is refused.
pub async fn export_tax_report(
    State(app): State<App>,
    _: Staff,
    Query(query): Query<PeriodQuery>,
) -> Result<CsvFile, Problem> {
    let report = taxes(&app, query, MAX_LINES).await?;
    is_whole(report.cut)?;
    let mut sheet = Sheet::new(&["country", "name", "rate", "currency", "net", "tax"]);
    for item in &report.items {
        sheet.cell(item.country.as_deref().unwrap_or_default());
        sheet.typed(item.name.as_deref());
        sheet.cell(item.rate.as_deref().unwrap_or_default());
        sheet.cell(item.net.currency.as_str());
        [item.net, item.tax].into_iter().for_each(|amount| sheet.amount(amount));
        sheet.end_line();
    }
    Ok(CsvFile::new(sheet, "attachment; filename=\"tax.csv\""))
}

/// What the stock would bring at today's prices, and what of it is running out. May lag a second behind the stock.
pub async fn get_stock_report(
    State(app): State<App>,
    _: Staff,
    Query(query): Query<StockQuery>,
) -> Result<Json<StockReport>, Problem> {
    let mut batch = vec![settings::value("prices_include_tax"), store::low()];
    batch.extend(query.totals.unwrap_or(true).then(store::stock_values));
    let mut answers = app.database.batch(batch).await?.into_iter();
    let included = settings::read_value(answers.next().unwrap_or_default())?;
    let low: Vec<LowRow> = answers.next().unwrap_or_default().decode()?;
    let totals: Vec<StockRow> = answers.next().unwrap_or_default().decode()?;
    Ok(Json(StockReport {
        totals: totals.into_iter().map(StockValue::from).collect(),
        prices_include_tax: included.as_deref() == Some("true"),
        low: low.first().map_or(0, |row| row.low),
        out: low.first().map_or(0, |row| row.out),
        items: low.into_iter().map(LowStock::from).collect(),
    }))
}

/// What is left on gift cards, which the shop owes until it is spent, and what was issued and sold on days of the
/// shop's time zone. May lag a second behind the cards.
pub async fn get_gift_card_report(
    State(app): State<App>,
    _: Staff,
    Query(query): Query<PeriodQuery>,
) -> Result<Json<GiftCardReport>, Problem> {
    let days = Days::of(&app, query.from, query.to).await?;
    let rows = app.database.run(store::gift_cards(&days, app.clock.now())).await?;
    let rows: Vec<CardsRow> = rows.decode()?;
    let items = rows.into_iter().map(GiftCardDebt::from).collect();
    Ok(Json(GiftCardReport { from: days.first, to: days.last, time_zone: days.zone, items }))
}

/// What was sold today so far, beside the same weekday a week ago until the same time of the day.
pub async fn get_today_report(State(app): State<App>, _: Staff) -> Result<Json<TodayReport>, Problem> {
    let batch = app.database.run(settings::current()).await?;
    let settings = settings::read(batch)?;
    let until = app.clock.now();
    let (day, spans) = days::today(&settings.time_zone, until);
    let rows = app.database.run(store::spans(&spans, None)).await?;
    let rows: Vec<SalesRow> = rows.decode()?;
    let mut currencies: Vec<Currency> =
        rows.iter().map(|row| row.currency).chain([settings.default_currency]).collect();
    let rank = |currency: &Currency| (*currency != settings.default_currency, *currency);
    sort(&mut currencies, |one, other| rank(one).cmp(&rank(other)));
    currencies.dedup();
    let mut found = by_span(rows);
    let mut of = |span, currency| take(&mut found, span, currency);
    let items =
        currencies.into_iter().map(|currency| TodaySales { today: of(0, currency), week_before: of(1, currency) });
    Ok(Json(TodayReport { day, items: items.collect(), time_zone: settings.time_zone, until }))
}

/// A file that lacks lines would be added up as if it had them all.
fn is_whole(cut: bool) -> Result<(), Problem> {
    let wrong =
        format!("would be a file of more than {MAX_LINES} lines: ask for fewer days, or for one currency alone");
    if cut { Err(Problem::invalid(vec![FieldError::new("to", wrong)])) } else { Ok(()) }
}

/// `most`: of products, countries or channels, of each currency.
async fn sales(app: &App, query: SalesQuery, most: usize) -> Result<SalesReport, Problem> {
    let by = query.by.unwrap_or_default();
    let days = Days::of(app, query.from, query.to).await?;
    let batch = vec![store::sales(&days, by, query.currency, most), store::totals(&days, query.currency)];
    let mut answers = app.database.batch(batch).await?.into_iter();
    let mut rows: Vec<SalesRow> = answers.next().unwrap_or_default().decode()?;
    let totals = totals_of(answers.next().unwrap_or_default())?;
    let found = rows.len();
    if by != SalesBy::Day {
        let mut counts = SortedMap::<Currency, usize>::new();
        rows.retain(|row| {
            let count = counts.get_or_default(row.currency);
            *count += 1;
            *count <= most
        });
    }
    let cut = rows.len() < found;
    let items = match by {
        SalesBy::Day => every_day(&days, &totals, rows),
        SalesBy::Product | SalesBy::Country | SalesBy::Channel => rows.into_iter().map(Sales::from).collect(),
    };
    Ok(SalesReport { from: days.first, to: days.last, time_zone: days.zone, by, totals, items, cut })
}

async fn taxes(app: &App, query: PeriodQuery, most: usize) -> Result<TaxReport, Problem> {
    let days = Days::of(app, query.from, query.to).await?;
    let batch = vec![store::totals(&days, None), store::taxes(&days, most)];
    let mut answers = app.database.batch(batch).await?.into_iter();
    let totals = totals_of(answers.next().unwrap_or_default())?;
    let mut rows: Vec<TaxRow> = answers.next().unwrap_or_default().decode()?;
    let cut = rows.len() > most;
    rows.truncate(most);
    let items = rows.into_iter().map(TaxOfRate::from).collect();
    Ok(TaxReport { from: days.first, to: days.last, time_zone: days.zone, totals, items, cut })
}

fn totals_of(rows: Rows) -> Result<Vec<Sales>, Problem> {
    Ok(rows.decode::<SalesRow>()?.into_iter().map(Sales::from).collect())
}

type BySpan = SortedMap<(usize, Currency), Sales>;

fn by_span(rows: Vec<SalesRow>) -> BySpan {
    rows.into_iter().map(|row| ((row.span, row.currency), row.into())).collect()
}

fn take(found: &mut BySpan, span: usize, currency: Currency) -> Sales {
    found.remove(&(span, currency)).unwrap_or_else(|| Sales::nothing(currency))
}

/// Each day for each currency there is, also those on which nothing was sold.
fn every_day(days: &Days, totals: &[Sales], rows: Vec<SalesRow>) -> Vec<Sales> {
    let mut found = by_span(rows);
    let mut items = Vec::new();
    for total in totals {
        for (span, day) in days.each().enumerate() {
            items.push(Sales { day: Some(day), ..take(&mut found, span, total.total.currency) });
        }
    }
    items
}
