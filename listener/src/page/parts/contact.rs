//! A contact as people read it.

use maud::{Markup, html};

use super::{code, marks, recording};
use crate::api::contacts::ContactOut;
use crate::page::guest::Guest;
use crate::page::words;

/// A contact in an inbox: its code large, if it brings one.
pub(in crate::page) fn letter(guest: &Guest, contact: &ContactOut) -> Markup {
    let lang = guest.lang;
    let code = contact.text.as_deref().and_then(code::code_in);
    html! {
        li.letter {
            p.meta {
                strong { (words::medium(lang, contact.kind)) }
                " " (lang.say("from", "来自")) " " code { (contact.from.as_deref().unwrap_or(lang.say("withheld", "未显示"))) }
                " · " (seconds(guest, contact))
            }
            @if let Some(code) = &code {
                p.big { (marks::copied(lang, lang.say("code", "验证码"), code)) }
            }
            @if let Some(text) = &contact.text { p.said dir="auto" { (text) } }
            (recording::players(lang, contact))
            p.meta { (marks::cause(lang, marks::cause_of(contact.cause)))
                @if let Some(word) = &contact.label { (marks::label(lang, word)) }
                @if let Some(s) = contact.duration_s { " · " (s) " " (lang.say("s", "秒")) }
                @if contact.duplicate_of.is_some() { " · " (lang.say("told again", "重复通知")) }
            }
        }
    }
}

fn seconds(guest: &Guest, contact: &ContactOut) -> Markup {
    html! { time datetime=(contact.received_at) { (guest.second(contact.received_at)) } }
}

/// Contacts as a table.
pub(in crate::page) fn table(guest: &Guest, label: &str, contacts: &[ContactOut]) -> Markup {
    let lang = guest.lang;
    html! {
        div.scroll tabindex="0" role="group" aria-label=(label) { table.contacts {
            thead { tr {
                th scope="col" { (lang.say("Received", "收到时间")) }
                th scope="col" { (lang.say("Kind", "类型")) }
                th scope="col" { (lang.say("From", "来自")) }
                th scope="col" { (lang.say("To", "号码")) }
                th scope="col" { (lang.say("Cause", "原因")) }
                th scope="col" { (lang.say("What it said", "内容")) }
            } }
            tbody { @for contact in contacts { (row(guest, contact)) } }
        } }
    }
}

fn row(guest: &Guest, contact: &ContactOut) -> Markup {
    let lang = guest.lang;
    let party = |party: &Option<String>| {
        party
            .clone()
            .unwrap_or_else(|| lang.say("withheld", "未显示").to_owned())
    };
    html! { tr #{ "entry-" (contact.index) } {
        td { a href={ "/contacts/" (contact.index) } { (marks::time(guest, contact.received_at)) } }
        td { (words::medium(lang, contact.kind)) @if let Some(s) = contact.duration_s.filter(|s| *s > 0) { " " (s) " " (lang.say("s", "秒")) } }
        td { code { (party(&contact.from)) } }
        td { code { (party(&contact.to)) } }
        td { (marks::cause(lang, marks::cause_of(contact.cause)))
            @if let Some(word) = &contact.label { (marks::label(lang, word)) }
            @if let Some(platform) = &contact.platform { br; a href={ "/platforms/" (platform) } { (platform) } }
            @if let Some(campaign) = &contact.campaign { br; a href={ "/campaigns/" (campaign) } { (lang.say("campaign ", "团伙 ")) (campaign) } } }
        td.text dir="auto" { (contact.text.as_deref().unwrap_or("—")) (recording::players(lang, contact)) }
    } }
}
