//! Recordings and pictures: fetched from the provider, kept by digest, linked to their contact.
//!
//! Off unless the settings say otherwise, country by country. What a contact names is fetched after
//! the contact is durable, one file at a time, from the provider's own hosts alone. What fails is
//! tried again for two days, unless it cannot pass; then the log says that it was given up. After a restart the contacts
//! of the last two days are gone through again: what the log holds already is not fetched twice.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use honeytoken::{Attachment, Contact, Event, Medium, Operation, RawBody, Timestamp};
use ring::digest::{SHA256, digest};
use serde_json::Value;
use store::Draft;

use crate::account::{AccountError, Media, without_query};
use crate::api_key::hex;
use crate::app::App;
use crate::config::Fetch;
use crate::ledger::files_of;

/// How often it is looked for contacts with files, in seconds.
const LOOK_EVERY_S: u64 = 5;
/// How long a file is tried for, in seconds.
const TRY_FOR_S: i64 = 2 * 86_400;
/// The pause after the first failure, in seconds; each later one is twice as long.
const FIRST_PAUSE_S: i64 = 60;
/// The longest pause, in seconds.
const PAUSE_S_MAX: i64 = 6 * 3_600;
/// Contacts that wait for their files; those beyond are taken in when others are done.
const WAITING_MAX: usize = 10_000;
/// Files of one contact.
const FILES_MAX: usize = 32;
/// Phases of a recording in which there is no file, or not yet.
const WITHOUT_FILE: [&str; 4] = ["in-progress", "absent", "failed", "processing"];

/// The addresses of a contact's files.
pub(crate) fn addresses(contact: &Contact) -> Vec<&str> {
    let of_message = contact.extra.get("media").and_then(Value::as_array);
    let pictures = of_message.into_iter().flatten();
    let pictures = pictures.filter_map(|picture| picture.get("url")?.as_str());
    let is_recording = contact.medium == Medium::Recording;
    let has_file = is_recording && !WITHOUT_FILE.contains(&contact.phase.as_str());
    let recording = contact.extra.get("url").filter(|_| has_file);
    let recording = recording.and_then(Value::as_str);
    pictures.chain(recording).take(FILES_MAX).collect()
}

/// A contact whose files are not all here.
struct Waiting {
    attempts: u32,
    not_before: Timestamp,
    until: Timestamp,
}

impl Waiting {
    fn new(contact_at: Timestamp) -> Waiting {
        Waiting {
            attempts: 0,
            not_before: Timestamp::EPOCH,
            until: contact_at.plus_s(TRY_FOR_S),
        }
    }

    /// After a failure at `now`: whether it is tried again.
    fn failed(&mut self, now: Timestamp) -> bool {
        let pause_s = FIRST_PAUSE_S << self.attempts.min(16);
        self.attempts += 1;
        self.not_before = now.plus_s(pause_s.min(PAUSE_S_MAX));
        self.not_before < self.until
    }
}

/// Why a file is not here.
struct Failed {
    why: String,
    /// No later attempt can help.
    for_good: bool,
}

impl From<AccountError> for Failed {
    fn from(error: AccountError) -> Failed {
        Failed {
            why: error.to_string(),
            for_good: error.is_for_good(),
        }
    }
}

/// A failure of our own, which passes.
fn passing(error: impl std::fmt::Display) -> Failed {
    Failed {
        why: error.to_string(),
        for_good: false,
    }
}

/// Fetches what contacts name, for ever.
pub(crate) async fn keep_up(app: Arc<App>) {
    if !app.config.recordings.is_on() {
        return;
    }
    let since = app.recorder.clock().now().plus_s(-TRY_FOR_S);
    let view = app.recorder.view();
    let mut seen = view.reader.first_since(since).unwrap_or(view.reader.size());
    let mut waiting = BTreeMap::new();
    loop {
        gather(&app, &mut seen, &mut waiting);
        let now = app.recorder.clock().now();
        let due = waiting.iter().filter(|(_, w)| w.not_before <= now);
        let due: Vec<u64> = due.map(|(index, _)| *index).collect();
        for index in due {
            let outcome = fetch(&app, index).await;
            settle(&app, &mut waiting, index, outcome).await;
        }
        tokio::time::sleep(Duration::from_secs(LOOK_EVERY_S)).await;
    }
}

/// Takes in the contacts that came since.
fn gather(app: &App, seen: &mut u64, waiting: &mut BTreeMap<u64, Waiting>) {
    let view = app.recorder.view();
    let size = view.reader.size();
    while *seen < size && waiting.len() < WAITING_MAX {
        let index = *seen;
        *seen += 1;
        let Ok(Some(entry)) = view.reader.entry(index) else {
            continue;
        };
        let Event::Contact(contact) = &entry.event else {
            continue;
        };
        if !addresses(contact).is_empty() && is_wanted(app, contact) {
            waiting.insert(index, Waiting::new(entry.at));
        }
    }
}

/// Whether files may be fetched for the country of the contacted line. A later stage of a call may
/// name no line: then for the call's.
fn is_wanted(app: &App, contact: &Contact) -> bool {
    let view = app.recorder.view();
    let named = contact.to.as_ref().and_then(|to| to.number());
    let number = named.or_else(|| {
        let lookup = store::Lookup::Session {
            connection: contact.connection.clone(),
            session: contact.session.clone()?,
        };
        let first = view.index.first(&lookup).ok()??;
        match view.reader.entry(first).ok()??.event {
            Event::Contact(call) => call.to?.number(),
            _ => None,
        }
    });
    let state = view.state();
    let country = number.and_then(|number| {
        let line = state.registry.line(&number, Timestamp::EPOCH);
        let said = line.and_then(|view| view.line.country.clone());
        said.or_else(|| number.country().map(|country| country.to_string()))
    });
    app.config.recordings.of(country.as_deref()) == Fetch::Always
}

/// Fetches the files of one contact that are not here yet.
async fn fetch(app: &App, index: u64) -> Result<(), Failed> {
    let view = app.recorder.view();
    let entry = view.reader.entry(index).map_err(passing)?;
    // Erased meanwhile: there is nothing to fetch any more.
    let Some(Event::Contact(contact)) = entry.map(|entry| entry.event) else {
        return Ok(());
    };
    let connection = view
        .state()
        .registry
        .connection(&contact.connection)
        .cloned();
    let connection = connection.ok_or_else(|| passing("its connection is retired"))?;
    let account = app.accounts.open(&connection)?;
    let here = files_of(view, index).map_err(passing)?;
    for url in addresses(&contact) {
        let plain = url.parse().map(without_query).unwrap_or_default();
        if here.iter().any(|(_, file)| file.source_url == plain) {
            continue;
        }
        let media = account.fetch(url).await?;
        keep(app, index, &contact, media).await?;
    }
    Ok(())
}

async fn keep(app: &App, index: u64, contact: &Contact, media: Media) -> Result<(), Failed> {
    let file = Attachment {
        contact: index,
        connection: contact.connection.clone(),
        to: contact.to.clone(),
        sha256: hex(digest(&SHA256, &media.bytes).as_ref()),
        bytes: media.bytes.len() as u64,
        media_type: media.media_type,
        source_url: media.source_url,
        raw_content: Some(RawBody::Base64(STANDARD.encode(&media.bytes))),
    };
    let draft = Draft {
        at: app.recorder.clock().now(),
        by: None,
        event: Event::Attachment(file),
    };
    let sealed = app.recorder.view().sealer.seal(draft);
    let sealed = sealed.map_err(passing)?;
    // Between fetching and keeping the contact may have been erased: then its file is not kept.
    if app.recorder.view().reader.is_erased(index) {
        return Ok(());
    }
    let recorded = app.recorder.contacts(vec![sealed]).await;
    recorded.map(drop).map_err(passing)
}

async fn settle(
    app: &App,
    waiting: &mut BTreeMap<u64, Waiting>,
    index: u64,
    outcome: Result<(), Failed>,
) {
    let Err(Failed { why, for_good }) = outcome else {
        waiting.remove(&index);
        return;
    };
    tracing::warn!(entry.index = index, error = %why, "file of a contact cannot be fetched");
    let now = app.recorder.clock().now();
    let waits = waiting.get_mut(&index).is_some_and(|w| w.failed(now));
    if waits && !for_good {
        return;
    }
    waiting.remove(&index);
    let event = Event::Operation(Operation {
        operation: "attachment_failed".to_owned(),
        detail: format!("entry {index}: {why}"),
    });
    if let Err(error) = app.recorder.decide(None, move |_| Ok(vec![event])).await {
        tracing::error!(%error, "failed fetch cannot be recorded");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_tried_for_two_days_and_then_given_up() {
        let at = Timestamp::from_unix_s(1_800_000_000);
        let mut waiting = Waiting::new(at);
        let (mut now, mut pauses_s) = (at, Vec::new());
        while waiting.failed(now) {
            pauses_s.push(waiting.not_before.seconds_since(now) as i64);
            now = waiting.not_before;
        }
        assert!(pauses_s.is_sorted());
        assert_eq!((pauses_s[0], pauses_s.last()), (60, Some(&PAUSE_S_MAX)));
        let tried_s = now.seconds_since(at) as i64;
        assert!((TRY_FOR_S - PAUSE_S_MAX..TRY_FOR_S).contains(&tried_s));
    }
}
