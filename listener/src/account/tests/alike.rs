//! What every account keeps to, whichever provider it is at.

use serde_json::{Value, json};

use super::fake::{Fake, Reply, Seen};
use super::{hooks, number};
use crate::account::buy;

/// An account of each provider, and its answer that a number is ours or that none is.
const PROVIDERS: [(&str, &[(&str, &str)]); 6] = [
    ("plivo", &[("auth_id", "MA1"), ("auth_token", "t")]),
    (
        "signalwire",
        &[("space", "s"), ("project_id", "p"), ("api_token", "t")],
    ),
    (
        "telnyx",
        &[("api_key", "k"), ("messaging_profile_id", "mp")],
    ),
    ("twilio", &[("account_sid", "AC1"), ("auth_token", "t")]),
    (
        "vonage_jwt",
        &[
            ("api_key", "k"),
            ("api_secret", "s"),
            ("application_id", "a"),
        ],
    ),
    ("vonage_sms", &[("api_key", "k"), ("api_secret", "s")]),
];

/// An answer that fits every provider's shape: to lists, whether the number is ours; to changes, that
/// they were made.
fn answer(ours: bool) -> Value {
    let held = json!([{
        "sid": "PN1", "id": "1", "phone_number": number().as_str(),
        "country": "US", "msisdn": "14155550132",
    }]);
    let held = if ours { held } else { json!([]) };
    json!({
        "incoming_phone_numbers": held, "numbers": held, "data": held, "objects": [],
        "number": "14155550132", "error-code": "200", "app_id": "a-1", "sid": "PN1",
    })
}

/// Whether a request is Plivo's question about one number, which it answers by status.
fn about_one(request: &Seen) -> bool {
    request.method == "GET" && request.target.ends_with("/Number/14155550132/")
}

/// A provider at which the number is ours, or not.
async fn provider(ours: bool) -> Fake {
    Fake::new(move |request, _| match about_one(request) && !ours {
        true => Reply::status(404),
        false => Reply::Json(200, answer(ours)),
    })
    .await
}

/// Requests that cost money.
fn orders(fake: &Fake) -> usize {
    let order = |r: &&Seen| {
        let paths = [
            "/number/buy",
            "/v2/number_orders",
            "/IncomingPhoneNumbers.json",
            "/PhoneNumber/14155550132/",
        ];
        r.method == "POST" && paths.iter().any(|path| r.target.ends_with(path))
    };
    fake.seen().iter().filter(order).count()
}

#[tokio::test]
async fn a_number_that_is_ours_is_pointed_and_not_ordered_again() {
    for (name, secrets) in PROVIDERS {
        let fake = provider(true).await;
        let account = fake.account(name, secrets);
        let was_ours = buy(&*account, number(), "US", &hooks("c")).await;
        assert!(was_ours.unwrap(), "{name}");
        assert_eq!(orders(&fake), 0, "{name}");
        let told = |r: &Seen| r.body.contains("hooks%2Fc") || r.body.contains("hooks/c");
        assert!(fake.seen().iter().any(told), "{name} is told our address");
    }
}

#[tokio::test]
async fn a_number_that_is_not_ours_is_ordered_once() {
    for (name, secrets) in PROVIDERS {
        let fake = provider(false).await;
        let account = fake.account(name, secrets);
        let was_ours = buy(&*account, number(), "US", &hooks("c")).await;
        assert!(!was_ours.unwrap(), "{name}");
        assert_eq!(orders(&fake), 1, "{name}");
    }
}

#[tokio::test]
async fn what_is_not_ours_any_more_is_given_back() {
    for (name, secrets) in PROVIDERS {
        let fake = Fake::new(|request, _| match request.method.as_str() {
            "DELETE" => Reply::status(404),
            _ => Reply::Json(200, answer(false)),
        })
        .await;
        let released = fake.account(name, secrets).release(number()).await;
        assert!(released.is_ok(), "{name}: {released:?}");
    }
}

#[tokio::test]
async fn refused_credentials_are_said_and_nothing_is_tried_again() {
    for (name, secrets) in PROVIDERS {
        let fake = Fake::new(|_, _| Reply::status(401)).await;
        let error = fake.account(name, secrets).holds(number()).await;
        assert_eq!(error.unwrap_err().code(), "provider_unauthorized", "{name}");
        assert_eq!(fake.seen().len(), 1, "{name}");
    }
}
