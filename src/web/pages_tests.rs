use super::*;
use crate::shelf::memory::CatalogMemory;
use crate::shelf::snapshot::{self, Level, Product};
use crate::testing::{Shop, block_on, product as made, settings};
use crate::wire::page;

/// A product that tries everything a title, a vendor and a picture may hold.
fn hostile() -> Product {
    let mut product = made(99, "<script>alert(1)</script>", Some(500), 99);
    product.vendor = Some("\"><b>".to_owned());
    product.description = "First <i>.\n\n\n\n Second. ".to_owned();
    product.options = vec![snapshot::ProductOption { name: "<u>".to_owned(), values: vec!["a".to_owned()] }];
    product.images = vec![snapshot::Image {
        url: "/a.svg\" onerror=\"x".to_owned(),
        alt: "\"'<>".to_owned(),
        width: None,
        height: None,
        srcset: None,
    }];
    let mut second = product.variants[0].clone();
    second.id = format!("var_{}", ulid::Ulid::from_parts(2, 2)).parse().unwrap();
    second.title = "<option>".to_owned();
    second.level = Level::InStock;
    second.prices[0].amount = 700;
    product.variants.push(second);
    product.level = Level::Low;
    product
}

fn snapshot() -> Snapshot {
    let mut products: Vec<_> = (0..30).map(|n| made(n, &format!("Product {n}"), Some(100), n as i64)).collect();
    products.push(hostile());
    products.push(made(50, "Unpriced", None, 50));
    Snapshot::new("7".into(), settings(), products)
}

const SITE: &str = "https://shop.example";

fn at<'a>(path: &'a str, query: &'a str) -> Reading<'a> {
    Reading { visitor: Visitor::default(), site: SITE, path, query }
}

fn get(snapshot: &Snapshot, path: &str, query: &str) -> String {
    let answer = answer(snapshot, &at(path, query)).unwrap().unwrap();
    assert_eq!(answer.content_type, "text/html; charset=utf-8");
    String::from_utf8(answer.body).unwrap()
}

/// The page but for its foot, which leads back to the very address.
fn body(html: &str) -> &str {
    html.split("<footer").next().unwrap()
}

/// The query of the link that is told apart by this.
fn linked<'a>(html: &'a str, mark: &str) -> &'a str {
    let before = html.split_once(mark).unwrap_or_else(|| panic!("no {mark} in {html}")).0;
    before.rsplit_once("href=\"/products?").unwrap().1
}

#[test]
fn the_shelves_are_shown_page_by_page_and_back() {
    let snapshot = snapshot();
    let home = get(&snapshot, "/", "utm_source=mail");
    assert_eq!(home.matches("class=\"card ").count(), page::DEFAULT_LIMIT);
    assert!(home.contains("href=\"/products\"") && body(&get(&snapshot, "/", "")) == body(&home));
    let first = get(&snapshot, "/products", "utm_source=mail");
    assert!(first.contains("31 products") && !first.contains("rel=\"prev\""));
    let second = get(&snapshot, "/products", linked(&first, "\" rel=\"next\""));
    assert_eq!(second.matches("class=\"card ").count(), 31 - page::DEFAULT_LIMIT);
    assert!(second.contains("Product 0<") && !second.contains("rel=\"next\""));
    let back = get(&snapshot, "/products", linked(&second, "\" rel=\"prev\""));
    let tiles = |html: &str| html.split_once("class=\"grid\"").unwrap().1.split_once("</ul>").unwrap().0.to_owned();
    assert_eq!(tiles(&back), tiles(&first));
}

#[test]
fn a_product_that_is_sold_out_cannot_be_ordered_but_looked_at() {
    let html = get(&snapshot(), "/products/slug-99", "");
    assert!(html.contains("In stock") && html.contains("€7.00"), "the first that is there is chosen: {html}");
    assert_eq!(html.matches("<p>First").count() + html.matches("<p>Second.</p>").count(), 2);
    let sold_out = get(&snapshot(), "/products/slug-3", "");
    assert!(sold_out.contains("This is sold out") && !sold_out.contains("class=\"buy\""));
}

#[test]
fn what_a_merchant_typed_does_not_run() {
    let snapshot = snapshot();
    let evil = "q=%3Cb%3E%22%20onerror&option.%3Cu%3E=%3Ci%3E&vendor=%3Cscript%3E&price_from=%3Cb%3E";
    let list = [get(&snapshot, "/products", ""), get(&snapshot, "/products", evil)];
    for html in [get(&snapshot, "/", ""), get(&snapshot, "/products/slug-99", "")].into_iter().chain(list) {
        for typed in ["<script>", "<b>", "<i>", "<u>", "<option>", "\" onerror"] {
            // In JSON a quote is one with a backslash before it.
            assert!(!html.replace("\\\"", "").contains(typed), "{typed} in {html}");
        }
    }
}

#[test]
fn what_is_not_there_is_a_problem_or_another_page() {
    let snapshot = snapshot();
    let status = |path, query| answer(&snapshot, &at(path, query)).unwrap().unwrap_err().status.as_u16();
    assert_eq!(status("/products/none", ""), 404);
    assert_eq!(status("/products/slug-50", ""), 404);
    assert_eq!(status("/products/%3Cb%3E", ""), 404);
    let nonsense = get(&snapshot, "/products", "cursor=nonsense&before=%00");
    assert_eq!(body(&nonsense), body(&get(&snapshot, "/products", "")));
    for path in ["/products/", "/products/a/b", "/cart", "/v1/products"] {
        assert!(answer(&snapshot, &at(path, "")).is_none(), "{path}");
    }
}

/// The two doors: the edge's synchronous one and the router's.
#[test]
fn both_doors_answer_alike() {
    let shop = Shop::new();
    let snapshot = std::sync::Arc::new(snapshot());
    CatalogMemory::of(&shop.app).set(snapshot.clone(), shop.app.clock.now());
    let site = shop.site();
    let etag = answer(&snapshot, &at("/", "")).unwrap().unwrap().etag;
    let targets =
        [("/", ""), ("/", "utm_source=mail"), ("/products", "q=product&locale=de"), ("/products/slug-99", "")];
    for (path, query) in targets {
        for condition in [None, Some(etag.as_str())] {
            let mut request = http::Request::get(format!("{path}?{query}"));
            if let Some(condition) = condition {
                request = request.header("if-none-match", condition);
            }
            let request = request.body(bytes::Bytes::new()).unwrap();
            let quick =
                answer(&snapshot, &Reading { site: "", ..at(path, query) }).unwrap().unwrap().unless_matched(condition);
            let response = block_on(site.answer(request));
            let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
            assert_eq!(response.status(), quick.status);
            assert_eq!(response.body().as_ref(), quick.body);
            assert_eq!(header("content-type"), quick.content_type);
            assert_eq!(header("etag"), quick.etag);
            assert_eq!(header("cache-control"), quick.cache_control);
            assert_eq!((header("vary"), quick.vary), ("accept-language, cookie".to_owned(), VARY));
            assert_eq!(header("x-catalog-version"), quick.catalog_version);
        }
    }
}

#[test]
fn a_lost_visitor_gets_a_page_and_a_program_json() {
    let shop = Shop::new();
    CatalogMemory::of(&shop.app).set(std::sync::Arc::new(snapshot()), shop.app.clock.now());
    let site = shop.site();
    let ask = |method: &str, path: &str, accept: &str| {
        let request = http::Request::builder().method(method).uri(path).header("accept", accept);
        let response = block_on(site.answer(request.body(bytes::Bytes::new()).unwrap()));
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        (response.status().as_u16(), header("content-type"), header("cache-control"))
    };
    let html = |status: u16| (status, "text/html; charset=utf-8".to_owned(), "no-store".to_owned());
    let json = |status: u16| (status, "application/problem+json".to_owned(), "no-store".to_owned());
    assert_eq!(ask("GET", "/products/none", "*/*"), html(404));
    assert_eq!(ask("GET", "/nowhere", "text/html,*/*;q=0.8"), html(404));
    assert_eq!(ask("GET", "/nowhere", "application/json"), json(404));
    assert_eq!(ask("GET", "/v1/nowhere", "text/html"), json(404));
    assert_eq!(ask("GET", "/cart/lines", "text/html"), html(405));
    assert_eq!(ask("POST", "/cart/lines", "text/html"), html(415));
    assert_eq!(ask("GET", "/orders/ord_none", "text/html"), html(404));
}
