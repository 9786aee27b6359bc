//! Mail by Cloudflare Email Service.

use js_sys::Reflect;
use wasm_bindgen::JsValue;
use worker::send::SendFuture;
use worker::{EmailAddress, SendEmail, SendEmailBuilder};

use crate::ports::{Mail, MailError, Mailer, Pending};

pub struct EmailService(pub SendEmail);

impl Mailer for EmailService {
    fn send(&self, mail: Mail) -> Pending<'_, Result<(), MailError>> {
        Box::pin(SendFuture::new(async move {
            let from = EmailAddress::new(&mail.sender, &mail.from);
            let letter = SendEmailBuilder::builder_with_email_address_and_str(&from, &mail.to, &mail.subject)
                .text(&mail.text)
                .html(&mail.html)
                .build();
            self.0.send_with_builder(&letter).await.map(|_| ()).map_err(|error| refusal(&error))
        }))
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
