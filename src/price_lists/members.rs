//! Who is in a customer group. Members are named row by row, so that two who change the same
//! group at once both have what they changed.

use axum::extract::State;
use http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value as JsonValue, json};

use super::error::{of_group, too_many_groups};
use super::groups::found;
use super::rows::{MAX_ROWS, Outcome, Results, check_count};
use super::store;
use super::views::{CustomerGroup, MemberList};
use crate::app::App;
use crate::auth::{Staff, StaffWrite};
use crate::email::EmailAddress;
use crate::idempotency::{self, Answer};
use crate::ids::{AccountId, CustomerGroupId};
use crate::json;
use crate::ports::{Statement, Value};
use crate::problem::{NOT_FOUND, Problem};
use crate::time;
use crate::wire::extract::{IdempotencyKey, Json, Path, Query};
use crate::wire::listed::Part;
use crate::wire::page::PageQuery;
use crate::wire::respond::JsonText;

/// The name of the list in its cursors.
const LIST: &str = "admin/customer-groups/members";

/// The most groups that somebody is in, as the schema has it.
const MAX_GROUPS: i64 = 20;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MembersBody {
    #[schemars(length(min = 1, max = MAX_ROWS))]
    rows: Vec<MemberRow>,
}

/// Somebody, and whether they are to be in the group.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct MemberRow {
    /// Whose account; else its mailbox says so.
    account_id: Option<AccountId>,
    email: Option<EmailAddress>,
    /// `true` if absent.
    #[serde(default = "yes")]
    #[schemars(extend("default" = true))]
    member: bool,
}

fn yes() -> bool {
    true
}

/// An account that is named, and whether it is in the group.
#[derive(Deserialize)]
struct Known {
    id: AccountId,
    email: String,
    is_in: i64,
    /// Of how many groups they are a member.
    groups: i64,
}

impl MemberRow {
    fn name(&self) -> String {
        let email = self.email.as_ref().map(|email| email.as_str().to_owned());
        self.account_id.map(|id| id.to_string()).or(email).unwrap_or_default()
    }

    fn find<'a>(&self, known: &'a [Known]) -> Option<&'a Known> {
        let email = self.email.as_ref().map(EmailAddress::as_str);
        known.iter().find(|account| match self.account_id {
            Some(id) => account.id == id,
            None => Some(&*account.email) == email,
        })
    }
}

/// Who is in a customer group, by mailbox.
pub async fn list_customer_group_members(
    State(app): State<App>,
    _: Staff,
    Path(id): Path<CustomerGroupId>,
    Query(query): Query<PageQuery>,
) -> Result<JsonText<MemberList>, Problem> {
    let part = Part::asked(LIST, &query)?;
    let _: CustomerGroup = found(store::found(app.database.run(store::group(id)).await?)?)?;
    let count = Statement::new(
        "SELECT count(*) AS total FROM customer_group_members WHERE group_id = ?1",
        [id.to_string().into()],
    );
    Ok(JsonText::new(StatusCode::OK, part.read(&app, listed(id, part.params()), Some(count)).await?))
}

/// Puts customers into a group, or takes them out, and says of each row what came of it: the answer is a 200 whatever they
/// refuse. Only whoever has registered can be in one. Orders are at their prices at once, and no more once they are out; that
/// there are any, pages and lists of products know within 15 minutes.
pub async fn change_customer_group_members(
    State(app): State<App>,
    staff: StaffWrite,
    Path(id): Path<CustomerGroupId>,
    IdempotencyKey(key): IdempotencyKey,
    body: Json<MembersBody>,
) -> Result<JsonText<Results>, Problem> {
    check_count(body.rows.len())?;
    let request = staff.keyed(key, &format!("POST /v1/admin/customer-groups/{id}/members"), &body.bytes);
    let reads = vec![store::group(id), known(id, &body.rows)];
    let mut begun = staff.begin(&app, request.as_ref(), reads).await?;
    if let Some(first) = begun.first {
        return Ok(first.into());
    }
    let group: CustomerGroup = found(store::found(begun.rows.next().unwrap_or_default())?)?;
    let known: Vec<Known> = begun.rows.next().unwrap_or_default().decode()?;
    let (mut added, mut removed) = (Vec::new(), Vec::new());
    let outcomes: Vec<_> = body.rows.iter().map(|row| decide(row, &known, &mut added, &mut removed)).collect();
    let results = Results::of(body.rows.iter().map(MemberRow::name).zip(outcomes));
    let answer = Answer::new(StatusCode::OK, &results)?;
    if !results.has_changes() {
        return Ok(idempotency::remember(&app, request.as_ref(), answer).await?.into());
    }
    let ids = |accounts: &[&Known]| accounts.iter().map(|account| account.id).collect::<Vec<_>>();
    // Each by their mailbox, so that it is kept of as many as there is room for who it was.
    let members = |are_in: bool| {
        let (added, removed) = (added.iter().map(|one| (one, are_in)), removed.iter().map(|one| (one, !are_in)));
        let members: Map<String, JsonValue> =
            added.chain(removed).map(|(account, is_in)| (account.email.clone(), is_in.into())).collect();
        json!({ "members": members })
    };
    let entry = store::changed_group(&group, &members(false), &members(true));
    let change = store::change_members(&group, entry, &ids(&added), &ids(&removed), app.clock.now());
    let (response, _) = staff.commit(&app, request.as_ref(), change, answer, &of_group).await?;
    Ok(response.into())
}

fn decide<'a>(
    row: &MemberRow,
    known: &'a [Known],
    added: &mut Vec<&'a Known>,
    removed: &mut Vec<&'a Known>,
) -> Outcome {
    if row.account_id.is_none() && row.email.is_none() {
        return Err(Problem::invalid_field("/email", "say whose account, by its id or its mailbox"));
    }
    let nobody = || Problem::new(NOT_FOUND, "nobody has registered so");
    let account = row.find(known).ok_or_else(nobody)?;
    let is_named = |list: &[&Known]| list.iter().any(|other| other.id == account.id);
    if is_named(added) || is_named(removed) {
        return Err(Problem::invalid_field("/email", "this account is there twice"));
    }
    let changes = (account.is_in == 1) != row.member;
    if changes && row.member && account.groups >= MAX_GROUPS {
        return Err(too_many_groups());
    }
    if changes {
        if row.member { added } else { removed }.push(account);
    }
    Ok(changes)
}

fn known(group: CustomerGroupId, rows: &[MemberRow]) -> Statement {
    let ids: Vec<AccountId> = rows.iter().filter_map(|row| row.account_id).collect();
    let emails: Vec<&str> = rows.iter().filter_map(|row| row.email.as_ref()).map(EmailAddress::as_str).collect();
    Statement::new(
        "SELECT id, email, EXISTS (
           SELECT 1 FROM customer_group_members WHERE group_id = ?1 AND account_id = accounts.id) AS is_in,
           (SELECT count(*) FROM customer_group_members WHERE account_id = accounts.id) AS groups
         FROM accounts
         WHERE id IN (SELECT value FROM json_each(?2)) OR email IN (SELECT value FROM json_each(?3))",
        [group.to_string().into(), json::text(&ids).into(), json::text(&emails).into()],
    )
}

fn listed(group: CustomerGroupId, [_, after, limit]: [Value; 3]) -> Statement {
    Statement::new(
        concat!(
            "SELECT json_object('account_id', accounts.id, 'email', email, 'name', name, 'added_at', ",
            time!("added_at"),
            ") AS item, 0 AS key, email AS id
             FROM customer_group_members JOIN accounts ON accounts.id = account_id
             WHERE group_id = ?1 AND (?2 IS NULL OR email > ?2) ORDER BY email LIMIT ?3"
        ),
        [group.to_string().into(), after, limit],
    )
}
