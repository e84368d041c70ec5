//! The other telephony clouds, each where it differs from all others.

use std::collections::BTreeMap;

use honeytoken::{Authentication, Medium};
use serde_json::json;

use super::kit::{NOW, Post, URL, base64, connect, hex, hmac_sha1, jwt, sha256_hex};
use super::samples::{answer, event, refused, sample};
use crate::provider::{Calls, EVENTS_MAX, Provider, Received, Request};

#[test]
fn telnyx_finds_our_number_among_several() {
    let body = r#"{"data":{"event_type":"message.received","id":"w","payload":{"id":"m",
        "to":[{"phone_number":"+12025550147","status":"queued"},
              {"phone_number":"+14155550132","status":"webhook_delivered"}],
        "from":{"phone_number":"+14155550199","carrier":"C","line_type":"VoIP"}}}}"#;
    let message = event("telnyx", body);
    assert_eq!(message.to.unwrap().as_str(), "+14155550132");
    assert_eq!(message.details["line_type"], "VoIP");
}

#[test]
fn telnyx_joins_recording_and_transcript_to_their_call() {
    let body = |kind: &str| {
        format!(
            r#"{{"data":{{"event_type":"{kind}","id":"w-{kind}","occurred_at":"2026-10-03T04:00:00Z",
            "payload":{{"call_leg_id":"leg","to":"+1","start_time":"2026-10-03T04:00:00Z",
            "end_time":"2026-10-03T04:00:08Z","transcription_text":"said"}}}}}}"#
        )
    };
    let call = event("telnyx", &body("call.hangup"));
    let recording = event("telnyx", &body("call.recording.saved"));
    let transcript = event("telnyx", &body("call.recording.transcription.saved"));
    assert_eq!((call.medium, call.duration_s), (Medium::Call, Some(8)));
    assert_eq!(recording.medium, Medium::Recording);
    assert_eq!(
        (transcript.medium, transcript.text.as_deref()),
        (Medium::Transcript, Some("said"))
    );
    assert!(call.session == recording.session && call.session == transcript.session);
}

#[test]
fn telnyx_answers_only_a_texml_call() {
    let texml = sample("telnyx").post("CallSid=c&CallStatus=ringing&To=%2B1", NOW);
    let texml = Post {
        headers: texml.headers[1..].to_vec(),
        ..texml
    };
    let webhook = sample("telnyx").webhook();
    let events = texml.to(&webhook, NOW).unwrap();
    assert!(
        webhook
            .answer(&events, Calls::Reject)
            .body
            .contains("<Reject")
    );
    assert_eq!(answer("telnyx", sample("telnyx").body, Calls::Reject), "");
}

#[test]
fn plivo_v2_vouches_for_messages_only() {
    assert_eq!(
        refused("plivo V2", sample("plivo V3").body),
        "missing_signature"
    );
    let sample = sample("plivo V2");
    let (webhook, post) = (sample.webhook(), sample.post(sample.body, NOW));
    let headers = post.header_map();
    let request = Request {
        method: "POST",
        url: &post.url,
        headers: &headers,
        body: &post.body,
    };
    let verified = webhook.verify(request, NOW).unwrap();
    assert_eq!(verified.authentication(), Authentication::MacWithoutBody);
    assert!(verified.nonce().is_some() && !verified.shares_nonce(NOW));
}

#[test]
fn plivo_reads_pictures_numbered_from_zero_or_one() {
    let message = event(
        "plivo V2",
        "MessageUUID=m&To=14155550132&Body=b&Media1=u1&Media2=u2",
    );
    assert_eq!(message.extra["media"].as_array().map(Vec::len), Some(2));
    assert_eq!(message.text.as_deref(), Some("b"));
}

#[test]
fn plivo_hangs_up() {
    let ringing = sample("plivo V3").body;
    assert!(answer("plivo V3", ringing, Calls::Reject).contains("<Hangup"));
    assert_eq!(
        answer("plivo V2", sample("plivo V2").body, Calls::Reject),
        "<Response></Response>"
    );
}

#[test]
fn signalwire_answers_in_the_language_it_was_asked_in() {
    let form = "CallSid=c&CallStatus=ringing&To=%2B14155550132";
    assert!(answer("signalwire form", form, Calls::Reject).contains("<Reject"));
    assert_eq!(
        answer(
            "signalwire json",
            sample("signalwire json").body,
            Calls::Reject
        ),
        ""
    );
}

#[test]
fn signalwire_takes_events_of_its_own_project_alone() {
    let (ours, other) = (
        "2dfb9ac1-4552-416a-bf66-d4394e286dae",
        "ca2903c9-f671-45e9-94be-642e4d5111a7",
    );
    let form = |account: &str| format!("{}{account}", sample("signalwire form").body);
    let json = |project: &str| {
        let call = format!(r#""call":{{{project}"#);
        let body = sample("signalwire json").body;
        body.replacen(r#""call":{"#, &call, 1)
    };
    let named = |id: &str| {
        [
            ("signalwire form", form(&format!("&AccountSid={id}"))),
            ("signalwire json", json(&format!(r#""project_id":"{id}","#))),
        ]
    };
    let got = |(name, body): (&str, String), secrets: &[(&str, &str)]| {
        let sample = sample(name);
        let secrets = [sample.secrets, secrets].concat();
        let post = sample.post(body, NOW);
        let events = post.to(&connect("signalwire", &secrets), NOW);
        events.map(|events| events.len())
    };
    let set = [("project_id", ours)];
    for request in named(ours).into_iter().chain(named(&ours.to_uppercase())) {
        assert_eq!(got(request.clone(), &set), Ok(1), "{request:?}");
    }
    for request in named(other) {
        let refused = got(request.clone(), &set);
        assert_eq!(refused.unwrap_err(), "wrong_account", "{request:?}");
        assert_eq!(got(request, &[]), Ok(1), "none is set");
    }
    let unnamed = [("signalwire form", form("")), ("signalwire json", json(""))];
    for request in unnamed {
        assert_eq!(got(request.clone(), &set), Ok(1), "{request:?}");
    }
    let two = form(&format!("&AccountSid={ours}&AccountSid={other}"));
    let refused = got(("signalwire form", two), &set);
    assert_eq!(refused.unwrap_err(), "wrong_account");
}

#[test]
fn bandwidth_rings_or_rejects() {
    let call = r#"{"eventType":"initiate","callId":"c","to":"+1","diversion":{"origTo":"+2"}}"#;
    assert_eq!(
        answer("bandwidth", call, Calls::Reject),
        "<Response><Hangup/></Response>"
    );
    let ring = r#"<Response><Ring duration="9" answerCall="false"/><Hangup/></Response>"#;
    assert_eq!(
        answer("bandwidth", call, Calls::LetRing { seconds: 9 }),
        ring
    );
    assert_eq!(event("bandwidth", call).details["forwarded_from"], "+2");
}

#[test]
fn bandwidth_lengths_of_calls_and_recordings() {
    let call = r#"{"eventType":"disconnect","callId":"c","to":"+1",
        "answerTime":"2026-10-03T04:00:01Z","endTime":"2026-10-03T04:00:09Z"}"#;
    let recording = r#"{"eventType":"recordingComplete","callId":"c","to":"+1","recordingId":"r","duration":"PT8.5S"}"#;
    let transcript = r#"{"eventType":"transcriptionAvailable","callId":"c","to":"+1","transcription":{"id":"t"}}"#;
    assert_eq!(event("bandwidth", call).duration_s, Some(8));
    assert_eq!(event("bandwidth", recording).duration_s, Some(8));
    assert_eq!(event("bandwidth", transcript).medium, Medium::Transcript);
}

#[test]
fn a_batch_is_bounded() {
    let one = sample("bandwidth").body.trim_matches(['[', ']']);
    let many = |n| format!("[{}]", vec![one; n].join(","));
    let (webhook, sample) = (sample("bandwidth").webhook(), sample("bandwidth"));
    let events = |n| {
        sample
            .post(many(n), NOW)
            .to(&webhook, NOW)
            .map(|events| events.len())
    };
    assert_eq!(events(EVENTS_MAX), Ok(EVENTS_MAX));
    assert!(events(EVENTS_MAX + 1).unwrap_err().starts_with("malformed"));
}

#[test]
fn sinch_calls_of_the_first_generation() {
    let dice = r#"{"event":"dice","callId":"c","to":{"type":"did","endpoint":"14155550132"},
        "from":"14155550199","duration":"7","result":"ANSWERED"}"#;
    let call = event("sinch voice", dice);
    assert_eq!((call.dedupe.key(), call.duration_s), ("c:dice", Some(7)));
    assert_eq!(call.from.unwrap().as_str(), "+14155550199");
    let ice = r#"{"event":"ice","callid":"c","cli":"14155550199","to":{"endpoint":"14155550132"}}"#;
    assert!(answer("sinch voice", ice, Calls::Reject).contains("hangup"));
}

#[test]
fn sinch_judges_each_service_by_its_own_secret() {
    let other = connect("sinch", &[("callback_secret", "s")]);
    for name in ["sinch sms", "sinch voice"] {
        let sample = sample(name);
        let got = sample.post(sample.body, NOW).to(&other, NOW);
        assert_eq!(got.unwrap_err(), "secret_missing", "{name}");
    }
    let body = r#"{"eventId":"e"}"#;
    let numbers = Post::json(URL, body).with("x-sinch-signature", hex(hmac_sha1("s", body)));
    assert_eq!(numbers.to(&other, NOW), Ok(Vec::new()));
    let basic = connect("sinch", &[("basic_user", "u"), ("basic_password", "p")]);
    let post = Post::json(URL, sample("sinch sms").body);
    let post = |password: &str| {
        post.clone()
            .with("authorization", format!("Basic {}", base64(password)))
    };
    assert!(post("u:p").to(&basic, NOW).is_ok());
    assert_eq!(post("u:q").to(&basic, NOW).unwrap_err(), "bad_signature");
}

#[test]
fn sinch_binary_messages_have_no_text() {
    let binary = r#"{"type":"mo_binary","id":"m","to":"14155550132","body":"AAEC","udh":"00"}"#;
    let message = event("sinch sms", binary);
    assert_eq!(
        (message.text, &message.details["data_base64"]),
        (None, &json!("AAEC"))
    );
}

#[test]
fn infobip_by_token_where_a_number_forwards_its_messages() {
    let token = "0123456789abcdef0123456789abcdef";
    let by_token = connect("infobip", &[("url_token", token)]);
    let body = sample("infobip").body;
    let forwarded = |url: &str| Post::json(url, body).to(&by_token, NOW).map(|e| e.len());
    assert_eq!(forwarded(&format!("{URL}/{token}")), Ok(1));
    assert_eq!(forwarded(URL).unwrap_err(), "bad_signature");
    let nothing = Provider::find("infobip").unwrap().connect(&BTreeMap::new());
    assert!(nothing.unwrap_err().to_string().contains("url_token"));
}

#[test]
fn infobip_calls() {
    let call = r#"{"type":"CALL_FINISHED","callId":"c","timestamp":"2026-10-03T04:00:09Z",
        "properties":{"call":{"from":"447700900123","to":"14155550132",
        "answerTime":"2026-10-03T04:00:00.000+0000","endTime":"2026-10-03T04:00:09.000+0000"}}}"#;
    let call = event("infobip", call);
    assert_eq!(
        (call.dedupe.key(), call.duration_s),
        ("c:CALL_FINISHED", Some(9))
    );
    assert_eq!(call.to.unwrap().as_str(), "+14155550132");
}

#[test]
fn bird_tells_its_own_messages_apart() {
    let sent = sample("bird").body.replace(
        r#""body""#,
        r#""direction":"outgoing","status":"sent","body""#,
    );
    assert_eq!(event("bird", &sent).medium, Medium::Control);
    assert_eq!(event("bird", sample("bird").body).to, None);
}

#[test]
fn messagebird_by_get() {
    let url = format!("{URL}?id=m&recipient=14155550132&body=hi");
    let claims = json!({"iss":"MessageBird","nbf":NOW.as_unix_s(),"exp":NOW.as_unix_s() + 60,
        "url_hash":sha256_hex(url.as_bytes())});
    let token = jwt(sample("messagebird").secrets[0].1, &claims);
    let mut get = Post::form(&url, "").with("messagebird-signature-jwt", token);
    get.method = "GET";
    let webhook = sample("messagebird").webhook();
    assert_eq!(get.event(&webhook).text.as_deref(), Some("hi"));
    get.body = b"id=forged".to_vec();
    assert_eq!(get.to(&webhook, NOW).unwrap_err(), "bad_signature");
}

#[test]
fn aws_asks_for_the_certificate_and_uses_it() {
    let sample = sample("aws_sns");
    let bare = connect(sample.provider, sample.secrets);
    let post = sample.post(sample.body, NOW);
    assert_eq!(post.to(&bare, NOW).unwrap_err(), "certificate_needed");
    assert!(
        bare.learn_certificate("https://x", "not a certificate")
            .is_none()
    );
    assert!(post.to(&sample.webhook(), NOW).is_ok());
    let other = connect(
        "aws_sns",
        &[("allowed_topic_arn", "arn:aws:sns:us-east-1:1:other")],
    );
    assert_eq!(post.to(&other, NOW).unwrap_err(), "wrong_account");
}

#[test]
fn aws_subscriptions_are_confirmed_on_its_own_hosts_only() {
    let webhook = sample("aws_sns").webhook();
    let confirm = |url: &str| {
        Received::new(Medium::Control, "subscription-confirmation", "n1")
            .with_extra("subscribe_url", url)
    };
    let ours = "https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&Token=t";
    assert_eq!(webhook.follow_up(&[confirm(ours)]).as_deref(), Some(ours));
    assert_eq!(
        webhook.follow_up(&[confirm("https://evil.example/?Action=ConfirmSubscription")]),
        None
    );
    assert_eq!(webhook.follow_up(&[Received::sms("m", None)]), None);
}
