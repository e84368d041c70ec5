//! What an installation's people set: how they read, who may come in, who is told.
//!
//! - [`reading`]: language and time zone of whoever looks. [`keys`]: API keys and roles. [`alerts`]: who
//!   is told of what, and whether that works.
//!
//! What the settings file holds is shown here, and changed there: whoever takes over a browser cannot
//! change how the program runs.

pub(super) mod alerts;
pub(super) mod keys;
pub(super) mod reading;

use std::sync::Arc;

use axum::extract::State;
use maud::{Markup, html};

use super::Shown;
use super::lang::Lang;
use super::layout::{self, Place};
use super::visitor::Visitor;
use crate::api::policy;
use crate::app::App;
use crate::config::{CallAnswer, Fetch};
use crate::problem::Problem;

/// The page.
pub(super) async fn show(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Shown, Problem> {
    let lang = visitor.guest.lang;
    let title = lang.say("Settings", "设置");
    let rules = policy::show(State(Arc::clone(&app)), visitor.caller.clone())
        .await?
        .0;
    let keys = keys::section(&app, &visitor).await?;
    let alerts = alerts::section(&app, &visitor).await?;
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
        section aria-labelledby="rules" {
            h2 #rules { (lang.say("Rules of judgement", "判定规则")) }
            dl.sums {
                div { dt { (lang.say("False accusations, at most", "误判率上限")) } dd { (shown(rules.alpha)) } }
                div { dt { (lang.say("Prior probability of a leak", "泄露的先验概率")) } dd { (shown(rules.prior)) } }
                div { dt { (lang.say("Soak of new lines, in days", "新号码静默期（天）")) } dd { (rules.soak_days.map_or("0".to_owned(), |d| d.to_string())) } }
            }
        }
        (file(&app, lang))
    };
    Ok(layout::page(&visitor, Place::Settings, title, &body))
}

fn shown(share: Option<f64>) -> String {
    share.map_or("—".to_owned(), |share| format!("{share}"))
}

/// What the settings file says.
fn file(app: &App, lang: Lang) -> Markup {
    let config = &app.config;
    let fetch = |fetch: Fetch| match fetch {
        Fetch::Never => lang.say("never fetched", "从不获取"),
        Fetch::Always => lang.say("fetched", "自动获取"),
    };
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
                div { dt { (lang.say("Recordings and pictures", "录音和图片")) } dd { (fetch(config.recordings.fetch)) } }
                @for (country, rule) in &config.recordings.countries {
                    div { dt { (lang.say("Recordings in", "录音：")) " " (country) } dd { (fetch(*rule)) } }
                }
                div { dt { (lang.say("Address for providers", "服务商所见地址")) } dd { (app.public_url) } }
                div { dt { (lang.say("Authorities that vouch for the log", "为日志作证的外部机构")) } dd { (config.anchors.len()) } }
                div { dt { (lang.say("Sessions end after, in hours", "会话时长上限（小时）")) } dd { (config.page.session_idle_h) " / " (config.page.session_h) } }
            }
        }
    }
}
