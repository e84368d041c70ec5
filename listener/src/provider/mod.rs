//! Webhook adapters: what each provider sends, proven genuine and read into one shape.
//!
//! One file or folder per provider, the same parts in the same order: what it sends (with a link),
//! its settings, `verify`, `parse`, the answer it expects, tests. Whoever has read one has read
//! all. Around them:
//!
//! - [`Provider`], a row of [`PROVIDERS`]: its id, the names of its secrets, what it can carry.
//!   [`Provider::connect`] parses the secrets once into a [`Webhook`].
//! - [`Request`]: the raw request under the public URL the provider called.
//! - [`Webhook::verify`]: over the raw bytes, before anything is parsed, into a [`Verified`]
//!   request or a [`Refusal`]; time is an argument.
//! - [`Nonces`]: for providers whose signature leaves the body open, the signatures already used.
//! - [`Verified::parse`]: the only way to [`Received`] events, or [`Malformed`].
//! - [`Places`]: which of our lines an event is about, where its provider names no number.
//! - [`Webhook::answer`]: what the provider expects to hear once the events are durable.
//! - [`sign`]: the sender's side, for what we send ourselves: alerts, the demonstration, tests.
//! - [`check`]: the same doors for captured requests, to find out why one was refused.
//!
//! What this part deliberately does not do: speak a network, wait, ask the time, store. A
//! certificate that is missing is asked for in the [`Refusal`]; whoever speaks the network fetches
//! it and calls [`Webhook::learn_certificate`].
//!
//! Facts that only hearsay supports are left out; each file says which.

mod answer;
mod cxml;
mod dedupe;
mod form;
mod json;
mod jwt;
mod lines;
mod mac;
mod malformed;
mod nonces;
mod parts;
mod party;
mod received;
pub(crate) mod records;
mod refusal;
mod registry;
mod request;
mod settings;
mod shared_secret;
mod url;
mod webhook;
mod when;

pub mod check;
pub mod sign;

mod aliyun_pnp;
mod aliyun_sms;
mod android_sms_gateway;
mod aws_sns;
mod bandwidth;
mod bird;
pub mod gammu_smsd;
mod httpsms;
mod huawei_privatenumber;
mod infobip;
mod messagebird;
mod plivo;
mod signalwire;
mod sinch;
mod smsforwarder;
mod standard_webhooks;
mod telnyx;
mod tencent_sms;
mod twilio;
mod vonage_jwt;
mod vonage_sms;

#[cfg(test)]
mod tests;

pub use answer::{Answer, Calls};
pub use dedupe::Dedupe;
pub(crate) use dedupe::fingerprint;
pub use lines::{LINE_NAME_BYTES_MAX, LINES_MAX, Places, checked_lines};
pub use malformed::Malformed;
pub use nonces::Nonces;
pub use received::Received;
pub use refusal::{Refusal, Rejection, Undecided};
pub use registry::{Carries, PROVIDERS, Provider, UnknownProvider};
pub use request::Request;
pub use settings::{SecretName, SettingsError};
pub(crate) use webhook::PublicKeyText;
pub use webhook::{EVENTS_MAX, Verified, Webhook};
