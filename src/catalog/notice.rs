//! What a change of the catalog owes its readers: that they are told, and that
//! none of them takes the old prices for the truth any more.

use std::sync::atomic::{AtomicI64, Ordering};

use crate::app::App;
use crate::ports::ObjectClass;
use crate::telemetry;

/// For how long the copy may be taken for the truth, in milliseconds.
pub const LEASE_MILLIS: i64 = 100;

/// How long a change waits for leases to run out, in milliseconds. More than
/// one lease: a Worker's clock stands still while it computes.
const SETTLE_MILLIS: u32 = 250;

/// The highest revision that this isolate has written.
#[derive(Default)]
struct Written(AtomicI64);

/// The highest revision of the catalog that this isolate has written; zero if
/// it wrote none.
pub fn last_written(app: &App) -> i64 {
    app.kept(|_| Written::default()).0.load(Ordering::Relaxed)
}

/// Tells the publisher that the catalog has changed. Its silence is only
/// logged: the next tick finds what it missed.
pub async fn notify(app: &App, revision: i64) {
    app.kept(|_| Written::default()).0.fetch_max(revision, Ordering::Relaxed);
    let command = format!("{{\"changed\":{revision}}}");
    if let Err(error) = app.objects.command(ObjectClass::Publisher, "shop", command).await {
        telemetry::log(
            &serde_json::json!({"level": "warn", "event": "publisher_not_told", "cause": error.to_string()}),
        );
    }
}

/// Waits until no order is placed at the prices from before a change that was
/// just written.
pub async fn settle(app: &App) {
    app.clock.sleep(SETTLE_MILLIS).await;
}
