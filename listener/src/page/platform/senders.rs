//! Who reached a platform's numbers, sender by sender.

use std::sync::Arc;

use maud::{Markup, html};

use super::Platform;
use crate::api::senders::{self, SenderOut, SendersOut};
use crate::app::App;
use crate::page::lang::said;
use crate::page::parts::{marks, pager};
use crate::page::visitor::Visitor;
use crate::problem::Problem;

/// What the list's cursor is called.
const CURSOR: &str = "senders";
/// Senders on the page.
const ROWS: usize = 15;

/// Who reached its numbers.
///
/// # Errors
/// As the API's.
pub(super) async fn of(
    app: &Arc<App>,
    visitor: &Visitor,
    id: &str,
    cursor: Option<String>,
) -> Result<SendersOut, Problem> {
    senders::of(app, &visitor.caller, id, cursor, ROWS).await
}

/// The section.
pub(super) fn section(visitor: &Visitor, platform: &Platform) -> Markup {
    let lang = visitor.guest.lang;
    let (count, looked_at) = (platform.senders.in_all, platform.senders.looked_at);
    html! {
        section aria-labelledby="senders" {
            h2 #senders { (lang.say("Senders", "发送方")) }
            @if count == 0 { p.hint { (lang.say("Nobody has called or written.", "还没有人来电或来信。")) } }
            @else {
                p.hint { (said!(lang,
                    "{count} in its newest {looked_at} contacts, the most frequent first. A caller id can be forged.",
                    "最近 {looked_at} 次联系中有 {count} 个，最频繁的在前。来电显示可以伪造。"
                )) }
                div.scroll tabindex="0" role="group" aria-labelledby="senders" { table {
                    thead { tr {
                        th scope="col" { (lang.say("From", "来自")) }
                        th.number scope="col" { (lang.say("Contacts", "联系")) }
                        th.number scope="col" { (lang.say("Numbers", "号码")) }
                        th scope="col" { (lang.say("First", "最早")) }
                        th scope="col" { (lang.say("Last", "最近")) }
                        th scope="col" { (lang.say("Causes", "原因")) }
                    } }
                    tbody { @for sender in &platform.senders.items { (row(visitor, sender)) } }
                } }
                (pager::named(&visitor.guest, CURSOR, "senders", platform.senders.next_cursor.as_deref()))
            }
        }
    }
}

fn row(visitor: &Visitor, sender: &SenderOut) -> Markup {
    let (guest, lang) = (&visitor.guest, visitor.guest.lang);
    html! { tr {
        th scope="row" { code { (sender.from.as_deref().unwrap_or(lang.say("withheld", "未显示"))) } }
        td.number { (sender.contacts) }
        td.number { (sender.numbers) }
        td { (marks::day(guest, sender.first_at)) }
        td { (marks::day(guest, sender.last_at)) }
        td { @for (cause, count) in &sender.causes { (marks::cause(lang, *cause)) " " (count) " " } }
    } }
}
