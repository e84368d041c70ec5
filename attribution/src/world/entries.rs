//! A world as the log of an import: lines, platforms and placements first, then contacts.

use std::collections::BTreeSet;

use honeytoken::{
    Authentication, Basis, ConnectionId, Consent, Contact, Coverage, Entry, Event, Honeytoken,
    HoneytokenId, Line, LineRole, Medium, Partner, Persona, PhoneNumber, Platform, PlatformId,
    RequestKind, RequestMade, Sender, Timestamp,
};

use super::files::{ContactRow, LineRow};

/// The entries that an import of these rows appends, in order. Rows that do not parse are passed
/// over.
pub fn entries(lines: &[LineRow], contacts: &[ContactRow]) -> Vec<Entry> {
    let end = contacts.last().map_or(0, |c| c.received_at);
    let mut events = Vec::new();
    let (mut numbers, mut platforms) = (BTreeSet::new(), BTreeSet::new());
    for (i, row) in lines.iter().enumerate() {
        if numbers.insert(row.number.as_str()) {
            events.extend(line(row, lines).into_iter().chain(coverage(row, end)));
        }
        if let Some(id) = &row.platform
            && platforms.insert(id.as_str())
        {
            events.extend(platform(row, id));
        }
        events.extend(honeytoken(i, row));
        events.extend(requests(i, row));
    }
    events.extend(contacts.iter().filter_map(contact));
    let at = Timestamp::from_unix_s(end);
    events
        .into_iter()
        .enumerate()
        .map(|(i, event)| Entry {
            index: i as u64,
            at,
            by: None,
            event,
        })
        .collect()
}

fn connection() -> Option<ConnectionId> {
    "import".parse().ok()
}

fn line(row: &LineRow, all: &[LineRow]) -> Option<Event> {
    let shared = all.iter().filter(|r| r.number == row.number).count() > 1;
    Some(Event::LineAdded(Line {
        number: row.number.parse().ok()?,
        connection: connection()?,
        role: if row.role == "control" {
            LineRole::Control
        } else {
            LineRole::Canary
        },
        block: Some(row.block.clone()),
        country: Some(row.country.clone()),
        acquired_at: Timestamp::from_unix_s(row.acquired_at),
        soak_until: None,
        shared,
    }))
}

fn coverage(row: &LineRow, end: i64) -> Option<Event> {
    Some(Event::Coverage(Coverage {
        number: row.number.parse().ok()?,
        from: Timestamp::from_unix_s(row.acquired_at),
        until: Timestamp::from_unix_s(end),
        basis: Basis::Asserted,
    }))
}

fn platform(row: &LineRow, id: &str) -> Option<Event> {
    let partner = |p: &super::PartnerRow| Partner {
        name: p.name.clone(),
        domains: p.domains.clone(),
        senders: p.senders.clone(),
    };
    Some(Event::PlatformDeclared(Platform {
        platform: id.parse().ok()?,
        name: row.platform_name.clone().unwrap_or_default(),
        operator: None,
        sector: row.sector.clone(),
        domains: row.domains.clone(),
        known_senders: row.known_senders.clone(),
        signatures: row.signatures.clone(),
        declared_partners: row.declared_partners.iter().map(partner).collect(),
    }))
}

fn honeytoken(i: usize, row: &LineRow) -> Option<Event> {
    let name = row
        .persona
        .as_ref()
        .map(|p| p.name.clone())
        .unwrap_or_default();
    Some(Event::HoneytokenIssued(Honeytoken {
        honeytoken: format!("h{i:06}").parse::<HoneytokenId>().ok()?,
        platform: row.platform.as_ref()?.parse::<PlatformId>().ok()?,
        number: row.number.parse::<PhoneNumber>().ok()?,
        persona: Persona {
            name,
            given: None,
            family: None,
            romanised: None,
            email: None,
            language: None,
        },
        consent: Consent::default(),
        registered_at: Timestamp::from_unix_s(row.registered_at?),
        study: None,
        country: None,
        placing: None,
    }))
}

fn requests(i: usize, row: &LineRow) -> Vec<Event> {
    let made = |request: &super::RequestRow| {
        Some(Event::RequestMade(RequestMade {
            honeytoken: format!("h{i:06}").parse().ok()?,
            request: match request.kind.as_str() {
                "opt_out" => RequestKind::OptOut,
                "erasure" => RequestKind::Erasure,
                _ => RequestKind::Access,
            },
            made_at: Timestamp::from_unix_s(request.at),
        }))
    };
    row.requests.iter().filter_map(made).collect()
}

fn contact(row: &ContactRow) -> Option<Event> {
    Some(Event::Contact(Contact {
        connection: connection()?,
        provider_event_id: Some(row.provider_event_id.clone()),
        dedupe_key: row.provider_event_id.clone(),
        session: None,
        part: None,
        medium: if row.kind == "sms" {
            Medium::Sms
        } else {
            Medium::Call
        },
        phase: "received".into(),
        to: Some(Sender::new(&row.to)),
        from: Some(Sender::new(&row.from)),
        text: (!row.text.is_empty()).then(|| row.text.clone()),
        duration_s: Some(row.duration),
        attestation: (!row.attestation.is_empty()).then(|| row.attestation.clone()),
        claimed_at: Some(Timestamp::from_unix_s(row.timestamp)),
        received_at: Timestamp::from_unix_s(row.received_at),
        authentication: Authentication::Imported,
        line_test: None,
        backfilled: false,
        nonce: None,
        extra: Default::default(),
        raw_method: None,
        raw_url: None,
        raw_headers: None,
        raw_body: None,
        raw_credentials: None,
    }))
}
