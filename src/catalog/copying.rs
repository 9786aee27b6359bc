//! A copy of a product: a draft with all that is written of it, and none of what is only
//! its own: ids, stock, times, codes that no two things share.

use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::change::{ATTEMPTS, found};
use super::error::{SKU_TAKEN, changed};
use super::handlers::{CREATED, insert, views::AdminProduct};
use super::limits::{MAX_CODE, MAX_LINE};
use super::product::{Floor, Product, Status, Variant};
use super::slug::{self, MAX_SLUG};
use super::store::{self, Naming};
use crate::app::App;
use crate::auth::StaffWrite;
use crate::ids::{ProductId, VariantId};
use crate::ports::{Statement, Timestamp};
use crate::pricing::Delivery;
use crate::problem::{FieldError, Problem};
use crate::settings;
use crate::text;
use crate::wire::extract::{IdempotencyKey, Json, Path};
use crate::wire::respond::JsonText;

/// What goes before the title of a copy that is given none.
const COPY_OF: &str = "Copy of ";
/// The most copies whose SKUs are told apart by a number.
const MAX_NUMBER: u32 = 1_000;
/// What a SKU is made of before that number: `-1000` is the longest.
const MAX_STEM: usize = MAX_CODE - 5;

/// What a copy is called.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductCopy {
    /// `Copy of` the other's title if absent.
    #[schemars(length(min = 1, max = MAX_LINE))]
    title: Option<String>,
    /// Made from the title if absent, as of any new product.
    #[schemars(length(min = 1, max = MAX_SLUG))]
    slug: Option<String>,
}

/// What a copy is called, as far as it was said.
struct Names {
    title: Option<String>,
    slug: Option<String>,
}

impl ProductCopy {
    fn check(self) -> Result<Names, Problem> {
        let mut faults = Vec::new();
        let mut take = |pointer, parsed: Option<Result<String, text::Refusal>>| {
            parsed.and_then(|parsed| parsed.map_err(|refusal| faults.push(FieldError::new(pointer, refusal))).ok())
        };
        let title = take("/title", self.title.map(|title| text::line(&title, MAX_LINE)));
        let slug = take("/slug", self.slug.map(|slug| slug::slug(&slug)));
        if faults.is_empty() { Ok(Names { title, slug }) } else { Err(Problem::invalid(faults)) }
    }
}

/// Copies a product: a draft of its own with the same texts, facts, options, variants, prices and pictures. It has no
/// stock, no times at which buyers see it, no barcodes, and is picked for no collection. Its SKUs are the other's with
/// a number that is free, such as `MUG-2`.
pub async fn copy_product(
    State(app): State<App>,
    staff: StaffWrite,
    Path(id): Path<ProductId>,
    IdempotencyKey(key): IdempotencyKey,
    body: Json<ProductCopy>,
) -> Result<JsonText<AdminProduct<'static>, CREATED>, Problem> {
    let request = staff.keyed(key, &format!("POST /v1/admin/products/{id}/copy"), &body.bytes);
    let Names { title, slug } = body.value.check()?;
    let naming = if slug.is_some() { Naming::AsGiven } else { Naming::Numbered };
    for _ in 0..ATTEMPTS {
        let mut begun =
            staff.begin(&app, request.as_ref(), vec![store::product(id), free_number(id), settings::current()]).await?;
        if let Some(first) = begun.first {
            return Ok(first.into());
        }
        let original = found(begun.rows.next().unwrap_or_default())?;
        let number = begun.rows.next().unwrap_or_default().first()?.unwrap_or(Number { number: MAX_NUMBER });
        let low_level = settings::read(begun.rows.next().unwrap_or_default())?.low_level;
        let now = app.clock.now();
        let title = title.clone().unwrap_or_else(|| titled(&original.title));
        let slug = slug.clone().unwrap_or_else(|| slug::from_title(&title));
        let id = ProductId::new(now, &*app.entropy);
        let new_id = || VariantId::new(now, &*app.entropy);
        let copy = copied(&original, (id, title, slug), (number.number, low_level), now, new_id);
        match insert(&app, &staff, request.as_ref(), copy, naming, &[]).await {
            // Another copy has taken the number meanwhile.
            Err(problem) if problem.code == SKU_TAKEN.name => {}
            other => return Ok(other?.into()),
        }
    }
    Err(changed())
}

fn titled(original: &str) -> String {
    let title: String = COPY_OF.chars().chain(original.chars()).take(MAX_LINE).collect();
    title.trim_end().to_owned()
}

#[derive(Deserialize)]
struct Number {
    number: u32,
}

/// The first number that is free behind all SKUs of the product: `number`.
fn free_number(id: ProductId) -> Statement {
    Statement::new(
        "WITH RECURSIVE tried (number) AS (
           SELECT 2
           UNION ALL
           SELECT number + 1 FROM tried WHERE number < ?2 AND EXISTS (
             SELECT 1 FROM variants AS own JOIN variants AS other ON other.sku = own.sku || '-' || number
             WHERE own.product_id = ?1)
         )
         SELECT max(number) AS number FROM tried",
        [id.to_string().into(), MAX_NUMBER.into()],
    )
}

/// The copy, with the SKUs of this number. A SKU that is too long for one becomes the variant's id. `low_level`: the
/// shop's.
fn copied(
    original: &Product,
    (id, title, slug): (ProductId, String, String),
    (number, low_level): (u32, u32),
    now: Timestamp,
    mut new_id: impl FnMut() -> VariantId,
) -> Product {
    // No piece of what is not sent is counted; of what is, the copy has none.
    let is_sent = original.delivery == Delivery::Shipped;
    let copy = |variant: &Variant| {
        let id = new_id();
        let fits = variant.sku.chars().count() <= MAX_STEM;
        let mut copy = Variant {
            id,
            sku: if fits { format!("{}-{number}", variant.sku) } else { id.to_string() },
            // Named after nothing of its own, it is named after the product.
            title: match variant.given_title.is_none() && variant.options.is_empty() {
                true => title.clone(),
                false => variant.title.clone(),
            },
            barcode: None,
            // Of the copy it is said now.
            floor: variant.floor.map(|floor| Floor { as_of: 1, ..floor }),
            ..variant.clone()
        };
        // A bundle is as many as its parts make, which the other is made of, too.
        let pieces = if copy.is_bundle() { copy.pieces.unwrap_or_default() } else { 0 };
        copy.own_pieces = copy.is_bundle().then_some(0);
        if is_sent {
            copy.has(pieces, low_level);
        }
        copy
    };
    let variants: Vec<_> = original.variants.iter().map(copy).collect();
    let mut product = Product {
        id,
        slug,
        former_slugs: Vec::new(),
        variants,
        title,
        status: Status::Draft,
        publish_at: None,
        unpublish_at: None,
        version: 1,
        created_at: now,
        updated_at: now,
        bought_with: Vec::new(),
        sold: 0,
        ..original.clone()
    };
    if is_sent {
        product.level = product.level_of_all(low_level);
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copys_title_fits_as_any_does() {
        assert_eq!(titled("Mug"), "Copy of Mug");
        assert_eq!(titled(&"é".repeat(MAX_LINE)).chars().count(), MAX_LINE);
        let ends_between_words = "x".repeat(MAX_LINE - COPY_OF.len() - 1) + " y";
        assert_eq!(titled(&ends_between_words).chars().count(), MAX_LINE - 1);
    }
}
