//! How long the shelf's pure functions take, and how much a snapshot weighs, at
//! several sizes of a shop: `cargo bench --bench shelf -- 1000 50000`. Each question
//! is another one, and answered as JSON. Times are of the processor. Fails above the
//! goals for 50,000 products.

#![allow(clippy::disallowed_methods, reason = "it measures")]
#![allow(clippy::expect_used, clippy::indexing_slicing)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;
use tradepost::settings::Settings;
use tradepost::shelf::read;
use tradepost::shelf::snapshot::{Packed, Product, Snapshot};

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

const SIZES: [usize; 4] = [1_000, 10_000, 50_000, 100_000];
const ROUNDS: usize = 300;

/// The shop that the goals are for; of times, the slowest of a hundred.
const OF_GOALS: usize = 50_000;
const SEARCH_GOAL: Duration = Duration::from_millis(2);
const FACETS_GOAL: Duration = Duration::from_millis(1);
const SUGGESTIONS_GOAL: Duration = Duration::from_micros(500);
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
        "prices_include_tax": true, "low_level": 5, "tax": {"classes": ["standard"], "rates": [], "reverse_charge": false},
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
    let product = snapshot.unpacked(numbers.below(snapshot.products.len()) as u32).expect("a product");
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
        "as typed" | "suggestions" => format!("q={}", &words[3][..2 + numbers.below(3)]),
        _ => format!("q={}", product.variants[0].sku.replace('-', "")),
    }
}

/// Processor time of this thread: others may have the processor in between.
#[allow(unsafe_code)]
fn spent() -> Duration {
    #[repr(C)]
    struct Time {
        seconds: i64,
        nanos: i64,
    }
    unsafe extern "C" {
        fn clock_gettime(clock: i32, time: *mut Time) -> i32;
    }
    const OF_THREAD: i32 = 3;
    let mut time = Time { seconds: 0, nanos: 0 };
    // SAFETY: Linux' own layout on 64 bits, written by the system before it answers.
    unsafe { clock_gettime(OF_THREAD, &mut time) };
    Duration::new(time.seconds.unsigned_abs(), time.nanos as u32)
}

/// The middle, and the slowest of a hundred.
fn middle_and_slowest(times: &mut [Duration]) -> [Duration; 2] {
    times.sort_unstable();
    [times[times.len() / 2], times[times.len() * 99 / 100]]
}

const KINDS: [&str; 11] = [
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
    "suggestions",
];

fn ask(snapshot: &Snapshot, kind: &str, query: &str) {
    let path = if kind == "suggestions" { "/v1/search/suggestions" } else { "/v1/products" };
    std::hint::black_box(read::answer(snapshot, path, query).expect("a path").expect("an answer"));
}

fn questions(size: usize, snapshot: &Snapshot, numbers: &mut Numbers, failures: &mut Vec<String>) {
    for kind in KINDS {
        let mut times: Vec<_> = (0..ROUNDS)
            .map(|_| {
                let query = question(kind, snapshot, numbers);
                let began = spent();
                ask(snapshot, kind, &query);
                spent() - began
            })
            .collect();
        let [half, slow] = middle_and_slowest(&mut times);
        println!("{size:>8}  {kind:<18} {half:>10.1?} {slow:>10.1?}");
        let goal = match kind {
            "typing error" => SEARCH_GOAL,
            "facets" => FACETS_GOAL,
            "suggestions" => SUGGESTIONS_GOAL,
            _ => Duration::MAX,
        };
        if size == OF_GOALS && slow > goal {
            failures.push(format!("{kind}: {slow:.1?} > {goal:?}"));
        }
    }
}

fn measure(size: usize, failures: &mut Vec<String>) {
    let mut numbers = Numbers(7);
    let stored: Vec<Vec<u8>> = (0..size).map(|n| Packed::new(&product(n, &mut numbers)).bytes()).collect();
    let kilobytes = stored.iter().map(Vec::len).sum::<usize>() / 1_000;
    let held = HELD.load(Ordering::Relaxed);
    let began = spent();
    let products: Vec<Packed> = stored.iter().map(|bytes| Packed::read(bytes).expect("a product")).collect();
    println!("{size:>8}  {:<18} {:>10.1?} of {kilobytes} kB", "reading", spent() - began);
    let began = spent();
    let snapshot = Snapshot::of_packed("1".into(), settings(), products);
    println!("{size:>8}  {:<18} {:>10.1?}", "snapshot", spent() - began);
    let of_products = HELD.load(Ordering::Relaxed) - held;
    for (part, first) in
        [("first list", ""), ("first by title", "sort=title"), ("first facets", "facets=true"), ("first search", "q=x")]
    {
        let began = spent();
        ask(&snapshot, part, first);
        println!("{size:>8}  {part:<18} {:>10.1?}", spent() - began);
    }
    let memory = HELD.load(Ordering::Relaxed) - held;
    println!("{size:>8}  {:<18} {:>7} kB of products, {} kB in all", "memory", of_products / 1_000, memory / 1_000);
    if size == OF_GOALS && memory > MEMORY_GOAL {
        failures.push(format!("memory: {memory} > {MEMORY_GOAL}"));
    }
    let began = spent();
    let most = size.min(10_000);
    (0..most as u32).for_each(|place| drop(std::hint::black_box(snapshot.unpacked(place))));
    println!("{size:>8}  {:<18} {:>10.1?}", "unpacking one", (spent() - began) / most as u32);
    questions(size, &snapshot, &mut numbers, failures);
}

fn main() {
    let sizes: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let sizes = if sizes.is_empty() { SIZES.to_vec() } else { sizes };
    let mut failures = Vec::new();
    println!("{:>8}  {:<18} {:>10} {:>10}", "products", "question", "p50", "p99");
    sizes.into_iter().for_each(|size| measure(size, &mut failures));
    assert!(failures.is_empty(), "{failures:?}");
}
