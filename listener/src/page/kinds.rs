//! What kinds of entries are called.

use super::lang::Lang;

/// Kind, English, Chinese.
const KINDS: [(&str, &str, &str); 51] = [
    ("genesis", "Log begins", "日志开始"),
    ("connection_set", "Connection set", "设置连接"),
    ("connection_retired", "Connection retired", "停用连接"),
    ("line_added", "Line added", "添加号码"),
    ("line_retired", "Line retired", "停用号码"),
    ("line_soaked", "Soak begins anew", "重新静默"),
    ("controls_drawn", "Controls drawn", "抽取对照"),
    ("draw_seed_committed", "Seed of draws fixed", "固定抽签种子"),
    ("platform_declared", "Platform declared", "登记平台"),
    ("study_set", "Study set", "设置研究"),
    ("honeytoken_issued", "Honeytoken issued", "发放蜜标"),
    ("honeytoken_ended", "Honeytoken ended", "结束蜜标"),
    ("request_made", "Persona's request", "身份提出请求"),
    ("contact", "Contact", "联系"),
    ("repeat", "Told again", "重复通知"),
    ("unparsed", "Unreadable request", "无法解析的请求"),
    ("attachment", "File kept", "保存文件"),
    ("attachment_failed", "File not fetched", "文件获取失败"),
    ("reconciliation", "Compared with provider", "与服务商核对"),
    ("coverage", "Proven alive", "在线证明"),
    ("line_test", "Line test", "线路测试"),
    ("line_test_missed", "Line test missed", "线路测试未达"),
    ("provider_listed", "On provider's list", "服务商清单在列"),
    ("line_silent", "Line fell silent", "号码失联"),
    ("line_alive", "Line is back", "号码恢复"),
    ("line_unproven", "Nothing proves the line", "号码无在线证明"),
    ("key_created", "Key made", "创建密钥"),
    ("key_revoked", "Key revoked", "吊销密钥"),
    ("personal_data_read", "Personal data seen", "查看个人信息"),
    ("operation", "Operation", "操作"),
    ("erasure", "Erasure", "删除"),
    ("note", "Note", "备注"),
    ("policy", "Rules set", "设置规则"),
    ("anchor", "Outside vouching", "外部见证"),
    ("judgement", "Verdict on record", "结论入档"),
    ("alert_target_set", "Alert target set", "设置通知对象"),
    (
        "alert_target_removed",
        "Alert target removed",
        "移除通知对象",
    ),
    ("alert_baseline", "Alerts begin", "通知开始"),
    ("alert_raised", "Alert raised", "发出通知"),
    ("alert_attempted", "Alert tried", "尝试发送通知"),
    ("alert_settled", "Alert settled", "通知完结"),
    ("alert_replayed", "Alert sent again", "重发通知"),
    ("reply_notified", "Platform told", "告知平台"),
    ("reply_received", "Platform answered", "平台答复"),
    ("reply_published", "Answer published", "公布答复"),
    ("reply_lapsed", "No answer in time", "逾期未答复"),
    ("finding_published", "Finding published", "公布结论"),
    ("finding_withdrawn", "Finding withdrawn", "撤回结论"),
    ("provider_key", "Provider's key kept", "保存服务商公钥"),
    ("reply_file", "File of an answer kept", "保存答复附件"),
    ("settings_set", "Settings changed", "更改设置"),
];

/// A kind of entry, in a few words; its own word where there are none.
pub(super) fn kind(lang: Lang, kind: &'static str) -> &'static str {
    let found = KINDS.iter().find(|(word, ..)| *word == kind);
    found.map_or(kind, |(_, en, zh)| lang.say(en, zh))
}

#[cfg(test)]
mod tests {
    use honeytoken::Event;

    use super::*;

    #[test]
    fn every_kind_has_a_name_in_both_languages() {
        for word in Event::KINDS {
            for lang in [Lang::En, Lang::Zh] {
                assert_ne!(kind(lang, word), *word, "{word}");
            }
        }
    }
}
