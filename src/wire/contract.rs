//! The description of the routes as it is served. In the Worker the routes go
//! without it (`bare.rs`): it would add a fifth to the weight, and the
//! platform serves the documents as assets.

use aide::axum::ApiRouter;
use axum::Router;
use axum::response::Html;
use axum::routing::get;
use http::header::CONTENT_TYPE;

use crate::app::App;

/// Routes with their description.
pub type Routes = ApiRouter<App>;

/// The whole contract, OpenAPI 3.1.
pub const DOCUMENT: &str = include_str!("../../public/openapi.json");

/// The contract as people read it.
pub const PAGE: &str = include_str!("../../public/docs.html");

/// The routes without their description, with the documents beside them.
pub fn plain(routes: Routes) -> Router<App> {
    Router::from(routes)
        .route("/openapi.json", get(async || ([(CONTENT_TYPE, "application/json")], DOCUMENT)))
        .route("/docs", get(async || Html(PAGE)))
}
