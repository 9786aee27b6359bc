//! The mail provider: keeps what it was given to send.

use std::sync::{Arc, Mutex};

use tradepost::ports::{Mail, MailError, Mailer, Pending};

use super::faults::{Faults, Site, When};

#[derive(Clone)]
pub struct HostMailer {
    sent: Arc<Mutex<Vec<Mail>>>,
    refusing: Arc<Mutex<Option<MailError>>>,
    faults: Faults,
}

impl HostMailer {
    pub fn new(faults: &Faults) -> Self {
        Self { sent: Arc::default(), refusing: Arc::default(), faults: faults.clone() }
    }

    /// All that was sent, the oldest first.
    pub fn sent(&self) -> Vec<Mail> {
        self.sent.lock().unwrap().clone()
    }

    /// From now on nothing is sent, and this is said instead.
    pub fn refuse(&self, error: Option<MailError>) {
        *self.refusing.lock().unwrap() = error;
    }
}

impl Mailer for HostMailer {
    fn send(&self, mail: Mail) -> Pending<'_, Result<(), MailError>> {
        Box::pin(async move {
            let lost = || MailError::Unanswered("fault".to_owned());
            let verdict = self.faults.verdict(Site::Mail, &mail.subject);
            tokio::task::yield_now().await;
            if verdict == Some(When::Before) {
                return Err(lost());
            }
            if let Some(error) = self.refusing.lock().unwrap().clone() {
                return Err(error);
            }
            self.sent.lock().unwrap().push(mail);
            tokio::task::yield_now().await;
            if verdict == Some(When::After) { Err(lost()) } else { Ok(()) }
        })
    }
}
