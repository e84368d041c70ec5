//! What robots refuse, what does not fit, what cannot be a target.

use serde_json::Value;

use super::super::*;
use super::{NOW, message, post, target};
use crate::alerts::words::Message;

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
