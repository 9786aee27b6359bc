//! Several facts of a cart, or of a whole purchase, as they were sent: checked
//! as they stand, then against what the shop knows.

use super::access::Credentials;
use super::bodies::{CartChange, NewPurchase, Payment, WantedLine};
use super::cart::Cart;
use super::decision::{NewLine, line_of};
use super::details::email;
use super::error::OrderError;
use super::facts::Fact;
use super::order::LineId;
use super::vouchers;
use crate::address::{Address, NewAddress};
use crate::app::App;
use crate::gift_cards::{self, Found};
use crate::money::{Currency, Money};
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

    fn coupons(&mut self, typed: &[Code]) {
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
            checking.wanted.facts.push(Fact::ShippingOption(Some(id.clone())));
        }
        if let Some(typed) = &self.coupons {
            checking.coupons(typed);
        }
        checking.wanted.lines.clone_from(&self.lines);
        checking.wanted.gift_cards.clone_from(&self.gift_cards);
        checking.wanted.vat_number.clone_from(&self.vat_number);
        checking.done()
    }
}

/// A purchase as it was sent.
pub struct WantedPurchase {
    pub wanted: Wanted,
    pub currency: Option<Currency>,
    pub payment: Payment,
    pub expected_total: Option<Money>,
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
            checking.wanted.facts.push(Fact::ShippingOption(Some(id.clone())));
        }
        if !self.coupons.is_empty() {
            checking.coupons(&self.coupons);
        }
        checking.wanted.lines = Some(self.lines.clone());
        checking.wanted.gift_cards = Some(self.gift_cards.clone()).filter(|codes| !codes.is_empty());
        checking.wanted.vat_number = self.vat_number.clone().map(Some);
        let (currency, payment, expected_total) = (self.currency, self.payment.clone(), self.expected_total);
        Ok(WantedPurchase { wanted: checking.done()?, currency, payment, expected_total })
    }
}

impl Wanted {
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
                let card = gift_card(app, credentials, code, currency).await;
                let card = card.map_err(|problem| problem.at(format!("/gift_cards/{index}"), "cannot be used"))?;
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
    Ok(GiftCardBalance { id, last4, balance: balance.amount, expires_at })
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
