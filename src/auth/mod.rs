//! Accounts, passwords, tokens and roles.
//!
//! Lends: [`Caller`], the extractor by which any handler learns who asks, by
//! token alone; [`Staff`], [`StaffWrite`] and [`OwnerWrite`] for what staff read and change;
//! [`confirm`], for what must also know that the session is not over and which
//! role the account has now; [`ensure_owner`], called once per isolate.

mod account;
mod answer;
mod attempt;
pub mod cookies;
mod device;
pub mod error;
pub mod guess;
pub mod handlers;
mod owner;
mod password;
mod session;
mod sign_in;
mod staff;
mod store;
mod token;

use aide::OperationInput;
use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, header};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::ids::{AccountId, SessionId};
use crate::problem::Problem;

pub use self::account::{Account, PersonName};
pub use self::error::AuthError;
pub use self::owner::ensure_owner;
pub use self::password::WeakPassword;
pub use self::sign_in::confirm;
pub use self::staff::{Confirmed, Mandate, Owner, OwnerWrite, Staff, StaffChange, StaffWrite};
use self::token::AccessTokenKeys;
pub use self::token::may_have_prices;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Customer,
    Staff,
    Owner,
}

impl Role {
    /// As the database and the tokens write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Staff => "staff",
            Self::Owner => "owner",
        }
    }
}

/// Who asks, as the access token says; nobody's if there is none. A token that
/// does not verify is a 401, never silently anonymous.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Caller {
    pub account: Option<SignedIn>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedIn {
    pub id: AccountId,
    pub role: Role,
    pub session: SessionId,
    /// Whether there may be prices of their own: as the token was issued, they were in a group that a price list is for.
    /// Which there are is asked of the database, so that whoever has left pays none; who has joined since has the
    /// lists' prices shown by their next token.
    pub has_prices: bool,
}

impl Caller {
    pub fn is_staff(&self) -> bool {
        self.account.is_some_and(|account| account.role >= Role::Staff)
    }
    pub fn signed_in(&self) -> Result<SignedIn, Problem> {
        self.account.ok_or_else(Problem::not_signed_in)
    }
    /// Whoever has this role, or one that may more.
    pub fn require(&self, least: Role) -> Result<SignedIn, Problem> {
        let account = self.signed_in()?;
        if account.role >= least { Ok(account) } else { Err(Problem::forbidden()) }
    }
}

/// The token of `Authorization: Bearer`, if that header was sent. Sent twice,
/// or for another scheme, it is wrong: ignoring it would let a cookie answer
/// for a request that said who it is.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, AuthError> {
    let mut lines = headers.get_all(header::AUTHORIZATION).into_iter();
    let Some(line) = lines.next() else { return Ok(None) };
    let (scheme, token) = line.to_str().ok().and_then(|line| line.split_once(' ')).ok_or(AuthError::InvalidToken)?;
    if lines.next().is_some() || !scheme.eq_ignore_ascii_case("bearer") {
        return Err(AuthError::InvalidToken);
    }
    Ok(Some(token.trim()))
}

/// Who reads what everybody may, if there may be prices of their own. Of nobody else's token anything is looked at:
/// they read the same as strangers.
pub fn with_prices(headers: &HeaderMap, app: &App) -> Result<Option<SignedIn>, Problem> {
    let verify =
        |token: &str| -> Result<SignedIn, AuthError> { AccessTokenKeys::of(app)?.verify(token, app.clock.now()) };
    if headers.contains_key(header::AUTHORIZATION) {
        let token = bearer(headers).ok().flatten().filter(|token| may_have_prices(token));
        return Ok(token.map(verify).transpose()?);
    }
    let token = cookies::read(headers, cookies::ACCESS).filter(|token| may_have_prices(token));
    Ok(token.and_then(|token| verify(token).ok()))
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    /// No look-up: one signature is checked, or nothing.
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let keys = AccessTokenKeys::of(app)?;
        if let Some(token) = bearer(&parts.headers)? {
            return Ok(Self { account: Some(keys.verify(token, app.clock.now())?) });
        }
        // A browser cannot help sending a stale cookie, so it counts as none.
        let cookie = cookies::read(&parts.headers, cookies::ACCESS);
        Ok(Self { account: cookie.and_then(|token| keys.verify(token, app.clock.now()).ok()) })
    }
}

impl OperationInput for Caller {}

/// Whoever is not signed in hears so before anything else of the request is read.
impl FromRequestParts<App> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Caller::from_request_parts(parts, app).await?.signed_in()
    }
}

impl OperationInput for SignedIn {}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn an_authorization_header_is_a_bearer_token_or_wrong() {
        let read = |lines: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(header::AUTHORIZATION, HeaderValue::from_static(line));
            }
            bearer(&headers).map(|token| token.map(str::to_owned))
        };
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&["Bearer a.b.c"]), Ok(Some("a.b.c".to_owned())));
        assert_eq!(read(&["bearer  a.b.c "]), Ok(Some("a.b.c".to_owned())));
        for wrong in [&["Basic YTpi"][..], &["Bearer"], &[""], &["Bearer a", "Bearer b"]] {
            assert_eq!(read(wrong), Err(AuthError::InvalidToken), "{wrong:?}");
        }
    }

    #[test]
    fn a_role_is_written_as_it_is_read() {
        for role in [Role::Customer, Role::Staff, Role::Owner] {
            assert_eq!(serde_json::to_value(role).unwrap(), role.as_str());
        }
    }
}
