//! Slugs: a product's name in addresses.

use crate::text::Refusal;

/// The longest slug, in characters.
pub const MAX_SLUG: usize = 100;

/// A product's name in addresses.
pub fn slug(text: &str) -> Result<String, Refusal> {
    let fits = text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    if fits && (1..=MAX_SLUG).contains(&text.len()) {
        Ok(text.to_owned())
    } else {
        Err(format!("must be 1 to {MAX_SLUG} of the characters a to z, 0 to 9 and -"))
    }
}

/// A slug made from a title; `None` if no letter of it can be written in ASCII.
pub fn slug_from(title: &str) -> Option<String> {
    let mut slug = String::new();
    for c in title.chars().flat_map(char::to_lowercase) {
        let letters = ascii_letters(c);
        // Apostrophes and combining marks belong to the word around them.
        if matches!(c, '\'' | '’' | '\u{300}'..='\u{36f}') {
            continue;
        }
        if letters.is_empty() {
            if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
        } else {
            slug.push_str(letters.as_str());
        }
    }
    slug.truncate(MAX_SLUG);
    let slug = slug.trim_end_matches('-');
    (!slug.is_empty()).then(|| slug.to_owned())
}

/// A lower-case letter of the Latin alphabets of Europe without its marks.
/// Transliterating every script takes tables of 100 KB and more.
fn ascii_letters(c: char) -> String {
    let letters = match c {
        'a'..='z' | '0'..='9' => return c.to_string(),
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'ä' | 'æ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ĥ' | 'ħ' => "h",
        'ì' | 'í' | 'î' | 'ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => "i",
        'ĵ' => "j",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ø' | 'ō' | 'ŏ' | 'ő' => "o",
        'ö' | 'œ' => "oe",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ß' => "ss",
        'ţ' | 'ť' | 'ŧ' | 'ț' => "t",
        'ù' | 'ú' | 'û' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => "u",
        'ü' => "ue",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        'þ' => "th",
        _ => "",
    };
    letters.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_slug_is_the_title_as_an_address_would_say_it() {
        assert_eq!(slug_from("Enamel Mug").as_deref(), Some("enamel-mug"));
        assert_eq!(slug_from("  Größe & Straße!  ").as_deref(), Some("groesse-strasse"));
        assert_eq!(slug_from("Baker's Crème Brûlée №1").as_deref(), Some("bakers-creme-brulee-1"));
        assert_eq!(slug_from("日本語"), None);
        assert_eq!(slug_from("---"), None);
    }

    proptest! {
        #[test]
        fn every_derived_slug_is_a_slug(title in ".{0,300}") {
            if let Some(derived) = slug_from(&title) {
                prop_assert_eq!(slug(&derived), Ok(derived.clone()));
                prop_assert!(!derived.starts_with('-') && !derived.ends_with('-') && !derived.contains("--"));
            }
        }
    }
}
