//! Slugs: a product's name in addresses.
//!
//! Letters of Latin alphabets are written in a to z. Letters of other scripts
//! stay what they are, in small letters: browsers show them, search engines read
//! them, Shopify and WordPress keep them, and two titles stay two slugs. To write
//! all scripts in a to z takes tables of 164 KB gzipped (deunicode 1.6), a quarter
//! of the Worker.

use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory};
use icu_properties::{CodePointMapData, CodePointSetData};
use percent_encoding::{CONTROLS, percent_decode_str, utf8_percent_encode};

use crate::text::unicode::{Form, lowercase, normalized};
use crate::text::{Refusal, folded};

/// The longest slug, in characters: 900 bytes of an address at most, where each
/// takes three that are percent-encoded.
pub const MAX_SLUG: usize = 100;

/// What a slug is made of before its number: `-50000` is the longest, as a shop
/// has at most 50,000 products.
const MAX_STEM: usize = MAX_SLUG - 6;

/// A slug that was given. It is kept as it is compared: composed (NFKC).
pub fn slug(text: &str) -> Result<String, Refusal> {
    let slug = folded(text);
    let fits = match slug.is_ascii() {
        true => slug.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')),
        false => slug.chars().all(|c| c == '-' || is_small(c) || is_mark(c)) && lowercase(&slug) == slug,
    };
    let is_long = |text: &str| text.chars().nth(MAX_SLUG).is_some();
    if fits && !slug.is_empty() && !is_long(text) && !is_long(&slug) {
        Ok(slug)
    } else {
        Err(format!("must be 1 to {MAX_SLUG} small letters, digits and -"))
    }
}

/// A slug made from a product's title; `product` if there is no letter and no digit in it.
pub fn from_title(title: &str) -> String {
    from_title_or(title, "product")
}

/// The same of something else's title, with the word for what has no letter and no digit.
pub fn from_title_or(title: &str, otherwise: &str) -> String {
    let mut slug = String::new();
    // Folding would write ™ as letters.
    let title = title.replace(is_symbol, " ");
    for c in folded(&lowercase(&folded(&title))).chars() {
        if let Some(letters) = in_ascii(c) {
            slug.push_str(&letters);
        } else if is_mark(c) {
            // What is left of an accent; but vowels of other scripts are marks, too.
            let after = slug.chars().next_back();
            slug.extend(after.filter(|after| !after.is_ascii()).map(|_| c));
        } else if is_small(c) {
            slug.push(c);
        } else if !belongs_to_the_word(c) && !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = cut(&folded(&slug), MAX_SLUG);
    if slug.is_empty() { otherwise.to_owned() } else { slug }
}

/// What comes before the number where a slug is taken: `mug` of `mug-2`.
pub fn stem(slug: &str) -> String {
    cut(slug, MAX_STEM)
}

/// A slug as it stands in an address (RFC 3987, section 3.1).
pub fn in_address(slug: &str) -> String {
    utf8_percent_encode(slug, CONTROLS).to_string()
}

/// The slug that a segment of an address is, however it was encoded and
/// composed. None if no slug can be so.
pub fn of_address(segment: &str) -> Option<String> {
    slug(&percent_decode_str(segment).decode_utf8().ok()?).ok()
}

fn cut(slug: &str, most: usize) -> String {
    let cut: String = slug.chars().take(most).collect();
    cut.trim_end_matches('-').to_owned()
}

/// A letter or a digit, not a capital one.
fn is_small(c: char) -> bool {
    c.is_alphanumeric() && !is_mark(c) && !is_ignorable(c)
}

/// A mark that belongs to the letter before it. One that encloses it is a symbol.
fn is_mark(c: char) -> bool {
    use GeneralCategory::{NonspacingMark, SpacingMark};
    matches!(CodePointMapData::<GeneralCategory>::new().get(c), NonspacingMark | SpacingMark) && !is_ignorable(c)
}

fn is_symbol(c: char) -> bool {
    CodePointMapData::<GeneralCategory>::new().get(c) == GeneralCategory::OtherSymbol
}

fn is_ignorable(c: char) -> bool {
    CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

/// Apostrophes, in whatever form, and what nobody sees.
fn belongs_to_the_word(c: char) -> bool {
    matches!(c, '\'' | '‘' | '’' | 'ʻ' | 'ʼ' | '`' | '´') || is_ignorable(c)
}

/// A small letter of the Latin alphabets, or a digit, in a to z and 0 to 9:
/// without its marks, or as who has no such key writes it.
fn in_ascii(c: char) -> Option<String> {
    let letters = match c {
        'a'..='z' | '0'..='9' => return Some(c.to_string()),
        _ if c.is_ascii() => return None,
        'ä' | 'æ' => "ae",
        'ö' | 'œ' => "oe",
        'ü' => "ue",
        'ß' => "ss",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'ı' => "i",
        'ł' => "l",
        'ø' => "o",
        'ŧ' => "t",
        'þ' => "th",
        'ŋ' => "ng",
        'ʻ' | 'ʼ' => "",
        _ => {
            let first = normalized(c.encode_utf8(&mut [0; 4]), Form::Nfd).chars().next();
            return first.filter(char::is_ascii_alphanumeric).map(String::from);
        }
    };
    Some(letters.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_slug_is_the_title_as_an_address_would_say_it() {
        for (title, slug) in [
            ("Enamel Mug", "enamel-mug"),
            ("Coffee & Mug", "coffee-mug"),
            ("  Größe & Straße!  ", "groesse-strasse"),
            ("Gro\u{308}ße", "groesse"),
            ("Baker's Crème Brûlée №1", "bakers-creme-brulee-1"),
            ("MUG™ Pro®2", "mug-pro-2"),
            ("Łódź, İstanbul, Đà Nẵng, Þingvellir", "lodz-istanbul-da-nang-thingvellir"),
            ("Oʻahu ‘n’ Rock’n’Roll", "oahu-n-rocknroll"),
            ("Ｆｕｌｌ　Ｗｉｄｔｈ　２", "full-width-2"),
            ("ﬁne ½ m² Ⅷ", "fine-1-2-m2-viii"),
            ("Привет 2000", "привет-2000"),
            ("Ёлка й", "ёлка-й"),
            ("ΠΑΓΟΣ", "παγος"),
            ("日本語 マグ", "日本語-マグ"),
            ("ﾏｸﾞ", "マグ"),
            ("हिन्दी कप", "हिन्दी-कप"),
            ("می\u{200c}خواهم", "میخواهم"),
            ("ถ้วยกาแฟ", "ถ้วยกาแฟ"),
            ("한국어", "한국어"),
            ("Mug ❤\u{fe0f} 1\u{fe0f}\u{20e3}", "mug-1"),
            ("prod_01ARZ3NDEKTSV4RRFFQ69G5FAV", "prod-01arz3ndektsv4rrffq69g5fav"),
            ("../../etc/passwd", "etc-passwd"),
            ("100% Wool <b>?", "100-wool-b"),
            ("---", "product"),
            ("★ ♥ 🎁", "product"),
            ("\u{301}", "product"),
        ] {
            assert_eq!(from_title(title), slug, "{title}");
        }
    }

    #[test]
    fn a_given_slug_is_composed_and_small() {
        assert_eq!(slug("mug-2").as_deref(), Ok("mug-2"));
        assert_eq!(slug("кружка").as_deref(), Ok("кружка"));
        assert_eq!(slug("cafe\u{301}").as_deref(), Ok("caf\u{e9}"));
        assert_eq!(slug("ｍｕｇ").as_deref(), Ok("mug"));
        assert_eq!(slug(&"я".repeat(100)).map(|slug| slug.len()), Ok(200));
        for wrong in
            ["", "Mug", "Кружка", "a b", "a_b", "a/b", "a.b", "a%20b", "a\u{200b}b", "a\u{202e}b", "🎁", "1\u{20e3}"]
        {
            assert!(slug(wrong).is_err(), "{wrong:?}");
        }
        assert!(slug(&"a".repeat(101)).is_err());
    }

    #[test]
    fn a_slug_comes_back_from_its_address() {
        for slug in ["mug-2", "привет-2000", "日本語", "हिन्दी"] {
            assert!(in_address(slug).is_ascii());
            assert_eq!(of_address(&in_address(slug)).as_deref(), Some(slug));
        }
        assert_eq!(of_address("caf%65%CC%81").as_deref(), Some("caf\u{e9}"), "however it was typed");
        assert_eq!(of_address("%ff"), None);
    }

    #[test]
    fn a_number_has_room() {
        let long = from_title(&"Wort ".repeat(51));
        assert_eq!(long.chars().count(), 99);
        assert_eq!(stem(&long).chars().count(), 94);
        assert!(slug(&format!("{}-50000", stem(&long))).is_ok());
    }

    proptest! {
        #[test]
        fn every_slug_from_a_title_is_a_slug(title in "\\PC{0,300}|.{0,300}|[\u{300}-\u{36f}a-zé\u{900}-\u{97f} ]{0,40}") {
            let made = from_title(&title);
            prop_assert_eq!(slug(&made), Ok(made.clone()));
            prop_assert!(!made.starts_with('-') && !made.ends_with('-') && !made.contains("--"));
            prop_assert_eq!(from_title(&made), made);
        }
    }
}
