//! A provider of payments, with a ledger of its own.

use tradepost::payments::{Outcome, PaymentChoice};
use tradepost::settings::Capture;

/// What the provider knows of an attempt.
#[derive(Debug, Clone, Default)]
pub struct Charge {
    pub paid: i64,
    /// Set aside, and neither taken nor let go.
    pub held: i64,
    pub refunded: i64,
    pub voided: bool,
    /// How the buyer's bank will answer.
    pub declines: bool,
    pub wants_action: bool,
}

impl Charge {
    /// Takes the money, or sets it aside where it is to be captured; once.
    pub fn take(&mut self, payment: &PaymentChoice, amount: i64) {
        match payment.terms.capture {
            Capture::Automatic => self.paid = amount,
            Capture::Manual => self.held = amount,
        }
    }
}

pub fn said(charge: &Charge) -> Outcome {
    if charge.paid > 0 {
        Outcome::Paid
    } else if charge.held > 0 {
        Outcome::Authorized
    } else if charge.voided {
        Outcome::Voided
    } else if charge.declines {
        Outcome::Declined { reason: "card_declined".to_owned() }
    } else if charge.wants_action {
        Outcome::ActionRequired { client_secret: "secret".to_owned() }
    } else {
        Outcome::NotFound
    }
}
