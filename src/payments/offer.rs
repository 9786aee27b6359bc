//! What the shop takes: which ways to pay, and which amounts by them.

use super::{AmountRefused, Method, PaymentChoice, Provider, Terms, TestMethod, manual, stripe};
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
        Provider::Stripe if settings.stripe.offered => {
            let keys = config.stripe.as_ref().ok_or_else(NotTaken::provider)?;
            if method.as_ref().is_some_and(|method| !method.as_str().starts_with(stripe::METHOD_PREFIX)) {
                return Err(NotTaken::method("a method of Stripe's is named by it, such as pm_card_visa"));
            }
            let publishable_key = Some(keys.publishable_key.clone());
            let terms = Terms { capture: settings.stripe.capture, publishable_key, ..Terms::default() };
            Ok(PaymentChoice { provider, method, terms })
        }
        Provider::Test | Provider::Stripe | Provider::None => Err(NotTaken::provider()),
    }
}

/// The least that a provider takes, in minor units; none where it takes any.
pub fn minimum(provider: Provider, currency: Currency) -> Option<i64> {
    match provider {
        Provider::Stripe => stripe::currency::minimum(currency),
        Provider::Test | Provider::Manual | Provider::None => None,
    }
}

/// How an amount is paid by what was chosen: by nobody where it is nothing, and
/// only if the provider takes such an amount.
pub fn fit(chosen: PaymentChoice, amount: Money) -> Result<PaymentChoice, AmountRefused> {
    if amount.amount == 0 {
        return Ok(PaymentChoice::nothing());
    }
    // Whoever chose nothing was shown that nothing is left to pay.
    if chosen.provider == Provider::None {
        return Err(AmountRefused::NotTaken { amount });
    }
    match minimum(chosen.provider, amount.currency) {
        Some(least) if amount.amount < least => {
            Err(AmountRefused::TooSmall { minimum: Money { amount: least, ..amount } })
        }
        _ if chosen.provider == Provider::Stripe && stripe::currency::amount(amount).is_none() => {
            Err(AmountRefused::NotTaken { amount })
        }
        _ => Ok(chosen),
    }
}

/// Whether buyers can pay an amount that they are asked for after the order: at once
/// by what the shop takes, or by a transfer that staff record. Else why not, as the
/// last way has it that the shop takes.
pub fn can_be_paid(config: &Config, settings: &PaymentSettings, amount: Money) -> Result<(), AmountRefused> {
    let at_once = [Provider::Stripe, Provider::Test].map(|provider| choose(config, settings, provider, None));
    let is_transferred = settings.bank_transfer.is_some();
    let mut so_far = if is_transferred { Ok(()) } else { Err(AmountRefused::NotTaken { amount }) };
    for chosen in at_once.into_iter().flatten() {
        so_far = so_far.or_else(|_| fit(chosen, amount).map(|_| ()));
    }
    so_far
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::StripeKeys;
    use crate::settings::{Capture, ManualPayment};

    fn money(amount: i64, currency: &str) -> Money {
        Money { amount, currency: Currency::parse(currency).unwrap() }
    }

    fn with_stripe() -> Config {
        let [secret, publishable, webhooks] = ["sk_test_1", "pk_test_1", "whsec_1"].map(|key| Some(key.to_owned()));
        let stripe = StripeKeys::parse(secret, publishable, webhooks, None).unwrap();
        Config { stripe, ..Config::default() }
    }

    #[test]
    fn cards_are_taken_where_there_is_an_account_and_the_shop_wants_them() {
        let mut settings = PaymentSettings::default();
        settings.stripe.capture = Capture::Manual;
        let chosen = choose(&with_stripe(), &settings, Provider::Stripe, None).unwrap();
        assert_eq!(
            (chosen.terms.capture, chosen.terms.publishable_key.as_deref()),
            (Capture::Manual, Some("pk_test_1"))
        );
        let by = |method: &str| choose(&with_stripe(), &settings, Provider::Stripe, method.parse().ok());
        assert!(by("pm_1PqZx").is_ok());
        assert_eq!(by("visa").map_err(|refused| refused.member), Err("method"));
        let refused = Err(NotTaken::provider());
        assert_eq!(choose(&Config::default(), &settings, Provider::Stripe, None), refused);
        settings.stripe.offered = false;
        assert_eq!(choose(&with_stripe(), &settings, Provider::Stripe, None), refused);
    }

    #[test]
    fn a_buyer_is_asked_for_what_some_way_to_pay_takes() {
        let (mut settings, few) = (PaymentSettings::default(), money(30, "EUR"));
        assert_eq!(can_be_paid(&with_stripe(), &settings, money(50, "EUR")), Ok(()));
        let too_small = Err(AmountRefused::TooSmall { minimum: money(50, "EUR") });
        assert_eq!(can_be_paid(&with_stripe(), &settings, few), too_small);
        assert_eq!(can_be_paid(&Config::default(), &settings, few), Err(AmountRefused::NotTaken { amount: few }));
        assert_eq!(can_be_paid(&Config { test_provider: true, ..with_stripe() }, &settings, few), Ok(()));
        settings.bank_transfer = Some(ManualPayment { instructions: String::new(), cancel_after_days: None });
        assert_eq!(can_be_paid(&with_stripe(), &settings, few), Ok(()));
    }

    #[test]
    fn an_amount_that_the_provider_does_not_take_is_refused_before_anything_is_held() {
        let card = choose(&with_stripe(), &PaymentSettings::default(), Provider::Stripe, None).unwrap();
        assert_eq!(fit(card.clone(), money(50, "EUR")), Ok(card.clone()));
        assert_eq!(fit(card.clone(), money(30, "EUR")), Err(AmountRefused::TooSmall { minimum: money(50, "EUR") }));
        let amount = money(5_124, "KWD");
        assert_eq!(fit(card.clone(), amount), Err(AmountRefused::NotTaken { amount }));
        assert_eq!(fit(card, money(0, "EUR")), Ok(PaymentChoice::nothing()), "nobody is asked for nothing");
        let amount = money(1, "EUR");
        assert_eq!(fit(PaymentChoice::nothing(), amount), Err(AmountRefused::NotTaken { amount }), "nor for something");
        let test = PaymentChoice::test(TestMethod::Visa);
        assert_eq!(fit(test.clone(), money(1, "EUR")), Ok(test));
    }
}
