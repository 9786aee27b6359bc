//! Products out of the shop: as a file that comes in again as it went out.

use aide::OperationOutput;
use aide::generate::GenContext;
use aide::openapi::{MediaType, Operation, Response as Documented, SchemaObject};
use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::columns::{self, FACTS, FileFormat, PARTS, PRICES, Part, Takes};
use super::markup;
use super::shopify::{NO_OPTION, stock_words};
use super::{prices, stock, words};
use crate::app::App;
use crate::auth::Staff;
use crate::catalog::body::{facts, variant_body};
use crate::catalog::handlers::views::AdminProduct;
use crate::catalog::product::{Product, Status, Variant};
use crate::catalog::store;
use crate::ids::{ProductId, VariantId};
use crate::json;
use crate::lists::sheet::{Sheet, guarded};
use crate::money::Currency;
use crate::pricing::Delivery;
use crate::problem::Problem;
use crate::settings::{self, Settings};
use crate::sorted::SortedMap;
use crate::wire::extract::Query;
use crate::wire::page;

/// The products of one file: some 3 MB, of which an isolate has room for a few at once.
pub const MAX_PRODUCTS: usize = 2_500;
/// The products read at once.
const PAGE: usize = 250;
const LIST: &str = "admin/products/export";

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductExport {
    /// `csv` if absent.
    format: Option<FileFormat>,
    status: Option<Status>,
    /// The most products of one file.
    #[schemars(with = "Option<page::LimitParameter>")]
    limit: Option<String>,
    /// Of the header `Link` of the file before.
    #[schemars(with = "Option<page::CursorParameter>")]
    cursor: Option<String>,
}

/// A file of products.
pub struct ProductFile(Response);

/// Products as a file, the newest first, at most 2,500 in one; where there are more, the header `Link` leads to the next.
/// Each format comes in again by `POST /v1/admin/imports` as it went out. A text that a spreadsheet would reckon with has
/// an apostrophe before it, which is taken off there. Shopify's format has prices in the shop's first currency alone.
pub async fn export_products(
    State(app): State<App>,
    _: Staff,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<ProductExport>,
) -> Result<ProductFile, Problem> {
    let format = query.format.unwrap_or(FileFormat::Csv);
    let most = match query.limit.as_deref() {
        None => MAX_PRODUCTS,
        limit => page::limit(limit)?,
    };
    let mut after: Option<ProductId> = match query.cursor.as_deref() {
        None => None,
        Some(cursor) => {
            let id = page::open(cursor, LIST, "").and_then(|id| id.parse().ok());
            Some(id.ok_or_else(|| Problem::invalid_field("cursor", "not a cursor of this list"))?)
        }
    };
    let settings = settings::read(app.database.run(settings::current()).await?)?;
    let mut writer = Writer::new(format, &settings);
    let (mut left, mut more) = (most, true);
    while left > 0 && more {
        let wanted = store::Wanted { status: query.status, words: Vec::new() };
        let some = PAGE.min(left);
        let limit = u32::try_from(some.saturating_add(1)).unwrap_or(u32::MAX);
        let mut products = store::products(app.database.run(store::newest_products(&wanted, after, limit)).await?)?;
        more = products.len() > some;
        products.truncate(some);
        let variants: Vec<_> = products.iter().flat_map(|product| product.variants.iter().map(|v| v.id)).collect();
        let levels = stock::read(app.database.run(stock::known(&variants)).await?)?;
        for product in &products {
            writer.product(product, &levels);
            after = Some(product.id);
        }
        left = left.saturating_sub(products.len());
    }
    let next = after.filter(|_| more).map(|id| page::seal(LIST, "", &[&id.to_string()]));
    Ok(writer.file(next.and_then(|cursor| link(uri.query().unwrap_or_default(), &cursor))))
}

/// The same request for the next file (RFC 8288).
fn link(query: &str, cursor: &str) -> Option<HeaderValue> {
    let others = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
    let pairs: Vec<_> = others.map(str::to_owned).chain([format!("cursor={cursor}")]).collect();
    HeaderValue::from_str(&format!("</v1/admin/products/export?{}>; rel=\"next\"", pairs.join("&"))).ok()
}

/// A cell of a column.
enum Cell {
    /// What somebody typed.
    Typed(String),
    /// What the shop itself says.
    Own(String),
}

struct Writer {
    format: FileFormat,
    currencies: Vec<Currency>,
    sheet: Sheet,
    lines: String,
}

impl Writer {
    fn new(format: FileFormat, settings: &Settings) -> Self {
        let currencies = match format {
            FileFormat::Shopify => vec![settings.default_currency],
            _ => settings.currencies.clone(),
        };
        let mut names: Vec<String> = Vec::new();
        let shopify = format == FileFormat::Shopify;
        let named = |own: &str, theirs: &str| (if shopify { theirs } else { own }).to_owned();
        names.extend(PARTS.iter().map(|(own, theirs, _)| named(own, theirs)));
        names.extend(FACTS.iter().map(|fact| named(fact.own, fact.shopify)));
        for currency in &currencies {
            names.extend(PRICES.iter().map(|(_, _, priced)| prices::name(*priced, *currency, format)));
        }
        names.retain(|name| !name.is_empty());
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        Self { format, currencies, sheet: Sheet::new(&names), lines: String::new() }
    }

    fn product(&mut self, product: &Product, levels: &SortedMap<VariantId, i64>) {
        if self.format == FileFormat::Jsonl {
            self.lines.push_str(&json::text(&as_sent(product)));
            self.lines.push('\n');
            return;
        }
        let view = json::value(&AdminProduct::from(product));
        for at in 0..product.variants.len().max(product.images.len()) {
            let variant = product.variants.get(at);
            let shopify = self.format == FileFormat::Shopify;
            let has = |own: &str, theirs: &str| !(if shopify { theirs } else { own }).is_empty();
            for (own, theirs, part) in PARTS {
                if has(own, theirs) {
                    let cell = self.part(*part, product, at, levels);
                    self.cell(cell);
                }
            }
            for fact in FACTS {
                if !has(fact.own, fact.shopify) {
                    continue;
                }
                let said = match (fact.of_variant, variant) {
                    // A name that was not given is made of the options.
                    (true, Some(variant)) if fact.member == "title" => variant.given_title.clone().into(),
                    (true, Some(_)) => said(view.pointer(&format!("/variants/{at}/{}", fact.member))),
                    (true, None) => Value::Null,
                    // Once, on the first line.
                    (false, _) if at == 0 => said(columns::said(&view, fact.member)),
                    _ => Value::Null,
                };
                let text = said_as(&said);
                let html = shopify && fact.takes == Takes::Prose;
                self.cell(Cell::Typed(if html { markup::to_html(&text) } else { text }));
            }
            for currency in self.currencies.clone() {
                for (own, theirs, priced) in PRICES {
                    if has(own, theirs) {
                        let cell = variant.map(|variant| prices::written(*priced, variant, currency));
                        self.cell(Cell::Own(cell.unwrap_or_default()));
                    }
                }
            }
            self.sheet.end_line();
        }
    }

    fn part(&self, part: Part, product: &Product, at: usize, levels: &SortedMap<VariantId, i64>) -> Cell {
        let variant: Option<&Variant> = product.variants.get(at);
        let image = product.images.get(at);
        let first = |text: &str| Cell::Own(if at == 0 { text.to_owned() } else { String::new() });
        // What is owed is no count: blank, it stays as it is where the file comes in again.
        let pieces = variant.and_then(|variant| levels.get(&variant.id)).filter(|pieces| **pieces >= 0);
        let pieces = pieces.map(i64::to_string).unwrap_or_default();
        let (tracker, policy) = variant.map(stock_words).unwrap_or_default();
        let flag = |flag: bool| if flag { "true" } else { "false" };
        let bare = product.options.is_empty() && self.format == FileFormat::Shopify && at == 0;
        match part {
            Part::ProductId => Cell::Own(product.id.to_string()),
            Part::Slug => Cell::Typed(product.slug.clone()),
            Part::VariantId => Cell::Own(variant.map(|variant| variant.id.to_string()).unwrap_or_default()),
            Part::OptionName(0) if bare => Cell::Own(NO_OPTION.0.to_owned()),
            Part::OptionValue(0) if bare => Cell::Own(NO_OPTION.1.to_owned()),
            Part::OptionName(n) => {
                let name = product.options.get(n).filter(|_| at == 0).map(|option| option.name.clone());
                Cell::Typed(name.unwrap_or_default())
            }
            Part::OptionValue(n) => {
                Cell::Typed(variant.and_then(|variant| variant.options.get(n)).cloned().unwrap_or_default())
            }
            Part::ImageUrl => Cell::Typed(image.map(|image| image.url.clone()).unwrap_or_default()),
            Part::ImagePosition => Cell::Own(image.map(|_| at.saturating_add(1).to_string()).unwrap_or_default()),
            Part::ImageAlt => Cell::Typed(image.map(|image| image.alt.clone()).unwrap_or_default()),
            Part::Quantity | Part::QuantityWas => Cell::Own(pieces),
            Part::Tracker => Cell::Own(tracker.to_owned()),
            Part::Policy => Cell::Own(policy.to_owned()),
            Part::Published => first(flag(product.status == Status::Active)),
            Part::Shipped if variant.is_some() => Cell::Own(flag(product.delivery == Delivery::Shipped).to_owned()),
            Part::Shipped => Cell::Own(String::new()),
            Part::GiftCard => first(flag(product.delivery == Delivery::GiftCard)),
        }
    }

    fn cell(&mut self, cell: Cell) {
        match cell {
            Cell::Typed(text) if self.format == FileFormat::Shopify => self.sheet.cell(&guarded(&text)),
            Cell::Typed(text) => self.sheet.typed(Some(&text)),
            Cell::Own(text) => self.sheet.cell(&text),
        }
    }

    fn file(self, next: Option<HeaderValue>) -> ProductFile {
        let (kind, name, bytes) = match self.format {
            FileFormat::Jsonl => ("application/x-ndjson", "products.jsonl", self.lines.into_bytes()),
            _ => ("text/csv; charset=utf-8; header=present", "products.csv", self.sheet.into_bytes()),
        };
        let disposition = format!("attachment; filename=\"{name}\"");
        let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, disposition.as_str())];
        let mut response = (headers, bytes).into_response();
        if let Some(next) = next {
            response.headers_mut().insert(header::LINK, next);
        }
        ProductFile(response)
    }
}

fn said(value: Option<&Value>) -> Value {
    value.cloned().unwrap_or_default()
}

/// What a cell says of a value.
fn said_as(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(list) => words::joined(&list.iter().map(said_as).collect::<Vec<_>>()),
        other => other.to_string(),
    }
}

/// The product as `POST /v1/admin/products` takes it.
fn as_sent(product: &Product) -> Value {
    let variants: Vec<Value> =
        product.variants.iter().map(|variant| without_nothing(json::value(&variant_body(product, variant)))).collect();
    let mut body = without_nothing(json::value(&facts(product)));
    if let Some(members) = body.as_object_mut() {
        members.insert("variants".to_owned(), json!(variants));
    }
    body
}

/// Without the members that say nothing.
fn without_nothing(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            members.into_iter().filter(|(_, value)| !value.is_null()).collect::<Map<_, _>>().into()
        }
        other => other,
    }
}

impl IntoResponse for ProductFile {
    fn into_response(self) -> Response {
        self.0
    }
}

impl OperationOutput for ProductFile {
    type Inner = Self;

    fn operation_response(_: &mut GenContext, _: &mut Operation) -> Option<Documented> {
        let json_schema = schemars::json_schema!({"type": "string"});
        let media = |_| MediaType {
            schema: Some(SchemaObject { json_schema: json_schema.clone(), external_docs: None, example: None }),
            ..Default::default()
        };
        let kinds = ["text/csv; charset=utf-8; header=present", "application/x-ndjson"];
        let content = kinds.iter().map(|kind| ((*kind).to_owned(), media(kind))).collect();
        Some(Documented { content, ..Default::default() })
    }

    fn inferred_responses(ctx: &mut GenContext, operation: &mut Operation) -> Vec<(Option<u16>, Documented)> {
        Self::operation_response(ctx, operation).map(|response| (Some(200), response)).into_iter().collect()
    }
}
