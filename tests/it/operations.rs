//! `/healthz`, `/readyz`, `/openapi.json`, and what every answer carries.

use http::Method;
use serde_json::json;
use tradepost::app::Config;
use tradepost::ports::ObjectClass;

use crate::fixtures::payment;
use crate::host::faults::{Site, When};
use crate::openapi::METHODS;
use crate::shop::{Shop, unique};

#[tokio::test]
async fn the_worker_says_that_it_is_well() {
    let shop = Shop::open().await;
    let answer = shop.get("/healthz").send().await.expect(200);
    assert_eq!(answer.json()["status"], "ok");
}

#[tokio::test]
async fn readiness_looks_at_every_part() {
    let shop = Shop::open().await;
    let all_but = |lost: &str| {
        json!(["database", "cache", "objects"].map(|name| json!({ "name": name, "answers": name != lost })))
    };
    let ready = shop.get("/readyz").send().await.expect(200).json();
    assert_eq!(ready, json!({ "status": "ok", "parts": all_but("none") }));
    let Some(host) = shop.native_host("its parts cannot be made to fail") else { return };
    let pools = Site::Command(ObjectClass::Pool);
    for (part, site) in [("database", Site::Batch), ("cache", Site::CacheGet), ("objects", pools)] {
        host.faults.always(site, "", When::Before);
        let problem = shop.get("/readyz").send().await.problem(503, "unavailable");
        assert_eq!(problem["parts"], all_but(part));
        host.faults.clear();
    }
    shop.get("/readyz").send().await.expect(200);
}

#[tokio::test]
async fn the_description_is_openapi_3_1_and_names_the_contracts_routes() {
    let shop = Shop::open().await;
    let document = shop.openapi().await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."), "{}", document["openapi"]);
    for route in [
        "GET /healthz",
        "GET /readyz",
        "GET /v1/products",
        "GET /v1/products/{id}",
        "GET /v1/variants/{id}/availability",
        "POST /v1/carts",
        "GET /v1/carts/{id}",
        "POST /v1/carts/{id}/lines",
        "PATCH /v1/carts/{id}/lines/{line_id}",
        "DELETE /v1/carts/{id}/lines/{line_id}",
        "PUT /v1/carts/{id}/details",
        "GET /v1/carts/{id}/shipping-options",
        "PUT /v1/carts/{id}/shipping-option",
        "POST /v1/carts/{id}/order",
        "GET /v1/orders/{id}",
        "POST /v1/orders/{id}/payments",
        "POST /v1/orders/{id}/cancel",
        "POST /v1/auth/register",
        "POST /v1/auth/login",
        "POST /v1/auth/refresh",
        "POST /v1/auth/logout",
        "GET /v1/auth/sessions",
        "DELETE /v1/auth/sessions/{id}",
        "GET /v1/me",
        "GET /v1/me/orders",
        "GET /.well-known/jwks.json",
        "POST /v1/admin/products",
        "GET /v1/admin/products/{id}",
        "PATCH /v1/admin/products/{id}",
        "DELETE /v1/admin/products/{id}",
        "POST /v1/admin/stock/{id}/adjustments",
        "GET /v1/admin/stock/{id}",
        "GET /v1/admin/orders",
        "POST /v1/admin/carts/{id}/lines",
    ] {
        let (method, path) = route.split_once(' ').unwrap();
        let shape = |path: &str| {
            path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }.to_owned()).collect::<Vec<_>>()
        };
        let described =
            document["paths"].as_object().unwrap().iter().any(|(template, item)| {
                shape(template) == shape(path) && item[method.to_ascii_lowercase()].is_object()
            });
        assert!(described, "{route} is not described");
    }
}

#[tokio::test]
async fn the_contract_can_be_read_as_a_page() {
    let shop = Shop::open().await;
    let answer = shop.get("/docs").send().await.expect(200);
    assert!(answer.header("content-type").starts_with("text/html"), "{}", answer.told());
    let page = String::from_utf8(answer.body.to_vec()).unwrap();
    for (path, item) in shop.openapi().await["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            assert!(page.contains(&format!("id=\"{}{path}\"", method.to_uppercase())), "{method} {path}");
            let summary = operation["summary"].as_str().unwrap();
            assert!(!summary.is_empty(), "{method} {path} says nothing");
        }
    }
}

#[tokio::test]
async fn every_answer_carries_the_security_headers_and_a_request_id() {
    let shop = Shop::open().await;
    for path in ["/healthz", "/v1/nowhere", "/v1/carts/ord_nobodys", "/v1/admin/orders"] {
        let answer = shop.get(path).send().await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert!(answer.header("strict-transport-security").contains("includeSubDomains"), "{path}");
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert!(answer.header("x-request-id").starts_with("req_"), "{path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    }
}

#[tokio::test]
async fn request_ids_are_never_the_same() {
    let shop = Shop::open().await;
    let first = shop.get("/healthz").send().await;
    let second = shop.get("/healthz").header("x-request-id", first.header("x-request-id")).send().await;
    assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
}

#[tokio::test]
async fn head_answers_as_get_without_the_body() {
    let shop = Shop::open().await;
    for path in ["/healthz", "/v1/products", "/openapi.json"] {
        let (get, head) = (shop.get(path).send().await, shop.ask(Method::HEAD, path).send().await);
        assert_eq!(head.status, get.status, "{path}");
        assert!(head.body.is_empty(), "{path}: {}", head.told());
        assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
    }
}

#[tokio::test]
async fn options_says_which_methods_there_are() {
    let shop = Shop::open().await;
    for (path, method) in [("/healthz", "GET"), ("/v1/carts", "POST"), ("/v1/products", "GET")] {
        let answer = shop.ask(Method::OPTIONS, path).send().await.expect_success();
        assert!(
            answer.header("allow").split(',').any(|allowed| allowed.trim() == method),
            "{path}: {:?}",
            answer.headers
        );
    }
}

#[tokio::test]
async fn no_other_site_is_let_in_by_default() {
    let shop = Shop::open().await;
    for method in [Method::GET, Method::OPTIONS] {
        let asked = shop.ask(method, "/v1/products").header("origin", "https://evil.example");
        let answer = asked.header("access-control-request-method", "GET").send().await;
        assert_eq!(answer.header("access-control-allow-origin"), "");
    }
}

#[tokio::test]
async fn sites_that_are_listed_are_let_in_and_caches_are_told() {
    let config = Config { cors_origins: vec!["https://good.example".to_owned()], ..Config::default() };
    let Some(shop) = Shop::configured("its origins are not known", config).await else { return };
    for (origin, let_in) in [("https://good.example", true), ("https://evil.example", false)] {
        for path in ["/v1/products", "/healthz", "/v1/nowhere"] {
            let answer = shop.get(path).header("origin", origin).send().await;
            let allowed = answer.header("access-control-allow-origin");
            assert_eq!(allowed, if let_in { origin } else { "" }, "{path}");
            assert!(answer.header("vary").contains("origin"), "{path}: {:?}", answer.headers);
        }
    }
    let alone = shop.get("/v1/products").send().await.expect(200);
    assert!(alone.header("vary").contains("origin"), "{:?}", alone.headers);
}

#[tokio::test]
async fn a_deployed_shop_takes_no_test_payments_and_has_no_development_routes() {
    let Some(shop) = Shop::configured("how it is configured is not known", Config::default()).await else { return };
    let cart = shop.cart().await;
    let refused = shop.place(&cart, "pm_card_visa").await;
    assert_eq!(refused.pointers(), ["/payment/provider"]);
    let payments = shop.post(&cart.order_path("/payments")).cart_token(&cart.token);
    assert_eq!(payments.json(payment("pm_card_visa")).send().await.pointers(), ["/provider"]);
    shop.post(&format!("/dev/orders/{}/republish", cart.id)).send().await.problem(404, "not_found");
    for when in ["at-once", "later"] {
        shop.post(&format!("/dev/panic/{when}")).send().await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn telling_the_lists_once_more_shows_nobody_the_order() {
    let shop = Shop::open().await;
    let product = shop.stocked(1).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    shop.place(&cart, "pm_card_visa").await.expect(201);
    let answer = shop.post(&format!("/dev/orders/{}/republish", cart.id)).send().await.expect(202);
    assert!(answer.body.is_empty(), "{}", answer.told());
}

#[tokio::test]
async fn an_unknown_path_is_a_problem() {
    let shop = Shop::open().await;
    for path in ["/v1/nowhere", "/v2/products", "/.git/config", "/.env", "/v1/products/a/b/c"] {
        shop.get(path).send().await.problem(404, "not_found");
    }
    shop.post(&format!("/{}", unique("x"))).json(json!({})).send().await.problem(404, "not_found");
}

#[tokio::test]
async fn a_method_that_a_path_has_not_is_a_problem_that_names_those_it_has() {
    let shop = Shop::open().await;
    let operations = shop.operations().await;
    for operation in &operations {
        for method in METHODS {
            let described =
                |other: &crate::openapi::Operation| other.template == operation.template && other.method == method;
            if !operations.iter().any(described) {
                let answer = shop.ask(method, &operation.path()).send().await;
                answer.problem(405, "method_not_allowed");
                assert!(
                    answer.header("allow").contains(operation.method.as_str()),
                    "{}: {:?}",
                    answer.told(),
                    answer.headers
                );
            }
        }
    }
}
