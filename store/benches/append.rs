//! What the log costs, as ratios measured in one run, so that they carry over between machines.
//!
//! ```text
//! cargo bench -p store                       all of it, with a million entries; a few minutes
//! cargo bench -p store -- --entries 100000   a smaller log
//! cargo bench -p store -- --only sealing     one part: sealing, appending or growing
//! ```
//! The measure is raw append plus fdatasync of the very same bytes in the same group commits.
//! Sealing is what request handlers do in parallel, so it is measured by itself.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench talks to a terminal and stops at the first surprise"
)]

use std::fs::File;
use std::hint::black_box;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use honeytoken::{Authentication, Contact, Entry, Event, Medium, RawBody, Sender, Timestamp};
use store::{Creation, Draft, Index, Lookup, Options, Sealed, Sealer, Store, Visit};

/// Length of the text that makes an entry of about a KiB.
const BODY_BYTES: usize = 520;
/// Rounds of each measurement; the median counts.
const ROUNDS: usize = 5;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let after = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).cloned()
    };
    if let Some(dir) = after("--reopen") {
        return reopen(Path::new(&dir), after("--from").is_some());
    }
    let entries = after("--entries").map_or(1_000_000, |text| text.parse().unwrap());
    let only = after("--only");
    let wanted = |part: &str| only.as_deref().is_none_or(|only| only == part);
    if wanted("sealing") {
        sealing();
    }
    if wanted("appending") {
        appending();
    }
    if wanted("growing") {
        growing(entries);
    }
}

fn contact(n: u64) -> Event {
    let text = format!("{n:010} {}", "x".repeat(BODY_BYTES / 2));
    Event::Contact(Contact {
        connection: "trunk".parse().unwrap(),
        provider_event_id: Some(format!("SM{n:032x}")),
        dedupe_key: format!("SM{n:032x}"),
        session: None,
        part: None,
        medium: Medium::Sms,
        phase: "received".to_owned(),
        to: Some(Sender::new(&format!("+1415555{:04}", n % 1000))),
        from: Some(Sender::new("+14155550199")),
        text: Some(text.clone()),
        duration_s: None,
        attestation: None,
        claimed_at: None,
        received_at: Timestamp::from_unix_s(1_795_000_000),
        authentication: Authentication::MacBody,
        line_test: None,
        backfilled: false,
        nonce: None,
        extra: serde_json::Map::new(),
        raw_method: Some("POST".to_owned()),
        raw_url: Some("https://example.org/hooks/trunk".to_owned()),
        raw_headers: Some(vec![("content-type".to_owned(), "text/plain".to_owned())]),
        raw_body: Some(RawBody::Text(text)),
        raw_credentials: None,
    })
}

fn draft(n: u64) -> Draft {
    let at = Timestamp::from_unix_s(1_795_000_000 + n as i64 / 100);
    Draft {
        at,
        by: None,
        event: contact(n),
    }
}

fn seal_batch(sealer: &Sealer, first: u64, count: u64) -> Vec<Sealed> {
    (first..first + count)
        .map(|n| sealer.seal(draft(n)).unwrap())
        .collect()
}

fn lookups(entries: &[Entry]) -> Vec<(u64, Vec<Lookup>)> {
    let lookups = |entry: &Entry| match &entry.event {
        Event::Contact(contact) => vec![
            Lookup::Dedupe {
                connection: contact.connection.clone(),
                key: contact.dedupe_key.clone(),
            },
            Lookup::Line(contact.to.as_ref().and_then(Sender::number).unwrap()),
            Lookup::Contacts,
            Lookup::Kind("contact"),
        ],
        _ => vec![],
    };
    entries
        .iter()
        .map(|entry| (entry.index, lookups(entry)))
        .collect()
}

fn create(dir: &Path) -> Store {
    let creation = Creation {
        origin: "bench.example.org/log".to_owned(),
        program: "bench".to_owned(),
        at: Timestamp::from_unix_s(1_795_000_000),
    };
    Store::create(dir, creation, Options::default()).unwrap()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn per_entry_us(time: Duration, entries: u64) -> f64 {
    time.as_secs_f64() * 1e6 / entries as f64
}

fn sealing() {
    let dir = tempfile::tempdir().unwrap();
    let store = create(&dir.path().join("data"));
    let sealer = store.sealer();
    const COUNT: u64 = 5_000;
    // Subjects are computed once per number.
    black_box(seal_batch(&sealer, 0, 1_000));
    let round = |round: usize| {
        let drafts: Vec<_> = (0..COUNT)
            .map(|n| draft(n + round as u64 * COUNT))
            .collect();
        let start = Instant::now();
        for draft in drafts {
            black_box(sealer.seal(draft).unwrap());
        }
        start.elapsed()
    };
    let time = median((0..ROUNDS).map(round).collect());
    println!(
        "sealing, one thread       {:8.2} us an entry",
        per_entry_us(time, COUNT)
    );
}

/// Group commits of one size, raw and through the store, in turns. Each batch is sealed right
/// before it is appended, as it is when requests come in, and outside the time taken.
fn appending() {
    println!("group  entry   raw us  store us  ratio  with index us  ratio");
    for (group, groups) in [(1u64, 2_000u64), (16, 1_000), (256, 400)] {
        let dir = tempfile::tempdir().unwrap();
        let mut plain = create(&dir.path().join("plain"));
        let mut indexed = create(&dir.path().join("indexed"));
        let raw = File::create(dir.path().join("raw")).unwrap();
        let empty = log_bytes(&dir.path().join("plain"));
        plain.append(seal_batch(&plain.sealer(), 0, group)).unwrap();
        let piece = vec![0x5a; (log_bytes(&dir.path().join("plain")) - empty) as usize];
        let mut times: [Vec<Duration>; 3] = Default::default();
        for n in 0..groups {
            times[0].push(timed(|| {
                raw.write_all_at(&piece, n * piece.len() as u64).unwrap();
                raw.sync_data().unwrap();
            }));
            let batch = seal_batch(&plain.sealer(), n * group, group);
            times[1].push(timed(|| drop(black_box(plain.append(batch).unwrap()))));
            let batch = seal_batch(&indexed.sealer(), n * group, group);
            times[2].push(timed(|| {
                let entries = indexed.append(batch).unwrap();
                indexed.index().apply(&lookups(&entries)).unwrap();
            }));
        }
        let mean = |times: Vec<Duration>| per_entry_us(times.iter().sum(), groups * group);
        let [raw, plain, indexed] = times.map(mean);
        println!(
            "{group:5} {:6} {raw:8.2} {plain:9.2} {:6.2} {indexed:14.2} {:6.2}",
            piece.len() / group as usize,
            raw / plain,
            raw / indexed
        );
    }
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn log_bytes(dir: &Path) -> u64 {
    let files = std::fs::read_dir(dir.join("log")).unwrap();
    files
        .map(|file| file.unwrap().metadata().unwrap().len())
        .sum()
}

/// Fills a log, tells what an entry costs on the way, and opens it again.
fn growing(entries: u64) {
    const GROUP: u64 = 250;
    const SAMPLE: u64 = 5_000;
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let mut store = create(&data);
    let marks: Vec<u64> = vec![10_000, 100_000, 1_000_000];
    let marks: Vec<_> = marks.into_iter().filter(|&mark| mark <= entries).collect();
    println!("entries   seal us  append us  index us   newest-20 us  proof us");
    let mut n = 0;
    while n < entries {
        // What an entry costs at this size, not on average since the beginning.
        let mark = marks
            .iter()
            .find(|&&mark| n < mark)
            .copied()
            .unwrap_or(entries);
        let mut times = [Duration::ZERO; 3];
        let mut counted = 0;
        while n < mark {
            if mark - n == SAMPLE {
                (times, counted) = Default::default();
            }
            let (mut sealed, mut appended) = (Vec::new(), Vec::new());
            let sealer = store.sealer();
            times[0] += timed(|| sealed = seal_batch(&sealer, n, GROUP));
            times[1] += timed(|| appended = store.append(sealed).unwrap());
            times[2] += timed(|| store.index().apply(&lookups(&appended)).unwrap());
            n += GROUP;
            counted += GROUP;
        }
        let [seal, append, index] = times.map(|time| per_entry_us(time, counted));
        let (page, proof) = reading(&store, n);
        println!("{n:7} {seal:9.2} {append:10.2} {index:9.2} {page:14.1} {proof:9.1}");
    }
    store.checkpoint().unwrap();
    store.index().sync().unwrap();
    drop(store);
    println!();
    println!("log of {n} entries, {} MiB", log_bytes(&data) >> 20);
    for arguments in [&["--from", "end"][..], &[]] {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let status = command
            .arg("--reopen")
            .arg(&data)
            .args(arguments)
            .status()
            .unwrap();
        assert!(status.success());
    }
}

fn reading(store: &Store, size: u64) -> (f64, f64) {
    const READS: u64 = 200;
    let reader = store.reader();
    let page = timed(|| {
        for n in 0..READS {
            let line = Lookup::Line(format!("+1415555{:04}", n % 1000).parse().unwrap());
            for index in store.index().newest(&line, None, 20).unwrap() {
                black_box(reader.entry(index).unwrap());
            }
        }
    });
    let proof = timed(|| {
        for n in 0..READS {
            black_box(reader.inclusion(n * size / READS, size).unwrap());
        }
    });
    (per_entry_us(page, READS), per_entry_us(proof, READS))
}

/// Folds nothing, as with a snapshot of the very end.
struct FromEnd;

impl Visit for FromEnd {
    fn start(&mut self, _: &Index) -> u64 {
        u64::MAX
    }

    fn entry(&mut self, _: &Entry) {}
}

/// Run in a process of its own, so that its memory is its own.
fn reopen(dir: &Path, from_end: bool) {
    let mut folded = 0u64;
    let start = Instant::now();
    let store = if from_end {
        Store::open(dir, Options::default(), &mut FromEnd)
    } else {
        Store::open(dir, Options::default(), &mut |_: &Entry| folded += 1)
    }
    .unwrap();
    let time = start.elapsed();
    let size = store.reader().size();
    println!(
        "reopened {size} entries, {folded} folded: {:.2} s, {:.2} us an entry, peak {} MiB",
        time.as_secs_f64(),
        per_entry_us(time, size),
        peak_kib() >> 10
    );
}

/// The most memory this process ever held, in KiB (`VmHWM` of proc(5)).
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
