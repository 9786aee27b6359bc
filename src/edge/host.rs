//! Durable Objects, from both sides: calling one, and being one.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::database::{bound, rows};
use super::local::{Local, pending};
use super::{Env, binding};
use crate::documents::object::SeriesObject;
use crate::jobs::object::JobObject;
use crate::orders::object::OrderObject;
use crate::pools::object::PoolObject;
use crate::ports::{
    Commit, ObjectClass, ObjectHost, ObjectUnavailable, Objects, Pending, Rows, Statement, StorageError,
};
use crate::shelf::publisher::PublisherObject;
use crate::throttle::object::ThrottleObject;
use crate::webhooks::object::WebhookObject;

#[wasm_bindgen]
extern "C" {
    type Namespace;
    #[wasm_bindgen(method, catch, js_name = getByName)]
    fn get_by_name(this: &Namespace, name: &str) -> Result<Stub, JsValue>;

    /// A handle to one object; `command` is the RPC method of `entry.js`.
    type Stub;
    #[wasm_bindgen(method, catch)]
    fn command(this: &Stub, body: &str) -> Result<JsValue, JsValue>;

    /// The platform's `DurableObjectState`.
    pub type ObjectState;
    #[wasm_bindgen(method, getter)]
    fn storage(this: &ObjectState) -> ObjectStorage;
    #[wasm_bindgen(method, getter)]
    fn id(this: &ObjectState) -> ObjectId;

    type ObjectId;
    #[wasm_bindgen(method, getter)]
    fn name(this: &ObjectId) -> Option<String>;

    type ObjectStorage;
    #[wasm_bindgen(method, getter)]
    fn sql(this: &ObjectStorage) -> Sql;
    #[wasm_bindgen(method, catch, js_name = transactionSync)]
    fn transaction_sync(
        this: &ObjectStorage,
        work: &mut dyn FnMut() -> Result<JsValue, JsValue>,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = setAlarm)]
    fn set_alarm(this: &ObjectStorage, at: f64) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = deleteAlarm)]
    fn delete_alarm(this: &ObjectStorage) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = deleteAll)]
    fn delete_all(this: &ObjectStorage) -> Result<JsValue, JsValue>;

    type Sql;
    #[wasm_bindgen(method, catch, variadic)]
    fn exec(this: &Sql, sql: &str, params: &Array) -> Result<Cursor, JsValue>;

    type Cursor;
    #[wasm_bindgen(method, catch, js_name = toArray)]
    fn to_array(this: &Cursor) -> Result<JsValue, JsValue>;
}

/// The namespaces, by class.
pub struct DurableObjects {
    orders: Local<Namespace>,
    pools: Local<Namespace>,
    publisher: Local<Namespace>,
    throttles: Local<Namespace>,
    webhooks: Local<Namespace>,
    series: Local<Namespace>,
    jobs: Local<Namespace>,
}

impl DurableObjects {
    pub fn new(env: &Env) -> Result<Self, String> {
        Ok(Self {
            orders: binding(env, "ORDERS")?,
            pools: binding(env, "POOLS")?,
            publisher: binding(env, "PUBLISHER")?,
            throttles: binding(env, "THROTTLES")?,
            webhooks: binding(env, "WEBHOOKS")?,
            series: binding(env, "SERIES")?,
            jobs: binding(env, "JOBS")?,
        })
    }
}

impl Objects for DurableObjects {
    fn command<'a>(
        &'a self,
        class: ObjectClass,
        name: &'a str,
        body: String,
    ) -> Pending<'a, Result<String, ObjectUnavailable>> {
        let namespace: &Namespace = match class {
            ObjectClass::Order => &self.orders,
            ObjectClass::Pool => &self.pools,
            ObjectClass::Publisher => &self.publisher,
            ObjectClass::Throttle => &self.throttles,
            ObjectClass::Webhook => &self.webhooks,
            ObjectClass::Series => &self.series,
            ObjectClass::Job => &self.jobs,
        };
        pending(async move {
            let stub = namespace.get_by_name(name).map_err(unavailable)?;
            // What RPC gives is no promise, but has the `then` that is all that is asked of one.
            let answer: Promise = stub.command(&body).map_err(unavailable)?.unchecked_into();
            let answer = JsFuture::from(answer).await.map_err(unavailable)?;
            answer.as_string().ok_or_else(|| ObjectUnavailable("no text".to_owned()))
        })
    }
}

fn unavailable(error: JsValue) -> ObjectUnavailable {
    ObjectUnavailable(message(&error))
}

/// What an error says.
pub fn message(error: &JsValue) -> String {
    error.dyn_ref::<js_sys::Error>().map_or_else(|| format!("{error:?}"), |error| error.message().into())
}

/// What an object's shell has around it.
struct DurableHost {
    storage: ObjectStorage,
    sql: Sql,
}

impl DurableHost {
    fn exec(&self, statement: Statement) -> Result<Cursor, JsValue> {
        let params: Array = statement.params.into_iter().map(bound).collect();
        self.sql.exec(statement.sql, &params)
    }
}

impl ObjectHost for DurableHost {
    fn read(&self, statement: Statement) -> Result<Rows, StorageError> {
        let failed = |error: JsValue| StorageError(message(&error));
        let found = self.exec(statement).and_then(|cursor| cursor.to_array()).map_err(failed)?;
        rows(&found).map_err(failed)
    }

    /// What is written without an await in between, the alarm included, is one
    /// commit of the platform's; only a statement that fails after another
    /// needs a transaction to be undone.
    #[allow(clippy::cast_precision_loss)]
    fn commit(&self, commit: Commit) -> Result<(), StorageError> {
        let failed = |error: JsValue| StorageError(message(&error));
        let Commit { schema, mut statements, alarm } = commit;
        if let Some(Some(at)) = alarm {
            self.storage.set_alarm(at.millis() as f64).map_err(failed)?;
        }
        for table in schema {
            self.exec(table).map_err(failed)?;
        }
        if statements.len() > 1 {
            let mut work = || {
                for statement in std::mem::take(&mut statements) {
                    self.exec(statement)?;
                }
                Ok(JsValue::UNDEFINED)
            };
            self.storage.transaction_sync(&mut work).map_err(failed)?;
        } else if let Some(statement) = statements.pop() {
            self.exec(statement).map_err(failed)?;
        }
        if let Some(None) = alarm {
            self.storage.delete_alarm().map_err(failed)?;
        }
        Ok(())
    }

    /// The alarm goes too (compatibility flag `delete_all_deletes_alarm`).
    fn forget(&self) -> Pin<Box<dyn Future<Output = Result<(), StorageError>>>> {
        let failed = |error: JsValue| StorageError(message(&error));
        let deleted = self.storage.delete_all();
        Box::pin(async move {
            JsFuture::from(Promise::resolve(&deleted.map_err(failed)?)).await.map_err(failed)?;
            Ok(())
        })
    }

    fn spawn(&self, work: Pin<Box<dyn Future<Output = ()>>>) {
        spawn_local(work);
    }
}

macro_rules! host {
    ($(#[$doc:meta])* $host:ident, $object:ty) => {
        $(#[$doc])*
        #[wasm_bindgen]
        pub struct $host(Rc<$object>);

        #[wasm_bindgen]
        impl $host {
            #[wasm_bindgen(constructor)]
            pub fn new(state: ObjectState, env: Env) -> Result<Self, JsValue> {
                let app = super::app(&env)?;
                let name = state.id().name().unwrap_or_default();
                let storage = state.storage();
                let sql = storage.sql();
                Ok(Self(<$object>::new(app, &name, Rc::new(DurableHost { storage, sql }))))
            }

            /// The answer as text, or a promise of it.
            pub fn command(&self, body: String) -> JsValue {
                let object = Rc::clone(&self.0);
                super::at_once(Box::pin(async move {
                    object.command(body).await.map(Into::into).map_err(|error| js_sys::Error::new(&error.0).into())
                }))
            }

            pub fn alarm(&self) -> Promise {
                let object = Rc::clone(&self.0);
                super::promise(Box::pin(async move {
                    object.alarm().await.map(|()| JsValue::UNDEFINED).map_err(|error| js_sys::Error::new(&error.0).into())
                }))
            }
        }
    };
}

host!(OrderHost, OrderObject);
host!(PoolHost, PoolObject);
host!(PublisherHost, PublisherObject);
host!(ThrottleHost, ThrottleObject);
host!(WebhookHost, WebhookObject);
host!(SeriesHost, SeriesObject);
host!(JobHost, JobObject);
