//! What an order knows besides its lines: who buys, where it goes and how, and
//! what is to be taken off or paid with.

use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::email::EmailAddress;
use crate::ids::PromotionId;
use crate::pricing::promotion::Code;
use crate::pricing::{GiftCardBalance, Promotion};
use crate::vat::VatNumber;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    pub email: Option<EmailAddress>,
    pub shipping_address: Option<Address>,
    /// The shipping address, if absent.
    pub billing_address: Option<Address>,
    /// By its id. Whether it is offered, and at what price, is the shelf's to say.
    pub shipping_option: Option<String>,
    pub coupons: Vec<Code>,
    pub gift_cards: Vec<GiftCardBalance>,
    pub vat_number: Option<VatNumber>,
    /// Promotions that apply by themselves, and had no use left when it was
    /// tried to place the order. Forgotten once the buyer or the lines are others.
    pub used_up: Vec<PromotionId>,
    /// What staff take off: [`Promotion::of_staff`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount: Option<Box<Promotion>>,
}

/// One of [`Facts`], as it is from now on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    Email(EmailAddress),
    ShippingAddress(Box<Address>),
    BillingAddress(Option<Box<Address>>),
    ShippingOption(Option<String>),
    Coupons(Vec<Code>),
    GiftCards(Vec<GiftCardBalance>),
    VatNumber(Option<VatNumber>),
    UsedUp(Vec<PromotionId>),
    Discount(Option<Box<Promotion>>),
}

impl Facts {
    /// Which place's taxes fall on it: what is not sent goes where its buyer is.
    pub fn destination(&self) -> Option<&Address> {
        self.shipping_address.as_ref().or(self.billing_address.as_ref())
    }

    /// Who the bill is for.
    pub fn billed_to(&self) -> Option<&Address> {
        self.billing_address.as_ref().or(self.shipping_address.as_ref())
    }

    pub fn set(&mut self, fact: Fact) {
        match fact {
            Fact::Email(email) => {
                // Another buyer may have a use left.
                if self.email.as_ref() != Some(&email) {
                    self.used_up.clear();
                }
                self.email = Some(email);
            }
            Fact::ShippingAddress(address) => self.shipping_address = Some(*address),
            Fact::BillingAddress(address) => self.billing_address = address.map(|address| *address),
            Fact::ShippingOption(id) => self.shipping_option = id,
            Fact::Coupons(codes) => self.coupons = codes,
            Fact::GiftCards(cards) => self.gift_cards = cards,
            Fact::VatNumber(number) => self.vat_number = number,
            Fact::UsedUp(promotions) => self.used_up = promotions,
            Fact::Discount(discount) => self.discount = discount,
        }
    }

    /// The same after changes.
    #[must_use]
    pub fn changed(mut self, facts: &[Fact]) -> Self {
        facts.iter().for_each(|fact| self.set(fact.clone()));
        self
    }

    /// The same with a change.
    #[must_use]
    pub fn with(&self, fact: Fact) -> Self {
        let mut facts = self.clone();
        facts.set(fact);
        facts
    }
}
