use proptest::option;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::app::sha256_hex;
use crate::catalog::product::{Card, Image, OptionTranslation, Translation};
use crate::pricing::tiers::Tier;
use crate::testing::product;
use crate::text::Language;

fn text() -> impl Strategy<Value = String> {
    "\\PC{0,6}"
}

fn id() -> impl Strategy<Value = VariantId> {
    any::<[u8; 16]>().prop_map(VariantId::derived)
}

fn level() -> impl Strategy<Value = Level> {
    prop_oneof![Just(Level::InStock), Just(Level::Low), Just(Level::Out)]
}

fn money() -> impl Strategy<Value = Money> {
    let currency = prop_oneof![Just("EUR"), Just("USD")];
    (currency, 0..9_000_000_000_i64)
        .prop_map(|(code, amount)| Money { amount, currency: Currency::parse(code).unwrap() })
}

fn floor() -> impl Strategy<Value = Floor> {
    (any::<i64>(), -9..0_i64).prop_map(|(as_of, least)| Floor { as_of, least })
}

prop_compose! {
    fn terms()(money in money(), sale in option::of(0..9_i64), times in option::of((any::<i64>(), any::<i64>())), low in option::of(0..9_i64))
        -> PriceTerms {
        PriceTerms {
            currency: money.currency, sale, starts_at: times.map(|times| times.0), ends_at: times.map(|times| times.1),
            tiers: vec![Tier { from: 2, amount: money.amount }], lowest: low, runs: false,
        }
    }
}

prop_compose! {
    fn variant()(
        (id, part, level, backorder, untracked) in (id(), id(), level(), any::<bool>(), any::<bool>()),
        (sku, given_title, barcode, tax_class) in (text(), option::of(text()), option::of(text()), option::of(text())),
        (is_usual, title, options) in (any::<bool>(), text(), prop::collection::vec(text(), 0..3)),
        (prices, compare_at) in (prop::collection::vec(money(), 0..3), prop::collection::vec(money(), 0..2)),
        terms in prop::collection::vec(terms(), 0..2),
        (weight_grams, image, low_level) in (option::of(any::<u32>()), option::of(0..9_usize), option::of(any::<u32>())),
        (is_bundle, floor) in (any::<bool>(), option::of(floor())),
    ) -> Variant {
        let usual = usual_title(given_title.as_deref(), &texts(&options), "Mug");
        let part = Part { variant_id: part, quantity: 2, sku: sku.clone(), title: title.clone() };
        let rule = StockRule { variant_id: part.variant_id, untracked, floor };
        Variant {
            id, sku, title: if is_usual { usual } else { title }, given_title, options, prices, compare_at, terms, weight_grams,
            barcode, image, tax_class, parts: if is_bundle { vec![part] } else { Vec::new() },
            part_rules: if is_bundle { vec![rule] } else { Vec::new() }, untracked, floor, low_level, level, backorder,
            own: Vec::new(), pieces: None, sets_floor: None, own_pieces: None,
        }
    }
}

prop_compose! {
    fn any_product()(
        variants in prop::collection::vec(variant(), 0..4),
        (slug, description, vendor, kind) in (text(), text(), option::of(text()), option::of(text())),
        (seo_title, seo_description, tax_class) in (option::of(text()), option::of(text()), option::of(text())),
        (former_slugs, tags, values) in (prop::collection::vec(text(), 0..3), prop::collection::vec(text(), 0..3), prop::collection::vec(text(), 0..3)),
        (german, size, srcset) in (option::of(text()), option::of(any::<u32>()), option::of(text())),
        (publish_at, unpublish_at) in (option::of(any::<i64>()), option::of(any::<i64>())),
        (version, created_at, updated_at, level, sold) in (any::<i64>(), any::<i64>(), any::<i64>(), level(), any::<u32>()),
    ) -> Product {
        let translation = |title: String| {
            let option = OptionTranslation { name: Some(title.clone()), values: [("L".to_owned(), title.clone())].into_iter().collect() };
            let options = [("Size".to_owned(), option)].into_iter().collect();
            let german = Translation { title: Some(title), options, ..Translation::default() };
            Box::new([(Language::De, german)].into_iter().collect())
        };
        Product {
            slug: slug.clone(), former_slugs, description: description.clone(), vendor, kind, seo_title, seo_description,
            translations: german.map(translation), tags, version, publish_at: publish_at.map(Timestamp::from_millis),
            unpublish_at: unpublish_at.map(Timestamp::from_millis), created_at: Timestamp::from_millis(created_at),
            updated_at: Timestamp::from_millis(updated_at), options: vec![ProductOption { name: slug.clone(), values }],
            images: vec![Image { url: slug, alt: description, width: size, height: size, srcset }], level,
            delivery: Delivery::Digital, tax_class, bought_with: vec![product(2, "", None, 1).id], status: Status::Archived, sold,
            variants, ..product(1, "Mug", None, 1)
        }
    }
}

proptest! {
    #[test]
    fn what_is_packed_is_unpacked_as_it_was(product in any_product(), now in any::<i64>()) {
        let packed = Packed::new(&product);
        let read = Packed::read(&packed.bytes()).unwrap();
        prop_assert_eq!(&read, &packed);
        let unpacked = read.product();
        prop_assert_eq!(unpacked.as_ref(), Some(&product));
        // What is read of it alone is what stands in the whole.
        let now = Timestamp::from_millis(now);
        let mut product = product;
        product.be_at(now);
        let offers = read.offers(Some(now));
        let prices = |currency| {
            let whole: Vec<_> = product.variants.iter().map(|variant| variant.price(currency)).collect();
            whole == offers.variants.iter().map(|variant| variant.price(currency)).collect::<Vec<_>>()
        };
        prop_assert!(["EUR", "USD"].into_iter().all(|code| prices(Currency::parse(code).unwrap())));
        prop_assert_eq!(offers.is_published(now), product.is_published(now));
        prop_assert_eq!(offers.times().collect::<Vec<_>>(), product.times().collect::<Vec<_>>());
        prop_assert_eq!(read.is_timed, product.times().next().is_some());
        prop_assert_eq!(read.names().slug, &product.slug);
        prop_assert_eq!(usize::from(read.variants), product.variants.len());
        let shows = |mut card: Card| {
            let german = Some(Language::De);
            let (texts, euro) = (format!("{card:?}").split(", product:").next().map(str::to_owned), Currency::parse("EUR").unwrap());
            let prices = (card.compare_at(euro), card.lowest(euro));
            (texts, card.called(german).to_owned(), prices, card.take_image(german).map(|image| image.into_owned()))
        };
        let is_plain = product.translations.is_none()
            && product.variants.iter().all(|variant| variant.compare_at.is_empty() && variant.terms.is_empty());
        prop_assert_eq!(read.card().map(shows), is_plain.then(|| shows(Card::of(&product))));
    }

    #[test]
    fn what_somebody_else_wrote_is_nothing_or_some_product(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Some(packed) = Packed::read(&bytes) {
            let _ = (packed.product(), packed.offers(None), packed.rest().is_some(), packed.names(), packed.card());
        }
    }
}

#[test]
fn staffs_own_is_not_packed() {
    let mut mug = product(1, "Mug", Some(100), 1);
    let packed = Packed::new(&mug);
    mug.metadata = serde_json::from_value(json!({ "cost": 7 })).unwrap();
    mug.variants[0].pieces = Some(3);
    assert_eq!(Packed::new(&mug), packed);
}

/// If it fails, [`FORMAT`] is to be raised, and this is what is packed since.
#[test]
fn what_is_packed_otherwise_is_of_another_format() {
    let mut mug: serde_json::Value = serde_json::from_str(
        r#"{
        "id": "prod_01ARZ3NDEKTSV4RRFFQ69G5FAV", "slug": "mug", "former_slugs": ["cup"], "title": "Mug", "description": "Of clay.",
        "vendor": "Kiln", "type": "Cup", "seo_title": "A mug", "seo_description": "Of clay", "tags": ["red"], "status": "active",
        "translations": { "de": { "title": "Becher" } }, "publish_at": 1, "unpublish_at": 9, "version": 7, "sold": 12, "created_at": 2, "updated_at": 3,
        "options": [{ "name": "Size", "values": ["L"] }], "level": "low", "delivery": "shipped", "tax_class": "standard",
        "bought_with": ["prod_01ARZ3NDEKTSV4RRFFQ69G5FAW"],
        "images": [{ "url": "/a.webp", "alt": "A mug", "width": 7, "height": 8, "srcset": "/b.webp 2x" }],
        "variants": [{
            "id": "var_01ARZ3NDEKTSV4RRFFQ69G5FAX", "sku": "M-1", "title": "L", "given_title": null, "options": ["L"], "image": 0,
            "prices": [{ "amount": 1200, "currency": "EUR" }], "compare_at": [{ "amount": 1500, "currency": "EUR" }],
            "terms": [{ "currency": "EUR", "sale": 900, "starts_at": 4, "ends_at": 5, "tiers": [{ "from": 2, "amount": 800 }], "lowest": 850 }],
            "weight_grams": 300, "barcode": "4006381333931", "tax_class": "standard", "untracked": true,
            "parts": [{ "variant_id": "var_01ARZ3NDEKTSV4RRFFQ69G5FAY", "quantity": 2, "sku": "P", "title": "Part" }],
            "part_rules": [{ "variant_id": "var_01ARZ3NDEKTSV4RRFFQ69G5FAY", "untracked": true, "floor": { "as_of": 1, "least": -3 } }],
            "floor": { "as_of": 1, "least": -2 }, "low_level": 4, "level": "low", "backorder": true
        }]
    }"#,
    )
    .unwrap();
    let mut bytes = Vec::new();
    // Each value that is written by its number.
    for (status, level, delivery) in
        [("draft", "in_stock", "shipped"), ("active", "low", "digital"), ("archived", "out", "gift_card")]
    {
        (mug["status"], mug["level"], mug["delivery"]) = (status.into(), level.into(), delivery.into());
        bytes.append(&mut Packed::new(&serde_json::from_value(mug.clone()).unwrap()).bytes());
    }
    let digest = sha256_hex(&bytes);
    assert_eq!((FORMAT, &digest[..16]), (2, "6a2ad19faec1e6d4"));
}
