//! The doors of canaryline: everything that speaks a network.
//!
//! - [`account`]: providers' APIs, asked under a connection's credentials.
//! - [`provider`]: webhook adapters, one file or folder each; pure, no sockets.
//! - `provider_keys`: their public keys on the record, so that a stranger can check signatures again.
//! - `address`: which addresses are outside, for whoever is told where to ask.
//! - `anchors`: outside authorities that vouch for checkpoints.
//! - [`bundles`]: evidence bundles, recorded, gathered, signed.
//! - [`exports`]: what leaves the house beside bundles, gathered.
//! - [`erasures`]: whose data goes, when, and what is left of it.
//! - [`reports`]: reports for people; `replies`: the clock of the right of reply;
//!   [`reply_files`]: what came with answers.
//! - [`ledger`]: log, index and fold, held together by the one writer.
//! - [`recorder`]: everybody's way to that writer; group commit.
//! - [`pool`]: many lines at once, and news of where they stand.
//! - `hooks`: the webhook door. `api`: keys in, JSON out; `page`: the same for people. [`server`]: sockets
//!   and limits.
//! - [`alerts`]: people hear of what matters without asking.
//! - [`life`]: what shows that a line would hear a call, and who is told when nothing does.
//! - [`cluster`]: a node among others: settings, servers that are trusted, duty, cosigning.
//! - [`Running`]: an installation at work, from start to end.
//! - [`Config`]: `canaryline.toml`. [`Clock`]: the one place that asks the time.
//!
//! What this room does not do: decide who leaked (attribution), know the bytes on disk (store), or
//! make reports (report). Nothing but the recorder appends.

pub mod account;
mod address;
pub mod alerts;
mod anchors;
mod api;
pub mod api_key;
pub mod app;
mod audit;
mod backfill;
pub mod bundles;
mod clock;
pub mod cluster;
mod config;
mod connections;
pub mod erasures;
pub mod exports;
mod failed_keys;
mod heard;
mod hooks;
mod house;
pub mod import;
mod judging;
pub mod ledger;
pub mod life;
mod media;
mod metrics;
mod page;
pub mod pool;
mod problem;
pub mod provider;
mod provider_keys;
pub mod recorder;
pub mod reparse;
mod replies;
pub mod reply_files;
pub mod reports;
mod running;
pub mod server;

pub use anchors::{AnchorConfig, AnchorSettingsError};
pub use clock::Clock;
pub use config::{
    AccountsConfig, CallAnswer, CallsConfig, Config, ConfigError, ConnectionConfig, Fetch, Limits,
    LogConfig, PageConfig, PersonaConfig, PublicConfig, Publish, RecordingsConfig, ReplyConfig,
    ReportConfig, TlsConfig,
};
pub use running::{Running, StartError};
