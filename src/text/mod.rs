//! Types that are one text on the wire, and the rule that most texts share.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de};
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

/// Why a text is refused, in words for who sent it; they go on from "This".
pub type Refusal = String;

/// One line: trimmed, 1 to `most` characters, nothing that breaks a line or a
/// terminal. A line break would become a header where a name goes into a mail.
pub fn line(text: &str, most: usize) -> Result<String, Refusal> {
    let text = text.trim();
    if text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
        return Err("must not contain control characters, such as line breaks".to_owned());
    }
    match text.chars().count() {
        0 => Err("must not be empty".to_owned()),
        count if count <= most => Ok(text.to_owned()),
        _ => Err(format!("must have at most {most} characters")),
    }
}

/// A line that may be left out: blank is the same as absent.
pub fn optional_line(text: Option<&str>, most: usize) -> Result<Option<String>, Refusal> {
    match text {
        Some(text) if !text.trim_matches(' ').is_empty() => line(text, most).map(Some),
        _ => Ok(None),
    }
}

/// Prose: up to `most` characters; line breaks and tabs are the only control
/// characters that mean something in it.
pub fn prose(text: &str, most: usize) -> Result<String, Refusal> {
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err("must not contain control characters other than line breaks and tabs".to_owned());
    }
    if text.chars().count() > most { Err(format!("must have at most {most} characters")) } else { Ok(text.to_owned()) }
}

/// What a stock keeping unit or a barcode is made of: 1 to 64 visible characters.
pub fn code(text: &str) -> Result<String, Refusal> {
    let visible = !text.chars().any(|c| c.is_control() || c.is_whitespace());
    if visible && (1..=64).contains(&text.chars().count()) {
        Ok(text.to_owned())
    } else {
        Err("must be 1 to 64 visible characters, without spaces".to_owned())
    }
}

/// A [`line`] of at most `MAX` characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Line<const MAX: usize>(String);

impl<const MAX: usize> Line<MAX> {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A line that was checked before it was stored.
    pub fn from_store(text: String) -> Self {
        Self(text)
    }
}

impl<const MAX: usize> FromStr for Line<MAX> {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        line(text, MAX).map(Self)
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for Line<MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read(deserializer, str::parse)
    }
}

impl<const MAX: usize> From<Line<MAX>> for String {
    fn from(line: Line<MAX>) -> Self {
        line.0
    }
}

impl<const MAX: usize> JsonSchema for Line<MAX> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("Line{MAX}").into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "minLength": 1, "maxLength": MAX})
    }
}

/// Reads a type from its text. A rule that is broken is reported while the
/// reader stands right behind the text, so that the error has its place.
pub fn read<'de, D, T, E>(deserializer: D, parse: fn(&str) -> Result<T, E>) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    E: fmt::Display,
{
    struct Reader<T, E>(fn(&str) -> Result<T, E>, PhantomData<T>);

    impl<T, E: fmt::Display> de::Visitor<'_> for Reader<T, E> {
        type Value = T;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }
        fn visit_str<F: de::Error>(self, text: &str) -> Result<T, F> {
            (self.0)(text).map_err(F::custom)
        }
    }

    deserializer.deserialize_str(Reader(parse, PhantomData))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_trimmed_and_never_holds_what_breaks_it() {
        assert_eq!(line("  Mug \n", 255).as_deref(), Ok("Mug"));
        assert_eq!(line(&"é".repeat(255), 255).map(|line| line.len()), Ok(510));
        for wrong in ["", " \t ", "Mu\u{0}g", "two\nlines", "Grace\r\nBcc: all", "two\u{2028}lines", &"é".repeat(256)]
        {
            assert!(line(wrong, 255).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn prose_and_codes_hold_no_control_characters() {
        assert_eq!(prose("two\r\nlines\t", 20_000).as_deref(), Ok("two\r\nlines\t"));
        assert!(prose("bell\u{7}", 20_000).is_err());
        assert_eq!(optional_line(Some("  "), 255), Ok(None));
        assert!(code("A B").is_err());
    }
}
