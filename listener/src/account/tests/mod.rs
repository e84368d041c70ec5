//! Accounts against a server on this machine that answers as providers document, and as they fail.

mod fake;

mod alike;
mod asking;
mod cxml;
mod plivo;
mod telnyx;
mod tokens;
mod vonage;

use honeytoken::{PhoneNumber, Timestamp};
use serde_json::Value;

use super::{Hooks, NamedFile, Period};
use fake::Seen;

const DAY_S: i64 = 86_400;

/// A number of ours.
fn number() -> PhoneNumber {
    "+14155550132".parse().unwrap()
}

/// Another.
fn second() -> PhoneNumber {
    "+14155550133".parse().unwrap()
}

/// So many seconds from the beginning of a day.
fn period(seconds: i64) -> Period {
    let from: Timestamp = "2026-11-20T00:00:00Z".parse().unwrap();
    Period {
        from,
        until: from.plus_s(seconds),
    }
}

/// The hooks of a connection of this name.
fn hooks(name: &str) -> Hooks {
    Hooks {
        name: name.to_owned(),
        url: format!("https://hooks.example.org/hooks/{name}"),
    }
}

/// A file that is known by its address alone.
fn file(url: &str) -> NamedFile<'_> {
    NamedFile {
        url,
        recording: None,
    }
}

/// Method and path of each request.
fn lines(seen: &[Seen]) -> Vec<String> {
    let line = |r: &Seen| {
        let path = r.target.split('?').next().unwrap();
        format!("{} {path}", r.method)
    };
    seen.iter().map(line).collect()
}

fn body(seen: &Seen) -> Value {
    serde_json::from_str(&seen.body).unwrap()
}
