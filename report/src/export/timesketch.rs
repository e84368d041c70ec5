//! What happened when, for Timesketch: `datetime`, `timestamp_desc`, `message` and more
//! (<https://timesketch.org/guides/user/import-from-json-csv/>).

use honeytoken::Timestamp;
use serde_json::{Value, json};

use super::material::{ContactRow, ExposureRow, Material};
use super::table::{Column, Table, Type};
use crate::VerdictOut;

const COLUMNS: &[Column] = &[
    ("datetime", Type::Time),
    ("timestamp_desc", Type::Text),
    ("message", Type::Text),
    ("timestamp", Type::Int),
    ("data_type", Type::Text),
    ("platform", Type::Text),
    ("campaign", Type::Text),
    ("cause", Type::Text),
    ("line", Type::Int),
    ("to", Type::Text),
    ("from", Type::Text),
    ("text", Type::Text),
    ("entry", Type::Int),
];

/// Contacts, placements and verdicts by time.
pub(super) fn table(material: &Material) -> Table {
    let contacts = material.contacts.iter().map(contact);
    let placed = material.exposure.iter().filter_map(placed);
    let decided = material.verdicts.iter().flat_map(decided);
    let mut rows: Vec<(Timestamp, Value)> = contacts.chain(placed).chain(decided).collect();
    rows.sort_by_key(|(at, _)| *at);
    let mut table = Table::new(COLUMNS);
    for (at, mut row) in rows {
        row["datetime"] = json!(at);
        row["timestamp"] = json!(at.as_micros());
        table.add(row);
    }
    table
}

fn contact(contact: &ContactRow) -> (Timestamp, Value) {
    let what = match contact.kind {
        "sms" => "Message",
        "call" => "Call",
        other => other,
    };
    let from = contact.from.as_deref().map(|from| format!(" from {from}"));
    let message = format!(
        "{what}{}, cause {}",
        from.unwrap_or_default(),
        contact.cause
    );
    let row = json!({
        "timestamp_desc": "Contact received",
        "message": message,
        "data_type": format!("canaryline:contact:{}", contact.kind),
        "platform": contact.platform,
        "campaign": contact.campaign,
        "cause": contact.cause,
        "line": contact.line,
        "to": contact.to,
        "from": contact.from,
        "text": contact.text,
        "entry": contact.index,
    });
    (contact.at(), row)
}

fn placed(line: &ExposureRow) -> Option<(Timestamp, Value)> {
    let (platform, at) = (line.platform.as_ref()?, line.registered_at?);
    let row = json!({
        "timestamp_desc": "Number registered",
        "message": format!("Number of line {} given to {platform}", line.line),
        "data_type": "canaryline:honeytoken",
        "platform": platform,
        "line": line.line,
        "to": line.number,
    });
    Some((at, row))
}

fn decided(verdict: &VerdictOut) -> impl Iterator<Item = (Timestamp, Value)> {
    let moments = [
        ("First evidence", verdict.first_evidence_at),
        ("Verdict", verdict.flagged_at),
    ];
    let row = move |(what, at): (&str, Option<Timestamp>)| {
        let row = json!({
            "timestamp_desc": what,
            "message": format!("{what} on {}: {}", verdict.platform, verdict.class),
            "data_type": "canaryline:verdict",
            "platform": verdict.platform,
        });
        Some((at?, row))
    };
    moments.into_iter().filter_map(row)
}
