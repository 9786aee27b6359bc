//! The door for anonymous reads: answers from the isolate's memory without a
//! promise, a header look-up or a copy of the body, or declines.

use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};

use wasm_bindgen::prelude::*;

use crate::auth::may_have_prices;
use crate::ports::Clock;
use crate::shelf::digest;
use crate::shelf::memory::CatalogMemory;
use crate::shelf::read::{self, ReadAnswer};
use crate::shelf::snapshot::Moment;
use crate::sorted::SortedMap;
use crate::web::pages::{self, Reading};
use crate::web::visitor::Visitor;
use crate::wire::conditional::none_match_holds;
use crate::wire::headers::security_headers;

/// The most answers kept, and the most bytes of them. The demo shop's
/// first page has 10 KB, a list of the API 5.
const MAX_KEPT: usize = 2_000;
const MAX_KEPT_BYTES: usize = 16 * 1024 * 1024;
/// How many questions that were asked once are remembered.
const MAX_ASKED: usize = 4_096;

#[wasm_bindgen(module = "/src/edge/respond.js")]
extern "C" {
    /// The second argument of `new Response`, made once.
    fn init(status: u16, headers: &str) -> JsValue;
    fn kept_body(bytes: &[u8]) -> JsValue;
    fn respond(status: u16, headers: &str, body: &[u8]) -> JsValue;
    fn respond_kept(body: Option<&JsValue>, init: &JsValue) -> JsValue;
}

thread_local! {
    static KEPT: RefCell<Kept> = RefCell::default();
}

/// Answers of one snapshot of the catalog, by path and query, and pages by
/// language and currency, too.
#[derive(Default)]
struct Kept {
    of: Moment,
    asked: Asked,
    answers: SortedMap<String, KeptAnswer>,
    bytes: usize,
}

/// What was asked once, by its digest, of whatever snapshot. Most searches and filters nobody asks
/// again: kept, their answers would be dead weight that each collection of garbage goes through.
struct Asked(Vec<u64>);

impl Default for Asked {
    fn default() -> Self {
        Self(vec![0; MAX_ASKED])
    }
}

impl Asked {
    /// Whether it was asked before.
    fn again(&mut self, key: &str) -> bool {
        let digest = digest(key.as_bytes());
        let known = self.0.get_mut(digest as usize % MAX_ASKED);
        known.is_some_and(|known| std::mem::replace(known, digest) == digest)
    }
}

struct KeptAnswer {
    etag: String,
    headers: String,
    body: JsValue,
    whole: JsValue,
    /// Of most answers that are asked for once nobody asks.
    not_modified: OnceCell<JsValue>,
}

impl KeptAnswer {
    fn respond(&self, if_none_match: Option<&str>) -> JsValue {
        match if_none_match {
            Some(header) if none_match_holds(header, &self.etag) => {
                respond_kept(None, self.not_modified.get_or_init(|| init(304, &self.headers)))
            }
            _ => respond_kept(Some(&self.body), &self.whole),
        }
    }
}

/// Answers a GET of `url` from the catalog, or declines with `undefined`. What a
/// page differs by is told of pages alone: cookies, a line break, and the languages
/// that are accepted. `tokens`: the headers of whoever is signed in; those who may have
/// prices of their own are answered elsewhere.
#[wasm_bindgen]
pub fn quick(url: &str, if_none_match: Option<String>, visitor: Option<String>, tokens: Option<String>) -> JsValue {
    let mut tokens = tokens.iter().flat_map(|headers| headers.split([' ', '=', ';', '\n']));
    if tokens.any(may_have_prices) {
        return JsValue::UNDEFINED;
    }
    find(url, if_none_match.as_deref(), visitor.as_deref()).unwrap_or(JsValue::UNDEFINED)
}

fn find(url: &str, if_none_match: Option<&str>, visitor: Option<&str>) -> Option<JsValue> {
    let (_, rest) = url.split_once("://")?;
    let target = rest.get(rest.find('/')?..)?;
    let app = super::built()?;
    let snapshot = CatalogMemory::of(&app).fresh(super::ports::PlatformClock.now())?;
    let (visitor, key) = match visitor.and_then(|visitor| visitor.split_once('\n')) {
        None => (Visitor::default(), Cow::Borrowed(target)),
        Some((cookies, accepted)) => {
            let visitor = Visitor::of(cookies, accepted);
            let currency = visitor.currency(&snapshot.settings);
            (visitor, Cow::Owned([visitor.language.tag(), currency.as_str(), target].join(" ")))
        }
    };
    KEPT.with_borrow_mut(|kept| {
        if !kept.of.is_of(&snapshot) {
            let asked = std::mem::take(&mut kept.asked);
            *kept = Kept { of: snapshot.moment(), asked, ..Kept::default() };
        }
        if let Some(answer) = kept.answers.get(&*key) {
            return Some(answer.respond(if_none_match));
        }
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let site = app.config.public_url.as_deref().unwrap_or_default();
        let page = || pages::answer(&snapshot, &Reading { visitor, site, path, query });
        let answer = read::answer(&snapshot, path, query).or_else(page)?.ok()?;
        let headers = headers(&answer, !app.config.cors_origins.is_empty());
        if kept.asked.again(&key) {
            return Some(kept.keep(key.into_owned(), answer, headers, if_none_match));
        }
        Some(match if_none_match {
            Some(header) if none_match_holds(header, &answer.etag) => respond(304, &headers, &[]),
            _ => respond(answer.status.as_u16(), &headers, &answer.body),
        })
    })
}

impl Kept {
    fn keep(&mut self, key: String, answer: ReadAnswer, headers: String, if_none_match: Option<&str>) -> JsValue {
        if self.answers.len() >= MAX_KEPT || self.bytes + answer.body.len() > MAX_KEPT_BYTES {
            self.answers.clear();
            self.bytes = 0;
        }
        self.bytes += answer.body.len();
        let kept = KeptAnswer {
            body: kept_body(&answer.body),
            whole: init(answer.status.as_u16(), &headers),
            not_modified: OnceCell::new(),
            headers,
            etag: answer.etag,
        };
        let response = kept.respond(if_none_match);
        self.answers.insert(key, kept);
        response
    }
}

/// name NUL value NUL name NUL value. `vary`: whether requests with an `Origin`
/// are answered otherwise.
fn headers(answer: &ReadAnswer, vary: bool) -> String {
    let own = [
        ("content-type", answer.content_type),
        ("etag", &answer.etag),
        ("cache-control", answer.cache_control),
        ("x-catalog-version", &answer.catalog_version),
    ];
    let location = answer.location.as_deref().map(|location| ("location", location));
    let security = security_headers(answer.content_type.as_bytes(), true).iter().copied();
    let vary = [answer.vary, if vary { "origin" } else { "" }].into_iter().filter(|name| !name.is_empty());
    let pairs: Vec<String> = own
        .into_iter()
        .chain(location)
        .chain(vary.map(|name| ("vary", name)))
        .chain(security)
        .map(|(name, value)| format!("{name}\0{value}"))
        .collect();
    pairs.join("\0")
}
