//! The headers of answers, and the ways to say who asks.

use serde_json::{Map, Value, json};

/// All headers that some answer has.
pub fn components() -> Value {
    let header = |description: &str, schema: Value| json!({"description": description, "schema": schema});
    let text = || json!({"type": "string"});
    json!({
        "X-Request-Id": {
            "description": "Names the request, as the shop's log does.", "required": true, "schema": request_id(),
        },
        "Cache-Control": {
            "description": "Who may keep the answer, and for how long.", "required": true, "schema": text(),
        },
        "ETag": header("Names the version, for `If-None-Match` and `If-Match`.", text()),
        "X-Catalog-Version": header("The version of the catalog that the answer was made from.", text()),
        "Idempotent-Replayed": header("The answer to the first request with this key.", json!({"const": "true"})),
        "Retry-After": header(
            "After so many seconds the same request may be answered otherwise.",
            json!({"type": "string", "pattern": "^[0-9]+$"}),
        ),
        "WWW-Authenticate": header("How to say who asks (RFC 6750).", text()),
        "Link": header("Where it goes on, with `rel=\"next\"`; absent at the end (RFC 8288).", text()),
        "Content-Disposition": header("Has browsers keep it as a file (RFC 6266).", text()),
        "Location": header("Where what was begun, or asked for, is (RFC 9110, section 10.2.2).", text()),
        "Set-Cookie": header("What a browser keeps, or forgets.", text()),
    })
}

fn request_id() -> Value {
    json!({"type": "string", "pattern": "^req_[0-7][0-9A-HJKMNP-TV-Z]{25}$"})
}

pub fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/headers/{name}")})
}

/// What every answer has.
pub fn of_all() -> Map<String, Value> {
    ["X-Request-Id", "Cache-Control"].map(|name| (name.to_owned(), reference(name))).into_iter().collect()
}

/// The headers of an operation's success.
pub fn of_success(operation: &str, described: &Map<String, Value>) -> Map<String, Value> {
    let mut headers = of_all();
    let takes = |name: &str| described["parameters"].as_array().unwrap().iter().any(|given| given["name"] == name);
    if takes("If-None-Match") {
        // Not one call of the door that answers from memory goes to name a request: edge/quick.rs.
        let description = "Names the request, where the answer does not come from memory.";
        headers.insert("X-Request-Id".into(), json!({"description": description, "schema": request_id()}));
        headers.insert("ETag".into(), reference("ETag"));
        headers.insert("X-Catalog-Version".into(), reference("X-Catalog-Version"));
    }
    let rooms = [
        "/v1/admin/products",
        "/v1/admin/variants",
        "/v1/admin/settings",
        "/v1/admin/promotions",
        "/v1/admin/collections",
        "/v1/admin/customer-groups",
        "/v1/admin/price-lists",
    ];
    let lists = [
        "GET /v1/admin/products",
        "GET /v1/admin/products/export",
        "GET /v1/admin/promotions",
        "GET /v1/admin/collections",
        "GET /v1/admin/collections/paths",
        "GET /v1/admin/collections/{id}/products",
        "POST /v1/admin/collections/{id}/products",
        "GET /v1/admin/customer-groups",
        "GET /v1/admin/price-lists",
    ];
    let is_of_rows = ["/members", "/prices"].iter().any(|end| operation.ends_with(end));
    let tagged = rooms.iter().any(|path| operation.contains(path)) && !lists.contains(&operation) && !is_of_rows;
    if tagged && !operation.starts_with("DELETE ") {
        headers.insert("ETag".into(), reference("ETag"));
    }
    if takes("Idempotency-Key") && !operation.contains("/v1/auth/") {
        headers.insert("Idempotent-Replayed".into(), reference("Idempotent-Replayed"));
    }
    if ["GET /v1/admin/orders/export", "GET /v1/admin/products/export"].contains(&operation) {
        headers.extend(["Link", "Content-Disposition"].map(|name| (name.to_owned(), reference(name))));
    }
    if ["POST /v1/admin/jobs", "POST /v1/admin/imports"].contains(&operation) {
        headers.insert("Location".into(), reference("Location"));
    }
    let keeps =
        ["POST /v1/carts", "POST /v1/orders", "POST /v1/auth/login", "POST /v1/auth/refresh", "POST /v1/auth/logout"];
    if keeps.contains(&operation) {
        headers.insert("Set-Cookie".into(), reference("Set-Cookie"));
    }
    headers
}

pub fn security_schemes() -> Value {
    let cookie = |name: &str, description: &str| json!({"type": "apiKey", "in": "cookie", "name": name, "description": description});
    json!({
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "An access token."},
        "access_cookie": cookie("__Host-access", "An access token, as signing in with `cookie` sets it."),
        "refresh_cookie": cookie("__Host-refresh", "A refresh token, as signing in with `cookie` sets it."),
        "cart_token": {
            "type": "apiKey", "in": "header", "name": "X-Cart-Token", "description": "The secret of one cart.",
        },
        "cart_cookie": cookie("__Host-cart", "The browser's cart, as making it sets it."),
        "orders_cookie": cookie("__Host-orders", "The browser's last orders."),
    })
}

/// What everybody may read.
const CATALOG: [&str; 4] = ["/v1/products", "/v1/suggestions", "/v1/search", "/v1/collections"];

/// Who may ask: any one of these. What needs nothing at all is for nobody in particular.
pub fn security(operation: &str) -> Value {
    let (_, path) = operation.split_once(' ').unwrap();
    let begins = |prefix: &str| path.starts_with(prefix);
    let ways: &[&str] = match operation {
        "POST /v1/auth/refresh" => &["", "refresh_cookie"],
        "POST /v1/auth/logout" => &["", "bearer", "access_cookie", "refresh_cookie"],
        _ if begins("/v1/admin") || begins("/v1/me") || begins("/v1/auth/sessions") => &["bearer", "access_cookie"],
        "POST /v1/carts" => &["", "bearer", "access_cookie"],
        // Some have prices of their own.
        _ if CATALOG.into_iter().any(begins) => &["", "bearer", "access_cookie"],
        _ if begins("/v1/carts") || begins("/v1/orders") => {
            &["", "bearer", "access_cookie", "cart_token", "cart_cookie", "orders_cookie"]
        }
        _ => &[],
    };
    ways.iter().map(|way| if way.is_empty() { json!({}) } else { json!({ *way: [] }) }).collect()
}
