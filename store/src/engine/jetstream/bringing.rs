//! A log that was alone, put into an empty stream: the same entries at the same indices. What was
//! put before a crash is recognised, and the rest follows.

use std::path::Path;
use std::time::Duration;

use async_nats::jetstream::message::PublishMessage;

use super::link::Link;
use super::place::Place;
use super::settings::JetStreamSettings;
use super::{MESSAGE_BYTES_MAX, NODE};
use crate::engine::wire;
use crate::error::{Fault, OpenError};
use crate::payload::Parts;
use crate::proof::{Hash, leaf_hash};

/// A batch is sent again until this is over, in milliseconds.
const PATIENCE_MS: u64 = 60_000;
/// Between two tries, in milliseconds.
const RETRY_MS: u64 = 500;

/// The way of a log into a stream.
pub(crate) struct Bringing {
    link: Link,
    place: Place,
    node: String,
}

impl Bringing {
    /// Connects, makes or checks the streams.
    ///
    /// # Errors
    /// No answer, or streams that are set otherwise.
    pub(crate) fn start(
        settings: &JetStreamSettings,
        dir: &Path,
        node: String,
    ) -> Result<Bringing, OpenError> {
        let link = Link::open(settings)?;
        let place = Place::read(dir, &settings.prefix).map_err(OpenError::io("read", dir))?;
        Ok(Bringing { link, place, node })
    }

    /// How many entries of the log are there already. `leaf` tells the log's leaves.
    ///
    /// # Errors
    /// The stream holds another log, or no answer.
    pub(crate) fn brought(
        &mut self,
        leaf: &dyn Fn(u64) -> Result<Option<Vec<u8>>, Fault>,
    ) -> Result<u64, Fault> {
        let last = self.link.last_sequence()?;
        (self.place.sequence, self.place.size) = (0, 0);
        if last == 0 {
            return Ok(0);
        }
        let batch = self.link.batch_of(last)?;
        let ours = |index: u64, parts: &Parts| -> Result<bool, Fault> {
            Ok(leaf(index)?.is_some_and(|leaf| leaf_hash(&leaf) == parts.leaf_hash))
        };
        let (mut end, mut same) = (0, false);
        if let Some(batch) = batch {
            end = batch.first + batch.entries.len() as u64;
            same = !batch.entries.is_empty();
            for (index, (parts, _)) in (batch.first..).zip(&batch.entries) {
                same &= ours(index, parts)?;
            }
        }
        if !same {
            return Err(Fault::Cluster(
                "stream holds entries that are not this log's; choose another prefix, or delete \
                 the streams if nobody needs them"
                    .into(),
            ));
        }
        (self.place.sequence, self.place.size) = (last, end);
        Ok(end)
    }

    /// Puts the next entries, which begin at `first`; what was put before an answer was lost is not
    /// put twice, since the stream must end where this ended.
    ///
    /// # Errors
    /// [`Fault::Unreachable`], or [`Fault::Overtaken`] when somebody else writes to the stream.
    pub(crate) fn put(&mut self, first: u64, batch: &[Parts]) -> Result<(), Fault> {
        let blobs = batch.iter().flat_map(|parts| &parts.blobs);
        self.link.side().put_blobs(blobs, PATIENCE_MS)?;
        let body = wire::write(first, batch.iter());
        if body.len() > MESSAGE_BYTES_MAX {
            let what = "log holds an entry that is larger than a message may be (1,000,000 bytes)";
            return Err(Fault::Refused(what));
        }
        let expected = self.place.sequence;
        let id = Hash::of(&[&body, &expected.to_le_bytes()]).to_string();
        let message = |body: bytes::Bytes| {
            PublishMessage::build()
                .payload(body)
                .header(NODE, self.node.as_str())
                .message_id(&id)
                .expected_last_sequence(expected)
        };
        let body = bytes::Bytes::from(body);
        let deadline = self.link.deadline(PATIENCE_MS);
        let patience = Duration::from_millis(PATIENCE_MS);
        while let Err(error) = self.link.publish(message(body.clone()), patience) {
            if self.is_there(expected + 1, &body)? {
                break;
            }
            if !self.link.pause(RETRY_MS, deadline) {
                return Err(Fault::Unreachable(error.to_string()));
            }
        }
        self.place.sequence = expected + 1;
        self.place.size = first + batch.len() as u64;
        Ok(())
    }

    /// Whether the message is there after all, though nobody said so.
    fn is_there(&self, sequence: u64, body: &[u8]) -> Result<bool, Fault> {
        match self.link.batch_of(sequence) {
            Ok(Some(found)) if wire::write_batch(&found) == body => Ok(true),
            Ok(Some(_)) => Err(Fault::Overtaken),
            Ok(None) | Err(_) => Ok(false),
        }
    }

    /// From now on the folder is a node's.
    ///
    /// # Errors
    /// The disk's.
    pub(crate) fn end(mut self, dir: &Path) -> Result<(), OpenError> {
        self.place.written = self.place.sequence;
        self.place.try_write().map_err(OpenError::io("write", dir))
    }
}
