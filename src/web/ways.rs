//! The ways to pay that a buyer is offered, and what each comes to.

use super::parts::{Choice, sentence};
use crate::app::App;
use crate::money::Money;
use crate::orders::view::PaymentView;
use crate::payments::{self, PaymentChoice, Provider, TestMethod};
use crate::settings::{Capture, PaymentSettings};

/// What forms call the way to pay that asks for a card.
pub const CARD: &str = "stripe";

const BANK_TRANSFER: &str = "bank_transfer";

/// The ways that staff look after, in the order they are shown.
const MANUAL: [(&str, &str); 3] =
    [(BANK_TRANSFER, "Bank transfer"), ("invoice", "Invoice"), ("cash_on_delivery", "Cash on delivery")];

/// The ways to pay that the test provider offers, in the order they are shown.
pub const TEST_METHODS: [(TestMethod, &str); 8] = [
    (TestMethod::Visa, "Visa ending 4242: pays"),
    (TestMethod::AuthenticationRequired, "Card that asks the bank first (3-D Secure)"),
    (TestMethod::Declined, "Card that is declined"),
    (TestMethod::InsufficientFunds, "Card with too little money on it"),
    (TestMethod::Authorized, "Card that is charged later"),
    (TestMethod::Slow, "Bank that answers after two seconds"),
    (TestMethod::Timeout, "Bank that charges but never answers"),
    (TestMethod::Unreachable, "Bank that cannot be reached"),
];

/// What a form's way to pay is to the shop; none if it does not take it.
pub fn choice(app: &App, settings: &PaymentSettings, id: &str) -> Option<PaymentChoice> {
    let is_manual = MANUAL.iter().any(|(way, _)| *way == id);
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
pub fn offered(app: &App, settings: &PaymentSettings, amount: Money, chosen: &str) -> Vec<Choice> {
    let manual = MANUAL.iter().map(|(id, label)| (*id, *label));
    let test = TEST_METHODS.iter().map(|(method, label)| (method.name(), *label));
    let ways = std::iter::once((CARD, "Card and other ways to pay online")).chain(manual).chain(test);
    let way = |(id, label): (&str, &str)| {
        let payment = choice(app, settings, id)?;
        let refused = payments::fit(payment.clone(), amount).err();
        let (note, more) = match &refused {
            Some(refused) => (sentence(&refused.to_string()), Vec::new()),
            None => account(&payment, amount),
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
    ways.retain(|way| !MANUAL.iter().any(|(manual, _)| *manual == way.id));
}

/// When how much is charged, and the shop's own words in their lines.
fn account(payment: &PaymentChoice, amount: Money) -> (String, Vec<String>) {
    let amount = amount.display();
    let said = payment.terms.instructions.as_deref().map(lines).unwrap_or_default();
    let note = match (payment.provider, payment.terms.capture) {
        (Provider::Stripe, Capture::Automatic) => {
            format!("You enter your card on the next page. You will be charged {amount} on it then.")
        }
        (Provider::Stripe, Capture::Manual) => format!(
            "You enter your card on the next page. {amount} is set aside on it then, and charged when we send your order."
        ),
        (Provider::Manual, _) if payment.method.as_ref().is_some_and(|method| method.as_str() == BANK_TRANSFER) => {
            format!("You transfer {amount} yourself, and we send your order once the money is there.")
        }
        (Provider::Manual, _) => format!("You pay {amount} afterwards."),
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
        for (offered, _) in TEST_METHODS {
            assert_eq!(TestMethod::parse(offered.name()), Some(offered));
        }
    }
}
