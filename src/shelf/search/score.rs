//! How well a word was found. Scores of all words are added up; what is found
//! as well ranks by how much of its title was looked for.

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Match {
    Exact,
    /// Another form of the word, which begins with what was typed: `pump`, Pumps.
    Grown,
    Prefix,
    Stem,
    /// With so many mistakes.
    Typo(usize),
}

/// In the title counts more than in vendor, tags and options; yet a word in full
/// there counts more than a guess at one in the title.
pub fn of_word(found: Match, in_title: bool) -> u8 {
    let (title, elsewhere) = match found {
        Match::Exact => (24, 13),
        Match::Grown => (22, 11),
        Match::Prefix => (18, 7),
        Match::Stem => (16, 6),
        Match::Typo(..=1) => (12, 4),
        Match::Typo(_) => (10, 3),
    };
    if in_title { title } else { elsewhere }
}

/// A variant's code in full, or a piece of one.
pub fn of_code(is_whole: bool) -> u8 {
    if is_whole { 30 } else { 15 }
}

/// Of the scores of all words, of whether the title is what was looked for and
/// nothing else, and of the words that the title has.
#[inline(always)]
pub fn rank(words: u32, is_title: bool, title_length: u8) -> u32 {
    let shortness = 255_u8.saturating_sub(title_length);
    words.saturating_mul(512).saturating_add(u32::from(is_title) * 256).saturating_add(shortness.into())
}
