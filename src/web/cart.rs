//! The cart's page, and what its forms do.

use askama::Template;
use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use http::{HeaderName, HeaderValue, header};
use serde::Deserialize;

use super::pages::{ProductPage, product_url};
use super::parts::{Totals, known, page, page_of_problem, sentence};
use crate::app::App;
use crate::ids::{OrderId, VariantId};
use crate::orders::access::{self, Credentials};
use crate::orders::bodies::WantedLine;
use crate::orders::decision::{Command, NewLine};
use crate::orders::error::OrderError;
use crate::orders::limits::MAX_QUANTITY;
use crate::orders::offers::{changed_prices, names, offers};
use crate::orders::order::LineId;
use crate::orders::view::{CartView, LineView, Status};
use crate::problem::Problem;
use crate::shelf;
use crate::shelf::name::Name;
use crate::shelf::snapshot::{Image, Snapshot};
use crate::wire::extract::{Form, Path};

#[derive(Template)]
#[template(path = "cart.html")]
struct CartPage<'a> {
    shop_name: &'a str,
    lines: Vec<CartLine>,
    totals: Totals,
    problems: Vec<String>,
    placed_url: Option<String>,
}

struct CartLine {
    id: String,
    url: String,
    title: String,
    variant: String,
    sku: String,
    unit_price: String,
    quantity: u32,
    total: String,
    image: Option<Image>,
}

#[derive(Debug, Deserialize)]
pub struct WantedPieces {
    variant_id: String,
    quantity: String,
}

#[derive(Debug, Deserialize)]
pub struct Pieces {
    quantity: String,
}

/// The cart, or that there is none.
pub async fn get_cart(State(app): State<App>, credentials: Credentials) -> Result<Response, Problem> {
    let cart = credentials.cart(&app).await?;
    let snapshot = shelf::knowing_at_best(&app, cart.iter().flat_map(names)).await?;
    let problems = match &cart {
        Some(cart) => doubts(&app, &credentials, cart, &snapshot).await?,
        None => Vec::new(),
    };
    page(&CartPage::new(&snapshot, cart.as_ref(), problems))
}

/// Puts pieces into the cart; begins one where there is none that is open.
pub async fn add_cart_line(
    State(app): State<App>,
    credentials: Credentials,
    Form(form): Form<WantedPieces>,
) -> Result<Response, Problem> {
    let variant_id: VariantId = form.variant_id.parse().map_err(|_| Problem::not_found())?;
    let snapshot = shelf::knowing(&app, [Name::Variant(variant_id)]).await?;
    let (product, _) = snapshot.variant(variant_id).ok_or_else(Problem::not_found)?;
    let problem = match pieces(&form.quantity, 1) {
        Err(problem) => problem,
        Ok(quantity) => {
            let lines = offers(&snapshot, &[WantedLine { variant_id, quantity }])?;
            match add(&app, &credentials, &snapshot, lines).await? {
                Ok(cookies) => return Ok((AppendHeaders(cookies), Redirect::to("/cart")).into_response()),
                Err(error) => error.into(),
            }
        }
    };
    let product = ProductPage::new(&snapshot, product, Some(&problem)).ok_or_else(Problem::not_found)?;
    page_of_problem(&product, problem)
}

/// Changes how many pieces a line has; zero removes it.
pub async fn update_cart_line(
    State(app): State<App>,
    credentials: Credentials,
    Path(line): Path<LineId>,
    Form(form): Form<Pieces>,
) -> Result<Response, Problem> {
    let to_cart = || Ok(Redirect::to("/cart").into_response());
    let Some(id) = credentials.kept_cart(&app.keys) else { return to_cart() };
    let problem = match pieces(&form.quantity, 0) {
        Err(problem) => problem,
        Ok(quantity) => {
            match credentials.order(&app, id)?.change(Command::SetQuantity { line, quantity }).await? {
                // Removed already, or an order by now: the cart's page shows it.
                Ok(_) | Err(OrderError::LineNotFound | OrderError::CartClosed | OrderError::NotFound) => {
                    return to_cart();
                }
                Err(error) => error.into(),
            }
        }
    };
    let cart = credentials.cart(&app).await?;
    let snapshot = shelf::knowing_at_best(&app, cart.iter().flat_map(names)).await?;
    let notice = vec![sentence(&problem.detail)];
    page_of_problem(&CartPage::new(&snapshot, cart.as_ref(), notice), problem)
}

/// So many pieces, as typed into a form.
fn pieces(text: &str, least: u32) -> Result<u32, Problem> {
    let quantity = text.trim().parse().ok().filter(|quantity| (least..=MAX_QUANTITY).contains(quantity));
    quantity.ok_or_else(|| {
        Problem::invalid_field("quantity", format!("a quantity is a whole number from {least} to {MAX_QUANTITY}"))
    })
}

type Cookies = Vec<(HeaderName, HeaderValue)>;

async fn add(
    app: &App,
    credentials: &Credentials,
    snapshot: &Snapshot,
    lines: Vec<NewLine>,
) -> Result<Result<Cookies, OrderError>, Problem> {
    let keep = |id| (header::SET_COOKIE, access::set_cookie(&app.keys, id));
    let Some(id) = credentials.kept_cart(&app.keys) else {
        return Ok(begin(app, credentials, snapshot, lines).await?.map(|id| vec![keep(id)]));
    };
    match credentials.order(app, id)?.change(Command::AddLines { lines: lines.clone() }).await? {
        Ok(_) => Ok(Ok(vec![keep(id)])),
        Err(OrderError::NotFound) => Ok(begin(app, credentials, snapshot, lines).await?.map(|id| vec![keep(id)])),
        // It is an order: the browser keeps it as one, and begins another cart.
        Err(OrderError::CartClosed) => {
            let order = (header::SET_COOKIE, credentials.remember_order(&app.keys, id));
            Ok(begin(app, credentials, snapshot, lines).await?.map(|id| vec![keep(id), order]))
        }
        Err(error) => Ok(Err(error)),
    }
}

async fn begin(
    app: &App,
    credentials: &Credentials,
    snapshot: &Snapshot,
    lines: Vec<NewLine>,
) -> Result<Result<OrderId, OrderError>, Problem> {
    credentials.count_cart(app).await?;
    let id = OrderId::new(app.clock.now(), &*app.entropy);
    let account = credentials.caller.account.map(|account| account.id);
    let currency = snapshot.settings.default_currency;
    Ok(credentials.new_order(app, id).create(currency, account, lines).await?.map(|_| id))
}

/// What the buyer should know before going on: prices that have changed, and
/// what can no longer be had.
async fn doubts(
    app: &App,
    credentials: &Credentials,
    cart: &CartView,
    snapshot: &Snapshot,
) -> Result<Vec<String>, Problem> {
    let mut doubts = Vec::new();
    if cart.status != Status::Open {
        return Ok(doubts);
    }
    let prices = changed_prices(cart, snapshot);
    if prices.is_some() {
        // Only the order knows which prices are the catalog's to change.
        let compared = credentials.order(app, cart.id)?.cart(prices).await??.read()?;
        for problem in compared.problems {
            if let Some(line) = cart.lines.iter().find(|line| Some(line.id) == problem.line_id) {
                doubts.push(format!("{}: {}.", line.title, problem.detail));
            }
        }
    }
    let sold_out = |line: &&LineView| snapshot.variant(line.variant_id).is_some_and(|(_, v)| v.level.is_out());
    doubts.extend(cart.lines.iter().filter(sold_out).map(|line| format!("{} is sold out at the moment.", line.title)));
    Ok(doubts)
}

impl<'a> CartPage<'a> {
    /// A cart that was placed is empty again, and tells of its order.
    fn new(snapshot: &'a Snapshot, cart: Option<&CartView>, problems: Vec<String>) -> Self {
        let open = cart.filter(|cart| cart.status == Status::Open);
        let placed = cart.filter(|cart| cart.status != Status::Open);
        let lines = open.map_or(&[][..], |cart| &cart.lines);
        Self {
            shop_name: &snapshot.settings.shop_name,
            lines: lines.iter().map(|line| CartLine::new(line, snapshot)).collect(),
            totals: open.map_or(Totals { rows: Vec::new(), total: String::new() }, |cart| {
                Totals::new(&cart.totals, cart.shipping_option.is_some())
            }),
            problems,
            placed_url: placed.map(|order| format!("/orders/{}", order.id)),
        }
    }
}

impl CartLine {
    fn new(line: &LineView, snapshot: &Snapshot) -> Self {
        let (variant, image) = known(line, snapshot);
        Self {
            id: line.id.to_string(),
            url: snapshot.by_id(line.product_id).map_or_else(|| "/".to_owned(), product_url),
            title: line.title.clone(),
            variant,
            sku: line.sku.clone(),
            unit_price: line.unit_price.display(),
            quantity: line.quantity,
            total: line.total.display(),
            image,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_whole_and_in_range() {
        assert_eq!(pieces(" 3 ", 1).unwrap(), 3);
        assert_eq!(pieces("0", 0).unwrap(), 0);
        for wrong in ["0", "", "-1", "1.5", "many", "1000001", "99999999999"] {
            assert_eq!(pieces(wrong, 1).unwrap_err().status.as_u16(), 422, "{wrong}");
        }
    }
}
