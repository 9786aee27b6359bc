//! Where an error in a body is pointed to.

use serde::de::DeserializeOwned;

use super::NewCart;
use crate::orders::details::NewDetails;
use crate::wire::body::{parse, parse_checked};
use http::StatusCode;

/// All that is wrong with a body: each place, and what is said of it.
fn faults<T: DeserializeOwned>(operation: &str, body: &str) -> Vec<(String, String)> {
    let problem = parse::<T>(body.as_bytes(), operation).err().unwrap();
    assert_eq!(problem.status, StatusCode::UNPROCESSABLE_ENTITY, "{problem:?}");
    problem.errors.iter().map(|error| (error.pointer.clone(), error.detail.clone())).collect()
}

const NEW_CART: &str = "POST /v1/carts";
const DETAILS: &str = "PUT /v1/carts/{id}/details";

fn pointers_of_details(body: &str) -> Vec<String> {
    let problem = parse_checked::<NewDetails>(body.as_bytes(), DETAILS).err().unwrap();
    problem.errors.iter().map(|error| error.pointer.clone()).collect()
}

fn pointer<T: DeserializeOwned>(body: &str) -> String {
    let found = faults::<T>(NEW_CART, body);
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].0.clone()
}

#[test]
fn an_error_points_to_its_place() {
    let variant = "var_00000000000000000000000000";
    assert_eq!(pointer::<NewCart>(r#"{"currency": 5}"#), "/currency");
    assert_eq!(pointer::<NewCart>(r#"{"currency": "EURO", "lines": []}"#), "/currency");
    assert_eq!(
        pointer::<NewCart>("{\n \"lines\":\n [{\"variant_id\": true, \"quantity\": 1}]}"),
        "/lines/0/variant_id"
    );
    assert_eq!(pointer::<NewCart>(r#"{"lines": {"a": 1}}"#), "/lines");
    let bodies = ["-1", "1.5", r#""2""#, "4294967296", "1e400", "null", "[]"];
    for quantity in bodies {
        let body = format!(
            r#"{{"lines":[{{"variant_id":"{variant}","quantity":1}},{{"variant_id":"{variant}","quantity":{quantity}}}]}}"#
        );
        match parse::<NewCart>(body.as_bytes(), NEW_CART).err().unwrap() {
            problem if problem.status == StatusCode::BAD_REQUEST => assert_eq!(quantity, "1e400"),
            problem => assert_eq!(problem.errors.first().unwrap().pointer, "/lines/1/quantity", "{quantity}"),
        }
    }
    let missing = format!(r#"{{"lines":[{{"variant_id":"{variant}"}}]}}"#);
    assert_eq!(pointer::<NewCart>(&missing), "/lines/0/quantity");
    assert_eq!(pointer::<NewCart>(r#"{"lines":[{"quantity":1}]}"#), "/lines/0/variant_id");
    assert_eq!(pointer::<NewCart>(r#"{"lines": [], "coupon": 1}"#), "/coupon");
    let address = r#""name":"A","line1":"1","city":"B","postal_code":"1""#;
    let country = format!(r#"{{"email":"a@b.de","shipping_address":{{{address},"country":"ZZ"}}}}"#);
    assert_eq!(pointers_of_details(&country), ["/shipping_address/country"]);
}

#[test]
fn what_is_not_json_is_unparsable() {
    for body in ["", "{", "{\"lines\":", "nonsense", "{} {}"] {
        let problem = parse::<NewCart>(body.as_bytes(), NEW_CART).err().unwrap();
        assert_eq!(problem.status, StatusCode::BAD_REQUEST, "{body}");
    }
    for body in
        [&b"{\"foo\":\"\xff\"}"[..], b"{\"currency\":\"\xff\"}", b"{\"\xff\":1}", b"[\"\xff\"]", b"\"\xc3\x28\""]
    {
        let problem = parse::<NewCart>(body, NEW_CART).err().unwrap();
        assert_eq!(problem.status, StatusCode::BAD_REQUEST, "{body:?}");
    }
    let deep = "[".repeat(100_000);
    let problem = parse::<NewCart>(format!("{{\"lines\":{deep}").as_bytes(), NEW_CART).err().unwrap();
    assert!(problem.status.is_client_error());
}

/// In words for people, each at its own place.
#[test]
fn all_that_is_wrong_is_told_at_once() {
    let body = r#"{"currency": "EURO", "coupon": 1, "lines": [
        {}, {"variant_id": "var_1", "quantity": 0}, {"variant_id": 5, "quantity": "2"}, "mug"]}"#;
    let expected = [
        ("/coupon", "is not known"),
        ("/lines/0/variant_id", "is missing"),
        ("/lines/0/quantity", "is missing"),
        ("/lines/1/quantity", "must be at least 1"),
        ("/lines/2/variant_id", "must be a text"),
        ("/lines/2/quantity", "must be a whole number"),
        ("/lines/3", "must be an object"),
        ("/currency", "a currency is three capital letters from ISO 4217, such as EUR"),
        ("/lines/1/variant_id", "an id here begins with var_"),
    ];
    let found = faults::<NewCart>(NEW_CART, body);
    let found: Vec<_> = found.iter().map(|(pointer, detail)| (&**pointer, &**detail)).collect();
    assert_eq!(found, expected);

    // A rule that is broken is told beside a shape that does not fit.
    let body = r#"{"email": "nobody", "shipping_address": {"name": " ", "line1": "", "city": 7, "country": "gb", "pobox": "1"}}"#;
    let places = [
        "/shipping_address/line1",
        "/shipping_address/city",
        "/shipping_address/pobox",
        "/email",
        "/shipping_address/name",
        "/shipping_address/postal_code",
    ];
    assert_eq!(pointers_of_details(body), places);
    assert_eq!(
        pointers_of_details(r#"{"email": "nobody", "shipping_address": "home"}"#),
        ["/shipping_address", "/email"]
    );
}

#[test]
fn a_member_that_is_there_twice_is_said_to_be() {
    let found = faults::<NewCart>(NEW_CART, r#"{"lines": [], "lines": []}"#);
    assert_eq!(found, [("/lines".to_owned(), "is there twice".to_owned())]);
}

#[test]
fn a_hopeless_body_has_an_end() {
    let lines = vec![r#"{"quantity": -1}"#; 2_000].join(",");
    assert_eq!(faults::<NewCart>(NEW_CART, &format!(r#"{{"lines": [{lines}]}}"#)).len(), 50);
    assert_eq!(faults::<NewCart>("GET /nowhere", r#"{"lines": 1}"#).len(), 1);
}
