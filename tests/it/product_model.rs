//! What a product is besides its title and its variants: its type, what search
//! engines are told, and what the shop's own programs keep with it.

use serde_json::{Value, json};

use tradepost::ports::Clock;

use crate::coupons::CLOCK;
use crate::fixtures::{Product, product_body};
use crate::shop::{Shop, unique};

async fn staffs(shop: &Shop, product: &Product) -> Value {
    let path = format!("/v1/admin/products/{}", product.id);
    shop.get(&path).bearer(&shop.owner().await).send().await.expect(200).json()
}

async fn changed(shop: &Shop, product: &Product, change: Value) -> Value {
    let path = format!("/v1/admin/products/{}", product.id);
    shop.patch(&path).bearer(&shop.owner().await).json(change).send().await.expect(200).json()
}

#[tokio::test]
async fn buyers_filter_by_type_and_are_told_how_many_there_are_of_each() {
    let shop = Shop::open().await;
    let (tag, mug, kettle) = (unique("tag"), unique("Mug"), unique("Kettle & Co"));
    for kind in [&mug, &mug, &kettle] {
        shop.product(json!({ "type": format!(" {kind} "), "tags": [tag] })).await;
    }
    let list = async |query: String| shop.get(&format!("/v1/products?{query}")).send().await.expect(200).json();
    assert_eq!(list(format!("tag={tag}&type={mug}")).await["total"], 2);
    let escaped = kettle.replace(' ', "%20").replace('&', "%26");
    let one = list(format!("tag={tag}&type={escaped}&facets=true")).await;
    assert_eq!((&one["total"], &one["items"][0]["type"]), (&json!(1), &json!(kettle)));
    let facets = one["facets"].as_array().unwrap();
    let types = facets.iter().find(|facet| facet["name"] == "type").unwrap();
    let counted = json!([{ "value": mug, "count": 2 }, { "value": kettle, "count": 1 }]);
    assert_eq!(types["values"], counted, "right under the other filters");
    assert_eq!(list(format!("tag={tag}&type={mug}&type={escaped}")).await["total"], 3);
    assert_eq!(list(format!("q={mug}")).await["total"], 2, "it is searched, too");
}

#[tokio::test]
async fn search_engines_are_told_what_staff_say() {
    let shop = Shop::open().await;
    let page = async |product: &Product| {
        let page = shop.get(&format!("/products/{}", product.slug)).send().await.expect(200);
        String::from_utf8(page.body.to_vec()).unwrap()
    };
    let said = json!({ "description": "Text", "seo_title": "Mugs \"<3\"", "seo_description": "Told & sold" });
    let product = shop.product(said).await;
    let seen = shop.get(&format!("/v1/products/{}", product.id)).send().await.expect(200).json();
    assert_eq!((&seen["seo_title"], &seen["seo_description"]), (&json!("Mugs \"<3\""), &json!("Told & sold")));
    let html = page(&product).await;
    assert!(html.contains("<title>Mugs &#34;&#60;3&#34; · "), "{html}");
    assert!(html.contains(r#"<meta name="description" content="Told &#38; sold">"#), "{html}");
    assert!(html.contains(&format!("<h1>{}</h1>", product.title)));
    let silent = shop.product(json!({ "description": "Text" })).await;
    let html = page(&silent).await;
    assert!(html.contains(&format!("<title>{} · ", silent.title)));
    assert!(html.contains(r#"<meta name="description" content="Text">"#), "{html}");
}

#[tokio::test]
async fn metadata_is_changed_by_its_names_and_is_staffs_alone() {
    let shop = Shop::open().await;
    let product = shop.product(json!({ "metadata": { "erp.id": "A-1", "cost": 1200, "fragile": true } })).await;
    assert_eq!(staffs(&shop, &product).await["metadata"], json!({ "cost": 1200, "erp.id": "A-1", "fragile": true }));
    let after = changed(&shop, &product, json!({ "metadata": { "cost": null, "fragile": false, "n": -5 } })).await;
    assert_eq!(after["metadata"], json!({ "erp.id": "A-1", "fragile": false, "n": -5 }));
    changed(&shop, &product, json!({ "title": "Another" })).await;
    let path = format!("/v1/admin/variants/{}", product.variant);
    shop.patch(&path).bearer(&shop.owner().await).json(json!({ "barcode": "1" })).send().await.expect(200);
    assert_eq!(staffs(&shop, &product).await["metadata"], after["metadata"], "other changes leave it alone");
    let seen = shop.get(&format!("/v1/products/{}", product.id)).send().await.expect(200).json();
    assert_eq!(seen.get("metadata"), None);
}

#[tokio::test]
async fn all_that_is_wrong_with_the_facts_is_told_at_once() {
    let shop = Shop::open().await;
    let body = product_body(&json!({
        "type": "x".repeat(256), "seo_title": "two\nlines", "seo_description": "x".repeat(501),
        "metadata": { "Cost": 1, "a/b": 2, "list": [], "half": 0.5 },
    }));
    let answer = shop.post("/v1/admin/products").bearer(&shop.owner().await).json(body).send().await;
    answer.problem(422, "invalid");
    let wrong = [
        "/type",
        "/seo_title",
        "/seo_description",
        "/metadata/Cost",
        "/metadata/a~1b",
        "/metadata/half",
        "/metadata/list",
    ];
    assert_eq!(answer.pointers(), wrong);
}

#[tokio::test]
async fn buyers_see_a_product_between_its_times_and_order_it_only_then() {
    let Some(shop) = Shop::native(CLOCK).await else { return };
    let clock = &shop.host().clock;
    let tag = unique("tag");
    let times =
        json!({ "publish_at": clock.now().plus_millis(100_000), "unpublish_at": clock.now().plus_millis(200_000) });
    let fact = json!({ "tags": [tag], "status": "active", "delivery": "digital", "description": "Text" });
    let mut facts = fact.clone();
    facts.as_object_mut().unwrap().extend(times.as_object().unwrap().clone());
    let always = shop.product(fact).await;
    let product = shop.new_product(facts).await;
    assert_eq!(staffs(&shop, &product).await["publish_at"], times["publish_at"]);
    // What is published after it has it, too.
    let last = shop.product(json!({})).await;
    let other = shop.another_isolate();
    for isolate in [&shop, &other] {
        isolate.get(&format!("/v1/products/{}", last.slug)).send().await.expect(200);
    }
    let is_seen = async |shop: &Shop| {
        let found = [format!("/v1/products/{}", product.id), format!("/products/{}", product.slug)];
        let mut seen = Vec::new();
        for path in found {
            seen.push(shop.get(&path).send().await.is(200));
        }
        let list = shop.get(&format!("/v1/products?tag={tag}")).send().await.expect(200).json();
        seen.push(list["total"] == 2);
        assert!(seen.iter().all(|one| *one == seen[0]), "{seen:?}");
        seen[0]
    };
    for (pass, expected) in [(0, false), (100_000, true), (100_000, false)] {
        clock.advance(pass);
        for isolate in [&shop, &other] {
            assert_eq!(is_seen(isolate).await, expected, "{pass} ms later");
        }
        let cart = shop.cart_with(&always.variant, 1).await;
        let line = json!({ "variant_id": product.variant, "quantity": 1 });
        let added = shop.post(&cart.path("/lines")).cart_token(&cart.token).json(line).send().await;
        assert_eq!(added.is(201) || added.is(200), expected, "{}", added.told());
    }
    let forever = changed(&shop, &product, json!({ "publish_at": null, "unpublish_at": null })).await;
    assert_eq!((&forever["publish_at"], &forever["unpublish_at"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn a_product_ends_after_it_begins() {
    let shop = Shop::open().await;
    let time = "2030-01-01T00:00:00.000Z";
    let body = product_body(&json!({ "publish_at": time, "unpublish_at": time }));
    let answer = shop.post("/v1/admin/products").bearer(&shop.owner().await).json(body).send().await;
    assert_eq!(answer.expect(422).pointers(), ["/unpublish_at"]);
}

#[tokio::test]
async fn a_description_is_markdown_that_nothing_runs_in() {
    let shop = Shop::open().await;
    let description = "# Care\n\nWash *cold*, see [how](https://example.com/a?b=c&d)\n\n- <img src=x onerror=alert(1)>\n- [x](javascript:alert(1))";
    let product = shop.product(json!({ "description": description })).await;
    let seen = shop.get(&format!("/v1/products/{}", product.id)).send().await.expect(200).json();
    let html = "<h3>Care</h3>\n<p>Wash <em>cold</em>, see <a href=\"https://example.com/a?b=c&amp;d\" rel=\"nofollow noopener\">how</a></p>\n\
        <ul>\n<li>\n<p>&lt;img src=x onerror=alert(1)&gt;<br />\n</p>\n</li>\n<li>x</li>\n</ul>\n";
    assert_eq!((seen["description"].as_str(), seen["description_html"].as_str()), (Some(description), Some(html)));
    assert_eq!(staffs(&shop, &product).await["description"], description);
    let page = shop.get(&format!("/products/{}", product.slug)).send().await.expect(200);
    let page = String::from_utf8(page.body.to_vec()).unwrap();
    assert!(page.contains(html), "{page}");
    assert!(
        page.contains(
            r#"<meta name="description" content="Care Wash cold, see how &#60;img src=x onerror=alert(1)&#62; x">"#
        ),
        "{page}"
    );
}
