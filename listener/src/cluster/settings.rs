//! `[store]`: where the log's order comes from.

use std::path::PathBuf;

use serde::Deserialize;
use store::{Acknowledge, Credentials, JetStreamSettings};

use crate::ledger::Ways;

/// Where the log's order comes from.
///
/// ```
/// let config: listener::Config = r#"
///     [store]
///     engine = "jetstream"
///     servers = ["nats://127.0.0.1:4222", "nats://127.0.0.1:4223", "nats://127.0.0.1:4224"]
///     monitoring = ["http://127.0.0.1:8222", "http://127.0.0.1:8223", "http://127.0.0.1:8224"]
///     prefix = "canaryline"
///     acknowledge = "quorum"
///     quorum_wait_ms = 9000
/// "#.parse().unwrap();
/// assert!(config.store.cluster(|_| None).unwrap().is_some());
/// ```
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StoreConfig {
    /// `embedded`: this folder alone. `jetstream`: a NATS JetStream cluster.
    pub engine: EngineName,
    /// Addresses of the cluster's servers.
    pub servers: Vec<String>,
    /// Addresses of their monitoring ports.
    pub monitoring: Vec<String>,
    /// What streams and subjects begin with: several logs share a cluster by it.
    pub prefix: Option<String>,
    /// Copies of each message: 1 (for trying out), 3 or 5.
    pub replicas: Option<u8>,
    /// How many canaryline nodes there are; a majority of them signs checkpoints.
    pub nodes: Option<u8>,
    /// When a webhook is acknowledged: `quorum` or `local`.
    pub acknowledge: AcknowledgeName,
    /// How long a webhook waits for a majority, in milliseconds; then this node's disk is enough.
    pub quorum_wait_ms: Option<u64>,
    /// How long a decision waits, in milliseconds.
    pub decide_wait_ms: Option<u64>,
    /// How long a start looks for the cluster, in seconds.
    pub connect_wait_s: Option<u64>,
    /// What may wait on this node's disk for the cluster, in bytes.
    pub outbox_bytes_max: Option<u64>,
    /// A file with a JWT and its seed.
    pub credentials: Option<PathBuf>,
    /// The user, if it is not in the file.
    pub user: Option<String>,
    /// The environment variable that holds the user's password.
    pub password_env: Option<String>,
    /// The environment variable that holds a token.
    pub token_env: Option<String>,
    /// Whether to speak TLS only.
    pub tls: bool,
    /// Certificates of authorities, PEM.
    pub ca: Option<PathBuf>,
    /// This node's certificate, PEM.
    pub certificate: Option<PathBuf>,
    /// Its private key, PEM.
    pub key: Option<PathBuf>,
}

/// Which engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EngineName {
    /// This folder alone.
    #[default]
    Embedded,
    /// A NATS JetStream cluster.
    Jetstream,
}

/// When a webhook is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AcknowledgeName {
    /// When a majority of servers has it.
    #[default]
    Quorum,
    /// When this node has it.
    Local,
}

/// A cluster, ready to be joined.
#[derive(Debug, Clone)]
pub struct JetStreamConfig {
    /// For the store.
    pub settings: JetStreamSettings,
    /// For the ledger.
    pub ways: Ways,
    /// Monitoring ports.
    pub monitoring: Vec<String>,
    /// How many nodes sign.
    pub nodes: u8,
}

/// Why `[store]` cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreSettingsError {
    /// A setting of a cluster without the engine.
    #[error("[store] names servers, and engine is embedded; say engine = \"jetstream\"")]
    Embedded,
    /// No servers.
    #[error("[store] needs {0}, one address for each server of the cluster")]
    Missing(&'static str),
    /// A value outside its range.
    #[error("[store] {0} is {1}; expected {2}")]
    Value(&'static str, String, &'static str),
    /// A name or a password in an address, which would be printed with it.
    #[error(
        "[store] {0} has an address with `@`; give user and password_env, and the address without them"
    )]
    Secret(&'static str),
    /// One of two that belong together.
    #[error("[store] has {0} and {1} is missing; give both, or neither")]
    Half(&'static str, &'static str),
    /// A variable that is not set.
    #[error("environment variable {0} is not set; [store] takes a secret from it")]
    NoVariable(String),
}

impl StoreConfig {
    /// The cluster, if there is one, with secrets looked up by `variable`.
    ///
    /// # Errors
    /// See [`StoreSettingsError`].
    pub fn cluster(
        &self,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<JetStreamConfig>, StoreSettingsError> {
        if self.engine == EngineName::Embedded {
            return match self.servers.is_empty() && self.monitoring.is_empty() {
                true => Ok(None),
                false => Err(StoreSettingsError::Embedded),
            };
        }
        if self.servers.is_empty() {
            return Err(StoreSettingsError::Missing("servers"));
        }
        if self.monitoring.len() < self.servers.len() {
            return Err(StoreSettingsError::Missing("monitoring"));
        }
        for (name, addresses) in [("servers", &self.servers), ("monitoring", &self.monitoring)] {
            if addresses.iter().any(|address| address.contains('@')) {
                return Err(StoreSettingsError::Secret(name));
            }
        }
        Ok(Some(JetStreamConfig {
            settings: self.settings(variable)?,
            ways: self.ways()?,
            monitoring: self.monitoring.clone(),
            nodes: within("nodes", self.nodes, 3, 1..=15, "1 to 15")?,
        }))
    }

    fn ways(&self) -> Result<Ways, StoreSettingsError> {
        Ok(Ways {
            acknowledge: match self.acknowledge {
                AcknowledgeName::Quorum => Acknowledge::Quorum,
                AcknowledgeName::Local => Acknowledge::Local,
            },
            quorum_wait_ms: within(
                "quorum_wait_ms",
                self.quorum_wait_ms,
                9_000,
                100..=60_000,
                "100 to 60000",
            )?,
            decide_wait_ms: within(
                "decide_wait_ms",
                self.decide_wait_ms,
                10_000,
                100..=60_000,
                "100 to 60000",
            )?,
            outbox_bytes_max: within(
                "outbox_bytes_max",
                self.outbox_bytes_max,
                4 << 30,
                1 << 20..=1 << 50,
                "at least 1048576",
            )?,
        })
    }

    fn settings(
        &self,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<JetStreamSettings, StoreSettingsError> {
        let secret = |name: &String| {
            variable(name).ok_or_else(|| StoreSettingsError::NoVariable(name.clone()))
        };
        let password = self.password_env.as_ref().map(secret).transpose()?;
        let token = self.token_env.as_ref().map(secret).transpose()?;
        let user = both(("user", self.user.clone()), ("password_env", password))?;
        let certificate = ("certificate", self.certificate.clone());
        Ok(JetStreamSettings {
            servers: self.servers.clone(),
            prefix: self.prefix()?,
            replicas: self.replicas()?,
            credentials: Credentials {
                file: self.credentials.clone(),
                user,
                token,
            },
            tls: self.tls,
            ca: self.ca.clone(),
            client: both(certificate, ("key", self.key.clone()))?,
            connect_wait_s: within(
                "connect_wait_s",
                self.connect_wait_s,
                30,
                1..=3600,
                "1 to 3600",
            )?,
        })
    }

    fn replicas(&self) -> Result<usize, StoreSettingsError> {
        match self.replicas.unwrap_or(3) {
            replicas @ (1 | 3 | 5) => Ok(usize::from(replicas)),
            other => {
                let expected = "1, 3 or 5";
                Err(StoreSettingsError::Value(
                    "replicas",
                    other.to_string(),
                    expected,
                ))
            }
        }
    }

    fn prefix(&self) -> Result<String, StoreSettingsError> {
        let prefix = self.prefix.clone().unwrap_or_else(|| "canaryline".into());
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        match (1..=32).contains(&prefix.len()) && prefix.chars().all(plain) {
            true => Ok(prefix),
            false => Err(StoreSettingsError::Value(
                "prefix",
                prefix,
                "1 to 32 letters, digits, - and _",
            )),
        }
    }
}

/// Two settings that belong together.
fn both<A, B>(
    one: (&'static str, Option<A>),
    other: (&'static str, Option<B>),
) -> Result<Option<(A, B)>, StoreSettingsError> {
    match (one.1, other.1) {
        (Some(a), Some(b)) => Ok(Some((a, b))),
        (None, None) => Ok(None),
        (Some(_), None) => Err(StoreSettingsError::Half(one.0, other.0)),
        (None, Some(_)) => Err(StoreSettingsError::Half(other.0, one.0)),
    }
}

fn within<T: PartialOrd + Copy + std::fmt::Display>(
    name: &'static str,
    value: Option<T>,
    default: T,
    range: std::ops::RangeInclusive<T>,
    expected: &'static str,
) -> Result<T, StoreSettingsError> {
    let value = value.unwrap_or(default);
    match range.contains(&value) {
        true => Ok(value),
        false => Err(StoreSettingsError::Value(name, value.to_string(), expected)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        let config: StoreConfig = toml::from_str(text).unwrap();
        config.cluster(|_| None).unwrap_err().to_string()
    }

    #[test]
    fn without_a_word_the_folder_is_alone() {
        let config: StoreConfig = toml::from_str("").unwrap();
        assert!(config.cluster(|_| None).unwrap().is_none());
    }

    #[test]
    fn what_a_cluster_cannot_work_with_is_refused_by_name() {
        let cluster = |more: &str| {
            format!(
                "engine = 'jetstream'\nservers = ['nats://a']\nmonitoring = ['http://a']\n{more}"
            )
        };
        assert!(refused("servers = ['nats://a']").contains("engine"));
        assert!(refused("engine = 'jetstream'").contains("servers"));
        let blind = refused("engine = 'jetstream'\nservers = ['nats://a']");
        assert!(blind.contains("monitoring"), "{blind}");
        for (more, word) in [
            ("prefix = 'a.b'", "prefix"),
            ("prefix = ''", "prefix"),
            ("replicas = 7", "replicas"),
            ("replicas = 2", "1, 3 or 5"),
            ("replicas = 4", "1, 3 or 5"),
            ("user = 'node'", "password_env is missing"),
            ("certificate = 'node.pem'", "key is missing"),
            ("key = 'node.key'", "certificate is missing"),
            ("nodes = 0", "nodes"),
            ("quorum_wait_ms = 0", "quorum_wait_ms"),
            ("outbox_bytes_max = 5", "outbox_bytes_max"),
            ("token_env = 'NO_SUCH'", "NO_SUCH"),
        ] {
            let said = refused(&cluster(more));
            assert!(said.contains(word), "{more}: {said}");
        }
        let text = cluster("password_env = 'SET'");
        let config: StoreConfig = toml::from_str(&text).unwrap();
        let said = config.cluster(|_| Some("word".into())).unwrap_err();
        assert!(said.to_string().contains("user is missing"), "{said}");
    }

    #[test]
    fn a_password_in_an_address_is_refused_and_not_echoed() {
        for (servers, monitoring, word) in [
            ("nats://node:secret@a", "http://a", "servers"),
            ("nats://a", "http://node:secret@a", "monitoring"),
        ] {
            let said = refused(&format!(
                "engine = 'jetstream'\nservers = ['{servers}']\nmonitoring = ['{monitoring}']"
            ));
            assert!(
                said.contains(word) && said.contains("password_env"),
                "{said}"
            );
            assert!(!said.contains("secret"), "{said}");
        }
    }
}
