//! Invoices, credit notes and packing slips as pages made to be printed.
//!
//! There is no PDF here: a browser's print makes one of such a page, with real
//! text, links and headings that a screen reader finds, in the reader's own
//! fonts. A library for it that lays text out in any script weighs more than
//! the whole Worker may.

use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse, Redirect, Response};

use super::document_page::{DocumentList, DocumentPage};
use super::frame::Frame;
use super::packing_slip::{PackingSlip, PackingSlips};
use super::parts::page;
use super::visitor::Visitor;
use crate::app::App;
use crate::auth::Staff;
use crate::documents::handlers::{of_buyer, text};
use crate::documents::{self, number::Number};
use crate::ids::OrderId;
use crate::orders::access::Credentials;
use crate::orders::client::OrderClient;
use crate::orders::view::OrderView;
use crate::problem::Problem;
use crate::shelf;
use crate::together::together;
use crate::wire::extract::Path;

/// The most packing slips of one page, and how many orders are asked at once.
const MAX_SLIPS: usize = 50;
const MAX_PARALLEL: usize = 16;

/// The order's documents; the only one at once.
pub async fn list_order_documents(
    State(app): State<App>,
    credentials: Credentials,
    visitor: Visitor,
    Path(id): Path<OrderId>,
) -> Result<Response, Problem> {
    let filed = of_buyer(&app, &credentials, id).await?;
    if let [only] = filed.as_slice() {
        let url = format!("/orders/{id}/documents/{}", only.document.number);
        return Ok(Redirect::to(&url).into_response());
    }
    let snapshot = shelf::current(&app).await?;
    let documents: Vec<_> = filed.iter().map(|filed| &filed.document).collect();
    page(&DocumentList::new(Frame::at(&snapshot, &visitor, format!("/orders/{id}/documents")), id, &documents))
}

/// One of the order's documents, for its buyer.
pub async fn get_order_document(
    State(app): State<App>,
    credentials: Credentials,
    Path((id, number)): Path<(OrderId, Number)>,
) -> Result<Response, Problem> {
    let filed = of_buyer(&app, &credentials, id).await?;
    let found = filed.iter().find(|filed| filed.document.number == number).ok_or_else(Problem::not_found)?;
    page(&DocumentPage::new(&found.document))
}

/// Any document, for staff.
pub async fn get_document(State(app): State<App>, _: Staff, Path(number): Path<Number>) -> Result<Response, Problem> {
    page(&DocumentPage::new(&documents::read(&text(&app, number).await?)?))
}

/// What to put into the parcels of these orders, one sheet each. `orders`: their
/// ids, separated by commas, or one by one, as ticks of a list are sent.
pub async fn get_packing_slips(
    State(app): State<App>,
    _: Staff,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Problem> {
    let wrong = || Problem::invalid_field("orders", format!("1 to {MAX_SLIPS} ids of orders, separated by commas"));
    let pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let orders: Vec<_> = pairs.filter(|(name, _)| name == "orders").map(|(_, ids)| ids).collect();
    let ids = orders.iter().flat_map(|ids| ids.split(',')).map(str::parse);
    let ids: Vec<OrderId> = ids.collect::<Result<_, _>>().map_err(|_| wrong())?;
    if !(1..=MAX_SLIPS).contains(&ids.len()) {
        return Err(wrong());
    }
    let snapshot = shelf::current(&app).await?;
    let asked = ids.into_iter().map(|id| read(&app, id));
    let orders: Vec<OrderView> = together(asked.collect(), MAX_PARALLEL).await.into_iter().collect::<Result<_, _>>()?;
    let slips = orders.iter().map(|order| PackingSlip::new(&snapshot.settings.shop_name, order)).collect();
    page(&PackingSlips { slips })
}

async fn read(app: &App, id: OrderId) -> Result<OrderView, Problem> {
    OrderClient::of_shop(app, id).order().await??.read()
}
