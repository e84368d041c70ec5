//! Entries whose payloads were destroyed: what their erasures keep of them.

use std::collections::BTreeMap;

use attribution::{Reading, State};
use honeytoken::{Entry, Erasure, Event};
use store::proof::commitment::{DisclosedField, Disclosure, Opening, digest};
use store::{ReadError, Reader, Remains};

/// What is left, by erased entry.
#[derive(Debug, Default)]
pub(super) struct Erased(BTreeMap<u64, Left>);

#[derive(Debug)]
struct Left {
    remains: Remains,
    reading: Option<Reading>,
}

impl Erased {
    /// What the log's erasures keep; a pass over the log if anything was erased.
    pub(super) fn of_log(reader: &Reader) -> Result<Erased, ReadError> {
        let mut erased = Erased::default();
        if reader.erased().is_empty() {
            return Ok(erased);
        }
        for entry in reader.entries(0) {
            erased.take(&entry?.event);
        }
        Ok(erased)
    }

    /// What these entries keep.
    pub(super) fn of<'a>(entries: impl Iterator<Item = &'a Entry>) -> Erased {
        let mut erased = Erased::default();
        entries.for_each(|entry| erased.take(&entry.event));
        erased
    }

    fn take(&mut self, event: &Event) {
        let Event::Erasure(erasure) = event else {
            return;
        };
        if let Some(remains) = Remains::of(erasure) {
            let reading = reading(erasure);
            self.0.insert(erasure.erased, Left { remains, reading });
        }
    }

    /// The fields of an erased entry as a stranger may see them.
    pub(super) fn fields(
        &self,
        index: u64,
        shows: impl Fn(&[DisclosedField], &str, &str) -> bool,
    ) -> Option<Vec<DisclosedField>> {
        let all = &self.0.get(&index)?.remains.fields;
        let shown = |field: &DisclosedField| match &field.content {
            Disclosure::Open(opening) if !shows(all, &field.name, &opening.value) => {
                closed(&field.name, opening)
            }
            _ => field.clone(),
        };
        Some(all.iter().map(shown).collect())
    }

    /// Says what was read in them, before anything is folded.
    pub(super) fn foresee(&self, state: &mut State) {
        for (index, left) in &self.0 {
            if let Some(reading) = &left.reading {
                state.foresee(*index, reading);
            }
        }
    }

    /// Folds what is left of an entry; whether it is one of them.
    pub(super) fn apply(&self, index: u64, state: &mut State) -> bool {
        let Some(left) = self.0.get(&index) else {
            return false;
        };
        if let Some(entry) = left.remains.entry(index) {
            state.apply_erased(&entry, left.reading.as_ref());
        }
        true
    }
}

fn reading(erasure: &Erasure) -> Option<Reading> {
    serde_json::from_value(erasure.carried.get("reading")?.clone()).ok()
}

fn closed(name: &str, opening: &Opening) -> DisclosedField {
    let value = opening.value.as_bytes();
    DisclosedField {
        name: name.to_owned(),
        content: Disclosure::Closed(digest(name, &opening.salt, value)),
    }
}

/// The value of an open field.
pub(super) fn value<'a>(fields: &'a [DisclosedField], name: &str) -> Option<&'a str> {
    let field = fields.iter().find(|field| field.name == name)?;
    match &field.content {
        Disclosure::Open(opening) => Some(&opening.value),
        Disclosure::Closed(_) => None,
    }
}
