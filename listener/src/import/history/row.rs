//! From what a row says to a contact.

use std::collections::BTreeMap;

use honeytoken::{Medium, Sender, Timestamp};
use ring::digest::{SHA256, digest};

use super::super::ContactRow;
use crate::api_key::hex;

/// What a row says, read.
#[derive(Clone)]
pub(super) struct Said {
    pub(super) id: Option<String>,
    pub(super) at: Timestamp,
    pub(super) to: String,
    pub(super) from: Option<String>,
    pub(super) kind: Medium,
    pub(super) text: Option<String>,
    pub(super) duration_s: Option<u32>,
}

/// Gives rows without an id one that the same row gets again, when the file is read again. Rows that
/// say the same are told apart by how many there were before.
#[derive(Debug, Default)]
pub(super) struct Ids(BTreeMap<String, u32>);

impl Ids {
    pub(super) fn row(&mut self, source: &str, said: Said) -> ContactRow {
        let id = match &said.id {
            Some(id) => format!("{source}:{id}"),
            None => self.made(source, &said),
        };
        ContactRow {
            received_at: said.at,
            provider_event_id: id,
            to: Sender::new(&said.to),
            from: said.from.map(|from| Sender::new(&from)),
            kind: said.kind,
            text: said.text,
            duration: said.duration_s.map(f64::from),
            timestamp: Some(said.at),
            attestation: None,
        }
    }

    fn made(&mut self, source: &str, said: &Said) -> String {
        let parts = [
            said.kind.as_str(),
            &said.at.to_string(),
            &said.to,
            said.from.as_deref().unwrap_or_default(),
            said.text.as_deref().unwrap_or_default(),
        ];
        let words = parts.map(|part| format!("{}:{part}", part.len())).concat();
        let sha256 = hex(digest(&SHA256, words.as_bytes()).as_ref());
        let before = self.0.entry(sha256.clone()).or_default();
        *before += 1;
        format!("{source}:{}:{before}", &sha256[..32])
    }
}
