//! Twilio and SignalWire.

use serde_json::json;

use super::fake::{Fake, Reply};
use super::{DAY_S, hooks, number, period, second};
use crate::account::{Kind, NumberType, NumberWish};

const SECRETS: [(&str, &str); 2] = [("account_sid", "AC1"), ("auth_token", "t")];
const ROOT: &str = "/2010-04-01/Accounts/AC1";

#[tokio::test]
async fn numbers_are_searched_bought_pointed_and_released() {
    let fake = Fake::new(|request, _| match request.method.as_str() {
        "GET" if request.target.contains("Available") => Reply::Json(
            200,
            json!({ "available_phone_numbers": [{
                "phone_number": "+14155550132", "locality": "San Francisco", "region": "CA",
                "address_requirements": "any",
                "capabilities": { "voice": true, "SMS": true, "MMS": false },
            }]}),
        ),
        "GET" => Reply::Json(
            200,
            json!({ "incoming_phone_numbers": [{
                "sid": "PN1", "phone_number": "+14155550132", "sms_url": "",
                "voice_url": "https://old.example/x",
            }], "next_page_uri": null }),
        ),
        "DELETE" => Reply::status(204),
        _ => Reply::Json(201, json!({ "sid": "PN1" })),
    })
    .await;
    let account = fake.account("twilio", &SECRETS);
    let hooks = hooks("tw");
    let wish = NumberWish {
        country: "US".into(),
        number_type: NumberType::Local,
        contains: Some("415".into()),
        sms: true,
        voice: false,
        limit: 5,
    };

    let offers = account.search(&wish).await.unwrap();
    assert_eq!(offers[0].number, number());
    assert_eq!(offers[0].region.as_deref(), Some("San Francisco, CA"));
    assert_eq!(offers[0].carries, ["sms", "voice"]);
    assert_eq!(offers[0].requires.as_deref(), Some("address: any"));
    account.order(number(), "US", &hooks).await.unwrap();
    account.point(number(), &hooks).await.unwrap();
    account.release(number()).await.unwrap();
    let held = account.numbers(None).await.unwrap();
    assert_eq!(held.items[0].sms_url, None);
    assert_eq!(held.next, None);

    let seen = fake.seen();
    let asked: Vec<String> = seen
        .iter()
        .map(|r| format!("{} {}", r.method, r.target))
        .collect();
    assert_eq!(
        asked,
        [
            format!(
                "GET {ROOT}/AvailablePhoneNumbers/US/Local.json?PageSize=5&SmsEnabled=true&Contains=415"
            ),
            format!("POST {ROOT}/IncomingPhoneNumbers.json"),
            format!("GET {ROOT}/IncomingPhoneNumbers.json?PhoneNumber=%2B14155550132"),
            format!("POST {ROOT}/IncomingPhoneNumbers/PN1.json"),
            format!("GET {ROOT}/IncomingPhoneNumbers.json?PhoneNumber=%2B14155550132"),
            format!("DELETE {ROOT}/IncomingPhoneNumbers/PN1.json"),
            format!("GET {ROOT}/IncomingPhoneNumbers.json?PageSize=500"),
        ]
    );
    let order = &seen[1].body;
    for field in [
        "PhoneNumber=%2B14155550132",
        "SmsUrl=https%3A%2F%2Fhooks.example.org%2Fhooks%2Ftw",
        "VoiceMethod=POST",
        "StatusCallback=https",
    ] {
        assert!(order.contains(field), "{order}");
    }
}

#[tokio::test]
async fn lists_come_in_pages_and_hold_what_came_in_within_the_period() {
    let fake = Fake::new(|request, _| {
        let message = |sid: &str, direction: &str, at: &str| {
            json!({
                "sid": sid, "direction": direction, "from": "+14155550199",
                "to": "+14155550132", "body": "hi", "date_sent": at, "num_media": "0",
                "status": "received", "unknown": [1, { "x": null }],
            })
        };
        let inside = "Fri, 20 Nov 2026 08:00:00 +0000";
        Reply::Json(
            200,
            match request.target.contains("Page=1") {
                false => json!({ "messages": [
                    message("SM1", "inbound", inside),
                    message("SM2", "outbound-api", inside),
                    message("SM3", "inbound", "Sat, 21 Nov 2026 00:00:00 +0000"),
                    message("SM4", "inbound", "Thu, 19 Nov 2026 23:59:59 +0000"),
                ], "next_page_uri": format!("{ROOT}/Messages.json?Page=1&PageToken=x") }),
                true => json!({ "messages": [
                    message("SM5", "inbound", "Fri, 20 Nov 2026 00:00:00 +0000"),
                ], "next_page_uri": null }),
            },
        )
    })
    .await;
    let account = fake.account("twilio", &SECRETS);
    let period = period(DAY_S);
    let first = account
        .records(Kind::Messages, &period, None)
        .await
        .unwrap();
    let second = account.records(Kind::Messages, &period, first.next.clone());
    let second = second.await.unwrap();
    let ids = |batch: &crate::account::Batch<crate::account::Record>| {
        let id = |r: &crate::account::Record| r.event.event_id.clone().unwrap();
        batch.items.iter().map(id).collect::<Vec<_>>()
    };
    assert_eq!(ids(&first), ["SM1"]);
    assert_eq!(ids(&second), ["SM5"]);
    assert_eq!(second.next, None);
    let record = &first.items[0];
    assert_eq!(record.event.dedupe.key(), "SM1");
    assert_eq!(record.keys, ["SM1"]);
    assert!(
        record.raw.contains("\"unknown\":[1,{\"x\":null}]"),
        "kept as given"
    );
    let asked = &fake.seen()[0].target;
    assert!(asked.contains("DateSent%3E=2026-11-19"), "{asked}");
    assert!(asked.contains("DateSent%3C=2026-11-23"), "{asked}");
}

#[tokio::test]
async fn a_call_is_known_under_every_status() {
    let fake = Fake::new(|_, _| {
        let call = json!({
            "sid": "CA1", "direction": "inbound", "from": "+266696687", "to": "+14155550132",
            "status": "no-answer", "start_time": "Fri, 20 Nov 2026 08:00:00 +0000",
            "duration": "7", "forwarded_from": null,
        });
        Reply::Json(200, json!({ "calls": [call], "next_page_uri": null }))
    })
    .await;
    let secrets = [("space", "acme"), ("project_id", "p-1"), ("api_token", "t")];
    let account = fake.account("signalwire", &secrets);
    let calls = account
        .records(Kind::Calls, &period(DAY_S), None)
        .await
        .unwrap();
    let call = &calls.items[0];
    assert_eq!(call.event.dedupe.key(), "CA1:no-answer");
    assert_eq!(call.event.session.as_deref(), Some("CA1"));
    assert_eq!(call.event.duration_s, Some(7));
    let from = call.event.from.as_ref().unwrap();
    assert_eq!(
        from.as_str(),
        "anonymous",
        "a withheld number, as by webhook"
    );
    for key in ["CA1:ringing", "CA1:completed", "CA1:no-answer"] {
        assert!(call.keys.iter().any(|k| k == key), "{key}");
    }
    let asked = &fake.seen()[0].target;
    assert!(
        asked.starts_with("/api/laml/2010-04-01/Accounts/p-1/Calls.json"),
        "{asked}"
    );
}

#[tokio::test]
async fn a_test_message_and_a_short_call_go_out_once() {
    let fake = Fake::new(|_, _| Reply::Json(201, json!({ "sid": "SM9" }))).await;
    let account = fake.account("twilio", &SECRETS);
    let to = second();
    assert_eq!(account.send(number(), to, "code 7").await.unwrap(), "SM9");
    assert_eq!(
        account.ring(number(), to, 5, &hooks("tw")).await.unwrap(),
        "SM9"
    );
    let seen = fake.seen();
    assert_eq!(
        seen[0].body,
        "From=%2B14155550132&To=%2B14155550133&Body=code+7"
    );
    assert!(seen[1].body.contains("Timeout=5"), "{}", seen[1].body);
}
