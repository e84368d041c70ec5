//! The platform's right of reply.

use honeytoken::{Language, ReplyStanding, Timestamp};

use super::tell::day;
use super::{Case, Frame};
use crate::bundle::Preset;
use crate::paper::Block;
use crate::words::say;

/// Where it stands, with the answers.
#[derive(Clone)]
pub struct ReplyState {
    /// Where it stands.
    pub standing: ReplyStanding,
    /// What the platform answered, oldest first.
    pub answers: Vec<ReplyAnswer>,
}

/// An answer.
#[derive(Clone)]
pub struct ReplyAnswer {
    /// Its entry.
    pub entry: u64,
    /// When it came.
    pub received_at: Timestamp,
    /// Who answered.
    pub from: String,
    /// What it says.
    pub text: String,
    /// Names and SHA-256 of what came with it.
    pub files: Vec<(String, String)>,
    /// Whether it stands in what is published.
    pub published: bool,
}

impl ReplyState {
    /// In a few words, for a table.
    pub(super) fn words(&self, lang: Language) -> String {
        match self.standing {
            ReplyStanding::NotOffered => tell!(lang, "未提供", "not offered"),
            ReplyStanding::Open { due, .. } => {
                let due = day(due);
                tell!(lang, "等待答复至 {due}", "open until {due}")
            }
            ReplyStanding::Unanswered { .. } => tell!(lang, "未答复", "no answer"),
            ReplyStanding::Answered { received_at, .. } => {
                let at = day(received_at);
                tell!(lang, "{at} 已答复", "answered {at}")
            }
        }
    }
}

/// A warning that stands on top, if there is one: nobody should publish without asking.
pub(super) fn warning(case: &Case, frame: &Frame) -> Option<Block> {
    if !case.is_accused() {
        return None;
    }
    let lang = frame.lang;
    let words = match (case.reply.standing, &frame.without_reply) {
        (ReplyStanding::NotOffered, Some(why)) => tell!(
            lang,
            "公布前未给平台答复的机会。公布者说明的理由：{why}",
            "The platform was not offered a reply before this was published. The publisher's reason: {why}"
        ),
        (standing, _) => standing_words(standing, lang)?,
    };
    Some(Block::Notice(words))
}

fn standing_words(standing: ReplyStanding, lang: Language) -> Option<String> {
    Some(match standing {
        ReplyStanding::NotOffered => tell!(
            lang,
            "尚未给平台答复的机会。在通知平台并等待答复之前，请勿公布本报告。",
            "The platform has not been offered a reply. Do not publish this before it was told and had time to answer."
        ),
        ReplyStanding::Open { notified_at, due } => {
            let (told, due) = (day(notified_at), day(due));
            tell!(
                lang,
                "平台已于 {told} 获知本结论，可在 {due} 之前答复，目前尚未答复。",
                "The platform was told on {told} and may answer until {due}; it has not answered yet."
            )
        }
        ReplyStanding::Unanswered { .. } | ReplyStanding::Answered { .. } => return None,
    })
}

/// The part of a report.
pub(super) fn blocks(case: &Case, preset: Preset, lang: Language) -> Vec<Block> {
    let mut blocks = vec![Block::Heading(
        say(lang, "平台的答复", "The platform's reply").to_owned(),
    )];
    let words = match case.reply.standing {
        ReplyStanding::NotOffered => {
            tell!(lang, "尚未通知平台。", "The platform has not been told.")
        }
        ReplyStanding::Open { notified_at, due } => {
            let (told, due) = (day(notified_at), day(due));
            tell!(
                lang,
                "{told} 通知平台，答复期限为 {due}。",
                "Told on {told}; it may answer until {due}."
            )
        }
        ReplyStanding::Unanswered { notified_at, due } => {
            let (told, due) = (day(notified_at), day(due));
            tell!(
                lang,
                "{told} 通知平台，至 {due} 期满未收到答复。",
                "Told on {told}; no answer came by {due}."
            )
        }
        ReplyStanding::Answered { received_at, .. } => {
            let at = day(received_at);
            tell!(
                lang,
                "平台已答复，最近一次为 {at}。",
                "The platform answered, last on {at}."
            )
        }
    };
    blocks.push(Block::Text(words));
    let shown = |answer: &&ReplyAnswer| preset != Preset::Public || answer.published;
    blocks.extend(
        case.reply
            .answers
            .iter()
            .filter(shown)
            .flat_map(|answer| quoted(answer, lang)),
    );
    let hidden = case
        .reply
        .answers
        .iter()
        .filter(|answer| !shown(answer))
        .count();
    if hidden > 0 {
        blocks.push(Block::Text(tell!(
            lang,
            "另有 {hidden} 份答复未公布。",
            "{hidden} answers are not published."
        )));
    }
    blocks
}

fn quoted(answer: &ReplyAnswer, lang: Language) -> Vec<Block> {
    let (at, entry) = (day(answer.received_at), answer.entry);
    let from = match answer.from.trim() {
        "" => say(lang, "平台", "the platform"),
        from => from,
    };
    let about = tell!(
        lang,
        "{from}，{at}，条目 {entry}",
        "{from}, {at}, entry {entry}"
    );
    let mut blocks = vec![Block::Quote {
        about,
        text: answer.text.clone(),
    }];
    if !answer.files.is_empty() {
        let file = |(name, sha256): &(String, String)| format!("{name} (SHA-256 {sha256})");
        blocks.push(Block::List(answer.files.iter().map(file).collect()));
    }
    blocks
}
