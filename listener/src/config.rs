//! `canaryline.toml`: everything has a default, an unknown key is refused.

mod problems;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use honeytoken::{ConnectionId, PhoneNumber, Secret};
use serde::Deserialize;

use crate::alerts::{self, AlertConfig, TargetError};
use crate::anchors::{AnchorConfig, AnchorSettingsError, Authority, authorities};
use crate::erasures::RetentionConfig;
use crate::life::LifeConfig;
use crate::provider::{Provider, checked_lines};

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
            calls: CallsConfig::default(),
            limits: Limits::default(),
            tls: None,
            life: LifeConfig::default(),
            page: PageConfig::default(),
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

/// The log's name and who may read it.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogConfig {
    /// First line of every checkpoint; fixed when the log is made.
    pub origin: String,
    /// Who may read `/log`.
    pub publish: Publish,
    /// For `delayed`: how old an entry must be before it is public, in days.
    pub delay_days: u16,
}

impl Default for LogConfig {
    fn default() -> LogConfig {
        LogConfig {
            origin: "canaryline.invalid/log".into(),
            publish: Publish::Key,
            delay_days: 30,
        }
    }
}

/// Who may read `/log`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Publish {
    /// Whoever has any key.
    Key,
    /// Anybody, once entries are old enough.
    Delayed,
    /// Anybody, at once.
    Live,
}

/// What becomes of calls.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CallsConfig {
    /// Reject them, or let them ring.
    pub answer: CallAnswer,
    /// For `ring`: how long, in seconds.
    pub ring_s: u8,
}

impl Default for CallsConfig {
    fn default() -> CallsConfig {
        CallsConfig {
            answer: CallAnswer::Reject,
            ring_s: 30,
        }
    }
}

/// Reject calls, or let them ring. A canary never picks up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallAnswer {
    /// Busy.
    Reject,
    /// Ring until the caller gives up or the time is over.
    Ring,
}

/// Where the server stops taking more. Beyond `connections_max` new connections wait in the
/// kernel's queue; beyond `queue_entries_max` webhooks are answered 503 with Retry-After.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Open connections at once.
    pub connections_max: NonZeroU32,
    /// Entries waiting for the disk.
    pub queue_entries_max: NonZeroU32,
    /// Time for a request's headers, in seconds.
    pub header_s: NonZeroU32,
    /// Time for a request's body, in seconds.
    pub body_s: NonZeroU32,
    /// Webhook bodies, in bytes; a larger one is answered 413.
    pub body_bytes_max: usize,
    /// At shutdown: time for requests under way, in seconds.
    pub grace_s: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connections_max: at_least_one(1024),
            queue_entries_max: at_least_one(4096),
            header_s: at_least_one(10),
            body_s: at_least_one(30),
            body_bytes_max: 10 * 1024 * 1024,
            grace_s: 20,
        }
    }
}

const fn at_least_one(number: u32) -> NonZeroU32 {
    match NonZeroU32::new(number) {
        Some(number) => number,
        None => NonZeroU32::MIN,
    }
}

/// TLS by this process.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsConfig {
    /// Certificate chain, PEM.
    pub certificate: PathBuf,
    /// Its private key, PEM.
    pub key: PathBuf,
}

/// The pages.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PageConfig {
    /// Who may be signed in at once; beyond it whoever was seen last the longest ago is signed out.
    pub sessions_max: NonZeroU32,
    /// A session ends when nothing was asked for so long, in hours.
    pub session_idle_h: NonZeroU32,
    /// A session ends so long after it began, in hours.
    pub session_h: NonZeroU32,
    /// The time zone of times on pages for whoever chose none, such as `Asia/Shanghai`.
    pub time_zone: String,
}

impl Default for PageConfig {
    fn default() -> PageConfig {
        PageConfig {
            sessions_max: at_least_one(1024),
            session_idle_h: at_least_one(12),
            session_h: at_least_one(72),
            time_zone: "UTC".to_owned(),
        }
    }
}

/// The right of reply.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReplyConfig {
    /// How long a platform has to answer where its notice does not say, in days.
    pub days: u32,
}

impl Default for ReplyConfig {
    fn default() -> ReplyConfig {
        ReplyConfig { days: 14 }
    }
}

/// Reports.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReportConfig {
    /// Who publishes them, in a line of its own above the title.
    pub brand: Option<String>,
}

/// Decoys.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PersonaConfig {
    /// Pattern of addresses, such as `{given}.{family}{n}@post.example`.
    pub email_pattern: Option<String>,
}

/// What is asked of providers by itself, for connections that hold credentials of their account.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AccountsConfig {
    /// How often what the webhooks missed is looked for in the provider's lists, in hours; 0: only
    /// when asked.
    pub backfill_every_h: u16,
    /// How far back it is looked for, in hours.
    pub look_back_h: u16,
}

impl Default for AccountsConfig {
    fn default() -> AccountsConfig {
        AccountsConfig {
            backfill_every_h: 24,
            look_back_h: 48,
        }
    }
}

/// Whether recordings and pictures are fetched from providers. Recording people is regulated
/// differently from country to country; nothing is fetched unless it is said here.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RecordingsConfig {
    /// For lines of all countries that are not named.
    pub fetch: Fetch,
    /// ISO 3166 code of the line's country → what holds for it.
    pub countries: BTreeMap<String, Fetch>,
}

impl RecordingsConfig {
    /// What holds for a line of that country.
    pub fn of(&self, country: Option<&str>) -> Fetch {
        let named = country.and_then(|code| self.countries.get(code));
        named.copied().unwrap_or(self.fetch)
    }

    /// Whether anything may be fetched at all.
    pub fn is_on(&self) -> bool {
        let all = std::iter::once(&self.fetch).chain(self.countries.values());
        all.into_iter().any(|fetch| *fetch == Fetch::Always)
    }
}

/// Whether a file is fetched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fetch {
    /// No.
    #[default]
    Never,
    /// As soon as its contact is on the disk.
    Always,
}

/// A connection whose secrets come from the environment.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConnectionConfig {
    /// Which adapter.
    pub provider: String,
    /// Its public address, see [`honeytoken::Connection::public_url`].
    #[serde(default)]
    pub public_url: Option<String>,
    /// Secret's name → environment variable.
    pub secrets_env: BTreeMap<String, String>,
    /// Our lines by the provider's names for them, see [`honeytoken::Connection::lines`].
    #[serde(default)]
    pub lines: BTreeMap<String, PhoneNumber>,
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
mod tests {
    use super::*;

    #[test]
    fn an_empty_file_is_the_default() {
        let config: Config = "".parse().unwrap();
        assert!(config.listen.ip().is_loopback());
        assert_eq!(config.limits.body_bytes_max, 10 * 1024 * 1024);
        assert_eq!(config.log.publish, Publish::Key);
    }

    #[test]
    fn unknown_keys_are_refused_by_name() {
        for text in [
            "lissten = 1",
            "[log]\npublic = true",
            "[limits]\nbody_max = 1",
        ] {
            let error = text.parse::<Config>().unwrap_err().to_string();
            assert!(error.contains("unknown field"), "{error}");
        }
    }

    #[test]
    fn limits_of_nothing_are_refused() {
        for name in ["connections_max", "queue_entries_max", "header_s", "body_s"] {
            let text = format!("[limits]\n{name} = 0");
            assert!(text.parse::<Config>().is_err(), "{name}");
        }
    }

    #[test]
    fn a_connection_that_cannot_be_used_is_refused() {
        let config: Config = "[connections.tw]\nprovider = \"pigeon\"\nsecrets_env = {}"
            .parse()
            .unwrap();
        let error = config.connections(|_| None).unwrap_err().to_string();
        assert!(error.contains("tw") && error.contains("pigeon"), "{error}");
    }

    #[test]
    fn a_country_has_its_own_rule_for_recordings() {
        let text = "[recordings]\ncountries = { US = \"always\", DE = \"never\" }";
        let recordings = text.parse::<Config>().unwrap().recordings;
        assert_eq!(recordings.of(Some("US")), Fetch::Always);
        assert_eq!(recordings.of(Some("DE")), Fetch::Never);
        assert_eq!(recordings.of(None), Fetch::Never);
        assert!(recordings.is_on());
        assert!(!Config::default().recordings.is_on());
    }

    #[test]
    fn secrets_come_by_environment() {
        let config: Config =
            "[connections.tw]\nprovider = \"twilio\"\nsecrets_env = { auth_token = \"TOK\" }"
                .parse()
                .unwrap();
        let set = config
            .connections(|name| (name == "TOK").then(|| "s3".into()))
            .unwrap();
        assert_eq!(set[0].secrets["auth_token"].expose(), "s3");
        let unset = config.connections(|_| None).unwrap_err().to_string();
        assert!(unset.contains("TOK") && unset.contains("tw"), "{unset}");
    }
}
