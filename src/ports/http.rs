//! Calls to other systems over HTTP.

use super::Pending;

#[derive(Debug, Clone, PartialEq)]
pub struct HttpCall {
    pub method: &'static str,
    pub url: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
    /// After this many milliseconds the call counts as unanswered.
    pub deadline_millis: u32,
    /// So many bytes of the answer's body are read; what follows is not waited for.
    pub most_body: u32,
}

/// For answers of systems that are known, in bytes: 1 MiB.
pub const MOST_BODY: u32 = 1_024 * 1_024;

#[derive(Debug, Clone, PartialEq)]
pub struct HttpReply {
    pub status: u16,
    pub body: String,
}

/// No answer: the call may or may not have taken effect.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("no answer: {0}")]
pub struct HttpError(pub String);

pub trait HttpClient: Send + Sync {
    fn call(&self, call: HttpCall) -> Pending<'_, Result<HttpReply, HttpError>>;
}
