//! `If-Match`: a change that must not overwrite another's (RFC 9110, section 13.1.1).

use aide::OperationInput;
use aide::generate::GenContext;
use aide::openapi::Operation;
use axum::extract::FromRequestParts;
use axum::response::Response;
use http::request::Parts;
use http::{HeaderValue, header};

use super::extract::header_parameter;
use crate::problem::Problem;

crate::codes! {
    /// It has changed since the ETag that the change was decided from; read it again.
    STALE = PRECONDITION_FAILED "stale";
}

/// The entity tag of a version.
pub fn etag(version: i64) -> String {
    format!("\"{version}\"")
}

/// The response with the version as its `ETag`; but for a replayed one, which is
/// of an earlier moment.
pub fn tagged(mut response: Response, version: i64) -> Response {
    let replayed = response.headers().contains_key("idempotent-replayed");
    if let (false, Ok(value)) = (replayed, HeaderValue::from_str(&etag(version))) {
        response.headers_mut().insert(header::ETAG, value);
    }
    response
}

/// How the contract describes `*` or a list of entity tags (RFC 9110, section 8.8.3).
/// An empty one is let through: the platform hands it on as none.
fn entity_tags() -> schemars::Schema {
    let tag = r#"(W/)?"[!#-~]*""#;
    schemars::json_schema!({
        "type": "string", "pattern": format!(r"^(\*|{tag}( *, *{tag})*)?$"), "maxLength": 1_000, "examples": ["\"1\""],
    })
}

/// Whether `If-None-Match` names the entity: the weak comparison of RFC 9110,
/// section 13.1.2.
pub fn none_match_holds(header: &str, etag: &str) -> bool {
    header.trim() == "*"
        || header.split(',').map(|tag| tag.trim()).any(|tag| tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

/// The request's precondition, if it has one.
#[derive(Debug, Clone, PartialEq)]
pub struct IfMatch(Option<String>);

impl IfMatch {
    /// Whatever the version is.
    pub const ANY: Self = Self(None);

    /// 412 unless the version is one that the client expects. The comparison
    /// is the strong one: a weak tag never matches.
    pub fn check(&self, version: i64) -> Result<(), Problem> {
        let Some(header) = &self.0 else { return Ok(()) };
        let etag = etag(version);
        if header.trim() == "*" || header.split(',').any(|tag| tag.trim() == etag) {
            return Ok(());
        }
        let detail = "it has changed since; read it again and repeat the change with the new ETag";
        Err(Problem::new(STALE, detail))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let lines: Vec<_> = parts
            .headers
            .get_all(header::IF_MATCH)
            .iter()
            .map(|value| String::from_utf8_lossy(value.as_bytes()))
            .collect();
        Ok(Self((!lines.is_empty()).then(|| lines.join(","))))
    }
}

impl OperationInput for IfMatch {
    fn operation_input(ctx: &mut GenContext, operation: &mut Operation) {
        let description = "The ETag that the change was decided from; 412 if there is another by now.";
        header_parameter(ctx, operation, "If-Match", description, entity_tags());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_expected_version_may_be_changed() {
        let check = |header: &str| IfMatch(Some(header.to_owned())).check(3).is_ok();
        assert!(IfMatch(None).check(3).is_ok());
        assert!(check("*") && check("\"3\"") && check("\"2\" , \"3\""));
        assert!(!check("\"2\"") && !check("W/\"3\"") && !check("3") && !check(""));
    }
}
