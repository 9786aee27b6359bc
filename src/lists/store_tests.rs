use std::time::Instant;

use rusqlite::Connection;
use serde_json::json;

use super::*;
use crate::lists::filter::After;
use crate::lists::sought::Sought;
use crate::lists::tags::Tag;
use crate::orders::after::edits::view::OpenEdit;
use crate::orders::after::goods::view::OpenReturn;
use crate::orders::projection::{Projection, upserts};
use crate::ports::Timestamp;
use crate::testing::{connection, run};

const NAMES: [&str; 8] =
    ["Ada Lovelace", "Jörg Müller", "王伟", "Grace O'Neill", "Zoë Löwenstein", "Ana Žnidaršič", "Max 100%", "Søren Bø"];

/// The n-th order of a shop: one each minute. Of a hundred, two wait for their payment; of a
/// thousand, one goes to Malta.
fn order(n: u64) -> Projection {
    let id =
        OrderId::derived(ulid::Ulid::from_parts(1_760_000_000_000 + n, u128::from(n) * 7_919_777_777_777).to_bytes());
    let waits = n % 50 == 7;
    serde_json::from_value(json!({
        "id": id,
        "version": 3,
        "number": id.number(),
        "account_id": null,
        "email": format!("buyer{n}@example.com"),
        "status": if waits { "awaiting_payment" } else { "confirmed" },
        "payment_status": if waits { "declined" } else { "paid" },
        "fulfilment_status": if n % 10 == 1 { "fulfilled" } else { "unfulfilled" },
        "total": { "amount": n % 20_000, "currency": if n.is_multiple_of(3) { "GBP" } else { "EUR" } },
        "pieces": 2,
        "placed_at": Timestamp::from_millis(1_760_000_000_000 + i64::try_from(n).unwrap() * 60_000),
        "updated_at": Timestamp::from_millis(1_760_000_000_000),
        "shipping_address": {
            "name": format!("{} {n}", NAMES[usize::try_from(n % 8).unwrap()]), "line1": "1 Long Lane", "city": "Berlin",
            "postal_code": "02138", "country": if n % 1_000 == 5 { "MT" } else { "DE" },
            "phone": format!("+49 30 {}", 1_000_000 + n),
        },
        "billing_address": null,
        "skus": [format!("SKU-{}", n % 500), "MUG-WHITE"],
        "goods": "1 × SET (4 × CUP), 1 × MUG-WHITE",
        "channel": "storefront",
        "edit_status": if n % 100 == 9 { Some("awaiting_payment") } else { None },
        "return_status": if n % 1_000 == 3 { Some("requested") } else { None },
        "sales": [[], []],
        "events": [],
    }))
    .unwrap()
}

fn shop(orders: u64) -> Connection {
    let connection = connection();
    let all: Vec<_> = (0..orders).map(order).collect();
    connection.execute_batch("BEGIN").unwrap();
    for part in all.chunks(1_000) {
        upserts(part).iter().for_each(|upsert| drop(run(&connection, upsert).unwrap()));
    }
    connection.execute_batch("COMMIT").unwrap();
    connection
}

fn search(q: &str) -> Filter {
    Filter { sought: Sought::of(q), ..Filter::default() }
}

fn found(connection: &Connection, filter: &Filter, most: usize) -> Vec<Listed> {
    listed(run(connection, &page(filter, most)).unwrap()).unwrap()
}

fn counted(connection: &Connection, filter: &Filter) -> Option<i64> {
    total(run(connection, &count(filter)).unwrap()).unwrap()
}

fn tag(connection: &Connection, order: &Projection, tag: &str) {
    connection.execute("INSERT INTO order_tags VALUES (?1, ?2)", [order.id.to_string(), tag.to_owned()]).unwrap();
}

#[test]
fn an_order_is_found_by_a_part_of_whatever_names_it() {
    let connection = shop(600);
    let one = order(301);
    let number = one.number.clone();
    let (half, rest) = number.split_once('-').unwrap();
    for q in [
        "buyer301@",
        "BUYER301@EXAMPLE",
        "r301@ex",
        &number,
        &format!("#{number}"),
        &format!("{half}{rest}").to_lowercase(),
        &one.id.to_string(),
        "Žnidaršič 301",
        "znidarsic 301",
        "+49 30 1000301",
        "0301000301",
        "030/1000301",
        "00493010003 01",
        "1000301",
    ] {
        let orders = found(&connection, &search(q), 10);
        assert!(orders.iter().any(|listed| listed.id == one.id), "{q}: {orders:?}");
        let all = counted(&connection, &search(q)).unwrap_or_else(|| panic!("{q} is rare"));
        assert_eq!(all, i64::try_from(orders.len()).unwrap(), "{q}");
    }
    assert!(found(&connection, &search("sku-301"), 10).iter().any(|listed| listed.id == one.id));
    assert!(found(&connection, &search("nobody"), 10).is_empty());
    // A whole half of the number, however many share its beginning.
    assert!(found(&connection, &search(rest), 600).iter().any(|listed| listed.id == one.id));
    // Two letters are a name, too, also at its end, and two that are nowhere are found nowhere.
    for (q, expected) in [("王伟", 75), ("01", 600), ("bø", 75), ("~~", 0), ("\"\"", 0), ("te", 600)] {
        let count = counted(&connection, &search(q));
        let orders = i64::try_from(found(&connection, &search(q), 1_000).len()).unwrap();
        assert_eq!(count, Some(orders), "{q}");
        assert!(q == "01" && orders > 0 || orders == expected, "{q}: {orders}");
    }
    assert_eq!(found(&connection, &search("王"), 600).len(), 75);
    assert_eq!(counted(&connection, &search("王")), None);
}

#[test]
fn how_many_stand_so_is_kept_whatever_becomes_of_their_rows() {
    let connection = shop(300);
    let kept = |filter: &Filter| {
        let walked = Filter { from: Some(Timestamp::from_millis(1)), ..filter.clone() };
        let (kept, walked) = (counted(&connection, filter), counted(&connection, &walked));
        assert_eq!(kept, walked, "{filter:?}");
        kept
    };
    let waiting = Filter { status: Some(Status::AwaitingPayment), ..Filter::default() };
    let asked = Filter { return_status: Some(OpenReturn::Requested), ..Filter::default() };
    let changing = Filter { edit_status: Some(OpenEdit::AwaitingPayment), ..Filter::default() };
    assert_eq!([kept(&Filter::default()), kept(&waiting), kept(&asked)], [Some(300), Some(6), Some(1)]);
    assert_eq!(kept(&changing), Some(3));
    let mut paid = order(7);
    paid.version += 1;
    (paid.status, paid.payment_status) = (Status::Confirmed, PaymentStatus::Paid);
    let mut decided = order(3);
    (decided.version, decided.return_status) = (4, None);
    let mut changed = order(9);
    (changed.version, changed.edit_status) = (4, None);
    // Once more, and as it was before: neither counts twice.
    for one in [&paid, &decided, &changed, &paid, &order(7)] {
        run(&connection, &upserts(std::slice::from_ref(one))[0]).unwrap();
    }
    assert_eq!([kept(&Filter::default()), kept(&waiting), kept(&asked)], [Some(300), Some(5), Some(0)]);
    assert_eq!(kept(&changing), Some(2));
    connection.execute("DELETE FROM orders WHERE id = ?1", [paid.id.to_string()]).unwrap();
    assert_eq!([kept(&Filter::default()), kept(&waiting)], [Some(299), Some(5)]);
}

#[test]
fn what_many_have_is_found_as_what_few_have() {
    let connection = shop(3_000);
    for n in 0..2_500 {
        tag(&connection, &order(n), "many");
    }
    tag(&connection, &order(9), "few");
    let tagged = |tag: &str| Filter { tag: tag.parse::<Tag>().ok(), ..Filter::default() };
    let newest = |filter: &Filter| found(&connection, filter, 1).first().map(|listed| listed.id);
    assert_eq!(newest(&search("example.com")), Some(order(2_999).id));
    assert_eq!(counted(&connection, &search("example.com")), None);
    assert_eq!(newest(&tagged("many")), Some(order(2_499).id));
    assert_eq!(counted(&connection, &tagged("many")), None);
    assert_eq!((newest(&tagged("few")), counted(&connection, &tagged("few"))), (Some(order(9).id), Some(1)));
    let both = Filter { sought: Sought::of("buyer9@"), ..tagged("many") };
    assert_eq!((newest(&both), counted(&connection, &both)), (Some(order(9).id), Some(1)));
    assert_eq!(newest(&Filter { sought: Sought::of("buyer2999@"), ..tagged("many") }), None);
    let by_id = Filter { sought: Sought::of(&order(9).id.to_string()), ..tagged("few") };
    assert_eq!((newest(&by_id), counted(&connection, &by_id)), (Some(order(9).id), Some(1)), "once, by both");
}

#[test]
fn every_way_to_sort_has_each_order_once() {
    let connection = shop(250);
    let euros = Currency::parse("EUR").ok();
    for sort in [Sort::Newest, Sort::Oldest, Sort::TotalDesc, Sort::TotalAsc] {
        for sought in ["", "buyer", "er"] {
            let mut filter = Filter { currency: euros, sort, sought: Sought::of(sought), ..Filter::default() };
            let mut keys = Vec::new();
            loop {
                let page = found(&connection, &filter, 20);
                let Some(last) = page.last() else { break };
                filter.after = Some(After { key: last.key(sort), id: Some(last.id) });
                keys.extend(page.iter().map(|listed| (listed.key(sort), listed.id)));
            }
            let mut sorted = keys.clone();
            sorted.sort_unstable();
            sorted.dedup();
            if matches!(sort, Sort::Newest | Sort::TotalDesc) {
                sorted.reverse();
            }
            assert_eq!(keys, sorted, "{sort:?} {sought:?}");
            assert_eq!(keys.len(), 166, "{sort:?} {sought:?}");
        }
    }
}

#[test]
fn an_older_version_overwrites_neither_the_row_nor_what_it_is_found_by() {
    let connection = shop(3);
    let mut newer = order(1);
    newer.version = 4;
    newer.email = "moved@example.com".to_owned();
    for version in [&newer, &order(1), &newer] {
        run(&connection, &upserts(std::slice::from_ref(version))[0]).unwrap();
    }
    assert_eq!(found(&connection, &search("moved@"), 10).len(), 1);
    assert!(found(&connection, &search("buyer1@"), 10).is_empty());
    connection.execute("INSERT INTO orders_search (orders_search, rank) VALUES ('integrity-check', 1)", []).unwrap();
    connection.execute("DELETE FROM orders WHERE id = ?1", [newer.id.to_string()]).unwrap();
    assert!(found(&connection, &search("moved@"), 10).is_empty());
    connection.execute("INSERT INTO orders_search (orders_search, rank) VALUES ('integrity-check', 1)", []).unwrap();
}

/// What the database says it does for a statement.
fn plan(connection: &Connection, statement: &Statement) -> String {
    let mut prepared = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", statement.sql)).unwrap();
    let nulls = vec![rusqlite::types::Null; prepared.parameter_count()];
    let lines = prepared.query_map(rusqlite::params_from_iter(nulls), |row| row.get::<_, String>(3)).unwrap();
    lines.map(Result::unwrap).collect::<Vec<_>>().join("\n")
}

#[test]
fn no_list_reads_the_whole_table() {
    let connection = connection();
    let account = AccountId::derived([1; 16]);
    let mut statements: Vec<_> = [Sort::Newest, Sort::Oldest, Sort::TotalDesc, Sort::TotalAsc]
        .map(|sort| page(&Filter { sort, ..Filter::default() }, 25))
        .into();
    statements.push(count(&Filter::default()));
    statements.extend(page_of(Buyer::Account(account), None, 25));
    for statement in &statements {
        let plan = plan(&connection, statement);
        let indexed =
            plan.contains("orders_listed (placed_at>? AND placed_at<?)") || plan.contains("orders_by_account");
        assert!(indexed && !plan.contains("SCAN orders\n"), "{}\n{plan}", statement.sql);
    }
    // In the order of time a page ends as soon as it is full.
    let walk = plan(&connection, &statements[0]);
    let walk = walk.split("orders_listed").nth(1).unwrap();
    assert_eq!(walk.matches("TEMP B-TREE FOR ORDER BY").count(), 1, "only the page itself is sorted: {walk}");
}

#[test]
#[ignore = "makes 100,000 orders and prints how long lists of them take: cargo test --lib -- --ignored --nocapture lists"]
#[allow(clippy::disallowed_methods, reason = "it measures")]
fn a_hundred_thousand_orders_are_listed_within_a_tenth_of_a_second() {
    let begun = Instant::now();
    let connection = shop(100_000);
    println!("made in {:?}", begun.elapsed());
    for n in 0..50_000 {
        tag(&connection, &order(n * 2), "half");
    }
    tag(&connection, &order(3), "old");
    let some = |text: &str| text.parse::<Tag>().ok();
    let euros = Currency::parse("EUR").ok();
    let malta = "MT".parse().ok();
    let filters = [
        ("all", Filter::default()),
        ("oldest", Filter { sort: Sort::Oldest, ..Filter::default() }),
        ("by total", Filter { sort: Sort::TotalDesc, currency: euros, ..Filter::default() }),
        ("one in fifty: a status", Filter { status: Some(Status::AwaitingPayment), ..Filter::default() }),
        ("one in a thousand: a country", Filter { country: malta, ..Filter::default() }),
        ("none: a payment status", Filter { payment_status: Some(PaymentStatus::Refunded), ..Filter::default() }),
        ("one in a thousand: a return", Filter { return_status: Some(OpenReturn::Requested), ..Filter::default() }),
        (
            "country and currency and total",
            Filter { country: malta, currency: euros, total_min: Some(19_000), ..Filter::default() },
        ),
        (
            "status and time",
            Filter {
                status: Some(Status::AwaitingPayment),
                to: Some(Timestamp::from_millis(1_760_600_000_000)),
                ..Filter::default()
            },
        ),
        ("half: a tag", Filter { tag: some("half"), ..Filter::default() }),
        ("one: a tag", Filter { tag: some("old"), ..Filter::default() }),
        (
            "a tag and a status",
            Filter { tag: some("half"), status: Some(Status::AwaitingPayment), ..Filter::default() },
        ),
        ("search of a mail", search("buyer77777@")),
        ("search of all", search("@example.com")),
        (
            "search of all, none fits",
            Filter { payment_status: Some(PaymentStatus::Refunded), ..search("@example.com") },
        ),
        ("search of a number", search(&order(5).number)),
        ("search of half a number", search(&order(5).number[..4])),
        ("search of a name", search("lowenstein 4")),
        ("search of a telephone", search("030 1055555")),
        ("search of an SKU", search("sku-499")),
        ("search of what only the oldest have", search("30 10000")),
        ("search of nothing there", search("zzzz")),
        ("search of two letters", search("王伟")),
        ("search of two letters that are not there", search("~~")),
        ("an id", search(&order(5).id.to_string())),
    ];
    let mut slow = Vec::new();
    for (name, filter) in filters {
        let time = |statement: &Statement| {
            let mut times: Vec<_> = (0..5)
                .map(|_| {
                    let begun = Instant::now();
                    run(&connection, statement).unwrap();
                    begun.elapsed()
                })
                .collect();
            times.sort_unstable();
            times[2]
        };
        let (one, all) = (time(&page(&filter, 25)), time(&count(&filter)));
        println!("{name:42} page {one:>10.2?}  count {all:>10.2?}  {:?}", counted(&connection, &filter));
        if (one + all).as_millis() > 100 {
            slow.push(name);
        }
    }
    assert!(slow.is_empty(), "{slow:?}");
}
