//! Whatever is written: one rule for all text, one mailbox for all ways to
//! write an address.

use serde_json::{Value, json};

use crate::ask::Answer;
use crate::fixtures::{address, details, prices, product_body};
use crate::shop::{Shop, unique, within};

/// Of each kind that nobody sees.
const UNSEEN: [&str; 9] =
    ["\u{200b}", "\u{ad}", "\u{feff}", "\u{2060}", "\u{200e}", "\u{202a}", "\u{2066}", "\u{e0041}", "\u{3164}"];

/// Turns what follows around.
const OVERRIDE: &str = "\u{202e}";

/// Spelled or drawn with joiners, selectors and tags: a Persian and a Hindi
/// word, a family, a flag, a heart.
const JOINED: &str = "می‌خواهم क्‍ष 👩‍👩‍👧 🏴󠁧󠁢󠁳󠁣󠁴󠁿 ❤️";

async fn create(shop: &Shop, overrides: Value) -> Answer {
    let owner = shop.owner().await;
    shop.post("/v1/admin/products").bearer(&owner).json(product_body(&overrides)).send().await
}

fn laced(text: &str, unseen: &str) -> String {
    let (one, two) = text.split_at(1);
    format!("{unseen}{one}{unseen}{two}{unseen}")
}

#[tokio::test]
async fn a_product_keeps_nothing_that_nobody_sees() {
    let shop = Shop::open().await;
    for unseen in UNSEEN {
        let sku = unique("SKU");
        let made = create(
            &shop,
            json!({
                "title": laced("Mug", unseen), "vendor": laced("Acme", unseen), "tags": [laced("tag", unseen), "tag"],
                "description": laced("Holds tea", unseen),
                "options": [{ "name": laced("Size", unseen), "values": [laced("Large", unseen)] }],
                "images": [{ "url": "/assets/mug.svg", "alt": laced("A mug", unseen) }],
                "variants": [{
                    "sku": laced(&sku, unseen), "barcode": laced("4006381333931", unseen), "title": laced("Big", unseen),
                    "options": { laced("Size", unseen): laced("Large", unseen) }, "prices": prices(100),
                }],
            }),
        )
        .await
        .expect(201)
        .json();
        assert_eq!(made["title"], "Mug", "{unseen:?}");
        assert_eq!((&made["vendor"], &made["tags"]), (&json!("Acme"), &json!(["tag"])), "{unseen:?}");
        assert_eq!(made["description"], "Holds tea");
        assert_eq!(made["images"][0]["alt"], "A mug");
        let variant = &made["variants"][0];
        assert_eq!(variant["options"], json!({ "Size": "Large" }));
        assert_eq!((&variant["sku"], &variant["barcode"]), (&json!(sku), &json!("4006381333931")));
        assert_eq!(variant["title"], "Big");
    }
}

#[tokio::test]
async fn a_title_that_nobody_sees_is_empty() {
    let shop = Shop::open().await;
    for title in UNSEEN.into_iter().chain(["\u{200d}", "\u{fe0f}", " \u{200b}\t", "\u{2800}", "\u{301}"]) {
        let answer = create(&shop, json!({ "title": title, "vendor": title })).await;
        assert_eq!(answer.pointers(), ["/title"], "{title:?}");
        assert_eq!(answer.json()["errors"][0]["detail"], "must not be empty");
        let answer =
            create(&shop, json!({ "variants": [{ "sku": title, "barcode": title, "prices": prices(1) }] })).await;
        assert_eq!(answer.pointers(), ["/variants/0/sku"], "{title:?}");
    }
}

#[tokio::test]
async fn what_turns_a_text_around_is_pointed_at() {
    let shop = Shop::open().await;
    let turned = format!("invoice{OVERRIDE}fdp.exe");
    let variant = json!({ "sku": turned, "barcode": turned, "title": turned, "prices": prices(1) });
    let body = json!({
        "title": turned, "vendor": turned, "tags": [turned], "description": turned, "variants": [variant],
        "images": [{ "url": "/a.svg", "alt": turned }], "slug": unique("turned"),
    });
    let answer = create(&shop, body).await;
    let mut pointers = answer.pointers();
    pointers.sort();
    assert_eq!(
        pointers,
        [
            "/description",
            "/images/0/alt",
            "/tags/0",
            "/title",
            "/variants/0/barcode",
            "/variants/0/sku",
            "/variants/0/title",
            "/vendor"
        ]
    );
    assert!(answer.told().contains("U+202E"), "{}", answer.told());
}

#[tokio::test]
async fn joiners_and_selectors_that_mean_something_are_kept() {
    let shop = Shop::open().await;
    let made =
        create(&shop, json!({ "title": JOINED, "description": JOINED, "tags": [JOINED] })).await.expect(201).json();
    assert_eq!(
        (&made["title"], &made["description"], &made["tags"]),
        (&json!(JOINED), &json!(JOINED), &json!([JOINED]))
    );
    let cart = shop.cart().await;
    let named = |name: &str| {
        let mut details = details();
        details["shipping_address"]["name"] = json!(name);
        shop.put(&cart.path("/details")).cart_token(&cart.token).json(details).send()
    };
    assert_eq!(named(JOINED).await.expect(200).json()["shipping_address"]["name"], JOINED);
    assert_eq!(
        named("葛\u{e0100}城 \u{feff}Ada").await.expect(200).json()["shipping_address"]["name"],
        "葛\u{e0100}城 Ada"
    );
}

#[tokio::test]
async fn skus_that_look_alike_are_one() {
    let shop = Shop::open().await;
    let sku = format!("É-{}", unique("SKU"));
    let with = |sku: &str| create(&shop, json!({ "variants": [{ "sku": sku, "prices": prices(100) }] }));
    with(&sku).await.expect(201);
    for alike in [
        sku.replace('É', "E\u{301}"),
        format!(" {sku} "),
        format!("\u{feff}{sku}"),
        sku.replace('-', "\u{2011}"),
        sku.replace('S', "\u{ff33}"),
        format!("{sku}\u{200d}"),
        format!("{sku}\u{fe0f}"),
        sku.replace('-', "-\u{ad}"),
    ] {
        with(&alike).await.problem(409, "sku_taken");
    }
    // Twice in one product as well.
    let other = unique("SKU");
    let variants = json!([
        { "sku": other, "options": { "Size": "S" }, "prices": prices(1) },
        { "sku": format!("{other}\u{200b}"), "options": { "Size": "L" }, "prices": prices(1) },
    ]);
    let options = json!([{ "name": "Size", "values": ["S", "L"] }]);
    assert_eq!(
        create(&shop, json!({ "options": options, "variants": variants })).await.pointers(),
        ["/variants/1/sku"]
    );
}

#[tokio::test]
async fn an_options_name_and_values_are_read_alike_wherever_they_are_written() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    let made = create(
        &shop,
        json!({
            "options": [{ "name": "Size ", "values": ["S ", "Gro\u{308}ße"] }, { "name": "Café", "values": ["é"] }],
            "variants": [
                { "sku": unique("SKU"), "options": { "Size ": "S ", "Cafe\u{301}": "e\u{301}" }, "prices": prices(1) },
                { "sku": unique("SKU"), "options": { " Size": "Größe\u{200b}", "Café": " é" }, "prices": prices(1) },
            ],
        }),
    )
    .await
    .expect(201)
    .json();
    assert_eq!(made["options"][0], json!({ "name": "Size", "values": ["S", "Größe"] }));
    assert_eq!(made["variants"][0]["options"], json!({ "Size": "S", "Café": "é" }));
    assert_eq!(made["variants"][1]["options"], json!({ "Size": "Größe", "Café": "é" }));

    let variant = format!("/v1/admin/variants/{}", made["variants"][0]["id"].as_str().unwrap());
    let change = |options: Value| shop.patch(&variant).bearer(&owner).json(json!({ "options": options })).send();
    let same = json!({ "Size\u{200b} ": " Gro\u{308}ße", "Cafe\u{301} ": "é" });
    assert_eq!(change(same).await.pointers(), ["/options"], "the other variant has them");
    change(json!({ "Size": "S\u{a0}", "Cafe\u{301}": "é" })).await.expect(200);

    // What is wrong is pointed at by the name that was sent.
    let body = |options: Value| {
        let variant = json!({ "sku": unique("SKU"), "options": options, "prices": prices(1) });
        create(&shop, json!({ "options": [{ "name": "Size", "values": ["S"] }], "variants": [variant] }))
    };
    assert_eq!(body(json!({ "Size ": "M" })).await.pointers(), ["/variants/0/options/Size "]);
    assert_eq!(body(json!({ "Size": "S", "Size ": "S" })).await.pointers(), ["/variants/0/options/Size "]);
    assert_eq!(body(json!({ "Size": "S", "Hue ": "S" })).await.pointers(), ["/variants/0/options/Hue "]);
    let options = json!([{ "name": "Size", "values": ["S", "S "] }, { "name": "Size ", "values": ["S"] }]);
    let pointers = create(&shop, json!({ "options": options })).await.pointers();
    assert_eq!(&pointers[..2], ["/options/0/values/1", "/options/1/name"]);
}

#[tokio::test]
async fn what_is_looked_for_is_read_as_what_is_stored() {
    let shop = Shop::open().await;
    let word = unique("é");
    let made = shop.product(json!({ "tags": [word], "vendor": word })).await;
    let decomposed = word.replace('é', "e%CC%81");
    for query in [format!("tag={decomposed}"), format!("vendor=%20{decomposed}%E2%80%8B")] {
        let list = shop.get(&format!("/v1/products?{query}")).send().await.expect(200).json();
        assert_eq!((&list["total"], &list["items"][0]["id"]), (&json!(1), &json!(made.id)), "{query}");
    }
}

#[tokio::test]
async fn a_deliverys_reference_counts_once_however_it_was_copied() {
    let shop = Shop::open().await;
    let product = shop.product(json!({})).await;
    let adjust = |reference: &str| {
        shop.adjust(&product.variant, json!({ "delta": 5, "reason": "received", "reference": reference }))
    };
    for reference in ["Lieferung Ä-1", "Lieferung A\u{308}-1", " Lieferung Ä-1\u{200b} "] {
        assert_eq!(adjust(reference).await.expect(200).json()["on_hand"], 5, "{reference:?}");
    }
    for reference in ["", "\u{200b}", "a\nb", "a\u{202e}b", &"é".repeat(256)] {
        assert_eq!(adjust(reference).await.pointers(), ["/reference"], "{reference:?}");
    }
}

/// Ways to write the same mailbox.
fn written(local: &str) -> [String; 6] {
    [
        format!("{local}@käse-beispiel.de"),
        format!("{}@Ka\u{308}se-Beispiel.DE", local.to_uppercase()),
        format!("{local}@XN--kse-beispiel-GCB.de"),
        format!("{local}＠käse-beispiel．de"),
        format!(" \u{202a}{local}@käse-\u{ad}beispiel.de\u{202c}"),
        format!("{local}@käse-beispiel。de"),
    ]
}

#[tokio::test]
async fn an_international_address_is_one_account_however_it_is_written() {
    let shop = Shop::open().await;
    let local = unique("info");
    let kept = format!("{local}@xn--kse-beispiel-gcb.de");
    let password = "thimble orchard meridian 7";
    let register = |email: &str, password: &str| {
        shop.post("/v1/auth/register").json(json!({ "email": email, "password": password })).send()
    };
    let spellings = written(&local);
    register(&spellings[0], password).await.expect(202);
    for email in &spellings[..4] {
        // The account is known, so its password stays.
        register(email, "another password of mine").await.expect(202);
    }
    // One mailbox also to who counts how often it was registered.
    register(&spellings[5], "another password of mine").await.problem(429, "too_many_requests");
    for email in &spellings {
        let granted = shop.log_in(email, password).await.expect(200).json();
        assert_eq!(granted["account"]["email"], json!(kept), "{email:?}");
    }
    // Another domain to the letter: IDNA 2008 does not make ß an ss.
    shop.log_in(&format!("{local}@kaese-beispiel.de"), password).await.problem(401, "invalid_credentials");
}

#[tokio::test]
async fn what_is_wrong_with_an_address_is_said() {
    let shop = Shop::open().await;
    let cart = shop.cart().await;
    for (email, told) in [
        ("jörg@example.com", "has “ö” before the @"),
        ("info\u{202e}@example.com", "has U+202E before the @"),
        ("ada@xn--999999999.de", "has no domain after the @"),
        ("ada@käse.de.", "has no domain after the @"),
        (&*format!("ada@{}.de", "ä".repeat(64)), "has no domain after the @"),
        ("\"ada lovelace\"@käse.de", "e-mail address"),
    ] {
        let body = json!({ "email": email, "password": "thimble orchard meridian 7" });
        let registered = shop.post("/v1/auth/register").json(body).send().await;
        let body = json!({ "email": email, "shipping_address": address() });
        let ordered = shop.put(&cart.path("/details")).cart_token(&cart.token).json(body).send().await;
        for answer in [registered, ordered] {
            assert_eq!(answer.pointers(), ["/email"], "{email:?}");
            let detail = answer.json()["errors"][0]["detail"].as_str().unwrap().to_owned();
            assert!(detail.contains(told), "{email:?}: {detail}");
        }
    }
}

/// On the platform its own tables say so, here ICU4X's.
#[tokio::test]
async fn a_domain_of_any_letters_is_kept_as_dns_has_it_or_refused() {
    let shop = Shop::open().await;
    let cart = shop.cart().await;
    let put = |domain: &str| {
        let body = json!({ "email": format!("a@{domain}"), "shipping_address": address() });
        shop.put(&cart.path("/details")).cart_token(&cart.token).json(body).send()
    };
    for (domain, kept) in [
        ("faß.de", "xn--fa-hia.de"),
        ("i❤.ws", "xn--i-7iq.ws"),
        ("例え.テスト", "xn--r8jz45g.xn--zckzah"),
        ("مثال.إختبار", "xn--mgbh0fb.xn--kgbechtv"),
        ("βόλος.gr", "xn--nxasmm1c.gr"),
        ("ΒΌΛΟΣ.gr", "xn--nxasmq6b.gr"),
        ("Bücher．example", "xn--bcher-kva.example"),
        ("①②.example", "12.example"),
        ("①.②", "1.2"),
        ("℡.example", "tel.example"),
        ("xn--fa-hia.DE", "xn--fa-hia.de"),
    ] {
        assert_eq!(put(domain).await.expect(200).json()["email"], json!(format!("a@{kept}")), "{domain:?}");
    }
    let long = format!("{}.de", "ä".repeat(64));
    for domain in [
        "xn--a.com",
        "xn--999999999.de",
        "xn--KSE-ä.de",
        "xn--example-.com",
        "xn--.de",
        "-käse.de",
        "käse-.de",
        "käse..de",
        "käse.de.",
        "käse_.de",
        "käse＿.de",
        "k%C3%A4se.de",
        "käse:8080",
        "käse/.de",
        "käse／.de",
        "käse?.de",
        "\u{301}a.de",
        "אa.de",
        &long,
    ] {
        assert_eq!(put(domain).await.pointers(), ["/email"], "{domain:?}");
    }
}

#[tokio::test]
async fn an_orders_address_is_kept_in_one_form_and_found_by_either() {
    let shop = Shop::open().await;
    let owner = shop.owner().await;
    let product = shop.stocked(1).await;
    let cart = shop.ready_cart(&product.variant, 1).await;
    let local = unique("info");
    for email in written(&local) {
        let body = json!({ "email": email, "shipping_address": address() });
        let seen = shop.put(&cart.path("/details")).cart_token(&cart.token).json(body).send().await.expect(200).json();
        assert_eq!(seen["email"], json!(format!("{local}@xn--kse-beispiel-gcb.de")), "{email:?}");
    }
    shop.place(&cart, "pm_card_visa").await.expect(201);
    for sought in [format!("{local}@k%C3%A4se-beispiel.de"), format!("{local}@xn--kse-beispiel-gcb.de"), local.clone()]
    {
        within(5_000, "the order is listed", async || {
            let list = shop.get(&format!("/v1/admin/orders?q={sought}")).bearer(&owner).send().await.expect(200).json();
            (list["total"] == 1).then_some(())
        })
        .await;
    }
}
