//! Pages of a list: how many items, and where the next one begins.
//!
//! A cursor is opaque to clients; a digest makes any other text than one of ours
//! an error. It keeps no secret: a cursor grants nothing.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::borrow::Cow;

use crate::problem::Problem;

pub const DEFAULT_LIMIT: usize = 24;
pub const MAX_LIMIT: usize = 100;

const DIGEST_BYTES: usize = 8;

/// How the contract says what [`limit`] takes.
pub struct LimitParameter;

impl JsonSchema for LimitParameter {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Limit".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT})
    }
}

/// How the contract says what [`open`] may take. The longest that is ever
/// sealed keeps a title of 255 characters.
pub struct CursorParameter;

impl JsonSchema for CursorParameter {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Cursor".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^[A-Za-z0-9_-]+$", "minLength": 1, "maxLength": 2_000})
    }
}

/// Which page of a list is asked for, where nothing else can be.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// The most items of one page.
    #[schemars(with = "Option<LimitParameter>")]
    pub limit: Option<String>,
    /// The `next_cursor` of the page before.
    #[schemars(with = "Option<CursorParameter>")]
    pub cursor: Option<String>,
}

/// A cursor that no page of this list has ended with.
pub fn unknown_cursor() -> Problem {
    Problem::invalid_field("cursor", "not a cursor of this list; leave it out to begin at the front")
}

/// A page's size, from its parameter.
pub fn limit(value: Option<&str>) -> Result<usize, Problem> {
    let Some(value) = value else { return Ok(DEFAULT_LIMIT) };
    let limit = value.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit));
    limit.ok_or_else(|| Problem::invalid_field("limit", "a number from 1 to 100"))
}

/// Cuts off what was read beyond the page to see whether more follows; then
/// the next page begins after the item that is returned.
pub fn cut<T>(items: &mut Vec<T>, limit: usize) -> Option<&T> {
    let more = items.len() > limit;
    items.truncate(limit);
    items.last().filter(|_| more)
}

/// A cursor of the list of that name and kind, over the parts.
pub fn seal(list: &str, kind: &str, parts: &[&str]) -> String {
    let payload = parts.join("\n");
    let mut bytes = digest(list, kind, &payload).to_vec();
    bytes.extend_from_slice(payload.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What was sealed for the same list and kind.
pub fn open(text: &str, list: &str, kind: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (sum, payload) = bytes.split_at_checked(DIGEST_BYTES)?;
    let payload = std::str::from_utf8(payload).ok()?;
    (digest(list, kind, payload).as_slice() == sum).then(|| payload.to_owned())
}

fn digest(list: &str, kind: &str, payload: &str) -> [u8; DIGEST_BYTES] {
    let whole = Sha256::new().chain_update(list).chain_update("\n").chain_update(kind).chain_update("\n");
    let whole = whole.chain_update(payload).finalize();
    whole.first_chunk().copied().unwrap_or_default()
}
