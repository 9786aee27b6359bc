//! How titles are sorted: as people do, not as bytes are. A part of the
//! Unicode Collation Algorithm (UTS 10) with the root order and the numeric
//! ordering of CLDR (UTS 35, part 5), in three levels:
//!
//! 1. Blanks, then punctuation and symbols, then numbers by their value, then
//!    letters. Case and accents do not count, and letters that are written with
//!    two or with a stroke count as what they look like (`ß` as `ss`, `Ø` as `o`).
//! 2. Where all that is equal: without accents first.
//! 3. Where that is equal, too: small letters first.
//!
//! Letters of other scripts follow the Latin ones, script by script. No
//! language's own order is known, such as the Swedish one, which has ö behind z.

use std::borrow::Cow;
use std::cmp::Ordering;

use icu_properties::CodePointMapData;
use icu_properties::props::CanonicalCombiningClass;

use crate::text::unicode::{Form, lowercase, normalized};

/// What a key has of a title, in bytes. 255 Latin letters fit; the keys of
/// 50,000 titles take at most 25 MB while a snapshot is built.
const KEY_BYTES: usize = 512;

// What is not a letter begins with a byte that is below every letter's, and in
// this order. A letter is written as itself, in UTF-8.
const BLANK: u8 = 1;
const SYMBOL: u8 = 2;
const NUMBER: u8 = 3;

/// Behind a letter: another letter, which comes right after it. Above all others.
const AFTER: char = char::MAX;

/// The order of CLDR's root. What is not among them comes after, by code point.
const SYMBOLS: &str = "_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$";

/// The zeros of the decimal digits that NFKD leaves as they are (UAX 44,
/// `Nd`); one to nine follow each.
const ZEROS: [char; 34] = [
    '\u{660}', '\u{6f0}', '\u{7c0}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}', '\u{b66}', '\u{be6}', '\u{c66}',
    '\u{ce6}', '\u{d66}', '\u{de6}', '\u{e50}', '\u{ed0}', '\u{f20}', '\u{1040}', '\u{1090}', '\u{17e0}', '\u{1810}',
    '\u{1946}', '\u{19d0}', '\u{1a80}', '\u{1a90}', '\u{1b50}', '\u{1bb0}', '\u{1c40}', '\u{1c50}', '\u{a620}',
    '\u{a8d0}', '\u{a900}', '\u{a9d0}', '\u{aa50}', '\u{abf0}',
];

/// How two titles stand to each other; `Equal` only if they are the same.
pub fn compare(a: &str, b: &str) -> Ordering {
    key(a).cmp(&key(b)).then_with(|| compare_details(a, b))
}

/// The first level: keys compare as their titles do, but for accents and case.
pub fn key(title: &str) -> Vec<u8> {
    key_of(&lowercase(&decomposed(title)))
}

/// The [`key`] of each title. Taken apart together: a call of the platform for
/// each of 50,000 would be felt at a cold start. A title is one line.
pub fn keys<'a>(titles: impl Iterator<Item = &'a str>) -> Vec<Vec<u8>> {
    let titles: Vec<_> = titles.collect();
    let together = titles.join("\n");
    let keys: Vec<_> = lowercase(&decomposed(&together)).split('\n').map(key_of).collect();
    if keys.len() == titles.len() { keys } else { titles.into_iter().map(key).collect() }
}

fn key_of(small: &str) -> Vec<u8> {
    let mut key = Key::default();
    small.chars().for_each(|c| key.push(c));
    key.end_number();
    key.bytes.truncate(KEY_BYTES);
    key.bytes
}

/// The other levels, for titles whose keys are equal.
pub fn compare_details(a: &str, b: &str) -> Ordering {
    // Many products may have one title.
    if a == b {
        return Ordering::Equal;
    }
    let (one, other) = (decomposed(a), decomposed(b));
    let case = |title: &str| title.chars().map(|c| (c.is_uppercase(), c)).collect::<Vec<_>>();
    lowercase(&one).cmp(&lowercase(&other)).then_with(|| case(&one).cmp(&case(&other))).then_with(|| a.cmp(b))
}

/// In the form that takes a letter and its accents apart, and in which letters
/// that differ only in width or style are one (NFKD, UAX 15).
fn decomposed(title: &str) -> Cow<'_, str> {
    normalized(title, Form::Nfkd)
}

#[derive(Default)]
struct Key {
    bytes: Vec<u8>,
    /// The digits of a number that may go on, without leading zeros.
    number: Option<Vec<u8>>,
    last: Option<char>,
}

impl Key {
    fn push(&mut self, c: char) {
        let last = self.last.replace(c);
        if let Some(digit) = digit(c) {
            let number = self.number.get_or_insert_default();
            if digit > 0 || !number.is_empty() {
                number.push(digit);
            }
            return;
        }
        if is_ignored(c) {
            // й is a letter of its own, not an и with an accent.
            if (last, c) == (Some('и'), '\u{306}') {
                self.bytes.truncate(self.bytes.len().saturating_sub('и'.len_utf8()));
                self.write('й');
            }
            return;
        }
        self.end_number();
        if c.is_whitespace() {
            if !last.is_some_and(char::is_whitespace) {
                self.bytes.push(BLANK);
            }
        } else if c.is_alphabetic() {
            self.letter(c);
        } else {
            self.bytes.push(SYMBOL);
            match SYMBOLS.bytes().position(|known| char::from(known) == c).and_then(|n| u8::try_from(n).ok()) {
                Some(place) => self.bytes.push(place),
                None => self.write(c),
            }
        }
    }

    /// A longer number is a larger one; of equally long ones the first digits decide.
    fn end_number(&mut self) {
        if let Some(digits) = self.number.take() {
            self.bytes.push(NUMBER);
            self.bytes.extend(u16::try_from(digits.len()).unwrap_or(u16::MAX).to_be_bytes());
            self.bytes.extend(digits);
        }
    }

    /// What NFKD does not take apart, but readers do, or have another place for.
    fn letter(&mut self, c: char) {
        let (first, second) = match c {
            'æ' => ('a', Some('e')),
            'đ' | 'ð' => ('d', None),
            'ə' => ('e', Some(AFTER)),
            'ħ' => ('h', None),
            'ı' => ('i', None),
            'ł' => ('l', None),
            'ŋ' => ('n', Some(AFTER)),
            'ø' => ('o', None),
            'œ' => ('o', Some('e')),
            'ß' => ('s', Some('s')),
            'ŧ' => ('t', Some(AFTER)),
            'ς' => ('σ', None),
            'ґ' => ('г', None),
            'є' => ('е', Some(AFTER)),
            'і' => ('и', Some(AFTER)),
            // Katakana as hiragana.
            '\u{30a1}'..='\u{30f6}' => (char::from_u32(u32::from(c).saturating_sub(0x60)).unwrap_or(c), None),
            c => (c, None),
        };
        self.write(first);
        second.into_iter().for_each(|c| self.write(c));
    }

    fn write(&mut self, c: char) {
        self.bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

fn digit(c: char) -> Option<u8> {
    if c.is_ascii() {
        return c.to_digit(10).and_then(|digit| u8::try_from(digit).ok());
    }
    let above = ZEROS.iter().filter_map(|zero| u32::from(c).checked_sub(u32::from(*zero)));
    above.filter_map(|digit| u8::try_from(digit).ok()).find(|digit| *digit < 10)
}

/// Accents, and what joins or styles its neighbours. A vowel sign of the
/// scripts of India is a mark, too, but no accent: its combining class is zero.
fn is_ignored(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
        || matches!(c, '\u{180b}'..='\u{180f}' | '\u{e0000}'..='\u{e0fff}')
        || (!c.is_ascii()
            && CodePointMapData::<CanonicalCombiningClass>::new().get(c) != CanonicalCombiningClass::NotReordered)
}

#[cfg(test)]
#[path = "title_order_tests.rs"]
mod tests;
