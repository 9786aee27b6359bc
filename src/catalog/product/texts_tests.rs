use serde_json::json;

use super::*;
use crate::testing::product as example;

/// A shirt with two sizes, and what of it is said in German.
fn shirt(german: serde_json::Value) -> Product {
    let mut shirt = example(1, "Shirt", Some(100), 1);
    shirt.description = "Of wool.".into();
    shirt.seo_title = Some("Buy a shirt".into());
    shirt.seo_description = Some("The shirt to buy.".into());
    shirt.options = serde_json::from_value(json!([
        { "name": "Size", "values": ["S", "L"] }, { "name": "Hue", "values": ["red"] },
    ]))
    .unwrap();
    shirt.variants[0].options = vec!["L".into(), "red".into()];
    shirt.variants[0].title = "L / red".into();
    shirt.images = serde_json::from_value(json!([
        { "url": "/a.svg", "alt": "Front" }, { "url": "/b.svg", "alt": "Back" },
    ]))
    .unwrap();
    shirt.translations = Some(serde_json::from_value(json!({ "de": german })).unwrap());
    shirt
}

#[test]
fn what_is_not_translated_is_the_shops_own() {
    let shirt = shirt(json!({ "description": "Aus Wolle." }));
    for language in [None, Some(Language::En)] {
        let texts = shirt.texts(language);
        assert_eq!((texts.title, texts.description), ("Shirt", "Of wool."));
        assert_eq!((texts.seo_title, texts.seo_description), (Some("Buy a shirt"), Some("The shirt to buy.")));
        assert_eq!(texts.variant(&shirt.options, &shirt.variants[0]), "L / red");
    }
    let texts = shirt.texts(Some(Language::De));
    assert_eq!((texts.title, texts.description), ("Shirt", "Aus Wolle."));
    assert_eq!((texts.option("Size"), texts.value("Size", "L")), (None, None));
    assert!(matches!(texts.images(&shirt.images), Cow::Borrowed(_)));
}

#[test]
fn search_engines_are_told_in_one_language() {
    let titled = shirt(json!({ "title": "Hemd" }));
    let texts = titled.texts(Some(Language::De));
    assert_eq!((texts.title, texts.seo_title, texts.seo_description), ("Hemd", None, Some("The shirt to buy.")));
    let whole = shirt(json!({ "title": "Hemd", "seo_title": "Hemd kaufen", "seo_description": "Das Hemd." }));
    let texts = whole.texts(Some(Language::De));
    assert_eq!((texts.seo_title, texts.seo_description), (Some("Hemd kaufen"), Some("Das Hemd.")));
}

#[test]
fn options_and_pictures_are_translated_one_by_one() {
    let mut shirt = shirt(json!({
        "title": "Hemd", "options": { "Size": { "name": "Größe", "values": { "L": "groß" } } },
        "images": { "/b.svg": "Rücken" },
    }));
    let texts = shirt.texts(Some(Language::De));
    assert_eq!((texts.option("Size"), texts.option("Hue")), (Some("Größe"), None));
    assert_eq!(texts.variant(&shirt.options, &shirt.variants[0]), "groß / red");
    let alts: Vec<_> = texts.images(&shirt.images).iter().map(|image| image.alt.clone()).collect();
    assert_eq!(alts, ["Front", "Rücken"]);
    assert_eq!(texts.image(&shirt.images[1]).alt, "Rücken");
    shirt.variants[0].given_title = Some("Large".into());
    shirt.variants[0].title = "Large".into();
    assert_eq!(shirt.texts(Some(Language::De)).variant(&shirt.options, &shirt.variants[0]), "Large");
    shirt.variants[0].given_title = None;
    shirt.variants[0].options.clear();
    assert_eq!(shirt.texts(Some(Language::De)).variant(&[], &shirt.variants[0]), "Hemd", "as its product");
}
