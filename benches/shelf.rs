//! How long the shelf's pure functions take, and how much a snapshot weighs, at
//! several sizes of a shop: `cargo bench --bench shelf`. Each question is another
//! one. Fails above the goals for 50,000 products.

#![allow(clippy::disallowed_methods, reason = "it measures")]
#![allow(clippy::expect_used, clippy::indexing_slicing)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use tradepost::settings::Settings;
use tradepost::shelf::list_query::ListQuery;
use tradepost::shelf::listing;
use tradepost::shelf::snapshot::{Product, Snapshot};

/// Counts what is allocated and not given back.
struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);

#[allow(unsafe_code)]
// SAFETY: each call is handed to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        HELD.fetch_add(layout.size(), Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const SIZES: [usize; 3] = [1_000, 10_000, 50_000];
const ROUNDS: usize = 300;

/// Of the largest shop, the slowest of a hundred.
const SEARCH_GOAL: Duration = Duration::from_millis(2);
const FACETS_GOAL: Duration = Duration::from_millis(1);
const MEMORY_GOAL: usize = 64_000_000;

/// Numbers as they come, the same each time (Knuth, MMIX).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most
    }
}

const SYLLABLES: [&str; 24] = [
    "ba", "ter", "lo", "mi", "shel", "pum", "ra", "wheel", "kin", "do", "lin", "co", "ver", "sta", "ne", "gla", "fi",
    "bear", "ing", "tu", "pa", "hol", "der", "su",
];

/// A word of a vocabulary of about 14,000; those of low numbers are common.
fn word(numbers: &mut Numbers) -> String {
    let rare = numbers.below(24);
    let mut syllable = || SYLLABLES[numbers.below(rare + 1)];
    [syllable(), syllable(), syllable()].concat()
}

fn settings() -> Settings {
    serde_json::from_value(json!({
        "shop_name": "Tradepost", "default_currency": "EUR", "currencies": ["EUR", "USD"], "country": null,
        "prices_include_tax": true, "tax": {"classes": ["standard"], "rates": [], "reverse_charge": false},
        "shipping": {"zones": []}, "payments": {"stripe": {"offered": true, "capture": "automatic"}}, "mail": {"sender": null},
    }))
    .expect("settings")
}

fn product(n: usize, numbers: &mut Numbers) -> Product {
    let title = (0..4).map(|_| word(numbers)).collect::<Vec<_>>().join(" ");
    let id = |prefix: &str, n: usize| format!("{prefix}{}", ulid::Ulid::from_parts(n as u64, n as u128));
    let sizes = ["S", "M", "L"];
    let variants: Vec<_> = (0..3).map(|m| {
        let amount = 100 + numbers.below(20_000);
        let level = ["in_stock", "out", "low"][numbers.below(3)];
        json!({"id": id("var_", n * 3 + m), "sku": format!("KT-{}-{n}-{}", numbers.below(1_000), sizes[m]), "title": sizes[m],
            "given_title": null, "options": [sizes[m], format!("Colour {}", n % 12)], "compare_at": [],
            "prices": [{"amount": amount, "currency": "EUR"}, {"amount": amount, "currency": "USD"}],
            "weight_grams": 100, "barcode": null, "level": level})
    }).collect();
    serde_json::from_value(json!({
        "id": id("prod_", n), "slug": format!("slug-{n}"), "title": title, "vendor": format!("Vendor {}", numbers.below(300)),
        "description": "Made by hand, of wood that grew where it is sold, and oiled three times. ".repeat(2),
        "tags": [format!("tag {}", numbers.below(50)), format!("kind {}", numbers.below(400))], "status": "active",
        "version": 1, "created_at": n, "updated_at": n, "level": "in_stock", "delivery": "shipped", "tax_class": null, "bought_with": [],
        "options": [{"name": "Size", "values": sizes}, {"name": "Colour", "values": [format!("Colour {}", n % 12)]}],
        "images": [{"url": format!("https://shop.example/pictures/{n}.webp"), "alt": ""}], "variants": variants,
    }))
    .expect("a product")
}

/// A word with one letter changed.
fn mistyped(word: &str, numbers: &mut Numbers) -> String {
    let at = 1 + numbers.below(word.len() - 1);
    format!("{}{}{}", &word[..at], "q", &word[at + 1..])
}

/// A question that was not asked before, by its kind.
fn question(kind: &str, snapshot: &Snapshot, numbers: &mut Numbers) -> String {
    let product = &snapshot.products[numbers.below(snapshot.products.len())];
    let words: Vec<&str> = product.title.split(' ').collect();
    let least = numbers.below(10_000);
    match kind {
        "price" => format!("price_min={least}&price_max={}", least + 5_000),
        "price, by price" => format!("price_min={least}&sort=price_asc"),
        "vendor and tag" => format!("vendor=Vendor+{}&tag=tag+{}", numbers.below(300), numbers.below(50)),
        "size in stock" => format!("option.Size=L&in_stock=true&price_max={}", 10_000 + least),
        "facets" => format!("facets=true&price_max={}&vendor=Vendor+{}", 5_000 + least, numbers.below(300)),
        "facets of much" => format!("facets=true&option.Size=L&price_max={}", 10_000 + least),
        "two words" => format!("q={}+{}", words[0], words[2]),
        "typing error" => format!("q={}+{}", words[1], mistyped(words[2], numbers)),
        "as typed" => format!("q={}", &words[3][..2 + numbers.below(3)]),
        _ => format!("q={}", product.variants[0].sku.replace('-', "")),
    }
}

fn slowest_of_a_hundred(times: &mut [Duration]) -> [Duration; 2] {
    times.sort_unstable();
    [times[times.len() / 2], times[times.len() * 99 / 100]]
}

fn main() {
    let mut failures = Vec::new();
    println!("{:>8}  {:<18} {:>10} {:>10}", "products", "question", "p50", "p99");
    for size in SIZES {
        let mut numbers = Numbers(7);
        let products: Vec<Product> = (0..size).map(|n| product(n, &mut numbers)).collect();
        let began = Instant::now();
        let held = HELD.load(Ordering::Relaxed);
        let weight = products.clone();
        let of_products = HELD.load(Ordering::Relaxed) - held;
        drop(weight);
        let held = HELD.load(Ordering::Relaxed);
        let snapshot = Snapshot::new("1".into(), settings(), products);
        let ask = |query: &str| listing::page(&snapshot, &ListQuery::parse(&snapshot, query).expect("a query")).total;
        println!("{size:>8}  {:<18} {:>10.1?}", "snapshot", began.elapsed());
        for (part, first) in [
            ("first list", ""),
            ("first by title", "sort=title"),
            ("first facets", "facets=true"),
            ("first search", "q=x"),
        ] {
            let began = Instant::now();
            ask(first);
            println!("{size:>8}  {part:<18} {:>10.1?}", began.elapsed());
        }
        let memory = of_products + HELD.load(Ordering::Relaxed) - held;
        println!("{size:>8}  {:<18} {:>7} kB of products, {} kB in all", "memory", of_products / 1_000, memory / 1_000);
        for kind in [
            "price",
            "price, by price",
            "vendor and tag",
            "size in stock",
            "facets",
            "facets of much",
            "two words",
            "typing error",
            "as typed",
            "code",
        ] {
            let mut times = Vec::new();
            for _ in 0..ROUNDS {
                let query = question(kind, &snapshot, &mut numbers);
                let began = Instant::now();
                std::hint::black_box(ask(&query));
                times.push(began.elapsed());
            }
            let [half, slow] = slowest_of_a_hundred(&mut times);
            println!("{size:>8}  {kind:<18} {half:>10.1?} {slow:>10.1?}");
            let goal = match kind {
                "typing error" => SEARCH_GOAL,
                "facets" => FACETS_GOAL,
                _ => Duration::MAX,
            };
            if size == SIZES[2] && slow > goal {
                failures.push(format!("{kind}: {slow:.1?} > {goal:?}"));
            }
        }
        if size == SIZES[2] && memory > MEMORY_GOAL {
            failures.push(format!("memory: {memory} > {MEMORY_GOAL}"));
        }
    }
    assert!(failures.is_empty(), "{failures:?}");
}
