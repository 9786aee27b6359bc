//! D1.

use wasm_bindgen::JsValue;
use worker::D1Database;
use worker::send::SendFuture;

use crate::ports::{Database, DatabaseError, Pending, Rows, Statement, Value};

pub struct D1(pub D1Database);

impl Database for D1 {
    fn batch(&self, statements: Vec<Statement>) -> Pending<'_, Result<Vec<Rows>, DatabaseError>> {
        Box::pin(SendFuture::new(async move {
            let mut prepared = Vec::with_capacity(statements.len());
            for Statement { sql, params } in statements {
                let values: Vec<JsValue> = params.into_iter().map(bound).collect();
                prepared.push(self.0.prepare(sql).bind(&values).map_err(refused)?);
            }
            let results = self.0.batch(prepared).await.map_err(refused)?;
            results.iter().map(|result| Ok(Rows(result.results().map_err(refused)?))).collect()
        }))
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

/// D1 names the broken constraint in its message and nowhere else.
fn refused(error: worker::Error) -> DatabaseError {
    let text = error.to_string();
    match text.find("constraint failed") {
        Some(_) => DatabaseError::Constraint(text),
        None => DatabaseError::Unavailable(text),
    }
}
