//! Light stems of English and German words: plurals, and the commonest endings.
//!
//! After Harman's S-stemmer (How effective is suffixing?, 1991) and Savoy's light
//! German one (Light stemming approaches, 2006), with `-ing` and `-ed`. One rule
//! for both languages, as a title does not say which it is in. Stems are only
//! compared with stems, so none has to be a word.

/// No rule leaves fewer letters than its own least.
const LEAST: usize = 3;

/// Of a folded word. `größe` and `groesse` have one stem.
pub fn stem(word: &str) -> String {
    let mut stem: Vec<char> = word.chars().collect();
    if !stem.iter().all(|c| c.is_ascii_lowercase()) {
        return word.to_owned();
    }
    umlauts(&mut stem);
    // Endings come off one by one: `computers`, `computer`, `comput`.
    while ending(&mut stem) {}
    match stem.last_mut() {
        Some(last) if *last == 'y' => *last = 'i',
        // knives, knife
        Some(last) if *last == 'v' => *last = 'f',
        _ => {}
    }
    stem.into_iter().collect()
}

/// `ae`, `oe` and `ue` as the letters they stand for: not after a vowel or a q
/// (`blauer`, `queen`), and not where a word ends (`shoes`).
fn umlauts(stem: &mut Vec<char>) {
    let mut place = 0;
    while place < stem.len() {
        let before = place.checked_sub(1).and_then(|before| stem.get(before)).copied();
        let stands_alone = !before.is_some_and(|c| is_vowel(c) || c == 'q');
        let is_umlaut = match stem.get(place..).unwrap_or_default() {
            ['a' | 'o' | 'u', 'e', rest @ ..] => !matches!(rest, [] | ['s']),
            _ => false,
        };
        place = place.saturating_add(1);
        if is_umlaut && stands_alone {
            stem.remove(place);
        }
    }
}

fn is_vowel(c: char) -> bool {
    matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y')
}

/// Takes an ending off; whether there was one.
fn ending(stem: &mut Vec<char>) -> bool {
    let (off, least) = match stem.as_slice() {
        [.., 'i', 'e', 's'] => (2, LEAST),
        [.., 's', 's', 'e', 's'] | [.., 'x' | 'z', 'e', 's'] | [.., 'c' | 's', 'h', 'e', 's'] => (2, LEAST),
        [.., 's' | 'u' | 'i', 's'] => return false,
        [.., 's'] => (1, LEAST),
        [.., 'e', 'e', 'd' | 'n' | 'r'] => return false,
        [rest @ .., 'i', 'n', 'g'] if rest.iter().any(|c| is_vowel(*c)) => (3, LEAST),
        [rest @ .., 'e', 'd'] if rest.iter().any(|c| is_vowel(*c)) => (2, LEAST),
        [.., 'e', 'n'] => (2, LEAST),
        // Else `water` would be `wat`.
        [.., 'e', 'r'] => (2, 4),
        [.., 'e', 'l' | 'r', 'n'] => (1, LEAST),
        [.., 'e'] => (1, LEAST),
        _ => return false,
    };
    let is_of_verb = matches!(stem.last(), Some('g' | 'd'));
    let left = stem.len().saturating_sub(off);
    if left < least {
        return false;
    }
    stem.truncate(left);
    // running, run
    if let [.., one, two] = stem.as_slice()
        && is_of_verb
        && one == two
        && !is_vowel(*one)
        && !matches!(one, 'l' | 's' | 'z')
        && left > LEAST
    {
        stem.pop();
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_forms_of_a_word_have_one_stem() {
        for forms in [
            "pump pumps",
            "glass glasses",
            "box boxes",
            "brush brushes",
            "watch watches",
            "battery batteries",
            "cookie cookies",
            "knife knives",
            "shelf shelves",
            "glove gloves",
            "shoe shoes",
            "tomato tomatoes",
            "run runs running",
            "bake baking baked",
            "bearing bearings",
            "canvas canvases",
            "mens men",
            "tasse tassen",
            "lampe lampen lamp lamps",
            "schuh schuhe",
            "hose hosen",
            "glas glaser glaeser",
            "buch bucher buecher",
            "gabel gabeln",
            "feder federn",
            "kind kinder",
            "stuhl stuhle stuehle",
            "grosse groesse gross",
            "pfanne pfannen",
            "haus hauser haeuser",
        ] {
            let stems: Vec<_> = forms.split(' ').map(stem).collect();
            assert!(stems.iter().all(|stem| *stem == stems[0]), "{forms}: {stems:?}");
        }
    }

    #[test]
    fn other_words_have_others() {
        for (one, other) in [("water", "wat"), ("speed", "spe"), ("green", "gre"), ("queen", "qun"), ("ring", "r")] {
            assert_ne!(stem(one), stem(other));
        }
    }

    proptest! {
        #[test]
        fn something_is_left_of_every_word(word in "[a-z]{1,12}") {
            prop_assert!(stem(&word).len() >= word.len().min(2));
        }
    }
}
