//! 12321 网络不良与垃圾信息举报受理中心 (China): 垃圾短信, 骚扰电话, 个人信息泄露.
//!
//! Its form for calls asks for 举报人手机号 (with a code), 被举报号码, 类型, 来电时间, 通话时长, 举报描述 and
//! takes a recording or a picture; by SMS to 12321 a message is reported as `号码*短信内容`. Types follow
//! its quarterly bulletins (<https://www.12321.cn/>).

use super::clock::Zone;
use super::words::Lang;
use super::{Authority, Case, ContactFacts, Medium, Sheet, Takes, letter};

pub(super) const AUTHORITY: Authority = Authority {
    id: "12321",
    name: "12321网络不良与垃圾信息举报受理中心",
    address: "https://www.12321.cn/",
    takes: Takes {
        calls: true,
        messages: true,
        platforms: true,
    },
    country: Some("CN"),
    languages: &[Lang::Zh],
    sheet,
};

fn sheet(case: &Case<'_>, lang: Lang) -> Sheet {
    match (case.is_platform, case.contact) {
        (false, Some(contact)) if contact.medium == Medium::Message => message(case, contact, lang),
        (false, Some(contact)) => call(case, contact, lang),
        _ => platform(case, lang),
    }
}

fn message(case: &Case<'_>, contact: &ContactFacts, lang: Lang) -> Sheet {
    let text = contact.text.clone();
    let by_sms = contact.from.as_ref().zip(text.as_ref());
    common(Sheet::new(lang, "垃圾短信举报"), contact)
        .required("reported_number", "被举报号码", contact.from.clone())
        .required("category", "短信类型", category(contact))
        .required(
            "received_at",
            "接收时间",
            Some(Zone::China.at(contact.at).whole()),
        )
        .required("content", "短信内容", text.clone())
        .optional("links", "短信中的网址", listed(&contact.domains))
        .optional(
            "call_back",
            "短信中的联系号码",
            listed(&contact.call_back_numbers),
        )
        .required("description", "举报描述", Some(description(case)))
        .optional("screenshot", "短信截图", None)
        .optional(
            "by_sms",
            "短信举报方式：将下列内容发送至 12321",
            by_sms.map(|(from, text)| format!("{from}*{text}")),
        )
}

fn call(case: &Case<'_>, contact: &ContactFacts, lang: Lang) -> Sheet {
    let duration = contact.duration_s.map(|s| format!("{s} 秒"));
    let recording = contact.recorded.then(|| "有录音，见证据日志".to_owned());
    common(Sheet::new(lang, "骚扰电话举报"), contact)
        .required("reported_number", "被举报号码", contact.from.clone())
        .required("category", "骚扰类型", category(contact))
        .required(
            "mode",
            "骚扰方式（人工骚扰、录音电话、电话轰炸、响一声）",
            mode(contact),
        )
        .required(
            "received_at",
            "来电时间",
            Some(Zone::China.at(contact.at).whole()),
        )
        .required("duration", "通话时长", duration)
        .optional(
            "call_back",
            "通话中提到的联系号码",
            listed(&contact.call_back_numbers),
        )
        .optional("content", "通话内容", contact.text.clone())
        .required("description", "举报描述", Some(description(case)))
        .optional("recording", "录音或截图", recording)
}

fn platform(case: &Case<'_>, lang: Lang) -> Sheet {
    let platform = case.facts.platform.as_ref();
    let name = platform.map(|p| p.name.clone());
    let number = platform
        .and_then(|p| p.registrations.first())
        .map(|r| r.number.clone());
    Sheet::new(lang, "个人信息泄露举报")
        .required("reporter_phone", "举报人手机号（用于接收验证码）", None)
        .required("code", "短信验证码", None)
        .required("reported_platform", "被举报的网站、应用或单位", name)
        .optional(
            "operator",
            "运营者",
            platform.and_then(|p| p.operator.clone()),
        )
        .optional(
            "domains",
            "网站域名",
            platform.and_then(|p| listed(&p.domains)),
        )
        .required("category", "类型", Some("个人信息泄露".to_owned()))
        .required(
            "leaked_data",
            "被泄露的信息",
            Some("手机号码、登记姓名".to_owned()),
        )
        .optional("leaked_number", "登记的手机号码", number)
        .required("description", "举报描述", Some(description(case)))
        .optional("contacts", "接到的来电和短信", letter::contacts(case, lang))
}

/// Whose number was reached, and who complains.
fn common(sheet: Sheet, contact: &ContactFacts) -> Sheet {
    sheet
        .required("reporter_phone", "举报人手机号（用于接收验证码）", None)
        .required("code", "短信验证码", None)
        .optional("called_number", "接收号码", contact.to.clone())
}

fn category(contact: &ContactFacts) -> Option<String> {
    contact.topic.map(|topic| topic.in_12321().to_owned())
}

/// Only a call in which nothing was said tells its way by itself.
fn mode(contact: &ContactFacts) -> Option<String> {
    let rang_once = contact.is_silent() && !contact.recorded;
    rang_once.then(|| "响一声".to_owned())
}

fn description(case: &Case<'_>) -> String {
    letter::finding(case, Lang::Zh)
}

fn listed(words: &[String]) -> Option<String> {
    (!words.is_empty()).then(|| words.join("、"))
}
