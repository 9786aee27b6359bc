use serde_json::Value;

use super::*;
use crate::shelf::memory::CatalogMemory;
use crate::testing::{Shop, block_on, product, settings};

fn snapshot() -> Snapshot {
    let products = (0..30).map(|n| product(n, &format!("Product {n}"), Some(100 + n as i64), n as i64));
    Snapshot::new("7".into(), settings(), products.collect())
}

fn get(snapshot: &Snapshot, path: &str, query: &str) -> ReadAnswer {
    answer(snapshot, path, query).unwrap().unwrap()
}

#[test]
fn a_list_is_an_envelope() {
    let answer = get(&snapshot(), "/v1/products", "sort=title&limit=2");
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(body["total"], 30);
    assert_eq!(body["items"][0]["title"], "Product 0");
    assert_eq!(body["items"][0]["price"]["from"]["amount"], 100);
    assert_eq!(body["items"][0]["available"], "out");
    assert!(body["next_cursor"].is_string());
    assert_eq!(answer.catalog_version, "7");
}

#[test]
fn a_product_is_found_by_id_and_by_slug() {
    let snapshot = snapshot();
    let by_slug = get(&snapshot, "/v1/products/slug-3", "currency=EUR");
    let body: Value = serde_json::from_slice(&by_slug.body).unwrap();
    let id = body["id"].as_str().unwrap();
    assert_eq!(get(&snapshot, &format!("/v1/products/{id}"), ""), by_slug);
    assert_eq!(body["variants"][0]["price"]["amount"], 103);
    let pounds: Value = serde_json::from_slice(&get(&snapshot, "/v1/products/slug-3", "currency=GBP").body).unwrap();
    assert!(pounds["price"].is_null() && pounds["variants"][0]["price"].is_null());
}

#[test]
fn what_is_not_there_is_a_problem_or_not_the_catalogs() {
    let snapshot = snapshot();
    let status = |path, query| answer(&snapshot, path, query).unwrap().unwrap_err().status.as_u16();
    assert_eq!(status("/v1/products/none", ""), 404);
    assert_eq!(status("/v1/products/prod_01ARZ3NDEKTSV4RRFFQ69G5FAV", ""), 404);
    assert_eq!(status("/v1/products/%00", ""), 404);
    assert_eq!(status("/v1/products/slug-3", "x=1"), 422);
    assert_eq!(status("/v1/products", "x=1"), 422);
    for path in ["/", "/v1/products/", "/v1/products/a/b", "/v1/product", "/v1/carts"] {
        assert!(answer(&snapshot, path, "").is_none(), "{path}");
    }
}

#[test]
fn a_client_that_has_the_bytes_gets_304() {
    let answer = get(&snapshot(), "/v1/products", "");
    let etag = answer.etag.clone();
    assert!(etag.starts_with("\"7-") && etag.ends_with('"'));
    for header in [etag.clone(), format!("W/{etag}"), format!("\"x\", {etag}"), "*".to_owned()] {
        let not_modified = answer.clone().unless_matched(Some(&header));
        assert_eq!((not_modified.status.as_u16(), not_modified.body.len()), (304, 0));
        assert_eq!(not_modified.etag, etag);
    }
    for header in ["\"x\"", "", "W/", etag.trim_matches('"')] {
        assert_eq!(answer.clone().unless_matched(Some(header)).status, 200);
    }
    assert_eq!(answer.clone().unless_matched(None), answer);
}

#[test]
fn another_version_or_another_body_is_another_etag() {
    let snapshot = snapshot();
    let tags = ["limit=1", "limit=2", "sort=title"].map(|query| get(&snapshot, "/v1/products", query).etag);
    assert!(tags[0] != tags[1] && tags[1] != tags[2]);
    let next = Snapshot::new(
        "8".into(),
        settings(),
        snapshot.products.iter().map(|product| product.product().unwrap()).collect(),
    );
    assert_ne!(get(&next, "/v1/products", "limit=1").etag, tags[0]);
}

/// The two doors: the edge's synchronous one and the router's.
#[test]
fn both_doors_answer_alike() {
    let shop = Shop::new();
    let snapshot = std::sync::Arc::new(snapshot());
    CatalogMemory::of(&shop.app).set(snapshot.clone(), shop.app.clock.now());
    let site = shop.site();
    let targets =
        ["/v1/products", "/v1/products?sort=price_desc&limit=3&in_stock=false", "/v1/products/slug-9?currency=USD"];
    let etag = get(&snapshot, "/v1/products", "").etag;
    for (target, condition) in targets.iter().flat_map(|target| [(target, None), (target, Some(etag.as_str()))]) {
        let mut request = http::Request::get(*target);
        if let Some(condition) = condition {
            request = request.header("if-none-match", condition);
        }
        let request = request.body(bytes::Bytes::new()).unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let quick = get(&snapshot, path, query).unless_matched(condition);
        let response = block_on(site.answer(request));
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(response.status(), quick.status);
        assert_eq!(response.body().as_ref(), quick.body);
        assert_eq!(header("content-type"), quick.content_type);
        assert_eq!(header("etag"), quick.etag);
        assert_eq!(header("cache-control"), quick.cache_control);
        assert_eq!(header("x-catalog-version"), quick.catalog_version);
    }
}
