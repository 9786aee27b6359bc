//! The minute's tick: what is done although nobody asks for it.

use crate::app::App;
use crate::problem::Problem;
use crate::{documents, lists, messages, shelf, suggestions, telemetry, uploads};

/// What one leaves undone is no reason for another to wait, and each that fails says so
/// in a line of its own. The failure names them all.
pub async fn tick(app: &App) -> Result<(), Problem> {
    let outcomes = [
        ("letters", messages::tick(app).await),
        ("documents", documents::issue::tick(app).await),
        ("lists", lists::check::tick(app).await),
        ("suggestions", suggestions::tick(app).await),
        ("uploads", uploads::sweep::tick(app).await),
        // Last: the others may have changed what is published.
        ("publishing", shelf::tick(app).await),
    ];
    let mut undone = Vec::new();
    for (name, outcome) in outcomes {
        let Err(problem) = outcome else { continue };
        let cause = problem.cause.as_ref().unwrap_or(&problem.detail);
        telemetry::log(&serde_json::json!({"level": "error", "event": "tick_failed", "of": name, "cause": cause}));
        undone.push(format!("{name}: {cause}"));
    }
    if undone.is_empty() { Ok(()) } else { Err(Problem::unavailable("the minute's tick", undone.join("; "))) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Shop, block_on};

    #[test]
    fn all_that_fail_are_named_and_the_others_go_on() {
        let shop = Shop::new();
        assert!(block_on(tick(&shop.app)).is_ok());
        // Nothing of what all of them ask is there.
        let failed = block_on(tick(&shop.forget())).unwrap_err().cause.clone().unwrap();
        for name in ["publishing", "letters", "documents", "lists", "suggestions", "uploads"] {
            assert!(failed.contains(&format!("{name}: ")), "{failed}");
        }
        // One alone.
        shop.publish();
        *shop.world.store_is_down.lock().unwrap() = true;
        let failed = block_on(tick(&shop.app)).unwrap_err().cause.clone().unwrap();
        assert!(failed.starts_with("publishing: ") && !failed.contains("; "), "{failed}");
    }
}
