//! The public side of the log: checkpoint and tiles, for keys or for everybody.

use std::ffi::OsStr;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};

use crate::harness::cast::{self, LINE};
use crate::harness::folder::Folder;
use crate::harness::program::{arguments, run};
use crate::harness::server::{Launch, Server};
use crate::harness::wait_for;

fn contacted(server: &Server) {
    cast::install(&server.admin());
    for number in 0..5 {
        let signed = cast::sms(&format!("msg_{number}"), LINE, "x");
        server.takes(&signed);
    }
    // A node's waits for the signatures of a majority.
    wait_for("a checkpoint", || {
        let checkpoint = server.admin().get("/log/checkpoint");
        let size: u64 = checkpoint.text().lines().nth(1)?.parse().ok()?;
        (checkpoint.status == 200 && size > 5).then_some(())
    });
}

/// The leaves of a tile of entries: each with its length in 16 bits, big-endian.
fn leaves(mut tile: &[u8]) -> Vec<Vec<u8>> {
    let mut leaves = Vec::new();
    while let Some((length, rest)) = tile.split_first_chunk() {
        let (leaf, rest) = rest.split_at(usize::from(u16::from_be_bytes(*length)));
        leaves.push(leaf.to_vec());
        tile = rest;
    }
    leaves
}

fn sha256(parts: &[&[u8]]) -> Vec<u8> {
    digest(&SHA256, &parts.concat()).as_ref().to_vec()
}

/// The root over leaves, as RFC 6962 defines it.
fn root(leaves: &[Vec<u8>]) -> Vec<u8> {
    match leaves {
        [] => sha256(&[]),
        [leaf] => sha256(&[&[0], leaf]),
        _ => {
            let half = leaves.len().next_power_of_two() / 2;
            let (left, right) = leaves.split_at(half);
            sha256(&[&[1], &root(left), &root(right)])
        }
    }
}

#[test]
fn a_stranger_with_a_key_can_mirror_and_check_the_log() {
    let folder = Folder::new();
    let server = Server::start(&folder.data());
    contacted(&server);
    let (_, viewer) = server.admin().with_role("viewer");
    let checkpoint = viewer.get("/log/checkpoint");
    assert_eq!(checkpoint.status, 200);
    let lines: Vec<&str> = checkpoint.text().lines().collect();
    let size: usize = lines[1].parse().unwrap();
    let entries = viewer.get(&format!("/log/tile/entries/000.p/{size}"));
    assert_eq!(entries.status, 200);
    let leaves = leaves(&entries.body);
    assert_eq!(leaves.len(), size);
    assert_eq!(STANDARD.encode(root(&leaves)), lines[2]);
    let hashes = viewer.get(&format!("/log/tile/0/000.p/{size}"));
    let expected: Vec<u8> = leaves
        .iter()
        .flat_map(|leaf| sha256(&[&[0], leaf]))
        .collect();
    assert_eq!(hashes.body, expected);
    // Leaves tell next to nothing: not when, not what, not whose number.
    let public = String::from_utf8(entries.body).unwrap();
    assert!(!public.contains(LINE) && !public.contains("contact"));
    viewer.get("/log/tile/0/000.p/200").problem(404);
    viewer.get("/log/tile/9/nonsense").problem(404);
    server.stranger().get("/log/checkpoint").problem(401);
}

#[test]
fn what_was_seen_of_a_log_ties_it_down() {
    let (folder, other) = (Folder::new(), Folder::new());
    let server = Server::start(&folder.data());
    contacted(&server);
    let seen = folder.path("seen");
    let checkpoint = server.admin().get("/log/checkpoint");
    std::fs::write(&seen, checkpoint.text()).unwrap();
    server.takes(&cast::sms("later", LINE, "x"));
    server.stop();
    Server::start(&other.data()).stop();
    let verify = |data: &Path, flag: &str, value: &OsStr| {
        run(arguments!["verify", "--json", "--data", data, flag, value])
    };
    let key = |data: &Path| {
        let verified = run(arguments!["verify", "--json", "--data", data])
            .with(0)
            .json();
        verified["key"].as_str().unwrap().to_owned()
    };
    let (ours, theirs) = (key(&folder.data()), key(&other.data()));
    verify(&folder.data(), "--against", seen.as_os_str()).with(0);
    let known = verify(&folder.data(), "--vkey", ours.as_ref())
        .with(0)
        .json();
    assert_eq!(known["key_is_independent"], true);
    // It is not another's, and extends nothing that it never was.
    verify(&folder.data(), "--vkey", theirs.as_ref()).with(1);
    let another = other.data().join("checkpoint");
    verify(&folder.data(), "--against", another.as_os_str()).with(1);
}

#[test]
fn a_log_published_live_needs_no_key_and_a_delayed_one_shows_nothing_yet() {
    let (live, delayed) = (Folder::new(), Folder::new());
    let data = live.data();
    let server = Launch::on(&data)
        .config("[log]\npublish = \"live\"\n")
        .start();
    contacted(&server);
    let stranger = server.stranger();
    assert_eq!(stranger.get("/log/checkpoint").status, 200);
    assert_eq!(stranger.get("/log/tile/entries/000.p/3").status, 200);
    stranger.get("/v1/contacts").problem(401);

    let data = delayed.data();
    let server = Launch::on(&data)
        .config("[log]\npublish = \"delayed\"\ndelay_days = 30\n")
        .start();
    contacted(&server);
    let stranger = server.stranger();
    stranger.get("/log/checkpoint").problem(404);
    stranger.get("/log/tile/entries/000.p/3").problem(404);
    assert_eq!(server.admin().get("/log/tile/entries/000.p/3").status, 200);
}
