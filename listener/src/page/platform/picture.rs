//! A platform's numbers over time, and what each piece of evidence weighs: drawn as in reports.

use std::sync::Arc;

use honeytoken::{PhoneNumber, Timestamp};
use maud::{Markup, html};
use report::chart::{Row, Timeline, timeline, weights};

use super::Platform;
use crate::api::verdicts::folded;
use crate::app::App;
use crate::ledger::State as Fold;
use crate::life::{History, LifeConfig};
use crate::page::parts::marks;
use crate::page::visitor::Visitor;
use crate::problem::Problem;

/// Days that are shown before the first number was given away, at most.
const BEFORE_DAYS: i64 = 30;
/// Days that are shown at least.
const DAYS_MIN: i64 = 14;

/// The pictures.
///
/// # Errors
/// When the fold cannot be asked.
pub(super) async fn draw(
    app: &Arc<App>,
    visitor: &Visitor,
    platform: &Platform,
) -> Result<Markup, Problem> {
    let lang = visitor.guest.lang;
    let now = app.recorder.clock().now();
    let rows = rows(app, platform, now).await?;
    let first = platform
        .tokens
        .items
        .iter()
        .map(|token| token.registered_at)
        .min()
        .unwrap_or(now);
    let from = first
        .plus_s(-BEFORE_DAYS * 86_400)
        .min(now.plus_s(-DAYS_MIN * 86_400));
    let of = Timeline {
        rows,
        from,
        until: now,
        flagged_at: platform.verdict.flagged_at,
        leak_date: platform.verdict.leak_between,
    };
    let weights = weights(&platform.verdict.factors, lang.language());
    Ok(html! {
        section aria-labelledby="when" {
            h2 #when { (lang.say("When", "何时")) }
            @if of.rows.is_empty() { p.hint { (lang.say("It holds no number yet.", "尚未发放号码。")) } }
            @else {
                (marks::figure(&timeline(&of, lang.language()), "timeline"))
            }
        }
        @if !platform.verdict.factors.is_empty() {
            section aria-labelledby="why" {
                h2 #why { (lang.say("Why: what each piece weighs", "为何：各项证据的权重")) }
                (marks::figure(&weights, "weights"))
            }
        }
    })
}

async fn rows(app: &Arc<App>, platform: &Platform, now: Timestamp) -> Result<Vec<Row>, Problem> {
    // Ids of what the visitor was shown: viewers know no numbers.
    let shown: Vec<(String, String)> = platform
        .tokens
        .items
        .iter()
        .map(|t| (t.id.clone(), t.number.clone()))
        .collect();
    let settings = app.config.life.clone();
    folded(app, move |state| {
        let row = |(id, label): &(String, String)| {
            let record = state.registry.honeytoken(&id.parse().ok()?)?;
            let token = &record.honeytoken;
            Some(row(
                state,
                &settings,
                &token.number,
                token.registered_at,
                label,
                now,
            ))
        };
        shown.iter().filter_map(row).collect()
    })
    .await
}

fn row(
    state: &Fold,
    settings: &LifeConfig,
    number: &PhoneNumber,
    registered: Timestamp,
    label: &str,
    now: Timestamp,
) -> Row {
    let line = state.registry.line(number, now);
    let acquired = line
        .as_ref()
        .map_or(registered, |view| view.line.acquired_at);
    let soak = line
        .and_then(|view| view.line.soak_until)
        .map(|until| (acquired, until));
    let history = History::of(state, settings, number, (acquired.min(now), now));
    let alive = history
        .intervals()
        .into_iter()
        .filter(|(_, basis)| basis.is_exposure());
    Row {
        label: label.to_owned(),
        soak,
        registered: Some(registered),
        alive: alive.map(|(interval, _)| interval).collect(),
        contacts: state.judgement.contacts_of(number),
    }
}
