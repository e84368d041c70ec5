//! Decides what is raised: news of entries, of verdicts, of the installation, to those who want
//! it and may see it.

use std::sync::Arc;
use std::time::Duration;

use attribution::Verdict;
use honeytoken::{AlertRaised, AlertTarget, AlertTargetId, Event, PlatformId, Registry, Role};

use super::fold::Alerts;
use super::topic;
use super::trigger::Due;
use super::trouble::Trouble;
use crate::app::App;
use crate::ledger::State;

/// It is looked at most this often whether something is to be raised, in milliseconds.
const LOOK_EVERY_MS: u64 = 2_000;
/// And at least this often, in seconds: a disk fills without an entry.
const LOOK_AT_LEAST_EVERY_S: u64 = 60;

/// Raises alerts as long as the installation runs.
pub(crate) async fn run(app: Arc<App>) {
    let mut size = app.recorder.size();
    loop {
        size.mark_unchanged();
        app.troubles.look_at_disk(&app.config.data);
        if let Err(error) = look(&app).await {
            tracing::error!(%error, "alerts cannot be raised");
        }
        tokio::time::sleep(Duration::from_millis(LOOK_EVERY_MS)).await;
        let changed = size.changed();
        // Either is a reason to look again; a log that is gone ends with the process.
        let _ = tokio::time::timeout(Duration::from_secs(LOOK_AT_LEAST_EVERY_S), changed).await;
    }
}

/// Looks once.
async fn look(app: &Arc<App>) -> Result<(), crate::recorder::SubmitError> {
    let view = Arc::clone(app.recorder.view());
    if view.fault().is_some() || view.state().alerts.targets().next().is_none() {
        return Ok(());
    }
    let asked = Arc::clone(&view);
    let verdicts = tokio::task::spawn_blocking(move || asked.state().judgement.verdicts());
    // No verdicts would be taken for platforms that nothing was said of.
    let Ok(verdicts) = verdicts.await else {
        tracing::error!("verdicts cannot be looked at for alerts");
        return Ok(());
    };
    let troubles = app.troubles.seen();
    // Most often there is nothing, and the writer is left alone.
    if events(&view.state(), &verdicts, &troubles).is_empty() {
        return Ok(());
    }
    let decide = move |state: &State| Ok(events(state, &verdicts, &troubles));
    app.recorder.decide(None, decide).await.map(drop)
}

/// What is to be appended.
pub(super) fn events(
    state: &State,
    verdicts: &[Verdict],
    troubles: &[(Trouble, bool)],
) -> Vec<Event> {
    let alerts = &state.alerts;
    if alerts.targets().next().is_none() {
        return Vec::new();
    }
    let mut due = alerts.due.clone();
    due.extend(alerts.troubles_due(troubles));
    let baseline = alerts.baseline_due(verdicts);
    if baseline.is_none() {
        due.extend(alerts.changes(verdicts));
    }
    let raised = due
        .into_iter()
        .map(|due| alerts.raise(&state.registry, due));
    let baseline = baseline.map(Event::AlertBaseline);
    baseline.into_iter().chain(raised).collect()
}

impl Alerts {
    fn troubles_due(&self, seen: &[(Trouble, bool)]) -> Vec<Due> {
        let differs = |(trouble, there): &&(Trouble, bool)| {
            self.troubles.contains(trouble.as_str()) != *there
        };
        let due = |(trouble, there): &(Trouble, bool)| {
            let due = Due::on(topic::LOG).with("trouble", trouble.as_str());
            if *there { due } else { due.with("over", true) }
        };
        seen.iter().filter(differs).map(due).collect()
    }

    /// The alert, to those who are to hear of it.
    fn raise(&self, registry: &Registry, due: Due) -> Event {
        let targets = self.who(registry, &due.topic, due.platform.as_ref());
        let mut details = due.details;
        if due.count > due.because.len() as u64 || (due.count > 1 && due.platform.is_none()) {
            details.insert("count".to_owned(), due.count.to_string());
        }
        Event::AlertRaised(AlertRaised {
            topic: due.topic,
            platform: due.platform,
            because: due.because,
            details,
            targets,
        })
    }

    /// Who wants to hear of this and may.
    pub(super) fn who(
        &self,
        registry: &Registry,
        topic: &str,
        platform: Option<&PlatformId>,
    ) -> Vec<AlertTargetId> {
        let wants = |target: &&AlertTarget| {
            target.disabled.is_none()
                && (target.topics.is_empty() || target.topics.iter().any(|t| t == topic))
                && platform.is_none_or(|platform| chose(registry, target, platform))
                && may_hear(registry, target, platform)
        };
        let wanting = self.targets().filter(wants);
        wanting.map(|target| target.target.clone()).collect()
    }
}

fn chose(registry: &Registry, target: &AlertTarget, platform: &PlatformId) -> bool {
    let study = target.study.as_ref();
    let in_study = study
        .and_then(|id| registry.study(id))
        .is_some_and(|study| study.platforms.contains(platform));
    let all = study.is_none() && target.platforms.is_empty();
    all || in_study || target.platforms.contains(platform)
}

/// Whether the key whose sight the target has is live and may see the platform.
pub(crate) fn may_hear(
    registry: &Registry,
    target: &AlertTarget,
    platform: Option<&PlatformId>,
) -> bool {
    let Some(owner) = &target.owner else {
        return true;
    };
    registry.key(owner).is_some_and(|key| {
        key.role == Role::Admin || platform.is_none_or(|p| registry.may_see(owner, p))
    })
}
