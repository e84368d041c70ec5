//! The linear model: features of a text, and what each speaks for.

use std::sync::LazyLock;

use super::Topic;
use super::lexicon::{self, HAN_WEIGHT, LATIN_WEIGHT};
use crate::text::{digest, digest_chars, folded, is_han};

/// Weights in the file are in this part of one.
const SCALE: f64 = 0.1;
static OURS: LazyLock<Model> = LazyLock::new(|| {
    let mut model = Model::parse(include_str!("../../data/topics.tsv"));
    model.teach_lexicon();
    model
});

/// What each feature speaks for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Model {
    bias: Vec<f64>,
    /// By feature, ascending.
    weights: Vec<(u32, Vec<(Topic, f64)>)>,
}

impl Model {
    /// The model that this room judges by.
    pub fn ours() -> &'static Model {
        &OURS
    }

    /// What the lexicon says alone.
    pub fn by_lexicon() -> Model {
        let mut model = Model::parse("");
        model.teach_lexicon();
        model
    }

    /// Reads lines of a feature in hexadecimal digits and `n:weight` pairs, where `n` is a place in
    /// the list of topics that the line `topics` gives; the feature `bias` speaks always. What does
    /// not fit is passed over.
    pub fn parse(text: &str) -> Model {
        let mut model = Model {
            bias: vec![0.0; Topic::ALL.len()],
            weights: Vec::new(),
        };
        let mut topics: Vec<Option<Topic>> = Vec::new();
        for line in text.lines() {
            let mut cells = line.split('\t');
            let feature = cells.next().unwrap_or_default();
            if feature == "topics" {
                topics = cells.map(Topic::of_word).collect();
                continue;
            }
            let weights: Vec<(Topic, f64)> = cells.filter_map(|c| weight(c, &topics)).collect();
            if feature == "bias" {
                for (topic, weight) in weights {
                    model.bias[topic as usize] += weight;
                }
            } else if let Ok(feature) = u32::from_str_radix(feature, 16) {
                model.weights.push((feature, weights));
            }
        }
        model.weights.sort_by_key(|w| w.0);
        model
    }

    /// What every topic scores, by its place in [`Topic::ALL`]; none if no feature is known.
    pub fn scores(&self, text: &str) -> Option<Vec<f64>> {
        let mut scores = self.bias.clone();
        let mut known = false;
        for feature in features(text) {
            let Ok(at) = self.weights.binary_search_by_key(&feature, |w| w.0) else {
                continue;
            };
            known = true;
            for (topic, weight) in &self.weights[at].1 {
                scores[*topic as usize] += weight;
            }
        }
        known.then_some(scores)
    }

    /// The topic that scores most.
    pub fn topic(&self, text: &str) -> Option<Topic> {
        let scores = self.scores(text)?;
        let best = Topic::ALL.iter().copied();
        best.max_by(|a, b| {
            scores[*a as usize]
                .total_cmp(&scores[*b as usize])
                .then(b.cmp(a))
        })
    }

    fn teach_lexicon(&mut self) {
        let mut weights: std::collections::BTreeMap<u32, Vec<(Topic, f64)>> =
            std::mem::take(&mut self.weights).into_iter().collect();
        for (topic, words) in lexicon::WORDS {
            for word in words.split_whitespace() {
                let han = word.chars().any(is_han);
                let weight = if han { HAN_WEIGHT } else { LATIN_WEIGHT };
                let entry = weights.entry(named(word)).or_default();
                match entry.iter_mut().find(|e| e.0 == *topic) {
                    Some(known) => known.1 += weight,
                    None => entry.push((*topic, weight)),
                }
            }
        }
        self.weights = weights.into_iter().collect();
    }
}

fn weight(cell: &str, topics: &[Option<Topic>]) -> Option<(Topic, f64)> {
    let (topic, weight) = cell.split_once(':')?;
    let tenths: f64 = weight.parse().ok()?;
    let topic = topics.get(topic.parse::<usize>().ok()?)?;
    Some(((*topic)?, tenths * SCALE))
}

/// The feature of a lexicon's word: Han characters, or Latin words with `_` between.
fn named(word: &str) -> u32 {
    if word.chars().any(is_han) {
        let chars: Vec<char> = word.chars().collect();
        digest_chars(40, &chars) as u32
    } else {
        digest(41, word.bytes()) as u32
    }
}

/// The features of a text, ascending, each once: runs of two and three Han characters, Latin words,
/// and two Latin words in a row.
pub fn features(text: &str) -> Vec<u32> {
    let chars = folded(text);
    let mut found: Vec<u32> = Vec::new();
    for run in chars.split(|c| !is_han(*c)) {
        for size in 2..=3 {
            found.extend(run.windows(size).map(|w| digest_chars(40, w) as u32));
        }
    }
    let words: Vec<String> = chars
        .split(|c| !c.is_alphabetic() || is_han(*c))
        .filter(|w| w.len() > 1)
        .map(|w| w.iter().collect())
        .collect();
    found.extend(words.iter().map(|w| digest(41, w.bytes()) as u32));
    found.extend(words.windows(2).map(|w| {
        let joined = [w[0].as_str(), "_", &w[1]];
        digest(41, joined.iter().flat_map(|s| s.bytes())) as u32
    }));
    found.sort_unstable();
    found.dedup();
    found
}
