//! Which other sites' pages may read answers.

use std::time::Duration;

use http::{HeaderName, HeaderValue, Method};
use tower_http::cors::{AllowOrigin, CorsLayer};

/// Those the deployment lists, without cookies (Fetch standard, CORS protocol).
pub fn cross_origin(origins: &[String]) -> CorsLayer {
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
