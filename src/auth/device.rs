//! Known devices: a browser keeps a cookie from its last success, by which the
//! right password gets in while strangers try theirs (OWASP, "Slow Down Online
//! Guessing Attacks with Device Cookies"). It lets nobody in by itself.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;

use crate::app::Keys;
use crate::email::EmailAddress;
use crate::ports::Entropy;

const NONCE_BYTES: usize = 16;

/// How long a browser keeps the cookie, in seconds: 400 days, the most that
/// browsers grant (RFC 6265bis, section 5.5). Each success renews it.
pub const COOKIE_SECONDS: i64 = 400 * 24 * 3_600;

/// A device that one account is known on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    nonce: String,
}

impl Device {
    pub fn new(entropy: &dyn Entropy) -> Self {
        let mut nonce = [0; NONCE_BYTES];
        entropy.fill(&mut nonce);
        Self { nonce: URL_SAFE_NO_PAD.encode(nonce) }
    }

    /// The device that a cookie names, if it is one of this account's.
    pub fn shown(keys: &Keys, email: &EmailAddress, cookie: &str) -> Option<Self> {
        let (nonce, mac) = cookie.split_once('.')?;
        let device = Self { nonce: nonce.to_owned() };
        bool::from(device.mac(keys, email).as_bytes().ct_eq(mac.as_bytes())).then_some(device)
    }

    /// What the cookie holds.
    pub fn cookie(&self, keys: &Keys, email: &EmailAddress) -> String {
        format!("{}.{}", self.nonce, self.mac(keys, email))
    }

    /// Names the device among those of its account.
    pub fn nonce(&self) -> &str {
        &self.nonce
    }

    fn mac(&self, keys: &Keys, email: &EmailAddress) -> String {
        URL_SAFE_NO_PAD.encode(keys.mac("device-cookie", &[email.as_str(), &self.nonce]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Sevens;
    impl Entropy for Sevens {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(7);
        }
    }

    #[test]
    fn a_device_is_known_to_one_account_of_one_shop() {
        let keys = |byte: u8| Keys::parse(&hex::encode([byte; 32])).unwrap();
        let (ada, eve): (EmailAddress, EmailAddress) =
            ("ada@example.com".parse().unwrap(), "eve@example.com".parse().unwrap());
        let device = Device::new(&Sevens);
        let cookie = device.cookie(&keys(1), &ada);
        assert_eq!(Device::shown(&keys(1), &ada, &cookie), Some(device));
        assert_eq!(Device::shown(&keys(1), &eve, &cookie), None);
        assert_eq!(Device::shown(&keys(2), &ada, &cookie), None);
        for at in 0..cookie.len() {
            let mut touched = cookie.clone().into_bytes();
            touched[at] = if touched[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(Device::shown(&keys(1), &ada, &String::from_utf8(touched).unwrap()), None, "character {at}");
        }
        for junk in ["", ".", "x", &cookie[1..], &cookie[..cookie.len() - 1]] {
            assert_eq!(Device::shown(&keys(1), &ada, junk), None, "{junk}");
        }
    }
}
