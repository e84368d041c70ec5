//! Terms in Chinese and English.

use honeytoken::Language;

/// What stands before a detail.
pub(super) fn label(name: &str, language: Language) -> &'static str {
    let (zh, en) = match name {
        "connection" => ("连接：", "connection: "),
        "line" => ("线路：", "line: "),
        "since" => ("自：", "since: "),
        "count" => ("次数：", "times: "),
        "added" => ("补回：", "added: "),
        _ => ("原因：", "reason: "),
    };
    if language == Language::Zh { zh } else { en }
}

/// A trouble of the installation, or that it is over.
pub(super) fn trouble_words(trouble: &str, over: bool, language: Language) -> String {
    let (zh, en) = match trouble {
        "index_rebuilt" => (
            "索引丢失，已从日志重建",
            "index was lost and made anew from the log",
        ),
        "checkpoint" => ("检查点无法签名", "checkpoint cannot be signed"),
        "disk_low" => ("磁盘空间不足", "disk is nearly full"),
        "anchor" => (
            "外部机构多次未能为日志作证",
            "an outside authority did not vouch for the log, again and again",
        ),
        other => (other, other),
    };
    match (language, over) {
        (Language::Zh, false) => zh.to_owned(),
        (Language::Zh, true) => format!("已解除：{zh}"),
        (Language::En, false) => en.to_owned(),
        (Language::En, true) => format!("over: {en}"),
    }
}

/// A verdict's class.
pub(super) fn class_word(class: &str, language: Language) -> &str {
    match (language, class) {
        (Language::En, "first_party") => "markets itself",
        (Language::En, _) => class,
        (Language::Zh, "insufficient") => "尚无法判断",
        (Language::Zh, "quiet") => "未见异常",
        (Language::Zh, "first_party") => "平台自己营销",
        (Language::Zh, "disclosed") => "已声明的第三方",
        (Language::Zh, "leaked") => "已泄露",
        (Language::Zh, "resold") => "被转卖",
        (Language::Zh, other) => other,
    }
}
