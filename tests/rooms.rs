//! The house: what is in `src/` stands in one line, and each imports only from
//! its left. So a change has one direction to spread in, and no circle of files
//! can cross two rooms. Held by reading the sources.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// From left to right: leaves, the seam to the platform, what every handler is
/// written in, the rooms, and what puts them together.
const LINE: &[&str] = &[
    "problem",
    "json",
    "sorted",
    "text",
    "together",
    "email",
    "address",
    "money",
    "ports",
    "ids",
    "app",
    "telemetry",
    "wire",
    "idempotency",
    "pricing",
    "settings",
    "throttle",
    "audit",
    "auth",
    "revision",
    "uploads",
    "catalog",
    "collections",
    "setup",
    "promotions",
    "price_lists",
    "shelf",
    "vat",
    "payments",
    "pools",
    "gift_cards",
    "messages",
    "webhooks",
    "orders",
    "lists",
    "suggestions",
    "reports",
    "documents",
    "exchange",
    "jobs",
    "web",
    "console",
    "minute",
    "router",
    "openapi",
    "edge",
    // The rooms' own tests may have a whole shop.
    "testing",
];

/// Whoever is to the left of these knows nothing of the shop: leaves.
const LEAVES: [&str; 5] = ["problem", "json", "sorted", "text", "together"];

/// A file fits one sitting.
const MOST_LINES: usize = 400;

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

/// Where a file stands: its folder in `src/`, or its own name there.
fn room(path: &Path) -> String {
    let first = path.strip_prefix(src()).unwrap().components().next().unwrap();
    first.as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned()
}

fn code(path: &Path) -> String {
    let source = fs::read_to_string(path).unwrap();
    source.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// What a file names outside of its own room: after each `crate::`, be it a
/// name or a group of them.
fn named(code: &str) -> BTreeSet<String> {
    let word = |text: &str| -> String {
        text.trim_start_matches(|letter: char| letter == ',' || letter.is_whitespace())
            .chars()
            .take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
            .collect()
    };
    let mut names = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let after = &code[at + "crate::".len()..];
        match after.strip_prefix('{') {
            None => names.extend([word(after)]),
            Some(group) => {
                let mut depth = 0;
                let mut part = String::new();
                for letter in group.chars() {
                    match letter {
                        '}' if depth == 0 => break,
                        '{' => depth += 1,
                        '}' => depth -= 1,
                        ',' if depth == 0 => names.extend([word(&std::mem::take(&mut part))]),
                        _ => {}
                    }
                    part.push(letter);
                }
                names.extend([word(&part)]);
            }
        }
    }
    names.retain(|name| !name.is_empty() && (src().join(name).is_dir() || src().join(format!("{name}.rs")).is_file()));
    names
}

fn place(name: &str) -> usize {
    LINE.iter().position(|known| *known == name).unwrap_or_else(|| panic!("{name} has no place in LINE"))
}

#[test]
fn everything_has_its_place_in_the_line() {
    let there: BTreeSet<_> = sources(&src()).iter().map(|path| room(path)).filter(|name| name != "lib").collect();
    let expected: BTreeSet<_> = LINE.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(there, expected);
}

#[test]
fn each_imports_only_from_its_left() {
    for path in sources(&src()) {
        let own = room(&path);
        if matches!(own.as_str(), "lib" | "testing") {
            continue;
        }
        for other in named(&code(&path)).iter().filter(|other| **other != own && *other != "testing") {
            assert!(place(other) < place(&own), "{} imports from {other}, to its right", path.display());
        }
    }
}

#[test]
fn leaves_import_nothing_of_ours() {
    for path in sources(&src()).iter().filter(|path| LEAVES.contains(&room(path).as_str())) {
        let own = room(path);
        let others: Vec<_> = named(&code(path)).into_iter().filter(|name| *name != own).collect();
        assert!(others.is_empty(), "{} is a leaf, and imports from {others:?}", path.display());
    }
}

/// The list of routes is a list: what passes by on the way stands in `wire`.
#[test]
fn the_router_is_the_list_alone() {
    let router = code(&src().join("router.rs"));
    assert_eq!(router.matches("fn ").count(), 2, "`routes`, and `site` which puts it together");
    assert!(!router.contains("impl ") && !router.contains("struct "));
}

/// Pages go to an order by the room's client, as the API does.
#[test]
fn pages_do_not_call_handlers() {
    for path in sources(&src().join("web")) {
        let code = code(&path);
        for handlers in ["orders::handlers", "orders::cart_handlers", "orders::object", "orders::protocol"] {
            assert!(!code.contains(handlers), "{} uses {handlers}", path.display());
        }
    }
}

/// The console asks the API, and nobody behind it: what it can do, every client can.
#[test]
fn the_console_asks_the_api_alone() {
    // The shop's name for the pages' head, and how files are named; how an address is written.
    let allowed = [
        "address", "app", "auth", "ids", "json", "money", "problem", "shelf", "sorted", "text", "together", "web",
        "wire", "console",
    ];
    for path in sources(&src().join("console")) {
        let others: Vec<_> = named(&code(&path)).into_iter().filter(|name| !allowed.contains(&name.as_str())).collect();
        assert!(others.is_empty(), "{} names {others:?}", path.display());
    }
}

/// What staff write and what buyers read meet in publishing alone.
#[test]
fn the_copy_is_made_of_the_truth_in_one_place() {
    let readers = ["memory.rs", "snapshot.rs", "listing.rs", "cursor.rs", "read.rs", "handlers.rs", "format.rs"];
    for name in readers {
        let code = code(&src().join("shelf").join(name));
        assert!(!code.contains("catalog::store"), "shelf/{name} asks the database");
    }
}

#[test]
fn only_the_edge_names_the_platform() {
    for path in sources(&src()).iter().filter(|path| room(path) != "edge") {
        let source = fs::read_to_string(path).unwrap();
        for platform in ["worker::", "wasm_bindgen", "js_sys", "web_sys"] {
            assert!(!source.contains(platform), "{} names {platform}", path.display());
        }
    }
}

/// Each other reader brings every type once more into the Worker.
#[test]
fn typed_json_has_one_reader() {
    // What is of no type, to say what is wrong with a body.
    let untyped = [src().join("wire/body.rs")];
    let of_tests = |path: &Path| room(path) == "testing" || path.to_str().unwrap().ends_with("tests.rs");
    for path in sources(&src()).iter().filter(|path| room(path) != "json" && !of_tests(path)) {
        let code = code(path);
        let code = code.split("#[cfg(test)]").next().unwrap();
        let reader = code.contains("serde_json::from_");
        assert!(!reader || untyped.contains(path), "{} does not use json::read", path.display());
    }
}

/// It counts the names of a type's members, among which serde would give it an alias.
#[test]
fn the_reader_knows_no_alias() {
    for path in sources(&src()) {
        let aliases = code(&path).lines().any(|line| line.contains("serde(") && line.contains("alias"));
        assert!(!aliases, "{} gives a member a second name", path.display());
    }
}

#[test]
fn a_file_fits_one_sitting() {
    for path in sources(&src()) {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= MOST_LINES, "{} has {lines} lines", path.display());
    }
}

#[test]
fn names_are_found_in_groups_too() {
    let found = |code| named(code).into_iter().collect::<Vec<_>>();
    assert_eq!(found("use crate::auth::Staff;\nlet x = crate::money::Money;"), ["auth", "money"]);
    assert_eq!(
        found("use crate::{\n    auth::{self, error},\n    orders,\n    web::{cart, order},\n};"),
        ["auth", "orders", "web"]
    );
    assert!(found("pub(crate) fn x() { super::y() }").is_empty());
}
