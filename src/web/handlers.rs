//! The pages that are the same for everyone, over HTTP. What they answer is
//! in [`super::pages`].

use axum::extract::State;

use super::pages::{self, Reading};
use super::visitor::Visitor;
use crate::app::App;
use crate::problem::Problem;
use crate::shelf::handlers::{ReadRequest, ReadResponse};
use crate::shelf::snapshot::Snapshot;

/// The shelves, and each product on them.
pub async fn get_page(
    State(app): State<App>,
    visitor: Visitor,
    request: ReadRequest<()>,
) -> Result<ReadResponse<()>, Problem> {
    let site = app.config.public_url.as_deref().unwrap_or_default();
    let answer =
        |snapshot: &Snapshot, path: &str, query: &str| pages::answer(snapshot, &Reading { visitor, site, path, query });
    request.answer(&app, &answer, pages::name).await
}
