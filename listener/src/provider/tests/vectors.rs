//! Public captured requests, when they lie beside the repository.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::provider::{Provider, check};

/// Its event names a SIM that stands nowhere in its request, so nothing that reads requests can say
/// it; all its other fields are compared.
const OTHER_SIM: &str = "public/smsforwarder/23-no-secret-no-sign";

/// Names the first difference of two outcomes, none if they agree.
fn difference(expected: &Value, outcome: &check::Outcome) -> Option<String> {
    let verdict = serde_json::to_value(outcome.verdict).unwrap();
    if expected["expected"] != verdict {
        return Some(format!("verdict {verdict}, {:?}", outcome.reason));
    }
    let want = match &expected["event"] {
        Value::Null => Vec::new(),
        Value::Array(events) => events.clone(),
        event => vec![event.clone()],
    };
    if want.len() != outcome.events.len() {
        return Some(format!(
            "{} events: {:?}",
            outcome.events.len(),
            outcome.reason
        ));
    }
    let pairs = want.iter().zip(&outcome.events);
    pairs
        .map(|(want, got)| differing_field(want, got))
        .find_map(|difference| difference)
}

fn differing_field(want: &Value, got: &Value) -> Option<String> {
    let fields = want
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| *name != "dedupe_note");
    for (name, want) in fields {
        let got = &got[name];
        if want != got {
            return Some(format!("{name}: want {want}, got {got}"));
        }
    }
    let more = got.as_object().unwrap().keys();
    let more = more.filter(|name| want.get(*name).is_none());
    more.map(|name| format!("{name}: not asked for")).next()
}

/// The files of captured requests of providers that we know; none where they are not there.
pub(super) fn files() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/telephony/vectors");
    let Ok(files) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let read = |file: fs::DirEntry| fs::read(file.path()).unwrap();
    let files = files.map(|file| serde_json::from_slice(&read(file.unwrap())).unwrap());
    let known = |file: &Value| Provider::find(file["provider"].as_str().unwrap()).is_ok();
    files.filter(known).collect()
}

#[test]
fn every_public_vector() {
    let mut wrong = Vec::new();
    for json in files() {
        let outcomes = check::vectors(json.to_string().as_bytes()).unwrap();
        for (expected, outcome) in json["vectors"].as_array().unwrap().iter().zip(&outcomes) {
            let difference = difference(expected, outcome)
                .filter(|what| outcome.id != OTHER_SIM || !what.starts_with("extra"));
            wrong.extend(difference.map(|what| format!("{}: {what}", outcome.id)));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
