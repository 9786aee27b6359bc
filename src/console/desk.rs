//! Who sits at the desk, and how a page asks the API: through the same door as
//! any client, with what the browser sent. So rules, permissions and errors are
//! the API's, and the console can do nothing that it cannot.

use axum::extract::FromRequestParts;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use serde_json::Value;

use crate::app::App;
use crate::auth::{Caller, Role, cookies};
use crate::json;
use crate::problem::Problem;
use crate::together::{ALL, together};
use crate::wire::site::Site;

/// What of a page's own request says nothing of what the API is asked.
const OWN: [HeaderName; 6] = [
    header::ACCEPT,
    header::CONTENT_TYPE,
    header::CONTENT_LENGTH,
    header::IF_MATCH,
    header::IF_NONE_MATCH,
    HeaderName::from_static("idempotency-key"),
];

pub struct Desk {
    site: Site,
    /// What the API is sent with everything it is asked.
    headers: HeaderMap,
    caller: Caller,
    /// What the browser is to keep, if its session was refreshed on the way.
    pub cookies: Vec<HeaderValue>,
}

/// What the API answered.
pub struct Reply {
    pub status: StatusCode,
    /// `null` where it is empty.
    pub json: Value,
    /// The version that was read, for `If-Match`.
    pub etag: String,
    pub cookies: Vec<HeaderValue>,
}

impl Desk {
    /// The role, as the token says: which pages to offer. What it may do is
    /// decided by what is asked.
    pub fn role(&self) -> Option<Role> {
        self.caller.account.map(|account| account.role)
    }

    pub async fn read(&self, path: &str) -> Reply {
        self.ask(Method::GET, path, Bytes::new(), &[]).await
    }

    /// What the API has at each of these paths, asked side by side.
    pub async fn read_all(&self, paths: Vec<String>) -> Vec<Reply> {
        together(paths.iter().map(|path| self.read(path)).collect(), ALL).await
    }

    /// Asks the API. `more`: headers beside those that the browser sent, none
    /// where a value is empty.
    pub async fn ask(&self, method: Method, path: &str, body: Bytes, more: &[(HeaderName, &str)]) -> Reply {
        let mut request = Request::new(body);
        let Ok(uri) = path.parse() else { return Reply::nothing(StatusCode::NOT_FOUND) };
        *request.uri_mut() = uri;
        request.headers_mut().clone_from(&self.headers);
        let json = (method != Method::GET).then_some((header::CONTENT_TYPE, "application/json"));
        for (name, value) in more.iter().cloned().chain(json).filter(|(_, value)| !value.is_empty()) {
            if let Ok(value) = HeaderValue::from_str(value) {
                request.headers_mut().insert(name, value);
            }
        }
        *request.method_mut() = method;
        let (parts, body) = Box::pin(self.site.answer(request)).await.into_parts();
        let etag = parts.headers.get(header::ETAG).and_then(|etag| etag.to_str().ok());
        Reply {
            status: parts.status,
            json: json::read(&body).unwrap_or_default(),
            etag: etag.unwrap_or_default().to_owned(),
            cookies: parts.headers.get_all(header::SET_COOKIE).into_iter().cloned().collect(),
        }
    }

    /// Changes the session's tokens for new ones. The cookie that this takes is
    /// `SameSite=Strict`: no other site's page can have sent it.
    async fn refresh(&mut self) {
        let own = (HeaderName::from_static("sec-fetch-site"), "same-origin");
        let reply = self.ask(Method::POST, "/v1/auth/refresh", Bytes::from_static(b"{}"), &[own]).await;
        let fresh = reply.cookies.iter().filter_map(|line| line.to_str().ok()?.split(';').next());
        let sent = self.headers.get_all(header::COOKIE).into_iter().filter_map(|line| line.to_str().ok());
        // Of two cookies with one name the first counts.
        let all: Vec<&str> = fresh.chain(sent).collect();
        if let Ok(value) = HeaderValue::from_str(&all.join("; ")) {
            self.headers.insert(header::COOKIE, value);
        }
        self.cookies = reply.cookies;
    }
}

impl Reply {
    /// An answer without anything in it.
    pub fn nothing(status: StatusCode) -> Self {
        Self { status, json: Value::Null, etag: String::new(), cookies: Vec::new() }
    }

    /// A text of a problem.
    pub fn said(&self, member: &str) -> &str {
        self.json.get(member).and_then(Value::as_str).unwrap_or_default()
    }
}

impl FromRequestParts<App> for Desk {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let site =
            parts.extensions.get::<Site>().cloned().ok_or_else(|| Problem::internal("a page outside of a site"))?;
        let mut headers = parts.headers.clone();
        OWN.iter().for_each(|name| drop(headers.remove(name)));
        let caller = Caller::from_request_parts(parts, app).await?;
        let mut desk = Self { site, headers, caller, cookies: Vec::new() };
        if desk.caller.account.is_none() && cookies::read(&desk.headers, cookies::REFRESH).is_some() {
            desk.refresh().await;
            parts.headers.clone_from(&desk.headers);
            desk.caller = Caller::from_request_parts(parts, app).await?;
        }
        Ok(desk)
    }
}
