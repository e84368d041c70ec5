//! Providers tell things again: late, at once, out of order, under other ids. Nothing is counted
//! twice, nothing that differs is merged, nothing is thrown away.

use std::collections::BTreeMap;

use honeytoken::Medium;
use proptest::collection::vec;
use proptest::prelude::*;

use super::super::kit::{NOW, Post};
use super::super::samples::{SAMPLES, Sample, sample};
use super::Door;
use super::calls::CALLS;

/// Messages of one provider in one round.
const MESSAGES: usize = 4;

/// The message of that number: the same words to the same line, under an id, or at a time where the
/// provider has no ids, of its own.
fn message(sample: &Sample, number: usize) -> Post {
    let (id, other) = sample.id;
    let at = NOW.plus_s(if id.is_empty() { number as i64 } else { 0 });
    let body = sample
        .body
        .replace(id, &other.replace('#', &number.to_string()));
    sample.post(if id.is_empty() { sample.body } else { &body }, at)
}

/// Deliveries: which message, and whether together with the one before.
fn deliveries() -> impl Strategy<Value = Vec<(usize, bool)>> {
    vec((0..MESSAGES, any::<bool>()), 1..14)
}

/// Groups of deliveries that arrive at once.
fn rounds(deliveries: &[(usize, bool)]) -> Vec<Vec<usize>> {
    let mut rounds: Vec<Vec<usize>> = Vec::new();
    for (message, at_once) in deliveries {
        match rounds.last_mut().filter(|_| *at_once) {
            Some(round) => round.push(*message),
            None => rounds.push(vec![*message]),
        }
    }
    rounds
}

fn check(sample: &Sample, deliveries: &[(usize, bool)], restart_at: usize) {
    let mut door = Door::new(NOW);
    door.connect_sample("line", sample);
    let messages: Vec<Post> = (0..MESSAGES).map(|n| message(sample, n)).collect();
    for (n, round) in rounds(deliveries).into_iter().enumerate() {
        if n == restart_at {
            door.reopen();
            door.connect_sample("line", sample);
        }
        let posts: Vec<_> = round.iter().map(|m| ("line", &messages[*m])).collect();
        let statuses = door.post_all(&posts);
        assert!(
            statuses.iter().all(|status| *status == 200),
            "{} {statuses:?}",
            sample.name
        );
    }
    let told = |message| deliveries.iter().filter(|(m, _)| *m == message).count();
    let distinct = (0..MESSAGES).filter(|m| told(*m) > 0).count();
    assert_eq!(door.counted(), distinct as u64, "{}", sample.name);
    assert_eq!(
        door.contacts().len(),
        distinct,
        "{}: each stands once",
        sample.name
    );
    let mut repeats: BTreeMap<u64, usize> = BTreeMap::new();
    for repeat in door.repeats() {
        *repeats.entry(repeat.repeats).or_default() += 1;
    }
    let kept = door.contacts().len() + repeats.values().sum::<usize>();
    assert_eq!(
        kept,
        deliveries.len(),
        "{}: nothing is thrown away",
        sample.name
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3))]

    #[test]
    fn whatever_is_told_again_counts_once(deliveries in deliveries(), restart_at in 0..6_usize) {
        for sample in SAMPLES.iter() {
            check(sample, &deliveries, restart_at);
        }
    }

    /// The stages of one call in any order, each as often as may be, are one call.
    #[test]
    fn stages_of_a_call_in_any_order(order in vec(0..3_usize, 1..9)) {
        for (name, stages) in CALLS {
            let sample = sample(name);
            let door = Door::new(NOW);
            door.connect_sample("line", sample);
            for stage in &order {
                assert_eq!(door.post("line", &sample.post(stages[*stage], NOW)), 200, "{name}");
            }
            prop_assert_eq!(door.counted(), 1, "{}", name);
            let kept = door.contacts().len() + door.repeats().len();
            prop_assert_eq!(kept, order.len(), "{}", name);
        }
    }

    /// A phone that tells a message twice under two ids; equal messages at other times stay apart.
    #[test]
    fn one_message_under_two_ids(told in vec((0..4_usize, 0..1_000_u32), 1..10)) {
        let sample = sample("android_sms_gateway");
        let door = Door::new(NOW);
        door.connect_sample("line", sample);
        let mut told = told;
        told.sort_unstable();
        told.dedup();
        for (message, id) in &told {
            let body = format!(
                r#"{{"id":"e{message}-{id}","event":"sms:received","payload":{{"message":"hello","sender":"10086","receivedAt":"2026-10-03T12:00:0{message}+08:00"}}}}"#
            );
            assert_eq!(door.post("line", &sample.post(body, NOW)), 200);
        }
        let mut distinct: Vec<usize> = told.iter().map(|(message, _)| *message).collect();
        distinct.dedup();
        prop_assert_eq!(door.counted(), distinct.len() as u64);
        prop_assert_eq!(door.contacts().len(), told.len(), "every telling is kept");
        let linked = door.contacts().iter().filter(|(i, _)| door.duplicate_of(*i).is_some()).count();
        prop_assert_eq!(linked, told.len() - distinct.len());
    }
}

/// What the line itself dials or sends is no contact, and no sign that the called line lives.
#[test]
fn what_a_line_sends_is_no_contact() {
    for (name, body) in [
        (
            "twilio",
            "CallSid=CA1&To=%2B14155550131&From=%2B14155550130&CallStatus=ringing&Direction=outbound-api",
        ),
        (
            "twilio",
            "MessageSid=SM1&To=%2B14155550131&From=%2B14155550130&MessageStatus=queued",
        ),
        (
            "telnyx",
            r#"{"data":{"event_type":"call.initiated","id":"w1","payload":{"call_leg_id":"c1","to":"+14155550131","direction":"outgoing"}}}"#,
        ),
        (
            "vonage_jwt",
            r#"{"uuid":"u1","to":"14155550131","status":"ringing","direction":"outbound"}"#,
        ),
        (
            "plivo V3",
            "CallUUID=c1&To=14155550131&CallStatus=ringing&Direction=outbound",
        ),
        (
            "vonage_sms",
            "messageId=M1&msisdn=14155550131&to=14155550130&network-code=310260&price=0.03&status=delivered&scts=2610030400&err-code=0&message-timestamp=2026-10-03",
        ),
        (
            "plivo V2",
            "MessageUUID=m1&From=14155550130&To=14155550131&Type=sms&Status=delivered&Units=1&Sequence=2",
        ),
        (
            "infobip",
            r#"{"results":[{"bulkId":"b1","messageId":"m1","to":"14155550131","sentAt":"2026-10-03T04:00:00.000+0000","doneAt":"2026-10-03T04:00:01.000+0000","status":{"groupId":3,"groupName":"DELIVERED","id":5,"name":"DELIVERED_TO_HANDSET","description":"d"},"error":{"groupId":0}}]}"#,
        ),
        (
            "bandwidth",
            r#"{"eventType":"disconnect","callId":"c1","to":"+14155550131","direction":"outbound"}"#,
        ),
        (
            "infobip",
            r#"{"type":"CALL_RINGING","callId":"c1","properties":{"call":{"to":"14155550131","direction":"OUTBOUND"}}}"#,
        ),
        (
            "signalwire json",
            r#"{"call":{"call_id":"c1","to":"+14155550131","call_state":"created","direction":"outbound"}}"#,
        ),
        (
            "sinch voice",
            r#"{"event":"call.hangup","call":{"callId":"c1","to":{"number":"+14155550131"},"direction":"OUTBOUND"}}"#,
        ),
    ] {
        let (sample, door) = (sample(name), Door::new(NOW));
        door.connect_sample("line", sample);
        door.add_line("+14155550131", "line");
        assert_eq!(door.post("line", &sample.post(body, NOW)), 200, "{name}");
        let (_, contact) = door.contacts().pop().unwrap();
        assert_eq!(
            (contact.medium, door.counted()),
            (Medium::Control, 0),
            "{name}"
        );
        assert_eq!(door.alive_at("+14155550131"), None, "{name}");
    }
}

/// No word that a message that came in may hold makes it one that the line sent.
#[test]
fn what_comes_in_is_a_contact_whatever_else_it_says() {
    for (name, body) in [
        (
            "vonage_sms",
            "messageId=M1&msisdn=14155550130&to=14155550131&text=status&type=text&keyword=STATUS&status=x",
        ),
        (
            "vonage_sms",
            "messageId=M1&msisdn=14155550130&to=14155550131&text=&type=text",
        ),
        (
            "vonage_sms",
            "messageId=M1&msisdn=14155550130&to=14155550131&data=00&type=binary",
        ),
        (
            "plivo V2",
            "MessageUUID=m1&From=14155550130&To=14155550131&Type=sms&Text=&Status=received",
        ),
        (
            "plivo V2",
            "MessageUUID=m1&From=14155550130&To=14155550131&Type=mms&Media1=https://x&Status=received",
        ),
        (
            "plivo V2",
            "MessageUUID=m1&From=14155550130&To=14155550131&Type=mms",
        ),
        (
            "infobip",
            r#"{"results":[{"messageId":"m1","from":"14155550130","to":"14155550131","text":"","status":{"name":"x"}}]}"#,
        ),
        (
            "infobip",
            r#"{"results":[{"messageId":"m1","to":"14155550131","receivedAt":"2026-10-03T04:00:00.000+0000"}]}"#,
        ),
    ] {
        let (sample, door) = (sample(name), Door::new(NOW));
        door.connect_sample("line", sample);
        door.add_line("+14155550131", "line");
        assert_eq!(door.post("line", &sample.post(body, NOW)), 200, "{body}");
        let (_, contact) = door.contacts().pop().unwrap();
        assert_eq!((contact.medium, door.counted()), (Medium::Sms, 1), "{body}");
    }
}
