//! The pages that are the same for everyone, over HTTP. What they answer is
//! in [`super::pages`].

use axum::extract::State;

use super::pages;
use crate::app::App;
use crate::problem::Problem;
use crate::shelf::handlers::{ReadRequest, ReadResponse};

/// The shelves, and each product on them.
pub async fn get_page(State(app): State<App>, request: ReadRequest<()>) -> Result<ReadResponse<()>, Problem> {
    request.answer(&app, pages::answer, pages::name).await
}
