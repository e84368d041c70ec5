//! Calls as the providers that carry them tell them, stage by stage.

use super::super::samples::sample;
use crate::provider::{Carries, PROVIDERS};

/// Three stages of one call, as providers with calls tell them.
pub(super) const CALLS: [(&str, [&str; 3]); 12] = [
    (
        "twilio",
        [
            "CallSid=CA1&To=%2B14155550132&From=%2B14155550199&CallStatus=ringing&Direction=inbound",
            "CallSid=CA1&To=%2B14155550132&From=%2B14155550199&CallStatus=completed&CallDuration=3&Direction=inbound",
            "RecordingSid=RE1&CallSid=CA1&RecordingStatus=completed&RecordingDuration=3",
        ],
    ),
    (
        "signalwire form",
        [
            "CallSid=CA1&To=%2B14155550132&CallStatus=ringing",
            "CallSid=CA1&To=%2B14155550132&CallStatus=completed&CallDuration=3",
            "TranscriptionSid=TR1&CallSid=CA1&TranscriptionStatus=completed&TranscriptionText=hi",
        ],
    ),
    (
        "telnyx",
        [
            r#"{"data":{"event_type":"call.initiated","id":"w1","payload":{"call_leg_id":"c1","to":"+14155550132"}}}"#,
            r#"{"data":{"event_type":"call.hangup","id":"w2","payload":{"call_leg_id":"c1","to":"+14155550132","hangup_cause":"timeout"}}}"#,
            r#"{"data":{"event_type":"call.recording.saved","id":"w3","payload":{"call_leg_id":"c1","channels":"single","recording_urls":{"mp3":"https://r.example/1.mp3"},"public_recording_urls":null}}}"#,
        ],
    ),
    (
        "vonage_jwt",
        [
            r#"{"uuid":"u1","conversation_uuid":"CON-1","to":"14155550132","from":"447700900123"}"#,
            r#"{"uuid":"u1","conversation_uuid":"CON-1","to":"14155550132","status":"completed","duration":"3","direction":"inbound"}"#,
            r#"{"recording_uuid":"r1","conversation_uuid":"CON-1","recording_url":"https://r.example/1","start_time":"2026-10-03T04:00:00Z","end_time":"2026-10-03T04:00:09Z"}"#,
        ],
    ),
    (
        "plivo V3",
        [
            "CallUUID=c1&To=14155550132&CallStatus=ringing&Direction=inbound",
            "CallUUID=c1&To=14155550132&CallStatus=in-progress",
            "CallUUID=c1&To=14155550132&CallStatus=completed&Duration=3",
        ],
    ),
    (
        "bandwidth",
        [
            r#"{"eventType":"initiate","callId":"c1","to":"+14155550132","from":"+14155550199"}"#,
            r#"{"eventType":"disconnect","callId":"c1","to":"+14155550132","cause":"hangup"}"#,
            r#"{"eventType":"transcriptionAvailable","callId":"c1","to":"+14155550132","transcription":{"id":"t1","url":"https://t.example/1"}}"#,
        ],
    ),
    (
        "sinch voice",
        [
            r#"{"event":"ice","callid":"c1","to":{"type":"did","endpoint":"14155550132"},"cli":"447700900123"}"#,
            r#"{"event":"ace","callid":"c1"}"#,
            r#"{"event":"dice","callid":"c1","result":"ANSWERED","reason":"MANAGERHANGUP","duration":3}"#,
        ],
    ),
    (
        "infobip",
        [
            r#"{"type":"CALL_RECEIVED","callId":"c1","properties":{"call":{"to":"14155550132","direction":"INBOUND"}}}"#,
            r#"{"type":"CALL_FINISHED","callId":"c1","properties":{"call":{"to":"14155550132","answerTime":"2026-10-03T04:00:00Z","endTime":"2026-10-03T04:00:03Z"}}}"#,
            r#"{"type":"CALL_FAILED","callId":"c1","properties":{}}"#,
        ],
    ),
    (
        "huawei_privatenumber",
        [
            r#"{"eventType":"callin","statusInfo":{"sessionId":"c1","caller":"+8613800138000","called":"+8617000000001","timestamp":"2026-10-03 04:00:00"}}"#,
            r#"{"eventType":"answer","statusInfo":{"sessionId":"c1","caller":"+8613800138000","called":"+8617000000001","timestamp":"2026-10-03 04:00:02"}}"#,
            r#"{"eventType":"disconnect","statusInfo":{"sessionId":"c1","caller":"+8613800138000","called":"+8617000000001","timestamp":"2026-10-03 04:00:09"}}"#,
        ],
    ),
    (
        "aliyun_pnp",
        [
            r#"[{"call_id":"c1","secret_no":"17000000002","peer_no":"13800138000","call_type":1,"call_time":"2026-10-03 12:00:00","ring_time":"2026-10-03 12:00:01"}]"#,
            r#"[{"call_id":"c1","secret_no":"17000000002","peer_no":"13800138000","call_type":1,"call_time":"2026-10-03 12:00:00","release_time":"2026-10-03 12:00:09"}]"#,
            r#"[{"call_id":"c1","secret_no":"17000000002","record_url":"https://r.example/1"}]"#,
        ],
    ),
    (
        "gammu_smsd",
        // A modem tells of the ring alone, and its daemon may run its program again.
        [r#"{"argv":["+8613800138000"],"env":{"PHONE_ID":"modem0"}}"#; 3],
    ),
    (
        "standard_webhooks",
        [
            r#"{"n":"1","type":"call.received","timestamp":"2026-10-03T04:00:00Z","data":{"to":"+14155550132","from":"+14155550199","call_id":"c1"}}"#,
            r#"{"n":"2","type":"call.completed","timestamp":"2026-10-03T04:00:05Z","data":{"to":"+14155550132","from":"+14155550199","call_id":"c1","duration":3}}"#,
            r#"{"n":"3","type":"call.completed","timestamp":"2026-10-03T04:00:05Z","data":{"to":"+14155550132","from":"+14155550199","call_id":"c1","duration":3}}"#,
        ],
    ),
];

/// Those that tell a call once: nothing to join, or, at SmsForwarder, nothing to join it by.
const TOLD_ONCE: [&str; 2] = ["httpsms", "smsforwarder"];

#[test]
fn every_provider_with_calls_is_here() {
    let told = |id: &str| CALLS.iter().any(|(name, _)| sample(name).provider == id);
    for provider in PROVIDERS.iter() {
        let calls = provider.carries.contains(&Carries::Call);
        let named = told(provider.id) || TOLD_ONCE.contains(&provider.id);
        assert_eq!(calls, named, "{}", provider.id);
    }
}
