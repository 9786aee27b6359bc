//! The storefront in German: no page has a word of English left. What both say
//! stands in `web::words`, side by side.

use std::collections::BTreeSet;

use serde_json::json;
use tradepost::web::words;

use crate::ask::Answer;
use crate::browser::{Browser, VISA, html, text, value_of};
use crate::fixtures::Product;
use crate::manual_payments;
use crate::shop::{Shop, eventually, unique};

/// The letters of the shortest English text that is looked for: shorter ones may be names.
const LEAST: usize = 6;

/// Attributes that are read out, or shown by a script.
const SAID: [&str; 4] = ["aria-label=\"", "placeholder=\"", "data-not-loaded=\"", "data-not-through=\""];

/// What English says and German never does: texts, and the parts around what is filled in.
fn english() -> BTreeSet<&'static str> {
    let texts = words::all();
    let parts = texts.iter().flat_map(|(english, _)| english.split("{}")).map(|part| part.trim().trim_matches('.'));
    let parts = parts.filter(|part| part.len() >= LEAST);
    parts.filter(|part| !texts.iter().any(|(_, german)| german.contains(part))).collect()
}

/// All that somebody reads or hears of a page.
fn said(page: &str) -> String {
    let shown: String =
        page.split("<script").map(|part| part.split_once("</script>").map_or(part, |(_, rest)| rest)).collect();
    let plain = shown.replace("&#39;", "'");
    let attributes = SAID.iter().flat_map(|name| plain.split(name).skip(1)).filter_map(|rest| rest.split('"').next());
    std::iter::once(text(&plain).as_str()).chain(attributes).collect::<Vec<_>>().join("\n")
}

/// A page as it is, once it has shown that it is German throughout.
fn german(page: String) -> String {
    assert!(page.contains("<html lang=\"de\">"), "{page}");
    let said = said(&page);
    for left in english() {
        assert!(!said.contains(left), "“{left}” in {said}");
    }
    page
}

fn reader(shop: &Shop) -> Browser {
    let mut browser = Browser::new(shop);
    browser.cookies.insert("__Host-locale".to_owned(), "de".to_owned());
    browser
}

impl Browser {
    async fn read(&self, path: &str) -> String {
        german(self.open(path).await)
    }

    async fn read_refusal(&self, path: &str, fields: &[(&str, &str)], status: u16) -> String {
        german(html(&self.form(path, &fields.to_vec()).send().await.expect(status)))
    }

    /// Reloads the order's page until it says this.
    async fn read_until(&self, path: &str, words: &str) -> String {
        german(self.until(path, words).await)
    }
}

async fn kettle(shop: &Shop, pieces: i64) -> Product {
    let product = shop.product(json!({ "title": "Wasserkessel" })).await;
    shop.stock(&product.variant, pieces).await;
    product
}

async fn at_checkout(shop: &Shop, product: &Product) -> Browser {
    let mut browser = reader(shop);
    browser.add(product, "1").await;
    browser
}

#[tokio::test]
async fn a_cart_is_filled_and_refuses_in_german() {
    let shop = Shop::open().await;
    let product = kettle(&shop, 3).await;
    let mut browser = reader(&shop);
    assert!(browser.read("/cart").await.contains("Ihr Warenkorb ist leer."));
    let fields = [("variant_id", product.variant.as_str()), ("quantity", "viele")];
    let page = browser.read_refusal("/cart/lines", &fields, 422).await;
    assert!(page.contains("Die Anzahl ist eine ganze Zahl von 1 bis 1000000."), "{page}");
    let fields = [("variant_id", product.variant.as_str()), ("quantity", "7")];
    assert!(browser.read_refusal("/cart/lines", &fields, 409).await.contains("Nur noch 3 Stück verfügbar statt 7."));
    browser.add(&product, "2").await;
    let page = browser.read("/cart").await;
    for said in ["Zur Kasse", "39,98\u{a0}€", "2 Artikel", "Zwischensumme", "Summe bisher", "Wasserkessel entfernen"]
    {
        assert!(page.contains(said), "{said}: {page}");
    }
    let page = browser.read_refusal("/cart", &[("line_1", "x"), ("intent", "update")], 422).await;
    assert!(page.contains("Fehler: Warenkorb"), "{page}");
    let codes = [("line_1", "2"), ("coupon", "NICHTS"), ("gift_card", "ABCD"), ("intent", "update")];
    let page = browser.read_refusal("/cart", &codes, 422).await;
    assert!(
        page.contains("Diesen Code gibt es nicht.") && page.contains("keinen Geschenkgutschein mit diesem"),
        "{page}"
    );
    browser.change(&[("line_1", "9")], "update").await;
    let page = browser.read("/cart").await;
    assert!(
        page.contains("Nur noch 3 Stück von Wasserkessel verfügbar statt 9.") && page.contains("3 nehmen"),
        "{page}"
    );
}

#[tokio::test]
async fn a_coupon_that_no_longer_counts_says_so_in_german() {
    let shop = Shop::open().await;
    let product = kettle(&shop, 3).await;
    let mut browser = at_checkout(&shop, &product).await;
    let coupon = shop.percent_code("Zehn Prozent", "10").await;
    let fields = vec![("line_1", "1"), ("coupon", coupon.code.as_str()), ("intent", "update")];
    browser.submit("/cart", fields).await;
    let page = browser.read("/cart").await;
    assert!(page.contains("Rabatte") && page.contains("-2,00\u{a0}€"), "{page}");
    assert!(browser.read("/checkout").await.contains("Zehn Prozent"));
}

#[tokio::test]
async fn the_checkout_names_its_fields_and_what_is_wrong_with_them() {
    let shop = Shop::open().await;
    let mut browser = at_checkout(&shop, &kettle(&shop, 3).await).await;
    let page = browser.read("/checkout").await;
    for said in
        [">Zahlungspflichtig bestellen</button>", "Lieferadresse", "<option value=\"GB\">Vereinigtes Königreich<"]
    {
        assert!(page.contains(said), "{said}: {page}");
    }
    let wrong = [("email", "ada@"), ("name", " "), ("country", "DE"), ("postal_code", "1"), ("method", "none")];
    let page = german(html(&browser.check_out(&wrong).await.expect(422)));
    for said in [
        "Es wurde noch nichts bestellt. Bitte korrigieren Sie:",
        "Geben Sie Ihre E-Mail-Adresse an, zum Beispiel ada@example.com.",
        "Bitte füllen Sie das Feld „Vor- und Nachname“ aus.",
        "Prüfen Sie die Postleitzahl, zum Beispiel 26133.",
        "Wählen Sie eine Zahlungsart.",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let page = german(html(&browser.check_out(&[("country", "US"), ("intent", "country")]).await.expect(200)));
    assert!(page.contains("Bundesstaat") && page.contains("Postleitzahl"), "{page}");
    let page = german(html(&browser.check_out(&[("expected_total", "viel")]).await.expect(422)));
    assert!(page.contains("Die Summe ließ sich nicht lesen."), "{page}");
}

#[tokio::test]
async fn an_order_is_followed_from_the_bank_to_its_return_in_german() {
    let shop = Shop::open().await;
    let mut browser = at_checkout(&shop, &kettle(&shop, 3).await).await;
    let path = browser.buy("pm_card_authenticationRequired").await;
    assert!(browser.read(&path).await.contains("Ihre Bank hat eine Frage"));
    let bank = format!("{path}/authenticate");
    assert!(browser.read(&bank).await.contains("Zahlung bestätigen"));
    browser.submit(&bank, vec![("outcome", "approve")]).await;
    let page = browser.read_until(&path, "Ihre Bestellung ist bestätigt").await;
    assert!(page.contains("Vereinigtes Königreich") && page.contains(" Uhr (UTC)"), "{page}");

    let sent = eventually("it is sent", async || {
        let send = shop.post(&format!("/v1/admin{path}/fulfilments")).bearer(&shop.owner().await);
        let sent = send.json(json!({ "tracking_url": "https://p.example/1" })).send().await;
        (sent.status == 201).then_some(sent)
    });
    sent.await.expect(201);
    let page = browser.read(&path).await;
    assert!(page.contains("Versandt am ") && page.contains("Paket 1 verfolgen"), "{page}");
    let returns = format!("{path}/returns");
    let page = browser.read(&returns).await;
    assert!(page.contains("<option value=\"Too small\">Zu klein<"), "{page}");
    let so_far = value_of(&page, "so_far");
    let wrong = [("so_far", so_far.as_str()), ("line_1", "9"), ("comment", "")];
    let page = browser.read_refusal(&returns, &wrong, 422).await;
    assert!(page.contains("Geben Sie eine Zahl von 0 bis 1 für Wasserkessel an."), "{page}");
    let right = vec![("so_far", so_far.as_str()), ("line_1", "1"), ("line_1-reason", "Too small"), ("comment", "")];
    browser.submit(&returns, right).await;
    assert!(browser.read(&path).await.contains("1 × Wasserkessel: Zu klein"));
}

#[tokio::test]
async fn a_declined_payment_and_a_cancelled_order_are_told_in_german() {
    let shop = Shop::open().await;
    let mut browser = at_checkout(&shop, &kettle(&shop, 3).await).await;
    let path = browser.buy("pm_card_chargeDeclinedInsufficientFunds").await;
    let page = browser.read(&path).await;
    for said in ["Auf dieser Karte ist zu wenig Geld.", "Anders bezahlen", "etwa 60 Minuten, bis "] {
        assert!(page.contains(said), "{said}: {page}");
    }
    browser.read(&format!("{path}/payments")).await;
    browser.read_refusal(&format!("{path}/payments"), &[("method", "gold")], 422).await;
    browser.submit(&format!("{path}/cancel"), vec![]).await;
    let page = browser.read_until(&path, "Diese Bestellung wurde storniert").await;
    assert!(page.contains("Noch einmal bestellen"), "{page}");
    browser.submit(&format!("{path}/again"), vec![]).await;
    let path = browser.buy(VISA).await;
    browser.read_until(&path, "Ihre Bestellung ist bestätigt").await;
}

#[tokio::test]
async fn a_transfer_is_asked_for_in_german() {
    let ways = json!({
        "stripe": { "offered": false, "capture": "automatic" },
        "bank_transfer": { "instructions": "An DE02 1203 0000 0000 2020 51", "cancel_after_days": 7 },
        "invoice": { "instructions": "Binnen 14 Tagen" },
    });
    let Some((shop, _)) = manual_payments::open(&ways, 1).await else { return };
    let mut browser = at_checkout(&shop, &kettle(&shop, 3).await).await;
    let page = browser.read("/checkout").await;
    assert!(page.contains("Vorkasse per Überweisung") && page.contains("Kauf auf Rechnung"), "{page}");
    let path = browser.buy("bank_transfer").await;
    let page = browser.read(&path).await;
    assert!(page.contains("Verwendungszweck") && page.contains("Noch nicht bezahlt"), "{page}");
}

#[tokio::test]
async fn whoever_is_lost_is_told_so_in_german() {
    let shop = Shop::open().await;
    let mut browser = reader(&shop);
    let read = |answer: Answer, status: u16| german(html(&answer.expect(status)));
    assert!(read(browser.get("/products/nirgends").await, 404).contains("Diese Seite gibt es nicht"));
    assert!(read(browser.get("/cart/lines").await, 405).contains("So lässt sich diese Seite nicht öffnen"));
    let page = browser.read_refusal("/cart/lines", &[], 422).await;
    assert!(page.contains("Es wurde nichts geändert. Eine Angabe fehlt oder passt nicht."), "{page}");
    let forged = browser.form("/cart", &vec![]).header("sec-fetch-site", "cross-site").send().await;
    assert!(read(forged, 403).contains("Diese Anfrage kam nicht von unseren eigenen Seiten"));
    browser.read("/orders/find").await;
    let page = browser.read_refusal("/orders/find", &[("number", "1"), ("email", "ada")], 422).await;
    assert!(page.contains("Prüfen Sie die Bestellnummer, sie sieht so aus: 7ZZZ-ABCD."), "{page}");
    let email = format!("{}@example.com", unique("ada").to_lowercase());
    let asked = browser.submit("/orders/find", vec![("number", "ZZZZ-ZZZZ"), ("email", &email)]).await;
    assert!(browser.read(&asked).await.contains("haben wir eine E-Mail"));
    // The address alone says it, too.
    let stranger = Browser::new(&shop);
    assert!(german(html(&stranger.get("/nirgends?locale=de").await.expect(404))).contains("Zurück zum Shop"));
}
