//! Destinations that the settings say.

use super::super::kit::{NOW, URL};
use super::super::samples::sample;
use super::Door;

const A: &str = "+14155550130";
const B: &str = "+14155550131";

fn destination(door: &Door, at: usize) -> (Option<String>, Option<String>) {
    let (_, contact) = door.contacts().into_iter().nth(at).unwrap();
    let basis = contact
        .extra
        .get("to_basis")
        .and_then(|b| b.as_str())
        .map(str::to_owned);
    (contact.to.map(|to| to.as_str().to_owned()), basis)
}

fn said(to: &str, basis: &str) -> (Option<String>, Option<String>) {
    (Some(to.to_owned()), Some(basis.to_owned()))
}

#[test]
fn a_phone_with_two_cards() {
    let sample = sample("android_sms_gateway");
    let door = Door::new(NOW);
    let lines = [("d1/SIM1", A), ("d1/SIM2", B)];
    door.connect("line", sample.provider, sample.secrets, URL, &lines);
    let body = r#"{"id":"x1","event":"sms:received","deviceId":"d1","payload":{"message":"hello","sender":"10086","simNumber":2}}"#;
    assert_eq!(door.post("line", &sample.post(body, NOW)), 200);
    assert_eq!(destination(&door, 0), said(B, "lines_setting"));
}

#[test]
fn a_ping_is_a_sign_of_life_of_every_line_of_its_phone() {
    let sample = sample("android_sms_gateway");
    let door = Door::new(NOW);
    let lines = [("d1/SIM1", A), ("d1/SIM2", B)];
    door.connect("line", sample.provider, sample.secrets, URL, &lines);
    for number in [A, B] {
        door.add_line(number, "line");
    }
    assert_eq!(door.alive_at(A), None);
    let body = r#"{"id":"p1","event":"system:ping","deviceId":"d1","payload":{"health":{}}}"#;
    for _ in 0..2 {
        assert_eq!(door.post("line", &sample.post(body, NOW)), 200);
    }
    assert_eq!((door.alive_at(A), door.alive_at(B)), (Some(NOW), Some(NOW)));
    assert_eq!(
        (door.contacts().len(), door.repeats().len(), door.counted()),
        (2, 2, 0)
    );
}

/// A phone that starts lists its SIMs: each is alive by its own number, or by what the settings call it; a line
/// whose SIM is not in the phone is not.
#[test]
fn a_phone_that_starts_lists_its_cards() {
    let sample = sample("android_sms_gateway");
    let door = Door::new(NOW);
    const OTHER: &str = "+14155550134";
    let lines = [("d1/SIM2", B), ("d1/SIM3", OTHER)];
    door.connect("line", sample.provider, sample.secrets, URL, &lines);
    for number in [A, B, OTHER] {
        door.add_line(number, "line");
    }
    let body = format!(
        r#"{{"id":"s1","event":"app:started","deviceId":"d1","payload":{{"simCards":[
            {{"slotIndex":0,"simNumber":1,"phoneNumber":"{A}","carrierName":"Example"}},
            {{"slotIndex":1,"simNumber":2,"phoneNumber":"5550131","iccid":"8901"}}]}}}}"#
    );
    for _ in 0..2 {
        assert_eq!(door.post("line", &sample.post(&body, NOW)), 200);
    }
    assert_eq!((door.alive_at(A), door.alive_at(B)), (Some(NOW), Some(NOW)));
    assert_eq!(door.alive_at(OTHER), None);
    assert_eq!(
        (door.contacts().len(), door.repeats().len(), door.counted()),
        (2, 2, 0)
    );
}

#[test]
fn several_messages_of_a_phone_in_one_request() {
    let sample = sample("android_sms_gateway");
    let door = Door::new(NOW);
    let lines = [("SIM1", A), ("SIM2", B)];
    door.connect("line", sample.provider, sample.secrets, URL, &lines);
    let body = r#"{"id":"b1","event":"sms:batch:received","deviceId":"d1","payload":{"messages":[
        {"message":"one","sender":"10086","simNumber":1},{"message":"two","sender":"10086","simNumber":2}]}}"#;
    for _ in 0..2 {
        assert_eq!(door.post("line", &sample.post(body, NOW)), 200);
    }
    assert_eq!(destination(&door, 0), said(A, "lines_setting"));
    assert_eq!(destination(&door, 1), said(B, "lines_setting"));
    assert_eq!((door.repeats().len(), door.counted()), (2, 2));
}

#[test]
fn the_only_line_of_a_connection_is_what_a_nameless_message_is_for() {
    for name in [
        "tencent_sms",
        "aliyun_sms",
        "bird",
        "gammu_smsd",
        "smsforwarder",
    ] {
        let sample = sample(name);
        let body = sample.body.replace("&slot=SIM1_%2B8613800138001", "");
        let door = Door::new(NOW);
        door.connect_sample("line", sample);
        door.add_line(A, "line");
        assert_eq!(door.post("line", &sample.post(&body, NOW)), 200, "{name}");
        assert_eq!(destination(&door, 0), said(A, "only_line"), "{name}");
        door.add_line(B, "line");
        let other = sample.post(body.replace("hello", "hello again"), NOW.plus_s(1));
        assert_eq!(door.post("line", &other), 200, "{name}");
        let (to, basis) = destination(&door, 1);
        assert!(
            basis.is_none() && to.is_none_or(|to| !to.starts_with('+')),
            "{name}"
        );
    }
}

#[test]
fn channels_modems_and_extensions_by_their_names() {
    for (name, called) in [
        ("bird", "c1"),
        ("aliyun_sms", "900072"),
        ("tencent_sms", "01"),
        ("gammu_smsd", "modem1"),
    ] {
        let sample = sample(name);
        let door = Door::new(NOW);
        let lines = [(called, A), ("another", B)];
        door.connect("line", sample.provider, sample.secrets, URL, &lines);
        let body = sample
            .body
            .replace(r#""env":{"#, r#""env":{"PHONE_ID":"modem1","#)
            .replace(r#"{"mobile""#, r#"{"extend":"01","mobile""#);
        assert_eq!(door.post("line", &sample.post(body, NOW)), 200, "{name}");
        assert_eq!(destination(&door, 0), said(A, "lines_setting"), "{name}");
    }
}
