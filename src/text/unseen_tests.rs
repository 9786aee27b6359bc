use super::*;
use proptest::prelude::*;

#[test]
fn what_shows_nothing_is_taken_out() {
    for idle in [
        '\u{ad}',
        '\u{34f}',
        '\u{61c}',
        '\u{115f}',
        '\u{1160}',
        '\u{17b4}',
        '\u{180e}',
        '\u{200b}',
        '\u{200c}',
        '\u{200d}',
        '\u{200e}',
        '\u{200f}',
        '\u{202a}',
        '\u{202b}',
        '\u{202c}',
        '\u{2060}',
        '\u{2063}',
        '\u{2065}',
        '\u{2066}',
        '\u{2069}',
        '\u{206a}',
        '\u{3164}',
        '\u{fe00}',
        '\u{fe0f}',
        '\u{feff}',
        '\u{ffa0}',
        '\u{fff0}',
        '\u{fffc}',
        '\u{1bca0}',
        '\u{1d173}',
        '\u{e0001}',
        '\u{e0041}',
        '\u{e007f}',
        '\u{e0100}',
        '\u{e0fff}',
    ] {
        assert_eq!(cleaned(&format!("{idle}Mu{idle}g{idle}")), "Mug", "{idle:?}");
        assert_eq!(cleaned(&format!("1{idle}")), "1", "{idle:?}");
    }
}

#[test]
fn emoji_stay_the_picture_that_they_are() {
    for picture in ["👩‍👩‍👧‍👦", "👩🏽‍🚀", "🏳️‍🌈", "🏴‍☠️", "❤️‍🔥", "❤️", "☎︎", "1️⃣", "#️⃣", "🇩🇪", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "👁️‍🗨️", "©️"]
    {
        assert_eq!(cleaned(&format!("Mug {picture}!")), format!("Mug {picture}!"));
    }
    // Tags that spell something else hide it.
    let hidden: String = "buy".bytes().filter_map(|b| char::from_u32(0xe0000 + u32::from(b))).collect();
    assert_eq!(cleaned(&format!("🏴{hidden}\u{e007f} Mug{hidden}")), "🏴 Mug");
    assert_eq!(cleaned("👩\u{200d}Mug\u{200d}👩"), "👩Mug👩");
    assert_eq!(cleaned("👩\u{200d}\u{200d}👩\u{fe0f}\u{fe0f}"), "👩\u{200d}👩\u{fe0f}");
}

#[test]
fn joiners_stay_where_words_are_spelled_with_them() {
    for word in [
        // Persian: "I want", "books"; an abbreviation that shows its letter as if it went on.
        "می\u{200c}خواهم",
        "کتاب\u{200c}ها",
        "ه\u{200d}",
        // Hindi, Malayalam, Sinhala, Bengali.
        "क्\u{200d}ष",
        "क्\u{200c}ष",
        "ന്\u{200d}",
        "ශ්\u{200d}රී",
        "র\u{200d}্যাম",
    ] {
        assert_eq!(cleaned(word), word, "{word:?}");
    }
    // Where nothing would join, a non-joiner changes nothing.
    assert_eq!(cleaned("دار\u{200c}ها M\u{200c}ug"), "دارها Mug");
    assert_eq!(cleaned("\u{200c}کتاب\u{200c}"), "کتاب");
    assert_eq!(cleaned("کتاب\u{200c}\u{200b}\u{200c}ها"), "کتاب\u{200c}ها");
}

#[test]
fn selectors_stay_after_what_they_choose_a_shape_of() {
    assert_eq!(cleaned("葛\u{e0100}城"), "葛\u{e0100}城");
    assert_eq!(cleaned("ᠠ\u{180b}"), "ᠠ\u{180b}");
    assert_eq!(cleaned("葛\u{fe0f}"), "葛");
}

#[test]
fn a_text_made_to_be_looked_at_for_ever_is_not() {
    // Each joiner stands after a virama until the one before it is gone.
    let chained = format!("\u{64b}{}", "\u{200c}\u{93c}\u{94d}".repeat(20_000));
    let once = cleaned(&chained);
    assert!(!once.contains('\u{200c}'));
    assert_eq!(cleaned(&once), once);
    // Each would look past all the marks.
    let far = format!("ب{}{}ب", "\u{64b}".repeat(40_000), "\u{200c}".repeat(40_000));
    assert!(!cleaned(&far).contains('\u{200c}'));
}

#[test]
fn what_is_left_is_composed() {
    assert_eq!(cleaned("Cafe\u{301} A\u{30a}"), "Café Å");
    // What stood between a letter and its mark.
    assert_eq!(cleaned("e\u{200b}\u{301}"), "é");
    assert_eq!(folded("Ｐａｓｓ１\u{3000}ﬁ"), "Pass1 fi");
}

#[test]
fn a_text_of_blanks_and_lone_marks_is_blank() {
    for text in ["", " \t", "\u{a0}\u{3000}", "\u{2800}", "\u{301}", "\u{20dd}"] {
        assert!(is_blank(text), "{text:?}");
    }
    for text in ["a", "é", "ー", "☕", "क्\u{200d}"] {
        assert!(!is_blank(text), "{text:?}");
    }
}

/// Characters that matter to each other here.
fn odd() -> impl Strategy<Value = String> {
    let odd = "ab1é\u{301}\u{200b}\u{200c}\u{200d}\u{fe0e}\u{fe0f}\u{fe00}\u{e0100}\u{20e3}\u{202e}👩🏽🚀🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e007f}کتدم\u{64b}\u{640}क\u{94d}র\u{9cd}葛\u{fa19}ᠠ\u{180b}\u{180e}\u{1100}\u{1161}\u{1160}";
    let odd: Vec<char> = odd.chars().collect();
    proptest::collection::vec(proptest::sample::select(odd), 0..12).prop_map(|text| text.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn cleaning_twice_changes_no_more(text in odd()) {
        let once = cleaned(&text);
        prop_assert_eq!(cleaned(&once), once);
    }

    #[test]
    fn any_text_is_cleaned_once(text in "\\PC{0,40}") {
        let once = cleaned(&text);
        prop_assert_eq!(cleaned(&once), once);
    }
}
