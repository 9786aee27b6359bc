use http::StatusCode;
use serde_json::json;

use super::*;
use crate::console::page::Verb;

/// As many rates of tax as there may be.
const LONGEST: usize = 2_000;

static RATES: [Field; 1] = [Field::new(
    "/rates",
    "Rate",
    Takes::Rows(
        &[
            Field::new("/id", "", Takes::Hidden).omitted(),
            Field::new("/name", "Name", Takes::Line),
            Field::new("/amount", "Amount", Takes::Minor),
        ],
        1,
    ),
)];

static FORM: page::Form = page::Form { fields: &RATES, ..page::Form::new("rates", "", Verb::Put, "/v1/rates") };

fn pairs(typed: &[(&str, &str)]) -> Vec<(String, String)> {
    typed.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

/// The rows of the form about this JSON; where something was typed, as it comes
/// back refused.
fn rows(json: &Value, typed: Option<&[(&str, &str)]>) -> Vec<Row> {
    rows_of(&FORM, json, typed)
}

fn rows_of(form: &'static page::Form, json: &Value, typed: Option<&[(&str, &str)]>) -> Vec<Row> {
    rows_after(form, json, typed, "invalid")
}

/// As it comes back for the reason of this code.
fn rows_after(form: &'static page::Form, json: &Value, typed: Option<&[(&str, &str)]>, code: &str) -> Vec<Row> {
    let typed = typed.map(pairs);
    let (status, problem) = (StatusCode::UNPROCESSABLE_ENTITY, json!({ "code": code }));
    let reply = Reply { status, json: problem, etag: String::new(), cookies: Vec::new() };
    let refused = typed.as_ref().map(|typed| Refused::new(typed, &super::super::typed::read(typed), &reply));
    let maker = Maker::new("rates".to_owned(), json, refused.as_ref());
    let (mut form, _) = maker.form(form, "", String::new(), "");
    form.inputs.remove(0).rows
}

fn values(row: &Row) -> Vec<(&str, &str)> {
    row.inputs.iter().map(|input| (input.name.as_str(), input.value.as_str())).collect()
}

#[test]
fn a_list_has_a_spare_row_and_all_that_the_longest_one_has() {
    let rate = |n: usize| json!({ "id": format!("r{n}"), "name": n.to_string(), "amount": 100, "currency": "EUR" });
    let shown = rows(&json!({ "rates": [rate(0), rate(1)] }), None);
    assert_eq!(shown.len(), 3);
    assert_eq!(values(&shown[1])[..2], [("/rates/1/id:key-", "r1"), ("/rates/1/name:text", "1")]);
    assert!(values(&shown[2]).iter().all(|(_, value)| value.is_empty()), "the spare one");
    assert_eq!(rows(&json!({}), None).len(), 1);
    // A row that is not shown would be taken away by whoever saves the rest.
    let most = json!({ "rates": (0..LONGEST).map(rate).collect::<Vec<_>>() });
    assert_eq!(rows(&most, None).len(), LONGEST + 1);
}

#[test]
fn a_form_has_no_more_rows_than_a_list_may_whatever_was_sent() {
    let sent = [("/rates/4/name:text", "Five"), ("/rates/99999999999/name:text", "x"), ("/rates/x/name:text", "y")];
    assert_eq!(rows(&json!({}), Some(&sent[..1])).len(), 5);
    assert_eq!(rows(&json!({}), Some(&sent)).len(), MOST_ROWS);
}

#[test]
fn a_row_that_comes_back_is_of_what_it_was_sent_for() {
    // Somebody else has taken the first away meanwhile.
    let now = json!({ "rates": [{ "id": "b", "name": "B", "amount": 200, "currency": "EUR" }] });
    let typed = [
        ("/rates/0/id:key-", "a"),
        ("/rates/0/name:text", "A2"),
        ("/rates/1/id:key-", "b"),
        ("/rates/1/name:text", "B"),
    ];
    let shown = rows(&now, Some(&typed));
    assert_eq!(values(&shown[0])[..2], [("/rates/0/id:key-", "a"), ("/rates/0/name:text", "A2")]);
    assert_eq!(values(&shown[1])[..2], [("/rates/1/id:key-", "b"), ("/rates/1/name:text", "B")]);
    // And one that somebody has added stays, too.
    let rate = |id: &str| json!({ "id": id, "name": id.to_uppercase(), "amount": 200, "currency": "EUR" });
    let shown = rows(&json!({ "rates": [rate("c"), rate("b")] }), Some(&typed));
    let last = shown.iter().find(|row| values(row)[0].1 == "c").unwrap();
    assert_eq!(values(last)[1].1, "C");
}

/// Rows without names of their own.
static ZONES: page::Form = page::Form {
    fields: &[Field::new(
        "/zones",
        "Zone",
        Takes::Rows(&[Field::new("/title", "Title", Takes::Line), Field::new("/places", "Places", Takes::Lines)], 1),
    )],
    ..page::Form::new("zones", "", Verb::Put, "/v1/zones")
};

#[test]
fn a_row_without_a_name_is_known_by_what_stands_in_it() {
    let zone = |title: &str, places: &[&str]| json!({ "title": title, "places": places });
    let typed = [
        ("/zones/0/title:text", "Home"),
        ("/zones/0/places:lines", "DE\r\nAT"),
        ("/zones/1/title:text", "Far"),
        ("/zones/1/places:lines", "US"),
        // Taken away, and the spare one.
        ("/zones/2/title:text", ""),
        ("/zones/2/places:lines", ""),
        ("/zones/3/title:text", ""),
        ("/zones/3/places:lines", ""),
    ];
    // Somebody else has added two, and changed where the second goes.
    let now = json!({ "zones": [
        zone("New", &["CH"]), zone("Far", &["US", "CA"]), zone("Home", &["DE", "AT"]), zone("Old", &["IT"]),
    ] });
    let shown = rows_after(&ZONES, &now, Some(&typed), "stale");
    let told: Vec<_> = shown
        .iter()
        .map(|row| (row.inputs[0].value.as_str(), row.inputs.iter().find_map(|input| input.now.as_deref()), row.unsent))
        .collect();
    let expected = [
        ("Home", None, false),
        ("Far", Some("US\nCA"), false),
        ("", None, false),
        ("", None, false),
        ("New", None, true),
        ("Old", None, true),
    ];
    assert_eq!(told, expected);
    // Where nobody else has changed anything, each stands where it stood.
    let shown = rows_after(&ZONES, &json!({ "zones": [zone("Home", &["DE"])] }), Some(&typed[..4]), "invalid");
    assert_eq!(shown.iter().map(|row| row.inputs[0].value.as_str()).collect::<Vec<_>>(), ["Home", "Far"]);
    assert!(shown.iter().all(|row| !row.unsent && row.inputs.iter().all(|input| input.now.is_none())));
}

/// As a queue that others work off, too: a tick, what it is, and what is typed.
static QUEUE: page::Form = page::Form {
    fields: &[Field::new(
        "/parcels",
        "Order",
        Takes::Rows(
            &[
                Field::new("/order_id", "Send", Takes::Pick).from("/id"),
                Field::new("", "Number", Takes::Only(crate::console::page::Shown::Plain)).from("/number"),
                Field::new("/carrier", "Carrier", Takes::Line).empty().omitted(),
            ],
            0,
        ),
    )
    .from("/queue")],
    ..page::Form::new("queue", "", Verb::Post, "/v1/queue")
};

#[test]
fn what_was_typed_for_an_order_stays_with_it_though_the_queue_has_moved() {
    let typed = [
        ("_row./parcels/0/order_id:pick", "a"),
        ("/parcels/0/order_id:pick", "a"),
        ("/parcels/0/carrier:text-", "for A"),
        ("_row./parcels/1/order_id:pick", "b"),
        ("/parcels/1/order_id:pick", "b"),
        ("/parcels/1/carrier:text-", "for B"),
        ("_row./parcels/2/order_id:pick", "d"),
        ("/parcels/2/order_id:pick", ""),
        ("/parcels/2/carrier:text-", "for D"),
    ];
    let order = |id: &str| json!({ "id": id, "number": id.to_uppercase() });
    // Somebody else has sent A meanwhile.
    let now = json!({ "queue": [order("b"), order("c"), order("d")] });
    let shown = rows_of(&QUEUE, &now, Some(&typed));
    let told = |row: &Row| row.inputs.iter().map(|input| input.value.clone()).collect::<Vec<_>>();
    let all: Vec<_> = shown.iter().map(told).collect();
    assert_eq!(all, [["b", "B", "for B"], ["d", "D", "for D"], ["c", "C", ""]], "also of what was not ticked");
    let ticked: Vec<_> = shown.iter().map(|row| row.inputs[0].ticked).collect();
    assert_eq!(ticked, [true, false, false]);
    // What is done with begins anew, beside what refused.
    let mut done = order("b");
    (done["_done"], done["_picked"]) = (json!(true), json!(false));
    let shown = rows_of(&QUEUE, &json!({ "queue": [done, order("d")] }), Some(&typed));
    assert_eq!([told(&shown[0]), told(&shown[1])], [["b", "B", ""], ["d", "D", "for D"]]);
    assert!(!shown[0].inputs[0].ticked);
}

#[test]
fn an_amount_is_shown_in_the_currency_of_its_row_or_of_what_is_around() {
    let rates =
        json!([{ "amount": 1_234, "currency": "JPY" }, { "amount": 1_234, "currency": "KWD" }, { "amount": 1_234 }]);
    let shown = rows(&json!({ "rates": rates, "currency": "EUR" }), None);
    let amounts: Vec<_> = shown.iter().map(|row| values(row)[2].1).collect();
    assert_eq!(amounts, ["1234", "1.234", "12.34", ""]);
}
