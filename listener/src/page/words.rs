//! Words of the contract that reports have none for.

use attribution::Class;
use honeytoken::{LineRole, LineState, Role};

use super::lang::{Lang, said};
use crate::life::Word;

/// What a class means, in a sentence.
pub(super) const fn class_means(lang: Lang, class: Class) -> &'static str {
    match class {
        Class::Insufficient => lang.say(
            "Its numbers were not watched long enough to say anything.",
            "观察时间不足，还不能下任何结论。",
        ),
        Class::Quiet => lang.say(
            "Watched long enough; nothing beyond background, transactions and the platform's own messages.",
            "观察时间足够；除背景噪声、业务通知和平台自己的消息外，没有发现其他联系。",
        ),
        Class::FirstParty => lang.say(
            "The platform itself markets to its numbers.",
            "平台自己向这些号码发送营销信息。",
        ),
        Class::Disclosed => lang.say(
            "Third parties that the platform had declared reach its numbers.",
            "平台事先声明过的第三方联系了这些号码。",
        ),
        Class::Leaked => lang.say(
            "Undeclared third parties reach its numbers, beyond background.",
            "未声明的第三方联系了这些号码，超出背景水平。",
        ),
        Class::Resold => lang.say(
            "Leaked, and to several independent buyers, or continuing.",
            "号码已泄露，并流向多个独立买家，或仍在持续。",
        ),
    }
}

/// Where a line stands.
pub(super) const fn line_state(lang: Lang, state: LineState) -> &'static str {
    match state {
        LineState::Soaking => lang.say("Soaking", "静默期"),
        LineState::Ready => lang.say("Ready", "可发放"),
        LineState::Dirty => lang.say("Dirty", "受污染"),
        LineState::Control => lang.say("Control", "对照"),
        LineState::Placed => lang.say("Placed", "已发放"),
        LineState::Retired => lang.say("Retired", "停用"),
    }
}

/// What a line is for.
pub(super) const fn line_role(lang: Lang, role: LineRole) -> &'static str {
    match role {
        LineRole::Canary => lang.say("Canary", "金丝雀"),
        LineRole::Control => lang.say("Control", "对照"),
    }
}

/// Whether a line is heard.
pub(super) const fn life(lang: Lang, word: Word) -> &'static str {
    match word {
        Word::Alive => lang.say("Alive", "在线"),
        Word::Silent => lang.say("Silent", "失联"),
        Word::Waiting => lang.say("Waiting for a first sign", "等待首个信号"),
        Word::Unproven => lang.say("Nothing proves it", "无在线证明"),
        Word::Off => lang.say("Off", "停用"),
    }
}

/// What a key may do.
pub(super) const fn role(lang: Lang, role: Role) -> &'static str {
    match role {
        Role::Admin => lang.say("Admin", "管理员"),
        Role::Analyst => lang.say("Analyst", "分析员"),
        Role::Auditor => lang.say("Auditor", "审计员"),
        Role::Viewer => lang.say("Viewer", "只读"),
    }
}

/// What kind of contact.
pub(super) fn medium(lang: Lang, kind: &str) -> &'static str {
    match kind {
        "sms" => lang.say("Message", "短信"),
        "call" => lang.say("Call", "来电"),
        "recording" => lang.say("Recording", "录音"),
        "transcript" => lang.say("Transcript", "转写"),
        _ => lang.say("Contact", "联系"),
    }
}

/// A stage of a call or message. Providers have words of their own: what we have none for stays as told.
pub(super) fn phase(lang: Lang, phase: &str) -> String {
    let plain = phase.to_ascii_lowercase().replace(['-', '_', '.'], "");
    let plain = plain.strip_prefix("call").unwrap_or(&plain);
    let (en, zh) = match plain {
        "queued" => ("queued", "排队中"),
        "initiated" | "initiate" | "started" | "created" | "setup" => ("begun", "已发起"),
        "ringing" => ("ringing", "振铃"),
        "inprogress" | "answered" | "answer" => ("answered", "已接听"),
        "completed" | "ended" | "hangup" | "disconnected" | "disconnect" => ("ended", "已结束"),
        "busy" => ("busy", "占线"),
        "noanswer" | "unanswered" | "timeout" => ("not answered", "无人接听"),
        "failed" => ("failed", "失败"),
        "canceled" | "cancelled" | "cancel" => ("cancelled", "已取消"),
        "rejected" => ("rejected", "已拒接"),
        "received" => ("received", "已收到"),
        "recordingsaved" => ("recording saved", "录音已保存"),
        "transcriptionsaved" | "recordingtranscriptionsaved" => ("transcript saved", "转写已保存"),
        "imported" => ("imported", "导入"),
        "typedin" => ("typed in", "手工录入"),
        _ => return said!(lang, "{phase}", "服务商所述阶段 {phase}"),
    };
    lang.say(en, zh).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_of_all_providers_are_said_in_both_languages() {
        for told in [
            "in-progress",
            "no-answer",
            "ringing",
            "call.hangup",
            "typed_in",
        ] {
            assert!(
                phase(Lang::Zh, told).chars().all(|c| !c.is_ascii()),
                "{told}"
            );
        }
        assert_eq!(phase(Lang::En, "no-answer"), "not answered");
        assert_eq!(phase(Lang::En, "DialogX"), "DialogX");
        assert!(phase(Lang::Zh, "DialogX").starts_with("服务商"));
    }
}
