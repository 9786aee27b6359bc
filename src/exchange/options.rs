//! A product's options in a file: those that its columns have values for, laid over those
//! that are there. An option that the file does not name stays, as what is blank says nothing.

use serde_json::{Map, Value, json};

use super::columns::{self, FileFormat, Part};
use super::sent::SentVariant;
use super::told::LineError;
use crate::catalog::product::{Product, ProductOption, Variant};
use crate::text;

/// An option that a file has values for.
pub struct SentOption {
    /// Which of the columns it stands in, from 0.
    pub place: usize,
    pub name: String,
    pub values: Vec<String>,
}

impl SentOption {
    /// Which of these options it is, or takes the place of.
    pub fn of(&self, options: &[ProductOption]) -> usize {
        let name = text::sought(&self.name);
        options.iter().position(|option| option.name == name).unwrap_or(self.place)
    }
}

/// An option of the product as it is to be.
pub struct Laid {
    name: String,
    values: Vec<String>,
    from: Source,
}

/// Where a variant's value of it stands.
enum Source {
    /// Among those of the file.
    File(usize),
    /// Among those that the variant has.
    Before(usize),
}

/// The options as they are to be: values of the file come behind those that are there.
pub fn laid(sent: &[SentOption], before: Option<&Product>) -> Vec<Laid> {
    let known = before.map(|before| before.options.as_slice()).unwrap_or_default();
    let of_file = |(at, option): (usize, &SentOption)| {
        let name = text::sought(&option.name);
        let same = known.iter().find(|known| known.name == name);
        let mut values = same.map(|same| same.values.clone()).unwrap_or_default();
        for value in &option.values {
            if !values.contains(value) {
                values.push(value.clone());
            }
        }
        Laid { name, values, from: Source::File(at) }
    };
    let mut all: Vec<_> = sent.iter().enumerate().map(of_file).collect();
    // No option at all is something that a file can say.
    let stays = |at: usize| !sent.is_empty() && sent.iter().all(|option| option.of(known) != at);
    for (at, option) in known.iter().enumerate().filter(|(at, _)| stays(*at)) {
        let kept = Laid { name: option.name.clone(), values: option.values.clone(), from: Source::Before(at) };
        all.insert(at.min(all.len()), kept);
    }
    all
}

/// As a body has them.
pub fn body(laid: &[Laid]) -> Value {
    laid.iter().map(|Laid { name, values, .. }| json!({ "name": name, "values": values })).collect()
}

/// A variant's values, by the names of the options.
pub fn chosen(
    laid: &[Laid],
    variant: &SentVariant,
    was: Option<&Variant>,
    format: FileFormat,
) -> Result<Map<String, Value>, LineError> {
    let value = |option: &Laid| {
        let value = match option.from {
            Source::File(at) => variant.options.get(at),
            Source::Before(at) => was.and_then(|was| was.options.get(at)),
        };
        let Some(value) = value else {
            let column = columns::part(Part::OptionValue(option.column()), format);
            let detail = format!("a value for the option {}, which the product has", option.name);
            return Err(LineError::new(variant.line, column, detail));
        };
        Ok((option.name.clone(), Value::from(value.clone())))
    };
    laid.iter().map(value).collect()
}

impl Laid {
    /// In which it would have to be said.
    fn column(&self) -> usize {
        let (Source::File(at) | Source::Before(at)) = self.from;
        at
    }
}
