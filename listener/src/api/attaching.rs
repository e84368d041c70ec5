//! Screenshots and recordings that somebody attaches to a contact: the file, or its digest alone.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequest, Request, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use honeytoken::{Attachment, Event, RawBody};
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::caller::Caller;
use super::contacts::may_see;
use super::json;
use super::parts::Path;
use crate::api_key::hex;
use crate::app::App;
use crate::ledger::{Ledger, files_of};
use crate::problem::Problem;
use crate::recorder::SubmitError;

/// Where a file came from that somebody attached, and that only its digest was attached.
const ATTACHED: &str = "by_hand";
pub(crate) const DIGEST_ALONE: &str = "by_hand:digest";
/// Whether somebody attached a file; else it was fetched.
pub(crate) fn is_by_hand(file: &Attachment) -> bool {
    [ATTACHED, DIGEST_ALONE].contains(&file.source_url.as_str())
}

/// Files of one contact.
const FILES_MAX: usize = 64;

/// A file that is kept elsewhere.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DigestIn {
    /// SHA-256 of its bytes, 64 lower-case hex digits.
    sha256: String,
    /// How many bytes it has.
    bytes: u64,
    /// Such as `image/png`.
    #[serde(default)]
    media_type: Option<String>,
}

/// What is attached: a file as it is, under its media type, or JSON with its digest.
pub(crate) enum Given {
    File(Bytes, Option<String>),
    Digest(DigestIn),
}

impl FromRequest<Arc<App>> for Given {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Given, Problem> {
        let media = request.headers().get(header::CONTENT_TYPE);
        let media = media
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        let json = media
            .as_deref()
            .is_some_and(|m| m.starts_with("application/json"));
        let bytes = json::bytes(request, app).await?;
        match json {
            true => json::parsed(&bytes).map(Given::Digest),
            false => Ok(Given::File(bytes, media)),
        }
    }
}

/// What was attached.
#[derive(Serialize, ToSchema)]
pub(crate) struct AttachedOut {
    /// The entry that holds it.
    index: u64,
    sha256: String,
    bytes: u64,
    media_type: Option<String>,
    /// Whether we keep the file, or only its digest.
    held: bool,
}

/// Attaches a file (any media type, at most 16 MiB), or the digest of one that is kept elsewhere
/// (`application/json`). It is erased with its contact.
#[utoipa::path(post, path = "/v1/contacts/{index}/attachments", tag = "contacts",
    params(("index" = u64, Path)), request_body = DigestIn,
    responses((status = 201, body = AttachedOut), (status = 200, body = AttachedOut, description = "attached before"),
        (status = 400, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem), (status = 413, body = Problem)))]
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(contact): Path<u64>,
    given: Given,
) -> Result<impl IntoResponse, Problem> {
    caller.may_work()?;
    let file = file(contact, given)?;
    let clock = app.recorder.clock().clone();
    let asker = caller.clone();
    let attach = move |ledger: &mut Ledger| attach(ledger, &asker, file, clock.now());
    let attached = app.recorder.run(attach).await??;
    let status = match attached.1 {
        true => StatusCode::OK,
        false => StatusCode::CREATED,
    };
    Ok((status, Json(attached.0)))
}

fn file(contact: u64, given: Given) -> Result<Attachment, Problem> {
    let bad = |detail: &str| Problem::bad_request("bad_attachment", detail);
    let connection = ATTACHED.parse();
    let connection = connection.map_err(|error: honeytoken::IdError| bad(&error.to_string()))?;
    let (sha256, bytes, media_type, source, raw_content) = match given {
        Given::File(bytes, _) if bytes.is_empty() => return Err(bad("file is empty")),
        Given::File(bytes, media_type) => (
            hex(digest(&SHA256, &bytes).as_ref()),
            bytes.len() as u64,
            media_type,
            ATTACHED,
            Some(RawBody::Base64(STANDARD.encode(&bytes))),
        ),
        Given::Digest(of) => {
            let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
            if of.sha256.len() != 64 || !of.sha256.bytes().all(hex) {
                return Err(bad("sha256 is not 64 lower-case hex digits"));
            }
            (of.sha256, of.bytes, of.media_type, DIGEST_ALONE, None)
        }
    };
    Ok(Attachment {
        contact,
        connection,
        to: None,
        sha256,
        bytes,
        media_type,
        source_url: source.to_owned(),
        raw_content,
    })
}

fn attach(
    ledger: &mut Ledger,
    caller: &Caller,
    mut file: Attachment,
    now: honeytoken::Timestamp,
) -> Result<(AttachedOut, bool), Problem> {
    let view = ledger.view();
    let unknown = || Problem::not_found("no contact at this index, or it was erased");
    let entry = view
        .reader
        .entry(file.contact)
        .map_err(|e| Problem::internal(&e))?;
    let Some(Event::Contact(contact)) = entry.map(|entry| entry.event) else {
        return Err(unknown());
    };
    if !may_see(&view.state(), caller, &contact) {
        return Err(unknown());
    }
    (file.connection, file.to) = (contact.connection, contact.to);
    let here = files_of(&view, file.contact).map_err(|e| Problem::internal(&e))?;
    let same = here.iter().find(|(_, other)| {
        other.sha256 == file.sha256
            && (other.source_url != DIGEST_ALONE || file.raw_content.is_none())
    });
    if let Some((index, other)) = same {
        return Ok((out(*index, other), true));
    }
    if here.len() >= FILES_MAX {
        let detail = format!("contact has {FILES_MAX} files already");
        return Err(Problem::bad_request("too_many", detail));
    }
    let event = Event::Attachment(file.clone());
    let recorded = ledger.record(now, Some(&caller.key), vec![event]);
    let recorded = recorded.map_err(SubmitError::from)?;
    Ok((
        out(recorded.first().copied().unwrap_or_default(), &file),
        false,
    ))
}

fn out(index: u64, file: &Attachment) -> AttachedOut {
    AttachedOut {
        index,
        sha256: file.sha256.clone(),
        bytes: file.bytes,
        media_type: file.media_type.clone(),
        held: file.source_url != DIGEST_ALONE,
    }
}
