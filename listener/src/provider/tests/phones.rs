//! Phones and modems of one's own, and the payloads that anything can post.

use std::ffi::OsString;

use honeytoken::{Authentication, Medium};
use serde_json::json;

use super::kit::{NOW, Post, URL, connect, jwt};
use super::samples::{Sample, TOKEN, event, refused, sample};
use crate::provider::gammu_smsd::Run;
use crate::provider::{Dedupe, Received, Request};

fn own(kind: &str, data: &str) -> String {
    format!(
        r#"{{"type":"{kind}","timestamp":"2026-10-03T04:00:00Z","data":{{"to":"+14155550132"{data}}}}}"#
    )
}

#[test]
fn our_own_calls_and_heartbeats() {
    let ringing = event(
        "standard_webhooks",
        &own("call.received", r#","call_id":"c","attestation":"B""#),
    );
    let ended = event(
        "standard_webhooks",
        &own("call.completed", r#","call_id":"c","duration":7"#),
    );
    let beat = event("standard_webhooks", &own("line.heartbeat", ""));
    assert_eq!(
        (ringing.medium, ringing.attestation.as_deref()),
        (Medium::Call, Some("B"))
    );
    assert_eq!(
        (ended.duration_s, &ended.extra["duration_s"]),
        (Some(7), &json!(7))
    );
    assert!(ringing.session.is_some() && ringing.session == ended.session);
    assert_eq!(
        (beat.medium, beat.phase.as_str()),
        (Medium::Control, "line.heartbeat")
    );
    assert_eq!(beat.to.unwrap().as_str(), "+14155550132");
    assert!(refused("standard_webhooks", &own("fax.received", "")).contains("kind"));
}

#[test]
fn our_own_events_keep_what_a_gateway_knows_beside() {
    let told = r#","carrier":"C","forwarded_from":"+14155550177","caller_name":"Acme"#;
    let call = event(
        "standard_webhooks",
        &own("call.received", &format!("{told}\"")),
    );
    assert_eq!(call.details["carrier"], "C");
    assert_eq!(call.details["forwarded_from"], "+14155550177");
    assert_eq!(call.details["caller_name"], "Acme");
    let odd = r#","carrier":{"name":"C"},"caller_name":"""#;
    let call = event("standard_webhooks", &own("call.received", odd));
    assert!(call.details.is_empty(), "{:?}", call.details);
}

#[test]
fn httpsms_tokens_of_another_issuer_are_not_its_own() {
    let sample = sample("httpsms");
    let at = NOW.as_unix_s();
    let post = |issuer: &str| {
        let claims = json!({"iss":issuer,"aud":[URL],"nbf":at - 600,"exp":at + 600});
        let token = format!("Bearer {}", jwt(TOKEN, &claims));
        let post = Post::json(URL, sample.body).with("authorization", token);
        post.to(&sample.webhook(), NOW).map(|events| events.len())
    };
    assert_eq!(post("api.httpsms.com"), Ok(1));
    for issuer in [
        "",
        "httpsms.com",
        "api.httpsms.com.example",
        "API.HTTPSMS.COM",
    ] {
        assert_eq!(post(issuer).unwrap_err(), "wrong_account", "{issuer}");
    }
}

#[test]
fn an_android_phone_that_reports_a_message_twice_under_two_ids() {
    let report = |id: &str, at: &str| {
        let body = format!(
            r#"{{"id":"{id}","event":"sms:received","payload":{{"message":"hi","sender":"10086","receivedAt":"{at}"}}}}"#
        );
        event("android_sms_gateway", &body)
    };
    let (first, again) = (
        report("a", "2026-10-03T12:00:01+08:00"),
        report("b", "2026-10-03T12:00:01+08:00"),
    );
    let other = report("c", "2026-10-03T12:00:02+08:00");
    assert_ne!(first.dedupe.key(), again.dedupe.key());
    assert_eq!(first.fingerprint(), again.fingerprint());
    assert_ne!(first.fingerprint(), other.fingerprint());
    let window_s = sample("android_sms_gateway")
        .webhook()
        .provider()
        .redelivers_with_new_id_within_s;
    assert!(window_s.is_some());
}

#[test]
fn android_events_that_are_no_contact() {
    for name in ["system:ping", "app:started", "sms:delivered"] {
        let body = format!(r#"{{"id":"e","event":"{name}","payload":{{"health":{{}}}}}}"#);
        assert_eq!(event("android_sms_gateway", &body).medium, Medium::Control);
    }
    let unknown = r#"{"id":"e","event":"call:received","payload":{}}"#;
    assert!(refused("android_sms_gateway", unknown).starts_with("malformed"));
}

#[test]
fn httpsms_keeps_ciphertext_apart() {
    let sealed = sample("httpsms")
        .body
        .replace(r#""content""#, r#""encrypted":true,"content""#);
    let message = event("httpsms", &sealed);
    assert_eq!(
        (message.text, &message.details["ciphertext"]),
        (None, &json!("hello"))
    );
}

fn forwarded(
    secrets: &[(&str, &str)],
    url: &str,
    body: &str,
) -> Result<(Received, Authentication), String> {
    let (webhook, post) = (connect("smsforwarder", secrets), Post::form(url, body));
    let headers = post.header_map();
    let request = Request {
        method: "POST",
        url,
        headers: &headers,
        body: &post.body,
    };
    let verified = webhook
        .verify(request, NOW)
        .map_err(|refusal| refusal.code().to_owned())?;
    let event = verified
        .parse()
        .map_err(|error| error.to_string())?
        .remove(0);
    Ok((event, verified.authentication()))
}

#[test]
fn smsforwarder_without_a_secret_is_as_strong_as_its_url() {
    let (open, token) = (
        [("secret", "")],
        [("secret", ""), ("url_token", "0123456789abcdef")],
    );
    let with_token = format!("{URL}/0123456789abcdef");
    let strength =
        |result: Result<(Received, Authentication), String>| result.map(|(_, strength)| strength);
    assert_eq!(
        strength(forwarded(&open, URL, "from=1&text=a")),
        Ok(Authentication::None)
    );
    assert_eq!(
        strength(forwarded(&token, &with_token, "from=1&text=a")),
        Ok(Authentication::SharedSecret)
    );
    assert_eq!(
        strength(forwarded(&token, URL, "from=1&text=a")).unwrap_err(),
        "bad_signature"
    );
}

#[test]
fn smsforwarder_takes_the_line_from_below_the_text() {
    let page = "content=10086%0ASIM1_%2B19995550000+win%0ASIM2_%2B8613800138001%0ASubId%EF%BC%9A1";
    let (event, _) = forwarded(&[("secret", "")], URL, &format!("from=10086&{page}")).unwrap();
    assert_eq!(event.to.unwrap().as_str(), "+8613800138001");
    assert_eq!(event.text, None);
    assert!(event.details["rendered"].as_str().unwrap().contains("win"));
}

#[test]
fn smsforwarder_keys_tell_messages_apart() {
    let key = |body: &str| forwarded(&[("secret", "")], URL, body).unwrap().0.dedupe;
    let first = key("from=1&text=a&receive_time=12%3A00");
    assert!(matches!(first, Dedupe::Derived(_)));
    assert_eq!(first, key("from=1&text=a&receive_time=12%3A00&timestamp=5"));
    assert_ne!(first, key("from=1&text=a&receive_time=12%3A01"));
    assert_ne!(first, key("from=1&text=b&receive_time=12%3A00"));
    let on_slot = |slot: &str| {
        key(&format!(
            "from=1&text=a&receive_time=12%3A00&card_slot={slot}"
        ))
    };
    assert_ne!(on_slot("SIM1"), on_slot("SIM2"), "two lines of one phone");
    let on_phone = |mark: &str| {
        key(&format!(
            "from=1&text=a&receive_time=12%3A00&device_mark={mark}"
        ))
    };
    assert_ne!(on_phone("a"), on_phone("b"), "two phones under one address");
    assert_ne!(
        key("from=1&text=a&timestamp=5"),
        key("from=1&text=a&timestamp=6")
    );
}

#[test]
fn smsforwarder_callers_who_withhold_their_number() {
    let withheld = "type=call&call_type=Missed&from=&content=c&receive_time=12%3A00";
    let (event, _) = forwarded(&[("secret", "")], URL, withheld).unwrap();
    assert_eq!((event.medium, event.from), (Medium::Call, None));
    assert!(forwarded(&[("secret", "")], URL, "text=a").is_err());
}

#[test]
fn smsforwarder_json_with_an_empty_field() {
    let body = r#"{"from":"10086","content":"a","receive_time":"12:00","app_version":null}"#;
    let webhook = connect("smsforwarder", &[("secret", "")]);
    let event = Post::json(URL, body).event(&webhook);
    assert_eq!(event.text.as_deref(), Some("a"));
}

#[test]
fn smsforwarder_calls() {
    for (name, medium, phase) in [
        (
            "%E6%9C%AA%E6%8E%A5%E6%9D%A5%E7%94%B5",
            Medium::Call,
            "missed",
        ),
        ("In+Received", Medium::Call, "ringing"),
        ("Out+Ended", Medium::Control, "out-ended"),
        ("", Medium::Call, "received"),
    ] {
        let body = format!("type=call&from=1&call_type={name}&content=c");
        let (event, _) = forwarded(&[("secret", "")], URL, &body).unwrap();
        assert_eq!((event.medium, event.phase.as_str()), (medium, phase));
    }
}

fn run(argv: &[&str], env: &[(&str, &str)]) -> Run {
    let pairs = env
        .iter()
        .map(|(name, value)| (OsString::from(name), OsString::from(value)));
    Run::new(argv.iter().map(OsString::from), pairs)
}

fn posted(run: &Run) -> Received {
    event("gammu_smsd", &serde_json::to_string(run).unwrap())
}

#[test]
fn gammu_joins_parts_and_keeps_only_its_own_variables() {
    let run = run(
        &["7", "8"],
        &[
            ("PATH", "/bin"),
            ("PHONE_ID", "modem0"),
            ("SMS_MESSAGES", "2"),
            ("SMS_1_TEXT", "one "),
            ("SMS_2_TEXT", "two"),
        ],
    );
    assert!(!run.env.contains_key("PATH"));
    let message = posted(&run);
    assert_eq!(message.text.as_deref(), Some("one two"));
    assert_eq!(
        (message.dedupe.key(), &message.extra["parts"]),
        ("modem0:7", &json!(2))
    );
    assert_eq!(message.to.unwrap().as_str(), "phone:modem0");
}

#[test]
fn gammu_delivery_reports_are_no_contact() {
    let report = run(
        &["7"],
        &[
            ("SMS_MESSAGES", "1"),
            ("SMS_1_SMSC_TIMESTAMP", "1791000000"),
        ],
    );
    assert_eq!(posted(&report).medium, Medium::Control);
}

#[test]
fn gammu_calls_have_no_id_of_their_own() {
    let call = posted(&run(&["+8613800138000"], &[("PHONE_ID", "modem0")]));
    assert_eq!((call.medium, call.event_id), (Medium::Call, None));
    assert!(matches!(call.dedupe, Dedupe::Derived(_)));
}

#[cfg(unix)]
#[test]
fn gammu_reads_gb18030() {
    use std::os::unix::ffi::OsStringExt as _;
    let text = OsString::from_vec(vec![0xc4, 0xe3, 0xba, 0xc3]);
    let env = [
        ("SMS_MESSAGES".into(), "1".into()),
        ("SMS_1_TEXT".into(), text),
    ];
    assert_eq!(
        posted(&Run::new([OsString::from("7")], env))
            .text
            .as_deref(),
        Some("你好")
    );
}

#[test]
fn gammu_counts_are_bounded() {
    for count in ["256", "-1", "many"] {
        let run = run(&["7"], &[("SMS_MESSAGES", count)]);
        let refused = refused("gammu_smsd", &serde_json::to_string(&run).unwrap());
        assert!(refused.contains("SMS_MESSAGES"), "{refused}");
    }
}

#[test]
fn samples_of_phones_name_no_destination() {
    let phones = ["android_sms_gateway", "bird", "tencent_sms"].map(sample);
    assert!(
        phones
            .iter()
            .all(|Sample { destination, .. }| destination.is_none())
    );
    assert_eq!(
        event("android_sms_gateway", sample("android_sms_gateway").body).to,
        None
    );
}
