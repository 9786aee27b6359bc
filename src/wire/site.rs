//! The site: the routes, and what every answer of theirs passes through.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use http_body_util::BodyExt;
use tower_service::Service;

use super::cross_origin::cross_origin;
use super::forgery::forged;
use super::headers::security_headers;
use crate::app::App;
use crate::ids::RequestId;
use crate::problem::Problem;
use crate::telemetry;
use crate::text::Language;

crate::codes! {
    /// This path has no such method; `Allow` names those that there are.
    METHOD_NOT_ALLOWED = METHOD_NOT_ALLOWED "method_not_allowed";
}

/// How a problem is shown to a person; whoever makes the pages says it.
#[derive(Clone, Copy)]
pub struct ProblemPages {
    /// The language of the page that a problem at this address is shown as, if it is.
    pub wanted: fn(&Uri, &HeaderMap) -> Option<Language>,
    /// The page, as HTML.
    pub page: fn(&App, &Problem, RequestId, Language) -> String,
}

/// Ready to answer. Building it is slow: once per isolate.
#[derive(Clone)]
pub struct Site {
    app: App,
    router: Router,
    pages: ProblemPages,
}

impl Site {
    pub fn new(app: App, routes: Router<App>, pages: ProblemPages) -> Self {
        let routes = routes
            .fallback(async || Problem::not_found())
            .method_not_allowed_fallback(async || Problem::new(METHOD_NOT_ALLOWED, "this path has no such method"));
        // With nobody to let in, no answer says a word about it.
        let origins = &app.config.cors_origins;
        let routes = if origins.is_empty() { routes } else { routes.layer(cross_origin(origins)) };
        Self { router: routes.with_state(app.clone()), app, pages }
    }

    /// Answers one request: routes it, writes problems out, and adds what every
    /// answer carries.
    pub async fn answer(&self, request: http::Request<Bytes>) -> http::Response<Bytes> {
        let Self { app, pages, .. } = self;
        let request_id = RequestId::new(app.clock.now(), &*app.entropy);
        let (parts, bytes) = request.into_parts();
        let for_people = (pages.wanted)(&parts.uri, &parts.headers);
        let line =
            telemetry::RequestLine { method: parts.method.clone(), path: parts.uri.path().to_owned(), request_id };
        let mut request = Request::from_parts(parts, Body::from(bytes));
        // For pages that ask the API as any client would.
        request.extensions_mut().insert(self.clone());
        // For what is written down of a change.
        request.extensions_mut().insert(request_id);
        let asks_methods =
            request.method() == Method::OPTIONS && !request.headers().contains_key("access-control-request-method");
        if asks_methods {
            // No route takes this one, so the refusal names those that there are.
            *request.method_mut() = Method::TRACE;
        }
        let mut response = match forged(request.method(), request.uri().path(), request.headers()) {
            Some(problem) => problem.into_response(),
            None => match self.router.clone().call(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            },
        };
        if asks_methods && response.status() == StatusCode::METHOD_NOT_ALLOWED {
            response.extensions_mut().remove::<Problem>();
            *response.status_mut() = StatusCode::NO_CONTENT;
        }
        self.finish(line, for_people, response).await
    }

    async fn finish(
        &self,
        line: telemetry::RequestLine,
        for_people: Option<Language>,
        response: Response,
    ) -> http::Response<Bytes> {
        let request_id = line.request_id;
        let (mut parts, body) = response.into_parts();
        let mut body = body.collect().await.map(|collected| collected.to_bytes()).unwrap_or_default();
        if let Some(problem) = parts.extensions.remove::<Problem>() {
            telemetry::log_problem(&line, &problem);
            for (name, value) in &problem.headers {
                parts.headers.append(name, value.clone());
            }
            // A page may tell of its problem itself.
            if body.is_empty() {
                let (content_type, text) = match for_people {
                    Some(language) => {
                        let page = (self.pages.page)(&self.app, &problem, request_id, language);
                        ("text/html; charset=utf-8", page.into_bytes())
                    }
                    None => ("application/problem+json", problem.body(&request_id.to_string())),
                };
                parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
                body = Bytes::from(text);
            }
        }
        let content_type = parts.headers.get(header::CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
        let of_catalog = parts.headers.contains_key("x-catalog-version");
        for (name, value) in security_headers(content_type, of_catalog) {
            parts.headers.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
        }
        parts.headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        if let Ok(value) = HeaderValue::from_str(&request_id.to_string()) {
            parts.headers.insert(HeaderName::from_static("x-request-id"), value);
        }
        parts.headers.remove(header::CONTENT_LENGTH);
        http::Response::from_parts(parts, body)
    }
}
