//! Who may touch a cart: whoever shows its token, and its customer.

use aide::OperationInput;
use aide::generate::GenContext;
use aide::openapi::Operation;
use axum::extract::FromRequestParts;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::request::Parts;
use http::{HeaderValue, header};
use subtle::ConstantTimeEq;

use super::object::Access;
use crate::app::{App, Keys};
use crate::auth::Caller;
use crate::error::Problem;
use crate::extract::header_parameter;
use crate::ids::OrderId;

/// The cookie that keeps a cart: its id, a dot, its token.
const COOKIE: &str = "__Host-cart";

/// How long a browser keeps its cart, in seconds: 30 days.
const COOKIE_SECONDS: u32 = 30 * 24 * 3_600;

/// A cart's secret: a function of its id under a key of the shop's, so that
/// nothing is stored and a wrong one never reaches the object.
pub fn token(keys: &Keys, order: OrderId) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(keys.mac("cart-token", &[&order.to_string()]))
}

fn is_token(keys: &Keys, order: OrderId, shown: &str) -> bool {
    token(keys, order).as_bytes().ct_eq(shown.as_bytes()).into()
}

/// Makes the browser keep the cart.
pub fn set_cookie(keys: &Keys, order: OrderId) -> HeaderValue {
    let cookie = format!(
        "{COOKIE}={order}.{}; Path=/; Max-Age={COOKIE_SECONDS}; Secure; HttpOnly; SameSite=Lax",
        token(keys, order)
    );
    HeaderValue::from_str(&cookie).unwrap_or(HeaderValue::from_static(""))
}

/// Makes the browser forget the cart, once it is an order.
pub fn clear_cookie() -> HeaderValue {
    HeaderValue::from_static("__Host-cart=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax")
}

/// What a request shows: a token of some cart, and who is signed in.
pub struct Credentials {
    header: Option<String>,
    cookie: Option<(OrderId, String)>,
    pub caller: Caller,
}

impl Credentials {
    /// The access to one order. A request that could not have any is a 404
    /// here already, so that guessing ids costs no object.
    pub fn to(&self, keys: &Keys, order: OrderId) -> Result<Access, Problem> {
        let token = self.header.as_ref().is_some_and(|shown| is_token(keys, order, shown))
            || self.cookie.as_ref().is_some_and(|(id, shown)| *id == order && is_token(keys, order, shown));
        let account = self.caller.account.map(|account| account.id);
        if token || account.is_some() { Ok(Access { token, account, staff: false }) } else { Err(Problem::not_found()) }
    }

    /// The cart that the browser keeps, if its token is right.
    pub fn kept_cart(&self, keys: &Keys) -> Option<OrderId> {
        self.cookie.as_ref().filter(|(id, shown)| is_token(keys, *id, shown)).map(|(id, _)| *id)
    }
}

impl FromRequestParts<App> for Credentials {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, app).await?;
        let header = parts.headers.get("x-cart-token").and_then(|value| value.to_str().ok()).map(str::to_owned);
        let cookie = parts
            .headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|cookies| cookies.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, _)| *name == COOKIE)
            .and_then(|(_, value)| value.split_once('.'))
            .and_then(|(id, shown)| Some((id.parse().ok()?, shown.to_owned())));
        Ok(Self { header, cookie, caller })
    }
}

impl OperationInput for Credentials {
    fn operation_input(ctx: &mut GenContext, operation: &mut Operation) {
        header_parameter(ctx, operation, "X-Cart-Token", "The cart's secret, unless its cookie or its customer asks.");
    }
}
