//! Where an error in a body is pointed to.

use serde::de::DeserializeOwned;

use super::NewCart;
use crate::orders::details::Details;
use crate::wire::extract::parse_json;
use http::StatusCode;

fn pointer<T: DeserializeOwned>(body: &str) -> String {
    let problem = parse_json::<T>(body.as_bytes()).err().unwrap();
    assert_eq!(problem.status, StatusCode::UNPROCESSABLE_ENTITY, "{problem:?}");
    problem.errors.first().unwrap().pointer.clone()
}

#[test]
fn an_error_points_to_its_place() {
    let variant = "var_00000000000000000000000000";
    assert_eq!(pointer::<NewCart>(r#"{"currency": 5}"#), "/currency");
    assert_eq!(pointer::<NewCart>(r#"{"currency": "EURO", "lines": []}"#), "/currency");
    assert_eq!(pointer::<NewCart>("{\n \"lines\":\n [{\"variant_id\": true}]}"), "/lines/0/variant_id");
    assert_eq!(pointer::<NewCart>(r#"{"lines": {"a": 1}}"#), "/lines");
    let bodies = ["-1", "1.5", r#""2""#, "4294967296", "1e400", "null", "[]"];
    for quantity in bodies {
        let body = format!(
            r#"{{"lines":[{{"variant_id":"{variant}","quantity":1}},{{"variant_id":"{variant}","quantity":{quantity}}}]}}"#
        );
        match parse_json::<NewCart>(body.as_bytes()).err().unwrap() {
            problem if problem.status == StatusCode::BAD_REQUEST => assert_eq!(quantity, "1e400"),
            problem => assert_eq!(problem.errors.first().unwrap().pointer, "/lines/1/quantity", "{quantity}"),
        }
    }
    let missing = format!(r#"{{"lines":[{{"variant_id":"{variant}"}}]}}"#);
    assert_eq!(pointer::<NewCart>(&missing), "/lines/0");
    assert_eq!(pointer::<NewCart>(r#"{"lines":[{"quantity":1}]}"#), "/lines/0");
    assert_eq!(pointer::<NewCart>(r#"{"lines": [{}], "coupon": 1}"#), "/lines/0");
    assert_eq!(pointer::<NewCart>(r#"{"lines": [], "coupon": 1}"#), "/coupon");
    let address = r#""name":"A","line1":"1","city":"B","postal_code":"1""#;
    let country = format!(r#"{{"email":"a@b.de","shipping_address":{{{address},"country":"ZZ"}}}}"#);
    assert_eq!(pointer::<Details>(&country), "/shipping_address/country");
}

#[test]
fn what_is_not_json_is_unparsable() {
    for body in ["", "{", "{\"lines\":", "nonsense", "{} {}"] {
        let problem = parse_json::<NewCart>(body.as_bytes()).err().unwrap();
        assert_eq!(problem.status, StatusCode::BAD_REQUEST, "{body}");
    }
    for body in
        [&b"{\"foo\":\"\xff\"}"[..], b"{\"currency\":\"\xff\"}", b"{\"\xff\":1}", b"[\"\xff\"]", b"\"\xc3\x28\""]
    {
        let problem = parse_json::<NewCart>(body).err().unwrap();
        assert_eq!(problem.status, StatusCode::BAD_REQUEST, "{body:?}");
    }
    let deep = "[".repeat(100_000);
    let problem = parse_json::<NewCart>(format!("{{\"lines\":{deep}").as_bytes()).err().unwrap();
    assert!(problem.status.is_client_error());
}
