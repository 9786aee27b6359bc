//! Health endpoints.

use axum::Json;
use schemars::JsonSchema;
use serde::Serialize;

#[derive(Serialize, JsonSchema)]
pub struct Health {
    /// Always `ok`: this Worker answers.
    status: &'static str,
}

/// This Worker answers.
pub async fn healthz() -> Json<Health> {
    Json(Health { status: "ok" })
}
