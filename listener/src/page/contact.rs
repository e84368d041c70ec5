//! One call or message: what came, why the program thinks so, and what an analyst calls it.

use std::sync::Arc;

use attribution::Cause;
use axum::extract::State;
use axum::response::{Redirect, Response};
use honeytoken::Authentication;
use maud::{Markup, html};
use report::complaint::{AUTHORITIES, Authority};
use serde::Deserialize;

use super::Shown;
use super::form::{Form, filled};
use super::lang::Lang;
use super::layout::{self, Place};
use super::parts::{marks, pager, recording};
use super::visitor::Visitor;
use super::words;
use crate::api::complaints::{self, ComplaintQuery};
use crate::api::contacts::{self, ContactOut};
use crate::api::json::Body;
use crate::api::notes::{self, NoteIn, NoteOut, NotesQuery};
use crate::api::page::{ListQuery, Page};
use crate::api::parts::{Path, Query};
use crate::app::App;
use crate::problem::Problem;

/// Notes on the page.
const NOTES: usize = 20;
/// The longest note that the form takes, in characters.
const NOTE_CHARS_MAX: usize = 5_000;

/// The page.
pub(super) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Path(index): Path<u64>,
    Query(query): Query<ListQuery>,
) -> Result<Shown, Problem> {
    let asked = (State(Arc::clone(&app)), visitor.caller.clone());
    let contact = contacts::one(asked.0, asked.1, Path(index)).await?.0;
    let notes = match visitor.caller.role.may_see_personal_data() {
        true => Some(noted(&app, &visitor, index, query).await?),
        false => None,
    };
    let lang = visitor.guest.lang;
    let title = lang.say("A call or message", "一次来电或来信");
    let body = markup(&visitor, &contact, notes.as_ref());
    Ok(layout::page(&visitor, Place::Contacts, title, &body))
}

async fn noted(
    app: &Arc<App>,
    visitor: &Visitor,
    index: u64,
    query: ListQuery,
) -> Result<Page<NoteOut>, Problem> {
    let query = ListQuery {
        limit: Some(NOTES),
        cursor: super::tidied(query, NOTES).cursor,
        ..ListQuery::default()
    };
    let about = NotesQuery { entry: Some(index) };
    let asked = (State(Arc::clone(app)), visitor.caller.clone());
    let list = notes::list(asked.0, asked.1, Query(query), Query(about)).await?;
    Ok(list.0)
}

fn markup(visitor: &Visitor, contact: &ContactOut, notes: Option<&Page<NoteOut>>) -> Markup {
    let lang = visitor.guest.lang;
    let withheld = lang.say("withheld", "未显示");
    html! {
        p.crumbs { a href="/contacts" { (lang.say("Contacts", "来电来信")) } }
        h1 { (words::medium(lang, contact.kind)) " " (lang.say("from", "来自")) " "
            code { (contact.from.as_deref().unwrap_or(withheld)) } }
        @if let Some(text) = &contact.text { p.letter.said dir="auto" { (text) } }
        (recording::players(lang, contact))
        (facts(visitor, contact))
        (later(visitor, contact))
        (label(visitor, contact))
        @if let Some(notes) = notes { (noted_section(visitor, contact, notes)) }
        (complaint(visitor, contact))
    }
}

fn facts(visitor: &Visitor, contact: &ContactOut) -> Markup {
    let (guest, lang) = (&visitor.guest, visitor.guest.lang);
    html! {
        dl.sums.wider {
            div { dt { (lang.say("Received", "收到时间")) } dd { (marks::time(guest, contact.received_at)) } }
            @if let Some(at) = contact.claimed_at { div { dt { (lang.say("By the provider's clock", "服务商所记时间")) } dd { (marks::time(guest, at)) } } }
            div { dt { (lang.say("Number", "号码")) } dd { code { (contact.to.as_deref().unwrap_or("—")) } } }
            @if let Some(platform) = &contact.platform { div { dt { (lang.say("Through", "经由平台")) } dd { a href={ "/platforms/" (platform) } { (platform) } } } }
            div { dt { (lang.say("Cause", "原因")) } dd { (marks::cause(lang, marks::cause_of(contact.cause))) } }
            @if let Some(campaign) = &contact.campaign { div { dt { (lang.say("Campaign", "团伙")) } dd { (super::campaigns::link(campaign)) } } }
            @if let Some(s) = contact.duration_s { div { dt { (lang.say("Length", "时长")) } dd { (s) " " (lang.say("s", "秒")) } } }
            @if !contact.call_back_numbers.is_empty() { div { dt { (lang.say("Asks to call", "要求回拨")) } dd { @for n in &contact.call_back_numbers { code { (n) } " " } } } }
            @if let Some(first) = contact.duplicate_of { div { dt { (lang.say("Told again, first in", "重复通知，首次见")) } dd { a href={ "/contacts/" (first) } { (first) } } } }
            @if let Some(attestation) = &contact.attestation { div { dt { "STIR/SHAKEN" } dd { (attestation) } } }
            div { dt { (lang.say("How it was proven", "来源验证")) } dd { (proof(lang, contact.authentication)) } }
            div { dt { (lang.say("Connection", "连接")) } dd { (contact.connection) } }
            div { dt { (lang.say("Entry in the log", "日志条目")) } dd { (contact.index) } }
        }
    }
}

const fn proof(lang: Lang, authentication: Authentication) -> &'static str {
    match authentication {
        Authentication::SignatureBody => {
            lang.say("signed by the provider over its words", "服务商对内容签名")
        }
        Authentication::MacBody => lang.say(
            "sealed over its words with a shared secret",
            "以共享密钥对内容校验",
        ),
        Authentication::ProviderApi => {
            lang.say("read from the provider's own list", "取自服务商自己的记录")
        }
        Authentication::MacWithoutBody => lang.say(
            "a shared secret that leaves its words open",
            "共享密钥，但不覆盖内容",
        ),
        Authentication::SharedSecret => {
            lang.say("a password or a secret address", "密码或秘密地址")
        }
        Authentication::None => lang.say("nothing", "无"),
        Authentication::Imported => lang.say("imported by an operator", "由操作者导入"),
        Authentication::ByHand => lang.say("typed in by an operator", "由操作者录入"),
    }
}

/// Later stages of a call, as they were told.
fn later(visitor: &Visitor, contact: &ContactOut) -> Markup {
    let (guest, lang) = (&visitor.guest, visitor.guest.lang);
    html! {
        @if !contact.events.is_empty() {
            section aria-labelledby="later" {
                h2 #later { (lang.say("What followed", "后续")) }
                ul { @for event in &contact.events { li {
                    (marks::time(guest, event.received_at)) " · " (words::medium(lang, event.kind)) " · " (words::phase(lang, &event.phase))
                    @if let Some(text) = &event.text { br; span.said dir="auto" { (text) } }
                } } }
            }
        }
    }
}

fn label(visitor: &Visitor, contact: &ContactOut) -> Markup {
    let lang = visitor.guest.lang;
    let given = contact.label.as_deref();
    html! {
        section aria-labelledby="label" {
            h2 #label { (lang.say("What you call it", "您的标注")) }
            p { @match given {
                Some(word) => { (marks::label(lang, word)) }
                None => { (lang.say("Nobody has labelled it.", "尚无人标注。")) }
            } }
            p.hint { (lang.say(
                "A label stands beside the program's cause and never moves a verdict. What does is the platform's own description, its declared partners, and what controls hear.",
                "标注与程序判定的原因并列，但绝不会改变结论。能影响结论的是：平台自身的描述、已声明的合作方，以及对照号码收到的内容。",
            )) }
            @if visitor.caller.role.may_work() {
                form.stack method="post" action={ "/contacts/" (contact.index) "/notes" } {
                    (layout::token(visitor))
                    label for="word" { (lang.say("It is", "属于")) }
                    select #word name="label" {
                        option value="" { (lang.say("no label, a note only", "不标注，仅备注")) }
                        @for cause in Cause::ALL { option value=(cause.as_str()) selected[given == Some(cause.as_str())] {
                            (report::cause_word(*cause, lang.language())) } }
                    }
                    label for="text" { (lang.say("Why", "理由")) }
                    textarea #text name="text" rows="3" maxlength=(NOTE_CHARS_MAX) {}
                    button type="submit" { (lang.say("Write down", "记录")) }
                }
            }
        }
    }
}

fn noted_section(visitor: &Visitor, contact: &ContactOut, notes: &Page<NoteOut>) -> Markup {
    let (guest, lang) = (&visitor.guest, visitor.guest.lang);
    html! {
        @if !notes.items.is_empty() {
            section aria-labelledby="notes" {
                h2 #notes { (lang.say("Notes", "备注")) }
                ul.letters { @for note in &notes.items { li.letter id={ "note-" (note.index) } {
                    @if let Some(word) = &note.label { p { (marks::label(lang, word)) } }
                    @if !note.text.is_empty() { p.said dir="auto" { (note.text) } }
                    p.meta { (marks::time(guest, note.at)) " · " (note.by.as_deref().unwrap_or_default())
                        " · " (lang.say("about entry", "关于条目")) " " (contact.index) }
                } } }
                (pager::pager(guest, notes.next_cursor.as_deref()))
            }
        }
    }
}

fn complaint(visitor: &Visitor, contact: &ContactOut) -> Markup {
    let lang = visitor.guest.lang;
    let takes = |authority: &&&Authority| match contact.kind {
        "sms" => authority.takes.messages,
        "call" => authority.takes.calls,
        _ => false,
    };
    html! {
        @if visitor.caller.role.may_see_personal_data() {
            section aria-labelledby="complain" {
                h2 #complain { (lang.say("Complain about it", "投诉")) }
                p { (lang.say(
                    "A form, filled from the log; you complete and send it.",
                    "按日志填好的表格，由您补全并提交。",
                )) }
                form.choices method="post" action={ "/contacts/" (contact.index) "/complaint" } {
                    (layout::token(visitor))
                    @for authority in AUTHORITIES.iter().filter(takes) {
                        button.quiet type="submit" name="authority" value=(authority.id) { (authority.name) }
                    }
                }
            }
        }
    }
}

/// A note or label as the form sends it.
#[derive(Deserialize)]
pub(super) struct Written {
    #[serde(default)]
    label: String,
    #[serde(default)]
    text: String,
}

/// Writes a note down, or a label.
pub(super) async fn note(
    State(app): State<Arc<App>>,
    Path(index): Path<u64>,
    Form { visitor, fields }: Form<Written>,
) -> Result<Redirect, Problem> {
    let note = NoteIn {
        platform: None,
        entry: Some(index),
        text: fields.text.trim().to_owned(),
        label: filled(&fields.label),
    };
    notes::create(State(app), visitor.caller, Body(note))
        .await
        .map(drop)?;
    Ok(Redirect::to(&format!("/contacts/{index}#label")))
}

/// To whom.
#[derive(Deserialize)]
pub(super) struct To {
    authority: String,
}

/// A complaint form, filled.
pub(super) async fn complain(
    State(app): State<Arc<App>>,
    Path(index): Path<u64>,
    Form { visitor, fields }: Form<To>,
) -> Result<Response, Problem> {
    let query = Query(ComplaintQuery::of(&fields.authority));
    complaints::of_contact(State(app), visitor.caller, Path(index), query).await
}
