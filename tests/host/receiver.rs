//! Whoever takes webhooks: it answers what a test has told it to, and keeps
//! what came.

use std::sync::{Arc, Mutex};

use serde_json::Value;
use tradepost::ports::{HttpCall, HttpReply};

/// Where it is.
pub const URL: &str = "https://hooks.example.net";

#[derive(Clone, Default)]
pub struct Receiver(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// By the end of the path; 204 for all others.
    answers: Vec<(String, u16)>,
    taken: Vec<HttpCall>,
}

/// What came.
#[derive(Debug, Clone)]
pub struct Taken {
    pub headers: Vec<(&'static str, String)>,
    pub text: String,
    pub body: Value,
}

impl Taken {
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }
    pub fn id(&self) -> &str {
        self.header("webhook-id")
    }
    pub fn kind(&self) -> &str {
        self.body["type"].as_str().unwrap()
    }
}

impl Receiver {
    /// From now on, what is sent to this path is answered so.
    pub fn answers(&self, path: &str, status: u16) {
        let mut state = self.0.lock().unwrap();
        state.answers.retain(|(known, _)| known != path);
        state.answers.push((path.to_owned(), status));
    }

    /// What came to this path so far.
    pub fn taken(&self, path: &str) -> Vec<Taken> {
        let url = format!("{URL}{path}");
        let calls = self.0.lock().unwrap().taken.clone();
        let taken = |HttpCall { headers, body: text, .. }| {
            let body = serde_json::from_str(&text).unwrap();
            Taken { headers, text, body }
        };
        calls.into_iter().filter(|call| call.url == url).map(taken).collect()
    }

    pub fn answer(&self, call: &HttpCall) -> HttpReply {
        assert_eq!((call.method, call.most_body, call.deadline_millis), ("POST", 0, 15_000));
        let mut state = self.0.lock().unwrap();
        state.taken.push(call.clone());
        let told = state.answers.iter().find(|(path, _)| call.url == format!("{URL}{path}"));
        HttpReply { status: told.map_or(204, |(_, status)| *status), body: String::new() }
    }
}
