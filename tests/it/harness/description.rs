//! The API's description of itself (OpenAPI 3.1), and whether an answer is as it says.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use super::http::{self, Answer};

/// The description that one version of the program gives; asked for once.
pub(crate) struct Description(pub(crate) Value);

static KNOWN: Mutex<Option<Arc<Description>>> = Mutex::new(None);

impl Description {
    /// The description, from any server of this program.
    pub(crate) fn of(address: SocketAddr) -> Arc<Description> {
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        let ask = || {
            let answer = http::ask(address, "GET", "/v1/openapi.json", &[], b"").unwrap();
            Arc::new(Description(answer.json()))
        };
        Arc::clone(known.get_or_insert_with(ask))
    }

    /// The described operations: method, path.
    pub(crate) fn operations(&self) -> Vec<(String, String)> {
        let paths = self.0["paths"].as_object().unwrap();
        let methods = |(path, item): (&String, &Value)| {
            let item = item.as_object().unwrap().clone();
            let path = path.clone();
            item.into_iter()
                .map(move |(method, _)| (method.to_uppercase(), path.clone()))
        };
        paths.iter().flat_map(methods).collect()
    }

    /// The operation that a request is answered by; none if nothing like it is described.
    pub(crate) fn operation(&self, method: &str, target: &str) -> Option<&Value> {
        let path = target.split('?').next().unwrap_or_default();
        let paths = self.0["paths"].as_object().unwrap();
        let exact = paths.get(path);
        let fitting = || {
            paths
                .iter()
                .find(|(pattern, _)| fits(pattern, path))
                .map(|(_, item)| item)
        };
        let operation = &exact.or_else(fitting)?[method.to_lowercase()];
        (!operation.is_null()).then_some(operation)
    }

    /// That an answer is one of those described for what was asked. Nothing has to be described
    /// where there is nothing, or under other methods.
    #[track_caller]
    pub(crate) fn check(&self, method: &str, target: &str, answer: &Answer) {
        let Some(operation) = self.operation(method, target) else {
            let nothing = answer.status == 404 || answer.status == 405;
            assert!(
                nothing,
                "{method} {target} is not described and answers {}",
                answer.status
            );
            return;
        };
        let place = format!("{method} {target} {}", answer.status);
        let responses = &operation["responses"];
        let exact = &responses[&answer.status.to_string()];
        let described = if exact.is_null() {
            &responses["default"]
        } else {
            exact
        };
        assert!(
            !described.is_null(),
            "{place} is not described: {}",
            answer.text()
        );
        if answer.body.is_empty() {
            return;
        }
        let media = answer.header("content-type").unwrap_or_default();
        let media = media.split(';').next().unwrap_or_default();
        let kinds = &described["content"];
        let kind = [media, "*/*"]
            .into_iter()
            .map(|name| &kinds[name])
            .find(|kind| !kind.is_null());
        let kind = kind.unwrap_or_else(|| panic!("{place}: {media:?} is not described"));
        if media == "application/json" || media.ends_with("+json") {
            self.check_value(&place, &kind["schema"], &answer.json());
        }
    }

    /// That a value is of a schema, as far as schemas here go.
    #[track_caller]
    fn check_value(&self, place: &str, schema: &Value, value: &Value) {
        if let Some(reference) = schema["$ref"].as_str() {
            let name = reference.rsplit('/').next().unwrap();
            let schema = &self.0["components"]["schemas"][name];
            assert!(schema.is_object(), "{place}: {reference} leads nowhere");
            return self.check_value(place, schema, value);
        }
        if let Some(choices) = schema["oneOf"].as_array() {
            let is_null = |choice: &&Value| choice["type"] == "null";
            let choice = choices.iter().find(|c| is_null(c) == value.is_null());
            return self.check_value(place, choice.unwrap_or(&Value::Null), value);
        }
        check_type(place, schema, value);
        if let (Some(items), false) = (value.as_array(), schema["items"].is_null()) {
            items
                .iter()
                .for_each(|item| self.check_value(place, &schema["items"], item));
        }
        if let (Some(fields), Some(known)) = (value.as_object(), schema["properties"].as_object()) {
            let required = schema["required"].as_array().into_iter().flatten();
            for name in required.filter_map(Value::as_str) {
                assert!(
                    fields.contains_key(name),
                    "{place}: {name} is missing in {value}"
                );
            }
            for (name, field) in fields {
                let schema = known.get(name);
                let schema = schema.unwrap_or_else(|| panic!("{place}: {name} is not described"));
                self.check_value(&format!("{place} {name}"), schema, field);
            }
        }
    }
}

#[track_caller]
fn check_type(place: &str, schema: &Value, value: &Value) {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let is = |name: &str| name == kind || (name == "integer" && (value.is_u64() || value.is_i64()));
    let fits = match &schema["type"] {
        Value::Null => true,
        Value::String(one) => is(one),
        several => several
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_str)
            .any(is),
    };
    assert!(fits, "{place}: {value} is not of {schema}");
}

/// Whether a path is of a pattern: `{name}` stands for a part of it, at the end for all the rest
/// where the pattern says so (`{path}` of the log's tiles, `{rest}` of a provider's own path).
fn fits(pattern: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some("{path}" | "{rest}"), Some(_)) => return true,
            (Some(one), Some(other)) if one == other => {}
            (Some(one), Some(other)) if one.starts_with('{') && !other.is_empty() => {}
            _ => return false,
        }
    }
}

/// The patterns by what they hold, so that two of one shape are seen.
pub(crate) fn shapes(description: &Description) -> HashMap<String, usize> {
    let mut shapes = HashMap::new();
    for (method, path) in description.operations() {
        let part = |part: &str| if part.starts_with('{') { "{}" } else { part }.to_owned();
        let shape: Vec<String> = path.split('/').map(part).collect();
        *shapes
            .entry(format!("{method} {}", shape.join("/")))
            .or_default() += 1;
    }
    shapes
}
