//! A node's own journal: what it took and what has no place in the log yet.
//!
//! ```text
//! record = length (4)  CRC32C (4)  mark (8)  nonce (12)  sealed drafts
//! drafts = length (4)  one JSON object of an entry's fields, repeated
//! ```
//! Numbers are little-endian; length and CRC cover what follows the CRC. Marks ascend and are never
//! used twice, so that the stream tells which records it holds already.

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use honeytoken::Entry;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom as _, SystemRandom};
use serde_json::value::RawValue;

use crate::disk::{self, Disk, DiskFile};
use crate::error::{Fault, OpenError};
use crate::payload::{self, DataKey, Draft, Fields};

/// Bytes before the mark.
const HEADER_BYTES: usize = 8;
/// Bytes of mark and nonce.
const FIXED_BYTES: usize = 8 + NONCE_LEN;
/// A record behind a damaged one has a mark at most this far ahead.
const MARKS_AHEAD_MAX: u64 = 1 << 32;

/// Batches that wait for their place, in the order they were taken.
pub struct Outbox {
    file: Arc<dyn DiskFile>,
    reading: File,
    key: LessSafeKey,
    random: SystemRandom,
    end: u64,
    bytes_max: u64,
    /// The next mark.
    next: u64,
    waiting: VecDeque<Record>,
    /// After a failed write nothing is known of the file's end.
    broken: bool,
}

struct Record {
    mark: u64,
    offset: u64,
    bytes: usize,
    entries: usize,
}

impl Outbox {
    /// Opens the file, or makes it. Its torn end, which nobody was told of, is set aside.
    pub(crate) fn open(
        path: PathBuf,
        key: &DataKey,
        disk: &dyn Disk,
        bytes_max: u64,
    ) -> Result<Outbox, OpenError> {
        let failed = |step| OpenError::io(step, &path);
        if !path.exists() {
            disk::write_new(disk, &path, &[]).map_err(failed("make"))?;
        }
        let file = disk.open(&path).map_err(failed("open"))?;
        let reading = File::open(&path).map_err(failed("open"))?;
        let key = UnboundKey::new(&CHACHA20_POLY1305, key.outbox().as_slice());
        let key = key.map_err(|_| failed("read")(io::Error::other("key of another length")))?;
        let mut outbox = Outbox {
            file,
            reading,
            key: LessSafeKey::new(key),
            random: SystemRandom::new(),
            end: 0,
            bytes_max,
            next: 1,
            waiting: VecDeque::new(),
            broken: false,
        };
        let length = outbox.scan().map_err(failed("read"))?;
        if outbox.end < length {
            outbox.cut(&path, length, disk)?;
        }
        Ok(outbox)
    }

    /// Reads all records, up to the first that is not whole; returns the file's length.
    fn scan(&mut self) -> io::Result<u64> {
        let length = self.reading.metadata()?.len();
        while let Some((mark, drafts, bytes)) = self.record(self.end, length)? {
            self.waiting.push_back(Record {
                mark,
                offset: self.end,
                bytes,
                entries: drafts.len(),
            });
            self.next = mark + 1;
            self.end += bytes as u64;
        }
        Ok(length)
    }

    /// Sets aside what follows the last whole record, if it is a write that did not come to its end.
    fn cut(&self, path: &Path, length: u64, disk: &dyn Disk) -> Result<(), OpenError> {
        let failed = |step| OpenError::io(step, path);
        let mut rest = vec![0; (length - self.end) as usize];
        let read = self.reading.read_exact_at(&mut rest, self.end);
        read.map_err(failed("read"))?;
        if is_damage(&rest, self.next) {
            return Err(OpenError::OutboxDamaged(path.to_owned(), self.end));
        }
        let aside = path.with_extension(format!("{:012}.torn", self.next));
        let bytes = rest.len();
        tracing::warn!(
            bytes,
            "outbox ends in a write that was never acknowledged; it is set aside"
        );
        // The copy is durable before the original is cut; a crash between the two repeats both.
        disk::replace(disk, &aside, &rest).map_err(failed("set aside the torn end of"))?;
        let cut = self.file.truncate(self.end).and_then(|()| self.file.sync());
        cut.map_err(failed("cut"))
    }

    /// The record at an offset; none at the end, or if it is torn.
    fn record(&self, offset: u64, length: u64) -> io::Result<Option<(u64, Vec<Draft>, usize)>> {
        let mut header = [0; HEADER_BYTES];
        if offset + HEADER_BYTES as u64 > length {
            return Ok(None);
        }
        self.reading.read_exact_at(&mut header, offset)?;
        let bytes = le_u32(&header[..4]) as usize;
        let crc = le_u32(&header[4..]);
        if bytes < FIXED_BYTES || offset + (HEADER_BYTES + bytes) as u64 > length {
            return Ok(None);
        }
        let mut body = vec![0; bytes];
        self.reading
            .read_exact_at(&mut body, offset + HEADER_BYTES as u64)?;
        if crc32c::crc32c(&body) != crc {
            return Ok(None);
        }
        let damaged = || io::Error::other("outbox does not open with this data key");
        let (mark, drafts) = self.unseal(body).ok_or_else(damaged)?;
        Ok(Some((mark, drafts, HEADER_BYTES + bytes)))
    }

    fn unseal(&self, mut body: Vec<u8>) -> Option<(u64, Vec<Draft>)> {
        let mark: [u8; 8] = *body.first_chunk()?;
        let nonce: [u8; NONCE_LEN] = *body[8..].first_chunk()?;
        let nonce = Nonce::assume_unique_for_key(nonce);
        let sealed = &mut body[FIXED_BYTES..];
        let mut plain: &[u8] = self
            .key
            .open_in_place(nonce, Aad::from(mark), sealed)
            .ok()?;
        let mut drafts = Vec::new();
        while let Some((length, rest)) = plain.split_first_chunk() {
            let (text, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
            drafts.push(draft(text)?);
            plain = rest;
        }
        Some((u64::from_le_bytes(mark), drafts))
    }

    /// Makes a batch durable and returns its mark.
    ///
    /// # Errors
    /// The disk's, or the outbox is full: nothing of the batch is kept then.
    pub fn push<'a>(&mut self, drafts: impl Iterator<Item = &'a Draft>) -> Result<u64, Fault> {
        if self.broken {
            let what = "outbox is not written since a write failed; free the disk and start again";
            return Err(Fault::Refused(what));
        }
        let (mut plain, mut entries) = (Vec::with_capacity(4096), 0);
        for draft in drafts {
            append(&mut plain, draft)?;
            entries += 1;
        }
        let mark = self.next;
        let record = self.seal(mark, plain)?;
        if self.end + record.len() as u64 > self.bytes_max {
            let what = "outbox is full; the cluster does not answer for too long";
            return Err(Fault::Refused(what));
        }
        let written = self.file.write_at(&record, self.end);
        // A crash before this returns leaves a torn end; nobody was told.
        if let Err(source) = written.and_then(|()| self.file.sync()) {
            self.broken = true;
            let step = "write the outbox";
            return Err(Fault::Io { step, source });
        }
        let (offset, bytes) = (self.end, record.len());
        self.waiting.push_back(Record {
            mark,
            offset,
            bytes,
            entries,
        });
        self.end += bytes as u64;
        self.next = mark + 1;
        Ok(mark)
    }

    fn seal(&self, mark: u64, mut plain: Vec<u8>) -> Result<Vec<u8>, Fault> {
        let mut nonce = [0; NONCE_LEN];
        let filled = self.random.fill(&mut nonce);
        filled.map_err(|_| crate::SealError::Randomness)?;
        let mark = mark.to_le_bytes();
        let unique = Nonce::assume_unique_for_key(nonce);
        self.key
            .seal_in_place_append_tag(unique, Aad::from(mark), &mut plain)
            .map_err(|_| Fault::Refused("batch is too large for the outbox"))?;
        let body = [&mark[..], &nonce, &plain].concat();
        let length = u32::try_from(body.len())
            .map_err(|_| Fault::Refused("batch is too large for the outbox"))?;
        let crc = crc32c::crc32c(&body);
        Ok([&length.to_le_bytes()[..], &crc.to_le_bytes(), &body].concat())
    }

    /// The oldest batch that waits, with its mark.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn oldest(&self) -> Result<Option<(u64, Vec<Draft>)>, Fault> {
        let Some(record) = self.waiting.front() else {
            return Ok(None);
        };
        let read = self.record(record.offset, record.offset + record.bytes as u64);
        let read = read.map_err(|source| Fault::Io {
            step: "read the outbox",
            source,
        })?;
        let lost = Fault::Refused("outbox holds another record than was written; look at the disk");
        let (mark, drafts, _) = read.ok_or(lost)?;
        Ok(Some((mark, drafts)))
    }

    /// The mark of the oldest batch that waits.
    pub fn oldest_mark(&self) -> Option<u64> {
        self.waiting.front().map(|record| record.mark)
    }

    /// Forgets all batches up to this mark: the log holds them.
    ///
    /// # Errors
    /// The disk's.
    pub fn done(&mut self, mark: u64) -> Result<(), Fault> {
        self.next = self.next.max(mark + 1);
        while self.waiting.front().is_some_and(|first| first.mark <= mark) {
            self.waiting.pop_front();
        }
        if self.waiting.is_empty() && self.end > 0 {
            // Not synced: what comes back after a crash is known by its mark.
            let cut = self.file.truncate(0);
            cut.map_err(|source| Fault::Io {
                step: "cut the outbox",
                source,
            })?;
            self.end = 0;
        }
        Ok(())
    }

    /// Entries that wait.
    pub fn entries(&self) -> usize {
        self.waiting.iter().map(|record| record.entries).sum()
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

fn append(out: &mut Vec<u8>, draft: &Draft) -> Result<(), Fault> {
    let fields = Fields::of_entry(draft.at, draft.by.as_ref(), &draft.event)?;
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    for (place, (name, value)) in fields.iter().enumerate() {
        out.push(if place == 0 { b'{' } else { b',' });
        let name = serde_json::to_string(name).map_err(crate::SealError::from)?;
        out.extend_from_slice(name.as_bytes());
        out.push(b':');
        out.extend_from_slice(value);
    }
    out.push(b'}');
    let length = (out.len() - start - 4) as u32;
    out[start..start + 4].copy_from_slice(&length.to_le_bytes());
    Ok(())
}

fn draft(text: &[u8]) -> Option<Draft> {
    let fields: BTreeMap<String, Box<RawValue>> = serde_json::from_slice(text).ok()?;
    let fields = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.get()));
    let Entry { at, by, event, .. } = payload::entry(0, fields).ok()?;
    Some(Draft { at, by, event })
}

/// Whether what is no whole record was durable once: each write is synced before the next begins,
/// so only the last can be torn, and anything behind it tells that it was not the last.
fn is_damage(rest: &[u8], next: u64) -> bool {
    let Some(header) = rest.first_chunk::<HEADER_BYTES>() else {
        return false;
    };
    let bytes = le_u32(&header[..4]) as usize;
    let ends_before = bytes >= FIXED_BYTES && HEADER_BYTES + bytes < rest.len();
    // Its length may be what is damaged.
    ends_before || (1..rest.len()).any(|offset| is_record(&rest[offset..], next))
}

/// Whether bytes begin with a whole record of this mark or a later one.
fn is_record(bytes: &[u8], next: u64) -> bool {
    let Some((header, rest)) = bytes.split_first_chunk::<HEADER_BYTES>() else {
        return false;
    };
    let Some(mark) = rest.first_chunk() else {
        return false;
    };
    // Marks are small numbers, so that hardly any other bytes are hashed.
    let marks = next..next.saturating_add(MARKS_AHEAD_MAX);
    marks.contains(&u64::from_le_bytes(*mark))
        && rest
            .get(..le_u32(&header[..4]) as usize)
            .is_some_and(|body| crc32c::crc32c(body) == le_u32(&header[4..]))
}

fn le_u32(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |n, &b| n << 8 | u32::from(b))
}

#[cfg(test)]
mod tests {
    use honeytoken::{Event, Operation, Timestamp};

    use super::*;
    use crate::disk::RealDisk;

    fn open(dir: &std::path::Path) -> Outbox {
        let key = DataKey::from_bytes([5; 32]);
        Outbox::open(dir.join("outbox"), &key, &RealDisk, 1 << 16).unwrap()
    }

    fn note(detail: &str) -> Draft {
        let operation = Operation {
            operation: "test".into(),
            detail: detail.into(),
        };
        Draft {
            at: Timestamp::from_unix_s(7),
            by: None,
            event: Event::Operation(operation),
        }
    }

    #[test]
    fn what_was_taken_comes_back_in_order_until_it_is_done() {
        let dir = tempfile::tempdir().unwrap();
        let mut outbox = open(dir.path());
        assert_eq!(outbox.push([note("a"), note("b")].iter()).unwrap(), 1);
        assert_eq!(outbox.push([note("c")].iter()).unwrap(), 2);
        drop(outbox);
        let mut outbox = open(dir.path());
        assert_eq!(outbox.entries(), 3);
        assert_eq!(
            outbox.oldest().unwrap(),
            Some((1, vec![note("a"), note("b")]))
        );
        outbox.done(1).unwrap();
        assert_eq!(outbox.oldest().unwrap(), Some((2, vec![note("c")])));
        outbox.done(2).unwrap();
        assert!(open(dir.path()).is_empty());
        // A mark is never used twice, also after the file was cut.
        assert_eq!(outbox.push([note("d")].iter()).unwrap(), 3);
    }

    #[test]
    fn a_torn_end_is_cut_and_the_rest_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("outbox");
        open(dir.path()).push([note("a")].iter()).unwrap();
        let whole = std::fs::read(&path).unwrap();
        for length in 0..whole.len() {
            std::fs::write(&path, [&whole, &whole[..length]].concat()).unwrap();
            assert_eq!(open(dir.path()).entries(), 1, "{length}");
            assert_eq!(std::fs::read(&path).unwrap(), whole, "{length}");
        }
    }

    #[test]
    fn a_torn_end_is_set_aside_before_it_is_cut() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("outbox");
        open(dir.path()).push([note("a")].iter()).unwrap();
        let whole = std::fs::read(&path).unwrap();
        let mut torn = whole.clone();
        *torn.last_mut().unwrap() ^= 1;
        std::fs::write(&path, [&whole, &torn[..]].concat()).unwrap();
        assert_eq!(open(dir.path()).entries(), 1);
        let aside = std::fs::read(dir.path().join("outbox.000000000002.torn")).unwrap();
        assert_eq!(aside, torn);
    }

    #[test]
    fn a_damaged_record_that_others_follow_is_not_cut() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("outbox");
        let mut outbox = open(dir.path());
        outbox.push([note("a")].iter()).unwrap();
        let first = outbox.end as usize;
        outbox.push([note("b")].iter()).unwrap();
        drop(outbox);
        let whole = std::fs::read(&path).unwrap();
        for place in 0..first {
            let mut damaged = whole.clone();
            damaged[place] ^= 0x80;
            std::fs::write(&path, &damaged).unwrap();
            let key = DataKey::from_bytes([5; 32]);
            let opened = Outbox::open(path.clone(), &key, &RealDisk, 1 << 16);
            let said = opened.err().map(|error| error.to_string());
            let said = said.unwrap_or_default();
            assert!(said.contains("outbox is damaged"), "{place}: {said}");
            assert_eq!(std::fs::read(&path).unwrap(), damaged, "{place}");
        }
    }

    #[test]
    fn a_full_outbox_refuses_and_says_so() {
        let dir = tempfile::tempdir().unwrap();
        let mut outbox = open(dir.path());
        let large = note(&"x".repeat(40_000));
        outbox.push([large.clone()].iter()).unwrap();
        let full = outbox.push([large].iter()).unwrap_err().to_string();
        assert!(full.contains("outbox is full"), "{full}");
        assert_eq!(outbox.entries(), 1);
    }

    #[test]
    fn nothing_readable_lies_in_it() {
        let dir = tempfile::tempdir().unwrap();
        open(dir.path())
            .push([note("a secret word")].iter())
            .unwrap();
        let bytes = std::fs::read(dir.path().join("outbox")).unwrap();
        assert!(!bytes.windows(6).any(|window| window == b"secret"));
    }
}
