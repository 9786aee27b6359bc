//! Everything that can go wrong in this room. What each means to a client is
//! in `crate::error`.

use super::password::WeakPassword;
use crate::ports::DatabaseError;

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
    Database(#[from] DatabaseError),
}
