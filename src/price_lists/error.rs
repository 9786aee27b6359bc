//! What customer groups and price lists refuse.

use crate::problem::Problem;

crate::codes! {
    /// Another customer group, or another price list, is called so.
    TITLE_TAKEN = CONFLICT "title_taken";
    /// The customer group is being changed by others; try again.
    CUSTOMER_GROUP_CHANGED = CONFLICT "customer_group_changed";
    /// A price list is for the customer group: take it out of that first.
    CUSTOMER_GROUP_IN_USE = CONFLICT "customer_group_in_use";
    /// There are as many customer groups as there may be, or somebody is in as many.
    CUSTOMER_GROUPS_FULL = CONFLICT "customer_groups_full";
    /// The price list is being changed by others; try again.
    PRICE_LIST_CHANGED = CONFLICT "price_list_changed";
    /// There are as many price lists as there may be, or one has as many prices.
    PRICE_LISTS_FULL = CONFLICT "price_lists_full";
}

/// What a violated constraint of the schema means of a group.
pub fn of_group(constraint: &str) -> Option<Problem> {
    let names = |name| constraint.contains(name);
    if names("customer_groups.name") {
        Some(taken("another customer group is called so"))
    } else if names("too_many_customer_groups") {
        Some(Problem::new(CUSTOMER_GROUPS_FULL, "a shop has at most 100 customer groups"))
    } else if names("too_many_groups_of_account") {
        Some(too_many_groups())
    } else if names("stale_price_list") || names("FOREIGN KEY") {
        Some(Problem::new(CUSTOMER_GROUP_CHANGED, "the customer group is being changed by others; try again"))
    } else {
        None
    }
}

/// The same of deleting one.
pub fn of_deletion(constraint: &str) -> Option<Problem> {
    let detail = "a price list is for this group; take the group out of it first";
    if constraint.contains("FOREIGN KEY") {
        Some(Problem::new(CUSTOMER_GROUP_IN_USE, detail))
    } else {
        of_group(constraint)
    }
}

/// The same of a list.
pub fn of_list(constraint: &str) -> Option<Problem> {
    let names = |name| constraint.contains(name);
    if names("price_lists.name") {
        Some(taken("another price list is called so"))
    } else if names("too_many_price_lists") {
        Some(Problem::new(PRICE_LISTS_FULL, "a shop has at most 100 price lists"))
    } else if names("too_many_prices_of_list") {
        Some(Problem::new(PRICE_LISTS_FULL, "a price list has at most 50,000 prices"))
    } else if names("stale_price_list") || names("FOREIGN KEY") {
        Some(Problem::new(PRICE_LIST_CHANGED, "the price list is being changed by others; try again"))
    } else {
        None
    }
}

pub fn too_many_groups() -> Problem {
    Problem::new(CUSTOMER_GROUPS_FULL, "a customer is in at most 20 groups")
}

fn taken(detail: &'static str) -> Problem {
    Problem::new(TITLE_TAKEN, detail).at("/title", detail)
}
