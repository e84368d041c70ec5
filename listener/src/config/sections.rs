//! The sections of the file, each with its defaults.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::PathBuf;

use honeytoken::PhoneNumber;
use serde::Deserialize;

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

/// The public page: findings that an admin decided to publish.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PublicConfig {
    /// Whether there is one.
    pub enabled: bool,
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
