//! Where a request comes from.

use std::net::{IpAddr, SocketAddr};

use aide::OperationInput;
use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, HeaderName};

use crate::app::App;
use crate::problem::Problem;

/// Cloudflare sets it to the client's address, whatever the client sent
/// (Cloudflare Fundamentals, "HTTP headers").
static CLOUDFLARES: HeaderName = HeaderName::from_static("cf-connecting-ip");

/// The caller's network address, as far as it is known: from the one header
/// that whoever stands before the shop sets, and never from another, which a
/// client could send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub Option<IpAddr>);

impl FromRequestParts<App> for ClientAddress {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let name = app.config.client_address_header.as_ref().unwrap_or(&CLOUDFLARES);
        Ok(Self(address(&parts.headers, name)))
    }
}

impl OperationInput for ClientAddress {}

/// The address in a header. Of a list, as `X-Forwarded-For` is, the last entry:
/// the nearest proxy wrote it, the ones before came with the request.
fn address(headers: &HeaderMap, name: &HeaderName) -> Option<IpAddr> {
    let last = headers.get_all(name).into_iter().next_back()?.to_str().ok()?;
    let entry = last.rsplit(',').next()?.trim();
    // Some proxies write the port, too.
    let with_port = || entry.parse::<SocketAddr>().ok().map(|address| address.ip());
    let in_brackets = || entry.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    entry.parse().ok().or_else(with_port).or_else(in_brackets)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn found(lines: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("x-forwarded-for", HeaderValue::from_str(line).unwrap());
        }
        headers.append("cf-connecting-ip", HeaderValue::from_static("203.0.113.9"));
        address(&headers, &HeaderName::from_static("x-forwarded-for")).map(|address| address.to_string())
    }

    #[test]
    fn the_nearest_proxys_word_counts_and_no_other_header() {
        assert_eq!(found(&["192.0.2.1"]).unwrap(), "192.0.2.1");
        assert_eq!(found(&["10.9.9.9, 198.51.100.7 ,192.0.2.1"]).unwrap(), "192.0.2.1");
        assert_eq!(found(&["198.51.100.7", "10.9.9.9, 192.0.2.1"]).unwrap(), "192.0.2.1");
        assert_eq!(found(&["192.0.2.1:443"]).unwrap(), "192.0.2.1");
        assert_eq!(found(&["2001:db8::1"]).unwrap(), "2001:db8::1");
        assert_eq!(found(&["[2001:db8::1]"]).unwrap(), "2001:db8::1");
        assert_eq!(found(&["[2001:db8::1]:443"]).unwrap(), "2001:db8::1");
        for unknown in [&[][..], &[""], &["unknown"], &["192.0.2.1, "], &["192.0.2.1, _hidden"], &["192.0.2"]] {
            assert_eq!(found(unknown), None, "{unknown:?}");
        }
    }
}
