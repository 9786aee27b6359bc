//! Products and collections in other languages than the shop's own.

use serde_json::{Value, json};

use crate::fixtures::{PUBLISHED_MILLIS, Product, product_body};
use crate::shop::{Shop, unique, within};

/// A shirt in two sizes, and what of it is said in German.
fn shirt(german: Value) -> Value {
    let sku = unique("sku");
    let sized = |size: &str| json!({ "sku": format!("{sku}-{size}"), "options": { "Size": size }, "prices": [{ "amount": 100, "currency": "EUR" }] });
    json!({
        "description": "Of wool.", "seo_title": "Buy a shirt", "variants": [sized("S"), sized("L")],
        "options": [{ "name": "Size", "values": ["S", "L"] }],
        "images": [{ "url": "/assets/icon.svg", "alt": "Front" }],
        "translations": { "de": german },
    })
}

async fn read(shop: &Shop, path: &str) -> Value {
    shop.get(path).send().await.expect(200).json()
}

async fn patch(shop: &Shop, product: &Product, change: Value) -> Value {
    let path = format!("/v1/admin/products/{}", product.id);
    shop.patch(&path).bearer(&shop.owner().await).json(change).send().await.expect(200).json()
}

#[tokio::test]
async fn a_product_is_read_in_the_language_that_is_asked_for() {
    let shop = Shop::open().await;
    let title = unique("Hemd");
    let product = shop
        .product(shirt(json!({
            "title": title, "description": "Aus *Wolle*.", "images": { "/assets/icon.svg": "Vorn" },
            "options": { "Size": { "name": "Größe", "values": { "L": "groß" } } },
        })))
        .await;
    let german = read(&shop, &format!("/v1/products/{}?locale=de", product.id)).await;
    assert_eq!((&german["title"], &german["description"]), (&json!(title), &json!("Aus *Wolle*.")));
    assert_eq!(german["description_html"], "<p>Aus <em>Wolle</em>.</p>\n");
    assert_eq!(german.get("seo_title"), None, "that is of the other title");
    let option = json!({ "name": "Size", "values": ["S", "L"], "title": "Größe", "titles": { "L": "groß" } });
    assert_eq!(german["options"], json!([option]));
    assert_eq!((&german["variants"][0]["title"], &german["variants"][1]["title"]), (&json!("S"), &json!("groß")));
    assert_eq!(german["variants"][1]["options"], json!({ "Size": "L" }));
    assert_eq!(german["images"][0]["alt"], "Vorn");
    for own in ["", "?locale=en"] {
        let own = read(&shop, &format!("/v1/products/{}{own}", product.id)).await;
        assert_eq!((&own["title"], &own["seo_title"]), (&json!(product.title), &json!("Buy a shirt")));
        assert_eq!(own["options"], json!([{ "name": "Size", "values": ["S", "L"] }]));
    }
    let list = read(&shop, &format!("/v1/products?locale=DE&facets=true&q={title}")).await;
    assert_eq!((&list["total"], &list["items"][0]["title"]), (&json!(1), &json!(title)), "found by it, too");
    assert_eq!(
        (&list["items"][0]["highlights"][0]["found"], &list["items"][0]["image"]["alt"]),
        (&json!(true), &json!("Vorn"))
    );
    let facets = list["facets"].as_array().unwrap();
    let size = facets.iter().find(|facet| facet["name"] == "option.Size").unwrap();
    assert_eq!(size["title"], "Größe");
    assert!(
        size["values"].as_array().unwrap().contains(&json!({ "value": "L", "title": "groß", "count": 1 })),
        "{size}"
    );
    let suggested = read(&shop, &format!("/v1/search/suggestions?locale=de&q={title}")).await;
    assert_eq!(suggested["items"][0]["text"], json!(title));
    let page = shop.get(&format!("/products/{}?locale=de", product.slug)).send().await.expect(200);
    let page = String::from_utf8_lossy(&page.body).into_owned();
    assert!(page.contains(&format!("<h1>{title}</h1>")) && page.contains("<legend>Größe</legend>"), "{page}");
}

#[tokio::test]
async fn what_is_in_the_cart_is_called_as_it_was_when_it_was_chosen() {
    let shop = Shop::open().await;
    let title = unique("Hemd");
    let sizes = json!({ "Size": { "values": { "S": "klein" } } });
    let product = shop.product(shirt(json!({ "title": title, "options": sizes }))).await;
    let cart = shop.cart_with(&product.variant, 1).await;
    let cookie = format!("__Host-cart={}.{}", cart.id, cart.token);
    for (language, called, size) in [("de", &title, "klein"), ("en", &product.title, "S")] {
        for (path, size) in [("/cart", format!("<span>{size}</span>")), ("/checkout", format!("<small>{size} ·"))] {
            let page = shop.get(&format!("{path}?locale={language}")).cookie(&cookie).send().await.expect(200);
            let page = String::from_utf8_lossy(&page.body).into_owned();
            assert!(page.contains(called) && page.contains(&size), "{path} in {language}: {page}");
        }
    }
}

#[tokio::test]
async fn a_change_of_one_language_leaves_the_rest_alone() {
    let shop = Shop::open().await;
    let product = shop
        .new_product(shirt(
            json!({ "title": "Hemd", "options": { "Size": { "values": { "S": "klein", "L": "groß" } } } }),
        ))
        .await;
    let english = json!({ "translations": { "en": { "title": "Blouse" } } });
    let both = patch(&shop, &product, english).await;
    assert_eq!(
        (&both["translations"]["de"]["title"], &both["translations"]["en"]["title"]),
        (&json!("Hemd"), &json!("Blouse"))
    );
    let change =
        json!({ "de": { "title": null, "description": "Neu", "options": { "Size": { "values": { "S": null } } } } });
    let german = patch(&shop, &product, json!({ "translations": change })).await["translations"]["de"].clone();
    assert_eq!(german, json!({ "description": "Neu", "options": { "Size": { "values": { "L": "groß" } } } }));
    let renamed = json!({ "options": [{ "name": "Size", "values": ["S", "L", "XL"] }] });
    assert_eq!(patch(&shop, &product, renamed).await["translations"]["de"], german);
    let path = format!("/v1/admin/variants/{}", product.variant);
    let priced = json!({ "prices": [{ "amount": 200, "currency": "EUR" }] });
    shop.patch(&path).bearer(&shop.owner().await).json(priced).send().await.expect(200);
    let left = patch(&shop, &product, json!({ "translations": { "en": null } })).await;
    assert_eq!(left["translations"], json!({ "de": german }), "a change of a variant is none of it");
    let none = patch(&shop, &product, json!({ "translations": { "de": null } })).await;
    assert_eq!(none["translations"], Value::Null);
}

#[tokio::test]
async fn what_is_wrong_with_a_translation_is_pointed_at() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    for (translations, pointer) in [
        (json!({ "fr": { "title": "Chemise" } }), "/translations/fr"),
        (json!({ "de": "Hemd" }), "/translations/de"),
        (json!({ "de": { "name": "Hemd" } }), "/translations/de/name"),
        (json!({ "de": { "title": "x".repeat(256) } }), "/translations/de/title"),
        (json!({ "de": { "options": { "Hue": { "name": "Farbe" } } } }), "/translations/de/options/Hue"),
        (
            json!({ "de": { "options": { "Size": { "values": { "M": "mittel" } } } } }),
            "/translations/de/options/Size/values/M",
        ),
        (json!({ "de": { "images": { "/b.svg": "Hinten" } } }), "/translations/de/images/~1b.svg"),
    ] {
        let mut body = product_body(&shirt(json!({})));
        body["translations"] = translations.clone();
        let answer = shop.post("/v1/admin/products").bearer(&owner).json(body).send().await;
        answer.problem(422, "invalid");
        assert_eq!(answer.pointers(), [pointer], "{translations}");
    }
    for path in [
        "/v1/products?locale=fr",
        "/v1/products/x?locale=fr",
        "/v1/collections?locale=fr",
        "/v1/search/suggestions?q=a&locale=",
    ] {
        let answer = shop.get(path).send().await;
        answer.problem(422, "invalid");
        assert_eq!(answer.pointers(), ["locale"], "{path}");
    }
}

#[tokio::test]
async fn staff_find_a_product_by_what_it_is_called_elsewhere() {
    let shop = Shop::open().await;
    let title = unique("Überwurf");
    let product = shop.new_product(shirt(json!({ "title": title }))).await;
    let path = format!("/v1/admin/products?q={}", title.to_uppercase().replace('Ü', "%C3%9C"));
    let found = shop.get(&path).bearer(&shop.owner().await).send().await.expect(200).json();
    assert_eq!((&found["total"], &found["items"][0]["id"]), (&json!(1), &json!(product.id)));
}

#[tokio::test]
async fn a_collection_is_read_in_the_language_that_is_asked_for() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    let body = json!({
        "title": unique("Garden"), "published": true, "image": { "url": "/assets/icon.svg", "alt": "A tree" },
        "translations": { "de": { "title": "Garten", "description": "Für *alle*.", "images": { "/assets/icon.svg": "Ein Baum" } } },
    });
    let made = shop.post("/v1/admin/collections").bearer(&owner).json(body.clone()).send().await.expect(201).json();
    assert_eq!(made["translations"], body["translations"]);
    let path = format!("/v1/collections/{}", made["id"].as_str().unwrap());
    let german = within(PUBLISHED_MILLIS, "the collection is published", async || {
        let answer = shop.get(&format!("{path}?locale=de")).send().await;
        (answer.status == 200).then(|| answer.json())
    })
    .await;
    assert_eq!((&german["title"], &german["image"]["alt"]), (&json!("Garten"), &json!("Ein Baum")));
    assert_eq!(german["description_html"], "<p>Für <em>alle</em>.</p>\n");
    assert_eq!(read(&shop, &path).await["title"], body["title"]);
    let page = shop.get(&format!("/collections/{}?locale=de", made["slug"].as_str().unwrap())).send().await.expect(200);
    assert!(String::from_utf8_lossy(&page.body).contains("<h1>Garten</h1>"));
    let admin = format!("/v1/admin/collections/{}", made["id"].as_str().unwrap());
    let change = json!({ "image": null, "translations": { "de": { "seo_title": "Gartensachen" } } });
    let changed = shop.patch(&admin).bearer(&owner).json(change).send().await.expect(200).json();
    let expected = json!({ "title": "Garten", "description": "Für *alle*.", "seo_title": "Gartensachen" });
    assert_eq!(changed["translations"], json!({ "de": expected }), "what its picture showed went with it");
    for (translation, pointer) in [
        (json!({ "de": { "options": { "Size": { "name": "Größe" } } } }), "/translations/de/options/Size"),
        (json!({ "xx": {} }), "/translations/xx"),
    ] {
        let answer = shop.patch(&admin).bearer(&owner).json(json!({ "translations": translation })).send().await;
        answer.problem(422, "invalid");
        assert_eq!(answer.pointers(), [pointer]);
    }
}
