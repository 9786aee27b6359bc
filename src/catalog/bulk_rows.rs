//! The rows of a bulk change of products: what is sent, what each makes of its product,
//! and what is said of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::body::{ProductBody, facts};
use super::draft::{Draft, Wanted};
use super::error::in_words;
use super::limits::{MAX_LINE, MAX_NAME, MAX_TAGS};
use super::metadata::{self, Metadata};
use super::product::{Product, Status};
use crate::ids::{ProductId, VariantId};
use crate::money::MAX_AMOUNT;
use crate::ports::Timestamp;
use crate::problem::{FieldError, NOT_FOUND, Problem};
use crate::settings::Settings;
use crate::text;
use crate::wire::conditional::STALE;
use crate::wire::patch::{not_null, present};

/// The most rows of one request. Each [`super::bulk::AT_ONCE`] of them take two batches, and
/// six more at most where somebody else is changing them, too: 400 of the 1,000 calls that
/// a request has at the least. Those that are tried by themselves take as many as are left.
pub const MAX_ROWS: usize = 1_000;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "BulkProducts")]
pub struct BulkBody {
    #[schemars(length(min = 1, max = MAX_ROWS))]
    pub rows: Vec<ProductRow>,
    /// What is done to each product whose row says nothing of its own.
    pub change: Option<ProductChange>,
}

/// A product, and what becomes of it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductRow {
    pub id: ProductId,
    /// The version at which it was looked at: a row that would change something is refused if somebody has changed it
    /// since.
    #[schemars(range(min = 1, max = MAX_AMOUNT))]
    version: Option<i64>,
    /// If absent, that of all rows.
    change: Option<ProductChange>,
}

/// A change of a product: what is absent stays as it is; `null` takes an optional value away.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "BulkProductChange")]
pub struct ProductChange {
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "Status", skip_serializing_if = "Option::is_none")]
    status: Option<Status>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<String>", length(max = MAX_LINE))]
    vendor: Option<Option<String>>,
    #[serde(rename = "type", deserialize_with = "present")]
    #[schemars(with = "Option<String>", length(max = MAX_LINE))]
    kind: Option<Option<String>>,
    /// Tags that it has afterwards, beside its others.
    #[schemars(length(max = MAX_TAGS), inner(length(min = 1, max = MAX_NAME)))]
    tags_add: Vec<String>,
    /// Tags that it has no longer, unless they are added, too.
    #[schemars(length(max = MAX_TAGS), inner(length(min = 1, max = MAX_NAME)))]
    tags_remove: Vec<String>,
    /// Names that are set, or taken away by `null`.
    #[schemars(with = "metadata::Described")]
    metadata: Metadata,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<Timestamp>")]
    publish_at: Option<Option<Timestamp>>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<Timestamp>")]
    unpublish_at: Option<Option<Timestamp>>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<String>", length(max = MAX_NAME))]
    tax_class: Option<Option<String>>,
}

impl BulkBody {
    /// What is wrong with what was sent, whatever product it is of: with that, nothing is done.
    pub fn check(&self) -> Result<(), Problem> {
        if !(1..=MAX_ROWS).contains(&self.rows.len()) {
            return Err(Problem::invalid_field("/rows", format!("must have 1 to {MAX_ROWS} items")));
        }
        let mut faults = Vec::new();
        for (at, row) in self.rows.iter().enumerate() {
            row.change.iter().for_each(|change| change.check(&format!("/rows/{at}/change"), &mut faults));
        }
        self.change.iter().for_each(|change| change.check("/change", &mut faults));
        // An answer that names more faults than this helps nobody.
        faults.truncate(100);
        if faults.is_empty() { Ok(()) } else { Err(Problem::invalid(faults)) }
    }
}

impl ProductChange {
    /// `at`: where it stands in the body.
    fn check(&self, at: &str, faults: &mut Vec<FieldError>) {
        for (name, tags) in [("tags_add", &self.tags_add), ("tags_remove", &self.tags_remove)] {
            if tags.len() > MAX_TAGS {
                faults.push(FieldError::new(format!("{at}/{name}"), format!("at most {MAX_TAGS} tags")));
            }
            for (n, tag) in tags.iter().enumerate() {
                if let Err(refusal) = text::line(tag, MAX_NAME) {
                    faults.push(FieldError::new(format!("{at}/{name}/{n}"), refusal));
                }
            }
        }
        let lines = [
            ("vendor", &self.vendor, MAX_LINE),
            ("type", &self.kind, MAX_LINE),
            ("tax_class", &self.tax_class, MAX_NAME),
        ];
        for (name, line, most) in lines {
            if let Err(refusal) = text::optional_line(line.as_ref().and_then(Option::as_deref), most) {
                faults.push(FieldError::new(format!("{at}/{name}"), refusal));
            }
        }
        let mut sent = self.metadata.clone();
        // What is taken away has no value that could be wrong.
        sent.retain(|_, value| !value.is_null());
        let refused = metadata::parsed(sent).1.into_iter();
        faults.extend(refused.map(|fault| FieldError::new(format!("{at}{}", fault.pointer), fault.detail)));
    }

    /// The product's facts as they would be.
    fn over(self, product: &Product) -> ProductBody {
        let now = facts(product);
        let removed: Vec<_> = self.tags_remove.iter().filter_map(|tag| text::line(tag, MAX_NAME).ok()).collect();
        let mut tags = now.tags;
        tags.retain(|tag| !removed.contains(tag));
        tags.extend(self.tags_add);
        ProductBody {
            vendor: self.vendor.unwrap_or(now.vendor),
            kind: self.kind.unwrap_or(now.kind),
            metadata: metadata::over(now.metadata, self.metadata),
            tags,
            status: self.status.or(now.status),
            publish_at: self.publish_at.unwrap_or(now.publish_at),
            unpublish_at: self.unpublish_at.unwrap_or(now.unpublish_at),
            tax_class: self.tax_class.unwrap_or(now.tax_class),
            ..now
        }
    }
}

/// What a row was decided on.
pub struct Ground<'a> {
    pub products: &'a [Product],
    pub settings: &'a Settings,
    pub now: Timestamp,
    /// What is done where the row says nothing of its own.
    pub change: Option<&'a ProductChange>,
}

/// What becomes of a row's product: as it was, and as it is to be; none if it is so already.
pub fn decide<'a>(row: &ProductRow, ground: &Ground<'a>) -> Result<Option<(&'a Product, Product)>, Problem> {
    let before = ground.products.iter().find(|product| product.id == row.id);
    let before = before.ok_or_else(|| Problem::new(NOT_FOUND, "there is no such product"))?;
    let change = row.change.as_ref().or(ground.change);
    let change = change.ok_or_else(|| Problem::invalid_field("/change", "say what becomes of it"))?.clone();
    let kept = before.variants.iter().map(|variant| Wanted::Kept(before, variant)).collect();
    let draft = Draft::change(change.over(before), kept, Vec::new(), ground.settings).map_err(in_words)?;
    // All of its variants are there already, so that none gets an id.
    let after = draft.replace(before, ground.now, || VariantId::derived([0; 16]));
    let same = Product { version: before.version, updated_at: before.updated_at, ..after.clone() } == *before;
    // What is there already may have been written by this very request, tried before.
    if !same && row.version.is_some_and(|version| version != before.version) {
        return Err(Problem::new(STALE, "somebody else has changed the product since; look at it anew"));
    }
    Ok((!same).then_some((before, after)))
}

/// What is said of the rows.
#[derive(Serialize, JsonSchema)]
pub struct BulkProductResults {
    /// Of each row, in their order.
    pub items: Vec<ProductResult>,
    changed: usize,
    unchanged: usize,
    refused: usize,
}

#[derive(Serialize, JsonSchema)]
pub struct ProductResult {
    /// The row's number, from 1.
    row: usize,
    id: ProductId,
    /// As if it had been asked for alone: 200, or that of a problem.
    status: u16,
    /// Whether the product is otherwise than it was.
    changed: bool,
    /// Of the problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

/// Whether a row's product is otherwise than it was, or why it is not.
pub type Outcome = Result<bool, Problem>;

impl BulkProductResults {
    pub fn of(rows: &[ProductRow], outcomes: Vec<Outcome>) -> Self {
        let of = |is: fn(&Outcome) -> bool| outcomes.iter().filter(|outcome| is(outcome)).count();
        let changed = of(|outcome| matches!(outcome, Ok(true)));
        let unchanged = of(|outcome| matches!(outcome, Ok(false)));
        let refused = of(Result::is_err);
        let rows = (1..).zip(rows).zip(outcomes);
        Self {
            items: rows.map(|((number, row), outcome)| ProductResult::of(number, row.id, outcome)).collect(),
            changed,
            unchanged,
            refused,
        }
    }
}

impl ProductResult {
    fn of(row: usize, id: ProductId, outcome: Outcome) -> Self {
        let (status, changed, code, detail) = match outcome {
            Ok(changed) => (200, changed, None, None),
            Err(problem) => (problem.status.as_u16(), false, Some(problem.code), Some(problem.detail.clone())),
        };
        Self { row, id, status, changed, code, detail }
    }
}
