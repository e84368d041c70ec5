//! The overview: who stands how, what came, what wants attention.

mod look;

use std::sync::Arc;

use axum::extract::State;
use maud::{Markup, html};

use super::lang::said;
use super::layout::{self, Place};
use super::parts::{marks, pager, spark};
use super::standings::COVERAGE_DAYS;
use super::visitor::Visitor;
use super::{Shown, attention, start, words};
use crate::api::page::ListQuery;
use crate::api::parts::Query;
use crate::app::App;
use crate::problem::Problem;
use look::{Overview, Row, look};

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

fn markup(visitor: &Visitor, title: &str, first: Option<Markup>, overview: &Overview) -> Markup {
    let lang = visitor.guest.lang;
    html! {
        h1 { (title) }
        @if let Some(steps) = first {
            p.lead { (lang.say("From the first number to the first verdict.", "从第一个号码到第一个结论。")) }
            (steps)
        }
        div #overview data-live="contact verdict line coverage connection checkpoint" {
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
                (attention::items(visitor, &overview.attention))
                @if overview.more_attention {
                    p { a href="/attention" { (lang.say("Everything that does", "查看全部")) } }
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
            @if let Some(alive) = overview.alive {
                @let alive = marks::percent(alive);
                p.hint { (said!(lang,
                    "In the last {COVERAGE_DAYS} days {alive} of their time was proven.",
                    "近 {COVERAGE_DAYS} 天中，{alive} 的时间有在线证明。"
                )) }
            }
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
            @if let Some(head) = &overview.head {
                @let size = head.entries;
                p { (said!(lang, "Head, signed over the first {size}:", "已签名的头部（前 {size} 条）：")) " "
                    (marks::copied(lang, lang.say("root", "根"), &head.root)) }
            }
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
