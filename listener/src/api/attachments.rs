//! Recordings and pictures of contacts.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use honeytoken::{Attachment, Event, RawBody};
use serde::Serialize;
use utoipa::ToSchema;

use super::attaching::DIGEST_ALONE;
use super::caller::Caller;
use super::contacts::may_see;
use super::parts::Path;
use super::range::Asked;
use crate::app::App;
use crate::ledger::{View, files_of};
use crate::problem::Problem;

/// A file of a contact.
#[derive(Serialize, ToSchema)]
pub(crate) struct AttachmentOut {
    /// The entry that holds it.
    index: u64,
    /// SHA-256 of its bytes: its name under `/v1/contacts/{index}/attachments/`.
    pub(crate) sha256: String,
    pub(crate) bytes: u64,
    pub(crate) media_type: Option<String>,
    /// Whether we keep the file, or only its digest.
    pub(crate) held: bool,
}

/// The files of the contact in this entry.
pub(super) fn of_contact(view: &View, contact: u64) -> Vec<AttachmentOut> {
    let files = files_of(view, contact).unwrap_or_default();
    let shown = |(index, file): (u64, Attachment)| AttachmentOut {
        index,
        sha256: file.sha256,
        bytes: file.bytes,
        held: file.source_url != DIGEST_ALONE,
        media_type: file.media_type,
    };
    files.into_iter().map(shown).collect()
}

/// A file of a contact, or the part of it that a `Range` names; that it was looked at is noted in the
/// custody log.
#[utoipa::path(get, path = "/v1/contacts/{index}/attachments/{sha256}", tag = "contacts",
    params(("index" = u64, Path), ("sha256" = String, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "*/*"), (status = 206, body = Vec<u8>, content_type = "*/*"),
        (status = 416), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn one(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((contact, sha256)): Path<(u64, String)>,
    range: Asked,
) -> Result<Response, Problem> {
    caller.may_see_personal_data()?;
    let unknown = || Problem::not_found("no such file of this contact, or it was erased");
    let view = Arc::clone(app.recorder.view());
    let asker = caller.clone();
    let read = move || read(&view, &asker, contact, &sha256);
    let read = tokio::task::spawn_blocking(read).await;
    let read = read.map_err(|error| Problem::internal(&error))??;
    let (index, file, bytes) = read.ok_or_else(unknown)?;
    app.reads
        .note(&caller.key, "attachments", &[contact, index]);
    let tag = HeaderValue::try_from(format!("\"{}\"", file.sha256));
    let tag = tag.map_err(|error| Problem::internal(&error))?;
    let mut response = range.answer(bytes, tag);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, media_type(&file));
    // Never shown in place: it comes from strangers.
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment"),
    );
    Ok(response)
}

type Found = Option<(u64, Attachment, Vec<u8>)>;

fn read(view: &View, caller: &Caller, contact: u64, sha256: &str) -> Result<Found, Problem> {
    let internal = |error: store::ReadError| Problem::internal(&error);
    let Some(entry) = view.reader.entry(contact).map_err(internal)? else {
        return Ok(None);
    };
    let Event::Contact(of) = &entry.event else {
        return Ok(None);
    };
    if !may_see(&view.state(), caller, of) {
        return Ok(None);
    }
    let files = files_of(view, contact).map_err(|error| Problem::internal(&error))?;
    let Some((index, _)) = files.into_iter().find(|(_, file)| file.sha256 == sha256) else {
        return Ok(None);
    };
    let Some(opened) = view.reader.opened(index).map_err(internal)? else {
        return Ok(None);
    };
    let whole = opened.entry().map_err(|error| Problem::internal(&error))?;
    let Event::Attachment(mut file) = whole.event else {
        return Ok(None);
    };
    let Some(bytes) = file.raw_content.take().and_then(bytes) else {
        return Ok(None);
    };
    Ok(Some((index, file, bytes)))
}

fn bytes(content: RawBody) -> Option<Vec<u8>> {
    match content {
        RawBody::Text(text) => Some(text.into_bytes()),
        RawBody::Base64(text) => STANDARD.decode(text).ok(),
        RawBody::Blob { .. } => None,
    }
}

/// The provider's word for sounds, pictures and films; of all else nothing that a browser runs.
fn media_type(file: &Attachment) -> HeaderValue {
    let harmless = |text: &&str| {
        let known = ["audio/", "image/", "video/"];
        known.iter().any(|kind| text.starts_with(kind)) && !text.contains("svg")
    };
    let named = file.media_type.as_deref().filter(harmless);
    named
        .and_then(|text| text.parse().ok())
        .unwrap_or(HeaderValue::from_static("application/octet-stream"))
}
