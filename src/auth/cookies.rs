//! Cookies that carry tokens. The `__Host-` prefix makes the browser insist on
//! `Secure`, `Path=/` and no `Domain` (RFC 6265bis, section 4.1.3.2).

use http::header::InvalidHeaderValue;
use http::{HeaderMap, HeaderValue, header};

pub const ACCESS: &str = "__Host-access";
pub const REFRESH: &str = "__Host-refresh";
/// The browser's cart: its id, a dot, its token. The rooms of the buyers set it.
pub const CART: &str = "__Host-cart";
pub use crate::wire::forgery::DEVICE_COOKIE as DEVICE;

/// A cookie that was sent.
pub fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    // HTTP/2 may split the header (RFC 9113, section 8.2.3).
    let lines = headers.get_all(header::COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find_map(|(key, value)| (key == name).then_some(value))
}

/// `Lax`, so that a link from a mail arrives signed in.
pub fn set_access(headers: &mut HeaderMap, token: &str, max_age_seconds: i64) -> Result<(), InvalidHeaderValue> {
    append(headers, ACCESS, token, max_age_seconds, "Lax")
}

/// `Strict`: only the shop's own pages refresh.
pub fn set_refresh(headers: &mut HeaderMap, token: &str, max_age_seconds: i64) -> Result<(), InvalidHeaderValue> {
    append(headers, REFRESH, token, max_age_seconds, "Strict")
}

/// `Lax`, like a session's: signing in may begin with a link.
pub fn set_device(headers: &mut HeaderMap, device: &str, max_age_seconds: i64) -> Result<(), InvalidHeaderValue> {
    append(headers, DEVICE, device, max_age_seconds, "Lax")
}

/// The device stays known.
pub fn clear(headers: &mut HeaderMap) -> Result<(), InvalidHeaderValue> {
    set_access(headers, "", 0)?;
    set_refresh(headers, "", 0)
}

/// An account's cart is at the account's own prices, for whoever shows its cookie.
pub fn clear_cart(headers: &mut HeaderMap) -> Result<(), InvalidHeaderValue> {
    append(headers, CART, "", 0, "Lax")
}

fn append(
    headers: &mut HeaderMap,
    name: &str,
    value: &str,
    max_age_seconds: i64,
    same_site: &str,
) -> Result<(), InvalidHeaderValue> {
    let cookie =
        format!("{name}={value}; HttpOnly; Secure; SameSite={same_site}; Path=/; Max-Age={}", max_age_seconds.max(0));
    headers.append(header::SET_COOKIE, HeaderValue::try_from(cookie)?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others_and_in_any_line() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=1;x__Host-access=no; __Host-access=yes=; b=2"));
        headers.append(header::COOKIE, HeaderValue::from_static("__Host-refresh=too"));
        assert_eq!(read(&headers, ACCESS), Some("yes="));
        assert_eq!(read(&headers, REFRESH), Some("too"));
        assert_eq!(read(&headers, "c"), None);
    }

    #[test]
    fn cookies_are_for_this_host_and_out_of_reach_of_scripts() {
        let mut headers = HeaderMap::new();
        set_access(&mut headers, "token", 900).unwrap();
        clear(&mut headers).unwrap();
        let lines: Vec<&str> = headers.get_all(header::SET_COOKIE).iter().map(|line| line.to_str().unwrap()).collect();
        assert_eq!(lines[0], "__Host-access=token; HttpOnly; Secure; SameSite=Lax; Path=/; Max-Age=900");
        assert_eq!(lines[2], "__Host-refresh=; HttpOnly; Secure; SameSite=Strict; Path=/; Max-Age=0");
    }
}
