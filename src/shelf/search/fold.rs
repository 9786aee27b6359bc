//! Text as it is compared: small letters, without accents, width or style.

use icu_properties::CodePointMapData;
use icu_properties::props::CanonicalCombiningClass;

use crate::text::unicode::{Form, lowercase, normalized};

/// Long texts at once: each takes calls of the platform.
pub fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let apart = lowercase(&normalized(text, Form::Nfkd));
    let mut folded = String::with_capacity(apart.len());
    for c in apart.chars() {
        match c {
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ß' => folded.push_str("ss"),
            'þ' => folded.push_str("th"),
            'đ' | 'ð' => folded.push('d'),
            'ħ' => folded.push('h'),
            'ı' => folded.push('i'),
            'ł' => folded.push('l'),
            'ø' => folded.push('o'),
            'ŧ' => folded.push('t'),
            'ς' => folded.push('σ'),
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' => {}
            c if is_accent(c) => {}
            c => folded.push(c),
        }
    }
    // Hangul and kana, which are letters only together.
    normalized(&folded, Form::Nfc).into_owned()
}

/// A mark that a reader can do without. In the scripts of India and in kana none is.
fn is_accent(c: char) -> bool {
    type Class = CanonicalCombiningClass;
    !c.is_ascii()
        && !matches!(
            CodePointMapData::<Class>::new().get(c),
            Class::NotReordered | Class::Nukta | Class::KanaVoicing | Class::Virama
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reads_alike_is_one() {
        for (text, expected) in [
            ("Cílios", "cilios"),
            ("GRÖSSE größe Cafe\u{301}", "grosse grosse cafe"),
            ("Łódź Øre", "lodz ore"),
            ("Ｃａｆｅ ①", "cafe 1"),
            ("がっこう 가방", "がっこう 가방"),
            ("Ёлка", "елка"),
            ("कोप", "कोप"),
        ] {
            assert_eq!(folded(text), expected, "{text}");
        }
    }
}
