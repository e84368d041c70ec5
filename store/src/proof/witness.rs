//! What a witness is asked, and what it answers (<https://c2sp.org/tlog-witness>).
//!
//! ```text
//! request = "old " size LF  base64 consistency hash LF …  LF  checkpoint
//! answer  = one or more signature lines, as under a note
//! ```

use super::Hash;
use super::checkpoint::SignedCheckpoint;
use super::note::{Note, NoteError, Signature, VerifierKey};

/// The longest answer that is read, in bytes.
pub const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// The body of `POST …/add-checkpoint`: the witness last saw `old` entries, and `proof` shows that
/// they are a prefix of what the checkpoint signs.
pub fn request(old: u64, proof: &[Hash], checkpoint: &SignedCheckpoint) -> String {
    let hashes: String = proof.iter().map(|h| h.to_base64() + "\n").collect();
    format!("old {old}\n{hashes}\n{checkpoint}")
}

/// The checkpoint's note under the witness's lines, checked, and the Unix time that `key` states.
/// Lines by keys that are not known are left out.
///
/// # Errors
/// The answer holds no signature of `key`, or one that does not fit.
pub fn cosigned(
    checkpoint: &SignedCheckpoint,
    answer: &str,
    key: &VerifierKey,
) -> Result<(Note, u64), NoteError> {
    let line = |line: &str| line.parse::<Signature>();
    let lines: Vec<Signature> = answer.lines().map(line).collect::<Result<_, _>>()?;
    let ours = |s: &Signature| s.name == key.name() && s.key_id == key.id();
    let line = lines.into_iter().find(ours).ok_or(NoteError::Unknown)?;
    let mut note = checkpoint.note().clone();
    note.add(line)?;
    let verified = note.verify(std::slice::from_ref(key))?;
    let unix_s = verified.iter().find_map(|v| v.unix_s);
    let unix_s = unix_s.ok_or(NoteError::Key("it is no key of a witness (type 0x04)"))?;
    Ok((note, unix_s))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::note::{KeyType, SigningKey};
    use crate::proof::{Checkpoint, merkle};

    fn signed() -> SignedCheckpoint {
        let key = SigningKey::from_seed("log.example/1", KeyType::Ed25519, &[1; 32]).unwrap();
        let checkpoint = Checkpoint {
            origin: "log.example/1".into(),
            size: 0,
            root: merkle::empty_root(),
        };
        checkpoint.sign(&key).unwrap()
    }

    fn witness(seed: u8) -> SigningKey {
        SigningKey::from_seed("witness.example", KeyType::Cosignature, &[seed; 32]).unwrap()
    }

    #[test]
    fn a_request_holds_proof_and_checkpoint() {
        let hash = merkle::empty_root();
        let body = request(3, &[hash, hash], &signed());
        let (head, note) = body.split_once("\n\n").unwrap();
        assert_eq!(head, format!("old 3\n{0}\n{0}", hash.to_base64()));
        assert_eq!(note.parse::<SignedCheckpoint>().unwrap(), signed());
        assert!(request(0, &[], &signed()).starts_with("old 0\n\nlog.example/1\n"));
    }

    #[test]
    fn a_cosignature_of_the_known_witness_is_taken_and_no_other() {
        let (signed, key) = (signed(), witness(7).verifier());
        let line = witness(7).sign(signed.note().text(), 1_800_000_000);
        let (note, unix_s) = cosigned(&signed, &line.to_string(), &key).unwrap();
        assert_eq!(unix_s, 1_800_000_000);
        assert_eq!(note.signatures().len(), 2);
        let other = witness(8).sign(signed.note().text(), 1_800_000_000);
        assert_eq!(
            cosigned(&signed, &other.to_string(), &key),
            Err(NoteError::Unknown)
        );
        let elsewhere = witness(7).sign("another\n1\nx\n", 1_800_000_000);
        assert!(matches!(
            cosigned(&signed, &elsewhere.to_string(), &key),
            Err(NoteError::Signature(_))
        ));
        assert!(cosigned(&signed, "", &key).is_err());
    }
}
