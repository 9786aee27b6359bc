//! VAT numbers, and asking VIES, the European Commission's service, whether
//! there is a business behind one.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::json;

use crate::address::Country;
use crate::app::App;
use crate::auth::Caller;
use crate::json;
use crate::ports::{HttpCall, MOST_BODY, Timestamp};
use crate::telemetry;
use crate::text::unicode::uppercase;
use crate::throttle::rules::Bucket;
use crate::throttle::{self, Network, ThrottleError};

/// How long VIES is waited for, in milliseconds.
const DEADLINE_MILLIS: u32 = 4_000;

/// Where VIES is asked, unless the deployment says otherwise.
const VIES: &str = "https://ec.europa.eu/taxation_customs/vies/rest-api";

/// A VAT identification number as it is written: the prefix of its country, then
/// 2 to 12 capital letters and digits (Council Directive 2006/112/EC, article
/// 215; VIES, "Frequently asked questions", question 11).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number(String);

/// In characters, with the blanks, dots and hyphens that it may be typed with.
const MAX_TYPED: usize = 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a VAT number is two letters for the country and 2 to 12 letters and digits, such as DE123456789")]
pub struct InvalidNumber;

/// A number that somebody gave, and what VIES said of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VatNumber {
    pub number: Number,
    pub status: Status,
}

/// The proof is kept with the order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// `consultation`: what VIES calls the question, if it says.
    Confirmed {
        at: Timestamp,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        consultation: Option<String>,
    },
    /// VIES knows no such business.
    Unknown { at: Timestamp },
    /// VIES has not answered, or was not asked: tax is charged.
    Unanswered { at: Timestamp },
}

impl Number {
    pub fn parse(text: &str) -> Result<Self, InvalidNumber> {
        let signs = text.chars().filter(|sign| !sign.is_whitespace() && !matches!(sign, '.' | '-'));
        let number = uppercase(&signs.collect::<String>());
        let (country, rest) = number.split_at_checked(2).ok_or(InvalidNumber)?;
        let fits = text.chars().nth(MAX_TYPED).is_none()
            && country.bytes().all(|byte| byte.is_ascii_uppercase())
            && (2..=12).contains(&rest.len())
            && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'*'));
        if fits { Ok(Self(number)) } else { Err(InvalidNumber) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn parts(&self) -> (&str, &str) {
        self.0.split_at_checked(2).unwrap_or_default()
    }

    /// The country it was given in. Greece writes EL.
    pub fn country(&self) -> Option<Country> {
        match self.parts().0 {
            "EL" => "GR".parse(),
            code => code.parse(),
        }
        .ok()
    }
}

impl VatNumber {
    /// The country in which the buyer is known to be a business.
    pub fn confirmed_in(&self) -> Option<Country> {
        match self.status {
            Status::Confirmed { .. } => self.number.country(),
            Status::Unknown { .. } | Status::Unanswered { .. } => None,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    valid: bool,
    #[serde(default)]
    request_identifier: Option<String>,
    #[serde(default)]
    action_succeed: Option<bool>,
}

/// A number that VIES is not asked about, as its answer would change nothing.
pub fn unasked(app: &App, number: Number) -> VatNumber {
    VatNumber { number, status: Status::Unanswered { at: app.clock.now() } }
}

/// Asks VIES. Whatever is no clear answer is none. Each question counts for the
/// account and the network, but for staff's; where they are not counted nobody
/// is asked, and the sale goes on with tax.
pub async fn ask(
    app: &App,
    caller: &Caller,
    network: Option<Network>,
    number: Number,
) -> Result<VatNumber, ThrottleError> {
    if !caller.is_staff() {
        let limits = throttle::limits(app).await;
        let account = (caller.account.map(|account| account.id), limits.vat_numbers_by_account);
        let network = (network, limits.vat_numbers_by_network);
        match throttle::take(app, &throttle::tries(&app.keys, account, network, &Bucket::VAT_NUMBERS)).await {
            Err(ThrottleError::Unavailable(error)) => {
                let cause = error.to_string();
                telemetry::log(&json!({ "level": "error", "event": "vat_number_not_counted", "cause": cause }));
                return Ok(unasked(app, number));
            }
            counted => counted?,
        }
    }
    let at = app.clock.now();
    let status = match answer(app, &number).await {
        Some(answer) if answer.action_succeed == Some(false) => Status::Unanswered { at },
        Some(answer) if answer.valid => {
            let consultation = answer.request_identifier.filter(|id| !id.is_empty());
            Status::Confirmed { at, consultation }
        }
        Some(_) => Status::Unknown { at },
        None => Status::Unanswered { at },
    };
    Ok(VatNumber { number, status })
}

async fn answer(app: &App, number: &Number) -> Option<Answer> {
    let (country, rest) = number.parts();
    let call = HttpCall {
        method: "POST",
        url: format!("{}/check-vat-number", app.config.vies_api_url.as_deref().unwrap_or(VIES)),
        headers: vec![("content-type", "application/json".to_owned())],
        body: json!({ "countryCode": country, "vatNumber": rest }).to_string(),
        deadline_millis: DEADLINE_MILLIS,
        most_body: MOST_BODY,
    };
    let reply = app.http.call(call).await.ok().filter(|reply| reply.status == 200)?;
    json::read(reply.body.as_bytes()).ok()
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::text::read(deserializer, Self::parse)
    }
}

impl JsonSchema for Number {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "VatNumber".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string", "minLength": 4, "maxLength": MAX_TYPED, "examples": ["DE123456789"],
            "description": "The country's two letters and 2 to 12 letters and digits.",
        })
    }
}
