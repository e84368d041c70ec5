//! What all tests share: the program as a process, its sockets, its callers.

pub(crate) mod api;
pub(crate) mod authority;
pub(crate) mod cable;
pub(crate) mod cast;
pub(crate) mod chance;
pub(crate) mod cluster;
pub(crate) mod description;
pub(crate) mod driver;
pub(crate) mod engine;
pub(crate) mod folder;
pub(crate) mod http;
pub(crate) mod mutate;
pub(crate) mod nats;
pub(crate) mod page;
pub(crate) mod program;
pub(crate) mod provider;
pub(crate) mod receiver;
pub(crate) mod server;
pub(crate) mod sign;
pub(crate) mod stream;
pub(crate) mod twilio_account;
pub(crate) mod world;

use std::time::Duration;

use serde_json::Value;

/// Longer than anything takes that is not stuck.
pub(crate) const STUCK: Duration = Duration::from_secs(120);
/// Between two looks at something that is awaited.
const PAUSE: Duration = Duration::from_millis(20);

/// Looks until there is something to see.
pub(crate) fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    for _ in 0..STUCK.as_millis() / PAUSE.as_millis() {
        if let Some(seen) = look() {
            return seen;
        }
        std::thread::sleep(PAUSE);
    }
    panic!("waited in vain for {what}");
}

/// One field of each item of a list.
pub(crate) fn column(items: &[Value], name: &str) -> Vec<String> {
    let text = |item: &Value| item[name].as_str().unwrap_or_default().to_owned();
    items.iter().map(text).collect()
}

/// Now, in Unix seconds: providers sign the time.
#[expect(
    clippy::disallowed_methods,
    reason = "the program judges the age of signatures by the machine's clock, so these are made by it"
)]
pub(crate) fn now_s() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    i64::try_from(since.unwrap().as_secs()).unwrap()
}
