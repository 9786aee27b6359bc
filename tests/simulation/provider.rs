//! A provider of payments, with a ledger of its own, that lies.
//!
//! It says of money that it has taken that it has not: declined, voided, never
//! heard of it, another amount. It takes money after it has said that it cannot.
//! What it never does is to say that it has taken what it has not, which no shop
//! could find out. And sooner or later it tells the truth ([`World::events`]).
//! Of money that is set aside it only says less than it knows: if a lie were
//! believed, that money would go back by itself after some days.

use std::collections::BTreeMap;

use tradepost::money::Money;
use tradepost::orders::effect::Effect;
use tradepost::orders::learning::Answer;
use tradepost::payments::{Attempt, Outcome, Provider, Refund, RefundOutcome, Report};
use tradepost::settings::Capture;

use crate::world::World;

/// What the provider knows of an attempt.
#[derive(Debug, Clone)]
pub struct Charge {
    attempt: Attempt,
    pub paid: i64,
    /// Set aside, and neither taken nor let go.
    pub held: i64,
    /// What each refund gave back, by its id.
    refunds: BTreeMap<String, i64>,
    pub voided: bool,
    /// How the buyer's bank will answer.
    pub declines: bool,
    pub wants_action: bool,
    /// Whether anybody was told that it takes no money when it does.
    pub lied_about: bool,
}

impl Charge {
    fn of(attempt: &Attempt) -> Self {
        Self {
            attempt: attempt.clone(),
            paid: 0,
            held: 0,
            refunds: BTreeMap::new(),
            voided: false,
            declines: false,
            wants_action: false,
            lied_about: false,
        }
    }

    /// Takes the money, or sets it aside where it is to be captured; once: a call that
    /// comes again after the capture sets nothing aside anew.
    pub fn take(&mut self) {
        match self.attempt.payment.terms.capture {
            Capture::Automatic => self.paid = self.attempt.amount.amount,
            Capture::Manual if self.paid == 0 => self.held = self.attempt.amount.amount,
            Capture::Manual => {}
        }
    }

    /// What it has given back.
    pub fn refunded(&self) -> i64 {
        self.refunds.values().sum()
    }

    pub fn truth(&self) -> Outcome {
        let amount = Money { amount: self.paid, ..self.attempt.amount };
        if self.paid > 0 && amount != self.attempt.amount {
            Outcome::PartlyPaid { amount }
        } else if self.paid > 0 {
            Outcome::Paid
        } else if self.held > 0 {
            Outcome::Authorized
        } else if self.voided {
            Outcome::Voided
        } else if self.declines {
            Outcome::Declined { reason: "card_declined".to_owned() }
        } else if self.wants_action {
            Outcome::ActionRequired { client_secret: "secret".to_owned() }
        } else {
            Outcome::NotFound
        }
    }

    /// Something else than the truth, chosen by `n`.
    fn lie(&self, n: u64) -> Outcome {
        match n {
            0 => Outcome::NotFound,
            1 => Outcome::Unfit,
            2 => Outcome::Pending,
            3 if self.paid > 0 => Outcome::Voided,
            4 if self.paid > 0 => Outcome::Declined { reason: "card_declined".to_owned() },
            _ => Outcome::ActionRequired { client_secret: "secret".to_owned() },
        }
    }
}

impl World {
    /// What the provider does when it is asked, and says then.
    pub fn ask_provider(&mut self, buyer: usize, effect: &Effect) -> Option<Answer> {
        let (attempt, outcome) = match effect {
            Effect::Charge { attempt } | Effect::Poll { attempt } | Effect::CallOff { attempt }
                if attempt.payment.provider != Provider::Test =>
            {
                let is_over = matches!(effect, Effect::CallOff { .. });
                let owed = attempt.payment.provider == Provider::Manual;
                (
                    attempt,
                    if is_over {
                        Outcome::Voided
                    } else if owed {
                        Outcome::Owed
                    } else {
                        Outcome::Paid
                    },
                )
            }
            Effect::Charge { attempt } => {
                self.charge(attempt);
                (attempt, self.tell(buyer, attempt))
            }
            Effect::Poll { attempt } => (attempt, self.tell(buyer, attempt)),
            Effect::CallOff { attempt } => {
                let charge = self.charges.entry(attempt.id.clone()).or_insert_with(|| Charge::of(attempt));
                charge.voided |= charge.paid == 0;
                if std::mem::take(&mut charge.held) > 0 {
                    self.events.push((buyer, attempt.number));
                }
                (attempt, self.tell(buyer, attempt))
            }
            Effect::Refund { refund } => {
                let outcome = self.refund(refund);
                return Some(Answer::Refund { refund: refund.number, report: outcome.into() });
            }
            _ => return None,
        };
        Some(Answer::Payment { attempt: attempt.number, report: Report::from(outcome) })
    }

    fn charge(&mut self, attempt: &Attempt) {
        let (declines, wants_action) = (self.rng.chance(25), self.rng.chance(25));
        let fresh = || Charge { declines, wants_action, ..Charge::of(attempt) };
        let charge = self.charges.entry(attempt.id.clone()).or_insert_with(fresh);
        if !charge.voided && !charge.declines && !charge.wants_action {
            charge.take();
        }
    }

    fn refund(&mut self, refund: &Refund) -> RefundOutcome {
        match refund.attempt.payment.provider {
            Provider::Manual => return RefundOutcome::ByHand,
            Provider::None => return RefundOutcome::Done,
            Provider::Test | Provider::Stripe => {}
        }
        if self.lies && self.rng.chance(20) {
            return RefundOutcome::Pending;
        }
        let charge = self.charges.get_mut(&refund.attempt.id).expect("only what was charged is refunded");
        let amount = refund.amount.amount;
        let first = *charge.refunds.entry(refund.id.clone()).or_insert(amount);
        assert_eq!(first, amount, "one refund is one amount: {}", refund.id);
        assert!(charge.refunded() <= charge.paid, "more given back than taken: {charge:?}");
        RefundOutcome::Done
    }

    /// Takes so much of what is set aside, once; or refuses to, and nothing happens.
    pub fn capture(&mut self, buyer: usize, attempt: &Attempt, amount: i64) -> Outcome {
        if self.lies && self.rng.chance(10) {
            self.outcomes.capture_refused += 1;
            return Outcome::Authorized;
        }
        let charge = self.charges.get_mut(&attempt.id).expect("only what is set aside is captured");
        if std::mem::take(&mut charge.held) > 0 {
            assert!((1..=attempt.amount.amount).contains(&amount), "takes {amount} of {attempt:?}");
            charge.paid = amount;
            // It says so by itself, too: whoever asked may be gone.
            self.events.push((buyer, attempt.number));
        }
        self.tell(buyer, attempt)
    }

    /// What it says of an attempt; while it lies, perhaps something else, and
    /// the truth later.
    fn tell(&mut self, buyer: usize, attempt: &Attempt) -> Outcome {
        let lies = self.lies && self.rng.chance(15);
        let n = self.rng.below(6);
        let Some(charge) = self.charges.get_mut(&attempt.id) else { return Outcome::NotFound };
        if !lies {
            return charge.truth();
        }
        let lie = charge.lie(n);
        charge.lied_about |= matches!(lie, Outcome::Voided | Outcome::Declined { .. });
        self.outcomes.lied_about += 1;
        self.events.push((buyer, attempt.number));
        lie
    }

    /// An attempt that was voided takes its money all the same.
    pub fn take_after_void(&mut self) {
        let is_one = |charge: &&mut Charge| {
            charge.voided && charge.paid == 0 && charge.attempt.payment.terms.capture == Capture::Automatic
        };
        let voided: Vec<_> = self.charges.values_mut().filter(is_one).collect();
        if voided.is_empty() {
            return;
        }
        let n = usize::try_from(self.rng.below(voided.len() as u64)).unwrap();
        let Some(charge) = voided.into_iter().nth(n) else { return };
        charge.take();
        charge.lied_about = true;
        self.outcomes.paid_after_void += 1;
        let number = charge.attempt.number;
        let is_buyer = |id: &str| charge.attempt.id.starts_with(&format!("{id}-"));
        let buyer = self.buyers.iter().position(|buyer| is_buyer(&buyer.memory.id.to_string())).unwrap();
        self.events.push((buyer, number));
    }

    /// The provider says that there is something new about an attempt: the
    /// order's object asks what. It may say so again.
    pub fn tell_of_event(&mut self) {
        if self.events.is_empty() {
            return;
        }
        let n = self.pick(self.events.len());
        let (buyer, number) = self.events[n];
        if !self.lies || self.rng.chance(70) {
            self.events.swap_remove(n);
        }
        let Some(attempt) = self.buyers[buyer].memory.attempt_numbered(number).cloned() else { return };
        let outcome = self.tell(buyer, &attempt);
        self.hear(buyer, &Answer::Payment { attempt: number, report: outcome.into() });
    }
}
