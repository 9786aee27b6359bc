//! The SQL of the rows, as they are written and as they are listed.

use super::{Entry, Kind, Origin};
use crate::ids::AccountId;
use crate::json;
use crate::ports::{Statement, Timestamp, Value};
use crate::time;

/// Writes these down, for the batch of the change itself.
pub fn write(entries: &[Entry], account: AccountId, origin: &Origin, now: Timestamp) -> Vec<Statement> {
    let statement = |list: String| {
        Statement::new(
            "INSERT INTO audit_log (at, account_id, operation, request, network, deed, kind, thing, title, changes, left_out, decided)
             SELECT ?1, ?2, ?3, ?4, ?5, value ->> '$.deed', value ->> '$.kind', value ->> '$.thing', value ->> '$.title',
               value -> '$.changes', value ->> '$.left_out', value ->> '$.decided'
             FROM json_each(?6) WHERE true
             ON CONFLICT (decided) DO NOTHING",
            [
                now.millis().into(),
                account.to_string().into(),
                origin.operation.as_str().into(),
                origin.request.as_str().into(),
                origin.network.clone().into(),
                list.into(),
            ],
        )
    };
    json::lists(entries.iter().map(json::text).collect()).into_iter().map(statement).collect()
}

/// Which rows are listed.
pub struct Wanted {
    pub account: Option<AccountId>,
    pub kind: Option<Kind>,
    pub thing: Option<String>,
    /// From then on, and before then.
    pub from: Option<Timestamp>,
    pub before: Option<Timestamp>,
}

/// Rows as items, the newest first. What is asked for of one thing, or of one member of
/// staff, an index has; else the table is walked from its end, or along its times.
macro_rules! listed {
    ($rows:literal) => {
        concat!(
            "SELECT json_object('number', audit_log.id, 'at', ",
            time!("at"),
            ", 'account_id', account_id, 'account_email', accounts.email, 'operation', operation, 'request', request,
               'network', network, 'deed', deed, 'kind', kind, 'thing', thing, 'title', title,
               'changes', json(changes), 'left_out', left_out) AS item, audit_log.id AS key, '' AS id
             FROM ",
            $rows,
            " LEFT JOIN accounts ON accounts.id = account_id
             WHERE (?1 IS NULL OR audit_log.id < ?1 AND ?2 = '')
               AND (?4 IS NULL OR account_id = ?4) AND (?5 IS NULL OR kind = ?5) AND (?6 IS NULL OR thing = ?6)
               AND (?7 IS NULL OR at >= ?7) AND (?8 IS NULL OR at < ?8)
             ORDER BY audit_log.id DESC LIMIT ?3"
        )
    };
}

/// `part`: which part of the list, as [`crate::wire::listed::Part::params`] says it.
pub fn page(wanted: &Wanted, part: [Value; 3]) -> Statement {
    let mut params = part.to_vec();
    params.extend([
        wanted.account.map(|account| account.to_string()).into(),
        wanted.kind.map(Kind::as_str).into(),
        wanted.thing.clone().into(),
        wanted.from.map(Timestamp::millis).into(),
        wanted.before.map(Timestamp::millis).into(),
    ]);
    let sql = match (&wanted.thing, wanted.account) {
        (Some(_), _) => {
            listed!("(SELECT * FROM audit_log INDEXED BY audit_log_by_thing WHERE thing = ?6) AS audit_log")
        }
        (None, Some(_)) => {
            listed!("(SELECT * FROM audit_log INDEXED BY audit_log_by_account WHERE account_id = ?4) AS audit_log")
        }
        (None, None) => listed!("audit_log"),
    };
    Statement::new(sql, params)
}
