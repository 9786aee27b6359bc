//! The SQL of the table that messages are sent from.

use serde::Deserialize;
use serde_json::json;

use super::gift_card::with_code;
use super::{Kind, Letter, Message};
use crate::app::Keys;
use crate::ids::GiftCardId;
use crate::json;
use crate::ports::{Statement, Timestamp};

/// A message whose last tries had no answer so often is not sent again: one
/// that came without our knowing comes twice at most.
pub const MAX_UNANSWERED: i64 = 2;

/// News that waited for longer is none, in milliseconds: a week. A gift card
/// is no news, and worth as much however late it comes.
const STALE_MILLIS: i64 = 7 * 24 * 3_600_000;

/// Letters are kept for so long, in milliseconds: 90 days. They are full of
/// names and addresses, and no delivery of the queue comes so late.
const KEPT_MILLIS: i64 = 90 * 24 * 3_600_000;

/// What a try came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Sent,
    /// For good.
    Refused,
    NotTaken,
    /// Nobody knows.
    Unanswered,
}

impl Outcome {
    fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Refused => "refused",
            Self::NotTaken => "not_taken",
            Self::Unanswered => "unanswered",
        }
    }
}

/// What becomes of a letter that is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// To be sent.
    Pending,
    /// Only kept.
    Kept,
}

impl Fate {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Kept => "kept",
        }
    }
}

/// A letter as the table has it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Kept {
    pub id: i64,
    pub about: String,
    pub kind: String,
    pub recipient: String,
    subject: String,
    text: String,
    html: String,
    /// In milliseconds of the Unix epoch.
    pub created_at: i64,
}

impl Kept {
    /// As its reader gets it.
    pub fn letter(&self, keys: &Keys) -> Letter {
        let card: Option<GiftCardId> = self.about.parse().ok().filter(|_| self.kind == Kind::GiftCard.as_str());
        let whole = |part: &str| card.map_or_else(|| part.to_owned(), |card| with_code(keys, card, part));
        Letter { subject: self.subject.clone(), text: whole(&self.text), html: whole(&self.html) }
    }
}

/// The most text of letters that one statement writes, in bytes: a bound value may
/// have 2,000,000 on D1, and JSON may escape a letter to twice its length.
const MAX_TEXT: usize = 900_000;

/// Writes messages down, each unless there is one of its name. As few statements
/// as there is room for: each costs the database more than a row.
pub fn insert(messages: &[(&Message, Fate)], now: Timestamp) -> Vec<Statement> {
    let mut parts: Vec<Vec<serde_json::Value>> = Vec::new();
    let mut room = 0;
    for (message, fate) in messages {
        let Message { name, to, language, letter } = message;
        let Letter { subject, text, html } = letter;
        let row = json!([
            name.about,
            name.kind.as_str(),
            name.version,
            to.as_str(),
            language.tag(),
            subject,
            text,
            html,
            fate.as_str()
        ]);
        let length = subject.len() + text.len() + html.len();
        match parts.last_mut() {
            Some(part) if length <= room => {
                part.push(row);
                room -= length;
            }
            _ => {
                parts.push(vec![row]);
                room = MAX_TEXT.saturating_sub(length);
            }
        }
    }
    parts.into_iter().map(|rows| insert_rows(&rows, now)).collect()
}

fn insert_rows(rows: &[serde_json::Value], now: Timestamp) -> Statement {
    Statement::new(
        "INSERT INTO messages (about, kind, version, recipient, language, subject, text, html,
                               status, tries, unanswered, next_try_at, created_at)
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5,
                value ->> 6, value ->> 7, value ->> 8, 0, 0, ?2, ?2
         FROM json_each(?1) WHERE true
         ON CONFLICT (about, kind, version) DO NOTHING",
        [json::text(&rows).into(), now.millis().into()],
    )
}

/// Takes up to `most` letters to be sent now, the longest due first. Nobody
/// else takes them for the next minute, and for twice as long after each try,
/// up to an hour; a time further ahead is that of a clock that was wrong. Until
/// the outcome is known a try counts as unanswered.
pub fn claim(most: u32, now: Timestamp) -> Statement {
    Statement::new(
        "UPDATE messages
         SET tries = tries + 1, unanswered = unanswered + 1,
             next_try_at = ?1 + min(60000 << min(tries, 6), 3600000)
         WHERE id IN (SELECT id FROM messages
                      WHERE status = 'pending' AND (next_try_at <= ?1 OR next_try_at > ?1 + 3600000)
                        AND unanswered < ?2 AND (created_at > ?3 OR kind = 'gift_card')
                      ORDER BY next_try_at LIMIT ?4)
         RETURNING id, about, kind, recipient, subject, text, html, created_at",
        [now.millis().into(), MAX_UNANSWERED.into(), now.plus_millis(-STALE_MILLIS).millis().into(), most.into()],
    )
}

/// The longest error that is kept, in characters.
const MAX_ERROR: usize = 500;

/// A try that is over.
pub struct Tried {
    pub id: i64,
    pub outcome: Outcome,
    /// What the provider said, if it did not take the letter.
    pub error: Option<String>,
}

/// What tries came to, of which nobody asks the database one by one.
pub fn settle(tried: &[Tried], now: Timestamp) -> Option<Statement> {
    let row = |tried: &Tried| {
        let error = tried.error.as_ref().map(|error| error.chars().take(MAX_ERROR).collect::<String>());
        json!([tried.id, tried.outcome.as_str(), error])
    };
    let rows: Vec<_> = tried.iter().map(row).collect();
    (!rows.is_empty()).then(|| {
        Statement::new(
            "UPDATE messages
             SET status = iif(outcome IN ('sent', 'refused'), outcome, status),
                 sent_at = iif(outcome = 'sent', ?2, sent_at),
                 unanswered = iif(outcome = 'not_taken', max(unanswered - 1, 0), unanswered),
                 error = tried.error
             FROM (SELECT value ->> 0 AS id, value ->> 1 AS outcome, value ->> 2 AS error FROM json_each(?1)) AS tried
             WHERE messages.id = tried.id",
            [json!(rows).to_string().into(), now.millis().into()],
        )
    })
}

/// Gives up what had no answer too often, and news that waited for too long;
/// answers what it was, and what it is now: `about`, `kind`, `status`.
pub fn give_up(now: Timestamp) -> Statement {
    Statement::new(
        "UPDATE messages SET status = iif(unanswered >= ?2, 'unanswered', 'stale')
         WHERE status = 'pending' AND (next_try_at <= ?1 OR next_try_at > ?1 + 3600000)
           AND (unanswered >= ?2 OR (created_at <= ?3 AND kind <> 'gift_card'))
         RETURNING about, kind, status",
        [now.millis().into(), MAX_UNANSWERED.into(), now.plus_millis(-STALE_MILLIS).millis().into()],
    )
}

/// Deletes what is old, but for gift cards that are still to be sent.
pub fn delete_old(now: Timestamp) -> Statement {
    let before = now.plus_millis(-KEPT_MILLIS).millis();
    Statement::new(
        "DELETE FROM messages WHERE created_at < ?1 AND NOT (status = 'pending' AND kind = 'gift_card')",
        [before.into()],
    )
}

/// The newest letters, whatever became of them; of one mailbox, if it is named.
pub fn newest(recipient: Option<String>, most: u32) -> Statement {
    Statement::new(
        "SELECT id, about, kind, recipient, subject, text, html, created_at FROM messages
         WHERE ?1 IS NULL OR recipient = ?1
         ORDER BY id DESC LIMIT ?2",
        [recipient.into(), most.into()],
    )
}
