//! Which characters that show nothing a text keeps, and the one form that it
//! is kept in. Two texts that look alike because of such characters are one.
//!
//! | what | becomes of it | because |
//! |---|---|---|
//! | default ignorables (UAX 44): U+200B, U+00AD, U+FEFF, U+2060, fillers, tags, ... | taken out | they come along when text is copied; nobody sees that they are gone |
//! | marks, embeddings and isolates of direction (UAX 9): U+200E, U+202A, U+2066, ... | taken out | the same; each text stands in an element of its own and is ordered by its letters |
//! | U+FFFC, a stand-in for an object | taken out | the object was not copied along |
//! | U+200D between emoji, U+FE0E and U+FE0F after one, the flags of England, Scotland and Wales (UTS 51) | kept | without them it is another picture |
//! | U+200C and U+200D where letters join, or by a virama (UAX 31, section 2.3; RFC 5892, appendix A) | kept | Persian and the scripts of India spell with them |
//! | selectors after an ideograph or a Mongolian letter | kept | they choose another shape, in people's names for example |
//! | overrides of direction: U+202D, U+202E | refused | with them a text reads otherwise than it is (UTS 39, UTR 36); without, otherwise than it was seen |
//! | U+FFF9 to U+FFFB, noncharacters | refused | no text that is passed on has them (Unicode, chapter 23) |
//! | C0 and C1 controls | refused, but for line breaks in prose | they break lines, headers and terminals |
//!
//! What is left is composed (NFC, UAX 15).

use icu_properties::props::{
    CanonicalCombiningClass, DefaultIgnorableCodePoint, ExtendedPictographic, GeneralCategory, GeneralCategoryGroup,
    JoiningType,
};
use icu_properties::{CodePointMapData, CodePointSetData};

use super::unicode::{Form, lowercase, normalized};

const NON_JOINER: char = '\u{200c}';
const JOINER: char = '\u{200d}';
const TEXT_STYLE: char = '\u{fe0e}';
const EMOJI_STYLE: char = '\u{fe0f}';
const KEYCAP: char = '\u{20e3}';
const BLACK_FLAG: char = '\u{1f3f4}';

/// The regions whose flags are spelled with tags: all that are recommended for
/// interchange (UTS 51, annex B).
const TAGGED_FLAGS: [&str; 3] = ["gbeng", "gbsct", "gbwls"];

/// The most marks that a letter has in text that is safe to stream (UAX 15,
/// section 13): so far is looked for what a joiner would join.
const MOST_MARKS: usize = 30;

/// How often what is left is looked at again, since marks change places when
/// what stood between them is gone. Two rounds are more than any word takes;
/// whatever still changes then is no word, and loses all that could.
const ROUNDS: usize = 3;

/// The text without what shows nothing and means nothing, composed. Doing it
/// twice changes no more. Takes time in proportion to the text.
pub fn cleaned(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let seen: String = text.chars().filter(|c| !is_idle(*c)).collect();
    let mut text = composed(&seen);
    for _ in 0..ROUNDS {
        let kept = meaningful(&text);
        if kept == text {
            return text;
        }
        text = composed(&kept);
    }
    text.retain(|c| !is_modifier(c));
    composed(&text)
}

/// The text without the joiners, selectors and tags that mean nothing where
/// they stand.
fn meaningful(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut kept = Kept(String::with_capacity(text.len()));
    let mut rest = characters.as_slice();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first == BLACK_FLAG
            && let Some((flag, after)) = tagged_flag(rest)
        {
            kept.0.push(BLACK_FLAG);
            kept.0.extend(flag);
            rest = after;
        } else if kept.means_something(*first, rest) {
            kept.0.push(*first);
        }
    }
    kept.0
}

/// The text in NFC.
fn composed(text: &str) -> String {
    normalized(text, Form::Nfc).into_owned()
}

/// The text in NFKC: also letters that differ only in width or style are one.
pub fn folded(text: &str) -> String {
    normalized(text, Form::Nfkc).into_owned()
}

/// The text as people type it when they look for it: small letters, without accents, width or style (NFKD without
/// its marks), and without what breaks a line. What is stored and what is sought is compared in this form.
pub fn bare(text: &str) -> String {
    let marks = CodePointMapData::<GeneralCategory>::new();
    let letters = lowercase(&normalized(text, Form::Nfkd));
    letters.chars().filter(|c| !c.is_control() && !GeneralCategoryGroup::Mark.contains(marks.get(*c))).collect()
}

/// Whether no reader would see anything: blanks, and marks that have no letter.
pub fn is_blank(text: &str) -> bool {
    let marks = CodePointMapData::<GeneralCategory>::new();
    // U+2800 is the Braille pattern without dots, a letter to Unicode.
    text.chars().all(|c| c.is_whitespace() || c == '\u{2800}' || GeneralCategoryGroup::Mark.contains(marks.get(c)))
}

/// Whether no text may hold it, wherever it stands.
pub fn is_refused(c: char) -> bool {
    let noncharacter = matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe;
    noncharacter || matches!(c, '\u{202d}' | '\u{202e}' | '\u{fff9}'..='\u{fffb}')
}

/// Whether it only changes how its neighbours are shown. What is compared as a
/// code has none of them.
pub fn is_modifier(c: char) -> bool {
    matches!(c, NON_JOINER | JOINER | '\u{180b}'..='\u{180f}' | '\u{fe00}'..='\u{fe0f}')
        || matches!(c, '\u{e0020}'..='\u{e007f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Whether it means nothing anywhere.
fn is_idle(c: char) -> bool {
    let direction =
        matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202c}' | '\u{2066}'..='\u{2069}');
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c);
    direction || c == '\u{fffc}' || (ignorable && !is_modifier(c) && !is_refused(c))
}

/// The tags that spell a flag, and what follows it.
fn tagged_flag(rest: &[char]) -> Option<(&[char], &[char])> {
    TAGGED_FLAGS.iter().find_map(|region| {
        let tags = region.bytes().filter_map(|letter| char::from_u32(0xe0000 + u32::from(letter)));
        let flag = tags.chain(['\u{e007f}']);
        let length = region.len().saturating_add(1);
        let (tags, after) = rest.split_at_checked(length)?;
        tags.iter().copied().eq(flag).then_some((tags, after))
    })
}

/// What of a text has been kept so far.
struct Kept(String);

impl Kept {
    /// Whether a character says something where it stands: after what is kept,
    /// before `rest`.
    fn means_something(&self, c: char, rest: &[char]) -> bool {
        if !is_modifier(c) {
            return true;
        }
        let Some(last) = self.0.chars().next_back() else { return false };
        match c {
            JOINER => {
                joins_emoji(last, rest)
                    || is_virama(last)
                    || rest.first().is_some_and(|next| is_virama(*next))
                    || self.joins_forward()
                    || joins_backward(rest)
            }
            NON_JOINER => {
                is_virama(last)
                    || rest.first().is_some_and(|next| is_virama(*next))
                    || (self.joins_forward() && joins_backward(rest))
            }
            TEXT_STYLE | EMOJI_STYLE if is_pictographic(last) => true,
            EMOJI_STYLE => matches!(last, '0'..='9' | '#' | '*') && rest.first() == Some(&KEYCAP),
            '\u{fe00}'..='\u{fe02}' | '\u{e0100}'..='\u{e01ef}' => is_ideograph(last),
            '\u{180b}'..='\u{180f}' => matches!(last, '\u{1820}'..='\u{18aa}'),
            _ => false,
        }
    }

    /// Whether the last letter would join one that follows it.
    fn joins_forward(&self) -> bool {
        let joining = CodePointMapData::<JoiningType>::new();
        let mut before = self.0.chars().rev().take(MOST_MARKS).map(|c| joining.get(c));
        let last = before.find(|kind| *kind != JoiningType::Transparent);
        last.is_some_and(|kind| kind == JoiningType::LeftJoining || joins_both(kind))
    }
}

/// Whether the next letter would join one before it.
fn joins_backward(rest: &[char]) -> bool {
    let joining = CodePointMapData::<JoiningType>::new();
    let mut after = rest.iter().take(MOST_MARKS).filter(|c| !is_modifier(**c)).map(|c| joining.get(*c));
    let next = after.find(|kind| *kind != JoiningType::Transparent);
    next.is_some_and(|kind| kind == JoiningType::RightJoining || joins_both(kind))
}

fn joins_both(kind: JoiningType) -> bool {
    kind == JoiningType::DualJoining || kind == JoiningType::JoinCausing
}

/// The middle of a sequence of emoji (UTS 51, ED-16).
fn joins_emoji(last: char, rest: &[char]) -> bool {
    // The colours of skin, of which there are five.
    let before = is_pictographic(last) || matches!(last, EMOJI_STYLE | '\u{1f3fb}'..='\u{1f3ff}');
    before && rest.first().is_some_and(|next| is_pictographic(*next))
}

/// The blocks of Han characters.
fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

fn is_pictographic(c: char) -> bool {
    CodePointSetData::new::<ExtendedPictographic>().contains(c)
}

/// Whether it takes a consonant's own vowel away (canonical combining class 9).
fn is_virama(c: char) -> bool {
    CodePointMapData::<CanonicalCombiningClass>::new().get(c) == CanonicalCombiningClass::Virama
}

#[cfg(test)]
#[path = "unseen_tests.rs"]
mod tests;
