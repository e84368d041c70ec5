//! The report on one platform.

use attribution::Class;
use honeytoken::Language;

use super::cases::lead;
use super::tell::{day, day_or, of, percent, to_one};
use super::{Dossier, Frame, coverage, evidence, limits, log_head, reply};
use crate::bundle::Preset;
use crate::paper::{Block, Paper};
use crate::words::{class_word, flag_words, say};

impl Dossier {
    /// As a document.
    pub fn paper(&self) -> Paper {
        let lang = self.frame.lang;
        let name = self.case.name();
        let mut blocks = vec![Block::Lead(lead(&self.case, lang))];
        blocks.extend(reply::warning(&self.case, &self.frame));
        blocks.extend(self.few());
        blocks.extend(
            self.case
                .verdict
                .flags
                .iter()
                .map(|flag| Block::Text(flag_words(*flag, lang).to_owned())),
        );
        blocks.push(self.facts());
        if !self.numbers.is_empty() {
            blocks.extend(self.timeline());
            blocks.extend(self.waits());
            blocks.extend(self.contacts());
        }
        blocks.extend(self.weights());
        blocks.extend(self.campaigns());
        blocks.extend(self.resale());
        if !self.numbers.is_empty() {
            let until = evidence::until(&self.numbers).as_micros();
            blocks.extend(coverage::blocks(
                &self.numbers,
                until,
                self.frame.preset,
                lang,
            ));
        }
        blocks.extend(reply::blocks(&self.case, self.frame.preset, lang));
        blocks.extend(limits::method(lang));
        blocks.extend(limits::errors(&self.frame));
        blocks.extend(limits::limits(Some(&self.case), lang));
        blocks.extend(log_head::blocks(&self.frame, Some(self.judgement)));
        let title = tell!(
            lang,
            "号码泄露检测报告：{name}",
            "Report on {name}: were phone numbers passed on?"
        );
        self.frame.paper(title, blocks)
    }

    fn facts(&self) -> Block {
        let (lang, v) = (self.frame.lang, &self.case.verdict);
        let fact = |zh, en, value: String| (say(lang, zh, en).to_owned(), value);
        let mut facts = vec![
            fact("结论", "verdict", class_word(v.class, lang).to_owned()),
            fact("平台", "platform", self.about()),
            fact("给出的号码", "numbers given to it", v.canaries.to_string()),
            fact(
                "收到泄露性联系的号码",
                "of them reached by leak contacts",
                of(v.canaries_hit as usize, v.canaries as usize, lang),
            ),
            fact("累计观察", "watched", tell_days(v.exposure_days, lang)),
            fact(
                "号码被传出的概率",
                "probability that numbers were passed on",
                percent(v.probability),
            ),
            fact(
                "e 值",
                "e-value",
                to_one(libm::log(v.e_value.max(f64::MIN_POSITIVE))),
            ),
            fact(
                "恰好会被判定的错误发现率水平",
                "level at which it would just be accused",
                percent(v.fdr),
            ),
            fact(
                "首次泄露性联系",
                "first leak contact",
                day_or(v.first_evidence_at, lang),
            ),
            fact("首次判定", "first accused", day_or(v.flagged_at, lang)),
        ];
        if let Some(date) = &v.leak_date {
            let (from, likely, until) = (day(date.earliest), day(date.likely), day(date.latest));
            facts.push(fact(
                "推断的泄露时间",
                "inferred time of the leak",
                tell!(
                    lang,
                    "约 {likely}，90 % 在 {from} 至 {until} 之间",
                    "about {likely}, with probability .9 between {from} and {until}"
                ),
            ));
        }
        Block::Facts(facts)
    }

    fn about(&self) -> String {
        let platform = &self.case.platform;
        let id = platform.platform.to_string();
        let parts = [
            Some(&platform.name),
            platform.operator.as_ref(),
            platform.sector.as_ref(),
            Some(&id),
        ];
        let mut parts: Vec<&str> = parts
            .into_iter()
            .flatten()
            .map(String::as_str)
            .filter(|part| !part.is_empty())
            .collect();
        parts.dedup();
        parts.join(say(self.frame.lang, "，", ", "))
    }
}

fn tell_days(days: f64, lang: Language) -> String {
    tell!(lang, "{days:.1} 号码·天", "{days:.1} number-days")
}

impl Frame {
    /// A document around blocks.
    pub(super) fn paper(&self, title: String, blocks: Vec<Block>) -> Paper {
        let lang = self.lang;
        let edition = match self.preset {
            Preset::Regulator => say(
                lang,
                "监管版：含号码、主叫和原文，不可公开",
                "edition for authorities: holds numbers, callers and texts; not for the public",
            ),
            Preset::Platform => say(
                lang,
                "平台版：供平台答复",
                "edition for the platform, so that it can answer",
            ),
            Preset::Public => say(lang, "公开版", "public edition"),
        };
        let (at, entries) = (day(self.made_at), self.log.entries);
        Paper {
            lang,
            tag: None,
            title,
            subtitle: tell!(
                lang,
                "{edition} · {at} · 截至日志第 {entries} 条",
                "{edition} · {at} · as of {entries} entries of the log"
            ),
            brand: self.brand.clone(),
            foot: self.log.line(lang),
            made_at: self.made_at,
            blocks,
        }
    }
}

/// Classes that accuse come first.
pub(super) const fn rank(class: Class) -> u8 {
    match class {
        Class::Resold => 0,
        Class::Leaked => 1,
        Class::Disclosed => 2,
        Class::FirstParty => 3,
        Class::Quiet => 4,
        Class::Insufficient => 5,
    }
}
