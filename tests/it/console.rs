//! The staff's console, as a browser without scripts uses it: coming, going and
//! finding about. What is done there: `console_orders.rs`, `console_catalog.rs`,
//! `console_settings.rs`.

use serde_json::json;
use tradepost::money::{Currency, Money};

use crate::ask::Answer;
use crate::browser::{Browser, html, text, value_of};
use crate::fixtures::{Customer, eur};
use crate::shop::{Shop, eventually, within};

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

pub async fn owner(shop: &Shop) -> Browser {
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
pub fn said(page: &str) -> String {
    unescaped(&text(page))
}

/// A form of a page, as a browser has filled it in: what is there, then `typed`.
pub fn filled(form: &str, page: &str, typed: &[(&str, &str)]) -> Vec<(String, String)> {
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
pub async fn send(browser: &Browser, path: &str, fields: &[(String, String)]) -> Answer {
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
    assert_eq!(links.len(), 11);
    let more = [
        "/admin/products/new",
        "/admin/promotions/new/buy-get",
        "/admin/collections/new/by-hand",
        "/admin/collections/new/by-rule",
        "/admin/settings/tax",
        "/admin/settings/shipping",
        "/admin/settings/seller",
        "/admin/orders/all",
        "/admin/orders/export",
        "/admin/reports?by=product",
        "/admin/reports/tax",
        "/admin/reports/stock",
        "/admin/reports/gift-cards",
    ];
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
async fn home_shows_what_was_sold_in_bars_in_words_and_as_a_table() {
    let Some(shop) = Shop::native("others sell in it").await else { return };
    let product = shop.stocked(5).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    shop.place(&cart, "pm_card_visa").await.expect(201);
    let browser = owner(&shop).await;
    let home = within(5_000, "it is in the books", async || {
        let home = browser.open("/admin").await;
        home.contains("<svg").then_some(home)
    })
    .await;
    assert_eq!((home.matches("<rect").count(), home.matches("<figure").count()), (30, 1));
    let total = Money { amount: cart.total(), currency: Currency::parse("EUR").unwrap() };
    let about = format!("{} in all, at most", total.display());
    assert!(said(&home).contains(&about), "{about}");
    let day = unescaped(&browser.open("/admin/reports?by=day").await);
    let today = day.split("href=\"/admin/orders?from=").last().unwrap().split('"').next().unwrap();
    assert!(browser.open(&format!("/admin/orders?from={today}")).await.contains(&cart.id));
    assert!(day.contains("href=\"/v1/admin/reports/sales/export?by=day\""));
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

#[tokio::test]
async fn long_work_shows_how_far_it_is_and_what_was_refused() {
    let shop = Shop::open().await;
    let browser = owner(&shop).await;
    let page = browser.open("/admin/jobs").await;
    let begun = send(&browser, "/admin/jobs", &filled("job-rebuild", &page, &[])).await.expect(303);
    let path = begun.header("location").to_owned();
    let page = eventually("it has ended", async || {
        let page = browser.open(&path).await;
        said(&page).contains("Status Done").then_some(page)
    })
    .await;
    assert!(
        page.contains("<progress max=\"") && !page.contains("name=\"_do\" value=\"job-cancel\""),
        "{}",
        said(&page)
    );
    let rows = json!([{ "id": "var_01ARZ3NDEKTSV4RRFFQ69G5FAV", "add": 1 }]);
    let job = crate::jobs::done(&shop, json!({ "variants": { "rows": rows } })).await;
    let path = format!("/admin/jobs/{}?outcome=refused", job["id"].as_str().unwrap());
    let page = said(&browser.open(&path).await);
    assert!(page.contains("0 of 1 done, 1 refused") && page.contains("Not found"), "{page}");
}

#[tokio::test]
async fn whatever_is_like_a_text_is_found_on_one_page() {
    let shop = Shop::open().await;
    let product = shop.stocked(5).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    shop.place(&cart, "pm_card_visa").await.expect(201);
    let browser = owner(&shop).await;
    assert!(browser.open("/admin").await.contains("id=\"find\" href=\"/admin/find\""), "it is there without a script");
    let path = format!("/admin/find?q={}", product.sku);
    let page = eventually("the order is found by what was bought", async || {
        let page = browser.open(&path).await;
        page.contains(&format!("href=\"/admin/orders/{}\"", cart.id)).then_some(page)
    })
    .await;
    assert!(page.contains(&format!("href=\"/admin/products/{}\"", product.id)), "{page}");
    assert!(page.contains("href=\"/admin/customers/ada%40example.com\""), "{page}");
    let customer = browser.open("/admin/customers/ada%40example.com").await;
    assert!(said(&customer).contains("Ada Lovelace") && customer.contains(&cart.id), "{}", said(&customer));
    let issue = json!({ "balance": eur(500) });
    let card =
        shop.post("/v1/admin/gift-cards").bearer(&shop.owner().await).json(issue).send().await.expect(201).json();
    let page = browser.open(&format!("/admin/find?q={}", card["last4"].as_str().unwrap())).await;
    assert!(page.contains(&format!("href=\"/admin/gift-cards/{}\"", card["id"].as_str().unwrap())), "{page}");
}
