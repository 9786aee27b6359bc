use super::*;
use crate::shelf::snapshot::{Image, Level, ProductOption};
use crate::testing::{product as made, settings};
use crate::web::pages::{self, Reading};
use crate::web::visitor::Visitor;

const SITE: &str = "https://shop.example";

fn get(snapshot: &Snapshot, path: &str) -> String {
    let answer = answer(snapshot, SITE, path, "").unwrap().unwrap();
    assert_eq!(answer.cache_control, "public, max-age=600");
    String::from_utf8(answer.body).unwrap()
}

fn shop() -> Snapshot {
    let mut mug = made(1, "Mug & <Cup>", Some(1_999), 1);
    mug.vendor = Some("Fern & Fettle".to_owned());
    mug.description = "**Two**\n\nlines".to_owned();
    let image = |url: &str| Image { url: url.to_owned(), alt: String::new(), width: None, height: None, srcset: None };
    mug.images = vec![image("/assets/mug.svg"), image("/assets/large.svg")];
    mug.options = vec![ProductOption { name: "Size".to_owned(), values: vec!["1/7".to_owned(), "L".to_owned()] }];
    mug.variants[0].options = vec!["1/7".to_owned()];
    mug.variants[0].barcode = Some("4006381333931".to_owned());
    mug.variants[0].compare_at = vec![crate::money::Money { amount: 2_500, ..mug.variants[0].prices[0] }];
    let mut other = mug.variants[0].clone();
    other.id = format!("var_{}", ulid::Ulid::from_parts(1, 1)).parse().unwrap();
    (other.options, other.barcode, other.level) = (vec!["L".to_owned()], Some("4006381333932".to_owned()), Level::Low);
    other.compare_at.clear();
    other.image = Some(1);
    mug.variants.push(other);
    Snapshot::new("7".into(), settings(), vec![mug, made(2, "Unpriced", None, 2), made(3, "Alone", Some(500), 3)])
}

#[test]
fn search_engines_are_told_what_there_is() {
    let robots = get(&shop(), "/robots.txt");
    assert!(
        robots.contains("Disallow: /checkout\n") && robots.ends_with("\nSitemap: https://shop.example/sitemap.xml\n")
    );
    assert!(get(&shop(), "/sitemap.xml").contains("<loc>https://shop.example/sitemaps/1.xml</loc>"));
    let sitemap = get(&shop(), "/sitemaps/1.xml");
    assert_eq!(sitemap.matches("<loc>").count(), 3 * 4, "the shop, its list, and what is sold, in each version");
    assert!(
        sitemap
            .contains("<loc>https://shop.example/products/slug-1</loc>\n<lastmod>1970-01-01T00:00:00.001Z</lastmod>")
    );
}

/// What of an XML document stands between its tags, and that these are within each other.
fn well_formed(xml: &str) {
    let mut open = Vec::new();
    for part in xml.split('<').skip(2) {
        let (tag, text) = part.split_once('>').unwrap();
        let name = tag.split(' ').next().unwrap();
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        match name.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "{xml}"),
            None if tag.ends_with('/') => {}
            None => open.push(name),
        }
        for entity in text.split('&').skip(1) {
            assert!(["lt;", "gt;", "amp;", "quot;"].iter().any(|known| entity.starts_with(known)), "{text}");
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

/// As Google wants it: each names all, itself too; and the pages name the same.
#[test]
fn search_engines_are_told_each_page_in_each_language() {
    let (snapshot, address) = (shop(), "https://shop.example/products/slug-1");
    let sitemap = get(&snapshot, "/sitemaps/1.xml");
    let of_it = |url: &&str| url.contains(&format!("<loc>{address}"));
    let urls: Vec<&str> = sitemap.split("<url>").filter(of_it).collect();
    let versions = [("en", "?locale=en"), ("de", "?locale=de"), ("x-default", "")];
    assert_eq!(urls.len(), versions.len());
    for (url, (_, own)) in urls.iter().zip(versions) {
        assert!(url.starts_with(&format!("<loc>{address}{own}</loc>")), "{url}");
        assert_eq!(url.matches("<xhtml:link").count(), versions.len(), "{url}");
        for (tag, end) in versions {
            let link = format!("<xhtml:link rel=\"alternate\" hreflang=\"{tag}\" href=\"{address}{end}\"/>");
            assert!(url.contains(&link), "{url}");
        }
    }
    for query in ["", "locale=de"] {
        let reading = Reading { visitor: Visitor::default(), site: SITE, path: "/products/slug-1", query };
        let page = pages::answer(&snapshot, &reading).unwrap().unwrap();
        let page = String::from_utf8(page.body).unwrap();
        assert_eq!(page.matches("hreflang=").count(), versions.len());
        for (tag, end) in versions {
            assert!(page.contains(&format!("<link rel=\"alternate\" hreflang=\"{tag}\" href=\"{address}{end}\">")));
        }
    }
    for path in ["/sitemap.xml", "/sitemaps/1.xml", "/feed.xml", "/feeds/google-1.xml"] {
        well_formed(&get(&snapshot, path));
    }
}

#[test]
fn a_large_shop_is_told_in_parts() {
    let products = (0..5_001).map(|n| made(n, "Mug", Some(100), n as i64)).collect();
    let snapshot = Snapshot::new("7".into(), settings(), products);
    assert_eq!(get(&snapshot, "/sitemap.xml").matches("<loc>").count(), 3);
    let first = get(&snapshot, "/sitemaps/1.xml");
    assert_eq!(first.matches("<loc>").count(), 3 * 2_002);
    assert!(first.len() < 5_000_000, "{}", first.len());
    assert_eq!(get(&snapshot, "/sitemaps/3.xml").matches("<loc>").count(), 3 * 1_001);
    assert_eq!(get(&snapshot, "/feeds/google-2.xml").matches("<item>").count(), 1);
    for path in ["/sitemaps/4.xml", "/feeds/google-3.xml"] {
        assert_eq!(answer(&snapshot, SITE, path, "").unwrap().unwrap_err().status, 404, "{path}");
    }
    for path in ["/sitemaps/0.xml", "/sitemaps/x.xml", "/sitemaps/1", "/feeds/google-.xml", "/"] {
        assert!(answer(&snapshot, SITE, path, "").is_none(), "{path}");
    }
}

#[test]
fn parts_of_the_feed_hold_each_variant_once_and_cost_no_more_than_they_hold() {
    let products = (0..1_701).map(|n| {
        let mut mug = made(n, "Mug", Some(100), n as i64);
        for more in 1..3 {
            let id = crate::ids::VariantId::derived([n.to_be_bytes(), [more; 8]].concat().try_into().unwrap());
            mug.variants.push(Variant { id, ..mug.variants[0].clone() });
        }
        mug
    });
    let snapshot = Snapshot::new("7".into(), settings(), products.collect());
    let parts = ["/feeds/google-1.xml", "/feeds/google-2.xml"].map(|path| get(&snapshot, path));
    assert_eq!(parts.each_ref().map(|part| part.matches("<item>").count()), [5_000, 103]);
    let mut ids: Vec<_> = parts.iter().flat_map(|part| part.split("<g:id>").skip(1)).map(|at| &at[..30]).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 5_103);
    for path in ["/feeds/google-3.xml", "/feeds/google-999999.xml", "/sitemaps/9.xml"] {
        assert_eq!(answer(&snapshot, SITE, path, "").unwrap().unwrap_err().status, 404, "{path}");
    }
    for path in ["/feeds/google-1.xml", "/sitemaps/1.xml", "/feed.xml", "/sitemap.xml"] {
        assert_eq!(answer(&snapshot, "", path, "").unwrap().unwrap_err().status, 404, "{path}");
    }
}

#[test]
fn shopping_engines_are_told_each_variant() {
    let feed = get(&shop(), "/feeds/google-1.xml");
    let items: Vec<&str> = feed.split("<item>").skip(1).collect();
    assert_eq!(items.len(), 3, "the newest first, and nothing that is not sold");
    let [alone, first, second] = [items[0], items[1], items[2]];
    for told in [
        "<title>Mug &amp; &lt;Cup&gt; – ",
        "<description>Two lines</description>",
        "<link>https://shop.example/products/slug-1?option.Size=1%2F7</link>",
        "<g:image_link>https://shop.example/assets/mug.svg</g:image_link>",
        "<g:availability>out_of_stock</g:availability>",
        "<g:price>25.00 EUR</g:price>\n<g:sale_price>19.99 EUR</g:sale_price>",
        "<g:brand>Fern &amp; Fettle</g:brand>\n<g:gtin>4006381333931</g:gtin>",
        "<g:item_group_id>prod_",
    ] {
        assert!(first.contains(told), "{told} in {first}");
    }
    assert!(second.contains("<g:image_link>https://shop.example/assets/large.svg<"), "its own picture");
    assert!(second.contains("in_stock") && second.contains("<g:price>19.99 EUR") && !second.contains("g:gtin"));
    assert!(
        alone.contains("<g:identifier_exists>no") && !alone.contains("item_group_id") && !alone.contains("?option")
    );
}

#[test]
fn readers_are_told_the_newest() {
    let feed = get(&shop(), "/feed.xml");
    assert_eq!(feed.matches("<entry>").count(), 2);
    assert!(feed.find("Alone") < feed.find("Mug &amp; &lt;Cup&gt;"));
    assert!(feed.contains("<link href=\"https://shop.example/products/slug-3\"/>"));
}

#[test]
fn a_shop_that_is_nowhere_names_no_address() {
    assert!(
        !String::from_utf8(answer(&shop(), "", "/robots.txt", "").unwrap().unwrap().body).unwrap().contains("Sitemap")
    );
    for path in ["/sitemap.xml", "/sitemaps/1.xml", "/feed.xml", "/feeds/google-1.xml"] {
        assert_eq!(answer(&shop(), "", path, "").unwrap().unwrap_err().status, 404, "{path}");
    }
}

#[test]
fn a_feed_is_in_one_language_and_leads_to_pages_in_it() {
    let mut products = shop().products.iter().map(|product| product.product().unwrap()).collect::<Vec<_>>();
    let german =
        r#"{"de": {"title": "Becher", "description": "Aus *Ton*", "options": {"Size": {"values": {"L": "groß"}}}}}"#;
    products
        .iter_mut()
        .filter(|p| p.slug == "slug-1")
        .for_each(|mug| mug.translations = serde_json::from_str(german).unwrap());
    let snapshot = Snapshot::new("7".into(), settings(), products);
    let told = |path, query| String::from_utf8(answer(&snapshot, SITE, path, query).unwrap().unwrap().body).unwrap();
    let german = told("/feeds/google-1.xml", "locale=de");
    for part in [
        "<title>Becher – groß</title>\n<description>Aus Ton</description>",
        "<link>https://shop.example/products/slug-1?option.Size=L&amp;locale=de</link>",
        "<title>Alone</title>",
    ] {
        assert!(german.contains(part), "{part} in {german}");
    }
    let newest = told("/feed.xml", "locale=de");
    assert!(newest.contains("<title>Becher</title>") && newest.contains("/products/slug-1?locale=de\"/>"), "{newest}");
    for (path, query) in [("/feeds/google-1.xml", ""), ("/feed.xml", "locale=fr"), ("/feed.xml", "locale=en")] {
        let own = told(path, query);
        assert!(own.contains("Mug &amp; &lt;Cup&gt;") && !own.contains("Becher"), "{own}");
    }
}
