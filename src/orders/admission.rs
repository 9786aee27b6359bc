//! What one account and one network may take of the shop: carts, and orders
//! that hold stock without being paid. Staff are the shop, and not counted; a
//! caller without account and known network is not, either.

use serde_json::json;

use super::access::Credentials;
use crate::app::App;
use crate::problem::Problem;
use crate::telemetry;
use crate::throttle::rules::Bucket;
use crate::throttle::{self, Limit, Limits, Slots, Throttle, ThrottleError, Try};

impl Credentials {
    /// Counts a cart that is about to be begun. Where the throttle does not
    /// answer, it may be: a cart holds nothing, and a sale is worth more.
    pub async fn count_cart(&self, app: &App) -> Result<(), Problem> {
        let Some(limits) = self.limits(app).await else { return Ok(()) };
        let count = |throttle, limit: Limit| Try { throttle, bucket: Bucket::CARTS, limit };
        let of_account = self.of_account().map(|account| count(account, limits.carts_by_account));
        let of_network = self.of_network(app).map(|network| count(network, limits.carts_by_network));
        let tries: Vec<Try> = of_account.into_iter().chain(of_network).collect();
        match throttle::take(app, &tries).await {
            Err(ThrottleError::Unavailable(error)) => {
                telemetry::log(&json!({ "level": "error", "event": "cart_not_counted", "cause": error.to_string() }));
                Ok(())
            }
            counted => Ok(counted?),
        }
    }

    /// Of whom a placement has to take a slot.
    pub async fn slots(&self, app: &App) -> Vec<Slots> {
        let Some(limits) = self.limits(app).await else { return Vec::new() };
        let slots = |throttle, at_most| Slots { throttle, at_most };
        let of_account = self.of_account().map(|account| slots(account, limits.unpaid_orders_by_account));
        let of_network = self.of_network(app).map(|network| slots(network, limits.unpaid_orders_by_network));
        of_account.into_iter().chain(of_network).collect()
    }

    /// The limits, if this caller is counted.
    async fn limits(&self, app: &App) -> Option<Limits> {
        let counted = !self.caller.is_staff() && (self.caller.account.is_some() || self.network.is_some());
        if counted { Some(throttle::limits(app).await) } else { None }
    }

    fn of_account(&self) -> Option<Throttle> {
        self.caller.account.map(|account| Throttle::of_account(account.id))
    }

    fn of_network(&self, app: &App) -> Option<Throttle> {
        self.network.map(|network| Throttle::of_network(&app.keys, network))
    }
}
