//! Taking away what no product and no collection shows.
//!
//! First nobody may use it any more, then its object goes, then its row: a
//! crash in between is gone on from by the next tick.

use super::store;
use crate::app::App;
use crate::problem::Problem;

/// For how long a picture is kept that nothing shows, in milliseconds: a
/// week, as copies of the catalog are that may still name it.
const KEPT_MILLIS: i64 = 7 * 24 * 3_600 * 1_000;

/// The minute's tick.
pub async fn tick(app: &App) -> Result<(), Problem> {
    let now = app.clock.now();
    let mut rows = app.database.batch(store::let_go(now.plus_millis(-KEPT_MILLIS), now)).await?;
    let names = store::names(rows.pop().unwrap_or_default())?;
    if names.is_empty() {
        return Ok(());
    }
    app.media.delete(names.clone()).await?;
    app.database.run(store::gone(&names)).await?;
    Ok(())
}
