//! Vonage.

use serde_json::{Value, json};

use super::fake::{Fake, Reply};
use super::{DAY_S, file, hooks, number, period, second};
use crate::account::{AccountError, Kind, buy};

const SECRETS: [(&str, &str); 2] = [("api_key", "abcd1234"), ("api_secret", "s")];

fn done() -> Reply {
    let done = json!({ "error-code": "200", "error-code-label": "success" });
    Reply::Json(200, done)
}

#[tokio::test]
async fn a_refusal_in_an_answer_that_looks_well_is_one() {
    let fake = Fake::new(|_, _| Reply::Json(200, json!({ "error-code": "420" }))).await;
    let account = fake.account("vonage_sms", &SECRETS);
    let error = account
        .order(number(), "US", &hooks("vo"))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("420"), "{error}");
    assert_eq!(fake.seen().len(), 1);
}

#[tokio::test]
async fn under_the_sms_api_a_number_is_pointed_by_itself() {
    let fake = Fake::new(|_, _| done()).await;
    let account = fake.account("vonage_sms", &SECRETS);
    account.order(number(), "US", &hooks("vo")).await.unwrap();
    let seen = fake.seen();
    assert_eq!(seen[0].target, "/number/buy");
    assert_eq!(seen[0].body, "country=US&msisdn=14155550132");
    assert_eq!(seen[1].target, "/number/update");
    let set = &seen[1].body;
    assert!(set.contains("moHttpUrl=https%3A%2F%2Fhooks"), "{set}");
}

#[tokio::test]
async fn what_can_fail_fails_before_a_number_is_bought() {
    let fake = Fake::new(|_, _| Reply::status(401)).await;
    let without = fake.account("vonage_jwt", &SECRETS);
    let error = without
        .order(number(), "US", &hooks("vo"))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "no_credential");
    let secrets = [SECRETS.as_slice(), &[("application_id", "app-1")]].concat();
    let account = fake.account("vonage_jwt", &secrets);
    let error = account
        .order(number(), "US", &hooks("vo"))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "provider_unauthorized");
    assert!(fake.seen().iter().all(|r| r.target != "/number/buy"));
}

#[tokio::test]
async fn a_bought_number_that_does_not_call_us_is_said_to_be_bought() {
    let fake = Fake::new(|request, _| match request.target.as_str() {
        "/number/update" => Reply::Json(200, json!({ "error-code": "420" })),
        "/number/buy" => done(),
        _ => Reply::Json(200, json!({ "count": 0 })),
    })
    .await;
    let account = fake.account("vonage_sms", &SECRETS);
    let bought = buy(&*account, number(), "US", &hooks("vo")).await;
    let error = bought.unwrap_err();
    assert_eq!(error.code(), "bought_not_pointed");
    assert!(error.to_string().contains("420"), "{error}");
}

#[tokio::test]
async fn an_application_keeps_all_but_its_addresses() {
    let fake = Fake::new(|request, _| match request.method.as_str() {
        "GET" if request.target.starts_with("/v2/applications/") => Reply::Json(
            200,
            json!({ "id": "app-1", "name": "mine", "keys": { "public_key": "PEM" },
                "capabilities": { "rtc": { "webhooks": {} },
                    "voice": { "region": "eu", "webhooks": {
                        "fallback_answer_url": { "address": "https://f.example" } } } } }),
        ),
        "GET" => Reply::Json(
            200,
            json!({ "count": 1, "numbers": [{ "country": "US", "msisdn": "14155550132" }] }),
        ),
        "PUT" => Reply::Json(200, json!({})),
        _ => done(),
    })
    .await;
    let secrets = [SECRETS.as_slice(), &[("application_id", "app-1")]].concat();
    let account = fake.account("vonage_jwt", &secrets);
    account.point(number(), &hooks("vo")).await.unwrap();
    let put = fake.seen().into_iter().find(|r| r.method == "PUT").unwrap();
    let described: Value = serde_json::from_str(&put.body).unwrap();
    assert_eq!(described["keys"]["public_key"], "PEM");
    let voice = &described["capabilities"]["voice"];
    assert_eq!(voice["region"], "eu");
    let fallback = &voice["webhooks"]["fallback_answer_url"];
    assert_eq!(fallback["address"], "https://f.example");
    for url in ["answer_url", "event_url"] {
        assert_eq!(voice["webhooks"][url]["address"], hooks("vo").url);
    }
    let messages = &described["capabilities"]["messages"]["webhooks"];
    assert_eq!(messages["inbound_url"]["http_method"], "POST");
}

fn record(id: &str) -> Value {
    json!({
        "account_id": "abcd1234", "message_id": id, "direction": "inbound",
        "from": 14_155_550_199_u64, "to": "14155550132", "message_body": "hi",
        "date_received": "2026-11-20T08:00:00+0000",
    })
}

#[tokio::test]
async fn reports_are_read_window_by_window_and_links_only_at_the_provider() {
    let fake = Fake::new(|_, before| {
        let link = json!({ "next": { "href": "https://evil.example/v2/reports/records?x=1" } });
        Reply::Json(
            200,
            match before {
                0 => json!({ "items_count": 2, "records": [record("a")], "_links": link }),
                _ => json!({ "items_count": 0, "records": [] }),
            },
        )
    })
    .await;
    let account = fake.account("vonage_sms", &SECRETS);
    let period = period(3 * DAY_S / 2);
    let list = async |cursor| account.records(Kind::Messages, &period, cursor).await;
    let first = list(None).await.unwrap();
    assert_eq!(first.items[0].event.dedupe.key(), "a");
    let from = first.items[0].event.from.as_ref().unwrap();
    assert_eq!(from.as_str(), "+14155550199");
    assert_eq!(list(first.next).await.unwrap_err().code(), "foreign_host");

    let own = format!("{} {}/v2/reports/records?cursor=1", period.from, fake.base);
    let second = list(Some(own)).await.unwrap();
    let last = list(second.next).await.unwrap();
    assert_eq!(last.next, None);
    let seen: Vec<String> = fake.seen().into_iter().map(|r| r.target).collect();
    let until = |target: &str, time: &str| target.contains(&format!("date_end={time}"));
    assert!(until(&seen[0], "2026-11-21T00%3A00%3A00Z"), "{}", seen[0]);
    assert_eq!(seen[1], "/v2/reports/records?cursor=1");
    assert!(until(&seen[2], "2026-11-21T12%3A00%3A00Z"), "{}", seen[2]);
}

#[tokio::test]
async fn a_report_that_hides_a_part_is_not_taken_for_whole() {
    let fake = Fake::new(|_, _| {
        let report = json!({ "items_count": 20_000, "records": [] });
        Reply::Json(200, report)
    })
    .await;
    let account = fake.account("vonage_sms", &SECRETS);
    let hour = period(3_600);
    let listed = account.records(Kind::Messages, &hour, None).await;
    assert_eq!(listed.unwrap_err().code(), "provider_malformed");
    // On a later page the count may be that of all pages.
    let later = format!("{} {}/v2/reports/records?cursor=2", hour.from, fake.base);
    assert!(
        account
            .records(Kind::Messages, &hour, Some(later))
            .await
            .is_ok()
    );
    let media = account.fetch(file("https://api.nexmo.com/x")).await;
    assert!(matches!(media, Err(AccountError::Cannot { .. })));
}

#[tokio::test]
async fn a_message_that_is_not_taken_is_refused() {
    let fake = Fake::new(|_, before| {
        let part = match before {
            0 => json!({ "status": "0", "message-id": "m-1" }),
            _ => json!({ "status": "9", "error-text": "no money" }),
        };
        Reply::Json(200, json!({ "message-count": "1", "messages": [part] }))
    })
    .await;
    let account = fake.account("vonage_sms", &SECRETS);
    let to = second();
    assert_eq!(account.send(number(), to, "x").await.unwrap(), "m-1");
    let error = account.send(number(), to, "x").await.unwrap_err();
    assert_eq!(error.code(), "provider_refuses");
}
