//! Proof that an entry is in the log, to be checked by whoever asks.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::Caller;
use super::log;
use super::parts::Path;
use crate::app::App;
use crate::problem::Problem;

/// What shows that an entry is in the log under a signed checkpoint.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReceiptOut {
    /// The entry.
    pub(crate) index: u64,
    /// Its public part, byte for byte as the tree hashes it.
    pub(crate) leaf: String,
    /// A [C2SP tlog-proof](https://c2sp.org/tlog-proof): hashes from the leaf up, and the checkpoint.
    pub(crate) receipt: String,
    /// The log's key. Hold it against one that you got another way.
    pub(crate) vkey: String,
}

/// A receipt for an entry under the newest checkpoint; it says nothing of what the entry holds.
#[utoipa::path(get, path = "/v1/receipts/{index}", tag = "log", params(("index" = u64, Path)),
    responses((status = 200, body = ReceiptOut), (status = 404, body = Problem)))]
pub(crate) async fn one(
    State(app): State<Arc<App>>,
    _caller: Caller,
    Path(index): Path<u64>,
) -> Result<Json<ReceiptOut>, Problem> {
    let unknown = || Problem::not_found("no entry at this index under the newest checkpoint");
    let vkey = app
        .recorder
        .run(|ledger| ledger.store().verifier_key().to_string())
        .await?;
    // Where none can be signed now, the one before serves.
    let _ = app.recorder.checkpoint().await;
    let view = Arc::clone(app.recorder.view());
    let checkpoint = log::shown(&view).ok_or_else(unknown)?;
    let read = move || {
        let receipt = view.reader.receipt(index, &checkpoint)?;
        Ok((receipt, view.reader.leaf(index)?))
    };
    let read = tokio::task::spawn_blocking(read).await;
    let read: Result<_, store::ReadError> = read.map_err(|error| Problem::internal(&error))?;
    let (receipt, leaf) = read.map_err(|error| Problem::internal(&error))?;
    let (receipt, leaf) = receipt.zip(leaf).ok_or_else(unknown)?;
    let leaf = String::from_utf8(leaf).map_err(|error| Problem::internal(&error))?;
    Ok(Json(ReceiptOut {
        index,
        leaf,
        receipt: receipt.to_string(),
        vkey,
    }))
}
