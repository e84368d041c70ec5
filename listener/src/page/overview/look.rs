//! What the overview shows, gathered.

use std::collections::BTreeMap;
use std::sync::Arc;

use attribution::{Activity, Cause, Class, Verdict};
use axum::extract::State;
use honeytoken::{LineState, PlatformId, Timestamp};
use report::chart::{Chart, over_time};

use crate::api::attention::{self, AttentionOut};
use crate::api::log;
use crate::api::page::ListQuery;
use crate::api::parts::Query;
use crate::api::verdicts::open_to;
use crate::app::App;
use crate::life::{Looks, Word};
use crate::page::standings::{DAYS, standings};
use crate::page::visitor::Visitor;
use crate::problem::Problem;

/// Platforms in a page of the table.
const ROWS: usize = 50;
/// What wants attention and is shown here; the rest is a page of its own.
const ATTENTION_MAX: usize = 8;
/// Days in a week.
const WEEK_DAYS: i64 = 7;
/// Weeks in a chart.
const WEEKS: usize = (DAYS / WEEK_DAYS) as usize;

/// What the page shows.
pub(super) struct Overview {
    pub(super) rows: Vec<Row>,
    /// How many stand how, of all that the visitor may see.
    pub(super) classes: BTreeMap<Class, usize>,
    pub(super) next: Option<String>,
    /// What came, by week.
    pub(super) came: Chart,
    pub(super) lines: BTreeMap<LineState, u64>,
    pub(super) life: BTreeMap<Word, u64>,
    /// The share of their hours in which lines in service were proven alive, lately.
    pub(super) alive: Option<f64>,
    pub(super) entries: u64,
    pub(super) head: Option<Head>,
    pub(super) anchors: Vec<Anchor>,
    pub(super) attention: Vec<AttentionOut>,
    pub(super) more_attention: bool,
}

pub(super) struct Row {
    pub(super) verdict: Verdict,
    pub(super) name: String,
    /// Leak contacts by week.
    pub(super) trend: Vec<u64>,
}

/// The newest signed checkpoint.
pub(super) struct Head {
    pub(super) entries: u64,
    /// The tree's root, base64.
    pub(super) root: String,
}

pub(super) struct Anchor {
    pub(super) authority: String,
    pub(super) age_s: Option<f64>,
    pub(super) waiting: bool,
}

/// Gathers it.
///
/// # Errors
/// As the API's.
pub(super) async fn look(
    app: &Arc<App>,
    visitor: &Visitor,
    query: &ListQuery,
) -> Result<Overview, Problem> {
    let all = standings(app).await?;
    let wanted = ListQuery {
        limit: Some(ATTENTION_MAX),
        ..ListQuery::default()
    };
    let asked = (
        State(Arc::clone(app)),
        visitor.caller.clone(),
        Query(wanted),
    );
    let attention = attention::list(asked.0, asked.1, asked.2).await?.0;
    let now = app.recorder.clock().now();
    let anchors = app
        .anchors
        .standing(app)
        .into_iter()
        .map(|standing| Anchor {
            authority: standing.authority.id.to_string(),
            age_s: standing.age_s,
            waiting: standing.waiting,
        });
    let anchors = anchors.collect();
    let state = app.recorder.view().state();
    let open = |id: &PlatformId| open_to(&state, &visitor.caller, id);
    let mut seen: Vec<&Verdict> = all.verdicts.iter().filter(|v| open(&v.platform)).collect();
    seen.sort_by(|a, b| {
        rank(a)
            .partial_cmp(&rank(b))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    let query = crate::page::tidied(query.clone(), ROWS);
    let skipped = usize::try_from(query.before()?.unwrap_or(0)).unwrap_or(usize::MAX);
    let classes = seen
        .iter()
        .fold(BTreeMap::new(), |mut sums: BTreeMap<_, usize>, v| {
            *sums.entry(v.class).or_default() += 1;
            sums
        });
    let next = (seen.len() > skipped.saturating_add(ROWS)).then(|| (skipped + ROWS).to_string());
    let row = |verdict: &&Verdict| Row {
        verdict: (*verdict).clone(),
        name: state
            .registry
            .platform(&verdict.platform)
            .map_or_else(String::new, |p| p.name.clone()),
        trend: trend(&all.activity, &verdict.platform, now),
    };
    let mut lines: BTreeMap<LineState, u64> = BTreeMap::new();
    state
        .registry
        .lines(now)
        .for_each(|view| *lines.entry(view.state).or_default() += 1);
    let open_activity = |a: &&Activity| a.platform.as_ref().is_none_or(open);
    let came = contacts(all.activity.iter().filter(open_activity));
    Ok(Overview {
        rows: seen.iter().skip(skipped).take(ROWS).map(row).collect(),
        classes,
        next,
        came: over_time(
            &came,
            now.plus_s(-DAYS * 86_400),
            now,
            visitor.guest.lang.language(),
        ),
        lines,
        life: Looks::new(&state, &app.config.life).counts(),
        alive: all.alive,
        entries: app.recorder.view().reader.size(),
        head: log::shown(app.recorder.view()).map(|signed| {
            let checkpoint = signed.checkpoint();
            Head {
                entries: checkpoint.size,
                root: checkpoint.root.to_base64(),
            }
        }),
        anchors,
        more_attention: attention.next_cursor.is_some(),
        attention: attention.items,
    })
}

/// The most serious first.
fn rank(v: &Verdict) -> (std::cmp::Reverse<Class>, f64, &PlatformId) {
    (std::cmp::Reverse(v.class), -v.probability, &v.platform)
}

/// Which week a day belongs to, counted back from now; none if it is too long ago.
fn week(day: i64, now: Timestamp) -> Option<usize> {
    let back = usize::try_from((now.as_unix_days() - day).max(0) / WEEK_DAYS).ok()?;
    (WEEKS - 1).checked_sub(back)
}

fn trend(activity: &[Activity], platform: &PlatformId, now: Timestamp) -> Vec<u64> {
    let mut weeks = vec![0; WEEKS];
    let leaks = activity
        .iter()
        .filter(|a| a.cause == Cause::Leak && a.platform.as_ref() == Some(platform));
    for found in leaks {
        if let Some(slot) = week(found.day, now).and_then(|week| weeks.get_mut(week)) {
            *slot += found.contacts;
        }
    }
    weeks
}

/// Contacts one by one, as the chart counts them.
fn contacts<'a>(activity: impl Iterator<Item = &'a Activity>) -> Vec<(Timestamp, Cause)> {
    let at = |a: &Activity| (Timestamp::from_unix_s(a.day * 86_400), a.cause);
    activity
        .flat_map(|a| std::iter::repeat_n(at(a), usize::try_from(a.contacts).unwrap_or_default()))
        .collect()
}
