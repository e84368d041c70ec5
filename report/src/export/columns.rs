//! The columns of the tables. A column once given keeps its name and meaning; new ones come last.

use attribution::Cause;
use serde_json::{Value, json};

use super::ExportFault;
use super::material::Material;
use super::table::{Column, Table, Type};
use crate::VerdictOut;

const CONTACTS: &[Column] = &[
    ("index", Type::Int),
    ("received_at", Type::Time),
    ("claimed_at", Type::Time),
    ("connection", Type::Text),
    ("kind", Type::Text),
    ("to", Type::Text),
    ("from", Type::Text),
    ("text", Type::Text),
    ("duration_s", Type::Int),
    ("attestation", Type::Text),
    ("authentication", Type::Text),
    ("cause", Type::Text),
    ("platform", Type::Text),
    ("campaign", Type::Text),
    ("duplicate_of", Type::Int),
    ("line", Type::Int),
    ("from_kind", Type::Text),
    ("call_back_numbers", Type::Text),
    ("backfilled", Type::Flag),
    ("provider_event_id", Type::Text),
    ("label", Type::Text),
];

const EXPOSURE: &[Column] = &[
    ("line", Type::Int),
    ("number", Type::Text),
    ("role", Type::Text),
    ("country", Type::Text),
    ("block", Type::Text),
    ("connection", Type::Text),
    ("acquired_at", Type::Time),
    ("honeytoken", Type::Text),
    ("platform", Type::Text),
    ("registered_at", Type::Time),
    ("ended", Type::Flag),
    ("placing", Type::Text),
    ("marketing_agreed", Type::Flag),
    ("requests", Type::Text),
    ("live_hours", Type::Float),
];

const VERDICTS: &[Column] = &[
    ("platform", Type::Text),
    ("class", Type::Text),
    ("probability", Type::Float),
    ("e_value", Type::Float),
    ("fdr", Type::Float),
    ("first_evidence_at", Type::Time),
    ("flagged_at", Type::Time),
    ("days_to_detection", Type::Float),
    ("exposure_days", Type::Float),
    ("canaries", Type::Int),
    ("canaries_hit", Type::Int),
    ("live_hours", Type::Float),
    ("canaries_chosen", Type::Int),
    ("flags", Type::Text),
    ("joint_with", Type::Text),
    ("leak_earliest", Type::Time),
    ("leak_likely", Type::Time),
    ("leak_latest", Type::Time),
    ("contacts_transactional", Type::Int),
    ("contacts_first_party", Type::Int),
    ("contacts_disclosed_partner", Type::Int),
    ("contacts_leak", Type::Int),
    ("contacts_background", Type::Int),
    ("contacts_previous_owner", Type::Int),
    ("contacts_unknown", Type::Int),
];

const CAMPAIGNS: &[Column] = &[
    ("campaign", Type::Text),
    ("first_at", Type::Time),
    ("last_at", Type::Time),
    ("contacts", Type::Int),
    ("numbers", Type::Int),
    ("unplaced", Type::Int),
    ("platforms", Type::Text),
    ("language", Type::Text),
    ("category", Type::Text),
    ("category_12321", Type::Text),
    ("category_ftc", Type::Text),
    ("domains", Type::Text),
    ("known_as", Type::Text),
];

const LINKS: &[Column] = &[
    ("platform_a", Type::Text),
    ("platform_b", Type::Text),
    ("p_value", Type::Float),
    ("first_at_a", Type::Time),
    ("first_at_b", Type::Time),
    ("campaigns", Type::Text),
];

fn table<T: serde::Serialize>(
    columns: &'static [Column],
    rows: &[T],
) -> Result<Table, ExportFault> {
    let mut table = Table::new(columns);
    for row in rows {
        table.add(serde_json::to_value(row)?);
    }
    Ok(table)
}

pub(super) fn contacts(material: &Material) -> Result<Table, ExportFault> {
    table(CONTACTS, &material.contacts)
}

pub(super) fn exposure(material: &Material) -> Result<Table, ExportFault> {
    table(EXPOSURE, &material.exposure)
}

pub(super) fn campaigns(material: &Material) -> Result<Table, ExportFault> {
    table(CAMPAIGNS, &material.campaigns)
}

pub(super) fn verdicts(material: &Material) -> Result<Table, ExportFault> {
    let mut table = Table::new(VERDICTS);
    for verdict in &material.verdicts {
        table.add(flat(verdict)?);
    }
    Ok(table)
}

/// A verdict with its counts and its date beside the rest.
fn flat(verdict: &VerdictOut) -> Result<Value, ExportFault> {
    let mut row = serde_json::to_value(verdict)?;
    let date = row["leak_date"].take();
    for part in ["earliest", "likely", "latest"] {
        row[format!("leak_{part}")] = date[part].clone();
    }
    for cause in Cause::ALL {
        let count = verdict.contacts.get(cause).copied().unwrap_or_default();
        row[format!("contacts_{cause}")] = json!(count);
    }
    Ok(row)
}

pub(super) fn links(material: &Material) -> Result<Table, ExportFault> {
    let mut table = Table::new(LINKS);
    for link in &material.links {
        // An end that is closed is empty.
        let end = |place: usize| Some(&link.platforms[place]).filter(|id| !id.is_empty());
        table.add(json!({
            "platform_a": end(0),
            "platform_b": end(1),
            "p_value": link.p_value,
            "first_at_a": link.first_at[0],
            "first_at_b": link.first_at[1],
            "campaigns": link.campaigns,
        }));
    }
    Ok(table)
}
