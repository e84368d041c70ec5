//! API keys: who may come in, and as what.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Redirect;
use honeytoken::Role;
use maud::{Markup, html};
use serde::Deserialize;

use crate::api::json::Body;
use crate::api::keys::{self, KeyIn, KeyOut};
use crate::api::page::ListQuery;
use crate::api::parts::{Path, Query};
use crate::app::App;
use crate::page::form::{Form, filled};
use crate::page::layout::{self, Place};
use crate::page::parts::{marks, pager};
use crate::page::visitor::Visitor;
use crate::page::{Shown, tidied, words};
use crate::problem::Problem;

const ROLES: [Role; 4] = [Role::Admin, Role::Analyst, Role::Auditor, Role::Viewer];

/// Keys in a page.
const ROWS: usize = 50;
/// What the list's cursor is called.
const CURSOR: &str = "keys";

/// The section; nothing for whoever may not see keys.
///
/// # Errors
/// As the API's.
pub(super) async fn section(
    app: &Arc<App>,
    visitor: &Visitor,
    cursor: Option<String>,
) -> Result<Markup, Problem> {
    if visitor.caller.may_audit().is_err() {
        return Ok(html! {});
    }
    let wanted = ListQuery {
        cursor,
        ..ListQuery::default()
    };
    let wanted = tidied(wanted, ROWS);
    let list = keys::list(
        State(Arc::clone(app)),
        visitor.caller.clone(),
        Query(wanted),
    )
    .await?
    .0;
    let lang = visitor.guest.lang;
    Ok(html! {
        section aria-labelledby="keys" {
            h2 #keys { (lang.say("Keys and roles", "密钥与角色")) }
            div.scroll tabindex="0" role="group" aria-labelledby="keys" { table {
                thead { tr {
                    th scope="col" { (lang.say("Key", "密钥")) } th scope="col" { (lang.say("Role", "角色")) }
                    th scope="col" { (lang.say("Whose", "持有人")) } th scope="col" { (lang.say("Action", "操作")) }
                } }
                tbody { @for key in &list.items { (row(visitor, key)) } }
            } }
            (pager::named(&visitor.guest, CURSOR, "keys", list.next_cursor.as_deref()))
            @if visitor.caller.role.may_administer() { (new(visitor)) }
        }
    })
}

fn row(visitor: &Visitor, key: &KeyOut) -> Markup {
    let lang = visitor.guest.lang;
    html! { tr {
        th scope="row" { code { (key.id) } @if key.id == visitor.caller.key.as_str() { " " span.pill { (lang.say("yours", "当前")) } } }
        td { (words::role(lang, key.role)) }
        td { (key.name.as_deref().unwrap_or("—")) }
        td { @if visitor.caller.role.may_administer() {
            form method="post" action={ "/settings/keys/" (key.id) "/revoke" }
                data-ask=(lang.say("Revoke this key? Whoever uses it is shut out at once.", "吊销此密钥？使用者将立即失去访问权限。")) {
                (layout::token(visitor))
                button.quiet.danger type="submit" aria-label={ (lang.say("Revoke", "吊销")) " " (key.id) } { (lang.say("Revoke", "吊销")) }
            }
        } }
    } }
}

fn new(visitor: &Visitor) -> Markup {
    let lang = visitor.guest.lang;
    html! {
        form.inline method="post" action="/settings/keys" {
            (layout::token(visitor))
            div { label for="role" { (lang.say("Role", "角色")) }
                select #role name="role" {
                    @for role in ROLES.into_iter().rev() { option value=(role.as_str()) { (words::role(lang, role)) } }
                } }
            div { label for="name" { (lang.say("Whose", "持有人")) } input #name name="name" maxlength="100" autocomplete="off"; }
            div { button type="submit" { (lang.say("Make a key", "创建密钥")) } }
        }
    }
}

/// What the form sends.
#[derive(Deserialize)]
pub(in crate::page) struct Wish {
    role: Role,
    #[serde(default)]
    name: String,
}

/// Makes a key and shows it, this once.
pub(in crate::page) async fn create(
    State(app): State<Arc<App>>,
    Form { visitor, fields }: Form<Wish>,
) -> Result<Shown, Problem> {
    let body = KeyIn {
        role: fields.role,
        name: filled(&fields.name),
    };
    let made = keys::create(State(app), visitor.caller.clone(), Body(body))
        .await?
        .1
        .0;
    let lang = visitor.guest.lang;
    let title = lang.say("A new key", "新密钥");
    let body = html! {
        p.crumbs { a href="/settings" { (lang.say("Settings", "设置")) } }
        h1 { (title) }
        p.notice.warn { (lang.say("It is shown this once and kept nowhere. Copy it now.", "仅显示这一次，系统不保存，请立即复制。")) }
        p.address { (marks::copied(lang, lang.say("key", "密钥"), &made.key)) }
        p { (words::role(lang, made.role)) " · " code { (made.id) } }
    };
    Ok(layout::page(&visitor, Place::Settings, title, &body))
}

#[derive(Deserialize)]
pub(in crate::page) struct Nothing {}

/// Revokes a key.
pub(in crate::page) async fn revoke(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Form {
        visitor,
        fields: Nothing {},
    }: Form<Nothing>,
) -> Result<Redirect, Problem> {
    keys::revoke(State(app), visitor.caller, Path(id)).await?;
    Ok(Redirect::to("/settings"))
}
