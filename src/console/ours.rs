//! Which addresses are the console's own.

/// Whether an address is one of the console's own pages, so that a sign-in leads
/// nowhere else.
pub fn is_ours(address: &str) -> bool {
    let path = address.strip_prefix("/admin").unwrap_or("x");
    let plain = address.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    plain && (path.is_empty() || path.starts_with(['/', '?']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_leads_to_our_own_pages_alone() {
        for ours in ["/admin", "/admin/orders?status=confirmed&q=a%40b", "/admin?x=1"] {
            assert!(is_ours(ours), "{ours}");
        }
        for other in [
            "",
            "/",
            "//evil.example/admin",
            "https://evil.example",
            "/administrator",
            "/admin/\\evil",
            "/admin/a\nb",
            "/cart",
        ] {
            assert!(!is_ours(other), "{other}");
        }
    }
}
