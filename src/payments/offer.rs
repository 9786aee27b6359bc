//! What the shop takes: which ways to pay, and which amounts by them.

use super::{AmountRefused, Method, PaymentChoice, Provider, TestMethod, manual};
use crate::app::Config;
use crate::money::{Currency, Money};
use crate::settings::PaymentSettings;

/// Why a way to pay is not taken: which member of the request says it, and what
/// is wrong with it.
#[derive(Debug, Clone, PartialEq)]
pub struct NotTaken {
    pub member: &'static str,
    pub detail: String,
}

impl NotTaken {
    fn provider() -> Self {
        Self { member: "provider", detail: "the shop does not take this provider".to_owned() }
    }

    fn method(detail: &str) -> Self {
        Self { member: "method", detail: detail.to_owned() }
    }
}

/// What was asked for as the shop takes it, with what the settings say of it.
pub fn choose(
    config: &Config,
    settings: &PaymentSettings,
    provider: Provider,
    method: Option<Method>,
) -> Result<PaymentChoice, NotTaken> {
    match provider {
        Provider::Test if config.test_provider => match method {
            None => Ok(PaymentChoice::test(TestMethod::Visa)),
            Some(method) => {
                let known = TestMethod::parse(method.as_str());
                known.map(PaymentChoice::test).ok_or_else(|| NotTaken::method("the test provider has no such method"))
            }
        },
        Provider::Manual => {
            let method = method.ok_or_else(|| {
                NotTaken::method("say how: bank_transfer, cash_on_delivery or invoice, as far as the shop takes it")
            })?;
            manual::choice(settings, &method).ok_or_else(|| NotTaken::method("the shop does not take this way to pay"))
        }
        Provider::Test | Provider::Stripe | Provider::None => Err(NotTaken::provider()),
    }
}

/// The least that a provider takes, in minor units; none where it takes any.
pub fn minimum(_: Provider, _: Currency) -> Option<i64> {
    None
}

/// How an amount is paid by what was chosen: by nobody where it is nothing, and
/// only if the provider takes such an amount.
pub fn fit(chosen: PaymentChoice, amount: Money) -> Result<PaymentChoice, AmountRefused> {
    if amount.amount == 0 {
        return Ok(PaymentChoice::nothing());
    }
    match minimum(chosen.provider, amount.currency) {
        Some(least) if amount.amount < least => {
            Err(AmountRefused::TooSmall { minimum: Money { amount: least, ..amount } })
        }
        _ => Ok(chosen),
    }
}
