//! Addresses: what is typed, what is known to be one, and how it is written on
//! a parcel. What an address has differs between countries: see [`country`].

pub mod country;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use country::{Country, Need, Part};

use crate::text::{self, Language, Line};

/// Where somebody can be reached by post.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Address {
    pub name: Line<200>,
    pub line1: Line<200>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line2: Option<Line<200>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<Line<100>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Line<100>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<Line<20>>,
    pub country: Country,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Line<40>>,
}

/// An address as it was sent. What is null or blank is not there.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "an address")]
#[schemars(transform = needs_the_least, example = example())]
pub struct NewAddress {
    #[schemars(with = "Line<200>")]
    name: Option<String>,
    #[schemars(with = "Line<200>")]
    line1: Option<String>,
    #[schemars(length(max = 200))]
    line2: Option<String>,
    /// Needed in most countries.
    #[schemars(length(max = 100))]
    city: Option<String>,
    /// The state, province, county or the like, by its name or its code. Needed
    /// in some countries, such as US, CA and AU; where a country does not name a
    /// city, either will do.
    #[schemars(length(max = 100))]
    region: Option<String>,
    /// Needed in countries whose post needs one, such as DE, GB and US. Neither
    /// case nor blanks matter.
    #[schemars(length(max = 20))]
    postal_code: Option<String>,
    #[schemars(with = "Country")]
    country: Option<String>,
    #[schemars(length(max = 40))]
    phone: Option<String>,
}

fn example() -> serde_json::Value {
    serde_json::json!({
        "name": "Ada Buyer", "line1": "7 Long Lane", "city": "London", "postal_code": "EC1A 9PN", "country": "GB",
    })
}

/// What every country needs. Its absence is ours to tell, with all else that is wrong.
fn needs_the_least(schema: &mut schemars::Schema) {
    schema.insert("required".to_owned(), serde_json::json!(["name", "line1", "country"]));
}

/// A member of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    Name,
    Line1,
    Line2,
    City,
    Region,
    PostalCode,
    Country,
    Phone,
}

/// What is wrong with a field: a clause for who typed it, such as "enter the
/// post town".
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    pub field: Field,
    pub detail: String,
}

impl From<Part> for Field {
    fn from(part: Part) -> Self {
        match part {
            Part::Street => Self::Line1,
            Part::City => Self::City,
            Part::Region => Self::Region,
            Part::PostalCode => Self::PostalCode,
        }
    }
}

impl Field {
    /// As the API and forms name it.
    pub fn id(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Line1 => "line1",
            Self::Line2 => "line2",
            Self::City => "city",
            Self::Region => "region",
            Self::PostalCode => "postal_code",
            Self::Country => "country",
            Self::Phone => "phone",
        }
    }

    /// As people call it, in a country if that is known.
    pub fn noun(self, country: Option<Country>) -> &'static str {
        match self {
            Self::Name => "full name",
            Self::Line1 => "street and number",
            Self::Line2 => "flat, floor or company",
            Self::City => country.map_or("city", Country::city_noun),
            Self::Region => country.map_or("state or region", Country::region_noun),
            Self::PostalCode => country.map_or("postal code", Country::postal_code_noun),
            Self::Country => "country",
            Self::Phone => "phone number",
        }
    }

    /// Whether an address has it, in a country if that is known.
    pub fn need(self, country: Option<Country>) -> Need {
        let differs = |part| country.map_or(Need::Optional, |country| country.need(part));
        match self {
            Self::Name | Self::Line1 | Self::Country => Need::Required,
            Self::Line2 | Self::Phone => Need::Optional,
            Self::City => differs(Part::City),
            Self::Region => differs(Part::Region),
            Self::PostalCode => differs(Part::PostalCode),
        }
    }
}

/// What is wrong, collected while the fields are read.
struct Reader {
    country: Option<Country>,
    faults: Vec<Fault>,
}

impl Reader {
    fn refuse(&mut self, field: Field, detail: String) {
        self.faults.push(Fault { field, detail });
    }

    fn read<const MAX: usize>(&mut self, field: Field, text: &str) -> Option<Line<MAX>> {
        if text::is_absent(text) {
            return None;
        }
        let noun = field.noun(self.country);
        text.parse().map_err(|rule| self.refuse(field, format!("the {noun} {rule}"))).ok()
    }

    /// Like `read`, where an empty field is a fault if the country needs it.
    fn needed<const MAX: usize>(&mut self, field: Field, text: &str) -> Option<Line<MAX>> {
        if text::is_absent(text) && field.need(self.country) == Need::Required {
            let example = self.country.and_then(Country::postal_code_example).filter(|_| field == Field::PostalCode);
            let example = example.map(|example| format!(", such as {example}")).unwrap_or_default();
            self.refuse(field, format!("enter the {}{example}", field.noun(self.country)));
        }
        self.read(field, text)
    }

    fn postal_code(&mut self, text: &str) -> Option<Line<20>> {
        let code = self.needed::<20>(Field::PostalCode, text)?;
        match self.country.filter(|country| !country.takes_postal_code(code.as_str())) {
            None => Some(code),
            Some(country) => {
                let noun = country.postal_code_noun();
                let example = country.postal_code_example().unwrap_or_default();
                let way_out = match country.need(Part::PostalCode) {
                    Need::Required => "",
                    Need::Optional | Need::Absent => ", or leave it empty",
                };
                self.refuse(Field::PostalCode, format!("check the {noun}, which looks like {example}{way_out}"));
                None
            }
        }
    }
}

impl NewAddress {
    /// The address, or everything that is wrong with it.
    pub fn parse(&self) -> Result<Address, Vec<Fault>> {
        let sent = |field| match field {
            Field::Name => &self.name,
            Field::Line1 => &self.line1,
            Field::Line2 => &self.line2,
            Field::City => &self.city,
            Field::Region => &self.region,
            Field::PostalCode => &self.postal_code,
            Field::Country => &self.country,
            Field::Phone => &self.phone,
        };
        Address::parse(|field| sent(field).as_deref().unwrap_or_default())
    }
}

impl Address {
    /// The address that was typed into these fields, or everything that is
    /// wrong with it.
    pub fn parse<'a>(typed: impl Fn(Field) -> &'a str) -> Result<Self, Vec<Fault>> {
        let country = typed(Field::Country).parse::<Country>();
        let mut reader = Reader { country: country.as_ref().ok().copied(), faults: Vec::new() };
        if let Err(rule) = &country {
            reader.refuse(Field::Country, format!("the country {rule}"));
        }
        let name = reader.needed(Field::Name, typed(Field::Name));
        let line1 = reader.needed(Field::Line1, typed(Field::Line1));
        let line2 = reader.read(Field::Line2, typed(Field::Line2));
        let city = reader.needed(Field::City, typed(Field::City));
        // Where no city is needed, one says as much as the region: Dubai is both.
        let either = Field::City.need(reader.country) != Need::Required && city.is_some();
        let region = match typed(Field::Region) {
            text if either => reader.read(Field::Region, text),
            text => reader.needed(Field::Region, text),
        };
        let postal_code = reader.postal_code(typed(Field::PostalCode));
        let phone = reader.read(Field::Phone, typed(Field::Phone));
        match (country, name, line1) {
            (Ok(country), Some(name), Some(line1)) if reader.faults.is_empty() => {
                Ok(Self { name, line1, line2, city, region, postal_code, country, phone })
            }
            _ => Err(reader.faults),
        }
    }

    /// What stands in a field; nothing where it is empty.
    pub fn text(&self, field: Field) -> &str {
        match field {
            Field::Name => self.name.as_str(),
            Field::Line1 => self.line1.as_str(),
            Field::Line2 => self.line2.as_ref().map_or("", Line::as_str),
            Field::City => self.city.as_ref().map_or("", Line::as_str),
            Field::Region => self.region.as_ref().map_or("", Line::as_str),
            Field::PostalCode => self.postal_code.as_ref().map_or("", Line::as_str),
            Field::Country => self.country.code(),
            Field::Phone => self.phone.as_ref().map_or("", Line::as_str),
        }
    }

    /// As it is written on a parcel to its country. What the country does not
    /// have but somebody gave stands before the country's name.
    pub fn lines(&self) -> Vec<String> {
        self.lines_in(Language::En)
    }

    /// The same, with the country's name in the language of whoever reads it.
    pub fn lines_in(&self, language: Language) -> Vec<String> {
        let mut lines = vec![self.name.as_str().to_owned()];
        for layout in self.country.layout() {
            lines.push(self.line(layout));
            if layout.contains('A') {
                lines.push(self.text(Field::Line2).to_owned());
            }
        }
        let other = |field: &Field| field.need(Some(self.country)) == Need::Absent;
        let others = [Field::City, Field::Region, Field::PostalCode].into_iter().filter(other);
        lines.extend(others.map(|field| self.text(field).to_owned()));
        lines.push(self.country.name_in(language).to_owned());
        lines.retain(|line| !line.is_empty());
        // A city that is the whole country is said once.
        lines.dedup();
        lines
    }

    /// One line of the layout. What stands between two parts is written only
    /// between two that are there.
    fn line(&self, layout: &str) -> String {
        let (mut line, mut between) = (String::new(), String::new());
        for sign in layout.chars() {
            let Some(part) = Part::of(sign) else {
                between.push(sign);
                continue;
            };
            let text = self.text(part.into());
            if !line.is_empty() && !text.is_empty() {
                line.push_str(&between);
            }
            line.push_str(text);
            between.clear();
        }
        line
    }
}

#[cfg(test)]
mod tests;
