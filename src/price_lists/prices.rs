//! The prices of a list, row by row.

use axum::extract::State;
use axum::response::NoContent;
use http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value as JsonValue, json};

use super::error::of_list;
use super::groups::found;
use super::rows::{MAX_ROWS, Results, check_count};
use super::store::{self, Priced};
use super::views::{PriceList, PriceRows};
use crate::app::App;
use crate::audit::{Entry, Kind};
use crate::auth::{Staff, StaffWrite};
use crate::catalog::limits::MAX_PRICES;
use crate::idempotency::{self, Answer};
use crate::ids::{PriceListId, VariantId};
use crate::json;
use crate::money::{Currency, MAX_PRICE, Money, MoneyError};
use crate::ports::{Statement, Value};
use crate::pricing::Delivery;
use crate::problem::{NOT_FOUND, Problem};
use crate::sorted::{SortedMap, SortedSet};
use crate::text;
use crate::wire::extract::{IdempotencyKey, Json, Path, Query};
use crate::wire::listed::Part;
use crate::wire::page::PageQuery;
use crate::wire::respond::JsonText;

/// The name of the list in its cursors.
const LIST: &str = "admin/price-lists/prices";

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PricesBody {
    #[schemars(length(min = 1, max = MAX_ROWS))]
    rows: Vec<PriceRow>,
}

/// A variant, and what it costs by the list. Prices in currencies that are not named stay.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PriceRow {
    /// Which variant; else its SKU says so.
    id: Option<VariantId>,
    #[schemars(length(max = text::MAX_CODE))]
    sku: Option<String>,
    #[schemars(length(min = 1, max = MAX_PRICES))]
    prices: Vec<NewPrice>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewListPrice")]
struct NewPrice {
    /// One that the variant is sold in.
    currency: Currency,
    /// In minor units; `null` takes the price out of the list.
    #[schemars(range(min = 0, max = MAX_PRICE))]
    amount: Option<i64>,
}

/// A variant that is named, in a currency that it is sold in, and what the list has of that.
#[derive(Deserialize)]
struct Known {
    id: VariantId,
    sku: String,
    currency: Option<String>,
    amount: Option<i64>,
    delivery: Delivery,
}

/// What is known, by what rows name it by: a thousand rows are looked up in it.
struct Sold<'a> {
    by_id: SortedMap<VariantId, &'a Known>,
    by_sku: SortedMap<&'a str, &'a Known>,
    prices: SortedMap<Name<'a>, &'a Known>,
}

/// A variant in a currency.
type Name<'a> = (VariantId, &'a str);

impl Known {
    fn name(&self) -> Name<'_> {
        (self.id, self.currency.as_deref().unwrap_or_default())
    }
}

impl<'a> Sold<'a> {
    fn of(known: &'a [Known]) -> Self {
        Self {
            by_id: known.iter().map(|known| (known.id, known)).collect(),
            by_sku: known.iter().map(|known| (&*known.sku, known)).collect(),
            prices: known.iter().map(|known| (known.name(), known)).collect(),
        }
    }
}

impl PriceRow {
    fn sku(&self) -> Option<String> {
        text::code(self.sku.as_deref()?).ok()
    }

    fn name(&self) -> String {
        self.sku.clone().or(self.id.map(|id| id.to_string())).unwrap_or_default()
    }

    fn find<'a>(&self, sold: &Sold<'a>) -> Option<&'a Known> {
        match self.id {
            Some(id) => sold.by_id.get(&id).copied(),
            None => sold.by_sku.get(&*self.sku()?).copied(),
        }
    }
}

/// The prices of a list, by SKU.
pub async fn list_list_prices(
    State(app): State<App>,
    _: Staff,
    Path(id): Path<PriceListId>,
    Query(query): Query<PageQuery>,
) -> Result<JsonText<PriceRows>, Problem> {
    let part = Part::asked(LIST, &query)?;
    let list: PriceList = found(store::found(app.database.run(store::list(id)).await?)?)?;
    let count = Statement::new("SELECT ?1 AS total", [list.prices.into()]);
    Ok(JsonText::new(StatusCode::OK, part.read(&app, listed(id, part.params()), Some(count)).await?))
}

/// Changes up to 1,000 prices of a list, and says of each row what came of it: the answer is a 200 whatever they refuse.
/// Prices that no row names stay. Whoever orders after the answer has them.
pub async fn change_list_prices(
    State(app): State<App>,
    staff: StaffWrite,
    Path(id): Path<PriceListId>,
    IdempotencyKey(key): IdempotencyKey,
    body: Json<PricesBody>,
) -> Result<JsonText<Results>, Problem> {
    check_count(body.rows.len())?;
    let request = staff.keyed(key, &format!("POST /v1/admin/price-lists/{id}/prices"), &body.bytes);
    let reads = vec![store::list(id), known(id, &body.rows)];
    let mut begun = staff.begin(&app, request.as_ref(), reads).await?;
    if let Some(first) = begun.first {
        return Ok(first.into());
    }
    let list: PriceList = found(store::found(begun.rows.next().unwrap_or_default())?)?;
    let known: Vec<Known> = begun.rows.next().unwrap_or_default().decode()?;
    let sold = Sold::of(&known);
    let (mut changes, mut named) = (Vec::new(), SortedSet::new());
    let mut outcomes = Vec::new();
    for row in &body.rows {
        let decided = decide(row, &sold, &named);
        outcomes.push(decided.map(|decided| {
            let is_new = decided.iter().any(Change::is_new);
            named.extend(decided.iter().map(|change| (change.known.name(), ())));
            changes.extend(decided);
            is_new
        }));
    }
    let results = Results::of(body.rows.iter().map(PriceRow::name).zip(outcomes));
    let answer = Answer::new(StatusCode::OK, &results)?;
    let prices: Vec<Priced> = changes.iter().filter_map(Change::priced).collect();
    if prices.is_empty() {
        return Ok(idempotency::remember(&app, request.as_ref(), answer).await?.into());
    }
    let change = store::change_prices(&list, told(&list, &changes), &prices, app.clock.now());
    let (response, _) = staff.commit(&app, request.as_ref(), change, answer, &of_list).await?;
    Ok(response.into())
}

/// Takes a variant out of a list, in all currencies.
pub async fn delete_list_prices(
    State(app): State<App>,
    staff: StaffWrite,
    Path((id, variant)): Path<(PriceListId, VariantId)>,
) -> Result<NoContent, Problem> {
    let row = PriceRow { id: Some(variant), sku: None, prices: Vec::new() };
    let mut begun = staff.begin(&app, None, vec![store::list(id), known(id, &[row])]).await?;
    let list: PriceList = found(store::found(begun.rows.next().unwrap_or_default())?)?;
    let known: Vec<Known> = begun.rows.next().unwrap_or_default().decode()?;
    let listed = known.iter().filter(|known| known.amount.is_some());
    let out = listed.filter_map(|known| {
        let currency = Currency::parse(known.currency.as_deref()?).ok()?;
        Some(Change { known, currency, amount: None })
    });
    let changes: Vec<Change> = out.collect();
    let prices: Vec<Priced> = changes.iter().filter_map(Change::priced).collect();
    if prices.is_empty() {
        return Err(Problem::not_found());
    }
    let change = store::change_prices(&list, told(&list, &changes), &prices, app.clock.now());
    staff.commit(&app, None, change, Answer::new(StatusCode::NO_CONTENT, &())?, &of_list).await?;
    Ok(NoContent)
}

/// What a row says of a price.
struct Change<'a> {
    known: &'a Known,
    currency: Currency,
    amount: Option<i64>,
}

impl Change<'_> {
    fn is_new(&self) -> bool {
        self.known.amount != self.amount
    }

    fn priced(&self) -> Option<Priced<'_>> {
        let Self { known, currency, amount } = self;
        self.is_new().then(|| Priced { variant: known.id, currency: currency.as_str(), amount: *amount })
    }
}

fn decide<'a>(row: &PriceRow, sold: &Sold<'a>, before: &SortedSet<Name<'a>>) -> Result<Vec<Change<'a>>, Problem> {
    if row.id.is_none() && row.sku().is_none() {
        return Err(Problem::invalid_field("/sku", "say which variant, by its id or its SKU"));
    } else if !(1..=MAX_PRICES).contains(&row.prices.len()) {
        return Err(Problem::invalid_field("/prices", format!("must have 1 to {MAX_PRICES} items")));
    }
    let nothing = || Problem::new(NOT_FOUND, "there is no such variant");
    let Known { id, delivery, .. } = row.find(sold).ok_or_else(nothing)?;
    if *delivery == Delivery::GiftCard && row.prices.iter().any(|price| price.amount.is_some()) {
        return Err(Problem::invalid_field("/prices", "a gift card costs everybody what is on it"));
    }
    let mut changes: Vec<Change<'a>> = Vec::new();
    for NewPrice { currency, amount } in &row.prices {
        let out_of_range = |error: MoneyError| Problem::invalid_field("/prices", error.to_string());
        Money::price(amount.unwrap_or(0), *currency).map_err(out_of_range)?;
        let not_sold = || Problem::invalid_field("/prices", format!("it is not sold in {currency}"));
        let known = *sold.prices.get(&(*id, currency.as_str())).ok_or_else(not_sold)?;
        if before.contains_key(&known.name()) || changes.iter().any(|change| change.known.name() == known.name()) {
            return Err(Problem::invalid_field("/prices", format!("its price in {currency} is there twice")));
        }
        changes.push(Change { known, currency: *currency, amount: *amount });
    }
    Ok(changes)
}

/// What becomes of which prices.
fn told(list: &PriceList, changes: &[Change]) -> Entry {
    let (mut was, mut is) = (Map::new(), Map::new());
    for change in changes.iter().filter(|change| change.is_new()) {
        let name = format!("{} {}", change.known.sku, change.currency);
        was.insert(name.clone(), change.known.amount.map_or(JsonValue::Null, JsonValue::from));
        is.insert(name, change.amount.map_or(JsonValue::Null, JsonValue::from));
    }
    Entry::changed(Kind::PriceList, &list.id, &list.title, &json!({ "prices": was }), &json!({ "prices": is }))
}

/// Each variant in each currency that it is sold in, or that the list has it in.
fn known(list: PriceListId, rows: &[PriceRow]) -> Statement {
    let ids: Vec<VariantId> = rows.iter().filter_map(|row| row.id).collect();
    let skus: Vec<String> = rows.iter().filter_map(PriceRow::sku).collect();
    Statement::new(
        "WITH named AS (
           SELECT variants.id, sku, delivery FROM variants JOIN products ON products.id = product_id
           WHERE variants.id IN (SELECT value FROM json_each(?2)) OR sku IN (SELECT value FROM json_each(?3)))
         SELECT named.id, sku, delivery, sold.currency, amount
         FROM named LEFT JOIN (
             SELECT variant_id, currency FROM prices WHERE variant_id IN (SELECT id FROM named)
             UNION SELECT variant_id, currency FROM price_list_prices
               WHERE list_id = ?1 AND variant_id IN (SELECT id FROM named)
           ) AS sold ON sold.variant_id = named.id
           LEFT JOIN price_list_prices AS listed ON listed.list_id = ?1 AND listed.variant_id = named.id
             AND listed.currency = sold.currency",
        [list.to_string().into(), json::text(&ids).into(), json::text(&skus).into()],
    )
}

fn listed(list: PriceListId, [_, after, limit]: [Value; 3]) -> Statement {
    Statement::new(
        "SELECT json_object('variant_id', variants.id, 'sku', sku,
             'title', products.title || coalesce(', ' || coalesce(variants.title,
               (SELECT group_concat(value, ' / ') FROM json_each(variants.option_values))), ''),
             'price', json_object('amount', listed.amount, 'currency', listed.currency),
             'ordinary', json((SELECT json_object('amount', amount, 'currency', currency) FROM prices
               WHERE prices.variant_id = variants.id AND prices.currency = listed.currency))) AS item,
           0 AS key, sku || ' ' || listed.currency AS id
         FROM price_list_prices AS listed JOIN variants ON variants.id = listed.variant_id
           JOIN products ON products.id = product_id
         WHERE list_id = ?1 AND (?2 IS NULL OR sku || ' ' || listed.currency > ?2)
         ORDER BY sku || ' ' || listed.currency LIMIT ?3",
        [list.to_string().into(), after, limit],
    )
}
