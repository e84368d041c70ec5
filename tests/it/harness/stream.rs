//! The stream of news as a reader sees it.

use serde_json::Value;

use super::http::{self, Connection, header};
use super::server::Server;

/// A stream that is open: subscribed, since its head has come.
pub(crate) fn open(server: &Server, key: &str) -> Connection {
    let mut stream = Connection::open(server.address).unwrap();
    let key = header("authorization", format!("Bearer {key}"));
    stream
        .send(&http::request("GET", "/v1/stream", &[key], b""))
        .unwrap();
    assert!(stream.line().unwrap().contains(" 200 "));
    while !stream.line().unwrap().is_empty() {}
    stream
}

/// The next news of a topic.
pub(crate) fn next(stream: &mut Connection, topic: &str) -> Value {
    let wanted = format!("event: {topic}");
    while stream.line().unwrap() != wanted {}
    let line = stream.line().unwrap();
    serde_json::from_str(line.strip_prefix("data: ").unwrap()).unwrap()
}
