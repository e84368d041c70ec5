//! What people read, in Chinese and English.

use attribution::{Cause, Class, Flag};
use honeytoken::{Basis, Language};

/// One of two wordings.
pub(crate) fn say<'a>(lang: Language, zh: &'a str, en: &'a str) -> &'a str {
    match lang {
        Language::Zh => zh,
        Language::En => en,
    }
}

/// A verdict's class in a few words.
pub fn class_word(class: Class, lang: Language) -> &'static str {
    let (zh, en) = match class {
        Class::Insufficient => ("尚无法判断", "too little to say"),
        Class::Quiet => ("未见异常", "nothing found"),
        Class::FirstParty => ("平台自己营销", "markets itself"),
        Class::Disclosed => ("已声明的第三方", "declared partners"),
        Class::Leaked => ("已泄露", "leaked"),
        Class::Resold => ("被转卖", "resold"),
    };
    say(lang, zh, en)
}

/// A contact's cause in a few words.
pub fn cause_word(cause: Cause, lang: Language) -> &'static str {
    let (zh, en) = match cause {
        Cause::Transactional => ("事务", "transactional"),
        Cause::FirstParty => ("平台营销", "the platform's advertising"),
        Cause::DisclosedPartner => ("已声明的合作方", "declared partner"),
        Cause::Leak => ("泄露", "leak"),
        Cause::Background => ("背景噪声", "background"),
        Cause::PreviousOwner => ("前机主", "previous owner"),
        Cause::Unknown => ("不明", "unknown"),
    };
    say(lang, zh, en)
}

/// A finding beside the class, as a sentence.
pub fn flag_words(flag: Flag, lang: Language) -> &'static str {
    let (zh, en) = match flag {
        Flag::OptOutViolated => (
            "拒绝营销之后仍有营销联系。",
            "Marketing went on after the persona opted out.",
        ),
        Flag::ErasureIgnored => (
            "要求删除个人信息之后仍有联系。",
            "Contacts went on after the persona asked for erasure.",
        ),
        Flag::Impersonated => (
            "有陌生人冒用该平台的名义。",
            "Strangers speak in the platform's name.",
        ),
        Flag::SupplySide => (
            "对照号码同样被联系：泄露可能出在运营商、中间商或我们自己这里。",
            "Controls are hit alike: the leak may lie with a carrier, an aggregator or ourselves.",
        ),
        Flag::JointBlame => (
            "另有平台持有同样的号码，可同样解释这些联系，责任无法区分。",
            "Another platform held the same numbers and explains the same contacts: the blame cannot be told apart.",
        ),
        Flag::Recycled => (
            "其中有号码仍有人找前机主：这些联系不计入对该平台的判断。",
            "One of its numbers is still called for somebody who had it before: those contacts do not speak against the platform.",
        ),
    };
    say(lang, zh, en)
}

/// A piece of the evidence.
pub(crate) fn factor_word(name: &str, lang: Language) -> &str {
    let (zh, en) = match name {
        "rate" => ("登记后开始的活动", "activity after registration"),
        "instant" => ("登记后一小时内的来电", "contact within the hour"),
        "breadth" => ("同一来源接连联系", "callers going on to its others"),
        "token" => ("说出专用姓名", "the decoy's name spoken"),
        other => (other, other),
    };
    say(lang, zh, en)
}
/// What shows that a number lives.
pub(crate) fn basis_word(basis: Basis, lang: Language) -> &'static str {
    let (zh, en) = match basis {
        Basis::ProviderList => ("服务商号码清单", "provider's list"),
        Basis::Asserted => ("操作员声明", "operator's word"),
        Basis::Heartbeat => ("心跳", "heartbeats"),
        Basis::Device => ("持卡手机在线", "the phone's pings"),
        Basis::TestMessage => ("测试短信或来电", "test messages and calls"),
    };
    say(lang, zh, en)
}
