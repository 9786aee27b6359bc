//! The contract as OpenAPI 3.1, made from the routes and the handlers' types.
//!
//! Describing the routes would add a fifth to the Worker's weight, so it is
//! done natively, by a test that keeps `public/openapi.json`, and the page
//! `public/docs.html` made of it, equal to the code (`UPDATE_OPENAPI=1 cargo
//! test --lib openapi` writes both anew). The platform serves them like any
//! other asset.

#[cfg(not(target_arch = "wasm32"))]
pub mod codes;
#[cfg(test)]
mod docs;
#[cfg(test)]
mod headers;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod shapes;

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use crate::wire::extract::PATH_SHAPE;

    /// The document that the code describes.
    pub fn document() -> Value {
        let mut api = aide::openapi::OpenApi::default();
        api.info.title = "Tradepost".to_owned();
        api.info.version = env!("CARGO_PKG_VERSION").to_owned();
        api.info.description = Some("A shop's whole backend in one Worker.".to_owned());
        let _ = crate::router::routes().finish_api(&mut api);
        let mut document = serde_json::to_value(api).unwrap();
        let schemas = document["components"]["schemas"].clone();
        for (path, item) in document["paths"].as_object_mut().unwrap() {
            for (method, operation) in item.as_object_mut().unwrap() {
                describe(path, method, operation.as_object_mut().unwrap(), &schemas);
            }
        }
        document["servers"] = json!([{"url": "/", "description": "The shop that this contract comes from."}]);
        document["tags"] = super::docs::GROUPS.iter().map(|(name, _)| json!({"name": name})).collect();
        document["components"]["securitySchemes"] = super::headers::security_schemes();
        document["components"]["headers"] = super::headers::components();
        forget_unnamed(&mut document);
        document
    }

    /// The sources of the handlers, by the names that router.rs has for them.
    const HANDLERS: &[(&str, &str)] = &[
        ("auth::handlers", include_str!("../auth/handlers.rs")),
        ("catalog", include_str!("../catalog/handlers.rs")),
        ("copying", include_str!("../catalog/copying.rs")),
        ("product_bulk", include_str!("../catalog/bulk.rs")),
        ("collections", include_str!("../collections/handlers.rs")),
        ("picks", include_str!("../collections/picks.rs")),
        ("audited", include_str!("../lists/audited.rs")),
        ("bulk", include_str!("../lists/bulk.rs")),
        ("carts", include_str!("../orders/cart_handlers.rs")),
        ("checks", include_str!("../lists/check/handlers.rs")),
        ("export", include_str!("../lists/export.rs")),
        ("lists", include_str!("../lists/handlers.rs")),
        ("customers", include_str!("../lists/customers.rs")),
        ("drafts", include_str!("../orders/drafts/handlers.rs")),
        ("documents", include_str!("../documents/handlers.rs")),
        ("offers", include_str!("../orders/offer_handlers.rs")),
        ("gift_cards", include_str!("../gift_cards/handlers.rs")),
        ("jobs", include_str!("../jobs/handlers.rs")),
        ("imports", include_str!("../jobs/imports.rs")),
        ("products", include_str!("../exchange/export.rs")),
        ("hooks", include_str!("../webhooks/handlers.rs")),
        ("goods", include_str!("../orders/after/goods/handlers.rs")),
        ("messages", include_str!("../messages/handlers.rs")),
        ("money", include_str!("../orders/after/money/handlers.rs")),
        ("edits", include_str!("../orders/after/edits/handlers.rs")),
        ("orders", include_str!("../orders/handlers.rs")),
        ("pool_bulk", include_str!("../pools/bulk.rs")),
        ("pools", include_str!("../pools/handlers.rs")),
        ("promotions", include_str!("../pools/promotions.rs")),
        ("groups", include_str!("../price_lists/groups.rs")),
        ("members", include_str!("../price_lists/members.rs")),
        ("price_lists", include_str!("../price_lists/lists.rs")),
        ("list_prices", include_str!("../price_lists/prices.rs")),
        ("removal", include_str!("../pools/removal.rs")),
        ("reports", include_str!("../reports/handlers.rs")),
        ("setup", include_str!("../setup/handlers.rs")),
        ("shelf", include_str!("../shelf/handlers.rs")),
        ("sending", include_str!("../lists/sending.rs")),
        ("tags", include_str!("../lists/tags.rs")),
        ("telemetry::handlers", include_str!("../telemetry/handlers.rs")),
        ("variants", include_str!("../catalog/variant_list.rs")),
        ("uploads", include_str!("../uploads/handlers.rs")),
        ("views", include_str!("../lists/views.rs")),
        ("webhooks", include_str!("../orders/webhooks.rs")),
    ];

    /// The doc comment of the handler that router.rs names for a route.
    fn doc_comment(path: &str, method: &str) -> String {
        let routes: String = include_str!("../router.rs").split_whitespace().collect();
        let route = routes.split(&format!("api_route(\"{path}\",")).nth(1).unwrap();
        let route = route.split(".api_route(").next().unwrap();
        let handler = route.split(&format!("{method}(")).nth(1).unwrap().split(')').next().unwrap();
        let (room, name) = handler.rsplit_once("::").unwrap();
        let (_, source) = HANDLERS.iter().find(|(known, _)| *known == room).unwrap_or_else(|| panic!("{room} is new"));
        let (before, _) = source.split_once(&format!("pub async fn {name}(")).unwrap();
        let lines: Vec<_> = before.trim_end().lines().rev().map_while(|line| line.strip_prefix("///")).collect();
        let text: Vec<_> = lines.into_iter().rev().map(str::trim).collect();
        assert!(!text.is_empty(), "{handler} has no doc comment");
        text.join(" ")
    }

    /// A parameter's shape. In a query what is not there is absent; nothing is
    /// `null`. Whether it may be absent comes first.
    fn never_null(mut schema: Value) -> (bool, Value) {
        let null = |choice: &Value| choice["type"] == "null";
        if let Some(choices) = schema["anyOf"].as_array() {
            let optional = choices.iter().any(null);
            let other = choices.iter().find(|choice| !null(choice)).unwrap().clone();
            return (optional, other);
        }
        let members = schema.as_object_mut().unwrap();
        if members.get("default").is_some_and(Value::is_null) {
            members.remove("default");
        }
        let types = members.get("type").and_then(Value::as_array).cloned();
        let optional = types.as_ref().is_some_and(|types| types.iter().any(|one| one == "null"));
        if let Some(one) = types.into_iter().flatten().find(|one| one != "null") {
            members.insert("type".into(), one);
        }
        (optional || members.contains_key("default"), schema)
    }

    fn describe(path: &str, method: &str, operation: &mut Map<String, Value>, schemas: &Value) {
        let text = doc_comment(path, method);
        let (summary, more) = text.split_once(". ").unwrap_or((text.trim_end_matches('.'), ""));
        operation.insert("summary".into(), summary.into());
        if !more.is_empty() {
            operation.insert("description".into(), more.into());
        }
        let words = path.replace(['/', '-', '.'], "_").replace(['{', '}'], "");
        operation.insert("operationId".into(), format!("{method}{words}").into());
        if let Some(body) = operation.get_mut("requestBody") {
            // What is not JSON says for itself whether it must be there.
            if let Some(name) = body["content"]["application/json"]["schema"]["$ref"].as_str() {
                let name = name.rsplit('/').next().unwrap();
                let needed = schemas[name]["required"].as_array().is_some_and(|names| !names.is_empty());
                body["required"] = (needed || method != "post").into();
            }
        }
        let shape = operation.remove(PATH_SHAPE);
        let parameters = operation.entry("parameters").or_insert_with(|| json!([])).as_array_mut().unwrap();
        for parameter in parameters.iter_mut().filter(|parameter| parameter["in"] == "query") {
            let (optional, schema) = never_null(parameter["schema"].take());
            assert!(optional || parameter["required"] == true, "{method} {path}: {}", parameter["name"]);
            parameter["schema"] = schema;
        }
        let names: Vec<_> = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
        for (at, name) in names.iter().enumerate() {
            // An id or a slug is read by hand.
            let any = json!({"type": "string", "minLength": 1, "maxLength": 255});
            let shape = shape.as_ref().map_or(any, |shape| shape["prefixItems"].get(at).unwrap_or(shape).clone());
            parameters.push(json!({"name": name, "in": "path", "required": true, "schema": shape}));
        }
        let name = format!("{} {path}", method.to_uppercase());
        operation.insert("tags".into(), json!([super::docs::group(path)]));
        operation.insert("security".into(), super::headers::security(&name));
        let headers = super::headers::of_success(&name, operation);
        let refusals = super::refusals::answers(&name, operation);
        let answers = operation["responses"].as_object_mut().unwrap();
        answers.remove("default");
        for answer in answers.values_mut() {
            answer["description"] = "Done.".into();
            answer["headers"] = headers.clone().into();
        }
        if headers.contains_key("X-Catalog-Version") {
            let unchanged = json!({"description": "What the client has is still right.", "headers": headers});
            answers.insert("304".into(), unchanged);
        }
        if ["GET /v1/products/{id}", "GET /v1/collections/{id}"].contains(&name.as_str()) {
            let mut headers = headers;
            headers.insert("Location".into(), super::headers::reference("Location"));
            let moved = json!({"description": "It has another slug now, and this address.", "headers": headers});
            answers.insert("301".into(), moved);
        }
        answers.extend(refusals);
        answers.sort_keys();
    }

    /// Takes types away that nothing refers to: those that only gave their members
    /// to parameters.
    fn forget_unnamed(document: &mut Value) {
        let text = document.to_string();
        let schemas = document["components"]["schemas"].as_object_mut().unwrap();
        schemas.retain(|name, _| text.contains(&format!("\"#/components/schemas/{name}\"")));
    }

    #[test]
    fn the_published_contract_is_the_codes() {
        let document = document();
        let described = serde_json::to_string_pretty(&document).unwrap() + "\n";
        let page = super::docs::page(&document);
        let shapes = super::shapes::script(&document);
        if std::env::var_os("UPDATE_OPENAPI").is_some() {
            std::fs::write("public/openapi.json", &described).unwrap();
            std::fs::write("public/docs.html", &page).unwrap();
            std::fs::write("src/wire/shapes.js", &shapes).unwrap();
        } else {
            let behind = "public/ is behind the code: UPDATE_OPENAPI=1 cargo test --lib openapi";
            assert!(shapes == include_str!("../wire/shapes.js"), "{behind}");
            assert!(described == crate::wire::contract::DOCUMENT && page == crate::wire::contract::PAGE, "{behind}");
        }
    }
}
