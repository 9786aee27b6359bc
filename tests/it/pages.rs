//! The storefront's pages, as a browser without scripts uses them.

use serde_json::json;

use crate::browser::{Browser, VISA, html, value_of};
use crate::shop::{Shop, unique};

#[tokio::test]
async fn a_buyer_goes_from_the_shelves_to_a_confirmed_order() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let mut browser = Browser::new(&shop);
    assert!(browser.open("/cart").await.contains("Your cart is empty."));
    assert_eq!(browser.get("/checkout").await.expect(303).header("location"), "/cart");
    let page = browser.until(&format!("/products/{}", product.slug), "Add to cart").await;
    assert_eq!(value_of(&page, "variant_id"), product.variant);

    browser.add(&product, "2").await;
    let answer = browser.get("/cart").await;
    assert_eq!(answer.header("cache-control"), "no-store");
    let page = html(&answer);
    assert!(page.contains(&product.title) && page.contains("€39.98") && page.contains(&product.sku));
    let path = browser.buy(VISA).await;
    let page = browser.until(&path, "your order is confirmed").await;
    assert!(
        page.contains("ada@example.com")
            && page.contains("London<br>SW1Y 4JH<br>United Kingdom")
            && page.contains(&product.title)
    );

    assert!(browser.open("/cart").await.contains(&format!("href=\"{path}\"")));
    assert_eq!(browser.get("/checkout").await.expect(303).header("location"), path);
    shop.until_available(&product.variant, 3).await;
}

#[tokio::test]
async fn a_description_keeps_its_lines() {
    let shop = Shop::open().await;
    let description = "Two parts:\r\na <b>lid</b>\rand a pot\n \r\nWash by hand";
    let product = shop.product(json!({ "description": description })).await;
    let page = Browser::new(&shop).open(&format!("/products/{}", product.slug)).await;
    let text = page.split("class=\"description\"").nth(1).unwrap().split("</div>").next().unwrap();
    assert_eq!(text.matches("<br />").count(), 2, "{text}");
    assert!(text.contains("a &lt;b&gt;lid&lt;/b&gt;<br />"), "{text}");
    assert!(text.contains("and a pot</p>") && text.contains("<p>Wash by hand</p>"), "{text}");
}

#[tokio::test]
async fn what_cannot_be_put_into_the_cart_is_told_beside_the_product() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let browser = Browser::new(&shop);
    browser.until(&format!("/products/{}", product.slug), "Add to cart").await;
    let add = |variant: &str, quantity: &str| {
        browser.form("/cart/lines", &vec![("variant_id", variant), ("quantity", quantity)]).send()
    };
    let page = html(&add(&product.variant, "0").await.expect(422));
    assert!(page.contains("A quantity is a whole number from 1") && page.contains(&product.title));
    assert!(page.contains("<title>Error: ") && page.contains("href=\"#quantity\"") && page.contains("id=\"quantity\""));
    assert!(page.contains("aria-invalid=\"true\" aria-describedby=\"quantity-error\""));
    html(&add("var_01ARZ3NDEKTSV4RRFFQ69G5FAV", "1").await.expect(404));
    html(&add("nothing", "1").await.expect(404));
    let page = html(&browser.form("/cart/lines", &vec![("quantity", "1")]).send().await.expect(422));
    assert!(page.contains("The form was not complete") && !page.contains("variant_id"), "{page}");
}

#[tokio::test]
async fn the_options_that_are_chosen_are_what_is_put_into_the_cart() {
    let shop = Shop::open().await;
    let size = "Size (24\" × 36\")";
    let variant = |sku: &str, value: &str, amount: u32| json!({ "sku": unique(sku), "options": { (size): value }, "prices": [{ "amount": amount, "currency": "EUR" }] });
    let product = shop
        .product(json!({
            "options": [{ "name": size, "values": ["<b>L</b>", "6½", "40,5"] }],
            "variants": [variant("L", "<b>L</b>", 1_000), variant("HALF", "6½", 2_000)],
        }))
        .await;
    let browser = Browser::new(&shop);
    let page = browser.until(&format!("/products/{}", product.slug), "class=\"choices\"").await;
    assert!(page.contains("not with the rest") && page.contains("€10.00"), "{page}");
    let name = format!("option.{size}");
    let add = |value: &str| {
        let fields = vec![("product_id", product.id.as_str()), (name.as_str(), value), ("quantity", "1")];
        browser.form("/cart/lines", &fields).send()
    };
    let page = html(&add("40,5").await.expect(422));
    assert!(page.contains("This is not made like that") && page.contains("value=\"40,5\" required checked"), "{page}");
    let page = html(&add("6½").await.expect(409));
    assert!(page.contains("Sold out at the moment") && page.contains("€20.00"), "{page}");
    let id = shop.get(&format!("/v1/products/{}", product.slug)).send().await.expect(200).json();
    shop.stock(id["variants"][1]["id"].as_str().unwrap(), 3).await;
    assert_eq!(add("6½").await.expect(303).header("location"), "/cart");
}

#[tokio::test]
async fn programs_are_told_what_the_shop_sells() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    Browser::new(&shop).until(&format!("/products/{}", product.slug), "Add to cart").await;
    for (path, told) in [
        ("/robots.txt", "Sitemap: "),
        ("/sitemap.xml", "/sitemaps/1.xml</loc>"),
        ("/sitemaps/1.xml", product.slug.as_str()),
        ("/feed.xml", product.slug.as_str()),
        ("/feeds/google-1.xml", product.variant.as_str()),
    ] {
        let answer = shop.get(path).send().await.expect(200);
        assert!(String::from_utf8_lossy(&answer.body).contains(told), "{path}");
        assert_eq!(answer.header("cache-control"), "public, max-age=600", "{path}");
    }
    shop.get("/feeds/google-99.xml").send().await.expect(404);
}

#[tokio::test]
async fn a_visitor_reads_the_shop_in_the_language_and_currency_that_were_chosen() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let path = format!("/products/{}", product.slug);
    let mut browser = Browser::new(&shop);
    let page = browser.until(&path, "Add to cart").await;
    assert!(page.contains("<html lang=\"en\">") && page.contains("€19.99"));
    let german = shop.get(&path).header("accept-language", "de-AT, en;q=0.5").send().await.expect(200);
    assert_eq!(german.header("vary"), "accept-language, cookie");
    assert!(String::from_utf8_lossy(&german.body).contains("In den Warenkorb"));
    let sought = shop.get("/products?q=/v1/").header("accept-language", "de").send().await.expect(200);
    assert!(String::from_utf8_lossy(&sought.body).contains("<html lang=\"de\">"), "a page, whatever is looked for");
    let fields = vec![("locale", "de"), ("currency", "EUR"), ("back", path.as_str())];
    let answer = browser.form("/preferences", &fields).send().await.expect(303);
    assert_eq!(answer.header("location"), path);
    assert!(
        answer
            .headers
            .get_all("set-cookie")
            .iter()
            .any(|cookie| cookie.to_str().unwrap().starts_with("__Host-locale=de; "))
    );
    browser.cookies.insert("__Host-locale".to_owned(), "de".to_owned());
    let page = browser.open(&path).await;
    assert!(page.contains("<html lang=\"de\">") && page.contains("19,99\u{a0}€"), "{page}");
    let answer =
        browser.form("/preferences", &vec![("locale", "fr"), ("back", "//evil.example")]).send().await.expect(303);
    assert_eq!(answer.header("location"), "/");
}

#[tokio::test]
async fn nothing_that_was_typed_runs() {
    let shop = Shop::open().await;
    let typed = "<script>alert(1)</script>\"'&";
    let product = shop.product(json!({ "title": typed, "description": typed, "vendor": typed })).await;
    shop.stock(&product.variant, 5).await;
    let mut browser = Browser::at_checkout(&shop, &product, "1").await;
    let fields = [("name", typed), ("line1", typed), ("city", typed), ("method", "pm_card_authenticationRequired")];
    let mut pages = vec![html(&browser.check_out(&[("email", typed), ("country", typed), ("name", typed)]).await)];
    let path = browser.check_out(&fields).await.expect(303).header("location").to_owned();
    let question = format!("{path}/authenticate");
    pages.push(html(&browser.form(&question, &vec![("outcome", typed)]).send().await.expect(422)));
    browser.add(&product, "1").await;
    for path in ["/", "/cart", "/checkout", &path, &question, &format!("/products/{}", product.slug)] {
        pages.push(browser.open(path).await);
    }
    for page in pages {
        // Ours have a source, or are data.
        let ours = page.matches("<script src=\"/assets/").count() + page.matches("<script type=\"application/").count();
        assert_eq!(page.matches("<script").count(), ours, "{page}");
    }
}

#[tokio::test]
async fn every_page_names_its_styles_and_its_icon_after_their_bytes() {
    let shop = Shop::open().await;
    for path in ["/", "/cart", "/nowhere"] {
        let answer = shop.get(path).header("accept", "text/html").send().await;
        let page = String::from_utf8_lossy(&answer.body).into_owned();
        let files: Vec<_> = page.split("\"/assets/").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(files.iter().any(|file| file.ends_with(".css")), "{path}: {page}");
        for file in files.into_iter().filter(|file| !file.starts_with("demo/")) {
            let digest = file.split('.').nth(1).unwrap();
            assert!(digest.len() == 16 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()), "{path}: {file}");
        }
    }
}
