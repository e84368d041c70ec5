//! What may be taken elsewhere: reports, evidence bundles, complaint forms. One click each; that it was
//! made is on the record.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use honeytoken::ReplyStanding;
use maud::{Markup, html};
use report::bundle::Preset;
use report::complaint::AUTHORITIES;
use serde::Deserialize;

use super::Platform;
use crate::api::bundles::{self, BundleQuery};
use crate::api::complaints::{self, ComplaintQuery};
use crate::api::parts::{Path, Query};
use crate::api::reports::{self, ReportQuery};
use crate::app::App;
use crate::page::form::{Form, filled};
use crate::page::lang::Lang;
use crate::page::layout;
use crate::page::visitor::Visitor;
use crate::problem::Problem;

/// What a report for everybody is called.
const PUBLIC: &str = Preset::Public.as_str();
/// The longest reason that the API takes, in bytes; the form counts characters, of which there are no more.
const REASON_CHARS_MAX: usize = 500;
/// Where the right of reply of a platform stands that was not told.
const NOT_OFFERED: &str = ReplyStanding::NotOffered.as_str();
/// Between the words of an order.
const DOT: char = '.';
/// A report's languages and forms: language, form, what its button says.
const REPORTS: [(&str, &str, &str); 4] = [
    ("zh", "html", "中文 HTML"),
    ("zh", "pdf", "中文 PDF"),
    ("en", "html", "English HTML"),
    ("en", "pdf", "English PDF"),
];

/// The section; nothing for whoever may not see personal data.
pub(super) fn section(visitor: &Visitor, platform: &Platform) -> Markup {
    let lang = visitor.guest.lang;
    html! {
        @if visitor.caller.role.may_see_personal_data() {
            section aria-labelledby="take" {
                h2 #take { (lang.say("Take it elsewhere", "导出")) }
                form method="post" action={ "/platforms/" (platform.id) "/take" } {
                    (layout::token(visitor))
                    (papers(lang))
                    @if platform.replies.standing.state == NOT_OFFERED { (reason(lang)) }
                    (complaints(lang))
                }
            }
        }
    }
}

fn papers(lang: Lang) -> Markup {
    html! {
        p { (lang.say(
            "A report is for people. A bundle is for machines: anybody can check it offline with canaryline verify. Making either is on the record.",
            "报告给人看；证据包供机器核验，任何人都可用 canaryline verify 离线核验。生成任何一种都会留下记录。",
        )) }
        div.scroll tabindex="0" role="group" aria-labelledby="take" { table {
            thead { tr {
                th scope="col" { (lang.say("For whom", "给谁")) }
                th scope="col" { (lang.say("Report", "报告")) }
                th scope="col" { (lang.say("Evidence", "证据")) }
            } }
            tbody { @for preset in Preset::ALL { (paper(lang, preset)) } }
        } }
    }
}

fn reason(lang: Lang) -> Markup {
    html! {
        label for="without_reply" { (lang.say(
            "Why a public report accuses it though it was not told, in one line; printed on the report and kept",
            "未告知平台即公开指认的理由，一行；会印在报告上并留存",
        )) }
        input #without_reply name="without_reply" maxlength=(REASON_CHARS_MAX) autocomplete="off";
    }
}

fn paper(lang: Lang, preset: Preset) -> Markup {
    let (name, holds) = words(lang, preset);
    let preset = preset.as_str();
    html! { tr {
        th scope="row" { (name) br; span.hint { (holds) } }
        td { div.choices { @for (tongue, form, words) in REPORTS {
            (button(&format!("report.{preset}.{tongue}.{form}"), words, &format!("{words}: {name}")))
        } } }
        td { (button(&format!("bundle.{preset}"), lang.say("Bundle", "证据包"), &format!("{}: {name}", lang.say("Bundle", "证据包")))) }
    } }
}

/// For whom, and what it holds.
fn words(lang: Lang, preset: Preset) -> (&'static str, &'static str) {
    match preset {
        Preset::Regulator => (
            lang.say("A regulator or court", "监管部门或法院"),
            lang.say("everything but credentials", "除凭据外的全部内容"),
        ),
        Preset::Platform => (
            lang.say("The platform", "平台本身"),
            lang.say(
                "what concerns its own numbers",
                "仅涉及其自身的号码，供答辩",
            ),
        ),
        Preset::Public => (
            lang.say("The public", "公众"),
            lang.say("numbers, callers, names closed", "隐去号码、来电者和姓名"),
        ),
    }
}

fn button(order: &str, words: &str, label: &str) -> Markup {
    html! { button.quiet type="submit" name="order" value=(order) aria-label=(label) { (words) } }
}

fn complaints(lang: Lang) -> Markup {
    html! {
        h3 { (lang.say("Complaint forms, filled", "投诉表（已填好）")) }
        p { (lang.say(
            "Filled from the log, with what is missing named. You read, complete and send them; nothing is sent from here.",
            "按日志填好，并指出缺少的内容。由您核对、补全并提交；本系统不会发送任何内容。",
        )) }
        div.choices { @for authority in AUTHORITIES {
            (button(&format!("complaint.{}", authority.id), authority.name, authority.name))
        } }
    }
}

/// What the form sends: `report.PRESET.LANG.FORM`, `bundle.PRESET` or `complaint.AUTHORITY`.
#[derive(Deserialize)]
pub(in crate::page) struct Order {
    order: String,
    /// Why a public report accuses a platform that was not told.
    #[serde(default)]
    without_reply: String,
}

/// Makes it.
pub(in crate::page) async fn take(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Form { visitor, fields }: Form<Order>,
) -> Result<Response, Problem> {
    let (state, caller, path) = (State(app), visitor.caller, Path(id));
    let words: Vec<&str> = fields.order.split(DOT).collect();
    match words.as_slice() {
        ["report", preset, lang, form] => {
            // Only what accuses in public needs a reason.
            let reason = filled(&fields.without_reply).filter(|_| *preset == PUBLIC);
            let query = ReportQuery::read((*preset, *lang, *form), reason)?;
            reports::platform(state, caller, path, Query(query)).await
        }
        ["bundle", preset] => {
            let query = BundleQuery {
                preset: (*preset).to_owned(),
            };
            bundles::bundle(state, caller, path, Query(query)).await
        }
        ["complaint", authority] => {
            let query = ComplaintQuery::of(authority);
            complaints::of_platform(state, caller, path, Query(query)).await
        }
        _ => Err(Problem::bad_request(
            "bad_form",
            "order is unknown; use a button of the page",
        )),
    }
}
