//! Vonage's three products.

use hmac::{Hmac, KeyInit as _, Mac as _};
use honeytoken::Medium;
use md5::{Digest as _, Md5};
use ring::hmac as sha;
use serde_json::json;

use super::kit::{NOW, Post, URL, connect, hex, jwt, sha256_hex};
use super::samples::{answer, event, refused, sample};
use crate::provider::{Calls, Refusal, Request, Undecided};

const SECRET: &str = "0123456789abcdef0123456789abcdef";

#[test]
fn vonage_voice_events_share_a_conversation() {
    let call = event(
        "vonage_jwt",
        r#"{"uuid":"u","conversation_uuid":"CON","to":"14155550132","status":"ringing","duration":"0"}"#,
    );
    let asked = r#"{"uuid":"u","conversation_uuid":"CON","to":"14155550132","from_user":"alice"}"#;
    let recording = event(
        "vonage_jwt",
        r#"{"recording_uuid":"r","conversation_uuid":"CON"}"#,
    );
    assert_eq!(call.dedupe.key(), "u:ringing");
    assert_eq!(event("vonage_jwt", asked).dedupe.key(), "u:answer");
    assert_eq!(event("vonage_jwt", asked).from.unwrap().as_str(), "alice");
    assert_eq!(
        (recording.medium, recording.session),
        (Medium::Recording, call.session)
    );
    assert_eq!(answer("vonage_jwt", asked, Calls::Reject), "[]");
}

#[test]
fn vonage_pictures_carry_their_caption() {
    let body = r#"{"message_uuid":"m","message_type":"image","channel":"mms","to":"14155550132",
        "image":{"url":"https://x/1.jpg","caption":"look"}}"#;
    let picture = event("vonage_jwt", body);
    assert_eq!(picture.text.as_deref(), Some("look"));
    assert_eq!(
        picture.extra["media"],
        json!([{"content_type":null,"url":"https://x/1.jpg"}])
    );
}

#[test]
fn vonage_is_asked_to_send_again_what_came_unsigned() {
    let webhook = sample("vonage_jwt").webhook();
    let headers = Post::json(URL, "").header_map();
    let request = Request {
        method: "POST",
        url: URL,
        headers: &headers,
        body: b"{}",
    };
    let refusal = webhook.verify(request, NOW).unwrap_err();
    assert_eq!(refusal, Refusal::Undecided(Undecided::Unsigned));
    assert_eq!(refusal.status(), 503);
}

#[test]
fn vonage_tokens_do_not_cover_the_query_of_a_get() {
    let claims =
        json!({"iss":"Vonage","iat":NOW.as_unix_s(),"payload_hash":sha256_hex(b""),"api_key":"k1"});
    let secret = sample("vonage_jwt").secrets[0].1;
    let mut get = Post::json(&format!("{URL}?uuid=forged&to=1"), "")
        .with("authorization", format!("Bearer {}", jwt(secret, &claims)));
    get.method = "GET";
    assert_eq!(
        get.to(&sample("vonage_jwt").webhook(), NOW).unwrap_err(),
        "uncovered"
    );
}

#[test]
fn vonage_parts_of_a_long_message_differ() {
    let part = |n| {
        format!(
            "messageId=M&to=14155550132&text=a&concat=true&concat-ref=9&concat-total=2&concat-part={n}"
        )
    };
    assert_eq!(event("vonage_sms", &part(1)).dedupe.key(), "M:1");
    assert_eq!(event("vonage_sms", &part(2)).dedupe.key(), "M:2");
    assert!(refused("vonage_sms", &part(2).replace("concat-ref=9", "x=9")).contains("concat-ref"));
}

/// Each method of the dashboard over `signed`, computed apart from the adapter.
fn signature(method: &str, signed: &str) -> String {
    let sha = |algorithm| {
        hex(sha::sign(
            &sha::Key::new(algorithm, SECRET.as_bytes()),
            signed.as_bytes(),
        ))
    };
    match method {
        "md5hash" => hex(Md5::digest(format!("{signed}{SECRET}"))),
        "md5" => {
            let mac = Hmac::<Md5>::new_from_slice(SECRET.as_bytes()).unwrap();
            hex(mac.chain_update(signed).finalize().into_bytes())
        }
        "sha1" => sha(sha::HMAC_SHA1_FOR_LEGACY_USE_ONLY),
        "sha256" => sha(sha::HMAC_SHA256),
        _ => sha(sha::HMAC_SHA512),
    }
}

const METHODS: [&str; 5] = ["md5hash", "md5", "sha1", "sha256", "sha512"];
/// What is signed of the fields below: sorted, and `&` and `=` in values made harmless.
const SIGNED: &str =
    "&api-key=k&empty=&messageId=M&text=a_b_c d&timestamp=1791000000&to=14155550132";

fn as_form(sig: &str) -> Post {
    let fields =
        "text=a%26b%3Dc+d&messageId=M&to=14155550132&empty=&api-key=k&timestamp=1791000000";
    Post::form(URL, format!("{fields}&sig={sig}"))
}

fn as_json(sig: &str) -> Post {
    let fields = json!({"text":"a&b=c d","messageId":"M","to":"14155550132","empty":"",
        "api-key":"k","timestamp":1_791_000_000,"sig":sig});
    Post::json(URL, fields.to_string())
}

fn as_query(sig: &str) -> Post {
    let form = String::from_utf8(as_form(sig).body).unwrap();
    Post {
        method: "GET",
        ..Post::form(&format!("{URL}?{form}"), "")
    }
}

#[test]
fn vonage_methods_in_every_shape() {
    for method in METHODS {
        let secrets = [("signature_secret", SECRET), ("signature_method", method)];
        let webhook = connect("vonage_sms", &secrets);
        for shape in [as_form, as_json, as_query] {
            for by in METHODS {
                let got = shape(&signature(by, SIGNED)).to(&webhook, NOW);
                assert_eq!(got.is_ok(), by == method, "{by} for {method}: {got:?}");
            }
            let upper = signature(method, SIGNED).to_uppercase();
            assert_eq!(
                shape(&upper).event(&webhook).text.as_deref(),
                Some("a&b=c d")
            );
            assert_eq!(
                shape("").to(&webhook, NOW).unwrap_err(),
                "missing_signature"
            );
        }
    }
}

#[test]
fn vonage_messages_of_another_account() {
    let of = |key| {
        let secrets = [
            ("signature_secret", SECRET),
            ("signature_method", "sha256"),
            ("api_key", key),
        ];
        as_form(&signature("sha256", SIGNED)).to(&connect("vonage_sms", &secrets), NOW)
    };
    assert!(of("k").is_ok());
    assert_eq!(of("other").unwrap_err(), "wrong_account");
}

#[test]
fn vonage_methods_are_five() {
    let secrets = [("signature_secret", SECRET), ("signature_method", "crc32")];
    let secrets = secrets.map(|(name, value)| (name.to_owned(), honeytoken::Secret::new(value)));
    let provider = crate::provider::Provider::find("vonage_sms").unwrap();
    assert!(provider.connect(&secrets.into_iter().collect()).is_err());
}
