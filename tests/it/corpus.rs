//! The corpus of the fuzz targets, replayed: what was once found, or stands for a kind of input, makes
//! nothing panic under any compiler.

#[path = "../fuzz/src/lib.rs"]
#[expect(unreachable_pub, reason = "it is also a library of its own")]
mod targets;

use std::path::Path;

use crate::harness::folder;

/// Runs a target on each file of its corpus.
fn replay(target: &str, run: fn(&[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fuzz/corpus")
        .join(target);
    let files = folder::files(&corpus);
    assert!(!files.is_empty(), "{target} has a corpus");
    for file in files {
        println!("{}", file.display());
        run(&std::fs::read(file).unwrap());
    }
}

#[test]
fn what_providers_answer() {
    replay("account", targets::account);
}

#[test]
fn webhooks() {
    replay("webhook", targets::webhook);
}

#[test]
fn what_verification_reads() {
    replay("headers", targets::headers);
}

#[test]
fn every_provider_is_reached_behind_its_verification() {
    assert_eq!(targets::out_of_reach(), Vec::<&str>::new());
}

#[test]
fn what_a_modems_daemon_tells() {
    replay("gammu", targets::gammu);
}

#[test]
fn captured_requests() {
    replay("check", targets::check);
}

#[test]
fn rows_of_the_past() {
    replay("import", targets::import);
}

#[test]
fn the_past_as_others_wrote_it() {
    replay("history", targets::history);
}

#[test]
fn sheets_of_lines() {
    replay("sheet", targets::sheet);
}

#[test]
fn what_proves_a_log() {
    replay("proof", targets::proof);
}

#[test]
fn bundles() {
    assert!(targets::genuine_bundle_is_intact());
    replay("bundle", targets::bundle);
}

#[test]
fn what_outside_authorities_answer() {
    replay("anchor", targets::anchor);
}

#[test]
fn settings() {
    replay("config", targets::config);
}
