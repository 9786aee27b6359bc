//! Signing in and staying signed in: load, decide, commit.

use futures_util::future::join;
use serde_json::json;

use super::account::{Account, PersonName};
use super::attempt::{Attempt, Origin};
use super::device::Device;
use super::error::AuthError;
use super::password::{NewPassword, PasswordHash, PlainPassword, Whose};
use super::session::{Presented, RefreshDecision, RefreshToken, Session, decide_refresh};
use super::token::AccessToken;
use super::token::AccessTokenKeys;
use super::{Role, SignedIn, store};
use crate::app::App;
use crate::email::EmailAddress;
use crate::ids::{AccountId, SessionId};
use crate::ports::{Rows, Statement, Timestamp};
use crate::settings;
use crate::telemetry;
use crate::throttle::gate;

/// What a signed-in client is given.
pub struct Grant {
    pub access: AccessToken,
    pub refresh: RefreshToken,
    pub account: Account,
    /// When the session ends, however often it is refreshed.
    pub session_expires_at: Timestamp,
}

/// What the shop is called: a guesser tries it.
async fn shop_name(app: &App) -> Result<String, AuthError> {
    Ok(settings::read(first(app, settings::current()).await?)?.shop_name)
}

/// Opens an account unless there is one: known and new addresses are counted
/// alike, and take the same work, one hash and one statement.
pub async fn register(
    app: &App,
    from: &Origin<'_>,
    email: EmailAddress,
    name: Option<PersonName>,
    password: &PlainPassword,
) -> Result<(), AuthError> {
    gate::has_room(app)?;
    let attempt = Attempt::registration(app, &email, from).await?;
    let opened = open_account(app, email, name, password).await;
    if opened.is_err() {
        attempt.void(app).await;
    }
    opened
}

async fn open_account(
    app: &App,
    email: EmailAddress,
    name: Option<PersonName>,
    password: &PlainPassword,
) -> Result<(), AuthError> {
    let place = gate::enter(app)?;
    let shop = shop_name(app).await?;
    // Looking whether a long one is guessed takes as long as hashing it.
    let hash = place.work(|| {
        let whose = Whose { email: &email, name: name.as_ref(), shop: &shop };
        NewPassword::choose(password, &whose)?.hash(&*app.entropy)
    });
    let hash = hash.await?;
    let now = app.clock.now();
    let id = AccountId::new(now, &*app.entropy);
    let account = Account { id, email, name, role: Role::Customer, created_at: now, has_prices: false };
    app.database.run(store::insert_account(&account, &hash)).await?;
    Ok(())
}

/// Checks a password and opens a session. Unknown addresses are counted alike,
/// and take the same work, one statement and one hash.
pub async fn log_in(
    app: &App,
    from: &Origin<'_>,
    email: &EmailAddress,
    password: &PlainPassword,
) -> Result<(Grant, Device), AuthError> {
    // Only who may try stands in line: whoever floods an account fills no line.
    gate::has_room(app)?;
    let attempt = Attempt::log_in(app, email, from).await?;
    let proven = match prove(app, email, password).await {
        Ok(proven) => proven.ok_or(AuthError::InvalidCredentials)?,
        Err(error) => {
            attempt.void(app).await;
            return Err(error);
        }
    };
    let (grant, ()) = join(open_session(app, proven), attempt.succeeded(app)).await;
    Ok((grant?, attempt.into_device(app)))
}

/// Credentials whose password was given, and a stronger hash of it if the one
/// that is kept falls short.
struct Proven {
    known: store::Credentials,
    stronger: Option<PasswordHash>,
}

/// The account, if it exists and the password is its own.
async fn prove(app: &App, email: &EmailAddress, password: &PlainPassword) -> Result<Option<Proven>, AuthError> {
    let place = gate::enter(app)?;
    let known = store::credentials(first(app, store::select_credentials(email)).await?)?;
    let hash = known.as_ref().map_or_else(PasswordHash::dummy, |known| known.hash.clone());
    let checked = place.work(|| {
        let matches = hash.matches(password)?;
        let stronger = if matches { hash.strengthened(password, &*app.entropy)? } else { None };
        Ok::<_, AuthError>((matches, stronger))
    });
    let (matches, stronger) = checked.await?;
    Ok(known.filter(|_| matches).map(|known| Proven { known, stronger }))
}

async fn open_session(app: &App, proven: Proven) -> Result<Grant, AuthError> {
    let Proven { known, stronger } = proven;
    let now = app.clock.now();
    let session = Session::open(SessionId::new(now, &*app.entropy), known.account.id, now);
    let mut batch =
        vec![store::insert_session(&session, known.password_changed_at), store::prune_sessions(known.account.id, now)];
    if let Some(stronger) = stronger {
        batch.push(store::strengthen_hash(&known, &stronger));
    }
    let opened = app.database.batch(batch).await?.into_iter().next().unwrap_or_default();
    // The password was changed while it was being checked.
    if opened.is_empty() {
        return Err(AuthError::InvalidCredentials);
    }
    grant(app, session, known.account, now)
}

/// Answers a refresh token with its successor.
pub async fn refresh(app: &App, token: &RefreshToken) -> Result<Grant, AuthError> {
    let Presented { session: id, generation } = token.open(&app.keys).ok_or(AuthError::InvalidToken)?;
    // Of parallel requests one rotates; the others find that it did, and repeat.
    for _ in 0..2 {
        let now = app.clock.now();
        let loaded = store::session(first(app, store::select_session(id)).await?)?;
        let (session, account) = loaded.ok_or(AuthError::InvalidToken)?;
        match decide_refresh(&session, generation, now) {
            RefreshDecision::Rotate { to } => {
                let rotated = session.rotated(to, now);
                if !first(app, store::rotate_session(&rotated)).await?.is_empty() {
                    return grant(app, rotated, account, now);
                }
            }
            RefreshDecision::Repeat => return grant(app, session, account, now),
            RefreshDecision::Revoke => {
                app.database.run(store::revoke_session(id, now)).await?;
                telemetry::log(&json!({
                    "level": "warn", "event": "refresh_token_reused", "session": id, "account": session.account,
                }));
                return Err(AuthError::TokenReused);
            }
            RefreshDecision::Refuse => return Err(AuthError::InvalidToken),
        }
    }
    // Lost the race and then found the session unchanged: it was revoked between.
    Err(AuthError::InvalidToken)
}

/// The account behind an access token as it is now, if its session is not
/// over: for what must not wait until the token expires.
pub async fn confirm(app: &App, who: SignedIn) -> Result<Account, AuthError> {
    let loaded = store::session(first(app, store::select_session(who.session)).await?)?;
    let (session, account) = loaded.ok_or(AuthError::InvalidToken)?;
    let live = session.revoked_at.is_none() && app.clock.now() < session.expires_at;
    if live && account.id == who.id { Ok(account) } else { Err(AuthError::InvalidToken) }
}

/// Ends the sessions; those that are over already do not matter.
pub async fn log_out(app: &App, sessions: Vec<SessionId>) -> Result<(), AuthError> {
    let now = app.clock.now();
    let batch: Vec<_> = sessions.into_iter().map(|id| store::revoke_session(id, now)).collect();
    if !batch.is_empty() {
        app.database.batch(batch).await?;
    }
    Ok(())
}

/// Ends one of the caller's sessions.
pub async fn end_session(app: &App, who: SignedIn, id: SessionId) -> Result<(), AuthError> {
    confirm(app, who).await?;
    let ended = first(app, store::revoke_session_of(who.id, id, app.clock.now())).await?;
    if ended.is_empty() { Err(AuthError::UnknownSession) } else { Ok(()) }
}

/// The caller's sessions that are not over, newest first.
pub async fn list_sessions(app: &App, who: SignedIn) -> Result<Vec<Session>, AuthError> {
    let sessions = store::sessions(first(app, store::select_sessions(who.id, app.clock.now())).await?)?;
    let live = sessions.iter().any(|session| session.id == who.session);
    if live { Ok(sessions) } else { Err(AuthError::InvalidToken) }
}

fn grant(app: &App, session: Session, account: Account, now: Timestamp) -> Result<Grant, AuthError> {
    let who = SignedIn { id: account.id, role: account.role, session: session.id, has_prices: account.has_prices };
    Ok(Grant {
        access: AccessTokenKeys::of(app)?.issue(who, now)?,
        refresh: RefreshToken::issue(&app.keys, session.id, session.generation),
        account,
        session_expires_at: session.expires_at,
    })
}

async fn first(app: &App, statement: Statement) -> Result<Rows, AuthError> {
    Ok(app.database.run(statement).await?)
}
