//! Where an endpoint may be: at a public name, reached by HTTPS.
//!
//! What is taken is so little that no two readers of it can differ: one spelling
//! of a scheme, letters, digits and hyphens for a host, no address in any
//! spelling (WHATWG URL, "host parsing", takes a host whose last label is a
//! number for an IPv4 address: decimal, octal, hexadecimal, in one part or four;
//! no top-level domain begins with a digit), and of the rest only what RFC 3986
//! knows. What a name resolves to cannot be seen from here; the platform's
//! `fetch` reaches no private network.

/// The longest address, in characters; the table says the same.
pub const MAX_URL: usize = 2_000;

/// The longest name and label of a host, in characters (RFC 1035, section 2.3.4).
const MAX_HOST: usize = 253;
const MAX_LABEL: usize = 63;

/// Names that are nobody's on the Internet: RFC 6761 and RFC 6762 with its
/// appendix G, RFC 7686, RFC 9476; `internal` is ICANN's (board resolution 2024.07.29.06).
const PRIVATE: [&str; 14] = [
    "localhost",
    "local",
    "localdomain",
    "internal",
    "intranet",
    "private",
    "corp",
    "home",
    "lan",
    "test",
    "example",
    "invalid",
    "onion",
    "alt",
];

/// RFC 8375, and names of the addresses themselves (RFC 1035, section 3.5; RFC 3596).
const PRIVATE_ZONES: [&str; 3] = ["home.arpa", "in-addr.arpa", "ip6.arpa"];

/// What may stand in an address (RFC 3986, section 2) but the fragment, which is
/// not sent.
const SIGNS: &[u8] = b"-._~:/?@!$&'()*+,;=%[]";

/// An address that may be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTarget {
    #[error("must have at most {MAX_URL} characters")]
    TooLong,
    #[error("must begin with https://")]
    Scheme,
    #[error("must not have characters other than letters, digits and -._~:/?@!$&'()*+,;=%")]
    Signs,
    #[error("must not have a name or a password in it")]
    Credentials,
    #[error("must have a port of 443, or of 1024 and above")]
    Port,
    #[error("must have the name of a host, such as hooks.example.com, and not an address")]
    Host,
    #[error("must have a host that is on the Internet")]
    Private,
}

impl Target {
    /// `development`: this machine may be called too, without encryption.
    pub fn parse(text: &str, development: bool) -> Result<Self, InvalidTarget> {
        if text.len() > MAX_URL {
            return Err(InvalidTarget::TooLong);
        }
        if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || SIGNS.contains(&byte)) {
            return Err(InvalidTarget::Signs);
        }
        let (encrypted, rest) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
            (Some(rest), _) => (true, rest),
            (None, Some(rest)) if development => (false, rest),
            _ => return Err(InvalidTarget::Scheme),
        };
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        if authority.contains('@') {
            return Err(InvalidTarget::Credentials);
        }
        let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
        let is_here = development && matches!(host, "localhost" | "127.0.0.1");
        if !encrypted && !is_here {
            return Err(InvalidTarget::Scheme);
        }
        if !is_here {
            check_host(&host.to_ascii_lowercase())?;
        }
        match port {
            Some(port) if !is_port(port) => Err(InvalidTarget::Port),
            _ => Ok(Self(text.to_owned())),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Below 1024 are the ports of mail, shells and the like, which must not be
/// talked to in HTTP.
fn is_port(port: &str) -> bool {
    let plain = port.bytes().all(|byte| byte.is_ascii_digit()) && !port.starts_with('0');
    plain && port.parse::<u16>().is_ok_and(|port| port == 443 || port >= 1_024)
}

fn check_host(host: &str) -> Result<(), InvalidTarget> {
    let is_label = |label: &str| {
        (1..=MAX_LABEL).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last = host.rsplit('.').next().unwrap_or_default();
    if host.len() > MAX_HOST || !host.split('.').all(is_label) || !last.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Err(InvalidTarget::Host);
    }
    let is_in = |zone: &&str| host.strip_suffix(*zone).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    if !host.contains('.') || PRIVATE.contains(&last) || PRIVATE_ZONES.iter().any(is_in) {
        return Err(InvalidTarget::Private);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> Option<InvalidTarget> {
        Target::parse(text, false).err()
    }

    #[test]
    fn a_public_name_is_taken() {
        for good in [
            "https://hooks.example.com",
            "https://HOOKS.example.com/a%20b/c?d=e&f=g:h@i",
            "https://xn--bcher-kva.example.net:443/",
            "https://a.b.c.example.org:8443?x",
            "https://1password.com/in",
            "https://10.0.0.1.example.com/",
        ] {
            assert_eq!(refused(good), None, "{good}");
        }
    }

    #[test]
    fn an_address_is_refused_in_any_spelling() {
        for address in [
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0x7f.1",
            "0177.0.0.1",
            "017700000001",
            "0x7F.0x0.0x0.0x1",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "224.0.0.1",
            "0.0.0.0",
            "0",
            "8.8.8.8",
            "127.0.0.1.",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[fc00::1]",
            "[fe80::1%25eth0]",
            "[64:ff9b::7f00:1]",
            "%31%32%37.0.0.1",
            "foo.0x",
            "a.1",
        ] {
            for port in ["", ":8443"] {
                let url = format!("https://{address}{port}/x");
                assert!(matches!(refused(&url), Some(InvalidTarget::Host)), "{url}: {:?}", refused(&url));
            }
        }
        // What browsers take for digits and dots is no ASCII.
        for address in ["１２７.0.0.1", "127。0。0。1", "①27.0.0.1"] {
            assert_eq!(refused(&format!("https://{address}/")), Some(InvalidTarget::Signs), "{address}");
        }
    }

    #[test]
    fn a_name_that_is_nobodys_on_the_internet_is_refused() {
        for host in [
            "localhost",
            "LOCALHOST",
            "shop.localhost",
            "printer.local",
            "metadata.google.internal",
            "db",
            "nas.home.arpa",
            "1.0.0.127.in-addr.arpa",
            "router.lan",
            "x.onion",
            "hooks.test",
        ] {
            assert_eq!(refused(&format!("https://{host}/x")), Some(InvalidTarget::Private), "{host}");
        }
        assert_eq!(refused("https://locals.example.com.notlocal/"), None);
    }

    #[test]
    fn whatever_two_readers_could_take_differently_is_refused() {
        for (url, why) in [
            ("http://hooks.example.com", InvalidTarget::Scheme),
            ("HTTPS://hooks.example.com", InvalidTarget::Scheme),
            ("ftp://hooks.example.com", InvalidTarget::Scheme),
            ("//hooks.example.com", InvalidTarget::Scheme),
            ("https:/hooks.example.com", InvalidTarget::Scheme),
            ("", InvalidTarget::Scheme),
            ("https://ada:secret@hooks.example.com", InvalidTarget::Credentials),
            ("https://hooks.example.com@10.0.0.1", InvalidTarget::Credentials),
            ("https://hooks.example.com\\@10.0.0.1", InvalidTarget::Signs),
            ("https://10.0.0.1\\.example.com", InvalidTarget::Signs),
            ("https://10.0.0.1#.example.com", InvalidTarget::Signs),
            ("https://hooks.example.com/ x", InvalidTarget::Signs),
            ("https://hooks.example\t.com", InvalidTarget::Signs),
            ("https://hooks.exämple.com", InvalidTarget::Signs),
            ("https://hooks.example.com\r\nx: y", InvalidTarget::Signs),
            ("https:///etc/passwd", InvalidTarget::Host),
            ("https://?x.example.com", InvalidTarget::Host),
            ("https://.example.com", InvalidTarget::Host),
            ("https://a..example.com", InvalidTarget::Host),
            ("https://hooks.example.com.", InvalidTarget::Host),
            ("https://-a.example.com", InvalidTarget::Host),
            ("https://a_b.example.com", InvalidTarget::Host),
            ("https://hooks.example.com:", InvalidTarget::Port),
            ("https://hooks.example.com:80", InvalidTarget::Port),
            ("https://hooks.example.com:25", InvalidTarget::Port),
            ("https://hooks.example.com:0443", InvalidTarget::Port),
            ("https://hooks.example.com:65536", InvalidTarget::Port),
            ("https://hooks.example.com:443:22", InvalidTarget::Port),
            ("https://hooks.example.com:x", InvalidTarget::Port),
        ] {
            assert_eq!(refused(url), Some(why), "{url}");
        }
        assert_eq!(refused(&format!("https://a.example.com/{}", "x".repeat(MAX_URL))), Some(InvalidTarget::TooLong));
        let label = "a".repeat(MAX_LABEL + 1);
        assert_eq!(refused(&format!("https://{label}.example.com")), Some(InvalidTarget::Host));
    }

    #[test]
    fn in_development_this_machine_may_be_called() {
        for here in ["http://localhost:8788/hooks", "http://127.0.0.1:8788", "https://localhost"] {
            assert!(Target::parse(here, true).is_ok(), "{here}");
            assert!(Target::parse(here, false).is_err(), "{here}");
        }
        for elsewhere in
            ["http://hooks.example.com", "https://10.0.0.1", "http://localhost.example.com", "http://[::1]"]
        {
            assert!(Target::parse(elsewhere, true).is_err(), "{elsewhere}");
        }
    }
}
