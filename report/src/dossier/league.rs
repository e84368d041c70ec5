//! The report on many platforms: the league table.

use attribution::Cause;
use honeytoken::ReplyStanding;

use super::cases::lead;
use super::platform::rank;
use super::tell::{FEW, day_or, of, percent};
use super::{Case, League, evidence, limits, log_head, subject};
use crate::bundle::Preset;
use crate::chart::{self, Ink, SurvivalLine};
use crate::paper::{Block, Paper, Table};
use crate::survival::Curve;
use crate::words::{class_word, say};

/// Sentences on single platforms, at most.
const SENTENCES_MAX: usize = 50;

impl League {
    /// As a document.
    pub fn paper(&self) -> Paper {
        let lang = self.frame.lang;
        let mut cases: Vec<&Case> = self.cases.iter().collect();
        cases.sort_by(|a, b| {
            let by = |case: &Case| {
                (
                    rank(case.verdict.class),
                    case.verdict.fdr,
                    -case.verdict.probability,
                )
            };
            let (x, y) = (by(a), by(b));
            x.0.cmp(&y.0)
                .then(x.1.total_cmp(&y.1))
                .then(x.2.total_cmp(&y.2))
                .then_with(|| a.platform.platform.cmp(&b.platform.platform))
        });
        let mut blocks = vec![Block::Lead(self.summary())];
        blocks.extend(self.warnings());
        blocks.push(Block::Heading(say(lang, "各平台", "Platforms").to_owned()));
        blocks.push(Block::Table(self.table(&cases)));
        blocks.push(Block::Text(say(lang, "同一结论内按错误发现率排列；名次之差不代表泄露多少之差。号码少的平台更难被判定，“未见异常”不等于清白。", "Within a verdict by false-discovery level; a place above another does not mean that more was leaked. Platforms with few numbers are harder to accuse, and \"nothing found\" is no proof of innocence.").to_owned()));
        blocks.extend(self.sentences(&cases));
        blocks.extend(self.pictures());
        let names = |id: &str| {
            let case = self
                .cases
                .iter()
                .find(|case| case.platform.platform.as_str() == id);
            case.map_or_else(|| id.to_owned(), |case| case.name().to_owned())
        };
        let heading = Block::Heading(say(lang, "转售关系", "Resale").to_owned());
        blocks.extend(evidence::resale(heading, &self.graph, &names, lang));
        blocks.extend(limits::method(lang));
        blocks.extend(limits::errors(&self.frame));
        blocks.extend(limits::limits(None, lang));
        blocks.extend(log_head::blocks(&self.frame, None));
        self.frame.paper(self.title(), blocks)
    }

    fn title(&self) -> String {
        let lang = self.frame.lang;
        match &self.study {
            Some(study) => tell!(
                lang,
                "号码泄露检测报告：{study}",
                "Study {study}: phone numbers that reached strangers"
            ),
            None => tell!(
                lang,
                "号码泄露检测：全部平台一览",
                "Phone numbers that reached strangers: a league table of platforms"
            ),
        }
    }

    fn summary(&self) -> String {
        let lang = self.frame.lang;
        let all = self.cases.len();
        let count =
            |test: &dyn Fn(&Case) -> bool| self.cases.iter().filter(|case| test(case)).count();
        let accused = count(&Case::is_accused);
        let unclear = count(&|case| case.verdict.class == attribution::Class::Insufficient);
        let mut words = tell!(
            lang,
            "共观察 {all} 个平台，其中 {accused} 个平台的号码（只给过它们）到了未声明的第三方手里。",
            "{all} platforms were watched. At {accused} of them phone numbers that only they had been given reached third parties that they had not declared."
        );
        if unclear > 0 {
            words += &tell!(
                lang,
                "{unclear} 个尚无法判断。",
                " For {unclear} it is too early to say."
            );
        }
        words
    }

    /// Whom this accuses without having heard them.
    fn warnings(&self) -> Option<Block> {
        let lang = self.frame.lang;
        let unheard =
            |case: &&Case| case.is_accused() && case.reply.standing == ReplyStanding::NotOffered;
        let names: Vec<&str> = self.cases.iter().filter(unheard).map(Case::name).collect();
        let names = names.join(say(lang, "、", ", "));
        if let Some(why) = self
            .frame
            .without_reply
            .as_ref()
            .filter(|_| !names.is_empty())
        {
            let words = tell!(
                lang,
                "以下平台被判定，公布前未获得答复的机会：{names}。公布者说明的理由：{why}",
                "These platforms stand accused and were not offered a reply before this was published: {names}. The publisher's reason: {why}"
            );
            return Some(Block::Notice(words));
        }
        (!names.is_empty()).then(|| Block::Notice(tell!(lang, "以下平台被判定，但尚未获得答复的机会：{names}。在此之前请勿公布。", "These platforms stand accused and have not been offered a reply: {names}. Do not publish before they have.")))
    }

    fn table(&self, cases: &[&Case]) -> Table {
        let lang = self.frame.lang;
        let heads = [
            ("平台", "platform"),
            ("结论", "verdict"),
            ("概率", "probability"),
            ("被联系的号码", "numbers reached"),
            ("观察（号码·天）", "watched, number-days"),
            ("泄露性联系", "leak contacts"),
            ("首次", "first"),
            ("答复", "reply"),
        ];
        let row = |case: &&Case| {
            let v = &case.verdict;
            vec![
                case.name().to_owned(),
                class_word(v.class, lang).to_owned(),
                percent(v.probability),
                of(v.canaries_hit as usize, v.canaries as usize, lang),
                format!("{:.0}", v.exposure_days),
                v.contacts
                    .get(&Cause::Leak)
                    .copied()
                    .unwrap_or(0)
                    .to_string(),
                day_or(v.first_evidence_at, lang),
                if case.is_accused() {
                    case.reply.words(lang)
                } else {
                    "—".to_owned()
                },
            ]
        };
        Table {
            heads: heads.map(|(zh, en)| say(lang, zh, en).to_owned()).into(),
            rows: cases.iter().map(row).collect(),
        }
    }

    /// Each accusation in a sentence, with the platform's published answer.
    fn sentences(&self, cases: &[&Case]) -> Vec<Block> {
        let (lang, public) = (self.frame.lang, self.frame.preset == Preset::Public);
        let mut blocks = Vec::new();
        for case in cases
            .iter()
            .filter(|case| case.is_accused())
            .take(SENTENCES_MAX)
        {
            blocks.push(Block::Subheading(case.name().to_owned()));
            blocks.push(Block::Text(lead(case, lang)));
            let few = (case.verdict.canaries as usize) < FEW;
            let reply = case.reply.words(lang);
            let small = if few {
                say(
                    lang,
                    "号码很少，只看个数。",
                    "Numbers are few: counts, not shares. ",
                )
            } else {
                ""
            };
            blocks.push(Block::Text(tell!(
                lang,
                "{small}平台答复：{reply}。",
                "{small}Reply of the platform: {reply}."
            )));
            let shown = case
                .reply
                .answers
                .iter()
                .filter(|answer| !public || answer.published);
            blocks.extend(shown.map(|answer| Block::Quote {
                about: super::tell::day(answer.received_at),
                text: answer.text.clone(),
            }));
        }
        blocks
    }

    fn pictures(&self) -> Vec<Block> {
        let lang = self.frame.lang;
        if self.numbers.is_empty() {
            return Vec::new();
        }
        let curve = Curve::of(
            self.numbers
                .iter()
                .map(|number| subject(&number.held))
                .collect(),
        );
        let line = SurvivalLine {
            label: say(lang, "全部号码", "all numbers").to_owned(),
            ink: Ink::Registered,
            curve,
        };
        let survival = chart::survival(&[line], lang);
        let contacts = chart::over_time(
            &evidence::contacts(&self.numbers),
            evidence::from(&self.numbers),
            evidence::until(&self.numbers),
            lang,
        );
        let (about_survival, about_contacts) =
            (survival.description.clone(), contacts.description.clone());
        vec![
            Block::Heading(say(lang, "全部号码", "All numbers").to_owned()),
            Block::Figure {
                chart: survival,
                caption: about_survival,
            },
            Block::Figure {
                chart: contacts,
                caption: about_contacts,
            },
        ]
    }
}
