//! Signed notes (<https://c2sp.org/signed-note>): a text and signatures by named keys.
//!
//! ```text
//! note      = text, that ends in a line feed
//!             line feed
//!             one or more: "— " name " " base64(key id ‖ signature) line feed
//! vkey      = name "+" 8 hex digits of the key id "+" base64(type ‖ public key)
//! key id    = first 4 bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key)
//! ```
//! Two types are known: plain Ed25519 (0x01), and the timestamped cosignature of a witness (0x04,
//! <https://c2sp.org/tlog-cosignature>). Base64 is accepted in its canonical form only.

use std::fmt;
use std::str::FromStr;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};

use super::Hash;

/// The most signatures a note may carry; the specification asks for at least 16.
const SIGNATURES_MAX: usize = 64;
/// The longest note that is read, in bytes.
const NOTE_BYTES_MAX: usize = 1 << 20;

/// Why a text is not a note, a key not a key, or a note not to be trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// The text does not follow the grammar.
    #[error("note is malformed: {0}")]
    Malformed(&'static str),
    /// The key does not follow the grammar, or its id is not its own.
    #[error("verifier key is malformed: {0}; expected name+id+key")]
    Key(&'static str),
    /// A known key's signature does not fit.
    #[error("signature of {0} does not fit the text")]
    Signature(String),
    /// None of the known keys has signed.
    #[error("note is signed by none of the known keys")]
    Unknown,
}

/// What a key signs, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyType {
    /// Ed25519 over the text.
    Ed25519,
    /// Ed25519 over a time and the text: "I saw this then, and nothing that contradicts it".
    Cosignature,
}

impl KeyType {
    const fn byte(self) -> u8 {
        match self {
            KeyType::Ed25519 => 0x01,
            KeyType::Cosignature => 0x04,
        }
    }

    fn from_byte(byte: u8) -> Option<KeyType> {
        [KeyType::Ed25519, KeyType::Cosignature]
            .into_iter()
            .find(|t| t.byte() == byte)
    }
}

fn name_is_valid(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+')
}

fn key_id(name: &str, kind: KeyType, public: &[u8]) -> [u8; 4] {
    let Hash([a, b, c, d, ..]) = Hash::of(&[name.as_bytes(), b"\n", &[kind.byte()], public]);
    [a, b, c, d]
}

/// A name and a public key that can verify.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    kind: KeyType,
    public: [u8; 32],
}

impl VerifierKey {
    /// The name that signature lines bear.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What this key signs.
    pub fn kind(&self) -> KeyType {
        self.kind
    }

    /// The Ed25519 public key.
    pub fn public(&self) -> &[u8; 32] {
        &self.public
    }

    /// The four bytes that signature lines bear.
    pub fn id(&self) -> [u8; 4] {
        key_id(&self.name, self.kind, &self.public)
    }

    /// The name of the node that has it: its id, in eight hexadecimal digits.
    pub fn node(&self) -> String {
        format!("{:08x}", u32::from_be_bytes(self.id()))
    }

    /// Checks one signature; gives the time that a cosignature states.
    fn check(&self, text: &str, signature: &[u8]) -> Option<Option<u64>> {
        let key = UnparsedPublicKey::new(&ED25519, &self.public);
        match self.kind {
            KeyType::Ed25519 => key.verify(text.as_bytes(), signature).ok().map(|()| None),
            KeyType::Cosignature => {
                let (time, signature) = signature.split_first_chunk::<8>()?;
                let unix_s = u64::from_be_bytes(*time);
                key.verify(cosigned(text, unix_s).as_bytes(), signature)
                    .ok()?;
                Some(Some(unix_s))
            }
        }
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = u32::from_be_bytes(self.id());
        let key = [&[self.kind.byte()], self.public.as_slice()].concat();
        write!(f, "{}+{id:08x}+{}", self.name, BASE64_STANDARD.encode(key))
    }
}

impl FromStr for VerifierKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<VerifierKey, NoteError> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(_), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::Key("it has fewer than three parts"));
        };
        let bytes = BASE64_STANDARD
            .decode(key)
            .map_err(|_| NoteError::Key("not base64"))?;
        let (kind, public) = bytes
            .split_first()
            .ok_or(NoteError::Key("the key is empty"))?;
        let key = VerifierKey {
            name: name.to_owned(),
            kind: KeyType::from_byte(*kind).ok_or(NoteError::Key("unknown type"))?,
            public: public
                .try_into()
                .map_err(|_| NoteError::Key("not 32 bytes"))?,
        };
        if !name_is_valid(name) {
            return Err(NoteError::Key("the name is empty or has spaces"));
        }
        // One text for one key: an id in capitals or of another key is refused here.
        if key.to_string() == text {
            Ok(key)
        } else {
            Err(NoteError::Key("the id is not its own"))
        }
    }
}

/// A name and a secret key that signs.
pub struct SigningKey {
    name: String,
    kind: KeyType,
    pair: Ed25519KeyPair,
}

impl SigningKey {
    /// The key that `seed` stands for, under `name`.
    ///
    /// # Errors
    /// The name is empty or holds a space or a plus sign.
    pub fn from_seed(name: &str, kind: KeyType, seed: &[u8; 32]) -> Result<SigningKey, NoteError> {
        if !name_is_valid(name) {
            return Err(NoteError::Key(
                "the name is empty or has spaces or a plus sign",
            ));
        }
        let pair = Ed25519KeyPair::from_seed_unchecked(seed)
            .map_err(|_| NoteError::Key("the seed is not 32 bytes"))?;
        Ok(SigningKey {
            name: name.to_owned(),
            kind,
            pair,
        })
    }

    /// The name that its signatures bear.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key that verifies what this one signs.
    pub fn verifier(&self) -> VerifierKey {
        let mut public = [0; 32];
        public.copy_from_slice(self.pair.public_key().as_ref());
        VerifierKey {
            name: self.name.clone(),
            kind: self.kind,
            public,
        }
    }

    /// Signs a text; `unix_s` is the time that a cosignature states, and unused otherwise.
    pub fn sign(&self, text: &str, unix_s: u64) -> Signature {
        let bytes = match self.kind {
            KeyType::Ed25519 => self.pair.sign(text.as_bytes()).as_ref().to_vec(),
            KeyType::Cosignature => {
                let signature = self.pair.sign(cosigned(text, unix_s).as_bytes());
                [unix_s.to_be_bytes().as_slice(), signature.as_ref()].concat()
            }
        };
        Signature {
            name: self.name.clone(),
            key_id: self.verifier().id(),
            bytes,
        }
    }
}

/// What a cosigner signs.
fn cosigned(text: &str, unix_s: u64) -> String {
    format!("cosignature/v1\ntime {unix_s}\n{text}")
}

/// One signature line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The signer's name.
    pub name: String,
    /// Which of the signer's keys.
    pub key_id: [u8; 4],
    /// What follows the key id.
    bytes: Vec<u8>,
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [self.key_id.as_slice(), &self.bytes].concat();
        writeln!(f, "— {} {}", self.name, BASE64_STANDARD.encode(bytes))
    }
}

impl FromStr for Signature {
    type Err = NoteError;

    /// Reads a line without its line feed.
    fn from_str(line: &str) -> Result<Signature, NoteError> {
        let rest = line
            .strip_prefix("— ")
            .ok_or(NoteError::Malformed("line without a dash"))?;
        let (name, base64) = rest
            .split_once(' ')
            .ok_or(NoteError::Malformed("line too short"))?;
        if !name_is_valid(name) {
            return Err(NoteError::Malformed("name of a signer"));
        }
        let bytes = BASE64_STANDARD
            .decode(base64)
            .map_err(|_| NoteError::Malformed("signature is not canonical base64"))?;
        match bytes.split_first_chunk::<4>() {
            Some((id, bytes)) if !bytes.is_empty() => Ok(Signature {
                name: name.to_owned(),
                key_id: *id,
                bytes: bytes.to_vec(),
            }),
            _ => Err(NoteError::Malformed("signature too short")),
        }
    }
}

/// A text and its signatures, none of them checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

/// A signature that fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Whose.
    pub key: VerifierKey,
    /// The Unix time that a cosignature states.
    pub unix_s: Option<u64>,
}

impl Note {
    /// A text under signatures.
    ///
    /// # Errors
    /// The text does not end in a line feed, or holds control characters.
    pub fn new(text: String, signatures: Vec<Signature>) -> Result<Note, NoteError> {
        let control = |c: char| c < ' ' && c != '\n';
        if !text.ends_with('\n') || text.contains(control) {
            return Err(NoteError::Malformed("text"));
        }
        if signatures.is_empty() || signatures.len() > SIGNATURES_MAX {
            return Err(NoteError::Malformed("number of signatures"));
        }
        Ok(Note { text, signatures })
    }

    /// The text that is signed, with its last line feed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signatures, checked or not.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// Adds a signature, such as a witness's.
    ///
    /// # Errors
    /// There are too many.
    pub fn add(&mut self, signature: Signature) -> Result<(), NoteError> {
        if self.signatures.len() >= SIGNATURES_MAX {
            return Err(NoteError::Malformed("number of signatures"));
        }
        self.signatures.push(signature);
        Ok(())
    }

    /// The signatures by known keys; those of unknown keys are passed over.
    ///
    /// # Errors
    /// A known key's signature does not fit, or no known key has signed.
    pub fn verify(&self, known: &[VerifierKey]) -> Result<Vec<Verified>, NoteError> {
        let mut verified = Vec::new();
        for signature in &self.signatures {
            let is_it = |k: &&VerifierKey| k.name == signature.name && k.id() == signature.key_id;
            let Some(key) = known.iter().find(is_it) else {
                continue;
            };
            let unix_s = key
                .check(&self.text, &signature.bytes)
                .ok_or_else(|| NoteError::Signature(key.name.clone()))?;
            verified.push(Verified {
                key: key.clone(),
                unix_s,
            });
        }
        if verified.is_empty() {
            Err(NoteError::Unknown)
        } else {
            Ok(verified)
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures
            .iter()
            .try_for_each(|signature| write!(f, "{signature}"))
    }
}

impl FromStr for Note {
    type Err = NoteError;

    fn from_str(note: &str) -> Result<Note, NoteError> {
        if note.len() > NOTE_BYTES_MAX {
            return Err(NoteError::Malformed("longer than a mebibyte"));
        }
        // The text ends at the last empty line.
        let blank = note
            .rfind("\n\n")
            .ok_or(NoteError::Malformed("no empty line"))?;
        let (text, signatures) = (&note[..=blank], &note[blank + 2..]);
        let lines = signatures
            .strip_suffix('\n')
            .ok_or(NoteError::Malformed("last line has no end"))?;
        let signatures = lines
            .split('\n')
            .map(Signature::from_str)
            .collect::<Result<_, _>>()?;
        Note::new(text.to_owned(), signatures)
    }
}
