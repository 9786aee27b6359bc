//! The contract as OpenAPI 3.1, made from the routes and the handlers' types.
//!
//! Describing the routes would add a fifth to the Worker's weight, so it is
//! done natively, by a test that keeps `public/openapi.json` equal to the code
//! (`UPDATE_OPENAPI=1 cargo test --lib openapi` writes it anew). The platform
//! serves that file like any other asset.

/// The whole contract.
#[cfg(not(target_arch = "wasm32"))]
pub const DOCUMENT: &str = include_str!("../public/openapi.json");

/// In the Worker the routes go without their description.
#[cfg(target_arch = "wasm32")]
pub trait ApiRoute<S> {
    fn api_route(self, path: &str, method_router: axum::routing::MethodRouter<S>) -> Self;
}

#[cfg(target_arch = "wasm32")]
impl<S: Clone + Send + Sync + 'static> ApiRoute<S> for axum::Router<S> {
    fn api_route(self, path: &str, method_router: axum::routing::MethodRouter<S>) -> Self {
        self.route(path, method_router)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    /// The document that the code describes.
    fn document() -> Value {
        let mut api = aide::openapi::OpenApi::default();
        api.info.title = "Tradepost".to_owned();
        api.info.version = env!("CARGO_PKG_VERSION").to_owned();
        api.info.description = Some("A shop's whole backend in one Worker.".to_owned());
        let _ = crate::router::routes().finish_api(&mut api);
        let mut document = serde_json::to_value(api).unwrap();
        for (path, item) in document["paths"].as_object_mut().unwrap() {
            for (method, operation) in item.as_object_mut().unwrap() {
                describe(path, method, operation.as_object_mut().unwrap());
            }
        }
        document["components"]["securitySchemes"] = json!({
            "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            "cart_token": {"type": "apiKey", "in": "header", "name": "X-Cart-Token"},
        });
        document
    }

    fn describe(path: &str, method: &str, operation: &mut Map<String, Value>) {
        let words = path.replace(['/', '-', '.'], "_").replace(['{', '}'], "");
        operation.insert("operationId".into(), format!("{method}{words}").into());
        let parameters = operation.entry("parameters").or_insert_with(|| json!([])).as_array_mut().unwrap();
        for name in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
            parameters.push(json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}));
        }
        if path.starts_with("/v1/admin") || path.starts_with("/v1/me") {
            operation.insert("security".into(), json!([{"bearer": []}]));
        } else if path.starts_with("/v1/carts") || path.starts_with("/v1/orders") {
            operation.insert("security".into(), json!([{}, {"cart_token": []}, {"bearer": []}]));
        }
    }

    #[test]
    fn the_published_contract_is_the_codes() {
        let described = serde_json::to_string_pretty(&document()).unwrap() + "\n";
        if std::env::var_os("UPDATE_OPENAPI").is_some() {
            std::fs::write("public/openapi.json", &described).unwrap();
        } else {
            assert!(
                described == super::DOCUMENT,
                "public/openapi.json is behind the code: UPDATE_OPENAPI=1 cargo test --lib openapi"
            );
        }
    }
}
