//! What an entry of the custody log was about, in a few words and without personal data: lines go by
//! their masked form.

use honeytoken::{AlertOutcome, Event, Language, NoteTopic};

/// The same in either language, with the same arguments.
macro_rules! told {
    ($lang:expr, $en:literal, $zh:literal $(, $arg:expr)* $(,)?) => {
        match $lang {
            Language::En => format!($en $(, $arg)*),
            Language::Zh => format!($zh $(, $arg)*),
        }
    };
}

/// A table, and whole: a kind of entry that is added without its words does not compile.
pub(super) fn detail(event: &Event, lang: Language) -> String {
    match event {
        Event::Genesis(g) => told!(lang, "log {} begins", "日志 {} 开始", g.origin),
        Event::ConnectionSet(c) => told!(
            lang,
            "connection {} of {}",
            "连接 {}（{}）",
            c.connection,
            c.provider
        ),
        Event::ConnectionRetired(c) => told!(lang, "connection {}", "连接 {}", c.connection),
        Event::ProviderKey(k) => told!(
            lang,
            "connection {} of {}",
            "连接 {}（{}）",
            k.connection,
            k.provider
        ),
        Event::KeyCreated(k) => told!(
            lang,
            "key {} as {}",
            "密钥 {}，角色 {}",
            k.key,
            k.role.as_str()
        ),
        Event::KeyRevoked(k) => told!(lang, "key {}", "密钥 {}", k.key),
        Event::PersonalDataRead(r) => told!(
            lang,
            "{} entries: {}",
            "{} 个条目：{}",
            r.entries.len(),
            what(&r.what, lang)
        ),
        Event::Operation(o) => format!("{} {}", what(&o.operation, lang), o.detail)
            .trim_end()
            .to_owned(),
        Event::Erasure(e) => told!(lang, "entry {}: {}", "条目 {}：{}", e.erased, e.reason),
        Event::SettingsSet(s) => told!(lang, "settings: {}", "设置：{}", s.reason),
        Event::Policy(p) => told!(
            lang,
            "alpha {}, prior {}",
            "误判上限 {}，先验 {}",
            p.alpha,
            p.prior
        ),
        Event::LineAdded(l) => told!(lang, "line {:?}", "号码 {:?}", l.number),
        Event::LineRetired(l) => told!(lang, "line {:?}", "号码 {:?}", l.number),
        Event::LineUnproven(l) => told!(lang, "line {:?}", "号码 {:?}", l.number),
        Event::LineSoaked(l) => told!(
            lang,
            "line {:?} until {}",
            "号码 {:?}，至 {}",
            l.number,
            l.soak_until
        ),
        Event::LineTest(t) => told!(
            lang,
            "line {:?} by {:?}",
            "号码 {:?}，由 {:?}",
            t.number,
            t.partner
        ),
        Event::LineTestMissed(m) => {
            told!(lang, "line {:?}: {}", "号码 {:?}：{}", m.number, m.reason)
        }
        Event::LineSilent(l) => told!(
            lang,
            "line {:?} since {}",
            "号码 {:?}，自 {}",
            l.number,
            l.since
        ),
        Event::LineAlive(l) => told!(
            lang,
            "line {:?} since {}",
            "号码 {:?}，自 {}",
            l.number,
            l.sign_at
        ),
        Event::ProviderListed(l) => told!(
            lang,
            "line {:?} at {}",
            "号码 {:?}，见于 {}",
            l.number,
            l.connection
        ),
        Event::Coverage(c) => told!(
            lang,
            "line {:?} from {} until {}",
            "号码 {:?}，{} 至 {}",
            c.number,
            c.from,
            c.until
        ),
        Event::ControlsDrawn(d) => told!(
            lang,
            "{} of {} lines",
            "{} 个，候选号码 {} 个",
            d.drawn.len(),
            d.candidates
        ),
        Event::DrawSeedCommitted(seed) => format!("SHA-256 {}", seed.sha256),
        Event::StudySet(s) => told!(lang, "study {}", "研究 {}", s.study),
        Event::HoneytokenIssued(h) => told!(
            lang,
            "honeytoken {} to {}",
            "蜜标 {}，发给 {}",
            h.honeytoken,
            h.platform
        ),
        Event::HoneytokenEnded(h) => told!(lang, "honeytoken {}", "蜜标 {}", h.honeytoken),
        Event::RequestMade(r) => told!(lang, "honeytoken {}", "蜜标 {}", r.honeytoken),
        Event::PlatformDeclared(p) => told!(lang, "platform {}", "平台 {}", p.platform),
        Event::Anchor(a) => told!(
            lang,
            "{} entries vouched for by {}",
            "{} 个条目，由 {} 见证",
            a.size,
            a.authority
        ),
        Event::Judgement(j) => told!(
            lang,
            "platform {} is {}",
            "平台 {}：{}",
            j.platform,
            j.class
        ),
        Event::ReplyNotified(r) => told!(
            lang,
            "platform {} until {}",
            "平台 {}，至 {}",
            r.platform,
            r.due
        ),
        Event::ReplyReceived(r) => told!(
            lang,
            "platform {}, {} files",
            "平台 {}，附件 {} 个",
            r.platform,
            r.files.len()
        ),
        Event::ReplyFileKept(f) => told!(
            lang,
            "platform {}, {} bytes",
            "平台 {}，{} 字节",
            f.platform,
            f.bytes
        ),
        Event::ReplyPublished(r) => told!(
            lang,
            "platform {}, entry {}: {}",
            "平台 {}，条目 {}：{}",
            r.platform,
            r.reply,
            r.published
        ),
        Event::ReplyLapsed(r) => told!(
            lang,
            "platform {}, told in entry {}",
            "平台 {}，告知见条目 {}",
            r.platform,
            r.notified
        ),
        Event::FindingPublished(f) => told!(
            lang,
            "platform {} is {} in public",
            "公开：平台 {}，{}",
            f.platform,
            f.class
        ),
        Event::FindingWithdrawn(f) => told!(
            lang,
            "platform {}, finding {}",
            "平台 {}，结论 {}",
            f.platform,
            f.finding
        ),
        Event::Note(n) => match (&n.topic, &n.label) {
            (NoteTopic::Entry(index), None) => told!(lang, "about entry {}", "关于条目 {}", index),
            (NoteTopic::Entry(index), Some(label)) => told!(
                lang,
                "calls entry {} {}",
                "标注条目 {} 为 {}",
                index,
                label.as_str()
            ),
            (NoteTopic::Platform(id), _) => told!(lang, "about platform {}", "关于平台 {}", id),
        },
        Event::AlertTargetSet(t) => match &t.disabled {
            None => told!(
                lang,
                "alert target {} by {}",
                "提醒目标 {}，经 {}",
                t.target,
                t.channel
            ),
            Some(reason) => told!(
                lang,
                "alert target {} disabled: {}",
                "提醒目标 {} 已停用：{}",
                t.target,
                reason
            ),
        },
        Event::AlertTargetRemoved(t) => told!(lang, "alert target {}", "提醒目标 {}", t.target),
        Event::AlertBaseline(b) => told!(lang, "{} platforms", "{} 个平台", b.classes.len()),
        Event::AlertRaised(a) => told!(
            lang,
            "{} to {} targets",
            "{}，发往 {} 个目标",
            a.topic,
            a.targets.len()
        ),
        Event::AlertAttempted(a) => told!(
            lang,
            "alert {} to {}: {}",
            "提醒 {} 发往 {}：{}",
            a.raised,
            a.target,
            a.reason
        ),
        Event::AlertSettled(a) => {
            let outcome = match (a.outcome, lang) {
                (AlertOutcome::Delivered, Language::En) => "delivered",
                (AlertOutcome::Delivered, Language::Zh) => "已送达",
                (AlertOutcome::Dead, Language::En) => "dead",
                (AlertOutcome::Dead, Language::Zh) => "未能送达",
            };
            told!(
                lang,
                "alert {} to {}: {}",
                "提醒 {} 发往 {}：{}",
                a.raised,
                a.target,
                outcome
            )
        }
        Event::AlertReplayed(a) => told!(lang, "alert {}", "提醒 {}", a.raised),
        Event::Contact(c) => told!(lang, "via {}", "经 {}", c.connection),
        Event::Repeat(r) => told!(lang, "of entry {}", "重复条目 {}", r.repeats),
        Event::Attachment(a) => told!(
            lang,
            "{} bytes of entry {}",
            "{} 字节，属条目 {}",
            a.bytes,
            a.contact
        ),
        Event::AttachmentFailed(a) => told!(lang, "entry {}: {}", "条目 {}：{}", a.contact, a.why),
        Event::Reconciliation(r) => told!(
            lang,
            "connection {} from {} until {}",
            "连接 {}，{} 至 {}",
            r.connection,
            r.from,
            r.until
        ),
        Event::Unparsed(u) => told!(lang, "via {}: {}", "经 {}：{}", u.connection, u.reason),
    }
}

/// A code of an operation, or of what was read, in words; one that has none stands for itself.
fn what(code: &str, lang: Language) -> &str {
    let zh = match code {
        "alert_test" => "测试提醒",
        "attachment_failed" => "附件获取失败",
        "attention" => "待处理事项",
        "backfill_failed" => "补查失败",
        "backup" => "备份",
        "contacts" => "来电来信",
        "coverage" => "在线证明",
        "coverage of a line" => "一个号码的在线证明",
        "export" => "导出",
        "honeytokens" => "蜜标",
        "notes" => "备注",
        "policy" => "判断规则",
        "rebuild" => "重建",
        "reparse" => "重新解读",
        "senders" => "发送方",
        "sign_in" => "登录",
        "start" => "启动",
        "stop" => "停止",
        _ => code,
    };
    match lang {
        Language::En => code,
        Language::Zh => zh,
    }
}

#[cfg(test)]
mod tests {
    use honeytoken::{Operation, PersonalDataRead};

    use super::*;

    #[test]
    fn what_was_done_is_told_in_the_readers_language() {
        let read = PersonalDataRead {
            reader: "k1".parse().unwrap(),
            what: "contacts".into(),
            entries: vec![7, 8],
        };
        let operation = Operation {
            operation: "sign_in".into(),
            detail: String::new(),
        };
        let cases = [
            (
                Event::PersonalDataRead(read),
                "2 entries: contacts",
                "2 个条目：来电来信",
            ),
            (Event::Operation(operation), "sign_in", "登录"),
        ];
        for (event, en, zh) in cases {
            assert_eq!(detail(&event, Language::En), en);
            assert_eq!(detail(&event, Language::Zh), zh);
        }
    }
}
