use serde_json::{Value, json};

use super::*;
use crate::promotions::body::PromotionPatch;
use crate::testing::settings;

const MISSING: &str = "prod_01ARZ3NDEKTSV4RRFFQ69G5FAV";

fn known() -> Known {
    Known {
        currencies: settings().currencies,
        missing: [(MISSING.parse().unwrap(), ())].into(),
        collections: SortedSet::new(),
    }
}

fn id() -> PromotionId {
    PromotionId::derived([1; 16])
}

fn parse(body: Value) -> Result<Promotion, Vec<String>> {
    let body = serde_json::from_value(body).unwrap();
    check(body, id(), &known()).map_err(|faults| faults.into_iter().map(|fault| fault.pointer).collect())
}

#[test]
fn a_code_is_kept_as_it_is_compared() {
    let body = json!({"title": "Welcome", "code": " welcome10 ", "effect": {"percentage": {"percent": "10"}}});
    assert_eq!(parse(body).unwrap().code, Code::parse("WELCOME10").ok());
}

#[test]
fn what_the_shop_does_not_have_is_pointed_at() {
    let yen = |amount| json!({"amount": amount, "currency": "JPY"});
    let euros = |amount| json!({"amount": amount, "currency": "EUR"});
    let conditions = json!({"subtotal_min": [euros(1), yen(1)], "products": [MISSING]});
    for (effect, at) in [
        (json!({"fixed": {"amounts": [yen(1)]}}), "/effect/fixed/amounts/0/currency"),
        (json!({"tiered": {"tiers": [{"from": yen(0), "percent": "5"}]}}), "/effect/tiered/tiers/0/from/currency"),
    ] {
        let wrong = parse(json!({"title": "Sale", "conditions": conditions, "effect": effect, "priority": 1_001}));
        let expected = ["/priority", "/conditions/subtotal_min/1/currency", at, "/conditions/products/0"];
        assert_eq!(wrong.unwrap_err(), expected);
    }
    let lists = json!({"quantity": 1, "products": [MISSING]});
    let mut get = lists.clone();
    get["percent"] = json!("100");
    let wrong = parse(json!({"title": "Gift", "effect": {"buy_get": {"buy": lists, "get": get}}}));
    assert_eq!(wrong.unwrap_err(), ["/effect/buy_get/buy/products/0", "/effect/buy_get/get/products/0"]);
}

#[test]
fn a_change_leaves_what_it_does_not_name() {
    let whole = json!({
        "title": "Sale", "code": "SALE", "ends_at": "2026-12-31T00:00:00.000Z", "priority": 7, "usage_limit": 10,
        "combinable": true, "conditions": {"tags": ["sale"]}, "effect": {"free_shipping": {}},
    });
    let before = parse(whole).unwrap();
    let over = |change: Value| {
        let patch: PromotionPatch = serde_json::from_value(change).unwrap();
        check(patch.over(before.clone()), id(), &known()).unwrap()
    };
    assert_eq!(over(json!({})), before);
    let expected = Promotion { code: None, ends_at: None, usage_limit: None, ..before.clone() };
    assert_eq!(over(json!({"code": null, "ends_at": null, "usage_limit": null})), expected);
    let expected = Promotion { priority: 0, conditions: Default::default(), ..before.clone() };
    assert_eq!(over(json!({"priority": 0, "conditions": {}})), expected);
}
