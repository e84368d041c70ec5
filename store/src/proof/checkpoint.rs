//! Checkpoints (<https://c2sp.org/tlog-checkpoint>): the log's name, size and root, signed.
//!
//! ```text
//! text = origin LF  size in decimal, no leading zero LF  base64(root) LF  [extension lines]
//! ```

use std::fmt;
use std::str::FromStr;

use super::Hash;
use super::note::{Note, NoteError, SigningKey, VerifierKey};

/// What a log commits to when it signs: these bytes, in this order, up to here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name: a URL without scheme and final slash.
    pub origin: String,
    /// Number of leaves.
    pub size: u64,
    /// Root over them.
    pub root: Hash,
}

impl Checkpoint {
    /// The text that is signed.
    pub fn text(&self) -> String {
        format!(
            "{}\n{}\n{}\n",
            self.origin,
            self.size,
            self.root.to_base64()
        )
    }

    /// Signs it.
    ///
    /// # Errors
    /// The origin holds control characters.
    pub fn sign(self, key: &SigningKey) -> Result<SignedCheckpoint, NoteError> {
        let text = self.text();
        let signature = key.sign(&text, 0);
        Ok(SignedCheckpoint {
            note: Note::new(text, vec![signature])?,
            checkpoint: self,
        })
    }
}

impl FromStr for Checkpoint {
    type Err = NoteError;

    /// Reads the text of a checkpoint; extension lines are passed over.
    fn from_str(text: &str) -> Result<Checkpoint, NoteError> {
        let malformed = NoteError::Malformed("not a checkpoint: origin, size, root");
        let mut lines = text.split('\n');
        let (Some(origin), Some(decimal), Some(root), Some(_)) =
            (lines.next(), lines.next(), lines.next(), lines.next())
        else {
            return Err(malformed);
        };
        let size: u64 = decimal.parse().map_err(|_| malformed.clone())?;
        let root = Hash::from_base64(root).ok_or_else(|| malformed.clone())?;
        if origin.is_empty() || size.to_string() != decimal {
            return Err(malformed);
        }
        Ok(Checkpoint {
            origin: origin.to_owned(),
            size,
            root,
        })
    }
}

/// A checkpoint with its signatures. Reading one checks its form;
/// [`SignedCheckpoint::verify`] checks who signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    note: Note,
    checkpoint: Checkpoint,
}

impl SignedCheckpoint {
    /// What is committed to.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The signed note, to which witnesses add their lines.
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// With the signatures of another copy of the same checkpoint that this one lacks.
    ///
    /// # Errors
    /// It is another checkpoint, or there are too many signatures.
    pub fn joined(mut self, other: &SignedCheckpoint) -> Result<SignedCheckpoint, NoteError> {
        if self.checkpoint != other.checkpoint {
            return Err(NoteError::Malformed("another checkpoint"));
        }
        for signature in other.note.signatures() {
            if !self.note.signatures().contains(signature) {
                self.note.add(signature.clone())?;
            }
        }
        Ok(self)
    }

    /// Checks that `key` has signed.
    ///
    /// # Errors
    /// It has not, or the signature does not fit.
    pub fn verify(&self, key: &VerifierKey) -> Result<&Checkpoint, NoteError> {
        self.note
            .verify(std::slice::from_ref(key))
            .map(|_| &self.checkpoint)
    }
}

impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.note.fmt(f)
    }
}

impl FromStr for SignedCheckpoint {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<SignedCheckpoint, NoteError> {
        let note: Note = text.parse()?;
        let checkpoint = note.text().parse()?;
        Ok(SignedCheckpoint { note, checkpoint })
    }
}
