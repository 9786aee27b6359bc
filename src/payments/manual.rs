//! Ways to pay that staff look after. The money is owed from the moment that the
//! order is placed, and is there once they say so
//! (`POST /v1/admin/orders/{id}/payments/received`).

use super::{
    Attempt, AttemptStatus, Gateway, Method, Outcome, PaymentChoice, Provider, Refund, RefundOutcome, RefundReport,
    Report, Terms,
};
use crate::app::App;
use crate::money::Money;
use crate::ports::Pending;
use crate::settings::{Capture, ManualPayment, PaymentSettings};

pub struct Manual;

impl Gateway for Manual {
    fn charge<'a>(&'a self, _: &'a App, _: &'a Attempt) -> Pending<'a, Report> {
        Box::pin(async { Outcome::Owed.into() })
    }
    fn capture<'a>(&'a self, app: &'a App, attempt: &'a Attempt, _: Money) -> Pending<'a, Report> {
        self.poll(app, attempt)
    }
    fn poll<'a>(&'a self, _: &'a App, attempt: &'a Attempt) -> Pending<'a, Report> {
        let paid = attempt.status == AttemptStatus::Paid;
        Box::pin(async move { if paid { Outcome::Paid } else { Outcome::Owed }.into() })
    }
    fn void<'a>(&'a self, _: &'a App, _: &'a Attempt) -> Pending<'a, Report> {
        Box::pin(async { Outcome::Voided.into() })
    }
    fn refund<'a>(&'a self, _: &'a App, _: &'a Refund) -> Pending<'a, RefundReport> {
        Box::pin(async { RefundOutcome::ByHand.into() })
    }
}

/// The method as the settings have it; none where they do not. A bank transfer
/// comes before the goods go, the other two after.
pub fn choice(settings: &PaymentSettings, method: &Method) -> Option<PaymentChoice> {
    let (offered, on_credit) = match method.as_str() {
        "bank_transfer" => (&settings.bank_transfer, false),
        "cash_on_delivery" => (&settings.cash_on_delivery, true),
        "invoice" => (&settings.invoice, true),
        _ => return None,
    };
    let ManualPayment { instructions, cancel_after_days } = offered.clone()?;
    let instructions = Some(instructions).filter(|text| !text.is_empty());
    let terms =
        Terms { capture: Capture::Automatic, publishable_key: None, instructions, on_credit, cancel_after_days };
    Some(PaymentChoice { provider: Provider::Manual, method: Some(method.clone()), terms })
}
