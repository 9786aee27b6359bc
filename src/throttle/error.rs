//! What this room refuses, and what it means to a client.

use http::{HeaderValue, header};

use crate::ports::ObjectUnavailable;
use crate::problem::Problem;

crate::codes! {
    /// Too many tries by one account, mailbox or network; `Retry-After` says when
    /// the next one counts. Whether there is such an account makes no difference.
    TOO_MANY_REQUESTS = TOO_MANY_REQUESTS "too_many_requests";
    /// Too many people are signing in or registering at this moment.
    BUSY = SERVICE_UNAVAILABLE "busy";
}

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ThrottleError {
    #[error("too many tries in a short time; please wait a while before the next one")]
    TooMany { retry_after_millis: i64 },
    /// The line of [`super::gate`] is full.
    #[error("too many people are signing in at this moment; try again shortly")]
    Busy { retry_after_millis: i64 },
    #[error(transparent)]
    Unavailable(#[from] ObjectUnavailable),
}

impl From<ThrottleError> for Problem {
    fn from(error: ThrottleError) -> Self {
        let detail = error.to_string();
        let later =
            |code, millis| Self::new(code, detail.clone()).with_header(header::RETRY_AFTER, retry_after(millis));
        match error {
            ThrottleError::TooMany { retry_after_millis } => later(TOO_MANY_REQUESTS, retry_after_millis),
            ThrottleError::Busy { retry_after_millis } => later(BUSY, retry_after_millis),
            ThrottleError::Unavailable(error) => Self::unavailable("the shop's door", error.0),
        }
    }
}

/// As the header says it (RFC 9110, section 10.2.3): whole seconds, at least one.
pub fn retry_after(millis: i64) -> HeaderValue {
    HeaderValue::from(millis.max(1).saturating_add(999) / 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_in_whole_seconds_and_never_too_early() {
        for (millis, expected) in [(-5, "1"), (0, "1"), (1, "1"), (1_000, "1"), (1_001, "2"), (900_000, "900")] {
            assert_eq!(retry_after(millis), expected);
        }
    }
}
