//! Reports over the API.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use honeytoken::Language;
use report::bundle::Preset;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::caller::Caller;
use super::parts::{Path, Query};
use crate::app::App;
use crate::problem::Problem;
use crate::reports::{self, About, Order, Reason, ReasonError, ReportError};

/// For whom, in which language and form.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReportQuery {
    /// `regulator`, `platform` or `public`.
    preset: String,
    /// `zh` or `en`; `en` if not given.
    #[param(inline)]
    lang: Option<Tongue>,
    /// `html` or `pdf`; `html` if not given.
    #[param(inline)]
    format: Option<Form>,
    /// Why a public one accuses somebody who was not offered a reply: one line of at most 500 bytes, printed
    /// on it and kept.
    without_reply: Option<String>,
}

impl ReportQuery {
    /// What a button of the page asks for.
    ///
    /// # Errors
    /// 400 when language or form is none of ours.
    pub(crate) fn read(
        (preset, lang, form): (&str, &str, &str),
        without_reply: Option<String>,
    ) -> Result<ReportQuery, Problem> {
        let bad = || Problem::bad_request("bad_form", "report is in zh or en, as html or pdf");
        Ok(ReportQuery {
            preset: preset.to_owned(),
            lang: Some(match lang {
                "zh" => Tongue::Zh,
                "en" => Tongue::En,
                _ => return Err(bad()),
            }),
            format: Some(match form {
                "html" => Form::Html,
                "pdf" => Form::Pdf,
                _ => return Err(bad()),
            }),
            without_reply,
        })
    }
}

/// A language.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Tongue {
    Zh,
    En,
}

/// A form.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Form {
    Html,
    Pdf,
}

/// A report on a platform: one file with charts, for people. Its making is on the record. A public one
/// on a platform that stands accused and was not offered a reply is refused without `without_reply`.
#[utoipa::path(get, path = "/v1/platforms/{id}/report", tag = "evidence",
    params(("id" = String, Path), ReportQuery),
    responses((status = 200, content((String = "text/html"), (Vec<u8> = "application/pdf"))), (status = 400, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn platform(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<ReportQuery>,
) -> Result<Response, Problem> {
    let id = id
        .parse()
        .map_err(|_| Problem::not_found("no platform of this id"))?;
    answer(&app, &caller, About::Platform(id), &query).await
}

/// A report on the platforms of a study that the caller may see. A public one that accuses somebody who was not
/// offered a reply is refused without `without_reply`.
#[utoipa::path(get, path = "/v1/studies/{id}/report", tag = "evidence",
    params(("id" = String, Path), ReportQuery),
    responses((status = 200, content((String = "text/html"), (Vec<u8> = "application/pdf"))), (status = 400, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn study(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<ReportQuery>,
) -> Result<Response, Problem> {
    let id = id
        .parse()
        .map_err(|_| Problem::not_found("no study of this id"))?;
    answer(&app, &caller, About::Study(id), &query).await
}

/// The league table of all platforms that the caller may see. A public one that accuses somebody who was not
/// offered a reply is refused without `without_reply`.
#[utoipa::path(get, path = "/v1/league", tag = "evidence", params(ReportQuery),
    responses((status = 200, content((String = "text/html"), (Vec<u8> = "application/pdf"))), (status = 400, body = Problem),
        (status = 403, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn league(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(query): Query<ReportQuery>,
) -> Result<Response, Problem> {
    answer(&app, &caller, About::League, &query).await
}

async fn answer(
    app: &Arc<App>,
    caller: &Caller,
    about: About,
    query: &ReportQuery,
) -> Result<Response, Problem> {
    caller.may_see_personal_data()?;
    let preset: Preset = query
        .preset
        .parse()
        .map_err(|error: report::bundle::UnknownPreset| {
            Problem::bad_request("bad_preset", error.to_string())
        })?;
    let order = Order {
        about,
        preset,
        lang: match query.lang {
            Some(Tongue::Zh) => Language::Zh,
            Some(Tongue::En) | None => Language::En,
        },
        brand: app.brand(),
        without_reply: query.without_reply.as_deref().map(reason).transpose()?,
        by: Some((caller.key.clone(), caller.role.may_administer())),
    };
    let (name, form) = (name(&order), query.format.unwrap_or(Form::Html));
    let bytes = make(app, order, form).await?;
    let (kind, end) = match form {
        Form::Html => ("text/html; charset=utf-8", "html"),
        Form::Pdf => ("application/pdf", "pdf"),
    };
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}.{end}\""));
    let disposition = disposition.map_err(|error| Problem::internal(&error))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((StatusCode::OK, headers, bytes).into_response())
}

fn reason(text: &str) -> Result<Reason, Problem> {
    let bad = |error: ReasonError| Problem::bad_request("bad_reason", error.to_string());
    text.parse().map_err(bad)
}

fn name(order: &Order) -> String {
    let preset = order.preset.as_str();
    match &order.about {
        About::Platform(id) => format!("{id}-{preset}"),
        About::Study(id) => format!("study-{id}-{preset}"),
        About::League => format!("league-{preset}"),
    }
}

async fn make(app: &Arc<App>, order: Order, form: Form) -> Result<Vec<u8>, Problem> {
    // A report holds all contacts of its numbers: one at a time.
    let _turn = app.exporting.lock().await;
    let now = app.recorder.clock().now();
    let begun = app
        .recorder
        .run(move |ledger| reports::begin(ledger, order, now));
    let begun = begun.await?.map_err(problem)?;
    let view = Arc::clone(app.recorder.view());
    let set = move || {
        let paper = reports::collect(&view, begun)?;
        match form {
            Form::Html => Ok(paper.html().into_bytes()),
            Form::Pdf => paper.pdf().map_err(ReportError::from),
        }
    };
    let set = tokio::task::spawn_blocking(set).await;
    set.map_err(|error| Problem::internal(&error))?
        .map_err(problem)
}

fn problem(error: ReportError) -> Problem {
    match error {
        ReportError::UnknownPlatform(_) | ReportError::UnknownStudy(_) => {
            Problem::not_found(error.to_string())
        }
        ReportError::Unheard(_) => {
            Problem::new(StatusCode::CONFLICT, "not_offered", error.to_string())
        }
        ReportError::Pdf(report::paper::PdfError::Pages) => {
            Problem::new(StatusCode::CONFLICT, "too_long", error.to_string())
        }
        other => Problem::internal(&other),
    }
}
