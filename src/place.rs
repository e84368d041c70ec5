//! The data folder, opened; the clock; the key that a fresh one prints.

use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use honeytoken::Timestamp;
use listener::Clock;
use listener::ledger::Ledger;
use ring::rand::{SecureRandom as _, SystemRandom};
use store::{Creation, DataKey, Options};

use crate::exit::{Ends, Exit};
use crate::progress;

/// The data key may come from here instead of from the folder: 44 characters of base64.
const DATA_KEY_VARIABLE: &str = "CANARYLINE_DATA_KEY";
/// Random bytes in a log's name.
const LOG_ID_BYTES: usize = 6;

/// How the folder is held.
pub(crate) fn options() -> anyhow::Result<Options> {
    let mut options = Options::default();
    // Empty is what a compose file makes of one that is not set.
    let text = std::env::var(DATA_KEY_VARIABLE).ok();
    if let Some(text) = text.filter(|text| !text.is_empty()) {
        options.data_key = Some(data_key(&text)?);
    }
    Ok(options)
}

fn data_key(text: &str) -> anyhow::Result<DataKey> {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(text.trim())
        .ok();
    let bytes: Option<[u8; 32]> = bytes.and_then(|bytes| bytes.try_into().ok());
    let wrong = || {
        let message = format!("{DATA_KEY_VARIABLE} is not 32 bytes in base64 (44 characters)");
        Ends::with(Exit::Unreadable, message)
    };
    bytes.map(DataKey::from_bytes).ok_or_else(wrong)
}

/// How a log that is not there yet begins: each log has a name of its own.
pub(crate) fn creation(origin: &str, now: Timestamp) -> anyhow::Result<Creation> {
    let mut id = [0; LOG_ID_BYTES];
    let filled = SystemRandom::new().fill(&mut id);
    filled.map_err(|_| Ends::with(Exit::Fault, "the system has no randomness"))?;
    let id: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Creation {
        origin: format!("{origin}/{id}"),
        program: program(),
        at: now,
    })
}

/// The program and its version, as the log names it.
pub(crate) fn program() -> String {
    concat!("canaryline ", env!("CARGO_PKG_VERSION")).to_owned()
}

/// Opens the folder, or makes it.
pub(crate) fn open_or_create(dir: &Path, origin: &str, clock: &Clock) -> anyhow::Result<Ledger> {
    let creation = creation(origin, clock.now())?;
    make(dir)?;
    let bar = progress::count("folding");
    let ledger = Ledger::open(dir, creation, options()?, &|done| bar.set_position(done));
    bar.finish_and_clear();
    Ok(ledger?)
}

/// Opens a node's folder of a cluster, or makes it, and folds the stream to its end.
pub(crate) fn join(
    dir: &Path,
    origin: &str,
    clock: &Clock,
    cluster: &listener::cluster::JetStreamConfig,
) -> anyhow::Result<Ledger> {
    let creation = creation(origin, clock.now())?;
    make(dir)?;
    let bar = progress::count("folding");
    let (settings, ways) = (&cluster.settings, cluster.ways);
    let ledger = Ledger::join(dir, &creation, options()?, settings, ways, &|done| {
        bar.set_position(done);
    });
    bar.finish_and_clear();
    Ok(ledger?)
}

/// The folder is its owner's alone; one that exists keeps the mode that its owner chose.
fn make(dir: &Path) -> anyhow::Result<()> {
    let made = std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir);
    made.with_context(|| format!("make {}", dir.display()))
}

/// Opens a folder that must be there.
pub(crate) fn open(dir: &Path, clock: &Clock) -> anyhow::Result<Ledger> {
    if !store::Store::exists(dir) {
        return Err(store::OpenError::NotAStore(dir.to_owned()).into());
    }
    open_or_create(dir, "unused", clock)
}

/// The first key of a fresh installation: printed once, and kept in a file of its owner's.
#[expect(
    clippy::print_stderr,
    reason = "the key is for whoever started the program"
)]
pub(crate) fn announce_first_key(
    ledger: &mut Ledger,
    dir: &Path,
    clock: &Clock,
) -> anyhow::Result<()> {
    let Some(key) = ledger.first_key(clock.now())? else {
        return Ok(());
    };
    let path = dir.join("admin.key");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let file = options.open(&path);
    let written = file.and_then(|mut file| {
        file.write_all(key.expose().as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()
    });
    written.with_context(|| format!("write the first key to {}", path.display()))?;
    eprintln!(
        "admin key (shown once, also in {}): {}",
        path.display(),
        key.expose()
    );
    Ok(())
}

/// The folder of a flag that clap made sure of.
pub(crate) fn required(dir: Option<PathBuf>) -> anyhow::Result<PathBuf> {
    dir.ok_or_else(|| Ends::with(Exit::Unreadable, "name a data folder with --data"))
}

/// A time in RFC 3339 or Unix seconds.
pub(crate) fn time(text: &str) -> anyhow::Result<Timestamp> {
    if let Ok(seconds) = text.parse::<i64>() {
        return Ok(Timestamp::from_unix_s(seconds));
    }
    text.parse().map_err(|error: honeytoken::TimestampError| {
        Ends::with(Exit::Unreadable, error.to_string())
    })
}
