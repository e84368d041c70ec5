//! Vonage under an application's private key: every request shows a token that the public key proves.

use axum::body::Bytes;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::{Value, json};

use super::fake::{Fake, Reply, Seen, connection};
use super::{DAY_S, body, file, hooks, number, period, second};
use crate::account::{Account, Accounts, Kind};
use crate::clock::Clock;

/// Made for tests.
const KEY: &str = include_str!("../../provider/tests/data/sns_test_key.pem");
const APPLICATION: &str = "78d335fa-323d-0114-9c3d-d6f0d48968cf";
const SECRETS: [(&str, &str); 4] = [
    ("api_key", "abcd1234"),
    ("api_secret", "s3cr3t"),
    ("application_id", APPLICATION),
    ("private_key_pem", KEY),
];

fn account(fake: &Fake) -> Box<dyn Account> {
    fake.account("vonage_jwt", &SECRETS)
}

/// The claims of the token that a request shows, if the application's public key proves it.
fn claims(seen: &Seen) -> Option<Value> {
    let token = seen.authorization.as_deref()?.strip_prefix("Bearer ")?;
    let (signed, signature) = token.rsplit_once('.')?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    let der = PrivatePkcs8KeyDer::from_pem_slice(KEY.as_bytes()).ok()?;
    let pair = RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).ok()?;
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key());
    public.verify(signed.as_bytes(), &signature).ok()?;
    let (header, claims) = signed.split_once('.')?;
    let read = |part| serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(part).ok()?).ok();
    assert_eq!(read(header)?, json!({ "alg": "RS256", "typ": "JWT" }));
    read(claims)
}

#[tokio::test]
async fn each_request_shows_a_token_of_its_own_that_is_good_for_a_short_time() {
    let fake = Fake::new(|_, _| Reply::Json(201, json!({ "uuid": "u-1" }))).await;
    let account = account(&fake);
    let before_s = Clock::system().now().as_unix_s();
    for _ in 0..2 {
        let rung = account.ring(number(), second(), 15, &hooks("vo")).await;
        assert_eq!(rung.unwrap(), "u-1");
    }
    let after_s = Clock::system().now().as_unix_s();
    let seen = fake.seen();
    let all: Vec<Value> = seen.iter().map(|r| claims(r).unwrap()).collect();
    for claims in &all {
        assert_eq!(claims["application_id"], APPLICATION);
        let issued_s = claims["iat"].as_i64().unwrap();
        assert!((before_s..=after_s).contains(&issued_s));
        assert_eq!(claims["exp"].as_i64(), Some(issued_s + 120));
    }
    assert_ne!(all[0]["jti"], all[1]["jti"]);
    let call = body(&seen[0]);
    assert_eq!(
        call["to"],
        json!([{ "type": "phone", "number": "14155550133" }])
    );
    assert_eq!(call["from"]["number"], "14155550132");
    assert_eq!(call["ringing_timer"], 15);
    assert_eq!(call["event_url"], json!([hooks("vo").url]));
    assert_eq!(call["ncco"][0]["action"], "talk");
}

#[tokio::test]
async fn files_take_a_token_and_numbers_do_not() {
    let fake = Fake::new(|request, _| match request {
        r if r.target.starts_with("/account/numbers") => {
            Reply::Json(200, json!({ "count": 0, "numbers": [] }))
        }
        r if claims(r).is_some() => Reply::Raw(200, Vec::new(), Bytes::from("ID3")),
        _ => Reply::status(401),
    })
    .await;
    let account = account(&fake);
    let url = format!("{}/v1/files/0a1b", fake.base);
    assert_eq!(account.fetch(file(&url)).await.unwrap().bytes, b"ID3");
    assert!(!account.holds(number()).await.unwrap());
    let shown = fake.seen()[1].authorization.clone().unwrap();
    assert!(shown.starts_with("Basic "), "{shown}");
}

fn call(uuid: &str, status: &str, direction: &str) -> Value {
    json!({
        "uuid": uuid, "conversation_uuid": format!("CON-{uuid}"), "status": status,
        "direction": direction, "from": { "type": "phone", "number": "14155550199" },
        "to": { "type": "phone", "number": "14155550132" },
    })
}

#[tokio::test]
async fn calls_are_listed_hour_by_hour_under_the_keys_of_their_webhooks() {
    let fake = Fake::new(|_, before| {
        let mut over = call("u-1", "completed", "inbound");
        over["start_time"] = json!("2026-11-20 00:10:00");
        over["duration"] = json!("7");
        let (count, calls) = match before {
            0 => (3, vec![over, call("u-2", "completed", "outbound")]),
            1 => (3, vec![call("u-3", "unanswered", "inbound")]),
            // A page that says there is more and holds nothing leads on.
            _ => (9, Vec::new()),
        };
        Reply::Json(
            200,
            json!({ "count": count, "_embedded": { "calls": calls } }),
        )
    })
    .await;
    let account = account(&fake);
    let period = period(3 * 3_600 / 2);
    let list = async |cursor| account.records(Kind::Calls, &period, cursor).await.unwrap();
    let first = list(None).await;
    let [over] = first.items.as_slice() else {
        panic!("{} items", first.items.len())
    };
    assert_eq!(over.event.dedupe.key(), "u-1:completed");
    assert_eq!(over.event.session.as_deref(), Some("CON-u-1"));
    assert_eq!(over.event.duration_s, Some(7));
    assert_eq!(over.event.from.as_ref().unwrap().as_str(), "+14155550199");
    assert!(over.keys.contains(&"u-1:answer".to_owned()));
    let second = list(first.next).await;
    // Nobody says when it was: the hour is known.
    assert_eq!(second.items[0].event.claimed_at, Some(period.from));
    let third = list(second.next).await;
    assert_eq!((third.items.len(), third.next), (0, None));
    let seen: Vec<String> = fake.seen().into_iter().map(|r| r.target).collect();
    assert!(
        seen[0].contains("date_end=2026-11-20T01%3A00%3A01Z"),
        "{}",
        seen[0]
    );
    assert!(seen[1].contains("record_index=2"), "{}", seen[1]);
    assert!(
        seen[2].contains("date_start=2026-11-20T00%3A59%3A59Z"),
        "{}",
        seen[2]
    );
    assert!(fake.seen().iter().all(|r| claims(r).is_some()));
}

#[test]
fn what_no_key_or_region_is_is_said_by_name() {
    let refused = |name: &str, value: &str| {
        let other = SECRETS.iter().filter(|(known, _)| *known != name);
        let given: Vec<_> = other.copied().chain([(name, value)]).collect();
        let opened = Accounts::default().open(&connection("vonage_jwt", &given));
        opened
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default()
    };
    let public = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n";
    let broken = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    for text in ["private.key", public, broken] {
        let said = refused("private_key_pem", text);
        assert!(
            said.contains("private_key_pem") && said.contains("PEM"),
            "{said}"
        );
        assert!(!said.contains("AAAA"), "{said}");
    }
    assert!(refused("application_id", "").contains("application_id"));
    assert!(refused("region", "evil.example/").contains("eu-3"));
    assert_eq!(refused("region", "eu-3"), "");
}

#[tokio::test]
async fn without_a_key_it_is_said_what_is_missing() {
    let fake = Fake::new(|_, _| Reply::status(500)).await;
    let account = fake.account("vonage_jwt", &SECRETS[..3]);
    let day = period(DAY_S);
    let refusals = [
        account.records(Kind::Calls, &day, None).await.err(),
        account
            .ring(number(), second(), 5, &hooks("vo"))
            .await
            .err(),
        account
            .fetch(file("https://api.nexmo.com/v1/files/1"))
            .await
            .err(),
    ];
    for refusal in refusals.map(|error| error.unwrap().to_string()) {
        assert!(refusal.contains("private_key_pem"), "{refusal}");
    }
    assert_eq!(fake.seen().len(), 0);
}
