//! How often topics are right about texts that were not learned.

#[path = "support/collections.rs"]
mod collections;

use std::collections::BTreeMap;

use attribution::topic::Topic;
use collections::{LABELS, Sample, samples};

/// The least share that must be right, over all texts and over the labels alike.
const RIGHT_MIN: f64 = 0.85;
const RIGHT_BY_LABEL_MIN: f64 = 0.70;

#[test]
fn topics_of_texts_that_were_not_learned_are_mostly_right() {
    let held_out: Vec<Sample> = samples().into_iter().filter(|s| s.held_out).collect();
    if held_out.is_empty() {
        println!("no collections in shared/data beside the workspace: passed over");
        return;
    }
    let (mut right, mut labels, mut shares) = (0, 0.0, 0.0);
    for (label, topics) in LABELS {
        let mut said: BTreeMap<&str, usize> = BTreeMap::new();
        let (mut all, mut good, mut same) = (0, 0, 0);
        for sample in held_out.iter().filter(|s| s.label == *label) {
            let topic = Topic::of(&sample.text).unwrap_or(Topic::Personal);
            *said.entry(topic.as_str()).or_default() += 1;
            all += 1;
            good += usize::from(topics.contains(&topic));
            same += usize::from(topic == sample.topic);
        }
        if all > 0 {
            let share = good as f64 / all as f64;
            println!(
                "{label:26} {good:4} of {all:4} right ({share:.3}), {same} as labelled by words; said {said:?}"
            );
            right += good;
            labels += 1.0;
            shares += share;
        }
    }
    let (share, by_label) = (right as f64 / held_out.len() as f64, shares / labels);
    println!(
        "{right} of {} right: {share:.3}; mean over labels {by_label:.3}",
        held_out.len()
    );
    assert!(share >= RIGHT_MIN, "{share}");
    assert!(by_label >= RIGHT_BY_LABEL_MIN, "{by_label}");
}
