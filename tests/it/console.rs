//! The staff's console, as a browser without scripts uses it.

use serde_json::{Value, json};

use crate::ask::Answer;
use crate::browser::{Browser, html, text, value_of};
use crate::fixtures::{Customer, eur};
use crate::host::faults::{Site, When};
use crate::manual_payments;
use crate::shop::{Shop, eventually, unique};
use tradepost::ports::ObjectClass;

/// Keeps the session's cookies of an answer.
fn keep(browser: &mut Browser, answer: &Answer) {
    for name in ["__Host-access", "__Host-refresh"] {
        if let Some((pair, attributes)) = answer.set_cookie(name) {
            assert!(attributes.contains("HttpOnly; Secure"), "{attributes}");
            browser.cookies.insert(name.to_owned(), pair.split_once('=').unwrap().1.to_owned());
        }
    }
}

/// Signs in on the page, with what the page says.
async fn sign_in(browser: &mut Browser, at: &str, email: &str, password: &str) -> Answer {
    let page = browser.open(at).await;
    let mut fields =
        vec![("_do", "sign-in"), ("/email:text", email), ("/password:text", password), ("/cookie:flag", "true")];
    let next = page.contains("name=\"_next\"").then(|| value_of(&page, "_next").replace("&#38;", "&"));
    fields.extend(next.as_deref().map(|next| ("_next", next)));
    let answer = browser.form(at, &fields).send().await;
    keep(browser, &answer);
    answer
}

async fn owner(shop: &Shop) -> Browser {
    let mut browser = Browser::new(shop);
    let (email, password) = shop.owner_credentials();
    sign_in(&mut browser, "/admin/sign-in", &email, &password).await.expect(303);
    browser
}

/// What a page's marks stand for.
fn unescaped(text: &str) -> String {
    let marks = [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")];
    marks.iter().fold(text.to_owned(), |text, (mark, letter)| text.replace(mark, letter))
}

/// What a page says to its reader.
fn said(page: &str) -> String {
    unescaped(&text(page))
}

/// A form of a page, as a browser has filled it in: what is there, then `typed`.
fn filled(form: &str, page: &str, typed: &[(&str, &str)]) -> Vec<(String, String)> {
    let (_, page) =
        page.split_once(&format!("name=\"_do\" value=\"{form}\"")).unwrap_or_else(|| panic!("no {form}: {page}"));
    let page = page.split("</form>").next().unwrap();
    let mut fields = vec![("_do".to_owned(), form.to_owned())];
    for mark in page.split('<').skip(1) {
        let (tag, inner) = mark.split_once('>').unwrap();
        let attribute = |name: &str| {
            let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
            Some(unescaped(rest.split('"').next().unwrap()))
        };
        let value = || attribute("value").unwrap();
        let name = || attribute("name").unwrap();
        match tag.split(' ').next().unwrap() {
            "input" if tag.contains("\"checkbox\"") && !tag.contains(" checked") => {}
            "input" => fields.push((name(), value())),
            "textarea" => fields.push((name(), unescaped(inner.strip_prefix('\n').unwrap()))),
            // The first choice counts until another does.
            "select" => fields.push((name(), String::new())),
            "option" if tag.contains(" selected") => fields.last_mut().unwrap().1 = value(),
            _ => {}
        }
    }
    for (name, text) in typed {
        let there = fields.iter_mut().rfind(|(other, _)| other == name);
        there.unwrap_or_else(|| panic!("{form} has no {name}")).1 = (*text).to_owned();
    }
    fields
}

/// Sends a form of a page.
async fn send(browser: &Browser, path: &str, fields: &[(String, String)]) -> Answer {
    let fields = fields.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    browser.form(path, &fields).send().await
}

#[tokio::test]
async fn whoever_is_not_signed_in_goes_to_the_sign_in_and_back() {
    let shop = Shop::open().await;
    let mut browser = Browser::new(&shop);
    for path in ["/admin", "/admin/orders?status=confirmed&q=ada%40", "/admin/nowhere"] {
        let to = browser.get(path).await.expect(303).header("location").to_owned();
        assert!(to.starts_with("/admin/sign-in?next=%2Fadmin"), "{to}");
    }
    let posted = browser.form("/admin/gift-cards", &vec![("_do", "gift-card-issue")]).send().await;
    assert!(said(&html(&posted.expect(401))).contains("Your session is over"), "what was typed is not thrown away");

    let to = browser.get("/admin/orders?status=confirmed&q=ada%40").await.header("location").to_owned();
    let (email, password) = shop.owner_credentials();
    let wrong = sign_in(&mut browser, &to, &email, "not the password at all").await.expect(401);
    let page = html(&wrong);
    assert!(said(&page).contains("The e-mail address or the password is wrong."), "{page}");
    assert!(page.contains(&format!("value=\"{email}\"")) && !page.contains("not the password"), "{page}");
    assert!(page.contains("autofocus") && page.contains("autocomplete=\"current-password\""));

    let back = sign_in(&mut browser, &to, &email, &password).await.expect(303);
    assert_eq!(back.header("location"), "/admin/orders?status=confirmed&q=ada%40");
    assert!(browser.open("/admin").await.contains("What to do now"));

    let out = browser.form("/admin/sign-out", &vec![("_do", "sign-out")]).send().await.expect(303);
    assert_eq!(out.header("location"), "/admin/sign-in?done=sign-out");
    assert!(out.set_cookie("__Host-access").unwrap().1.contains("Max-Age=0"));
    assert!(said(&browser.open("/admin/sign-in?done=sign-out").await).contains("You are signed out."));
}

#[tokio::test]
async fn a_sign_in_leads_to_no_other_site() {
    let shop = Shop::open().await;
    let (email, password) = shop.owner_credentials();
    for next in ["https://evil.example/", "//evil.example/admin", "/admin/\\evil.example", "/cart"] {
        let fields = vec![
            ("_do", "sign-in"),
            ("_next", next),
            ("/email:text", &email),
            ("/password:text", &password),
            ("/cookie:flag", "true"),
        ];
        let answer = Browser::new(&shop).form("/admin/sign-in", &fields).send().await.expect(303);
        assert_eq!(answer.header("location"), "/admin", "{next}");
    }
}

#[tokio::test]
async fn a_customer_is_told_that_these_pages_are_for_staff() {
    let shop = Shop::open().await;
    let Customer { email, password, .. } = shop.customer().await;
    let mut browser = Browser::new(&shop);
    sign_in(&mut browser, "/admin/sign-in", &email, &password).await.expect(303);
    for path in ["/admin", "/admin/orders", "/admin/nowhere"] {
        let page = html(&browser.get(path).await.expect(403));
        assert!(said(&page).contains("These pages are for the shop's staff") && page.contains("Sign out"), "{page}");
        assert!(!page.contains("main-nav"), "{page}");
    }
    browser.form("/admin/gift-cards", &vec![("_do", "gift-card-issue")]).send().await.expect(403);
}

#[tokio::test]
async fn a_session_goes_on_when_its_token_has_run_out() {
    let shop = Shop::open().await;
    let mut browser = owner(&shop).await;
    browser.cookies.remove("__Host-access");
    let answer = browser.get("/admin/orders").await.expect(200);
    assert!(answer.set_cookie("__Host-access").is_some() && answer.set_cookie("__Host-refresh").is_some());
    browser.cookies.insert("__Host-refresh".to_owned(), "stale".to_owned());
    browser.get("/admin/orders").await.expect(303);
}

#[tokio::test]
async fn what_was_typed_when_a_session_ended_is_sent_once_more_after_signing_in() {
    let shop = Shop::open().await;
    let mut browser = owner(&shop).await;
    let page = browser.open("/admin/gift-cards").await;
    let typed =
        [("/balance/amount:minor", "25"), ("/balance/currency:text", "EUR"), ("/note:text-", "\"<b>Ada</b>\" & Grace")];
    let sent = filled("gift-card-issue", &page, &typed);
    browser.cookies.clear();
    let over = html(&send(&browser, "/admin/gift-cards", &sent).await.expect(401));
    assert!(said(&over).contains("what you typed is kept in this page") && !over.contains("<b>Ada"), "{over}");
    let kept = filled("gift-card-issue", &over, &[]);
    assert_eq!(kept, sent, "all of it, under the same key");
    let (email, password) = shop.owner_credentials();
    sign_in(&mut browser, "/admin/sign-in", &email, &password).await.expect(303);
    let issued = send(&browser, "/admin/gift-cards", &kept).await.expect(200);
    assert!(said(&html(&issued)).contains("\"<b>Ada</b>\" & Grace"), "{}", said(&html(&issued)));

    // Nothing is kept of what no form of ours takes, nor of more than a page may weigh.
    browser.cookies.clear();
    let lost = async |fields: &[(String, String)]| {
        let page = html(&send(&browser, "/admin/gift-cards", fields).await.expect(401));
        assert!(said(&page).contains("go one page back") && !page.contains("name=\"/note"), "{page}");
    };
    let with = |name: &str, text: String| {
        let changed = sent.iter().map(|(of, was)| (of.clone(), if of == name { text.clone() } else { was.clone() }));
        changed.collect::<Vec<_>>()
    };
    lost(&with("/note:text-", "x".repeat(128 * 1024))).await;
    lost(&with("_do", "no-form-of-ours".to_owned())).await;
    // Another site's form is not shown as ours.
    let fields = sent.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let forged = browser.form("/admin/gift-cards", &fields).header("sec-fetch-site", "cross-site").send().await;
    assert!(!String::from_utf8_lossy(&forged.expect(403).body).contains("Send it once more"));
}

#[tokio::test]
async fn another_sites_form_is_refused() {
    let shop = Shop::open().await;
    let browser = owner(&shop).await;
    let fields = vec![("_do", "gift-card-issue"), ("/balance/amount:minor", "5"), ("/balance/currency:text", "EUR")];
    let answer = browser.form("/admin/gift-cards", &fields).header("sec-fetch-site", "cross-site").send().await;
    assert!(said(&html(&answer.expect(403))).contains("This did not come from our own pages"));
}

#[tokio::test]
async fn every_page_of_the_navigation_opens() {
    let shop = Shop::open().await;
    let browser = owner(&shop).await;
    let home = browser.open("/admin").await;
    let nav = home.split("main-nav").nth(1).unwrap().split("</nav>").next().unwrap();
    let links: Vec<&str> = nav.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(links.len(), 6);
    let more =
        ["/admin/products/new", "/admin/promotions/new/buy-get", "/admin/settings/tax", "/admin/settings/shipping"];
    for path in links.into_iter().chain(more) {
        let answer = browser.get(path).await.expect(200);
        assert!(answer.header("content-security-policy").contains("script-src 'self'"));
        let page = html(&answer);
        assert_eq!(page.matches("<h1").count(), 1, "{path}");
        assert!(!page.contains("style=") && !page.contains("<script>"), "{path}");
    }
    assert!(said(&html(&browser.get("/admin/nowhere").await.expect(404))).contains("This page does not exist"));
    html(&browser.get("/admin/orders/ord_01ARZ3NDEKTSV4RRFFQ69G5FAV").await.expect(404));
}

#[tokio::test]
async fn orders_are_found_and_what_the_list_does_not_take_is_told() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    let order = shop.place(&cart, "pm_card_visa").await.expect(201).json();
    let number = order["number"].as_str().unwrap();
    let browser = owner(&shop).await;
    // An empty field asks for nothing, and what the list does not know is no concern of its.
    let path = format!("/admin/orders?q={number}&status=&from=&utm_source=mail");
    let page = eventually("the order is in the list", async || {
        let page = browser.open(&path).await;
        page.contains(&format!("href=\"/admin/orders/{}\"", cart.id)).then_some(page)
    })
    .await;
    assert!(said(&page).contains("ada@example.com") && page.contains("word-paid") && said(&page).contains("1 in all"));
    assert!(page.contains(&format!("value=\"{number}\"")));
    let none = browser.open(&format!("/admin/orders?status=cancelled&q={number}")).await;
    assert!(said(&none).contains("No order is like that."));
    assert!(browser.open("/admin/orders?status=cancelled").await.contains("aria-current=\"page\">Cancelled"));

    let order = browser.open(&format!("/admin/orders/{}", cart.id)).await;
    let shown = said(&order);
    assert!(shown.contains(&product.title) && shown.contains("London") && shown.contains("€19.99"), "{shown}");
    assert!(!order.contains("order-received"), "there is no money to come");

    let long = "x".repeat(300);
    let refused = html(&browser.get(&format!("/admin/orders?q={long}")).await.expect(422));
    assert!(said(&refused).contains("There is a problem") && refused.contains("main-nav"), "{refused}");
}

#[tokio::test]
async fn money_is_recorded_as_people_write_it() {
    let Some((shop, product)) = manual_payments::open(&manual_payments::all(), 5).await else { return };
    let cart = shop.ready_cart(&product.variant, 2).await;
    shop.place_with(&cart, manual_payments::manual("bank_transfer")).await.expect(201);
    let browser = owner(&shop).await;
    let path = format!("/admin/orders/{}", cart.id);
    let page = browser.open(&path).await;
    let total = format!("{}.{:02}", cart.total() / 100, cart.total() % 100);
    let amount = "/amount:money.EUR";
    assert!(
        filled("order-received", &page, &[]).contains(&(amount.to_owned(), total)),
        "what is to come is there already"
    );

    let typed = [(amount, "lots"), ("/reference:text", "<b>statement</b> 1")];
    let refused = html(&send(&browser, &path, &filled("order-received", &page, &typed)).await.expect(422));
    assert!(refused.contains("<title>Error: ") && refused.contains("value=\"lots\""), "{refused}");
    assert!(refused.contains("value=\"&#60;b&#62;statement&#60;/b&#62; 1\"") && !refused.contains("<b>statement"));
    let id = format!("order-received.{amount}");
    assert!(refused.contains(&format!("href=\"#{id}\"")) && refused.contains(&format!("id=\"{id}\"")), "{refused}");
    assert!(said(&refused).contains("Amount: Write an amount such as 12.50"), "{}", said(&refused));
    assert!(refused.contains(&format!("aria-describedby=\"{id}-error\" aria-invalid=\"true\"")));
    // All that is wrong, at once; and what an order refuses is said without a field.
    let both = html(
        &send(&browser, &path, &filled("order-received", &page, &[(amount, ""), ("/reference:text", "")]))
            .await
            .expect(422),
    );
    assert!(said(&both).contains("Reference: ") && said(&both).contains("Amount: "), "{}", said(&both));
    let more = filled("order-received", &page, &[(amount, "9,999.00"), ("/reference:text", "x")]);
    assert!(said(&html(&send(&browser, &path, &more).await.expect(409))).contains("There is a problem"));

    let fields = filled("order-received", &refused, &[(amount, "10,00"), ("/reference:text", "statement 1")]);
    let done = format!("{path}?done=order-received");
    for _ in 0..2 {
        // Sent twice, it counts once.
        assert_eq!(send(&browser, &path, &fields).await.expect(303).header("location"), done);
    }
    let page = browser.open(&done).await;
    assert!(said(&page).contains("The money is recorded.") && said(&page).contains("Taken €10.00"), "{}", said(&page));
}

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
    let (_, effect) = add("percentage", &[("/effect/percentage/percent:text", "12.5")]).await;
    assert_eq!(effect, json!({ "percentage": { "percent": "12.5" } }));
    let fixed = [("/effect/fixed/amounts/1/amount:minor", "5"), ("/effect/fixed/amounts/1/currency:text", "EUR")];
    let (path, effect) = add("fixed", &fixed).await;
    assert_eq!(effect, json!({ "fixed": { "amounts": [eur(500)] } }));
    let (_, effect) = add("free-shipping", &[]).await;
    assert_eq!(effect, json!({ "free_shipping": {} }));
    let some = [
        ("/effect/buy_get/buy/quantity:whole", "2"),
        ("/effect/buy_get/get/quantity:whole", "1"),
        ("/effect/buy_get/get/percent:text", "100"),
    ];
    let (_, effect) = add("buy-get", &some).await;
    assert_eq!(effect["buy_get"]["get"]["quantity"], 1);
    let tier = [
        ("/effect/tiered/tiers/0/from/amount:minor", "50"),
        ("/effect/tiered/tiers/0/from/currency:text", "EUR"),
        ("/effect/tiered/tiers/0/percent:text", "10"),
    ];
    let (_, effect) = add("tiered", &tier).await;
    assert_eq!(effect, json!({ "tiered": { "tiers": [{ "from": eur(5_000), "percent": "10" }] } }));

    let page = browser.open(&path).await;
    let ends = [("/ends_at:time?", "2030-01-31T09:30"), ("/effect/fixed/amounts/0/currency:text", "EUR")];
    send(&browser, &path, &filled("promotion-edit", &page, &ends)).await.expect(303);
    assert!(browser.open(&path).await.contains("value=\"2030-01-31T09:30\""));
    // Decided from what it was before.
    send(&browser, &path, &filled("promotion-delete", &page, &[])).await.expect(412);
    let page = browser.open(&path).await;
    send(&browser, &path, &filled("promotion-delete", &page, &[])).await.expect(303);
    html(&browser.get(&path).await.expect(404));
}

#[tokio::test]
async fn settings_come_back_as_they_were_sent() {
    let Some(shop) = Shop::native("the settings are changed").await else { return };
    let browser = owner(&shop).await;
    let see = async |path: &str| shop.get(path).bearer(&shop.owner().await).send().await.expect(200).json();
    // A select's choice and a text of several lines are not `<input>`s.
    let pages = [
        (
            "settings-edit",
            "/settings",
            vec![
                ("/currencies:lines", "EUR\r\nUSD\r\nGBP"),
                ("/default_currency:text", "EUR"),
                ("/payments/stripe/capture:text", "automatic"),
            ],
        ),
        ("tax-edit", "/settings/tax", vec![("/classes:lines", "standard\r\nreduced")]),
    ];
    for (form, path, typed) in pages {
        let before = see(&format!("/v1/admin{path}")).await;
        let page = browser.open(&format!("/admin{path}")).await;
        send(&browser, &format!("/admin{path}"), &filled(form, &page, &typed)).await.expect(303);
        let after = see(&format!("/v1/admin{path}")).await;
        if form == "settings-edit" {
            assert_eq!(after, before);
        } else {
            assert_eq!(after["classes"], json!(["standard", "reduced"]));
        }
    }
    let path = "/admin/settings/shipping";
    let page = browser.open(path).await;
    let zone = [
        ("/zones/0/title:text", "Home"),
        ("/zones/0/options/0/id:text", "post"),
        ("/zones/0/options/0/title:text", "By post"),
        ("/zones/0/options/0/handling_days/from:whole??", "1"),
        ("/zones/0/options/0/handling_days/to:whole??", "3"),
        ("/zones/0/options/0/rates/0/currency:text", "EUR"),
        ("/zones/0/options/0/rates/0/by:text?", "weight"),
        ("/zones/0/options/0/rates/0/amount:minor?", ""),
        ("/zones/0/options/0/rates/0/tiers/0/from:whole", "0"),
        ("/zones/0/options/0/rates/0/tiers/0/amount:minor", "4.90"),
    ];
    let fields = filled("shipping-edit", &page, &zone);
    send(&browser, path, &fields).await.expect(303);
    let rules = see("/v1/admin/settings/shipping").await;
    let rate = &rules["zones"][0]["options"][0]["rates"][0];
    assert_eq!(rate["tiers"], json!([{ "from": 0, "amount": 490 }]), "{rules}");
    assert_eq!(rules["zones"][0]["options"][0]["handling_days"], json!({ "from": 1, "to": 3 }));
    assert!(browser.open(path).await.contains("value=\"4.90\""));
}

#[tokio::test]
async fn goods_are_packed_and_shipped_and_each_parcel_has_its_own_way() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let cart = shop.ready_cart(&product.variant, 3).await;
    shop.place(&cart, "pm_card_visa").await.expect(201);
    shop.until_order(&cart, "confirmed", "paid").await;
    let browser = owner(&shop).await;
    let path = format!("/admin/orders/{}", cart.id);
    for pieces in ["2", ""] {
        // Of no number at all, the rest is meant.
        let page = browser.open(&path).await;
        let typed = [("/lines/0/quantity:whole", pieces), ("/status:text", "packed"), ("/carrier:text-", "Post")];
        send(&browser, &path, &filled("order-fulfil", &page, &typed)).await.expect(303);
    }
    let page = browser.open(&path).await;
    // All of it is packed.
    html(&send(&browser, &path, &filled("order-fulfil", &page, &[("/status:text", "packed")])).await.expect(409));
    assert_eq!(page.matches("value=\"parcel-ship\"").count(), 2);
    // The second parcel's form, with an address that is none: it comes back there, and not at the first.
    let second = page.rsplit_once("<details").unwrap().0.rsplit_once("value=\"parcel-ship\"");
    let second = format!("name=\"_do\" value=\"parcel-ship\"{}", second.unwrap().1);
    let wrong = filled("parcel-ship", &second, &[("/tracking_url:text-", "nowhere")]);
    let refused = html(&send(&browser, &path, &wrong).await.expect(422));
    assert_eq!(refused.matches("aria-invalid=\"true\"").count(), 1);
    assert!(refused.contains("href=\"#parcel-ship.1./tracking_url:text-\""), "{}", said(&refused));
    let right = filled("parcel-ship", &second, &[("/tracking_url:text-", "https://post.example/1")]);
    send(&browser, &path, &right).await.expect(303);
    let order = shop.order(&cart).await;
    assert_eq!(order["fulfilments"][0]["status"], "packed");
    assert_eq!(order["fulfilments"][1]["status"], "shipped", "{order}");
    assert_eq!(order["fulfilments"][1]["lines"][0]["quantity"], 1);
}

#[tokio::test]
async fn a_form_whose_answer_was_lost_counts_once_when_it_is_sent_again() {
    let Some(shop) = Shop::native("it needs faults, which only the native host has").await else { return };
    let product = shop.stocked(5).await;
    let cart = shop.ready_cart(&product.variant, 3).await;
    shop.place(&cart, "pm_card_visa").await.expect(201);
    let browser = owner(&shop).await;
    let path = format!("/admin/orders/{}", cart.id);
    let page = eventually("it may be packed", async || {
        let page = browser.open(&path).await;
        page.contains("value=\"order-fulfil\"").then_some(page)
    })
    .await;
    let sent = filled("order-fulfil", &page, &[("/lines/0/quantity:whole", "1"), ("/status:text", "packed")]);
    shop.host().faults.once(Site::Command(ObjectClass::Order), "fulfil", When::After);
    let lost = html(&send(&browser, &path, &sent).await.expect(503));
    assert!(said(&lost).contains("There is a problem"), "{}", said(&lost));
    let again = filled("order-fulfil", &lost, &[]);
    let key = |fields: &[(String, String)]| fields.iter().find(|(name, _)| name == "_key").unwrap().1.clone();
    assert_eq!(key(&again), key(&sent), "it is the same request");
    send(&browser, &path, &again).await.expect(303);
    assert_eq!(shop.order(&cart).await["lines"][0]["packed"], 1, "it counts once");
    // What is mended after a refusal is another request.
    let wrong = filled("order-fulfil", &browser.open(&path).await, &[("/lines/0/quantity:whole", "x")]);
    let refused = html(&send(&browser, &path, &wrong).await.expect(422));
    assert_ne!(key(&filled("order-fulfil", &refused, &[])), key(&wrong));
}

#[tokio::test]
async fn a_webhooks_secret_is_shown_once() {
    let shop = Shop::open().await;
    let browser = owner(&shop).await;
    let page = browser.open("/admin/webhooks").await;
    let typed = [("/url:text", "https://hooks.example.com/orders"), ("/types:lines", "order.paid\r\norder.lost")];
    let refused = html(&send(&browser, "/admin/webhooks", &filled("webhook-new", &page, &typed)).await.expect(422));
    assert!(refused.contains("href=\"#webhook-new./types:lines\""), "{}", said(&refused));
    let typed = [("/types:lines", "order.paid")];
    let made = html(&send(&browser, "/admin/webhooks", &filled("webhook-new", &refused, &typed)).await.expect(200));
    assert!(said(&made).contains("Secret whsec_"), "{}", said(&made));
    assert!(!browser.open("/admin/webhooks").await.contains("whsec_"));
}
