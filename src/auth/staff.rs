//! [`Staff`]: whoever may not do what staff do hears so before anything else
//! of the request is read, so that a stranger learns nothing from what is
//! wrong with it. The first of a handler's arguments after the state.

use aide::OperationInput;
use axum::extract::FromRequestParts;
use http::request::Parts;

use super::{Caller, SignedIn};
use crate::app::App;
use crate::problem::Problem;

/// A signed-in member of staff.
pub struct Staff(pub SignedIn);

impl FromRequestParts<App> for Staff {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Caller::from_request_parts(parts, app).await?.require_staff().map(Self)
    }
}

impl OperationInput for Staff {}
