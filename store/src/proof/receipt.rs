//! Receipts (<https://c2sp.org/tlog-proof>): everything needed to check offline that a leaf is in
//! the log, in one small text file.
//!
//! ```text
//! c2sp.org/tlog-proof@v1
//! index 5
//! <base64 hash, from the leaf up>
//! …
//!
//! <checkpoint, verbatim>
//! ```

use std::fmt;
use std::str::FromStr;

use super::checkpoint::{Checkpoint, SignedCheckpoint};
use super::merkle::{self, ProofError};
use super::note::{NoteError, VerifierKey};
use super::{Hash, leaf_hash};

/// First line.
const HEADER: &str = "c2sp.org/tlog-proof@v1";
/// No proof is longer: a tree of 2^64 leaves has 64 levels.
const HASHES_MAX: usize = 64;

/// Proof that a leaf stands at a place under a signed checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The leaf's place.
    pub index: u64,
    /// Siblings, from the leaf up.
    pub proof: Vec<Hash>,
    /// What the log signed.
    pub checkpoint: SignedCheckpoint,
}

/// Why a receipt does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// The text does not follow the grammar.
    #[error("receipt is malformed: {0}")]
    Malformed(&'static str),
    /// The checkpoint is not one, or not signed by that key.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The leaf is not there.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

impl Receipt {
    /// Checks that `leaf` stands in the log whose key is `key`.
    ///
    /// # Errors
    /// Why that is not shown.
    pub fn verify(&self, leaf: &[u8], key: &VerifierKey) -> Result<&Checkpoint, ReceiptError> {
        let log = self.checkpoint.verify(key)?;
        merkle::verify_inclusion(leaf_hash(leaf), self.index, log.size, &self.proof, log.root)?;
        Ok(log)
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}\nindex {}", self.index)?;
        self.proof
            .iter()
            .try_for_each(|hash| writeln!(f, "{}", hash.to_base64()))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

impl FromStr for Receipt {
    type Err = ReceiptError;

    fn from_str(text: &str) -> Result<Receipt, ReceiptError> {
        use ReceiptError::Malformed;
        let (head, checkpoint) = text.split_once("\n\n").ok_or(Malformed("no empty line"))?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(HEADER) {
            return Err(Malformed("first line"));
        }
        lines.next_if(|line| line.starts_with("extra "));
        let decimal = lines.next().and_then(|line| line.strip_prefix("index "));
        let decimal = decimal.ok_or(Malformed("no index"))?;
        let index: u64 = decimal.parse().map_err(|_| Malformed("index"))?;
        let proof: Option<Vec<Hash>> = lines.map(Hash::from_base64).collect();
        let proof = proof.ok_or(Malformed("hash is not canonical base64"))?;
        if index.to_string() != decimal || proof.len() > HASHES_MAX {
            return Err(Malformed("index or number of hashes"));
        }
        Ok(Receipt {
            index,
            proof,
            checkpoint: checkpoint.parse()?,
        })
    }
}
