//! The rules of judgement, and their change: an entry with its reason beside it.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Redirect;
use honeytoken::DirtyAction;
use maud::{Markup, html};
use serde::Deserialize;

use crate::api::json::Body;
use crate::api::policy::{self, DirtyLinesBody, PolicyBody};
use crate::app::App;
use crate::page::form::{Form, filled};
use crate::page::lang::Lang;
use crate::page::layout;
use crate::page::visitor::Visitor;
use crate::problem::Problem;

/// The longest reason that the form takes, in characters.
const REASON_CHARS_MAX: usize = 500;

/// The section.
///
/// # Errors
/// As the API's.
pub(super) async fn section(app: &Arc<App>, visitor: &Visitor) -> Result<Markup, Problem> {
    let rules = policy::show(State(Arc::clone(app)), visitor.caller.clone())
        .await?
        .0;
    let lang = visitor.guest.lang;
    Ok(html! {
        section aria-labelledby="rules" {
            h2 #rules { (lang.say("Rules of judgement", "判定规则")) }
            (shown(lang, &rules))
            @if visitor.caller.role.may_administer() {
                details {
                    summary { (lang.say("Change them", "修改")) }
                    (form(visitor, &rules))
                }
            }
        }
    })
}

fn shown(lang: Lang, rules: &PolicyBody) -> Markup {
    let number = |n: Option<f64>| n.map_or("—".to_owned(), |n| n.to_string());
    let dirty = rules.dirty_lines.as_ref();
    html! { dl.sums {
        div { dt { (lang.say("False accusations, at most", "误判率上限")) } dd { (number(rules.alpha)) } }
        div { dt { (lang.say("Prior probability of a leak", "泄露的先验概率")) } dd { (number(rules.prior)) } }
        div { dt { (lang.say("Soak of new lines, in days", "新号码静默期（天）")) } dd { (rules.soak_days.unwrap_or(0)) } }
        div { dt { (lang.say("A line is dirty beyond, contacts in its soak", "静默期内联系数超过此值即视为受污染")) }
            dd { (dirty.map_or(lang.say("never", "从不").to_owned(), |d| d.contacts_max.to_string())) } }
        @if let Some(dirty) = dirty { div { dt { (lang.say("Dirty lines", "受污染号码")) } dd { (action(lang, dirty.action)) } } }
    } }
}

const fn action(lang: Lang, action: DirtyAction) -> &'static str {
    match action {
        DirtyAction::Disqualify => lang.say("are never drawn", "不再发放"),
        DirtyAction::Mark => lang.say("are drawn last, with a mark", "最后发放，并作标记"),
    }
}

fn form(visitor: &Visitor, rules: &PolicyBody) -> Markup {
    let lang = visitor.guest.lang;
    let dirty = rules.dirty_lines.as_ref();
    html! {
        form.stack method="post" action="/settings/rules" {
            (layout::token(visitor))
            p.hint { (lang.say(
                "From here on; what was decided under earlier rules stays. The change and its reason are entries in the log.",
                "自此生效；此前已作出的认定不变。修改及其理由都会记入日志。",
            )) }
            label for="alpha" { (lang.say("Share of accusations that may be false (more than 0, at most 0.5)", "误判率上限（大于 0，至多 0.5）")) }
            input #alpha name="alpha" type="number" step="any" min="0" max="0.5" required value=(rules.alpha.unwrap_or_default());
            label for="prior" { (lang.say("Prior probability that a platform leaks (between 0 and 1)", "平台泄露的先验概率（0 与 1 之间）")) }
            input #prior name="prior" type="number" step="any" min="0" max="1" required value=(rules.prior.unwrap_or_default());
            label for="soak" { (lang.say("Soak of new lines, in days (0 to 366)", "新号码静默期（0 至 366 天）")) }
            input #soak name="soak_days" type="number" min="0" max="366" required value=(rules.soak_days.unwrap_or(0));
            label for="dirty" { (lang.say("A line is dirty beyond so many contacts in its soak (empty: never)", "静默期内联系数超过此值即视为受污染（留空：从不）")) }
            input #dirty name="dirty_contacts" type="number" min="0" value=(dirty.map_or(String::new(), |d| d.contacts_max.to_string()));
            label for="action" { (lang.say("Dirty lines", "受污染号码")) }
            select #action name="dirty_action" {
                @for (word, of) in [("disqualify", DirtyAction::Disqualify), ("mark", DirtyAction::Mark)] {
                    option value=(word) selected[dirty.is_some_and(|d| d.action == of)] { (action(lang, of)) }
                }
            }
            label for="rules_reason" { (lang.say("Why", "理由")) }
            textarea #rules_reason name="reason" rows="2" required maxlength=(REASON_CHARS_MAX) {}
            button type="submit" { (lang.say("Set the rules", "设定规则")) }
        }
    }
}

/// What the form sends.
#[derive(Deserialize)]
pub(in crate::page) struct Rules {
    alpha: f64,
    prior: f64,
    soak_days: u32,
    #[serde(default)]
    dirty_contacts: String,
    dirty_action: DirtyAction,
    reason: String,
}

/// Sets them.
pub(in crate::page) async fn set(
    State(app): State<Arc<App>>,
    Form { visitor, fields }: Form<Rules>,
) -> Result<Redirect, Problem> {
    let bad = |detail: &str| Problem::bad_request("bad_policy", detail);
    let reason = filled(&fields.reason).ok_or_else(|| bad("reason is missing; say why"))?;
    let contacts_max = filled(&fields.dirty_contacts).map(|text| text.parse());
    let contacts_max = contacts_max
        .transpose()
        .map_err(|_| bad("contacts of a dirty line are not a number from 0 on"))?;
    let body = PolicyBody {
        alpha: Some(fields.alpha),
        prior: Some(fields.prior),
        soak_days: Some(fields.soak_days).filter(|days| *days > 0),
        dirty_lines: contacts_max.map(|contacts_max| DirtyLinesBody {
            contacts_max,
            action: fields.dirty_action,
        }),
        reason: Some(reason),
        method: None,
    };
    policy::set(State(app), visitor.caller, Body(body))
        .await
        .map(drop)?;
    Ok(Redirect::to("/settings#rules"))
}
