//! What people left undone.

use std::collections::BTreeMap;

use attribution::Class;
use honeytoken::{Event, Finding, LineState, NoteTopic, PlatformId, ReplyStanding, Timestamp};
use store::Lookup;

use super::AttentionOut;
use crate::api::caller::Caller;
use crate::api::verdicts::open_to;
use crate::app::App;
use crate::ledger::{State as Fold, View};

/// One line in so many is to be a control at least.
const LINES_PER_CONTROL_MAX: usize = 4;
/// What a platform's silence is called.
const UNANSWERED: &str = "reply_unanswered";
/// So many notes are looked through for one on a platform, the newest.
const NOTES_MAX: usize = 500;

/// What is to be done, as far as the caller may know of it.
pub(super) fn undone(app: &App, caller: &Caller) -> Vec<AttentionOut> {
    // The lock is not held while entries are read.
    let mut found = replies(app, &app.recorder.view().state(), caller);
    if found.iter().any(|item| item.kind == UNANSWERED) {
        let noted = noted(app.recorder.view());
        let state = app.recorder.view().state();
        found.retain(|item| !is_seen_to(item, &state, &noted));
    }
    found.extend(pool(app, &app.recorder.view().state()));
    found
}

/// When each platform was last written of, as far as the newest notes tell.
fn noted(view: &View) -> BTreeMap<PlatformId, Timestamp> {
    let newest = view.index.newest(&Lookup::Kind("note"), None, NOTES_MAX);
    let entries = newest.unwrap_or_default().into_iter();
    let entries = entries.filter_map(|index| view.reader.entry(index).ok()?);
    let about = entries.filter_map(|entry| match entry.event {
        Event::Note(note) => match note.topic {
            NoteTopic::Platform(id) => Some((id, entry.at)),
            NoteTopic::Entry(_) => None,
        },
        _ => None,
    });
    about.fold(BTreeMap::new(), |mut last, (id, at)| {
        last.entry(id).or_insert(at);
        last
    })
}

/// Whether somebody decided, since a platform's time was over, what follows from its silence: a finding
/// was published or taken back, or a note on the platform says so. Nothing else can be done about it.
fn is_seen_to(item: &AttentionOut, state: &Fold, noted: &BTreeMap<PlatformId, Timestamp>) -> bool {
    let id = item.platform.as_deref().and_then(|id| id.parse().ok());
    let (UNANSWERED, Some(id), Some(due)) = (item.kind, id, item.since) else {
        return false;
    };
    let its = |finding: &&Finding| finding.published.platform == id;
    let decided = state
        .registry
        .findings()
        .iter()
        .filter(its)
        .flat_map(|finding| {
            let withdrawn = finding.withdrawn.as_ref().map(|(at, _)| *at);
            [Some(finding.at), withdrawn].into_iter().flatten()
        });
    decided.chain(noted.get(&id).copied()).any(|at| at >= due)
}

/// Accused platforms that were not told, or did not answer in time.
fn replies(app: &App, state: &Fold, caller: &Caller) -> Vec<AttentionOut> {
    let now = app.recorder.clock().now();
    let accused = [Class::Leaked.as_str(), Class::Resold.as_str()];
    let known = state.registry.platforms().filter(|platform| {
        let class = state.judged(&platform.platform);
        class.is_some_and(|class| accused.contains(&class))
            && open_to(state, caller, &platform.platform)
    });
    let said = known.filter_map(|platform| {
        let (id, name) = (&platform.platform, &platform.name);
        let (kind, since, en, zh) = match state.registry.reply_standing(id, now) {
            ReplyStanding::NotOffered => (
                "reply_not_offered",
                None,
                format!(
                    "{name} stands accused and was not told yet; no public report may name it."
                ),
                format!("{name} 已被认定泄露，但尚未告知；公开报告不得指认它。"),
            ),
            ReplyStanding::Unanswered { due, .. } => (
                UNANSWERED,
                Some(due),
                format!(
                    "{name} was told and did not answer in time; publish the finding, or write a note on what follows."
                ),
                format!("已告知 {name}，但其未在期限内答复；请公布结论，或写备注说明如何处理。"),
            ),
            ReplyStanding::Open { .. } | ReplyStanding::Answered { .. } => return None,
        };
        Some(AttentionOut {
            kind,
            platform: Some(id.to_string()),
            since,
            en,
            zh,
            ..AttentionOut::default()
        })
    });
    said.collect()
}

/// Too few controls, and lines that heard too much in their soak.
fn pool(app: &App, state: &Fold) -> Vec<AttentionOut> {
    let now = app.recorder.clock().now();
    let (mut lines, mut controls, mut dirty) = (0_usize, 0_usize, 0_usize);
    for view in state.registry.lines(now) {
        lines += usize::from(view.state != LineState::Retired);
        controls += usize::from(view.state == LineState::Control);
        dirty += usize::from(view.state == LineState::Dirty);
    }
    let item = |kind, en, zh| AttentionOut {
        kind,
        en,
        zh,
        ..AttentionOut::default()
    };
    let few = controls * LINES_PER_CONTROL_MAX < lines;
    let few = few.then(|| {
        item(
            "few_controls",
            format!("Only {controls} of {lines} lines are controls; a quarter is advised."),
            format!("{lines} 个号码中只有 {controls} 个对照；建议至少四分之一。"),
        )
    });
    let dirty = (dirty > 0).then(|| {
        item(
            "lines_dirty",
            format!("{dirty} lines heard too much in their soak; soak them anew or retire them."),
            format!("{dirty} 个号码在静默期内联系过多；请重新静默或停用。"),
        )
    });
    few.into_iter().chain(dirty).collect()
}
