//! The cart's page.

use std::collections::BTreeMap;

use askama::Template;

use super::pages::product_url;
use super::parts::{ErrorSummary, Short, SummaryItem, Totals, known, pieces};
use super::quantities::CartForm;
use crate::app::App;
use crate::orders::access::Credentials;
use crate::orders::offers::changed_prices;
use crate::orders::order::LineId;
use crate::orders::stock::shortages;
use crate::orders::view::{CartProblem, CartView, LineView, Status};
use crate::problem::Problem;
use crate::shelf::snapshot::{Image, Snapshot};

#[derive(Template)]
#[template(path = "cart.html")]
pub struct CartPage<'a> {
    shop_name: &'a str,
    lines: Vec<CartLine>,
    totals: Totals,
    pieces: String,
    error_summary: Option<ErrorSummary>,
    placed_url: Option<String>,
}

struct CartLine {
    id: LineId,
    url: String,
    title: String,
    variant: String,
    sku: String,
    unit_price: String,
    /// As it was typed, where that has not been taken.
    quantity: String,
    fault: Option<String>,
    short: Option<Short>,
    total: String,
    image: Option<Image>,
}

impl<'a> CartPage<'a> {
    /// The cart as it is. One that was placed is empty again, and tells of its
    /// order.
    pub async fn new(
        app: &App,
        credentials: &Credentials,
        snapshot: &'a Snapshot,
        cart: Option<&CartView>,
    ) -> Result<Self, Problem> {
        let open = cart.filter(|cart| cart.status == Status::Open);
        let problems = match open {
            Some(cart) => problems(app, credentials, cart, snapshot).await?,
            None => Vec::new(),
        };
        let lines = open.map_or(&[][..], |cart| &cart.lines);
        Ok(Self {
            shop_name: &snapshot.settings.shop_name,
            lines: lines.iter().map(|line| CartLine::new(line, snapshot, &problems)).collect(),
            totals: open.map_or(Totals { rows: Vec::new(), total: String::new() }, |cart| {
                Totals::new(&cart.totals, cart.shipping_option.is_some())
            }),
            pieces: pieces(lines),
            error_summary: summary(String::new(), lines.iter().flat_map(|line| items(line, &problems)).collect()),
            placed_url: cart.filter(|cart| cart.status != Status::Open).map(|order| format!("/orders/{}", order.id)),
        })
    }

    /// With what was typed and not taken, and why.
    pub fn with_faults(mut self, form: &CartForm, faults: &BTreeMap<LineId, String>) -> Self {
        for line in &mut self.lines {
            if let Some(typed) = form.typed.get(&line.id) {
                line.quantity.clone_from(typed);
            }
            line.fault = faults.get(&line.id).cloned();
        }
        let about = |line: &CartLine| {
            let text = format!("{}: {}", line.title, line.fault.as_ref()?);
            Some(SummaryItem { field: line.id.to_string(), text })
        };
        let faults: Vec<SummaryItem> = self.lines.iter().filter_map(about).collect();
        let ErrorSummary { text, items } = self.error_summary.take().unwrap_or_default();
        self.error_summary = summary(text, faults.into_iter().chain(items).collect());
        self
    }

    /// With this told first.
    pub fn with_notice(mut self, text: String) -> Self {
        let items = self.error_summary.take().unwrap_or_default().items;
        self.error_summary = summary(text, items);
        self
    }
}

fn summary(text: String, items: Vec<SummaryItem>) -> Option<ErrorSummary> {
    (!text.is_empty() || !items.is_empty()).then_some(ErrorSummary { text, items })
}

/// What the buyer should know before going on: prices that have changed, and
/// what cannot be had.
async fn problems(
    app: &App,
    credentials: &Credentials,
    cart: &CartView,
    snapshot: &Snapshot,
) -> Result<Vec<CartProblem>, Problem> {
    let mut problems = match changed_prices(cart, snapshot) {
        // Only the order knows which prices are the catalog's to change.
        prices @ Some(_) => credentials.order(app, cart.id)?.cart(prices).await??.read()?.problems,
        None => Vec::new(),
    };
    problems.extend(shortages(app, snapshot, cart).await);
    Ok(problems)
}

fn items<'a>(line: &'a LineView, problems: &'a [CartProblem]) -> impl Iterator<Item = SummaryItem> + 'a {
    problems.iter().filter(|problem| problem.line_id == Some(line.id)).map(|problem| SummaryItem {
        field: line.id.to_string(),
        text: match Short::of_problem(problem) {
            Some(short) => short.of(&line.title),
            None => format!("{}: {}.", line.title, problem.detail),
        },
    })
}

impl CartLine {
    fn new(line: &LineView, snapshot: &Snapshot, problems: &[CartProblem]) -> Self {
        let (variant, image) = known(line, snapshot);
        Self {
            id: line.id,
            url: snapshot.by_id(line.product_id).map_or_else(|| "/".to_owned(), product_url),
            title: line.title.clone(),
            variant,
            sku: line.sku.clone(),
            unit_price: line.unit_price.display(),
            quantity: line.quantity.to_string(),
            fault: None,
            short: problems.iter().filter(|problem| problem.line_id == Some(line.id)).find_map(Short::of_problem),
            total: line.total.display(),
            image,
        }
    }
}
