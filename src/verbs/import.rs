//! `import`: the past, from files.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::time::Instant;

use attribution::Attribution;
use honeytoken::{Event, Timestamp};
use listener::Clock;
use listener::import::history::Format;
use listener::import::{self, ContactRow, ImportError, LineRow};
use listener::ledger::{Ledger, Recorded, State};
use report::{CampaignOut, LinkOut, VerdictOut};
use serde::Serialize;
use store::{Draft, Sealed, Sealer};

use super::history::RowsOut;
use crate::cli::{Import, ImportFormat};
use crate::exit::{Ends, Exit};
use crate::{place, progress, table};

/// Contacts in one group commit.
const BATCH_ENTRIES: usize = 4096;

/// Imports and prints what follows.
pub(crate) fn run(args: &Import) -> anyhow::Result<Exit> {
    let lines = match (args.format, &args.lines) {
        (ImportFormat::Auto | ImportFormat::Columns, _) => {
            return super::history::run(args, Format::Sheet);
        }
        (ImportFormat::SmsBackup, _) => return super::history::run(args, Format::SmsBackup),
        (ImportFormat::Jsonl, Some(lines)) => read_lines(lines)?,
        (ImportFormat::Jsonl, None) => {
            let message = "name the lines with --lines FILE.jsonl";
            return Err(Ends::with(Exit::Unreadable, message));
        }
    };
    let began = Instant::now();
    let clock = Clock::system();
    let until = last_received(&args.contacts)?;
    let mut ledger = place::open_or_create(&args.data, "canaryline.invalid/import", &clock)?;
    place::announce_first_key(&mut ledger, &args.data, &clock)?;
    add_lines(&mut ledger, &lines, until, &clock)?;
    let contacts = add_contacts(&mut ledger, &args.contacts, &clock)?;
    ledger.checkpoint()?;
    ledger.snapshot();
    let view = ledger.view();
    let state = view.state();
    if args.json {
        let contacts = (!args.summary).then(|| outcomes(&contacts, &state));
        print_json(&state, contacts, None, began)?;
    } else {
        print_words(&state, &format!("{} contacts imported", contacts.len()))?;
    }
    Ok(Exit::Ok)
}

fn open_file(path: &Path) -> Result<BufReader<File>, ImportError> {
    let file = path.display().to_string();
    let opened = File::open(path).map_err(|source| ImportError::Io { file, source })?;
    Ok(BufReader::with_capacity(1 << 20, opened))
}

pub(super) fn read_lines(path: &Path) -> Result<Vec<LineRow>, ImportError> {
    let mut lines = Vec::new();
    import::rows(&path.display().to_string(), open_file(path)?, |row| {
        lines.push(row);
        Ok(())
    })?;
    Ok(lines)
}

/// A first pass over the contacts: they are whole, and this is when the last arrived.
fn last_received(path: &Path) -> Result<Timestamp, ImportError> {
    let mut last = Timestamp::EPOCH;
    import::rows(
        &path.display().to_string(),
        open_file(path)?,
        |row: ContactRow| {
            last = last.max(row.received_at);
            Ok(())
        },
    )?;
    Ok(last)
}

pub(super) fn add_lines(
    ledger: &mut Ledger,
    lines: &[LineRow],
    until: Timestamp,
    clock: &Clock,
) -> anyhow::Result<()> {
    let events = {
        let view = ledger.view();
        let state = view.state();
        import::line_events(lines, &state.registry, until)
    };
    for batch in events.chunks(BATCH_ENTRIES) {
        ledger.record(clock.now(), None, batch.to_vec())?;
    }
    Ok(())
}

/// A contact of the file and its entry.
pub(super) struct Imported {
    provider_event_id: String,
    index: u64,
}

fn add_contacts(ledger: &mut Ledger, path: &Path, clock: &Clock) -> anyhow::Result<Vec<Imported>> {
    let bar = progress::count("importing");
    let (mut batch, mut imported, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
    let mut outcome = Ok(());
    import::rows(
        &path.display().to_string(),
        open_file(path)?,
        |row: ContactRow| {
            batch.push(row);
            if batch.len() == BATCH_ENTRIES && outcome.is_ok() {
                outcome = append(
                    ledger,
                    std::mem::take(&mut batch),
                    clock,
                    &mut imported,
                    &mut seen,
                )
                .map(drop);
                bar.inc(BATCH_ENTRIES as u64);
            }
            Ok(())
        },
    )?;
    outcome?;
    append(ledger, batch, clock, &mut imported, &mut seen)?;
    bar.finish_and_clear();
    Ok(imported)
}

/// How many were there already.
pub(super) fn append(
    ledger: &mut Ledger,
    rows: Vec<ContactRow>,
    clock: &Clock,
    imported: &mut Vec<Imported>,
    seen: &mut HashSet<u64>,
) -> anyhow::Result<u64> {
    let ids: Vec<String> = rows
        .iter()
        .map(|row| row.provider_event_id.clone())
        .collect();
    let sealed = seal(&ledger.view().sealer, rows, clock.now())?;
    let mut repeated = 0;
    for (provider_event_id, recorded) in ids.into_iter().zip(ledger.append(sealed)?) {
        let Some(index) = recorded.index() else {
            continue;
        };
        repeated += u64::from(matches!(recorded, Recorded::Repeat(_)));
        if seen.insert(index) {
            imported.push(Imported {
                provider_event_id,
                index,
            });
        }
    }
    Ok(repeated)
}

/// Seals on all cores: it is most of the work.
fn seal(
    sealer: &Sealer,
    rows: Vec<ContactRow>,
    now: Timestamp,
) -> Result<Vec<Sealed>, store::SealError> {
    let events: Vec<Event> = rows.into_iter().map(import::contact).collect();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = events.len().div_ceil(threads).max(1);
    let seal = |part: &[Event]| -> Result<Vec<Sealed>, store::SealError> {
        let draft = |event: &Event| Draft {
            at: now,
            by: None,
            event: event.clone(),
        };
        part.iter().map(|event| sealer.seal(draft(event))).collect()
    };
    let parts = std::thread::scope(|scope| {
        let workers: Vec<_> = events
            .chunks(share)
            .map(|part| scope.spawn(move || seal(part)))
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or(Err(store::SealError::Randomness)))
            .collect::<Result<Vec<_>, _>>()
    })?;
    Ok(parts.into_iter().flatten().collect())
}

/// What became of a contact.
#[derive(Serialize)]
pub(super) struct ContactOut {
    provider_event_id: String,
    cause: &'static str,
    platform: Option<String>,
    campaign: Option<String>,
}

pub(super) fn outcomes(contacts: &[Imported], state: &State) -> Vec<ContactOut> {
    let causes: BTreeMap<u64, Attribution> = state.judgement.causes().into_iter().collect();
    let outcome = |contact: &Imported| {
        let attribution = causes.get(&contact.index);
        let platform = attribution.and_then(|a| a.platform.as_ref());
        let campaign = attribution.and_then(|a| a.campaign);
        ContactOut {
            provider_event_id: contact.provider_event_id.clone(),
            cause: attribution.map_or("unknown", |a| a.cause.as_str()),
            platform: platform.map(ToString::to_string),
            campaign: campaign.map(|campaign| campaign.to_string()),
        }
    };
    contacts.iter().map(outcome).collect()
}

#[derive(Serialize)]
struct Document {
    verdicts: Vec<VerdictOut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contacts: Option<Vec<ContactOut>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<RowsOut>,
    campaigns: Vec<CampaignOut>,
    links: Vec<LinkOut>,
    seconds: f64,
    peak_rss_bytes: u64,
}

pub(super) fn print_json(
    state: &State,
    contacts: Option<Vec<ContactOut>>,
    rows: Option<RowsOut>,
    began: Instant,
) -> anyhow::Result<()> {
    let campaigns = state.judgement.campaigns().into_iter();
    let now = Clock::system().now();
    let document = Document {
        verdicts: state
            .judgement
            .verdicts()
            .into_iter()
            .map(|v| {
                let standing = state.registry.reply_standing(&v.platform, now);
                VerdictOut::from(v).with_reply(standing)
            })
            .collect(),
        contacts,
        rows,
        campaigns: campaigns.map(|c| CampaignOut::new(c, |_| true)).collect(),
        links: state
            .judgement
            .links()
            .into_iter()
            .map(LinkOut::from)
            .collect(),
        seconds: began.elapsed().as_secs_f64(),
        peak_rss_bytes: peak_rss_bytes(),
    };
    table::print_json(&document)
}

/// Prints a sentence and the verdicts.
pub(super) fn print_words(state: &State, said: &str) -> anyhow::Result<()> {
    let verdicts: Vec<VerdictOut> = state
        .judgement
        .verdicts()
        .into_iter()
        .map(VerdictOut::from)
        .collect();
    table::print(&format!("{said}\n\n{}", table::verdicts(&verdicts)))
}

/// The most memory this process has held, from `/proc/self/status` (0 where there is none).
fn peak_rss_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|rest| rest.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
    kib.map_or(0, |kib| kib * 1024)
}
