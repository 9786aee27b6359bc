//! Development only: a failure on purpose, to see what it does to a shop.

use axum::extract::{Path, State};

use crate::app::App;
use crate::problem::Problem;

/// Panics before anything was waited for (`at-once`) or after it (`later`),
/// when nobody is there any more to catch what is thrown.
pub async fn panic(State(app): State<App>, Path(when): Path<String>) -> Problem {
    match when.as_str() {
        _ if !app.config.development => return Problem::not_found(),
        "at-once" => {}
        "later" => app.clock.sleep(1).await,
        _ => return Problem::not_found(),
    }
    #[allow(clippy::panic, reason = "what it is for; a deployed shop never comes here")]
    {
        panic!("on purpose, {when}")
    }
}
