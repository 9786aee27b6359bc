//! This room's SQL, and its rows.

use serde::Deserialize;

use super::account::{Account, PersonName};
use super::password::PasswordHash;
use super::session::{MAX_PER_ACCOUNT, Session};
use super::{Role, SignedIn};
use crate::email::EmailAddress;
use crate::ids::{AccountId, SessionId};
use crate::json;
use crate::ports::{DatabaseError, Rows, Statement, Timestamp, Value};

/// An account with what signing in needs.
#[derive(Clone)]
pub struct Credentials {
    pub account: Account,
    pub hash: PasswordHash,
    pub password_changed_at: Timestamp,
}

#[derive(Deserialize)]
struct AccountRow {
    id: AccountId,
    email: String,
    name: Option<String>,
    role: Role,
    created_at: i64,
    /// Of a row that a token is issued by.
    #[serde(default)]
    has_prices: i64,
}

/// Whether the account `a` is in a group that a price list is for.
macro_rules! has_prices {
    () => {
        "EXISTS (SELECT 1 FROM customer_group_members JOIN price_list_groups USING (group_id)
           WHERE account_id = a.id) AS has_prices"
    };
}

impl From<AccountRow> for Account {
    fn from(row: AccountRow) -> Self {
        Self {
            id: row.id,
            email: EmailAddress::from_store(row.email),
            name: row.name.map(PersonName::from_store),
            role: row.role,
            created_at: Timestamp::from_millis(row.created_at),
            has_prices: row.has_prices == 1,
        }
    }
}

#[derive(Deserialize)]
struct CredentialsRow {
    password_hash: String,
    password_changed_at: i64,
}

#[derive(Deserialize)]
struct SessionRow {
    session_id: SessionId,
    account_id: AccountId,
    generation: u32,
    opened_at: i64,
    rotated_at: i64,
    expires_at: i64,
    revoked_at: Option<i64>,
    /// A JSON array of milliseconds.
    gave_way: String,
}

impl From<SessionRow> for Session {
    fn from(row: SessionRow) -> Self {
        Self {
            id: row.session_id,
            account: row.account_id,
            generation: row.generation,
            created_at: Timestamp::from_millis(row.opened_at),
            rotated_at: Timestamp::from_millis(row.rotated_at),
            expires_at: Timestamp::from_millis(row.expires_at),
            revoked_at: row.revoked_at.map(Timestamp::from_millis),
            gave_way: read_times(&row.gave_way),
        }
    }
}

/// What cannot be read gives nobody a grace.
fn read_times(json: &str) -> Vec<Timestamp> {
    let millis: Vec<i64> = json::read(json.as_bytes()).unwrap_or_default();
    millis.into_iter().map(Timestamp::from_millis).collect()
}

fn text(id: impl std::fmt::Display) -> Value {
    Value::Text(id.to_string())
}

/// Adds an account, unless the address is known: then nothing changes, but a
/// row is written all the same, since a commit takes time that can be measured.
pub fn insert_account(account: &Account, hash: &PasswordHash) -> Statement {
    Statement::new(
        "INSERT INTO accounts (id, email, name, role, password_hash, password_changed_at, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)
         ON CONFLICT (email) DO UPDATE SET email = excluded.email",
        [
            text(account.id),
            account.email.as_str().into(),
            account.name.as_ref().map(PersonName::as_str).into(),
            account.role.as_str().into(),
            hash.for_store().into(),
            account.created_at.millis().into(),
        ],
    )
}

pub fn select_credentials(email: &EmailAddress) -> Statement {
    Statement::new(
        concat!(
            "SELECT id, email, name, role, created_at, password_hash, password_changed_at, ",
            has_prices!(),
            " FROM accounts a WHERE email = ?1"
        ),
        [email.as_str().into()],
    )
}

/// Whoever is no customer, for [`accounts`]: by an index of their own.
pub fn select_staff() -> Statement {
    Statement::new(
        "SELECT id, email, name, role, created_at FROM accounts WHERE role <> 'customer' ORDER BY email LIMIT 200",
        [],
    )
}

pub fn accounts(rows: Rows) -> Result<Vec<Account>, DatabaseError> {
    Ok(rows.decode::<AccountRow>()?.into_iter().map(Account::from).collect())
}

pub fn credentials(rows: Rows) -> Result<Option<Credentials>, DatabaseError> {
    let account = rows.first::<AccountRow>()?;
    let credentials = rows.first::<CredentialsRow>()?;
    Ok(credentials.zip(account).map(|(row, account)| Credentials {
        account: account.into(),
        hash: PasswordHash::from_store(row.password_hash),
        password_changed_at: Timestamp::from_millis(row.password_changed_at),
    }))
}

/// Keeps a stronger hash of the same password, unless the password changed
/// meanwhile.
pub fn strengthen_hash(credentials: &Credentials, hash: &PasswordHash) -> Statement {
    Statement::new(
        "UPDATE accounts SET password_hash = ?2 WHERE id = ?1 AND password_changed_at = ?3",
        [text(credentials.account.id), hash.for_store().into(), credentials.password_changed_at.millis().into()],
    )
}

/// Opens a session, unless the password it was opened with was changed since
/// it was checked; answers the id if it did.
pub fn insert_session(session: &Session, password_changed_at: Timestamp) -> Statement {
    Statement::new(
        "INSERT INTO sessions (id, account_id, generation, created_at, rotated_at, expires_at)
         SELECT ?1, id, ?3, ?4, ?4, ?5 FROM accounts WHERE id = ?2 AND password_changed_at = ?6 RETURNING id",
        [
            text(session.id),
            text(session.account),
            session.generation.into(),
            session.created_at.millis().into(),
            session.expires_at.millis().into(),
            password_changed_at.millis().into(),
        ],
    )
}

/// Forgets an account's sessions that are over, and the oldest beyond the limit.
pub fn prune_sessions(account: AccountId, now: Timestamp) -> Statement {
    Statement::new(
        "DELETE FROM sessions WHERE account_id = ?1 AND (expires_at <= ?2 OR id NOT IN
         (SELECT id FROM sessions WHERE account_id = ?1 ORDER BY created_at DESC, id DESC LIMIT ?3))",
        [text(account), now.millis().into(), MAX_PER_ACCOUNT.into()],
    )
}

/// A session with its account as both are now.
pub fn select_session(id: SessionId) -> Statement {
    Statement::new(
        concat!(
            "SELECT s.id AS session_id, s.account_id, s.generation, s.created_at AS opened_at, s.rotated_at, s.expires_at,
                s.revoked_at, s.gave_way, a.id, a.email, a.name, a.role, a.created_at, ",
            has_prices!(),
            " FROM sessions s JOIN accounts a ON a.id = s.account_id WHERE s.id = ?1"
        ),
        [text(id)],
    )
}

pub fn session(rows: Rows) -> Result<Option<(Session, Account)>, DatabaseError> {
    let account = rows.first::<AccountRow>()?;
    let session = rows.first::<SessionRow>()?;
    Ok(session.zip(account).map(|(session, account)| (session.into(), account.into())))
}

/// Moves a session on by one generation; answers it if it was still at the one
/// before and not over.
pub fn rotate_session(rotated: &Session) -> Statement {
    let gave_way: Vec<String> = rotated.gave_way.iter().map(|at| at.millis().to_string()).collect();
    Statement::new(
        "UPDATE sessions SET generation = ?2, rotated_at = ?3, gave_way = ?4
         WHERE id = ?1 AND generation = ?2 - 1 AND revoked_at IS NULL RETURNING generation",
        [
            text(rotated.id),
            rotated.generation.into(),
            rotated.rotated_at.millis().into(),
            format!("[{}]", gave_way.join(",")).into(),
        ],
    )
}

/// Refuses the batch that it begins, by a constraint of `staff_refusals`, unless
/// the session goes on and the account has this role, `Staff`, or may more: both as they are in the very
/// transaction of the batch. Writes nothing if all is well.
pub fn confirm_staff(who: SignedIn, least: Role, now: Timestamp) -> Statement {
    Statement::new(
        "INSERT INTO staff_refusals (reason)
         SELECT CASE WHEN role IS NULL THEN 'session_over' ELSE 'role_taken_away' END
         FROM (SELECT (SELECT a.role FROM sessions s JOIN accounts a ON a.id = s.account_id
                       WHERE s.id = ?1 AND a.id = ?2 AND s.revoked_at IS NULL AND s.expires_at > ?3) AS role)
         WHERE role IS NULL OR role <> 'owner' AND role <> ?4",
        [text(who.session), text(who.id), now.millis().into(), least.as_str().into()],
    )
}

/// Ends a session; answers its id if it was not over yet.
pub fn revoke_session(id: SessionId, now: Timestamp) -> Statement {
    Statement::new(
        "UPDATE sessions SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL RETURNING id",
        [text(id), now.millis().into()],
    )
}

/// Ends a session of this account; answers its id if there was one to end.
pub fn revoke_session_of(account: AccountId, id: SessionId, now: Timestamp) -> Statement {
    Statement::new(
        "UPDATE sessions SET revoked_at = ?3
         WHERE id = ?2 AND account_id = ?1 AND revoked_at IS NULL AND expires_at > ?3 RETURNING id",
        [text(account), text(id), now.millis().into()],
    )
}

/// An account's sessions that are not over, newest first.
pub fn select_sessions(account: AccountId, now: Timestamp) -> Statement {
    Statement::new(
        "SELECT id AS session_id, account_id, generation, created_at AS opened_at, rotated_at, expires_at, revoked_at,
                gave_way
         FROM sessions WHERE account_id = ?1 AND revoked_at IS NULL AND expires_at > ?2
         ORDER BY created_at DESC, id DESC LIMIT ?3",
        [text(account), now.millis().into(), MAX_PER_ACCOUNT.into()],
    )
}

pub fn sessions(rows: Rows) -> Result<Vec<Session>, DatabaseError> {
    Ok(rows.decode::<SessionRow>()?.into_iter().map(Session::from).collect())
}

/// Which owner credentials were applied last.
pub fn select_owner_fingerprint() -> Statement {
    Statement::new("SELECT fingerprint FROM owner_bootstrap WHERE singleton = 1", [])
}

pub fn owner_fingerprint(rows: Rows) -> Result<Option<String>, DatabaseError> {
    #[derive(Deserialize)]
    struct Row {
        fingerprint: String,
    }
    Ok(rows.first::<Row>()?.map(|row| row.fingerprint))
}

/// Creates the owner's account, or makes the account with this address the
/// owner's; nothing if another isolate has applied these credentials meanwhile.
pub fn upsert_owner(
    account: &Account,
    hash: &PasswordHash,
    password_changed_at: Timestamp,
    fingerprint: &str,
) -> Statement {
    Statement::new(
        "INSERT INTO accounts (id, email, name, role, password_hash, password_changed_at, created_at)
         VALUES (?1, ?2, NULL, 'owner', ?3, ?4, ?5)
         ON CONFLICT (email) DO UPDATE SET role = 'owner', password_hash = excluded.password_hash,
           password_changed_at = excluded.password_changed_at
         WHERE NOT EXISTS (SELECT 1 FROM owner_bootstrap WHERE fingerprint = ?6)",
        [
            text(account.id),
            account.email.as_str().into(),
            hash.for_store().into(),
            password_changed_at.millis().into(),
            account.created_at.millis().into(),
            fingerprint.into(),
        ],
    )
}

/// Ends every session of the account with this address, unless another isolate
/// has applied these owner credentials meanwhile.
pub fn revoke_sessions_of_owner(email: &EmailAddress, now: Timestamp, fingerprint: &str) -> Statement {
    Statement::new(
        "UPDATE sessions SET revoked_at = ?2 WHERE account_id = (SELECT id FROM accounts WHERE email = ?1)
         AND revoked_at IS NULL AND NOT EXISTS (SELECT 1 FROM owner_bootstrap WHERE fingerprint = ?3)",
        [email.as_str().into(), now.millis().into(), fingerprint.into()],
    )
}

/// Belongs at the end of the batch: the statements above look for it.
pub fn remember_owner(fingerprint: &str, now: Timestamp) -> Statement {
    Statement::new(
        "INSERT INTO owner_bootstrap (singleton, fingerprint, applied_at) VALUES (1, ?1, ?2)
         ON CONFLICT (singleton) DO UPDATE SET fingerprint = excluded.fingerprint, applied_at = excluded.applied_at",
        [fingerprint.into(), now.millis().into()],
    )
}
