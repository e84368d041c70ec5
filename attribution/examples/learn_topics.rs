//! Learns the weights of `data/topics.tsv` from the published collections beside the workspace
//! (`shared/data`): `cargo run --release -p attribution --example learn_topics > attribution/data/topics.tsv`.
//!
//! Softmax regression by gradient steps in a fixed order, so that the same texts give the same file. What is
//! written are digests of pairs of characters and of words, and weights; no text. One text in five,
//! by its content, is kept for `tests/topics.rs` and never learned.

#[path = "../tests/support/collections.rs"]
mod collections;

use std::collections::{BTreeMap, BTreeSet};

use attribution::topic::{Topic, features};
use collections::{Sample, samples};

/// Features that fewer texts have say little.
const TEXTS_MIN: usize = 3;
const FEATURES_MAX: usize = 6_000;
const ROUNDS: usize = 40;
const STEP: f64 = 0.25;
/// What weights lose in each round.
const DECAY: f64 = 0.004;
/// Weights are written in tenths; smaller ones are not written.
const TENTHS: f64 = 10.0;

type Weights = BTreeMap<u32, Vec<f64>>;

/// A text to learn from.
struct Lesson {
    topic: Topic,
    weight: f64,
    features: Vec<u32>,
}

#[expect(clippy::print_stdout, reason = "the file is what is printed")]
fn main() {
    let learned: Vec<Sample> = samples().into_iter().filter(|s| !s.held_out).collect();
    if learned.is_empty() {
        println!("# no collections beside the workspace: nothing learned");
        return;
    }
    let texts: Vec<Lesson> = weighted(&learned);
    let mut weights = chosen(&texts);
    let mut bias = vec![0.0; Topic::ALL.len()];
    for round in 0..ROUNDS {
        let size = STEP / (1.0 + round as f64 * 0.1);
        for lesson in &texts {
            step(lesson, size, &mut weights, &mut bias);
        }
        for w in weights.values_mut().flatten() {
            *w *= 1.0 - DECAY;
        }
    }
    let names: String = Topic::ALL.iter().map(|t| format!("\t{t}")).collect();
    println!("# Learned by examples/learn_topics.rs: feature, then topic:weight in tenths.");
    let labels: BTreeSet<&str> = learned.iter().map(|s| s.label).collect();
    println!(
        "# From {} texts under {} labels.",
        learned.len(),
        labels.len()
    );
    println!("topics{names}");
    println!("bias{}", cells(&bias));
    for (feature, weights) in &weights {
        let cells = cells(weights);
        if !cells.is_empty() {
            println!("{feature:08x}{cells}");
        }
    }
}

fn cells(weights: &[f64]) -> String {
    let cell = |(topic, w): (usize, &f64)| {
        let tenths = (w * TENTHS).round() as i32;
        (tenths.abs() > 1).then(|| format!("\t{topic}:{tenths}"))
    };
    weights.iter().enumerate().filter_map(cell).collect()
}

/// Topics with many texts must not drown those with few.
fn weighted(samples: &[Sample]) -> Vec<Lesson> {
    let mut counts: BTreeMap<Topic, f64> = BTreeMap::new();
    for sample in samples {
        *counts.entry(sample.topic).or_default() += 1.0;
    }
    let mean = samples.len() as f64 / counts.len() as f64;
    let mut texts: Vec<Lesson> = samples
        .iter()
        .map(|s| {
            let weight = (mean / counts[&s.topic]).sqrt().clamp(0.3, 3.0);
            Lesson {
                topic: s.topic,
                weight,
                features: features(&s.text),
            }
        })
        .collect();
    // An order that has nothing to do with the topics.
    texts.sort_by_key(|t| {
        t.features.iter().fold(7_u64, |h, f| {
            (h ^ u64::from(*f)).wrapping_mul(0x0100_0000_01b3)
        })
    });
    texts
}

/// The features that most texts have, and no topic has its fair share of.
fn chosen(texts: &[Lesson]) -> Weights {
    let mut counts: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
    let mut totals = vec![0.0; Topic::ALL.len()];
    for Lesson {
        topic,
        weight,
        features: text,
        ..
    } in texts
    {
        totals[*topic as usize] += weight;
        for feature in text {
            counts
                .entry(*feature)
                .or_insert_with(|| vec![0.0; Topic::ALL.len()])[*topic as usize] += weight;
        }
    }
    let all: f64 = totals.iter().sum();
    let surprise = |by_topic: &Vec<f64>| -> f64 {
        let n: f64 = by_topic.iter().sum();
        let fair = |t: usize| n * totals[t] / all;
        by_topic
            .iter()
            .enumerate()
            .filter(|(_, c)| **c > 0.0)
            .map(|(t, c)| c * (c / fair(t)).ln())
            .sum()
    };
    let mut ranked: Vec<(f64, u32)> = counts
        .iter()
        .filter(|(_, by_topic)| by_topic.iter().sum::<f64>() >= TEXTS_MIN as f64)
        .map(|(feature, by_topic)| (surprise(by_topic), *feature))
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    ranked.truncate(FEATURES_MAX);
    ranked
        .into_iter()
        .map(|(_, f)| (f, vec![0.0; Topic::ALL.len()]))
        .collect()
}

fn step(lesson: &Lesson, size: f64, weights: &mut Weights, bias: &mut [f64]) {
    let text = &lesson.features;
    let mut scores = bias.to_vec();
    for feature in text {
        if let Some(w) = weights.get(feature) {
            scores.iter_mut().zip(w).for_each(|(s, w)| *s += w);
        }
    }
    let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let exps: Vec<f64> = scores.iter().map(|s| (s - top).exp()).collect();
    let sum: f64 = exps.iter().sum();
    let known = text
        .iter()
        .filter(|f| weights.contains_key(f))
        .count()
        .max(1) as f64;
    let due: Vec<f64> = exps
        .iter()
        .enumerate()
        .map(|(t, e)| {
            size * lesson.weight / known.sqrt()
                * (f64::from(u8::from(t == lesson.topic as usize)) - e / sum)
        })
        .collect();
    bias.iter_mut().zip(&due).for_each(|(b, d)| *b += d * 0.1);
    for feature in text {
        if let Some(w) = weights.get_mut(feature) {
            w.iter_mut().zip(&due).for_each(|(w, d)| *w += d);
        }
    }
}
