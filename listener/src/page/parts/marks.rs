//! Small pieces of text: verdicts, causes, times, things to copy.

use attribution::{Cause, Class};
use honeytoken::Timestamp;
use maud::{Markup, html};
use report::chart::{Chart, Ink};

use crate::page::guest::Guest;
use crate::page::lang::Lang;
use crate::page::words;

/// A class: shape, word and colour.
pub(in crate::page) fn class(lang: Lang, class: Class) -> Markup {
    html! {
        span class={ "mark class-" (class) } title=(words::class_means(lang, class)) {
            span.shape aria-hidden="true" { (shape(class)) }
            (report::class_word(class, lang.language()))
        }
    }
}

const fn shape(class: Class) -> &'static str {
    match class {
        Class::Insufficient => "○",
        Class::Quiet => "●",
        Class::FirstParty => "◐",
        Class::Disclosed => "◑",
        Class::Leaked => "▲",
        Class::Resold => "▲▲",
    }
}

/// A cause, with the colour that charts give it.
pub(in crate::page) fn cause(lang: Lang, cause: Cause) -> Markup {
    html! { span class="mark cause" { span class={ "dot " (Ink::of(cause).class()) } aria-hidden="true" {} (report::cause_word(cause, lang.language())) } }
}

/// What an analyst calls a contact.
pub(in crate::page) fn label(lang: Lang, word: &str) -> Markup {
    html! { span.flag title=(lang.say("An analyst's label; it moves no verdict", "分析员标注，不影响结论")) {
        "✎ " (report::cause_word(cause_of(word), lang.language()))
    } }
}

/// The cause of a word of the API's.
pub(in crate::page) fn cause_of(word: &str) -> Cause {
    let found = Cause::ALL
        .iter()
        .copied()
        .find(|cause| cause.as_str() == word);
    found.unwrap_or(Cause::Unknown)
}

/// A moment to the minute.
pub(in crate::page) fn time(guest: &Guest, at: Timestamp) -> Markup {
    html! { time datetime=(at) title=(guest.second(at)) { (guest.minute(at)) } }
}

/// The day of a moment.
pub(in crate::page) fn day(guest: &Guest, at: Timestamp) -> Markup {
    html! { time datetime=(at) title=(guest.second(at)) { (guest.day(at)) } }
}

/// Something that people take elsewhere.
pub(in crate::page) fn copied(lang: Lang, name: &str, text: &str) -> Markup {
    html! {
        span.copied {
            code { (text) }
            button.quiet.copy type="button" data-copy=(text) data-done=(lang.say("Copied", "已复制"))
                aria-label={ (lang.say("Copy", "复制")) " " (name) } hidden { (lang.say("Copy", "复制")) }
        }
    }
}

/// A chart as reports draw it, with what is to be seen in it; on a phone it is moved sideways.
pub(in crate::page) fn figure(chart: &Chart, id: &str) -> Markup {
    html! {
        figure {
            div.drawing tabindex="0" role="group" aria-label=(chart.title) { (chart.svg(id)) }
            figcaption { (chart.description) }
        }
    }
}

/// A share as a percentage that never claims certainty.
pub(in crate::page) fn percent(share: f64) -> String {
    match share {
        s if s > 0.0 && s < 0.001 => "<0.1%".to_owned(),
        s if s < 1.0 && s > 0.999 => ">99.9%".to_owned(),
        s if !(0.1..=0.9).contains(&s) => format!("{:.1}%", s * 100.0),
        s => format!("{:.0}%", s * 100.0),
    }
}

/// How long ago, or how long, in words.
pub(in crate::page) fn span_of(lang: Lang, seconds: f64) -> String {
    let (count, en, zh) = match seconds {
        s if s < 90.0 => (s, "s", "秒"),
        s if s < 5_400.0 => (s / 60.0, "min", "分钟"),
        s if s < 172_800.0 => (s / 3_600.0, "h", "小时"),
        s => (s / 86_400.0, "days", "天"),
    };
    let unit = lang.say(en, zh);
    format!("{count:.0} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_share_is_rounded_to_certainty() {
        let shown = [0.0, 0.0004, 0.051, 0.5, 0.9994, 0.99999, 1.0].map(percent);
        assert_eq!(
            shown,
            ["0.0%", "<0.1%", "5.1%", "50%", ">99.9%", ">99.9%", "100.0%"]
        );
    }
}
