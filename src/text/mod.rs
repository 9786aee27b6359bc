//! Text as the shop keeps it: one rule for all that anybody sends, whichever
//! room it is for. A text that was parsed once parses to itself, so that what
//! was stored can be read again.

pub mod kept;
mod language;
pub mod markdown;
pub mod unicode;
mod unseen;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de};
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

pub use self::language::Language;
use self::unseen::is_blank;
pub use self::unseen::{bare, folded};

/// Why a text is refused, in words for who sent it; they go on from "This".
pub type Refusal = String;

/// One line: [cleaned](unseen), trimmed, with something to see, at most `most`
/// characters as sent and as kept, nothing that breaks a line or a terminal. A
/// line break would become a header where a name goes into a mail.
pub fn line(sent: &str, most: usize) -> Result<String, Refusal> {
    let cleaned = unseen::cleaned(sent);
    let text = cleaned.trim();
    if text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
        return Err("must not contain control characters, such as line breaks".to_owned());
    }
    nothing_refused(text)?;
    if is_blank(text) {
        return Err("must not be empty".to_owned());
    }
    at_most(sent, text, most)
}

/// A [`line`] that may be left out: blank is the same as absent.
pub fn optional_line(text: Option<&str>, most: usize) -> Result<Option<String>, Refusal> {
    match text {
        Some(text) if !is_absent(text) => line(text, most).map(Some),
        _ => Ok(None),
    }
}

/// Whether a field was left empty, but for what nobody sees in it.
pub fn is_absent(text: &str) -> bool {
    is_blank(&unseen::cleaned(text))
}

/// Prose: [cleaned](unseen), at most `most` characters as sent and as kept; line
/// breaks and tabs are the only control characters that mean something in it.
pub fn prose(sent: &str, most: usize) -> Result<String, Refusal> {
    let text = unseen::cleaned(sent);
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err("must not contain control characters other than line breaks and tabs".to_owned());
    }
    nothing_refused(&text)?;
    at_most(sent, &text, most)
}

/// The longest [`code`], in characters.
pub const MAX_CODE: usize = 64;

/// What a stock keeping unit or a barcode is made of: 1 to 64 visible
/// characters. It is compared by machines and read out by people, so what looks
/// alike is one: full and half width (as RFC 8265, section 3.3, maps it), the
/// hyphens and dashes that writing programs put in place of `-` (UTS 39), and
/// whatever only changes a neighbour's looks (UAX 31, section 2.3).
pub fn code(sent: &str) -> Result<String, Refusal> {
    let alike: String = sent.chars().flat_map(plain).collect();
    let seen: String = unseen::cleaned(&alike).chars().filter(|c| !unseen::is_modifier(*c)).collect();
    let code = unseen::cleaned(&seen);
    let code = code.trim();
    nothing_refused(code)?;
    let visible = !is_blank(code) && !code.chars().any(|c| c.is_control() || c.is_whitespace());
    let refused = || format!("must be 1 to {MAX_CODE} visible characters, without spaces");
    if visible { at_most(sent, code, MAX_CODE).map_err(|_| refused()) } else { Err(refused()) }
}

/// A code's character as it is typed on a plain keyboard.
fn plain(c: char) -> Vec<char> {
    match c {
        '\u{ff00}'..='\u{ffef}' => folded(&c.to_string()).chars().collect(),
        '\u{2010}'..='\u{2013}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' => vec!['-'],
        c => vec![c],
    }
}

/// What something is looked for by, as what is stored would have it. It is not
/// refused: what no text can have is in none.
pub fn sought(text: &str) -> String {
    unseen::cleaned(text).trim().to_owned()
}

/// A character in words about it: itself, if that is harmless to show.
pub fn named(c: char) -> String {
    if c.is_alphanumeric() || c.is_ascii_graphic() { format!("“{c}”") } else { format!("U+{:04X}", u32::from(c)) }
}

/// The text with a capital letter at its beginning.
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(String::from).unwrap_or_default();
    unicode::uppercase(&first) + letters.as_str()
}

fn nothing_refused(text: &str) -> Result<(), Refusal> {
    match text.chars().find(|c| unseen::is_refused(*c)) {
        Some(c) => Err(format!("must not contain the invisible character {}", named(c))),
        None => Ok(()),
    }
}

/// The contract's `maxLength` is of what is sent (JSON Schema, section 6.3.1); a
/// few letters have more characters composed.
fn at_most(sent: &str, kept: &str, most: usize) -> Result<String, Refusal> {
    let longer = |text: &str| text.chars().count() > most;
    if longer(sent) || longer(kept) { Err(format!("must have at most {most} characters")) } else { Ok(kept.to_owned()) }
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
    fn inline_schema() -> bool {
        true
    }
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
    use proptest::prelude::*;

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
    fn a_line_of_what_nobody_sees_is_empty() {
        for nothing in
            ["\u{200b}", " \u{feff} ", "\u{ad}\u{2060}", "\u{200d}", "\u{3164}", "\u{2800}", "\u{202a}\u{202c}"]
        {
            assert_eq!(line(nothing, 255), Err("must not be empty".to_owned()), "{nothing:?}");
            assert_eq!(optional_line(Some(nothing), 255), Ok(None), "{nothing:?}");
        }
        assert_eq!(line("\u{feff} Mug\u{200b}", 6).as_deref(), Ok("Mug"));
    }

    #[test]
    fn what_turns_a_text_around_is_refused_by_name() {
        let refused = Err("must not contain the invisible character U+202E".to_owned());
        assert_eq!(line("invoice\u{202e}fdp.exe", 255), refused);
        assert_eq!(prose("invoice\u{202e}fdp.exe", 255), refused);
        assert_eq!(code("A\u{202e}1"), refused);
        assert!(line("a\u{fff9}b", 255).is_err() && line("a\u{ffff}b", 255).is_err());
    }

    #[test]
    fn lengths_are_those_of_what_is_sent_and_of_what_is_kept() {
        assert_eq!(line(&"é".repeat(255), 255), Ok("é".repeat(255)));
        // KA with a nukta is one character, and two once it is composed.
        for long in ["e\u{301}".repeat(128), "\u{958}".repeat(128), format!("\u{b}{}", "e".repeat(255))] {
            assert!(line(&long, 255).is_err(), "{long:?}");
            assert!(prose(&long, 255).is_err(), "{long:?}");
        }
        assert!(code(&format!(" {}", "e".repeat(64))).is_err() && code(&"e\u{301}".repeat(33)).is_err());
    }

    #[test]
    fn prose_keeps_its_lines_and_nothing_that_nobody_sees() {
        assert_eq!(prose("two\r\nlines\t", 20_000).as_deref(), Ok("two\r\nlines\t"));
        assert_eq!(prose("soft\u{ad}ly, cafe\u{301} 👩‍🚀", 20_000).as_deref(), Ok("softly, café 👩‍🚀"));
        assert!(prose("bell\u{7}", 20_000).is_err());
        assert!(prose(&"e".repeat(20_001), 20_000).is_err());
    }

    #[test]
    fn codes_that_look_alike_are_one() {
        for alike in [
            "CAFÉ-1",
            "CAFE\u{301}-1",
            " CAFÉ-1 ",
            "CAF\u{200b}É-1",
            "CAFÉ\u{ad}-1",
            "CAFÉ‑1",
            "CAFÉ–1",
            "CAFÉ−1",
            "ＣＡＦＥ\u{301}－１",
            "CAFÉ-1\u{fe0f}",
            "CAFÉ-\u{200d}1",
            "\u{202a}CAFÉ-1\u{202c}",
        ] {
            assert_eq!(code(alike).as_deref(), Ok("CAFÉ-1"), "{alike:?}");
        }
        assert_eq!(code("ｶﾞ-1").as_deref(), Ok("ガ-1"));
        assert_ne!(code("A²"), code("A2"));
        for wrong in ["", "A B", "A\u{a0}B", "A\u{7}", "\u{200b}", "\u{ffa0}", "\u{2800}", &"é".repeat(65)] {
            assert!(code(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn what_is_sought_is_what_is_stored() {
        assert_eq!(sought(" Cafe\u{301}\u{200b} "), "Café");
    }

    proptest! {
        #[test]
        fn what_was_parsed_parses_to_itself(text in "\\PC{0,40}|[\u{200b}-\u{202e}a\u{301}\u{ff00}-\u{ffef} ]{0,10}") {
            for parse in [|text: &str| line(text, 255), |text: &str| prose(text, 255), code] {
                if let Ok(once) = parse(&text) {
                    prop_assert_eq!(parse(&once), Ok(once));
                }
            }
        }
    }
}
