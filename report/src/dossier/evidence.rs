//! Pictures and quotations: what the verdict rests on.

use attribution::{Cause, Class};
use honeytoken::Timestamp;

use super::tell::{FEW, day, of, to_one};
use super::{Dossier, Number, redact, subject};
use crate::bundle::Preset;
use crate::chart::{self, FirstContact, Ink, Row, SurvivalLine, Timeline, Waited};
use crate::paper::{Block, Table};
use crate::survival::Curve;
use crate::words::{cause_word, say};
use honeytoken::Language;

/// Logarithms further apart than this are of different evidence.
const FROZEN_MIN: f64 = 0.01;
/// Campaigns listed, at most.
const CAMPAIGNS_MAX: usize = 25;

/// The last moment that anything is known of these numbers.
pub(super) fn until(numbers: &[Number]) -> Timestamp {
    let last = |number: &Number| {
        let contact = number.held.contacts.iter().map(|c| c.at.as_micros()).max();
        contact
            .max(number.held.proven.last())
            .unwrap_or(0)
            .max(number.held.registered_at.as_micros())
    };
    Timestamp::from_micros(numbers.iter().map(last).max().unwrap_or(0))
}

/// Where a picture of these numbers begins: their soak, or what reached them before.
pub(super) fn from(numbers: &[Number]) -> Timestamp {
    let first = |number: &Number| {
        let soak = number.soak.map(|soak| soak.0);
        soak.unwrap_or(number.held.registered_at)
            .min(number.held.registered_at)
    };
    numbers.iter().map(first).min().unwrap_or(Timestamp::EPOCH)
}

/// Every contact since these numbers were given away.
pub(super) fn contacts(numbers: &[Number]) -> Vec<(Timestamp, Cause)> {
    let since = |number: &Number| {
        let from = number.held.registered_at;
        let all = number.held.contacts.iter().filter(move |c| c.at >= from);
        all.map(|c| (c.at, c.cause)).collect::<Vec<_>>()
    };
    numbers.iter().flat_map(since).collect()
}

impl Dossier {
    fn row(&self, nth: usize, number: &Number) -> Row {
        let micros = Timestamp::from_micros;
        let proven = number.held.proven.within((0, i64::MAX));
        Row {
            label: redact::number(self.frame.preset, nth, number.held.number.as_str()),
            soak: number.soak,
            registered: Some(number.held.registered_at),
            alive: proven
                .map(|(from, until)| (micros(from), micros(until)))
                .collect(),
            contacts: number
                .held
                .contacts
                .iter()
                .map(|c| (c.at, c.cause))
                .collect(),
        }
    }

    /// Contacts by cause against registration, soak and gaps.
    pub(super) fn timeline(&self) -> Vec<Block> {
        let lang = self.frame.lang;
        let verdict = &self.case.verdict;
        let chart = chart::timeline(
            &Timeline {
                rows: self
                    .numbers
                    .iter()
                    .enumerate()
                    .map(|(nth, number)| self.row(nth, number))
                    .collect(),
                from: from(&self.numbers),
                until: until(&self.numbers),
                flagged_at: verdict.flagged_at,
                leak_date: verdict
                    .leak_date
                    .as_ref()
                    .map(|date| (date.earliest, date.latest)),
            },
            lang,
        );
        let caption = chart.description.clone();
        vec![
            Block::Heading(say(lang, "时间线", "Timeline").to_owned()),
            Block::Figure { chart, caption },
        ]
    }

    /// How long numbers waited, and the curve.
    pub(super) fn waits(&self) -> Vec<Block> {
        let lang = self.frame.lang;
        let end = until(&self.numbers);
        let waited = |(nth, number): (usize, &Number)| {
            let held = &number.held;
            let first = held.first_leak_at();
            Waited {
                label: redact::number(self.frame.preset, nth, held.number.as_str()),
                days: first.unwrap_or(end).days_since(held.registered_at).max(0.0),
                reached: first.is_some(),
            }
        };
        let waits = FirstContact(self.numbers.iter().enumerate().map(waited).collect());
        let first = chart::first_contact(&waits, lang);
        let curve = self.survival();
        let mut caption = say(lang, "阶梯为 Kaplan–Meier 估计，浅色带为 95 % 区间，竖线表示该号码此后不再观察。只计已证明在线的时间。", "Steps are the Kaplan–Meier estimate, pale bands its 95 % interval; a tick is a number that was not watched any longer. Only time proven alive counts.").to_owned();
        let uncounted: usize = curve.iter().map(|line| line.curve.uncounted).sum();
        if uncounted > 0 {
            caption += &tell!(
                lang,
                " {uncounted} 次首次联系发生在未证明在线的时间，不计为阶梯。",
                " {uncounted} first contacts came in time that is not proven and make no step."
            );
        }
        let caption_first = first.description.clone();
        vec![
            Block::Heading(
                say(
                    lang,
                    "多久之后才有第一次泄露性联系",
                    "How long until the first leak contact",
                )
                .to_owned(),
            ),
            Block::Figure {
                caption: caption_first,
                chart: first,
            },
            Block::Figure {
                chart: chart::survival(&curve, lang),
                caption,
            },
        ]
    }

    fn survival(&self) -> Vec<SurvivalLine> {
        let lang = self.frame.lang;
        let own = Curve::of(
            self.numbers
                .iter()
                .map(|number| subject(&number.held))
                .collect(),
        );
        let others = Curve::of(self.others.clone());
        let mut lines = vec![SurvivalLine {
            label: say(lang, "该平台的号码", "this platform's numbers").to_owned(),
            ink: Ink::Leak,
            curve: own,
        }];
        if others.subjects > 0 {
            lines.push(SurvivalLine {
                label: say(lang, "其他平台的号码", "numbers of all other platforms").to_owned(),
                ink: Ink::Registered,
                curve: others,
            });
        }
        lines
    }

    /// Contacts by week, and by cause.
    pub(super) fn contacts(&self) -> Vec<Block> {
        let lang = self.frame.lang;
        let chart = chart::over_time(
            &contacts(&self.numbers),
            from(&self.numbers),
            until(&self.numbers),
            lang,
        );
        let rows = self
            .case
            .verdict
            .contacts
            .iter()
            .map(|(cause, count)| vec![cause_word(*cause, lang).to_owned(), count.to_string()]);
        let heads = [say(lang, "原因", "cause"), say(lang, "次数", "contacts")]
            .map(str::to_owned)
            .into();
        let caption = chart.description.clone();
        vec![
            Block::Heading(say(lang, "登记以来的联系", "Contacts since registration").to_owned()),
            Block::Figure { chart, caption },
            Block::Table(Table {
                heads,
                rows: rows.collect(),
            }),
        ]
    }

    /// What each piece weighs, and the verdict's own words.
    pub(super) fn weights(&self) -> Vec<Block> {
        let (lang, verdict) = (self.frame.lang, &self.case.verdict);
        let chart = chart::weights(&verdict.factors, lang);
        let mut caption = say(lang, "每项使“号码已被传出”相对可信多少倍。单项再重也不单独成立：判定看的是合计。", "How many times likelier each piece makes it that numbers were passed on. No piece decides by itself: the product does.").to_owned();
        let (sum, counted) = (
            verdict.factors.iter().map(|f| f.log_e).sum::<f64>(),
            libm::log(verdict.e_value.max(f64::MIN_POSITIVE)),
        );
        if (sum - counted).abs() > FROZEN_MIN {
            let counted = to_one(counted);
            caption += &tell!(
                lang,
                "判定时证据已足够，e 值即固定为 {counted}；此后的证据在此列出，但不再计入。",
                " When the evidence sufficed the e-value was fixed at {counted}; what came later is shown here and not counted."
            );
        }
        vec![
            Block::Heading(say(lang, "证据的权重", "What the evidence weighs").to_owned()),
            Block::Figure { chart, caption },
            Block::Text(say(lang, &verdict.reason.zh, &verdict.reason.en).to_owned()),
        ]
    }

    /// Who called, and what was said.
    pub(super) fn campaigns(&self) -> Vec<Block> {
        let lang = self.frame.lang;
        let mut blocks = vec![Block::Heading(
            say(lang, "推广方及其说法", "Campaigns and what they said").to_owned(),
        )];
        match self.campaigns.is_empty() {
            true => blocks.push(Block::Text(
                say(
                    lang,
                    "没有可归并的推广方。",
                    "No campaign worked these numbers.",
                )
                .to_owned(),
            )),
            false => blocks.push(Block::Table(self.campaign_table())),
        }
        let more = self.campaigns.len().saturating_sub(CAMPAIGNS_MAX);
        if more > 0 {
            blocks.push(Block::Text(tell!(
                lang,
                "另有 {more} 个推广方未列出。",
                "{more} more campaigns are not listed."
            )));
        }
        blocks.extend(self.quotes());
        blocks
    }

    fn campaign_table(&self) -> Table {
        let lang = self.frame.lang;
        let heads = [
            ("推广方", "campaign"),
            ("首次", "first"),
            ("最近", "last"),
            ("联系", "contacts"),
            ("号码", "numbers"),
            ("内容", "about"),
            ("指向的域名", "leads to"),
        ];
        let about = |c: &crate::CampaignOut| match (lang, c.category) {
            (Language::Zh, _) => c.category_12321.to_owned(),
            (Language::En, Some(topic)) => topic.as_str().replace('_', " "),
            (Language::En, None) => "—".to_owned(),
        };
        let row = |c: &crate::CampaignOut| {
            vec![
                c.campaign.clone(),
                day(c.first_at),
                day(c.last_at),
                c.contacts.to_string(),
                c.numbers.to_string(),
                about(c),
                c.domains.join(", "),
            ]
        };
        Table {
            heads: heads.map(|(zh, en)| say(lang, zh, en).to_owned()).into(),
            rows: self.campaigns.iter().take(CAMPAIGNS_MAX).map(row).collect(),
        }
    }

    fn quotes(&self) -> Vec<Block> {
        let (lang, preset) = (self.frame.lang, self.frame.preset);
        let said = self.examples.iter().filter_map(|example| {
            let text = redact::text(preset, example.text.as_deref()?, &self.decoys);
            let campaign = example
                .campaign
                .map_or(String::new(), |campaign| format!("{campaign}, "));
            let (at, entry, how) = (day(example.at), example.entry, example.authentication);
            let from = redact::caller(preset, example.from.as_ref(), lang);
            let medium = match example.call {
                true => say(lang, "来电转写", "call, transcribed"),
                false => say(lang, "短信", "message"),
            };
            let about = tell!(
                lang,
                "{campaign}{medium}，{at}，{from}，条目 {entry}（{how}）",
                "{campaign}{medium}, {at}, {from}, entry {entry} ({how})"
            );
            Some(Block::Quote { about, text })
        });
        let mut blocks: Vec<Block> = said.collect();
        if !blocks.is_empty() {
            blocks.insert(
                0,
                Block::Subheading(say(lang, "举例", "Examples").to_owned()),
            );
            if preset == Preset::Public {
                blocks.push(Block::Text(say(lang, "公开版隐去了主叫、号码、验证码、专用姓名和链接的路径。", "In this public edition callers, numbers, codes, decoys' names and the paths of links are withheld.").to_owned()));
            }
        }
        blocks
    }

    /// Who shares its buyers.
    pub(super) fn resale(&self) -> Vec<Block> {
        let lang = self.frame.lang;
        let heading = Block::Heading(say(lang, "转售关系", "Resale").to_owned());
        resale(
            heading,
            &self.graph,
            &|id| self.names.get(id).cloned().unwrap_or_else(|| id.to_owned()),
            lang,
        )
    }

    /// What so few numbers can say.
    pub(super) fn few(&self) -> Option<Block> {
        let (lang, verdict) = (self.frame.lang, &self.case.verdict);
        let all = verdict.canaries as usize;
        let judged = verdict.class != Class::Insufficient;
        (judged && all > 0 && all < FEW).then(|| {
            let words = of(verdict.canaries_hit as usize, all, lang);
            Block::Text(tell!(lang, "号码很少（{words}）：比例没有意义，请只看个数；结论依据的是联系的方式，而不是比例。", "Numbers are few ({words}): shares would mean nothing, counts do. The verdict rests on how contacts came, not on a share."))
        })
    }
}

/// The graph, or that there is none.
pub(super) fn resale(
    heading: Block,
    graph: &crate::GraphOut,
    name: &dyn Fn(&str) -> String,
    lang: Language,
) -> Vec<Block> {
    if graph.edges.is_empty() {
        return vec![
            heading,
            Block::Text(
                say(
                    lang,
                    "没有发现与其他平台共有的买家，超出巧合。",
                    "No buyers in common with other platforms were found beyond chance.",
                )
                .to_owned(),
            ),
        ];
    }
    let chart = chart::resale(graph, name, lang);
    let description = &chart.description;
    let caption = tell!(
        lang,
        "{description} 线上数字为买家联系各平台的先后。推断的中间商可能是一家公司、几家有往来的公司，也可能是一个平台卖给下一个平台。",
        "{description} Numbers on lines are the order in which buyers reached the platforms. An inferred broker may be one company, several that deal with each other, or a sale from one platform to the next."
    );
    vec![heading, Block::Figure { chart, caption }]
}
