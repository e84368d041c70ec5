//! The way to the next page of a list.

use maud::{Markup, html};

use crate::page::guest::Guest;

/// A link to where the list goes on, and one to its beginning, if there are such.
pub(in crate::page) fn pager(guest: &Guest, next: Option<&str>) -> Markup {
    let lang = guest.lang;
    let is_first = !guest.query.iter().any(|pair| pair.starts_with("cursor="));
    html! {
        @if next.is_some() || !is_first {
            nav.pager aria-label=(lang.say("Pages of the list", "列表翻页")) {
                @if !is_first { a href=(guest.again("cursor", "")) { (lang.say("First page", "第一页")) } }
                @if let Some(next) = next {
                    a rel="next" href=(guest.again("cursor", next)) { (lang.say("Next page", "下一页")) }
                }
            }
        }
    }
}
