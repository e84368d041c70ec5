//! What would change a verdict.

use attribution::Class;
use maud::{Markup, html};

use super::Platform;
use crate::page::lang::{Lang, said};
use crate::page::parts::marks;
use crate::page::visitor::Visitor;

/// The section.
pub(super) fn section(visitor: &Visitor, platform: &Platform) -> Markup {
    let lang = visitor.guest.lang;
    html! {
        section aria-labelledby="doubt" {
            h2 #doubt { (lang.say("What would change this verdict", "什么会改变这一结论")) }
            ul { @for sentence in sentences(lang, platform) { li { (sentence) } } }
        }
    }
}

fn sentences(lang: Lang, platform: &Platform) -> Vec<String> {
    let verdict = &platform.verdict;
    match verdict.class {
        Class::Leaked | Class::Resold => accused(lang),
        class => {
            let mut all = vec![stronger(lang, platform)];
            all.extend((class == Class::Insufficient).then(|| longer(lang, platform)));
            all.push(lang.say(
                "More numbers with it, in different blocks and drawn by lot: leaks show sooner.",
                "给它更多号码（不同号段、随机抽取）：泄露会更早显现。",
            ).to_owned());
            all
        }
    }
}

/// It stands, as it was promised; what would show it wrong.
fn accused(lang: Lang) -> Vec<String> {
    let all = [
        lang.say(
            "Quiet days from now on do not: the error rate was promised for the moment of accusing, with what was known then.",
            "此后的平静不会改变它：误判率是就认定当时、以当时所知作出的承诺。",
        ),
        lang.say(
            "It would be wrong if its numbers were known to others by another way: published, given to a second service, or sold by the carrier. Write down what you learn as a note.",
            "如果号码经由其他途径外泄（被公开、又给了别的服务、或由运营商售出），结论就不成立。请把了解到的情况记为备注。",
        ),
        lang.say(
            "It would be weaker if controls bought with them were hit in the same way: then the leak lies further up.",
            "如果同批购入的对照号码同样受扰，结论会减弱：泄露源头在更上游。",
        ),
    ];
    all.map(str::to_owned).into()
}

/// How much stronger evidence would have to be.
fn stronger(lang: Lang, platform: &Platform) -> String {
    let (alpha, fdr) = (platform.alpha, platform.verdict.fdr);
    let level = marks::percent(alpha);
    if fdr < 1.0 {
        let (times, now) = (format!("{:.1}", fdr / alpha), marks::percent(fdr));
        return said!(
            lang,
            "Evidence {times} times as strong: its error rate would fall from {now} to {level}, at which a platform is accused.",
            "证据再强 {times} 倍：误判率将从 {now} 降至 {level}，即认定泄露的水平。"
        );
    }
    let needed = format!("{:.0}", platform.watched.max(WATCHED_MIN) as f64 / alpha);
    let e_value = format!("{:.2}", platform.verdict.e_value);
    said!(
        lang,
        "Evidence of an e-value of about {needed} (now {e_value}), if no other platform is accused; fewer if others are.",
        "证据的 e 值达到约 {needed}（现为 {e_value}），前提是没有其他平台被认定；若有，则所需更少。"
    )
}

/// So many platforms are counted as watched at least, see `attribution`.
const WATCHED_MIN: usize = 20;

fn longer(lang: Lang, platform: &Platform) -> String {
    let days = format!("{:.1}", platform.verdict.exposure_days);
    said!(
        lang,
        "More proven time: its numbers were known to be alive for {days} days in all. Heartbeats or test messages prove the rest.",
        "更多已证明的在线时间：目前累计 {days} 天。心跳或测试短信可以证明其余时间。"
    )
}
