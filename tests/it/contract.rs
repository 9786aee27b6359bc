//! The contract, held against every answer that the suite gets: the status, the
//! headers and the body must be what it says, and what the shop took must have
//! been what it says one may send.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use http::{HeaderMap, StatusCode};
use jsonschema::Validator;
use serde_json::{Map, Value, json};
use tradepost::wire::contract::DOCUMENT;

use crate::ask::Answer;
use crate::shop::Shop;

static CONTRACT: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(DOCUMENT).unwrap());

/// Headers that an answer has only where the contract says so.
const SAID: [&str; 7] =
    ["etag", "x-catalog-version", "idempotent-replayed", "retry-after", "www-authenticate", "set-cookie", "location"];

/// What was asked of the shop, as far as the contract speaks of it.
pub struct Asked {
    /// Such as `POST /v1/carts/{id}/lines`.
    name: String,
    operation: &'static Value,
    body: Value,
}

impl Asked {
    /// None of what the contract says nothing about, such as a page.
    pub fn new(method: &str, path: &str, headers: &HeaderMap, body: &[u8]) -> Option<Self> {
        let path = path.split('?').next().unwrap();
        let fits = |template: &str| {
            let (mut parts, mut asked) = (template.split('/'), path.split('/'));
            parts.by_ref().zip(asked.by_ref()).all(|(part, asked)| part == asked || part.starts_with('{'))
                && template.matches('/').count() == path.matches('/').count()
        };
        let paths = CONTRACT["paths"].as_object().unwrap().iter();
        // Of `/orders/export` and `/orders/{id}` the router takes the first.
        let (template, item) =
            paths.filter(|(template, _)| fits(template)).min_by_key(|(name, _)| name.matches('{').count())?;
        let operation = item.get(method.to_ascii_lowercase())?;
        let json = headers.get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
        let body = json.then(|| serde_json::from_slice(body).ok()).flatten().unwrap_or_default();
        Some(Self { name: format!("{method} {template}"), operation, body })
    }

    /// Fails unless the answer is one that the contract has.
    pub fn check(&self, answer: &Answer) {
        let Self { name, operation, body } = self;
        let status = answer.status.as_str();
        let said = &operation["responses"][status];
        assert!(said.is_object(), "{name}: the contract does not say {}", answer.told());
        let content = said["content"].as_object();
        let own = |content: &'static Map<String, Value>| {
            let own = content.iter().find(|(kind, _)| answer.header("content-type") == kind.as_str());
            own.or_else(|| content.iter().next())
        };
        match content.and_then(own) {
            Some((kind, content)) => {
                assert_eq!(answer.header("content-type"), kind, "{name}: {}", answer.told());
                let at = format!("{name} {status}");
                let value = if kind.contains("json") && kind != "application/x-ndjson" {
                    answer.json()
                } else {
                    json!(String::from_utf8_lossy(&answer.body))
                };
                fits(&at, &content["schema"], &value, &format!("{name}: {}", answer.told()));
            }
            None => assert!(answer.body.is_empty(), "{name}: the contract says no body: {}", answer.told()),
        }
        let headers = said["headers"].as_object().unwrap();
        let needed = |header: &Value| match header["$ref"].as_str() {
            Some(reference) => CONTRACT.pointer(reference.trim_start_matches('#')).unwrap()["required"] == true,
            None => header["required"] == true,
        };
        for (name, _) in headers.iter().filter(|(_, header)| needed(header)) {
            assert!(answer.headers.contains_key(name), "no {name}: {}", answer.told());
        }
        for known in SAID.iter().filter(|known| answer.headers.contains_key(**known)) {
            let is_said = headers.keys().any(|header| header.eq_ignore_ascii_case(known));
            assert!(is_said, "{name}: the contract does not say {known} of {}", answer.told());
        }
        if answer.status.is_success() && !body.is_null() && operation["requestBody"].is_object() {
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            fits(name, schema, body, &format!("{name} took a body that the contract refuses"));
        }
    }
}

/// Fails unless the value fits the schema, which is known by that name.
fn fits(name: &str, schema: &Value, value: &Value, about: &str) {
    static MADE: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);
    let validator = {
        let mut made = MADE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let make = || {
            let schema = json!({"allOf": [schema], "components": CONTRACT["components"]});
            Arc::new(jsonschema::draft202012::new(&schema).unwrap())
        };
        made.entry(name.to_owned()).or_insert_with(make).clone()
    };
    if let Err(error) = validator.validate(value) {
        panic!("{about}: {error} at {}", error.instance_path());
    }
}

#[tokio::test]
async fn a_change_has_a_body() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    let product = shop.stocked(1).await;
    for path in [format!("/v1/admin/variants/{}", product.variant), format!("/v1/admin/products/{}", product.id)] {
        shop.patch(&path).bearer(&owner).send().await.problem(415, "unsupported_media_type");
        shop.patch(&path).bearer(&owner).json(json!({})).send().await.expect(200);
    }
    // What needs nothing may be asked for with nothing.
    shop.post("/v1/carts").send().await.expect(201);
}

#[tokio::test]
async fn what_is_longer_or_larger_than_the_contract_says_is_refused() {
    let shop = Shop::open().await;
    let long = "x".repeat(89);
    let signed_out = shop.post("/v1/auth/logout").json(json!({ "refresh_token": long })).send().await;
    assert_eq!(signed_out.pointers(), ["/refresh_token"]);
    let cart = shop.cart().await;
    let total = json!({ "amount": 1_i64 << 53, "currency": "EUR" });
    let order = json!({ "payment": { "provider": "test" }, "expected_total": total });
    let placed = shop.post(&format!("/v1/carts/{}/order", cart.id)).cart_token(&cart.token).json(order).send().await;
    assert_eq!(placed.pointers(), ["/expected_total/amount"]);
    let long = "x".repeat(256);
    for name in ["tag", "vendor"] {
        assert_eq!(shop.get(&format!("/v1/products?{name}={long}")).send().await.pointers(), [name]);
    }
    let owner = shop.owner().await;
    let sought = shop.get(&format!("/v1/admin/orders?q={long}")).bearer(&owner).send().await;
    assert_eq!(sought.pointers(), ["q"]);
}

#[tokio::test]
async fn a_read_that_knows_the_answer_is_told_so() {
    let shop = Shop::open().await;
    let first = shop.get("/v1/products").send().await.expect(200);
    let again = shop.get("/v1/products").header("if-none-match", first.header("etag")).send().await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
}
