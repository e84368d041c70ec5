//! What is asked of the cluster's servers before a node joins: with any other answer they lose
//! what they acknowledged when the power fails.

use std::time::Duration;

use serde::Deserialize;

/// The oldest server that is known to keep what it acknowledged.
const VERSION_MIN: (u64, u64) = (2, 14);
/// A monitoring port answers within this, in seconds.
const ANSWER_S: u64 = 5;

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
    /// The answer is something else.
    #[error("what answers at {0} is no monitoring port of nats-server: {1}")]
    Unknown(String, String),
}

#[derive(Deserialize)]
struct Varz {
    version: String,
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
pub async fn check_servers(monitoring: &[String]) -> Result<(), GuardError> {
    let mut silent = Vec::new();
    for address in monitoring {
        match varz(address).await {
            Ok(text) => judge(address, &text)?,
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

fn judge(address: &str, text: &str) -> Result<(), GuardError> {
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
    match varz.jetstream.config {
        None => Err(GuardError::NoJetStream(address.to_owned())),
        Some(config) if !config.sync_always => Err(GuardError::NotSynced(address.to_owned())),
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_new_server_that_syncs_each_write_is_trusted() {
        let said = |text: &str| judge("http://a", text).err().map(|e| e.to_string());
        let good = r#"{"version":"2.15.1","jetstream":{"config":{"sync_always":true,"sync_interval":120}}}"#;
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
            ("<html>", "monitoring port"),
        ] {
            let said = said(text).unwrap();
            assert!(said.contains(word), "{text}: {said}");
        }
    }

    #[tokio::test]
    async fn servers_that_nobody_can_ask_are_not_joined() {
        let nobody = ["http://127.0.0.1:1".to_owned()];
        let said = check_servers(&nobody).await.unwrap_err().to_string();
        assert!(said.contains("127.0.0.1:1"), "{said}");
    }
}
