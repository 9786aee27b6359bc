//! A problem as a page. It is written by `wire::site`, which knows the
//! request's id, wherever a page was asked for: no handler has to.

use askama::Template;
use http::{HeaderMap, Uri, header};

use super::frame::Frame;
use super::visitor::Visitor;
use super::words::Fill;
use super::words::buying::BuyingWords;
use super::words::problems::{self, ProblemWords};
use crate::app::App;
use crate::ids::RequestId;
use crate::problem::Problem;
use crate::shelf::memory::CatalogMemory;
use crate::text::Language;

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    frame: Frame<'a>,
    status: u16,
    title: &'static str,
    text: String,
    back_to_shop: &'static str,
    /// What to quote of it.
    quote: Option<String>,
}

/// The language of the page that a problem is shown as, if it is shown as one:
/// what was read in, as everywhere.
pub fn for_people(uri: &Uri, headers: &HeaderMap) -> Option<Language> {
    let visitor = || Visitor::from(headers).at(uri.query().unwrap_or_default());
    is_for_people(uri.path(), headers).then(|| visitor().language)
}

/// Whether a problem at this path is shown as a page. Programs get JSON under
/// `/v1`; elsewhere a browser, which asks for HTML, may have lost its way.
fn is_for_people(path: &str, headers: &HeaderMap) -> bool {
    let first = path.split('/').nth(1).unwrap_or("");
    let asks = |value: &http::HeaderValue| value.to_str().is_ok_and(|value| value.contains("text/html"));
    match first {
        "" if path == "/" => true,
        "products" | "collections" | "cart" | "checkout" | "orders" | "preferences" | "admin" => true,
        "v1" | "dev" | "healthz" | "readyz" | ".well-known" => false,
        _ => headers.get_all(header::ACCEPT).iter().any(asks),
    }
}

pub fn page(app: &App, problem: &Problem, request_id: RequestId, language: Language) -> String {
    let snapshot = CatalogMemory::of(app).get();
    let visitor = Visitor { language, currency: None };
    let (title, text) = problems::page(language, problem);
    let quoted = || ProblemWords::of(language).quote_this.with(&request_id.to_string());
    let page = ErrorPage {
        frame: snapshot.as_ref().map_or_else(|| Frame::unknown(&visitor), |snapshot| Frame::new(snapshot, &visitor)),
        status: problem.status.as_u16(),
        title,
        text,
        back_to_shop: BuyingWords::of(language).back_to_shop,
        quote: problem.cause.is_some().then(quoted),
    };
    page.render().unwrap_or_else(|_| title.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn people_get_pages_and_programs_get_json() {
        let none = HeaderMap::new();
        let mut browser = HeaderMap::new();
        browser.insert(header::ACCEPT, HeaderValue::from_static("text/html,application/xhtml+xml,*/*;q=0.8"));
        for path in
            ["/", "/cart/lines/line_1", "/products/nothing", "/collections/nothing", "/orders/ord_1", "/checkout"]
        {
            assert!(is_for_people(path, &none), "{path}");
        }
        for path in ["/v1/products", "/v1", "/healthz", "/.well-known/jwks.json", "/dev/x"] {
            assert!(!is_for_people(path, &browser), "{path}");
        }
        assert!(is_for_people("/wp-login.php", &browser));
        assert!(!is_for_people("/wp-login.php", &none) && !is_for_people("//v1/products", &none));
    }

    #[test]
    fn a_detail_that_repeats_input_is_escaped() {
        let (title, text) = problems::page(Language::En, &Problem::invalid_field("", "no <script>"));
        let page = ErrorPage {
            frame: Frame { shop_name: "<b>", ..Frame::unknown(&Visitor::default()) },
            status: 422,
            title,
            text,
            back_to_shop: "",
            quote: Some("req_1".to_owned()),
        };
        let html = page.render().unwrap();
        assert!(!html.contains("<script>") && !html.contains("<b>"));
        assert!(html.contains("No &#60;script&#62;.") && html.contains("req_1"));
    }
}
