//! Products of many variants, and what a variant has of its own: its picture and
//! its tax class. Options of any names and values.

use std::collections::BTreeSet;

use futures_util::future::join;
use serde_json::{Value, json};

use crate::ask::Answer;
use crate::browser::html;
use crate::fixtures::{PUBLISHED_MILLIS, prices, product_body};
use crate::prices::{address_in, cart_to, product, rate, shop_in_germany};
use crate::shop::{Shop, unique, within};

/// A body with as many variants, of up to 64 by 64 values, at three prices each.
fn of_many(count: usize) -> Value {
    let name = unique("many");
    let [sizes, colours] = ["S", "C"].map(|letter| (0..64).map(|n| format!("{letter}{n}")).collect::<Vec<_>>());
    let variant = |n: usize| {
        let (size, colour) = (&sizes[n / 64], &colours[n % 64]);
        json!({ "sku": format!("{name}-{n}"), "options": { "Size": size, "Colour": colour }, "prices": prices(1_000 + n as i64) })
    };
    let options = json!([{ "name": "Size", "values": sizes }, { "name": "Colour", "values": colours }]);
    product_body(&json!({ "options": options, "variants": (0..count).map(variant).collect::<Vec<_>>() }))
}

async fn create(shop: &Shop, body: &Value, key: Option<&str>) -> Answer {
    let ask = shop.post("/v1/admin/products").bearer(&shop.owner().await).json(body.clone());
    match key {
        Some(key) => ask.key(key),
        None => ask,
    }
    .send()
    .await
}

/// What a browser loads of a product's page before its pictures, in bytes: its HTML, the styles and the scripts.
async fn weight(shop: &Shop, slug: &str) -> usize {
    let html = html(&shop.get(&format!("/products/{slug}")).send().await.expect(200));
    let weigh = |address: &str| {
        let (name, kind) = (address.split('.').next().unwrap(), address.rsplit('.').next().unwrap());
        let file = format!("{}/public{name}.{kind}", env!("CARGO_MANIFEST_DIR"));
        std::fs::metadata(&file).unwrap_or_else(|error| panic!("{file}: {error}")).len()
    };
    let loaded = html.split("=\"").map(|rest| rest.split('"').next().unwrap());
    let loaded = loaded.filter(|url| url.starts_with("/assets/") && (url.ends_with(".css") || url.ends_with(".js")));
    let loaded: Vec<u64> = loaded.map(weigh).collect();
    assert_eq!(loaded.len(), 2, "the styles and the script: {html}");
    html.len() + usize::try_from(loaded.iter().sum::<u64>()).unwrap()
}

#[tokio::test]
async fn a_products_page_has_at_most_60_kb_before_its_pictures_even_of_2048_variants() {
    let shop = Shop::open().await;
    let told = "A shirt of light wool for long days in the hills. ".repeat(30);
    for count in [12, 2_048] {
        let mut body = of_many(count);
        body["description"] = json!(told);
        for (n, variant) in body["variants"].as_array_mut().unwrap().iter_mut().enumerate() {
            variant["prices"] = prices(3_900 + (n % 7) as i64 * 100);
        }
        let made = create(&shop, &body, None).await.expect(201).json();
        let weight = weight(&shop, made["slug"].as_str().unwrap()).await;
        assert!(weight <= 60_000, "{count} variants: {weight} bytes");
    }
}

#[tokio::test]
async fn a_product_of_2048_variants_is_made_read_and_changed() {
    let shop = Shop::open().await;
    let key = unique("a-key-of-many");
    let made = create(&shop, &of_many(2_048), Some(&key)).await.expect(201).json();
    let owner = shop.owner().await;
    let path = format!("/v1/admin/products/{}", made["id"].as_str().unwrap());
    let read = shop.get(&path).bearer(&owner).send().await.expect(200).json();
    let skus =
        |product: &Value| product["variants"].as_array().unwrap().iter().map(|v| v["sku"].clone()).collect::<Vec<_>>();
    assert_eq!((skus(&read).len(), skus(&read)), (2_048, skus(&made)));
    let last = &made["variants"][2_047];
    assert_eq!((last["options"]["Size"].as_str(), last["prices"][2]["amount"].as_i64()), (Some("S31"), Some(3_047)));
    let seen = shop.get(&format!("/v1/products/{}", made["slug"].as_str().unwrap())).send().await.expect(200).json();
    assert_eq!(seen["variants"].as_array().unwrap().len(), 2_048);
    let change = json!({ "variants": [{ "id": last["id"], "prices": prices(7) }] });
    let after = shop.patch(&path).bearer(&owner).json(change).send().await.expect(200).json();
    assert_eq!(after["variants"][2_047]["prices"], prices(7));
    assert_eq!(after["variants"][2_046], read["variants"][2_046], "the others stay as they are");
    let one_more = json!({ "sku": unique("sku"), "options": { "Size": "S63", "Colour": "C63" }, "prices": prices(1) });
    let refused = shop.post(&format!("{path}/variants")).bearer(&owner).json(one_more).send().await;
    assert!(refused.problem(422, "invalid")["errors"][0]["detail"].as_str().unwrap().contains("at most 2048 variants"));
}

#[tokio::test]
async fn more_variants_than_a_product_takes_are_refused_in_words() {
    let shop = Shop::open().await;
    let refused = create(&shop, &of_many(3_696), None).await;
    let problem = refused.problem(422, "invalid");
    assert_eq!(refused.pointers(), ["/variants"]);
    assert_eq!(problem["errors"][0]["detail"], "at most 2048 variants");
}

#[tokio::test]
async fn the_same_request_twice_at_once_makes_one_product() {
    let shop = Shop::open().await;
    let (body, key) = (of_many(250), unique("a-key-of-two"));
    let answers = join(create(&shop, &body, Some(&key)), create(&shop, &body, Some(&key))).await;
    let answers = [answers.0, answers.1];
    // Whoever comes second hears the first's answer, or is asked to come again.
    let made: Vec<&Answer> = answers.iter().filter(|answer| answer.is(201)).collect();
    assert!(!made.is_empty() && answers.iter().all(|answer| answer.is(201) || answer.is(409)), "{}", answers[1].told());
    let ids: BTreeSet<String> = made.iter().map(|answer| answer.json()["id"].to_string()).collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(create(&shop, &body, Some(&key)).await.expect(201).json(), made[0].json());
    // Without a key, the SKUs say that it is there.
    let mut other = body.clone();
    other["slug"] = json!(unique("other"));
    create(&shop, &other, None).await.problem(409, "sku_taken");
}

#[tokio::test]
async fn a_variant_has_one_of_the_products_images() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    let [front, side] = ["/assets/front.svg", "https://cdn.example/side.jpg?v=1"];
    let images = json!([{ "url": front, "alt": "" }, { "url": side, "alt": "From the side" }]);
    let variant = |size: &str, image: Value| json!({ "sku": unique("sku"), "options": { "Size": size }, "prices": prices(1), "image": image });
    let of = |images: &Value, variants: Value| {
        product_body(
            &json!({ "images": images, "options": [{ "name": "Size", "values": ["S", "L"] }], "variants": variants }),
        )
    };
    let wrong =
        create(&shop, &of(&images, json!([variant("S", json!("/assets/back.svg")), variant("L", json!(side))])), None)
            .await;
    assert_eq!(wrong.expect(422).pointers(), ["/variants/0/image"]);
    let made = create(&shop, &of(&images, json!([variant("S", Value::Null), variant("L", json!(side))])), None).await;
    let made = made.expect(201).json();
    let shown = |product: &Value| [product["variants"][0]["image"].clone(), product["variants"][1]["image"].clone()];
    assert_eq!(shown(&made), [Value::Null, json!(side)]);
    let path = format!("/v1/admin/products/{}", made["id"].as_str().unwrap());
    let buyers = shop.get(&format!("/v1/products/{}", made["id"].as_str().unwrap())).send().await.expect(200).json();
    assert_eq!(shown(&buyers), [Value::Null, json!(side)]);
    let patch = async |change: Value| shop.patch(&path).bearer(&owner).json(change).send().await.expect(200).json();
    let turned = patch(json!({ "images": [images[1], images[0]] })).await;
    assert_eq!(shown(&turned), [Value::Null, json!(side)], "wherever it stands");
    let id = &made["variants"][0]["id"];
    let both = patch(json!({ "variants": [{ "id": id, "image": front }] })).await;
    assert_eq!(shown(&both), [json!(front), json!(side)]);
    let gone = patch(json!({ "images": [images[0]] })).await;
    assert_eq!(shown(&gone), [json!(front), Value::Null], "what is gone shows nothing");
}

#[tokio::test]
async fn a_variant_may_be_of_another_tax_class_than_its_product() {
    let rates = json!([rate("DE", "standard", "19"), rate("DE", "reduced", "7")]);
    let Some(shop) = shop_in_germany(false, rates).await else { return };
    let owner = shop.owner().await;
    let book = product(&shop, 1_000, json!({ "tax_class": "standard" })).await;
    let path = format!("/v1/admin/variants/{}", book.variant);
    let refused = shop.patch(&path).bearer(&owner).json(json!({ "tax_class": "none" })).send().await;
    assert_eq!(refused.expect(422).pointers(), ["/tax_class"]);
    let taxed = async || {
        let cart = cart_to(&shop, &[(&book, 1)], address_in("DE", "10115")).await;
        cart.json["lines"][0]["tax"]["amount"]["amount"].as_i64().unwrap()
    };
    assert_eq!(taxed().await, 190);
    shop.patch(&path).bearer(&owner).json(json!({ "tax_class": "reduced" })).send().await.expect(200);
    within(PUBLISHED_MILLIS * 2, "the variant's own class counts", async || (taxed().await == 70).then_some(())).await;
    let tax = shop.get("/v1/admin/settings/tax").bearer(&owner).send().await.expect(200).json();
    let mut without = tax.clone();
    without["classes"] = json!(["standard"]);
    without["rates"] = json!([rate("DE", "standard", "19")]);
    let kept = shop.put("/v1/admin/settings/tax").bearer(&owner).json(without).send().await;
    assert!(kept.status.is_client_error(), "a class that a variant has cannot go: {}", kept.told());
}

#[tokio::test]
async fn options_of_any_name_and_value_are_chosen_filtered_and_put_into_an_address_and_back() {
    let shop = Shop::open().await;
    let tag = unique("tag");
    // As they are typed: with blanks around, and taken apart (NFD).
    let (name, accented) = ("Size (24\" × 36\")", "Größe Ölfarbe é");
    let values = ["1/7", "6½", "40,5", "<b>L</b>", "فارسی 3", "100% & more+", "a=b;c"];
    let apart = "Gro\u{308}ße O\u{308}lfarbe e\u{301}";
    let typed = |text: &str| format!("  {text} ");
    let variants: Vec<Value> = values
        .iter()
        .map(|value| json!({ "sku": unique("sku"), "options": { typed(name): value, accented: "ro\u{301}t" }, "prices": prices(1) }))
        .collect();
    let options = json!([
        { "name": name, "values": values.map(typed) },
        { "name": typed(apart), "values": ["r\u{f3}t"] },
    ]);
    let made =
        shop.product(json!({ "tags": [tag], "delivery": "digital", "options": options, "variants": variants })).await;
    let seen = shop.get(&format!("/v1/products/{}", made.id)).send().await.expect(200).json();
    assert_eq!(seen["options"], json!([{ "name": name, "values": values }, { "name": accented, "values": ["rót"] }]));
    let total = async |pairs: &[(&str, &str)]| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("tag", &tag).append_pair("facets", "true").extend_pairs(pairs);
        shop.get(&format!("/v1/products?{}", query.finish())).send().await.expect(200).json()
    };
    let option = format!("option.{name}");
    let list = total(&[]).await;
    let facet = list["facets"].as_array().unwrap().iter().find(|facet| facet["name"] == *option).unwrap();
    let offered: BTreeSet<&str> =
        facet["values"].as_array().unwrap().iter().map(|v| v["value"].as_str().unwrap()).collect();
    assert_eq!(offered, BTreeSet::from(values));
    for (variant, value) in seen["variants"].as_array().unwrap().iter().zip(values) {
        assert_eq!(variant["options"], json!({ name: value, accented: "rót" }));
        for asked in [value.to_owned(), typed(value)] {
            assert_eq!(total(&[(&option, &asked)]).await["total"], 1, "{asked}");
        }
        let both = total(&[(&option, value), (&format!("option. {apart}"), "ro\u{301}t")]).await;
        assert_eq!(both["total"], 0, "a name begins right after the dot");
        assert_eq!(total(&[(&option, value), (&format!("option.{apart} "), "ro\u{301}t ")]).await["total"], 1);
    }
    assert_eq!(total(&[(&option, "L")]).await["total"], 0, "a value is itself, not what it might be shown as");
    let page = shop.get(&format!("/products/{}", made.slug)).send().await.expect(200);
    let html = String::from_utf8(page.body.to_vec()).unwrap();
    assert!(!html.contains("<b>L</b>") && html.contains("&#60;b&#62;L&#60;/b&#62;"), "{html}");
}
