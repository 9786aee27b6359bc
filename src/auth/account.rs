//! Accounts: an address, a name, a role.

use super::Role;
use crate::email::EmailAddress;
use crate::ids::AccountId;
use crate::ports::Timestamp;
use crate::text::Line;

/// What someone is called.
pub type PersonName = Line<100>;

/// An account without its secrets.
#[derive(Clone)]
pub struct Account {
    pub id: AccountId,
    pub email: EmailAddress,
    pub name: Option<PersonName>,
    pub role: Role,
    pub created_at: Timestamp,
    /// Whether a price list may be for them, as is read when a token is issued.
    pub has_prices: bool,
}
