//! Callers and texts, gathered from a campaign's newest contacts.

use std::collections::BTreeMap;

use honeytoken::{Contact, Entry};

use super::open_contact;
use super::shapes::{CallerOut, VariantOut};
use crate::api::caller::Caller;
use crate::api::contacts;
use crate::api::message::Message;
use crate::ledger::View;
use crate::problem::Problem;

/// What is gathered from a campaign's newest contacts.
#[derive(Default)]
pub(super) struct Told {
    pub(super) looked_at: usize,
    pub(super) callers: BTreeMap<Option<String>, CallerOut>,
    pub(super) variants: BTreeMap<String, VariantOut>,
}

impl Told {
    pub(super) fn of(view: &View, caller: &Caller, newest: &[u64]) -> Result<Told, Problem> {
        let mut told = Told::default();
        for index in newest {
            if let Some((entry, contact)) = open_contact(view, caller, *index)? {
                told.hear(view, caller, &entry, &contact);
            }
        }
        Ok(told)
    }

    /// Contacts come newest first.
    fn hear(&mut self, view: &View, caller: &Caller, entry: &Entry, contact: &Contact) {
        self.looked_at += 1;
        let (at, open) = (contact.received_at, caller.role.may_see_personal_data());
        let from = contact
            .from
            .as_ref()
            .map(|from| contacts::party_shown(from, open));
        let calls = self
            .callers
            .entry(from.clone())
            .or_insert_with(|| CallerOut {
                from,
                contacts: 0,
                first_at: at,
                last_at: at,
            });
        calls.contacts += 1;
        calls.first_at = calls.first_at.min(at);
        let said = Message::read(view, entry, contact).text.filter(|_| open);
        let Some(text) = said.filter(|text| !text.trim().is_empty()) else {
            return;
        };
        let key = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let variant = self.variants.entry(key).or_insert_with(|| VariantOut {
            text,
            contacts: 0,
            entry: entry.index,
            first_at: at,
            last_at: at,
        });
        variant.contacts += 1;
        variant.first_at = variant.first_at.min(at);
    }
}
