//! An alert in words, in the reader's language. Numbers are masked before they come here.

use honeytoken::{AlertRaised, AlertTarget, Language, Platform, Registry, Timestamp};
use serde_json::{Value, json};

use super::fold::Alerts;
use super::queue::Sending;
use super::record::Record;
use super::terms::{class_word, label, trouble_words};
use super::topic;

/// Characters of a name or reason in a message; the rest is cut off.
const PIECE_CHARACTERS_MAX: usize = 600;
/// Alerts that were held back and are named one by one; the others are counted.
const NAMED_MAX: usize = 5;
/// What every message begins with: group robots can be set to let only such messages in.
const MARK: &str = "[canaryline]";

/// A message, before it takes a channel's form.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Message {
    /// The same whenever it is sent again.
    pub(crate) id: String,
    /// The topic's word.
    pub(crate) topic: String,
    /// When the alert was raised.
    pub(crate) at: Timestamp,
    pub(crate) title: String,
    pub(crate) lines: Vec<String>,
    pub(crate) link: Option<String>,
    /// The same for machines.
    pub(crate) data: Value,
}

impl Message {
    /// Title, lines and link as plain text.
    pub(crate) fn text(&self) -> String {
        let head = std::iter::once(&self.title).chain(&self.lines);
        let all: Vec<&str> = head.chain(&self.link).map(String::as_str).collect();
        all.join("\n")
    }
}

/// What tells the alerts of one log from those of all others: a digest of the log's name.
#[derive(Debug, Clone)]
pub(crate) struct LogTag(String);

impl LogTag {
    /// For the log of this name.
    pub(crate) fn of(origin: &str) -> LogTag {
        let digest = ring::digest::digest(&ring::digest::SHA256, origin.as_bytes());
        LogTag(crate::api_key::hex(&digest.as_ref()[..4]))
    }

    /// The id under which an alert is sent, however often.
    pub(crate) fn id(&self, raised: impl std::fmt::Display) -> String {
        format!("alert-{}-{raised}", self.0)
    }
}

/// What is sent; none if the alert is forgotten.
pub(crate) fn message(
    log: &LogTag,
    alerts: &Alerts,
    registry: &Registry,
    target: &AlertTarget,
    sending: &Sending,
) -> Option<Message> {
    let record = alerts.record(sending.raised)?;
    let said = |record: &Record| title(&record.raised, registry, target.language);
    let mut lines = body(&record.raised, target.language);
    let held: Vec<&Record> = sending
        .summed
        .iter()
        .filter_map(|i| alerts.record(*i))
        .collect();
    lines.extend(held_back(
        held.iter().rev().map(|r| (r.at, said(r))),
        held.len(),
        target.language,
    ));
    let title = format!("{MARK} {}", said(record));
    let link = link(target, &record.raised);
    let data = json!({
        "id": log.id(sending.raised),
        "topic": record.raised.topic,
        "platform": record.raised.platform,
        "title": title,
        "text": lines.join("\n"),
        "link": link,
        "entries": record.raised.because,
        "details": record.raised.details,
        "held_back": sending.summed.iter().map(|raised| log.id(raised)).collect::<Vec<_>>(),
    });
    Some(Message {
        id: log.id(sending.raised),
        topic: record.raised.topic.clone(),
        at: record.at,
        title,
        lines,
        link,
        data,
    })
}

/// A message that says nothing but that it arrived.
pub(crate) fn test(log: &LogTag, target: &AlertTarget, at: Timestamp) -> Message {
    let (title, line) = match target.language {
        Language::Zh => ("测试消息", "收到此消息，说明该接收方设置正确。"),
        Language::En => (
            "test message",
            "This target is set up correctly if you can read this.",
        ),
    };
    plain(
        log.id(format_args!("test-{}", at.as_micros())),
        topic::TEST,
        at,
        title,
        line,
    )
}

/// The evidence log cannot be written: no entry can say so.
pub(crate) fn fault(log: &LogTag, language: Language, at: Timestamp, entries: u64) -> Message {
    let (title, line) = match language {
        Language::Zh => (
            "证据日志无法写入",
            "现在不再记录任何来电和短信；服务商会重试。请检查磁盘并重启服务。",
        ),
        Language::En => (
            "evidence log cannot be written",
            "Nothing is recorded any more; providers come again. Look at the disk and restart.",
        ),
    };
    plain(
        log.id(format_args!("fault-{entries}")),
        topic::LOG,
        at,
        title,
        line,
    )
}

fn plain(id: String, topic: &str, at: Timestamp, title: &str, line: &str) -> Message {
    let title = format!("{MARK} {title}");
    let data = json!({ "id": id, "topic": topic, "title": title, "text": line });
    Message {
        id,
        topic: topic.to_owned(),
        at,
        title,
        lines: vec![line.to_owned()],
        link: None,
        data,
    }
}

fn title(raised: &AlertRaised, registry: &Registry, language: Language) -> String {
    let topic = topic::find(&raised.topic);
    let topic = topic.map_or(raised.topic.as_str(), |topic| match language {
        Language::Zh => topic.zh,
        Language::En => topic.en,
    });
    let name = raised.platform.as_ref().map(|id| {
        let platform: Option<&Platform> = registry.platform(id);
        platform.map_or(id.as_str(), |platform| platform.name.as_str())
    });
    let of = name
        .or_else(|| detail(raised, "line"))
        .or_else(|| detail(raised, "connection"));
    match (of, language) {
        (None, _) => topic.to_owned(),
        (Some(of), Language::Zh) => format!("{}：{topic}", piece(of)),
        (Some(of), Language::En) => format!("{}: {topic}", piece(of)),
    }
}

fn detail<'a>(raised: &'a AlertRaised, name: &str) -> Option<&'a str> {
    raised.details.get(name).map(String::as_str)
}

fn body(raised: &AlertRaised, language: Language) -> Vec<String> {
    let zh = language == Language::Zh;
    let detail = |name| detail(raised, name);
    let mut lines = Vec::new();
    if let (Some(class), Some(before)) = (detail("class"), detail("before")) {
        lines.push(format!(
            "{} → {}",
            class_word(before, language),
            class_word(class, language)
        ));
    }
    if let (Some(hit), Some(all)) = (detail("canaries_hit"), detail("canaries")) {
        lines.push(match zh {
            true => format!("{all} 个号码中有 {hit} 个收到泄露性联系"),
            false => format!("leak contacts reached {hit} of {all} numbers"),
        });
    }
    if let Some(trouble) = detail("trouble") {
        lines.push(trouble_words(trouble, detail("over").is_some(), language));
    }
    for name in ["connection", "line", "since", "reason", "count", "added"] {
        let label = label(name, language);
        lines.extend(detail(name).map(|value| format!("{label}{}", piece(value))));
    }
    let reason = detail(if zh { "reason_zh" } else { "reason_en" });
    lines.extend(reason.map(piece));
    lines
}

/// What was held back: the newest by name, and how many more.
fn held_back(
    newest_first: impl Iterator<Item = (Timestamp, String)>,
    count: usize,
    language: Language,
) -> Vec<String> {
    if count == 0 {
        return Vec::new();
    }
    let zh = language == Language::Zh;
    let mut lines = vec![match zh {
        true => format!("另有 {count} 条此前合并："),
        false => format!("and {count} more, held back before:"),
    }];
    lines.extend(
        newest_first
            .take(NAMED_MAX)
            .map(|(at, title)| format!("- {at} {title}")),
    );
    if count > NAMED_MAX {
        lines.push(if zh { "- ……" } else { "- …" }.to_owned());
    }
    lines
}

fn link(target: &AlertTarget, raised: &AlertRaised) -> Option<String> {
    let base = target.link_base.as_ref()?.trim_end_matches('/');
    Some(match &raised.platform {
        Some(platform) => format!("{base}/v1/verdicts/{platform}"),
        None => base.to_owned(),
    })
}

/// A name or reason on one line, without control characters, of bounded length.
fn piece(text: &str) -> String {
    let one_line = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut piece: String = one_line.take(PIECE_CHARACTERS_MAX).collect();
    if text.chars().count() > PIECE_CHARACTERS_MAX {
        piece.push('…');
    }
    piece
}

/// The beginning of a text, at most so many bytes, marked where it is cut.
pub(crate) fn cut(text: &str, bytes_max: usize) -> String {
    const MARK: char = '…';
    if text.len() <= bytes_max {
        return text.to_owned();
    }
    let room = bytes_max.saturating_sub(MARK.len_utf8());
    let end = (0..=room).rev().find(|at| text.is_char_boundary(*at));
    format!("{}{MARK}", &text[..end.unwrap_or(0)])
}
