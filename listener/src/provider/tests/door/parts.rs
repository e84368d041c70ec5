//! Long messages that come in parts: one contact, every part kept.

use honeytoken::Sender;

use super::super::kit::{NOW, Post};
use super::super::samples::sample;
use super::Door;

fn part(number: u32, text: &str) -> Post {
    let body = format!(
        "messageId=M{number}&to=14155550130&msisdn=447700900123&text={text}&concat=true&concat-ref=7&concat-total=3&concat-part={number}"
    );
    sample("vonage_sms").post(body, NOW)
}

#[test]
fn are_one_contact_in_whatever_order_they_come() {
    let door = Door::new(NOW);
    door.connect_sample("line", sample("vonage_sms"));
    let parts = [part(3, "three"), part(1, "one-"), part(2, "two-")];
    for post in [&parts[0], &parts[1], &parts[0], &parts[2], &parts[1]] {
        assert_eq!(door.post("line", post), 200);
    }
    assert_eq!(
        (door.counted(), door.contacts().len(), door.repeats().len()),
        (1, 3, 2)
    );
    let texts = door.contacts().into_iter().map(|(_, contact)| contact.text);
    let texts: Vec<_> = texts.flatten().collect();
    assert_eq!(
        texts,
        ["three", "one-", "two-"],
        "parts are kept as they came"
    );
}

#[test]
fn a_header_of_binary_messages_says_it_too() {
    let sample = sample("sinch sms");
    let door = Door::new(NOW);
    door.connect_sample("line", sample);
    for (id, udh) in [("m1", "050003CC0201"), ("m2", "050003CC0202")] {
        let body = format!(
            r#"{{"type":"mo_binary","id":"{id}","to":"14155550130","from":"447700900123","body":"aGk=","udh":"{udh}"}}"#
        );
        assert_eq!(door.post("line", &sample.post(body, NOW)), 200);
    }
    let parts: Vec<_> = door
        .contacts()
        .into_iter()
        .map(|(_, c)| c.part.unwrap().number)
        .collect();
    assert_eq!((parts, door.counted()), (vec![1, 2], 1));
}

#[test]
fn numbers_that_fit_no_message_make_it_a_message_of_its_own() {
    let door = Door::new(NOW);
    door.connect_sample("line", sample("vonage_sms"));
    for (number, total) in [("0", "2"), ("3", "2"), ("1", "256"), ("1", "1")] {
        let body = format!(
            "messageId=M{number}{total}&to=14155550130&text=x&concat=true&concat-ref=7&concat-total={total}&concat-part={number}"
        );
        assert_eq!(
            door.post("line", &sample("vonage_sms").post(body, NOW)),
            200
        );
    }
    assert!(
        door.contacts()
            .iter()
            .all(|(_, contact)| contact.part.is_none())
    );
    assert_eq!(door.counted(), 4);
}

#[test]
fn every_kind_of_sender_and_script_is_kept() {
    let sample = sample("twilio");
    let door = Door::new(NOW);
    door.connect_sample("line", sample);
    let cases = [
        ("10086", "GSM-7: @£$¥èéùìòÇ"),
        ("Amazon", "UCS-2: 您的验证码是 482913"),
        ("106900001234", "emoji: 😀👩‍👩‍👧 and a flag 🇨🇳"),
        (
            "anonymous",
            "zero width \u{200b} and right to left \u{202e}abc",
        ),
        ("招商银行", "line\nbreak\ttab"),
    ];
    for (n, (from, text)) in cases.into_iter().enumerate() {
        let field = |text: &str| {
            let byte = |byte: u8| format!("%{byte:02X}");
            text.bytes().map(byte).collect::<String>()
        };
        let body = format!(
            "MessageSid=SM{n}&To=%2B14155550132&From={}&Body={}",
            field(from),
            field(text)
        );
        assert_eq!(door.post("line", &sample.post(body, NOW)), 200);
        let (_, contact) = door.contacts().pop().unwrap();
        assert_eq!(contact.from, Some(Sender::new(from)));
        assert_eq!(contact.text.as_deref(), Some(text));
    }
}
