//! Each signature is verified by the standard's own library for JavaScript.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::*;
use crate::webhooks::EventType;

const NOW: Timestamp = Timestamp::from_millis(1_769_851_800_000);

fn keys() -> Keys {
    Keys::parse(&"7".repeat(64)).unwrap()
}

fn webhook(secret_version: i64, secret_rotated_at: Option<Timestamp>) -> Webhook {
    Webhook {
        id: WebhookId::derived([1; 16]),
        url: "https://hooks.example.com".to_owned(),
        types: vec![EventType::OrderPlaced],
        disabled: None,
        secret_version,
        secret_rotated_at,
        created_at: NOW,
        updated_at: NOW,
        enabled_at: NOW,
    }
}

fn secret(version: i64) -> String {
    SigningSecret::of(&keys(), webhook(1, None).id, version).reveal()
}

/// What is sent, and by which secret it is to be verified.
fn sent(webhook: &Webhook, body: &str, by: i64) -> Value {
    let headers = headers(&keys(), webhook, "ord_01-1", body, NOW);
    let headers: serde_json::Map<_, _> =
        headers.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    json!({ "secret": secret(by), "headers": headers, "body": body, "now": NOW.millis() })
}

/// What the library says of each: whether it is of whoever knows the secret.
fn verified(sent: &[Value]) -> Vec<bool> {
    let mut node = Command::new("node")
        .arg("tests/webhooks/verify.mjs")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Node is there wherever `npm test` is");
    node.stdin.take().unwrap().write_all(json!(sent).to_string().as_bytes()).unwrap();
    let output = node.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn what_is_sent_is_verified_by_the_standards_own_library() {
    let once = webhook(1, None);
    let rotated = |ago: i64| webhook(3, Some(NOW.plus_millis(-ago)));
    let body = json!({ "type": "order.placed", "data": { "number": "7ZZZ-ÄÖ李\u{1f600}" } }).to_string();
    let mut altered = sent(&once, &body, 1);
    altered["body"] = json!(body.replace("placed", "paid"));
    let mut renamed = sent(&once, &body, 1);
    renamed["headers"]["webhook-id"] = json!("ord_01-2");
    let mut late = sent(&once, &body, 1);
    late["now"] = json!(NOW.plus_seconds(301).millis());
    let cases = [
        (sent(&once, &body, 1), true),
        (sent(&once, "{}", 1), true),
        (sent(&once, &body, 2), false),
        (altered, false),
        (renamed, false),
        (late, false),
        // For a day both secrets are good; the one before them is not.
        (sent(&rotated(0), &body, 3), true),
        (sent(&rotated(OVERLAP_MILLIS - 1), &body, 2), true),
        (sent(&rotated(OVERLAP_MILLIS), &body, 2), false),
        (sent(&rotated(OVERLAP_MILLIS), &body, 3), true),
        (sent(&rotated(0), &body, 1), false),
    ];
    let (sent, expected): (Vec<_>, Vec<_>) = cases.into_iter().unzip();
    assert_eq!(verified(&sent), expected);
}

#[test]
fn a_secret_is_one_webhooks_and_one_versions() {
    let other = SigningSecret::of(&keys(), WebhookId::derived([2; 16]), 1).reveal();
    let all = [secret(1), secret(2), other];
    assert!(all.iter().all(|secret| secret.starts_with("whsec_") && secret.len() == 6 + 44), "{all:?}");
    assert!(all[0] != all[1] && all[0] != all[2]);
    assert_eq!(secret(1), secret(1));
}
