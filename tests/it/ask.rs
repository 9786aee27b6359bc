//! One request to the shop and its answer.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use serde_json::Value;

use crate::shop::Shop;

/// A request being put together.
#[must_use = "nothing is asked until it is sent"]
pub struct Ask {
    shop: Shop,
    pub method: Method,
    /// With the query.
    pub path: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Ask {
    pub fn new(shop: &Shop, method: Method, path: &str) -> Self {
        Self { shop: shop.clone(), method, path: path.to_owned(), headers: HeaderMap::new(), body: Bytes::new() }
    }

    pub fn json(self, body: Value) -> Self {
        self.body("application/json", serde_json::to_vec(&body).unwrap())
    }

    pub fn body(mut self, content_type: &str, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self.header("content-type", content_type)
    }

    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// The `Idempotency-Key`.
    pub fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    pub fn cart_token(self, token: &str) -> Self {
        self.header("x-cart-token", token)
    }

    /// As if it came from this network address.
    pub fn from(self, address: &str) -> Self {
        self.header("cf-connecting-ip", address)
    }

    /// A cookie, as a browser sends it back.
    pub fn cookie(self, pair: &str) -> Self {
        self.header("cookie", pair)
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(HeaderName::try_from(name).unwrap(), HeaderValue::from_str(value).unwrap());
        self
    }

    pub async fn send(self) -> Answer {
        self.shop.clone().answer(self).await
    }
}

/// What the shop answered.
#[derive(Clone)]
pub struct Answer {
    /// The request, for messages: `POST /v1/carts`.
    pub asked: String,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{}: not JSON: {error}", self.told()))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn is(&self, status: u16) -> bool {
        self.status.as_u16() == status
    }

    /// Passes an answer with this status on.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert!(self.is(status), "{}, not {status}", self.told());
        self
    }

    /// Passes any success on.
    #[track_caller]
    pub fn expect_success(self) -> Self {
        assert!(self.status.is_success(), "{}, not a success", self.told());
        self
    }

    /// The body of a problem with this status and code.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> Value {
        let problem = self.some_problem();
        assert!(self.is(status), "{}, not {status} {code}", self.told());
        assert_eq!(problem["code"], code, "{}", self.told());
        problem
    }

    /// The body of a problem as every one must be (RFC 9457).
    #[track_caller]
    pub fn some_problem(&self) -> Value {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.told());
        let problem = self.json();
        assert_eq!(problem["status"], self.status.as_u16(), "{}", self.told());
        for member in ["type", "title", "detail", "code"] {
            assert!(problem[member].is_string(), "{}: no {member}", self.told());
        }
        assert_eq!(problem["request_id"], self.header("x-request-id"), "{}", self.told());
        problem
    }

    /// The pointers of the faults that an invalid input has.
    #[track_caller]
    pub fn pointers(&self) -> Vec<String> {
        let problem = self.some_problem();
        assert!(self.is(422), "{}, not 422", self.told());
        let errors = problem["errors"].as_array().unwrap_or_else(|| panic!("{}: no errors", self.told()));
        errors.iter().map(|error| error["pointer"].as_str().unwrap().to_owned()).collect()
    }

    /// The `name=value` of a cookie that was set, and its attributes.
    pub fn set_cookie(&self, name: &str) -> Option<(String, String)> {
        let lines = self.headers.get_all("set-cookie").into_iter().filter_map(|value| value.to_str().ok());
        let mut lines = lines.filter(|line| line.split('=').next() == Some(name));
        let (pair, attributes) = lines.next()?.split_once(';')?;
        Some((pair.to_owned(), attributes.to_owned()))
    }

    /// The answer in one line, for messages.
    pub fn told(&self) -> String {
        let body: String = String::from_utf8_lossy(&self.body).chars().take(600).collect();
        format!("{} answered {}: {body}", self.asked, self.status)
    }
}
