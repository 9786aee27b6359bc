//! Sessions and their refresh tokens. A session is a family of tokens, of
//! which only the newest generation may be used. Nothing secret is kept: a
//! token is a MAC over the session's id and the generation, so the same
//! generation always has the same token and a lost answer can be repeated.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use subtle::ConstantTimeEq;

use crate::app::Keys;
use crate::ids::{AccountId, SessionId};
use crate::ports::Timestamp;

/// After this long one signs in again, however busy the session was.
pub const LIFETIME_SECONDS: i64 = 30 * 24 * 3_600;
/// For this long after a token gave way to the next it is answered with the
/// newest one: parallel refreshes, lost answers and slow tabs must not sign
/// anyone out.
const GRACE_MILLIS: i64 = 10_000;
/// How far the clock of another isolate may be ahead of ours, in milliseconds.
const LEEWAY_MILLIS: i64 = 60_000;
/// The most tokens that may be in their grace at once; beyond that the newest is
/// answered again until the first of them is over. 32 times of 14 characters
/// each are 448 bytes of a row.
const MAX_GRACED: usize = 32;
/// An account's oldest sessions beyond this are forgotten. It also bounds the
/// list of sessions, which therefore needs no pages.
pub const MAX_PER_ACCOUNT: u32 = 100;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    pub account: AccountId,
    /// How often it was refreshed.
    pub generation: u32,
    pub created_at: Timestamp,
    pub rotated_at: Timestamp,
    pub expires_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
    /// When the generations before this one gave way, the last of them last;
    /// only as many as may be in their grace.
    pub gave_way: Vec<Timestamp>,
}

impl Session {
    pub fn open(id: SessionId, account: AccountId, now: Timestamp) -> Self {
        Self {
            id,
            account,
            generation: 0,
            created_at: now,
            rotated_at: now,
            expires_at: now.plus_seconds(LIFETIME_SECONDS),
            revoked_at: None,
            gave_way: Vec::new(),
        }
    }

    /// The session once its newest token has given way to the one of `to`.
    pub fn rotated(&self, to: u32, now: Timestamp) -> Self {
        let graced = self.gave_way.iter().skip_while(|at| !in_grace(**at, now));
        let gave_way = graced.copied().chain([now]).collect();
        // The clock of another isolate may be ahead.
        Self { generation: to, rotated_at: now.max(self.rotated_at), gave_way, ..self.clone() }
    }

    /// When the generation gave way, if that is still known.
    fn gave_way_at(&self, generation: u32) -> Option<Timestamp> {
        let behind = usize::try_from(self.generation.checked_sub(generation)?).ok()?;
        self.gave_way.get(self.gave_way.len().checked_sub(behind)?).copied()
    }
}

/// What gave way later than now did so by a clock that was ahead. Once that is
/// put right, an old token must not be as good as new until then.
fn in_grace(gave_way: Timestamp, now: Timestamp) -> bool {
    (-LEEWAY_MILLIS..=GRACE_MILLIS).contains(&now.since(gave_way))
}

/// What to do about a refresh token that is genuine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefreshDecision {
    /// Make this the newest generation and answer its token.
    Rotate { to: u32 },
    /// It gave way a moment ago: answer the newest token again.
    Repeat,
    /// Someone uses an old token: end the session.
    Revoke,
    /// The session is over.
    Refuse,
}

pub fn decide_refresh(session: &Session, presented: u32, now: Timestamp) -> RefreshDecision {
    if session.revoked_at.is_some() || now >= session.expires_at {
        return RefreshDecision::Refuse;
    }
    if presented == session.generation {
        if session.gave_way.iter().filter(|at| in_grace(**at, now)).count() >= MAX_GRACED {
            return RefreshDecision::Repeat;
        }
        return match session.generation.checked_add(1) {
            Some(to) => RefreshDecision::Rotate { to },
            None => RefreshDecision::Refuse,
        };
    }
    // Newer than the newest: the database was restored to an earlier time.
    if presented > session.generation {
        return RefreshDecision::Refuse;
    }
    match session.gave_way_at(presented) {
        Some(at) if in_grace(at, now) => RefreshDecision::Repeat,
        _ => RefreshDecision::Revoke,
    }
}

/// The text of a refresh token: base64url of the session's id (30 bytes of
/// text), the generation (4 bytes, big-endian) and an HMAC-SHA-256 over both.
/// No `Debug`, no `Display`, no `Serialize`.
pub struct RefreshToken(String);

impl<'de> Deserialize<'de> for RefreshToken {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::text::read(deserializer, |text| match text.chars().count() {
            ..=TOKEN_CHARS => Ok(Self(text.to_owned())),
            _ => Err(format!("must have at most {TOKEN_CHARS} characters")),
        })
    }
}

const ID_BYTES: usize = 30;
const GENERATION_BYTES: usize = 4;
const MAC_BYTES: usize = 32;
/// (30 + 4 + 32) * 4 / 3 = 88 characters.
const TOKEN_CHARS: usize = (ID_BYTES + GENERATION_BYTES + MAC_BYTES) * 4 / 3;

/// What a genuine refresh token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Presented {
    pub session: SessionId,
    pub generation: u32,
}

impl Presented {
    fn mac(&self, keys: &Keys) -> [u8; MAC_BYTES] {
        keys.mac("refresh-token", &[&self.session.to_string(), &self.generation.to_string()])
    }
}

impl RefreshToken {
    /// A token as it came in a cookie.
    pub fn from_text(text: &str) -> Self {
        Self(text.to_owned())
    }
    /// For the one answer that hands it over.
    pub fn into_text(self) -> String {
        self.0
    }
    pub fn as_text(&self) -> &str {
        &self.0
    }

    pub fn issue(keys: &Keys, session: SessionId, generation: u32) -> Self {
        let presented = Presented { session, generation };
        let mut bytes = session.to_string().into_bytes();
        bytes.extend(generation.to_be_bytes());
        bytes.extend(presented.mac(keys));
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// What the token says, if it is one of ours.
    pub fn open(&self, keys: &Keys) -> Option<Presented> {
        if self.0.len() != TOKEN_CHARS {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(&self.0).ok()?;
        let (id, rest) = bytes.split_at_checked(ID_BYTES)?;
        let (generation, mac) = rest.split_at_checked(GENERATION_BYTES)?;
        let presented = Presented {
            session: std::str::from_utf8(id).ok()?.parse().ok()?,
            generation: u32::from_be_bytes(generation.try_into().ok()?),
        };
        bool::from(presented.mac(keys).ct_eq(mac)).then_some(presented)
    }
}

impl JsonSchema for RefreshToken {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "RefreshToken".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "maxLength": TOKEN_CHARS})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn keys(byte: u8) -> Keys {
        Keys::parse(&hex::encode([byte; 32])).unwrap()
    }
    fn session(generation: u32) -> Session {
        let opened = NOW.plus_seconds(-3_600);
        Session {
            generation,
            rotated_at: NOW,
            gave_way: vec![NOW],
            ..Session::open(SessionId::derived([3; 16]), AccountId::derived([4; 16]), opened)
        }
    }

    #[test]
    fn whatever_gave_way_in_the_last_ten_seconds_is_answered_with_the_newest() {
        use RefreshDecision::{Repeat, Revoke, Rotate};
        let at = |seconds| NOW.plus_seconds(seconds);
        // Generation 5 gave way at 0, 6 at 4, 7 at 8 seconds.
        let session = session(5).rotated(6, at(0)).rotated(7, at(4)).rotated(8, at(8));
        assert_eq!(session.gave_way, [at(0), at(0), at(4), at(8)]);
        for (presented, seconds, expected) in [
            (8, 8, Rotate { to: 9 }),
            (7, 9, Repeat),
            (6, 9, Repeat),
            (5, 9, Repeat),
            (5, 10, Repeat),
            (5, 11, Revoke),
            (6, 14, Repeat),
            (6, 15, Revoke),
            (7, 18, Repeat),
            (7, 19, Revoke),
            (3, 9, Revoke),
        ] {
            assert_eq!(decide_refresh(&session, presented, at(seconds)), expected, "{presented} after {seconds} s");
        }
        // What is over is forgotten.
        let later = session.rotated(9, at(15));
        assert_eq!(later.gave_way, [at(8), at(15)]);
        assert_eq!(decide_refresh(&later, 7, at(15)), Repeat);
        assert_eq!(decide_refresh(&later, 6, at(15)), Revoke);
    }

    #[test]
    fn a_client_that_never_stops_refreshing_keeps_its_newest_token() {
        let mut session = session(0);
        for _ in 0..100 {
            if let RefreshDecision::Rotate { to } = decide_refresh(&session, session.generation, NOW) {
                session = session.rotated(to, NOW);
            }
        }
        assert_eq!(session.gave_way.len(), MAX_GRACED);
        assert_eq!(decide_refresh(&session, session.generation, NOW), RefreshDecision::Repeat);
        for presented in 0..session.generation {
            assert_eq!(decide_refresh(&session, presented, NOW), RefreshDecision::Repeat);
        }
        let later = NOW.plus_seconds(11);
        assert_eq!(
            decide_refresh(&session, session.generation, later),
            RefreshDecision::Rotate { to: session.generation + 1 }
        );
    }

    #[test]
    fn only_the_newest_token_and_for_ten_seconds_the_one_before_are_accepted() {
        use RefreshDecision::{Refuse, Repeat, Revoke, Rotate};
        let now = |millis| NOW.plus_millis(millis);
        for (presented, at, expected) in [
            (5, now(0), Rotate { to: 6 }),
            (5, now(3_600_000), Rotate { to: 6 }),
            (4, now(0), Repeat),
            (4, now(10_000), Repeat),
            (4, now(10_001), Revoke),
            (3, now(0), Revoke),
            (0, now(0), Revoke),
            (6, now(0), Refuse),
            (u32::MAX, now(0), Refuse),
            // Another isolate's clock is behind the one that rotated.
            (4, now(-500), Repeat),
            // That one was wrong.
            (4, now(-900_000), Revoke),
            (5, now(-900_000), Rotate { to: 6 }),
        ] {
            assert_eq!(decide_refresh(&session(5), presented, at), expected, "generation {presented} at {at}");
        }
        assert_eq!(decide_refresh(&session(u32::MAX), u32::MAX, NOW), Refuse);
    }

    #[test]
    fn a_session_that_is_over_refuses_every_generation() {
        let revoked = Session { revoked_at: Some(NOW), ..session(5) };
        let end = session(5).expires_at;
        for presented in [0, 4, 5, 6] {
            assert_eq!(decide_refresh(&revoked, presented, NOW), RefreshDecision::Refuse);
            assert_eq!(decide_refresh(&session(5), presented, end), RefreshDecision::Refuse);
        }
        assert_eq!(decide_refresh(&session(5), 5, end.plus_millis(-1)), RefreshDecision::Rotate { to: 6 });
    }

    #[test]
    fn a_generation_has_one_token() {
        let id = session(0).id;
        let token = RefreshToken::issue(&keys(1), id, 7);
        assert_eq!(token.as_text().len(), TOKEN_CHARS);
        assert_eq!(token.as_text(), RefreshToken::issue(&keys(1), id, 7).as_text());
        assert_eq!(token.open(&keys(1)), Some(Presented { session: id, generation: 7 }));
    }

    #[test]
    fn a_token_that_is_not_ours_opens_nothing() {
        let token = RefreshToken::issue(&keys(1), session(0).id, 7).into_text();
        assert_eq!(RefreshToken::from_text(&token).open(&keys(2)), None);
        for at in 0..token.len() {
            let mut touched = token.clone().into_bytes();
            touched[at] = if touched[at] == b'A' { b'B' } else { b'A' };
            let touched = String::from_utf8(touched).unwrap();
            assert_eq!(RefreshToken::from_text(&touched).open(&keys(1)), None, "character {at}");
        }
        for junk in ["", "x", &token[1..], &format!("{token}A"), &"\u{e9}".repeat(44), &"=".repeat(88)] {
            assert_eq!(RefreshToken::from_text(junk).open(&keys(1)), None, "{junk}");
        }
    }
}
