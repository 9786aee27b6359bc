//! Other systems: the test provider's ledger answers; all others are
//! unreachable, unless a test stands in for them.

use std::sync::{Arc, Mutex};

use tradepost::ports::{HttpCall, HttpClient, HttpError, HttpReply, Pending};

use super::faults::{Faults, Site, When};
use super::ledger::{self, Ledger};

type Answer = Box<dyn FnMut(&HttpCall) -> Result<HttpReply, HttpError> + Send>;

#[derive(Clone)]
pub struct HostHttp {
    ledger: Ledger,
    stand_in: Arc<Mutex<Option<Answer>>>,
    calls: Arc<Mutex<Vec<HttpCall>>>,
    faults: Faults,
}

impl HostHttp {
    pub fn new(ledger: &Ledger, faults: &Faults) -> Self {
        Self { ledger: ledger.clone(), stand_in: Arc::default(), calls: Arc::default(), faults: faults.clone() }
    }

    /// From now on calls to anywhere but the ledger are answered by this.
    pub fn answered_by(&self, answer: impl FnMut(&HttpCall) -> Result<HttpReply, HttpError> + Send + 'static) {
        *self.stand_in.lock().unwrap() = Some(Box::new(answer));
    }

    /// Every call that arrived so far.
    pub fn calls(&self) -> Vec<HttpCall> {
        self.calls.lock().unwrap().clone()
    }

    fn answer(&self, call: HttpCall) -> Result<HttpReply, HttpError> {
        let answer = match self.stand_in.lock().unwrap().as_mut() {
            _ if call.url.starts_with(ledger::URL) => Ok(self.ledger.answer(&call)),
            Some(answer) => answer(&call),
            None => Err(HttpError(format!("{} is unreachable", call.url))),
        };
        self.calls.lock().unwrap().push(call);
        answer
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
            let answer = self.answer(call);
            tokio::task::yield_now().await;
            if verdict == Some(When::After) { Err(lost()) } else { answer }
        })
    }
}
