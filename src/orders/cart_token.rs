//! The secret that gives access to one cart, and to the order it becomes.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::app::Keys;
use crate::ids::OrderId;

/// A cart's secret: a function of its id under a key of the shop's, so that
/// nothing is stored and a wrong one never reaches the object. No `Debug`.
#[derive(Clone, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct CartToken(String);

impl CartToken {
    /// What a request shows, right or wrong.
    pub fn shown(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The order's.
    pub fn of(keys: &Keys, order: OrderId) -> Self {
        Self(BASE64_URL_SAFE_NO_PAD.encode(keys.mac("cart-token", &[&order.to_string()])))
    }

    /// Whether it is the order's, compared in constant time.
    pub fn is_for(&self, keys: &Keys, order: OrderId) -> bool {
        Self::of(keys, order).0.as_bytes().ct_eq(self.0.as_bytes()).into()
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}
