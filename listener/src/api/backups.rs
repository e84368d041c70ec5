//! Copies of the log, made while it is written.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use honeytoken::{Event, Operation};
use serde::{Deserialize, Serialize};
use store::BackupKeys;
use utoipa::ToSchema;

use super::caller::Caller;
use super::json::Body;
use crate::app::App;
use crate::problem::Problem;

/// A backup to make, on the server's own machine.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BackupIn {
    /// An absolute path of a folder that does not exist yet.
    #[schema(value_type = String)]
    to: PathBuf,
    /// Leave the keys out.
    #[serde(default)]
    without_keys: bool,
}

/// What was copied.
#[derive(Serialize, ToSchema)]
pub(crate) struct BackupOut {
    /// Entries in the backup.
    entries: u64,
}

/// Copies the log into a new folder on the server's machine.
#[utoipa::path(post, path = "/v1/backups", tag = "operation", request_body = BackupIn,
    responses((status = 201, body = BackupOut), (status = 400, body = Problem)))]
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(body): Body<BackupIn>,
) -> Result<impl IntoResponse, Problem> {
    caller.may_administer()?;
    if !body.to.is_absolute() {
        return Err(Problem::bad_request(
            "bad_backup",
            "to is not an absolute path",
        ));
    }
    let operation = Operation {
        operation: "backup".to_owned(),
        detail: String::new(),
    };
    app.recorder
        .decide(Some(caller.key), |_| Ok(vec![Event::Operation(operation)]))
        .await?;
    app.recorder.checkpoint().await?;
    let reader = app.recorder.view().reader.clone();
    let keys = if body.without_keys {
        BackupKeys::Apart
    } else {
        BackupKeys::Included
    };
    let copy = tokio::task::spawn_blocking(move || reader.backup(&body.to, keys, &mut |_, _| {}));
    let copied = copy.await.map_err(|error| Problem::internal(&error))?;
    let copied = copied.map_err(|error| {
        Problem::bad_request("not_copied", format!("backup was not made: {error}"))
    })?;
    Ok((
        StatusCode::CREATED,
        Json(BackupOut {
            entries: copied.checkpoint().size,
        }),
    ))
}
