//! The past, from files: lines and contacts as JSON Lines become entries like any others.
//!
//! Imported contacts are marked as such, coverage is asserted from a line's acquisition to the last
//! contact, and soak is not enforced: what has happened has happened.
//!
//! - [`history`]: logs of providers and carriers, backups of phones.
//! - [`by_hand`]: what somebody typed in.

pub mod by_hand;
pub mod history;

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead;

use honeytoken::{
    Authentication, Basis, Connection, ConnectionId, Consent, Contact, Coverage, Event, Honeytoken,
    HoneytokenId, Line, LineRole, Medium, Partner, Persona, PhoneNumber, Platform, Registry,
    RequestKind, RequestMade, Sender, Timestamp,
};
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Deserializer};

use crate::api_key::hex;

/// The provider of the connection that imported contacts come through; it has no webhook.
pub const PROVIDER: &str = "import";
/// The longest line of a file, in bytes; a longer one is an error that names it.
const ROW_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Why a file cannot be imported. Nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be read.
    #[error("{file} cannot be read: {source}")]
    Io {
        /// Which file.
        file: String,
        /// Why.
        source: std::io::Error,
    },
    /// A row does not fit.
    #[error("{file}, line {row}: {reason}")]
    Row {
        /// Which file.
        file: String,
        /// The line in it, from 1.
        row: usize,
        /// What does not fit.
        reason: String,
    },
}

/// A row of `lines.jsonl`: a number, and whom it was given to.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineRow {
    /// E.164.
    pub number: PhoneNumber,
    /// `canary` or `control`.
    pub role: LineRole,
    /// Block of neighbouring numbers.
    #[serde(default)]
    pub block: Option<String>,
    /// ISO 3166 code.
    #[serde(default)]
    pub country: Option<String>,
    /// Since when it is held.
    #[serde(deserialize_with = "time")]
    pub acquired_at: Timestamp,
    /// When it was given to the platform.
    #[serde(default, deserialize_with = "optional_time")]
    pub registered_at: Option<Timestamp>,
    /// The platform's id; none for a control.
    #[serde(default)]
    pub platform: Option<honeytoken::PlatformId>,
    /// The platform's name.
    #[serde(default)]
    pub platform_name: Option<String>,
    /// Its trade.
    #[serde(default)]
    pub sector: Option<String>,
    /// Its domains.
    #[serde(default)]
    pub domains: Vec<String>,
    /// Its senders.
    #[serde(default)]
    pub known_senders: Vec<String>,
    /// Its signatures.
    #[serde(default)]
    pub signatures: Vec<String>,
    /// Whom it declared to share with.
    #[serde(default)]
    pub declared_partners: Vec<Partner>,
    /// As whom the number was given.
    #[serde(default)]
    pub persona: Option<PersonaRow>,
    /// What the persona asked the platform for.
    #[serde(default)]
    pub requests: Vec<RequestRow>,
}

/// What a persona asked for, in `lines.jsonl`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestRow {
    /// `opt_out`, `erasure` or `access`.
    pub kind: RequestKind,
    /// When.
    #[serde(deserialize_with = "time")]
    pub at: Timestamp,
}

/// A persona of `lines.jsonl`.
#[derive(Debug, Clone, Deserialize)]
pub struct PersonaRow {
    /// The decoy's name.
    pub name: String,
}

/// A row of `contacts.jsonl`.
#[derive(Clone, Deserialize)]
pub struct ContactRow {
    /// When it reached the collector.
    #[serde(deserialize_with = "time")]
    pub received_at: Timestamp,
    /// The provider's id; a repeat bears the same.
    pub provider_event_id: String,
    /// Our number.
    pub to: Sender,
    /// The caller as shown.
    #[serde(default)]
    pub from: Option<Sender>,
    /// `sms` or `call`.
    pub kind: Medium,
    /// The message, or a call's transcript, possibly empty.
    #[serde(default)]
    pub text: Option<String>,
    /// Seconds.
    #[serde(default)]
    pub duration: Option<f64>,
    /// When the provider says it happened.
    #[serde(default, deserialize_with = "optional_time")]
    pub timestamp: Option<Timestamp>,
    /// STIR/SHAKEN attestation.
    #[serde(default)]
    pub attestation: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Time {
    Unix(f64),
    Text(Timestamp),
}

fn moment(time: Time) -> Timestamp {
    match time {
        Time::Unix(seconds) => Timestamp::from_micros((seconds * 1e6) as i64),
        Time::Text(at) => at,
    }
}

fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    Time::deserialize(deserializer).map(moment)
}

fn optional_time<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Timestamp>, D::Error> {
    Ok(Option::<Time>::deserialize(d)?.map(moment))
}

/// Reads a file of JSON Lines, one `each` at a time; empty lines are passed over.
///
/// # Errors
/// The first row that does not fit, by number.
pub fn rows<T: for<'de> Deserialize<'de>>(
    file: &str,
    reader: impl BufRead,
    mut each: impl FnMut(T) -> Result<(), ImportError>,
) -> Result<(), ImportError> {
    for (place, line) in reader.split(b'\n').enumerate() {
        let bad = |reason: String| ImportError::Row {
            file: file.to_owned(),
            row: place + 1,
            reason,
        };
        let line = line.map_err(|source| ImportError::Io {
            file: file.to_owned(),
            source,
        })?;
        if line.len() > ROW_BYTES_MAX {
            return Err(bad(format!("longer than {ROW_BYTES_MAX} bytes")));
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        each(serde_json::from_slice(&line).map_err(|error| bad(error.to_string()))?)?;
    }
    Ok(())
}

/// Whether a provider is none: what comes through its connection came by file or by hand.
pub fn is_past(provider: &str) -> bool {
    [PROVIDER, by_hand::PROVIDER].contains(&provider)
}

/// The connection of imported contacts.
pub fn connection() -> Connection {
    Connection {
        connection: connection_id(),
        provider: PROVIDER.to_owned(),
        secrets: BTreeMap::new(),
        public_url: None,
        lines: Default::default(),
    }
}

#[expect(clippy::expect_used, reason = "a constant that a test parses")]
fn connection_id() -> ConnectionId {
    PROVIDER.parse().expect("the word import is an id")
}

/// The events that bring these lines, platforms and placements into a log that has `registry`;
/// what it has already is left out. Coverage is asserted up to `until`.
pub fn line_events(rows: &[LineRow], registry: &Registry, until: Timestamp) -> Vec<Event> {
    let mut events = Vec::new();
    if registry.connection(&connection_id()).is_none() {
        events.push(Event::ConnectionSet(connection()));
    }
    let mut given: BTreeMap<PhoneNumber, usize> = BTreeMap::new();
    rows.iter()
        .for_each(|row| *given.entry(row.number).or_default() += 1);
    let (mut numbers, mut platforms) = (BTreeSet::new(), BTreeSet::new());
    for row in rows {
        let fresh = registry.line(&row.number, until).is_none();
        if numbers.insert(row.number) {
            events.extend(fresh.then(|| Event::LineAdded(line(row, given[&row.number] > 1))));
            events.push(Event::Coverage(coverage(row, until)));
        }
        if let Some(id) = &row.platform {
            let platform = platform(row, id);
            let known = registry.platform(id) == Some(&platform);
            if platforms.insert(id.clone()) && !known {
                events.push(Event::PlatformDeclared(platform));
            }
            if let Some(token) = placement(row, id, registry) {
                let asked = requests(row, &token.honeytoken);
                events.push(Event::HoneytokenIssued(token));
                events.extend(asked);
            }
        }
    }
    events
}

fn line(row: &LineRow, shared: bool) -> Line {
    Line {
        number: row.number,
        connection: connection_id(),
        role: row.role,
        block: row.block.clone(),
        country: row.country.clone(),
        acquired_at: row.acquired_at,
        soak_until: None,
        shared,
    }
}

fn coverage(row: &LineRow, until: Timestamp) -> Coverage {
    let from = row.acquired_at;
    Coverage {
        number: row.number,
        from,
        until: until.max(from),
        basis: Basis::Asserted,
    }
}

fn platform(row: &LineRow, id: &honeytoken::PlatformId) -> Platform {
    Platform {
        platform: id.clone(),
        name: row.platform_name.clone().unwrap_or_else(|| id.to_string()),
        operator: None,
        sector: row.sector.clone(),
        domains: row.domains.clone(),
        known_senders: row.known_senders.clone(),
        signatures: row.signatures.clone(),
        declared_partners: row.declared_partners.clone(),
    }
}

/// The placement, unless the log has it already: its id is made of number and platform.
fn placement(
    row: &LineRow,
    platform: &honeytoken::PlatformId,
    registry: &Registry,
) -> Option<Honeytoken> {
    let words = format!("{}\n{platform}", row.number.as_str());
    let id = format!(
        "import-{}",
        &hex(digest(&SHA256, words.as_bytes()).as_ref())[..20]
    );
    let honeytoken = id
        .parse()
        .ok()
        .filter(|id| registry.honeytoken(id).is_none())?;
    Some(Honeytoken {
        honeytoken,
        platform: platform.clone(),
        number: row.number,
        persona: Persona {
            name: row
                .persona
                .as_ref()
                .map(|p| p.name.clone())
                .unwrap_or_default(),
            given: None,
            family: None,
            romanised: None,
            email: None,
            language: None,
        },
        consent: Consent::default(),
        registered_at: row.registered_at.unwrap_or(row.acquired_at),
        study: None,
        country: row.country.clone(),
        placing: None,
    })
}

fn requests(row: &LineRow, honeytoken: &HoneytokenId) -> Vec<Event> {
    let made = |request: &RequestRow| {
        Event::RequestMade(RequestMade {
            honeytoken: honeytoken.clone(),
            request: request.kind,
            made_at: request.at,
        })
    };
    row.requests.iter().map(made).collect()
}

/// The contact of a row.
pub fn contact(row: ContactRow) -> Event {
    Event::Contact(Contact {
        connection: connection_id(),
        dedupe_key: row.provider_event_id.clone(),
        provider_event_id: Some(row.provider_event_id),
        session: None,
        part: None,
        medium: row.kind,
        phase: "imported".to_owned(),
        to: Some(row.to),
        from: row.from.filter(|from| !from.as_str().is_empty()),
        text: row.text.filter(|text| !text.is_empty()),
        duration_s: row.duration.map(|seconds| seconds.max(0.0) as u32),
        attestation: row.attestation.filter(|text| !text.is_empty()),
        claimed_at: row.timestamp,
        received_at: row.received_at,
        authentication: Authentication::Imported,
        line_test: None,
        backfilled: false,
        nonce: None,
        extra: serde_json::Map::new(),
        raw_method: None,
        raw_url: None,
        raw_headers: None,
        raw_body: None,
        raw_credentials: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"{"number":"+8613074732593","role":"canary","block":"B04","country":"CN","acquired_at":1780488720,"registered_at":"2026-07-01T00:00:00Z","platform":"p1","platform_name":"红杉证券","declared_partners":[{"name":"x","domains":[],"senders":[]}],"persona":{"name":"姚诗晨"}}"#;

    fn lines(text: &str) -> Result<Vec<LineRow>, ImportError> {
        let mut all = Vec::new();
        rows("lines.jsonl", text.as_bytes(), |row| {
            all.push(row);
            Ok(())
        })?;
        Ok(all)
    }

    #[test]
    fn times_are_unix_seconds_or_rfc_3339() {
        let rows = lines(LINE).unwrap();
        assert_eq!(rows[0].acquired_at.as_unix_s(), 1_780_488_720);
        assert_eq!(
            rows[0].registered_at.unwrap().to_string(),
            "2026-07-01T00:00:00Z"
        );
    }

    #[test]
    fn a_bad_row_is_named() {
        let error = lines(&format!("{LINE}\n\n{{\"number\":\"12\"}}"))
            .unwrap_err()
            .to_string();
        assert!(error.starts_with("lines.jsonl, line 3:"), "{error}");
    }

    #[test]
    fn a_number_on_two_rows_is_shared_and_added_once() {
        let second = LINE.replace("\"p1\"", "\"p2\"");
        let rows = lines(&format!("{LINE}\n{second}")).unwrap();
        let events = line_events(
            &rows,
            &Registry::new(),
            Timestamp::from_unix_s(1_800_000_000),
        );
        let kinds: Vec<&str> = events.iter().map(Event::kind).collect();
        assert_eq!(
            kinds,
            [
                "connection_set",
                "line_added",
                "coverage",
                "platform_declared",
                "honeytoken_issued",
                "platform_declared",
                "honeytoken_issued"
            ]
        );
        assert!(matches!(&events[1], Event::LineAdded(line) if line.shared));
    }

    #[test]
    fn importing_again_adds_only_coverage() {
        let rows = lines(LINE).unwrap();
        let until = Timestamp::from_unix_s(1_800_000_000);
        let mut registry = Registry::new();
        for (index, event) in line_events(&rows, &registry, until).into_iter().enumerate() {
            let entry = honeytoken::Entry {
                index: index as u64,
                at: until,
                by: None,
                event,
            };
            registry.apply(&entry);
        }
        let again = line_events(&rows, &registry, until);
        assert!(
            matches!(again.as_slice(), [Event::Coverage(_)]),
            "{again:?}"
        );
    }
}
