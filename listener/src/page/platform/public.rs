//! Whether what is found stands on the public page, and the two decisions about that.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Redirect;
use honeytoken::{Finding, PlatformId, ReplyStanding};
use maud::{Markup, html};
use serde::Deserialize;

use crate::api::findings::{self, FindingIn, WithdrawalIn};
use crate::api::json::Body;
use crate::api::parts::Path;
use crate::app::App;
use crate::page::form::{Form, filled};
use crate::page::layout;
use crate::page::parts::marks;
use crate::page::visitor::Visitor;
use crate::problem::Problem;

/// The section; for those who decide alone, where there is a public page.
pub(super) fn section(app: &App, visitor: &Visitor, id: &str, accuses: bool) -> Markup {
    let shown = app.config.public.enabled && visitor.caller.role.may_administer();
    let Some(platform) = id.parse::<PlatformId>().ok().filter(|_| shown) else {
        return html! {};
    };
    let now = app.recorder.clock().now();
    let (standing, reply) = {
        let registry = &app.recorder.view().state().registry;
        let standing = registry.standing_finding(&platform).cloned();
        (standing, registry.reply_standing(&platform, now))
    };
    let lang = visitor.guest.lang;
    html! {
        section aria-labelledby="public" {
            h2 #public { (lang.say("Public page", "公开页面")) }
            @match &standing {
                Some(finding) => (published(visitor, finding)),
                None => (unpublished(visitor, id, accuses && !had_its_say(reply))),
            }
        }
    }
}

const fn had_its_say(reply: ReplyStanding) -> bool {
    matches!(
        reply,
        ReplyStanding::Unanswered { .. } | ReplyStanding::Answered { .. }
    )
}

fn published(visitor: &Visitor, finding: &Finding) -> Markup {
    let (guest, lang) = (&visitor.guest, visitor.guest.lang);
    html! {
        p { (lang.say("Stands in public since ", "自 ")) (marks::day(guest, finding.at)) (lang.say(": ", " 起公开："))
            a href={ "/public/f/" (finding.index) } { "/public/f/" (finding.index) } }
        details {
            summary { (lang.say("Take it back", "撤回")) }
            form.stack method="post" action={ "/findings/" (finding.index) "/withdraw" } {
                (layout::token(visitor))
                label for="reason" { (lang.say("Why; it will stand in its place", "理由（将显示在原处）")) }
                textarea #reason name="reason" maxlength="500" required {}
                button.danger type="submit" { (lang.say("Withdraw", "撤回")) }
            }
        }
    }
}

fn unpublished(visitor: &Visitor, id: &str, needs_reason: bool) -> Markup {
    let lang = visitor.guest.lang;
    html! {
        p { (lang.say(
            "Nothing stands in public about it. Publishing shows the report for the public, its data and its evidence bundle to anybody, and is on the record.",
            "目前没有公开任何内容。公布后，任何人都可查看公开版报告、数据和证据包；此举会留下记录。",
        )) }
        form.stack method="post" action={ "/platforms/" (id) "/publish" }
            data-ask=(lang.say("Publish this finding to everybody?", "确定向所有人公布这一结论？")) {
            (layout::token(visitor))
            @if needs_reason {
                p.notice.warn { (lang.say(
                    "The platform was not told, or has time to answer still. Tell it first; or say why not, which will be published too.",
                    "平台尚未获告知，或仍在答复期内。请先告知平台；否则请写明理由，理由将一并公布。",
                )) }
                label for="unheard" { (lang.say("Why without its answer", "不等待答复的理由")) }
                textarea #unheard name="unheard" maxlength="500" {}
            }
            button type="submit" { (lang.say("Publish this finding", "公布这一结论")) }
        }
    }
}

/// What the first form sends.
#[derive(Deserialize)]
pub(in crate::page) struct Publish {
    #[serde(default)]
    unheard: String,
}

/// Publishes.
pub(in crate::page) async fn publish(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Form { visitor, fields }: Form<Publish>,
) -> Result<Redirect, Problem> {
    let body = FindingIn {
        unheard: filled(&fields.unheard),
    };
    let asked = (State(app), visitor.caller, Path(id.clone()), Body(body));
    let _published = findings::publish(asked.0, asked.1, asked.2, asked.3).await?;
    Ok(Redirect::to(&format!("/platforms/{id}#public")))
}

/// What the second form sends.
#[derive(Deserialize)]
pub(in crate::page) struct Withdraw {
    #[serde(default)]
    reason: String,
}

/// Takes back.
pub(in crate::page) async fn withdraw(
    State(app): State<Arc<App>>,
    Path(index): Path<u64>,
    Form { visitor, fields }: Form<Withdraw>,
) -> Result<Redirect, Problem> {
    let body = WithdrawalIn {
        reason: fields.reason,
    };
    let back = findings::withdraw(State(app), visitor.caller, Path(index), Body(body)).await?;
    let platform = &back.0.platform;
    Ok(Redirect::to(&format!("/platforms/{platform}#public")))
}
