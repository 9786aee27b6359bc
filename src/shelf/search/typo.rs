//! How far two words are apart, in mistakes: a letter too many, one missing, one
//! for another, or two changed about (the optimal string alignment distance).

/// Which letters a word has, as bits. Words that are `n` mistakes apart differ in
/// at most `2n` of them: two instructions sort out all but a few words of a shop.
pub fn letters(word: &str) -> u32 {
    word.chars().fold(0, |letters, c| {
        let bit = match c {
            'a'..='z' => u32::from(c).wrapping_sub(u32::from('a')),
            // Other letters share the six bits left.
            c => 26_u32.saturating_add(u32::from(c) % 6),
        };
        letters | 1 << bit
    })
}

/// The mistakes that are forgiven in a word of so many letters.
pub fn forgiven(length: usize) -> usize {
    match length {
        ..=3 => 0,
        4..=7 => 1,
        _ => 2,
    }
}

/// The mistakes between two words; `None` if there are more than `most`.
pub fn mistakes(one: &[char], other: &[char], most: usize) -> Option<usize> {
    if one.len().abs_diff(other.len()) > most {
        return None;
    }
    let width = other.len().saturating_add(1);
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..width).collect();
    for (row, a) in one.iter().enumerate() {
        let mut next = Vec::with_capacity(width);
        next.push(row.saturating_add(1));
        for (column, b) in other.iter().enumerate() {
            let at = |line: &[usize], place: usize| line.get(place).copied().unwrap_or(usize::MAX);
            let changed = at(&last, column).saturating_add(usize::from(a != b));
            let missing = at(&last, column.saturating_add(1)).saturating_add(1);
            let additional = at(&next, column).saturating_add(1);
            let mut least = changed.min(missing).min(additional);
            if let (Some(row), Some(column)) = (row.checked_sub(1), column.checked_sub(1))
                && one.get(row) == Some(b)
                && other.get(column) == Some(a)
            {
                least = least.min(at(&before, column).saturating_add(1));
            }
            next.push(least);
        }
        if next.iter().all(|mistakes| *mistakes > most) {
            return None;
        }
        before = std::mem::replace(&mut last, next);
    }
    last.last().copied().filter(|mistakes| *mistakes <= most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn apart(one: &str, other: &str) -> Option<usize> {
        let letters = |word: &str| word.chars().collect::<Vec<_>>();
        mistakes(&letters(one), &letters(other), 2)
    }

    #[test]
    fn mistakes_are_counted() {
        for (one, other, expected) in [
            ("weel", "wheel", Some(1)),
            ("bering", "bearing", Some(1)),
            ("wihte", "white", Some(1)),
            ("bleu", "blue", Some(1)),
            ("mug", "mug", Some(0)),
            ("mug", "cup", Some(2)),
            ("mug", "cups", None),
            ("ab", "ba", Some(1)),
            ("größe", "gröse", Some(1)),
            ("", "ab", Some(2)),
        ] {
            assert_eq!(apart(one, other), expected, "{one} {other}");
            assert_eq!(apart(other, one), expected, "{other} {one}");
        }
    }

    proptest! {
        /// Whatever `letters` sorts out is too far away.
        #[test]
        fn words_a_mistake_apart_differ_in_two_letters(one in "[a-dé漢]{0,6}", other in "[a-dé漢]{0,6}") {
            if let Some(mistakes) = apart(&one, &other) {
                prop_assert!((letters(&one) ^ letters(&other)).count_ones() as usize <= 2 * mistakes);
            }
        }
    }
}
