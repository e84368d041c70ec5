//! Recordings and pictures: fetched from the provider, kept by digest, linked to their contact.
//!
//! Off unless the settings say otherwise, country by country. What a contact names is fetched after
//! the contact is durable, one file at a time, from the provider's own hosts alone. What fails is
//! tried again for two days, unless it cannot pass; each failure is an entry, and so is giving up.
//! What is `owed` is a fold of the log.

mod owed;

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use honeytoken::{Attachment, AttachmentFailed, Contact, Event, Medium, RawBody, Timestamp};
use ring::digest::{SHA256, digest};
use serde_json::Value;
use store::Draft;

use crate::account::{AccountError, Media, NamedFile, without_query};
use crate::api_key::hex;
use crate::app::App;
use crate::config::Fetch;
use crate::ledger::{View, files_of};
use owed::Owed;

/// How often it is looked for contacts with files, in seconds.
const LOOK_EVERY_S: u64 = 5;
/// How far back contacts are looked through at a start, in seconds: what fell due while nobody was there
/// is tried once more.
const LOOK_BACK_S: i64 = 7 * 86_400;
/// Files of one contact.
const FILES_MAX: usize = 32;
/// Phases of a recording in which there is no file, or not yet.
const WITHOUT_FILE: [&str; 4] = ["in-progress", "absent", "failed", "processing"];

/// A contact's files, as it names them.
pub(crate) fn named(contact: &Contact) -> Vec<NamedFile<'_>> {
    let of_message = contact.extra.get("media").and_then(Value::as_array);
    let pictures = of_message.into_iter().flatten();
    let pictures = pictures.filter_map(|picture| picture.get("url")?.as_str());
    let pictures = pictures.map(|url| NamedFile {
        url,
        recording: None,
    });
    let is_recording = contact.medium == Medium::Recording;
    let has_file = is_recording && !WITHOUT_FILE.contains(&contact.phase.as_str());
    let text = |name: &str| contact.extra.get(name).and_then(Value::as_str);
    let recording = text("url").filter(|_| has_file).map(|url| NamedFile {
        url,
        recording: text("recording"),
    });
    pictures.chain(recording).take(FILES_MAX).collect()
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
    while !app.recordings().is_on() {
        tokio::time::sleep(Duration::from_secs(LOOK_EVERY_S)).await;
    }
    let since = app.recorder.clock().now().plus_s(-LOOK_BACK_S);
    let view = app.recorder.view();
    let seen = view.reader.first_since(since).unwrap_or(view.reader.size());
    let (mut owed, mut seen) = (Owed::default(), seen);
    loop {
        let folding = Arc::clone(&app);
        let fold = move || fold(&folding, owed, seen);
        (owed, seen) = match tokio::task::spawn_blocking(fold).await {
            Ok(folded) => folded,
            // The runtime ends.
            Err(_) => return,
        };
        // Nothing can be kept any more, nor that it could not be.
        if app.recorder.view().fault().is_some() {
            return;
        }
        for index in owed.surplus() {
            let why = "too many contacts wait for their files";
            note(&app, index, why, None).await;
            owed.settled(index);
        }
        for index in owed.due(app.recorder.clock().now()) {
            match fetch(&app, index).await {
                Ok(()) => owed.settled(index),
                Err(failed) => {
                    let again_at = owed.again_at(index, app.recorder.clock().now());
                    let again_at = again_at.filter(|_| !failed.for_good);
                    note(&app, index, &failed.why, again_at).await;
                }
            }
        }
        tokio::time::sleep(Duration::from_secs(LOOK_EVERY_S)).await;
    }
}

/// Takes in what came since.
fn fold(app: &App, mut owed: Owed, seen: u64) -> (Owed, u64) {
    let view = app.recorder.view();
    let size = view.reader.size();
    for index in seen..size {
        if let Ok(Some(entry)) = view.reader.entry(index) {
            owed.apply(&entry, |contact| wanted(app, contact));
        }
    }
    (owed, seen.max(size))
}

/// How many files of a contact are wanted.
fn wanted(app: &App, contact: &Contact) -> usize {
    match named(contact).len() {
        0 => 0,
        files if is_wanted(app, contact) => files,
        _ => 0,
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
    app.recordings().of(country.as_deref()) == Fetch::Always
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
    let mut here = here(view, index)?;
    for file in named(&contact) {
        let address = file.url.parse().map(without_query).unwrap_or_default();
        // Two files may differ in their queries alone.
        if let Some(known) = here.iter().position(|known| *known == address) {
            here.swap_remove(known);
            continue;
        }
        let media = account.fetch(file).await?;
        keep(app, index, &contact, address, media).await?;
    }
    Ok(())
}

/// Where the files of a contact that are here were fetched.
fn here(view: &View, index: u64) -> Result<Vec<String>, Failed> {
    let files = files_of(view, index).map_err(passing)?;
    Ok(files.into_iter().map(|(_, file)| file.source_url).collect())
}

async fn keep(
    app: &App,
    index: u64,
    contact: &Contact,
    source_url: String,
    media: Media,
) -> Result<(), Failed> {
    let file = Attachment {
        contact: index,
        connection: contact.connection.clone(),
        to: contact.to.clone(),
        sha256: hex(digest(&SHA256, &media.bytes).as_ref()),
        bytes: media.bytes.len() as u64,
        media_type: media.media_type,
        source_url,
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

/// Says in the log that a contact's files could not be fetched, and whether they are tried again.
async fn note(app: &App, index: u64, why: &str, again_at: Option<Timestamp>) {
    tracing::warn!(
        entry.index = index,
        error = why,
        "file of a contact cannot be fetched"
    );
    let Ok(Some(entry)) = app.recorder.view().reader.entry(index) else {
        return;
    };
    let Event::Contact(contact) = entry.event else {
        return;
    };
    let event = Event::AttachmentFailed(AttachmentFailed {
        contact: index,
        connection: contact.connection,
        why: why.to_owned(),
        again_at,
    });
    if let Err(error) = app.recorder.decide(None, move |_| Ok(vec![event])).await {
        tracing::error!(%error, "failed fetch cannot be recorded");
    }
}
