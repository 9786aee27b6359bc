//! What no two products share, their ids, slugs and SKUs: neither two of one file nor one
//! of the file and another of the shop. Asked before anything is written, and by a dry run,
//! too, which so says what the import will.

use serde::Deserialize;

use super::columns::{FileFormat, column_of};
use super::decide::Decided;
use super::matching;
use super::sent::SentVariant;
use super::told::{LineError, Made};
use crate::catalog::product::Product;
use crate::catalog::store::Naming;
use crate::json;
use crate::ports::{DatabaseError, Rows, Statement};
use crate::sorted::{SortedMap, SortedSet};

/// What the products of a file that have had their turn have of this, each with its line.
#[derive(Default)]
pub struct Claims {
    products: SortedMap<String, Claimed>,
    has: SortedMap<Name, usize>,
    /// Had until then, by whomever it is had since.
    had: SortedMap<Name, usize>,
}

/// What the file has said of a product.
struct Claimed {
    line: usize,
    /// Of which variants that are there; where it names no variant, of the product alone.
    variants: SortedSet<String>,
    names_variants: bool,
    changes: bool,
}

/// What no other product may have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Name {
    Slug(String),
    Sku(String),
}

impl Name {
    fn word(&self) -> &'static str {
        match self {
            Self::Slug(_) => "slug",
            Self::Sku(_) => "SKU",
        }
    }

    fn text(&self) -> &str {
        let (Self::Slug(text) | Self::Sku(text)) = self;
        text
    }
}

impl Claimed {
    /// Whether it says what others of the file say, too: not so where each is of other variants.
    fn overlaps(&self, next: &Decided) -> bool {
        let same = meant(next).iter().any(|id| self.variants.contains_key(id));
        same || !self.names_variants || next.sent.variants.is_empty()
    }
}

/// The variants that are there of those that a product of the file names.
fn meant(next: &Decided) -> Vec<String> {
    let id = |variant: &SentVariant| Some(variant.facts.get("id")?.as_str()?.to_owned());
    next.sent.variants.iter().filter_map(id).collect()
}

fn names(product: &Product, with_slug: bool) -> SortedSet<Name> {
    let slug = with_slug.then(|| Name::Slug(product.slug.clone()));
    slug.into_iter().chain(product.variants.iter().map(|variant| Name::Sku(variant.sku.clone()))).collect()
}

impl Claims {
    /// What of a product is that of one before it in the file.
    pub fn against(&self, next: &Decided, format: FileFormat) -> Vec<LineError> {
        let line = next.sent.line;
        if let Some(known) = self.same(next).filter(|known| known.overlaps(next)) {
            let detail = format!("line {} is of the same product; put them together", known.line);
            return vec![LineError::new(line, "", detail)];
        }
        let before = |known: Option<&usize>| known.copied().filter(|known| *known != line);
        let of = |name: &Name| {
            let known = before(self.has.get(name))?;
            Some(next.at(name, format!("line {known} has the same {} for another product", name.word()), format))
        };
        next.wanted().iter().filter_map(of).collect()
    }

    /// What was said of the same product by others of its lines, such as those of other variants.
    fn same(&self, next: &Decided) -> Option<&Claimed> {
        self.products.get(&next.product()?.id.to_string()).filter(|known| known.line != next.sent.line)
    }

    /// Whether a product was changed before, or wants what another has only just given up.
    pub fn waits(&self, next: &Decided) -> bool {
        self.same(next).is_some_and(|known| known.changes)
            || next.wanted().iter().any(|name| self.had.contains_key(name))
    }

    /// Whether a product had this slug that has another once those before it in the file are written.
    pub fn gives_up_slug(&self, slug: &str) -> bool {
        self.had.contains_key(&Name::Slug(slug.to_owned()))
    }

    /// The same of a SKU.
    pub fn gives_up_sku(&self, sku: &str) -> bool {
        self.had.contains_key(&Name::Sku(sku.to_owned()))
    }

    pub fn take(&mut self, next: &Decided) {
        let line = next.sent.line;
        let Some(product) = next.product() else { return };
        let id = product.id.to_string();
        let earlier = self.products.remove(&id).filter(|known| known.line != line);
        let names_variants = !next.sent.variants.is_empty();
        let earlier = earlier.into_iter().flat_map(|known| known.variants.into_keys());
        let variants = meant(next).into_iter().chain(earlier).collect();
        self.products.insert(id, Claimed { line, variants, names_variants, changes: next.after.is_some() });
        let Some(after) = &next.after else { return };
        let is = names(after, true);
        for name in next.before.into_iter().flat_map(|before| names(before, true).into_keys()) {
            if !is.contains_key(&name) {
                self.had.insert(name, line);
            }
        }
        self.has.extend(is.into_keys().map(|name| (name, line)));
    }
}

impl Decided<'_> {
    /// Whose line it is; none: it is refused.
    fn product(&self) -> Option<&Product> {
        if self.told.result == Made::Refused {
            return None;
        }
        self.after.as_ref().or(self.before)
    }

    /// What it will have and has not. A slug that gets a number where it is taken is free.
    fn wanted(&self) -> Vec<Name> {
        let Some(after) = &self.after else { return Vec::new() };
        let had = self.before.map(|before| names(before, true)).unwrap_or_default();
        names(after, self.naming == Naming::AsGiven).into_keys().filter(|name| !had.contains_key(name)).collect()
    }

    /// Says where the file has this name.
    fn at(&self, name: &Name, detail: String, format: FileFormat) -> LineError {
        let is = |sku: &str| self.sent.variants.iter().position(|one| matching::sku_of(one).as_deref() == Some(sku));
        let variant = match name {
            Name::Slug(_) => None,
            Name::Sku(sku) => is(sku).and_then(|at| Some((at, self.sent.variants.get(at)?))),
        };
        match (name, variant) {
            (Name::Sku(_), Some((at, variant))) if format == FileFormat::Jsonl => {
                LineError::new(variant.line, &format!("variants/{at}/sku"), detail)
            }
            (Name::Sku(_), variant) => {
                let line = variant.map_or(self.sent.line, |(_, variant)| variant.line);
                LineError::new(line, column_of("sku", true, format), detail)
            }
            (Name::Slug(_), _) => LineError::new(self.sent.line, column_of("slug", false, format), detail),
        }
    }
}

/// Which of what these want other products have; none: they want nothing new.
pub fn known(decided: &[Decided]) -> Option<Statement> {
    let wanted: Vec<Name> = decided.iter().flat_map(Decided::wanted).collect();
    if wanted.is_empty() {
        return None;
    }
    let of =
        |is: fn(&Name) -> bool| json::text(&wanted.iter().filter(|name| is(name)).map(Name::text).collect::<Vec<_>>());
    let (slugs, skus) = (of(|name| matches!(name, Name::Slug(_))), of(|name| matches!(name, Name::Sku(_))));
    Some(Statement::new(
        "SELECT slug, NULL AS sku, id FROM products WHERE slug IN (SELECT value FROM json_each(?1))
         UNION ALL SELECT NULL, sku, product_id FROM variants WHERE sku IN (SELECT value FROM json_each(?2))",
        [slugs.into(), skus.into()],
    ))
}

/// Refuses those that want what [`known`] has found, unless one before them gives it up.
pub fn refuse(decided: &mut [Decided], known: &Rows, claims: &Claims, format: FileFormat) -> Result<(), DatabaseError> {
    #[derive(Deserialize)]
    struct Row {
        slug: Option<String>,
        sku: Option<String>,
        id: String,
    }
    let rows: Vec<Row> = known.clone().decode()?;
    let name = |row: Row| Some((row.slug.map(Name::Slug).or(row.sku.map(Name::Sku))?, row.id));
    let known: SortedMap<Name, String> = rows.into_iter().filter_map(name).collect();
    for one in decided {
        let own = one.after.as_ref().map(|after| after.id.to_string()).unwrap_or_default();
        let is_free = |name: &Name| claims.had.get(name).is_some_and(|line| *line < one.sent.line);
        let taken = |name: &Name| known.get(name).is_some_and(|id| *id != own) && !is_free(name);
        let error = |name: &Name| {
            let detail = match name {
                Name::Slug(_) => "another product has this slug".to_owned(),
                Name::Sku(sku) => format!("another product has the SKU {sku}"),
            };
            one.at(name, detail, format)
        };
        let errors: Vec<_> = one.wanted().iter().filter(|name| taken(name)).map(error).collect();
        if !errors.is_empty() {
            one.refuse(errors);
        }
    }
    Ok(())
}
