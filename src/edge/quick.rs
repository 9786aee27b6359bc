//! The door for anonymous reads: answers from the isolate's memory without a
//! promise, a header look-up or a copy of the body, or declines.

use std::cell::RefCell;
use std::sync::{Arc, Weak};

use wasm_bindgen::prelude::*;

use crate::ports::Clock;
use crate::shelf::memory::CatalogMemory;
use crate::shelf::read::{self, ReadAnswer};
use crate::shelf::snapshot::Snapshot;
use crate::sorted::SortedMap;
use crate::web::pages;
use crate::wire::conditional::none_match_holds;
use crate::wire::headers::security_headers;

/// The most answers kept, and the most bytes of them. The demo shop's
/// first page has 10 KB, a list of the API 5.
const MAX_KEPT: usize = 2_000;
const MAX_KEPT_BYTES: usize = 16 * 1024 * 1024;

#[wasm_bindgen(module = "/src/edge/respond.js")]
extern "C" {
    /// The second argument of `new Response`, made once.
    fn init(status: u16, headers: &str) -> JsValue;
    fn kept_body(bytes: &[u8]) -> JsValue;
    fn respond_kept(body: Option<&JsValue>, init: &JsValue) -> JsValue;
}

thread_local! {
    static KEPT: RefCell<Kept> = RefCell::default();
}

/// Answers of one snapshot of the catalog, by path and query.
#[derive(Default)]
struct Kept {
    of: Weak<Snapshot>,
    answers: SortedMap<String, KeptAnswer>,
    bytes: usize,
}

struct KeptAnswer {
    etag: String,
    body: JsValue,
    whole: JsValue,
    not_modified: JsValue,
}

/// Answers a GET of `url` from the catalog, or declines with `undefined`.
#[wasm_bindgen]
pub fn quick(url: &str, if_none_match: Option<String>) -> JsValue {
    find(url, if_none_match.as_deref()).unwrap_or(JsValue::UNDEFINED)
}

fn find(url: &str, if_none_match: Option<&str>) -> Option<JsValue> {
    let (_, rest) = url.split_once("://")?;
    let target = rest.get(rest.find('/')?..)?;
    let app = super::built()?;
    let snapshot = CatalogMemory::of(&app).fresh(super::ports::PlatformClock.now())?;
    KEPT.with_borrow_mut(|kept| {
        if kept.of.as_ptr() != Arc::as_ptr(&snapshot) {
            *kept = Kept { of: Arc::downgrade(&snapshot), ..Kept::default() };
        }
        if !kept.answers.contains_key(target) {
            kept.keep(target, &snapshot, !app.config.cors_origins.is_empty())?;
        }
        let answer = kept.answers.get(target)?;
        Some(match if_none_match {
            Some(header) if none_match_holds(header, &answer.etag) => respond_kept(None, &answer.not_modified),
            _ => respond_kept(Some(&answer.body), &answer.whole),
        })
    })
}

impl Kept {
    /// `vary`: whether requests with an `Origin` are answered otherwise.
    fn keep(&mut self, target: &str, snapshot: &Snapshot, vary: bool) -> Option<()> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let answer = read::answer(snapshot, path, query).or_else(|| pages::answer(snapshot, path, query))?.ok()?;
        if self.answers.len() >= MAX_KEPT || self.bytes + answer.body.len() > MAX_KEPT_BYTES {
            self.answers.clear();
            self.bytes = 0;
        }
        self.bytes += answer.body.len();
        let headers = headers(&answer, vary);
        let kept = KeptAnswer {
            body: kept_body(&answer.body),
            whole: init(answer.status.as_u16(), &headers),
            not_modified: init(304, &headers),
            etag: answer.etag,
        };
        self.answers.insert(target.to_owned(), kept);
        Some(())
    }
}

/// name NUL value NUL name NUL value.
fn headers(answer: &ReadAnswer, vary: bool) -> String {
    let own = [
        ("content-type", answer.content_type),
        ("etag", &answer.etag),
        ("cache-control", answer.cache_control),
        ("x-catalog-version", &answer.catalog_version),
    ];
    let location = answer.location.as_deref().map(|location| ("location", location));
    let security = security_headers(answer.content_type.as_bytes(), true).iter().copied();
    let vary = vary.then_some(("vary", "origin"));
    let pairs: Vec<String> = own
        .into_iter()
        .chain(location)
        .chain(vary)
        .chain(security)
        .map(|(name, value)| format!("{name}\0{value}"))
        .collect();
    pairs.join("\0")
}
