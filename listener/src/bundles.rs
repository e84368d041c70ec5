//! Evidence bundles: decided and recorded on the writer's thread, gathered beside it, signed by the
//! log.
//!
//! What a bundle says is in the log before it is in the bundle: the verdict with its statistics, and
//! that somebody exported it.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read as _;

use honeytoken::{
    ConnectionId, Entry, Event, KeyId, Operation, PhoneNumber, PlatformId, Timestamp,
};
use report::bundle::{BundleError, Preset, Unsigned, Wish, gather};
use ring::digest::{Context, SHA256};
use store::{Fault, Lookup};

use crate::api_key::hex;
use crate::ledger::{Ledger, LedgerError, RecordError, View};
use crate::{judging, provider_keys};

/// How much of the program's file is read at once, in bytes.
const READ_BYTES: usize = 1 << 16;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Order {
    /// The platform.
    pub platform: PlatformId,
    /// For whom.
    pub preset: Preset,
    /// All entries of the log.
    pub whole_log: bool,
    /// The key that asks, if one does.
    pub by: Option<KeyId>,
}

/// Why there is no bundle.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Nobody knows the platform.
    #[error("platform {0} is unknown; GET /v1/platforms lists those that are")]
    Unknown(PlatformId),
    /// It could not be recorded.
    #[error("{0}")]
    Record(#[from] RecordError),
    /// It could not be signed.
    #[error("{0}")]
    Fault(#[from] Fault),
    /// The log cannot be read.
    #[error("{0}")]
    Log(#[from] LedgerError),
    /// It could not be packed.
    #[error("{0}")]
    Bundle(#[from] BundleError),
}

/// Records the export and the verdict, and signs a checkpoint over both.
///
/// # Errors
/// See [`ExportError`].
pub fn begin(ledger: &mut Ledger, order: &Order, now: Timestamp) -> Result<Wish, ExportError> {
    if !ledger.has_turn() {
        return ledger.in_turn(|ledger| begin(ledger, order, now))?;
    }
    let view = ledger.view();
    let program = judging::program();
    let judgement = {
        let state = view.state();
        let judgement = state
            .judgement
            .judgement(&order.platform, state.size(), &program);
        judgement.ok_or_else(|| ExportError::Unknown(order.platform.clone()))?
    };
    let export = Operation {
        operation: "export".to_owned(),
        detail: format!(
            "bundle of platform {} for {}",
            order.platform,
            order.preset.as_str()
        ),
    };
    let numbers = numbers(&view, &order.platform);
    let connections = connections(&view, &numbers)?;
    let known = provider_keys::ever(&view, &connections)?;
    let mut events = provider_keys::missing(&view, known)?;
    events.extend([Event::Operation(export), Event::Judgement(judgement)]);
    let recorded = ledger.record(now, order.by.as_ref(), events)?;
    ledger.checkpoint()?;
    let vkey = ledger.store().verifier_key();
    let keys = keys(&view)?;
    let state = view.state();
    let placed = || {
        let all = state
            .registry
            .honeytokens()
            .map(|record| &record.honeytoken);
        all.filter(|token| token.platform == order.platform)
    };
    Ok(Wish {
        platform: order.platform.clone(),
        preset: order.preset,
        whole_log: order.whole_log,
        connections,
        numbers,
        honeytokens: placed().map(|token| token.honeytoken.clone()).collect(),
        personas: placed().map(|token| token.persona.clone()).collect(),
        keys,
        judgement: recorded.last().copied().unwrap_or_default(),
        vkey,
        made_at: now,
        program,
        program_sha256: None,
    })
}

/// Gathers what was begun; long for a long log, and needs no writer.
///
/// # Errors
/// See [`ExportError`].
pub fn collect(
    view: &View,
    mut wish: Wish,
    progress: &mut dyn FnMut(u64),
) -> Result<Unsigned, ExportError> {
    wish.program_sha256 = program_sha256();
    if wish.preset.with_installation() {
        through(view, &mut wish)?;
    }
    Ok(gather(&view.reader, &view.sealer, &wish, progress)?)
}

/// Has the log sign it.
///
/// # Errors
/// See [`ExportError`].
pub fn sign(ledger: &mut Ledger, unsigned: Unsigned) -> Result<Vec<u8>, ExportError> {
    let note = ledger.store().attest(unsigned.statement())?;
    Ok(unsigned.signed(&note)?)
}

/// The platform's numbers, ended placements included.
fn numbers(view: &View, platform: &PlatformId) -> Vec<PhoneNumber> {
    let state = view.state();
    let all = state.registry.honeytokens().map(|r| &r.honeytoken);
    let ours = all.filter(|token| token.platform == *platform);
    ours.map(|token| token.number).collect()
}

/// All connections that the numbers were ever reached through.
fn connections(view: &View, numbers: &[PhoneNumber]) -> Result<Vec<ConnectionId>, LedgerError> {
    let of_line = |entry: Entry| match entry.event {
        Event::LineAdded(line) if numbers.contains(&line.number) => Some(line.connection),
        _ => None,
    };
    let lines = view.all_of("line_added")?;
    let mut connections: Vec<ConnectionId> = lines.into_iter().filter_map(of_line).collect();
    connections.sort();
    connections.dedup();
    Ok(connections)
}

/// Also the connections that contacts came through, if they are others: whoever calls our address may name
/// any number.
fn through(view: &View, wish: &mut Wish) -> Result<(), LedgerError> {
    let mut all: BTreeSet<ConnectionId> = wish.connections.drain(..).collect();
    for number in &wish.numbers {
        view.each(&Lookup::Line(*number), |entry| {
            if let Event::Contact(contact) = entry.event
                && !all.contains(&contact.connection)
            {
                all.insert(contact.connection);
            }
        })?;
    }
    wish.connections = all.into_iter().collect();
    Ok(())
}

/// All keys there ever were: the custody log is theirs.
fn keys(view: &View) -> Result<Vec<KeyId>, LedgerError> {
    let id = |entry: Entry| match entry.event {
        Event::KeyCreated(key) => Some(key.key),
        _ => None,
    };
    let keys = view.all_of("key_created")?;
    Ok(keys.into_iter().filter_map(id).collect())
}

/// The digest of the program's own file, if it can be read.
fn program_sha256() -> Option<String> {
    let mut file = File::open(std::env::current_exe().ok()?).ok()?;
    let (mut context, mut buffer) = (Context::new(&SHA256), vec![0; READ_BYTES]);
    loop {
        match file.read(&mut buffer).ok()? {
            0 => return Some(hex(context.finish().as_ref())),
            read => context.update(&buffer[..read]),
        }
    }
}
