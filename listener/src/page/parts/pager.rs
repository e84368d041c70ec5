//! The way to the next page of a list.

use maud::{Markup, html};

use crate::page::guest::Guest;

/// A link to where the list goes on, and one to its beginning, if there are such.
pub(in crate::page) fn pager(guest: &Guest, next: Option<&str>) -> Markup {
    links(guest, "cursor", "", next)
}

/// The same for a list whose cursor has a name of its own, where a page has several; its links lead to the
/// element `heading` of the page.
pub(in crate::page) fn named(
    guest: &Guest,
    name: &str,
    heading: &str,
    next: Option<&str>,
) -> Markup {
    links(guest, name, &format!("#{heading}"), next)
}

fn links(guest: &Guest, name: &str, place: &str, next: Option<&str>) -> Markup {
    let lang = guest.lang;
    let prefix = format!("{name}=");
    let begins = |pair: &String| pair.strip_prefix(&prefix).is_some_and(|at| !at.is_empty());
    let is_first = !guest.query.iter().any(begins);
    html! {
        @if next.is_some() || !is_first {
            nav.pager aria-label=(lang.say("Pages of the list", "列表翻页")) {
                @if !is_first { a href={ (guest.again(name, "")) (place) } { (lang.say("First page", "第一页")) } }
                @if let Some(next) = next {
                    a rel="next" href={ (guest.again(name, next)) (place) } { (lang.say("Next page", "下一页")) }
                }
            }
        }
    }
}
