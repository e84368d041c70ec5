//! What people set for the installation while it runs; it goes before the settings file.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use honeytoken::{Event, Recordings, Retention, Settings, SettingsError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::caller::Caller;
use super::json::Body;
use crate::app::App;
use crate::problem::Problem;

/// How the installation is to be run; what is left out or null is as the settings file has it.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SettingsIn {
    /// Who publishes reports, in one line of at most 200 bytes; empty: nobody is named.
    pub(crate) brand: Option<String>,
    /// The time zone of whoever chose none, such as `Asia/Shanghai`.
    pub(crate) time_zone: Option<String>,
    /// `{"fetch": bool, "countries": {"US": bool}}`: whether recordings and pictures are fetched.
    #[schema(value_type = Option<Object>)]
    pub(crate) recordings: Option<Recordings>,
    /// `contact_text_days`, `caller_numbers_days`, `raw_bodies_days`, `recordings_days`,
    /// `personas_days`, each at least 1; what is not named is kept.
    #[schema(value_type = Option<Object>)]
    pub(crate) retention: Option<Retention>,
    /// Why; it stays on the record.
    pub(crate) reason: String,
}

/// How the installation is run.
#[derive(Serialize, ToSchema)]
pub(crate) struct SettingsOut {
    /// Who publishes reports.
    pub(crate) brand: Option<String>,
    /// The time zone of whoever chose none.
    pub(crate) time_zone: String,
    /// Whether recordings and pictures are fetched.
    #[schema(value_type = Object)]
    pub(crate) recordings: Recordings,
    /// How long personal data is kept, in days.
    #[schema(value_type = Object)]
    pub(crate) retention: Retention,
    /// What of this people set; the rest is the settings file's.
    pub(crate) set: Vec<&'static str>,
    /// Why they set it so.
    pub(crate) reason: Option<String>,
}

/// How the installation is run.
#[utoipa::path(get, path = "/v1/settings", tag = "policy", responses((status = 200, body = SettingsOut)))]
pub(crate) async fn show(State(app): State<Arc<App>>, _caller: Caller) -> Json<SettingsOut> {
    Json(out(&app))
}

/// Sets how the installation is run, from here on; takes the place of all that was set before.
#[utoipa::path(put, path = "/v1/settings", tag = "policy", request_body = SettingsIn,
    responses((status = 200, body = SettingsOut), (status = 400, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn set(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(body): Body<SettingsIn>,
) -> Result<Json<SettingsOut>, Problem> {
    caller.may_administer()?;
    let settings =
        read(body).map_err(|error| Problem::bad_request("bad_settings", error.to_string()))?;
    let set = move |_: &_| Ok(vec![Event::SettingsSet(settings)]);
    app.recorder.decide(Some(caller.key), set).await?;
    Ok(Json(out(&app)))
}

fn read(body: SettingsIn) -> Result<Settings, SettingsError> {
    let settings = Settings {
        brand: body.brand,
        time_zone: body.time_zone,
        recordings: body.recordings,
        retention: body.retention,
        reason: body.reason,
    };
    let settings = settings.checked()?;
    let unknown = |zone: &&String| jiff::tz::TimeZone::get(zone).is_err();
    match settings.time_zone.as_ref().filter(unknown) {
        Some(zone) => Err(SettingsError::TimeZone(zone.clone())),
        None => Ok(settings),
    }
}

fn out(app: &App) -> SettingsOut {
    let set = app.recorder.view().state().registry.settings().cloned();
    let set = set.unwrap_or_default();
    let parts = [
        ("brand", set.brand.is_some()),
        ("time_zone", set.time_zone.is_some()),
        ("recordings", set.recordings.is_some()),
        ("retention", set.retention.is_some()),
    ];
    let names = parts.into_iter().filter(|(_, is_set)| *is_set);
    SettingsOut {
        brand: app.brand(),
        time_zone: app.time_zone(),
        recordings: app.recordings().into(),
        retention: app.retention().into(),
        set: names.map(|(name, _)| name).collect(),
        reason: Some(set.reason).filter(|reason| !reason.is_empty()),
    }
}
