//! What a buyer wants who fills in the checkout's form.

use super::form::CheckoutForm;
use super::ways;
use super::words::checkout::CheckoutWords;
use super::words::problems;
use crate::app::App;
use crate::money::{Currency, Money};
use crate::orders::access::Credentials;
use crate::orders::cart::Cart;
use crate::orders::facts::{Fact, Facts};
use crate::orders::terms::Expected;
use crate::orders::vouchers;
use crate::payments::{self, PaymentChoice};
use crate::problem::{FieldError, Problem};
use crate::shelf::snapshot::Snapshot;
use crate::text::Language;
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
        language: Language,
        cart: &Cart,
        form: &CheckoutForm,
    ) -> Self {
        let sent = cart.needs_shipping();
        let (mut facts, mut errors) = form.facts(language, sent);
        if snapshot.settings.tax.reverse_charge {
            match vat_number(app, credentials, language, cart, form).await {
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
    pub fn wishes(
        mut self,
        app: &App,
        snapshot: &Snapshot,
        language: Language,
        cart: &Cart,
        form: &CheckoutForm,
    ) -> Result<Wishes, Self> {
        let w = CheckoutWords::of(language);
        let after = cart.after(None, &self.facts);
        let quote = after.quote(snapshot, app.clock.now()).ok();
        let is_offered = quote.as_ref().is_some_and(|quote| quote.shipping.is_some());
        if cart.needs_shipping() && after.facts.shipping_address.is_some() && !is_offered {
            let text = match form.shipping_option.as_str() {
                "" => w.choose_shipping,
                _ => w.shipping_not_offered,
            };
            self.errors.push(FieldError::new("shipping_option", text));
        }
        let payment = payment(app, snapshot, language, form, quote.map(|quote| quote.totals.to_pay));
        let payment = payment.map_err(|text| self.errors.push(FieldError::new("method", text)));
        let total = self.amount(w, &form.expected_total, cart.currency);
        let to_pay = self.amount(w, &form.expected_to_pay, cart.currency);
        match payment {
            Ok(payment) if self.errors.is_empty() => {
                let changes = form.expected_changes.parse().ok();
                Ok(Wishes { facts: self.facts, payment, expected: Expected { total, to_pay, changes } })
            }
            _ => Err(self),
        }
    }

    /// An amount that the page had shown; none if it says nothing.
    fn amount(&mut self, w: &CheckoutWords, shown: &str, currency: Currency) -> Option<Money> {
        if shown.is_empty() {
            return None;
        }
        let amount = shown.parse().map_err(|_| self.errors.push(FieldError::new(TOTAL, w.not_a_total)));
        Some(Money { amount: amount.ok()?, currency })
    }
}

/// How it is to be paid, or what is wrong with that.
fn payment(
    app: &App,
    snapshot: &Snapshot,
    language: Language,
    form: &CheckoutForm,
    to_pay: Option<Money>,
) -> Result<PaymentChoice, String> {
    if to_pay.is_some_and(|to_pay| to_pay.amount == 0) {
        return Ok(PaymentChoice::nothing());
    }
    let chosen = ways::choice(app, &snapshot.settings.payments, &form.method);
    let chosen = chosen.ok_or_else(|| CheckoutWords::of(language).choose_payment.to_owned())?;
    match to_pay {
        Some(amount) => {
            payments::fit(chosen, amount).map_err(|refused| problems::told(language, &Problem::from(refused)))
        }
        None => Ok(chosen),
    }
}

/// The VAT number, where it is not as the cart has it. VIES is asked again
/// where it had not answered, unless the buyer goes on without it.
async fn vat_number(
    app: &App,
    credentials: &Credentials,
    language: Language,
    cart: &Cart,
    form: &CheckoutForm,
) -> Result<Option<Fact>, FieldError> {
    let known = cart.facts.vat_number.as_ref();
    if form.vat_number.trim().is_empty() {
        return Ok(known.map(|_| Fact::VatNumber(None)));
    }
    let malformed = |_| FieldError::new("vat_number", CheckoutWords::of(language).vat_malformed);
    let number = vat::Number::parse(&form.vat_number).map_err(malformed)?;
    let is_settled = |known: &vat::VatNumber| {
        let unanswered = matches!(known.status, vat::Status::Unanswered { .. });
        known.number == number && (!unanswered || form.intent == "place")
    };
    if known.is_some_and(is_settled) {
        return Ok(None);
    }
    let asked = vouchers::vat_number(app, credentials, number).await;
    let known = asked.map_err(|problem| FieldError::new("vat_number", problems::told(language, &problem)))?;
    Ok(Some(Fact::VatNumber(Some(known))))
}

/// What came of the VAT number that the cart has.
pub fn vat_outcome(w: &CheckoutWords, number: &vat::VatNumber, facts: &Facts, reverse_charge: bool) -> &'static str {
    let is_placed = facts.shipping_address.is_some() || facts.billing_address.is_some();
    match number.status {
        vat::Status::Confirmed { .. } if reverse_charge => w.vat_reverse,
        vat::Status::Confirmed { .. } if !is_placed => w.vat_no_address,
        vat::Status::Confirmed { .. } => w.vat_all_the_same,
        vat::Status::Unknown { .. } => w.vat_unknown,
        vat::Status::Unanswered { .. } => w.vat_unanswered,
    }
}
