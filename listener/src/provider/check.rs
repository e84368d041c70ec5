//! Captured requests, judged by the same doors: "why was mine refused?"
//!
//! [`vectors`] reads a file of captured requests in the format `canaryline-telephony-vectors/1`
//! and judges each; [`one`] judges a single request. Of a vector only these fields are read:
//! `id, provider, method, url, headers, body, secret, now`, and for programs started by a modem
//! daemon `env, argv`. Names in `secret` that the provider does not have are notes and passed
//! over; `now` is null where the scheme knows no time.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use honeytoken::{Secret, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::gammu_smsd::Run;
use super::{Malformed, Provider, Received, Request, Webhook};

/// The format that [`vectors`] reads.
pub const FORMAT: &str = "canaryline-telephony-vectors/1";

/// The judgement on one captured request.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// The vector's id.
    pub id: String,
    /// Whether the provider sent it.
    pub verdict: Verdict,
    /// Why it was refused, or what could not be read in it.
    pub reason: Option<String>,
    /// The events in it, as [`Received::to_json`](super::Received::to_json) writes them.
    pub events: Vec<Value>,
}

/// Whether a request would be accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Genuine.
    Accept,
    /// Refused, or not to be judged.
    Reject,
}

/// The file is not one of captured requests.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// Not the JSON expected.
    #[error("file is not a file of captured requests")]
    Json(#[from] serde_json::Error),
    /// Another format.
    #[error("file has format {0:?}, expected {FORMAT:?}")]
    Format(String),
}

#[derive(Deserialize)]
struct File {
    format: String,
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    id: String,
    provider: String,
    #[serde(default)]
    method: Option<String>,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: String,
    #[serde(default)]
    secret: Map<String, Value>,
    #[serde(default)]
    now: Option<i64>,
    /// A program started by a modem daemon, in place of a request.
    #[serde(default)]
    env: Option<BTreeMap<String, String>>,
    #[serde(default)]
    argv: Vec<String>,
}

/// Judges every request of a file, in order.
///
/// # Errors
/// When the file is not one of captured requests.
pub fn vectors(file: &[u8]) -> Result<Vec<Outcome>, FileError> {
    let file: File = serde_json::from_slice(file)?;
    match file.format == FORMAT {
        true => Ok(file.vectors.iter().map(Vector::judge).collect()),
        false => Err(FileError::Format(file.format)),
    }
}

/// A single captured request.
#[derive(Clone, Copy)]
pub struct Captured<'a> {
    /// Whose, such as `twilio`.
    pub provider: &'a str,
    /// `POST`, `GET`, ….
    pub method: &'a str,
    /// The public URL as the provider called it.
    pub url: &'a str,
    /// The headers, repeated names included.
    pub headers: &'a [(String, String)],
    /// The body.
    pub body: &'a [u8],
    /// The connection's secrets.
    pub secrets: &'a BTreeMap<String, Secret>,
    /// The time by which its age is judged.
    pub at: Timestamp,
}

/// Judges one request.
pub fn one(captured: &Captured<'_>) -> Outcome {
    let webhook = Provider::find(captured.provider)
        .map_err(|error| error.to_string())
        .and_then(|p| {
            p.connect(captured.secrets)
                .map_err(|error| error.to_string())
        });
    match webhook {
        Ok(webhook) => judge(captured, &webhook),
        Err(reason) => Outcome::rejected(reason),
    }
}

impl Vector {
    fn judge(&self) -> Outcome {
        let outcome = match (Provider::find(&self.provider), &self.env) {
            (Ok(_), Some(env)) => self.judge_run(env),
            (Ok(provider), None) => self.judge_by(provider),
            (Err(error), _) => Outcome::rejected(error),
        };
        Outcome {
            id: self.id.clone(),
            ..outcome
        }
    }

    fn judge_by(&self, provider: &'static Provider) -> Outcome {
        let mut webhook = match provider.connect(&self.secrets(provider)) {
            Ok(webhook) => webhook,
            Err(error) => return Outcome::rejected(error),
        };
        for (url, pem) in self.certificates() {
            webhook = webhook.learn_certificate(url, pem).unwrap_or(webhook);
        }
        let headers: Vec<_> = self.headers.clone().into_iter().collect();
        let captured = Captured {
            provider: provider.id,
            method: self.method.as_deref().unwrap_or("POST"),
            url: self.url.as_deref().unwrap_or_default(),
            headers: &headers,
            body: self.body.as_bytes(),
            secrets: &BTreeMap::new(),
            at: self.now.map_or(Timestamp::EPOCH, Timestamp::from_unix_s),
        };
        judge(&captured, &webhook)
    }

    /// A program that the daemon started is trusted as the daemon is: there is nothing to verify.
    fn judge_run(&self, env: &BTreeMap<String, String>) -> Outcome {
        let run = Run {
            argv: self.argv.clone(),
            env: env.clone(),
        };
        Outcome::accepted(run.into_event(&self.id).map(|event| vec![event]))
    }

    /// The secrets that the provider knows; a vector's `secret` may hold notes beside them.
    fn secrets(&self, provider: &Provider) -> BTreeMap<String, Secret> {
        let known = |name: &str| provider.secrets.iter().any(|known| known.name == name);
        let texts = self
            .secret
            .iter()
            .filter_map(|(name, value)| Some((name, value.as_str()?)));
        texts
            .filter(|(name, _)| known(name))
            .map(|(name, value)| (name.clone(), Secret::new(value)))
            .collect()
    }

    /// Certificates that were fetched when the request was captured, by their address.
    fn certificates(&self) -> impl Iterator<Item = (&str, &str)> {
        let by_url = self.secret.get("certs_by_url").and_then(Value::as_object);
        let pairs = by_url.into_iter().flatten();
        pairs.filter_map(|(url, pem)| Some((url.as_str(), pem.as_str()?)))
    }
}

fn judge(captured: &Captured<'_>, webhook: &Webhook) -> Outcome {
    let Some(headers) = header_map(captured.headers) else {
        return Outcome::rejected("a header's name or value is not one that HTTP can carry");
    };
    let Captured {
        method, url, body, ..
    } = *captured;
    match webhook.verify(
        Request {
            method,
            url,
            headers: &headers,
            body,
        },
        captured.at,
    ) {
        Ok(verified) => Outcome::accepted(verified.parse()),
        Err(refusal) => Outcome::rejected(refusal),
    }
}

fn header_map(headers: &[(String, String)]) -> Option<HeaderMap> {
    let parse = |(name, value): &(String, String)| {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        Some((name, HeaderValue::from_bytes(value.as_bytes()).ok()?))
    };
    let mut map = HeaderMap::new();
    for header in headers {
        let (name, value) = parse(header)?;
        map.append(name, value);
    }
    Some(map)
}

impl Outcome {
    fn accepted(events: Result<Vec<Received>, Malformed>) -> Outcome {
        let (events, reason) = match events {
            Ok(events) => (events.iter().map(Received::to_json).collect(), None),
            Err(malformed) => (Vec::new(), Some(format!("genuine, but {malformed}"))),
        };
        Outcome {
            id: String::new(),
            verdict: Verdict::Accept,
            reason,
            events,
        }
    }

    fn rejected(reason: impl ToString) -> Outcome {
        let reason = Some(reason.to_string());
        Outcome {
            id: String::new(),
            verdict: Verdict::Reject,
            reason,
            events: Vec::new(),
        }
    }
}
