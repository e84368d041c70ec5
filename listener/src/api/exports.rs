//! Exports for other people's tools.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use report::export::{Document, Material, Order, write};
use serde::Deserialize;
use utoipa::IntoParams;

use super::caller::Caller;
use super::file::file;
use super::page::time;
use super::parts::{Path, Query};
use super::verdicts::open_to;
use crate::app::App;
use crate::exports::{self, GatherError, Window};
use crate::problem::Problem;

/// The most contacts in one file over the API: they are held in memory.
const EXPORT_CONTACTS_MAX: usize = 200_000;

/// How an export is wanted.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExportQuery {
    /// `csv`, `jsonl` or `parquet` of tables; `jsonld` of `case`; `json` of `misp` and `stix`; `csv` of
    /// `timesketch`; `csv` or `vcard` of `blocklist`. The first if not given.
    format: Option<String>,
    /// For whom: `regulator`, `platform` or `public`; `regulator` if not given.
    preset: Option<String>,
    /// Only what belongs to this platform.
    platform: Option<String>,
    /// Only contacts received at or after this time, RFC 3339 or Unix seconds.
    since: Option<String>,
    /// Only contacts received before this time.
    until: Option<String>,
}

/// A table or an exchange document as a file: `contacts`, `exposure`, `verdicts`, `campaigns`, `links`,
/// `case`, `misp`, `stix`, `timesketch`, `blocklist`. What the preset closes is closed; that it was
/// taken is on the record.
#[utoipa::path(get, path = "/v1/exports/{kind}", tag = "evidence",
    params(("kind" = String, Path), ExportQuery),
    responses((status = 200, body = Vec<u8>, content_type = "*/*"), (status = 400, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 413, body = Problem)))]
pub(crate) async fn export(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(kind): Path<String>,
    Query(query): Query<ExportQuery>,
) -> Result<Response, Problem> {
    caller.may_see_personal_data()?;
    let (order, window) = query.read(&kind)?;
    let what = format!("export {kind} for {}", order.preset().as_str());
    let (seen, document) = make(&app, &caller, order, window).await?;
    app.reads.note(&caller.key, &what, &seen);
    file(document)
}

impl ExportQuery {
    fn read(&self, kind: &str) -> Result<(Order, Window), Problem> {
        let order = Order::parse(
            kind,
            self.format.as_deref(),
            self.preset.as_deref(),
            self.platform.as_deref(),
        );
        let order = order.map_err(|error| Problem::bad_request("bad_export", error.to_string()))?;
        let moment = |name: &str, text: &Option<String>| {
            text.as_deref().map(|text| time(name, text)).transpose()
        };
        let window = Window {
            since: moment("since", &self.since)?,
            until: moment("until", &self.until)?,
            contacts_max: EXPORT_CONTACTS_MAX,
        };
        Ok((order, window))
    }
}

/// Gathers and writes, beside the async threads, one export at a time.
async fn make(
    app: &App,
    caller: &Caller,
    order: Order,
    window: Window,
) -> Result<(Vec<u64>, Document), Problem> {
    let _turn = app.exporting.lock().await;
    let (view, asker) = (Arc::clone(app.recorder.view()), caller.clone());
    let now = app.recorder.clock().now();
    let work = move || {
        let open = |state: &_, id: &_| open_to(state, &asker, id);
        let material = exports::gather(&view, &order, &window, now, &open, &mut |_| ());
        let material = material.map_err(problem)?;
        let seen = seen(&material);
        let document = write(&order, material).map_err(|error| Problem::internal(&error))?;
        Ok((seen, document))
    };
    let made = tokio::task::spawn_blocking(work).await;
    made.map_err(|error| Problem::internal(&error))?
}

/// Entries whose personal data may be in it.
fn seen(material: &Material) -> Vec<u64> {
    let contacts = material.contacts.iter().map(|contact| contact.index);
    contacts
        .chain(material.exposure.iter().map(|line| line.line))
        .collect()
}

pub(super) fn problem(error: GatherError) -> Problem {
    let said = error.to_string();
    match error {
        GatherError::Unknown(_) | GatherError::NoContact(_) => Problem::not_found(said),
        GatherError::TooMany(_) => {
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_many_contacts", said)
        }
        GatherError::Index(_) | GatherError::Read(_) => Problem::internal(&error),
    }
}
