use serde_json::{Value, json};

use super::*;
use crate::json;

fn options() -> Vec<ProductOption> {
    serde_json::from_value(json!([{ "name": "Size", "values": ["S", "L"] }, { "name": "A/B", "values": ["x~"] }]))
        .unwrap()
}

fn images() -> Vec<Image> {
    serde_json::from_value(json!([{ "url": "/a.svg", "alt": "" }])).unwrap()
}

fn body(value: Value) -> TranslationsBody {
    serde_json::from_value(value).unwrap()
}

fn read(value: Value) -> (Value, Vec<String>) {
    let (kept, faults) = parsed(body(value), &options(), &images());
    (json::value(&kept), faults.into_iter().map(|fault| fault.pointer).collect())
}

#[test]
fn what_says_something_is_kept() {
    let german = json!({
        "title": "Hemd", "description": "Aus\nWolle", "seo_title": "Hemd kaufen", "seo_description": "Ein Hemd",
        "options": { "Size": { "name": "Größe", "values": { "L": "groß" } }, "A/B": { "values": { "x~": "y" } } },
        "images": { "/a.svg": "Vorn" },
    });
    assert_eq!(read(json!({ "de": german })), (json!({ "de": german }), vec![]));
    let cleaned = json!({ "de": { "title": " Hemd ", "options": { " Size": { "values": { "L ": " groß" } } } } });
    let kept = json!({ "de": { "title": "Hemd", "options": { "Size": { "values": { "L": "groß" } } } } });
    assert_eq!(read(cleaned), (kept, vec![]));
    let nothing = json!({
        "en": null, "de": { "title": null, "description": " ", "seo_title": "", "images": { "/a.svg": null },
            "options": { "Size": { "name": null, "values": { "S": null } }, "A/B": null } },
    });
    assert_eq!(read(nothing), (Value::Null, vec![]));
}

#[test]
fn what_is_wrong_is_named() {
    for (german, pointer) in [
        (json!({ "title": "x".repeat(256) }), "/title"),
        (json!({ "title": "two\nlines" }), "/title"),
        (json!({ "description": "x".repeat(20_001) }), "/description"),
        (json!({ "description": "\u{202e}" }), "/description"),
        (json!({ "seo_title": "x".repeat(256) }), "/seo_title"),
        (json!({ "seo_description": "x".repeat(501) }), "/seo_description"),
        (json!({ "options": { "Hue": { "name": "Farbe" } } }), "/options/Hue"),
        (json!({ "options": { "Hue": null } }), "/options/Hue"),
        (json!({ "options": { "Size": { "name": "x".repeat(65) } } }), "/options/Size/name"),
        (json!({ "options": { "Size": { "values": { "XL": "riesig" } } } }), "/options/Size/values/XL"),
        (json!({ "options": { "Size": { "values": { "L": "x".repeat(101) } } } }), "/options/Size/values/L"),
        (json!({ "options": { "A/B": { "values": { "~": "y" } } } }), "/options/A~1B/values/~0"),
        (json!({ "images": { "/b.svg": "Hinten" } }), "/images/~1b.svg"),
        (json!({ "images": { "/a.svg": "x".repeat(501) } }), "/images/~1a.svg"),
    ] {
        assert_eq!(read(json!({ "de": german })).1, [format!("/translations/de{pointer}")], "{german}");
    }
}

#[test]
fn a_change_names_what_it_changes() {
    let now = body(json!({
        "de": { "title": "Hemd", "seo_title": "Hemd kaufen", "images": { "/a.svg": "Vorn" },
            "options": { "Size": { "name": "Größe", "values": { "S": "klein", "L": "groß" } } } },
        "en": { "title": "Shirt" },
    }));
    let sent = body(json!({
        "de": { "title": "Bluse", "seo_title": null, "options": { "Size": { "values": { "S": null } } } },
    }));
    let whole = parsed(over(now.clone(), sent), &options(), &images()).0;
    let expected = json!({
        "de": { "title": "Bluse", "images": { "/a.svg": "Vorn" },
            "options": { "Size": { "name": "Größe", "values": { "L": "groß" } } } },
        "en": { "title": "Shirt" },
    });
    // In the order of the languages, whatever that is.
    assert_eq!(json::value(&whole), expected);
    let whole = parsed(over(now, body(json!({ "de": null }))), &options(), &images()).0;
    assert_eq!(json::value(&whole), json!({ "en": { "title": "Shirt" } }));
}

#[test]
fn what_was_said_of_what_is_gone_goes_with_it() {
    let now = json!({
        "de": { "title": "Hemd", "images": { "/a.svg": "Vorn" },
            "options": { "Size": { "name": "Größe", "values": { "S": "klein", "L": "groß" } }, "A/B": { "name": "C" } } },
    });
    let (now, _) = parsed(body(now), &options(), &images());
    let left: Vec<OptionBody> = serde_json::from_value(json!([{ "name": " Size", "values": ["L "] }])).unwrap();
    let kept = kept(now.as_deref(), &left, &[]);
    let expected =
        json!({ "de": { "title": "Hemd", "options": { "Size": { "name": "Größe", "values": { "L": "groß" } } } } });
    assert_eq!(json::value(&kept), expected);
}
