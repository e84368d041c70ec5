//! Requests that could not be read when they came, read again by an adapter that can.

use honeytoken::{Authentication, Event, RawBody, Secret, Unparsed};

use super::super::kit::{NOW, Post};
use super::super::samples::{Sample, TOKEN, sample};
use super::Door;

/// The request as it was kept by an adapter that could not read it.
fn kept(sample: &Sample, body: &str) -> Event {
    let Post {
        method,
        url,
        headers,
        body,
    } = sample.post(body, NOW);
    let in_url = sample.url.contains(TOKEN);
    let credentials = in_url.then(|| ("url".to_owned(), Secret::new(url.clone())));
    Event::Unparsed(Unparsed {
        connection: "line".parse().unwrap(),
        reason: "event is of a kind that this adapter does not know".to_owned(),
        received_at: NOW,
        authentication: Authentication::MacBody,
        nonce: None,
        raw_method: method.to_owned(),
        raw_url: if in_url {
            "/hooks/line".to_owned()
        } else {
            url
        },
        raw_headers: headers,
        raw_body: RawBody::Text(String::from_utf8(body).unwrap()),
        raw_credentials: credentials.into_iter().collect(),
    })
}

fn door(sample: &Sample) -> Door {
    let door = Door::new(NOW);
    door.connect_sample("line", sample);
    door
}

#[test]
fn become_contacts_once_and_what_cannot_be_read_stays() {
    for name in ["twilio", "infobip", "smsforwarder", "aliyun_sms"] {
        let sample = sample(name);
        let door = door(sample);
        door.record(kept(sample, sample.body));
        door.record(kept(sample, "{"));
        door.set_clock(NOW.plus_s(86_400));
        let done = door.reparse();
        assert_eq!(
            (done.tried, done.added.len(), done.left.len()),
            (2, 1, 1),
            "{name}"
        );
        let (_, contact) = door.contacts().pop().unwrap();
        assert_eq!(contact.received_at, NOW, "{name}");
        assert!(contact.extra["unparsed_entry"].is_u64(), "{name}");
        let again = door.reparse();
        assert_eq!(
            (again.tried, again.added.len(), again.known),
            (2, 0, 1),
            "{name}"
        );
        assert_eq!((door.contacts().len(), door.counted()), (1, 1), "{name}");
    }
}

#[test]
fn that_the_provider_told_again_meanwhile_are_not_added() {
    let sample = sample("twilio");
    let door = door(sample);
    door.record(kept(sample, sample.body));
    assert_eq!(door.post("line", &sample.post(sample.body, NOW)), 200);
    let done = door.reparse();
    assert_eq!((done.known, done.added.len(), door.counted()), (1, 0, 1));
}

#[test]
fn are_erased_with_what_was_read_in_them_and_do_not_come_back() {
    let sample = sample("twilio");
    let door = door(sample);
    door.record(kept(sample, sample.body));
    let done = door.reparse();
    door.erase(done.added[0]);
    let is_left =
        |entry: &honeytoken::Entry| matches!(entry.event, Event::Unparsed(_) | Event::Contact(_));
    assert!(!door.entries().iter().any(is_left));
    assert_eq!(door.reparse().tried, 0);
}

#[test]
fn of_a_retired_connection_wait() {
    let sample = sample("twilio");
    let door = Door::new(NOW);
    door.record(kept(sample, sample.body));
    let left = door.reparse().left;
    assert!(left[0].reason.contains("retired"), "{left:?}");
}

#[test]
fn are_read_some_at_a_time() {
    let sample = sample("twilio");
    let door = door(sample);
    for _ in 0..=crate::reparse::AT_ONCE_ENTRIES {
        door.record(kept(sample, "x=y"));
    }
    let first = door.reparse();
    assert_eq!(first.tried, 50);
    assert_eq!(door.reparse_from(first.next.unwrap()).tried, 1);
}
