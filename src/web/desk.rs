//! The pages' way to the orders' objects.

use serde::de::DeserializeOwned;

use crate::app::App;
use crate::ids::OrderId;
use crate::orders::access::Credentials;
use crate::orders::error::OrderError;
use crate::orders::handlers::send;
use crate::orders::object::{Access, Reply, Request};
use crate::orders::view::CartView;
use crate::problem::Problem;

/// What the order answers, or why it refuses.
pub type Answer<T> = Result<T, OrderError>;

/// Asks an order that the browser has access to.
pub async fn ask<T: DeserializeOwned>(
    app: &App,
    credentials: &Credentials,
    id: OrderId,
    request: Request,
) -> Result<Answer<T>, Problem> {
    let access = credentials.to(&app.keys, id)?;
    read(send(app, id, access, None, request).await?)
}

/// The cart that the browser keeps: none if it keeps none, or one that is gone.
/// It may have been placed.
pub async fn kept_cart(app: &App, credentials: &Credentials) -> Result<Option<CartView>, Problem> {
    let Some(id) = credentials.kept_cart(&app.keys) else { return Ok(None) };
    match ask(app, credentials, id, Request::ReadCart { prices: None }).await? {
        Ok(cart) => Ok(Some(cart)),
        Err(OrderError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Asks for an order that does not exist yet, which is then this browser's.
pub async fn ask_new<T: DeserializeOwned>(
    app: &App,
    credentials: &Credentials,
    id: OrderId,
    request: Request,
) -> Result<Answer<T>, Problem> {
    let account = credentials.caller.account.map(|account| account.id);
    read(send(app, id, Access { token: true, account, staff: false }, None, request).await?)
}

fn read<T: DeserializeOwned>(reply: Reply) -> Result<Answer<T>, Problem> {
    match reply {
        Reply::Refused(error) => Ok(Err(error)),
        Reply::Done { body, .. } => {
            serde_json::from_slice(body.get().as_bytes()).map(Ok).map_err(|error| Problem::internal(error.to_string()))
        }
    }
}
