//! Health endpoints.

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;

use crate::app::App;
use crate::json;
use crate::ports::{ObjectClass, Statement};
use crate::problem::Problem;

#[derive(Serialize, JsonSchema)]
pub struct Health {
    /// Always `ok`: this Worker answers.
    status: &'static str,
}

/// This Worker answers.
pub async fn healthz() -> Json<Health> {
    Json(Health { status: "ok" })
}

#[derive(Serialize, JsonSchema)]
pub struct Readiness {
    /// Always `ok`; otherwise the answer is a problem that has the parts too.
    status: &'static str,
    parts: Vec<Part>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ReadinessPart")]
pub struct Part {
    name: &'static str,
    answers: bool,
}

/// The database, the key-value store and the objects answer; says which do not.
pub async fn readyz(State(app): State<App>) -> Result<Json<Readiness>, Problem> {
    let database = async {
        let statement = Statement::new("SELECT 1 FROM orders LIMIT 1", []);
        app.database.batch(vec![statement]).await.is_ok()
    };
    let cache = async { app.cache.get("catalog/current").await.is_ok() };
    let objects = async { app.objects.command(ObjectClass::Pool, "readiness", r#""level""#.to_owned()).await.is_ok() };
    let (database, cache, objects) = futures_util::future::join3(database, cache, objects).await;
    let parts = vec![
        Part { name: "database", answers: database },
        Part { name: "cache", answers: cache },
        Part { name: "objects", answers: objects },
    ];
    if database && cache && objects {
        Ok(Json(Readiness { status: "ok", parts }))
    } else {
        Err(Problem::unavailable("a part of the shop", "not ready").with_member("parts", json::value(&parts)))
    }
}
