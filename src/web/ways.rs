//! The ways to pay that a buyer is offered, and what each comes to.

use super::parts::Choice;
use super::words::checkout::CheckoutWords;
use super::words::{Fill, problems};
use crate::app::App;
use crate::money::Money;
use crate::orders::view::PaymentView;
use crate::payments::{self, PaymentChoice, Provider, TestMethod};
use crate::problem::Problem;
use crate::settings::{Capture, PaymentSettings};
use crate::text::Language;

/// What forms call the way to pay that asks for a card.
pub const CARD: &str = "stripe";

const BANK_TRANSFER: &str = "bank_transfer";

/// The ways that staff look after.
const MANUAL: [&str; 3] = [BANK_TRANSFER, "invoice", "cash_on_delivery"];

/// All ways and what they are called, in the order they are shown: the test provider's last.
fn ways(w: &CheckoutWords) -> [(&'static str, &'static str); 12] {
    let [bank_transfer, invoice, cash_on_delivery] = MANUAL;
    [
        (CARD, w.card),
        (bank_transfer, w.bank_transfer),
        (invoice, w.invoice),
        (cash_on_delivery, w.cash_on_delivery),
        (TestMethod::Visa.name(), w.test_visa),
        (TestMethod::AuthenticationRequired.name(), w.test_authentication),
        (TestMethod::Declined.name(), w.test_declined),
        (TestMethod::InsufficientFunds.name(), w.test_insufficient),
        (TestMethod::Authorized.name(), w.test_authorized),
        (TestMethod::Slow.name(), w.test_slow),
        (TestMethod::Timeout.name(), w.test_timeout),
        (TestMethod::Unreachable.name(), w.test_unreachable),
    ]
}

/// What a form's way to pay is to the shop; none if it does not take it.
pub fn choice(app: &App, settings: &PaymentSettings, id: &str) -> Option<PaymentChoice> {
    let is_manual = MANUAL.contains(&id);
    let (provider, method) = match id {
        CARD => (Provider::Stripe, None),
        id => (if is_manual { Provider::Manual } else { Provider::Test }, Some(id.parse().ok()?)),
    };
    payments::choose(&app.config, settings, provider, method).ok()
}

/// What a form calls the way that an order is paid.
pub fn id(payment: &PaymentView) -> &str {
    match (&payment.method, payment.provider) {
        (None, Provider::Stripe) => CARD,
        (Some(method), _) => method.as_str(),
        (None, _) => "",
    }
}

/// The ways to pay so much, of which one is chosen: that of the form, or the
/// first that takes it.
pub fn offered(app: &App, settings: &PaymentSettings, language: Language, amount: Money, chosen: &str) -> Vec<Choice> {
    let ways = ways(CheckoutWords::of(language)).into_iter();
    let way = |(id, label): (&str, &str)| {
        let payment = choice(app, settings, id)?;
        let refused = payments::fit(payment.clone(), amount).err();
        let (note, more) = match &refused {
            Some(refused) => (problems::told(language, &Problem::from(refused.clone())), Vec::new()),
            None => account(language, &payment, amount),
        };
        let notes = Some(note).filter(|note| !note.is_empty()).into_iter().collect();
        let label = label.to_owned();
        Some((refused.is_none(), Choice { id: id.to_owned(), label, notes, more, ..Choice::default() }))
    };
    let (fit, mut ways): (Vec<bool>, Vec<Choice>) = ways.filter_map(way).unzip();
    let first = ways.iter().position(|way| way.id == chosen).or_else(|| fit.iter().position(|fits| *fits));
    if let Some(way) = ways.get_mut(first.unwrap_or_default()) {
        way.selected = true;
    }
    ways
}

/// Leaves those that take the money at once.
pub fn at_once(ways: &mut Vec<Choice>) {
    ways.retain(|way| !MANUAL.contains(&&*way.id));
}

/// When how much is charged, and the shop's own words in their lines.
fn account(language: Language, payment: &PaymentChoice, amount: Money) -> (String, Vec<String>) {
    let w = CheckoutWords::of(language);
    let amount = amount.display_in(language);
    let said = payment.terms.instructions.as_deref().map(lines).unwrap_or_default();
    let note = match (payment.provider, payment.terms.capture) {
        (Provider::Stripe, Capture::Automatic) => w.card_charged.with(&amount),
        (Provider::Stripe, Capture::Manual) => w.card_set_aside.with(&amount),
        (Provider::Manual, _) if payment.method.as_ref().is_some_and(|method| method.as_str() == BANK_TRANSFER) => {
            w.by_transfer.with(&amount)
        }
        (Provider::Manual, _) => w.afterwards.with(&amount),
        (Provider::Test | Provider::None, _) => String::new(),
    };
    (note, said)
}

/// Text of the shop's, line by line.
pub fn lines(text: &str) -> Vec<String> {
    text.lines().map(|line| line.trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_test_method_is_named_as_the_api_names_it() {
        for (offered, _) in ways(CheckoutWords::of(Language::En)).into_iter().skip(1 + MANUAL.len()) {
            assert_eq!(TestMethod::parse(offered).map(|method| method.name()), Some(offered));
        }
    }
}
