//! Makes the public answers anew when what they say has moved.

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use honeytoken::{Finding, Policy, Timestamp};

use super::gather::{self, Gathered};
use super::site::{Media, Site};
use super::{badge, data, feed, finding, front};
use crate::app::App;
use crate::ledger::State as Fold;
use crate::problem::Problem;

/// What was decided is looked at this often, in seconds.
const LOOK_EVERY_S: u64 = 1;
/// Beside that, particulars follow the log this often, in seconds.
const FOLLOW_EVERY_S: i64 = 3_600;

/// The answers as they stand.
#[derive(Default)]
pub(crate) struct Kept {
    site: RwLock<Arc<Site>>,
    made: Mutex<Option<Made>>,
    /// One at a time makes them.
    making: tokio::sync::Mutex<()>,
}

/// From what they were made.
struct Made {
    decided: Decided,
    size: u64,
    at: Timestamp,
}

/// What must be on the page as soon as it is decided.
#[derive(PartialEq)]
struct Decided {
    findings: Vec<Said>,
    brand: Option<String>,
    policy: Option<Policy>,
}

/// A finding, what is said of its platform now, and what the platform says.
#[derive(PartialEq)]
struct Said {
    index: u64,
    withdrawn: Option<Timestamp>,
    unheard: Option<String>,
    name: Option<String>,
    judged: Option<String>,
    reply: &'static str,
    /// The entries of answers that are published.
    answers: Vec<u64>,
}

impl Kept {
    pub(super) fn site(&self) -> Arc<Site> {
        Arc::clone(&self.site.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn is_due(&self, decided: &Decided, size: u64, now: Timestamp) -> bool {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.as_ref().is_none_or(|made| {
            made.decided != *decided || (made.size != size && now >= made.at.plus_s(FOLLOW_EVERY_S))
        })
    }

    fn put(&self, site: Site, made: Made) {
        *self.site.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(site);
        *self.made.lock().unwrap_or_else(PoisonError::into_inner) = Some(made);
    }
}

/// Follows what is decided as long as the installation runs.
pub(crate) async fn run(app: Arc<App>) {
    if !app.config.public.enabled {
        return;
    }
    loop {
        // What went wrong was logged where the problem was made; the answers stay as they are.
        let _ = renew(&app).await;
        tokio::time::sleep(Duration::from_secs(LOOK_EVERY_S)).await;
    }
}

/// Makes the answers anew, if they are due.
///
/// # Errors
/// When the log cannot be read; then all stays as it is.
pub(crate) async fn renew(app: &Arc<App>) -> Result<(), Problem> {
    let _turn = app.pages.public.making.lock().await;
    let now = app.recorder.clock().now();
    let brand = app.brand();
    let (decided, size) = {
        let state = app.recorder.view().state();
        (decided(&state, brand, now), state.size())
    };
    if !app.pages.public.is_due(&decided, size, now) {
        return Ok(());
    }
    // Reports name a checkpoint; where none can be signed now, the one before.
    let _ = app.recorder.checkpoint().await;
    let vkey = app
        .recorder
        .run(|ledger| ledger.store().verifier_key().to_string())
        .await?;
    let asked = Arc::clone(app);
    let made = tokio::task::spawn_blocking(move || {
        let gathered = gather::gather(&asked, vkey, now)?;
        Ok::<_, crate::reports::ReportError>(build(&gathered))
    });
    let site = made.await.map_err(|error| Problem::internal(&error))?;
    let site = site.map_err(|error| Problem::internal(&error))?;
    let at = now;
    app.pages.public.put(site, Made { decided, size, at });
    Ok(())
}

fn decided(state: &Fold, brand: Option<String>, now: Timestamp) -> Decided {
    let findings = state.registry.findings().iter();
    Decided {
        findings: findings.map(|finding| said(state, finding, now)).collect(),
        brand,
        policy: state.registry.policy().cloned(),
    }
}

fn said(state: &Fold, finding: &Finding, now: Timestamp) -> Said {
    let (registry, platform) = (&state.registry, &finding.published.platform);
    let answers = registry.replies(platform).into_iter();
    let published = answers
        .flat_map(|replies| &replies.answers)
        .filter(|answer| answer.published);
    Said {
        index: finding.index,
        withdrawn: finding.withdrawn.as_ref().map(|(at, _)| *at),
        unheard: finding.published.unheard.clone(),
        name: registry.platform(platform).map(|known| known.name.clone()),
        judged: state.judged(platform).map(str::to_owned),
        reply: registry.reply_standing(platform, now).as_str(),
        answers: published.map(|answer| answer.index).collect(),
    }
}

fn build(all: &Gathered) -> Site {
    let mut site = Site::default();
    site.put_nowhere(|lang| front::nowhere(all, lang));
    front::add(&mut site, all);
    site.add("/public/feed.atom".to_owned(), Media::Atom, |lang| {
        feed::atom(all, lang)
    });
    site.add("/public/feed.json".to_owned(), Media::JsonFeed, |lang| {
        feed::json(all, lang)
    });
    site.add("/public/findings.json".to_owned(), Media::Json, |_| {
        data::all_json(all)
    });
    site.add("/public/findings.csv".to_owned(), Media::Csv, |_| {
        data::csv(all, all.findings.iter())
    });
    for one in &all.findings {
        finding::add(&mut site, all, one);
        let path = one.path();
        badge::add(&mut site, one);
        site.add(format!("{path}/data.json"), Media::Json, |_| {
            data::json(all, one)
        });
        site.add(format!("{path}/data.csv"), Media::Csv, |_| {
            data::csv(all, std::iter::once(one))
        });
    }
    site
}
