//! Twilio, and the vocabulary that others share with it.

use honeytoken::{Medium, Secret, Sender};
use serde_json::json;

use super::kit::{NOW, Post, URL, base64, connect, hmac_sha256, sha256_hex};
use super::samples::sample;
use crate::provider::{Answer, Calls, Received, sign};

const TOKEN: &str = "0123456789abcdef0123456789abcdef";

fn event(form: &str) -> Received {
    let sample = sample("twilio");
    sample.post(form, NOW).event(&sample.webhook())
}

fn answered(form: &str, calls: Calls) -> Answer {
    let sample = sample("twilio");
    let events = sample.post(form, NOW).to(&sample.webhook(), NOW).unwrap();
    sample.webhook().answer(&events, calls)
}

const RINGING: &str = "CallSid=CA1&CallStatus=ringing&To=%2B14155550132&From=%2B14155550199";

#[test]
fn a_transcription_belongs_to_its_call() {
    let form = "TranscriptionSid=TR1&TranscriptionStatus=completed&TranscriptionText=good+day&\
                RecordingSid=RE1&CallSid=CA1&From=%2B14155550199&To=%2B14155550132";
    let transcript = event(form);
    assert_eq!(transcript.medium, Medium::Transcript);
    assert_eq!(transcript.text.as_deref(), Some("good day"));
    assert_eq!(transcript.dedupe.key(), "TR1:completed");
    assert_eq!(transcript.session, event(RINGING).session);
}

#[test]
fn a_recording_belongs_to_its_call() {
    let recording = event("RecordingSid=RE1&RecordingStatus=in-progress&CallSid=CA1&ErrorCode=0");
    assert_eq!(recording.medium, Medium::Recording);
    assert_eq!(recording.session.as_deref(), Some("CA1"));
    assert_eq!((recording.duration_s, recording.details.len()), (None, 0));
}

#[test]
fn numbers_that_stand_for_a_withheld_caller() {
    for (from, want) in [
        ("%2B266696687", Some("anonymous")),
        ("%2B86282452253", Some("unavailable")),
        ("%2B8628245225", Some("+8628245225")),
        ("Restricted", Some("Restricted")),
        ("", None),
    ] {
        let form = RINGING.replace("%2B14155550199", from);
        assert_eq!(
            event(&form).from.as_ref().map(Sender::as_str),
            want,
            "{from}"
        );
    }
}

#[test]
fn what_became_of_our_own_message_is_no_contact() {
    let sent =
        event("MessageSid=SM1&MessageStatus=delivered&To=%2B14155550199&From=%2B14155550132");
    assert_eq!(
        (sent.medium, sent.phase.as_str()),
        (Medium::Control, "delivered")
    );
}

#[test]
fn what_the_carriers_vouch_for() {
    for (verstat, level, extra) in [
        ("TN-Validation-Passed-C", "C", json!("C")),
        (
            "TN-Validation-Failed-A",
            "TN-Validation-Failed-A",
            json!(null),
        ),
    ] {
        let call = event(&format!(
            "{RINGING}&StirVerstat={verstat}&ForwardedFrom=%2B1202"
        ));
        assert_eq!(call.attestation.as_deref(), Some(level));
        assert_eq!(call.extra["attestation"], extra);
        assert_eq!(call.details["forwarded_from"], "+1202");
    }
}

#[test]
fn answers() {
    let silent = "<Response></Response>";
    let reject = r#"<Response><Reject reason="busy"/></Response>"#;
    let ring = r#"<Response><Pause length="30"/><Reject reason="busy"/></Response>"#;
    let message = sample("twilio").body;
    let ringing = Calls::LetRing { seconds: 30 };
    for (form, calls, want) in [
        (RINGING, Calls::default(), reject),
        (RINGING, ringing, ring),
        (message, ringing, silent),
        (
            &RINGING.replace("ringing", "completed"),
            Calls::Reject,
            silent,
        ),
    ] {
        let answer = answered(form, calls);
        assert_eq!(
            (answer.status, answer.content_type),
            (200, Some("text/xml"))
        );
        assert_eq!(answer.body, want);
    }
}

#[test]
fn a_get_signs_its_query_and_nothing_in_its_body() {
    let url = format!("{URL}?MessageSid=SM1&To=%2B14155550132&Body=hello");
    let headers = sign::twilio_form(&Secret::new(TOKEN), &url, b"");
    let mut get = Post::form(&url, "MessageSid=SM2&To=%2B1999&Body=forged");
    get.method = "GET";
    get.headers.extend(
        headers
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value)),
    );
    let event = get.event(&sample("twilio").webhook());
    assert_eq!(
        (event.dedupe.key(), event.text.as_deref()),
        ("SM1", Some("hello"))
    );
}

#[test]
fn a_json_body_is_covered_by_its_digest_in_the_url() {
    let body = r#"{"CallSid":"CA1"}"#;
    let url = format!("{URL}?bodySHA256={}", sha256_hex(body.as_bytes()));
    let post = |body: &str| {
        let headers = sign::twilio_form(&Secret::new(TOKEN), &url, b"");
        Post::json(&url, body).with("x-twilio-signature", &headers[0].1)
    };
    let webhook = sample("twilio").webhook();
    assert_eq!(post(body).to(&webhook, NOW).unwrap(), []);
    assert_eq!(post("{}").to(&webhook, NOW).unwrap_err(), "bad_signature");
}

#[test]
fn a_shared_key_names_its_algorithm() {
    let body = sample("twilio").body;
    let signed = format!("{URL}BodyhelloFrom+14155550199MessageSidSM1To+14155550132");
    let post = |algorithm: &str| {
        Post::form(URL, body)
            .with("x-twilio-signature", base64(hmac_sha256(TOKEN, &signed)))
            .with(
                "x-twilio-webhooks-signature-settings",
                format!("key=k, algorithm = {algorithm}"),
            )
    };
    let webhook = sample("twilio").webhook();
    assert!(post("HMAC_SHA256").to(&webhook, NOW).is_ok());
    assert_eq!(
        post("HMAC_SHA1").to(&webhook, NOW).unwrap_err(),
        "bad_signature"
    );
    assert_eq!(
        post("HMAC_MD5").to(&webhook, NOW).unwrap_err(),
        "unknown_algorithm"
    );
}

#[test]
fn only_our_account() {
    let body = format!("{}&AccountSid=AC1", sample("twilio").body);
    let post = sample("twilio").post(body, NOW);
    let of = |sid| connect("twilio", &[("auth_token", TOKEN), ("account_sid", sid)]);
    assert!(post.to(&of("AC1"), NOW).is_ok());
    assert_eq!(post.to(&of("AC2"), NOW).unwrap_err(), "wrong_account");
}

#[test]
fn the_predecessor_of_a_token_still_counts() {
    let rotated = connect(
        "twilio",
        &[("auth_token", "new"), ("auth_token_previous", TOKEN)],
    );
    let sample = sample("twilio");
    assert!(sample.post(sample.body, NOW).to(&rotated, NOW).is_ok());
}
