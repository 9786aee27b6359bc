use proptest::prelude::*;

use super::*;

fn sorted<'a>(titles: &[&'a str]) -> Vec<&'a str> {
    let mut titles = titles.to_vec();
    titles.reverse();
    titles.sort_by(|a, b| compare(a, b));
    titles
}

/// Each list is in order as it stands.
#[test]
fn titles_are_sorted_as_people_do() {
    for in_order in [
        &["apple", "Ärmel", "Éclair", "mug 2", "mug 10", "Øre", "Zebra"][..],
        // Case and accents only where nothing else differs.
        &["cote", "Cote", "coté", "côte", "Côte", "côté", "cotes"],
        &["Ähre", "Ahrens", "Ärger", "Argon"],
        &["Osaka", "Öse", "Oslo", "Øst", "Otter"],
        // Two letters in one, and letters with a stroke.
        &["Masse", "Maße", "Mast"],
        &["Aachen", "Aero", "Ærø", "Afrika"],
        &["Łódka", "Lodz", "Łódź", "Lot"],
        &["Dong", "Đông", "Ðung", "Dunk"],
        // Numbers by value, of any length, in any digits.
        &[
            "mug",
            "mug 1",
            "mug 02",
            "mug 2",
            "mug 2a",
            "mug 3",
            "mug 10",
            "mug 99999999999999999999",
            "mug 100000000000000000000",
            "mugs",
        ],
        &["3 mugs", "20 mugs", "100 mugs", "mugs"],
        &["1", "٢", "३", "４", "05", "６0"],
        &["0", "00", "1"],
        &["Chapter 1.2", "Chapter 1.10", "Chapter 2.1"],
        // Blanks, then symbols, then numbers, then letters.
        &["mug", "mug 2", "mug  3", "mug-2", "mug!", "mug2", "mugs"],
        &["_", "-", "'", "\"", "@", "&", "%", "+", "$", "€", "☕", "7", "a"],
        &["de luxe", "de-luxe", "deluxe"],
        &["men s", "men's", "mens"],
        // Width and style are no difference.
        &["cafe", "Ｃａｆｅ", "CAFE", "café"],
        &["1st", "²nd", "3rd"],
        // Other scripts, after the Latin ones.
        &[
            "zebra",
            "þing",
            "Αθήνα",
            "Ζάκυνθος",
            "ёлка",
            "жук",
            "иглу",
            "июнь",
            "йод",
            "кот",
            "שלום",
            "قهوة",
            "कप",
            "गाय",
        ],
        &["가방", "각도", "나무"],
        &["あめ", "がっこう", "カップ", "きもの"],
        &["гав", "ґудзик", "гусь", "еж", "єнот", "жаба"],
    ] {
        assert_eq!(sorted(in_order), in_order);
    }
}

#[test]
fn vowel_signs_are_no_accents() {
    assert_ne!(key("कप"), key("कोप"));
    assert_eq!(key("é"), key("e"));
    assert_eq!(key("e\u{301}"), key("É"));
}

#[test]
fn what_joins_and_styles_does_not_count() {
    for same in ["☕\u{fe0f} mug", "☕ m\u{ad}ug", "\u{feff}☕ mug", "☕ \u{e0061}mug"] {
        assert_eq!(key(same), key("☕ mug"), "{same:?}");
    }
}

#[test]
fn a_key_is_bounded_whatever_the_title() {
    // One of these letters is eighteen.
    for title in ["\u{fdfa}".repeat(255), "9".repeat(255), "☕".repeat(255), "Ⅷ".repeat(255)] {
        assert!(key(&title).len() <= KEY_BYTES, "{title}");
    }
    assert_eq!(key(&"a".repeat(255)).len(), 255);
}

/// What has two ways to be read somewhere above.
fn titles() -> impl Strategy<Value = String> {
    let letters: Vec<char> = "aAäÄ\u{308}øØoßsæe012 07-'€☕ийИ\u{306}がか٢²\u{fe0f}\u{fdfa}कि".chars().collect();
    proptest::collection::vec(proptest::sample::select(letters), 0..6).prop_map(|letters| letters.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn any_three_titles_have_one_order(a in titles(), b in titles(), c in titles()) {
        prop_assert_eq!(compare(&a, &b), compare(&b, &a).reverse());
        prop_assert_eq!(compare(&a, &b).is_eq(), a == b);
        if compare(&a, &b).is_le() && compare(&b, &c).is_le() {
            prop_assert!(compare(&a, &c).is_le());
        }
    }

    #[test]
    fn no_title_is_too_odd(title in "\\PC{0,60}") {
        prop_assert!(key(&title).len() <= KEY_BYTES);
        prop_assert_eq!(compare(&title, &title), Ordering::Equal);
    }
}
