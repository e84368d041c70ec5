//! Plivo.

use serde_json::json;

use super::fake::{Fake, Reply};
use super::{DAY_S, body, hooks, lines, number, period, second};
use crate::account::Kind;

const SECRETS: [(&str, &str); 2] = [("auth_id", "MA1"), ("auth_token", "t")];

#[tokio::test]
async fn a_number_is_bought_under_an_application_of_its_connections_name() {
    let fake = Fake::new(|request, _| match request.target.as_str() {
        "/v1/Account/MA1/Application/" if request.method == "POST" => {
            Reply::Json(201, json!({ "app_id": "a-2", "message": "created" }))
        }
        target if target.contains("Application/?") && target.contains("offset=0") => {
            let other = json!({ "app_id": "a-1", "app_name": "another" });
            let meta = json!({ "limit": 20, "offset": 0, "next": "/v1/more", "total_count": 21 });
            Reply::Json(200, json!({ "meta": meta, "objects": [other] }))
        }
        target if target.contains("Application/?") => {
            let meta = json!({ "limit": 20, "offset": 20, "next": null });
            Reply::Json(200, json!({ "meta": meta, "objects": [] }))
        }
        _ if request.method == "DELETE" => Reply::status(404),
        _ => Reply::Json(201, json!({ "message": "created", "status": "fulfilled" })),
    })
    .await;
    let account = fake.account("plivo", &SECRETS);
    account.order(number(), "US", &hooks("pl")).await.unwrap();
    account.release(number()).await.unwrap();
    let seen = fake.seen();
    assert_eq!(
        lines(&seen),
        [
            "GET /v1/Account/MA1/Application/",
            "GET /v1/Account/MA1/Application/",
            "POST /v1/Account/MA1/Application/",
            "POST /v1/Account/MA1/PhoneNumber/14155550132/",
            "DELETE /v1/Account/MA1/Number/14155550132/",
        ]
    );
    let made: serde_json::Value = serde_json::from_str(&seen[2].body).unwrap();
    assert_eq!(made["app_name"], "canaryline-pl");
    assert_eq!(made["message_url"], hooks("pl").url);
    assert_eq!(seen[3].body, r#"{"app_id":"a-2"}"#);
}

#[tokio::test]
async fn messages_and_calls_are_listed_under_the_keys_of_their_webhooks() {
    let fake = Fake::new(|request, _| {
        let objects = match request.target.contains("/Message/") {
            true => json!([
                { "message_uuid": "u-1", "message_direction": "inbound",
                  "message_time": "2026-11-20 10:10:52.690093+05:30", "message_state": "received",
                  "from_number": "14155550199", "to_number": "14155550132", "message_type": "sms" },
                { "message_uuid": "u-2", "message_direction": "outbound",
                  "message_time": "2026-11-20 10:10:52+00:00" },
            ]),
            false => json!([{
                "call_uuid": "c-1", "call_direction": "inbound", "call_duration": 14,
                "from_number": "14155550199", "to_number": "14155550132",
                "initiation_time": "2026-11-20 23:59:00+00:00",
                "end_time": "2026-11-21 00:10:00+00:00", "hangup_cause_name": "Normal Hangup",
            }]),
        };
        let meta = json!({ "offset": 0, "next": null });
        Reply::Json(200, json!({ "meta": meta, "objects": objects }))
    })
    .await;
    let account = fake.account("plivo", &SECRETS);
    let day = period(DAY_S);
    let messages = account.records(Kind::Messages, &day, None).await.unwrap();
    let [message] = messages.items.as_slice() else {
        panic!("{} items", messages.items.len())
    };
    assert_eq!(message.event.dedupe.key(), "u-1");
    assert_eq!(message.event.to.as_ref().unwrap().as_str(), "+14155550132");
    let at = message.event.claimed_at.unwrap();
    assert_eq!(at, "2026-11-20T04:40:52.690093Z".parse().unwrap());
    let calls = account.records(Kind::Calls, &day, None).await.unwrap();
    let call = &calls.items[0];
    assert_eq!(call.event.session.as_deref(), Some("c-1"));
    assert_eq!(call.event.duration_s, Some(14));
    assert!(call.keys.contains(&"c-1:ringing".to_owned()));
    let asked = &fake.seen()[0].target;
    let from = "message_time__gte=2026-11-20+00%3A00%3A00";
    assert!(asked.contains(from), "{asked}");
}

#[tokio::test]
async fn a_number_that_it_does_not_know_is_not_ours() {
    let fake = Fake::new(|_, _| Reply::status(404)).await;
    let account = fake.account("plivo", &SECRETS);
    assert!(!account.holds(number()).await.unwrap());
}

#[tokio::test]
async fn a_call_goes_out_once_and_its_webhook_says_what_to_do_with_it() {
    let fake = Fake::new(|_, before| match before {
        0 => Reply::Json(
            201,
            json!({ "message": "call fired", "request_uuid": "r-1" }),
        ),
        _ => Reply::status(503),
    })
    .await;
    let account = fake.account("plivo", &SECRETS);
    let hooks = hooks("pl");
    let rung = account.ring(number(), second(), 15, &hooks).await.unwrap();
    assert_eq!(rung, "r-1");
    let seen = fake.seen();
    assert_eq!(lines(&seen), ["POST /v1/Account/MA1/Call/"]);
    let call = json!({
        "from": "14155550132", "to": "14155550133", "ring_timeout": 15,
        "answer_url": hooks.url, "answer_method": "POST",
    });
    assert_eq!(body(&seen[0]), call);
    let lost = account.ring(number(), second(), 15, &hooks).await;
    assert_eq!(lost.unwrap_err().code(), "provider_unavailable");
    assert_eq!(fake.seen().len(), 2, "a lost answer is not asked for again");
}
