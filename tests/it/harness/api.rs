//! The API as a client sees it. Every answer is held against the API's own description.

use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::Value;

use super::description::Description;
use super::http::{self, Answer, header};

/// A client with a key, or without.
#[derive(Clone)]
pub(crate) struct Api {
    address: SocketAddr,
    key: Option<String>,
    description: Arc<Description>,
}

impl Api {
    pub(crate) fn new(address: SocketAddr, key: Option<&str>) -> Api {
        Api {
            address,
            key: key.map(str::to_owned),
            description: Description::of(address),
        }
    }

    /// The same server, under another key.
    pub(crate) fn under(&self, key: &str) -> Api {
        Api {
            key: Some(key.to_owned()),
            ..self.clone()
        }
    }

    /// A key of this role, and the API under it.
    pub(crate) fn with_role(&self, role: &str) -> (String, Api) {
        let made = self.made("/v1/keys", &serde_json::json!({ "role": role }));
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        (text("id"), self.under(&text("key")))
    }

    pub(crate) fn ask(&self, method: &str, target: &str, body: &[u8]) -> Answer {
        self.send(method, target, "application/json", body)
    }

    /// A file as it is, under its media type.
    pub(crate) fn upload(&self, target: &str, media_type: &str, body: &[u8]) -> Answer {
        self.send("POST", target, media_type, body)
    }

    fn send(&self, method: &str, target: &str, media_type: &str, body: &[u8]) -> Answer {
        let mut headers = vec![header("content-type", media_type)];
        if let Some(key) = &self.key {
            headers.push(header("authorization", format!("Bearer {key}")));
        }
        let answer = http::ask(self.address, method, target, &headers, body).unwrap();
        self.described(method, target, &answer);
        answer
    }

    /// That the description tells of such an answer.
    #[track_caller]
    pub(crate) fn described(&self, method: &str, target: &str, answer: &Answer) {
        self.description.check(method, target, answer);
    }

    pub(crate) fn get(&self, target: &str) -> Answer {
        self.ask("GET", target, b"")
    }

    pub(crate) fn post(&self, target: &str, body: &Value) -> Answer {
        self.ask("POST", target, body.to_string().as_bytes())
    }

    pub(crate) fn put(&self, target: &str, body: &Value) -> Answer {
        self.ask("PUT", target, body.to_string().as_bytes())
    }

    pub(crate) fn delete(&self, target: &str) -> Answer {
        self.ask("DELETE", target, b"")
    }

    /// What is there.
    #[track_caller]
    pub(crate) fn seen(&self, target: &str) -> Value {
        let answer = self.get(target);
        assert_eq!(answer.status, 200, "{target}: {}", answer.text());
        answer.json()
    }

    /// What was made.
    #[track_caller]
    pub(crate) fn made(&self, target: &str, body: &Value) -> Value {
        let answer = self.post(target, body);
        assert_eq!(answer.status, 201, "{target}: {}", answer.text());
        answer.json()
    }

    /// All items of a list, page by page.
    #[track_caller]
    pub(crate) fn all(&self, path: &str, filters: &str, limit: usize) -> Vec<Value> {
        let mut items = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = self.seen(&format!("{path}?limit={limit}{cursor}{filters}"));
            let found = page["items"].as_array().unwrap();
            assert!(
                found.len() <= limit,
                "{} items in a page of {limit}",
                found.len()
            );
            items.extend_from_slice(found);
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={}", super::sign::form(next)),
                None => return items,
            }
        }
    }

    /// All contacts, newest first.
    #[track_caller]
    pub(crate) fn contacts(&self) -> Vec<Value> {
        self.all("/v1/contacts", "", 1000)
    }
}
