//! The SQL of staff's look at the letters.

use super::store::Fate;
use super::views::{MessageFilter, MessageNumber};
use crate::ports::{Statement, Timestamp};
use crate::time;
use crate::wire::listed::Part;

macro_rules! summary {
    () => {
        concat!(
            "'number', id, 'kind', kind, 'to', recipient, 'language', language, 'subject', subject,
             'status', status, 'tries', tries, 'error', error,
             'order_id', iif(about GLOB 'ord_*', about, NULL), 'gift_card_id', iif(about GLOB 'gift_*', about, NULL),
             'created_at', ",
            time!("created_at"),
            ", 'sent_at', ",
            time!("sent_at")
        )
    };
}

/// A page of these letters. Which they are is found first, without their texts.
macro_rules! page_of {
    ($letters:literal) => {
        concat!(
            "SELECT json_object(",
            summary!(),
            ") AS item, id AS key, '' AS id FROM messages WHERE id IN (SELECT id FROM ",
            $letters,
            " AND (?6 IS NULL OR kind = ?6) AND (?7 IS NULL OR status = ?7) AND (?1 IS NULL OR id < ?1 AND ?2 = '')
               ORDER BY id DESC LIMIT ?3)
             ORDER BY messages.id DESC"
        )
    };
}

/// A part of the list, the newest first. Those of a mailbox or an order are few, and
/// an index has each; else one is walked along from its end that has what is filtered by.
pub fn page(filter: &MessageFilter, part: &Part) -> Statement {
    let mut params = part.params().to_vec();
    params.extend([
        filter.to.as_ref().map(|to| to.as_str().to_owned()).into(),
        filter.order_id.map(|id| id.to_string()).into(),
        filter.kind.map(|kind| kind.as_str().to_owned()).into(),
        filter.status.map(|status| status.as_str().to_owned()).into(),
    ]);
    let sql = match (&filter.to, filter.order_id) {
        (Some(_), _) => page_of!("messages WHERE recipient = ?4 AND (?5 IS NULL OR about = ?5)"),
        (None, Some(_)) => page_of!("messages WHERE about = ?5 AND ?4 IS NULL"),
        (None, None) => page_of!("messages INDEXED BY messages_listed WHERE ?4 IS NULL AND ?5 IS NULL"),
    };
    Statement::new(sql, params)
}

/// One letter. The code of a gift card is not in the table: SUBSTITUTE stands for it.
pub fn message(MessageNumber(number): MessageNumber) -> Statement {
    Statement::new(
        concat!(
            "SELECT json_object(",
            summary!(),
            ", 'text', replace(text, char(26), '••••'), 'html', replace(html, char(26), '••••')) AS item
             FROM messages WHERE id = ?1"
        ),
        [number.into()],
    )
}

/// Has a letter sent as if it had just been written; answers it as [`message`] does,
/// without what it says.
pub fn send_again(MessageNumber(number): MessageNumber, fate: Fate, now: Timestamp) -> Statement {
    Statement::new(
        concat!(
            "UPDATE messages SET status = ?2, tries = 0, unanswered = 0, error = NULL, sent_at = NULL,
               next_try_at = ?3, created_at = ?3
             WHERE id = ?1 RETURNING json_object(",
            summary!(),
            ") AS item"
        ),
        [number.into(), fate.as_str().into(), now.millis().into()],
    )
}
