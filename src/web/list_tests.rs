use super::*;
use crate::shelf::snapshot::{Level, Product, ProductOption};
use crate::testing::{product as made, settings};
use crate::text::Language;

/// What options are called and have that other shops trip over.
const SIZE: &str = "Size (24\" × 36\")";
const VALUES: [&str; 5] = ["1/7", "6½", "40,5", "<b>L</b>", "فارسی 3"];

/// Mugs by two vendors, one in each size, each dearer than the one before.
fn shop() -> Snapshot {
    let mug = |(n, value): (usize, &str)| Product {
        vendor: Some(["Fern & Fettle", "Tarn"][n % 2].to_owned()),
        tags: vec!["kitchen".to_owned()],
        options: vec![ProductOption { name: SIZE.to_owned(), values: vec![value.to_owned()] }],
        ..made(n as u64, &format!("Enamel Mug {n}"), Some(1_000 * (n as i64 + 1)), n as i64)
    };
    let mut products: Vec<Product> = VALUES.into_iter().enumerate().map(mug).collect();
    for (product, value) in products.iter_mut().zip(VALUES) {
        product.variants[0].options = vec![value.to_owned()];
        product.variants[0].level = Level::InStock;
        product.level = Level::InStock;
    }
    products[0].variants[0].level = Level::Out;
    products.push(made(9, "Wheel Bearing", Some(500), 9));
    Snapshot::new("7".into(), settings(), products)
}

fn rendered(snapshot: &Snapshot, visitor: Visitor, query: &str) -> String {
    let reading = Reading { visitor: visitor.at(query), site: "https://shop.example", path: "/products", query };
    ListPage::new(snapshot, &reading).render().unwrap()
}

fn shown(query: &str) -> String {
    rendered(&shop(), Visitor::default(), query)
}

/// The titles in their order.
fn titles(html: &str) -> Vec<String> {
    let titles = html.split("class=\"card-title\">").skip(1).map(|rest| rest.split("</span>").next().unwrap());
    titles.map(|title| title.replace("<mark>", "").replace("</mark>", "")).collect()
}

/// The address of each link of that class, as a browser reads it.
fn links(html: &str, class: &str) -> Vec<String> {
    let mark = format!("class=\"{class}\" href=\"");
    let links = html.split(&mark).skip(1);
    links.map(|rest| rest.split('"').next().unwrap().replace("&#38;", "&")).collect()
}

fn encoded(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

#[test]
fn search_engines_are_told_what_a_list_begins_with() {
    let (english, german) = (Visitor::default(), Visitor { language: Language::De, ..Visitor::default() });
    let description = |html: &str| {
        html.split_once("<meta name=\"description\" content=\"").unwrap().1.split('"').next().unwrap().to_owned()
    };
    let all = description(&rendered(&shop(), english, ""));
    assert_eq!(
        all,
        "Tradepost – Products: Wheel Bearing, Enamel Mug 4, Enamel Mug 3, Enamel Mug 2, Enamel Mug 1, Enamel Mug 0"
    );
    let sought = description(&rendered(&shop(), german, "q=%3Cwheel%3E"));
    assert!(sought.starts_with("Tradepost – Ergebnisse für „&#60;wheel&#62;“: Wheel Bearing"), "{sought}");
    let many = (0..60).map(|n| made(n, &format!("A thing with a title {n}"), Some(100), n as i64)).collect();
    let many = Snapshot::new("7".into(), settings(), many);
    let home = ListPage::home(&many, &Reading { visitor: german, site: "", path: "/", query: "" }).render().unwrap();
    let home = description(&home);
    assert!(home.starts_with("Tradepost – Neu im Shop: A thing") && (120..=162).contains(&home.len()), "{home}");
}

#[test]
fn every_value_of_an_option_is_chosen_shown_and_taken_away_again() {
    let name = format!("option.{SIZE}");
    for (n, value) in VALUES.into_iter().enumerate() {
        let html = shown(&encoded(&[(&name, &format!(" {value} ")), ("price_from", ""), ("q", "")]));
        assert_eq!(titles(&html), [format!("Enamel Mug {n}")], "{value}");
        assert_eq!(html.matches("<input type=\"checkbox\"").count() - html.matches(" checked").count(), 7, "{html}");
        assert_eq!(links(&html, "chip"), ["/products"], "{value}");
        assert!(!html.contains("<b>L"));
        // The form's own field leads to the same list.
        let field = html.split(" checked").next().unwrap().rsplit("<input").next().unwrap();
        let attribute = |name: &str| {
            let raw = field.split(&format!("{name}=\"")).nth(1).unwrap().split('"').next().unwrap();
            raw.replace("&#34;", "\"").replace("&#60;", "<").replace("&#62;", ">")
        };
        assert_eq!((attribute("name"), attribute("value")), (name.clone(), value.to_owned()));
    }
}

#[test]
fn a_chip_takes_one_filter_away_and_leaves_the_others() {
    let html = shown("vendor=Tarn&vendor=Fern+%26+Fettle&in_stock=true&price_from=20&price_to=40,00&sort=price_desc");
    assert_eq!(titles(&html), ["Enamel Mug 3", "Enamel Mug 2", "Enamel Mug 1"]);
    let chips = links(&html, "chip");
    assert_eq!(chips.len(), 5);
    let without_least = "/products?vendor=Tarn&vendor=Fern+%26+Fettle&in_stock=true&price_to=40%2C00&sort=price_desc";
    assert_eq!(chips[3], without_least);
    assert!(
        html.contains("from €20.00") && html.contains("up to €40.00") && html.contains("value=\"price_desc\" selected")
    );
    assert_eq!(titles(&shown("price_from=40&price_to=20")).len(), 3, "the wrong way round");
    let fault = shown("price_from=cheap");
    assert!(fault.contains("<details class=\"filters\" open>") && fault.contains("id=\"price_from-error\""), "{fault}");
    assert_eq!(fault.matches("aria-invalid").count(), 1, "the other one is right");
    assert!(!shown("price_from=20").contains("<details class=\"filters\" open>"));
    assert!(fault.contains("aria-invalid=\"true\"") && fault.contains("value=\"cheap\"") && titles(&fault).len() == 6);
}

#[test]
fn what_was_found_is_marked_and_what_was_meant_is_offered() {
    let found = shown("q=mugs&vendor=Tarn");
    assert!(found.contains("Enamel <mark>Mug</mark> 3") && found.contains("Results for “mugs”"));
    assert!(found.contains("<input type=\"hidden\" name=\"q\" value=\"mugs\">"), "the filters keep the search");
    let meant = shown("q=weel+bering");
    assert_eq!(titles(&meant), ["Wheel Bearing"]);
    assert!(meant.contains("href=\"/products?q=Wheel+Bearing\">Did you mean “Wheel Bearing”? (1)"), "{meant}");
    assert!(!shown("q=wheel+bearing").contains("Did you mean"));
}

#[test]
fn where_nothing_is_found_the_list_shows_what_comes_near() {
    let html = shown("q=wheel+mug&vendor=Tarn&price_to=1");
    assert!(titles(&html).is_empty() && html.contains("Nothing fits") && !html.contains("Did you mean"));
    let html = shown("q=mug&vendor=Tarn&price_to=10");
    let near: Vec<_> = html.split("<li><a href=\"/products").skip(1).collect();
    assert!(near[0].starts_with("?q=mug&#38;vendor=Tarn\">Without up to €10.00 (2)"), "{near:?}");
    assert!(near[1].starts_with("?q=mug&#38;price_to=10\">Without Brand: Tarn (1)"), "{near:?}");
    assert!(titles(&html).is_empty(), "under these filters there is nothing");
    let html = shown("q=wheel+mug");
    assert!(html.contains("Nothing found for “wheel mug”. These come near:") && !html.contains("No product has"));
    assert_eq!(titles(&html), ["Wheel Bearing"], "the rarer of the two");
    assert!(html.contains("<mark>Wheel</mark> Bearing"), "{html}");
    let german = rendered(&shop(), Visitor { language: Language::De, ..Visitor::default() }, "q=wheel+mug");
    assert!(german.contains("Nichts gefunden für „wheel mug“. Das kommt dem nahe:"));
    let liked = shown("q=xyzzy&in_stock=true");
    assert!(liked.contains("Nothing found for “xyzzy”. Perhaps there is something here:"));
    assert_eq!(titles(&liked).len(), 4);
    assert!(html.contains("href=\"/products?q=mug\">Only “mug” (5)") && html.contains("Only “wheel” (1)"), "{html}");
}

#[test]
fn a_page_speaks_german_and_counts_in_another_currency() {
    let mut products = vec![made(1, "Tasse", Some(123_450), 1)];
    products[0].variants[0].prices.push(serde_json::from_str(r#"{"amount": 990, "currency": "USD"}"#).unwrap());
    let snapshot = Snapshot::new("7".into(), settings(), products);
    let shown = |currency| {
        let visitor = Visitor { language: Language::De, currency };
        rendered(&snapshot, visitor, "price_from=1.000")
    };
    let german = shown(None);
    assert!(
        german.contains("<html lang=\"de\">") && german.contains("1.234,50\u{a0}€") && german.contains("Von, in €")
    );
    assert!(shown(crate::money::Currency::parse("USD").ok()).contains("9,90\u{a0}$"));
}

#[test]
fn a_list_has_an_address_in_each_language_and_a_narrowed_one_none() {
    let html = shown("");
    assert!(html.contains("<link rel=\"canonical\" href=\"https://shop.example/products\">"), "{html}");
    assert!(
        html.contains("hreflang=\"de\" href=\"https://shop.example/products?locale=de\"") && !html.contains("noindex")
    );
    let german = shown("locale=de&currency=USD");
    assert!(
        german.contains("<html lang=\"de\">")
            && german.contains("rel=\"canonical\" href=\"https://shop.example/products?locale=de\"")
    );
    assert!(german.contains("name=\"back\" value=\"/products\"") && german.contains("value=\"USD\" selected>"));
    let narrowed = shown("q=mug&locale=en");
    assert!(
        narrowed.contains("noindex")
            && !narrowed.contains("canonical")
            && narrowed.contains("value=\"/products?q=mug\"")
    );
}

#[test]
fn what_an_address_says_of_language_and_currency_goes_along_through_the_list() {
    let mug = |n: u64| {
        let mut mug = made(n, &format!("Mug {n}"), Some(1_000), n as i64);
        mug.variants[0].prices.push(serde_json::from_str(r#"{"amount": 990, "currency": "USD"}"#).unwrap());
        mug
    };
    let snapshot = Snapshot::new("7".into(), settings(), (0..40).map(mug).collect());
    let first = rendered(&snapshot, Visitor::default(), "q=mug&locale=de&currency=USD&utm=x");
    let next = &links(&first, "button button-quiet")[0];
    let query = next.strip_prefix("/products?").unwrap();
    assert!(query.contains("currency=USD") && query.contains("locale=de") && !query.contains("utm"), "{query}");
    let second = rendered(&snapshot, Visitor::default(), query);
    assert!(second.contains("<html lang=\"de\">") && second.contains("9,90\u{a0}$"), "{second}");
    assert_eq!((titles(&first).len(), titles(&second).len()), (24, 16), "a place is one of its currency");
    for field in ["name=\"locale\" value=\"de\"", "name=\"currency\" value=\"USD\""] {
        assert_eq!(first.matches(&format!("<input type=\"hidden\" {field}>")).count(), 2, "searching and filtering");
    }
    assert!(links(&first, "chip").iter().chain(&links(&first, "chip chip-all")).all(|url| url.contains("locale=de")));
}

#[test]
fn a_list_with_thousands_of_values_is_a_small_page() {
    let product = |n: u64| Product {
        vendor: Some(format!("Vendor {n}")),
        tags: (0..40).map(|tag| format!("tag {}", n * 40 + tag)).collect(),
        options: vec![ProductOption { name: format!("Option {n}"), values: vec!["x".repeat(100)] }],
        ..made(n, &format!("Product {n}"), Some(100), n as i64)
    };
    let mut products: Vec<Product> = (0..200).map(product).collect();
    products.iter_mut().for_each(|product| product.variants[0].options = product.options[0].values.clone());
    let snapshot = Snapshot::new("7".into(), settings(), products);
    let html = rendered(&snapshot, Visitor::default(), "");
    assert!(html.len() < 60_000, "{} bytes", html.len());
}

#[test]
fn tiles_filters_and_what_is_chosen_are_read_in_the_visitors_language() {
    let mut products = shop().products.iter().map(|product| product.product().unwrap()).collect::<Vec<_>>();
    let mug = products.iter_mut().find(|product| product.title == "Enamel Mug 1").unwrap();
    let german = serde_json::json!({ "de": {
        "title": "Emaillebecher", "options": { SIZE: { "name": "Größe", "values": { "6½": "sechseinhalb" } } },
    }});
    mug.translations = serde_json::from_value(german).unwrap();
    let snapshot = Snapshot::new("7".into(), settings(), products);
    let german = Visitor { language: Language::De, ..Visitor::default() };
    let query = encoded(&[(&format!("option.{SIZE}"), "6½")]);
    let html = rendered(&snapshot, german, &query);
    assert_eq!(titles(&html), ["Emaillebecher"]);
    assert!(html.contains("Größe: sechseinhalb") && html.contains("value=\"6½\" checked"), "{html}");
    assert_eq!(titles(&rendered(&snapshot, german, "q=emaillebecher")), ["Emaillebecher"]);
    let own = rendered(&snapshot, Visitor::default(), &query);
    assert_eq!(titles(&own), ["Enamel Mug 1"]);
    assert!(!own.contains("Größe"), "{own}");
}

#[test]
fn the_form_keeps_what_is_chosen_however_much_else_there_is() {
    let axes: Vec<String> = (0..40).map(|n| format!("Axis{n}")).collect();
    let mut product = made(1, "Machine", Some(500), 1);
    product.options =
        axes.iter().map(|name| ProductOption { name: name.clone(), values: vec!["x".to_owned()] }).collect();
    product.variants[0].options = vec!["x".to_owned(); axes.len()];
    let snapshot = Snapshot::new("7".into(), settings(), vec![product]);
    let has_field = |query: &str, axis: &str| {
        rendered(&snapshot, Visitor::default(), query).contains(&format!("name=\"option.{axis}\" value=\"x\""))
    };
    let shown = axes.iter().filter(|axis| has_field("", axis)).count();
    assert_eq!(shown, MAX_FACETS);
    for axis in &axes {
        assert!(has_field(&format!("option.{axis}=x"), axis), "{axis}");
    }
}
