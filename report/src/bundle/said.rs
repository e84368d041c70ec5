//! What a request's body says, word for word.

use std::collections::BTreeSet;

use percent_encoding::percent_decode;
use serde_json::Value;

/// How deep JSON in JSON is looked into.
const DEPTH_MAX: usize = 4;

/// Every text that stands in a body: the strings of JSON, also of JSON within such a string, or the values
/// of a form.
pub(super) fn texts(body: &[u8]) -> BTreeSet<String> {
    let mut texts = BTreeSet::new();
    match serde_json::from_slice(body) {
        Ok(value) => strings(&value, DEPTH_MAX, &mut texts),
        Err(_) => texts.extend(body.split(|byte| *byte == b'&').filter_map(value)),
    }
    texts
}

fn strings(value: &Value, depth: usize, texts: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            let inner = (depth > 0 && text.starts_with('{'))
                .then(|| serde_json::from_str::<Value>(text).ok());
            if let Some(inner) = inner.flatten() {
                strings(&inner, depth - 1, texts);
            }
            texts.insert(text.clone());
        }
        Value::Array(values) => values.iter().for_each(|value| strings(value, depth, texts)),
        Value::Object(values) => values
            .values()
            .for_each(|value| strings(value, depth, texts)),
        _ => {}
    }
}

/// The value of `name=value` in a form.
fn value(field: &[u8]) -> Option<String> {
    let at = field.iter().position(|byte| *byte == b'=')?;
    let spaced = |byte: &u8| if *byte == b'+' { b' ' } else { *byte };
    let value: Vec<u8> = field[at + 1..].iter().map(spaced).collect();
    String::from_utf8(percent_decode(&value).collect()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_json_and_json_in_json() {
        let form = texts(b"From=%2B14155550132&Text=a+loan%21&x");
        assert!(form.contains("+14155550132") && form.contains("a loan!"));
        let json = texts(br#"{"a":[{"b":"one"}],"Message":"{\"body\":\"two\"}","n":3}"#);
        assert!(json.contains("one") && json.contains("two") && !json.contains("3"));
        assert!(texts(b"\xff\xfe").is_empty());
    }
}
