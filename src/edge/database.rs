//! D1.

use js_sys::{Array, JSON, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::host::message;
use super::local::{Local, pending};
use crate::ports::{Database, DatabaseError, Pending, Rows, Statement, Value};

#[wasm_bindgen]
extern "C" {
    pub type Binding;
    #[wasm_bindgen(method, catch)]
    fn prepare(this: &Binding, sql: &str) -> Result<Prepared, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn batch(this: &Binding, statements: &Array) -> Result<Promise, JsValue>;

    type Prepared;
    #[wasm_bindgen(method, catch, variadic)]
    fn bind(this: &Prepared, params: &Array) -> Result<Prepared, JsValue>;

    /// What one statement of a batch answers.
    type Answer;
    #[wasm_bindgen(method, getter)]
    fn results(this: &Answer) -> JsValue;
}

pub struct D1(pub Local<Binding>);

impl D1 {
    async fn answers(&self, statements: Vec<Statement>) -> Result<Vec<Rows>, JsValue> {
        let prepared = Array::new();
        for Statement { sql, params } in statements {
            prepared.push(self.0.prepare(sql)?.bind(&params.into_iter().map(bound).collect())?.as_ref());
        }
        let answers: Array = JsFuture::from(self.0.batch(&prepared)?).await?.unchecked_into();
        answers.iter().map(|answer| rows(&answer.unchecked_into::<Answer>().results())).collect()
    }
}

impl Database for D1 {
    fn batch(&self, statements: Vec<Statement>) -> Pending<'_, Result<Vec<Rows>, DatabaseError>> {
        pending(async move { self.answers(statements).await.map_err(|error| refused(&error)) })
    }
}

/// Integers travel as doubles; every one of ours is within 2^53.
#[allow(clippy::cast_precision_loss)]
pub fn bound(value: Value) -> JsValue {
    match value {
        Value::Null => JsValue::NULL,
        Value::Integer(integer) => JsValue::from_f64(integer as f64),
        Value::Text(text) => JsValue::from_str(&text),
    }
}

/// The platform's rows. One text is sooner here than each cell by itself.
pub fn rows(results: &JsValue) -> Result<Rows, JsValue> {
    JSON::stringify(results).map(|json| Rows::new(json.into()))
}

/// D1 names the broken constraint in its message and nowhere else.
fn refused(error: &JsValue) -> DatabaseError {
    let text = message(error);
    match text.find("constraint failed") {
        Some(_) => DatabaseError::Constraint(text),
        None => DatabaseError::Unavailable(text),
    }
}
