//! Outside authorities that vouch for the log's checkpoints: time-stamps (RFC 3161), witnesses
//! (C2SP tlog-witness).
//!
//! - [`settings`]: `[anchors.NAME]`, parsed once.
//! - [`ask`]: one authority asked once, its answer verified.
//! - [`due`]: whether an authority has something to vouch for; what is waiting is a fold of the
//!   log, so that it survives a restart.
//! - [`Anchors`]: how it goes, for `/readyz` and metrics; [`keep`]: the chore of each authority.
//!
//! An authority that is down is asked again, later and later, about the newest checkpoint then: that
//! one covers all before it, and no answer could be dated back. What it sent is on the disk before
//! the `anchor` entry that names it.

mod ask;
mod due;
mod settings;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use honeytoken::{Anchor, AuthorityId, Event, Timestamp};
use ring::digest::{SHA256, digest};
use store::AnchorFile;

pub use settings::{AnchorConfig, AnchorSettingsError};
pub(crate) use settings::{Authority, authorities};

use crate::alerts::Trouble;
use crate::api_key::hex;
use crate::app::App;
use crate::ledger::Anchored;
use ask::AskError;
use due::Due;

/// After the first failure an authority is asked again in so many seconds, then in twice as many, …
const RETRY_S: u64 = 5;
/// …and at last this often, in seconds.
const RETRY_S_MAX: u64 = 900;
/// An authority that came to nothing so often in a row, within some three minutes, is trouble.
const FAILURES_ALARMING: u32 = 5;

/// The authorities of an installation, and how asking them goes.
#[derive(Debug, Default)]
pub(crate) struct Anchors {
    authorities: Vec<Authority>,
    attempts: Mutex<BTreeMap<AuthorityId, Attempts>>,
}

/// How asking one authority went since the start.
#[derive(Debug, Clone, Default)]
pub(crate) struct Attempts {
    /// Answers that were verified and kept.
    pub(crate) succeeded: u64,
    /// Requests that came to nothing.
    pub(crate) failed: u64,
    /// Requests that came to nothing since the last answer.
    failed_in_a_row: u32,
    /// Why the last one came to nothing; none if it did not.
    pub(crate) fault: Option<String>,
}

/// One authority at a moment.
pub(crate) struct Standing<'a> {
    pub(crate) authority: &'a Authority,
    pub(crate) newest: Option<Anchored>,
    /// Seconds since the newest was given, by the authority's clock.
    pub(crate) age_s: Option<f64>,
    /// Whether there is something that it has not vouched for, and should have by now.
    pub(crate) waiting: bool,
    pub(crate) attempts: Attempts,
}

impl Anchors {
    pub(crate) fn new(authorities: Vec<Authority>) -> Anchors {
        Anchors {
            authorities,
            attempts: Mutex::default(),
        }
    }

    /// Each authority, as it stands.
    pub(crate) fn standing<'a>(&'a self, app: &App) -> Vec<Standing<'a>> {
        let now = app.recorder.clock().now();
        let attempts = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        let state = app.recorder.view().state();
        let standing = |authority: &'a Authority| {
            let id = &authority.id;
            let newest = state.anchoring.newest(id);
            Standing {
                authority,
                newest,
                age_s: newest.map(|n| now.seconds_since(n.stamped_at).max(0.0)),
                waiting: due::due(&state.anchoring, authority, now) == Due::Now,
                attempts: attempts.get(id).cloned().unwrap_or_default(),
            }
        };
        self.authorities.iter().map(standing).collect()
    }

    fn note(&self, id: &AuthorityId, outcome: Result<(), &KeepError>) {
        let mut attempts = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        let attempts = attempts.entry(id.clone()).or_default();
        match outcome {
            Ok(()) => (attempts.succeeded, attempts.failed_in_a_row) = (attempts.succeeded + 1, 0),
            Err(_) => {
                attempts.failed += 1;
                attempts.failed_in_a_row = attempts.failed_in_a_row.saturating_add(1);
            }
        }
        attempts.fault = outcome.err().map(ToString::to_string);
    }

    /// Whether one of them is down for longer than a hiccup.
    fn is_alarming(&self) -> bool {
        let attempts = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = attempts.values();
        all.any(|attempts| attempts.failed_in_a_row >= FAILURES_ALARMING)
    }
}

/// Starts the chore of each authority.
pub(crate) fn start(app: &Arc<App>) -> Vec<tokio::task::JoinHandle<()>> {
    let places = 0..app.anchors.authorities.len();
    places
        .map(|place| tokio::spawn(keep(Arc::clone(app), place)))
        .collect()
}

/// Has one authority vouch for what it has not seen, for as long as the installation lives.
async fn keep(app: Arc<App>, place: usize) {
    let authority = &app.anchors.authorities[place];
    let mut size = app.recorder.size();
    let mut duty = app.on_duty.subscribe();
    let mut failures = 0;
    // In a cluster, one node asks for all.
    while duty.wait_for(|on_duty| *on_duty).await.is_ok() {
        size.mark_unchanged();
        let now = app.recorder.clock().now();
        let due = due::due(&app.recorder.view().state().anchoring, authority, now);
        match due {
            Due::Now => {
                let outcome = anchor(&app, authority).await;
                app.anchors.note(&authority.id, outcome.as_ref().copied());
                let alarming = app.anchors.is_alarming();
                app.troubles.note(Trouble::Anchor, alarming);
                failures = outcome.map_or_else(|error| told(authority, &error, failures), |()| 0);
                tokio::time::sleep(pause(failures)).await;
            }
            Due::In(wait) => {
                tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    grown = size.changed() => if grown.is_err() { return },
                }
            }
            Due::Nothing => {
                if size.changed().await.is_err() {
                    return;
                }
            }
        }
    }
}

/// Says why nothing came of it, and counts one failure more.
fn told(authority: &Authority, error: &KeepError, failures: u32) -> u32 {
    tracing::warn!(authority.id = %authority.id, %error,
        "authority {} vouched for nothing; it is asked again", authority.id);
    failures + 1
}

/// After a failure, how long until the next request.
fn pause(failures: u32) -> Duration {
    let seconds = match failures {
        0 => 0,
        n => RETRY_S
            .saturating_mul(1 << (n - 1).min(16))
            .min(RETRY_S_MAX),
    };
    Duration::from_secs(seconds)
}

/// Why a checkpoint was not vouched for.
#[derive(Debug, thiserror::Error)]
enum KeepError {
    #[error(transparent)]
    Ask(#[from] AskError),
    #[error("checkpoint cannot be signed or recorded: {0}")]
    Record(#[from] crate::recorder::SubmitError),
    #[error("what the authority sent cannot be kept: {0}")]
    Disk(#[from] store::ReadError),
    #[error("log has no checkpoint yet")]
    NoCheckpoint,
}

/// Asks about the newest checkpoint, keeps the answer, records it, in this order.
async fn anchor(app: &App, authority: &Authority) -> Result<(), KeepError> {
    app.recorder.checkpoint().await?;
    let view = Arc::clone(app.recorder.view());
    let checkpoint = view.reader.checkpoint().ok_or(KeepError::NoCheckpoint)?;
    let now = app.recorder.clock().now();
    let seen = view.state().anchoring.newest(&authority.id);
    let answer = ask::ask(authority, &view.reader, &checkpoint, seen, now).await?;
    let size = checkpoint.checkpoint().size;
    let note = checkpoint.to_string().into_bytes();
    let anchor = Anchor {
        authority: authority.id.clone(),
        form: authority.form(),
        size,
        note_sha256: sha256(&note),
        reply_sha256: sha256(&answer.bytes),
        stamped_at: answer.at,
    };
    let file = |name: String, bytes| AnchorFile { size, name, bytes };
    let files = [
        file("checkpoint".to_owned(), note),
        file(
            format!("{}.{}", authority.id, answer.trust.0),
            answer.trust.1.into_bytes(),
        ),
        file(
            format!("{}.{}", authority.id, answer.extension),
            answer.bytes,
        ),
    ];
    let kept = tokio::task::spawn_blocking(move || {
        files
            .iter()
            .try_for_each(|file| view.reader.keep_anchor(file))
    });
    kept.await
        .map_err(std::io::Error::other)
        .map_err(store::ReadError::from)??;
    // A crash here leaves a file that no entry names; it proves what it proves.
    app.recorder
        .decide(None, |_| Ok(vec![Event::Anchor(anchor)]))
        .await?;
    Ok(())
}

fn sha256(bytes: &[u8]) -> String {
    hex(digest(&SHA256, bytes).as_ref())
}

/// What an authority sent, verified.
struct Answer {
    bytes: Vec<u8>,
    extension: &'static str,
    /// What it was verified by, root or key, after the extension of the file that keeps it.
    trust: (&'static str, String),
    at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_make_patient_and_never_silent() {
        let pauses: Vec<u64> = (0..12).map(|n| pause(n).as_secs()).collect();
        assert_eq!(pauses[..4], [0, 5, 10, 20]);
        assert_eq!(pauses[11], RETRY_S_MAX);
        assert_eq!(pause(u32::MAX).as_secs(), RETRY_S_MAX);
    }

    #[test]
    fn only_who_fails_again_and_again_alarms() {
        let anchors = Anchors::new(Vec::new());
        let id: AuthorityId = "tsa".parse().unwrap();
        for _ in 1..FAILURES_ALARMING {
            anchors.note(&id, Err(&KeepError::NoCheckpoint));
            assert!(!anchors.is_alarming());
        }
        anchors.note(&id, Err(&KeepError::NoCheckpoint));
        assert!(anchors.is_alarming());
        anchors.note(&id, Ok(()));
        assert!(!anchors.is_alarming());
    }
}
