//! Mail by Cloudflare Email Service.

use js_sys::{JSON, Reflect};
use serde_json::json;
use wasm_bindgen::prelude::*;

use super::local::{Local, pending};
use crate::ports::{Mail, MailError, Mailer, Pending};

#[wasm_bindgen]
extern "C" {
    pub type SendEmail;
    #[wasm_bindgen(method, catch)]
    async fn send(this: &SendEmail, letter: &JsValue) -> Result<JsValue, JsValue>;
}

pub struct EmailService(pub Local<SendEmail>);

impl Mailer for EmailService {
    fn send(&self, mail: Mail) -> Pending<'_, Result<(), MailError>> {
        pending(async move {
            let Mail { sender, from, to, subject, text, html } = mail;
            let letter = json!({
                "from": { "name": sender, "email": from }, "to": to, "subject": subject, "text": text, "html": html,
            });
            let sent = match JSON::parse(&letter.to_string()) {
                Ok(letter) => self.0.send(&letter).await,
                Err(error) => Err(error),
            };
            sent.map(|_| ()).map_err(|error| refusal(&error))
        })
    }
}

/// What an error's code means ("Email Service", Workers API). Its message may
/// name the mailbox, so the code alone is passed on.
fn refusal(error: &JsValue) -> MailError {
    let code = Reflect::get(error, &"code".into()).ok().and_then(|code| code.as_string()).unwrap_or_default();
    match code.as_str() {
        // The owner or time mends these.
        "E_RATE_LIMIT_EXCEEDED"
        | "E_DAILY_LIMIT_EXCEEDED"
        | "E_SENDER_NOT_VERIFIED"
        | "E_SENDER_DOMAIN_NOT_AVAILABLE" => MailError::NotTaken(code),
        "E_RECIPIENT_SUPPRESSED"
        | "E_RECIPIENT_NOT_ALLOWED"
        | "E_VALIDATION_ERROR"
        | "E_FIELD_MISSING"
        | "E_TOO_MANY_RECIPIENTS"
        | "E_CONTENT_TOO_LARGE" => MailError::Refused(code),
        "" => MailError::Unanswered("an error without a code".to_owned()),
        _ => MailError::Unanswered(code),
    }
}
