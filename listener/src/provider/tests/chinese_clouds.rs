//! Alibaba, Huawei and Tencent.

use honeytoken::Medium;

use super::kit::{NOW, Post, URL, connect};
use super::samples::{answer, event, sample};
use crate::provider::Calls;

#[test]
fn huawei_by_token_alone_only_when_set() {
    let token = "0123456789abcdef";
    let with = [
        ("app_key", "app"),
        ("app_secret", "s"),
        ("url_token", token),
    ];
    let post = Post::json(
        &format!("{URL}/{token}"),
        sample("huawei_privatenumber").body,
    );
    assert!(
        post.to(&connect("huawei_privatenumber", &with), NOW)
            .is_ok()
    );
    let without = connect("huawei_privatenumber", &with[..2]);
    assert_eq!(post.to(&without, NOW).unwrap_err(), "missing_signature");
}

#[test]
fn huawei_discards_a_message_it_waits_for() {
    let notify = sample("huawei_privatenumber").body;
    let block = notify.replace(
        r#""virtualNumber""#,
        r#""notificationMode":"Block","virtualNumber""#,
    );
    assert_eq!(answer("huawei_privatenumber", notify, Calls::Reject), "");
    assert!(answer("huawei_privatenumber", &block, Calls::Reject).contains("DiscardMessage"));
    let fee = sample("huawei_privatenumber").post(r#"{"eventType":"fee","feeLst":[]}"#, NOW);
    assert_eq!(
        fee.to(&sample("huawei_privatenumber").webhook(), NOW),
        Ok(Vec::new())
    );
}

#[test]
fn alibaba_reports_by_their_fields() {
    let report = |more: &str| {
        let body = format!(
            r#"[{{"call_id":"c","secret_no":"17000000002","peer_no":"13800138000","call_type":1{more}}}]"#
        );
        event("aliyun_pnp", &body)
    };
    let (ring, start, end) = (
        r#","ring_time":"2026-10-03 12:00:00""#,
        r#","start_time":"2026-10-03 12:00:05""#,
        r#","release_time":"2026-10-03 12:00:09""#,
    );
    assert_eq!(report("").dedupe.key(), "c:SecretStartReport");
    assert_eq!(report(ring).dedupe.key(), "c:SecretRingReport");
    assert_eq!(
        report(&format!("{ring}{start}")).dedupe.key(),
        "c:SecretPickUpReport"
    );
    let ended = report(&format!("{ring}{start}{end}"));
    assert_eq!(
        (ended.dedupe.key(), ended.duration_s),
        ("c:SecretReport", Some(4))
    );
    assert_eq!(
        report(r#","record_url":"https://x""#).medium,
        Medium::Recording
    );
    let outbound = sample("aliyun_pnp")
        .body
        .replace(r#""call_type":1"#, r#""call_type":0"#);
    assert_eq!(event("aliyun_pnp", &outbound).medium, Medium::Control);
}

#[test]
fn alibaba_blocked_calls_are_calls() {
    let blocked = sample("aliyun_pnp")
        .body
        .replace(r#""call_type":1"#, r#""call_type":4,"sms_number":0"#);
    let call = event("aliyun_pnp", &blocked);
    assert_eq!(call.medium, Medium::Call);
    assert_eq!(call.details["blocked"], "true");
    assert_eq!(call.details["call_type"], "4");
    let other = event("aliyun_pnp", sample("aliyun_pnp").body);
    assert_eq!(other.details.get("blocked"), None);
    assert_eq!(other.details["call_type"], "1");
}

#[test]
fn alibaba_messages_in_reports_are_no_calls() {
    let body = sample("aliyun_pnp").body;
    for kind in [
        r#""call_type":2"#,
        r#""call_type":3"#,
        r#""call_type":"3""#,
        r#""call_type":1,"sms_number":1"#,
        r#""call_type":0,"sms_number":"2""#,
    ] {
        let message = event("aliyun_pnp", &body.replace(r#""call_type":1"#, kind));
        assert_eq!(message.medium, Medium::Control, "{kind}");
        assert_eq!((message.to, message.session), (None, None), "{kind}");
        assert!(message.details.contains_key("call_type"), "{kind}");
    }
    let both = format!(
        "[{},{}]",
        body.trim_matches(['[', ']']),
        body.trim_matches(['[', ']'])
            .replace("c1", "c2")
            .replace(r#""call_type":1"#, r#""call_type":3"#)
    );
    let sample = sample("aliyun_pnp");
    let events = sample.post(both, NOW).to(&sample.webhook(), NOW).unwrap();
    let media: Vec<Medium> = events.iter().map(|event| event.medium).collect();
    assert_eq!(media, [Medium::Call, Medium::Control]);
}

#[test]
fn tencent_replies_to_two_extensions_are_two() {
    let reply = |extend: &str| {
        let body = sample("tencent_sms")
            .body
            .replace('{', &format!("{{{extend}"));
        event("tencent_sms", &body)
    };
    let [none, empty, one, two] = [
        "",
        r#""extend":"","#,
        r#""extend":"01","#,
        r#""extend":"02","#,
    ]
    .map(reply);
    assert_eq!(none.dedupe, empty.dedupe);
    assert_eq!(one.dedupe, reply(r#""extend":"01","#).dedupe);
    assert_ne!(one.dedupe.key(), two.dedupe.key());
    assert_ne!(one.dedupe.key(), none.dedupe.key());
    assert_eq!(one.dedupe.given(), none.dedupe.given(), "as it is told");
}

#[test]
fn chinese_clouds_hear_what_they_expect() {
    for (name, want) in [
        ("aliyun_sms", r#"{"code":0,"msg":"接收成功"}"#),
        ("aliyun_pnp", r#"{"code":0,"msg":"成功"}"#),
        ("tencent_sms", r#"{"result":0,"errmsg":"OK"}"#),
    ] {
        assert_eq!(answer(name, sample(name).body, Calls::Reject), want);
    }
}

#[test]
fn a_token_in_the_url_counts_whole() {
    let sample = sample("tencent_sms");
    let webhook = sample.webhook();
    for path in [
        "",
        "/0123456789abcdef",
        "/x0123456789abcdef0123456789abcdef",
        "/0123456789abcdef0123456789abcdef/",
    ] {
        let post = Post::json(&format!("{URL}{path}"), sample.body);
        assert_eq!(
            post.to(&webhook, NOW).unwrap_err(),
            "bad_signature",
            "{path}"
        );
    }
    let query = Post::json(&format!("{}?a=1", sample.url), sample.body);
    assert!(query.to(&webhook, NOW).is_ok());
}
