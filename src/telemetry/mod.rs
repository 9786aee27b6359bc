//! Health answers and log lines. Knows no other room.

pub mod drill;
pub mod handlers;

use std::sync::OnceLock;

use http::Method;

use crate::ids::RequestId;
use crate::problem::Problem;

/// Where a log line came from: never an address, a token or a body.
pub struct RequestLine {
    pub method: Method,
    pub path: String,
    pub request_id: RequestId,
}

/// Writes one line where a failure of ours was answered.
pub fn log_problem(line: &RequestLine, problem: &Problem) {
    let Some(cause) = &problem.cause else { return };
    log(&serde_json::json!({
        "level": "error",
        "event": "request_failed",
        "method": line.method.as_str(),
        "path": line.path,
        "request_id": line.request_id,
        "status": problem.status.as_u16(),
        "code": problem.code,
        "cause": cause,
    }));
}

/// Where lines go once the platform has said so; until then to standard error,
/// which a Worker has not.
static WRITER: OnceLock<fn(&str)> = OnceLock::new();

/// Has lines written by the platform, from now on.
pub fn write_with(writer: fn(&str)) {
    let _ = WRITER.set(writer);
}

/// Writes one JSON line to the log.
pub fn log(line: &serde_json::Value) {
    match WRITER.get() {
        Some(write) => write(&line.to_string()),
        None => eprintln!("{line}"),
    }
}
