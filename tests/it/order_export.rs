//! Orders as a file for a spreadsheet.

use serde_json::{Value, json};

use crate::ask::Answer;
use crate::order_lists::ordered;
use crate::shop::{Shop, unique};

pub async fn export(shop: &Shop, query: &str) -> Answer {
    let path = format!("/v1/admin/orders/export?{query}");
    shop.get(&path).bearer(&shop.owner().await).send().await
}

pub fn rows(answer: &Answer) -> Vec<Vec<String>> {
    assert!(answer.body.starts_with("\u{feff}".as_bytes()), "a byte order mark");
    read(&answer.body)
}

/// The lines of a file, as RFC 4180 divides them; of one that a spreadsheet wrote, too.
pub fn read(file: &[u8]) -> Vec<Vec<String>> {
    let text = std::str::from_utf8(file).unwrap().trim_start_matches('\u{feff}');
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' if quoted && rest.peek() == Some(&'"') => cell.extend(rest.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !quoted && rest.peek() == Some(&'\n') => {}
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            c => cell.push(c),
        }
    }
    assert!(cell.is_empty() && row.is_empty() && !quoted, "the file breaks off");
    rows
}

/// What somebody typed, as whoever reads a cell is told to find it.
pub fn as_typed(cell: &str) -> String {
    let parts = cell.split_inclusive([';', '\t', '\r', '\n', '|']);
    parts.map(|part| part.strip_prefix('\'').unwrap_or(part)).collect()
}

pub fn cell<'a>(rows: &'a [Vec<String>], row: usize, name: &str) -> &'a str {
    let column = rows[0].iter().position(|known| known == name).unwrap();
    &rows[row][column]
}

#[tokio::test]
async fn a_file_has_what_the_list_has() {
    let shop = Shop::open().await;
    let email = format!("{}@example.com", unique("ada"));
    let cart = ordered(&shop, &email, json!({ "phone": "+49 30 1234" }), "pm_card_visa").await;
    let order = shop.until_order(&cart, "confirmed", "paid").await;
    let answer = export(&shop, &format!("q={email}")).await.expect(200);
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"orders.csv\"");
    assert!(!answer.headers.contains_key("link"));
    let rows = rows(&answer);
    assert_eq!(rows.len(), 2);
    let total = order["totals"]["total"]["amount"].as_i64().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    for (name, expected) in [
        ("id", cart.id.clone()),
        ("placed_at", text(&order["placed_at"])),
        ("currency", "EUR".to_owned()),
        ("total", format!("{}.{:02}", total / 100, total % 100)),
        ("pieces", "1".to_owned()),
        ("email", email.clone()),
        ("name", "Ada Lovelace".to_owned()),
        ("phone", "'+49 30 1234".to_owned()),
        ("postal_code", "SW1Y 4JH".to_owned()),
        ("country", "GB".to_owned()),
        ("tags", String::new()),
    ] {
        assert_eq!(cell(&rows, 1, name), expected, "{name}");
    }
    assert_eq!(as_typed(cell(&rows, 1, "goods")), format!("1 × {}", text(&order["lines"][0]["sku"])));
    assert_eq!(export(&shop, "q=x&total_max=5").await.pointers(), ["currency"]);
    assert_eq!(export(&shop, "limit=0").await.pointers(), ["limit"]);
}

#[tokio::test]
async fn where_there_are_more_a_link_leads_to_the_next_file() {
    let shop = Shop::open().await;
    let email = format!("{}@example.com", unique("ada"));
    for _ in 0..3 {
        ordered(&shop, &email, json!({}), "pm_card_visa").await;
    }
    let (mut path, mut ids) = (format!("/v1/admin/orders/export?limit=2&q={email}&sort=oldest"), Vec::new());
    for left in [true, false] {
        let answer = shop.get(&path).bearer(&shop.owner().await).send().await.expect(200);
        let rows = rows(&answer);
        ids.extend((1..rows.len()).map(|row| cell(&rows, row, "id").to_owned()));
        let link = answer.header("link");
        assert_eq!(!link.is_empty(), left, "{link}");
        path = link.trim_start_matches('<').trim_end_matches(">; rel=\"next\"").to_owned();
    }
    let placed = ids.clone();
    ids.sort();
    ids.dedup();
    assert_eq!((ids.len(), placed.len()), (3, 3));
}

#[tokio::test]
async fn what_buyers_typed_does_nothing_in_a_spreadsheet() {
    let shop = Shop::open().await;
    for (name, kept) in [
        ("=HYPERLINK(\"http://x.example\",\"y\")", "'=HYPERLINK(\"http://x.example\",\"y\")"),
        ("+1+1", "'+1+1"),
        ("@SUM(1)", "'@SUM(1)"),
        ("-2", "'-2"),
        ("'quoted", "''quoted"),
        ("Ada;=HYPERLINK(A)", "Ada;'=HYPERLINK(A)"),
        ("＝SUM(A)", "'＝SUM(A)"),
        ("Ada, \"the\" Countess", "Ada, \"the\" Countess"),
    ] {
        let email = format!("{}@example.com", unique("ada"));
        let to = json!({ "name": name, "country": "US", "region": "MA", "city": "Cambridge", "postal_code": "02138" });
        ordered(&shop, &email, to, "pm_card_visa").await;
        let rows = rows(&export(&shop, &format!("q={email}")).await.expect(200));
        assert_eq!((cell(&rows, 1, "name"), cell(&rows, 1, "postal_code")), (kept, "'02138"));
        assert_eq!(as_typed(kept), name);
    }
}

#[tokio::test]
async fn nobody_but_staff_has_the_file() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    shop.get("/v1/admin/orders/export").send().await.problem(401, "not_signed_in");
    shop.get("/v1/admin/orders/export").bearer(&customer.access).send().await.problem(403, "forbidden");
}
