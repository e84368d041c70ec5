//! `webhook check`: captured requests, judged without a server.

use std::collections::BTreeMap;

use honeytoken::Secret;
use serde_json::{Value, json};

use super::kit::NOW;
use super::samples::{Sample, sample};
use crate::provider::check::{self, Captured, Outcome, Verdict};

/// A sample as a captured request.
fn captured(sample: &Sample) -> Value {
    let post = sample.post(sample.body, NOW);
    let secret: BTreeMap<_, _> = sample.secrets.iter().copied().collect();
    let headers: BTreeMap<_, _> = post.headers.into_iter().collect();
    json!({
        "id": "one", "provider": sample.provider, "method": post.method, "url": post.url,
        "headers": headers, "body": String::from_utf8(post.body).unwrap(), "secret": secret,
        "now": NOW.as_unix_s(), "expected": "accept", "tags": ["passed over"],
    })
}

fn judged(vector: &Value) -> Outcome {
    let file = json!({ "format": check::FORMAT, "vectors": [vector] });
    check::vectors(file.to_string().as_bytes())
        .unwrap()
        .remove(0)
}

#[test]
fn a_genuine_request() {
    let outcome = judged(&captured(sample("twilio")));
    assert_eq!(
        (outcome.id.as_str(), outcome.verdict),
        ("one", Verdict::Accept)
    );
    let event = json!({"kind":"sms","phase":"received","to":"+14155550132","from":"+14155550199",
        "text":"hello","event_id":"SM1","dedupe_key":"SM1","timestamp":null,"extra":{}});
    assert_eq!(outcome.events, [event]);
    assert_eq!(outcome.reason, None);
}

#[test]
fn notes_beside_the_secret_are_passed_over() {
    let mut vector = captured(sample("twilio"));
    vector["secret"]["note"] = "the sub-account's".into();
    assert_eq!(judged(&vector).verdict, Verdict::Accept);
}

#[test]
fn a_refusal_says_why_and_shows_no_secret() {
    let mut vector = captured(sample("standard_webhooks"));
    vector["now"] = (NOW.as_unix_s() + 301).into();
    let outcome = judged(&vector);
    assert_eq!(
        (outcome.verdict, outcome.events.len()),
        (Verdict::Reject, 0)
    );
    assert!(outcome.reason.unwrap().contains("too old"));
    vector["secret"] = json!({ "whsec": "%%%secret%%%" });
    let reason = judged(&vector).reason.unwrap();
    assert!(
        reason.contains("whsec") && !reason.contains("%%%"),
        "{reason}"
    );
}

#[test]
fn a_genuine_request_that_cannot_be_read() {
    let sample = sample("bandwidth");
    let mut vector = captured(sample);
    vector["body"] = "[]]".into();
    let outcome = judged(&vector);
    assert_eq!(
        (outcome.verdict, outcome.events.len()),
        (Verdict::Accept, 0)
    );
    assert!(outcome.reason.unwrap().starts_with("genuine, but"));
}

#[test]
fn a_certificate_that_was_captured_too() {
    let sample = sample("aws_sns");
    let mut vector = captured(sample);
    assert_eq!(judged(&vector).verdict, Verdict::Reject);
    let certificate = include_str!("data/sns_test_certificate.pem");
    let url = "https://sns.us-east-1.amazonaws.com/made-for-tests.pem";
    vector["secret"]["certs_by_url"] = json!({ url: certificate });
    assert_eq!(judged(&vector).verdict, Verdict::Accept);
}

#[test]
fn what_cannot_be_judged_is_rejected_with_a_reason() {
    for (field, value) in [
        ("provider", json!("carrier-pigeon")),
        ("url", json!("nowhere")),
        ("headers", json!({ "bad name": "x" })),
        ("secret", json!({})),
    ] {
        let mut vector = captured(sample("twilio"));
        vector[field] = value;
        let outcome = judged(&vector);
        assert_eq!(outcome.verdict, Verdict::Reject, "{field}");
        assert!(
            outcome.reason.is_some_and(|reason| !reason.is_empty()),
            "{field}"
        );
    }
}

#[test]
fn files_of_other_formats() {
    for file in ["", "[]", "{}", r#"{"format":"other/2","vectors":[]}"#] {
        assert!(check::vectors(file.as_bytes()).is_err(), "{file}");
    }
}

#[test]
fn one_request_by_itself() {
    let sample = sample("android_sms_gateway");
    let post = sample.post(sample.body, NOW);
    let secrets = BTreeMap::from([("signing_key".to_owned(), Secret::new(sample.secrets[0].1))]);
    let request = Captured {
        provider: sample.provider,
        method: post.method,
        url: &post.url,
        headers: &post.headers,
        body: &post.body,
        secrets: &secrets,
        at: NOW,
    };
    assert_eq!(check::one(&request).verdict, Verdict::Accept);
    assert_eq!(
        check::one(&Captured {
            body: b"{}",
            ..request
        })
        .verdict,
        Verdict::Reject
    );
    let typo = BTreeMap::from([("signing_kee".to_owned(), Secret::new("x"))]);
    let reason = check::one(&Captured {
        secrets: &typo,
        ..request
    })
    .reason
    .unwrap();
    assert!(reason.contains("signing_key"), "{reason}");
}
