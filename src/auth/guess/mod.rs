//! How soon a password is guessed by whoever knows what people choose: in the
//! manner of zxcvbn (Wheeler, USENIX Security 2016), whose crate brings lists of
//! 390 KB gzipped, `regex` and a clock. A password is put together from words,
//! rows of keys, sequences, dates, repetitions and single characters in the way
//! that takes the fewest tries.

mod parts;

use crate::text::kept::Kept;

use crate::text::unicode::lowercase;

/// Fewer tries than this are made even against a log-in that slows them down
/// (zxcvbn's scores 0 and 1).
const TOO_FEW: u64 = 1_000_000;

/// What single characters cost, each: more than a digit's ten would be kind to
/// a guesser, who tries the likely ones first (zxcvbn's figure).
const SINGLE: u64 = 10;

/// Passwords that many people have, the most common first.
pub static COMMON: Kept = Kept::new(include_str!("common_passwords.js"));

/// What most of a password is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    #[error("a password that many people have")]
    Common,
    #[error("your name, your address or the shop's name")]
    Near,
    #[error("a row of keys")]
    Keys,
    #[error("a sequence such as abc or 123")]
    Sequence,
    #[error("a date")]
    Date,
    #[error("the same again and again")]
    Repeated,
}

/// Why a password is guessed in fewer than a million tries, if it is. `near`:
/// what a guesser tries for this person first, whole texts.
pub fn easily_guessed<'a>(password: &str, near: impl IntoIterator<Item = &'a str>) -> Option<Why> {
    let typed: Vec<char> = password.chars().collect();
    let mut found = Found { low: typed.iter().map(|c| lower(*c)).collect(), typed, parts: Vec::new() };
    for text in near {
        found.near(text);
    }
    for (place, word) in (1..).zip(COMMON.text().lines()) {
        found.word(word, place, Why::Common);
    }
    found.keys();
    found.sequences();
    found.dates();
    found.repetitions();
    let (tries, parts) = found.cheapest(0, found.typed.len());
    let most = parts.into_iter().max_by_key(|part| part.end.saturating_sub(part.start))?;
    (tries < TOO_FEW).then_some(most.why)
}

fn lower(c: char) -> char {
    lowercase(c.encode_utf8(&mut [0; 4])).chars().next().unwrap_or(c)
}

/// A part of a password that is no accident: from `start` to before `end`.
#[derive(Debug, Clone, Copy)]
struct Part {
    start: usize,
    end: usize,
    tries: u64,
    why: Why,
}

struct Found {
    typed: Vec<char>,
    /// The same in lower case.
    low: Vec<char>,
    parts: Vec<Part>,
}

impl Found {
    /// The fewest tries for what is between two places, and the parts that it is
    /// then made of.
    fn cheapest(&self, from: usize, to: usize) -> (u64, Vec<Part>) {
        let mut best: Vec<(u64, Option<Part>)> = vec![(1, None)];
        for end in from.saturating_add(1)..=to {
            let before = best.last().map_or(1, |(tries, _)| *tries);
            let mut cheapest = (before.saturating_mul(SINGLE), None);
            for part in self.parts.iter().filter(|part| part.end == end && part.start >= from) {
                let before = best.get(part.start.saturating_sub(from)).map_or(1, |(tries, _)| *tries);
                let tries = before.saturating_mul(part.tries);
                if tries < cheapest.0 {
                    cheapest = (tries, Some(*part));
                }
            }
            best.push(cheapest);
        }
        let mut parts = Vec::new();
        let mut end = to;
        while end > from {
            match best.get(end.saturating_sub(from)).and_then(|(_, part)| *part) {
                Some(part) => {
                    parts.push(part);
                    end = part.start;
                }
                None => end = end.saturating_sub(1),
            }
        }
        (best.last().map_or(1, |(tries, _)| *tries), parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn why(password: &str) -> Option<Why> {
        easily_guessed(password, [])
    }

    #[test]
    fn what_is_guessed_first_is_found_with_why() {
        for (why_not, passwords) in [
            (
                Why::Common,
                &["Password2024!", "P@ssw0rd123", "qwertyuiop123", "drowssap1", "iloveyou2", "letmein!2024"][..],
            ),
            (
                Why::Common,
                &["Sommer2024!", "Winter2025!!", "monkeydragon", "Passwort1!", "football-baseball", "umbrella99"],
            ),
            (Why::Keys, &["qwertzuiop", "1q2w3e4r5t6y", "!QAZ2wsx#EDC", "lkjhgfdsaq", "azertyuiop1", "!@#$%^&*"]),
            (Why::Sequence, &["12345678901234", "abcdefgh", "ZYXWVUTS", "2468acegik", "98765432109"]),
            (Why::Date, &["14071985", "14.07.1985", "1985-07-14", "07/14/1985", "140785!!"]),
            (Why::Repeated, &["aaaaaaaaaaaa", "abcabcabcabc", "summersummer!", "xk9xk9xk9xk9", "ぬぬぬぬぬぬぬぬ"]),
        ] {
            for password in passwords {
                assert_eq!(why(password), Some(why_not), "{password}");
            }
        }
    }

    #[test]
    fn common_passwords_are_found_by_themselves() {
        let common = COMMON.text();
        let long = common.lines().filter(|password| password.chars().count() >= 8);
        for password in long.step_by(5) {
            assert!(why(password).is_some(), "{password}");
        }
    }

    #[test]
    fn what_nobody_guesses_is_taken() {
        for password in [
            "thimble orchard meridian 7",
            "correct horse battery staple",
            "cinnamon umbrella",
            "monkey dragon sunshine football",
            "x7#Kp2qz",
            "pä sswör",
            "Schlüssel-Ähre-9",
            "Ω ✓ слово",
            "правильная лошадь",
            "猫はいつも窓のそばで寝る",
        ] {
            assert_eq!(why(password), None, "{password}");
        }
        assert_eq!(why("password of somebody who likes long walks"), None, "a common word is no harm by itself");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_long_random_password_is_taken(password in "[!-~]{20}|[a-z]{6}( [a-z]{6}){3}|[а-я]{16}") {
            prop_assert_eq!(why(&password), None);
        }
    }
}
