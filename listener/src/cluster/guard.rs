//! What is asked of the cluster's servers before a node joins, and again while it runs: with any
//! other answer they lose what they acknowledged when the power fails; and an entry is dated by its
//! node, so a clock that is off would take the whole log's time with it.

use std::sync::Arc;
use std::time::Duration;

use honeytoken::Timestamp;
use serde::Deserialize;

use crate::app::App;
use crate::clock::Clock;

/// The oldest server that is known to keep what it acknowledged.
const VERSION_MIN: (u64, u64) = (2, 14);
/// The largest message that a server takes must be at least so many bytes, as by default: a batch and
/// its headers fit into one.
const MAX_PAYLOAD_BYTES_MIN: u64 = 1 << 20;
/// A monitoring port answers within this, in seconds.
const ANSWER_S: u64 = 5;

/// A clock may differ from a server's by this, in seconds.
const SKEW_S_MAX: f64 = 5.0;
/// How often the servers are asked while a node runs, in seconds.
const EVERY_S: u64 = 30;

/// Why the servers are not trusted with a log.
#[derive(Debug, thiserror::Error)]
pub enum GuardError {
    /// Nobody answers.
    #[error(
        "no monitoring port of [store] answers ({0}); a node joins only servers that it knows to sync each write"
    )]
    Silent(String),
    /// Too old.
    #[error(
        "server at {0} has version {1}; at least 2.14 is needed, as older ones lose or reorder what they acknowledged"
    )]
    Old(String, String),
    /// It does not sync.
    #[error(
        "server at {0} does not sync each write, so a power cut loses what it acknowledged; set `sync_interval: always` in its `jetstream` section"
    )]
    NotSynced(String),
    /// No JetStream.
    #[error("server at {0} has no JetStream; add a `jetstream` section with a `store_dir`")]
    NoJetStream(String),
    /// It takes small messages only.
    #[error(
        "server at {0} takes messages of at most {1} bytes, and one may come to {MAX_PAYLOAD_BYTES_MIN}; remove `max_payload` from its settings, or raise it"
    )]
    SmallMessages(String, u64),
    /// One of the clocks is off.
    #[error(
        "clock here is {1:.0} s {2} that of the server at {0}, and every entry is dated by it; set both clocks by NTP"
    )]
    Clock(String, f64, &'static str),
    /// The answer is something else.
    #[error("what answers at {0} is no monitoring port of nats-server: {1}")]
    Unknown(String, String),
}

#[derive(Deserialize)]
struct Varz {
    version: String,
    /// The server's time.
    now: Option<String>,
    /// The largest message that it takes, in bytes.
    max_payload: Option<u64>,
    #[serde(default)]
    jetstream: JetStream,
}

#[derive(Deserialize, Default)]
struct JetStream {
    config: Option<JetStreamVarz>,
}

#[derive(Deserialize)]
struct JetStreamVarz {
    #[serde(default)]
    sync_always: bool,
}

/// Asks every server; those that are down now are passed over, if one answers.
///
/// # Errors
/// See [`GuardError`].
pub async fn check_servers(monitoring: &[String], clock: &Clock) -> Result<(), GuardError> {
    let mut silent = Vec::new();
    for address in monitoring {
        let asked = clock.now();
        match varz(address).await {
            Ok(text) => {
                let varz = judge(address, &text)?;
                judge_clock(address, &varz, asked, clock.now())?;
            }
            Err(error) => silent.push(format!("{address}: {}", error.without_url())),
        }
    }
    if silent.len() == monitoring.len() {
        return Err(GuardError::Silent(silent.join("; ")));
    }
    for down in silent {
        tracing::warn!("a server of the cluster does not answer and is not checked: {down}");
    }
    Ok(())
}

/// Asks again and again, and says what is wrong: servers are replaced, clocks run away.
pub(crate) async fn keep_up(app: Arc<App>) {
    let Some(standing) = app.recorder.view().standing.clone() else {
        return;
    };
    loop {
        tokio::time::sleep(Duration::from_secs(EVERY_S)).await;
        let checked = check_servers(&app.config.store.monitoring, app.recorder.clock()).await;
        match checked {
            Ok(()) => standing.set_mistrusts(None),
            // Then the log cannot be extended either, which is said elsewhere.
            Err(GuardError::Silent(_)) => {}
            Err(error) => {
                tracing::error!(%error, "this node is not ready: {error}");
                standing.set_mistrusts(Some(error.to_string()));
            }
        }
    }
}

async fn varz(address: &str) -> Result<String, reqwest::Error> {
    // Already installed is fine: the provider is the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(ANSWER_S))
        .build()?;
    let url = format!("{}/varz", address.trim_end_matches('/'));
    client.get(url).send().await?.text().await
}

/// The server's time lies between those of question and answer, unless a clock is off.
fn judge_clock(
    address: &str,
    varz: &Varz,
    asked: Timestamp,
    heard: Timestamp,
) -> Result<(), GuardError> {
    let there = varz
        .now
        .as_ref()
        .and_then(|now| now.parse::<Timestamp>().ok());
    let Some(there) = there else {
        return Ok(());
    };
    let (ahead_s, behind_s) = (asked.seconds_since(there), there.seconds_since(heard));
    let off = |seconds, word| Err(GuardError::Clock(address.to_owned(), seconds, word));
    match () {
        () if ahead_s > SKEW_S_MAX => off(ahead_s, "ahead of"),
        () if behind_s > SKEW_S_MAX => off(behind_s, "behind"),
        () => Ok(()),
    }
}

fn judge(address: &str, text: &str) -> Result<Varz, GuardError> {
    let varz: Varz = serde_json::from_str(text)
        .map_err(|error| GuardError::Unknown(address.to_owned(), error.to_string()))?;
    let mut numbers = varz.version.split('.').map(|n| n.parse().unwrap_or(0));
    let version = (
        numbers.next().unwrap_or_default(),
        numbers.next().unwrap_or_default(),
    );
    if version < VERSION_MIN {
        return Err(GuardError::Old(address.to_owned(), varz.version));
    }
    match &varz.jetstream.config {
        None => Err(GuardError::NoJetStream(address.to_owned())),
        Some(config) if !config.sync_always => Err(GuardError::NotSynced(address.to_owned())),
        Some(_) => match varz.max_payload {
            Some(bytes) if bytes < MAX_PAYLOAD_BYTES_MIN => {
                Err(GuardError::SmallMessages(address.to_owned(), bytes))
            }
            _ => Ok(varz),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_new_server_that_syncs_each_write_is_trusted() {
        let said = |text: &str| judge("http://a", text).err().map(|e| e.to_string());
        let good = r#"{"version":"2.15.1","max_payload":1048576,"jetstream":{"config":{"sync_always":true,"sync_interval":120}}}"#;
        assert_eq!(said(good), None);
        for (text, word) in [
            (
                r#"{"version":"2.9.10","jetstream":{"config":{"sync_always":true}}}"#,
                "2.14",
            ),
            (
                r#"{"version":"2.13.9","jetstream":{"config":{"sync_always":true}}}"#,
                "2.14",
            ),
            (
                r#"{"version":"2.15.1","jetstream":{"config":{"sync_interval":120}}}"#,
                "sync_interval: always",
            ),
            (r#"{"version":"2.15.1","jetstream":{}}"#, "JetStream"),
            (r#"{"version":"2.15.1"}"#, "JetStream"),
            (
                r#"{"version":"2.15.1","max_payload":1048575,"jetstream":{"config":{"sync_always":true}}}"#,
                "`max_payload`",
            ),
            ("<html>", "monitoring port"),
        ] {
            let said = said(text).unwrap();
            assert!(said.contains(word), "{text}: {said}");
        }
    }

    #[test]
    fn a_clock_that_is_off_is_named_and_a_slow_answer_is_not() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let text = r#"{"version":"2.15.1","now":"2026-11-24T12:00:00.123456789Z","jetstream":{"config":{"sync_always":true}}}"#;
        let varz = judge("http://a", text).unwrap();
        let said = |asked: &str, heard: &str| {
            let judged = judge_clock("http://a", &varz, at(asked), at(heard));
            judged.err().map(|error| error.to_string())
        };
        assert_eq!(said("2026-11-24T11:59:57Z", "2026-11-24T12:00:04Z"), None);
        assert_eq!(said("2026-11-24T12:00:04Z", "2026-11-24T12:00:20Z"), None);
        let ahead = said("2026-11-24T12:01:00Z", "2026-11-24T12:01:00Z").unwrap();
        assert!(ahead.contains("60 s ahead"), "{ahead}");
        let behind = said("2026-11-24T11:00:00Z", "2026-11-24T11:00:01Z").unwrap();
        assert!(behind.contains("s behind"), "{behind}");
    }

    #[tokio::test]
    async fn servers_that_nobody_can_ask_are_not_joined() {
        let nobody = ["http://127.0.0.1:1".to_owned()];
        let said = check_servers(&nobody, &Clock::system())
            .await
            .unwrap_err()
            .to_string();
        assert!(said.contains("127.0.0.1:1"), "{said}");
    }
}
