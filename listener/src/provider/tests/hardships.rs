//! Every provider under the same hardships.

use std::collections::BTreeMap;

use super::kit::{NOW, Post};
use super::samples::{Place, SAMPLES, Sample};
use crate::provider::form::FIELDS_MAX;
use honeytoken::Medium;

use crate::provider::{Carries, PROVIDERS, Received, Rejection};

const TEXT: &str = "hello";
/// A body as large as the door lets in.
const HUGE_BYTES: usize = 10 * 1024 * 1024;

/// Runs a check on every sample; a failure names the sample.
fn for_all(check: impl Fn(&Sample) -> Result<(), String>) {
    let failures = SAMPLES.iter().filter_map(|sample| {
        check(sample)
            .err()
            .map(|why| format!("{}: {why}", sample.name))
    });
    let failures: Vec<String> = failures.collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Refused before anything was parsed.
fn refused(sample: &Sample, post: &Post) -> Result<(), String> {
    match post.to(&sample.webhook(), NOW) {
        Err(code) if !code.starts_with("malformed") => Ok(()),
        other => Err(format!("not refused but {other:?}")),
    }
}

/// Refused, or genuine and not understood: no event either way.
fn without_event(sample: &Sample, post: &Post) -> Result<(), String> {
    match post.to(&sample.webhook(), NOW) {
        Err(_) => Ok(()),
        Ok(events) => Err(format!("events {events:?}")),
    }
}

#[test]
fn every_provider_has_a_sample() {
    for provider in PROVIDERS {
        assert!(
            SAMPLES.iter().any(|s| s.provider == provider.id),
            "{}",
            provider.id
        );
    }
}

#[test]
fn genuine() {
    for_all(|sample| {
        let events = sample.post(sample.body, NOW).to(&sample.webhook(), NOW)?;
        let [event] = events.as_slice() else {
            return Err(format!("{events:?}"));
        };
        let named = sample.destination.is_none() || event.to.is_some();
        let known = sample
            .webhook()
            .provider()
            .carries
            .contains(&carried(event));
        if named && known {
            Ok(())
        } else {
            Err(format!("{event:?}"))
        }
    });
}

fn carried(event: &Received) -> Carries {
    match event.medium {
        Medium::Sms => Carries::Sms,
        Medium::Call => Carries::Call,
        Medium::Recording => Carries::Recording,
        Medium::Transcript => Carries::Transcript,
        Medium::Control => Carries::Heartbeat,
    }
}

#[test]
fn unsigned() {
    for_all(|sample| {
        let form = if sample.body.starts_with(['{', '[']) {
            Post::json
        } else {
            Post::form
        };
        refused(sample, &form(super::kit::URL, sample.body))
    });
}

#[test]
fn any_header_missing() {
    for_all(|sample| {
        let post = sample.post(sample.body, NOW);
        for (at, (name, _)) in post.headers.iter().enumerate().skip(1) {
            let mut without = post.clone();
            without.headers.remove(at);
            refused(sample, &without).map_err(|why| format!("without {name} {why}"))?;
        }
        Ok(())
    });
}

#[test]
fn any_header_twice() {
    for_all(|sample| {
        let post = sample.post(sample.body, NOW);
        for (name, value) in post.headers.iter().skip(1) {
            let twice = post.clone().with(name, value);
            refused(sample, &twice).map_err(|why| format!("two {name} {why}"))?;
        }
        Ok(())
    });
}

#[test]
fn any_header_changed() {
    for_all(|sample| {
        let post = sample.post(sample.body, NOW);
        for (at, (name, value)) in post.headers.iter().enumerate().skip(1) {
            let mut changed = post.clone();
            let last = if value.ends_with('A') { 'B' } else { 'A' };
            changed.headers[at].1 = format!("{}{last}", &value[..value.len() - 1]);
            refused(sample, &changed).map_err(|why| format!("other {name} {why}"))?;
        }
        Ok(())
    });
}

#[test]
fn any_byte_of_a_covered_body_changed() {
    for_all(|sample| {
        let post = sample.post(sample.body, NOW);
        let covered = if sample.covers_body {
            post.body.len()
        } else {
            0
        };
        for at in 0..covered {
            let mut changed = post.clone();
            changed.body[at] ^= 1;
            refused(sample, &changed).map_err(|why| format!("byte {at} {why}"))?;
        }
        Ok(())
    });
}

#[test]
fn a_weak_signature_says_so() {
    for_all(|sample| {
        let post = sample.post(sample.body, NOW);
        let (webhook, headers) = (sample.webhook(), post.header_map());
        let request = crate::provider::Request {
            method: post.method,
            url: &post.url,
            headers: &headers,
            body: &post.body,
        };
        let verified = webhook
            .verify(request, NOW)
            .map_err(|refusal| refusal.to_string())?;
        let strength = verified.authentication();
        let strong = strength <= honeytoken::Authentication::MacBody;
        let declared = webhook.provider().authentication.contains(&strength);
        if strong == sample.covers_body && declared {
            Ok(())
        } else {
            Err(format!("{strength:?}"))
        }
    });
}

#[test]
fn too_old_and_from_the_future() {
    for_all(|sample| {
        let Some(age_max_s) = sample.age_max_s else {
            return Ok(());
        };
        let (webhook, post) = (sample.webhook(), sample.post(sample.body, NOW));
        for (age, want) in [(age_max_s, None), (age_max_s + 1, Some("stale"))] {
            let got = post.to(&webhook, NOW.plus_s(age)).err();
            if got.as_deref() != want {
                return Err(format!("at {age} s {got:?}"));
            }
        }
        let early = post.to(&webhook, NOW.plus_s(-3_601)).err();
        if early.as_deref() == Some("stale") {
            Ok(())
        } else {
            Err(format!("early {early:?}"))
        }
    });
}

#[test]
fn another_url() {
    let others = [
        (Place::Scheme, "http://hooks.example.net/hooks/line"),
        (Place::Path, "https://hooks.example.net/hooks/lime"),
        (Place::Path, "https://hooks.example.net/hooks/line/"),
        (Place::Query, "https://hooks.example.net/hooks/line?a=1"),
        (Place::Host, "https://hooks.example.org/hooks/line"),
        (Place::Port, "https://hooks.example.net:8443/hooks/line"),
        (Place::Path, "not a url"),
    ];
    for_all(|sample| {
        for (_, url) in others.iter().filter(|(p, _)| sample.covers_url.contains(p)) {
            let mut moved = sample.post(sample.body, NOW);
            moved.url = (*url).to_owned();
            refused(sample, &moved).map_err(|why| format!("{url} {why}"))?;
        }
        Ok(())
    });
}

#[test]
fn another_order_of_the_query() {
    let (signed, other) = (
        "https://hooks.example.net/hooks/line?a=1&b=2",
        "https://hooks.example.net/hooks/line?b=2&a=1",
    );
    for_all(|sample| {
        if !sample.covers_url.contains(&Place::Order) {
            return Ok(());
        }
        let post = (sample.sign)(signed, sample.body.as_bytes(), NOW);
        post.to(&sample.webhook(), NOW)?;
        let moved = Post {
            url: other.to_owned(),
            ..post
        };
        refused(sample, &moved)
    });
}

#[test]
fn a_field_given_twice() {
    for (name, field, again) in [
        (
            "android_sms_gateway",
            r#""sender":"10086""#,
            r#""sender":"95588""#,
        ),
        (
            "gammu_smsd",
            r#""SMS_1_NUMBER":"10086""#,
            r#""SMS_1_NUMBER":"95588""#,
        ),
        ("bird", r#""channelId":"c1""#, r#""channelId":"c2""#),
        (
            "aliyun_sms",
            r#""dest_code":"900072""#,
            r#""dest_code":"900073""#,
        ),
        (
            "tencent_sms",
            r#""mobile":"13800138000""#,
            r#""mobile":"13800138001""#,
        ),
    ] {
        let sample = super::samples::sample(name);
        assert!(sample.body.contains(field), "{name}");
        for both in [format!("{field},{again}"), format!("{again},{field}")] {
            let post = sample.post(sample.body.replace(field, &both), NOW);
            assert_eq!(without_event(sample, &post), Ok(()), "{name}");
        }
    }
}

#[test]
fn missing_destination() {
    for_all(|sample| {
        let Some(destination) = sample.destination else {
            return Ok(());
        };
        let body = sample.body.replace(destination, "");
        match sample.post(body, NOW).to(&sample.webhook(), NOW) {
            Err(malformed) if malformed.starts_with("malformed") => Ok(()),
            other => Err(format!("{other:?}")),
        }
    });
}

#[test]
fn two_destinations() {
    for_all(|sample| {
        let Some(destination) = sample.destination else {
            return Ok(());
        };
        let other = destination.replace("000", "009").replace("555", "554");
        assert_ne!(destination, other);
        let body = sample
            .body
            .replace(destination, &format!("{destination}{other}"));
        without_event(sample, &sample.post(body, NOW))
    });
}

#[test]
fn a_text_that_is_not_utf8() {
    for_all(|sample| {
        let (before, after) = sample.body.split_once(TEXT).ok_or("no text")?;
        let body = [before.as_bytes(), b"hel\xfflo", after.as_bytes()].concat();
        without_event(sample, &sample.post(body, NOW))
    });
}

#[test]
fn nothing_at_all() {
    for_all(|sample| without_event(sample, &sample.post("", NOW)));
}

#[test]
fn a_json_bomb() {
    for bomb in ["[", "{\"a\":", "{\"data\":{\"payload\":["] {
        let bomb = bomb.repeat(100_000);
        for_all(|sample| without_event(sample, &sample.post(&bomb, NOW)));
    }
}

#[test]
fn more_fields_than_anyone_sends() {
    let fields = "a=1&".repeat(FIELDS_MAX + 1);
    let code = Rejection::TooManyFields(FIELDS_MAX).code();
    for name in [
        "twilio",
        "plivo V3",
        "plivo V2",
        "signalwire form",
        "smsforwarder",
        "vonage_sms",
    ] {
        let sample = super::samples::sample(name);
        let got = sample
            .post(format!("{fields}{}", sample.body), NOW)
            .to(&sample.webhook(), NOW);
        assert_eq!(got.err().as_deref(), Some(code), "{name}");
    }
}

#[test]
fn a_huge_text_is_read() {
    let huge = "a".repeat(HUGE_BYTES);
    for_all(|sample| {
        let body = sample.body.replace(TEXT, &huge);
        let events = sample.post(body, NOW).to(&sample.webhook(), NOW)?;
        if events.len() == 1 {
            Ok(())
        } else {
            Err(format!("{events:?}"))
        }
    });
}

#[test]
fn a_repeat_has_the_same_key() {
    for_all(|sample| {
        let webhook = sample.webhook();
        let key = |body: &str, at| -> Result<_, String> {
            let events = sample.post(body, at).to(&webhook, at)?;
            Ok(events.first().map(|event| event.dedupe.key().to_owned()))
        };
        let first = key(sample.body, NOW)?
            .filter(|key| !key.is_empty())
            .ok_or("no key")?;
        // Where a repeat is signed afresh; an app without ids repeats its old time.
        let later = if sample.name == "smsforwarder" {
            NOW
        } else {
            NOW.plus_s(60)
        };
        match key(sample.body, later)? == Some(first) {
            true => Ok(()),
            false => Err("another key".to_owned()),
        }
    });
}

#[test]
fn secrets_never_show() {
    for_all(|sample| {
        let shown = format!("{:?}", sample.webhook());
        let secret = sample
            .secrets
            .iter()
            .find(|(_, secret)| shown.contains(secret));
        secret.map_or(Ok(()), |(name, _)| Err(format!("{name} in {shown}")))
    });
}

#[test]
fn a_missing_secret_is_a_setting_error() {
    for provider in PROVIDERS {
        assert!(
            provider.connect(&BTreeMap::new()).is_err(),
            "{}",
            provider.id
        );
    }
}
