//! The overview: who stands how, what came, what wants attention.

use std::collections::BTreeMap;
use std::sync::Arc;

use attribution::{Activity, Cause, Class, Verdict};
use axum::extract::State;
use honeytoken::{LineState, PlatformId, Timestamp};
use maud::{Markup, html};
use report::chart::{Chart, over_time};

use super::lang::said;
use super::layout::{self, Place};
use super::parts::{marks, pager, spark};
use super::standings::{DAYS, standings};
use super::visitor::Visitor;
use super::{Shown, start, words};
use crate::api::attention::{self, AttentionOut};
use crate::api::page::ListQuery;
use crate::api::parts::Query;
use crate::api::verdicts::open_to;
use crate::app::App;
use crate::life::{Looks, Word};
use crate::problem::Problem;

/// Platforms in a page of the table.
const ROWS: usize = 50;
/// What wants attention and is shown here; the rest is a number.
const ATTENTION_MAX: usize = 5;
/// Days in a week.
const WEEK_DAYS: i64 = 7;
/// Weeks in a chart.
const WEEKS: usize = (DAYS / WEEK_DAYS) as usize;

/// What the page shows.
struct Overview {
    rows: Vec<Row>,
    /// How many stand how, of all that the visitor may see.
    classes: BTreeMap<Class, usize>,
    next: Option<String>,
    /// What came, by week.
    came: Chart,
    lines: BTreeMap<LineState, u64>,
    life: BTreeMap<Word, u64>,
    entries: u64,
    anchors: Vec<Anchor>,
    attention: Vec<AttentionOut>,
    more_attention: bool,
}

struct Row {
    verdict: Verdict,
    name: String,
    /// Leak contacts by week.
    trend: Vec<u64>,
}

struct Anchor {
    authority: String,
    age_s: Option<f64>,
    waiting: bool,
}

/// The overview.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Query(query): Query<ListQuery>,
) -> Result<Shown, Problem> {
    let overview = look(&app, &visitor, &query).await?;
    let title = visitor.guest.lang.say("Overview", "总览");
    let is_new = app
        .recorder
        .view()
        .state()
        .registry
        .honeytokens()
        .next()
        .is_none();
    let first =
        (is_new && visitor.caller.role.may_work()).then(|| start::list(&app, visitor.guest.lang));
    let body = markup(&visitor, title, first, &overview);
    Ok(layout::page(&visitor, Place::Overview, title, &body))
}

async fn look(app: &Arc<App>, visitor: &Visitor, query: &ListQuery) -> Result<Overview, Problem> {
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
    let query = super::tidied(query.clone(), ROWS);
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
        entries: app.recorder.view().reader.size(),
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

fn markup(visitor: &Visitor, title: &str, first: Option<Markup>, overview: &Overview) -> Markup {
    let lang = visitor.guest.lang;
    html! {
        h1 { (title) }
        @if let Some(steps) = first {
            p.lead { (lang.say("From the first number to the first verdict.", "从第一个号码到第一个结论。")) }
            (steps)
        }
        div #overview data-live="contact verdict line" {
            (attention_part(visitor, overview))
            (league(visitor, overview))
            section aria-labelledby="came" {
                h2 #came { (lang.say("What came", "来了什么")) }
                (marks::figure(&overview.came, "came-chart"))
            }
            div.columns {
                (lines(visitor, overview))
                (log(visitor, overview))
            }
        }
        (layout::live())
    }
}

fn attention_part(visitor: &Visitor, overview: &Overview) -> Markup {
    let lang = visitor.guest.lang;
    html! {
        @if !overview.attention.is_empty() {
            section.notice.warn aria-labelledby="attention" {
                h2 #attention { (lang.say("Wants attention", "需要处理")) }
                ul.plain { @for item in &overview.attention {
                    li { (lang.say(&item.en, &item.zh)) }
                } }
                @if overview.more_attention {
                    p { a href="/lines?life=silent" { (lang.say("All lines in trouble", "查看所有异常号码")) } }
                }
            }
        }
    }
}

fn league(visitor: &Visitor, overview: &Overview) -> Markup {
    let lang = visitor.guest.lang;
    html! {
        section aria-labelledby="verdicts" {
            h2 #verdicts { (lang.say("Verdicts", "结论")) }
            @if overview.rows.is_empty() {
                p.empty { (lang.say(
                    "No platform was declared yet.",
                    "还没有登记任何平台。",
                )) }
            } @else {
                ul.tally aria-label=(lang.say("Platforms by verdict", "各结论的平台数")) {
                    @for (class, count) in overview.classes.iter().rev() {
                        li { strong { (count) } " " (marks::class(lang, *class)) }
                    }
                }
                (table(visitor, overview))
                (pager::pager(&visitor.guest, overview.next.as_deref()))
            }
        }
    }
}

fn table(visitor: &Visitor, overview: &Overview) -> Markup {
    let lang = visitor.guest.lang;
    html! {
        div.scroll tabindex="0" role="group" aria-labelledby="verdicts" { table.league {
            thead { tr {
                th scope="col" { (lang.say("Platform", "平台")) }
                th scope="col" { (lang.say("Verdict", "结论")) }
                th.number scope="col" { (lang.say("Probability", "概率")) }
                th.number scope="col" { (lang.say("Error rate", "误判率")) }
                th.number scope="col" { (lang.say("Evidence", "证据")) }
                th scope="col" { (lang.say("Leak contacts, 26 weeks", "泄露性联系（26 周）")) }
            } }
            tbody { @for row in &overview.rows { (league_row(visitor, row)) } }
        } }
    }
}

fn league_row(visitor: &Visitor, row: &Row) -> Markup {
    let lang = visitor.guest.lang;
    let verdict = &row.verdict;
    let total: u64 = row.trend.iter().sum();
    let said = said!(
        lang,
        "{total} leak contacts in 26 weeks",
        "26 周内 {total} 次泄露性联系"
    );
    html! { tr {
        th scope="row" {
            a href={ "/platforms/" (verdict.platform) } { (row.name) }
            @for flag in &verdict.flags { span.flag { (report::flag_words(*flag, lang.language())) } }
        }
        td { (marks::class(lang, verdict.class)) }
        td.number { (marks::percent(verdict.probability)) }
        td.number { (marks::percent(verdict.fdr)) }
        td.number { (verdict.evidence.len()) }
        td { (spark::spark(&said, &row.trend)) }
    } }
}

fn lines(visitor: &Visitor, overview: &Overview) -> Markup {
    let lang = visitor.guest.lang;
    html! {
        section aria-labelledby="lines" {
            h2 #lines { a href="/lines" { (lang.say("Lines", "号码")) } }
            dl.sums { @for (state, count) in &overview.lines {
                div { dt { (words::line_state(lang, *state)) } dd { (count) } }
            } }
            h3 { (lang.say("Proof of life", "在线证明")) }
            dl.sums { @for (word, count) in &overview.life {
                div { dt { (words::life(lang, *word)) } dd { (count) } }
            } }
        }
    }
}

fn log(visitor: &Visitor, overview: &Overview) -> Markup {
    let lang = visitor.guest.lang;
    let entries = overview.entries;
    html! {
        section aria-labelledby="log" {
            h2 #log { (lang.say("Evidence log", "证据日志")) }
            p { (said!(lang, "{entries} entries, each in its place for good.", "共 {entries} 条，每条的位置都已固定。")) }
            @if overview.anchors.is_empty() {
                p.hint { (lang.say(
                    "No outside authority vouches for it yet; see [anchors] in the settings file.",
                    "尚无外部机构为其作证；见设置文件中的 [anchors]。",
                )) }
            }
            dl.sums { @for anchor in &overview.anchors { div {
                dt { (anchor.authority) }
                dd {
                    @match anchor.age_s {
                        Some(age_s) => { (marks::span_of(lang, age_s)) " " (lang.say("ago", "前")) }
                        None => { (lang.say("not yet", "尚未")) }
                    }
                    @if anchor.waiting { span.flag { (lang.say("overdue", "已逾期")) } }
                }
            } } }
        }
    }
}
