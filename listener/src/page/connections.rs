//! Providers' accounts whose webhooks we take: all of them, and whether one is heard.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Redirect;
use maud::{Markup, html};
use serde::Deserialize;

use super::form::Form;
use super::layout::{self, Place};
use super::parts::{marks, pager};
use super::visitor::Visitor;
use super::{Shown, problem};
use crate::api::connections::{self, ConnectionOut};
use crate::api::page::{LIMIT_MAX, ListQuery, Page};
use crate::api::parts::{Path, Query};
use crate::app::App;
use crate::heard::Heard;
use crate::problem::Problem;
use crate::provider::Provider;

/// Connections in a page.
const ROWS: usize = 50;

/// The connections, page by page.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Query(query): Query<ListQuery>,
) -> Result<Shown, Problem> {
    let list = page(&app, &visitor, super::tidied(query, ROWS)).await?;
    let connections = &list.items;
    let lang = visitor.guest.lang;
    let title = lang.say("Connections", "连接");
    let body = html! {
        p.crumbs { a href="/settings" { (lang.say("Settings", "设置")) } }
        h1 { (title) }
        p.lead { (lang.say(
            "Accounts at providers, phones and PBXs that tell us of calls and messages.",
            "把来电和短信告诉我们的服务商账户、手机和电话交换机。",
        )) }
        @if visitor.caller.role.may_administer() {
            p.actions { a.button href="/connections/new" { (lang.say("Connect a provider", "接入服务商")) } }
        }
        div #connections data-live="connection" {
            @if connections.is_empty() { p.empty { (lang.say("None yet.", "还没有。")) } }
            @else { (table(&app, &visitor, connections)) }
            (pager::pager(&visitor.guest, list.next_cursor.as_deref()))
        }
        (layout::live())
    };
    Ok(layout::page(&visitor, Place::Settings, title, &body))
}

/// All connections that the visitor may see.
pub(super) async fn all(app: &Arc<App>, visitor: &Visitor) -> Result<Vec<ConnectionOut>, Problem> {
    let (mut all, mut cursor) = (Vec::new(), None);
    loop {
        let wanted = ListQuery {
            limit: Some(LIMIT_MAX),
            cursor,
            ..ListQuery::default()
        };
        let list = page(app, visitor, wanted).await?;
        all.extend(list.items);
        cursor = list.next_cursor;
        if cursor.is_none() {
            return Ok(all);
        }
    }
}

async fn page(
    app: &Arc<App>,
    visitor: &Visitor,
    wanted: ListQuery,
) -> Result<Page<ConnectionOut>, Problem> {
    let asked = (State(Arc::clone(app)), visitor.caller.clone());
    let list = connections::list(asked.0, asked.1, Query(wanted)).await?;
    Ok(list.0)
}

fn table(app: &App, visitor: &Visitor, connections: &[ConnectionOut]) -> Markup {
    let lang = visitor.guest.lang;
    html! {
        div.scroll tabindex="0" role="group" aria-label=(lang.say("Connections", "连接")) { table {
            thead { tr {
                th scope="col" { (lang.say("Name", "名称")) }
                th scope="col" { (lang.say("Provider", "服务商")) }
                th scope="col" { (lang.say("Heard", "收到")) }
            } }
            tbody { @for connection in connections { tr {
                th scope="row" { a href={ "/connections/" (connection.id) } { (connection.id) } }
                td { (title_of(&connection.provider)) }
                td { (heard_words(visitor, &heard(app, &connection.id))) }
            } } }
        } }
    }
}

fn title_of(provider: &str) -> &str {
    Provider::find(provider).map_or(provider, |found| found.title)
}

fn heard(app: &App, id: &str) -> Heard {
    id.parse().map(|id| app.heard.of(&id)).unwrap_or_default()
}

fn heard_words(visitor: &Visitor, heard: &Heard) -> Markup {
    let (guest, lang) = (&visitor.guest, visitor.guest.lang);
    html! {
        @match (&heard.refused, heard.taken_at) {
            (Some((at, problem)), _) => { span.pill.alarm { "▲ " (lang.say("refused", "被拒绝")) } " " (marks::time(guest, *at)) " " (problem.code) }
            (None, Some(at)) => { span.pill { "● " (lang.say("received", "已收到")) } " " (marks::time(guest, at)) }
            (None, None) => { span.pill { "○ " (lang.say("nothing since the start", "启动以来尚无")) } }
        }
    }
}

/// One connection: what to enter at the provider, and whether it is heard.
pub(super) async fn one(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Shown, Problem> {
    let unknown = || Problem::not_found("no connection of this name");
    let found = all(&app, &visitor).await?.into_iter().find(|c| c.id == id);
    let connection = found.ok_or_else(unknown)?;
    let lang = visitor.guest.lang;
    let body = html! {
        p.crumbs { a href="/connections" { (lang.say("Connections", "连接")) } }
        h1 { (connection.id) }
        p.lead { (title_of(&connection.provider)) }
        section aria-labelledby="enter" {
            h2 #enter { (lang.say("Enter this at the provider", "在服务商处填写")) }
            p { (lang.say(
                "As the address of webhooks for messages and calls of your numbers:",
                "作为号码的短信和来电回调地址：",
            )) }
            p.address { (marks::copied(lang, lang.say("address", "地址"), &connection.webhook_url)) }
            @if connection.webhook_url.starts_with("http://") {
                p.notice.warn { (lang.say(
                    "Providers cannot reach this address from outside. Set public_url in the settings file to the one that your proxy with TLS has.",
                    "服务商无法从外部访问此地址。请在设置文件中把 public_url 设为带 TLS 的代理地址。",
                )) }
            }
        }
        section aria-labelledby="heard-title" {
            h2 #heard-title { (lang.say("Is it heard?", "收到了吗？")) span.live aria-hidden="true" {} }
            div #heard data-live="connection contact" aria-live="polite" { (waiting(&visitor, &heard(&app, &connection.id))) }
        }
        @if visitor.caller.role.may_work() {
            p.actions { a.button href={ "/lines/new?connection=" (connection.id) } { (lang.say("Add its numbers", "添加其号码")) } }
        }
        @if visitor.caller.role.may_administer() {
            form.actions method="post" action={ "/connections/" (connection.id) "/retire" }
                data-ask=(lang.say("Close this connection? Its webhooks will be refused.", "关闭此连接？其回调将被拒绝。")) {
                (layout::token(&visitor))
                button.quiet.danger type="submit" { (lang.say("Close the connection", "关闭连接")) }
            }
        }
        (layout::live())
    };
    Ok(layout::page(
        &visitor,
        Place::Settings,
        &connection.id,
        &body,
    ))
}

fn waiting(visitor: &Visitor, heard: &Heard) -> Markup {
    let (guest, lang) = (&visitor.guest, visitor.guest.lang);
    html! {
        @match (&heard.refused, heard.taken_at) {
            (Some((at, refused)), _) => {
                p.notice.alarm {
                    strong { (lang.say("A request came and was refused.", "收到请求，但被拒绝。")) } " " (marks::time(guest, *at)) br;
                    (problem::explained(lang, refused))
                }
            }
            (None, Some(at)) => { p.notice { strong { "✓ " (lang.say("Received.", "已收到。")) } " "
                (lang.say("The last request was genuine, at", "最近一次真实请求：")) " " (marks::time(guest, at)) } }
            (None, None) => { p.empty { (lang.say(
                "Waiting for the first event… Send a message to one of its numbers; this line changes by itself.",
                "正在等待第一个事件……请向其任一号码发送短信，此处会自动更新。",
            )) } }
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Nothing {}

/// Closes a connection.
pub(super) async fn retire(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Form {
        visitor,
        fields: Nothing {},
    }: Form<Nothing>,
) -> Result<Redirect, Problem> {
    connections::retire(State(app), visitor.caller, Path(id)).await?;
    Ok(Redirect::to("/connections"))
}
