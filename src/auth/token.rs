//! Access tokens: JWTs (RFC 7519, profile RFC 9068) signed with Ed25519 (RFC
//! 8037), issued and verified by this shop alone.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::DateTime;
use ed25519_compact::{KeyPair, PublicKey, SecretKey, Seed};
use jwt_compact::alg::Ed25519;
use jwt_compact::jwk::JsonWebKey;
use jwt_compact::{AlgorithmExt, Claims, Header, UntrustedToken};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::borrow::Cow;
use std::sync::Arc;

use super::error::AuthError;
use super::{Role, SignedIn};
use crate::app::App;
use crate::ids::{AccountId, SessionId};
use crate::ports::Timestamp;

/// ASVS 10.4.8 asks for short; the end of a session reaches every read within this.
pub const LIFETIME_SECONDS: i64 = 15 * 60;
/// How far another isolate's clock may be ahead of ours.
const LEEWAY_MILLIS: i64 = 60_000;
/// Ours have about 450 bytes.
const MAX_TOKEN_BYTES: usize = 2 * 1024;

const ISSUER: &str = "tradepost";
const AUDIENCE: &str = "tradepost";
const TYPE: &str = "at+jwt";

/// The text of an access token. No `Debug`, no `Display`, no `Serialize`.
pub struct AccessToken(String);

impl AccessToken {
    /// For the one answer that hands it over.
    pub fn into_text(self) -> String {
        self.0
    }
    pub fn as_text(&self) -> &str {
        &self.0
    }
}

/// What a token says beside its times. All of it is required but what says that there are prices of one's own.
#[derive(Clone, Serialize, Deserialize)]
struct Subject {
    iss: Cow<'static, str>,
    aud: Cow<'static, str>,
    sub: AccountId,
    role: Role,
    sid: SessionId,
    /// Of few: see [`SignedIn::has_prices`].
    #[serde(default, rename = "prices", skip_serializing_if = "std::ops::Not::not")]
    has_prices: bool,
}

/// A public key as `/.well-known/jwks.json` shows it (RFC 7517, RFC 8037).
#[derive(Clone, Serialize, JsonSchema)]
pub struct Jwk {
    kty: &'static str,
    crv: &'static str,
    alg: &'static str,
    #[serde(rename = "use")]
    usage: &'static str,
    kid: String,
    x: String,
}

/// The key pair of access tokens. Built once per isolate; costs one scalar
/// multiplication. No `Debug`.
pub struct AccessTokenKeys {
    signing: SecretKey,
    verifying: PublicKey,
    /// The key's thumbprint (RFC 7638).
    kid: String,
    /// The first part of every token this key signs, as text.
    header: String,
}

/// A seed of zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct InvalidSeed;

impl AccessTokenKeys {
    /// The isolate's.
    pub fn of(app: &App) -> Result<Arc<Self>, AuthError> {
        let made = app.kept(|app| Self::new(app.keys.derived("access-token")).map(Arc::new));
        (*made).clone().map_err(|InvalidSeed| AuthError::Cryptography("the access token's seed is zero".to_owned()))
    }

    fn new(seed: [u8; 32]) -> Result<Self, InvalidSeed> {
        let pair = KeyPair::try_from_seed(Seed::new(seed)).map_err(|_| InvalidSeed)?;
        let kid = URL_SAFE_NO_PAD.encode(JsonWebKey::from(&pair.pk).thumbprint::<Sha256>());
        let header = URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"EdDSA","kid":"{kid}","typ":"{TYPE}"}}"#));
        Ok(Self { signing: pair.sk, verifying: pair.pk, kid, header })
    }

    pub fn jwk(&self) -> Jwk {
        Jwk {
            kty: "OKP",
            crv: "Ed25519",
            alg: "EdDSA",
            usage: "sig",
            kid: self.kid.clone(),
            x: URL_SAFE_NO_PAD.encode(&self.verifying[..]),
        }
    }

    pub fn issue(&self, who: SignedIn, now: Timestamp) -> Result<AccessToken, AuthError> {
        let SignedIn { id, role, session, has_prices } = who;
        let (iss, aud) = (ISSUER.into(), AUDIENCE.into());
        let subject = Subject { iss, aud, sub: id, role, sid: session, has_prices };
        let mut claims = Claims::new(subject);
        claims.issued_at = DateTime::from_timestamp_millis(now.millis());
        claims.expiration = DateTime::from_timestamp_millis(now.plus_seconds(LIFETIME_SECONDS).millis());
        let header = Header::empty().with_key_id(&*self.kid).with_token_type(TYPE);
        let text = Ed25519.token(&header, &claims, &self.signing);
        text.map(AccessToken).map_err(|error| AuthError::Cryptography(error.to_string()))
    }

    /// Who a token was issued to. Everything that may be wrong with it is the
    /// same error.
    pub fn verify(&self, text: &str, now: Timestamp) -> Result<SignedIn, AuthError> {
        self.check(text, now).ok_or(AuthError::InvalidToken)
    }

    fn check(&self, text: &str, now: Timestamp) -> Option<SignedIn> {
        // We are the only issuer, so a header is ours or it is wrong: comparing its
        // text settles alg, typ, kid, crit, jku and all others without reading them.
        if text.len() > MAX_TOKEN_BYTES || text.split('.').next() != Some(&self.header) {
            return None;
        }
        let token = UntrustedToken::new(text).ok()?;
        let token = Ed25519.validator::<Subject>(&self.verifying).validate(&token).ok()?;
        let claims = token.claims();
        let issued_at = claims.issued_at?.timestamp_millis();
        let expires_at = claims.expiration?.timestamp_millis();
        let subject = &claims.custom;
        let ours = subject.iss == ISSUER && subject.aud == AUDIENCE;
        // RFC 7519, section 4.1.4: not accepted on or after `exp`.
        let current = now.millis() < expires_at && issued_at <= now.millis().saturating_add(LEEWAY_MILLIS);
        let Subject { sub: id, role, sid: session, has_prices, .. } = *subject;
        (ours && current).then_some(SignedIn { id, role, session, has_prices })
    }
}

/// Whether a token says that there are prices of one's own, if it is genuine: most are not worth checking to read
/// what everybody may.
pub fn may_have_prices(token: &str) -> bool {
    let claims = token.split('.').nth(1).filter(|_| token.len() <= MAX_TOKEN_BYTES);
    let claims = claims.and_then(|claims| URL_SAFE_NO_PAD.decode(claims).ok()).unwrap_or_default();
    let says = br#""prices":true"#;
    claims.windows(says.len()).any(|part| part == says)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn keys() -> AccessTokenKeys {
        AccessTokenKeys::new([7; 32]).unwrap()
    }
    fn who() -> SignedIn {
        let (id, session) = (AccountId::derived([1; 16]), SessionId::derived([2; 16]));
        SignedIn { id, role: Role::Staff, session, has_prices: false }
    }
    fn claims() -> Value {
        json!({
            "iss": "tradepost", "aud": "tradepost", "sub": who().id, "role": "staff", "sid": who().session,
            "iat": NOW.millis() / 1000, "exp": NOW.millis() / 1000 + 900,
        })
    }
    fn header() -> Value {
        json!({"alg": "EdDSA", "kid": keys().kid, "typ": "at+jwt"})
    }
    /// A token with a good signature over whatever is given.
    fn signed(header: &str, claims: &str) -> String {
        let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = keys().signing.sign(&text, None);
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(&signature[..]))
    }
    fn refused(text: &str) -> bool {
        keys().verify(text, NOW) == Err(AuthError::InvalidToken)
    }

    #[test]
    fn a_token_names_whom_it_was_issued_to() {
        let token = keys().issue(who(), NOW).ok().unwrap();
        assert!(token.as_text().len() < 600, "{}", token.as_text().len());
        assert_eq!(keys().verify(token.as_text(), NOW), Ok(who()));
        assert_eq!(keys().verify(&signed(&header().to_string(), &claims().to_string()), NOW), Ok(who()));
    }

    #[test]
    fn a_token_says_whether_there_are_prices_of_ones_own() {
        let member = SignedIn { has_prices: true, ..who() };
        let [with, without] = [member, who()].map(|who| keys().issue(who, NOW).ok().unwrap());
        assert_eq!(keys().verify(with.as_text(), NOW), Ok(member));
        assert!(may_have_prices(with.as_text()) && !may_have_prices(without.as_text()));
        for junk in ["", ".", "a.b.c", "a.\u{1F40E}.c", "a.eyJwcmljZXMiOg.c"] {
            assert!(!may_have_prices(junk), "{junk}");
        }
    }

    #[test]
    fn a_token_expires_on_the_second() {
        let token = keys().issue(who(), NOW).ok().unwrap();
        let at =
            |seconds: i64, millis: i64| keys().verify(token.as_text(), NOW.plus_seconds(seconds).plus_millis(millis));
        assert_eq!(at(900, -1), Ok(who()));
        assert_eq!(at(900, 0), Err(AuthError::InvalidToken));
        assert_eq!(at(-60, 0), Ok(who()));
        assert_eq!(at(-60, -1), Err(AuthError::InvalidToken));
    }

    #[test]
    fn a_header_that_is_not_ours_is_refused_even_if_signed() {
        for (name, value) in [
            ("alg", json!("none")),
            ("alg", json!("HS256")),
            ("alg", json!("Ed25519")),
            ("typ", json!("JWT")),
            ("typ", json!("AT+JWT")),
            ("kid", json!("../../etc/passwd")),
            ("kid", json!("x".repeat(1_000))),
            ("crit", json!(["exp"])),
            ("b64", json!(false)),
            ("jku", json!("https://evil.example/jwks.json")),
            ("jwk", json!({"kty": "OKP"})),
            ("cty", json!("JWT")),
        ] {
            let mut header = header();
            header[name] = value.clone();
            assert!(refused(&signed(&header.to_string(), &claims().to_string())), "{name} {value}");
        }
        let mut header = header();
        header.as_object_mut().unwrap().remove("kid");
        assert!(refused(&signed(&header.to_string(), &claims().to_string())));
    }

    #[test]
    fn claims_that_do_not_fit_are_refused_even_if_signed() {
        for name in ["iss", "aud", "sub", "role", "sid", "iat", "exp"] {
            let mut claims = claims();
            claims.as_object_mut().unwrap().remove(name);
            assert!(refused(&signed(&header().to_string(), &claims.to_string())), "without {name}");
        }
        for (name, value) in [
            ("iss", json!("another")),
            ("aud", json!("another")),
            ("sub", json!("ord_00000000000000000000000000")),
            ("role", json!("root")),
            ("sid", json!("")),
            ("exp", json!("1900000000")),
            ("exp", json!(-1)),
            ("exp", json!(i64::MAX)),
            ("exp", Value::Null),
        ] {
            let mut claims = claims();
            claims[name] = value.clone();
            assert!(refused(&signed(&header().to_string(), &claims.to_string())), "{name} {value}");
        }
        let twice = claims().to_string().replacen('{', r#"{"exp":1900000000,"#, 1);
        assert!(refused(&signed(&header().to_string(), &twice)));
        assert!(refused(&signed(&header().to_string(), r#"{"exp":1e400}"#)));
        assert!(refused(&signed(&header().to_string(), "[]")));
    }

    #[test]
    fn a_token_that_was_touched_is_refused() {
        let token = keys().issue(who(), NOW).ok().unwrap().into_text();
        let parts: Vec<&str> = token.split('.').collect();
        let owner = URL_SAFE_NO_PAD.encode(claims().to_string().replace("staff", "owner"));
        assert!(refused(&format!("{}.{owner}.{}", parts[0], parts[2])), "other claims");
        assert!(refused(&format!("{}.{}.", parts[0], parts[1])), "no signature");
        assert!(refused(&format!("{}.{}", parts[0], parts[1])), "two parts");
        assert!(refused(&format!("{token}.")), "four parts");
        assert!(refused(&token[..token.len() - 4]), "cut short");
        assert!(refused(&format!("{}.{}.{}", parts[0], parts[1], "A".repeat(86))), "zero signature");
        assert!(refused(&format!("{token}{}", "A".repeat(2_048))), "too long");
        for junk in ["", ".", "..", "...", "Bearer", "\u{1F40E}.\u{1F40E}.\u{1F40E}"] {
            assert!(refused(junk), "{junk}");
        }
        let other = AccessTokenKeys::new([8; 32]).unwrap().issue(who(), NOW).ok().unwrap();
        assert!(refused(other.as_text()), "another key");
    }

    #[test]
    fn the_key_set_has_only_public_parts() {
        let jwk = serde_json::to_value(keys().jwk()).unwrap();
        let names: Vec<&String> = jwk.as_object().unwrap().keys().collect();
        assert_eq!(names, ["kty", "crv", "alg", "use", "kid", "x"]);
        assert!(AccessTokenKeys::new([0; 32]).is_err());
    }
}
