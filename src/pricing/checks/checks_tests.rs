//! Every fault is found and pointed at.

use super::*;
use crate::ports::Timestamp;
use crate::pricing::promotion::{Code, Conditions, DiscountTier, Effect, Promotion};
use crate::pricing::samples::*;
use crate::pricing::shipping::{HandlingDays, ShippingRate, ShippingRules, Tier, TierBasis};
use crate::pricing::tax::{TaxRate, TaxRules};

#[test]
fn the_contract_says_how_long_a_code_may_be() {
    let schema = |schema: schemars::Schema| (schema.get("type").cloned(), schema.get("maxLength").cloned());
    let string = |most: usize| (Some(serde_json::json!("string")), Some(serde_json::json!(most)));
    assert_eq!(schema(schemars::schema_for!(PostalPattern)), string(MAX_PATTERN));
    assert_eq!(schema(schemars::schema_for!(Code)), string(text::MAX_CODE));
}

fn pointers(faults: Vec<FieldError>) -> Vec<String> {
    faults.into_iter().map(|fault| fault.pointer).collect()
}

fn tax(classes: &[&str], rates: Vec<TaxRate>) -> Vec<String> {
    let classes = classes.iter().map(|class| (*class).to_owned()).collect();
    pointers(TaxRules { classes, rates, reverse_charge: false }.check())
}

#[test]
fn rules_of_tax_are_cleaned_and_may_be_used() {
    let mut rules = TaxRules {
        classes: vec![" standard ".to_owned()],
        rates: vec![TaxRate { postal_codes: patterns(&[" NG1 *"]), ..tax_rate("GB", " VAT", "20") }],
        reverse_charge: true,
    };
    assert_eq!(rules.check(), []);
    assert_eq!((rules.classes[0].as_str(), rules.rates[0].name.as_str()), ("standard", "VAT"));
    assert_eq!(rules.rates[0].postal_codes, patterns(&["NG1 *"]));
}

#[test]
fn what_is_wrong_with_rules_of_tax_is_pointed_at() {
    let rate = || tax_rate("DE", "VAT", "19");
    assert_eq!(tax(&[], vec![]), ["/classes"]);
    assert_eq!(tax(&["standard", "", "standard"], vec![]), ["/classes/1", "/classes/2"]);
    assert_eq!(tax(&["standard"; 51], vec![])[0], "/classes");
    let other = TaxRate { class: "books".to_owned(), name: " ".to_owned(), ..rate() };
    assert_eq!(tax(&["standard"], vec![rate(), other]), ["/rates/1/name", "/rates/1/class"]);
    assert_eq!(tax(&["standard"], vec![rate(), rate()]), ["/rates/1"]);
    let codes = TaxRate { postal_codes: patterns(&["3*5", "**", "", "123456789012345678901", "３５*"]), ..rate() };
    let wrong = tax(&["standard"], vec![codes]);
    for place in 0..5 {
        assert!(wrong.contains(&format!("/rates/0/postal_codes/{place}")), "{place}");
    }
    assert_eq!(tax(&["standard"], vec![rate(); 300]).len(), MAX_FAULTS);
    let names = ["GST", "PST", "QST", "HST", "levy", "one more"];
    let several = |percent| names.iter().map(|name| tax_rate("CA", name, percent)).collect();
    assert_eq!(tax(&["standard"], several("5")), ["/rates/5"]);
    assert_eq!(tax(&["standard"], several("30"))[..2], ["/rates/3/rate", "/rates/4/rate"]);
}

fn shipping(rates: Vec<ShippingRate>) -> Vec<String> {
    let mut option = option("post", flat(490));
    option.rates = rates;
    let mut rules = ShippingRules { zones: vec![zone("World", Vec::new(), option)] };
    let pointers = pointers(rules.check(&[currency("EUR")], &["standard".to_owned()])).into_iter();
    pointers.map(|pointer| pointer.replace("/zones/0/options/0/rates", "")).collect()
}

#[test]
fn what_is_wrong_with_a_rate_of_shipping_is_pointed_at() {
    let tiers = |tiers: &[(i64, i64)]| ShippingRate {
        amount: None,
        by: Some(TierBasis::Weight),
        tiers: tiers.iter().map(|(from, amount)| Tier { from: *from, amount: *amount }).collect(),
        ..flat(0)
    };
    assert!(shipping(vec![flat(0)]).is_empty() && shipping(vec![tiers(&[(0, 490), (1, 0)])]).is_empty());
    assert_eq!(shipping(vec![]), [""]);
    assert_eq!(shipping(vec![flat(490), flat(590)]), ["/1/currency"]);
    assert_eq!(shipping(vec![flat(-1)]), ["/0/amount"]);
    assert_eq!(shipping(vec![flat(MAX_PRICE + 1)]), ["/0/amount"]);
    assert_eq!(shipping(vec![ShippingRate { currency: currency("JPY"), ..flat(1) }]), ["/0/currency"]);
    assert_eq!(shipping(vec![ShippingRate { free_from: Some(-1), ..flat(1) }]), ["/0/free_from"]);
    assert_eq!(shipping(vec![ShippingRate { amount: None, ..flat(1) }]), ["/0"]);
    assert_eq!(shipping(vec![ShippingRate { amount: Some(1), ..tiers(&[(0, 1)]) }]), ["/0"]);
    assert_eq!(shipping(vec![tiers(&[])]), ["/0"]);
    assert_eq!(
        shipping(vec![tiers(&[(0, 1), (0, 2), (-1, -1)])]),
        ["/0/tiers/2/from", "/0/tiers/2/amount", "/0/tiers/1/from", "/0/tiers/2/from"]
    );
}

#[test]
fn what_is_wrong_with_zones_and_options_is_pointed_at() {
    let mut wrong = option("post", flat(1));
    wrong.title = " ".to_owned();
    wrong.tax_class = Some("books".to_owned());
    wrong.handling_days = Some(HandlingDays { from: 3, to: 2 });
    wrong.pick_up = Some(String::new());
    let mut rules = ShippingRules {
        zones: vec![
            zone("Spain", vec![zone_place("ES", &[""], &["3_"])], option("post", flat(1))),
            zone("", Vec::new(), wrong),
            zone("Moon", Vec::new(), option("two words", flat(1))),
        ],
    };
    let found = pointers(rules.check(&[currency("EUR")], &["standard".to_owned()]));
    assert_eq!(
        found,
        [
            "/zones/0/places/0/regions/0",
            "/zones/0/places/0/postal_codes/0",
            "/zones/1/title",
            "/zones/1/options/0/title",
            "/zones/1/options/0/tax_class",
            "/zones/1/options/0/handling_days/to",
            "/zones/1/options/0/pick_up",
            "/zones/2/options/0/id",
            "/zones/1/options/0/id",
        ]
    );
}

fn effect(effect: Effect) -> Vec<String> {
    let pointers = pointers(promotion(1, effect).check()).into_iter();
    pointers.map(|pointer| pointer.replace("/effect/", "")).collect()
}

#[test]
fn what_is_wrong_with_an_effect_is_pointed_at() {
    assert!(effect(off_percent("0.0001")).is_empty() && effect(Effect::FreeShipping {}).is_empty());
    assert_eq!(effect(off_percent("0")), ["percentage/percent"]);
    assert_eq!(effect(Effect::Fixed { amounts: vec![] }), ["fixed/amounts"]);
    assert_eq!(effect(off(0)), ["fixed/amounts/0/amount"]);
    assert_eq!(effect(off(-1)), ["fixed/amounts/0/amount"]);
    assert_eq!(effect(Effect::Fixed { amounts: vec![eur(1), eur(2)] }), ["fixed/amounts/1/currency"]);
    assert_eq!(
        effect(buy_get((0, &[]), (1_000_001, &[]), "0")),
        ["buy_get/buy/quantity", "buy_get/get/quantity", "buy_get/get/percent"]
    );
    let tier = |amount, code| DiscountTier { from: Money { amount, currency: currency(code) }, percent: percent("5") };
    assert!(effect(Effect::Tiered { tiers: vec![tier(9, "EUR"), tier(5, "JPY"), tier(10, "EUR")] }).is_empty());
    assert_eq!(effect(Effect::Tiered { tiers: vec![] }), ["tiered/tiers"]);
    assert_eq!(effect(Effect::Tiered { tiers: vec![tier(9, "EUR"), tier(9, "EUR")] }), ["tiered/tiers/1/from"]);
    assert_eq!(effect(Effect::Tiered { tiers: vec![tier(-1, "EUR")] }), ["tiered/tiers/0/from/amount"]);
}

#[test]
fn what_else_is_wrong_with_a_promotion_is_pointed_at() {
    let now = Timestamp::from_millis(0);
    let mut wrong = Promotion {
        title: "\n".to_owned(),
        starts_at: Some(now),
        ends_at: Some(now),
        usage_limit: Some(-1),
        ..promotion(1, off(1))
    };
    wrong.conditions = Conditions {
        subtotal_min: vec![eur(-1), eur(1)],
        products: vec![product(1); 501],
        tags: vec![" ".to_owned()],
        ..Conditions::default()
    };
    assert_eq!(
        pointers(wrong.check()),
        [
            "/title",
            "/ends_at",
            "/usage_limit",
            "/conditions/subtotal_min/1/currency",
            "/conditions/subtotal_min/0/amount",
            "/conditions/products",
            "/conditions/tags/0",
        ]
    );
    assert_eq!(promotion(1, off(1)).with_code("welcome10").check(), []);
    assert_eq!(Code::parse(" welcome10 ").as_ref().map(Code::as_str), Ok("WELCOME10"));
    assert!(Code::parse("two words").is_err());
}
