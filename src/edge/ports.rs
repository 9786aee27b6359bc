//! KV, the queue, outgoing HTTP, the clock and randomness.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use futures_util::future::{Either, select};
use js_sys::{Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::host::message;
use super::local::{Local, pending};
use crate::ports::{
    Cache, CacheError, Clock, Entropy, EventQueue, HttpCall, HttpClient, HttpError, HttpReply, Pending, QueueError,
    Timestamp,
};

#[wasm_bindgen]
extern "C" {
    pub type Store;
    #[wasm_bindgen(method, catch)]
    async fn get(this: &Store, key: &str, kind: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    async fn put(this: &Store, key: &str, value: &Uint8Array, options: &Object) -> Result<JsValue, JsValue>;

    pub type Queue;
    #[wasm_bindgen(method, catch)]
    async fn send(this: &Queue, message: &str) -> Result<JsValue, JsValue>;
}

pub struct Kv(pub Local<Store>);

impl Cache for Kv {
    fn get<'a>(&'a self, key: &'a str) -> Pending<'a, Result<Option<Vec<u8>>, CacheError>> {
        pending(async move {
            let value = self.0.get(key, "arrayBuffer").await.map_err(|error| CacheError(message(&error)))?;
            Ok((!value.is_null()).then(|| Uint8Array::new(&value).to_vec()))
        })
    }

    fn put<'a>(
        &'a self,
        key: &'a str,
        value: Vec<u8>,
        lifetime_seconds: Option<u32>,
    ) -> Pending<'a, Result<(), CacheError>> {
        pending(async move {
            let failed = |error: JsValue| CacheError(message(&error));
            let options = Object::new();
            if let Some(seconds) = lifetime_seconds {
                Reflect::set(&options, &"expirationTtl".into(), &seconds.into()).map_err(failed)?;
            }
            self.0.put(key, &Uint8Array::from(&*value), &options).await.map(|_| ()).map_err(failed)
        })
    }
}

pub struct Events(pub Local<Queue>);

impl EventQueue for Events {
    fn send(&self, messages: Vec<String>) -> Pending<'_, Result<(), QueueError>> {
        pending(async move {
            for text in messages {
                self.0.send(&text).await.map_err(|error| QueueError(message(&error)))?;
            }
            Ok(())
        })
    }
}

/// How long after its deadline a call that was not given up counts as unanswered.
const LATE_MILLIS: u32 = 1_000;

pub struct Fetcher;

#[wasm_bindgen(module = "/src/edge/fetch.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn call(
        method: &str,
        url: &str,
        headers: &str,
        body: &str,
        deadline_millis: u32,
        most_body: u32,
    ) -> Result<JsValue, JsValue>;
}

impl HttpClient for Fetcher {
    fn call(&self, request: HttpCall) -> Pending<'_, Result<HttpReply, HttpError>> {
        pending(async move {
            let HttpCall { method, url, headers, body, deadline_millis, most_body } = request;
            let headers: Vec<String> = headers.iter().map(|(name, value)| format!("{name}\0{value}")).collect();
            let headers = headers.join("\0");
            let asked = call(method, &url, &headers, &body, deadline_millis, most_body);
            // Whoever asks may hold an order's turn: it goes on whatever the platform does.
            let late = timer(deadline_millis.saturating_add(LATE_MILLIS));
            let Either::Left((answer, _)) = select(pin!(asked), late).await else {
                return Err(HttpError("neither answered nor given up in time".to_owned()));
            };
            let answer: js_sys::Array = answer.map_err(|error| HttpError(message(&error)))?.unchecked_into();
            let (status, body) = (answer.get(0).as_f64(), answer.get(1).as_string());
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            status
                .zip(body)
                .map(|(status, body)| HttpReply { status: status as u16, body })
                .ok_or_else(|| HttpError("an answer without status or text".to_owned()))
        })
    }
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(handler: &Function, millis: u32) -> JsValue;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(id: &JsValue);
}

/// Resolves after a while. Dropped, it is cleared: a timer keeps an object from
/// going to rest.
struct Timer {
    id: JsValue,
    rings: JsFuture,
}

fn timer(millis: u32) -> Timer {
    let mut id = JsValue::UNDEFINED;
    let rings = Promise::new(&mut |resolve, _| id = set_timeout(&resolve, millis)).into();
    Timer { id, rings }
}

impl Future for Timer {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.rings).poll(cx).map(|_| ())
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        clear_timeout(&self.id);
    }
}

pub struct PlatformClock;

impl Clock for PlatformClock {
    fn now(&self) -> Timestamp {
        #[allow(clippy::cast_possible_truncation)]
        Timestamp::from_millis(js_sys::Date::now() as i64)
    }

    fn sleep(&self, millis: u32) -> Pending<'static, ()> {
        pending(timer(millis))
    }
}

pub struct PlatformEntropy;

impl Entropy for PlatformEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        // The platform's generator has no failure to report.
        let _ = getrandom::fill(buffer);
    }
}
