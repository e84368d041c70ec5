//! Bad input at the whole door, provider by provider: the documented answer, no panic, and nothing
//! half recorded.

use honeytoken::{Event, Timestamp};

use super::super::kit::{NOW, Post};
use super::super::samples::{Place, SAMPLES, Sample, sample};
use super::Door;

/// As large as the door lets in, and one byte more.
const BODY_BYTES_MAX: usize = 10 * 1024 * 1024;

/// What an entry in the log may hold after a bad request: nothing, or the whole request unread.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Left {
    Nothing,
    Unread,
    /// Refused, or kept unread: it depends on whether its provider signs what was broken.
    NothingOrUnread,
}

struct Case {
    name: &'static str,
    post: fn(&Sample) -> Option<Post>,
    statuses: &'static [u16],
    left: Left,
}

const CASES: &[Case] = &[
    Case {
        name: "unsigned",
        post: |s| {
            let mut post = s.post(s.body, NOW);
            post.headers.truncate(1);
            post.body = s.body.into();
            post.url = super::super::kit::URL.to_owned();
            Some(post)
        },
        statuses: &[401, 403, 503],
        left: Left::Nothing,
    },
    Case {
        name: "stale",
        post: |s| s.age_max_s.map(|age| s.post(s.body, NOW.plus_s(-age - 1))),
        statuses: &[403],
        left: Left::Nothing,
    },
    Case {
        name: "of the future",
        post: |s| s.age_max_s.map(|_| s.post(s.body, NOW.plus_s(3_601))),
        statuses: &[403],
        left: Left::Nothing,
    },
    Case {
        name: "for another address",
        post: |s| {
            let covers = s.covers_url.contains(&Place::Path);
            covers.then(|| moved(s, "https://hooks.example.net/hooks/other"))
        },
        statuses: &[403],
        left: Left::Nothing,
    },
    Case {
        name: "behind a proxy that is not configured",
        post: |s| {
            let covers = s.covers_url.contains(&Place::Host);
            covers.then(|| moved(s, "http://10.0.0.7:8470/hooks/line"))
        },
        statuses: &[403],
        left: Left::Nothing,
    },
    Case {
        name: "text that is no UTF-8",
        post: |s| {
            let (before, after) = s.body.split_once("hello")?;
            Some(s.post(
                [before.as_bytes(), b"\xff\xfe", after.as_bytes()].concat(),
                NOW,
            ))
        },
        statuses: &[400, 403],
        left: Left::NothingOrUnread,
    },
    Case {
        name: "fields given twice",
        post: |s| {
            let destination = s.destination?;
            let other = destination.replace("000", "009").replace("555", "554");
            Some(
                s.post(
                    s.body
                        .replace(destination, &format!("{destination}{other}")),
                    NOW,
                ),
            )
        },
        statuses: &[400, 403],
        left: Left::NothingOrUnread,
    },
    Case {
        name: "without a destination",
        post: |s| Some(s.post(s.body.replace(s.destination?, ""), NOW)),
        statuses: &[400],
        left: Left::Unread,
    },
    Case {
        name: "a bomb of brackets",
        post: |s| is_json(s).then(|| s.post("[".repeat(200_000), NOW)),
        statuses: &[400, 403],
        left: Left::NothingOrUnread,
    },
    Case {
        name: "a number that no machine holds",
        post: |s| {
            let huge = format!("{{\"data\":{}}}", "9".repeat(100_000));
            is_json(s).then(|| s.post(huge, NOW))
        },
        statuses: &[400, 403],
        left: Left::NothingOrUnread,
    },
    Case {
        name: "an exponent that no machine holds",
        post: |s| is_json(s).then(|| s.post(r#"{"data":1e999999999}"#, NOW)),
        statuses: &[400, 403],
        left: Left::NothingOrUnread,
    },
    Case {
        name: "nothing at all",
        post: |s| Some(s.post("", NOW)),
        statuses: &[400, 401, 403],
        left: Left::NothingOrUnread,
    },
    Case {
        name: "more than the door lets in",
        post: |s| Some(s.post("a".repeat(BODY_BYTES_MAX + 1), NOW)),
        statuses: &[413],
        left: Left::Nothing,
    },
];

fn is_json(sample: &Sample) -> bool {
    sample.body.starts_with(['{', '['])
}

/// Signed for another address than the one it is sent to.
fn moved(sample: &Sample, signed_for: &str) -> Post {
    let mut post = (sample.sign)(signed_for, sample.body.as_bytes(), NOW);
    post.url = sample.url.to_owned();
    post
}

fn check(door: &Door, case: &Case, sample: &Sample, post: &Post) -> Result<(), String> {
    let before = door.entries().len();
    let status = door.post("line", post);
    let entries = door.entries().split_off(before);
    let unread = |event: &Event| matches!(event, Event::Unparsed(_));
    let fits = match case.left {
        Left::Nothing => entries.is_empty(),
        Left::Unread => matches!(entries.as_slice(), [entry] if unread(&entry.event)),
        Left::NothingOrUnread => {
            entries.len() == usize::from(status == 400) && entries.iter().all(|e| unread(&e.event))
        }
    };
    match fits && case.statuses.contains(&status) {
        true => Ok(()),
        false => Err(format!(
            "{}, {}: {status}, {} entries",
            sample.name,
            case.name,
            entries.len()
        )),
    }
}

#[test]
fn has_its_documented_answer_and_leaves_no_contact() {
    let mut wrong = Vec::new();
    for sample in SAMPLES.iter() {
        let door = Door::new(NOW);
        door.connect_sample("line", sample);
        for case in CASES {
            if let Some(post) = (case.post)(sample) {
                wrong.extend(check(&door, case, sample, &post).err());
            }
        }
        // Signed a second later: the signature of a bad request counts for that request alone.
        let genuine = sample.post(sample.body, NOW.plus_s(1));
        if door.post("line", &genuine) != 200 || door.counted() != 1 {
            wrong.push(format!("{}: a genuine one afterwards", sample.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A replayed request is a repeat: answered as the first was, counted once.
#[test]
fn a_replayed_request_counts_once_and_is_kept() {
    for sample in SAMPLES.iter() {
        let door = Door::new(NOW);
        door.connect_sample("line", sample);
        let post = sample.post(sample.body, NOW);
        assert_eq!(
            [door.post("line", &post), door.post("line", &post)],
            [200, 200]
        );
        assert_eq!(
            (door.counted(), door.contacts().len()),
            (1, 1),
            "{}",
            sample.name
        );
        let [repeat] = &door.repeats()[..] else {
            panic!("{}", sample.name);
        };
        assert_eq!(repeat.repeats, door.contacts()[0].0);
        assert_eq!(
            raw(repeat.raw_body.as_ref()),
            Some(post.body),
            "{}",
            sample.name
        );
    }
}

fn raw(body: Option<&honeytoken::RawBody>) -> Option<Vec<u8>> {
    match body? {
        honeytoken::RawBody::Text(text) => Some(text.clone().into_bytes()),
        _ => None,
    }
}

/// Another account's genuine request is refused where the provider says whose it is.
#[test]
fn another_accounts_request() {
    let door = Door::new(NOW);
    for (name, secrets) in [
        (
            "twilio",
            [
                ("auth_token", super::super::samples::TOKEN),
                ("account_sid", "AC0"),
            ],
        ),
        (
            "vonage_jwt",
            [
                ("signature_secret", super::super::samples::TOKEN),
                ("api_key", "k2"),
            ],
        ),
    ] {
        let sample = super::super::samples::sample(name);
        door.connect("line", sample.provider, &secrets, sample.url, &[]);
        assert_eq!(
            door.post("line", &sample.post(sample.body, NOW)),
            403,
            "{name}"
        );
    }
    let sns = super::super::samples::sample("aws_sns");
    let topic = [(
        "allowed_topic_arn",
        "arn:aws:sns:us-east-1:837785849826:another",
    )];
    door.connect("line", sns.provider, &topic, sns.url, &[]);
    assert_eq!(door.post("line", &sns.post(sns.body, NOW)), 403);
    assert_eq!(door.contacts().len(), 0);
}

/// What a provider signs under its own address comes to us under many.
#[test]
fn ports_and_the_order_of_a_query_are_as_the_provider_wrote_them() {
    let sample = super::super::samples::sample("twilio");
    let url = "https://hooks.example.net/hooks/line";
    let genuine = |signed: &str| (sample.sign)(signed, sample.body.as_bytes(), NOW);
    for (query, signed_for, status) in [
        ("", url.replace(".net/", ".net:443/"), 200),
        ("", url.replace(".net/", ".net:8443/"), 403),
        ("?b=2&a=1", format!("{url}?b=2&a=1"), 200),
        ("?b=2&a=1", format!("{url}?a=1&b=2"), 403),
        ("?a=%e9", format!("{url}?a=%E9"), 403),
        ("?a=", format!("{url}?a="), 200),
    ] {
        let door = Door::new(NOW);
        door.connect_sample("line", sample);
        let mut post = genuine(&signed_for);
        post.url = format!("{url}{query}");
        assert_eq!(door.post("line", &post), status, "{query} {signed_for}");
    }
}

/// A time far away is no reason to stop.
#[test]
fn times_at_the_ends_of_the_calendar() {
    let sample = super::super::samples::sample("standard_webhooks");
    let door = Door::new(NOW);
    door.connect_sample("line", sample);
    for at in [
        "9999-12-31T23:59:59Z",
        "0000-01-01T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "now",
    ] {
        let body = sample
            .body
            .replace("2026-10-03T04:00:00Z", at)
            .replace("hello", at);
        let status = door.post("line", &sample.post(body, NOW));
        let readable = at.parse::<Timestamp>().is_ok();
        assert_eq!(status, if readable { 200 } else { 400 }, "{at}");
    }
}

#[test]
fn a_large_batch_is_kept_once_and_not_as_often_as_it_has_events() {
    let sample = sample("bandwidth");
    let one = sample.body.trim_matches(['[', ']']);
    let padding = " ".repeat(9 * 1024 * 1024);
    let body = format!("[{}{padding}]", [one; 8].join(","));
    let door = Door::new(NOW);
    door.connect_sample("line", sample);
    assert_eq!(door.post("line", &sample.post(body, NOW)), 400);
    let kept = door.entries().into_iter();
    let kept = kept.filter(|entry| matches!(entry.event, Event::Unparsed(_)));
    assert_eq!((door.contacts().len(), kept.count()), (0, 1));
}
