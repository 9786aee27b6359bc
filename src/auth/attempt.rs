//! Attempts to sign in and to register, counted before any slow work begins.
//! Counted first, and given back if it was good: a thousand at once are as many
//! tries as one after the other.

use super::device::Device;
use crate::app::App;
use crate::email::EmailAddress;
use crate::throttle::rules::Bucket;
use crate::throttle::{self, Network, Throttle, ThrottleError, Try};

/// Where an attempt comes from.
pub struct Origin<'a> {
    /// None where it cannot be told.
    pub network: Option<Network>,
    /// What the browser keeps of an earlier success.
    pub device: Option<&'a str>,
}

/// An attempt that the throttles allow.
pub struct Attempt {
    tries: Vec<Try>,
    device: Option<Device>,
}

impl Attempt {
    /// A known device has tries of its own, whatever strangers do; a stranger
    /// has those of all strangers to this account, and those of its network.
    pub async fn log_in(app: &App, email: &EmailAddress, from: &Origin<'_>) -> Result<Self, ThrottleError> {
        let limits = throttle::limits(app).await;
        let throttle = Throttle::of_address(&app.keys, email.as_str());
        let device = from.device.and_then(|cookie| Device::shown(&app.keys, email, cookie));
        let limit = limits.log_in_by_account;
        let tries = match &device {
            Some(device) => vec![Try { throttle, bucket: Bucket::device(device.nonce()), limit }],
            None => {
                let of_network = from.network.map(|network| Try {
                    throttle: Throttle::of_network(&app.keys, network),
                    bucket: Bucket::LOG_IN,
                    limit: limits.log_in_by_network,
                });
                of_network.into_iter().chain([Try { throttle, bucket: Bucket::LOG_IN, limit }]).collect()
            }
        };
        throttle::take(app, &tries).await?;
        Ok(Self { tries, device })
    }

    /// Every registration counts, also a good one.
    pub async fn registration(app: &App, email: &EmailAddress, from: &Origin<'_>) -> Result<Self, ThrottleError> {
        let limits = throttle::limits(app).await;
        let bucket = Bucket::REGISTRATION;
        let throttle = Throttle::of_address(&app.keys, email.as_str());
        let of_address = Try { throttle, bucket: bucket.clone(), limit: limits.registration_by_address };
        let of_network = from.network.map(|network| Try {
            throttle: Throttle::of_network(&app.keys, network),
            bucket,
            limit: limits.registration_by_network,
        });
        let tries: Vec<_> = of_network.into_iter().chain([of_address]).collect();
        throttle::take(app, &tries).await?;
        Ok(Self { tries, device: None })
    }

    /// It was good. A device's failures are forgotten; a stranger's are not, or
    /// each success of the account's own would let strangers try on.
    pub async fn succeeded(&self, app: &App) {
        match (&self.device, self.tries.first()) {
            (Some(device), Some(of_device)) => {
                throttle::forget(app, &of_device.throttle, Bucket::device(device.nonce())).await;
            }
            _ => throttle::give_back(app, &self.tries).await,
        }
    }

    /// Nothing was tried: the shop could not go on.
    pub async fn void(&self, app: &App) {
        throttle::give_back(app, &self.tries).await;
    }

    /// The device to know from now on.
    pub fn into_device(self, app: &App) -> Device {
        self.device.unwrap_or_else(|| Device::new(&*app.entropy))
    }
}
