//! A call or message that reached one of our numbers.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{ConnectionId, Part, Secret, Sender, Timestamp};

/// One event that a provider told us about a line: a message, a call, or something that belongs
/// to a call (its later status, recording, transcript).
///
/// Two times are never confused: [`Contact::received_at`] is ours, [`Contact::claimed_at`] the
/// provider's. The raw request is kept verbatim beside what we read in it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Contact {
    /// Whose webhook it was.
    pub connection: ConnectionId,
    /// The provider's own id of the message or call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_event_id: Option<String>,
    /// Same key, same connection: the same event told again. Never empty.
    pub dedupe_key: String,
    /// The call that this belongs to; events with one session are one call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// Which part of a long message this is, where the provider delivers parts one by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Box<Part>>,
    /// By which medium it came.
    pub medium: Medium,
    /// The provider's word for the stage, such as `received`, `ringing`, `completed`.
    pub phase: String,
    /// The called party; none where the provider names no destination.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Sender>,
    /// The calling party as shown, which anybody can forge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Sender>,
    /// The message, or the transcript of a call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// How long the call lasted, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_s: Option<u32>,
    /// STIR/SHAKEN attestation of the caller id: `A`, `B`, `C`, or what the provider says instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attestation: Option<String>,
    /// When it happened, by the provider's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed_at: Option<Timestamp>,
    /// When it reached us, by our clock.
    pub received_at: Timestamp,
    /// How strongly the request was authenticated.
    pub authentication: Authentication,
    /// The entry of our own test of the line that this is. It is no contact: nobody judges it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line_test: Option<u64>,
    /// Whether no webhook brought it: we found it afterwards in the provider's own list. It
    /// happened at [`Contact::claimed_at`], maybe long before it was received.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub backfilled: bool,
    /// The number used once under which it came, where the signature leaves the body open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<Box<Nonce>>,
    /// What else the adapter read, by the provider's names.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub extra: serde_json::Map<String, serde_json::Value>,
    /// The request's method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_method: Option<String>,
    /// The request's public URL as the provider called it, without credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_url: Option<String>,
    /// The request's headers in order, without credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_headers: Option<Vec<(String, String)>>,
    /// The request's body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_body: Option<RawBody>,
    /// Credentials that stood in headers or URL, apart, so that no disclosure opens them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_credentials: Option<Vec<(String, Secret)>>,
}

/// Personal data stays out: only what helps to find the entry is shown.
impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contact")
            .field("connection", &self.connection)
            .field("medium", &self.medium)
            .field("phase", &self.phase)
            .field("received_at", &self.received_at)
            .field("authentication", &self.authentication)
            .finish_non_exhaustive()
    }
}

/// By which medium a contact came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Medium {
    /// A text or multimedia message.
    Sms,
    /// A call, or a later status of one.
    Call,
    /// A recording of a call, or voicemail.
    Recording,
    /// What was said in a call, as text.
    Transcript,
    /// The provider's or gateway's own business: pings, subscription confirmations.
    Control,
}

impl Medium {
    /// The word in files and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Medium::Sms => "sms",
            Medium::Call => "call",
            Medium::Recording => "recording",
            Medium::Transcript => "transcript",
            Medium::Control => "control",
        }
    }
}

/// How strongly a request was authenticated, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Authentication {
    /// A public-key signature (Ed25519, RSA) over the body: anyone can check it later.
    SignatureBody,
    /// A MAC over the body under a secret that we share with the provider.
    MacBody,
    /// Read by us from the provider's own API, over TLS under our credentials: as sure as its
    /// server's certificate when it was read, and nothing is left that could be checked again.
    /// Hence weaker than a kept MAC, and stronger than a signature that leaves the body open.
    ProviderApi,
    /// A MAC or token that does not cover the body.
    MacWithoutBody,
    /// A password or a secret URL.
    SharedSecret,
    /// Nothing: whoever knows the URL can send.
    None,
    /// Read from a file that an operator imported.
    Imported,
    /// Typed in by an operator.
    ByHand,
}

impl Authentication {
    /// The word in files and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Authentication::SignatureBody => "signature_body",
            Authentication::MacBody => "mac_body",
            Authentication::ProviderApi => "provider_api",
            Authentication::MacWithoutBody => "mac_without_body",
            Authentication::SharedSecret => "shared_secret",
            Authentication::None => "none",
            Authentication::Imported => "imported",
            Authentication::ByHand => "by_hand",
        }
    }
}

/// A body as it came: text where it is UTF-8, else bytes in base64 (RFC 4648), or, where it is
/// too large for an entry, the digest of a file kept beside the log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RawBody {
    /// UTF-8, verbatim.
    Text(String),
    /// Other bytes, in standard base64 with padding.
    Base64(String),
    /// Kept apart.
    Blob {
        /// SHA-256 of the bytes, in lower-case hex.
        sha256: String,
        /// Length in bytes.
        bytes: u64,
    },
}

impl fmt::Debug for RawBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RawBody(…)")
    }
}

/// A number used once that a provider signed without the body, with the body that it was used for:
/// under the same body it is a repeat, under another a forgery. Digests, since whoever reads the
/// number could use it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nonce {
    /// SHA-256 of the number, in lower-case hex.
    pub sha256: String,
    /// SHA-256 of the body, in lower-case hex.
    pub body_sha256: String,
}

impl fmt::Debug for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nonce(…)")
    }
}

/// A provider told us an event again that is in the log already: linked, and counted once. Its own
/// request is kept as the first one's was.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Repeat {
    /// Whose webhook it was.
    pub connection: ConnectionId,
    /// The entry it repeats.
    pub repeats: u64,
    /// The called party, so that the repeat is filed under the same subject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Sender>,
    /// When the repeat reached us, by our clock.
    pub received_at: Timestamp,
    /// How strongly the repeat was authenticated.
    pub authentication: Authentication,
    /// The number used once under which the repeat came, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<Box<Nonce>>,
    /// The repeat's method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_method: Option<String>,
    /// The repeat's public URL, without credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_url: Option<String>,
    /// The repeat's headers in order, without credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_headers: Option<Vec<(String, String)>>,
    /// The repeat's body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_body: Option<RawBody>,
    /// Credentials that stood in the repeat's headers or URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_credentials: Option<Vec<(String, Secret)>>,
}

/// Personal data stays out.
impl fmt::Debug for Repeat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Repeat")
            .field("connection", &self.connection)
            .field("repeats", &self.repeats)
            .field("received_at", &self.received_at)
            .field("authentication", &self.authentication)
            .finish_non_exhaustive()
    }
}

/// A request that was genuinely signed and could not be read: kept, so that nothing is lost while
/// the adapter is mended.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Unparsed {
    /// Whose webhook it was.
    pub connection: ConnectionId,
    /// What the adapter missed.
    pub reason: String,
    /// When it reached us, by our clock.
    pub received_at: Timestamp,
    /// How strongly the request was authenticated.
    pub authentication: Authentication,
    /// The number used once under which it came, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<Box<Nonce>>,
    /// The request's method.
    pub raw_method: String,
    /// The request's public URL, without credentials.
    pub raw_url: String,
    /// The request's headers in order, without credentials.
    pub raw_headers: Vec<(String, String)>,
    /// The request's body.
    pub raw_body: RawBody,
    /// Credentials that stood in headers or URL.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub raw_credentials: Vec<(String, Secret)>,
}

impl fmt::Debug for Unparsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unparsed")
            .field("connection", &self.connection)
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}
