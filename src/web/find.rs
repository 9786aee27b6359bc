//! Finding an order again, by its number and the mailbox it was placed with. The
//! page says the same whether or not there is one; the way to it goes to the
//! mailbox alone.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::form::email_fault;
use super::frame::Frame;
use super::parts::{ErrorSummary, SummaryItem, page, page_of_problem};
use super::visitor::Visitor;
use super::words::order::OrderWords;
use super::words::problems;
use crate::app::App;
use crate::orders::access::Credentials;
use crate::orders::details;
use crate::orders::finding::{self, Sought};
use crate::problem::{FieldError, Problem};
use crate::shelf;
use crate::text::Language;
use crate::wire::extract::{Form, Query};

#[derive(Debug, Default, Deserialize)]
pub struct FindForm {
    #[serde(default)]
    number: String,
    #[serde(default)]
    email: String,
}

#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    asked: String,
}

#[derive(Template)]
#[template(path = "find.html")]
struct FindPage<'a> {
    frame: Frame<'a>,
    w: &'static OrderWords,
    error_summary: Option<ErrorSummary>,
    asked: bool,
    number: String,
    number_fault: Option<String>,
    email: String,
    email_fault: Option<String>,
}

async fn shown(
    app: &App,
    visitor: Visitor,
    form: FindForm,
    asked: bool,
    problem: Option<Problem>,
) -> Result<Response, Problem> {
    let language = visitor.language;
    let snapshot = shelf::current(app).await?;
    let errors = problem.as_ref().map_or(&[][..], |problem| &problem.errors);
    let fault = |id: &str| errors.iter().find(|error| error.pointer == id).map(|error| error.detail.clone());
    let item = |error: &FieldError| SummaryItem { field: error.pointer.clone(), text: error.detail.clone() };
    let summary = problem.as_ref().map(|problem| {
        let text = if problem.errors.is_empty() { problems::told(language, problem) } else { String::new() };
        ErrorSummary::new(language, text, problem.errors.iter().map(item).collect())
    });
    let shown = FindPage {
        frame: Frame::at(&snapshot, &visitor, "/orders/find".to_owned()),
        w: OrderWords::of(language),
        number_fault: fault("number"),
        email_fault: fault("email"),
        error_summary: summary,
        asked,
        number: form.number,
        email: form.email,
    };
    match problem {
        None => page(&shown),
        Some(problem) => page_of_problem(&shown, problem),
    }
}

/// The form, and what comes of it.
pub async fn get_find(
    State(app): State<App>,
    visitor: Visitor,
    Query(Asked { asked }): Query<Asked>,
) -> Result<Response, Problem> {
    shown(&app, visitor, FindForm::default(), !asked.is_empty(), None).await
}

/// Has the way to the order written to its mailbox, if there is one.
pub async fn post_find(
    State(app): State<App>,
    credentials: Credentials,
    visitor: Visitor,
    Form(form): Form<FindForm>,
) -> Result<Response, Problem> {
    let sought = match parse(visitor.language, &form) {
        Ok(sought) => sought,
        Err(errors) => return shown(&app, visitor, form, false, Some(Problem::invalid(errors))).await,
    };
    match finding::ask(&app, &credentials, sought).await {
        Ok(()) => Ok(Redirect::to("/orders/find?asked=1").into_response()),
        Err(problem) if problem.status.is_server_error() => Err(problem),
        Err(problem) => shown(&app, visitor, form, false, Some(problem)).await,
    }
}

fn parse(language: Language, form: &FindForm) -> Result<Sought, Vec<FieldError>> {
    let mut errors = Vec::new();
    let number = finding::number(&form.number);
    if number.is_none() {
        errors.push(FieldError::new("number", OrderWords::of(language).find_number_fault));
    }
    let email = details::email(&form.email)
        .map_err(|words| errors.push(FieldError::new("email", email_fault(language, &words))));
    match (number, email) {
        (Some(number), Ok(email)) => Ok(Sought { number, email }),
        _ => Err(errors),
    }
}
