//! The console over HTTP: one handler for all of its pages. A page is asked of
//! the API and shown; a form is sent to the API, and leads on or comes back.

use axum::extract::{FromRequestParts, Request, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use serde_json::Value;

use super::desk::{Desk, Reply};
use super::form::Refused;
use super::kept;
use super::laid_out::{Given, filter_again, parts, query, summary};
use super::loading::{Loaded, as_sent, asked, asked_of_api, load, outcome, put};
use super::named;
use super::ours::is_ours;
use super::page::{Block, Form, Link, Manner, Page, Takes, Verb};
use super::pages::{self, Found};
use super::review;
use super::shown::{at, filled, plain, words};
use super::typed::{self, Pairs, Sent};
use super::upload::{self, Upload};
use super::variants;
use super::view::{Entry, Part, View};
use crate::app::App;
use crate::auth::Role;
use crate::ids::RequestId;
use crate::json;
use crate::problem::Problem;
use crate::shelf::memory::CatalogMemory;
use crate::web::ErrorSummary;
use crate::wire::extract::{MAX_BODY, body_of, most_bytes};

/// As strict as the storefront's, with a script of our own that asks our own API.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
     img-src 'self' https: data:; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Of a letter in its frame: it has the styles that mail needs, and can do nothing.
const LETTER_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; \
     sandbox; frame-ancestors 'self'";

/// The largest form with a file in it, in bytes: the file that the API takes, and the fields.
const MAX_UPLOAD: usize = 25 * 1024 * 1024 + MAX_BODY;

const SIGN_IN: &str = "/sign-in";

/// Shows a page, or sends one of its forms: one handler for both, as each weighs
/// more than what it does.
pub async fn answer_page(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let desk = Desk::from_request_parts(&mut parts, &app).await?;
    let visit = Visit::new(&app, &desk, &parts.uri);
    if parts.method == Method::POST {
        let boundary = upload::boundary(&parts.headers);
        let most = if boundary.is_some() { MAX_UPLOAD } else { most_bytes(parts.uri.path()) };
        let bytes = body_of(Request::from_parts(parts.clone(), body), most).await?;
        let Upload { pairs, file } = match boundary {
            Some(boundary) => upload::read(&bytes, &boundary),
            None => Upload { pairs: form_urlencoded::parse(&bytes).into_owned().collect(), file: Bytes::new() },
        };
        return visit.post(pairs, file).await;
    }
    let answer = match visit.look_up() {
        Err(refusal) => refusal,
        Ok(found) => match load(&desk, &found, &visit.query).await {
            Ok(loaded) if !found.page.letter.is_empty() => Ok(letter(plain(at(&loaded.json, found.page.letter)))),
            Ok(loaded) => visit.show(found.page, &loaded, None, None),
            Err(reply) => visit.unlisted(found.page, &reply),
        },
    };
    Ok(visit.sent(answer?, &[]))
}

/// One request for a page.
struct Visit<'a> {
    app: &'a App,
    desk: &'a Desk,
    /// Below `/admin`.
    path: &'a str,
    query: Vec<(String, String)>,
}

impl<'a> Visit<'a> {
    fn new(app: &'a App, desk: &'a Desk, uri: &'a Uri) -> Self {
        let path = uri.path().strip_prefix("/admin").unwrap_or_default().trim_end_matches('/');
        let query = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
        Self { app, desk, path, query }
    }

    /// Sends one of the page's forms to the API. Which route that is the page says,
    /// not the request.
    async fn post(&self, pairs: Vec<(String, String)>, file: Bytes) -> Result<Response, Problem> {
        let found = match self.look_up() {
            Err(_) if self.desk.role().is_none() => return Ok(self.sent(self.session_over(&pairs)?, &[])),
            Err(refusal) => return Ok(self.sent(refusal?, &[])),
            Ok(found) => found,
        };
        let wanted = value(&pairs, "_do");
        let form = found.page.forms().find(|form| form.id == wanted).ok_or_else(Problem::not_found)?;
        let sent = typed::read(&variants::named(self.desk, &pairs).await);
        if review::is_taken_back(&pairs) {
            let unchanged = Reply::nothing(StatusCode::OK);
            return Ok(self.sent(self.refused(&found, form, &pairs, &sent, &unchanged).await?, &[]));
        }
        let review = review::of(form, &pairs);
        let reply = self.send(&found, form, review.map(|(path, _)| path), (&pairs, file), &sent).await;
        let answer = match (reply.status.is_success(), review) {
            (true, Some((_, blocks))) => {
                self.asked_back(&found, form, blocks, &pairs, (&sent.body, reply.json.clone())).await
            }
            (true, None) => self.done(&found, form, &pairs, &sent, &reply).await,
            (false, _) => self.refused(&found, form, &pairs, &sent, &reply).await,
        };
        Ok(self.sent(answer?, &reply.cookies))
    }

    /// Sends a form to its route, or to that which says what would come of it.
    async fn send(
        &self,
        found: &Found,
        form: &'static Form,
        review: Option<&'static str>,
        (pairs, file): (&Pairs, Bytes),
        sent: &Sent,
    ) -> Reply {
        let within =
            pairs.iter().filter_map(|(name, text)| Some((name.strip_prefix("_at.")?.to_owned(), text.clone().into())));
        let all = within.chain(found.places.clone()).collect();
        let path = filled(review.unwrap_or(form.path), &Value::Object(all), true);
        let body = match form.fields {
            [] => Bytes::from_static(b"{}"),
            fields if fields.iter().any(|field| matches!(field.takes, Takes::File)) => file,
            _ => Bytes::from(json::text(&sent.body)),
        };
        // What is made anew has no version, and what replaces or removes may be repeated.
        let (key, etag) = match form.verb {
            Verb::Post if review.is_some() => ("", ""),
            Verb::Post => (value(pairs, "_key"), ""),
            _ => ("", value(pairs, "_etag")),
        };
        let more = [(header::IF_MATCH, etag), (HeaderName::from_static("idempotency-key"), key)];
        self.desk.ask(form.verb.method(), &path, body, &more).await
    }

    /// The page at the address, for whoever may see it.
    fn look_up(&self) -> Result<Found, Result<Response, Problem>> {
        let found = pages::find(self.path);
        let open = found.as_ref().is_some_and(|found| found.page.open);
        match self.desk.role() {
            None if !open => return Err(Ok(self.to_sign_in())),
            Some(Role::Customer) if !open => return Err(self.told(StatusCode::FORBIDDEN, NOT_STAFF)),
            _ => {}
        }
        found.ok_or_else(|| self.told(StatusCode::NOT_FOUND, NOT_HERE))
    }

    /// To the sign-in, and from there back to here.
    fn to_sign_in(&self) -> Response {
        let said = self.query.iter().map(|(name, text)| (name.as_str(), text.as_str()));
        let here = format!("/admin{}{}", self.path, query(said));
        let back = query([("next", here.as_str())].into_iter());
        Redirect::to(&format!("/admin{SIGN_IN}{back}")).into_response()
    }

    fn show(
        &self,
        page: &'static Page,
        loaded: &Loaded,
        refused: Option<(&'static str, Refused<'_>, Option<&Reply>)>,
        revealed: Option<(&'static str, &Value)>,
    ) -> Result<Response, Problem> {
        let key = || RequestId::new(self.app.clock.now(), &*self.app.entropy).to_string();
        let Loaded { json, etag } = loaded;
        let (refused, problem) = refused.map(|(id, refused, reply)| ((id, refused), reply)).unzip();
        let (asked, asked_of_api) = (&*asked(page, &self.query), &*asked_of_api(page, &self.query));
        let (path, query) = (self.path, &*self.query);
        let given = Given { json, etag, path, query, asked, asked_of_api, refused, revealed, key: &key };
        let (parts, wrong) = parts(page.blocks, &given);
        let problem = problem.flatten();
        let status = problem.map_or(StatusCode::OK, |reply| reply.status);
        let problem = problem.filter(|reply| !reply.status.is_success());
        let problem = problem.map(|reply| summary(&reply.json, wrong));
        let done = revealed.map_or_else(|| value(&self.query, "done"), |(id, _)| id);
        self.page(status, page.under, filled(page.title, json, false), pages::said(done), problem, parts)
    }

    /// To lay out what no form was sent from.
    fn given<'b>(&'b self, json: &'b Value) -> Given<'b> {
        let (etag, asked, asked_of_api, refused, revealed) = ("", "", "", None, None);
        Given {
            json,
            etag,
            path: self.path,
            query: &self.query,
            asked,
            asked_of_api,
            refused,
            revealed,
            key: &String::new,
        }
    }

    /// What the API would not list as it was asked: what can be asked, with what is
    /// wrong with it; else a page about it.
    fn unlisted(&self, page: &'static Page, reply: &Reply) -> Result<Response, Problem> {
        match filter_again(page.blocks, &self.given(&Value::Null), &reply.json) {
            Some((parts, wrong)) if reply.status == StatusCode::UNPROCESSABLE_ENTITY => {
                let (title, problem) = (filled(page.title, &Value::Null, false), summary(&reply.json, wrong));
                self.page(reply.status, page.under, title, "", Some(problem), parts)
            }
            _ => self.refuse(reply, &[]),
        }
    }

    /// What a form would come to, as asked and answered, to be confirmed.
    async fn asked_back(
        &self,
        found: &Found,
        form: &'static Form,
        blocks: &'static [Block],
        sent: &Pairs,
        (body, mut answer): (&Value, Value),
    ) -> Result<Response, Problem> {
        match load(self.desk, found, &self.query).await {
            Ok(Loaded { json, .. }) => {
                named::name(&mut answer);
                named::edited(&mut answer, &json);
                named::asked(&mut answer, body, &json);
                let (mut shown, _) = parts(blocks, &self.given(&answer));
                shown.push(Part::Forms(vec![review::confirming(form, sent)]));
                let title = filled(found.page.title, &json, false);
                self.page(StatusCode::OK, found.page.under, title, "", None, shown)
            }
            Err(reply) => self.refuse(&reply, sent),
        }
    }

    /// A form that was done leads on, or shows what is seen only once.
    async fn done(
        &self,
        found: &Found,
        form: &'static Form,
        pairs: &Pairs,
        sent: &Sent,
        reply: &Reply,
    ) -> Result<Response, Problem> {
        if matches!(form.manner, Manner::Reveal(_) | Manner::Answer | Manner::Each) {
            return match load(self.desk, found, &as_sent(found.page, &self.query, pairs)).await {
                Ok(mut loaded) if matches!(form.manner, Manner::Answer) => {
                    put(&mut loaded.json, "_answer", reply.json.clone());
                    // What was typed stays, to be mended or added to, unless the form is done with.
                    let there = form.when.iter().all(|when| when.holds(&loaded.json));
                    let typed = there.then(|| (form.id, Refused::new(pairs, sent, reply), None));
                    self.show(found.page, &loaded, typed, Some((form.id, &reply.json)))
                }
                Ok(mut loaded) => {
                    let each = matches!(form.manner, Manner::Each);
                    // What was typed for those that refused stays, to be mended.
                    let typed = each.then(|| (form.id, Refused::new(pairs, sent, reply), None));
                    if each {
                        outcome(&mut loaded.json, &reply.json);
                    }
                    self.show(found.page, &loaded, typed, Some((form.id, &reply.json)))
                }
                // It was done: under its own key, what it said can be had again.
                Err(reply) => self.refuse(&reply, pairs),
            };
        }
        let next = Some(value(pairs, "_next")).filter(|next| is_ours(next));
        let mut said: Vec<(&str, &str)> = Vec::new();
        let then = match (next, form.then) {
            (Some(next), _) => return Ok(Redirect::to(next).into_response()),
            (None, None) => {
                said.extend(self.query.iter().map(|(name, text)| (name.as_str(), text.as_str())));
                self.path.to_owned()
            }
            (None, Some(then)) => filled(then, &reply.json, true),
        };
        said.retain(|(name, _)| *name != "done");
        said.extend((!form.done.is_empty()).then_some(("done", form.id)));
        Ok(Redirect::to(&format!("/admin{then}{}", query(said.into_iter()))).into_response())
    }

    /// The page once more, with what was typed and what is wrong with it.
    async fn refused(
        &self,
        found: &Found,
        form: &'static Form,
        pairs: &Pairs,
        sent: &Sent,
        reply: &Reply,
    ) -> Result<Response, Problem> {
        if reply.status == StatusCode::UNAUTHORIZED && !found.page.open {
            return self.session_over(pairs);
        }
        match load(self.desk, found, &as_sent(found.page, &self.query, pairs)).await {
            Ok(loaded) => {
                let refused = Refused::new(pairs, sent, reply);
                self.show(found.page, &loaded, Some((form.id, refused, Some(reply))), None)
            }
            Err(_) => self.refuse(reply, pairs),
        }
    }

    /// A page about what the API would not show, with what was sent where it did not
    /// answer at all.
    fn refuse(&self, reply: &Reply, sent: &Pairs) -> Result<Response, Problem> {
        match reply.status {
            StatusCode::UNAUTHORIZED => Ok(self.to_sign_in()),
            StatusCode::NOT_FOUND => self.told(StatusCode::NOT_FOUND, NOT_HERE),
            status => {
                let title = format!("{}.", words(reply.said("code")));
                let problem = Some(summary(&reply.json, Vec::new()));
                let kept = if status.is_server_error() { kept::fields(self.path, sent) } else { Vec::new() };
                let again = (!kept.is_empty()).then(|| Part::Again(String::new(), kept));
                self.page(status, "", title, "", problem, again.into_iter().collect())
            }
        }
    }

    /// What was typed waits in the page, to be sent once more under the same key.
    fn session_over(&self, pairs: &Pairs) -> Result<Response, Problem> {
        let (title, kept, lost) = SESSION_OVER;
        let again = kept::fields(self.path, pairs);
        let text = if again.is_empty() { lost } else { kept };
        let parts = vec![Part::Text(text.to_owned()), Part::Again(format!("/admin{SIGN_IN}"), again)];
        self.page(StatusCode::UNAUTHORIZED, "", title.to_owned(), "", None, parts)
    }

    /// A page that only says something.
    fn told(&self, status: StatusCode, (title, text): (&str, &str)) -> Result<Response, Problem> {
        self.page(status, "", title.to_owned(), "", None, vec![Part::Text(text.to_owned())])
    }

    fn page(
        &self,
        status: StatusCode,
        under: &str,
        title: String,
        notice: &'static str,
        problem: Option<(ErrorSummary, String)>,
        parts: Vec<Part>,
    ) -> Result<Response, Problem> {
        let snapshot = CatalogMemory::of(self.app).get();
        let entry = |link: &Link| Entry {
            label: link.label.to_owned(),
            href: format!("/admin{}", link.path),
            current: link.path == under,
        };
        let (error_summary, request_id) = problem.unzip();
        let staff = self.desk.role().is_some_and(|role| role >= Role::Staff);
        let view = View {
            shop_name: snapshot.map_or_else(|| "The shop".to_owned(), |snapshot| snapshot.settings.shop_name.clone()),
            title,
            nav: if staff { pages::NAVIGATION.iter().map(entry).collect() } else { Vec::new() },
            signed_in: self.desk.role().is_some(),
            notice,
            error_summary,
            request_id: request_id.unwrap_or_default(),
            parts,
        };
        let html = askama::Template::render(&view).map_err(|error| Problem::internal(error.to_string()))?;
        Ok((status, Html(html)).into_response())
    }

    /// The answer with what the browser is to keep, and what its scripts may.
    fn sent(&self, mut answer: Response, cookies: &[HeaderValue]) -> Response {
        for cookie in self.desk.cookies.iter().chain(cookies) {
            answer.headers_mut().append(header::SET_COOKIE, cookie.clone());
        }
        let policy = answer.headers_mut().entry(header::CONTENT_SECURITY_POLICY);
        policy.or_insert(HeaderValue::from_static(POLICY));
        answer
    }
}

/// A letter by itself, as its reader's mail program shows it.
fn letter(html: String) -> Response {
    ([(header::CONTENT_SECURITY_POLICY, LETTER_POLICY)], Html(html)).into_response()
}

const NOT_HERE: (&str, &str) =
    ("This page does not exist", "The link may be old, or what it led to may be gone. The navigation leads on.");
const NOT_STAFF: (&str, &str) = (
    "These pages are for the shop's staff",
    "The account that is signed in here is a customer's. Sign out to use another one.",
);
const SESSION_OVER: (&str, &str, &str) = (
    "Your session is over",
    "Nothing has changed, and what you typed is kept in this page. Sign in, which opens another tab; then come back here and send it once more.",
    "Nothing has changed. Sign in, which opens another tab; then come back here and go one page back: what you typed may still be there.",
);

/// The last of the fields of a name; empty if there is none.
pub fn value<'a>(pairs: &'a Pairs, name: &str) -> &'a str {
    pairs.iter().rfind(|(of, _)| of == name).map_or("", |(_, text)| text)
}
