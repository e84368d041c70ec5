//! How a provider is asked: again, not again, never twice for what costs; never elsewhere.

use axum::body::Bytes;
use serde_json::json;

use super::fake::{Fake, HASTE, Reply, connection};
use super::{file, hooks, number};
use crate::account::api::{ANSWER_BYTES_MAX, MEDIA_BYTES_MAX};
use crate::account::{AccountError, Accounts, buy};

const ACCOUNT: [(&str, &str); 2] = [("account_sid", "AC1"), ("auth_token", "s3cr3t")];

fn none_held() -> Reply {
    Reply::Json(200, json!({ "incoming_phone_numbers": [] }))
}

fn one_held() -> Reply {
    let held = json!({ "sid": "PN1", "phone_number": number().as_str() });
    Reply::Json(200, json!({ "incoming_phone_numbers": [held] }))
}

async fn holds(fake: &Fake) -> Result<bool, AccountError> {
    fake.account("twilio", &ACCOUNT).holds(number()).await
}

#[tokio::test]
async fn what_passes_is_asked_again() {
    for first in [
        || Reply::status(500),
        || Reply::status(503),
        || Reply::busy("0"),
        || Reply::Silence,
        || Reply::Broken("{\"incoming"),
    ] {
        let fake = Fake::new(move |_, before| match before {
            0 => first(),
            _ => one_held(),
        })
        .await;
        assert!(holds(&fake).await.unwrap());
        assert_eq!(fake.seen().len(), 2);
    }
}

#[tokio::test]
async fn it_is_given_up_after_as_many_attempts_as_allowed() {
    let fake = Fake::new(|_, _| Reply::status(502)).await;
    let error = holds(&fake).await.unwrap_err();
    assert!(matches!(error, AccountError::Unavailable { .. }), "{error}");
    assert_eq!(fake.seen().len(), usize::from(HASTE.attempts_max));
}

#[tokio::test]
async fn a_pause_longer_than_allowed_ends_it_and_says_when_to_come_again() {
    let fake = Fake::new(|_, _| Reply::busy("7200")).await;
    let error = holds(&fake).await.unwrap_err();
    assert!(
        matches!(
            error,
            AccountError::TooMany {
                retry_after_s: 7200,
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(fake.seen().len(), 1);
}

#[tokio::test]
async fn what_does_not_pass_is_asked_once() {
    for (status, code) in [
        (400, "provider_refuses"),
        (401, "provider_unauthorized"),
        (403, "provider_unauthorized"),
        (404, "not_at_provider"),
        (302, "provider_malformed"),
    ] {
        let fake = Fake::new(move |_, _| Reply::status(status)).await;
        assert_eq!(holds(&fake).await.unwrap_err().code(), code);
        assert_eq!(fake.seen().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn answers_that_are_not_what_is_documented_are_said_without_what_they_hold() {
    for body in [
        "",
        "{",
        "[]",
        "{\"incoming_phone_numbers\":\"+14155550132\"}",
    ] {
        let bytes = Bytes::from_static(body.as_bytes());
        let fake = Fake::new(move |_, _| Reply::Raw(200, Vec::new(), bytes.clone())).await;
        let error = holds(&fake).await.unwrap_err();
        assert_eq!(error.code(), "provider_malformed", "{body}");
        assert!(!format!("{error} {error:?}").contains("5550132"), "{error}");
    }
}

#[tokio::test]
async fn an_answer_without_end_is_cut() {
    let fake = Fake::new(|_, _| {
        let large = Bytes::from(vec![b' '; ANSWER_BYTES_MAX + 1]);
        Reply::Raw(200, Vec::new(), large)
    })
    .await;
    assert_eq!(holds(&fake).await.unwrap_err().code(), "provider_too_large");
}

#[tokio::test]
async fn a_refusal_tells_the_providers_code_and_no_sentence_of_its_own() {
    let fake = Fake::new(|_, _| {
        let body = json!({ "code": 21422, "message": "+14155550132 is not available" });
        Reply::Json(400, body)
    })
    .await;
    let error = holds(&fake).await.unwrap_err().to_string();
    assert!(
        error.contains("21422") && !error.contains("5550132"),
        "{error}"
    );
}

#[tokio::test]
async fn an_order_is_placed_once_whatever_comes_of_it() {
    for outcome in [
        || Reply::status(500),
        || Reply::Silence,
        || Reply::Broken("{"),
    ] {
        let fake = Fake::new(move |request, _| match request.method.as_str() {
            "POST" => outcome(),
            _ => none_held(),
        })
        .await;
        let account = fake.account("twilio", &ACCOUNT);
        let error = buy(&*account, number(), "US", &hooks("tw"))
            .await
            .unwrap_err();
        assert_eq!(error.code(), "outcome_unknown", "{error}");
        let orders = fake.seen().iter().filter(|r| r.method == "POST").count();
        assert_eq!(orders, 1);
    }
}

#[tokio::test]
async fn an_order_whose_answer_was_lost_is_found_at_the_provider_and_pointed() {
    for (pointing, outcome) in [(200, Ok(false)), (403, Err("bought_not_pointed"))] {
        let fake = Fake::new(move |request, before| {
            match (request.method.as_str(), request.target.as_str()) {
                ("POST", order) if order.ends_with("/IncomingPhoneNumbers.json") => {
                    Reply::Broken("{")
                }
                ("POST", _) => Reply::status(pointing),
                _ if before == 0 => none_held(),
                _ => one_held(),
            }
        })
        .await;
        let account = fake.account("twilio", &ACCOUNT);
        let bought = buy(&*account, number(), "US", &hooks("tw")).await;
        assert_eq!(bought.map_err(|error| error.code()), outcome);
        let seen = fake.seen();
        let pointed = seen.iter().filter(|r| r.target.ends_with("/PN1.json"));
        assert_eq!(pointed.count(), 1);
    }
}

#[tokio::test]
async fn a_number_that_is_ours_is_not_ordered_again() {
    let fake = Fake::new(|_, _| one_held()).await;
    let account = fake.account("twilio", &ACCOUNT);
    assert!(buy(&*account, number(), "US", &hooks("tw")).await.unwrap());
    let orders = |r: &&super::fake::Seen| r.target.ends_with("/IncomingPhoneNumbers.json");
    let posts = fake.seen();
    assert_eq!(
        posts
            .iter()
            .filter(|r| r.method == "POST")
            .filter(orders)
            .count(),
        0
    );
}

#[tokio::test]
async fn media_is_fetched_from_the_providers_hosts_alone() {
    let elsewhere = Fake::new(|_, _| Reply::status(200)).await;
    let target = format!("{}/stolen", elsewhere.base);
    let fake = Fake::new(move |request, _| match request.target.as_str() {
        "/to/own" => Reply::Raw(
            302,
            vec![("location", "/file?token=1".into())],
            Bytes::new(),
        ),
        "/to/other" => Reply::Raw(307, vec![("location", target.clone())], Bytes::new()),
        "/round" => Reply::Raw(302, vec![("location", "/round".into())], Bytes::new()),
        "/large" => Reply::Raw(200, Vec::new(), vec![0; MEDIA_BYTES_MAX + 1].into()),
        _ => Reply::Raw(
            200,
            vec![("content-type", "audio/x-wav".into())],
            "RIFF".into(),
        ),
    })
    .await;
    let account = fake.account("twilio", &ACCOUNT);
    let fetch = async |path: &str| account.fetch(file(&format!("{}{path}", fake.base))).await;

    let media = fetch("/to/own").await.unwrap();
    assert_eq!(media.bytes, b"RIFF");
    assert_eq!(media.media_type.as_deref(), Some("audio/x-wav"));
    assert_eq!(fetch("/to/other").await.unwrap_err().code(), "foreign_host");
    assert_eq!(
        fetch("/round").await.unwrap_err().code(),
        "provider_malformed"
    );
    assert_eq!(
        fetch("/large").await.unwrap_err().code(),
        "provider_too_large"
    );
    let foreign = account.fetch(file(&elsewhere.base)).await.unwrap_err();
    assert_eq!(foreign.code(), "foreign_host");
    assert_eq!(elsewhere.seen().len(), 0);
}

#[tokio::test]
async fn nothing_that_is_printed_holds_a_secret() {
    let fake = Fake::new(|_, _| Reply::status(401)).await;
    let error = holds(&fake).await.unwrap_err();
    let seen = &fake.seen()[0];
    // base64 of "AC1:s3cr3t"
    assert_eq!(
        seen.authorization.as_deref(),
        Some("Basic QUMxOnMzY3IzdA==")
    );
    for printed in [error.to_string(), format!("{error:?}")] {
        assert!(
            !printed.contains("s3cr3t") && !printed.contains("QUMx"),
            "{printed}"
        );
    }
}

#[test]
fn what_is_missing_is_said_by_name() {
    let refused = |provider: &str, secrets: &[(&str, &str)]| {
        let opened = Accounts::default().open(&connection(provider, secrets));
        opened.err().map(|error| (error.code(), error.to_string()))
    };
    let (code, message) = refused("twilio", &[("auth_token", "t")]).unwrap();
    assert_eq!(code, "no_credential");
    assert!(message.contains("account_sid"), "{message}");
    let (code, message) = refused("smsforwarder", &[]).unwrap();
    assert_eq!(code, "no_account");
    assert!(message.contains("smsforwarder"), "{message}");
    let outside = [ACCOUNT.as_slice(), &[("api_base", "https://evil.example")]].concat();
    assert_eq!(refused("twilio", &outside).unwrap().0, "bad_setting");
    let path = [("account_sid", "AC1/../x"), ("auth_token", "t")];
    assert_eq!(refused("twilio", &path).unwrap().0, "bad_setting");
}
