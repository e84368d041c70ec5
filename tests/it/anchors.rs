//! Outside authorities vouch for checkpoints: asked over the network, verified, kept, recorded.

use std::path::{Path, PathBuf};

use serde_json::Value;
use store::proof::{Note, SignedCheckpoint};

use crate::harness::authority::{Stamps, Witness};
use crate::harness::cast;
use crate::harness::engine;
use crate::harness::folder::{Folder, files};
use crate::harness::program::{arguments, run};
use crate::harness::server::{Launch, Server};
use crate::harness::wait_for;

/// How an authority stands by `/readyz`.
fn standing(server: &Server, name: &str) -> Value {
    let ready = server.stranger().seen("/readyz");
    let anchors = ready["anchors"].as_array().unwrap();
    let ours = anchors.iter().find(|anchor| anchor["authority"] == name);
    ours.unwrap_or_else(|| panic!("no {name} in {ready}"))
        .clone()
}

/// Waits until an authority has vouched for so many entries.
fn vouched(server: &Server, name: &str, entries: u64) -> u64 {
    wait_for(name, || {
        let size = standing(server, name)["log_entries"].as_u64()?;
        (size >= entries).then_some(size)
    })
}

fn kept(data: &Path, size: u64, name: &str) -> PathBuf {
    data.join("anchors").join(format!("{size:012}")).join(name)
}

#[test]
fn a_placement_is_vouched_for_and_others_tools_agree() {
    if engine::is_passed_over() {
        return;
    }
    let Some(stamps) = Stamps::new() else { return };
    let (folder, witness) = (Folder::new(), Witness::new(3));
    let (data, key) = (folder.data(), witness.verifier());
    let tsa = stamps.serve();
    let mut config = stamps.settings("tsa", &tsa);
    let witness_settings = |authority: &_| witness.settings("seen", authority);
    let witness_server = Witness::new(3).serve();
    config += &witness_settings(&witness_server);
    let server = Launch::on(&data).config(&config).start();
    // The log's beginning is vouched for; a placement does not wait for the hour to be over.
    vouched(&server, "tsa", 1);
    cast::install(&server.admin());
    let placed = server.admin().all("/v1/custody", "", 100);
    let placed = placed
        .iter()
        .find(|step| step["kind"] == "honeytoken_issued");
    let index = placed.unwrap()["index"].as_u64().unwrap();
    let size = vouched(&server, "tsa", index + 1);
    let (stamp, note) = (
        kept(&data, size, "tsa.tsr"),
        kept(&data, size, "checkpoint"),
    );
    let roots = stamps.path("root.pem");
    let said = stamps.openssl(&format!(
        "ts -verify -in {} -data {} -CAfile {}",
        stamp.display(),
        note.display(),
        roots.display()
    ));
    assert!(said.contains("Verification: OK"), "{said}");

    let seen = vouched(&server, "seen", index + 1);
    let note = std::fs::read_to_string(kept(&data, seen, "seen.cosigned")).unwrap();
    let note: Note = note.parse().unwrap();
    let verified = note.verify(&[key]).unwrap();
    assert!(verified[0].unix_s.is_some());
    let signed: SignedCheckpoint = note.to_string().parse().unwrap();
    assert_eq!(signed.checkpoint().size, seen);

    let age = server.stranger().get("/metrics").text().to_owned();
    assert!(
        age.contains("canaryline_anchor_age_seconds{authority=\"tsa\"} "),
        "{age}"
    );
    let custody = server.admin().all("/v1/custody", "", 100);
    assert!(custody.iter().any(|step| step["kind"] == "anchor"));
    // Nothing is waiting: anchors ask for no anchors of their own.
    wait_for("rest", || {
        (standing(&server, "tsa")["waiting"] == false).then_some(())
    });
    let copy = folder.path("copy");
    server.stop();
    run(arguments!["backup", "--data", data, "--to", copy]).with(0);
    assert_eq!(
        files(&copy.join("anchors")).len(),
        files(&data.join("anchors")).len()
    );
    run(arguments!["verify", "--data", data]).with(0);
    // A restored log keeps them, and what it exports is still vouched for.
    let (again, zip) = (folder.path("again"), folder.path("x.zip"));
    run(arguments!["restore", "--from", copy, "--data", again]).with(0);
    assert_eq!(
        files(&again.join("anchors")).len(),
        files(&data.join("anchors")).len()
    );
    run(arguments![
        "export",
        "bundle",
        "--data",
        again,
        "--platform",
        "acme",
        "--out",
        zip
    ])
    .with(0);
    let json = run(arguments!["verify", zip, "--json"]).with(0).json();
    let findings = json["findings"].as_array().unwrap();
    let order = findings.iter().find(|f| f["check"] == "order").unwrap();
    assert_eq!(order["outcome"], "holds", "{order}");
}

#[test]
fn an_authority_that_is_down_is_asked_again_also_after_a_restart() {
    let Some(stamps) = Stamps::new() else { return };
    let folder = Folder::new();
    let data = folder.data();
    let tsa = stamps.serve();
    tsa.set_up(false);
    let config = stamps.settings("tsa", &tsa);
    let server = Launch::on(&data).config(&config).start();
    let fault = wait_for("a fault", || {
        standing(&server, "tsa")["fault"]
            .as_str()
            .map(str::to_owned)
    });
    assert!(fault.contains("503"), "{fault}");
    assert_eq!(standing(&server, "tsa")["waiting"], true);
    let metrics = server.stranger().get("/metrics").text().to_owned();
    assert!(metrics.contains("canaryline_anchor_age_seconds{authority=\"tsa\"} +Inf"));
    server.kill();
    tsa.set_up(true);
    let server = Launch::on(&data).config(&config).start();
    vouched(&server, "tsa", 1);
    assert_eq!(standing(&server, "tsa")["fault"], Value::Null);
    server.stop();
}

#[test]
fn what_does_not_verify_is_not_kept() {
    let (Some(stamps), Some(other)) = (Stamps::new(), Stamps::new()) else {
        return;
    };
    let folder = Folder::new();
    let data = folder.data();
    let tsa = stamps.serve();
    let config = other.settings("tsa", &tsa);
    let server = Launch::on(&data).config(&config).start();
    let fault = wait_for("a fault", || {
        standing(&server, "tsa")["fault"]
            .as_str()
            .map(str::to_owned)
    });
    assert!(fault.contains("roots"), "{fault}");
    assert!(tsa.asked() > 0);
    assert!(files(&data.join("anchors")).is_empty());
    server.stop();
}

#[test]
fn a_witness_that_knows_more_than_we_remember_is_asked_from_there() {
    let folder = Folder::new();
    let (data, again) = (folder.data(), folder.path("again"));
    let witness = Witness::new(5);
    let settings = |authority: &_| Witness::new(5).settings("seen", authority);
    let authority = witness.serve();
    let config = settings(&authority);
    let server = Launch::on(&data).config(&config).start();
    let first = vouched(&server, "seen", 1);
    server.stop();
    // Under another name nothing is remembered, and the witness says how far it has come.
    let renamed = config.replace("anchors.seen", "anchors.other");
    let server = Launch::on(&data).config(&renamed).start();
    assert!(vouched(&server, "other", first + 1) > first);
    server.stop();
    // Another log's checkpoints do not extend what it saw; nothing is kept of that.
    let server = Launch::on(&again).config(&config).start();
    wait_for("a fault", || {
        standing(&server, "seen")["fault"]
            .as_str()
            .map(str::to_owned)
    });
    assert!(files(&again.join("anchors")).is_empty());
    server.stop();
}

#[test]
fn an_authority_that_cannot_be_asked_is_refused_at_the_start() {
    let folder = Folder::new();
    let data = folder.data();
    let config = "[anchors.tsa]\nkind = \"rfc3161\"\nurl = \"http://127.0.0.1:9/\"\nroots = \"/nowhere.pem\"\n";
    let ended = Launch::on(&data).config(config).refused().with(2);
    assert!(ended.stderr.contains("tsa") && ended.stderr.contains("/nowhere.pem"));
}
