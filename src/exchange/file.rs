//! A file as it comes, cut into its products once. The rows of one product may be
//! anywhere in it. What is kept of each is JSON, so that the job that takes it in reads
//! one after the other, however long the file is.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde::Deserialize;
use serde_json::json;

use super::columns::{Column, FileFormat, Part};
use super::csv::{Place, Reader, Record};
use super::encoding;
use super::told::{Import, ImportSums};
use crate::catalog::slug;
use crate::json;
use crate::lists::sheet;
use crate::problem::Problem;
use crate::settings::Settings;
use crate::sorted::{order, sort};
use crate::text;

/// The largest file, in bytes.
pub const MAX_FILE: usize = 25 * 1024 * 1024;
/// The most products of one file: as many as a shop may have.
pub const MAX_PRODUCTS: usize = 50_000;
/// The most that one product may take, in bytes of JSON: an object's row has at most 2 MB.
const MAX_PRODUCT: usize = 1_000_000;
/// The most lines beside the first: five for each product. Each takes some 170 bytes of an isolate's memory beside the
/// file itself.
pub const MAX_LINES: usize = 250_000;
/// The most columns.
const MAX_COLUMNS: usize = 300;

/// A file, and where its products are in it.
pub struct File<'a> {
    pub import: Import,
    text: Cow<'a, str>,
    mark: u8,
    /// How many cells a line has, and which of them are read.
    width: usize,
    wanted: Vec<usize>,
    /// Whether lines are known by their SKUs alone, so that those of one product are not told from those of several.
    by_sku: bool,
    /// Of each product, in the order in which they come, its lines.
    products: Vec<Vec<Place>>,
    /// What is wrong with a line beside others; sorted.
    faults: Vec<(usize, String)>,
}

/// A line before it is known which others are of the same product.
struct Line {
    place: Place,
    key: String,
    /// As the shop keeps it; none where the line before it says the same of the same product.
    slug: Option<String>,
    sku: Option<String>,
}

/// A name that no two products have, with the number of its line and that of its product.
type Named = (String, usize, usize);

/// What a line of JSON is known by.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Known {
    id: Option<String>,
    slug: Option<String>,
    variants: Vec<KnownVariant>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct KnownVariant {
    sku: Option<String>,
}

impl<'a> File<'a> {
    /// All that is wrong with the file as a whole is an error; what is wrong with a
    /// line is told of its product. Without a format it is as it looks.
    pub fn open(
        bytes: &'a [u8],
        format: Option<FileFormat>,
        dry_run: bool,
        settings: &Settings,
    ) -> Result<Self, Problem> {
        if bytes.len() > MAX_FILE {
            return Err(wrong(format!("a file may have at most {MAX_FILE} bytes")));
        }
        let (text, was_read_as_1252) = encoding::text(bytes)?;
        let mut sums = ImportSums::default();
        if was_read_as_1252 {
            sums.notes.push("The file is not UTF-8; it was read as Windows-1252.".to_owned());
        }
        let currency = settings.default_currency;
        let format = format.unwrap_or_else(|| looks_like(&text));
        let import = Import { format, columns: Vec::new(), currency, dry_run, agreed: false, sums };
        let (wanted, products, faults) = (Vec::new(), Vec::new(), Vec::new());
        let file = Self { import, text, mark: b',', width: 0, wanted, by_sku: false, products, faults };
        let file = if format == FileFormat::Jsonl { file.of_lines() } else { file.of_cells()? };
        match file.products.len() {
            0 => Err(wrong("there is no product in the file".to_owned())),
            1..=MAX_PRODUCTS => Ok(file),
            // There are as many lines at most, which is bound.
            _ if file.by_sku => Ok(file),
            _ => Err(wrong(format!("a file may have at most {MAX_PRODUCTS} products; part it"))),
        }
    }

    pub fn products(&self) -> usize {
        self.products.len()
    }

    /// What a job keeps of the product of this number.
    pub fn row(&self, number: usize) -> String {
        let places = self.products.get(number).map(Vec::as_slice).unwrap_or_default();
        let text = match places.first() {
            Some(place) if self.import.format == FileFormat::Jsonl => {
                let faults: Vec<_> = self.faults_at(place.line).collect();
                json::text(&json!({ "line": place.line, "text": line_at(&self.text, place.at), "faults": faults }))
            }
            _ => self.row_of_cells(places),
        };
        if text.len() > MAX_PRODUCT {
            // It is refused when it has its turn, and no other with it.
            let line = places.first().map_or(0, |place| place.line);
            let faults = [(line, format!("this product is larger than {MAX_PRODUCT} bytes"))];
            let no_cells: [&str; 0] = [];
            return json::text(&match self.import.format {
                FileFormat::Jsonl => json!({ "line": line, "text": "{}", "faults": faults }),
                _ => json!({ "rows": [{ "line": line, "cells": no_cells }], "faults": faults }),
            });
        }
        text
    }

    fn of_lines(mut self) -> Self {
        let (mut at, mut number) = (0_usize, 1_usize);
        let [mut ids, mut slugs, mut skus] = [Vec::new(), Vec::new(), Vec::new()];
        for line in self.text.split_inclusive('\n') {
            if !line.trim().is_empty() {
                // What is wrong with it is told when it has its turn.
                let known: Known = json::read(line.trim().as_bytes()).unwrap_or_default();
                let named = |name: String| (name, number, self.products.len());
                ids.extend(known.id.map(named));
                slugs.extend(known.slug.and_then(|slug| slug::slug(&slug).ok()).map(named));
                let own = known.variants.into_iter().filter_map(|variant| text::code(&variant.sku?).ok());
                skus.extend(own.map(named));
                self.products.push(vec![Place { at, line: number }]);
            }
            at = at.saturating_add(line.len());
            number = number.saturating_add(1);
        }
        for (what, named) in [("id", ids), ("slug", slugs), ("SKU", skus)] {
            self.told_apart(what, named);
        }
        self
    }

    fn of_cells(mut self) -> Result<Self, Problem> {
        let (format, currency) = (self.import.format, self.import.currency);
        let column = |name: &str| Column::named(name, format, currency);
        let text = std::mem::take(&mut self.text);
        self.mark = mark_of(&text, &column);
        let mut reader = Reader::new(&text, Place::START, self.mark);
        let names = reader.record().filter(|record| record.open.is_none());
        let names: Vec<_> =
            names.map(|record| record.cells).unwrap_or_default().into_iter().take(MAX_COLUMNS).collect();
        let columns: Vec<_> = names.iter().map(|name| column(name)).collect();
        known(&names, &columns, format)?;
        self.width = names.len();
        self.wanted = (0..names.len()).filter(|at| columns.get(*at).is_some_and(Option::is_some)).collect();
        self.import.columns = self.wanted.iter().filter_map(|at| names.get(*at)).cloned().collect();
        let mut lines: Vec<Line> = Vec::new();
        let mut slug_before = None;
        let mut lost = vec![false; names.len()];
        let keys = keys(&columns);
        let slug = place_of(&columns, |column| column == Column::Part(Part::Slug));
        let sku = place_of(&columns, |column| is_sku(&column));
        while let Some(record) = reader.record() {
            let place = record.place;
            if let Some(open) = record.open {
                return Err(wrong(format!("line {open} opens a quote that is never closed; close it, or double it")));
            }
            if record.cells.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            if lines.len() == MAX_LINES {
                let detail = format!("a file may have at most {MAX_LINES} beside its first; part it before that line");
                return Err(wrong(format!("line {} is one too many: {detail}", place.line)));
            }
            for (at, lost) in lost.iter_mut().enumerate() {
                *lost |= record.cells.get(at).is_some_and(|cell| !cell.trim().is_empty());
            }
            let cell = |at: &usize| record.cells.get(*at).map(|cell| cell.trim().to_owned()).filter(|c| !c.is_empty());
            let key = keys.iter().find_map(cell).unwrap_or_else(|| format!("\0{}", place.line));
            let sku = sku.as_ref().and_then(cell).and_then(|sku| text::code(&sku).ok());
            let own = slug.as_ref().and_then(cell).and_then(|slug| slug::slug(&slug).ok());
            let is_said = lines.last().is_some_and(|last| last.key == key) && own == slug_before;
            slug_before.clone_from(&own);
            lines.push(Line { place, key, slug: own.filter(|_| !is_said), sku });
        }
        let lost = names
            .iter()
            .zip(&columns)
            .zip(lost)
            .filter(|((name, column), lost)| *lost && column.is_none() && !name.trim().is_empty());
        let lost: Vec<_> = lost.map(|((name, _), _)| name.trim()).collect();
        if !lost.is_empty() {
            self.import
                .sums
                .notes
                .push(format!("These columns say what this shop does not keep: {}.", lost.join(", ")));
        }
        self.by_sku = sku.is_some() && keys.len() == 1;
        self.gather(lines);
        self.text = text;
        Ok(self)
    }

    /// Puts the lines of each product together, and finds slugs and SKUs that are in two of them.
    fn gather(&mut self, lines: Vec<Line>) {
        let by_key = order(lines.len(), &|one, other| match (lines.get(one), lines.get(other)) {
            (Some(a), Some(b)) => a.key.cmp(&b.key).then(one.cmp(&other)),
            _ => Ordering::Equal,
        });
        // The first line of each product stands for it.
        let mut first_of = vec![0; lines.len()];
        let mut last: Option<(&str, usize)> = None;
        for at in by_key {
            let Some(line) = lines.get(at) else { continue };
            let first = last.filter(|(key, _)| *key == line.key).map_or(at, |(_, first)| first);
            last = Some((&line.key, first));
            if let Some(place) = first_of.get_mut(at) {
                *place = first;
            }
        }
        let (mut slugs, mut skus) = (Vec::new(), Vec::new());
        let mut number_of = vec![0; lines.len()];
        for (at, line) in lines.into_iter().enumerate() {
            let first = first_of.get(at).copied().unwrap_or(at);
            if first == at {
                if let Some(number) = number_of.get_mut(at) {
                    *number = self.products.len();
                }
                self.products.push(Vec::new());
            }
            let number = number_of.get(first).copied().unwrap_or_default();
            if let Some(product) = self.products.get_mut(number) {
                product.push(line.place);
            }
            slugs.extend(line.slug.map(|slug| (slug, line.place.line, number)));
            skus.extend(line.sku.map(|sku| (sku, line.place.line, number)));
        }
        self.told_apart("slug", slugs);
        self.told_apart("SKU", skus);
    }

    /// Takes down the lines of those products that have a name which one before them has.
    fn told_apart(&mut self, what: &str, mut named: Vec<Named>) {
        sort(&mut named, Ord::cmp);
        let mut first: Option<&Named> = None;
        for one in &named {
            match first.filter(|(name, ..)| *name == one.0) {
                Some((_, line, product)) if *product != one.2 => {
                    self.faults.push((one.1, format!("line {line} has the same {what} for another product")));
                }
                Some(_) => {}
                None => first = Some(one),
            }
        }
        self.faults.sort_unstable();
        self.faults.dedup();
    }

    fn faults_at(&self, line: usize) -> impl Iterator<Item = &(usize, String)> {
        let from = self.faults.partition_point(|(known, _)| *known < line);
        self.faults.iter().skip(from).take_while(move |(known, _)| *known == line)
    }

    fn row_of_cells(&self, places: &[Place]) -> String {
        let (mut rows, mut faults) = (Vec::with_capacity(places.len()), Vec::new());
        for place in places {
            let Some(record) = Reader::new(&self.text, *place, self.mark).record() else { continue };
            faults.extend(record.bare.iter().map(|line| {
                let detail = "a quote within a cell; put the cell in quotes, and double each quote in it";
                json!([line, detail])
            }));
            if record.cells.iter().skip(self.width).any(|cell| !cell.trim().is_empty()) {
                let detail = format!("more cells than the {} names at the top", self.width);
                faults.push(json!([place.line, detail]));
            }
            faults.extend(self.faults_at(place.line).map(|(line, detail)| json!([line, detail])));
            rows.push(json!({ "line": place.line, "cells": self.cells(&record) }));
        }
        json::text(&json!({ "rows": rows, "faults": faults }))
    }

    /// Those that are read, as they were typed.
    fn cells(&self, record: &Record) -> Vec<String> {
        let shopify = self.import.format == FileFormat::Shopify;
        let cell = |at: &usize| {
            let cell = record.cells.get(*at).map(String::as_str).unwrap_or_default();
            if shopify { sheet::unguarded(cell).to_owned() } else { sheet::as_typed(cell).into_owned() }
        };
        self.wanted.iter().map(cell).collect()
    }
}

/// How a file begins in each format.
fn looks_like(text: &str) -> FileFormat {
    let first = text.lines().next().unwrap_or_default();
    let mut names = first.split([',', ';', '\t']).map(|name| name.trim().trim_matches('"'));
    if first.trim_start().starts_with('{') {
        FileFormat::Jsonl
    } else if names.any(|name| name.eq_ignore_ascii_case("handle")) {
        FileFormat::Shopify
    } else {
        FileFormat::Csv
    }
}

fn wrong(detail: String) -> Problem {
    Problem::invalid_field("", detail)
}

/// What parts the cells of the first line: that by which most of its names are known.
fn mark_of(text: &str, column: &dyn Fn(&str) -> Option<Column>) -> u8 {
    let known = |mark: &u8| {
        let names = Reader::new(text, Place::START, *mark).record();
        names.map_or(0, |names| names.cells.iter().filter(|name| column(name).is_some()).count())
    };
    // The first of equals is the last to be looked at.
    [b'\t', b';', b','].into_iter().max_by_key(known).unwrap_or(b',')
}

/// Whether the first line says enough to know products by.
fn known(names: &[String], columns: &[Option<Column>], format: FileFormat) -> Result<(), Problem> {
    if keys(columns).is_empty() {
        let need = if format == FileFormat::Shopify { "Handle" } else { "one of product_id, slug, title and sku" };
        return Err(wrong(format!("line 1 names no column by which products are known: it needs {need}")));
    }
    for (at, column) in columns.iter().enumerate() {
        if column.is_some() && columns.iter().take(at).any(|before| before == column) {
            let name = names.get(at).map(|name| name.trim()).unwrap_or_default();
            return Err(wrong(format!("line 1 names the column {name} twice")));
        }
    }
    Ok(())
}

/// The columns by which lines belong together, the best first.
fn keys(columns: &[Option<Column>]) -> Vec<usize> {
    let is_title = |column: Column| matches!(column, Column::Fact(fact) if fact.own == "title");
    [
        place_of(columns, |column| column == Column::Part(Part::ProductId)),
        place_of(columns, |column| column == Column::Part(Part::Slug)),
        place_of(columns, is_title),
        place_of(columns, |column| is_sku(&column)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn is_sku(column: &Column) -> bool {
    matches!(column, Column::Fact(fact) if fact.own == "sku")
}

fn place_of(columns: &[Option<Column>], is: fn(Column) -> bool) -> Option<usize> {
    columns.iter().position(|column| column.is_some_and(is))
}

fn line_at(text: &str, at: usize) -> &str {
    text.get(at..).and_then(|rest| rest.lines().next()).unwrap_or_default()
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
