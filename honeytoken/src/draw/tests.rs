use super::*;

fn key(seed: &str, number: u64) -> DrawKey {
    DrawKey::new(seed, number, "platform:acme")
}

/// Computed apart, with Python's `hmac` and `hashlib`, as `docs/pool.md` shows it.
#[test]
fn a_draw_is_what_others_compute() {
    let seed = DrawSeed::from_random([7; 32]);
    assert_eq!(seed.seed.expose(), "07".repeat(32));
    assert_eq!(seed.sha256, PYTHON_SHA256);
    assert!(seed.is_consistent());
    let drawn = key(seed.seed.expose(), 3).draw(&[10, 11, 12, 13, 14, 15, 16], 3);
    assert_eq!(drawn, PYTHON_DRAWN);
    assert_eq!(digest(&[10, 11, 12]), PYTHON_DIGEST);
}

const PYTHON_SHA256: &str = "1967c0fdaed0b8f2618d3b1f4a9f8541ed315505acc26f5a41f382da8bdd9954";
const PYTHON_DRAWN: [u64; 3] = [10, 12, 16];
const PYTHON_DIGEST: &str = "9a44f76417278b0d8ac8132676595f984ecc59f14812c30c619605050b189990";

/// Pearson's test with fixed seeds, 9 degrees of freedom: 27.9 is exceeded once in a thousand.
#[test]
fn every_candidate_is_drawn_equally_often() {
    let candidates: Vec<u64> = (0..10).map(|i| 3 + 7 * i).collect();
    let mut counts = [0_f64; 10];
    for number in 0..10_000 {
        let drawn = key("a seed", number).first(&candidates).unwrap();
        counts[candidates.iter().position(|c| *c == drawn).unwrap()] += 1.0;
    }
    let statistic: f64 = counts.iter().map(|n| (n - 1000.0).powi(2) / 1000.0).sum();
    assert!(statistic < 27.9, "{statistic}: {counts:?}");
}

/// Every pair of 6 in samples of 2: 15 pairs, 14 degrees of freedom.
#[test]
fn every_set_is_drawn_equally_often() {
    let mut counts = std::collections::BTreeMap::<Vec<u64>, f64>::new();
    for number in 0..15_000 {
        let drawn = key("another seed", number).draw(&[1, 2, 3, 4, 5, 6], 2);
        *counts.entry(drawn).or_default() += 1.0;
    }
    let statistic: f64 = counts.values().map(|n| (n - 1000.0).powi(2) / 1000.0).sum();
    assert_eq!(counts.len(), 15);
    assert!(statistic < 36.1, "{statistic}");
}

#[test]
fn who_else_is_there_changes_nobodys_rank() {
    let key = key("a seed", 1);
    let all = key.draw(&[1, 2, 3, 4, 5, 6, 7, 8], 8);
    assert_eq!(all, [1, 2, 3, 4, 5, 6, 7, 8]);
    let winner = key.first(&all).unwrap();
    let fewer: Vec<u64> = all
        .iter()
        .copied()
        .filter(|c| c % 2 == winner % 2)
        .collect();
    assert_eq!(key.first(&fewer), Some(winner));
    assert_eq!(key.first(&[]), None);
}

#[test]
fn seeds_are_not_printed_and_a_wrong_digest_is_seen() {
    let seed = DrawSeed::from_random([9; 32]);
    assert!(!format!("{seed:?}").contains("0909"));
    let other = DrawSeed {
        seed: Secret::new("something else"),
        ..seed
    };
    assert!(!other.is_consistent());
}

#[test]
fn long_seeds_are_hashed_as_the_standard_says() {
    // RFC 4231, test case 6: a key of 131 bytes 0xaa.
    let mac = keyed(&[0xaa; 131])
        .chain_update(b"Test Using Larger Than Block-Size Key - Hash Key First")
        .finalize();
    let want = "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54";
    assert_eq!(hex(&mac.into_bytes()), want);
}
