//! How a message leaves the house: once, within a time, to open addresses only, never further than
//! to the address that the target names.

use std::time::Duration;

use honeytoken::{AlertTarget, Timestamp};
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, redirect};

use super::channel::{self, Channel, Form, Mailbox, Post};
use super::words::Message;
use crate::address;

/// The longest wait for a connection, in seconds.
const CONNECT_S: u64 = 5;
/// The longest wait for an answer, in seconds.
const ANSWER_S: u64 = 20;
/// An answer is read up to here; the rest does not matter.
const ANSWER_BYTES_MAX: usize = 16 * 1024;

/// What came of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sent {
    /// The other side took it.
    Delivered,
    /// It did not, and may later. No address and no secret stands in the reason.
    Failed {
        /// In a few words.
        reason: String,
        /// After how many seconds the other side wants to be asked again.
        retry_after_s: Option<u32>,
    },
    /// The other side is gone for good (410).
    Gone,
}

impl Sent {
    fn failed(reason: impl Into<String>) -> Sent {
        Sent::Failed {
            reason: reason.into(),
            retry_after_s: None,
        }
    }
}

/// Sends a message to a target, once.
pub(crate) async fn send(target: &AlertTarget, message: &Message, now: Timestamp) -> Sent {
    send_within(target, message, now, Duration::from_secs(ANSWER_S)).await
}

/// As [`send`], with another wait for the answer.
pub(super) async fn send_within(
    target: &AlertTarget,
    message: &Message,
    now: Timestamp,
    answer: Duration,
) -> Sent {
    match channel::connect(target) {
        // An older version accepted it.
        Err(error) => Sent::failed(error.to_string()),
        Ok(Channel::Mail(mailbox)) => mail(&mailbox, message).await,
        Ok(Channel::Http(form)) => {
            let post = form.post(message, now);
            match client(target.allow_private, answer) {
                Ok(client) => call(&client, &*form, post, now).await,
                Err(error) => Sent::failed(error.without_url().to_string()),
            }
        }
    }
}

async fn mail(mailbox: &Mailbox, message: &Message) -> Sent {
    // Each step has a time of its own; all together have this one.
    let sending = mailbox.send(message);
    match tokio::time::timeout(Duration::from_secs(6 * ANSWER_S), sending).await {
        Ok(Ok(())) => Sent::Delivered,
        Ok(Err(error)) => Sent::failed(error.to_string()),
        Err(_) => Sent::failed("mail server took too long"),
    }
}

async fn call(client: &Client, form: &dyn Form, post: Post, now: Timestamp) -> Sent {
    let Post { url, headers, body } = post;
    let mut request = client
        .post(url)
        .header(CONTENT_TYPE, "application/json; charset=utf-8");
    for (name, value) in headers {
        request = request.header(name, value);
    }
    match request.body(body).send().await {
        Ok(answer) => judged(form, answer, now).await,
        Err(error) => Sent::failed(why(&error)),
    }
}

/// A client a message: alerts are few, and each target has its own idea of what is private.
fn client(allow_private: bool, answer: Duration) -> reqwest::Result<Client> {
    // Already installed is fine: the provider is the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .user_agent(concat!("canaryline/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        // A proxy would resolve names in our place.
        .no_proxy()
        .dns_resolver(address::guard(allow_private))
        .connect_timeout(Duration::from_secs(CONNECT_S))
        .timeout(answer)
        .build()
}

fn why(error: &reqwest::Error) -> &'static str {
    match () {
        () if error.is_timeout() => "no answer in time",
        () if error.is_connect() => "no connection: name, address, port or TLS",
        () => "request broke off",
    }
}

async fn judged(form: &dyn Form, mut answer: Response, now: Timestamp) -> Sent {
    let status = answer.status();
    if status == StatusCode::GONE {
        return Sent::Gone;
    }
    if status.is_redirection() {
        return Sent::failed(format!(
            "answered {}: redirects are not followed",
            status.as_u16()
        ));
    }
    if !status.is_success() {
        return Sent::Failed {
            reason: format!("answered {}", status.as_u16()),
            retry_after_s: retry_after_s(&answer, now),
        };
    }
    let mut body = Vec::new();
    while body.len() < ANSWER_BYTES_MAX {
        match answer.chunk().await {
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => break,
            Err(error) => return Sent::failed(why(&error)),
        }
    }
    body.truncate(ANSWER_BYTES_MAX);
    form.refusal(&body).map_or(Sent::Delivered, Sent::failed)
}

/// `Retry-After` in seconds or as a date (RFC 9110, 10.2.3).
fn retry_after_s(answer: &Response, now: Timestamp) -> Option<u32> {
    let value = answer.headers().get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse::<u32>() {
        return Some(seconds);
    }
    // Discord writes fractions.
    if let Ok(seconds) = value.parse::<f64>() {
        return Some(seconds.clamp(0.0, 1e9).ceil() as u32);
    }
    let at = jiff::fmt::rfc2822::parse(value)
        .ok()?
        .timestamp()
        .as_second();
    u32::try_from((at - now.as_unix_s()).max(0)).ok()
}
