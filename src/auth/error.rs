//! Everything that can go wrong in this room, and what it means to a client.

use http::{HeaderValue, header};

use super::password::WeakPassword;
use crate::ports::DatabaseError;
use crate::problem::Problem;
use crate::throttle::ThrottleError;

crate::codes! {
    /// The e-mail address or the password is wrong; never says which.
    INVALID_CREDENTIALS = UNAUTHORIZED "invalid_credentials";
    /// The token is forged, expired or revoked.
    INVALID_TOKEN = UNAUTHORIZED "invalid_token";
    /// A refresh token came back after its successor was used: its session was ended.
    TOKEN_REUSED = UNAUTHORIZED "token_reused";
}

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum AuthError {
    /// The address or the password is wrong; never says which.
    #[error("the e-mail address or the password is wrong")]
    InvalidCredentials,
    /// Forged, expired, revoked, malformed or absent; never says which.
    #[error("the token is not valid, or no longer")]
    InvalidToken,
    /// A refresh token came back after its successor was given out: someone
    /// has a copy. Its session is over.
    #[error("this refresh token was used before, so its session was ended; sign in again")]
    TokenReused,
    #[error(transparent)]
    WeakPassword(#[from] WeakPassword),
    /// No such session, or another account's.
    #[error("no such session")]
    UnknownSession,
    /// The deployment's owner credentials do not fit.
    #[error("ADMIN_EMAIL or ADMIN_PASSWORD: this {0}")]
    UnusableOwner(String),
    /// A fault of ours in hashing or signing.
    #[error("cryptography: {0}")]
    Cryptography(String),
    #[error(transparent)]
    Throttle(#[from] ThrottleError),
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<AuthError> for Problem {
    fn from(error: AuthError) -> Self {
        let detail = error.to_string();
        let refused = |code, challenge| {
            Self::new(code, detail.clone()).with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
        };
        match error {
            AuthError::InvalidCredentials => refused(INVALID_CREDENTIALS, "Bearer"),
            AuthError::InvalidToken => refused(INVALID_TOKEN, r#"Bearer error="invalid_token""#),
            AuthError::TokenReused => refused(TOKEN_REUSED, r#"Bearer error="invalid_token""#),
            AuthError::WeakPassword(rule) => Self::invalid_field("/password", rule.to_string()),
            AuthError::UnknownSession => Self::not_found(),
            AuthError::UnusableOwner(_) | AuthError::Cryptography(_) => Self::internal(detail),
            AuthError::Throttle(error) => error.into(),
            AuthError::Database(error) => error.into(),
        }
    }
}
