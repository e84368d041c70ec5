//! One honeytoken: number and persona to type into a form, and the inbox of that number, live.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use honeytoken::RequestKind;
use maud::{Markup, html};
use serde::Deserialize;

use super::Shown;
use super::chinese::warnings::warning;
use super::form::Form;
use super::issue::CONSENTS;
use super::lang::Lang;
use super::layout::{self, Place};
use super::parts::{contact, marks, pager};
use super::visitor::Visitor;
use crate::api::contacts::{self, ContactOut};
use crate::api::honeytokens::{self, HoneytokenOut, RequestIn};
use crate::api::json::Body;
use crate::api::page::{ListQuery, Page};
use crate::api::parts::{Path, Query};
use crate::app::App;
use crate::problem::Problem;

/// Contacts in a page of an inbox.
const LETTERS: usize = 25;

/// What the page shows.
struct Token {
    token: HoneytokenOut,
    platform: String,
    /// None where the visitor may not see what came.
    inbox: Option<Page<ContactOut>>,
}

/// The page.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Shown, Problem> {
    let token = honeytokens::one(State(Arc::clone(&app)), visitor.caller.clone(), Path(id))
        .await?
        .0;
    let inbox = match visitor.caller.role.may_see_personal_data() {
        true => Some(inbox(&app, &visitor, &token, query).await?),
        false => None,
    };
    let platform = token.platform.parse().ok().and_then(|id| {
        let state = app.recorder.view().state();
        state.registry.platform(&id).map(|p| p.name.clone())
    });
    let platform = platform.unwrap_or_else(|| token.platform.clone());
    let page = Token {
        token,
        platform,
        inbox,
    };
    let title = page.platform.clone();
    Ok(layout::page(
        &visitor,
        Place::Issue,
        &title,
        &markup(&visitor, &page),
    ))
}

async fn inbox(
    app: &Arc<App>,
    visitor: &Visitor,
    token: &HoneytokenOut,
    query: ListQuery,
) -> Result<Page<ContactOut>, Problem> {
    let query = ListQuery {
        line: Some(token.number.clone()),
        cursor: super::tidied(query, LETTERS).cursor,
        limit: Some(LETTERS),
        ..ListQuery::default()
    };
    let list = contacts::list(State(Arc::clone(app)), visitor.caller.clone(), Query(query)).await?;
    Ok(list.0)
}

fn markup(visitor: &Visitor, page: &Token) -> Markup {
    let (lang, token) = (visitor.guest.lang, &page.token);
    html! {
        p.crumbs { a href="/honeytokens" { (lang.say("Honeytokens", "蜜标")) } }
        h1 { a href={ "/platforms/" (token.platform) } { (page.platform) } }
        @if token.ended { p.notice.warn { (lang.say("This placement has ended.", "此次发放已结束。")) } }
        div.desk {
            section aria-labelledby="who" {
                h2 #who { (lang.say("Type this into its form", "填入其注册表单")) }
                (persona(lang, token))
                (facts(visitor, token))
            }
            section aria-labelledby="inbox-title" {
                h2 #inbox-title { (lang.say("Inbox of this number", "此号码的收件箱")) span.live aria-hidden="true" {} }
                (letters(visitor, page))
            }
        }
        @if visitor.caller.role.may_work() && !token.ended { (requests(visitor, token)) }
        (layout::live())
    }
}

fn persona(lang: Lang, token: &HoneytokenOut) -> Markup {
    let hidden = || html! { p.hint { (lang.say("Number and persona are closed to your role.", "号码和身份不对您的角色开放。")) } };
    let Some(persona) = &token.persona else {
        return hidden();
    };
    let rows = [
        (lang.say("Number", "号码"), Some(&token.number)),
        (lang.say("Name", "姓名"), Some(&persona.name)),
        (lang.say("Given name", "名"), persona.given.as_ref()),
        (lang.say("Family name", "姓"), persona.family.as_ref()),
        (
            lang.say("In Latin letters", "拼音"),
            persona.romanised.as_ref(),
        ),
        (lang.say("E-mail", "邮箱"), persona.email.as_ref()),
    ];
    html! { dl.persona { @for (name, value) in rows {
        @if let Some(value) = value { div { dt { (name) } dd { (marks::copied(lang, name, value)) } } }
    } } }
}

fn facts(visitor: &Visitor, token: &HoneytokenOut) -> Markup {
    let lang = visitor.guest.lang;
    let drawn = match token.placing {
        Some("lot") => lang.say("drawn by lot", "随机抽取"),
        Some(_) => lang.say("chosen by hand", "人工指定"),
        None => lang.say("not known", "未知"),
    };
    html! {
        dl.sums {
            div { dt { (lang.say("Registered", "注册时间")) } dd { (marks::time(&visitor.guest, token.registered_at)) } }
            div { dt { (lang.say("Number", "号码")) } dd { (drawn) } }
            @for (name, ticked) in &token.consent.0 {
                div { dt { (consent(lang, name)) } dd { (if *ticked { lang.say("yes", "是") } else { lang.say("no", "否") }) } }
            }
            @for made in &token.requests {
                div { dt { (request_word(lang, made.kind)) } dd { (marks::time(&visitor.guest, made.at)) } }
            }
        }
        @for said in &token.warnings { p.hint { "⚠ " (warning(lang, said)) } }
    }
}

fn consent(lang: Lang, name: &str) -> &str {
    let known = CONSENTS.iter().find(|(known, ..)| *known == name);
    known.map_or(name, |(_, en, zh)| lang.say(en, zh))
}

fn letters(visitor: &Visitor, page: &Token) -> Markup {
    let lang = visitor.guest.lang;
    html! {
        div #inbox data-live="contact" aria-live="polite" {
            @match &page.inbox {
                None => { p.hint { (lang.say("What came is closed to your role.", "来电来信不对您的角色开放。")) } }
                Some(inbox) if inbox.items.is_empty() => { p.empty { (lang.say(
                    "Nothing has come yet. What comes appears here by itself.",
                    "还没有收到任何内容；收到后会自动显示在这里。",
                )) } }
                Some(inbox) => {
                    ul.letters { @for letter in &inbox.items { (contact::letter(&visitor.guest, letter)) } }
                    (pager::pager(&visitor.guest, inbox.next_cursor.as_deref()))
                    @if inbox.next_cursor.is_some() { p.actions { a href={ "/contacts?line=" (page.token.number.replace('+', "%2B")) } {
                        (lang.say("All that reached this number", "此号码的全部来电来信")) } } }
                }
            }
        }
    }
}

const fn request_word(lang: Lang, kind: RequestKind) -> &'static str {
    match kind {
        RequestKind::OptOut => lang.say("Opted out", "已退订"),
        RequestKind::Erasure => lang.say("Asked for erasure", "已要求删除"),
        RequestKind::Access => lang.say("Asked for access", "已要求查阅"),
    }
}

fn requests(visitor: &Visitor, token: &HoneytokenOut) -> Markup {
    let lang = visitor.guest.lang;
    let kinds = [
        ("opt_out", lang.say("It opted out of marketing", "退订营销")),
        (
            "erasure",
            lang.say("It asked for its data to be erased", "要求删除数据"),
        ),
        (
            "access",
            lang.say("It asked what is held about it", "要求查阅数据"),
        ),
    ];
    html! {
        section aria-labelledby="asked" {
            h2 #asked { (lang.say("What the persona asked for", "此身份提出过的要求")) }
            p { (lang.say(
                "Note it when you have done it at the platform: contact afterwards is a finding of its own.",
                "在平台上操作后请在此记录：此后的联系本身就是一项发现。",
            )) }
            form.actions method="post" action={ "/honeytokens/" (token.id) "/requests" } {
                (layout::token(visitor))
                @for (kind, words) in kinds { button.quiet type="submit" name="kind" value=(kind) { (words) } }
            }
            form.actions method="post" action={ "/honeytokens/" (token.id) "/end" }
                data-ask=(lang.say("End this placement? It stays on the record.", "结束此次发放？记录会保留。")) {
                (layout::token(visitor))
                button.quiet.danger type="submit" { (lang.say("The account was closed: end the placement", "账号已注销：结束发放")) }
            }
        }
    }
}

/// What the persona asked for.
#[derive(Deserialize)]
pub(super) struct Asked {
    kind: RequestKind,
}

/// Notes that the persona asked for something.
pub(super) async fn request(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Form { visitor, fields }: Form<Asked>,
) -> Result<Response, Problem> {
    let body = RequestIn {
        kind: fields.kind,
        at: None,
    };
    let back = format!("/honeytokens/{id}");
    honeytokens::request(State(app), visitor.caller, Path(id), Body(body))
        .await
        .map(drop)?;
    Ok(Redirect::to(&back).into_response())
}

#[derive(Deserialize)]
pub(super) struct Nothing {}

/// Ends a placement.
pub(super) async fn end(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Form {
        visitor,
        fields: Nothing {},
    }: Form<Nothing>,
) -> Result<Response, Problem> {
    let back = format!("/honeytokens/{id}");
    honeytokens::end(State(app), visitor.caller, Path(id)).await?;
    Ok(Redirect::to(&back).into_response())
}
