//! What staff may do. Whoever may not hears so before anything else of the
//! request is read, so that a stranger learns nothing from what is wrong with
//! it: these are the first of a handler's arguments after the state.
//!
//! A token says for 15 minutes who somebody was when it was issued. To read,
//! that is enough ([`Staff`]). To change something it is not: from the moment
//! that the session is over or the role taken away, nothing more is written
//! ([`StaffWrite`]).

use aide::OperationInput;
use axum::extract::{FromRequestParts, MatchedPath};
use axum::response::Response;
use http::request::Parts;
use serde::{Deserialize, Serialize};

use super::error::AuthError;
use super::{Caller, Role, SignedIn, store};
use crate::app::App;
use crate::audit::{self, Entry, Origin};
use crate::idempotency::{self, Answer, Meaning, Request};
use crate::ids::{AccountId, JobId, RequestId, SessionId};
use crate::ports::{DatabaseError, Rows, Statement};
use crate::problem::Problem;
use crate::throttle::Network;
use crate::wire::client::ClientAddress;
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

/// The owner, as the token says: whoever reads what is no other's business.
pub struct Owner;

impl FromRequestParts<App> for Owner {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Caller::from_request_parts(parts, app).await?.require(Role::Owner)?;
        Ok(Self)
    }
}

impl OperationInput for Owner {}

/// A member of staff who is about to change something. What is changed in the
/// database takes [`StaffWrite::commit`], what an object decides a [`Confirmed`].
pub struct StaffWrite {
    who: SignedIn,
    /// The least that may make this change.
    least: Role,
    /// From where it comes, for what is written down of it.
    origin: Origin,
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

/// A change that only staff may make, with what is written down of it. Nothing but
/// [`StaffWrite::commit`] can write it, so that no change forgets to ask whether its
/// session goes on, and none is made of which nobody knows whose it was.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StaffChange {
    statements: Vec<Statement>,
    entries: Vec<Entry>,
}

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
        Self { who, least: Role::Staff, origin: Origin { operation: "test".to_owned(), ..Origin::default() } }
    }

    /// Who asks, as everybody who asks for something is known.
    pub fn caller(&self) -> Caller {
        Caller { account: Some(self.who) }
    }

    /// This writer, for as long as the session goes on.
    pub fn mandate(&self) -> Mandate {
        Mandate { account: self.who.id, session: self.who.session, least: self.least }
    }

    /// Whoever gave the mandate to this job.
    pub fn by(Mandate { account, session, least }: Mandate, job: JobId) -> Self {
        let origin = Origin { operation: "job".to_owned(), request: job.to_string(), network: None };
        Self { who: SignedIn { id: account, role: least, session, has_prices: false }, least, origin }
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

    /// Writes the change, what is written down of it, and the answer for repeats of the
    /// request; nothing of it if the session is over or the role taken away: that is the first
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
        let StaffChange { mut statements, entries } = change;
        statements.extend(self.told(app, &entries));
        idempotency::commit(app, request, guard, statements, answer, &meaning).await
    }

    /// What is written down of a change that is this writer's: of what an object has
    /// decided, for the batch that tells the lists of it.
    pub fn told(&self, app: &App, entries: &[Entry]) -> Vec<Statement> {
        audit::store::write(entries, self.who.id, &self.origin, app.clock.now())
    }
}

/// All of several changes, in their order.
impl FromIterator<Self> for StaffChange {
    fn from_iter<I: IntoIterator<Item = Self>>(changes: I) -> Self {
        let mut all = Self::default();
        for Self { statements, entries } in changes {
            all.statements.extend(statements);
            all.entries.extend(entries);
        }
        all
    }
}

impl StaffChange {
    /// `entry`: what is written down of it.
    pub fn new(entry: Entry, statements: Vec<Statement>) -> Self {
        Self { statements, entries: vec![entry] }
    }

    /// Of several things at once.
    pub fn of_many(entries: Vec<Entry>, statements: Vec<Statement>) -> Self {
        Self { statements, entries }
    }

    /// For tests of the statements themselves.
    #[cfg(test)]
    pub fn into_statements(self) -> Vec<Statement> {
        self.statements
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

async fn origin(parts: &mut Parts, app: &App) -> Result<Origin, Problem> {
    let ClientAddress(address) = ClientAddress::from_request_parts(parts, app).await?;
    let path = parts.extensions.get::<MatchedPath>().map_or_else(|| parts.uri.path(), MatchedPath::as_str);
    Ok(Origin {
        operation: format!("{} {path}", parts.method),
        request: parts.extensions.get::<RequestId>().map(RequestId::to_string).unwrap_or_default(),
        network: address.and_then(Network::of).map(|network| network.to_string()),
    })
}

impl FromRequestParts<App> for StaffWrite {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let who = Caller::from_request_parts(parts, app).await?.require(Role::Staff)?;
        Ok(Self { who, least: Role::Staff, origin: origin(parts, app).await? })
    }
}

impl OperationInput for StaffWrite {}

impl FromRequestParts<App> for OwnerWrite {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let who = Caller::from_request_parts(parts, app).await?.require(Role::Owner)?;
        Ok(Self(StaffWrite { who, least: Role::Owner, origin: origin(parts, app).await? }))
    }
}

impl OperationInput for OwnerWrite {}
