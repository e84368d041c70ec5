//! Signatures that leave the body open count once, whatever happens in between.

use super::super::kit::{NOW, Post};
use super::super::samples::{Sample, sample};
use super::Door;

const OPEN: [&str; 3] = ["plivo V2", "huawei_privatenumber", "smsforwarder"];

/// A genuine request's signature under another body.
fn forged(sample: &Sample) -> Post {
    under_a_copied_signature(sample, |body| body.replace("hello", "forged"))
}

fn under_a_copied_signature(sample: &Sample, change: impl Fn(String) -> String) -> Post {
    let mut post = genuine(sample);
    post.body = change(String::from_utf8(post.body).unwrap()).into_bytes();
    post
}

fn genuine(sample: &Sample) -> Post {
    sample.post(sample.body, NOW)
}

#[test]
fn a_restart_opens_no_window() {
    for sample in OPEN.map(sample) {
        let mut door = Door::new(NOW);
        door.connect_sample("line", sample);
        assert_eq!(door.post("line", &genuine(sample)), 200);
        assert_eq!(door.post("line", &forged(sample)), 403, "{}", sample.name);
        door.reopen();
        door.connect_sample("line", sample);
        assert_eq!(door.post("line", &forged(sample)), 403, "{}", sample.name);
        assert_eq!(door.post("line", &genuine(sample)), 200, "a repeat");
        assert_eq!(door.counted(), 1);
    }
}

#[test]
fn nor_does_a_connection_that_is_set_anew() {
    for sample in OPEN.map(sample) {
        let door = Door::new(NOW);
        door.connect_sample("line", sample);
        assert_eq!(door.post("line", &genuine(sample)), 200);
        let secrets = sample.secrets;
        door.connect(
            "line",
            sample.provider,
            secrets,
            sample.url,
            &[("SIM9", "+14155550139")],
        );
        assert_eq!(door.post("line", &forged(sample)), 403, "{}", sample.name);
    }
}

#[test]
fn of_two_bodies_at_once_one_is_let_in() {
    for sample in OPEN.map(sample) {
        let door = Door::new(NOW);
        door.connect_sample("line", sample);
        let (one, two) = (genuine(sample), forged(sample));
        let mut answers = door.post_all(&[("line", &one), ("line", &two)]);
        answers.sort_unstable();
        assert_eq!(answers, [200, 403], "{}", sample.name);
        assert_eq!(door.counted(), 1);
    }
}

#[test]
fn an_unreadable_request_uses_its_signature_too() {
    let sample = sample("huawei_privatenumber");
    let mut door = Door::new(NOW);
    door.connect_sample("line", sample);
    let empty = under_a_copied_signature(sample, |_| "{}".to_owned());
    assert_eq!(door.post("line", &empty), 400);
    door.reopen();
    door.connect_sample("line", sample);
    assert_eq!(door.post("line", &genuine(sample)), 403);
    assert_eq!(door.post("line", &empty), 400);
}

/// Two events of one second come under one token, so a token is shared for a minute.
#[test]
fn a_token_of_httpsms_counts_for_other_bodies_for_a_minute_only() {
    let sample = sample("httpsms");
    let mut door = Door::new(NOW);
    door.connect_sample("line", sample);
    let second = sample.body.replace("m1", "m2");
    assert_eq!(door.post("line", &genuine(sample)), 200);
    let mut second_post = genuine(sample);
    second_post.body = second.into_bytes();
    assert_eq!(door.post("line", &second_post), 200);
    door.set_clock(NOW.plus_s(61));
    assert_eq!(door.post("line", &forged(sample)), 403);
    door.reopen();
    assert_eq!(door.post("line", &forged(sample)), 403, "after a restart");
    assert_eq!(door.post("line", &genuine(sample)), 200, "a late repeat");
    assert_eq!(door.counted(), 2);
    let fresh = sample.post(sample.body.replace("m1", "m3"), NOW.plus_s(1));
    assert_eq!(door.post("line", &fresh), 200, "a token not seen before");
}
