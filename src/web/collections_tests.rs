use serde_json::json;

use super::super::visitor::Visitor;
use super::*;
use crate::testing::{product, settings};

/// Thirty mugs in a collection that is in another one, whose title tries everything.
fn snapshot() -> Snapshot {
    let made = |n: u8, parent: Option<u8>, title: &str| -> Collection {
        let id = |n: u8| crate::ids::CollectionId::derived([n; 16]);
        let whole = json!({
            "id": id(n), "slug": format!("slug-{n}"), "title": title, "description": "First.\n\nSecond <b>.",
            "image": null, "seo_title": null, "seo_description": "\"><i>", "parent": parent.map(id), "position": 0,
            "published": true, "sort": "title", "rule": { "match": "all", "conditions": [{ "fact": "title", "text": "mug" }] },
        });
        serde_json::from_value(whole).unwrap()
    };
    let mut products: Vec<_> = (0..30).map(|n| product(n, &format!("Mug {n}"), Some(100), n as i64)).collect();
    products.push(product(99, "Plate", Some(100), 99));
    let collections = vec![made(1, None, "<script>"), made(2, Some(1), "Mugs")];
    Snapshot::new("7".into(), settings(), products).with_collections(collections)
}

fn get(path: &str, query: &str) -> Option<String> {
    let reading = Reading { visitor: Visitor::default(), site: "", path, query };
    let answer = answer(&snapshot(), &reading)?.ok()?;
    Some(String::from_utf8(answer.body).unwrap())
}

fn main(html: &str) -> &str {
    html.split_once("<main").unwrap().1.split_once("</main>").unwrap().0
}

#[test]
fn a_collection_is_read_page_by_page_in_its_own_order() {
    let first = get("/collections/slug-2", "utm_source=mail").unwrap();
    assert!(first.contains("<p>First.</p>") && first.contains("Second &lt;b&gt;.") && !first.contains("Plate"));
    let mugs: Vec<_> = first.split("card-title\">").skip(1).map(|rest| rest.split('<').next().unwrap()).collect();
    assert_eq!((mugs.len(), mugs[0], mugs[10]), (24, "Mug 0", "Mug 10"));
    let next = first.split_once("href=\"/collections/slug-2?cursor=").unwrap().1.split_once('"').unwrap().0;
    let second = get("/collections/slug-2", &format!("cursor={next}")).unwrap();
    assert!(second.contains("Mug 24<") && second.contains("Mug 29<") && !second.contains("rel=\"next\""));
    let back = second.split_once("href=\"/collections/slug-2?before=").unwrap().1.split_once('"').unwrap().0;
    for (query, why) in [(&*format!("before={back}"), "back"), ("cursor=old", "a place that is no more")] {
        assert_eq!(main(&get("/collections/slug-2", query).unwrap()), main(&first), "{why}");
    }
}

#[test]
fn a_collection_says_what_it_is_in_and_what_is_in_it() {
    let (top, below) = (get("/collections/slug-1", "").unwrap(), get("/collections/slug-2", "").unwrap());
    assert!(top.contains("href=\"/collections/slug-2\"") && !top.contains("<script>") && !top.contains("<i>"));
    let crumbs = below.split_once("class=\"crumbs\"").unwrap().1.split_once("</nav>").unwrap().0;
    assert!(crumbs.contains("href=\"/collections/slug-1\"") && crumbs.contains("aria-current=\"page\">Mugs<"));
    let all = get("/collections", "").unwrap();
    assert!(all.contains("<meta name=\"description\" content=\"Tradepost – Collections: &#60;script&#62;\">"), "{all}");
    assert!(all.contains("href=\"/collections/slug-1\"") && all.contains("href=\"/collections/slug-2\""));
}

#[test]
fn what_is_no_collection_is_not_there() {
    for path in ["/collections/nobodys", "/collections/", "/collections/slug-1/x", "/collectionsx"] {
        assert_eq!(get(path, ""), None, "{path}");
    }
}
