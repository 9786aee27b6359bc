//! Requests that another site has a browser send.

use http::{HeaderMap, Method, header};

use crate::problem::Problem;

crate::codes! {
    /// A request that a cookie would authenticate did not come from the shop's own pages.
    CSRF = FORBIDDEN "csrf";
}

/// Says on which account a device is known. It lets nobody in, so that it may
/// come from anywhere.
pub const DEVICE_COOKIE: &str = "__Host-device";

/// Refuses an unsafe request that one of our cookies (all begin with `__Host-`)
/// would authenticate, or a page's form, if another site may have sent it
/// (OWASP CSRF Prevention: Fetch Metadata, Origin).
pub fn forged(method: &Method, path: &str, headers: &HeaderMap) -> Option<Problem> {
    let safe = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE);
    // Another site cannot send these without asking first (CORS).
    let asked = headers.contains_key(header::AUTHORIZATION) || headers.contains_key("x-cart-token");
    // A page's form gives whoever has no cookie one, in place of what the browser keeps back.
    let by_form = !path.starts_with("/v1/") && !path.starts_with("/dev/");
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut names = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim_start().split('=').next());
    let by_cookie = names.any(|name| name.starts_with("__Host-") && name != DEVICE_COOKIE);
    if safe || asked || !(by_form || by_cookie) {
        return None;
    }
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let same_origin = match (text("sec-fetch-site"), text("origin"), text("host")) {
        (Some(site), _, _) => site == "same-origin",
        (None, Some(origin), host) => origin.split_once("://").is_some_and(|(_, from)| Some(from) == host),
        // Browsers name the origin of a form.
        _ => !by_cookie,
    };
    (!same_origin).then(|| Problem::new(CSRF, "this request did not come from the shop's own pages"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderName, HeaderValue};

    fn refused(path: &str, sent: &[(&'static str, &'static str)]) -> bool {
        let pairs = sent.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        let headers: HeaderMap = pairs.collect();
        assert!(forged(&Method::GET, path, &headers).is_none(), "a read changes nothing");
        forged(&Method::POST, path, &headers).is_some()
    }

    #[test]
    fn what_our_cookies_authenticate_comes_from_our_own_pages() {
        let ours = ("cookie", "_ga=1; __Host-access=a");
        let (host, own, other) = (("host", "a.shop"), ("origin", "https://a.shop"), ("origin", "https://b.shop"));
        let cross = ("sec-fetch-site", "cross-site");
        assert!(refused("/v1/carts", &[ours, host]));
        assert!(refused("/v1/carts", &[ours, host, other]));
        assert!(refused("/v1/carts", &[ours, host, own, cross]));
        assert!(refused("/v1/carts", &[ours, own]), "nothing says that this origin is ours");
        assert!(!refused("/v1/carts", &[ours, host, own]));
        for asked in [("authorization", "Bearer a"), ("x-cart-token", "a")] {
            assert!(!refused("/v1/carts", &[ours, host, other, asked]), "another site would have to ask");
        }
        for nobodys in ["_ga=1; not__Host-access=a", "__Host-device=a"] {
            assert!(!refused("/v1/carts", &[("cookie", nobodys), host, other]), "{nobodys}");
        }
        assert!(refused("/v1/carts", &[("cookie", "__Host-device=a;__Host-access=b"), host, other]));
    }

    #[test]
    fn another_sites_form_is_refused_without_a_cookie() {
        let (host, own, other) = (("host", "a.shop"), ("origin", "https://a.shop"), ("origin", "https://b.shop"));
        for site in ["cross-site", "same-site", "none"] {
            assert!(refused("/cart/lines", &[host, ("sec-fetch-site", site)]), "{site}");
        }
        for foreign in [&[host, other][..], &[host, ("origin", "null")], &[other]] {
            assert!(refused("/cart/lines", foreign), "{foreign:?}");
            assert!(!refused("/v1/carts", foreign) && !refused("/dev/x", foreign), "{foreign:?}");
        }
        assert!(!refused("/cart/lines", &[host, own]));
        assert!(!refused("/cart/lines", &[host]), "no browser");
    }
}
