//! Other systems: the test provider's ledger answers, whoever takes webhooks, and
//! VIES of the numbers that a test has told it about; all others are unreachable.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tradepost::ports::{HttpCall, HttpClient, HttpError, HttpReply, Pending};

use super::faults::{Faults, Site, When};
use super::ledger::{self, Ledger};
use super::receiver::{self, Receiver};

#[derive(Clone)]
pub struct HostHttp {
    ledger: Ledger,
    faults: Faults,
    pub vies: Vies,
    pub receiver: Receiver,
}

/// The European Commission's service that knows VAT numbers.
#[derive(Clone, Default)]
pub struct Vies(Arc<Mutex<BTreeMap<String, bool>>>);

impl Vies {
    const PATH: &str = "/check-vat-number";

    /// Whether there is a business behind this number. Of others it says nothing.
    pub fn says(&self, number: &str, valid: bool) {
        self.0.lock().unwrap().insert(number.to_owned(), valid);
    }

    fn answer(&self, call: &HttpCall) -> HttpReply {
        let asked: Value = serde_json::from_str(&call.body).unwrap();
        let number = ["countryCode", "vatNumber"].map(|part| asked[part].as_str().unwrap()).concat();
        let body = match self.0.lock().unwrap().get(&number) {
            Some(valid) => json!({ "valid": valid, "requestIdentifier": format!("asked about {number}") }),
            // As it says that a member state does not answer.
            None => json!({ "actionSucceed": false, "errorWrappers": [{ "error": "MS_UNAVAILABLE" }], "valid": false }),
        };
        HttpReply { status: 200, body: body.to_string() }
    }
}

impl HostHttp {
    pub fn new(ledger: &Ledger, faults: &Faults) -> Self {
        Self { ledger: ledger.clone(), faults: faults.clone(), vies: Vies::default(), receiver: Receiver::default() }
    }

    fn answer(&self, call: &HttpCall) -> Result<HttpReply, HttpError> {
        if call.url.starts_with(ledger::URL) {
            Ok(self.ledger.answer(call))
        } else if call.url.starts_with(receiver::URL) {
            Ok(self.receiver.answer(call))
        } else if call.url.ends_with(Vies::PATH) {
            Ok(self.vies.answer(call))
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
