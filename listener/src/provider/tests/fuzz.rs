//! Any bytes: an answer, never a panic.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

use super::kit::{NOW, Post};
use super::samples::SAMPLES;
use crate::provider::check;

const METHODS: [&str; 4] = ["POST", "GET", "PUT", ""];
const CONTENT_TYPES: [&str; 4] = [
    "application/json",
    "application/x-www-form-urlencoded",
    "text/plain; charset=UTF-8",
    "",
];

/// Every header that any sample sends.
fn header_names() -> Vec<String> {
    let posts = SAMPLES.iter().map(|sample| sample.post(sample.body, NOW));
    posts
        .flat_map(|post| post.headers.into_iter().map(|(name, _)| name))
        .collect()
}

/// JSON out of the words and values that the samples use, in all the wrong places.
fn json_of_known_words() -> impl Strategy<Value = Value> {
    let bodies = SAMPLES.iter().map(|sample| sample.body);
    let words: Vec<String> = bodies
        .flat_map(|body| {
            body.split(|c: char| "{}[]\":,&=".contains(c))
                .map(str::to_owned)
        })
        .filter(|word| !word.is_empty())
        .collect();
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        select(words.clone()).prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 8, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            vec((select(words.clone()), inner), 0..8)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_request(
        method in select(&METHODS[..]),
        url in "(https?://)?[ -~]{0,40}",
        content_type in select(&CONTENT_TYPES[..]),
        headers in vec((select(header_names()), "[ -~]{0,60}"), 0..6),
        body in vec(any::<u8>(), 0..400),
    ) {
        let mut post = Post::new(&url, content_type, body);
        post.method = method;
        post.headers.extend(headers);
        for sample in SAMPLES.iter() {
            let _ = post.to(&sample.webhook(), NOW);
        }
    }

    #[test]
    fn any_signed_body(body in vec(any::<u8>(), 0..200)) {
        for sample in SAMPLES.iter() {
            let _ = sample.post(&body, NOW).to(&sample.webhook(), NOW);
        }
    }

    #[test]
    fn any_signed_json(value in json_of_known_words()) {
        for sample in SAMPLES.iter() {
            let _ = sample.post(value.to_string(), NOW).to(&sample.webhook(), NOW);
        }
    }

    #[test]
    fn a_sample_with_a_hole(at in 0.0..1.0_f64, cut in 0_usize..12, filling in vec(any::<u8>(), 0..8)) {
        for sample in SAMPLES.iter() {
            let mut body = sample.body.as_bytes().to_vec();
            let start = (at * body.len() as f64) as usize;
            let end = (start + cut).min(body.len());
            body.splice(start..end, filling.iter().copied());
            let _ = sample.post(&body, NOW).to(&sample.webhook(), NOW);
        }
    }

    #[test]
    fn any_vectors_file(bytes in vec(any::<u8>(), 0..200)) {
        let _ = check::vectors(&bytes);
    }
}
