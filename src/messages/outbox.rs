//! Writing messages down, and sending them.
//!
//! A message is safe once it has its row, whose name is unique: a second
//! delivery writes nothing. It is sent at once, and by the minute's tick for as
//! long as the provider does not take it. Where nobody knows whether it was
//! taken (no answer, or a crash before that was written down) it is sent once
//! more and no third time: a letter may come twice, never not at all for want of
//! trying.

use futures_util::future::{Either, select};
use serde::Deserialize;
use serde_json::json;

use super::letter::header;
use super::store::{self, Fate, Kept, Outcome, Tried};
use super::{Kind, Letter, Message};
use crate::app::App;
use crate::ports::{Mail, MailError, Mailer};
use crate::problem::Problem;
use crate::shelf;
use crate::telemetry;
use crate::together::together;

/// Letters taken at once, and sent side by side: with the deadline, 24 / 8
/// rounds of 15 s are less than the minute for which nobody else takes them.
const MAX_TAKEN: u32 = 24;
const MAX_PARALLEL: usize = 8;
const DEADLINE_MILLIS: u32 = 15_000;

/// The most letters of one run: a delivery of the queue has 100 messages.
const MAX_ROUNDS: usize = 8;

/// Writes messages down, each once, and sends what is to be sent. In
/// development they are for the mailbox alone. Without a sender in the settings
/// they are kept, and not sent later either; but a gift card, which somebody
/// paid for, waits for one.
pub async fn write(app: &App, messages: &[Message]) -> Result<(), Problem> {
    if messages.is_empty() {
        return Ok(());
    }
    let snapshot = shelf::current(app).await?;
    let sender = snapshot.settings.mail.sender.is_some();
    let sending = sender && !app.config.development;
    let waits = |message: &Message| sending || (!app.config.development && message.name.kind == Kind::GiftCard);
    let fate = |message: &Message| if waits(message) { Fate::Pending } else { Fate::Kept };
    let messages: Vec<_> = messages.iter().map(|message| (message, fate(message))).collect();
    app.database.batch(store::insert(&messages, app.clock.now())).await?;
    if !sender && !app.config.development {
        for (Message { name, .. }, _) in messages {
            let event = if name.kind == Kind::GiftCard { "mail_waits" } else { "mail_kept" };
            log("warn", event, &name.about, name.kind.as_str(), "the settings name no sender");
        }
    }
    // The tick sends what is not sent now.
    if sending { send_due(app).await } else { Ok(()) }
}

/// Has a letter sent once more, whatever became of it: what its row is to be. In
/// development it is for the mailbox alone, as ever.
pub(super) fn once_more(app: &App) -> Fate {
    if app.config.development { Fate::Kept } else { Fate::Pending }
}

/// Sends what waits, gives up what had no answer, deletes what is old.
pub async fn tick(app: &App) -> Result<(), Problem> {
    let now = app.clock.now();
    let answers = app.database.batch(vec![store::delete_old(now), store::give_up(now)]).await?;
    for Given { about, kind, status } in answers.into_iter().next_back().unwrap_or_default().decode::<Given>()? {
        let (event, cause) = match status.as_str() {
            "stale" => ("mail_stale", "it could not be sent in time"),
            _ => ("mail_unanswered", "it may have been sent or not"),
        };
        log("error", event, &about, &kind, cause);
    }
    if app.config.development { Ok(()) } else { send_due(app).await }
}

#[derive(Deserialize)]
struct Given {
    about: String,
    kind: String,
    status: String,
}

pub(super) async fn send_due(app: &App) -> Result<(), Problem> {
    let snapshot = shelf::current(app).await?;
    let Some(from) = &snapshot.settings.mail.sender else { return Ok(()) };
    let Some(mailer) = app.mailer.as_deref() else {
        telemetry::log(
            &json!({"level": "error", "event": "no_mailer", "cause": "the deployment has no binding EMAIL"}),
        );
        return Ok(());
    };
    let sender = header(&snapshot.settings.shop_name);
    for _ in 0..MAX_ROUNDS {
        let taken = app.database.batch(vec![store::claim(MAX_TAKEN, app.clock.now())]).await?;
        let taken: Vec<Kept> = taken.into_iter().next().unwrap_or_default().decode()?;
        let count = taken.len();
        let sent = taken.into_iter().map(|letter| send(app, mailer, &sender, from.as_str(), letter));
        let tried = together(sent.collect(), MAX_PARALLEL).await;
        if let Some(settled) = store::settle(&tried, app.clock.now()) {
            app.database.run(settled).await?;
        }
        // A provider that takes no more is not asked to.
        if count < MAX_TAKEN as usize || tried.iter().any(|tried| tried.outcome == Outcome::NotTaken) {
            break;
        }
    }
    Ok(())
}

/// Sends one letter.
async fn send(app: &App, mailer: &dyn Mailer, sender: &str, from: &str, kept: Kept) -> Tried {
    let id = kept.id;
    let Letter { subject, text, html } = kept.letter(&app.keys);
    let mail = Mail { sender: sender.to_owned(), from: from.to_owned(), to: kept.recipient, subject, text, html };
    let answer = match select(mailer.send(mail), app.clock.sleep(DEADLINE_MILLIS)).await {
        Either::Left((answer, _)) => answer,
        Either::Right(_) => Err(MailError::Unanswered("too late".to_owned())),
    };
    let Err(error) = answer else { return Tried { id, outcome: Outcome::Sent, error: None } };
    log("error", "mail_not_sent", &kept.about, &kept.kind, &error.to_string());
    let outcome = match error {
        MailError::NotTaken(_) => Outcome::NotTaken,
        MailError::Refused(_) => Outcome::Refused,
        MailError::Unanswered(_) => Outcome::Unanswered,
    };
    Tried { id, outcome, error: Some(error.to_string()) }
}

/// A line about a message: never whom it is for.
fn log(level: &str, event: &str, about: &str, kind: &str, cause: &str) {
    telemetry::log(&json!({"level": level, "event": event, "about": about, "kind": kind, "cause": cause}));
}

/// A message about something that no longer is, or has no mailbox.
pub fn log_nothing_to_write(about: &str, kind: Kind, cause: &str) {
    log("error", "mail_not_written", about, kind.as_str(), cause);
}
