//! The forms in which alerts are sent: a file and a row each.
//!
//! A row says what a channel needs; [`connect`] reads a target's settings and secrets once. Chat
//! robots are told in plain text: what they do with markup differs, and a platform's name must
//! never become a command or call everybody.

mod dingtalk;
mod discord;
mod email;
mod feishu;
mod slack;
mod standard_webhooks;
mod wecom;

use honeytoken::{AlertTarget, Timestamp};
use reqwest::Url;

use super::target::TargetError;
use super::words::Message;
use crate::address;
pub(crate) use email::Mailbox;

/// A channel: its row.
pub(crate) struct Kind {
    /// The word in the settings.
    pub(crate) id: &'static str,
    /// Settings that it has.
    pub(crate) settings: &'static [&'static str],
    /// Secrets that it has.
    pub(crate) secrets: &'static [&'static str],
    /// The other side takes one message in so many seconds.
    pub(crate) gap_s: u32,
    connect: fn(&Given<'_>) -> Result<Channel, TargetError>,
}

/// All channels by id.
pub(crate) const KINDS: [&Kind; 7] = [
    &dingtalk::KIND,
    &discord::KIND,
    &email::KIND,
    &feishu::KIND,
    &slack::KIND,
    &standard_webhooks::KIND,
    &wecom::KIND,
];

/// A channel, ready to send.
pub(crate) enum Channel {
    /// By an HTTP request.
    Http(Box<dyn Form>),
    /// By e-mail.
    Mail(Box<Mailbox>),
}

/// A message in the form of an HTTP channel.
pub(crate) trait Form: Send + Sync {
    /// The request, as it is sent at `now`.
    fn post(&self, message: &Message, now: Timestamp) -> Post;

    /// Why a request that was answered with success came to nothing all the same: some say so in
    /// the body.
    fn refusal(&self, _body: &[u8]) -> Option<String> {
        None
    }
}

/// An HTTP request: POST, JSON.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Post {
    pub(crate) url: Url,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

impl Post {
    fn json(url: &Url, body: &serde_json::Value) -> Post {
        Post {
            url: url.clone(),
            headers: Vec::new(),
            body: body.to_string(),
        }
    }
}

/// What a target gives to its channel.
struct Given<'a> {
    kind: &'static Kind,
    target: &'a AlertTarget,
}

impl<'a> Given<'a> {
    fn value(&self, name: &str) -> Option<&'a str> {
        let secret = self.target.secrets.get(name).map(|secret| secret.expose());
        let value = secret.or_else(|| self.target.settings.get(name).map(String::as_str));
        value.map(str::trim).filter(|value| !value.is_empty())
    }

    fn required(&self, name: &'static str) -> Result<&'a str, TargetError> {
        self.value(name)
            .ok_or(TargetError::Missing(name, self.kind.id))
    }

    /// The secret `url`, which may be called.
    fn url(&self) -> Result<Url, TargetError> {
        Ok(address::url(
            self.required("url")?,
            self.target.allow_private,
        )?)
    }
}

/// The channel with this id.
pub(crate) fn find(id: &str) -> Option<&'static Kind> {
    KINDS.into_iter().find(|kind| kind.id == id)
}

/// The target's channel, ready to send.
///
/// # Errors
/// An unknown channel, a setting that is missing, unknown or not of its form.
pub(crate) fn connect(target: &AlertTarget) -> Result<Channel, TargetError> {
    let known = || KINDS.map(|kind| kind.id).join(", ");
    let kind = find(&target.channel)
        .ok_or_else(|| TargetError::Channel(target.channel.clone(), known()))?;
    only(kind, kind.settings, target.settings.keys())?;
    only(kind, kind.secrets, target.secrets.keys())?;
    (kind.connect)(&Given { kind, target })
}

fn only<'a>(
    kind: &'static Kind,
    known: &[&str],
    mut given: impl Iterator<Item = &'a String>,
) -> Result<(), TargetError> {
    match given.find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(TargetError::Unknown {
            name: name.clone(),
            channel: kind.id,
            known: [kind.settings, kind.secrets].concat().join(", "),
        }),
    }
}

/// Why an answer whose `code` must be 0 says no, by its code and words.
fn refused_by_code(body: &[u8], code: &str, words: &str) -> Option<String> {
    let answer: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    match answer[code].as_i64() {
        Some(0) => None,
        Some(number) => Some(format!("{code} {number}: {}", said(&answer[words]))),
        None => Some(format!("answer has no {code}")),
    }
}

/// What the other side said, short: it may repeat what it was sent, which stays short then too.
fn said(words: &serde_json::Value) -> String {
    super::words::cut(words.as_str().unwrap_or("no reason given"), 80)
}

#[cfg(test)]
pub(super) mod tests;
