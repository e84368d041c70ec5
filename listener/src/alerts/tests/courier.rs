//! How many messages are under way at once.

use std::collections::BTreeSet;

use honeytoken::Timestamp;

use crate::alerts::courier::startable;
use crate::alerts::queue::Sending;

const NOW: Timestamp = Timestamp::from_unix_s(1_790_000_000);

fn to(target: usize, raised: u64, due: Timestamp) -> Sending {
    Sending {
        target: format!("t{target}").parse().unwrap(),
        raised,
        summed: Vec::new(),
        attempts: 0,
        due,
    }
}

fn targets(sendings: &[Sending]) -> Vec<&str> {
    sendings
        .iter()
        .map(|sending| sending.target.as_str())
        .collect()
}

#[test]
fn eight_are_under_way_at_once_and_the_ninth_waits_for_one_to_end() {
    let queue: Vec<Sending> = (0..10).map(|n| to(n, 1, NOW)).collect();
    let mut busy = BTreeSet::new();
    let (first, _) = startable(queue.clone(), &mut busy, 0, NOW);
    assert_eq!(
        targets(&first),
        ["t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7"]
    );
    assert_eq!(startable(queue.clone(), &mut busy, 8, NOW).0, []);
    busy.remove(&first[3].target);
    let left: Vec<Sending> = queue
        .into_iter()
        .filter(|sending| *sending != first[3])
        .collect();
    let (next, _) = startable(left, &mut busy, 7, NOW);
    assert_eq!(targets(&next), ["t8"]);
}

#[test]
fn one_at_a_time_for_each_target() {
    let queue = vec![to(1, 5, NOW), to(1, 6, NOW), to(2, 5, NOW)];
    let mut busy = BTreeSet::new();
    let (first, _) = startable(queue.clone(), &mut busy, 0, NOW);
    assert_eq!(targets(&first), ["t1", "t2"]);
    assert_eq!(startable(queue, &mut busy, 2, NOW).0, []);
}

#[test]
fn what_is_not_due_says_when_to_look_again() {
    let queue = vec![to(1, 5, NOW.plus_s(2)), to(2, 5, NOW.plus_s(3_600))];
    let mut busy = BTreeSet::new();
    assert_eq!(
        startable(queue.clone(), &mut busy, 0, NOW),
        (Vec::new(), 2_001)
    );
    assert_eq!(
        startable(queue, &mut busy, 0, NOW.plus_s(3)).1,
        30_000,
        "at least so often"
    );
}
