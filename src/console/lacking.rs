//! What a draft lacks before it can be placed, in words and with the way to where it
//! is mended.

use serde_json::{Value, json};

use super::loading::put;
use super::shown::{at, is_there, plain};
use crate::text::capitalised;

/// Forms of the draft's page, by their ids.
const LINES: &str = "draft-lines";
const BUYER: &str = "draft-change";
/// That of the first way of shipping.
const WAY: &str = "draft-shipping.0";

/// Says of each problem what is wrong, and which form of the page mends it; of what
/// is no draft, nothing.
pub fn name(draft: &mut Value) {
    let titles = at(draft, "/cart/lines").clone();
    let way = if is_there(at(draft, "/shipping_options")) { WAY } else { BUYER };
    for problem in draft.pointer_mut("/cart/problems").and_then(Value::as_array_mut).into_iter().flatten() {
        let (code, detail) = (plain(at(problem, "/code")), plain(at(problem, "/detail")));
        let (what, form, mend) = match (code.as_str(), detail.as_str()) {
            (_, "lines") => ("There is nothing in it".to_owned(), LINES, "Add lines"),
            (_, "email") => ("It has no e-mail address".to_owned(), BUYER, "Add an address"),
            (_, "shipping_address") => ("It does not say where it goes".to_owned(), BUYER, "Say where it goes"),
            (_, "shipping_option") => ("It does not say how it is sent".to_owned(), way, "Choose a way"),
            ("not_shipped_there", _) => (capitalised(&detail), BUYER, "Change where it goes"),
            ("coupon_not_valid", _) => (format!("{}: {detail}", plain(at(problem, "/coupon"))), "", ""),
            ("out_of_stock" | "price_changed" | "not_for_sale", _) => {
                (format!("{}: {detail}", title(&titles, at(problem, "/line_id"))), LINES, "Change the lines")
            }
            _ => (capitalised(&detail), "", ""),
        };
        for (member, text) in [("_what", what.as_str()), ("_form", form), ("_mend", mend)] {
            put(problem, member, json!(text));
        }
    }
}

/// What a line of the draft is called.
fn title(lines: &Value, id: &Value) -> String {
    let line = lines.as_array().into_iter().flatten().find(|line| at(line, "/id") == id);
    line.map(|line| plain(at(line, "/title"))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How the page would say it.
    fn told(problem: Value, ways: Value) -> [String; 2] {
        let lines = json!([{ "id": "line_1", "title": "Kettle" }]);
        let mut draft = json!({ "cart": { "lines": lines, "problems": [problem] }, "shipping_options": ways });
        name(&mut draft);
        ["_what", "_form"].map(|member| plain(&draft["cart"]["problems"][0][member]))
    }

    #[test]
    fn what_a_draft_lacks_is_said_in_words_and_leads_to_where_it_is_mended() {
        let lacks = |what: &str| json!({ "code": "cart_incomplete", "detail": what });
        for (problem, words, form) in [
            (lacks("lines"), "There is nothing in it", LINES),
            (lacks("email"), "It has no e-mail address", BUYER),
            (lacks("shipping_address"), "It does not say where it goes", BUYER),
            // There is no way to choose before it is known where it goes.
            (lacks("shipping_option"), "It does not say how it is sent", BUYER),
            (
                json!({ "code": "out_of_stock", "detail": "only 2 left, not 3", "line_id": "line_1" }),
                "Kettle: only 2 left, not 3",
                LINES,
            ),
            (
                json!({ "code": "coupon_not_valid", "detail": "there is no such code", "coupon": "SPRING" }),
                "SPRING: there is no such code",
                "",
            ),
            (json!({ "code": "something_new", "detail": "something else" }), "Something else", ""),
        ] {
            assert_eq!(told(problem, json!([])), [words, form]);
        }
        assert_eq!(told(lacks("shipping_option"), json!([{ "id": "post" }]))[1], WAY);
    }
}
