//! Payment providers behind one port, [`Gateway`]. Each call carries an id that
//! was written before it, so that asking a provider twice is the same as asking
//! once.
//!
//! Lends: [`PaymentChoice`], [`Attempt`] and [`Refund`]; [`choose`] and [`fit`],
//! which say what the shop takes; [`charge`], [`capture`], [`poll`], [`void`]
//! and [`refund`], which ask a provider.

mod attempt;
pub mod error;
mod manual;
mod offer;
mod refund;
pub mod stripe;
pub mod test_provider;

pub use self::attempt::{Attempt, AttemptStatus, Method, Outcome, PaymentChoice, Provider, Report, Terms};
pub use self::error::AmountRefused;
pub use self::offer::{NotTaken, can_be_paid, choose, fit, minimum};
pub use self::refund::{Refund, RefundOutcome, RefundReport, RefundStatus};
pub use self::test_provider::{TestMethod, authenticate};

use crate::app::App;
use crate::money::Money;
use crate::ports::Pending;

/// After this many milliseconds a provider's answer is not waited for.
pub const DEADLINE_MILLIS: u32 = 4_000;

/// Takes money, and gives it back. Whatever is asked may be asked again: the
/// ids of attempts and refunds make it the same request.
pub trait Gateway: Sync {
    /// Takes the attempt's money, or sets it aside where it is captured later.
    fn charge<'a>(&'a self, app: &'a App, attempt: &'a Attempt) -> Pending<'a, Report>;

    /// Takes so much of what was set aside; the rest is let go.
    fn capture<'a>(&'a self, app: &'a App, attempt: &'a Attempt, amount: Money) -> Pending<'a, Report>;

    /// Says what became of an attempt.
    fn poll<'a>(&'a self, app: &'a App, attempt: &'a Attempt) -> Pending<'a, Report>;

    /// Makes sure that an attempt takes no money from now on, and lets go what
    /// is set aside: `Voided`, or `Paid` if it already has.
    fn void<'a>(&'a self, app: &'a App, attempt: &'a Attempt) -> Pending<'a, Report>;

    /// Gives money of an attempt back, once, or says what became of that.
    fn refund<'a>(&'a self, app: &'a App, refund: &'a Refund) -> Pending<'a, RefundReport>;
}

fn gateway(provider: Provider) -> &'static dyn Gateway {
    match provider {
        Provider::Test => &test_provider::TestProvider,
        Provider::Manual => &manual::Manual,
        Provider::Stripe => &stripe::Stripe,
        Provider::None => &Nobody,
    }
}

/// Takes the money.
pub async fn charge(app: &App, attempt: &Attempt) -> Report {
    gateway(attempt.payment.provider).charge(app, attempt).await
}

/// Takes money that was set aside.
pub async fn capture(app: &App, attempt: &Attempt, amount: Money) -> Report {
    gateway(attempt.payment.provider).capture(app, attempt, amount).await
}

/// Asks what became of an attempt.
pub async fn poll(app: &App, attempt: &Attempt) -> Report {
    gateway(attempt.payment.provider).poll(app, attempt).await
}

/// Makes sure that an attempt takes no money from now on.
pub async fn void(app: &App, attempt: &Attempt) -> Report {
    gateway(attempt.payment.provider).void(app, attempt).await
}

/// Gives money of an attempt back.
pub async fn refund(app: &App, refund: &Refund) -> RefundReport {
    gateway(refund.attempt.payment.provider).refund(app, refund).await
}

/// Where nothing is left to pay, nobody is asked.
struct Nobody;

impl Gateway for Nobody {
    fn charge<'a>(&'a self, _: &'a App, _: &'a Attempt) -> Pending<'a, Report> {
        Box::pin(async { Outcome::Paid.into() })
    }
    fn capture<'a>(&'a self, _: &'a App, _: &'a Attempt, _: Money) -> Pending<'a, Report> {
        Box::pin(async { Outcome::Paid.into() })
    }
    fn poll<'a>(&'a self, _: &'a App, _: &'a Attempt) -> Pending<'a, Report> {
        Box::pin(async { Outcome::Paid.into() })
    }
    fn void<'a>(&'a self, _: &'a App, _: &'a Attempt) -> Pending<'a, Report> {
        Box::pin(async { Outcome::Voided.into() })
    }
    fn refund<'a>(&'a self, _: &'a App, _: &'a Refund) -> Pending<'a, RefundReport> {
        Box::pin(async { RefundOutcome::Done.into() })
    }
}
