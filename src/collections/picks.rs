//! What is picked for a collection by hand. It is changed in parts, by statements
//! that look at nothing that was read before: two people who pick at the same
//! time both have what they picked.

use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;

use super::body::PicksChange;
use super::collection::Collection;
use super::error::{BY_RULE, refusal};
use super::limits::MAX_PICKS;
use super::store::{self, read_stored, weigh};
use super::views::{PickList, PicksChanged};
use crate::app::App;
use crate::audit::{Entry, Kind};
use crate::auth::{Staff, StaffChange, StaffWrite};
use crate::idempotency::Answer;
use crate::ids::{CollectionId, ProductId};
use crate::json;
use crate::ports::{Statement, Timestamp, Value};
use crate::problem::{FieldError, Problem};
use crate::revision;
use crate::sorted::SortedSet;
use crate::wire::extract::{IdempotencyKey, Json, Path, Query};
use crate::wire::listed::Part;
use crate::wire::page::PageQuery;
use crate::wire::respond::JsonText;

/// The name of the list in its cursors.
const LIST: &str = "admin/collections/products";

/// The products that were picked for a collection, in their order, also those that are not on sale. What a rule finds
/// is in the buyers' list of products.
pub async fn list_collection_products(
    State(app): State<App>,
    _: Staff,
    Path(id): Path<CollectionId>,
    Query(query): Query<PageQuery>,
) -> Result<JsonText<PickList>, Problem> {
    let part = Part::asked(LIST, &query)?;
    read_stored(app.database.run(store::collection(id)).await?)?.pop().ok_or_else(Problem::not_found)?;
    let list = part.read(&app, listed(id, part.params()), Some(count(id))).await?;
    Ok(JsonText::new(StatusCode::OK, list))
}

/// Changes what is picked for a collection, and in which order it stands there: first takes out, then puts in, then
/// sorts. Whatever is named neither here nor by others at the same time stays.
pub async fn change_collection_products(
    State(app): State<App>,
    staff: StaffWrite,
    Path(id): Path<CollectionId>,
    IdempotencyKey(key): IdempotencyKey,
    body: Json<PicksChange>,
) -> Result<JsonText<PicksChanged>, Problem> {
    let request = staff.keyed(key, &format!("POST /v1/admin/collections/{id}/products"), &body.bytes);
    let mut change = body.value;
    let named: Vec<ProductId> = change.add.iter().chain(&change.order).copied().collect();
    let reads = vec![store::collection(id), missing(&named), places(id)];
    let mut begun = staff.begin(&app, request.as_ref(), reads).await?;
    if let Some(first) = begun.first {
        return Ok(first.into());
    }
    let found = read_stored(begun.rows.next().unwrap_or_default())?.pop();
    let before = found.ok_or_else(Problem::not_found)?;
    let missing: Vec<Missing> = begun.rows.next().unwrap_or_default().decode()?;
    let picked: Vec<Place> = begun.rows.next().unwrap_or_default().decode()?;
    let faults = faults(&change, &missing);
    if !faults.is_empty() {
        return Err(Problem::invalid(faults));
    }
    if before.collection.rule.is_some() {
        if !change.add.is_empty() {
            return Err(Problem::new(BY_RULE, "its products are those that fit its rule").at("/add", "not with a rule"));
        }
        // Which of them come first is all that there is to pick.
        change.add.clone_from(&change.order);
    }
    let change = StaffChange::new(told(&before.collection, picked, &change), statements(id, &change, app.clock.now()));
    let answer = Answer::new(StatusCode::OK, &PicksChanged { id })?;
    let (response, _) = revision::write(&app, &staff, request.as_ref(), change, answer, &refusal).await?;
    revision::settle(&app).await;
    Ok(response.into())
}

#[derive(Deserialize)]
struct Missing {
    product: ProductId,
}

fn faults(change: &PicksChange, missing: &[Missing]) -> Vec<FieldError> {
    let mut faults = Vec::new();
    for (member, products) in [("remove", &change.remove), ("add", &change.add), ("order", &change.order)] {
        if products.len() > MAX_PICKS {
            faults.push(FieldError::new(format!("/{member}"), format!("at most {MAX_PICKS} products")));
        } else if member != "remove" {
            let unknown = |(_, id): &(usize, &ProductId)| missing.iter().any(|missing| missing.product == **id);
            let unknown = products.iter().enumerate().filter(unknown);
            faults.extend(unknown.map(|(n, _)| FieldError::new(format!("/{member}/{n}"), "there is no such product")));
        }
    }
    // An answer that names more faults than this helps nobody.
    faults.truncate(100);
    faults
}

/// Of these products, those that there are not: `product`. At most as many as are told.
fn missing(products: &[ProductId]) -> Statement {
    Statement::new(
        "SELECT DISTINCT value AS product FROM json_each(?1)
         WHERE NOT EXISTS (SELECT 1 FROM products WHERE id = value) LIMIT 100",
        [json::text(&products).into()],
    )
}

#[derive(Deserialize)]
struct Place {
    product: ProductId,
}

/// What is picked by now, in its order: `product`.
fn places(id: CollectionId) -> Statement {
    Statement::new(
        "SELECT product_id AS product FROM collection_products WHERE collection_id = ?1 ORDER BY position, product_id",
        [id.to_string().into()],
    )
}

/// Where the products that were named stood, and where they stand. What others pick at the
/// same moment may move them further.
fn told(collection: &Collection, picked: Vec<Place>, change: &PicksChange) -> Entry {
    let before: Vec<ProductId> = picked.into_iter().map(|place| place.product).collect();
    let after = changed(&before, change);
    let named: SortedSet<ProductId> =
        [&change.remove, &change.add, &change.order].into_iter().flatten().map(|id| (*id, ())).collect();
    let places = |list: &[ProductId]| -> serde_json::Value {
        let own = (1..).zip(list).filter(|(_, id)| named.contains_key(*id));
        let places = own.map(|(place, id): (i64, _)| json!({ "id": id, "place": place }));
        json!({ "products": places.collect::<Vec<_>>() })
    };
    Entry::changed(Kind::Collection, &collection.id, &collection.title, &places(&before), &places(&after))
}

/// What [`statements`] make of what is picked.
fn changed(before: &[ProductId], change: &PicksChange) -> Vec<ProductId> {
    let of = |list: &[ProductId]| -> SortedSet<ProductId> { list.iter().map(|id| (*id, ())).collect() };
    let removed = of(&change.remove);
    let mut after: Vec<_> = before.iter().copied().filter(|id| !removed.contains_key(id)).collect();
    let mut there = of(&after);
    after.extend(change.add.iter().copied().filter(|id| there.add(*id)));
    let mut left = there;
    let mut first: Vec<_> = change.order.iter().copied().filter(|id| left.remove(id).is_some()).collect();
    first.extend(after.into_iter().filter(|id| left.contains_key(id)));
    first
}

fn statements(id: CollectionId, change: &PicksChange, now: Timestamp) -> Vec<Statement> {
    let collection = id;
    let id = || Value::from(collection.to_string());
    let mut batch = vec![
        Statement::new(
            "UPDATE catalog_state SET revision =
               CASE WHEN EXISTS (SELECT 1 FROM collections WHERE id = ?1) THEN revision + 1 ELSE -1 END
             RETURNING revision",
            [id()],
        ),
        Statement::new(
            "UPDATE collections SET version = version + 1, updated_at = ?2 WHERE id = ?1",
            [id(), now.millis().into()],
        ),
    ];
    if !change.remove.is_empty() {
        batch.push(Statement::new(
            "DELETE FROM collection_products
             WHERE collection_id = ?1 AND product_id IN (SELECT value FROM json_each(?2))",
            [id(), json::text(&change.remove).into()],
        ));
    }
    if !change.add.is_empty() {
        batch.push(Statement::new(
            "INSERT INTO collection_products (collection_id, product_id, position)
             SELECT ?1, value, key + 1 + (
               SELECT coalesce(max(position), 0) FROM collection_products WHERE collection_id = ?1)
             FROM json_each(?2) WHERE true
             ON CONFLICT (collection_id, product_id) DO NOTHING",
            [id(), json::text(&change.add).into()],
        ));
    }
    if !change.order.is_empty() {
        batch.push(Statement::new(
            "UPDATE collection_products SET position = place FROM (
               SELECT picked.product_id AS product, row_number() OVER (
                 ORDER BY named.key IS NULL, named.key, picked.position, picked.product_id) AS place
               FROM collection_products AS picked
               LEFT JOIN (SELECT value, min(key) AS key FROM json_each(?2) GROUP BY value) AS named
                 ON named.value = picked.product_id
               WHERE picked.collection_id = ?1)
             WHERE collection_id = ?1 AND product_id = product",
            [id(), json::text(&change.order).into()],
        ));
    }
    batch.push(weigh(collection));
    batch
}

fn count(id: CollectionId) -> Statement {
    Statement::new(
        "SELECT count(*) AS total FROM collection_products WHERE collection_id = ?1",
        [id.to_string().into()],
    )
}

fn listed(id: CollectionId, part: [Value; 3]) -> Statement {
    let [key, after, limit] = part;
    Statement::new(
        "SELECT json_object('id', products.id, 'slug', slug, 'title', title, 'vendor', vendor, 'status', status) AS item,
           position AS key, products.id AS id
         FROM collection_products JOIN products ON products.id = product_id
         WHERE collection_id = ?1 AND (?2 IS NULL OR (position, products.id) > (?2, ?3))
         ORDER BY position, products.id LIMIT ?4",
        [id.to_string().into(), key, after, limit],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_takes_out_puts_in_and_then_sorts() {
        let [a, b, c, d, e] = [1, 2, 3, 4, 5].map(|n| ProductId::derived([n; 16]));
        let change = |remove: &[_], add: &[_], order: &[_]| {
            let change = PicksChange { remove: remove.into(), add: add.into(), order: order.into() };
            changed(&[a, b, c], &change)
        };
        assert_eq!(change(&[b], &[d, a, d], &[]), [a, c, d]);
        assert_eq!(change(&[a], &[a], &[]), [b, c, a]);
        assert_eq!(change(&[], &[d], &[d, e, b, d]), [d, b, a, c]);
    }
}
