//! What staff sell, as they write it in the console: products, stock, promotions,
//! gift cards.

use serde_json::{Value, json};

use crate::browser::html;
use crate::console::{filled, owner, said, send};
use crate::fixtures::eur;
use crate::shop::{Shop, unique};

#[tokio::test]
async fn a_product_is_written_with_its_variants_as_a_grid() {
    let shop = Shop::open().await;
    let browser = owner(&shop).await;
    let page = browser.open("/admin/products/new").await;
    let (title, sku) = (unique("Mug <script>"), unique("mug").to_uppercase());
    let (small, large) = (format!("{sku}-S"), format!("{sku}-L"));
    let typed = [
        ("/title:text", title.as_str()),
        ("/description:text?", "Two\nlines"),
        ("/tags:lines", "red\r\nround"),
        ("/status:text", "active"),
        ("/delivery:text", "shipped"),
        ("/options/0/name:text", "Size"),
        ("/options/0/values:lines", "S\r\nL"),
        ("/variants/0/sku:text", small.as_str()),
        ("/variants/0/options:pairs", "Size: S"),
        ("/variants/0/prices/0:money.EUR", "12.50"),
        ("/variants/2/sku:text", large.as_str()),
        ("/variants/2/options:pairs", "Size: XL"),
        ("/variants/2/prices/0:money.EUR", "1,000.00"),
    ];
    let refused = html(&send(&browser, "/admin/products/new", &filled("product-new", &page, &typed)).await.expect(422));
    // The second variant that was sent is the third row.
    let id = "product-new./variants/2/options:pairs";
    assert!(refused.contains(&format!("href=\"#{id}\"")), "{}", said(&refused));
    assert!(
        refused.contains("value=\"1,000.00\"")
            && refused.contains("Two\nlines</textarea>")
            && !refused.contains("<script>")
    );
    let mended = filled("product-new", &refused, &[&typed[..], &[("/variants/2/options:pairs", "Size: L")]].concat());
    let to = send(&browser, "/admin/products/new", &mended).await.expect(303).header("location").to_owned();
    let (path, _) = to.split_once("?done=product-new").unwrap();

    let id = path.strip_prefix("/admin/products/").unwrap();
    let see = async || {
        let answer = shop.get(&format!("/v1/admin/products/{id}")).bearer(&shop.owner().await).send().await;
        answer.expect(200).json()
    };
    let product = see().await;
    assert_eq!(product["title"], title);
    assert_eq!(product["tags"], json!(["red", "round"]));
    assert_eq!(product["variants"].as_array().unwrap().len(), 2);
    assert_eq!(product["variants"][1]["prices"], json!([{ "amount": 100_000, "currency": "EUR" }]));

    // What nobody touches stays; somebody else has changed it meanwhile.
    let page = browser.open(path).await;
    assert!(page.contains("value=\"12.50\"") && !page.contains("<script>"), "{page}");
    let patch = json!({ "vendor": "Somebody else" });
    shop.patch(&format!("/v1/admin/products/{id}")).bearer(&shop.owner().await).json(patch).send().await.expect(200);
    let raised = [
        ("/status:text", "draft"),
        ("/variants/0/prices/0:money.EUR", "13"),
        ("/variants/0/prices/0/compare_at:minor.EUR?", "15"),
    ];
    let stale = html(&send(&browser, path, &filled("product-edit", &page, &raised)).await.expect(412));
    assert!(said(&stale).contains("Somebody else changed it. Now it is: Somebody else"), "{}", said(&stale));
    assert!(stale.contains("value=\"13\""), "what was typed is there, too");
    send(&browser, path, &filled("product-edit", &stale, &raised)).await.expect(303);
    let after = see().await;
    assert_eq!(after["variants"][0]["prices"], json!([{ "amount": 1_300, "currency": "EUR", "compare_at": 1_500 }]));
    assert_eq!((&after["vendor"], &after["status"]), (&Value::Null, &json!("draft")));
    assert_eq!(after["variants"][1]["id"], product["variants"][1]["id"]);
    assert_eq!(after["options"], product["options"]);
}

#[tokio::test]
async fn a_sale_is_written_beside_its_price_and_stays_when_the_product_is_saved() {
    let shop = Shop::open().await;
    let product = shop.product(json!({})).await;
    let browser = owner(&shop).await;
    let path = format!("/admin/variants/{}", product.variant);
    let page = browser.open(&path).await;
    let typed = [
        ("/prices/0/sale/amount:minor.EUR??", "8"),
        ("/prices/0/sale/starts_at:time??", "2130-01-31T09:30"),
        ("/prices/0/tiers:tiers.EUR", "many"),
    ];
    let refused = html(&send(&browser, &path, &filled("variant-prices", &page, &typed)).await.expect(422));
    assert!(said(&refused).contains("Write tiers such as 10: 9.00; 50: 8.00"), "{}", said(&refused));
    let typed = [&typed[..], &[("/prices/0/tiers:tiers.EUR", "10: 15.00; 20: 14,50")]].concat();
    send(&browser, &path, &filled("variant-prices", &refused, &typed)).await.expect(303);
    let prices = async || {
        let path = format!("/v1/admin/variants/{}", product.variant);
        shop.get(&path).bearer(&shop.owner().await).send().await.expect(200).json()["prices"].clone()
    };
    let written = prices().await;
    assert_eq!(written[0]["sale"], json!({ "amount": 800, "starts_at": "2130-01-31T09:30:00.000Z" }));
    assert_eq!(written[0]["tiers"], json!([{ "from": 10, "amount": 1_500 }, { "from": 20, "amount": 1_450 }]));
    assert!(written[1].get("sale").is_none(), "nothing was typed for other currencies: {written}");

    let path = format!("/admin/products/{}", product.id);
    let page = browser.open(&path).await;
    send(&browser, &path, &filled("product-edit", &page, &[("/title:text", "Renamed")])).await.expect(303);
    assert_eq!(prices().await, written);
}

#[tokio::test]
async fn stock_is_counted_anew() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let browser = owner(&shop).await;
    let path = format!("/admin/variants/{}", product.variant);
    let page = browser.open(&path).await;
    assert!(said(&page).contains("On hand 5"), "{}", said(&page));
    let less = filled("stock-adjust", &page, &[("/delta:whole", "-9"), ("/reason:text", "damaged")]);
    html(&send(&browser, &path, &less).await.expect(409));
    let less = filled("stock-adjust", &page, &[("/delta:whole", "-2"), ("/reason:text", "damaged")]);
    send(&browser, &path, &less).await.expect(303);
    assert!(said(&browser.open(&path).await).contains("On hand 3"));
}

#[tokio::test]
async fn a_gift_cards_code_is_shown_once_and_the_card_is_disabled() {
    let shop = Shop::open().await;
    let browser = owner(&shop).await;
    let page = browser.open("/admin/gift-cards").await;
    let typed = [("/balance/amount:minor", "25"), ("/balance/currency:text", "EUR"), ("/note:text-", "for <Ada>")];
    let issued = send(&browser, "/admin/gift-cards", &filled("gift-card-issue", &page, &typed)).await.expect(200);
    let issued = html(&issued);
    assert!(said(&issued).contains("The card is issued.") && said(&issued).contains("Balance €25.00"), "{issued}");
    let link = issued.split("href=\"/admin/gift-cards/gift_").nth(1).unwrap().split('"').next().unwrap();
    let path = format!("/admin/gift-cards/gift_{link}");
    let card = browser.open(&path).await;
    assert!(said(&card).contains("Left on it €25.00") && card.contains("for &#60;Ada&#62;"), "{card}");
    send(&browser, &path, &filled("gift-card-disable", &card, &[])).await.expect(303);
    assert!(!browser.open(&path).await.contains("gift-card-disable"));
}

#[tokio::test]
async fn collections_are_written_and_their_products_picked() {
    let shop = Shop::open().await;
    let browser = owner(&shop).await;
    let see = async |path: &str| {
        let api = path.replace("/admin/", "/v1/admin/");
        shop.get(&api).bearer(&shop.owner().await).send().await.expect(200).json()
    };
    let add = async |kind: &str, typed: &[(&str, &str)]| {
        let path = format!("/admin/collections/new/{kind}");
        let page = browser.open(&path).await;
        let title = unique("collection");
        let typed = [&[("/title:text", title.as_str())], typed].concat();
        let answer = send(&browser, &path, &filled("collection-new", &page, &typed)).await.expect(303);
        answer.header("location").split('?').next().unwrap().to_owned()
    };
    let conditions = [
        ("/rule/match:text", "any"),
        ("/rule/conditions/0/fact:text", "price_to"),
        ("/rule/conditions/0/price:money.EUR", "12.50"),
        ("/rule/conditions/1/fact:text", "tag"),
        ("/rule/conditions/1/text:text-", "<sale>"),
    ];
    let path = add("by-rule", &conditions).await;
    let by_rule = see(&path).await;
    let expected = json!({ "match": "any", "conditions": [
        { "fact": "price_to", "not": false, "price": eur(1_250) }, { "fact": "tag", "not": false, "text": "<sale>" },
    ] });
    assert_eq!((&by_rule["rule"], &by_rule["published"], &by_rule["image"]), (&expected, &json!(true), &json!(null)));
    let wrong = [("/rule/conditions/2/fact:text", "vendor"), ("/slug:text", "A b")];
    let page = browser.open(&path).await;
    let refused = html(&send(&browser, &path, &filled("collection-edit", &page, &wrong)).await.expect(422));
    assert!(refused.contains("href=\"#collection-edit./rule/conditions/2/text:text-\""), "{}", said(&refused));
    let negated = [("/rule/conditions/0/not:flag", "true"), ("/image/url:text??", "/assets/mug.svg")];
    send(&browser, &path, &filled("collection-edit", &page, &negated)).await.expect(303);
    let changed = see(&path).await;
    assert_eq!(
        (&changed["rule"]["conditions"][0]["not"], &changed["image"]),
        (&json!(true), &json!({ "url": "/assets/mug.svg", "alt": "" }))
    );

    let path = add("by-hand", &[("/parent:text?", by_rule["id"].as_str().unwrap())]).await;
    let (above, below) = (by_rule["title"].as_str().unwrap(), see(&path).await);
    assert_eq!(below["parent"], by_rule["id"]);
    let label = format!(">{above} › {}</option>", below["title"].as_str().unwrap());
    assert!(browser.open("/admin/collections/new/by-hand").await.contains(&label), "{label}");
    let (title, other) = (unique("Kettle"), unique("Lantern"));
    let (kettle, lantern) =
        (shop.new_product(json!({ "title": title })).await.id, shop.new_product(json!({ "title": other })).await.id);
    let products = format!("{path}/products");
    for (title, id) in [(&title, &kettle), (&other, &lantern)] {
        let found = format!("{products}?q={title}");
        let page = browser.open(&found).await;
        let tick = [("/add/0:pick", id.as_str())];
        send(&browser, &found, &filled("picks-add", &page, &tick)).await.expect(303);
    }
    let page = browser.open(&products).await;
    assert!(page.contains(&title) && page.contains(&other), "{page}");
    send(&browser, &products, &filled("picks-order", &page, &[("/order/1:pick", lantern.as_str())])).await.expect(303);
    let picked = see(&products).await;
    assert_eq!((&picked["items"][0]["id"], &picked["total"]), (&json!(lantern), &json!(2)));
    let page = browser.open(&products).await;
    send(&browser, &products, &filled("picks-remove", &page, &[("/remove/0:pick", lantern.as_str())]))
        .await
        .expect(303);
    assert_eq!(see(&products).await["items"][0]["id"], json!(kettle));
    let page = browser.open(&path).await;
    send(&browser, &path, &filled("collection-delete", &page, &[])).await.expect(303);
    html(&browser.get(&path).await.expect(404));
}

#[tokio::test]
async fn promotions_of_each_kind_are_written_and_changed() {
    let Some(shop) = Shop::native("promotions without a code are everybody's").await else { return };
    let browser = owner(&shop).await;
    let add = async |kind: &str, typed: &[(&str, &str)]| {
        let path = format!("/admin/promotions/new/{kind}");
        let page = browser.open(&path).await;
        let title = unique("promotion");
        let typed = [&[("/title:text", title.as_str())], typed].concat();
        let answer = send(&browser, &path, &filled("promotion-new", &page, &typed)).await.expect(303);
        let path = answer.header("location").split('?').next().unwrap().to_owned();
        let api = path.replace("/admin/", "/v1/admin/");
        let see = shop.get(&api).bearer(&shop.owner().await).send().await.expect(200).json();
        (path, see["effect"].clone())
    };
    let (_, effect) = add("percentage", &[("/effect/percentage/percent:percent", "12,5 %")]).await;
    assert_eq!(effect, json!({ "percentage": { "percent": "12.5" } }));
    let fixed = [("/effect/fixed/amounts/1/amount:minor", "5"), ("/effect/fixed/amounts/1/currency:text", "EUR")];
    let (path, effect) = add("fixed", &fixed).await;
    assert_eq!(effect, json!({ "fixed": { "amounts": [eur(500)] } }));
    let (_, effect) = add("free-shipping", &[]).await;
    assert_eq!(effect, json!({ "free_shipping": {} }));
    let some = [
        ("/effect/buy_get/buy/quantity:whole", "2"),
        ("/effect/buy_get/get/quantity:whole", "1"),
        ("/effect/buy_get/get/percent:percent", "100"),
    ];
    let (_, effect) = add("buy-get", &some).await;
    assert_eq!(effect["buy_get"]["get"]["quantity"], 1);
    let tier = [
        ("/effect/tiered/tiers/0/from/amount:minor", "50"),
        ("/effect/tiered/tiers/0/from/currency:text", "EUR"),
        ("/effect/tiered/tiers/0/percent:percent", "10"),
    ];
    let (_, effect) = add("tiered", &tier).await;
    assert_eq!(effect, json!({ "tiered": { "tiers": [{ "from": eur(5_000), "percent": "10" }] } }));

    let page = browser.open(&path).await;
    let ends = [("/ends_at:time?", "2030-01-31T09:30"), ("/effect/fixed/amounts/0/currency:text", "EUR")];
    send(&browser, &path, &filled("promotion-edit", &page, &ends)).await.expect(303);
    assert!(browser.open(&path).await.contains("value=\"2030-01-31T09:30\""));
    // Whoever saves something else loses nothing of a time that has seconds.
    let api = path.replace("/admin/", "/v1/admin/");
    let last = "2030-01-31T22:59:59.999Z";
    shop.patch(&api).bearer(&shop.owner().await).json(json!({ "ends_at": last })).send().await.expect(200);
    let priority = filled("promotion-edit", &browser.open(&path).await, &[("/priority:whole", "3")]);
    send(&browser, &path, &priority).await.expect(303);
    let after = shop.get(&api).bearer(&shop.owner().await).send().await.expect(200).json();
    assert_eq!((&after["ends_at"], &after["priority"]), (&json!(last), &json!(3)));
    // Decided from what it was before.
    send(&browser, &path, &filled("promotion-delete", &page, &[])).await.expect(412);
    let page = browser.open(&path).await;
    send(&browser, &path, &filled("promotion-delete", &page, &[])).await.expect(303);
    html(&browser.get(&path).await.expect(404));
}

#[tokio::test]
async fn a_product_and_a_collection_are_translated_on_their_pages() {
    let shop = Shop::open().await;
    let browser = owner(&shop).await;
    let product = shop
        .new_product(json!({ "translations": { "de": { "description": "Rund" }, "en": { "title": "Sphere" } } }))
        .await;
    let body = json!({ "title": unique("Round") });
    let made =
        shop.post("/v1/admin/collections").bearer(&shop.owner().await).json(body).send().await.expect(201).json();
    for (kind, id) in [("product", product.id.as_str()), ("collection", made["id"].as_str().unwrap())] {
        let path = format!("/admin/{kind}s/{id}");
        let page = browser.open(&path).await;
        let form = format!("{kind}-de");
        let typed = [("/translations/de/title:text?", "Kugel"), ("/translations/de/seo_title:text?", "Kugel kaufen")];
        send(&browser, &path, &filled(&form, &page, &typed)).await.expect(303);
        let read = async || {
            let answer = shop.get(&format!("/v1{path}")).bearer(&shop.owner().await).send().await;
            answer.expect(200).json()["translations"].clone()
        };
        let translations = read().await;
        assert_eq!(translations["de"]["title"], "Kugel");
        if kind == "product" {
            assert_eq!(
                (&translations["de"]["description"], &translations["en"]["title"]),
                (&json!("Rund"), &json!("Sphere"))
            );
        }
        let page = browser.open(&path).await;
        assert!(page.contains("value=\"Kugel kaufen\""), "{page}");
        let emptied = [("/translations/de/title:text?", ""), ("/translations/de/seo_title:text?", "")];
        send(&browser, &path, &filled(&form, &page, &emptied)).await.expect(303);
        assert_eq!(read().await["de"].get("title"), None);
    }
}
