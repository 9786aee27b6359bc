//! The orders that fit a filter as a file for a spreadsheet.

use aide::OperationOutput;
use aide::generate::GenContext;
use aide::openapi::{MediaType, Operation, Response as Documented, SchemaObject};
use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};

use super::filter::{After, OrderFilter};
use super::sheet::Sheet;
use super::store::Listed;
use super::walk::walk;
use crate::app::App;
use crate::auth::Staff;
use crate::money::Money;
use crate::ports::Timestamp;
use crate::problem::Problem;
use crate::wire::extract::Query;

/// The most orders of one file: some 4 MB, of which an isolate has room for a few at once.
pub const MAX_ORDERS: usize = 10_000;

const NAMES: [&str; 18] = [
    "id",
    "number",
    "placed_at",
    "updated_at",
    "status",
    "payment_status",
    "fulfilment_status",
    "currency",
    "total",
    "pieces",
    "email",
    "name",
    "phone",
    "city",
    "postal_code",
    "country",
    "tags",
    "goods",
];

/// A file of comma-separated values.
pub struct CsvFile(Response);

/// The orders that fit, as `list_orders` lists them, at most 10,000 in one file; where there are more, the header `Link`
/// leads to the next. `goods` are SKUs with their pieces, and of a bundle the parts of all its pieces:
/// `2 × TEA-SET (2 × POT, 8 × CUP), 1 × MUG`; those of many lines end with how many more there are. CSV by RFC 4180, in UTF-8 with a byte order mark; times are UTC, amounts decimal. Before a text
/// that a spreadsheet would take for a formula, a number or a date stands an apostrophe, as before one that begins with
/// an apostrophe; so, too, after each `;`, `|`, tab or line break within a text, where some spreadsheets begin a cell.
/// Whoever reads the file takes one off in each of these places.
pub async fn export_orders(
    State(app): State<App>,
    _: Staff,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<OrderFilter>,
) -> Result<CsvFile, Problem> {
    let filter = query.parse(&app).await?;
    let mut sheet = Sheet::new(&NAMES);
    let sort = filter.sort;
    let last = walk(&app, filter, query.limit(MAX_ORDERS)?, &mut |row| line(&mut sheet, row)).await?;
    let next = last.and_then(|After { key, id }| Some(After::seal(key, id?, sort)));
    let mut file = CsvFile::new(sheet, "attachment; filename=\"orders.csv\"");
    if let Some(link) = next.and_then(|cursor| link(uri.query().unwrap_or_default(), &cursor)) {
        file.0.headers_mut().insert(header::LINK, link);
    }
    Ok(file)
}

fn line(sheet: &mut Sheet, row: &Listed) {
    let word = |value: serde_json::Value| value.as_str().map(str::to_owned).unwrap_or_default();
    sheet.cell(&row.id.to_string());
    sheet.typed(Some(&row.number));
    sheet.cell(&Timestamp::from_millis(row.placed_at).to_string());
    sheet.cell(&Timestamp::from_millis(row.updated_at).to_string());
    sheet.cell(&word(serde_json::json!(row.status)));
    sheet.cell(&word(serde_json::json!(row.payment_status)));
    sheet.cell(&word(serde_json::json!(row.fulfilment_status)));
    sheet.cell(row.currency.as_str());
    sheet.amount(Money { amount: row.total, currency: row.currency });
    sheet.cell(&row.pieces.to_string());
    sheet.typed(Some(&row.email));
    let to = &row.to;
    for typed in [&to.name, &to.phone, &to.city, &to.postal_code, &to.country] {
        sheet.typed(typed.as_deref());
    }
    sheet.typed(Some(&row.tags.join(", ")));
    sheet.typed(Some(&row.goods));
    sheet.end_line();
}

/// The same request for the next file (RFC 8288).
fn link(query: &str, cursor: &str) -> Option<HeaderValue> {
    let others = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
    // A bracket would end the address here; browsers write it so themselves.
    let pairs: Vec<_> = others.map(|pair| pair.replace('>', "%3E")).chain([format!("cursor={cursor}")]).collect();
    HeaderValue::from_str(&format!("</v1/admin/orders/export?{}>; rel=\"next\"", pairs.join("&"))).ok()
}

impl CsvFile {
    /// `disposition`: what is done with it, and what it is called (RFC 6266).
    pub fn new(sheet: Sheet, disposition: &'static str) -> Self {
        let headers = [
            (header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present"),
            (header::CONTENT_DISPOSITION, disposition),
        ];
        Self((headers, sheet.into_bytes()).into_response())
    }
}

impl IntoResponse for CsvFile {
    fn into_response(self) -> Response {
        self.0
    }
}

impl OperationOutput for CsvFile {
    type Inner = Self;

    fn operation_response(_: &mut GenContext, _: &mut Operation) -> Option<Documented> {
        let json_schema = schemars::json_schema!({"type": "string"});
        let schema = SchemaObject { json_schema, external_docs: None, example: None };
        let media = MediaType { schema: Some(schema), ..Default::default() };
        let content = [("text/csv; charset=utf-8; header=present".to_owned(), media)].into_iter().collect();
        Some(Documented { content, ..Default::default() })
    }

    fn inferred_responses(ctx: &mut GenContext, operation: &mut Operation) -> Vec<(Option<u16>, Documented)> {
        Self::operation_response(ctx, operation).map(|response| (Some(200), response)).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_file_has_the_same_filters() {
        let next = |query| link(query, "abc").unwrap().to_str().unwrap().to_owned();
        assert_eq!(next(""), "</v1/admin/orders/export?cursor=abc>; rel=\"next\"");
        assert_eq!(next("q=%3E%22&cursor=old"), "</v1/admin/orders/export?q=%3E%22&cursor=abc>; rel=\"next\"");
    }
}
