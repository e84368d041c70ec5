//! What is remembered of one campaign: bounded, whatever it does.

use serde::{Deserialize, Serialize};

use crate::state::Gist;
use crate::text::{UNDETERMINED, domains_in, language};
use crate::topic::Topic;

/// Lines remembered of one campaign; beyond, it is a mass dialler whatever else it is.
pub(crate) const HITS_MAX: usize = 400;
/// Ids remembered that a campaign was known by before it grew together with an older one.
const NAMES_MAX: usize = 64;
/// Texts of one campaign that its topic and language are read from, the first.
const TEXTS_HEARD_MAX: u32 = 16;
/// Domains remembered of one campaign.
const DOMAINS_MAX: usize = 8;

/// A line that a campaign reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Hit {
    pub(crate) line: u32,
    pub(crate) day: i64,
    pub(crate) last: i64,
    pub(crate) contacts: u32,
    /// Nobody had been given the line.
    pub(crate) unplaced: bool,
    pub(crate) control: bool,
    /// It asked there for somebody else, by name.
    pub(crate) personal: bool,
}

/// One caller's activity.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Group {
    pub(crate) hits: Vec<Hit>,
    pub(crate) unplaced: u32,
    /// Controls among the lines.
    pub(crate) controls: u32,
    pub(crate) contacts: u64,
    pub(crate) texts: u64,
    /// What it says; none if nothing was said.
    pub(crate) said: Option<Box<Said>>,
    /// It said something that others of its contacts can be known by.
    pub(crate) linkable: bool,
    pub(crate) first: i64,
    pub(crate) last: i64,
    /// Its texts that others are compared with.
    pub(super) exemplars: u32,
    /// Younger ids that led here, the oldest ones.
    pub(crate) known_as: Vec<u32>,
    /// Per platform whose number was the first or second: see `evidence::breadth`.
    pub(crate) bets: Vec<crate::evidence::Bet>,
}

/// What the first texts of a campaign are about, in which language, and where they lead.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Said {
    heard: u32,
    topics: Vec<(Topic, u32)>,
    languages: Vec<(String, u32)>,
    /// Registrable domains, those seen first.
    pub(crate) domains: Vec<String>,
}

impl Said {
    fn hear(&mut self, text: &str) {
        if self.heard >= TEXTS_HEARD_MAX {
            return;
        }
        self.heard += 1;
        if let Some(topic) = Topic::of(text) {
            add(&mut self.topics, topic, 1);
        }
        let language = language(text);
        if language != UNDETERMINED {
            add(&mut self.languages, language.to_owned(), 1);
        }
        self.lead_to(domains_in(text));
    }

    /// What one text was about, where the text itself is gone.
    fn hear_gist(&mut self, gist: &Gist) {
        if self.heard >= TEXTS_HEARD_MAX {
            return;
        }
        self.heard += 1;
        if let Some(topic) = gist.topic {
            add(&mut self.topics, topic, 1);
        }
        if let Some(language) = &gist.language {
            add(&mut self.languages, language.clone(), 1);
        }
    }

    fn lead_to(&mut self, domains: Vec<String>) {
        for domain in domains {
            if self.domains.len() < DOMAINS_MAX && !self.domains.contains(&domain) {
                self.domains.push(domain);
            }
        }
    }

    fn absorb(&mut self, other: Said) {
        self.heard += other.heard;
        for (topic, n) in other.topics {
            add(&mut self.topics, topic, n);
        }
        for (language, n) in other.languages {
            add(&mut self.languages, language, n);
        }
        self.lead_to(other.domains);
    }

    /// What most of its texts are about.
    pub(crate) fn topic(&self) -> Option<Topic> {
        most(&self.topics).copied()
    }

    /// The language of most of them, as a BCP 47 tag.
    pub(crate) fn language(&self) -> Option<&str> {
        most(&self.languages).map(String::as_str)
    }
}

fn add<T: PartialEq>(counts: &mut Vec<(T, u32)>, what: T, n: u32) {
    match counts.iter_mut().find(|c| c.0 == what) {
        Some(known) => known.1 += n,
        None => counts.push((what, n)),
    }
}

/// The one counted most, of equals the first in their own order.
fn most<T: Ord>(counts: &[(T, u32)]) -> Option<&T> {
    let best = counts
        .iter()
        .max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(&a.0)));
    best.map(|b| &b.0)
}

impl Group {
    pub(super) fn new(day: i64) -> Group {
        Group {
            first: day,
            last: day,
            ..Group::default()
        }
    }

    /// Takes over what another one did, and its name.
    pub(super) fn absorb(&mut self, name: u32, other: Group) {
        self.contacts += other.contacts;
        self.texts += other.texts;
        if let Some(more) = other.said {
            self.said.get_or_insert_default().absorb(*more);
        }
        self.linkable |= other.linkable;
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.exemplars += other.exemplars;
        self.bets.extend(other.bets);
        self.take_names(name, other.known_as);
        self.take_hits(other.hits);
    }

    /// Takes in what one contact said.
    pub(crate) fn hear(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.texts += 1;
        self.said.get_or_insert_default().hear(text);
    }

    /// Takes in what one contact said whose words are gone.
    pub(crate) fn hear_gist(&mut self, gist: &Gist) {
        self.texts += 1;
        self.said.get_or_insert_default().hear_gist(gist);
    }

    fn take_names(&mut self, name: u32, more: Vec<u32>) {
        self.known_as.push(name);
        self.known_as.extend(more);
        self.known_as.sort_unstable();
        self.known_as.truncate(NAMES_MAX);
    }

    /// Each line once; of too many lines the first reached stay.
    fn take_hits(&mut self, more: Vec<Hit>) {
        self.hits.extend(more);
        self.hits.sort_by_key(|h| (h.line, h.day));
        self.hits.dedup_by(|later, first| {
            let same = later.line == first.line;
            if same {
                first.last = first.last.max(later.last);
                first.contacts += later.contacts;
                first.unplaced |= later.unplaced;
                first.personal |= later.personal;
            }
            same
        });
        self.hits.sort_by_key(|h| (h.day, h.line));
        self.hits.truncate(HITS_MAX);
        self.controls = self.hits.iter().filter(|h| h.control).count() as u32;
        self.unplaced = self.hits.iter().filter(|h| h.unplaced).count() as u32;
    }

    /// It is known by something that another contact could share: a text, or a caller who came again.
    pub(super) fn has_a_name(&self) -> bool {
        self.linkable || self.contacts > 1
    }
}
