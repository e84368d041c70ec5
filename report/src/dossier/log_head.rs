//! The log that a report rests on, and how to check it.

use honeytoken::{Language, Timestamp};

use super::Frame;
use crate::paper::Block;
use crate::words::say;

/// The newest signed checkpoint.
#[derive(Debug, Clone, Default)]
pub struct LogHead {
    /// The log's name.
    pub origin: String,
    /// Entries under the checkpoint.
    pub entries: u64,
    /// Root over them, base64.
    pub root: String,
    /// The key that signed it.
    pub vkey: String,
    /// Who else vouched for the log, and how far.
    pub anchors: Vec<AnchorLine>,
}

/// What an outside authority vouched for last.
#[derive(Debug, Clone)]
pub struct AnchorLine {
    /// Its name in the settings.
    pub authority: String,
    /// Entries that it vouched for.
    pub entries: u64,
    /// When, by its clock.
    pub at: Timestamp,
}

impl LogHead {
    /// In one line, for the foot of a page.
    pub(super) fn line(&self, lang: Language) -> String {
        let (origin, entries, root) = (&self.origin, self.entries, &self.root);
        tell!(
            lang,
            "日志 {origin}，{entries} 条，根 {root}",
            "log {origin}, {entries} entries, root {root}"
        )
    }
}

/// The log's head, its anchors, and what a reader can do with them.
pub(super) fn blocks(frame: &Frame, judgement: Option<u64>) -> Vec<Block> {
    let (lang, log) = (frame.lang, &frame.log);
    let fact = |zh, en, value: String| (say(lang, zh, en).to_owned(), value);
    let mut facts = vec![
        fact("日志名称", "log", log.origin.clone()),
        fact("条目数", "entries", log.entries.to_string()),
        fact("根哈希", "root", log.root.clone()),
        fact("签名公钥", "signed by", log.vkey.clone()),
    ];
    facts.extend(
        judgement.map(|entry| fact("结论所在条目", "entry of the verdict", entry.to_string())),
    );
    for anchor in &log.anchors {
        let (entries, at) = (anchor.entries, anchor.at);
        let value = tell!(
            lang,
            "前 {entries} 条，{at}",
            "the first {entries} entries, at {at}"
        );
        facts.push((tell_authority(lang, &anchor.authority), value));
    }
    facts.push(fact("程序", "program", frame.program.clone()));
    let mut blocks = vec![Block::Heading(
        say(lang, "证据日志", "The evidence log").to_owned(),
    )];
    if log.anchors.is_empty() {
        blocks.push(Block::Notice(say(lang, "目前没有外部机构为该日志作时间证明：条目的先后只有运营者自己的签名可证。", "No outside authority has vouched for this log: that entries are as old as they say rests on the operator's own signature.").to_owned()));
    }
    blocks.push(Block::Facts(facts));
    blocks.push(Block::Text(say(
        lang,
        "以上每个数字都出自这份只增不改的日志。任何人可索取同一平台的证据包，用 canaryline verify 或随附的 Python 程序离线核验：条目是否完整、是否早于其时间证明、结论是否由统计量得出。",
        "Every number above comes from this append-only log. Anybody may ask for the platform's evidence bundle and check it offline, with canaryline verify or the short Python program beside it: that the entries are complete, that they are as old as their time-stamps, that the verdict follows from its statistics.",
    ).to_owned()));
    blocks
}

fn tell_authority(lang: Language, authority: &str) -> String {
    tell!(
        lang,
        "时间证明（{authority}）",
        "vouched for by {authority}"
    )
}
