//! What the shop sells and takes off, and what everything is called.

use std::collections::BTreeMap;

use tradepost::catalog::product::{Floor, Part};
use tradepost::ids::{GiftCardId, ProductId, PromotionId, VariantId};
use tradepost::orders::facts::Fact;
use tradepost::orders::order::Line;
use tradepost::pricing::{Delivery, Promotion};
use tradepost::settings::Settings;
use tradepost::shelf::snapshot::{Product, Snapshot};

use crate::buyers::Buyer;

/// Of each variant, and of shipping, in cents.
pub const PRICE: i64 = 250;
/// A code for 10 % of the items.
pub const CODE: &str = "TEN";
/// What the promotion that applies by itself takes off, in cents; it comes
/// before the coupon.
pub const OFF: i64 = 100;
/// How often one customer may use the coupon.
pub const EACH: i64 = 1;

pub fn id_of(kind: u8, n: usize) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[0] = kind;
    bytes[15] = u8::try_from(n).unwrap();
    bytes
}

pub fn coupon() -> PromotionId {
    PromotionId::derived(id_of(5, 0))
}

pub fn promotion() -> PromotionId {
    PromotionId::derived(id_of(5, 1))
}

pub fn card(n: usize) -> GiftCardId {
    GiftCardId::derived(id_of(6, n))
}

/// Somewhere in a country.
pub fn address_in(country: &str) -> Fact {
    let address = serde_json::json!({
        "name": "A", "line1": "1", "city": "B", "region": "TX", "postal_code": "12345", "country": country,
    });
    Fact::ShippingAddress(serde_json::from_value(address).unwrap())
}

/// The taxes that fall on what goes to a country, within its price.
pub fn taxes_in(country: &str) -> &'static [&'static str] {
    match country {
        "DE" => &["DE 19"],
        "FR" => &["FR 20"],
        _ => &[],
    }
}

/// Gift cards as goods, each worth [`PRICE`]: not counted, not sent, never discounted.
pub fn sold_card() -> VariantId {
    VariantId::derived(id_of(1, 100))
}

/// What is made of the other variants, as staff want it at the time.
pub fn bundle() -> VariantId {
    VariantId::derived(id_of(1, 50))
}

/// How many ways there are to make it.
pub const RECIPES: usize = 3;

/// What is in it, one way or another.
pub fn recipe(n: usize, variants: &[VariantId]) -> Vec<Part> {
    let parts: &[(usize, u32)] = match n {
        0 => &[(0, 1), (1, 2)],
        1 => &[(1, 1), (2, 1)],
        _ => &[(0, 2)],
    };
    let part = |(of, quantity): &(usize, u32)| Part {
        variant_id: variants[*of],
        quantity: *quantity,
        sku: "A".to_owned(),
        title: "A".to_owned(),
    };
    parts.iter().map(part).collect()
}

/// What so many pieces of a line have of each stock, by what its buyer was shown.
pub fn stocks_of(line: &Line, pieces: i64) -> Vec<(VariantId, i64)> {
    match (line.delivery, line.parts.is_empty()) {
        (Delivery::Shipped, true) => vec![(line.variant_id, pieces)],
        (Delivery::Shipped, false) => {
            line.parts.iter().map(|part| (part.variant_id, pieces * i64::from(part.quantity))).collect()
        }
        _ => Vec::new(),
    }
}

/// Those of [`stocks_of`] that staff had counted when the line became the order's.
pub fn counted(buyer: &Buyer, line: &Line, pieces: i64) -> Vec<(VariantId, i64)> {
    let mut stocks = stocks_of(line, pieces);
    stocks.retain(|(variant, _)| !buyer.uncounted.contains(&(line.id, *variant)));
    stocks
}

/// How often what the shop takes off may be had in all.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub coupon: i64,
    pub promotion: i64,
}

impl Limits {
    /// Of uses of a promotion, by everybody.
    pub fn of(self, id: PromotionId) -> i64 {
        if id == coupon() { self.coupon } else { self.promotion }
    }
}

/// How staff want a variant's stock to be kept.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Kept {
    pub untracked: bool,
    pub floor: Option<Floor>,
}

/// What is sold under one name, each variant at [`PRICE`]. `parts`: of the bundle.
fn product(n: usize, delivery: &str, variants: &[(VariantId, Kept)], parts: &[Part]) -> Product {
    let price = serde_json::json!([{ "amount": PRICE, "currency": "EUR" }]);
    let variants: Vec<_> = variants
        .iter()
        .map(|(id, kept)| {
            let parts = if *id == bundle() { parts } else { &[] };
            let own = parts.iter().filter_map(|part| variants.iter().find(|(id, _)| *id == part.variant_id));
            let rules: Vec<_> = own
                .filter(|(_, kept)| *kept != Kept::default())
                .map(|(id, kept)| serde_json::json!({ "variant_id": id, "untracked": kept.untracked, "floor": kept.floor }))
                .collect();
            serde_json::json!({
                "id": id, "sku": "A", "title": "A", "given_title": null, "options": [], "prices": price, "compare_at": [],
                "weight_grams": null, "barcode": null, "level": "in_stock", "parts": parts, "part_rules": rules,
                "untracked": kept.untracked, "floor": kept.floor,
            })
        })
        .collect();
    let product = serde_json::json!({
        "id": ProductId::derived(id_of(3, n)), "slug": n.to_string(), "title": "A", "description": "", "vendor": null, "tags": [],
        "status": "active", "version": 1, "created_at": 0, "updated_at": 0, "options": [], "variants": variants,
        "images": [], "level": "in_stock", "delivery": delivery, "bought_with": [], "tax_class": null,
    });
    serde_json::from_value(product).unwrap()
}

/// A shop that sells these, and the bundle made of them, and gift cards, and sends for [`PRICE`].
pub fn shelf(variants: &BTreeMap<VariantId, Kept>, limits: Limits, made: usize) -> Snapshot {
    let option =
        |id: &str| serde_json::json!({ "id": id, "title": "A", "rates": [{ "currency": "EUR", "amount": PRICE }] });
    let tax = |country: &str, rate: &str| serde_json::json!({ "class": "standard", "country": country, "name": format!("{country} {rate}"), "rate": rate });
    let settings: Settings = serde_json::from_value(serde_json::json!({
        "shop_name": "A", "default_currency": "EUR", "currencies": ["EUR"], "country": null, "prices_include_tax": true, "low_level": 5,
        "tax": { "classes": ["standard"], "rates": [tax("DE", "19"), tax("FR", "20")], "reverse_charge": false },
        "shipping": { "zones": [{ "title": "A", "places": [], "options": [option("standard"), option("express")] }] },
        "payments": { "stripe": { "offered": false, "capture": "automatic" } }, "mail": { "sender": null },
    }))
    .unwrap();
    let mut sold: Vec<_> = variants.iter().map(|(id, kept)| (*id, *kept)).collect();
    sold.push((bundle(), Kept::default()));
    let parts = recipe(made, &variants.keys().copied().collect::<Vec<_>>());
    let cards = [(sold_card(), Kept::default())];
    let products = vec![product(0, "shipped", &sold, &parts), product(1, "gift_card", &cards, &[])];
    Snapshot::new("1".to_owned(), settings, products).with_promotions(promotions(limits))
}

fn promotions(limits: Limits) -> Vec<Promotion> {
    let off = serde_json::json!({ "fixed": { "amounts": [{ "amount": OFF, "currency": "EUR" }] } });
    let ten = serde_json::json!({ "percentage": { "percent": "10" } });
    let promotion = serde_json::json!({
        "id": promotion(), "title": "A", "code": null, "starts_at": null, "ends_at": null, "combinable": true,
        "priority": 1, "usage_limit": limits.promotion, "usage_limit_per_customer": null, "conditions": {}, "effect": off,
    });
    let coupon = serde_json::json!({
        "id": coupon(), "title": "B", "code": CODE, "starts_at": null, "ends_at": null, "combinable": true,
        "priority": 0, "usage_limit": limits.coupon, "usage_limit_per_customer": EACH, "conditions": {}, "effect": ten,
    });
    [promotion, coupon].into_iter().map(|document| serde_json::from_value(document).unwrap()).collect()
}
