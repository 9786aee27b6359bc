//! What staff may do. Whoever may not hears so before anything else of the
//! request is read, so that a stranger learns nothing from what is wrong with
//! it: these are the first of a handler's arguments after the state.
//!
//! A token says for 15 minutes who somebody was when it was issued. To read,
//! that is enough ([`Staff`]). To change something it is not: from the moment
//! that the session is over or the role taken away, nothing more is written
//! ([`StaffWrite`]).

use aide::OperationInput;
use axum::extract::FromRequestParts;
use axum::response::Response;
use http::request::Parts;
use serde::{Deserialize, Serialize};

use super::error::AuthError;
use super::{Caller, Role, SignedIn, store};
use crate::app::App;
use crate::idempotency::{self, Answer, Meaning, Request};
use crate::ids::{AccountId, SessionId};
use crate::ports::{DatabaseError, Rows, Statement};
use crate::problem::Problem;
use crate::wire::extract::request_digest;

/// A member of staff, as the token says: whoever only reads.
pub struct Staff(pub SignedIn);

impl FromRequestParts<App> for Staff {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Caller::from_request_parts(parts, app).await?.require(Role::Staff).map(Self)
    }
}

impl OperationInput for Staff {}

/// A member of staff who is about to change something. What is changed in the
/// database takes [`StaffWrite::commit`], what an object decides a [`Confirmed`].
pub struct StaffWrite {
    who: SignedIn,
    /// The least that may make this change.
    least: Role,
}

/// A [`StaffWrite`] of what the owner alone may change.
pub struct OwnerWrite(pub StaffWrite);

/// Who began what goes on after their request, and the least that may go on with
/// it. Whoever acts by it is confirmed anew for each step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mandate {
    pub account: AccountId,
    session: SessionId,
    least: Role,
}

/// A change that only staff may make. Nothing but [`StaffWrite::commit`] can
/// write it, so that no change forgets to ask whether its session goes on.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StaffChange(Vec<Statement>);

/// That session and role were good a moment ago: for the one command to an
/// object that comes next, as no batch can reach both the database and an object.
#[must_use]
pub struct Confirmed(AccountId);

/// What a request that will change something begins with.
pub struct Begun {
    pub confirmed: Confirmed,
    /// The answer to the same request, if it was answered before.
    pub first: Option<Response>,
    /// Of each statement that was asked for.
    pub rows: std::vec::IntoIter<Rows>,
}

impl StaffWrite {
    /// For tests without a door.
    #[cfg(test)]
    pub fn of(who: SignedIn) -> Self {
        Self { who, least: Role::Staff }
    }

    /// Who asks, as everybody who asks for something is known.
    pub fn caller(&self) -> Caller {
        Caller { account: Some(self.who) }
    }

    /// This writer, for as long as the session goes on.
    pub fn mandate(&self) -> Mandate {
        Mandate { account: self.who.id, session: self.who.session, least: self.least }
    }

    /// Whoever gave the mandate.
    pub fn by(Mandate { account, session, least }: Mandate) -> Self {
        Self { who: SignedIn { id: account, role: least, session }, least }
    }

    /// The same writer, for what the owner alone may change.
    pub fn as_owner(self) -> Result<Self, Problem> {
        if self.who.role < Role::Owner {
            return Err(Problem::forbidden());
        }
        Ok(Self { least: Role::Owner, ..self })
    }

    /// The request by its `Idempotency-Key`; a key is one account's.
    pub fn keyed(&self, key: Option<String>, operation: &str, body: &[u8]) -> Option<Request> {
        key.map(|key| Request { scope: self.who.id.to_string(), key, digest: request_digest(operation, body) })
    }

    /// Reads, and confirms in the same batch: an answer is repeated only to
    /// whoever may still ask for it.
    pub async fn begin(&self, app: &App, request: Option<&Request>, reads: Vec<Statement>) -> Result<Begun, Problem> {
        let now = app.clock.now();
        let mut batch = vec![store::confirm_staff(self.who, self.least, now)];
        batch.extend(request.map(|request| idempotency::look_up(request, now)));
        batch.extend(reads);
        let mut rows = app.database.batch(batch).await.map_err(refusal)?.into_iter();
        rows.next();
        let first = match request {
            Some(request) => request.first_answer(rows.next().unwrap_or_default())?,
            None => None,
        };
        Ok(Begun { confirmed: Confirmed(self.who.id), first, rows })
    }

    /// Confirms where there is nothing to read.
    pub async fn confirm(&self, app: &App) -> Result<Confirmed, Problem> {
        Ok(self.begin(app, None, Vec::new()).await?.confirmed)
    }

    /// Writes the change, and the answer for repeats of the request; nothing of
    /// it if the session is over or the role taken away: that is the first
    /// statement of the same batch. `meaning` says what other violated
    /// constraints mean. Answers the rows of the change's statements, none if
    /// the answer is a replay.
    pub async fn commit(
        &self,
        app: &App,
        request: Option<&Request>,
        change: StaffChange,
        answer: Answer,
        meaning: Meaning<'_>,
    ) -> Result<(Response, Vec<Rows>), Problem> {
        let guard = store::confirm_staff(self.who, self.least, app.clock.now());
        let meaning = |constraint: &str| refused(constraint).or_else(|| meaning(constraint));
        idempotency::commit(app, request, guard, change.0, answer, &meaning).await
    }
}

/// All of several changes, in their order.
impl FromIterator<Self> for StaffChange {
    fn from_iter<I: IntoIterator<Item = Self>>(changes: I) -> Self {
        Self(changes.into_iter().flat_map(|change| change.0).collect())
    }
}

impl StaffChange {
    pub fn new(statements: Vec<Statement>) -> Self {
        Self(statements)
    }

    /// For tests of the statements themselves.
    #[cfg(test)]
    pub fn into_statements(self) -> Vec<Statement> {
        self.0
    }
}

impl Confirmed {
    pub fn account(&self) -> AccountId {
        self.0
    }
}

/// What it means that [`store::confirm_staff`] refused.
fn refused(constraint: &str) -> Option<Problem> {
    if constraint.contains("session_over") {
        Some(AuthError::InvalidToken.into())
    } else if constraint.contains("role_taken_away") {
        Some(Problem::forbidden())
    } else {
        None
    }
}

fn refusal(error: DatabaseError) -> Problem {
    match &error {
        DatabaseError::Constraint(text) => refused(text).unwrap_or_else(|| error.into()),
        _ => error.into(),
    }
}

impl FromRequestParts<App> for StaffWrite {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let who = Caller::from_request_parts(parts, app).await?.require(Role::Staff)?;
        Ok(Self { who, least: Role::Staff })
    }
}

impl OperationInput for StaffWrite {}

impl FromRequestParts<App> for OwnerWrite {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let who = Caller::from_request_parts(parts, app).await?.require(Role::Owner)?;
        Ok(Self(StaffWrite { who, least: Role::Owner }))
    }
}

impl OperationInput for OwnerWrite {}
