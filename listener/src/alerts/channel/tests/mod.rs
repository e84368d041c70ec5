//! Every form as a table of what exactly is sent, the signatures against other implementations'
//! results; in `refusals`, what is refused.

mod refusals;

use std::collections::BTreeMap;

use honeytoken::{AlertTarget, Language, Secret, Timestamp};
use serde_json::{Value, json};

use super::*;
use crate::alerts::words::Message;
use crate::provider::{Provider, Request};

const NOW: Timestamp = Timestamp::from_unix_s(1_790_000_000);
const WHSEC: &str = "whsec_D/kLT01TBlFE5CLhIPaHXF26k5ipcWdsAAECAwQFBgc=";

pub(in crate::alerts) fn target(channel: &str, given: &[(&str, &str)]) -> AlertTarget {
    let kind = find(channel);
    let is_secret = |name: &str| kind.is_none_or(|kind| kind.secrets.contains(&name));
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let (secrets, settings): (Vec<_>, Vec<_>) =
        given.iter().map(own).partition(|(name, _)| is_secret(name));
    AlertTarget {
        target: "t".parse().unwrap(),
        channel: channel.to_owned(),
        settings: settings.into_iter().collect(),
        secrets: secrets
            .into_iter()
            .map(|(n, v)| (n, Secret::new(v)))
            .collect(),
        topics: Vec::new(),
        platforms: Vec::new(),
        study: None,
        language: Language::En,
        throttle_min: 10,
        link_base: None,
        allow_private: false,
        owner: None,
        disabled: None,
    }
}

/// A message with everything in it that must not become a command.
fn message() -> Message {
    Message {
        id: "alert-0a1b2c3d-7".to_owned(),
        topic: "verdict".to_owned(),
        at: NOW,
        title: "[canaryline] A&B <at user_id=\"all\"> *x* @everyone: verdict changed".to_owned(),
        lines: vec!["quiet → leaked".to_owned()],
        link: Some("https://c.example/v1/verdicts/a".to_owned()),
        data: json!({ "topic": "verdict" }),
    }
}

fn post(channel: &str, given: &[(&str, &str)]) -> (Post, Box<dyn Form>) {
    match connect(&target(channel, given)).unwrap() {
        Channel::Http(form) => (form.post(&message(), NOW), form),
        Channel::Mail(_) => panic!("{channel} is mail"),
    }
}

fn body(post: &Post) -> Value {
    serde_json::from_str(&post.body).unwrap()
}

#[test]
fn each_chat_form_to_the_letter() {
    let rows = [
        (
            "slack",
            json!({ "text": "[canaryline] A&amp;B &lt;at user_id=\"all\"&gt; *x* @everyone: verdict changed\nquiet → leaked\nhttps://c.example/v1/verdicts/a" }),
        ),
        (
            "discord",
            json!({ "content": "\\[canaryline\\] A&B \\<at user\\_id=\"all\"\\> \\*x\\* @everyone: verdict changed\nquiet → leaked\nhttps://c.example/v1/verdicts/a",
                "allowed_mentions": { "parse": [] } }),
        ),
        (
            "dingtalk",
            json!({ "msgtype": "text", "text": { "content": "[canaryline] A&B <at user_id=\"all\"> *x* @everyone: verdict changed\nquiet → leaked\nhttps://c.example/v1/verdicts/a" } }),
        ),
        (
            "wecom",
            json!({ "msgtype": "text", "text": { "content": "[canaryline] A&B ＜at user_id=\"all\"> *x* @everyone: verdict changed\nquiet → leaked\nhttps://c.example/v1/verdicts/a" } }),
        ),
        (
            "feishu",
            json!({ "msg_type": "text", "content": { "text": "[canaryline] A&B ＜at user_id=\"all\"> *x* @everyone: verdict changed\nquiet → leaked\nhttps://c.example/v1/verdicts/a" } }),
        ),
    ];
    for (channel, want) in rows {
        let (post, _) = post(channel, &[("url", "https://robot.example/send?key=k")]);
        assert_eq!(body(&post), want, "{channel}");
        assert_eq!(
            post.url.as_str(),
            "https://robot.example/send?key=k",
            "{channel}"
        );
    }
}

/// Computed by Python's `hmac` and `urllib.parse.quote_plus`, as the robot's own documentation does.
#[test]
fn dingtalk_signs_time_and_secret_into_the_address() {
    let given = [
        ("url", "https://oapi.dingtalk.com/robot/send?access_token=x"),
        ("secret", "SECabc"),
    ];
    let (post, _) = post("dingtalk", &given);
    assert_eq!(
        post.url.as_str(),
        "https://oapi.dingtalk.com/robot/send?access_token=x&timestamp=1790000000000&sign=E5%2FBtFtq3tCwIyq3uAxUusymmFVT8XBlzT%2BnRRJaKeo%3D"
    );
}

/// Computed by Python's `hmac` over nothing, as the robot's own documentation does.
#[test]
fn feishu_signs_nothing_under_time_and_secret() {
    let given = [
        ("url", "https://open.feishu.cn/open-apis/bot/v2/hook/x"),
        ("secret", "abc"),
    ];
    let (post, _) = post("feishu", &given);
    let body = body(&post);
    assert_eq!(body["timestamp"], "1790000000");
    assert_eq!(body["sign"], "OjX09FR/z4JqMve0jm2OnJaYAkBfndTaz50kDUfabmw=");
}

#[test]
fn standard_webhooks_pass_a_verifier_that_knows_nothing_of_alerts() {
    let (post, _) = post(
        "standard_webhooks",
        &[("url", "https://in.example/x"), ("whsec", WHSEC)],
    );
    assert_eq!(
        body(&post),
        json!({ "type": "alert.verdict", "timestamp": NOW, "data": { "topic": "verdict" } })
    );
    let headers: axum::http::HeaderMap = post
        .headers
        .iter()
        .map(|(n, v)| (axum::http::HeaderName::from_static(n), v.parse().unwrap()))
        .collect();
    assert_eq!(headers["webhook-id"], "alert-0a1b2c3d-7");
    let secrets = BTreeMap::from([("whsec".to_owned(), Secret::new(WHSEC))]);
    let webhook = Provider::find("standard_webhooks")
        .unwrap()
        .connect(&secrets)
        .unwrap();
    let request = |body| Request {
        method: "POST",
        url: "https://in.example/x",
        headers: &headers,
        body,
    };
    assert!(
        webhook
            .verify(request(post.body.as_bytes()), NOW.plus_s(60))
            .is_ok()
    );
    assert!(webhook.verify(request(b"{}"), NOW).is_err());
    assert!(
        webhook
            .verify(request(post.body.as_bytes()), NOW.plus_s(3600))
            .is_err()
    );
    // Computed by Python's `hmac`, as the specification describes it.
    let signed = sign_of(b"{\"test\": 2432232314}");
    assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

fn sign_of(body: &[u8]) -> String {
    let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    let at = Timestamp::from_unix_s(1_614_265_330);
    let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    let headers = crate::provider::sign::standard_webhook(&secret, id, at, body).unwrap();
    let signature = headers
        .into_iter()
        .find(|(name, _)| *name == "webhook-signature");
    signature.unwrap().1
}
