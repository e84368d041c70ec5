//! What nodes tell each other beside the log: the newest value under a name, with
//! compare-and-swap; and values of entries that are too large for a message.

use std::sync::mpsc;
use std::time::Duration;

use async_nats::jetstream::Context;
use async_nats::jetstream::context::PublishErrorKind;
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::{DirectGetErrorKind, LastRawMessageErrorKind};
use bytes::Bytes;
use tokio::runtime::Handle;

use super::super::wire::BlobName;
use super::streams::Names;
use crate::error::Fault;
use crate::payload::SealedBlob;
use crate::proof::Hash;

/// A blob travels in pieces of this many bytes.
pub(super) const PIECE_BYTES: usize = 512 << 10;

/// Why a value was not put.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SideError {
    /// Somebody else changed it since it was read.
    #[error("another node was faster; read again")]
    Conflict,
    /// No answer.
    #[error("cluster does not answer: {0}")]
    Unreachable(String),
}

/// Values by name, for all nodes. Clones share the connection.
#[derive(Clone)]
pub struct Side {
    pub(super) context: Context,
    pub(super) names: Names,
    runtime: Option<Handle>,
}

impl Side {
    pub(super) fn new(context: Context, names: Names, runtime: Option<Handle>) -> Side {
        Side {
            context,
            names,
            runtime,
        }
    }

    /// The newest value and its version; none if there is none.
    ///
    /// # Errors
    /// No answer.
    pub async fn get(&self, name: &str) -> Result<Option<(u64, Bytes)>, SideError> {
        let stream = self.context.get_stream_no_info(&self.names.side).await;
        let stream = stream.map_err(unreachable)?;
        let subject = format!("{}.{name}", self.names.side_subject);
        match stream.get_last_raw_message_by_subject(&subject).await {
            Ok(message) => Ok(Some((message.sequence, message.payload))),
            Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => Ok(None),
            Err(error) => Err(unreachable(error)),
        }
    }

    /// Puts a value in place of the version that was read (0: there was none).
    ///
    /// # Errors
    /// Somebody was faster, or there was no answer: then it may be there or not.
    pub async fn put(&self, name: &str, value: Bytes, version: u64) -> Result<u64, SideError> {
        let message = PublishMessage::build()
            .payload(value)
            .expected_last_subject_sequence(version);
        self.send(name, message).await
    }

    pub(super) async fn send(&self, name: &str, message: PublishMessage) -> Result<u64, SideError> {
        let subject = format!("{}.{name}", self.names.side_subject);
        let sent = self.context.send_publish(subject, message).await;
        let outcome = match sent {
            Ok(sent) => sent.await,
            Err(error) => Err(error),
        };
        match outcome {
            Ok(ack) => Ok(ack.sequence),
            Err(error) if error.kind() == PublishErrorKind::WrongLastSequence => {
                Err(SideError::Conflict)
            }
            Err(error) => Err(unreachable(error)),
        }
    }

    /// Puts the bytes of blobs where every node finds them; they are there when it returns. Each
    /// piece is taken within `wait_ms` milliseconds.
    pub(super) fn put_blobs<'a>(
        &self,
        blobs: impl Iterator<Item = &'a SealedBlob>,
        wait_ms: u64,
    ) -> Result<(), Fault> {
        let blobs: Vec<(Hash, Bytes)> = blobs
            .map(|blob| (blob.hash, Bytes::from(blob.bytes.clone())))
            .collect();
        if blobs.is_empty() {
            return Ok(());
        }
        let side = self.clone();
        let sending = async move {
            for (hash, bytes) in blobs {
                side.put_blob(hash, &bytes, wait_ms).await?;
            }
            Ok(())
        };
        let sent = self.wait(sending)?;
        sent.map_err(|error: SideError| Fault::Unreachable(error.to_string()))
    }

    /// Each piece is waited for alone: a large value takes as long as it takes, if it moves.
    async fn put_blob(&self, hash: Hash, bytes: &Bytes, wait_ms: u64) -> Result<(), SideError> {
        let within = Duration::from_millis(wait_ms);
        let late = |_| SideError::Unreachable("a large value is not taken in time".into());
        for (piece, start) in (0..bytes.len()).step_by(PIECE_BYTES).enumerate() {
            let end = bytes.len().min(start + PIECE_BYTES);
            let message = PublishMessage::build().payload(bytes.slice(start..end));
            let name = piece_name(hash, piece);
            let sent = tokio::time::timeout(within, self.send(&name, message)).await;
            sent.map_err(late)??;
        }
        Ok(())
    }

    /// The bytes of a blob; none if they are not there, or not all, or changed.
    pub(super) async fn blob(&self, name: BlobName) -> Result<Option<SealedBlob>, SideError> {
        let stream = self.context.get_stream_no_info(&self.names.side).await;
        let stream = stream.map_err(unreachable)?;
        let mut bytes = Vec::new();
        for piece in 0..(name.bytes as usize).div_ceil(PIECE_BYTES) {
            let subject = format!(
                "{}.{}",
                self.names.side_subject,
                piece_name(name.hash, piece)
            );
            match stream.direct_get_last_for_subject(subject).await {
                Ok(message) => bytes.extend_from_slice(&message.payload),
                Err(error) if error.kind() == DirectGetErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(unreachable(error)),
            }
        }
        let hash = name.hash;
        let whole = Hash::of(&[&bytes]) == hash;
        Ok(whole.then_some(SealedBlob { hash, bytes }))
    }

    fn wait<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Fault> {
        let closed = || Fault::Unreachable("connection is closed".into());
        let (tell, told) = mpsc::sync_channel(1);
        let runtime = self.runtime.as_ref().ok_or_else(closed)?;
        runtime.spawn(async move {
            let _ = tell.send(task.await);
        });
        told.recv().map_err(|_| closed())
    }
}

/// What a piece of a blob is called.
pub(super) fn piece_name(hash: Hash, piece: usize) -> String {
    format!("blob.{hash}.{piece}")
}

pub(super) fn unreachable(error: impl std::fmt::Display) -> SideError {
    SideError::Unreachable(error.to_string())
}
