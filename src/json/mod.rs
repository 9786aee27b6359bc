//! JSON (RFC 8259), read by one reader, in which an object is an object.
//!
//! serde_json's own reader is generic down to the last bracket, so that much of it
//! would be in the Worker once for each type, and the names of a type's members and
//! an array's reading as a struct, which nobody means, with it. Of this one what a
//! type has for itself is little: [`typed`]. The rest, [`reader`], is there once,
//! and knows where it is when a type refuses what it is given.

mod error;
mod reader;
mod typed;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use error::Error;
use reader::Reader;

/// Reads a type from a whole text of JSON.
pub fn read<T: DeserializeOwned>(text: &[u8]) -> Result<T, Error> {
    whole(Reader::new(text))
}

/// Reads a type from a query or form (`application/x-www-form-urlencoded`), as from
/// an object of texts: numbers stand in some, `true` and `false` in others.
pub fn read_pairs<T: DeserializeOwned>(pairs: &[u8]) -> Result<T, Error> {
    whole(Reader::of_texts(object_of(pairs).as_bytes()))
}

fn object_of(pairs: &[u8]) -> String {
    let mut object = String::from("{");
    for (name, value) in form_urlencoded::parse(pairs) {
        if object.len() > 1 {
            object.push(',');
        }
        object = object + &text(&name) + ":" + &text(&value);
    }
    object + "}"
}

fn whole<T: DeserializeOwned>(mut reader: Reader) -> Result<T, Error> {
    let value = T::deserialize(&mut reader).map_err(|error| error.at(reader.pointer()))?;
    reader.end()?;
    Ok(value)
}

/// Hands on the items of an array as they are written, `most` at most.
pub fn each(text: &[u8], most: usize, read: &mut dyn FnMut(&[u8]) -> Result<(), Error>) -> Result<(), Error> {
    let mut reader = Reader::new(text);
    reader.open(b'[')?;
    let mut left = most;
    while left > 0 && reader.item(1)? {
        read(reader.raw()?.get().as_bytes())?;
        left -= 1;
    }
    Ok(())
}

/// A type's text. Empty if it cannot be written, as each of ours can.
pub fn text<T: Serialize + ?Sized>(of: &T) -> String {
    serde_json::to_string(of).unwrap_or_default()
}

/// Rows of JSON as arrays, none of which is more than D1 takes as one value (2,000,000
/// bytes): no row is longer than what is left beside these.
pub fn lists(rows: Vec<String>) -> Vec<String> {
    const MOST_BYTES: usize = 1_000_000;
    let mut lists: Vec<String> = Vec::new();
    for row in rows {
        match lists.last_mut().filter(|list| list.len() < MOST_BYTES) {
            Some(list) => list.push(','),
            None => lists.push("[".to_owned()),
        }
        lists.last_mut().into_iter().for_each(|list| list.push_str(&row));
    }
    lists.iter_mut().for_each(|list| list.push(']'));
    lists
}

/// A type as a value, by way of its text: `serde_json::to_value` is a writer of its
/// own, for which every type would be there once more. Null if it cannot be
/// written, as each of ours can.
pub fn value(of: &impl Serialize) -> serde_json::Value {
    read(text(of).as_bytes()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde::Deserialize;
    use serde_json::Value;
    use serde_json::value::RawValue;

    use super::*;

    /// Of which there are texts that are JSON, and more that are nearly so.
    const TOKENS: [&str; 25] = [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        " ",
        "\n",
        "\"a\"",
        "\"b\"",
        "\"\\n\"",
        "\"",
        "\\u00e9",
        "é",
        "null",
        "true",
        "false",
        "tru",
        "0",
        "-",
        "12",
        ".5",
        "e3",
        "1e999",
        "18446744073709551616",
    ];

    #[derive(Debug, Deserialize, PartialEq)]
    struct Point {
        x: i64,
        #[serde(default)]
        y: Option<Box<Self>>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(rename_all = "snake_case")]
    enum Shape {
        Nothing,
        Dot(Point),
        Line { from: Point, to: Vec<Point> },
        Pair(i64, Point),
    }

    #[test]
    fn a_struct_is_read_from_an_object_alone() {
        let point = |x| Point { x, y: None };
        assert_eq!(
            read::<Point>(br#" {"x": 1, "y": {"x": 2}} "#).unwrap(),
            Point { x: 1, y: Some(Box::new(point(2))) }
        );
        assert_eq!(read::<Shape>(br#""nothing""#).unwrap(), Shape::Nothing);
        assert_eq!(read::<Shape>(br#"{"dot": {"x": 1}}"#).unwrap(), Shape::Dot(point(1)));
        let line = br#"{"line": {"from": {"x": 1}, "to": [{"x": 2}]}}"#;
        assert_eq!(read::<Shape>(line).unwrap(), Shape::Line { from: point(1), to: vec![point(2)] });
        assert_eq!(read::<Shape>(br#"{"pair": [1, {"x": 2}]}"#).unwrap(), Shape::Pair(1, point(2)));
        assert_eq!(read::<Box<RawValue>>(br#"{"x": [1]}"#).unwrap().get(), r#"{"x": [1]}"#);
        for array in ["[1, null]", r#"{"x": 1, "y": [2, null]}"#] {
            assert_eq!(read::<Point>(array.as_bytes()).unwrap_err().words(), "does not fit", "{array}");
        }
        for array in [r#"{"dot": [1, null]}"#, r#"{"line": [{"x": 1}, []]}"#, r#"{"pair": [1, [2, null]]}"#] {
            assert!(read::<Shape>(array.as_bytes()).is_err(), "{array}");
        }
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Strict {
        kind: Option<Shape>,
        counts: BTreeMap<u8, i8>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Asked {
        q: String,
        #[serde(default)]
        open: bool,
        size: Option<u8>,
        #[serde(default = "nothing")]
        shape: Shape,
    }

    fn nothing() -> Shape {
        Shape::Nothing
    }

    #[test]
    fn an_error_has_its_place() {
        let told = |text: &str| {
            let error = read::<Strict>(text.as_bytes()).unwrap_err();
            (error.pointer().to_owned(), error.words().to_owned())
        };
        for (text, pointer, words) in [
            (r#"{"counts": {"1": 200}}"#, "/counts/1", "does not fit"),
            (r#"{"counts": {"300": 1}}"#, "/counts/300", "does not fit"),
            (r#"{"counts": {"1": 1.5}}"#, "/counts/1", "does not fit"),
            (r#"{"counts": {}, "a/b~c": 1}"#, "/a~1b~0c", "is not known"),
            (r#"{"counts": {}, "counts": {}}"#, "/counts", "is there twice"),
            (r#"{"kind": null}"#, "", "is not complete"),
            (r#"{"kind": "other"}"#, "/kind", "does not fit"),
            (r#"{"kind": "dot"}"#, "/kind", "does not fit"),
            (r#"{"kind": {"pair": [1, {"x": 2}, 3]}}"#, "/kind/pair/1", "does not fit"),
            (r#"{"kind": {"line": {"from": {"x": 1}, "to": [{"x": 1}, {}]}}}"#, "/kind/line/to/1", "is not complete"),
        ] {
            assert_eq!(told(text), (pointer.to_owned(), words.to_owned()), "{text}");
        }
        let written = read::<Strict>(br#" { "counts" : { "1" : -1 } , "kind" : "nothing" } "#).unwrap();
        assert_eq!(written, Strict { kind: Some(Shape::Nothing), counts: BTreeMap::from([(1, -1)]) });
    }

    #[test]
    fn nothing_is_nested_deeper_than_serde_json_reads() {
        for deep in [127, 128] {
            let text = "[".repeat(deep) + &"]".repeat(deep);
            let theirs = serde_json::from_str::<Value>(&text).is_ok();
            assert_eq!((deep, read::<Value>(text.as_bytes()).is_ok()), (deep, theirs));
        }
    }

    proptest! {
        #[test]
        fn it_reads_what_serde_json_reads(tokens in proptest::collection::vec(0..TOKENS.len(), 0..12)) {
            let text: String = tokens.into_iter().map(|n| TOKENS[n]).collect();
            let theirs = serde_json::from_str::<Value>(&text).ok();
            prop_assert_eq!(read::<Value>(text.as_bytes()).ok(), theirs, "{}", text);
        }
    }

    #[test]
    fn pairs_are_read_like_an_object_of_texts() {
        assert_eq!(read_pairs::<Point>(b"x=-7").unwrap(), Point { x: -7, y: None });
        let asked = read_pairs::<Asked>(b"q=a+%22b%22%26&open=true&size=9&shape=nothing").unwrap();
        let size = Some(9);
        assert_eq!(asked, Asked { q: r#"a "b"&"#.to_owned(), open: true, size, shape: Shape::Nothing });
        for (pairs, pointer, words) in [
            ("q=a&size=-9", "/size", "does not fit"),
            ("q=a&size=", "/size", "does not fit"),
            ("q=a&open=yes", "/open", "does not fit"),
            ("q=a&shape=dot", "/shape", "does not fit"),
            ("q=a&q=b", "/q", "is there twice"),
            ("q=a&p=b", "/p", "is not known"),
            ("", "", "is not complete"),
        ] {
            let error = read_pairs::<Asked>(pairs.as_bytes()).unwrap_err();
            assert_eq!((error.pointer(), error.words()), (pointer, words), "{pairs}");
        }
        assert!(read::<Point>(br#"{"x": "1"}"#).is_err());
    }

    #[test]
    fn items_are_handed_on_as_they_are_written() {
        let mut seen = Vec::new();
        let mut read = |item: &[u8]| {
            seen.push(String::from_utf8(item.to_vec()).unwrap());
            Ok(())
        };
        each(br#"[{"a": [1]}, "b" ,3, 4]"#, 3, &mut read).unwrap();
        assert!(each(b"[1 2]", 3, &mut read).is_err());
        assert_eq!(seen, [r#"{"a": [1]}"#, r#""b""#, "3", "1"]);
    }

    #[test]
    fn a_text_is_read_to_its_end() {
        assert!(read::<Point>(br#"{"x": 1} {"#).is_err());
        assert!(read::<Point>(br#"{"x": 1"#).is_err());
    }
}
