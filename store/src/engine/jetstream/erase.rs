//! Erasure in the stream. A message that holds what was erased is deleted, its bytes overwritten by
//! the servers, and what is *left* of it stands on the side: all leaves, and the payloads of the
//! entries that were not erased.
//!
//! In this order: large values; what is left, under the next number; what was left before; the
//! message. Each step may be repeated, so a crash in between is made good by doing all of it again.

use std::collections::BTreeSet;

use async_nats::jetstream::ErrorCode;
use async_nats::jetstream::message::{PublishMessage, StreamMessage};
use async_nats::jetstream::stream::{
    DeleteMessageError, DeleteMessageErrorKind, LastRawMessageErrorKind, Stream,
};
use bytes::Bytes;

use super::super::wire::{self, Batch, BlobName};
use super::origin::Origin;
use super::side::{PIECE_BYTES, Side, SideError, piece_name, unreachable};
use crate::payload::{ERASED, Parts};

/// What stands for a message that was erased.
pub(super) struct Left {
    /// Where it stands.
    sequence: u64,
    /// How often something of the message was erased.
    number: u64,
    /// Whose the message was.
    pub(super) origin: Origin,
    pub(super) body: Bytes,
}

/// A message of the log as it is now.
struct Stand {
    sequence: u64,
    /// Whether the message itself is still there.
    is_there: bool,
    left: Option<Left>,
    origin: Origin,
    batch: Batch,
}

impl Side {
    /// Makes the stream forget the payloads of these entries; they are gone when it returns. What
    /// is gone already stays so.
    ///
    /// # Errors
    /// No answer, or another node was faster: do it again.
    pub async fn erase(&self, entries: &BTreeSet<u64>) -> Result<(), SideError> {
        let mut rest = entries.clone();
        while let Some(&entry) = rest.first() {
            let message = self.message_of(entry).await?;
            let batch = &message.batch;
            let behind = rest.split_off(&(batch.first + batch.entries.len() as u64));
            let here = std::mem::replace(&mut rest, behind);
            self.strip(message, &here).await?;
        }
        Ok(())
    }

    /// The batch of a message, or what is left of it; none beyond the stream's end.
    pub(super) async fn batch(&self, sequence: u64) -> Result<Option<Batch>, SideError> {
        let log = self.stream(&self.names.log).await?;
        let info = log.get_info().await.map_err(unreachable)?;
        if info.state.last_sequence < sequence {
            return Ok(None);
        }
        Ok(Some(self.stand(&log, sequence).await?.batch))
    }

    /// The message that holds an entry: the last that begins at it or before.
    async fn message_of(&self, entry: u64) -> Result<Stand, SideError> {
        let log = self.stream(&self.names.log).await?;
        let info = log.get_info().await.map_err(unreachable)?;
        let (mut low, mut high) = (1, info.state.last_sequence);
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            match self.stand(&log, middle).await?.batch.first <= entry {
                true => low = middle,
                false => high = middle - 1,
            }
        }
        let found = self.stand(&log, low).await?;
        let end = found.batch.first + found.batch.entries.len() as u64;
        match entry < end {
            true => Ok(found),
            false => Err(SideError::Unreachable(format!(
                "entry {entry} is not in the stream yet"
            ))),
        }
    }

    async fn stand(&self, log: &Stream<()>, sequence: u64) -> Result<Stand, SideError> {
        let message = raw(log, sequence).await?;
        let left = self.left(sequence).await?;
        let body = left.as_ref().map(|left| &left.body);
        let body = body.or(message.as_ref().map(|message| &message.payload));
        let batch = body.and_then(|body| wire::read(body));
        let origin = message.as_ref().map(|m| Origin::of(&m.headers));
        // Older nodes left the message without it.
        let told = left.as_ref().map(|left| left.origin.clone());
        let told = told.filter(|origin| *origin != Origin::default());
        let missing = || SideError::Unreachable(format!("message {sequence} cannot be read"));
        Ok(Stand {
            sequence,
            is_there: message.is_some(),
            left,
            origin: told.or(origin).unwrap_or_default(),
            batch: batch.ok_or_else(missing)?,
        })
    }

    /// What is left of a message; none if nothing of it was erased.
    pub(super) async fn left(&self, sequence: u64) -> Result<Option<Left>, SideError> {
        let side = self.stream(&self.names.side).await?;
        let subject = format!("{}.left.{sequence}.*", self.names.side_subject);
        match side.get_last_raw_message_by_subject(&subject).await {
            Ok(message) => Ok(Some(Left {
                sequence: message.sequence,
                number: number_of(&message).unwrap_or_default(),
                origin: Origin::of(&message.headers),
                body: message.payload,
            })),
            Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => Ok(None),
            Err(error) => Err(unreachable(error)),
        }
    }

    /// Takes these entries out of a message.
    async fn strip(&self, message: Stand, entries: &BTreeSet<u64>) -> Result<(), SideError> {
        let log = self.stream(&self.names.log).await?;
        let side = self.stream(&self.names.side).await?;
        let (sequence, mut batch, mut changed) = (message.sequence, message.batch, false);
        for (index, entry) in (batch.first..).zip(&mut batch.entries) {
            if entries.contains(&index) && entry.0.slot != ERASED {
                self.erase_blobs(&side, &entry.1).await?;
                *entry = (without_payload(&entry.0), Vec::new());
                changed = true;
            }
        }
        let number = message.left.as_ref().map_or(0, |left| left.number);
        if changed {
            let name = format!("left.{sequence}.{}", number + 1);
            let mut value = PublishMessage::build()
                .payload(wire::write_batch(&batch).into())
                .expected_last_subject_sequence(0);
            for (word, said) in message.origin.headers() {
                value = value.header(word, said.as_str());
            }
            self.send(&name, value).await?;
        }
        if let Some(left) = message.left.filter(|_| changed) {
            erase_message(&side, left.sequence).await?;
        } else if number > 1 {
            // A crash may have left the one before.
            let name = format!("left.{sequence}.{}", number - 1);
            self.erase_value(&side, &name).await?;
        }
        // Without anything that stands for it, it stays: all of it was erased before it was put.
        match message.is_there && (changed || number > 0) {
            true => erase_message(&log, sequence).await,
            false => Ok(()),
        }
    }

    async fn erase_blobs(&self, side: &Stream<()>, names: &[BlobName]) -> Result<(), SideError> {
        for name in names {
            for piece in 0..(name.bytes as usize).div_ceil(PIECE_BYTES) {
                self.erase_value(side, &piece_name(name.hash, piece))
                    .await?;
            }
        }
        Ok(())
    }

    async fn erase_value(&self, side: &Stream<()>, name: &str) -> Result<(), SideError> {
        match self.get(name).await? {
            Some((sequence, _)) => erase_message(side, sequence).await,
            None => Ok(()),
        }
    }

    async fn stream(&self, name: &str) -> Result<Stream<()>, SideError> {
        let stream = self.context.get_stream_no_info(name).await;
        stream.map_err(unreachable)
    }
}

fn without_payload(parts: &Parts) -> Parts {
    Parts {
        leaf: parts.leaf.clone(),
        leaf_hash: parts.leaf_hash,
        payload: Vec::new(),
        slot: ERASED,
        blobs: Vec::new(),
    }
}

/// The last word of `….left.SEQUENCE.NUMBER`.
fn number_of(message: &StreamMessage) -> Option<u64> {
    message.subject.rsplit('.').next()?.parse().ok()
}

async fn raw(stream: &Stream<()>, sequence: u64) -> Result<Option<StreamMessage>, SideError> {
    match stream.get_raw_message(sequence).await {
        Ok(message) => Ok(Some(message)),
        Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => Ok(None),
        Err(error) => Err(unreachable(error)),
    }
}

/// Deletes a message; the servers overwrite its bytes.
async fn erase_message(stream: &Stream<()>, sequence: u64) -> Result<(), SideError> {
    let deleted = stream.delete_message(sequence).await;
    match deleted {
        Ok(_) => Ok(()),
        Err(error) if is_gone(&error) => Ok(()),
        Err(error) => Err(unreachable(error)),
    }
}

fn is_gone(error: &DeleteMessageError) -> bool {
    let gone = [ErrorCode::SEQUENCE_NOT_FOUND, ErrorCode::NO_MESSAGE_FOUND];
    matches!(error.kind(), DeleteMessageErrorKind::JetStream(e) if gone.contains(&e.error_code()))
}
