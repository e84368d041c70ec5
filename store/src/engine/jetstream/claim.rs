//! A claim: a batch published under the sequence that it follows, again until it is taken, refused,
//! or out of time.

use std::error::Error;
use std::time::Instant;

use async_nats::jetstream::ErrorCode;
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
        let message = self.message(body, terms);
        let mut number = 0;
        let deadline = self.link.deadline(self.wait_ms);
        loop {
            let within = deadline.saturating_duration_since(Instant::now());
            let message = message(self.place.sequence, &numbered(&id, number));
            let outcome = self.link.publish(message, within);
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
                    number += u32::from(is_in_process(&error));
                    error.to_string()
                }
            };
            if !self.link.pause(RETRY_MS, deadline) {
                return Err(Fault::Unreachable(why));
            }
        }
    }

    fn message(&self, body: Vec<u8>, terms: Terms) -> impl Fn(u64, &str) -> PublishMessage + use<> {
        let (body, node) = (bytes::Bytes::from(body), self.node.clone());
        move |expected, id| {
            let mut message = PublishMessage::build()
                .payload(body.clone())
                .header(NODE, node.as_str())
                .message_id(id)
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
            Some(arrived) if without_number(&arrived) == id => {
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

/// The id of a message that is sent under another, since servers may hold on to the one before.
fn numbered(id: &str, number: u32) -> String {
    match number {
        0 => id.to_owned(),
        _ => format!("{id}.{number}"),
    }
}

fn without_number(id: &str) -> &str {
    id.split_once('.').map_or(id, |(id, _)| id)
}

/// Whether the servers say that a message of this id is on its way. If its proposal failed they say so
/// until the duplicate window is over, so it is sent under another id; that it follows the same
/// sequence is what lets only one of them in.
fn is_in_process(error: &dyn Error) -> bool {
    let said = error.source();
    let said = said.and_then(|said| said.downcast_ref::<async_nats::jetstream::Error>());
    said.is_some_and(|said| said.error_code() == ErrorCode::STREAM_DUPLICATE_MESSAGE_CONFLICT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("publish failed")]
    struct Failed(#[source] async_nats::jetstream::Error);

    fn said(code: u64) -> Failed {
        let text = format!(r#"{{"code":400,"err_code":{code},"description":"no"}}"#);
        Failed(serde_json::from_str(&text).unwrap())
    }

    #[test]
    fn an_id_that_servers_hold_on_to_is_left_for_the_next() {
        assert!(is_in_process(&said(10158)));
        assert!(!is_in_process(&said(10071)), "wrong last sequence");
        assert_eq!(numbered("abc", 0), "abc");
        for number in [0, 1, 12] {
            assert_eq!(without_number(&numbered("abc", number)), "abc");
        }
    }
}
