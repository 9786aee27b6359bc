//! Several facts of a cart, or of a whole purchase, as they were sent: checked
//! as they stand, then against what the shop knows.

use super::access::Credentials;
use super::bodies::{CartChange, NewPurchase, Payment, WantedLine};
use super::cart::Cart;
use super::decision::{NewLine, line_of};
use super::details::email;
use super::error::OrderError;
use super::facts::Fact;
use super::limits::{MAX_COUPONS, MAX_GIFT_CARDS, MAX_LINES};
use super::order::LineId;
use super::terms::Expected;
use super::vouchers;
use crate::address::{Address, NewAddress};
use crate::app::App;
use crate::gift_cards::error::GIFT_CARD_NOT_VALID;
use crate::gift_cards::{self, Found};
use crate::money::Currency;
use crate::ports::Timestamp;
use crate::pricing::promotion::Code;
use crate::pricing::{GiftCardBalance, Quote};
use crate::problem::{FieldError, Problem};
use crate::shelf::snapshot::Snapshot;
use crate::vat;
use crate::wire::body::Draft;

/// What was sent, as far as it can be told without the shop.
#[derive(Default)]
pub struct Wanted {
    pub lines: Option<Vec<WantedLine>>,
    pub facts: Vec<Fact>,
    pub gift_cards: Option<Vec<String>>,
    pub vat_number: Option<Option<vat::Number>>,
}

/// Checks one member after the other, and keeps what is wrong.
#[derive(Default)]
struct Checking {
    wanted: Wanted,
    errors: Vec<FieldError>,
}

impl Checking {
    fn email(&mut self, typed: &str) {
        match email(typed) {
            Ok(email) => self.wanted.facts.push(Fact::Email(email)),
            Err(detail) => self.errors.push(FieldError::new("/email", detail)),
        }
    }

    fn address(&mut self, member: &str, typed: &NewAddress) -> Option<Box<Address>> {
        let faults = match typed.parse() {
            Ok(address) => return Some(Box::new(address)),
            Err(faults) => faults,
        };
        let told =
            |fault: crate::address::Fault| FieldError::new(format!("/{member}/{}", fault.field.id()), fault.detail);
        self.errors.extend(faults.into_iter().map(told));
        None
    }

    fn shipping_address(&mut self, typed: &NewAddress) {
        let address = self.address("shipping_address", typed);
        self.wanted.facts.extend(address.map(Fact::ShippingAddress));
    }

    fn billing_address(&mut self, typed: Option<&NewAddress>) {
        let address = typed.map(|typed| self.address("billing_address", typed));
        self.wanted.facts.push(Fact::BillingAddress(address.flatten()));
    }

    /// Whether there are at most so many, before anything is done for each.
    fn limits<T>(&mut self, pointer: &str, sent: &[T], most: usize) -> bool {
        let fits = sent.len() <= most;
        if !fits {
            self.errors.push(FieldError::new(pointer, format!("must have at most {most} entries")));
        }
        fits
    }

    fn lines(&mut self, wanted: &[WantedLine]) {
        if self.limits("/lines", wanted, MAX_LINES) {
            self.wanted.lines = Some(wanted.to_vec());
        }
    }

    fn gift_cards(&mut self, typed: &[String]) {
        if self.limits("/gift_cards", typed, MAX_GIFT_CARDS) {
            self.wanted.gift_cards = Some(typed.to_vec());
        }
    }

    fn coupons(&mut self, typed: &[Code]) {
        if !self.limits("/coupons", typed, MAX_COUPONS) {
            return;
        }
        let mut codes: Vec<Code> = Vec::new();
        for code in typed {
            if !codes.contains(code) {
                codes.push(code.clone());
            }
        }
        self.wanted.facts.push(Fact::Coupons(codes));
    }

    fn done(self) -> Result<Wanted, Vec<FieldError>> {
        if self.errors.is_empty() { Ok(self.wanted) } else { Err(self.errors) }
    }
}

impl Draft for CartChange {
    type Checked = Wanted;

    fn check(&self) -> Result<Wanted, Vec<FieldError>> {
        let mut checking = Checking::default();
        if let Some(typed) = &self.email {
            checking.email(typed);
        }
        if let Some(typed) = &self.shipping_address {
            checking.shipping_address(typed);
        }
        if let Some(typed) = &self.billing_address {
            checking.billing_address(typed.as_ref());
        }
        if let Some(id) = &self.shipping_option {
            checking.wanted.facts.push(Fact::ShippingOption(Some(id.clone().into())));
        }
        if let Some(typed) = &self.coupons {
            checking.coupons(typed);
        }
        if let Some(typed) = &self.gift_cards {
            checking.gift_cards(typed);
        }
        if let Some(wanted) = &self.lines {
            checking.lines(wanted);
        }
        checking.wanted.vat_number.clone_from(&self.vat_number);
        checking.done()
    }
}

/// A purchase as it was sent.
pub struct WantedPurchase {
    pub wanted: Wanted,
    pub currency: Option<Currency>,
    pub payment: Payment,
    pub expected: Expected,
}

impl Draft for NewPurchase {
    type Checked = WantedPurchase;

    fn check(&self) -> Result<WantedPurchase, Vec<FieldError>> {
        let mut checking = Checking::default();
        checking.email(&self.email);
        if let Some(typed) = &self.shipping_address {
            checking.shipping_address(typed);
        }
        if let Some(typed) = &self.billing_address {
            checking.billing_address(Some(typed));
        }
        if let Some(id) = &self.shipping_option {
            checking.wanted.facts.push(Fact::ShippingOption(Some(id.clone().into())));
        }
        if !self.coupons.is_empty() {
            checking.coupons(&self.coupons);
        }
        if !self.gift_cards.is_empty() {
            checking.gift_cards(&self.gift_cards);
        }
        checking.lines(&self.lines);
        checking.wanted.vat_number = self.vat_number.clone().map(Some);
        let (currency, payment) = (self.currency, self.payment.clone());
        let expected = Expected { total: self.expected_total, to_pay: self.expected_to_pay, changes: None };
        Ok(WantedPurchase { wanted: checking.done()?, currency, payment, expected })
    }
}

impl Wanted {
    /// The e-mail address that was sent; empty if none was.
    pub fn email(&self) -> &str {
        let mut facts = self.facts.iter();
        facts
            .find_map(|fact| if let Fact::Email(email) = fact { Some(email.as_str()) } else { None })
            .unwrap_or_default()
    }

    /// Whether the shop has it so depends on the rest of the cart.
    pub fn depends_on_the_cart(&self) -> bool {
        !coupons(&self.facts).is_empty() || asks_for_shipping(&self.facts) || self.gift_cards.is_some()
    }

    /// All of its facts, once others have said what only they know: the balances
    /// of gift cards, and VIES of a VAT number.
    pub async fn facts(
        mut self,
        app: &App,
        credentials: &Credentials,
        currency: Currency,
    ) -> Result<Vec<Fact>, Problem> {
        vouchers::count_guess(app, credentials, coupons(&self.facts)).await?;
        if let Some(codes) = &self.gift_cards {
            let mut cards: Vec<GiftCardBalance> = Vec::new();
            for (index, code) in codes.iter().enumerate() {
                // Each that is asked for counts as a try of whoever asks.
                if codes.iter().take(index).any(|before| gift_cards::is_same_code(before, code)) {
                    continue;
                }
                let card = gift_card(app, credentials, code, currency).await;
                // The code is not what is wrong where nobody has looked.
                let at = |problem: Problem| match problem.code == GIFT_CARD_NOT_VALID.name {
                    true => problem.at(format!("/gift_cards/{index}"), "cannot be used"),
                    false => problem,
                };
                let card = card.map_err(at)?;
                if cards.iter().all(|known| known.id != card.id) {
                    cards.push(card);
                }
            }
            self.facts.push(Fact::GiftCards(cards));
        }
        if let Some(number) = self.vat_number {
            self.facts.push(Fact::VatNumber(match number {
                Some(number) => Some(vouchers::vat_number(app, credentials, number).await?),
                None => None,
            }));
        }
        Ok(self.facts)
    }
}

/// The gift card with this code, if it can be used now.
pub async fn gift_card(
    app: &App,
    credentials: &Credentials,
    code: &str,
    currency: Currency,
) -> Result<GiftCardBalance, Problem> {
    let found = gift_cards::find(app, &credentials.caller, credentials.network, code, currency).await?;
    let Found { id, last4, balance, expires_at } = found;
    Ok(GiftCardBalance { id, last4, balance: balance.amount, currency: balance.currency, expires_at })
}

/// The coupons that are asked for.
pub fn coupons(facts: &[Fact]) -> &[Code] {
    facts
        .iter()
        .find_map(|fact| if let Fact::Coupons(codes) = fact { Some(&**codes) } else { None })
        .unwrap_or_default()
}

fn asks_for_shipping(facts: &[Fact]) -> bool {
    facts.iter().any(|fact| matches!(fact, Fact::ShippingOption(Some(_))))
}

/// Whether the shop has it as it was just asked for: each coupon takes something
/// off, and the way of shipping (named at `pointer`) is offered. What it comes to then.
pub fn admit(cart: &Cart, asked: &[Fact], pointer: &str, shelf: &Snapshot, now: Timestamp) -> Result<Quote, Problem> {
    let quote = cart.quote(shelf, now).map_err(OrderError::from)?;
    let refused = quote.coupons.iter().find_map(|coupon| Some((coupon.code.clone(), coupon.refused?)));
    if let Some((code, reason)) = refused.filter(|_| !coupons(asked).is_empty()) {
        return Err(OrderError::CouponNotValid { code, reason }.into());
    }
    if asks_for_shipping(asked) && quote.shipping.is_none() {
        return Err(Problem::invalid_field(pointer, "this is not offered for this cart and address"));
    }
    Ok(quote)
}

impl Cart {
    /// As it is after a change of these.
    #[must_use]
    pub fn after(&self, lines: Option<&[NewLine]>, facts: &[Fact]) -> Self {
        let mut cart = self.clone();
        if let Some(lines) = lines {
            cart.lines.retain(|line| line.overridden);
            let new = lines.iter().filter_map(|line| line_of(line, LineId(0), self.currency));
            cart.lines.extend(new);
        }
        for fact in facts {
            cart.facts.set(fact.clone());
        }
        cart
    }
}
