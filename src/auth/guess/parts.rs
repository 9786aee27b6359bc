//! The parts of a password that are no accident, and what each costs a guesser.

use super::{Found, Part, Why, lower};

/// Neighbours on keyboards: rows of several layouts, columns, and zigzags.
const KEYS: [&str; 14] = [
    "1234567890-=",
    "!\"§$%&/()=?",
    "qwertyuiop[]",
    "qwertzuiopü+",
    "azertyuiop",
    "asdfghjkl;'",
    "asdfghjklöä#",
    "qsdfghjklm",
    "zxcvbnm,./",
    "yxcvbnm,.-",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.",
    "zaq1xsw2cde3vfr4bgt5nhy6mju7,ki8.lo9",
    "qazwsxedcrfvtgbyhnujmik,ol.p",
    "1q2w3e4r5t6y7u8i9o0p",
];

/// Whether a character of a password stands for a letter of a word.
fn stands_for(typed: char, letter: char) -> bool {
    match letter {
        _ if typed == letter => true,
        'a' => matches!(typed, '4' | '@'),
        'b' => typed == '8',
        'c' => matches!(typed, '(' | '<'),
        'e' => matches!(typed, '3' | '€'),
        'g' => matches!(typed, '6' | '9'),
        'i' => matches!(typed, '1' | '!' | '|'),
        'l' => matches!(typed, '1' | '7' | '|'),
        'o' => typed == '0',
        's' => matches!(typed, '5' | '$'),
        't' => matches!(typed, '7' | '+'),
        'z' => typed == '2',
        _ => false,
    }
}

/// The digit whose key, with Shift, types this sign on an American keyboard.
fn key_of(c: char) -> char {
    match c {
        '!' => '1',
        '@' => '2',
        '#' => '3',
        '$' => '4',
        '%' => '5',
        '^' => '6',
        '&' => '7',
        '*' => '8',
        '(' => '9',
        ')' => '0',
        c => c,
    }
}

impl Found {
    fn add(&mut self, start: usize, length: usize, tries: u64, why: Why) {
        self.parts.push(Part { start, end: start.saturating_add(length), tries, why });
    }

    /// A text of this person's or the shop's: whole, without what is between its
    /// words, and each word of it that is not too short to mean anything.
    pub(super) fn near(&mut self, text: &str) {
        let text: String = text.chars().map(lower).collect();
        let words = || text.split(|c: char| !c.is_alphanumeric());
        let joined: String = words().collect();
        for word in [&*text, &*joined].into_iter().chain(words()).filter(|word| word.chars().count() > 2) {
            self.word(word, 1, Why::Near);
        }
    }

    /// Everywhere that the password has this word: with capitals, with signs in
    /// place of letters, and backwards.
    pub(super) fn word(&mut self, word: &str, place: u64, why: Why) {
        let letters = word.chars().count();
        let mut at = Vec::new();
        for (start, here) in self.low.windows(letters).enumerate() {
            if here.iter().zip(word.chars()).all(|(typed, letter)| stands_for(*typed, letter)) {
                at.push((start, place));
            } else if here.iter().rev().zip(word.chars()).all(|(typed, letter)| stands_for(*typed, letter)) {
                at.push((start, place.saturating_mul(2)));
            }
        }
        for (start, tries) in at {
            let typed = self.typed.get(start..start.saturating_add(letters)).unwrap_or_default();
            let capitals = typed.iter().filter(|c| c.is_uppercase()).count();
            let spelled = match capitals {
                0 => 1,
                1 => 2,
                all if all == letters => 2,
                _ => 10,
            };
            let plain = typed.iter().zip(word.chars()).all(|(typed, letter)| lower(*typed) == letter);
            self.add(start, letters, tries.saturating_mul(spelled).saturating_mul(if plain { 1 } else { 4 }), why);
        }
    }

    /// Runs along rows of keys, either way, with or without Shift.
    pub(super) fn keys(&mut self) {
        let keys: Vec<char> = self.low.iter().map(|c| key_of(*c)).collect();
        for row in KEYS {
            let there: Vec<char> = row.chars().collect();
            let back: Vec<char> = row.chars().rev().collect();
            for row in [there, back] {
                for start in 0..keys.len() {
                    let rest = keys.get(start..).unwrap_or_default();
                    let run = |from: usize| {
                        let row = row.get(from..).unwrap_or_default();
                        row.iter().zip(rest).take_while(|(key, typed)| key_of(**key) == **typed).count()
                    };
                    let longest = (0..row.len()).map(run).max().unwrap_or(0);
                    // Any of some 150 keys to begin at, in either direction.
                    (3..=longest).for_each(|length| self.add(start, length, 300, Why::Keys));
                }
            }
        }
    }

    /// Runs of one character, and of characters that follow each other in steps
    /// of up to five; of digits, 0 comes after 9.
    pub(super) fn sequences(&mut self) {
        let step = |from: char, to: char| match (from.to_digit(10), to.to_digit(10)) {
            (Some(from), Some(to)) if (from + 1) % 10 == to => 1,
            (Some(from), Some(to)) if (to + 1) % 10 == from => -1,
            _ => i64::from(u32::from(to)) - i64::from(u32::from(from)),
        };
        let steps: Vec<i64> =
            self.low.windows(2).map(|pair| if let [from, to] = pair { step(*from, *to) } else { 0 }).collect();
        for start in 0..steps.len() {
            let Some(first) = steps.get(start).filter(|step| step.abs() <= 5) else { continue };
            let run = steps.iter().skip(start).take_while(|step| *step == first).count();
            let why = if *first == 0 { Why::Repeated } else { Why::Sequence };
            // Where it begins and how it goes on, times where it ends.
            let (shortest, beginnings) = match first.abs() {
                0 => (2, 10),
                1 => (3, 20),
                _ => (3, 100),
            };
            for length in shortest..=run.saturating_add(1) {
                self.add(start, length, (length as u64).saturating_mul(beginnings), why);
            }
        }
    }

    /// Years, and days of them, with a sign between or none.
    pub(super) fn dates(&mut self) {
        for start in 0..self.low.len() {
            for length in [4, 6, 8, 10] {
                let Some(here) = self.low.get(start..start.saturating_add(length)) else { continue };
                let digits: Option<Vec<u32>> = match here {
                    [a, b, '.' | '-' | '/', c, d, '.' | '-' | '/', rest @ ..]
                    | [a, b, c, d, '.' | '-' | '/', rest @ ..] => {
                        let signs = |c: &char| !matches!(c, '.' | '-' | '/');
                        let digits = [a, b, c, d].into_iter().chain(rest.iter().filter(|c| signs(c)));
                        digits.map(|c| c.to_digit(10)).collect()
                    }
                    plain => plain.iter().map(|c| c.to_digit(10)).collect(),
                };
                match digits.as_deref() {
                    // One of some hundred years, and of their days.
                    Some(digits) if length == 4 && is_year(digits) => self.add(start, length, 100, Why::Date),
                    Some(digits) if is_date(digits) => self.add(start, length, 40_000, Why::Date),
                    _ => {}
                }
            }
        }
    }

    /// The same piece several times over.
    pub(super) fn repetitions(&mut self) {
        let mut again = Vec::new();
        let length = self.low.len();
        for period in 2..=length / 2 {
            let same: Vec<bool> = self.low.iter().zip(self.low.iter().skip(period)).map(|(a, b)| a == b).collect();
            let mut start = 0;
            for run in same.split(|same| !same) {
                let times = run.len() / period;
                // A piece that repeats within itself was found with a shorter period.
                if times > 0 && !again.iter().any(|part: &Part| part.start == start) {
                    let (tries, _) = self.cheapest(start, start + period);
                    let end = start + period * (times + 1);
                    again.push(Part { start, end, tries: tries.saturating_mul(times as u64 + 1), why: Why::Repeated });
                }
                start += run.len() + 1;
            }
        }
        self.parts.append(&mut again);
    }
}

fn number(digits: &[u32]) -> u32 {
    digits.iter().fold(0, |number, digit| number.saturating_mul(10).saturating_add(*digit))
}

fn is_year(digits: &[u32]) -> bool {
    (1900..2060).contains(&number(digits))
}

/// Day, month and year in any order that people write, the year with two or
/// four digits.
fn is_date(digits: &[u32]) -> bool {
    let day_and_month = |pairs: &[u32]| {
        let (one, two) = (number(pairs.get(..2).unwrap_or_default()), number(pairs.get(2..).unwrap_or_default()));
        let fits = |day, month| (1..=31).contains(&day) && (1..=12).contains(&month);
        fits(one, two) || fits(two, one)
    };
    match digits {
        [first @ .., _, _] if first.len() == 4 && day_and_month(first) => true,
        [_, _, rest @ ..] if rest.len() == 4 && day_and_month(rest) => true,
        [first @ .., a, b, c, d] if first.len() == 4 && is_year(&[*a, *b, *c, *d]) => day_and_month(first),
        [a, b, c, d, rest @ ..] if rest.len() == 4 && is_year(&[*a, *b, *c, *d]) => day_and_month(rest),
        _ => false,
    }
}
