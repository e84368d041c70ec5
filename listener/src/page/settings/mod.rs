//! What an installation's people set: how they read, who may come in, who is told.
//!
//! - [`reading`]: language and time zone of whoever looks. [`keys`]: API keys and roles. [`alerts`]: who
//!   is told of what, and whether that works. [`rules`]: of judgement. [`running`]: who publishes,
//!   recordings, retention.
//!
//! The rest of the settings file is shown here, and changed there: whoever takes over a browser cannot
//! change where the program listens, what it is called, who vouches for it.

pub(super) mod alerts;
pub(super) mod keys;
pub(super) mod reading;
pub(super) mod rules;
pub(super) mod running;

use std::sync::Arc;

use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;

use super::Shown;
use super::lang::Lang;
use super::layout::{self, Place};
use super::visitor::Visitor;
use crate::api::parts::Query;
use crate::app::App;
use crate::config::CallAnswer;
use crate::problem::Problem;

/// Where its lists go on.
#[derive(Deserialize)]
pub(super) struct Cursors {
    keys: Option<String>,
    targets: Option<String>,
}

/// The page.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Query(cursors): Query<Cursors>,
) -> Result<Shown, Problem> {
    let lang = visitor.guest.lang;
    let title = lang.say("Settings", "设置");
    let rules = rules::section(&app, &visitor).await?;
    let running = running::section(&app, &visitor).await;
    let keys = keys::section(&app, &visitor, cursors.keys).await?;
    let alerts = alerts::section(&app, &visitor, cursors.targets).await?;
    let body = html! {
        h1 { (title) }
        (reading::section(&visitor))
        @if visitor.caller.role.may_see_personal_data() {
            section aria-labelledby="connections" {
                h2 #connections { (lang.say("Connections", "连接")) }
                p { a href="/connections" { (lang.say("Providers, phones and PBXs whose webhooks we take", "接收其回调的服务商、手机和交换机")) } }
            }
        }
        (keys)
        (alerts)
        (rules)
        (running)
        (file(&app, lang))
    };
    Ok(layout::page(&visitor, Place::Settings, title, &body))
}

/// What the settings file says.
fn file(app: &App, lang: Lang) -> Markup {
    let config = &app.config;
    let calls = match config.calls.answer {
        CallAnswer::Reject => lang.say("rejected: busy", "拒接（忙音）"),
        CallAnswer::Ring => lang.say("ring, and are never picked up", "振铃，从不接听"),
    };
    html! {
        section aria-labelledby="file" {
            h2 #file { (lang.say("In the settings file", "设置文件中")) }
            p.hint { (lang.say("Changed in canaryline.toml, and in force after a restart.", "在 canaryline.toml 中修改，重启后生效。")) }
            dl.sums {
                div { dt { (lang.say("Calls", "来电")) } dd { (calls) } }
                div { dt { (lang.say("Address for providers", "服务商所见地址")) } dd { (app.public_url) } }
                div { dt { (lang.say("Authorities that vouch for the log", "为日志作证的外部机构")) } dd { (config.anchors.len()) } }
                div { dt { (lang.say("Days to answer, where a notice does not say", "答辩默认期限（天）")) } dd { (config.reply.days) } }
                div { dt { (lang.say("Sessions end after, in hours", "会话时长上限（小时）")) } dd { (config.page.session_idle_h) " / " (config.page.session_h) } }
            }
        }
    }
}
