//! Who is told of what, and whether it works.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use honeytoken::Language;
use maud::{Markup, html};
use serde::Deserialize;

use crate::alerts::channel::{self, Kind};
use crate::api::alert_targets::{self, AlertTargetIn, AlertTargetOut};
use crate::api::json::Body;
use crate::api::page::ListQuery;
use crate::api::parts::{Path, Query};
use crate::app::App;
use crate::page::form::{Form, filled};
use crate::page::lang::Lang;
use crate::page::layout::{self, Place};
use crate::page::parts::pager;
use crate::page::visitor::Visitor;
use crate::page::{Shown, problem, tidied};
use crate::problem::Problem;

/// What fields are called, before the names of settings and secrets.
const SETTING: &str = "setting.";
const SECRET: &str = "secret.";

/// Targets in a page.
const ROWS: usize = 50;
/// What the list's cursor is called.
const CURSOR: &str = "targets";

/// The section; nothing for whoever may not see targets.
///
/// # Errors
/// As the API's.
pub(super) async fn section(
    app: &Arc<App>,
    visitor: &Visitor,
    cursor: Option<String>,
) -> Result<Markup, Problem> {
    if !visitor.caller.role.may_see_personal_data() {
        return Ok(html! {});
    }
    let wanted = ListQuery {
        cursor,
        ..ListQuery::default()
    };
    let wanted = tidied(wanted, ROWS);
    let list = alert_targets::list(
        State(Arc::clone(app)),
        visitor.caller.clone(),
        Query(wanted),
    )
    .await?
    .0;
    let lang = visitor.guest.lang;
    Ok(html! {
        section aria-labelledby="alerts" {
            h2 #alerts { (lang.say("Alerts", "提醒")) }
            @if list.items.is_empty() { p.hint { (lang.say("Nobody is told of anything yet.", "目前没有任何接收方。")) } }
            @else { div.scroll tabindex="0" role="group" aria-labelledby="alerts" { table {
                thead { tr {
                    th scope="col" { (lang.say("Target", "接收方")) } th scope="col" { (lang.say("By", "方式")) }
                    th scope="col" { (lang.say("Language", "语言")) } th scope="col" { (lang.say("Action", "操作")) }
                } }
                tbody { @for target in &list.items { (row(visitor, target)) } }
            } } }
            (pager::named(&visitor.guest, CURSOR, "alerts", list.next_cursor.as_deref()))
            @if visitor.caller.role.may_work() {
                p.actions { @for kind in channel::KINDS {
                    a.button.quiet href={ "/settings/alerts/new?channel=" (kind.id) } { "+ " (title(lang, kind)) }
                } }
            }
        }
    })
}

fn title(lang: Lang, kind: &Kind) -> &'static str {
    match kind.id {
        "dingtalk" => lang.say("DingTalk", "钉钉"),
        "wecom" => lang.say("WeCom", "企业微信"),
        "feishu" => lang.say("Feishu", "飞书"),
        "email" => lang.say("E-mail", "邮件"),
        "slack" => "Slack",
        "discord" => "Discord",
        _ => "Webhook",
    }
}

/// What a channel's fields are.
fn field_words(lang: Lang, name: &'static str) -> &'static str {
    match name {
        "url" => lang.say("Address of the webhook", "机器人或回调地址"),
        "secret" => lang.say(
            "Signing secret, if the robot has one",
            "加签密钥（如已启用）",
        ),
        "whsec" => lang.say("Signing secret, whsec_…", "签名密钥，whsec_…"),
        "host" => lang.say("Mail server", "邮件服务器"),
        "port" => lang.say("Port", "端口"),
        "tls" => lang.say(
            "Encryption: starttls, implicit or none",
            "加密方式：starttls、implicit 或 none",
        ),
        "from" => lang.say("Sender", "发件人"),
        "to" => lang.say("Receiver", "收件人"),
        "username" => lang.say("User name", "用户名"),
        "password" => lang.say("Password", "密码"),
        other => other,
    }
}

fn row(visitor: &Visitor, target: &AlertTargetOut) -> Markup {
    let lang = visitor.guest.lang;
    let language = match target.language {
        Language::Zh => "中文",
        Language::En => "English",
    };
    let actions = [
        ("test", lang.say("Send a test", "发送测试")),
        ("remove", lang.say("Remove", "删除")),
    ];
    html! { tr {
        th scope="row" { (target.id)
            @if let Some(reason) = &target.disabled { br; span.pill.alarm { (reason) } } }
        td { (target.channel) }
        td { (language) }
        td { @if visitor.caller.role.may_work() {
            @for (action, words) in actions {
                form.beside method="post" action={ "/settings/alerts/" (target.id) "/" (action) } {
                    (layout::token(visitor))
                    button.quiet type="submit" aria-label={ (words) ": " (target.id) } { (words) }
                }
            }
        } }
    } }
}

/// By what.
#[derive(Deserialize)]
pub(in crate::page) struct Chosen {
    channel: String,
}

/// The form.
pub(in crate::page) async fn new(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Query(chosen): Query<Chosen>,
) -> Result<Shown, Problem> {
    visitor.caller.may_work()?;
    let kind =
        channel::find(&chosen.channel).ok_or_else(|| Problem::not_found("no such channel"))?;
    let fields = BTreeMap::from([
        ("id".to_owned(), kind.id.replace('_', "-")),
        ("link_base".to_owned(), app.public_url.clone()),
    ]);
    Ok(form(&visitor, kind, &fields, None))
}

fn form(
    visitor: &Visitor,
    kind: &Kind,
    fields: &BTreeMap<String, String>,
    refusal: Option<&str>,
) -> Shown {
    let lang = visitor.guest.lang;
    let value = |name: &str| fields.get(name).map_or("", String::as_str);
    let named = |prefix: &str, name: &str| format!("{prefix}{name}");
    let title = title(lang, kind);
    let body = html! {
        p.crumbs { a href="/settings" { (lang.say("Settings", "设置")) } }
        h1 { (title) }
        @if let Some(refusal) = refusal { p.notice.alarm role="alert" { (refusal) } }
        form.stack method="post" action="/settings/alerts" {
            (layout::token(visitor))
            input type="hidden" name="channel" value=(kind.id);
            label for="id" { (lang.say("Our name for it", "给它取个名称")) }
            input #id name="id" required value=(value("id")) autocomplete="off";
            @for name in kind.settings { @let field = named(SETTING, name);
                label for=(field) { (field_words(lang, name)) " " code.hint { (name) } }
                input id=(field) name=(field) value=(value(&field)) autocomplete="off"; }
            @for name in kind.secrets { @let field = named(SECRET, name);
                label for=(field) { (field_words(lang, name)) " " span.hint { (lang.say("(never shown again)", "（不再显示）")) } }
                input id=(field) name=(field) type="password" autocomplete="off" spellcheck="false"; }
            label for="language" { (lang.say("Language of its messages", "消息语言")) }
            select #language name="language" {
                option value="zh" selected[lang == Lang::Zh] { "中文" }
                option value="en" selected[lang == Lang::En] { "English" }
            }
            label for="link_base" { (lang.say("Links in messages begin with", "消息中链接的开头")) }
            input #link_base name="link_base" type="url" value=(value("link_base"));
            button type="submit" { (lang.say("Save", "保存")) }
        }
    };
    layout::page(visitor, Place::Settings, title, &body)
}

/// Makes a target.
pub(in crate::page) async fn create(
    State(app): State<Arc<App>>,
    Form { visitor, fields }: Form<BTreeMap<String, String>>,
) -> Result<Response, Problem> {
    visitor.caller.may_work()?;
    let text = |name: &str| fields.get(name).and_then(|text| filled(text));
    let under = |prefix: &str| {
        let given = fields.iter().filter_map(|(name, value)| {
            Some((name.strip_prefix(prefix)?.to_owned(), filled(value)?))
        });
        given.collect::<BTreeMap<_, _>>()
    };
    let channel = text("channel").unwrap_or_default();
    let kind = channel::find(&channel);
    let body = AlertTargetIn {
        id: text("id"),
        channel,
        settings: under(SETTING),
        secrets: under(SECRET),
        topics: vec![],
        platforms: vec![],
        study: None,
        language: Some(if text("language").as_deref() == Some("zh") {
            Language::Zh
        } else {
            Language::En
        }),
        throttle_min: None,
        link_base: text("link_base"),
        allow_private: false,
    };
    match alert_targets::create(State(app), visitor.caller.clone(), Body(body)).await {
        Ok(_) => Ok(Redirect::to("/settings#alerts").into_response()),
        Err(refused) => match kind {
            Some(kind) if refused.status == 400 => {
                let why = problem::explained(visitor.guest.lang, &refused);
                let page = form(&visitor, kind, &fields, Some(&why));
                Ok((axum::http::StatusCode::BAD_REQUEST, page).into_response())
            }
            _ => Err(refused),
        },
    }
}

#[derive(Deserialize)]
pub(in crate::page) struct Nothing {}

/// Sends a test and says what came of it.
pub(in crate::page) async fn test(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Form {
        visitor,
        fields: Nothing {},
    }: Form<Nothing>,
) -> Result<Shown, Problem> {
    let told = alert_targets::test(State(app), visitor.caller.clone(), Path(id.clone()))
        .await?
        .0;
    let lang = visitor.guest.lang;
    let title = lang.say("Test of an alert target", "测试接收方");
    let body = html! {
        p.crumbs { a href="/settings#alerts" { (lang.say("Settings", "设置")) } }
        h1 { (title) }
        @match told.reason {
            None => { p.notice role="status" { "✓ " strong { (id) } " " (lang.say("took the message.", "已收到消息。")) } }
            Some(reason) => { p.notice.alarm role="alert" { strong { (id) } ": " (reason) } }
        }
    };
    Ok(layout::page(&visitor, Place::Settings, title, &body))
}

/// Removes a target.
pub(in crate::page) async fn remove(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Form {
        visitor,
        fields: Nothing {},
    }: Form<Nothing>,
) -> Result<Redirect, Problem> {
    alert_targets::remove(State(app), visitor.caller, Path(id)).await?;
    Ok(Redirect::to("/settings#alerts"))
}
