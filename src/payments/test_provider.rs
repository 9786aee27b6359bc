//! A payment provider that takes no money. What it does follows from the
//! method alone; with a ledger, an HTTP service that outlives this process,
//! it also remembers, so that tests can count what was charged.

use serde::Deserialize;
use serde_json::json;

use super::{Attempt, DEADLINE_MILLIS, Method, Outcome};
use crate::app::App;
use crate::money::Money;
use crate::ports::{HttpCall, HttpError, HttpReply};

/// How long `pm_test_slow` thinks, in milliseconds.
const SLOW_MILLIS: u32 = 2_000;

pub async fn charge(app: &App, attempt: &Attempt, amount: Money) -> Outcome {
    match attempt.method {
        Method::Visa => take(app, attempt, amount).await,
        Method::Slow => {
            app.clock.sleep(SLOW_MILLIS).await;
            take(app, attempt, amount).await
        }
        Method::Timeout => {
            take(app, attempt, amount).await;
            app.clock.sleep(DEADLINE_MILLIS).await;
            Outcome::Unknown
        }
        Method::Unreachable => {
            app.clock.sleep(DEADLINE_MILLIS).await;
            Outcome::Unknown
        }
        Method::Declined | Method::InsufficientFunds | Method::AuthenticationRequired => unpaid(attempt),
    }
}

pub async fn poll(app: &App, attempt: &Attempt) -> Outcome {
    match ask_ledger(app, "GET", attempt, "", String::new()).await {
        None => from_method(attempt),
        Some(Err(_)) => Outcome::Unknown,
        Some(Ok(reply)) => read(&reply).unwrap_or_else(|| unpaid(attempt)),
    }
}

pub async fn cancel(app: &App, attempt: &Attempt) -> Outcome {
    match ask_ledger(app, "POST", attempt, "/void", String::new()).await {
        None => match from_method(attempt) {
            Outcome::Paid => Outcome::Paid,
            _ => Outcome::Voided,
        },
        Some(Err(_)) => Outcome::Unknown,
        Some(Ok(reply)) => read(&reply).unwrap_or(Outcome::Unknown),
    }
}

pub async fn refund(app: &App, attempt: &Attempt, amount: Money) -> bool {
    let body = json!({ "amount": amount.amount, "currency": amount.currency }).to_string();
    match ask_ledger(app, "POST", attempt, "/refund", body).await {
        None => true,
        Some(answer) => answer.is_ok_and(|reply| reply.status == 200),
    }
}

/// The buyer's bank approved or refused what `RequiresAction` asked for.
pub async fn authenticate(app: &App, attempt: &Attempt, amount: Money, approved: bool) -> Outcome {
    if approved {
        return take(app, attempt, amount).await;
    }
    // An approval whose answer was lost may have paid already.
    match cancel(app, attempt).await {
        Outcome::Voided => Outcome::Declined { reason: "authentication_failed".to_owned() },
        outcome => outcome,
    }
}

async fn take(app: &App, attempt: &Attempt, amount: Money) -> Outcome {
    let body = json!({ "amount": amount.amount, "currency": amount.currency }).to_string();
    match ask_ledger(app, "PUT", attempt, "", body).await {
        None => Outcome::Paid,
        Some(Err(_)) => Outcome::Unknown,
        Some(Ok(reply)) => read(&reply).unwrap_or(Outcome::Unknown),
    }
}

/// What an attempt that took no money answers.
fn unpaid(attempt: &Attempt) -> Outcome {
    match attempt.method {
        Method::Declined => Outcome::Declined { reason: "card_declined".to_owned() },
        Method::InsufficientFunds => Outcome::Declined { reason: "insufficient_funds".to_owned() },
        Method::AuthenticationRequired => {
            Outcome::ActionRequired { client_secret: format!("{}_secret_test", attempt.id) }
        }
        Method::Visa | Method::Slow | Method::Timeout | Method::Unreachable => Outcome::NotFound,
    }
}

/// Without a ledger the method is all there is to know.
fn from_method(attempt: &Attempt) -> Outcome {
    match attempt.method {
        Method::Visa | Method::Slow | Method::Timeout => Outcome::Paid,
        _ => unpaid(attempt),
    }
}

#[derive(Deserialize)]
struct Charge {
    status: String,
}

fn read(reply: &HttpReply) -> Option<Outcome> {
    let charge: Charge = serde_json::from_slice(reply.body.as_bytes()).ok()?;
    match charge.status.as_str() {
        "paid" => Some(Outcome::Paid),
        "voided" => Some(Outcome::Voided),
        _ => None,
    }
}

async fn ask_ledger(
    app: &App,
    method: &'static str,
    attempt: &Attempt,
    what: &str,
    body: String,
) -> Option<Result<HttpReply, HttpError>> {
    let ledger = app.config.test_provider_ledger.as_ref()?;
    let call = HttpCall {
        method,
        url: format!("{ledger}/charges/{}{what}", attempt.id),
        headers: vec![("content-type", "application/json".to_owned())],
        body,
        deadline_millis: DEADLINE_MILLIS,
    };
    Some(app.http.call(call).await)
}
