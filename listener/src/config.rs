//! `canaryline.toml`: everything has a default, an unknown key is refused.

mod problems;
mod sections;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use honeytoken::{ConnectionId, Secret};
use serde::Deserialize;

use crate::alerts::{self, AlertConfig, TargetError};
use crate::anchors::{AnchorConfig, AnchorSettingsError, Authority, authorities};
use crate::cluster::{JetStreamConfig, StoreConfig, StoreSettingsError};
use crate::erasures::RetentionConfig;
use crate::life::LifeConfig;
use crate::provider::{Provider, checked_lines};

pub use sections::{
    AccountsConfig, CallAnswer, CallsConfig, ConnectionConfig, Fetch, Limits, LogConfig,
    PageConfig, PersonaConfig, PublicConfig, Publish, RecordingsConfig, ReplyConfig, ReportConfig,
    TlsConfig,
};

/// The settings of one installation.
///
/// ```
/// let config: listener::Config = r#"
///     listen = "127.0.0.1:8470"
///     public_url = "https://hooks.example.org"
///
///     [log]
///     origin = "leaks.example.org/canaryline"
///     publish = "delayed"
///     delay_days = 30
///
///     [calls]
///     answer = "reject"
///
///     [limits]
///     connections_max = 512
///
///     [connections.tw]
///     provider = "twilio"
///     secrets_env = { auth_token = "TWILIO_AUTH_TOKEN" }
/// "#.parse().unwrap();
/// assert_eq!(config.limits.connections_max.get(), 512);
/// assert!("colour = 1".parse::<listener::Config>().is_err());
/// ```
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The folder of the evidence log.
    pub data: PathBuf,
    /// Scheme and host under which providers reach us; without it, the listening address.
    pub public_url: Option<String>,
    /// The log's name and who may read it.
    pub log: LogConfig,
    /// Where the log's order comes from.
    pub store: StoreConfig,
    /// What becomes of calls.
    pub calls: CallsConfig,
    /// Where the server stops taking more.
    pub limits: Limits,
    /// TLS, if no proxy does it.
    pub tls: Option<TlsConfig>,
    /// What proves that lines live.
    pub life: LifeConfig,
    /// The pages.
    pub page: PageConfig,
    /// The public page.
    pub public: PublicConfig,
    /// Decoys.
    pub persona: PersonaConfig,
    /// Outside authorities that vouch for checkpoints, by name.
    pub anchors: BTreeMap<String, AnchorConfig>,
    /// What is asked of providers by itself.
    pub accounts: AccountsConfig,
    /// Whether recordings and pictures are fetched.
    pub recordings: RecordingsConfig,
    /// The right of reply.
    pub reply: ReplyConfig,
    /// Reports.
    pub report: ReportConfig,
    /// After how many days personal data is erased.
    pub retention: RetentionConfig,
    /// Connections whose secrets come from the environment; set anew at every start.
    pub connections: BTreeMap<String, ConnectionConfig>,
    /// Alert targets whose secrets come from the environment; set anew where they differ.
    pub alerts: BTreeMap<String, AlertConfig>,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            listen: SocketAddr::from(([127, 0, 0, 1], 8470)),
            data: PathBuf::from("canaryline-data"),
            public_url: None,
            log: LogConfig::default(),
            store: StoreConfig::default(),
            calls: CallsConfig::default(),
            limits: Limits::default(),
            tls: None,
            life: LifeConfig::default(),
            page: PageConfig::default(),
            public: PublicConfig::default(),
            persona: PersonaConfig::default(),
            anchors: BTreeMap::new(),
            accounts: AccountsConfig::default(),
            recordings: RecordingsConfig::default(),
            reply: ReplyConfig::default(),
            report: ReportConfig::default(),
            retention: RetentionConfig::default(),
            connections: BTreeMap::new(),
            alerts: BTreeMap::new(),
        }
    }
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("settings file {path} cannot be read: {source}")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// An unknown key or a value that does not fit.
    #[error("settings do not fit: {0}")]
    Invalid(#[from] toml::de::Error),
    /// An id in `[connections]` is no id.
    #[error("settings name a connection {0:?}, which is not an id: {1}")]
    Id(String, honeytoken::IdError),
    /// A connection that its provider cannot use.
    #[error("settings name a connection {0} that cannot be used: {1}")]
    Connection(ConnectionId, String),
    /// `[store]` cannot be used.
    #[error("settings do not fit: {0}")]
    Store(#[from] StoreSettingsError),
    /// An authority in `[anchors]` cannot be asked.
    #[error("settings name an authority {0} that cannot be asked: {1}")]
    Anchor(String, AnchorSettingsError),
    /// An alert target that cannot be used.
    #[error("settings name an alert target {0} that cannot be used: {1}")]
    Alert(String, TargetError),
    /// A variable that holds a secret is not set.
    #[error("environment variable {0} is not set; connection {1} takes a secret from it")]
    NoVariable(String, String),
}

impl std::str::FromStr for Config {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Config, ConfigError> {
        Ok(toml::from_str(text)?)
    }
}

impl Config {
    /// Reads the settings file.
    ///
    /// # Errors
    /// When it cannot be read, or holds what is not known.
    pub fn read(path: &Path) -> Result<Config, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        text.parse()
    }

    /// The authorities of `[anchors]`, with their roots read.
    ///
    /// # Errors
    /// One that cannot be asked, by name.
    pub(crate) fn authorities(&self) -> Result<Vec<Authority>, ConfigError> {
        authorities(&self.anchors).map_err(|(name, error)| ConfigError::Anchor(name, error))
    }

    /// Whether everything that the settings name outside themselves is there and serves.
    ///
    /// # Errors
    /// What is not, by name.
    pub fn check(&self) -> Result<(), ConfigError> {
        self.authorities().map(drop)
    }

    /// The cluster of `[store]`, if there is one, with secrets looked up by `variable`.
    ///
    /// # Errors
    /// A setting that does not fit, a variable that is not set.
    pub fn cluster(
        &self,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<JetStreamConfig>, ConfigError> {
        Ok(self.store.cluster(variable)?)
    }

    /// The connections of `[connections]`, with secrets looked up by `variable`.
    ///
    /// # Errors
    /// A name that is no id, a variable that is not set, an unknown provider, a secret that is not
    /// of its form.
    pub fn connections(
        &self,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Vec<honeytoken::Connection>, ConfigError> {
        self.connections
            .iter()
            .map(|(id, config)| config.resolve(id, &variable))
            .collect()
    }

    /// The alert targets of `[alerts]`, with secrets looked up by `variable`.
    ///
    /// # Errors
    /// A target that cannot be used, a variable that is not set.
    pub fn alert_targets(
        &self,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Vec<honeytoken::AlertTarget>, ConfigError> {
        let target = |(id, written): (&String, &AlertConfig)| {
            alerts::from_settings(id, written, &variable)
                .map_err(|error| ConfigError::Alert(id.clone(), error))
        };
        self.alerts.iter().map(target).collect()
    }
}

impl ConnectionConfig {
    fn resolve(
        &self,
        id: &str,
        variable: &impl Fn(&str) -> Option<String>,
    ) -> Result<honeytoken::Connection, ConfigError> {
        let connection: ConnectionId = id
            .parse()
            .map_err(|error| ConfigError::Id(id.to_owned(), error))?;
        let secret = |(name, var): (&String, &String)| {
            let value =
                variable(var).ok_or_else(|| ConfigError::NoVariable(var.clone(), id.to_owned()))?;
            Ok((name.clone(), Secret::new(value)))
        };
        let secrets = self.secrets_env.iter().map(secret);
        let secrets = secrets.collect::<Result<_, ConfigError>>()?;
        Provider::find(&self.provider)
            .map_err(|error| error.to_string())
            .and_then(|p| p.connect(&secrets).map_err(|error| error.to_string()))
            .and_then(|_| checked_lines(&self.lines))
            .map_err(|error| ConfigError::Connection(connection.clone(), error))?;
        Ok(honeytoken::Connection {
            connection,
            provider: self.provider.clone(),
            secrets,
            public_url: self.public_url.clone(),
            lines: self.lines.clone(),
        })
    }
}

#[cfg(test)]
mod tests;
