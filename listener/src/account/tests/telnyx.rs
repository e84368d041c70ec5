//! Telnyx.

use axum::body::Bytes;
use serde_json::{Value, json};

use super::fake::{Fake, Reply};
use super::{DAY_S, body, file, hooks, lines, number, period, second};
use crate::account::{Kind, NamedFile, NumberType, NumberWish};

const SECRETS: [(&str, &str); 3] = [
    ("api_key", "KEY1"),
    ("messaging_profile_id", "mp-1"),
    ("call_control_application_id", "cc-1"),
];

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
    account.order(number(), "US", &hooks("tx")).await.unwrap();
    account.point(number(), &hooks("tx")).await.unwrap();
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
    assert_eq!(body(&seen[1])["webhook_url"], hooks("tx").url);
    assert_eq!(body(&seen[2])["webhook_event_url"], hooks("tx").url);
    let order = body(&seen[3]);
    assert_eq!(order["phone_numbers"][0]["phone_number"], number().as_str());
    assert_eq!(order["messaging_profile_id"], "mp-1");
    assert_eq!(order["connection_id"], "cc-1");
}

#[tokio::test]
async fn without_profile_and_application_nothing_is_ordered() {
    let fake = Fake::new(|_, _| Reply::status(500)).await;
    let account = fake.account("telnyx", &SECRETS[..1]);
    let error = account
        .order(number(), "US", &hooks("tx"))
        .await
        .unwrap_err();
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
    let to = second();
    assert_eq!(account.send(number(), to, "code").await.unwrap(), "m-9");
    assert_eq!(
        account.ring(number(), to, 7, &hooks("tx")).await.unwrap(),
        "v3:1"
    );
    assert_eq!(body(&fake.seen()[1])["timeout_secs"], 7);
}

/// A webhook of a call, as the list of calls' events holds it.
fn told(leg: &str, direction: &str) -> Value {
    let payload = json!({
        "call_leg_id": leg, "call_session_id": "s-1", "direction": direction,
        "from": "+14155550199", "to": "+14155550132", "state": "parked",
    });
    json!({
        "record_type": "call_event", "call_leg_id": leg, "call_session_id": "s-1",
        "event_timestamp": "2026-11-20T08:00:00.123Z", "name": "call.initiated",
        "type": "webhook",
        "metadata": { "raw_event": { "event_type": "call.initiated", "payload": payload } },
    })
}

#[tokio::test]
async fn a_call_is_found_by_the_webhook_that_was_sent_for_it() {
    let fake = Fake::new(|_, before| {
        let whole = [told("l-1", "incoming"), told("l-2", "outgoing")];
        let mut foreign = told("l-3", "incoming");
        foreign["metadata"]["raw_event"]["payload"]["call_leg_id"] = json!("l-9");
        let data = match before {
            0 => json!(whole),
            _ => json!([foreign]),
        };
        Reply::Json(
            200,
            json!({ "data": data, "meta": { "page_number": 1, "total_pages": 1 } }),
        )
    })
    .await;
    let account = fake.account("telnyx", &SECRETS);
    let day = period(DAY_S);
    let list = async || account.records(Kind::Calls, &day, None).await;
    let page = list().await.unwrap();
    let [call] = page.items.as_slice() else {
        panic!("{} items", page.items.len())
    };
    assert_eq!(
        call.event.dedupe.key(),
        "l-1:call.initiated",
        "as by webhook"
    );
    assert_eq!(call.event.session.as_deref(), Some("l-1"));
    assert_eq!(call.event.from.as_ref().unwrap().as_str(), "+14155550199");
    assert_eq!(call.event.to.as_ref().unwrap().as_str(), "+14155550132");
    assert!(call.event.claimed_at.is_some());
    let target = &fake.seen()[0].target;
    assert!(
        target.contains("filter%5Bname%5D=call.initiated"),
        "{target}"
    );
    // What does not hold the call that it is of is no list.
    assert_eq!(list().await.unwrap_err().code(), "provider_malformed");
    assert!(
        account
            .reaches_back_s(Kind::Calls)
            .is_some_and(|s| s < DAY_S)
    );
    assert_eq!(account.reaches_back_s(Kind::Messages), None);
}

#[tokio::test]
async fn a_recording_is_fetched_under_a_new_address() {
    let base = std::sync::Arc::new(std::sync::OnceLock::<String>::new());
    let own = std::sync::Arc::clone(&base);
    let fake = Fake::new(move |request, _| match request.target.as_str() {
        "/v2/recordings/r-1" => {
            let wav = format!(
                "{}/telephony-recorder-prod/a.wav?sig=new",
                own.get().unwrap()
            );
            Reply::Json(
                200,
                json!({ "data": { "id": "r-1", "download_urls": { "wav": wav } } }),
            )
        }
        "/v2/recordings/r-2" => Reply::Json(200, json!({ "data": { "id": "r-2" } })),
        target if target.ends_with("sig=new") => Reply::Raw(
            200,
            vec![("content-type", "audio/x-wav".into())],
            Bytes::from("RIFF"),
        ),
        _ => Reply::status(403),
    })
    .await;
    base.set(fake.base.clone()).unwrap();
    let account = fake.account("telnyx", &SECRETS);
    let stale = format!("{}/telephony-recorder-prod/a.wav?sig=old", fake.base);
    let named = |recording| NamedFile {
        url: &stale,
        recording: Some(recording),
    };
    let media = account.fetch(named("r-1")).await.unwrap();
    assert_eq!(media.bytes, b"RIFF");
    let none = account.fetch(named("r-2")).await.unwrap_err();
    assert_eq!(none.code(), "provider_malformed");
    let path = account.fetch(named("../messages/m-1")).await.unwrap_err();
    assert_eq!(path.code(), "bad_setting");
    // Without an id the address is all there is.
    let refused = account.fetch(file(&stale)).await.unwrap_err();
    assert_eq!(refused.code(), "provider_unauthorized");
}
