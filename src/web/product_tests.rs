use super::*;
use crate::shelf::snapshot::{ProductOption, Variant};
use crate::testing::{product as made, settings};
use crate::text::Language;

const SIZE: &str = "Size (24\" × 36\")";
const VALUES: [&str; 5] = ["1/7", "6½", "40,5", "<b>L</b>", "فارسی 3"];

/// A product in each combination of its options' values.
fn in_all(options: &[(&str, Vec<String>)]) -> Product {
    let mut product = made(1, "Shirt", Some(1_000), 1);
    product.options = options
        .iter()
        .map(|(name, values)| ProductOption { name: (*name).to_owned(), values: values.clone() })
        .collect();
    let first = product.variants.remove(0);
    let mut places: Vec<Vec<String>> = vec![Vec::new()];
    for (_, values) in options {
        let longer = |place: &Vec<String>| {
            values.iter().map(|value| [place.clone(), vec![value.clone()]].concat()).collect::<Vec<_>>()
        };
        places = places.iter().flat_map(longer).collect();
    }
    let variant = |(n, options): (usize, Vec<String>)| Variant {
        id: format!("var_{}", ulid::Ulid::from_parts(1, n as u128)).parse().unwrap(),
        prices: vec![crate::money::Money { amount: 1_000 + n as i64, ..first.prices[0] }],
        level: [Level::InStock, Level::Low, Level::Out][n % 3],
        options,
        ..first.clone()
    };
    product.variants = places.into_iter().enumerate().map(variant).collect();
    product.level = Level::InStock;
    product
}

fn values(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("Value {n}")).collect()
}

fn shown_at(product: Product, visitor: Visitor, fields: &[(&str, &str)]) -> String {
    let snapshot = Snapshot::new("7".into(), settings(), vec![product]);
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let reading = Reading { visitor, site: "https://shop.example", path: "/products/slug-1", query: &query };
    String::from_utf8(super::super::pages::answer(&snapshot, &reading).unwrap().unwrap().body).unwrap()
}

fn shown(product: Product, fields: &[(&str, &str)]) -> String {
    shown_at(product, Visitor::default(), fields)
}

/// The first `script` of that type, as JSON.
fn data(html: &str, kind: &str) -> serde_json::Value {
    let script =
        html.split(&format!("type=\"{kind}\"")).nth(1).unwrap_or_else(|| panic!("no {kind} in {html}")).to_owned();
    serde_json::from_str(script.split_once('>').unwrap().1.split("</script>").next().unwrap()).unwrap()
}

#[test]
fn every_value_can_be_asked_for_and_is_then_chosen() {
    let strange: Vec<String> = VALUES.map(str::to_owned).to_vec();
    let field = format!("option.{SIZE}");
    for (n, value) in VALUES.into_iter().enumerate() {
        let html = shown(in_all(&[(SIZE, strange.clone())]), &[(&field, value), ("utm_source", "mail")]);
        assert_eq!(html.matches(" checked>").count(), 1, "{value}");
        let chosen =
            html.split(" checked>").next().unwrap().rsplit("value=\"").next().unwrap().split('"').next().unwrap();
        assert_eq!(chosen.replace("&#60;", "<").replace("&#62;", ">"), value);
        assert!(html.contains(&format!("id=\"price\">€10.0{n}<")) && !html.contains("<b>L"), "{html}");
        let labels = ["In stock", "Only a few left", "Sold out"];
        assert!(html.contains(&format!("\">{}</span></p>", labels[n % 3])), "{html}");
    }
}

#[test]
fn what_does_not_exist_together_stays_chosen_and_is_said_to_be_so() {
    let mut product = in_all(&[("Size", values(3)), ("Colour", values(2))]);
    product.variants.remove(1);
    let fields = [("option.Size", "Value 0"), ("option.Colour", "Value 1")];
    let html = shown(product.clone(), &fields);
    assert!(html.contains("Not made like this") && html.contains("id=\"price\"></span>"));
    assert_eq!(html.matches(" checked>").count(), 2);
    assert_eq!(html.matches("not with the rest").count(), 1 + 2, "both values, and the script's word");
    assert_eq!(html.matches("<small class=\"choice-mark\">sold out</small>").count(), 1, "{html}");
    let german = shown_at(product, Visitor { language: Language::De, currency: None }, &fields);
    assert!(german.contains("So nicht erhältlich") && german.contains("In den Warenkorb"));
}

#[test]
fn two_thousand_variants_are_a_small_page() {
    let product = in_all(&[("Size", values(16)), ("Colour", values(16)), ("Cut", values(8))]);
    assert_eq!(product.variants.len(), 2_048);
    let html = shown(product, &[("option.Cut", "Value 7")]);
    assert!(html.len() < 60_000, "{} bytes", html.len());
    let rows = data(&html, "application/json\" id=\"variants")["rows"].as_str().unwrap().to_owned();
    assert!(rows.starts_with("+0 -1 !2 ") && rows.ends_with(" -1kv ") && rows.matches(' ').count() == 2_048);
}

#[test]
fn machines_are_told_the_product_and_nothing_breaks_out() {
    let mut product = in_all(&[("Size", values(3))]);
    product.title = "</script><script>alert(1)</script>".to_owned();
    product.description = "<!-- <script>".repeat(100);
    product.vendor = Some("\"</script>".to_owned());
    product.images =
        vec![Image { url: "/assets/a.svg".to_owned(), alt: String::new(), width: None, height: None, srcset: None }];
    let html = shown(product.clone(), &[]);
    assert_eq!(html.matches("<script").count(), 3, "{html}");
    let graph = data(&html, "application/ld+json")["@graph"].clone();
    assert_eq!(graph[0]["name"], product.title);
    assert_eq!(graph[0]["offers"]["@type"], "AggregateOffer");
    assert_eq!((&graph[0]["offers"]["lowPrice"], &graph[0]["offers"]["highPrice"]), (&"10.00".into(), &"10.02".into()));
    assert_eq!(graph[0]["image"][0], "https://shop.example/assets/a.svg");
    assert_eq!(graph[1]["itemListElement"][2]["item"], "https://shop.example/products/slug-1");
    assert!(html.contains("<link rel=\"canonical\" href=\"https://shop.example/products/slug-1\">"));

    let mut alone = made(1, "Mug", Some(500), 1);
    alone.variants[0].barcode = Some("4006381333931".to_owned());
    let graph = data(&shown(alone, &[]), "application/ld+json")["@graph"].clone();
    assert_eq!((&graph[0]["gtin"], &graph[0]["offers"]["price"]), (&"4006381333931".into(), &"5.00".into()));
    assert_eq!(graph[0]["offers"]["availability"], "https://schema.org/OutOfStock");
}

#[test]
fn the_choice_shows_its_own_picture() {
    let mut product = in_all(&[("Size", values(3))]);
    let image =
        |n: usize| Image { url: format!("/{n}.svg"), alt: String::new(), width: None, height: None, srcset: None };
    product.images = (0..3).map(image).collect();
    product.variants[1].image = Some(2);
    let large = |fields: &[(&str, &str)]| {
        let html = shown(product.clone(), fields);
        html.split_once("id=\"picture\" src=\"").unwrap().1.split('"').next().unwrap().to_owned()
    };
    assert_eq!(large(&[("option.Size", "Value 1")]), "/2.svg");
    assert_eq!(large(&[("option.Size", "Value 2")]), "/0.svg", "it has none of its own");
    product.images[1].alt = "From the side".to_owned();
    let html = shown(product.clone(), &[]);
    for name in ["Picture 1 of 3", "Picture 2 of 3: From the side"] {
        assert!(html.contains(&format!(" aria-label=\"{name}\"")), "{name}: {html}");
    }
    let table = data(&html, "application/json\" id=\"variants");
    assert_eq!((&table["rows"], &table["images"][2][0]), (&"+0 -1.2 !2 ".into(), &"/2.svg".into()));
}

#[test]
fn a_row_of_the_script_leaves_out_what_follows_from_the_one_before() {
    let mut product = in_all(&[("Size", values(6))]);
    for (variant, amount) in product.variants.iter_mut().zip([500, 500, 700, 900, 500, 500]) {
        variant.prices[0].amount = amount;
    }
    product.variants.remove(3);
    let html = shown(product, &[]);
    assert_eq!(data(&html, "application/json\" id=\"variants")["rows"], "+0 - !1 4-0 ! ");
}

#[test]
fn the_way_to_a_product_leads_through_its_deepest_collection_and_on_to_what_goes_with_it() {
    let id = |n: u8| crate::ids::CollectionId::derived([n; 16]);
    let collection = |n: u8, parent: Option<u8>, published: bool| -> Collection {
        let rule = json!({ "match": "all", "conditions": [{ "fact": "title", "text": "mug" }] });
        let whole = json!({
            "id": id(n), "slug": format!("slug-{n}"), "title": format!("Title {n}"), "description": "", "image": null,
            "seo_title": null, "seo_description": null, "parent": parent.map(id), "position": n,
            "published": published, "sort": "title", "rule": rule,
        });
        serde_json::from_value(whole).unwrap()
    };
    let mut products: Vec<_> = (1..9).map(|n| made(n, "Mug", Some(100), n as i64)).collect();
    for product in &mut products {
        (product.level, product.variants[0].level) = (Level::InStock, Level::InStock);
        product.tags = vec!["mugs".to_owned()];
    }
    let snapshot = Snapshot::new("7".into(), settings(), products).with_collections(vec![
        collection(1, None, true),
        collection(2, Some(1), true),
        collection(3, Some(2), false),
    ]);
    let reading = Reading { visitor: Visitor::default(), site: "", path: "/products/slug-1", query: "" };
    let html = super::super::pages::answer(&snapshot, &reading).unwrap().unwrap().body;
    let html = String::from_utf8(html).unwrap();
    let crumbs = html.split_once("class=\"crumbs\"").unwrap().1.split_once("</nav>").unwrap().0;
    let steps: Vec<_> = crumbs.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(steps, ["/", "/collections/slug-1", "/collections/slug-2"]);
    let beside = html.split_once("Goes with it").unwrap().1;
    assert_eq!(beside.matches("<li class=\"card").count(), 4);
    assert!(!beside.contains("href=\"/products/slug-1\""));
    let header = html.split_once("site-collections").unwrap().1.split_once("</nav>").unwrap().0;
    assert_eq!(header.matches("<a ").count(), 2, "the one at the top, and all");
}

#[test]
fn a_page_is_read_in_the_visitors_language_and_asks_in_the_shops_own() {
    let mut shirt = in_all(&[("Size", vec!["S".to_owned(), "L".to_owned()])]);
    shirt.description = "Of wool.".into();
    shirt.images =
        serde_json::from_str(r#"[{"url": "/a.svg", "alt": "Front"}, {"url": "/b.svg", "alt": "Back"}]"#).unwrap();
    shirt.translations = serde_json::from_str(
        r#"{"de": {"title": "Hemd <1>", "description": "Aus *Wolle*.", "images": {"/a.svg": "Vorn"},
            "options": {"Size": {"name": "Größe", "values": {"L": "groß"}}}}}"#,
    )
    .unwrap();
    let german = Visitor { language: Language::De, ..Visitor::default() };
    let html = shown_at(shirt.clone(), german, &[("option.Size", "L")]);
    for part in [
        "<h1>Hemd &#60;1&#62;</h1>",
        "<title>Hemd &#60;1&#62; · ",
        "<p>Aus <em>Wolle</em>.</p>",
        "<meta name=\"description\" content=\"Aus Wolle.\">",
        "alt=\"Vorn\"",
        "alt=\"Back\"",
        "<legend>Größe</legend>",
        "name=\"option.Size\" value=\"L\" required checked",
        "<span class=\"choice-label\">groß</span>",
        "<span class=\"choice-label\">S</span>",
        "<span aria-current=\"page\">Hemd &#60;1&#62;</span>",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
    assert_eq!(data(&html, "application/ld+json")["@graph"][0]["name"], "Hemd <1>");
    let own = shown(shirt, &[]);
    assert!(own.contains("<h1>Shirt</h1>") && own.contains("<legend>Size</legend>") && own.contains("alt=\"Front\""));
}

#[test]
fn what_a_bundle_is_made_of_is_called_as_the_visitor_reads_it() {
    let mut cup = made(2, "Cup", Some(500), 1);
    cup.translations = serde_json::from_str(r#"{"de": {"title": "Tasse"}}"#).unwrap();
    let part = |product: &Product, quantity: u32| {
        let variant = &product.variants[0];
        json!({ "variant_id": variant.id, "quantity": quantity, "sku": variant.sku, "title": product.title })
    };
    let parts = serde_json::from_value(json!([part(&made(3, "Pot", Some(900), 1), 1), part(&cup, 4)])).unwrap();
    let mut set = in_all(&[("Size", values(2))]);
    set.variants[0].parts = parts;
    let snapshot = Snapshot::new("7".into(), settings(), vec![set, cup]);
    let shown = |visitor: Visitor| {
        let reading = Reading { visitor, site: "", path: "/products/slug-1", query: "option.Size=Value+0" };
        String::from_utf8(super::super::pages::answer(&snapshot, &reading).unwrap().unwrap().body).unwrap()
    };
    let told = |html: &str, parts: &str| {
        let table = data(html, "application/json\" id=\"variants")["prices"].to_string();
        assert!(table.contains(parts) && html.replace(&table, "").contains(parts), "{html}");
    };
    told(&shown(Visitor::default()), "1 × Pot, 4 × Cup");
    told(&shown(Visitor { language: Language::De, currency: None }), "1 × Pot, 4 × Tasse");
}
