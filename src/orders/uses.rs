//! What counts a promotion's uses: a pool for all of them, and one for each
//! customer.

use crate::app::App;
use crate::email::EmailAddress;
use crate::ids::AccountId;
use crate::money::MAX_AMOUNT;
use crate::pools::{Claim, Supply};
use crate::pricing::quote::Use;

/// What the buyer is known by: the mailbox and, if signed in, the account, so
/// that neither another mailbox nor signing out gives another use. Nobody reads
/// a mailbox from it.
pub fn customers(app: &App, email: Option<&EmailAddress>, account: Option<AccountId>) -> Vec<String> {
    let mailbox = email.map(|email| {
        let mac = app.keys.mac("customer-uses", &[email.as_str()]);
        hex::encode(mac.get(..16).unwrap_or(&mac))
    });
    mailbox.into_iter().chain(account.map(|account| account.to_string())).collect()
}

/// What one use takes. That of a promotion with neither code nor limit is not
/// counted: one object would see every order.
pub fn claims(used: &Use, customers: &[String]) -> Vec<Claim> {
    let one = |of, limit| Claim { of, quantity: 1, limit: Some(limit) };
    let counted = used.limit.is_some() || used.code.is_some();
    let by_all = counted.then(|| one(Supply::Uses(used.promotion), used.limit.unwrap_or(MAX_AMOUNT)));
    let by_each = used.limit_per_customer.into_iter().flat_map(|limit| {
        let by = move |customer: &String| one(Supply::UsesBy(used.promotion, customer.clone()), limit);
        customers.iter().map(by)
    });
    by_all.into_iter().chain(by_each).collect()
}
