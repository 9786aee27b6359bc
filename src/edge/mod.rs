//! The Worker's side of the ports; the only code that names the platform.
//! One adapter per port, no decisions.
//!
//! `entry.js` hands over the platform's events: [`door`] answers requests,
//! [`host`] gives objects their store, and the functions here the rest.

// What `wasm_bindgen` generates for an import or an export is unsafe code.
#![allow(unsafe_code)]

mod calendar;
mod database;
mod door;
mod host;
mod kept;
mod local;
mod mail;
mod media;
mod ports;
mod quick;
mod unicode;

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use serde_json::json;
use wasm_bindgen::prelude::*;

use self::local::Local;
use crate::app::{App, Capabilities, Config, Keys, OwnerCredentials, StripeKeys};
use crate::ports::Mailer;
use crate::problem::Problem;

#[wasm_bindgen]
extern "C" {
    /// What the Worker was given, by name.
    pub type Env;

    #[wasm_bindgen(js_namespace = console, js_name = log)]
    fn write_line(line: &str);
}

thread_local! {
    static APP: RefCell<Option<App>> = const { RefCell::new(None) };
}

/// Work for JavaScript.
type Work = Pin<Box<dyn Future<Output = Result<JsValue, JsValue>>>>;

/// Has a panic log its message, file and line, with JavaScript's stack, and
/// then tell `ended`, before the trap that ends the instance.
#[wasm_bindgen]
pub fn on_panic(ended: js_sys::Function) {
    std::panic::set_hook(Box::new(move |panic| {
        console_error_panic_hook::hook(panic);
        // It cannot fail, and nobody would be left to be told.
        let _ = ended.call1(&JsValue::UNDEFINED, &panic.to_string().into());
    }));
}

/// What the future gives, if it need not wait for it; else a promise. A promise
/// costs a task, two closures and a turn of the event loop.
fn at_once(mut future: Work) -> JsValue {
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(value)) => value,
        Poll::Ready(Err(error)) => js_sys::Promise::reject(&error).into(),
        Poll::Pending => promise(future).into(),
    }
}

/// A promise of what the future gives. Boxed: each type of future would bring
/// a runner of its own.
fn promise(future: Work) -> js_sys::Promise {
    wasm_bindgen_futures::future_to_promise(future)
}

/// The app of this isolate, if it was built.
fn built() -> Option<App> {
    APP.with_borrow(Clone::clone)
}

/// The app of this isolate; built from the bindings the first time.
fn app(env: &Env) -> Result<App, String> {
    if let Some(app) = built() {
        return Ok(app);
    }
    crate::telemetry::write_with(write_line);
    unicode::lend();
    calendar::lend();
    kept::lend();
    let app = build(env)?;
    APP.set(Some(app.clone()));
    Ok(app)
}

/// What is there under this name.
fn binding<T: JsCast>(env: &Env, name: &str) -> Result<Local<T>, String> {
    let bound = js_sys::Reflect::get(env.as_ref(), &name.into()).ok().filter(|bound| !bound.is_undefined());
    bound.map(|bound| Local(bound.unchecked_into())).ok_or_else(|| format!("there is no binding {name}"))
}

/// A variable or secret. One that is set to something else than text, as a
/// `true` without quotes is, would seem not to be set: that stops the Worker.
fn setting(env: &Env, name: &str) -> Result<Option<String>, String> {
    let Ok(bound) = binding::<JsValue>(env, name) else { return Ok(None) };
    bound.as_string().map(Some).ok_or_else(|| format!("{name} is no text: it belongs in quotes"))
}

fn is_on(env: &Env, name: &str) -> Result<bool, String> {
    match setting(env, name)?.as_deref() {
        Some("on") => Ok(true),
        None | Some("" | "off") => Ok(false),
        Some(other) => Err(format!("{name}={other} is neither on nor off")),
    }
}

fn build(env: &Env) -> Result<App, String> {
    let setting = |name: &str| setting(env, name);
    let keys = setting("SECRET_KEY")?.ok_or("SECRET_KEY is not set")?;
    let development = is_on(env, "DEVELOPMENT")?;
    let config = Config {
        owner: setting("ADMIN_EMAIL")?
            .zip(setting("ADMIN_PASSWORD")?)
            .map(|(email, password)| OwnerCredentials { email, password }),
        test_provider: is_on(env, "TEST_PROVIDER")?,
        test_provider_ledger: setting("TEST_PROVIDER_LEDGER")?,
        vies_api_url: setting("VIES_API_URL")?,
        stripe: stripe(env, development)?,
        cors_origins: setting("CORS_ORIGINS")?
            .map(|list| list.split(',').map(|origin| origin.trim().to_owned()).collect())
            .unwrap_or_default(),
        client_address_header: setting("CLIENT_ADDRESS_HEADER")?
            .map(|name| name.parse().map_err(|_| format!("CLIENT_ADDRESS_HEADER={name} is no header's name")))
            .transpose()?,
        public_url: setting("PUBLIC_URL")?.map(|url| url.trim_end_matches('/').to_owned()),
        development,
    };
    Ok(App::new(Capabilities {
        database: Box::new(database::D1(binding(env, "DB")?)),
        cache: Box::new(ports::Kv(binding(env, "CATALOG")?)),
        media: Box::new(media::R2(binding(env, "MEDIA")?)),
        objects: Box::new(host::DurableObjects::new(env)?),
        events: Box::new(ports::Events(binding(env, "EVENTS")?)),
        http: Box::new(ports::Fetcher),
        mailer: binding(env, "EMAIL").ok().map(|email| Box::new(mail::EmailService(email)) as Box<dyn Mailer>),
        clock: Box::new(ports::PlatformClock),
        entropy: Box::new(ports::PlatformEntropy),
        keys: Keys::parse(&keys).map_err(|error| error.to_string())?,
        config,
    }))
}

/// The account at Stripe. Only in development it may be elsewhere: whoever is
/// asked there says what was paid. Secrets are set one by one, so what is not
/// in order closes this way to pay, and not the shop.
fn stripe(env: &Env, development: bool) -> Result<Option<StripeKeys>, String> {
    let elsewhere = setting(env, "STRIPE_API_URL")?.filter(|_| development);
    let keys = StripeKeys::parse(
        setting(env, "STRIPE_SECRET_KEY")?,
        setting(env, "STRIPE_PUBLISHABLE_KEY")?,
        setting(env, "STRIPE_WEBHOOK_SECRET")?,
        elsewhere,
    );
    Ok(keys.unwrap_or_else(|error| {
        let cause = error.to_string();
        crate::telemetry::log(&json!({"level": "error", "event": "stripe_not_configured", "cause": cause}));
        None
    }))
}

/// A delivery of the event queue. An error has it delivered again.
#[wasm_bindgen]
pub fn consume(bodies: Vec<String>, env: Env) -> js_sys::Promise {
    promise(Box::pin(async move {
        let app = app(&env)?;
        settled(crate::orders::consumer::consume(&app, bodies).await)
    }))
}

/// The minute's tick.
#[wasm_bindgen]
pub fn tick(env: Env) -> js_sys::Promise {
    promise(Box::pin(async move {
        let app = app(&env)?;
        settled(crate::minute::tick(&app).await)
    }))
}

fn settled(outcome: Result<(), Problem>) -> Result<JsValue, JsValue> {
    outcome.map(|()| JsValue::UNDEFINED).map_err(|problem| problem.cause.clone().unwrap_or_default().into())
}
