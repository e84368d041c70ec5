//! Caller ids to block: as a table for filters, as address-book cards for phones.

use serde_json::json;

use super::ExportFault;
use super::callers::{Caller, callers};
use super::ids::Ids;
use super::material::Material;
use super::table::{Column, Table, Type};

const COLUMNS: &[Column] = &[
    ("number", Type::Text),
    ("kind", Type::Text),
    ("contacts", Type::Int),
    ("lines", Type::Int),
    ("attested", Type::Flag),
    ("first_at", Type::Time),
    ("last_at", Type::Time),
    ("campaigns", Type::Text),
];

/// Numbers on one card: phones cut longer ones.
const NUMBERS_PER_CARD_MAX: usize = 100;

/// As a table.
pub(super) fn table(material: &Material) -> Result<Table, ExportFault> {
    let mut table = Table::new(COLUMNS);
    for caller in callers(material) {
        table.add(json!({
            "number": caller.id,
            "kind": caller.kind,
            "contacts": caller.contacts,
            "lines": caller.lines,
            "attested": caller.attested,
            "first_at": caller.first_at,
            "last_at": caller.last_at,
            "campaigns": caller.campaigns,
        }));
    }
    Ok(table)
}

/// As cards (vCard 3.0, RFC 2426, which all phones read): one contact with many numbers is blocked
/// in one step.
pub(super) fn cards(material: &Material) -> String {
    let ids = Ids::of(&material.origin);
    let callers = callers(material);
    let cards = callers.chunks(NUMBERS_PER_CARD_MAX).enumerate();
    cards
        .map(|(place, callers)| card(&ids, place + 1, callers))
        .collect()
}

fn card(ids: &Ids, place: usize, callers: &[Caller<'_>]) -> String {
    let uid = ids.id("blocklist-card", &place.to_string());
    let mut card = format!(
        "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:urn:uuid:{uid}\r\nFN:Canaryline blocklist {place}\r\n\
         N:blocklist {place};Canaryline;;;\r\n"
    );
    for caller in callers {
        // Caller ids here are digits, with a + in front or not: nothing to escape.
        card += &format!("TEL;TYPE=VOICE:{}\r\n", caller.id);
    }
    card + "CATEGORIES:blocklist\r\nEND:VCARD\r\n"
}
