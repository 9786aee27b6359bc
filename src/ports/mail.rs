//! Mail that leaves the shop.

use super::Pending;

/// One letter to one mailbox. Every text but the bodies is one line: whoever
/// makes it sees to that.
#[derive(Debug, Clone, PartialEq)]
pub struct Mail {
    /// The name that the mailbox it is from is shown by.
    pub sender: String,
    pub from: String,
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
}

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum MailError {
    /// It was not sent, and may be later: too many at once, a sender that is
    /// not set up yet.
    #[error("not taken: {0}")]
    NotTaken(String),
    /// It may have been sent or not.
    #[error("no answer: {0}")]
    Unanswered(String),
    /// It never will be sent: no such mailbox, or one that wants no mail.
    #[error("refused: {0}")]
    Refused(String),
}

/// The causes name neither the mailbox nor what is in the letter.
pub trait Mailer: Send + Sync {
    fn send(&self, mail: Mail) -> Pending<'_, Result<(), MailError>>;
}
