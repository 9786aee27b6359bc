//! How routes are described, and the description as it is served. In the
//! Worker the routes go without it: it would add a fifth to the weight, and the
//! platform serves the documents as assets.

/// The whole contract, OpenAPI 3.1.
#[cfg(not(target_arch = "wasm32"))]
pub const DOCUMENT: &str = include_str!("../../public/openapi.json");

/// The contract as people read it.
#[cfg(not(target_arch = "wasm32"))]
pub const PAGE: &str = include_str!("../../public/docs.html");

/// In the Worker the routes go without their description.
#[cfg(target_arch = "wasm32")]
pub trait ApiRoute<S> {
    fn api_route(self, path: &str, method_router: axum::routing::MethodRouter<S>) -> Self;
}

#[cfg(target_arch = "wasm32")]
impl<S: Clone + Send + Sync + 'static> ApiRoute<S> for axum::Router<S> {
    fn api_route(self, path: &str, method_router: axum::routing::MethodRouter<S>) -> Self {
        self.route(path, method_router)
    }
}

/// The routes without their description, with the documents beside them.
#[cfg(not(target_arch = "wasm32"))]
pub fn plain<S: Clone + Send + Sync + 'static>(routes: aide::axum::ApiRouter<S>) -> axum::Router<S> {
    use axum::response::Html;
    use axum::routing::get;
    use http::header::CONTENT_TYPE;
    axum::Router::from(routes)
        .route("/openapi.json", get(async || ([(CONTENT_TYPE, "application/json")], DOCUMENT)))
        .route("/docs", get(async || Html(PAGE)))
}

/// The routes as they are.
#[cfg(target_arch = "wasm32")]
pub fn plain<S>(routes: axum::Router<S>) -> axum::Router<S> {
    routes
}
