//! Tags that staff sort orders by. They live in the database alone: no object
//! decides them, and nobody contests them. They are added and removed, never
//! written as a whole, so that of two members of staff neither undoes the other's.

use axum::extract::State;
use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;
use std::str::FromStr;

use crate::app::App;
use crate::audit::{Entry, Kind};
use crate::auth::{StaffChange, StaffWrite};
use crate::idempotency::Answer;
use crate::ids::OrderId;
use crate::json;
use crate::ports::{DatabaseError, Rows, Statement};
use crate::problem::{FieldError, Problem};
use crate::sorted::SortedSet;
use crate::text::unicode::lowercase;
use crate::text::{self, Refusal};
use crate::wire::extract::{IdempotencyKey, Json, Path};
use crate::wire::respond::JsonText;

crate::codes! {
    /// The order would have more tags than it may.
    TOO_MANY_TAGS = CONFLICT "too_many_tags";
}

/// The longest tag, in characters.
const MAX_TAG: usize = 64;
/// The most tags of an order.
pub const MAX_TAGS: usize = 50;
/// The most tags that one request adds, and that it removes.
const MAX_CHANGED: usize = 50;

/// One line in small letters, so that `VIP` and `vip` are one tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Tag(String);

impl Tag {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Tag {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        // Some small letters are longer than their capital ones.
        text::line(text, MAX_TAG).and_then(|tag| text::line(&lowercase(&tag), MAX_TAG)).map(Self)
    }
}

impl<'de> Deserialize<'de> for Tag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text::read(deserializer, str::parse)
    }
}

impl JsonSchema for Tag {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Tag".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "minLength": 1, "maxLength": MAX_TAG, "examples": ["call back"]})
    }
}

/// What becomes of an order's tags. A tag that is both added and removed is there
/// afterwards.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "the tags to add and to remove")]
#[schemars(example = json!({"add": ["call back"]}))]
pub struct TagChange {
    #[serde(default)]
    #[schemars(length(max = MAX_CHANGED))]
    add: Vec<Tag>,
    #[serde(default)]
    #[schemars(length(max = MAX_CHANGED))]
    remove: Vec<Tag>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct OrderTags {
    id: OrderId,
    tags: Vec<String>,
}

impl TagChange {
    /// What is wrong with it; `at`: where it stands in the body.
    pub fn check(&self, at: &str) -> Result<(), Problem> {
        let lists = [("add", &self.add), ("remove", &self.remove)];
        let long = lists.into_iter().filter(|(_, tags)| tags.len() > MAX_CHANGED);
        let refused =
            |(name, _)| FieldError::new(format!("{at}/{name}"), format!("must have at most {MAX_CHANGED} items"));
        let errors: Vec<_> = long.map(refused).collect();
        if errors.is_empty() { Ok(()) } else { Err(Problem::invalid(errors)) }
    }

    /// The tags of an order that had these.
    fn over(&self, tags: &[String]) -> Vec<String> {
        let removed = |tag: &&String| !self.remove.iter().any(|other| other.as_str() == tag.as_str());
        let mut after: SortedSet<String> = tags.iter().filter(removed).cloned().collect();
        after.extend(self.add.iter().map(|tag| (tag.as_str().to_owned(), ())));
        after.into_keys().collect()
    }

    /// An order's tags afterwards, or why not.
    pub fn decide(&self, order: &Tagged) -> Result<OrderTags, Problem> {
        let tags = self.over(&order.tags);
        if tags.len() > MAX_TAGS && tags.len() > order.tags.len() {
            return Err(Problem::new(TOO_MANY_TAGS, format!("an order has at most {MAX_TAGS} tags")));
        }
        Ok(OrderTags { id: order.id, tags })
    }

    /// Writes it for these orders. Doing so again changes nothing more.
    pub fn write(&self, orders: &[&Tagged]) -> StaffChange {
        let ids: Vec<_> = orders.iter().map(|order| order.id).collect();
        let bound = |tags: &[Tag]| [json::text(&ids).into(), json::text(tags).into()];
        let told = orders.iter().map(|order| {
            let (was, is) = (json!({ "tags": order.tags }), json!({ "tags": self.over(&order.tags) }));
            Entry::changed(Kind::Order, &order.id, "", &was, &is)
        });
        StaffChange::of_many(told.collect(), vec![
            Statement::new(
                "DELETE FROM order_tags WHERE order_id IN (SELECT value FROM json_each(?1))
                   AND tag IN (SELECT value FROM json_each(?2))",
                bound(&self.remove),
            ),
            Statement::new(
                "INSERT INTO order_tags (order_id, tag)
                 SELECT orders.value, tags.value FROM json_each(?1) AS orders CROSS JOIN json_each(?2) AS tags WHERE true
                 ON CONFLICT DO NOTHING",
                bound(&self.add),
            ),
        ])
    }
}

/// An order that lists know, and its tags.
#[derive(Debug, Clone, PartialEq)]
pub struct Tagged {
    pub id: OrderId,
    pub tags: Vec<String>,
}

/// Those of the orders that there are, for [`tagged`].
pub fn of(orders: &[OrderId]) -> Statement {
    Statement::new(
        "SELECT id, (SELECT json_group_array(tag) FROM order_tags WHERE order_id = orders.id) AS tags
         FROM orders WHERE id IN (SELECT value FROM json_each(?1))",
        [json::text(orders).into()],
    )
}

pub fn tagged(rows: Rows) -> Result<Vec<Tagged>, DatabaseError> {
    #[derive(Deserialize)]
    struct Row {
        id: OrderId,
        tags: String,
    }
    let undecodable = |error: json::Error| DatabaseError::Undecodable(error.to_string());
    let read = |row: Row| Ok(Tagged { id: row.id, tags: json::read(row.tags.as_bytes()).map_err(undecodable)? });
    rows.decode::<Row>()?.into_iter().map(read).collect()
}

/// Adds tags to an order, and removes others. What others add or remove meanwhile stays. Doing so again changes nothing
/// more.
pub async fn change_order_tags(
    State(app): State<App>,
    staff: StaffWrite,
    Path(id): Path<OrderId>,
    IdempotencyKey(key): IdempotencyKey,
    body: Json<TagChange>,
) -> Result<JsonText<OrderTags>, Problem> {
    body.value.check("")?;
    let request = staff.keyed(key, &format!("POST /v1/admin/orders/{id}/tags"), &body.bytes);
    let mut begun = staff.begin(&app, request.as_ref(), vec![of(&[id])]).await?;
    if let Some(first) = begun.first {
        return Ok(first.into());
    }
    let order = tagged(begun.rows.next().unwrap_or_default())?.pop().ok_or_else(Problem::not_found)?;
    let after = body.value.decide(&order)?;
    let change = body.value.write(&[&order]);
    let (response, _) =
        staff.commit(&app, request.as_ref(), change, Answer::new(StatusCode::OK, &after)?, &|_| None).await?;
    Ok(response.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(texts: &[&str]) -> Vec<Tag> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn a_tag_is_one_line_in_small_letters() {
        assert_eq!(" VIP ".parse::<Tag>().map(|tag| tag.0), Ok("vip".to_owned()));
        for wrong in ["", " ", "a\nb", &"x".repeat(65), &"\u{130}".repeat(64)] {
            assert!(wrong.parse::<Tag>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn what_is_added_is_there_and_what_is_removed_is_not() {
        let before = ["a".to_owned(), "b".to_owned()];
        let change = TagChange { add: tags(&["c", "b", "d"]), remove: tags(&["a", "d", "z"]) };
        assert_eq!(change.over(&before), ["b", "c", "d"]);
    }

    #[test]
    fn an_order_that_has_too_many_tags_may_lose_some() {
        let id = OrderId::derived([1; 16]);
        let order = Tagged { id, tags: (0..60).map(|n| format!("t{n}")).collect() };
        assert!(TagChange { add: tags(&["x"]), remove: vec![] }.decide(&order).is_err());
        assert!(TagChange { add: vec![], remove: tags(&["t1"]) }.decide(&order).is_ok());
    }
}
