//! Contacts that somebody typed in: recorded like any other, and marked for what they are.

use std::collections::BTreeMap;

use honeytoken::{
    Authentication, Connection, ConnectionId, Contact, Event, KeyId, Medium, PhoneNumber, Sender,
    Timestamp,
};
use store::Draft;

use crate::ledger::{Ledger, RecordError, Recorded};

/// The connection of contacts that were typed in; it has no webhook.
pub const PROVIDER: &str = "by_hand";

/// A contact as somebody tells it.
#[derive(Clone)]
pub struct Typed {
    /// What it is called; the same again is the same contact.
    pub id: String,
    /// Our number.
    pub to: PhoneNumber,
    /// The caller as it was shown.
    pub from: Option<Sender>,
    /// Message or call.
    pub kind: Medium,
    /// What it said.
    pub text: Option<String>,
    /// In seconds.
    pub duration_s: Option<u32>,
    /// When.
    pub happened_at: Timestamp,
}

#[expect(clippy::expect_used, reason = "a constant that a test parses")]
fn connection_id() -> ConnectionId {
    PROVIDER.parse().expect("the word by_hand is an id")
}

fn connection() -> Connection {
    Connection {
        connection: connection_id(),
        provider: PROVIDER.to_owned(),
        secrets: BTreeMap::new(),
        public_url: None,
        lines: Default::default(),
    }
}

/// Records it; its entry, and whether it was there before. None if the number is none of ours.
///
/// # Errors
/// The disk's.
pub fn record(
    ledger: &mut Ledger,
    typed: &Typed,
    by: &KeyId,
    now: Timestamp,
) -> Result<Option<(u64, bool)>, RecordError> {
    let view = ledger.view();
    let (known, begun) = {
        let state = view.state();
        let known = state.registry.line(&typed.to, now).is_some();
        (known, state.registry.connection(&connection_id()).is_some())
    };
    if !known {
        return Ok(None);
    }
    if !begun {
        ledger.record(now, None, vec![Event::ConnectionSet(connection())])?;
    }
    let draft = Draft {
        at: now,
        by: Some(by.clone()),
        event: Event::Contact(contact(typed)),
    };
    let recorded = ledger.append(vec![view.sealer.seal(draft)?])?;
    let placed = |recorded: &Recorded| {
        let known = matches!(recorded, Recorded::Repeat(_));
        recorded.index().map(|index| (index, known))
    };
    Ok(recorded.first().and_then(placed))
}

fn contact(typed: &Typed) -> Contact {
    Contact {
        connection: connection_id(),
        dedupe_key: typed.id.clone(),
        provider_event_id: Some(typed.id.clone()),
        session: None,
        part: None,
        medium: typed.kind,
        phase: "typed_in".to_owned(),
        to: Some(Sender::new(typed.to.as_str())),
        from: typed.from.clone(),
        text: typed.text.clone(),
        duration_s: typed.duration_s,
        attestation: None,
        claimed_at: Some(typed.happened_at),
        // Nobody else's clock saw it: when it was typed in is the entry's own time.
        received_at: typed.happened_at,
        authentication: Authentication::ByHand,
        line_test: None,
        backfilled: false,
        nonce: None,
        extra: serde_json::Map::new(),
        raw_method: None,
        raw_url: None,
        raw_headers: None,
        raw_body: None,
        raw_credentials: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_is_an_id() {
        assert_eq!(connection().connection.as_str(), PROVIDER);
    }
}
