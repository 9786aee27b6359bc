//! Shops and carts for this room's tests.

use super::cart::{Cart, Delivery, GiftCardBalance, Item, Offer};
use super::percent::Percent;
use super::place::{Place, PostalPattern};
use super::promotion::{Buy, Code, Conditions, Effect, Get, Promotion};
use super::quote::Quote;
use super::shipping::{ShippingOption, ShippingRate, ShippingRules, Zone, ZonePlace};
use super::tax::{TaxRate, TaxRules};
use crate::address::Country;
use crate::ids::{GiftCardId, ProductId, PromotionId};
use crate::money::{Currency, Money};
use crate::ports::Timestamp;

/// Thursday, 2026-01-01, noon.
pub const NOW: Timestamp = Timestamp::from_millis(1_767_268_800_000);

pub fn currency(code: &str) -> Currency {
    Currency::parse(code).unwrap()
}

pub fn eur(amount: i64) -> Money {
    Money { amount, currency: currency("EUR") }
}

pub fn country(code: &str) -> Country {
    code.parse().unwrap()
}

pub fn percent(text: &str) -> Percent {
    Percent::parse(text).unwrap()
}

pub fn product(number: u8) -> ProductId {
    ProductId::derived([number; 16])
}

/// The older the smaller its number.
pub fn promotion(number: u8, effect: Effect) -> Promotion {
    Promotion {
        id: PromotionId::derived([number; 16]),
        title: format!("Promotion {number}"),
        code: None,
        starts_at: None,
        ends_at: None,
        combinable: true,
        priority: 0,
        usage_limit: None,
        usage_limit_per_customer: None,
        conditions: Conditions::default(),
        effect,
    }
}

impl Promotion {
    pub fn with_code(self, code: &str) -> Self {
        Self { code: Some(Code::parse(code).unwrap()), ..self }
    }
    pub fn with(self, conditions: Conditions) -> Self {
        Self { conditions, ..self }
    }
    pub fn alone(self) -> Self {
        Self { combinable: false, ..self }
    }
    pub fn first(self, priority: i32) -> Self {
        Self { priority, ..self }
    }
}

pub fn off_percent(text: &str) -> Effect {
    Effect::Percentage { percent: percent(text) }
}

pub fn off(amount: i64) -> Effect {
    Effect::Fixed { amounts: vec![eur(amount)] }
}

pub fn buy_get(buy: (u32, &[ProductId]), get: (u32, &[ProductId]), off: &str) -> Effect {
    Effect::BuyGet {
        buy: Buy { quantity: buy.0, products: buy.1.to_vec(), collections: Vec::new() },
        get: Get { quantity: get.0, products: get.1.to_vec(), collections: Vec::new(), percent: percent(off) },
    }
}

pub fn item(number: u8, unit_price: i64, quantity: u32) -> Item<'static> {
    Item {
        product: product(number),
        unit_price,
        compare_at: None,
        quantity,
        tax_class: None,
        weight_grams: 100,
        delivery: Delivery::Shipped,
        tags: &[],
        collections: Vec::new(),
    }
}

pub fn card(number: u8, balance: i64) -> GiftCardBalance {
    let (id, last4) = (GiftCardId::derived([number; 16]), format!("{number:04}"));
    GiftCardBalance { id, last4, balance, currency: eur(0).currency, expires_at: None }
}

/// A cart that owns what is in it.
#[derive(Debug, Clone)]
pub struct Basket {
    pub currency: Currency,
    pub lines: Vec<Item<'static>>,
    pub coupons: Vec<Code>,
    pub to: Option<Place>,
    pub shipping_option: Option<String>,
    pub gift_cards: Vec<GiftCardBalance>,
    pub business_in: Option<Country>,
    pub first_order: Option<bool>,
}

impl Basket {
    pub fn of(lines: impl IntoIterator<Item = Item<'static>>) -> Self {
        Self {
            currency: currency("EUR"),
            lines: lines.into_iter().collect(),
            coupons: Vec::new(),
            to: None,
            shipping_option: None,
            gift_cards: Vec::new(),
            business_in: None,
            first_order: None,
        }
    }
    pub fn with_coupon(mut self, code: &str) -> Self {
        self.coupons.push(Code::parse(code).unwrap());
        self
    }
    pub fn to(self, code: &str) -> Self {
        Self { to: Some(Place::anywhere_in(country(code))), ..self }
    }
    pub fn sent_by(self, option: &str) -> Self {
        Self { shipping_option: Some(option.to_owned()), ..self }
    }
    pub fn cart(&self) -> Cart<'_> {
        Cart {
            currency: self.currency,
            lines: self.lines.clone(),
            coupons: &self.coupons,
            to: self.to.clone(),
            shipping_option: self.shipping_option.as_deref(),
            gift_cards: &self.gift_cards,
            business_in: self.business_in,
            first_order: self.first_order,
        }
    }
}

/// An offer that owns what it is made of.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Shop {
    pub country: Option<Country>,
    pub prices_include_tax: bool,
    pub tax: TaxRules,
    pub shipping: ShippingRules,
    pub promotions: Vec<Promotion>,
}

impl Shop {
    /// Without taxes and shipping.
    pub fn plain() -> Self {
        Self {
            country: Some(country("DE")),
            prices_include_tax: true,
            tax: TaxRules { classes: vec!["standard".to_owned()], rates: Vec::new(), reverse_charge: false },
            shipping: ShippingRules { zones: Vec::new() },
            promotions: Vec::new(),
        }
    }
    /// In Germany, with one rate there.
    pub fn taxed(rate: &str, prices_include_tax: bool) -> Self {
        let mut shop = Self { prices_include_tax, ..Self::plain() };
        shop.tax.rates.push(tax_rate("DE", "VAT", rate));
        shop
    }
    pub fn with(mut self, promotion: Promotion) -> Self {
        self.promotions.push(promotion);
        self
    }
    /// Everywhere, by the option "post".
    pub fn sending_for(mut self, rate: ShippingRate) -> Self {
        self.shipping.zones.push(zone("World", Vec::new(), option("post", rate)));
        self
    }
    pub fn offer(&self) -> Offer<'_> {
        Offer {
            country: self.country,
            prices_include_tax: self.prices_include_tax,
            tax: &self.tax,
            shipping: &self.shipping,
            promotions: &self.promotions,
        }
    }
    pub fn quote(&self, basket: &Basket) -> Quote {
        super::price(&basket.cart(), &self.offer(), NOW).unwrap()
    }
    /// What it takes off the items.
    pub fn discount(&self, lines: impl IntoIterator<Item = Item<'static>>) -> i64 {
        self.quote(&Basket::of(lines)).totals.discount.amount
    }
}

pub fn tax_rate(code: &str, name: &str, rate: &str) -> TaxRate {
    TaxRate {
        country: country(code),
        region: None,
        postal_codes: Vec::new(),
        class: "standard".to_owned(),
        name: name.to_owned(),
        rate: percent(rate),
    }
}

pub fn patterns(patterns: &[&str]) -> Vec<PostalPattern> {
    patterns.iter().map(|pattern| PostalPattern((*pattern).to_owned())).collect()
}

pub fn flat(amount: i64) -> ShippingRate {
    ShippingRate { currency: currency("EUR"), amount: Some(amount), free_from: None, by: None, tiers: Vec::new() }
}

pub fn option(id: &str, rate: ShippingRate) -> ShippingOption {
    ShippingOption {
        id: id.to_owned(),
        title: id.to_owned(),
        tax_class: None,
        handling_days: None,
        pick_up: None,
        rates: vec![rate],
    }
}

pub fn zone(title: &str, places: Vec<ZonePlace>, option: ShippingOption) -> Zone {
    Zone { title: title.to_owned(), places, options: vec![option] }
}

pub fn zone_place(code: &str, regions: &[&str], postal_codes: &[&str]) -> ZonePlace {
    ZonePlace {
        country: country(code),
        regions: regions.iter().map(|region| (*region).to_owned()).collect(),
        postal_codes: patterns(postal_codes),
    }
}
