//! Every form as a table of what exactly is sent, the signatures against other implementations'
//! results, and what is refused.

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

#[test]
fn what_a_robot_says_in_its_answer_counts() {
    let ok = [
        ("dingtalk", r#"{"errcode":0,"errmsg":"ok"}"#),
        ("wecom", r#"{"errcode":0,"errmsg":"ok"}"#),
        ("feishu", r#"{"code":0,"msg":"success","data":{}}"#),
        ("slack", "ok"),
        ("discord", ""),
    ];
    let no = [
        (
            "dingtalk",
            r#"{"errcode":310000,"errmsg":"sign not match"}"#,
            "errcode 310000: sign not match",
        ),
        (
            "wecom",
            r#"{"errcode":93000,"errmsg":"invalid webhook url"}"#,
            "errcode 93000: invalid webhook url",
        ),
        (
            "feishu",
            r#"{"code":19021,"msg":"sign match fail"}"#,
            "code 19021: sign match fail",
        ),
        ("feishu", "<html>", "answer has no code"),
    ];
    let form = |channel| post(channel, &[("url", "https://robot.example/x")]).1;
    for (channel, answer) in ok {
        assert_eq!(form(channel).refusal(answer.as_bytes()), None, "{channel}");
    }
    for (channel, answer, want) in no {
        assert_eq!(
            form(channel).refusal(answer.as_bytes()).as_deref(),
            Some(want),
            "{channel}"
        );
    }
}

#[test]
fn long_messages_fit_their_channels() {
    let long = Message {
        lines: vec!["泄露 *".repeat(2000)],
        ..message()
    };
    for (channel, bytes_max) in [
        ("wecom", 2048),
        ("discord", 2000),
        ("slack", 4100),
        ("dingtalk", 4000),
        ("feishu", 4000),
    ] {
        let Channel::Http(form) =
            connect(&target(channel, &[("url", "https://r.example/x")])).unwrap()
        else {
            panic!("{channel}")
        };
        let body: Value = serde_json::from_str(&form.post(&long, NOW).body).unwrap();
        let text = [
            &body["text"]["content"],
            &body["content"]["text"],
            &body["content"],
            &body["text"],
        ];
        let text = text.into_iter().find_map(Value::as_str).unwrap();
        assert!(
            text.len() <= bytes_max && text.len() > bytes_max / 2,
            "{channel}: {}",
            text.len()
        );
    }
}

#[test]
fn targets_that_cannot_be_used_are_refused_with_the_way_out() {
    let url = ("url", "https://hooks.example.org/x");
    let mail = [
        ("host", "smtp.example.org"),
        ("from", "a@example.org"),
        ("to", "b@example.org, c@example.org"),
    ];
    let with = |more: &[(&'static str, &'static str)]| [&mail[..], more].concat();
    for (channel, given, want) in [
        (
            "pigeon",
            vec![url],
            "channel \"pigeon\" is unknown; use dingtalk, discord",
        ),
        ("slack", vec![], "url is missing"),
        (
            "slack",
            vec![("url", "http://hooks.example.org")],
            "must begin with https://",
        ),
        (
            "slack",
            vec![("url", "https://10.0.0.1/x")],
            "private network",
        ),
        ("standard_webhooks", vec![url], "whsec is missing"),
        (
            "standard_webhooks",
            vec![url, ("whsec", "*")],
            "whsec is not base64",
        ),
        ("email", vec![], "host is missing"),
        ("email", with(&[("port", "0")]), "port is not"),
        ("email", with(&[("tls", "ssl")]), "tls is not"),
        ("email", with(&[("tls", "none")]), "this machine alone"),
        ("email", with(&[("username", "u")]), "password is missing"),
        ("email", with(&[("password", "p")]), "username is missing"),
        (
            "email",
            vec![mail[0], mail[1], ("to", "nobody")],
            "to is not",
        ),
        (
            "email",
            vec![mail[0], ("from", "x\r\nBcc: y@z.example"), mail[2]],
            "from is not",
        ),
    ] {
        let refused = connect(&target(channel, &given))
            .err()
            .map(|e| e.to_string());
        let refused = refused.unwrap_or_else(|| panic!("{channel} {given:?} is accepted"));
        assert!(refused.contains(want), "{channel} {given:?}: {refused}");
    }
    let mut odd = target("slack", &[url]);
    odd.settings.insert("colour".to_owned(), "red".to_owned());
    let refused = connect(&odd).err().unwrap().to_string();
    assert!(
        refused.contains("colour") && refused.contains("use url"),
        "{refused}"
    );
    for given in [
        with(&[]),
        with(&[("tls", "implicit"), ("username", "u"), ("password", "p")]),
    ] {
        assert!(connect(&target("email", &given)).is_ok(), "{given:?}");
    }
}
