//! What people left undone.

use attribution::Class;
use honeytoken::{LineState, ReplyStanding};

use super::AttentionOut;
use crate::api::caller::Caller;
use crate::api::verdicts::open_to;
use crate::app::App;
use crate::ledger::State as Fold;

/// One line in so many is to be a control at least.
const LINES_PER_CONTROL_MAX: usize = 4;

/// What is to be done, as far as the caller may know of it.
pub(super) fn undone(app: &App, caller: &Caller) -> Vec<AttentionOut> {
    let state = app.recorder.view().state();
    let mut found = replies(app, &state, caller);
    found.extend(pool(app, &state));
    found
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
                "reply_unanswered",
                Some(due),
                format!("{name} was told and did not answer in time."),
                format!("已告知 {name}，但其未在期限内答复。"),
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
