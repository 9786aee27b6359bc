//! What a file says of one product: as a body has it, with the lines that said it.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::columns::{Column, FACTS, Fact, FileFormat, Part, Priced, Takes, say};
use super::numbers::{count, flag, is_rounded, signed};
use super::options::SentOption;
use super::prices::SentPrice;
use super::told::{Import, LineError};
use super::{json_lines, markup, shopify, words};
use crate::json;
use crate::text;

/// One product of a file.
#[derive(Default)]
pub struct Sent {
    /// The first of its lines.
    pub line: usize,
    /// Its id, as it was typed.
    pub id: Option<String>,
    pub slug: Option<String>,
    /// What is said of it, by the members of a body; `variants` apart.
    pub facts: Map<String, Value>,
    /// The optional facts whose cells are there and blank.
    pub blank: Vec<&'static Fact>,
    /// Its options with their values, as far as the file names any; none: it says nothing of options.
    pub options: Option<Vec<SentOption>>,
    pub variants: Vec<SentVariant>,
    pub notes: Vec<LineError>,
    pub errors: Vec<LineError>,
}

/// One variant of it.
#[derive(Default)]
pub struct SentVariant {
    pub line: usize,
    /// Its id, as it was typed.
    pub id: Option<String>,
    pub facts: Map<String, Value>,
    pub blank: Vec<&'static Fact>,
    /// A value for each option that the file names, in their order; none are said where it is empty.
    pub options: Vec<String>,
    pub prices: Vec<SentPrice>,
    /// How many pieces there are, and how many there were when the file was written.
    pub quantity: Option<(i64, Option<i64>)>,
}

impl SentVariant {
    /// Whether its line says nothing of a variant, only of the product. In Shopify's files a
    /// blank word says who counts its pieces: nobody.
    pub fn is_silent(&self, format: FileFormat) -> bool {
        let is_blank = |(member, value): (&String, &Value)| {
            format == FileFormat::Shopify && member == "tracked" && *value == Value::Bool(false)
        };
        let is_named = self.id.is_some() || !self.options.is_empty();
        let is_counted = self.quantity.is_some() || self.prices.iter().any(SentPrice::says_any);
        !is_named && !is_counted && self.facts.iter().all(is_blank)
    }
}

#[derive(Deserialize)]
struct Row {
    rows: Vec<Cells>,
    faults: Vec<(usize, String)>,
}

#[derive(Deserialize)]
pub struct Cells {
    pub line: usize,
    pub cells: Vec<String>,
}

/// Reads what a job has kept of a product. All that is wrong with it is in its errors.
pub fn read(import: &Import, row: &str) -> Sent {
    let read = match import.format {
        FileFormat::Jsonl => json::read(row.as_bytes()).map(json_lines::read),
        _ => json::read(row.as_bytes()).map(|row| of_cells(import, row)),
    };
    // Each row was written by us.
    read.unwrap_or_else(|error| Sent { errors: vec![LineError::new(0, "", error.to_string())], ..Sent::default() })
}

fn of_cells(import: &Import, row: Row) -> Sent {
    let named = |name: &String| Column::named(name, import.format, import.currency);
    let columns: Vec<_> = import.columns.iter().map(named).collect();
    let mut reading = Reading { import, columns, sent: Sent::default() };
    reading.sent.line = row.rows.first().map_or(0, |row| row.line);
    for (line, detail) in row.faults {
        reading.wrong(line, "", detail);
    }
    reading.sent.id = reading.first(&row.rows, Part::ProductId).map(|(_, id)| id);
    reading.sent.slug = reading.first(&row.rows, Part::Slug).map(|(_, slug)| slug);
    reading.facts(&row.rows);
    if import.format == FileFormat::Shopify {
        shopify::words(&mut reading, &row.rows);
    }
    reading.images(&row.rows);
    let names = reading.options(&row.rows);
    for (at, cells) in row.rows.iter().enumerate() {
        if reading.is_variant(at, cells, &names) {
            let variant = reading.variant(cells, &names);
            reading.sent.variants.push(variant);
        }
    }
    reading.sent
}

/// The lines of a product, as they are read.
pub struct Reading<'a> {
    import: &'a Import,
    pub columns: Vec<Option<Column>>,
    pub sent: Sent,
}

impl Reading<'_> {
    /// Takes down what is wrong with a cell.
    pub fn wrong(&mut self, line: usize, column: &str, detail: impl Into<String>) {
        self.sent.errors.push(LineError::new(line, column, detail));
    }

    /// Whether the file has a column.
    pub fn has(&self, part: Part) -> bool {
        self.place(Column::Part(part)).is_some()
    }

    fn place(&self, column: Column) -> Option<usize> {
        self.columns.iter().position(|known| *known == Some(column))
    }

    /// The name of a column that is there.
    pub fn name(&self, column: Column) -> String {
        self.place(column).and_then(|at| self.import.columns.get(at)).cloned().unwrap_or_default()
    }

    /// What a line says in a column; none if that is blank, or not there.
    pub fn cell<'c>(&self, cells: &'c Cells, column: Column) -> Option<&'c str> {
        self.whole(cells, column).map(str::trim)
    }

    /// With the blanks around it, which prose may have.
    fn whole<'c>(&self, cells: &'c Cells, column: Column) -> Option<&'c str> {
        let cell = cells.cells.get(self.place(column)?)?;
        (!text::is_absent(cell)).then_some(cell)
    }

    /// What the first line says that says anything: names are often on one line alone.
    pub fn first(&self, rows: &[Cells], part: Part) -> Option<(usize, String)> {
        rows.iter().find_map(|cells| Some((cells.line, self.cell(cells, Column::Part(part))?.to_owned())))
    }

    fn facts(&mut self, rows: &[Cells]) {
        for fact in FACTS.iter().filter(|fact| !fact.of_variant) {
            if self.place(Column::Fact(fact)).is_none() {
                continue;
            }
            let said = rows.iter().find_map(|cells| Some((cells.line, self.whole(cells, Column::Fact(fact))?)));
            match said {
                Some((line, cell)) => {
                    if let Some(value) = self.value(fact, line, cell) {
                        say(&mut self.sent.facts, fact.member, value);
                    }
                }
                None if fact.is_optional => self.sent.blank.push(fact),
                None => {}
            }
        }
    }

    /// What a cell says of a fact.
    fn value(&mut self, fact: &'static Fact, line: usize, cell: &str) -> Option<Value> {
        let whole = cell;
        let cell = cell.trim();
        let value = match fact.takes {
            Takes::Prose if self.import.format == FileFormat::Shopify => Ok(markup::from_html(whole).into()),
            Takes::Prose => Ok(whole.into()),
            Takes::Text => Ok(cell.into()),
            Takes::Code => {
                if is_rounded(cell) {
                    let detail = format!("{cell} looks as if a spreadsheet had rounded it; it is taken as it stands");
                    self.sent.notes.push(LineError::new(line, &self.name(Column::Fact(fact)), detail));
                }
                Ok(cell.into())
            }
            Takes::Words => Ok(words::parted(cell).into_iter().map(Value::from).collect()),
            Takes::Number => count(cell).map(Value::from),
            Takes::Signed => signed(cell).map(Value::from),
            Takes::Flag => flag(cell).map(Value::from),
            Takes::OneOf(words) => match words.iter().find(|word| word.eq_ignore_ascii_case(cell)) {
                Some(word) => Ok((*word).into()),
                None => Err(format!("one of {}", words.join(", "))),
            },
        };
        value.map_err(|detail| self.wrong(line, &self.name(Column::Fact(fact)), detail)).ok()
    }

    /// Images in the order of their positions, then of their lines: the same position may be there twice.
    fn images(&mut self, rows: &[Cells]) {
        if self.place(Column::Part(Part::ImageUrl)).is_none() {
            return;
        }
        let mut images = Vec::new();
        for cells in rows {
            let Some(url) = self.cell(cells, Column::Part(Part::ImageUrl)) else { continue };
            let position = self.cell(cells, Column::Part(Part::ImagePosition)).map_or(Ok(i64::MAX), count);
            let position = position.unwrap_or_else(|detail| {
                self.wrong(cells.line, &self.name(Column::Part(Part::ImagePosition)), detail);
                i64::MAX
            });
            let alt = self.cell(cells, Column::Part(Part::ImageAlt));
            let said = [Some(("url", url)), alt.map(|alt| ("alt", alt))].into_iter().flatten();
            let image: Value = said.map(|(member, text)| (member.to_owned(), Value::from(text))).collect();
            images.push((position, image));
        }
        if images.is_empty() {
            self.sent.blank.push(&IMAGES);
            return;
        }
        crate::sorted::sort(&mut images, |(one, _), (other, _)| one.cmp(other));
        self.sent.facts.insert("images".to_owned(), images.into_iter().map(|(_, image)| image).collect());
    }

    /// The options that the lines have values for, each with its column's number.
    fn options(&mut self, rows: &[Cells]) -> Vec<usize> {
        if self.place(Column::Part(Part::OptionName(0))).is_none() {
            return Vec::new();
        }
        let (mut options, mut places) = (Vec::new(), Vec::new());
        let mut says_none = false;
        for at in 0..3 {
            let Some((_, name)) = self.first(rows, Part::OptionName(at)) else { continue };
            let mut values: Vec<String> = Vec::new();
            for cells in rows {
                let value = self.cell(cells, Column::Part(Part::OptionValue(at))).map(text::sought);
                values.extend(value.filter(|value| !values.contains(value)));
            }
            if shopify::is_no_option(self.import.format, &name, &values) {
                says_none = true;
            } else if !values.is_empty() {
                options.push(SentOption { place: at, name, values });
                places.push(at);
            }
        }
        // Blank cells leave those that are there alone.
        self.sent.options = (says_none || !options.is_empty()).then_some(options);
        places
    }

    /// Whether a line is one of a variant, and not only of an image or of the product.
    fn is_variant(&self, at: usize, cells: &Cells, options: &[usize]) -> bool {
        let part = |part| self.cell(cells, Column::Part(part)).is_some();
        let sku = FACTS.iter().filter(|fact| fact.own == "sku");
        let names = part(Part::VariantId) || sku.into_iter().any(|sku| self.cell(cells, Column::Fact(sku)).is_some());
        if !options.is_empty() {
            return names || options.iter().any(|at| part(Part::OptionValue(*at)));
        }
        let is_price = |column: &Option<Column>| matches!(column, Some(Column::Price(Priced::Amount, _)));
        let priced = self.columns.iter().filter(|column| is_price(column)).flatten();
        at == 0 || names || priced.into_iter().any(|column| self.cell(cells, *column).is_some())
    }

    fn variant(&mut self, cells: &Cells, options: &[usize]) -> SentVariant {
        let line = cells.line;
        let mut variant = SentVariant { line, ..SentVariant::default() };
        variant.id = self.cell(cells, Column::Part(Part::VariantId)).map(str::to_owned);
        for fact in FACTS.iter().filter(|fact| fact.of_variant) {
            if self.place(Column::Fact(fact)).is_none() {
                continue;
            }
            match self.cell(cells, Column::Fact(fact)) {
                Some(cell) => {
                    if let Some(value) = self.value(fact, line, cell) {
                        variant.facts.insert(fact.member.to_owned(), value);
                    }
                }
                None if fact.is_optional => variant.blank.push(fact),
                None => {}
            }
        }
        for at in options {
            let value = self.cell(cells, Column::Part(Part::OptionValue(*at)));
            match value {
                Some(value) => variant.options.push(text::sought(value)),
                None => self.wrong(line, &self.name(Column::Part(Part::OptionValue(*at))), "a value for this option"),
            }
        }
        shopify::stock(self, cells, &mut variant.facts);
        variant.prices = self.prices(cells);
        variant.quantity = self.quantity(cells);
        variant
    }

    /// Blank leaves the stock as it is.
    fn quantity(&mut self, cells: &Cells) -> Option<(i64, Option<i64>)> {
        let mut read = [None, None];
        for (read, part) in read.iter_mut().zip([Part::Quantity, Part::QuantityWas]) {
            let Some(cell) = self.cell(cells, Column::Part(part)) else { continue };
            match count(cell) {
                Ok(pieces) => *read = Some(pieces),
                Err(detail) => self.wrong(cells.line, &self.name(Column::Part(part)), detail),
            }
        }
        let [now, was] = read;
        now.map(|now| (now, was))
    }
}

/// Images are more than a cell, but are taken away like other facts.
pub static IMAGES: Fact = Fact {
    own: "images",
    shopify: "Image Src",
    member: "images",
    of_variant: false,
    takes: Takes::Words,
    is_optional: true,
};
