//! The network that a request comes from, as far as it can be told.

use std::net::{IpAddr, Ipv6Addr};

/// What counts as one: an IPv4 address, or the 64 bits of an IPv6 address that
/// a provider gives to one customer (RFC 6177; RFC 4291, section 2.5.1), who
/// may choose the other 64 anew for each request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network(IpAddr);

impl Network {
    /// None of an address that says nothing about where a request comes from:
    /// the machine's own, as under development and behind a proxy that keeps
    /// the address to itself.
    pub fn of(address: IpAddr) -> Option<Self> {
        // An IPv4 address may come as ::ffff:192.0.2.1 (RFC 4291, section 2.5.5.2).
        let address = address.to_canonical();
        if address.is_loopback() || address.is_unspecified() {
            return None;
        }
        Some(Self(match address {
            IpAddr::V4(_) => address,
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).into(),
        }))
    }
}

impl std::fmt::Display for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customers_addresses_are_one_network() {
        let network = |text: &str| Network::of(text.parse().unwrap());
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff:ffff:ffff:ffff"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
        assert_eq!(network("2001:db8:1:2::1").unwrap().to_string(), "2001:db8:1:2::");
        for own in ["127.0.0.1", "127.8.8.8", "::1", "0.0.0.0", "::", "::ffff:127.0.0.1"] {
            assert_eq!(network(own), None, "{own}");
        }
    }
}
