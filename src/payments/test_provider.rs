//! A payment provider that takes no money. What it does follows from the
//! method alone; with a ledger, an HTTP service that outlives this process,
//! it also remembers, so that tests can count what was charged.

use serde::Deserialize;
use serde_json::json;

use super::{Attempt, DEADLINE_MILLIS, Gateway, Method, Outcome, Refund, RefundOutcome, RefundReport, Report};
use crate::app::App;
use crate::json;
use crate::money::Money;
use crate::ports::{HttpCall, HttpError, HttpReply, MOST_BODY, Pending};
use crate::settings::Capture;

/// How long `pm_test_slow` thinks, in milliseconds.
const SLOW_MILLIS: u32 = 2_000;

/// The provider's methods, named as Stripe's test ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TestMethod {
    Visa,
    Declined,
    InsufficientFunds,
    AuthenticationRequired,
    /// Charges, and never answers.
    Timeout,
    /// Neither charges nor answers.
    Unreachable,
    /// Answers after two seconds.
    Slow,
    /// Sets the money aside, to be captured.
    Authorized,
}

impl TestMethod {
    const ALL: [Self; 8] = [
        Self::Visa,
        Self::Declined,
        Self::InsufficientFunds,
        Self::AuthenticationRequired,
        Self::Timeout,
        Self::Unreachable,
        Self::Slow,
        Self::Authorized,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Visa => "pm_card_visa",
            Self::Declined => "pm_card_chargeDeclined",
            Self::InsufficientFunds => "pm_card_chargeDeclinedInsufficientFunds",
            Self::AuthenticationRequired => "pm_card_authenticationRequired",
            Self::Timeout => "pm_test_timeout",
            Self::Unreachable => "pm_test_unreachable",
            Self::Slow => "pm_test_slow",
            Self::Authorized => "pm_test_authorized",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }

    /// Whatever was chosen has been parsed before.
    fn of(attempt: &Attempt) -> Self {
        attempt.payment.method.as_ref().and_then(|method| Self::parse(method.as_str())).unwrap_or(Self::Unreachable)
    }
}

pub struct TestProvider;

impl Gateway for TestProvider {
    fn charge<'a>(&'a self, app: &'a App, attempt: &'a Attempt) -> Pending<'a, Report> {
        Box::pin(async move { charge(app, attempt).await.into() })
    }

    fn capture<'a>(&'a self, app: &'a App, attempt: &'a Attempt, amount: Money) -> Pending<'a, Report> {
        Box::pin(async move {
            let body = json!({ "amount": amount.amount }).to_string();
            let answer = ask_ledger(app, "POST", attempt, "/capture", body).await;
            answer.map_or_else(|| taken(attempt, amount.amount), |answer| read_or_unknown(answer, attempt)).into()
        })
    }

    fn poll<'a>(&'a self, app: &'a App, attempt: &'a Attempt) -> Pending<'a, Report> {
        Box::pin(async move { poll(app, attempt).await.into() })
    }

    fn void<'a>(&'a self, app: &'a App, attempt: &'a Attempt) -> Pending<'a, Report> {
        Box::pin(async move { void(app, attempt).await.into() })
    }

    fn refund<'a>(&'a self, app: &'a App, refund: &'a Refund) -> Pending<'a, RefundReport> {
        Box::pin(async move {
            let amount = refund.amount;
            let body = json!({ "amount": amount.amount, "currency": amount.currency, "refund": refund.id }).to_string();
            let done = match ask_ledger(app, "POST", &refund.attempt, "/refund", body).await {
                None => true,
                Some(answer) => answer.is_ok_and(|reply| reply.status == 200),
            };
            if done { RefundOutcome::Done } else { RefundOutcome::Unknown }.into()
        })
    }
}

async fn charge(app: &App, attempt: &Attempt) -> Outcome {
    match TestMethod::of(attempt) {
        TestMethod::Visa | TestMethod::Authorized => take(app, attempt).await,
        TestMethod::Slow => {
            app.clock.sleep(SLOW_MILLIS).await;
            take(app, attempt).await
        }
        TestMethod::Timeout => {
            take(app, attempt).await;
            app.clock.sleep(DEADLINE_MILLIS).await;
            Outcome::Unknown
        }
        TestMethod::Unreachable => {
            app.clock.sleep(DEADLINE_MILLIS).await;
            Outcome::Unknown
        }
        TestMethod::Declined | TestMethod::InsufficientFunds | TestMethod::AuthenticationRequired => unpaid(attempt),
    }
}

async fn poll(app: &App, attempt: &Attempt) -> Outcome {
    match ask_ledger(app, "GET", attempt, "", String::new()).await {
        None => from_method(attempt),
        Some(Err(_)) => Outcome::Unknown,
        Some(Ok(reply)) => read(&reply, attempt).unwrap_or_else(|| unpaid(attempt)),
    }
}

async fn void(app: &App, attempt: &Attempt) -> Outcome {
    match ask_ledger(app, "POST", attempt, "/void", String::new()).await {
        None => match from_method(attempt) {
            Outcome::Paid => Outcome::Paid,
            _ => Outcome::Voided,
        },
        Some(answer) => read_or_unknown(answer, attempt),
    }
}

/// The buyer's bank approved or refused what `RequiresAction` asked for.
pub async fn authenticate(app: &App, attempt: &Attempt, approved: bool) -> Outcome {
    if approved {
        return take(app, attempt).await;
    }
    // An approval whose answer was lost may have paid already.
    match void(app, attempt).await {
        Outcome::Voided => Outcome::Declined { reason: "authentication_failed".to_owned() },
        outcome => outcome,
    }
}

async fn take(app: &App, attempt: &Attempt) -> Outcome {
    let amount = attempt.amount;
    let capture = attempt.payment.terms.capture;
    let body = json!({ "amount": amount.amount, "currency": amount.currency, "capture": capture }).to_string();
    match ask_ledger(app, "PUT", attempt, "", body).await {
        None if capture == Capture::Manual => Outcome::Authorized,
        None => Outcome::Paid,
        Some(answer) => read_or_unknown(answer, attempt),
    }
}

fn taken(attempt: &Attempt, amount: i64) -> Outcome {
    match amount < attempt.amount.amount {
        true => Outcome::PartlyPaid { amount: Money { amount, ..attempt.amount } },
        false => Outcome::Paid,
    }
}

/// What an attempt that took no money answers.
fn unpaid(attempt: &Attempt) -> Outcome {
    match TestMethod::of(attempt) {
        TestMethod::Declined => Outcome::Declined { reason: "card_declined".to_owned() },
        TestMethod::InsufficientFunds => Outcome::Declined { reason: "insufficient_funds".to_owned() },
        TestMethod::AuthenticationRequired => {
            Outcome::ActionRequired { client_secret: format!("{}_secret_test", attempt.id) }
        }
        TestMethod::Visa
        | TestMethod::Slow
        | TestMethod::Timeout
        | TestMethod::Unreachable
        | TestMethod::Authorized => Outcome::NotFound,
    }
}

/// Without a ledger the method is all there is to know.
fn from_method(attempt: &Attempt) -> Outcome {
    match TestMethod::of(attempt) {
        TestMethod::Visa | TestMethod::Slow | TestMethod::Timeout => Outcome::Paid,
        TestMethod::Authorized => Outcome::Authorized,
        _ => unpaid(attempt),
    }
}

#[derive(Deserialize)]
struct Charge {
    status: String,
    /// What was taken.
    #[serde(default)]
    amount: Option<i64>,
}

fn read_or_unknown(answer: Result<HttpReply, HttpError>, attempt: &Attempt) -> Outcome {
    answer.ok().and_then(|reply| read(&reply, attempt)).unwrap_or(Outcome::Unknown)
}

fn read(reply: &HttpReply, attempt: &Attempt) -> Option<Outcome> {
    let charge: Charge = json::read(reply.body.as_bytes()).ok()?;
    match charge.status.as_str() {
        "paid" => Some(charge.amount.map_or(Outcome::Paid, |amount| taken(attempt, amount))),
        "authorized" => Some(Outcome::Authorized),
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
        most_body: MOST_BODY,
    };
    Some(app.http.call(call).await)
}

impl From<TestMethod> for Method {
    fn from(method: TestMethod) -> Self {
        Self::plain(method.name())
    }
}
