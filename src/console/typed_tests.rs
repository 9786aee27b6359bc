use super::*;
use serde_json::json;

use crate::console::control::text;
use crate::console::page::Takes;

fn sent(pairs: &[(&str, &str)]) -> Sent {
    read(&pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect::<Vec<_>>())
}

#[test]
fn a_fields_name_says_where_its_value_goes_and_what_it_is() {
    let sent = sent(&[
        ("_do", "edit"),
        ("/title:text", " A mug "),
        ("/vendor:text?", ""),
        ("/tags:lines", " red \r\n\r\nround"),
        ("/priority:whole", "3"),
        ("/combinable:flag", "false"),
        ("/combinable:flag", "true"),
        ("/starts_at:time?", "2026-11-26T20:00"),
        ("/ends_at:time?", ""),
        ("/effect/free_shipping:empty", ""),
        ("/variants/0/options:pairs", "Size: S; Colour: dark red"),
        ("/amount:money.EUR", "12.50"),
        ("/shipping:money.EUR", ""),
        ("nonsense", "x"),
    ]);
    let expected = json!({
        "title": "A mug", "vendor": null, "tags": ["red", "round"], "priority": 3, "combinable": true,
        "starts_at": "2026-11-26T20:00:00.000Z", "ends_at": null, "effect": { "free_shipping": {} },
        "variants": [{ "options": { "Size": "S", "Colour": "dark red" } }],
        "amount": { "amount": 1250, "currency": "EUR" },
    });
    assert_eq!(sent.body, expected);
    assert_eq!(read(&[]).body, json!({}));
}

#[test]
fn rows_in_which_nothing_was_typed_are_left_out_and_pointers_still_find_their_fields() {
    let sent = sent(&[
        ("/rates/0/id:key", "r0"),
        ("/rates/0/name:text", ""),
        ("/rates/0/reduced:flag", "false"),
        ("/rates/2/name:text", "Two"),
        ("/rates/2/reduced:flag", "true"),
        ("/rates/10/name:text", "Ten"),
        ("/none/0/name:text", ""),
    ]);
    assert_eq!(sent.body, json!({ "rates": [{ "name": "Two", "reduced": true }, { "name": "Ten" }], "none": [] }));
    assert_eq!(sent.field("/rates/0/name"), Some("/rates/2/name:text"));
    assert_eq!(sent.field("/rates/1/name"), Some("/rates/10/name:text"));
    // Around the place, or within it.
    assert_eq!(sent.field("/rates/1/name/0"), Some("/rates/10/name:text"));
    assert_eq!(sent.field("/rates/1"), Some("/rates/10/name:text"));
    assert_eq!(sent.field("/elsewhere"), None);
}

#[test]
fn an_amount_is_in_the_currency_beside_it_and_one_that_cannot_be_read_stays_as_typed() {
    let sent = sent(&[
        ("/tiers/0/from/amount:minor", "1,000.00"),
        ("/tiers/0/from/currency:text", "EUR"),
        ("/tiers/1/from/amount:minor", "500"),
        ("/tiers/1/from/currency:text", "JPY"),
        ("/tiers/2/from/amount:minor", "5"),
        ("/tiers/2/from/currency:text", ""),
        ("/rates/0/currency:text", "KWD"),
        ("/rates/0/tiers/0/amount:minor", "1.5"),
        ("/prices/0:money.USD", "a lot"),
        ("/prices/0/compare_at:minor.USD?", "20"),
        ("/prices/1:money.GBP", ""),
        ("/prices/1/compare_at:minor.GBP?", ""),
    ]);
    let from = |amount: Value, currency: &str| json!({ "from": { "amount": amount, "currency": currency } });
    let tiers = json!([from(100_000.into(), "EUR"), from(500.into(), "JPY"), from("5".into(), "")]);
    let prices = json!([{ "amount": "a lot", "compare_at": 2_000, "currency": "USD" }]);
    let rates = json!([{ "currency": "KWD", "tiers": [{ "amount": 1_500 }] }]);
    assert_eq!(sent.body, json!({ "tiers": tiers, "prices": prices, "rates": rates }));
    assert_eq!(sent.unread("/prices/0/amount"), Some("write an amount such as 12.50"));
    assert_eq!(sent.unread("/tiers/2/from/amount"), Some("say the amount's currency"));
    assert_eq!(sent.field("/prices/0/amount"), Some("/prices/0:money.USD"));
}

#[test]
fn of_what_is_left_empty_nothing_is_said_where_the_name_says_so() {
    let parcel = |quantity: &str| {
        let rows = [("/lines:rest", ""), ("/lines/0/line_id:key", "line_1"), ("/lines/0/quantity:whole", quantity)];
        sent(&[&rows[..], &[("/carrier:text-", "")]].concat()).body
    };
    assert_eq!(parcel(""), json!({}));
    assert_eq!(parcel("2"), json!({ "lines": [{ "line_id": "line_1", "quantity": 2 }] }));
}

#[test]
fn an_object_whose_parts_are_all_left_out_is_left_out() {
    let days = |from: &str, to: &str| {
        sent(&[("/days/from:whole??", from), ("/days/to:whole??", to), ("/mail/sender:text?", "")]).body
    };
    assert_eq!(days("", ""), json!({ "days": null, "mail": { "sender": null } }));
    assert_eq!(days("1", ""), json!({ "days": { "from": 1, "to": null }, "mail": { "sender": null } }));
    let off =
        |reason: &str, amount: &str| sent(&[("/off/reason:text??", reason), ("/off/amount:money.EUR??", amount)]).body;
    assert_eq!(off("", ""), json!({ "off": null }));
    assert_eq!(off("A", ""), json!({ "off": { "reason": "A", "amount": null } }));
    assert_eq!(off("", "1"), json!({ "off": { "reason": null, "amount": { "amount": 100, "currency": "EUR" } } }));
    let to = |city: &str| sent(&[("/to/name:text-", ""), ("/to/city:text-", city)]).body;
    assert_eq!((to(""), to("London")), (json!({}), json!({ "to": { "city": "London" } })));
}

#[test]
fn a_form_too_deep_or_at_odds_with_itself_becomes_something_that_the_api_refuses() {
    let deep = format!("{}:text", "/a".repeat(50));
    assert_eq!(sent(&[(&deep, "x")]).body, json!({}));
    assert_eq!(sent(&[("/a:text", "x"), ("/a/b:text", "y")]).body, json!({ "a": "x" }));
    assert_eq!(sent(&[("/a/0:text", "x"), ("/a/b:text", "y")]).body, json!({ "a": ["x", "y"] }));
    assert_eq!(sent(&[("/a/4294967295/b:text", "x")]).body, json!({ "a": [{ "b": "x" }] }));
}

#[test]
fn the_nearest_currency_counts_and_a_row_that_is_new_says_no_id() {
    let sent = sent(&[
        ("/currency:text", "JPY"),
        ("/fee:minor", "12"),
        ("/zones/0/currency:text", "EUR"),
        ("/zones/0/fee:minor", "12"),
        ("/zones/0/rates/0/fee:minor", "1.20"),
        ("/zones/0/rates/1/currency:text", "KWD"),
        ("/zones/0/rates/1/fee:minor", "1.234"),
        ("/zones/1/fee:minor", "12"),
        // As the editor of products sends them: one that is there, the spare one, one that was emptied.
        ("/variants/0/id:key-", "var_1"),
        ("/variants/0/sku:text", "A"),
        ("/variants/1/id:key-", ""),
        ("/variants/1/sku:text", "B"),
        ("/variants/2/id:key-", "var_3"),
        ("/variants/2/sku:text", ""),
        ("/variants/3/id:key-", ""),
        ("/variants/3/sku:text", ""),
    ]);
    let zones = &sent.body["zones"];
    assert_eq!((&sent.body["fee"], &zones[0]["fee"], &zones[1]["fee"]), (&json!(12), &json!(1_200), &json!(12)));
    let rates: Vec<_> = zones[0]["rates"].as_array().unwrap().iter().map(|rate| rate["fee"].clone()).collect();
    assert_eq!(rates, [120, 1_234]);
    assert_eq!(sent.body["variants"], json!([{ "id": "var_1", "sku": "A" }, { "sku": "B" }]));
}

#[test]
fn a_sheets_lines_are_rows_and_what_is_wrong_with_one_is_said_of_its_line() {
    let name = "/rows:sheet.sku:text.prices/0:money~EUR.on_hand:whole-";
    let of = |text: &str| sent(&[(name, text)]);
    let read = of("A-1\t1,50\t4\r\n\r\nB 2\t\t\nC\t2.00\nD\tmuch\tmany\tmore\n");
    let price = |amount: serde_json::Value| json!([{ "currency": "EUR", "amount": amount }]);
    let expected = json!({ "rows": [
        { "sku": "A-1", "prices": price(json!(150)), "on_hand": 4 },
        { "sku": "B 2", "prices": [] },
        { "sku": "C", "prices": price(json!(200)) },
        { "sku": "D", "prices": price(json!("much")), "on_hand": "many" },
    ] });
    assert_eq!(read.body, expected);
    for (pointer, line) in [("/rows/3/prices/0/amount", 4), ("/rows/1/sku", 2), ("/rows/0", 1)] {
        assert_eq!((read.field(pointer), read.line(pointer)), (Some(name), Some(line)), "{pointer}");
    }
    assert_eq!(read.unread("/rows/3/prices/0/amount"), Some("write an amount such as 12.50"));
    let none = of(" \r\n");
    assert_eq!((&none.body, none.field("/rows"), none.line("/rows")), (&json!({ "rows": [] }), Some(name), None));
}

#[test]
fn what_an_answer_had_goes_back_as_it_was() {
    let kept = sent(&[("/rows:json", r#"[{"id":"x","add":-2}]"#), ("/reason:json", "null"), ("/broken:json", "{")]);
    assert_eq!(kept.body, json!({ "rows": [{ "id": "x", "add": -2 }], "reason": null, "broken": null }));
    assert_eq!(kept.field("/rows/0/add"), Some("/rows:json"));
}

#[test]
fn of_a_row_that_is_not_ticked_nothing_is_said() {
    let sent = sent(&[
        ("/ids/0:pick", ""),
        ("/ids/0:pick", "ord_1"),
        ("/ids/1:pick", ""),
        ("/parcels/0/id:pick", ""),
        ("/parcels/0/carrier:text-", "Post"),
        ("/parcels/1/id:pick", ""),
        ("/parcels/1/id:pick", "ord_2"),
        ("/parcels/1/carrier:text-", ""),
    ]);
    assert_eq!(sent.body, json!({ "ids": ["ord_1"], "parcels": [{ "id": "ord_2" }] }));
    assert_eq!(sent.field("/parcels/0/carrier"), Some("/parcels/1/carrier:text-"));
}

#[test]
fn a_part_of_a_hundred_is_typed_with_a_comma_and_its_sign() {
    for (typed, read) in [("12.5", "12.5"), ("12,5", "12.5"), ("15 %", "15"), ("7\u{a0}%", "7"), ("much", "much")] {
        assert_eq!(sent(&[("/percent:percent", typed)]).body, json!({ "percent": read }), "{typed}");
    }
    assert_eq!(sent(&[("/percent:percent??", "")]).body, json!({ "percent": null }));
}

#[test]
fn a_time_goes_back_as_it_came() {
    for time in
        ["2026-01-31T23:59:00.000Z", "2026-01-31T23:59:59.000Z", "2026-01-31T00:00:00.000Z", "2026-01-31T23:59:59.999Z"]
    {
        let field = crate::console::control::text(crate::console::page::Takes::Time, &json!(time), &json!({}), "");
        let back = sent(&[("/at:time", &field)]).body;
        let normal = back["at"].as_str().unwrap().replace(":59Z", ":59.000Z");
        assert_eq!(normal, time, "{field}");
    }
}

#[test]
fn what_is_taken_out_of_a_list_of_facts_is_taken_away() {
    let names = ("/metadata:names", r#"{"cost":null,"gone":null}"#);
    let read = |text| sent(&[names, ("/metadata:facts", text)]).body["metadata"].clone();
    assert_eq!(
        read("cost: 300\r\n\r\nfragile: true\nsupplier: 12 Mugs: Ltd\nnumber: \"007\"\nprice: 1.50\nnothing"),
        json!({ "cost": 300, "gone": null, "fragile": true, "supplier": "12 Mugs: Ltd", "number": "007", "price": "1.50", "nothing": "" })
    );
    assert_eq!(read(""), json!({ "cost": null, "gone": null }));
    assert_eq!(sent(&[("/metadata:facts", "")]).body, json!({ "metadata": {} }));
    let sent = sent(&[names, ("/metadata:facts", "A b: 1")]);
    assert_eq!(sent.field("/metadata/A b"), Some("/metadata:facts"), "what is wrong with one is said of the field");
}

#[test]
fn facts_go_back_as_they_came() {
    let facts = json!({ "cost": 300, "code": "007", "quoted": "\"a\"", "flag": "true", "lines": "a\nb", "blank": " a", "fragile": false, "plain": "a: b", "none": "" });
    let shown = text(Takes::Facts, &facts, &json!({}), "");
    assert_eq!(sent(&[("/metadata:facts", &shown)]).body["metadata"], facts);
}
