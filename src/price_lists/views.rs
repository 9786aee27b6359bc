//! Groups and lists as the database has them and staff see them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::email::EmailAddress;
use crate::ids::{AccountId, CustomerGroupId, PriceListId, VariantId};
use crate::money::Money;
use crate::ports::Timestamp;

/// Customers who may have prices of their own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CustomerGroup {
    pub id: CustomerGroupId,
    pub title: String,
    /// How many are in it.
    pub members: i64,
    /// The price lists that are for it.
    pub price_lists: Vec<ListName>,
    /// Grows with each change; quoted, it is the `ETag`.
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A price list by its title.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PriceListName")]
pub struct ListName {
    pub id: PriceListId,
    pub title: String,
}

/// A customer group by its title.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "CustomerGroupName")]
pub struct GroupName {
    pub id: CustomerGroupId,
    pub title: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "PriceListStatus")]
pub enum Status {
    /// Being written; nobody has its prices.
    #[default]
    Draft,
    Active,
}

impl Status {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Active => "active",
        }
    }
}

/// Prices that members of some groups have, where they are lower than what everybody has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PriceList {
    pub id: PriceListId,
    pub title: String,
    pub status: Status,
    /// Its prices hold from this very millisecond on; `null`: they do already.
    pub starts_at: Option<Timestamp>,
    /// The first millisecond at which they hold no more; `null`: they do not end.
    pub ends_at: Option<Timestamp>,
    /// Whose members have its prices; without any, nobody.
    pub groups: Vec<GroupName>,
    /// How many prices it has.
    pub prices: i64,
    /// Grows with each change; quoted, it is the `ETag`.
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Customer groups by title.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "the database lays it out")]
pub struct CustomerGroupList {
    items: Vec<CustomerGroup>,
    next_cursor: Option<String>,
    total: i64,
}

/// Price lists by title.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "the database lays it out")]
pub struct PriceListList {
    items: Vec<PriceList>,
    next_cursor: Option<String>,
    total: i64,
}

/// Who is in a group, by mailbox.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "the database lays it out")]
pub struct MemberList {
    items: Vec<Member>,
    next_cursor: Option<String>,
    total: i64,
}

#[derive(JsonSchema)]
#[schemars(rename = "CustomerGroupMember")]
#[expect(dead_code, reason = "the database lays it out")]
struct Member {
    account_id: AccountId,
    email: EmailAddress,
    name: Option<String>,
    added_at: Timestamp,
}

/// The prices of a list, by SKU.
#[derive(JsonSchema)]
#[schemars(rename = "ListPriceList")]
#[expect(dead_code, reason = "the database lays it out")]
pub struct PriceRows {
    items: Vec<ListedPrice>,
    next_cursor: Option<String>,
    total: i64,
}

#[derive(JsonSchema)]
#[schemars(rename = "ListPrice")]
#[expect(dead_code, reason = "the database lays it out")]
struct ListedPrice {
    variant_id: VariantId,
    sku: String,
    /// The product's, and what sets the variant apart.
    title: String,
    price: Money,
    /// What everybody pays, sales aside; `null`: it is not sold in the currency any more.
    ordinary: Option<Money>,
}
