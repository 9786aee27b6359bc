//! Accounts over HTTP. An `Idempotency-Key` is accepted on every POST here and
//! nothing is kept under it: answers hold secrets, and repeating is harmless
//! anyway (registering twice changes nothing, signing in twice opens a second
//! session, a refresh within ten seconds answers the newest token).

use axum::extract::State;
use axum::response::NoContent;
use http::header::InvalidHeaderValue;
use http::{HeaderMap, HeaderValue, header};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::account::{Account, PersonName};
use super::answer::{Accepted, WithHeaders};
use super::attempt::Origin;
use super::device::COOKIE_SECONDS;
use super::error::AuthError;
use super::password::PlainPassword;
use super::session::{RefreshToken, Session};
use super::sign_in::{self, Grant};
use super::token::AccessTokenKeys;
use super::token::{self, Jwk};
use super::{Role, SignedIn, Staff, bearer, cookies, store};
use crate::app::App;
use crate::email::EmailAddress;
use crate::ids::{AccountId, SessionId};
use crate::ports::Timestamp;
use crate::problem::Problem;
use crate::sorted::SortedSet;
use crate::throttle::Network;
use crate::wire::client::ClientAddress;
use crate::wire::extract::{IdempotencyKey, Json, Path};
use crate::wire::respond;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    email: EmailAddress,
    password: PlainPassword,
    name: Option<PersonName>,
}

#[derive(Serialize, JsonSchema)]
pub struct Registered {
    /// Always `accepted`, whether or not the address was new.
    status: &'static str,
}

/// Opens an account; answers the same whether or not the address is known. A
/// password that is guessed in fewer than a million tries is refused.
pub async fn register(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    _key: IdempotencyKey,
    Json { value: body, .. }: Json<Registration>,
) -> Result<Accepted<respond::Json<Registered>>, Problem> {
    let from = Origin { network: address.and_then(Network::of), device: None };
    sign_in::register(&app, &from, body.email, body.name, &body.password).await?;
    Ok(Accepted(respond::Json(Registered { status: "accepted" })))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    email: EmailAddress,
    password: PlainPassword,
    /// Whether to set cookies instead of answering tokens.
    #[serde(default)]
    cookie: bool,
}

/// Signs in.
pub async fn login(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    _key: IdempotencyKey,
    headers: HeaderMap,
    Json { value: body, .. }: Json<Login>,
) -> Result<WithHeaders<respond::Json<Granted>>, Problem> {
    let device = cookies::read(&headers, cookies::DEVICE);
    let from = Origin { network: address.and_then(Network::of), device };
    let (grant, device) = sign_in::log_in(&app, &from, &body.email, &body.password).await?;
    let mut granted = granted(&app, grant, body.cookie)?;
    let device = device.cookie(&app.keys, &body.email);
    cookies::set_device(&mut granted.headers, &device, COOKIE_SECONDS).map_err(unprintable)?;
    Ok(granted)
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshBody {
    /// Absent where the cookie is used.
    refresh_token: Option<RefreshToken>,
}

/// Answers a refresh token with its successor: by cookie if it came by cookie.
/// One that gave way in the last ten seconds is answered with the newest; one
/// that comes back later ends the session, since somebody has a copy.
pub async fn refresh(
    State(app): State<App>,
    _key: IdempotencyKey,
    headers: HeaderMap,
    Json { value: body, .. }: Json<RefreshBody>,
) -> Result<WithHeaders<respond::Json<Granted>>, Problem> {
    let by_cookie = body.refresh_token.is_none();
    let token = body.refresh_token.or_else(|| refresh_cookie(&headers)).ok_or(AuthError::InvalidToken)?;
    match sign_in::refresh(&app, &token).await {
        Ok(grant) => granted(&app, grant, by_cookie),
        Err(error @ (AuthError::InvalidToken | AuthError::TokenReused)) if by_cookie => Err(forgetting(error)?),
        Err(error) => Err(error.into()),
    }
}

/// A refusal that takes cookies away which are good for nothing any more.
fn forgetting(error: AuthError) -> Result<Problem, AuthError> {
    let mut headers = HeaderMap::new();
    cookies::clear(&mut headers).map_err(unprintable)?;
    let cleared = headers.get_all(header::SET_COOKIE).iter();
    Ok(cleared.fold(error.into(), |problem: Problem, line| problem.with_header(header::SET_COOKIE, line.clone())))
}

/// Ends every session that the request names by body, cookie or access token,
/// and takes the cookies away. Naming none is no error: one is signed out.
pub async fn logout(
    State(app): State<App>,
    _key: IdempotencyKey,
    headers: HeaderMap,
    Json { value: body, .. }: Json<RefreshBody>,
) -> Result<WithHeaders<NoContent>, Problem> {
    let by_body = body.refresh_token.and_then(|token| token.open(&app.keys));
    let by_cookie = refresh_cookie(&headers).and_then(|token| token.open(&app.keys));
    let access = [bearer(&headers).ok().flatten(), cookies::read(&headers, cookies::ACCESS)];
    let now = app.clock.now();
    let keys = AccessTokenKeys::of(&app)?;
    let by_access = access.into_iter().flatten().filter_map(|text| keys.verify(text, now).ok());
    let mut sessions: SortedSet<SessionId> = by_access.map(|who| who.session).collect();
    sessions.extend(by_body.into_iter().chain(by_cookie).map(|presented| (presented.session, ())));
    sign_in::log_out(&app, sessions.into_keys().collect()).await?;
    let mut headers = HeaderMap::new();
    cookies::clear(&mut headers).map_err(unprintable)?;
    cookies::clear_cart(&mut headers).map_err(unprintable)?;
    Ok(WithHeaders { headers, body: NoContent })
}

#[derive(Serialize, JsonSchema)]
pub struct SessionList {
    items: Vec<SessionView>,
    /// Always null: an account has at most 100 sessions.
    next_cursor: Option<String>,
    total: usize,
}

#[derive(Serialize, JsonSchema)]
pub struct SessionView {
    id: SessionId,
    created_at: Timestamp,
    last_refreshed_at: Timestamp,
    expires_at: Timestamp,
    /// Whether it is the one that asks.
    current: bool,
}

/// The devices one is signed in on.
pub async fn list_sessions(State(app): State<App>, who: SignedIn) -> Result<respond::Json<SessionList>, Problem> {
    let view = |session: Session| SessionView {
        id: session.id,
        created_at: session.created_at,
        last_refreshed_at: session.rotated_at,
        expires_at: session.expires_at,
        current: session.id == who.session,
    };
    let items: Vec<_> = sign_in::list_sessions(&app, who).await?.into_iter().map(view).collect();
    Ok(respond::Json(SessionList { total: items.len(), items, next_cursor: None }))
}

/// Signs one device out.
pub async fn delete_session(
    State(app): State<App>,
    who: SignedIn,
    Path(id): Path<SessionId>,
) -> Result<NoContent, Problem> {
    sign_in::end_session(&app, who, id).await?;
    Ok(NoContent)
}

#[derive(Serialize, JsonSchema)]
pub struct Me {
    id: AccountId,
    email: EmailAddress,
    name: Option<PersonName>,
    role: Role,
    created_at: Timestamp,
}

/// The caller's own account.
pub async fn get_me(State(app): State<App>, who: SignedIn) -> Result<respond::Json<Me>, Problem> {
    Ok(respond::Json(sign_in::confirm(&app, who).await?.into()))
}

impl From<Account> for Me {
    fn from(Account { id, email, name, role, created_at, .. }: Account) -> Self {
        Self { id, email, name, role, created_at }
    }
}

/// By their addresses.
#[derive(Serialize, JsonSchema)]
pub struct StaffList {
    items: Vec<Me>,
}

/// Who works here, at most 200: whoever an order's timeline names is among them, as long as they do.
pub async fn list_staff(State(app): State<App>, _: Staff) -> Result<respond::Json<StaffList>, Problem> {
    let rows = app.database.run(store::select_staff()).await?;
    let accounts = store::accounts(rows)?;
    Ok(respond::Json(StaffList { items: accounts.into_iter().map(Me::from).collect() }))
}

#[derive(Serialize, JsonSchema)]
pub struct Jwks {
    keys: Vec<Jwk>,
}

/// The public keys that verify access tokens.
pub async fn jwks(State(app): State<App>) -> Result<WithHeaders<respond::Json<Jwks>>, Problem> {
    let keys = vec![AccessTokenKeys::of(&app)?.jwk()];
    let mut headers = HeaderMap::new();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    Ok(WithHeaders { headers, body: respond::Json(Jwks { keys }) })
}

/// What signing in and refreshing answer. The tokens are absent where cookies
/// carry them.
#[derive(Serialize, JsonSchema)]
pub struct Granted {
    #[serde(skip_serializing_if = "Option::is_none")]
    access_token: Option<String>,
    token_type: &'static str,
    /// Seconds.
    expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    account: AccountView,
}

#[derive(Serialize, JsonSchema)]
pub struct AccountView {
    id: AccountId,
    email: EmailAddress,
    name: Option<PersonName>,
    role: Role,
}

fn granted(app: &App, grant: Grant, cookie: bool) -> Result<WithHeaders<respond::Json<Granted>>, Problem> {
    let mut headers = HeaderMap::new();
    if cookie {
        let session_seconds = grant.session_expires_at.since(app.clock.now()) / 1_000;
        cookies::set_access(&mut headers, grant.access.as_text(), token::LIFETIME_SECONDS).map_err(unprintable)?;
        cookies::set_refresh(&mut headers, grant.refresh.as_text(), session_seconds).map_err(unprintable)?;
    }
    let Account { id, email, name, role, .. } = grant.account;
    let body = Granted {
        access_token: (!cookie).then(|| grant.access.into_text()),
        token_type: "Bearer",
        expires_in: token::LIFETIME_SECONDS,
        refresh_token: (!cookie).then(|| grant.refresh.into_text()),
        account: AccountView { id, email, name, role },
    };
    Ok(WithHeaders { headers, body: respond::Json(body) })
}

fn refresh_cookie(headers: &HeaderMap) -> Option<RefreshToken> {
    cookies::read(headers, cookies::REFRESH).map(RefreshToken::from_text)
}

fn unprintable(error: InvalidHeaderValue) -> AuthError {
    AuthError::Cryptography(format!("a token that no header can carry: {error}"))
}
