//! Every route of the system, one line each, grouped by who calls.

#[cfg(not(target_arch = "wasm32"))]
use aide::axum::ApiRouter;
#[cfg(not(target_arch = "wasm32"))]
use aide::axum::routing::{delete, get, patch, post, put};
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::{get as page, post as form};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use http_body_util::BodyExt;
use std::time::Duration;
use tower_http::cors::{AllowOrigin, CorsLayer};
use tower_service::Service;

// The Worker's routes carry no description: see openapi/.
#[cfg(target_arch = "wasm32")]
use crate::openapi::ApiRoute;
#[cfg(target_arch = "wasm32")]
use axum::{
    Router as ApiRouter,
    routing::{delete, get, patch, post, put},
};

use crate::app::App;
use crate::auth;
use crate::catalog::{admin_handlers as catalog_admin, handlers as catalog};
use crate::ids::RequestId;
use crate::orders::{handlers as orders, projection};
use crate::pools::handlers as pools;
use crate::problem::Problem;
use crate::telemetry;
use crate::web::{cart, checkout, handlers as web, order, problem};

crate::codes! {
    /// This path has no such method; `Allow` names those that there are.
    METHOD_NOT_ALLOWED = METHOD_NOT_ALLOWED "method_not_allowed";
    /// A request that a cookie would authenticate did not come from the shop's own pages.
    CSRF = FORBIDDEN "csrf";
}

pub fn routes() -> ApiRouter<App> {
    ApiRouter::new()
        // Catalog, anonymous
        .api_route("/v1/products", get(catalog::list_products))
        .api_route("/v1/products/{id}", get(catalog::get_product))
        .api_route("/v1/variants/{id}/availability", get(pools::get_availability))
        // Carts and orders, by the cart's token or its customer
        .api_route("/v1/carts", post(orders::create_cart))
        .api_route("/v1/carts/{id}", get(orders::get_cart))
        .api_route("/v1/carts/{id}/lines", post(orders::add_cart_line))
        .api_route("/v1/carts/{id}/lines/{line_id}", patch(orders::update_cart_line).delete(orders::delete_cart_line))
        .api_route("/v1/carts/{id}/details", put(orders::put_cart_details))
        .api_route("/v1/carts/{id}/shipping-options", get(orders::list_cart_shipping_options))
        .api_route("/v1/carts/{id}/shipping-option", put(orders::put_cart_shipping_option))
        .api_route("/v1/carts/{id}/order", post(orders::place_order))
        .api_route("/v1/orders/{id}", get(orders::get_order))
        .api_route("/v1/orders/{id}/payments", post(orders::create_order_payment))
        .api_route("/v1/orders/{id}/cancel", post(orders::cancel_order))
        .api_route("/v1/me/orders", get(projection::list_my_orders))
        // Staff, role checked in each handler
        .api_route("/v1/admin/products", get(catalog_admin::list_products).post(catalog_admin::create_product))
        .api_route(
            "/v1/admin/products/{id}",
            get(catalog_admin::get_product).patch(catalog_admin::update_product).delete(catalog_admin::delete_product),
        )
        .api_route(
            "/v1/admin/products/{id}/variants",
            get(catalog_admin::list_variants).post(catalog_admin::create_variant),
        )
        .api_route(
            "/v1/admin/variants/{id}",
            get(catalog_admin::get_variant).patch(catalog_admin::update_variant).delete(catalog_admin::delete_variant),
        )
        .api_route("/v1/admin/stock/{variant_id}", get(pools::get_stock))
        .api_route("/v1/admin/stock/{variant_id}/adjustments", post(pools::create_stock_adjustment))
        .api_route("/v1/admin/orders", get(projection::list_orders))
        .api_route("/v1/admin/carts/{id}/lines", post(orders::add_priced_cart_lines))
        // Accounts
        .api_route("/v1/auth/register", post(auth::handlers::register))
        .api_route("/v1/auth/login", post(auth::handlers::login))
        .api_route("/v1/auth/refresh", post(auth::handlers::refresh))
        .api_route("/v1/auth/logout", post(auth::handlers::logout))
        .api_route("/v1/auth/sessions", get(auth::handlers::list_sessions))
        .api_route("/v1/auth/sessions/{id}", delete(auth::handlers::delete_session))
        .api_route("/v1/me", get(auth::handlers::get_me))
        .api_route("/.well-known/jwks.json", get(auth::handlers::jwks))
        // Pages
        .route("/", page(web::get_page))
        .route("/products/{slug}", page(web::get_page))
        .route("/cart", page(cart::get_cart))
        .route("/cart/lines", form(cart::add_cart_line))
        .route("/cart/lines/{line_id}", form(cart::update_cart_line))
        .route("/checkout", page(checkout::get_checkout).post(checkout::post_checkout))
        .route("/orders/{id}", page(order::get_order))
        .route("/orders/{id}/payments", form(order::create_order_payment))
        .route("/orders/{id}/authenticate", page(order::get_authentication).post(order::post_authentication))
        // Development only
        .route("/dev/orders/{id}/republish", axum::routing::post(orders::republish_order))
        // Operations
        .api_route("/healthz", get(telemetry::handlers::healthz))
        .api_route("/readyz", get(telemetry::handlers::readyz))
}

/// The router, ready to answer. Building it is slow: once per isolate.
pub fn router(app: App) -> Router {
    #[cfg(target_arch = "wasm32")]
    let routes = routes();
    // In the Worker the platform serves the contract, as an asset.
    #[cfg(not(target_arch = "wasm32"))]
    let routes = Router::from(routes())
        .route("/openapi.json", page(async || ([(header::CONTENT_TYPE, "application/json")], crate::openapi::DOCUMENT)))
        .route("/docs", page(async || axum::response::Html(crate::openapi::PAGE)));
    let routes = routes
        .fallback(async || Problem::not_found())
        .method_not_allowed_fallback(async || Problem::new(METHOD_NOT_ALLOWED, "this path has no such method"));
    // With nobody to let in, no answer says a word about it.
    let origins = &app.config.cors_origins;
    let routes = if origins.is_empty() { routes } else { routes.layer(cross_origin(origins)) };
    routes.with_state(app)
}

/// Which other sites' pages may read answers: those the deployment lists,
/// without cookies (Fetch standard, CORS protocol).
fn cross_origin(origins: &[String]) -> CorsLayer {
    let origins = origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok());
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers(
            ["authorization", "content-type", "idempotency-key", "if-match", "if-none-match", "x-cart-token"]
                .map(HeaderName::from_static),
        )
        .expose_headers(
            ["etag", "idempotent-replayed", "retry-after", "x-catalog-version", "x-request-id"]
                .map(HeaderName::from_static),
        )
        .max_age(Duration::from_secs(3_600))
}

/// Sent with the catalog's JSON. No policy on frames: it guards what a signed-in
/// person would see in one, and this is the same for everybody. Each header
/// costs such a read about 2 %.
const CATALOG_HEADERS: [(&str, &str); 2] =
    [("x-content-type-options", "nosniff"), ("strict-transport-security", "max-age=63072000; includeSubDomains")];

/// Sent with every other answer that no browser renders (OWASP REST Security
/// Cheat Sheet).
const API_HEADERS: [(&str, &str); 3] = [
    ("x-content-type-options", "nosniff"),
    ("strict-transport-security", "max-age=63072000; includeSubDomains"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
];

/// Sent with every page (OWASP Secure Headers).
const PAGE_HEADERS: [(&str, &str); 5] = [
    ("x-content-type-options", "nosniff"),
    ("strict-transport-security", "max-age=63072000; includeSubDomains"),
    (
        "content-security-policy",
        "default-src 'none'; style-src 'self'; img-src 'self' https: data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    // These two speak to documents only.
    ("referrer-policy", "strict-origin-when-cross-origin"),
    ("cross-origin-opener-policy", "same-origin"),
];

/// The security headers that an answer of this content type carries, made
/// from the catalog alone or not.
pub fn security_headers(content_type: &[u8], of_catalog: bool) -> &'static [(&'static str, &'static str)] {
    match (content_type.starts_with(b"text/html"), of_catalog) {
        (true, _) => &PAGE_HEADERS,
        (false, true) => &CATALOG_HEADERS,
        (false, false) => &API_HEADERS,
    }
}

/// Answers one request: routes it, writes problems out, and adds what every
/// answer carries.
pub async fn answer(app: &App, router: &mut Router, request: http::Request<Bytes>) -> http::Response<Bytes> {
    let request_id = RequestId::new(app.clock.now(), &*app.entropy);
    let (parts, bytes) = request.into_parts();
    let for_people = problem::is_for_people(parts.uri.path(), &parts.headers);
    let line = telemetry::RequestLine { method: parts.method.clone(), path: parts.uri.path().to_owned(), request_id };
    let mut request = Request::from_parts(parts, Body::from(bytes));
    let asks_methods =
        request.method() == Method::OPTIONS && !request.headers().contains_key("access-control-request-method");
    if asks_methods {
        // No route takes this one, so the refusal names those that there are.
        *request.method_mut() = Method::TRACE;
    }
    let mut response = match forged(request.method(), request.uri().path(), request.headers()) {
        Some(problem) => problem.into_response(),
        None => match router.call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        },
    };
    if asks_methods && response.status() == StatusCode::METHOD_NOT_ALLOWED {
        response.extensions_mut().remove::<Problem>();
        *response.status_mut() = StatusCode::NO_CONTENT;
    }
    finish(app, line, for_people, response).await
}

async fn finish(
    app: &App,
    line: telemetry::RequestLine,
    for_people: bool,
    response: Response,
) -> http::Response<Bytes> {
    let request_id = line.request_id;
    let (mut parts, body) = response.into_parts();
    let mut body = body.collect().await.map(|collected| collected.to_bytes()).unwrap_or_default();
    if let Some(problem) = parts.extensions.remove::<Problem>() {
        telemetry::log_problem(&line, &problem);
        for (name, value) in &problem.headers {
            parts.headers.append(name, value.clone());
        }
        // A page may tell of its problem itself.
        if body.is_empty() {
            let (content_type, text) = if for_people {
                ("text/html; charset=utf-8", problem::page(app, &problem, request_id).into_bytes())
            } else {
                ("application/problem+json", problem.body(&request_id.to_string()))
            };
            parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
            body = Bytes::from(text);
        }
    }
    let content_type = parts.headers.get(header::CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    let of_catalog = parts.headers.contains_key("x-catalog-version");
    for (name, value) in security_headers(content_type, of_catalog) {
        parts.headers.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    }
    parts.headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if let Ok(value) = HeaderValue::from_str(&request_id.to_string()) {
        parts.headers.insert(HeaderName::from_static("x-request-id"), value);
    }
    parts.headers.remove(header::CONTENT_LENGTH);
    http::Response::from_parts(parts, body)
}

/// Refuses an unsafe request that one of our cookies (all begin with `__Host-`)
/// would authenticate, or a page's form, if another site may have sent it
/// (OWASP CSRF Prevention: Fetch Metadata, Origin).
fn forged(method: &Method, path: &str, headers: &HeaderMap) -> Option<Problem> {
    let safe = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE);
    // Another site cannot send these without asking first (CORS).
    let asked = headers.contains_key(header::AUTHORIZATION) || headers.contains_key("x-cart-token");
    // A page's form gives whoever has no cookie one, in place of what the browser keeps back.
    let by_form = !path.starts_with("/v1/") && !path.starts_with("/dev/");
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let by_cookie = cookies.flat_map(|line| line.split(';')).any(|pair| pair.trim_start().starts_with("__Host-"));
    if safe || asked || !(by_form || by_cookie) {
        return None;
    }
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let same_origin = match (text("sec-fetch-site"), text("origin"), text("host")) {
        (Some(site), _, _) => site == "same-origin",
        (None, Some(origin), host) => origin.split_once("://").is_some_and(|(_, from)| Some(from) == host),
        // Browsers name the origin of a form.
        _ => !by_cookie,
    };
    (!same_origin).then(|| Problem::new(CSRF, "this request did not come from the shop's own pages"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(path: &str, sent: &[(&'static str, &'static str)]) -> bool {
        let pairs = sent.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        let headers: HeaderMap = pairs.collect();
        assert!(forged(&Method::GET, path, &headers).is_none(), "a read changes nothing");
        forged(&Method::POST, path, &headers).is_some()
    }

    #[test]
    fn what_our_cookies_authenticate_comes_from_our_own_pages() {
        let ours = ("cookie", "_ga=1; __Host-access=a");
        let (host, own, other) = (("host", "a.shop"), ("origin", "https://a.shop"), ("origin", "https://b.shop"));
        let cross = ("sec-fetch-site", "cross-site");
        assert!(refused("/v1/carts", &[ours, host]));
        assert!(refused("/v1/carts", &[ours, host, other]));
        assert!(refused("/v1/carts", &[ours, host, own, cross]));
        assert!(refused("/v1/carts", &[ours, own]), "nothing says that this origin is ours");
        assert!(!refused("/v1/carts", &[ours, host, own]));
        for asked in [("authorization", "Bearer a"), ("x-cart-token", "a")] {
            assert!(!refused("/v1/carts", &[ours, host, other, asked]), "another site would have to ask");
        }
        assert!(!refused("/v1/carts", &[("cookie", "_ga=1; not__Host-access=a"), host, other]));
    }

    #[test]
    fn another_sites_form_is_refused_without_a_cookie() {
        let (host, own, other) = (("host", "a.shop"), ("origin", "https://a.shop"), ("origin", "https://b.shop"));
        for site in ["cross-site", "same-site", "none"] {
            assert!(refused("/cart/lines", &[host, ("sec-fetch-site", site)]), "{site}");
        }
        for foreign in [&[host, other][..], &[host, ("origin", "null")], &[other]] {
            assert!(refused("/cart/lines", foreign), "{foreign:?}");
            assert!(!refused("/v1/carts", foreign) && !refused("/dev/x", foreign), "{foreign:?}");
        }
        assert!(!refused("/cart/lines", &[host, own]));
        assert!(!refused("/cart/lines", &[host]), "no browser");
    }
}
