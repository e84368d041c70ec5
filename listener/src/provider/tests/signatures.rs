//! What makes a signature count, and what only looks like one.

use serde_json::{Value, json};

use super::kit::{NOW, Post, URL, base64, connect, hmac_sha1, jwt, jwt_under};
use super::samples::{Sample, sample};

/// Shaped like a signature.
const WRONG: &str = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// How a sample fares once a header of it is another.
fn with_header(sample: &Sample, name: &str, change: impl Fn(&str) -> String) -> Result<(), String> {
    let mut post = sample.post(sample.body, NOW);
    let header = post
        .headers
        .iter_mut()
        .find(|(known, _)| known == name)
        .unwrap();
    header.1 = change(&header.1);
    post.to(&sample.webhook(), NOW).map(|_| ())
}

#[test]
fn twilio_signs_each_value_of_a_name_once_and_in_order() {
    let body = format!("{}&Tag=b&Tag=a&Tag=b&_x=&Z=1", sample("twilio").body);
    let signed = |tags: &str| {
        let fields = format!("BodyhelloFrom+14155550199MessageSidSM1{tags}To+14155550132Z1_x");
        Post::form(URL, body.as_str()).with(
            "x-twilio-signature",
            base64(hmac_sha1(TOKEN, format!("{URL}{fields}"))),
        )
    };
    let webhook = sample("twilio").webhook();
    assert!(signed("TagaTagb").to(&webhook, NOW).is_ok());
    for other in ["TagaTagbTagb", "TagbTagaTagb", "Tagba", "Taga"] {
        assert_eq!(
            signed(other).to(&webhook, NOW).unwrap_err(),
            "bad_signature",
            "{other}"
        );
    }
}

#[test]
fn twilio_signs_with_or_without_port() {
    let signed_for = |signed: &str, url: &str| {
        let fields = "BodyhelloFrom+14155550199MessageSidSM1To+14155550132";
        Post::form(url, sample("twilio").body)
            .with(
                "x-twilio-signature",
                base64(hmac_sha1(TOKEN, format!("{signed}{fields}"))),
            )
            .to(&sample("twilio").webhook(), NOW)
            .is_ok()
    };
    let (plain, port) = (
        "https://h.example/p?b=1&a=",
        "https://h.example:8443/p?b=1&a=",
    );
    let (default, other) = (
        "https://h.example:443/p?b=1&a=",
        "https://h.example:9443/p?b=1&a=",
    );
    assert!(signed_for(plain, plain) && signed_for(default, plain));
    assert!(signed_for(plain, port) && signed_for(port, port));
    assert!(!signed_for(other, port) && !signed_for(port, plain));
    assert!(!signed_for("https://h.example/p?a=&b=1", plain));
    assert!(!signed_for("https://h.example/p?b=1&a", plain));
}

#[test]
fn tokens_of_other_algorithms() {
    let claims = |sample: &Sample| -> Value {
        let post = sample.post(sample.body, NOW);
        let token = post
            .headers
            .last()
            .unwrap()
            .1
            .split_whitespace()
            .last()
            .unwrap()
            .to_owned();
        super::kit::claims(&token)
    };
    for (name, header) in [
        ("vonage_jwt", "authorization"),
        ("httpsms", "authorization"),
        ("messagebird", "messagebird-signature-jwt"),
    ] {
        let sample = sample(name);
        let secret = sample.secrets[0].1;
        for algorithm in ["none", "None", "RS256", "HS1", ""] {
            let token = jwt_under(algorithm, secret, &claims(sample));
            let fared = with_header(sample, header, |old| {
                let bearer = if old.starts_with("Bearer ") {
                    "Bearer "
                } else {
                    ""
                };
                format!("{bearer}{token}")
            });
            assert_eq!(
                fared.unwrap_err(),
                "unknown_algorithm",
                "{name} {algorithm}"
            );
        }
        let odd = with_header(sample, header, |old| format!("{old}.x")).unwrap_err();
        assert!(
            ["bad_signature", "undecodable"].contains(&odd.as_str()),
            "{name} {odd}"
        );
    }
}

#[test]
fn a_vonage_token_that_has_ended() {
    let sample = sample("vonage_jwt");
    let token = |exp: i64| {
        let hash = super::kit::sha256_hex(sample.body.as_bytes());
        let now = NOW.as_unix_s();
        let claims = json!({"iss":"Vonage","iat":now,"exp":exp,"payload_hash":hash,"api_key":"k1"});
        with_header(sample, "authorization", |_| {
            format!("Bearer {}", jwt(TOKEN, &claims))
        })
    };
    assert_eq!(token(NOW.as_unix_s() + 1), Ok(()));
    assert_eq!(token(NOW.as_unix_s()).unwrap_err(), "stale");
}

#[test]
fn an_sns_certificate_from_elsewhere_is_not_even_fetched() {
    let sample = sample("aws_sns");
    let post = sample.post(sample.body, NOW);
    let body = String::from_utf8(post.body.clone()).unwrap();
    for host in [
        "https://evil.example/",
        "http://sns.us-east-1.amazonaws.com/",
    ] {
        let body = body
            .replace("https://sns.us-east-1.amazonaws.com/", host)
            .into_bytes();
        let moved = Post {
            body,
            ..post.clone()
        };
        assert_eq!(
            moved.to(&sample.webhook(), NOW).unwrap_err(),
            "foreign_address",
            "{host}"
        );
    }
    let other = body
        .replace("made-for-tests.pem", "another.pem")
        .into_bytes();
    let other = Post {
        body: other,
        ..post
    };
    assert_eq!(
        other.to(&sample.webhook(), NOW).unwrap_err(),
        "certificate_needed"
    );
}

#[test]
fn signed_for_another_application() {
    let sinch = sample("sinch voice");
    let other = connect("sinch", &[("key", "other"), sinch.secrets[1]]);
    assert_eq!(
        sinch.post(sinch.body, NOW).to(&other, NOW).unwrap_err(),
        "wrong_account"
    );
    let huawei = sample("huawei_privatenumber");
    let other = connect(huawei.provider, &[("app_key", "other"), huawei.secrets[1]]);
    assert_eq!(
        huawei.post(huawei.body, NOW).to(&other, NOW).unwrap_err(),
        "wrong_account"
    );
}

#[test]
fn standard_webhooks_know_one_version() {
    let sample = sample("standard_webhooks");
    let header = "webhook-signature";
    for (change, ok) in [
        ((|old| format!("{WRONG} {old}")) as fn(&str) -> String, true),
        (|old| format!("v1a,AAAA {old}"), true),
        (|old| old.replace("v1,", "v2,"), false),
        (|old| old.replace("v1,", "v1a,"), false),
        (|old| old.replace("v1,", ""), false),
        (
            |old| format!("{}{old}", format!("{WRONG} ").repeat(8)),
            false,
        ),
    ] {
        assert_eq!(with_header(sample, header, change).is_ok(), ok);
    }
}

#[test]
fn hex_in_upper_case() {
    let upper = |name, header| with_header(sample(name), header, str::to_uppercase);
    assert!(upper("signalwire json", "x-signalwire-signature").is_err());
    assert_eq!(upper("android_sms_gateway", "x-signature"), Ok(()));
}

#[test]
fn a_password_may_hold_a_colon_and_a_user_name_not() {
    let sample = sample("bandwidth");
    assert!(
        sample
            .post(sample.body, NOW)
            .to(&sample.webhook(), NOW)
            .is_ok()
    );
    let secrets = [("basic_user", "a:b"), ("basic_password", "p")];
    let secrets = secrets.map(|(name, value)| (name.to_owned(), honeytoken::Secret::new(value)));
    let provider = crate::provider::Provider::find("bandwidth").unwrap();
    assert!(provider.connect(&secrets.into_iter().collect()).is_err());
}
