//! A finding as a small picture for other pages.

use attribution::Class;
use maud::html;

use super::gather::{Published, Standing, path};
use super::site::{Media, Site};
use crate::page::lang::Lang;

/// Width of a letter and of a Han character, and the space at each end, in pixels.
const LETTER: usize = 7;
const HAN: usize = 12;
const SPACE: usize = 8;

/// Puts it beside its finding; the place of one that a newer finding took leads to the newer one's.
pub(super) fn add(site: &mut Site, one: &Published) {
    let of = |path: String| format!("{path}/badge.svg");
    match one.state {
        Standing::Superseded(newest) => site.lead(of(one.path()), &of(path(newest))),
        _ => site.add(of(one.path()), Media::Svg, |lang| svg(one, lang)),
    }
}

/// The picture. It shrinks to a quarter of an hour's news: what was found, nothing else.
fn svg(one: &Published, lang: Lang) -> Vec<u8> {
    let label = lang.say("phone numbers", "号码");
    let (word, colour) = said(one, lang);
    let (left, right) = (width(label), width(word));
    let all = left + right;
    let title = one.title(lang);
    let svg = html! {
        svg xmlns="http://www.w3.org/2000/svg" width=(all) height="20" role="img" aria-label=(title) {
            title { (title) }
            rect width=(left) height="20" fill="#33383d" {}
            rect x=(left) width=(right) height="20" fill=(colour) {}
            g fill="#fff" text-anchor="middle" font-family="Verdana,'Noto Sans CJK SC',sans-serif" font-size="11" {
                text x=(left / 2) y="14" { (label) }
                text x=(left + right / 2) y="14" { (word) }
            }
        }
    };
    svg.into_string().into_bytes()
}

fn said(one: &Published, lang: Lang) -> (&'static str, &'static str) {
    match (&one.state, one.class) {
        (Standing::Withdrawn(..), _) => (lang.say("withdrawn", "已撤回"), "#575c62"),
        (Standing::Moved | Standing::Superseded(_), _) => {
            (lang.say("under review", "复核中"), "#575c62")
        }
        (_, class) => {
            let colour = match class {
                Class::Leaked | Class::Resold => "#a3271c",
                Class::FirstParty | Class::Disclosed => "#6f4c00",
                Class::Quiet => "#0b6b5d",
                Class::Insufficient => "#575c62",
            };
            (report::class_word(class, lang.language()), colour)
        }
    }
}

fn width(text: &str) -> usize {
    let letters = text
        .chars()
        .map(|c| if c.is_ascii() { LETTER } else { HAN });
    letters.sum::<usize>() + 2 * SPACE
}
