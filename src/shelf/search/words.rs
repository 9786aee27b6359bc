//! Folded text as words.
//!
//! What stands between blanks is a *chunk*, and marks or a change between
//! letters and digits divide it into *parts*: `t-shirt`, `nor.0707-60`, `18v`.
//! Each part is a word, and so is the rest of the chunk from each part on
//! (`nor070760`, `070760`, `60`): with any or no marks it is the same word, or
//! begins one. Scripts without blanks have a word for each letter and for each
//! two in a row.

use super::fold::folded;
use icu_properties::CodePointMapData;
use icu_properties::props::CanonicalCombiningClass;

/// The parts of a chunk that words begin at: the rest is found through these.
pub const MAX_PARTS: usize = 8;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Class {
    Letter,
    Digit,
    /// A word of its own: an ideograph, a syllable, a picture.
    Single,
    Mark,
    /// Belongs to the word that it is in: `men's`.
    Silent,
}

impl Class {
    fn of(c: char) -> Self {
        match c {
            '\'' | '\u{2019}' => Self::Silent,
            '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' => Self::Single,
            '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' => Self::Single,
            '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}' => Self::Single,
            c if c.is_numeric() => Self::Digit,
            c if c.is_alphabetic() || is_sign(c) => Self::Letter,
            _ => Self::Mark,
        }
    }
}

/// What joins or changes the letter before it, such as a virama.
fn is_sign(c: char) -> bool {
    !c.is_ascii() && CodePointMapData::<CanonicalCombiningClass>::new().get(c) != CanonicalCombiningClass::NotReordered
}

/// How a letter stands beside others, for whoever marks words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// Part of a word.
    Word,
    /// A word of its own.
    Single,
    Other,
}

pub fn kind(c: char) -> Kind {
    match Class::of(c) {
        Class::Letter | Class::Digit | Class::Silent => Kind::Word,
        Class::Single => Kind::Single,
        Class::Mark => Kind::Other,
    }
}

#[derive(Debug, PartialEq)]
pub enum Chunk {
    /// In scripts with blanks.
    Parts(Vec<String>),
    /// Letters in a row that are words of their own.
    Singles(Vec<char>),
}

pub fn chunks(folded: &str) -> Vec<Chunk> {
    let mut chunks = Vec::new();
    for text in folded.split_whitespace() {
        let mut after_blank = true;
        let mut last = Class::Mark;
        for c in text.chars() {
            let class = Class::of(c);
            match (class, chunks.last_mut()) {
                (Class::Silent, _) => continue,
                (Class::Mark, _) => {}
                (Class::Single, Some(Chunk::Singles(letters))) if !after_blank && last == class => letters.push(c),
                (Class::Single, _) => chunks.push(Chunk::Singles(vec![c])),
                (_, Some(Chunk::Parts(parts))) if !after_blank => match parts.last_mut() {
                    Some(part) if last == class => part.push(c),
                    _ => parts.push(c.into()),
                },
                _ => chunks.push(Chunk::Parts(vec![c.into()])),
            }
            after_blank = after_blank && class == Class::Mark;
            last = class;
        }
    }
    chunks
}

/// Tells of each word that the text is found by.
pub fn each(folded: &str, tell: &mut dyn FnMut(&str)) {
    let mut before = None;
    for chunk in chunks(folded) {
        match chunk {
            Chunk::Parts(parts) => {
                before = None;
                parts.iter().for_each(|part| tell(part));
                suffixes(&parts, tell);
            }
            Chunk::Singles(letters) => {
                for c in letters {
                    tell(c.encode_utf8(&mut [0; 4]));
                    if let Some(before) = before {
                        tell(&String::from_iter([before, c]));
                    }
                    before = Some(c);
                }
            }
        }
    }
}

/// The words that a text is found by.
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    each(&folded(text), &mut |word| words.push(word.to_owned()));
    words
}

/// Whether each word that is looked for begins one of these; of no word none does.
pub fn begun(sought: &[String], words: &[String]) -> bool {
    !sought.is_empty() && sought.iter().all(|begin| words.iter().any(|word| word.starts_with(begin)))
}

/// The chunk from each part on that is not its last.
fn suffixes(parts: &[String], tell: &mut dyn FnMut(&str)) {
    for begin in 0..parts.len().saturating_sub(1).min(MAX_PARTS) {
        tell(&parts.get(begin..).unwrap_or_default().concat());
    }
}

/// The text with one blank between all parts: titles that are equal but for
/// marks have the same.
pub fn plain(folded: &str) -> String {
    let mut plain = String::new();
    for chunk in chunks(folded) {
        let parts = match chunk {
            Chunk::Parts(parts) => parts,
            Chunk::Singles(letters) => letters.into_iter().map(String::from).collect(),
        };
        for part in parts {
            plain.push_str(&part);
            plain.push(' ');
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_begun() {
        for (sought, is_begun) in [("po", true), ("POTS för pots", true), ("ans po", false), ("", false), ("!", false)]
        {
            assert_eq!(begun(&words(sought), &words("Pots & Pans for pöts")), is_begun, "{sought}");
        }
    }

    #[test]
    fn a_text_is_found_by_its_words() {
        for (text, expected) in [
            ("water pump", "water|pump"),
            ("t-shirt", "t|shirt|tshirt"),
            ("nor.0707-60", "nor|0707|60|nor070760|070760"),
            ("18v men's", "18|v|18v|mens"),
            ("緑茶", "緑|茶|緑茶"),
            ("緑 茶", "緑|茶|緑茶"),
            ("a緑b", "a|緑|b"),
            ("🎁 gift", "🎁|gift"),
            ("!? -", ""),
            ("फ़ोन कवर", "फ़ोन|कवर"),
        ] {
            let mut words = Vec::new();
            each(text, &mut |word| words.push(word.to_owned()));
            assert_eq!(words.join("|"), expected, "{text}");
        }
    }
}
