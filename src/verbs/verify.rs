//! `verify`: check a bundle or a data folder, offline, changing nothing.

use std::path::Path;

use anyhow::Context as _;
use serde_json::json;
use store::proof::{Note, SignedCheckpoint, VerifierKey};
use store::{Trust, Verification};

use crate::cli::Verify;
use crate::exit::{Ends, Exit};
use crate::{place, progress, table};

/// Checks and says what was found.
pub(crate) fn run(args: &Verify) -> anyhow::Result<Exit> {
    if let Some(bundle) = &args.bundle {
        return super::bundle::check(bundle, args);
    }
    let dir = place::required(args.data.clone())?;
    let trust = trust(args)?;
    let bar = progress::count("verifying");
    let found = store::verify(&dir, &trust, &mut |done| bar.set_position(done));
    bar.finish_and_clear();
    let found = found.map_err(unreadable)?;
    match args.json {
        true => table::print_json(&document(&found))?,
        false => table::print(&words(&found))?,
    }
    Ok(if found.is_intact() {
        Exit::Ok
    } else {
        Exit::NotIntact
    })
}

/// Whatever keeps `verify` from reading is told with one code.
fn unreadable(error: store::OpenError) -> anyhow::Error {
    Ends::with(Exit::Unreadable, error.to_string())
}

pub(crate) fn trust(args: &Verify) -> anyhow::Result<Trust> {
    let bad = |error: store::proof::NoteError| Ends::with(Exit::Unreadable, error.to_string());
    let vkey = args
        .vkey
        .as_deref()
        .map(str::parse::<VerifierKey>)
        .transpose()
        .map_err(bad)?;
    let mut against = Vec::new();
    for path in &args.against {
        against.push(read_checkpoint(path)?);
    }
    Ok(Trust {
        vkey,
        against,
        data_key: place::options()?.data_key,
    })
}

fn read_checkpoint(path: &Path) -> anyhow::Result<store::proof::Checkpoint> {
    let text = std::fs::read_to_string(path);
    let text = text
        .with_context(|| format!("read {}", path.display()))
        .map_err(|error| Ends::with(Exit::Unreadable, format!("{error:#}")))?;
    let bad = |error: store::proof::NoteError| {
        Ends::with(Exit::Unreadable, format!("{}: {error}", path.display()))
    };
    let note: Note = text.parse().map_err(bad)?;
    let signed: SignedCheckpoint = note.to_string().parse().map_err(bad)?;
    Ok(signed.checkpoint().clone())
}

fn document(found: &Verification) -> serde_json::Value {
    let problem = |p: &store::Damage| json!({ "file": p.file, "offset": p.offset, "entry": p.entry, "what": p.what });
    json!({
        "intact": found.is_intact(),
        "entries": found.size,
        "root": found.root.map(|root| root.to_string()),
        "checkpoint_size": found.checkpoint.as_ref().map(|c| c.size),
        "origin": found.checkpoint.as_ref().map(|c| c.origin.clone()),
        "key": found.key.as_ref().map(ToString::to_string),
        "key_is_independent": found.key_is_independent,
        "payloads_checked": found.payloads_checked,
        "draws_checked": found.draws_checked,
        "draws_unchecked": found.draws_unchecked,
        "erased": found.erased,
        "erasures_pending": found.erasures_pending,
        "torn_tail": found.torn.as_ref().map(torn_words),
        "orphan_blobs": found.orphan_blobs,
        "problems": found.problems.iter().map(problem).collect::<Vec<_>>(),
    })
}

fn words(found: &Verification) -> String {
    let mut lines = Vec::new();
    let verdict = if found.is_intact() {
        "intact"
    } else {
        "NOT INTACT"
    };
    lines.push(format!("{verdict}: {} entries read", found.size));
    if let Some(checkpoint) = &found.checkpoint {
        lines.push(format!(
            "signed checkpoint: {} entries of {}",
            checkpoint.size, checkpoint.origin
        ));
    }
    if let Some(key) = &found.key {
        let whose = match found.key_is_independent {
            true => "given with --vkey",
            false => "the folder's own; give --vkey to know whose log this is",
        };
        lines.push(format!("signed by {key} ({whose})"));
    }
    lines.push(match found.payloads_checked {
        true => "payloads: every one opens and fits its commitments".to_owned(),
        false => "payloads: not opened, the data key is not here; leaves, tree and signatures were checked".to_owned(),
    });
    lines.extend(draws_words(found));
    if !found.erased.is_empty() {
        lines.push(format!(
            "erased on the record: {} payloads",
            found.erased.len()
        ));
    }
    if let Some(torn) = &found.torn {
        lines.push(torn_words(torn));
    }
    lines.extend(
        found
            .problems
            .iter()
            .map(|problem| format!("problem: {problem}")),
    );
    lines.join("\n")
}

fn draws_words(found: &Verification) -> Option<String> {
    let (checked, unchecked) = (found.draws_checked, found.draws_unchecked);
    let unchecked = match unchecked {
        0 => String::new(),
        _ => format!("; {unchecked} cannot be made again (erased entries, or a newer version)"),
    };
    (checked > 0 || !unchecked.is_empty())
        .then(|| format!("draws by lot: {checked} follow from their seeds{unchecked}"))
}

/// A torn tail in words: an unclean stop, not damage.
pub(crate) fn torn_words(torn: &store::TornTail) -> String {
    let aside = torn
        .aside
        .as_ref()
        .map(|path| format!(", set aside in {}", path.display()));
    format!(
        "torn tail: {} bytes at the end of {} (from byte {}) were never acknowledged{}",
        torn.bytes,
        torn.segment,
        torn.offset,
        aside.unwrap_or_default()
    )
}
