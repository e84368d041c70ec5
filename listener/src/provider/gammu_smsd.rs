//! Gammu's SMS daemon: a modem on a serial line.
//!
//! The daemon starts a program for each message (`RunOnReceive`) and each call
//! (`RunOnIncomingCall`) and tells it everything by arguments and environment:
//! <https://docs.gammu.org/smsd/run.html>. That program reads a [`Run`] and posts it as JSON,
//! signed as Standard Webhooks with the connection's `whsec`; the
//! daemon may start it again when it takes more than two minutes, and the same ids make the same
//! key.
//!
//! The line is known by `PHONE_ID` alone: `PhoneID` in the daemon's configuration is the number
//! itself, or a name that the connection's lines map; else the destination is `phone:<id>`. Run the daemon under a UTF-8 locale: text in
//! GB18030 is read, in other encodings it is lost before it reaches us.

use std::collections::BTreeMap;
use std::ffi::OsString;

use honeytoken::{Authentication, Medium, Sender, Timestamp};
use serde::{Deserialize, Serialize};

use super::mac::Keys;
use super::party::party;
use super::webhook::{Adapter, Proof};
use super::{
    Carries, Dedupe, Malformed, Provider, Received, Refusal, Request, SecretName, Verified, json,
    standard_webhooks, when,
};

/// The most parts of a message; GSM allows 255.
const PARTS_MAX: i64 = 255;

pub(super) static PROVIDER: Provider = Provider {
    id: "gammu_smsd",
    title: "Gammu SMSD",
    carries: &[Carries::Sms, Carries::Call],
    authentication: &[Authentication::MacBody],
    secrets: &[SecretName::required(
        "whsec",
        "the secret under which the program posts",
    )],
    credential_headers: &[],
    credential_in_url: false,
    redelivers_with_new_id_within_s: None,
    connect: |secrets| {
        Ok(Box::new(Gammu {
            keys: standard_webhooks::keys(secrets)?,
        }))
    },
};

struct Gammu {
    keys: Keys,
}

impl Adapter for Gammu {
    fn verify<'a>(&self, request: &Request<'a>, now: Timestamp) -> Result<Proof<'a>, Refusal> {
        standard_webhooks::verify(&self.keys, request, now)?;
        Ok(Authentication::MacBody.into())
    }

    fn parse(&self, verified: &Verified<'_>) -> Result<Vec<Received>, Malformed> {
        let run: Run = json::read(verified.request.body)?;
        let delivery = verified.request.header(standard_webhooks::ID)?;
        Ok(vec![run.into_event(delivery)?])
    }
}

/// What the daemon told the program that it started.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The arguments after the program's name: ids of the message's parts, or the caller's number;
    /// none where that is withheld.
    pub argv: Vec<String>,
    /// The daemon's variables.
    #[serde(deserialize_with = "json::each_once")]
    pub env: BTreeMap<String, String>,
}

impl Run {
    /// Reads arguments and environment, keeping only the daemon's own variables.
    pub fn new(
        argv: impl IntoIterator<Item = OsString>,
        env: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Run {
        let ours = |name: &str| {
            name == "PHONE_ID" || name.starts_with("SMS_") || name.starts_with("DECODED_")
        };
        let pairs = env
            .into_iter()
            .map(|(name, value)| (text(name), text(value)));
        Run {
            argv: argv.into_iter().map(text).collect(),
            env: pairs.filter(|(name, _)| ours(name)).collect(),
        }
    }

    /// Whether the daemon told of a call: it then gives the caller's number and no message.
    pub fn is_call(&self) -> bool {
        self.get("SMS_MESSAGES").is_none()
    }

    /// Whether the daemon told anything; of a call whose number is withheld, only which phone rang.
    pub fn is_something(&self) -> bool {
        !self.is_call() || !self.argv.is_empty() || self.get("PHONE_ID").is_some()
    }

    /// The event. `delivery` tells one run from another where the daemon names no id.
    pub(super) fn into_event(self, delivery: &str) -> Result<Received, Malformed> {
        match self.is_call() {
            false => self.message(),
            true => self.call(delivery),
        }
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.env.get(name).map(String::as_str)
    }

    fn count(&self, name: &'static str) -> Result<i64, Malformed> {
        let count = when::digits(self.get(name).unwrap_or("0")).filter(|n| *n <= PARTS_MAX);
        count.ok_or(Malformed::Value(name))
    }

    fn line(&self) -> Option<Sender> {
        let id = self.get("PHONE_ID")?;
        let named = Sender::new(id);
        Some(match named.number() {
            Some(_) => named,
            None => Sender::new(&format!("phone:{id}")),
        })
    }

    /// What the settings may know the line by.
    fn line_names(&self) -> impl Iterator<Item = &str> {
        self.get("PHONE_ID").into_iter()
    }

    fn message(&self) -> Result<Received, Malformed> {
        let id = self.argv.first().ok_or(Malformed::Missing("argv"))?;
        let (parts, decoded) = (self.count("SMS_MESSAGES")?, self.count("DECODED_PARTS")?);
        let text = if decoded > 0 {
            self.joined("DECODED", decoded)
        } else {
            self.joined("SMS", parts)
        };
        let report = self.get("SMS_1_SMSC_TIMESTAMP").is_some();
        let event = match report {
            false => Received::sms(id, text.as_deref()),
            true => Received::new(Medium::Control, "delivery-report", id),
        };
        let event = event
            .between(party(self.get("SMS_1_NUMBER")), self.line())
            .on_line(self.line_names())
            .with_detail("mms_title", self.get("DECODED_1_MMS_TITLE"))
            .with_detail("mms_sender", self.get("DECODED_1_MMS_SENDER"))
            .with_detail("mms_address", self.get("DECODED_1_MMS_ADDRESS"));
        let event = match report {
            true => Received::outgoing(event),
            false => event,
        };
        let event = if parts > 1 {
            event.with_extra("parts", parts)
        } else {
            event
        };
        Ok(Received {
            dedupe: Dedupe::Given(format!("{}:{id}", self.get("PHONE_ID").unwrap_or_default())),
            claimed_at: self.sent_at(),
            ..event
        })
    }

    /// The text of all parts; none if no part has any.
    fn joined(&self, prefix: &str, parts: i64) -> Option<String> {
        let texts = (1..=parts).filter_map(|n| self.get(&format!("{prefix}_{n}_TEXT")));
        let texts: Vec<&str> = texts.collect();
        (!texts.is_empty()).then(|| texts.concat())
    }

    fn sent_at(&self) -> Option<Timestamp> {
        self.get("SMS_1_TIMESTAMP")
            .and_then(when::digits)
            .map(Timestamp::from_unix_s)
    }

    fn call(&self, delivery: &str) -> Result<Received, Malformed> {
        if !self.is_something() {
            return Err(Malformed::Missing("argv"));
        }
        let caller = self.argv.first().map_or("", String::as_str);
        let phone = self.get("PHONE_ID").unwrap_or_default();
        let event = Received::new(Medium::Call, "ringing", "");
        Ok(Received {
            event_id: None,
            dedupe: Dedupe::derived(&[phone, caller, delivery]),
            ..event
                .between(party(Some(caller)), self.line())
                .on_line(self.line_names())
        })
    }
}

/// Personal data stays out.
impl std::fmt::Debug for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Run")
            .field("variables", &self.env.len())
            .finish_non_exhaustive()
    }
}

/// UTF-8, or else what older Chinese systems use, or else with marks where bytes were lost.
fn text(raw: OsString) -> String {
    let raw = match raw.into_string() {
        Ok(text) => return text,
        Err(raw) => raw,
    };
    let bytes = raw.as_encoded_bytes();
    encoding_rs::GB18030
        .decode_without_bom_handling_and_without_replacement(bytes)
        .unwrap_or_else(|| String::from_utf8_lossy(bytes))
        .into_owned()
}
