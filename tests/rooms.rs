//! Rooms import only from their left, so that a change has one direction to
//! spread in. Held by reading the sources for `crate::room`; a path out of a
//! room by `super` is not seen.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fs;
use std::path::{Path, PathBuf};

/// From left to right. `router`, `error` and `edge` know all rooms; `app`,
/// `extract`, `respond` and `idempotency` are what every handler is written in.
const ROOMS: [&str; 8] = ["telemetry", "auth", "catalog", "pools", "payments", "orders", "web", "edge"];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

/// The rooms that a source names.
fn named(source: &str) -> Vec<&'static str> {
    let code: String =
        source.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    ROOMS.into_iter().filter(|room| code.contains(&format!("crate::{room}"))).collect()
}

#[test]
fn rooms_import_only_from_their_left() {
    for (place, room) in ROOMS.iter().enumerate() {
        for path in sources(Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(room).as_path()) {
            let source = fs::read_to_string(&path).unwrap();
            assert!(!source.contains("crate::{"), "{}: one `use crate::room` each, to be seen here", path.display());
            for other in named(&source) {
                let to_the_right = ROOMS.iter().position(|name| *name == other).unwrap() > place;
                // The one log line that must reach the platform.
                let log = *room == "telemetry" && other == "edge";
                assert!(!to_the_right || log, "{} imports from {other}", path.display());
            }
        }
    }
}

#[test]
fn only_the_edge_names_the_platform() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for path in sources(&src).iter().filter(|path| !path.starts_with(src.join("edge"))) {
        let source = fs::read_to_string(path).unwrap();
        for platform in ["worker::", "wasm_bindgen", "js_sys", "web_sys"] {
            assert!(!source.contains(platform), "{} names {platform}", path.display());
        }
    }
}
