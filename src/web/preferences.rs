//! What a visitor chooses to read the shop in: kept by the browser, in cookies
//! that say nothing else.

use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use http::{HeaderName, HeaderValue, header};

use super::visitor::{CURRENCY, CURRENCY_COOKIE, LANGUAGE_COOKIE, LOCALE};
use crate::money::Currency;
use crate::text::Language;
use crate::wire::extract::Fields;

/// How long a browser keeps them, in seconds: a year.
const COOKIE_SECONDS: u32 = 365 * 24 * 3_600;

/// Keeps a language and a currency, and leads back to the page that was read.
/// What is neither one of ours is not kept.
pub async fn post_preferences(Fields(fields): Fields) -> Response {
    let (mut cookies, mut back) = (Vec::new(), "/");
    for (name, value) in &fields {
        match name.as_str() {
            LOCALE => cookies.extend(Language::named(value).map(|language| cookie(LANGUAGE_COOKIE, language.tag()))),
            CURRENCY => {
                cookies.extend(Currency::parse(value).ok().map(|currency| cookie(CURRENCY_COOKIE, currency.as_str())))
            }
            "back" if is_own(value) => back = value,
            _ => {}
        }
    }
    (AppendHeaders(cookies), Redirect::to(back)).into_response()
}

/// Whether the address is one of this shop's, whatever a browser makes of it.
fn is_own(address: &str) -> bool {
    let plain = address.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    address.starts_with('/') && !address.starts_with("//") && plain
}

fn cookie(name: &str, value: &str) -> (HeaderName, HeaderValue) {
    let cookie = format!("{name}={value}; Path=/; Max-Age={COOKIE_SECONDS}; Secure; HttpOnly; SameSite=Lax");
    (header::SET_COOKIE, HeaderValue::from_str(&cookie).unwrap_or(HeaderValue::from_static("")))
}

#[cfg(test)]
mod tests {
    use super::is_own;

    #[test]
    fn nobody_is_led_elsewhere() {
        for own in ["/", "/products?q=a&option.Size=6%C2%BD"] {
            assert!(is_own(own), "{own}");
        }
        for other in ["", "//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nset-cookie: b", "/é"] {
            assert!(!is_own(other), "{other}");
        }
    }
}
