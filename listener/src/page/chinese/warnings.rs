//! What is said beside something that was done.

use crate::page::lang::Lang;

/// A warning in the reader's language.
pub(in crate::page) fn warning(lang: Lang, english: &str) -> &str {
    lang.say(english, chinese(english).unwrap_or(english))
}

fn chinese(english: &str) -> Option<&'static str> {
    let known = [
        (
            "line was chosen",
            "号码为人工指定而非随机抽取，所声明的误判率以随机抽取为前提",
        ),
        (
            "no control",
            "没有同服务商、同国家、同号段的对照号码；请抽取对照",
        ),
        (
            "number is not assigned",
            "号码不在所属国家的号码规划内；用于测试无妨",
        ),
        (
            "line has no soak",
            "号码没有静默期，无从得知它本来会收到什么；建议 30 天",
        ),
        (
            "soak is over",
            "静默期在开始之前就已结束，无从得知号码本来会收到什么",
        ),
    ];
    let found = known.iter().find(|(begins, _)| english.starts_with(begins));
    found.map(|(_, words)| *words)
}
