//! Who may touch a cart: whoever shows its token, and its customer.

use aide::OperationInput;
use aide::generate::GenContext;
use aide::openapi::Operation;
use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderValue, header};

use super::cart::Cart;
use super::cart_token::CartToken;
use super::client::OrderClient;
use super::error::OrderError;
use super::order::Channel;
use super::protocol::Access;
use crate::app::{App, Keys};
use crate::auth::cookies::CART;
use crate::auth::{Caller, Role, StaffWrite};
use crate::ids::OrderId;
use crate::problem::Problem;
use crate::shelf;
use crate::throttle::Network;
use crate::wire::client::ClientAddress;
use crate::wire::extract::header_parameter;

/// The cookie that keeps the last orders, so that whoever begins another cart
/// can still see them: as the cart's, joined by colons.
const ORDERS: &str = "__Host-orders";

/// The most orders that a browser keeps: 5 of 74 bytes are well below the
/// 4,096 that a cookie may have.
const MAX_ORDERS: usize = 5;

/// How long a browser keeps both, in seconds: 30 days.
const COOKIE_SECONDS: u32 = 30 * 24 * 3_600;

/// An id and its token, as the cookies hold them.
fn pair(keys: &Keys, order: OrderId) -> String {
    format!("{order}.{}", CartToken::of(keys, order).as_str())
}

/// Makes the browser keep the cart.
pub fn set_cookie(keys: &Keys, order: OrderId) -> HeaderValue {
    cookie(CART, &pair(keys, order), COOKIE_SECONDS)
}

/// Makes the browser forget the cart, once it is an order.
pub fn clear_cookie() -> HeaderValue {
    cookie(CART, "", 0)
}

fn cookie(name: &str, value: &str, seconds: u32) -> HeaderValue {
    let cookie = format!("{name}={value}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Lax");
    HeaderValue::from_str(&cookie).unwrap_or(HeaderValue::from_static(""))
}

/// What a request shows: tokens of some orders, who is signed in, and where it
/// comes from.
pub struct Credentials {
    header: Option<CartToken>,
    cart: Option<(OrderId, CartToken)>,
    orders: Vec<(OrderId, CartToken)>,
    pub caller: Caller,
    /// None where it cannot be told.
    pub(super) network: Option<Network>,
}

impl Credentials {
    /// Staff's, who show no token.
    pub(super) fn of_staff(staff: &StaffWrite) -> Self {
        Self { header: None, cart: None, orders: Vec::new(), caller: staff.caller(), network: None }
    }

    /// The access to one order. A request that could not have any is a 404
    /// here already, so that guessing ids costs no object.
    fn to(&self, keys: &Keys, order: OrderId) -> Result<Access, Problem> {
        let mut kept = self.cart.iter().chain(&self.orders);
        let token = self.header.as_ref().is_some_and(|shown| shown.is_for(keys, order))
            || kept.any(|(id, shown)| *id == order && shown.is_for(keys, order));
        let account = self.caller.account;
        if token || account.is_some() { Ok(Access::of_buyer(token, account)) } else { Err(Problem::not_found()) }
    }

    /// The way to one order; see [`Self::to`].
    pub fn order<'a>(&self, app: &'a App, id: OrderId) -> Result<OrderClient<'a>, Problem> {
        Ok(OrderClient::new(app, id, self.to(&app.keys, id)?))
    }

    /// The way to an order that does not exist yet, and is then this caller's.
    pub fn new_order<'a>(&self, app: &'a App, id: OrderId) -> OrderClient<'a> {
        OrderClient::new(app, id, Access::of_buyer(true, self.caller.account))
    }

    /// By which way the caller begins an order over the API.
    pub fn channel(&self) -> Channel {
        let staff = self.caller.account.is_some_and(|account| account.role >= Role::Staff);
        if staff { Channel::Staff } else { Channel::Api }
    }

    /// The cart that the browser keeps: none if it keeps none, or one that is
    /// gone. It may have been placed.
    pub async fn cart(&self, app: &App) -> Result<Option<Cart>, Problem> {
        match self.kept_cart(&app.keys) {
            Some(id) => self.cart_of(app, id).await,
            None => Ok(None),
        }
    }

    /// A cart by its id: none if it is gone. It may have been placed.
    pub async fn cart_of(&self, app: &App, id: OrderId) -> Result<Option<Cart>, Problem> {
        match self.order(app, id)?.cart().await? {
            Ok(cart) => {
                let shelf = shelf::current(app).await?;
                Ok(Some(cart.read()?.asked_for_first_order(app, &shelf).await))
            }
            Err(OrderError::NotFound) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The cart that the browser keeps, if its token is right.
    pub fn kept_cart(&self, keys: &Keys) -> Option<OrderId> {
        self.cart.as_ref().filter(|(id, shown)| shown.is_for(keys, *id)).map(|(id, _)| *id)
    }

    /// Makes the browser keep one more order, and forget the oldest of too many.
    pub fn remember_order(&self, keys: &Keys, order: OrderId) -> HeaderValue {
        let others = self.orders.iter().filter(|(id, shown)| *id != order && shown.is_for(keys, *id));
        let kept = std::iter::once(order).chain(others.map(|(id, _)| *id)).take(MAX_ORDERS);
        let kept: Vec<String> = kept.map(|id| pair(keys, id)).collect();
        cookie(ORDERS, &kept.join(":"), COOKIE_SECONDS)
    }
}

/// Reads a [`pair`].
fn kept(text: &str) -> Option<(OrderId, CartToken)> {
    let (id, token) = text.split_once('.')?;
    Some((id.parse().ok()?, CartToken::shown(token)))
}

impl FromRequestParts<App> for Credentials {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, app).await?;
        let ClientAddress(address) = ClientAddress::from_request_parts(parts, app).await?;
        let header = parts.headers.get("x-cart-token").and_then(|value| value.to_str().ok());
        let header = header.map(CartToken::shown);
        // HTTP/2 may split the header (RFC 9113, section 8.2.3).
        let lines = parts.headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let (mut cart, mut orders) = (None, Vec::new());
        for (name, value) in pairs {
            match name {
                CART => cart = cart.or_else(|| kept(value)),
                ORDERS => orders.extend(value.split(':').filter_map(kept).take(MAX_ORDERS)),
                _ => {}
            }
        }
        orders.truncate(MAX_ORDERS);
        Ok(Self { header, cart, orders, caller, network: address.and_then(Network::of) })
    }
}

impl OperationInput for Credentials {
    fn operation_input(ctx: &mut GenContext, operation: &mut Operation) {
        let description = "The cart's secret, unless its cookie or its customer asks; any other is as none.";
        header_parameter(ctx, operation, "X-Cart-Token", description, schemars::json_schema!({"type": "string"}));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ulid::Ulid;

    fn order(n: u128) -> OrderId {
        OrderId::derived(Ulid::from_parts(0, n).to_bytes())
    }

    #[test]
    fn a_browser_keeps_its_last_orders() {
        let keys = Keys::parse(&"7".repeat(64)).unwrap();
        let (header, cart, orders, caller, network) = (None, None, Vec::new(), Caller::default(), None);
        let mut shown = Credentials { header, cart, orders, caller, network };
        for n in [1, 2, 3, 4, 5, 6, 3] {
            let cookie = shown.remember_order(&keys, order(n));
            let (pair, attributes) = cookie.to_str().unwrap().split_once(';').unwrap();
            assert_eq!(attributes, " Path=/; Max-Age=2592000; Secure; HttpOnly; SameSite=Lax");
            let value = pair.strip_prefix("__Host-orders=").unwrap();
            shown.orders = value.split(':').filter_map(kept).collect();
        }
        let ids: Vec<OrderId> = shown.orders.iter().map(|(id, _)| *id).collect();
        assert_eq!(ids, [3, 6, 5, 4, 2].map(order));
        assert!(shown.to(&keys, order(6)).is_ok_and(|access| access == Access::of_buyer(true, None)));
        assert!(shown.to(&keys, order(1)).is_err());

        shown.orders = vec![(order(1), CartToken::of(&keys, order(2)))];
        assert!(shown.to(&keys, order(1)).is_err(), "another order's token");
        assert!(!shown.remember_order(&keys, order(3)).to_str().unwrap().contains(&order(1).to_string()));
    }
}
