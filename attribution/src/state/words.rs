//! A verdict in words, in both languages: what it rests on, what each piece weighs, and what would
//! have to be true for it to be wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use honeytoken::Basis;

use crate::amount::{e_value, times};
use crate::verdict::{Cause, Class, Factor, Reason};

/// Entries that are named in a sentence.
const NAMED_ENTRIES_MAX: usize = 5;

/// What the words are made of.
pub(super) struct Findings<'a> {
    pub(super) class: Class,
    pub(super) contacts: &'a BTreeMap<Cause, u64>,
    pub(super) hit: usize,
    pub(super) canaries: usize,
    pub(super) log_e: f64,
    pub(super) factors: &'a [Factor],
    pub(super) evidence: &'a [u64],
    pub(super) exposure_days: f64,
    /// Leak contacts by how sure it is who handed them in: signed, by a secret, by an operator.
    pub(super) sure: [usize; 3],
    /// What proved that the numbers were alive.
    pub(super) bases: &'a BTreeSet<Basis>,
    /// Platforms that explain the same.
    pub(super) joint: usize,
}

impl Findings<'_> {
    fn n(&self, cause: Cause) -> u64 {
        self.contacts.get(&cause).copied().unwrap_or(0)
    }

    pub(super) fn reason(&self) -> Reason {
        let days = self.exposure_days;
        let (zh, en) = match self.class {
            Class::Leaked | Class::Resold => self.leak(),
            Class::Disclosed => {
                let n = self.n(Cause::DisclosedPartner);
                (
                    format!("有平台已披露的合作方的{n}次联系，没有超出背景的其他第三方联系。"),
                    format!(
                        "{n} contacts by partners that the platform declared; no others beyond background."
                    ),
                )
            }
            Class::FirstParty => {
                let n = self.n(Cause::FirstParty);
                (
                    format!("平台自己的营销联系{n}次，没有超出背景的第三方联系。"),
                    format!(
                        "{n} marketing contacts by the platform itself; no third parties beyond background."
                    ),
                )
            }
            Class::Quiet => (
                format!(
                    "号码累计观察{days:.0}天，除背景、事务和平台自己的消息外没有其他联系；少量或推迟的泄露仍可能未被发现。"
                ),
                format!(
                    "Watched for {days:.0} days over all numbers; nothing beyond background, transactions and the platform's own messages. A leak that is small, or not used yet, would look the same."
                ),
            ),
            Class::Insufficient => (
                format!("号码累计观察仅{days:.0}天，无法判断。"),
                format!("Watched for {days:.0} days over all numbers, which is too short to say."),
            ),
        };
        Reason { zh, en }
    }

    fn leak(&self) -> (String, String) {
        let (hit, canaries, n) = (self.hit, self.canaries, self.n(Cause::Leak));
        let e = e_value(self.log_e);
        let named: Vec<String> = self
            .evidence
            .iter()
            .take(NAMED_ENTRIES_MAX)
            .map(u64::to_string)
            .collect();
        let more = if self.evidence.len() > NAMED_ENTRIES_MAX {
            ", …"
        } else {
            ""
        };
        let named = format!("{}{more}", named.join(", "));
        let mut zh = format!(
            "只给过该平台的{canaries}个号码中有{hit}个收到未披露第三方的{n}次联系（条目 {named}），e 值 {e}。"
        );
        let mut en = format!(
            "{hit} of {canaries} numbers given only to this platform were reached by undeclared third parties in {n} contacts (entries {named}), e-value {e}."
        );
        self.weights(&mut zh, &mut en);
        self.grounds(&mut zh, &mut en);
        self.doubts(&mut zh, &mut en);
        (zh, en)
    }

    fn weights(&self, zh: &mut String, en: &mut String) {
        let (mut parts_zh, mut parts_en) = (Vec::new(), Vec::new());
        for factor in self.factors {
            let (name_zh, name_en) = piece(&factor.name);
            let times = times(factor.log_e / std::f64::consts::LN_10);
            parts_zh.push(format!("{name_zh} {times}"));
            parts_en.push(format!("{name_en} {times}"));
        }
        let _ = write!(zh, "各项证据的权重：{}。", parts_zh.join("，"));
        let _ = write!(en, " What each piece weighs: {}.", parts_en.join(", "));
    }

    fn grounds(&self, zh: &mut String, en: &mut String) {
        let [signed, secret, told] = self.sure;
        let days = self.exposure_days;
        let bases: Vec<&str> = self.bases.iter().map(|b| b.as_str()).collect();
        let bases = if bases.is_empty() {
            "none".to_owned()
        } else {
            bases.join(", ")
        };
        let _ = write!(
            zh,
            "这些联系中{signed}次有签名或出自服务商接口，{secret}次仅凭共享密钥或口令，{told}次由操作员导入或录入；号码存活{days:.0}天，依据：{bases}。"
        );
        let _ = write!(
            en,
            " Of these contacts {signed} were signed or read from the provider, {secret} rest on a secret alone, {told} were imported or typed in. The numbers were alive for {days:.0} days, by: {bases}."
        );
    }

    fn doubts(&self, zh: &mut String, en: &mut String) {
        let strongest = self
            .factors
            .iter()
            .max_by(|a, b| a.log_e.total_cmp(&b.log_e));
        let (doubt_zh, doubt_en) = doubt(strongest.map_or("", |f| &f.name));
        let _ = write!(zh, "若{doubt_zh}，或号码并非随机分配，结论可能有误。");
        let _ = write!(
            en,
            " This would be wrong if {doubt_en}, or if numbers had not been placed by lot."
        );
        if self.joint > 0 {
            let others = self.joint;
            let _ = write!(
                zh,
                "另有{others}个平台持有同样的号码，可同样解释这些联系，责任无法区分。"
            );
            let _ = write!(
                en,
                " {others} other platforms had been given the same numbers and explain the same contacts: the blame cannot be told apart."
            );
        }
    }
}

fn piece(name: &str) -> (&'static str, &'static str) {
    match name {
        "rate" => ("登记后开始的活动", "activity that began after registration"),
        "instant" => (
            "登记后一小时内的来电",
            "calls within the hour of a registration",
        ),
        "breadth" => (
            "同一推广方接连联系该平台的号码",
            "callers who went from one of its numbers to another",
        ),
        _ => (
            "说出只告诉过该平台的名字",
            "names that only this platform was told",
        ),
    }
}

fn doubt(name: &str) -> (&'static str, &'static str) {
    match name {
        "rate" | "instant" => (
            "这些号码恰在那时因其他原因开始被人联系（如前机主、号段被扫）",
            "the numbers had begun to draw strangers at that time for another reason, such as a previous owner or a sweep",
        ),
        "breadth" => (
            "推广方碰巧选中了这些号码",
            "the callers had chosen these numbers by chance",
        ),
        _ => (
            "名字或号码经其他途径泄露，或来电者另有同名之人要找",
            "name or number had left by another way, or the callers had meant somebody else of that name",
        ),
    }
}
