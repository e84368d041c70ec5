//! Events that a provider tells again: found before they are written, kept as what they are.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;

use honeytoken::{Contact, Event, Repeat};
use store::{Draft, Lookup, SealError, Sealed};

use super::erase::erased_as;
use super::lookups::{by_other_way, dedupe};
use super::state::fingerprint;
use super::{Ledger, first_in};

impl Ledger {
    /// Puts repeats in place of events that were told before, and says which they are.
    pub(super) fn without_repeats(
        &self,
        batch: Vec<Sealed>,
    ) -> Result<(Vec<Sealed>, Vec<Option<Telling>>), SealError> {
        let next = self.view.reader.size();
        let mut in_batch: HashMap<Lookup, usize> = HashMap::new();
        let mut tellings = Vec::with_capacity(batch.len());
        let mut kept: Vec<Sealed> = Vec::with_capacity(batch.len());
        for (place, sealed) in batch.into_iter().enumerate() {
            let telling = match sealed.event() {
                Event::Contact(contact) => self.erased_before(contact).or_else(|| {
                    let in_batch = in_batch.entry(dedupe(contact));
                    let earlier = self.earlier(contact, place, in_batch, &kept);
                    earlier.or_else(|| self.told_otherwise(contact))
                }),
                _ => None,
            };
            kept.push(match (&telling, sealed.event()) {
                (Some(telling), Event::Contact(contact)) => {
                    let repeats = telling.index(next);
                    let event = Event::Repeat(match telling {
                        Telling::Erased(_) => without_words(repeat(contact, repeats)),
                        _ => repeat(contact, repeats),
                    });
                    self.view.sealer.seal(Draft {
                        at: sealed.at(),
                        by: None,
                        event,
                    })?
                }
                _ => sealed,
            });
            tellings.push(telling);
        }
        Ok((kept, tellings))
    }

    /// The entry of the same event, if it was erased: its provider does not bring it back.
    fn erased_before(&self, contact: &Contact) -> Option<Telling> {
        if self.view.state().erased().is_empty() {
            return None;
        }
        let lookup = erased_as(&contact.connection, &contact.dedupe_key);
        let index = first_in(&self.view.index, &lookup)?;
        match self.view.reader.entry(index).ok().flatten()?.event {
            Event::Erasure(erasure) => Some(Telling::Erased(erasure.erased)),
            _ => None,
        }
    }

    /// Where the same event came by another way: in a file before its provider told of it, or after. By the
    /// provider's id, since an import has a connection of its own.
    fn told_otherwise(&self, contact: &Contact) -> Option<Telling> {
        let lookup = by_other_way(contact)?;
        first_in(&self.view.index, &lookup).map(Telling::Logged)
    }

    /// Where the same event was told before in the same words, in the log or in this batch.
    fn earlier(
        &self,
        contact: &Contact,
        place: usize,
        in_batch: Slot<'_, Lookup, usize>,
        kept: &[Sealed],
    ) -> Option<Telling> {
        let same = |event: &Event| match event {
            // A webhook that comes after its event was found in the provider's list is better
            // evidence than the list, and kept whole.
            Event::Contact(first) => {
                first.backfilled == contact.backfilled && fingerprint(first) == fingerprint(contact)
            }
            _ => false,
        };
        if let Some(index) = first_in(&self.view.index, in_batch.key()) {
            let entry = self.view.reader.entry(index).ok().flatten()?;
            return same(&entry.event).then_some(Telling::Logged(index));
        }
        match in_batch {
            Slot::Occupied(earlier) => {
                let earlier = *earlier.get();
                same(kept[earlier].event()).then_some(Telling::InBatch(earlier))
            }
            Slot::Vacant(none) => {
                none.insert(place);
                None
            }
        }
    }
}

/// Where an event was told before.
pub(super) enum Telling {
    /// In the log, at this index.
    Logged(u64),
    /// In the log, at this index, and erased.
    Erased(u64),
    /// Earlier in the same batch, at this place.
    InBatch(usize),
}

impl Telling {
    fn index(&self, next: u64) -> u64 {
        match self {
            Telling::Logged(index) | Telling::Erased(index) => *index,
            Telling::InBatch(place) => next + *place as u64,
        }
    }
}

fn repeat(contact: &Contact, repeats: u64) -> Repeat {
    Repeat {
        connection: contact.connection.clone(),
        repeats,
        to: contact.to.clone(),
        received_at: contact.received_at,
        authentication: contact.authentication,
        nonce: contact.nonce.clone(),
        raw_method: contact.raw_method.clone(),
        raw_url: contact.raw_url.clone(),
        raw_headers: contact.raw_headers.clone(),
        raw_body: contact.raw_body.clone(),
        raw_credentials: contact.raw_credentials.clone(),
    }
}

/// Of what was erased only that it was told again.
fn without_words(repeat: Repeat) -> Repeat {
    Repeat {
        raw_url: None,
        raw_headers: None,
        raw_body: None,
        raw_credentials: None,
        ..repeat
    }
}

#[cfg(test)]
mod tests {
    use honeytoken::{Authentication, Contact, Event, Medium, Sender};

    use crate::exports::tests::Log;

    type Way = fn(&mut Contact);

    fn by_file(contact: &mut Contact) {
        contact.connection = "import".parse().unwrap();
        contact.authentication = Authentication::Imported;
    }

    fn by_webhook(_: &mut Contact) {}

    fn by_list(contact: &mut Contact) {
        contact.backfilled = true;
        contact.authentication = Authentication::ProviderApi;
    }

    #[test]
    fn one_event_by_file_webhook_and_list_counts_once_in_every_order() {
        let ways: [Way; 3] = [by_file, by_webhook, by_list];
        for [a, b, c] in [
            [0, 1, 2],
            [0, 2, 1],
            [1, 0, 2],
            [1, 2, 0],
            [2, 0, 1],
            [2, 1, 0],
        ] {
            let mut log = Log::new();
            for way in [a, b, c] {
                log.contact("m1", Medium::Sms, ways[way]);
            }
            assert_eq!(log.ledger.view().state().contacts(), 1, "{a}{b}{c}");
        }
    }

    #[test]
    fn another_number_another_medium_and_another_id_are_other_events() {
        let mut log = Log::new();
        log.contact("m1", Medium::Sms, by_webhook);
        log.contact("m2", Medium::Sms, by_file);
        log.contact("m1", Medium::Call, by_file);
        log.contact("m1", Medium::Sms, |contact| {
            by_file(contact);
            contact.dedupe_key = "m1-elsewhere".to_owned();
            contact.to = Some(Sender::new("+14155550177"));
        });
        assert_eq!(log.ledger.view().state().contacts(), 4);
    }

    #[test]
    fn a_webhook_after_its_row_is_kept_as_a_repeat_with_its_request() {
        let mut log = Log::new();
        let first = log.contact("m1", Medium::Sms, by_file);
        log.contact("m1", Medium::Sms, by_webhook);
        let view = log.ledger.view();
        let last = view.reader.size() - 1;
        let opened = view.reader.opened(last).unwrap().unwrap();
        match opened.entry().unwrap().event {
            Event::Repeat(repeat) => {
                assert_eq!(repeat.repeats, first);
                assert!(repeat.raw_body.is_some());
            }
            other => panic!("{other:?}"),
        }
    }
}
