//! Telnyx.

use honeytoken::{PhoneNumber, Timestamp};
use serde_json::{Value, json};

use super::fake::{Fake, Reply, Seen};
use crate::account::{AccountError, Hooks, Kind, NumberType, NumberWish, Period};

const SECRETS: [(&str, &str); 3] = [
    ("api_key", "KEY1"),
    ("messaging_profile_id", "mp-1"),
    ("call_control_application_id", "cc-1"),
];
const DAY_S: i64 = 86_400;

fn number() -> PhoneNumber {
    "+14155550132".parse().unwrap()
}

fn period(seconds: i64) -> Period {
    let from: Timestamp = "2026-11-20T00:00:00Z".parse().unwrap();
    Period {
        from,
        until: from.plus_s(seconds),
    }
}

fn hooks() -> Hooks {
    Hooks {
        name: "tx".into(),
        url: "https://hooks.example.org/hooks/tx".into(),
    }
}

fn lines(seen: &[Seen]) -> Vec<String> {
    let line = |r: &Seen| {
        let path = r.target.split('?').next().unwrap();
        format!("{} {path}", r.method)
    };
    seen.iter().map(line).collect()
}

fn body(seen: &Seen) -> Value {
    serde_json::from_str(&seen.body).unwrap()
}

#[tokio::test]
async fn numbers_go_under_the_profile_and_the_application_that_call_us() {
    let fake = Fake::new(|request, _| match request.target.as_str() {
        _ if request.method != "GET" => Reply::Json(200, json!({ "data": { "id": "1" } })),
        target if target.contains("available") => Reply::Json(
            200,
            json!({ "data": [{
                "phone_number": "+14155550132", "features": [{ "name": "sms" }],
                "region_information": [{ "region_type": "state", "region_name": "CA" }],
                "cost_information": { "monthly_cost": "1.00", "currency": "USD" },
            }]}),
        ),
        _ => Reply::Json(
            200,
            json!({ "data": [{ "id": "n-1", "phone_number": "+14155550132" }] }),
        ),
    })
    .await;
    let account = fake.account("telnyx", &SECRETS);
    let wish = NumberWish {
        country: "US".into(),
        number_type: NumberType::TollFree,
        contains: None,
        sms: true,
        voice: false,
        limit: 3,
    };
    let offers = account.search(&wish).await.unwrap();
    assert_eq!(offers[0].monthly.as_deref(), Some("1.00 USD"));
    account.order(number(), "US", &hooks()).await.unwrap();
    account.point(number(), &hooks()).await.unwrap();
    account.release(number()).await.unwrap();
    let seen = fake.seen();
    assert_eq!(
        lines(&seen),
        [
            "GET /v2/available_phone_numbers",
            "PATCH /v2/messaging_profiles/mp-1",
            "PATCH /v2/call_control_applications/cc-1",
            "POST /v2/number_orders",
            "GET /v2/phone_numbers",
            "PATCH /v2/messaging_profiles/mp-1",
            "PATCH /v2/call_control_applications/cc-1",
            "PATCH /v2/phone_numbers/n-1/messaging",
            "PATCH /v2/phone_numbers/n-1",
            "GET /v2/phone_numbers",
            "DELETE /v2/phone_numbers/n-1",
        ]
    );
    assert_eq!(seen[0].authorization.as_deref(), Some("Bearer KEY1"));
    assert_eq!(body(&seen[1])["webhook_url"], hooks().url);
    assert_eq!(body(&seen[2])["webhook_event_url"], hooks().url);
    let order = body(&seen[3]);
    assert_eq!(order["phone_numbers"][0]["phone_number"], number().as_str());
    assert_eq!(order["messaging_profile_id"], "mp-1");
    assert_eq!(order["connection_id"], "cc-1");
}

#[tokio::test]
async fn without_profile_and_application_nothing_is_ordered() {
    let fake = Fake::new(|_, _| Reply::status(500)).await;
    let account = fake.account("telnyx", &SECRETS[..1]);
    let error = account.order(number(), "US", &hooks()).await.unwrap_err();
    assert_eq!(error.code(), "no_credential");
    assert_eq!(fake.seen().len(), 0);
}

fn detail(id: &str, direction: &str) -> Value {
    json!({
        "record_type": "message_detail_record", "uuid": id, "direction": direction,
        "cli": "+14155550199", "cld": "+14155550132", "message_type": "SMS",
        "created_at": "2026-11-20T08:00:00Z",
    })
}

#[tokio::test]
async fn a_message_is_found_by_its_record_and_completed_with_its_text() {
    let fake = Fake::new(|request, _| match request.target.as_str() {
        "/v2/messages/m-1" => Reply::Json(
            200,
            json!({ "data": {
                "id": "m-1", "text": "hello", "from": { "phone_number": "+14155550199" },
                "to": [{ "phone_number": "+14155550132", "status": "webhook_delivered" }],
                "received_at": "2026-11-20T08:00:00.123Z",
            }}),
        ),
        target if target.starts_with("/v2/messages/") => Reply::status(404),
        _ => {
            let data = [
                detail("m-1", "inbound"),
                detail("m-2", "outbound"),
                detail("m-3", "inbound"),
            ];
            let meta = json!({ "page_number": 1, "total_pages": 2 });
            Reply::Json(200, json!({ "data": data, "meta": meta }))
        }
    })
    .await;
    let account = fake.account("telnyx", &SECRETS);
    let day = period(DAY_S);
    let page = account.records(Kind::Messages, &day, None).await.unwrap();
    assert_eq!(page.next.as_deref(), Some("2"));
    let [first, gone] = page.items.as_slice() else {
        panic!("{} items", page.items.len())
    };
    assert_eq!(first.event.text, None);
    assert_eq!(first.keys, ["m-1"]);
    let whole = account.complete(first.clone()).await.unwrap();
    assert_eq!(whole.event.text.as_deref(), Some("hello"));
    assert_eq!(whole.event.dedupe.key(), "m-1", "as by webhook");
    assert!(whole.raw.contains("webhook_delivered"));
    let same = account.complete(gone.clone()).await.unwrap();
    assert_eq!(same.raw, gone.raw);
    let calls = account.records(Kind::Calls, &day, None).await;
    assert!(matches!(calls, Err(AccountError::Cannot { .. })));
}

#[tokio::test]
async fn a_message_and_a_call_go_out_once() {
    let fake = Fake::new(|request, _| {
        let data = match request.target.as_str() {
            "/v2/calls" => json!({ "call_control_id": "v3:1" }),
            _ => json!({ "id": "m-9" }),
        };
        Reply::Json(200, json!({ "data": data }))
    })
    .await;
    let account = fake.account("telnyx", &SECRETS);
    let to: PhoneNumber = "+14155550133".parse().unwrap();
    assert_eq!(account.send(number(), to, "code").await.unwrap(), "m-9");
    assert_eq!(account.ring(number(), to, 7).await.unwrap(), "v3:1");
    assert_eq!(body(&fake.seen()[1])["timeout_secs"], 7);
}
