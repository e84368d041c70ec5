//! What there is to hear of.

/// A kind of news.
pub(crate) struct Topic {
    /// The word in the log, the API and the settings.
    pub(crate) word: &'static str,
    /// For people, in Chinese and in English.
    pub(crate) zh: &'static str,
    /// The same in English.
    pub(crate) en: &'static str,
}

pub(crate) const EVIDENCE: &str = "evidence";
pub(crate) const VERDICT: &str = "verdict";
pub(crate) const LINE_SILENT: &str = "line_silent";
pub(crate) const LINE_ALIVE: &str = "line_alive";
pub(crate) const LOG: &str = "log";
pub(crate) const UNPARSED: &str = "unparsed";
pub(crate) const BACKFILL: &str = "backfill";
pub(crate) const REPLY: &str = "reply";
pub(crate) const REPLY_DUE: &str = "reply_due";
pub(crate) const TEST: &str = "test";

/// All that a target can choose.
pub(crate) const TOPICS: [Topic; 9] = [
    topic(EVIDENCE, "首次出现泄露迹象", "first sign of a leak"),
    topic(VERDICT, "结论改变", "verdict changed"),
    topic(LINE_SILENT, "线路失联", "line fell silent"),
    topic(LINE_ALIVE, "线路恢复", "line is back"),
    topic(LOG, "证据日志需要处理", "evidence log needs attention"),
    topic(
        UNPARSED,
        "有签名的回调无法解析",
        "signed webhook cannot be read",
    ),
    topic(REPLY, "平台已答复", "platform answered"),
    topic(REPLY_DUE, "平台答复期满", "time to answer is over"),
    topic(BACKFILL, "补回了漏收的记录", "missed contacts were found"),
];

const fn topic(word: &'static str, zh: &'static str, en: &'static str) -> Topic {
    Topic { word, zh, en }
}

/// The topic of this word.
pub(crate) fn find(word: &str) -> Option<&'static Topic> {
    TOPICS.iter().find(|topic| topic.word == word)
}

/// All words, for messages.
pub(crate) fn words() -> String {
    TOPICS.map(|topic| topic.word).join(", ")
}
