//! Erasures in the stream: what the log says is erased, every node destroys for itself; in the
//! stream the node on duty does it for all.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use honeytoken::Event;
use store::{IndexFault, Lookup, ReadError, Side, SideError};

use crate::app::App;
use crate::ledger::View;

/// Under which name it stands how far that was done.
const NAME: &str = "erased";
/// How often the log is asked for new erasures, in milliseconds.
const EVERY_MS: u64 = 2_000;
/// Erasures carried out in one step.
const STEP_ENTRIES: usize = 256;

/// Why it is tried again later.
#[derive(Debug, thiserror::Error)]
enum ErasingError {
    #[error(transparent)]
    Side(#[from] SideError),
    #[error(transparent)]
    Index(#[from] IndexFault),
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// Carries out in the stream what the log says is erased. Two may do it at once: each step bears
/// being done twice.
pub(crate) async fn run(app: Arc<App>) {
    let (Some(side), Some(standing)) = (&app.side, &app.recorder.view().standing) else {
        return;
    };
    loop {
        match step(app.recorder.view(), side).await {
            Ok(until) => standing.set_stream_erased(until),
            Err(ErasingError::Side(SideError::Conflict)) => {}
            Err(error) => tracing::warn!(%error, "erasure in the stream is tried again"),
        }
        tokio::time::sleep(Duration::from_millis(EVERY_MS)).await;
    }
}

/// Up to which entry of the log its erasures are carried out.
async fn step(view: &View, side: &Side) -> Result<u64, ErasingError> {
    let (version, from) = match side.get(NAME).await? {
        Some((version, text)) => (version, number(&text)),
        None => (0, 0),
    };
    // Before the question, so that nothing is passed over that is folded meanwhile.
    let size = view.index.size_folded();
    let erasures = view
        .index
        .oldest(&Lookup::Kind("erasure"), from, STEP_ENTRIES)?;
    let Some(last) = erasures.last() else {
        return Ok(size);
    };
    let mut gone = BTreeSet::new();
    for at in &erasures {
        if let Some(Event::Erasure(erasure)) = view.reader.entry(*at)?.map(|entry| entry.event) {
            gone.insert(erasure.erased);
        }
    }
    side.erase(&gone).await?;
    let until = last + 1;
    let text = Bytes::from(until.to_string());
    side.put(NAME, text, version).await?;
    tracing::info!(
        entries = gone.len(),
        "erasures are carried out in the stream"
    );
    Ok(until)
}

fn number(text: &[u8]) -> u64 {
    let text = std::str::from_utf8(text).ok();
    text.and_then(|text| text.parse().ok()).unwrap_or_default()
}
