//! R2. The bytes of pictures stay with the platform on both ways: a body is read
//! by `upload.js`, and an object's is handed to the answer as the stream it is.

use std::sync::Arc;

use js_sys::{Array, Function, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::host::message;
use super::local::{Local, pending};
use crate::ports::{Content, Media, MediaError, Pending, Received};

#[wasm_bindgen]
extern "C" {
    pub type Bucket;
    #[wasm_bindgen(method, catch)]
    async fn put(this: &Bucket, key: &str, value: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    async fn get(this: &Bucket, key: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    async fn delete(this: &Bucket, keys: &Array) -> Result<JsValue, JsValue>;
}

pub struct R2(pub Local<Bucket>);

/// What the platform holds, for [`held`].
pub fn there(value: JsValue) -> Content {
    Content::There(Arc::new(Local(value)))
}

/// What the platform holds of it; what is in this memory is copied out.
pub fn held(content: &Content) -> JsValue {
    match content {
        Content::Here(bytes) => Uint8Array::from(&**bytes).into(),
        Content::There(any) => any.downcast_ref::<Local<JsValue>>().map_or(JsValue::UNDEFINED, |held| held.0.clone()),
    }
}

fn failed(error: JsValue) -> MediaError {
    MediaError(message(&error))
}

/// Has a function of `upload.js` read the body. It answers `[bytes, digest, head]`, or nothing.
async fn received(body: Content, most: u32, head: u32) -> Result<Option<Received>, JsValue> {
    let read: Function = held(&body).dyn_into()?;
    let answer: Promise = read.call2(&JsValue::UNDEFINED, &most.into(), &head.into())?.unchecked_into();
    let Ok(parts) = JsFuture::from(answer).await?.dyn_into::<Array>() else { return Ok(None) };
    let [bytes, digest, head] = [0, 1, 2].map(|n| parts.get(n).unchecked_into::<Uint8Array>());
    let mut sha256 = [0; 32];
    digest.copy_to(&mut sha256);
    Ok(Some(Received { length: bytes.length(), digest: sha256, head: head.to_vec(), content: there(bytes.into()) }))
}

impl Media for R2 {
    fn receive(&self, body: Content, most: u32, head: u32) -> Pending<'_, Result<Option<Received>, MediaError>> {
        pending(async move {
            match body {
                // Of a request without one.
                Content::Here(bytes) => Ok(Received::here(bytes, most, head)),
                there => received(there, most, head).await.map_err(failed),
            }
        })
    }

    fn put<'a>(&'a self, name: &'a str, content: Content) -> Pending<'a, Result<(), MediaError>> {
        pending(async move { self.0.put(name, &held(&content)).await.map(|_| ()).map_err(failed) })
    }

    fn get<'a>(&'a self, name: &'a str) -> Pending<'a, Result<Option<Content>, MediaError>> {
        pending(async move {
            let object = self.0.get(name).await.map_err(failed)?;
            Ok((!object.is_null()).then(|| there(object)))
        })
    }

    fn delete(&self, names: Vec<String>) -> Pending<'_, Result<(), MediaError>> {
        pending(async move {
            let keys: Array = names.iter().map(|name| JsValue::from_str(name)).collect();
            self.0.delete(&keys).await.map(|_| ()).map_err(failed)
        })
    }
}
