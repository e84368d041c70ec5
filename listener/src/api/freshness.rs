//! How new an answer is: `X-Ledger-Size` on every one, and `X-Ledger-Wait-For-Size` on a request
//! that is to be answered from no less. So whoever wrote on one node of a cluster reads it on any.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::app::App;
use crate::problem::Problem;

/// Entries that an answer rests on, at least.
pub(crate) const SIZE: HeaderName = HeaderName::from_static("x-ledger-size");
/// Entries that an answer is to rest on.
pub(crate) const WAIT_FOR: HeaderName = HeaderName::from_static("x-ledger-wait-for-size");
/// How long a request waits for them, in seconds.
const WAIT_S: u64 = 10;

/// Waits for the size that was asked for, and states the one that was there.
pub(crate) async fn state(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let wanted = request.headers().get(WAIT_FOR).cloned();
    if let Err(problem) = wait(&app, wanted).await {
        return problem.into_response();
    }
    let writes = !request.method().is_safe();
    let before = app.recorder.view().reader.size();
    let mut answer = next.run(request).await;
    // What was asked is from this size or later; what was written lies below the size after it.
    let size = match writes {
        true => app.recorder.view().reader.size(),
        false => before,
    };
    answer.headers_mut().insert(SIZE, HeaderValue::from(size));
    answer
}

async fn wait(app: &App, wanted: Option<HeaderValue>) -> Result<(), Problem> {
    let Some(wanted) = wanted else {
        return Ok(());
    };
    let wanted = wanted
        .to_str()
        .ok()
        .and_then(|text| text.parse::<u64>().ok());
    let wanted = wanted.ok_or_else(|| {
        let detail = "X-Ledger-Wait-For-Size is no number; send the X-Ledger-Size of an answer";
        Problem::bad_request("bad_size", detail)
    })?;
    let mut size = app.recorder.size();
    let reached = size.wait_for(|size| *size >= wanted);
    let reached = tokio::time::timeout(Duration::from_secs(WAIT_S), reached).await;
    match reached {
        Ok(Ok(_)) => Ok(()),
        _ => {
            let holds = app.recorder.view().reader.size();
            let detail = format!("log holds {holds} entries here, not {wanted} yet; come again");
            Err(Problem::unavailable("behind", detail, 1))
        }
    }
}
