//! What takes a look at all contacts, kept so that a page need not wait for it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use attribution::{Activity, Broker, Link, Verdict};
use honeytoken::{LineState, Timestamp};

use crate::api::verdicts::folded;
use crate::app::App;
use crate::ledger::State as Fold;
use crate::life::{History, LifeConfig};
use crate::problem::Problem;

/// Up to so many contacts, everything is looked at anew for each page.
const FRESH_CONTACTS_MAX: u64 = 50_000;
/// Beyond that what is shown may be this old, in seconds, and is renewed behind the reader's back.
const AGE_S_MAX: i64 = 10;
/// How far back charts go, in days: 26 weeks.
pub(super) const DAYS: i64 = 182;
/// How far back proof of life is summed up, in days.
pub(super) const COVERAGE_DAYS: i64 = 30;

/// Verdicts and activity as of an entry.
pub(super) struct Standings {
    /// All verdicts, also those that are closed to some.
    pub(super) verdicts: Vec<Verdict>,
    /// Contacts of the last [`DAYS`] by day, platform and cause.
    pub(super) activity: Vec<Activity>,
    /// Pairs of platforms that share buyers, and the brokers behind them.
    pub(super) links: Vec<Link>,
    pub(super) brokers: Vec<Broker>,
    /// The share of their hours in which lines in service were proven alive, in the last
    /// [`COVERAGE_DAYS`]; none without lines.
    pub(super) alive: Option<f64>,
    size: u64,
    at: Timestamp,
}

/// The newest that was looked at.
#[derive(Default)]
pub(super) struct Kept {
    newest: Mutex<Option<Arc<Standings>>>,
    renewing: AtomicBool,
}

/// Verdicts and activity, as new as can be had without waiting long.
///
/// # Errors
/// When the fold cannot be asked.
pub(super) async fn standings(app: &Arc<App>) -> Result<Arc<Standings>, Problem> {
    let kept = app.pages.standings.newest();
    let (size, contacts) = {
        let state = app.recorder.view().state();
        (state.size(), state.contacts())
    };
    match kept {
        Some(kept) if kept.size == size => Ok(kept),
        Some(kept) if contacts > FRESH_CONTACTS_MAX => {
            let is_old = app.recorder.clock().now() >= kept.at.plus_s(AGE_S_MAX);
            if is_old && !app.pages.standings.renewing.swap(true, Ordering::AcqRel) {
                tokio::spawn(renew(Arc::clone(app)));
            }
            Ok(kept)
        }
        _ => look(app).await,
    }
}

async fn renew(app: Arc<App>) {
    // What was kept is shown on; the failure was logged where the problem was made.
    let _ = look(&app).await;
    app.pages.standings.renewing.store(false, Ordering::Release);
}

async fn look(app: &App) -> Result<Arc<Standings>, Problem> {
    let at = app.recorder.clock().now();
    let since = at.plus_s(-DAYS * 86_400);
    let settings = app.config.life.clone();
    let looked = folded(app, move |state| {
        Arc::new(Standings {
            alive: alive(state, &settings, at),
            verdicts: state.judgement.verdicts(),
            activity: state.judgement.activity(since),
            links: state.judgement.links(),
            brokers: state.judgement.brokers(),
            size: state.size(),
            at,
        })
    });
    let looked = looked.await?;
    let mut newest = app
        .pages
        .standings
        .newest
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    *newest = Some(Arc::clone(&looked));
    Ok(looked)
}

/// Hours alive, of the hours in which lines were held.
fn alive(state: &Fold, settings: &LifeConfig, now: Timestamp) -> Option<f64> {
    let since = now.plus_s(-COVERAGE_DAYS * 86_400);
    let (mut proven_h, mut held_h) = (0.0, 0.0);
    let lines = state.registry.lines(now);
    for view in lines.filter(|view| view.state != LineState::Retired) {
        let from = view.line.acquired_at.clamp(since, now);
        let history = History::of(state, settings, &view.line.number, (from, now));
        proven_h += history.days().iter().map(|(_, hours)| hours).sum::<f64>();
        held_h += now.seconds_since(from) / 3_600.0;
    }
    (held_h > 0.0).then(|| (proven_h / held_h).min(1.0))
}

impl Kept {
    fn newest(&self) -> Option<Arc<Standings>> {
        self.newest
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
