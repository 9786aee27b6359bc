//! What staff send of groups and lists, and what each has to be.

use schemars::JsonSchema;
use serde::Deserialize;

use super::views::{CustomerGroup, GroupName, PriceList, Status};
use crate::ids::CustomerGroupId;
use crate::ports::Timestamp;
use crate::problem::{FieldError, Problem};
use crate::text;
use crate::wire::patch::{not_null, present};

/// The longest title, in characters.
const MAX_TITLE: usize = 100;
/// The most groups that a list is for.
const MAX_GROUPS: usize = 20;

/// A customer group, without who is in it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupBody {
    /// No two groups are called alike, in small or capital letters, with or without accents.
    #[schemars(length(min = 1, max = MAX_TITLE))]
    pub title: String,
}

/// A change of a customer group: what is absent stays.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GroupPatch {
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "String", skip_serializing_if = "Option::is_none", length(min = 1, max = MAX_TITLE))]
    title: Option<String>,
}

/// A price list, without its prices.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListBody {
    /// No two lists are called alike, in small or capital letters, with or without accents.
    #[schemars(length(min = 1, max = MAX_TITLE))]
    pub title: String,
    /// `draft` if absent.
    #[serde(default)]
    pub status: Status,
    /// Its prices hold from this very millisecond on; without, at once.
    pub starts_at: Option<Timestamp>,
    /// The first millisecond at which they hold no more; without, they do not end.
    pub ends_at: Option<Timestamp>,
    /// Whose members have its prices. Without any, nobody has them.
    #[serde(default)]
    #[schemars(length(max = MAX_GROUPS))]
    pub groups: Vec<CustomerGroupId>,
}

/// A change of a price list: what is absent stays; `null` takes a time away.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ListPatch {
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "String", skip_serializing_if = "Option::is_none", length(min = 1, max = MAX_TITLE))]
    title: Option<String>,
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "Status", skip_serializing_if = "Option::is_none")]
    status: Option<Status>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<Timestamp>")]
    starts_at: Option<Option<Timestamp>>,
    #[serde(deserialize_with = "present")]
    #[schemars(with = "Option<Timestamp>")]
    ends_at: Option<Option<Timestamp>>,
    /// All of them.
    #[serde(deserialize_with = "not_null")]
    #[schemars(with = "Vec<CustomerGroupId>", skip_serializing_if = "Option::is_none", length(max = MAX_GROUPS))]
    groups: Option<Vec<CustomerGroupId>>,
}

fn title(title: &str) -> Result<String, FieldError> {
    text::line(title, MAX_TITLE).map_err(|refusal| FieldError::new("/title", refusal))
}

impl GroupBody {
    /// Puts what was sent over what the group was.
    pub fn over(self, group: CustomerGroup) -> Result<CustomerGroup, Problem> {
        let title = title(&self.title).map_err(|error| Problem::invalid(vec![error]))?;
        Ok(CustomerGroup { title, ..group })
    }
}

impl GroupPatch {
    pub fn whole(self, now: &CustomerGroup) -> GroupBody {
        GroupBody { title: self.title.unwrap_or_else(|| now.title.clone()) }
    }
}

impl ListBody {
    /// Puts what was sent over what the list was. `known`: the groups that there are.
    pub fn over(self, list: PriceList, known: &[GroupName]) -> Result<PriceList, Problem> {
        let mut errors = Vec::new();
        let titled = title(&self.title).map_err(|error| errors.push(error)).unwrap_or_default();
        if let (Some(from), Some(until)) = (self.starts_at, self.ends_at)
            && until <= from
        {
            errors.push(FieldError::new("/ends_at", "must be after it starts"));
        }
        let mut groups: Vec<GroupName> = Vec::new();
        if self.groups.len() > MAX_GROUPS {
            errors.push(FieldError::new("/groups", format!("must have at most {MAX_GROUPS} items")));
        } else {
            for (n, id) in self.groups.iter().enumerate() {
                match known.iter().find(|group| group.id == *id) {
                    None => errors.push(FieldError::new(format!("/groups/{n}"), "there is no such customer group")),
                    Some(group) if groups.iter().all(|named| named.id != *id) => groups.push(group.clone()),
                    Some(_) => {}
                }
            }
        }
        if !errors.is_empty() {
            return Err(Problem::invalid(errors));
        }
        let Self { status, starts_at, ends_at, .. } = self;
        Ok(PriceList { title: titled, status, starts_at, ends_at, groups, ..list })
    }
}

impl ListPatch {
    pub fn whole(self, now: &PriceList) -> ListBody {
        ListBody {
            title: self.title.unwrap_or_else(|| now.title.clone()),
            status: self.status.unwrap_or(now.status),
            starts_at: self.starts_at.unwrap_or(now.starts_at),
            ends_at: self.ends_at.unwrap_or(now.ends_at),
            groups: self.groups.unwrap_or_else(|| now.groups.iter().map(|group| group.id).collect()),
        }
    }
}
