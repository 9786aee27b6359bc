//! What staff changed, for the owner: who, what, when, from where, and how it was before.

use axum::extract::State;
use http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;

use super::filter::{begins, zone_of};
use crate::app::App;
use crate::audit::store::{self, Wanted};
use crate::audit::{Deed, Difference, Kind};
use crate::auth::Owner;
use crate::email::EmailAddress;
use crate::ids::AccountId;
use crate::ports::{Moment, Timestamp};
use crate::problem::Problem;
use crate::text::Line;
use crate::wire::extract::Query;
use crate::wire::listed::Part;
use crate::wire::page;
use crate::wire::respond::JsonText;

/// The name of the list in its cursors.
const LIST: &str = "audit_log";

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuditFilter {
    /// By this member of staff.
    account_id: Option<AccountId>,
    /// Of things of this kind.
    kind: Option<Kind>,
    /// Of this thing: its id, or what else names it.
    thing: Option<Line<200>>,
    /// At this time or later, or from this day of the shop's on.
    from: Option<Moment>,
    /// Before this time, or on this day of the shop's at the latest.
    to: Option<Moment>,
    /// The most entries of one page.
    #[schemars(with = "Option<page::LimitParameter>")]
    limit: Option<String>,
    /// The `next_cursor` of the page before.
    #[schemars(with = "Option<page::CursorParameter>")]
    cursor: Option<String>,
}

/// What staff changed, the newest first.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "the database lays it out")]
pub struct AuditLog {
    items: Vec<AuditEntry>,
    next_cursor: Option<String>,
}

/// What became of one thing: written in the transaction of the change itself.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "the database lays it out")]
pub struct AuditEntry {
    number: i64,
    at: Timestamp,
    /// Who did it.
    account_id: AccountId,
    /// `null` once there is no such account any more.
    account_email: Option<EmailAddress>,
    /// The route, such as `PATCH /v1/admin/products/{id}`; `job` of what a job did for them.
    operation: String,
    /// The `X-Request-Id` of the answer to it, or the id of the job.
    request: String,
    /// From which network: an address, of IPv6 the first 64 bits. `null` where that is not known.
    network: Option<String>,
    deed: Deed,
    kind: Kind,
    /// Its id, or what else names it.
    thing: String,
    /// As it was called then.
    title: String,
    /// Of what was changed or deleted, as far as there is room: at most fifty, of 8,000 bytes together.
    changes: Vec<Difference>,
    /// How many more there were.
    left_out: i64,
}

/// What staff changed, the newest first; for the owner alone. Each change has an entry for each thing that it is of,
/// a repeated request none. What objects decide of an order its own timeline says.
pub async fn list_audit_entries(
    State(app): State<App>,
    _: Owner,
    Query(filter): Query<AuditFilter>,
) -> Result<JsonText<AuditLog>, Problem> {
    let part = Part::of(LIST, filter.limit.as_deref(), filter.cursor.as_deref())?;
    let zone = zone_of(&app, &[filter.from, filter.to]).await?;
    let wanted = Wanted {
        account: filter.account_id,
        kind: filter.kind,
        thing: filter.thing.map(|thing| thing.as_str().to_owned()),
        from: filter.from.map(|moment| begins(moment, &zone, 0)),
        before: filter.to.map(|moment| begins(moment, &zone, 1)),
    };
    let list = part.read(&app, store::page(&wanted, part.params()), None).await?;
    Ok(JsonText::new(StatusCode::OK, list))
}
