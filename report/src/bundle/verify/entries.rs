//! Entries against their leaves; subjects against the log's VRF key; all entries of each subject.

use std::collections::{BTreeMap, BTreeSet};

use honeytoken::{PlatformId, Timestamp};
use serde::de::DeserializeOwned;
use store::proof::commitment::{DisclosedField, Disclosure, verify_fields};
use store::proof::leaf::hour;
use store::proof::{Leaf, SubjectId};

use super::super::Archive;
use super::super::lines::{self, EntryLine, SubjectLine};
use super::finding::{Check, Finding, Problem, Words};
use super::parts::{Parts, file};

/// A checked entry; without fields if it was erased.
pub(super) struct Entry {
    pub(super) index: u64,
    pub(super) subject: SubjectId,
    pub(super) fields: Option<Vec<DisclosedField>>,
}

impl Entry {
    /// An open field's value.
    pub(super) fn get<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let field = self
            .fields
            .as_ref()?
            .iter()
            .find(|field| field.name == name)?;
        match &field.content {
            Disclosure::Open(opening) => serde_json::from_str(&opening.value).ok(),
            Disclosure::Closed(_) => None,
        }
    }

    pub(super) fn kind(&self) -> String {
        self.get("kind").unwrap_or_default()
    }

    /// Whether it places a number with this platform.
    fn places_with(&self, platform: &PlatformId) -> bool {
        self.is("honeytoken_issued") && self.get("platform").as_ref() == Some(platform)
    }

    pub(super) fn is(&self, kind: &str) -> bool {
        self.get::<String>("kind").as_deref() == Some(kind)
    }
}

/// All entries that the bundle gives, and the subjects that are given completely.
pub(super) struct Entries {
    pub(super) all: Vec<Entry>,
    subjects: BTreeMap<SubjectId, SubjectLine>,
    /// Fields that are open and closed.
    counts: [usize; 2],
}

pub(super) fn check(archive: &Archive, parts: &Parts) -> Result<Entries, Problem> {
    let bytes = file(archive, "entries.jsonl", Check::Entries)?;
    let read: Vec<EntryLine> = lines::read(bytes).map_err(|line| {
        Problem(
            Check::Entries,
            format!("entries.jsonl: line {line} is not in its one form"),
        )
    })?;
    let mut all: Vec<Entry> = Vec::with_capacity(read.len());
    for line in read {
        let (index, before) = (line.index, all.last().map(|entry| entry.index));
        let leaf = parts
            .leaves
            .get(usize::try_from(index).unwrap_or(usize::MAX));
        let entry = leaf.filter(|_| before.is_none_or(|before| before < index));
        let entry = entry
            .ok_or("out of order, or beyond the log")
            .and_then(|leaf| entry_of(line, leaf));
        all.push(entry.map_err(|what| Problem(Check::Entries, format!("entry {index}: {what}")))?);
    }
    let subjects = subjects(archive, parts, &all)?;
    let counts = counts(&all);
    let entries = Entries {
        all,
        subjects,
        counts,
    };
    entries.in_order_of_time()?;
    entries.erased_on_the_record()?;
    entries.complete(parts)?;
    entries.filed_right()?;
    Ok(entries)
}

fn entry_of(line: EntryLine, leaf: &Leaf) -> Result<Entry, &'static str> {
    let entry = |fields| Entry {
        index: line.index,
        subject: leaf.subject,
        fields,
    };
    let Some(fields) = line.fields else {
        return Ok(entry(None));
    };
    let fields: Option<Vec<DisclosedField>> =
        fields.into_iter().map(|field| field.disclosed()).collect();
    let fields = fields.ok_or("a field is neither open nor closed, or not canonical base64")?;
    verify_fields(&fields, leaf.fields)
        .map_err(|_| "its fields are not those that were recorded")?;
    let entry = entry(Some(fields));
    let at: Option<Timestamp> = entry.get("at");
    if entry.get::<String>("kind").is_none() || at.is_none() {
        return Err("kind and time are not open");
    }
    match at.is_some_and(|at| hour(at) == leaf.hour) {
        true => Ok(entry),
        false => Err("its time is not in the hour of its leaf"),
    }
}

fn counts(all: &[Entry]) -> [usize; 2] {
    let fields = || all.iter().flat_map(|entry| entry.fields.iter().flatten());
    let open = fields()
        .filter(|f| matches!(f.content, Disclosure::Open(_)))
        .count();
    [open, fields().count() - open]
}

/// The subjects, each proven to be what it says, under the key that the first entry names.
fn subjects(
    archive: &Archive,
    parts: &Parts,
    all: &[Entry],
) -> Result<BTreeMap<SubjectId, SubjectLine>, Problem> {
    let wrong = |what: String| Problem(Check::Complete, what);
    let bytes = file(archive, "subjects.jsonl", Check::Complete)?;
    let read: Vec<SubjectLine> = lines::read(bytes).map_err(|line| {
        wrong(format!(
            "subjects.jsonl: line {line} is not in its one form"
        ))
    })?;
    if !read.is_sorted_by(|a, b| a.subject < b.subject) {
        return Err(wrong(
            "subjects are not in strictly ascending order".to_owned(),
        ));
    }
    let key = genesis(parts, all)
        .ok_or_else(|| wrong("the log's beginning is not open, or of another log".to_owned()))?;
    let mut subjects = BTreeMap::new();
    for line in read {
        let id = line.id().filter(|_| line.holds(&key));
        let id =
            id.ok_or_else(|| wrong(format!("subject {} is not what it says", line.subject)))?;
        subjects.insert(id, line);
    }
    let input = |line: &SubjectLine| line.input.clone();
    let given: BTreeSet<String> = subjects.values().filter_map(input).collect();
    let platform = &parts.manifest.platform;
    let placed = all.iter().filter(|entry| entry.places_with(platform));
    let tokens = placed.filter_map(|entry| entry.get::<String>("honeytoken"));
    let wanted = ["log:".to_owned(), format!("platform:{platform}")].into_iter();
    let mut wanted = wanted.chain(tokens.map(|id| format!("honeytoken:{id}")));
    match wanted.find(|input| !given.contains(input)) {
        None => Ok(subjects),
        Some(input) => Err(wrong(format!("subject {input} is not given"))),
    }
}

/// The log's VRF key; the newest genesis must be of the log that the checkpoint names.
fn genesis(parts: &Parts, all: &[Entry]) -> Option<[u8; 32]> {
    let first = all
        .first()
        .filter(|entry| entry.index == 0 && entry.is("genesis"))?;
    let newest = all.iter().rfind(|entry| entry.is("genesis"))?;
    let origin: String = newest.get("origin")?;
    let key: String = first.get("vrf_public_key")?;
    let key = store::proof::Hash::from_hex(&key)?;
    (origin == parts.checkpoint.origin).then_some(key.0)
}

impl Entries {
    pub(super) fn get(&self, index: u64) -> Option<&Entry> {
        let place = self
            .all
            .binary_search_by_key(&index, |entry| entry.index)
            .ok()?;
        self.all.get(place)
    }

    pub(super) fn of(&self, subject: SubjectId) -> impl Iterator<Item = &Entry> {
        self.all
            .iter()
            .filter(move |entry| entry.subject == subject)
    }

    /// The platform's placements.
    pub(super) fn placements(&self, platform: &PlatformId) -> Vec<&Entry> {
        let placed = |entry: &&Entry| entry.places_with(platform);
        self.all.iter().filter(placed).collect()
    }

    /// How many of these numbers somebody else was given too; with whom may be closed.
    fn placed_with_others(&self, platform: &PlatformId, placed: &BTreeSet<SubjectId>) -> usize {
        let others = self
            .all
            .iter()
            .filter(|entry| entry.is("honeytoken_issued") && !entry.places_with(platform));
        let others = others.map(|entry| entry.subject);
        let others: BTreeSet<SubjectId> = others.filter(|id| placed.contains(id)).collect();
        others.len()
    }

    fn in_order_of_time(&self) -> Result<(), Problem> {
        let mut last = Timestamp::EPOCH;
        for entry in &self.all {
            if let Some(at) = entry.get::<Timestamp>("at") {
                if at < last {
                    let what = format!(
                        "entry {} was recorded before the one before it",
                        entry.index
                    );
                    return Err(Problem(Check::Entries, what));
                }
                last = at;
            }
        }
        Ok(())
    }

    /// The entries that erasures name.
    fn erased(&self) -> BTreeSet<u64> {
        let erasures = self.all.iter().filter(|entry| entry.is("erasure"));
        erasures.filter_map(|entry| entry.get("erased")).collect()
    }

    fn erased_on_the_record(&self) -> Result<(), Problem> {
        let recorded = self.erased();
        let erased = self.all.iter().filter(|entry| entry.fields.is_none());
        match erased
            .map(|entry| entry.index)
            .find(|index| !recorded.contains(index))
        {
            None => Ok(()),
            Some(index) => Err(Problem(
                Check::Entries,
                format!("entry {index} has no fields, and no erasure of it is recorded"),
            )),
        }
    }

    /// Every leaf of a given subject is there, and none of another.
    fn complete(&self, parts: &Parts) -> Result<(), Problem> {
        let given: BTreeSet<u64> = self.all.iter().map(|entry| entry.index).collect();
        for (index, leaf) in (0_u64..).zip(&parts.leaves) {
            match (
                self.subjects.contains_key(&leaf.subject),
                given.contains(&index),
            ) {
                (true, false) => {
                    return Err(Problem(
                        Check::Complete,
                        format!("entry {index} is left out, though its subject is given"),
                    ));
                }
                (false, true) => {
                    return Err(Problem(
                        Check::Complete,
                        format!("entry {index} is of a subject that is not given"),
                    ));
                }
                _ => {}
            }
        }
        if parts.manifest.whole_log && given.len() != parts.leaves.len() {
            return Err(Problem(Check::Complete, "not the whole log".to_owned()));
        }
        Ok(())
    }

    /// An entry that openly names a number stands under that number's subject.
    fn filed_right(&self) -> Result<(), Problem> {
        let input = |(id, line): (&SubjectId, &SubjectLine)| Some((line.input.clone()?, *id));
        let inputs: BTreeMap<String, SubjectId> = self.subjects.iter().filter_map(input).collect();
        for entry in &self.all {
            let name = match entry.kind().as_str() {
                "line_added" | "line_retired" | "honeytoken_issued" | "coverage" => "number",
                "contact" | "repeat" => "to",
                _ => continue,
            };
            let number: Option<String> = entry.get(name);
            let number = number.filter(|number| number.starts_with('+'));
            let expected = number.and_then(|n| inputs.get(&format!("number:{n}")));
            if expected.is_some_and(|id| *id != entry.subject) {
                let what = format!(
                    "entry {} is filed under another number than it names",
                    entry.index
                );
                return Err(Problem(Check::Complete, what));
            }
        }
        Ok(())
    }

    pub(super) fn findings(&self, parts: &Parts) -> Vec<Finding> {
        let ([open, closed], n) = (self.counts, self.all.len());
        let gone = self.erased();
        let erased = self.all.iter().filter(|entry| gone.contains(&entry.index));
        let erased = erased.count();
        let entries = Words::new(
            format!("{n} 个条目，公开字段 {open} 个，未公开 {closed} 个，已按记录删除 {erased} 个"),
            format!(
                "{n} entries, {open} fields open, {closed} closed, {erased} erased on the record"
            ),
        );
        let placed: BTreeSet<SubjectId> = self
            .placements(&parts.manifest.platform)
            .iter()
            .map(|e| e.subject)
            .collect();
        let proven = placed.iter().filter(|id| {
            self.subjects
                .get(id)
                .is_some_and(|line| line.input.is_some())
        });
        let (numbers, proven) = (placed.len(), proven.count());
        let also = self.placed_with_others(&parts.manifest.platform, &placed);
        let complete = Words::new(
            format!(
                "该平台的 {numbers} 个号码，其中 {proven} 个公开了号码并证明其归属，{also} 个也曾分配给其他平台；未证明不存在另一份日志"
            ),
            format!(
                "{numbers} numbers of the platform, {proven} of them named and proven, {also} placed with others too; that no rival log exists is not shown by this"
            ),
        );
        vec![
            Finding::holds(Check::Entries, entries),
            Finding::holds(Check::Complete, complete),
        ]
    }
}
