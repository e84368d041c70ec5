//! Judging again from the first entry, where all entries are given.

use attribution::State;
use honeytoken::{Basis, Entry, Event, Judgement};
use store::proof::commitment::{DisclosedField, Disclosure};

use super::erased::Erased;
use super::lines::EntryLine;

/// Whether the fold of these entries gives the judgement at this place.
///
/// # Errors
/// What it gives instead, or why it cannot be folded.
pub(super) fn agrees(entries: &[EntryLine], judgement: u64) -> Result<(), String> {
    let fields = |line: &EntryLine| -> Option<Vec<DisclosedField>> {
        let fields = line.fields.clone()?;
        fields.into_iter().map(|field| field.disclosed()).collect()
    };
    let find = entries.iter().find(|line| line.index == judgement);
    let said = find
        .and_then(fields)
        .and_then(|fields| self::judgement(judgement, &fields));
    let said = said.ok_or("the judgement is not open")?;
    let open = entries.iter().map(|line| (line.index, fields(line)));
    again(
        open.filter_map(|(index, fields)| Some((index, fields?))),
        &said,
    )
}

/// Folds entries, each by its index and its fields in full, and compares.
///
/// # Errors
/// What it gives instead.
pub(super) fn again(
    entries: impl Iterator<Item = (u64, Vec<DisclosedField>)>,
    said: &Judgement,
) -> Result<(), String> {
    let before = entries.take_while(|(index, _)| *index < said.entries);
    // What cannot be read lacks a closed field: credentials, which judge nothing, or what was erased.
    let read = |(index, fields): (u64, Vec<DisclosedField>)| {
        let entry = store::entry_of(index, open(&fields));
        (index, entry.ok())
    };
    let (indices, read): (Vec<u64>, Vec<Option<Entry>>) = before.map(read).unzip();
    let erased = Erased::of(read.iter().flatten());
    let mut state = State::new(said.policy.clone());
    erased.foresee(&mut state);
    for (index, entry) in indices.into_iter().zip(read) {
        if erased.apply(index, &mut state) {
            continue;
        }
        let Some(entry) = entry else { continue };
        state.apply(&entry);
        if let Event::Coverage(coverage) = &entry.event
            && coverage.basis.is_exposure()
            && coverage.basis != Basis::Asserted
        {
            state.advance(coverage.until);
        }
    }
    let found = state.judgement(&said.platform, said.entries, &said.program);
    let found = found.ok_or_else(|| format!("platform {} is in no entry", said.platform))?;
    match found == *said {
        true => Ok(()),
        false => Err(format!(
            "judging again gives {} (log e-value {}), the judgement says {} ({})",
            found.class, found.log_e, said.class, said.log_e
        )),
    }
}

/// The judgement that these fields are.
pub(super) fn judgement(index: u64, fields: &[DisclosedField]) -> Option<Judgement> {
    match store::entry_of(index, open(fields)).ok()?.event {
        Event::Judgement(judgement) => Some(judgement),
        _ => None,
    }
}

/// The open ones, by name and value.
pub(super) fn open(fields: &[DisclosedField]) -> impl Iterator<Item = (&str, &str)> {
    fields.iter().filter_map(|field| match &field.content {
        Disclosure::Open(opening) => Some((field.name.as_str(), opening.value.as_str())),
        Disclosure::Closed(_) => None,
    })
}
