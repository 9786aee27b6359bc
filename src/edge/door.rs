//! The door for everything that the quick path declines: converts the
//! platform's request by hand, and asks the router, built once per isolate.

use std::cell::{Cell, RefCell};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, header};
use serde_json::json;
use wasm_bindgen::prelude::*;

use super::{Env, media};
use crate::app::App;
use crate::ports::Content;
use crate::router;
use crate::telemetry;
use crate::wire::site::Site;

#[wasm_bindgen(module = "/src/edge/respond.js")]
extern "C" {
    fn respond(status: u16, headers: &str, body: &[u8]) -> JsValue;
    fn respond_stored(status: u16, headers: &str, object: &JsValue) -> JsValue;
}

thread_local! {
    static SITE: RefCell<Option<Site>> = const { RefCell::new(None) };
    static OWNER_ENSURED: Cell<bool> = const { Cell::new(false) };
}

/// Answers a request: a `Response`, or a promise of one if anything had to be
/// waited for. `headers`: name NUL value NUL name NUL value. `reader`: reads a
/// body that stays with the platform, see `upload.js`.
#[wasm_bindgen]
pub fn serve(
    method: &str,
    url: &str,
    headers: &str,
    body: Option<Vec<u8>>,
    reader: JsValue,
    env: Env,
) -> Result<JsValue, JsValue> {
    let app = super::app(&env)?;
    let site = SITE.with_borrow_mut(|site| site.get_or_insert_with(|| router::site(app.clone())).clone());
    let mut request = convert(method, url, headers, body);
    if let (Some(request), false) = (&mut request, reader.is_undefined()) {
        request.extensions_mut().insert(media::there(reader));
    }
    Ok(super::at_once(Box::pin(async move { Ok(answer(app, site, request).await) })))
}

async fn answer(app: App, site: Site, request: Option<Request<Bytes>>) -> JsValue {
    ensure_owner(&app).await;
    let request = request.unwrap_or_else(|| {
        // Not a request that HTTP allows: routed nowhere, answered as such.
        let mut request = Request::new(Bytes::new());
        *request.uri_mut() = http::Uri::from_static("/unparsable");
        request
    });
    let head = request.method() == http::Method::HEAD;
    let response = site.answer(request).await;
    let (parts, body) = response.into_parts();
    let mut headers = String::with_capacity(640);
    for (name, value) in &parts.headers {
        let Ok(value) = value.to_str() else { continue };
        if !headers.is_empty() {
            headers.push('\0');
        }
        headers.push_str(name.as_str());
        headers.push('\0');
        headers.push_str(value);
    }
    let status = parts.status.as_u16();
    match parts.extensions.get::<Content>().filter(|_| !head) {
        Some(stored) => respond_stored(status, &headers, &media::held(stored)),
        None => respond(status, &headers, if head { &[] } else { &body }),
    }
}

/// Once per isolate: the owner's account is as configured.
async fn ensure_owner(app: &App) {
    if app.config.owner.is_none() || OWNER_ENSURED.replace(true) {
        return;
    }
    if let Err(error) = crate::auth::ensure_owner(app).await {
        OWNER_ENSURED.set(false);
        telemetry::log(&json!({ "level": "error", "event": "owner_not_ensured", "cause": error.to_string() }));
    }
}

fn convert(method: &str, url: &str, headers: &str, body: Option<Vec<u8>>) -> Option<Request<Bytes>> {
    let (_, rest) = url.split_once("://")?;
    let slash = rest.find('/').unwrap_or(rest.len());
    let (host, target) = rest.split_at_checked(slash)?;
    let target = target.split_once('#').map_or(target, |(target, _)| target);
    let mut request = Request::builder().method(method).uri(if target.is_empty() { "/" } else { target });
    let all = request.headers_mut()?;
    if let Ok(host) = HeaderValue::from_str(host) {
        all.insert(header::HOST, host);
    }
    let mut fields = headers.split('\0');
    while let (Some(name), Some(value)) = (fields.next(), fields.next()) {
        // A value that is not visible ASCII still counts as sent.
        if let (Ok(name), Ok(value)) =
            (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value.as_bytes()))
        {
            all.append(name, value);
        }
    }
    request.body(Bytes::from(body.unwrap_or_default())).ok()
}
