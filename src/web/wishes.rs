//! What a buyer wants who fills in the checkout's form.

use super::form::CheckoutForm;
use super::parts::sentence;
use super::ways;
use crate::app::App;
use crate::money::{Currency, Money};
use crate::orders::access::Credentials;
use crate::orders::cart::Cart;
use crate::orders::facts::{Fact, Facts};
use crate::orders::terms::Expected;
use crate::orders::vouchers;
use crate::payments::{self, PaymentChoice};
use crate::problem::FieldError;
use crate::shelf::snapshot::Snapshot;
use crate::vat;

/// Where a total that cannot be read is said to be wrong.
pub const TOTAL: &str = "expected_total";

/// What stands in the form as far as it fits, and what does not.
pub struct Entered {
    pub facts: Vec<Fact>,
    pub errors: Vec<FieldError>,
}

/// What a buyer wants who places an order.
pub struct Wishes {
    pub facts: Vec<Fact>,
    pub payment: PaymentChoice,
    pub expected: Expected,
}

impl Entered {
    /// Asks about a VAT number that is new.
    pub async fn parse(
        app: &App,
        credentials: &Credentials,
        snapshot: &Snapshot,
        cart: &Cart,
        form: &CheckoutForm,
    ) -> Self {
        let sent = cart.needs_shipping();
        let (mut facts, mut errors) = form.facts(sent);
        if snapshot.settings.tax.reverse_charge {
            match vat_number(app, credentials, cart, form).await {
                Ok(fact) => facts.extend(fact),
                Err(error) => errors.push(error),
            }
        }
        // Whether it is offered shows once it is priced.
        let chosen = Some(form.shipping_option.clone()).filter(|id| sent && !id.is_empty());
        facts.extend(chosen.map(|id| Fact::ShippingOption(Some(id))));
        Self { facts, errors }
    }

    /// What the buyer wants, or everything that is wrong with it.
    pub fn wishes(mut self, app: &App, snapshot: &Snapshot, cart: &Cart, form: &CheckoutForm) -> Result<Wishes, Self> {
        let after = cart.after(None, &self.facts);
        let quote = after.quote(snapshot, app.clock.now()).ok();
        let is_offered = quote.as_ref().is_some_and(|quote| quote.shipping.is_some());
        if cart.needs_shipping() && after.facts.shipping_address.is_some() && !is_offered {
            let text = match form.shipping_option.as_str() {
                "" => "Choose how to send it.",
                _ => "This is not how we send it to your address. Choose another way.",
            };
            self.errors.push(FieldError::new("shipping_option", text));
        }
        let payment = payment(app, snapshot, form, quote.map(|quote| quote.totals.to_pay));
        let payment = payment.map_err(|text| self.errors.push(FieldError::new("method", text)));
        let total = self.amount(&form.expected_total, cart.currency);
        let to_pay = self.amount(&form.expected_to_pay, cart.currency);
        match payment {
            Ok(payment) if self.errors.is_empty() => {
                let changes = form.expected_changes.parse().ok();
                Ok(Wishes { facts: self.facts, payment, expected: Expected { total, to_pay, changes } })
            }
            _ => Err(self),
        }
    }

    /// An amount that the page had shown; none if it says nothing.
    fn amount(&mut self, shown: &str, currency: Currency) -> Option<Money> {
        if shown.is_empty() {
            return None;
        }
        let amount = shown.parse().map_err(|_| self.errors.push(FieldError::new(TOTAL, "This is not a total.")));
        Some(Money { amount: amount.ok()?, currency })
    }
}

/// How it is to be paid, or what is wrong with that.
fn payment(
    app: &App,
    snapshot: &Snapshot,
    form: &CheckoutForm,
    to_pay: Option<Money>,
) -> Result<PaymentChoice, String> {
    if to_pay.is_some_and(|to_pay| to_pay.amount == 0) {
        return Ok(PaymentChoice::nothing());
    }
    let chosen = ways::choice(app, &snapshot.settings.payments, &form.method);
    let chosen = chosen.ok_or_else(|| "Choose a way to pay.".to_owned())?;
    match to_pay {
        Some(amount) => payments::fit(chosen, amount).map_err(|refused| sentence(&refused.to_string())),
        None => Ok(chosen),
    }
}

/// The VAT number, where it is not as the cart has it. VIES is asked again
/// where it had not answered, unless the buyer goes on without it.
async fn vat_number(
    app: &App,
    credentials: &Credentials,
    cart: &Cart,
    form: &CheckoutForm,
) -> Result<Option<Fact>, FieldError> {
    let known = cart.facts.vat_number.as_ref();
    if form.vat_number.trim().is_empty() {
        return Ok(known.map(|_| Fact::VatNumber(None)));
    }
    let number = vat::Number::parse(&form.vat_number)
        .map_err(|wrong| FieldError::new("vat_number", sentence(&wrong.to_string())))?;
    let is_settled = |known: &vat::VatNumber| {
        let unanswered = matches!(known.status, vat::Status::Unanswered { .. });
        known.number == number && (!unanswered || form.intent == "place")
    };
    if known.is_some_and(is_settled) {
        return Ok(None);
    }
    let asked = vouchers::vat_number(app, credentials, number).await;
    let known = asked.map_err(|problem| FieldError::new("vat_number", sentence(&problem.detail)))?;
    Ok(Some(Fact::VatNumber(Some(known))))
}

/// What came of the VAT number that the cart has.
pub fn vat_outcome(number: &vat::VatNumber, facts: &Facts, reverse_charge: bool) -> &'static str {
    let is_placed = facts.shipping_address.is_some() || facts.billing_address.is_some();
    match number.status {
        vat::Status::Confirmed { .. } if reverse_charge => {
            "Confirmed. We charge no VAT: you account for it yourself (reverse charge)."
        }
        vat::Status::Confirmed { .. } if !is_placed => "Confirmed. VAT is charged until we know your address.",
        vat::Status::Confirmed { .. } => {
            "Confirmed. VAT is charged all the same: only a business in another country of the EU accounts for it itself."
        }
        vat::Status::Unknown { .. } => {
            "The EU's register (VIES) does not know this number, so VAT is charged. Please check the number, or go on."
        }
        vat::Status::Unanswered { .. } => {
            "The EU's register (VIES) does not answer at the moment, so VAT is charged. Update the total to ask again, or go on."
        }
    }
}
