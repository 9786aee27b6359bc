//! Other systems: the test provider's ledger answers; all others are
//! unreachable.

use tradepost::ports::{HttpCall, HttpClient, HttpError, HttpReply, Pending};

use super::faults::{Faults, Site, When};
use super::ledger::{self, Ledger};

#[derive(Clone)]
pub struct HostHttp {
    ledger: Ledger,
    faults: Faults,
}

impl HostHttp {
    pub fn new(ledger: &Ledger, faults: &Faults) -> Self {
        Self { ledger: ledger.clone(), faults: faults.clone() }
    }

    fn answer(&self, call: &HttpCall) -> Result<HttpReply, HttpError> {
        if call.url.starts_with(ledger::URL) {
            Ok(self.ledger.answer(call))
        } else {
            Err(HttpError(format!("{} is unreachable", call.url)))
        }
    }
}

impl HttpClient for HostHttp {
    fn call(&self, call: HttpCall) -> Pending<'_, Result<HttpReply, HttpError>> {
        Box::pin(async move {
            let lost = || HttpError("fault".to_owned());
            let verdict = self.faults.verdict(Site::Http, &format!("{} {}", call.method, call.url));
            tokio::task::yield_now().await;
            if verdict == Some(When::Before) {
                return Err(lost());
            }
            let answer = self.answer(&call);
            tokio::task::yield_now().await;
            if verdict == Some(When::After) { Err(lost()) } else { answer }
        })
    }
}
