//! Which variant of a product a choice of options is, and what else could be
//! chosen from there. Nothing is lost on the way: what does not exist together, or
//! is sold out, can be chosen, and is said to be so.

use crate::catalog::product::{Level, Product, ProductOption, Variant};
use crate::money::Currency;
use crate::shelf::facets::OPTION;
use crate::text;

/// The field that names a variant of a product whose variants have no options.
pub const VARIANT: &str = "variant_id";

/// As many as a product has options at most.
const AXES: usize = crate::catalog::limits::MAX_OPTIONS;

/// Where a variant stands on each axis; nowhere but at 0 on those that there are not.
type Place = [usize; AXES];

/// What is chosen between: an option, or all variants where there is none.
pub struct Axis<'a> {
    /// What the form calls it.
    pub field: String,
    /// The option's name; empty where there is none.
    pub name: &'a str,
    /// What the form sends for each value.
    pub sent: Vec<String>,
    pub values: Vec<&'a str>,
}

pub struct Choosing<'a> {
    pub product: &'a Product,
    pub currency: Currency,
    /// None where there is nothing to choose.
    pub axes: Vec<Axis<'a>>,
    /// What is sold in the currency.
    sold: Vec<(&'a Variant, Place)>,
    chosen: Place,
    /// What is chosen; none if it does not exist.
    pub variant: Option<&'a Variant>,
}

impl<'a> Choosing<'a> {
    /// By the fields of a form or an address. What they leave open is chosen so
    /// that it exists, and is there if possible. `None` if the product is not sold
    /// in the currency.
    pub fn new(product: &'a Product, currency: Currency, fields: &[(String, String)]) -> Option<Self> {
        let axes = axes(product);
        let wanted = |axis: &Axis| {
            let named = |(name, value): &(String, String)| {
                let value = text::sought(value);
                let place = axis.sent.iter().position(|sent| *sent == value);
                place.filter(|_| text::sought(name) == axis.field)
            };
            fields.iter().find_map(named)
        };
        let wanted: Vec<Option<usize>> = axes.iter().map(wanted).collect();
        let placed = |(n, variant): (usize, &'a Variant)| {
            variant.price(currency)?;
            Some((variant, place(product, n, variant)))
        };
        let sold: Vec<(&Variant, Place)> = product.variants.iter().enumerate().filter_map(placed).collect();
        let fits =
            |place: &Place| wanted.iter().zip(place).all(|(wanted, at)| wanted.is_none_or(|wanted| wanted == *at));
        let is_there = |variant: &Variant| !variant.level.is_out();
        let mut fitting = sold.iter().filter(|(_, place)| fits(place));
        let best = fitting.clone().find(|(variant, _)| is_there(variant)).or_else(|| fitting.next());
        let other = sold.iter().find(|(variant, _)| is_there(variant)).or(sold.first())?;
        let mut chosen = best.unwrap_or(other).1;
        for (at, wanted) in chosen.iter_mut().zip(&wanted) {
            *at = wanted.unwrap_or(*at);
        }
        let variant = best.map(|(variant, _)| *variant);
        Some(Self { product, currency, axes, chosen, variant, sold })
    }

    /// With this variant chosen.
    pub fn of_variant(product: &'a Product, currency: Currency, variant: &Variant) -> Option<Self> {
        Self::new(product, currency, &Self::fields_of(product, variant))
    }

    /// The fields by which the variant is chosen.
    pub fn fields_of(product: &Product, variant: &Variant) -> Vec<(String, String)> {
        let n = product.variants.iter().position(|known| known.id == variant.id).unwrap_or_default();
        let sent = axes(product).into_iter().zip(place(product, n, variant));
        sent.filter_map(|(axis, at)| Some((axis.field, axis.sent.into_iter().nth(at)?))).collect()
    }

    pub fn is_chosen(&self, axis: usize, value: usize) -> bool {
        self.chosen.get(axis) == Some(&value)
    }

    /// How much is left of each value of an axis, were it chosen beside the rest;
    /// nothing of what does not exist.
    pub fn levels(&self, axis: usize) -> Vec<Option<Level>> {
        let values = self.axes.get(axis).map_or(0, |axis| axis.values.len());
        let mut levels = vec![None; values];
        for (variant, place) in &self.sold {
            let differs = |(n, (at, chosen)): (usize, (&usize, &usize))| n != axis && at != chosen;
            if !place.iter().zip(&self.chosen).enumerate().any(differs)
                && let Some(level) = place.get(axis).and_then(|at| levels.get_mut(*at))
            {
                *level = Some(variant.level);
            }
        }
        levels
    }

    /// Each variant that is sold, with its place on each axis.
    pub fn sold(&self) -> impl Iterator<Item = (&'a Variant, &[usize])> {
        let axes = self.axes.len();
        self.sold.iter().map(move |(variant, place)| (*variant, place.get(..axes).unwrap_or_default()))
    }

    pub fn is_sold_out(&self) -> bool {
        self.sold.iter().all(|(variant, _)| variant.level.is_out())
    }
}

fn axes<'a>(product: &'a Product) -> Vec<Axis<'a>> {
    if product.variants.len() < 2 {
        return Vec::new();
    }
    if product.options.is_empty() {
        let sent = product.variants.iter().map(|variant| variant.id.to_string()).collect();
        let values = product.variants.iter().map(|variant| variant.title.as_str()).collect();
        return vec![Axis { field: VARIANT.to_owned(), name: "", sent, values }];
    }
    let axis = |option: &'a ProductOption| Axis {
        field: format!("{OPTION}{}", option.name),
        name: &option.name,
        sent: option.values.clone(),
        values: option.values.iter().map(String::as_str).collect(),
    };
    product.options.iter().take(AXES).map(axis).collect()
}

fn place(product: &Product, n: usize, variant: &Variant) -> Place {
    let mut place = [0; AXES];
    if product.options.is_empty() {
        place[0] = n;
    }
    for ((at, option), value) in place.iter_mut().zip(&product.options).zip(&variant.options) {
        *at = option.values.iter().position(|known| known == value).unwrap_or_default();
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::product as made;

    fn euros() -> Currency {
        Currency::parse("EUR").unwrap()
    }

    /// Sizes S to L in red and blue: no L in blue, S in red sold out.
    fn shirt() -> Product {
        let mut shirt = made(1, "Shirt", Some(1_000), 1);
        let option = |name: &str, values: &[&str]| ProductOption {
            name: name.to_owned(),
            values: values.iter().map(|value| (*value).to_owned()).collect(),
        };
        shirt.options = vec![option("Size", &["S", "M", "L"]), option("Colour", &["Red", "Blue"])];
        let first = shirt.variants.remove(0);
        let all = [("S", "Red"), ("S", "Blue"), ("M", "Red"), ("M", "Blue"), ("L", "Red")];
        shirt.variants = all
            .iter()
            .enumerate()
            .map(|(n, (size, colour))| Variant {
                id: format!("var_{}", ulid::Ulid::from_parts(1, n as u128)).parse().unwrap(),
                options: vec![(*size).to_owned(), (*colour).to_owned()],
                level: if n == 0 { Level::Out } else { Level::InStock },
                ..first.clone()
            })
            .collect();
        shirt
    }

    fn chosen(shirt: &Product, fields: &[(&str, &str)]) -> (Option<String>, Vec<String>) {
        let fields: Vec<_> = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let choosing = Choosing::new(shirt, euros(), &fields).unwrap();
        let marks = (0..choosing.axes.len()).map(|axis| {
            let mark = |(value, level): (usize, Option<Level>)| {
                let mark = level.map_or('x', |level| if level.is_out() { 'o' } else { '+' });
                if choosing.is_chosen(axis, value) { format!("[{mark}]") } else { mark.to_string() }
            };
            choosing.levels(axis).into_iter().enumerate().map(mark).collect()
        });
        (choosing.variant.map(|variant| variant.options.join(" ")), marks.collect())
    }

    #[test]
    fn options_choose_a_variant_and_mark_what_is_not_to_be_had() {
        let shirt = shirt();
        let marks = |one: &str, other: &str| vec![one.to_owned(), other.to_owned()];
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(chosen(&shirt, &[]), (some("S Blue"), marks("[+]+x", "o[+]")), "the first that is there");
        assert_eq!(chosen(&shirt, &[("option.Size", "M")]).0, some("M Red"));
        assert_eq!(chosen(&shirt, &[("option.Colour", "Blue"), ("option.Size", "M")]).0, some("M Blue"));
        assert_eq!(
            chosen(&shirt, &[("option.Size", " S "), ("option.Colour", "Red")]),
            (some("S Red"), marks("[o]++", "[o]+"))
        );
        assert_eq!(chosen(&shirt, &[("option.Size", "L"), ("option.Colour", "Blue")]), (None, marks("++[x]", "+[x]")));
        assert_eq!(chosen(&shirt, &[("option.Size", "XL"), ("Size", "M")]).0, some("S Blue"), "what means nothing");
    }

    #[test]
    fn every_variant_is_chosen_by_its_own_options() {
        let mut shirt = shirt();
        for with_options in [true, false] {
            for variant in &shirt.variants {
                let choosing = Choosing::of_variant(&shirt, euros(), variant).unwrap();
                assert_eq!(choosing.variant.map(|chosen| chosen.id), Some(variant.id), "{with_options}");
            }
            shirt.options.clear();
            shirt.variants.iter_mut().for_each(|variant| variant.options.clear());
        }
        let alone = made(2, "Mug", Some(500), 1);
        let choosing = Choosing::new(&alone, euros(), &[]).unwrap();
        assert!(choosing.axes.is_empty() && choosing.variant.is_some() && choosing.is_sold_out());
        assert!(Choosing::new(&made(3, "None", None, 1), euros(), &[]).is_none());
    }
}
