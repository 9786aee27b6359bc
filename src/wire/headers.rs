//! The security headers, by what is answered.

/// Sent with the catalog's JSON. No policy on frames: it guards what a signed-in
/// person would see in one, and this is the same for everybody. Each header
/// costs such a read about 2 %.
const CATALOG_HEADERS: [(&str, &str); 2] =
    [("x-content-type-options", "nosniff"), ("strict-transport-security", "max-age=63072000; includeSubDomains")];

/// Sent with every other answer that no browser renders (OWASP REST Security
/// Cheat Sheet).
const API_HEADERS: [(&str, &str); 3] = [
    ("x-content-type-options", "nosniff"),
    ("strict-transport-security", "max-age=63072000; includeSubDomains"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
];

/// Sent with every other page (OWASP Secure Headers).
const PAGE_HEADERS: [(&str, &str); 5] = [
    ("x-content-type-options", "nosniff"),
    ("strict-transport-security", "max-age=63072000; includeSubDomains"),
    (
        "content-security-policy",
        "default-src 'none'; style-src 'self'; img-src 'self' https: data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    // These two speak to documents only.
    ("referrer-policy", "strict-origin-when-cross-origin"),
    ("cross-origin-opener-policy", "same-origin"),
];

/// Sent with every page that is made from the catalog alone, which may run the
/// shop's own script: nobody's data is in it.
const CATALOG_PAGE_HEADERS: [(&str, &str); 5] = [
    PAGE_HEADERS[0],
    PAGE_HEADERS[1],
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' https: data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    PAGE_HEADERS[3],
    PAGE_HEADERS[4],
];

/// The security headers that an answer of this content type carries, made
/// from the catalog alone or not.
pub fn security_headers(content_type: &[u8], of_catalog: bool) -> &'static [(&'static str, &'static str)] {
    match (content_type.starts_with(b"text/html"), of_catalog) {
        (true, true) => &CATALOG_PAGE_HEADERS,
        (true, false) => &PAGE_HEADERS,
        (false, true) => &CATALOG_HEADERS,
        (false, false) => &API_HEADERS,
    }
}
