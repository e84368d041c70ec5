//! A claim: a batch published under the sequence that it follows, again until it is taken, refused,
//! or out of time.

use std::time::Instant;

use async_nats::jetstream::context::PublishErrorKind;
use async_nats::jetstream::message::PublishMessage;

use super::super::{Terms, wire};
use super::{ARRIVAL_MS, HOLD, JetStream, MARK, MESSAGE_BYTES_MAX, NODE};
use crate::error::Fault;
use crate::payload::Sealed;
use crate::proof::Hash;

/// Between two tries to publish, in milliseconds.
const RETRY_MS: u64 = 100;

impl JetStream {
    pub(super) fn publish(
        &mut self,
        first: u64,
        batch: &[Sealed],
        terms: Terms,
    ) -> Result<(), Fault> {
        let body = wire::write(first, wire::parts(batch));
        if body.len() > MESSAGE_BYTES_MAX {
            let what = "entry is larger than a message of the cluster may be (1,000,000 bytes)";
            return Err(Fault::Refused(what));
        }
        let blobs = batch.iter().flat_map(|sealed| &sealed.parts.blobs);
        self.link.side().put_blobs(blobs, self.wait_ms)?;
        // Of the batch and its place: the same claim sent again is known, the next one is another.
        let place = self.place.sequence.to_le_bytes();
        let hold = [u8::from(terms.hold)];
        let id = Hash::of(&[&body, &place, self.node.as_bytes(), &hold]).to_string();
        let message = self.message(body, &id, terms);
        let deadline = self.link.deadline(self.wait_ms);
        loop {
            let within = deadline.saturating_duration_since(Instant::now());
            let outcome = self.link.publish(message(self.place.sequence), within);
            let why = match outcome {
                Ok(sequence) if sequence == self.place.sequence + 1 => {
                    self.taken(sequence, terms.mark);
                    return Ok(());
                }
                Ok(_) => "another message of this content is older".to_owned(),
                Err(error) => {
                    let ours = self.look(&id, error.kind(), terms.mark)?;
                    if ours {
                        return Ok(());
                    }
                    error.to_string()
                }
            };
            if !self.link.pause(RETRY_MS, deadline) {
                return Err(Fault::Unreachable(why));
            }
        }
    }

    fn message(
        &self,
        body: Vec<u8>,
        id: &str,
        terms: Terms,
    ) -> impl Fn(u64) -> PublishMessage + use<> {
        let (body, id, node) = (bytes::Bytes::from(body), id.to_owned(), self.node.clone());
        move |expected| {
            let mut message = PublishMessage::build()
                .payload(body.clone())
                .header(NODE, node.as_str())
                .message_id(&id)
                .expected_last_sequence(expected);
            if let Some(mark) = terms.mark {
                message = message.header(MARK, mark.to_string().as_str());
            }
            if terms.hold {
                message = message.header(HOLD, "1");
            }
            message
        }
    }

    /// After a refusal or no answer: whether the next message is ours after all.
    fn look(
        &mut self,
        id: &str,
        error: PublishErrorKind,
        mark: Option<u64>,
    ) -> Result<bool, Fault> {
        let refused = error == PublishErrorKind::WrongLastSequence;
        let wait_ms = if refused { ARRIVAL_MS } else { 0 };
        let next = self.place.sequence + 1;
        match self.inbox.peek_within(next, wait_ms)? {
            Some(arrived) if arrived == id => {
                self.taken(next, mark);
                Ok(true)
            }
            None if !refused => Ok(false),
            _ => {
                self.overtaken = true;
                Err(Fault::Overtaken)
            }
        }
    }
}
