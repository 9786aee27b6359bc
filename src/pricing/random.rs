//! Random shops and carts for this room's tests: the same seed, the same case.

use std::sync::LazyLock;

use super::cart::{Delivery, Item};
use super::place::{Place, PostalPattern};
use super::promotion::{Buy, Code, Conditions, DiscountTier, Effect, Get, Promotion};
use super::samples::{Basket, NOW, Shop, card, country, currency, percent, product, promotion};
use super::shipping::{HandlingDays, ShippingOption, ShippingRate, ShippingRules, Tier, TierBasis, Zone, ZonePlace};
use super::tax::{TaxRate, TaxRules};
use crate::address::Country;
use crate::ids::{CollectionId, ProductId};
use crate::money::{Currency, Money};

/// Random numbers by SplitMix64.
pub struct Dice(u64);

impl Dice {
    pub fn of(seed: u64) -> Self {
        Self(seed)
    }
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
    pub fn below(&mut self, end: usize) -> usize {
        (self.roll() % end as u64) as usize
    }
    /// Once in so many.
    pub fn once_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }
    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }
    /// `None` once in so many.
    fn some<T>(&mut self, none_in: usize, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (!self.once_in(none_in)).then(|| make(self))
    }
    fn list<T>(&mut self, most: usize, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.below(most + 1)).map(|_| make(self)).collect()
    }
    /// Small mostly, so that conditions are met now and then and missed then and now.
    fn amount(&mut self) -> i64 {
        let most = self.pick(&[10, 1000, 10_000, 10_000, 100_000]);
        self.below(most) as i64
    }
    fn currency(&mut self) -> Currency {
        currency(self.pick(&["EUR", "EUR", "EUR", "JPY"]))
    }
    fn money(&mut self) -> Vec<Money> {
        let mut all = Vec::new();
        for code in ["EUR", "JPY"] {
            if !self.once_in(6) {
                all.push(Money { amount: self.amount(), currency: currency(code) });
            }
        }
        all
    }
    fn percent(&mut self) -> super::Percent {
        percent(self.pick(&["10", "25", "33.3333", "50", "0.5", "8.875", "100"]))
    }
    fn country(&mut self) -> Country {
        // Looking a country up takes longer than a quote.
        static COUNTRIES: LazyLock<[Country; 7]> =
            LazyLock::new(|| ["DE", "DE", "ES", "GB", "US", "FR", "AE"].map(country));
        self.pick(&*COUNTRIES)
    }
    fn region(&mut self) -> String {
        self.pick(&["Kent", "kent", " New York", "Las Palmas"]).to_owned()
    }
    fn postal_code(&mut self) -> String {
        self.pick(&["NG1 5DJ", "ng11 1aa", "BT1 5GS", "35001", "E-35002", "28195", "10001-1234"]).to_owned()
    }
    fn pattern(&mut self) -> PostalPattern {
        let patterns = ["NG1 *", "ng1*", "BT*", "35*", "350*", "2*", "NG1 5DJ", "28195", "100*", "*"];
        PostalPattern(self.pick(&patterns).to_owned())
    }
    fn product(&mut self) -> ProductId {
        product(self.below(6) as u8)
    }
    fn collection(&mut self) -> CollectionId {
        CollectionId::derived([self.below(3) as u8; 16])
    }
    fn tag(&mut self) -> String {
        self.pick(&["red", "blue", "new"]).to_owned()
    }
    fn class(&mut self) -> String {
        self.pick(&["standard", "reduced", "zero"]).to_owned()
    }
}

/// A cart of at most so many lines, at most so many promotions for it.
pub fn case(dice: &mut Dice, lines: usize, promotions: usize) -> (Shop, Basket) {
    let promotions = (0..promotions).map(|number| random_promotion(dice, number as u8)).collect();
    let shop = Shop {
        country: dice.some(8, Dice::country),
        prices_include_tax: !dice.once_in(3),
        tax: TaxRules {
            classes: ["standard", "reduced", "zero"].map(str::to_owned).to_vec(),
            rates: dice.list(30, random_rate),
            reverse_charge: !dice.once_in(3),
        },
        shipping: ShippingRules { zones: dice.list(4, random_zone) },
        promotions,
    };
    // Of small prices, where a cent is much and fractions are many.
    let is_cheap = dice.once_in(2);
    let mut basket = Basket::of(dice.list(lines, |dice| random_line(dice, is_cheap)));
    basket.currency = dice.currency();
    basket.coupons = dice.list(3, |dice| Code::parse(dice.pick(&["A", "B", "C", "NOPE"])).unwrap());
    basket.to = dice.some(6, |dice| Place {
        country: dice.country(),
        region: dice.some(2, Dice::region),
        postal_code: dice.some(4, Dice::postal_code),
    });
    basket.shipping_option = dice.some(4, |dice| format!("option {}", dice.below(4)));
    basket.gift_cards = dice.list(3, |dice| card(dice.below(3) as u8, dice.amount()));
    basket.business_in = match &basket.to {
        Some(to) if dice.once_in(3) => Some(to.country),
        _ => dice.some(2, Dice::country),
    };
    basket.first_order = dice.pick(&[None, Some(true), Some(false)]);
    (shop, basket)
}

fn random_line(dice: &mut Dice, is_cheap: bool) -> Item<'static> {
    let unit_price = match dice.below(8) {
        _ if is_cheap => dice.below(12) as i64,
        0 => dice.pick(&[0, 1, 3]),
        1 => 10_000_000_000 - dice.amount(),
        2..=4 => dice.pick(&[149, 199, 1000, 2390]),
        _ => dice.amount(),
    };
    let tags: Vec<String> = dice.list(2, Dice::tag);
    Item {
        product: dice.product(),
        unit_price,
        compare_at: dice.some(2, |dice| unit_price + dice.pick(&[-1, 0, 500])),
        quantity: if dice.once_in(20) { 1000 } else { dice.below(8) as u32 },
        tax_class: dice.pick(&[None, Some("standard"), Some("reduced"), Some("zero"), Some("no more")]),
        weight_grams: dice.below(2000) as u32,
        delivery: dice.pick(&[
            Delivery::Shipped,
            Delivery::Shipped,
            Delivery::Shipped,
            Delivery::Digital,
            Delivery::GiftCard,
        ]),
        // Lives as long as the tests.
        tags: Box::leak(tags.into_boxed_slice()),
        collections: dice.list(2, Dice::collection),
    }
}

fn random_promotion(dice: &mut Dice, number: u8) -> Promotion {
    let products = |dice: &mut Dice| if dice.once_in(2) { Vec::new() } else { dice.list(3, Dice::product) };
    let collections = |dice: &mut Dice| if dice.once_in(3) { dice.list(2, Dice::collection) } else { Vec::new() };
    let effect = match dice.below(6) {
        0 | 1 => Effect::Percentage { percent: dice.percent() },
        2 => Effect::Fixed { amounts: dice.money() },
        3 => Effect::FreeShipping {},
        4 => Effect::BuyGet {
            buy: Buy { quantity: 1 + dice.below(3) as u32, products: products(dice), collections: collections(dice) },
            get: Get {
                quantity: 1 + dice.below(3) as u32,
                products: products(dice),
                collections: collections(dice),
                percent: dice.percent(),
            },
        },
        _ => {
            let mut tiers = dice.list(4, |dice| DiscountTier {
                from: Money { amount: dice.amount(), currency: dice.currency() },
                percent: dice.percent(),
            });
            tiers.sort_by_key(|tier| tier.from.amount);
            Effect::Tiered { tiers }
        }
    };
    let conditions = Conditions {
        subtotal_min: if dice.once_in(3) { dice.money() } else { Vec::new() },
        products: if dice.once_in(3) { dice.list(3, Dice::product) } else { Vec::new() },
        collections: collections(dice),
        tags: if dice.once_in(3) { dice.list(2, Dice::tag) } else { Vec::new() },
        first_order: dice.once_in(8),
        exclude_sale: dice.once_in(4),
    };
    let day = 24 * 60 * 60 * 1_000;
    Promotion {
        code: dice.some(2, |dice| Code::parse(dice.pick(&["a", "b", "c"])).unwrap()),
        starts_at: dice.some(4, |dice| NOW.plus_millis(dice.pick(&[-day, -1, 0, 0, -day, 1]))),
        ends_at: dice.some(4, |dice| NOW.plus_millis(dice.pick(&[day, 1, day, 1, 0]))),
        combinable: !dice.once_in(5),
        priority: dice.below(3) as i32,
        ..promotion(number, effect).with(conditions)
    }
}

fn random_rate(dice: &mut Dice) -> TaxRate {
    TaxRate {
        country: dice.country(),
        region: if dice.once_in(4) { Some(dice.region()) } else { None },
        postal_codes: if dice.once_in(4) { dice.list(2, Dice::pattern) } else { Vec::new() },
        class: dice.class(),
        name: dice.pick(&["VAT", "GST", "PST"]).to_owned(),
        rate: percent(dice.pick(&["0", "5", "7", "8.875", "19", "20", "25.5"])),
    }
}

fn random_zone(dice: &mut Dice) -> Zone {
    let place = |dice: &mut Dice| ZonePlace {
        country: dice.country(),
        regions: if dice.once_in(4) { dice.list(2, Dice::region) } else { Vec::new() },
        postal_codes: if dice.once_in(4) { dice.list(2, Dice::pattern) } else { Vec::new() },
    };
    Zone {
        title: "Zone".to_owned(),
        places: if dice.once_in(3) { Vec::new() } else { dice.list(4, place) },
        options: (0..3).map(|number| random_option(dice, number)).collect(),
    }
}

fn random_option(dice: &mut Dice, number: usize) -> ShippingOption {
    let days = |dice: &mut Dice| {
        let from = dice.below(5) as u16;
        HandlingDays { from, to: from + dice.below(9) as u16 }
    };
    let mut rates = Vec::new();
    for code in ["EUR", "JPY"] {
        let mut rate = ShippingRate {
            currency: currency(code),
            amount: None,
            free_from: if dice.once_in(3) { Some(dice.amount()) } else { None },
            by: None,
            tiers: Vec::new(),
        };
        if dice.once_in(2) {
            rate.amount = Some(dice.amount());
        } else {
            rate.by = Some(dice.pick(&[TierBasis::Weight, TierBasis::Subtotal]));
            rate.tiers = dice.list(3, |dice| Tier { from: dice.amount(), amount: dice.amount() });
            rate.tiers.push(Tier { from: dice.pick(&[0, 0, 2000]), amount: dice.amount() });
            rate.tiers.sort_by_key(|tier| tier.from);
        }
        rates.push(rate);
    }
    ShippingOption {
        id: format!("option {number}"),
        title: "Option".to_owned(),
        tax_class: dice.some(2, Dice::class),
        handling_days: dice.some(3, days),
        pick_up: None,
        rates,
    }
}

/// The same things, divided into lines otherwise and in another order.
pub fn rearranged(dice: &mut Dice, basket: &Basket) -> Basket {
    let mut lines = Vec::new();
    for line in &basket.lines {
        let mut left = line.quantity;
        while left > 1 && !dice.once_in(3) {
            let part = 1 + dice.below(left as usize - 1) as u32;
            lines.push(Item { quantity: part, ..line.clone() });
            left -= part;
        }
        lines.push(Item { quantity: left, ..line.clone() });
    }
    for end in (1..lines.len()).rev() {
        lines.swap(end, dice.below(end + 1));
    }
    Basket { lines, ..basket.clone() }
}
